"""People who may log in, one of each role, and ways to log them in."""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
from functools import cache
from pathlib import Path
from types import MappingProxyType

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashapp.security import TOKEN_COOKIE, TOKEN_FIELD, TOKEN_HEADER
from dashapp.services import accounts, provision
from dashapp.services.database import Store, open_store
from dashapp.services.rights import Actor, Role
from dashapp.views.person import Visitor

PASSWORD = "một câu dài dễ nhớ"  # noqa: S105
NAMES = MappingProxyType({role: f"{role}.one" for role in Role})
"""Role -> name of the person who has it."""
VISITOR = Visitor(Actor("viewer.one", "Trần Văn Xem", Role.VIEWER), "token")


def open_people(folder: Path) -> Store:
    """A new database under `folder` with the shipped campaigns, in which there is one person of each role."""
    shutil.copy(_first(), folder / "people.db")
    return open_store(f"sqlite:///{folder}/people.db")


@cache
def _first() -> Path:
    """That database, made once: setting up takes a second and more, copying a file takes none."""
    path = Path(tempfile.mkdtemp(prefix="chitieu-people-"), "people.db")
    atexit.register(shutil.rmtree, path.parent, ignore_errors=True)
    store = open_store(f"sqlite:///{path}")
    provision.ensure_campaigns(store)
    for role, name in NAMES.items():
        shown = f"Nguyễn Thị {role.title()}"
        accounts.add_user(store, accounts.CONSOLE, name, role=role, password=PASSWORD, display_name=shown)
    store.close()
    assert not path.with_name("people.db-wal").exists(), "all of it is in the one file"
    return path


def token_of(page: TestResponse) -> str:
    """The token in the form of a page."""
    found = re.search(rf'name="{TOKEN_FIELD}" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def log_in(client: FlaskClient, name: str, password: str = PASSWORD, address: str = "/login") -> TestResponse:
    """Fill the log-in form as a person does; the answer to it."""
    page = client.get(address)
    return client.post(address, data={"name": name, "password": password, TOKEN_FIELD: token_of(page)})


def token(client: FlaskClient) -> str:
    """The token that a page of the session was given."""
    assert client.get("/compare").status_code == 200
    found = client.get_cookie(TOKEN_COOKIE)
    assert found is not None
    return found.decoded_value


def ask(client: FlaskClient, path: str = "/", **headers: str) -> TestResponse:
    """Post the callback that shows a page, as Dash does; `headers` replace or add to what it sends."""
    body = {
        "output": "page.children",
        "outputs": {"id": "page", "property": "children"},
        "inputs": [
            {"id": "url", "property": "pathname", "value": path},
            {"id": "url", "property": "search", "value": ""},
        ],
        "changedPropIds": ["url.pathname"],
        "state": [],
    }
    return client.post("/_dash-update-component", json=body, headers=headers)


def with_token(client: FlaskClient) -> dict[str, str]:
    """The header that Dash sends."""
    return {TOKEN_HEADER: token(client)}
