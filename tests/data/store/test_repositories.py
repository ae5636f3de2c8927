"""What goes in comes out, on both databases; who was too late is told, and nothing is half done."""

from __future__ import annotations

import dataclasses
import math
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from data.reference import figures as shipped
from data.store import Store, StoreError, Work, tables
from data.store.records import Agency, Holder, Indicator, State, SuccessionKind
from engine import Figures, FiguresError, History
from tests.data.store import samples
from tests.data.store.samples import CAMPAIGN


def refused(store: Store, do: Any, actor: str = "lan") -> StoreError:
    """What `do` is refused with."""
    with pytest.raises(StoreError) as error:
        in_work(store, do, actor)
    return error.value


def in_work(store: Store, do: Any, actor: str = "lan") -> Any:
    with store.work(actor) as work:
        return do(work)


def read(store: Store, do: Any) -> Any:
    with store.reading() as work:
        return do(work)


# --- one transaction -------------------------------------------------------------------------------------------------


def test_a_body_that_fails_leaves_nothing(store: Store) -> None:
    def fail(work: Work) -> None:
        samples.draft(work)
        work.log.append("campaign.add", "campaign/hg")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        in_work(store, fail)
    assert read(store, lambda work: (work.campaigns.list(), work.log.head()[0])) == ((), 0)


def test_what_every_answer_asks_needs_no_objects_of_rows(store: Store) -> None:
    """A session of rows costs more than the question."""
    with store.reading() as work:
        assert work.log.head()[0] == 0
        assert work.users.holding("lan", "x", purpose="session") is None
        assert "session" not in vars(work._turn)
        assert work.campaigns.list() == ()
        assert "session" in vars(work._turn)


def test_who_reads_cannot_write(store: Store) -> None:
    with pytest.raises(StoreError, match="read_only"):
        read(store, samples.campaign)
    with pytest.raises(StoreError, match="read_only"):
        read(store, lambda work: work.log.append("x", "y"))


def test_who_reads_sees_one_state(store: Store) -> None:
    with store.reading() as work:
        assert work.campaigns.list() == ()
        in_work(store, samples.campaign)
        assert work.campaigns.list() == ()
    assert len(read(store, lambda work: work.campaigns.list())) == 1


def test_everything_in_one_transaction_has_one_time(store: Store) -> None:
    with store.work("lan") as work:
        made = samples.draft(work)
        assert made.created_at == work.at == work.log.append("a", "b").at
        assert work.at.tzinfo is UTC
    assert read(store, lambda work: work.allocations.get(made.id)).created_at == made.created_at


def test_a_turn_that_does_not_come_is_busy(database_url: str) -> None:
    first, second = Store.open(database_url), Store.open(database_url, busy_seconds=0.3)
    with first.work("lan"), pytest.raises(StoreError, match="busy"), second.work("minh"):
        pytest.fail("two had the turn")
    with second.work("minh") as work:
        work.log.append("now", "it is free")
    first.close()
    second.close()


def test_twenty_writers_lose_nothing_and_meet_no_lock(store: Store) -> None:
    in_work(store, samples.campaign)

    def count(writer: int) -> None:
        for _ in range(10):
            with store.work(f"w{writer}") as work:
                about = work.campaigns.get(CAMPAIGN)
                count = about.settings.get("count", 0) + 1
                work.campaigns.change(CAMPAIGN, about.version, settings={"count": count})
                work.log.append("count", CAMPAIGN, None, {"count": count})

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(count, range(20)))
    with store.reading() as work:
        about = work.campaigns.get(CAMPAIGN)
        assert (about.settings["count"], about.version, work.log.head()[0]) == (200, 201, 200)
        assert work.log.verify() is None


