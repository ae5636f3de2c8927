"""What is asked of each agency against its size: many points of a small one, or few of one that decides the result."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from dashapp.charts import axes, clouds
from dashapp.charts.base import (
    HALO,
    INK,
    LOWER,
    PINNED,
    QUIET,
    TARGET,
    UPPER,
    Figure,
    layout,
)
from dashapp.charts.dumbbell import AT_LOWER, AT_UPPER, HELD
from dashapp.charts.placing import Placed, placed
from dashapp.charts.rows import hits, short

HEIGHT = 460
LEFT, RIGHT, TOP, BOTTOM = 62, 30, 16, 52
SMALLEST, LARGEST = 7.0, 34.0
"""Diameters of a point that has nothing to do, and of the one that has most [pixels]."""
FEW = 60
"""Beyond this many points they are drawn smaller."""
SUPPOSED_WIDTH = 700
"""Width of the drawing for which the labels are placed [pixels]; on a wider page they only stand further apart."""
MOST_TO_DO, MOST_GAIN, MOST_VOLUME, LEAST_GAIN = 4, 3, 2, 1
"""How many points are named for each reason."""
LABEL_LETTER, LONGEST_LABEL = 6.2, 30
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5)
MOST_TICKS = 8

_SYMBOLS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "": ("circle", TARGET),
        AT_LOWER: ("triangle-up", LOWER),
        AT_UPPER: ("triangle-down", UPPER),
        HELD: ("square", PINNED),
    }
)
"""What decided the target -> symbol and colour: pushed up from below, stopped from above, set by hand."""


@dataclass(frozen=True)
class Dot:
    """One agency: `volume` > 0 [units], `gain` [share], `to_do` ≥ 0 [units], what decided its target, its texts."""

    code: str
    name: str
    volume: float
    gain: float
    to_do: float
    mark: str
    hover: str


@dataclass(frozen=True)
class Words:
    """The texts of the drawing: what the axes and the median are called, and the ticks of each axis as written."""

    volume: str
    gain: str
    median: str
    volume_ticks: Sequence[str]
    gain_ticks: Sequence[str]


@dataclass(frozen=True)
class _Frame:
    """Ranges of the axes: powers of ten of volumes, and gains."""

    left: float
    right: float
    low: float
    high: float

    def place(self, dot: Dot) -> tuple[float, float]:
        """Where a point stands in a drawing of the supposed width [pixels from the left and from below]."""
        width, height = SUPPOSED_WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
        x = (math.log10(dot.volume) - self.left) / (self.right - self.left) * width
        return x, (dot.gain - self.low) / (self.high - self.low) * height


def gain_ticks(dots: Sequence[Dot]) -> list[float]:
    """Even steps of points that cover the gains and zero."""
    low, high = min([0.0, *(dot.gain for dot in dots)]), max([0.01, *(dot.gain for dot in dots)])
    step = next((one for one in STEPS if (high - low) / one <= MOST_TICKS), STEPS[-1])
    return [at * step for at in range(math.floor(low / step), math.ceil(high / step) + 1)]


def effort(dots: Sequence[Dot], median: float | None, words: Words, lang: str) -> Figure:
    """One point per agency: volume to the right (by powers of ten), points to gain upward, area by what is to do.

    Parameters
    ----------
    median : float or None
        Median of the gains [share].
    words : Words
        `volume_ticks` and `gain_ticks` are the texts of what `clouds.volume_ticks` and `gain_ticks` give for `dots`.
    """
    steps = gain_ticks(dots)
    room = (steps[-1] - steps[0]) * 0.06
    frame = _Frame(
        math.log10(min((dot.volume for dot in dots), default=1.0)) - 0.15,
        math.log10(max((dot.volume for dot in dots), default=10.0)) + 0.2,
        steps[0] - room,
        steps[-1] + room,
    )
    most = max((dot.to_do for dot in dots), default=0.0)
    sized = sorted(((_size(dot.to_do, most, len(dots)), dot) for dot in dots), key=lambda one: (-one[0], one[1].code))
    return {
        "data": [
            *(_points(sized, mark) for mark in _SYMBOLS if any(dot.mark == mark for dot in dots)),
            hits(
                [dot.volume for _, dot in sized],
                [dot.gain for _, dot in sized],
                [dot.code for _, dot in sized],
                [dot.hover for _, dot in sized],
                size=20,
            ),
        ],
        "layout": layout(
            lang,
            HEIGHT,
            margin={"l": LEFT, "r": RIGHT, "t": TOP, "b": BOTTOM, "pad": 4},
            xaxis=clouds.volume_axis(
                (frame.left, frame.right), [dot.volume for dot in dots], words.volume_ticks, words.volume
            ),
            yaxis={
                "range": [frame.low, frame.high],
                "tickvals": steps,
                "ticktext": list(words.gain_ticks),
                "zeroline": True,
                "zerolinecolor": QUIET,
                "zerolinewidth": 1,
                **axes.named(words.gain, 8),
            },
            shapes=[clouds.level(median, behind=True)] if median is not None else [],
            annotations=[
                *([clouds.level_text(median, words.median, right=False)] if median is not None else []),
                *_names(sized, frame),
            ],
            hovermode="closest",
            hoverdistance=16,
        ),
    }


def _size(to_do: float, most: float, count: int) -> float:
    """Diameter whose area grows with what is to do."""
    largest = LARGEST if count <= FEW else LARGEST * 0.7
    return SMALLEST + (largest - SMALLEST) * math.sqrt(to_do / most) if most > 0 else SMALLEST


def _points(sized: Sequence[tuple[float, Dot]], mark: str) -> dict[str, Any]:
    own = [(size, dot) for size, dot in sized if dot.mark == mark]
    return clouds.points(
        [dot.volume for _, dot in own],
        [dot.gain for _, dot in own],
        _SYMBOLS[mark],
        [round(size, 1) for size, _ in own],
        0.82,
    )


# --- names where they matter ---------------------------------------------------------------------------------
def named(dots: Sequence[Dot]) -> list[Dot]:
    """The few that matter: most to do, most points, largest volume, fewest points; each once, in this order."""
    by_do = sorted(dots, key=lambda dot: (-dot.to_do, dot.code))[:MOST_TO_DO]
    by_gain = sorted(dots, key=lambda dot: (-dot.gain, dot.code))
    by_volume = sorted(dots, key=lambda dot: (-dot.volume, dot.code))[:MOST_VOLUME]
    chosen = [*by_do, *by_gain[:MOST_GAIN], *by_volume, *by_gain[-LEAST_GAIN:]]
    return list({dot.code: dot for dot in chosen}.values())


def _names(sized: Sequence[tuple[float, Dot]], frame: _Frame) -> list[dict[str, Any]]:
    """Names near the points that matter, where there is room."""
    dots = [dot for _, dot in sized]
    if not dots:
        return []
    x, y = np.array([frame.place(dot) for dot in dots]).T
    place_of = {dot.code: at for at, dot in enumerate(dots)}
    texts = {place_of[dot.code]: short(dot.name, LONGEST_LABEL) for dot in named(dots)}
    radius = np.array([size / 2 for size, _ in sized])
    area = SUPPOSED_WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    wanted = [(at, len(text) * LABEL_LETTER) for at, text in texts.items()]
    return [_name(dots[one.at], texts[one.at], one, radius[one.at]) for one in placed(x, y, radius, wanted, area)]


def _name(dot: Dot, text: str, one: Placed, radius: float) -> dict[str, Any]:
    """A name at its place; a line from the edge of its point leads to it where it is not beside it."""
    across, up = round(one.across, 1), round(one.up, 1)
    name = {
        "x": math.log10(dot.volume),
        "y": dot.gain,
        "text": text,
        "font": {"size": 11, "color": INK, "shadow": HALO},
        "borderpad": 1,
    }
    if not one.is_led:
        return {**name, "showarrow": False, "xshift": across, "yshift": up}
    line = {"arrowhead": 0, "arrowwidth": 1, "arrowcolor": QUIET, "standoff": round(float(radius), 1)}
    return {**name, "showarrow": True, "ax": across, "ay": -up, **line}
