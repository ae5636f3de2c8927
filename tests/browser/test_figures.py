"""Figures taken in from files, typed and pasted, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, FilePayload, Locator, Page, Route, expect

from dashapp.services import importing, provision
from dashapp.services.database import Store
from dashapp.services.rights import Actor, Role
from tests.browser.conftest import WAIT, Window
from tests.dashapp.accounts.people import NAMES
from tests.data import messy
from tests.data.messy import Messy

expect.set_options(timeout=WAIT)

HAU_GIANG = "hau-giang-2022"
PAGE = f"/figures?c={HAU_GIANG}"
STAFF = Actor(NAMES[Role.STAFF], "", Role.STAFF)
HEAD = "agency,name,indicator,numerator,denominator"
SIZES = [(1440, 900), (1920, 1080), (820, 1180)]
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@pytest.fixture(autouse=True)
def campaigns(store: Store) -> None:
    """The shipped campaigns are there."""
    provision.ensure_campaigns(store)


@pytest.fixture
def staff(windows: list[Window]) -> Iterator[Window]:
    """A window of somebody who may take figures in; what is typed there is not left to the next test."""
    yield windows[1]
    windows[1].page.evaluate("window.sessionStorage.clear()")


def csv(name: str, *lines: str) -> FilePayload:
    return {"name": name, "mimeType": "text/csv", "buffer": "\n".join((HEAD, *lines)).encode()}


def put_in(page: Page, *files: FilePayload) -> None:
    """Choose files, as a person does."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Chọn tệp").click()
    chooser.value.set_files(list(files))


def preview(page: Page) -> Locator:
    return page.locator("#figures-preview")


def cell(page: Page, code: str, field: str) -> Locator:
    return page.locator(f'#figures-grid .ag-row[row-id="{code}"] [col-id="{field}"]')


def number(store: Store) -> int:
    return importing.versions(store, STAFF, HAU_GIANG)[-1].number


def counts(store: Store, code: str) -> tuple[int, int]:
    """Numerator and denominator of an agency's dossiers in the newest figures."""
    figures = importing.shelf(store, STAFF, HAU_GIANG).figures
    assert figures is not None
    own = figures.frame.set_index(["agency", "indicator"]).loc[(code, "online")]
    return int(own["numerator"]), int(own["denominator"])


def test_a_file_with_faults_is_repaired_and_taken_in(staff: Window, store: Store):
    """Chosen before the table stands, which comes late: the file is not forgotten then.

    What came with the page is of no use here, so that the table is asked for once more, as Dash itself does.
    """
    before = number(store)
    late: list[Route] = []
    staff.page.route(re.compile(r"dash_ag_grid/async-community\.js"), lambda script: late.append(script))
    with_page = re.compile(r"dash_ag_grid/async-community\.v")
    staff.page.route(with_page, lambda script: script.fulfill(body="", content_type="text/javascript"))
    page = staff.open(PAGE)
    n, d = counts(store, "STP")
    put_in(page, csv("tu-phap.csv", f"STPP,Sở Tư pháp,online,{n + 1},{d + 5}", f'SXD,,online,"1,260",{9000}'))
    expect(preview(page)).to_contain_text("Có 2 lỗi: chưa nhận được")
    expect(preview(page)).to_contain_text("A2")
    expect(preview(page)).to_contain_text("D3")
    expect(page.locator("#figures-grid .ag-row")).to_have_count(0)
    assert late
    for script in late:
        script.continue_()
    page.unroute_all()
    cell(page, "STP", "numerator").wait_for()
    expect(page.get_by_role("button", name="Nhận thành")).to_have_count(0)
    page.get_by_role("button", name="Đọc là “STP”").click()
    page.get_by_role("button", name="Chọn mọi đề xuất về cách viết số").click()
    page.get_by_role("button", name="Áp dụng các đề xuất đã chọn").click()
    expect(preview(page)).to_contain_text("Không có lỗi")
    expect(preview(page)).to_contain_text("Đã chấp nhận 2 đề xuất sửa")
    expect(preview(page)).to_contain_text("1.260")
    assert number(store) == before
    page.get_by_role("button", name=f"Nhận thành bản số {before + 1}").click()
    expect(page.locator("#figures-said")).to_contain_text(f"Đã nhận thành bản số {before + 1}: thêm 0 dòng, sửa 2 dòng")
    assert counts(store, "STP") == (n + 1, d + 5)
    assert counts(store, "SXD") == (1260, 9000)


def sent(file: Messy) -> FilePayload:
    return {"name": file.name, "mimeType": "application/octet-stream", "buffer": file.data}


STEPS = """() => {
    window.steps = [];
    const place = document.getElementById("figures-progress");
    new MutationObserver(() => place.textContent && window.steps.push(place.textContent)).observe(
        place, {childList: true, subtree: true});
}"""


