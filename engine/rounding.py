"""Rounding that keeps its promises: targets on a grid, and the goal still met.

`nearest` and `up` are divisor methods (Balinski & Young, Fair Representation, 1982): one lift for all, turned up
until the *rounded* targets meet the goal, so equal figures get equal targets and order is kept.
`largest_remainder` (Hamilton) overshoots least, but twins may differ by a step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.plan import Rounding, RoundingMode
from engine.solver import TOLERANCE, Floats, Linear, SCurve

_NEAR = 1e-9
"""Share by which a solved value may miss a grid point or a half and still count as on it."""

_SAME = 1e-12
"""Share by which a bound may miss a grid point: bounds are given or counted, not solved for."""

_MOST_HALVINGS = 200


@dataclass(frozen=True, eq=False)
class Rounded:
    """Targets on the grid.

    Attributes
    ----------
    target : (n,) float
    off_grid : (n,) bool
        No grid point lies between the bounds; the exact value stays.
    lift : (G,) float
        λ′, the least lift ≥ λ whose rounded targets meet the goal; the largest lift where none does.
    """

    target: Floats
    off_grid: NDArray[np.bool_]
    lift: Floats


class Grid:
    """Points of the grid by index k, each row with its own where `count` asks for whole units.

    Parameters
    ----------
    rounding : Rounding
    weights : (n,) float
        Denominators [units]; the step of `count` is 1/denominator.
    """

    def __init__(self, rounding: Rounding, weights: Floats) -> None:
        self.mode = rounding.mode
        self.levels = np.array(sorted(rounding.levels)) if rounding.levels else None
        self.units = np.where(weights > 0, weights, 1.0) if rounding.count else None
        self.step = rounding.step

    def point(self, k: NDArray[np.int64], rows: NDArray[np.intp] | slice = slice(None)) -> Floats:
        """Value of grid point k."""
        if self.levels is not None:
            return self.levels[np.minimum(np.maximum(k, 0), len(self.levels) - 1)]
        if self.units is not None:
            return np.minimum(k / self.units[rows], 1.0)
        return np.minimum((k * self.step).round(12), 1.0)

    def _place(self, value: Floats, shift: float) -> Floats:
        """Where `value` + `shift` (a share; on the grid of whole units never more than 1e-6 of one) lies, in steps."""
        if self.units is None:
            return (value + shift) / self.step
        return value * self.units + np.minimum(np.maximum(shift * self.units, -1e-6), 1e-6)

    def first_from(self, value: Floats, tolerance: float = _SAME) -> NDArray[np.int64]:
        """Index of the lowest grid point ≥ value."""
        if self.levels is not None:
            return np.searchsorted(self.levels, value - tolerance)
        return np.ceil(self._place(value, -tolerance)).astype(np.int64)

    def last_to(self, value: Floats, tolerance: float = _SAME) -> NDArray[np.int64]:
        """Index of the highest grid point ≤ value; -1 where a ladder has none."""
        if self.levels is not None:
            return np.searchsorted(self.levels, value + tolerance, side="right") - 1
        return np.floor(self._place(value, tolerance)).astype(np.int64)

    def index(self, value: Floats) -> NDArray[np.int64]:
        """Grid point that the mode rounds `value` to, bounds not considered; halves go up."""
        if self.mode is RoundingMode.LARGEST_REMAINDER:
            return self.last_to(value, _NEAR)
        if self.mode is RoundingMode.UP:
            return self.first_from(value, _NEAR)
        if self.levels is not None:
            return np.searchsorted(0.5 * (self.levels[1:] + self.levels[:-1]), value + _NEAR, side="right")
        return np.floor(self._place(value, _NEAR) + 0.5).astype(np.int64)

    def threshold(self, k: NDArray[np.int64], rows: NDArray[np.intp]) -> Floats:
        """Value from which the mode rounds to k and no longer to k − 1."""
        below, at = self.point(k - 1, rows), self.point(k, rows)
        if self.mode is RoundingMode.UP:
            return below + 2.0 * _NEAR
        return 0.5 * (below + at)


def round_targets(
    curve: Linear | SCurve,
    exact: Floats,
    lift: Floats,
    highest: Floats,
    weights: Floats,
    goal: Floats,
    rounding: Rounding,
    fixed: NDArray[np.bool_],
) -> Rounded:
    """Put `exact` on the grid and keep each group's goal.

    Parameters
    ----------
    curve : Linear or SCurve
        The response whose value at `lift` is `exact`; its bounds hold for the rounded targets too.
    lift, highest : (G,) float
        λ of the exact solution, and the largest lift allowed.
    goal : (G,) float
        Pooled share to keep; NaN: none, round simply.
    fixed : (n,) bool
        Pins: never rounded.
    """
    if rounding.mode is RoundingMode.NONE:
        return Rounded(exact, np.zeros(len(exact), dtype=bool), lift)
    table = _Table(curve, Grid(rounding, weights), exact, weights, goal, fixed)
    k = table.at(exact)
    short = table.value(k) < table.need
    if short.any() and rounding.mode is RoundingMode.LARGEST_REMAINDER:
        k = table.by_remainder(k, short)
    elif short.any():
        k, lift = table.raise_lift(k, lift, highest, short)
    return Rounded(np.where(table.held, exact, table.grid.point(k)), table.off_grid, lift)


class _Table:
    """One table being rounded: grid indices k (n,) between `first` and `last`; `held` rows keep their exact value."""

    def __init__(
        self,
        curve: Linear | SCurve,
        grid: Grid,
        exact: Floats,
        weights: Floats,
        goal: Floats,
        fixed: NDArray[np.bool_],
    ) -> None:
        self.curve, self.grid, self.exact, self.weights, self.groups = curve, grid, exact, weights, curve.groups
        n = len(exact)
        self.label = np.zeros(n, dtype=np.intp) if self.groups.labels is None else self.groups.labels
        first, self.last = grid.first_from(curve.lower), grid.last_to(curve.upper)
        self.off_grid = (first > self.last) & ~fixed
        self.held = self.off_grid | fixed | (weights <= 0)  # who does not count only guides its earlier periods
        self.first = np.minimum(first, self.last)
        self.need = np.where(np.isnan(goal), -np.inf, (goal - TOLERANCE) * self.groups.sum(weights))

    def at(self, value: Floats) -> NDArray[np.int64]:
        """(n,) grid points that values round to, inside the bounds."""
        return np.minimum(np.maximum(self.grid.index(value), self.first), self.last)

    def value(self, k: NDArray[np.int64]) -> Floats:
        """(G,) Σ w·x of rounded targets [units]."""
        return self.groups.dot(np.where(self.held, self.exact, self.grid.point(k)), self.weights)

    def by_remainder(self, k: NDArray[np.int64], short: NDArray[np.bool_]) -> NDArray[np.int64]:
        """One step each in order of remainder (ties by agency code) until each short group's deficit is filled."""
        deficit = self.need - self.value(k)
        rows = np.flatnonzero((k < self.last) & ~self.held & short[self.label] & (self.weights > 0))
        below = self.grid.point(k[rows], rows)
        step = self.grid.point(k[rows] + 1, rows) - below
        remainder = np.round((self.exact[rows] - below) / step, 9)
        order = np.lexsort((rows, -remainder, self.label[rows]))
        group = self.label[rows][order]
        gain = (step * self.weights[rows])[order]
        taken = rows[order][_sum_before(gain, group) < deficit[group]]
        k = k.copy()
        k[taken] += 1
        return k

    def raise_lift(
        self, k: NDArray[np.int64], lift: Floats, highest: Floats, short: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], Floats]:
        """Least lift whose rounded targets meet the need: bracket it, then take threshold after threshold."""
        top = np.minimum(self.curve.saturation(), highest)
        k_top = np.maximum(self.at(self.curve(top)), k)
        beyond = short & (self.value(k_top) < self.need)
        open_ = short & ~beyond
        k = np.where(beyond[self.label], k_top, k)
        lift = np.where(beyond, top, lift)
        k, k_high, lift = self._bracket(k, np.where(open_[self.label], k_top, k), lift, top, open_)
        return self._take(k, k_high, lift, open_)

    def _bracket(
        self, k_low: NDArray[np.int64], k_high: NDArray[np.int64], low: Floats, high: Floats, open_: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
        """Narrow each open group until few rounding steps are left between its two ends."""
        few = 4.0 * self.groups.sum(np.ones(len(k_low))) + 16.0
        width = 0.05 * np.maximum(np.where(np.isfinite(low), low, 1.0), 1e-3)
        for _ in range(_MOST_HALVINGS):
            events = self.groups.sum(np.where(self.held, 0, k_high - k_low).astype(np.float64))
            busy = open_ & (events > few) & (high > low * (1.0 + 1e-15))
            if not busy.any():
                break
            middle = np.where(high > low + 2.0 * width, low + width, 0.5 * (low + np.minimum(high, 1e300)))
            width = 4.0 * width
            k_middle = self.at(self.curve(np.where(busy, middle, low)))
            k_middle = np.minimum(np.maximum(k_middle, k_low), k_high)
            enough = self.value(k_middle) >= self.need
            down, up = busy & enough, busy & ~enough
            high, low = np.where(down, middle, high), np.where(up, middle, low)
            k_high = np.where(down[self.label], k_middle, k_high)
            k_low = np.where(up[self.label], k_middle, k_low)
        return k_low, k_high, low

    def _take(
        self, k: NDArray[np.int64], k_high: NDArray[np.int64], lift: Floats, open_: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], Floats]:
        """Rounding steps from k toward k_high in order of the lift they need, until the need is met; ties together."""
        steps = np.where(open_[self.label] & ~self.held & (self.weights > 0), k_high - k, 0)
        rows = np.repeat(np.arange(len(k)), steps)
        if len(rows) == 0:
            return k, lift
        to = k[rows] + 1 + np.arange(len(rows)) - (np.cumsum(steps) - steps)[rows]
        when = np.maximum(self.curve.inverse(self.grid.threshold(to, rows), rows), lift[self.label[rows]])
        gain = (self.grid.point(to, rows) - self.grid.point(to - 1, rows)) * self.weights[rows]
        order = np.lexsort((to, rows, when, self.label[rows]))
        group = self.label[rows][order]
        needed = _sum_before(gain[order], group) < (self.need - self.value(k))[group]
        least = np.full(self.groups.count, -np.inf)
        np.maximum.at(least, group[needed], when[order][needed])
        taken = when <= least[self.label[rows]] * (1.0 + _NEAR)  # equal but for the last digits: taken together
        k = k + np.bincount(rows, taken, len(k)).astype(np.int64)
        return k, np.where(open_ & np.isfinite(least), least, lift)


def _sum_before(gain: Floats, group: NDArray[np.intp]) -> Floats:
    """Sum of the gains before each event within its group; events sorted by group."""
    before = np.cumsum(gain) - gain
    return before - before[np.searchsorted(group, group)]
