"""The workbook of one run: the appendix as issued, the goals, what is doubtful, and every target in detail."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from xlsxwriter.worksheet import Worksheet

from data.export.book import ALARM, COUNT, NAVY, PALE, SHARE, Book, fit_height, write_book
from data.export.document import TARGET_KEYS, target_rows, targets_sha256
from data.export.words import About, Remark, Words
from engine import ENGINE_VERSION, Allocation, GoalStatus, IndicatorResult, Level, Summary, TargetStatus

_UNMET = frozenset({GoalStatus.INFEASIBLE, GoalStatus.UNREACHABLE_BY_METHOD, GoalStatus.SHORT_BY_ROUNDING})
_ROMAN = ("I", "II", "III", "IV", "V")
_SHARES = frozenset({"current", "start", "lower", "upper", "exact", "target", "in_period_rate"})
_DETAILS = tuple(key for key in TARGET_KEYS if key not in ("off_grid", "expected", "expected_assumed", "start_assumed"))
_DETAIL_WIDTHS: Mapping[str, int] = MappingProxyType(
    {
        "agency": 10,
        "name": 34,
        "level": 10,
        "indicator": 22,
        "period": 13,
        "lower_by": 22,
        "upper_by": 22,
        "status": 20,
        "reason": 40,
    }
)


def write_xlsx(
    allocation: Allocation, path: Path | str, *, about: About, words: Words, remarks: Sequence[Remark] = ()
) -> None:
    """Write one run as a workbook for people.

    Parameters
    ----------
    about : About
        Campaign, scenario, time and whether the figures are illustrative.
    words : Words
        Texts for `LABELS` and names of indicators, periods and rules, in one language.
    remarks : sequence of Remark
        Conflicts and warnings as sentences.

    Raises
    ------
    OutputError
        If `path` cannot be written.
    """

    def fill(book: Book) -> None:
        _appendix(book, allocation)
        _summary(book, allocation)
        write_remarks(book, remarks)
        _details(book, allocation)

    write_book(path, words, about, fill)


@dataclass(frozen=True)
class _Block:
    """The appendix columns of one indicator: current, a target per period, counts to do by the last."""

    result: IndicatorResult
    id: str
    place: dict[int, int]

    @classmethod
    def of(cls, result: IndicatorResult, id: str) -> _Block:
        return cls(result, id, {int(agency): at for at, agency in enumerate(result.rows)})

    @property
    def width(self) -> int:
        return len(self.result.target) + 2


def _appendix(book: Book, allocation: Allocation) -> None:
    own = book.words.own
    blocks = [
        _Block.of(allocation.results[i.id], i.id) for i in allocation.plan.indicators if i.id in allocation.results
    ]
    width = 3 + sum(b.width for b in blocks)
    unmet = {"bold": True, "font_color": ALARM}
    sheet = book.sheet(own("appendix_sheet"))
    lines: list[tuple[str, dict[str, Any]]] = [
        (own("appendix_title"), {"bold": True, "font_size": 14, "font_color": NAVY}),
        (own("appendix_heading"), {"bold": True, "font_size": 13, "font_color": NAVY}),
        (book.about.campaign, {"italic": True}),
        (f"{own('scenario')}: {book.about.scenario} · {own('state')}: {own('state_draft')}", {"italic": True}),
    ]
    for one in allocation.summaries:
        if one.status in _UNMET:  # such a table is advice, never an order
            lines.append(
                (f"{book.words.indicator(one.indicator)}, {book.words.period(one.period)}: {_status(book, one)}", unmet)
            )
    row = book.title(sheet, lines, width) + 1
    _appendix_header(book, sheet, row, allocation, blocks)
    sheet.repeat_rows(row, row + 1)
    sheet.freeze_panes(row + 2, 2)
    sheet.set_column(0, 0, 5)
    sheet.set_column(1, 1, 38)
    sheet.set_column(2, width - 2, 10)
    sheet.set_column(width - 1, width - 1, 26)
    row = _appendix_rows(book, sheet, row + 2, allocation, blocks)
    _province_row(book, sheet, row, allocation, blocks)
    small = book.format(font_size=9, font_color="#555555")
    facts = book.facts(allocation.figures.sha256, ENGINE_VERSION)
    facts.append((own("targets_hash"), targets_sha256(allocation)))
    for offset, (label, value) in enumerate(f for f in facts if f[1]):
        sheet.write_string(row + 2 + offset, 0, f"{label}: {value}", small)


def _appendix_header(book: Book, sheet: Worksheet, row: int, allocation: Allocation, blocks: Sequence[_Block]) -> None:
    own = book.words.own
    periods = [book.words.period(p.id) for p in allocation.plan.periods]
    sheet.set_row(row, 34)
    sheet.set_row(row + 1, 64)
    sheet.merge_range(row, 0, row + 1, 0, own("number"), book.head())
    sheet.merge_range(row, 1, row + 1, 1, own("agency"), book.head())
    column = 2
    for block in blocks:
        sheet.merge_range(row, column, row, column + block.width - 1, book.words.indicator(block.id), book.head())
        subs = [own("current"), *(f"{own('target_at')} {p}" for p in periods), f"{own('to_do_by')} {periods[-1]}"]
        for offset, text in enumerate(subs):
            sheet.write_string(row + 1, column + offset, text, book.subhead())
        column += block.width
    sheet.merge_range(row, column, row + 1, column, own("remark"), book.head())


def sections(allocation: Allocation) -> Iterator[tuple[str, str | None, list[int]]]:
    """Agencies as tables list them, by level and parent: (level, name of the parent or None, positions)."""
    figures = allocation.figures
    for level in Level:
        members = [at for at, own in enumerate(figures.levels) if own == level]
        parents = sorted({int(figures.parent[at]) for at in members})
        for parent in parents:
            name = figures.names[parent] if parent >= 0 else None
            yield level.value, name, [at for at in members if figures.parent[at] == parent]


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


def _appendix_rows(book: Book, sheet: Worksheet, row: int, allocation: Allocation, blocks: Sequence[_Block]) -> int:
    width = 3 + sum(b.width for b in blocks)
    codes = allocation.figures.codes
    last = row
    for last, number, at in section_rows(book, sheet, row, width, allocation):
        book.write(sheet, last, 0, number, align="center")
        book.write(sheet, last, 1, allocation.figures.names[at] or codes[at], text_wrap=True)
        column: int = 2
        remarks: dict[str, list[str]] = {}
        for block in blocks:
            for remark in dict.fromkeys(_agency_block(book, sheet, last, column, block, at)):
                remarks.setdefault(remark, []).append(book.words.indicator(block.id))
            column += block.width
        single = len(blocks) == 1
        said = "; ".join(remark if single else f"{', '.join(names)}: {remark}" for remark, names in remarks.items())
        book.write(sheet, last, column, said, text_wrap=True, font_size=9)
        fit_height(sheet, last, (allocation.figures.names[at], 38), (said, 42))
        last += 1
    return last


def _agency_block(book: Book, sheet: Worksheet, row: int, column: int, block: _Block, agency: int) -> list[str]:
    """One agency's cells of one indicator; what must be said beside them."""
    at = block.place.get(agency)
    if at is None:
        for offset in range(block.width):
            book.write(sheet, row, column + offset, None)
        return []
    result, remarks = block.result, []
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
    book.write(sheet, row, column + block.width - 1, float(result.to_do[-1, at]), num_format=COUNT)
    return remarks


