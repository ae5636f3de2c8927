"""The life of a table of targets, step by step through the services, and what must be true of a database at any time.

Each step is prepared first (what a person reads before pressing the button) and then done by one call, so that a test
can kill the process in the middle of just that call.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

from sqlalchemy import select, text

from dashapp.services import importing, overrides, provision, reproduction, saved_scenarios, states, tables
from dashapp.services.rights import Actor, Role
from data.store import Store, backup, restore
from data.store.records import AllocationRecord, State
from data.store.tables import AllocationRow, Base

CAMPAIGN = "hau-giang-2022"
INDICATOR, PERIOD = "online", "2022Q4"
AN = Actor("an", "An", Role.ADMIN)
LAN = Actor("lan", "Lan", Role.STAFF)
BINH = Actor("binh", "Bình", Role.LEADER)
FIGURES_FILE = "so-lieu.csv"

Done = Callable[[], Any]
Step = Callable[[Store, Mapping[str, Any]], Done]


def figures_file(store: Store, plus: int) -> bytes:
    """The campaign's latest figures as a file in which the first reported agency has `plus` more dossiers online."""
    latest = importing.versions(store, LAN, CAMPAIGN)[-1]
    frame = importing.figures_of(store, LAN, latest.id).frame.copy()
    at = frame.index[(frame["indicator"] == INDICATOR) & (frame["numerator"] + plus <= frame["denominator"])][0]
    frame.loc[at, "numerator"] += plus
    return frame.map(_as_typed).to_csv(index=False, sep=";").encode()


def _as_typed(value: Any) -> Any:
    """A number as people type it here: whole ones without a dot, others with a comma."""
    if not isinstance(value, float) or math.isnan(value):
        return value
    return str(int(value)) if value.is_integer() else repr(value).replace(".", ",")


def import_figures(store: Store, told: Mapping[str, Any]) -> Done:
    source = figures_file(store, int(told["plus"]))
    preview = importing.check(store, LAN, CAMPAIGN, source, FIGURES_FILE)
    assert preview.token, preview.reading.problems
    token = preview.token
    return lambda: importing.accept(store, LAN, CAMPAIGN, source, FIGURES_FILE, token=token)


def start(store: Store, told: Mapping[str, Any]) -> Done:
    figures = importing.versions(store, LAN, CAMPAIGN)[-1]
    scenario = saved_scenarios.at(store, LAN, saved_scenarios.saved(store, LAN, CAMPAIGN)[0].id)
    return lambda: tables.start_draft(
        store, LAN, CAMPAIGN, figures_version=figures.id, scenario_version=scenario.version.id
    )


def override(store: Store, told: Mapping[str, Any]) -> Done:
    table = tables.table(store, LAN, _latest(store).id)
    free = [row for row in table.rows if row.status == "lifted" and (row.indicator, row.period) == (INDICATOR, PERIOD)]
    row = free[int(told["plus"]) % len(free)]
    target = round((row.target or 0.0) - 0.01, 2)
    return lambda: overrides.save_override(
        store, LAN, table.record.id, agency=row.agency, indicator=INDICATOR, period=PERIOD, value=target, reason="thử"
    )


def submit(store: Store, told: Mapping[str, Any]) -> Done:
    record = _latest(store)
    return lambda: states.submit(store, LAN, record.id, version=record.version, comment="trình")


def send_back(store: Store, told: Mapping[str, Any]) -> Done:
    record = _latest(store)
    return lambda: states.return_with_comment(store, BINH, record.id, version=record.version, comment="sửa lại")


def approve(store: Store, told: Mapping[str, Any]) -> Done:
    record = _latest(store)
    return lambda: states.approve(store, BINH, record.id, version=record.version)


def issue(store: Store, told: Mapping[str, Any]) -> Done:
    record = _latest(store)
    number = f"{record.number}/QĐ-UBND"
    return lambda: states.issue(store, BINH, record.id, version=record.version, number=number, day=date(2022, 6, 21))


def correct(store: Store, told: Mapping[str, Any]) -> Done:
    record = _latest(store)
    return lambda: states.correct(store, LAN, record.id)


def back_up(store: Store, told: Mapping[str, Any]) -> Done:
    return lambda: backup(store, told["path"])


STEPS: Mapping[str, Step] = MappingProxyType(
    {
        "import": import_figures,
        "start": start,
        "override": override,
        "submit": submit,
        "send_back": send_back,
        "approve": approve,
        "issue": issue,
        "correct": correct,
        "backup": back_up,
    }
)

WHOLE: Mapping[str, Callable[[str, Mapping[str, Any]], object]] = MappingProxyType(
    {
        "first_start": lambda url, _told: first_start(url),
        "restore": lambda url, told: restore(url, told["path"]),
    }
)
"""What is done to a database as a whole, before anybody has it open."""

ROAD = ("start", "import", "override", "submit", "send_back", "submit", "approve", "issue", "import", "correct")
"""One life; after it a new table can be started."""


