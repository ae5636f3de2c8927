"""What is done to a table of targets: begun, edited, calculated again, moved along its road, downloaded."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from dash import html, no_update

from dashapp import services
from dashapp.i18n import t
from dashapp.kept_messages import of_service, time
from dashapp.pages.finalize_table import Said, bad, edits_of, good, names_of, refusal
from dashapp.services import opened as desk
from dashapp.services import overrides, states, tables
from dashapp.services.database import AllocationRecord, Store, StoreError
from dashapp.services.refused import ConflictError, RefusedError, ServiceError
from dashapp.services.rights import Actor
from dashapp.urlstate import format_finalize
from dashapp.views.parts import carried
from engine import EngineError
from scenarios import ScenarioErrors


# by the staff ------------------------------------------------------------------------------------------------
def kept(store: Store, actor: Actor, /, asked: Said, lang: str) -> Said:
    """Do what somebody of the staff asked for, and say what came of it; what is refused leaves everything as it was."""
    deeds = {"start": _start, "correct": _correct, "rerun": _rerun, "save": _save, "confirm": _confirm}
    try:
        return deeds[str(asked["what"])](store, actor, asked, lang)
    except ConflictError as fault:
        by = names_of(store, {fault.changed_by}).get(fault.changed_by, fault.changed_by)
        said = t(
            "finalize.conflict", lang, by=by, time="" if fault.changed_at is None else time(fault.changed_at, lang)
        )
        return _kept(asked, [bad(said)], ok=False, again=True)
    except (ServiceError, StoreError) as fault:
        return _kept(asked, [bad(of_service(fault, lang))], ok=False, again=isinstance(fault, StoreError))
    except (EngineError, ScenarioErrors) as fault:
        said = t("finalize.impossible", lang) if "id" not in asked else _told(store, actor, asked, fault, lang)
        return _kept(asked, [bad(said)], ok=False)


def _told(store: Store, actor: Actor, asked: Said, fault: Exception, lang: str) -> str:
    return refusal(fault, tables.table(store, actor, int(asked["id"])), lang)


def _kept(asked: Said, said: Any, *, ok: bool, again: bool = False, **more: Any) -> Said:
    return {"kept": {"what": asked["what"], "ok": ok, "again": again or ok, "at": asked["at"], **more}, "said": said}


def _start(store: Store, actor: Actor, asked: Said, lang: str) -> Said:
    campaign, wanted = str(asked["campaign"]), str(asked["scenario"] or "")
    ground = desk.ground(store, actor, campaign, int(asked["figures"]))
    if wanted.startswith("="):
        version = int(wanted[1:])
    else:
        version = desk.open_scenario(store, actor, campaign, wanted).version.id
    record = tables.start_draft(
        store, actor, campaign, figures_version=ground.figures_version.id, scenario_version=version
    )
    return _kept(asked, [], ok=True, address=format_finalize(campaign, lang, record.number))


def _correct(store: Store, actor: Actor, asked: Said, lang: str) -> Said:
    record = states.correct(store, actor, int(asked["id"]))
    return _kept(asked, [], ok=True, address=format_finalize(record.campaign, lang, record.number))


def _rerun(store: Store, actor: Actor, asked: Said, lang: str) -> Said:
    old = tables.table(store, actor, int(asked["id"]))
    campaign = old.record.campaign
    more: dict[str, int] = {}
    if asked["on"] == "figures":
        more["figures_version"] = desk.ground(store, actor, campaign).figures_version.id
    else:
        listed = next(one for one in tables.listed(store, actor, campaign) if one.record.id == old.record.id)
        more["scenario_version"] = desk.open_scenario(store, actor, campaign, listed.scenario.slug).version.id
    tables.rerun(store, actor, old.record.id, version=int(asked["version"]), **more)
    return _kept(asked, [good(t("finalize.done.rerun", lang))], ok=True)


def _save(store: Store, actor: Actor, asked: Said, lang: str) -> Said:
    edits, id = edits_of(asked["edits"]), int(asked["id"])
    if not edits:
        raise RefusedError("override_not_there")
    before = {
        (one.agency, one.indicator, one.period): one.value for one in tables.table(store, actor, id).inputs.overrides
    }
    overrides.save_edits(store, actor, id, edits, reason=str(asked["reason"]), version=int(asked["version"]))
    inverse = [
        {"agency": one.agency, "indicator": one.indicator, "period": one.period, "value": before.get(one.place)}
        for one in edits
    ]
    back = html.Button(
        t("finalize.done.undo", lang),
        type="button",
        className="action small",
        **carried(final_undo=json.dumps(inverse)),
    )
    return _kept(asked, [good(t("finalize.done.saved", lang, count=len(edits)), back)], ok=True)


def _confirm(store: Store, actor: Actor, asked: Said, lang: str) -> Said:
    overrides.confirm_override(store, actor, int(asked["override"]), version=int(asked["of"]))
    return _kept(asked, [good(t("finalize.done.confirmed", lang))], ok=True)


# along its road ----------------------------------------------------------------------------------------------
def stepped(store: Store, actor: Actor, /, asked: Said, lang: str) -> Said:
    """Move a table along its road, and say what came of it."""
    step, id, version = str(asked["step"]), int(asked["id"]), int(asked["version"])
    comment = str(asked["comment"] or "")
    try:
        _step(store, actor, step, id, version, comment, asked)
    except ConflictError as fault:
        by = names_of(store, {fault.changed_by}).get(fault.changed_by, fault.changed_by)
        said = t(
            "finalize.conflict", lang, by=by, time="" if fault.changed_at is None else time(fault.changed_at, lang)
        )
        return {"stepped": {"ok": False, "again": True, "at": asked["at"]}, "fault": [bad(said)], "said": no_update}
    except (ServiceError, StoreError) as fault:
        named = _named(store, actor, id, fault, lang)
        return {"stepped": {"ok": False, "again": False, "at": asked["at"]}, "fault": [bad(named)], "said": no_update}
    said = good(t(f"finalize.done.{step}", lang))
    return {"stepped": {"ok": True, "again": True, "at": asked["at"]}, "fault": [], "said": [said]}


def _named(store: Store, actor: Actor, id: int, fault: ServiceError | StoreError, lang: str) -> str:
    """A refusal, the agencies in it by their names."""
    codes = fault.details.get("agencies")
    if not codes:
        return of_service(fault, lang)
    table = tables.table(store, actor, id)
    labels = services.labels_of(table.inputs.figures, table.inputs.scenario.plan, lang)
    return of_service(
        RefusedError(fault.code, **{**fault.details, "agencies": [labels.agency(one) for one in codes]}), lang
    )


def _step(store: Store, actor: Actor, step: str, id: int, version: int, comment: str, asked: Said) -> AllocationRecord:
    match step:
        case "submit":
            return states.submit(store, actor, id, version=version, comment=comment)
        case "withdraw":
            return states.withdraw(store, actor, id, version=version, comment=comment)
        case "return":
            return states.return_with_comment(store, actor, id, version=version, comment=comment)
        case "approve":
            return states.approve(store, actor, id, version=version, comment=comment)
        case "issue":
            number, day = str(asked["number"] or ""), _day(asked["day"])
            return states.issue(store, actor, id, version=version, number=number, day=day, comment=comment)
    raise ValueError(step)


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text or ""))
    except ValueError:
        return None
