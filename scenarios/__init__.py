"""A scenario as a value: loading, layering, changing; the shipped campaigns."""

from scenarios.campaign import Campaign, campaign, campaigns
from scenarios.catalogue import Indicator, indicators
from scenarios.compare import Block, Column, Comparison, Side, compare, compare_allocations
from scenarios.errors import ScenarioError, ScenarioErrors
from scenarios.layer import plain
from scenarios.load import change, from_document, load, loads, shipped_ids
from scenarios.model import Scenario
from scenarios.offered import Offered, offered
from scenarios.robust import Policy, Split, Verdict, judge
from scenarios.run import run
from scenarios.sweep import Lever, Outcome, Point, Runner, Sweep, load_sweep, scenario_at, shipped_sweeps
from scenarios.writing import document_of, to_toml

__all__ = [
    "Block",
    "Campaign",
    "Column",
    "Comparison",
    "Indicator",
    "Lever",
    "Offered",
    "Outcome",
    "Point",
    "Policy",
    "Runner",
    "Scenario",
    "ScenarioError",
    "ScenarioErrors",
    "Side",
    "Split",
    "Sweep",
    "Verdict",
    "campaign",
    "campaigns",
    "change",
    "compare",
    "compare_allocations",
    "document_of",
    "from_document",
    "indicators",
    "judge",
    "load",
    "load_sweep",
    "loads",
    "offered",
    "plain",
    "run",
    "scenario_at",
    "shipped_ids",
    "shipped_sweeps",
    "to_toml",
]
