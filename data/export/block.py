"""One indicator as a table of live formulas: columns that know their text and their values, agencies by shared lift.

Rows: one for each level of agencies (what is pooled over it), then for the province and for each parent one row of
its own (goal, lift, sums) with the agencies that share the lift below it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from data.export.formula import Floats, Formula
from engine import Allocation, IndicatorPlan, IndicatorResult, Level, SharedLift, Working, working

ROW, SHARED, FIRST, LAST = "{r}", "{g}", "{a}", "{z}"
"""Places in a text: its own row; the row of those who share a lift, the first and the last of them."""
LEVEL, LEVEL_FIRST, LEVEL_LAST = "{l}", "{L}", "{M}"
"""The row of the agency's level; the first and the last row of levels."""
EVERY_FIRST, EVERY_LAST = "{A}", "{Z}"
"""The first and the last row of the indicator's agencies."""
SHARE, LIFT, COUNT, PLAIN, POINTS = "share", "lift", "count", "plain", "points"
Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(eq=False)
class Column:
    """A column of a block.

    Attributes
    ----------
    key, head : str
        Name for formulas; key of its header among the export's words.
    period, of : int or None
        Which period it belongs to: in whose part of the sheet, and in its header.
    kind : str
        ``input`` (there to be typed over), ``calc``, ``result``, ``issued`` or ``step`` (stands after all others).
    form : str
        How it is shown.
    values : (n,) float
        One for each agency; NaN: blank.
    texts, which : tuple of str, (n,) int
        Formulas, and which of them each agency has; -1: the plain value.
    total, totals : str, (G,)
        Formula of the row of those who share a lift (empty: plain values to be typed over), and its values.
    level, levels : str, (L,)
        The same for the rows of levels; `level_is_array`: to be entered as an array formula.
    """

    key: str
    head: str
    kind: str
    form: str
    values: Floats
    period: int | None = None
    of: int | None = None
    texts: tuple[str, ...] = ()
    which: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    total: str = ""
    totals: Floats | None = None
    first_total: str = ""
    level: str = ""
    levels: Floats | None = None
    level_is_array: bool = False


