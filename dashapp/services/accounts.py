"""Who may come in: accounts, passwords (argon2id), logging in, the one-time link of the first administrator.

Logging in is limited per name and per address; a wrong name costs as much work as a wrong password. A changed
password or role and a disabled account end every session (`session_epoch`).
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dashapp.services.provision import SYSTEM
from dashapp.services.refused import RefusedError, kept
from dashapp.services.rights import Action, Actor, Role, needs
from data.store import Store, StoreError, Work
from data.store.records import Holder, User

CONSOLE = Actor("console", "console", Role.ADMIN)
"""Whoever runs commands on the server: whoever can read the database file has every right already."""

LEAST_PASSWORD = 10
LONGEST_PASSWORD = 256
LONGEST_DISPLAY_NAME = 100
NAME_TRIES = 10
EVERYWHERE_TRIES = 50
ADDRESS_TRIES = 100
"""Wrong passwords within `WINDOW` before more are refused: of one name from one address (so that a stranger elsewhere
does not keep its owner out); of one name from all addresses; of all names from one address (offices share theirs)."""
WINDOW = timedelta(minutes=15)
MEMORY = timedelta(days=30)
LINK_LIVES = timedelta(hours=24)

_FIRST_ADMIN = "first_admin"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
_RESERVED = frozenset({CONSOLE.name, SYSTEM})


@dataclass(frozen=True)
class Account:
    """A user without secrets. A session begun under a lower `session_epoch` has ended."""

    name: str
    display_name: str
    role: Role
    active: bool
    session_epoch: int
    version: int

    @property
    def actor(self) -> Actor:
        """This user as services are asked by."""
        return Actor(self.name, self.display_name, self.role)


# coming in --------------------------------------------------------------------------------------------


def account(store: Store, name: str) -> Account | None:
    """The account of a name as it stands now, or None; ask at each request."""
    with store.reading() as work:
        found = work.users.find(name)
    return None if found is None else of_record(found)


def authenticate(store: Store, name: str, password: str, address: str) -> Account:
    """The account that name and password belong to.

    Raises
    ------
    RefusedError
        ``bad_login``: wrong name, wrong password or disabled, not said which;
        ``too_many_attempts`` {seconds}.
    """
    name = name[:LONGEST_DISPLAY_NAME] if name.isprintable() else ""  # no database can hold every letter
    with store.reading() as work:
        _refuse_many(work, name, address)
        user = work.users.find(name)
    right = _verify(_decoy() if user is None else user.password_hash, password)
    let_in = right and user is not None and user.active
    with store.work(SYSTEM) as work:
        # again, in one's turn: of many tries at once only so many are answered
        too_many = _too_many(work, name, address)
        if not too_many:
            work.logins.add(name, address, let_in)
            work.logins.forget(work.at - MEMORY)
            user = work.users.find(name)
            let_in = let_in and user is not None and user.active
            if let_in and user is not None and _hasher().check_needs_rehash(user.password_hash):
                user = work.users.change(user.id, user.version, password_hash=_hashed(password))
    if too_many:
        raise _too_many_error()
    if not let_in or user is None:
        raise RefusedError("bad_login")
    return of_record(user)


def has_admin(store: Store) -> bool:
    """Whether anybody can administer the service."""
    with store.reading() as work:
        return work.users.count(role=Role.ADMIN) > 0


def make_setup_token(store: Store) -> str:
    """A secret that makes the first administrator, once, within `LINK_LIVES`; earlier ones lose their force.

    Raises
    ------
    RefusedError
        ``already_set_up`` if there is an administrator.
    """
    secret = secrets.token_urlsafe(32)
    with store.work(SYSTEM) as work:
        _refuse_set_up(work)
        work.tokens.use_all(_FIRST_ADMIN)
        work.tokens.add(_digest(secret), purpose=_FIRST_ADMIN, expires=work.at + LINK_LIVES)
    return secret


def setup_open(store: Store, token: str) -> bool:
    """Whether a one-time link is still good."""
    with store.reading() as work:
        return work.tokens.find(_digest(token), purpose=_FIRST_ADMIN) is not None


def create_first_admin(store: Store, token: str, *, name: str, display_name: str, password: str) -> Account:
    """The first administrator, by the one-time link.

    Raises
    ------
    RefusedError
        ``already_set_up``, ``link_invalid`` (unknown, used, expired), and as `add_user`.
    """
    new = _checked(name, display_name, password)
    with store.work(SYSTEM) as work:
        _refuse_set_up(work)
        try:
            work.tokens.use(_digest(token), purpose=_FIRST_ADMIN)
        except StoreError as fault:
            if fault.code == "not_found":
                raise RefusedError("link_invalid") from fault
            raise
        return _add(work, Role.ADMIN, **new)


# looking after accounts -------------------------------------------------------------------------------


@needs(Action.MANAGE_USERS)
def users(store: Store, _actor: Actor, /) -> tuple[Account, ...]:
    """Every account, by name."""
    with store.reading() as work:
        return tuple(map(of_record, work.users.list()))


@needs(Action.MANAGE_USERS)
def add_user(store: Store, actor: Actor, /, name: str, *, role: Role, password: str, display_name: str = "") -> Account:
    """A new account.

    Raises
    ------
    RefusedError
        ``bad_name``, ``name_taken``, ``display_name_too_long``, ``password_too_short``, ``password_too_long``,
        ``password_bad_letters``, ``password_is_name``.
    """
    new = _checked(name, display_name, password)
    with store.work(actor.name) as work:
        return _add(work, role, **new)


@needs(Action.MANAGE_USERS)
def change_role(store: Store, actor: Actor, /, name: str, role: Role, *, version: int | None = None) -> Account:
    """Give an account another role; its sessions end.

    Parameters
    ----------
    version : int, optional
        The account's that the caller saw.

    Raises
    ------
    RefusedError
        ``unknown_user``, ``last_admin``.
    ConflictError
        If somebody changed the account since.
    """
    return _change(store, actor, name, "user.role", version, role=str(role))


@needs(Action.MANAGE_USERS)
def disable_user(store: Store, actor: Actor, /, name: str, *, version: int | None = None) -> Account:
    """Keep an account out from now on; its sessions end. It stays in the records.

    Raises
    ------
    RefusedError, ConflictError
        As `change_role`.
    """
    return _change(store, actor, name, "user.disable", version, active=False)


@needs(Action.MANAGE_USERS)
def enable_user(store: Store, actor: Actor, /, name: str, *, version: int | None = None) -> Account:
    """Let a disabled account in again.

    Raises
    ------
    RefusedError, ConflictError
        As `change_role`.
    """
    return _change(store, actor, name, "user.enable", version, active=True)


@needs(Action.MANAGE_USERS)
def set_password(store: Store, actor: Actor, /, name: str, password: str) -> Account:
    """Give an account a new password; its sessions end.

    Raises
    ------
    RefusedError
        ``unknown_user``, and the faults of a password as `add_user`.
    """
    _check_password(name, password)
    return _change(store, actor, name, "user.password", None, password_hash=_hashed(password))


@needs(Action.MANAGE_USERS)
def end_sessions(store: Store, actor: Actor, /, name: str) -> Account:
    """Log somebody out everywhere; the password stays.

    Raises
    ------
    RefusedError
        ``unknown_user``.
    """
    return _change(store, actor, name, "user.log_out", None)


@needs(Action.OWN_ACCOUNT)
def change_own_password(store: Store, actor: Actor, /, old: str, new: str, *, address: str = "") -> Account:
    """Change one's password; every session ends, the caller begins a new one with the account returned.

    Raises
    ------
    RefusedError
        ``wrong_password``, ``too_many_attempts``, and the faults of a password as `add_user`.
    """
    _check_password(actor.name, new)
    try:
        authenticate(store, actor.name, old, address)
    except RefusedError as refused:
        if refused.code == "bad_login":
            raise RefusedError("wrong_password") from refused
        raise
    return _change(store, actor, actor.name, "user.password", None, password_hash=_hashed(new))


@needs(Action.OWN_ACCOUNT)
def log_out_everywhere(store: Store, actor: Actor, /) -> Account:
    """End every session of one's own."""
    return _change(store, actor, actor.name, "user.log_out", None)