def _without_target(words: Words, result: IndicatorResult, t: int, at: int) -> str:
    status = result.status[t, at]
    text = words.labels[f"terms.target_status.{status}"]
    reason = words.rule(result.reason[t, at])
    return f"{text} ({reason})" if reason else text


def _province_row(book: Book, sheet: Worksheet, row: int, allocation: Allocation, blocks: Sequence[_Block]) -> None:
    bold: dict[str, Any] = {"bold": True, "bg_color": PALE}
    book.write(sheet, row, 0, None, **bold)
    book.write(sheet, row, 1, book.words.own("whole_province"), **bold)
    column = 2
    for block in blocks:
        summaries = [allocation.summary(block.id, p.id) for p in allocation.plan.periods]
        book.write(sheet, row, column, summaries[-1].start, num_format=SHARE, **bold)
        for t, one in enumerate(summaries):
            alarm = {"font_color": ALARM} if one.status in _UNMET else {}
            book.write(sheet, row, column + 1 + t, one.attained, num_format=SHARE, **bold, **alarm)
        top = allocation.figures.parent[block.result.rows] < 0
        to_do = float(np.nansum(block.result.to_do[-1][top]))
        book.write(sheet, row, column + block.width - 1, to_do, num_format=COUNT, **bold)
        column += block.width
    book.write(sheet, row, column, None, **bold)


