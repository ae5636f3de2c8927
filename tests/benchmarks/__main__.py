"""`make bench`: the engine against general solvers on the same problems, equal answers checked, in one run.

Times are processor time of one thread, the least of many: what else the machine does stays out of them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import perf_counter, process_time

import numpy as np

import engine
from tests.benchmarks import peers
from tests.benchmarks.problems import Floats, LiftProblem, country, lift_problem, province

SIZES = (30, 11_000, 1_000_000)

# What a peer may be asked; beyond it one solution takes more than a minute (SLSQP: 35 s at 1,000 already).
PEERS: tuple[tuple[str, Callable[[LiftProblem], peers.Answer], bool, int], ...] = (
    ("Clarabel through cvxpy", peers.clarabel, True, 1_000_000),
    ("SLSQP of scipy", peers.slsqp, True, 30),
    ("HiGHS of scipy's linprog", peers.highs, False, 11_000),
)

# Interior-point answers are good to about 1e-8 of the pooled value, less for agencies that hardly weigh.
SAME_POOLED = 1e-6
SAME_TARGETS = 1e-2


@dataclass(frozen=True)
class Row:
    """One line of the table; `milliseconds` is None where a peer was not asked."""

    what: str
    size: int
    milliseconds: float | None
    ratio: str
    check: str


def best(work: Callable[[], object], *, within: float) -> float:
    """Least processor time of one call [ms] of all that fit `within` seconds; short calls are timed by the ms."""
    began = process_time()
    work()
    batch = max(1, int(0.001 / max(process_time() - began, 1e-7)))
    times: list[float] = []
    end = perf_counter() + within
    while not times or perf_counter() < end:
        began = process_time()
        for _ in range(batch):
            work()
        times.append((process_time() - began) / batch)
    return min(times) * 1000


def lift_rows(size: int, *, floors: bool, seconds: float) -> Iterator[Row]:
    """The engine, one pass over the arrays, and each peer that this problem and size suits."""
    problem = lift_problem(size, floors=floors)
    slope = np.ones(size)

    def solve() -> Floats:
        respond = engine.Linear(problem.start, slope, problem.lower, problem.upper)
        return engine.least_lift(respond, problem.weights, problem.goal, highest=1.0)

    def one_pass() -> float:
        return float(np.clip(problem.start + 0.2, problem.lower, problem.upper) @ problem.weights)

    targets = problem.respond(solve())
    off = abs(problem.pooled(targets) - problem.goal)
    require(off <= 1e-12, f"least_lift misses the goal of {size} agencies by {off}")
    own, single = (best(work, within=seconds) for work in (solve, one_pass))
    name = "with floors" if floors else "no floors"
    yield Row(f"engine.least_lift, {name}", size, own, f"{own / single:.1f} × one pass", f"goal to {off:.0e}")
    yield Row("  one np.clip and dot over the arrays", size, single, "", "")
    for peer, solver, for_floors, largest in PEERS:
        if for_floors is not floors:
            continue
        if size > largest:
            yield Row(f"  {peer}", size, None, "over 60 s: not run", "")
            continue
        yield from peer_rows(peer, solver, problem, targets, own, seconds)


def peer_rows(
    peer: str,
    solver: Callable[[LiftProblem], peers.Answer],
    problem: LiftProblem,
    targets: Floats,
    own: float,
    seconds: float,
) -> Iterator[Row]:
    """A peer's times, after its answer was found equal to the engine's `targets`."""
    solver(lift_problem(30, floors=problem.floors))  # loads the library
    answers: list[peers.Answer] = []
    end = perf_counter() + seconds
    while not answers or perf_counter() < end:
        answers.append(solver(problem))
    pooled = abs(problem.pooled(answers[0].targets) - problem.pooled(targets))
    widest = float(np.abs(answers[0].targets - targets).max())
    require(pooled <= SAME_POOLED and widest <= SAME_TARGETS, f"{peer} differs: pooled {pooled}, widest {widest}")
    check = f"equal: pooled to {pooled:.0e}, each to {widest:.0e}"
    took = min(answer.seconds for answer in answers) * 1000
    yield Row(f"  {peer}", len(targets), took, f"{took / own:,.0f} × engine", check)
    alone = [answer.solver_seconds * 1000 for answer in answers if answer.solver_seconds is not None]
    if alone:
        yield Row("    of that the solver alone", len(targets), min(alone), f"{min(alone) / own:,.0f} × engine", "")


def whole_rows(seconds: float, *, districts: int, communes: int) -> Iterator[Row]:
    """Whole runs of the engine: a province's first decision, and a country's districts shared among communes."""
    figures, plan = province()
    first = engine.allocate(figures, plan)
    require(first.all_met, "the province's goals are not met")
    took = best(lambda: engine.allocate(figures, plan), within=seconds)
    yield Row("scenario: 3 indicators, 2 periods, rounding, trace", 27, took, "", "goals met")
    figures, plan = country(districts, communes)
    result = engine.allocate(figures, plan)
    require(len(result.groups) == districts * len(plan.periods), "not every district was solved")
    require(result.all_met, "the country's goals are not met")
    took = best(lambda: engine.allocate(figures, plan), within=seconds)
    goals = len(result.groups) + len(result.summaries)
    yield Row(f"cascade: {districts:,} districts, 2 periods", communes, took, "", f"all {goals:,} goals met")


def require(holds: bool, otherwise: str) -> None:
    """Stop the whole run: times of unequal answers mean nothing."""
    if not holds:
        raise SystemExit(f"benchmark: {otherwise}")


def table(rows: Iterator[Row]) -> Iterator[str]:
    """Lines to print, each as soon as its row is measured."""
    yield f"{'':50}{'agencies':>10}{'ms':>12}  {'ratio':22}check"
    for row in rows:
        took = "—" if row.milliseconds is None else f"{row.milliseconds:,.3f}"
        yield f"{row.what:50}{row.size:>10,}{took:>12}  {row.ratio:22}{row.check}".rstrip()


def rows(sizes: tuple[int, ...], seconds: float, *, districts: int, communes: int) -> Iterator[Row]:
    """Every row of the table in order."""
    for size in sizes:
        for floors in (True, False):
            yield from lift_rows(size, floors=floors, seconds=seconds)
    yield from whole_rows(seconds, districts=districts, communes=communes)


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; exit status 1 if any answer differs."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="numbers of agencies")
    parser.add_argument("--seconds", type=float, default=3.0, help="time given to each row (one solution at least)")
    parser.add_argument("--cascade", type=int, nargs=2, default=[705, 10_599], metavar=("DISTRICTS", "COMMUNES"))
    given = parser.parse_args(arguments)
    districts, communes = given.cascade
    for line in table(rows(tuple(given.sizes), given.seconds, districts=districts, communes=communes)):
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
