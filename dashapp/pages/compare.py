"""Two scenarios side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_ag_grid as dag
import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashapp import ids, services
from dashapp.charts import base
from dashapp.i18n import t
from dashapp.urlstate import CompareState, Fault
from dashapp.views import agencies, parts
from dashapp.views.comparison import Compared, compare
from dashapp.views.shown import choices, main_indicator


def body(state: CompareState, faults: Sequence[Fault]) -> Component:
    """The whole page: two selectors, the indicator, and what the two come to."""
    lang = state.lang
    campaign = state.left.partition("/")[0]
    return html.Div(
        [
            html.H1(t("web.compare.title", lang), className="page-title"),
            *parts.faults(faults, lang),
            html.Div(
                [
                    _selector(ids.LEFT, t("web.compare.left", lang), state.left, campaign, lang),
                    _selector(ids.RIGHT, t("web.compare.right", lang), state.right, campaign, lang),
                    _indicators(state, campaign),
                ],
                className="choices",
            ),
            html.Div(result(compare(state), state), id=ids.COMPARE_BODY, className="d-grid gap-3"),
        ],
        className="page",
    )


def _selector(id: str, label: str, value: str, campaign: str, lang: str) -> Component:
    options = [{"label": one.name[lang], "value": one.id} for one in services.presets(campaign)]
    return html.Div(
        [html.Label(label, htmlFor=id), dbc.Select(id=id, options=options, value=value)],
        className="field",
    )


def _indicators(state: CompareState, campaign: str) -> Component:
    own, words = choices(campaign).indicators, services.indicator_words(state.lang)
    return html.Div(
        dbc.RadioItems(
            id=ids.COMPARE_INDICATOR,
            options=[{"label": words[id].short, "value": id} for id in own],
            value=state.indicator or main_indicator(campaign),
            className="segmented",
        ),
        role="group",
        className="" if len(own) > 1 else "hidden",
        **parts.aria(label=t("web.lever.indicator", state.lang)),
    )


def result(compared: Compared, state: CompareState) -> list[Component]:
    """What stands under the selectors."""
    if compared.facts is None or compared.figure is None or compared.rows is None:
        return compared.refused
    lang = state.lang
    campaign = state.left.partition("/")[0]
    names = [services.scenario(id).name[lang] for id in (state.left, state.right)]
    keys = [
        html.Li([html.Span(className=f"key key-{key}", **parts.aria(hidden="true")), name])
        for key, name in zip(("left", "target"), names, strict=True)
    ]
    last = choices(campaign).periods[-1]
    return [
        html.Section(compared.facts, className="panel"),
        parts.panel(
            t("web.compare.chart", lang, period=last),
            html.Div(
                base.graph(ids.COMPARE_CHART, compared.figure, lang, "chitieu-so-sanh"),
                className="chart-scroll",
                tabIndex="0",
                role="region",
                **parts.aria(labelledby="compare-chart-panel-title"),
            ),
            html.Ul(keys, className="legend"),
            id="compare-chart-panel",
            flows=True,
        ),
        parts.panel(
            t("web.compare.table", lang, period=last),
            html.Div(_grid(compared, lang), className="grid-wrap"),
            id="compare-grid-panel",
            flows=True,
        ),
    ]


def changed(left: str, right: str, indicator: str, lang: str) -> list[Component]:
    """What stands under the selectors once they say something else."""
    state = CompareState(left, right, lang, indicator)
    return result(compare(state), state)


def _grid(compared: Compared, lang: str) -> Component:
    rows = compared.rows or []
    whole = len(rows) <= agencies.WHOLE_PAGE
    options: dict[str, Any] = {
        "theme": "themeQuartz",
        "rowHeight": 30,
        "headerHeight": 46,
        "domLayout": "autoHeight" if whole else "normal",
        "suppressMovableColumns": True,
        "animateRows": False,
        "tooltipShowDelay": 400,
    }
    if lang == "vi":
        options["getLocaleText"] = {"function": "localeText(params)"}
    return dag.AgGrid(
        id=ids.COMPARE_GRID,
        rowData=rows,
        columnDefs=compared.columns or [],
        defaultColDef={"sortable": True, "resizable": True, "suppressHeaderMenuButton": True, "wrapHeaderText": True},
        getRowId="params.data.code",
        dashGridOptions=options,
        style={"height": None if whole else "640px", "width": "100%"},
    )
