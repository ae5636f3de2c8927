"""Settings that separate success from failure: for each, how often it is enough on its one side and on the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from dashapp.charts.base import GRID, INK, NOW, QUIET, STEADY, TARGET, Figure, layout

ROW, LEFT, LONGEST = 62, 236, 38
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Side:
    """A setting in words, the shares of scenarios in which it is enough inside and outside, and both as written."""

    name: str
    inside: float
    outside: float
    inside_text: str
    outside_text: str


def sides(several: Sequence[Side], ticks: Sequence[str], lang: str) -> Figure:
    """The figure: two bars for each setting, the first setting on top."""
    rows = list(range(len(several)))
    return {
        "data": [
            _bars([one.inside for one in several], [one.inside_text for one in several], TARGET, rows, -0.19),
            _bars([one.outside for one in several], [one.outside_text for one in several], NOW, rows, 0.19),
        ],
        "layout": layout(
            lang,
            46 + ROW * len(several),
            margin={"l": LEFT, "r": 52, "t": 8, "b": 30, "pad": 6},
            xaxis={
                "range": [0, 1],
                "tickvals": list(TICKS),
                "ticktext": list(ticks),
                "fixedrange": True,
                **STEADY,
                "tickfont": {"size": 11, "color": QUIET},
                "gridcolor": GRID,
                "zeroline": False,
            },
            yaxis={
                "range": [len(several) - 0.5, -0.5],
                "tickvals": rows,
                "ticktext": ["<br>".join(wrap(one.name, LONGEST)) for one in several],
                "fixedrange": True,
                **STEADY,
                "tickfont": {"size": 12, "color": INK},
                "zeroline": False,
                "showgrid": False,
            },
        ),
    }


def _bars(
    shares: Sequence[float], texts: Sequence[str], colour: str, rows: Sequence[int], offset: float
) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "x": list(shares),
        "y": [row + offset for row in rows],
        "width": 0.34,
        "text": list(texts),
        "textposition": "outside",
        "textfont": {"size": 11, "color": INK},
        "marker": {"color": colour},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }
