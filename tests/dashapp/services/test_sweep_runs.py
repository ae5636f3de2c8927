"""Sweeps that people start: who may, how many, what stands in their files, what a process that dies leaves behind."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dashapp.services import opened as desk
from dashapp.services import saved_scenarios, sweep_files, sweep_offers, sweep_runs, sweep_work
from dashapp.services.database import Store, StoreError
from dashapp.services.refused import RefusedError
from dashapp.services.rights import Actor, Role
from dashapp.services.sweep_files import Place, Status
from dashapp.services.sweep_offers import Chosen
from scenarios import ScenarioErrors
from tests.dashapp.accounts.people import NAMES, open_people
from tests.dashapp.sweeps import ASKED

CAMPAIGN = "hau-giang-2022"
STAFF, LEADER, VIEWER = (Actor(NAMES[one], f"{one}", one) for one in (Role.STAFF, Role.LEADER, Role.VIEWER))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = open_people(tmp_path_factory.mktemp("sweeps"))
    yield made
    made.close()


@pytest.fixture
def place(tmp_path: Path, store: Store) -> Place:
    return Place(tmp_path, store.url.render_as_string(hide_password=False))


@pytest.fixture
def asleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is woken: what waits is calculated when the test says so."""
    monkeypatch.setattr(sweep_runs, "wake", lambda _place: None)


def until(place: Place, id: str, *wanted: Status) -> sweep_files.Run:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        about = sweep_files.find(place, id)
        assert about is not None
        run = sweep_files.run_of(place, about)
        if run.status in wanted:
            return run
        time.sleep(0.05)
    raise AssertionError(run)


@pytest.mark.usefixtures("asleep")
def test_what_is_asked_for_is_calculated_in_its_turn_and_says_what_one_process_says(store: Store, place: Place) -> None:
    first = sweep_runs.start(store, STAFF, place, CAMPAIGN, ASKED)
    second = sweep_runs.start(store, LEADER, place, CAMPAIGN, replace(ASKED, goal=0.52))
    waits = [sweep_runs.run(store, STAFF, place, one.id) for one in (first, second)]
    assert [(one.status, one.before, one.done, one.about.total) for one in waits] == [
        (Status.QUEUED, 0, 0, 6),
        (Status.QUEUED, 1, 0, 6),
    ]
    assert sweep_work.work(place) == 2
    runs = sweep_runs.listed(store, VIEWER, place, CAMPAIGN)
    assert [(one.about.id, one.status, one.done) for one in runs] == [
        (second.id, Status.DONE, 6),
        (first.id, Status.DONE, 6),
    ]
    result = sweep_runs.result(store, VIEWER, place, first.id)
    assert [one.point.number for one in result.outcomes] == list(range(6))
    assert result.verdict is not None
    assert len(result.verdict.policies) == 3
    assert (
        sweep_runs.rows_file(store, VIEWER, place, first.id).decode().splitlines()[0].startswith("sweep,number,policy")
    )
    assert sweep_runs.listed(store, VIEWER, place, "phu-tho-2026") == ()


