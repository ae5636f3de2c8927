"""The appendix of a Decision as it is issued: one row per agency, a column for each indicator and period."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from data.intake.long_rows import HEADER_ROOM, LongRows
from data.intake.numbers import read_share
from data.intake.problems import FileRefusedError, Known, Problems, Reading, cell_name
from data.intake.sheets import Sheet, load
from data.intake.words import Vocabulary, fold, is_total, nearest, period_id

AGENCY_HEADERS = ("Cơ quan, đơn vị", "Cơ quan", "Đơn vị", "Tên đơn vị", "Tên cơ quan")
_TARGET_WORDS = ("chi tieu", "muc giao", "target")
_NAMES_A_PERIOD = re.compile(r"\bq(uy)?\b|\bq[1-4]\b|20[0-9]{2}")
_NONE = frozenset({"", "-", "–", "—"})

Column = tuple[int, str, str]
"""Position of a column, its indicator and its period."""


def read_appendix(source: Path | bytes, filename: str, known: Known, columns: Sequence[str]) -> Reading | None:
    """Read a table with its indicators side by side; None where the file holds none.

    Parameters
    ----------
    source, filename, known
        As in `read_issued`.
    columns
        Those of the frame: agency, indicator, period, target.
    """
    problems = Problems()
    try:
        file = load(source, filename)
        vocabulary = Vocabulary(known.names, known.indicators, known.periods)
        for sheet in file.sheets:
            for at in range(min(HEADER_ROOM, len(sheet.rows))):
                found = _columns(sheet, at, vocabulary, known, problems)
                if found is not None:
                    place, below, targets = found
                    rows = _Rows(sheet, {"agency": place}, vocabulary, known.agencies, problems)
                    frame = rows.table(below, targets, columns)
                    return Reading(frame, (*file.warnings, *problems.all()), None, file.sha256)
    except FileRefusedError:
        return None  # told by whoever read it before
    return None


def _columns(
    sheet: Sheet, at: int, vocabulary: Vocabulary, known: Known, problems: Problems
) -> tuple[int, int, list[Column]] | None:
    """Where the agencies stand, the first row below the header, and the columns of targets; None: no header."""
    head = [_text(value) for value in sheet.rows[at]]
    names = {fold(one) for one in AGENCY_HEADERS}
    place = next((column for column, text in enumerate(head) if fold(text) in names), None)
    if place is None:
        return None
    under = [_text(value) for value in sheet.rows[at + 1]] if at + 1 < len(sheet.rows) else []
    double = bool(under) and not (under[place] if place < len(under) else "") and any(map(_is_target, under))
    indicator: str | None = None
    found: list[Column] = []
    for column in range(max(len(head), len(under) if double else 0)):
        text = head[column] if column < len(head) else ""
        below = under[column] if double and column < len(under) else ""
        if text or not double:
            indicator = vocabulary.indicators.get(fold(text))
        if indicator and (not double or _is_target(below)):
            where = cell_name(at + double, column)
            found.append((column, indicator, _period(below or text, known, sheet, where, problems)))
    return (place, at + 1 + double, found) if found else None


def _text(value: object) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def _is_target(text: str) -> bool:
    return fold(text).startswith(_TARGET_WORDS)


def _period(text: str, known: Known, sheet: Sheet, cell: str, problems: Problems) -> str:
    """The period that a header names; the last where it names none. One that is not known is a fault."""
    words = text.split()
    for start in range(len(words)):
        found = period_id(" ".join(words[start:]), known.periods)
        if found in known.periods:
            return found
    if _NAMES_A_PERIOD.search(fold(text)):
        near = nearest(text, known.periods)
        problems.error("unknown_period", sheet=sheet.name, cell=cell, found=text, period=text, nearest=near)
    return known.periods[-1]


class _Rows(LongRows):
    """Rows of an appendix: each holds several targets."""

    def entry(self, at: int) -> tuple[object, ...] | None:
        """The agency alone."""
        return (self.agency(at),)

    def table(self, first: int, targets: Sequence[Column], columns: Sequence[str]) -> pd.DataFrame | None:
        """All targets from the row `first` on; headings, numbers of columns, sums and signatures are passed over."""
        kept = []
        for at in range(first, len(self._sheet.rows)):
            told = [(column, self._told(at, column)) for column, _, _ in targets]
            name = self.value(at, "agency")
            if (
                not isinstance(name, str)
                or not name.strip()
                or is_total(name)
                or not any(text != "" for _, text in told)
            ):
                continue
            agency = self.agency(at)
            for (column, indicator, period), (_, value) in zip(targets, told, strict=True):
                target, code = read_share(value)
                fault = self._sheet.faults.get((at, column))
                if fault or code:
                    told_as, found = fault or (code, value)
                    cell = cell_name(at, column)
                    self._problems.error(told_as or "", sheet=self._sheet.name, cell=cell, found=found, field="target")
                elif value != "" and agency:
                    self.once((agency, indicator, period), at, f"{agency}, {period}", indicator)
                    kept.append((agency, indicator, period, target))
        if not kept and not self._problems.has_errors:
            self._problems.error("no_rows", sheet=self._sheet.name)
        return None if self._problems.has_errors else pd.DataFrame(kept, columns=list(columns))

    def _told(self, at: int, column: int) -> object:
        row = self._sheet.rows[at]
        value = row[column] if column < len(row) else ""
        if value is None or (isinstance(value, str) and value.strip() in _NONE):
            return ""
        return value
