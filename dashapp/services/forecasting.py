"""Forecasts side by side on the months that figures rest on, and how they would have done with the last ones hidden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

import engine
from dashapp.services import opened as desk
from dashapp.services.calculation import run
from dashapp.services.opened import Opened
from dashapp.services.rights import Action, Actor, needs
from dashapp.services.standing import below
from data.store import Store
from engine import Allocation, BackTest, Basis, EngineError, Figures, Forecast, IndicatorPlan, Kind, Period
from scenarios import ScenarioErrors

Floats = NDArray[np.float64]
LOOKS_KEPT = 32
LEAST_LEFT = 3
"""Months that must be left where others are hidden."""


@dataclass(frozen=True, eq=False)
class Past:
    """Months of the province or of one agency; shares, NaN where nothing was counted."""

    ends: tuple[date, ...]
    rate: Floats
    denominator: Floats


@dataclass(frozen=True, eq=False)
class Line:
    """One forecast of the province or of one agency.

    Attributes
    ----------
    rate, low, high : (M,) float
        By month.
    by_period : (3, T) float
        Rate, low and high of each period alone.
    reached : (T,) float
        Cumulative rate at each period's end if it came true; NaN where the indicator is not cumulative, or unknown.
    """

    rate: Floats
    low: Floats
    high: Floats
    by_period: Floats
    reached: Floats


@dataclass(frozen=True, eq=False)
class Side:
    """Forecasts of one indicator side by side.

    Attributes
    ----------
    agency : str
        Code; empty: the province.
    goal, needed : float or None
        The province's last goal, or the agency's target by the campaign's first scenario; and the rate of what is
        still to come that it takes. None where it is not known.
    """

    asked: IndicatorPlan
    periods: tuple[Period, ...]
    as_of: date
    agency: str
    past: Past
    ends: tuple[date, ...]
    lines: Mapping[str, Line]
    goal: float | None
    needed: float | None


@dataclass(frozen=True, eq=False)
class Ground:
    """What a campaign's newest figures know of the past.

    Attributes
    ----------
    indicators : tuple of str
        Those of the campaign's first scenario that have months, in its order.
    agencies : mapping of indicator id to codes of the agencies that have any month
    """

    opened: Opened
    indicators: tuple[str, ...]
    agencies: Mapping[str, tuple[str, ...]]

    @property
    def figures(self) -> Figures:
        return self.opened.figures

    def most_hidden(self, indicator: str) -> int:
        """How many of the last months may be hidden; 0: too few are known."""
        months = self.figures.months(indicator)
        return 0 if months is None else max(len(months.ends) - LEAST_LEFT, 0)


@needs(Action.READ)
def ground(store: Store, actor: Actor, /, campaign: str, base: str) -> Ground:
    """What the newest figures of a campaign know of the past; `base` is the name of its first scenario.

    Raises
    ------
    RefusedError
        ``figures_missing``.
    StoreError
        ``not_found``.
    """
    opened = desk.open_scenario(store, actor, campaign, base)
    figures = opened.figures
    told = {}
    for asked in opened.scenario.plan.indicators:
        months = figures.months(asked.id) if asked.id in figures.indicators else None
        if months is None:
            continue
        known = (np.nan_to_num(months.denominator) > 0).any(axis=0)
        rows = figures.indicators[asked.id].rows
        if known.any():
            told[asked.id] = tuple(figures.codes[row] for row in rows[known])
    return Ground(opened, tuple(told), MappingProxyType(told))


@needs(Action.READ)
def past(store: Store, actor: Actor, /, campaign: str, agency: str, indicator: str) -> Past | None:
    """The months of one agency in the newest figures; None where none are known.

    Raises
    ------
    RefusedError
        ``figures_missing``.
    StoreError
        ``not_found``.
    """
    figures = desk.ground(store, actor, campaign).figures
    if figures.months(indicator) is None or agency not in figures.position:
        return None
    if figures.position[agency] not in figures.indicators[indicator].rows:
        return None
    found = _past(figures, indicator, agency)
    return None if np.isnan(found.rate).all() else found


def back_test(ground: Ground, indicator: str, hide: int) -> BackTest:
    """How each forecast would have done with the last months hidden.

    Raises
    ------
    engine.FiguresError
        ``history_too_short``.
    """
    kind = ground.opened.scenario.plan.indicator(indicator).kind
    return _back_test(_Tested(ground.figures.sha256, indicator, kind, hide, ground.figures))


def side_by_side(ground: Ground, indicator: str, agency: str = "") -> Side:
    """The forecasts of the province, or of an agency by its code.

    Raises
    ------
    engine.FiguresError
        ``last_year_missing`` where the first scenario's volumes follow last year and it is not known.
    """
    opened = ground.opened
    figures, plan = opened.figures, opened.scenario.plan
    asked = plan.indicator(indicator)
    key = _Drawn(figures.sha256, opened.scenario.sha256, indicator, opened)
    ends, monthly, by_period = _forecasts(key)
    allocation = _base_run(opened)
    lines = {
        name: _line(one, by_period[name], _place(figures, indicator, agency), allocation, asked)
        for name, one in monthly.items()
    }
    goal, needed = (None, None) if allocation is None else _wanted(allocation, asked, agency)
    past = _past(figures, indicator, agency)
    return Side(asked, plan.periods, plan.as_of, agency, past, ends, MappingProxyType(lines), goal, needed)


# one agency, or all of them ----------------------------------------------------------------------------------------
def _place(figures: Figures, indicator: str, agency: str) -> int | None:
    """Row of an agency; None: the province."""
    if not agency:
        return None
    return int(np.flatnonzero(figures.indicators[indicator].rows == figures.position[agency])[0])


def _past(figures: Figures, indicator: str, agency: str) -> Past:
    months = figures.months(indicator)
    if months is None:
        return Past((), np.empty(0), np.empty(0))
    own = figures.parent[figures.indicators[indicator].rows] < 0
    place = _place(figures, indicator, agency)
    if place is not None:
        own = np.arange(len(own)) == place
    N, D = (np.nansum(part[:, own], axis=1) for part in (months.numerator, months.denominator))
    return Past(months.ends, np.divide(N, D, out=np.full(len(N), np.nan), where=D > 0), D)


def _line(
    monthly: Forecast, by_period: Forecast, place: int | None, allocation: Allocation | None, asked: IndicatorPlan
) -> Line:
    def three(one: Forecast) -> tuple[Floats, Floats, Floats]:
        if place is None:
            return one.province, one.province_low, one.province_high
        return one.rate[:, place], one.low[:, place], one.high[:, place]

    reached = np.full(len(by_period.province), np.nan)
    if allocation is not None and asked.basis is Basis.CUMULATIVE:
        result = allocation.results[asked.id]
        own = below(allocation, result) if place is None else np.arange(len(result.rows)) == place
        added = np.nan_to_num(result.expected)[:, own]
        won = np.nansum(result.numerator[own]) + np.cumsum((by_period.rate[:, own] * added).sum(axis=1))
        there = np.nansum(result.denominator[own]) + np.cumsum(added.sum(axis=1))
        reached = np.divide(won, there, out=reached, where=there > 0)
    return Line(*three(monthly), np.stack(three(by_period)), reached)


def _base_run(opened: Opened) -> Allocation | None:
    """The targets by the campaign's first scenario, if they can be calculated."""
    try:
        return run(opened.figures, opened.scenario)
    except (EngineError, ScenarioErrors):
        return None


