"""Days between dates, volumes pro rata, and the pace at which earlier periods share the way."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np

from engine.plan import Assumptions, Pace, Period
from engine.solver import Floats

DAYS_A_MONTH = 365.25 / 12.0


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


def months_to_middle(as_of: date, periods: tuple[Period, ...]) -> Floats:
    """(T,) months from `as_of` to the middle of each period."""
    days = days_of_periods(as_of, periods)
    return (np.cumsum(days) - 0.5 * days) / DAYS_A_MONTH


def ramp(start: date, ramp_days: float, as_of: date, periods: tuple[Period, ...]) -> Floats:
    """(T,) mean over each period's days of clip((day − start)/ramp_days, 0, 1); without a ramp, 1 after `start`."""
    ends = [as_of, *(period.end for period in periods)]
    means = []
    for before, end in pairwise(ends):
        since = np.arange(before.toordinal() + 1, end.toordinal() + 1) - float(start.toordinal())
        felt = np.clip(since / ramp_days, 0.0, 1.0) if ramp_days > 0 else (since > 0).astype(np.float64)
        means.append(float(felt.mean()))
    return np.array(means)


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
