"""Coming in and going out, in a real browser that holds the content policy against us."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from dashapp.services import accounts
from dashapp.services.database import Store
from dashapp.services.rights import Role
from tests.browser.conftest import WAIT, Window, log_in
from tests.dashapp.accounts.people import NAMES, PASSWORD

BASE = "/scenarios/hau-giang-2022/base"
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of 401|Callback error updating")


@pytest.fixture
def stranger(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that nobody logged in with."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="vi-VN")
    context.set_default_timeout(WAIT)
    yield context
    context.close()


@pytest.fixture
def page(stranger: BrowserContext) -> Iterator[Page]:
    """A page whose console stays empty but for what the server refused."""
    opened = stranger.new_page()
    said: list[str] = []
    opened.on("console", lambda one: said.append(one.text))
    opened.on("pageerror", lambda error: said.append(f"error: {error}"))
    yield opened
    assert [one for one in said if not REFUSED.search(one)] == []


@pytest.mark.parametrize(("lang", "wrong"), [("", "không đúng"), ("lang=en", "wrong")])
def test_by_keyboard_to_the_page_one_asked_for(page: Page, address: str, lang: str, wrong: str):
    wanted = f"{BASE}?" + (f"{lang}&" if lang else "") + "g.online=60"
    page.goto(address + wanted)
    expect(page).to_have_url(re.compile(r"/login\?next="))
    expect(page.locator("#name")).to_be_focused()
    page.keyboard.type(NAMES[Role.STAFF])
    page.keyboard.press("Tab")
    page.keyboard.type("sai mật khẩu")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text(wrong)
    expect(page.locator("#name")).to_have_value(NAMES[Role.STAFF])
    expect(page.locator("#password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.locator(".ag-center-cols-container .ag-row").first.wait_for()
    assert page.url == address + wanted


def test_the_other_language_keeps_where_one_wanted_to_go(page: Page, address: str):
    page.goto(f"{address}/compare")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    page.fill("#name", NAMES[Role.VIEWER])
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.locator(".person .role")).to_have_text("Viewer")
    assert page.url == f"{address}/compare?lang=en"


def test_two_people_each_see_their_own_name(open_window: Callable[[int], Window]):
    for person, role, word in ((0, Role.LEADER, "Lãnh đạo"), (1, Role.STAFF, "Chuyên viên")):
        page = open_window(person).open(BASE)
        page.locator(".person summary").click()
        expect(page.locator(".person-menu")).to_contain_text(f"{NAMES[role]} · {word}")
        page.keyboard.press("Escape")
        expect(page.locator(".person-menu")).to_be_hidden()
        page.locator(".person summary").click()
        page.get_by_role("heading", level=1).click()
        expect(page.locator(".person-menu")).to_be_hidden()


def test_after_logging_out_the_way_back_is_closed(page: Page, address: str):
    log_in(page, address, Role.VIEWER)
    page.goto(f"{address}/compare?lang=en")
    page.locator(".person summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Log out", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    page.go_back()
    expect(page.locator("#password")).to_be_visible()
    assert "/login?next=" in page.url


def test_a_session_that_ends_is_told_and_what_was_typed_stays(page: Page, address: str, store: Store):
    name = "nguoi.ban"
    accounts.add_user(store, accounts.CONSOLE, name, role=Role.STAFF, password=PASSWORD)
    page.goto(f"{address}/login?next={BASE}")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")
    page.locator(".ag-center-cols-container .ag-row").first.wait_for()
    account = accounts.account(store, name)
    assert account is not None
    accounts.log_out_everywhere(store, account.actor)
    typed = page.get_by_role("textbox", name="Hồ sơ trực tuyến, gõ số")
    typed.fill("63")
    typed.press("Enter")
    told = page.locator("#refused")
    expect(told).to_contain_text("Phiên làm việc đã kết thúc")
    expect(typed).to_have_value("63")
    told.get_by_role("link", name="Đăng nhập").click()
    expect(page).to_have_url(re.compile(rf"/login\?next={re.escape(BASE.replace('/', '%2F'))}"))


def test_the_password_is_changed_on_a_page_of_its_own(page: Page, address: str, store: Store):
    name = "nguoi.moi"
    accounts.add_user(store, accounts.CONSOLE, name, role=Role.VIEWER, password=PASSWORD)
    page.goto(f"{address}/login?next=/password")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")
    page.fill("#old", PASSWORD)
    page.fill("#password", "một câu khác cũng dài")
    page.fill("#again", "một câu khác cũng dài")
    page.get_by_role("button", name="Đổi mật khẩu").click()
    expect(page.get_by_role("status")).to_contain_text("Đã đổi mật khẩu")
    page.get_by_role("link", name="Về trang đầu").click()
    page.locator(".person").wait_for()


def test_no_script_runs_that_is_not_ours(stranger: BrowserContext, address: str):
    page = stranger.new_page()
    for path in ("/login", BASE):
        page.goto(address + path)
        with pytest.raises(Error, match="Content Security Policy"):
            page.add_script_tag(content="document.title = 'taken'")
        if path == "/login":
            log_in(page, address, Role.VIEWER)
        assert page.title() != "taken"


@pytest.mark.parametrize(
    ("width", "height", "lang"), [(1440, 900, ""), (820, 1180, "?lang=en"), (390, 844, ""), (390, 844, "?lang=en")]
)
def test_it_fits(stranger: BrowserContext, address: str, width: int, height: int, lang: str):
    page = stranger.new_page()
    page.set_viewport_size({"width": width, "height": height})
    fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    page.goto(f"{address}/login{lang}")
    assert page.evaluate(fits)
    log_in(page, address, Role.VIEWER)
    page.goto(f"{address}/password{lang}")
    assert page.evaluate(fits)
    if width >= 820:
        page.goto(address + BASE + lang)
        page.locator(".person").wait_for()
        assert page.evaluate(fits)
        bar = page.locator("header.topbar").bounding_box()
        assert bar
        assert bar["height"] <= 95
