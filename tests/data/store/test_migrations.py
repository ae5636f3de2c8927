"""Every revision, from nothing and from the one before with data in it, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError

import data.store.migrations
from data.store import Store, StoreError
from data.store.dialects import Mode, connect, find_file, for_mode, make_room, parse
from data.store.migrations import HEAD, REVISIONS, VERSION_TABLE
from data.store.migrations.upgrade import upgrade
from data.store.store import utc_now
from data.store.tables import Base
from engine import Figures
from tests.data.store import samples


@pytest.fixture
def engine(empty_url: str) -> Iterator[Engine]:
    url = parse(empty_url)
    if url.get_backend_name() == "sqlite":
        find_file(url, make=True)
    made = connect(url, 5)
    yield made
    made.dispose()


def raise_to(engine: Engine, revision: str) -> None:
    with for_mode(engine, Mode.WRITE).begin() as connection:
        make_room(connection)
        upgrade(connection, revision)


def test_the_revisions_known_are_the_revisions_there() -> None:
    (folder,) = data.store.migrations.__path__
    scripts = [one.revision for one in ScriptDirectory(folder).walk_revisions()]
    assert tuple(reversed(scripts)) == REVISIONS


def test_from_nothing_the_tables_are_those_of_the_code(engine: Engine) -> None:
    raise_to(engine, HEAD)
    with for_mode(engine, Mode.READ).connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, Base.metadata) == []
        there = inspect(connection)
        for table in Base.metadata.sorted_tables:
            told = {one["name"]: one["nullable"] for one in there.get_columns(table.name)}
            assert told == {column.name: column.nullable for column in table.columns}, table.name
            assert sorted(there.get_pk_constraint(table.name)["constrained_columns"]) == sorted(
                column.name for column in table.primary_key.columns
            )
            checks = {one["name"] for one in there.get_check_constraints(table.name)}
            assert len(checks) == sum(type(one).__name__ == "CheckConstraint" for one in table.constraints), table.name


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_from_each_earlier_version_with_data(revision: str, engine: Engine, empty_url: str) -> None:
    raise_to(engine, revision)
    with pytest.raises(StoreError, match="older_database"):
        Store.open(empty_url, migrate=False)
    old = Store(engine, utc_now, 5)
    assert not old.ready()
    with old.work("lan") as work:
        figures, scenario = samples.inputs(work)
        work.users.add("lan", display_name="Lan", password_hash="x", role="staff")  # noqa: S106
        work.log.append("figures.accept", f"figures/{figures.id}", None, {"sha256": figures.figures_sha256})
        before = (work.campaigns.list(), figures, scenario, work.users.list(), work.log.entries())
    old.close()
    with closing(Store.open(empty_url)) as store:
        assert store.version() == HEAD
        with store.reading() as work:
            after = (
                work.campaigns.list(),
                work.figures.get(figures.id),
                work.scenarios.at(scenario.id),
                work.users.list(),
                work.log.entries(),
            )
            assert after == before
            assert Figures.from_frame(work.figures.frame(figures.id)).sha256 == figures.figures_sha256
            assert work.log.verify() is None
        with store.work("lan") as work:
            made = work.allocations.add("hg", figures_version=figures.id, scenario_version=scenario.id)
            work.log.append("allocation.add", f"allocation/{made.id}")
            work.choices.add("hg", scenario_version=scenario.id, figures_version=figures.id)
            work.drafts.drop("lan", scenario.scenario)
        with pytest.raises(DBAPIError, match="chitieu_frozen:log"), store.work("x") as work:
            work._turn.session.connection().execute(text("DELETE FROM log WHERE seq = 1"))


def test_a_step_that_fails_leaves_the_database_as_it_was(engine: Engine, empty_url: str) -> None:
    raise_to(engine, REVISIONS[-2])
    with for_mode(engine, Mode.WRITE).begin() as connection:
        connection.execute(text("CREATE TABLE histories (x INTEGER)"))  # in the way of the next revision
    with pytest.raises(Exception, match="histories"):
        Store.open(empty_url)
    with for_mode(engine, Mode.READ).connect() as connection:
        found = {one["name"] for one in inspect(connection).get_columns("histories")}
        assert found == {"x"}
    with for_mode(engine, Mode.WRITE).begin() as connection:
        connection.execute(text("DROP TABLE histories"))
    with closing(Store.open(empty_url)) as store:
        assert store.ready()
