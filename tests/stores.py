"""Fixtures for whoever needs a database: import them into a conftest.py.

`database_url` runs a test on SQLite and again on a real PostgreSQL; `store` is the store there, up to date and empty.
`postgres` is the server, one for each test process; a test that stops it makes a `Server` of its own.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.store import Store
from tests.postgres import Server

ENGINES = ("sqlite", "postgresql")
TEMPLATE = "template_up_to_date"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A running PostgreSQL."""
    server = Server.make()
    yield server
    server.remove()


class Fresh:
    """Names that were not used yet, and a file that is up to date and empty, made once."""

    def __init__(self, folder: Path) -> None:
        self._count = itertools.count()
        self._file = folder / "chitieu.db"

    def name(self, kind: str) -> str:
        return f"{kind}_{next(self._count)}"

    def copy_file(self, path: Path) -> None:
        if not self._file.exists():
            Store.open(f"sqlite:///{self._file}").close()
        path.parent.mkdir()
        shutil.copy(self._file, path)


@pytest.fixture(scope="session")
def _names(tmp_path_factory: pytest.TempPathFactory) -> Fresh:
    return Fresh(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def _template(postgres: Server) -> str:
    Store.open(postgres.create(TEMPLATE)).close()
    return TEMPLATE


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """Which of the two databases this test runs on."""
    return str(request.param)


@pytest.fixture
def empty_url(engine_name: str, tmp_path: Path, request: pytest.FixtureRequest, _names: Fresh) -> Iterator[str]:
    """The address of a database without any table."""
    if engine_name == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty' / 'chitieu.db'}"
        return
    server: Server = request.getfixturevalue("postgres")
    name = _names.name("empty")
    yield server.create(name)
    server.drop(name)


@pytest.fixture
def database_url(engine_name: str, tmp_path: Path, request: pytest.FixtureRequest, _names: Fresh) -> Iterator[str]:
    """The address of a database of this test's own."""
    if engine_name == "sqlite":
        path = tmp_path / "store" / "chitieu.db"
        _names.copy_file(path)
        yield f"sqlite:///{path}"
        return
    server: Server = request.getfixturevalue("postgres")
    name = _names.name("test")
    yield server.create(name, template=request.getfixturevalue("_template"))
    server.drop(name)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A store, up to date and empty."""
    opened = Store.open(database_url)
    yield opened
    opened.close()
