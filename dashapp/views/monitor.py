"""Issued targets against newer figures: the day asked for, the province in cards, the agencies in chart and table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashapp import ids, services
from dashapp.charts.base import Twin
from dashapp.charts.dumbbell import Bell, dumbbell
from dashapp.charts.rows import TICKS, Goal
from dashapp.i18n import LANGUAGES, number, points, share, t
from dashapp.labels import Labels
from dashapp.services.database import AllocationRow
from dashapp.services.monitoring import Stand, Verdict, Watch
from dashapp.services.opened import Ground
from dashapp.services.tables import Table
from dashapp.urlstate import format_finalize
from dashapp.views import grids, parts
from dashapp.views.agencies import WHOLE_PAGE
from dashapp.views.parts import aria, carried, icon, legend_key
from engine import Basis, Kind
from scenarios import Campaign

MOST_DRAWN = 60
"""Agencies in the picture: the furthest behind."""
FEW = 10
"""Below this many units a week a decimal says something."""
TWIN_RIGHT = tuple(range(1, 9))


@dataclass(frozen=True, eq=False)
class Seen:
    """What the page is about: `typed` is the day as typed, `fault` what is wrong with it."""

    campaign: Campaign
    table: Table
    ground: Ground
    typed: str
    fault: str
    indicator: str
    lang: str

    @cached_property
    def labels(self) -> Labels:
        inputs = self.table.inputs
        return services.labels_of(inputs.figures, inputs.scenario.plan, self.lang)

    @cached_property
    def rows(self) -> Mapping[str, AllocationRow]:
        """A row of every agency, for its name and level."""
        return {row.agency: row for row in self.table.rows}


# the day -----------------------------------------------------------------------------------------------------
def question(seen: Seen) -> Component:
    """What is held against what, and the day of the new figures, which only people know."""
    lang, record, plan = seen.lang, seen.table.record, seen.table.inputs.scenario.plan
    keep = {"c": seen.campaign.id, "lang": "" if lang == LANGUAGES[0] else lang, "i": seen.indicator}
    fault = [html.Span(seen.fault, className="field-fault", role="alert")] if seen.fault else []
    box = dbc.Input(
        id=ids.MONITOR_DAY,
        name="d",
        value=seen.typed,
        placeholder=t("monitor.day.hint", lang),
        invalid=bool(seen.fault),
        maxLength=40,
        autocomplete="off",
    )
    form = html.Form(
        [
            *(dbc.Input(type="hidden", name=name, value=value) for name, value in keep.items() if value),
            html.Div(
                [html.Label([t("monitor.day.label", lang), *fault], htmlFor=ids.MONITOR_DAY), box], className="field"
            ),
            html.Button(t("monitor.day.button", lang), type="submit", className="action main"),
        ],
        action="/monitor",
        method="GET",
        className="toolbar monitor-day no-print",
        **carried(goes="true"),
    )
    decided = record.decision_number
    said = t("monitor.table" if decided else "monitor.table_plain", lang, number=record.number, decision=decided or "")
    way = html.A(
        said,
        href=format_finalize(seen.campaign.id, lang, record.number),
        **carried(inside="true"),
    )
    figures = t(
        "monitor.figures",
        lang,
        old=seen.table.inputs.figures_version.number,
        day=plan.as_of,
        new=seen.ground.figures_version.number,
    )
    why = t("monitor.day.why", lang, first=plan.as_of, last=plan.last.end)
    body = html.Div(
        [html.P([way, html.Br(), figures]), html.Div([form, html.P(why, className="muted")])],
        className="panel-body monitor-question",
    )
    return parts.panel(t("monitor.day.title", lang), body, id="monitor-question")


# what comes of it --------------------------------------------------------------------------------------------
def body(seen: Seen, watches: Sequence[Watch], ways: Mapping[str, str]) -> list[Component]:
    """The province in cards, then one indicator's agencies; `ways` are addresses by indicator."""
    lang = seen.lang
    cards = html.Section(
        [_card(seen, one) for one in watches], className="cards", **aria(label=t("monitor.card.all", lang))
    )
    chosen = next((one for one in watches if one.indicator == seen.indicator), None)
    if chosen is None:
        return [html.Section(parts.empty(t("monitor.nobody.title", lang), t("monitor.nobody.text", lang)))]
    found: list[Component] = [cards]
    if len(watches) > 1:
        found.append(_switch(seen, ways))
    if not chosen.comparable:
        said = t("monitor.apart.text", lang, period=chosen.period.id, since=chosen.since)
        return [*found, html.Section(parts.empty(t("monitor.apart.title", lang), said), className="panel")]
    return [*found, _chart(seen, chosen), _table(seen, chosen), _how(seen, chosen)]


def _switch(seen: Seen, ways: Mapping[str, str]) -> Component:
    links = []
    for one, address in ways.items():
        here = one == seen.indicator
        marks = aria(current="true") if here else {}
        style = "action small here" if here else "action small"
        links.append(
            html.A(seen.labels.indicator(one), href=address, className=style, **marks, **carried(inside="true"))
        )
    return html.Nav(links, className="monitor-indicators no-print", **aria(label=t("web.lever.indicator", seen.lang)))


