"""Bounds of successive periods belong together: what one leaves undone, the next must still be able to bring.

Counts can neither fall nor grow by more than what a period adds; targets do not fall. Precedence:
physical > pin > upper > lower (engine.md §3 and its note that coupling is physical).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.allocation import Note
from engine.errors import PlanError
from engine.problem import Problem
from engine.rates import raw
from engine.rules import BOUND_NAMES, FIRST_RULE, NOBODY, PHYSICAL, Effects
from engine.solver import TOLERANCE, Floats

_EXACT = 1e-9
"""Units (and, as a share, of 1) within which two values are the same."""


@dataclass(frozen=True, eq=False)
class Bounds:
    """Bounds that hold together over the periods; all (T, n), `*_by` are codes of `rules`.

    `floor` and `ceiling` are the physical range, pins included.
    """

    lower: Floats
    lower_by: NDArray[np.int64]
    upper: Floats
    upper_by: NDArray[np.int64]
    floor: Floats
    ceiling: Floats


def couple(problem: Problem, effects: Effects) -> Bounds:
    """Bounds of every period that some table of targets can keep together.

    Raises
    ------
    PlanError
        ``pin_impossible``: a pin outside what is physically possible; names agency, period, value, range.
    """
    floor, ceiling = _physical(problem, effects)
    upper, upper_by = _uppers(problem, effects, floor, ceiling)
    lower, lower_by = _lowers(problem, effects, floor, upper)
    return Bounds(lower, lower_by, upper, upper_by, floor, ceiling)


def raised_uppers(problem: Problem, effects: Effects) -> Callable[[float], Floats]:
    """Points [share] by which every cap and largest step is raised -> (T, n) upper bounds as `couple` gives them."""
    floor, ceiling = _physical(problem, effects)

    def uppers(points: float) -> Floats:
        return _uppers(problem, replace(effects, upper=effects.upper + points), floor, ceiling)[0]

    return uppers


def most_later(problem: Problem, t: int, value: Floats) -> Floats:
    """(n,) highest rate at period t+1 that `value` at period t leaves possible."""
    if not problem.cumulative:
        return np.ones_like(value)
    added = problem.c * problem.V[t + 1]
    return raw(value * problem.volumes[t] + added, problem.volumes[t + 1])


def least_earlier(problem: Problem, t: int, value: Floats) -> Floats:
    """(n,) lowest rate at period t from which `value` at period t+1 is still possible."""
    if not problem.cumulative:
        return np.zeros_like(value)
    added = problem.c * problem.V[t + 1]
    return raw(np.maximum(value * problem.volumes[t + 1] - added, 0.0), problem.volumes[t])


def _physical(problem: Problem, effects: Effects) -> tuple[Floats, Floats]:
    """Counts stay counted: intervals that are consistent with each other and with the pins."""
    ceiling = problem.top.copy()
    if problem.in_period:
        floor = np.zeros_like(ceiling)
    else:
        floor = raw(np.broadcast_to(problem.N, ceiling.shape), problem.volumes)
    pinned = ~np.isnan(effects.pin)
    if not pinned.any():
        return floor, ceiling
    for t in range(problem.periods):
        if t and not problem.in_period:
            held = raw(floor[t - 1] * problem.volumes[t - 1], problem.volumes[t])
            floor[t] = np.maximum(floor[t], held)
            ceiling[t] = np.minimum(ceiling[t], np.maximum(most_later(problem, t - 1, ceiling[t - 1]), floor[t]))
        _refuse_impossible(problem, effects, t, floor[t], ceiling[t])
        at = pinned[t]
        floor[t, at] = ceiling[t, at] = np.clip(effects.pin[t, at], floor[t, at], ceiling[t, at])
    for t in range(problem.periods - 2, -1, -1):
        if not problem.in_period:
            floor[t] = np.maximum(floor[t], np.minimum(least_earlier(problem, t, floor[t + 1]), ceiling[t]))
            held = raw(ceiling[t + 1] * problem.volumes[t + 1], problem.volumes[t])
            ceiling[t] = np.maximum(np.minimum(ceiling[t], held), floor[t])
    return floor, ceiling


def _refuse_impossible(problem: Problem, effects: Effects, t: int, low: Floats, high: Floats) -> None:
    pin = effects.pin[t]
    bad = (pin < low - _EXACT) | (pin > high + _EXACT)
    bad &= problem.weights[t] > 0
    if bad.any():
        i = int(np.flatnonzero(bad)[0])
        raise PlanError(
            "pin_impossible",
            agency=problem.figures.codes[problem.rows[i]],
            indicator=problem.asked.id,
            period=problem.plan.periods[t].id,
            value=float(pin[i]),
            low=float(low[i]),
            high=float(high[i]),
            rule=problem.plan.rules[int(effects.pin_by[t, i]) - FIRST_RULE].id,
        )


def _uppers(problem: Problem, effects: Effects, floor: Floats, ceiling: Floats) -> tuple[Floats, NDArray[np.int64]]:
    exempt = (effects.exempt_by != NOBODY) | (problem.weights <= 0)
    rule = (effects.upper < ceiling - TOLERANCE) & ~exempt
    upper = np.where(rule, np.maximum(effects.upper, floor), ceiling)
    by = np.where(rule, effects.upper_by, PHYSICAL)
    pinned = ~np.isnan(effects.pin)
    by[pinned] = effects.pin_by[pinned]
    for t in range(1, problem.periods):
        reach = np.maximum(most_later(problem, t - 1, upper[t - 1]), floor[t])
        held = reach < upper[t] - TOLERANCE
        upper[t, held] = reach[held]
        by[t, held] = by[t - 1, held]
    for t in range(problem.periods - 2, -1, -1):
        never_falls = np.maximum(np.maximum(upper[t + 1], floor[t]), least_earlier(problem, t, upper[t + 1]))
        held = never_falls < upper[t] - TOLERANCE
        upper[t, held] = never_falls[held]
        by[t, held] = by[t + 1, held]
    return upper, by


def _lowers(problem: Problem, effects: Effects, floor: Floats, upper: Floats) -> tuple[Floats, NDArray[np.int64]]:
    exempt = (effects.exempt_by != NOBODY) | (problem.weights <= 0)
    asked = np.where(exempt, -np.inf, effects.lower)
    asked_by = np.where(exempt, NOBODY, effects.lower_by)
    pinned = ~np.isnan(effects.pin)
    asked = np.where(pinned, floor, asked)
    asked_by[pinned] = effects.pin_by[pinned]
    for t in range(1, problem.periods):  # an earlier floor or pin above the later target raises the later target
        raised = (asked[t - 1] > asked[t]) & ~pinned[t]
        asked[t, raised] = asked[t - 1, raised]
        asked_by[t, raised] = asked_by[t - 1, raised]
    wanted = asked > floor
    lower = np.minimum(np.where(wanted, asked, floor), upper)
    by = np.where(wanted, asked_by, PHYSICAL)
    for t in range(problem.periods - 2, -1, -1):
        needed = np.minimum(least_earlier(problem, t, lower[t + 1]), upper[t])
        held = needed > lower[t] + TOLERANCE
        lower[t, held] = needed[held]
        by[t, held] = by[t + 1, held]
    return lower, by


def bound_name(problem: Problem, code: int) -> str:
    """Name of what made a bound: a rule's id or one of `BOUND_NAMES`."""
    return BOUND_NAMES[code] if code < FIRST_RULE else problem.plan.rules[code - FIRST_RULE].id


