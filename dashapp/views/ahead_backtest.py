"""Forecasts side by side and how they would have done: the picture, what each would come to, the trial by agency."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import dash_bootstrap_components as dbc
import numpy as np
from dash import html
from dash.development.base_component import Component

from dashapp import ids, services
from dashapp.charts.base import Twin
from dashapp.charts.forecasts import Ahead, Dot, Mark, forecasts
from dashapp.i18n import ABSENT, LANGUAGES, number, period, points, share, t
from dashapp.labels import Labels
from dashapp.services.forecasting import Ground, Side
from dashapp.views import grids, parts
from dashapp.views.agencies import WHOLE_PAGE
from dashapp.views.parts import aria, carried, legend_key
from engine import NO_CHANGE, BackTest, Basis, Kind, Tried
from scenarios import Campaign

HIDDEN = (1, 2, 3, 4, 6, 9, 12)
"""How many months are offered to be hidden."""
USUAL = 2
PROVINCE = "-"
"""The choice of the province among the agencies; an address leaves it out."""
TICK_MONTHS = 3


@dataclass(frozen=True, eq=False)
class Seen:
    """What the page is about: an indicator that has months, an agency's code (empty: the province), months to hide."""

    campaign: Campaign
    ground: Ground
    indicator: str
    agency: str
    hide: int
    lang: str

    @cached_property
    def labels(self) -> Labels:
        opened = self.ground.opened
        return services.labels_of(opened.figures, opened.scenario.plan, self.lang)

    @property
    def who(self) -> str:
        """Whose rates are shown."""
        return self.labels.agency(self.agency) if self.agency else t("ahead.column.province", self.lang)

    def say(self, key: str, **more: Any) -> str:
        """A text of this page."""
        return t(f"ahead_backtest.{key}", self.lang, **more)

    def forecast(self, name: str) -> str:
        """What a forecast is called."""
        return t(f"ahead.trend.{name}", self.lang)


# what is looked at --------------------------------------------------------------------------------------------
def indicators(seen: Seen, ways: Mapping[str, str]) -> list[Component]:
    """Links to the other indicators that have months; nothing where there is one."""
    if len(ways) < 2:
        return []
    links = [_link(seen.labels.indicator(id), way, here=id == seen.indicator) for id, way in ways.items()]
    return [html.Nav(links, className="monitor-indicators no-print", **aria(label=t("web.lever.indicator", seen.lang)))]


def _link(text: str, address: str, *, here: bool) -> Component:
    style = "action small here" if here else "action small"
    return html.A(
        text, href=address, className=style, **(aria(current="true") if here else {}), **carried(inside="true")
    )


def _choose_agency(seen: Seen, path: str) -> Component:
    """Whose forecasts are drawn: a form that asks for an address."""
    lang = seen.lang
    keep = {
        "c": seen.campaign.id,
        "i": seen.indicator,
        "k": str(seen.hide),
        "lang": "" if lang == LANGUAGES[0] else lang,
    }
    own = seen.ground.agencies[seen.indicator]
    options = [{"label": t("ahead.column.province", lang), "value": PROVINCE}]
    options += [{"label": seen.labels.agency(code), "value": code} for code in own]
    return html.Form(
        [
            *(dbc.Input(type="hidden", name=name, value=value) for name, value in keep.items() if value),
            html.Div(
                [
                    html.Label(seen.say("whose"), htmlFor=ids.AHEAD_AGENCY),
                    dbc.Select(id=ids.AHEAD_AGENCY, name="a", options=options, value=seen.agency or PROVINCE),
                ],
                className="field",
            ),
            html.Button(seen.say("show"), type="submit", className="action"),
        ],
        action=path,
        method="GET",
        className="toolbar ahead-whose no-print",
        **carried(goes="true"),
    )


