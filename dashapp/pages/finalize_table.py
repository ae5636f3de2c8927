"""One table of targets as its page shows it: as it is kept, and as edits that are only tried would have it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dash import html, no_update
from dash.development.base_component import Component

from dashapp import messages, services
from dashapp.i18n import period, t
from dashapp.kept_messages import of_service, time
from dashapp.services import accounts, effects, states, tables
from dashapp.services import opened as desk
from dashapp.services.database import State, Store, StoreError
from dashapp.services.edits import MOST_EDITS, Edit
from dashapp.services.opened import Ground
from dashapp.services.refused import ServiceError
from dashapp.services.rights import Actor
from dashapp.services.tables import Listed, Table
from dashapp.urlstate import ORDERS, format_finalize
from dashapp.views import finalize, finalize_grid, finalize_preview, finalize_side
from dashapp.views.finalize import Seen
from dashapp.views.markup import written
from dashapp.views.parts import icon
from dashapp.views.shown import main_indicator
from engine import EngineError
from scenarios import Campaign, ScenarioErrors

Said = dict[str, Any]
"""What the browser sends or is sent."""
REFUSALS = (ServiceError, StoreError, EngineError, ScenarioErrors)


def names_of(store: Store, users: set[str | None]) -> Mapping[str, str]:
    found = {name: accounts.account(store, name) for name in users if name}
    return {name: one.display_name for name, one in found.items() if one is not None}


def seen_of(
    store: Store,
    actor: Actor,
    campaign: Campaign,
    listed: Listed,
    everything: tuple[Listed, ...],
    table: Table,
    indicator: str,
    order: str,
    lang: str,
    **more: Any,
) -> Seen:
    record = table.record
    if record.issued_at is not None:
        campaign = desk.campaign_then(store, actor, campaign.id, record.issued_at)
    users: set[str | None] = {record.created_by, record.changed_by, *(one.by for one in table.transitions)}
    for one in table.overrides:
        users |= {one.by, one.changed_by, one.withdrawn_by}
    names = names_of(store, users)
    return Seen(campaign, table, listed, everything, actor, names, indicator, order, lang, **more)


def whole(store: Store, seen: Seen, ground: Ground, since: str | None) -> Said:
    """Everything on the page that depends on the table."""
    record = seen.table.record
    issued = [one for one in seen.everything if one.record.state is State.ISSUED and one.record.id != record.id]
    before = next((one for one in issued if one.record.id == record.corrects), issued[-1] if issued else None)
    found = () if before is None else tables.difference(store, seen.actor, before.record.id, record.id)
    lacking = states.obstacles(store, seen.actor, record.id)
    last = None if before is None else before.record.number
    return {
        **moving(seen, ground, since),
        "head": written(finalize.head(seen)),
        "columns": finalize_grid.columns(seen),
        "side": written(finalize_side.side(seen, lacking, last, found)),
    }


def moving(seen: Seen, ground: Ground, since: str | None) -> Said:
    """What an edit that is only tried changes on the page."""
    record = seen.table.record
    return {
        "answered": {
            "seq": 0,
            "version": record.version,
            "at": record.changed_at.isoformat(),
            "visible": _visible(seen),
            "periods": list(seen.periods),
            "indicator": seen.indicator,
        },
        "notices": written(finalize.notices(seen, ground.figures_version.number, since)),
        "cards": written(finalize.cards(seen)),
        "preview": written(finalize_preview.preview(seen)),
        "absorbed": written(finalize_preview.absorbers(seen)),
        "fault": "",
        "rows": finalize_grid.rows(seen),
    }


def _visible(seen: Seen) -> str:
    order = "" if seen.order == ORDERS[0] else seen.order
    main = main_indicator(seen.campaign, seen.table.inputs.scenario.plan)
    indicator = "" if seen.indicator == main else seen.indicator
    return format_finalize(seen.campaign.id, seen.lang, seen.table.record.number, indicator, order)


# what the page is told to show -------------------------------------------------------------------------------
def shown(store: Store, actor: Actor, /, asked: Said, lang: str) -> Said:
    """What every part of the page becomes.

    Parameters
    ----------
    asked : mapping
        ``seq`` (given back), ``id`` of the table, ``indicator``, ``order``, ``edits`` that are not kept yet, ``seen``
        (when the table was changed last as far as the window knows), ``whole`` (True where more than edits changed).
    """
    edits = edits_of(asked["edits"])
    table = tables.table(store, actor, int(asked["id"]))
    record = table.record
    ground = desk.ground(store, actor, record.campaign)
    campaign = ground.campaign
    everything = tables.listed(store, actor, record.campaign)
    listed = next(one for one in everything if one.record.id == record.id)
    more: Said = {"edits": tuple(edits)}
    fault, joint = "", None
    if edits:
        try:
            joint = effects.preview_edits(store, actor, record.id, edits)
        except REFUSALS as refused:
            fault = refusal(refused, table, lang)
    more["joint"] = joint
    indicator = (
        asked["indicator"]
        if asked["indicator"] in table.inputs.pinned.results
        else next(iter(table.inputs.pinned.results))
    )
    order = asked["order"] if asked["order"] in ORDERS else ORDERS[0]
    seen = seen_of(store, actor, campaign, listed, everything, table, indicator, order, lang, **more)
    moved = record.changed_at.isoformat() != asked["seen"] and bool(asked["seen"])
    since = _since(seen, datetime.fromisoformat(str(asked["seen"]))) if moved else None
    answer = whole(store, seen, ground, since) if asked["whole"] or moved else moving(seen, ground, since)
    kept: Said = {"head": no_update, "side": no_update, "columns": no_update}
    answer = {**kept, **answer}
    answer["answered"]["seq"] = asked["seq"]
    if fault:
        answer |= {"fault": written(bad(fault)), "rows": no_update}
    return answer


def edits_of(asked: Any) -> list[Edit]:
    """Edits as the browser sends them."""
    found = []
    for one in asked[:MOST_EDITS]:
        value = one["value"]
        share = None if value is None else float(value)
        found.append(Edit(str(one["agency"]), str(one["indicator"]), str(one["period"]), share))
    return list({one.place: one for one in found}.values())


def _since(seen: Seen, moment: datetime) -> str:
    """What others did to the table after a moment, in one sentence."""
    lang, deeds = seen.lang, []
    for one in seen.table.overrides:
        if one.changed_at <= moment:
            continue
        key = "finalize.moved.set" if one.active else "finalize.moved.withdrawn"
        deeds.append(
            t(
                key,
                lang,
                by=seen.called(one.changed_by if one.active else one.withdrawn_by),
                agency=seen.labels.agency(one.agency),
                period=period(one.period, lang),
                value=finalize.exact(one.value, lang),
                time=time(one.changed_at, lang),
            )
        )
    record = seen.table.record
    if not deeds:
        deeds = [t("finalize.moved.other", lang, by=seen.called(record.changed_by), time=time(record.changed_at, lang))]
    return " ".join([*deeds, t("finalize.moved.kept", lang)] if seen.edits else deeds)


# sentences ---------------------------------------------------------------------------------------------------
def bad(text: str) -> Component:
    return html.Div(text, className="alert alert-danger", role="alert")


def good(text: str, *more: Component) -> Component:
    return html.Div([icon("check"), html.Span(text), *more], className="message final-good", role="status")


def refusal(error: Exception, table: Table, lang: str) -> str:
    """One sentence, with names instead of ids."""
    if isinstance(error, ServiceError | StoreError):
        return of_service(error, lang)
    if isinstance(error, EngineError):
        plan = table.inputs.scenario.plan
        return messages.of_engine(error, services.labels_of(table.inputs.figures, plan, lang), lang)
    if not isinstance(error, ScenarioErrors):
        raise error
    words = services.indicator_words(lang)
    return " ".join(messages.of_scenario(one, words, lang) for one in error.problems)
