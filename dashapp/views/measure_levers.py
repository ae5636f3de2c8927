"""Measures as levers: those of the scenario and those its campaign offers, and what a person made of them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, lru_cache
from typing import Any

import scenarios
from dashapp import measurestate
from dashapp.measurestate import EVERYONE, OF_AGENCIES, OF_LEVELS, OWN_SCOPE, MeasureLever
from dashapp.services.opened import Opened
from dashapp.urlstate import PageState
from engine import Measure, Where
from scenarios import Campaign, Scenario

OFFERS_KEPT = 64
_EFFECTS = ("effect", "low", "high")


@dataclass(frozen=True, eq=False)
class Offer:
    """A measure that a scenario has (`own`) or may take up, and its entry in a scenario document."""

    entry: Mapping[str, Any]
    measure: Measure
    own: bool

    @property
    def id(self) -> str:
        return self.measure.id

    @cached_property
    def saved(self) -> Setting:
        """As the scenario has it, or as the catalogue offers it; numbers as exact as an address holds them."""
        one = self.measure
        effect, low, high = (round(value, measurestate.DECIMALS) for value in (one.effect, one.low, one.high))
        return Setting(self.own, effect, low, high, one.start, round(one.ramp_days), _scope_of(one.where))

    @cached_property
    def said(self) -> Mapping[str, Any]:
        """What the controls say of it as saved."""
        return _said(self.saved)


@dataclass(frozen=True)
class Setting:
    """What holds for a measure: the fields of `MeasureLever`, none of them None."""

    on: bool
    effect: float
    low: float
    high: float
    start: datetime.date
    ramp: int
    scope: str


@dataclass(frozen=True)
class _Asked:
    """A scenario, which never changes, by its identity; its campaign rides along."""

    scenario: Scenario
    campaign_id: str
    campaign: Campaign = field(compare=False, repr=False)


@lru_cache(maxsize=OFFERS_KEPT)
def _offers(asked: _Asked) -> tuple[Offer, ...]:
    plan, entries = asked.scenario.plan, asked.scenario.document.get("measures", ())
    own = [Offer(entry, measure, True) for entry, measure in zip(entries, plan.measures, strict=True)]
    there = {one.id for one in own}
    more = [one for one in scenarios.offered(asked.campaign, plan) if one.measure.id not in there]
    return (*own, *(Offer(one.entry, one.measure, False) for one in more))


def offers(opened: Opened) -> tuple[Offer, ...]:
    """The scenario's own measures, then those of the campaign's catalogue that it has not."""
    return _offers(_Asked(opened.scenario, opened.campaign.id, opened.campaign))


def concerns(offer: Offer, indicator: str) -> bool:
    """Whether a measure moves an indicator."""
    return not offer.measure.indicators or indicator in offer.measure.indicators


def settled(state: PageState, offer: Offer) -> Setting:
    """What holds for a measure: what the person changed, else what is saved."""
    own = state.measures.get(offer.id)
    if own is None:
        return offer.saved
    return replace(offer.saved, **{name: value for name, value in vars(own).items() if value is not None})


def moved(setting: Setting, offer: Offer) -> MeasureLever:
    """Only what differs from what is saved; the rest becomes None."""
    saved = vars(offer.saved)
    return MeasureLever(**{name: value for name, value in vars(setting).items() if value != saved[name]})


def read(state: PageState, opened: Opened, said: Mapping[str, Any]) -> PageState:
    """The state that the controls of the measures ask for; what they say wrongly stays as it was.

    Parameters
    ----------
    said : mapping of a measure's id to its fields
        From the page: `on` a truth, every other field a text as an address holds it.
    """
    known = opened.figures.position
    for offer in offers(opened):
        fields_said = said.get(offer.id)
        if not isinstance(fields_said, Mapping):
            continue
        now = settled(state, offer)
        if now is offer.saved and fields_said == offer.said:
            continue
        told = {
            one.name: _told(one.name, fields_said[one.name], known)
            for one in fields(MeasureLever)
            if one.name in fields_said
        }
        after = replace(now, **{name: value for name, value in told.items() if value is not None})
        if after.low <= after.effect <= after.high:
            state = state.with_measure(offer.id, moved(after, offer))
    return state


def _told(name: str, value: Any, known: Mapping[str, int]) -> Any:
    return measurestate.read(name, ("0", "1")[value] if value in (True, False) else str(value), known)


def values(state: PageState, opened: Opened) -> dict[str, dict[str, Any]]:
    """What the controls of every measure say, as `read` reads it."""
    found = {offer: settled(state, offer) for offer in offers(opened)}
    return {offer.id: dict(offer.said) if now is offer.saved else _said(now) for offer, now in found.items()}


def _said(setting: Setting) -> dict[str, Any]:
    every = vars(setting).items()
    return {name: value if name == "on" else measurestate.written(name, value) for name, value in every}


def entries(state: PageState, opened: Opened) -> list[Mapping[str, Any]] | None:
    """The measures of the scenario with the levers, as its document has them; None where they are as saved."""
    if not state.measures:
        return None
    found = [_entry(offer, state) for offer in offers(opened) if settled(state, offer).on]
    saved = list(opened.scenario.document.get("measures", ()))
    return None if found == saved else found


def _entry(offer: Offer, state: PageState) -> Mapping[str, Any]:
    lever = state.measures.get(offer.id, MeasureLever())
    now, changed = settled(state, offer), dict(offer.entry)
    if any(getattr(lever, name) is not None for name in _EFFECTS):
        changed |= {name: getattr(now, name) for name in _EFFECTS}
    if lever.start is not None:
        changed["start"] = now.start
    if lever.ramp is not None:
        changed["ramp_days"] = now.ramp
    if lever.scope is not None:
        changed.pop("where", None)
        if where := _where(now.scope):
            changed["where"] = where
    return changed if changed != offer.entry else offer.entry


def _scope_of(where: Where) -> str:
    if where == Where():
        return EVERYONE
    for beginning, some in ((OF_LEVELS, Where(levels=where.levels)), (OF_AGENCIES, Where(agencies=where.agencies))):
        if where == some:
            return measurestate.scope_of(beginning, (*some.levels, *some.agencies))
    return OWN_SCOPE


def _where(scope: str) -> dict[str, list[str]]:
    named = list(measurestate.named(scope))
    if not named:
        return {}
    return {"level" if scope.startswith(OF_LEVELS) else "agency": named}


def where_of(setting: Setting, offer: Offer) -> Where:
    """Whom a measure reaches."""
    if setting.scope == OWN_SCOPE:
        return offer.measure.where
    said = _where(setting.scope)
    return Where(levels=tuple(said.get("level", ())), agencies=tuple(said.get("agency", ())))
