"""Where the table of a sheet begins and what each of its columns holds."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from data.intake.problems import FileRefusedError, Layout, Problems, cell_name, shown
from data.intake.reports import (
    AT_DESK,
    BY_NET,
    CODE,
    II06A_NEEDED,
    NAME,
    ONLINE,
    TOTAL,
    ReportHeader,
    find_report,
    is_words,
)
from data.intake.sheets import HEADER_ROOM, MAX_COLUMNS, MAX_ROWS, Sheet
from data.intake.words import (
    AGENCY_HEADERS,
    COUNT_HEADERS,
    DENOMINATOR,
    EXPECTED,
    IGNORED,
    NUMERATOR,
    PROPOSED,
    REPORTED,
    Vocabulary,
    fold,
    nearest,
)

REQUIRED_LONG = ("indicator", NUMERATOR, DENOMINATOR)
LONG_HEADERS = ("agency", "name", "level", "parent", "indicator", NUMERATOR, DENOMINATOR, "ceiling", "weight", "note")
_NUMBERING = re.compile(r"\([0-9]{1,3}\)(?: *=.*)?\Z")


@dataclass(frozen=True)
class Table:
    """A sheet's table.

    Attributes
    ----------
    agency : mapping of `agency`, `name`, `level`, `parent`, `note`, and (long) `indicator` to column
    counts : mapping of indicator id to (mapping of field to column); in the long layout its one key is ""
    headers : column -> the header's words as written, for messages
    first : row of the first data row
    head : row of the header; above it stands the title
    report : in a report, mapping of what `reports` calls a column to the column
    """

    sheet: Sheet
    layout: Layout
    agency: Mapping[str, int]
    counts: Mapping[str, Mapping[str, int]]
    headers: Mapping[int, str]
    first: int
    head: int = 0
    report: Mapping[str, int] = dataclasses.field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class _Header:
    sheet: Sheet
    layout: Layout
    row: int
    score: int
    report: ReportHeader | None = None


def find_table(sheets: Sequence[Sheet], vocabulary: Vocabulary, problems: Problems) -> Table | None:
    """Choose the sheet and row whose words look most like a header, and read it.

    Faults of the header go to `problems`; None where they leave nothing to read.
    """
    best = _headers(sheets, vocabulary, strict=True) or _headers(sheets, vocabulary, strict=False)
    visible = [h for h in best if not h.sheet.hidden]
    if not visible:
        if best:
            problems.error("hidden_sheet_only", sheet=best[0].sheet.name, sheets=[h.sheet.name for h in best])
        else:
            _report_no_header(sheets, problems)
        return None
    chosen = max(visible, key=lambda h: h.score)
    for other in visible:
        if other is not chosen and other.sheet.name is not None:
            problems.warning("sheet_ignored", sheet=other.sheet.name, found=other.sheet.name, chosen=chosen.sheet.name)
    width = max(map(len, chosen.sheet.rows), default=0)
    if width > MAX_COLUMNS:
        raise FileRefusedError("too_many_columns", count=width, limit=MAX_COLUMNS)
    below = len(chosen.sheet.rows) - chosen.row - 1
    if below > MAX_ROWS:
        raise FileRefusedError("too_many_rows", count=below, limit=MAX_ROWS)
    if chosen.report is not None:
        return _read_report(chosen, chosen.report, problems)
    return (
        _read_long(chosen, vocabulary, problems)
        if chosen.layout is Layout.LONG
        else _read_form(chosen, vocabulary, problems)
    )


def _report_no_header(sheets: Sequence[Sheet], problems: Problems) -> None:
    visible = [s for s in sheets if not s.hidden] or list(sheets)
    sheet = visible[0]
    words = [_text(v) for row in sheet.rows[:HEADER_ROOM] for v in row if _text(v)]
    problems.error("no_header", sheet=sheet.name, found=" | ".join(words[:6]), expected=", ".join(LONG_HEADERS[:7]))


def _text(value: object) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def _headers(sheets: Sequence[Sheet], vocabulary: Vocabulary, *, strict: bool) -> list[_Header]:
    """The best header of each sheet that has one; not `strict`: a misspelt one, for its faults to be named."""
    return [header for sheet in sheets if (header := _best_header(sheet, vocabulary, strict=strict))]


def _best_header(sheet: Sheet, vocabulary: Vocabulary, *, strict: bool) -> _Header | None:
    found = None
    for row in range(min(HEADER_ROOM, len(sheet.rows))):
        if strict and (report := find_report(sheet, row, vocabulary)):
            return _Header(sheet, report.layout, row, report.score, report)
        for layout, score in (
            (Layout.LONG, _long_score(sheet, row, vocabulary, strict)),
            (Layout.FORM, _form_score(sheet, row, vocabulary, strict)),
        ):
            if score and (found is None or score > found.score):
                found = _Header(sheet, layout, row, score)
    return found


def _long_score(sheet: Sheet, row: int, vocabulary: Vocabulary, strict: bool) -> int:
    fields = {vocabulary.long_field(text) for value in sheet.rows[row] if (text := _text(value))} - {None, IGNORED}
    if not strict:
        return len(fields) if len(fields) >= 2 else 0
    whose, what = fields & {"agency", "name"}, fields & {"indicator", NUMERATOR, DENOMINATOR}
    return len(fields) if len(fields) >= 3 and whose and what else 0


def _form_score(sheet: Sheet, row: int, vocabulary: Vocabulary, strict: bool) -> int:
    """Fields recognised, where at least one group has a count below it and (if `strict`) is headed by an indicator."""
    pairs = _pairs(sheet, row)
    agency = {vocabulary.agency.get(fold(top)) for top, _ in pairs.values()} & {"agency", "name"}
    counts = {
        (top, field)
        for top, sub in pairs.values()
        if sub and (field := vocabulary.count_field(sub)) and (fold(top) in vocabulary.indicators or not strict)
    }
    return len(agency) + len(counts) if agency and counts else 0


def _pairs(sheet: Sheet, row: int) -> dict[int, tuple[str, str]]:
    """Column -> (upper header, lower header), the upper one filled forward: a merged cell holds its text once."""
    upper = [_text(v) for v in sheet.rows[row]]
    lower = [_text(v) for v in sheet.rows[row + 1]] if row + 1 < len(sheet.rows) else []
    pairs, held = {}, ""
    for column in range(max(len(upper), len(lower))):
        top = upper[column] if column < len(upper) else ""
        sub = lower[column] if column < len(lower) else ""
        if top:
            held = top
        elif sub:
            top = held
        if top or sub:
            pairs[column] = (top, sub)
    return pairs


def _has_data(sheet: Sheet, column: int, first: int) -> bool:
    return any(column < len(row) and row[column] not in ("", None) for row in sheet.rows[first:])


def _read_long(header: _Header, vocabulary: Vocabulary, problems: Problems) -> Table | None:
    sheet = header.sheet
    columns: dict[str, int] = {}
    headers: dict[int, str] = {}
    known = (
        *(w for g in (AGENCY_HEADERS, COUNT_HEADERS) for words in g.values() for w in words),
        *_period_headers(vocabulary),
    )
    for column, value in enumerate(sheet.rows[header.row]):
        text = _text(value)
        field = vocabulary.long_field(text) if text else None
        headers[column] = text
        if field is None:
            if text or _has_data(sheet, column, header.row + 1):
                _unknown_header(sheet, (header.row, column), text, known, problems)
        elif field != IGNORED:
            _place(columns, field, (header.row, column), sheet, text, problems)
    _check_periods(columns, headers, header.row, sheet, vocabulary, problems)
    for field in REQUIRED_LONG:
        if field not in columns:
            problems.error(
                "missing_header", sheet=sheet.name, cell=cell_name(header.row, 0), expected=field, header=field
            )
    if "agency" not in columns and "name" not in columns:
        problems.error(
            "missing_header", sheet=sheet.name, cell=cell_name(header.row, 0), expected="agency", header="agency"
        )
        return None
    agency = {f: c for f, c in columns.items() if f in AGENCY_HEADERS}
    counts = {f: c for f, c in columns.items() if f not in AGENCY_HEADERS}
    first = _skip_numbering(sheet, header.row + 1)
    return Table(sheet, Layout.LONG, agency, {"": counts}, headers, first)


def _read_form(header: _Header, vocabulary: Vocabulary, problems: Problems) -> Table:
    sheet = header.sheet
    agency: dict[str, int] = {}
    counts: dict[str, dict[str, int]] = {}
    told: set[str] = set()
    headers: dict[int, str] = {}
    tops = [w for words in AGENCY_HEADERS.values() for w in words] + [
        w for g in vocabulary.indicator_names.values() for w in g
    ]
    subs = [w for words in COUNT_HEADERS.values() for w in words] + [*_period_headers(vocabulary)]
    for column, (top, sub) in _pairs(sheet, header.row).items():
        headers[column] = f"{top} / {sub}" if top and sub else top or sub
        indicator = vocabulary.indicators.get(fold(top))
        if field := vocabulary.agency.get(fold(top)):
            if field not in (IGNORED, "indicator"):
                _place(agency, field, (header.row, column), sheet, top, problems)
        elif indicator is None:
            if top not in told and _has_data(sheet, column, header.row + 2):
                told.add(top)
                _unknown_header(sheet, (header.row, column), top or sub, tops if top else subs, problems)
        elif field := vocabulary.count_field(sub):
            _place(counts.setdefault(indicator, {}), field, (header.row + 1, column), sheet, headers[column], problems)
        elif _has_data(sheet, column, header.row + 2):
            _unknown_header(sheet, (header.row + 1, column), sub or top, subs, problems)
    for columns in counts.values():
        _check_periods(columns, headers, header.row + 1, sheet, vocabulary, problems)
        at = min(columns.values())
        for field in (NUMERATOR, DENOMINATOR):
            if field not in columns:
                problems.error(
                    "missing_header",
                    sheet=sheet.name,
                    cell=cell_name(header.row + 1, at),
                    found=headers[at],
                    expected=COUNT_HEADERS[field][0],
                    header=field,
                )
    return Table(sheet, Layout.FORM, agency, counts, headers, _skip_numbering(sheet, header.row + 2))


def has_count(table: Table, row: Sequence[object], at: int, key: str) -> bool:
    """True if a cell of a report holds what may be a count: a number, text that is one or a wrong one, or a fault."""
    column = table.report[key]
    value = row[column] if column < len(row) else ""
    return (at, column) in table.sheet.faults or not (
        value in ("", None) or (isinstance(value, str) and is_words(value))
    )


def _read_report(header: _Header, report: ReportHeader, problems: Problems) -> Table | None:
    sheet = header.sheet
    place = cell_name(header.row, min(report.columns.values()))
    needed = II06A_NEEDED if report.layout is Layout.II06A else ()
    missing = [f"({column})" for column in needed if column not in report.columns]
    for column in missing:
        problems.error("missing_header", sheet=sheet.name, cell=place, expected=column, header=column)
    for before, twin in report.twins:
        problems.error(
            "duplicate_header",
            sheet=sheet.name,
            cell=cell_name(header.row, twin),
            found=report.headers[twin],
            first=cell_name(header.row, before),
        )
    ignored = [report.headers[at] for at in report.unknown if _has_data(sheet, at, report.first)]
    if ignored:
        problems.warning("columns_ignored", sheet=sheet.name, cell=place, found=", ".join(ignored), names=ignored)
    if missing:
        return None
    columns = report.columns
    agency: dict[str, int] = {}
    counts: dict[str, int] = {}
    if report.layout is Layout.II06A:
        counts = {NUMERATOR: columns[ONLINE], DENOMINATOR: columns[AT_DESK]}
    else:
        agency = {field: columns[field] for field in (NAME, CODE) if field in columns}
        counts = {NUMERATOR: columns[BY_NET], DENOMINATOR: columns[TOTAL]}
    shown = report.headers
    return Table(sheet, report.layout, agency, {REPORTED: counts}, shown, report.first, header.row, columns)


def _period_headers(vocabulary: Vocabulary) -> list[str]:
    return [prefix + period for prefix in (EXPECTED, PROPOSED) for period in vocabulary.periods]


def _place(
    columns: dict[str, int], field: str, at: tuple[int, int], sheet: Sheet, text: str, problems: Problems
) -> None:
    if field in columns:
        first = cell_name(at[0], columns[field])
        problems.error("duplicate_header", sheet=sheet.name, cell=cell_name(*at), found=text, first=first)
    else:
        columns[field] = at[1]


def _unknown_header(sheet: Sheet, at: tuple[int, int], text: str, known: Sequence[str], problems: Problems) -> None:
    near = nearest(text, known) if text else None
    problems.error("unknown_header", sheet=sheet.name, cell=cell_name(*at), found=text, expected=near, nearest=near)


def _check_periods(
    columns: Mapping[str, int],
    headers: Mapping[int, str],
    row: int,
    sheet: Sheet,
    vocabulary: Vocabulary,
    problems: Problems,
) -> None:
    for field, column in columns.items():
        if vocabulary.periods and field.startswith((EXPECTED, PROPOSED)):
            period = field.partition("_")[2]
            if period not in vocabulary.periods:
                problems.error(
                    "unknown_period",
                    sheet=sheet.name,
                    cell=cell_name(row, column),
                    found=headers[column],
                    expected=", ".join(vocabulary.periods),
                    period=shown(period),
                    nearest=nearest(period, vocabulary.periods),
                )


def _skip_numbering(sheet: Sheet, row: int) -> int:
    """Past a row that numbers the columns: "(1)", "(2)", "(3)=(4)+(5)" or 1, 2, 3."""
    if row < len(sheet.rows):
        filled = [v for v in sheet.rows[row] if v not in ("", None)]
        if len(filled) >= 3 and (
            all(_NUMBERING.match(_text(v)) for v in filled)
            or [str(v).removesuffix(".0") for v in filled] == [str(i + 1) for i in range(len(filled))]
        ):
            return row + 1
    return row
