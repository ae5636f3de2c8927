"""Keeping a scenario, one call each: what they do is in the views, what needs no server in assets/js/35-keeping.js."""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State

from dashapp import auth, ids
from dashapp.services.database import Store
from dashapp.views import keeping_moves


def register(app: Dash, store: Store) -> None:
    """Register the callbacks of keeping on an app."""
    lang = State(ids.SPOKEN, "data")

    @app.callback(
        output={
            "kept": Output(ids.KEPT, "data"),
            "draft": Output(ids.KEEP_DRAFT, "children"),
            "said": Output(ids.KEEP_SAID, "children", allow_duplicate=True),
        },
        inputs={"said": Input(ids.IN_HAND, "data")},
        state={"lang": lang},
        prevent_initial_call=True,
    )
    def autosaved(said: Any, lang: str) -> dict[str, Any]:
        return keeping_moves.autosaved(store, auth.actor(), said, lang)

    @app.callback(
        output={
            "answer": Output(ids.SETTLED, "data"),
            "clean": Output(ids.KEEP_CLEAN, "children"),
            "notice": Output(ids.KEEP_NOTICE, "children"),
            "said": Output(ids.KEEP_SAID, "children"),
            "conflict": Output(ids.CONFLICT_TEXT, "children"),
        },
        inputs={"said": Input(ids.TO_SETTLE, "data")},
        state={"lang": lang},
        prevent_initial_call=True,
    )
    def settled(said: Any, lang: str) -> dict[str, Any]:
        return keeping_moves.settled(store, auth.actor(), said, lang)

    @app.callback(
        output={
            "done": Output(ids.SAVED_AS, "data"),
            "name_fault": Output(ids.SAVE_AS_NAME_FAULT, "children"),
            "name_bad": Output(ids.SAVE_AS_NAME, "invalid"),
            "english_fault": Output(ids.SAVE_AS_ENGLISH_FAULT, "children"),
            "english_bad": Output(ids.SAVE_AS_ENGLISH, "invalid"),
            "fault": Output(ids.SAVE_AS_FAULT, "children"),
        },
        inputs={"said": Input(ids.TO_SAVE_AS, "data")},
        state={"lang": lang},
        prevent_initial_call=True,
    )
    def saved_as(said: Any, lang: str) -> dict[str, Any]:
        return keeping_moves.saved_as(store, auth.actor(), said, lang)

    @app.callback(
        output={
            "dialog": Output(ids.LINK_SHARED, "children"),
            "whose": Output(ids.KEEP_WHOSE, "children"),
        },
        inputs={"said": Input(ids.TO_SHARE, "data")},
        state={"lang": lang},
        prevent_initial_call=True,
    )
    def shared(said: Any, lang: str) -> dict[str, Any]:
        return keeping_moves.shared(store, auth.actor(), said, lang)

    @app.callback(
        output=Output(ids.HISTORY_LIST, "children"),
        inputs={"said": Input(ids.TO_LIST, "data")},
        state={"lang": lang},
        prevent_initial_call=True,
    )
    def listed(said: Any, lang: str) -> Any:
        return keeping_moves.listed(store, auth.actor(), said, lang)

    _register_scripts(app)


def _register_scripts(app: Dash) -> None:
    def script(name: str, *parts: Any) -> None:
        outputs = () if isinstance(parts[0], Output) else (Output(ids.DRAWN, "data", allow_duplicate=True),)
        app.clientside_callback(ClientsideFunction("keeping", name), *outputs, *parts, prevent_initial_call=True)

    script("kept", Input(ids.KEPT, "data"))
    script("settled", Input(ids.SETTLED, "data"))
    script(
        "savedAs",
        Output(ids.URL, "pathname", allow_duplicate=True),
        Output(ids.URL, "search", allow_duplicate=True),
        Input(ids.SAVED_AS, "data"),
    )
    script("opened", Input(ids.SAVE_AS_DIALOG, "is_open"))
    script("linked", Input(ids.LINK_DIALOG, "is_open"))
