"""Who may log in, who tried to, and the one-time links that let the first one in."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, delete, exists, func, insert, select, update

from data.store import records, tables
from data.store.errors import StoreError
from data.store.repositories.base import Repository, only, plainly, record


class Users(Repository):
    """`work.users`."""

    def add(self, name: str, *, display_name: str, password_hash: str, role: str) -> records.User:
        """Add somebody who may log in.

        Raises
        ------
        StoreError
            ``duplicate`` {kind, name} if the name is taken, whatever its case or width; ``bad_value`` (role).
        """
        if self.find(name) is not None:
            raise StoreError("duplicate", kind="user", name=name)
        row = tables.User(
            key=name_key(name),
            name=name,
            display_name=display_name,
            password_hash=password_hash,
            role=role,
            active=True,
            session_epoch=1,
            created_at=self._turn.at,
            **self._stamp(),
        )
        return record(records.User, self._added(row))

    def get(self, id: int) -> records.User:
        """One user.

        Raises
        ------
        StoreError
            ``not_found``.
        """
        return record(records.User, self._get(tables.User, id, "user"))

    def find(self, name: str) -> records.User | None:
        """The user of that name, whatever its case or width, or None."""
        return self._quick(records.User, plainly(tables.User, records.User, "key"), key=name_key(name))

    def holding(self, name: str, hash: str, *, purpose: str) -> records.Holder | None:
        """The user of that name, if there is one and the secret of that hash can be used now: one question."""
        asked = {"key": name_key(name), "hash": hash, "purpose": purpose, "now": self._turn.at}
        return self._quick(records.Holder, _holding(), **asked)

    def list(self) -> tuple[records.User, ...]:
        """All users by name."""
        return tuple(record(records.User, row) for row in self._all(select(tables.User).order_by(tables.User.key)))

    def count(self, role: str | None = None, active: bool | None = True) -> int:
        """How many users there are, of a role, active or not (None: both)."""
        query = select(func.count()).select_from(tables.User)
        if role is not None:
            query = query.where(tables.User.role == role)
        if active is not None:
            query = query.where(tables.User.active.is_(active))
        return int(self._first(query))

    def change(self, id: int, based_on: int, *, end_sessions: bool = False, **fields: Any) -> records.User:
        """Change display_name, password_hash, role or active; `end_sessions` logs the user out everywhere.

        Raises
        ------
        StoreError
            ``not_found``, ``stale``, ``bad_value`` (role).
        """
        row = self._get(tables.User, id, "user")
        self._based_on(row, based_on, "user", record(records.User, row))
        changes = [*only(fields, ("display_name", "password_hash", "role", "active"))]
        if end_sessions:
            changes.append(("session_epoch", row.session_epoch + 1))
        return record(records.User, self._change(row, changes))


class Logins(Repository):
    """`work.logins`: attempts to log in, for the limit of their rate."""

    def add(self, name: str, address: str, succeeded: bool) -> None:
        """Remember an attempt at this transaction's time."""
        attempt = {"name": name_key(name), "address": address, "at": self._turn.at, "succeeded": succeeded}
        self._execute(insert(tables.LoginAttempt), attempt)

    def failures(self, *, since: datetime, name: str | None = None, address: str | None = None) -> int:
        """How many attempts failed since a time, of a name or from an address or both.

        Only those after the last success of that name count, where a name is given.
        """
        own = tables.LoginAttempt
        query = select(func.count()).where(own.succeeded.is_(False), own.at >= since)
        if address is not None:
            query = query.where(own.address == address)
        if name is not None:
            succeeded = select(func.coalesce(func.max(own.id), 0)).where(own.name == name_key(name), own.succeeded)
            query = query.where(own.name == name_key(name), own.id > succeeded.scalar_subquery())
        return int(self._first(query))

    def forget(self, before: datetime) -> int:
        """Forget attempts before a time and say how many."""
        return int(self._execute(delete(tables.LoginAttempt).where(tables.LoginAttempt.at < before)).rowcount)


class Tokens(Repository):
    """`work.tokens`: secrets that may be used once (a link for the first administrator, a session)."""

    def add(self, hash: str, *, purpose: str, expires: datetime) -> records.SetupToken:
        """Remember the hash of a secret that may be used once for `purpose` until it expires.

        Raises
        ------
        StoreError
            ``duplicate`` if that hash is known already.
        """
        row = tables.SetupToken(hash=hash, purpose=purpose, created_at=self._turn.at, expires=expires)
        return record(records.SetupToken, self._added(row))

    def find(self, hash: str, *, purpose: str) -> records.SetupToken | None:
        """The token of that secret if it can be used now, or None."""
        by = plainly(tables.SetupToken, records.SetupToken, "hash", "purpose")
        found = self._quick(records.SetupToken, by, hash=hash, purpose=purpose)
        return found if found is not None and found.used_at is None and found.expires > self._turn.at else None

    def use(self, hash: str, *, purpose: str) -> records.SetupToken:
        """Use a token up.

        Raises
        ------
        StoreError
            ``not_found`` if it is unknown, for another purpose, expired or used.
        """
        row = self._usable(hash, purpose)
        if row is None:
            raise StoreError("not_found", kind="token", id=None)
        row.used_at = self._turn.at
        return record(records.SetupToken, self._read_back(row))

    def use_all(self, purpose: str) -> int:
        """Use up every token for a purpose and say how many there were."""
        own = tables.SetupToken
        open_ones = update(own).where(own.purpose == purpose, own.used_at.is_(None))
        return int(self._execute(open_ones.values(used_at=self._turn.at)).rowcount)

    def forget(self, before: datetime) -> int:
        """Forget tokens that expired before a time and say how many."""
        return int(self._execute(delete(tables.SetupToken).where(tables.SetupToken.expires < before)).rowcount)

    def _usable(self, hash: str, purpose: str) -> tables.SetupToken | None:
        own = tables.SetupToken
        query = select(own).where(own.hash == hash, own.purpose == purpose, own.used_at.is_(None))
        found: tables.SetupToken | None = self._first(query.where(own.expires > self._turn.at))
        return found


@cache
def _holding() -> Select[Any]:
    own = tables.SetupToken
    usable = (own.hash == bindparam("hash"), own.purpose == bindparam("purpose"), own.used_at.is_(None))
    usable_now = exists().where(*usable, own.expires > bindparam("now"))
    return plainly(tables.User, records.Holder, "key").where(usable_now)


def name_key(name: str) -> str:
    """A name as names are compared: "Lan" and "ｌａｎ" are one person."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name.strip()).casefold())
