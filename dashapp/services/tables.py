"""Tables of targets on their way to a Decision: begun, looked at, calculated again, compared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import data.export
from dashapp.services import ledger
from dashapp.services.calculation import run
from dashapp.services.ledger import Pin, Stale
from dashapp.services.opened import figures_of
from dashapp.services.refused import ConflictError, RefusedError, kept
from dashapp.services.rights import Action, Actor, needs
from dashapp.services.saved_scenarios import scenario_of, seen
from data.export import DifferenceLine as DifferenceLine
from data.store import Store, Work
from data.store.records import (
    AllocationRecord,
    AllocationRow,
    FiguresVersion,
    Override,
    ScenarioRecord,
    ScenarioVersion,
    State,
    Transition,
)
from engine import ENGINE_VERSION, Allocation, Figures
from scenarios import Scenario


@dataclass(frozen=True, eq=False)
class Inputs:
    """Everything that decides a table, as stored."""

    figures_version: FiguresVersion
    scenario_version: ScenarioVersion
    figures: Figures
    scenario: Scenario
    overrides: tuple[Override, ...]

    @cached_property
    def plain(self) -> Allocation:
        """The table without any override."""
        return run(self.figures, self.scenario)

    @cached_property
    def pinned_scenario(self) -> Scenario:
        """The scenario with every override as a pin."""
        return ledger.with_pins(self.scenario, map(Pin.of, self.overrides))

    @cached_property
    def pinned(self) -> Allocation:
        """The table with every override in it."""
        return run(self.figures, self.pinned_scenario)

    @cached_property
    def stale(self) -> tuple[Stale, ...]:
        """Overrides whose ground has changed."""
        return ledger.stale(self.plain, self.overrides) if self.overrides else ()


@dataclass(frozen=True, eq=False)
class Table:
    """A table of targets with all that belongs to it.

    Attributes
    ----------
    rows : tuple of AllocationRow
        As stored: what was or will be issued.
    overrides : tuple of Override
        The whole ledger, withdrawn ones too, oldest first.
    stale : tuple of Stale
        Overrides in force whose ground has changed; empty for an issued table, which rests on itself.
    inputs : Inputs
        What it is calculated from.
    """

    record: AllocationRecord
    rows: tuple[AllocationRow, ...]
    overrides: tuple[Override, ...]
    stale: tuple[Stale, ...]
    transitions: tuple[Transition, ...]
    inputs: Inputs


@needs(Action.FINALISE)
def start_draft(
    store: Store, actor: Actor, /, campaign: str, *, figures_version: int, scenario_version: int
) -> AllocationRecord:
    """Begin a table of targets from a version of figures and a version of a scenario.

    Raises
    ------
    RefusedError
        ``scenario_not_shared``; ``other_campaign`` if figures or scenario belong to another.
    engine.EngineError
        If figures and scenario do not fit together.
    """
    with store.reading() as work:  # calculated before one's turn to write; what is found again in it costs nothing
        _read(work, actor, campaign, figures_version, scenario_version, ()).pinned  # noqa: B018
    with store.work(actor.name) as work:
        inputs = _read(work, actor, campaign, figures_version, scenario_version, ())
        draft = work.allocations.add(campaign, figures_version=figures_version, scenario_version=scenario_version)
        record = write(work, draft, inputs)
        work.log.append("allocation.start", subject_of(record), after=told(record, inputs))
        return record


@needs(Action.READ)
def tables(store: Store, _actor: Actor, /, campaign: str, state: State | None = None) -> tuple[AllocationRecord, ...]:
    """A campaign's tables by number, all or those in one state."""
    with store.reading() as work:
        return work.allocations.list(campaign, state)


@needs(Action.READ)
def table(store: Store, _actor: Actor, /, id: int) -> Table:
    """One table with its ledger, its way so far and what it is calculated from."""
    with store.reading() as work:
        record = work.allocations.get(id)
        inputs = inputs_of(work, record)
        return Table(
            record=record,
            rows=work.allocations.rows(id),
            overrides=work.overrides.list(id),
            stale=() if record.state is State.ISSUED else inputs.stale,
            transitions=work.allocations.transitions(id),
            inputs=inputs,
        )


