"""Finalising in a real browser: typing over targets, two people at one table, a session that ends, the road."""

from __future__ import annotations

import re
from collections.abc import Callable
from statistics import median

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from dashapp.services import opened as desk
from dashapp.services import overrides, tables
from dashapp.services.database import Store
from dashapp.services.edits import Edit
from dashapp.services.rights import Actor, Role
from tests.browser.conftest import WAIT, Window, log_in
from tests.dashapp.accounts.people import NAMES

expect.set_options(timeout=WAIT)

CAMPAIGN = "hau-giang-2022"
STAFF = Actor(NAMES[Role.STAFF], "", Role.STAFF)
COLLEAGUE = Actor("lan", "Trần Thị Lan", Role.STAFF)
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
SIZES = ((1920, 1080), (820, 1180))


@pytest.fixture
def draft(store: Store) -> str:
    """Path of a draft made for one test alone."""
    base = desk.open_scenario(store, STAFF, CAMPAIGN, "base")
    figures = base.ground.figures_version.id
    record = tables.start_draft(store, STAFF, CAMPAIGN, figures_version=figures, scenario_version=base.version.id)
    return f"/finalize?c={CAMPAIGN}&t={record.number}"


@pytest.fixture
def staff(open_window) -> Window:
    return open_window(1)


def id_of(store: Store, path: str) -> int:
    number = int(path.rpartition("=")[2])
    return next(one.record.id for one in tables.listed(store, STAFF, CAMPAIGN) if one.record.number == number)


def row(page: Page, name: str) -> Locator:
    """The cells of an agency that scroll, told by its name in the fixed column."""
    fixed = page.locator("#final-grid .ag-pinned-left-cols-container .ag-row", has_text=name)
    return page.locator(f'#final-grid .ag-center-cols-container .ag-row[row-id="{fixed.get_attribute("row-id")}"]')


def cell(page: Page, name: str, column: str = "target1") -> Locator:
    return row(page, name).locator(f'[col-id="{column}"]')


def type_over(page: Page, name: str, text: str, column: str = "target1") -> None:
    cell(page, name, column).click()
    page.keyboard.press("Control+a")
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def share(text: str) -> str:
    return text.replace(" ", "\u00a0")


def save(page: Page, reason: str) -> None:
    page.fill("#final-reason", reason)
    page.click("#final-save")
    expect(page.locator(".final-good")).to_be_visible()
    expect(page.locator("#final-pending")).to_be_hidden()


def choose(page: Page, name: str) -> None:
    fixed = page.locator("#final-grid .ag-pinned-left-cols-container .ag-row", has_text=name)
    fixed.locator(".ag-selection-checkbox input").check()


def test_a_target_is_typed_over_and_who_absorbs_it_is_seen_before_it_is_kept(staff: Window, store: Store, draft: str):
    page = staff.open_table(draft)
    was = cell(page, "Sở Tư pháp").inner_text()
    type_over(page, "Sở Tư pháp", "45")
    preview = page.locator("#final-preview")
    expect(preview).to_contain_text("Sở Tư pháp")
    expect(preview).to_contain_text("vẫn đạt")
    expect(page.locator("#final-absorbed")).to_contain_text("cơ quan nhận thêm")
    expect(page.locator("#final-grid .cell-moved").first).to_be_visible()
    page.click("#final-save")
    expect(page.locator("#final-said")).to_contain_text("Chưa có lý do")
    assert tables.table(store, STAFF, id_of(store, draft)).overrides == ()
    save(page, "Thiếu người")
    expect(page.locator("#final-side")).to_contain_text("Lý do: Thiếu người")
    expect(page.locator("#final-pending")).to_be_hidden()
    expect(cell(page, "Sở Tư pháp")).to_have_text(share("45 %"))
    page.get_by_role("button", name="Hoàn tác", exact=True).click()
    expect(page.locator("#final-preview")).to_contain_text("bỏ điều chỉnh")
    expect(page.locator("#final-reason")).to_have_value("Hoàn tác lần lưu vừa rồi")
    page.click("#final-save")
    expect(cell(page, "Sở Tư pháp")).to_have_text(was)
    expect(page.locator("#final-side")).to_contain_text("1 điều chỉnh đã bỏ")


def test_several_edits_are_in_hand_at_once_and_each_can_be_dropped(staff: Window, draft: str):
    page = staff.open_table(draft)
    type_over(page, "Sở Tư pháp", "45")
    type_over(page, "Sở Y tế", "46,5 %")
    type_over(page, "Sở Xây dựng", "40", "target0")
    lines = page.locator("#final-preview tbody tr")
    expect(lines).to_have_count(3)
    page.get_by_role("button", name="Bỏ thay đổi của Sở Y tế").click()
    expect(lines).to_have_count(2)
    page.click("#final-step-back")
    expect(lines).to_have_count(1)
    page.get_by_role("button", name="Trình duyệt").click()
    expect(page.locator(".final-complaint")).to_contain_text("Còn thay đổi chưa lưu")
    staff.open("/finalize")
    staff.open_table(draft)  # still there
    expect(lines).to_have_count(1)
    page.click("#final-cancel")
    expect(page.locator("#final-pending")).to_be_hidden()


