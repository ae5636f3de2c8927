"""The log: append-only, each entry chained to the one before by its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Generator
from contextlib import closing
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, insert, or_, select, type_coerce, update

from data.store import records, tables
from data.store.errors import StoreError
from data.store.failures import refusals
from data.store.records import Broken, LogEntry, Verified
from data.store.repositories.base import Repository, record
from data.store.types import Words, same_document, written

GENESIS = "0" * 64
"""What stands in place of a hash before the first entry."""

_PAGE = 1000
_HASHED = ("seq", "at", "user", "action", "subject", "before", "after", "previous_hash")


class Log(Repository):
    """`work.log`: everything that changed, by whom, before and after."""

    def append(
        self, action: str, subject: str, before: records.Document | None = None, after: records.Document | None = None
    ) -> LogEntry:
        """Add an entry of this transaction's actor and time at the end of the chain.

        Parameters
        ----------
        action, subject : str
            What was done and to what, e.g. ``"override.withdraw"``, ``"override/17"``.
        before, after : document, optional
            What changed.
        """
        seq, previous = self.head()
        entry: dict[str, Any] = {
            "seq": seq + 1,
            "at": self._turn.at,
            "user": self._turn.actor,
            "action": action,
            "subject": subject,
            "before": None if before is None else same_document(before),
            "after": None if after is None else same_document(after),
            "previous_hash": previous,
        }
        entry["hash"] = entry_hash(entry)
        self._execute(update(tables.LogHead).values(seq=entry["seq"], hash=entry["hash"]))
        self._execute(insert(tables.LogEntry), entry)
        return LogEntry(**entry)

    def head(self) -> tuple[int, str]:
        """Number and hash of the last entry, as the head row knows them; (0, `GENESIS`) before the first.

        Raises
        ------
        StoreError
            ``damaged`` if the head row is not there.
        """
        with refusals(self._turn.busy_seconds):
            head = self._turn.connection.execute(_head()).first()
        if head is None:
            raise StoreError("damaged", reason="log_head")
        return head.seq, head.hash

    def entries(
        self,
        *,
        after: int = 0,
        before: int | None = None,
        limit: int = 100,
        newest_first: bool = False,
        action: str | None = None,
        user: str | None = None,
        subject: str | None = None,
        subject_prefix: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        actions: Collection[str] | None = None,
        subjects: Collection[str] | None = None,
        text: str = "",
    ) -> tuple[LogEntry, ...]:
        """At most `limit` entries with `after` < seq < `before` that match what is given.

        Parameters
        ----------
        since, until : datetime, optional
            Written at `since` or later and before `until`.
        actions : collection of str, optional
            Any of them; one that ends in a dot stands for all that begin with it.
        subjects : collection of str, optional
            Any of them; one that ends in a slash stands for all that begin with it.
        text : str
            Part of what changed, of the subject or of the user, whatever the case of the letters.
        """
        log = tables.LogEntry
        query = select(log).where(log.seq > after)
        if before is not None:
            query = query.where(log.seq < before)
        for column, value in ((log.action, action), (log.user, user), (log.subject, subject)):
            if value is not None:
                query = query.where(column == value)
        if subject_prefix is not None:
            query = query.where(log.subject.startswith(subject_prefix, autoescape=True))
        if since is not None:
            query = query.where(log.at >= since)
        if until is not None:
            query = query.where(log.at < until)
        if actions is not None:
            query = query.where(_any_of(log.action, actions, "."))
        if subjects is not None:
            query = query.where(_any_of(log.subject, subjects, "/"))
        if text:
            query = query.where(_says(text))
        query = query.order_by(log.seq.desc() if newest_first else log.seq).limit(limit)
        return tuple(record(LogEntry, row) for row in self._all(query))

    def verify(self) -> Broken | None:
        """The first entry that is not what was written, or None if the whole chain holds."""
        return self.verify_on(0).broken

    def verify_on(self, after: int, most: int | None = None) -> Verified:
        """Read on from an entry up to which the log was found to hold: to the end, or at most so many entries."""
        seq, previous = after, GENESIS
        if after:
            last = self._entry(after)
            if last is None:
                return Verified(after, previous, whole=False, broken=Broken(after, "missing"))
            previous = last.hash
        with closing(self._stream(after, most)) as entries:
            for entry in entries:
                broken = self._fault(entry, seq + 1, previous)
                if broken is not None:
                    return Verified(seq, previous, whole=False, broken=broken)
                seq, previous = entry.seq, entry.hash
        if most is not None and seq - after == most:
            return Verified(seq, previous, whole=False)
        broken = self._at_the_end(seq, previous)
        return Verified(seq, previous, whole=broken is None, broken=broken)

    def _at_the_end(self, seq: int, previous: str) -> Broken | None:
        """What does not fit between the last entry and the row that knows the end."""
        end, end_hash = self.head()
        if seq < end:
            return Broken(seq + 1, "cut")
        if seq > end:
            return Broken(end + 1, "added", self._entry(end + 1))
        return None if previous == end_hash else Broken(seq, "head", self._entry(seq))

    def _fault(self, entry: LogEntry, seq: int, previous: str) -> Broken | None:
        if entry.seq != seq:
            return Broken(seq, "missing")
        whole = entry_hash({name: getattr(entry, name) for name in _HASHED}) == entry.hash
        if entry.previous_hash == previous and whole:
            return None
        if entry.previous_hash == previous:
            return Broken(seq, "changed", entry)
        follower = select(tables.LogEntry.seq).where(tables.LogEntry.previous_hash == previous).limit(1)
        if self._first(follower) is not None:
            return Broken(seq, "reordered", entry)
        return Broken(seq, "missing" if whole else "changed", entry)

    def _entry(self, seq: int) -> LogEntry | None:
        row = self._find(tables.LogEntry, seq)
        return None if row is None else record(LogEntry, row)

    def _stream(self, after: int, most: int | None) -> Generator[LogEntry]:
        columns = [getattr(tables.LogEntry, name) for name in (*_HASHED, "hash")]
        with refusals(self._turn.busy_seconds):
            query = select(*columns).where(tables.LogEntry.seq > after).order_by(tables.LogEntry.seq).limit(most)
            query = query.execution_options(yield_per=_PAGE)
            with self._session.execute(query) as found:
                for row in found:
                    yield LogEntry(**row._mapping)


@cache
def _head() -> Select[Any]:
    """Asked at every move of a lever: made once, and without objects of rows."""
    own = tables.LogHead.__table__.c
    return select(own.seq, own.hash)


def _any_of(column: Any, wanted: Collection[str], end: str) -> ColumnElement[bool]:
    """Whole names, and beginnings of names, which are those with `end` at their end."""
    begun = [column.startswith(one, autoescape=True) for one in sorted(wanted) if one.endswith(end)]
    return or_(column.in_([one for one in wanted if not one.endswith(end)]), *begun)


def _says(text: str) -> ColumnElement[bool]:
    """Entries that hold a text; SQLite knows the case of Latin letters only, so three ways to write it are tried."""
    own = tables.LogEntry
    places = [own.user, own.subject, *(type_coerce(column, Words()) for column in (own.before, own.after))]
    ways = {text, text.lower(), text.upper(), text[:1].upper() + text[1:]}
    return or_(*(place.icontains(way, autoescape=True) for place in places for way in sorted(ways)))


def entry_hash(entry: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON of every field but the hash itself."""
    return hashlib.sha256(written({name: entry[name] for name in _HASHED}, canonical=True).encode()).hexdigest()
