"""Comparing scenarios, one call each: what they do is on the page, what needs no server in assets/js/34-compare.js."""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, ctx

from dashapp import auth, ids
from dashapp.pages import compare as page
from dashapp.services.database import Store


def register(app: Dash, store: Store) -> None:
    """Register the callbacks of the comparison on an app."""

    @app.callback(
        output={
            "seen": Output(ids.COMPARE_SEEN, "data"),
            "said": Output(ids.COMPARE_SAID, "children"),
            "faults": Output(ids.COMPARE_FAULTS, "children"),
            "chosen": Output(ids.COMPARE_CHOSEN, "children"),
            "add": Output(ids.COMPARE_ADD, "children"),
            "files": Output(ids.COMPARE_FILES, "children"),
            "head": Output(ids.COMPARE_HEAD, "children"),
            "title": Output(ids.COMPARE_CHART_TITLE, "children"),
            "figure": Output(ids.COMPARE_CHART, "figure"),
            "figure_style": Output(ids.COMPARE_CHART, "style"),
            "legend": Output(ids.COMPARE_CHART_LEGEND, "markup"),
            "twin": Output(ids.COMPARE_CHART_TWIN, "markup"),
            "note": Output(ids.COMPARE_CHART_NOTE, "children"),
            "grid_title": Output(ids.COMPARE_GRID_TITLE, "children"),
            "rows": Output(ids.COMPARE_GRID, "rowData"),
            "columns": Output(ids.COMPARE_GRID, "columnDefs"),
            "grid": Output(ids.COMPARE_GRID, "dashGridOptions"),
            "grid_style": Output(ids.COMPARE_GRID, "style"),
        },
        inputs={
            "said": Input(ids.COMPARED, "data"),
            "indicator": Input(ids.COMPARE_INDICATOR, "value"),
            "order": Input(ids.COMPARE_ORDER, "value"),
            "mode": Input(ids.COMPARE_MODE, "value"),
            "done": Input(ids.DECIDED, "data"),
        },
        state={"lang": State(ids.SPOKEN, "data")},
        prevent_initial_call=True,
    )
    def compared(**said: Any) -> dict[str, Any]:
        return page.changed(store, auth.actor(), fresh=ctx.triggered_id == ids.DECIDED, **said)

    @app.callback(
        output={
            "open": Output(ids.CHOOSE_DIALOG, "is_open"),
            "text": Output(ids.CHOOSE_TEXT, "children"),
            "note": Output(ids.CHOOSE_NOTE, "value"),
            "fault": Output(ids.CHOOSE_FAULT, "children"),
        },
        inputs={"wanted": Input(ids.TO_CHOOSE, "data")},
        state={"lang": State(ids.SPOKEN, "data")},
        prevent_initial_call=True,
    )
    def asked(wanted: Any, lang: str) -> dict[str, Any]:
        return page.asked(store, auth.actor(), wanted, lang)

    @app.callback(
        output={
            "open": Output(ids.CHOOSE_DIALOG, "is_open", allow_duplicate=True),
            "done": Output(ids.DECIDED, "data"),
            "fault": Output(ids.CHOOSE_FAULT, "children", allow_duplicate=True),
        },
        inputs={"clicks": Input(ids.CHOOSE_CONFIRM, "n_clicks")},
        state={
            "wanted": State(ids.TO_CHOOSE, "data"),
            "note": State(ids.CHOOSE_NOTE, "value"),
            "lang": State(ids.SPOKEN, "data"),
        },
        prevent_initial_call=True,
    )
    def decided(**said: Any) -> dict[str, Any]:
        return page.decided(store, auth.actor(), **said)

    app.clientside_callback(
        ClientsideFunction("compare", "seen"),
        Output(ids.LANGUAGE_LINK, "href", allow_duplicate=True),
        Input(ids.COMPARE_SEEN, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("compare", "decided"),
        Output(ids.COMPARE_CHOSEN, "title"),
        Input(ids.DECIDED, "data"),
        prevent_initial_call=True,
    )
