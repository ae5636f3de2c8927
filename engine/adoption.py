"""Equal effort over several stretches of time: each one's in-period rate moves along the adoption curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.rates import expit, logit
from engine.solver import Floats, Groups, Indices, SCurve

_FAR = 100.0
"""Log-odds beyond which a rate is 0 or 1 to the last digit of any share."""

_MOST_STEPS = 200

_SAME = 1e-13
"""Share by which a target may miss the highest value and still be it."""


@dataclass(frozen=True, eq=False)
class Stretches:
    """What a value at a period's end is made of; (K, n): stretch of time, row.

    Attributes
    ----------
    rates : in-period rate before any lift, in [0, 1].
    shares : share of the value's denominator that the stretch adds.
    caps : highest in-period rate.
    """

    rates: Floats
    shares: Floats
    caps: Floats


class Adoption(SCurve):
    """offset + Σ_k share_k · min(cap_k, expit(logit b_k + λ)), clipped: the same odds multiplier for all and always.

    Parameters
    ----------
    offset : (n,) float
        What is won already, as a share.
    stretches : Stretches
    lower, upper : (n,) float
    """

    __slots__ = ("caps", "levels", "shares")

    def __init__(
        self, offset: Floats, stretches: Stretches, lower: Floats, upper: Floats, groups: Groups | None = None
    ) -> None:
        able = stretches.rates > 0  # a rate of 0 is that of a ceiling of 0
        self.offset, self.shares = offset, stretches.shares
        self.caps = np.where(able, stretches.caps, 0.0)
        self.levels = logit(np.where(able, stretches.rates, 0.5))
        self.lower, self.upper = lower, upper
        self.groups = Groups(None, len(offset)) if groups is None else groups

    def unclipped(self, lift: Floats) -> Floats:
        value = self._value(self.groups.spread(lift), slice(None))
        return np.minimum(np.maximum(value, 0.0), 1.0)

    def _value(self, lift: Floats, rows: Indices | slice) -> Floats:
        moved = np.minimum(expit(self.levels[:, rows] + lift), self.caps[:, rows])
        return self.offset[rows] + (self.shares[:, rows] * moved).sum(axis=0)

    def _slope(self, lift: Floats, rows: Indices | slice) -> Floats:
        free = expit(self.levels[:, rows] + lift)
        bend = np.where(free < self.caps[:, rows], free * (1.0 - free), 0.0)
        return (self.shares[:, rows] * bend).sum(axis=0)

    def totals(self, lift: Floats, weights: Floats) -> tuple[Floats, Floats]:
        spread = self.groups.spread(lift)
        free = self._value(spread, slice(None))
        held = np.minimum(np.maximum(free, self.lower), self.upper)
        moving = np.where(free == held, self._slope(spread, slice(None)), 0.0)
        return self.groups.dot(held, weights), self.groups.dot(moving, weights)

    def sample(self, stride: int) -> Adoption:
        """Every stride-th row of a single group."""
        part = Adoption.__new__(Adoption)
        part.offset, part.lower, part.upper = (one[::stride] for one in (self.offset, self.lower, self.upper))
        part.levels, part.shares, part.caps = (one[:, ::stride] for one in (self.levels, self.shares, self.caps))
        part.groups = Groups(None, len(part.offset))
        return part

    def inverse(self, target: Floats, rows: Indices | slice = slice(None)) -> Floats:
        """Least lift at which the unclipped value reaches `target` (inf: only in the limit); 0 if it never moves.

        Newton's method inside a bracket, all rows at once.
        """
        levels, shares, caps = self.levels[:, rows], self.shares[:, rows], self.caps[:, rows]
        open_ = (shares > 0) & (caps > 0) & np.isfinite(levels)
        moves = open_.any(axis=0)
        still = np.where(open_, 0.0, shares * np.minimum(expit(levels), caps)).sum(axis=0) + self.offset[rows]
        most = still + np.where(open_, shares * caps, 0.0).sum(axis=0)
        ends = np.where(open_, logit(caps) - levels, -np.inf).max(axis=0)  # inf: the limit alone
        full = np.where(moves, ends, 0.0)
        low = np.where(open_, -_FAR - levels, np.inf).min(axis=0, initial=np.inf)
        low = np.where(moves, low, 0.0)
        high = np.where(moves, np.minimum(full, np.where(open_, _FAR - levels, 0.0).max(axis=0, initial=0.0)), 0.0)
        asked = moves & (target < most - _SAME) & (target > still)
        lift = np.where(asked, 0.5 * (low + high), 0.0)
        which = rows if isinstance(rows, slice) else np.asarray(rows)
        for _ in range(_MOST_STEPS):
            gap = target - self._value(lift, which)
            low, high = np.where(gap > 0.0, lift, low), np.where(gap > 0.0, high, lift)
            bend = self._slope(lift, which)
            step = np.divide(gap, bend, out=np.full_like(gap, np.nan), where=bend > 0.0) + lift
            after = np.where((step > low) & (step < high), step, 0.5 * (low + high))
            after = np.where(asked & (gap != 0.0), after, lift)
            done = np.abs(after - lift) <= 1e-15 * np.maximum(np.abs(lift), 1.0)
            lift = after
            if (done | ~asked).all():
                break
        beyond = np.where(target > most + _SAME, np.inf, full)
        lift = np.where(asked, lift, np.where(target <= still, -np.inf, beyond))
        return np.where(moves, lift, 0.0)
