"""From a campaign that does not exist to an issued Decision: an administrator, staff and a leader, in both languages.

Everything is done in the browser, as people do it; what is kept is read from the store at the end alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from dashapp.i18n import t
from dashapp.services import opened as desk
from dashapp.services import operations, tables
from dashapp.services.accounts import CONSOLE
from dashapp.services.database import State, Store
from dashapp.services.rights import Actor, Role
from data.reference import figures as shipped
from tests.browser.conftest import WAIT, Window, alone
from tests.dashapp.accounts.people import NAMES

expect.set_options(timeout=WAIT)

EARLIER = "hau-giang-2022"
STAFF = Actor(NAMES[Role.STAFF], "", Role.STAFF)
DECISION = "1102/QĐ-UBND"


@pytest.fixture
def admin(browser: Browser, address: str) -> Iterator[Window]:
    """An administrator's window of its own."""
    with alone(browser, address, Role.ADMIN) as window:
        yield window


@pytest.fixture
def campaign(request: pytest.FixtureRequest) -> str:
    """The id of the campaign to begin: a second try begins another, for the first one's is there."""
    return f"hau-giang-2023-{request.node.execution_count}"


def test_from_no_campaign_to_an_issued_decision(
    admin: Window, open_window: Callable[[int], Window], store: Store, campaign: str
) -> None:
    leader, staff = open_window(0), open_window(1)
    _a_campaign_is_begun(admin, campaign)
    _figures_are_taken_in(staff, campaign)
    _a_scenario_is_proposed(staff, campaign)
    _the_leader_chooses(leader, campaign)
    path = _a_table_is_begun_and_submitted(staff)
    _the_leader_returns_it(leader, path)
    _staff_mend_it_with_a_reason(staff, path)
    _the_leader_approves_and_issues(leader, path)
    _everybody_sees_what_was_issued(staff, admin, path, campaign)
    _what_is_kept_is_what_was_done(store, campaign)


def _a_campaign_is_begun(admin: Window, campaign: str) -> None:
    page = admin.open("/admin/campaigns")
    page.click(f"[data-admin-open='campaign.begin'][data-of='{EARLIER}']")
    page.fill("#admin-id", campaign)
    page.fill("[name='name.vi']", "Hậu Giang: chỉ tiêu năm 2023")
    page.fill("[name='name.en']", "Hậu Giang: targets of 2023")
    page.fill("#admin-as_of", "15/06/2023")
    page.keyboard.press("Enter")
    expect(page.locator("#admin-said")).to_contain_text("Hậu Giang: chỉ tiêu năm 2023")
    expect(page.locator("#admin-body")).to_contain_text(campaign)


def figures() -> FilePayload:
    """What every agency reports a year later, as one file."""
    frame = shipped(EARLIER).frame
    frame = frame.rename(columns=lambda name: name.replace("2022Q", "2023Q"))
    return {
        "name": "so-lieu-2023.csv",
        "mimeType": "text/csv",
        "buffer": frame.to_csv(index=False, float_format="%.15g").encode(),
    }


def _figures_are_taken_in(staff: Window, campaign: str) -> None:
    """An empty campaign leads to where figures are taken in; a file, then one cell by hand."""
    page = staff.open(f"/?c={campaign}")
    page.locator("main").get_by_role("link", name=re.compile("số liệu", re.IGNORECASE)).click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Chọn tệp").click()
    chooser.value.set_files([figures()])
    expect(page.locator("#figures-preview")).to_contain_text("Không có lỗi")
    page.get_by_role("button", name="Nhận thành bản số 1").click()
    expect(page.locator("#figures-said")).to_contain_text("Đã nhận thành bản số 1")
    cell = page.locator('#figures-grid .ag-row[row-id="SYT"] [col-id="denominator"]')
    cell.dblclick()
    cell.locator("input").fill("12.345")
    page.keyboard.press("Enter")
    expect(page.locator("#figures-unsaved")).to_have_text("1 ô đã sửa, chưa lưu.")
    page.get_by_role("button", name="Xem thay đổi").click()
    page.get_by_role("button", name="Nhận thành bản số 2").click()
    expect(page.locator("#figures-said")).to_contain_text("sửa 1 dòng")


def _a_scenario_is_proposed(staff: Window, campaign: str) -> None:
    page = staff.page
    page.get_by_role("link", name="Phương án").first.click()
    page.locator("#grid .ag-center-cols-container .ag-row").first.wait_for()
    goal = page.locator('[id*="goal.online"][type=text]')
    goal.fill("45")
    goal.press("Enter")
    expect(page.locator("#cards .big").first).to_have_text(re.compile(r"^4[56],\d\u00a0%$"))
    page.get_by_role("button", name="Lưu thành…").click()
    dialog = page.locator("#save-as-dialog")
    dialog.locator("#save-as-name").fill("Phương án 45")
    dialog.locator("#save-as-shared").check()
    dialog.locator("#save-as-confirm").click()
    expect(page).to_have_url(re.compile(rf"/scenarios/{campaign}/phuong-an-45"))


