"""Formats and habits common to all exported workbooks."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from data.export.words import About, Words
from data.output import safe_cell, write_whole

NAVY, PALE, LINE, ALARM = "#1F3A5F", "#E8EEF5", "#9AA9BC", "#B3261E"
ROW_HEIGHT = 18
SHARE, SHARE_WHOLE, COUNT = "0.0%", "0%", "#,##0"
_FONT = "Times New Roman"
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_A4, _A3 = 9, 8


class Book:
    """A workbook being written."""

    def __init__(self, path: Path, words: Words, about: About) -> None:
        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.book = xlsxwriter.Workbook(str(path), options)
        self.book.set_properties({"title": about.campaign[:250], "created": about.made.replace(tzinfo=None)})
        self.words = words
        self.about = about
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._names: set[str] = set()

    def format(self, **properties: Any) -> Any:
        """A format of these properties on top of the common ones."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(
                {"font_name": _FONT, "font_size": 11, "valign": "vcenter", **properties}
            )
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

    def sheet(self, name: str, *, landscape: bool = True, wide: bool = False) -> Worksheet:
        """A new sheet on A4 (A3 where `wide`), one page wide, pages numbered, the state at the head of each."""
        sheet = self.book.add_worksheet(self._name(name))
        if landscape:
            sheet.set_landscape()
        sheet.set_paper(_A3 if wide else _A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
        sheet.hide_gridlines(2)
        sheet.set_default_row(ROW_HEIGHT)
        marks = [self.words.own("state_draft"), *([self.words.own("illustrative")] if self.about.illustrative else [])]
        sheet.set_header(f"&R&8{' · '.join(marks).replace('&', '&&')}")
        sheet.set_footer("&C&9&P / &N")
        return sheet

    def _name(self, name: str) -> str:
        bare = _FORBIDDEN.sub(" ", name).strip(" '")[:31].strip(" '") or "Sheet"
        found, number = bare, 2
        while found.casefold() in self._names or found.casefold() == "history":
            found = f"{bare[:27]} ({number})"
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
        style = self.cell(indent=1, **properties)
        sheet.merge_range(row, 1, row, width - 1, "", style)
        sheet.write_string(row, 1, text, style)

    def title(self, sheet: Worksheet, lines: Sequence[tuple[str, dict[str, Any]]], width: int) -> int:
        """Centred lines over `width` columns, then the illustrative banner; the next free row."""
        banner = {"bold": True, "font_color": "#FFFFFF", "bg_color": ALARM}
        shown = [*lines, *([(self.words.own("illustrative"), banner)] if self.about.illustrative else [])]
        for row, (text, properties) in enumerate(shown):
            style = self.format(**{"align": "center", **properties})
            sheet.set_row(row, 22 if properties.get("bold") else 18)
            if width > 1:
                sheet.merge_range(row, 0, row, width - 1, "", style)
            sheet.write_string(row, 0, text, style)
        return len(shown)

    def facts(self, figures_sha256: str, engine_version: str) -> list[tuple[str, str]]:
        """What every export carries, as (label, value)."""
        own, about = self.words.own, self.about
        return [
            (own("campaign"), about.campaign),
            (own("scenario"), f"{about.scenario} ({about.scenario_id})"),
            (own("made"), f"{about.made:%d/%m/%Y %H:%M}"),
            (own("state"), own("state_draft")),
            (own("source"), about.source),
            (own("engine"), engine_version),
            (own("figures_hash"), figures_sha256),
        ]


def share_format(share: float) -> str:
    """A whole percent is shown as such, anything finer with one decimal."""
    return SHARE_WHOLE if abs(share * 100 - round(share * 100)) < 1e-9 else SHARE


def fit_height(sheet: Worksheet, row: int, *texts: tuple[str, float]) -> None:
    """Make a row high enough for each (wrapped text, characters its column holds)."""
    lines = max((math.ceil(len(text) / room) for text, room in texts), default=1)
    if lines > 1:
        sheet.set_row(row, 3 + 15 * lines)


def write_book(path: Path | str, words: Words, about: About, fill: Callable[[Book], None]) -> None:
    """Write a workbook whole or not at all.

    Raises
    ------
    OutputError
        If `path` cannot be written.
    """

    def write(fresh: Path) -> None:
        book = Book(fresh, words, about)
        fill(book)
        book.book.close()

    write_whole(path, write)
