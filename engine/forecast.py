"""Forecasts side by side, each with its interval, and how they would have done: none is presented as true."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from engine import calendar, rates
from engine.errors import FiguresError
from engine.figures import Figures
from engine.history import last_day
from engine.plan import IndicatorPlan, Kind, Period, Plan, Start, Trend
from engine.solver import Floats
from engine.trends import LEAST_MONTHS, fit
from engine.volumes import volumes

NO_CHANGE = "none"
"""The naive forecast: the rate so far goes on."""

Z90 = 1.6448536269514722
"""95 % quantile of the standard normal distribution."""

SURE = 2.394
"""Standard errors beyond which a mean is hardly chance: 5 %, shared by three trends that are tried at once."""


@dataclass(frozen=True, eq=False)
class Forecast:
    """Rates that may come, before any measure.

    Attributes
    ----------
    rate, low, high : (T, n) float
        Share of the dossiers of each period alone (flow), or at its end (stock); low and high enclose 90 % of what is
        believed of what will be counted.
    province, province_low, province_high : (T,) float
        The same for the agencies without one above them, pooled by volume.
    """

    rate: Floats
    low: Floats
    high: Floats
    province: Floats
    province_low: Floats
    province_high: Floats


def fitted_odds(figures: Figures, plan: Plan, asked: IndicatorPlan) -> tuple[Floats, Floats] | None:
    """(T, n) log-odds of each period's rate by the plan's fitted trend, and how unsure they are (standard deviation).

    None where the plan asks for no fit.

    Raises
    ------
    FiguresError
        ``history_missing``, ``history_too_short``.
    """
    if asked.start is not Start.PROJECTED or not isinstance(asked.trend, Trend):
        return None
    months = figures.months(asked.id)
    if months is None:
        raise FiguresError("history_missing", indicator=asked.id, trend=str(asked.trend))
    stock = asked.kind is Kind.STOCK
    level = figures.level_index[figures.indicators[asked.id].rows]
    fitted = fit(months, asked.trend, level, plan.as_of, stock=stock, indicator=asked.id)
    ahead = _ahead(plan, stock=stock)
    length = calendar.days_of_periods(plan.as_of, plan.periods) / calendar.DAYS_A_MONTH
    return fitted.log_odds(ahead), fitted.spread(ahead, length)


def _ahead(plan: Plan, *, stock: bool) -> Floats:
    """(T,) months from the day of the figures to the middle of each period, to its end for a stock."""
    if stock:
        return np.cumsum(calendar.days_of_periods(plan.as_of, plan.periods)) / calendar.DAYS_A_MONTH
    return calendar.months_to_middle(plan.as_of, plan.periods)


def forecasts(figures: Figures, plan: Plan, asked: IndicatorPlan) -> Mapping[str, Forecast]:
    """Every forecast of one indicator for each period: no change, and each trend that its history allows.

    Raises
    ------
    FiguresError
        ``last_year_missing`` where the plan's volumes follow last year and it is not known.
    """
    return _forecasts(figures, plan, asked, plan, _expected(figures, plan, asked))


def monthly_forecasts(
    figures: Figures, plan: Plan, asked: IndicatorPlan
) -> tuple[tuple[date, ...], Mapping[str, Forecast]]:
    """Every forecast of one indicator for each month to the last period's end, and the months' last days.

    The first month begins on the day after the figures. What a period brings is spread over its days.

    Raises
    ------
    FiguresError
        As `forecasts`.
    """
    ends = _month_ends(plan)
    months = tuple(Period(end.isoformat(), end) for end in ends)
    V = _expected(figures, plan, asked)
    since = np.array([plan.as_of.toordinal(), *(end.toordinal() for end in ends)])
    bounds = np.array([plan.as_of.toordinal(), *(period.end.toordinal() for period in plan.periods)])
    common = np.minimum(since[1:, None], bounds[1:]) - np.maximum(since[:-1, None], bounds[:-1])
    spread = (np.maximum(common, 0) / np.diff(bounds)) @ V
    return ends, _forecasts(figures, plan, asked, replace(plan, periods=months), spread)


def _month_ends(plan: Plan) -> tuple[date, ...]:
    """Last days of the months after the day of the figures; the last one ends with the last period."""
    ends, day = [], plan.as_of
    while day < plan.last.end:
        day = last_day(day + timedelta(days=1))
        ends.append(min(day, plan.last.end))
    return tuple(ends)


def _expected(figures: Figures, plan: Plan, asked: IndicatorPlan) -> Floats:
    counts = figures.indicators[asked.id]
    D = np.nan_to_num(counts.denominator)
    return volumes(counts, D, plan, asked, figures.months(asked.id), figures.level_index[counts.rows])[0]


def _forecasts(figures: Figures, plan: Plan, asked: IndicatorPlan, times: Plan, V: Floats) -> Mapping[str, Forecast]:
    """For the periods of `times`, which bring V (T, n)."""
    counts = figures.indicators[asked.id]
    N, D = np.nan_to_num(counts.numerator), np.nan_to_num(counts.denominator)
    stock = asked.kind is Kind.STOCK
    length = calendar.days_of_periods(times.as_of, times.periods) / calendar.DAYS_A_MONTH
    window = _Window(_ahead(times, stock=stock), length, np.broadcast_to(D, V.shape) if stock else V)
    return _side_by_side(figures, asked.id, plan.as_of, window, N, D, stock=stock)


@dataclass(frozen=True, eq=False)
class _Window:
    """Times (T,) to forecast for [months ahead], their length [months], and the volume (T, n) that will be counted."""

    ahead: Floats
    length: Floats
    volume: Floats


def _side_by_side(
    figures: Figures, indicator: str, since: date, window: _Window, N: Floats, D: Floats, *, stock: bool
) -> Mapping[str, Forecast]:
    rows = figures.indicators[indicator].rows
    weight = window.volume * (figures.parent[rows] < 0)
    total = weight.sum(axis=1, keepdims=True)
    weight = np.divide(weight, total, out=np.zeros_like(weight), where=total > 0)

    def enclosed(odds: Floats, spread: Floats, pooled: Callable[[Floats], Floats]) -> Forecast:
        p = rates.expit(odds)
        bend = p * (1.0 - p)
        volume = np.maximum(window.volume, 1.0)
        chance = 0.0 if stock else 1.0 / (volume * bend)
        half = Z90 * np.sqrt(spread**2 + chance)
        province = (weight * p).sum(axis=1)
        apart = 0.0 if stock else (weight**2 * bend / volume).sum(axis=1)
        width = Z90 * np.sqrt(pooled(weight * bend) ** 2 + apart)
        low, high = np.maximum(province - width, 0.0), np.minimum(province + width, 1.0)
        return Forecast(p, rates.expit(odds - half), rates.expit(odds + half), province, low, high)

    r = rates.smooth(N, D)
    own = np.broadcast_to(1.0 / np.sqrt((D + 1.0) * r * (1.0 - r)), window.volume.shape)
    still = np.broadcast_to(rates.logit(r), window.volume.shape)
    found = {NO_CHANGE: enclosed(still, own, lambda share: np.sqrt(((share * own) ** 2).sum(axis=1)))}
    months = figures.months(indicator)
    if months is not None:
        for trend in Trend:
            try:
                one = fit(months, trend, figures.level_index[rows], since, stock=stock, indicator=indicator)
            except FiguresError:  # too few months for any trend: no change stands alone
                break
            spread = one.spread(window.ahead, window.length)
            found[str(trend)] = enclosed(
                one.log_odds(window.ahead), spread, partial(one.pooled_spread, window.ahead, window.length)
            )
    return MappingProxyType(found)


@dataclass(frozen=True, eq=False)
class Tried:
    """One forecast against what came.

    Attributes
    ----------
    forecast : Forecast
        T = 1: the hidden months together.
    error : (n,) float
        Forecast minus actual rate [share]; NaN where nothing came.
    inside : (n,) bool
        Whether what came lies between low and high.
    province_error : float
    """

    forecast: Forecast
    error: Floats
    inside: NDArray[np.bool_]
    province_error: float

    @property
    def mean_error(self) -> float:
        """Mean absolute error of the agencies [share]."""
        return float(np.nanmean(np.abs(self.error)))

    @property
    def covered(self) -> float:
        """Share of the agencies whose interval held; 0.9 is promised."""
        return float(self.inside[~np.isnan(self.error)].mean())


@dataclass(frozen=True, eq=False)
class BackTest:
    """What forecasts made on an earlier day would have got wrong.

    Attributes
    ----------
    indicator : str
    since, until : date
        Last day that the forecasts knew, and last day of the hidden months.
    rows : (n,) int
        Position of each row's agency in `Figures.codes`.
    actual, volume : (n,) float
        Rate of the hidden months together (of the last of them for a stock), and their denominators.
    province : float
    tried : mapping of forecast name to Tried; ``"none"``, the naive one, first.
    expected_volume, came_volume : float
        Of the agencies without one above: estimated by days, and what came. NaN for a stock.
    """

    indicator: str
    since: date
    until: date
    rows: NDArray[np.intp]
    actual: Floats
    volume: Floats
    province: float
    tried: Mapping[str, Tried]
    expected_volume: float
    came_volume: float

    def beaten(self, name: str) -> float:
        """Share of the agencies for which a forecast came nearer than the naive one."""
        naive, own = np.abs(self.tried[NO_CHANGE].error), np.abs(self.tried[name].error)
        known = ~np.isnan(naive)
        return float((own < naive)[known].mean())

    def gain(self, name: str) -> tuple[float, float]:
        """How much nearer than the naive one a forecast came to the agencies on average, and its standard error.

        Shares; negative where it was further off. The error is NaN for fewer than two agencies.
        """
        nearer = np.abs(self.tried[NO_CHANGE].error) - np.abs(self.tried[name].error)
        nearer = nearer[~np.isnan(nearer)]
        spread = nearer.std(ddof=1) / np.sqrt(len(nearer)) if len(nearer) > 1 else np.nan
        return float(nearer.mean()) if len(nearer) else float("nan"), float(spread)

    @property
    def best(self) -> str:
        """The forecast that came nearest to the agencies on average; the naive one where none came nearer."""
        return min(self.tried, key=lambda name: self.tried[name].mean_error)

    @property
    def is_told_apart(self) -> bool:
        """Whether the best one came nearer than the naive one by more than chance explains among those tried."""
        mean, spread = self.gain(self.best)
        return self.best != NO_CHANGE and mean > SURE * spread


def back_test(figures: Figures, indicator: str, kind: Kind, hide: int) -> BackTest:
    """Hide the last months, forecast them from the rest, and compare.

    Parameters
    ----------
    figures : Figures
        With history; their own counts are not looked at.
    kind : Kind
        What the indicator counts.
    hide : int
        Number of months to hide, at least 1.

    Raises
    ------
    FiguresError
        ``history_missing``; ``history_too_short`` where fewer than three months would be left.
    """
    months = figures.months(indicator)
    if months is None:
        raise FiguresError("history_missing", indicator=indicator, trend=NO_CHANGE)
    kept = len(months.ends) - hide
    if kept < LEAST_MONTHS:
        known = len(months.ends)
        raise FiguresError("history_too_short", indicator=indicator, months=known, needed=LEAST_MONTHS + hide)
    stock = kind is Kind.STOCK
    since, until = months.ends[kept - 1], months.ends[-1]
    past, hidden = months.until(since), months.only([end > since for end in months.ends])
    if stock:
        past, hidden = (
            past.only([end == since for end in past.ends]),
            hidden.only([end == until for end in hidden.ends]),
        )
    else:
        past = past.since(date(since.year, 1, 1))
    N, D = (np.nansum(part, axis=0) for part in (past.numerator, past.denominator))
    won, volume = (np.nansum(part, axis=0) for part in (hidden.numerator, hidden.denominator))
    days = float((until - since).days)
    ahead = days if stock else 0.5 * days
    window = _Window(
        np.array([ahead]) / calendar.DAYS_A_MONTH, np.array([days]) / calendar.DAYS_A_MONTH, volume[None, :]
    )
    actual = np.where(volume > 0, rates.raw(won, volume), np.nan)
    rows = figures.indicators[indicator].rows
    top = (figures.parent[rows] < 0).astype(np.float64)
    province = float(won @ top / (volume @ top)) if volume @ top > 0 else float("nan")
    made = _side_by_side(figures, indicator, since, window, N, D, stock=stock)
    tried = {name: _against(one, actual, volume, province) for name, one in made.items()}
    by_days = D @ top * days / calendar.days_counted(since)
    return BackTest(
        indicator=indicator,
        since=since,
        until=until,
        rows=rows,
        actual=actual,
        volume=volume,
        province=province,
        tried=MappingProxyType(tried),
        expected_volume=float("nan") if stock else float(by_days),
        came_volume=float("nan") if stock else float(volume @ top),
    )


def _against(one: Forecast, actual: Floats, volume: Floats, province: float) -> Tried:
    inside = (actual >= _below(one.low[0], volume)) & (actual <= _above(one.high[0], volume))
    return Tried(one, one.rate[0] - actual, inside, float(one.province[0]) - province)


def _below(low: Floats, volume: Floats) -> Floats:
    """The rate of the last whole unit at or below a bound: of twelve dossiers, 41 % is four of them."""
    return rates.raw(np.floor(low * volume + 1e-9), volume)


def _above(high: Floats, volume: Floats) -> Floats:
    return rates.raw(np.ceil(high * volume - 1e-9), volume)