def test_what_cannot_be_is_one_sentence(staff: Window, draft: str):
    page = staff.open_table(draft)
    was = cell(page, "Sở Tư pháp").inner_text()
    cell(page, "Sở Tư pháp").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("36,")  # not yet a number
    expect(cell(page, "Sở Tư pháp").locator("input")).to_have_value("36,")
    expect(page.locator(".final-complaint")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator(".final-complaint")).to_have_count(0)
    for text in ("abc", "120", "-3"):
        type_over(page, "Sở Tư pháp", text)
        expect(page.locator(".final-complaint")).to_contain_text("từ 0 đến 100")
        expect(cell(page, "Sở Tư pháp")).to_have_text(was)
    type_over(page, "Sở Tư pháp", "99")
    expect(page.locator("#final-fault")).to_contain_text("không thể ấn định")
    expect(page.locator("#final-fault .alert")).to_have_count(1)


def test_rows_are_locked_and_unlocked_together(staff: Window, store: Store, draft: str):
    page = staff.open_table(draft)
    page.click("#final-lock")
    expect(page.locator(".final-complaint")).to_contain_text("Chọn ít nhất một dòng")
    for name in ("Sở Tư pháp", "Sở Y tế"):
        choose(page, name)
    page.click("#final-lock")
    expect(page.locator("#final-absorbed")).to_contain_text("Không cơ quan nào khác thay đổi")
    save(page, "Giữ theo cam kết")
    kept = tables.table(store, STAFF, id_of(store, draft)).inputs.overrides
    assert len(kept) == 4
    expect(page.locator("#final-grid .cell-pinned")).to_have_count(4)
    for name in ("Sở Tư pháp", "Sở Y tế"):
        choose(page, name)
    page.click("#final-unlock")
    expect(page.locator("#final-preview tbody tr")).to_have_count(4)
    save(page, "Không cần nữa")
    assert tables.table(store, STAFF, id_of(store, draft)).inputs.overrides == ()


def test_two_people_at_one_table(staff: Window, store: Store, draft: str):
    page, id = staff.open_table(draft), id_of(store, draft)
    type_over(page, "Sở Tư pháp", "45")
    expect(page.locator("#final-preview")).to_contain_text("Sở Tư pháp")
    page.fill("#final-reason", "Thiếu người")
    table = tables.table(store, STAFF, id)
    other = next(one.agency for one in table.rows if one.name == "Sở Y tế")
    edit = [Edit(other, "online", "2022Q4", 0.45)]
    overrides.save_edits(store, COLLEAGUE, id, edit, reason="Trước", version=table.record.version)
    page.click("#final-save")
    expect(page.locator("#final-said")).to_contain_text("lan vừa thay đổi bảng này")
    expect(page.locator("#final-notices")).to_contain_text("lan đặt Sở Y tế")
    expect(page.locator("#final-reason")).to_have_value("Thiếu người")
    expect(page.locator("#final-preview")).to_contain_text("Sở Tư pháp")
    expect(cell(page, "Sở Y tế")).to_have_text(share("45 %"))
    page.click("#final-save")
    expect(page.locator(".final-good")).to_be_visible()
    assert len(tables.table(store, STAFF, id).inputs.overrides) == 2


def test_a_session_that_ends_loses_nothing_typed(browser, address: str, store: Store, draft: str):
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="vi-VN")
    context.set_default_timeout(WAIT)
    page = context.new_page()
    log_in(page, address, Role.STAFF)
    page.goto(address + draft)
    page.locator("#final-grid .ag-row").first.wait_for()
    type_over(page, "Sở Tư pháp", "45")
    expect(page.locator("#final-preview")).to_contain_text("Sở Tư pháp")
    page.fill("#final-reason", "Thiếu người làm")
    context.clear_cookies()
    page.click("#final-save")
    login = page.locator("#refused a")
    login.wait_for()
    expect(page.locator("#final-reason")).to_have_value("Thiếu người làm")
    login.click()
    page.fill("#name", NAMES[Role.STAFF])
    page.fill("#password", "một câu dài dễ nhớ")
    page.click("main button[type=submit]")
    expect(page.locator("#final-preview")).to_contain_text("Sở Tư pháp")
    expect(page.locator("#final-reason")).to_have_value("Thiếu người làm")
    page.click("#final-save")
    expect(page.locator(".final-good")).to_be_visible()
    assert len(tables.table(store, STAFF, id_of(store, draft)).inputs.overrides) == 1
    context.close()


