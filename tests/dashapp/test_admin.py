"""The administration: what is shown to whom, every change and every refusal in a sentence, nothing lost."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from dash import no_update
from dash.development.base_component import Component

from dashapp.app import create_app
from dashapp.i18n import LANGUAGES
from dashapp.pages import admin as page
from dashapp.pages import router
from dashapp.security import TOKEN_FIELD, TOKEN_HEADER
from dashapp.services import accounts, importing, logbook, operations, provision, saved_scenarios
from dashapp.services import opened as desk
from dashapp.services.database import Agency, Store, open_store
from dashapp.services.logbook import Wanted
from dashapp.services.refused import ForbiddenError
from dashapp.services.rights import Action, Actor, Role, may
from dashapp.views.person import EVERYWHERE, Visitor
from tests.dashapp.accounts.people import NAMES, log_in, open_people, with_token
from tests.dashapp.reading import links_of
from tests.dashapp.services.world import tamper
from tests.dashapp.test_overview import parts_of, words_of

HAU_GIANG, PHU_THO = "hau-giang-2022", "phu-tho-2026"
ACTORS = {role: Actor(name, f"Nguyễn Thị {role.title()}", role) for role, name in NAMES.items()}
ADMIN = ACTORS[Role.ADMIN]
LONG = "một câu dài khác"
AT = 7


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store that no test changes."""
    opened = open_people(tmp_path_factory.mktemp("admin"))
    yield opened
    opened.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_people(tmp_path)
    yield opened
    opened.close()


def opened(store: Store, address: str = "/admin", role: Role = Role.ADMIN) -> Component:
    return router.route(store, address, Visitor(ACTORS[role], "token"))


def form(store: Store, what: str, of: str = "", campaign: str = HAU_GIANG, lang: str = "vi") -> Component:
    """The form of a dialog that was opened."""
    answer = page.asked(store, ADMIN, {"what": what, "of": of, "campaign": campaign, "at": AT}, lang)
    assert answer["opened"] == AT
    inner: Component = answer["form"]
    return inner


def typed(form: Component, **fields: str) -> dict[str, Any]:
    """What a browser sends of a form after something was typed over."""
    said = form.to_plotly_json()["props"]
    held = {one.name: one.value for one in parts_of(form) if getattr(one, "name", None)}
    return {
        "what": said["data-admin-do"], "of": said["data-of"], "version": said["data-version"], "campaign": HAU_GIANG,
        "at": AT, "fields": {**held, **fields},
    }  # fmt: skip


def send(store: Store, said: dict[str, Any], lang: str = "vi") -> dict[str, Any]:
    return page.done(store, ADMIN, said, lang)


def done(answer: dict[str, Any]) -> str:
    """What is said once something was done."""
    assert answer["done"]["ok"], words_of(answer["fault"])
    return words_of(answer["said"]).strip()


def refused(answer: dict[str, Any]) -> str:
    """Why nothing was changed; the page stays as it is."""
    assert not answer["done"]["ok"]
    assert answer["body"] is no_update
    return words_of(answer["fault"]).strip()


# who sees it -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", list(Role))
def test_only_administrators_find_and_see_it(shared: Store, role: Role) -> None:
    shown = opened(shared, role=role)
    links = [one.href for one in parts_of(shown) if type(one).__name__ == "A"]
    assert any(href.startswith("/admin?") for href in links) == may(role, Action.MANAGE_USERS)
    assert ("admin-people-title" in {getattr(one, "id", None) for one in parts_of(shown)}) == may(
        role, Action.MANAGE_USERS
    )
    if role is not Role.ADMIN:
        assert "không có quyền" in words_of(shown)


