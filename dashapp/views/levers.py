"""Levers and scenarios: what a scenario has as saved, what a person changed, and the changes as a document."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from dashapp.urlstate import GRIDS, TRENDS, UNTOUCHED, Levers, PageState, Pin, written
from engine import IndicatorPlan, Plan, Rounding, RoundingMode, Rule, RuleKind, Start, Trend, Where
from scenarios import Scenario

OWN_GRID = "own"
"""A grid that only the scenario has; it is shown, and kept until another is chosen."""
LADDER = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
SURE_METHOD = "gap_closing"
NO_FLOOR, NO_CAP, NO_STEP, NO_REACH = 0.0, 100.0, 100.0, 0.0
SHARE_DECIMALS = 6
PIN_PREFIX = "pin-"
SETTLED_KEPT = 512
"""Levers as they hold, of as many people and indicators: each answer asks for the same ones many times."""
SAVED_KEPT = 256
"""Levers of scenarios, which never change, kept in memory: every move asks for them some twenty times."""

_NONE: Mapping[str, float] = MappingProxyType({"floor": NO_FLOOR, "cap": NO_CAP, "step": NO_STEP})
_KINDS: Mapping[str, RuleKind] = MappingProxyType(
    {"floor": RuleKind.FLOOR, "cap": RuleKind.CAP, "step": RuleKind.MAX_STEP}
)
_LOOSENED = frozenset({RuleKind.CAP, RuleKind.MAX_STEP})


@lru_cache(maxsize=SAVED_KEPT)
def of_saved(scenario: Scenario, indicator: str) -> Levers:
    """What the scenario itself sets for an indicator; no field is None but `basis` of a stock."""
    plan = scenario.plan
    one = plan.indicator(indicator)
    first, last = plan.periods[0].id, plan.last.id
    return Levers(
        goal=_percent(one.goals[last]),
        milestone=_percent(one.goals.get(first, 0.0)) if first != last else 0.0,
        method=one.method.name,
        basis=None if one.basis is None else str(one.basis),
        floor=_strictest("floor", plan, indicator),
        cap=_strictest("cap", plan, indicator),
        step=_strictest("step", plan, indicator),
        mode=str(one.rounding.mode),
        grid=grid_of(one.rounding),
        pace=str(one.pace),
        start=str(one.start),
        reach=_percent(one.reach.get(last, 0.0)),
        trend=_trend(one.trend),
    )


def volume_of(scenario: Scenario) -> float:
    """What the scenario makes of estimated volumes: percent of the plain estimate."""
    return round(100 * (1 + scenario.plan.assumptions.growth), 4)


def settled(state: PageState, scenario: Scenario, indicator: str) -> Levers:
    """What holds for an indicator: the person's levers where moved, else the scenario's own."""
    return _over(state.of(indicator), of_saved(scenario, indicator))


@lru_cache(maxsize=SETTLED_KEPT)
def _over(own: Levers, saved: Levers) -> Levers:
    return replace(saved, **{name: value for name, value in vars(own).items() if value is not None})


def moved(levers: Levers, scenario: Scenario, indicator: str) -> Levers:
    """Only what differs from the scenario as saved; the rest becomes None."""
    return set_to(UNTOUCHED, scenario, indicator, vars(levers))


def set_to(own: Levers, scenario: Scenario, indicator: str, values: Mapping[str, Any]) -> Levers:
    """A person's levers with some more set; only what differs from the scenario as saved stays."""
    saved = vars(of_saved(scenario, indicator))
    said = {**vars(own), **values}
    kept = {name: None if value == saved[name] else value for name, value in said.items()}
    if kept["grid"] == OWN_GRID:
        kept["grid"] = None
    return Levers(**kept)


def grid_of(rounding: Rounding) -> str:
    """The name of a grid among `urlstate.GRIDS`, or `OWN_GRID`."""
    if rounding.count:
        return "count"
    if rounding.levels:
        return "ladder" if rounding.levels == LADDER else OWN_GRID
    step = written(rounding.step * 100)
    return step if step in GRIDS else OWN_GRID


def governed(rule: Rule, lever: str, plan: Plan, indicator: str) -> bool:
    """True if a slider stands for this rule: it holds for all agencies up to the last period."""
    return (
        rule.kind is _KINDS[lever]
        and rule.where == Where()
        and (not rule.indicators or indicator in rule.indicators)
        and (not rule.periods or plan.last.id in rule.periods)
    )


@lru_cache(maxsize=SAVED_KEPT)
def listed(scenario: Scenario, indicator: str) -> tuple[Rule, ...]:
    """The scenario's rules for an indicator for which there is no slider."""
    plan = scenario.plan
    return tuple(
        rule
        for rule in plan.rules
        if (not rule.indicators or indicator in rule.indicators)
        and not any(governed(rule, lever, plan, indicator) for lever in _KINDS)
    )


