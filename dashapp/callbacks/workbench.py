"""Moves of levers, one call each: what they do is in the views, what needs no server in assets/js/31-workbench.js."""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State

from dashapp import auth, ids
from dashapp.overtaken import Pages
from dashapp.services.database import Store
from dashapp.views import moves


def register(app: Dash, store: Store) -> None:
    """Register the callbacks of the workbench on an app."""
    pages = Pages()

    @app.callback(
        output={
            "answered": Output(ids.ANSWERED, "data"),
            "head": Output(ids.HEAD, "markup"),
            "alert": Output(ids.ALERT, "markup"),
            "cards": Output(ids.CARDS, "markup"),
            "chart_title": Output(ids.CHART_TITLE, "children"),
            "chart_note": Output(ids.CHART_NOTE, "children"),
            "legend": Output(ids.CHART_LEGEND, "markup"),
            "twin": Output(ids.CHART_TWIN, "markup"),
            "figure": Output(ids.CHART, "figure"),
            "figure_style": Output(ids.CHART, "style"),
            "rows": Output(ids.GRID, "rowData"),
            "columns": Output(ids.GRID, "columnDefs"),
            "grid": Output(ids.GRID, "dashGridOptions"),
            "grid_style": Output(ids.GRID, "style"),
            "notes": Output(ids.NOTES, "markup"),
            "principle": Output(ids.PRINCIPLE, "children"),
            "basis_style": Output(ids.BASIS_FIELD, "className"),
            "grids": Output(ids.ROUNDING_GRID, "options"),
            "rules": Output(ids.RULES, "options"),
            "rules_style": Output(ids.RULES_FIELD, "className"),
        },
        inputs={"said": Input(ids.MOVE, "data")},
        state={"lang": State(ids.SPOKEN, "data")},
        prevent_initial_call=True,
    )
    def move(**said: Any) -> dict[str, Any]:
        return moves.move(store, auth.actor(), **said, pages=pages)

    @app.callback(
        output={
            "is_open": Output(ids.DRAWER, "is_open"),
            "title": Output(ids.DRAWER, "title"),
            "children": Output(ids.DRAWER, "children"),
        },
        inputs={"asked": Input(ids.EXPLAIN, "data")},
        state={"lang": State(ids.SPOKEN, "data")},
        prevent_initial_call=True,
    )
    def explained(asked: Any, lang: str) -> dict[str, Any]:
        return moves.explained(store, auth.actor(), asked, lang)

    @app.callback(
        Output(ids.GRID, "getRowsResponse"),
        Input(ids.GRID, "getRowsRequest"),
        State(ids.ANSWERED, "data"),
        prevent_initial_call=True,
    )
    def stretch(asked: Any, answered: Any) -> Any:
        return moves.stretch(store, auth.actor(), asked, answered)

    @app.callback(
        Output(ids.CHANCE, "markup"),
        Input(ids.TO_CHANCE, "data"),
        State(ids.SPOKEN, "data"),
        prevent_initial_call=True,
    )
    def chanced(asked: Any, lang: str) -> Any:
        return moves.chanced(store, auth.actor(), asked, lang)

    @app.callback(
        Output(ids.SURENESS, "markup"),
        Input(ids.TO_WEIGH, "data"),
        State(ids.SPOKEN, "data"),
        prevent_initial_call=True,
    )
    def weighed(asked: Any, lang: str) -> Any:
        return moves.weighed(store, auth.actor(), asked, lang, pages)

    _register_scripts(app)


def _register_scripts(app: Dash) -> None:
    def script(name: str, *parts: Any, first: bool = False) -> None:
        app.clientside_callback(ClientsideFunction("workbench", name), *parts, prevent_initial_call=not first)

    script(
        "moved",
        Output(ids.MOVE, "data"),
        Input(ids.WANTED, "data"),
        Input(ids.INDICATOR, "value"),
        Input(ids.METHOD, "value"),
        Input(ids.BASIS, "value"),
        Input(ids.PACE, "value"),
        Input(ids.ROUNDING_MODE, "value"),
        Input(ids.ROUNDING_GRID, "value"),
        Input(ids.RULES, "value"),
        Input(ids.INSIDE, "value"),
        Input(ids.ORDER, "value"),
        Input(ids.VIEW, "value"),
    )
    script("answered", Output(ids.LANGUAGE_LINK, "href"), Input(ids.ANSWERED, "data"), first=True)
    script(
        "picked",
        Output(ids.AGENCY, "data"),
        Input(ids.GRID, "selectedRows"),
        Input(ids.CHART, "clickData"),
    )
    script("chanced", Output(ids.TO_WEIGH, "data"), Input(ids.CHANCE, "markup"))
    script("weighed", Output(ids.DRAWN, "data", allow_duplicate=True), Input(ids.SURENESS, "markup"))
    script("explain", Output(ids.EXPLAIN, "data"), Input(ids.AGENCY, "data"), first=True)
    script("closed", Output(ids.DRAWN, "data"), Input(ids.DRAWER, "is_open"))
    script("close", Output(ids.DRAWN, "data", allow_duplicate=True), Input(ids.CLOSE, "n_clicks"))
    script(
        "scenario",
        Output(ids.URL, "pathname", allow_duplicate=True),
        Output(ids.URL, "search", allow_duplicate=True),
        Input(ids.SCENARIO, "value"),
    )
