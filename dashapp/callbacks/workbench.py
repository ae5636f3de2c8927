"""Moves of levers, one call each: what they do is in the views."""

from __future__ import annotations

from typing import Any

from dash import ALL, MATCH, ClientsideFunction, Dash, Input, Output, State, ctx

from dashapp import ids
from dashapp.views import moves


def register(app: Dash) -> None:
    """Register the callbacks of the workbench on an app."""

    @app.callback(
        output={
            "address": Output(ids.ADDRESS, "data"),
            "reset": Output(ids.RESET, "href"),
            "head": Output(ids.HEAD, "children"),
            "alert": Output(ids.ALERT, "children"),
            "cards": Output(ids.CARDS, "children"),
            "legend": Output(ids.LEGEND, "children"),
            "figure": Output(ids.CHART, "figure"),
            "figure_style": Output(ids.CHART, "style"),
            "rows": Output(ids.GRID, "rowData"),
            "columns": Output(ids.GRID, "columnDefs"),
            "grid": Output(ids.GRID, "dashGridOptions"),
            "grid_style": Output(ids.GRID, "style"),
            "notes": Output(ids.NOTES, "children"),
            "hints": Output({"type": ids.LEVER_HINT, "key": ALL}, "children"),
            "sliders": Output({"type": ids.LEVER, "key": ALL}, "value"),
            "indicator": Output(ids.INDICATOR, "value"),
            "method": Output(ids.METHOD, "value"),
            "principle": Output(ids.PRINCIPLE, "children"),
            "basis": Output(ids.BASIS, "value"),
            "basis_style": Output(ids.BASIS_FIELD, "className"),
            "mode": Output(ids.ROUNDING_MODE, "value"),
            "grid_name": Output(ids.ROUNDING_GRID, "value"),
            "grid_options": Output(ids.ROUNDING_GRID, "options"),
            "rules": Output(ids.RULES, "options"),
            "rules_style": Output(ids.RULES_FIELD, "className"),
            "kept": Output(ids.RULES, "value"),
            "inside": Output(ids.INSIDE, "value"),
        },
        inputs={
            "wanted": Input(ids.WANTED, "data"),
            "indicator": Input(ids.INDICATOR, "value"),
            "controls_": {
                "sliders": Input({"type": ids.LEVER, "key": ALL}, "value"),
                "method": Input(ids.METHOD, "value"),
                "basis": Input(ids.BASIS, "value"),
                "mode": Input(ids.ROUNDING_MODE, "value"),
                "grid": Input(ids.ROUNDING_GRID, "value"),
                "kept": Input(ids.RULES, "value"),
                "inside": Input(ids.INSIDE, "value"),
            },
        },
        state={
            "address": State(ids.ADDRESS, "data"),
            "keys": State({"type": ids.LEVER, "key": ALL}, "id"),
            "hint_keys": State({"type": ids.LEVER_HINT, "key": ALL}, "id"),
        },
        prevent_initial_call=True,
    )
    def move(**said: Any) -> dict[str, Any]:
        return moves.move(ctx.triggered_id, **said)

    @app.callback(
        output={
            "is_open": Output(ids.DRAWER, "is_open"),
            "title": Output(ids.DRAWER, "title"),
            "children": Output(ids.DRAWER, "children"),
        },
        inputs={"address": Input(ids.ADDRESS, "data"), "agency": Input(ids.AGENCY, "data")},
    )
    def explained(address: str, agency: str | None) -> dict[str, Any]:
        return moves.explained(address, agency)

    _register_scripts(app)


def _register_scripts(app: Dash) -> None:
    """What needs no server; the functions are in assets/js/30-chitieu.js."""
    app.clientside_callback(
        ClientsideFunction("chitieu", "follow"),
        Output(ids.LANGUAGE_LINK, "href"),
        Input(ids.ADDRESS, "data"),
        Input(ids.AGENCY, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("chitieu", "pick"),
        Output(ids.AGENCY, "data"),
        Input(ids.GRID, "selectedRows"),
        Input(ids.CHART, "clickData"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("chitieu", "closed"),
        Output(ids.DRAWN, "data"),
        Input(ids.DRAWER, "is_open"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("chitieu", "close"),
        Output(ids.DRAWN, "data", allow_duplicate=True),
        Input(ids.CLOSE, "n_clicks"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("chitieu", "fromBox"),
        Output({"type": ids.LEVER_TYPED, "key": MATCH}, "invalid"),
        Input({"type": ids.LEVER_TYPED, "key": MATCH}, "value"),
        State({"type": ids.LEVER_TYPED, "key": MATCH}, "id"),
        State({"type": ids.LEVER, "key": MATCH}, "value"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("chitieu", "toBox"),
        Output({"type": ids.LEVER_TYPED, "key": MATCH}, "value"),
        Input({"type": ids.LEVER, "key": MATCH}, "value"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("chitieu", "preset"),
        Output(ids.URL, "pathname", allow_duplicate=True),
        Output(ids.URL, "search", allow_duplicate=True),
        Input(ids.PRESET, "value"),
        prevent_initial_call=True,
    )
