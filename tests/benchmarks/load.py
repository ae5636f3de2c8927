"""`python -m tests.benchmarks.load`: many people moving levers on the real service; times, rate and faults.

Two loads on gunicorn with 2 workers × 4 threads: some clients that move as fast as they are answered, and many that
move once a second. The clients are one process of the same machine: its processor time is told beside the service's.
One person of each role logs in by the form; the clients share these four sessions, as the service does the same work
for each of them. A sample of the answers is compared with what `services` says.

A late answer is counted from the moment at which its move was due, also where the one before was late.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import random
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from time import perf_counter, process_time
from typing import Any

from backports import zstd

from dashapp import ids, services
from dashapp.services.rights import Role
from dashapp.urlstate import place
from tests.benchmarks.pages import Bench
from tests.benchmarks.service import CALLBACK, Visit, log_in, serving

PATH = "/scenarios/hau-giang-2022/base"
KEPT_ONE_IN = 97
"""Answers that are looked at afterwards, of a prime number of them."""
PATIENCE = 30.0
SAME = 1e-9
OPEN = {"milestone": 0.0, "floor": 0.0, "cap": 100.0, "step": 100.0, "volume": 100.0}
"""Where a lever that is no goal changes nothing."""
_ADDRESS = re.compile(r'"address":"((?:[^"\\]|\\.)*)"')

Moves = Iterator[tuple[str, float]]


def anywhere(bench: Bench, chance: random.Random) -> Moves:
    """Any lever to any tenth of a point: nearly every question is new, and many goals are out of reach."""
    levers = bench.sliders
    while True:
        key = chance.choice(list(levers))
        yield key, round(chance.uniform(levers[key].least, levers[key].most), 1)


def drags(bench: Bench, chance: random.Random) -> Moves:
    """One goal after another drawn point by point, as people do."""
    goals = {key: one for key, one in bench.sliders.items() if key.startswith("goal.")}
    while True:
        key = chance.choice(list(goals))
        value, step = round(bench.said["sliders"][key]), chance.choice([-1, 1])
        for _ in range(chance.randint(5, 25)):
            value += step
            if not goals[key].least <= value <= goals[key].most:
                break
            yield key, float(value)


@dataclass
class Outcome:
    """What came back: seconds of every answer, faults, and a sample of (what was said, answer)."""

    seconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    sample: list[tuple[dict[str, Any], bytes]] = field(default_factory=list)
    took: float = 0.0
    service: float = 0.0
    client: float = 0.0
    received: int = 0
    checked: int = 0

    def at(self, part: float) -> float:
        """The time [ms] within which a part of the answers came."""
        ordered = sorted(self.seconds)
        return 1000.0 * ordered[min(int(part * len(ordered)), len(ordered) - 1)] if ordered else float("nan")


class Client:
    """One person's browser: one connection, one workbench."""

    def __init__(self, visit: Visit, bench: Bench, moves: Moves, outcome: Outcome) -> None:
        self.visit, self.bench, self.moves, self.outcome = visit, bench, moves, outcome
        self._head = "".join(f"{name}: {value}\r\n" for name, value in visit.headers.items())
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def move(self, due: float) -> None:
        """Move one lever and wait for the answer, counted from when it was due."""
        key, value = next(self.moves)
        body = self.bench.moved(key, value)
        try:
            status, said = await asyncio.wait_for(self._post(body), PATIENCE)
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as fault:
            self.close()
            self.outcome.faults.append(type(fault).__name__)
            return
        self.outcome.seconds.append(perf_counter() - due)
        self.outcome.received += len(said)
        if status != 200:
            self.outcome.faults.append(f"{status} {said[:200]!r}")
            return
        text = zstd.decompress(said) if said[:4] == b"\x28\xb5\x2f\xfd" else said
        found = _ADDRESS.search(text.decode())
        if found is None:
            self.outcome.faults.append("an answer without an address")
            return
        self.bench.address = json.loads(f'"{found[1]}"')
        if len(self.outcome.seconds) % KEPT_ONE_IN == 1:
            self.outcome.sample.append((json.loads(json.dumps(self.bench.said)), text))

    async def _post(self, body: bytes) -> tuple[int, bytes]:
        head = f"POST {CALLBACK} HTTP/1.1\r\n{self._head}Content-Length: {len(body)}\r\n\r\n".encode()
        for attempt in (1, 2):
            if self._reader is None or self._writer is None:
                self._reader, self._writer = await asyncio.open_connection(
                    self.visit.service.host, self.visit.service.port, limit=2**20
                )
            self._writer.write(head + body)
            try:
                return await _read(self._reader, self._writer)
            except (asyncio.IncompleteReadError, ConnectionResetError, BrokenPipeError):
                self.close()  # the service ends connections that rest; a browser opens another
                if attempt == 2:
                    raise
        raise AssertionError

    def close(self) -> None:
        """Let go of the connection."""
        if self._writer is not None:
            with suppress(OSError):
                self._writer.close()
        self._reader = self._writer = None


async def _read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = re.search(rb"content-length: (\d+)", head)
    said = await reader.readexactly(int(length[1])) if length else b""
    if b"connection: close" in head:
        writer.close()
    return int(head[9:12]), said


async def without_pause(clients: list[Client], seconds: float) -> None:
    """Everybody moves as soon as the last move is answered."""
    until = perf_counter() + seconds

    async def one(client: Client) -> None:
        while perf_counter() < until:
            await client.move(perf_counter())

    await asyncio.gather(*map(one, clients))