# the picture --------------------------------------------------------------------------------------------------
def picture(seen: Seen, side: Side, path: str) -> Component:
    """Months, forecasts with their ranges, and the rate that the goal takes; its table twin."""
    lang = seen.lang
    title = _headline(seen, side)
    first = side.past.ends[0].toordinal()
    dots = [
        Dot(end.toordinal() - first, float(rate), _dot(seen, side, at))
        for at, (end, rate) in enumerate(zip(side.past.ends, side.past.rate, strict=True))
        if not math.isnan(rate)
    ]
    days = [end.toordinal() - first for end in side.ends]
    ahead = [
        Ahead(
            f"{seen.forecast(name)} <b>{share(float(line.rate[-1]), lang)}</b>",
            days,
            line.rate.tolist(),
            line.low.tolist(),
            line.high.tolist(),
            [_ahead(seen, side, name, at) for at in range(len(days))],
        )
        for name, line in side.lines.items()
    ]
    needed = None
    if side.needed is not None and side.goal is not None:
        key = "needed" if side.asked.basis is Basis.CUMULATIVE else "goal"
        goal = share(side.goal, lang, 1, trim=True)
        needed = Mark(min(side.needed, 1.0), seen.say(f"chart.{key}", needed=share(side.needed, lang), goal=goal))
    since = Mark(side.as_of.toordinal() - first, seen.say("chart.since", day=side.as_of))
    months = {(end.year, end.month): end for end in (*side.past.ends, *side.ends)}  # the month that runs is in both
    dates = [Mark(one.toordinal() - first, f"{one:%m/%Y}") for one in months.values() if one.month % TICK_MONTHS == 0]
    percents = [share(one / 100, lang, 0) for one in range(101)]
    figure = forecasts(dots, ahead, needed, since, dates, percents, lang)
    legend = [legend_key("now", seen.say("chart.month"))]
    legend += [legend_key(f"series-{at}", seen.forecast(name)) for at, name in enumerate(side.lines, start=1)]
    legend.append(legend_key("band", seen.say("chart.band")))
    name = f"du-bao-{seen.indicator}" if lang == LANGUAGES[0] else f"forecasts-{seen.indicator}"
    twin = _twin(seen, side, title)
    beside = [_choose_agency(seen, path)]
    return parts.chart_panel(ids.AHEAD_CHART, title, figure, twin, lang, name, beside=beside, legend=legend)


def _headline(seen: Seen, side: Side) -> str:
    """What the picture says, in a sentence: none of the forecasts is taken to be right."""
    lang = seen.lang
    last = {name: float(line.by_period[0, -1]) for name, line in side.lines.items()}
    highest = max(last, key=lambda name: last[name])
    told = {"who": seen.who, "highest": share(last[highest], lang), "forecast": seen.forecast(highest)}
    if side.needed is None:
        return seen.say("chart.title", **told)
    kind = "below" if last[highest] < side.needed else "above"
    return seen.say(f"chart.title_{kind}", **told, needed=share(side.needed, lang))


def _dot(seen: Seen, side: Side, at: int) -> str:
    past, lang = side.past, seen.lang
    return seen.say(
        "chart.dot",
        day=past.ends[at],
        rate=share(float(past.rate[at]), lang),
        counted=number(float(past.denominator[at]), lang),
    )


def _ahead(seen: Seen, side: Side, name: str, at: int) -> str:
    line, lang = side.lines[name], seen.lang
    rate, low, high = (share(float(part[at]), lang) for part in (line.rate, line.low, line.high))
    return f"<b>{seen.forecast(name)}</b><br>" + seen.say(
        "chart.ahead", day=side.ends[at], rate=rate, low=low, high=high
    )


def _twin(seen: Seen, side: Side, caption: str) -> Twin:
    lang = seen.lang
    rows = [
        (f"{end:%m/%Y}", share(float(rate), lang), *[ABSENT] * len(side.lines))
        for end, rate in zip(side.past.ends, side.past.rate, strict=True)
    ]
    for at, end in enumerate(side.ends):
        told = [_ranged(line.rate[at], line.low[at], line.high[at], lang) for line in side.lines.values()]
        rows.append((f"{end:%m/%Y}", ABSENT, *told))
    heads = (seen.say("head.month"), seen.say("head.came"), *(seen.forecast(name) for name in side.lines))
    return Twin(heads, tuple(rows), tuple(range(1, len(heads))), caption)


def _ranged(rate: float, low: float, high: float, lang: str) -> str:
    """``28,4 % (25,1 – 31,9 %)``."""
    return f"{share(float(rate), lang)} ({number(100 * float(low), lang, 1)}\u2009–\u2009{share(float(high), lang)})"


