"""What if? The target under every other method, and what each rule costs the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from engine.allocation import Allocation, GoalStatus
from engine.errors import PlanError
from engine.methods import BLEND, METHODS
from engine.plan import MethodChoice, Rule
from engine.run import allocate
from engine.solver import Floats


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


def rule_costs(allocation: Allocation) -> tuple[RuleCost, ...]:
    """Solve again without each rule (engine.md §6)."""
    return tuple(_cost(allocation, rule) for rule in allocation.plan.rules)


def _cost(allocation: Allocation, rule: Rule) -> RuleCost:
    plan = allocation.plan
    touched = tuple(one for one in plan.indicators if not rule.indicators or one.id in rule.indicators)
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
