"""Guesses at blends: two methods, each solved alone, and the weights between which most agencies get their targets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from engine.guessing import (
    SAME_UNROUNDED,
    Guess,
    Table,
    adding,
    methods_of,
    most_overlap,
    options_of,
    order,
    tried,
)
from engine.methods import BLEND
from engine.plan import MethodChoice, Rounding, RoundingMode, Toward
from engine.rounding import Grid
from engine.solver import Floats, least_lift

_ROUNDS = 4
_ON_GRID = 1e-9
_PAIRS_KEPT = 6
_SHAPES_OF_BLENDS, _WIDE_OF_BLENDS = 4, 3
_LEAST_OF_BLEND = 4
"""No blend costs less."""
_ROUND_WEIGHTS = (0.1, 0.05, 0.01)
_NEAR_WEIGHT = 0.02
"""What the true weight may lie away from where most agencies point: the goal behind it is not known yet."""


def blended(table: Table, singles: Sequence[Guess]) -> list[Guess]:
    """Blends under the rules of the best single methods; where those leave much unsaid, under further rules too."""
    if not singles:
        return []
    shapes = {(one.rounding, one.shape): one for one in sorted(singles, key=order)[::-1]}
    likes = sorted(shapes.values(), key=order)
    best = likes[0].cost
    likes = likes[:_SHAPES_OF_BLENDS] + [one for one in likes[_SHAPES_OF_BLENDS:] if not one.options]
    options = {one.rounding: options_of(table, one.rounding) for one in likes}
    found: list[Guess] = []
    seen = {(one.rounding, one.shape) for one in likes}
    for _ in range(_ROUNDS):
        new = [pair for like in likes for pair in _blends(table, like)]
        found += new
        if best <= _LEAST_OF_BLEND or not new:
            break
        likes = []
        for one in sorted(new, key=order)[:_WIDE_OF_BLENDS]:
            for option in options[one.rounding]:
                more = adding(one, option)
                if more is not None and one.missed and (one.rounding, more.shape) not in seen:
                    seen.add((one.rounding, more.shape))
                    likes.append(more)
    return found


def _blends(table: Table, like: Guess) -> Iterator[Guess]:
    """Pairs of methods, each solved alone, with the weights that give most agencies their targets."""
    rules, counts = like.rules, table.weights > 0
    choices = [one for one in methods_of(table.ground.problem) if one.toward is Toward.REACHABLE]
    goal = _likely_goal(table, like.rounding)
    solved = []
    for one in choices:
        curve = table.curve(one, rules, goal)
        lift = least_lift(curve, table.weights, np.array([goal]))
        solved.append(curve(np.where(np.isnan(lift), curve.saturation(), lift)))
    low, high = _would_round_to(table, like.rounding)
    found = []
    for i, j in combinations(range(len(choices)), 2):
        slope = solved[i] - solved[j]
        with np.errstate(divide="ignore", invalid="ignore"):
            ends = np.stack([(low - solved[j]) / slope, (high - solved[j]) / slope])
        moves = counts & (np.abs(slope) > _ON_GRID)
        least, most = np.maximum(ends.min(axis=0)[moves], 0.0), np.minimum(ends.max(axis=0)[moves], 1.0)
        start, stop = most_overlap(least, most)
        inside = int(((least <= 0.5 * (start + stop)) & (0.5 * (start + stop) < most)).sum())
        if stop > 0.0 and start < 1.0:
            found.append((-inside, i, j, start, min(stop, 1.0)))
    for _, i, j, start, stop in sorted(found)[:_PAIRS_KEPT]:
        for weight in _weights(start, stop):
            parts = ((choices[i], weight), (choices[j], round(1.0 - weight, 6)))
            yield tried(table, MethodChoice(BLEND, parts=parts), like.rounding, like.options)


def _likely_goal(table: Table, rounding: Rounding) -> float:
    """The whole percent that the pooled targets lie nearest above, less what rounding upwards adds."""
    step = 0.01 if rounding.levels or rounding.count else max(rounding.step, 1e-3)
    up = 0.5 * step if rounding.mode is RoundingMode.UP else 0.0
    value = table.goal - up
    near = np.round(value * 100.0) / 100.0
    return float(near) if abs(near - value) <= 0.3 * step else value


def _would_round_to(table: Table, rounding: Rounding) -> tuple[Floats, Floats]:
    """(n,) values between which a target rounds to what was issued."""
    if rounding.mode is RoundingMode.NONE:
        return table.asked - SAME_UNROUNDED, table.asked + SAME_UNROUNDED
    grid, rows = Grid(rounding, table.ground.weights[-1]), np.arange(len(table.own))
    k = grid.index(table.asked)
    return grid.threshold(k, rows), grid.threshold(k + 1, rows)


def _weights(start: float, stop: float) -> list[float]:
    """The roundest weight between two, and those near them that are rounder."""
    middle, found = 0.5 * (start + stop), []
    for unit in _ROUND_WEIGHTS:
        near = round(float(np.round(middle / unit) * unit), 6)
        if 0.0 < near < 1.0 and near not in found and abs(near - middle) <= max(stop - start, _NEAR_WEIGHT):
            found.append(near)
    return found or [min(max(round(middle, 3), 0.001), 0.999)]
