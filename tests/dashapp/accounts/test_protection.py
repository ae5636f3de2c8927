"""Headers, cookies, proxies, the key file, the database that is away."""

from __future__ import annotations

import os
import stat
import threading

import pytest
from flask import request

from dashapp import security
from dashapp.app import create_app
from dashapp.refusals import ServeError
from dashapp.services import accounts
from dashapp.services.database import StoreError, open_store
from dashapp.services.rights import Role
from dashapp.settings import Settings, SettingsError, database_url, is_loopback
from tests.dashapp.accounts.people import NAMES, ask, log_in, with_token

HOST = "chitieu.example"


def cookies(answer) -> dict[str, str]:
    return {one.partition("=")[0]: one for one in answer.headers.getlist("Set-Cookie")}


def test_every_answer_has_every_header(viewer, nobody):
    for client, path in ((viewer, "/compare"), (nobody, "/login"), (nobody, "/x"), (nobody, "/assets/no.css")):
        with client.get(path) as answer:
            for name, value in security.HEADERS.items():
                assert answer.headers[name] == value, (path, name)
            policy = answer.headers["Content-Security-Policy"]
            assert "unsafe" not in policy.partition("script-src")[2].partition(";")[0]
            assert "frame-ancestors 'none'" in policy
            assert "Strict-Transport-Security" not in answer.headers
            assert "Server-Timing" not in answer.headers


def test_cookies_on_plain_http(nobody):
    page = nobody.get("/login")
    assert cookies(page)["chitieu"].endswith("; HttpOnly; Path=/; SameSite=Lax")
    log_in(nobody, NAMES[Role.VIEWER])
    given = cookies(nobody.get("/compare"))["_csrf_token"]
    assert given.endswith("; Path=/; SameSite=Strict")


def test_behind_tls_cookies_are_secure_and_bound_to_the_host(store):
    app = create_app(store, Settings(public_url=f"https://{HOST}"))
    client = app.server.test_client()
    base = f"https://{HOST}"
    page = client.get("/login", base_url=base)
    assert page.headers["Strict-Transport-Security"].startswith("max-age=")
    cookie = cookies(page)["__Host-chitieu"]
    assert all(part in cookie for part in ("; Secure", "; HttpOnly", "; Path=/", "; SameSite=Lax"))
    assert "Domain" not in cookie


def test_only_proxies_of_ours_are_believed(store):
    for proxies, seen in ((0, "127.0.0.1"), (1, "192.0.2.1"), (2, "198.51.100.9")):
        app = create_app(store, Settings(proxies=proxies))
        with app.server.test_client() as client:
            headers = {"X-Forwarded-For": "203.0.113.5, 198.51.100.9, 192.0.2.1", "X-Forwarded-Host": "evil.example"}
            client.get("/login", headers=headers)
            assert request.remote_addr == seen
            assert request.host == "localhost"


def test_answers_of_what_breaks_inside_say_nothing_of_it(store, monkeypatch):
    app = create_app(store)
    client = app.server.test_client()
    log_in(client, NAMES[Role.VIEWER])
    monkeypatch.setattr("dashapp.pages.router.route", lambda *_: 1 / 0)
    answer = ask(client, **with_token(client))
    assert (answer.status_code, answer.json["error"]) == (500, "broken")
    assert "division" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.json["number"] == answer.headers["X-Request-Id"]


@pytest.mark.parametrize(
    ("code", "status"), [("unavailable", 503), ("busy", 503), ("disk_full", 503), ("damaged", 500)]
)
def test_a_database_that_is_away_is_one_clear_message(store, monkeypatch, code, status):
    app = create_app(store)
    client = app.server.test_client()
    log_in(client, NAMES[Role.VIEWER])

    def away(*_: object) -> None:
        raise StoreError(code)

    monkeypatch.setattr("dashapp.services.sessions.account_of", away)
    page, answer = client.get("/compare"), ask(client)
    assert (page.status_code, answer.status_code) == (status, status)
    assert "Chưa dùng được kho dữ liệu" in page.text or status == 500
    monkeypatch.setattr("dashapp.services.accounts.authenticate", away)
    assert log_in(app.server.test_client(), "lan").status_code == status


