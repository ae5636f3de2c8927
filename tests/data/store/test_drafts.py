"""What is in hand and what was chosen: one draft for each person and scenario, and every choice kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.store import Store, StoreError, Work
from tests.data.store import samples
from tests.data.store.samples import CAMPAIGN

START = datetime(2022, 6, 15, 8, tzinfo=UTC)


@pytest.fixture
def ticking(database_url: str) -> Iterator[Store]:
    """A store with two scenarios of one campaign and one of another; each transaction is a second later."""
    seconds = count()
    store = Store.open(database_url, clock=lambda: START + timedelta(seconds=next(seconds)))
    with store.work("lan") as work:
        samples.inputs(work)
        _scenario(work, CAMPAIGN, "khac")
        samples.campaign(work, "other")
        _scenario(work, "other", "base")
        work.figures.add("other", samples.frame(), based_on=None, source="")
    yield store
    store.close()


def _scenario(work: Work, campaign: str, slug: str) -> None:
    work.scenarios.add(campaign, slug, name={"vi": slug, "en": slug}, document=samples.document(), sha256="6")


def keep(store: Store, owner: str, scenario: int, address: str, dropped: int | None = None) -> bool:
    begun = ends(store, owner, scenario) if dropped is None else dropped
    with store.work(owner) as work:
        kept = work.drafts.keep(owner, scenario, based_on=1, figures=None, address=address, dropped=begun)
        assert kept is None or (kept.address, kept.changed_at, kept.dropped) == (address, work.at, begun)
        return kept is not None


def drop(store: Store, owner: str, scenario: int) -> None:
    with store.work(owner) as work:
        work.drafts.drop(owner, scenario)


def ends(store: Store, owner: str, scenario: int) -> int:
    with store.reading() as work:
        return work.drafts.dropped(owner, scenario)


def held(store: Store, owner: str, campaign: str = CAMPAIGN) -> list[tuple[int, str]]:
    with store.reading() as work:
        found = work.drafts.list(owner, campaign)
        assert [work.drafts.find(owner, one.scenario) for one in found] == list(found)
        return [(one.scenario, one.address) for one in found]


def test_the_last_one_stands_for_each_person_and_scenario(ticking: Store) -> None:
    for owner, scenario, address in (("lan", 1, "a=1"), ("lan", 2, "a=2"), ("hoa", 1, "a=3"), ("lan", 1, "đ=4")):
        assert keep(ticking, owner, scenario, address)
    assert keep(ticking, "lan", 3, "a=5")
    assert held(ticking, "lan") == [(1, "đ=4"), (2, "a=2")]
    assert held(ticking, "lan", "other") == [(3, "a=5")]
    assert held(ticking, "hoa") == [(1, "a=3")]
    assert held(ticking, "ai") == []
    with ticking.reading() as work:
        assert work.log.head()[0] == 0


def test_what_was_on_its_way_when_it_was_dropped_does_not_come_back(ticking: Store) -> None:
    assert keep(ticking, "lan", 1, "a=1", 0)
    drop(ticking, "lan", 1)
    assert (held(ticking, "lan"), ends(ticking, "lan", 1)) == ([], 1)
    assert not keep(ticking, "lan", 1, "a=1", 0)
    assert held(ticking, "lan") == []
    assert keep(ticking, "hoa", 1, "a=1", 0)
    assert keep(ticking, "lan", 2, "a=1", 0)
    assert keep(ticking, "lan", 1, "a=3", 1)
    assert not keep(ticking, "lan", 1, "a=1", 0)
    assert held(ticking, "lan") == [(1, "a=3"), (2, "a=1")]


def test_dropping_comes_first_also_where_nothing_was_kept_yet(ticking: Store) -> None:
    drop(ticking, "lan", 1)
    assert not keep(ticking, "lan", 1, "a=1", 0)
    assert keep(ticking, "lan", 1, "a=1", 1)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    deeds=st.lists(
        st.tuples(st.sampled_from(["lan", "hoa"]), st.sampled_from([1, 2]), st.integers(-1, 5), st.integers(0, 2)),
        max_size=15,
    )
)
def test_any_order_of_keeping_and_dropping(ticking: Store, deeds: list[tuple[str, int, int, int]]) -> None:
    """Held against two dictionaries: a state is there if it came last and was begun after the last drop."""
    everyone = [(owner, scenario) for owner in ("lan", "hoa") for scenario in (1, 2)]
    for owner, scenario in everyone:
        drop(ticking, owner, scenario)
    states: dict[tuple[str, int], str] = {}
    counted = {(owner, scenario): ends(ticking, owner, scenario) for owner, scenario in everyone}
    for owner, scenario, state, late in deeds:
        if state < 0:
            drop(ticking, owner, scenario)
            states.pop((owner, scenario), None)
            counted[owner, scenario] += 1
        else:
            assert keep(ticking, owner, scenario, str(state), counted[owner, scenario] - late) is (late == 0)
            if late == 0:
                states[owner, scenario] = str(state)
    for owner in ("lan", "hoa"):
        assert dict(held(ticking, owner)) == {at: text for (of, at), text in states.items() if of == owner}
    assert {(owner, scenario): ends(ticking, owner, scenario) for owner, scenario in everyone} == counted


def test_a_draft_has_an_end_and_a_scenario(ticking: Store) -> None:
    assert keep(ticking, "lan", 1, "đ" * 4000)
    with pytest.raises(StoreError, match="bad_value"):
        keep(ticking, "lan", 1, "đ" * 4001)
    with pytest.raises(StoreError, match="not_found: kind='scenario'"):
        keep(ticking, "lan", 99, "a")
    with pytest.raises(StoreError, match="not_found: kind='scenario'"):
        drop(ticking, "lan", 99)
    assert held(ticking, "lan") == [(1, "đ" * 4000)]


def test_the_last_choice_counts_and_all_stay(ticking: Store) -> None:
    def choose(campaign: str, scenario: int, figures: int, note: str = "") -> None:
        with ticking.work("lan") as work:
            work.choices.add(campaign, scenario_version=scenario, figures_version=figures, note=note)

    with ticking.reading() as work:
        assert work.choices.current(CAMPAIGN) is None
    choose(CAMPAIGN, 1, 1, "dễ làm")
    choose(CAMPAIGN, 2, 1)
    choose("other", 3, 2)
    with ticking.reading() as work:
        found = work.choices.list(CAMPAIGN)
        assert [(one.scenario_version, one.figures_version, one.by, one.note) for one in found] == [
            (1, 1, "lan", "dễ làm"),
            (2, 1, "lan", ""),
        ]
        assert work.choices.current(CAMPAIGN) == found[-1]
        assert found[0].at < found[1].at
    for wrong, code in (
        ((CAMPAIGN, 3, 1), "unknown_reference"),
        ((CAMPAIGN, 1, 2), "unknown_reference"),
        (("nowhere", 1, 1), "not_found"),
        ((CAMPAIGN, 9, 1), "not_found"),
        ((CAMPAIGN, 1, 9), "not_found"),
    ):
        with pytest.raises(StoreError, match=code):
            choose(*wrong)
    with ticking.reading() as work:
        assert len(work.choices.list(CAMPAIGN)) == 2
