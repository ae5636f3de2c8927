"""The form that agencies fill in, and the empty long table: what `read` reads back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_range_abs
from xlsxwriter.worksheet import Worksheet

from data.intake.problems import KnownAgency, Layout
from data.intake.words import (
    AGENCY_HEADERS,
    COUNT_HEADERS,
    COUNT_WORDS,
    DENOMINATOR,
    EXPECTED,
    EXPECTED_HEADERS,
    LEVEL_WORDS,
    NUMERATOR,
    PROPOSED,
    PROPOSED_HEADERS,
    period_label,
)
from data.output import csv_text, write_text, write_whole

TEMPLATE_LABELS = (
    "template.title",
    "template.subtitle",
    "template.hint",
    "template.sheet",
    "template.guide_sheet",
    "template.guide",
    "template.total",
    "template.count_rule",
    "template.share_rule",
    "template.level_rule",
)
EMPTY_ROWS = 30
_LEVELS = tuple(LEVEL_WORDS)
_NAVY, _PALE, _LINE = "#1F3A5F", "#E8EEF5", "#9AA9BC"
_FONT = "Times New Roman"
_LONG_WIDTHS: Mapping[str, int] = MappingProxyType(
    {"agency": 12, "name": 40, "level": 11, "parent": 12, "indicator": 15, "note": 30}
)
_FORM_WIDTHS: Mapping[str, float] = MappingProxyType(
    {"ignored": 4.5, "name": 31, "agency": 9, "level": 9.5, "parent": 8, "note": 18}
)
_COUNT_WIDTH = 9.5


@dataclass(frozen=True, slots=True)
class FormIndicator:
    """An indicator of the form: its id, the Vietnamese name that heads its columns, ``"stock"`` or ``"flow"``."""

    id: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class _Column:
    """One column of the form: its field, and the two rows of its header (`top` spans its group)."""

    field: str
    top: str
    sub: str
    indicator: str = ""


def write_template(
    path: Path | str,
    *,
    agencies: Sequence[KnownAgency],
    indicators: Sequence[FormIndicator],
    periods: Sequence[str],
    labels: Mapping[str, str],
    layout: Layout | str = Layout.FORM,
) -> None:
    """Write an empty figures file, agencies filled in; the suffix chooses ``.xlsx`` or ``.csv``.

    Parameters
    ----------
    agencies : sequence of KnownAgency
        Rows to prepare, higher levels first; none: empty rows.
    labels : mapping
        Text for each of `TEMPLATE_LABELS`.

    Raises
    ------
    OutputError
        If `path` cannot be written, or has another suffix (``bad_name``).
    """
    suffix = Path(path).suffix.casefold()
    agencies = sorted(
        agencies, key=lambda agency: _LEVELS.index(agency.level) if agency.level in _LEVELS else len(_LEVELS)
    )
    columns = _form_columns(indicators, periods)
    form = Layout(layout) is Layout.FORM
    if suffix == ".csv":
        rows = _form_rows(columns, agencies, labels) if form else _long_rows(agencies, indicators, periods)
        write_text(path, csv_text(rows))
    elif form:
        write_whole(path, lambda fresh: _write_form(fresh, columns, agencies, labels))
    else:
        rows = _long_rows(agencies, indicators, periods)
        write_whole(path, lambda fresh: _write_long(fresh, rows, labels))


def _form_columns(indicators: Sequence[FormIndicator], periods: Sequence[str]) -> list[_Column]:
    columns = [
        _Column(field, AGENCY_HEADERS[field][0], "") for field in ("ignored", "agency", "name", "level", "parent")
    ]
    for one in indicators:
        counted, counted_of = COUNT_WORDS.get(one.id, (COUNT_HEADERS[NUMERATOR][0], COUNT_HEADERS[DENOMINATOR][0]))
        columns += [_Column(NUMERATOR, one.name, counted, one.id), _Column(DENOMINATOR, one.name, counted_of, one.id)]
        for prefix, words in ((EXPECTED, EXPECTED_HEADERS), (PROPOSED, PROPOSED_HEADERS)):
            if prefix == PROPOSED or one.kind == "flow":
                columns += [_Column(prefix + p, one.name, f"{words[0]} {period_label(p)}", one.id) for p in periods]
    return [*columns, _Column("note", AGENCY_HEADERS["note"][0], "")]


def _agency_values(number: int, agency: KnownAgency) -> dict[str, object]:
    level = LEVEL_WORDS.get(agency.level, (agency.level,))[0]
    about = {"agency": agency.code, "name": agency.name, "level": level, "parent": agency.parent}
    return {"ignored": number, **about}


def _form_rows(
    columns: Sequence[_Column], agencies: Sequence[KnownAgency], labels: Mapping[str, str]
) -> list[list[object]]:
    tops = [c.top if i == 0 or c.top != columns[i - 1].top else "" for i, c in enumerate(columns)]
    rows: list[list[object]] = [[labels["template.title"]], [labels["template.subtitle"]], []]
    rows.append(list[object](tops))
    rows.append([c.sub for c in columns])
    for number, agency in enumerate(agencies, 1):
        values = _agency_values(number, agency)
        rows.append([values.get(c.field, "") for c in columns])
    rows.append([labels["template.total"] if c.field == "name" else "" for c in columns])
    return rows


def _long_rows(
    agencies: Sequence[KnownAgency], indicators: Sequence[FormIndicator], periods: Sequence[str]
) -> list[list[object]]:
    extra = [prefix + p for prefix in (EXPECTED, PROPOSED) for p in periods]
    header = [
        "agency",
        "name",
        "level",
        "parent",
        "indicator",
        NUMERATOR,
        DENOMINATOR,
        *extra,
        "ceiling",
        "weight",
        "note",
    ]
    empty = [""] * (len(header) - 5)
    rows: list[list[object]] = [list(header)]
    rows += [[a.code, a.name, a.level, a.parent, one.id, *empty] for a in agencies for one in indicators]
    return rows


class _Book:
    """A workbook with the formats of the form."""

    def __init__(self, path: Path) -> None:
        self.book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def format(self, **properties: Any) -> Any:
        """A format of these properties on top of the common ones."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            base = {"font_name": _FONT, "font_size": 11, "valign": "vcenter"}
            self._formats[key] = self.book.add_format({**base, **properties})
        return self._formats[key]

    def head(self) -> Any:
        return self.format(
            bold=True,
            align="center",
            text_wrap=True,
            border=1,
            border_color=_LINE,
            bg_color=_NAVY,
            font_color="#FFFFFF",
        )

    def subhead(self) -> Any:
        return self.format(bold=True, align="center", text_wrap=True, border=1, border_color=_LINE, bg_color=_PALE)

    def cell(self, field: str, *, locked: bool, **properties: Any) -> Any:
        """A body cell of one field."""
        number = (
            "0.0%" if _is_share(field) else "#,##0" if _is_count(field) else "General" if field == "weight" else "@"
        )
        if locked:
            properties["bg_color"] = "#F4F6F9"
        if field == "ignored":
            properties["align"] = "center"
        elif number == "@":
            properties.update(indent=1, text_wrap=field in ("name", "note"))
        return self.format(num_format=number, border=1, border_color=_LINE, locked=locked, **properties)

    def close(self) -> None:
        self.book.close()


