"""Which rates are far from all together and which are only small numbers; rates that bunch just over a threshold.

Pure: figures in, what is remarkable about them out. Nothing here changes a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from engine import Figures

SURE, SURER = 0.95, 0.998
"""Chance that a rate lies between a pair of limits if nothing but chance makes it differ."""
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
BAND = 0.02
"""How far over and under a threshold rates are counted [share]."""
FEWEST_BUNCHED = 5
UNLIKELY = 0.01

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Spread:
    """The agencies of one indicator that have reported something to count, in order of code.

    Attributes
    ----------
    codes : tuple of str
    volume, rate : (n,)
        Denominators [units] > 0, rates in [0, 1].
    pooled : float
        Rate of all together, NaN where there is none.
    side : (n,) int
        -1 under the wide limits, 1 over them, 0 between.
    """

    codes: tuple[str, ...]
    volume: Floats
    rate: Floats
    pooled: float
    side: NDArray[np.int_]


def spread(figures: Figures, indicator: str) -> Spread:
    """Rates against volumes, and on which side of the limits around the pooled rate each one lies."""
    own = figures.indicators.get(indicator)
    if own is None:
        return Spread((), np.empty(0), np.empty(0), float("nan"), np.empty(0, dtype=np.int_))
    counted = ~np.isnan(own.numerator) & (own.denominator > 0)
    n, d = own.numerator[counted], own.denominator[counted]
    codes = tuple(figures.codes[row] for row in own.rows[counted])
    pooled = float(n.sum() / d.sum()) if len(d) else float("nan")
    rate = n / d
    low, high = limits(pooled, d, SURER)
    side = (rate > high).astype(np.int_) - (rate < low).astype(np.int_)
    return Spread(codes, d, rate, pooled, side)


def limits(pooled: float, volume: Floats | Sequence[float], chance: float) -> tuple[Floats, Floats]:
    """Limits around the pooled rate p for volumes D: p ∓ z √(p (1 − p) / D), within [0, 1].

    A rate lies outside just where p lies outside the rate's own Wilson interval, which is the same test.
    """
    z = float(stats.norm.ppf((1 + chance) / 2))
    half = z * np.sqrt(pooled * (1 - pooled) / np.asarray(volume, dtype=np.float64))
    return np.clip(pooled - half, 0, 1), np.clip(pooled + half, 0, 1)


@dataclass(frozen=True)
class Bunched:
    """More rates just over a threshold than chance would put there: so many over it, so many under it."""

    threshold: float
    over: int
    under: int


def bunched(found: Spread) -> Sequence[Bunched]:
    """Thresholds with far more rates just over them than just under them."""
    made = []
    for threshold in THRESHOLDS:
        over = int(((found.rate >= threshold) & (found.rate < threshold + BAND)).sum())
        under = int(((found.rate >= threshold - BAND) & (found.rate < threshold)).sum())
        if over >= FEWEST_BUNCHED and stats.binomtest(over, over + under, alternative="greater").pvalue < UNLIKELY:
            made.append(Bunched(threshold, over, under))
    return tuple(made)
