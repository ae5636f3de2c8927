"""What a person has open: a campaign's figures and one of its scenarios, each in a certain version.

Versions never change, so what they say is kept in memory by what it is; who may see it is asked every time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

import scenarios
from dashapp.services.described import all_described, campaign_in, defined, described
from dashapp.services.refused import RefusedError
from dashapp.services.rights import Action, Actor, needs
from data.store import Store, StoreError, Work
from data.store.records import FiguresVersion, ScenarioRecord, ScenarioVersion
from engine import Figures
from scenarios import Campaign, Scenario

FIGURES_KEPT = 8
"""Versions of figures kept in memory: they never change, and one's turn to write is short."""
SCENARIOS_KEPT = 256


@dataclass(frozen=True, eq=False)
class Ground:
    """A campaign and one version of its figures; `is_current` where no newer one is there."""

    campaign: Campaign
    figures_version: FiguresVersion
    figures: Figures
    is_current: bool


@dataclass(frozen=True, eq=False)
class Opened:
    """A scenario in one version, on figures in one version; `is_head` where no newer version of it is there."""

    ground: Ground
    record: ScenarioRecord
    version: ScenarioVersion
    scenario: Scenario
    is_head: bool

    @property
    def campaign(self) -> Campaign:
        return self.ground.campaign

    @property
    def figures(self) -> Figures:
        return self.ground.figures


@needs(Action.READ)
def campaigns(store: Store, _actor: Actor, /) -> tuple[Campaign, ...]:
    """The campaigns that are in the store, the newest figures last; texts in both languages.

    Raises
    ------
    RefusedError
        ``no_campaign`` if there is none.
    """
    with store.reading() as work:
        found = sorted(work.campaigns.list(), key=lambda one: (one.as_of, one.id))
        if not found:
            raise RefusedError("no_campaign")
        return all_described(work, found)


@needs(Action.READ)
def campaign_then(store: Store, _actor: Actor, /, campaign: str, at: datetime) -> Campaign:
    """A campaign with its indicators defined as they were at a time: what was issued then keeps its definitions.

    Raises
    ------
    StoreError
        ``not_found``.
    """
    with store.reading() as work:
        return campaign_in(work, campaign, at)


@needs(Action.READ)
def listed(store: Store, actor: Actor, /, campaign: str) -> tuple[ScenarioRecord, ...]:
    """The scenarios of a campaign that the actor may see: those it came with in their order, then the others by age."""
    with store.reading() as work:
        own = [one for one in work.scenarios.list(campaign) if one.shared or one.owner == actor.name]
        order: list[str] = work.campaigns.get(campaign).settings.get("presets", [])
    place = {slug: at for at, slug in enumerate(order)}
    return tuple(sorted(own, key=lambda one: (place.get(one.slug, len(place)), one.id)))


@needs(Action.READ)
def ground(store: Store, _actor: Actor, /, campaign: str, number: int | None = None) -> Ground:
    """A campaign and its figures as numbered, or the newest.

    Raises
    ------
    StoreError
        ``not_found``.
    RefusedError
        ``figures_missing`` if the campaign has none yet.
    """
    with store.reading() as work:
        return _ground(work, campaign, number)


@needs(Action.READ)
def open_scenario(
    store: Store, actor: Actor, /, campaign: str, slug: str, *, version: int | None = None, figures: int | None = None
) -> Opened:
    """A scenario by its name in addresses, in a version and on figures by their numbers, or the newest.

    Raises
    ------
    StoreError
        ``not_found``, also where the scenario is somebody else's own.
    RefusedError
        ``figures_missing``.
    """
    with store.reading() as work:
        return _open(_Named(str(store.url), work.log.head(), actor.name, campaign, slug, version, figures, work))


@dataclass(frozen=True)
class _Named:
    """What somebody asks for at one state of a database; whatever changes what it names changes the log's head."""

    database: str
    head: tuple[int, str]
    actor: str
    campaign: str
    slug: str
    version: int | None
    figures: int | None
    work: Work = field(compare=False, repr=False)


@lru_cache(maxsize=SCENARIOS_KEPT)
def _open(named: _Named) -> Opened:
    work, slug = named.work, named.slug
    record = work.scenarios.find(named.campaign, slug)
    if record is None or not (record.shared or record.owner == named.actor):
        raise StoreError("not_found", kind="scenario", id=slug)
    return _opened(work, record, record.head if named.version is None else named.version, named.figures)


def _opened(work: Work, record: ScenarioRecord, number: int, figures: int | None) -> Opened:
    version = work.scenarios.numbered(record.id, number)
    below = _ground(work, record.campaign, figures)
    key = _Said(version.sha256, record.id, number, below.campaign.base, record, version)
    return Opened(below, record, version, _scenario(key), number == record.head)


def _ground(work: Work, campaign: str, number: int | None) -> Ground:
    record, newest = work.campaigns.get(campaign), work.figures.latest(campaign)
    if newest is None:
        raise RefusedError("figures_missing", campaign=campaign)
    own = newest
    if number is not None and number != newest.number:
        own = next((one for one in work.figures.list(campaign) if one.number == number), newest)
        if own.number != number:
            raise StoreError("not_found", kind="figures", id=number)
    return Ground(described(record, defined(work, campaign)), own, figures_of(work, own), own.id == newest.id)


# what versions say, kept by what it is --------------------------------------------------------------------


@dataclass(frozen=True)
class _Wanted:
    """Figures by their hash; where they are read rides along uncompared."""

    figures_sha256: str
    version: int = field(compare=False)
    work: Work = field(compare=False, repr=False)


@lru_cache(maxsize=FIGURES_KEPT)
def _figures(wanted: _Wanted) -> Figures:
    return wanted.work.figures.read(wanted.version)


def figures_of(work: Work, version: FiguresVersion) -> Figures:
    """The figures of a version."""
    return _figures(_Wanted(version.figures_sha256, version.id, work))


@dataclass(frozen=True)
class _Said:
    """A version of a scenario by what it says and where it stands; the records ride along uncompared."""

    sha256: str
    scenario: int
    number: int
    base: str
    record: ScenarioRecord = field(compare=False, repr=False)
    version: ScenarioVersion = field(compare=False, repr=False)


@lru_cache(maxsize=SCENARIOS_KEPT)
def _scenario(said: _Said) -> Scenario:
    id = f"{said.record.campaign}/{said.record.slug}"
    return scenarios.from_document(said.version.document, id=id, extends=(said.base,))
