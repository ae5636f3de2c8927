"""From the many errors of two database libraries to the few of `StoreError`."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from sqlalchemy.exc import DBAPIError, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from data.store.errors import StoreError

FROZEN = "chitieu_frozen"
"""What the triggers say, followed by a colon and the table."""

_FROZEN_BY = re.compile(FROZEN + r":(\w+)")

_SQLITE: Mapping[str, str] = MappingProxyType(
    {
        "SQLITE_BUSY": "busy",
        "SQLITE_LOCKED": "busy",
        "SQLITE_PROTOCOL": "busy",
        "SQLITE_FULL": "disk_full",
        "SQLITE_IOERR_WRITE": "disk_full",
        "SQLITE_IOERR_SHMSIZE": "disk_full",
        "SQLITE_IOERR_TRUNCATE": "disk_full",
        "SQLITE_READONLY": "read_only",
        "SQLITE_PERM": "read_only",
        "SQLITE_NOTADB": "foreign_database",
        "SQLITE_CORRUPT": "damaged",
        "SQLITE_CONSTRAINT_UNIQUE": "duplicate",
        "SQLITE_CONSTRAINT_PRIMARYKEY": "duplicate",
        "SQLITE_CONSTRAINT_FOREIGNKEY": "unknown_reference",
        "SQLITE_CONSTRAINT": "bad_value",
        "SQLITE_MISMATCH": "bad_value",
        "SQLITE_TOOBIG": "bad_value",
    }
)
"""Result codes by name; one with a longer name falls back to the shorter (SQLITE_BUSY_SNAPSHOT to SQLITE_BUSY)."""

_POSTGRES: Mapping[str, str] = MappingProxyType(
    {
        "55P03": "busy",
        "40001": "busy",
        "40P01": "busy",
        "53100": "disk_full",
        "25006": "read_only",
        "42501": "read_only",
        "23505": "duplicate",
        "23503": "unknown_reference",
        "23": "bad_value",
        "22": "bad_value",
        "42P01": "damaged",
        "42703": "damaged",
        "XX001": "damaged",
        "XX002": "damaged",
    }
)
"""SQLSTATE; one that is not listed falls back to its class, the first two characters."""


@contextmanager
def refusals(busy_seconds: float) -> Iterator[None]:
    """Turn whatever the database libraries raise inside into a `StoreError`."""
    try:
        yield
    except SQLAlchemyError as error:
        raise refusal(error, busy_seconds) from error


def refusal(error: SQLAlchemyError, busy_seconds: float) -> StoreError:
    """The `StoreError` for an error of SQLAlchemy; one that shows a fault of our own is raised as it is."""
    if isinstance(error, PoolTimeoutError):
        return StoreError("busy", seconds=busy_seconds)
    cause = error.orig if isinstance(error, StatementError) else None
    if isinstance(cause, StoreError):
        return cause
    if not isinstance(error, DBAPIError) or cause is None:
        raise error
    frozen = _FROZEN_BY.search(str(cause))
    if frozen:
        return StoreError("frozen", what=frozen[1])
    code = _code(cause, disconnected=error.connection_invalidated)
    if code is None:
        raise error
    if code == "busy":
        return StoreError("busy", seconds=busy_seconds)
    if code == "unavailable":
        return StoreError("unavailable", reason=_reason(cause))
    if code in ("damaged", "foreign_database"):
        return StoreError(code, reason=_reason(cause))
    return StoreError(code)


def _code(cause: BaseException, *, disconnected: bool) -> str | None:
    if isinstance(cause, sqlite3.Error):
        name = getattr(cause, "sqlite_errorname", "")
        while name:
            if name in _SQLITE:
                return _SQLITE[name]
            name = name.rpartition("_")[0]
        if str(cause).startswith("no such "):  # table or column
            return "damaged"
        return "unavailable" if _sqlite_away(cause) else None
    state = getattr(cause, "sqlstate", None)
    if state is None:  # no answer of a server at all
        return (
            "unavailable" if disconnected or type(cause).__name__ in ("OperationalError", "ConnectionTimeout") else None
        )
    for known in (state, state[:2]):
        if known in _POSTGRES:
            return _POSTGRES[known]
    return "unavailable" if disconnected or state[:2] in _AWAY or state[:5] in _AWAY else None


_AWAY = frozenset({"08", "28", "3D000", "53", "57", "58", "25P03"})
"""Connection, authorisation, no such database, resources, a stop by hand, system errors, a turn that ran out."""


def _sqlite_away(cause: sqlite3.Error) -> bool:
    return getattr(cause, "sqlite_errorname", "").startswith(("SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_NOMEM"))


def _reason(cause: BaseException) -> str:
    """The first line of what the database said; never the statement or its values."""
    return (str(cause).strip() or type(cause).__name__).splitlines()[0]
