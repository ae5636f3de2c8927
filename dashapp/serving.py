"""Runs the web application under gunicorn, once it is sure that somebody may log in and nobody else can."""

from __future__ import annotations

import errno
import gc
import socket
import struct
import sys
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from dashapp import logs, security
from dashapp.accepting import EvenWorker, Shares
from dashapp.i18n import LANGUAGES, t
from dashapp.refusals import ServeError
from dashapp.settings import Settings, is_loopback

if TYPE_CHECKING:
    from dashapp.services.database import Store

DEFAULT_WORKERS = 1
MOST_WORKERS = 64
THREADS = 4
"""Threads of each worker: idle open connections must not block it."""
PATIENCE = 30
"""Seconds that answers under way are given when the service is stopped."""
SLOWEST = 5
"""Seconds that a client may pause in the middle of a request."""
COLLECTED_AFTER = (20_000, 50, 100)
"""New objects after which circles among them are looked for: an answer makes some thousands, hardly any in circles."""
SILENCE = 120
"""Seconds after which a worker that does not answer is replaced."""


class _Log(Logger):
    """gunicorn's own words go where all others go (`logs.start`)."""

    def setup(self, cfg: Any) -> None:  # noqa: ARG002
        self.error_log.handlers.clear()
        self.error_log.propagate = True
        self.access_log.handlers.clear()
        self.access_log.propagate = False  # `logs.watch` tells every answer, without addresses

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """As gunicorn's, but of a request that is none neither who sent it nor what it said."""
        super().warning("Invalid request" if msg.startswith("Invalid request") else msg, *args, **kwargs)


class _Server(BaseApplication):
    def __init__(self, settings: Settings, options: Mapping[str, Any]) -> None:
        self._settings = settings
        self._options = options
        self._store: Store | None = None
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application of one worker, with a store of its own: connections do not survive a fork."""
        from dashapp.app import create_app
        from dashapp.services.database import open_store

        self._store = open_store(self._settings.database_url)
        server = create_app(self._store, self._settings).server
        gc.collect()
        gc.freeze()  # what is loaded stays: it is not looked through again at every collection
        gc.set_threshold(*COLLECTED_AFTER)
        return server

    def leave(self) -> None:
        """Let go of the database when a worker ends: what is frozen is not cleared away by itself."""
        if self._store is not None:
            self._store.close()


def serve(settings: Settings, workers: int, lang: str) -> None:
    """Serve at the host and port of `settings` until stopped; says on standard error where it listens.

    Without an administrator it prints a one-time link that makes one, on loopback only. The log goes to
    standard output.

    Raises
    ------
    ServeError
        ``port_taken``, ``cannot_listen``, ``no_administrator``, ``key_open`` or ``key_damaged``.
    StoreError
        If the database cannot be used.
    """
    place = f"{f'[{settings.host}]' if ':' in settings.host else settings.host}:{settings.port}"
    address = f"http://{place}"
    _try(settings.host, settings.port, address)
    logs.start(sys.stdout, settings.log_level)
    settings = replace(settings, secret_key=security.secret_key(settings))
    link = _prepare(settings, lang)
    import_module("dashapp.app")  # loaded once, before the workers are forked
    shares = Shares(MOST_WORKERS)

    def ready(arbiter: Any) -> None:
        for listener in arbiter.LISTENERS:  # connections inherit it: who sends nothing holds no thread for long
            listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", SLOWEST, 0))
        outside = settings.public_url or address
        _tell("ready", lang, address=outside)
        if link:
            _tell("first", lang, link=outside + link)
        if not settings.secure and not is_loopback(settings.host):
            _tell("plain", lang, address=outside)

    options = {
        "bind": place,
        "workers": workers,
        "threads": THREADS,
        "worker_class": EvenWorker,
        "loglevel": "warning",
        "logger_class": _Log,
        "when_ready": ready,
        "pre_fork": lambda _arbiter, worker: worker.join(shares),
        "child_exit": lambda _arbiter, worker: worker.part(),
        "worker_exit": lambda _arbiter, worker: worker.app.leave(),
        "timeout": SILENCE,
        "graceful_timeout": PATIENCE,
        "forwarded_allow_ips": "",
        "control_socket_disable": True,
    }
    _Server(settings, options).run()


def _tell(key: str, lang: str, **details: str) -> None:
    print(t(f"cli.serve.{key}", lang, **details), file=sys.stderr, flush=True)


def _prepare(settings: Settings, lang: str) -> str | None:
    """Bring the database up to date; returns the path of a link for the first administrator if there is none."""
    from dashapp.services import accounts, provision
    from dashapp.services.database import open_store

    store = open_store(settings.database_url)
    try:
        provision.ensure_campaigns(store)
        if accounts.has_admin(store):
            return None
        if not is_loopback(settings.host):
            raise ServeError("no_administrator", host=settings.host)
        secret = accounts.make_setup_token(store)
    finally:
        store.close()
    return f"/setup/{secret}" + ("" if lang == LANGUAGES[0] else f"?lang={lang}")


def _try(host: str, port: int, address: str) -> None:
    """Open the port once before the server does, to tell at once what is wrong."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, place = found[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as fault:
        if fault.errno == errno.EADDRINUSE:
            raise ServeError("port_taken", address=address) from fault
        raise ServeError("cannot_listen", address=address, reason=fault.strerror or str(fault)) from fault
