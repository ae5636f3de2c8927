"""Parallel coordinates: an upright axis for each lever and outcome, one line a scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from dashapp.charts.base import EDGE, INK, LINE, QUIET, SHADES, SURFACE, Figure, layout
from dashapp.charts.rows import hits

HEIGHT = 440
BINS = (SHADES[2], SHADES[4], SHADES[5], SHADES[6], SHADES[8])
"""Colours of chances of a fifth each."""
WIDE_BINS = 3
"""Bins below it are drawn thin: what fails lies behind what does well."""
FEW = 120
"""Lines beyond which all are drawn half as wide."""
LONGEST = 17
_BOTTOM, _TOP = -0.1, 1.36


@dataclass(frozen=True)
class Axis:
    """What is written over an axis, and its ticks: places from 0 (below) to 1, and their texts."""

    title: str
    ticks: Sequence[tuple[float, str]]


@dataclass(frozen=True)
class Strand:
    """One scenario: where it crosses every axis, from 0 to 1, its chance, its name and what is told of it."""

    code: str
    places: Sequence[float]
    chance: float
    hover: str


def bin_of(chance: float) -> int:
    """Position in `BINS` of a chance from 0 to 1."""
    return min(max(int(chance * len(BINS)), 0), len(BINS) - 1)


def parallel(
    axes: Sequence[Axis], strands: Sequence[Strand], faded: Sequence[Sequence[float]], told: int, lang: str
) -> Figure:
    """The figure; `faded` are scenarios that a filter leaves out, `told` the axis at which the pointer finds a line."""
    data = [_lines(faded, LINE, 1.0)] if faded else []
    thin = 1.0 if len(strands) <= FEW else 0.5
    for at, colour in enumerate(BINS):
        own = [one.places for one in strands if bin_of(one.chance) == at]
        if own:
            data.append(_lines(own, colour, (1.6 if at >= WIDE_BINS else 1.1) * thin))
    data.append(
        hits(
            [float(told)] * len(strands),
            [one.places[told] for one in strands],
            [one.code for one in strands],
            [one.hover for one in strands],
            size=10,
        )
    )
    last = len(axes) - 1
    return {
        "data": data,
        "layout": layout(
            lang,
            HEIGHT,
            margin={"l": 8, "r": 8, "t": 8, "b": 8},
            xaxis={"range": [-0.42, last + 0.42], "visible": False, "fixedrange": True},
            yaxis={"range": [_BOTTOM, _TOP], "visible": False, "fixedrange": True},
            shapes=[_upright(at) for at in range(len(axes))],
            annotations=[one for at, axis in enumerate(axes) for one in _words(at, axis)],
            hovermode="closest",
            hoverdistance=12,
        ),
    }


def _lines(several: Sequence[Sequence[float]], colour: str, width: float) -> dict[str, Any]:
    """All lines of a colour as one: a gap between two scenarios."""
    x: list[float | None] = []
    y: list[float | None] = []
    for places in several:
        x += [*range(len(places)), None]
        y += [*(round(one, 4) for one in places), None]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": {"color": colour, "width": width},
        "opacity": 0.85,
        "hoverinfo": "skip",
        "connectgaps": False,
    }


def _upright(at: int) -> dict[str, Any]:
    return {"type": "line", "x0": at, "x1": at, "y0": 0, "y1": 1, "line": {"color": EDGE, "width": 1.5}}


def _words(at: int, axis: Axis) -> list[dict[str, Any]]:
    title = {
        "x": at,
        "y": 1.1,
        "yanchor": "bottom",
        "text": "<br>".join(wrap(axis.title, LONGEST)),
        "showarrow": False,
        "font": {"size": 11, "color": INK},
    }
    ticks = [
        {
            "x": at,
            "y": place,
            "yshift": _beside(place),
            "text": "<br>".join(wrap(text, LONGEST)),
            "xanchor": "center",
            "showarrow": False,
            "bgcolor": SURFACE,
            "borderpad": 1,
            "opacity": 0.92,
            "font": {"size": 11, "color": QUIET},
        }
        for place, text in axis.ticks
    ]
    return [title, *ticks]


def _beside(place: float) -> int:
    """Pixels by which a tick at an end of its axis stands beyond it."""
    return 10 if place > 0.99 else -10 if place < 0.01 else 0