def test_a_drop_of_messy_files_is_met_file_by_file_and_taken_in_once_it_is_mended(staff: Window, store: Store):
    good, bad, twice = messy.good(), messy.bad(), messy.twice()
    before, every = number(store), (*good, *bad, *twice)
    page = staff.open_table(PAGE)
    page.evaluate(STEPS)
    put_in(page, *map(sent, every))
    faults = [one for one in every if one.errors]
    expect(preview(page)).to_contain_text(f"Có {sum(len(one.errors) for one in faults) + 2} lỗi")
    assert f"Đang đọc tệp {len(every)}/{len(every)}: {every[-1].name}" in page.evaluate("window.steps")
    files, problems = (preview(page).locator(".figures-table").nth(at) for at in (0, 1))
    for one in every:
        row = files.get_by_role("row").filter(has_text=one.name)
        expect(row.locator("td").nth(2)).to_have_text(str(len(one.errors)))
        where = row if one.seen.startswith("bỏ qua") else problems.get_by_role("row").filter(has_text=one.name)
        assert where.filter(has_text=one.seen).count(), (one.name, one.seen, where.all_text_contents())
    expect(preview(page)).to_contain_text("“khu-cong-nghiep-1.xlsx” ghi 90, “khu-cong-nghiep-2.xlsx” ghi 91")
    for text in dict.fromkeys(text for one in good for text in one.accept):
        page.get_by_role("button", name=text).click()
    page.get_by_role("button", name="Áp dụng các đề xuất đã chọn").click()
    expect(preview(page)).to_contain_text("Đã chấp nhận 5 đề xuất sửa")
    page.get_by_role("button", name=f"Bỏ {len(bad)} tệp còn lỗi").click()
    page.get_by_role("button", name="Bỏ tệp khu-cong-nghiep-1.xlsx").click()
    expect(preview(page)).to_contain_text("Không có lỗi")
    assert number(store) == before, "nothing is stored before it is accepted"
    page.get_by_role("button", name=f"Nhận thành bản số {before + 1}").click()
    expect(page.locator("#figures-said")).to_contain_text(f"Đã nhận thành bản số {before + 1}")
    taken = {agency: told for one in (*good, twice[1]) for agency, told in one.counts.items()}
    assert {agency: counts(store, agency) for agency in taken} == taken


def test_files_that_contradict_each_other_are_not_merged(staff: Window, store: Store):
    page = staff.open_table(PAGE)
    put_in(page, csv("mot.csv", "STP,,online,100,900"), csv("hai.csv", "STP,,online,101,900", "SXD,,online,5,90"))
    expect(preview(page)).to_contain_text("“mot.csv” ghi 100, “hai.csv” ghi 101")
    page.get_by_role("button", name="Bỏ tệp mot.csv").click()
    expect(preview(page)).to_contain_text("Không có lỗi")
    expect(page.get_by_role("button", name="Nhận thành")).to_be_visible()
    page.get_by_role("button", name="Thôi").click()
    expect(preview(page)).to_be_empty()


def test_a_typed_cell_survives_and_is_accepted(staff: Window, store: Store):
    before = number(store)
    page = staff.open_table(PAGE)
    _, total = counts(store, "SYT")
    cell(page, "SYT", "denominator").dblclick()
    page.keyboard.press("Control+a")
    page.keyboard.type("12.345")
    page.keyboard.press("Enter")
    expect(page.locator("#figures-unsaved")).to_have_text("1 ô đã sửa, chưa lưu.")
    page.reload()
    expect(page.locator("#figures-unsaved")).to_have_text("Giữ lại từ trước: 1 ô đã sửa, chưa lưu.")
    expect(cell(page, "SYT", "denominator")).to_have_text("12.345")
    page.get_by_role("button", name="Xem thay đổi").click()
    row = preview(page).get_by_role("row").filter(has_text="Sở Y tế")
    expect(row).to_contain_text(re.compile(f"{total:,}".replace(",", r"\.")))
    expect(row).to_contain_text("12.345")
    page.get_by_label("Ghi chú", exact=True).fill("Bổ sung")
    page.get_by_role("button", name=f"Nhận thành bản số {before + 1}").click()
    expect(page.locator("#figures-said")).to_contain_text("sửa 1 dòng")
    expect(page.locator("#figures-edited")).to_be_hidden()
    assert counts(store, "SYT")[1] == 12345
    assert importing.versions(store, STAFF, HAU_GIANG)[-1].note == "Bổ sung"


PASTE = """text => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    const how = {clipboardData: data, bubbles: true, cancelable: true};
    document.activeElement.dispatchEvent(new ClipboardEvent("paste", how));
}"""