def changes(
    state: PageState, scenario: Scenario, measures: Sequence[Mapping[str, Any]] | None = None
) -> Mapping[str, Any]:
    """The person's levers as changes to the scenario's document; empty if nothing was moved.

    Parameters
    ----------
    measures : sequence of entries, optional
        All measures that the scenario then has (`measure_levers.entries`); None: its own.
    """
    document: dict[str, Any] = {}
    tables = {id: _table(levers, scenario, id) for id, levers in state.levers.items() if _table(levers, scenario, id)}
    if tables:
        document["indicators"] = tables
    limited = any(getattr(one, name) is not None for one in state.levers.values() for name in _KINDS)
    assumed: dict[str, Any] = {}
    if state.volume is not None:
        assumed["growth"] = round(state.volume / 100 - 1, SHARE_DECIMALS)
    if state.follow is not None:
        assumed["volumes"] = state.follow
    if assumed:
        document["assumptions"] = assumed
    ruled = limited or bool(state.dropped or state.relaxed or state.pins)
    if ruled or measures is not None:  # who replaces the rules or the measures of a document says both
        document["replace_rules"] = True
        lists = {"rules": _rules(state, scenario) if ruled else None, "measures": measures}
        for key, said in lists.items():
            if said is not None or key in scenario.document:
                document[key] = scenario.document[key] if said is None else said
    return document


@dataclass(frozen=True)
class Remedy:
    """A small change that helps: `kind` (goal, relax, drop, grid or method), value, the page with it made."""

    kind: str
    value: Any
    state: PageState


def lowered(state: PageState, plan: Plan, indicator: str, period: str, highest: float) -> Remedy:
    """The goal lowered to the highest share that can be reached, rounded down to a tenth of a percent."""
    goal = math.floor(highest * 1000 + 1e-9) / 10
    name = "goal" if period == plan.last.id else "milestone"
    changed: dict[str, Any] = {name: goal}
    levers = replace(state.of(indicator), **changed)
    return Remedy("goal", goal / 100, state.with_levers(indicator, levers))


def loosened(state: PageState, scenario: Scenario, indicator: str, by: float) -> Remedy:
    """Every cap and step loosened by the same points, rounded up to a tenth of a point."""
    points = math.ceil(by * 1000 - 1e-9) / 10
    now, own = settled(state, scenario, indicator), state.of(indicator)
    if now.cap is not None and now.cap < NO_CAP:
        own = replace(own, cap=min(NO_CAP, round(now.cap + points, 1)))
    if now.step is not None and now.step < NO_STEP:
        own = replace(own, step=min(NO_STEP, round(now.step + points, 1)))
    others = any(rule.kind in _LOOSENED for rule in listed(scenario, indicator))
    relaxed = min(100.0, round(state.relaxed + points, 1)) if others else state.relaxed
    return Remedy("relax", points / 100, replace(state.with_levers(indicator, own), relaxed=relaxed))


def without(state: PageState, scenario: Scenario, indicator: str, rule: str) -> Remedy:
    """One rule set aside: its slider opened, or its tick removed."""
    plan = scenario.plan
    for name in _KINDS:
        own = [one.id for one in plan.rules if governed(one, name, plan, indicator)]
        if rule == lever_rule(name, indicator) or rule in own:
            opened: dict[str, Any] = {name: _NONE[name]}
            levers = replace(state.of(indicator), **opened)
            return Remedy("drop", rule, state.with_levers(indicator, levers))
    return Remedy("drop", rule, replace(state, dropped=(*state.dropped, rule)))


def finer(state: PageState, scenario: Scenario, indicator: str) -> Remedy:
    """Rounding on the finest step; on that step already, no rounding at all."""
    now, own = settled(state, scenario, indicator), state.of(indicator)
    changed = replace(own, mode=str(RoundingMode.NONE)) if now.grid == GRIDS[0] else replace(own, grid=GRIDS[0])
    return Remedy("grid", GRIDS[0], state.with_levers(indicator, changed))


def surer(state: PageState, scenario: Scenario, indicator: str, goal: float, reach: float) -> PageState:
    """The goal set as high as it takes for what is really to be reached, both percents; each judged by the other."""
    now = replace(settled(state, scenario, indicator), goal=round(goal, 2), reach=round(reach, 4))
    if now.goal == now.reach:
        now = replace(now, reach=NO_REACH)
    return state.with_levers(indicator, moved(now, scenario, indicator))


def by_method(state: PageState, indicator: str) -> Remedy:
    """The method that reaches whatever the rules allow."""
    levers = replace(state.of(indicator), method=SURE_METHOD)
    return Remedy("method", SURE_METHOD, state.with_levers(indicator, levers))


def showing(state: PageState, indicator: str) -> PageState:
    """The same page with another indicator shown."""
    return replace(state, indicator=indicator)


def lever_rule(name: str, indicator: str) -> str:
    """Id of the rule that a slider makes."""
    return f"lever-{name}-{indicator}"


def _trend(value: Trend | float) -> str:
    """A trend as `urlstate.trend` reads it."""
    return str(value) if isinstance(value, Trend) else written(value) if value else TRENDS[0]


def _percent(value: float) -> float:
    return round(value * 100, 4)


def _share(value: float) -> float:
    return round(value / 100, SHARE_DECIMALS)


