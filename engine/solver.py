"""One number turned up until the goal is met: the least common lift, for any number of groups at once.

A batch of B scenarios is a batch of groups: number the groups b·G + g and ravel the arrays.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import FiguresError

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
_Scalar = TypeVar("_Scalar", bound=np.generic)

TOLERANCE = 1e-12
"""Pooled share within which a goal counts as reached."""

_CONVERGED = 1e-13
_A_STEP = 1e-6
"""Lift by which one looks ahead for the derivative of a response that has none: exact where it is linear."""
_A_LITTLE = 1e-9
"""Part of a lift that is taken back to see whether anything moves there."""
_BLOCK = 8192
"""Rows worked on at a time: they stay in the cache, and BLAS starts no threads for so few."""

_SAMPLE = 64
_MOST_STEPS = 400
_MOST_HALVINGS = 60


class Response(Protocol):
    """Targets as a nondecreasing function of the lift, with what Newton's method needs.

    `ends` tells whether it reaches its highest value at a finite lift, or only in the limit.
    """

    ends: bool

    def __call__(self, lift: Floats) -> Floats:
        """Lift (G,) -> clipped targets (n,)."""

    def totals(self, lift: Floats, weights: Floats) -> tuple[Floats, Floats]:
        """Lift (G,) -> Σ w·x and its derivative, each (G,)."""

    def total(self, lift: float, weights: Floats) -> tuple[float, float]:
        """The same for a single group, in plain numbers."""

    def sample(self, stride: int) -> Response:
        """Every stride-th row of a single group, for a first guess."""

    def moving_at(self, lift: float, weights: Floats) -> bool:
        """Whether a little less lift would lower some target of a single group."""

    def saturation(self) -> Floats:
        """(G,) lift from which no target moves any more; inf where only the limit would do."""

    def least_alike(self, lift: Floats, weights: Floats) -> Floats:
        """(G,) least lift that gives every weighted agency the targets it has at `lift`."""


class Groups:
    """Labels of rows, sorted so that each group is one run; sums by group without a loop.

    Parameters
    ----------
    labels : (n,) int or None
        Nondecreasing labels 0 … G−1, every one of them present; None = all rows are one group.
    n : int
        Number of rows.
    """

    __slots__ = ("count", "labels", "starts")

    def __init__(self, labels: Indices | None, n: int) -> None:
        self.labels = None if labels is None or n == 0 or labels[-1] == 0 else labels
        self.count = 1 if self.labels is None else int(self.labels[-1]) + 1
        self.starts = None if self.labels is None else np.searchsorted(self.labels, np.arange(self.count))

    def sum(self, values: Floats) -> Floats:
        """(…, n) -> (…, G) sums."""
        if self.starts is None:
            return values.sum(axis=-1, keepdims=True)
        return np.add.reduceat(values, self.starts, axis=-1)

    def dot(self, values: Floats, weights: Floats) -> Floats:
        """(n,), (n,) -> (G,) weighted sums."""
        if self.starts is None:
            return np.array([values.dot(weights) if len(values) <= _BLOCK else (values * weights).sum()])
        return np.add.reduceat(values * weights, self.starts)

    def max(self, values: Floats) -> Floats:
        """(n,) -> (G,) largest values."""
        if self.starts is None:
            return values.max(keepdims=True)
        return np.maximum.reduceat(values, self.starts)

    def spread(self, per_group: NDArray[_Scalar]) -> NDArray[_Scalar]:
        """(G,) -> (n,), or (1,) that broadcasts where there is one group."""
        return per_group if self.labels is None else per_group[self.labels]


class Linear:
    """clip(base + lift·slope, lower, upper), slope ≥ 0: reaches its end at a finite lift.

    Parameters
    ----------
    base, slope, lower, upper : (n,) float
        Shares; lower ≤ upper.
    groups : Groups, optional
        Which rows share a lift.
    """

    __slots__ = ("base", "groups", "lower", "slope", "upper")
    ends = True

    def __init__(self, base: Floats, slope: Floats, lower: Floats, upper: Floats, groups: Groups | None = None) -> None:
        self.base, self.slope, self.lower, self.upper = base, slope, lower, upper
        self.groups = Groups(None, len(base)) if groups is None else groups

    def unclipped(self, lift: Floats) -> Floats:
        """(n,) method's value before the bounds, in [0, 1]."""
        value = self.slope * self.groups.spread(np.where(np.isinf(lift), self.saturation(), lift)) + self.base
        return np.minimum(np.maximum(value, 0.0), 1.0)

    def __call__(self, lift: Floats) -> Floats:
        value = self.slope * self.groups.spread(lift)
        value += self.base
        np.maximum(value, self.lower, out=value)
        return np.minimum(value, self.upper, out=value)

    def totals(self, lift: Floats, weights: Floats) -> tuple[Floats, Floats]:
        free = self.slope * self.groups.spread(lift)
        free += self.base
        held = np.maximum(free, self.lower)
        np.minimum(held, self.upper, out=held)
        moving = np.equal(free, held) * self.slope
        return self.groups.dot(held, weights), self.groups.dot(moving, weights)

    def total(self, lift: float, weights: Floats) -> tuple[float, float]:
        n = len(self.base)
        if n <= _BLOCK:  # the same in as few calls as it takes: on 30 rows calls are the cost
            free = self.slope * lift
            free += self.base
            held = np.maximum(free, self.lower)
            np.minimum(held, self.upper, out=held)
            moving = free == held
            np.multiply(self.slope, moving, out=free)
            return float(held.dot(weights)), float(free.dot(weights))
        size = _BLOCK
        free, held, moving = np.empty(size), np.empty(size), np.empty(size, dtype=bool)
        value = bend = 0.0
        for start in range(0, n, _BLOCK):
            rows = slice(start, start + _BLOCK)
            w, s = weights[rows], self.slope[rows]
            if len(w) < size:
                free, held, moving = free[: len(w)], held[: len(w)], moving[: len(w)]
            np.multiply(s, lift, out=free)
            np.add(free, self.base[rows], out=free)
            np.maximum(free, self.lower[rows], out=held)
            np.minimum(held, self.upper[rows], out=held)
            value += held.dot(w)
            np.equal(free, held, out=moving)
            np.multiply(s, moving, out=free)
            bend += free.dot(w)
        return float(value), float(bend)

    def moving_at(self, lift: float, weights: Floats) -> bool:
        n = len(self.base)
        if n > _BLOCK:  # the first block nearly always tells
            blocks = (slice(start, start + _BLOCK) for start in range(0, n, _BLOCK))
            return any(self._rows(rows).moving_at(lift, weights[rows]) for rows in blocks)
        free = self.slope * lift
        free += self.base
        between = free > self.lower
        between &= free <= self.upper
        np.multiply(self.slope, between, out=free)
        return bool(free.dot(weights) > 0.0)

    def _rows(self, rows: slice) -> Linear:
        return Linear(self.base[rows], self.slope[rows], self.lower[rows], self.upper[rows])

    def sample(self, stride: int) -> Linear:
        """Every stride-th row of a single group."""
        return self._rows(slice(None, None, stride))

    def saturation(self) -> Floats:
        return self.groups.max(np.maximum(self.inverse(self.upper), 0.0))

    def inverse(self, target: Floats, rows: Indices | slice = slice(None)) -> Floats:
        """Least lift at which the unclipped value reaches `target`; 0 where the row never moves."""
        slope = self.slope[rows]
        gap = target - self.base[rows]
        return np.divide(gap, slope, out=np.zeros(len(gap)), where=slope > 0)

    def least_alike(self, lift: Floats, weights: Floats) -> Floats:
        return _least_alike(self, lift, weights)


