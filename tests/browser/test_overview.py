"""What a person sees first, in a real browser: where the province stands, and the ways on."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import WAIT, Window

expect.set_options(timeout=WAIT)

SIZES = [(1440, 900), (1920, 1080), (820, 1180)]
LANGUAGES = ["vi", "en"]


def opened(window: Window, path: str = "/") -> Page:
    """The overview with its charts drawn."""
    page = window.open(path)
    page.locator(".stand").first.wait_for()
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    return page


def test_the_page_that_opens_first_says_where_the_province_stands(window: Window):
    page = opened(window)
    expect(page.locator("h1")).to_have_text("Hậu Giang: chỉ tiêu quý III và quý IV năm 2022")
    expect(page.locator(".lead-line")).to_contain_text("Chưa mục tiêu nào trong 3 đạt")
    card = page.get_by_role("article", name="Hồ sơ trực tuyến")
    expect(card.locator(".stand-value")).to_have_text(["22,3\u00a0%", "50\u00a0%"])
    expect(card).to_contain_text("2.910 hồ sơ trực tuyến")
    expect(card).to_contain_text("73,2\u00a0%")
    heading = page.get_by_role("heading", name="Hồ sơ trực tuyến: 4 trong 26 đơn vị đã đạt 50\u00a0%")
    expect(heading).to_be_visible()


@pytest.mark.parametrize(("width", "height", "lang"), [*((*size, "vi") for size in SIZES), (*SIZES[-1], "en")])
def test_cards_are_seen_at_once_and_nothing_is_wider_than_the_screen(window: Window, width, height, lang):
    window.page.set_viewport_size({"width": width, "height": height})
    for campaign in ("hau-giang-2022", "phu-tho-2026"):
        page = opened(window, f"/?c={campaign}&lang={lang}")
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        for part in page.locator(".stand-value, .stand-label").all():
            box, half = part.bounding_box(), part.locator("xpath=ancestor::*[@class='stand-main']").bounding_box()
            assert box is not None
            assert half is not None
            inside = part.evaluate(
                "one => Math.max(...[one, ...one.children].map(x => x.getBoundingClientRect().right))"
            )
            assert inside <= half["x"] + half["width"] + 1, part.inner_text()
            assert not part.evaluate("one => one.scrollWidth > one.clientWidth + 1"), part.inner_text()
        if width >= 1440:
            last = page.locator(".stand").last.bounding_box()
            assert last is not None
            assert last["y"] + last["height"] <= height, "all cards fit on the first screen"


def test_large_figures_can_be_read_from_two_metres(window: Window):
    page = opened(window)
    size = page.locator(".stand-value").first.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    assert size >= 40


def test_a_definition_opens_behind_a_figure(window: Window):
    page = opened(window)
    card = page.get_by_role("article", name="Hồ sơ trực tuyến")
    card.locator(".definition > summary").first.click()
    shown = card.locator(".definition[open] .definition-card")
    expect(shown).to_contain_text("Số hồ sơ tiếp nhận trực tuyến: 21.163")
    expect(shown).to_contain_text("Quyết định số 27/QĐ-UBQGCĐS")


def test_a_chart_has_its_table(window: Window):
    page = opened(window)
    page.locator("#rank-online-twin-button").click()
    rows = page.locator("#rank-online-twin tbody tr")
    expect(rows).to_have_count(26)
    expect(rows.first).to_contain_text("Sở Thông tin và Truyền thông")
    expect(rows.first).to_contain_text("79,2\u00a0%")


def test_what_must_be_cleared_up_opens_to_names(window: Window):
    page = opened(window, "/?c=phu-tho-2026")
    line = page.locator("#missing-title").locator("xpath=ancestor::section").locator("summary")
    expect(line).to_contain_text("Tất cả 163 đơn vị chưa đăng ký mục tiêu")
    line.click()
    expect(page.locator(".clear-lines details[open]")).to_contain_text("và 151 đơn vị khác")


def test_the_ways_on_lead_to_the_workbench_of_an_indicator_and_to_compare(window: Window):
    page = opened(window)
    page.get_by_role("link", name="Xem và điều chỉnh: DVCTT phát sinh hồ sơ").click()
    expect(page).to_have_url(re.compile(r"/scenarios/hau-giang-2022/base\?i=active"))
    page.locator(".levers").wait_for()
    page = opened(window)
    page.get_by_role("link", name="So sánh các phương án").click()
    expect(page).to_have_url(re.compile(r"/compare\?s=hau-giang-2022/base,"))


def test_the_overview_in_english(window: Window):
    page = opened(window, "/?lang=en")
    card = page.get_by_role("article", name="Dossiers online")
    expect(card.locator(".stand-value")).to_have_text(["22.3%", "50%"])
    expect(card).to_contain_text("2,910 online dossiers")
