"""Who is at the goal and how far the others are, for a reader who has five seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashapp.charts.base import BAND, INK, MIDDLE, QUIET, TARGET, Figure, layout
from dashapp.charts.rows import (
    BOTTOM,
    INDENT,
    LETTER,
    Goal,
    goal_line,
    goal_text,
    halo,
    hits,
    name_axis,
    row_height,
    short,
)

MOST = 40
"""Up to this many agencies are all drawn."""
HIGHEST, LOWEST = 5, 20
"""Beyond, only so many from either end."""
LONGEST_NAME = 30
LEFT_EDGE, TOP = 12, 22
LEAST_RIGHT, MOST_RIGHT = 64, 190
SUPPOSED_WIDTH = 180
"""Width of the bars where the page is narrow, for which the figures behind them have room [pixels]."""
REACHED = "✓"


@dataclass(frozen=True)
class Place:
    """One agency: its current value [share], how it is written, what must be known about it, its box.

    `note` is written behind the figure (``12 hồ sơ`` where a handful of dossiers makes the rate).
    """

    code: str
    name: str
    value: float
    text: str
    note: str
    hover: str


def drawn(count: int) -> tuple[int, int]:
    """How many of so many agencies are drawn from the highest down, and how many up from the lowest."""
    return (count, 0) if count <= MOST else (HIGHEST, LOWEST)


def ranking(high: Sequence[Place], low: Sequence[Place], between: str, goal: Goal, lang: str) -> Figure:
    """Bars from the highest down; what an agency lacks to the goal is a pale bar behind its own.

    Parameters
    ----------
    high, low : sequence of Place
        Highest value first; `low` is empty where all are in `high`.
    between : str
        What is said of those that are left out, on a row of its own; empty where there are none.
    """
    gap = 1 if between else 0
    rows = [
        *enumerate(high),
        *((at + len(high) + gap, place) for at, place in enumerate(low)),
    ]
    count = len(rows) + gap
    top = max([goal.value, *(place.value for _, place in rows)])
    names = [short(place.name, LONGEST_NAME) for _, place in rows]
    return {
        "data": [
            _bars(rows, [goal.value for _ in rows], [BAND for _ in rows], 0.34),
            _bars(rows, [place.value for _, place in rows], [_colour(place, goal) for _, place in rows], 0.68),
            _texts(rows, goal),
            *([_between(len(high), between)] if gap else []),
            hits(
                [place.value for _, place in rows],
                [y for y, _ in rows],
                [place.code for _, place in rows],
                [place.hover for _, place in rows],
            ),
        ],
        "layout": layout(
            lang,
            TOP + BOTTOM + row_height(count) * max(count, 1),
            margin={
                "l": round(max(map(len, names), default=0) * LETTER) + LEFT_EDGE,
                "r": _right([place for _, place in rows], goal, top),
                "t": TOP,
                "b": BOTTOM,
                "pad": 4,
            },
            xaxis={"range": [0, top], "fixedrange": True, "visible": False},
            yaxis=name_axis(names, [y for y, _ in rows], count),
            shapes=[
                {**goal_line(goal.value), "layer": "above", "line": {"color": INK, "width": 1.5, "dash": "4px,3px"}}
            ],
            annotations=[{**goal_text(goal, 0.8 * top), "yshift": 2}],
            hovermode="y",
            hoverdistance=row_height(count),
            barmode="overlay",
        ),
    }


def _right(places: Sequence[Place], goal: Goal, top: float) -> int:
    """Margin on the right in which the longest figure ends [pixels]; `top` is where the bars' room ends [share]."""
    over = [
        (len(_text(place, goal)) + 2) * LETTER - (1 - max(place.value, goal.value) / top) * SUPPOSED_WIDTH
        for place in places
    ]
    return round(min(max([LEAST_RIGHT, *over]), MOST_RIGHT))


def _reached(place: Place, goal: Goal) -> bool:
    return place.value >= goal.value - 1e-9


def _colour(place: Place, goal: Goal) -> str:
    return TARGET if _reached(place, goal) else MIDDLE


def _bars(
    rows: Sequence[tuple[int, Place]], ends: Sequence[float], colours: Sequence[str], width: float
) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "x": list(ends),
        "y": [y for y, _ in rows],
        "width": width,
        "marker": {"color": list(colours), "line": {"width": 0}},
        "hoverinfo": "skip",
    }


def _texts(rows: Sequence[tuple[int, Place]], goal: Goal) -> dict[str, Any]:
    """The figure behind the bar, or behind the goal where the pale bar reaches further; a tick for who is there."""
    return {
        "type": "scatter",
        "mode": "text",
        "x": [max(place.value, goal.value) for _, place in rows],
        "y": [y for y, _ in rows],
        "text": [_text(place, goal) for _, place in rows],
        "textposition": "middle right",
        "textfont": {
            "size": 11.5,
            "color": [TARGET if _reached(place, goal) else INK for _, place in rows],
            "weight": [600 if _reached(place, goal) else 400 for _, place in rows],
            "shadow": halo(len(rows)),
        },
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _text(place: Place, goal: Goal) -> str:
    said = f"{place.text} {REACHED}" if _reached(place, goal) else place.text
    return f"{INDENT}{said} · {place.note}" if place.note else INDENT + said


def _between(y: int, text: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "text",
        "x": [0.0],
        "y": [y],
        "text": [text],
        "textposition": "middle right",
        "textfont": {"size": 11.5, "color": QUIET},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }
