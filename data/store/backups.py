"""Backups: one file of one format, made of either kind of database and restored into either.

The file is a SQLite database with the tables as they were at one moment, and a table that says what it is.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, inspect, text

from data.output import write_whole
from data.store import dialects
from data.store.copying import MANIFEST, content_sha256, copy_rows
from data.store.dialects import SCHEMA, Mode
from data.store.errors import StoreError
from data.store.failures import refusals
from data.store.migrations import HEAD, REVISIONS
from data.store.repositories import Log, Turn
from data.store.store import BUSY_SECONDS, Store, revision_of, utc_now

FORMAT = 1
IN_USE_SECONDS = 2.0


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself.

    Attributes
    ----------
    format : int
        Of the file.
    made_at : datetime
    revision : str
        Of the tables.
    counts : mapping of table to number of rows
    log_seq, log_hash : int, str
        The end of the log; written down elsewhere, they prove later that the log was not exchanged as a whole.
    sha256 : str
        Of all that is in the tables.
    """

    format: int
    made_at: datetime
    revision: str
    counts: Mapping[str, int]
    log_seq: int
    log_hash: str
    sha256: str


@dataclass(frozen=True)
class Restored:
    """What was restored; `aside` is where the database is now that was there before (a file or a schema)."""

    manifest: Manifest
    aside: str | None


def backup(store: Store, path: Path | str, *, clock: Callable[[], datetime] = utc_now) -> Manifest:
    """Write a backup of one consistent state while others go on working; the file is whole or not there.

    Raises
    ------
    StoreError
        ``unavailable``, ``disk_full``, ``damaged`` (the log does not hold: nothing is written).
    data.output.OutputError
        If the place cannot be written.
    """
    made: list[Manifest] = []
    write_whole(path, lambda fresh: made.append(_write(store, fresh, clock)))
    return made[0]


def _write(store: Store, fresh: Path, clock: Callable[[], datetime]) -> Manifest:
    fresh.chmod(0o600)  # it holds password hashes
    with refusals(store.busy_seconds), _file(fresh) as target, store.snapshot() as source:
        revision = revision_of(source)
        if revision is None:
            raise StoreError("unavailable", reason="empty")
        _raise_tables(target, revision)
        counts = copy_rows(source, target)
        seq, head = _verified(target)
        manifest = Manifest(FORMAT, clock().astimezone(UTC), revision, counts, seq, head, content_sha256(target))
        target.exec_driver_sql(f"CREATE TABLE {MANIFEST} (manifest TEXT NOT NULL)")
        told = {**vars(manifest), "made_at": manifest.made_at.isoformat(), "counts": dict(counts)}
        target.execute(text(f"INSERT INTO {MANIFEST} VALUES (:told)"), {"told": json.dumps(told)})  # noqa: S608
        return manifest


def verify_backup(path: Path | str) -> Manifest:
    """Check a backup from end to end and give its manifest.

    Raises
    ------
    StoreError
        ``unavailable`` (no such file), ``foreign_database`` (not a backup of ours), ``newer_database``,
        ``damaged`` {reason: content, counts or log}.
    """
    with _checked(Path(path)) as (_, manifest):
        return manifest


def restore(
    url: str, path: Path | str, *, clock: Callable[[], datetime] = utc_now, busy_seconds: float = BUSY_SECONDS
) -> Restored:
    """Put a backup in the place of a database; what was there is kept aside.

    The service is stopped before: a SQLite file that somebody has open is refused. All of it or nothing happens.

    Raises
    ------
    StoreError
        As `verify_backup`; ``in_use``; ``foreign_database`` or ``newer_database`` if what is there is not ours or of
        a later release; ``bad_url``, ``unavailable``, ``disk_full``, ``busy``.
    """
    address = dialects.parse(url)
    stamp = clock().astimezone(UTC).strftime("%Y%m%dT%H%M%S%f")
    put = _into_file if address.get_backend_name() == "sqlite" else _into_schema
    with _checked(Path(path)) as (source, manifest), refusals(busy_seconds):
        return Restored(manifest, put(address, source, manifest.revision, stamp, busy_seconds))


def _into_file(url: URL, source: Connection, revision: str, stamp: str, busy_seconds: float) -> str | None:
    place = Path(url.database or "")
    new = not place.exists()
    dialects.find_file(url, make=True)
    fresh = place.with_name(f".{place.name}.{secrets.token_hex(8)}")
    try:
        with _file(place, Mode.READ) as connection:
            there = revision_of(connection) is not None
        with _nobody_else(place):
            dialects.find_file(url.set(database=str(fresh)), make=True)
            with _file(fresh) as target:
                _fill(source, target, revision)
            Store.open(f"sqlite:///{fresh}", busy_seconds=busy_seconds).close()
            aside = _keep(place, stamp) if there else None
            fresh.replace(place)
            new = False
    finally:
        left = [fresh, *(fresh.with_name(fresh.name + end) for end in ("-wal", "-shm", "-journal"))]
        for path in (*left, place) if new else left:
            path.unlink(missing_ok=True)
    return aside


