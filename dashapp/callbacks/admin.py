"""The administration, one call each; what needs no server is in assets/js/62-admin.js."""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State

from dashapp import auth, ids
from dashapp.pages import admin as page
from dashapp.services.database import Store


def register(app: Dash, store: Store) -> None:
    """Register the callbacks of the administration on an app."""
    lang = State(ids.SPOKEN, "data")

    @app.callback(
        output={
            "form": Output(ids.ADMIN_FORM, "children"),
            "fault": Output(ids.ADMIN_FAULT, "children", allow_duplicate=True),
            "opened": Output(ids.ADMIN_OPENED, "data"),
        },
        inputs={"wanted": Input(ids.ADMIN_TO_OPEN, "data")},
        state={"lang": lang},
        prevent_initial_call=True,
    )
    def asked(wanted: Any, lang: str) -> dict[str, Any]:
        return page.asked(store, auth.actor(), wanted, lang)

    @app.callback(
        output={
            "done": Output(ids.ADMIN_DONE, "data"),
            "fault": Output(ids.ADMIN_FAULT, "children"),
            "said": Output(ids.ADMIN_SAID, "children"),
            "body": Output(ids.ADMIN_BODY, "children"),
        },
        inputs={"wanted": Input(ids.ADMIN_TO_DO, "data")},
        state={"lang": lang},
        prevent_initial_call=True,
    )
    def done(wanted: Any, lang: str) -> dict[str, Any]:
        return page.done(store, auth.actor(), wanted, lang)

    app.clientside_callback(
        ClientsideFunction("admin", "opened"),
        Output(ids.ADMIN_FORM, "title"),
        Input(ids.ADMIN_OPENED, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("admin", "done"),
        Output(ids.ADMIN_SAID, "title"),
        Input(ids.ADMIN_DONE, "data"),
        prevent_initial_call=True,
    )
