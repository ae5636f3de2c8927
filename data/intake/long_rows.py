"""Long tables with a header of their own: one row per agency, indicator and day or period, `.csv` or `.xlsx`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from data.intake.problems import FileRefusedError, Known, KnownAgency, Layout, Problems, Reading, cell_name
from data.intake.repairs import Repairs, repaired
from data.intake.sheets import Sheet, load
from data.intake.words import Vocabulary, fold, name_key, nearest

HEADER_ROOM = 20


def read_long(
    source: Path | bytes,
    filename: str,
    known: Known,
    periods: Sequence[str],
    wanted: Sequence[str],
    own: Mapping[str, Sequence[str]],
    kind: type[LongRows],
    *,
    layout: Layout | None = None,
    repairs: Repairs | None = None,
) -> Reading:
    """Read a table whose rows `kind` reads.

    Parameters
    ----------
    source, filename, known
        As in `read`.
    periods
        Ids of the periods that may stand in it.
    wanted
        Its fields, in the order of the frame.
    own
        Field -> headers of it that the vocabulary does not know.
    layout
        What the reading is to say of itself.
    repairs
        As in `read`.

    Returns
    -------
    Reading
        `frame` has the wanted columns; None where there is any error. No file raises.
    """
    problems, sha256 = Problems(), None
    try:
        file = load(source, filename)
        sha256 = file.sha256
        vocabulary = Vocabulary(known.names, known.indicators, tuple(periods))
        sheets = repaired(file.sheets, repairs) if repairs else file.sheets
        sheet, at, columns = _find_header(sheets, vocabulary, wanted, _folded(own), problems)
        if sheet is None:
            return Reading(None, problems.all(), layout, sha256)
        rows = kind(sheet, columns, vocabulary, known.agencies, problems)
        frame = rows.frame(at, wanted)
        return Reading(frame, (*file.warnings, *problems.all()), layout, sha256)
    except FileRefusedError as refusal:
        return Reading(None, (refusal.problem, *problems.all()), layout, sha256)


def has_header(source: Path | bytes, filename: str, wanted: Sequence[str], own: Mapping[str, Sequence[str]]) -> bool:
    """Whether a file has a row with all of these headers; a file that cannot be opened has none."""
    try:
        sheets = load(source, filename).sheets
    except FileRefusedError:
        return False
    return not _missing(_best(sheets, Vocabulary({}, {}, ()), wanted, _folded(own)), wanted)


def _folded(own: Mapping[str, Sequence[str]]) -> Mapping[str, str]:
    return {fold(word): field for field, words in own.items() for word in words}


def _find_header(
    sheets: Sequence[Sheet],
    vocabulary: Vocabulary,
    wanted: Sequence[str],
    own: Mapping[str, str],
    problems: Problems,
) -> tuple[Sheet | None, int, Mapping[str, int]]:
    """The sheet, row and columns of a header with these fields; what is missing is a problem, and the sheet None.

    `own` maps folded headers to fields that the vocabulary does not know.
    """
    best = _best(sheets, vocabulary, wanted, own)
    missing = _missing(best, wanted)
    if best[0] is None or len(missing) > 2:
        problems.error("no_header", expected=", ".join(wanted))
        return None, 0, {}
    for name in missing:
        problems.error("missing_header", sheet=best[0].name, cell=cell_name(best[1], 0), header=name)
    return best if not missing else (None, 0, {})


_Header = tuple[Sheet | None, int, dict[str, int]]


def _best(sheets: Sequence[Sheet], vocabulary: Vocabulary, wanted: Sequence[str], own: Mapping[str, str]) -> _Header:
    """The row with most of the wanted headers: its sheet, its place, and the columns of the fields."""
    best: _Header = (None, 0, {})
    for sheet in sheets:
        for at, row in enumerate(sheet.rows[:HEADER_ROOM]):
            found: dict[str, int] = {}
            for column, value in enumerate(row):
                text = value if isinstance(value, str) else ""
                name = own.get(fold(text)) or vocabulary.long_field(text)
                if name is not None and name in wanted:
                    found.setdefault(name, column)
            if len(found) > len(best[2]):
                best = (sheet, at, found)
    return best


def _missing(header: _Header, wanted: Sequence[str]) -> list[str]:
    return [name for name in wanted if name not in header[2]]


class LongRows(ABC):
    """Rows of a long table as they are read; each fault is told at its cell. `entry` is what a kind of table adds."""

    def __init__(
        self,
        sheet: Sheet,
        columns: Mapping[str, int],
        vocabulary: Vocabulary,
        agencies: Sequence[KnownAgency],
        problems: Problems,
    ) -> None:
        self.vocabulary = vocabulary
        self._sheet, self._columns, self._problems = sheet, columns, problems
        self._codes = {one.code for one in agencies}
        self._named: dict[str, list[str]] = {}
        for one in agencies:
            self._named.setdefault(name_key(one.name), []).append(one.code)
        self._first: dict[tuple[object, ...], str] = {}

    def frame(self, header: int, columns: Sequence[str]) -> pd.DataFrame | None:
        """All rows below the header; None where there is any error."""
        kept = []
        for at in range(header + 1, len(self._sheet.rows)):
            if any(value not in ("", None) for value in self._sheet.rows[at]):
                found = self.entry(at)
                if found is not None:
                    kept.append(found)
        if not kept and not self._problems.has_errors:
            self._problems.error("no_rows", sheet=self._sheet.name)
        return None if self._problems.has_errors else pd.DataFrame(kept, columns=list(columns))

    @abstractmethod
    def entry(self, at: int) -> tuple[object, ...] | None:
        """What one row says, None where it cannot be read."""

    def once(self, key: tuple[object, ...], at: int, agency: str, indicator: str) -> None:
        """A row that says what another said before is a fault."""
        if key in self._first:
            self.fault(
                "duplicate_row", at, "agency", agency, agency=agency, indicator=indicator, first=self._first[key]
            )
        self._first.setdefault(key, cell_name(at, self._columns["agency"]))

    def value(self, at: int, name: str) -> object:
        """What stands in a row's cell."""
        column, row = self._columns[name], self._sheet.rows[at]
        return row[column] if column < len(row) else ""

    def fault(self, code: str, at: int, name: str, found: object, **details: Any) -> None:
        """Note an error at a row's cell."""
        cell = cell_name(at, self._columns[name])
        self._problems.error(code, sheet=self._sheet.name, cell=cell, found=found, **details)

    def text(self, at: int, name: str) -> str:
        """The text of a cell that must not be empty."""
        value = self.value(at, name)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        text = " ".join(str(value).split()) if value is not None else ""
        if not text:
            self.fault("missing_value", at, name, "", field=name)
        return text

    def agency(self, at: int) -> str:
        """The code of the agency that is given by its code or its name, "" where it is unknown."""
        text = self.text(at, "agency")
        if not text or not self._codes or text in self._codes:
            return text
        called = self._named.get(name_key(text), [])
        if len(called) == 1:
            return called[0]
        near = nearest(text, sorted(self._codes))
        self.fault("unknown_agency", at, "agency", text, agency=text, nearest=near, nearest_name=None)
        return ""

    def indicator(self, at: int) -> str:
        """The indicator's id, "" where it is unknown."""
        text = self.text(at, "indicator")
        found = self.vocabulary.indicators.get(fold(text)) if text else ""
        if found is None:
            near = nearest(text, list(self.vocabulary.indicator_names))
            self.fault("unknown_indicator", at, "indicator", text, indicator=text, nearest=near)
        return found or ""

    def cell_fault(self, at: int, name: str) -> bool:
        """Whether a cell holds a fault instead of a value; it is told."""
        fault = self._sheet.faults.get((at, self._columns[name]))
        if fault is not None:
            self.fault(fault[0], at, name, fault[1], field=name)
        return fault is not None
