"""From an address to a page. Every address has one; what an address says wrongly is said on the page."""

from __future__ import annotations

from dataclasses import replace

from dash.development.base_component import Component

from dashapp import services
from dashapp.i18n import LANGUAGES, t
from dashapp.pages import compare, shell, workbench
from dashapp.urlstate import (
    COMPARE,
    WORKBENCH,
    CompareState,
    Fault,
    PageState,
    compared,
    format_compare,
    format_page,
    language,
    parse_compare,
    parse_page,
    place,
    split,
)
from dashapp.views.answer import answer
from dashapp.views.person import Visitor
from dashapp.views.shown import campaign_ids, choices, tidy


def home(lang: str = LANGUAGES[0]) -> str:
    """Address of the page that opens first."""
    campaign = campaign_ids()[0]
    return format_page(PageState(campaign, choices(campaign).presets[0], lang=lang))


def route(address: str, visitor: Visitor) -> Component:
    """The whole page of an address (path and query), for the one who looks at it."""
    path = split(address)[0]
    if path.rstrip("/") == COMPARE:
        return _compare(address, visitor)
    if path == "/":
        return _workbench(home(language(address)), visitor)
    if place(path) is None:
        lang = language(address)
        return shell.missing(lang, home(lang))
    return _workbench(address, visitor)


def _workbench(address: str, visitor: Visitor) -> Component:
    known = campaign_ids()
    named, _ = place(split(address)[0]) or ("", "")
    campaign = named if named in known else known[0]
    state, faults = parse_page(address, campaign, choices(campaign))
    if named and named not in known:
        faults = (Fault("unknown_campaign", "", named, known), *faults)
    new = answer(state)
    shown = new.shown.state if new.shown is not None else state
    return shell.page(_place_of(tidy(shown), visitor), workbench.body(shown, new, faults))


def _place_of(state: PageState, visitor: Visitor) -> shell.Place:
    other = next(one for one in LANGUAGES if one != state.lang)
    presets = choices(state.campaign).presets
    second = next((one for one in presets if one != state.preset), state.preset)
    beside = CompareState(state.scenario, f"{state.campaign}/{second}", state.lang, state.indicator)
    name = services.scenario(state.scenario).name[state.lang]
    return shell.Place(
        campaign=state.campaign,
        preset=state.preset,
        lang=state.lang,
        workbench=format_page(replace(PageState(state.campaign, state.preset), lang=state.lang)),
        compare=format_compare(beside),
        here=WORKBENCH,
        other_language=format_page(replace(state, lang=other)),
        title=t("web.title", state.lang, page=name),
        visitor=visitor,
    )


def _compare(address: str, visitor: Visitor) -> Component:
    known = campaign_ids()
    named = [one.partition("/")[0] for one in compared(address)]
    campaign = next((one for one in named if one in known), known[0])
    state, faults = parse_compare(address, campaign, choices(campaign))
    other = next(one for one in LANGUAGES if one != state.lang)
    place_ = shell.Place(
        campaign=campaign,
        preset="",
        lang=state.lang,
        workbench=format_page(PageState(campaign, state.left.partition("/")[2], lang=state.lang)),
        compare=format_compare(state),
        here=COMPARE,
        other_language=format_compare(replace(state, lang=other)),
        title=t("web.title", state.lang, page=t("web.compare.title", state.lang)),
        visitor=visitor,
    )
    return shell.page(place_, compare.body(state, faults))
