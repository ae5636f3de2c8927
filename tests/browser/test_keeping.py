"""Keeping a scenario in a real browser: drafts, saving, two people at one scenario, links, history."""

from __future__ import annotations

import itertools
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from dashapp.i18n import t
from dashapp.services import opened as desk
from dashapp.services import saved_scenarios
from dashapp.services.database import Store
from dashapp.services.rights import Actor, Role
from tests.browser.conftest import WAIT, Window
from tests.dashapp.accounts.people import NAMES

expect.set_options(timeout=WAIT)

CAMPAIGN = "hau-giang-2022"
BASE = f"/scenarios/{CAMPAIGN}/base"
LEADER = Actor(NAMES[Role.LEADER], "", Role.LEADER)
COUNT = itertools.count(1)
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@pytest.fixture
def scenario(store: Store) -> str:
    """Path of a scenario of the leader's that everybody sees, made for one test alone."""
    return make(store, shared=True)


def make(store: Store, *, shared: bool) -> str:
    base = desk.open_scenario(store, LEADER, CAMPAIGN, "base").scenario
    name = {"vi": f"Họp giao ban {next(COUNT)}"}
    made = saved_scenarios.create(store, LEADER, CAMPAIGN, base, name=name, shared=shared)
    return f"/scenarios/{CAMPAIGN}/{made.record.slug}"


def status(page: Page, now: str) -> None:
    """How it stands is, or soon will be, this."""
    expect(page.locator(".keep-status")).to_have_attribute("data-now", now)


def said(page: Page) -> Locator:
    return page.locator("#keep-said")


def province(page: Page) -> Locator:
    return page.locator("#cards .big").first


def goal(page: Page) -> Locator:
    return page.get_by_label("Hồ sơ trực tuyến, gõ số")


def move(page: Page, value: str) -> None:
    goal(page).fill(value)
    goal(page).press("Enter")
    expect(province(page)).to_have_text(re.compile(rf"^{value},\d\u00a0%$"))


def cells(page: Page) -> list[str]:
    """Last targets of the agencies that are in view."""
    return page.locator('.ag-center-cols-container [col-id="target1"]').all_inner_texts()


def at(page: Page, path: str) -> None:
    expect(page).to_have_url(re.compile(re.escape(path) + "$"))


def test_what_is_in_hand_is_kept_saved_and_taken_back(window: Window, scenario: str):
    page = window.open_table(scenario)
    status(page, "clean")
    move(page, "54")
    status(page, "draft")
    move(page, "55")
    page.get_by_role("link", name="Tổng quan").click()  # who leaves at once leaves nothing behind
    expect(page.locator(".keep")).to_have_count(0)
    page = window.open_table(scenario)
    expect(page.locator("#keep-notice")).to_contain_text("mở lại bản nháp của bạn")
    expect(province(page)).to_have_text(re.compile(r"^55,"))
    status(page, "draft")
    at(page, f"{scenario}?g.online=55")
    goal(page).fill("57")  # neither Enter nor Tab
    page.keyboard.press("Control+s")
    expect(said(page)).to_contain_text("Đã lưu thành bản 2")
    expect(page.locator("#keep-notice")).to_be_empty()
    status(page, "clean")
    at(page, scenario)
    expect(goal(page)).to_have_value("57")
    page.keyboard.press("Control+s")
    expect(said(page)).to_contain_text("Không có gì khác")
    page.locator("#undo").click()
    at(page, f"{scenario}?v=1&g.online=57")
    page.locator("#undo").click()
    expect(province(page)).to_have_text(re.compile(r"^55,"))
    at(page, f"{scenario}?v=1&g.online=55")
    page.locator("#save").click()
    expect(page.locator("#keep-clean")).to_contain_text("bản 3")
    at(page, scenario)


def test_a_draft_is_thrown_away_and_comes_back_by_undo(window: Window, scenario: str):
    page = window.open_table(f"{scenario}?g.online=55")
    status(page, "open")  # nothing was moved here: nothing is kept
    page = window.open_table(scenario)
    expect(page.locator("#keep-notice")).to_be_empty()
    move(page, "60")
    status(page, "draft")
    page = window.open_table(scenario)
    page.get_by_role("button", name="Bỏ bản nháp").click()
    expect(said(page)).to_contain_text("Đã bỏ bản nháp")
    expect(page.locator("#keep-notice")).to_be_empty()
    status(page, "clean")
    expect(goal(page)).to_have_value("50")
    page.locator("#undo").click()
    expect(goal(page)).to_have_value("60")