# what each would come to --------------------------------------------------------------------------------------
def outcomes(seen: Seen, side: Side) -> Component:
    """Each forecast by period, and where the year would end."""
    lang, cumulative = seen.lang, side.asked.basis is Basis.CUMULATIVE
    alone = "head.at" if side.asked.kind is Kind.STOCK else "head.alone"
    heads = [t("ahead.column.forecast", lang)]
    heads += [seen.say(alone, period=period(one.id, lang)) for one in side.periods]
    if cumulative:
        heads.append(seen.say("head.reached", end=side.periods[-1].end))
    right = tuple(range(1, len(heads)))
    lines = []
    for at, (name, line) in enumerate(side.lines.items()):
        key = html.Span(className=f"key key-series-{at + 1}", **aria(hidden="true"))
        cells: list[Any] = [html.Span([key, seen.forecast(name)], className="ahead-named")]
        cells += [_ranged(rate, low, high, lang) for rate, low, high in line.by_period.T.tolist()]
        if cumulative:
            cells.append(html.Strong(share(float(line.reached[-1]), lang)))
        lines.append(parts.table_row(cells, right))
    said = [html.P(seen.say("outcomes.text"), className="muted")]
    if side.goal is not None:
        said.append(html.P(_wanted(seen, side)))
    body = html.Div(
        [*said, _scrolled(parts.table(heads, lines, right), seen.say("outcomes.title"))],
        className="panel-body ahead-told",
    )
    return parts.panel(seen.say("outcomes.title"), body, id="ahead-outcomes")


def _wanted(seen: Seen, side: Side) -> str:
    lang = seen.lang
    key = "target" if side.agency else "goal"
    goal = share(side.goal, lang, 1, trim=True)
    if side.asked.basis is not Basis.CUMULATIVE or side.needed is None:
        return seen.say(f"outcomes.{key}", goal=goal, end=side.periods[-1].end)
    needed = share(side.needed, lang)
    return seen.say(f"outcomes.{key}_needed", goal=goal, end=side.periods[-1].end, needed=needed)


def _scrolled(table: Component, label: str) -> Component:
    return html.Div(table, className="ahead-table", tabIndex="0", role="group", **aria(label=label))


# the trial ----------------------------------------------------------------------------------------------------
def too_few(seen: Seen) -> Component:
    """Why nothing can be hidden."""
    months = seen.ground.figures.months(seen.indicator)
    known = 0 if months is None else len(months.ends)
    said = parts.empty(seen.say("few.title"), seen.say("few.text", known=known))
    return html.Section(said, className="panel")


def trial(seen: Seen, test: BackTest, ways: Mapping[int, str]) -> Component:
    """What each forecast would have got wrong, in a sentence and a table; `ways` are addresses by months hidden."""
    lang = seen.lang
    links = [_link(number(count, lang), way, here=count == seen.hide) for count, way in ways.items()]
    hide = html.Div(
        [
            html.Span(seen.say("hide"), id=f"{ids.AHEAD_HIDE}-label", className="muted"),
            html.Nav(links, id=ids.AHEAD_HIDE, className="ahead-hide", **aria(labelledby=f"{ids.AHEAD_HIDE}-label")),
        ],
        className="ahead-hidden no-print",
    )
    place = _place(seen, test)
    came = test.province if place is None else float(test.actual[place])
    told = seen.say("trial.head", since=test.since, until=test.until, who=seen.who, came=share(came, lang, 2))
    said = [html.P(told), html.P(html.Strong(verdict(seen, test)))]
    if not math.isnan(test.came_volume) and test.came_volume > 0:
        off = share(test.expected_volume / test.came_volume - 1.0, lang, 1, signed=True)
        counts = {"expected": number(test.expected_volume, lang), "came": number(test.came_volume, lang)}
        said.append(html.P(seen.say("trial.volume", **counts, off=off), className="muted"))
    table = _scrolled(_together(seen, test, place), seen.say("trial.title"))
    promise = html.P(t("ahead.say.no_promise", lang), className="muted")
    body = html.Div([*said, table, promise], className="panel-body ahead-told")
    return parts.panel(seen.say("trial.title"), body, hide, id="ahead-trial")


def verdict(seen: Seen, test: BackTest) -> str:
    """Whether any forecast came nearer than no change, honestly: not where chance explains as much."""
    lang, best = seen.lang, test.best
    naive = points(test.tried[NO_CHANGE].mean_error, lang, 2)
    if best == NO_CHANGE:
        return seen.say("verdict.naive", naive=naive)
    mean, spread = test.gain(best)
    key = "verdict.best" if test.is_told_apart else "verdict.unsure"
    told = {"forecast": seen.forecast(best), "gain": points(mean, lang, 2), "naive": naive}
    return seen.say(key, **told, own=points(test.tried[best].mean_error, lang, 2), spread=points(spread, lang, 2))


