"""The real service for measurements: ``chitieu serve`` on a new database, with one person of each role."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from dashapp.security import TOKEN_COOKIE, TOKEN_FIELD, TOKEN_HEADER
from dashapp.services.database import Store
from dashapp.services.rights import Role
from tests.benchmarks import pages
from tests.dashapp.accounts.people import NAMES, PASSWORD, open_people

CALLBACK = "/_dash-update-component"
PATIENCE = 60.0
"""Seconds that the service is given to begin."""
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Service:
    """Where it answers, and its processes: the first one starts the others."""

    host: str
    port: int
    process: int

    @property
    def address(self) -> str:
        return f"http://{self.host}:{self.port}"

    def seconds(self) -> float:
        """Processor time [s] of all its workers so far."""
        children = Path(f"/proc/{self.process}/task/{self.process}/children").read_text().split()
        return sum(_spent(int(one)) for one in (self.process, *children))


def _spent(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


@contextmanager
def serving(workers: int = 2, prepare: Callable[[Store], None] | None = None) -> Iterator[Service]:
    """The service under gunicorn while the block lasts; its log is thrown away but written.

    `prepare` puts more into its database before it begins.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = open_people(folder)
        if prepare is not None:
            prepare(store)
        store.close()
        port = _free_port()
        settings = {
            "CHITIEU_DATABASE_URL": f"sqlite:///{folder}/people.db",
            "CHITIEU_VAR": str(folder),
            "CHITIEU_LOG_LEVEL": "info",
            "PYTHONUTF8": "1",
        }
        command = [sys.executable, "-m", "dashapp", "serve", "--port", str(port), "--workers", str(workers)]
        with (folder / "log").open("wb") as log:
            started = subprocess.Popen(command, env=os.environ | settings, stdout=log, stderr=log)
            try:
                _wait(port, started, folder / "log")
                yield Service("127.0.0.1", port, started.pid)
            finally:
                started.terminate()
                started.wait(PATIENCE)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, started: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and started.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise RuntimeError(log.read_text())


@dataclass(frozen=True)
class Visit:
    """What a browser holds after logging in: its cookies and the token that Dash sends back."""

    service: Service
    cookies: Mapping[str, str]

    @property
    def headers(self) -> dict[str, str]:
        """What it sends with every callback."""
        return {
            "Host": f"{self.service.host}:{self.service.port}",
            "Origin": self.service.address,
            "Sec-Fetch-Site": "same-origin",
            "Accept-Encoding": "gzip, deflate, br, zstd",
            "Content-Type": "application/json",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            TOKEN_HEADER: self.cookies[TOKEN_COOKIE],
        }

    def dependencies(self) -> list[dict[str, Any]]:
        """Every callback as the browser is told."""
        found: list[dict[str, Any]] = json.loads(self._ask("GET", "/_dash-dependencies")[1])
        return found

    def page(self, path: str) -> Any:
        """The components of a page."""
        asked = json.dumps(pages.routing(self.dependencies(), path)).encode()
        return json.loads(self._ask("POST", CALLBACK, asked)[1])["response"]["page"]["children"]

    def bench(self, path: str) -> pages.Bench:
        """A workbench page."""
        return pages.Bench(self.dependencies(), self.page(path))

    def _ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        headers = {name: value for name, value in self.headers.items() if name != "Accept-Encoding"}
        connection = http.client.HTTPConnection(self.service.host, self.service.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            said = answer.read()
        finally:
            connection.close()
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"{method} {path}: {answer.status} {said[:300]!r}")
        return answer.status, said


def log_in(service: Service, role: Role) -> Visit:
    """Log somebody of a role in by the form, as a person does."""
    connection = http.client.HTTPConnection(service.host, service.port, timeout=PATIENCE)
    cookies: dict[str, str] = {}

    def ask(method: str, path: str, form: Mapping[str, str] | None = None) -> str:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, urlencode(form).encode() if form else None, headers)
        answer = connection.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                cookies[key] = rest.partition(";")[0]
        return answer.read().decode()

    try:
        found = re.search(rf'name="{TOKEN_FIELD}" value="([^"]+)"', ask("GET", "/login"))
        token = found[1] if found else ""
        ask("POST", "/login", {"name": NAMES[role], "password": PASSWORD, TOKEN_FIELD: token})
        ask("GET", "/compare")
    finally:
        connection.close()
    if TOKEN_COOKIE not in cookies:
        raise RuntimeError(f"nobody let {NAMES[role]} in")
    return Visit(service, cookies)