def _is_share(field: str) -> bool:
    return field.startswith(PROPOSED) or field == "ceiling"


def _is_count(field: str) -> bool:
    return field in (NUMERATOR, DENOMINATOR, "ignored") or field.startswith(EXPECTED)


def _write_form(
    path: Path, columns: Sequence[_Column], agencies: Sequence[KnownAgency], labels: Mapping[str, str]
) -> None:
    book = _Book(path)
    sheet = book.book.add_worksheet(labels["template.sheet"])
    last = len(columns) - 1
    first_row, count = 7, len(agencies) or EMPTY_ROWS
    sheet.merge_range(0, 0, 0, last, labels["template.title"], book.format(bold=True, font_size=14, font_color=_NAVY))
    sheet.merge_range(1, 0, 1, last, labels["template.subtitle"], book.format(italic=True))
    sheet.merge_range(2, 0, 2, last, labels["template.hint"], book.format(text_wrap=True, valign="top"))
    sheet.set_default_row(18)
    sheet.set_row(0, 24)
    sheet.set_row(2, 32)
    _write_form_header(book, sheet, columns, 4)
    _write_form_body(book, sheet, columns, agencies, first_row)
    _write_form_total(book, sheet, columns, agencies, (first_row, first_row + count - 1), labels)
    _validate(sheet, [c.field for c in columns], first_row, first_row + count - 1, labels, vietnamese=True)
    for at, column in enumerate(columns):
        sheet.set_column(at, at, _FORM_WIDTHS.get(column.field, _COUNT_WIDTH))
    _prepare_print(sheet, 4, first_row - 1)
    sheet.freeze_panes(first_row, 3)
    _write_guide(book, labels)
    book.close()


def _write_form_header(book: _Book, sheet: Worksheet, columns: Sequence[_Column], row: int) -> None:
    sheet.set_row(row, 36)
    sheet.set_row(row + 1, 78)
    at = 0
    while at < len(columns):
        column = columns[at]
        if not column.indicator:
            sheet.merge_range(row, at, row + 1, at, column.top, book.head())
            at += 1
            continue
        until = at
        while until + 1 < len(columns) and columns[until + 1].indicator == column.indicator:
            until += 1
        sheet.merge_range(row, at, row, until, column.top, book.head())
        for one in range(at, until + 1):
            sheet.write_string(row + 1, one, columns[one].sub, book.subhead())
        at = until + 1
    number = book.format(italic=True, align="center", font_size=9, border=1, border_color=_LINE, bg_color=_PALE)
    for one in range(len(columns)):
        sheet.write_string(row + 2, one, f"({one + 1})", number)


