"""What is in hand is its owner's alone, and is gone once it is saved or thrown away."""

from __future__ import annotations

import threading

import pytest

from dashapp.services import drafts, operations, saved_scenarios
from dashapp.services.refused import ConflictError, ForbiddenError, RefusedError
from data.store import Store, StoreError
from tests.dashapp.services import world
from tests.dashapp.services.world import ANH, BINH, HOA, LAN, ONLINE, Q4, ROOT, THU, VY


def base(store: Store) -> int:
    (record,) = saved_scenarios.saved(store, LAN, THU)
    return record.id


def higher(goal: float) -> object:
    return world.scenario(indicators={ONLINE: {"goals": {Q4: goal}}})


def test_kept_found_and_thrown_away(everywhere: Store):
    id, before = base(everywhere), operations.verify_log(everywhere, ROOT)
    assert drafts.of(everywhere, LAN, id) is None
    drafts.keep(everywhere, LAN, id, based_on=1, figures=None, address="goal=45")
    kept = drafts.keep(everywhere, LAN, id, based_on=1, figures=1, address="goal=46")
    assert kept is not None
    assert (kept.owner, kept.scenario, kept.based_on, kept.figures, kept.address) == ("lan", id, 1, 1, "goal=46")
    assert drafts.of(everywhere, LAN, id) == kept
    assert drafts.mine(everywhere, LAN, THU) == (kept,)
    drafts.drop(everywhere, LAN, id)
    assert drafts.of(everywhere, LAN, id) is None
    assert drafts.mine(everywhere, LAN, THU) == ()
    assert operations.verify_log(everywhere, ROOT) == before


def test_nobody_else_learns_of_it(store: Store):
    id = base(store)
    drafts.keep(store, LAN, id, based_on=1, figures=None, address="goal=45")
    for who in (HOA, BINH, ANH, VY, ROOT):
        assert drafts.of(store, who, id) is None
        assert drafts.mine(store, who, THU) == ()
    for other in (HOA, BINH):
        drafts.keep(store, other, id, based_on=1, figures=None, address=f"goal={other.name}")
        drafts.drop(store, other, id)
    assert [one.address for one in drafts.mine(store, LAN, THU)] == ["goal=45"]
    for who in (VY, ROOT):
        with pytest.raises(ForbiddenError):
            drafts.keep(store, who, id, based_on=1, figures=None, address="")


def test_what_is_the_same_is_not_written_again(store: Store):
    id = base(store)
    first = drafts.keep(store, LAN, id, based_on=1, figures=None, address="goal=45")
    assert drafts.keep(store, LAN, id, based_on=1, figures=None, address="goal=45") == first
    assert drafts.keep(store, LAN, id, based_on=1, figures=1, address="goal=45") != first


def test_of_a_scenario_that_is_not_to_be_seen_there_is_none(store: Store):
    own = saved_scenarios.create(store, HOA, THU, world.scenario(), name={"vi": "Riêng"}, shared=True).record
    kept = drafts.keep(store, LAN, own.id, based_on=1, figures=None, address="a=1")
    saved_scenarios.share(store, HOA, own.id, shared=False)
    assert drafts.mine(store, LAN, THU) == ()
    for ask in (
        lambda: drafts.of(store, LAN, own.id),
        lambda: drafts.drop(store, LAN, own.id),
        lambda: drafts.keep(store, LAN, own.id, based_on=1, figures=None, address="a=2"),
        lambda: drafts.of(store, LAN, 99),
    ):
        with pytest.raises(StoreError, match="not_found"):
            ask()
    saved_scenarios.share(store, HOA, own.id)
    assert drafts.mine(store, LAN, THU) == (kept,)


@pytest.mark.parametrize("number", [0, 2, -1])
def test_it_rests_on_a_version_that_is_there(store: Store, number: int):
    with pytest.raises(StoreError, match="scenario_version"):
        drafts.keep(store, LAN, base(store), based_on=number, figures=None, address="a=1")


def test_its_address_has_an_end(store: Store):
    id = base(store)
    drafts.keep(store, LAN, id, based_on=1, figures=None, address="đ" * drafts.LONGEST_ADDRESS)
    with pytest.raises(RefusedError, match="address_too_long") as refused:
        drafts.keep(store, LAN, id, based_on=1, figures=None, address="a" * (drafts.LONGEST_ADDRESS + 1))
    assert refused.value.details == {"limit": 4000, "length": 4001}
    with pytest.raises(StoreError, match="bad_value"):
        drafts.keep(store, LAN, id, based_on=1, figures=None, address="a\x00b")
    assert drafts.mine(store, LAN, THU)[0].address == "đ" * 4000


def test_saving_ends_it_for_who_saved(everywhere: Store):
    id = base(everywhere)
    for who in (LAN, HOA):
        drafts.keep(everywhere, who, id, based_on=1, figures=None, address="goal=45")
    saved_scenarios.change(everywhere, LAN, id, higher(0.45), based_on=1)
    assert (drafts.of(everywhere, LAN, id), drafts.dropped(everywhere, LAN, id)) == (None, 1)
    assert drafts.keep(everywhere, LAN, id, based_on=1, figures=None, address="goal=45", dropped=0) is None
    assert drafts.of(everywhere, LAN, id) is None
    theirs = drafts.of(everywhere, HOA, id)
    assert theirs is not None
    assert theirs.based_on == 1
    again = drafts.keep(everywhere, LAN, id, based_on=2, figures=None, address="goal=47", dropped=1)
    assert again is not None
    assert again.based_on == 2


def test_saving_as_another_ends_it_too(store: Store):
    id = base(store)
    drafts.keep(store, LAN, id, based_on=1, figures=None, address="goal=45")
    saved_scenarios.create(store, LAN, THU, higher(0.44), name={"vi": "Không phải từ bản này"})
    assert drafts.of(store, LAN, id) is not None
    saved_scenarios.create(store, LAN, THU, higher(0.45), name={"vi": "Cao hơn"}, draft_of=id)
    assert drafts.of(store, LAN, id) is None


def test_what_was_not_saved_is_not_lost(store: Store):
    id = base(store)
    saved_scenarios.change(store, HOA, id, higher(0.42), based_on=1)
    drafts.keep(store, LAN, id, based_on=1, figures=None, address="goal=45")
    with pytest.raises(ConflictError):
        saved_scenarios.change(store, LAN, id, higher(0.45), based_on=1)
    with pytest.raises(RefusedError):
        saved_scenarios.change(store, LAN, id, higher(0.42), based_on=2)
    with pytest.raises(RefusedError):
        saved_scenarios.create(store, LAN, THU, higher(0.45), name={"vi": ""}, draft_of=id)
    assert drafts.of(store, LAN, id) is not None


def test_who_waits_for_a_turn_while_it_is_saved_does_not_bring_it_back(everywhere: Store, monkeypatch):
    """The save has the turn; the autosave has looked, and gets its turn only after it."""
    id, looked, done = base(everywhere), threading.Event(), []
    begin = Store._begin

    def announced(self: Store):
        looked.set()
        return begin(self)

    def autosave() -> None:
        done.append(drafts.keep(everywhere, LAN, id, based_on=1, figures=None, address="goal=45"))

    late = threading.Thread(target=autosave)
    with everywhere.work(LAN.name) as work:
        monkeypatch.setattr(Store, "_begin", announced)
        late.start()
        assert looked.wait(10)
        work.drafts.drop(LAN.name, id)
    late.join(20)
    assert done == [None]
    assert drafts.of(everywhere, LAN, id) is None
