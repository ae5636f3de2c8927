"""`kill -9` at any moment: afterwards all of a deed is there or none of it, and the log says just what is there."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dashapp.services import provision
from data.store import Store, verify_backup
from tests.chaos.forks import Fate, Forks, Job, Phase
from tests.chaos.life import ROAD, STEPS, Picture, check_latest, check_whole, first_start, one_campaign, picture
from tests.postgres import Server

SEEDS = range(3)
KILLS = 34
"""Of each seed on each database: 204 in all; a child that was done before its kill came does not count."""
FIRST_STARTS = 5
BACKUPS = 4
RESTORES = 5
TRIES = 4
"""A deed is killed so many times at most before it is left to succeed."""

LANDINGS = (Phase.BEGUN, Phase.TURN, Phase.WRITTEN, Phase.COMMITTING)
SHARES = (3, 2, 4, 3)
"""From which phase on the time to the kill is drawn, and how often."""
FIRST_GUESS = 0.05
LATE = 1.2
"""The time is drawn up to a little after the usual end of the phase."""


@pytest.fixture(scope="module")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    made = Forks(tmp_path_factory.mktemp("forks") / "said.txt")
    yield made
    made.close()


@dataclass
class Killer:
    """Draws moments, learns how long the phases of each step last, and counts where the kills landed."""

    random: random.Random
    last: dict[tuple[str, Phase], float] = field(default_factory=dict)
    landed: Counter[Phase] = field(default_factory=Counter)
    kept: int = 0
    late: int = 0

    def moment(self, step: str) -> tuple[int, float]:
        """A phase, and a time after the child has come into it."""
        phase = self.random.choices(LANDINGS, SHARES)[0]
        usual = self.last.get((step, phase), FIRST_GUESS)
        return int(phase), self.random.uniform(0.0, LATE * usual)

    def learn(self, step: str, fate: Fate) -> None:
        """How long each phase took, from a child that came to its end (phases it skipped took nothing)."""
        end = fate.times[Phase.DONE]
        until = {Phase.BEGUN: end, Phase.TURN: end, Phase.WRITTEN: fate.times[Phase.COMMITTING], Phase.COMMITTING: end}
        for phase, then in until.items():
            if fate.times[phase] and then:
                self.last[step, phase] = then - fate.times[phase]

    @property
    def kills(self) -> int:
        return sum(self.landed.values())

    def told(self) -> str:
        inside = sum(self.landed[one] for one in (Phase.TURN, Phase.WRITTEN, Phase.COMMITTING))
        by_phase = ", ".join(f"{phase.name.lower()} {self.landed[phase]}" for phase in Phase if self.landed[phase])
        return (
            f"{self.kills} kills, {inside} inside a transaction ({by_phase}); "
            f"{self.kept} deeds were whole afterwards, {self.kills - self.kept} not there; {self.late} too late to kill"
        )


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_at_any_moment(
    seed: int, engine_name: str, database_url: str, forks: Forks, record_property: Callable[[str, object], None]
) -> None:
    one_campaign(database_url).close()
    killer = Killer(random.Random(seed))
    growth: dict[str, dict[str, int]] = {}
    tries = 0
    deeds = itertools.cycle(ROAD)
    step = next(deeds)
    with_kills = False  # the first life shows what a whole deed does to the tables
    before = _seen(database_url)
    for number in itertools.count():
        kill_at, after = killer.moment(step) if with_kills and tries < TRIES else (None, 0.0)
        fate = forks.run(Job(database_url, step, {"plus": 1 + number % 5}, kill_at, after))
        now = _seen(database_url)
        done = _judge(step, fate, before, now, growth)
        if fate.killed and done:
            _reproduce(database_url)
        if fate.killed:
            killer.landed[fate.phase] += 1
            killer.kept += done
        else:
            killer.late += kill_at is not None
            killer.learn(step, fate)
        before, tries = now, 0 if done else tries + 1
        if done:
            if step == ROAD[-1]:
                with_kills = True
            step = next(deeds)
        if killer.kills >= KILLS:
            break
    record_property("number", f"kill -9, {engine_name}, seed {seed}: {killer.told()}")
    assert sum(killer.landed[one] for one in (Phase.TURN, Phase.WRITTEN, Phase.COMMITTING)) > KILLS // 3


# --- before anybody has a database, and on all of one ----------------------------------------------------------------


@pytest.fixture
def fresh(engine_name: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[[], str]]:
    """Makes addresses of empty databases."""
    server: Server | None = request.getfixturevalue("postgres") if engine_name == "postgresql" else None
    names = [f"fresh_{number}" for number in range(FIRST_STARTS + RESTORES + 3)]
    unused = iter(names)

    def make() -> str:
        name = next(unused)
        return server.create(name) if server else f"sqlite:///{tmp_path / name / 'chitieu.db'}"

    yield make
    for name in names if server else ():
        server.drop(name)


def test_killed_at_the_first_start(
    engine_name: str, fresh: Callable[[], str], forks: Forks, record_property: Callable[[str, object], None]
) -> None:
    chance = random.Random(11)
    usual = _usual(forks.run(Job(fresh(), "first_start", {})))
    kills = 0
    for _ in range(FIRST_STARTS):
        url = fresh()
        kills += forks.run(Job(url, "first_start", {}, Phase.BEGUN, chance.uniform(0.0, usual))).killed
        store = first_start(url)  # it goes on where that one was
        check_whole(store)
        with store.reading() as work:
            assert len(work.campaigns.list()) == len(work.log.entries())
        assert not _start_again(store)
        store.close()
    record_property("number", f"kill -9 during the first start, {engine_name}: {kills}")


def test_killed_during_backup_and_restore(
    engine_name: str,
    fresh: Callable[[], str],
    forks: Forks,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    chance = random.Random(12)
    url, path = fresh(), tmp_path / "backup.chitieu"
    store = first_start(url)
    old = picture(store)
    usual = _usual(forks.run(Job(url, "backup", {"path": str(path)})))
    kills: Counter[str] = Counter()
    for number in range(BACKUPS):
        other = tmp_path / f"other-{number}"
        fate = forks.run(Job(url, "backup", {"path": str(other)}, Phase.BEGUN, chance.uniform(0.0, usual)))
        kills["backup"] += fate.killed
        assert not other.exists() or verify_backup(other).counts["log"] == old.counts["log"]
        assert other.exists() or fate.killed
    STEPS["start"](store, {})()
    new = picture(store)
    store.close()
    target = fresh()
    usual = _usual(forks.run(Job(target, "restore", {"path": str(path)})))
    for _ in range(RESTORES):
        fate = forks.run(Job(url, "restore", {"path": str(path)}, Phase.BEGUN, chance.uniform(0.0, usual)))
        kills["restore"] += fate.killed
        now = _seen(url)
        assert now in (old, new)
        assert fate.killed or now == old
        if now == old:
            store = Store.open(url)
            STEPS["start"](store, {})()
            new = picture(store)
            store.close()
    record_property("number", f"kill -9 during backup and restore, {engine_name}: {dict(kills)}")


def _usual(fate: Fate) -> float:
    """How long a deed takes that nobody disturbs."""
    assert fate.code == 0, fate.said
    return fate.times[Phase.DONE] - fate.times[Phase.BEGUN]


def _start_again(store: Store) -> tuple[str, ...]:
    """What a second start still puts in: nothing, after one that came to its end."""
    return provision.ensure_campaigns(store)


def _seen(url: str) -> Picture:
    """A database opened again after whatever happened to it: whole, and all of it."""
    store = Store.open(url)
    try:
        check_whole(store)
        return picture(store)
    finally:
        store.close()


def _reproduce(url: str) -> None:
    store = Store.open(url)
    try:
        check_latest(store)
    finally:
        store.close()


def _judge(step: str, fate: Fate, before: Picture, now: Picture, growth: dict[str, dict[str, int]]) -> bool:
    """True if all of a deed is there, False if nothing of it is; anything else fails."""
    if not fate.killed:
        assert fate.code == 0, fate.said
    if now == before:
        assert fate.phase < Phase.DONE, f"{step} was acknowledged and is not there"
        return False
    assert fate.phase >= Phase.COMMITTING, f"{step} killed at {fate.phase.name} left {now.grown(before)}"
    whole = growth.setdefault(step, now.grown(before))
    assert now.grown(before) == whole, f"{step} is there by halves"
    return True
