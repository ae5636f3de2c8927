"""What if? The target under every other method, and what each rule costs the others."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from engine.allocation import Allocation, GoalStatus, TargetStatus
from engine.errors import PlanError
from engine.methods import BLEND, METHODS
from engine.plan import MethodChoice, Rule
from engine.rates import logit, smooth
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


@dataclass(frozen=True, eq=False)
class Fairness:
    """How the burden lies (engine.md §6), over agencies with a target in the last period.

    Attributes
    ----------
    agencies : (m,) int
        Rows of the indicator that are counted.
    points, log_odds : (m,) float
        Lift of each agency in the last period [share; log-odds, from r̃ to the target smoothed alike].
    gini : float
        Gini index of the lifts in points, 0 (equal) … 1; NaN where nobody is lifted.
    largest : float; largest_agency : str
    rank_correlation : float
        Spearman's, of current rate and target; NaN where either is constant.
    at_bound : int
    """

    agencies: NDArray[np.intp]
    points: Floats
    log_odds: Floats
    gini: float
    largest: float
    largest_agency: str
    rank_correlation: float
    at_bound: int


def fairness(allocation: Allocation, indicator: str) -> Fairness:
    """Fairness of one indicator's last targets among the agencies that share the provincial goal."""
    from scipy import stats  # imported where used: it costs as much as the rest of the start

    result = allocation.results[indicator]
    last = len(allocation.plan.periods) - 1
    target = result.target[last]
    counted = np.flatnonzero(~np.isnan(target) & (allocation.figures.parent[result.rows] < 0))
    r = np.where(np.isnan(result.current), 0.0, result.current)[counted]
    x, weight = target[counted], result.weight[last, counted]
    points = x - r
    ends = smooth(x * weight, weight)
    log_odds = logit(ends) - logit(smooth(result.numerator[counted], result.denominator[counted]))
    at = int(np.argmax(points))
    constant = np.ptp(r) == 0 or np.ptp(x) == 0
    bound = {TargetStatus.AT_LOWER, TargetStatus.AT_UPPER}
    return Fairness(
        agencies=counted,
        points=points,
        log_odds=log_odds,
        gini=gini(np.maximum(points, 0.0)),
        largest=float(points[at]),
        largest_agency=allocation.figures.codes[result.rows[counted[at]]],
        rank_correlation=math.nan if constant else float(stats.spearmanr(r, x).statistic),
        at_bound=sum(result.status[last, i] in bound for i in counted),
    )


def gini(values: Floats) -> float:
    """Gini index of nonnegative values: mean absolute difference over twice the mean; NaN where all are 0."""
    ordered = np.sort(values)
    total = ordered.sum()
    if total <= 0:
        return math.nan
    n = len(ordered)
    return float((2.0 * np.arange(1, n + 1) - n - 1.0).dot(ordered) / (n * total))