def test_the_second_of_two_is_told_by_whom(store: Store) -> None:
    """Both saw version 1; whoever comes second gets the record as the first left it."""
    in_work(store, samples.campaign)
    ready, outcome = threading.Barrier(2), []

    def change(actor: str) -> None:
        seen = read(store, lambda work: work.campaigns.get(CAMPAIGN))
        ready.wait()
        try:
            in_work(store, lambda work: work.campaigns.change(CAMPAIGN, seen.version, base_scenario=actor), actor)
        except StoreError as error:
            outcome.append(error)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(change, ["lan", "minh"]))
    (told,) = outcome
    now = read(store, lambda work: work.campaigns.get(CAMPAIGN))
    assert told.code == "stale"
    assert told.details == {
        "kind": "campaign",
        "id": CAMPAIGN,
        "expected": 1,
        "found": 2,
        "changed_by": now.base_scenario,
        "changed_at": now.changed_at,
        "now": now,
    }


# --- campaigns, agencies, indicators ---------------------------------------------------------------------------------


def test_a_campaign_comes_back_as_it_went_in(store: Store) -> None:
    made = in_work(store, samples.campaign)
    assert read(store, lambda work: work.campaigns.get(CAMPAIGN)) == made
    assert made.settings["deadline"] == date(2022, 6, 24)
    assert made.name == {"vi": "Hậu Giang 2022", "en": "Hau Giang 2022"}
    assert (made.version, made.changed_by) == (1, "lan")
    assert refused(store, samples.campaign).code == "duplicate"
    assert refused(store, lambda work: work.campaigns.get("no")).details == {"kind": "campaign", "id": "no"}


def test_agencies_merge_and_split(store: Store) -> None:
    day = date(2025, 7, 1)

    def fill(work: Work) -> None:
        samples.campaign(work)
        work.agencies.add(
            CAMPAIGN,
            [
                Agency("", "31471", "xã Thuận Hưng", "commune", parent="936"),
                Agency("", "936", "huyện Long Mỹ", "district"),
                Agency("", "31472", "xã Xà Phiên", "commune", parent="936"),
            ],
        )
        merged = Agency("", "31473", "xã Xà Phiên mới", "commune")
        work.agencies.succeed(CAMPAIGN, ["31471", "31472"], [merged], day, SuccessionKind.MERGE)

    in_work(store, fill)
    with store.reading() as work:
        assert [one.code for one in work.agencies.on(CAMPAIGN, day - timedelta(days=1))] == ["31471", "31472", "936"]
        assert [one.code for one in work.agencies.on(CAMPAIGN, day)] == ["31473", "936"]
        assert [(one.predecessor, one.successor, one.kind) for one in work.agencies.successions(CAMPAIGN)] == [
            ("31471", "31473", SuccessionKind.MERGE),
            ("31472", "31473", SuccessionKind.MERGE),
        ]
        assert work.agencies.get(CAMPAIGN, "31471").valid_to == day
    unknown = refused(store, lambda work: work.agencies.add(CAMPAIGN, [Agency("", "x", "x", "commune", parent="?")]))
    assert (unknown.code, unknown.details["parent"]) == ("unknown_reference", "?")
    twice = refused(store, lambda work: work.agencies.add(CAMPAIGN, [Agency("", "936", "x", "district")]))
    assert (twice.code, twice.details["id"]) == ("duplicate", "936")
    never = refused(store, lambda work: work.agencies.change(CAMPAIGN, "936", 1, valid_from=day, valid_to=day))
    assert never.code == "bad_value"


def test_an_agency_that_takes_in_its_neighbour_goes_on(store: Store) -> None:
    def fill(work: Work) -> None:
        samples.campaign(work)
        work.agencies.add(CAMPAIGN, [Agency("", "a", "A", "commune"), Agency("", "b", "B", "commune")])
        goes_on = work.agencies.get(CAMPAIGN, "a")
        work.agencies.succeed(CAMPAIGN, ["a", "b"], [goes_on], date(2025, 7, 1), SuccessionKind.MERGE)

    in_work(store, fill)
    with store.reading() as work:
        assert [one.code for one in work.agencies.on(CAMPAIGN, date(2026, 1, 1))] == ["a"]
        assert [(one.predecessor, one.successor) for one in work.agencies.successions(CAMPAIGN)] == [("b", "a")]