def test_a_block_from_a_spreadsheet_is_pasted_by_place_and_by_name(staff: Window):
    page = staff.open_table(PAGE)
    cell(page, "SYT", "denominator").click()
    page.evaluate(PASTE, "1.260\t1.000\n2.000\t1.26\n")
    expect(page.locator("#figures-pasted")).to_have_text("Đã dán 4 ô.")
    expect(page.locator("#figures-unsaved")).to_have_text("4 ô đã sửa, chưa lưu.")
    page.get_by_role("button", name="Xem thay đổi").click()
    expect(preview(page)).to_contain_text("Có 1 lỗi")
    expect(preview(page)).to_contain_text("1.26")
    page.get_by_role("button", name="Bỏ các ô đã sửa").click()
    expect(page.locator("#figures-unsaved")).to_have_text("Đã bỏ 4 ô đã sửa.")
    page.get_by_role("button", name="Lấy lại các ô đã bỏ").click()
    expect(page.locator("#figures-unsaved")).to_have_text("Giữ lại từ trước: 4 ô đã sửa, chưa lưu.")
    expect(cell(page, "SYT", "denominator")).to_have_text("1.260")
    page.get_by_role("button", name="Bỏ các ô đã sửa").click()
    expect(page.get_by_role("button", name="Xem thay đổi")).to_be_hidden()
    staff.open_table(PAGE)
    cell(page, "STP", "name").click()
    page.evaluate(PASTE, "SỞ Y TẾ\t3.000\t1.500\nSở Không Có\t1\t1\n")
    expect(page.locator("#figures-pasted")).to_have_text("Đã dán 2 ô. Không thấy trong bảng: Sở Không Có.")
    expect(cell(page, "SYT", "denominator")).to_have_text("3.000")


def test_whoever_imports_second_is_told(staff: Window, store: Store):
    page = staff.open_table(PAGE)
    n, d = counts(store, "STP")
    put_in(page, csv("mot.csv", f"STP,,online,{n},{d + 7}"))
    button = page.get_by_role("button", name="Nhận thành")
    expect(button).to_be_visible()
    file = f"{HEAD}\nSTP,,online,{n},{d + 9}\n".encode()
    token = importing.check(store, STAFF, HAU_GIANG, file, "x.csv", whole=False).token
    assert token is not None
    importing.accept(store, STAFF, HAU_GIANG, file, "x.csv", token=token, whole=False)
    button.click()
    expect(page.locator("#figures-said")).to_contain_text("đã nhập số liệu mới lúc")
    assert counts(store, "STP") == (n, d + 9)
    expect(preview(page)).to_contain_text("mot.csv")


def test_a_session_that_ends_loses_no_typed_cell(staff: Window, people: list[BrowserContext]):
    page = staff.open_table(PAGE)
    cell(page, "SYT", "numerator").click()
    page.evaluate(PASTE, "77")
    expect(page.locator("#figures-unsaved")).to_contain_text("1 ô đã sửa")
    kept = people[1].cookies()
    people[1].clear_cookies()
    page.get_by_role("button", name="Xem thay đổi").click()
    expect(page.locator("#figures-said")).to_contain_text("Phiên làm việc đã hết")
    expect(page.locator("#figures-said a")).to_have_attribute("href", re.compile("^/login"))
    people[1].add_cookies(kept)
    staff.open_table(PAGE)
    expect(cell(page, "SYT", "numerator")).to_have_text("77")
    staff.console.clear()  # the browser itself says that the server answered 401


def test_history_reminder_and_versions_are_there_for_a_reader(window: Window):
    page = window.open_table(PAGE)
    expect(page.get_by_role("button", name="Chọn tệp")).to_have_count(0)
    page.get_by_role("button", name="Lịch sử: Sở Y tế").click()
    drawer = page.locator("#figures-history")
    expect(drawer).to_contain_text("Bản số 1")
    page.get_by_role("button", name="Đóng lịch sử").click()
    expect(drawer).to_be_hidden()
    page.locator("#main").get_by_role("link", name="DVCTT phát sinh hồ sơ").click()
    expect(page.locator("#figures-grid-panel-title")).to_contain_text("DVCTT phát sinh hồ sơ")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Figures and proposals")


SCROLLED_MS = 600
"""Until the page has come to rest at what it leads to."""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_preview_is_accessible_and_fits(staff: Window, theme: str):
    page = staff.open_table(PAGE)
    page.evaluate("theme => document.documentElement.setAttribute('data-bs-theme', theme)", theme)
    put_in(page, csv("mot.csv", "STPP,,online,100,900", 'SXD,,online,"1,260",9000'), csv("hai.csv", "SYT,,online,1,90"))
    expect(preview(page)).to_contain_text("Có 2 lỗi")
    page.wait_for_timeout(SCROLLED_MS)
    page.evaluate("window.scrollTo(0, 0)")  # what the bar half covers is judged as small
    options = {"runOnly": {"type": "tag", "values": list(RULES)}, "resultTypes": ["violations"]}
    found = Axe().run(page, None, options).response["violations"]
    assert [(one["id"], [node["target"] for node in one["nodes"][:4]]) for one in found] == []
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.set_viewport_size({"width": 1440, "height": 900})
