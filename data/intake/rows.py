"""The rows of a table to one checked long table of figures; every cell is looked at, whatever else is wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from data.intake.agencies import Agencies, AgencyRow, length_of, read_text
from data.intake.layout import Table
from data.intake.numbers import COUNT_FORM, LARGEST_COUNT, NAN, meant, read_count, read_share, read_weight
from data.intake.problems import Known, Problems, cell_name, shown
from data.intake.sheets import MAX_CELL
from data.intake.words import DENOMINATOR, EXPECTED, NUMERATOR, PROPOSED, Vocabulary, fold, is_part, is_total, nearest


@dataclass(slots=True)
class Entry:
    """One agency × indicator: values by field (NaN: empty or wrong) and the place of each."""

    row: int
    agency: str
    indicator: str
    columns: Mapping[str, int]
    values: dict[str, float]
    note: str


@dataclass
class Rows:
    """All entries of a table, its agencies, and its totals rows."""

    table: Table
    agencies: Agencies
    entries: list[Entry] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)

    def place(self, entry: Entry, name: str) -> tuple[str | None, str]:
        """Sheet and cell of one value."""
        column = entry.columns.get(name)
        if column is None:
            return self.agencies.place(entry.row, "agency")
        return self.table.sheet.name, cell_name(entry.row, column)


def read_rows(table: Table, known: Known, vocabulary: Vocabulary, problems: Problems) -> Rows:
    """Read every row below the header; faults go to `problems`."""
    reader = RowReader(table, known, vocabulary, problems)
    for at in range(table.first, len(table.sheet.rows)):
        reader.read(table.sheet.rows[at], at)
    rows = reader.rows
    if not rows.entries and not problems.has_errors:
        problems.error("no_rows", sheet=table.sheet.name)
    elif (
        rows.entries
        and all(math.isnan(e.values.get(DENOMINATOR, NAN)) for e in rows.entries)
        and not problems.has_errors
    ):
        problems.error("no_counts", sheet=table.sheet.name)
    rows.agencies.check_parents()
    return rows


class RowReader:
    """Reads the rows of a table one after the other into `rows`."""

    def __init__(
        self,
        table: Table,
        known: Known,
        vocabulary: Vocabulary,
        problems: Problems,
        within: tuple[str, str] = ("", ""),
    ) -> None:
        self._table = table
        self._vocabulary = vocabulary
        self._problems = problems
        self._count_columns = sorted({c for columns in table.counts.values() for c in columns.values()})
        self._first: dict[tuple[str, str], str] = {}
        self.rows = Rows(table, Agencies(table, known, vocabulary, problems, within))

    def read(self, row: Sequence[object], at: int) -> None:
        """Read one row: an agency's, the totals', or one to pass over."""
        if not any(value not in ("", None) for value in row) or self._passed_over(row, at):
            return
        agency = self.rows.agencies.resolve(row, at)
        code = agency.code if agency else ""
        for indicator, columns in self._table.counts.items():
            name = indicator or self._indicator(row, at)
            entry = Entry(at, code, name, columns, {}, self._note(row, at))
            for one, column in columns.items():
                entry.values[one] = self.number(row, at, one, column)
            self.check(entry, row)
            if code and name:
                self.keep(entry)

    def _passed_over(self, row: Sequence[object], at: int) -> bool:
        columns = self._table.agency
        texts = {f: " ".join(str(self._cell(row, columns.get(f))).split()) for f in ("agency", "name")}
        lead = next((" ".join(v.split()) for v in row if isinstance(v, str) and v.strip()), "")
        heads = [t for t in (*texts.values(), lead) if t and len(t) < 200]
        if any(map(is_total, heads)) and not (texts["agency"] and not is_total(texts["agency"])):
            self.rows.totals.append(at)
            return True
        if texts["agency"]:
            return False
        if any(map(is_part, heads)):
            self._problems.warning("row_ignored", sheet=self._table.sheet.name, cell=cell_name(at, 0), found=lead)
            return True
        has_counts = any(self._cell(row, c) not in ("", None) for c in self._count_columns)
        faulty = any((at, c) in self._table.sheet.faults for c in range(len(row)))
        if has_counts or faulty or self.rows.agencies.is_known(texts["name"]):
            return False
        if texts["name"] and not self.rows.totals:
            self._problems.warning(
                "row_ignored",
                sheet=self._table.sheet.name,
                cell=self.rows.agencies.place(at, "name")[1],
                found=texts["name"],
            )
        return True

    @staticmethod
    def _cell(row: Sequence[object], column: int | None) -> object:
        return row[column] if column is not None and column < len(row) else ""

    def _indicator(self, row: Sequence[object], at: int) -> str:
        column = self._table.agency.get("indicator")
        if column is None:
            return ""
        text = self.rows.agencies.text(row, at, "indicator")
        if not text:
            if self._cell(row, column) in ("", None):
                sheet, cell = self.rows.agencies.place(at, "indicator")
                self._problems.error("missing_value", sheet=sheet, cell=cell, field="indicator")
            return ""
        found = self._vocabulary.indicators.get(fold(text))
        if found is None:
            near = nearest(text, [name for names in self._vocabulary.indicator_names.values() for name in names])
            near = self._vocabulary.indicators[fold(near)] if near else None
            sheet, cell = self.rows.agencies.place(at, "indicator")
            expected = near or ", ".join(self._vocabulary.indicator_names)
            self._problems.error(
                "unknown_indicator",
                sheet=sheet,
                cell=cell,
                found=text,
                expected=expected,
                indicator=shown(text),
                nearest=near,
            )
        return found or ""

    def _note(self, row: Sequence[object], at: int) -> str:
        column = self._table.agency.get("note")
        if column is None or column >= len(row):
            return ""
        text, code = read_text(row[column])
        if code and code not in ("date_in_text", "boolean_in_text"):
            self._problems.error(
                code,
                sheet=self._table.sheet.name,
                cell=cell_name(at, column),
                found=row[column],
                field="note",
                **length_of(row[column], code),
            )
        return str(row[column]) if code in ("date_in_text", "boolean_in_text") else text

    def number(self, row: Sequence[object], at: int, name: str, column: int) -> float:
        """One cell as a number; NaN where it is empty or wrong, and then its fault is noted."""
        value = row[column] if column < len(row) else ""
        if self._table.sheet.faults and (at, column) in self._table.sheet.faults:
            code, found = self._table.sheet.faults[at, column]
            self._wrong(code, at, column, found, name)
            return NAN
        if value == "" or value is None:
            return NAN
        if isinstance(value, str) and len(value) > MAX_CELL:
            self._wrong("cell_too_long", at, column, value, name)
            return NAN
        if name.startswith(PROPOSED) or name == "ceiling":
            number, code_or_none = read_share(value)
        else:
            number, code_or_none = read_weight(value) if name == "weight" else read_count(value)
        if code_or_none:
            self._wrong(code_or_none, at, column, value, name)
        return number

    def _wrong(self, code: str, at: int, column: int, found: object, name: str) -> None:
        share = name.startswith(PROPOSED) or name == "ceiling"
        details = {"limit": LARGEST_COUNT} if code == "count_too_large" else length_of(found, code)
        self._problems.error(
            code,
            sheet=self._table.sheet.name,
            cell=cell_name(at, column),
            found=found,
            expected=meant(found, code, share=share, weight=name == "weight"),
            field=name,
            **details,
        )

    def check(self, entry: Entry, row: Sequence[object]) -> None:
        """Numerator and denominator: both or neither, and the first not above the second."""
        numerator, denominator = entry.values.get(NUMERATOR, NAN), entry.values.get(DENOMINATOR, NAN)
        if numerator > denominator:
            self._entry_error(
                entry,
                "numerator_above_denominator",
                NUMERATOR,
                f"{numerator:.0f}",
                f"≤ {denominator:.0f}",
                numerator=numerator,
                denominator=denominator,
            )
        elif math.isnan(numerator) != math.isnan(denominator):
            empty, given = (NUMERATOR, DENOMINATOR) if math.isnan(numerator) else (DENOMINATOR, NUMERATOR)
            column = entry.columns.get(empty)
            if column is not None and self._cell(row, column) in ("", None):
                fault = (entry.row, column) in self._table.sheet.faults
                if not fault:
                    self._entry_error(entry, "count_missing", empty, "", COUNT_FORM, field=empty, given=given)

    def _entry_error(
        self, entry: Entry, code: str, name: str, found: str, expected: str | None, **details: object
    ) -> None:
        sheet, cell = self.rows.place(entry, name)
        self._problems.error(
            code,
            sheet=sheet,
            cell=cell,
            found=found,
            expected=expected,
            agency=entry.agency,
            indicator=entry.indicator,
            **details,
        )

    def keep(self, entry: Entry) -> None:
        """Take an entry in, unless its agency and indicator were there before."""
        key = (entry.agency, entry.indicator)
        cell = self.rows.agencies.place(entry.row, "agency")[1]
        first = self._first.setdefault(key, cell)
        if first != cell:
            self._problems.error(
                "duplicate_row",
                sheet=self._table.sheet.name,
                cell=cell,
                found=f"{entry.agency} × {entry.indicator}",
                agency=entry.agency,
                indicator=entry.indicator,
                first=first,
            )
        else:
            self.rows.entries.append(entry)


def to_frame(rows: Rows) -> pd.DataFrame:
    """The table `engine.Figures.from_frame` takes."""
    met: Mapping[str, AgencyRow] = rows.agencies.met
    entries = rows.entries
    columns: dict[str, object] = {
        "agency": [e.agency for e in entries],
        "name": [met[e.agency].name for e in entries],
        "level": [met[e.agency].level for e in entries],
        "parent": [met[e.agency].parent for e in entries],
        "indicator": [e.indicator for e in entries],
    }
    fields = {name: None for counts in rows.table.counts.values() for name in counts}
    order = [
        NUMERATOR,
        DENOMINATOR,
        *sorted(f for f in fields if f.startswith((EXPECTED, PROPOSED))),
        "ceiling",
        "weight",
    ]
    for name in order:
        if name in fields:
            columns[name] = [e.values.get(name, NAN) for e in entries]
    if "note" in rows.table.agency:
        columns["note"] = [e.note for e in entries]
    frame = pd.DataFrame(columns)
    text = [c for c in frame.columns if c in ("agency", "name", "level", "parent", "indicator", "note")]
    return frame.astype({c: object if c in text else "float64" for c in frame.columns})
