"""What can be varied around a scenario: its goal, method, pace, rules and measures, and what nobody knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import scenarios
from engine import METHODS, IndicatorPlan, Pace, Plan, Rule, RuleKind
from scenarios import Scenario, Sweep

GRID, LATIN = "grid", "latin"
STEPS = 5
"""Values of a range on a grid where nobody says how many."""
NEED_MORE = ("proposals", "weighted_increment", "blend")
"""Methods that need what not every campaign has: proposals, capacities, parts."""
USUAL_METHODS = ("gap_closing", "equal_effort", "equal_increment")
_ENOUGH, _POLICIES, _FUTURES = 0.8, 30, 20


class Topic(StrEnum):
    """What a lever is about."""

    GOAL = "goal"
    METHOD = "method"
    PACE = "pace"
    RULE = "rule"
    MEASURE = "measure"
    DELIVERY = "delivery"
    VOLUME_SPREAD = "volume_spread"
    GROWTH = "growth"


class Unit(StrEnum):
    """How a lever's values are written: percent, log-odds, or one of several words."""

    SHARE = "share"
    NUMBER = "number"
    CHOICE = "choice"


@dataclass(frozen=True)
class Offer:
    """One lever that a person may choose.

    Attributes
    ----------
    key : str
        As in sweep files.
    about : str
        Id of the period, rule or measure.
    low, high : float
        The range that is proposed.
    values : tuple of str
        What may be chosen, where `unit` is a choice; `usual` of them are chosen already.
    assumption : bool
        True for what nobody knows.
    is_usual : bool
        True if it is varied where nobody says otherwise.
    """

    key: str
    topic: Topic
    unit: Unit
    about: str = ""
    low: float = 0.0
    high: float = 1.0
    values: tuple[str, ...] = ()
    usual: tuple[str, ...] = ()
    assumption: bool = False
    is_usual: bool = False


@dataclass(frozen=True)
class Chosen:
    """One lever as it is to be varied: some `values`, or a range from `low` to `high`."""

    key: str
    assumption: bool
    values: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 0.0


@dataclass(frozen=True)
class Asked:
    """A sweep that somebody asks for, around the scenario `slug` of a campaign; see `scenarios.Sweep`."""

    slug: str
    indicator: str
    goal: float
    design: str
    policies: int
    futures: int
    enough: float
    draws: int
    levers: tuple[Chosen, ...]

    def document(self, scenario: str) -> Mapping[str, Any]:
        """As a sweep file says it; `scenario` is the file of the scenario."""
        return {
            "scenario": scenario,
            "indicator": self.indicator,
            "goal": self.goal,
            "design": self.design,
            "policies": self.policies,
            "futures": self.futures,
            "draws": self.draws,
            "seed": 1,
            "enough": self.enough,
            "levers": [_lever(one) for one in self.levers],
        }


DRAWS = 500


def _lever(one: Chosen) -> dict[str, Any]:
    varied = {"values": list(one.values)} if one.values else {"from": one.low, "to": one.high, "steps": STEPS}
    return {"key": one.key, **varied, "assumption": one.assumption}


def offers(scenario: Scenario, indicator: str) -> tuple[Offer, ...]:
    """Every lever of a scenario that moves an indicator, choices first."""
    plan = scenario.plan
    own, last = plan.indicator(indicator), plan.last.id
    goal, method = own.goals[last], own.method.name
    names = tuple(one for one in METHODS if one not in NEED_MORE)
    usual = tuple(one for one in names if one in (*USUAL_METHODS, method))
    choices = [
        Offer(
            f"indicators.{indicator}.goals.{last}",
            Topic.GOAL,
            Unit.SHARE,
            last,
            goal,
            min(round(goal + 0.08, 4), 1.0) if goal < 1.0 else goal,
            is_usual=goal < 1.0,
        ),
        Offer(f"indicators.{indicator}.method", Topic.METHOD, Unit.CHOICE, values=names, usual=usual, is_usual=True),
        Offer(
            f"indicators.{indicator}.pace",
            Topic.PACE,
            Unit.CHOICE,
            values=tuple(str(one) for one in Pace),
            usual=(str(Pace.LINEAR), str(Pace.FRONT)),
        ),
        *(_rule(one) for one in _numeric_rules(plan, own)),
    ]
    measures = [
        Offer(
            f"measures.{one.id}.effect",
            Topic.MEASURE,
            Unit.NUMBER,
            one.id,
            one.low,
            one.high,
            assumption=True,
            is_usual=at == 0,
        )
        for at, one in enumerate(_measures(plan, indicator))
        if one.low < one.high
    ]
    return (*choices, *measures, *_assumptions(plan))


def _numeric_rules(plan: Plan, own: IndicatorPlan) -> list[Rule]:
    kinds = {RuleKind.FLOOR: "value", RuleKind.CAP: "value", RuleKind.MIN_STEP: "points", RuleKind.MAX_STEP: "points"}
    return [one for one in plan.rules if one.kind in kinds and (not one.indicators or own.id in one.indicators)]


def _rule(rule: Rule) -> Offer:
    name = "points" if rule.kind in (RuleKind.MIN_STEP, RuleKind.MAX_STEP) else "value"
    value = rule.value or 0.0
    low, high = max(round(value - 0.05, 4), 0.0), min(round(value + 0.05, 4), 1.0)
    return Offer(f"rules.{rule.id}.{name}", Topic.RULE, Unit.SHARE, rule.id, low, high)


def _measures(plan: Plan, indicator: str) -> list[Any]:
    return [one for one in plan.measures if not one.indicators or indicator in one.indicators]


def _assumptions(plan: Plan) -> tuple[Offer, ...]:
    own = plan.assumptions
    mean, spread = own.delivery.mean, own.delivery.spread
    top = next(one / 100 for one in range(100, 0, -1) if not spread or spread**2 < one / 100 * (1 - one / 100))
    high = min(round(mean + 0.1, 4), top)
    return (
        Offer(
            "assumptions.delivery.mean",
            Topic.DELIVERY,
            Unit.SHARE,
            low=max(round(high - 0.25, 4), 0.05),
            high=high,
            assumption=True,
            is_usual=True,
        ),
        Offer("assumptions.volume_spread", Topic.VOLUME_SPREAD, Unit.SHARE, low=0.0, high=0.2, assumption=True),
        Offer("assumptions.growth", Topic.GROWTH, Unit.SHARE, low=-0.1, high=0.2, assumption=True),
    )


def usual(scenario: Scenario, slug: str, indicator: str, levers: Sequence[Offer]) -> Asked:
    """What is swept where nobody says otherwise."""
    plan = scenario.plan
    chosen = tuple(Chosen(one.key, one.assumption, one.usual, one.low, one.high) for one in levers if one.is_usual)
    goal = plan.indicator(indicator).goals[plan.last.id]
    return Asked(slug, indicator, goal, LATIN, _POLICIES, _FUTURES, _ENOUGH, DRAWS, chosen)


def ready(campaign: str) -> Asked | None:
    """The sweep that comes with a campaign; None where there is none."""
    id = f"{campaign}/sweep"
    if id not in scenarios.shipped_sweeps():
        return None
    own: Sweep = scenarios.load_sweep(id)
    levers = tuple(
        Chosen(one.key, one.assumption, tuple(map(str, one.values)), one.low, one.high) for one in own.levers
    )
    slug = own.scenario.id.rpartition("/")[2]
    return Asked(slug, own.indicator, own.goal, own.design, own.policies, own.futures, own.enough, own.draws, levers)