class SCurve:
    """offset + scale·b(lift), clipped; b moves along the logistic adoption curve from `rate` to 1.

    b(λ) = r + (1 − r)·(expit(logit r̃ + λ) − r̃)/(1 − r̃): the odds multiplier exp(λ) is the same for all,
    b(0) = r exactly (nobody moves at λ = 0) and b(∞) = 1 exactly.

    Parameters
    ----------
    rate, smooth : (n,) float
        r and r̃ in [0, 1] and (0, 1).
    offset, scale : (n,) float
        What is won already and the share still open; 0 and 1 unless cumulative.
    lower, upper : (n,) float
    """

    __slots__ = ("groups", "lower", "odds", "offset", "rate", "scale", "smooth", "stretch", "upper")
    ends = False

    def __init__(
        self,
        rate: Floats,
        smooth: Floats,
        offset: Floats,
        scale: Floats,
        lower: Floats,
        upper: Floats,
        groups: Groups | None = None,
    ) -> None:
        self.rate, self.smooth, self.offset, self.scale = rate, smooth, offset, scale
        self.lower, self.upper = lower, upper
        self.odds = (1.0 - smooth) / smooth
        self.stretch = (1.0 - rate) / (1.0 - smooth)
        self.groups = Groups(None, len(rate)) if groups is None else groups

    def _logistic(self, lift: Floats) -> Floats:
        return 1.0 / (1.0 + self.odds * np.exp(-self.groups.spread(lift)))

    def unclipped(self, lift: Floats) -> Floats:
        """(n,) method's value before the bounds, in [0, 1]."""
        grown = self.rate + self.stretch * (self._logistic(lift) - self.smooth)
        return np.minimum(np.maximum(self.offset + self.scale * grown, 0.0), 1.0)

    def __call__(self, lift: Floats) -> Floats:
        return np.minimum(np.maximum(self.unclipped(lift), self.lower), self.upper)

    def totals(self, lift: Floats, weights: Floats) -> tuple[Floats, Floats]:
        curve = self._logistic(lift)
        free = self.offset + self.scale * (self.rate + self.stretch * (curve - self.smooth))
        held = np.minimum(np.maximum(free, self.lower), self.upper)
        moving = np.where(free == held, self.scale * self.stretch * curve * (1.0 - curve), 0.0)
        return self.groups.dot(held, weights), self.groups.dot(moving, weights)

    def total(self, lift: float, weights: Floats) -> tuple[float, float]:
        value, bend = self.totals(np.array([lift]), weights)
        return float(value[0]), float(bend[0])

    def moving_at(self, lift: float, weights: Floats) -> bool:  # noqa: ARG002
        return False  # ask least_alike: cheap beside the exponentials

    def sample(self, stride: int) -> SCurve:
        """Every stride-th row of a single group."""
        rate, smooth, offset = self.rate[::stride], self.smooth[::stride], self.offset[::stride]
        return SCurve(rate, smooth, offset, self.scale[::stride], self.lower[::stride], self.upper[::stride])

    def saturation(self) -> Floats:
        return self.groups.max(np.maximum(self.inverse(self.upper), 0.0))

    def inverse(self, target: Floats, rows: Indices | slice = slice(None)) -> Floats:
        """Least lift at which the unclipped value reaches `target` (inf: only in the limit); 0 if it never moves."""
        scale, stretch = self.scale[rows], self.stretch[rows]
        moves = (scale > 0) & (stretch > 0)
        grown = np.divide(target - self.offset[rows], scale, out=np.zeros_like(target), where=moves)
        point = np.divide(grown - self.rate[rows], stretch, out=np.zeros_like(target), where=moves)
        point = np.minimum(np.maximum(point + self.smooth[rows], 0.0), 1.0)
        with np.errstate(divide="ignore"):
            lift = np.log(point * self.odds[rows]) - np.log1p(-point)
        return np.where(moves, lift, 0.0)

    def least_alike(self, lift: Floats, weights: Floats) -> Floats:
        return _least_alike(self, lift, weights)


