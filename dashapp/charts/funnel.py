"""Rates against volumes, with the limits within which small numbers alone make them differ."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from dashapp.charts import axes, clouds
from dashapp.charts.base import (
    EDGE,
    GRID,
    HALO,
    INK,
    LOWER,
    NOW,
    QUIET,
    UPPER,
    Figure,
    layout,
)
from dashapp.charts.placing import Placed, placed
from dashapp.charts.rows import hits, short

HEIGHT = 420
LEFT, RIGHT, TOP, BOTTOM = 62, 30, 16, 52
WIDTH = 1000
"""Width of the drawing for which the names are placed [pixels]; on a wider page they only stand further apart."""
SIZE = 9.0
"""Diameter of a point [pixels]."""
STEPS = 60
"""Places at which the limits are drawn."""
NAMED = 5
"""Names on each side of the limits."""
LETTER, LONGEST = 6.2, 30

SYMBOLS: Mapping[int, tuple[str, str]] = MappingProxyType(
    {0: ("circle", NOW), 1: ("triangle-up", LOWER), -1: ("triangle-down", UPPER)}
)
"""Between the limits, over them, under them."""


@dataclass(frozen=True)
class Dot:
    """One agency: `volume` > 0 [units], `rate` in [0, 1], which side of the limits it is on, its texts."""

    code: str
    name: str
    volume: float
    rate: float
    side: int
    hover: str


@dataclass(frozen=True)
class Curve:
    """A pair of limits: volumes, and the lower and upper limit at each."""

    volume: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


@dataclass(frozen=True)
class Words:
    """What axes and the pooled rate are called, and the ticks as written."""

    volume: str
    rate: str
    pooled: str
    volume_ticks: Sequence[str]
    rate_ticks: Sequence[str]


RATE_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


def places(volumes: Sequence[float]) -> list[float]:
    """Volumes at which limits are drawn, evenly by powers of ten."""
    first, last = math.log10(min(volumes)), math.log10(max(volumes))
    return [10 ** (first + (last - first) * at / (STEPS - 1)) for at in range(STEPS)]


def funnel(dots: Sequence[Dot], pooled: float, narrow: Curve, wide: Curve, words: Words, lang: str) -> Figure:
    """One point per agency, volume to the right by powers of ten, rate upward, the limits around the pooled rate."""
    volumes = [dot.volume for dot in dots]
    left, right = math.log10(min(volumes)) - 0.08, math.log10(max(volumes)) + 0.12
    return {
        "data": [
            *_band(wide, {"color": EDGE, "width": 1, "dash": "2px,3px"}, None),
            *_band(narrow, {"color": EDGE, "width": 1}, GRID),
            *(_points(dots, side) for side in SYMBOLS if any(dot.side == side for dot in dots)),
            hits(
                volumes,
                [dot.rate for dot in dots],
                [dot.code for dot in dots],
                [dot.hover for dot in dots],
                size=20,
            ),
        ],
        "layout": layout(
            lang,
            HEIGHT,
            margin={"l": LEFT, "r": RIGHT, "t": TOP, "b": BOTTOM, "pad": 4},
            xaxis=clouds.volume_axis((left, right), volumes, words.volume_ticks, words.volume),
            yaxis={
                "range": [-0.04, 1.04],
                "tickvals": list(RATE_TICKS),
                "ticktext": list(words.rate_ticks),
                "zeroline": False,
                **axes.named(words.rate, 8),
            },
            shapes=[clouds.level(pooled, behind=False)],
            annotations=[clouds.level_text(pooled, words.pooled, right=True), *_names(dots, left, right)],
            hovermode="closest",
            hoverdistance=16,
        ),
    }


def _band(curve: Curve, line: Mapping[str, Any], fill: str | None) -> list[dict[str, Any]]:
    """A pair of limits, the room between them filled or not."""
    one = {"type": "scatter", "mode": "lines", "x": list(curve.volume), "line": dict(line), "hoverinfo": "skip"}
    upper = {**one, "y": list(curve.high)}
    if fill is not None:
        upper |= {"fill": "tonexty", "fillcolor": fill}
    return [{**one, "y": list(curve.low)}, upper]


def _points(dots: Sequence[Dot], side: int) -> dict[str, Any]:
    own = [dot for dot in dots if dot.side == side]
    return clouds.points([dot.volume for dot in own], [dot.rate for dot in own], SYMBOLS[side], SIZE, 0.86)


def named(dots: Sequence[Dot], pooled: float) -> list[Dot]:
    """Those outside the limits that are furthest from the pooled rate for their volume, on both sides."""
    far = sorted(dots, key=lambda dot: (-abs(dot.rate - pooled) * math.sqrt(dot.volume), dot.code))
    return [dot for side in (1, -1) for dot in [one for one in far if one.side == side][:NAMED]]


def _names(dots: Sequence[Dot], left: float, right: float) -> list[dict[str, Any]]:
    total = sum(dot.volume for dot in dots)
    pooled = sum(dot.rate * dot.volume for dot in dots) / total
    chosen = named(dots, pooled)
    if not chosen:
        return []
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    x = np.array([(math.log10(dot.volume) - left) / (right - left) * width for dot in dots])
    y = np.array([(dot.rate + 0.04) / 1.08 * height for dot in dots])
    at = {dot.code: place for place, dot in enumerate(dots)}
    texts = {at[dot.code]: short(dot.name, LONGEST) for dot in chosen}
    wanted = [(place, len(text) * LETTER) for place, text in texts.items()]
    radius = np.full(len(dots), SIZE / 2)
    return [_name(dots[one.at], texts[one.at], one) for one in placed(x, y, radius, wanted, (width, height))]


def _name(dot: Dot, text: str, one: Placed) -> dict[str, Any]:
    """A name at its place, a line from it to its point where it is not beside it."""
    across, up = round(one.across, 1), round(one.up, 1)
    name = {
        "x": math.log10(dot.volume),
        "y": dot.rate,
        "text": text,
        "font": {"size": 11, "color": INK, "shadow": HALO},
        "borderpad": 1,
    }
    if not one.is_led:
        return {**name, "showarrow": False, "xshift": across, "yshift": up}
    line = {"arrowhead": 0, "arrowwidth": 1, "arrowcolor": QUIET, "standoff": SIZE / 2}
    return {**name, "showarrow": True, "ax": across, "ay": -up, **line}
