"""The grid that targets are issued on, as formulas (engine.md §5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from data.export.block import PLAIN, ROW, SHARE, Block, key_of, span
from data.export.formula import Floats, Formula, ceiling, choose, either, floor, least, most, of, rounded
from data.export.parameters import Levers
from engine import RoundingMode

NEAR, SAME, TOLERANCE = 1e-9, 1e-12, 1e-12
"""As in the engine: a solved value may miss a grid point by `NEAR`, a bound by `SAME`."""


class Grid:
    """Grid points by number: steps of a share, whole units, or a ladder of levels."""

    def __init__(self, block: Block, levers: Levers, weight: Formula) -> None:
        self.mode, self.levers = block.plan.rounding.mode, levers
        self.count, self.ladder = block.plan.rounding.count, np.array(levers.levels)
        self.units = Formula(f"MAX({weight.text},1)", np.where(weight.values > 0, weight.values, 1.0))

    def point(self, k: Formula) -> Formula:
        """Value of grid point k."""
        if len(self.ladder):
            top = len(self.ladder) - 1
            at = np.clip(np.nan_to_num(k.values), 0, top).astype(np.intp)
            text = f"INDEX({self.levers.levels_name},MIN(MAX({k.text},0),{top})+1)"
            return Formula(text, self.ladder[at])
        if self.count:
            return least(k / self.units, 1.0)
        return least(rounded(k * self.levers.step, 12), 1.0)

    def first_from(self, value: Formula, tolerance: float = SAME) -> Formula:
        """Number of the lowest grid point that is not below."""
        if len(self.ladder):
            return self._ladder(value - tolerance, "<", "left")
        return ceiling(self._place(value, -tolerance))

    def last_to(self, value: Formula, tolerance: float = SAME) -> Formula:
        """Number of the highest grid point that is not above."""
        if len(self.ladder):
            return self._ladder(value + tolerance, "<=", "right") - 1
        return floor(self._place(value, tolerance))

    def index(self, value: Formula) -> Formula:
        """Number of the grid point that the mode rounds to; halves go up."""
        if self.mode is RoundingMode.LARGEST_REMAINDER:
            return self.last_to(value, NEAR)
        if self.mode is RoundingMode.UP:
            return self.first_from(value, NEAR)
        if len(self.ladder):
            return self._middles(value + NEAR)
        return floor(self._place(value, NEAR) + 0.5)

    def _place(self, value: Formula, shift: float) -> Formula:
        if not self.count:
            moved = value + shift if shift >= 0 else value - -shift
            return moved / self.levers.step
        at = value * self.units
        bounded = least(abs(shift) * self.units, 1e-6)
        return at + bounded if shift >= 0 else at - bounded

    def _ladder(self, value: Formula, sign: str, side: Literal["left", "right"]) -> Formula:
        name = self.levers.levels_name
        found = np.searchsorted(self.ladder, np.nan_to_num(value.values), side=side)
        return Formula(f"SUMPRODUCT(--({name}{sign}{value.text}))", found.astype(np.float64))

    def _middles(self, value: Formula) -> Formula:
        """How many midpoints between neighbouring levels are not above."""
        if len(self.ladder) == 1:
            return Formula("0", np.zeros_like(value.values))
        name, count = self.levers.levels_name, len(self.ladder)
        upper, lower = f"INDEX({name},2):INDEX({name},{count})", f"INDEX({name},1):INDEX({name},{count - 1})"
        middles = 0.5 * (self.ladder[1:] + self.ladder[:-1])
        found = np.searchsorted(middles, np.nan_to_num(value.values), side="right").astype(np.float64)
        return Formula(f"SUMPRODUCT(--(0.5*(({upper})+({lower}))<={value.text}))", found)


def put_on_grid(
    block: Block,
    levers: Levers,
    t: int,
    *,
    exact: Formula,
    value: Formula,
    lower: Formula,
    upper: Formula,
    weight: Formula,
    goal: Formula,
    is_pinned: NDArray[np.bool_],
    infeasible: Formula,
) -> Formula:
    """The rounded target: `value` on the grid inside the bounds, `exact` where there is no grid point or a pin."""
    if block.plan.rounding.mode is RoundingMode.NONE:
        return exact

    def step(key: str, head: str, formula: Formula, form: str = PLAIN) -> Formula:
        cell = block.put(f"{key}{t}", head, formula, form, kind="step")
        block.columns[f"{key}{t}"].of = t
        return cell

    grid = Grid(block, levers, weight)
    first = step("first", "calc_first", grid.first_from(lower))
    last = step("last", "calc_last", grid.last_to(upper))
    pinned = Formula("FALSE", is_pinned)
    held = either(first > last, weight <= 0)
    k = least(most(grid.index(value), least(first, last)), last)
    k = step("k", "calc_k", k)
    if block.plan.rounding.mode is RoundingMode.LARGEST_REMAINDER:
        k = _by_remainder(block, grid, t, k, last, exact, held, pinned, weight, goal, infeasible, step)
    on_grid = choose(held, exact, grid.point(k))
    cases = [(is_pinned, exact), (~is_pinned, on_grid)]
    return block.mixed(f"x{t}", "calc_target", cases, SHARE, kind="result", period=t)


def _by_remainder(
    block: Block,
    grid: Grid,
    t: int,
    k: Formula,
    last: Formula,
    exact: Formula,
    held: Formula,
    pinned: Formula,
    weight: Formula,
    goal: Formula,
    infeasible: Formula,
    step: Callable[..., Formula],
) -> Formula:
    """One step each in order of remainder, ties by agency code, until the deficit of those who share is filled."""
    is_pinned = pinned.values.astype(bool)
    below = step("below", "calc_below", grid.point(k), SHARE)
    size = step("size", "calc_size", grid.point(k + 1) - below, SHARE)
    open_ = Formula(f"IF(OR({k.text}>={last.text},{weight.text}<=0),0,1)", _open(k, last, weight))
    can = np.where(is_pinned | held.values.astype(bool), 0.0, open_.values)
    cases = [(is_pinned, of(0.0)), (~is_pinned, Formula(f"IF({held.text},0,{open_.text})", can))]
    key = f"open{t}"
    movable = block.mixed(key, "calc_open", cases, PLAIN, kind="step")
    block.columns[key].of = t
    with np.errstate(divide="ignore", invalid="ignore"):
        rest = np.where(can > 0, np.round((exact.values - below.values) / size.values, 9), -1.0)
    remainder = step(
        "rest",
        "calc_rest",
        Formula(f"IF({movable.text}=1,ROUND(({exact.text}-{below.text})/{size.text},9),-1)", rest),
    )
    gain = step("gain", "calc_gain", choose(movable > 0, size * weight, 0.0), "count")
    now = choose(held, exact, below)
    now = block.mixed(f"now{t}", "calc_now", [(is_pinned, exact), (~is_pinned, now)], SHARE, kind="step")
    block.columns[f"now{t}"].of = t
    mass, value = block.sum(weight.values), block.sum(weight.values * now.values)
    goals = np.array([goal.values[block.label == g][0] for g in range(len(block.sizes))])
    no_goal = np.array([infeasible.values[block.label == g][0] for g in range(len(block.sizes))]).astype(bool)
    need = np.where(no_goal | (goals <= 0), 0.0, (goals - TOLERANCE) * mass - value)
    the_goal = goal.text.replace("{g}", ROW)
    text = (
        f"IF(OR({infeasible.text},{the_goal}<=0),0,({the_goal}-1E-12)*SUM({span(key_of(weight))})"
        f"-SUMPRODUCT({span(key_of(weight))},{span(f'now{t}')}))"
    ).replace("{g}", ROW)
    block.total(f"gain{t}", text, need)
    before = _sum_before(block, remainder.values, gain.values)
    deficit = Formula(f"⟦gain{t}⟧${{g}}", block.spread(need))
    own, over, gains = remainder.text, span(f"rest{t}"), span(f"gain{t}")
    ahead = f"SUMPRODUCT(({over}>{own})*{gains})+SUMPRODUCT(({over}={own})*(ROW({over})<ROW())*{gains})"
    takes = (movable.values > 0) & (before < deficit.values)
    text = f"{k.text}+IF({movable.text}=1,IF({ahead}<{deficit.text},1,0),0)"
    return step("k_more", "calc_k_more", Formula(text, k.values + takes, False))


def _open(k: Formula, last: Formula, weight: Formula) -> Floats:
    return ((k.values < last.values) & (weight.values > 0)).astype(np.float64)


def _sum_before(block: Block, rest: Floats, gain: Floats) -> Floats:
    """(n,) gains of those who come before: a larger remainder, or the same and an earlier row."""
    rows = np.arange(len(rest))
    order = np.lexsort((rows, -rest, block.label))
    so_far = np.cumsum(gain[order]) - gain[order]
    label = block.label[order]
    starts = np.searchsorted(label, label)
    before = np.empty(len(rest))
    before[order] = so_far - so_far[starts]
    return before