def _least_alike(respond: Linear | SCurve, lift: Floats, weights: Floats) -> Floats:
    targets = respond(lift)
    there = np.minimum(respond.inverse(targets), respond.groups.spread(lift))
    counts = (targets > respond.lower + TOLERANCE) & (weights > 0)
    return np.maximum(respond.groups.max(np.where(counts, there, 0.0)), 0.0)


class _Plain:
    """Any nondecreasing callable; of one group, its derivative is taken a little ahead, elsewhere there is none."""

    ends = True

    def __init__(self, respond: Callable[[Floats], Floats], groups: Groups, highest: Floats) -> None:
        self.respond, self.groups, self.highest = respond, groups, highest

    def __call__(self, lift: Floats) -> Floats:
        return self.respond(lift)

    def totals(self, lift: Floats, weights: Floats) -> tuple[Floats, Floats]:
        return self.groups.dot(self.respond(lift), weights), np.zeros(self.groups.count)

    def total(self, lift: float, weights: Floats) -> tuple[float, float]:
        value = float(self.respond(np.array([lift])).dot(weights))
        ahead = min(lift + _A_STEP, float(self.highest[0]))
        if not ahead > lift:
            return value, 0.0
        return value, (float(self.respond(np.array([ahead])).dot(weights)) - value) / (ahead - lift)

    def sample(self, stride: int) -> _Plain:  # noqa: ARG002
        return self

    def moving_at(self, lift: float, weights: Floats) -> bool:
        less = self.respond(np.array([lift * (1.0 - _A_LITTLE)]))
        return float((self.respond(np.array([lift])) - less).dot(weights)) > _CONVERGED * lift * float(weights.sum())

    def saturation(self) -> Floats:
        return self.highest

    def least_alike(self, lift: Floats, weights: Floats) -> Floats:
        least, low = lift.copy(), np.zeros_like(lift)
        reached = self.totals(lift, weights)[0] * (1.0 - _CONVERGED)
        for _ in range(_MOST_HALVINGS):
            middle = 0.5 * (low + least)
            same = self.totals(middle, weights)[0] >= reached
            before = least, low
            least, low = np.where(same, middle, least), np.where(same, low, middle)
            if np.array_equal(before, (least, low)):  # nothing lies between them any more
                break
        return least


