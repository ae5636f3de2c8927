"""One target's way from the current figure: a trace that adds up, and all that stands beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from engine.allocation import Allocation, IndicatorResult, Step, TargetStatus
from engine.errors import PlanError
from engine.rules import BOUND_NAMES


@dataclass(frozen=True)
class TraceStep:
    """One step: the value after it and what it added [shares].

    `rule` is what bound it, if a rule did; `measure` the id of the measure whose step it is.
    """

    step: Step
    value: float
    delta: float
    rule: str | None
    measure: str | None = None


@dataclass(frozen=True)
class Explanation:
    """Why one agency has its target. Shares in [0, 1], counts in units; NaN where there is none.

    `projected` is what would happen anyway plus the measures; NaN where the start is the current figures.

    `steps` begin with the current rate (delta = value) and their deltas add up to `target`;
    they are empty where there is no target. `flags` may hold ``off_grid``, ``start_assumed``,
    ``volume_assumed`` (by days), ``volume_as_last_year``, ``keeps_level`` (above the highest level of a ladder),
    ``falls_by_volume``.
    """

    agency: str
    indicator: str
    period: str
    steps: tuple[TraceStep, ...]
    target: float
    exact: float
    status: TargetStatus
    reason: str
    lower: float
    lower_by: str
    upper: float
    upper_by: str
    target_count: float
    to_do: float
    in_period_rate: float
    weight: float
    numerator: float
    denominator: float
    expected: float
    current: float
    start: float
    wilson_low: float
    wilson_high: float
    shrunk: float
    projected: float
    flags: tuple[str, ...]

    @property
    def gain(self) -> float:
        """Points that the target asks for, from the current rate; where nothing was counted yet, from none."""
        return self.target - (0.0 if math.isnan(self.current) else self.current)


def explain(allocation: Allocation, agency: str, indicator: str, period: str) -> Explanation:
    """The trace of one target.

    Parameters
    ----------
    allocation : Allocation
    agency, indicator, period : str
        Code and ids.

    Raises
    ------
    PlanError
        ``unknown_indicator``, ``unknown_period``, ``unknown_agency``, or ``agency_without_indicator``.
    """
    if indicator not in allocation.results:
        raise PlanError("unknown_indicator", indicator=indicator, nearest=None, known=list(allocation.results))
    periods = [one.id for one in allocation.plan.periods]
    if period not in periods:
        raise PlanError("unknown_period", period=period, nearest=None, known=periods)
    if agency not in allocation.figures.position:
        raise PlanError("unknown_agency", agency=agency, nearest=None, known=[])
    result, t = allocation.results[indicator], periods.index(period)
    i = int(np.searchsorted(result.rows, allocation.figures.position[agency]))
    if i >= len(result.rows) or result.rows[i] != allocation.figures.position[agency]:
        raise PlanError("agency_without_indicator", agency=agency, indicator=indicator)
    return Explanation(
        agency=agency,
        indicator=indicator,
        period=period,
        steps=_steps(result, t, i),
        target=float(result.target[t, i]),
        exact=float(result.exact[t, i]),
        status=result.status[t, i],
        reason=result.reason[t, i],
        lower=float(result.lower[t, i]),
        lower_by=result.lower_by[t, i],
        upper=float(result.upper[t, i]),
        upper_by=result.upper_by[t, i],
        target_count=float(result.target_count[t, i]),
        to_do=float(result.to_do[t, i]),
        in_period_rate=float(result.in_period_rate[t, i]),
        weight=float(result.weight[t, i]),
        numerator=float(result.numerator[i]),
        denominator=float(result.denominator[i]),
        expected=float(result.expected[t, i]),
        current=float(result.current[i]),
        start=float(result.start[i]),
        wilson_low=float(result.wilson_low[i]),
        wilson_high=float(result.wilson_high[i]),
        shrunk=float(result.shrunk[i]),
        projected=float(result.projected[t, i]),
        flags=_flags(allocation, result, t, i),
    )


def _steps(result: IndicatorResult, t: int, i: int) -> tuple[TraceStep, ...]:
    if np.isnan(result.target[t, i]):
        return ()
    steps, before = [], 0.0
    for step, values in result.trace[t].items():
        value = float(values[i])
        if step is Step.MEASURE:
            for id, after in zip(result.measures, result.measured[:, t, i].tolist(), strict=True):
                steps.append(TraceStep(step, after, after - before, None, id))
                before = after
            continue
        delta = value - before
        rule = None
        if step is Step.BOUND and delta:
            rule = str(result.lower_by[t, i] if delta > 0 else result.upper_by[t, i])
        elif step is Step.PIN and result.status[t, i] is TargetStatus.PINNED:
            rule = str(result.upper_by[t, i])
        steps.append(TraceStep(step, value, delta, rule))
        before = value
    return tuple(steps)


def _flags(allocation: Allocation, result: IndicatorResult, t: int, i: int) -> tuple[str, ...]:
    levels = allocation.plan.indicator(result.id).rounding.levels
    by_days = result.expected_assumed & ~result.expected_as_last_year
    found = {
        "off_grid": bool(result.off_grid[t, i]),
        "keeps_level": bool(result.off_grid[t, i] and levels and result.target[t, i] > max(levels)),
        "start_assumed": bool(result.start_assumed[i]),
        "volume_assumed": bool(by_days[: t + 1, i].any() and result.denominator[i] > 0),
        "volume_as_last_year": bool(result.expected_as_last_year[: t + 1, i].any()),
        "falls_by_volume": bool(t and result.target[t, i] < result.target[t - 1, i] - 1e-12),
    }
    return tuple(name for name, there in found.items() if there)


def is_rule(name: str) -> bool:
    """Whether a bound was made by a rule of the plan (and not by what is counted or a later target)."""
    return name not in BOUND_NAMES and name != ""
