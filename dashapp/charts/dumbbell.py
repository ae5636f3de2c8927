"""Current → first target → last target of every agency, with the goal and what holds a target where it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashapp.charts.base import (
    BAND,
    INK,
    LINE,
    LOWER,
    MIDDLE,
    NOW,
    PINNED,
    QUIET,
    STEADY,
    SURFACE,
    TARGET,
    UPPER,
    Figure,
    layout,
)

ROW = 18
"""Pixels of one row."""
TOP, RIGHT, BOTTOM = 30, 56, 8
"""Margins [pixels]; on the right there is room for the figure beside a point at 100 %."""
LONGEST_NAME = 38
LETTER = 6.15
"""Mean width of a letter at the size of the names [pixels]."""
BESIDE = 10
"""Distance of a binding mark from its target [pixels]."""
INDENT, BEHIND_MARK = "\u00a0" * 3, "\u00a0" * 6
"""What keeps a figure clear of its point, and of a mark behind the point."""
HALO = "-2px -1px 1px #fff, -2px 1px 1px #fff, 2px -1px 1px #fff, 2px 1px 1px #fff, 0 -1px 1px #fff, 0 1px 1px #fff"
"""White around a figure, so that it can be read on a line."""
HALOS = 60
TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)

AT_LOWER, AT_UPPER, HELD = "at_lower", "at_upper", "pinned"


@dataclass(frozen=True)
class Bell:
    """One agency: shares in [0, 1], None where there is none.

    Attributes
    ----------
    code, name : str
    now, middle, target : float or None
        Current value, first and last target (`middle` None where there is one period).
    mark : str
        ``at_lower``, ``at_upper``, ``pinned`` or empty: what decided the last target.
    label, hover : str
        The target as written; the text of the row's box.
    """

    code: str
    name: str
    now: float | None
    middle: float | None
    target: float | None
    mark: str
    label: str
    hover: str


def dumbbell(
    groups: Sequence[tuple[str, Sequence[Bell]]],
    goal: float | None,
    goal_label: str,
    tick_labels: Sequence[str],
    lang: str,
) -> Figure:
    """One row per agency under the heading of its group.

    Parameters
    ----------
    groups : sequence of (heading, bells)
        In the order drawn, top to bottom; a single group is drawn without its heading.
    goal : float or None
        Provincial goal [share].
    tick_labels : sequence of str
        0, 20, 40, 60, 80 and 100 % as people read them.
    """
    rows, names, heads = _rows(groups)
    shapes: list[dict[str, Any]] = [_heading_line(y) for y in heads]
    annotations = []
    if goal is not None:
        shapes.append(_goal_line(goal))
        annotations.append(_goal_text(goal, goal_label))
    count = len(names)
    data = [_spans(rows), *_points(rows), *_marks(rows), _texts(rows), _hits(rows)]
    longest = max((len(short(bell.name)) for _, bell in rows), default=0)
    return {
        "data": data,
        "layout": layout(
            lang,
            TOP + BOTTOM + ROW * max(count, 1),
            margin={"l": round(min(longest, LONGEST_NAME) * LETTER) + 16, "r": RIGHT, "t": TOP, "b": BOTTOM, "pad": 4},
            xaxis=_x_axis(tick_labels),
            yaxis=_y_axis(names),
            shapes=shapes,
            annotations=annotations,
            hovermode="y",
            hoverdistance=ROW,
        ),
    }


def _rows(groups: Sequence[tuple[str, Sequence[Bell]]]) -> tuple[list[tuple[int, Bell]], list[str], list[int]]:
    """Position of every bell from the top, the text of every position, positions of headings."""
    rows: list[tuple[int, Bell]] = []
    names: list[str] = []
    heads: list[int] = []
    for heading, bells in groups:
        if len(groups) > 1:
            heads.append(len(names))
            names.append(f"<b>{heading}</b>")
        for bell in bells:
            rows.append((len(names), bell))
            names.append(short(bell.name))
    return rows, names, heads


def halo(rows: int) -> str:
    """White around figures; none in a long chart, where drawing it costs more than reading gains."""
    return HALO if rows <= HALOS else "none"


def short(name: str) -> str:
    """A name that fits beside its row."""
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1].rstrip() + "…"


def _x_axis(labels: Sequence[str]) -> dict[str, Any]:
    return {
        "range": [-0.015, 1.015],
        "fixedrange": True,
        **STEADY,
        "side": "top",
        "tickvals": list(TICKS),
        "ticktext": list(labels),
        "tickfont": {"color": QUIET, "size": 11},
        "gridcolor": "#e9edf2",
        "zeroline": False,
        "ticks": "",
    }


def _y_axis(names: Sequence[str]) -> dict[str, Any]:
    return {
        "range": [len(names) - 0.4, -0.6],
        "fixedrange": True,
        **STEADY,
        "tickvals": list(range(len(names))),
        "ticktext": list(names),
        "tickfont": {"size": 11.5},
        "showgrid": False,
        "zeroline": False,
        "ticks": "",
        "automargin": False,
    }


def _heading_line(y: int) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": y + 0.5,
        "y1": y + 0.5,
        "line": {"color": LINE, "width": 1},
        "layer": "below",
    }


def _goal_line(goal: float) -> dict[str, Any]:
    return {
        "type": "line",
        "yref": "paper",
        "x0": goal,
        "x1": goal,
        "y0": 0,
        "y1": 1,
        "line": {"color": QUIET, "width": 1.5, "dash": "4px,3px"},
        "layer": "below",
    }


def _goal_text(goal: float, text: str) -> dict[str, Any]:
    return {
        "x": goal,
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "yshift": 15,
        "xanchor": "center" if goal < 0.93 else "right",
        "text": f"<b>{text}</b>",
        "showarrow": False,
        "font": {"size": 11, "color": INK},
        "bgcolor": SURFACE,
    }


def _spans(rows: Sequence[tuple[int, Bell]]) -> dict[str, Any]:
    """The bar between an agency's current value and its last target."""
    xs: list[float | None] = []
    ys: list[int | None] = []
    for y, bell in rows:
        if bell.target is not None:
            xs += [bell.now or 0.0, bell.target, None]
            ys += [y, y, None]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": xs,
        "y": ys,
        "line": {"color": BAND, "width": 4},
        "hoverinfo": "skip",
    }


