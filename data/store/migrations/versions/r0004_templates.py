"""Templates of the Decision that an office uploaded; each stays as it was, the last one counts."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from data.store.types import Key, Moment, Words

revision = "0004"
down_revision = "0003"

REFUSAL = "chitieu_frozen"


def upgrade() -> None:
    """Make the table; templates cannot be changed."""
    op.create_table(
        "templates",
        sa.Column("id", Key()),
        sa.Column("filename", Words(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", Words(), nullable=True),
        sa.Column("by", Words(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_templates"),
        sa.CheckConstraint("(content IS NULL) = (sha256 IS NULL)", name="ck_templates_whole"),
    )
    statements = _postgresql() if op.get_bind().dialect.name == "postgresql" else _sqlite()
    for statement in statements:
        op.execute(sa.text(statement.replace(":", "\\:")))


def _sqlite() -> Iterator[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}:templates'); END"
    for event in ("UPDATE", "DELETE"):
        yield f"CREATE TRIGGER frozen_templates_{event.lower()} BEFORE {event} ON templates {refuse}"
    taken = "EXISTS (SELECT 1 FROM templates WHERE id = NEW.id)"  # "INSERT OR REPLACE" deletes without a trigger
    yield f"CREATE TRIGGER taken_templates BEFORE INSERT ON templates WHEN {taken} {refuse}"


def _postgresql() -> Iterator[str]:
    for event in ("UPDATE", "DELETE"):
        yield (
            f"CREATE TRIGGER frozen_templates_{event.lower()} BEFORE {event} ON templates FOR EACH ROW"
            " EXECUTE FUNCTION chitieu_refuse()"
        )
    yield (
        "CREATE TRIGGER emptied_templates BEFORE TRUNCATE ON templates FOR EACH STATEMENT"
        " EXECUTE FUNCTION chitieu_refuse()"
    )