def test_two_people_at_one_scenario_lose_nothing(windows: list[Window], scenario: str):
    one, two = (window.open_table(scenario) for window in windows)
    move(two, "45")
    status(two, "draft")
    expect(one.locator("#keep-notice")).to_be_empty()
    move(one, "55")
    one.keyboard.press("Control+s")
    expect(said(one)).to_contain_text("bản 2")
    two.keyboard.press("Control+s")
    dialog = two.get_by_role("dialog")
    expect(dialog).to_contain_text(re.compile(r"Nguyễn Thị Leader đã sửa phương án này lúc \d\d:\d\d"))
    expect(dialog).to_contain_text("mục tiêu 50\u00a0% → 55\u00a0%")
    dialog.get_by_role("link", name="Mở bản mới").click()
    expect(province(two)).to_have_text(re.compile(r"^55,"))
    notice = two.locator("#keep-notice")
    expect(notice).to_contain_text("làm trên bản 1")
    notice.get_by_role("link", name="Áp điều chỉnh đó lên bản 2").click()
    expect(province(two)).to_have_text(re.compile(r"^45,"))
    expect(notice.locator(".message")).to_be_hidden()
    two.keyboard.press("Control+s")
    expect(said(two)).to_contain_text("bản 3")
    move(one, "58")
    one.keyboard.press("Control+s")
    one.get_by_role("dialog").get_by_role("button", name="Lưu thành phương án khác").click()
    name = one.locator("#save-as-name")
    expect(name).to_be_focused()
    name.press("Enter")
    at(one, f"{scenario}-dieu-chinh")
    expect(province(one)).to_have_text(re.compile(r"^58,"))
    two.goto(f"{windows[1].address}{scenario}-dieu-chinh")
    expect(two.get_by_role("alert")).to_contain_text("Không có phương án")


def test_a_link_opens_the_same_for_somebody_else(windows: list[Window], store: Store):
    path = make(store, shared=False)
    one = windows[0].open_table(path)
    one.context.grant_permissions(["clipboard-read", "clipboard-write"])
    move(one, "55")
    one.locator("#link").click()
    dialog = one.get_by_role("dialog")
    expect(dialog).to_contain_text("chỉ mình bạn xem được")
    link = dialog.locator("#link-field").input_value()
    assert link.startswith(f"{windows[0].address}{path}?v=1&fv=1")
    two = windows[1].open_table(link.removeprefix(windows[1].address))
    expect(two.get_by_role("alert")).to_contain_text("Không có phương án")
    dialog.get_by_role("button", name="Cho mọi người xem").click()
    expect(dialog.get_by_role("button", name="Thôi chia sẻ")).to_be_visible()
    dialog.get_by_role("button", name="Chép", exact=True).click()
    expect(dialog.get_by_role("status")).to_have_text("Đã chép liên kết.")
    assert one.evaluate("navigator.clipboard.readText()") == link
    one.keyboard.press("Escape")
    expect(one.locator("#link")).to_be_focused()
    one.keyboard.press("Control+s")
    expect(said(one)).to_contain_text("bản 2")
    move(one, "61")
    one.locator("#undo").click()
    expect(province(one)).to_have_text(re.compile(r"^55,"))
    two = windows[1].open_table(link.removeprefix(windows[1].address))
    expect(province(two)).to_have_text(province(one).inner_text())
    assert cells(two) == cells(one)
    expect(two.locator("#keep-notice")).to_contain_text("Bản mới nhất là bản 2")
    expect(two.locator("[data-throw]")).to_have_count(0)


