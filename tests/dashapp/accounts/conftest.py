"""One application with one person of each role; each test has browsers of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from dash import Dash
from flask.testing import FlaskClient

from dashapp.app import create_app
from dashapp.services.database import Store
from dashapp.services.rights import Role
from tests.dashapp.accounts.people import NAMES, log_in, open_people


@pytest.fixture(scope="package")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = open_people(tmp_path_factory.mktemp("people"))
    yield opened
    opened.close()


@pytest.fixture(scope="package")
def app(store: Store) -> Dash:
    return create_app(store)


@pytest.fixture
def nobody(app: Dash) -> FlaskClient:
    return app.server.test_client()


@pytest.fixture
def enter(app: Dash) -> Callable[[Role], FlaskClient]:
    """Logs somebody of a role in."""

    def logged_in(role: Role) -> FlaskClient:
        client = app.server.test_client()
        assert log_in(client, NAMES[role]).status_code == 303
        return client

    return logged_in


@pytest.fixture
def viewer(enter: Callable[[Role], FlaskClient]) -> FlaskClient:
    return enter(Role.VIEWER)