def live_once() -> None:
    """One life on a database of its own, in this process: children begin with all that a process finds out once."""
    with TemporaryDirectory() as folder:
        store = first_start(f"sqlite:///{folder}/warm.db")
        for step in ROAD:
            STEPS[step](store, {"plus": 1})()
        store.close()


def _latest(store: Store) -> AllocationRecord:
    return tables.tables(store, LAN, CAMPAIGN)[-1]


# --- what is there ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Picture:
    """Everything in a database: rows of each table, and a hash of every value."""

    counts: Mapping[str, int]
    sha256: str

    def grown(self, before: Picture) -> dict[str, int]:
        """By how many rows each table differs, where it does."""
        return {name: self.counts[name] - n for name, n in before.counts.items() if self.counts[name] != n}


_ALL = {
    table.name: str(select(text("*")).select_from(table).order_by(*table.primary_key.columns))
    for table in Base.metadata.sorted_tables
}
"""Table -> what reads all of it as the database gives it: making something of the values takes most of the time."""


def picture(store: Store) -> Picture:
    """One consistent picture of all tables."""
    told = hashlib.sha256()
    counts = {}
    with store.snapshot() as connection:
        for table in Base.metadata.sorted_tables:
            rows = connection.exec_driver_sql(_ALL[table.name]).all()
            counts[table.name] = len(rows)
            told.update(f"{table.name}\n".encode())
            for row in rows:
                told.update(f"{tuple(row)!r}\n".encode())
    return Picture(MappingProxyType(counts), told.hexdigest())


def check_whole(store: Store) -> None:
    """What must hold of any database at any time: the chain of the log, and as many entries as there are deeds."""
    with store.reading() as work:
        assert work.log.verify() is None
        seq = work.log.head()[0]
        entries = work.log.entries(limit=seq + 1)
        assert [one.seq for one in entries] == list(range(1, seq + 1))
        said = Counter(one.action for one in entries)
        made = work.allocations.list(CAMPAIGN)
        corrections = sum(one.corrects is not None for one in made)
        steps = Counter(
            (one.from_state, one.to_state) for each in made for one in work.allocations.transitions(each.id)
        )
        overridden = sum(len(work.overrides.list(one.id)) for one in made)
        copied = sum(len(work.overrides.list(one.id)) for one in made if one.corrects is not None)
        first_figures = said["campaign.add"]
        figures = sum(len(work.figures.list(one.id)) for one in work.campaigns.list())
        assert figures == first_figures + said["figures.accept"]
        assert len(work.campaigns.list()) == said["campaign.add"]
        assert len(made) - corrections == said["allocation.start"]
        assert corrections == said["allocation.correct"]
        assert steps[State.DRAFT, State.SUBMITTED] == said["allocation.submit"]
        assert steps[State.SUBMITTED, State.APPROVED] == said["allocation.approve"]
        assert steps[State.APPROVED, State.ISSUED] == said["allocation.issue"]
        assert steps[State.SUBMITTED, State.DRAFT] == said["allocation.return"] + said["allocation.withdraw"]
        assert sum(one.state is State.ISSUED for one in made) == said["allocation.issue"]
        assert overridden - copied == said["override.set"] - _set_on_corrections(work, made)
        for one in made:
            done = [step.to_state for step in work.allocations.transitions(one.id)]
            assert one.state == (done[-1] if done else State.DRAFT)
            assert one.run is not None
            assert work.runs.get(one.run).targets_sha256 == one.targets_sha256
    with store.snapshot() as connection:
        with_rows = set(connection.execute(select(AllocationRow.allocation).distinct()).scalars())
    assert with_rows == {one.id for one in made}


def _set_on_corrections(work: Any, made: tuple[AllocationRecord, ...]) -> int:
    subjects = {
        f"override/{each.id}" for one in made if one.corrects is not None for each in work.overrides.list(one.id)
    }
    entries = work.log.entries(action="override.set", limit=work.log.head()[0] + 1)
    return sum(one.subject in subjects for one in entries)


def check_latest(store: Store) -> None:
    """The newest figures are the ones whose hash is kept with them; the newest table is what its inputs give."""
    latest = importing.versions(store, LAN, CAMPAIGN)[-1]
    assert importing.figures_of(store, LAN, latest.id).sha256 == latest.figures_sha256
    made = tables.tables(store, LAN, CAMPAIGN)
    if made:
        shown = reproduction.show(store, LAN, CAMPAIGN, made[-1].number)
        assert shown.same, shown.deviations[:3]


def first_start(url: str) -> Store:
    """A database as after the first start of the service."""
    store = Store.open(url)
    provision.ensure_campaigns(store)
    return store


def one_campaign(url: str) -> Store:
    """A database with nothing but the campaign that the steps are about."""
    store = Store.open(url)
    provision.add_campaign(store, AN, CAMPAIGN)
    return store
