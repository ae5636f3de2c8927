"""A scenario as a value: loading, layering, changing; the shipped campaigns."""

from scenarios.campaign import Campaign, campaign, campaigns
from scenarios.catalogue import Indicator, indicators
from scenarios.errors import ScenarioError, ScenarioErrors
from scenarios.layer import plain
from scenarios.load import change, load, loads, shipped_ids
from scenarios.model import Scenario

__all__ = [
    "Campaign",
    "Indicator",
    "Scenario",
    "ScenarioError",
    "ScenarioErrors",
    "campaign",
    "campaigns",
    "change",
    "indicators",
    "load",
    "loads",
    "plain",
    "shipped_ids",
]
