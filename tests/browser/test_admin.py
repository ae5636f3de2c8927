"""The administration in a browser: by mouse and by keyboard, and nothing typed is lost without a word."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from dashapp.i18n import LANGUAGES
from dashapp.services import accounts, provision
from dashapp.services.database import Store
from dashapp.services.rights import Role
from tests.browser.conftest import WAIT, log_in
from tests.browser.test_accessibility import FITS, THEMES, Theme, faults, in_language, show
from tests.dashapp.accounts.people import NAMES

LONG = "một câu dài khác"
DIALOG = "#admin-dialog"


@pytest.fixture
def admin(browser: Browser, address: str) -> Iterator[Page]:
    """An administrator's window, silent at its end."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="vi-VN", accept_downloads=True)
    context.set_default_timeout(WAIT)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    log_in(page, address, Role.ADMIN)
    page.goto(f"{address}/admin")
    page.locator("[data-admin-open='user.add']").wait_for()
    yield page
    context.close()
    assert [one for one in said if "401" not in one and '"error":"login"' not in one] == []


def test_an_account_is_added_with_the_keyboard_alone(admin: Page, store: Store) -> None:
    admin.locator("[data-admin-open='user.add']").focus()
    admin.keyboard.press("Enter")
    expect(admin.locator("#admin-display_name")).to_be_focused()
    for at, text in enumerate(("Phạm Mới", "moi", None, "ngắn", "ngắn")):
        if at:
            admin.keyboard.press("Tab")
        if text:
            admin.keyboard.insert_text(text)
    admin.keyboard.press("Enter")
    expect(admin.locator(f"{DIALOG} [role=alert]")).to_contain_text("Mật khẩu quá ngắn")
    expect(admin.locator("#admin-display_name")).to_have_value("Phạm Mới")
    admin.fill("#admin-name", "moi.pham")
    admin.fill("#admin-password", LONG)
    admin.fill("#admin-again", LONG)
    admin.keyboard.press("Enter")
    expect(admin.locator("#admin-said")).to_contain_text("Đã thêm tài khoản “Phạm Mới”")
    expect(admin.locator(DIALOG)).not_to_be_visible()
    expect(admin.locator("[data-admin-open='user.add']")).to_be_focused()
    expect(admin.locator("#admin-body")).to_contain_text("moi.pham")
    assert accounts.account(store, "moi.pham") is not None
    expect(admin.locator("#admin-form input")).to_have_count(0)


def test_what_is_typed_is_not_dropped_without_a_word(admin: Page) -> None:
    admin.click("[data-admin-open='user.add']")
    admin.fill("#admin-display_name", "Chưa lưu")
    admin.keyboard.press("Escape")
    expect(admin.locator(f"{DIALOG} .unsaved")).to_contain_text("chưa được lưu")
    expect(admin.locator("#admin-display_name")).to_have_value("Chưa lưu")
    admin.click("[data-admin-cancel]")
    expect(admin.locator(DIALOG)).not_to_be_visible()
    admin.click("[data-admin-open='user.add']")
    expect(admin.locator(DIALOG)).to_be_visible()
    expect(admin.locator("#admin-display_name")).to_have_value("")
    admin.keyboard.press("Escape")
    expect(admin.locator(DIALOG)).not_to_be_visible()


def test_a_session_that_ends_while_one_types_keeps_what_was_typed(admin: Page, store: Store, address: str) -> None:
    admin.click("[data-admin-open='user.add']")
    admin.fill("#admin-display_name", "Giữ lại")
    admin.fill("#admin-name", "giu.lai")
    admin.fill("#admin-password", LONG)
    admin.fill("#admin-again", LONG)
    accounts.end_sessions(store, accounts.CONSOLE, NAMES[Role.ADMIN])
    admin.click("#admin-form [type=submit]")
    expect(admin.locator(f"{DIALOG} #refused")).to_contain_text("Đăng nhập lại để tiếp tục")
    expect(admin.locator("#admin-display_name")).to_have_value("Giữ lại")
    with admin.context.expect_page() as other:
        admin.click(f"{DIALOG} #refused a")
    log_in(other.value, address, Role.ADMIN)
    other.value.close()
    admin.click("#admin-form [type=submit]")
    expect(admin.locator("#admin-said")).to_contain_text("Đã thêm tài khoản “Giữ lại”")


