"""Single targets set by hand: kept with a reason, confirmed or withdrawn when their ground has moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dashapp.services import ledger
from dashapp.services.edits import Edit, as_edited, at, beneath, pin_of, where
from dashapp.services.ledger import Pin, Stale
from dashapp.services.refused import ConflictError, RefusedError, kept
from dashapp.services.rights import Action, Actor, needs
from dashapp.services.tables import Inputs, inputs_of, need_state, unmoved, write
from data.store import Store, Work
from data.store.records import AllocationRecord, Override, State

LONGEST_REASON = 2000
MOST_TRIES = 3
"""How often a table is calculated before one's turn to write; if it moved each time, it is calculated in the turn."""


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
    edit = Edit(agency, indicator, period, value)
    why = _reason(reason)
    pin = pin_of(agency, indicator, period, value, why)
    yours = {"agency": agency, "indicator": indicator, "period": period, "value": value, "reason": reason}
    for left in reversed(range(MOST_TRIES)):
        with store.reading() as work:
            record = work.allocations.get(allocation)
            seen, inputs = record.version, inputs_of(work, record)
            beneath(inputs, pin)
            _prepare(inputs, [edit], why, work.overrides.expected())
        with kept(**yours), store.work(actor.name) as work:
            record = work.allocations.get(allocation)
            need_state(record, State.DRAFT)
            if record.version != seen and left:
                continue
            inputs = inputs_of(work, record)
            before = at(inputs, edit)
            _refuse_overtaken(work, allocation, pin, before, version, yours)
            after = _put(work, record, inputs, edit, why)
            _keep(work, record)
            return after
    raise AssertionError  # the last try either returns or raises


@needs(Action.FINALISE)
def save_edits(
    store: Store, actor: Actor, /, allocation: int, edits: Sequence[Edit], *, reason: str, version: int
) -> tuple[Override, ...]:
    """Set several targets of a draft by hand and take overrides back, for one reason: all of them or none.

    Parameters
    ----------
    version : int
        The table's that the user saw what comes of it on.

    Returns
    -------
    tuple of Override
        What became of each edit; withdrawn ones too.

    Raises
    ------
    ConflictError
        If anybody changed the table since; `yours` holds the edits and the reason.
    RefusedError, engine.PlanError
        As `save_override`; ``override_not_there``.
    """
    why = _reason(reason)
    yours = {"edits": tuple(edits), "reason": reason}
    with store.reading() as work:  # calculated before one's turn to write, in which only the version is looked at
        record = work.allocations.get(allocation)
        unmoved(record, version, **yours)
        need_state(record, State.DRAFT)
        _prepare(inputs_of(work, record), edits, why, work.overrides.expected())
    with kept(**yours), store.work(actor.name) as work:
        record = work.allocations.get(allocation)
        unmoved(record, version, **yours)
        need_state(record, State.DRAFT)
        inputs = inputs_of(work, record)
        done = tuple(_put(work, record, inputs, one, why) for one in edits)
        _keep(work, record)
        return done


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
    with store.reading() as work:  # calculated before one's turn to write; the answer is found again in it
        inputs = inputs_of(work, work.allocations.get(work.overrides.get(override).allocation))
        rest = tuple(one for one in inputs.overrides if one.id != override)
        replace(inputs, overrides=rest).pinned  # noqa: B018
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
    with store.reading() as work:  # calculated before one's turn to write
        inputs_of(work, work.allocations.get(work.overrides.get(override).allocation)).plain  # noqa: B018
    with kept(), store.work(actor.name) as work:
        before = work.overrides.get(override)
        record = work.allocations.get(before.allocation)
        need_state(record, State.DRAFT)
        ground = ledger.ground(beneath(inputs_of(work, record), Pin.of(before)))
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


def _reason(reason: str) -> str:
    kept_reason = reason.strip()
    if not kept_reason:
        raise RefusedError("reason_missing")
    if len(kept_reason) > LONGEST_REASON:
        raise RefusedError("reason_too_long", limit=LONGEST_REASON, length=len(kept_reason))
    return kept_reason


def _prepare(inputs: Inputs, edits: Sequence[Edit], why: str, expected: int) -> None:
    """Calculate the table as it will be kept; it is remembered by what decides it."""
    replace(inputs, overrides=as_edited(inputs, edits, why, expected)).pinned  # noqa: B018


def _put(work: Work, record: AllocationRecord, inputs: Inputs, edit: Edit, why: str) -> Override:
    """Write one edit into the ledger and the log."""
    before = at(inputs, edit)
    if edit.value is None:
        if before is None:
            raise RefusedError("override_not_there", **where(edit))
        after = work.overrides.withdraw(before.id, before.version, why)
        work.log.append("override.withdraw", _subject(after), _told(before), {**_told(after), "withdrawn": why})
        return after
    pin = pin_of(*edit.place, edit.value, why)
    ground = ledger.ground(beneath(inputs, pin))
    if before is None:
        after = work.overrides.add(record.id, **where(edit), value=pin.value, reason=pin.reason, ground=ground)
    else:
        after = work.overrides.change(before.id, before.version, value=pin.value, reason=pin.reason, ground=ground)
    done = "override.set" if before is None else "override.change"
    work.log.append(done, _subject(after), None if before is None else _told(before), _told(after))
    return after


def _subject(override: Override) -> str:
    return f"override/{override.id}"


def _told(override: Override) -> dict[str, Any]:
    fields = ("allocation", "agency", "indicator", "period", "value", "reason")
    return {name: getattr(override, name) for name in fields}
