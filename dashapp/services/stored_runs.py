"""Runs that are kept: which figures and scenario, what came of it, so that it can be repeated and compared."""

from __future__ import annotations

from dataclasses import dataclass

import data.export
from dashapp.services.calculation import run
from dashapp.services.rights import Action, Actor, needs
from dashapp.services.saved_scenarios import scenario_of, seen
from dashapp.services.tables import outcome
from data.store import Store
from data.store.records import Run
from engine import ENGINE_VERSION, Allocation
from scenarios import Comparison, compare_allocations


@dataclass(frozen=True, eq=False)
class Kept:
    """A run as stored, and its targets."""

    run: Run
    allocation: Allocation


@needs(Action.RUN)
def run_stored(store: Store, actor: Actor, /, *, figures_version: int, scenario_version: int) -> Kept:
    """Calculate the targets of a stored scenario on stored figures, and keep what decided them and what came of it.

    Raises
    ------
    StoreError
        ``not_found``.
    engine.EngineError
        If figures and scenario do not fit together.
    """
    with store.reading() as work:
        version = work.scenarios.at(scenario_version)
        record = seen(work, actor, version.scenario)
        scenario = scenario_of(work, version)
        figures = work.figures.read(figures_version)
    allocation = run(figures, scenario)
    with store.work(actor.name) as work:
        kept = work.runs.add(
            record.campaign,
            figures_version=figures_version,
            scenario_version=scenario_version,
            overrides=(),
            figures_sha256=figures.sha256,
            scenario_sha256=scenario.sha256,
            targets_sha256=data.export.targets_sha256(allocation),
            engine_version=ENGINE_VERSION,
            outcome=outcome(allocation),
        )
        return Kept(kept, allocation)


@needs(Action.READ)
def runs(store: Store, actor: Actor, /, campaign: str) -> tuple[Run, ...]:
    """The runs of a campaign on scenarios that the actor may see, oldest first."""
    with store.reading() as work:
        visible = {
            version.id
            for record in work.scenarios.list(campaign)
            if record.shared or record.owner == actor.name
            for version in work.scenarios.history(record.id)
        }
        return tuple(one for one in work.runs.list(campaign) if one.scenario_version in visible)


@needs(Action.READ)
def compare_saved(
    store: Store, actor: Actor, /, *, figures_version: int, scenario_versions: tuple[int, ...]
) -> Comparison:
    """The same stored figures under several stored scenarios, side by side; nothing is kept.

    Raises
    ------
    StoreError
        ``not_found``.
    """
    with store.reading() as work:
        figures = work.figures.read(figures_version)
        several = []
        for one in scenario_versions:
            version = work.scenarios.at(one)
            seen(work, actor, version.scenario)
            several.append(scenario_of(work, version))
    return compare_allocations(several, [run(figures, one) for one in several])
