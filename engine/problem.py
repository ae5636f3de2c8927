"""One indicator's figures and plan, laid out as arrays: everything that rules and methods may look at."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import calendar, rates
from engine.figures import Figures
from engine.forecast import fitted_odds
from engine.plan import Basis, IndicatorPlan, Kind, Plan, StartRate, Toward, Where
from engine.solver import Floats
from engine.volumes import From, volumes


@dataclass(frozen=True, eq=False)
class Problem:
    """Arrays end in the row axis n (agencies in order of code); (T, n) is period, then row.

    Attributes
    ----------
    rows : (n,) int
        Position of each row's agency in `figures.codes`.
    above : (n,) int
        Row of the agency above, in the whole indicator; -1 where there is none.
    missing : (n,) bool
        Not reported: no numerator or no denominator.
    N, D, c : (n,) float
        Counts (0 where missing) and ceiling.
    V, volumes : (T, n) float
        Denominators added in each period [whole units], and those from 1 January to each period's end.
    source : (T, n) int
        Where V is from, see `volumes.From`.
    weights : (T, n) float
        Weight of the pooled value: `volumes`, or V on basis `in_period`; 0 where missing.
    r, p, smooth : (n,) float
        Current rate as rules see it (0 where D = 0), start of the methods (level's rate where D = 0), r̃.
    raw, shrunk, wilson_low, wilson_high : (n,) float
        N/D (NaN where D = 0), empirical-Bayes rate, 95 % interval.
    peers, best : (n,) float
        Pooled rate of the row's level, and the 90th percentile of its agencies' rates (linear interpolation;
        computed only where a method looks at it).
    forecast, forecast_spread : (T, n) float or None
        Log-odds of each period's in-period rate by a trend that is fitted on history, and their standard deviation;
        None where none is fitted.
    proposals : (T, n) float
        NaN where the agency proposed nothing.
    score : (n,) float
        Capacity score of `weighted_increment`; the mean of those given where missing, 1 where nobody gave one.
    """

    figures: Figures
    plan: Plan
    asked: IndicatorPlan
    rows: NDArray[np.intp]
    above: NDArray[np.intp]
    level: NDArray[np.intp]
    missing: NDArray[np.bool_]
    N: Floats
    D: Floats
    c: Floats
    V: Floats
    source: NDArray[np.int64]
    volumes: Floats
    weights: Floats
    r: Floats
    p: Floats
    smooth: Floats
    raw: Floats
    shrunk: Floats
    wilson_low: Floats
    wilson_high: Floats
    peers: Floats
    best: Floats
    proposals: Floats
    score: Floats
    score_assumed: NDArray[np.bool_]
    elapsed: Floats
    forecast: Floats | None = None
    forecast_spread: Floats | None = None

    @property
    def assumed(self) -> NDArray[np.bool_]:
        """(T, n) V is an estimate."""
        return self.source != From.GIVEN

    @property
    def periods(self) -> int:
        """T."""
        return len(self.plan.periods)

    @property
    def cumulative(self) -> bool:
        """True where the target is a share of all dossiers since 1 January."""
        return self.asked.basis is Basis.CUMULATIVE

    @property
    def in_period(self) -> bool:
        """True where the target is a share of one period's dossiers alone."""
        return self.asked.basis is Basis.IN_PERIOD

    @property
    def stock(self) -> bool:
        return self.asked.kind is Kind.STOCK

    @cached_property
    def top(self) -> Floats:
        """(T, n) hi_physical of each period by itself (engine.md §1), no pin considered."""
        if self.cumulative:
            won = self.N + np.cumsum(self.c * self.V, axis=0)
            top = np.where(self.volumes > 0, rates.raw(won, self.volumes), 1.0)
            return np.minimum(top, 1.0)
        top = np.broadcast_to(self.c, self.V.shape)
        return np.maximum(top, rates.raw(self.N, self.D)) if self.stock else top

    def take(self, which: NDArray[np.intp]) -> Problem:
        """The same problem for some rows only."""
        if len(which) == len(self.rows) and (which[1:] > which[:-1]).all():
            return self
        parts: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray) and field.name != "elapsed":
                parts[field.name] = value[..., which]
        return replace(self, **parts)

    def select(self, where: Where) -> NDArray[np.bool_]:
        """(n,) rows that `where` names."""
        mask = ~self.missing
        if where.levels:
            mask = mask & np.isin(self.figures.level_array[self.rows], where.levels)
        if where.agencies:
            mask = mask & np.isin(self.rows, [self.figures.position[code] for code in where.agencies])
        if where.parents:
            mask = mask & np.isin(
                self.figures.parent[self.rows], [self.figures.position[code] for code in where.parents]
            )
        if where.volume_from is not None or where.volume_below is not None:
            volume = self.D + self.V.sum(axis=0)
            if where.volume_from is not None:
                mask = mask & (volume >= where.volume_from)
            if where.volume_below is not None:
                mask = mask & (volume < where.volume_below)
        return mask


