"""How long each kind of file takes to write and how much memory: ``python -m tests.benchmarks.exports``.

Each file is written by a process of its own, which was warmed up with nothing; what is read back from it must be the
targets that went in. Times are processor time from the finished run to the finished file; memory is the peak of the
whole process, its libraries included.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from dashapp import services
from dashapp.services import gathering, letterheads, writing
from data.export.rereading import SUFFIXES as READ_BACK
from data.export.rereading import reread
from engine import Allocation

CAMPAIGNS = ("hau-giang-2022", "phu-tho-2026", "national-2022")
WORD_FOR_UP_TO = 200
"""Agencies up to which a Decision is written; no province has ten thousand in one."""
MADE_AT = datetime(2022, 6, 21, tzinfo=UTC)


def measured(campaign: str, suffix: str) -> str:
    """Write one file; the line of the table."""
    scenario = services.shipped(services.campaign(campaign).base)
    allocation = services.run(campaign, scenario)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"export{suffix}"
        began = process_time()
        said = gathering.of_run(allocation, scenario, "vi", MADE_AT)
        writing.write_export(said, path, head=letterheads.shipped(campaign))
        seconds = process_time() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # before anything is read back
        size = path.stat().st_size
        checked = _read_back(path, allocation) if suffix in READ_BACK else "not read back"
    agencies = len(allocation.figures.codes)
    return f"{campaign:<16}{suffix:<7}{agencies:>7,}{seconds:>9.2f}{peak:>8.0f}{size / 1024:>11,.0f}   {checked}"


def _read_back(path: Path, allocation: Allocation) -> str:
    """How many targets of a file are those that went in; AssertionError if any is not."""
    figures, periods = allocation.figures, [one.id for one in allocation.plan.periods]
    found = reread(path.read_bytes(), path.suffix)
    wanted = {
        (figures.codes[at], id, periods[t]): value
        for id, result in allocation.results.items()
        for t, row in enumerate(result.target.tolist())
        for at, value in zip(result.rows.tolist(), row, strict=True)
    }
    names = [one for one in found.targets if not one.agency]
    for one in found.targets:
        if one.agency and one.share is not None:
            assert abs(wanted[one.agency, one.indicator, one.period] - one.share) <= one.within, one
    told = sum(one.share is not None for one in found.targets)
    assert told == sum(value == value for value in wanted.values()), (told, len(wanted))
    return f"{told:,} targets read back, {'by name' if names else 'equal'}"


def main(argv: list[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--campaigns", nargs="+", default=CAMPAIGNS)
    parser.add_argument("--suffixes", nargs="+", default=writing.EXPORT_SUFFIXES)
    chosen = parser.parse_args(argv)
    print(f"{'campaign':<16}{'file':<7}{'agencies':>7}{'s':>9}{'MB':>8}{'kB':>11}")
    context = multiprocessing.get_context("spawn")
    for campaign in chosen.campaigns:
        small = len(services.figures(campaign).codes) <= WORD_FOR_UP_TO
        for suffix in chosen.suffixes:
            if small or suffix not in writing.DOCUMENTS:
                with context.Pool(1) as alone:
                    print(alone.apply(measured, (campaign, suffix)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
