"""Allocations with their rows, steps and overrides; what was issued or logged can no longer be changed."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from data.store.types import Exact, Json, Key, Moment, Words

revision = "0002"
down_revision = "0001"

ACTIVE = "withdrawn_at IS NULL"
REFUSAL = "chitieu_frozen"

APPEND_ONLY = ("log", "figures_versions", "figures_rows", "figures_periods", "scenario_versions", "runs", "transitions")
OF_AN_ALLOCATION = ("allocation_rows", "overrides", "transitions")

# In SQLite "INSERT OR REPLACE" throws out a row without a DELETE that a trigger would see: a key that is
# taken is refused before.
TAKEN = (
    ("log", "seq = NEW.seq"),
    ("figures_versions", "id = NEW.id OR (campaign = NEW.campaign AND number = NEW.number)"),
    ("figures_rows", "figures = NEW.figures AND position = NEW.position"),
    ("figures_periods", "figures = NEW.figures AND position = NEW.position AND period = NEW.period"),
    ("scenario_versions", "id = NEW.id OR (scenario = NEW.scenario AND number = NEW.number)"),
    ("runs", "id = NEW.id"),
    ("transitions", "id = NEW.id"),
    ("overrides", "id = NEW.id"),
    ("allocations", "state = 'issued' AND (id = NEW.id OR (campaign = NEW.campaign AND number = NEW.number))"),
)

REFUSE = """
    CREATE FUNCTION chitieu_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'chitieu_frozen:%', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END $$"""

# The row lock makes one who adds to an allocation and one who issues it wait for each other.
REFUSE_IF_ISSUED = """
    CREATE FUNCTION chitieu_refuse_if_issued() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        state_found text;
        asked bigint;
        touched bigint[];
    BEGIN
        IF TG_OP <> 'INSERT' THEN touched := touched || OLD.allocation; END IF;
        IF TG_OP <> 'DELETE' THEN touched := touched || NEW.allocation; END IF;
        FOREACH asked IN ARRAY touched LOOP
            EXECUTE format('SELECT state FROM %I.allocations WHERE id = $1 FOR SHARE', TG_TABLE_SCHEMA)
                INTO state_found USING asked;
            IF state_found = 'issued' THEN
                RAISE EXCEPTION 'chitieu_frozen:%', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
            END IF;
        END LOOP;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END $$"""


def upgrade() -> None:
    """Make the tables and the triggers."""
    _allocations()
    _rows()
    _overrides()
    statements = _postgresql() if op.get_bind().dialect.name == "postgresql" else _sqlite()
    for statement in statements:
        op.execute(sa.text(statement.replace(":", "\\:")))


def _allocations() -> None:
    op.create_table(
        "allocations",
        sa.Column("id", Key()),
        sa.Column("campaign", Words(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", Words(), nullable=False),
        sa.Column("figures_version", Key(), nullable=False),
        sa.Column("scenario_version", Key(), nullable=False),
        sa.Column("run", Key(), nullable=True),
        sa.Column("corrects", Key(), nullable=True),
        sa.Column("targets_sha256", Words(), nullable=True),
        sa.Column("engine_version", Words(), nullable=True),
        sa.Column("created_by", Words(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("submitted_by", Words(), nullable=True),
        sa.Column("submitted_at", Moment(), nullable=True),
        sa.Column("approved_by", Words(), nullable=True),
        sa.Column("approved_at", Moment(), nullable=True),
        sa.Column("issued_by", Words(), nullable=True),
        sa.Column("issued_at", Moment(), nullable=True),
        sa.Column("decision_number", Words(), nullable=True),
        sa.Column("decision_date", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", Words(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_allocations"),
        sa.CheckConstraint(
            "approved_by IS NULL OR submitted_by IS NOT NULL AND approved_by <> submitted_by",
            name="ck_allocations_four_eyes",
        ),
        sa.CheckConstraint(
            "state <> 'issued' OR (decision_number IS NOT NULL AND decision_date IS NOT NULL AND issued_by IS NOT NULL"
            " AND run IS NOT NULL AND targets_sha256 IS NOT NULL AND approved_by IS NOT NULL)",
            name="ck_allocations_issued_is_complete",
        ),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'issued')", name="ck_allocations_state"),
        sa.ForeignKeyConstraint(["campaign"], ["campaigns.id"], name="fk_allocations_campaign"),
        sa.ForeignKeyConstraint(["corrects"], ["allocations.id"], name="fk_allocations_corrects"),
        sa.ForeignKeyConstraint(["figures_version"], ["figures_versions.id"], name="fk_allocations_figures_version"),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name="fk_allocations_run"),
        sa.ForeignKeyConstraint(["scenario_version"], ["scenario_versions.id"], name="fk_allocations_scenario_version"),
        sa.UniqueConstraint("campaign", "number", name="uq_allocations_campaign_number"),
    )
    op.create_table(
        "transitions",
        sa.Column("id", Key()),
        sa.Column("allocation", Key(), nullable=False),
        sa.Column("from_state", Words(), nullable=False),
        sa.Column("to_state", Words(), nullable=False),
        sa.Column("by", Words(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("comment", Words(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_transitions"),
        sa.ForeignKeyConstraint(["allocation"], ["allocations.id"], name="fk_transitions_allocation"),
    )
    op.create_index("ix_transitions_allocation", "transitions", ["allocation"])


def _rows() -> None:
    op.create_table(
        "allocation_rows",
        sa.Column("allocation", Key()),
        sa.Column("agency", Words()),
        sa.Column("indicator", Words()),
        sa.Column("period", Words()),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("level", Words(), nullable=False),
        sa.Column("parent", Words(), nullable=True),
        sa.Column("numerator", Exact(), nullable=True),
        sa.Column("denominator", Exact(), nullable=True),
        sa.Column("weight", Exact(), nullable=True),
        sa.Column("current", Exact(), nullable=True),
        sa.Column("start", Exact(), nullable=True),
        sa.Column("lower", Exact(), nullable=True),
        sa.Column("lower_by", Words(), nullable=True),
        sa.Column("upper", Exact(), nullable=True),
        sa.Column("upper_by", Words(), nullable=True),
        sa.Column("exact", Exact(), nullable=True),
        sa.Column("target", Exact(), nullable=True),
        sa.Column("target_count", Exact(), nullable=True),
        sa.Column("to_do", Exact(), nullable=True),
        sa.Column("in_period_rate", Exact(), nullable=True),
        sa.Column("status", Words(), nullable=False),
        sa.Column("reason", Words(), nullable=True),
        sa.Column("off_grid", sa.Boolean(), nullable=False),
        sa.Column("expected", Exact(), nullable=True),
        sa.Column("expected_assumed", sa.Boolean(), nullable=False),
        sa.Column("start_assumed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("allocation", "agency", "indicator", "period", name="pk_allocation_rows"),
        sa.ForeignKeyConstraint(["allocation"], ["allocations.id"], name="fk_allocation_rows_allocation"),
    )


def _overrides() -> None:
    op.create_table(
        "overrides",
        sa.Column("id", Key()),
        sa.Column("allocation", Key(), nullable=False),
        sa.Column("agency", Words(), nullable=False),
        sa.Column("indicator", Words(), nullable=False),
        sa.Column("period", Words(), nullable=False),
        sa.Column("value", Exact(), nullable=False),
        sa.Column("reason", Words(), nullable=False),
        sa.Column("ground", Json(), nullable=False),
        sa.Column("by", Words(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("withdrawn_by", Words(), nullable=True),
        sa.Column("withdrawn_at", Moment(), nullable=True),
        sa.Column("withdrawn_reason", Words(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", Words(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_overrides"),
        sa.ForeignKeyConstraint(["allocation"], ["allocations.id"], name="fk_overrides_allocation"),
    )
    op.create_index("ix_overrides_allocation", "overrides", ["allocation"])
    op.create_index(
        "uq_overrides_active",
        "overrides",
        ["allocation", "agency", "indicator", "period"],
        unique=True,
        sqlite_where=sa.text(ACTIVE),
        postgresql_where=sa.text(ACTIVE),
    )


def _guards() -> Iterator[tuple[str, str, str | None]]:
    """(table, event, condition on OLD and NEW or None for always) that hold on both databases."""
    for table in APPEND_ONLY:
        yield table, "UPDATE", None
        yield table, "DELETE", None
    yield "allocations", "UPDATE", "OLD.state = 'issued'"
    yield "allocations", "DELETE", "OLD.state = 'issued'"
    yield "allocations", "UPDATE", "NEW.id <> OLD.id OR NEW.campaign <> OLD.campaign OR NEW.number <> OLD.number"
    yield "overrides", "UPDATE", "NEW.id <> OLD.id"


def _sqlite() -> Iterator[str]:
    def trigger(name: str, table: str, event: str, condition: str | None) -> str:
        when = f"WHEN {condition}" if condition else ""
        refuse = f"SELECT RAISE(ABORT, '{REFUSAL}:{table}')"
        return f"CREATE TRIGGER {name} BEFORE {event} ON {table} {when} BEGIN {refuse}; END"

    for at, (table, event, condition) in enumerate(_guards()):
        yield trigger(f"frozen_{table}_{at}", table, event, condition)
    for table in OF_AN_ALLOCATION:
        for event, rows in (("INSERT", ("NEW",)), ("UPDATE", ("OLD", "NEW")), ("DELETE", ("OLD",))):
            of = ", ".join(f"{row}.allocation" for row in rows)
            issued = f"EXISTS (SELECT 1 FROM allocations WHERE state = 'issued' AND id IN ({of}))"  # noqa: S608
            yield trigger(f"issued_{table}_{event.lower()}", table, event, issued)
    for table, taken in TAKEN:
        yield trigger(f"taken_{table}", table, "INSERT", f"EXISTS (SELECT 1 FROM {table} WHERE {taken})")  # noqa: S608


def _postgresql() -> Iterator[str]:
    yield REFUSE
    yield REFUSE_IF_ISSUED
    for at, (table, event, condition) in enumerate(_guards()):
        when = f"WHEN ({condition})" if condition else ""
        yield (
            f"CREATE TRIGGER frozen_{table}_{at} BEFORE {event} ON {table} FOR EACH ROW {when}"
            " EXECUTE FUNCTION chitieu_refuse()"
        )
    for table in OF_AN_ALLOCATION:
        yield (
            f"CREATE TRIGGER issued_{table} BEFORE INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW"
            " EXECUTE FUNCTION chitieu_refuse_if_issued()"
        )
    for table in (*APPEND_ONLY, "allocations", "allocation_rows", "overrides"):
        yield (
            f"CREATE TRIGGER emptied_{table} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT"
            " EXECUTE FUNCTION chitieu_refuse()"
        )
