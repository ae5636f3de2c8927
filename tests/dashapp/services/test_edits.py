"""Several targets set by hand at once: tried together, kept together or not at all, and calculated before the turn."""

from __future__ import annotations

import threading
import tomllib

import pytest

from dashapp.services import calculation, effects, overrides, tables
from dashapp.services.edits import Edit
from dashapp.services.refused import ConflictError, RefusedError
from data.store import Store
from engine import PlanError
from tests.dashapp.services.conftest import Begun, begin
from tests.dashapp.services.world import BINH, EXACT, HOA, LAN, ONLINE, Q4, keep, scenario

A_DOWN, C_DOWN = Edit("A", ONLINE, Q4, 0.20), Edit("C", ONLINE, Q4, 0.30)


@pytest.fixture
def exact(store: Store) -> Begun:
    """A draft in which what one gives up, the others take exactly."""
    return begin(store, keep(store, scenario(**tomllib.loads(EXACT))))


def _version(store: Store, id: int) -> int:
    return tables.table(store, LAN, id).record.version


def test_several_edits_are_tried_together_and_nothing_is_stored(store: Store, exact: Begun):
    before = tables.table(store, LAN, exact.draft)
    joint = effects.preview_edits(store, BINH, exact.draft, [A_DOWN, C_DOWN])
    assert {(one.agency, one.period) for one in joint.own} >= {("A", Q4), ("C", Q4)}
    last = [one for one in joint.others if one.period == Q4]
    assert [one.agency for one in last] == ["B"]
    given = sum(one.units for one in joint.own if one.period == Q4)
    assert last[0].units == pytest.approx(-given)
    assert all(goal.holds for goal in joint.goals)
    after = tables.table(store, LAN, exact.draft)
    assert (after.record, after.rows, after.overrides) == (before.record, before.rows, ())


def test_a_goal_that_no_longer_holds_is_told(store: Store, exact: Begun):
    low = [Edit(code, ONLINE, Q4, 0.16) for code in ("A", "B", "C")]
    joint = effects.preview_edits(store, LAN, exact.draft, low)
    (province,) = [one for one in joint.goals if one.after.parent is None and one.after.goal is not None]
    assert not province.holds
    assert province.after.shortfall == pytest.approx(0.40 - 0.16)


def test_all_are_kept_as_they_were_tried_with_the_reason(store: Store, exact: Begun):
    joint = effects.preview_edits(store, LAN, exact.draft, [A_DOWN, C_DOWN])
    kept = overrides.save_edits(
        store, LAN, exact.draft, [A_DOWN, C_DOWN], reason=" Thiếu người ", version=joint.record.version
    )
    assert [(one.agency, one.value, one.reason, one.by) for one in kept] == [
        ("A", 0.20, "Thiếu người", "lan"),
        ("C", 0.30, "Thiếu người", "lan"),
    ]
    after = tables.table(store, LAN, exact.draft)
    tried = {(row.agency, row.period): row.target for row in tables.rows_of(joint.after)}
    assert {(row.agency, row.period): row.target for row in after.rows} == tried


def test_an_override_is_taken_back_beside_one_that_is_set(store: Store, exact: Begun):
    overrides.save_edits(store, LAN, exact.draft, [A_DOWN], reason="Một", version=_version(store, exact.draft))
    gone, set_now = overrides.save_edits(
        store,
        HOA,
        exact.draft,
        [Edit("A", ONLINE, Q4, None), C_DOWN],
        reason="Đổi",
        version=_version(store, exact.draft),
    )
    assert (gone.withdrawn_by, gone.withdrawn_reason, set_now.by) == ("hoa", "Đổi", "hoa")
    assert [one.agency for one in tables.table(store, LAN, exact.draft).inputs.overrides] == ["C"]


def test_one_that_cannot_be_keeps_all_from_being_kept(store: Store, exact: Begun):
    version = _version(store, exact.draft)
    for bad, fault in (
        (Edit("A", ONLINE, Q4, 0.99), PlanError),
        (Edit("D", ONLINE, Q4, 0.5), RefusedError),
        (Edit("C", ONLINE, Q4, None), RefusedError),
    ):
        with pytest.raises(fault):
            overrides.save_edits(store, LAN, exact.draft, [A_DOWN, bad], reason="Lý do", version=version)
    with pytest.raises(RefusedError, match="reason_missing"):
        overrides.save_edits(store, LAN, exact.draft, [A_DOWN], reason=" ", version=version)
    assert tables.table(store, LAN, exact.draft).overrides == ()


def test_what_was_seen_on_another_table_is_not_kept(store: Store, exact: Begun):
    seen = _version(store, exact.draft)
    overrides.save_edits(store, HOA, exact.draft, [C_DOWN], reason="Trước", version=seen)
    with pytest.raises(ConflictError) as refused:
        overrides.save_edits(store, LAN, exact.draft, [A_DOWN], reason="Sau", version=seen)
    assert refused.value.changed_by == "hoa"
    assert dict(refused.value.yours) == {"edits": (A_DOWN,), "reason": "Sau"}


@pytest.mark.parametrize("single", [True, False])
def test_nothing_is_calculated_in_the_turn_to_write(
    store: Store, exact: Begun, monkeypatch: pytest.MonkeyPatch, single: bool
):
    """What is found in the turn was calculated before it: nobody waits for another's calculation."""
    writing, calculated = threading.local(), []
    real, begun = calculation.scenarios.run, store.work

    def run(*args):
        calculated.append(getattr(writing, "now", False))
        return real(*args)

    class Turn:
        def __init__(self, actor: str) -> None:
            self.inner = begun(actor)

        def __enter__(self):
            writing.now = True
            return self.inner.__enter__()

        def __exit__(self, *fault):
            writing.now = False
            return self.inner.__exit__(*fault)

    monkeypatch.setattr(calculation.scenarios, "run", run)
    monkeypatch.setattr(type(store), "work", lambda _, actor: Turn(actor))
    value = 0.217 if single else 0.218
    if single:
        pin = overrides.save_override(
            store, LAN, exact.draft, agency="A", indicator=ONLINE, period=Q4, value=value, reason="Thử"
        )
        overrides.withdraw_override(store, LAN, pin.id, version=pin.version, reason="Thôi")
    else:
        edits = [Edit("A", ONLINE, Q4, value), Edit("C", ONLINE, Q4, value)]
        overrides.save_edits(store, LAN, exact.draft, edits, reason="Thử", version=_version(store, exact.draft))
    assert calculated
    assert not any(calculated)


def test_the_id_that_is_expected_is_the_one_that_comes(everywhere: Store):
    draft = begin(everywhere).draft
    with everywhere.reading() as work:
        expected = work.overrides.expected()
    (kept,) = overrides.save_edits(
        everywhere, LAN, draft, [Edit("A", ONLINE, Q4, 0.2)], reason="Thử", version=_version(everywhere, draft)
    )
    assert kept.id == expected
