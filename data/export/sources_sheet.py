"""The sheet `Nguồn`: where figures come from and of which day, legal bases, definitions, targets set by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from xlsxwriter.worksheet import Worksheet

from data.export.book import NAVY, OPEN, SHARE, Book, fit_height
from data.export.exported import Exported, OverrideLine

_WIDTHS = (34, 22, 16, 14, 14, 44, 16, 18)
_WIDTH = 8
_MOST_NOTES = 200
"""Different remarks that are listed; more are counted."""


def write_sources(book: Book, exported: Exported) -> None:
    """Write the sheet."""
    own = book.words.own
    sheet = book.sheet(own("sources_sheet"))
    for at, width in enumerate(_WIDTHS):
        sheet.set_column(at, at, width)
    heading = [(own("sources_heading"), {"bold": True, "font_size": 14, "font_color": NAVY})]
    row = book.title(sheet, heading, _WIDTH) + 1
    row = _pairs(book, sheet, row, own("figures_heading"), list(_figures(book, exported)))
    row = _pairs(book, sheet, row + 1, own("legal_bases"), [("", text) for text in exported.legal_bases])
    if exported.scenario_note:
        row = _pairs(book, sheet, row + 1, own("scenario_note"), [("", exported.scenario_note)])
    for one in exported.indicators.values():
        told = [
            (own("numerator"), one.numerator),
            (own("denominator"), one.denominator),
            (own("definition"), one.definition),
            (own("basis_document"), one.source or one.legal_basis),
        ]
        row = _pairs(book, sheet, row + 1, f"{own('indicator')}: {one.name}", told)
    row = _overrides(book, sheet, row + 1, exported.overrides)
    row = _pairs(book, sheet, row + 1, own("assumed_heading"), list(_assumed(book, exported)))
    _pairs(book, sheet, row + 1, own("figures_note"), list(_notes(exported)))
    sheet.protect("", OPEN)


def _section(book: Book, sheet: Worksheet, row: int, title: str) -> int:
    style = book.format(bold=True, font_size=12, font_color=NAVY, bottom=2, bottom_color=NAVY)
    sheet.set_row(row, 22)
    book.across(sheet, row, 0, _WIDTH - 1, title, style)
    return row + 1


def _pairs(book: Book, sheet: Worksheet, row: int, title: str, pairs: Sequence[tuple[str, str]]) -> int:
    """A part of the sheet: labels with their texts; what has no text is left out."""
    row = _section(book, sheet, row, title)
    told = [pair for pair in pairs if pair[1]]
    for label, text in told or [("", book.words.own("none"))]:
        book.write(sheet, row, 0, label, bold=True, text_wrap=True, valign="top")
        book.across(sheet, row, 1, _WIDTH - 1, text, book.cell(text_wrap=True, indent=1, valign="top", align="left"))
        fit_height(sheet, row, (label, 32), (text, 150))
        row += 1
    return row


def _figures(book: Book, exported: Exported) -> Iterator[tuple[str, str]]:
    own, one = book.words.own, exported.figures
    if one.number is not None:
        yield own("figures_version"), f"{own('version')} {one.number}"
    yield own("as_of"), f"{one.as_of:%d/%m/%Y}"
    yield own("source"), one.source
    yield own("reporter"), one.reporter
    yield own("file"), one.filename
    yield own("file_hash"), one.file_sha256
    if one.stored_at is not None:
        yield own("stored"), f"{one.stored_at:%d/%m/%Y %H:%M} ({one.stored_by})"
    yield own("note"), one.note
    yield own("rows"), str(len(exported.allocation.figures.frame))
    yield own("figures_hash"), exported.imprint.figures_sha256


def _overrides(book: Book, sheet: Worksheet, row: int, overrides: Sequence[OverrideLine]) -> int:
    own = book.words.own
    row = _section(book, sheet, row, own("overrides_heading"))
    if not overrides:
        sheet.write_string(row, 0, own("none"), book.format(italic=True))
        return row + 1
    for at, key in enumerate(("agency", "indicator", "period", "before", "after", "reason", "by", "at")):
        sheet.write_string(row, at, own(key), book.head())
    for one in overrides:
        row += 1
        book.write(sheet, row, 0, one.name, text_wrap=True, valign="top")
        book.write(sheet, row, 1, book.words.indicator(one.indicator), text_wrap=True, valign="top")
        book.write(sheet, row, 2, book.words.period(one.period), valign="top")
        book.write(sheet, row, 3, one.before, num_format=SHARE, valign="top")
        book.write(sheet, row, 4, one.value, num_format=SHARE, bold=True, valign="top")
        book.write(sheet, row, 5, one.reason, text_wrap=True, valign="top")
        book.write(sheet, row, 6, one.by, valign="top")
        book.write(sheet, row, 7, f"{one.at:%d/%m/%Y %H:%M}", valign="top")
        fit_height(sheet, row, (one.name, 32), (one.reason, 42))
    return row + 1


def _assumed(book: Book, exported: Exported) -> Iterator[tuple[str, str]]:
    """How many volumes and starts nobody reported."""
    own, words, plan = book.words.own, book.words, exported.allocation.plan
    for id, result in exported.allocation.results.items():
        for t, period in enumerate(plan.periods):
            count = int((result.expected_assumed[t] & ~np.isnan(result.denominator)).sum())
            if count:
                text = f"{words.period(period.id)}: {own('assumed_volumes')} {count} / {len(result.rows)}"
                yield words.indicator(id), text
        starts = int(result.start_assumed.sum())
        if starts:
            yield words.indicator(id), f"{own('assumed_starts')} {starts} / {len(result.rows)}"


def _notes(exported: Exported) -> Iterator[tuple[str, str]]:
    """What the figures' own remarks say, each once, with whose they are."""
    frame = exported.allocation.figures.frame
    if "note" not in frame:
        return
    told = frame[frame["note"].str.strip() != ""]
    for number, (text, rows) in enumerate(told.groupby("note", sort=False)):
        if number == _MOST_NOTES:
            yield "…", ""
            return
        names = list(dict.fromkeys(rows["name"].tolist()))
        yield names[0] if len(names) == 1 else f"{names[0]} … ({len(names)})", str(text)