def _strictest(lever: str, plan: Plan, indicator: str) -> float:
    values = [_percent(rule.value or 0.0) for rule in plan.rules if governed(rule, lever, plan, indicator)]
    if not values:
        return _NONE[lever]
    return max(values) if lever == "floor" else min(values)


def _table(levers: Levers, scenario: Scenario, indicator: str) -> dict[str, Any]:
    plan = scenario.plan
    table: dict[str, Any] = {}
    goals: dict[str, float | None] = {}
    if levers.goal is not None:
        goals[plan.last.id] = _share(levers.goal)
    if levers.milestone is not None and len(plan.periods) > 1:
        goals[plan.periods[0].id] = _share(levers.milestone) if levers.milestone > 0 else None
    if goals:
        table["goals"] = goals
    if levers.reach is not None:
        table["reach"] = {plan.last.id: _share(levers.reach) if levers.reach > 0 else None}
    if levers.method is not None:
        table["method"] = levers.method
    if levers.basis is not None and plan.indicator(indicator).basis is not None:
        table["basis"] = levers.basis
    if levers.pace is not None:
        table["pace"] = levers.pace
    if levers.start is not None:
        table["start"] = levers.start
        if levers.start == Start.CURRENT:
            table["trend"] = None  # only what is projected has one
    if levers.trend is not None and (levers.start or plan.indicator(indicator).start) == Start.PROJECTED:
        table["trend"] = levers.trend if levers.trend in TRENDS else float(levers.trend)
    if levers.mode is not None or levers.grid is not None:
        table["rounding"] = _rounding(levers, plan.indicator(indicator))
    return table


def _rounding(levers: Levers, plan: IndicatorPlan) -> dict[str, Any] | str:
    mode = levers.mode or str(plan.rounding.mode)
    grid = levers.grid or grid_of(plan.rounding)
    if mode == RoundingMode.NONE:
        return mode
    if grid == "ladder":
        return {"mode": mode, "levels": list(LADDER)}
    if grid == OWN_GRID:
        own = plan.rounding
        return {"mode": mode, "levels": list(own.levels)} if own.levels else {"mode": mode, "step": own.step}
    return {"mode": mode, "step": "count" if grid == "count" else _share(float(grid))}


def _rules(state: PageState, scenario: Scenario) -> list[dict[str, Any]]:
    """The scenario's rules less those set aside, replaced by a slider or by a pin; then the sliders' and pins' own."""
    plan = scenario.plan
    entries: Iterable[Mapping[str, Any]] = scenario.document.get("rules", ())
    rules = []
    for entry, rule in zip(entries, plan.rules, strict=True):
        if rule.id in state.dropped or any(_same_place(rule, pin, plan) for pin in state.pins):
            continue
        taken = {
            id
            for id, levers in state.levers.items()
            for name in _KINDS
            if getattr(levers, name) is not None and governed(rule, name, plan, id)
        }
        concerned = rule.indicators or tuple(one.id for one in plan.indicators)
        left = [id for id in concerned if id not in taken]
        if not left:
            continue
        kept = {**entry, "id": rule.id}
        if taken:
            kept["indicators"] = left
        if state.relaxed and rule.kind in _LOOSENED:
            key = "value" if rule.kind is RuleKind.CAP else "points"
            kept[key] = min(1.0, round((rule.value or 0.0) + _share(state.relaxed), SHARE_DECIMALS))
        rules.append(kept)
    return [*rules, *_lever_rules(state, plan), *(_pin_rule(one) for one in state.pins)]


def pin_of(scenario: Scenario, place: tuple[str, str, str]) -> Rule | None:
    """The rule by which the scenario itself sets one target by hand, if it does."""
    pin = Pin(*place, 0.0)
    return next((rule for rule in scenario.plan.rules if _same_place(rule, pin, scenario.plan)), None)


def _same_place(rule: Rule, pin: Pin, plan: Plan) -> bool:
    """True if a rule sets just this one target."""
    return (
        rule.kind is RuleKind.PIN
        and rule.where == Where(agencies=(pin.agency,))
        and rule.indicators == (pin.indicator,)
        and (rule.periods or (plan.last.id,)) == (pin.period,)
    )


def _pin_rule(pin: Pin) -> dict[str, Any]:
    return {
        "kind": str(RuleKind.PIN),
        "id": f"{PIN_PREFIX}{pin.indicator}-{pin.agency}-{pin.period}",
        "value": _share(pin.value),
        "where": {"agency": pin.agency},
        "indicators": [pin.indicator],
        "periods": [pin.period],
    }


def _lever_rules(state: PageState, plan: Plan) -> Iterable[dict[str, Any]]:
    for indicator, levers in sorted(state.levers.items()):
        for name, kind in _KINDS.items():
            value = getattr(levers, name)
            if value is None or value == _NONE[name]:
                continue
            rule: dict[str, Any] = {"kind": str(kind), "id": lever_rule(name, indicator), "indicators": [indicator]}
            rule["points" if name == "step" else "value"] = _share(value)
            if name == "floor":
                rule["periods"] = [plan.last.id]
            yield rule