def _the_leader_chooses(leader: Window, campaign: str) -> None:
    page = leader.open(f"/compare?s={campaign}/base,{campaign}/phuong-an-45&lang=en")
    page.get_by_role("button", name=t("compare.choose.button_of", "en", name="Phương án 45")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=t("compare.choose.confirm", "en")).click()
    expect(page.locator("#compare-chosen")).to_contain_text("Phương án 45")


def _a_table_is_begun_and_submitted(staff: Window) -> str:
    page = staff.page
    page.get_by_role("link", name=t("finalize.nav", "vi")).first.click()
    expect(page.locator(".final-begin")).to_contain_text("Phương án 45")
    page.click("[data-final-do=start]")
    page.locator("#final-grid .ag-row").first.wait_for()
    path = page.url.removeprefix(staff.address)
    _step(page, "submit", "vi", "Kính trình lãnh đạo")
    expect(page.locator(".final-title")).to_contain_text("Đã trình")
    return path


def _the_leader_returns_it(leader: Window, path: str) -> None:
    page = leader.open_table(f"{path}&lang=en")
    expect(page.locator("#final-side")).to_contain_text("Kính trình lãnh đạo")
    _step(page, "return", "en", "Sở Tư pháp: 40")
    expect(page.locator(".final-title")).to_contain_text("Draft")


def _staff_mend_it_with_a_reason(staff: Window, path: str) -> None:
    page = staff.open_table(path)
    expect(page.locator("#final-notices")).to_contain_text("Sở Tư pháp: 40")
    _cell(page, "Sở Tư pháp").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("40")
    page.keyboard.press("Enter")
    expect(page.locator("#final-preview")).to_contain_text("Sở Tư pháp")
    page.fill("#final-reason", "Theo ý kiến lãnh đạo")
    page.click("#final-save")
    expect(page.locator("#final-side")).to_contain_text("Lý do: Theo ý kiến lãnh đạo")
    expect(_cell(page, "Sở Tư pháp")).to_have_text("40\u00a0%")
    _step(page, "submit", "vi", "Đã sửa")
    expect(page.locator(".final-title")).to_contain_text("Đã trình")


def _the_leader_approves_and_issues(leader: Window, path: str) -> None:
    page = leader.open_table(f"{path}&lang=en")
    expect(page.locator("#final-side")).to_contain_text("Theo ý kiến lãnh đạo")
    _step(page, "approve", "en")
    expect(page.locator(".final-title")).to_contain_text("Approved")
    page.get_by_role("button", name=t("finalize.step.issue", "en")).click()
    page.fill("#final-number", DECISION)
    page.fill("#final-day", "2023-06-20")
    page.click("#final-dialog-confirm")
    expect(page.locator(".final-title")).to_contain_text(DECISION)


def _everybody_sees_what_was_issued(staff: Window, admin: Window, path: str, campaign: str) -> None:
    page = staff.open_table(path)
    expect(page.locator(".final-title")).to_contain_text(f"Quyết định {DECISION} ngày 20/06/2023")
    expect(page.locator("#final-lock")).to_have_count(0)
    page = admin.open(f"/log?c={campaign}&k=targets&g={campaign}")
    expect(page.locator(".log-entries")).to_contain_text("Theo ý kiến lãnh đạo")


def _what_is_kept_is_what_was_done(store: Store, campaign: str) -> None:
    (record,) = tables.tables(store, STAFF, campaign, State.ISSUED)
    table = tables.table(store, STAFF, record.id)
    (own,) = [one for one in table.rows if (one.agency, one.indicator, one.period) == ("STP", "online", "2023Q4")]
    assert (own.target, own.status) == (0.4, "pinned")
    assert [one.comment for one in table.transitions if one.comment] == [
        "Kính trình lãnh đạo", "Sở Tư pháp: 40", "Đã sửa",
    ]  # fmt: skip
    assert [(one.by, str(one.to_state)) for one in table.transitions] == [
        (NAMES[Role.STAFF], "submitted"),
        (NAMES[Role.LEADER], "draft"),
        (NAMES[Role.STAFF], "submitted"),
        (NAMES[Role.LEADER], "approved"),
        (NAMES[Role.LEADER], "issued"),
    ]
    assert desk.ground(store, STAFF, campaign).figures_version.number == 2
    assert operations.verify_log(store, CONSOLE)[2] is None


def _cell(page: Page, name: str) -> Locator:
    fixed = page.locator("#final-grid .ag-pinned-left-cols-container .ag-row", has_text=name)
    id = fixed.get_attribute("row-id")
    return page.locator(f'#final-grid .ag-center-cols-container .ag-row[row-id="{id}"] [col-id="target1"]')


def _step(page: Page, step: str, lang: str, comment: str = "") -> None:
    page.get_by_role("button", name=t(f"finalize.step.{step}", lang), exact=True).click()
    if comment:
        page.fill("#final-comment", comment)
    page.click("#final-dialog-confirm")