def least_lift(
    respond: Linear | SCurve | Callable[[Floats], Floats],
    weights: ArrayLike,
    goal: ArrayLike,
    *,
    highest: ArrayLike = np.inf,
    groups: ArrayLike | None = None,
) -> Floats:
    """Turn one common lift up until each group's pooled target reaches its goal.

    Parameters
    ----------
    respond : Linear, SCurve or callable
        Lift (G,) -> targets (n,), each in [0, 1], nondecreasing in its group's lift.
        A plain callable is bracketed between 0 and `highest`, which must then be finite.
    weights : (n,) float
        Denominators at the period's end [dossiers or services]; 0 = exempt.
    goal : (G,) or scalar float
        Pooled share to reach, in [0, 1]; NaN = this group has none (its lift is 0).
    highest : (G,) or scalar float
        Largest lift to try.
    groups : (n,) int, optional
        Nondecreasing labels 0 … G−1; default: all rows are one group. Must be those of `respond`.

    Returns
    -------
    lift : (G,) float
        Least lift that meets the goal to 1e-12; NaN where even `highest` does not;
        inf where only the limit of the response does.

    Raises
    ------
    FiguresError
        ``no_weight`` if a group with a goal has no weight at all; names the group.

    Notes
    -----
    Monotone root finding: Newton's method kept inside a bracket. For clipped linear responses this is
    water-filling (Boyd & Vandenberghe, Convex Optimization, ex. 5.2) and ends exactly.
    """
    weights = np.asarray(weights, dtype=np.float64)
    if isinstance(respond, Linear | SCurve) and groups is None:
        family = respond.groups
    else:
        family = Groups(None if groups is None else np.asarray(groups, dtype=np.intp), len(weights))
    if family.labels is None:
        aim, most, mass = np.asarray(goal).item(), np.asarray(highest).item(), float(weights.sum())
        if not mass > 0.0 and not math.isnan(aim):
            raise FiguresError("no_weight", group=0)
        single = respond if isinstance(respond, Linear | SCurve) else _Plain(respond, family, np.array([most]))
        return np.array([_climb_one(single, weights, aim * mass, mass, most)])
    asked = np.broadcast_to(np.asarray(goal, dtype=np.float64), (family.count,))
    limit = np.broadcast_to(np.asarray(highest, dtype=np.float64), (family.count,))
    total = family.sum(weights)
    if (bare := (total <= 0) & ~np.isnan(asked)).any():
        raise FiguresError("no_weight", group=int(np.flatnonzero(bare)[0]))
    curve = respond if isinstance(respond, Linear | SCurve) else _Plain(respond, family, limit)
    return _climb_many(curve, weights, asked * total, total, limit)