def _place(seen: Seen, test: BackTest) -> int | None:
    if not seen.agency:
        return None
    return int(np.flatnonzero(test.rows == seen.ground.figures.position[seen.agency])[0])


def _together(seen: Seen, test: BackTest, place: int | None) -> Component:
    lang = seen.lang
    heads = [t("ahead.column.forecast", lang), seen.who]
    heads += [t(f"ahead.column.{name}", lang) for name in ("error", "range")]
    heads += [seen.say(f"head.{name}") for name in ("mean_error", "nearer", "held")]
    right = tuple(range(1, len(heads)))
    lines = [parts.table_row(_tried(seen, test, name, one, place), right) for name, one in test.tried.items()]
    return parts.table(heads, lines, right)


def _tried(seen: Seen, test: BackTest, name: str, one: Tried, place: int | None) -> list[Any]:
    lang, made = seen.lang, one.forecast
    if place is None:
        rate, low, high = (float(part[0]) for part in (made.province, made.province_low, made.province_high))
        error = one.province_error
    else:
        rate, low, high = (float(part[0, place]) for part in (made.rate, made.low, made.high))
        error = float(one.error[place])
    return [
        seen.forecast(name),
        share(rate, lang, 2),
        points(error, lang, 2, signed=True),
        f"{number(100 * low, lang, 1)}\u2009–\u2009{share(high, lang)}",
        points(one.mean_error, lang, 2),
        ABSENT if name == NO_CHANGE else share(test.beaten(name), lang, 0),
        share(one.covered, lang, 0),
    ]


# agency by agency ---------------------------------------------------------------------------------------------
def records(seen: Seen, test: BackTest) -> list[dict[str, Any]]:
    """One record per agency that had anything in the hidden months, the largest error of the best forecast first."""
    figures, names = seen.ground.figures, list(test.tried)
    errors = np.stack([test.tried[name].error for name in names])
    found = []
    for at in np.flatnonzero(~np.isnan(test.actual)):
        own = errors[:, at]
        code = figures.codes[test.rows[at]]
        nearest = names[int(np.argmin(np.abs(own)))]
        found.append(
            {
                "code": code,
                "name": seen.labels.agency(code),
                "level": t(f"terms.level.{figures.levels[test.rows[at]]}", seen.lang),
                "volume": float(test.volume[at]),
                "actual": float(test.actual[at]),
                **{f"error_{name}": float(error) for name, error in zip(names, own, strict=True)},
                "nearest": seen.forecast(nearest),
            }
        )
    by = f"error_{test.best}"
    return sorted(found, key=lambda one: (-abs(one[by]), one["code"]))


def each(seen: Seen, test: BackTest) -> Component:
    """The error of each forecast for each agency."""
    rows = records(seen, test)
    behaviour = grids.options(seen.lang, whole=len(rows) <= WHOLE_PAGE, headerHeight=62)
    grid = grids.grid(ids.AHEAD_GRID, _columns(seen, test), behaviour, rowData=rows)
    said = html.P(seen.say("each.text", forecast=seen.forecast(test.best)), className="muted")
    body = html.Div([html.Div(said, className="panel-body ahead-told"), html.Div(grid, className="grid-wrap")])
    return parts.panel(seen.say("each.title"), body, id="ahead-each", flows=True)


def _columns(seen: Seen, test: BackTest) -> list[dict[str, Any]]:
    lang = seen.lang
    name: dict[str, Any] = {"field": "name", "headerName": t("terms.column.name", lang), "pinned": "left"}
    found: list[dict[str, Any]] = [
        {**name, "width": 230, "minWidth": 150, "tooltipField": "name", "cellClass": "cell-strong"},
        {"field": "level", "headerName": t("terms.column.level", lang), "width": 100},
        grids.numeric("volume", seen.say("head.volume"), "number", lang, 96),
        grids.numeric("actual", seen.say("head.came"), "share", lang, 92),
    ]
    for one in test.tried:
        tip = seen.say("head.error_tip", forecast=seen.forecast(one))
        column = grids.numeric(f"error_{one}", seen.forecast(one), "gain", lang, 104, tip)
        column["cellClassRules"] = {"cell-strong": f"params.data && params.data.nearest == '{seen.forecast(one)}'"}
        found.append(column)
    nearest = {"field": "nearest", "headerName": seen.say("head.nearest"), "flex": 1, "minWidth": 150}
    return [*found, nearest]
