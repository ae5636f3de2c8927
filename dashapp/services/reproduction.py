"""A table calculated again from its stored inputs, and held against what was stored, digit for digit."""

from __future__ import annotations

import dataclasses
import difflib
from dataclasses import dataclass
from typing import Any

import scenarios
from dashapp.services.refused import RefusedError
from dashapp.services.rights import Action, Actor, needs
from dashapp.services.tables import Inputs, inputs_of, rows_of
from data.store import Store, Work
from data.store.records import AllocationRecord, AllocationRow, Override
from engine import ENGINE_VERSION, Allocation

_FIELDS = tuple(one.name for one in dataclasses.fields(AllocationRow))


@dataclass(frozen=True)
class Deviation:
    """One value that is not what was stored; `field` None: the whole row is on one side only."""

    agency: str
    indicator: str
    period: str
    field: str | None
    stored: Any
    again: Any


@dataclass(frozen=True, eq=False)
class Shown:
    """A stored table beside the same calculated again.

    Attributes
    ----------
    record : AllocationRecord
    rows : tuple of AllocationRow
        As stored.
    result : Allocation
        As calculated now from the stored figures, scenario and overrides.
    inputs : Inputs
    deviations : tuple of Deviation
        Empty: every value is the same to the last digit.
    engine_then, engine_now : str
        Version of the engine that made the table, and of this one.
    corrects : int or None
        Number of the table that it takes the place of.
    """

    record: AllocationRecord
    rows: tuple[AllocationRow, ...]
    overrides: tuple[Override, ...]
    result: Allocation
    inputs: Inputs
    deviations: tuple[Deviation, ...]
    engine_then: str
    engine_now: str
    corrects: int | None

    @property
    def same(self) -> bool:
        """True if nothing differs."""
        return not self.deviations

    @property
    def same_engine(self) -> bool:
        return self.engine_then == self.engine_now


@needs(Action.READ)
def show(store: Store, _actor: Actor, /, campaign: str, number: int | None = None) -> Shown:
    """A campaign's issued table (the last one, or table `number` in whatever state), reproduced.

    Raises
    ------
    RefusedError
        ``unknown_campaign`` {nearest, known}; ``nothing_issued`` {drafts} if there is no issued table and no number
        is given; ``unknown_table`` {known}.
    StoreError
        ``damaged`` if the stored figures are not what was stored.
    """
    with store.reading() as work:
        _known(work, campaign)
        record = _wanted(work, campaign, number)
        rows = work.allocations.rows(record.id)
        # read and calculated anew: nothing that this process remembers is trusted
        figures = work.figures.read(record.figures_version)
        inputs = dataclasses.replace(inputs_of(work, record), figures=figures)
        corrects = None if record.corrects is None else work.allocations.get(record.corrects).number
    result = scenarios.run(figures, inputs.pinned_scenario)
    return Shown(
        record=record,
        rows=rows,
        overrides=inputs.overrides,
        result=result,
        inputs=inputs,
        deviations=_deviations(rows, rows_of(result)),
        engine_then=record.engine_version or "",
        engine_now=ENGINE_VERSION,
        corrects=corrects,
    )


@needs(Action.READ)
def wanted(store: Store, _actor: Actor, /, campaign: str, number: int | None = None) -> AllocationRecord:
    """A campaign's issued table (the last one, or table `number` in whatever state).

    Raises
    ------
    RefusedError
        As `show`.
    """
    with store.reading() as work:
        _known(work, campaign)
        return _wanted(work, campaign, number)


def _known(work: Work, campaign: str) -> None:
    if work.campaigns.find(campaign) is None:
        known = tuple(one.id for one in work.campaigns.list())
        nearest = next(iter(difflib.get_close_matches(campaign, known, n=1)), None)
        raise RefusedError("unknown_campaign", campaign=campaign, nearest=nearest, known=known)


def _wanted(work: Work, campaign: str, number: int | None) -> AllocationRecord:
    every = work.allocations.list(campaign)
    if number is None:
        issued = work.allocations.latest_issued(campaign)
        if issued is None:
            raise RefusedError("nothing_issued", campaign=campaign, drafts=tuple(one.number for one in every))
        return issued
    for one in every:
        if one.number == number:
            return one
    raise RefusedError("unknown_table", campaign=campaign, number=number, known=tuple(one.number for one in every))


def _deviations(stored: tuple[AllocationRow, ...], again: tuple[AllocationRow, ...]) -> tuple[Deviation, ...]:
    old, new = ({(one.agency, one.indicator, one.period): one for one in rows} for rows in (stored, again))
    found = []
    for key in dict.fromkeys((*old, *new)):
        one, other = old.get(key), new.get(key)
        if one is None or other is None:
            sides = (None if row is None else row.target for row in (one, other))
            found.append(Deviation(*key, None, *sides))
            continue
        for name in _FIELDS:
            before, after = getattr(one, name), getattr(other, name)
            if before != after:
                found.append(Deviation(*key, name, before, after))
    return tuple(found)
