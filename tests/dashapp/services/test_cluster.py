"""Sweeps on a real Dask cluster: a scheduler and two workers, each a process of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from dashapp.cli import main
from dashapp.services import cluster, sweeping
from dashapp.services.sweeping import ClusterError, Sweeping
from data.reference import FOLDER, figures
from engine import EngineError
from scenarios import Sweep
from tests.dashapp.sweeps import sweep_text

ROOT = Path(__file__).parents[3]
DASK = Path(sys.executable).with_name("dask")
FIGURES = str(FOLDER / "hau-giang-2022" / "figures.csv")
TEXT = sweep_text(policies=8, futures=5, draws=60)


@dataclass(frozen=True)
class Cluster:
    address: str
    workers: tuple[subprocess.Popen[bytes], ...]

    def tasks(self) -> int:
        """How many tasks the scheduler still knows."""
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            return client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks))  # type: ignore[no-any-return]


def until(what: Any, seconds: float = 30.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    told = folder / "scheduler.json"
    options = ("--scheduler-file", str(told), "--no-dashboard")
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        with (folder / f"{len(started)}.log").open("wb") as log:
            process = subprocess.Popen(
                [DASK, *arguments], cwd=folder, stdout=log, stderr=log, env={**os.environ, "OMP_NUM_THREADS": "1"}
            )
        started.append(process)
        return process

    try:
        start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-show", *options)
        workers = tuple(
            start("worker", "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", *options) for _ in range(2)
        )
        assert until(lambda: told.is_file() and told.stat().st_size), "the scheduler says where it is"
        address = json.loads(told.read_text("utf-8"))["address"]
        from distributed import Client

        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
        yield Cluster(address, workers)
    finally:
        for process in started:
            process.kill()
        for process in started:
            process.wait()


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    path = tmp_path_factory.mktemp("sweep") / "sweep.toml"
    path.write_text(TEXT, encoding="utf-8")
    return sweeping.load(str(path))


def test_stopped_gone_on_with_and_a_worker_killed_it_comes_to_what_one_process_says(
    machines: Cluster, asked: Sweep, tmp_path: Path
) -> None:
    own = figures("hau-giang-2022")
    here, there = tmp_path / "here.csv", tmp_path / "there.csv"
    alone = list(Sweeping(asked, own, here, resume=False).outcomes())

    run = Sweeping(asked, own, there, resume=False, scheduler=machines.address)
    coming = run.outcomes()
    first = [next(coming) for _ in range(7)]
    coming.close()
    assert machines.tasks() == 0, "what nobody wants any more is called off"
    assert len(there.read_text("utf-8").splitlines()) == 1 + len(first)

    wanted = iter([False, False, True])
    run = Sweeping(asked, own, there, resume=True, scheduler=machines.address, is_unwanted=lambda: next(wanted, True))
    stopped = list(run.outcomes())
    assert run.done == len(first)
    assert len(first) <= len(stopped) < run.total

    run = Sweeping(asked, own, there, resume=True, scheduler=machines.address)
    coming = run.outcomes()
    some = [next(coming) for _ in range(run.done + 1)]
    os.kill(machines.workers[0].pid, signal.SIGKILL)
    found = {one.point.number: one for one in [*some, *coming]}
    assert machines.workers[0].wait() == -signal.SIGKILL
    assert [found[number] for number in sorted(found)] == alone
    assert there.read_bytes() == here.read_bytes()


def test_what_the_engine_refuses_there_is_refused_here(machines: Cluster, asked: Sweep, tmp_path: Path) -> None:
    foreign = figures("phu-tho-2026")
    run = Sweeping(replace(asked, draws=10), foreign, None, resume=False, scheduler=machines.address)
    with pytest.raises(EngineError) as there:
        list(run.outcomes())
    with pytest.raises(EngineError) as here:
        list(Sweeping(asked, foreign, None, resume=False).outcomes())
    assert (there.value.code, there.value.details) == (here.value.code, here.value.details)


@pytest.mark.parametrize(
    ("lang", "word"), [("vi", "Không kết nối được bộ điều phối Dask"), ("en", "cannot be reached")]
)
def test_a_scheduler_that_is_not_there_is_one_sentence(
    lang: str, word: str, capsys: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(cluster, "REACHED_WITHIN", 0.3)
    monkeypatch.setenv("CHITIEU_DASK", "tcp://127.0.0.1:9")
    file = tmp_path / "sweep.toml"
    file.write_text(TEXT, encoding="utf-8")
    assert main(["sweep", FIGURES, "--sweep", str(file), "--lang", lang]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    (line,) = told.err.strip().splitlines()
    assert word in line
    assert "tcp://127.0.0.1:9" in line


def test_workers_that_are_gone_end_the_wait(
    machines: Cluster, asked: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 0.2)
    monkeypatch.setattr(cluster, "POLL", 0.1)
    for one in machines.workers:
        one.kill()
        one.wait()
    out = tmp_path / "out.csv"
    with pytest.raises(ClusterError) as refused:
        list(Sweeping(asked, figures("hau-giang-2022"), out, resume=False, scheduler=machines.address).outcomes())
    assert refused.value.code == "no_workers"
    assert len(out.read_text("utf-8").splitlines()) == 1, "the heading alone"


@pytest.mark.parametrize("wrong", ["127.0.0.1:8786", "http://127.0.0.1:8786", "tcp://127.0.0.1", "tcp://a:b"])
def test_an_address_that_is_none_is_refused(wrong: str, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHITIEU_DASK", wrong)
    assert main(["sweep", FIGURES, "--sweep", "hau-giang-2022/sweep"]) == 2
    assert f"CHITIEU_DASK: “{wrong}”" in capsys.readouterr().err


def test_no_module_loads_the_cluster_before_it_is_asked_for() -> None:
    loading = [
        path.name
        for folder in ("dashapp", "scenarios", "data")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"^(?:import|from) (?:dask|distributed)\b", path.read_text("utf-8"), re.MULTILINE)
    ]
    assert loading == []
