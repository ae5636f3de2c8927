"""Tables of targets on their way to a Decision, and the overrides in them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import delete, func, insert, select

from data.store import records, tables
from data.store.errors import StoreError
from data.store.records import AllocationRecord, Document, State
from data.store.repositories.base import Repository, only, record

STEPS: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        State.DRAFT: frozenset({State.SUBMITTED}),
        State.SUBMITTED: frozenset({State.APPROVED, State.DRAFT}),
        State.APPROVED: frozenset({State.ISSUED, State.DRAFT}),
        State.ISSUED: frozenset(),
    }
)
"""From which state an allocation can go where; who may move it is decided elsewhere."""

_OF_DRAFTS = ("figures_version", "scenario_version", "run", "targets_sha256", "engine_version")
_ROW = tuple(one.name for one in dataclasses.fields(records.AllocationRow))


class Allocations(Repository):
    """`work.allocations`."""

    def add(
        self, campaign: str, *, figures_version: int, scenario_version: int, corrects: int | None = None
    ) -> AllocationRecord:
        """Begin a draft.

        Raises
        ------
        StoreError
            ``not_found`` {kind: campaign, figures, scenario_version or allocation}.
        """
        self._get(tables.Campaign, campaign, "campaign")
        self._get(tables.FiguresVersion, figures_version, "figures")
        self._get(tables.ScenarioVersion, scenario_version, "scenario_version")
        if corrects is not None:
            self._get(tables.Allocation, corrects, "allocation")
        own = tables.Allocation
        row = tables.Allocation(
            campaign=campaign,
            number=self._next_number(own.number, own.campaign == campaign),
            state=State.DRAFT,
            figures_version=figures_version,
            scenario_version=scenario_version,
            corrects=corrects,
            created_by=self._turn.actor,
            created_at=self._turn.at,
            **self._stamp(),
        )
        return _allocation(self._added(row))

    def get(self, id: int) -> AllocationRecord:
        """One allocation.

        Raises
        ------
        StoreError
            ``not_found``.
        """
        return _allocation(self._get(tables.Allocation, id, "allocation"))

    def list(self, campaign: str, state: State | None = None) -> tuple[AllocationRecord, ...]:
        """A campaign's allocations by number, all or those in one state."""
        own = tables.Allocation
        query = select(own).where(own.campaign == campaign).order_by(own.number)
        rows = self._all(query if state is None else query.where(own.state == state))
        return tuple(_allocation(row) for row in rows)

    def numbered(self, campaign: str, number: int) -> AllocationRecord:
        """A campaign's allocation by its number.

        Raises
        ------
        StoreError
            ``not_found``.
        """
        own = tables.Allocation
        row = self._first(select(own).where(own.campaign == campaign, own.number == number))
        if row is None:
            raise StoreError("not_found", kind="allocation", id=(campaign, number))
        return _allocation(row)

    def latest_issued(self, campaign: str) -> AllocationRecord | None:
        """The allocation of a campaign that was issued last, or None."""
        own = tables.Allocation
        query = select(own).where(own.campaign == campaign, own.state == State.ISSUED)
        row = self._first(query.order_by(own.issued_at.desc(), own.number.desc()).limit(1))
        return None if row is None else _allocation(row)

    def change(self, id: int, based_on: int, **fields: Any) -> AllocationRecord:
        """Change figures_version, scenario_version, run, targets_sha256 or engine_version of a draft.

        Raises
        ------
        StoreError
            ``not_found``, ``stale``, ``frozen`` (issued), ``bad_transition`` (not a draft any more).
        """
        row = self._seen(id, based_on)
        self._refuse_unless_draft(row)
        return _allocation(self._change(row, only(fields, _OF_DRAFTS)))

    def put_rows(self, id: int, rows: Iterable[records.AllocationRow]) -> int:
        """Put these rows in the place of a draft's rows and say how many they are.

        The caller changes the allocation itself too (its run), so that a second writer is told.

        Raises
        ------
        StoreError
            ``not_found``, ``frozen``, ``bad_transition``.
        """
        self._refuse_unless_draft(self._get(tables.Allocation, id, "allocation"))
        self._execute(delete(tables.AllocationRow).where(tables.AllocationRow.allocation == id))
        new = [{"allocation": id, **{name: getattr(one, name) for name in _ROW}} for one in rows]
        if new:
            self._execute(insert(tables.AllocationRow), new)
        return len(new)

    def rows(self, id: int) -> tuple[records.AllocationRow, ...]:
        """The targets of an allocation in the order of its table, digit by digit as they were put."""
        own = tables.AllocationRow
        query = select(*(getattr(own, name) for name in _ROW)).where(own.allocation == id).order_by(own.position)
        return tuple(records.AllocationRow(*row) for row in self._execute(query))

    def move(
        self,
        id: int,
        based_on: int,
        to_state: State,
        *,
        comment: str = "",
        decision_number: str | None = None,
        decision_date: date | None = None,
    ) -> AllocationRecord:
        """Take an allocation one step on, or back to draft, and write down the transition.

        Issuing needs number and date of the Decision; going back clears who submitted and approved.

        Raises
        ------
        StoreError
            ``not_found``, ``stale``, ``frozen`` (issued), ``bad_transition`` (no such step, or what issuing needs
            is not there: `missing`), ``bad_value`` (who approves is who submitted).
        """
        row = self._seen(id, based_on)
        before = State(row.state)
        self._refuse_frozen(row)
        if to_state not in STEPS[before]:
            raise StoreError("bad_transition", allocation=id, from_state=before, to_state=to_state)
        fields = [*self._stamps_of(row, to_state)]
        if to_state is State.ISSUED:
            fields += [("decision_number", decision_number), ("decision_date", decision_date)]
            missing = [name for name, value in fields if value in (None, "")]
            missing += [name for name in ("run", "targets_sha256") if getattr(row, name) is None]
            if missing:
                raise StoreError(
                    "bad_transition", allocation=id, from_state=before, to_state=to_state, missing=tuple(missing)
                )
        step = tables.Transition(
            allocation=id, from_state=before, to_state=to_state, by=self._turn.actor, at=self._turn.at, comment=comment
        )
        self._add(step)  # before the header: an issued one takes no more transitions
        return _allocation(self._change(row, [("state", to_state), *fields]))

    def transitions(self, id: int) -> tuple[records.Transition, ...]:
        """The steps an allocation has taken, oldest first."""
        own = tables.Transition
        rows = self._all(select(own).where(own.allocation == id).order_by(own.id))
        return tuple(
            record(records.Transition, row, from_state=State(row.from_state), to_state=State(row.to_state))
            for row in rows
        )

    def _seen(self, id: int, based_on: int) -> tables.Allocation:
        row = self._get(tables.Allocation, id, "allocation")
        self._based_on(row, based_on, "allocation", _allocation(row))
        return row

    def _stamps_of(self, row: tables.Allocation, to_state: State) -> Sequence[tuple[str, Any]]:
        by, at = self._turn.actor, self._turn.at
        match to_state:
            case State.SUBMITTED:
                return [("submitted_by", by), ("submitted_at", at)]
            case State.APPROVED:
                if row.submitted_by == by:
                    raise StoreError("bad_value", column="approved_by", value=by)
                return [("approved_by", by), ("approved_at", at)]
            case State.ISSUED:
                return [("issued_by", by), ("issued_at", at)]
            case State.DRAFT:
                return [(f"{step}_{what}", None) for step in ("submitted", "approved") for what in ("by", "at")]

    def _refuse_unless_draft(self, row: tables.Allocation) -> None:
        self._refuse_frozen(row)
        if row.state != State.DRAFT:
            raise StoreError("bad_transition", allocation=row.id, from_state=State(row.state), to_state=State.DRAFT)

    def _refuse_frozen(self, row: tables.Allocation) -> None:
        if row.state == State.ISSUED:
            raise StoreError("frozen", what="allocations", allocation=row.id)


