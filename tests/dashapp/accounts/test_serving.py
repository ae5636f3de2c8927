"""``chitieu serve`` as it is started: the first link, the refusal, several workers, a stop that lets answers end."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dashapp.services import accounts
from dashapp.services.database import open_store
from dashapp.services.rights import Role
from dashapp.settings import DATABASE
from tests.dashapp.accounts.people import PASSWORD

PATIENCE = 60


@dataclass
class Running:
    """A server that was started, and all it said."""

    process: subprocess.Popen[str]
    port: int
    said: list[str]
    logged: list[str]
    listeners: tuple[threading.Thread, ...]

    def ask(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def says(self, words: str) -> str:
        """Wait for a line on standard error."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.process.poll() is None:
            for line in self.said:
                if words in line:
                    return line
            time.sleep(0.05)
        raise AssertionError(self.said)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        status = self.process.wait(PATIENCE)
        self.heard_out()
        return status

    def heard_out(self) -> None:
        """Wait until everything that an ended process said has been read."""
        for one in self.listeners:
            one.join(PATIENCE)

    def log(self) -> list[dict[str, object]]:
        """What it has written into its log so far."""
        return [json.loads(line) for line in self.logged]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def start(*arguments: str, **environment: str) -> Running:
        port = free_port()
        command = [sys.executable, "-m", "dashapp", "serve", "--port", str(port), "--lang", "en", *arguments]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CHITIEU_")}
        process = subprocess.Popen(
            command,
            cwd=tmp_path,
            env=kept | {"CHITIEU_VAR": str(tmp_path / "var")} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        assert process.stderr is not None
        assert process.stdout is not None
        said: list[str] = []
        logged: list[str] = []
        listeners = (
            threading.Thread(target=said.extend, args=(iter(process.stderr.readline, ""),)),
            threading.Thread(target=logged.extend, args=(iter(process.stdout.readline, ""),)),
        )
        for one in listeners:
            one.start()
        started.append(Running(process, port, said, logged, listeners))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
        one.process.wait(PATIENCE)
        one.heard_out()
        for stream in (one.process.stdout, one.process.stderr):
            assert stream is not None
            stream.close()


def add_admin(folder: Path) -> None:
    (folder / "var").mkdir(exist_ok=True)
    store = open_store(f"sqlite:///{folder / 'var' / DATABASE}")
    accounts.add_user(store, accounts.CONSOLE, "lan", role=Role.ADMIN, password=PASSWORD)
    store.close()


def test_the_first_start_prints_a_link_and_the_next_one_none(serve, tmp_path):
    running = serve()
    link = re.search(r"http://127\.0\.0\.1:\d+(/setup/\S+)", running.says("one-time link"))
    assert link
    status, page = running.ask(link[1])
    assert (status, "First administrator" in page) == (200, True)
    assert running.ask("/readyz")[0] == 200
    assert running.ask("/_dash-layout")[0] == 401
    assert running.stop() == 0
    secret = link[1].removeprefix("/setup/").partition("?")[0]
    told = running.log()
    assert secret not in json.dumps(told)
    assert {"/setup/<secret>", "/readyz"} <= {one.get("route") for one in told}
    assert not list(tmp_path.glob("var/*-wal"))
    add_admin(tmp_path)
    again = serve()
    again.says("is running at")
    assert again.ask(link[1])[0] == 404
    assert again.stop(signal.SIGINT) == 0
    assert not [line for line in again.said if "one-time" in line or "Traceback" in line]


def test_elsewhere_it_does_not_open_before_there_is_an_administrator(serve, tmp_path):
    refused = serve("--host", "0.0.0.0")  # noqa: S104
    assert refused.process.wait(PATIENCE) == 2
    refused.heard_out()
    assert "there is no administrator" in "".join(refused.said)
    assert "chitieu user add" in "".join(refused.said)
    add_admin(tmp_path)
    running = serve("--host", "0.0.0.0")  # noqa: S104
    running.says("passwords can be read")
    assert running.ask("/login")[0] == 200
    assert running.stop() == 0


def test_workers_share_sessions_and_a_stop_lets_answers_end(serve, tmp_path):
    add_admin(tmp_path)
    running = serve("--workers", "2")
    running.says("is running at")
    with urllib.request.urlopen(f"http://127.0.0.1:{running.port}/login", timeout=PATIENCE) as page:
        cookie = page.headers["Set-Cookie"].partition(";")[0]
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.read().decode())
    assert token
    body = urllib.parse.urlencode({"name": "lan", "password": PASSWORD, "csrf_token": token[1]})
    slow = http.client.HTTPConnection("127.0.0.1", running.port, timeout=PATIENCE)
    slow.putrequest("POST", "/login")
    for name, value in (
        ("Cookie", cookie),
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Content-Length", str(len(body))),
    ):
        slow.putheader(name, value)
    slow.endheaders(body[:10].encode())
    time.sleep(0.5)
    running.process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    slow.send(body[10:].encode())
    answer = slow.getresponse()
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    session = answer.headers["Set-Cookie"].partition(";")[0]
    slow.close()
    assert running.process.wait(PATIENCE) == 0

    again = serve("--workers", "2")
    again.says("is running at")

    def answered() -> list[dict[str, object]]:
        return [one for one in again.log() if one.get("route") == "/_dash-layout"]

    until = time.monotonic() + PATIENCE
    while len({one["process"] for one in answered()}) < 2 and time.monotonic() < until:  # one may be ready much earlier
        _open_and_close(again.port, session, 4)
    both = len(answered())
    _open_and_close(again.port, session, 12)
    assert again.stop() == 0
    assert {(one["status"], one["role"]) for one in answered()} == {(200, "admin")}
    of_each = Counter(one["process"] for one in answered()[both:])
    assert min(of_each.values()) >= 4, of_each
    assert len(of_each) == 2, of_each


def _open_and_close(port: int, session: str, count: int) -> None:
    """As many connections, open at the same time, with one request each."""
    connections = [http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE) for _ in range(count)]
    for one in connections:
        one.request("GET", "/_dash-layout", headers={"Cookie": session})
        layout = one.getresponse()
        assert (layout.status, bool(layout.read())) == (200, True)
    for one in connections:
        one.close()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("CHITIEU_SECRET_KEY", "too short", "too short"),
        ("CHITIEU_PUBLIC_URL", "chitieu.example", "no address that can be used"),
        ("CHITIEU_DATABASE_URL", "sqlite:////proc/no/such/folder.db", "Error"),
    ],
)
def test_what_cannot_be_served_is_told_without_a_traceback(serve, name, value, words):
    refused = serve(**{name: value})
    assert refused.process.wait(PATIENCE) == 2
    refused.heard_out()
    said = "".join(refused.said)
    assert words in said
    assert "Traceback" not in said