def _card(seen: Seen, watch: Watch) -> Component:
    lang, one = seen.lang, watch.province
    label = t("monitor.card.label", lang, indicator=seen.labels.indicator(watch.indicator), period=watch.period.id)
    if one is None or one.verdict is Verdict.UNKNOWN:
        return parts.card(label, "–", t("monitor.card.unknown", lang))
    said = [
        t(f"monitor.card.{one.verdict}", lang, gap=_gap(one, lang), due=share(one.due, lang)),
        t("monitor.card.target", lang, target=share(one.target, lang, 1, trim=True), end=watch.period.end),
        _asked(seen, watch, one),
    ]
    tone: parts.Tone = "bad" if one.verdict is Verdict.BEHIND else "good"
    return parts.card(label, share(one.now, lang), html.Span([_line(text) for text in said]), tone=tone)


def _line(text: str) -> Component:
    return html.Span(text, className="monitor-line")


def _gap(one: Stand, lang: str) -> str:
    return points(abs(one.ahead or 0.0), lang)


def _asked(seen: Seen, watch: Watch, one: Stand) -> str:
    """What the time left must bring, in a sentence."""
    lang, needed = seen.lang, one.needed or 0.0
    unit = seen.labels.unit(watch.indicator, needed)
    if not needed:
        return t("monitor.asked.nothing", lang)
    if one.per_week is None:
        return t("monitor.asked.over", lang, needed=needed, unit=unit)
    said = t("monitor.asked.weekly", lang, needed=needed, unit=unit, per_week=one.per_week, pace=_slow(one.pace, lang))
    if one.beyond:
        return f"{said} {t('monitor.asked.beyond', lang)}"
    if one.rate is not None:
        return f"{said} {t('monitor.asked.rate', lang, rate=one.rate)}"
    return said


def _slow(pace: float | None, lang: str) -> str:
    """Units a week: a decimal where they are few."""
    return number(pace, lang, 1 if pace is not None and abs(pace) < FEW else 0, trim=True)


# the picture -------------------------------------------------------------------------------------------------
def _chart(seen: Seen, watch: Watch) -> Component:
    lang = seen.lang
    behind, known = watch.count(Verdict.BEHIND), len(watch.agencies) - watch.count(Verdict.UNKNOWN)
    drawn = watch.agencies[:MOST_DRAWN]
    title = t("monitor.chart.title" if behind else "monitor.chart.fine", lang, behind=behind, known=known)
    if len(drawn) < len(watch.agencies):
        title = f"{title} {t('monitor.chart.few', lang, shown=len(drawn))}"
    goal = None
    if watch.province is not None:
        written = share(watch.province.target, lang, 1, trim=True)
        goal = Goal(watch.province.target, t("monitor.chart.province", lang, target=written), written)
    figure = dumbbell([("", [_bell(seen, one) for one in drawn])], goal, [share(one, lang, 0) for one in TICKS], lang)
    legend = [
        legend_key(kind, t(f"monitor.chart.{name}", lang, period=watch.period.id, day=watch.day))
        for kind, name in (("now", "now"), ("mid", "due"), ("target", "target"), ("goal", "goal"))
    ]
    name = f"theo-doi-{watch.indicator}" if lang == LANGUAGES[0] else f"monitor-{watch.indicator}"
    return parts.chart_panel(ids.MONITOR_CHART, title, figure, _twin(seen, watch, title), lang, name, legend=legend)


def _bell(seen: Seen, one: Stand) -> Bell:
    lang = seen.lang
    target = share(one.target, lang, 1, trim=True)
    label = target if one.ahead is None else f"{target} ({number(one.ahead * 100, lang, 1, signed=True)})"
    lines = [
        f"<b>{_name(seen, one)}</b>",
        t("monitor.box.now", lang, now=share(one.now, lang)),
        t("monitor.box.due", lang, due=share(one.due, lang)),
        t("monitor.box.target", lang, target=target),
        _state(seen, one),
    ]
    return Bell(
        code=one.agency,
        name=_name(seen, one),
        now=one.now,
        middle=one.due,
        target=one.target,
        mark="",
        label=label,
        hover="<br>".join(lines),
    )


def _name(seen: Seen, one: Stand) -> str:
    return seen.labels.agency(one.agency) if one.agency else t("monitor.province", seen.lang)


def _state(seen: Seen, one: Stand) -> str:
    """How it stands, in words, with what a reader must know about it."""
    lang = seen.lang
    said = [t(f"monitor.verdict.{one.verdict}", lang)]
    if one.beyond:
        said.append(t("monitor.note.beyond", lang))
    if one.unchanged:
        said.append(t("monitor.note.unchanged", lang))
    return " · ".join(said)