@dataclass(frozen=True, eq=False)
class Listed:
    """A table in the list of a campaign's: what it is of, and the number of the one that it corrects."""

    record: AllocationRecord
    scenario: ScenarioRecord
    scenario_version: ScenarioVersion
    figures_version: FiguresVersion
    corrects: int | None


@needs(Action.READ)
def listed(store: Store, _actor: Actor, /, campaign: str) -> tuple[Listed, ...]:
    """A campaign's tables by number, with the versions that they rest on."""
    with store.reading() as work:
        found, numbers = [], {}
        for record in work.allocations.list(campaign):
            numbers[record.id] = record.number
            version = work.scenarios.at(record.scenario_version)
            found.append(
                Listed(
                    record=record,
                    scenario=work.scenarios.get(version.scenario),
                    scenario_version=version,
                    figures_version=work.figures.get(record.figures_version),
                    corrects=None if record.corrects is None else numbers.get(record.corrects),
                )
            )
        return tuple(found)


@needs(Action.FINALISE)
def rerun(
    store: Store,
    actor: Actor,
    /,
    id: int,
    *,
    version: int,
    figures_version: int | None = None,
    scenario_version: int | None = None,
) -> AllocationRecord:
    """Calculate a draft again, on other figures or another scenario; every override stays.

    Overrides that rest on what has changed are stale afterwards (`overrides.stale_overrides`).

    Parameters
    ----------
    version : int
        The record's that the caller saw.
    figures_version, scenario_version : int, optional
        None: as before.

    Raises
    ------
    ConflictError
        If somebody changed the table since.
    RefusedError
        ``wrong_state`` if it is no draft; ``scenario_not_shared``; ``other_campaign``.
    engine.EngineError
        If an override cannot stand on the new figures (``pin_impossible``, ``unknown_agency``): withdraw it first.
    """
    asked = {"figures_version": figures_version, "scenario_version": scenario_version}
    with store.reading() as work:
        _again(work, actor, work.allocations.get(id), **asked).pinned  # noqa: B018 (see start_draft)
    with kept(**asked), store.work(actor.name) as work:
        record = work.allocations.get(id)
        unmoved(record, version, **asked)
        need_state(record, State.DRAFT)
        before, inputs = inputs_of(work, record), _again(work, actor, record, **asked)
        after = write(work, record, inputs)
        work.log.append("allocation.rerun", subject_of(record), told(record, before), told(after, inputs))
        return after


@needs(Action.READ)
def difference(store: Store, _actor: Actor, /, old: int, new: int) -> tuple[DifferenceLine, ...]:
    """Every target that differs between two tables as stored, in order of indicator, period and agency."""
    with store.reading() as work:
        return differing(work.allocations.rows(old), work.allocations.rows(new))


def differing(old: Iterable[AllocationRow], new: Iterable[AllocationRow]) -> tuple[DifferenceLine, ...]:
    """As `difference`, of rows at hand."""
    before, after = ({(one.indicator, one.period, one.agency): one for one in rows} for rows in (old, new))
    found = []
    for key in dict.fromkeys((*before, *after)):
        one, other = before.get(key), after.get(key)
        values = [None if row is None else row.target for row in (one, other)]
        if values[0] != values[1]:
            counts = [None if row is None else row.target_count for row in (one, other)]
            name = next(row.name for row in (other, one) if row is not None)
            found.append(DifferenceLine(key[2], name, key[0], key[1], *values, *counts))
    return tuple(found)


# for the other services -------------------------------------------------------------------------------


def inputs_of(work: Work, record: AllocationRecord) -> Inputs:
    """What a table is calculated from."""
    return _inputs(work, record.figures_version, record.scenario_version, work.overrides.list(record.id, active=True))


def _inputs(work: Work, figures_version: int, scenario_version: int, overrides: tuple[Override, ...]) -> Inputs:
    version, figures = work.scenarios.at(scenario_version), work.figures.get(figures_version)
    return Inputs(
        figures_version=figures,
        scenario_version=version,
        figures=figures_of(work, figures),
        scenario=scenario_of(work, version),
        overrides=overrides,
    )


