"""The sheet of live formulas of one indicator."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from data.export.block import Block, Column, ordered
from data.export.book import COUNT, DAY, INPUT, NAVY, OPEN, PALE, QUIET, Book
from data.export.words import NOTED
from engine import TargetStatus

FORMS = MappingProxyType(
    {
        "share": "0.00%",
        "goal": '0.00%;-0.00%;"–"',
        "lift": "0.000000",
        "count": COUNT,
        "plain": "0.####",
        "points": "+0.0000%;-0.0000%;",
        "day": DAY,
    }
)
"""How values are shown, by form."""
TEXTS = ("code", "agency", "calc_level_of", "remark")
CODE, NAME, LEVEL, REMARK = range(4)
_WIDTHS = (9, 34, 11, 24)
_PAGE_WIDTH, _LEAST_SCALE = 1100.0, 25
"""Points between the margins of an A3 page; what a page is scaled to at least [%]."""
_POINTS_A_CHARACTER, _POINTS_A_COLUMN = 7.6, 5.0
"""What a column takes at most, whichever font stands in for the standard one."""
_HEAD = 3
"""Row of the header's upper line."""
Progress = Callable[[int], object]


@dataclass(frozen=True)
class Placed:
    """Where things stand: column letters by key, first and last rows (numbered from 1)."""

    letters: dict[str, str]
    every: tuple[int, int]
    levels: tuple[int, int]

    def text(self, formula: str) -> str:
        """A formula with its column letters."""
        for key, letter in self.letters.items():
            if f"⟦{key}⟧" in formula:
                formula = formula.replace(f"⟦{key}⟧", letter)
        fixed = {"A": self.every[0], "Z": self.every[1], "L": self.levels[0], "M": self.levels[1]}
        for place, row in fixed.items():
            formula = formula.replace(f"{{{place}}}", str(row))
        return formula


