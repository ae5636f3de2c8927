"""Newer figures against the targets that are issued: which table, which figures, which day, and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from dash import html, no_update
from dash.development.base_component import Component

from dashapp.i18n import LANGUAGES, t
from dashapp.kept_messages import of_service
from dashapp.pages import shell
from dashapp.services import monitoring, replanning, saved_scenarios, tables
from dashapp.services import opened as desk
from dashapp.services.calculation import run
from dashapp.services.database import State, Store, StoreError
from dashapp.services.opened import Ground
from dashapp.services.refused import ServiceError
from dashapp.services.replanning import Replanned
from dashapp.services.rights import Action, Actor, may
from dashapp.services.saved_scenarios import Saved
from dashapp.services.tables import Table
from dashapp.urlstate import (
    FIGURES,
    PageState,
    format_finalize,
    format_page,
    language,
    split,
)
from dashapp.views import monitor, monitor_again, parts, typed
from dashapp.views.monitor import Seen
from dashapp.views.parts import carried
from dashapp.views.person import Visitor
from dashapp.views.shown import main_indicator
from engine import EngineError, Figures
from scenarios import Campaign, ScenarioErrors

PATH = "/monitor"
LONGEST_TEXT = 40


def format_monitor(said: Mapping[str, str], lang: str) -> str:
    """An address of the page; what is empty is left out."""
    query = {key: said[key] for key in ("c", "d", "i") if said.get(key)}
    if lang != LANGUAGES[0]:
        query["lang"] = lang
    return PATH + (f"?{urlencode(query)}" if query else "")


def route(store: Store, address: str, visitor: Visitor) -> Component:
    """The whole page of an address."""
    lang, actor, asked = language(address), visitor.actor, dict(split(address)[1])
    known = desk.campaigns(store, actor)
    campaign, faults = shell.campaign_at(address, known)
    said = {"c": campaign.id, "d": asked.get("d", "")[:LONGEST_TEXT], "i": asked.get("i", "")[:LONGEST_TEXT]}
    body = _body(store, actor, campaign, said, lang)
    head = html.Div(
        [
            html.H1(t("monitor.title", lang), className="page-title"),
            html.P(t("monitor.lead", lang), className="muted"),
        ]
    )
    place = _place(visitor, known, campaign, said, lang)
    return shell.page(place, html.Div([head, *parts.faults(faults, lang), *body], className="page monitor"))


def _body(store: Store, actor: Actor, campaign: Campaign, said: Mapping[str, str], lang: str) -> list[Component]:
    record = monitoring.latest(tables.tables(store, actor, campaign.id, State.ISSUED))
    if record is None:
        return [_nothing("no_table", format_finalize(campaign.id, lang), lang)]
    table, ground = tables.table(store, actor, record.id), desk.ground(store, actor, campaign.id)
    resting = table.inputs.figures_version.number
    if ground.figures_version.number <= resting:
        query = {"c": campaign.id, **({} if lang == LANGUAGES[0] else {"lang": lang})}
        address = f"{FIGURES}?{urlencode(query)}"
        return [_nothing("no_figures", address, lang, table=record.number, number=resting)]
    day, fault = _day(table, said["d"], lang)
    seen = Seen(campaign, table, ground, said["d"], fault, said["i"], lang)
    if day is None:
        return [monitor.question(seen)]
    return [monitor.question(seen), *_watched(seen, ground, actor, day, said, lang)]


def _nothing(name: str, address: str, lang: str, **more: int) -> Component:
    """What is needed before there is anything to see, and the way there."""
    way = html.A(t(f"monitor.{name}.way", lang), href=address, className="action main", **carried(inside="true"))
    said = parts.empty(t(f"monitor.{name}.title", lang), t(f"monitor.{name}.text", lang, **more), way)
    return html.Section(said, className="panel")


def _day(table: Table, text: str, lang: str) -> tuple[date | None, str]:
    """The day that was typed, and what is wrong with it."""
    plan = table.inputs.scenario.plan
    try:
        day = typed.day(text)
    except ValueError:
        return None, t("monitor.fault.day", lang, found=text)
    if day is None:
        return None, ""
    fault = monitoring.day_fault(plan, day)
    if fault is not None:
        return None, t(f"monitor.fault.{fault}", lang, day=day, first=plan.as_of, last=plan.last.end)
    return day, ""


def _watched(
    seen: Seen, ground: Ground, actor: Actor, day: date, said: Mapping[str, str], lang: str
) -> list[Component]:
    watches = monitoring.watch(seen.table, ground.figures, day)
    own = [one.indicator for one in watches]
    main = main_indicator(seen.campaign, seen.table.inputs.scenario.plan)
    chosen = next((one for one in (said["i"], main, *own) if one in own), "")
    seen = replace(seen, indicator=chosen)
    ways = {one: format_monitor({**said, "i": one}, lang) for one in own}
    return [*monitor.body(seen, watches, ways), *_onward(seen, actor, day)]


# planning again from here ------------------------------------------------------------------------------------
def _onward(seen: Seen, actor: Actor, day: date) -> list[Component]:
    about = replanning.left(seen.table.inputs.scenario.plan, day)
    if about is None or not may(actor.role, Action.EDIT_SCENARIOS):
        return []
    kept = _possible(seen.table, seen.ground.figures, day, keep=True) if about.keepable else None
    opened = _possible(seen.table, seen.ground.figures, day, keep=False)
    return [monitor_again.onward(seen, day, about, kept, opened)]


def _possible(table: Table, figures: Figures, day: date, *, keep: bool) -> Replanned | None:
    """What planning again would make, if it can be calculated."""
    try:
        made = replanning.replanned(table, figures, day, keep=keep, why=_why(table))
        run(figures, made.scenario)
    except (EngineError, ScenarioErrors):
        return None
    return made


def _why(table: Table) -> dict[str, str]:
    return {one: t("monitor.again.as_issued", one, number=table.record.number) for one in LANGUAGES}


def replanned(store: Store, actor: Actor, about: Any, keep: Any, lang: str) -> dict[str, Any]:
    """Make what is left of the issued table's scenario one of the actor's own, and go to it."""
    answer: dict[str, Any] = {"path": no_update, "query": no_update, "said": no_update}
    if not about:
        return answer
    failed = t("monitor.again.failed", lang)
    try:
        id, day = int(about["table"]), date.fromisoformat(about["day"])
    except (KeyError, TypeError, ValueError):  # what was sent may be anything
        return {**answer, "said": parts.error(failed, t("monitor.again.impossible", lang))}
    try:
        table = tables.table(store, actor, id)
        ground = desk.ground(store, actor, table.record.campaign)
        fault = monitoring.day_fault(table.inputs.scenario.plan, day)
        made = None if fault else _possible(table, ground.figures, day, keep=keep == monitor_again.KEEP)
        if made is None:
            return {**answer, "said": parts.error(failed, t("monitor.again.impossible", lang))}
        saved = _saved(store, actor, table, ground, made, day, lang)
    except (ServiceError, StoreError) as refused:
        return {**answer, "said": parts.error(failed, of_service(refused, lang))}
    address = format_page(PageState(saved.record.campaign, saved.record.slug, lang=lang))
    path, _, query = address.partition("?")
    return {**answer, "path": path, "query": f"?{query}" if query else ""}


def _saved(store: Store, actor: Actor, table: Table, ground: Ground, made: Replanned, day: date, lang: str) -> Saved:
    """The scenario as one of the actor's own, named after the first period whose targets are open."""
    periods = made.scenario.plan.periods
    first = periods[1 if made.kept else 0].id
    name = {one: t("monitor.again.name", one, period=first, day=day) for one in LANGUAGES}
    about = {"number": table.record.number, "figures": ground.figures_version.number, "day": day}
    note = t("monitor.again.note", lang, **about)
    if made.kept:
        note = f"{note}; {t('monitor.again.note_kept', lang, count=made.kept, period=periods[0].id)}"
    return saved_scenarios.create(store, actor, table.record.campaign, made.scenario, name=name, note=note)


def _place(
    visitor: Visitor, known: tuple[Campaign, ...], campaign: Campaign, said: Mapping[str, str], lang: str
) -> shell.Place:
    other = next(one for one in LANGUAGES if one != lang)
    return shell.place_of(
        campaign,
        known,
        lang,
        visitor,
        here=PATH,
        title=t("monitor.title", lang),
        other_language=format_monitor(said, other),
    )
