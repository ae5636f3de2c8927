"""When a session begins, and everything that ends it, whatever copies of its cookie there are."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest

from dashapp import auth
from dashapp.app import create_app
from dashapp.security import TOKEN_FIELD
from dashapp.services import accounts, sessions
from dashapp.services.rights import Role
from dashapp.settings import Settings
from tests.dashapp.accounts.people import NAMES, PASSWORD, ask, log_in, token, token_of, with_token

NEXT_PASSWORD = "một câu khác cũng dài"  # noqa: S105


def is_in(client) -> bool:
    return client.get("/compare").status_code == 200


def cookie(client) -> str:
    found = client.get_cookie("chitieu")
    return "" if found is None else found.value


def copy_of(app, value: str):
    """Somebody else's browser with the same cookie."""
    client = app.server.test_client()
    client.set_cookie("chitieu", value)
    return client


@pytest.fixture
def somebody(store):
    """A new person whose account may be changed."""
    name = f"p{time.time_ns()}"
    accounts.add_user(store, accounts.CONSOLE, name, role=Role.STAFF, password=PASSWORD)
    return name


def test_logging_in_begins_another_session(app, nobody):
    nobody.get("/login")
    before = cookie(nobody)
    with nobody.session_transaction() as held:
        held["planted"] = "by somebody else"
        first = held["csrf_token"]
    log_in(nobody, NAMES[Role.VIEWER])
    with nobody.session_transaction() as held:
        assert "planted" not in held
        assert held.get("csrf_token") != first
    assert cookie(nobody) != before
    assert not is_in(copy_of(app, before))


def test_a_session_holds_nothing_that_others_could_use(nobody):
    log_in(nobody, NAMES[Role.STAFF])
    with nobody.session_transaction() as held:
        assert set(held) <= {"_user_id", "_fresh", "_id", "begun", "seen", "epoch", "secret", "csrf_token"}
        assert PASSWORD not in str(dict(held))


def test_logging_out_ends_every_copy(app, viewer):
    copy = copy_of(app, cookie(viewer))
    assert is_in(copy)
    answer = viewer.post("/logout", data={TOKEN_FIELD: token(viewer)})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
    assert not is_in(viewer)
    assert not is_in(copy)
    assert viewer.get_cookie("_csrf_token") is None


def test_logging_out_ends_no_other_session(app, viewer, enter):
    other = enter(Role.VIEWER)
    viewer.post("/logout", data={TOKEN_FIELD: token(viewer)})
    assert is_in(other)


@pytest.mark.parametrize("data", [{}, {TOKEN_FIELD: "x"}])
def test_nobody_is_logged_out_from_elsewhere(viewer, data):
    assert viewer.post("/logout", data=data).status_code == 403
    assert viewer.get("/logout").status_code == 200
    assert is_in(viewer)


@pytest.mark.parametrize(("key", "age"), [("seen", timedelta(hours=1)), ("begun", timedelta(hours=12))])
def test_disuse_and_age_end_a_session(viewer, key, age):
    with viewer.session_transaction() as held:
        held[key] -= int(age.total_seconds()) - 60
    assert is_in(viewer)
    with viewer.session_transaction() as held:
        held[key] = int(time.time() - age.total_seconds()) - 1
    assert not is_in(viewer)
    assert ask(viewer).status_code == 401


def test_use_keeps_a_session_alive_but_not_for_ever(viewer):
    with viewer.session_transaction() as held:
        held["seen"] -= 3000
        begun = held["begun"]
    assert is_in(viewer)
    with viewer.session_transaction() as held:
        assert time.time() - held["seen"] < 60
        assert held["begun"] == begun


@pytest.mark.parametrize("key", ["begun", "seen", "epoch", "secret", "_user_id"])
@pytest.mark.parametrize("value", [None, "x", 1.5])
def test_a_session_that_lacks_something_is_none(viewer, key, value):
    with viewer.session_transaction() as held:
        held[key] = value
    assert not is_in(viewer)


