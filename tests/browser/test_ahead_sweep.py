"""A sweep in a real browser, under the server that people use: started, watched, narrowed, one scenario taken over."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from dashapp.services.rights import Role
from tests.browser.conftest import alone

CAMPAIGN = "hau-giang-2022"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
LONG = 60_000
"""Milliseconds in which a small sweep is done on a machine that has other work."""


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with alone(browser, address, Role.LEADER) as window:
        yield window.page


def test_a_sweep_is_started_watched_narrowed_and_a_scenario_of_it_taken_over(page: Page, address: str) -> None:
    page.goto(f"{address}/ahead/sweep?c={CAMPAIGN}")
    page.fill("#sweep-high-0", "5x")
    page.get_by_role("button", name="Bắt đầu quét").click()
    expect(page.locator("#sweep-said [role=alert]")).to_contain_text("“5x” không phải là số")
    expect(page.locator("#sweep-high-0")).to_have_value("5x")
    page.fill("#sweep-high-0", "58")
    page.fill("#sweep-policies", "5")
    page.fill("#sweep-futures", "4")
    page.get_by_role("button", name="Bắt đầu quét").click(timeout=LONG)
    page.wait_for_url("**r=*")
    expect(page.locator("#sweep-run-title")).to_be_visible()
    expect(page.locator("#sweep-lines-panel-title")).to_contain_text("20 trên 20", timeout=LONG)
    page.locator("#sweep-grid .ag-row").first.wait_for(state="attached")
    page.locator("#sweep-lines .main-svg").first.wait_for()
    options = {"runOnly": {"type": "tag", "values": list(RULES)}, "resultTypes": ["violations"]}
    found = Axe().run(page, None, options).response["violations"]
    assert [f"{one['id']}: {[node['target'] for node in one['nodes'][:4]]}" for one in found] == []
    page.fill("#brush-f0", "54")
    page.keyboard.press("Tab")
    page.wait_for_url("**f0=54*")
    expect(page.locator("#sweep-lines-panel-title")).not_to_contain_text("20 trên 20")
    expect(page.locator("#brush-t0")).to_be_focused()
    row = page.locator("#sweep-grid .ag-center-cols-container .ag-row").first
    row.scroll_into_view_if_needed()
    row.locator(".ag-cell").first.click()
    page.wait_for_url("**n=*")
    expect(page.locator("#sweep-picked-title")).to_contain_text("Phương án số")
    page.get_by_role("button", name="Lưu thành phương án của tôi và mở").click()
    page.wait_for_url("**/scenarios/hau-giang-2022/*quet-so-*")
    page.locator("#grid .ag-center-cols-container .ag-row").first.wait_for()
