"""Current rates and what small numbers hide: Wilson interval, smoothed and shrunk rates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.solver import Floats

Z95 = 1.959963984540054
"""97.5 % quantile of the standard normal distribution."""


def raw(numerator: Floats, denominator: Floats) -> Floats:
    """(n,) N / D in [0, 1]; 0 where D = 0: nothing is achieved yet."""
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)


def smooth(numerator: Floats, denominator: Floats) -> Floats:
    """(n,) r̃ = (N + ½)/(D + 1), in (0, 1): a rate whose log-odds is finite."""
    return (numerator + 0.5) / (denominator + 1.0)


def logit(p: Floats) -> Floats:
    """Log-odds; infinite at 0 and 1."""
    with np.errstate(divide="ignore"):
        return np.log(p) - np.log1p(-p)


def expit(x: Floats) -> Floats:
    """Inverse of `logit`."""
    with np.errstate(over="ignore"):
        return 1.0 / (1.0 + np.exp(-x))


def wilson(numerator: Floats, denominator: Floats) -> tuple[Floats, Floats]:
    """95 % score interval of each rate (Wilson 1927); (0, 1) where D = 0.

    Returns
    -------
    low, high : (n,) float in [0, 1]
    """
    n = np.where(denominator > 0, denominator, 1.0)
    p = np.where(denominator > 0, numerator / n, 0.5)
    spread = 1.0 + Z95**2 / n
    middle = (p + Z95**2 / (2.0 * n)) / spread
    half = Z95 / spread * np.sqrt(p * (1.0 - p) / n + Z95**2 / (4.0 * n**2))
    known = denominator > 0
    low = np.where(known, np.maximum(middle - half, 0.0), 0.0)
    high = np.where(known, np.minimum(middle + half, 1.0), 1.0)
    return np.where(numerator == 0, 0.0, low), np.where(known & (numerator == denominator), 1.0, high)


def pooled(numerator: Floats, denominator: Floats) -> float:
    """Σ N / Σ D; NaN where there is no denominator at all."""
    total = float(denominator.sum())
    return float(numerator.sum()) / total if total > 0 else float("nan")


def shrunk(numerator: Floats, denominator: Floats, level: NDArray[np.intp]) -> Floats:
    """Empirical-Bayes rate, toward the pooled rate of the agencies of one level.

    Parameters
    ----------
    numerator, denominator : (n,) float
        Counts; rows with D = 0 get the pooled rate.
    level : (n,) int
        Label of each row's level, 0 … L−1.

    Returns
    -------
    (n,) float
        (N + κ·m)/(D + κ) with m the level's pooled rate and κ the beta prior's weight, by the moments of
        the beta-binomial model (Kleinman 1973): between the raw rate and m.
    """
    size = int(level.max()) + 1 if len(level) else 0
    total = np.bincount(level, denominator, size)
    mean = np.divide(np.bincount(level, numerator, size), total, out=np.zeros(size), where=total > 0)
    m = mean[level]
    rate = np.where(denominator > 0, raw(numerator, denominator), m)
    count = np.bincount(level, denominator > 0, size)
    scatter = np.bincount(level, denominator * (rate - m) ** 2, size)
    own = np.divide(np.bincount(level, denominator**2, size), total, out=np.zeros(size), where=total > 0)
    noise = mean * (1.0 - mean)
    # E[Σ D (r − m)²] = m(1−m)·[(L − 1) + ρ·(ΣD − ΣD²/ΣD − (L − 1))]
    room = noise * (total - own - (count - 1.0))
    rho = np.divide(scatter - noise * (count - 1.0), room, out=np.zeros(size), where=room > 0)
    rho = np.clip(rho, 0.0, 1.0)
    rho = rho[level]  # κ = (1 − ρ)/ρ; in terms of ρ nothing is infinite
    pull = np.divide(1.0 - rho, 1.0 - rho + rho * denominator, out=np.ones_like(rate), where=denominator > 0)
    return pull * m + (1.0 - pull) * rate
