"""Twenty concurrent writers for a minute, on both databases side by side: nothing is lost, nobody sees a lock error."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dashapp.services import provision
from data.store import Store
from tests.chaos.life import CAMPAIGN, check_latest, check_whole
from tests.chaos.writers import ADMIN, PROCESSES, SCENARIO, prepare
from tests.postgres import Server
from tests.stores import TEMPLATE

SECONDS = 60.0
MORE = 120
"""Seconds that they may take to load and to end."""

ROOT = Path(__file__).parents[2]


@pytest.mark.usefixtures("_template")
def test_twenty_writers_for_a_minute(
    postgres: Server, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    urls = {
        "sqlite": f"sqlite:///{tmp_path / 'store' / 'chitieu.db'}",
        "postgresql": postgres.create("writers", template=TEMPLATE),
    }
    running = {}
    for url in urls.values():
        prepare(url)
    for name, url in urls.items():
        with (tmp_path / f"{name}.txt").open("wb") as said:
            command = [sys.executable, "-m", "tests.chaos.writers", url, str(tmp_path / name), str(SECONDS)]
            running[name] = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=said)
    codes = {name: process.wait(timeout=SECONDS + MORE) for name, process in running.items()}
    for name, url in urls.items():
        assert codes[name] == 0, (tmp_path / f"{name}.txt").read_text()
        parts = [json.loads((tmp_path / f"{name}.{at}").read_text()) for at in range(PROCESSES)]
        assert [error for part in parts for error in part["errors"]] == []
        done, conflicts = (sum((Counter(part[kind]) for part in parts), Counter()) for kind in ("done", "conflicts"))
        _nothing_lost(url, done, [(kind, note) for part in parts for kind, note in part["notes"]])
        longest = max(part["longest"] for part in parts)
        record_property(
            "number",
            f"20 writers for {SECONDS:.0f} s, {name}: {done.total()} writes acknowledged, "
            f"{done.total() / SECONDS:.0f} a second ({', '.join(f'{kind} {n}' for kind, n in done.items())}); "
            f"{conflicts.total()} conflicts settled; the longest took {longest:.1f} s",
        )
        assert all(done[kind] for kind in ("count", "scenario", "override", "import", "states", "session"))
    postgres.drop("writers")


def _nothing_lost(url: str, done: Counter[str], notes: list[tuple[str, str]]) -> None:
    """Every write that was acknowledged is there, and nothing that was not."""
    store = Store.open(url)
    try:
        check_whole(store)
        check_latest(store)
        campaign = next(one for one in provision.campaigns(store, ADMIN) if one.id == CAMPAIGN)
        assert int(campaign.note["vi"]) == done["count"]
        _written(store, notes)
        with store.reading() as work:
            assert len(work.log.entries(action="campaign.change", limit=10**6)) == done["count"] + 1
    finally:
        store.close()


def _written(store: Store, notes: list[tuple[str, str]]) -> None:
    """The words of each kind, as they are kept, are those that were acknowledged."""
    wanted: dict[str, list[str]] = {}
    for kind, note in notes:
        wanted.setdefault(kind, []).append(note)
    with store.reading() as work:
        scenario = work.scenarios.find(CAMPAIGN, SCENARIO)
        assert scenario is not None
        history = work.scenarios.history(scenario.id)
        drafts = work.allocations.list(CAMPAIGN)
        steps = work.allocations.transitions(drafts[1].id)
        found: dict[str, list[Any]] = {
            "scenario": [one.note for one in history[1:]],
            "import": [one.note for one in work.figures.list(CAMPAIGN)[1:]],
            "states": [one.comment for one in steps],
            "override": [
                (one.after or {})["reason"] for one in work.log.entries(subject_prefix="override/", limit=10**6)
            ],
        }
        assert [one.number for one in history] == list(range(1, len(history) + 1))
        active = work.overrides.list(drafts[0].id, active=True)
    for kind, words in found.items():
        assert Counter(words) == Counter(wanted.get(kind, [])), kind
    assert [one.reason for one in active] == [found["override"][-1]]
