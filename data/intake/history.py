"""Monthly figures of the past: one row per agency, indicator and month, `.csv` or `.xlsx`."""

from __future__ import annotations

import calendar
import datetime
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from data.intake.long_rows import LongRows, has_header, read_long
from data.intake.numbers import LARGEST_COUNT, read_count
from data.intake.problems import Known, KnownAgency, Layout, Reading
from data.intake.repairs import Repairs
from data.intake.sheets import MAX_ROWS
from data.intake.template import write_plain
from data.intake.words import DENOMINATOR, NUMERATOR
from data.output import csv_text, write_text, write_whole

MONTH = "end"
_MONTH_HEADERS = ("end", "month", "Tháng", "Đến ngày", "Kỳ báo cáo")
_WANTED = ("agency", "indicator", MONTH, NUMERATOR, DENOMINATOR)
_OWN: Mapping[str, Sequence[str]] = MappingProxyType({MONTH: _MONTH_HEADERS})
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_MONTH = re.compile(r"(\d{4})-(\d{1,2})|(\d{1,2})[/.](\d{4})")
_EXPECTED: Mapping[str, str] = MappingProxyType({MONTH: "2022-05 / 05/2022 / 15/06/2022"})


def is_history(source: Path | bytes, filename: str) -> bool:
    """Whether a file has the headers of monthly figures."""
    return has_header(source, filename, _WANTED, _OWN)


def read_history(
    source: Path | bytes, filename: str, *, known: Known | None = None, repairs: Repairs | None = None
) -> Reading:
    """Read a file of monthly figures.

    Parameters
    ----------
    source, filename, known, repairs
        As in `read`; of `known` the agencies and indicators are used.

    Returns
    -------
    Reading
        `frame` is what `engine.History.from_frame` takes, None where there is any error. No file raises.
    """
    asked = (known or Known(), (), _WANTED, _OWN, _Rows)
    return read_long(source, filename, *asked, layout=Layout.HISTORY, repairs=repairs)


def write_history_form(
    path: Path | str,
    *,
    agencies: Sequence[KnownAgency],
    indicators: Sequence[str],
    ends: Sequence[datetime.date],
    sheet: str,
) -> None:
    """Write an empty table of months, agencies and the last months that have room filled in.

    Parameters
    ----------
    indicators : sequence of str
        Ids.
    ends : sequence of date
        Last days of months, in order.
    sheet : str
        Name of the sheet of a workbook.

    Raises
    ------
    OutputError
        If `path` cannot be written, or has another suffix than ``.xlsx`` or ``.csv`` (``bad_name``).
    """
    room = max((MAX_ROWS - 1) // max(len(agencies) * len(indicators), 1), 1)
    kept = [_written(end) for end in ends[-room:]]
    rows: list[list[object]] = [["agency", "name", "indicator", MONTH, NUMERATOR, DENOMINATOR]]
    rows += [[one.code, one.name, id, end, "", ""] for one in agencies for id in indicators for end in kept]
    if Path(path).suffix.casefold() == ".csv":
        write_text(path, csv_text(rows))
    else:
        write_whole(path, lambda fresh: write_plain(fresh, rows, sheet))


def _written(end: datetime.date) -> str:
    """A month that is over as ``2022-05``, another as its last counted day."""
    over = end.day == calendar.monthrange(end.year, end.month)[1]
    return f"{end:%Y-%m}" if over else end.isoformat()


class _Rows(LongRows):
    def entry(self, at: int) -> tuple[object, ...] | None:
        agency, indicator, end = self.agency(at), self.indicator(at), self._end(at)
        counts = [self._count(at, name) for name in (NUMERATOR, DENOMINATOR)]
        if not (agency and indicator and end):
            return None
        if counts[0] > counts[1]:
            told: dict[str, Any] = {"agency": agency, "indicator": indicator}
            told |= {"numerator": counts[0], "denominator": counts[1]}
            self.fault("numerator_above_denominator", at, NUMERATOR, self.value(at, NUMERATOR), **told)
        self._both(at, counts, agency, indicator)
        self.once((agency, indicator, end.year, end.month), at, f"{agency}, {end:%m/%Y}", indicator)
        return agency, indicator, end, counts[0], counts[1]

    def _both(self, at: int, counts: list[float], agency: str, indicator: str) -> None:
        """Neither count may be there without the other."""
        empty = [name for name in (NUMERATOR, DENOMINATOR) if self.value(at, name) in ("", None)]
        if len(empty) == 1 and not all(math.isnan(one) for one in counts):
            given = DENOMINATOR if empty == [NUMERATOR] else NUMERATOR
            told = {"field": empty[0], "given": given, "agency": agency, "indicator": indicator}
            self.fault("count_missing", at, empty[0], "", **told)

    def _end(self, at: int) -> datetime.date | None:
        value = self.value(at, MONTH)
        if isinstance(value, datetime.date):
            return datetime.date(value.year, value.month, value.day)
        text = self.text(at, MONTH)
        found = month_end(text) if text else None
        if text and found is None:
            self.fault("not_a_month", at, MONTH, text, expected=_EXPECTED[MONTH], field=MONTH)
        return found

    def _count(self, at: int, name: str) -> float:
        if self.cell_fault(at, name):
            return float("nan")
        value = self.value(at, name)
        number, code = read_count("" if value is None else value)
        if code:
            self.fault(code, at, name, value, field=name, **({"limit": LARGEST_COUNT} if "large" in code else {}))
        return number


def month_end(text: str) -> datetime.date | None:
    """``2022-05`` or ``05/2022`` is the last day of May, ``15/06/2022`` or ``2022-06-15`` that day; else None."""
    try:
        if found := _DAY.fullmatch(text):
            year, month, day = (found[1], found[2], found[3]) if found[1] else (found[6], found[5], found[4])
            return datetime.date(int(year), int(month), int(day))
        if found := _MONTH.fullmatch(text):
            year, month = (int(found[1]), int(found[2])) if found[1] else (int(found[4]), int(found[3]))
            return datetime.date(year, month, calendar.monthrange(year, month)[1])
    except ValueError:
        return None
    return None