def test_readiness_follows_the_database(tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/x.db")
    client = create_app(store).server.test_client()
    assert (client.get("/readyz").status_code, client.get("/healthz").status_code) == (200, 200)
    store.close()
    for path in tmp_path.iterdir():
        path.unlink()
    (tmp_path / "x.db").mkdir()
    assert (client.get("/readyz").status_code, client.get("/healthz").status_code) == (503, 200)
    assert client.get("/readyz").json == {"status": "unavailable"}


# the key ----------------------------------------------------------------------------------------------


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    settings = Settings(folder=tmp_path / "var" / "deep")
    key = security.secret_key(settings)
    path = settings.folder / security.KEY_FILE
    assert len(key) == 64
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(settings.folder.stat().st_mode) == 0o700
    assert security.secret_key(settings) == key
    assert [one.name for one in settings.folder.iterdir()] == [security.KEY_FILE]
    assert security.secret_key(Settings(folder=tmp_path / "other")) != key
    assert security.secret_key(Settings(folder=tmp_path / "none", secret_key="k" * 40)) == "k" * 40
    assert not (tmp_path / "none").exists()


def test_many_at_once_agree_on_one_key(tmp_path):
    settings = Settings(folder=tmp_path)
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(security.secret_key(settings))) for _ in range(16)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(found) == 16
    assert len(set(found)) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_read_is_refused(tmp_path, mode):
    settings = Settings(folder=tmp_path)
    security.secret_key(settings)
    (tmp_path / security.KEY_FILE).chmod(mode)
    with pytest.raises(ServeError) as refused:
        security.secret_key(settings)
    assert refused.value.code == "key_open"


@pytest.mark.parametrize("text", ["", "short", "x" * 65, "x" * 64 + "\n" + "y", "-" * 64])
def test_a_damaged_key_is_refused_not_replaced(tmp_path, text):
    path = tmp_path / security.KEY_FILE
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(ServeError) as refused:
        security.secret_key(Settings(folder=tmp_path))
    assert refused.value.code == "key_damaged"
    assert path.read_text() == text


def test_a_key_file_is_no_link(tmp_path):
    (tmp_path / "elsewhere").write_text("0" * 64)
    os.symlink(tmp_path / "elsewhere", tmp_path / security.KEY_FILE)
    with pytest.raises(OSError, match="symbolic links"):
        security.secret_key(Settings(folder=tmp_path))


# settings ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("localhost", True),
        ("LOCALHOST", True),
        ("::1", True),
        ("[::1]", True),
        ("0.0.0.0", False),  # noqa: S104
        ("::", False),
        ("", False),
        ("localhost.evil.example", False),
        ("192.168.1.2", False),
    ],
)
def test_loopback(host, expected):
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://Chitieu.Example", "https://chitieu.example"),
        ("https://chitieu.example/", "https://chitieu.example"),
        ("https://chitieu.example:443", "https://chitieu.example"),
        ("http://chitieu.example:8080", "http://chitieu.example:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_public_addresses(text, expected):
    assert Settings.from_environment({"CHITIEU_PUBLIC_URL": text}).public_url == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CHITIEU_PUBLIC_URL", "chitieu.example"),
        ("CHITIEU_PUBLIC_URL", "ftp://chitieu.example"),
        ("CHITIEU_PUBLIC_URL", "https://chitieu.example/path"),
        ("CHITIEU_PUBLIC_URL", "https://user@chitieu.example"),
        ("CHITIEU_PUBLIC_URL", "https://chitieu.example:x"),
        ("CHITIEU_PUBLIC_URL", "https://"),
        ("CHITIEU_PROXIES", "-1"),
        ("CHITIEU_PROXIES", "9"),
        ("CHITIEU_PROXIES", "x"),
        ("CHITIEU_SECRET_KEY", "short"),
        ("CHITIEU_LOG_LEVEL", "loud"),
    ],
)
def test_settings_that_mean_nothing(name, value):
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({name: value})
    assert refused.value.details["setting"] == name
    assert name != "CHITIEU_SECRET_KEY" or value not in str(refused.value)


def test_where_the_data_is():
    assert database_url({}) == "sqlite:///var/chitieu.db"
    assert database_url({"CHITIEU_VAR": "/srv/chitieu"}) == "sqlite:////srv/chitieu/chitieu.db"
    assert database_url({"CHITIEU_DATABASE_URL": "postgresql:///x", "CHITIEU_VAR": "y"}) == "postgresql:///x"


def test_settings_show_no_secret():
    settings = Settings(secret_key="k" * 40, database_url="postgresql://u:geheim@h/d")
    assert "kkk" not in repr(settings)
    assert "geheim" not in repr(settings)
    assert accounts.LEAST_PASSWORD >= 8
