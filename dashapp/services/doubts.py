"""What must be cleared up before the deadline: who has not reported or proposed, which figures may be wrong.

Pure: figures and a result in, agencies with what is doubtful about them out. Nothing here changes a number.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from dashapp.services.standing import SAME, below
from engine import Allocation, Figures, IndicatorResult, Kind

SMALL = 30
"""Under so many units a few of them swing the rate."""
HIGH, USUAL = 0.98, 0.9
"""A rate this high comes from nowhere where the agencies of its level together are under the other."""
WHOLE = 100
"""From so many units on, each of them counted is remarkable."""
JUMP = 0.15
"""Change of a rate from one version of the figures to the next that must be asked about [share]."""


class Doubt(StrEnum):
    """Kinds of what must be cleared up; the first two are missing, the others are in doubt."""

    MISSING = "missing"
    NOT_PROPOSED = "not_proposed"
    EMPTY = "empty"
    SMALL = "small"
    ZERO = "zero"
    HIGH = "high"
    WHOLE = "whole"
    JUMPED = "jumped"
    SHRUNK = "shrunk"
    ASSUMED = "assumed"


ABSENT = frozenset({Doubt.MISSING, Doubt.NOT_PROPOSED})


@dataclass(frozen=True)
class Case:
    """One agency: its code and the numbers that make the doubt.

    `values` is (numerator, denominator) [units]; for `JUMPED` (rate before, rate now) [shares]; for `SHRUNK`
    (count before, count now) [units]; empty where there is nothing to tell.
    """

    agency: str
    values: tuple[float, ...] = ()


@dataclass(frozen=True)
class Found:
    """A doubt about one indicator: the agencies, what matters most first, of `asked` agencies that were looked at."""

    kind: Doubt
    indicator: str
    cases: tuple[Case, ...]
    asked: int


def doubts(allocation: Allocation, previous: Figures | None = None, registered: Collection[str] = ()) -> list[Found]:
    """What there is to clear up in the figures of a result, by kind, then by indicator as planned.

    Parameters
    ----------
    previous : Figures, optional
        The version before: without it nothing can have jumped or shrunk.
    registered : collection of str
        Codes of the agencies that should report.
    """
    found: list[Found] = []
    for one in allocation.plan.indicators:
        found += _of_indicator(allocation, one.id, previous, registered)
    order = list(Doubt)
    return sorted((one for one in found if one.cases), key=lambda one: order.index(one.kind))


def _of_indicator(
    allocation: Allocation, indicator: str, previous: Figures | None, registered: Collection[str]
) -> list[Found]:
    result = allocation.results[indicator]
    flow = allocation.plan.indicator(indicator).kind is Kind.FLOW
    about = _Looked(allocation, indicator)
    n, d = result.numerator, result.denominator
    reported = ~np.isnan(n) & ~np.isnan(d)
    counted = reported & (d > 0)
    found = [
        Found(Doubt.MISSING, indicator, _absent(about, reported, registered), len(n)),
        about.found(Doubt.EMPTY, reported & (d == 0)),
        about.found(Doubt.SMALL, counted & (d < SMALL), by=d),
        about.found(Doubt.ZERO, counted & (n == 0) & (d >= SMALL), by=-d),
        _not_proposed(about),
    ]
    if flow:
        high = counted & (d >= SMALL) & (result.current >= HIGH) & (_pooled_by_level(allocation, result) < USUAL)
        whole = counted & (n == d) & (d >= WHOLE)
        found.append(about.found(Doubt.WHOLE, whole, by=-d))
        found.append(about.found(Doubt.HIGH, high & ~whole, by=-result.current))
        found.append(about.found(Doubt.ASSUMED, result.expected_assumed.any(axis=0) & counted, told=False))
    if previous is not None and indicator in previous.indicators:
        found += _since(about, previous, flow=flow)
    return found


class _Looked:
    """The rows of an indicator and how what is found about them is written down."""

    def __init__(self, allocation: Allocation, indicator: str) -> None:
        self.allocation, self.indicator = allocation, indicator
        self.result = allocation.results[indicator]
        self.codes = allocation.figures.codes

    def found(
        self,
        kind: Doubt,
        rows: NDArray[np.bool_],
        *,
        by: NDArray[np.float64] | None = None,
        values: Sequence[NDArray[np.float64]] = (),
        told: bool = True,
        asked: int | None = None,
    ) -> Found:
        """The agencies of the marked rows, smallest `by` first, equal ones by code."""
        result = self.result
        at = np.flatnonzero(rows)
        at = at[np.lexsort((result.rows[at], np.zeros(len(at)) if by is None else by[at]))]
        numbers = values or ((result.numerator, result.denominator) if told else ())
        cases = tuple(Case(self.codes[result.rows[i]], tuple(float(one[i]) for one in numbers)) for i in at)
        return Found(kind, self.indicator, cases, len(result.rows) if asked is None else asked)


def _absent(about: _Looked, reported: NDArray[np.bool_], registered: Collection[str]) -> tuple[Case, ...]:
    """Agencies whose figures are not there: empty in the table, or registered and not in it at all."""
    codes = {about.codes[i] for i in about.result.rows[~reported]}
    codes |= set(registered).difference(about.codes)
    return tuple(Case(code) for code in sorted(codes))


def _not_proposed(about: _Looked) -> Found:
    """Agencies that the province asks and that have named no target of their own for the last period."""
    asked = below(about.allocation, about.result)
    own = about.allocation.figures.indicators.get(about.indicator)
    proposed = own.proposed.get(about.allocation.plan.last.id) if own is not None else None
    has_named = np.zeros(len(about.codes), dtype=bool)
    if own is not None and proposed is not None:
        has_named[own.rows[~np.isnan(proposed)]] = True
    silent = asked & ~has_named[about.result.rows]
    return about.found(Doubt.NOT_PROPOSED, silent, told=False, asked=int(asked.sum()))


def _pooled_by_level(allocation: Allocation, result: IndicatorResult) -> NDArray[np.float64]:
    """(n,) pooled rate of the agencies of each row's level [share]."""
    level = allocation.figures.level_index[result.rows]
    n, d = np.nan_to_num(result.numerator), np.nan_to_num(result.denominator)
    total = np.bincount(level, d)
    rate = np.divide(np.bincount(level, n), total, out=np.zeros(len(total)), where=total > 0)
    return np.asarray(rate[level])


