"""What if? The target under every other method, and what each rule costs the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from engine.allocation import Allocation, GoalStatus
from engine.errors import PlanError
from engine.methods import BLEND, METHODS
from engine.plan import MethodChoice, Rule
from engine.run import allocate
from engine.solver import TOLERANCE, Floats


@dataclass(frozen=True, eq=False)
class UnderMethod:
    """Targets (T, n) under another method, and whether the last goal is met with it."""

    method: str
    status: GoalStatus
    target: Floats


def under_each_method(allocation: Allocation, indicator: str) -> Mapping[str, UnderMethod]:
    """The same indicator under every registered method, the chosen one as chosen.

    `blend` needs parts and appears only where it is the chosen method.
    """
    asked = allocation.plan.indicator(indicator)
    out = {}
    for name in METHODS:
        if name == asked.method.name:
            result = allocation
        elif name == BLEND:
            continue
        else:
            other = replace(asked, method=MethodChoice(name=name, toward=asked.method.toward))
            result = allocate(allocation.figures, replace(allocation.plan, indicators=(other,)))
        status = result.summary(indicator, allocation.plan.last.id).status
        out[name] = UnderMethod(name, status, result.results[indicator].target)
    return MappingProxyType(out)


@dataclass(frozen=True, eq=False)
class RuleCost:
    """What one rule does to the rest: lifts with and without it, and the change of every target it causes.

    `targets` maps (indicator, period) to (n,) target with the rule minus target without it [shares];
    NaN where either has none.
    """

    rule: str
    lift: Mapping[str, tuple[float, float]]
    targets: Mapping[tuple[str, str], Floats]


def rule_costs(allocation: Allocation, indicator: str | None = None) -> tuple[RuleCost, ...]:
    """Solve again without each rule (engine.md §6), for all indicators or one."""
    costs = (_cost(allocation, rule, indicator) for rule in allocation.plan.rules)
    return tuple(cost for cost in costs if cost.targets)


def _cost(allocation: Allocation, rule: Rule, indicator: str | None) -> RuleCost:
    plan = allocation.plan
    asked = [one for one in plan.indicators if indicator in (None, one.id)]
    touched = tuple(one for one in asked if not rule.indicators or one.id in rule.indicators)
    if not touched:
        return RuleCost(rule.id, MappingProxyType({}), MappingProxyType({}))
    rest = tuple(one for one in plan.rules if one.id != rule.id)
    without = allocate(allocation.figures, replace(plan, indicators=touched, rules=rest))
    lift, targets = {}, {}
    for one in touched:
        with_, free = allocation.summary(one.id, plan.last.id), without.summary(one.id, plan.last.id)
        lift[one.id] = (with_.lift, free.lift)
        change = allocation.results[one.id].target - without.results[one.id].target
        for t, period in enumerate(plan.periods):
            targets[one.id, period.id] = change[t]
    return RuleCost(rule.id, MappingProxyType(lift), MappingProxyType(targets))


@dataclass(frozen=True)
class RuleEffect:
    """What one rule does to one agency and to the others, in one indicator and period.

    Attributes
    ----------
    rule : str
    own : float
        Change of the agency's target that the rule causes [share]; NaN where it has none with or without it.
    raised, lowered : int
        Other agencies below the same parent whose target is higher, lower because of the rule.
    most : float; most_agency : str
        The largest rise among the others [share, 0 where nobody is raised] and whose it is.
    """

    rule: str
    own: float
    raised: int
    lowered: int
    most: float
    most_agency: str


def rule_effects(
    allocation: Allocation, costs: tuple[RuleCost, ...], agency: str, indicator: str, period: str
) -> tuple[RuleEffect, ...]:
    """What each rule of `rule_costs` does to an agency and to those who share a goal with it, in the plan's order.

    Rules that do not concern the indicator are left out.

    Raises
    ------
    PlanError
        ``agency_without_indicator``.
    """
    figures, result = allocation.figures, allocation.results[indicator]
    found = np.flatnonzero(result.rows == figures.position.get(agency, -1))
    if not found.size:
        raise PlanError("agency_without_indicator", agency=agency, indicator=indicator)
    at = int(found[0])
    others = figures.parent[result.rows] == figures.parent[result.rows[at]]
    others[at] = False
    effects = []
    for cost in costs:
        change = cost.targets.get((indicator, period))
        if change is None:
            continue
        beside = np.where(others & ~np.isnan(change), change, 0.0)
        top = int(np.argmax(beside))
        most = float(max(beside[top], 0.0))
        effects.append(
            RuleEffect(
                rule=cost.rule,
                own=float(change[at]),
                raised=int((beside > TOLERANCE).sum()),
                lowered=int((beside < -TOLERANCE).sum()),
                most=most,
                most_agency=figures.codes[result.rows[top]] if most > TOLERANCE else "",
            )
        )
    return tuple(effects)


@dataclass(frozen=True, eq=False)
class Absorbed:
    """What one change of the plan moved: points [share] and units of each target, (n,); NaN where either has none."""

    points: Floats
    units: Floats


def absorbed(before: Allocation, after: Allocation) -> Mapping[tuple[str, str], Absorbed]:
    """Who carries what a change put on or took off the others.

    Parameters
    ----------
    before, after : Allocation
        Two runs on the same figures, e.g. without and with a pin.

    Returns
    -------
    Mapping of (indicator, period id) to Absorbed
        After minus before, for every indicator and period that both have; rows as in `before`.

    Raises
    ------
    PlanError
        ``different_agencies`` if an indicator has other rows in the two runs.
    """
    out = {}
    for id, old in before.results.items():
        new = after.results.get(id)
        if new is None:
            continue
        codes = [tuple(run.figures.codes[row] for row in result.rows) for run, result in ((before, old), (after, new))]
        if codes[0] != codes[1]:
            raise PlanError("different_agencies", indicator=id)
        there = {period.id: t for t, period in enumerate(after.plan.periods)}
        for t, period in enumerate(before.plan.periods):
            if period.id in there:
                u = there[period.id]
                out[id, period.id] = Absorbed(new.target[u] - old.target[t], new.target_count[u] - old.target_count[t])
    return MappingProxyType(out)
