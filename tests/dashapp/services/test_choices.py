"""The scenario to be finalised: chosen by whom, seen by all, each choice kept."""

from __future__ import annotations

from datetime import date

import pytest

from dashapp.services import choices, operations, saved_scenarios
from dashapp.services.choices import Chosen
from dashapp.services.refused import ForbiddenError, RefusedError
from data.store import Store, StoreError
from tests.dashapp.services import world
from tests.dashapp.services.world import BINH, HOA, LAN, ROOT, THU, VY


def deeds(store: Store) -> list[tuple[str, str, str]]:
    found = operations.read_log(store, LAN)
    return [(one.user, one.action, one.subject) for one in found if one.action.startswith("scenario.")]


def test_the_last_choice_counts_and_everybody_sees_it(everywhere: Store):
    figures, base = world.take_in(everywhere).id, world.base_version(everywhere)
    other = world.keep(everywhere, world.scenario(cascade=False))
    assert choices.current(everywhere, VY, THU) is None
    assert choices.history(everywhere, VY, THU) == ()
    choices.choose(everywhere, LAN, THU, base, figures, " dễ làm ")
    made = choices.choose(everywhere, BINH, THU, other, figures)
    assert (made.choice.by, made.choice.note, made.shared_now) == ("binh", "", False)
    assert (made.record.slug, made.version.id, made.figures.id) == ("khac", other, figures)
    for who in (VY, LAN, ROOT):
        assert choices.current(everywhere, who, THU) == made
    first, second = choices.history(everywhere, VY, THU)
    assert (first.choice.by, first.choice.note, first.record.slug) == ("lan", "dễ làm", "base")
    assert second == made
    entry = operations.read_log(everywhere, LAN, action="scenario.choose", newest_first=True)[0]
    assert (entry.user, entry.subject) == ("binh", f"campaign/{THU}")
    assert entry.before is not None
    assert entry.after is not None
    assert (entry.before["scenario"], entry.before["note"]) == ("base", "dễ làm")
    assert (entry.after["scenario"], entry.after["number"], entry.after["figures"]) == ("khac", 1, 1)
    assert entry.after["scenario_sha256"] == made.version.sha256
    assert operations.verify_log(everywhere, ROOT)[2] is None


def test_what_was_chosen_stays_what_it_said(store: Store):
    figures, base = world.take_in(store).id, world.base_version(store)
    choices.choose(store, LAN, THU, base, figures)
    (record,) = saved_scenarios.saved(store, LAN, THU)
    saved_scenarios.change(store, HOA, record.id, world.scenario(cascade=False), based_on=1)
    found = choices.current(store, LAN, THU)
    assert isinstance(found, Chosen)
    assert (found.version.number, found.record.head) == (1, 2)


def test_ones_own_is_shared_by_choosing_it(everywhere: Store):
    figures = world.take_in(everywhere).id
    own = saved_scenarios.create(everywhere, BINH, THU, world.scenario(), name={"vi": "Riêng"})
    before = len(deeds(everywhere))
    made = choices.choose(everywhere, BINH, THU, own.version.id, figures)
    assert made.shared_now
    assert made.record.shared
    assert own.record.id in [one.id for one in saved_scenarios.saved(everywhere, VY, THU)]
    assert deeds(everywhere)[before:] == [
        ("binh", "scenario.share", f"scenario/{own.record.id}"),
        ("binh", "scenario.choose", f"campaign/{THU}"),
    ]
    current = choices.current(everywhere, VY, THU)
    assert current is not None
    assert (current.choice, current.shared_now) == (made.choice, False)
    with pytest.raises(RefusedError, match="scenario_chosen"):
        saved_scenarios.share(everywhere, BINH, own.record.id, shared=False)
    assert saved_scenarios.at(everywhere, VY, own.record.id).record.shared


def test_the_same_is_not_chosen_twice_by_the_same(store: Store):
    figures, base = world.take_in(store).id, world.base_version(store)
    first = choices.choose(store, LAN, THU, base, figures, "vì")
    assert choices.choose(store, LAN, THU, base, figures, "vì") == first
    choices.choose(store, LAN, THU, base, figures, "vì khác")
    choices.choose(store, BINH, THU, base, figures, "vì khác")
    assert [one.choice.by for one in choices.history(store, LAN, THU)] == ["lan", "lan", "binh"]


def test_what_cannot_be_chosen(store: Store):
    figures, base = world.take_in(store).id, world.base_version(store)
    private = saved_scenarios.create(store, HOA, THU, world.scenario(), name={"vi": "Riêng"})
    with store.work("system") as work:
        work.campaigns.add(
            "khac", name={"vi": "K", "en": "K"}, as_of=date(2022, 6, 15), illustrative=False, source={},
            base_scenario="khac/base",
        )  # fmt: skip
        frame = work.figures.frame(figures)
        foreign = work.figures.add("khac", frame, based_on=None, source="").id
        document = work.scenarios.at(base).document
        name = {"vi": "K", "en": "K"}
        work.scenarios.add("khac", "base", name=name, document=document, sha256="5", shared=True)
    before = (operations.verify_log(store, ROOT), saved_scenarios.saved(store, HOA, THU))
    for refused, code in (
        (lambda: choices.choose(store, LAN, THU, private.version.id, figures), "not_found"),
        (lambda: choices.choose(store, LAN, THU, 99, figures), "not_found"),
        (lambda: choices.choose(store, LAN, THU, base, 99), "not_found"),
        (lambda: choices.choose(store, LAN, THU, base, foreign), "other_campaign"),
        (lambda: choices.choose(store, LAN, "khac", base, foreign), "other_campaign"),
        (lambda: choices.choose(store, HOA, THU, private.version.id, foreign), "other_campaign"),
        (lambda: choices.choose(store, LAN, THU, base, figures, "x" * 2001), "comment_too_long"),
        (lambda: choices.choose(store, VY, THU, base, figures), "forbidden"),
        (lambda: choices.choose(store, ROOT, THU, base, figures), "forbidden"),
    ):
        with pytest.raises((RefusedError, StoreError, ForbiddenError), match=code):
            refused()
    assert (operations.verify_log(store, ROOT), saved_scenarios.saved(store, HOA, THU)) == before
    assert choices.history(store, LAN, THU) == ()
    assert not saved_scenarios.at(store, HOA, private.record.id).record.shared


def test_a_history_says_what_each_version_changed(store: Store):
    (record,) = saved_scenarios.saved(store, LAN, THU)
    higher = world.scenario(indicators={world.ONLINE: {"goals": {world.Q4: 0.45}}})
    saved_scenarios.change(store, LAN, record.id, higher, based_on=1, note="Nâng")
    saved_scenarios.change(store, HOA, record.id, higher, based_on=2, name={"vi": "Mới"})
    first, second, third = saved_scenarios.changes(store, VY, record.id)
    assert (first.version.number, first.changes) == (1, ())
    assert (second.version.by, second.version.note) == ("lan", "Nâng")
    assert [(one.path, one.after) for one in second.changes] == [("indicators.online.goals.2022Q4", 0.45)]
    assert {one.path for one in third.changes} == {"name.vi", "name.en"}
    own = saved_scenarios.create(store, HOA, THU, world.scenario(), name={"vi": "Riêng"})
    with pytest.raises(StoreError, match="not_found"):
        saved_scenarios.changes(store, VY, own.record.id)
