"""Figures and proposals of a campaign: read, taken in from files, typed and pasted; nothing is stored unseen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dash import dcc, html, no_update
from dash.development.base_component import Component

from dashapp import ids, messages, services
from dashapp.i18n import LANGUAGES, has, t
from dashapp.kept_messages import of_service
from dashapp.pages import shell
from dashapp.services import accounts, forecasting, importing, provision
from dashapp.services import opened as desk
from dashapp.services.database import Store, StoreError
from dashapp.services.doubts import doubts
from dashapp.services.importing import Shelf
from dashapp.services.opened import Opened
from dashapp.services.proposals import outside
from dashapp.services.refused import RefusedError
from dashapp.services.rights import Action, Actor, may
from dashapp.urlstate import (
    FIGURES,
    language,
    split,
)
from dashapp.views import figures as view
from dashapp.views import figures_funnel, parts
from dashapp.views.figures import Seen
from dashapp.views.figures_drop import drop
from dashapp.views.overview import overview
from dashapp.views.person import Visitor
from dashapp.views.shown import saved_labels
from engine import Allocation, EngineError
from scenarios import Campaign, ScenarioErrors


def route(store: Store, address: str, visitor: Visitor) -> Component:
    """The whole page of an address."""
    lang, actor = language(address), visitor.actor
    asked = dict(split(address)[1])
    known = desk.campaigns(store, actor)
    campaign, faults = shell.campaign_at(address, known)
    said = asked.get("fv", "")
    shelf = importing.shelf(store, actor, campaign.id, int(said) if said.isdecimal() and len(said) < 9 else None)
    wrong = []
    if said and (shelf.shown is None or str(shelf.shown.number) != said):
        wrong.append(t("figures.unknown_version", lang, found=said[:20]))
    indicator = asked.get("i", "")
    if indicator and indicator not in campaign.indicators:
        wrong.append(t("figures.unknown_indicator", lang, found=indicator[:40]))
    seen, read = _seen(store, actor, campaign, shelf, indicator, asked.get("q", "")[:80], lang)
    other = next(one for one in LANGUAGES if one != lang)
    version = None if seen.shelf.is_newest or shelf.shown is None else shelf.shown.number
    place = shell.place_of(
        campaign,
        known,
        lang,
        visitor,
        here=FIGURES,
        title=t("figures.title", lang),
        other_language=view.address(campaign.id, other, indicator=seen.indicator, version=version, search=seen.search),
    )
    return shell.page(place, _body(seen, read, parts.faults(faults, lang), wrong))


def _seen(
    store: Store, actor: Actor, campaign: Campaign, shelf: Shelf, indicator: str, search: str, lang: str
) -> tuple[Seen, list[Component] | None]:
    """The page, and the lines of what is doubtful (None where that cannot be told)."""
    flows = [id for id, one in campaign.indicators.items() if one.kind == "flow"]
    own = indicator if indicator in campaign.indicators else (flows or list(campaign.indicators))[0]
    names = {one.code: one.name for one in shelf.agencies}
    if shelf.figures is not None:
        names.update(zip(shelf.figures.codes, shelf.figures.names, strict=True))
    told: dict[str, Any] = {
        "campaign": campaign,
        "shelf": shelf,
        "indicator": own,
        "people": people(store, (one.created_by for one in shelf.versions), lang),
        "lang": lang,
        "may_change": may(actor.role, Action.IMPORT_FIGURES),
        "search": search,
        "agencies": names,
    }
    if shelf.shown is None or shelf.figures is None:
        return Seen(**told), None
    opened = desk.open_scenario(store, actor, campaign.id, campaign.base.partition("/")[2], figures=shelf.shown.number)
    allocation, why = _run(opened, lang)
    if allocation is None:
        return Seen(**told, why_not=t("figures.remind.unknown", lang, why=why)), None
    registered = provision.agencies(store, actor, campaign.id, allocation.plan.as_of)
    found = doubts(allocation, shelf.before, [one.code for one in registered])
    lines = overview(opened, allocation, found, lang, is_first=shelf.before is None).doubtful
    return Seen(**told, doubts=found, outside=outside(allocation, own)), lines


def _run(opened: Opened, lang: str) -> tuple[Allocation | None, str]:
    """The scenario that the campaign came with on the shown figures, or why it cannot be run."""
    try:
        return services.run(opened.figures, opened.scenario), ""
    except ScenarioErrors as errors:
        words = services.indicator_words(lang)
        return None, " ".join(messages.of_scenario(one, words, lang) for one in errors.problems)
    except EngineError as error:
        return None, messages.of_engine(error, saved_labels(opened, lang), lang)


def people(store: Store, users: Iterable[str], lang: str) -> Mapping[str, str]:
    """How people, and the product itself, are called by their user names."""
    found = {name: accounts.account(store, name) for name in set(users)}
    machines = {name: t(f"log.machine.{name}", lang) for name in found if has(f"log.machine.{name}", lang)}
    return {name: one.display_name for name, one in found.items() if one is not None} | machines


def _body(seen: Seen, doubtful: list[Component] | None, faults: list[Component], wrong: list[str]) -> Component:
    lang = seen.lang
    said = [html.Div([html.P(one) for one in wrong], className="message", role="alert")] if wrong else []
    nothing = []
    if seen.shelf.shown is None:
        key = "none_staff" if seen.may_change else "none_reader"
        nothing = [parts.empty(t("figures.none_title", lang), t(f"figures.{key}", lang))]
    taking = [drop(seen)] if seen.is_editable else []
    beside = [view.remind(seen)]
    if doubtful is not None:
        lines = doubtful or [html.Li(t("figures.remind.no_doubts", lang))]
        body = html.Ul(lines, className="clear-lines")
        beside.append(parts.panel(t("figures.remind.doubts", lang), body, id="figures-doubts", flows=True))
    return html.Div(
        [
            dcc.Store(id=ids.FIGURES_TO_TELL),
            dcc.Store(id=ids.FIGURES_ANSWER),
            html.Div([view.head(seen), view.ways(seen)], className="figures-head"),
            *faults,
            *said,
            html.Div(id=ids.FIGURES_SAID, role="status", tabIndex="-1"),
            *nothing,
            *taking,
            html.Div(id=ids.FIGURES_PREVIEW, tabIndex="-1"),
            view.choose_indicator(seen),
            view.table(seen),
            html.Div(beside, className="clear-up figures-beside"),
            *figures_funnel.panel(seen),
            *([view.versions(seen)] if seen.shelf.versions else []),
            view.history_drawer(lang),
        ],
        className="page figures",
        **parts.carried(figures_of=seen.campaign.id, figures_shown=seen.indicator),
    )


def told(store: Store, actor: Actor, /, asked: Any, lang: str) -> dict[str, Any]:
    """The history of the figure that somebody asks for."""
    if not isinstance(asked, dict):
        return {"open": no_update, "told": no_update}
    campaign, agency, indicator = (str(asked.get(name, "")) for name in ("campaign", "agency", "indicator"))
    try:
        found, older = importing.history(store, actor, campaign, agency, indicator)
    except (StoreError, RefusedError) as refused:
        return {"open": True, "told": html.P(of_service(refused, lang), role="alert")}
    words = services.indicator_words(lang)
    short = words[indicator].short if indicator in words else indicator
    names = {one.code: one.name for one in provision.agencies(store, actor, campaign)}
    called = people(store, (one.version.created_by for one in found), lang)
    past = forecasting.past(store, actor, campaign, agency, indicator)
    return {"open": True, "told": view.history(found, older, names.get(agency, agency), short, called, lang, past)}