class Overrides(Repository):
    """`work.overrides`."""

    def add(
        self,
        allocation: int,
        *,
        agency: str,
        indicator: str,
        period: str,
        value: float,
        reason: str,
        ground: Document,
    ) -> records.Override:
        """Set an agency's target by hand.

        Raises
        ------
        StoreError
            ``not_found``, ``frozen`` (issued); ``duplicate`` {now} if one is in force already.
        """
        self._get(tables.Allocation, allocation, "allocation")
        own = tables.Override
        there = self._first(
            select(own).where(
                own.allocation == allocation,
                own.agency == agency,
                own.indicator == indicator,
                own.period == period,
                own.withdrawn_at.is_(None),
            )
        )
        if there is not None:
            raise StoreError("duplicate", kind="override", now=record(records.Override, there))
        row = tables.Override(
            allocation=allocation,
            agency=agency,
            indicator=indicator,
            period=period,
            value=value,
            reason=reason,
            ground=ground,
            by=self._turn.actor,
            at=self._turn.at,
            **self._stamp(),
        )
        return record(records.Override, self._added(row))

    def get(self, id: int) -> records.Override:
        """One override.

        Raises
        ------
        StoreError
            ``not_found``.
        """
        return record(records.Override, self._get(tables.Override, id, "override"))

    def list(self, allocation: int, active: bool | None = None) -> tuple[records.Override, ...]:
        """An allocation's overrides, oldest first: all, those in force, or those withdrawn."""
        own = tables.Override
        query = select(own).where(own.allocation == allocation).order_by(own.id)
        if active is not None:
            query = query.where(own.withdrawn_at.is_(None) if active else own.withdrawn_at.is_not(None))
        return tuple(record(records.Override, row) for row in self._all(query))

    def expected(self) -> int:
        """The id that the next override will most likely get: what is prepared for it is found again."""
        return int(self._first(select(func.max(tables.Override.id))) or 0) + 1

    def change(self, id: int, based_on: int, **fields: Any) -> records.Override:
        """Change value, reason or ground of an override in force.

        Raises
        ------
        StoreError
            ``not_found``, ``stale``, ``frozen`` (issued, or withdrawn).
        """
        row = self._seen(id, based_on)
        return record(records.Override, self._change(row, only(fields, ("value", "reason", "ground"))))

    def withdraw(self, id: int, based_on: int, reason: str) -> records.Override:
        """Take an override back; it stays in the ledger.

        Raises
        ------
        StoreError
            ``not_found``, ``stale``, ``frozen`` (issued, or withdrawn).
        """
        row = self._seen(id, based_on)
        fields = {"by": self._turn.actor, "at": self._turn.at, "reason": reason}
        return record(records.Override, self._change(row, [(f"withdrawn_{k}", v) for k, v in fields.items()]))

    def copy(self, from_allocation: int, to_allocation: int) -> tuple[records.Override, ...]:
        """Take the overrides in force over into another allocation; who set them, when and why stays.

        Raises
        ------
        StoreError
            ``not_found``, ``frozen``.
        """
        self._get(tables.Allocation, to_allocation, "allocation")
        kept = ("agency", "indicator", "period", "value", "reason", "ground", "by", "at")
        return tuple(
            record(
                records.Override,
                self._added(
                    tables.Override(
                        allocation=to_allocation, **{name: getattr(one, name) for name in kept}, **self._stamp()
                    )
                ),
            )
            for one in self.list(from_allocation, active=True)
        )

    def _seen(self, id: int, based_on: int) -> tables.Override:
        row = self._get(tables.Override, id, "override")
        now = record(records.Override, row)
        self._based_on(row, based_on, "override", now)
        if not now.active:
            raise StoreError("frozen", what="overrides", id=id)
        return row


def _allocation(row: tables.Allocation) -> AllocationRecord:
    return record(AllocationRecord, row, state=State(row.state))
