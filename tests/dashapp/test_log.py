"""The log on the screen: every entry is a sentence, what is looked for is found, the file runs in no spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from dash.development.base_component import Component

from dashapp.app import create_app
from dashapp.i18n import LANGUAGES
from dashapp.pages import log as page
from dashapp.pages import router
from dashapp.services import accounts, choices, logbook, operations, overrides, saved_scenarios, tables
from dashapp.services.database import Store
from dashapp.services.logbook import PAGE, Wanted
from dashapp.services.refused import ForbiddenError
from dashapp.services.rights import Action, Actor, Role, may
from dashapp.views import typed
from dashapp.views.person import Visitor
from tests.dashapp.accounts.people import NAMES, log_in, open_people
from tests.dashapp.reading import written_in
from tests.dashapp.services.world import tamper
from tests.dashapp.test_overview import parts_of, words_of

HAU_GIANG = "hau-giang-2022"
ACTORS = {role: Actor(name, f"Nguyễn Thị {role.title()}", role) for role, name in NAMES.items()}
STAFF, ADMIN = ACTORS[Role.STAFF], ACTORS[Role.ADMIN]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_people(tmp_path)
    yield opened
    opened.close()


def work_on(store: Store) -> None:
    """A scenario is chosen, a table begun, a target set by hand."""
    base = next(one for one in saved_scenarios.saved(store, STAFF, HAU_GIANG) if one.slug == "base")
    version = saved_scenarios.at(store, STAFF, base.id).version.id
    choices.choose(store, STAFF, HAU_GIANG, scenario_version=version, figures_version=1, note="=HYPERLINK(1)")
    draft = tables.start_draft(store, STAFF, HAU_GIANG, figures_version=1, scenario_version=version)
    overrides.save_override(
        store, STAFF, draft.id, agency="SGTVT", indicator="online", period="2022Q4", value=0.525, reason="Họp ngày 20"
    )


def opened(store: Store, address: str = "/log", role: Role = Role.ADMIN) -> Component:
    return router.route(store, address, Visitor(ACTORS[role], "token"))


def said(component: Component) -> list[str]:
    """The sentence of every entry."""
    found = [one for one in parts_of(component) if getattr(one, "className", None) == "log-said"]
    return [words_of(one).strip() for one in found]


def link(component: Component, text: str) -> str:
    (found,) = [one for one in parts_of(component) if type(one).__name__ == "A" and words_of(one).strip() == text]
    address: str = found.href
    return address


def test_entries_are_sentences_the_newest_first(store: Store) -> None:
    work_on(store)
    shown = opened(store)
    first = said(shown)[0]
    assert first.startswith("Nguyễn Thị Staff (staff.one): điều chỉnh chỉ tiêu – Sở Giao thông")
    assert "quý IV/2022, bảng số 1, Hậu Giang" in first
    words = re.sub(r"\s+", " ", words_of(shown))
    assert "Chỉ tiêu: 52,5 %" in words
    assert "Lý do: Họp ngày 20" in words
    assert said(shown)[-1] == "Chương trình: thêm đợt giao chỉ tiêu – Hậu Giang: chỉ tiêu quý III và quý IV năm 2022"


def test_before_and_after_stand_beside_each_other(store: Store) -> None:
    accounts.change_role(store, ADMIN, NAMES[Role.VIEWER], Role.STAFF)
    line = next(
        one for one in parts_of(opened(store, "/log?lang=en")) if getattr(one, "className", "") == "log-changes"
    )
    assert words_of(line).split() == ["Role:", "before:", "viewer", "→", "after:", "staff"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_entry_shows_a_key_or_a_python_value(store: Store, lang: str) -> None:
    work_on(store)
    words = words_of(opened(store, f"/log?lang={lang}"))
    assert not re.search(r"\{\w+|\bNone\b|\bTrue\b|user\.add|override/\d|allocation/\d|log\.\w+", words)


def test_what_is_looked_for_is_found(store: Store) -> None:
    work_on(store)
    assert {"thêm tài khoản"} == {re.findall(": (.*?) –", one)[0] for one in said(opened(store, "/log?k=people"))}
    assert len(said(opened(store, "/log?u=staff.one&k=targets"))) == 2
    assert [one for one in said(opened(store, "/log?of=phu-tho-2026")) if "Phú Thọ" not in one] == []
    assert len(said(opened(store, f"/log?of={HAU_GIANG}"))) == 4
    assert len(said(opened(store, "/log?q=HỌP NGÀY"))) == 1
    assert said(opened(store, "/log?q=không có")) == []
    today = date.today()
    assert len(said(opened(store, f"/log?from={today}&to={today}"))) == 9
    assert said(opened(store, f"/log?from={typed.written(today + timedelta(days=1))}")) == []
    assert said(opened(store, f"/log?to={typed.written(today - timedelta(days=1))}")) == []


@pytest.mark.parametrize(("first", "last"), [("31/02/2022", ""), ("", "hôm qua"), ("02/01/2022", "01/01/2022")])
def test_a_day_that_is_none_is_said_and_kept(store: Store, first: str, last: str) -> None:
    shown = opened(store, f"/log?from={first}&to={last}")
    boxes = {one.name: one for one in parts_of(shown) if getattr(one, "name", None) in ("from", "to")}
    assert (boxes["from"].value, boxes["to"].value) == (first, last)
    assert [one.invalid for one in boxes.values()] in ([True, False], [False, True])
    assert [one for one in parts_of(shown) if getattr(one, "className", None) == "field-fault"]


def test_pages_lead_through_all_of_it_and_back(store: Store) -> None:
    with store.work("lan") as work:
        for at in range(2 * PAGE):
            work.log.append("scenario.share", f"scenario/{at + 900}", {"shared": False}, {"shared": True})
    found, address = [], "/log?k=scenarios"
    for _ in range(2):
        shown = opened(store, address)
        found.append(said(shown))
        if len(found) < 2:
            address = link(shown, "Cũ hơn")
    assert [len(one) for one in found] == [PAGE, PAGE]
    assert not set(found[0]) & set(found[1])
    assert "Cũ hơn" not in words_of(shown)
    assert said(opened(store, link(shown, "Mới hơn"))) == found[0]
    assert "Mới hơn" not in words_of(opened(store, "/log?k=scenarios"))


def test_who_may_not_read_it_is_told_so(store: Store) -> None:
    for role, actor in ACTORS.items():
        shown = opened(store, role=role)
        assert any(href.startswith("/log?") for href in written_in(shown, "href")) == may(role, Action.READ_LOG)
        assert bool(said(shown)) == may(role, Action.READ_LOG)
        assert ("log-verify" in {getattr(one, "id", None) for one in parts_of(shown)}) == may(role, Action.VERIFY_LOG)
        if not may(role, Action.READ_LOG):
            assert "không có quyền xem nhật ký" in words_of(shown)
            with pytest.raises(ForbiddenError):
                logbook.every(store, actor, Wanted())


def test_the_verdict_is_in_words(store: Store, tmp_path: Path) -> None:
    answer = page.verify(store, ADMIN, {"after": 0}, "vi")
    assert "Nhật ký nguyên vẹn: 6 mục." in words_of(answer["said"])
    assert answer["next"] is None
    tamper(tmp_path / "people.db", "UPDATE log SET \"user\" = 'x' WHERE seq = 4")
    broken = words_of(page.verify(store, ADMIN, {"after": 0}, "vi")["said"])
    assert "Mục 4 của nhật ký đã bị sửa" in broken
    assert "Giữ nguyên cơ sở dữ liệu" in broken
    with pytest.raises(ForbiddenError):
        page.verify(store, STAFF, {"after": 0}, "vi")


def test_a_long_log_is_verified_a_stretch_a_call(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "STRETCH", 2)
    whole = operations.verify_log(store, ADMIN)
    asked, told = {"after": 0}, []
    while asked is not None:
        answer = page.verify(store, ADMIN, asked, "vi")
        told.append(words_of(answer["said"]).strip())
        asked = answer["next"]
    assert [one for one in told if "Đã kiểm tra" in one] == [f"Đã kiểm tra {seq} trong 6 mục" for seq in (2, 4, 6)]
    assert "Nhật ký nguyên vẹn: 6 mục." in told[-1]
    assert whole[1] in told[-1]
    tamper(tmp_path / "people.db", "DELETE FROM log WHERE seq = 4")
    assert page.verify(store, ADMIN, {"after": 0}, "vi")["next"] == {"after": 2}
    assert "Mục 4" in words_of(page.verify(store, ADMIN, {"after": 2}, "vi")["said"])
    assert "Mục 4" in words_of(page.verify(store, ADMIN, {"after": 4}, "vi")["said"])
    for sent in (None, {}, {"after": "x"}, {"after": -1}):
        assert page.verify(store, ADMIN, sent, "vi")["next"] is None


def test_the_file_holds_what_is_looked_for_and_no_formula(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logbook, "STRETCH", 2)
    work_on(store)
    accounts.add_user(
        store,
        ADMIN,
        "xau",
        role=Role.VIEWER,
        password="một câu dài khác",  # noqa: S106
        display_name="@SUM(A1)",
    )
    client = create_app(store).server.test_client()
    assert client.get("/log/csv").status_code in (302, 401)
    log_in(client, NAMES[Role.LEADER])
    answer = client.get("/log/csv?lang=en")
    assert "attachment" in answer.headers["Content-Disposition"]
    lines = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert lines[0][0] == "Entry"
    assert [int(line[0]) for line in lines[1:]] == list(range(10, 0, -1))
    assert {len(line) for line in lines} == {len(lines[0])}
    assert [cell for line in lines for cell in line if cell.startswith(("=", "@", "+", "-"))] == []
    assert [line for line in lines if "'@SUM(A1)" in line[6]]
    people = client.get("/log/csv?k=people&u=console").get_data(as_text=True)
    assert people.count("\n") == 5
    assert client.get("/log/csv?from=32/01/2022").status_code == 400


def test_the_file_is_not_for_everybody(store: Store) -> None:
    client = create_app(store).server.test_client()
    log_in(client, NAMES[Role.VIEWER])
    assert client.get("/log/csv").status_code == 403


@pytest.mark.parametrize("text", ["24/11/2026", "24-11-2026", "2026-11-24", " 24.11.2026 "])
def test_days_as_people_type_them(text: str) -> None:
    assert typed.day(text) == date(2026, 11, 24)


@pytest.mark.parametrize("text", ["24/11", "11/24/2026", "mai", "24/11/26", "2026"])
def test_what_is_no_day(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        typed.day(text)
