"""Every scenario of a sweep: as lines over all axes, as a table, and one of them that is picked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.charts.base import Twin
from dashapp.charts.parallel import BINS, Axis, Strand, parallel
from dashapp.i18n import LANGUAGES, in_ten, share, t
from dashapp.services.sweep_offers import Unit
from dashapp.views import ahead_sweep_words as words
from dashapp.views import grids, parts, typed
from dashapp.views.ahead_sweep import PATH
from dashapp.views.ahead_sweep_seen import Ruler, Seen
from dashapp.views.parts import aria, carried, icon
from scenarios import Outcome

MOST_DRAWN, MOST_TOLD = 300, 100
"""Lines of the picture, rows of its table."""
PAGE = 15
ANY = "-"
_GRID_HEIGHT = "566px"


# every scenario ----------------------------------------------------------------------------------------------
def lines_panel(seen: Seen) -> Component:
    lang, passing = seen.lang, seen.passing
    drawn = _spread(passing, MOST_DRAWN)
    shown = {one.point.number for one in passing}
    hidden = [one for one in seen.result.outcomes if one.point.number not in shown]
    strands = [
        Strand(str(one.point.number), [axis.place(one) for axis in seen.axes], one.chance, _hover(seen, one))
        for one in sorted(drawn, key=lambda one: one.chance)
    ]
    faded = [[axis.place(one) for axis in seen.axes] for one in _spread(hidden, MOST_DRAWN // 3)]
    axes = [Axis(axis.name, _ticks(axis, lang)) for axis in seen.axes]
    figure = parallel(axes, strands, faded, len(axes) - 1, lang)
    title = t("ahead_sweep.lines.title", lang, shown=len(passing), total=len(seen.result.outcomes))
    legend = [
        parts.legend_key(f"bin-{at}", f"{share(at / len(BINS), lang, 0)} – {share((at + 1) / len(BINS), lang, 0)}")
        for at in range(len(BINS))
    ]
    note = (
        [html.P(t("ahead_sweep.lines.few", lang, drawn=len(drawn)), className="muted")]
        if len(drawn) < len(passing)
        else []
    )
    chart = parts.chart_frame(ids.SWEEP_LINES, figure, _lines_twin(seen, title), lang, file_name(lang, "lines"))
    keys = html.Ul(legend, className="legend", **aria(label=t("ahead_sweep.axis.chance", lang)))
    inside = html.Div(
        [html.P(t("ahead_sweep.lines.how", lang), className="muted"), _brushes(seen), *note], className="panel-body"
    )
    return parts.panel(title, html.Div([inside, chart]), keys, id=f"{ids.SWEEP_LINES}-panel")


def _spread(several: Sequence[Outcome], most: int) -> list[Outcome]:
    """At most so many, evenly from the least to the greatest chance."""
    if len(several) <= most:
        return list(several)
    ordered = sorted(several, key=lambda one: (one.chance, one.point.number))
    return [ordered[round(at * (len(ordered) - 1) / (most - 1))] for at in range(most)]


def _ticks(axis: Ruler, lang: str) -> list[tuple[float, str]]:
    if axis.values:
        step = 1.0 / max(len(axis.values) - 1, 1)
        return [(at * step, words.value(axis.key, value, lang)) for at, value in enumerate(axis.values)]
    return [(at, axis.written(axis.low + at * (axis.high - axis.low), lang)) for at in (0.0, 0.5, 1.0)]


def _hover(seen: Seen, one: Outcome) -> str:
    lang = seen.lang
    said = [words.setting(key, value, seen.labels) for key, value in one.point.settings.items()]
    head = t("ahead_sweep.lines.hover", lang, number=one.point.number, chance=share(one.chance, lang, 0))
    return "<br>".join([f"<b>{head}</b>", *said])


def _lines_twin(seen: Seen, title: str) -> Twin:
    lang = seen.lang
    best = sorted(seen.passing, key=lambda one: (-one.chance, one.demand, one.point.number))[:MOST_TOLD]
    heads = (t("ahead_sweep.column.number", lang), *(axis.name for axis in seen.axes))
    rows = tuple(
        (
            str(one.point.number),
            *(
                words.value(axis.key, axis.of(one), lang) if axis.values else axis.written(axis.of(one), lang)
                for axis in seen.axes
            ),
        )
        for one in best
    )
    return Twin(heads, rows, tuple(at for at, axis in enumerate(seen.axes, 1) if not axis.values), title)


def _brushes(seen: Seen) -> Component:
    """Ends of every axis, typed: what lies outside is drawn pale and left out of the table."""
    lang = seen.lang
    keep = {
        "c": seen.campaign,
        "lang": "" if lang == LANGUAGES[0] else lang,
        "r": seen.id,
        "s": seen.brushes.get("s", ""),
        "n": seen.brushes.get("n", ""),
    }
    fields = [_brush(seen, at, axis) for at, axis in enumerate(seen.axes)]
    clear = html.A(
        t("ahead_sweep.brush.clear", lang), href=seen.address({}), className="action", **carried(inside="true")
    )
    return html.Form(
        [
            *(dbc.Input(type="hidden", name=name, value=value) for name, value in keep.items() if value),
            *fields,
            html.Div(
                [html.Button(t("ahead_sweep.brush.apply", lang), type="submit", className="action"), clear],
                className="actions",
            ),
        ],
        action=PATH,
        method="GET",
        className="sweep-brushes no-print",
        **carried(goes="true", soon="true"),
    )


def _brush(seen: Seen, at: int, axis: Ruler) -> Component:
    lang = seen.lang
    if axis.values:
        every = [{"label": t("ahead_sweep.brush.any", lang), "value": ANY}]
        every += [{"label": words.value(axis.key, one, lang), "value": str(one)} for one in axis.values]
        box = dbc.Select(id=f"brush-w{at}", name=f"w{at}", options=every, value=axis.chosen or ANY)
        return html.Div([html.Label(axis.name, htmlFor=f"brush-w{at}"), box], className="field")
    scale = 100.0 if axis.unit is Unit.SHARE else 1.0
    boxes: list[Component] = []
    for name, end, value in (("f", "from", axis.low), ("t", "to", axis.high)):
        id = f"brush-{name}{at}"
        label = t(f"ahead_sweep.brush.{end}", lang, axis=axis.name)
        boxes += [
            html.Label(label, htmlFor=id, className="visually-hidden"),
            dbc.Input(
                id=id,
                name=f"{name}{at}",
                value=seen.brushes.get(f"{name}{at}", ""),
                placeholder=typed.number(value * scale, lang),
                invalid=bool(axis.fault),
                inputmode="decimal",
                maxLength=12,
                autocomplete="off",
            ),
        ]
    unit = [html.Span("%", className="muted")] if axis.unit is Unit.SHARE else []
    fault = [html.Span(axis.fault, className="field-fault", role="alert")] if axis.fault else []
    ends = html.Div([*boxes[:2], html.Span("–", **aria(hidden="true")), *boxes[2:], *unit], className="sweep-ends")
    return html.Div(
        [html.Span(axis.name, className="label"), ends, *fault],
        className="field",
        role="group",
        **aria(label=axis.name),
    )


def grid_panel(seen: Seen) -> Component:
    lang = seen.lang
    rows = [
        _record(seen, one) for one in sorted(seen.passing, key=lambda one: (-one.chance, one.demand, one.point.number))
    ]
    behaviour = grids.options(
        lang,
        whole=len(rows) <= PAGE,
        headerHeight=62,
        pagination=len(rows) > PAGE,
        paginationPageSize=PAGE,
        paginationPageSizeSelector=False,
    )
    listeners = {"rowClicked": ["sweepRow(params)"], "cellKeyDown": ["sweepKey(params)"]}
    grid = grids.grid(ids.SWEEP_GRID, _columns(seen), behaviour, listeners=listeners, height=_GRID_HEIGHT, rowData=rows)
    query = "" if lang == LANGUAGES[0] else f"&lang={lang}"
    file = html.A(
        [icon("save"), t("ahead_sweep.grid.file", lang)],
        href=f"/exports/sweep?r={seen.id}{query}",
        className="tool no-print",
        download="",
    )
    title = t("ahead_sweep.grid.title", lang, count=len(rows))
    how = html.P(t("ahead_sweep.grid.how", lang), className="muted panel-body")
    body = html.Div(
        [how, html.Div(grid, className="grid-wrap sweep-grid", **carried(address=seen.address({"s": "", "n": ""})))]
    )
    return parts.panel(title, body, file, id="sweep-grid-panel", flows=True)


def _record(seen: Seen, one: Outcome) -> dict[str, Any]:
    levers = {
        f"lever{at}": words.value(axis.key, axis.of(one), seen.lang) if axis.values else axis.of(one)
        for at, axis in enumerate(seen.axes[:-2])
    }
    return {
        "code": str(one.point.number),
        "number": one.point.number,
        "policy": one.point.policy,
        **levers,
        "chance": one.chance,
        "all_reach": one.all_reach,
        "demand": one.demand,
        "largest": one.largest,
        "status": t(f"terms.goal_status.{one.status}", seen.lang),
    }


def _columns(seen: Seen) -> list[dict[str, Any]]:
    lang = seen.lang

    def head(name: str) -> str:
        return t(f"ahead_sweep.column.{name}", lang)

    found: list[dict[str, Any]] = [
        {**grids.numeric("number", head("number"), "number", lang, 84), "pinned": "left", "cellClass": "cell-strong"},
        grids.numeric("policy", head("policy"), "number", lang, 84),
    ]
    for at, axis in enumerate(seen.axes[:-2]):
        if axis.values:
            found.append({"field": f"lever{at}", "headerName": axis.name, "width": 190, "tooltipField": f"lever{at}"})
        else:
            kind = "share" if axis.unit is Unit.SHARE else "decimal"
            found.append(grids.numeric(f"lever{at}", axis.name, kind, lang, 130))
    found += [
        grids.numeric(name, head(name), kind, lang, 110) for name, kind in (("chance", "share"), ("all_reach", "share"))
    ]
    found += [grids.numeric(name, head(name), "gain", lang, 110) for name in ("demand", "largest")]
    return [*found, {"field": "status", "headerName": head("status"), "flex": 1, "minWidth": 130}]


# one of them -------------------------------------------------------------------------------------------------
def picked(seen: Seen, one: Outcome, *, is_policy: bool, may_save: bool) -> Component:
    """The scenario that is picked, and how it becomes one of the reader's own."""
    lang = seen.lang
    assumed = {lever.key for lever in seen.levers if lever.assumption}
    chosen = [words.setting(key, value, seen.labels) for key, value in one.point.settings.items() if key not in assumed]
    future = [words.setting(key, value, seen.labels) for key, value in one.point.settings.items() if key in assumed]
    lines = [html.Li(text) for text in chosen]
    if is_policy:
        policies = () if seen.result.verdict is None else seen.result.verdict.policies
        policy = next(two for two in policies if two.number == one.point.policy)
        told = t(
            "ahead_sweep.picked.policy_told",
            lang,
            mean=in_ten(policy.mean, lang),
            worst=share(policy.worst, lang, 0),
            does=share(policy.does, lang, 0),
        )
        title = t("ahead_sweep.picked.policy", lang, number=one.point.policy)
    else:
        lines += [html.Li(text, className="assumed") for text in future]
        told = t(
            "ahead_sweep.picked.told", lang, chance=in_ten(one.chance, lang), all_reach=in_ten(one.all_reach, lang)
        )
        title = t("ahead_sweep.picked.one", lang, number=one.point.number)
    ways: list[Component] = []
    if may_save:
        ways.append(_save(seen, one, "ahead_sweep.picked.save", assumed=False))
        if not is_policy and future:
            ways.append(_save(seen, one, "ahead_sweep.picked.save_assumed", assumed=True))
    ways.append(
        html.A(
            t("ahead_sweep.picked.close", lang),
            href=seen.address({"s": "", "n": ""}),
            className="action",
            **carried(inside="true"),
        )
    )
    body = html.Div(
        [html.P(told), html.Ul(lines, className="notes"), html.Div(ways, className="actions no-print")],
        className="panel-body sweep-picked",
    )
    return parts.panel(title, body, id=ids.SWEEP_PICKED)


def _save(seen: Seen, one: Outcome, key: str, *, assumed: bool) -> Component:
    style = "action" if assumed else "action main"
    said = carried(
        sweep_do="save", of=seen.id, campaign=seen.campaign, number=str(one.point.number), assumed=str(assumed).lower()
    )
    return html.Button(t(key, seen.lang), type="button", className=style, **said)


def file_name(lang: str, name: str) -> str:
    """Name of a saved picture."""
    return f"{'quet' if lang == LANGUAGES[0] else 'sweep'}-{name}"
