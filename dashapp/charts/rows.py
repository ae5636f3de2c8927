"""What charts with one row per agency have in common: heights, names, the axis of shares, the goal across all rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashapp.charts.base import GRID, HALO, INK, LINE, QUIET, STEADY, SURFACE

TOP, RIGHT, BOTTOM = 34, 56, 8
"""Margins [pixels]; on the right there is room for the figure beside a point at 100 %."""
FOOT = 22
"""Margin below where the ticks stand there as well [pixels]."""
LONGEST_NAME = 38
LETTER = 6.15
"""Mean width of a letter at the size of the names [pixels]."""
INDENT = "\u00a0" * 3
"""What keeps a figure clear of its point."""
HALOS = 60
TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
SCREENFUL = 45
"""Up to this many rows a chart is seen whole; longer ones repeat their ticks on the way down."""
NEAR = 0.09
"""A tick nearer to the goal than this gives way to it where both are written [share]."""


@dataclass(frozen=True)
class Goal:
    """A goal across all rows: its value [share], ``Mục tiêu 50 %``, and the figure alone."""

    value: float
    label: str
    figure: str


def row_height(rows: int) -> int:
    """Pixels of a row: 40 agencies and their headings fit on a screen of 1080 pixels."""
    return 20 if rows <= 20 else 18 if rows <= 30 else 16


def short(name: str, longest: int = LONGEST_NAME) -> str:
    """A name that fits beside its row."""
    return name if len(name) <= longest else name[: longest - 1].rstrip() + "…"


def beside(names: Sequence[str], longest: int = LONGEST_NAME) -> int:
    """Margin on the left that holds the names [pixels]."""
    return round(min(max(map(len, names), default=0), longest) * LETTER) + 16


def halo(rows: int) -> str:
    """The paper's colour around figures; none in a long chart, where drawing it costs more than reading gains."""
    return HALO if rows <= HALOS else "none"


def share_axis(labels: Sequence[str], **more: Any) -> dict[str, Any]:
    """Shares from left to right, written above; `labels` are those of `TICKS`."""
    return {
        "range": [-0.015, 1.015],
        "fixedrange": True,
        **STEADY,
        "side": "top",
        "tickvals": list(TICKS),
        "ticktext": list(labels),
        "tickfont": {"color": QUIET, "size": 11},
        "gridcolor": GRID,
        "zeroline": False,
        "ticks": "",
        **more,
    }


def name_axis(names: Sequence[str], positions: Sequence[float], rows: int) -> dict[str, Any]:
    """Rows from top to bottom, named at their positions."""
    return {
        "range": [rows - 0.4, -0.6],
        "fixedrange": True,
        **STEADY,
        "tickvals": list(positions),
        "ticktext": list(names),
        "tickfont": {"size": 11.5},
        "showgrid": False,
        "zeroline": False,
        "ticks": "",
        "automargin": False,
    }


def goal_line(goal: float) -> dict[str, Any]:
    """The goal from top to bottom."""
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


def goal_text(goal: Goal, right: float = 0.93) -> dict[str, Any]:
    """The goal in words above its line; beyond `right` it stands to the left of it."""
    return {
        "x": goal.value,
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "yshift": 15,
        "xanchor": "center" if goal.value < right else "right",
        "text": f"<b>{goal.label}</b>",
        "showarrow": False,
        "font": {"size": 11, "color": INK},
        "bgcolor": SURFACE,
    }


def heading_line(y: float) -> dict[str, Any]:
    """The line under a heading."""
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


def rulers(positions: Sequence[float], labels: Sequence[str], goal: Goal | None) -> dict[str, Any]:
    """The ticks and the goal once more, at each of the positions."""
    ticks = [
        (tick, label)
        for tick, label in zip(TICKS, labels, strict=True)
        if goal is None or abs(tick - goal.value) >= NEAR
    ]
    if goal is not None:
        ticks.append((goal.value, f"<b>{goal.figure}</b>"))
    return {
        "type": "scatter",
        "mode": "text",
        "x": [tick for _ in positions for tick, _ in ticks],
        "y": [y for y in positions for _ in ticks],
        "text": [label for _ in positions for _, label in ticks],
        "textposition": "middle center",
        "textfont": {"size": 11, "color": QUIET},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def markers(points: Sequence[tuple[float, float]], **marker: Any) -> dict[str, Any]:
    """Silent markers at (row, share)."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [x for _, x in points],
        "y": [y for y, _ in points],
        "marker": marker,
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def hits(
    xs: Sequence[float], ys: Sequence[float], codes: Sequence[str], hovers: Sequence[str], size: int = 14
) -> dict[str, Any]:
    """Invisible points that answer the pointer; `customdata` is the agency's code."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": list(xs),
        "y": list(ys),
        "customdata": list(codes),
        "hovertext": list(hovers),
        "hovertemplate": "%{hovertext}<extra></extra>",
        "marker": {"size": size, "color": SURFACE, "opacity": 0},
        "cliponaxis": False,
    }