def _write_form_body(
    book: _Book, sheet: Worksheet, columns: Sequence[_Column], agencies: Sequence[KnownAgency], first: int
) -> None:
    prepared: list[dict[str, object]] = [_agency_values(number, agency) for number, agency in enumerate(agencies, 1)]
    if not agencies:
        prepared = [{"ignored": number} for number in range(1, EMPTY_ROWS + 1)]
    for at, values in enumerate(prepared):
        for place, column in enumerate(columns):
            value = values.get(column.field, "")
            locked = column.field == "ignored" or (
                bool(agencies) and column.field in ("agency", "name", "level", "parent")
            )
            style = book.cell(column.field, locked=locked)
            if isinstance(value, int):
                sheet.write_number(first + at, place, value, style)
            elif value:
                sheet.write_string(first + at, place, str(value), style)
            else:
                sheet.write_blank(first + at, place, None, style)


def _write_form_total(
    book: _Book,
    sheet: Worksheet,
    columns: Sequence[_Column],
    agencies: Sequence[KnownAgency],
    rows: tuple[int, int],
    labels: Mapping[str, str],
) -> None:
    """Sums of the rows without an agency above: a parent's row may contain its children."""
    first, last = rows
    fields = [c.field for c in columns]
    parents = xl_range_abs(first, fields.index("parent"), last, fields.index("parent"))
    for at, column in enumerate(columns):
        style = book.cell(column.field, locked=True, bold=True)
        if column.field == "name":
            sheet.write_string(last + 1, at, labels["template.total"], style)
        elif _is_count(column.field) and column.indicator:
            cells = xl_range_abs(first, at, last, at)
            nested = not agencies or any(a.parent for a in agencies)
            formula = f'=SUMIF({parents},"",{cells})' if nested else f"=SUM({cells})"
            sheet.write_formula(last + 1, at, formula, style, "")
        else:
            sheet.write_blank(last + 1, at, None, style)


def _write_long(path: Path, rows: Sequence[Sequence[object]], labels: Mapping[str, str]) -> None:
    book = _Book(path)
    sheet = book.book.add_worksheet(labels["template.sheet"])
    fields = [str(name) for name in rows[0]]
    for at, name in enumerate(fields):
        sheet.write_string(0, at, name, book.head())
        sheet.set_column(at, at, _LONG_WIDTHS.get(name, 14))
    sheet.set_row(0, 32)
    count = max(len(rows) - 1, EMPTY_ROWS)
    for row in range(1, count + 1):
        values = rows[row] if row < len(rows) else [""] * len(fields)
        for at, (name, value) in enumerate(zip(fields, values, strict=True)):
            style = book.cell(name, locked=False)
            if value:
                sheet.write_string(row, at, str(value), style)
            else:
                sheet.write_blank(row, at, None, style)
    _validate(sheet, fields, 1, count, labels, vietnamese=False)
    _prepare_print(sheet, 0, 0)
    sheet.freeze_panes(1, 2)
    _write_guide(book, labels)
    book.close()


def write_plain(path: Path, rows: Sequence[Sequence[object]], name: str) -> None:
    """A long table as a workbook: its header frozen, texts as texts, room for counts."""
    book = _Book(path)
    sheet = book.book.add_worksheet(name)
    fields = [str(field) for field in rows[0]]
    for at, field in enumerate(fields):
        sheet.write_string(0, at, field, book.head())
        sheet.set_column(at, at, _LONG_WIDTHS.get(field, 14), book.cell(field, locked=False))
    for place, row in enumerate(rows[1:], 1):
        for at, (field, value) in enumerate(zip(fields, row, strict=True)):
            if value != "":
                sheet.write_string(place, at, str(value), book.cell(field, locked=False))
    sheet.freeze_panes(1, 2)
    book.close()


def _validate(
    sheet: Worksheet, fields: Sequence[str], first: int, last: int, labels: Mapping[str, str], *, vietnamese: bool
) -> None:
    levels = [words[0] if vietnamese else id for id, words in LEVEL_WORDS.items()]
    for at, field in enumerate(fields):
        if field == "level":
            rule: dict[str, Any] = {
                "validate": "list",
                "source": levels,
                "error_message": labels["template.level_rule"],
            }
        elif _is_share(field):
            rule = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1}
            rule["error_message"] = labels["template.share_rule"]
        elif _is_count(field) and field != "ignored":
            rule = {"validate": "integer", "criteria": ">=", "value": 0, "error_message": labels["template.count_rule"]}
        else:
            continue
        sheet.data_validation(first, at, last, at, rule)


def _prepare_print(sheet: Worksheet, first_header: int, last_header: int) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.repeat_rows(first_header, last_header)
    sheet.set_footer("&C&P / &N")
    sheet.hide_gridlines(2)
    allowed = ("format_columns", "format_rows", "insert_rows", "sort", "autofilter")
    sheet.protect("", dict.fromkeys(allowed, True))


def _write_guide(book: _Book, labels: Mapping[str, str]) -> None:
    sheet = book.book.add_worksheet(labels["template.guide_sheet"])
    sheet.set_column(0, 0, 110)
    sheet.hide_gridlines(2)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, labels["template.title"], book.format(bold=True, font_size=14, font_color=_NAVY))
    for row, line in enumerate(labels["template.guide"].splitlines(), 2):
        sheet.write_string(row, 0, line, book.format(text_wrap=True, valign="top"))
