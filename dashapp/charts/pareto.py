"""What is asked against how likely the goal is: one point for each policy, the ones that nobody betters on a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashapp.charts import axes
from dashapp.charts.base import (
    HALO,
    INK,
    LOWER,
    NOW,
    SURFACE,
    TARGET,
    UPPER,
    Figure,
    layout,
)
from dashapp.charts.rows import hits

HEIGHT = 400
CHANCE_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
MOST_NAMED = 8


@dataclass(frozen=True)
class Dot:
    """A policy: rise asked on average (`demand`, share), mean `chance`, whether none betters it or regrets less."""

    code: str
    demand: float
    chance: float
    is_front: bool
    is_regret: bool
    hover: str


@dataclass(frozen=True)
class Words:
    """What the axes are called, their ticks as written, and what the line of enough says."""

    demand: str
    chance: str
    demand_ticks: Sequence[tuple[float, str]]
    chance_ticks: Sequence[str]
    enough: str


def pareto(dots: Sequence[Dot], enough: float, words: Words, lang: str) -> Figure:
    """The figure; the front is joined by steps."""
    front = sorted((one for one in dots if one.is_front), key=lambda one: one.demand)
    low, high = min(one.demand for one in dots), max(one.demand for one in dots)
    room = max((high - low) * 0.07, 0.002)
    return {
        "data": [
            _front(front),
            _points([one for one in dots if not one.is_front], "circle", NOW, 7),
            _points(front, "diamond", TARGET, 10),
            _points([one for one in dots if one.is_regret], "star", UPPER, 14),
            hits(
                [one.demand for one in dots],
                [one.chance for one in dots],
                [one.code for one in dots],
                [one.hover for one in dots],
            ),
        ],
        "layout": layout(
            lang,
            HEIGHT,
            margin={"l": 58, "r": 16, "t": 14, "b": 50, "pad": 4},
            xaxis=_axis(words.demand, [low - room, high + room], words.demand_ticks),
            yaxis=_axis(words.chance, [-0.05, 1.09], list(zip(CHANCE_TICKS, words.chance_ticks, strict=True))),
            shapes=[_level(enough)],
            annotations=[_enough(enough, words.enough), *_names(front)],
            hovermode="closest",
            hoverdistance=16,
        ),
    }


def _axis(title: str, ends: Sequence[float], ticks: Sequence[tuple[float, str]]) -> dict[str, Any]:
    return {
        "range": list(ends),
        "tickvals": [at for at, _ in ticks],
        "ticktext": [text for _, text in ticks],
        "zeroline": False,
        **axes.named(title, 8),
    }


def _points(dots: Sequence[Dot], symbol: str, colour: str, size: int) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [one.demand for one in dots],
        "y": [one.chance for one in dots],
        "marker": {"symbol": symbol, "size": size, "color": colour, "line": {"color": SURFACE, "width": 1}},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _front(front: Sequence[Dot]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [one.demand for one in front],
        "y": [one.chance for one in front],
        "line": {"color": TARGET, "width": 1.5, "shape": "hv"},
        "hoverinfo": "skip",
    }


def _level(enough: float) -> dict[str, Any]:
    line = {"color": LOWER, "width": 1.5, "dash": "4px,3px"}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": enough, "y1": enough, "line": line}


def _enough(enough: float, text: str) -> dict[str, Any]:
    return {
        "xref": "paper",
        "x": 0,
        "xanchor": "left",
        "y": enough,
        "yanchor": "bottom",
        "text": text,
        "showarrow": False,
        "font": {"size": 11, "color": INK, "shadow": HALO},
    }


def _names(front: Sequence[Dot]) -> list[dict[str, Any]]:
    every = max(-(-len(front) // MOST_NAMED), 1)
    return [
        {
            "x": one.demand,
            "y": one.chance,
            "text": one.code,
            "showarrow": False,
            "yshift": 13,
            "font": {"size": 11, "color": INK, "shadow": HALO},
        }
        for one in front[::every]
    ]
