"""The forms: logging in, where it leads, what it says to whom guesses, the one-time link."""

from __future__ import annotations

import re
from urllib.parse import quote

import argon2
import pytest

from dashapp.app import create_app
from dashapp.auth import login_address, safe_next
from dashapp.security import TOKEN_FIELD
from dashapp.services import accounts
from dashapp.services.database import open_store
from dashapp.services.rights import Role
from tests.dashapp.accounts.people import NAMES, PASSWORD, log_in, open_people, token_of

OURS = ("/compare", "/compare?s=a%2Fb&lang=en", "/scenarios/hau-giang-2022/base?g.online=55", "/a//b", "/đường-dẫn")
NOT_OURS = (
    "",
    None,
    "compare",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/%09/evil.example"[:1] + "\t/evil.example",
    "/\n/evil.example",
    "\n//evil.example",
    " //evil.example",
    "https://evil.example/",
    "https:evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "http:/compare",
    "/a\r\nSet-Cookie: x=y",
    "/a\x00",
    "//[",
    "/login?next=/login",
    "/logout",
    "/setup/x",
    "/_dash-layout",
    "/" + "x" * 5000,
)


@pytest.fixture
def fresh(tmp_path):
    """An application with people of its own: its limits may be reached."""
    store = open_people(tmp_path)
    yield create_app(store)
    store.close()


@pytest.fixture
def empty(tmp_path):
    """A store without anybody."""
    store = open_store(f"sqlite:///{tmp_path}/empty.db")
    yield store
    store.close()


@pytest.mark.parametrize("wanted", OURS)
def test_one_is_led_to_where_one_wanted_to_go(nobody, wanted):
    assert safe_next(wanted) == wanted
    answer = log_in(nobody, NAMES[Role.VIEWER], address=f"/login?next={quote(wanted, safe='')}")
    assert answer.status_code == 303
    assert answer.headers["Location"] == quote(wanted, safe="/?&=%")
    again = nobody.get(f"/login?next={quote(wanted, safe='')}")
    assert (again.status_code, again.headers["Location"]) == (302, quote(wanted, safe="/?&=%"))


@pytest.mark.parametrize("wanted", NOT_OURS)
def test_one_is_never_led_elsewhere(wanted):
    assert safe_next(wanted) == "/"


def test_a_log_in_with_another_aim_leads_home(nobody):
    answer = log_in(nobody, NAMES[Role.VIEWER], address="/login?next=//evil.example")
    assert answer.headers["Location"] == "/"


def test_the_way_to_the_log_in_keeps_aim_and_language(nobody):
    assert nobody.get("/").headers["Location"] == "/login"
    assert login_address("/compare?lang=en") == "/login?next=%2Fcompare%3Flang%3Den&lang=en"
    page = nobody.get("/login?next=/compare?s=a&lang=en")
    assert '<html lang="en">' in page.text
    assert 'href="/login?next=/compare%3Fs%3Da"' in page.text
    vietnamese = nobody.get("/login?next=/compare%3Fs%3Da")
    assert 'href="/login?next=/compare%3Fs%3Da%26lang%3Den&amp;lang=en"' in vietnamese.text


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_pages_take_nothing_as_markup(nobody, lang):
    wicked = '"><script>alert(1)</script>'
    page = nobody.get(f"/login?next=/{quote(wicked)}&lang={lang}&{quote(wicked)}={quote(wicked)}")
    again = nobody.post(
        f"/login?next=/{quote(wicked)}&lang={lang}",
        data={"name": wicked, "password": "x", TOKEN_FIELD: token_of(page)},
    )
    ours = re.compile(r'<script src="/assets/js/32-theme\.js\?m=[\da-f]+"></script>')
    for answer in (page, again):
        assert "<script" not in ours.sub("", answer.text)