def lay_out(figures: Figures, plan: Plan, asked: IndicatorPlan) -> Problem:
    """Lay out one indicator of `plan`; it must be among the figures' indicators (see `check`)."""
    counts = figures.indicators[asked.id]
    n = len(counts.rows)
    missing = np.isnan(counts.numerator) | np.isnan(counts.denominator)
    N = np.where(missing, 0.0, counts.numerator)
    D = np.where(missing, 0.0, counts.denominator)
    level = figures.level_index[counts.rows]
    months = figures.months(asked.id)
    V, source = volumes(counts, D, plan, asked, months, level)
    V[:, missing] = 0.0
    by_then = D + np.cumsum(V, axis=0)
    rate = rates.raw(N, D)
    peers = _peers(N, D, level)
    shrunk = rates.shrunk(N, D, level)
    low, high = rates.wilson(N, D)
    current = shrunk if asked.start_rate is StartRate.SHRUNK else rate
    empty = D == 0
    proposals = np.full((len(plan.periods), n), np.nan)
    for t, period in enumerate(plan.periods):
        if period.id in counts.proposed:
            proposals[t] = counts.proposed[period.id]
    place = np.full(len(figures.codes) + 1, -1, dtype=np.intp)
    place[counts.rows] = np.arange(n)
    fitted = fitted_odds(figures, plan, asked)
    return Problem(
        figures=figures,
        plan=plan,
        asked=asked,
        rows=counts.rows,
        above=place[figures.parent[counts.rows]],
        level=level,
        missing=missing,
        N=N,
        D=D,
        c=counts.ceiling,
        V=V,
        source=source,
        volumes=by_then,
        weights=V if asked.basis is Basis.IN_PERIOD else by_then,
        r=np.where(empty, 0.0, current),
        p=np.where(empty, peers, current),
        smooth=np.where(empty, np.clip(peers, 1e-6, 1.0 - 1e-6), rates.smooth(N, D)),
        raw=np.where(empty, np.nan, rate),
        shrunk=shrunk,
        wilson_low=low,
        wilson_high=high,
        peers=peers,
        best=_best(rate, D, level) if asked.method.uses(Toward.BEST_PEER) else peers,
        proposals=proposals,
        score=_scores(counts.weight),
        score_assumed=np.isnan(counts.weight),
        elapsed=calendar.elapsed(plan.as_of, plan.periods),
        forecast=None if fitted is None else fitted[0],
        forecast_spread=None if fitted is None else fitted[1],
    )


def _best(rate: Floats, D: Floats, level: NDArray[np.intp]) -> Floats:
    best = np.zeros_like(rate)
    for one in np.unique(level):
        reported = (level == one) & (D > 0)
        if reported.any():
            best[level == one] = np.quantile(rate[reported], 0.9)
    return best


def _scores(given: Floats) -> Floats:
    known = given[~np.isnan(given)]
    return np.where(np.isnan(given), known.mean() if len(known) else 1.0, given)


def _peers(N: Floats, D: Floats, level: NDArray[np.intp]) -> Floats:
    """(n,) pooled rate of each row's level; of all rows where the level has nothing; 0 where nobody has."""
    size = int(level.max()) + 1 if len(level) else 0
    total = np.bincount(level, D, size)
    overall = rates.raw(N.sum(keepdims=True), D.sum(keepdims=True))[0]
    of_level = np.divide(np.bincount(level, N, size), total, out=np.full(size, overall), where=total > 0)
    return of_level[level]
