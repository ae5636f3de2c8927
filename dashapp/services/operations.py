"""Running the service: copies of everything, and the log."""

from __future__ import annotations

from typing import Any

from dashapp.services.rights import Action, Actor, needs
from data.store import Store
from data.store.records import Broken, LogEntry


@needs(Action.READ_LOG)
def read_log(store: Store, _actor: Actor, /, **wanted: Any) -> tuple[LogEntry, ...]:
    """Entries of the log; `wanted`: after, before, limit, newest_first, action, user, subject, subject_prefix."""
    with store.reading() as work:
        return work.log.entries(**wanted)


@needs(Action.VERIFY_LOG)
def verify_log(store: Store, _actor: Actor, /) -> tuple[int, Broken | None]:
    """How many entries the log has, and the first that is not what was written (None: all are)."""
    with store.reading() as work:
        return work.log.head()[0], work.log.verify()
