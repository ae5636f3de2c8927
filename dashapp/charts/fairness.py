"""How the burden lies: one dot per agency at the points it must gain, a row for each level, the median of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashapp.charts.base import GRID, HALO, INK, QUIET, STEADY, SURFACE, TARGET, UPPER, Figure, layout
from dashapp.charts.effort import STEPS
from dashapp.charts.rows import hits, short

LEAST_LEFT, RIGHT, TOP, BOTTOM = 90, 24, 12, 48
LETTER = 6.6
"""Mean width of a letter of a heading [pixels]."""
DOT, SMALL_DOT = 11, 6
"""Diameter of a dot, and of one of very many [pixels]."""
PILE = 9
"""Dots on one another before they are drawn smaller and closer."""
ROOM = 28
"""Pixels of a row above and below its dots: the median and the name of the largest stand there."""
LEAST_ROW = 84
SLOTS, NARROW_SLOTS = 64, 120
"""Parts of the axis: dots in one of them are put on one another; many are drawn smaller in narrower ones."""
APART = 3
"""Up to so many dots on one another each keeps its exact place, beyond they stand in a straight pile."""
LONGEST = 34
UNDER = 16
"""Distance of a name below its dot, or below all dots where they are few on one another [pixels]."""
MOST_TICKS = 9


@dataclass(frozen=True)
class Lift:
    """One agency: the points it must gain [share], and its texts."""

    code: str
    name: str
    gain: float
    hover: str


@dataclass(frozen=True)
class _Dot:
    """Where a dot stands: its gain as drawn [share], its distance from the middle of the row, its diameter [pixels]."""

    lift: Lift
    x: float
    off: float
    size: float


@dataclass(frozen=True)
class Strip:
    """The agencies of one level, at least one, with the median of their gains [share] and how it is written."""

    heading: str
    lifts: Sequence[Lift]
    median: float
    median_text: str


def gain_ticks(strips: Sequence[Strip]) -> list[float]:
    """Even steps of points that cover all gains and zero."""
    gains = [lift.gain for strip in strips for lift in strip.lifts]
    low, high = min([0.0, *gains]), max([0.01, *gains])
    step = next((one for one in STEPS if (high - low) / one <= MOST_TICKS), STEPS[-1])
    first, last = int(low // step), int(-(-high // step))
    return [at * step for at in range(first, last + 1)]


def fairness(strips: Sequence[Strip], tick_labels: Sequence[str], gain_title: str, lang: str) -> Figure:
    """One row per level; the agency that must gain most in a level is named.

    Parameters
    ----------
    tick_labels : sequence of str
        What `gain_ticks` gives, as people read it.
    """
    ticks = gain_ticks(strips)
    span = ticks[-1] - ticks[0]
    low, high = ticks[0] - span * 0.02, ticks[-1] + span * 0.04
    piles = [_piles(strip.lifts, low, high) for strip in strips]
    heights = [max(LEAST_ROW, 2 * ROOM + _tall(pile)) for pile in piles]
    middles = [sum(heights[:at]) + height / 2 for at, height in enumerate(heights)]
    whole = float(max(sum(heights), 1))
    dots = [(middle + dot.off, dot) for pile, middle in zip(piles, middles, strict=True) for dot in pile]
    largest = {max(strip.lifts, key=lambda lift: (lift.gain, lift.code)).code for strip in strips}
    left = max(LEAST_LEFT, round(max(len(strip.heading) for strip in strips) * LETTER) + 16) if strips else LEAST_LEFT
    return {
        "data": [
            _dots(dots, largest),
            *_medians(strips, middles, heights),
            _names(
                [
                    (_under(pile, middle), dot)
                    for pile, middle in zip(piles, middles, strict=True)
                    for dot in pile
                    if dot.lift.code in largest
                ],
                (low + high) / 2,
            ),
            hits(
                [dot.x for _, dot in dots],
                [y for y, _ in dots],
                [dot.lift.code for _, dot in dots],
                [dot.lift.hover for _, dot in dots],
                size=DOT + 3,
            ),
        ],
        "layout": layout(
            lang,
            round(TOP + BOTTOM + whole),
            margin={"l": left, "r": RIGHT, "t": TOP, "b": BOTTOM, "pad": 6},
            xaxis={
                "range": [low, high],
                "fixedrange": True,
                **STEADY,
                "tickvals": ticks,
                "ticktext": list(tick_labels),
                "tickfont": {"size": 11, "color": QUIET},
                "title": {"text": gain_title, "font": {"size": 12, "color": INK}, "standoff": 8},
                "gridcolor": GRID,
                "zerolinecolor": QUIET,
                "zerolinewidth": 1,
            },
            yaxis={
                "range": [whole, 0],
                "fixedrange": True,
                **STEADY,
                "tickvals": middles,
                "ticktext": [strip.heading for strip in strips],
                "tickfont": {"size": 12},
                "showgrid": False,
                "zeroline": False,
            },
            shapes=[_parting(sum(heights[: at + 1])) for at in range(len(heights) - 1)],
            hovermode="closest",
            hoverdistance=12,
        ),
    }


def _piles(lifts: Sequence[Lift], low: float, high: float) -> list[_Dot]:
    """Every dot with its place; near ones on one another."""
    piles = _slots(lifts, low, high, SLOTS)
    if max(map(len, piles.values())) <= PILE:
        size, slots = DOT, SLOTS
    else:
        piles, slots = _slots(lifts, low, high, NARROW_SLOTS), NARROW_SLOTS
        size = SMALL_DOT
    straight = max(map(len, piles.values())) > APART
    return [
        _Dot(
            lift,
            low + (slot + 0.5) / slots * (high - low) if straight else lift.gain,
            (at - (len(pile) - 1) / 2) * (size + 1),
            size,
        )
        for slot, pile in piles.items()
        for at, lift in enumerate(pile)
    ]


def _slots(lifts: Sequence[Lift], low: float, high: float, slots: int) -> dict[int, list[Lift]]:
    """Position of a part of the axis -> the dots in it, least gain first."""
    found: dict[int, list[Lift]] = {}
    for lift in sorted(lifts, key=lambda lift: (lift.gain, lift.code)):
        found.setdefault(int((lift.gain - low) / (high - low) * slots), []).append(lift)
    return found


def _tall(pile: Sequence[_Dot]) -> float:
    return 2 * max(abs(dot.off) for dot in pile) + DOT


def _under(pile: Sequence[_Dot], middle: float) -> float:
    """Where the name of the largest of a level stands: under all dots where they are few, else under its own."""
    off = (_tall(pile) - DOT) / 2
    return middle + (off if off <= UNDER else 0.0) + UNDER


def _dots(dots: Sequence[tuple[float, _Dot]], largest: set[str]) -> dict[str, Any]:
    """The largest of a level is marked by its shape too."""
    marked = [dot.lift.code in largest for _, dot in dots]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [dot.x for _, dot in dots],
        "y": [y for y, _ in dots],
        "marker": {
            "symbol": ["diamond" if one else "circle" for one in marked],
            "size": [DOT + 3 if one else dot.size for one, (_, dot) in zip(marked, dots, strict=True)],
            "color": [UPPER if one else TARGET for one in marked],
            "opacity": 0.86,
            "line": {"color": SURFACE, "width": 1},
        },
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _medians(strips: Sequence[Strip], middles: Sequence[float], heights: Sequence[float]) -> list[dict[str, Any]]:
    xs: list[float | None] = []
    ys: list[float | None] = []
    for strip, middle, height in zip(strips, middles, heights, strict=True):
        xs += [strip.median, strip.median, None]
        ys += [middle - height / 2 + 20, middle + height / 2 - 10, None]
    line = {
        "type": "scatter",
        "mode": "lines",
        "x": xs,
        "y": ys,
        "line": {"color": INK, "width": 2},
        "hoverinfo": "skip",
    }
    text = {
        "type": "scatter",
        "mode": "text",
        "x": [strip.median for strip in strips],
        "y": [middle - height / 2 + 11 for middle, height in zip(middles, heights, strict=True)],
        "text": [strip.median_text for strip in strips],
        "textposition": "middle center",
        "textfont": {"size": 11, "color": INK, "weight": 600, "shadow": HALO},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }
    return [line, text]


def _names(largest: Sequence[tuple[float, _Dot]], half: float) -> dict[str, Any]:
    """The largest of each level by name, under its dot and toward the middle of the drawing."""
    return {
        "type": "scatter",
        "mode": "text",
        "x": [dot.x for _, dot in largest],
        "y": [y for y, _ in largest],
        "text": [short(dot.lift.name, LONGEST) for _, dot in largest],
        "textposition": ["middle left" if dot.x > half else "middle right" for _, dot in largest],
        "textfont": {"size": 11, "color": UPPER, "shadow": HALO},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _parting(y: float) -> dict[str, Any]:
    line = {"color": GRID, "width": 1}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": y, "y1": y, "line": line, "layer": "below"}
