"""Axes that several figures have, drawn the same way in each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashapp.charts.base import GRID, INK, QUIET, STEADY


def named(title: str, standoff: int) -> dict[str, Any]:
    """What an axis with a name under (or beside) it looks like; `standoff` is how far off the name stands [pixels]."""
    return {
        "fixedrange": True,
        **STEADY,
        "tickfont": {"size": 11, "color": QUIET},
        "title": {"text": title, "font": {"size": 12, "color": INK}, "standoff": standoff},
        "gridcolor": GRID,
    }


def days(ends: Sequence[float], at: Sequence[float], texts: Sequence[str]) -> dict[str, Any]:
    """The axis of time from one end to the other [days from the left edge], without lines in the picture."""
    return {
        "range": list(ends),
        "fixedrange": True,
        **STEADY,
        "tickvals": list(at),
        "ticktext": list(texts),
        "tickfont": {"size": 11.5},
        "showgrid": False,
        "zeroline": False,
        "ticks": "outside",
        "ticklen": 5,
        "tickcolor": QUIET,
    }


def shares(top: float, at: Sequence[float], texts: Sequence[str]) -> dict[str, Any]:
    """The axis of shares from 0 to `top`, with lines across the picture."""
    return {
        "range": [0, top],
        "fixedrange": True,
        **STEADY,
        "tickvals": list(at),
        "ticktext": list(texts),
        "tickfont": {"size": 11, "color": QUIET},
        "gridcolor": GRID,
        "zerolinecolor": QUIET,
        "zerolinewidth": 1,
    }
