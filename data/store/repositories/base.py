"""What all repositories share: finding, locking, stamping, and records made of rows."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache, cached_property
from typing import Any, TypeVar

from sqlalchemy import Connection, Executable, Select, bindparam, func, select
from sqlalchemy.orm import Session

from data.store import tables
from data.store.errors import StoreError
from data.store.failures import refusals

Row = TypeVar("Row", bound=tables.Base)
VersionedRow = TypeVar(
    "VersionedRow",
    tables.Campaign,
    tables.Agency,
    tables.Indicator,
    tables.Scenario,
    tables.Allocation,
    tables.Override,
    tables.User,
)
Record = TypeVar("Record")


@dataclasses.dataclass(frozen=True)
class Turn:
    """One transaction, its time and on whose behalf it works."""

    connection: Connection
    actor: str
    at: datetime
    busy_seconds: float

    @cached_property
    def session(self) -> Session:
        """Rows as objects, on the same transaction; what only asks `_quick` questions does without."""
        return Session(self.connection, autoflush=False, expire_on_commit=False)

    def commit(self) -> None:
        """Make everything of this transaction last."""
        if "session" in self.__dict__:
            self.session.flush()
        self.connection.commit()


class Repository:
    """One kind of records within one transaction."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn

    @property
    def _session(self) -> Session:
        return self._turn.session

    def _stamp(self, version: int = 1) -> dict[str, Any]:
        return {"version": version, "changed_by": self._turn.actor, "changed_at": self._turn.at}

    def _find(self, table: type[Row], key: Any) -> Row | None:
        with refusals(self._turn.busy_seconds):
            return self._session.get(table, key)

    def _get(self, table: type[Row], key: Any, kind: str) -> Row:
        found = self._find(table, key)
        if found is None:
            raise StoreError("not_found", kind=kind, id=key)
        return found

    def _first(self, query: Any) -> Any:
        with refusals(self._turn.busy_seconds):
            return self._session.scalars(query).first()

    def _all(self, query: Any) -> Sequence[Any]:
        with refusals(self._turn.busy_seconds):
            return self._session.scalars(query).all()

    def _execute(self, statement: Executable, rows: Any = None) -> Any:
        with refusals(self._turn.busy_seconds):
            return self._session.execute(statement, rows)

    def _quick(self, kind: type[Record], query: Executable, **values: Any) -> Record | None:
        """The first record of a query made by `plainly`, or None."""
        with refusals(self._turn.busy_seconds):
            row = self._turn.connection.execute(query, values).first()
        return None if row is None else kind(*row)

    def _add(self, *rows: tables.Base) -> None:
        with refusals(self._turn.busy_seconds):
            self._session.add_all(rows)
            self._session.flush()

    def _added(self, row: Row) -> Row:
        """Add a row and read it back as the database holds it."""
        self._add(row)
        return self._read_back(row)

    def _read_back(self, row: Row) -> Row:
        with refusals(self._turn.busy_seconds):
            self._session.flush()
            self._session.refresh(row)
        return row

    def _next_number(self, column: Any, *where: Any) -> int:
        """The number after the largest; exact, because only one writer has the turn."""
        return int(self._first(select(func.coalesce(func.max(column), 0)).where(*where))) + 1

    def _based_on(self, row: VersionedRow, based_on: int, kind: str, now: Any) -> None:
        """Refuse a change that was made looking at an older version.

        Raises
        ------
        StoreError
            ``stale``, with the record as it stands.
        """
        if row.version != based_on:
            raise StoreError(
                "stale",
                kind=kind,
                id=now.id if hasattr(now, "id") else now.code,
                expected=based_on,
                found=row.version,
                changed_by=row.changed_by,
                changed_at=row.changed_at,
                now=now,
            )

    def _change(self, row: VersionedRow, fields: Iterable[tuple[str, Any]]) -> VersionedRow:
        for name, value in fields:
            setattr(row, name, value)
        for name, value in self._stamp(row.version + 1).items():
            setattr(row, name, value)
        return self._read_back(row)


@cache
def plainly(table: type[tables.Base], kind: type[Any], *by: str, newest: str | None = None) -> Select[Any]:
    """The rows of a table by the columns `by`, as the fields of `kind` in their order.

    For what is asked at every move of a lever: made once, and without objects that follow their rows. `newest` is the
    column by which the last one comes first.
    """
    own = table.__table__.c
    query = select(*(own[one.name] for one in dataclasses.fields(kind)))
    query = query.where(*(own[name] == bindparam(name) for name in by))
    return query if newest is None else query.order_by(own[newest].desc()).limit(1)


def record(kind: type[Record], row: tables.Base, /, **instead: Any) -> Record:
    """The record of a row; `instead` holds fields that are not the column as it is."""
    names = [one.name for one in dataclasses.fields(kind)]  # type: ignore[arg-type]
    return kind(**{name: instead[name] if name in instead else getattr(row, name) for name in names})


def only(fields: dict[str, Any], allowed: Iterable[str]) -> Iterable[tuple[str, Any]]:
    """The fields to change; TypeError for one that this record does not have or that never changes."""
    unknown = set(fields) - set(allowed)
    if unknown:
        raise TypeError(f"cannot change {sorted(unknown)}")
    return fields.items()