def test_wrong_name_wrong_password_and_disabled_are_told_alike(fresh, tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/people.db")
    accounts.disable_user(store, accounts.CONSOLE, NAMES[Role.STAFF])
    store.close()
    client = fresh.server.test_client()
    told = set()
    for name, password in (
        (NAMES[Role.VIEWER], "sai mật khẩu"),
        ("khong.co.ai", PASSWORD),
        (NAMES[Role.STAFF], PASSWORD),
    ):
        answer = log_in(client, name, password)
        assert answer.status_code == 401
        told.add(answer.text.replace(name, "").replace(token_of(answer), ""))
        assert client.get("/compare").status_code == 302
    assert len(told) == 1


def test_an_unknown_name_costs_the_work_of_a_known_one(fresh, monkeypatch):
    """Each is verified once, against a hash of the same parameters: what argon2 takes depends on nothing else."""
    verified: list[argon2.Parameters] = []
    real = accounts._verify

    def watched(hash: str, password: str) -> bool:
        verified.append(argon2.extract_parameters(hash))
        return real(hash, password)

    monkeypatch.setattr(accounts, "_verify", watched)
    client = fresh.server.test_client()
    form = {TOKEN_FIELD: token_of(client.get("/login")), "password": "sai mật khẩu"}
    for name in ("khong.co.ai", NAMES[Role.VIEWER]):
        assert client.post("/login", data={**form, "name": name}).status_code == 401
    unknown, known = verified
    assert unknown == known


def test_guessing_is_slowed_down_even_for_who_guesses_right(fresh):
    client = fresh.server.test_client()
    name = NAMES[Role.LEADER]
    form = {"name": name, TOKEN_FIELD: token_of(client.get("/login"))}
    answers = [
        client.post("/login", data={**form, "password": f"sai {at}"}).status_code for at in range(accounts.NAME_TRIES)
    ]
    assert set(answers) == {401}
    refused = client.post("/login", data={**form, "password": PASSWORD})
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert f'value="{name}"' in refused.text
    assert log_in(client, NAMES[Role.STAFF]).status_code == 303


@pytest.mark.parametrize("form", [{}, {"name": "a"}, {"password": "b"}, {"name": " ", "password": "b"}])
def test_half_a_form_is_asked_for_again(nobody, form):
    page = nobody.get("/login")
    answer = nobody.post("/login", data={**form, TOKEN_FIELD: token_of(page)})
    assert (answer.status_code, "Điền đủ" in answer.text) == (400, True)


def test_a_log_in_without_the_token_of_its_page_is_refused(nobody, app):
    form = {"name": NAMES[Role.VIEWER], "password": PASSWORD}
    assert nobody.post("/login", data=form).status_code == 403
    planted = token_of(app.server.test_client().get("/login"))
    answer = nobody.post("/login", data={**form, TOKEN_FIELD: planted})
    assert (answer.status_code, "Trang đã mở quá lâu" in answer.text) == (403, True)
    assert nobody.get("/compare").status_code == 302


def test_the_first_administrator_comes_in_by_a_link_that_works_once(empty):
    app = create_app(empty)
    client, other = app.server.test_client(), app.server.test_client()
    assert "Chưa có quản trị viên" in client.get("/login").text
    old = accounts.make_setup_token(empty)
    link = f"/setup/{accounts.make_setup_token(empty)}"
    assert client.get(f"/setup/{old}").status_code == 404
    assert client.get(f"{link}x").status_code == 404
    form = {TOKEN_FIELD: token_of(client.get(link)), "name": "lan", "display_name": "Nguyễn Thị Lan"}
    for wrong in ({"password": PASSWORD, "again": "khác"}, {"password": "ngắn", "again": "ngắn"}, {}):
        answer = client.post(link, data=form | wrong)
        assert (answer.status_code, 'value="Nguyễn Thị Lan"' in answer.text) == (400, True)
    late = {**form, TOKEN_FIELD: token_of(other.get(link)), "password": PASSWORD, "again": PASSWORD}
    done = client.post(link, data=form | {"password": PASSWORD, "again": PASSWORD})
    assert (done.status_code, done.headers["Location"]) == (303, "/")
    assert client.get("/compare").status_code == 200
    assert accounts.account(empty, "lan").role is Role.ADMIN
    assert other.post(link, data=late).status_code == 404
    assert other.get(link).status_code == 404
    assert "Chưa có quản trị viên" not in other.get("/login").text
    assert log_in(other, "lan").status_code == 303


def test_a_link_alone_is_no_form(empty):
    client = create_app(empty).server.test_client()
    link = f"/setup/{accounts.make_setup_token(empty)}"
    form = {"name": "lan", "display_name": "Lan", "password": PASSWORD, "again": PASSWORD}
    assert client.post(link, data=form).status_code == 403
    assert not accounts.has_admin(empty)
    assert client.get(link).status_code == 200


def test_an_aim_that_is_no_address_breaks_nothing(nobody):
    answer = nobody.get("/login?next=/%252f%5B")
    assert answer.status_code == 200
    assert nobody.get("/login?next=/%2f[").status_code == 200
