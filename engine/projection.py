"""What would happen anyway: each agency's in-period rates under the trend and the plan's measures (engine.md §2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine import calendar, rates
from engine.plan import IndicatorPlan, Measure, Plan, Start
from engine.problem import Problem
from engine.solver import Floats


@dataclass(frozen=True, eq=False)
class Projection:
    """In-period rates and where they lead, before anybody is asked for more.

    Attributes
    ----------
    rates : (T, n) float
        b_t with every measure at work, at most the ceiling.
    nodes : (1 + M, T, n) float
        The indicator's value at each period's end after the trend, then after each measure in the plan's order.
    """

    rates: Floats
    nodes: Floats

    @property
    def start(self) -> Floats:
        """(T, n) p_t."""
        return self.nodes[-1]


def measures_of(plan: Plan, asked: IndicatorPlan) -> tuple[Measure, ...]:
    """The measures that move an indicator; none where it starts from the current figures."""
    if asked.start is not Start.PROJECTED:
        return ()
    return tuple(one for one in plan.measures if not one.indicators or asked.id in one.indicators)


def project(problem: Problem, base: Floats) -> Projection:
    """Where agencies get to by themselves and by the measures.

    Parameters
    ----------
    base : (n,) float
        Rate in (0, 1) that each starts from: r̃, or its peers' pooled rate. A fitted trend has its own level.

    Notes
    -----
    b_t = expit(logit(base) + trend·months(e₀ → middle of t) + Σ δ_m · ramp_m(t)), at most the ceiling;
    the value at e_t is (N + Σ b_s·V_s)/D_t (cumulative), b_t (in_period), or b_t but never below r (stock).
    """
    plan = problem.plan
    odds = trend_odds(problem, base)
    kept = measures_of(plan, problem.asked)
    levels = np.empty((1 + len(kept), *problem.V.shape))
    levels[0] = odds
    for m, measure in enumerate(kept):
        odds = odds + measure.effect * reach(problem, measure)
        levels[m + 1] = odds
    found = np.minimum(rates.expit(levels), problem.c)
    return Projection(found[-1], value(problem, found))


def trend_odds(problem: Problem, base: Floats) -> Floats:
    """(T, n) log-odds of b_t without any measure."""
    if problem.forecast is not None:
        return problem.forecast
    trend = problem.asked.trend
    slope = trend if isinstance(trend, float) else 0.0
    months = calendar.months_to_middle(problem.plan.as_of, problem.plan.periods)
    return rates.logit(base) + slope * months[:, None]


def reach(problem: Problem, measure: Measure) -> Floats:
    """(T, n) ramp_m(t) for the rows that a measure reaches, 0 for the others."""
    plan = problem.plan
    ramp = calendar.ramp(measure.start, measure.ramp_days, plan.as_of, plan.periods)
    return ramp[:, None] * problem.select(measure.where)


def value(problem: Problem, in_period: Floats) -> Floats:
    """(…, T, n) in-period rates -> value of the indicator at each period's end."""
    if problem.cumulative:
        won = problem.N + np.cumsum(in_period * problem.V, axis=-2)
        return np.divide(won, problem.volumes, out=np.zeros_like(won), where=problem.volumes > 0)
    return np.maximum(in_period, rates.raw(problem.N, problem.D)) if problem.stock else in_period