def test_others_can_neither_open_a_dialog_nor_do_what_is_in_it(shared: Store) -> None:
    said = typed(form(shared, "user.add"), name="ke.gian", password=LONG, again=LONG)
    for role in (Role.VIEWER, Role.STAFF, Role.LEADER):
        answer = page.done(shared, ACTORS[role], said, "vi")
        assert "không có quyền quản lý tài khoản" in refused(answer)
        with pytest.raises(ForbiddenError):
            accounts.end_sessions(shared, ACTORS[role], NAMES[Role.ADMIN])
    assert accounts.account(shared, "ke.gian") is None


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("section", page.SECTIONS)
def test_no_text_is_missing(shared: Store, section: str, lang: str) -> None:
    words = words_of(opened(shared, f"/admin/{section}?lang={lang}" if section != "people" else f"/admin?lang={lang}"))
    assert not re.search(r"\{\w+|\bNone\b|\bTrue\b|admin\.\w+\.", words)


@pytest.mark.parametrize("wanted", [None, {}, {"what": "user.root"}, {"what": 3}, [], "x"])
def test_what_is_no_deed_changes_nothing(shared: Store, wanted: Any) -> None:
    assert page.asked(shared, ADMIN, wanted, "vi")["form"] is no_update
    answer = page.done(shared, ADMIN, wanted, "vi")
    assert (answer["done"]["ok"], answer["body"]) == (False, no_update)


# people ----------------------------------------------------------------------------------------------------------
def test_somebody_is_added_and_can_come_in(store: Store) -> None:
    fields = {"display_name": "Trần Lan", "name": "Lan.Tran", "role": "staff", "password": LONG, "again": LONG}
    answer = send(store, typed(form(store, "user.add"), **fields))
    assert done(answer) == "Đã thêm tài khoản “Trần Lan” (tên đăng nhập lan.tran, Chuyên viên)."
    assert "lan.tran" in words_of(answer["body"])
    assert accounts.authenticate(store, "lan.tran", LONG, "").role is Role.STAFF
    entry = logbook.look(store, ADMIN, Wanted(kind="people")).entries[0]
    assert (entry.user, entry.action, entry.subject) == (ADMIN.name, "user.add", "user/lan.tran")
    assert LONG not in str(entry)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"name": ""}, "Điền đủ các ô"),
        ({"password": ""}, "Điền đủ các ô"),
        ({"again": "khác hẳn"}, "không giống nhau"),
        ({"role": "root"}, "Điền đủ các ô"),
        ({"name": "Lan Trần"}, "không dùng làm tên đăng nhập được"),
        ({"name": "staff.one"}, "Đã có tài khoản “staff.one”"),
        ({"password": "ngắn", "again": "ngắn"}, "Mật khẩu quá ngắn"),
        ({"display_name": "x" * 101}, "Họ tên quá dài"),
    ],
)
def test_every_fault_of_a_new_account_is_a_sentence(shared: Store, fields: dict[str, str], told: str) -> None:
    right = {"display_name": "Trần Lan", "name": "lan", "role": "staff", "password": LONG, "again": LONG}
    assert told in refused(send(shared, typed(form(shared, "user.add"), **{**right, **fields})))


def test_a_role_is_changed_and_its_sessions_end(store: Store) -> None:
    name = NAMES[Role.VIEWER]
    before = accounts.account(store, name)
    answer = send(store, typed(form(store, "user.role", name), role="leader"))
    assert done(answer).startswith("Vai trò của Nguyễn Thị Viewer nay là Lãnh đạo.")
    after = accounts.account(store, name)
    assert before
    assert after
    assert (after.role, after.session_epoch) == (Role.LEADER, before.session_epoch + 1)
    assert "Không có gì khác" in refused(send(store, typed(form(store, "user.role", name), role="leader")))


def test_disabled_and_enabled_again(store: Store) -> None:
    name = NAMES[Role.STAFF]
    assert "Đã khóa" in done(send(store, typed(form(store, "user.disable", name))))
    shown = opened(store)
    doing = {
        one.to_plotly_json()["props"].get("data-admin-open") for one in parts_of(shown) if "Mở khóa" in words_of(one)
    }
    assert "user.enable" in doing
    assert "Đã mở khóa" in done(send(store, typed(form(store, "user.enable", name))))
    account = accounts.account(store, name)
    assert account
    assert account.active


