"""How one target came about: bars that begin where the one before ended and add up to the target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashapp.charts.base import BAND, GRID, INK, LINE, LOWER, NOW, OTHER, QUIET, STEADY, TARGET, Figure, layout
from dashapp.charts.rows import goal_line

ROW = 34
TOP, BOTTOM = 8, 26
ROOM = 0.24
NAMES, WRAP = 178, 26
"""Room for labels [pixels] and their letters in a line where a chart is narrow, as in the explanation."""


@dataclass(frozen=True)
class Bar:
    """One step: `start` and `end` are shares in [0, 1], `text` is what is written beside the bar.

    `total` marks the first and the last bar, which stand on zero. `main` marks a step that matters most: it has the
    colour of the last bar.
    """

    label: str
    start: float
    end: float
    text: str
    total: bool = False
    main: bool = False


def waterfall(
    bars: Sequence[Bar],
    tick_labels: Sequence[str],
    lang: str,
    *,
    names: int = NAMES,
    letters: int = WRAP,
    room: float = ROOM,
    row: int = ROW,
    goal: float | None = None,
) -> Figure:
    """The steps from top to bottom.

    Parameters
    ----------
    tick_labels
        0, 25, 50, 75 and 100 % as people read them.
    names : int
        Room for the labels [pixels].
    letters : int
        Of a label before it is broken into two lines.
    room : float
        For what is written beside the longest bar [share].
    row : int
        Height of a step [pixels].
    goal : float, optional
        A line from top to bottom [share].
    """
    where = list(range(len(bars)))
    highest = max([bar.end for bar in bars] + [bar.start for bar in bars], default=1.0)
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "y": where,
                "x": [bar.end - bar.start for bar in bars],
                "base": [bar.start for bar in bars],
                "width": [0.62 if bar.total else 0.46 for bar in bars],
                "marker": {"color": [_colour(bar, at == len(bars) - 1) for at, bar in enumerate(bars)]},
                "hoverinfo": "skip",
            },
            {
                "type": "scatter",
                "mode": "text",
                "x": [max(bar.start, bar.end) + 0.012 for bar in bars],
                "y": where,
                "text": [f"<b>{bar.text}</b>" if bar.total else bar.text for bar in bars],
                "textposition": "middle right",
                "textfont": {"size": 12, "color": INK},
                "hoverinfo": "skip",
                "cliponaxis": False,
            },
            *_links(bars),
        ],
        "layout": layout(
            lang,
            TOP + BOTTOM + row * len(bars),
            margin={"l": names, "r": 8, "t": TOP, "b": BOTTOM, "pad": 6},
            xaxis={
                "range": [0, max(highest + room, 0.5)],
                "fixedrange": True,
                **STEADY,
                "tickvals": [0, 0.25, 0.5, 0.75, 1],
                "ticktext": list(tick_labels),
                "tickfont": {"size": 11, "color": QUIET},
                "gridcolor": GRID,
                "zerolinecolor": LINE,
            },
            yaxis={
                "range": [len(bars) - 0.5, -0.5],
                "fixedrange": True,
                **STEADY,
                "tickvals": where,
                "ticktext": [_wrapped(bar.label, letters) for bar in bars],
                "tickfont": {"size": 12},
                "showgrid": False,
                "zeroline": False,
            },
            bargap=0.3,
            shapes=[] if goal is None else [goal_line(goal)],
        ),
    }


def _colour(bar: Bar, last: bool) -> str:
    if bar.total or bar.main:
        return TARGET if last or bar.main else NOW
    return LOWER if bar.end >= bar.start else OTHER


def _links(bars: Sequence[Bar]) -> list[dict[str, object]]:
    """Thin lines that carry the value from one bar to the next."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for at, bar in enumerate(bars[:-1]):
        xs += [bar.end, bar.end, None]
        ys += [at, at + 1, None]
    line = {"type": "scatter", "mode": "lines", "x": xs, "y": ys, "line": {"color": BAND, "width": 1}}
    return [{**line, "hoverinfo": "skip"}]


def _wrapped(label: str, letters: int) -> str:
    """The label in at most two lines, broken at a space."""
    if len(label) <= letters:
        return label
    cut = label.rfind(" ", 0, letters + 1)
    if cut < 0:
        return label[: letters - 1] + "…"
    rest = label[cut + 1 :]
    return f"{label[:cut]}<br>{rest if len(rest) <= letters else rest[: letters - 1].rstrip() + '…'}"
