"""What was issued can be calculated again, digit for digit; what could have changed is named."""

from __future__ import annotations

import dataclasses
import math

import pytest

from dashapp.services import overrides, reproduction, states, tables
from dashapp.services.refused import RefusedError
from data.store import Store, StoreError
from tests.dashapp.services import world
from tests.dashapp.services.conftest import Begun, begin
from tests.dashapp.services.test_life import issued
from tests.dashapp.services.world import LAN, ONLINE, Q4, THU, VY


@pytest.fixture
def decided(store: Store, begun: Begun) -> Begun:
    """An issued table with an override."""
    place = {"agency": "A", "indicator": ONLINE, "period": Q4}
    overrides.save_override(store, LAN, begun.draft, **place, value=1 / 3, reason="Một phần ba")
    issued(store, begun.draft)
    return begun


def test_the_same_to_the_last_digit(store: Store, decided: Begun):
    shown = reproduction.show(store, VY, THU)
    assert shown.same
    assert shown.deviations == ()
    assert (shown.record.id, len(shown.rows), shown.same_engine) == (decided.draft, 8, True)
    assert {one.agency: one.target for one in shown.rows if one.period == Q4}["A"] == 1 / 3


def test_one_unit_in_the_last_place_is_found(store: Store, decided: Begun, monkeypatch: pytest.MonkeyPatch):
    rows_of = reproduction.rows_of

    def nearly(result: object) -> tuple[object, ...]:
        first, *rest = rows_of(result)
        assert first.target is not None
        return (dataclasses.replace(first, target=math.nextafter(first.target, 1)), *rest)

    monkeypatch.setattr(reproduction, "rows_of", nearly)
    shown = reproduction.show(store, VY, THU)
    (one,) = shown.deviations
    assert not shown.same
    assert (one.agency, one.field) == ("A", "target")
    assert one.again == math.nextafter(one.stored, 1)


def test_a_row_that_is_not_calculated_any_more_is_found(store: Store, decided: Begun, monkeypatch: pytest.MonkeyPatch):
    rows_of = reproduction.rows_of
    monkeypatch.setattr(reproduction, "rows_of", lambda result: rows_of(result)[1:])
    (one,) = reproduction.show(store, VY, THU).deviations
    assert (one.agency, one.field, one.again) == ("A", None, None)


def test_another_engine_is_named(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tables, "ENGINE_VERSION", "0.9.0")
    issued(store, begin(store).draft)
    shown = reproduction.show(store, VY, THU)
    assert (shown.engine_then, shown.same_engine) == ("0.9.0", False)
    assert shown.engine_now != "0.9.0"


def test_which_table_is_meant(store: Store, decided: Begun):
    draft = states.correct(store, LAN, decided.draft)
    assert reproduction.show(store, VY, THU).record.id == decided.draft  # the issued one, not the newest
    of_draft = reproduction.show(store, VY, THU, draft.number)
    assert (of_draft.record.state, of_draft.corrects, of_draft.same) == ("draft", 1, True)
    with pytest.raises(RefusedError) as refused:
        reproduction.show(store, VY, THU, 9)
    assert (refused.value.code, refused.value.details["known"]) == ("unknown_table", (1, 2))


def test_nothing_issued_yet(store: Store, begun: Begun):
    with pytest.raises(RefusedError) as refused:
        reproduction.show(store, VY, THU)
    assert (refused.value.code, refused.value.details["drafts"]) == ("nothing_issued", (1,))
    with pytest.raises(RefusedError) as unknown:
        reproduction.show(store, VY, "thu-2023")
    assert (unknown.value.code, unknown.value.details["nearest"]) == ("unknown_campaign", THU)


def test_figures_that_came_later_change_nothing(store: Store, decided: Begun):
    before = reproduction.show(store, VY, THU)
    world.take_in(store, world.counts(A=(900, 1000, 0, 0)))
    after = reproduction.show(store, VY, THU)
    assert (after.rows, after.same) == (before.rows, True)


def test_stored_figures_that_were_tampered_with_are_not_used(store: Store, decided: Begun):
    """Although the process has calculated this table before."""
    assert reproduction.show(store, VY, THU).same
    world.tamper(str(store.url.database), "UPDATE figures_rows SET numerator = 101 WHERE agency = 'A'")
    with pytest.raises(StoreError, match="damaged"):
        reproduction.show(store, VY, THU)