def test_a_password_is_set_and_sessions_are_ended(store: Store) -> None:
    name = NAMES[Role.STAFF]
    before = accounts.account(store, name)
    assert "Đã đặt mật khẩu" in done(send(store, typed(form(store, "user.password", name), password=LONG, again=LONG)))
    assert "Đã kết thúc mọi phiên" in done(send(store, typed(form(store, "user.log_out", name))))
    after = accounts.authenticate(store, name, LONG, "")
    assert before
    assert after.session_epoch == before.session_epoch + 2
    assert [one.action for one in logbook.look(store, ADMIN, Wanted(kind="people")).entries[:2]] == [
        "user.log_out", "user.password",
    ]  # fmt: skip


@pytest.mark.parametrize("what", ["user.disable", "user.role"])
def test_the_last_administrator_stays(store: Store, what: str) -> None:
    said = typed(form(store, what, ADMIN.name), **({"role": "staff"} if what == "user.role" else {}))
    assert "tài khoản quản trị duy nhất" in refused(send(store, said))
    accounts.change_role(store, ADMIN, NAMES[Role.STAFF], Role.ADMIN)
    done(send(store, said))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_who_was_slower_sees_what_is_there_and_can_go_on(store: Store, lang: str) -> None:
    name = NAMES[Role.VIEWER]
    said = typed(form(store, "user.role", name, lang=lang), role="leader")
    accounts.change_role(store, Actor("khac", "Khác", Role.ADMIN), name, Role.STAFF)
    answer = send(store, said, lang)
    words = refused(answer)
    assert "khac" in words
    assert {"vi": "Chuyên viên", "en": "Staff"}[lang] in words
    assert done(send(store, {**said, "version": str(answer["done"]["version"])}, lang))


def test_a_dialog_of_somebody_who_is_not_there_says_so(shared: Store) -> None:
    answer = page.asked(shared, ADMIN, {"what": "user.role", "of": "ai.do", "at": AT}, "vi")
    assert "Không có tài khoản “ai.do”" in words_of(answer["fault"])
    assert answer["opened"] == AT


# campaigns and agencies ------------------------------------------------------------------------------------------
def agencies(store: Store, day: date | None = None) -> dict[str, Agency]:
    return {one.code: one for one in provision.agencies(store, ADMIN, HAU_GIANG, day)}


def test_a_campaign_is_changed_and_the_screens_say_so(store: Store) -> None:
    fields = {"name.vi": "Đợt thử", "name.en": "Trial", "as_of": "20/06/2022", "source.vi": "Sở mới"}
    answer = send(store, typed(form(store, "campaign.change", HAU_GIANG), **fields))
    assert done(answer) == "Đã lưu đợt “Đợt thử”."
    assert "Đợt thử" in words_of(answer["body"])
    ground = desk.ground(store, ADMIN, HAU_GIANG)
    assert (ground.campaign.name["en"], ground.campaign.as_of) == ("Trial", date(2022, 6, 20))
    assert ground.campaign.base == f"{HAU_GIANG}/base"
    assert "Đợt thử" in [one.name["vi"] for one in desk.campaigns(store, ADMIN)]
    entry = logbook.look(store, ADMIN, Wanted(kind="campaigns")).entries[0]
    assert entry.before
    assert set(entry.before) == {"name", "source", "as_of"}
    assert "Không có gì khác" in refused(send(store, typed(form(store, "campaign.change", HAU_GIANG))))


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"name.en": " "}, "Điền đủ các ô"),
        ({"as_of": ""}, "Điền đủ các ô"),
        ({"as_of": "tháng sáu"}, "“tháng sáu” không phải là ngày"),
    ],
)
def test_every_fault_of_a_campaign_is_a_sentence(shared: Store, fields: dict[str, str], told: str) -> None:
    assert told in refused(send(shared, typed(form(shared, "campaign.change", HAU_GIANG), **fields)))


