"""A process that has everything loaded and forks a child for each deed, to be killed in the middle of it.

The child writes into shared memory how far it is; `Forks.run` kills it some time after it has come so far.
Run as a module it is that process: it reads one job per line and answers with one line.
"""

from __future__ import annotations

import json
import mmap
import os
import signal
import struct
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LONGEST = 60.0
"""Seconds after which a child that neither ends nor comes as far as it should is given up."""


class Phase(IntEnum):
    """How far a child is."""

    LOADING = 0
    BEGUN = 1
    """The service has been called."""
    TURN = 2
    """It holds the turn to write: a transaction is open."""
    WRITTEN = 3
    """The first row has been sent to the database."""
    COMMITTING = 4
    """All rows have been sent; the commit is under way."""
    DONE = 5
    """The service has returned: the deed is acknowledged."""


INSIDE = (Phase.TURN, Phase.WRITTEN, Phase.COMMITTING)


@dataclass(frozen=True)
class Job:
    """One deed in one child. `kill_at` None: the child is left alone."""

    url: str
    step: str
    told: dict[str, Any]
    kill_at: int | None = None
    kill_after: float = 0.0


@dataclass(frozen=True)
class Fate:
    """What became of a child: killed in which phase, or ended; when it came into each phase [s, 0: never]."""

    killed: bool
    code: int
    phase: Phase
    times: tuple[float, ...]
    said: str

    @property
    def inside(self) -> bool:
        """True if a transaction was open when it was killed."""
        return self.killed and self.phase in INSIDE


class Marks:
    """Shared memory: a phase, and when each was reached. Later phases never go back to earlier ones."""

    _SIZE = 8 * (len(Phase) + 1)

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, self._SIZE)

    def clear(self) -> None:
        self._memory[:] = bytes(self._SIZE)

    def set(self, phase: Phase) -> None:
        if phase > self.phase:
            struct.pack_into("d", self._memory, 8 * (1 + phase), time.monotonic())
            struct.pack_into("q", self._memory, 0, phase)

    @property
    def phase(self) -> Phase:
        return Phase(struct.unpack_from("q", self._memory, 0)[0])

    @property
    def times(self) -> tuple[float, ...]:
        return struct.unpack_from(f"{len(Phase)}d", self._memory, 8)


class Forks:
    """The forking process, as a test uses it."""

    def __init__(self, said: Path) -> None:
        self._said = said
        with said.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.forks"],
                cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True,
            )  # fmt: skip

    def run(self, job: Job) -> Fate:
        """Let a child do a job, and kill it if the job says so."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(asdict(job)) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, f"the forking process is gone: {self._said.read_text()}"
        told = json.loads(answer)
        said = self._said.read_text() if told["code"] and not told["killed"] else ""
        return Fate(told["killed"], told["code"], Phase(told["phase"]), tuple(told["times"]), said)

    def close(self) -> None:
        """End it; a child is not there any more between two jobs."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(timeout=LONGEST)
        self._process.stdout.close()


# --- in the forking process and its children -------------------------------------------------------------------------


def _serve() -> None:
    import psycopg  # noqa: F401
    from sqlalchemy.dialects.postgresql import psycopg as _dialect  # noqa: F401

    from tests.chaos import life  # everything is loaded here, once, and what a process remembers is remembered

    life.live_once()
    marks = Marks()
    for line in sys.stdin:
        job = Job(**json.loads(line))
        marks.clear()
        child = os.fork()
        if child == 0:
            _leave(lambda job=job: _live(job, marks, life))  # type: ignore[misc]
        killed = _kill(child, job, marks)
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        fate = {"killed": killed and code == -signal.SIGKILL, "code": code}
        sys.stdout.write(json.dumps({**fate, "phase": int(marks.phase), "times": marks.times}) + "\n")
        sys.stdout.flush()


def _kill(child: int, job: Job, marks: Marks) -> bool:
    """Kill the child as the job says; False if it had ended before."""
    if job.kill_at is None:
        return False
    until = time.monotonic() + LONGEST
    while marks.phase < job.kill_at:
        if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) or time.monotonic() > until:
            break
        time.sleep(0.0001)
    time.sleep(job.kill_after)
    os.kill(child, signal.SIGKILL)  # it is still ours, ended or not: nobody has waited for it yet
    return True


def _leave(live: Callable[[], None]) -> None:
    """Run the child and never come back into the loop of the parent."""
    code = 1
    try:
        live()
        code = 0
    except BaseException:  # noqa: BLE001  the parent reads what happened
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _live(job: Job, marks: Marks, life: Any) -> None:
    from data.store import Store

    _watch(marks)
    if job.step in life.WHOLE:
        marks.set(Phase.BEGUN)
        life.WHOLE[job.step](job.url, job.told)
    else:
        store = Store.open(job.url)
        do = life.STEPS[job.step](store, job.told)
        marks.set(Phase.BEGUN)
        do()
    marks.set(Phase.DONE)


def _watch(marks: Marks) -> None:
    """Mark each phase as the statements of the deed go by."""
    from sqlalchemy import Engine, event

    @event.listens_for(Engine, "before_cursor_execute")
    def before(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        if marks.phase >= Phase.TURN and statement.startswith(("INSERT", "UPDATE", "DELETE")):
            marks.set(Phase.WRITTEN)

    @event.listens_for(Engine, "after_cursor_execute")
    def after(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        if marks.phase >= Phase.BEGUN and "FROM log_head" in statement:  # a turn begins with it, on both databases
            marks.set(Phase.TURN)

    @event.listens_for(Engine, "commit")
    def commit(_: Any) -> None:
        if marks.phase >= Phase.WRITTEN:
            marks.set(Phase.COMMITTING)


if __name__ == "__main__":
    _serve()
