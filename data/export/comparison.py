"""The workbook that lays several scenarios side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from xlsxwriter.worksheet import Worksheet

from data.export.book import ALARM, NAVY, SHARE, Book, fit_height, write_book
from data.export.document import targets_sha256
from data.export.words import About, Remark, Words
from data.export.workbook import section_rows, write_remarks
from engine import ENGINE_VERSION, Allocation, GoalStatus

WIDE_SPREAD = 0.20
_MET = frozenset({GoalStatus.MET, GoalStatus.MET_WITHOUT_LIFT, GoalStatus.PATH})


@dataclass(frozen=True)
class Compared:
    """One scenario of a comparison, with its name for people."""

    scenario_id: str
    name: str
    allocation: Allocation


def write_comparison_xlsx(
    compared: Sequence[Compared], path: Path | str, *, about: About, words: Words, remarks: Sequence[Remark] = ()
) -> None:
    """Write scenarios side by side: goals first, then one sheet per indicator.

    Parameters
    ----------
    compared : sequence of Compared
        At least one, all on the same figures.
    about, words, remarks
        As for `write_xlsx`.

    Raises
    ------
    OutputError
        If `path` cannot be written.
    """

    def fill(book: Book) -> None:
        _goals(book, compared)
        for indicator in dict.fromkeys(i.id for one in compared for i in one.allocation.plan.indicators):
            _indicator(book, compared, indicator)
        write_remarks(book, remarks)

    write_book(path, words, about, fill)


def _goals(book: Book, compared: Sequence[Compared]) -> None:
    own, column = book.words.own, book.words.column
    sheet = book.sheet(own("summary_sheet"))
    width = 3 + 2 * len(compared)
    heading = [(own("comparison_heading"), {"bold": True, "font_size": 14, "font_color": NAVY})]
    row = book.title(sheet, [*heading, (book.about.campaign, {"italic": True})], width) + 1
    row = _facts(book, sheet, row, compared, width) + 1
    sheet.set_row(row, 48)
    for at, key in enumerate(("indicator", "period", "goal")):
        sheet.merge_range(row, at, row + 1, at, column(key), book.head())
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 2, 13)
    for number, one in enumerate(compared):
        at = 3 + 2 * number
        sheet.merge_range(row, at, row, at + 1, one.name, book.head())
        sheet.write_string(row + 1, at, column("attained"), book.subhead())
        sheet.write_string(row + 1, at + 1, column("status"), book.subhead())
        sheet.set_column(at, at, 11)
        sheet.set_column(at + 1, at + 1, 24)
    sheet.repeat_rows(row, row + 1)
    asked = dict.fromkeys((s.indicator, s.period) for one in compared for s in one.allocation.summaries)
    for offset, (indicator, period) in enumerate(asked, 2):
        _goal_row(book, sheet, row + offset, compared, indicator, period)


def _goal_row(
    book: Book, sheet: Worksheet, row: int, compared: Sequence[Compared], indicator: str, period: str
) -> None:
    words = book.words
    book.write(sheet, row, 0, words.indicator(indicator), text_wrap=True)
    book.write(sheet, row, 1, words.period(period))
    found = {
        number: summary
        for number, one in enumerate(compared)
        for summary in one.allocation.summaries
        if (summary.indicator, summary.period) == (indicator, period)
    }
    goals = {summary.goal for summary in found.values()}
    book.write(sheet, row, 2, goals.pop() if len(goals) == 1 else None, num_format=SHARE)
    for number in range(len(compared)):
        at, summary = 3 + 2 * number, found.get(number)
        colour = {"font_color": ALARM, "bold": True} if summary and summary.status not in _MET else {}
        book.write(sheet, row, at, summary.attained if summary else None, num_format=SHARE, **colour)
        status = words.labels[f"terms.goal_status.{summary.status.value}"] if summary else None
        book.write(sheet, row, at + 1, status, text_wrap=True, **colour)


def _facts(book: Book, sheet: Worksheet, row: int, compared: Sequence[Compared], width: int) -> int:
    own = book.words.own
    facts = book.facts(compared[0].allocation.figures.sha256, ENGINE_VERSION)
    shown = [fact for fact in facts if fact[0] != own("scenario")]
    for one in compared:
        about = f"{one.name} ({one.scenario_id}) · {own('targets_hash')}: {targets_sha256(one.allocation)}"
        shown.append((own("scenario"), about))
    for label, value in shown:
        if value:
            sheet.write_string(row, 0, label, book.format(bold=True))
            sheet.merge_range(row, 1, row, width - 1, "", book.format(text_wrap=True))
            sheet.write_string(row, 1, value, book.format(text_wrap=True))
            fit_height(sheet, row, (value, 60 + 24 * len(compared)))
            row += 1
    return row


def _indicator(book: Book, compared: Sequence[Compared], indicator: str) -> None:
    """Targets of one indicator: now, then per period one column per scenario and their spread."""
    own = book.words.own
    allocations = [one.allocation for one in compared]
    sheet = book.sheet(book.words.indicator(indicator))
    periods = list(dict.fromkeys(p.id for a in allocations for p in a.plan.periods))
    spread = len(compared) > 1
    block = len(compared) + spread
    width = 3 + block * len(periods)
    lines: list[tuple[str, dict[str, Any]]] = [
        (own("comparison_heading"), {"bold": True, "font_size": 14, "font_color": NAVY}),
        (book.words.indicator(indicator), {"bold": True}),
        (book.about.campaign, {"italic": True}),
    ]
    row = book.title(sheet, lines, width) + 1
    _indicator_header(book, sheet, row, compared, periods)
    sheet.repeat_rows(row, row + 1)
    sheet.freeze_panes(row + 2, 3)
    sheet.set_column(0, 0, 5)
    sheet.set_column(1, 1, 38)
    sheet.set_column(2, 2, 11)
    sheet.set_column(3, width - 1, 14)
    targets = [np.array([_by_agency(a, indicator, period) for a in allocations]) for period in periods]
    current = _current(allocations, indicator)
    first = row + 2
    for at_row, number, at in section_rows(book, sheet, first, width, allocations[0]):
        book.write(sheet, at_row, 0, number, align="center")
        book.write(sheet, at_row, 1, allocations[0].figures.names[at], text_wrap=True)
        fit_height(sheet, at_row, (allocations[0].figures.names[at], 38))
        book.write(sheet, at_row, 2, float(current[at]), num_format=SHARE)
        for t in range(len(periods)):
            across = targets[t][:, at]
            start = 3 + t * block
            for s, value in enumerate(across.tolist()):
                book.target(sheet, at_row, start + s, value)
            if spread:
                book.target(sheet, at_row, start + len(compared), float(np.ptp(across)), italic=True)
        row = at_row
    if spread:
        for t in range(len(periods)):
            at = 3 + t * block + len(compared)
            scale: dict[str, Any] = {"type": "2_color_scale", "min_color": "#FFFFFF", "max_color": "#F4B183"}
            scale.update(min_type="num", min_value=0, max_type="num", max_value=WIDE_SPREAD)
            sheet.conditional_format(first, at, row, at, scale)


def _indicator_header(
    book: Book, sheet: Worksheet, row: int, compared: Sequence[Compared], periods: Sequence[str]
) -> None:
    own = book.words.own
    sheet.set_row(row, 26)
    sheet.set_row(row + 1, 64)
    for at, key in enumerate(("number", "agency", "current")):
        sheet.merge_range(row, at, row + 1, at, own(key), book.head())
    column = 3
    spread = len(compared) > 1
    for period in periods:
        width = len(compared) + spread
        text = f"{own('target_at')} {book.words.period(period)}"
        if width > 1:
            sheet.merge_range(row, column, row, column + width - 1, text, book.head())
        else:
            sheet.write_string(row, column, text, book.head())
        for s, one in enumerate(compared):
            sheet.write_string(row + 1, column + s, one.name, book.subhead())
        if spread:
            sheet.write_string(row + 1, column + len(compared), own("difference"), book.subhead())
        column += width


def _by_agency(allocation: Allocation, indicator: str, period: str) -> NDArray[np.float64]:
    """(m,) targets by position of the agency; NaN where there is none."""
    values = np.full(len(allocation.figures.codes), np.nan)
    ids = [p.id for p in allocation.plan.periods]
    if indicator in allocation.results and period in ids:
        result = allocation.results[indicator]
        values[result.rows] = result.target[ids.index(period)]
    return values


def _current(allocations: Sequence[Allocation], indicator: str) -> NDArray[np.float64]:
    """(m,) current rates by position of the agency."""
    values = np.full(len(allocations[0].figures.codes), np.nan)
    for allocation in allocations:
        if indicator in allocation.results:
            result = allocation.results[indicator]
            values[result.rows] = result.current
    return values
