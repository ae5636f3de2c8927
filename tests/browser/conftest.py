"""A real browser on the real application, started once on a free port."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from werkzeug.serving import make_server

from dashapp.app import create_app
from dashapp.services.database import Store
from dashapp.services.rights import Role
from tests.dashapp.accounts.people import NAMES, PASSWORD, open_people

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WAIT = 15_000
"""Milliseconds until a wait fails; two busy cores are slow."""


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A database in which there is one person of each role."""
    opened = open_people(tmp_path_factory.mktemp("people"))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def address(store: Store) -> Iterator[str]:
    """Where the application answers."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = make_server("127.0.0.1", 0, create_app(store).server, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    expect.set_options(timeout=WAIT)
    assert path, "the browser tests need Chromium (.ci/browser installs it)"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@dataclass
class Window:
    """One person's window, and everything it asked for and said."""

    page: Page
    address: str
    requests: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Open a path and wait until its page stands."""
        self.page.goto(self.address + path)
        self.page.locator("main").wait_for()
        return self.page

    def open_table(self, path: str) -> Page:
        """Open a page with a table and wait for its first row."""
        page = self.open(path)
        page.locator(".ag-center-cols-container .ag-row").first.wait_for()
        return page


def _watched(context: BrowserContext, address: str) -> Window:
    context.set_default_timeout(WAIT)
    page = context.new_page()
    window = Window(page, address)
    page.on("request", lambda request: window.requests.append(request.url))
    page.on("console", lambda said: window.console.append(f"{said.type}: {said.text}"))
    page.on("pageerror", lambda error: window.console.append(f"error: {error}"))
    return window


def log_in(page: Page, address: str, role: Role) -> None:
    """Log somebody of a role in, as a person does."""
    page.goto(f"{address}/login")
    page.fill("#name", NAMES[role])
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")
    page.locator(".person").wait_for()


@pytest.fixture(scope="session")
def people(browser: Browser, address: str) -> Iterator[list[BrowserContext]]:
    """Two people's browsers that share nothing: a leader's and a member of staff's, both logged in."""
    contexts = []
    for role in (Role.LEADER, Role.STAFF):
        contexts.append(browser.new_context(viewport={"width": 1440, "height": 900}, locale="vi-VN"))
        contexts[-1].set_default_timeout(WAIT)
        page = contexts[-1].new_page()
        log_in(page, address, role)
        page.close()
    yield contexts
    for context in contexts:
        context.close()


@pytest.fixture
def open_window(people: list[BrowserContext], address: str) -> Iterator[Callable[[int], Window]]:
    """Opens a window of a person; every window has to stay silent and at home."""
    opened: list[Window] = []

    def start(person: int) -> Window:
        opened.append(_watched(people[person], address))
        return opened[-1]

    yield start
    for one in opened:
        one.page.close()
        assert one.console == []
        assert [url for url in one.requests if not url.startswith((one.address, "data:", "blob:"))] == []


@pytest.fixture
def windows(open_window: Callable[[int], Window]) -> list[Window]:
    """Two people's windows."""
    return [open_window(0), open_window(1)]


@pytest.fixture
def window(open_window: Callable[[int], Window]) -> Window:
    return open_window(0)
