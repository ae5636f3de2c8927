"""What is asked of agencies, and how evenly it lies among them. Pure: an allocation in, numbers out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import engine
from engine import Allocation, TargetStatus

_AT_BOUND = frozenset({TargetStatus.AT_LOWER, TargetStatus.AT_UPPER})


@dataclass(frozen=True, eq=False)
class Burden:
    """Gains from now to the last target.

    Attributes
    ----------
    rows : (m,) int
        Rows of the indicator's result that have a last target, in the order asked for.
    gain : (m,) float
        Target less current value [share]; the current value counts 0 where there is none.
    median, gini : float
        Of the gains; `gini` as `engine.gini`. NaN where there is none.
    at_bound : int
        Agencies whose target is where a rule or the figures hold it.
    """

    rows: NDArray[np.intp]
    gain: NDArray[np.float64]
    median: float
    gini: float
    at_bound: int


def burden(allocation: Allocation, indicator: str, rows: NDArray[np.intp]) -> Burden:
    """What the last period asks of the agencies in `rows`."""
    result = allocation.results[indicator]
    target = result.target[-1, rows]
    own = rows[~np.isnan(target)]
    gain = result.gain[-1, own]
    return Burden(
        rows=own,
        gain=gain,
        median=median(gain),
        gini=engine.gini(np.maximum(gain, 0.0)),
        at_bound=sum(status in _AT_BOUND for status in result.status[-1, own]),
    )


def median(values: NDArray[np.float64]) -> float:
    """The median, NaN of nothing."""
    return float(np.median(values)) if len(values) else float("nan")
