"""Sweeps: asked for, watched, looked at; one scenario of them becomes one's own. What is looked at is an address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from dash import dcc, html, no_update
from dash.development.base_component import Component
from flask import Blueprint, Response, abort, current_app, request

from dashapp import auth, ids
from dashapp.i18n import LANGUAGES, t
from dashapp.kept_messages import of_service
from dashapp.labels import Labels
from dashapp.services import indicator_words, labels_of, sweep_offers, sweep_runs
from dashapp.services import opened as desk
from dashapp.services.database import Store, StoreError
from dashapp.services.opened import Opened
from dashapp.services.refused import ServiceError
from dashapp.services.rights import Action, Actor, may
from dashapp.services.sweep_files import Place, Run
from dashapp.urlstate import PageState, format_page, split
from dashapp.views import ahead_sweep as view
from dashapp.views import ahead_sweep_form as filled
from dashapp.views import ahead_sweep_lines as lines
from dashapp.views import ahead_sweep_result as results
from dashapp.views import parts
from dashapp.views.ahead_sweep_seen import Seen
from dashapp.views.markup import written
from dashapp.views.shown import main_indicator
from scenarios import Campaign, Outcome, ScenarioErrors

if TYPE_CHECKING:
    from dashapp.pages.ahead import Asked

MOST_AXES = 24
BRUSHES = tuple(f"{end}{at}" for at in range(MOST_AXES) for end in ("f", "t", "w"))
KEEPS = ("r", "s", "n", "new", "v", "i", *BRUSHES)
EXTENSION = "chitieu.sweeps"
NAME = "sweeps"
LONGEST = 60


def settle(server: Any, place: Place) -> None:
    """Say where the sweeps of an application are."""
    server.extensions[EXTENSION] = place


def _place() -> Place:
    found: Place = current_app.extensions[EXTENSION]
    return found


def routes(store: Store) -> Blueprint:
    """The route of `access`: ``/exports/sweep``, the rows of a sweep as CSV."""
    made = Blueprint(NAME, __name__)

    @made.get("/exports/sweep")
    def rows() -> Response:
        id = request.args.get("r", "")
        try:
            content = sweep_runs.rows_file(store, auth.actor(), _place(), id)
        except StoreError:
            abort(404)
        name = f"quet-{id}.csv" if request.args.get("lang", LANGUAGES[0]) == LANGUAGES[0] else f"sweep-{id}.csv"
        head = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return Response(content, content_type="text/csv; charset=utf-8", headers=head)

    return made


def format_sweep(campaign: str, lang: str, more: Mapping[str, str] | None = None) -> str:
    """An address of the page; what is empty is left out."""
    query = {"c": campaign, **(more or {}), "lang": "" if lang == LANGUAGES[0] else lang}
    return f"{view.PATH}?{urlencode({key: value for key, value in query.items() if value})}"


# what is shown -----------------------------------------------------------------------------------------------
def body(store: Store, asked: Asked) -> list[Component]:
    """One sweep, or all with the form for another."""
    shown = _shown(store, asked.campaign, asked.said, asked.lang, asked.visitor.actor)
    said = html.Div(id=ids.SWEEP_SAID, **parts.aria(live="polite"))
    return [dcc.Store(id=ids.SWEEP_TO_DO), said, html.Div(shown, id=ids.SWEEP_BODY, className="sweep-body")]


def _shown(store: Store, campaign: Campaign, said: Mapping[str, str], lang: str, actor: Actor) -> list[Component]:
    if said.get("r"):
        try:
            run = sweep_runs.run(store, actor, _place(), said["r"])
        except StoreError:
            gone = parts.message(t("ahead_sweep.gone.title", lang), t("ahead_sweep.gone.text", lang))
            return [gone, *_all(store, campaign, said, lang, actor)]
        return _one(store, run, said, lang, actor)
    return _all(store, campaign, said, lang, actor)


def _all(store: Store, campaign: Campaign, said: Mapping[str, str], lang: str, actor: Actor) -> list[Component]:
    runs = sweep_runs.listed(store, actor, _place(), campaign.id)
    may_start = may(actor.role, Action.EDIT_SCENARIOS)
    labels = Labels(lang, {}, indicator_words(lang), {})
    found: list[Component] = []
    if runs:
        found.append(view.runs(runs, lambda id: format_sweep(campaign.id, lang, {"r": id}), labels))
    elif not said.get("new"):
        found.append(view.nothing(campaign.id, lang, may_start=may_start))
    return [*found, filled.form(_form(store, campaign, said, lang, actor))] if may_start else found


def _form(store: Store, campaign: Campaign, said: Mapping[str, str], lang: str, actor: Actor) -> filled.Form:
    """What the form begins with: the campaign's own sweep, or what is usual around the scenario that is named."""
    listed = desk.listed(store, actor, campaign.id)
    ready = sweep_offers.ready(campaign.id)
    slug = said.get("v", "") or (ready.slug if ready else campaign.base.rpartition("/")[2])
    if all(one.slug != slug for one in listed):
        slug = campaign.base.rpartition("/")[2]
    own = desk.open_scenario(store, actor, campaign.id, slug)
    indicator = _indicator(own, said.get("i", "") or (ready.indicator if ready and ready.slug == slug else ""))
    offers = sweep_offers.offers(own.scenario, indicator)
    asked = ready if ready and (ready.slug, ready.indicator) == (slug, indicator) else None
    if asked is None:
        asked = sweep_offers.usual(own.scenario, slug, indicator, offers)
    labels = labels_of(own.figures, own.scenario.plan, lang)
    plan = own.scenario.plan
    return filled.Form(campaign.id, listed, [one.id for one in plan.indicators], offers, asked, labels)


