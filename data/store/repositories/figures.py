"""Figures and proposals as versions: what was reported stays as it was reported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import insert, select

from data.store import records, tables
from data.store.errors import StoreError
from data.store.repositories.base import Repository, plainly, record
from engine import Figures as EngineFigures
from engine import History

_MONTHLY = ("agency", "indicator", "end", "numerator", "denominator")
_EXPECTED, _PROPOSED = "expected", "proposed"
_TEXTS = ("agency", "name", "level", "parent", "indicator", "note")
_NUMBERS = ("numerator", "denominator", "ceiling", "weight")


class Figures(Repository):
    """`work.figures`."""

    def add(
        self,
        campaign: str,
        frame: pd.DataFrame,
        *,
        based_on: int | None,
        source: str,
        history: History | None = None,
        reporter: str = "",
        filename: str = "",
        file_sha256: str = "",
        note: str = "",
    ) -> records.FiguresVersion:
        """Keep a table of figures as the campaign's newest version.

        Parameters
        ----------
        frame : DataFrame
            As `engine.Figures.from_frame` takes it.
        based_on : int or None
            Id of the newest version as the caller knows it; None if there was none.
        history : History, optional
            Months of the past that the version rests on; part of its hash. Kept once however many versions share it.

        Raises
        ------
        StoreError
            ``not_found`` {kind: campaign}; ``stale`` if another version came in the meantime.
        engine.FiguresError
            If the table does not fit together, or a month is of an agency that it lacks.
        """
        self._get(tables.Campaign, campaign, "campaign")
        figures = EngineFigures.from_frame(frame).with_history(history)
        latest = self.latest(campaign)
        if based_on != (latest.id if latest else None):
            raise _stale(campaign, based_on, latest)
        row = tables.FiguresVersion(
            campaign=campaign,
            number=latest.number + 1 if latest else 1,
            source=source,
            reporter=reporter,
            filename=filename,
            file_sha256=file_sha256,
            figures_sha256=figures.sha256,
            note=note,
            created_by=self._turn.actor,
            created_at=self._turn.at,
            previous=latest.id if latest else None,
            rows=len(figures.frame),
            columns=list(figures.frame.columns),
        )
        self._added(row)
        self._keep(row.id, figures.frame)
        if history is not None:
            self._add(tables.FiguresHistory(figures=row.id, history=self._kept_history(history)))
        return record(records.FiguresVersion, row)

    def get(self, id: int) -> records.FiguresVersion:
        """One version.

        Raises
        ------
        StoreError
            ``not_found``.
        """
        return record(records.FiguresVersion, self._get(tables.FiguresVersion, id, "figures"))

    def latest(self, campaign: str) -> records.FiguresVersion | None:
        """A campaign's newest version, or None."""
        query = plainly(tables.FiguresVersion, records.FiguresVersion, "campaign", newest="number")
        return self._quick(records.FiguresVersion, query, campaign=campaign)

    def list(self, campaign: str) -> tuple[records.FiguresVersion, ...]:
        """A campaign's versions, oldest first."""
        own = tables.FiguresVersion
        rows = self._all(select(own).where(own.campaign == campaign).order_by(own.number))
        return tuple(record(records.FiguresVersion, row) for row in rows)

    def frame(self, id: int) -> pd.DataFrame:
        """The table of a version, bit by bit as `engine.Figures.from_frame(...).frame` was when it was added.

        Raises
        ------
        StoreError
            As `read`.
        """
        return self.read(id).frame

    def read(self, id: int) -> EngineFigures:
        """The figures of a version with the months that they rest on.

        Raises
        ------
        StoreError
            ``not_found``; ``damaged`` {reason: figures, id} if table and history are not what they were.
        """
        version = self._get(tables.FiguresVersion, id, "figures")
        rows = self._columns(tables.FiguresRow, (*_TEXTS, *_NUMBERS), id)
        columns: dict[str, Any] = {name: _texts(rows[name]) for name in _TEXTS}
        columns |= {name: np.array(rows[name], dtype=np.float64) for name in _NUMBERS}
        columns |= self._periods(id, version.columns, len(rows["agency"]))
        figures = EngineFigures.from_frame(pd.DataFrame({name: columns[name] for name in version.columns}))
        figures = figures.with_history(self._history(id))
        if figures.sha256 != version.figures_sha256:
            raise StoreError("damaged", reason="figures", id=id)
        return figures

    def _history(self, figures: int) -> History | None:
        resting = self._find(tables.FiguresHistory, figures)
        if resting is None:
            return None
        own = tables.HistoryRow
        query = select(own.agency, own.indicator, own.end, own.numerator, own.denominator)
        rows = self._execute(query.where(own.history == resting.history).order_by(own.position)).all()
        return History.from_frame(pd.DataFrame([tuple(row) for row in rows], columns=list(_MONTHLY)))

    def _kept_history(self, history: History) -> int:
        """Id of a history, which is kept now unless one that says the same is there."""
        own = tables.History
        known = self._first(select(own.id).where(own.sha256 == history.sha256))
        if known is not None:
            return int(known)
        row = self._added(own(sha256=history.sha256, rows=len(history.frame)))
        told = [dict(zip(_MONTHLY, one, strict=True)) for one in history.frame.itertuples(index=False, name=None)]
        if told:
            self._execute(
                insert(tables.HistoryRow), [{"history": row.id, "position": at, **one} for at, one in enumerate(told)]
            )
        return row.id

    def _keep(self, id: int, frame: pd.DataFrame) -> None:
        empty = [None] * len(frame)
        told = {name: frame[name].tolist() if name in frame else empty for name in (*_TEXTS, *_NUMBERS)}
        if "note" not in frame:
            told["note"] = [""] * len(frame)
        self._execute(
            insert(tables.FiguresRow),
            [
                {"figures": id, "position": at, **dict(zip(told, row, strict=True))}
                for at, row in enumerate(zip(*told.values(), strict=True))
            ],
        )
        periods = [
            {"figures": id, "position": int(at), "period": period, **{kind: float(values[at]) for kind, values in pair}}
            for period, pair in _by_period(frame)
            for at in np.flatnonzero(np.any([~np.isnan(values) for _, values in pair], axis=0))
        ]
        if periods:
            self._execute(insert(tables.FiguresPeriod), periods)

    def _columns(self, table: type[tables.Base], names: tuple[str, ...], id: int) -> dict[str, tuple[Any, ...]]:
        own: Any = table
        query = select(*(getattr(own, name) for name in names)).where(own.figures == id).order_by(own.position)
        rows = self._execute(query).all()
        return dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(names, ())

    def _periods(self, id: int, columns: Sequence[str], size: int) -> dict[str, Any]:
        found = self._columns(tables.FiguresPeriod, ("position", "period", _EXPECTED, _PROPOSED), id)
        at, period = np.array(found["position"], dtype=np.intp), np.array(found["period"], dtype=object)
        told = {}
        for column in columns:
            kind, _, name = column.partition("_")
            if kind in (_EXPECTED, _PROPOSED):
                values = np.full(size, np.nan)
                own = period == name
                values[at[own]] = np.array(found[kind], dtype=np.float64)[own]
                told[column] = values
        return told


def _by_period(frame: pd.DataFrame) -> list[tuple[str, list[tuple[str, Any]]]]:
    """Per period: what is told of it, each as (kind, values)."""
    periods: dict[str, list[tuple[str, Any]]] = {}
    for column in frame.columns:
        kind, _, period = str(column).partition("_")
        if kind in (_EXPECTED, _PROPOSED):
            periods.setdefault(period, []).append((kind, frame[column].to_numpy(dtype=np.float64)))
    both = (_EXPECTED, _PROPOSED)
    nothing = np.full(len(frame), np.nan)
    return [(period, [(kind, dict(told).get(kind, nothing)) for kind in both]) for period, told in periods.items()]


def _texts(values: tuple[Any, ...]) -> Any:
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def _stale(campaign: str, based_on: int | None, latest: records.FiguresVersion | None) -> StoreError:
    return StoreError(
        "stale",
        kind="figures",
        id=campaign,
        expected=based_on,
        found=latest.id if latest else None,
        changed_by=latest.created_by if latest else None,
        changed_at=latest.created_at if latest else None,
        now=latest,
    )
