"""From an address to a page. Every address has one; what an address says wrongly is said on the page."""

from __future__ import annotations

from dataclasses import replace

from dash.development.base_component import Component

from dashapp.i18n import LANGUAGES, t
from dashapp.kept_messages import of_service
from dashapp.pages import admin, ahead, compare, figures, finalize, log, monitor, overview, shell, workbench
from dashapp.services import opened as desk
from dashapp.services.database import Store, StoreError
from dashapp.services.opened import Opened
from dashapp.services.refused import RefusedError
from dashapp.urlstate import (
    COMPARE,
    FIGURES,
    FINALIZE,
    WORKBENCH,
    CompareState,
    Fault,
    PageState,
    format_compare,
    format_overview,
    format_page,
    language,
    parse_page,
    place,
    split,
    versions,
)
from dashapp.views.answer import answer
from dashapp.views.keeping_moves import restore
from dashapp.views.person import Visitor
from dashapp.views.shown import begin, choices, tidy
from scenarios import Campaign


def route(store: Store, address: str, visitor: Visitor) -> Component:
    """The whole page of an address (path and query), for the one who looks at it."""
    path, lang = split(address)[0], language(address)
    try:
        if path.rstrip("/") == COMPARE:
            return compare.route(store, address, visitor)
        if path.rstrip("/") == FIGURES:
            return figures.route(store, address, visitor)
        if path.rstrip("/") == log.PATH:
            return log.route(store, address, visitor)
        if path.rstrip("/") == monitor.PATH:
            return monitor.route(store, address, visitor)
        if ahead.owns(path):
            return ahead.route(store, address, visitor)
        if admin.owns(path):
            return admin.route(store, address, visitor)
        if path.rstrip("/") == FINALIZE:
            return finalize.route(store, address, visitor)
        if path == "/":
            return overview.route(store, address, visitor)
        if place(path) is not None:
            return _workbench(store, address, visitor)
    except (StoreError, RefusedError) as fault:
        return shell.failed(lang, of_service(fault, lang), f"/{_query(lang)}", _way_on(fault, lang))
    return shell.missing(lang, f"/{_query(lang)}")


def _way_on(fault: StoreError | RefusedError, lang: str) -> str:
    """Where figures are imported, if that is what a page lacks."""
    if fault.code != "figures_missing":
        return ""
    return f"{FIGURES}{_query(lang) or '?'}{'&' if _query(lang) else ''}c={fault.details['campaign']}"


def _query(lang: str) -> str:
    return "" if lang == LANGUAGES[0] else f"?lang={lang}"


def _workbench(store: Store, address: str, visitor: Visitor) -> Component:
    named, slug = place(split(address)[0]) or ("", "")
    known = desk.campaigns(store, visitor.actor)
    campaign = next((one for one in known if one.id == named), known[0])
    faults: list[Fault] = []
    if named and named != campaign.id:
        faults.append(Fault("unknown_campaign", "", named, tuple(one.id for one in known)))
        slug = ""
    opened = _open(store, visitor, campaign, slug, address, faults)
    listed = desk.listed(store, visitor.actor, campaign.id)
    address, kept = restore(store, visitor.actor, opened, address)
    state, more = parse_page(address, begin(opened, language(address)), choices(opened))
    new = answer(state, opened)
    shown = state if new.shown is None else replace(new.state, agency=state.agency)
    bench = workbench.Bench(opened, listed, shown, new, visitor.actor, kept, (*faults, *more))
    others = [one.slug for one in listed if one.slug != opened.record.slug]
    return shell.page(_place_of(shown, opened, others[:1], visitor, known), workbench.body(bench))


def _open(store: Store, visitor: Visitor, campaign: Campaign, slug: str, address: str, faults: list[Fault]) -> Opened:
    """What an address names, or the nearest thing to it that is there."""
    base = campaign.base.partition("/")[2]
    version, figures = versions(address)
    tries: list[tuple[str, int | None, int | None]] = [(slug or base, version, figures), (slug or base, None, None)]
    for at, (name, number, figures_number) in enumerate(tries):
        try:
            opened = desk.open_scenario(store, visitor.actor, campaign.id, name, version=number, figures=figures_number)
        except StoreError as fault:
            if fault.code != "not_found":
                raise
            continue
        if at:
            said = f"v={version}" if figures is None else f"v={version} fv={figures}"
            faults.append(Fault("unknown_version", "v", said))
        return opened
    listed = desk.listed(store, visitor.actor, campaign.id)
    faults.append(Fault("unknown_scenario", "", slug, tuple(one.slug for one in listed)))
    return desk.open_scenario(store, visitor.actor, campaign.id, base)


def _place_of(
    state: PageState, opened: Opened, others: list[str], visitor: Visitor, known: tuple[Campaign, ...]
) -> shell.Place:
    lang = state.lang
    other = next(one for one in LANGUAGES if one != lang)
    beside = CompareState(state.campaign, (state.slug, *others), lang, state.indicator)
    return shell.Place(
        campaign=state.campaign,
        campaigns=known,
        slug=state.slug,
        lang=lang,
        overview=format_overview(state.campaign, lang),
        workbench=format_page(PageState(state.campaign, state.slug, lang=lang)),
        compare=format_compare(beside),
        here=WORKBENCH,
        other_language=format_page(tidy(replace(state, lang=other), opened)),
        title=t("web.title", lang, page=opened.record.name[lang]),
        visitor=visitor,
    )
