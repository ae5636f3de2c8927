"""Scenarios that people keep: created, changed, copied, shared, each with its history.

A scenario that is not shared is its owner's alone. A shared one is seen by everybody and changed by everybody who may
edit scenarios; who is second in changing it is told what the first one changed, and keeps what was typed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import scenarios
from dashapp.services.refused import Changed, ConflictError, RefusedError, differences, kept
from dashapp.services.rights import Action, Actor, needs
from data.store import Store, StoreError, Work
from data.store.records import ScenarioRecord, ScenarioVersion
from scenarios import Scenario

_LONGEST_NAME = 200
_LONGEST_SLUG = 60
_NO_SLUG = "scenario"
_LETTERS = str.maketrans({"đ": "d", "Đ": "d"})
_OTHER = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, eq=False)
class Saved:
    """A scenario as it is kept, one of its versions, and what that version says."""

    record: ScenarioRecord
    version: ScenarioVersion
    scenario: Scenario


@dataclass(frozen=True, eq=False)
class Step:
    """One version of a scenario and what it changed; nothing for the first."""

    version: ScenarioVersion
    changes: tuple[Changed, ...]


@needs(Action.READ)
def saved(store: Store, actor: Actor, /, campaign: str) -> tuple[ScenarioRecord, ...]:
    """The scenarios of a campaign that the actor may see, oldest first."""
    with store.reading() as work:
        return tuple(one for one in work.scenarios.list(campaign) if _sees(actor, one))


@needs(Action.READ)
def at(store: Store, actor: Actor, /, id: int, number: int | None = None) -> Saved:
    """A scenario as it says in version `number`, or now.

    Raises
    ------
    StoreError
        ``not_found``, also where the scenario is somebody else's own.
    """
    with store.reading() as work:
        record = seen(work, actor, id)
        version = work.scenarios.numbered(id, record.head if number is None else number)
        return Saved(record, version, scenario_of(work, version))


@needs(Action.READ)
def history(store: Store, actor: Actor, /, id: int) -> tuple[ScenarioVersion, ...]:
    """Every version of a scenario, oldest first: who wrote it, when, and what it says."""
    with store.reading() as work:
        seen(work, actor, id)
        return work.scenarios.history(id)


@needs(Action.READ)
def changes(store: Store, actor: Actor, /, id: int) -> tuple[Step, ...]:
    """The history of a scenario as steps, oldest first: each version with what it changed of the one before."""
    versions = history(store, actor, id)
    documents = [one.document for one in versions]
    told = [differences(old, new) for old, new in pairwise(documents)]
    return tuple(Step(one, step) for one, step in zip(versions, [(), *told], strict=True))


@needs(Action.EDIT_SCENARIOS)
def create(
    store: Store,
    actor: Actor,
    /,
    campaign: str,
    scenario: Scenario,
    *,
    name: Mapping[str, str],
    shared: bool = False,
    note: str = "",
    draft_of: int | None = None,
) -> Saved:
    """Keep a scenario under a name of its own.

    Parameters
    ----------
    name : mapping
        ``{"vi": ..., "en": ...}``; one language is enough.
    draft_of : int, optional
        The scenario that this was an unsaved state of: the actor's draft of it is done with.

    Raises
    ------
    RefusedError
        ``name_missing`` or ``name_too_long``.
    """
    called = _name(name)
    with store.work(actor.name) as work:
        if draft_of is not None:
            seen(work, actor, draft_of)
            work.drafts.drop(actor.name, draft_of)
        return _add(work, campaign, scenario, called, shared=shared, note=note, origin=None)


@needs(Action.EDIT_SCENARIOS)
def copy(store: Store, actor: Actor, /, id: int, *, name: Mapping[str, str], number: int | None = None) -> Saved:
    """A scenario of the actor's own that says what another one says now, or said in version `number`.

    Raises
    ------
    RefusedError
        ``name_missing`` or ``name_too_long``.
    """
    called = _name(name)
    with store.work(actor.name) as work:
        record = seen(work, actor, id)
        version = work.scenarios.numbered(id, record.head if number is None else number)
        scenario = scenario_of(work, version)
        return _add(work, record.campaign, scenario, called, shared=False, note="", origin=version.id)


@needs(Action.EDIT_SCENARIOS)
def change(
    store: Store,
    actor: Actor,
    /,
    id: int,
    scenario: Scenario,
    *,
    based_on: int,
    name: Mapping[str, str] | None = None,
    note: str = "",
) -> Saved:
    """Write a new version of what a scenario says; the actor's draft of it is done with.

    Parameters
    ----------
    based_on : int
        Number of the version that the user had in hand.
    name : mapping, optional
        A new name.

    Raises
    ------
    ConflictError
        If there is a newer version: `current` is that one (a `Saved`), `changes` what it changed since
        `based_on`, `yours` what was to be written.
    RefusedError
        ``nothing_new``, ``name_missing``, ``name_too_long``.
    """
    called = None if name is None else _name(name)
    with store.work(actor.name) as work:
        record = seen(work, actor, id)
        head = work.scenarios.head(id)
        document = _document(scenario, record.campaign, record.slug, called or record.name)
        if record.head != based_on:
            base = work.scenarios.numbered(id, based_on)
            raise ConflictError(
                "scenario",
                id,
                changed_by=head.by,
                changed_at=head.at,
                current=Saved(record, head, scenario_of(work, head)),
                yours={"document": document, "name": called, "note": note},
                changes=differences(base.document, head.document),
            )
        told = differences(head.document, document)
        if not told and called in (None, record.name):
            raise RefusedError("nothing_new", scenario=id)
        after = work.scenarios.change(
            id, record.version, document=document, sha256=scenario.sha256, note=note, name=called
        )
        before_told = {"number": head.number, **{one.path: one.before for one in told}}
        after_told = {"number": after.head, **{one.path: one.after for one in told}}
        work.log.append("scenario.change", f"scenario/{id}", before_told, after_told)
        work.drafts.drop(actor.name, id)
        version = work.scenarios.head(id)
        return Saved(after, version, scenario_of(work, version))


@needs(Action.EDIT_SCENARIOS)
def share(store: Store, actor: Actor, /, id: int, *, shared: bool = True) -> ScenarioRecord:
    """Let others see a scenario, or no longer.

    Raises
    ------
    RefusedError
        ``not_owner`` if it is somebody else's; ``scenario_in_use`` if a table of targets rests on it;
        ``scenario_chosen`` if somebody chose it to be finalised.
    """
    with kept(shared=shared), store.work(actor.name) as work:
        record = seen(work, actor, id)
        if record.owner != actor.name:
            raise RefusedError("not_owner", scenario=id, owner=record.owner)
        if record.shared == shared:
            return record
        own = {version.id for version in work.scenarios.history(id)}
        if not shared and any(one.scenario_version in own for one in work.allocations.list(record.campaign)):
            raise RefusedError("scenario_in_use", scenario=id)
        if not shared and any(one.scenario_version in own for one in work.choices.list(record.campaign)):
            raise RefusedError("scenario_chosen", scenario=id)
        after = work.scenarios.set(id, record.version, shared=shared)
        work.log.append("scenario.share", f"scenario/{id}", {"shared": record.shared}, {"shared": after.shared})
        return after


def seen(work: Work, actor: Actor, id: int) -> ScenarioRecord:
    """A scenario that the actor may see; one that is somebody else's own is not found.

    Raises
    ------
    StoreError
        ``not_found``.
    """
    record = work.scenarios.get(id)
    if not _sees(actor, record):
        raise StoreError("not_found", kind="scenario", id=id)
    return record


def _sees(actor: Actor, record: ScenarioRecord) -> bool:
    return record.shared or record.owner == actor.name


def scenario_of(work: Work, version: ScenarioVersion) -> Scenario:
    """What a version says, as a value that can be run."""
    record = work.scenarios.get(version.scenario)
    base = work.campaigns.get(record.campaign).base_scenario
    id = f"{record.campaign}/{record.slug}"
    return scenarios.from_document(version.document, id=id, extends=(base,))


def _add(
    work: Work,
    campaign: str,
    scenario: Scenario,
    name: Mapping[str, str],
    *,
    shared: bool,
    note: str,
    origin: int | None,
) -> Saved:
    slug = _free_slug(work, campaign, name)
    document = _document(scenario, campaign, slug, name)
    record = work.scenarios.add(
        campaign,
        slug,
        name=name,
        document=document,
        sha256=scenario.sha256,
        note=note,
        shared=shared,
        origin=origin,
    )
    told = {"name": dict(name), "sha256": scenario.sha256, "shared": shared, "origin": origin}
    work.log.append("scenario.add", f"scenario/{record.id}", after=told)
    version = work.scenarios.head(record.id)
    return Saved(record, version, scenario_of(work, version))


def _document(scenario: Scenario, campaign: str, slug: str, name: Mapping[str, str]) -> dict[str, object]:
    return {**scenarios.plain(scenario.document), "id": f"{campaign}/{slug}", "name": dict(name)}


def _name(name: Mapping[str, str]) -> dict[str, str]:
    """Both languages; where one is missing, the other stands in."""
    given = {lang: unicodedata.normalize("NFC", " ".join(name.get(lang, "").split())) for lang in ("vi", "en")}
    if not any(given.values()):
        raise RefusedError("name_missing")
    if max(map(len, given.values())) > _LONGEST_NAME:
        raise RefusedError("name_too_long", limit=_LONGEST_NAME)
    return {"vi": given["vi"] or given["en"], "en": given["en"] or given["vi"]}


def _free_slug(work: Work, campaign: str, name: Mapping[str, str]) -> str:
    """A name for addresses (``Phương án thử`` -> ``phuong-an-thu``), with a number where it is taken."""
    plain = unicodedata.normalize("NFD", name["vi"].translate(_LETTERS).lower())
    slug = _OTHER.sub("-", "".join(c for c in plain if not unicodedata.combining(c))).strip("-")
    slug = slug[:_LONGEST_SLUG].strip("-") or _NO_SLUG
    free, number = slug, 1
    while work.scenarios.find(campaign, free) is not None:
        number += 1
        free = f"{slug}-{number}"
    return free
