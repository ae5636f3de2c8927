"""A real browser, started once, on the real application, which each module has for itself on a free port."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from dashapp.services import drafts
from dashapp.services import opened as desk
from dashapp.services.database import Store
from dashapp.services.rights import Actor, Role
from tests.browser.chromium import FLAGS, windowless
from tests.browser.served import served
from tests.dashapp.accounts.people import NAMES, PASSWORD, open_people

HERE = Path(__file__).parent
LEAVING_MS = 80
"""Until what a page has in hand is on its way."""
LEFT_MS = 250
"""Until what a page says on leaving has arrived and is kept, also on a slow machine: else the next test opens it."""
WAIT = 15_000
"""Milliseconds until a wait fails; two busy cores are slow."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser that loses a race on a busy machine is asked once more; the summary names each that needed it."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A database in which there is one person of each role; each module has its own, whatever the others change."""
    opened = open_people(tmp_path_factory.mktemp("people"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def address(store: Store) -> Iterator[str]:
    """Where the application answers."""
    with served(store) as where:
        yield where


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=WAIT)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=windowless(), args=FLAGS)
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
    page.on("pageerror", lambda error: window.console.append(f"error: {error.stack or error}"))
    return window


def log_in(page: Page, address: str, role: Role) -> None:
    """Log somebody of a role in, as a person does."""
    page.goto(f"{address}/login")
    page.fill("#name", NAMES[role])
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")
    page.locator(".person").wait_for()


@contextmanager
def alone(browser: Browser, address: str, role: Role) -> Iterator[Window]:
    """The window of somebody of a role, in a browser that is shared with nobody; silent at its end."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="vi-VN")
    window = _watched(context, address)
    log_in(window.page, address, role)
    window.console.clear()
    yield window
    context.close()
    assert window.console == []


@pytest.fixture(scope="module")
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
def nothing_in_hand(store: Store) -> None:
    """What people moved and did not save in another test is gone: a page opens as its scenario says."""
    for actor in (Actor(NAMES[role], "", role) for role in (Role.LEADER, Role.STAFF)):
        for campaign in desk.campaigns(store, actor):
            for draft in drafts.mine(store, actor, campaign.id):
                drafts.drop(store, actor, draft.scenario)


@pytest.fixture
def open_window(
    people: list[BrowserContext],
    address: str,
    nothing_in_hand: None,
) -> Iterator[Callable[[int], Window]]:
    """Opens a window of a person; every window has to stay silent and at home."""
    opened: list[Window] = []

    def start(person: int) -> Window:
        opened.append(_watched(people[person], address))
        return opened[-1]

    yield start
    for one in opened:
        one.page.wait_for_timeout(LEAVING_MS)
        one.page.goto("about:blank")  # what is in hand is kept on leaving: here, not in the middle of the next test
        one.page.wait_for_timeout(LEFT_MS)
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