def _points(rows: Sequence[tuple[int, Bell]]) -> list[dict[str, Any]]:
    now = [(y, bell.now) for y, bell in rows if bell.now is not None]
    middle = [(y, bell.middle) for y, bell in rows if bell.middle is not None]
    target = [(y, bell.target) for y, bell in rows if bell.target is not None and bell.mark != HELD]
    held = [(y, bell.target) for y, bell in rows if bell.target is not None and bell.mark == HELD]
    return [
        _markers(now, symbol="circle", size=8, color=SURFACE, line={"color": NOW, "width": 2}),
        _markers(middle, symbol="diamond", size=8, color=MIDDLE, line={"color": SURFACE, "width": 1}),
        _markers(target, symbol="circle", size=11, color=TARGET, line={"color": SURFACE, "width": 1}),
        _markers(held, symbol="square", size=10, color=PINNED, line={"color": SURFACE, "width": 1}),
    ]


def _marks(rows: Sequence[tuple[int, Bell]]) -> list[dict[str, Any]]:
    """A wedge that pushes a target up from below, or stops it from above."""
    lower = [(y, bell.target) for y, bell in rows if bell.target is not None and bell.mark == AT_LOWER]
    upper = [(y, bell.target) for y, bell in rows if bell.target is not None and bell.mark == AT_UPPER]
    return [
        _markers(lower, symbol="triangle-up", angle=90, standoff=BESIDE, size=9, color=LOWER),
        _markers(upper, symbol="triangle-up", angle=-90, standoff=BESIDE, size=9, color=UPPER),
    ]


def _markers(points: Sequence[tuple[int, float | None]], **marker: Any) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [x for _, x in points],
        "y": [y for y, _ in points],
        "marker": marker,
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _texts(rows: Sequence[tuple[int, Bell]]) -> dict[str, Any]:
    """The last target in figures beside its point; where there is none, why."""
    return {
        "type": "scatter",
        "mode": "text",
        "x": [bell.target if bell.target is not None else bell.now or 0.0 for _, bell in rows],
        "y": [y for y, _ in rows],
        "text": [(BEHIND_MARK if bell.mark == AT_UPPER else INDENT) + bell.label for _, bell in rows],
        "textposition": "middle right",
        "textfont": {
            "size": 11,
            "color": [TARGET if bell.target is not None else QUIET for _, bell in rows],
            "weight": 600,
            "shadow": halo(len(rows)),
        },
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _hits(rows: Sequence[tuple[int, Bell]]) -> dict[str, Any]:
    """Invisible points that answer the pointer anywhere in a row; `customdata` is the agency's code."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [bell.target if bell.target is not None else bell.now or 0.0 for _, bell in rows],
        "y": [y for y, _ in rows],
        "customdata": [bell.code for _, bell in rows],
        "hovertext": [bell.hover for _, bell in rows],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "marker": {"size": 14, "color": SURFACE, "opacity": 0},
        "cliponaxis": False,
    }
