"""Measures on the workbench, as a person turns them on and changes them, in a real browser."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import WAIT, Window
from tests.browser.test_workbench import BASE, in_address, not_in_address

expect.set_options(timeout=WAIT)


def test_a_measure_is_turned_on_changed_and_taken_back(window: Window):
    page = window.open_table(f"{BASE}?view=gap")
    levers, note = page.locator("#measures"), page.locator("#chart-note")
    fee = levers.locator("[data-measure=lower_fee]")
    expect(note).to_contain_text("chưa tính biện pháp nào")
    fee.get_by_role("switch").check()
    in_address(page, "mo.lower_fee=1", "st.online=projected")
    expect(levers.get_by_label("Dự kiến")).to_be_checked()
    expect(levers.locator(".start-hint")).to_contain_text("không từ hiện trạng")
    expect(note).to_contain_text(re.compile(r"^1 biện pháp mang lại \+1,9"))
    box = fee.get_by_label("mức tác động, gõ số")
    box.fill("0,9")
    box.press("Enter")
    expect(fee.get_by_text("Số trong khoảng")).to_be_visible()
    box.fill("0,45")
    box.press("Enter")
    expect(fee.get_by_text("Số trong khoảng")).to_be_hidden()
    in_address(page, "me.lower_fee=0.45")
    expect(note).to_contain_text(re.compile(r"^1 biện pháp mang lại \+(2|3),"))
    slider = fee.locator("[type=range]")
    expect(slider).to_have_value("0.45")
    fee.locator("summary").click()
    fee.get_by_label("Phạm vi").select_option("agency:")
    fee.get_by_label("thêm cơ quan").fill("sở công thương")
    fee.get_by_label("thêm cơ quan").press("Enter")
    in_address(page, "mw.lower_fee=agency:SCT")
    fee.get_by_label("Giảm lệ phí khi nộp trực tuyến: Bắt đầu").fill("30/02/2022")
    fee.get_by_label("Giảm lệ phí khi nộp trực tuyến: Bắt đầu").press("Enter")
    expect(fee.get_by_text("Ngày dạng")).to_be_visible()
    fee.get_by_label("Giảm lệ phí khi nộp trực tuyến: Bắt đầu").fill("15/08/2022")
    fee.get_by_label("Giảm lệ phí khi nộp trực tuyến: Bắt đầu").press("Enter")
    expect(fee.locator("summary")).to_contain_text("Sở Công Thương · từ 15/08/2022")
    in_address(page, "ms.lower_fee=2022-08-15")
    page.reload()
    expect(box).to_have_value("0,45")
    expect(fee.locator("summary")).to_contain_text("Sở Công Thương · từ 15/08/2022")
    page.get_by_role("button", name="Đặt lại").click()
    not_in_address(page, "mo.lower_fee", "st.online")
    expect(fee.get_by_role("switch")).not_to_be_checked()
    expect(box).to_be_hidden()
    page.locator("#undo").click()
    expect(fee.get_by_role("switch")).to_be_checked()
    expect(box).to_have_value("0,45")
    fee.get_by_role("switch").uncheck()
    not_in_address(page, "mo.lower_fee")
    page.get_by_label("Chắc chắn đến mức").select_option("80")
    page.locator("#sureness").get_by_role("link", name="Giao theo").click()
    in_address(page, "h.online=50", "sure=80")
    expect(page.locator("#sureness")).to_contain_text("Đang giao theo")
    expect(page.locator("#chance")).to_contain_text("khoảng 8 lần trong 10", ignore_case=True)
    assert not [line for line in window.console if line.startswith("error")]
