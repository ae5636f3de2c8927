"""Trends fitted on monthly history, each agency's toward those of its level: few dossiers do not make a trend.

A linear mixed model per level: y = α_i + β_i·τ + noise, τ in months from the day of the figures (negative: past), with
known binomial noise plus one month-to-month variance for all, and (α_i, β_i) normal around the level's mean; means by
generalised least squares, variances by EM (Laird & Ware 1982). y is the log-odds (`logistic`, `recent`) or the rate
itself (`linear`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from engine import rates
from engine.calendar import DAYS_A_MONTH
from engine.errors import FiguresError
from engine.history import Months
from engine.plan import Trend
from engine.solver import Floats

LEAST_MONTHS = 3
"""Fewer months do not tell a trend from chance; `recent` looks at so many."""

_PASSES = 60
_LEAST_VARIANCE = 1e-10
_FEW = 20.0
"""So many observations of a level count as much as all levels together."""

_BELIEVED: Mapping[Trend, tuple[tuple[float, float], float]] = MappingProxyType(
    {
        Trend.LINEAR: ((0.01, 0.0001), 3.0),
        Trend.LOGISTIC: ((0.25, 0.0049), 3.0),
        Trend.RECENT: ((0.25, 0.06), 1.0),
    }
)
"""Variances of level and slope between agencies, believed beforehand (in log-odds, in rates for `linear`), and how many
agencies of a level count as much: it keeps them from vanishing. Three months tell little of how slopes differ, so what
is believed of those decides how wide the forecast is: a narrow belief is never unlearnt, and where slopes differ by 0.2
a month, intervals that promise nine of ten hold in seven."""

_STEEP = 7.0
"""Log-odds beyond which a rate counts as 0 or 1 while a trend is fitted."""

_EDGE = 5e-4
"""A forecast rate stays this far from 0 and 1, where log-odds end."""


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted trend.

    Attributes
    ----------
    trend : Trend
    level, slope : (n,) float
        y at the day of the figures, and its change a month: log-odds, or rates for `linear`.
    covariance : (n, 2, 2) float
        Of (level, slope), that of the means of the levels included.
    group : (n,) int; pull : (n, 2, 2) float; of_mean : (L, 2, 2) float
        Level of each row, how far its level's mean moves it, and the covariance of these means.
    noise : (n,) float
        Month-to-month variance of y beside binomial noise.
    """

    trend: Trend
    level: Floats
    slope: Floats
    covariance: Floats
    group: NDArray[np.intp]
    pull: Floats
    of_mean: Floats
    noise: Floats

    def log_odds(self, months: Floats) -> Floats:
        """(T,) months from the day of the figures -> (T, n) log-odds of the rate there."""
        y = self.level + self.slope * np.asarray(months, dtype=np.float64)[:, None]
        return rates.logit(np.clip(y, _EDGE, 1.0 - _EDGE)) if self.trend is Trend.LINEAR else y

    def spread(self, months: Floats, length: Floats) -> Floats:
        """(T, n) standard deviation of the log-odds of a mean over `length` (T,) months around `months`."""
        at = np.stack([np.ones_like(months), months], axis=-1)
        variance = np.einsum("ta,nab,tb->tn", at, self.covariance, at) + self._noise(length)
        return np.sqrt(variance) * self._stretch(months)

    def pooled_spread(self, months: Floats, length: Floats, share: Floats) -> Floats:
        """(T,) standard deviation of Σ share·log-odds; what a level's mean does to all its agencies is in it."""
        at = np.stack([np.ones_like(months), months], axis=-1)
        share = share * self._stretch(months)
        mean = self.of_mean[self.group]
        alone = self.covariance - self.pull @ mean @ self.pull.transpose(0, 2, 1)
        variance = (share**2 * (np.einsum("ta,nab,tb->tn", at, alone, at) + self._noise(length))).sum(axis=1)
        moved = np.einsum("tn,ta,nab->tnb", share, at, self.pull)
        together = np.zeros((len(self.of_mean), len(months), 2))
        np.add.at(together, self.group, moved.transpose(1, 0, 2))
        variance = variance + np.einsum("lta,lab,ltb->t", together, self.of_mean, together)
        return np.sqrt(np.maximum(variance, 0.0))

    def _noise(self, length: Floats) -> Floats:
        return self.noise / np.maximum(length, 1.0)[:, None]

    def _stretch(self, months: Floats) -> Floats | float:
        """Log-odds of a unit of y: 1, or 1/(y·(1 − y)) where y is a rate."""
        if self.trend is not Trend.LINEAR:
            return 1.0
        y = rates.expit(self.log_odds(months))
        return 1.0 / (y * (1.0 - y))


def fit(months: Months, trend: Trend, level: NDArray[np.intp], since: date, *, stock: bool, indicator: str) -> Fit:
    """Fit a trend on what was known on a day.

    Parameters
    ----------
    months : Months
        The past; months that end after `since` are not looked at.
    level : (n,) int
        Label of each row's level, 0 … L−1; rows without any month get their level's trend.
    since : date
        Day of the figures.
    stock : bool
        The months hold what there was at their ends, not what each brought.

    Raises
    ------
    FiguresError
        ``history_too_short`` with the number of months there are and that are needed.
    """
    known = months.until(since)
    known = known.only([bool((counted > 0).any()) for counted in known.denominator])
    if trend is Trend.RECENT:
        known = known.only([m >= len(known.ends) - LEAST_MONTHS for m in range(len(known.ends))])
    if len(known.ends) < LEAST_MONTHS:
        raise FiguresError("history_too_short", indicator=indicator, months=len(known.ends), needed=LEAST_MONTHS)
    tau = np.array([_when(start, end, since, stock) for start, end in zip(known.starts, known.ends, strict=True)])
    return _mixed(known, tau, level, trend)


