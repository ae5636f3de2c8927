"""Running the service: copies of everything, and the log."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dashapp.services.refused import RefusedError
from dashapp.services.rights import Action, Actor, needs
from data.store import Manifest, Restored, Store, StoreError
from data.store import backup as write_backup
from data.store import restore as put_back
from data.store.records import Broken, LogEntry, Verified

STRETCH = 10_000
"""Entries of the log that are verified in one request: half a second."""


@needs(Action.BACK_UP)
def backup(store: Store, _actor: Actor, /, path: Path) -> Manifest:
    """Write everything as it is at one moment into one file, while people work.

    Raises
    ------
    OutputError
        If the place cannot be written.
    StoreError
        ``unavailable``, ``disk_full``, ``damaged`` (a log that does not hold is not backed up).
    """
    return write_backup(store, path)


@needs(Action.BACK_UP)
def hand_backup(store: Store, actor: Actor, /, path: Path) -> Manifest:
    """As `backup`, for somebody who takes it away: the log says who did, and what was in it.

    Raises
    ------
    OutputError, StoreError
        As `backup`.
    """
    made = write_backup(store, path)
    told = {"rows": sum(made.counts.values()), "log_seq": made.log_seq, "sha256": made.sha256}
    with store.work(actor.name) as work:
        work.log.append("database.backup", "database", after=told)
    return made


@needs(Action.BACK_UP)
def handed(store: Store, _actor: Actor, /, limit: int = 10) -> tuple[LogEntry, ...]:
    """The backups that were taken away, the newest first."""
    with store.reading() as work:
        return work.log.entries(action="database.backup", newest_first=True, limit=limit)


@needs(Action.BACK_UP)
def holdings(store: Store, _actor: Actor, /) -> Mapping[str, int]:
    """How much there is to be backed up, kind by kind."""
    with store.reading() as work:
        campaigns = [one.id for one in work.campaigns.list()]
        return {
            "campaigns": len(campaigns),
            "figures": sum(len(work.figures.list(one)) for one in campaigns),
            "scenarios": sum(len(work.scenarios.list(one)) for one in campaigns),
            "tables": sum(len(work.allocations.list(one)) for one in campaigns),
            "users": work.users.count(active=None),
            "log": work.log.head()[0],
        }


@needs(Action.BACK_UP)
def restore(url: str, actor: Actor, /, path: Path) -> Restored:
    """Put a backup in the place of the database at `url`; the old one is kept aside, and the log says who did it.

    Raises
    ------
    RefusedError
        ``backup_damaged``: what is in the file is not what was written into it.
    StoreError
        ``foreign_database``, ``newer_database``, ``in_use``, ``unavailable``, ``disk_full``.
    """
    try:
        restored = put_back(url, path)
    except StoreError as fault:
        if fault.code != "damaged":
            raise
        raise RefusedError("backup_damaged", path=str(path)) from fault
    store = Store.open(url)
    try:
        with store.work(actor.name) as work:
            told = {"made_at": restored.manifest.made_at, "log_seq": restored.manifest.log_seq}
            work.log.append("database.restore", "database", {"aside": restored.aside}, told)
    finally:
        store.close()
    return restored


@needs(Action.READ_LOG)
def read_log(store: Store, _actor: Actor, /, **wanted: Any) -> tuple[LogEntry, ...]:
    """Entries of the log; `wanted`: after, before, limit, newest_first, action, user, subject, subject_prefix."""
    with store.reading() as work:
        return work.log.entries(**wanted)


@needs(Action.VERIFY_LOG)
def verify_on(store: Store, _actor: Actor, /, after: int) -> tuple[Verified, int]:
    """A stretch of the log after an entry up to which it holds, and the number of its last entry by now."""
    with store.reading() as work:
        return work.log.verify_on(after, STRETCH), work.log.head()[0]


@needs(Action.VERIFY_LOG)
def verify_log(store: Store, _actor: Actor, /) -> tuple[int, str, Broken | None]:
    """Number and hash of the log's last entry, and the first entry that is not what was written (None: all are)."""
    with store.reading() as work:
        seq, hash = work.log.head()
        return seq, hash, work.log.verify()
