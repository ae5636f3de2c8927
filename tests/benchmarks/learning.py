"""`python -m tests.benchmarks.learning`: how often inference finds what made a table, method by method.

The promise of the product: of 100 tables in whole percents at least 95 are explained by the method that made them, or
by it and others that explain them equally well.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from time import process_time

import numpy as np

from engine import infer
from engine.methods import METHODS
from tests.engine.made import ROUNDINGS, made

PROMISED = 0.95
WHOLE_PERCENTS = ("nearest", "up", "largest_remainder")


@dataclass(frozen=True)
class Row:
    """One method under one rounding: of how many tables it made is it found, alone, and are all targets given.

    `seconds` is processor time a table.
    """

    rounding: str
    method: str
    tables: int
    found: int
    alone: int
    whole: int
    seconds: float


def rows(tables: int, roundings: tuple[str, ...], agencies: int) -> Iterator[Row]:
    """Make so many tables of every method in every rounding, and explain them."""
    for rounding in roundings:
        for name in METHODS:
            found = alone = whole = 0
            began = process_time()
            for seed in range(tables):
                one = made(name, ROUNDINGS[rounding], seed, agencies)
                several = infer(one.figures, one.plan, "online", one.issued)
                names = {each.method.name if each.method else "" for each in several if each.cost == several[0].cost}
                found += name in names
                alone += names == {name}
                whole += several[0].missed == 0
            yield Row(rounding, name, tables, found, alone, whole, (process_time() - began) / tables)


def lines(measured: Iterator[Row]) -> Iterator[str]:
    """The table as text, line by line, each rounding with its sum."""
    yield f"{'rounding':<20}{'method':<22}{'tables':>7}{'found':>7}{'alone':>7}{'whole':>7}{'ms':>7}"
    done: list[Row] = []
    for row in measured:
        if done and done[-1].rounding != row.rounding:
            yield _sum(done)
            done = []
        done.append(row)
        counts = f"{row.tables:>7}{row.found:>7}{row.alone:>7}{row.whole:>7}{row.seconds * 1000:>7.0f}"
        yield f"{row.rounding:<20}{row.method:<22}{counts}"
    if done:
        yield _sum(done)


def _sum(done: list[Row]) -> str:
    rate = sum(row.found for row in done) / sum(row.tables for row in done)
    said = f" (promised: {PROMISED:.0%})" if done[0].rounding in WHOLE_PERCENTS else ""
    mean = float(np.mean([row.seconds for row in done])) * 1000
    return f"{done[0].rounding:<20}found {rate:.1%}{said}, {mean:.0f} ms a table"


def main(asked: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.learning", description=__doc__)
    parser.add_argument("--tables", type=int, default=100)
    parser.add_argument("--agencies", type=int, default=27)
    parser.add_argument("--rounding", action="append", choices=list(ROUNDINGS))
    chosen = parser.parse_args(asked)
    for line in lines(rows(chosen.tables, tuple(chosen.rounding or ROUNDINGS), chosen.agencies)):
        print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
