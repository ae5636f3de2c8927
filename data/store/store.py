"""The database: opened, brought up to date, and worked on one transaction at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from sqlalchemy import URL, Connection, Engine, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from data.store import dialects, tables
from data.store.dialects import Mode
from data.store.errors import StoreError
from data.store.failures import refusals
from data.store.migrations import HEAD, REVISIONS, VERSION_TABLE
from data.store.repositories import Turn
from data.store.work import Work

DEFAULT_URL = "sqlite:///var/chitieu.db"
BUSY_SECONDS = 20.0
_PAUSE_SECONDS = 0.02


def utc_now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


class Store:
    """One database. Safe for threads; a process that forks opens its own afterwards."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime], busy_seconds: float) -> None:
        self._engine = engine
        self._clock = clock
        self._busy_seconds = busy_seconds

    @classmethod
    def open(
        cls,
        url: str | None = None,
        *,
        migrate: bool = True,
        clock: Callable[[], datetime] = utc_now,
        busy_seconds: float = BUSY_SECONDS,
    ) -> Store:
        """Open a database, made and brought up to date if need be.

        Parameters
        ----------
        url : str, optional
            ``sqlite:///path`` or ``postgresql://...``; None: a file under ``var/``.
        migrate : bool
            False: refuse a database that is not up to date instead of changing it.
        busy_seconds : float
            How long one waits for one's turn to write.

        Raises
        ------
        StoreError
            ``bad_url``, ``unavailable``, ``read_only``, ``disk_full``, ``busy``, ``foreign_database``,
            ``newer_database``, ``older_database`` (only without `migrate`).
        """
        address = dialects.parse(DEFAULT_URL if url is None else url)
        if address.get_backend_name() == "sqlite":
            dialects.find_file(address, make=migrate)
        engine = dialects.connect(address, busy_seconds)
        try:
            with refusals(busy_seconds):
                _bring_up_to_date(engine, migrate)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, clock, busy_seconds)

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    @property
    def url(self) -> URL:
        """Where the database is; shown as text, its password is left out."""
        return self._engine.url

    @contextmanager
    def work(self, actor: str) -> Iterator[Work]:
        """One transaction that may write: everything in it happens, or nothing of it.

        Writers have turns, on both databases: until this one ends, nobody else writes; so nothing read here can
        change before it is written. Whoever waits longer than `busy_seconds` gets ``busy``. Waiting is repeated
        only before the body begins: a body is never run twice. If the database goes away in the very moment of the
        commit, ``unavailable`` leaves open whether it happened; the log says.

        Parameters
        ----------
        actor : str
            Name of who does it, or of the part of the product that does.

        Raises
        ------
        StoreError
            ``busy``, ``unavailable``, ``read_only``, ``disk_full``, ``damaged``; and what the repositories raise.
        """
        connection = self._begin()
        try:
            turn = Turn(connection, actor, self._clock().astimezone(UTC), self._busy_seconds)
            yield Work(turn)
            with refusals(self._busy_seconds):
                turn.commit()
        except BaseException:
            _abandon(connection)
            raise
        with suppress(SQLAlchemyError):
            connection.close()

    @contextmanager
    def reading(self) -> Iterator[Work]:
        """One consistent state of everything, whatever others write meanwhile; what would write gets ``read_only``.

        Raises
        ------
        StoreError
            ``busy``, ``unavailable``; and what the repositories raise.
        """
        with refusals(self._busy_seconds):
            connection = _begun(self._engine, Mode.READ)
        try:
            yield Work(Turn(connection, "", self._clock().astimezone(UTC), self._busy_seconds))
        finally:
            _abandon(connection)

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection that sees one consistent state, for copying all of it."""
        with refusals(self._busy_seconds), dialects.for_mode(self._engine, Mode.READ).connect() as connection:
            yield connection

    def ready(self) -> bool:
        """True if the database answers and is up to date."""
        try:
            return self.version() == HEAD
        except StoreError:
            return False

    def version(self) -> str | None:
        """The revision of the database, None if it has none.

        Raises
        ------
        StoreError
            ``unavailable``, ``busy``.
        """
        with self.snapshot() as connection:
            return revision_of(connection)

    @property
    def busy_seconds(self) -> float:
        """How long one waits for one's turn to write."""
        return self._busy_seconds

    def _begin(self) -> Connection:
        """A connection that holds the turn; asking for it is repeated until the time is up."""
        until = time.monotonic() + self._busy_seconds
        while True:
            try:
                with refusals(self._busy_seconds):
                    return _turn(self._engine)
            except StoreError as refused:
                if refused.code != "busy" or time.monotonic() >= until:
                    raise
                time.sleep(_PAUSE_SECONDS)


def _turn(engine: Engine) -> Connection:
    connection = _begun(engine, Mode.WRITE)
    try:
        head = connection.execute(select(tables.LogHead.seq).where(tables.LogHead.id == 1).with_for_update()).first()
    except BaseException:
        _abandon(connection)
        raise
    if head is None:
        _abandon(connection)
        raise StoreError("damaged", reason="log_head")
    return connection


def _begun(engine: Engine, mode: Mode) -> Connection:
    """A connection in a transaction of its own."""
    connection = dialects.for_mode(engine, mode).connect()
    try:
        connection.begin()
    except BaseException:
        _abandon(connection)
        raise
    return connection


def _abandon(connection: Connection) -> None:
    """Roll back and let go, whatever state the connection is in."""
    with suppress(SQLAlchemyError):
        connection.rollback()
    with suppress(SQLAlchemyError):
        connection.close()


def revision_of(connection: Connection) -> str | None:
    """The revision of a database that is ours, None if it is empty.

    Raises
    ------
    StoreError
        ``foreign_database`` if it holds tables that are not ours; ``newer_database`` if they are ours of a later
        release.
    """
    names = set(inspect(connection).get_table_names())
    if not names:
        return None
    if VERSION_TABLE not in names:
        raise StoreError("foreign_database", reason="tables")
    found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalars().all()  # noqa: S608
    if len(found) != 1:
        raise StoreError("damaged", reason="revision")
    revision = str(found[0])
    if revision not in REVISIONS:
        raise StoreError("newer_database", found=revision, known=HEAD)
    return revision


def _bring_up_to_date(engine: Engine, migrate: bool) -> None:
    with dialects.for_mode(engine, Mode.READ).connect() as connection:
        revision = revision_of(connection)
    if revision != HEAD and not migrate:
        raise StoreError("older_database", found=revision, known=HEAD)
    dialects.prepare(engine)
    if revision != HEAD:
        set_up(engine, HEAD)


def set_up(engine: Engine, to: str) -> None:
    """Bring an empty or older database to a revision, while every other process waits."""
    from data.store.migrations.upgrade import upgrade  # loads Alembic, which a database up to date does not need

    with dialects.for_mode(engine, Mode.WRITE).begin() as connection:
        dialects.make_room(connection)
        if revision_of(connection) != to:
            upgrade(connection, to)
