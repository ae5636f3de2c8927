"""Looking ahead: one address for each question, side by side in a bar of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from dash import html
from dash.development.base_component import Component

from dashapp.i18n import LANGUAGES, t
from dashapp.pages import ahead_backtest, ahead_learn, ahead_sweep, shell
from dashapp.services import opened as desk
from dashapp.services.database import Store
from dashapp.urlstate import language, split
from dashapp.views import parts
from dashapp.views.parts import aria, carried
from dashapp.views.person import Visitor
from scenarios import Campaign

PATH = "/ahead"


@dataclass(frozen=True)
class Asked:
    """What an address asks for: the campaign, what else it says, in which language, by whom."""

    campaign: Campaign
    said: Mapping[str, str]
    lang: str
    visitor: Visitor


@dataclass(frozen=True)
class Part:
    """One question: its address, the key of its texts (``title``, ``lead``), the keys its address keeps, its body."""

    path: str
    key: str
    keeps: tuple[str, ...]
    body: Callable[[Store, Asked], list[Component]]


PARTS: tuple[Part, ...] = (
    Part(PATH, "ahead_backtest", ahead_backtest.KEEPS, ahead_backtest.body),
    Part(f"{PATH}/learn", "ahead_learn", ahead_learn.KEEPS, ahead_learn.body),
    Part(f"{PATH}/sweep", "ahead_sweep", ahead_sweep.KEEPS, ahead_sweep.body),
)


def owns(path: str) -> bool:
    """Whether an address is one of these pages."""
    return any(one.path == path.rstrip("/") for one in PARTS)


def format_ahead(path: str, campaign: str, lang: str, more: Mapping[str, str] | None = None) -> str:
    """An address of one of the pages; what is empty is left out."""
    query = {"c": campaign, **(more or {}), "lang": "" if lang == LANGUAGES[0] else lang}
    return f"{path}?{urlencode({key: value for key, value in query.items() if value})}"


def route(store: Store, address: str, visitor: Visitor) -> Component:
    """The whole page of an address."""
    path, query = split(address)
    lang, said = language(address), dict(query)
    part = next(one for one in PARTS if one.path == path.rstrip("/"))
    known = desk.campaigns(store, visitor.actor)
    campaign, faults = shell.campaign_at(address, known)
    kept = {key: said[key] for key in part.keeps if said.get(key)}
    other = next(one for one in LANGUAGES if one != lang)
    place = shell.place_of(
        campaign,
        known,
        lang,
        visitor,
        here=PATH,
        title=t(f"{part.key}.title", lang),
        other_language=format_ahead(part.path, campaign.id, other, kept),
    )
    head = html.Div(
        [
            html.H1(t(f"{part.key}.title", lang), className="page-title"),
            html.P(t(f"{part.key}.lead", lang), className="muted"),
        ]
    )
    body = part.body(store, Asked(campaign, said, lang, visitor))
    inside = [head, *_parts(part, campaign, lang), *parts.faults(faults, lang), *body]
    return shell.page(place, html.Div(inside, className="page ahead"))


def _parts(here: Part, campaign: Campaign, lang: str) -> list[Component]:
    """The bar that leads from one question to the others."""
    if len(PARTS) == 1:
        return []
    links = [
        html.A(
            t(f"{one.key}.nav", lang),
            href=format_ahead(one.path, campaign.id, lang),
            className="here" if one is here else "",
            **(aria(current="page") if one is here else {}),
            **carried(inside="true"),
        )
        for one in PARTS
    ]
    return [html.Nav(links, className="tabs", **aria(label=t("design.nav.ahead", lang)))]
