"""The sheet `Phụ lục`: the table as issued, with what must be said beside it and the place for the signature."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from xlsxwriter.worksheet import Worksheet

from data.export.book import ALARM, COUNT, NAVY, OPEN, PALE, SHARE, Book, fit_height, keep_together
from data.export.words import Words
from engine import Allocation, GoalStatus, IndicatorResult, Level, Summary, TargetStatus

UNMET = frozenset({GoalStatus.INFEASIBLE, GoalStatus.UNREACHABLE_BY_METHOD, GoalStatus.SHORT_BY_ROUNDING})
CODES_NAME, TARGETS_NAME = "chitieu_ma", "chitieu_{number}"
"""Names of the column of agency codes and of each column of targets, for `verify`."""
_ROMAN = ("I", "II", "III", "IV", "V")
SIGNED, _SIGNED_WIDTH = ("signed_for", "signed_by", "signed_as"), 4


@dataclass(frozen=True, eq=False)
class Part:
    """The columns of one indicator: current, a target per period, counts to do by the last."""

    result: IndicatorResult
    id: str
    place: dict[int, int]

    @classmethod
    def of(cls, result: IndicatorResult, id: str) -> Part:
        return cls(result, id, {int(agency): at for at, agency in enumerate(result.rows)})

    @property
    def width(self) -> int:
        return len(self.result.target) + 2


class NamedColumn(NamedTuple):
    """A column of targets in the appendix: the name of its cells, and what they are of."""

    name: str
    indicator: str
    period: str


def write_appendix(book: Book, allocation: Allocation, signing: Sequence[str] = ()) -> list[NamedColumn]:
    """Write the sheet; it is the first of the book. What its columns of targets are called.

    `signing`: the lines above the signature, as in the Decision; empty: those of a vice-chair.
    """
    signed = list(signing) or [book.words.own(key) for key in SIGNED]
    own = book.words.own
    parts = [Part.of(allocation.results[i.id], i.id) for i in allocation.plan.indicators if i.id in allocation.results]
    width = 3 + sum(one.width for one in parts)
    sheet = book.sheet(own("appendix_sheet"))
    row = book.title(sheet, _lines(book, allocation), width) + 1
    _header(book, sheet, row, allocation, parts)
    sheet.repeat_rows(row, row + 1)
    sheet.freeze_panes(row + 2, 2)
    widths = [5, 38, *[10] * (width - 3), 26]
    for at, one in enumerate(widths):
        sheet.set_column(at, at, one)
    sheet.set_column(width, width, 12, None, {"hidden": True})
    first = row + 2
    last, headings = _rows(book, sheet, first, allocation, parts)
    _province_row(book, sheet, last, allocation, parts)
    end = _signature(book, sheet, last + 2, width, signed)
    small = book.format(font_size=9, font_color="#555555")
    for offset, (label, value) in enumerate(book.facts()):
        sheet.write_string(end + 1 + offset, 0, f"{label}: {value}", small)
    sheet.print_area(0, 0, end + len(book.facts()), width - 1)
    together = range(last - 1, last + 1 + len(signed))  # the last agency, the sum, the lines above the signature
    keep_together(sheet, first, last + 1 + len(signed), {*headings, *together}, (row, row + 1), widths)
    sheet.protect("", OPEN)
    return _name_columns(book, sheet, first, last - 1, width, allocation, parts)


def _lines(book: Book, allocation: Allocation) -> list[tuple[str, dict[str, Any]]]:
    own, imprint = book.words.own, book.imprint
    number = imprint.decision_number or own("attached_number")
    day = f"{imprint.decision_date:%d/%m/%Y}" if imprint.decision_date else own("attached_date")
    attached = f"({own('attached')} {number} {own('attached_day')} {day} {own('attached_by')})"
    lines: list[tuple[str, dict[str, Any]]] = [
        (own("appendix_title"), {"bold": True, "font_size": 14, "font_color": NAVY}),
        (own("appendix_heading"), {"bold": True, "font_size": 13, "font_color": NAVY}),
        (attached, {"italic": True}),
        (f"{book.campaign} · {own('state')}: {book.state()}", {"italic": True}),
    ]
    if not imprint.is_issued:
        lines.insert(0, (own("state_draft"), {"bold": True, "font_color": ALARM, "align": "right"}))
    for one in allocation.summaries:
        if one.status in UNMET:  # such a table is advice, never an order
            place = f"{book.words.indicator(one.indicator)}, {book.words.period(one.period)}"
            lines.append((f"{place}: {status_text(book, one)}", {"bold": True, "font_color": ALARM}))
    return lines


def _header(book: Book, sheet: Worksheet, row: int, allocation: Allocation, parts: Sequence[Part]) -> None:
    own = book.words.own
    periods = [book.words.period(p.id) for p in allocation.plan.periods]
    sheet.set_row(row, 34)
    sheet.set_row(row + 1, 64)
    heads: list[tuple[int, int, str, Sequence[str]]] = [(0, 0, own("number"), ()), (1, 1, own("agency"), ())]
    column = 2
    for part in parts:
        below = [own("current"), *(f"{own('target_at')} {p}" for p in periods), f"{own('to_do_by')} {periods[-1]}"]
        heads.append((column, column + part.width - 1, book.words.indicator(part.id), below))
        column += part.width
    book.two_rows(sheet, row, [*heads, (column, column, own("remark"), ())])


def sections(allocation: Allocation) -> Iterator[tuple[str, str | None, list[int]]]:
    """Agencies as tables list them, by level and parent: (level, name of the parent or None, positions)."""
    figures = allocation.figures
    levels, parents = figures.level_array, figures.parent
    for level in Level:
        members = np.flatnonzero(levels == str(level))
        order = members[np.lexsort((members, parents[members]))]
        above = parents[order]
        for start in np.flatnonzero(np.diff(above, prepend=-2)):
            parent = int(above[start])
            end = int(np.searchsorted(above, parent, side="right"))
            name = (figures.names[parent] or figures.codes[parent]) if parent >= 0 else None
            yield level.value, name, order[start:end].tolist()


def section_rows(
    book: Book, sheet: Worksheet, row: int, width: int, allocation: Allocation
) -> Iterator[tuple[int, int, int]]:
    """Write the headings of all sections and yield (row, number within its section, agency) for each agency."""
    last_level, roman = "", 0
    for level, parent, members in sections(allocation):
        if level != last_level:
            text = book.words.labels[f"terms.level.{level}"]
            book.heading(sheet, row, width, _ROMAN[roman], text, bold=True, bg_color=PALE)
            last_level, roman, row = level, roman + 1, row + 1
        if parent:
            book.heading(sheet, row, width, "", f"{book.words.own('children_of')} {parent}", italic=True)
            row += 1
        for number, at in enumerate(members, 1):
            yield row, number, at
            row += 1


def _rows(
    book: Book, sheet: Worksheet, row: int, allocation: Allocation, parts: Sequence[Part]
) -> tuple[int, set[int]]:
    """The rows of all agencies; the next free row, and which rows are headings."""
    width = 3 + sum(one.width for one in parts)
    codes, last, headings = allocation.figures.codes, row, set[int]()
    free = row
    for last, number, at in section_rows(book, sheet, row, width, allocation):
        headings.update(range(free, last))
        free = last + 1
        name = allocation.figures.names[at] or codes[at]
        book.write(sheet, last, 0, number, align="center")
        book.write(sheet, last, 1, name, text_wrap=True)
        column: int = 2
        remarks: dict[str, list[str]] = {}
        for part in parts:
            for remark in dict.fromkeys(_agency_part(book, sheet, last, column, part, at)):
                remarks.setdefault(remark, []).append(book.words.indicator(part.id))
            column += part.width
        single = len(parts) == 1
        said = "; ".join(remark if single else f"{', '.join(names)}: {remark}" for remark, names in remarks.items())
        book.write(sheet, last, column, said, text_wrap=True, font_size=9)
        sheet.write_string(last, column + 1, codes[at])
        fit_height(sheet, last, (name, 38), (said, 34))
    return free, headings


def _agency_part(book: Book, sheet: Worksheet, row: int, column: int, part: Part, agency: int) -> list[str]:
    """One agency's cells of one indicator; what must be said beside them."""
    at = part.place.get(agency)
    if at is None:
        for offset in range(part.width):
            book.write(sheet, row, column + offset, None)
        return []
    result, remarks = part.result, []
    book.write(sheet, row, column, float(result.current[at]), num_format=SHARE)
    for t in range(len(result.target)):
        target = float(result.target[t, at])
        book.target(sheet, row, column + 1 + t, target, bold=t == len(result.target) - 1)
        if math.isnan(target):
            remarks.append(_without_target(book.words, result, t, at))
        elif result.off_grid[t, at] and abs(target - result.current[at]) < 1e-9:
            remarks.append(book.words.own("keeps_current"))
        elif result.status[t, at] == TargetStatus.PINNED:
            remarks.append(book.words.labels["terms.target_status.pinned"])
    book.write(sheet, row, column + part.width - 1, float(result.to_do[-1, at]), num_format=COUNT)
    return remarks


