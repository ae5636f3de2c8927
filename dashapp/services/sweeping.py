"""Sweeps that are written as they go: stopped anywhere, they go on from there."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import scenarios
from dashapp.services import cluster
from dashapp.services.cluster import ClusterError as ClusterError
from data.output import safe_cell, write_text
from engine import Figures
from scenarios import Outcome, Runner, Sweep, Verdict

_OWN = ("sweep", "number", "policy", "future")
_RESULTS = ("status", "chance", "all_reach", "demand", "largest", "gini")
_MARK = 16
"""Letters of the sweep's hash that stand in every row."""


class ForeignRowsError(Exception):
    """A file to go on with holds rows of another sweep or of other figures."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(str(path))


def load(path: str) -> Sweep:
    """A sweep from its file.

    Raises
    ------
    scenarios.ScenarioErrors
    """
    return scenarios.load_sweep(path)


class Sweeping:
    """A sweep on figures, kept in a file row by row.

    Parameters
    ----------
    path : Path or None
        None keeps nothing.
    resume : bool
        Go on with the rows that are there.
    scheduler : str
        Address of a Dask scheduler whose workers do it; empty: this process does.
    is_unwanted : callable
        Asked again and again; once True, no more outcomes come.

    Raises
    ------
    ForeignRowsError
        If the rows that are there are not of this sweep on these figures.
    """

    def __init__(
        self,
        sweep: Sweep,
        figures: Figures,
        path: Path | None,
        *,
        resume: bool,
        scheduler: str = "",
        is_unwanted: Callable[[], bool] = lambda: False,
    ) -> None:
        self.sweep, self.figures, self.path = sweep, figures, path
        self._scheduler, self._is_unwanted = scheduler, is_unwanted
        self._mark = f"{sweep.sha256[:_MARK]}-{figures.sha256[:_MARK]}"
        self._points = sweep.points()
        self._keys = tuple(one.key for one in sweep.levers)
        known = read(sweep, path, self._mark) if resume and path is not None else ()
        self._known: Mapping[int, Outcome] = {one.point.number: one for one in known}

    @property
    def total(self) -> int:
        """Scenarios in all."""
        return len(self._points)

    @property
    def done(self) -> int:
        """Scenarios that the file held before."""
        return len(self._known)

    def outcomes(self) -> Iterator[Outcome]:
        """Every outcome, those that are known first; each new one is on the disk before it is given.

        Raises
        ------
        ClusterError
        EngineError
            If figures and scenario do not fit together.
        """
        yield from self._known.values()
        found = dict(self._known)
        with self._open() as put:
            for outcome in self._new():
                put(outcome)
                found[outcome.point.number] = outcome
                yield outcome
        if self.path is not None and self._scheduler and len(found) == self.total:
            self._write(self.path, [found[number] for number in sorted(found)])  # in order, as one process has them

    def _new(self) -> Iterator[Outcome]:
        points = [one for one in self._points if one.number not in self._known]
        if self._scheduler:
            yield from cluster.outcomes(self._scheduler, self.sweep, self.figures, points, self._is_unwanted)
            return
        runner = Runner(self.sweep, self.figures)
        for point in points:
            if self._is_unwanted():
                return
            yield runner.outcome(point)

    def judge(self, outcomes: list[Outcome]) -> Verdict:
        """What all outcomes together say."""
        return scenarios.judge(self.sweep, outcomes)

    @contextmanager
    def _open(self) -> Iterator[Callable[[Outcome], None]]:
        """Keeps an outcome; what was known is written whole first, without a row that was cut off."""
        if self.path is None:
            yield lambda _: None
            return
        self._write(self.path, self._known.values())
        try:
            with self.path.open("a", encoding="utf-8", newline="") as file:
                yield lambda one: self._put(file, one)
        except OSError as fault:
            raise OSError(fault.errno, fault.strerror, str(self.path)) from fault

    def _write(self, path: Path, several: Iterable[Outcome]) -> None:
        write_text(path, _lines([(*_OWN, *self._keys, *_RESULTS), *map(self._row, several)]))

    def _put(self, file: TextIO, one: Outcome) -> None:
        file.write(_lines([self._row(one)]))
        file.flush()

    def _row(self, one: Outcome) -> tuple[Any, ...]:
        point = one.point
        own = (self._mark, point.number, point.policy, point.future)
        return (*own, *(point.settings[key] for key in self._keys), *(getattr(one, name) for name in _RESULTS))


def read(sweep: Sweep, path: Path, mark: str | None = None) -> tuple[Outcome, ...]:
    """The outcomes that a file holds, in its order; a row that was cut off is none, a missing file holds none.

    Parameters
    ----------
    mark : str, optional
        What every row must begin with.

    Raises
    ------
    ForeignRowsError
        If a row has another mark, or is of no scenario of the sweep.
    """
    if not path.exists():
        return ()
    points, found = sweep.points(), {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if None in row or None in row.values():  # the row that was being written when it was stopped
                continue
            number = int(row["number"]) if row.get("number", "").isdigit() else len(points)
            if number >= len(points) or (mark is not None and row.get("sweep") != mark):
                raise ForeignRowsError(path)
            numbers = {name: float(row[name]) for name in _RESULTS if name != "status"}
            found[number] = Outcome(point=points[number], status=row["status"], **numbers)
    return tuple(found.values())


def _lines(rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([[safe_cell(value) for value in row] for row in rows])
    return text.getvalue()
