"""The workbook of one table: the appendix as issued, live formulas, parameters, sources, what must be noted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from data.export.appendix import write_appendix
from data.export.book import ALARM, NAVY, Book, fit_height, write_book
from data.export.calculation import calculated
from data.export.calculation_sheet import CalculationSheet
from data.export.exported import Exported
from data.export.parameters import Parameters, asked, times
from data.export.parameters_sheet import write_parameters
from data.export.sources_sheet import write_sources
from data.export.words import Remark

MANY_ROWS = 2_000
"""Targets from which on rows are put on disk as they are written."""
Progress = Callable[[int], object]


def _silent(_: int) -> None:
    return


def write_xlsx(
    exported: Exported, path: Path | str, *, signing: Sequence[str] = (), progress: Progress = _silent
) -> None:
    """Write one table as a workbook for people.

    Parameters
    ----------
    signing : sequence of str
        The lines above the signature, as in the Decision.
    progress : callable
        Told how many agencies were written, again and again; in all `rows_to_write`.

    Raises
    ------
    OutputError
        If `path` cannot be written.
    """

    def fill(book: Book) -> None:
        allocation = exported.allocation
        columns = write_appendix(book, allocation, signing)
        progress(len(allocation.figures.codes))
        names = Parameters(exported.words)
        time = times(names, allocation)
        rules = asked(names, allocation, time)
        for number, one in enumerate(allocation.plan.indicators, 1):
            block = calculated(allocation, one.id, names, time, rules)
            name = exported.words.own("calculation_sheet")
            CalculationSheet(book, block, name if number == 1 else f"{name} {number}", progress).write()
        write_parameters(book, exported, names, columns)
        write_sources(book, exported)
        write_remarks(book, exported.remarks)

    is_large = rows_to_write(exported) > MANY_ROWS
    write_book(path, exported.words, exported.imprint, exported.lang, fill, is_large=is_large)


def rows_to_write(exported: Exported) -> int:
    """How many rows of agencies a workbook has in all its sheets."""
    allocation = exported.allocation
    return len(allocation.figures.codes) + sum(len(one.rows) for one in allocation.results.values())


def write_remarks(book: Book, remarks: Sequence[Remark]) -> None:
    """The sheet of conflicts and warnings."""
    own = book.words.own
    sheet = book.sheet(own("notes_sheet"), landscape=False)
    sheet.set_column(0, 0, 5)
    sheet.set_column(1, 1, 12)
    sheet.set_column(2, 2, 90)
    row = book.title(sheet, [(own("notes_heading"), {"bold": True, "font_size": 14, "font_color": NAVY})], 3) + 1
    for at, key in enumerate(("number", "kind", "text")):
        sheet.write_string(row, at, own(key), book.head())
    sheet.repeat_rows(row)
    sheet.freeze_panes(row + 1, 0)
    for number, remark in enumerate(sorted(remarks, key=lambda r: not r.is_conflict), 1):
        colour = {"font_color": ALARM} if remark.is_conflict else {}
        book.write(sheet, row + number, 0, number, align="center", valign="top")
        book.write(sheet, row + number, 1, own("conflict" if remark.is_conflict else "warning"), valign="top", **colour)
        book.write(sheet, row + number, 2, remark.text, text_wrap=True, valign="top")
        fit_height(sheet, row + number, (remark.text, 95))
    if not remarks:
        sheet.write_string(row + 1, 0, own("none"), book.format(italic=True))
