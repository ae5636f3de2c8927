"""Two people at once: the second is told what changed and by whom, and loses nothing typed. On both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from dashapp.services import accounts, importing, overrides, provision, saved_scenarios, tables
from dashapp.services.refused import Changed, ConflictError, RefusedError
from dashapp.services.rights import Role
from data.store import Store
from tests.dashapp.services import world
from tests.dashapp.services.conftest import begin
from tests.dashapp.services.world import HOA, LAN, ONLINE, Q4, ROOT, THU, VY

PLACE = {"agency": "A", "indicator": ONLINE, "period": Q4}


def goal(value: float) -> dict[str, Any]:
    return {ONLINE: {"goals": {Q4: value}}}


def both(*calls: Callable[[], object]) -> list[object]:
    """Run them at the same moment in threads; what each returned or raised."""
    outcomes: list[object] = [None] * len(calls)
    barrier = threading.Barrier(len(calls))

    def one(at: int) -> None:
        barrier.wait()
        try:
            outcomes[at] = calls[at]()
        except Exception as error:  # noqa: BLE001 (handed to the test)
            outcomes[at] = error

    threads = [threading.Thread(target=one, args=(at,)) for at in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return outcomes


def test_the_same_scenario(everywhere: Store):
    (record,) = saved_scenarios.saved(everywhere, VY, THU)
    seen = saved_scenarios.at(everywhere, HOA, record.id)
    first = saved_scenarios.change(
        everywhere, LAN, record.id, world.scenario(indicators=goal(0.45)), based_on=seen.version.number
    )
    typed = world.scenario(indicators=goal(0.5))
    with pytest.raises(ConflictError) as conflict:
        saved_scenarios.change(
            everywhere, HOA, record.id, typed, based_on=seen.version.number, name={"vi": "Tên của Hoa"}, note="Vì sao"
        )
    told = conflict.value
    assert (told.changed_by, told.changed_at) == ("lan", first.version.at)
    assert told.changes == (Changed(f"indicators.{ONLINE}.goals.{Q4}", "40%", 0.45),)
    assert told.current.version == first.version
    assert told.yours["document"]["indicators"][ONLINE]["goals"][Q4] == 0.5
    assert told.yours["name"]["vi"] == "Tên của Hoa"
    assert told.yours["note"] == "Vì sao"
    # and with what was typed one can go on at once
    again = saved_scenarios.change(everywhere, HOA, record.id, typed, based_on=told.current.version.number)
    assert [one.by for one in saved_scenarios.history(everywhere, VY, record.id)] == ["system", "lan", "hoa"]
    assert again.version.number == 3


def test_the_same_scenario_at_the_same_moment(everywhere: Store):
    (record,) = saved_scenarios.saved(everywhere, VY, THU)
    people = (LAN, HOA)
    outcomes = both(
        *(
            lambda who=who, at=at: saved_scenarios.change(
                everywhere, who, record.id, world.scenario(indicators=goal(0.45 + at / 100)), based_on=1
            )
            for at, who in enumerate(people)
        )
    )
    (lost,) = [one for one in outcomes if isinstance(one, ConflictError)]
    (won,) = [one for one in outcomes if isinstance(one, saved_scenarios.Saved)]
    assert lost.changed_by == won.version.by
    assert saved_scenarios.at(everywhere, VY, record.id).version == won.version


def test_the_same_override_for_the_first_time(everywhere: Store):
    draft = begin(everywhere).draft
    first = overrides.save_override(everywhere, LAN, draft, **PLACE, value=0.35, reason="Của Lan")
    with pytest.raises(ConflictError) as conflict:
        overrides.save_override(everywhere, HOA, draft, **PLACE, value=0.30, reason="Của Hoa")
    assert (conflict.value.kind, conflict.value.changed_by) == ("override", "lan")
    assert conflict.value.current == first
    assert conflict.value.yours == {**PLACE, "value": 0.30, "reason": "Của Hoa"}
    assert [one.reason for one in tables.table(everywhere, VY, draft).overrides] == ["Của Lan"]


def test_the_same_override_changed_twice(everywhere: Store):
    draft = begin(everywhere).draft
    seen = overrides.save_override(everywhere, LAN, draft, **PLACE, value=0.35, reason="Một")
    second = overrides.save_override(everywhere, LAN, draft, **PLACE, value=0.33, reason="Hai", version=seen.version)
    with pytest.raises(ConflictError) as conflict:
        overrides.save_override(everywhere, HOA, draft, **PLACE, value=0.30, reason="Ba", version=seen.version)
    assert conflict.value.current == second
    assert (conflict.value.yours["value"], conflict.value.yours["reason"]) == (0.30, "Ba")
    for stale in (
        lambda: overrides.withdraw_override(everywhere, HOA, seen.id, version=seen.version, reason="Bỏ"),
        lambda: overrides.confirm_override(everywhere, HOA, seen.id, version=seen.version),
    ):
        with pytest.raises(ConflictError) as late:
            stale()
        assert late.value.current == second
    assert second.active


def test_an_override_withdrawn_meanwhile(everywhere: Store):
    draft = begin(everywhere).draft
    seen = overrides.save_override(everywhere, LAN, draft, **PLACE, value=0.35, reason="Một")
    gone = overrides.withdraw_override(everywhere, LAN, seen.id, version=seen.version, reason="Nhầm")
    with pytest.raises(ConflictError) as conflict:
        overrides.save_override(everywhere, HOA, draft, **PLACE, value=0.30, reason="Hai", version=seen.version)
    assert conflict.value.current == gone
    assert conflict.value.yours["reason"] == "Hai"


def test_different_overrides_do_not_get_in_each_others_way(everywhere: Store):
    """Both are kept, and the table is the one with both in it, whoever came first."""
    draft = begin(everywhere).draft
    outcomes = both(
        lambda: overrides.save_override(everywhere, LAN, draft, **PLACE, value=0.35, reason="Của Lan"),
        lambda: overrides.save_override(
            everywhere, HOA, draft, agency="B", indicator=ONLINE, period=Q4, value=0.5, reason="Của Hoa"
        ),
    )
    assert not [one for one in outcomes if isinstance(one, Exception)]
    table = tables.table(everywhere, VY, draft)
    targets = {one.agency: one.target for one in table.rows if one.period == Q4}
    assert (targets["A"], targets["B"]) == (0.35, 0.5)
    assert targets["C"] == 0.3  # 700 + 1,000 + 300 of 5,000
    assert tables.table(everywhere, VY, draft).inputs.pinned.all_met


def test_figures_that_moved_after_the_preview(everywhere: Store):
    world.take_in(everywhere)
    file = world.counts(B=(310, 1000, 500, 500))
    preview = importing.check(everywhere, HOA, THU, file, "y-te.csv")
    newer = world.take_in(everywhere, world.counts(A=(200, 1000, 500, 500)))
    assert preview.token is not None
    with pytest.raises(ConflictError) as conflict:
        importing.accept(
            everywhere, HOA, THU, file, "y-te.csv", token=preview.token, reporter="Sở Y tế", note="Bổ sung"
        )
    assert (conflict.value.changed_by, conflict.value.current) == ("lan", newer)
    assert conflict.value.yours == {"origin": "", "reporter": "Sở Y tế", "note": "Bổ sung"}
    assert importing.versions(everywhere, VY, THU)[-1] == newer


def test_a_draft_changed_meanwhile(everywhere: Store):
    start = begin(everywhere)
    seen = tables.table(everywhere, HOA, start.draft).record
    overrides.save_override(everywhere, LAN, start.draft, **PLACE, value=0.35, reason="Một")
    other = world.keep(everywhere, world.scenario(indicators=goal(0.45)))
    with pytest.raises(ConflictError) as conflict:
        tables.rerun(everywhere, HOA, start.draft, version=seen.version, scenario_version=other)
    assert conflict.value.changed_by == "lan"
    assert conflict.value.yours["scenario_version"] == other


def test_administrators_too(store: Store, quick_hashes: None):
    about = provision.campaigns(store, VY)[0]
    provision.change_campaign(store, ROOT, THU, version=about.version, note={"vi": "Một", "en": "One"})
    with pytest.raises(ConflictError) as conflict:
        provision.change_campaign(store, ROOT, THU, version=about.version, note={"vi": "Hai", "en": "Two"})
    assert conflict.value.current.note == {"vi": "Một", "en": "One"}
    assert conflict.value.yours["note"] == {"vi": "Hai", "en": "Two"}
    (agency, *_) = provision.agencies(store, VY, THU)
    provision.change_agency(store, ROOT, THU, agency.code, version=agency.version, name="Một")
    with pytest.raises(ConflictError, match="agency"):
        provision.change_agency(store, ROOT, THU, agency.code, version=agency.version, name="Hai")
    user = accounts.add_user(store, ROOT, "mai", role=Role.STAFF, password=world.PASSWORD)
    accounts.change_role(store, ROOT, "mai", Role.LEADER, version=user.version)
    with pytest.raises(ConflictError) as late:
        accounts.change_role(store, ROOT, "mai", Role.VIEWER, version=user.version)
    assert late.value.yours["role"] == "viewer"
    assert accounts.account(store, "mai").role is Role.LEADER


def test_an_override_that_never_was(store: Store):
    draft = begin(store).draft
    with pytest.raises(RefusedError, match="override_not_there"):
        overrides.save_override(store, LAN, draft, **PLACE, value=0.3, reason="x", version=7)
