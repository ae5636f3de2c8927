"""A store with the small province in it: on SQLite, or (`everywhere`) on SQLite and PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import argon2
import pytest

from dashapp.services import accounts, tables
from data.store import Store
from tests.dashapp.services import world
from tests.dashapp.services.world import Begun
from tests.stores import _names, _template, database_url, empty_url, engine_name, postgres  # noqa: F401
from tests.stores import store as _any_store  # noqa: F401


@pytest.fixture(scope="session")
def _built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("world") / "world.db"
    store = Store.open(f"sqlite:///{file}")
    world.build(store)
    store.close()
    return file


@pytest.fixture
def url(_built: Path, tmp_path: Path) -> str:
    """The address of a database of this test's own, the province in it."""
    file = tmp_path / "chitieu.db"
    shutil.copy(_built, file)
    return f"sqlite:///{file}"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """The province, on SQLite."""
    opened = Store.open(url)
    yield opened
    opened.close()


@pytest.fixture
def everywhere(_any_store: Store) -> Store:  # noqa: F811 (the fixture of tests.stores under another name)
    """The province, on each of the two databases."""
    world.build(_any_store)
    return _any_store


def begin(store: Store, scenario: int | None = None) -> Begun:
    """Figures imported and a draft begun."""
    figures = world.take_in(store).id
    scenario = world.base_version(store) if scenario is None else scenario
    draft = tables.start_draft(store, world.LAN, world.THU, figures_version=figures, scenario_version=scenario)
    return Begun(figures, scenario, draft.id)


@pytest.fixture
def begun(store: Store) -> Begun:
    """A draft of the shared scenario, on SQLite."""
    return begin(store)


@pytest.fixture
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Password hashes that cost nothing; still argon2id."""
    hasher = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(accounts, "_hasher", lambda: hasher)
    monkeypatch.setattr(accounts, "_decoy", cache(accounts._decoy.__wrapped__))  # a cheap one is not kept for others
