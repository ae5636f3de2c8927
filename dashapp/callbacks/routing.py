"""From the address to the page, at first and when it changes, and from the selectors in the bar to another address."""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Dash, Input, Output
from dash.development.base_component import Component
from flask import has_request_context, request

from dashapp import auth, ids
from dashapp.pages import router, shell
from dashapp.services.database import Store


def laid_out(store: Store) -> Component:
    """The layout of the application: with the page of the address that a browser says it is at, else without one."""
    address = request.args.get("address", "") if has_request_context() else ""
    if not address.startswith("/"):
        return shell.frame()
    return shell.frame(address, router.route(store, address, auth.visitor()))


def register(app: Dash, store: Store) -> None:
    """Register the callbacks of the shell on an app."""

    @app.callback(
        Output(ids.PAGE, "children"),
        Input(ids.URL, "pathname"),
        Input(ids.URL, "search"),
        prevent_initial_call=True,
    )
    def routed(pathname: str | None, search: str | None) -> Any:
        return router.route(store, f"{pathname or '/'}{search or ''}", auth.visitor())

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
