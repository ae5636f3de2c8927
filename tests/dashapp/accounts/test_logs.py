"""The log of the service: whole, readable by machines, and silent about people and secrets."""

from __future__ import annotations

import io
import json
import logging

import pytest

from dashapp import logs
from dashapp.app import create_app
from dashapp.security import TOKEN_FIELD
from dashapp.services import accounts
from dashapp.services.database import open_store
from tests.dashapp.accounts.people import PASSWORD, ask, log_in, token_of, with_token

SHOWN = "Nguyễn Thị Lan"


@pytest.fixture
def written():
    """What the log holds while the test runs."""
    root = logging.getLogger()
    kept = (root.handlers[:], root.level)
    stream = io.StringIO()
    logs.start(stream)
    yield stream
    logging.captureWarnings(False)
    root.handlers[:], root.level = kept


def test_the_server_tells_of_its_own_coming_and_going_but_not_of_requests(written):
    server = logging.getLogger(logs.SERVER)
    server.info("Listening at: %s (%s)", "http://127.0.0.1:8050", 17)
    server.warning("Request of %s", "203.0.113.9")
    events = [json.loads(line)["event"] for line in written.getvalue().splitlines()]
    assert events == ["Listening at: http://127.0.0.1:8050 (17)", "Request of %s"]


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_whole_day_leaves_no_trace_of_anybody(tmp_path, written, monkeypatch):
    store = open_store(f"sqlite:///{tmp_path}/x.db")
    client = create_app(store).server.test_client()
    secret = accounts.make_setup_token(store)
    page = client.get(f"/setup/{secret}")
    form = {TOKEN_FIELD: token_of(page), "name": "lan.nguyen", "display_name": SHOWN}
    client.post(f"/setup/{secret}", data={**form, "password": PASSWORD, "again": PASSWORD})
    headers = with_token(client)
    ask(client, "/scenarios/hau-giang-2022/base?a=SGTVT", **headers)
    log_in(create_app(store).server.test_client(), "lan.nguyen", "mật khẩu sai")
    client.post("/khong-co", headers={"User-Agent": "secret-agent", "X-Forwarded-For": "203.0.113.9"})

    def broken(*_: object) -> None:
        raise ValueError(f"{SHOWN} {PASSWORD}")

    monkeypatch.setattr("dashapp.pages.router.route", broken)
    assert ask(client, **headers).status_code == 500
    client.post("/logout", data={TOKEN_FIELD: headers["X-CSRFToken"]})
    store.close()
    text = written.getvalue()
    traces = ["lan.nguyen", SHOWN, "Lan", PASSWORD, "mật khẩu sai", secret, headers["X-CSRFToken"], "SGTVT"]
    for trace in (*traces, "secret-agent", "203.0.113.9", "127.0.0.1", "khong-co", str(tmp_path)):
        assert trace not in text, trace
        assert json.dumps(trace)[1:-1] not in text, trace
    told = lines(written)
    assert {"first_administrator", "login_refused", "logout", "request"} <= {str(one["event"]) for one in told}
    routes = {one.get("route") for one in told}
    assert {"/setup/<secret>", "/_dash-update-component", "/login", "/logout"} <= routes


def test_what_broke_is_found_by_its_number(store, written, monkeypatch, viewer):
    headers = with_token(viewer)
    monkeypatch.setattr("dashapp.pages.router.route", lambda *_: {}["no such key"])
    number = ask(viewer, **headers).headers["X-Request-Id"]
    (fault,) = [one for one in lines(written) if one["level"] == "error" and "error" in one]
    (request,) = [one for one in lines(written) if one["event"] == "request" and one["status"] == 500]
    assert request["request"] == number
    assert fault["request"] == number
    (error,) = fault["error"]  # type: ignore[misc]
    assert error["type"] == "builtins.KeyError"
    assert any(place.startswith("callbacks/routing.py:") for place in error["at"])
    assert "no such key" not in written.getvalue()


def test_words_of_others_lose_what_was_filled_in(written):
    logging.getLogger("gunicorn.error").warning("Invalid request from ip=%s: %s", "203.0.113.9", "x")
    logging.getLogger("anything").error("no\nbreak \x1b[31m %s", "lan")
    first, second = lines(written)
    assert first["event"] == "Invalid request from ip=%s: %s"
    assert second["event"] == "no\nbreak \x1b[31m %s"
    assert len(written.getvalue().splitlines()) == 2
    assert "\x1b" not in written.getvalue()


def test_an_event_says_only_what_it_may(written):
    logs.say("login", role="staff", name="lan", password="x")  # noqa: S106
    (line,) = lines(written)
    assert (line["event"], line["role"], line["level"]) == ("login", "staff", "info")
    assert not {"name", "password"} & set(line)
    assert str(line["time"]).endswith("+00:00")


def test_a_terminal_is_spared_and_a_level_is_obeyed(monkeypatch, written):
    monkeypatch.setattr(written, "isatty", lambda: True)
    logs.start(written)
    logs.say("request")
    assert written.getvalue() == ""
    logs.start(written, "debug")
    logs.say("request", logging.DEBUG)
    assert len(lines(written)) == 1
