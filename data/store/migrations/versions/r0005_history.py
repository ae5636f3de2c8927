"""Months of the past: a history stays as it was taken in, and versions of figures rest on one; several may share it."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from data.store.types import Exact, Key, Words

revision = "0005"
down_revision = "0004"

REFUSAL = "chitieu_frozen"

TAKEN = (
    ("histories", "id = NEW.id OR sha256 = NEW.sha256"),
    ("history_rows", "history = NEW.history AND position = NEW.position"),
    ("figures_histories", "figures = NEW.figures"),
)


def upgrade() -> None:
    """Make the tables; nothing in them can be changed. What is there already has no history."""
    op.create_table(
        "histories",
        sa.Column("id", Key()),
        sa.Column("sha256", Words(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_histories"),
        sa.UniqueConstraint("sha256", name="uq_histories_sha256"),
    )
    op.create_table(
        "history_rows",
        sa.Column("history", Key()),
        sa.Column("position", sa.Integer(), autoincrement=False),
        sa.Column("agency", Words(), nullable=False),
        sa.Column("indicator", Words(), nullable=False),
        sa.Column("end", sa.Date(), nullable=False),
        sa.Column("numerator", Exact(), nullable=True),
        sa.Column("denominator", Exact(), nullable=True),
        sa.PrimaryKeyConstraint("history", "position", name="pk_history_rows"),
        sa.ForeignKeyConstraint(["history"], ["histories.id"], name="fk_history_rows_history"),
    )
    op.create_table(
        "figures_histories",
        sa.Column("figures", Key(), autoincrement=False),
        sa.Column("history", Key(), nullable=False),
        sa.PrimaryKeyConstraint("figures", name="pk_figures_histories"),
        sa.ForeignKeyConstraint(["figures"], ["figures_versions.id"], name="fk_figures_histories_figures"),
        sa.ForeignKeyConstraint(["history"], ["histories.id"], name="fk_figures_histories_history"),
    )
    statements = _postgresql() if op.get_bind().dialect.name == "postgresql" else _sqlite()
    for statement in statements:
        op.execute(sa.text(statement.replace(":", "\\:")))


def _sqlite() -> Iterator[str]:
    for table, key in TAKEN:
        refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}:{table}'); END"
        for event in ("UPDATE", "DELETE"):
            yield f"CREATE TRIGGER frozen_{table}_{event.lower()} BEFORE {event} ON {table} {refuse}"
        taken = f"EXISTS (SELECT 1 FROM {table} WHERE {key})"  # noqa: S608 "INSERT OR REPLACE" deletes without a trigger
        yield f"CREATE TRIGGER taken_{table} BEFORE INSERT ON {table} WHEN {taken} {refuse}"


def _postgresql() -> Iterator[str]:
    for table, _ in TAKEN:
        for event in ("UPDATE", "DELETE"):
            yield (
                f"CREATE TRIGGER frozen_{table}_{event.lower()} BEFORE {event} ON {table} FOR EACH ROW"
                " EXECUTE FUNCTION chitieu_refuse()"
            )
        yield (
            f"CREATE TRIGGER emptied_{table} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT"
            " EXECUTE FUNCTION chitieu_refuse()"
        )
