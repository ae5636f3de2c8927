"""The province's way: how its rate stands at each date, and what each period by itself must bring for that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashapp.charts import axes
from dashapp.charts.base import BAND, GRID, HALO, INK, NOW, QUIET, SURFACE, TARGET, Figure, layout
from dashapp.charts.rows import TICKS

HEIGHT = 340
LEFT, RIGHT, TOP, BOTTOM = 48, 64, 14, 46
CEILING = 1.12
"""Top of the axis [share]: above 100 % there is room for a bar's figures."""
INSIDE = 0.26
"""A bar's figures stand at its foot where its top and the line are above this, else on top of it [share]."""


@dataclass(frozen=True)
class Stop:
    """A date: `day` counted from the left edge, what stands under it, the rate and the goal there, as written.

    Shares in [0, 1]; None where there is none.
    """

    day: int
    when: str
    value: float | None
    text: str
    goal: float | None = None
    goal_text: str = ""


@dataclass(frozen=True)
class Stretch:
    """The time from one day to another and the rate of that time alone (None: there is none); `past` if it is over.

    `text` is what it brings as written, `about` a line under it.
    """

    start: int
    end: int
    rate: float | None
    text: str
    about: str
    past: bool = False


def path(stops: Sequence[Stop], stretches: Sequence[Stretch], tick_labels: Sequence[str], lang: str) -> Figure:
    """Bars: the rate of each stretch alone. Line: the rate from the beginning to each stop. Diamonds: goals.

    Parameters
    ----------
    stops : sequence of Stop
        In order; a line joins those that have a value.
    stretches : sequence of Stretch
        One without a rate has its text alone.
    tick_labels : sequence of str
        0, 20, 40, 60, 80 and 100 % as people read them.
    """
    last = max((one.day for one in stops), default=1)
    return {
        "data": [
            _bars([one for one in stretches if one.rate is not None]),
            _line(stops),
            _goals(stops),
            _points(stops, said=any(one.past for one in stretches)),
            _bar_texts(stretches, stops),
        ],
        "layout": layout(
            lang,
            HEIGHT,
            margin={"l": LEFT, "r": RIGHT, "t": TOP, "b": BOTTOM, "pad": 4},
            xaxis=axes.days([0, last * 1.002], [one.day for one in stops], [one.when for one in stops]),
            yaxis=axes.shares(CEILING, list(TICKS), list(tick_labels)),
            shapes=_goal_lines(stops),
            hovermode=False,
            bargap=0,
        ),
    }


def _bars(stretches: Sequence[Stretch]) -> dict[str, Any]:
    return {
        "type": "bar",
        "x": [(one.start + one.end) / 2 for one in stretches],
        "y": [one.rate for one in stretches],
        "width": [one.end - one.start for one in stretches],
        "marker": {
            "color": [GRID if one.past else BAND for one in stretches],
            "line": {"color": SURFACE, "width": 3},
        },
        "hoverinfo": "skip",
    }


def _bar_texts(stretches: Sequence[Stretch], stops: Sequence[Stop]) -> dict[str, Any]:
    lowest = min((one.value for one in stops if one.value is not None), default=1.0)
    inside = [one.rate is None or (lowest > INSIDE and one.rate > INSIDE) for one in stretches]
    return {
        "type": "scatter",
        "mode": "text",
        "x": [(one.start + one.end) / 2 for one in stretches],
        "y": [0.015 if within else one.rate for one, within in zip(stretches, inside, strict=True)],
        "text": [f"<b>{one.text}</b><br>{one.about}" for one in stretches],
        "textposition": "top center",
        "textfont": {"size": 12, "color": INK},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _line(stops: Sequence[Stop]) -> dict[str, Any]:
    known = [one for one in stops if one.value is not None]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [one.day for one in known],
        "y": [one.value for one in known],
        "line": {"color": TARGET, "width": 3},
        "hoverinfo": "skip",
    }


def _points(stops: Sequence[Stop], *, said: bool) -> dict[str, Any]:
    """The first point hollow, as everywhere the current value; every point with its figure but one that is said."""
    known = [one for one in stops if one.value is not None]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [one.day for one in known],
        "y": [one.value for one in known],
        "text": ["" if said and at == 0 else f"<b>{one.text}</b>" for at, one in enumerate(known)],
        "textposition": ["middle right" if one is known[-1] else "bottom right" for one in known],
        "textfont": {"size": 13, "color": TARGET, "shadow": HALO},
        "marker": {
            "size": 11,
            "color": [SURFACE if at == 0 else TARGET for at in range(len(known))],
            "line": {"color": [NOW if at == 0 else SURFACE for at in range(len(known))], "width": 2},
        },
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _goals(stops: Sequence[Stop]) -> dict[str, Any]:
    """A diamond at every goal; its words beside it, to the left, above the line that leads there."""
    goals = [one for one in stops if one.goal is not None]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [one.day for one in goals],
        "y": [one.goal for one in goals],
        "text": [one.goal_text + "\u00a0" * 2 for one in goals],
        "textposition": "top left",
        "textfont": {"size": 12, "color": INK, "shadow": HALO},
        "marker": {"symbol": "diamond-open", "size": 15, "color": INK, "line": {"width": 2}},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _goal_lines(stops: Sequence[Stop]) -> list[dict[str, Any]]:
    """The last goal is seen from the beginning, an earlier one from the stop before it."""
    lines = []
    for at, one in enumerate(stops):
        if one.goal is None:
            continue
        begin = 0 if at == len(stops) - 1 else stops[at - 1].day if at else 0
        lines.append(
            {
                "type": "line",
                "x0": begin,
                "x1": one.day,
                "y0": one.goal,
                "y1": one.goal,
                "line": {"color": QUIET, "width": 1.5, "dash": "4px,3px"},
            }
        )
    return lines
