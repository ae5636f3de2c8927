"""Every way in, tried as nobody and as each role, against the one table of rights (`services.RIGHTS`).

Routes, callbacks and services are found in the application itself; one that is in no table fails here. Beside the
rights that routes and callbacks stand for today, each of them is given every other right in turn: whatever is written
down for it is what decides.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import pytest
from dash import Dash, Input, Output
from flask.testing import FlaskClient

import dashapp.services
from dashapp import access
from dashapp.app import create_app
from dashapp.services.database import Store
from dashapp.services.refused import ForbiddenError
from dashapp.services.rights import RIGHTS, Action, Actor, Role, action_of, may
from dashapp.settings import Settings
from tests.dashapp.accounts.people import NAMES, log_in, open_people, token

KEY = Settings(secret_key="k" * 40)
PERSONS: tuple[Role | None, ...] = (None, *Role)
SAFE = ("GET", "HEAD", "OPTIONS")
METHODS = (*SAFE, "POST", "PUT", "PATCH", "DELETE")

GRANTED: Mapping[Role, frozenset[Action]] = MappingProxyType(
    {
        Role.VIEWER: frozenset({Action.READ, Action.OWN_ACCOUNT}),
        Role.STAFF: frozenset(
            {
                Action.READ, Action.OWN_ACCOUNT, Action.READ_LOG, Action.IMPORT_FIGURES, Action.EDIT_SCENARIOS,
                Action.RUN, Action.CHOOSE, Action.FINALISE, Action.SUBMIT,
            }
        ),
        Role.LEADER: frozenset(
            {
                Action.READ, Action.OWN_ACCOUNT, Action.READ_LOG, Action.EDIT_SCENARIOS, Action.RUN, Action.CHOOSE,
                Action.RETURN, Action.APPROVE, Action.ISSUE,
            }
        ),
        Role.ADMIN: frozenset(
            {
                Action.READ, Action.OWN_ACCOUNT, Action.READ_LOG, Action.MANAGE_USERS, Action.MANAGE_CAMPAIGNS,
                Action.BACK_UP, Action.VERIFY_LOG,
            }
        ),
    }
)  # fmt: skip
"""The same rights seen from the side of the roles, as they were agreed; a right that moves must be moved here too."""

FILLED: Mapping[str, str] = MappingProxyType(
    {
        "<path:path>": "scenarios/hau-giang-2022/base",
        "<string:package_name>/<path:fingerprinted_path>": "dash/deps/polyfill.js",
        "<path:filename>": "css/20-theme.css",
        "<secret>": "0" * 43,
    }
)

ASKED_AGAIN = frozenset({access.LOG_FILE, access.BACKUP_FILE})
"""Routes whose services ask for the right once more, even where nothing was sent along."""

FOR_ANYBODY = frozenset(
    {
        "accounts.account", "accounts.authenticate", "accounts.create_first_admin", "accounts.has_admin",
        "accounts.make_setup_token", "accounts.setup_open", "database.existing_store", "database.open_store",
        "provision.ensure_campaigns", "sessions.account_of", "sessions.begin", "sessions.end",
    }
)  # fmt: skip
"""Services that work on a store for nobody in particular: before there is a session, and at the first start."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = open_people(tmp_path_factory.mktemp("rights"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def app(store: Store) -> Dash:
    return create_app(store, KEY)


@pytest.fixture(scope="module")
def cookies(app: Dash) -> Mapping[Role, Mapping[str, str]]:
    """What the browser of one person of each role holds, and the token that it sends."""
    found = {}
    for role, name in NAMES.items():
        client = app.server.test_client()
        assert log_in(client, name).status_code == 303
        sent = token(client)
        session = client.get_cookie("chitieu")
        assert session is not None
        found[role] = {"session": session.value, "token": sent}
    return found


@pytest.fixture
def tries() -> list[int]:
    """Counts in its only place."""
    return [0]


def as_person(app: Dash, role: Role | None, cookies: Mapping[Role, Mapping[str, str]]) -> tuple[FlaskClient, str]:
    """A browser of somebody, and the token that goes with what is posted."""
    client = app.server.test_client()
    if role is None:
        return client, ""
    client.set_cookie("chitieu", cookies[role]["session"])
    return client, cookies[role]["token"]


def ways(app: Dash) -> Iterator[tuple[str, str, str]]:
    """(endpoint, address, method) of every route; the ones for callbacks and pages too."""
    for rule in app.server.url_map.iter_rules():
        address = rule.rule
        for part, value in FILLED.items():
            address = address.replace(part, value)
        assert "<" not in address, f"{rule.rule}: say in FILLED what stands for its variable"
        yield from ((rule.endpoint, address, method) for method in sorted(rule.methods or ()))