def _again(
    work: Work, actor: Actor, record: AllocationRecord, figures_version: int | None, scenario_version: int | None
) -> Inputs:
    return _read(
        work,
        actor,
        record.campaign,
        record.figures_version if figures_version is None else figures_version,
        record.scenario_version if scenario_version is None else scenario_version,
        work.overrides.list(record.id, active=True),
    )


def _read(
    work: Work,
    actor: Actor,
    campaign: str,
    figures_version: int,
    scenario_version: int,
    overrides: tuple[Override, ...],
) -> Inputs:
    """Inputs that a table may rest on: of this campaign, its scenario one that everybody can see."""
    scenario = seen(work, actor, work.scenarios.at(scenario_version).scenario)
    if not scenario.shared:
        raise RefusedError("scenario_not_shared", scenario=scenario.id)
    for kind, found in (("figures", work.figures.get(figures_version).campaign), ("scenario", scenario.campaign)):
        if found != campaign:
            raise RefusedError("other_campaign", kind=kind, found=found, expected=campaign)
    return _inputs(work, figures_version, scenario_version, overrides)


def write(work: Work, record: AllocationRecord, inputs: Inputs) -> AllocationRecord:
    """Keep a draft's table as calculated from these inputs, with the run that shows how it came about."""
    result = inputs.pinned
    targets_sha256 = data.export.targets_sha256(result)
    kept_run = work.runs.add(
        record.campaign,
        figures_version=inputs.figures_version.id,
        scenario_version=inputs.scenario_version.id,
        overrides=ledger.snapshot(inputs.overrides),
        figures_sha256=inputs.figures_version.figures_sha256,
        scenario_sha256=inputs.pinned_scenario.sha256,
        targets_sha256=targets_sha256,
        engine_version=ENGINE_VERSION,
        outcome=outcome(result),
    )
    work.allocations.put_rows(record.id, rows_of(result))
    return work.allocations.change(
        record.id,
        record.version,
        figures_version=inputs.figures_version.id,
        scenario_version=inputs.scenario_version.id,
        run=kept_run.id,
        targets_sha256=targets_sha256,
        engine_version=ENGINE_VERSION,
    )


def rows_of(result: Allocation) -> tuple[AllocationRow, ...]:
    """A result as rows to be kept, in the order of the result file."""
    return tuple(AllocationRow(position=at, **row) for at, row in enumerate(data.export.target_rows(result)))


def outcome(result: Allocation) -> dict[str, Any]:
    """How the province's goals fared, for lists of runs."""
    goals = [{"indicator": one.indicator, "period": one.period, "status": str(one.status)} for one in result.summaries]
    return {"all_met": result.all_met, "goals": goals}


def unmoved(record: AllocationRecord, version: int, **yours: Any) -> None:
    """Refuse if a table is not as the caller saw it.

    Raises
    ------
    ConflictError
    """
    if record.version != version:
        by, when = record.changed_by, record.changed_at
        raise ConflictError("allocation", record.id, changed_by=by, changed_at=when, current=record, yours=yours)


def need_state(record: AllocationRecord, *states: State) -> None:
    """Refuse what cannot be done in a table's state.

    Raises
    ------
    RefusedError
        ``wrong_state``.
    """
    if record.state not in states:
        needed = tuple(str(one) for one in states)
        raise RefusedError("wrong_state", allocation=record.number, state=str(record.state), needed=needed)


def subject_of(record: AllocationRecord) -> str:
    """What the log calls a table."""
    return f"allocation/{record.id}"


def told(record: AllocationRecord, inputs: Inputs) -> dict[str, Any]:
    """What the log says of a table."""
    return {
        "campaign": record.campaign,
        "number": record.number,
        "figures": inputs.figures_version.number,
        "scenario": inputs.scenario.id,
        "scenario_version": inputs.scenario_version.number,
        "targets_sha256": record.targets_sha256,
    }
