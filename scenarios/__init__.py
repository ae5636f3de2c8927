"""A scenario as a value: loading, layering, changing; the shipped campaigns."""

from scenarios.campaign import Campaign, campaign, campaigns
from scenarios.catalogue import Indicator, indicators
from scenarios.compare import Block, Column, Comparison, Side, compare, compare_allocations
from scenarios.errors import ScenarioError, ScenarioErrors
from scenarios.layer import plain
from scenarios.load import change, from_document, load, loads, shipped_ids
from scenarios.model import Scenario
from scenarios.run import run

__all__ = [
    "Block",
    "Campaign",
    "Column",
    "Comparison",
    "Indicator",
    "Scenario",
    "ScenarioError",
    "ScenarioErrors",
    "Side",
    "campaign",
    "campaigns",
    "change",
    "compare",
    "compare_allocations",
    "from_document",
    "indicators",
    "load",
    "loads",
    "plain",
    "run",
    "shipped_ids",
]