def _change(store: Store, actor: Actor, name: str, done: str, version: int | None, **fields: Any) -> Account:
    told = {key: value for key, value in fields.items() if key != "password_hash"}
    with kept(name=name, **told), store.work(actor.name) as work:
        before = work.users.find(name)
        if before is None:
            raise RefusedError("unknown_user", name=name, known=tuple(one.name for one in work.users.list()))
        after = work.users.change(
            before.id, before.version if version is None else version, end_sessions=True, **fields
        )
        if before.role == Role.ADMIN and before.active and work.users.count(role=Role.ADMIN) == 0:
            raise RefusedError("last_admin", name=name)
        work.log.append(done, f"user/{after.name}", {key: getattr(before, key) for key in told}, told)
        return of_record(after)


def _add(work: Work, role: Role, *, name: str, display_name: str, password_hash: str) -> Account:
    if work.users.find(name) is not None:
        raise RefusedError("name_taken", name=name)
    added = work.users.add(name, display_name=display_name, password_hash=password_hash, role=str(role))
    work.log.append("user.add", f"user/{name}", after={"role": str(role), "display_name": display_name})
    return of_record(added)


def _checked(name: str, display_name: str, password: str) -> dict[str, str]:
    called = unicodedata.normalize("NFKC", name).strip().lower()
    if not _NAME.fullmatch(called) or called in _RESERVED:
        raise RefusedError("bad_name", name=name)
    shown = unicodedata.normalize("NFC", " ".join(display_name.split())) or called
    if len(shown) > LONGEST_DISPLAY_NAME:
        raise RefusedError("display_name_too_long", limit=LONGEST_DISPLAY_NAME)
    _check_password(called, password)
    return {"name": called, "display_name": shown, "password_hash": _hashed(password)}


