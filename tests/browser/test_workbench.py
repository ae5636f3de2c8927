"""What a person does on the workbench, in a real browser."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import WAIT, Window

expect.set_options(timeout=WAIT)

BASE = "/scenarios/hau-giang-2022/base"
CAUTIOUS = "/scenarios/hau-giang-2022/cautious"
SIZES = [(1440, 900), (1920, 1080), (820, 1180)]
PLACES = [
    BASE,
    f"{BASE}?lang=en",
    "/scenarios/phu-tho-2026/base",
    CAUTIOUS,
    "/compare?s=hau-giang-2022/base,hau-giang-2022/same-effort",
]


def cell(page: Page, agency: str, column: str) -> Locator:
    """A cell of the table by agency and column."""
    return page.locator(f'.ag-row[row-id="{agency}"] [col-id="{column}"]')


def province(page: Page) -> Locator:
    """The headline: what the province reaches."""
    return page.locator("#cards .big").first


def typed(page: Page, lever: str) -> Locator:
    """The box of a lever, by its label in Vietnamese."""
    return page.get_by_label(f"{lever}, gõ số")


def in_address(page: Page, *parts: str) -> None:
    """Each part is in the address, or soon will be: it follows the page."""
    for part in parts:
        expect(page).to_have_url(re.compile(f"[?&]{part}(&|$)"))


def not_in_address(page: Page, *keys: str) -> None:
    for key in keys:
        expect(page).not_to_have_url(re.compile(f"[?&]{key}="))


def test_a_lever_moves_and_the_table_follows(window: Window):
    page = window.open_table(BASE)
    before = cell(page, "SGTVT", "target1").inner_text()
    assert re.fullmatch(r"\d+\u00a0%", before)
    typed(page, "Hồ sơ trực tuyến").fill("55")
    typed(page, "Hồ sơ trực tuyến").press("Enter")
    expect(cell(page, "SGTVT", "target1")).not_to_have_text(before)
    expect(province(page)).to_have_text(re.compile(r"^5[56],\d\u00a0%$"))
    in_address(page, "g.online=55")
    slider = page.get_by_label("Hồ sơ trực tuyến", exact=True).and_(page.locator("[type=range]"))
    expect(slider).to_have_value("55")
    slider.press("ArrowRight")
    expect(typed(page, "Hồ sơ trực tuyến")).to_have_value("56")
    expect(province(page)).to_have_text(re.compile(r"^56,\d\u00a0%$"))


def test_an_address_reopens_exactly_this_state(window: Window):
    page = window.open_table(f"{BASE}?g.online=45&m.online=equal_target&f.online=30")
    expect(typed(page, "Hồ sơ trực tuyến")).to_have_value("45")
    expect(typed(page, "Mức sàn")).to_have_value("30")
    expect(page.get_by_label("Phương pháp", exact=True)).to_have_value("equal_target")
    expect(province(page)).to_have_text(re.compile(r"^4[56],\d\u00a0%$"))


def test_two_windows_never_disturb_each_other(windows: list[Window]):
    one, two = (window.open_table(BASE) for window in windows)
    untouched = cell(two, "SGTVT", "target1").inner_text()
    typed(one, "Hồ sơ trực tuyến").fill("35")
    typed(one, "Hồ sơ trực tuyến").press("Enter")
    typed(two, "Mức sàn").fill("48")
    typed(two, "Mức sàn").press("Enter")
    expect(cell(two, "STNMT", "target1")).to_have_text("48\u00a0%")
    expect(province(one)).to_have_text(re.compile(r"^35,\d\u00a0%$"))
    expect(province(two)).to_have_text(re.compile(r"^50,\d\u00a0%$"))
    expect(cell(one, "SGTVT", "target1")).not_to_have_text(untouched)
    in_address(one, "g.online=35")
    in_address(two, "f.online=48")
    not_in_address(one, "f.online")
    not_in_address(two, "g.online")


def test_what_is_no_number_is_said_and_changes_nothing(window: Window):
    page = window.open_table(BASE)
    before = province(page).inner_text()
    box = typed(page, "Hồ sơ trực tuyến")
    for wrong in ("abc", "150", "1.260", "-3"):
        box.fill(wrong)
        box.press("Enter")
        expect(page.locator(".invalid-feedback:visible")).to_have_count(1)
    expect(province(page)).to_have_text(before)
    box.fill("52,5")
    box.press("Enter")
    expect(province(page)).to_have_text(re.compile(r"^5[23],\d\u00a0%$"))


def test_a_lever_and_all_levers_go_back(window: Window):
    page = window.open_table(BASE)
    before = province(page).inner_text()
    for lever, value in (("Hồ sơ trực tuyến", "60"), ("Mức trần", "90")):
        typed(page, lever).fill(value)
        typed(page, lever).press("Enter")
        expect(page.locator(".hint a")).to_have_count(1 if lever == "Hồ sơ trực tuyến" else 2)
    page.locator(".hint a").first.click()
    expect(typed(page, "Hồ sơ trực tuyến")).to_have_value("50")
    expect(typed(page, "Mức trần")).to_have_value("90")
    page.get_by_role("link", name="Đặt lại").click()
    expect(typed(page, "Mức trần")).to_have_value("100")
    expect(province(page)).to_have_text(before)
    expect(page).to_have_url(re.compile(f"{BASE}$"))


def test_another_indicator_has_its_own_levers(window: Window):
    page = window.open_table(BASE)
    page.get_by_label("Phương pháp", exact=True).select_option("equal_target")
    expect(page.locator("#principle")).to_contain_text("cùng một chỉ tiêu")
    page.get_by_role("radio", name="DVCTT phát sinh hồ sơ").check()
    expect(page.get_by_role("heading", level=1)).to_contain_text("phát sinh hồ sơ")
    expect(page.get_by_label("Phương pháp", exact=True)).to_have_value("gap_closing")
    expect(page.locator("#basis-field")).to_be_hidden()
    page.get_by_role("radio", name="Hồ sơ trực tuyến").check()
    expect(page.get_by_label("Phương pháp", exact=True)).to_have_value("equal_target")


def test_a_row_explains_itself(window: Window):
    page = window.open_table(BASE)
    cell(page, "SGTVT", "target1").click()
    drawer = page.get_by_role("dialog")
    expect(drawer.locator(".offcanvas-title")).to_have_text("Sở Giao thông vận tải")
    expect(drawer.locator(".sentence")).to_contain_text("Sở Giao thông vận tải")
    expect(drawer.locator(".plain-table")).to_have_count(3)
    expect(drawer.locator("#waterfall .barlayer path").first).to_be_visible()
    in_address(page, "a=SGTVT")
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    cell(page, "STC", "now").click()
    expect(drawer.locator(".offcanvas-title")).to_have_text("Sở Tài chính")
    drawer.get_by_role("button", name="Đóng").click()
    expect(drawer).to_have_count(0)
    not_in_address(page, "a")


def test_a_row_explains_itself_by_keyboard(window: Window):
    page = window.open_table(BASE)
    cell(page, "STC", "now").focus()
    expect(cell(page, "STC", "now")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(cell(page, "STP", "now")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").locator(".offcanvas-title")).to_have_text("Sở Tư pháp")


def test_the_explanation_follows_a_lever(window: Window):
    page = window.open_table(f"{BASE}?a=SGTVT")
    drawer = page.get_by_role("dialog")
    sentence = drawer.locator(".sentence").inner_text()
    typed(page, "Hồ sơ trực tuyến").fill("60")
    typed(page, "Hồ sơ trực tuyến").press("Enter")
    expect(drawer.locator(".sentence")).not_to_have_text(sentence)


def test_a_goal_out_of_reach_leads_with_the_remedy_and_a_button_applies_it(window: Window):
    page = window.open_table(CAUTIOUS)
    alert = page.locator(".remedy")
    expect(alert.get_by_role("heading")).to_contain_text("để đạt")
    expect(page.locator("#cards")).to_contain_text("Không khả thi")
    actions = alert.get_by_role("link")
    assert actions.count() >= 2
    alert.get_by_role("link", name=re.compile("Hạ mục tiêu xuống")).click()
    expect(alert).to_have_count(0)
    expect(page.locator("#cards")).to_contain_text("Đạt mục tiêu")
    in_address(page, r"g.online=4\d(\.\d+)?")
    page.get_by_role("link", name="Đặt lại").click()
    expect(alert).to_have_count(1)
    alert.get_by_role("link", name=re.compile("^Nới")).click()
    expect(alert).to_have_count(0)


def test_communes_of_a_district_share_its_target(window: Window):
    page = window.open_table(BASE)
    page.get_by_label("Xem", exact=True).select_option(label="Các xã thuộc UBND thành phố Vị Thanh")
    expect(page.locator(".ag-floating-bottom")).to_contain_text("Cộng UBND thành phố Vị Thanh")
    expect(page.locator(".ag-pinned-left-cols-container .ag-row").first).to_contain_text("UBND")
    in_address(page, "in=930")


def test_the_language_changes_everything_and_keeps_the_levers(window: Window):
    page = window.open_table(f"{BASE}?g.online=55")
    assert page.locator("html").get_attribute("lang") == "vi"
    expect(page.locator(".illustrative")).to_contain_text("SỐ LIỆU MINH HỌA")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Share of dossiers handled online")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page).to_have_title(re.compile("Targets for online public services"))
    expect(page.locator(".illustrative")).to_contain_text("ILLUSTRATIVE FIGURES")
    expect(page.get_by_label("Dossiers online, type a number")).to_have_value("55")
    expect(cell(page, "SGTVT", "denominator")).to_have_text("6,331")
    page.get_by_role("link", name="Tiếng Việt").click()
    expect(cell(page, "SGTVT", "denominator")).to_have_text("6.331")
    expect(page.locator("html")).to_have_attribute("lang", "vi")


def test_presets_and_campaigns_are_chosen(window: Window):
    page = window.open_table("/")
    expect(page).to_have_url(re.compile(f"{BASE}$"))
    page.get_by_label("Chọn phương án").select_option("same-effort")
    expect(page.get_by_label("Phương pháp", exact=True)).to_have_value("equal_effort")
    expect(page).to_have_url(re.compile("/scenarios/hau-giang-2022/same-effort$"))
    page.get_by_label("Đợt giao").select_option("phu-tho-2026")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tỷ lệ hồ sơ thanh toán trực tuyến")
    expect(page.locator(".illustrative")).to_have_count(0)
    expect(page.locator("#chart .yaxislayer-above text")).to_have_count(165)


def test_two_presets_side_by_side(window: Window):
    page = window.open_table("/compare?s=hau-giang-2022/base,hau-giang-2022/same-effort")
    expect(page.locator(".versus thead")).to_contain_text("Cùng mức nỗ lực")
    page.get_by_label("Phương án thứ hai").select_option("hau-giang-2022/ten-largest")
    expect(page.locator(".versus thead")).not_to_contain_text("Cùng mức nỗ lực")
    expect(page).to_have_url(re.compile(r"/compare\?s=hau-giang-2022/base,hau-giang-2022/ten-largest&i=online$"))
    spread = page.locator('.ag-center-cols-container .ag-row [col-id="spread"]').all_inner_texts()
    values = [float(one.replace(",", ".")) for one in spread if one != "–"]
    assert values == sorted(values, reverse=True)
    assert values[0] > 0


def test_a_wrong_address_is_said_and_the_rest_works(window: Window):
    page = window.open_table("/scenarios/hau-giang-2022/nothing?g.online=abc&f.online=40&zz=1")
    notice = page.get_by_role("alert").filter(has_text="địa chỉ")
    for said in ("nothing", "g.online = abc", "zz = 1"):
        expect(notice).to_contain_text(said)
    expect(typed(page, "Mức sàn")).to_have_value("40")
    window.open("/khong-co")
    expect(page.get_by_role("heading", level=1)).to_have_text("Không có trang này")


@pytest.mark.parametrize("path", PLACES)
def test_no_size_scrolls_sideways_and_nothing_offers_a_cloud(window: Window, path: str):
    page = window.open_table(path)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        expect(page.locator(".js-plotly-plot").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    page.locator(".js-plotly-plot").first.hover()
    titles = page.locator(".modebar-btn").evaluate_all("all => all.map(one => one.dataset.title || '')")
    assert all("PNG" in one or "png" in one for one in titles), titles
    assert len(titles) == 1
    expect(page.get_by_text(re.compile("cloud|share chart", re.IGNORECASE))).to_have_count(0)


@pytest.mark.parametrize("path", PLACES[:3])
def test_every_control_has_a_name_and_headings_are_in_order(window: Window, path: str):
    page = window.open_table(path)
    nameless = page.locator("main :is(input, select, textarea), header :is(input, select)").evaluate_all(
        """all => all.filter(one => one.offsetParent && !(one.labels && one.labels.length)
             && !one.getAttribute('aria-label') && !one.getAttribute('aria-labelledby')
             && !one.closest('.ag-root-wrapper')).map(one => one.outerHTML)"""
    )
    assert nameless == []
    levels = page.locator("main :is(h1, h2, h3, h4)").evaluate_all(
        "all => all.filter(one => one.offsetParent).map(one => Number(one.tagName[1]))"
    )
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