def _indicator(own: Opened, named: str) -> str:
    known = [one.id for one in own.scenario.plan.indicators]
    main = main_indicator(own.campaign, own.scenario.plan)
    return next(one for one in (named, main, *known) if one in known)


def _one(store: Store, run: Run, said: Mapping[str, str], lang: str, actor: Actor) -> list[Component]:
    about = run.about
    ground = desk.ground(store, actor, about.campaign, about.figures)
    result = None if run.status.is_open else sweep_runs.result(store, actor, _place(), about.id)
    plan = None if result is None else result.sweep.scenario.plan
    labels = Labels(lang, {}, indicator_words(lang), {}) if plan is None else labels_of(ground.figures, plan, lang)
    own = about.by == actor.name and may(actor.role, Action.EDIT_SCENARIOS)
    stands = view.stands(run, labels, own=own, all_address=format_sweep(about.campaign, lang))
    if result is None or not result.outcomes:
        return [stands]
    brushes = {key: said[key][:LONGEST] for key in (*BRUSHES, "s", "n") if said.get(key)}

    def address(changed: Mapping[str, str]) -> str:
        """The same sweep with other things looked at; empty: nothing but the sweep."""
        kept = {"r": about.id, **(brushes if changed else {}), **changed}
        return format_sweep(about.campaign, lang, kept)

    seen = Seen(about.id, about.campaign, result, labels, brushes, address)
    part: list[Component] = []
    if run.done < about.total:
        said_so = t("ahead_sweep.partly.text", lang, done=run.done, total=about.total)
        part.append(parts.message(t("ahead_sweep.partly.lead", lang), said_so))
    return [stands, *part, *results.body(seen, _picked(seen, actor))]


def _picked(seen: Seen, actor: Actor) -> Component | None:
    """The policy ``s`` or the scenario ``n`` of the address, if there is one."""
    may_save = may(actor.role, Action.EDIT_SCENARIOS)
    policy, number = seen.brushes.get("s", ""), seen.brushes.get("n", "")
    verdict, outcomes = seen.result.verdict, seen.result.outcomes
    if verdict is not None and any(str(one.number) == policy for one in verdict.policies):
        first: Outcome = next(one for one in outcomes if str(one.point.policy) == policy)
        return lines.picked(seen, first, is_policy=True, may_save=may_save)
    one = next((one for one in outcomes if str(one.point.number) == number), None)
    return None if one is None else lines.picked(seen, one, is_policy=False, may_save=may_save)


