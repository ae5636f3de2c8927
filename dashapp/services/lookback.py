"""Months of the past that come in: files of them together, on top of those there are, and what that changes."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from engine import LEAST_MONTHS, Figures, History, Kind, Plan

COUNTS = ("numerator", "denominator")
MONTHS_A_YEAR = 12
Month = tuple[str, str, int, int]
"""Agency, indicator, year and month."""


@dataclass(frozen=True)
class Lookback:
    """What becomes of the months of the past.

    Attributes
    ----------
    first, last : date or None
        First and last month that is known afterwards; None where nothing is.
    months, agencies : int
        How many of each are known then.
    added, changed, removed, unchanged : int
        Counts of one agency, indicator and month.
    """

    first: date | None
    last: date | None
    months: int
    agencies: int
    added: int
    changed: int
    removed: int
    unchanged: int


def counted(frame: pd.DataFrame) -> int:
    """How many rows of a file of months say something."""
    return int(frame[list(COUNTS)].notna().all(axis=1).sum())


def joined(
    several: Sequence[tuple[str, pd.DataFrame]],
) -> tuple[pd.DataFrame | None, tuple[tuple[str, str, str, tuple[str, Any], tuple[str, Any]], ...]]:
    """What files say together, by their names, and where two of them say different things of one month.

    Rows without counts say nothing. A difference is (agency, indicator, field, (file, value), (file, value)).
    """
    rows: dict[Month, tuple[str, Mapping[Any, Any]]] = {}
    unlike = []
    for filename, frame in several:
        for row in frame[frame[list(COUNTS)].notna().all(axis=1)].to_dict("records"):
            key = _month(row)
            first, before = rows.setdefault(key, (filename, row))
            for name in COUNTS:
                if before[name] != row[name]:
                    where = (key[0], key[1], f"{name}_{row['end']:%Y-%m}")
                    unlike.append((*where, (first, before[name]), (filename, row[name])))
    found = pd.DataFrame([dict(row) for _, row in rows.values()]) if rows else None
    return found, tuple(unlike)


def laid_over(base: History | None, rows: pd.DataFrame) -> History:
    """The months there are with some replaced or added.

    Raises
    ------
    engine.FiguresError
        As `History.from_frame`.
    """
    if base is None:
        return History.from_frame(rows)
    new = {_month(row) for row in rows.to_dict("records")}
    stays = [_month(row) not in new for row in base.frame.to_dict("records")]
    return History.from_frame(pd.concat([base.frame[np.array(stays)], rows], ignore_index=True))


def between(before: History | None, after: History | None) -> Lookback | None:
    """What differs; None where nothing does."""
    old, new = ({} if one is None else _said(one) for one in (before, after))
    if old == new:
        return None
    both = old.keys() & new.keys()
    changed = sum(old[key] != new[key] for key in both)
    ends = () if after is None else after.ends
    return Lookback(
        first=ends[0] if ends else None,
        last=ends[-1] if ends else None,
        months=len(ends),
        agencies=len({key[0] for key in new}),
        added=len(new.keys() - old.keys()),
        changed=changed,
        removed=len(old.keys() - new.keys()),
        unchanged=len(both) - changed,
    )


def can_fit(figures: Figures, plan: Plan) -> tuple[str, ...]:
    """Ids of the plan's indicators with months enough for a trend."""
    return tuple(one.id for one in plan.indicators if _known(figures, one.id, plan.as_of) >= LEAST_MONTHS)


def can_follow(figures: Figures, plan: Plan) -> bool:
    """Whether volumes can follow last year: all of its months are there for every indicator that counts dossiers."""
    first, last = date(plan.as_of.year - 1, 1, 1), date(plan.as_of.year - 1, 12, 31)
    flows = [one.id for one in plan.indicators if one.kind is Kind.FLOW and one.id in figures.indicators]
    return bool(flows) and all(_known(figures, id, last, first) >= MONTHS_A_YEAR for id in flows)


def _known(figures: Figures, indicator: str, until: date, since: date = date.min) -> int:
    """How many months of an indicator are known between two days."""
    if figures.history is None or indicator not in figures.indicators:
        return 0
    own = figures.history.frame
    ends = own.loc[(own["indicator"] == indicator) & (own["denominator"] > 0), "end"].unique()
    return len({(end.year, end.month) for end in ends if since <= end <= until})


def month_ends(year: int, until: date) -> list[date]:
    """Last days of the months from January of a year; the last month ends on `until`."""
    ends = []
    for at in range((until.year - year) * 12 + until.month):
        y, m = year + at // 12, at % 12 + 1
        ends.append(date(y, m, calendar.monthrange(y, m)[1]))
    return [*ends[:-1], until]


def _month(row: Mapping[Any, Any]) -> Month:
    return row["agency"], row["indicator"], row["end"].year, row["end"].month


def _said(history: History) -> dict[Month, tuple[date, float | None, float | None]]:
    """Every month with its last day and counts (None: not reported)."""
    rows = history.frame.astype(dict.fromkeys(COUNTS, object))
    rows = rows.where(rows.notna(), None)
    return {_month(row): (row["end"], row["numerator"], row["denominator"]) for row in rows.to_dict("records")}
