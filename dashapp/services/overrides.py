"""Single targets set by hand: tried first, kept with a reason, confirmed or withdrawn when their ground has moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dashapp.services import ledger
from dashapp.services.calculation import run
from dashapp.services.ledger import NEW, Pin, Stale
from dashapp.services.refused import ConflictError, RefusedError, kept
from dashapp.services.rights import Action, Actor, needs
from dashapp.services.tables import Inputs, inputs_of, need_state, write
from data.store import Store, Work
from data.store.records import AllocationRecord, Override, State
from engine import Allocation, GoalStatus, Summary, absorbed

LONGEST_REASON = 2000
_HOLDS = frozenset({GoalStatus.MET, GoalStatus.MET_WITHOUT_LIFT, GoalStatus.PATH})


@dataclass(frozen=True)
class Absorber:
    """What one agency takes on or is relieved of in one period: `points` [share] and `units` of its target."""

    agency: str
    name: str
    parent: str | None
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
    pin = _pin(agency, indicator, period, value, "")
    with store.reading() as work:
        inputs = inputs_of(work, work.allocations.get(allocation))
    _beneath(inputs, pin)
    after = run(inputs.figures, ledger.with_pins(inputs.scenario, _with(inputs, pin)))
    return _effect(pin, inputs.pinned, after)


@needs(Action.FINALISE)
def save_override(
    store: Store,
    actor: Actor,
    /,
    allocation: int,
    *,
    agency: str,
    indicator: str,
    period: str,
    value: float,
    reason: str,
    version: int | None = None,
) -> Override:
    """Set one target of a draft by hand, or change one that is set; the rest of the table follows.

    Parameters
    ----------
    version : int or None
        Of the override that the user saw; None if there was none.

    Raises
    ------
    ConflictError
        If somebody set, changed or withdrew this override since; `current` is it as it stands, `yours` what
        was to be saved.
    RefusedError
        ``reason_missing``, ``reason_too_long``, ``value_out_of_range``, ``no_target``, ``wrong_state``.
    engine.PlanError
        As `preview_override`.
    """
    pin = _pin(agency, indicator, period, value, _reason(reason))
    yours = {"agency": agency, "indicator": indicator, "period": period, "value": value, "reason": reason}
    with store.reading() as work:  # calculated before one's turn to write; the answer is found again in it
        inputs = inputs_of(work, work.allocations.get(allocation))
    _beneath(inputs, pin)
    with kept(**yours), store.work(actor.name) as work:
        record = work.allocations.get(allocation)
        need_state(record, State.DRAFT)
        inputs = inputs_of(work, record)
        ground = ledger.ground(_beneath(inputs, pin))
        before = next((one for one in inputs.overrides if Pin.of(one).place == pin.place), None)
        _refuse_overtaken(work, allocation, pin, before, version, yours)
        if before is None:
            after = work.overrides.add(
                allocation, agency=agency, indicator=indicator, period=period, value=pin.value, reason=pin.reason,
                ground=ground,
            )  # fmt: skip
        else:
            after = work.overrides.change(before.id, before.version, value=pin.value, reason=pin.reason, ground=ground)
        _keep(work, record)
        done = "override.set" if before is None else "override.change"
        work.log.append(done, _subject(after), None if before is None else _told(before), _told(after))
        return after


@needs(Action.FINALISE)
def withdraw_override(store: Store, actor: Actor, /, override: int, *, version: int, reason: str) -> Override:
    """Take an override back; the table follows, the ledger keeps it with this reason.

    Raises
    ------
    ConflictError
        If somebody changed or withdrew it since.
    RefusedError
        ``reason_missing``, ``reason_too_long``, ``wrong_state``.
    """
    why = _reason(reason)
    with kept(reason=reason), store.work(actor.name) as work:
        before = work.overrides.get(override)
        record = work.allocations.get(before.allocation)
        need_state(record, State.DRAFT)
        after = work.overrides.withdraw(override, version, why)
        _keep(work, record)
        work.log.append("override.withdraw", _subject(after), _told(before), {**_told(after), "withdrawn": why})
        return after


@needs(Action.READ)
def stale_overrides(store: Store, _actor: Actor, /, allocation: int) -> tuple[Stale, ...]:
    """Overrides whose counts, bounds or target beneath have changed since they were set or last confirmed."""
    with store.reading() as work:
        record = work.allocations.get(allocation)
        return () if record.state is State.ISSUED else inputs_of(work, record).stale


@needs(Action.FINALISE)
def confirm_override(store: Store, actor: Actor, /, override: int, *, version: int) -> Override:
    """Settle a stale override by keeping it: it rests on the present figures from now on.

    Raises
    ------
    ConflictError
        If somebody changed or withdrew it since.
    RefusedError
        ``wrong_state``.
    """
    with kept(), store.work(actor.name) as work:
        before = work.overrides.get(override)
        record = work.allocations.get(before.allocation)
        need_state(record, State.DRAFT)
        ground = ledger.ground(_beneath(inputs_of(work, record), Pin.of(before)))
        after = work.overrides.change(override, version, ground=ground)
        work.log.append("override.confirm", _subject(after), {"ground": before.ground}, {"ground": after.ground})
        return after


def _refuse_overtaken(
    work: Work, allocation: int, pin: Pin, now: Override | None, version: int | None, yours: Mapping[str, Any]
) -> None:
    """The user saw another override than there is, or none: somebody was faster."""
    if (None if now is None else now.version) == version:
        return
    if now is None:  # what the user saw was withdrawn since
        gone = [one for one in work.overrides.list(allocation, active=False) if Pin.of(one).place == pin.place]
        if not gone:
            raise RefusedError(
                "override_not_there", **{name: yours[name] for name in ("agency", "indicator", "period")}
            )
        now = gone[-1]
    raise ConflictError(
        "override", now.id, changed_by=now.changed_by, changed_at=now.changed_at, current=now, yours=yours
    )


def _keep(work: Work, record: AllocationRecord) -> None:
    """Calculate a draft anew with its ledger as it stands, and keep the table."""
    write(work, record, inputs_of(work, record))


def _pin(agency: str, indicator: str, period: str, value: float, reason: str) -> Pin:
    if not 0.0 <= value <= 1.0:  # NaN is refused too
        raise RefusedError("value_out_of_range", value=value)
    return Pin(NEW, agency, indicator, period, float(value), reason)


def _reason(reason: str) -> str:
    kept_reason = reason.strip()
    if not kept_reason:
        raise RefusedError("reason_missing")
    if len(kept_reason) > LONGEST_REASON:
        raise RefusedError("reason_too_long", limit=LONGEST_REASON, length=len(kept_reason))
    return kept_reason


def _beneath(inputs: Inputs, pin: Pin) -> Any:
    found = ledger.explained(inputs.plain, pin)
    if np.isnan(found.target):
        where = {"agency": pin.agency, "indicator": pin.indicator, "period": pin.period}
        raise RefusedError("no_target", status=str(found.status), **where)
    return found


def _with(inputs: Inputs, pin: Pin) -> list[Pin]:
    rest = [Pin.of(one) for one in inputs.overrides]
    return [*(one for one in rest if one.place != pin.place), pin]


def _effect(pin: Pin, before: Allocation, after: Allocation) -> Effect:
    moved = absorbed(before, after)
    codes = before.figures.codes
    found = []
    for period in before.plan.periods:
        change = moved[pin.indicator, period.id]
        for i in np.flatnonzero(change.points != 0.0):
            if np.isnan(change.points[i]):
                continue
            at = int(before.results[pin.indicator].rows[i])
            above = int(before.figures.parent[at])
            found.append(
                Absorber(
                    agency=codes[at],
                    name=before.figures.names[at],
                    parent=codes[above] if above >= 0 else None,
                    period=period.id,
                    points=float(change.points[i]),
                    units=float(change.units[i]),
                )
            )
    others = sorted((one for one in found if one.agency != pin.agency), key=lambda one: (-abs(one.units), one.agency))
    return Effect(
        pin=pin,
        before=before,
        after=after,
        own=tuple(one for one in found if one.agency == pin.agency),
        others=tuple(others),
        goals=_goals(pin.indicator, before, after),
    )


def _goals(indicator: str, before: Allocation, after: Allocation) -> tuple[GoalEffect, ...]:
    old = {(one.indicator, one.period, one.parent): one for one in (*before.summaries, *before.groups)}
    new = {(one.indicator, one.period, one.parent): one for one in (*after.summaries, *after.groups)}
    return tuple(GoalEffect(old[key], one) for key, one in new.items() if key[0] == indicator and key in old)


def _subject(override: Override) -> str:
    return f"override/{override.id}"


def _told(override: Override) -> dict[str, Any]:
    fields = ("allocation", "agency", "indicator", "period", "value", "reason")
    return {name: getattr(override, name) for name in fields}
