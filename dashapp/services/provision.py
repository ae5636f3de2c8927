"""Fills a fresh database with the shipped campaigns, and lets administrators look after campaigns and agencies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import data.reference
import scenarios
from dashapp.services.catalogue import known_of, presets
from dashapp.services.refused import RefusedError, kept
from dashapp.services.rights import Action, Actor, needs
from data.store import Store, Work
from data.store.records import Agency, Campaign, Indicator, Succession, SuccessionKind

SYSTEM = "system"
"""Who did what no person did."""


def ensure_campaigns(store: Store) -> tuple[str, ...]:
    """Put the shipped campaigns that are not there yet into the store, each whole or not at all.

    Returns
    -------
    tuple of str
        Ids of those that were put in now.
    """
    added = []
    for about in scenarios.campaigns():
        with store.reading() as work:
            if work.campaigns.find(about.id) is not None:
                continue
        with store.work(SYSTEM) as work:
            if work.campaigns.find(about.id) is None:  # another process may have been faster
                _put(work, about)
                added.append(about.id)
    return tuple(added)


def _put(work: Work, about: scenarios.Campaign) -> None:
    shipped = presets(about.id)
    work.campaigns.add(
        about.id,
        name=dict(about.name),
        as_of=about.as_of,
        illustrative=about.illustrative,
        source=dict(about.source),
        base_scenario=about.base,
        note=dict(about.note),
        catalogue=dict(about.catalogue),
        parent_rows=dict(about.parent_rows),
        settings={"presets": [slug_of(one.id) for one in shipped]},
    )
    work.agencies.add(about.id, [_agency(about.id, one) for one in known_of(about.id).agencies])
    work.indicators.add(about.id, [_indicator(about.id, at, one) for at, one in enumerate(about.indicators.values())])
    frame = data.reference.figures(about.id).frame
    figures = work.figures.add(about.id, frame, based_on=None, source=about.source["vi"], reporter=SYSTEM)
    for one in shipped:
        document = scenarios.plain(one.document)
        work.scenarios.add(
            about.id, slug_of(one.id), name=dict(one.name), document=document, sha256=one.sha256, shared=True
        )
    told = {"figures_sha256": figures.figures_sha256, "scenarios": [slug_of(one.id) for one in shipped]}
    work.log.append("campaign.add", f"campaign/{about.id}", after=told)


def slug_of(id: str) -> str:
    """The last part of a shipped scenario's id (``hau-giang-2022/base`` -> ``base``)."""
    return id.rpartition("/")[2]


def _agency(campaign: str, one: Any) -> Agency:
    return Agency(campaign, one.code, one.name, one.level, one.parent or None)


def _indicator(campaign: str, position: int, one: scenarios.Indicator) -> Indicator:
    return Indicator(
        campaign=campaign,
        id=one.id,
        kind=str(one.kind),
        name=dict(one.name),
        short=dict(one.short),
        unit=dict(one.unit),
        definition=dict(one.definition),
        legal_basis=one.legal_basis,
        position=position,
    )


@needs(Action.READ)
def campaigns(store: Store, _actor: Actor, /) -> tuple[Campaign, ...]:
    """All campaigns of the store."""
    with store.reading() as work:
        return work.campaigns.list()


@needs(Action.READ)
def agencies(store: Store, _actor: Actor, /, campaign: str, day: date | None = None) -> tuple[Agency, ...]:
    """A campaign's agencies, all or those that exist on a day."""
    with store.reading() as work:
        return work.agencies.list(campaign) if day is None else work.agencies.on(campaign, day)


@needs(Action.MANAGE_CAMPAIGNS)
def change_campaign(store: Store, actor: Actor, /, campaign: str, *, version: int, **fields: Any) -> Campaign:
    """Change name, date, source or note of a campaign; `version` is the record's that the caller saw.

    Raises
    ------
    ConflictError
        If somebody changed it since.
    """
    with kept(**fields), store.work(actor.name) as work:
        before = work.campaigns.get(campaign)
        after = work.campaigns.change(campaign, version, **fields)
        _log(work, "campaign.change", f"campaign/{campaign}", before, after, tuple(fields))
        return after


@needs(Action.MANAGE_CAMPAIGNS)
def add_agencies(store: Store, actor: Actor, /, campaign: str, several: Sequence[Agency]) -> int:
    """Add agencies to a campaign and say how many."""
    with store.work(actor.name) as work:
        count = work.agencies.add(campaign, several)
        work.log.append("agency.add", f"campaign/{campaign}", after={"agencies": [one.code for one in several]})
        return count


@needs(Action.MANAGE_CAMPAIGNS)
def change_agency(store: Store, actor: Actor, /, campaign: str, code: str, *, version: int, **fields: Any) -> Agency:
    """Change name, level, parent or validity of an agency; `version` is the record's that the caller saw.

    Raises
    ------
    ConflictError
        If somebody changed it since.
    """
    with kept(**fields), store.work(actor.name) as work:
        before = work.agencies.get(campaign, code)
        after = work.agencies.change(campaign, code, version, **fields)
        _log(work, "agency.change", f"agency/{campaign}/{code}", before, after, tuple(fields))
        return after


@needs(Action.MANAGE_CAMPAIGNS)
def succeed(
    store: Store,
    actor: Actor,
    /,
    campaign: str,
    predecessors: Sequence[str],
    successors: Sequence[Agency],
    *,
    on: date,
    kind: SuccessionKind,
) -> tuple[Succession, ...]:
    """A merger or a split: from the day `on` the successors are there in place of the predecessors.

    Raises
    ------
    RefusedError
        ``nobody_succeeds`` if either side is empty.
    """
    if not predecessors or not successors:
        raise RefusedError("nobody_succeeds")
    with store.work(actor.name) as work:
        found = work.agencies.succeed(campaign, predecessors, successors, on=on, kind=kind)
        told = {"kind": str(kind), "on": on, "successors": [one.code for one in successors]}
        work.log.append(f"agency.{kind}", f"campaign/{campaign}", before={"agencies": list(predecessors)}, after=told)
        return found


def _log(work: Work, action: str, subject: str, before: Any, after: Any, fields: Sequence[str]) -> None:
    old, new = ({name: getattr(one, name) for name in fields} for one in (before, after))
    work.log.append(action, subject, old, new)