async def once_a_second(clients: list[Client], seconds: float) -> None:
    """Everybody moves once a second, each at a moment of their own."""
    began = perf_counter() + 0.1

    async def one(at: int, client: Client) -> None:
        due = began + at / len(clients)
        while due < began + seconds:
            await asyncio.sleep(max(due - perf_counter(), 0.0))
            await client.move(due)
            due += 1.0

    await asyncio.gather(*(one(at, client) for at, client in enumerate(clients)))


Load = Callable[[list[Client], float], Any]


def measure(
    visits: list[Visit],
    load: Load,
    moves: Callable[[Bench, random.Random], Moves],
    count: int,
    seconds: float,
    path: str,
) -> Outcome:
    """One load from first to last answer."""
    outcome, dependencies, tree = Outcome(), visits[0].dependencies(), visits[0].page(path)
    clients = []
    for at in range(count):
        bench = Bench(dependencies, tree)
        clients.append(Client(visits[at % len(visits)], bench, moves(bench, random.Random(at)), outcome))
    service, client, began = visits[0].service.seconds(), process_time(), perf_counter()
    asyncio.run(_until_closed(load, clients, seconds))
    outcome.took = perf_counter() - began
    outcome.client = process_time() - client
    outcome.service = visits[0].service.seconds() - service
    for said, answer in outcome.sample:
        wrong = compare(said, json.loads(answer)["response"], path)
        outcome.checked += wrong is not None
        outcome.faults += [wrong] if wrong else []
    return outcome


async def _until_closed(load: Load, clients: list[Client], seconds: float) -> None:
    try:
        await load(clients, seconds)
    finally:
        for one in clients:
            one.close()


def compare(said: dict[str, Any], answer: dict[str, Any], path: str) -> str | None:
    """What is wrong with an answer, empty if it shows the targets that the engine gives for these goals.

    None where more than goals was moved: what the other levers mean only the pages know.
    """
    sliders = dict(said["sliders"])
    goals = {key.partition(".")[2]: sliders.pop(key) for key in list(sliders) if key.startswith("goal.")}
    if any(value != OPEN.get(key, value) for key, value in sliders.items()):
        return None
    campaign, slug = place(path.partition("?")[0]) or ("", "")
    base = services.scenario(f"{campaign}/{slug}")
    tables = {id: {"goals": {base.plan.last.id: round(goal / 100, 6)}} for id, goal in goals.items()}
    run = services.run(campaign, services.scenario(base.id, {"indicators": tables}))
    result, last = run.results[said["indicator"]], len(run.plan.periods) - 1
    target = {run.figures.codes[row]: result.target[last, at] for at, row in enumerate(result.rows)}
    rows = answer.get(ids.GRID, {}).get("rowData")
    if not rows:
        return "an answer without rows"
    for row in rows:
        shown, right = row[f"target{last}"], float(target[row["code"]])
        if not (math.isnan(right) if shown is None else abs(shown - right) < SAME):
            return f"{row['code']}: {shown} instead of {right}"
    return ""


HEADS = ("load", "moves", "p50 ms", "p95 ms", "p99 ms", "moves/s", "faults", "service ms", "client ms", "KB", "checked")


def line(what: str, one: Outcome) -> tuple[str, ...]:
    """One line of the table; processor time is per move."""
    moves = max(len(one.seconds), 1)
    return (
        what,
        f"{len(one.seconds):,}",
        *(f"{one.at(part):,.0f}" for part in (0.5, 0.95, 0.99)),
        f"{len(one.seconds) / one.took:,.0f}",
        str(len(one.faults)),
        f"{1000 * one.service / moves:.1f}",
        f"{1000 * one.client / moves:.1f}",
        f"{one.received / moves / 1000:.1f}",
        str(one.checked),
    )


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; exit status 1 if anything went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.load", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="length of each load")
    parser.add_argument("--clients", type=int, default=32, help="clients that move without pause")
    parser.add_argument("--users", type=int, default=300, help="users that move once a second")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--path", default=PATH, help="the page")
    given = parser.parse_args(arguments)
    faults: list[str] = []
    print(f"{given.path} · load of the machine before: {os.getloadavg()[0]:.1f}", flush=True)
    print(_row(HEADS), flush=True)
    with serving(given.workers) as service:
        visits = [log_in(service, role) for role in Role]
        measure(visits, without_pause, anywhere, 8, min(given.seconds, 3.0), given.path)  # every worker has loaded all
        for name, moves in (("goals drawn point by point", drags), ("any lever anywhere", anywhere)):
            for what, load, count in (
                ("1 client", without_pause, 1),
                (f"{given.clients} clients without pause", without_pause, given.clients),
                (f"{given.users} users, 1 move/s", once_a_second, given.users),
            ):
                if not count:
                    continue
                outcome = measure(visits, load, moves, count, given.seconds, given.path)
                faults += outcome.faults
                print(_row(line(f"{what}, {name}", outcome)), flush=True)
    print(f"load of the machine after: {os.getloadavg()[0]:.1f}")
    for fault in sorted(set(faults))[:10]:
        print(f"fault: {fault}")
    return 1 if faults else 0


def _row(cells: tuple[str, ...]) -> str:
    return f"{cells[0]:54}" + "".join(f"{cell:>11}" for cell in cells[1:])


if __name__ == "__main__":
    sys.exit(main())