def test_of_two_who_change_a_campaign_the_slower_one_loses_nothing(store: Store) -> None:
    mine = typed(form(store, "campaign.change", HAU_GIANG), **{"name.vi": "Của tôi"})
    done(send(store, typed(form(store, "campaign.change", HAU_GIANG), **{"name.vi": "Của người khác"})))
    answer = send(store, mine)
    assert "Của người khác" in refused(answer)
    done(send(store, {**mine, "version": str(answer["done"]["version"])}))
    assert desk.ground(store, ADMIN, HAU_GIANG).campaign.name["vi"] == "Của tôi"


def test_a_campaign_that_comes_with_the_product_can_be_put_in(shared: Store) -> None:
    inner = form(shared, "campaign.add", "national-2022")
    assert "vào cơ sở dữ liệu" in words_of(inner)
    assert "Chưa" not in words_of(page.asked(shared, ADMIN, {"what": "campaign.add", "of": HAU_GIANG}, "vi")["form"])
    gone = page.asked(shared, ADMIN, {"what": "campaign.add", "of": HAU_GIANG, "at": AT}, "vi")
    assert "Không có đợt giao chỉ tiêu" in words_of(gone["fault"])


def test_an_agency_is_added_and_changed(store: Store) -> None:
    fields = {"code": "BQL-KCN", "name": "Ban  quản lý khu công nghiệp", "valid_from": "01/01/2022"}
    answer = send(store, typed(form(store, "agency.add"), **fields))
    assert done(answer) == "Đã thêm Ban quản lý khu công nghiệp (mã BQL-KCN)."
    fields = {"name": "Ban quản lý", "level": "district", "valid_to": "2022-12-31"}
    done(send(store, typed(form(store, "agency.change", "BQL-KCN"), **fields)))
    one = agencies(store)["BQL-KCN"]
    assert (one.name, one.level, one.parent) == ("Ban quản lý", "district", None)
    assert (one.valid_from, one.valid_to) == (date(2022, 1, 1), date(2022, 12, 31))


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"code": ""}, "Điền đủ các ô"),
        ({"code": "có dấu cách"}, "không dùng làm mã được"),
        ({"code": "SGTVT"}, "Đã có cơ quan, đơn vị này"),
        ({"parent": "ZZZ"}, "tham chiếu tới thứ không có"),
        ({"valid_from": "2022"}, "“2022” không phải là ngày"),
        ({"valid_from": "02/01/2022", "valid_to": "02/01/2022"}, "phải sau ngày bắt đầu"),
        ({"level": "planet"}, "Điền đủ các ô"),
    ],
)
def test_every_fault_of_an_agency_is_a_sentence(shared: Store, fields: dict[str, str], told: str) -> None:
    right = {"code": "MOI", "name": "Cơ quan mới"}
    assert told in refused(send(shared, typed(form(shared, "agency.add"), **{**right, **fields})))
    assert "MOI" not in agencies(shared)


def test_agencies_merge_into_a_new_one(store: Store) -> None:
    fields = {"old": "STTTT\nSKHCN", "code": "SKHCN-M", "name": "Sở mới", "on": "01/07/2022"}
    answer = send(store, typed(form(store, "agency.merge"), **fields))
    assert done(answer) == "2 cơ quan sáp nhập vào Sở mới từ 01/07/2022."
    assert {"STTTT", "SKHCN"} <= set(agencies(store, date(2022, 6, 30)))
    after = agencies(store, date(2022, 7, 1))
    assert "SKHCN-M" in after
    assert not {"STTTT", "SKHCN"} & set(after)
    assert "Sáp nhập, chia tách đã ghi (2)" in words_of(answer["body"])


