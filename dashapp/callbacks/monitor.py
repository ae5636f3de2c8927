"""Monitoring, one call: the periods that are left become a scenario. What is looked at is an address."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State

from dashapp import auth, ids
from dashapp.pages import monitor as page
from dashapp.services.database import Store


def register(app: Dash, store: Store) -> None:
    """Register the callback of the monitor on an app."""

    @app.callback(
        output={
            "path": Output(ids.URL, "pathname", allow_duplicate=True),
            "query": Output(ids.URL, "search", allow_duplicate=True),
            "said": Output(ids.MONITOR_SAID, "children"),
        },
        inputs={"clicks": Input(ids.MONITOR_REPLAN, "n_clicks")},
        state={
            "about": State(ids.MONITOR_ABOUT, "data"),
            "keep": State(ids.MONITOR_KEEP, "value"),
            "lang": State(ids.SPOKEN, "data"),
        },
        running=[(Output(ids.MONITOR_REPLAN, "disabled"), True, False)],
        prevent_initial_call=True,
    )
    def replanned(clicks: int | None, about: Any, keep: Any, lang: str) -> dict[str, Any]:
        return page.replanned(store, auth.actor(), about if clicks else None, keep, lang)
