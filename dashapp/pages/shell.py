"""What surrounds every page: the bar above it, the campaign, the language, the banner over illustrative figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.i18n import LANGUAGES, t
from dashapp.services.rights import Action, may
from dashapp.urlstate import (
    COMPARE,
    OVERVIEW,
    WORKBENCH,
    CompareState,
    Fault,
    PageState,
    format_compare,
    format_overview,
    format_page,
    split,
)
from dashapp.views.markup import Written, written
from dashapp.views.parts import aria, carried, icon
from dashapp.views.person import Visitor, menu
from scenarios import Campaign

MAIN = "main"
FURTHER = (
    ("/figures", "figures.nav", Action.READ),
    ("/finalize", "finalize.nav", Action.READ),
    ("/monitor", "monitor.nav", Action.READ),
    ("/ahead", "design.nav.ahead", Action.READ),
    ("/log", "log.title", Action.READ_LOG),
    ("/admin", "admin.title", Action.MANAGE_USERS),
)
"""Pages beside the first three: path, key of the name, what one must be allowed for the link to be there."""


@dataclass(frozen=True)
class Place:
    """Where a page stands and who looks: campaign, scenario (empty: none), language, links, itself in the other one.

    `campaigns` are those to choose from, `overview`, `workbench` and `compare` addresses, `here` is one of their paths.
    """

    campaign: str
    campaigns: tuple[Campaign, ...]
    slug: str
    lang: str
    overview: str
    workbench: str
    compare: str
    here: str
    other_language: str
    title: str
    visitor: Visitor


def campaign_at(address: str, known: Sequence[Campaign]) -> tuple[Campaign, list[Fault]]:
    """The campaign that an address names by ``c``, the first if it names none that is there; the latter is said."""
    named = dict(split(address)[1]).get("c", "")
    found = next((one for one in known if one.id == named), None)
    faults = [Fault("unknown_campaign", "c", named, tuple(one.id for one in known))] if named and not found else []
    return found or known[0], faults


def place_of(
    campaign: Campaign,
    known: tuple[Campaign, ...],
    lang: str,
    visitor: Visitor,
    *,
    here: str,
    title: str,
    other_language: str,
) -> Place:
    """Where a page stands that shows no scenario: its links lead to the one that the campaign came with."""
    base = campaign.base.partition("/")[2]
    return Place(
        campaign=campaign.id,
        campaigns=known,
        slug="",
        lang=lang,
        overview=format_overview(campaign.id, lang),
        workbench=format_page(PageState(campaign.id, base, lang)),
        compare=format_compare(CompareState(campaign.id, (base,), lang)),
        here=here,
        other_language=other_language,
        title=t("web.title", lang, page=title),
        visitor=visitor,
    )


def frame(address: str = "", page: Component | None = None) -> Component:
    """The layout of the application, with the page of an address (path and query); without one the router fills it."""
    path, mark, query = address.partition("?")
    known = {"pathname": path, "search": mark + query} if page is not None else {}
    return html.Div([dcc.Location(id=ids.URL, refresh="callback-nav", **known), html.Div(page, id=ids.PAGE)])


def page(place: Place, body: Component) -> Component:
    """A whole page around its body."""
    lang = place.lang
    return html.Div(
        [
            html.A(t("web.skip", lang), href=f"#{MAIN}", className="skip"),
            _top(place),
            *_banner(place),
            html.P(place.title, className="only-print"),
            html.Main(body, id=MAIN, tabIndex="-1"),
            dcc.Store(id=ids.SPOKEN, data=lang),
        ],
        lang=lang,
        **carried(title=place.title, campaign=place.campaign, slug=place.slug),
    )


def _top(place: Place) -> Component:
    lang = place.lang
    links = (
        (OVERVIEW, place.overview, "design.nav.overview"),
        (WORKBENCH, place.workbench, "design.nav.workbench"),
        (COMPARE, place.compare, "design.nav.compare"),
        *((path, _beside(path, place), key) for path, key, action in FURTHER if may(place.visitor.actor.role, action)),
    )
    return html.Header(
        [
            dcc.Link([icon("mark"), html.Span(t("web.brand", lang))], href=place.overview, className="brand"),
            Written(
                written([_page_link(t(key, lang), href, here=path == place.here) for path, href, key in links]),
                "nav",
                **aria(label=t("web.nav.label", lang)),
            ),
            html.Div(
                [
                    html.Label(t("web.campaign", lang), htmlFor=ids.CAMPAIGN),
                    dbc.Select(
                        id=ids.CAMPAIGN,
                        options=[{"label": one.name[lang], "value": one.id} for one in place.campaigns],
                        value=place.campaign,
                    ),
                    _theme(lang),
                    _language(place),
                    menu(place.visitor, lang),
                ],
                className="push",
            ),
        ],
        className="topbar",
    )


def _beside(path: str, place: Place) -> str:
    """A page of the same campaign in the same language."""
    query = {"c": place.campaign, **({} if place.lang == LANGUAGES[0] else {"lang": place.lang})}
    return f"{path}?{urlencode(query)}"


def _page_link(text: str, address: str, *, here: bool) -> Component:
    """A link to one of the pages (`dcc.Link` cannot say which page one is on); scripts follow it without a new load."""
    marks = aria(current="page") if here else {}
    return html.A(text, href=address, className="here" if here else "", **marks, **carried(inside="true"))


def _theme(lang: str) -> Component:
    """The switch between light and dark; scripts keep it and say whether it is on."""
    return html.Button(
        [icon("dark"), icon("light")],
        type="button",
        className="quiet square",
        title=t("design.theme.dark", lang),
        **aria(label=t("design.theme.dark", lang), pressed="false"),
        **carried(theme_switch="true"),
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
    if not any(one.illustrative for one in place.campaigns if one.id == place.campaign):
        return []
    lang = place.lang
    words = [html.Strong(t("terms.flag.illustrative", lang)), html.Span(t("web.illustrative", lang))]
    return [html.Aside(words, className="illustrative", **aria(label=t("terms.flag.illustrative", lang)))]


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


def failed(lang: str, said: str, home: str, figures: str = "") -> Component:
    """What is shown where a page cannot be made at the moment: one sentence, and the way on.

    `figures` is where they are imported, where that is the way.
    """
    ways = [dcc.Link(t("figures.title", lang), href=figures, className="action main")] if figures else []
    return html.Main(
        html.Div(
            [
                html.H1(t("web.failed.title", lang)),
                html.P(said),
                *[html.P(way, className="mt-3") for way in ways],
                html.P(dcc.Link(t("web.missing.home", lang), href=home), className="mt-3"),
            ],
            className="empty",
            role="alert",
        ),
        id=MAIN,
        lang=lang,
        **carried(title=t("web.failed.title", lang)),
    )
