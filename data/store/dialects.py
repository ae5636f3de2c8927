"""The few things that differ between SQLite and PostgreSQL: opening a connection and beginning a transaction.

Everything else in the store is one logic for both. A transaction is begun for reading (one consistent state, nothing
can be written) or for writing (a turn: nobody else writes until it ends).
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, cast
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from data.store.errors import StoreError

SCHEMA = "chitieu"
"""Where the tables live in PostgreSQL."""

CONNECTIONS = 5
EXTRA_CONNECTIONS = 20
CONNECT_SECONDS = 10
ABANDONED_SECONDS = 120
"""A writer that says nothing for so long has died without PostgreSQL noticing: its turn ends."""

ASK_AGAIN_SECONDS = 0.003
"""Who waits for a turn in SQLite asks so often. SQLite's own waiting asks ever less often, so that among many writers
the newest wins and the oldest may wait for ever."""

_MIGRATION_LOCK = 0x63686974  # any number, the same for all of us
_MODE = "chitieu_mode"
_FILE = "chitieu_file"


class Mode(StrEnum):
    """What a transaction is begun for."""

    READ = "read"
    WRITE = "write"
    OUTSIDE = "outside"
    """No transaction at all: for what a database allows only outside of one."""


class _DbApi(Protocol):
    """What we use of a connection of the database's own library."""

    isolation_level: Any
    autocommit: Any

    def cursor(self) -> Any: ...


@dataclass(frozen=True)
class Dialect:
    """How to connect (once per connection), begin (once per transaction) and set up (once per database)."""

    connect_args: Callable[[float], Mapping[str, Any]]
    on_connect: Callable[[_DbApi, float], None]
    on_begin: Callable[[Connection, Mode, float], None]
    prepare: Callable[[Connection], None]
    make_room: Callable[[Connection], None]


def parse(url: str) -> URL:
    """The address of a database, with the driver we use.

    Raises
    ------
    StoreError
        ``bad_url``: neither a SQLite file nor PostgreSQL; the address is not repeated, it may hold a password.
    """
    try:
        address = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise StoreError("bad_url", reason="syntax") from error
    backend = address.get_backend_name()
    if backend == "postgresql":
        return address.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise StoreError("bad_url", reason="kind", known=("sqlite", "postgresql"))
    if not address.database or address.database.startswith((":memory:", "file:")):
        raise StoreError("bad_url", reason="no_file")
    return address.set(drivername="sqlite")


def connect(url: URL, busy_seconds: float) -> Engine:
    """An engine whose transactions begin as `Mode` says; nothing is opened yet."""
    dialect = DIALECTS[url.get_backend_name()]
    engine = create_engine(
        url,
        connect_args=dict(dialect.connect_args(busy_seconds)),
        pool_size=CONNECTIONS,
        max_overflow=EXTRA_CONNECTIONS,
        pool_timeout=busy_seconds,
        pool_pre_ping=url.get_backend_name() != "sqlite",  # a file does not hang up
    )
    event.listen(engine, "connect", lambda raw, _: dialect.on_connect(raw, busy_seconds))
    event.listen(engine, "begin", lambda connection: dialect.on_begin(connection, mode_of(connection), busy_seconds))
    if url.get_backend_name() == "sqlite":
        _stay_with_the_file(engine, Path(os.path.abspath(url.database or "")))
    return engine


def _stay_with_the_file(engine: Engine, path: Path) -> None:
    """Never make a file by connecting, and never go on with one that is not at its place any more.

    A connection would write into a file that was moved, deleted or replaced, and say that all is well.
    """

    def open_what_is_there(_: object, __: object, arguments: list[Any], options: dict[str, Any]) -> None:
        arguments[0] = f"file:{quote(str(path))}?mode=rw"
        options["uri"] = True

    def remember(_: object, record: ConnectionPoolEntry) -> None:
        record.info[_FILE] = _identity(path)

    def compare(_: object, record: ConnectionPoolEntry, __: object) -> None:
        if record.info[_FILE] != _identity(path):
            raise DisconnectionError("another file")  # the pool connects anew

    event.listen(engine, "do_connect", open_what_is_there)
    event.listen(engine, "connect", remember)
    event.listen(engine, "checkout", compare)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def mode_of(connection: Connection) -> Mode:
    """What this connection's transactions are begun for."""
    return Mode(connection.get_execution_options().get(_MODE, Mode.READ))


def for_mode(engine: Engine, mode: Mode) -> Engine:
    """The same engine, its transactions begun for `mode`; an engine that was told nothing reads."""
    return engine if mode is Mode.READ else engine.execution_options(**{_MODE: mode})