@contextmanager
def _nobody_else(place: Path) -> Iterator[None]:
    """Hold a SQLite database for ourselves."""
    with closing(sqlite3.connect(place, timeout=IN_USE_SECONDS, isolation_level=None)) as raw:
        try:
            raw.execute("PRAGMA journal_mode = DELETE")  # refused while anybody has the file open
            raw.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
                raise StoreError("in_use") from error
            raise StoreError("unavailable", reason=str(error)) from error
        yield


def _keep(place: Path, stamp: str) -> str:
    """A second name (or a copy) of the file, so that the place is never without a database."""
    aside = place.with_name(f"{place.stem}.{stamp}{place.suffix}")
    try:
        os.link(place, aside)
    except OSError:
        shutil.copy2(place, aside)
    return str(aside)


def _into_schema(url: URL, source: Connection, revision: str, stamp: str, busy_seconds: float) -> str | None:
    engine = dialects.connect(url, busy_seconds)
    try:
        with dialects.for_mode(engine, Mode.WRITE).begin() as target:
            dialects.make_room(target)
            aside = None
            if revision_of(target) is not None:
                target.execute(text("SELECT 1 FROM log_head FOR UPDATE"))  # whoever writes finishes first
                aside = f"{SCHEMA}_{stamp.lower()}"
                target.execute(text(f"ALTER SCHEMA {SCHEMA} RENAME TO {aside}"))
                dialects.make_room(target)
            _fill(source, target, revision)
        return aside
    finally:
        engine.dispose()


def _fill(source: Connection, target: Connection, revision: str) -> None:
    """The tables as they were, then brought up to date; the log must hold at the end."""
    _raise_tables(target, revision)
    copy_rows(source, target)
    _raise_tables(target, HEAD)
    _verified(target)


def _raise_tables(target: Connection, revision: str) -> None:
    from data.store.migrations.upgrade import upgrade  # loads Alembic

    upgrade(target, revision)


def _verified(connection: Connection) -> tuple[int, str]:
    """The end of a log that holds from end to end.

    Raises
    ------
    StoreError
        ``damaged`` {reason: log, seq, fault}.
    """
    log = Log(Turn(connection, "", utc_now(), BUSY_SECONDS))
    broken = log.verify()
    if broken is not None:
        raise StoreError("damaged", reason="log", seq=broken.seq, fault=broken.reason)
    return log.head()


@contextmanager
def _file(path: Path, mode: Mode = Mode.WRITE) -> Iterator[Connection]:
    """One transaction on a SQLite file."""
    engine = dialects.connect(URL.create("sqlite", database=str(path)), BUSY_SECONDS)
    try:
        with dialects.for_mode(engine, mode).begin() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def _checked(path: Path) -> Iterator[tuple[Connection, Manifest]]:
    """A backup that was checked, opened for reading."""
    if not path.is_file():
        raise StoreError("unavailable", reason="no_such_file", path=str(path))
    engine = dialects.connect(URL.create("sqlite", database=str(path)), BUSY_SECONDS)
    try:
        with refusals(BUSY_SECONDS), dialects.for_mode(engine, Mode.READ).connect() as connection:
            manifest = _manifest(connection)
            if content_sha256(connection) != manifest.sha256:
                raise StoreError("damaged", reason="content")
            if _verified(connection) != (manifest.log_seq, manifest.log_hash):
                raise StoreError("damaged", reason="log", seq=manifest.log_seq, fault="head")
            yield connection, manifest
    finally:
        engine.dispose()


def _manifest(connection: Connection) -> Manifest:
    if MANIFEST not in inspect(connection).get_table_names():
        raise StoreError("foreign_database", reason="no_manifest")
    try:
        told: dict[str, Any] = json.loads(connection.scalar(text(f"SELECT manifest FROM {MANIFEST}")) or "")  # noqa: S608
        manifest = Manifest(**{**told, "made_at": datetime.fromisoformat(told["made_at"])})
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise StoreError("foreign_database", reason="manifest") from error
    if manifest.format > FORMAT or manifest.revision not in REVISIONS:
        raise StoreError("newer_database", found=manifest.revision, known=HEAD)
    return manifest
