"""What was issued or logged cannot be changed in the database itself, by whatever way one gets there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from data.store import Store
from data.store.dialects import SCHEMA, parse
from data.store.failures import refusal
from tests.data.store import samples


@pytest.fixture
def raw(store: Store, database_url: str) -> Iterator[Engine]:
    """The database behind the store's back, with allocation 1 issued, 2 a draft that corrects it."""
    issued = samples.issued(store)
    with store.work("lan") as work:
        work.log.append("allocation.issue", "allocation/1")
        draft = work.allocations.add("hg", figures_version=1, scenario_version=1, corrects=issued.id)
        work.allocations.put_rows(draft.id, [samples.row(0, "STP", 0.5)])
        work.overrides.copy(issued.id, draft.id)
        work.choices.add("hg", scenario_version=1, figures_version=1)
        work.templates.add("mau.docx", b"\x00x")
        samples.with_months(work)
        work.log.append("allocation.correct", "allocation/2")
    engine = create_engine(parse(database_url))
    yield engine
    engine.dispose()


def say(raw: Engine, statement: str) -> None:
    with raw.begin() as connection:
        if raw.dialect.name == "postgresql":
            connection.execute(text(f"SET search_path = {SCHEMA}"))
        connection.exec_driver_sql(statement)


def refused_by(raw: Engine, statement: str) -> str:
    """What is frozen, by the refusal; "nothing" if the statement is carried out."""
    try:
        say(raw, statement)
    except DBAPIError as error:
        return str(refusal(error, 1).details.get("what"))
    return "nothing"


MOMENT = "'2026-11-24 08:00:00'"
NEW_ROW = (
    "INSERT INTO allocation_rows SELECT 1, 'new', indicator, period, position, name, level, parent, numerator,"
    " denominator, weight, current, start, lower, lower_by, upper, upper_by, exact, target, target_count, to_do,"
    " in_period_rate, status, reason, off_grid, expected, expected_assumed, start_assumed"
    " FROM allocation_rows WHERE allocation = 2"
)
OVERRIDE = (
    "INTO overrides (allocation, id, agency, indicator, period, value, reason, ground, by, at, version, changed_by,"
    f" changed_at) VALUES (%d, %d, 'new', 'online', '2022Q4', 0.5, '', '{{}}', 'x', {MOMENT}, 1, 'x', {MOMENT})"
)
STEP = (
    "INTO transitions (id, allocation, from_state, to_state, by, at, comment)"
    f" VALUES (%d, %d, 'issued', 'draft', 'x', {MOMENT}, '')"
)
ALLOCATION = (
    "INSERT OR REPLACE INTO allocations (id, campaign, number, state, figures_version, scenario_version, created_by,"  # noqa: S608
    f" created_at, version, changed_by, changed_at) VALUES (7, 'hg', 1, 'draft', 1, 1, 'x', {MOMENT}, 1, 'x', {MOMENT})"
)
ENTRY = "INSERT OR REPLACE INTO log SELECT seq, at, 'x', action, subject, before, after, previous_hash, hash FROM log"
DRAFT = f"INSERT INTO drafts VALUES ('x', 1, %s, 1, '%s', 0, {MOMENT})"  # noqa: S608
EVERYWHERE = [
    ("allocations", "UPDATE allocations SET state = 'draft' WHERE id = 1"),
    ("allocations", "UPDATE allocations SET decision_number = '1' WHERE id = 1"),
    ("allocations", "UPDATE allocations SET version = version WHERE id = 1"),
    ("allocations", "UPDATE allocations SET id = 9 WHERE id = 2"),
    ("allocations", "UPDATE allocations SET number = 9 WHERE id = 2"),
    ("allocations", "DELETE FROM allocations WHERE id = 1"),
    ("allocation_rows", "UPDATE allocation_rows SET target = 0.31 WHERE allocation = 1"),
    ("allocation_rows", "UPDATE allocation_rows SET allocation = 1, agency = 'new' WHERE allocation = 2"),
    ("allocation_rows", "UPDATE allocation_rows SET allocation = 2, agency = 'new' WHERE allocation = 1"),
    ("allocation_rows", "DELETE FROM allocation_rows WHERE allocation = 1 AND agency = 'STP'"),
    ("allocation_rows", "DELETE FROM allocation_rows"),
    ("allocation_rows", NEW_ROW),
    ("overrides", "UPDATE overrides SET value = 0.1 WHERE allocation = 1"),
    ("overrides", "UPDATE overrides SET allocation = 1, agency = 'new' WHERE allocation = 2"),
    ("overrides", "UPDATE overrides SET withdrawn_by = 'x' WHERE allocation = 1"),
    ("overrides", "UPDATE overrides SET id = 9 WHERE allocation = 2"),
    ("overrides", "DELETE FROM overrides WHERE allocation = 1"),
    ("overrides", f"INSERT {OVERRIDE % (1, 99)}"),
    ("transitions", "UPDATE transitions SET comment = 'x'"),
    ("transitions", "DELETE FROM transitions WHERE allocation = 1"),
    ("transitions", f"INSERT {STEP % (99, 1)}"),
    ("log", "UPDATE log SET action = 'x' WHERE seq = 1"),
    ("log", "DELETE FROM log WHERE seq = 2"),
    ("log", "DELETE FROM log"),
    ("figures_rows", "UPDATE figures_rows SET numerator = 1"),
    ("figures_rows", "DELETE FROM figures_rows"),
    ("figures_periods", "UPDATE figures_periods SET expected = 1"),
    ("figures_versions", "UPDATE figures_versions SET figures_sha256 = ''"),
    ("scenario_versions", "UPDATE scenario_versions SET document = '{}'"),
    ("runs", "UPDATE runs SET engine_version = '9'"),
    ("runs", "DELETE FROM runs"),
    ("choices", "UPDATE choices SET note = 'x'"),
    ("choices", "UPDATE choices SET id = 9"),
    ("choices", "DELETE FROM choices WHERE id = 1"),
    ("histories", "UPDATE histories SET sha256 = 'x'"),
    ("history_rows", "UPDATE history_rows SET numerator = 1"),
    ("history_rows", "DELETE FROM history_rows"),
    ("figures_histories", "DELETE FROM figures_histories"),
    ("templates", "UPDATE templates SET filename = 'x'"),
    ("templates", "UPDATE templates SET content = NULL, sha256 = NULL"),
    ("templates", "DELETE FROM templates WHERE id = 1"),
]