def prepare(engine: Engine) -> None:
    """What a database is told once and remembers, outside of any transaction; it must be known to be ours or empty."""
    with for_mode(engine, Mode.OUTSIDE).connect() as connection:
        DIALECTS[engine.dialect.name].prepare(connection)


def make_room(connection: Connection) -> None:
    """Wait until no other process sets up this database, and make the place for its tables."""
    DIALECTS[connection.dialect.name].make_room(connection)


# --- SQLite ----------------------------------------------------------------------------------------------------------


def find_file(url: URL, *, make: bool) -> None:
    """See that the file of a SQLite database is there, or make it with its folder, for nobody else to read.

    Raises
    ------
    StoreError
        ``unavailable`` {reason, path}; ``read_only`` {path} if we may not write the file, or others beside it.
    """
    path = Path(url.database or "")
    if path.is_file():
        if not all(os.access(one, os.W_OK, effective_ids=True) for one in (path, path.parent)):
            raise StoreError("read_only", path=str(path))
        return
    if not make:
        raise StoreError("unavailable", reason="no_such_file", path=str(path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreError("unavailable", reason=os.strerror(error.errno or 0), path=str(path)) from error


def _sqlite_args(busy_seconds: float) -> Mapping[str, Any]:
    return {"timeout": busy_seconds}


def _sqlite_connect(raw: _DbApi, busy_seconds: float) -> None:
    raw.isolation_level = None  # transactions begin where we say, not where Python guesses
    cursor = raw.cursor()
    for pragma in (
        f"busy_timeout = {int(busy_seconds * 1000)}",
        "foreign_keys = ON",
        "synchronous = FULL",
        "recursive_triggers = ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(connection: Connection, mode: Mode, busy_seconds: float) -> None:
    if mode is Mode.READ:  # at every move of a lever, and neither looks at the file: SQLite itself is asked
        plain = cast(_DbApi, connection.connection.dbapi_connection).cursor()
        plain.execute("PRAGMA query_only = ON")
        plain.execute("BEGIN")
        plain.close()
        return
    connection.exec_driver_sql("PRAGMA query_only = OFF")
    if mode is Mode.OUTSIDE:
        return
    connection.exec_driver_sql("PRAGMA busy_timeout = 0")
    raw = cast(_DbApi, connection.connection.dbapi_connection).cursor()
    until = time.monotonic() + busy_seconds
    try:
        while _is_taken(raw) and time.monotonic() < until:
            time.sleep(ASK_AGAIN_SECONDS)
        if not raw.connection.in_transaction:
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # says why not
    finally:
        raw.execute(f"PRAGMA busy_timeout = {int(busy_seconds * 1000)}")
        raw.close()


def _is_taken(raw: Any) -> bool:
    """Take the turn; True if another has it."""
    try:
        raw.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        return error.sqlite_errorname.startswith("SQLITE_BUSY")
    return False


def _sqlite_prepare(connection: Connection) -> None:
    if connection.exec_driver_sql("PRAGMA journal_mode").scalar() != "wal":
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")


def _sqlite_room(connection: Connection) -> None:
    """BEGIN IMMEDIATE has made everybody wait already, and a file needs no schema."""


# --- PostgreSQL ------------------------------------------------------------------------------------------------------


def _postgres_args(_: float) -> Mapping[str, Any]:
    return {"connect_timeout": CONNECT_SECONDS, "keepalives_idle": 30, "application_name": SCHEMA}


def _postgres_connect(raw: _DbApi, busy_seconds: float) -> None:
    before, raw.autocommit = raw.autocommit, True
    cursor = raw.cursor()
    for setting in (
        f"search_path = {SCHEMA}",
        "timezone = 'UTC'",
        f"lock_timeout = {int(busy_seconds * 1000)}",
        f"idle_in_transaction_session_timeout = {ABANDONED_SECONDS * 1000}",
    ):
        cursor.execute(f"SET {setting}")
    cursor.close()
    raw.autocommit = before


def _postgres_begin(connection: Connection, mode: Mode, _: float) -> None:
    if mode is Mode.READ:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


def _postgres_prepare(_: Connection) -> None:
    """Nothing to remember."""


def _postgres_room(connection: Connection) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
    there = connection.execute(text("SELECT 1 FROM pg_namespace WHERE nspname = :name"), {"name": SCHEMA})
    if there.first() is None:
        connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))


DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {
        "sqlite": Dialect(_sqlite_args, _sqlite_connect, _sqlite_begin, _sqlite_prepare, _sqlite_room),
        "postgresql": Dialect(_postgres_args, _postgres_connect, _postgres_begin, _postgres_prepare, _postgres_room),
    }
)