def _summary(book: Book, allocation: Allocation) -> None:
    own, column = book.words.own, book.words.column
    sheet = book.sheet(own("summary_sheet"))
    heads = [column("indicator"), column("period"), own("agency"), column("goal"), column("current")]
    heads += [column(k) for k in ("attained", "status", "shortfall", "max_attainable", "in_period_rate")]
    heads += [column(k) for k in ("agencies", "at_lower", "at_upper")]
    row = (
        book.title(sheet, [(own("summary_heading"), {"bold": True, "font_size": 14, "font_color": NAVY})], len(heads))
        + 1
    )
    row = write_facts(book, sheet, row, allocation, len(heads)) + 1
    sheet.set_row(row, 48)
    for at, text in enumerate(heads):
        sheet.write_string(row, at, text, book.head())
    sheet.repeat_rows(row)
    for at, width in enumerate((26, 15, 30, 11, 11, 11, 26, 11, 12, 12, 10, 10, 10)):
        sheet.set_column(at, at, width)
    for offset, one in enumerate((*allocation.summaries, *allocation.groups), 1):
        _summary_row(book, sheet, row + offset, allocation, one)


def _status(book: Book, one: Summary) -> str:
    return book.words.labels[f"terms.goal_status.{one.status.value}"]


def _summary_row(book: Book, sheet: Worksheet, row: int, allocation: Allocation, one: Summary) -> None:
    words, figures = book.words, allocation.figures
    unmet = one.status in _UNMET
    province = one.parent is None
    place = words.own("whole_province") if one.parent is None else figures.names[figures.position[one.parent]]
    for at, text in enumerate((words.indicator(one.indicator), words.period(one.period), place)):
        book.write(sheet, row, at, text, text_wrap=True, bold=province)
    for at, share in enumerate((one.goal, one.start, one.attained), 3):
        book.write(sheet, row, at, share, num_format=SHARE, bold=province)
    colour = {"font_color": ALARM, "bold": True} if unmet else {}
    book.write(sheet, row, 6, _status(book, one), text_wrap=True, **colour)
    for at, number in enumerate((one.shortfall if unmet else None, one.max_attainable, one.implied_in_period_rate), 7):
        book.write(sheet, row, at, number, num_format=SHARE)
    for at, count in enumerate((one.agencies, one.at_lower, one.at_upper), 10):
        book.write(sheet, row, at, count, num_format=COUNT)


def write_facts(book: Book, sheet: Worksheet, row: int, allocation: Allocation, width: int) -> int:
    """The block of what every export carries; the next free row."""
    facts = book.facts(allocation.figures.sha256, ENGINE_VERSION)
    facts.append((book.words.own("targets_hash"), targets_sha256(allocation)))
    for label, value in facts:
        if value:
            sheet.write_string(row, 0, label, book.format(bold=True))
            sheet.merge_range(row, 1, row, width - 1, "", book.format(text_wrap=True))
            sheet.write_string(row, 1, value, book.format(text_wrap=True))
            fit_height(sheet, row, (value, 150))
            row += 1
    return row


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


def _details(book: Book, allocation: Allocation) -> None:
    words = book.words
    sheet = book.sheet(words.own("details_sheet"), wide=True)
    heading = [(words.own("details_heading"), {"bold": True, "font_size": 14, "font_color": NAVY})]
    row = book.title(sheet, heading, len(_DETAILS)) + 1
    sheet.set_row(row, 34)
    for at, key in enumerate(_DETAILS):
        sheet.write_string(row, at, words.column(key), book.head())
        sheet.set_column(at, at, _DETAIL_WIDTHS.get(key, 11))
    sheet.repeat_rows(row)
    sheet.freeze_panes(row + 1, 2)
    targets = target_rows(allocation)
    for offset, target in enumerate(targets, 1):
        for at, key in enumerate(_DETAILS):
            shown = _detail(words, key, target[key])
            book.write(sheet, row + offset, at, shown, num_format=SHARE if key in _SHARES else COUNT)
    sheet.autofilter(row, 0, row + max(1, len(targets)), len(_DETAILS) - 1)


def _detail(words: Words, key: str, value: Any) -> Any:
    if value is None:
        return None
    if key in ("lower_by", "upper_by", "reason"):
        return words.rule(value)
    if key in ("level", "status"):
        return words.labels[f"terms.{'level' if key == 'level' else 'target_status'}.{value}"]
    if key == "indicator":
        return words.indicator(value)
    return words.period(value) if key == "period" else value
