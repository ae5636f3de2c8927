"""Fills a fresh database with the shipped campaigns, and lets administrators look after campaigns and agencies."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import data.reference
import scenarios
from dashapp.services.catalogue import figures_with_months, known_of, presets
from dashapp.services.described import CHANGED, CHOSEN, DEFINITION, KEPT_ASIDE, campaign_in, definition_of
from dashapp.services.refused import RefusedError, kept
from dashapp.services.rights import Action, Actor, needs
from data.store import Store, Work
from data.store.records import Agency, Campaign, Indicator, Succession, SuccessionKind

SYSTEM = "system"
"""Who did what no person did."""


def ensure_campaigns(store: Store) -> tuple[str, ...]:
    """Put the shipped campaigns that are not there yet into the store, each whole or not at all.

    Those on request are left out: `add_campaign`.

    Returns
    -------
    tuple of str
        Ids of those that were put in now.
    """
    usual = [one for one in scenarios.campaigns() if not one.on_request]
    return tuple(one.id for one in usual if _ensure(store, SYSTEM, one))


def _ensure(store: Store, actor: str, about: scenarios.Campaign) -> bool:
    """True if the campaign was put in now."""
    with store.reading() as work:
        if work.campaigns.find(about.id) is not None:
            return False
    figures_with_months(about.id)  # read before one's turn to write; what is found again in it costs nothing
    with store.work(actor) as work:
        if work.campaigns.find(about.id) is not None:  # another process may have been faster
            return False
        _put(work, about)
        return True


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
    own = figures_with_months(about.id)
    figures = work.figures.add(
        about.id, own.frame, based_on=None, source=about.source["vi"], history=own.history, reporter=SYSTEM
    )
    for one in shipped:
        document = scenarios.plain(one.document)
        work.scenarios.add(
            about.id, slug_of(one.id), name=dict(one.name), document=document, sha256=one.sha256, shared=True
        )
    told: dict[str, Any] = {
        "figures_sha256": figures.figures_sha256,
        "scenarios": [slug_of(one.id) for one in shipped],
    }
    if own.history is not None:
        told |= {"history_sha256": own.history.sha256, "months": len(own.history.ends)}
    work.log.append("campaign.add", f"campaign/{about.id}", after=told)


@dataclass(frozen=True)
class Shipped:
    """A campaign that comes with the product; `there` where it is in the store."""

    about: scenarios.Campaign
    agencies: int
    there: bool


@needs(Action.MANAGE_CAMPAIGNS)
def shipped_campaigns(store: Store, _actor: Actor, /) -> tuple[Shipped, ...]:
    """The campaigns that come with the product, by id, with what is in the store already."""
    with store.reading() as work:
        there = {one.id for one in work.campaigns.list()}
    return tuple(
        Shipped(one, len(data.reference.figures(one.id).codes), one.id in there) for one in scenarios.campaigns()
    )


@needs(Action.MANAGE_CAMPAIGNS)
def on_request(store: Store, _actor: Actor, /) -> tuple[scenarios.Campaign, ...]:
    """The campaigns that come with the product and are not in the store, by id; their figures are not read."""
    with store.reading() as work:
        there = {one.id for one in work.campaigns.list()}
    return tuple(one for one in scenarios.campaigns() if one.id not in there)


@needs(Action.MANAGE_CAMPAIGNS)
def add_campaign(store: Store, actor: Actor, /, campaign: str) -> bool:
    """Put a campaign that comes with the product into the store; False if it is there already.

    Raises
    ------
    RefusedError
        ``unknown_campaign`` {campaign, nearest, known}.
    """
    known = {one.id: one for one in scenarios.campaigns()}
    if campaign not in known:
        near = difflib.get_close_matches(campaign, known, n=1)
        raise RefusedError(
            "unknown_campaign", campaign=campaign, nearest=near[0] if near else None, known=sorted(known)
        )
    return _ensure(store, actor.name, known[campaign])


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


@needs(Action.READ)
def indicators(store: Store, _actor: Actor, /, campaign: str) -> tuple[Indicator, ...]:
    """A campaign's indicators in the order shown."""
    with store.reading() as work:
        return work.indicators.list(campaign)


@needs(Action.READ)
def definitions(store: Store, _actor: Actor, /, campaign: str) -> Mapping[str, scenarios.Indicator]:
    """A campaign's indicators with their definitions as they are, by id in the order shown.

    Raises
    ------
    StoreError
        ``not_found``.
    """
    with store.reading() as work:
        return campaign_in(work, campaign).indicators


@needs(Action.MANAGE_CAMPAIGNS)
def change_indicator(
    store: Store, actor: Actor, /, campaign: str, id: str, *, version: int, **fields: Any
) -> Indicator:
    """Change the definition of an indicator in a campaign; `version` is the record's that the caller saw.

    Tables that are issued keep the definition they were issued under (`described.defined`).

    Parameters
    ----------
    fields
        Of `described.DEFINITION`: ``legal_basis`` a text, ``carried_over`` true, false or None (nobody has said),
        every other one a text in both languages.

    Raises
    ------
    ConflictError
        If somebody changed it since.
    RefusedError
        ``fixed_in_catalogue`` {fields} for what belongs to the catalogue: kind, name and id.
    """
    if fixed := sorted(fields.keys() - set(DEFINITION)):
        raise RefusedError("fixed_in_catalogue", indicator=id, fields=fixed)
    with kept(**fields), store.work(actor.name) as work:
        before = work.indicators.get(campaign, id)
        aside = {name: value for name, value in fields.items() if name in (*KEPT_ASIDE, *CHOSEN)}
        own = {name: text for name, text in fields.items() if name not in aside}
        if aside:
            own["settings"] = {**before.settings, **aside}
        was = definition_of(before)
        every = scenarios.indicators().get(id)
        after = work.indicators.change(campaign, id, version, **own)
        old = {name: was.get(name, getattr(every, name, None)) for name in fields}
        work.log.append(CHANGED, f"indicator/{campaign}/{id}", _plain(old), _plain(fields))
        return after


def _plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: dict(text) if isinstance(text, Mapping) else text for name, text in fields.items()}


@needs(Action.READ)
def successions(store: Store, _actor: Actor, /, campaign: str) -> tuple[Succession, ...]:
    """Which agencies of a campaign took over from which, oldest first."""
    with store.reading() as work:
        return work.agencies.successions(campaign)


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
