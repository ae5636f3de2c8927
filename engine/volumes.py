"""Denominators still to come: as given, else estimated by days or as last year's months ran."""

from __future__ import annotations

from datetime import date, timedelta
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from engine import calendar, rates
from engine.errors import FiguresError
from engine.figures import IndicatorFigures
from engine.history import Months
from engine.plan import IndicatorPlan, Kind, Plan
from engine.plan import Volumes as Follow
from engine.solver import Floats

_FEW = 30.0
"""Units of last year below which an agency's own course over the year is chance: its level's is used."""


class From(IntEnum):
    """Where a volume is from."""

    GIVEN = 0
    BY_DAYS = 1
    LAST_YEAR = 2


def volumes(
    counts: IndicatorFigures,
    D: Floats,
    plan: Plan,
    asked: IndicatorPlan,
    months: Months | None,
    level: NDArray[np.intp],
) -> tuple[Floats, NDArray[np.int64]]:
    """(T, n) V_t in whole units, so that no count exceeds what is there, and where each is `From`.

    Parameters
    ----------
    D : (n,) float
        Counted so far.
    months : Months or None
        The indicator's past; last year's is needed where the plan's volumes follow it.
    level : (n,) int
        Label of each row's level.

    Raises
    ------
    FiguresError
        ``last_year_missing`` where volumes follow last year and its months are not all there.
    """
    shape = (len(plan.periods), len(D))
    if asked.kind is Kind.STOCK:
        return np.zeros(shape), np.zeros(shape, dtype=np.int64)
    V = np.full(shape, np.nan)
    for t, period in enumerate(plan.periods):
        if period.id in counts.expected:
            V[t] = counts.expected[period.id]
    open_ = np.isnan(V)
    source = np.where(open_, From.BY_DAYS, From.GIVEN).astype(np.int64)
    if open_.any():
        factor = np.broadcast_to(calendar.pro_rata(plan.as_of, plan.periods, plan.assumptions)[:, None], shape)
        if plan.assumptions.volumes is Follow.LAST_YEAR:
            course = _course(plan, asked, months, level)
            by_days = calendar.days_of_periods(plan.as_of, plan.periods) / calendar.days_counted(plan.as_of)
            known = ~np.isnan(course)
            factor = np.where(known, course * (factor / by_days[:, None]), factor)
            source[open_ & known] = From.LAST_YEAR
        V = np.where(open_, D * factor, V)
    return np.ceil(V - 1e-9), source


def _course(plan: Plan, asked: IndicatorPlan, months: Months | None, level: NDArray[np.intp]) -> Floats:
    """(T, n) last year's volume of each period over that from 1 January to the day of the figures; NaN: unknown."""
    year = plan.as_of.year - 1
    past = None if months is None else months.only([start.year == year for start in months.starts])
    if past is None or len(past.ends) < 12:
        found = 0 if past is None else len(past.ends)
        raise FiguresError("last_year_missing", indicator=asked.id, year=year, months=found, needed=12)
    D = np.where(np.isnan(past.denominator).any(axis=0), 0.0, np.nan_to_num(past.denominator))
    ends = [plan.as_of, *(period.end for period in plan.periods)]
    until = np.stack([_until(past.ends, D, _a_year_before(end)) for end in ends])
    parts = np.diff(until, axis=0)
    pooled = [np.stack([np.bincount(level, row)[level] for row in rows]) for rows in (until[:1], parts)]
    own = until[0] >= _FEW
    so_far, added = np.where(own, until[0], pooled[0][0]), np.where(own, parts, pooled[1])
    return np.where(so_far > 0, rates.raw(added, np.broadcast_to(so_far, added.shape)), np.nan)


def _until(ends: tuple[date, ...], D: Floats, day: date) -> Floats:
    """(n,) counted from 1 January to a day of last year; a month's days count alike."""
    total = np.zeros(D.shape[1])
    for end, counted in zip(ends, D, strict=True):
        if end <= day:
            total += counted
        elif end.month == day.month:
            total += counted * (day.day / end.day)
    return total


def _a_year_before(day: date) -> date:
    last_of_february = day.month == 2 and (day + timedelta(days=1)).month == 3
    return date(day.year - 1, day.month, 28 if last_of_february else day.day)