def _climb_one(curve: Response, weights: Floats, need: float, total: float, limit: float) -> float:
    """Newton inside a bracket, in plain numbers: on 30 rows numpy's overhead is the cost."""
    slack = _CONVERGED * total
    if not need > slack:  # also where there is no goal
        return 0.0
    lift = 0.0
    if len(weights) > 8 * _BLOCK and not isinstance(curve, _Plain):
        part = weights[::_SAMPLE]
        size = float(part.sum())
        guess = _climb_one(curve.sample(_SAMPLE), part, need / total * size, size, limit) if size > 0 else 0.0
        lift = guess if 0.0 < guess < math.inf else 0.0
    if not curve.ends and curve.total(0.0, weights)[0] < need - slack:  # a limit is hunted in vain: look there first
        top = min(float(curve.saturation()[0]), limit)
        best = curve.total(top, weights)[0]
        if best < need - TOLERANCE * total:
            return math.nan
        if best <= need + slack:
            return top if top == math.inf else float(curve.least_alike(np.array([top]), weights)[0])
    low, high, width = 0.0, math.inf, math.inf
    value, bend = curve.total(lift, weights)
    at_zero = lift == 0.0
    for turn in range(_MOST_STEPS):
        gap = need - value
        if gap > slack:
            low = lift
        elif at_zero or gap >= -slack:
            break
        else:
            high = lift
        if high == math.inf and (bend <= 0.0 or lift >= limit):
            high = min(float(curve.saturation()[0]), limit)
            best = curve.total(high, weights)[0]
            if need - best > TOLERANCE * total:
                return math.nan
            if need - best >= -slack:
                lift, bend = high, 0.0
                break
        if high < math.inf and high - low <= 1e-16 * high:
            lift = high
            break
        step = lift + gap / bend if bend > 0.0 else math.nan
        halve = False
        if turn % 4 == 3:  # a bracket that has not halved in four steps is halved by force
            halve = high - low > 0.5 * width
            width = high - low
        if halve or not low < step < high:
            if step <= 0.0 and low == 0.0:
                step = 0.0
            elif high < math.inf:
                step = 0.5 * (low + high)
            elif not step > low:
                step = 2.0 * low + 1.0
        lift = min(step, limit)
        at_zero = lift == 0.0
        value, bend = curve.total(lift, weights)
    if lift == 0.0 or lift == math.inf or curve.moving_at(lift, weights):
        return lift
    return float(curve.least_alike(np.array([lift]), weights)[0])


def _climb_many(curve: Response, weights: Floats, need: Floats, total: Floats, limit: Floats) -> Floats:
    slack = _CONVERGED * total
    lift = np.zeros_like(need)
    value, bend = curve.totals(lift, weights)
    active = need - value > slack  # groups without a goal (NaN) are not active
    if not active.any():
        return lift
    raised = active.copy()
    high = np.where(active, np.minimum(curve.saturation(), limit), 0.0)
    best = curve.totals(high, weights)[0]
    beyond = active & (need - best > TOLERANCE * total)
    at_top = active & ~beyond & (need - best >= -slack)
    active &= ~(beyond | at_top)
    low = lift.copy()
    width = high - low
    for turn in range(_MOST_STEPS):
        if not active.any():
            break
        with np.errstate(divide="ignore", invalid="ignore"):
            step = lift + (need - value) / bend
        inside = (step > low) & (step < high)
        if turn % 4 == 3:  # a bracket that has not halved in four steps is halved by force
            inside &= (high - low) < 0.5 * width
            width = high - low
        middle = np.where(np.isinf(high), 2.0 * low + 1.0, 0.5 * (low + np.minimum(high, 1e300)))
        lift = np.where(active, np.where(inside, step, middle), lift)
        value, bend = curve.totals(lift, weights)
        short = need - value > slack
        low = np.where(active & short, lift, low)
        high = np.where(active & ~short, lift, high)
        closed = high - low <= 1e-16 * high
        lift = np.where(active & closed, high, lift)
        active &= ~(closed | (np.abs(value - need) <= slack))
    lift = np.where(at_top, high, lift)
    least = curve.least_alike(lift, weights)
    lift = np.where(raised & ~np.isinf(lift), least, lift)
    lift[beyond] = np.nan
    return lift
