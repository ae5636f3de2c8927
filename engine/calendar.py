"""Days between dates, volumes pro rata, and the pace at which earlier periods share the way."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np

from engine.plan import Assumptions, Pace, Period
from engine.solver import Floats


def days_counted(as_of: date) -> int:
    """Days from 1 January to `as_of`, both included."""
    return (as_of - date(as_of.year, 1, 1)).days + 1


def days_of_periods(as_of: date, periods: tuple[Period, ...]) -> Floats:
    """(T,) days of each period; the first begins on the day after `as_of`."""
    ends = [as_of, *(period.end for period in periods)]
    return np.array([(end - start).days for start, end in pairwise(ends)], dtype=np.float64)


def pro_rata(as_of: date, periods: tuple[Period, ...], assumptions: Assumptions) -> Floats:
    """(T,) factor that turns the denominator counted so far into the one expected to be added in each period.

    days(period) / days(1 January → as_of) · (1 + growth) · seasonality (engine.md §1).
    """
    seasonality = np.array([assumptions.seasonality.get(period.id, 1.0) for period in periods])
    return days_of_periods(as_of, periods) / days_counted(as_of) * (1.0 + assumptions.growth) * seasonality


def share_of_days_after(since: date, as_of: date, periods: tuple[Period, ...]) -> Floats:
    """(T,) share of each period's days on which a rule that starts on `since` holds."""
    ends = [as_of, *(period.end for period in periods)]
    shares = []
    for start, end in pairwise(ends):
        left = (end - max(start, date.fromordinal(since.toordinal() - 1))).days
        shares.append(min(max(left, 0) / (end - start).days, 1.0))
    return np.array(shares)


def elapsed(as_of: date, periods: tuple[Period, ...]) -> Floats:
    """(T,) days elapsed at each period's end / days in all, in (0, 1]."""
    days = np.cumsum(days_of_periods(as_of, periods))
    return days / days[-1]


def pace(kind: Pace, linear: float) -> float:
    """θ of an earlier period from the linear share of days; `s_curve` is linear in log-odds (see `path`)."""
    if kind is Pace.FRONT:
        return float(np.sqrt(linear))
    if kind is Pace.BACK:
        return linear * linear
    return linear