def test_a_browser_that_does_not_copy_leaves_the_link_to_be_copied(window: Window, scenario: str):
    page = window.page
    page.add_init_script(
        "Object.defineProperty(navigator, 'clipboard', { value: undefined }); document.execCommand = () => false;"
    )
    window.open_table(scenario)
    page.locator("#link").click()
    expect(page.locator("#link-said")).to_contain_text("Ctrl+C")
    expect(page.locator("#link-field")).to_be_focused()
    marked = "document.activeElement.value.slice(document.activeElement.selectionStart)"
    assert page.evaluate(marked) == page.locator("#link-field").input_value()


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_any_name_is_given_by_keyboard(window: Window, lang: str):
    page = window.open_table(f"{BASE}?lang={lang}&g.online=55")
    page.locator("h1").click()
    page.keyboard.press("Control+s")
    name = page.locator("#save-as-name")
    expect(name).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.locator("#save-as").focus()
    page.keyboard.press("Enter")
    expect(name).to_be_focused()
    name.fill("")
    page.keyboard.press("Enter")
    expect(page.locator("#save-as-name-fault")).to_have_text(t("store.refused.name_missing", lang))
    expect(name).to_be_focused()
    called = f"Thử 🌾 <b onclick=alert(1)>{lang}</b> & “nháy”"
    name.fill(called)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/thu-b-onclick-alert-1-"))
    expect(page.locator("#scenario option:checked")).to_have_text(called)
    expect(page.locator(".keep-name")).to_have_text(called)
    expect(page.locator(".keep-status")).to_contain_text(t("keeping.private", lang))
    expect(province(page)).to_have_text(re.compile(r"^55[,.]"))


def test_an_earlier_version_is_looked_at_and_brought_back(window: Window, scenario: str):
    page = window.open_table(scenario)
    for value in ("55", "57"):
        move(page, value)
        page.keyboard.press("Control+s")
        expect(page.locator("#keep-clean")).to_contain_text("bản 2" if value == "55" else "bản 3")
    page.locator("#history").click()
    panel = page.get_by_role("dialog")
    expect(panel.locator(".versions > li")).to_have_count(3)
    expect(panel.locator(".versions > li").first).to_contain_text("mục tiêu 55\u00a0% → 57\u00a0%")
    panel.get_by_role("link", name="Mở bản 1").click()
    at(page, f"{scenario}?v=1")
    expect(page.locator("#keep-notice")).to_contain_text("Đang xem bản 1, bạn lưu lúc")
    expect(goal(page)).to_have_value("50")
    page.locator("#history").click()
    page.get_by_role("button", name="Khôi phục bản 2").click()
    expect(said(page)).to_contain_text("Đã khôi phục bản 2 thành bản 4")
    expect(goal(page)).to_have_value("55")
    expect(page.locator("#keep-notice")).to_be_empty()
    at(page, scenario)


@pytest.mark.parametrize(("lang", "theme"), [("vi", "light"), ("en", "dark")])
def test_every_dialog_is_for_everybody(windows: list[Window], scenario: str, lang: str, theme: str):
    one = windows[0].open_table(f"{scenario}?lang={lang}")
    one.evaluate(f"document.documentElement.dataset.bsTheme = '{theme}'")
    one.locator("#link").click()
    _is_for_everybody(one, "#link-dialog")
    one.locator("#save-as").click()
    one.locator("#save-as-name").fill("")
    one.locator("#save-as-confirm").click()
    expect(one.locator("#save-as-name-fault")).not_to_be_empty()
    _is_for_everybody(one, "#save-as-dialog")
    two = windows[1].open_table(f"{scenario}?lang=vi")
    move(two, "55")
    two.keyboard.press("Control+s")
    expect(said(two)).to_contain_text("bản 2")
    box = one.locator(".typed input").nth(2)
    box.fill("45")
    box.press("Control+s")
    expect(one.locator("#conflict-text")).to_contain_text("Nguyễn Thị Staff")
    _is_for_everybody(one, "#conflict")
    one.locator("#history").click()
    expect(one.locator(".versions > li")).to_have_count(2)
    _is_for_everybody(one, "#history-panel")
    assert _faults(one, ".keep") == []


def _is_for_everybody(page: Page, dialog: str) -> None:
    """Nothing is wrong with an open dialog, which Escape closes."""
    expect(page.locator(dialog)).to_be_visible()
    page.wait_for_timeout(350)  # until it has come in
    assert _faults(page, dialog) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def _faults(page: Page, within: str) -> list[str]:
    options = {"runOnly": {"type": "tag", "values": list(RULES)}, "resultTypes": ["violations"]}
    found = Axe().run(page, within, options).response["violations"]
    return [f"{one['id']}: {[(node['target'], node['any'][:1]) for node in one['nodes'][:4]]}" for one in found]
