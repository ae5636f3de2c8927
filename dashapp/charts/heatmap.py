"""Two to four scenarios beside each other, one coloured cell per agency and scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dashapp.charts.base import LINE, QUIET, STEADY, SURFACE, Figure, ink_on, layout, shade
from dashapp.charts.rows import beside, heading_line, hits, name_axis, short

ROW = 20
TOP, RIGHT, BOTTOM = 46, 12, 8
WRAP = 24
"""Letters of a scenario's name before it is broken into two lines."""
LOWER_SIGN, HIGHER_SIGN, SAME_SIGN = "▼", "▲", "="


class Mode(StrEnum):
    """What a cell says: the target, or how it differs from the first scenario's."""

    TARGETS = "targets"
    DIFFERENCES = "differences"


class Arrangement(StrEnum):
    """Order of the agencies: those the scenarios disagree about most first, or by level and code."""

    DISAGREEMENT = "disagreement"
    LEVEL = "level"


@dataclass(frozen=True)
class Row:
    """One agency under every scenario.

    Attributes
    ----------
    code, name, level : str
        `level` as the heading of its group is written.
    values : tuple of float or None
        Its target under each scenario [share], None where it has none.
    targets, differences : tuple of str
        The same as written, and the differences from the first as written without a sign of their own
        (``3,0``; the first is never shown).
    hover : str
    """

    code: str
    name: str
    level: str
    values: tuple[float | None, ...]
    targets: tuple[str, ...]
    differences: tuple[str, ...]
    hover: str

    @property
    def disagreement(self) -> float:
        """Largest less smallest target [share]; an agency that only some scenarios ask comes first of all."""
        known = [one for one in self.values if one is not None]
        if not known:
            return -1.0
        return max(known) - min(known) + (len(known) < len(self.values))


def arranged(rows: Sequence[Row], how: Arrangement) -> list[tuple[str, list[Row]]]:
    """The rows in groups of (heading, rows): one group by disagreement, or one per level in the order met."""
    if how is Arrangement.DISAGREEMENT:
        return [("", sorted(rows, key=lambda row: (-row.disagreement, row.code)))]
    levels = dict.fromkeys(row.level for row in rows)
    return [(level, sorted((row for row in rows if row.level == level), key=lambda row: row.code)) for level in levels]


def heatmap(groups: Sequence[tuple[str, Sequence[Row]]], scenarios: Sequence[str], mode: Mode, lang: str) -> Figure:
    """One row per agency in the order given (see `arranged`), one column per scenario.

    The deeper a cell, the higher its target; in differences, the further from the first scenario, up or down by sign.
    The colours run over the values that occur.
    """
    placed: list[tuple[int, Row]] = []
    headings: list[tuple[int, str]] = []
    y = 0
    for heading, rows in groups:
        if len(groups) > 1:
            headings.append((y, heading))
            y += 1
        placed += [(y + at, row) for at, row in enumerate(rows)]
        y += len(rows)
    named = [*((at, f"<b>{text}</b>") for at, text in headings), *((at, short(row.name)) for at, row in placed)]
    scale = _scale([row for _, row in placed], mode)
    return {
        "data": [
            *(_column(at, placed, mode, scale) for at in range(len(scenarios))),
            hits(
                [(len(scenarios) - 1) / 2 for _ in placed],
                [at for at, _ in placed],
                [row.code for _, row in placed],
                [row.hover for _, row in placed],
            ),
        ],
        "layout": layout(
            lang,
            TOP + BOTTOM + ROW * max(y, 1),
            margin={"l": beside([row.name for _, row in placed]), "r": RIGHT, "t": TOP, "b": BOTTOM, "pad": 4},
            xaxis={
                "range": [-0.5, len(scenarios) - 0.5],
                "fixedrange": True,
                **STEADY,
                "side": "top",
                "tickvals": list(range(len(scenarios))),
                "ticktext": [_wrapped(name) for name in scenarios],
                "tickfont": {"size": 12},
                "showgrid": False,
                "zeroline": False,
            },
            yaxis=name_axis([text for _, text in named], [at for at, _ in named], y),
            shapes=[heading_line(at) for at, _ in headings],
            hovermode="y",
            hoverdistance=ROW,
            barmode="overlay",
            bargap=0,
        ),
    }


def ends(rows: Sequence[Row], mode: Mode) -> tuple[float, float]:
    """What the palest and the deepest colour stand for [share]."""
    if mode is Mode.DIFFERENCES:
        return 0.0, max((abs(gap) for row in rows for gap in _gaps(row) if gap is not None), default=0.0)
    known = [one for row in rows for one in row.values if one is not None]
    return min(known, default=0.0), max(known, default=1.0)


def _gaps(row: Row) -> list[float | None]:
    first = row.values[0]
    return [None if first is None or one is None else one - first for one in row.values]


def _scale(rows: Sequence[Row], mode: Mode) -> tuple[float, float]:
    low, high = ends(rows, mode)
    return low, max(high - low, 1e-9)


def _column(at: int, placed: Sequence[tuple[int, Row]], mode: Mode, scale: tuple[float, float]) -> dict[str, Any]:
    colours, texts = [], []
    for _, row in placed:
        colour, text = _cell(row, at, mode, scale)
        colours.append(colour)
        texts.append(text)
    return {
        "type": "bar",
        "orientation": "h",
        "x": [1.0] * len(placed),
        "base": [at - 0.5] * len(placed),
        "y": [y for y, _ in placed],
        "width": 1,
        "marker": {"color": colours, "line": {"color": SURFACE, "width": 2}},
        "text": texts,
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "constraintext": "none",
        "insidetextfont": {
            "size": 11.5,
            "color": [QUIET if colour == SURFACE else ink_on(colour) for colour in colours],
        },
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _cell(row: Row, at: int, mode: Mode, scale: tuple[float, float]) -> tuple[str, str]:
    """Colour and text of one cell; without a target there is no colour."""
    low, width = scale
    value = row.values[at]
    if value is None:
        return SURFACE, row.targets[at]
    if mode is Mode.TARGETS:
        return shade((value - low) / width), row.targets[at]
    if at == 0:
        return LINE, row.targets[0]
    gap = _gaps(row)[at]
    if gap is None:
        return LINE, row.targets[at]
    if abs(gap) < 5e-7:
        return shade(0.0), SAME_SIGN
    sign = HIGHER_SIGN if gap > 0 else LOWER_SIGN
    return shade(abs(gap) / width), f"{sign} {row.differences[at]}"


def _wrapped(name: str) -> str:
    """The name in at most two lines, broken at a space."""
    if len(name) <= WRAP:
        return name
    cut = name.rfind(" ", 0, WRAP + 1)
    if cut < 0:
        return short(name, WRAP)
    return f"{name[:cut]}<br>{short(name[cut + 1 :], WRAP)}"