def test_indicators_keep_their_order(store: Store) -> None:
    texts = {"vi": "x", "en": "y"}
    told = [
        Indicator("", id, "flow", texts, texts, texts, texts, "766/QĐ-TTg", {"denominator": "arising"}, position)
        for position, id in enumerate(["online", "active"])
    ]

    def fill(work: Work) -> None:
        samples.campaign(work)
        assert work.indicators.add(CAMPAIGN, told) == 2
        work.indicators.change(CAMPAIGN, "active", 1, legal_basis="27/QĐ-UBQGCĐS")

    in_work(store, fill)
    online, active = read(store, lambda work: work.indicators.list(CAMPAIGN))
    assert (online.id, active.id, active.version) == ("online", "active", 2)
    assert online.settings == {"denominator": "arising"}
    assert refused(store, lambda work: work.indicators.change(CAMPAIGN, "active", 1, kind="stock")).code == "stale"


# --- figures ---------------------------------------------------------------------------------------------------------


def bits(frame: pd.DataFrame) -> list[Any]:
    return [
        [math.copysign(1, v) * abs(v) if v == v else "nan" for v in frame[c]]
        if frame[c].dtype == float
        else [*frame[c]]
        for c in frame.columns
    ] + [[v.hex() for v in frame[c]] for c in frame.columns if frame[c].dtype == float]


def test_figures_come_back_bit_by_bit(store: Store) -> None:
    with store.work("lan") as work:
        samples.campaign(work)
        version = work.figures.add(
            CAMPAIGN,
            samples.frame(),
            based_on=None,
            source="Công văn 12",
            reporter="Sở TTTT",
            filename="số liệu.xlsx",
            file_sha256="ab",
            note="lần 1",
        )
    expected = Figures.from_frame(samples.frame())
    frame = read(store, lambda work: work.figures.frame(version.id))
    pd.testing.assert_frame_equal(frame, expected.frame)
    assert bits(frame) == bits(expected.frame)
    assert Figures.from_frame(frame).sha256 == expected.sha256 == version.figures_sha256
    assert read(store, lambda work: work.figures.get(version.id)) == version
    assert (version.number, version.previous, version.rows, version.created_by) == (1, None, 3, "lan")


@pytest.mark.parametrize("campaign", ["hau-giang-2022", "phu-tho-2026"])
def test_shipped_figures_come_back_bit_by_bit(store: Store, campaign: str) -> None:
    figures = shipped(campaign)
    with store.work("lan") as work:
        samples.campaign(work)
        work.figures.add(CAMPAIGN, figures.frame, based_on=None, source="x")
    pd.testing.assert_frame_equal(read(store, lambda work: work.figures.frame(1)), figures.frame)


def test_figures_rest_on_their_months_and_versions_share_them(store: Store) -> None:
    with store.work("lan") as work:
        samples.campaign(work)
        plain = work.figures.add(CAMPAIGN, samples.frame(), based_on=None, source="x")
        first = samples.with_months(work)
        second = samples.with_months(work)
    expected = Figures.from_frame(samples.frame()).with_history(samples.months())
    assert first.figures_sha256 == second.figures_sha256 == expected.sha256 != plain.figures_sha256
    with store.reading() as work:
        assert work.figures.read(plain.id).history is None
        found = work.figures.read(second.id).history
        assert found is not None
        pd.testing.assert_frame_equal(found.frame, samples.months().frame)
        kept = (tables.History, tables.HistoryRow)
        assert [work._turn.connection.scalar(select(func.count()).select_from(one)) for one in kept] == [1, 4]


def test_months_of_an_agency_that_the_figures_lack_are_refused_whole(store: Store) -> None:
    in_work(store, samples.campaign)
    odd = samples.months().frame.assign(agency="SX")
    odd["end"] = [date(2022, month, 28) for month in range(1, 5)]
    with pytest.raises(FiguresError, match="history_agency"), store.work("lan") as work:
        work.figures.add(CAMPAIGN, samples.frame(), based_on=None, source="x", history=History.from_frame(odd))
    assert read(store, lambda work: work.figures.list(CAMPAIGN)) == ()


counts = st.floats(0, allow_infinity=False, width=64) | st.just(float("nan"))