def _since(about: _Looked, previous: Figures, *, flow: bool) -> list[Found]:
    """What has jumped, or has become less although it is counted from 1 January."""
    result, before = about.result, previous.indicators[about.indicator]
    n0, d0 = np.full(len(about.codes), np.nan), np.full(len(about.codes), np.nan)
    there = [(about.allocation.figures.position.get(previous.codes[row]), at) for at, row in enumerate(before.rows)]
    for position, at in there:
        if position is not None:
            n0[position], d0[position] = before.numerator[at], before.denominator[at]
    n0, d0 = n0[result.rows], d0[result.rows]
    enough = (d0 >= SMALL) & (result.denominator >= SMALL)
    old = np.divide(n0, d0, out=np.full(len(d0), np.nan), where=d0 > 0)
    change = np.abs(np.nan_to_num(result.current - old))
    found = [about.found(Doubt.JUMPED, enough & (change >= JUMP - SAME), by=-change, values=(old, result.current))]
    if flow:
        less = (result.denominator < d0) | (result.numerator < n0)
        lost = np.where(result.denominator < d0, d0 - result.denominator, n0 - result.numerator)
        before_now = [
            np.where(result.denominator < d0, old_d, old_n)
            for old_d, old_n in ((d0, n0), (result.denominator, result.numerator))
        ]
        found.append(about.found(Doubt.SHRUNK, less, by=-np.nan_to_num(lost), values=before_now))
    return found