def test_from_the_list_to_an_issued_decision_by_two_people(windows: list[Window], store: Store):
    leader, staff = windows
    page = staff.open("/finalize")
    page.click("[data-final-do=start]")
    page.locator("#final-grid .ag-row").first.wait_for()
    path = page.url.removeprefix(staff.address)
    page.get_by_role("button", name="Trình duyệt").click()
    page.fill("#final-comment", "Kính trình lãnh đạo")
    page.click("#final-dialog-confirm")
    expect(page.locator(".final-title")).to_contain_text("Đã trình")
    expect(page.locator("#final-lock")).to_have_count(0)
    above = leader.open_table(path)
    expect(above.locator("#final-side")).to_contain_text("Kính trình lãnh đạo")
    above.get_by_role("button", name="Trả lại").click()
    above.click("#final-dialog-confirm")
    expect(above.locator("#final-step-fault")).to_contain_text("Chưa có ý kiến")
    above.fill("#final-comment", "Xem lại Sở Y tế")
    above.click("#final-dialog-confirm")
    expect(above.locator(".final-title")).to_contain_text("Dự thảo")
    page = staff.open_table(path)
    expect(page.locator("#final-notices")).to_contain_text("Xem lại Sở Y tế")
    page.get_by_role("button", name="Trình duyệt").click()
    page.click("#final-dialog-confirm")
    expect(page.locator(".final-title")).to_contain_text("Đã trình")
    above = leader.open_table(path)
    above.get_by_role("button", name="Duyệt", exact=True).click()
    above.click("#final-dialog-confirm")
    expect(above.locator(".final-title")).to_contain_text("Đã duyệt")
    above.get_by_role("button", name="Ban hành").click()
    above.click("#final-dialog-confirm")
    expect(above.locator("#final-step-fault .alert")).to_be_visible()
    above.fill("#final-number", "1045/QĐ-UBND")
    above.fill("#final-day", "2022-06-21")
    above.click("#final-dialog-confirm")
    expect(above.locator(".final-title")).to_contain_text("Quyết định 1045/QĐ-UBND ngày 21/06/2022")
    page = staff.open_table(path)
    page.get_by_role("button", name="Lập bảng đính chính").click()
    expect(page.locator(".final-title")).to_contain_text("Đính chính bảng số")
    for kind, name in (("Bảng tính Excel", "bang-tinh"), ("Dự thảo Quyết định (Word)", "du-thao-quyet-dinh")):
        page.locator("details.export > summary").click()
        with page.expect_download() as sent:
            page.get_by_role("link", name=kind).click()
        assert re.fullmatch(rf"{name}-bang-\d+-{CAMPAIGN}-\d{{8}}\.(xlsx|docx)", sent.value.suggested_filename)
    expect(page.locator(".export-told .message")).to_have_count(0)


def test_search_order_and_indicator(staff: Window, draft: str):
    page = staff.open_table(draft)
    page.fill("#final-search", "y te")
    expect(page.locator("#final-grid .ag-pinned-left-cols-container .ag-row")).to_have_count(1)
    page.fill("#final-search", "")
    page.select_option("#final-order", "name")
    expect(page.locator('#final-grid .ag-pinned-left-cols-container [row-index="0"]')).to_contain_text("Ban")
    page.get_by_label("DVCTT phát sinh hồ sơ", exact=True).check()
    expect(page).to_have_url(re.compile(r"i=active"))
    type_over(page, "Sở Tư pháp", "75")
    expect(page.locator("#final-preview")).to_contain_text("Sở Tư pháp")


@pytest.mark.parametrize(("size", "theme"), list(zip(SIZES, ("dark", "light"), strict=True)), ids=str)
def test_everybody_can_use_it(staff: Window, draft: str, size: tuple[int, int], theme: str):
    page = staff.page
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme=theme)
    for path in ("/finalize", draft):
        staff.open(path)
        if path == draft:
            page.locator("#final-grid .ag-row").first.wait_for()
            type_over(page, "Sở Tư pháp", "45")
            expect(page.locator("#final-preview")).to_contain_text("Sở Tư pháp")
        found = Axe().run(page, options={"runOnly": list(RULES)}).response["violations"]
        assert [(one["id"], [node["html"][:160] for node in one["nodes"]]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.click("#final-cancel")


def test_each_of_many_edits_is_seen(staff: Window, draft: str, record_property: Callable[[str, object], None]):
    """From the key to the new table on the screen; how long it takes is told, and measured by the benchmarks."""
    page = staff.open_table(draft)
    type_over(page, "Sở Tư pháp", "45")
    expect(page.locator("#final-preview")).to_contain_text("Sở Tư pháp")
    times = []
    for value in range(30, 50):
        cell(page, "Sở Tư pháp").click()
        page.keyboard.press("Control+a")
        page.keyboard.type(str(value))
        times.append(
            page.evaluate(
                """(text) => new Promise((done) => {
                    const began = performance.now();
                    const look = new MutationObserver(() => {
                        const now = document.querySelector("#final-preview tbody tr");
                        if (!now || !now.textContent.includes("→ " + text)) { return; }
                        look.disconnect();
                        requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
                    });
                    const options = {childList: true, subtree: true, characterData: true};
                    look.observe(document.getElementById("final-preview"), options);
                    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true}));
                })""",
                str(value),
            )
        )
    record_property("number", f"an edit in Finalise of 102 agencies is on the screen after {median(times):.0f} ms")
    page.click("#final-cancel")
