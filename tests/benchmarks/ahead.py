"""`python -m tests.benchmarks.ahead`: how long chances, forecasts, inference and sweeps take.

The limits are a promise of the product: 10,000 draws of 27 agencies × 3 indicators in 150 ms, of 11,000 agencies in
15 s and 1 GB; 2,000 scenarios × 1,000 draws × 27 agencies in 60 s on two processors. Times are of one processor.
"""

from __future__ import annotations

import argparse
import resource
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np

import scenarios
from dashapp.services.sweeping import Sweeping
from data.reference import figures, history
from engine import Assumptions, Delivery, Figures, Kind, Plan, allocate, back_test, chance, infer
from scenarios import Lever, Sweep
from tests.benchmarks.problems import country, province

UNSURE = Assumptions(delivery=Delivery(0.85, 0.1, 0.3))


@dataclass(frozen=True)
class Row:
    """One line of the table: what was done, how long it took [s], what is promised [s], what came of it."""

    what: str
    seconds: float
    limit: float | None
    check: str


def least(work: Callable[[], object], times: int) -> float:
    """The least wall time of several calls [s]."""
    found = []
    for _ in range(times):
        began = perf_counter()
        work()
        found.append(perf_counter() - began)
    return min(found)


def _unsure(plan: Plan) -> Plan:
    return replace(plan, assumptions=UNSURE)


def rows(draws: int, communes: int, points: int, times: int) -> Iterator[Row]:
    """Measure everything, the smallest first."""
    own, plan = province()
    allocation = allocate(own, _unsure(plan))
    found = chance(allocation, draws=draws)
    seconds = least(lambda: chance(allocation, draws=draws), times)
    yield Row(f"chance, {draws:,} draws × 27 agencies × 3 indicators", seconds, 0.15, f"together {found.together:.3f}")
    table = allocation.results["online"].target
    best = infer(own, plan, "online", table)[0]
    seconds = least(lambda: infer(own, plan, "online", table), times)
    yield Row(
        "infer, 27 agencies", seconds, None, f"{best.method.name if best.method else 'groups'}, {best.missed} off"
    )
    real = figures("hau-giang-2022").with_history(history("hau-giang-2022"))
    test = back_test(real, "online", Kind.FLOW, 3)
    seconds = least(lambda: back_test(real, "online", Kind.FLOW, 3), times)
    yield Row("back-test, 102 agencies × 15 months × 3 trends", seconds, None, f"{len(test.tried)} forecasts")
    yield _sweep(points)
    many, everyone = country(max(communes // 15, 1), communes)
    large = allocate(many, _unsure(everyone))
    seconds = least(lambda: chance(large, draws=draws), 1)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield Row(f"chance, {draws:,} draws × {len(many.codes):,} agencies", seconds, 15.0, f"{memory:,.0f} MB at most")


def _sweep_of(points: int) -> tuple[Sweep, Figures]:
    """Goals by delivery on 27 agencies of the shipped province without its communes."""
    frame = figures("hau-giang-2022").frame
    own = Figures.from_frame(frame[frame["level"] != "commune"])
    levers = (
        Lever("indicators.online.goals.2022Q4", (), 0.5, 0.55, 5, False),
        Lever("assumptions.delivery.mean", (), 0.8, 0.95, 5, True),
    )
    shipped = scenarios.load("hau-giang-2022/measures")
    side = max(int(np.sqrt(points)), 1)
    return Sweep(shipped, "online", 0.5, "latin", side, points // side, 1000, 1, 0.8, levers), own


def _sweep(points: int, scheduler: str = "", where: str = "") -> Row:
    sweep, own = _sweep_of(points)
    began = perf_counter()
    outcomes = list(Sweeping(sweep, own, None, resume=False, scheduler=scheduler).outcomes())
    seconds = perf_counter() - began
    what = f"sweep, {len(outcomes):,} × 1,000 draws × {len(own.codes)} agencies{where}"
    return Row(what, seconds, 60.0 * len(outcomes) / 2000, f"chance {min(o.chance for o in outcomes):.2f} or more")


def clustered(points: int, most: int) -> Iterator[Row]:
    """The same sweep on 1, 2, … `most` workers of a Dask cluster on this machine, each a process of its own."""
    from distributed import LocalCluster

    for workers in range(1, most + 1):
        with LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as own:
            _sweep(20 * workers, own.scheduler_address)  # workers load the product once
            yield _sweep(points, own.scheduler_address, f", {workers} worker" + "s" * (workers > 1))


def main(arguments: list[str] | None = None) -> int:
    """Print the table; 0 also where a promise is not kept: the numbers are for people to read."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--communes", type=int, default=10_300)
    parser.add_argument("--points", type=int, default=2_000)
    parser.add_argument("--times", type=int, default=7)
    parser.add_argument("--workers", type=int, default=0, help="sweeps alone, on a cluster of 1 to so many workers")
    chosen = parser.parse_args(arguments)
    if chosen.workers:
        found = clustered(chosen.points, chosen.workers)
    else:
        found = rows(chosen.draws, chosen.communes, chosen.points, chosen.times)
    for row in found:
        limit = "" if row.limit is None else f"of {row.limit:.2f} s"
        print(f"{row.what:62} {row.seconds:9.3f} s {limit:12} {row.check}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
