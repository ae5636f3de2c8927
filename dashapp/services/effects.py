"""What targets set by hand would do to everybody else; nothing is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dashapp.services import ledger
from dashapp.services.calculation import run
from dashapp.services.edits import Edit, as_edited, beneath, pin_of
from dashapp.services.ledger import Pin
from dashapp.services.rights import Action, Actor, needs
from dashapp.services.tables import Inputs, inputs_of
from data.store import Store
from data.store.records import AllocationRecord
from engine import Allocation, GoalStatus, Summary, absorbed

_HOLDS = frozenset({GoalStatus.MET, GoalStatus.MET_WITHOUT_LIFT, GoalStatus.PATH})


@dataclass(frozen=True)
class Absorber:
    """What one agency takes on or is relieved of in one period: `points` [share] and `units` of its target."""

    agency: str
    name: str
    parent: str | None
    indicator: str
    period: str
    points: float
    units: float


@dataclass(frozen=True, eq=False)
class GoalEffect:
    """One goal (the province's, or a parent's among its children) before and after; `holds` says if it is met."""

    before: Summary
    after: Summary

    @property
    def holds(self) -> bool:
        return self.after.status in _HOLDS


@dataclass(frozen=True, eq=False)
class Effect:
    """What an override would do.

    Attributes
    ----------
    pin : Pin
    before, after : Allocation
        The whole table without and with it.
    own : tuple of Absorber
        The agency's own targets that it moves, by period.
    others : tuple of Absorber
        Everybody else's, whoever takes on most units first.
    goals : tuple of GoalEffect
        Of its indicator.
    """

    pin: Pin
    before: Allocation
    after: Allocation
    own: tuple[Absorber, ...]
    others: tuple[Absorber, ...]
    goals: tuple[GoalEffect, ...]


@dataclass(frozen=True, eq=False)
class Joint:
    """What several edits would do together.

    Attributes
    ----------
    record : AllocationRecord
        The table as it is now.
    inputs : Inputs
        Of the table as it would be: `inputs.pinned` is `after`.
    own : tuple of Absorber
        Targets of the edited agencies, in the edited indicators.
    others : tuple of Absorber
        Everybody else's, whoever takes on most units first.
    goals : tuple of GoalEffect
        Of the edited indicators.
    """

    record: AllocationRecord
    inputs: Inputs
    before: Allocation
    after: Allocation
    own: tuple[Absorber, ...]
    others: tuple[Absorber, ...]
    goals: tuple[GoalEffect, ...]


@needs(Action.RUN)
def preview_override(
    store: Store,
    _actor: Actor,
    /,
    allocation: int,
    *,
    agency: str,
    indicator: str,
    period: str,
    value: float,
) -> Effect:
    """What setting one target would do to everybody else; nothing is stored.

    Raises
    ------
    RefusedError
        ``value_out_of_range``; ``no_target`` where there is nothing to set (exempt, not reported).
    engine.PlanError
        ``pin_impossible`` {value, low, high}; ``unknown_agency``, ``unknown_indicator``, ``unknown_period``.
    """
    pin = pin_of(agency, indicator, period, value, "")
    with store.reading() as work:
        inputs = inputs_of(work, work.allocations.get(allocation))
    beneath(inputs, pin)
    after = run(inputs.figures, ledger.with_pins(inputs.scenario, _with(inputs, pin)))
    return _effect(pin, inputs.pinned, after)


@needs(Action.RUN)
def preview_edits(store: Store, _actor: Actor, /, allocation: int, edits: Sequence[Edit]) -> Joint:
    """What several edits would do together; nothing is stored.

    Raises
    ------
    RefusedError
        As `save_override`; ``override_not_there`` where there is none to be taken back.
    engine.PlanError
        As `preview_override`.
    """
    with store.reading() as work:
        record = work.allocations.get(allocation)
        inputs = inputs_of(work, record)
    after = replace(inputs, overrides=as_edited(inputs, edits, "", -len(edits)))
    return _joint(record, inputs, after, edits)


def _with(inputs: Inputs, pin: Pin) -> list[Pin]:
    rest = [Pin.of(one) for one in inputs.overrides]
    return [*(one for one in rest if one.place != pin.place), pin]


def by_themselves(moved: Mapping[str, str | None]) -> frozenset[str]:
    """Of agencies that moved, those that are to be summed: what an agency below one of them takes on is in it already.

    Parameters
    ----------
    moved : mapping of agency code to the code of the agency above it
    """
    return frozenset(code for code, above in moved.items() if above not in moved)


def _joint(record: AllocationRecord, before: Inputs, after: Inputs, edits: Sequence[Edit]) -> Joint:
    touched, own = {one.indicator for one in edits}, {(one.agency, one.indicator) for one in edits}
    found = _absorbers(before.pinned, after.pinned, [id for id in before.pinned.results if id in touched])
    mine = tuple(one for one in found if (one.agency, one.indicator) in own)
    return Joint(
        record=record,
        inputs=after,
        before=before.pinned,
        after=after.pinned,
        own=mine,
        others=_largest_first(one for one in found if (one.agency, one.indicator) not in own),
        goals=tuple(one for id in touched for one in _goals(id, before.pinned, after.pinned)),
    )


def _effect(pin: Pin, before: Allocation, after: Allocation) -> Effect:
    found = _absorbers(before, after, [pin.indicator])
    return Effect(
        pin=pin,
        before=before,
        after=after,
        own=tuple(one for one in found if one.agency == pin.agency),
        others=_largest_first(one for one in found if one.agency != pin.agency),
        goals=_goals(pin.indicator, before, after),
    )


def _largest_first(found: Iterable[Absorber]) -> tuple[Absorber, ...]:
    return tuple(sorted(found, key=lambda one: (-abs(one.units), one.agency)))


def _absorbers(before: Allocation, after: Allocation, indicators: Sequence[str]) -> list[Absorber]:
    """Every target that differs, by indicator, period and agency."""
    moved = absorbed(before, after)
    codes, found = before.figures.codes, []
    for indicator in indicators:
        for period in before.plan.periods:
            change = moved[indicator, period.id]
            for i in np.flatnonzero(change.points != 0.0):
                if np.isnan(change.points[i]):
                    continue
                at = int(before.results[indicator].rows[i])
                above = int(before.figures.parent[at])
                found.append(
                    Absorber(
                        agency=codes[at],
                        name=before.figures.names[at],
                        parent=codes[above] if above >= 0 else None,
                        indicator=indicator,
                        period=period.id,
                        points=float(change.points[i]),
                        units=float(change.units[i]),
                    )
                )
    return found


def _goals(indicator: str, before: Allocation, after: Allocation) -> tuple[GoalEffect, ...]:
    old = {(one.indicator, one.period, one.parent): one for one in (*before.summaries, *before.groups)}
    new = {(one.indicator, one.period, one.parent): one for one in (*after.summaries, *after.groups)}
    return tuple(GoalEffect(old[key], one) for key, one in new.items() if key[0] == indicator and key in old)