def body(app: Dash, output: str) -> dict[str, Any]:
    """A callback as somebody would post it by hand: the right names, nothing in them."""
    entry = app.callback_map[output]
    return {
        "output": output,
        "outputs": [],
        "inputs": [{**one, "value": None} for one in entry["inputs"]],
        "state": [{**one, "value": None} for one in entry["state"]],
        "changedPropIds": [],
    }


def enters(status: int) -> bool:
    """True if the guard let it in, whatever came of it."""
    return status not in (401, 403) and status < 600


# --- the application as it is ----------------------------------------------------------------------------------------


def test_the_rights_are_those_agreed() -> None:
    assert {role: frozenset(one for one in Action if may(role, one)) for role in Role} == dict(GRANTED)
    assert set(RIGHTS) == set(Action)


@pytest.mark.parametrize("role", PERSONS)
def test_every_route(
    app: Dash, cookies: Any, role: Role | None, tries: list[int], record_property: Callable[[str, object], None]
) -> None:
    _try_routes(app, cookies, role, dict(access.ROUTES), tries)
    record_property("sum: rights tried on routes", tries[0])


@pytest.mark.parametrize("role", PERSONS)
def test_every_callback_posted_by_hand(
    app: Dash, cookies: Any, role: Role | None, tries: list[int], record_property: Callable[[str, object], None]
) -> None:
    _try_callbacks(app, cookies, role, dict(access.CALLBACKS), tries)
    assert tries[0] >= len(access.CALLBACKS)
    record_property("sum: rights tried on callbacks", tries[0])


@pytest.mark.parametrize("method", METHODS)
def test_an_address_that_nobody_wrote_down_is_closed(app: Dash, cookies: Any, method: str) -> None:
    client, _ = as_person(app, None, cookies)
    for path in ("/download/table.xlsx", "/figures", "/_dash-update-component/x", "/static/app.py"):
        status = client.open(path, method=method).status_code
        assert status == (302 if method in ("GET", "HEAD") else 401)


# --- each with every right -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", Action)
def test_what_is_written_down_decides(
    action: Action,
    store: Store,
    cookies: Any,
    monkeypatch: pytest.MonkeyPatch,
    tries: list[int],
    record_property: Callable[[str, object], None],
) -> None:
    own, own_callbacks = access.ROUTES, access.CALLBACKS
    routes = dict.fromkeys(access.ROUTES, action)
    callbacks = dict.fromkeys(access.CALLBACKS, action)
    monkeypatch.setattr(access, "ROUTES", routes)
    monkeypatch.setattr(access, "CALLBACKS", callbacks)
    changed = create_app(store, KEY)
    for role in PERSONS:
        _try_routes(changed, cookies, role, routes, tries, own)
        _try_callbacks(changed, cookies, role, callbacks, tries, own_callbacks)
    record_property("sum: rights tried on routes and callbacks, each standing for each right", tries[0])


def not_behind(role: Role, name: str, own: Mapping[str, Action]) -> bool:
    """False where the service behind a door that stands open refuses all the same."""
    return name not in ASKED_AGAIN or name not in own or may(role, own[name])


def _try_routes(
    app: Dash,
    cookies: Any,
    role: Role | None,
    table: Mapping[str, Action],
    tries: list[int],
    own: Mapping[str, Action] = MappingProxyType({}),
) -> None:
    """`own`: the rights as they are written down, where `table` holds others."""
    for endpoint, address, method in ways(app):
        if endpoint in (access.CALLBACK, access.LOGOUT) and method == "POST":
            continue  # callbacks have rights of their own; a log-out would end the session of all that follows
        client, sent = as_person(app, role, cookies)
        with client.open(address, method=method, headers={"X-CSRFToken": sent}) as answer:
            status, leads = answer.status_code, answer.headers.get("Location", "")
        tries[0] += 1
        told = f"{method} {address} as {role or 'nobody'}: {status} {leads}"
        if endpoint in access.PUBLIC:
            assert enters(status) or (status == 403 and role is None and method == "POST"), told  # no token yet
        elif role is None and endpoint in access.PAGES and method in ("GET", "HEAD"):
            assert status == 302, told
            assert leads.startswith("/login"), told
        elif role is None:
            assert status == 401, told
        else:
            action = Action.READ if endpoint == access.CALLBACK else table[endpoint]
            if endpoint == access.CALLBACK:
                assert status in (400, 403), told  # OPTIONS of the one address of callbacks: nothing is named in it
            else:
                asks = method != "OPTIONS"  # what a door is asked about itself does not reach the service behind it
                assert enters(status) == (may(role, action) and (not asks or not_behind(role, endpoint, own))), told
                assert enters(status) or status == 403, told