def _without_target(words: Words, result: IndicatorResult, t: int, at: int) -> str:
    text = words.labels[f"terms.target_status.{result.status[t, at]}"]
    reason = words.rule(result.reason[t, at])
    return f"{text} ({reason})" if reason else text


def _province_row(book: Book, sheet: Worksheet, row: int, allocation: Allocation, parts: Sequence[Part]) -> None:
    bold: dict[str, Any] = {"bold": True, "bg_color": PALE}
    book.write(sheet, row, 0, None, **bold)
    book.write(sheet, row, 1, book.words.own("whole_province"), **bold)
    column = 2
    for part in parts:
        summaries = [allocation.summary(part.id, p.id) for p in allocation.plan.periods]
        book.write(sheet, row, column, summaries[-1].start, num_format=SHARE, **bold)
        for t, one in enumerate(summaries):
            alarm = {"font_color": ALARM} if one.status in UNMET else {}
            book.write(sheet, row, column + 1 + t, one.attained, num_format=SHARE, **bold, **alarm)
        top = allocation.figures.parent[part.result.rows] < 0
        to_do = float(np.nansum(part.result.to_do[-1][top]))
        book.write(sheet, row, column + part.width - 1, to_do, num_format=COUNT, **bold)
        column += part.width
    book.write(sheet, row, column, None, **bold)


def _signature(book: Book, sheet: Worksheet, row: int, width: int, signing: Sequence[str]) -> int:
    """The place for the signature at the right; the row after it."""
    first = max(2, width - 1 - _SIGNED_WIDTH)
    for line in signing:
        style = book.format(bold=True, align="center", font_size=12)
        book.across(sheet, row, first, width - 1, line, style)
        row += 1
    return row + 4


def _name_columns(
    book: Book, sheet: Worksheet, first: int, last: int, width: int, allocation: Allocation, parts: Sequence[Part]
) -> list[NamedColumn]:
    """Names by which `verify` finds the codes and the targets again, wherever they are moved."""

    def name(called: str, column: int) -> None:
        book.define(called, sheet, (first, column), (last, column))

    name(CODES_NAME, width)
    found: list[NamedColumn] = []
    column = 2
    for part in parts:
        for t, period in enumerate(allocation.plan.periods):
            found.append(NamedColumn(TARGETS_NAME.format(number=len(found) + 1), part.id, period.id))
            name(found[-1].name, column + 1 + t)
        column += part.width
    return found


def status_text(book: Book, one: Summary) -> str:
    """How a goal fared, in words."""
    return book.words.labels[f"terms.goal_status.{one.status.value}"]
