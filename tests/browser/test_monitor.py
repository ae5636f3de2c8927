"""Monitoring in a real browser: a day is typed, the province and its agencies stand, everybody gets in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from dashapp.services import importing, states, tables
from dashapp.services import opened as desk
from dashapp.services.database import Store
from dashapp.services.rights import Actor, Role
from tests.browser.conftest import alone
from tests.dashapp.accounts.people import NAMES, open_people

CAMPAIGN = "hau-giang-2022"
STAFF, LEADER = (Actor(NAMES[role], "", role) for role in (Role.STAFF, Role.LEADER))
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
SCREENS = (
    ((1440, 900), "light", "vi"),
    ((1920, 1080), "dark", "en"),
    ((820, 1180), "dark", "vi"),
    ((820, 1180), "light", "en"),
)
ADDRESS = f"/monitor?c={CAMPAIGN}&d=07/08/2022"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A database in which a table is issued, and newer figures came."""
    made = open_people(tmp_path_factory.mktemp("monitor"))
    issue(made)
    newer(made)
    yield made
    made.close()


def issue(store: Store) -> None:
    base = desk.open_scenario(store, STAFF, CAMPAIGN, "base")
    figures = base.ground.figures_version.id
    record = tables.start_draft(store, STAFF, CAMPAIGN, figures_version=figures, scenario_version=base.version.id)
    record = states.submit(store, STAFF, record.id, version=record.version)
    record = states.approve(store, LEADER, record.id, version=record.version)
    states.issue(store, LEADER, record.id, version=record.version, number="1045/QĐ-UBND", day=date(2022, 6, 21))


def newer(store: Store) -> None:
    """A third more dossiers; how many of them were won differs from agency to agency."""
    frame = desk.ground(store, STAFF, CAMPAIGN).figures.frame.copy()
    flow = frame["indicator"] == "online"
    more = np.floor(frame["denominator"] / 3).where(flow, 0)
    won = np.floor(more * (np.arange(len(frame)) % 10) / 9)
    frame["numerator"], frame["denominator"] = frame["numerator"] + won, frame["denominator"] + more
    file = frame.to_csv(index=False, float_format="%.0f").encode()
    preview = importing.check(store, STAFF, CAMPAIGN, file, "thang-8.csv")
    assert preview.token is not None, preview.reading.problems
    importing.accept(store, STAFF, CAMPAIGN, file, "thang-8.csv", token=preview.token)


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with alone(browser, address, Role.LEADER) as window:
        yield window.page


def test_a_day_is_typed_and_everybody_stands_against_the_path(page: Page, address: str) -> None:
    page.goto(f"{address}/monitor?c={CAMPAIGN}")
    expect(page.locator("nav a[aria-current=page]")).to_have_text("Theo dõi")
    page.fill("#monitor-day", "7/8/2021")
    page.keyboard.press("Enter")
    expect(page.locator(".field-fault")).to_contain_text("phải muộn hơn")
    expect(page.locator("#monitor-day")).to_have_value("7/8/2021")
    page.fill("#monitor-day", "7/8/2022")
    page.keyboard.press("Enter")
    page.locator("#monitor-grid .ag-center-cols-container .ag-row").first.wait_for()
    expect(page.locator(".card-figure")).to_have_count(3)
    first = page.locator('#monitor-grid .ag-center-cols-container .ag-row[row-index="0"]')
    expect(first.locator('[col-id="ahead"]')).to_contain_text("-")
    expect(page.locator("#monitor-grid .ag-floating-top-container .ag-row")).to_have_count(1)
    page.get_by_role("navigation", name="Chỉ số đang xem").get_by_role("link").first.click()
    page.wait_for_url("**&i=*")
    expect(page.locator(".monitor-indicators a").first).to_have_attribute("aria-current", "true")
    page.locator("#monitor-chart-twin-button").click()
    expect(page.locator("#monitor-chart-twin table")).to_contain_text("Toàn tỉnh")


@pytest.mark.parametrize(("size", "theme", "lang"), SCREENS)
def test_the_page_is_open_to_everybody_and_fits(page: Page, address: str, size: tuple[int, int], theme: str, lang: str):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{address}{ADDRESS}&lang={lang}")
    page.locator("#monitor-grid .ag-center-cols-container .ag-row").first.wait_for()
    page.locator("#monitor-chart .main-svg").first.wait_for()
    if theme == "dark":
        page.locator("[data-theme-switch]").first.click()
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    options = {"runOnly": {"type": "tag", "values": list(RULES)}, "resultTypes": ["violations"]}
    found = Axe().run(page, None, options).response["violations"]
    assert [f"{one['id']}: {[node['target'] for node in one['nodes'][:4]]}" for one in found] == []


def test_the_rest_of_the_year_opens_as_a_scenario_around_what_is_issued(page: Page, address: str) -> None:
    page.goto(f"{address}{ADDRESS}")
    expect(page.locator(".monitor-again")).to_contain_text("Đến hết quý III/2022 còn 54 ngày")
    expect(page.get_by_label("Giữ như đã giao, chỉ tính lại các kỳ sau")).to_be_checked()
    page.locator("#monitor-replan").click()
    page.wait_for_url("**/scenarios/hau-giang-2022/lap-lai-tu-quy-iv-2022*")
    page.locator("#grid .ag-center-cols-container .ag-row").first.wait_for()
    expect(page.locator('#grid [col-id="target0"]').first).to_be_attached()
    expect(page.locator('#grid [col-id="target1"]').first).to_be_attached()


def test_the_periods_that_are_left_open_as_a_scenario(page: Page, address: str) -> None:
    page.goto(f"{address}/monitor?c={CAMPAIGN}&d=30/09/2022")
    page.locator("#monitor-replan").click()
    page.wait_for_url("**/scenarios/hau-giang-2022/lap-lai-tu-quy-iv-2022*")
    page.locator("#grid .ag-center-cols-container .ag-row").first.wait_for()
    expect(page.locator("main")).to_contain_text("Lập lại từ quý IV/2022")
    expect(page.locator('#grid [col-id="target0"]').first).to_be_attached()
    expect(page.locator('#grid [col-id="target1"]')).to_have_count(0)