@given(st.lists(st.tuples(counts, counts, st.text(st.characters(codec="utf-8", exclude_characters="\0"))), min_size=1))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_figures_come_back_bit_by_bit(store: Store, told: list[tuple[float, float, str]]) -> None:
    frame = samples.frame().iloc[[0] * len(told)].reset_index(drop=True)
    frame["agency"] = [f"a{at}" for at in range(len(told))]
    frame["numerator"] = [np.nan if math.isnan(n) or math.isnan(d) else min(n, d) for n, d, _ in told]
    frame["denominator"] = [d for _, d, _ in told]
    frame["note"] = [note for _, _, note in told]
    figures = Figures.from_frame(frame)
    with store.work("lan") as work:
        if work.campaigns.find(CAMPAIGN) is None:
            samples.campaign(work)
        latest = work.figures.latest(CAMPAIGN)
        version = work.figures.add(CAMPAIGN, frame, based_on=latest.id if latest else None, source="x")
    assert bits(read(store, lambda work: work.figures.frame(version.id))) == bits(figures.frame)


def test_a_second_import_on_the_same_base_is_told(store: Store) -> None:
    def add(work: Work, based_on: int | None, online: float) -> Any:
        return work.figures.add(CAMPAIGN, samples.frame(online), based_on=based_on, source="x")

    in_work(store, samples.campaign)
    first = in_work(store, lambda work: add(work, None, 1))
    second = in_work(store, lambda work: add(work, first.id, 2), "minh")
    told = refused(store, lambda work: add(work, first.id, 3))
    assert (told.code, told.details["changed_by"], told.details["now"]) == ("stale", "minh", second)
    assert refused(store, lambda work: add(work, None, 3)).code == "stale"
    assert (second.number, second.previous) == (2, first.id)
    assert read(store, lambda work: work.figures.list(CAMPAIGN)) == (first, second)
    assert read(store, lambda work: work.figures.latest(CAMPAIGN)) == second
    assert read(store, lambda work: work.figures.frame(first.id))["numerator"][1] == 1


# --- scenarios and runs ----------------------------------------------------------------------------------------------


def test_a_scenario_keeps_its_history(store: Store) -> None:
    def make(work: Work) -> Any:
        samples.campaign(work)
        document = MappingProxyType({**samples.document(), "rules": ({"kind": "floor", "value": 0.3},)})
        return work.scenarios.add(CAMPAIGN, "thử", name={"vi": "Thử", "en": "Try"}, document=document, sha256="1")

    made = in_work(store, make)
    change = {"document": samples.document(0.6), "sha256": "2", "note": "cao hơn"}
    changed = in_work(store, lambda work: work.scenarios.change(made.id, 1, **change), "minh")
    assert (changed.head, changed.version, changed.owner, changed.changed_by) == (2, 2, "lan", "minh")
    late = refused(store, lambda work: work.scenarios.change(made.id, 1, **change))
    assert (late.code, late.details["now"]) == ("stale", changed)
    shared = in_work(store, lambda work: work.scenarios.set(made.id, 2, shared=True))
    assert (shared.shared, shared.head, shared.version) == (True, 2, 3)
    with store.reading() as work:
        first, second = work.scenarios.history(made.id)
        assert first.document == {**samples.document(), "rules": [{"kind": "floor", "value": 0.3}]}
        assert [*first.document] == [*samples.document(), "rules"]  # in the order written
        assert work.scenarios.head(made.id) == second == work.scenarios.at(second.id)
        assert work.scenarios.numbered(made.id, 1) == first
        assert work.scenarios.find(CAMPAIGN, "thử") == shared
        assert work.scenarios.list(CAMPAIGN) == (shared,)


def test_a_run_names_all_that_decided_it(store: Store) -> None:
    made = in_work(store, samples.draft)
    run = read(store, lambda work: work.runs.get(made.run))
    assert run.overrides == ({"agency": "STP", "value": 0.6},)
    assert read(store, lambda work: work.runs.list(CAMPAIGN)) == (run,)
    arguments = {"figures_sha256": "", "scenario_sha256": "", "targets_sha256": "", "engine_version": "1"}
    gone = refused(
        store,
        lambda work: work.runs.add(CAMPAIGN, figures_version=1, scenario_version=99, overrides=[], **arguments),
    )
    assert gone.details == {"kind": "scenario_version", "id": 99}


