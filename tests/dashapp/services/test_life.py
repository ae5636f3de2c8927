"""The life of a campaign: from the first file to an issued Decision and its correction, on both databases."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from dashapp.services import importing, operations, overrides, reproduction, states, stored_runs, tables
from dashapp.services.refused import ConflictError, RefusedError
from data.store import Store, StoreError
from data.store.records import State
from tests.dashapp.services import world
from tests.dashapp.services.conftest import Begun, begin
from tests.dashapp.services.world import BINH, DECISION, HOA, LAN, ONLINE, Q4, ROOT, THU, VY

PLACE = {"agency": "A", "indicator": ONLINE, "period": Q4}


def version(store: Store, id: int) -> int:
    return tables.table(store, VY, id).record.version


def approved(store: Store, id: int) -> int:
    """Submitted by LAN and approved by BINH; the record's version then."""
    record = states.submit(store, LAN, id, version=version(store, id))
    return states.approve(store, BINH, id, version=record.version).version


def issued(store: Store, id: int) -> None:
    states.issue(store, BINH, id, version=approved(store, id), **DECISION)


def targets(store: Store, id: int) -> dict[str, float | None]:
    return {row.agency: row.target for row in tables.table(store, VY, id).rows if row.period == Q4}


def test_from_the_first_file_to_a_correction(everywhere: Store):
    store = everywhere
    start = begin(store)
    kept = stored_runs.run_stored(store, LAN, figures_version=start.figures, scenario_version=start.scenario)
    assert kept.run.targets_sha256 == tables.table(store, VY, start.draft).record.targets_sha256
    assert targets(store, start.draft) == {"A": 0.4, "B": 0.4, "C": 0.4, "D": None}

    overrides.save_override(store, LAN, start.draft, **PLACE, value=0.35, reason="Thiếu người")
    # A gives up 100 of 2,000; B and C have 3,000 between them: 1,000 + 200 / 3,000, rounded up to whole percents
    assert targets(store, start.draft) == {"A": 0.35, "B": 0.44, "C": 0.44, "D": None}

    record = states.submit(store, LAN, start.draft, version=version(store, start.draft), comment="Trình lãnh đạo")
    record = states.return_with_comment(store, BINH, start.draft, version=record.version, comment="Xem lại Sở Tư pháp")
    assert record.state is State.DRAFT
    assert record.submitted_by is None
    issued(store, start.draft)
    shown = reproduction.show(store, VY, THU)
    assert shown.same
    assert shown.record.decision_number == DECISION["number"]
    assert shown.record.decision_date == DECISION["day"]
    steps = [(one.from_state, one.to_state, one.by) for one in tables.table(store, VY, start.draft).transitions]
    assert steps == [
        (State.DRAFT, State.SUBMITTED, "lan"),
        (State.SUBMITTED, State.DRAFT, "binh"),
        (State.DRAFT, State.SUBMITTED, "lan"),
        (State.SUBMITTED, State.APPROVED, "binh"),
        (State.APPROVED, State.ISSUED, "binh"),
    ]

    correction = states.correct(store, HOA, start.draft)
    assert correction.corrects == start.draft
    assert tables.difference(store, VY, start.draft, correction.id) == ()
    (copied,) = tables.table(store, VY, correction.id).overrides
    assert (copied.by, copied.reason, copied.value) == ("lan", "Thiếu người", 0.35)
    overrides.save_override(store, HOA, correction.id, **PLACE, value=0.30, reason="Nhập sai", version=copied.version)
    changed = {(one.agency, one.period): (one.before, one.after) for one in tables.difference(
        store, VY, start.draft, correction.id
    )}  # fmt: skip
    assert changed["A", Q4] == (0.35, 0.30)
    assert changed["B", Q4] == (0.44, 0.47)
    record = states.submit(store, HOA, correction.id, version=version(store, correction.id))
    record = states.approve(store, BINH, correction.id, version=record.version)
    states.issue(store, BINH, correction.id, version=record.version, number="1100/QĐ-UBND", day=date(2022, 7, 1))

    latest = reproduction.show(store, VY, THU)
    assert (latest.record.number, latest.corrects, latest.same) == (2, 1, True)
    assert reproduction.show(store, VY, THU, 1).same  # the old one stands as it was
    assert targets(store, start.draft)["A"] == 0.35
    last = operations.read_log(store, LAN, action="allocation.issue", newest_first=True, limit=1)[0]
    assert last.after is not None
    assert last.after["corrects"] == 1
    assert {"agency": "A", "indicator": ONLINE, "period": Q4, "before": 0.35, "after": 0.3} in last.after["changed"]
    assert operations.verify_log(store, ROOT)[2] is None