# what is done ------------------------------------------------------------------------------------------------
def watched(store: Store, actor: Actor, stands: Any, search: Any, lang: str) -> dict[str, Any]:
    """How far a sweep is now; all of the page once it stands otherwise."""
    answer: dict[str, Any] = {"progress": no_update, "body": no_update}
    if not isinstance(stands, dict):
        return answer
    try:
        run = sweep_runs.run(store, actor, _place(), str(stands.get("id", "")))
    except StoreError:
        return answer
    if run.status != stands.get("status"):
        return {**answer, "body": _one(store, run, dict(split(f"/{search or ''}")[1]), lang, actor)}
    labels = Labels(lang, {}, indicator_words(lang), {})
    return {**answer, "progress": written(view.progress(run, labels))}


def done(store: Store, actor: Actor, asked: Any, search: Any, lang: str) -> dict[str, Any]:
    """Start, cancel, go on with or throw away a sweep, or make one of its scenarios the actor's own."""
    answer: dict[str, Any] = {"path": no_update, "query": no_update, "said": "", "body": no_update}
    if not isinstance(asked, dict):
        return {**answer, "said": no_update}
    what, campaign, id = (str(asked.get(key, ""))[:LONGEST] for key in ("what", "campaign", "of"))
    try:
        match what:
            case "start":
                return {**answer, **_to(_started(store, actor, campaign, asked, lang))}
            case "throw":
                sweep_runs.throw(store, actor, _place(), id)
                return {**answer, **_to(format_sweep(campaign, lang))}
            case "save":
                return {**answer, **_to(_saved(store, actor, id, asked, lang))}
            case "cancel":
                sweep_runs.cancel(store, actor, _place(), id)
            case "resume":
                sweep_runs.resume(store, actor, _place(), id)
            case _:
                return {**answer, "said": no_update}
        run = sweep_runs.run(store, actor, _place(), id)
        return {**answer, "body": _one(store, run, dict(split(f"/{search or ''}")[1]), lang, actor)}
    except filled.TypedError as fault:
        text = str(fault)
    except (ServiceError, StoreError) as fault:
        text = of_service(fault, lang)
    return {**answer, "said": parts.error(t(f"ahead_sweep.failed.{what}", lang), text)}


def _started(store: Store, actor: Actor, campaign: str, asked: Mapping[str, Any], lang: str) -> str:
    own = desk.open_scenario(store, actor, campaign, str(asked.get("slug", ""))[:LONGEST])
    indicator = _indicator(own, str(asked.get("indicator", "")))
    labels = labels_of(own.figures, own.scenario.plan, lang)
    offers = sweep_offers.offers(own.scenario, indicator)
    fields = asked.get("fields")
    wanted = filled.wanted(fields if isinstance(fields, dict) else {}, own.record.slug, indicator, offers, labels)
    try:
        about = sweep_runs.start(store, actor, _place(), campaign, wanted)
    except ScenarioErrors as refused:
        raise filled.TypedError(filled.refused(refused, wanted, labels)) from refused
    return format_sweep(campaign, lang, {"r": about.id})


def _to(address: str) -> dict[str, str]:
    path, _, query = address.partition("?")
    return {"path": path, "query": f"?{query}" if query else ""}


def _saved(store: Store, actor: Actor, id: str, asked: Mapping[str, Any], lang: str) -> str:
    text = str(asked.get("number", ""))
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1
    run = sweep_runs.run(store, actor, _place(), id)
    name = {one: t("ahead_sweep.saved.name", one, scenario=run.about.name[one], number=number) for one in LANGUAGES}
    note = t("ahead_sweep.saved.note", lang, at=run.about.at[:10], number=number)
    assumed = asked.get("assumed") == "true"
    saved = sweep_runs.save(store, actor, _place(), id, number, assumed=assumed, name=name, note=note)
    return format_page(PageState(saved.record.campaign, saved.record.slug, lang=lang))
