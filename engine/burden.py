"""How the burden of a result lies among the agencies."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.allocation import Allocation, TargetStatus
from engine.rates import logit, smooth
from engine.solver import Floats


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
