"""Where scenarios differ, agency by agency: the heat map, its twin, its legend and the table below it."""

from __future__ import annotations

import textwrap
from html import escape
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashapp.charts.base import SHADES, Figure, Twin, empty
from dashapp.charts.heatmap import Mode, ends, heatmap
from dashapp.i18n import ABSENT, points, share, t
from dashapp.urlstate import FEWEST
from dashapp.views import grids
from dashapp.views.comparison import MOST_DRAWN, WHOLE, Compared, Entry, Line, Lines
from dashapp.views.parts import aria
from dashapp.views.parts import empty as empty_state

LETTERS, FEWER_LETTERS = 25, 14
"""Of a scenario's name in one line above the heat map: of two scenarios, and of more."""
HEIGHT = "min(860px, 85vh)"
"""Of a table that scrolls in its own frame."""


def figure(compared: Compared, found: Lines, mode: Mode) -> Figure:
    """The heat map; empty where nothing could be run."""
    if not found.drawn:
        return empty()
    groups = [(heading, [line.row for line in own]) for heading, own in found.drawn]
    names = [f"{one.sign} {one.name}" for one in compared.runs]
    drawn = heatmap(groups, names, mode, compared.lang)
    letters = LETTERS if len(names) <= FEWEST else FEWER_LETTERS
    drawn["layout"]["xaxis"]["ticktext"] = [_in_two_lines(name, letters) for name in names]
    return drawn


def _in_two_lines(name: str, letters: int) -> str:
    return "<br>".join(escape(line) for line in textwrap.wrap(name, letters, max_lines=2, placeholder="…"))


def legend(compared: Compared, found: Lines, mode: Mode) -> list[Component]:
    """From the palest to the deepest colour, and what they stand for."""
    if not found.drawn:
        return []
    lang = compared.lang
    low, high = ends([line.row for line in found.pictured], mode)
    blocks = [html.Span(className=f"shade-{at}") for at in range(len(SHADES))]
    bar = html.Span(blocks, className="shades", **aria(hidden="true"))
    if mode is Mode.TARGETS:
        text = t("compare.map.low_high", lang, low=share(low, lang, 1, trim=True), high=share(high, lang, 1, trim=True))
    else:
        text = t("compare.map.apart", lang, high=points(high, lang, 1, trim=True), name=compared.runs[0].name)
    return [html.Li([bar, text])]


def note(compared: Compared, found: Lines) -> list[Component]:
    """What the picture leaves out, in sentences."""
    lang = compared.lang
    if not found.drawn:
        return [empty_state(t("compare.map.none", lang), t("compare.map.none_text", lang))]
    said = []
    if len(found.pictured) < len(found.all):
        said.append(t("compare.map.most_different", lang, all=len(found.all), count=MOST_DRAWN))
    if found.below:
        said.append(t("compare.map.below", lang, count=found.below))
    if len(compared.runs) > 1 and not any(_differs(line) for line in found.all):
        said.append(t("compare.map.same", lang))
    return [html.P(text) for text in said]


def _differs(line: Line) -> bool:
    """True if the scenarios ask different things of an agency, or only some ask anything."""
    missing = line.row.values.count(None)
    return bool(line.spread) or 0 < missing < len(line.row.values)


def twin(compared: Compared, found: Lines, mode: Mode) -> Twin:
    """The picture as a table."""
    lang = compared.lang
    heads = [t("compare.grid.name", lang), t("compare.grid.now", lang), *(one.name for one in compared.runs)]
    heads.append(t("compare.grid.spread", lang))
    rows = [
        (
            line.row.name,
            share(line.now, lang),
            *(_said(line, at, mode, lang) for at in range(len(compared.runs))),
            ABSENT if line.spread is None else points(line.spread, lang, 1),
        )
        for line in found.pictured
    ]
    indicator = compared.labels.indicator(compared.indicator)
    caption = t("compare.map.caption", lang, indicator=indicator, period=compared.period)
    return Twin(tuple(heads), tuple(rows), tuple(range(1, len(heads))), caption)


def _said(line: Line, at: int, mode: Mode, lang: str) -> str:
    if mode is Mode.TARGETS or at == 0:
        return line.row.targets[at]
    gap = line.gaps[at]
    return ABSENT if gap is None else points(gap, lang, 1, signed=True)


# the table ---------------------------------------------------------------------------------------------------
def rows(found: Lines) -> list[dict[str, Any]]:
    """One record per agency; shares as fractions, None where there is no number."""
    return [_record(line) for line in found.all]


def _record(line: Line) -> dict[str, Any]:
    record: dict[str, Any] = {"code": line.row.code, "name": line.row.name, "level": line.row.level, "now": line.now}
    record |= {f"target{at}": value for at, value in enumerate(line.row.values)}
    record |= {f"gap{at}": value for at, value in enumerate(line.gaps) if at}
    return {**record, "spread": line.spread}


def columns(compared: Compared) -> list[dict[str, Any]]:
    """Column definitions: targets of all scenarios, how far they lie apart, differences from the first."""
    lang, runs = compared.lang, compared.runs
    found: list[dict[str, Any]] = [
        {
            "field": "name",
            "headerName": t("compare.grid.name", lang),
            "flex": 1,
            "minWidth": 160,
            "tooltipField": "name",
            "cellClass": "cell-strong",
        },
        _numeric("now", t("compare.grid.now", lang), "share", lang, 74),
    ]
    targets = [
        _numeric(f"target{at}", f"{one.sign} {one.name}", "target", lang, 92, one.name) for at, one in enumerate(runs)
    ]
    found.append({"headerName": t("compare.grid.targets", lang), "children": targets})
    tip = t("compare.grid.spread_tip", lang)
    found.append(_numeric("spread", t("compare.grid.spread", lang), "points", lang, 78, tip))
    title = t("compare.grid.differences", lang)
    gaps = [_gap(at, one, runs[0], lang) for at, one in enumerate(runs) if at]
    if len(gaps) == 1:
        found.append({**gaps[0], "headerName": title, "width": 108})
    elif gaps:
        found.append({"headerName": title, "children": gaps})
    return found


def _gap(at: int, entry: Entry, first: Entry, lang: str) -> dict[str, Any]:
    title = t("compare.grid.difference", lang, sign=entry.sign, first=first.sign)
    tip = t("compare.grid.difference_tip", lang, name=entry.name, first=first.name)
    return _numeric(f"gap{at}", title, "gain", lang, 84, tip)


def _numeric(field: str, title: str, kind: str, lang: str, width: int, tip: str = "") -> dict[str, Any]:
    return {**grids.numeric(field, title, kind, lang, width, tip), "autoHeaderHeight": True}


def options(count: int, lang: str) -> dict[str, Any]:
    """How the table of so many agencies behaves."""
    return grids.options(lang, whole=count <= WHOLE, rowHeight=26, groupHeaderHeight=30, ensureDomOrder=True)


def style(count: int) -> dict[str, Any]:
    """The size of the table of so many agencies."""
    return grids.style(whole=count <= WHOLE, height=HEIGHT)
