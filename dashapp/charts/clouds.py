"""What figures of one point an agency have in common: volume to the right by powers of ten, a level across."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from dashapp.charts import axes
from dashapp.charts.base import HALO, INK, QUIET, SURFACE


def volume_ticks(volumes: Sequence[float]) -> list[float]:
    """The powers of ten that the volumes (> 0) need, two at least."""
    first = math.floor(math.log10(min(volumes, default=1.0)))
    last = math.ceil(math.log10(max(volumes, default=10.0)))
    return [10.0**power for power in range(first, max(last, first + 1) + 1)]


def volume_axis(ends: tuple[float, float], volumes: Sequence[float], texts: Sequence[str], name: str) -> dict[str, Any]:
    """The axis of volumes between two powers of ten, with the texts of `volume_ticks` and a name under it."""
    return {
        "type": "log",
        "range": list(ends),
        "tickvals": volume_ticks(volumes),
        "ticktext": list(texts),
        "zeroline": False,
        **axes.named(name, 10),
    }


def points(
    x: Sequence[float],
    y: Sequence[float],
    look: tuple[str, str],
    size: float | Sequence[float],
    opacity: float,
) -> dict[str, Any]:
    """Points of one kind: `look` is their symbol and colour, `size` their diameter [pixels], of each or of all."""
    symbol, colour = look
    return {
        "type": "scatter",
        "mode": "markers",
        "x": list(x),
        "y": list(y),
        "marker": {
            "symbol": symbol,
            "size": size,
            "color": colour,
            "opacity": opacity,
            "line": {"color": SURFACE, "width": 1},
        },
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def level(value: float, *, behind: bool) -> dict[str, Any]:
    """A dashed line across the picture, behind what is drawn in it or (where areas would hide it) before it."""
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": value,
        "y1": value,
        "line": {"color": QUIET, "width": 1.5, "dash": "4px,3px"},
        "layer": "below" if behind else "above",
    }


def level_text(value: float, text: str, *, right: bool) -> dict[str, Any]:
    """What a level is, over its line at one of its ends."""
    return {
        "xref": "paper",
        "x": 1 if right else 0,
        "xanchor": "right" if right else "left",
        "y": value,
        "yanchor": "bottom",
        "text": text,
        "showarrow": False,
        "font": {"size": 11, "color": INK, "shadow": HALO},
    }