class CalculationSheet:
    """Writes a block from top to bottom."""

    def __init__(self, book: Book, block: Block, name: str, progress: Progress) -> None:
        self.book, self.block, self.progress = book, block, progress
        self.sheet: Worksheet = book.sheet(name, wide=True)
        self.columns = list(ordered(block.columns, block.periods))
        self.first_step = next((at for at, one in enumerate(self.columns) if one.kind == "step"), len(self.columns))
        first_level = _HEAD + 3
        first = first_level + len(block.level_ids)
        rest = int((~block.live).sum())
        rows = len(block.sizes) + len(block.order) + (1 if rest else 0)
        letters = {one.key: f"${xl_col_to_name(at + len(TEXTS))}" for at, one in enumerate(self.columns)}
        letters["level"] = f"${xl_col_to_name(LEVEL)}"
        self.placed = Placed(letters, (first, first + rows - 1), (first_level, first - 1))
        self.texts = {one.key: tuple(self.placed.text(text) for text in one.texts) for one in self.columns}
        self.row_of = self._rows()

    def _rows(self) -> NDArray[np.int64]:
        """(n,) row number of each agency, by its place in the result."""
        block = self.block
        number = self.placed.every[0] + np.arange(len(block.order)) + block.label + 1
        number = np.where(block.live, number, self.placed.every[0] + np.arange(len(block.order)) + len(block.sizes) + 1)
        found = np.zeros(len(block.order), dtype=np.int64)
        found[block.order] = number
        return found

    def write(self) -> None:
        """The whole sheet."""
        self._top()
        self._header()
        for at in range(len(self.block.level_ids)):
            self._level_row(at)
        start = 0
        for g, size in enumerate(self.block.sizes.tolist()):
            row = self.placed.every[0] + start + g
            self._shared_row(g, row, size)
            for at in range(start, start + size):
                self._agency_row(at, row, size)
            start += size
            self.progress(size)
        self._without_target(start)
        self._finish()

    # the top ------------------------------------------------------------------------------------------

    def _top(self) -> None:
        own, words, sheet = self.book.words.own, self.book.words, self.sheet
        for at, width in enumerate(_WIDTHS):
            sheet.set_column(at, at, width)
        for at, one in enumerate(self.columns, len(TEXTS)):
            sheet.set_column(at, at, _width(one))
        sheet.set_row(0, 22)
        title = f"{own('calculation_heading')} · {words.indicator(self.block.plan.id)}"
        sheet.write_string(0, 0, title, self.book.format(bold=True, font_size=14, font_color=NAVY))
        sheet.write_string(1, 0, own("calculation_hint"), self.book.format(italic=True, font_color=QUIET))
        label = self.book.format(bold=True)
        sheet.write_string(2, 0, own("calculation_apart"), label)
        keys = [f"apart{t}" for t in range(self.block.periods)]
        first, last = self.placed.every
        spans = [f"{self.placed.letters[key]}${first}:{self.placed.letters[key]}${last}" for key in keys]
        formula = "+".join(f"SUMPRODUCT(--(ABS({one})>0.000000001))" for one in spans)
        apart = sum(int((np.abs(self.block.columns[key].values) > 1e-9).sum()) for key in keys)
        sheet.write_formula(2, REMARK, f"={formula}", self.book.format(bold=True, align="left"), apart)

    def _header(self) -> None:
        own, sheet, book = self.book.words.own, self.sheet, self.book
        sheet.set_row(_HEAD, 20)
        sheet.set_row(_HEAD + 1, 62)
        bands = list(self._bands())
        for at in range(len(TEXTS)):
            sheet.write_blank(_HEAD, at, None, book.head())
        for first, last, text in bands:
            style = book.head() if text else book.subhead()
            book.across(sheet, _HEAD, first, last, text, style)
        for at, key in enumerate(TEXTS):
            text = book.words.column("level") if key == "calc_level_of" else own(key)
            sheet.write_string(_HEAD + 1, at, text, book.subhead())
        for at, one in enumerate(self.columns, len(TEXTS)):
            bare = one.head.partition(":")[0].removeprefix("calc_")
            sheet.write_string(_HEAD + 1, at, self._head(one), book.subhead())
            if bare in NOTED:
                size = {"x_scale": 2.2, "y_scale": 1.3, "font_size": 9}
                sheet.write_comment(_HEAD + 1, at, own(f"note_{bare}"), size)

    def _bands(self) -> Iterator[tuple[int, int, str]]:
        """(first column, last column, text) of the header's upper line."""
        words = self.book.words
        periods = [words.period(one.id) for one in self.block.allocation.plan.periods]
        at = 0
        while at < len(self.columns):
            one = self.columns[at]
            last = at
            while last + 1 < len(self.columns) and self._band(self.columns[last + 1]) == self._band(one):
                last += 1
            kind = self._band(one)
            text = words.own("calc_steps") if kind == "step" else "" if kind is None else periods[int(kind)]
            yield at + len(TEXTS), last + len(TEXTS), text or words.own("figures_version")
            at = last + 1

    @staticmethod
    def _band(column: Column) -> str | int | None:
        return "step" if column.kind == "step" else column.period

    def _head(self, one: Column) -> str:
        words = self.book.words
        key, _, more = one.head.partition(":")
        text = words.own(key)
        if key == "calc_part":
            text = f"{text}: {words.labels[f'terms.method.{more}.name']}"
        elif key == "calc_pooled":
            text = f"{text}: {words.own(more)}"
        elif more:
            text = f"{text} {more}"
        return text if one.of is None else f"{text} {words.period(self.block.allocation.plan.periods[one.of].id)}"

    # rows ---------------------------------------------------------------------------------------------

    def _style(self, one: Column, *, is_input: bool = False, **more: Any) -> Any:
        properties: dict[str, Any] = {"num_format": FORMS[one.form], "align": "right", "indent": 1}
        if is_input:
            properties.update(bg_color=INPUT, locked=False)
        elif one.kind == "result":
            properties.update(bold=True, bg_color=PALE)
        elif one.kind == "step":
            properties.update(font_size=9, font_color=QUIET)
        elif one.kind == "issued":
            properties.update(font_color=QUIET)
        return self.book.cell(**{**properties, **more})

    def _texts(self, row: int, texts: tuple[str, str, str, str], **properties: Any) -> None:
        for at, text in enumerate(texts):
            self.book.write(self.sheet, row - 1, at, text, **properties)

    def _level_row(self, at: int) -> None:
        row, own = self.placed.levels[0] + at, self.book.words.own
        level = self._level(self.block.level_ids[at])
        self._texts(row, ("", own("level_row"), level, ""), italic=True, font_color=QUIET)
        for column, one in enumerate(self.columns, len(TEXTS)):
            if one.levels is None:
                self.sheet.write_blank(row - 1, column, None, self.book.cell())
                continue
            text = f"={self.placed.text(one.level)}".replace("{r}", str(row))
            style = self._style(one, italic=True, font_color=QUIET, bold=False)
            write = self.sheet.write_formula
            if one.level_is_array:
                self.sheet.write_array_formula(row - 1, column, row - 1, column, f"{{{text}}}", style, one.levels[at])
            else:
                write(row - 1, column, text, style, one.levels[at])

    def _shared_row(self, g: int, row: int, size: int) -> None:
        """The row of those who share a lift: goal, lift, sums."""
        block, own = self.block, self.book.words.own
        parent = block.shared[g].parent
        figures = block.allocation.figures
        name = own("whole_province")
        if parent >= 0:
            above = int(block.result.rows[parent])
            name = f"{own('children_of')} {figures.names[above] or figures.codes[above]}"
        look: dict[str, Any] = {"bold": True, "bg_color": PALE, "top": 2}
        self._texts(row, ("", name, "", ""), **look)
        for column, one in enumerate(self.columns, len(TEXTS)):
            if one.totals is None:
                self.sheet.write_blank(row - 1, column, None, self.book.cell(**look))
                continue
            value = float(one.totals[g])
            formula = self._total(one, g, row, size)
            if formula:
                self.sheet.write_formula(row - 1, column, f"={formula}", self._style(one, **look), value)
            else:
                self.sheet.write_number(row - 1, column, value, self._style(one, is_input=True, bold=True, top=2))

    def _total(self, one: Column, g: int, row: int, size: int) -> str:
        if one.total:
            return _filled(self.placed.text(one.total), row, row, size)
        if g == 0:
            return one.first_total
        if one.head == "calc_goal" and one.period is not None:  # children reach together what their parent is asked
            above = int(self.row_of[self.block.shared[g].parent])
            weight, target = (self.placed.letters[key] for key in (self.block.weights[one.period], f"x{one.period}"))
            return f"IF({weight}${above}>0,{target}${above},0)"
        return ""

    def _agency_row(self, at: int, shared: int, size: int) -> None:
        block = self.block
        result_row = int(block.order[at])
        row = int(self.row_of[result_row])
        level_row = str(self.placed.levels[0] + int(block.place[at]))
        self._texts(row, self._about(result_row, int(block.place[at])))
        sheet, last = self.sheet, len(self.columns) - 1
        own, up, low, high = str(row), str(shared), str(shared + 1), str(shared + size)
        for offset, one in enumerate(self.columns):
            column = offset + len(TEXTS)
            which = int(one.which[at])
            value = float(one.values[at])
            if which >= 0:
                text = self.texts[one.key][which]
                text = text.replace("{r}", own).replace("{g}", up).replace("{l}", level_row)
                if "{" in text:
                    text = text.replace("{a}", low).replace("{z}", high)
                is_guess = one.kind == "input"
                style = self._style(one, italic=True, is_input=True) if is_guess else self._style(one)
                sheet.write_formula(row - 1, column, f"={text}", style, "" if math.isnan(value) else value + 0.0)
            elif math.isnan(value):
                is_input = one.kind == "input" and one.totals is None
                is_input = is_input or (one.key in ("N", "D") or one.key.startswith(("V", "proposal")))
                sheet.write_blank(row - 1, column, None, self._style(one, is_input=is_input and bool(last)))
            else:
                sheet.write_number(row - 1, column, value, self._style(one, is_input=one.kind == "input"))

    def _about(self, result_row: int, level: int) -> tuple[str, str, str, str]:
        block, words = self.block, self.book.words
        figures, result = block.allocation.figures, block.result
        at = int(result.rows[result_row])
        said = []
        for t in reversed(range(block.periods)):
            status, reason = result.status[t, result_row], result.reason[t, result_row]
            by = {
                TargetStatus.AT_LOWER: result.lower_by[t, result_row],
                TargetStatus.AT_UPPER: result.upper_by[t, result_row],
            }.get(status, reason)
            if status is not TargetStatus.LIFTED:
                text = words.labels[f"terms.target_status.{status}"]
                said.append(f"{text}: {words.rule(by)}" if by else text)
        name = figures.names[at] or figures.codes[at]
        return figures.codes[at], name, self._level(block.level_ids[level]), "; ".join(dict.fromkeys(said))

    def _level(self, id: str) -> str:
        return self.book.words.labels[f"terms.level.{id}"]

    def _without_target(self, start: int) -> None:
        """Those who share no lift: below a parent without a target, or not solved at all."""
        if start == len(self.block.order):
            return
        row = self.placed.every[0] + start + len(self.block.sizes)
        look: dict[str, Any] = {"bold": True, "bg_color": PALE, "top": 2}
        self._texts(row, ("", self.book.words.own("calculation_no_target"), "", ""), **look)
        for column in range(len(TEXTS), len(TEXTS) + len(self.columns)):
            self.sheet.write_blank(row - 1, column, None, self.book.cell(**look))
        for at in range(start, len(self.block.order)):
            self._agency_row(at, row, 1)

    # the rest -----------------------------------------------------------------------------------------

    def _scale(self, breaks: list[int]) -> int:
        """Percent by which the widest page fits: the names, and the columns up to the next break."""
        columns = [*_WIDTHS, *(_width(one) for one in self.columns[: self.first_step])]
        widths = [_POINTS_A_CHARACTER * one + _POINTS_A_COLUMN for one in columns]
        names = widths[CODE] + widths[NAME]
        pages = [0, *breaks, len(widths)]
        widest = max(sum(widths[a:b]) + (names if a else 0) for a, b in itertools.pairwise(pages))
        return int(min(max(100 * _PAGE_WIDTH / widest, _LEAST_SCALE), 100))

    def _finish(self) -> None:
        sheet = self.sheet
        sheet.freeze_panes(_HEAD + 2, NAME + 1)
        sheet.repeat_rows(_HEAD, _HEAD + 1)
        last_row = self.placed.every[1] - 1
        sheet.print_area(0, 0, last_row, len(TEXTS) + self.first_step - 1)
        sheet.repeat_columns(CODE, NAME)
        periods = [one.period for one in self.columns]
        breaks = [len(TEXTS) + periods.index(t) for t in reversed(range(self.block.periods - 1))]
        sheet.set_v_pagebreaks(breaks)  # a page for each period, names at the left of all
        sheet.set_print_scale(self._scale(breaks))
        sheet.print_across()
        alarm = self.book.book.add_format({"bg_color": "#F6C6C2"})
        for offset, one in enumerate(self.columns, len(TEXTS)):
            if one.form == "lift":
                sheet.conditional_format(
                    self.placed.every[0] - 1,
                    offset,
                    last_row,
                    offset,
                    {"type": "cell", "criteria": ">=", "value": 1e90, "format": endless(self.book)},
                )
            if one.head == "calc_apart":
                rule = {"type": "cell", "criteria": "!=", "value": 0, "format": alarm}
                sheet.conditional_format(self.placed.every[0] - 1, offset, last_row, offset, rule)
        sheet.protect("", OPEN)


def _width(column: Column) -> float:
    return 9.5 if column.kind == "step" else 11.0


def endless(book: Book) -> Any:
    """How the number that stands for an infinite lift is shown."""
    return book.book.add_format({"num_format": '"∞"'})


def _filled(text: str, row: int, shared: int, size: int) -> str:
    places = {"{r}": row, "{g}": shared, "{a}": shared + 1, "{z}": shared + size}
    for place, number in places.items():
        text = text.replace(place, str(number))
    return text
