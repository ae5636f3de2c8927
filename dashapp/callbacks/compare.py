"""Choosing what to compare."""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State

from dashapp import ids
from dashapp.pages import compare as page


def register(app: Dash) -> None:
    """Register the callbacks of the comparison on an app."""

    @app.callback(
        Output(ids.COMPARE_BODY, "children"),
        Input(ids.LEFT, "value"),
        Input(ids.RIGHT, "value"),
        Input(ids.COMPARE_INDICATOR, "value"),
        State(ids.SPOKEN, "data"),
        prevent_initial_call=True,
    )
    def compared(left: str, right: str, indicator: str, lang: str) -> Any:
        return page.changed(left, right, indicator, lang)

    app.clientside_callback(
        ClientsideFunction("chitieu", "compared"),
        Output(ids.LANGUAGE_LINK, "href", allow_duplicate=True),
        Input(ids.LEFT, "value"),
        Input(ids.RIGHT, "value"),
        Input(ids.COMPARE_INDICATOR, "value"),
        prevent_initial_call=True,
    )