def test_what_is_issued_never_changes(everywhere: Store):
    store = everywhere
    start = begin(store)
    pin = overrides.save_override(store, LAN, start.draft, **PLACE, value=0.35, reason="Thiếu người")
    issued(store, start.draft)
    before = tables.table(store, VY, start.draft)
    seen = before.record.version
    for change in (
        lambda: overrides.save_override(store, LAN, start.draft, **PLACE, value=0.3, reason="x", version=pin.version),
        lambda: overrides.withdraw_override(store, LAN, pin.id, version=pin.version, reason="x"),
        lambda: overrides.confirm_override(store, LAN, pin.id, version=pin.version),
        lambda: tables.rerun(store, LAN, start.draft, version=seen),
        lambda: states.submit(store, LAN, start.draft, version=seen),
        lambda: states.withdraw(store, LAN, start.draft, version=seen),
        lambda: states.return_with_comment(store, BINH, start.draft, version=seen, comment="x"),
        lambda: states.approve(store, BINH, start.draft, version=seen),
        lambda: states.issue(store, BINH, start.draft, version=seen, **DECISION),
    ):
        with pytest.raises(RefusedError) as refused:
            change()
        assert refused.value.code == "wrong_state"
        assert refused.value.details["state"] == "issued"
    with pytest.raises(StoreError) as frozen, store.work("lan") as work:  # nor past the services
        work.allocations.put_rows(start.draft, [])
    assert frozen.value.code == "frozen"
    world.take_in(store, world.counts(A=(200, 1000, 500, 500)))  # nor by new figures
    after = tables.table(store, VY, start.draft)
    assert (after.record, after.rows, after.overrides) == (before.record, before.rows, before.overrides)
    assert reproduction.show(store, VY, THU).same


def test_who_submitted_cannot_approve(store: Store, begun: Begun):
    promoted = dataclasses.replace(LAN, role=BINH.role)
    record = states.submit(store, LAN, begun.draft, version=version(store, begun.draft))
    with pytest.raises(RefusedError) as refused:
        states.approve(store, promoted, begun.draft, version=record.version)
    assert refused.value.code == "four_eyes"
    assert states.approve(store, BINH, begun.draft, version=record.version).state is State.APPROVED


def test_issuing_needs_number_and_date(store: Store, begun: Begun):
    ready = approved(store, begun.draft)
    for decision, code in (
        ({"number": "  ", "day": date(2022, 6, 21)}, "number_missing"),
        ({"number": "x" * 101, "day": date(2022, 6, 21)}, "number_too_long"),
        ({"number": "1045/QĐ-UBND", "day": None}, "date_missing"),
        ({"number": "1045/QĐ-UBND", "day": date(2022, 6, 14)}, "date_too_early"),
    ):
        with pytest.raises(RefusedError) as refused:
            states.issue(store, BINH, begun.draft, version=ready, **decision)
        assert refused.value.code == code
    record = states.issue(store, BINH, begun.draft, version=ready, **DECISION)
    assert (record.state, record.issued_by) == (State.ISSUED, "binh")


