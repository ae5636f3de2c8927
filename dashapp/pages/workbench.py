"""The scenario workbench: levers on the left, what comes of them on the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.charts import base
from dashapp.i18n import t
from dashapp.services.database import ScenarioRecord
from dashapp.services.opened import Opened
from dashapp.services.rights import Actor
from dashapp.urlstate import ORDERS, VIEWS, Fault, PageState, format_page
from dashapp.views import (
    agencies,
    chances,
    controls,
    downloads,
    grids,
    keeping,
    lever_panel,
    moves,
    paging,
    parts,
    sureness,
)
from dashapp.views.answer import Answer
from dashapp.views.keeping import Kept
from dashapp.views.markup import Written, written
from dashapp.views.shown import EVERYBODY, indicators, parents, saved_labels


@dataclass(frozen=True, eq=False)
class Bench:
    """What a workbench is laid out from.

    `listed` are the scenarios to choose from, `actor` is who looks, `kept` what is known of the actor's draft,
    `faults` what the address said wrongly.
    """

    opened: Opened
    listed: Sequence[ScenarioRecord]
    state: PageState
    answer: Answer
    actor: Actor
    kept: Kept
    faults: Sequence[Fault] = ()


def body(bench: Bench) -> Component:
    """The whole page of a state."""
    state, answer = bench.state, bench.answer
    answered = {
        "seq": 0,
        "address": answer.address,
        "visible": answer.visible,
        "saved": format_page(answer.state.reset()),
        "controls": moves.values(answer.controls),
        "hints": answer.hints,
    }
    return html.Div(
        [
            dcc.Store(id=ids.ANSWERED, data=answered),
            html.Span(id=ids.STANDING, hidden=True),
            dcc.Store(id=ids.MOVE),
            dcc.Store(id=ids.WANTED),
            dcc.Store(id=ids.TO_CHANCE),
            dcc.Store(id=ids.TO_WEIGH),
            dcc.Store(id=ids.DRAWN),
            dcc.Store(id=ids.EXPLAIN),
            dcc.Store(id=ids.AGENCY, data=state.agency or None),
            _levers(bench),
            _result(bench),
            keeping.dialogs(bench.opened, bench.actor, state.lang),
            dbc.Offcanvas(
                id=ids.DRAWER,
                placement="end",
                backdrop=False,
                scrollable=True,
                is_open=False,
                close_button=False,
                title="",
                className="explain",
                labelledby=f"{ids.DRAWER}-title",
            ),
        ],
        className="workbench",
    )


# --- left ----------------------------------------------------------------------------------------------------
def _levers(bench: Bench) -> Component:
    lang = bench.state.lang
    options = [{"label": one.name[lang], "value": one.slug} for one in bench.listed]
    note = bench.opened.scenario.note.get(lang, "")
    chooser = lever_panel.choose(options, bench.state.slug, note, lang)
    return lever_panel.panel(bench.opened, bench.state, bench.answer, chooser)


# --- right ---------------------------------------------------------------------------------------------------
def _result(bench: Bench) -> Component:
    state, answer, lang = bench.state, bench.answer, bench.state.lang
    return html.Div(
        [
            keeping.toolbar(bench.opened, state, bench.actor, bench.kept, lang),
            html.Div(
                [Written(written(answer.head), id=ids.HEAD), _indicators(bench)],
                className="result-head",
            ),
            *parts.faults(bench.faults, lang),
            keeping.notice(bench.opened, state, bench.actor, bench.kept, lang),
            Written(written(answer.alert), id=ids.ALERT, className="d-grid gap-2", **parts.aria(live="polite")),
            _cards(answer, lang),
            Written(written(sureness.waiting(lang, state.sure)), id=ids.SURENESS, className="sureness no-print"),
            _chart(state, answer),
            _table(state, answer),
            Written(written(answer.notes), "details", ids.NOTES, "panel"),
        ],
        className="result",
    )


def _cards(answer: Answer, lang: str) -> Component:
    """Those that come with a move, and the one that is asked for when nothing moves any more."""
    own = [Written(written(answer.cards), "div", ids.CARDS, "among")]
    own.append(Written(written(chances.waiting(lang)), "div", ids.CHANCE, "among"))
    return html.Section(own, className="cards", **parts.aria(label=t("web.card.label", lang)))


def _indicators(bench: Bench) -> Component:
    lang, opened = bench.state.lang, bench.opened
    own = indicators(opened.campaign, opened.scenario.plan)
    words = saved_labels(opened, lang)
    return html.Div(
        dbc.RadioItems(
            id=ids.INDICATOR,
            options=[{"label": words.indicator(id), "value": id} for id in own],
            value=bench.answer.controls.indicator,
            className="segmented",
        ),
        role="group",
        className="no-print" if len(own) > 1 else "hidden",
        **parts.aria(label=t("web.lever.indicator", lang)),
    )


def _chart(state: PageState, answer: Answer) -> Component:
    lang, now, seen = state.lang, answer.controls, answer.picture
    views = [{"label": t(f"web.view.{one}", lang), "value": one} for one in VIEWS]
    switch = html.Div(
        dbc.RadioItems(id=ids.VIEW, options=views, value=now.view, className="segmented"),
        role="group",
        className="no-print",
        **parts.aria(label=t("web.view.label", lang)),
    )
    return parts.chart_panel(
        ids.CHART,
        t("web.chart.title", lang) if seen is None else seen.title,
        base.empty() if seen is None else seen.figure,
        None if seen is None else seen.twin,
        lang,
        f"chitieu-{state.campaign}-{state.slug}",
        beside=(
            switch,
            _order(lang, now),
            _inside(state, answer),
            html.P("" if seen is None else seen.note, id=ids.CHART_NOTE, className="chart-note"),
        ),
        legend=[] if seen is None else seen.legend,
        whole=answer.rows is not None and answer.count <= agencies.WHOLE_PAGE,
    )


def _order(lang: str, now: controls.Controls) -> Component:
    options = [{"label": t(f"web.order.{one}", lang), "value": one} for one in ORDERS]
    return html.Div(
        [
            html.Label(t("web.order.label", lang), htmlFor=ids.ORDER),
            dbc.Select(id=ids.ORDER, options=options, value=now.order),
        ],
        className="field no-print",
    )


def _inside(state: PageState, answer: Answer) -> Component:
    """Whose agencies are shown; hidden where nobody has agencies below."""
    lang = state.lang
    below = parents(answer.shown) if answer.shown is not None else ()
    options = [{"label": t("web.inside.top", lang), "value": controls.TOP}]
    options += [{"label": t("web.inside.of", lang, parent=name), "value": code} for code, name in below]
    if below:
        options.append({"label": t("web.inside.all", lang), "value": EVERYBODY})
    return html.Div(
        [
            html.Label(t("web.inside.label", lang), htmlFor=ids.INSIDE),
            dbc.Select(id=ids.INSIDE, options=options, value=state.inside or controls.TOP),
        ],
        className="field no-print" if below else "hidden",
    )


def _table(state: PageState, answer: Answer) -> Component:
    lang = state.lang
    search = html.Div(
        [
            html.Label(t("web.grid.search", lang), htmlFor=ids.SEARCH),
            dbc.Input(id=ids.SEARCH, type="search", autocomplete="off"),
        ],
        className="field no-print",
    )
    return parts.panel(
        t("web.grid.title", lang),
        html.Div(grid(answer, lang), className="grid-wrap"),
        html.Span(t("web.grid.help", lang), className="muted no-print"),
        search,
        Written(written(downloads.of_scenario(state.campaign, state.slug, lang))),
        id="grid-panel",
        flows=True,
    )


def grid(answer: Answer, lang: str) -> Component:
    """The table of agencies; a row is known by its agency's code. Long ones ask for their rows as they are scrolled."""
    paged = answer.shown is not None and answer.rows is None
    whole = not paged and answer.count <= agencies.WHOLE_PAGE
    behaviour = grids.options(
        lang,
        whole=whole,
        rowSelection={"mode": "singleRow", "checkboxes": False, "enableClickSelection": True},
        pinnedBottomRowData=answer.totals or [],
        enableCellTextSelection=False,
        **(paging.BEHAVIOUR if paged else grids.searched("searching()", "isFound(params)")),
    )
    rows: dict[str, Any] = {"rowModelType": "infinite"} if paged else {"rowData": answer.rows or []}
    explain = {"cellKeyDown": ["explainRow(params)"]}
    return grids.grid(ids.GRID, answer.columns or [], behaviour, listeners=explain, filtered=paged, **rows)
