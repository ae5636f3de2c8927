"""How the way to a goal is made up: what comes by itself, what each measure brings, what is left to plain effort."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.allocation import Allocation, Step
from engine.errors import PlanError
from engine.solver import Floats


@dataclass(frozen=True)
class Contribution:
    """One part of the way: the current value first, then what each step adds; `measure` names a measure.

    `value` is a share of what counts at the period's end, `count` the same in units.
    """

    step: Step
    measure: str | None
    value: float
    count: float


def contributions(allocation: Allocation, indicator: str, period: str) -> tuple[Contribution, ...]:
    """The pooled way from the present rates to the targets of the agencies without one above them.

    Every agency's trace, pooled with the weights of the period's end; the values add up to the pooled target.

    Raises
    ------
    PlanError
        ``unknown_indicator``, ``unknown_period``.
    """
    if indicator not in allocation.results:
        raise PlanError("unknown_indicator", indicator=indicator, nearest=None, known=list(allocation.results))
    ids = [one.id for one in allocation.plan.periods]
    if period not in ids:
        raise PlanError("unknown_period", period=period, nearest=None, known=ids)
    result, t = allocation.results[indicator], ids.index(period)
    counted = ~np.isnan(result.target[t]) & (allocation.figures.parent[result.rows] < 0)
    weight = np.where(counted, result.weight[t], 0.0)
    total = float(weight.sum())

    def pooled(values: Floats) -> float:
        return float(np.where(counted, values, 0.0) @ np.nan_to_num(weight)) / total if total > 0 else float("nan")

    found, before = [], 0.0
    for step, values in result.trace[t].items():
        nodes: list[tuple[str | None, Floats]] = [(None, values)]
        if step is Step.MEASURE:
            nodes = list(zip(result.measures, result.measured[:, t], strict=True))
        for measure, node in nodes:
            after = pooled(node)
            found.append(Contribution(step, measure, after - before, (after - before) * total))
            before = after
    return tuple(found)
