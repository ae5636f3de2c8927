"""Sweeps, one call each: what is done with one, and how far one is."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State

from dashapp import auth, ids
from dashapp.pages import ahead_sweep as page
from dashapp.services.database import Store


def register(app: Dash, store: Store) -> None:
    """Register the callbacks of the sweeps on an app."""

    @app.callback(
        output={
            "path": Output(ids.URL, "pathname", allow_duplicate=True),
            "query": Output(ids.URL, "search", allow_duplicate=True),
            "said": Output(ids.SWEEP_SAID, "children"),
            "body": Output(ids.SWEEP_BODY, "children", allow_duplicate=True),
        },
        inputs={"asked": Input(ids.SWEEP_TO_DO, "data")},
        state={"search": State(ids.URL, "search"), "lang": State(ids.SPOKEN, "data")},
        prevent_initial_call=True,
    )
    def done(asked: Any, search: Any, lang: str) -> dict[str, Any]:
        return page.done(store, auth.actor(), asked, search, lang)

    @app.callback(
        output={
            "progress": Output(ids.SWEEP_PROGRESS, "markup"),
            "body": Output(ids.SWEEP_BODY, "children"),
        },
        inputs={"_tick": Input(ids.SWEEP_TICK, "n_intervals")},
        state={
            "stands": State(ids.SWEEP_STANDS, "data"),
            "search": State(ids.URL, "search"),
            "lang": State(ids.SPOKEN, "data"),
        },
        prevent_initial_call=True,
    )
    def watched(_tick: Any, stands: Any, search: Any, lang: str) -> dict[str, Any]:
        return page.watched(store, auth.actor(), stands, search, lang)
