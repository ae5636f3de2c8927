"""What a person does on the workbench, in a real browser."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import WAIT, Window

expect.set_options(timeout=WAIT)

BASE = "/scenarios/hau-giang-2022/base"
CAUTIOUS = "/scenarios/hau-giang-2022/cautious"
PLACES = [BASE, f"{BASE}?lang=en", "/scenarios/phu-tho-2026/base"]


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
    (layout,) = [url for url in window.requests if "_dash-layout" in url]
    assert layout.endswith("?address=%2Fscenarios%2Fhau-giang-2022%2Fbase"), "the page comes with it"
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


def test_a_page_that_comes_again_says_what_holds_and_not_what_was_pulled(window: Window):
    """Sliders are no components of Dash: a page that looks as it did is not written anew, and says so all the same."""
    page = window.open_table(f"{BASE}?g.online=45")
    slider = page.get_by_label("Hồ sơ trực tuyến", exact=True).and_(page.locator("[type=range]"))
    typed(page, "Hồ sơ trực tuyến").fill("abc")
    typed(page, "Hồ sơ trực tuyến").press("Enter")
    expect(typed(page, "Hồ sơ trực tuyến")).to_have_attribute("aria-invalid", "true")
    slider.evaluate("(one) => { one.value = 71; }")
    again = f"{BASE}?g.online=45&o=name"
    page.evaluate(
        """(address) => {
            window.history.pushState({}, "", address);
            window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
        }""",
        again,
    )
    expect(slider).to_have_value("45")
    expect(typed(page, "Hồ sơ trực tuyến")).to_have_value("45")
    expect(typed(page, "Hồ sơ trực tuyến")).to_have_attribute("aria-invalid", "false")


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
    expect(page.locator("#chance .big")).to_contain_text("lần trong")
    for lever, value in (("Hồ sơ trực tuyến", "60"), ("Mức trần", "90")):
        typed(page, lever).fill(value)
        typed(page, lever).press("Enter")
        expect(page.locator(".hint a")).to_have_count(1 if lever == "Hồ sơ trực tuyến" else 2)
    chance = page.locator("#chance")
    expect(chance).to_have_class("among")  # no longer faint: it is about the table that stands there
    expect(chance.locator(".big")).to_contain_text("lần trong")
    page.locator(".hint a").first.click()
    expect(typed(page, "Hồ sơ trực tuyến")).to_have_value("50")
    expect(typed(page, "Mức trần")).to_have_value("90")
    page.get_by_role("button", name="Đặt lại").click()
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
    expect(drawer.locator(".plain-table")).to_have_count(4)
    expect(drawer.locator("#waterfall .barlayer path").first).to_be_visible()
    drawer.get_by_role("button", name="Bảng số liệu").click()
    expect(drawer.locator("#waterfall-twin table")).to_contain_text("Hiện trạng")
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
    page.get_by_role("button", name="Đặt lại").click()
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
    page = window.open_table(BASE)
    page.get_by_label("Chọn phương án").select_option("same-effort")
    expect(page.get_by_label("Phương pháp", exact=True)).to_have_value("equal_effort")
    expect(page).to_have_url(re.compile("/scenarios/hau-giang-2022/same-effort$"))
    page.get_by_label("Đợt giao").select_option("phu-tho-2026")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tỷ lệ hồ sơ thanh toán trực tuyến")
    expect(page.locator(".illustrative")).to_have_count(0)
    expect(page.locator("#chart .yaxislayer-above text")).to_have_count(165)


def test_a_wrong_address_is_said_and_the_rest_works(window: Window):
    page = window.open_table("/scenarios/hau-giang-2022/nothing?g.online=abc&f.online=40&zz=1")
    notice = page.get_by_role("alert").filter(has_text="địa chỉ")
    for said in ("nothing", "g.online = abc", "zz = 1"):
        expect(notice).to_contain_text(said)
    expect(typed(page, "Mức sàn")).to_have_value("40")
    window.open_table(f"{BASE}?v=77&f.online=40")
    expect(page.get_by_role("alert").filter(has_text="địa chỉ")).to_contain_text("v=77")
    window.open("/khong-co")
    expect(page.get_by_role("heading", level=1)).to_have_text("Không có trang này")


def test_nothing_offers_a_cloud(window: Window):
    page = window.open_table(BASE)
    page.locator(".js-plotly-plot").first.hover()
    expect(page.locator(".modebar")).to_have_count(0)
    expect(page.get_by_text(re.compile("cloud|share chart", re.IGNORECASE))).to_have_count(0)


@pytest.mark.parametrize("path", PLACES)
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


def test_changes_are_taken_back_and_made_again(window: Window):
    page = window.open_table(BASE)
    undo, redo = page.get_by_role("button", name="Hoàn tác"), page.get_by_role("button", name="Làm lại")
    expect(undo).to_be_disabled()
    goal = typed(page, "Hồ sơ trực tuyến")
    for value in ("45", "60"):
        goal.fill(value)
        goal.press("Enter")
        expect(province(page)).to_have_text(re.compile(rf"^{value},\d\u00a0%$"))
    page.get_by_label("Phương pháp", exact=True).select_option("equal_target")
    in_address(page, "m.online=equal_target")
    undo.click()
    expect(page.get_by_label("Phương pháp", exact=True)).to_have_value("gap_closing")
    page.locator("h1").click()
    page.keyboard.press("Control+z")
    expect(goal).to_have_value("45")
    expect(province(page)).to_have_text(re.compile(r"^45,\d\u00a0%$"))
    redo.click()
    expect(goal).to_have_value("60")
    in_address(page, "g.online=60")
    page.keyboard.press("Control+Shift+z")
    expect(page.get_by_label("Phương pháp", exact=True)).to_have_value("equal_target")
    expect(redo).to_be_disabled()


def test_the_last_change_is_seen_before_and_after(window: Window):
    page = window.open_table(BASE)
    goal = typed(page, "Hồ sơ trực tuyến")
    goal.fill("60")
    goal.press("Enter")
    expect(province(page)).to_have_text(re.compile(r"^60,\d\u00a0%$"))
    replay = page.get_by_role("button", name="Xem trước và sau")
    replay.click()
    expect(replay).to_have_attribute("aria-pressed", "true")
    expect(province(page)).to_have_text(re.compile(r"^50,\d\u00a0%$"))
    replay.click()
    expect(replay).to_have_attribute("aria-pressed", "false")
    expect(province(page)).to_have_text(re.compile(r"^60,\d\u00a0%$"))
    expect(page.get_by_role("button", name="Hoàn tác")).to_be_enabled()


def test_a_drag_is_one_step_back_and_its_last_position_wins(window: Window):
    page = window.open_table(BASE)
    slider = page.get_by_label("Hồ sơ trực tuyến", exact=True).and_(page.locator("[type=range]"))
    slider.focus()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    expect(province(page)).to_have_text(re.compile(r"^62,\d\u00a0%$"))
    in_address(page, "g.online=62")
    page.get_by_role("button", name="Hoàn tác").click()
    expect(slider).to_have_value("50")
    expect(page.get_by_role("button", name="Hoàn tác")).to_be_disabled()


def test_a_slow_answer_never_takes_the_place_of_a_newer_one(window: Window):
    page = window.open_table(BASE)
    held: list[Route] = []

    def hold(route: Route) -> None:
        if '"move.data"' in (route.request.post_data or "") and not held:
            held.append(route)
        else:
            route.continue_()

    page.route(re.compile("_dash-update-component"), hold)
    slider = page.get_by_label("Hồ sơ trực tuyến", exact=True).and_(page.locator("[type=range]"))
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(300)
    for _ in range(9):
        page.keyboard.press("ArrowRight")
    held[0].continue_()
    expect(province(page)).to_have_text(re.compile(r"^60,\d\u00a0%$"))
    expect(slider).to_have_value("60")
    in_address(page, "g.online=60")


def test_a_target_is_pinned_and_the_others_carry_it(window: Window):
    page = window.open_table(f"{BASE}?a=SGTVT")
    others = cell(page, "STP", "target1").inner_text()
    drawer = page.get_by_role("dialog")
    box = drawer.get_by_label("Quý IV/2022", exact=True)
    box.fill("65")
    box.press("Enter")
    expect(cell(page, "SGTVT", "target1")).to_have_text("65\u00a0%")
    expect(cell(page, "STP", "target1")).not_to_have_text(others)
    in_address(page, "pin=online:SGTVT:2022Q4:65")
    expect(drawer.locator(".sentence")).to_contain_text("65\u00a0%")
    box.fill("abc")
    box.press("Enter")
    expect(drawer.locator(".pin-bad:visible")).to_have_count(1)
    box.fill("99")
    box.press("Enter")
    told = page.locator("#alert .message").filter(has_text="Sở Giao thông vận tải")
    expect(told).to_be_visible()
    told.get_by_role("button", name="Trở lại bước trước").click()
    expect(told).to_have_count(0)
    expect(cell(page, "SGTVT", "target1")).to_have_text("65\u00a0%")
    drawer.get_by_role("link", name="Bỏ ghim").click()
    expect(cell(page, "STP", "target1")).to_have_text(others)
    not_in_address(page, "pin")


def test_pictures_change_and_each_has_its_numbers(window: Window):
    page = window.open_table(BASE)
    panel = page.locator("#chart-panel-title").locator("xpath=ancestor::section")
    for name, marks in (("Đường đi của tỉnh", "Quý IV"), ("Nỗ lực", "Sở Tài nguyên"), ("Công bằng", "Sở Thông tin")):
        page.get_by_role("radio", name=name).check()
        expect(panel.locator(".chart-note")).not_to_be_empty()
        panel.get_by_role("button", name="Bảng số liệu").click()
        expect(panel.locator(".twin table")).to_contain_text(marks)
        panel.get_by_role("button", name="Bảng số liệu").click()
    in_address(page, "view=fairness")
    for kind in ("PNG", "SVG"):
        with page.expect_download() as download:
            panel.get_by_role("button", name=kind).click()
        assert download.value.suggested_filename == f"chitieu-hau-giang-2022-base.{kind.lower()}"
    page.get_by_role("radio", name="Cơ quan").check()
    expect(panel.get_by_role("button", name="Bảng số liệu")).to_be_hidden()
    not_in_address(page, "view")


def test_the_order_is_chosen_and_an_agency_is_found(window: Window):
    page = window.open_table(BASE)
    first = page.locator('.ag-pinned-left-cols-container .ag-row[row-index="0"]')
    page.get_by_label("Xếp theo").select_option("volume")
    expect(first).to_have_text("Sở Tài nguyên và Môi trường")
    in_address(page, "o=volume")
    largest = page.locator("#chart .yaxislayer-above text", has_text="Sở Tài nguyên và Môi trường")
    smallest = page.locator("#chart .yaxislayer-above text", has_text="Văn phòng UBND tỉnh")
    expect(largest).to_have_attribute("data-unformatted", "Sở Tài nguyên và Môi trường")
    tops = [(name.bounding_box() or {"y": 0.0})["y"] for name in (largest, smallest)]
    assert tops[0] < tops[1]
    page.get_by_label("Tìm cơ quan").fill("long my")
    expect(page.locator(".ag-pinned-left-cols-container .ag-row")).to_have_count(2)
    page.get_by_label("Tìm cơ quan").fill("")
    expect(page.locator(".ag-pinned-left-cols-container .ag-row")).to_have_count(27)