def _twin(seen: Seen, watch: Watch, title: str) -> Twin:
    lang, rows = seen.lang, []
    for one in (*([watch.province] if watch.province else []), *watch.agencies):
        rows.append(
            (
                _name(seen, one),
                share(one.target, lang, 1, trim=True),
                share(one.due, lang),
                share(one.now, lang),
                points(one.ahead, lang, signed=True),
                number(one.ahead_count, lang, signed=True),
                number(one.needed, lang),
                number(one.per_week, lang),
                share(one.rate, lang),
                _state(seen, one),
            )
        )
    names = ("name", "target", "due", "now", "ahead", "ahead_count", "needed", "per_week", "rate", "note")
    heads = tuple(_head(seen, watch, name) for name in names)
    return Twin(heads, tuple(rows), TWIN_RIGHT, title)


def _head(seen: Seen, watch: Watch, name: str) -> str:
    unit = t(f"monitor.unit.{watch.kind}", seen.lang)
    return t(f"monitor.head.{name}", seen.lang, period=watch.period.id, unit=unit)


# the table ---------------------------------------------------------------------------------------------------
def records(seen: Seen, watch: Watch) -> list[dict[str, Any]]:
    """One record per agency, the furthest behind first; shares as fractions, None where there is no number."""
    return [_record(seen, one) for one in watch.agencies]


def _record(seen: Seen, one: Stand) -> dict[str, Any]:
    row = seen.rows.get(one.agency)
    return {
        "code": one.agency,
        "name": _name(seen, one),
        "level": "" if row is None else t(f"terms.level.{row.level}", seen.lang),
        "target": one.target,
        "due": one.due,
        "now": one.now,
        "ahead": one.ahead,
        "ahead_count": one.ahead_count,
        "needed": one.needed,
        "per_week": one.per_week,
        "pace": one.pace,
        "rate": one.rate,
        "verdict": str(one.verdict),
        "note": _state(seen, one),
    }


def _columns(seen: Seen, watch: Watch) -> list[dict[str, Any]]:
    lang = seen.lang
    kinds = {
        "target": ("target", 80),
        "due": ("share", 84),
        "now": ("share", 80),
        "ahead": ("gain", 84),
        "ahead_count": ("added", 88),
        "needed": ("number", 84),
        "per_week": ("number", 88),
        "pace": ("number", 88),
        **({"rate": ("share", 92)} if watch.kind is Kind.FLOW else {}),
    }
    found: list[dict[str, Any]] = [
        {
            "field": "name",
            "headerName": _head(seen, watch, "name"),
            "pinned": "left",
            "width": 210,
            "minWidth": 150,
            "tooltipField": "name",
            "cellClass": "cell-strong",
        },
        {"field": "level", "headerName": _head(seen, watch, "level"), "width": 100},
    ]
    for field, (kind, width) in kinds.items():
        column = grids.numeric(field, _head(seen, watch, field), kind, lang, width)
        if field in ("ahead", "ahead_count"):
            column["cellClassRules"] = {"cell-upper": "params.data && params.data.verdict == 'behind'"}
        found.append(column)
    rules = {
        "cell-upper": "params.data && params.data.verdict == 'behind'",
        "cell-muted": "params.data && params.data.verdict == 'unknown'",
    }
    note = {"field": "note", "headerName": _head(seen, watch, "note"), "flex": 1, "minWidth": 150}
    return [*found, {**note, "tooltipField": "note", "cellClassRules": rules}]


def _table(seen: Seen, watch: Watch) -> Component:
    rows = records(seen, watch)
    behaviour = grids.options(
        seen.lang,
        whole=len(rows) <= WHOLE_PAGE,
        headerHeight=62,
        pinnedTopRowData=[] if watch.province is None else [_record(seen, watch.province)],
    )
    grid = grids.grid(ids.MONITOR_GRID, _columns(seen, watch), behaviour, rowData=rows)
    title = t("monitor.grid.title", seen.lang)
    return parts.panel(title, html.Div(grid, className="grid-wrap monitor-grid"), id="monitor-grid-panel", flows=True)


# how it is reckoned ------------------------------------------------------------------------------------------
def _how(seen: Seen, watch: Watch) -> Component:
    lang, unit = seen.lang, seen.labels.unit(watch.indicator, 2)
    alone = watch.basis is Basis.IN_PERIOD
    lines = [
        t(
            "monitor.how.alone" if alone else "monitor.how.path",
            lang,
            since=watch.since,
            day=watch.day,
            end=watch.period.end,
            period=watch.period.id,
            elapsed=watch.elapsed,
        ),
        t("monitor.how.behind", lang, unit=unit),
        t("monitor.how.weeks", lang, weeks=number(watch.weeks, lang, 1, trim=True), end=watch.period.end),
    ]
    if watch.kind is Kind.FLOW:
        lines.append(t("monitor.how.coming", lang, unit=unit, period=watch.period.id))
    lines.append(t("monitor.how.province", lang))
    items = html.Ul([html.Li(line) for line in lines], className="notes")
    return parts.panel(
        t("monitor.how.title", lang),
        html.Div([items], className="panel-body monitor-how"),
        icon("info"),
        id="monitor-how",
    )