def test_a_cookie_signed_by_another_key_is_none(store, viewer):
    other = create_app(store, Settings(secret_key="0" * 64))
    assert not is_in(copy_of(other, cookie(viewer)))


def test_workers_with_one_key_share_sessions(store):
    one, two = (create_app(store, Settings(secret_key="1" * 64)) for _ in range(2))
    client = one.server.test_client()
    log_in(client, NAMES[Role.LEADER])
    headers = with_token(client)
    other = copy_of(two, cookie(client))
    assert is_in(other)
    assert ask(other, **headers).status_code == 200


def test_a_new_password_ends_all_sessions_but_the_one_that_set_it(app, store, somebody):
    here, there = app.server.test_client(), app.server.test_client()
    log_in(here, somebody)
    log_in(there, somebody)
    before = cookie(here)
    page = here.get("/password")
    assert f'value="{somebody}"' in page.text
    form = {TOKEN_FIELD: token_of(page), "old": PASSWORD, "password": NEXT_PASSWORD, "again": NEXT_PASSWORD}
    answer = here.post("/password", data=form, follow_redirects=True)
    assert "Đã đổi mật khẩu" in answer.text
    assert "Đã đổi mật khẩu" not in here.get("/password").text
    assert is_in(here)
    assert not is_in(there)
    assert not is_in(copy_of(app, before))
    assert log_in(there, somebody).status_code == 401
    assert log_in(there, somebody, NEXT_PASSWORD).status_code == 303


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"old": "sai mật khẩu rồi"}, 400),
        ({"again": "khác hẳn câu trên"}, 400),
        ({"password": "ngắn", "again": "ngắn"}, 400),
        ({"password": "", "again": ""}, 400),
        ({TOKEN_FIELD: "x"}, 403),
    ],
)
def test_a_password_is_not_changed_by_halves(app, somebody, change, status):
    client = app.server.test_client()
    log_in(client, somebody)
    form = {TOKEN_FIELD: token(client), "old": PASSWORD, "password": NEXT_PASSWORD, "again": NEXT_PASSWORD}
    assert client.post("/password", data=form | change).status_code == status
    assert is_in(client)
    assert log_in(app.server.test_client(), somebody).status_code == 303


def test_administration_ends_sessions_at_once(app, store, somebody):
    admin = accounts.CONSOLE
    for end in (
        lambda: accounts.set_password(store, admin, somebody, PASSWORD),
        lambda: accounts.change_role(store, admin, somebody, Role.VIEWER),
        lambda: accounts.log_out_everywhere(store, accounts.account(store, somebody).actor),
        lambda: accounts.disable_user(store, admin, somebody),
    ):
        client = app.server.test_client()
        log_in(client, somebody)
        assert is_in(client)
        end()
        assert not is_in(client)
        assert ask(client).status_code == 401
    assert log_in(app.server.test_client(), somebody).status_code == 401


def test_a_changed_role_counts_from_the_next_request(app, store, somebody):
    client = app.server.test_client()
    log_in(client, somebody)
    assert "Chuyên viên" in json.dumps(ask(client, **with_token(client)).json, ensure_ascii=False)
    accounts.change_role(store, accounts.CONSOLE, somebody, Role.LEADER)
    log_in(client, somebody)
    shown = json.dumps(ask(client, **with_token(client)).json, ensure_ascii=False)
    assert "Lãnh đạo" in shown
    assert "Chuyên viên" not in shown


def test_the_store_knows_no_secret(store, viewer):
    with viewer.session_transaction() as held:
        secret = held[auth.SECRET]
    assert sessions.account_of(store, NAMES[Role.VIEWER], 1, secret)
    assert sessions.account_of(store, NAMES[Role.ADMIN], 1, secret + "x") is None
    assert sessions.account_of(store, NAMES[Role.VIEWER], 2, secret) is None
    sessions.end(store, secret)
    sessions.end(store, secret)
    assert sessions.account_of(store, NAMES[Role.VIEWER], 1, secret) is None