REPLACING = [
    ("log", ENTRY),
    ("allocation_rows", "UPDATE OR REPLACE allocation_rows SET allocation = 1 WHERE allocation = 2"),
    ("overrides", "UPDATE OR REPLACE overrides SET id = 1 WHERE id = 2"),
    ("allocations", "UPDATE OR REPLACE allocations SET id = 1 WHERE id = 2"),
    ("allocations", "UPDATE OR REPLACE allocations SET number = 1 WHERE id = 2"),
    ("allocations", ALLOCATION),
    ("overrides", f"INSERT OR REPLACE {OVERRIDE % (2, 1)}"),
    ("transitions", f"INSERT OR REPLACE {STEP % (1, 2)}"),
    ("runs", "INSERT OR REPLACE INTO runs SELECT * FROM runs"),
    ("choices", "INSERT OR REPLACE INTO choices SELECT * FROM choices"),
    ("templates", "INSERT OR REPLACE INTO templates SELECT * FROM templates"),
    ("figures_rows", "INSERT OR REPLACE INTO figures_rows SELECT * FROM figures_rows"),
    ("histories", "INSERT OR REPLACE INTO histories SELECT id, 'x', rows FROM histories"),
    ("history_rows", "INSERT OR REPLACE INTO history_rows SELECT * FROM history_rows"),
    ("figures_histories", "INSERT OR REPLACE INTO figures_histories SELECT * FROM figures_histories"),
    ("scenario_versions", "INSERT OR REPLACE INTO scenario_versions SELECT * FROM scenario_versions"),
    ("figures_versions", "INSERT OR REPLACE INTO figures_versions SELECT * FROM figures_versions"),
]
EMPTYING = [(what, f"TRUNCATE {what} CASCADE") for what in (
    "log", "allocation_rows", "overrides", "transitions", "choices", "templates", "histories",
    "history_rows", "figures_histories",
)]  # fmt: skip


def test_frozen_on_both(raw: Engine) -> None:
    assert {statement: refused_by(raw, statement) for _, statement in EVERYWHERE} == {s: what for what, s in EVERYWHERE}


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_frozen_against_replacing(raw: Engine) -> None:
    assert {statement: refused_by(raw, statement) for _, statement in REPLACING} == {s: what for what, s in REPLACING}


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_frozen_against_emptying(raw: Engine) -> None:
    assert {statement: refused_by(raw, statement) for _, statement in EMPTYING} == {s: what for what, s in EMPTYING}


def test_drafts_are_not_frozen(raw: Engine) -> None:
    say(raw, "UPDATE allocation_rows SET target = 0.31 WHERE allocation = 2")
    say(raw, "UPDATE overrides SET value = 0.31 WHERE allocation = 2")
    say(raw, "UPDATE allocations SET engine_version = 'x' WHERE id = 2")
    say(raw, "DELETE FROM allocation_rows WHERE allocation = 2")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE allocations SET state = 'issued' WHERE id = 2",
        "UPDATE allocations SET state = 'done' WHERE id = 2",
        "UPDATE allocations SET approved_by = 'lan', submitted_by = 'lan' WHERE id = 2",
        "UPDATE allocations SET approved_by = 'lan' WHERE id = 2",
        "INSERT INTO log_head VALUES (2, 0, '')",
        pytest.param(DRAFT % (1, "a" * 4001), id="a draft that is too long"),
        pytest.param(DRAFT % ("NULL", "a"), id="half a draft"),
    ],
)
def test_nothing_impossible_is_kept(raw: Engine, statement: str) -> None:
    with pytest.raises(DBAPIError) as error:
        say(raw, statement)
    assert refusal(error.value, 1).code == "bad_value"
