"""Comparing scenarios and choosing one, in a real browser."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from dashapp.services import choices, provision
from dashapp.services.database import Store
from dashapp.services.rights import Actor, Role
from tests.browser.conftest import WAIT, Window
from tests.dashapp.accounts.people import NAMES

expect.set_options(timeout=WAIT)

HAU_GIANG = "hau-giang-2022"
TWO = "/compare?s=hau-giang-2022/base,hau-giang-2022/same-effort"
THREE = f"{TWO},hau-giang-2022/one-target"
FOUR = f"{THREE},hau-giang-2022/cautious"
MANY = "/compare?s=phu-tho-2026/base,phu-tho-2026/one-target,phu-tho-2026/cautious"
SIZES = [(1440, 900), (1920, 1080), (820, 1180)]
LEADER = Actor(NAMES[Role.LEADER], "", Role.LEADER)
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@pytest.fixture(autouse=True)
def campaigns(store: Store) -> None:
    """The shipped campaigns are there."""
    provision.ensure_campaigns(store)


def named(page: Page) -> Locator:
    """The names of the scenarios beside each other."""
    return page.locator(".versus thead th.named a")


def first_row(page: Page) -> Locator:
    return page.locator(".ag-center-cols-container .ag-row").first


def at(page: Page, path: str) -> None:
    """The address is, or soon will be, this one."""
    expect(page).to_have_url(re.compile(re.escape(path) + "$"))


def faults(page: Page) -> list[str]:
    options = {"runOnly": {"type": "tag", "values": list(RULES)}, "resultTypes": ["violations"]}
    found = Axe().run(page, None, options).response["violations"]
    return [f"{one['id']}: {[node['target'] for node in one['nodes'][:4]]}" for one in found]


def test_scenarios_are_added_taken_out_and_set_first(window: Window):
    page = window.open_table(TWO)
    expect(named(page)).to_have_text(["Phương án cơ sở", "Cùng mức nỗ lực"])
    expect(page.get_by_role("button", name="Bỏ “")).to_have_count(0)
    page.locator(".picker summary").click()
    page.get_by_role("button", name="Một chỉ tiêu chung cho tất cả", exact=True).click()
    expect(named(page)).to_have_text(["Phương án cơ sở", "Cùng mức nỗ lực", "Một chỉ tiêu chung cho tất cả"])
    at(page, THREE)
    expect(page.locator(".picker")).not_to_have_attribute("open", "")
    page.get_by_role("button", name="Lấy “Một chỉ tiêu chung cho tất cả” làm mốc so sánh").click()
    expect(named(page).first).to_have_text("Một chỉ tiêu chung cho tất cả")
    page.get_by_role("button", name="Bỏ “Phương án cơ sở” khỏi bảng so sánh").click()
    expect(named(page)).to_have_text(["Một chỉ tiêu chung cho tất cả", "Cùng mức nỗ lực"])
    at(page, "/compare?s=hau-giang-2022/one-target,hau-giang-2022/same-effort")
    expect(page.get_by_role("status").filter(has_text="Đang so sánh 2 phương án")).to_have_count(1)
    page.reload()
    expect(named(page)).to_have_text(["Một chỉ tiêu chung cho tất cả", "Cùng mức nỗ lực"])


def test_clicks_faster_than_answers_lose_nothing(window: Window):
    page = window.open_table(THREE)
    page.evaluate(
        """() => ["[data-compare-add=cautious]", "[data-compare-drop=base]", "[data-compare-first=one-target]"]
            .forEach(one => document.querySelector(one).click())"""
    )
    expect(named(page)).to_have_text(["Một chỉ tiêu chung cho tất cả", "Cùng mức nỗ lực", "Từng bước thận trọng"])
    at(page, "s=hau-giang-2022/one-target,hau-giang-2022/same-effort,hau-giang-2022/cautious")


def test_a_scenario_is_added_by_keyboard(window: Window):
    page = window.open_table(TWO)
    summary = page.locator(".picker summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".pick-list")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".pick-list")).to_be_hidden()
    expect(summary).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(".pick-list button").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(named(page)).to_have_count(3)
    expect(page.locator(".picker summary")).to_be_focused()


def test_the_way_of_looking_is_in_the_address_and_keeps_the_scenarios(window: Window):
    page = window.open_table(THREE)
    spread = page.locator('.ag-center-cols-container .ag-row [col-id="spread"]').all_inner_texts()
    values = [float(one.replace(",", ".")) for one in spread if one != "–"]
    assert values == sorted(values, reverse=True)
    assert values[0] > 0
    page.get_by_role("radio", name="DVCTT phát sinh hồ sơ").check()
    expect(page.locator(".versus tr.group").last).to_contain_text("DVCTT phát sinh hồ sơ")
    at(page, f"{THREE}&i=active")
    page.get_by_label("Xếp theo", exact=True).select_option("name")
    at(page, f"{THREE}&i=active&o=name")
    expect(first_row(page)).to_contain_text("Ban Dân tộc")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Compare scenarios")
    expect(page.get_by_label("Sort by", exact=True)).to_have_value("name")
    expect(page.get_by_role("radio", name="Services in use")).to_be_checked()
    expect(named(page)).to_have_text(["Base", "Same effort", "One target for all"])


def test_cells_say_targets_or_differences(window: Window):
    page = window.open_table(TWO)
    cells = page.locator("#compare-chart .barlayer text")
    expect(cells.nth(1)).to_have_text(re.compile("^[0-9,]+.%$"))
    page.get_by_role("radio", name="Chênh lệch so với mốc").check()
    expect(cells.filter(has_text=re.compile("^[▲▼] "))).not_to_have_count(0)
    expect(page.locator("#compare-chart-legend")).to_contain_text("“Phương án cơ sở”")
    page.get_by_role("button", name="Bảng số liệu").click()
    twin = page.locator("#compare-chart-twin table")
    expect(twin.locator("thead th")).to_have_text(
        ["Cơ quan", "Hiện nay", "Phương án cơ sở", "Cùng mức nỗ lực", "Độ lệch (điểm)"]
    )
    expect(twin.locator("tbody tr")).to_have_count(27)


def test_another_campaign_shows_its_own_scenarios(window: Window):
    page = window.open_table(TWO)
    page.get_by_label("Đợt giao").select_option("phu-tho-2026")
    expect(named(page).first).to_have_text("Phương án cơ sở: 90 % toàn tỉnh")
    expect(page.locator("#compare-chart-note")).to_contain_text("Có 163 cơ quan; hình vẽ 40 cơ quan")
    expect(page).to_have_url(re.compile("c=phu-tho-2026"))


def test_what_an_address_says_wrongly_is_said(window: Window):
    page = window.open_table(f"{TWO},hau-giang-2022/khong-co")
    expect(page.get_by_role("alert")).to_contain_text("“khong-co”")
    expect(named(page)).to_have_count(2)
    page.locator(".picker summary").click()
    page.locator("[data-compare-add=cautious]").click()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_one_chooses_and_the_other_sees_it(windows: list[Window], store: Store):
    one, two = (window.open_table(THREE) for window in windows)
    before = len(choices.history(store, LEADER, HAU_GIANG))
    one.get_by_role("button", name="Chọn “Cùng mức nỗ lực” để hoàn thiện").click()
    dialog = one.get_by_role("dialog", name="Chọn phương án để hoàn thiện")
    expect(dialog).to_contain_text("Chọn “Cùng mức nỗ lực”, bản 1, trên số liệu bản 1.")
    dialog.get_by_role("button", name="Thôi").click()
    expect(dialog).to_have_count(0)
    assert len(choices.history(store, LEADER, HAU_GIANG)) == before
    one.get_by_role("button", name="Chọn “Cùng mức nỗ lực” để hoàn thiện").click()
    dialog.get_by_label("Ghi chú").fill("Sau cuộc họp 20/06")
    dialog.get_by_role("button", name="Chọn phương án này").click()
    expect(dialog).to_have_count(0)
    banner = one.locator("#compare-chosen")
    expect(banner).to_contain_text("Đã chọn “Cùng mức nỗ lực” để hoàn thiện.")
    expect(banner.locator(".chosen")).to_be_focused()
    expect(banner).to_contain_text("Nguyễn Thị Leader chọn bản 1 lúc")
    expect(banner).to_contain_text("Sau cuộc họp 20/06")
    expect(one.get_by_role("button", name="Chọn “Cùng mức nỗ lực” để hoàn thiện")).to_have_count(0)
    two.reload()
    expect(two.locator("#compare-chosen")).to_contain_text("Nguyễn Thị Leader chọn bản 1 lúc")
    two.get_by_role("button", name="Chọn “Một chỉ tiêu chung cho tất cả” để hoàn thiện").click()
    other = two.get_by_role("dialog", name="Chọn phương án để hoàn thiện")
    expect(other).to_contain_text("Lựa chọn này thay cho “Cùng mức nỗ lực”")
    expect(other.get_by_label("Ghi chú")).to_have_value("")
    other.get_by_role("button", name="Chọn phương án này").click()
    expect(two.locator("#compare-chosen")).to_contain_text("Nguyễn Thị Staff chọn bản 1 lúc")
    two.locator("#compare-chosen summary").click()
    expect(two.locator("#compare-chosen li").first).to_contain_text("Cùng mức nỗ lực (bản 1) – Nguyễn Thị Leader")


def test_the_dialog_is_left_by_escape_and_gives_the_focus_back(window: Window):
    page = window.open_table(TWO)
    button = page.locator("[data-choose=base]")
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    page.keyboard.press("Tab")
    assert dialog.evaluate("one => one.contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(button).to_be_focused()


def test_two_people_compare_without_disturbing_each_other(windows: list[Window]):
    one, two = (window.open_table(THREE) for window in windows)
    one.locator("[data-compare-drop=base]").click()
    two.get_by_role("radio", name="DVCTT mức độ 4").check()
    expect(named(one)).to_have_count(2)
    expect(two.locator(".versus tr.group").last).to_contain_text("DVCTT mức độ 4")
    expect(named(two)).to_have_count(3)
    expect(one.locator(".versus tr.group").last).to_contain_text("Hồ sơ trực tuyến")


@pytest.mark.parametrize("path", [TWO, THREE, f"{FOUR}&lang=en", MANY])
def test_no_size_scrolls_sideways_and_nothing_is_cut(window: Window, path: str):
    page = window.open_table(path)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        expect(page.locator("#compare-chart .js-plotly-plot")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        cut = page.locator(".versus :is(th, td)").evaluate_all(
            "all => all.filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.innerText)"
        )
        assert cut == [], (width, cut)


@pytest.mark.parametrize(("lang", "theme"), [("vi", "light"), ("en", "dark")])
def test_everybody_can_use_it(window: Window, lang: str, theme: str):
    page = window.page
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")
    window.open_table(f"{FOUR}&lang={lang}")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
    assert faults(page) == []
    page.locator("[data-compare-drop=cautious]").click()
    expect(named(page)).to_have_count(3)
    page.locator(".picker summary").click()
    assert faults(page) == []
    page.keyboard.press("Escape")
    page.locator("[data-choose]").first.click()
    expect(page.get_by_role("dialog")).to_have_css("opacity", "1")
    expect(page.locator(".modal-backdrop")).to_have_css("opacity", "0.5")
    assert faults(page) == []
