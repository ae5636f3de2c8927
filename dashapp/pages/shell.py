"""What surrounds every page: the bar above it, the campaign, the language, the banner over illustrative figures."""

from __future__ import annotations

from dataclasses import dataclass

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids, services
from dashapp.i18n import LANGUAGES, t
from dashapp.urlstate import COMPARE, WORKBENCH
from dashapp.views.parts import aria, carried, icon
from dashapp.views.person import Visitor, menu
from dashapp.views.shown import campaign_ids

MAIN = "main"


@dataclass(frozen=True)
class Place:
    """Where a page stands and who looks: campaign, preset (empty: none), language, links, itself in the other one."""

    campaign: str
    preset: str
    lang: str
    workbench: str
    compare: str
    here: str
    other_language: str
    title: str
    visitor: Visitor


def frame() -> Component:
    """The layout of the application; the router fills the page."""
    return html.Div([dcc.Location(id=ids.URL, refresh="callback-nav"), html.Div(id=ids.PAGE)])


def page(place: Place, body: Component) -> Component:
    """A whole page around its body."""
    lang = place.lang
    return html.Div(
        [
            html.A(t("web.skip", lang), href=f"#{MAIN}", className="skip"),
            _top(place),
            *_banner(place),
            html.Main(body, id=MAIN, tabIndex="-1"),
            dcc.Store(id=ids.SPOKEN, data=lang),
        ],
        lang=lang,
        **carried(title=place.title, campaign=place.campaign, preset=place.preset),
    )


def _top(place: Place) -> Component:
    lang = place.lang
    links = ((WORKBENCH, place.workbench, "web.nav.workbench"), (COMPARE, place.compare, "web.nav.compare"))
    return html.Header(
        [
            dcc.Link([icon("mark"), html.Span(t("web.brand", lang))], href=place.workbench, className="brand"),
            html.Nav(
                [
                    dcc.Link(t(key, lang), href=href, className="here" if path == place.here else "")
                    for path, href, key in links
                ],
                **aria(label=t("web.nav.label", lang)),
            ),
            html.Div(
                [
                    html.Label(t("web.campaign", lang), htmlFor=ids.CAMPAIGN),
                    dbc.Select(
                        id=ids.CAMPAIGN,
                        options=[{"label": services.campaign(id).name[lang], "value": id} for id in campaign_ids()],
                        value=place.campaign,
                    ),
                    _language(place),
                    menu(place.visitor, lang),
                ],
                className="push",
            ),
        ],
        className="topbar",
    )


def _language(place: Place) -> Component:
    """A link that says, in the other language, that the page is to be had in it."""
    other = next(one for one in LANGUAGES if one != place.lang)
    return dcc.Link(
        html.Span(t("web.language", other), lang=other),
        href=place.other_language,
        id=ids.LANGUAGE_LINK,
        className="quiet",
    )


def _banner(place: Place) -> list[Component]:
    campaign = services.campaign(place.campaign)
    if not campaign.illustrative:
        return []
    lang = place.lang
    words = [html.Strong(t("terms.flag.illustrative", lang)), html.Span(t("web.illustrative", lang))]
    return [html.Div(words, className="illustrative", role="note")]


def missing(lang: str, home: str) -> Component:
    """What is shown at an address where there is nothing."""
    return html.Main(
        html.Div(
            [
                html.H1(t("web.missing.title", lang)),
                html.P(t("web.missing.text", lang)),
                html.P(dcc.Link(t("web.missing.home", lang), href=home), className="mt-3"),
            ],
            className="empty",
        ),
        id=MAIN,
        lang=lang,
        **carried(title=t("web.missing.title", lang)),
    )
