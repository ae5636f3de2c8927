"""Whatever is asked, by whatever method: nobody gets in without a session, and nothing goes beyond the rights."""

from __future__ import annotations

from types import MappingProxyType

import pytest
from dash import Dash

from dashapp import access
from dashapp.app import create_app
from dashapp.services.rights import Action, Role
from dashapp.settings import Settings
from tests.dashapp.accounts.people import NAMES, ask, log_in, token, with_token

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
FILLED = MappingProxyType(
    {
        "<path:path>": "anything/at/all",
        "<string:package_name>/<path:fingerprinted_path>": "dash/deps/polyfill.js",
        "<path:filename>": "css/20-theme.css",
        "<secret>": "0" * 43,
    }
)
STRANGE = (
    "/figures",
    "/download/figures.csv",
    "/assets/../app.py",
    "/assets/%2e%2e/%2e%2e/setup.cfg",
    "/assets/..%5capp.py",
    "/login/",
    "/login/../compare",
    "/setup",
    "/setup/",
    "/healthz/",
    "/static/app.py",
    "/_dash-update-component/",
    "/_dash-component-suites/dash/../../setup.cfg",
    "/%00",
    "/.git/config",
)


def addresses(app: Dash) -> dict[str, str]:
    """Endpoint -> an address of it."""
    found = {}
    for rule in app.server.url_map.iter_rules():
        address = rule.rule
        for part, value in FILLED.items():
            address = address.replace(part, value)
        found[rule.endpoint] = address
    return found


def test_every_route_and_callback_has_its_action(app):
    assert set(access.actions_of(app).values()) == set(access.CALLBACKS.values())
    assert set(addresses(app)) == access.PUBLIC | set(access.ROUTES) | {access.CALLBACK}


@pytest.mark.parametrize("method", METHODS)
def test_nobody_gets_in_anywhere(app, nobody, method):
    where = app.server.url_map.bind("localhost")
    for endpoint, address in addresses(app).items():
        with nobody.open(address, method=method) as answer:
            leads = answer.headers.get("Location", "")
            if endpoint in access.PUBLIC:
                continue
            # what is posted only is a page's address like any other when it is opened
            if method in ("GET", "HEAD") and where.match(address, method)[0] in access.PAGES:
                assert (answer.status_code, leads.startswith("/login")) == (302, True), endpoint
            else:
                assert (answer.status_code, leads) == (401, ""), endpoint


@pytest.mark.parametrize("path", STRANGE)
def test_no_address_leads_around_the_guard(nobody, path):
    for method in METHODS:
        with nobody.open(path, method=method) as answer:
            options = method == "OPTIONS" and path.startswith("/assets/")
            assert answer.status_code in ((200,) if options else (302, 400, 401, 404, 405)), method
            assert answer.headers.get("Location", "/login").startswith("/login")
            assert "react-entry-point" not in answer.text
            assert "def create_app" not in answer.text


def test_public_routes_show_nothing_of_the_work(app, nobody):
    for endpoint in sorted(access.PUBLIC - {access.ASSETS, access.STYLE, access.SCRIPT}):
        with nobody.get(addresses(app)[endpoint]) as answer:
            assert "_dash-" not in answer.text
            assert "hau-giang" not in answer.text


def test_a_callback_posted_by_hand_without_a_session(nobody):
    answer = ask(nobody)
    assert (answer.status_code, answer.json["error"]) == (401, "login")
    assert set(answer.json["message"]) == {"vi", "en"}


def test_a_callback_needs_the_token_of_its_session(viewer, enter):
    good = with_token(viewer)
    assert ask(viewer, **good).status_code == 200
    for headers in ({}, {"X-CSRFToken": ""}, {"X-CSRFToken": "x"}, with_token(enter(Role.ADMIN))):
        answer = ask(viewer, **headers)
        assert (answer.status_code, answer.json["error"]) == (403, "csrf")


