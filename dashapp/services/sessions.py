"""Sessions as the store knows them: the hash of a secret that is good until its end. The secret is not kept."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from dashapp.services.accounts import Account, of_record
from data.store import Store, StoreError

PURPOSE = "session"
WRITER = "session"
"""The name under which the store is written to: beginning and ending a session changes nothing of anybody's."""
BYTES = 32


def begin(store: Store, lifetime: timedelta) -> str:
    """Begin a session that ends after `lifetime` at the latest; returns its secret."""
    secret = secrets.token_urlsafe(BYTES)
    with store.work(WRITER) as work:
        work.tokens.add(_hash(secret), purpose=PURPOSE, expires=datetime.now(UTC) + lifetime)
    return secret


def account_of(store: Store, name: str, epoch: int, secret: str) -> Account | None:
    """The account of a session, or None if the session, its epoch or the account is over."""
    with store.reading() as work:  # one question: this is asked before every answer
        user = work.users.holding(name, _hash(secret), purpose=PURPOSE)
    return of_record(user) if user is not None and user.active and user.session_epoch == epoch else None


def end(store: Store, secret: str) -> None:
    """End a session; one that is over already stays so."""
    try:
        with store.work(WRITER) as work:
            work.tokens.use(_hash(secret), purpose=PURPOSE)
    except StoreError as error:
        if error.code != "not_found":
            raise


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
