"""Sweeps as files: each has a folder with its sweep file, its scenario, its rows and its state.

Any process may say how far a sweep is, and `chitieu sweep` can go on with it. Only the process that holds the lock
``work`` calculates; a sweep whose process is gone is stopped, not lost.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from data.output import write_text

FOLDER = "sweeps"
_ID = re.compile(r"\d{20}-[0-9a-f]{8}")
_BEGINS_WITHIN = timedelta(seconds=30)
"""A sweep that waits so long while nobody calculates was left behind."""
_STARTED_WITHIN = 30
"""Seconds in which the calculating process detaches itself."""
WORK, QUEUE = "work", "queue"
"""Locks: who calculates; who changes what waits."""


class Status(StrEnum):
    """How a sweep stands."""

    QUEUED = "queued"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    FAILED = "failed"
    DONE = "done"

    @property
    def is_open(self) -> bool:
        """True while something is still coming."""
        return self in (Status.QUEUED, Status.RUNNING, Status.STOPPING)


@dataclass(frozen=True)
class Place:
    """Where sweeps are kept and what calculates them: the service's folder, its database, a Dask scheduler or none."""

    var: Path
    database_url: str
    scheduler: str = ""

    @property
    def folder(self) -> Path:
        """Holds a folder for each sweep, and the locks."""
        return self.var / FOLDER


@dataclass(frozen=True)
class Files:
    """The files of one sweep."""

    folder: Path

    @property
    def about(self) -> Path:
        return self.folder / "run.json"

    @property
    def state(self) -> Path:
        return self.folder / "state.json"

    @property
    def rows(self) -> Path:
        return self.folder / "rows.csv"

    @property
    def sweep(self) -> Path:
        return self.folder / "sweep.toml"

    @property
    def scenario(self) -> Path:
        return self.folder / "scenario.toml"

    @property
    def unwanted(self) -> Path:
        """There while somebody wants it to stop."""
        return self.folder / "unwanted"


@dataclass(frozen=True)
class About:
    """What a sweep is of and whose: `scenario` is its name in addresses, `name` what people call it.

    `at` is when it was asked for (ISO 8601), `total` how many scenarios it has, `figures` and `version` are numbers.
    """

    id: str
    campaign: str
    by: str
    by_name: str
    at: str
    scenario: str
    version: int
    name: Mapping[str, str]
    shared: bool
    figures: int
    indicator: str
    total: int


@dataclass(frozen=True)
class Run:
    """A sweep, how it stands, how many scenarios are done, how many sweeps are before it, why it failed."""

    about: About
    status: Status
    done: int
    before: int = 0
    fault: Mapping[str, Any] | None = None


def files(place: Place, id: str) -> Files:
    """Where a sweep's files are, or would be."""
    return Files(place.folder / id)


def every(place: Place) -> list[About]:
    """All sweeps, oldest first."""
    if not place.folder.is_dir():
        return []
    named = sorted(folder.name for folder in place.folder.iterdir() if _ID.fullmatch(folder.name))
    return [about for name in named if (about := find(place, name)) is not None]


def find(place: Place, id: str) -> About | None:
    """A sweep by its id; None if there is none."""
    if not _ID.fullmatch(id):
        return None
    try:
        return About(**json.loads(files(place, id).about.read_text("utf-8")))
    except FileNotFoundError:
        return None


def run_of(place: Place, about: About) -> Run:
    """How a sweep stands now."""
    own = files(place, about.id)
    status, told = _status(own)
    if status.is_open and not is_worked(place):
        waiting = datetime.now(UTC) - datetime.fromisoformat(told["at"])
        if status is not Status.QUEUED or waiting > _BEGINS_WITHIN:
            status = Status.STOPPED
    if status is Status.RUNNING and own.unwanted.exists():
        status = Status.STOPPING
    before = 0
    if status is Status.QUEUED:
        before = sum(_status(files(place, one.id))[0].is_open and one.id < about.id for one in every(place))
    return Run(about, status, done_in(own.rows), before, told.get("fault"))


def next_waiting(place: Place) -> About | None:
    """The sweep whose turn it is."""
    return next((one for one in every(place) if _status(files(place, one.id))[0] is Status.QUEUED), None)


def done_in(rows: Path) -> int:
    """How many rows a file holds below its heading."""
    try:
        return max(rows.read_bytes().count(b"\n") - 1, 0)
    except FileNotFoundError:
        return 0


def _status(own: Files) -> tuple[Status, Mapping[str, Any]]:
    try:
        told: Mapping[str, Any] = json.loads(own.state.read_text("utf-8"))
    except FileNotFoundError:  # thrown away at this moment
        return Status.CANCELLED, {"at": datetime.now(UTC).isoformat()}
    return Status(told["status"]), told


def tell(own: Files, status: Status, fault: Mapping[str, Any] | None = None) -> None:
    """Write down how a sweep stands; whole or not at all."""
    told = {"status": status, "at": datetime.now(UTC).isoformat(), "fault": fault}
    write_text(own.state, json.dumps(told, default=str, ensure_ascii=False))


@contextmanager
def lock(place: Place, name: str, *, wait: bool) -> Iterator[bool]:
    """A lock that dies with its process; True if it is held."""
    with (place.folder / f"{name}.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True


def is_worked(place: Place) -> bool:
    """Whether a process calculates."""
    try:
        with (place.folder / f"{WORK}.lock").open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def wake(place: Place) -> None:
    """See that a process calculates what waits; it goes on when this one ends, and gives way to everybody."""
    own = {
        "CHITIEU_VAR": str(place.var.resolve()),
        "CHITIEU_DATABASE_URL": place.database_url,
        "CHITIEU_DASK": place.scheduler,
        **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"),
    }
    subprocess.run(
        [sys.executable, "-m", "dashapp.sweeper"],
        env={**os.environ, **own},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=_STARTED_WITHIN,
        check=True,
    )
