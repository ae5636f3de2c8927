"""Lạng Sơn's Decision goes through the screen as a file: explained, looked at closely, kept, opened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from dashapp.services.database import Store
from dashapp.services.rights import Actor, Role
from tests.browser.conftest import Window
from tests.browser.test_accessibility import FITS, faults, settle
from tests.dashapp import lang_son
from tests.dashapp.accounts.people import NAMES, open_people

FIRST_ROW = '#learn-grid .ag-center-cols-container .ag-row[row-index="0"]'


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = open_people(tmp_path_factory.mktemp("learn"))
    lang_son.build(made, Actor(NAMES[Role.STAFF], "", Role.STAFF))
    yield made
    made.close()


def test_a_decision_in_a_file_becomes_a_scenario(window: Window, tmp_path: Path) -> None:
    faulty, sound = tmp_path / "sai.csv", tmp_path / "quyet-dinh-1045.csv"
    faulty.write_text("agency,indicator,period,target\nSở Xây dựng,online,2022Q4,500%\n", encoding="utf-8")
    sound.write_bytes(lang_son.appendix())
    page = window.open(f"/ahead/learn?c={lang_son.CAMPAIGN}")

    def drop(file: Path) -> None:
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Chọn tệp").click()
        chooser.value.set_files(file)

    drop(faulty)
    expect(page.locator("#learn-faults-title")).to_have_text("Chưa đọc được bảng: 1 lỗi")
    drop(sound)
    page.get_by_role("button", name="Hồ sơ trực tuyến").click()
    expect(page.locator(".learn-said")).to_contain_text("5 nhóm")
    expect(page.locator(".learn-groups tbody tr")).to_have_count(5)
    settle(page)
    assert page.evaluate(FITS)
    assert faults(page) == []
    page.get_by_role("button", name="Cấp huyện").click()
    expect(page.locator("#learn-grid .ag-center-cols-container .ag-row")).to_have_count(11)
    with page.expect_download() as download:
        page.get_by_role("button", name="Tải phương án (.toml)").click()
    assert "group-1-agencies-least" in download.value.path().read_text(encoding="utf-8")
    page.locator(".learn-others").get_by_role("button", name="Xem cách này").first.click()
    expect(page.locator("#learn-verdict-title")).to_contain_text("một cách giải thích khác")
    page.locator(".learn-others").get_by_role("button", name="Xem cách này").first.click()
    expect(page.locator("#learn-verdict-title")).to_contain_text("giải thích trọn vẹn")
    page.get_by_label("Tên phương án").fill("Như Lạng Sơn")
    page.get_by_role("button", name="Lưu thành phương án của tôi").click()
    page.wait_for_url("**/scenarios/lang-son-2022/nhu-lang-son*")
    page.locator("#grid .ag-center-cols-container .ag-row").first.wait_for()
