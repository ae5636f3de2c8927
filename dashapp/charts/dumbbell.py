"""Current → first target → last target of every agency, with the goal and what holds a target where it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashapp.charts.base import BAND, LOWER, MIDDLE, NOW, PINNED, QUIET, SURFACE, TARGET, UPPER, Figure, layout
from dashapp.charts.rows import (
    BOTTOM,
    FOOT,
    INDENT,
    RIGHT,
    SCREENFUL,
    TOP,
    Goal,
    beside,
    goal_line,
    goal_text,
    halo,
    heading_line,
    hits,
    markers,
    name_axis,
    row_height,
    rulers,
    share_axis,
    short,
)

BESIDE = 10
"""Distance of a binding mark from its target [pixels]."""
BEHIND_MARK = "\u00a0" * 6
"""What keeps a figure clear of a mark behind its point."""
EVERY, LEAST = 30, 8
"""Rows from one repetition of the ticks to the next in a long chart, and the fewest rows that deserve one."""

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


@dataclass(frozen=True)
class _Rows:
    """Where everything stands, counted in rows from the top."""

    bells: list[tuple[int, Bell]]
    headings: list[tuple[int, str]]
    rulers: list[float]
    count: int


def dumbbell(
    groups: Sequence[tuple[str, Sequence[Bell]]], goal: Goal | None, tick_labels: Sequence[str], lang: str
) -> Figure:
    """One row per agency under the heading of its group.

    Parameters
    ----------
    groups : sequence of (heading, bells)
        In the order drawn, top to bottom; a single group is drawn without its heading.
    goal : Goal or None
        What the province (or the agency above) must reach.
    tick_labels : sequence of str
        0, 20, 40, 60, 80 and 100 % as people read them.
    """
    rows = _rows(groups)
    foot = [rows.count] if rows.rulers else []
    named = [*((y, f"<b>{text}</b>") for y, text in rows.headings), *((y, short(bell.name)) for y, bell in rows.bells)]
    bottom = FOOT if foot else BOTTOM
    return {
        "data": [
            *([rulers([*rows.rulers, *foot], tick_labels, goal)] if foot else []),
            _spans(rows.bells),
            *_points(rows.bells),
            *_marks(rows.bells),
            _texts(rows.bells),
            hits(
                [_end(bell) for _, bell in rows.bells],
                [y for y, _ in rows.bells],
                [bell.code for _, bell in rows.bells],
                [bell.hover for _, bell in rows.bells],
            ),
        ],
        "layout": layout(
            lang,
            TOP + bottom + row_height(rows.count) * max(rows.count, 1),
            margin={"l": beside([bell.name for _, bell in rows.bells]), "r": RIGHT, "t": TOP, "b": bottom, "pad": 4},
            xaxis=share_axis(tick_labels),
            yaxis=name_axis([text for _, text in named], [y for y, _ in named], rows.count),
            shapes=[
                *(heading_line(y) for y, _ in rows.headings),
                *([goal_line(goal.value)] if goal is not None else []),
            ],
            annotations=[goal_text(goal)] if goal is not None else [],
            hovermode="y",
            hoverdistance=row_height(rows.count),
        ),
    }


def _rows(groups: Sequence[tuple[str, Sequence[Bell]]]) -> _Rows:
    """Headings before their bells; in a long chart the ticks again at every heading and on the way."""
    many = len(groups) > 1
    is_long = sum(len(bells) + many for _, bells in groups) > SCREENFUL
    rows = _Rows([], [], [], 0)
    y = since = 0
    for heading, bells in groups:
        if many:
            rows.headings.append((y, heading))
            if is_long and y:
                rows.rulers.append(y)
                since = y
            y += 1
        for at, bell in enumerate(bells):
            if is_long and y - since >= EVERY and len(bells) - at >= LEAST:
                rows.rulers.append(y)
                since = y
                y += 1
            rows.bells.append((y, bell))
            y += 1
    return _Rows(rows.bells, rows.headings, rows.rulers, y)


def _end(bell: Bell) -> float:
    return bell.target if bell.target is not None else bell.now or 0.0


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
        markers(now, symbol="circle", size=8, color=SURFACE, line={"color": NOW, "width": 2}),
        markers(middle, symbol="diamond", size=8, color=MIDDLE, line={"color": SURFACE, "width": 1}),
        markers(target, symbol="circle", size=11, color=TARGET, line={"color": SURFACE, "width": 1}),
        markers(held, symbol="square", size=10, color=PINNED, line={"color": SURFACE, "width": 1}),
    ]


def _marks(rows: Sequence[tuple[int, Bell]]) -> list[dict[str, Any]]:
    """A wedge that pushes a target up from below, or stops it from above."""
    lower = [(y, bell.target) for y, bell in rows if bell.target is not None and bell.mark == AT_LOWER]
    upper = [(y, bell.target) for y, bell in rows if bell.target is not None and bell.mark == AT_UPPER]
    return [
        markers(lower, symbol="triangle-up", angle=90, standoff=BESIDE, size=9, color=LOWER),
        markers(upper, symbol="triangle-up", angle=-90, standoff=BESIDE, size=9, color=UPPER),
    ]


def _texts(rows: Sequence[tuple[int, Bell]]) -> dict[str, Any]:
    """The last target in figures beside its point; where there is none, why."""
    return {
        "type": "scatter",
        "mode": "text",
        "x": [_end(bell) for _, bell in rows],
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
