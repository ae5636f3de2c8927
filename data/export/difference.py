"""What a table changes of the Decision before it: a workbook and a CSV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.export.book import COUNT, NAVY, SHARE, Book, fit_height, write_book
from data.export.document import imprint_columns
from data.export.imprint import Imprint
from data.export.words import Words
from data.output import csv_text, write_text

_POINTS = "+0.0;-0.0;0.0"
_WIDTHS = (5, 38, 28, 15, 13, 13, 13, 13, 13)
_KEYS = ("agency", "name", "indicator", "period", "before", "after", "count_before", "count_after")


@dataclass(frozen=True)
class DifferenceLine:
    """One target that differs; shares and units, None where a table has no such target."""

    agency: str
    name: str
    indicator: str
    period: str
    before: float | None
    after: float | None
    count_before: float | None
    count_after: float | None


@dataclass(frozen=True, eq=False)
class Difference:
    """A table and the Decision before it, in one language; lines by indicator, period and agency."""

    before: Imprint
    after: Imprint
    lang: str
    words: Words
    lines: tuple[DifferenceLine, ...]


def write_difference_xlsx(difference: Difference, path: Path | str) -> None:
    """Write every target that differs, one a row.

    Raises
    ------
    OutputError
        If `path` cannot be written.
    """

    def fill(book: Book) -> None:
        _sheet(book, difference)

    write_book(path, difference.words, difference.after, difference.lang, fill)


def write_difference_csv(difference: Difference, path: Path | str) -> None:
    """Write the same as CSV: UTF-8 with byte order mark, shares as fractions, the imprint of the new table in each row.

    Raises
    ------
    OutputError
        If `path` cannot be written.
    """
    names, values = imprint_columns(difference.after)
    rows: list[Sequence[object]] = [(*_KEYS, "table_before", "decision_before", *names)]
    before = (difference.before.table, difference.before.decision_number or "")
    for one in difference.lines:
        own = ("" if getattr(one, key) is None else getattr(one, key) for key in _KEYS)
        rows.append((*own, *before, *values))
    write_text(path, csv_text(rows))


def _sheet(book: Book, difference: Difference) -> None:
    own, words = book.words.own, book.words
    sheet = book.sheet(own("difference_sheet"))
    for at, width in enumerate(_WIDTHS):
        sheet.set_column(at, at, width)
    width = len(_WIDTHS)
    lines: list[tuple[str, dict[str, Any]]] = [
        (own("difference_heading"), {"bold": True, "font_size": 14, "font_color": NAVY}),
        (book.campaign, {"italic": True}),
    ]
    row = book.title(sheet, lines, width) + 1
    facts = [
        (own("before_table"), _told(book, difference.before)),
        (own("this_table"), _told(book, difference.after)),
        *((label, text) for label, text in book.facts() if label not in (own("table"), own("corrects"))),
    ]
    for label, text in facts:
        book.across(sheet, row, 0, 1, label, book.format(bold=True))
        book.across(sheet, row, 2, width - 1, text, book.format(text_wrap=True, align="left"))
        fit_height(sheet, row, (text, 100))
        row += 1
    row += 1
    keys = ("number", "agency", "indicator", "period", "old_target", "new_target", "points", "old_count", "new_count")
    sheet.set_row(row, 34)
    for at, key in enumerate(keys):
        sheet.write_string(row, at, own(key), book.head())
    sheet.repeat_rows(row)
    sheet.freeze_panes(row + 1, 2)
    for number, one in enumerate(difference.lines, 1):
        at = row + number
        book.write(sheet, at, 0, number, align="center")
        book.write(sheet, at, 1, one.name or one.agency, text_wrap=True)
        book.write(sheet, at, 2, words.indicator(one.indicator), text_wrap=True)
        book.write(sheet, at, 3, words.period(one.period))
        book.write(sheet, at, 4, one.before, num_format=SHARE)
        book.write(sheet, at, 5, one.after, num_format=SHARE, bold=True)
        points = None if one.before is None or one.after is None else 100 * (one.after - one.before)
        book.write(sheet, at, 6, points, num_format=_POINTS, align="center")
        book.write(sheet, at, 7, one.count_before, num_format=COUNT)
        book.write(sheet, at, 8, one.count_after, num_format=COUNT)
        fit_height(sheet, at, (one.name, 36))
    if not difference.lines:
        sheet.write_string(row + 1, 0, own("difference_none"), book.format(italic=True))


def _told(book: Book, imprint: Imprint) -> str:
    own = book.words.own
    text = f"{own('table')} {imprint.table}"
    if imprint.decision_number:
        text = f"{text}, {own('decision')} {imprint.decision_number}"
        if imprint.decision_date:
            text = f"{text} {own('decision_dated')} {imprint.decision_date:%d/%m/%Y}"
    return f"{text} · {own('targets_hash')}: {imprint.targets_sha256}"