@dataclass(eq=False)
class Block:
    """The table of one indicator while its columns are written down.

    Attributes
    ----------
    order : (n,) int
        Rows of the result in the order of the sheet.
    label : (n,) int
        Position in `shared` of whom each shares a lift with; -1: nobody, no target.
    sizes : (G,) int
        How many share each lift.
    place : (n,) int
        Position of each agency's level in `level_ids`.
    weights : tuple of str
        Keys of the columns that hold what a target weighs, one per period.
    """

    allocation: Allocation
    plan: IndicatorPlan
    result: IndicatorResult
    working: Working
    order: NDArray[np.intp]
    label: NDArray[np.intp]
    sizes: NDArray[np.intp]
    level_ids: tuple[str, ...]
    place: NDArray[np.intp]
    columns: dict[str, Column] = field(default_factory=dict)
    weights: tuple[str, ...] = ()

    @classmethod
    def of(cls, allocation: Allocation, indicator: str) -> Block:
        """The block of one indicator, without any column yet."""
        result, how = allocation.results[indicator], working(allocation, indicator)
        solved = np.zeros(len(result.rows), dtype=bool)
        for one in how.shared:
            solved[one.rows] = True
        rest = np.flatnonzero(~solved)
        order = np.concatenate([*(one.rows for one in how.shared), rest]).astype(np.intp)
        sizes = np.array([len(one.rows) for one in how.shared], dtype=np.intp)
        label = np.concatenate([np.repeat(np.arange(len(sizes)), sizes), np.full(len(rest), -1)]).astype(np.intp)
        levels = [allocation.figures.levels[at] for at in result.rows[order]]
        known = tuple(str(one) for one in Level if str(one) in levels)
        place = np.array([known.index(one) for one in levels], dtype=np.intp)
        return cls(allocation, allocation.plan.indicator(indicator), result, how, order, label, sizes, known, place)

    @property
    def shared(self) -> tuple[SharedLift, ...]:
        return self.working.shared

    @property
    def periods(self) -> int:
        """T."""
        return len(self.allocation.plan.periods)

    @property
    def live(self) -> NDArray[np.bool_]:
        """(n,) agencies that share a lift; the others have no formulas."""
        return self.label >= 0

    def pick(self, values: NDArray[Scalar]) -> NDArray[Scalar]:
        """Values of the result's rows, (n,) or (T, n), in the order of the sheet."""
        return values[..., self.order]

    def spread(self, per_shared: Floats) -> Floats:
        """(G,) -> (n,); 0 for those who share nothing."""
        return np.append(per_shared, 0.0)[self.label]

    def sum(self, values: Floats) -> Floats:
        """(n,) -> (G,) sums over those who share a lift; blanks are 0."""
        live = self.live
        return np.bincount(self.label[live], np.nan_to_num(values[live]), len(self.sizes)).astype(np.float64)

    # columns --------------------------------------------------------------------------------------------

    def given(
        self, key: str, head: str, values: Floats, form: str, *, kind: str = "input", period: int | None = None
    ) -> Formula:
        """A column of plain values."""
        which = np.full(self.order.shape, -1, dtype=np.intp)
        self.columns[key] = Column(key, head, kind, form, np.asarray(values, dtype=np.float64), period, which=which)
        return self.cell(key)

    def put(
        self,
        key: str,
        head: str,
        formula: Formula,
        form: str,
        *,
        kind: str = "calc",
        period: int | None = None,
        for_all: bool = False,
    ) -> Formula:
        """A column of one formula; `for_all`: also for those who share no lift but count in their level."""
        everybody = np.ones(self.order.shape, dtype=bool)
        return self.mixed(key, head, [(everybody, formula)], form, kind=kind, period=period, for_all=for_all)

    def mixed(
        self,
        key: str,
        head: str,
        cases: Sequence[tuple[NDArray[np.bool_], Formula]],
        form: str,
        *,
        kind: str = "calc",
        period: int | None = None,
        plain: Floats | None = None,
        for_all: bool = False,
    ) -> Formula:
        """A column whose formula differs by agency: that of the first case that holds, else its value in `plain`.

        Who shares no lift gets no formula, and where there is no value either, nothing.
        """
        values = np.full(self.order.shape, np.nan) if plain is None else np.array(plain, dtype=np.float64)
        which = np.full(self.order.shape, -1, dtype=np.intp)
        left = np.ones_like(self.live) if for_all else self.live.copy()
        for at, (mask, formula) in enumerate(cases):
            rows = left & mask
            values[rows] = np.broadcast_to(np.asarray(formula.values, dtype=np.float64), left.shape)[rows]
            which[rows] = at
            left &= ~rows
        texts = tuple(formula.text for _, formula in cases)
        self.columns[key] = Column(key, head, kind, form, values, period, None, texts, which)
        return self.cell(key)

    def lever(
        self, key: str, head: str, totals: Floats, form: str, *, first: str, period: int | None = None
    ) -> Formula:
        """A column that only the rows of those who share a lift fill: the province's is `first`, others are typed."""
        which = np.full(self.order.shape, -1, dtype=np.intp)
        nothing = np.full(self.order.shape, np.nan)
        column = Column(key, head, "input", form, nothing, period, which=which, totals=totals, first_total=first)
        self.columns[key] = column
        return Formula(f"⟦{key}⟧${SHARED}", self.spread(totals))

    def total(self, key: str, text: str, values: Floats) -> None:
        """What the rows of those who share a lift say in a column."""
        self.columns[key].total, self.columns[key].totals = text, values

    def by_level(self, key: str, text: str, levels: Floats, *, is_array: bool = False) -> Formula:
        """What the rows of levels say in a column; the formula that looks at the row of the agency's level."""
        column = self.columns[key]
        column.level, column.levels, column.level_is_array = text, np.asarray(levels, dtype=np.float64), is_array
        return Formula(f"⟦{key}⟧${LEVEL}", column.levels[self.place])

    def levels_of(self, key: str) -> Floats:
        """(L,) values of the rows of levels in a column."""
        levels = self.columns[key].levels
        return np.zeros(len(self.level_ids)) if levels is None else levels

    def totals_of(self, key: str) -> Floats:
        """(G,) values of the rows of those who share a lift in a column."""
        totals = self.columns[key].totals
        return np.zeros(len(self.sizes)) if totals is None else totals

    def cell(self, key: str) -> Formula:
        """A cell of the same row; a blank counts as 0."""
        return Formula(f"⟦{key}⟧{ROW}", np.nan_to_num(self.columns[key].values))


def key_of(cell: Formula) -> str:
    """The key of the column that a cell of the same row is in."""
    return cell.text.partition("⟦")[2].partition("⟧")[0]


def sums(key: str) -> str:
    """SUM of a column over those who share a lift."""
    return f"SUM({span(key)})"


def span(key: str) -> str:
    """A column over those who share a lift."""
    return f"⟦{key}⟧${FIRST}:⟦{key}⟧${LAST}"


def every(key: str) -> str:
    """A column over all agencies of the indicator."""
    return f"⟦{key}⟧${EVERY_FIRST}:⟦{key}⟧${EVERY_LAST}"


def ordered(columns: Mapping[str, Column], periods: int) -> Iterator[Column]:
    """Columns as they stand in the sheet: those of no period, the last period, the earlier ones, then all steps."""
    own = list(columns.values())
    yield from (one for one in own if one.kind != "step" and one.period is None)
    for t in reversed(range(periods)):
        yield from (one for one in own if one.kind != "step" and one.period == t)
    yield from (one for one in own if one.kind == "step")