# --- allocations -----------------------------------------------------------------------------------------------------


def test_rows_come_back_digit_by_digit(store: Store) -> None:
    rows = [
        samples.row(0, "STP", 0.1 + 0.2, to_do=-0.0, lower=5e-324, upper=1 / 3, weight=math.inf, numerator=2.0**53),
        samples.row(1, "936", None, status="exempt", reason="no_denominator", parent="STP", off_grid=True),
    ]

    def put(work: Work) -> Any:
        made = samples.draft(work)
        assert work.allocations.put_rows(made.id, rows) == 2
        return made

    made = in_work(store, put)
    found = read(store, lambda work: work.allocations.rows(made.id))
    assert found == tuple(rows)
    assert math.copysign(1, found[0].to_do) == -1
    assert repr(found) == repr(tuple(rows))


def test_the_way_to_a_decision(store: Store) -> None:
    made = samples.approved(store)
    assert (made.state, made.submitted_by, made.approved_by, made.number) == (State.APPROVED, "lan", "minh", 1)
    issued = in_work(
        store, lambda work: work.allocations.move(made.id, made.version, State.ISSUED, **samples.DECISION), "minh"
    )
    assert (issued.state, issued.decision_number) == (State.ISSUED, "1045/QĐ-UBND")
    with store.reading() as work:
        steps = work.allocations.transitions(made.id)
        assert [(one.from_state, one.to_state, one.by, one.comment) for one in steps] == [
            (State.DRAFT, State.SUBMITTED, "lan", "trình"),
            (State.SUBMITTED, State.APPROVED, "minh", ""),
            (State.APPROVED, State.ISSUED, "minh", ""),
        ]
        assert work.allocations.latest_issued(CAMPAIGN) == issued == work.allocations.numbered(CAMPAIGN, 1)
        assert work.allocations.list(CAMPAIGN, State.DRAFT) == ()


def test_back_to_draft_clears_who_submitted_and_approved(store: Store) -> None:
    made = samples.approved(store)
    back = in_work(store, lambda work: work.allocations.move(made.id, made.version, State.DRAFT, comment="sửa"))
    assert (back.state, back.submitted_by, back.submitted_at, back.approved_by) == (State.DRAFT, None, None, None)


@pytest.mark.parametrize("to_state", [State.DRAFT, State.APPROVED, State.ISSUED])
def test_steps_that_do_not_exist(store: Store, to_state: State) -> None:
    made = in_work(store, samples.draft)
    told = refused(store, lambda work: work.allocations.move(made.id, made.version, to_state, **samples.DECISION))
    assert (told.code, told.details["from_state"]) == ("bad_transition", State.DRAFT)
    assert read(store, lambda work: work.allocations.transitions(made.id)) == ()


def test_issuing_needs_number_date_and_run(store: Store) -> None:
    made = samples.approved(store)
    told = refused(store, lambda work: work.allocations.move(made.id, made.version, State.ISSUED, decision_number=""))
    assert (told.code, told.details["missing"]) == ("bad_transition", ("decision_number", "decision_date"))


def test_four_eyes(store: Store) -> None:
    def submit(work: Work) -> Any:
        made = samples.draft(work)
        return work.allocations.move(made.id, made.version, State.SUBMITTED)

    made = in_work(store, submit)
    assert refused(store, lambda work: work.allocations.move(made.id, made.version, State.APPROVED)).code == "bad_value"


def test_what_was_submitted_is_not_changed(store: Store) -> None:
    made = samples.approved(store)
    for change in (
        lambda work: work.allocations.change(made.id, made.version, run=None),
        lambda work: work.allocations.put_rows(made.id, []),
    ):
        assert refused(store, change).code == "bad_transition"


