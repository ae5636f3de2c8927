"""The workbook that lays several scenarios side by side."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from xlsxwriter.worksheet import Worksheet

from data.export.appendix import section_rows
from data.export.book import ALARM, NAVY, SHARE, Book, fit_height, keep_together, write_book
from data.export.exported import Exported
from data.export.words import Remark, Words
from data.export.workbook import write_remarks
from engine import Allocation, GoalStatus

WIDE_SPREAD = 0.20
_MET = frozenset({GoalStatus.MET, GoalStatus.MET_WITHOUT_LIFT, GoalStatus.PATH})


def write_comparison_xlsx(several: Sequence[Exported], path: Path | str) -> None:
    """Write scenarios side by side: goals first, then one sheet per indicator, then what must be noted of each.

    Parameters
    ----------
    several : sequence of Exported
        At least one, in one language, all on the same figures.

    Raises
    ------
    OutputError
        If `path` cannot be written.
    """
    first = several[0]

    def fill(book: Book) -> None:
        _goals(book, several)
        for indicator in dict.fromkeys(i.id for one in several for i in one.allocation.plan.indicators):
            _indicator(book, several, indicator)
        write_remarks(book, remarks_of(several))

    write_book(path, _joined(several), first.imprint, first.lang, fill)


def remarks_of(several: Sequence[Exported]) -> list[Remark]:
    """The remarks of all, each with its scenario's name before it; what one says twice is said once."""
    told: dict[Remark, None] = {}
    for one in several:
        for remark in one.remarks:
            told[Remark(remark.is_conflict, f"{_name(one)}: {remark.text}")] = None
    return list(told)


def _joined(several: Sequence[Exported]) -> Words:
    """The words of all: names of every scenario's rules and periods."""
    words = several[0].words
    periods = {id: text for one in reversed(several) for id, text in one.words.periods.items()}
    return dataclasses.replace(words, periods=periods)


def _name(one: Exported) -> str:
    return one.imprint.scenario_name.get(one.lang) or one.imprint.scenario


def _goals(book: Book, compared: Sequence[Exported]) -> None:
    own, column = book.words.own, book.words.column
    sheet = book.sheet(own("summary_sheet"))
    width = 3 + 2 * len(compared)
    heading = [(own("comparison_heading"), {"bold": True, "font_size": 14, "font_color": NAVY})]
    row = book.title(sheet, [*heading, (book.campaign, {"italic": True})], width) + 1
    row = _facts(book, sheet, row, compared, width) + 1
    sheet.set_row(row, 48)
    heads: list[tuple[int, int, str, Sequence[str]]] = [
        (at, at, column(key), ()) for at, key in enumerate(("indicator", "period", "goal"))
    ]
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 2, 13)
    for number, one in enumerate(compared):
        at = 3 + 2 * number
        heads.append((at, at + 1, _name(one), (column("attained"), column("status"))))
        sheet.set_column(at, at, 11)
        sheet.set_column(at + 1, at + 1, 24)
    book.two_rows(sheet, row, heads)
    sheet.repeat_rows(row, row + 1)
    asked = dict.fromkeys((s.indicator, s.period) for one in compared for s in one.allocation.summaries)
    for offset, (indicator, period) in enumerate(asked, 2):
        _goal_row(book, sheet, row + offset, compared, indicator, period)


def _goal_row(
    book: Book, sheet: Worksheet, row: int, compared: Sequence[Exported], indicator: str, period: str
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


def _facts(book: Book, sheet: Worksheet, row: int, compared: Sequence[Exported], width: int) -> int:
    own = book.words.own
    apart = (own("scenario"), own("targets_hash"), own("table"), own("state"))
    shown = [fact for fact in book.facts() if fact[0] not in apart]
    for one in compared:
        version = "" if one.imprint.scenario_version is None else f", {own('version')} {one.imprint.scenario_version}"
        about = f"{_name(one)} ({one.imprint.scenario}{version}) · {own('targets_hash')}: {one.imprint.targets_sha256}"
        shown.append((own("scenario"), about))
    for label, value in shown:
        if value:
            sheet.write_string(row, 0, label, book.format(bold=True))
            sheet.merge_range(row, 1, row, width - 1, "", book.format(text_wrap=True))
            sheet.write_string(row, 1, value, book.format(text_wrap=True))
            fit_height(sheet, row, (value, 60 + 24 * len(compared)))
            row += 1
    return row


def _indicator(book: Book, compared: Sequence[Exported], indicator: str) -> None:
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
        (book.campaign, {"italic": True}),
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
    first = free = row + 2
    headings: set[int] = set()
    for at_row, number, at in section_rows(book, sheet, first, width, allocations[0]):
        headings.update(range(free, at_row))
        free = at_row + 1
        book.write(sheet, at_row, 0, number, align="center")
        book.write(sheet, at_row, 1, _agency(allocations[0], at), text_wrap=True)
        fit_height(sheet, at_row, (_agency(allocations[0], at), 38))
        book.write(sheet, at_row, 2, float(current[at]), num_format=SHARE)
        for t in range(len(periods)):
            across = targets[t][:, at]
            start = 3 + t * block
            for s, value in enumerate(across.tolist()):
                book.target(sheet, at_row, start + s, value)
            if spread:
                book.target(sheet, at_row, start + len(compared), float(np.ptp(across)), italic=True)
    widths = [5, 38, 11, *[14] * (width - 3)]
    keep_together(sheet, first, free - 1, headings, (first - 2, first - 1), widths)
    if spread:
        for t in range(len(periods)):
            at = 3 + t * block + len(compared)
            scale: dict[str, Any] = {"type": "2_color_scale", "min_color": "#FFFFFF", "max_color": "#F4B183"}
            scale.update(min_type="num", min_value=0, max_type="num", max_value=WIDE_SPREAD)
            sheet.conditional_format(first, at, free - 1, at, scale)


def _indicator_header(
    book: Book, sheet: Worksheet, row: int, compared: Sequence[Exported], periods: Sequence[str]
) -> None:
    own = book.words.own
    sheet.set_row(row, 26)
    sheet.set_row(row + 1, 64)
    heads: list[tuple[int, int, str, Sequence[str]]] = [
        (at, at, own(key), ()) for at, key in enumerate(("number", "agency", "current"))
    ]
    column = 3
    spread = len(compared) > 1
    for period in periods:
        below = [_name(one) for one in compared] + ([own("difference")] if spread else [])
        heads.append((column, column + len(below) - 1, f"{own('target_at')} {book.words.period(period)}", below))
        column += len(below)
    book.two_rows(sheet, row, heads)


def _agency(allocation: Allocation, at: int) -> str:
    return allocation.figures.names[at] or allocation.figures.codes[at]


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