def _check_password(name: str, password: str) -> None:
    if len(password) < LEAST_PASSWORD:
        raise RefusedError("password_too_short", least=LEAST_PASSWORD)
    if len(password) > LONGEST_PASSWORD:
        raise RefusedError("password_too_long", limit=LONGEST_PASSWORD)
    if not password.isprintable():
        raise RefusedError("password_bad_letters")
    if name.casefold() in password.casefold() and len(password) < len(name) + LEAST_PASSWORD:
        raise RefusedError("password_is_name")


def _refuse_set_up(work: Work) -> None:
    if work.users.count(role=Role.ADMIN) > 0:
        raise RefusedError("already_set_up")


def _refuse_many(work: Work, name: str, address: str) -> None:
    if _too_many(work, name, address):
        raise _too_many_error()


def _too_many(work: Work, name: str, address: str) -> bool:
    since = work.at - WINDOW
    if work.logins.failures(name=name, address=address, since=since) >= NAME_TRIES:
        return True
    if work.logins.failures(name=name, since=since) >= EVERYWHERE_TRIES:
        return True
    return bool(address) and work.logins.failures(address=address, since=since) >= ADDRESS_TRIES


def _too_many_error() -> RefusedError:
    return RefusedError("too_many_attempts", seconds=int(WINDOW.total_seconds()))


def of_record(user: User | Holder) -> Account:
    """What may be known of a user outside the store."""
    return Account(user.name, user.display_name, Role(user.role), user.active, user.session_epoch, user.version)


# secrets ----------------------------------------------------------------------------------------------


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()  # argon2id; the library's parameters grow with the years, and hashes with them


@cache
def _decoy() -> str:
    """A hash that nothing fits: an unknown name is verified against it."""
    return _hasher().hash(secrets.token_urlsafe(32))


def _hashed(password: str) -> str:
    return _hasher().hash(_typed(password))


def _verify(hash: str, password: str) -> bool:
    try:
        return _hasher().verify(hash, _typed(password[: LONGEST_PASSWORD + 1]))
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


def _typed(password: str) -> str:
    """The same letters however the keyboard composes them: Vietnamese input methods differ."""
    return unicodedata.normalize("NFKC", password)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