def test_what_was_issued_is_frozen(store: Store) -> None:
    made = samples.issued(store)
    override = read(store, lambda work: work.overrides.list(made.id)[0])
    for change in (
        lambda work: work.allocations.change(made.id, made.version, run=None),
        lambda work: work.allocations.move(made.id, made.version, State.DRAFT),
        lambda work: work.allocations.put_rows(made.id, []),
        lambda work: work.overrides.withdraw(override.id, override.version, "x"),
        lambda work: work.overrides.change(override.id, override.version, value=0.1),
        lambda work: samples.override(work, made.id, agency="936"),
    ):
        assert refused(store, change).code == "frozen"
    assert read(store, lambda work: work.overrides.list(made.id)) == (override,)


# --- overrides -------------------------------------------------------------------------------------------------------


def test_the_ledger_of_overrides(store: Store) -> None:
    made = in_work(store, samples.draft)
    first = in_work(store, lambda work: samples.override(work, made.id))
    twice = refused(store, lambda work: samples.override(work, made.id), "minh")
    assert (twice.code, twice.details["now"]) == ("duplicate", first)
    changed = in_work(store, lambda work: work.overrides.change(first.id, 1, value=0.7, reason="họp lại"), "minh")
    assert (changed.value, changed.by, changed.changed_by, changed.version) == (0.7, "lan", "minh", 2)
    late = refused(store, lambda work: work.overrides.change(first.id, 1, value=0.8))
    assert (late.code, late.details["now"], late.details["changed_by"]) == ("stale", changed, "minh")
    gone = in_work(store, lambda work: work.overrides.withdraw(first.id, 2, "không cần nữa"))
    assert (gone.withdrawn_by, gone.withdrawn_reason, gone.active) == ("lan", "không cần nữa", False)
    assert refused(store, lambda work: work.overrides.change(first.id, 3, value=0.8)).code == "frozen"
    again = in_work(store, lambda work: samples.override(work, made.id))
    with store.reading() as work:
        assert work.overrides.list(made.id) == (gone, again)
        assert work.overrides.list(made.id, active=True) == (again,)
        assert work.overrides.list(made.id, active=False) == (gone,)
        assert again.ground == {"numerator": 120.0, "exact": 0.4939}


def test_a_correction_takes_the_overrides_along(store: Store) -> None:
    old = samples.issued(store)

    def correct(work: Work) -> Any:
        new = work.allocations.add(CAMPAIGN, figures_version=1, scenario_version=1, corrects=old.id)
        return new, work.overrides.copy(old.id, new.id)

    new, copied = in_work(store, correct, "hoa")
    (kept,) = read(store, lambda work: work.overrides.list(old.id))
    assert (new.corrects, new.number, new.state) == (old.id, 2, State.DRAFT)
    expected = dataclasses.replace(
        kept, id=copied[0].id, allocation=new.id, changed_by="hoa", changed_at=copied[0].changed_at
    )
    assert copied == (expected,)


# --- people ----------------------------------------------------------------------------------------------------------


def test_users(store: Store) -> None:
    def add(work: Work, name: str) -> Any:
        return work.users.add(name, display_name="Lan", password_hash="$argon2id$x", role="staff")  # noqa: S106

    lan = in_work(store, lambda work: add(work, "lan"))
    assert "argon2" not in repr(lan)
    for name in ("LAN", " lan ", "ｌａｎ"):
        assert refused(store, lambda work, name=name: add(work, name)).code == "duplicate"
        assert read(store, lambda work, name=name: work.users.find(name)) == lan
    changed = in_work(store, lambda work: work.users.change(lan.id, 1, role="leader", end_sessions=True), "admin")
    assert (changed.role, changed.session_epoch, changed.version) == ("leader", 2, 2)
    assert refused(store, lambda work: work.users.change(lan.id, 1, active=False)).code == "stale"
    assert refused(store, lambda work: work.users.change(lan.id, 2, role="king")).code == "bad_value"
    with pytest.raises(TypeError):
        in_work(store, lambda work: work.users.change(lan.id, 2, name="x"))
    with store.reading() as work:
        assert (work.users.count(), work.users.count("staff"), work.users.count("leader")) == (1, 0, 1)
        assert work.users.list() == (changed,)


