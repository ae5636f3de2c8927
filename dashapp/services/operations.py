"""Running the service: copies of everything, and the log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dashapp.services.refused import RefusedError
from dashapp.services.rights import Action, Actor, needs
from data.store import Manifest, Restored, Store, StoreError
from data.store import backup as write_backup
from data.store import restore as put_back
from data.store.records import Broken, LogEntry


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
def verify_log(store: Store, _actor: Actor, /) -> tuple[int, str, Broken | None]:
    """Number and hash of the log's last entry, and the first entry that is not what was written (None: all are)."""
    with store.reading() as work:
        seq, hash = work.log.head()
        return seq, hash, work.log.verify()
