"""Two targets of every agency and the way between them, the largest disagreement on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashapp.charts.base import BAND, INK, QUIET, STEADY, SURFACE, TARGET, UPPER, Figure, layout
from dashapp.charts.dumbbell import BOTTOM, INDENT, LETTER, LONGEST_NAME, RIGHT, ROW, TICKS, TOP, halo, short


@dataclass(frozen=True)
class Pair:
    """One agency's targets under the left and the right scenario [shares], and their difference as written."""

    code: str
    name: str
    left: float
    right: float
    text: str


def difference(pairs: Sequence[Pair], tick_labels: Sequence[str], lang: str) -> Figure:
    """One row per agency in the order given. Left: hollow square; right: filled circle."""
    where = list(range(len(pairs)))
    longest = max((len(short(pair.name)) for pair in pairs), default=0)
    spans_x: list[float | None] = []
    spans_y: list[int | None] = []
    for y, pair in enumerate(pairs):
        spans_x += [pair.left, pair.right, None]
        spans_y += [y, y, None]
    data: list[dict[str, Any]] = [
        {"type": "scatter", "mode": "lines", "x": spans_x, "y": spans_y, "line": {"color": BAND, "width": 4}},
        _markers([pair.left for pair in pairs], where, "square", {"color": UPPER, "width": 2}, SURFACE, 9),
        _markers([pair.right for pair in pairs], where, "circle", {"color": SURFACE, "width": 1}, TARGET, 11),
        {
            "type": "scatter",
            "mode": "text",
            "x": [max(pair.left, pair.right) for pair in pairs],
            "y": where,
            "text": [INDENT + pair.text for pair in pairs],
            "textposition": "middle right",
            "textfont": {"size": 11, "color": INK, "shadow": halo(len(pairs))},
            "cliponaxis": False,
        },
    ]
    for trace in data:
        trace["hoverinfo"] = "skip"
    return {
        "data": data,
        "layout": layout(
            lang,
            TOP + BOTTOM + ROW * max(len(pairs), 1),
            margin={"l": round(min(longest, LONGEST_NAME) * LETTER) + 16, "r": RIGHT, "t": TOP, "b": BOTTOM, "pad": 4},
            xaxis={
                "range": [-0.015, 1.015],
                "fixedrange": True,
                **STEADY,
                "side": "top",
                "tickvals": list(TICKS),
                "ticktext": list(tick_labels),
                "tickfont": {"color": QUIET, "size": 11},
                "gridcolor": "#e9edf2",
                "zeroline": False,
            },
            yaxis={
                "range": [len(pairs) - 0.4, -0.6],
                "fixedrange": True,
                **STEADY,
                "tickvals": where,
                "ticktext": [short(pair.name) for pair in pairs],
                "tickfont": {"size": 11.5},
                "showgrid": False,
                "zeroline": False,
            },
            hovermode=False,
        ),
    }


def _markers(
    xs: Sequence[float], ys: Sequence[int], symbol: str, line: dict[str, Any], color: str, size: int
) -> dict[str, Any]:
    marker = {"symbol": symbol, "size": size, "color": color, "line": line}
    return {"type": "scatter", "mode": "markers", "x": list(xs), "y": list(ys), "marker": marker, "cliponaxis": False}
