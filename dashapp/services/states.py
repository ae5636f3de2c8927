"""The road of a table of targets: draft, submitted, approved, issued; back with a comment; corrected by a new one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from dashapp.services.ledger import Stale
from dashapp.services.refused import RefusedError, kept
from dashapp.services.rights import Action, Actor, needs
from dashapp.services.tables import differing, inputs_of, need_state, subject_of, told, unmoved, write
from data.store import Store, Work
from data.store.records import AllocationRecord, State
from engine import TargetStatus

LONGEST_COMMENT = 4000
LONGEST_NUMBER = 100


@dataclass(frozen=True)
class Unreported:
    """An agency that the table has no target for although it should: an indicator not reported, or no row at all."""

    agency: str
    indicator: str | None


@dataclass(frozen=True)
class Obstacles:
    """What keeps a table from being submitted or issued."""

    unreported: tuple[Unreported, ...]
    stale: tuple[Stale, ...]

    def __bool__(self) -> bool:
        return bool(self.unreported or self.stale)


@needs(Action.READ)
def obstacles(store: Store, _actor: Actor, /, id: int) -> Obstacles:
    """What must be settled before a table can be submitted or issued; empty if nothing must."""
    with store.reading() as work:
        return _obstacles(work, work.allocations.get(id))


@needs(Action.SUBMIT)
def submit(store: Store, actor: Actor, /, id: int, *, version: int, comment: str = "") -> AllocationRecord:
    """Send a draft to be approved; from now on nobody changes it.

    Parameters
    ----------
    version : int
        The record's that the caller saw; so nobody submits, approves or issues what he has not seen.

    Raises
    ------
    ConflictError
        If somebody changed the table since.
    RefusedError
        ``wrong_state``, ``incomplete`` {agencies}, ``stale_overrides`` {overrides}, ``comment_too_long``.
    """
    return _move(store, actor, id, version, State.DRAFT, State.SUBMITTED, "allocation.submit", comment)


@needs(Action.SUBMIT)
def withdraw(store: Store, actor: Actor, /, id: int, *, version: int, comment: str = "") -> AllocationRecord:
    """Take a submitted table back to work on it.

    Raises
    ------
    ConflictError, RefusedError
        As `submit`.
    """
    return _move(store, actor, id, version, State.SUBMITTED, State.DRAFT, "allocation.withdraw", comment)


@needs(Action.RETURN)
def return_with_comment(store: Store, actor: Actor, /, id: int, *, version: int, comment: str) -> AllocationRecord:
    """Send a submitted or approved table back to be worked on, saying why.

    Raises
    ------
    ConflictError, RefusedError
        As `submit`; ``comment_missing``.
    """
    why = _comment(comment)
    if not why:
        raise RefusedError("comment_missing")
    with kept(comment=comment), store.work(actor.name) as work:
        record = work.allocations.get(id)
        unmoved(record, version, comment=comment)
        need_state(record, State.SUBMITTED, State.APPROVED)
        return _step(work, record, State.DRAFT, "allocation.return", why)


@needs(Action.APPROVE)
def approve(store: Store, actor: Actor, /, id: int, *, version: int, comment: str = "") -> AllocationRecord:
    """Approve a submitted table. Four eyes: whoever submitted it cannot.

    Raises
    ------
    ConflictError, RefusedError
        As `submit`; ``four_eyes``.
    """
    return _move(store, actor, id, version, State.SUBMITTED, State.APPROVED, "allocation.approve", comment)


@needs(Action.ISSUE)
def issue(
    store: Store, actor: Actor, /, id: int, *, version: int, number: str, day: date | None, comment: str = ""
) -> AllocationRecord:
    """Issue an approved table: from now on it never changes.

    Parameters
    ----------
    number, day
        Of the Decision.

    Raises
    ------
    ConflictError, RefusedError
        As `submit`; ``number_missing``, ``number_too_long``, ``date_missing``, ``date_too_early`` (before the date of
        the figures).
    """
    decision = " ".join(number.split())
    if not decision:
        raise RefusedError("number_missing")
    if len(decision) > LONGEST_NUMBER:
        raise RefusedError("number_too_long", limit=LONGEST_NUMBER)
    if day is None:
        raise RefusedError("date_missing")
    yours = {"number": number, "day": day, "comment": comment}
    with store.reading() as work:  # calculated before one's turn to write
        _obstacles(work, work.allocations.get(id))
    with kept(**yours), store.work(actor.name) as work:
        record = work.allocations.get(id)
        unmoved(record, version, **yours)
        need_state(record, State.APPROVED)
        as_of = work.campaigns.get(record.campaign).as_of
        if day < as_of:
            raise RefusedError("date_too_early", day=day, as_of=as_of)
        _refuse_obstacles(work, record)
        more: dict[str, Any] = {"decision_number": decision, "decision_date": day}
        return _step(work, record, State.ISSUED, "allocation.issue", _comment(comment), **more)


@needs(Action.FINALISE)
def correct(store: Store, actor: Actor, /, id: int) -> AllocationRecord:
    """Begin a draft that will take the place of an issued table: same inputs, same overrides, and it names the old one.

    Raises
    ------
    RefusedError
        ``wrong_state`` if it is not issued; ``already_corrected`` {by} if another correction is there, issued or not.
    """
    with store.work(actor.name) as work:
        old = work.allocations.get(id)
        need_state(old, State.ISSUED)
        others = [one for one in work.allocations.list(old.campaign) if one.corrects == id]
        if others:
            raise RefusedError("already_corrected", allocation=old.number, by=others[-1].number)
        draft = work.allocations.add(
            old.campaign,
            figures_version=old.figures_version,
            scenario_version=old.scenario_version,
            corrects=id,
        )
        work.overrides.copy(id, draft.id)
        inputs = inputs_of(work, draft)
        record = write(work, draft, inputs)
        before = {"number": old.number, "decision_number": old.decision_number}
        work.log.append("allocation.correct", subject_of(record), before, told(record, inputs))
        return record


def _move(
    store: Store, actor: Actor, id: int, version: int, from_state: State, to_state: State, done: str, comment: str
) -> AllocationRecord:
    said = _comment(comment)
    if to_state is State.SUBMITTED:
        with store.reading() as work:  # calculated before one's turn to write
            _obstacles(work, work.allocations.get(id))
    with kept(comment=comment), store.work(actor.name) as work:
        record = work.allocations.get(id)
        unmoved(record, version, comment=comment)
        need_state(record, from_state)
        if to_state is State.APPROVED and record.submitted_by == actor.name:
            raise RefusedError("four_eyes", allocation=record.number)
        if to_state is State.SUBMITTED:
            _refuse_obstacles(work, record)
        return _step(work, record, to_state, done, said)


def _step(
    work: Work, record: AllocationRecord, to_state: State, done: str, comment: str, **decision: Any
) -> AllocationRecord:
    after = work.allocations.move(record.id, record.version, to_state, comment=comment, **decision)
    new: dict[str, Any] = {
        "state": str(after.state),
        "comment": comment,
        "targets_sha256": after.targets_sha256,
        **decision,
    }
    if after.corrects is not None:
        old = work.allocations.get(after.corrects)
        new["corrects"] = old.number
        if to_state is State.ISSUED:
            rows = (work.allocations.rows(one.id) for one in (old, after))
            new["changed"] = [
                {"agency": one.agency, "indicator": one.indicator, "period": one.period,
                 "before": one.before, "after": one.after}
                for one in differing(*rows)
            ]  # fmt: skip
    work.log.append(done, subject_of(record), {"state": str(record.state)}, new)
    return after


def _obstacles(work: Work, record: AllocationRecord) -> Obstacles:
    rows = work.allocations.rows(record.id)
    missing = [Unreported(one.agency, one.indicator) for one in rows if one.status == TargetStatus.MISSING]
    as_of = work.campaigns.get(record.campaign).as_of
    there = {one.agency for one in rows}
    absent = [Unreported(one.code, None) for one in work.agencies.on(record.campaign, as_of) if one.code not in there]
    return Obstacles(tuple(dict.fromkeys((*missing, *absent))), inputs_of(work, record).stale)


def _refuse_obstacles(work: Work, record: AllocationRecord) -> None:
    found = _obstacles(work, record)
    if found.unreported:
        agencies = tuple(dict.fromkeys(one.agency for one in found.unreported))
        raise RefusedError("incomplete", allocation=record.number, agencies=agencies)
    if found.stale:
        overrides = tuple(one.override.id for one in found.stale)
        agencies = tuple(dict.fromkeys(one.override.agency for one in found.stale))
        raise RefusedError("stale_overrides", allocation=record.number, overrides=overrides, agencies=agencies)


def _comment(comment: str) -> str:
    said = comment.strip()
    if len(said) > LONGEST_COMMENT:
        raise RefusedError("comment_too_long", limit=LONGEST_COMMENT)
    return said
