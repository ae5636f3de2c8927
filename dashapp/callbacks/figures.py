"""Figures, one call each; files go to routes of their own (`pages.figures_files`), the rest is in 60-figures.js."""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State

from dashapp import auth, ids
from dashapp.pages import figures as page
from dashapp.services.database import Store


def register(app: Dash, store: Store) -> None:
    """Register the callbacks of the figures on an app."""

    @app.callback(
        output={"open": Output(ids.FIGURES_HISTORY, "is_open"), "told": Output(ids.FIGURES_TOLD, "children")},
        inputs={"asked": Input(ids.FIGURES_TO_TELL, "data")},
        state={"lang": State(ids.SPOKEN, "data")},
        prevent_initial_call=True,
    )
    def told(asked: Any, lang: str) -> dict[str, Any]:
        return page.told(store, auth.actor(), asked, lang)

    app.clientside_callback(
        ClientsideFunction("figures", "answered"),
        Output(ids.FIGURES_PREVIEW, "children"),
        Input(ids.FIGURES_ANSWER, "data"),
        prevent_initial_call=True,
    )
