"""From the address to the page, and from the selectors in the bar to another address."""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Dash, Input, Output

from dashapp import auth, ids
from dashapp.pages import router


def register(app: Dash) -> None:
    """Register the callbacks of the shell on an app."""

    @app.callback(
        Output(ids.PAGE, "children"),
        Input(ids.URL, "pathname"),
        Input(ids.URL, "search"),
    )
    def routed(pathname: str | None, search: str | None) -> Any:
        return router.route(f"{pathname or '/'}{search or ''}", auth.visitor())

    app.clientside_callback(
        ClientsideFunction("chitieu", "arrived"),
        Output(ids.PAGE, "title"),
        Input(ids.PAGE, "children"),
    )
    app.clientside_callback(
        ClientsideFunction("chitieu", "campaign"),
        Output(ids.URL, "pathname"),
        Output(ids.URL, "search"),
        Input(ids.CAMPAIGN, "value"),
        prevent_initial_call=True,
    )
