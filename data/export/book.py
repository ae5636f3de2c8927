"""Formats and habits common to all exported workbooks."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from data.export.imprint import Imprint
from data.export.words import Words
from data.output import safe_cell, write_whole

NAVY, PALE, LINE, ALARM, INPUT, QUIET = "#1F3A5F", "#E8EEF5", "#9AA9BC", "#B3261E", "#FFF6D6", "#5A6472"
ROW_HEIGHT = 18
SHARE, SHARE_WHOLE, COUNT, DAY = "0.0%", "0%", "#,##0", "dd/mm/yyyy"
VIETNAMESE = "[$-42A]"
"""Before a number format: commas and points as in Vietnamese, whatever the program."""
_FONT = "Times New Roman"
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_A4, _A3 = 9, 8
_LONGEST_PROPERTY = 250
_PAGE_WIDTH, _PAGE_HEIGHT, _SAFE = 770.0, 494.0, 0.97
"""Between the margins of an A4 page, landscape [pt]; the part of it that is filled, as programs differ a little."""
_POINTS_A_CHARACTER, _POINTS_A_COLUMN = 5.25, 3.75
OPEN = MappingProxyType(
    {
        "objects": True,
        "scenarios": True,
        "format_cells": True,
        "format_columns": True,
        "format_rows": True,
        "select_locked_cells": True,
        "select_unlocked_cells": True,
        "sort": True,
        "autofilter": True,
    }
)
"""What a protected sheet still allows."""


class PlainSheet(Worksheet):  # type: ignore[misc]
    """A sheet whose formulas hold no function of later versions; looking for each of those takes half of the time."""

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:  # noqa: ARG002
        return formula.strip("{}").removeprefix("=")


class Book:
    """A workbook being written.

    Parameters
    ----------
    path : Path
    words : Words
    imprint : Imprint
    lang : str
        Decides how numbers look.
    is_large : bool
        Rows are put on disk as they are written: each sheet strictly from top to bottom.
    """

    def __init__(self, path: Path, words: Words, imprint: Imprint, lang: str, *, is_large: bool = False) -> None:
        options = {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "constant_memory": is_large,
        }
        self.book = xlsxwriter.Workbook(str(path), options)
        self.words, self.imprint, self.lang, self.is_large = words, imprint, lang, is_large
        self.book.set_properties(
            {
                "title": self.campaign[:_LONGEST_PROPERTY],
                "subject": self.scenario[:_LONGEST_PROPERTY],
                "comments": imprint.line(),
                "created": imprint.made_at.replace(tzinfo=None),
            }
        )
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._names: set[str] = set()

    @property
    def campaign(self) -> str:
        return self.imprint.campaign_name.get(self.lang) or self.imprint.campaign

    @property
    def scenario(self) -> str:
        return self.imprint.scenario_name.get(self.lang) or self.imprint.scenario

    def number(self, code: str) -> str:
        """A number format that shows numbers as the reader's language does."""
        if self.lang != "vi":
            return code
        return ";".join(part if '"' in part or not part else f"{VIETNAMESE}{part}" for part in code.split(";"))

    def format(self, **properties: Any) -> Any:
        """A format of these properties on top of the common ones."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            own = dict(properties)
            if "num_format" in own:
                own["num_format"] = self.number(own["num_format"])
            self._formats[key] = self.book.add_format({"font_name": _FONT, "font_size": 11, "valign": "vcenter", **own})
        return self._formats[key]

    def cell(self, **properties: Any) -> Any:
        """A body cell with its thin border."""
        return self.format(border=1, border_color=LINE, **properties)

    def head(self, **properties: Any) -> Any:
        """A header cell."""
        common = {"bold": True, "align": "center", "text_wrap": True, "bg_color": NAVY, "font_color": "#FFFFFF"}
        return self.cell(**{**common, **properties})

    def subhead(self) -> Any:
        return self.head(bg_color=PALE, font_color="#000000")

    def state(self) -> str:
        """How far it has come, in words; an issued table by its Decision."""
        own, imprint = self.words.own, self.imprint
        state = own("state_draft" if imprint.state.value == "draft" else f"state_{imprint.state.value}")
        if not imprint.is_issued or imprint.decision_number is None:
            return state
        day = f" {own('decision_dated')} {imprint.decision_date:%d/%m/%Y}" if imprint.decision_date else ""
        return f"{state}: {own('decision')} {imprint.decision_number}{day}"

    def sheet(self, name: str, *, landscape: bool = True, wide: bool = False) -> Worksheet:
        """A new sheet on A4 (A3 where `wide`), one page wide, pages numbered, the state at the head of each."""
        sheet = self.book.add_worksheet(self._name(name), PlainSheet)
        if landscape:
            sheet.set_landscape()
        sheet.set_paper(_A3 if wide else _A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
        sheet.hide_gridlines(2)
        sheet.set_default_row(ROW_HEIGHT)
        own = self.words.own
        marks = [] if self.imprint.is_issued else [own("state_draft")]
        marks += [own("illustrative")] if self.imprint.illustrative else []
        sheet.set_header(f"&R&8{' · '.join(marks).replace('&', '&&')}")
        foot = f"{self.scenario[:80]} · {own('targets_hash')} {self.imprint.targets_sha256[:12]}…"
        sheet.set_footer(f"&L&7{foot.replace('&', '&&')}&C&9&P / &N")
        return sheet

    def _name(self, name: str) -> str:
        bare = _FORBIDDEN.sub(" ", name).strip(" '")[:31].strip(" '") or "Sheet"
        found, number = bare, 2
        while found.casefold() in self._names or found.casefold() == "history":
            found = f"{bare[:27]} {number}"
            number += 1
        self._names.add(found.casefold())
        return found

    def write(self, sheet: Worksheet, row: int, column: int, value: object, **properties: Any) -> None:
        """Write one body cell: text as text whatever it begins with, numbers as numbers, None and NaN as a blank."""
        number_format = properties.get("num_format")
        if number_format in (SHARE, SHARE_WHOLE):
            properties.setdefault("align", "center")
        elif number_format == COUNT and not isinstance(value, str):
            properties.update(align="right", indent=1)
        elif "align" not in properties:
            properties.update(align="left", indent=1)
        if isinstance(value, str) and value:
            if safe_cell(value) != value:
                properties["quote_prefix"] = True
            sheet.write_string(row, column, value, self.cell(**properties))
        elif isinstance(value, int | float) and math.isfinite(value):
            sheet.write_number(row, column, value, self.cell(**properties))
        else:
            sheet.write_blank(row, column, None, self.cell(**properties))

    def target(self, sheet: Worksheet, row: int, column: int, share: float, **properties: Any) -> None:
        """Write a target; a dash where there is none."""
        if math.isnan(share):
            self.write(sheet, row, column, "–", align="center", **properties)
        else:
            self.write(sheet, row, column, share, num_format=share_format(share), **properties)

    def heading(self, sheet: Worksheet, row: int, width: int, number: str, text: str, **properties: Any) -> None:
        """A row that heads a part of a table: a number, then text over the rest of the width."""
        self.write(sheet, row, 0, number, align="center", **properties)
        self.across(sheet, row, 1, width - 1, text, self.cell(indent=1, **properties))

    def across(self, sheet: Worksheet, row: int, first: int, last: int, text: str, style: Any) -> None:
        """Text over several columns of one row; text that looks like a formula stays text even when it is edited."""
        if safe_cell(text) != text:
            properties = next(dict(key) for key, made in self._formats.items() if made is style)
            style = self.format(**properties, quote_prefix=True)
        if last > first:
            sheet.merge_range(row, first, row, last, "", style)
        sheet.write_string(row, first, text, style)

    def two_rows(self, sheet: Worksheet, row: int, heads: Sequence[tuple[int, int, str, Sequence[str]]]) -> None:
        """A header of two rows, written from top to bottom.

        Parameters
        ----------
        heads : sequence of (first column, last column, text, texts below)
            Without texts below, the text stands over both rows.
        """
        for first, last, text, below in heads:
            for column in range(first, last + 1):
                sheet.write_blank(row, column, None, self.head())
            sheet.write_string(row, first, text, self.head())
            if below and last > first:
                sheet.merge_range(row, first, row, last, "", self.head())
                sheet.write_string(row, first, text, self.head())
        for first, last, _, below in heads:
            for column in range(first, last + 1):
                if below:
                    sheet.write_string(row + 1, column, below[column - first], self.subhead())
                else:
                    sheet.write_blank(row + 1, column, None, self.head())
        for first, last, _, below in heads:
            if not below:
                sheet.merge.append([row, first, row + 1, last])  # merge_range would write the upper row again

    def title(self, sheet: Worksheet, lines: Sequence[tuple[str, dict[str, Any]]], width: int) -> int:
        """Centred lines over `width` columns, then the illustrative banner; the next free row."""
        banner = {"bold": True, "font_color": "#FFFFFF", "bg_color": ALARM}
        shown = [*lines, *([(self.words.own("illustrative"), banner)] if self.imprint.illustrative else [])]
        for row, (text, properties) in enumerate(shown):
            sheet.set_row(row, 22 if properties.get("bold") else 18)
            self.across(sheet, row, 0, width - 1, text, self.format(**{"align": "center", **properties}))
        return len(shown)

    def define(self, name: str, sheet: Worksheet, first: tuple[int, int], last: tuple[int, int] | None = None) -> None:
        """Give cells a name; (row, column) from 0."""
        quoted = sheet.get_name().replace("'", "''")
        corners = [xl_rowcol_to_cell(*corner, row_abs=True, col_abs=True) for corner in (first, last or first)]
        place = corners[0] if corners[0] == corners[1] else ":".join(corners)
        self.book.define_name(name, f"='{quoted}'!{place}")

    def facts(self) -> list[tuple[str, str]]:
        """What every export carries, as (label, value); empty values are left out."""
        own, imprint = self.words.own, self.imprint
        scenario = f"{self.scenario} ({imprint.scenario}{self._version(imprint.scenario_version)})"
        before = imprint.corrects
        corrects = "" if before is None else f"{own('table')} {before.table}"
        if before is not None and before.decision_number:
            corrects = f"{corrects}, {own('decision')} {before.decision_number}"
        found = [
            (own("campaign"), self.campaign),
            (own("table"), "" if imprint.table is None else str(imprint.table)),
            (own("scenario"), scenario),
            (own("figures_version"), self._version(imprint.figures_version).lstrip(", ")),
            (own("state"), self.state()),
            (own("corrects"), corrects),
            (own("made"), f"{imprint.made_at:%d/%m/%Y %H:%M} {imprint.made_at.tzname() or ''}".strip()),
            (own("source"), imprint.source.get(self.lang, "")),
            (own("engine"), imprint.engine),
            (own("figures_hash"), imprint.figures_sha256),
            (own("targets_hash"), imprint.targets_sha256),
        ]
        return [fact for fact in found if fact[1]]

    def _version(self, number: int | None) -> str:
        return "" if number is None else f", {self.words.own('version')} {number}"


def share_format(share: float) -> str:
    """A whole percent is shown as such, anything finer with one decimal."""
    return SHARE_WHOLE if abs(share * 100 - round(share * 100)) < 1e-9 else SHARE


def fit_height(sheet: Worksheet, row: int, *texts: tuple[str, float]) -> None:
    """Make a row high enough for each (wrapped text, characters its column holds)."""
    lines = max((_lines(text, room) for text, room in texts), default=1)
    if lines > 1:
        sheet.set_row(row, 3 + 15 * lines)


def keep_together(
    sheet: Worksheet, first: int, last: int, tied: Collection[int], header: Sequence[int], widths: Sequence[float]
) -> None:
    """Break the pages of an A4 sheet (landscape, one page wide) so that no row of `tied` is the last one of a page.

    Parameters
    ----------
    first, last : int
        Rows of the table below its header, from 0; what stands above is on the first page.
    tied : collection of int
        Rows that need the next one: headings, sums above a signature.
    header : sequence of int
        Rows that are repeated on every page.
    widths : sequence of float
        Of all columns, in characters.
    """
    wide = sum(_POINTS_A_CHARACTER * one + _POINTS_A_COLUMN for one in widths)
    room = _PAGE_HEIGHT * _SAFE * max(wide / _PAGE_WIDTH, 1.0)
    repeated = sum(_height(sheet, row) for row in header)
    used, start, breaks = sum(_height(sheet, row) for row in range(first)), first, []
    for row in range(first, last + 1):
        used += _height(sheet, row)
        if used > room and row > start:
            cut = row
            while cut - 1 > start and cut - 1 in tied:
                cut -= 1
            breaks.append(cut)
            start, used = cut, repeated + sum(_height(sheet, one) for one in range(cut, row + 1))
    sheet.set_h_pagebreaks(breaks)


def _height(sheet: Worksheet, row: int) -> float:
    """Of a row [pt]; the library keeps pixels."""
    pixels = sheet.row_sizes.get(row)
    return ROW_HEIGHT if pixels is None else 0.75 * float(pixels[0])


def _lines(text: str, room: float) -> int:
    return sum(max(1, math.ceil(len(part) / room)) for part in text.split("\n")) if text else 1


def write_book(
    path: Path | str,
    words: Words,
    imprint: Imprint,
    lang: str,
    fill: Callable[[Book], None],
    *,
    is_large: bool = False,
) -> None:
    """Write a workbook whole or not at all.

    Raises
    ------
    OutputError
        If `path` cannot be written.
    """

    def write(fresh: Path) -> None:
        book = Book(fresh, words, imprint, lang, is_large=is_large)
        fill(book)
        book.book.close()

    write_whole(path, write)
