"""Monthly figures of the past: what forecasts are fitted on, and what last year's volumes are known from."""

from __future__ import annotations

import calendar as months_of
import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.errors import FiguresError
from engine.solver import Floats

COLUMNS = ("agency", "indicator", "end", "numerator", "denominator")


@dataclass(frozen=True, eq=False)
class Months:
    """One indicator's past, of agencies in a given order; (M, n) is month, then row.

    Attributes
    ----------
    ends : tuple of date
        Last day that each month's counts hold, in order; a month that is not over ends earlier than it does.
    numerator, denominator : (M, n) float
        What the month brought (flow), or what there was at its end (stock); NaN where not reported.
    """

    ends: tuple[date, ...]
    numerator: Floats
    denominator: Floats

    @property
    def starts(self) -> tuple[date, ...]:
        """First day of each month."""
        return tuple(end.replace(day=1) for end in self.ends)

    def until(self, last: date) -> Months:
        """The months that ended by `last`."""
        return self.only([end <= last for end in self.ends])

    def since(self, first: date) -> Months:
        """The months that began on or after `first`."""
        return self.only([start >= first for start in self.starts])

    def only(self, which: list[bool]) -> Months:
        """Some of the months."""
        at = np.flatnonzero(which)
        return Months(tuple(self.ends[m] for m in at), self.numerator[at], self.denominator[at])


@dataclass(frozen=True, eq=False)
class History:
    """Monthly figures of agencies and indicators; build with `from_frame`."""

    frame: pd.DataFrame

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> History:
        """Check a long table.

        Parameters
        ----------
        frame : DataFrame
            One row per agency, indicator and month: `agency`, `indicator`, `end` (the last day counted; dates or
            ISO text), `numerator`, `denominator` [counts of that month alone for dossiers, counts at `end` for
            services; NaN: not reported].

        Raises
        ------
        FiguresError
            ``missing_column``, ``unknown_column``, ``history_end``, ``history_twice``, ``history_count``,
            ``history_above``; `details` names agency, indicator and month.
        """
        for column in COLUMNS:
            if column not in frame.columns:
                raise FiguresError("missing_column", column=column)
        for column in frame.columns:
            if column not in COLUMNS:
                raise FiguresError("unknown_column", column=str(column))
        table = frame.loc[:, list(COLUMNS)].copy()
        for column in ("agency", "indicator"):
            table[column] = table[column].astype("string").fillna("").str.strip().astype(object)
        table["end"] = [_day(value, row) for value, row in zip(table["end"], table["agency"], strict=True)]
        for column in ("numerator", "denominator"):
            table[column] = pd.to_numeric(table[column]).astype("float64")
        table = table.sort_values(["agency", "indicator", "end"], kind="stable", ignore_index=True)
        _refuse_odd(table)
        return cls(table)

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the sorted table."""
        text = self.frame.to_csv(index=False, lineterminator="\n")
        return hashlib.sha256(text.encode()).hexdigest()

    def of(self, codes: Collection[str]) -> History | None:
        """The months of some agencies; None where there are none of them."""
        own = self.frame["agency"].isin(set(codes)).to_numpy()
        if own.all():
            return self
        return History(self.frame[own].reset_index(drop=True)) if own.any() else None

    @cached_property
    def ends(self) -> tuple[date, ...]:
        """Last day counted of each month that any agency tells of, in order."""
        last: dict[tuple[int, int], date] = {}
        for end in self.frame["end"].unique():
            month = (end.year, end.month)
            last[month] = max(last.get(month, end), end)
        return tuple(last[month] for month in sorted(last))

    @property
    def indicators(self) -> tuple[str, ...]:
        return tuple(sorted(self._by_indicator))

    @cached_property
    def _by_indicator(self) -> Mapping[str, pd.DataFrame]:
        return MappingProxyType({str(id): part for id, part in self.frame.groupby("indicator")})

    def months(self, indicator: str, codes: tuple[str, ...]) -> Months:
        """The months of one indicator for agencies in this order; months that one of them lacks are NaN for it."""
        part = self._by_indicator.get(indicator)
        if part is None:
            return Months((), np.zeros((0, len(codes))), np.zeros((0, len(codes))))
        place = {code: i for i, code in enumerate(codes)}
        part = part[part["agency"].isin(place)]
        month = [(end.year, end.month) for end in part["end"]]
        known = sorted(set(month))
        row = {one: m for m, one in enumerate(known)}
        at = (np.array([row[one] for one in month], dtype=np.intp), part["agency"].map(place).to_numpy(dtype=np.intp))
        ends = [date.min] * len(known)
        for one, end in zip(month, part["end"], strict=True):
            ends[row[one]] = max(ends[row[one]], end)
        numerator, denominator = (np.full((len(known), len(codes)), np.nan) for _ in range(2))
        numerator[at], denominator[at] = part["numerator"].to_numpy(), part["denominator"].to_numpy()
        unknown = np.isnan(numerator) | np.isnan(denominator)
        numerator[unknown] = denominator[unknown] = np.nan
        for counts in (numerator, denominator):
            counts.setflags(write=False)  # `Figures` gives the same ones to everybody who asks
        return Months(tuple(ends), numerator, denominator)


def last_day(day: date) -> date:
    """Last day of the month that a day lies in."""
    return day.replace(day=months_of.monthrange(day.year, day.month)[1])


def _day(value: object, agency: object) -> date:
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    try:
        return date.fromisoformat(str(value).strip()[:10])
    except ValueError:
        raise FiguresError("history_end", agency=str(agency), value=str(value)) from None


def _refuse_odd(table: pd.DataFrame) -> None:
    def refuse(code: str, bad: NDArray[np.bool_], **more: object) -> None:
        if bad.any():
            row = table.iloc[int(np.flatnonzero(bad)[0])]
            month = f"{row['end']:%Y-%m}"
            raise FiguresError(code, agency=row["agency"], indicator=row["indicator"], month=month, **more)

    month = pd.Series([(end.year, end.month) for end in table["end"]], dtype=object)
    keys = pd.DataFrame({"agency": table["agency"], "indicator": table["indicator"], "month": month})
    refuse("history_twice", keys.duplicated().to_numpy())
    for column in ("numerator", "denominator"):
        values = table[column].to_numpy()
        with np.errstate(invalid="ignore"):
            refuse("history_count", (values < 0) | np.isinf(values) | (values != np.floor(values)) & ~np.isnan(values))
    with np.errstate(invalid="ignore"):
        refuse("history_above", (table["numerator"] > table["denominator"]).to_numpy())