@pytest.mark.parametrize(
    ("row", "missing"),
    [(("", "", 500, 500), states.Unreported("A", ONLINE)), (None, states.Unreported("A", None))],
    ids=["not-reported", "no-row"],
)
def test_issuing_needs_a_complete_table(store: Store, row: tuple[object, ...] | None, missing: states.Unreported):
    figures = world.take_in(store, world.counts(A=row)).id
    draft = tables.start_draft(store, LAN, THU, figures_version=figures, scenario_version=world.base_version(store))
    assert states.obstacles(store, VY, draft.id).unreported == (missing,)
    with pytest.raises(RefusedError) as refused:
        states.submit(store, LAN, draft.id, version=draft.version)
    assert refused.value.code == "incomplete"
    assert refused.value.details["agencies"] == ("A",)
    with store.work("lan") as work:  # nor where it came so far past the services
        record = work.allocations.move(draft.id, draft.version, State.SUBMITTED)
    record = states.approve(store, BINH, draft.id, version=record.version)
    with pytest.raises(RefusedError, match="incomplete"):
        states.issue(store, BINH, draft.id, version=record.version, **DECISION)


def test_issuing_needs_every_stale_override_settled(store: Store, begun: Begun):
    pin = overrides.save_override(store, LAN, begun.draft, **PLACE, value=0.35, reason="Thiếu người")
    figures = world.take_in(store, world.counts(A=(200, 1000, 500, 500))).id
    tables.rerun(store, LAN, begun.draft, version=version(store, begun.draft), figures_version=figures)
    with pytest.raises(RefusedError) as refused:
        states.submit(store, LAN, begun.draft, version=version(store, begun.draft))
    assert refused.value.code == "stale_overrides"
    assert refused.value.details["overrides"] == (pin.id,)
    with store.work("lan") as work:
        record = work.allocations.move(begun.draft, version(store, begun.draft), State.SUBMITTED)
    record = states.approve(store, BINH, begun.draft, version=record.version)
    with pytest.raises(RefusedError, match="stale_overrides"):
        states.issue(store, BINH, begun.draft, version=record.version, **DECISION)
    record = states.return_with_comment(store, BINH, begun.draft, version=record.version, comment="Xem lại")
    overrides.confirm_override(store, LAN, pin.id, version=pin.version)
    issued(store, begun.draft)
    assert reproduction.show(store, VY, THU).same


def test_each_step_only_from_its_state(store: Store, begun: Begun):
    seen = version(store, begun.draft)
    for step in (
        lambda: states.withdraw(store, LAN, begun.draft, version=seen),
        lambda: states.return_with_comment(store, BINH, begun.draft, version=seen, comment="x"),
        lambda: states.approve(store, BINH, begun.draft, version=seen),
        lambda: states.issue(store, BINH, begun.draft, version=seen, **DECISION),
        lambda: states.correct(store, LAN, begun.draft),
    ):
        with pytest.raises(RefusedError, match="wrong_state"):
            step()
    record = states.submit(store, LAN, begun.draft, version=seen)
    for change in (
        lambda: overrides.save_override(store, LAN, begun.draft, **PLACE, value=0.3, reason="x"),
        lambda: tables.rerun(store, LAN, begun.draft, version=record.version),
    ):
        with pytest.raises(RefusedError, match="wrong_state"):
            change()
    assert states.withdraw(store, LAN, begun.draft, version=record.version).state is State.DRAFT


def test_returning_needs_a_comment(store: Store, begun: Begun):
    record = states.submit(store, LAN, begun.draft, version=version(store, begun.draft))
    with pytest.raises(RefusedError, match="comment_missing"):
        states.return_with_comment(store, BINH, begun.draft, version=record.version, comment=" \n")