def test_login_attempts_count_since_the_last_success(database_url: str) -> None:
    now = [datetime(2026, 11, 24, 8, 0, tzinfo=UTC)]
    store = Store.open(database_url, clock=lambda: now[0])

    def attempt(name: str, address: str, succeeded: bool) -> None:
        now[0] += timedelta(seconds=1)
        in_work(store, lambda work: work.logins.add(name, address, succeeded))

    start = now[0]
    for name, address, succeeded in (
        ("lan", "1", False), ("lan", "1", False), ("LAN", "2", True), ("Lan", "2", False), ("minh", "1", False),
    ):  # fmt: skip
        attempt(name, address, succeeded)
    with store.reading() as work:
        assert work.logins.failures(since=start, name="lan") == 1
        assert work.logins.failures(since=start, address="1") == 3
        assert work.logins.failures(since=now[0], address="1") == 1
        assert work.logins.failures(since=start, name="lan", address="1") == 0
    assert in_work(store, lambda work: work.logins.forget(now[0])) == 4
    store.close()


def test_a_token_is_used_once(database_url: str) -> None:
    now = [datetime(2026, 11, 24, 8, 0, tzinfo=UTC)]
    store = Store.open(database_url, clock=lambda: now[0])
    hour = timedelta(hours=1)
    in_work(store, lambda work: work.tokens.add("h", purpose="setup", expires=work.at + hour))
    assert read(store, lambda work: work.tokens.find("h", purpose="session")) is None
    assert read(store, lambda work: work.tokens.find("h", purpose="setup")).used_at is None
    assert in_work(store, lambda work: work.tokens.use("h", purpose="setup")).used_at == now[0]
    assert refused(store, lambda work: work.tokens.use("h", purpose="setup")).code == "not_found"
    in_work(store, lambda work: work.tokens.add("late", purpose="setup", expires=work.at + hour))
    in_work(store, lambda work: work.tokens.add("all", purpose="session", expires=work.at + hour))
    assert in_work(store, lambda work: work.tokens.use_all("session")) == 1
    now[0] += hour
    assert read(store, lambda work: work.tokens.find("late", purpose="setup")) is None
    assert in_work(store, lambda work: work.tokens.forget(now[0] + hour)) == 3
    store.close()


def test_whoever_holds_a_secret_is_found_until_it_is_over(database_url: str) -> None:
    now = [datetime(2026, 11, 24, 8, 0, tzinfo=UTC)]
    store = Store.open(database_url, clock=lambda: now[0])
    hour = timedelta(hours=1)
    in_work(store, lambda work: work.users.add("Lan", display_name="Lan", password_hash="x", role="staff"))  # noqa: S106
    lan = Holder("Lan", "Lan", "staff", active=True, session_epoch=1, version=1)
    for secret in ("one", "two"):
        in_work(store, lambda work, secret=secret: work.tokens.add(secret, purpose="session", expires=work.at + hour))

    def holder(name: str, secret: str, purpose: str = "session") -> Holder | None:
        return read(store, lambda work: work.users.holding(name, secret, purpose=purpose))

    assert holder("lan", "one") == holder("ＬＡＮ", "two") == lan
    assert holder("lan", "one", "setup") is None
    assert holder("lan", "three") is None
    assert holder("hoa", "one") is None
    in_work(store, lambda work: work.tokens.use("one", purpose="session"))
    assert holder("lan", "one") is None
    assert holder("lan", "two") == lan
    now[0] += hour
    assert holder("lan", "two") is None
    store.close()


# --- what neither database may hold ----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_text_that_one_of_them_cannot_hold_is_refused_by_both(store: Store, text: str) -> None:
    assert refused(store, lambda work: work.log.append("x", text)).code == "bad_value"
    assert refused(store, lambda work: samples.campaign(work, text)).code == "bad_value"


@pytest.mark.parametrize("value", [float("nan"), object(), datetime])
def test_documents_hold_only_what_comes_back(store: Store, value: object) -> None:
    assert refused(store, lambda work: work.log.append("x", "y", None, {"v": value})).code == "bad_value"


def test_times_without_zone_are_refused(store: Store) -> None:
    naive = datetime(2026, 1, 1)
    assert refused(store, lambda work: work.tokens.add("h", purpose="x", expires=naive)).code == "bad_value"