def _wanted(allocation: Allocation, asked: IndicatorPlan, agency: str) -> tuple[float | None, float | None]:
    """The goal or target at the last period's end, and the rate of what is still to come that it takes."""
    last = allocation.plan.last
    if not agency:
        goal = asked.goals[last.id]
        implied = allocation.summary(asked.id, last.id).implied_in_period_rate
        return goal, implied if asked.basis is Basis.CUMULATIVE else goal
    place = _place(allocation.figures, asked.id, agency)
    result = allocation.results[asked.id]
    target = float(result.target[-1, place])
    if np.isnan(target):
        return None, None
    if asked.basis is not Basis.CUMULATIVE:
        return target, target
    coming = float(result.expected[:, place].sum())
    return target, float(result.to_do[-1, place]) / coming if coming > 0 else None


# what is asked again and again --------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Tested:
    figures_sha256: str
    indicator: str
    kind: Kind
    hide: int
    figures: Figures = field(compare=False)


@lru_cache(maxsize=LOOKS_KEPT)
def _back_test(asked: _Tested) -> BackTest:
    return engine.back_test(asked.figures, asked.indicator, asked.kind, asked.hide)


@dataclass(frozen=True)
class _Drawn:
    figures_sha256: str
    scenario_sha256: str
    indicator: str
    opened: Opened = field(compare=False)


@lru_cache(maxsize=LOOKS_KEPT)
def _forecasts(asked: _Drawn) -> tuple[tuple[date, ...], Mapping[str, Forecast], Mapping[str, Forecast]]:
    figures, plan = asked.opened.figures, asked.opened.scenario.plan
    own = plan.indicator(asked.indicator)
    ends, monthly = engine.monthly_forecasts(figures, plan, own)
    return ends, monthly, engine.forecasts(figures, plan, own)