def test_an_agency_takes_in_another_and_one_splits(store: Store) -> None:
    fields = {"old": "STTTT, SKHCN", "code": "SKHCN", "on": "01/07/2022"}
    done(send(store, typed(form(store, "agency.merge"), **fields)))
    after = agencies(store, date(2022, 7, 1))
    assert "SKHCN" in after
    assert "STTTT" not in after
    fields = {"new": "SNV-1; Sở Nội vụ một\nSNV-2;Sở Nội vụ hai\n\n", "on": "2022-08-01"}
    assert "chia thành 2" in done(send(store, typed(form(store, "agency.split", "SNV"), **fields)))
    assert {"SNV-1", "SNV-2"} <= set(agencies(store, date(2022, 8, 1)))


@pytest.mark.parametrize(
    ("what", "fields", "told"),
    [
        ("agency.merge", {"old": "STTTT"}, "ít nhất hai cơ quan"),
        ("agency.merge", {"old": "STTTT STTTT"}, "ít nhất hai cơ quan"),
        ("agency.merge", {"old": "STTTT ZZZ"}, "Không có cơ quan, đơn vị “ZZZ”"),
        ("agency.merge", {"name": ""}, "Điền đủ các ô"),
        ("agency.merge", {"on": ""}, "Điền đủ các ô"),
        ("agency.split", {"new": "A1; Một"}, "ít nhất hai cơ quan"),
        ("agency.split", {"new": "A1; Một\nA1; Hai"}, "ít nhất hai cơ quan"),
        ("agency.split", {"new": "A1; Một\nA2"}, "Dòng “A2” chưa có tên"),
        ("agency.split", {"on": ""}, "Chưa có ngày"),
    ],
)
def test_every_fault_of_a_merger_or_split_is_a_sentence(
    shared: Store, what: str, fields: dict[str, str], told: str
) -> None:
    right = {
        "agency.merge": {"old": "STTTT SKHCN", "code": "M", "name": "Mới", "on": "01/07/2022"},
        "agency.split": {"new": "A1; Một\nA2; Hai", "on": "01/07/2022"},
    }[what]
    of = "" if what == "agency.merge" else "SNV"
    assert told in refused(send(shared, typed(form(shared, what, of), **{**right, **fields})))


def test_who_is_gone_cannot_merge_again(store: Store) -> None:
    done(send(store, typed(form(store, "agency.change", "STTTT"), valid_to="01/07/2022")))
    fields = {"old": "STTTT SKHCN", "code": "M", "name": "Mới", "on": "01/08/2022"}
    assert "không có ngay trước ngày 01/08/2022" in refused(send(store, typed(form(store, "agency.merge"), **fields)))


def test_of_two_who_change_an_agency_the_slower_one_sees_it(store: Store) -> None:
    mine = typed(form(store, "agency.change", "STTTT"), name="Của tôi")
    done(send(store, typed(form(store, "agency.change", "STTTT"), name="Của người khác")))
    answer = send(store, mine)
    words = refused(answer)
    assert "đã sửa cơ quan, đơn vị này" in words
    assert "Của người khác" in words


def test_agencies_are_looked_for(shared: Store) -> None:
    words = words_of(opened(shared, f"/admin/campaigns?c={HAU_GIANG}&q=sgtvt"))
    assert "1 trong" in words
    assert "Sở Giao thông vận tải" in words
    assert "Sở Tư pháp" not in words
    for one in provision.indicators(shared, ADMIN, HAU_GIANG):
        assert one.legal_basis in words
        assert one.definition["vi"] in words