def test_nobody_approves_what_he_has_not_seen(store: Store, begun: Begun):
    """Taken back, changed and submitted again while the leader looked at it: approving what he saw is refused."""
    seen = states.submit(store, LAN, begun.draft, version=version(store, begun.draft))
    states.withdraw(store, LAN, begun.draft, version=seen.version)
    overrides.save_override(store, HOA, begun.draft, **PLACE, value=0.2, reason="Khác")
    again = states.submit(store, HOA, begun.draft, version=version(store, begun.draft))
    with pytest.raises(ConflictError) as conflict:
        states.approve(store, BINH, begun.draft, version=seen.version, comment="Đồng ý")
    assert conflict.value.changed_by == "hoa"
    assert conflict.value.current == again
    assert conflict.value.yours == {"comment": "Đồng ý"}
    assert tables.table(store, VY, begun.draft).record.state is State.SUBMITTED


def test_one_correction_at_a_time(store: Store, begun: Begun):
    issued(store, begun.draft)
    first = states.correct(store, LAN, begun.draft)
    with pytest.raises(RefusedError) as refused:
        states.correct(store, HOA, begun.draft)
    assert refused.value.code == "already_corrected"
    assert refused.value.details["by"] == first.number


def test_a_draft_rests_on_what_everybody_can_see(store: Store):
    from dashapp.services import saved_scenarios

    figures = world.take_in(store).id
    private = saved_scenarios.create(store, LAN, THU, world.scenario(), name={"vi": "Riêng"})
    with pytest.raises(RefusedError, match="scenario_not_shared"):
        tables.start_draft(store, LAN, THU, figures_version=figures, scenario_version=private.version.id)
    with pytest.raises(StoreError, match="not_found"):  # another's own scenario does not even exist
        tables.start_draft(store, HOA, THU, figures_version=figures, scenario_version=private.version.id)
    saved_scenarios.share(store, LAN, private.record.id)
    tables.start_draft(store, HOA, THU, figures_version=figures, scenario_version=private.version.id)
    with pytest.raises(RefusedError, match="scenario_in_use"):
        saved_scenarios.share(store, LAN, private.record.id, shared=False)


def test_everything_that_changed_is_in_the_log(store: Store, begun: Begun):
    pin = overrides.save_override(store, LAN, begun.draft, **PLACE, value=0.35, reason="Thiếu người")
    overrides.withdraw_override(store, HOA, pin.id, version=pin.version, reason="Đã đủ người")
    done = [(one.user, one.action) for one in operations.read_log(store, LAN)]
    assert done == [
        ("lan", "figures.accept"),
        ("lan", "allocation.start"),
        ("lan", "override.set"),
        ("hoa", "override.withdraw"),
    ]
    last = operations.read_log(store, LAN, newest_first=True, limit=1)[0]
    assert last.before is not None
    assert last.after is not None
    assert (last.before["value"], last.before["reason"]) == (0.35, "Thiếu người")
    assert last.after["withdrawn"] == "Đã đủ người"


def test_nothing_is_left_of_what_was_refused(store: Store, begun: Begun, monkeypatch: pytest.MonkeyPatch):
    """A fault after the first write of a transaction: all of it is gone, with its log entry."""
    before = tables.table(store, VY, begun.draft)
    entries = operations.verify_log(store, ROOT)[0]

    def fault(*_: object) -> None:
        raise StoreError("disk_full")

    monkeypatch.setattr(overrides, "write", fault)
    with pytest.raises(StoreError, match="disk_full"):
        overrides.save_override(store, LAN, begun.draft, **PLACE, value=0.35, reason="Thiếu người")
    after = tables.table(store, VY, begun.draft)
    assert (after.record, after.rows, after.overrides) == (before.record, before.rows, before.overrides)
    assert operations.verify_log(store, ROOT)[0] == entries


def test_history_of_figures_stays(store: Store):
    first = world.take_in(store)
    second = world.take_in(store, world.counts(A=(200, 1000, 500, 500)))
    assert [one.id for one in importing.versions(store, VY, THU)] == [first.id, second.id]
    assert second.previous == first.id
    (change,) = importing.changes_between(store, VY, first.id, second.id)
    assert (change.agency, change.before, change.after) == ("A", {"numerator": 100.0}, {"numerator": 200.0})
