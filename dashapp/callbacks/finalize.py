"""Finalising, one call each: what they do is in the pages, what needs no server in assets/js/61-finalize.js."""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State

from dashapp import auth, ids
from dashapp.pages import finalize_deeds, finalize_table
from dashapp.services.database import Store


def register(app: Dash, store: Store) -> None:
    """Register the callbacks of finalising on an app."""
    lang = State(ids.SPOKEN, "data")

    @app.callback(
        output={
            "answered": Output(ids.FINAL_ANSWERED, "data"),
            "head": Output(ids.FINAL_HEAD, "markup"),
            "notices": Output(ids.FINAL_NOTICES, "markup"),
            "cards": Output(ids.FINAL_CARDS, "markup"),
            "preview": Output(ids.FINAL_PREVIEW, "markup"),
            "absorbed": Output(ids.FINAL_ABSORBED, "markup"),
            "fault": Output(ids.FINAL_FAULT, "markup"),
            "rows": Output(ids.FINAL_GRID, "rowData"),
            "columns": Output(ids.FINAL_GRID, "columnDefs"),
            "side": Output(ids.FINAL_SIDE, "markup"),
        },
        inputs={"asked": Input(ids.FINAL_ASKED, "data")},
        state={"lang": lang},
        prevent_initial_call=True,
    )
    def shown(asked: Any, lang: str) -> dict[str, Any]:
        return finalize_table.shown(store, auth.actor(), asked, lang)

    @app.callback(
        output={"kept": Output(ids.FINAL_KEPT, "data"), "said": Output(ids.FINAL_SAID, "children")},
        inputs={"asked": Input(ids.FINAL_TO_KEEP, "data")},
        state={"lang": lang},
        prevent_initial_call=True,
    )
    def kept(asked: Any, lang: str) -> dict[str, Any]:
        return finalize_deeds.kept(store, auth.actor(), asked, lang)

    steps = {
        "stepped": (ids.FINAL_STEPPED, "data"),
        "fault": (ids.FINAL_STEP_FAULT, "children"),
        "said": (ids.FINAL_SAID, "children"),
    }

    @app.callback(
        output={name: Output(*where, allow_duplicate=True) for name, where in steps.items()},
        inputs={"asked": Input(ids.FINAL_TO_SUBMIT, "data")},
        state={"lang": lang},
        prevent_initial_call=True,
    )
    def submitted(asked: Any, lang: str) -> dict[str, Any]:
        return finalize_deeds.stepped(store, auth.actor(), asked, lang)

    @app.callback(
        output={name: Output(*where, allow_duplicate=True) for name, where in steps.items()},
        inputs={"asked": Input(ids.FINAL_TO_DECIDE, "data")},
        state={"lang": lang},
        prevent_initial_call=True,
    )
    def decided(asked: Any, lang: str) -> dict[str, Any]:
        return finalize_deeds.stepped(store, auth.actor(), asked, lang)

    app.clientside_callback(
        ClientsideFunction("finalize", "answered"),
        Output(ids.LANGUAGE_LINK, "href", allow_duplicate=True),
        Input(ids.FINAL_ANSWERED, "data"),
        prevent_initial_call="initial_duplicate",
    )
    app.clientside_callback(
        ClientsideFunction("finalize", "kept"),
        Output(ids.FINAL_SAID, "title"),
        Input(ids.FINAL_KEPT, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("finalize", "stepped"),
        Output(ids.FINAL_HEAD, "title"),
        Input(ids.FINAL_STEPPED, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("finalize", "typed"),
        Output(ids.FINAL_PENDING, "title"),
        Input(ids.FINAL_GRID, "cellValueChanged"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("finalize", "viewed"),
        Output(ids.FINAL_CARDS, "title"),
        Input(ids.FINAL_INDICATOR, "value"),
        Input(ids.FINAL_ORDER, "value"),
        prevent_initial_call=True,
    )
