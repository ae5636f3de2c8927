"""Learning from a table that was issued, in the store or in a file; nothing is stored until a scenario is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

import data.intake
import engine
import scenarios
from dashapp.i18n import LANGUAGES, t
from dashapp.services import ahead, importing, saved_scenarios, tables
from dashapp.services import opened as desk
from dashapp.services.batches import MAX_BYTES, Sent
from dashapp.services.catalogue import FileRefusedError
from dashapp.services.opened import Opened
from dashapp.services.rights import Action, Actor, needs
from dashapp.services.saved_scenarios import Saved
from data.intake import Problem
from data.store import Store, StoreError
from data.store.records import AllocationRecord, FiguresVersion, State
from engine import Explained, Figures, Plan
from scenarios import Campaign

ANSWERS_KEPT = 64


@dataclass(frozen=True, eq=False)
class Material:
    """An issued table with what it is explained from.

    Attributes
    ----------
    plan : Plan
        Its day, periods and bases hold; the rest is what is looked for.
    issued : mapping of indicator to (T, n) float
        Targets [share] in the order of the figures' rows; NaN where none was issued.
    table : AllocationRecord or None
        Where the table is in the store.
    filename : str
        Where it is a file.
    warnings : tuple of Problem
        Of the file.
    """

    campaign: Campaign
    figures_version: FiguresVersion
    figures: Figures
    plan: Plan
    issued: Mapping[str, NDArray[np.float64]]
    table: AllocationRecord | None = None
    filename: str = ""
    warnings: tuple[Problem, ...] = ()

    def title(self, lang: str) -> str:
        """What the table is called."""
        if self.table is None:
            return self.filename
        decided = self.table.decision_number
        return t("ahead_learn.table", lang, number=self.table.number, decision=decided or None)


@dataclass(frozen=True)
class Step:
    """So many indicators of the table are explained; the next one is `indicator`."""

    done: int
    of: int
    indicator: str


@needs(Action.READ)
def issued_tables(store: Store, _actor: Actor, /, campaign: str) -> tuple[AllocationRecord, ...]:
    """The campaign's issued tables, the newest first."""
    with store.reading() as work:
        return work.allocations.list(campaign, State.ISSUED)[::-1]


@needs(Action.READ)
def of_table(store: Store, actor: Actor, /, campaign: str, number: int) -> Material:
    """An issued table of the store, explained from the figures it rests on.

    Raises
    ------
    StoreError
        ``not_found`` where no table of that number is issued.
    """
    issued = issued_tables(store, actor, campaign)
    record = next((one for one in issued if one.number == number), None)
    if record is None:
        raise StoreError("not_found", kind="allocation", id=number)
    table, ground = tables.table(store, actor, record.id), desk.ground(store, actor, campaign)
    figures, plan = table.inputs.figures, table.inputs.scenario.plan
    rows = ((one.agency, one.indicator, one.period, one.target) for one in table.rows if one.target is not None)
    targets = ahead.issued_of(figures, plan, rows)
    return Material(ground.campaign, table.inputs.figures_version, figures, plan, targets, table=record)


@needs(Action.EDIT_SCENARIOS)
def of_file(store: Store, actor: Actor, /, campaign: str, sent: Sent, figures: int | None = None) -> Material:
    """A table in a file, explained from the campaign's figures as numbered, or the newest.

    Raises
    ------
    FileRefusedError
        With every fault of the file.
    StoreError
        ``not_found``.
    RefusedError
        ``figures_missing``.
    engine.PlanError
        ``unknown_indicator`` where the campaign has none of the table's.
    """
    opened = _opened(store, actor, campaign, figures)
    if sent.size > MAX_BYTES:
        raise FileRefusedError(data.intake.too_large(sent.size), sent.filename)
    plan = opened.scenario.plan
    issued, reading = ahead.read_issued(opened.figures, plan, sent.source, sent.filename)
    ground = opened.ground
    return Material(
        ground.campaign,
        ground.figures_version,
        opened.figures,
        plan,
        issued,
        filename=sent.filename,
        warnings=reading.warnings,
    )


def _opened(store: Store, actor: Actor, campaign: str, figures: int | None) -> Opened:
    """The scenario that the campaign came with, for its day, periods and bases."""
    base = next(one for one in desk.campaigns(store, actor) if one.id == campaign).base
    return desk.open_scenario(store, actor, campaign, base.partition("/")[2], figures=figures)


@needs(Action.READ)
def versions(store: Store, actor: Actor, /, campaign: str) -> tuple[FiguresVersion, ...]:
    """Versions of the figures that a file may be explained from, the newest first."""
    return importing.versions(store, actor, campaign)[::-1]


def explaining(material: Material) -> Iterator[Step | ahead.Inferred]:
    """A `Step` before each indicator, what is found of all of them at the end.

    Raises
    ------
    engine.PlanError
        ``nothing_issued``.
    """
    found = {}
    for at, (id, targets) in enumerate(material.issued.items()):
        yield Step(at, len(material.issued), id)
        found[id] = _explained(_Question.of(material, id, targets))
    yield ahead.Inferred(material.plan, MappingProxyType(found))


@needs(Action.EDIT_SCENARIOS)
def keep(
    store: Store, actor: Actor, /, material: Material, chosen: Mapping[str, Explained], *, name: str, lang: str
) -> Saved:
    """Keep an explanation of each indicator as a scenario of the actor's own.

    Raises
    ------
    RefusedError
        ``name_missing`` or ``name_too_long``.
    scenarios.ScenarioErrors
        If it does not stand by itself.
    """
    inferred = ahead.Inferred(material.plan, MappingProxyType({id: (one,) for id, one in chosen.items()}))
    title = material.title(lang)
    scenario = scenarios.from_document(inferred.document(chosen, title), id=material.campaign.id)
    note = t("ahead_learn.note", lang, title=title)
    return saved_scenarios.create(
        store, actor, material.campaign.id, scenario, name=dict.fromkeys(LANGUAGES, name), note=note
    )


# what is found is kept by what was asked --------------------------------------------------------------------
@dataclass(frozen=True)
class _Question:
    """All that decides an answer; what it is asked of rides along uncompared."""

    figures_sha256: str
    asked: str
    targets: bytes
    figures: Figures = field(compare=False, repr=False)
    plan: Plan = field(compare=False, repr=False)
    indicator: str = field(compare=False)
    issued: NDArray[np.float64] = field(compare=False, repr=False)

    @classmethod
    def of(cls, material: Material, id: str, issued: NDArray[np.float64]) -> _Question:
        plan = material.plan
        asked = repr((plan.as_of, plan.periods, plan.indicator(id), plan.cascade, plan.assumptions))
        return cls(material.figures.sha256, asked, issued.tobytes(), material.figures, plan, id, issued)


@lru_cache(maxsize=ANSWERS_KEPT)
def _explained(question: _Question) -> tuple[Explained, ...]:
    return engine.infer(question.figures, question.plan, question.indicator, question.issued)