def _when(start: date, end: date, since: date, stock: bool) -> float:
    """Months from the day of the figures to the middle of a month, or to its end."""
    middle = end.toordinal() if stock else (start.toordinal() - 1 + end.toordinal()) / 2.0
    return float(middle - since.toordinal()) / DAYS_A_MONTH


def _mixed(months: Months, tau: Floats, level: NDArray[np.intp], trend: Trend) -> Fit:
    told = np.nan_to_num(months.denominator) > 0
    D = np.where(told, months.denominator, 1.0)
    share = np.where(told, months.numerator, 0.0) / D
    x = np.stack([np.ones_like(tau), tau], axis=-1)
    pool = _Pool(level, *_BELIEVED[trend])
    noise = np.zeros(pool.size)
    usual = rates.smooth((share * D * told).sum(axis=0), (D * told).sum(axis=0))
    own = np.stack([usual if trend is Trend.LINEAR else rates.logit(usual), np.zeros_like(usual)], axis=-1)
    covariance = pull = of_mean = np.zeros((len(usual), 2, 2))
    for _ in range(_PASSES):
        y, known = _seen(share, D, x @ own.T, usual, trend)
        extra = noise[level]
        weight = np.where(told, 1.0 / (known + extra), 0.0)
        A = np.einsum("mn,ma,mb->nab", weight, x, x)
        h = np.einsum("mn,mn,ma->na", weight, y, x)
        own, covariance, pull, of_mean = pool.update(A, h)
        square = (y - x @ own.T) ** 2 + np.einsum("ma,nab,mb->mn", x, covariance, x)
        if noise.any():  # the part of each residual that is not binomial, as expected from what is known so far
            keep = extra / (known + extra)
            square = keep * known + keep**2 * square
        else:
            square = square - known
        noise = _shared(np.where(told, square, 0.0).sum(axis=0), told.sum(axis=0), pool)
    return Fit(trend, own[:, 0], own[:, 1], covariance, level, pull, of_mean, noise[level])


def _seen(share: Floats, D: Floats, fitted: Floats, usual: Floats, trend: Trend) -> tuple[Floats, Floats]:
    """(M, n) y and its binomial variance; of log-odds, linearised where the fit is (Breslow & Clayton 1993)."""
    if trend is Trend.LINEAR:
        return share, usual * (1.0 - usual) / D
    p = rates.expit(np.clip(fitted, -_STEEP, _STEEP))
    bend = p * (1.0 - p)
    return np.clip(fitted, -_STEEP, _STEEP) + (share - p) / bend, 1.0 / (D * bend)


def _shared(total: Floats, count: NDArray[np.intp], pool: _Pool) -> Floats:
    """(L,) mean of each level, drawn toward that of all where a level has few observations."""
    overall = total.sum() / max(count.sum(), 1)
    of_level = (pool.sum(total) + _FEW * overall) / (pool.sum(count.astype(np.float64)) + _FEW)
    return np.maximum(of_level, _LEAST_VARIANCE)


class _Pool:
    """Agencies around the mean of their level: posterior means and covariances, and what is learnt of the levels."""

    def __init__(self, level: NDArray[np.intp], variances: tuple[float, float], belief: float) -> None:
        self.level, self.size = level, int(level.max()) + 1
        self.count = np.bincount(level, minlength=self.size).astype(np.float64)
        self._first, self._belief = np.diag(variances), belief
        self._spread = np.repeat(self._first[None], self.size, axis=0)

    def sum(self, values: Floats) -> Floats:
        """(n, …) -> (L, …)."""
        out = np.zeros((self.size, *values.shape[1:]))
        np.add.at(out, self.level, values)
        return out

    def update(self, A: Floats, h: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Means (n, 2), covariances and pulls (n, 2, 2), and covariances of the levels' means (L, 2, 2).

        `A` is each agency's information and `h` A times its own estimate.
        """
        spread = self._spread[self.level]
        inside = np.linalg.inv(np.eye(2) + A @ spread)
        of_mean = np.asarray(np.linalg.inv(self.sum(inside @ A) + np.diag([1e-9, 1e-6])), dtype=np.float64)
        mean = (of_mean @ self.sum(inside @ h[..., None]))[self.level]
        posterior = spread @ inside  # (A + spread⁻¹)⁻¹
        pull = np.eye(2) - posterior @ A  # how far the level's mean moves each
        estimate = pull @ mean + posterior @ h[..., None]
        covariance = posterior + pull @ of_mean[self.level] @ pull.transpose(0, 2, 1)
        off, away = estimate - mean, pull - np.eye(2)
        around = posterior + away @ of_mean[self.level] @ away.transpose(0, 2, 1)
        after = self.sum(around + off @ off.transpose(0, 2, 1)) + self._belief * self._first
        self._spread = after / (self.count + self._belief)[:, None, None]
        return estimate[..., 0], covariance, pull, of_mean
