"""Scenarios that people keep, and the campaigns that come with the product."""

from __future__ import annotations

from datetime import date

import pytest

import scenarios
from dashapp.services import (
    catalogue,
    importing,
    operations,
    presets,
    provision,
    reproduction,
    saved_scenarios,
    states,
    stored_runs,
    tables,
)
from dashapp.services.refused import Changed, RefusedError, differences
from dashapp.services.rights import Actor, Role
from data.store import Store
from data.store.records import Agency, SuccessionKind
from tests.dashapp.services import world
from tests.dashapp.services.world import BINH, HOA, LAN, ONLINE, Q4, ROOT, THU, VY


def test_created_changed_copied_each_with_its_history(everywhere: Store):
    own = saved_scenarios.create(
        everywhere, LAN, THU, world.scenario(), name={"vi": "  Phương án  của Đạt "}, note="Đầu"
    )
    assert own.record.name == {"vi": "Phương án của Đạt", "en": "Phương án của Đạt"}
    assert (own.record.slug, own.record.owner, own.record.shared) == ("phuong-an-cua-dat", "lan", False)
    assert own.scenario.id == f"{THU}/phuong-an-cua-dat"
    changed = world.scenario(indicators={ONLINE: {"goals": {Q4: 0.45}}})
    saved_scenarios.change(everywhere, LAN, own.record.id, changed, based_on=1, note="Nâng mục tiêu")
    history = saved_scenarios.history(everywhere, LAN, own.record.id)
    assert [(one.number, one.note, one.by) for one in history] == [(1, "Đầu", "lan"), (2, "Nâng mục tiêu", "lan")]
    first = saved_scenarios.at(everywhere, LAN, own.record.id, 1)
    assert first.scenario.plan == world.scenario().plan
    assert saved_scenarios.at(everywhere, LAN, own.record.id).scenario.plan == changed.plan
    saved_scenarios.share(everywhere, LAN, own.record.id)
    copied = saved_scenarios.copy(everywhere, HOA, own.record.id, name={"en": "Phương án của Đạt"}, number=1)
    assert (copied.record.slug, copied.record.owner) == ("phuong-an-cua-dat-2", "hoa")
    assert copied.record.origin == first.version.id
    assert copied.version.sha256 == first.version.sha256


def test_what_cannot_be_kept(store: Store):
    with pytest.raises(RefusedError, match="name_missing"):
        saved_scenarios.create(store, LAN, THU, world.scenario(), name={"vi": " "})
    with pytest.raises(RefusedError, match="name_too_long"):
        saved_scenarios.create(store, LAN, THU, world.scenario(), name={"vi": "x" * 201})
    own = saved_scenarios.create(store, LAN, THU, world.scenario(), name={"vi": "Một"}, shared=True)
    with pytest.raises(RefusedError, match="nothing_new"):
        saved_scenarios.change(store, LAN, own.record.id, world.scenario(), based_on=1)
    with pytest.raises(RefusedError, match="not_owner"):
        saved_scenarios.share(store, HOA, own.record.id, shared=False)


def test_a_leader_tries_saves_and_shares(store: Store):
    figures_version = world.take_in(store).id
    own = saved_scenarios.create(store, BINH, THU, world.scenario(), name={"vi": "Của lãnh đạo"})
    run = stored_runs.run_stored(store, BINH, figures_version=figures_version, scenario_version=own.version.id)
    assert run.allocation.all_met
    assert run.run.outcome["all_met"] is True
    saved_scenarios.share(store, BINH, own.record.id)
    both = (world.base_version(store), own.version.id)
    comparison = stored_runs.compare_saved(store, VY, figures_version=figures_version, scenario_versions=both)
    assert [column.scenario.id for column in comparison.columns] == [f"{THU}/base", f"{THU}/cua-lanh-dao"]


def test_differences_of_documents():
    before = {"a": 1, "b": {"c": [1, {"d": 2}]}, "e": [1]}
    after = {"a": 1, "b": {"c": [1, {"d": 3}], "n": None}, "e": [1, 2]}
    assert differences(before, after) == (Changed("b.c[1].d", 2, 3), Changed("e", [1], [1, 2]))


def test_agencies_merge(store: Store):
    new = Agency(THU, "AB", "Sở Tư pháp và Y tế", "province")
    provision.succeed(store, ROOT, THU, ["A", "B"], [new], on=date(2022, 7, 1), kind=SuccessionKind.MERGE)
    assert [one.code for one in provision.agencies(store, VY, THU, date(2022, 6, 30))] == ["A", "B", "C", "D"]
    assert [one.code for one in provision.agencies(store, VY, THU, date(2022, 7, 1))] == ["AB", "C", "D"]
    with pytest.raises(RefusedError, match="nobody_succeeds"):
        provision.succeed(store, ROOT, THU, [], [new], on=date(2022, 7, 1), kind=SuccessionKind.MERGE)
    assert operations.read_log(store, LAN, newest_first=True, limit=1)[0].action == "agency.merge"


def test_shipped_campaigns_are_put_in_once(store: Store):
    shipped = tuple(one.id for one in scenarios.campaigns() if not one.on_request)
    assert shipped == ("hau-giang-2022", "phu-tho-2026")
    assert provision.ensure_campaigns(store) == shipped
    assert provision.ensure_campaigns(store) == ()
    assert {one.id for one in provision.campaigns(store, VY)} == {*shipped, THU}
    for id in shipped:
        (version,) = importing.versions(store, VY, id)
        assert version.figures_sha256 == catalogue.figures_with_months(id).sha256
        kept = saved_scenarios.saved(store, VY, id)
        assert [saved_scenarios.at(store, VY, one.id).scenario.sha256 for one in kept] == [
            one.sha256 for one in presets(id)
        ]
        assert all(one.shared for one in kept)
    assert operations.verify_log(store, ROOT)[2] is None


@pytest.mark.parametrize("campaign", [one.id for one in scenarios.campaigns() if not one.on_request])
def test_every_preset_issued_is_reproduced_digit_for_digit(store: Store, campaign: str):
    """The shipped campaigns with all their methods, rules, levels and recounted denominators."""
    provision.ensure_campaigns(store)
    lan, binh = Actor("lan", "Lan", Role.STAFF), Actor("binh", "Bình", Role.LEADER)
    figures_version = importing.versions(store, lan, campaign)[-1].id
    kept = saved_scenarios.saved(store, lan, campaign)
    for number, record in enumerate(kept, 1):
        version = saved_scenarios.at(store, lan, record.id).version
        draft = tables.start_draft(store, lan, campaign, figures_version=figures_version, scenario_version=version.id)
        sent = states.submit(store, lan, draft.id, version=draft.version)
        agreed = states.approve(store, binh, draft.id, version=sent.version)
        states.issue(store, binh, draft.id, version=agreed.version, number=f"{number}/QĐ-UBND", day=date(2026, 7, 1))
        shown = reproduction.show(store, lan, campaign)
        assert shown.record.number == number
        assert shown.deviations == ()
        assert len(shown.rows) > 20