# backup ----------------------------------------------------------------------------------------------------------
def test_a_backup_is_handed_out_logged_and_can_be_put_back(store: Store, tmp_path: Path) -> None:
    client = create_app(store).server.test_client()
    log_in(client, ADMIN.name)
    answer = client.post("/admin/backup/file", headers=with_token(client))
    assert answer.status_code == 200
    assert re.search(r"filename=chitieu-\d{8}-\d{4}\.backup", answer.headers["Content-Disposition"])
    assert answer.headers["Cache-Control"] == "no-store"
    file = tmp_path / "handed.backup"
    file.write_bytes(answer.data)
    entry = logbook.look(store, ADMIN, Wanted(kind="database")).entries[0]
    assert (entry.user, entry.action) == (ADMIN.name, "database.backup")
    restored = operations.restore(f"sqlite:///{tmp_path}/again.db", accounts.CONSOLE, file)
    assert entry.after
    assert entry.after["sha256"] == restored.manifest.sha256
    again = open_store(f"sqlite:///{tmp_path}/again.db")
    assert [one.name for one in accounts.users(again, ADMIN)] == [one.name for one in accounts.users(store, ADMIN)]
    again.close()
    told = page.done(store, ADMIN, {"what": "backup.tell", "campaign": HAU_GIANG, "at": AT}, "vi")
    assert done(told).startswith("Đã sao lưu: ")
    assert restored.manifest.sha256 in words_of(told["body"])


