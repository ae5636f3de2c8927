"""Twenty people writing at once: four processes with five threads each, every one in a loop of his own.

Run as a module with the address of a database, a file and a number of seconds it writes into the file what each
process saw: how many deeds of each kind were acknowledged, how often somebody was faster, everything unexpected, and
the longest time that anybody waited.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import scenarios
from dashapp.services import importing, overrides, provision, saved_scenarios, sessions, states, tables
from dashapp.services.refused import ConflictError
from dashapp.services.rights import Actor, Role
from data.store import Store
from data.store.records import State
from tests.chaos.life import BINH, CAMPAIGN, INDICATOR, LAN, PERIOD, figures_file, first_start

PROCESSES = 4
ADMIN = Actor("an", "An", Role.ADMIN)
SCENARIO = "chung"
COUNTED = "đếm"
GOALS = tuple(f"{50 + at / 10:.1f}%" for at in range(20))

Deed = Callable[[], None]


class Person:
    """One writer and what happened to him. `conflicts`: how often somebody was faster, and he tried again."""

    def __init__(self, store: Store, number: int) -> None:
        self.store = store
        self.number = number
        self.done = 0
        self.conflicts = 0
        self.longest = 0.0
        self.notes: list[str] = []

    def note(self) -> str:
        """A word that nobody else writes."""
        return f"{self.number}-{self.done}"


def count_on(person: Person) -> Deed:
    """One more in a counter that several share: each reads, adds one and writes what it has read plus one."""
    seen = [_campaign(person.store)]

    def deed() -> None:
        while True:
            number = int(seen[0].note["vi"]) + 1
            try:
                seen[0] = provision.change_campaign(
                    person.store, ADMIN, CAMPAIGN, version=seen[0].version, note={"vi": str(number), "en": str(number)}
                )
                return
            except ConflictError as conflict:
                person.conflicts += 1
                seen[0] = conflict.current  # as a person would: go on from what is there now

    return deed


def change_scenario(person: Person) -> Deed:
    """Another goal for a scenario that several work on."""
    id = next(one.id for one in saved_scenarios.saved(person.store, LAN, CAMPAIGN) if one.slug == SCENARIO)
    seen = [saved_scenarios.at(person.store, LAN, id)]

    def deed() -> None:
        while True:
            before = seen[0].scenario.document["indicators"][INDICATOR]["goals"][PERIOD]
            goal = next(one for one in (GOALS[(person.number + person.done) % len(GOALS)], "49%") if one != before)
            changed = scenarios.change(seen[0].scenario, {"indicators": {INDICATOR: {"goals": {PERIOD: goal}}}})
            try:
                seen[0] = saved_scenarios.change(
                    person.store, LAN, id, changed, based_on=seen[0].version.number, note=person.note()
                )
            except ConflictError as conflict:
                person.conflicts += 1
                seen[0] = conflict.current
            else:
                person.notes.append(person.note())
                return

    return deed


def set_override(person: Person) -> Deed:
    """The target of one agency, which two people set in turn."""
    draft = tables.tables(person.store, LAN, CAMPAIGN)[0]
    rows = tables.table(person.store, LAN, draft.id).rows
    row = next(one for one in rows if one.status == "lifted" and (one.indicator, one.period) == (INDICATOR, PERIOD))
    seen = [next((one.version for one in tables.table(person.store, LAN, draft.id).overrides if one.active), None)]

    def deed() -> None:
        while True:
            value = round((row.target or 0.0) - 0.01 * (1 + (person.done + person.number) % 4), 2)
            try:
                after = overrides.save_override(
                    person.store, LAN, draft.id,
                    agency=row.agency, indicator=INDICATOR, period=PERIOD, value=value, reason=person.note(),
                    version=seen[0],
                )  # fmt: skip
            except ConflictError as conflict:
                person.conflicts += 1
                seen[0] = conflict.current.version
            else:
                seen[0] = after.version
                person.notes.append(person.note())
                return

    return deed


def import_figures(person: Person) -> Deed:
    """New figures, of which only one can follow the ones that were there."""

    def deed() -> None:
        while True:
            source = figures_file(person.store, 1 + person.number % 3)
            preview = importing.check(person.store, LAN, CAMPAIGN, source, "so-lieu.csv")
            if preview.token is None:
                continue  # somebody has just stored the same figures
            try:
                importing.accept(
                    person.store, LAN, CAMPAIGN, source, "so-lieu.csv", token=preview.token, note=person.note()
                )
            except ConflictError:
                person.conflicts += 1
            else:
                person.notes.append(person.note())
                return

    return deed


def send_to_and_fro(person: Person) -> Deed:
    """A table is submitted by one and sent back by another, who get in each other's way."""
    table = tables.tables(person.store, LAN, CAMPAIGN)[1]
    seen = [table]

    def deed() -> None:
        while True:
            record = seen[0]
            try:
                if record.state is State.DRAFT:
                    seen[0] = states.submit(person.store, LAN, record.id, version=record.version, comment=person.note())
                else:
                    seen[0] = states.return_with_comment(
                        person.store, BINH, record.id, version=record.version, comment=person.note()
                    )
            except ConflictError as conflict:
                person.conflicts += 1
                seen[0] = conflict.current
            else:
                person.notes.append(person.note())
                return

    return deed