@pytest.mark.parametrize(
    "header",
    [
        ("Origin", "http://evil.example"),
        ("Origin", "null"),
        ("Origin", "http://["),
        ("Origin", "http://localhost.evil.example"),
        ("Origin", "http://localhost:81"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
    ],
)
def test_a_post_from_another_site_is_refused_even_with_the_token(viewer, header):
    answer = ask(viewer, **with_token(viewer), **dict([header]))
    assert (answer.status_code, answer.json["error"]) == (403, "cross_site")


def test_a_post_from_our_own_page_is_not(viewer):
    assert ask(viewer, **with_token(viewer), Origin="http://localhost").status_code == 200
    assert ask(viewer, **with_token(viewer), **{"Sec-Fetch-Site": "same-origin"}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8050", "localhost.evil.example", "192.0.2.7", "a b"])
def test_another_host_name_is_not_ours(viewer, host):
    assert viewer.get("/compare", headers={"Host": host}).status_code in (400, 421)
    assert viewer.get("/healthz", headers={"Host": "192.0.2.7"}).status_code == 200


def test_the_public_address_is_ours(store):
    app = create_app(store, Settings(host="0.0.0.0", public_url="https://chitieu.example"))  # noqa: S104
    client = app.server.test_client()
    assert client.get("/login", headers={"Host": "chitieu.example"}).status_code == 200
    assert client.get("/login", headers={"Host": "evil.example"}).status_code == 421
    answer = ask(client, Host="chitieu.example", Origin="https://chitieu.example")
    assert answer.status_code == 401
    assert ask(client, Host="chitieu.example", Origin="https://evil.example").status_code == 403


@pytest.mark.parametrize("body", ["{{{", "[]", "null", '"x"', "{}", '{"output": 1}', '{"output": ["page.children"]}'])
def test_what_is_no_callback_is_refused(viewer, body):
    headers = {**with_token(viewer), "Content-Type": "application/json"}
    assert viewer.post("/_dash-update-component", data=body, headers=headers).status_code == 400


@pytest.mark.parametrize("output", ["x", "page.title", "page.children@0", "..page.children..", "url.pathname"])
def test_a_callback_that_is_in_no_table_is_refused(viewer, output):
    answer = viewer.post("/_dash-update-component", json={"output": output, "inputs": []}, headers=with_token(viewer))
    assert answer.status_code == 403


def test_a_callback_without_its_inputs_is_refused(viewer):
    body = {"output": "page.children", "inputs": [], "outputs": {"id": "page", "property": "children"}}
    assert viewer.post("/_dash-update-component", json=body, headers=with_token(viewer)).status_code == 400


def test_without_the_right_a_callback_is_forbidden(store, monkeypatch):
    table = {**access.CALLBACKS, "routing.routed": Action.APPROVE}
    monkeypatch.setattr(access, "CALLBACKS", MappingProxyType(table))
    app = create_app(store)
    for role, status in ((Role.VIEWER, 403), (Role.STAFF, 403), (Role.ADMIN, 403), (Role.LEADER, 200)):
        client = app.server.test_client()
        log_in(client, NAMES[role])
        answer = ask(client, **with_token(client))
        assert (role, answer.status_code) == (role, status)
        assert status == 200 or answer.json["error"] == "forbidden"


def test_without_the_right_a_route_is_forbidden(store, monkeypatch):
    table = {**access.ROUTES, "/_dash-layout": Action.MANAGE_USERS}
    monkeypatch.setattr(access, "ROUTES", MappingProxyType(table))
    app = create_app(store)
    for role, status in ((Role.LEADER, 403), (Role.ADMIN, 200)):
        client = app.server.test_client()
        log_in(client, NAMES[role])
        assert client.get("/_dash-layout").status_code == status


def test_an_application_with_an_unlisted_callback_or_route_does_not_start(store, monkeypatch):
    fewer = {name: action for name, action in access.CALLBACKS.items() if name != "workbench.move"}
    with monkeypatch.context() as patch:
        patch.setattr(access, "CALLBACKS", MappingProxyType(fewer))
        with pytest.raises(access.UnlistedError, match=r"workbench\.move"):
            create_app(store)
    fewer = {name: action for name, action in access.ROUTES.items() if name != "/_dash-layout"}
    monkeypatch.setattr(access, "ROUTES", MappingProxyType(fewer))
    with pytest.raises(access.UnlistedError, match="_dash-layout"):
        create_app(store)


def test_what_is_too_large_is_refused(viewer, nobody):
    answer = viewer.post("/_dash-update-component", data=b"x" * 1_000_001, headers=with_token(viewer))
    assert answer.status_code == 413
    answer = nobody.post("/login", data={"name": "a", "password": "x" * 10_000})
    assert answer.status_code == 413


def test_nothing_that_is_shown_is_kept(viewer):
    for path in ("/compare", "/_dash-layout", "/password", "/healthz"):
        with viewer.get(path) as answer:
            assert answer.headers["Cache-Control"] == "no-store", path
    assert ask(viewer, **with_token(viewer)).headers["Cache-Control"] == "no-store"
    assert token(viewer)