def test_the_log_is_filtered_in_place_and_verified(admin: Page, address: str) -> None:
    admin.goto(f"{address}/log")
    admin.locator(".log-entries > li").first.wait_for()
    admin.evaluate("window.here = true")
    admin.select_option("#log-k", "people")
    admin.fill("#log-from", "hôm qua")
    admin.keyboard.press("Enter")
    expect(admin.locator(".field-fault")).to_contain_text("“hôm qua” không phải là ngày")
    expect(admin.locator("#log-from")).to_have_value("hôm qua")
    admin.fill("#log-from", "01/01/2020")
    admin.fill("#log-q", "leader")
    admin.keyboard.press("Enter")
    expect(admin).to_have_url(re.compile(r"k=people&from=01%2F01%2F2020&q=leader$"))
    expect(admin.locator(".field-fault")).to_have_count(0)
    expect(admin.locator(".log-said").last).to_contain_text("Nguyễn Thị Leader")
    assert admin.evaluate("window.here") is True
    with admin.expect_download() as saved:
        admin.click("text=Tải về (CSV)")
    assert saved.value.suggested_filename == "nhat-ky.csv"
    admin.click("#log-verify")
    expect(admin.locator("#log-verified")).to_contain_text("Nhật ký nguyên vẹn")


def test_a_backup_is_downloaded_and_told_of(admin: Page, address: str) -> None:
    admin.goto(f"{address}/admin/backup")
    with admin.expect_download() as saved:
        admin.click("text=Sao lưu và tải về")
    assert re.fullmatch(r"chitieu-\d{8}-\d{4}\.backup", saved.value.suggested_filename)
    assert saved.value.path().read_bytes().startswith(b"SQLite format 3")
    expect(admin.locator("#admin-said")).to_contain_text("Đã sao lưu")
    expect(admin.locator("#admin-body")).to_contain_text("admin.one")


def test_two_administrators_change_one_agency(admin: Page, store: Store, address: str) -> None:
    admin.goto(f"{address}/admin/campaigns?q=SGTVT")
    admin.click("[data-admin-open='agency.change'][data-of='SGTVT']")
    admin.fill("#admin-name", "Tên của tôi")
    before = next(one for one in provision.agencies(store, accounts.CONSOLE, "hau-giang-2022") if one.code == "SGTVT")
    provision.change_agency(
        store, accounts.CONSOLE, "hau-giang-2022", "SGTVT", version=before.version, name="Tên của người khác"
    )
    admin.click("#admin-form [type=submit]")
    expect(admin.locator(f"{DIALOG} .now")).to_contain_text("Tên của người khác")
    expect(admin.locator("#admin-name")).to_have_value("Tên của tôi")
    admin.click("#admin-form [type=submit]")
    expect(admin.locator("#admin-said")).to_contain_text("Đã lưu Tên của tôi")
    expect(admin.locator("#admin-body")).to_contain_text("1 trong")
    now = next(one for one in provision.agencies(store, accounts.CONSOLE, "hau-giang-2022") if one.code == "SGTVT")
    provision.change_agency(store, accounts.CONSOLE, "hau-giang-2022", "SGTVT", version=now.version, name=before.name)


@pytest.mark.parametrize(("lang", "theme"), list(zip(LANGUAGES, THEMES, strict=True)))
def test_everybody_gets_in(admin: Page, address: str, lang: str, theme: Theme) -> None:
    for path in ("/admin", "/admin/campaigns?q=SG", "/admin/decision", "/admin/backup", "/log?from=x"):
        admin.goto(address + in_language(path, lang))
        admin.locator("main h1").wait_for()
        show(admin, theme)
        assert faults(admin) == [], path
    admin.goto(address + in_language("/admin", lang))
    admin.click("[data-admin-open='user.add']")
    admin.click("#admin-form [type=submit]")
    expect(admin.locator(f"{DIALOG} [role=alert]")).to_be_visible()
    assert faults(admin, DIALOG) == []


@pytest.mark.parametrize("width", [620, 820, 1920])
def test_it_fits(admin: Page, address: str, width: int) -> None:
    admin.set_viewport_size({"width": width, "height": 1000})
    for path in ("/admin", "/admin/campaigns", "/admin/decision", "/admin/backup", "/log"):
        admin.goto(address + path)
        admin.locator("main h1").wait_for()
        assert admin.evaluate(FITS), path