@pytest.mark.usefixtures("asleep")
def test_one_at_a_time_each_and_only_ones_own(store: Store, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    about = sweep_runs.start(store, STAFF, place, CAMPAIGN, ASKED)

    def refusal(work: object, *asked: object) -> str:
        with pytest.raises(RefusedError) as refused:
            work(store, *asked)  # type: ignore[operator]
        return refused.value.code

    assert refusal(sweep_runs.start, STAFF, place, CAMPAIGN, ASKED) == "sweep_open"
    assert refusal(sweep_runs.throw, STAFF, place, about.id) == "sweep_open"
    for work in (sweep_runs.cancel, sweep_runs.resume, sweep_runs.throw):
        assert refusal(work, LEADER, place, about.id) == "sweep_not_yours"
    monkeypatch.setattr(sweep_runs, "MOST_WAITING", 1)
    assert refusal(sweep_runs.start, LEADER, place, CAMPAIGN, ASKED) == "sweep_queue_full"
    many = replace(ASKED, policies=100, futures=51)
    assert refusal(sweep_runs.start, LEADER, place, CAMPAIGN, many) == "sweep_too_large"
    sweep_runs.cancel(store, STAFF, place, about.id)
    assert sweep_runs.run(store, STAFF, place, about.id).status is Status.CANCELLED
    monkeypatch.setattr(sweep_runs, "MOST_KEPT", 1)
    assert refusal(sweep_runs.start, STAFF, place, CAMPAIGN, ASKED) == "sweep_too_many"
    assert sweep_work.work(place) == 0
    sweep_runs.resume(store, STAFF, place, about.id)
    assert sweep_work.work(place) == 1
    assert sweep_runs.run(store, STAFF, place, about.id).status is Status.DONE
    sweep_runs.throw(store, STAFF, place, about.id)
    assert sweep_runs.listed(store, STAFF, place, CAMPAIGN) == ()
    assert sorted(one.name for one in place.folder.iterdir()) == ["queue.lock", "work.lock"]


@pytest.mark.usefixtures("asleep")
def test_what_makes_no_sense_leaves_nothing(store: Store, place: Place) -> None:
    wrong = replace(ASKED, levers=(Chosen("indicators.online.goals.2022Q4", False, (), 0.5, 1.5),))
    with pytest.raises(ScenarioErrors) as refused:
        sweep_runs.start(store, STAFF, place, CAMPAIGN, wrong)
    assert (refused.value.problems[0].code, refused.value.problems[0].path) == ("lever_refused", "levers[0]")
    assert list(place.folder.iterdir()) == []
    for id in ("", "../../etc", "20261124192725000000-efa7d211"):
        with pytest.raises(StoreError):
            sweep_runs.run(store, STAFF, place, id)


@pytest.mark.usefixtures("asleep")
def test_a_sweep_of_ones_own_scenario_is_seen_by_nobody_else(store: Store, place: Place) -> None:
    base = desk.open_scenario(store, STAFF, CAMPAIGN, "measures")
    mine = saved_scenarios.create(store, STAFF, CAMPAIGN, base.scenario, name={"vi": "Của tôi"})
    about = sweep_runs.start(store, STAFF, place, CAMPAIGN, replace(ASKED, slug=mine.record.slug))
    assert sweep_runs.listed(store, LEADER, place, CAMPAIGN) == ()
    for work in (sweep_runs.run, sweep_runs.result, sweep_runs.rows_file):
        with pytest.raises(StoreError):
            work(store, LEADER, place, about.id)
    assert len(sweep_runs.listed(store, STAFF, place, CAMPAIGN)) == 1


@pytest.mark.usefixtures("asleep")
def test_a_refusal_of_the_engine_is_kept_in_words(store: Store, place: Place) -> None:
    about = sweep_runs.start(store, STAFF, place, CAMPAIGN, ASKED)
    told = json.loads(sweep_files.files(place, about.id).about.read_text("utf-8"))
    sweep_files.files(place, about.id).about.write_text(json.dumps({**told, "figures": 99}), encoding="utf-8")
    assert sweep_work.work(place) == 1
    run = sweep_runs.run(store, STAFF, place, about.id)
    assert run.status is Status.FAILED
    assert run.fault is not None
    assert (run.fault["by"], run.fault["code"]) == ("store", "not_found")


def test_a_process_that_is_killed_leaves_rows_with_which_another_goes_on(
    store: Store, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Started as the service starts it: detached, of lowest priority; killed, gone on with, and cancelled."""
    about = sweep_runs.start(store, STAFF, place, CAMPAIGN, replace(ASKED, policies=20, futures=10))
    own = sweep_files.files(place, about.id)
    until(place, about.id, Status.RUNNING)
    while sweep_files.done_in(own.rows) < 3:
        time.sleep(0.02)
    (worker,) = workers(place)
    assert os.getpriority(os.PRIO_PROCESS, worker) == 19
    os.kill(worker, signal.SIGKILL)
    stopped = until(place, about.id, Status.STOPPED)
    assert stopped.done >= 3
    monkeypatch.setattr(sweep_runs, "wake", lambda _place: None)
    sweep_runs.resume(store, STAFF, place, about.id)

    def cancelled() -> None:
        while sweep_files.done_in(own.rows) <= stopped.done + 12:
            time.sleep(0.01)
        sweep_runs.cancel(store, STAFF, place, about.id)

    somebody = threading.Thread(target=cancelled)
    somebody.start()
    assert sweep_work.work(place) == 1
    somebody.join()
    run = sweep_runs.run(store, STAFF, place, about.id)
    assert run.status is Status.CANCELLED
    assert stopped.done + 12 < run.done < run.about.total
    result = sweep_runs.result(store, STAFF, place, about.id)
    assert [one.point.number for one in result.outcomes] == list(range(run.done))
    assert (result.verdict is None) == (run.done < 10)
    saved = sweep_runs.save(store, LEADER, place, about.id, 1, assumed=True, name={"vi": "Từ lần quét"}, note="")
    goals = saved.scenario.plan.indicator("online").goals
    assert goals["2022Q4"] == result.outcomes[1].point.settings["indicators.online.goals.2022Q4"]
    assert (
        saved.scenario.plan.assumptions.delivery.mean == result.outcomes[1].point.settings["assumptions.delivery.mean"]
    )
    with pytest.raises(StoreError):
        sweep_runs.save(store, LEADER, place, about.id, 5000, assumed=False, name={"vi": "x"}, note="")


def test_what_the_disk_or_the_machine_refuses_is_told(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.touch()
    url = store.url.render_as_string(hide_password=False)
    with pytest.raises(RefusedError, match="sweep_not_written"):
        sweep_runs.start(store, STAFF, Place(file, url), CAMPAIGN, ASKED)
    monkeypatch.setattr(sweep_files.sys, "executable", str(tmp_path / "none"))
    place = Place(tmp_path, url)
    with pytest.raises(RefusedError, match="sweep_not_begun"):
        sweep_runs.start(store, STAFF, place, CAMPAIGN, ASKED)
    (kept,) = sweep_runs.listed(store, STAFF, place, CAMPAIGN)
    assert kept.status is Status.QUEUED


def workers(place: Place) -> list[int]:
    """Processes that calculate the sweeps of a place."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and b"dashapp.sweeper" in (folder / "cmdline").read_bytes():
                environment = (folder / "environ").read_bytes()
                if f"CHITIEU_VAR={place.var.resolve()}".encode() in environment.split(b"\0"):
                    found.append(int(folder.name))
        except OSError:  # it ended meanwhile
            continue
    return found


def test_the_offers_are_what_the_scenario_has(store: Store) -> None:
    own = desk.open_scenario(store, STAFF, CAMPAIGN, "measures")
    offers = {one.key: one for one in sweep_offers.offers(own.scenario, "online")}
    goal = offers["indicators.online.goals.2022Q4"]
    assert (goal.low, goal.high, goal.assumption) == (0.5, 0.58, False)
    effect = offers["measures.online_only.effect"]
    assert (effect.low, effect.high, effect.assumption) == (0.5, 2.0, True)
    asked = sweep_offers.usual(own.scenario, "measures", "online", tuple(offers.values()))
    assert {one.assumption for one in asked.levers} == {False, True}
    ready = sweep_offers.ready(CAMPAIGN)
    assert ready is not None
    assert {one.key for one in ready.levers} <= set(offers)
    assert sweep_offers.ready("phu-tho-2026") is None
