"""Where files are dropped; what the script says meanwhile is carried with it."""

from __future__ import annotations

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.i18n import t
from dashapp.views import parts
from dashapp.views.figures import Seen
from dashapp.views.parts import carried


def drop(seen: Seen) -> Component:
    """The place for files, the choice whether they are all figures, how far reading has come."""
    lang = seen.lang
    words = {name: t(f"figures.drop.{name}", lang) for name in ("sending", "too_much", "ended", "failed", "login")}
    place = html.Div(
        [
            html.P(html.Strong(t("figures.drop.lead", lang))),
            html.Button(
                [parts.icon("table"), t("figures.drop.button", lang)],
                type="button",
                className="action main",
                **carried(figures_do="choose"),
            ),
            html.P(t("figures.drop.layouts", lang)),
            html.P(t("figures.drop.limits", lang), className="muted"),
        ],
        id=ids.FIGURES_DROP,
        className="figures-drop",
        **carried(campaign_of=seen.campaign.id, number_of=str(_number(seen)), **words),
    )
    whole = dbc.Checkbox(id=ids.FIGURES_WHOLE, label=t("figures.drop.whole", lang), value=False)
    progress = html.Div(id=ids.FIGURES_PROGRESS, className="figures-progress", hidden=True)
    body = html.Div([place, whole, progress], className="panel-body")
    return parts.panel(t("figures.drop.title", lang), body, id="figures-drop-panel", flows=True)


def _number(seen: Seen) -> int:
    return 0 if seen.shelf.shown is None else seen.shelf.shown.number