def test_nothing_of_a_backup_stays_behind(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    client = create_app(store).server.test_client()
    log_in(client, ADMIN.name)
    with client.post("/admin/backup/file", headers=with_token(client)) as answer:
        assert answer.status_code == 200
        assert list(place.iterdir()) == []


@pytest.mark.parametrize("role", [Role.VIEWER, Role.STAFF, Role.LEADER])
def test_a_backup_is_for_administrators(shared: Store, role: Role) -> None:
    client = create_app(shared).server.test_client()
    log_in(client, NAMES[role])
    assert client.post("/admin/backup/file", headers=with_token(client)).status_code == 403
    with pytest.raises(ForbiddenError):
        operations.holdings(shared, ACTORS[role])


def test_a_backup_needs_the_token_of_the_page(shared: Store) -> None:
    client = create_app(shared).server.test_client()
    log_in(client, ADMIN.name)
    assert client.post("/admin/backup/file").status_code == 403


def test_a_log_that_does_not_hold_is_not_backed_up(store: Store, tmp_path: Path) -> None:
    tamper(tmp_path / "people.db", "UPDATE log SET \"user\" = 'x' WHERE seq = 4")
    client = create_app(store).server.test_client()
    log_in(client, ADMIN.name)
    answer = client.post("/admin/backup/file", headers=with_token(client))
    assert (answer.status_code, answer.is_json) == (500, True)
    assert operations.handed(store, ADMIN) == ()


def test_a_full_disk_is_said(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(operations, "write_backup", full)
    client = create_app(store).server.test_client()
    log_in(client, ADMIN.name)
    assert client.post("/admin/backup/file", headers=with_token(client)).status_code == 503


def test_the_page_says_what_is_in_it_and_how_it_is_put_back(shared: Store) -> None:
    words = words_of(opened(shared, "/admin/backup"))
    assert "chitieu restore" in words
    assert "Tài khoản" in words
    assert operations.holdings(shared, ADMIN)["users"] == len(Role)


# one's own sessions ----------------------------------------------------------------------------------------------
def test_one_can_log_out_everywhere(store: Store) -> None:
    app = create_app(store)
    here, there = app.server.test_client(), app.server.test_client()
    for client in (here, there):
        log_in(client, NAMES[Role.STAFF])
    menu = words_of(opened(store, "/log", Role.STAFF))
    assert "Đăng xuất khỏi mọi thiết bị" in menu
    token = {TOKEN_FIELD: with_token(here)[TOKEN_HEADER]}
    assert there.get("/").status_code == 200
    assert here.post("/logout", data={**token, EVERYWHERE: "1"}).status_code == 303
    assert [client.get("/").status_code for client in (here, there)] == [302, 302]
    assert logbook.look(store, ADMIN, Wanted(kind="people")).entries[0].action == "user.log_out"


def test_logging_out_here_leaves_other_sessions(store: Store) -> None:
    app = create_app(store)
    here, there = app.server.test_client(), app.server.test_client()
    for client in (here, there):
        log_in(client, NAMES[Role.STAFF])
    here.post("/logout", data={TOKEN_FIELD: with_token(here)[TOKEN_HEADER]})
    assert [client.get("/").status_code for client in (here, there)] == [302, 200]


# a new campaign from last year's -----------------------------------------------------------------------------------
NEW = "hau-giang-2023"
BEGIN = {"id": NEW, "name.vi": "Hậu Giang 2023", "name.en": "Hau Giang 2023", "as_of": "15/06/2023"}


def test_a_new_campaign_is_begun_from_last_years(store: Store) -> None:
    done(send(store, typed(form(store, "agency.change", "STTTT"), valid_to="01/01/2023")))
    answer = send(store, typed(form(store, "campaign.begin", HAU_GIANG), **BEGIN))
    assert done(answer).startswith("Đã lập đợt “Hậu Giang 2023” với 101 cơ quan.")
    there = {one.code: one for one in provision.agencies(store, ADMIN, NEW)}
    assert "STTTT" not in there
    assert {one.parent for one in there.values() if one.parent} <= set(there)
    assert provision.indicators(store, ADMIN, NEW)[0].legal_basis
    staff = ACTORS[Role.STAFF]
    (base,) = desk.listed(store, staff, NEW)
    scenario = saved_scenarios.at(store, staff, base.id).scenario
    assert scenario.plan.as_of == date(2023, 6, 15)
    assert [(one.id, one.end) for one in scenario.plan.periods] == [
        ("2023Q3", date(2023, 9, 30)), ("2023Q4", date(2023, 12, 31)),
    ]  # fmt: skip
    for path in ("/", "/compare", "/figures", "/log", f"/scenarios/{NEW}/base"):
        shown = opened(store, path if "scen" in path else f"{path}?c={NEW}", Role.STAFF)
        assert any(one.startswith("/figures") and NEW in one for one in links_of(shown)), path


def test_a_new_campaign_works_once_it_has_figures(store: Store) -> None:
    done(send(store, typed(form(store, "campaign.begin", HAU_GIANG), **BEGIN)))
    head = "agency,indicator,numerator,denominator,expected_2023Q3,expected_2023Q4"
    expected = {"provided": ",", "active": ",", "online": "500,500"}
    rows = [
        f"{one.code},{indicator},{100 + at},1000,{volumes}"
        for at, one in enumerate(provision.agencies(store, ADMIN, NEW))
        for indicator, volumes in expected.items()
    ]
    file, staff = "\n".join([head, *rows, ""]).encode(), ACTORS[Role.STAFF]
    preview = importing.check(store, staff, NEW, file, "so-lieu.csv")
    assert preview.token is not None, preview.reading.problems
    importing.accept(store, staff, NEW, file, "so-lieu.csv", token=preview.token)
    words = words_of(opened(store, f"/?c={NEW}", Role.STAFF))
    assert "Hậu Giang 2023" in words
    assert "quý IV/2023" in words
    assert "SỐ LIỆU MINH HỌA" not in words
    assert "Phương án cơ sở" in words_of(opened(store, f"/scenarios/{NEW}/base?g.online=40", Role.STAFF))


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"id": "Hậu Giang"}, "không dùng làm mã đợt được"),
        ({"id": HAU_GIANG}, "Đã có đợt mang mã"),
        ({"id": "national-2022"}, "Đã có đợt mang mã"),
        ({"name.en": ""}, "Điền đủ các ô"),
        ({"as_of": "30/02/2023"}, "không phải là ngày"),
        ({"as_of": "31/12/2023"}, "ngày"),
    ],
)
def test_every_fault_of_a_new_campaign_is_a_sentence(shared: Store, fields: dict[str, str], told: str) -> None:
    said = typed(form(shared, "campaign.begin", HAU_GIANG), **{**BEGIN, **fields})
    assert told in refused(send(shared, said))
    assert NEW not in [one.id for one in provision.campaigns(shared, ADMIN)]