def _try_callbacks(
    app: Dash,
    cookies: Any,
    role: Role | None,
    table: Mapping[str, Action],
    tries: list[int],
    own: Mapping[str, Action] = MappingProxyType({}),
) -> None:
    for output, name in access.callbacks_of(app).items():
        client, sent = as_person(app, role, cookies)
        with client.post(access.CALLBACK, json=body(app, output), headers={"X-CSRFToken": sent}) as answer:
            status = answer.status_code
        tries[0] += 1
        told = f"{name} as {role or 'nobody'}: {status}"
        if role is None:
            assert status == 401, told
        else:
            assert enters(status) == (may(role, table[name]) and not_behind(role, name, own)), told
            assert enters(status) or status == 403, told


# --- what is in no table ---------------------------------------------------------------------------------------------


def test_a_route_without_an_entry_stops_the_application(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for endpoint in access.ROUTES:
        fewer = {name: action for name, action in access.ROUTES.items() if name != endpoint}
        monkeypatch.setattr(access, "ROUTES", fewer)
        with pytest.raises(access.UnlistedError, match=endpoint.split("<")[0]):
            create_app(store, KEY)
        monkeypatch.undo()


def test_a_callback_without_an_entry_stops_the_application(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in access.CALLBACKS:
        fewer = {one: action for one, action in access.CALLBACKS.items() if one != name}
        monkeypatch.setattr(access, "CALLBACKS", fewer)
        with pytest.raises(access.UnlistedError, match=name):
            create_app(store, KEY)
        monkeypatch.undo()


def test_a_route_and_a_callback_added_later_are_refused_to_everybody(store: Store, cookies: Any) -> None:
    app = create_app(store, KEY)
    app.server.add_url_rule("/secret/table", "secret", lambda: "secret")

    @app.callback(Output("page", "lang"), Input("url", "hash"))
    def stolen(_: Any) -> str:
        return "secret"

    app._setup_server()  # Dash takes new callbacks at the first request only
    with pytest.raises(access.UnlistedError, match="secret"):
        access.actions_of(app)
    with pytest.raises(access.UnlistedError, match="stolen"):
        access.actions_of(app)
    for role in PERSONS:
        client, sent = as_person(app, role, cookies)
        assert client.get("/secret/table").status_code == (401 if role is None else 403)
        answer = client.post(access.CALLBACK, json=body(app, "page.lang"), headers={"X-CSRFToken": sent})
        assert answer.status_code == (401 if role is None else 403)
        assert "secret" not in answer.text


# --- services --------------------------------------------------------------------------------------------------------


def services() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public function of `dashapp.services`, by ``module.name``, where it is written."""
    for found in pkgutil.iter_modules(dashapp.services.__path__):
        module = importlib.import_module(f"dashapp.services.{found.name}")
        for name, member in vars(module).items():
            if inspect.isfunction(member) and member.__module__ == module.__name__ and not name.startswith("_"):
                yield f"{found.name}.{name}", member


def asks_for_an_actor(service: Callable[..., Any]) -> bool:
    return any("Actor" in str(one.annotation) for one in inspect.signature(service).parameters.values())


def takes_a_store(service: Callable[..., Any]) -> bool:
    return any(str(one.annotation) == "Store" for one in inspect.signature(service).parameters.values())


GUARDED = {name: one for name, one in services() if hasattr(one, "action")}
INSIDE = frozenset({"saved_scenarios.seen", "rights.require"})
"""What services use among themselves, within a transaction that a guarded one has begun."""


class Untouched:
    """Stands for a store that must not be touched."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"the store was asked for {name} before the right was")


def test_every_service_that_takes_an_actor_asks_for_a_right() -> None:
    unguarded = {name for name, one in services() if asks_for_an_actor(one) and name not in GUARDED}
    assert unguarded == INSIDE
    assert len(GUARDED) > 30


def test_every_service_that_works_for_nobody_in_particular_is_known() -> None:
    free = {name for name, one in services() if takes_a_store(one) and name not in GUARDED}
    opening = {"database.existing_store", "database.open_store"}  # these give one
    assert free | opening == FOR_ANYBODY


@pytest.mark.parametrize("role", Role)
def test_every_service(role: Role, record_property: Callable[[str, object], None]) -> None:
    actor = Actor(f"{role}.one", "Người thử", role)
    for name, service in GUARDED.items():
        if action_of(service) in GRANTED[role]:
            with pytest.raises((TypeError, AssertionError, AttributeError)) as reached:  # it went on, to its arguments
                service(Untouched(), actor, **_nothing(service))
            assert not isinstance(reached.value, ForbiddenError), name
        else:
            with pytest.raises(ForbiddenError) as refused:
                service(Untouched(), actor, **_nothing(service))
            assert refused.value.details == {"action": str(action_of(service)), "role": str(role)}, name
    record_property("sum: rights tried on services", len(GUARDED))


def _nothing(service: Callable[..., Any]) -> dict[str, Any]:
    """The arguments that a service insists on, with nothing in them; those by position only are left out."""
    wanted = [one for one in inspect.signature(service).parameters.values() if one.kind is one.KEYWORD_ONLY]
    return {one.name: None for one in wanted if one.default is one.empty}
