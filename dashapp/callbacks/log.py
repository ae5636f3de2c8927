"""The log: whether it is whole, one stretch a call. What is looked for is an address."""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State

from dashapp import auth, ids
from dashapp.pages import log as page
from dashapp.services.database import Store


def register(app: Dash, store: Store) -> None:
    """Register the callbacks of the log on an app."""

    @app.callback(
        output={"said": Output(ids.LOG_VERIFIED, "children"), "next": Output(ids.LOG_NEXT, "data")},
        inputs={"asked": Input(ids.LOG_ASKED, "data")},
        state={"lang": State(ids.SPOKEN, "data")},
        running=[(Output(ids.LOG_VERIFY, "disabled"), True, False), (Output(ids.LOG_VERIFYING, "hidden"), False, True)],
        prevent_initial_call=True,
    )
    def verified(asked: Any, lang: str) -> dict[str, Any]:
        return page.verify(store, auth.actor(), asked, lang)

    app.clientside_callback(
        ClientsideFunction("log", "begin"),
        Output(ids.LOG_ASKED, "data"),
        Input(ids.LOG_VERIFY, "n_clicks"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("log", "goOn"),
        Output(ids.LOG_ASKED, "data", allow_duplicate=True),
        Input(ids.LOG_NEXT, "data"),
        prevent_initial_call=True,
    )
