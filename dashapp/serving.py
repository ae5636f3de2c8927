"""Runs the web application under gunicorn."""

from __future__ import annotations

import errno
import socket
import sys
from collections.abc import Mapping
from typing import Any

from gunicorn.app.base import BaseApplication

from dashapp.i18n import t
from dashapp.refusals import ServeError

DEFAULT_WORKERS = 2
MOST_WORKERS = 64
THREADS = 4
"""Threads of each worker: idle open connections must not block it."""


class _Server(BaseApplication):
    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        from dashapp.app import create_app  # imported where it is used: the other commands do without Dash

        return create_app().server


def serve(host: str, port: int, workers: int, lang: str) -> None:
    """Serve until stopped; says on standard error where it listens.

    Raises
    ------
    ServeError
        ``port_taken`` or ``cannot_listen``.
    """
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    _try(host, port, address)

    def ready(_: object) -> None:
        print(t("cli.serve.ready", lang, address=address), file=sys.stderr, flush=True)

    options = {
        "bind": f"{f'[{host}]' if ':' in host else host}:{port}",
        "workers": workers,
        "threads": THREADS,
        "worker_class": "gthread",
        "preload_app": True,
        "loglevel": "warning",
        "when_ready": ready,
        "control_socket_disable": True,
    }
    _Server(options).run()


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
