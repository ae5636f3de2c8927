"""Where names stand near their points, so that they cover neither each other nor a point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

LINE = 15.0
"""Height of a name [pixels]."""
_WAYS = ((1, 0), (-1, 0), (0.7, 0.7), (-0.7, 0.7), (0.7, -0.7), (-0.7, -0.7), (0, 1), (0, -1))
"""Directions in which a name may stand from its point, the best first; up is positive."""
_AWAY = (4, 26, 50, 78)
"""How far it may be from the edge of its point [pixels]; at the first it needs no line that leads to it."""
_PARTS = 12
"""Parts of a line at whose ends it is looked at whether it runs over a name."""

Floats = NDArray[np.float64]
_Box: TypeAlias = tuple[float, float, float, float]
"""Left, low, right and high edge [pixels]."""
_Way: TypeAlias = tuple[float, float, float, float]
"""From x and y to x and y [pixels]."""


@dataclass(frozen=True)
class Placed:
    """A name: the place of its point, how far its middle is from there [pixels], whether a line leads to it."""

    at: int
    across: float
    up: float
    is_led: bool


def placed(
    x: Floats, y: Floats, radius: Floats, wanted: Sequence[tuple[int, float]], area: tuple[float, float]
) -> list[Placed]:
    """Names in order of importance; one that finds no room is left out.

    Parameters
    ----------
    x, y, radius : (n,) float
        Every point: its middle from the left and from below, and its radius [pixels].
    wanted : sequence of (place of the point, width of the name [pixels])
    area : (width, height)
        Of the drawing [pixels].
    """
    own = np.array([at for at, _ in wanted], dtype=np.intp)
    widths = np.array([width for _, width in wanted])
    middle, height = _candidates(x[own], y[own], radius[own], widths)
    edges = np.stack(
        [middle - widths[:, None] / 2, height - LINE / 2, middle + widths[:, None] / 2, height + LINE / 2], axis=-1
    )
    free = _is_free(edges, x, y, radius, area)
    found: list[Placed] = []
    boxes: list[_Box] = []
    ways: list[_Way] = []
    for which, at in enumerate(own.tolist()):
        for k in np.flatnonzero(free[which]).tolist():
            box: _Box = tuple(edges[which, k].tolist())
            way = float(x[at]), float(y[at]), float(middle[which, k]), float(height[which, k])
            is_led = k >= len(_WAYS)
            if _has_room(box, way if is_led else None, boxes, ways):
                boxes.append(box)
                ways += [way] if is_led else []
                found.append(Placed(at, way[2] - way[0], way[3] - way[1], is_led))
                break
    return found


def _candidates(x: Floats, y: Floats, radius: Floats, widths: Floats) -> tuple[Floats, Floats]:
    """(w, k) middles of each name at every distance and in every direction, the nearest first [pixels]."""
    across, up = np.tile(np.array(_WAYS), (len(_AWAY), 1)).T
    away = radius[:, None] + np.repeat(np.array(_AWAY, dtype=np.float64), len(_WAYS))
    return x[:, None] + across * away + np.sign(across) * widths[:, None] / 2, y[:, None] + up * (away + LINE / 2)


def _is_free(edges: Floats, x: Floats, y: Floats, radius: Floats, area: tuple[float, float]) -> NDArray[np.bool_]:
    """(w, k) whether each box is in the drawing and over no point."""
    left, low, right, high = (edges[..., None, side] for side in range(4))
    over = (left < x + radius) & (right > x - radius) & (low < y + radius) & (high > y - radius)
    is_in = (left >= 0) & (low >= 0) & (right <= area[0]) & (high <= area[1])
    return np.asarray(is_in[..., 0] & ~over.any(axis=-1))


def _has_room(box: _Box, way: _Way | None, boxes: Sequence[_Box], ways: Sequence[_Way]) -> bool:
    """Whether a name with its line, if it has one, keeps clear of the names and lines that are there."""
    if any(
        box[0] < other[2] and box[2] > other[0] and box[1] < other[3] and box[3] > other[1] for other in boxes
    ) or any(_runs_over(other, box) for other in ways):
        return False
    return way is None or not (
        any(_runs_over(way, other) for other in boxes) or any(_cross(way, other) for other in ways)
    )


def _runs_over(way: _Way, box: _Box) -> bool:
    x, y, to_x, to_y = way
    if max(x, to_x) < box[0] or min(x, to_x) > box[2] or max(y, to_y) < box[1] or min(y, to_y) > box[3]:
        return False
    across, up = (to_x - x) / _PARTS, (to_y - y) / _PARTS
    return any(box[0] < x + across * part < box[2] and box[1] < y + up * part < box[3] for part in range(_PARTS + 1))


def _cross(one: _Way, other: _Way) -> bool:
    return (
        _side(one, other[0], other[1]) * _side(one, other[2], other[3]) < 0
        and _side(other, one[0], one[1]) * _side(other, one[2], one[3]) < 0
    )


def _side(way: _Way, x: float, y: float) -> float:
    """On which side of a line a point lies, by sign."""
    return (way[2] - way[0]) * (y - way[1]) - (way[3] - way[1]) * (x - way[0])
