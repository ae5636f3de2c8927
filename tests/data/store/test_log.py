"""The log holds from end to end, or the first entry that does not is named."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from data.store import Store
from data.store.dialects import SCHEMA, parse
from data.store.repositories.log import GENESIS, entry_hash

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0")) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3),
)  # fmt: skip


def fill(store: Store, entries: int = 5) -> None:
    for at in range(1, entries + 1):
        with store.work(f"u{at}") as work:
            work.log.append("override.add", f"override/{at}", {"value": None}, {"value": at / 3, "lý do": "họp"})


def tamper(store: Store, *statements: str) -> None:
    """Change the log as somebody could who owns the database and takes its guards away."""
    engine = create_engine(parse(store.url.render_as_string(hide_password=False)))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SET search_path = {SCHEMA}"))
            connection.execute(text("ALTER TABLE log DISABLE TRIGGER USER"))
        else:
            guards = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'log'")
            for name in connection.scalars(guards).all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def verdict(store: Store) -> tuple[int, str] | None:
    with store.reading() as work:
        broken = work.log.verify()
    return None if broken is None else (broken.seq, broken.reason)


def test_a_log_that_holds(store: Store) -> None:
    assert verdict(store) is None
    fill(store)
    assert verdict(store) is None


def test_entries_are_chained(store: Store) -> None:
    fill(store)
    with store.reading() as work:
        entries = work.log.entries()
        assert work.log.head() == (5, entries[-1].hash)
    assert [one.seq for one in entries] == [1, 2, 3, 4, 5]
    assert [one.previous_hash for one in entries] == [GENESIS, *(one.hash for one in entries[:-1])]
    assert entries[0].user == "u1"
    assert entries[0].after == {"value": 1 / 3, "lý do": "họp"}


@pytest.mark.parametrize(
    ("statements", "told"),
    [
        (["UPDATE log SET \"user\" = 'x' WHERE seq = 3"], (3, "changed")),
        (["UPDATE log SET action = 'override.withdraw' WHERE seq = 1"], (1, "changed")),
        (["UPDATE log SET subject = 'override/9' WHERE seq = 5"], (5, "changed")),
        (["UPDATE log SET before = NULL WHERE seq = 2"], (2, "changed")),
        (["UPDATE log SET after = '{\"value\":0.9}' WHERE seq = 2"], (2, "changed")),
        (["UPDATE log SET at = '2020-01-01 00:00:00' WHERE seq = 4"], (4, "changed")),
        (["UPDATE log SET hash = previous_hash WHERE seq = 4"], (4, "changed")),
        (["DELETE FROM log WHERE seq = 3"], (3, "missing")),
        (["DELETE FROM log WHERE seq = 1"], (1, "missing")),
        (["DELETE FROM log WHERE seq = 3", "UPDATE log SET seq = seq - 1 WHERE seq > 3"], (3, "changed")),
        (["DELETE FROM log WHERE seq > 3"], (4, "cut")),
        (["DELETE FROM log"], (1, "cut")),
        (
            [
                "UPDATE log SET seq = 99 WHERE seq = 2",
                "UPDATE log SET seq = 2 WHERE seq = 4",
                "UPDATE log SET seq = 4 WHERE seq = 99",
            ],
            (2, "reordered"),
        ),
        (["UPDATE log_head SET seq = 4"], (5, "added")),
        (["UPDATE log_head SET hash = 'x'"], (5, "head")),
    ],
)
def test_the_first_wrong_entry_is_named(store: Store, statements: list[str], told: tuple[int, str]) -> None:
    fill(store)
    tamper(store, *statements)
    assert verdict(store) == told


def test_entries_are_found(store: Store) -> None:
    fill(store)
    with store.reading() as work:
        assert [one.seq for one in work.log.entries(limit=2, newest_first=True)] == [5, 4]
        assert [one.seq for one in work.log.entries(limit=2, newest_first=True, before=4)] == [3, 2]
        assert [one.seq for one in work.log.entries(after=3)] == [4, 5]
        assert [one.seq for one in work.log.entries(user="u2")] == [2]
        assert [one.seq for one in work.log.entries(subject="override/3")] == [3]
        assert len(work.log.entries(subject_prefix="override/", action="override.add")) == 5
        assert work.log.entries(subject_prefix="over%") == ()


def test_entries_are_found_by_time_kind_subject_and_text(store: Store) -> None:
    fill(store)
    with store.work("u9") as work:
        last = work.log.append("user.role", "agency/x_y/a", after={"tên": "Đặng Thị Ú", "100%": 1})

    def found(**wanted: Any) -> list[int]:
        with store.reading() as work:
            return [one.seq for one in work.log.entries(**wanted)]

    assert found(since=last.at) == [6]
    assert found(until=last.at) == [1, 2, 3, 4, 5]
    assert found(actions=["user."]) == [6]
    assert found(actions=["user", "override.add"]) == [1, 2, 3, 4, 5]
    assert found(actions=[]) == []
    assert found(subjects=["override/2", "agency/x_y/"]) == [2, 6]
    assert found(subjects=["agency/x_z/", "agency/x%/", "override"]) == []
    assert found(text="Đặng Thị") == [6]
    assert found(text="LÝ DO", actions=["override."]) == [1, 2, 3, 4, 5]
    assert found(text="100%") == [6]
    assert found(text="U9") == [6]


@given(before=JSON, after=JSON)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_logged_verifies(store: Store, before: Any, after: Any) -> None:
    with store.work("lan") as work:
        written = work.log.append("x", "y", {"v": before}, {"v": after})
    with store.reading() as work:
        (found,) = work.log.entries(newest_first=True, limit=1)
        assert found == written
        assert work.log.verify() is None


def test_the_hash_is_the_one_written_down_here() -> None:
    entry = {
        "seq": 1,
        "at": datetime(2022, 6, 15, 8, 0, 0, 5, tzinfo=UTC),
        "user": "lan",
        "action": "figures.accept",
        "subject": "figures/1",
        "before": None,
        "after": {"b": 0.1, "a": "ộ"},
        "previous_hash": GENESIS,
    }
    canonical = (
        '{"action":"figures.accept","after":{"a":"ộ","b":0.1},"at":{"$time":"2022-06-15T08:00:00.000005+00:00"},'
        f'"before":null,"previous_hash":"{GENESIS}","seq":1,"subject":"figures/1","user":"lan"}}'
    )
    assert entry_hash(entry) == hashlib.sha256(canonical.encode()).hexdigest()