def conflicts(problem: Problem, effects: Effects, bounds: Bounds) -> list[Note]:
    """Rules that had to yield: a lower bound above the upper one, an upper bound below what is counted."""
    notes = []
    exempt = effects.exempt_by != NOBODY
    counted = (problem.weights > 0) & ~exempt
    lowered = counted & (effects.lower > bounds.upper + _EXACT)
    raised = counted & (effects.upper < bounds.floor - _EXACT)
    for t, i in np.argwhere(lowered):
        notes.append(
            Note(
                "lower_above_upper",
                _place(problem, t, i)
                | {
                    "rule": bound_name(problem, int(effects.lower_by[t, i])),
                    "value": float(effects.lower[t, i]),
                    "upper": float(bounds.upper[t, i]),
                    "upper_by": bound_name(problem, int(bounds.upper_by[t, i])),
                },
            )
        )
    for t, i in np.argwhere(raised):
        notes.append(
            Note(
                "upper_below_physical",
                _place(problem, t, i)
                | {
                    "rule": bound_name(problem, int(effects.upper_by[t, i])),
                    "value": float(effects.upper[t, i]),
                    "lower": float(bounds.floor[t, i]),
                },
            )
        )
    return notes


def _place(problem: Problem, t: int, i: int) -> dict[str, object]:
    return {
        "agency": problem.figures.codes[problem.rows[i]],
        "indicator": problem.asked.id,
        "period": problem.plan.periods[t].id,
    }