def come_and_go(person: Person) -> Deed:
    """A session is begun and ended."""

    def deed() -> None:
        secret = sessions.begin(person.store, timedelta(hours=1))
        sessions.end(person.store, secret)

    return deed


WORK: Mapping[str, tuple[Callable[[Person], Deed], int]] = MappingProxyType(
    {
        "count": (count_on, 6),
        "scenario": (change_scenario, 4),
        "override": (set_override, 2),
        "import": (import_figures, 2),
        "states": (send_to_and_fro, 2),
        "session": (come_and_go, 4),
    }
)
"""What is done, and by how many people at once."""


def people() -> Iterator[tuple[int, str]]:
    """Number and work of each of the twenty, so that those with the same work are in different processes."""
    kinds = [kind for kind, (_, many) in WORK.items() for _ in range(many)]
    yield from enumerate(kinds)


def prepare(url: str) -> None:
    """What they work on: a counter at nought, a scenario, a draft for overrides, a draft to be sent to and fro."""
    store = first_start(url)
    campaign = _campaign(store)
    provision.change_campaign(store, ADMIN, CAMPAIGN, version=campaign.version, note={"vi": "0", "en": "0"})
    base = saved_scenarios.at(store, LAN, saved_scenarios.saved(store, LAN, CAMPAIGN)[0].id)
    saved_scenarios.create(store, LAN, CAMPAIGN, base.scenario, name={"vi": SCENARIO}, shared=True)
    figures = importing.versions(store, LAN, CAMPAIGN)[-1]
    for _ in range(2):
        tables.start_draft(store, LAN, CAMPAIGN, figures_version=figures.id, scenario_version=base.version.id)
    store.close()


def _campaign(store: Store) -> Any:
    return next(one for one in provision.campaigns(store, ADMIN) if one.id == CAMPAIGN)


# --- in each process -------------------------------------------------------------------------------------------------


def work(url: str, mine: list[tuple[int, str]], until: float) -> dict[str, Any]:
    """Let some people work until the time is up, each in a thread; all on one store, as in the service."""
    store = Store.open(url)
    told: dict[str, Any] = {"done": Counter(), "conflicts": Counter(), "notes": [], "errors": [], "longest": 0.0}
    persons = [(Person(store, number), kind) for number, kind in mine]
    lock = threading.Lock()

    def live(person: Person, kind: str) -> None:
        try:
            deed = WORK[kind][0](person)
            while time.monotonic() < until:
                begun = time.monotonic()
                deed()
                person.done += 1
                person.longest = max(person.longest, time.monotonic() - begun)
        except BaseException:  # noqa: BLE001  whatever it is: the test says so
            with lock:
                told["errors"].append(f"{kind} {person.number}: {traceback.format_exc()}")
        with lock:
            told["done"][kind] += person.done
            told["conflicts"][kind] += person.conflicts
            told["notes"] += [[kind, note] for note in person.notes]
            told["longest"] = max(told["longest"], person.longest)

    threads = [threading.Thread(target=live, args=one) for one in persons]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    store.close()
    return told


def main(url: str, report: Path, seconds: float) -> None:
    """Fork the processes and wait for them."""
    everybody = list(people())
    until = time.monotonic() + seconds
    children = []
    for process in range(PROCESSES):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                told = work(url, everybody[process::PROCESSES], until)
                report.with_suffix(f".{process}").write_text(json.dumps(told))
                code = 0
            except BaseException:  # noqa: BLE001  the parent sees the code and the words
                traceback.print_exc()
            finally:
                os._exit(code)
        children.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    if any(codes):
        raise SystemExit(f"a process of writers ended with {codes}")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]))
