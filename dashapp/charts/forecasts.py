"""Forecasts side by side: what the months were, what each forecast says of those to come, and how sure it is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashapp.charts import axes
from dashapp.charts.base import HALO, INK, NOW, QUIET, SERIES, SURFACE, SYMBOLS, Figure, layout

HEIGHT = 420
LEFT, RIGHT, TOP, BOTTOM = 48, 168, 18, 34
DASHES = ("solid", "8px,3px", "2px,3px", "8px,3px,2px,3px")
"""One for each of `SERIES`: colour is never the only difference."""
FAINT = 0.13
"""Opacity of a band: four of them lie over each other."""
APART = 17
"""Pixels between two names at the end of their lines."""
STEPS = (0.02, 0.05, 0.1, 0.2)
MOST_TICKS = 8
OVER = 0.06
"""Share of the axis kept free above all that is drawn."""


@dataclass(frozen=True)
class Dot:
    """A month that is past: `day` from the left edge, its rate [share], and what is said of it."""

    day: int
    rate: float
    hover: str


@dataclass(frozen=True)
class Ahead:
    """A forecast: its name with what it says last, and by month a day, a rate, a low, a high [shares] and words."""

    name: str
    days: Sequence[int]
    rates: Sequence[float]
    lows: Sequence[float]
    highs: Sequence[float]
    hovers: Sequence[str]


@dataclass(frozen=True)
class Mark:
    """Something on an axis: where it is, and what is written there."""

    at: float
    text: str


def forecasts(
    dots: Sequence[Dot],
    ahead: Sequence[Ahead],
    needed: Mark | None,
    since: Mark,
    dates: Sequence[Mark],
    shares: Sequence[str],
    lang: str,
) -> Figure:
    """Dots: months. Lines with bands: forecasts, at most four, in a fixed order. Dashed: the rate that is needed.

    Parameters
    ----------
    needed : Mark or None
        Rate [share] that the months to come must have.
    since : Mark
        The day that the figures end on.
    dates : sequence of Mark
        Ticks of the axis of days.
    shares : sequence of str
        0, 1, … 100 % as people read them.
    """
    highest = max(
        [one.rate for one in dots]
        + [high for one in ahead for high in one.highs]
        + ([] if needed is None else [needed.at])
    )
    top = min(highest * (1 + OVER) + 0.01, 1.05)
    last = max([one.day for one in dots] + [day for one in ahead for day in one.days])
    ticks = _ticks(top)
    return {
        "data": [
            *(_band(one, SERIES[at]) for at, one in enumerate(ahead)),
            _dots(dots),
            *(_line(one, at) for at, one in enumerate(ahead)),
            *_needed(needed, since, last),
        ],
        "layout": layout(
            lang,
            HEIGHT,
            margin={"l": LEFT, "r": RIGHT, "t": TOP, "b": BOTTOM, "pad": 4},
            xaxis=axes.days([-12, last + 12], [one.at for one in dates], [one.text for one in dates]),
            yaxis=axes.shares(top, ticks, [shares[round(100 * one)] for one in ticks]),
            shapes=[_edge(since)],
            annotations=[_since(since), *_names(ahead, top)],
            hovermode="closest",
        ),
    }


def _ticks(top: float) -> list[float]:
    step = next((one for one in STEPS if top / one <= MOST_TICKS), STEPS[-1])
    return [step * at for at in range(int(min(top, 1.0) / step + 1e-9) + 1)]


def _band(one: Ahead, colour: str) -> dict[str, Any]:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [*one.days, *reversed(one.days)],
        "y": [*one.highs, *reversed(one.lows)],
        "fill": "toself",
        "fillcolor": f"rgba({red},{green},{blue},{FAINT})",
        "line": {"width": 0, "color": colour},
        "hoverinfo": "skip",
    }


def _dots(dots: Sequence[Dot]) -> dict[str, Any]:
    """Hollow, as everywhere what is counted already."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [one.day for one in dots],
        "y": [one.rate for one in dots],
        "text": [one.hover for one in dots],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {"size": 8, "color": SURFACE, "line": {"color": NOW, "width": 2}},
        "cliponaxis": False,
    }


def _line(one: Ahead, at: int) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": list(one.days),
        "y": list(one.rates),
        "text": list(one.hovers),
        "hovertemplate": "%{text}<extra></extra>",
        "line": {"color": SERIES[at], "width": 2.5, "dash": DASHES[at]},
        "marker": {
            "symbol": SYMBOLS[at],
            "size": 8,
            "color": SERIES[at],
            "line": {"color": SURFACE, "width": 1},
        },
        "cliponaxis": False,
    }


def _needed(needed: Mark | None, since: Mark, last: float) -> list[dict[str, Any]]:
    """Only over the time that it is needed in; its words stand before that time, where there is room."""
    if needed is None:
        return []
    ends = [since.at, last]
    line = {
        "type": "scatter",
        "mode": "lines",
        "x": ends,
        "y": [needed.at] * 2,
        "line": {"color": INK, "width": 1.8, "dash": "4px,3px"},
        "hoverinfo": "skip",
    }
    words = {
        "type": "scatter",
        "mode": "text",
        "x": [since.at],
        "y": [needed.at],
        "text": [needed.text + "\u00a0" * 2],
        "textposition": "middle left",
        "textfont": {"size": 12, "color": INK, "shadow": HALO},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }
    return [line, words]


def _edge(since: Mark) -> dict[str, Any]:
    line = {"color": QUIET, "width": 1}
    return {"type": "line", "x0": since.at, "x1": since.at, "yref": "paper", "y0": 0, "y1": 1, "line": line}


def _since(since: Mark) -> dict[str, Any]:
    return {
        "x": since.at,
        "y": 0,
        "yref": "paper",
        "yanchor": "bottom",
        "xanchor": "right",
        "text": since.text + "\u00a0",
        "showarrow": False,
        "font": {"size": 11.5, "color": QUIET},
    }


def _names(ahead: Sequence[Ahead], top: float) -> list[dict[str, Any]]:
    """A name at the end of each line, moved up or down where two would lie on each other."""
    gap = APART * top / (HEIGHT - TOP - BOTTOM)
    order = sorted(range(len(ahead)), key=lambda at: ahead[at].rates[-1])
    heights = [ahead[at].rates[-1] for at in order]
    for _ in range(len(heights)):  # each pass moves a crowded pair apart by as much as it lacks
        for low in range(len(heights) - 1):
            lacking = gap - (heights[low + 1] - heights[low])
            if lacking > 0:
                heights[low] -= lacking / 2
                heights[low + 1] += lacking / 2
    down = max(gap / 2 - heights[0], 0.0) if heights else 0.0
    return [
        {
            "x": ahead[at].days[-1],
            "y": height + down,
            "xanchor": "left",
            "xshift": 10,
            "text": ahead[at].name,
            "showarrow": False,
            "font": {"size": 12, "color": INK},
        }
        for at, height in zip(order, heights, strict=True)
        if math.isfinite(height)
    ]
