"""Learning from an issued table: what is asked and answered is in 65-ahead-learn.js and `pages.ahead_learn`."""

from __future__ import annotations

from dash import ClientsideFunction, Dash, Input, Output

from dashapp import ids


def register(app: Dash) -> None:
    """Register the callback on an app: it needs nothing of the server by itself."""
    app.clientside_callback(
        ClientsideFunction("learn", "ask"), Output(ids.LEARN_ANSWER, "children"), Input(ids.LEARN_ASKED, "data")
    )
