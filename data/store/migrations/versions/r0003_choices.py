"""What somebody has in hand and has not saved, and which scenario was chosen to be finalised; agencies by parent."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from data.store.types import Key, Moment, Words

revision = "0003"
down_revision = "0002"

REFUSAL = "chitieu_frozen"


def upgrade() -> None:
    """Make the tables; choices cannot be changed."""
    _drafts()
    _choices()
    # Without it SQLite reads all agencies for each one whose children came first: 11,000 of them took seven seconds.
    op.create_index("ix_agencies_campaign_parent", "agencies", ["campaign", "parent"])
    statements = _postgresql() if op.get_bind().dialect.name == "postgresql" else _sqlite()
    for statement in statements:
        op.execute(sa.text(statement.replace(":", "\\:")))


def _drafts() -> None:
    op.create_table(
        "drafts",
        sa.Column("owner", Words()),
        sa.Column("scenario", Key(), autoincrement=False),
        sa.Column("based_on", sa.Integer(), nullable=True),
        sa.Column("figures", sa.Integer(), nullable=True),
        sa.Column("address", Words(), nullable=True),
        sa.Column("dropped", sa.Integer(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "scenario", name="pk_drafts"),
        sa.ForeignKeyConstraint(["scenario"], ["scenarios.id"], name="fk_drafts_scenario"),
        sa.CheckConstraint("address IS NULL OR length(address) <= 4000", name="ck_drafts_short"),
        sa.CheckConstraint("(address IS NULL) = (based_on IS NULL)", name="ck_drafts_whole"),
    )


def _choices() -> None:
    op.create_table(
        "choices",
        sa.Column("id", Key()),
        sa.Column("campaign", Words(), nullable=False),
        sa.Column("scenario_version", Key(), nullable=False),
        sa.Column("figures_version", Key(), nullable=False),
        sa.Column("by", Words(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("note", Words(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_choices"),
        sa.ForeignKeyConstraint(["campaign"], ["campaigns.id"], name="fk_choices_campaign"),
        sa.ForeignKeyConstraint(["figures_version"], ["figures_versions.id"], name="fk_choices_figures_version"),
        sa.ForeignKeyConstraint(["scenario_version"], ["scenario_versions.id"], name="fk_choices_scenario_version"),
    )
    op.create_index("ix_choices_campaign", "choices", ["campaign"])


def _sqlite() -> Iterator[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}:choices'); END"
    for event in ("UPDATE", "DELETE"):
        yield f"CREATE TRIGGER frozen_choices_{event.lower()} BEFORE {event} ON choices {refuse}"
    taken = "EXISTS (SELECT 1 FROM choices WHERE id = NEW.id)"  # "INSERT OR REPLACE" deletes without a trigger
    yield f"CREATE TRIGGER taken_choices BEFORE INSERT ON choices WHEN {taken} {refuse}"


def _postgresql() -> Iterator[str]:
    for event in ("UPDATE", "DELETE"):
        yield (
            f"CREATE TRIGGER frozen_choices_{event.lower()} BEFORE {event} ON choices FOR EACH ROW"
            " EXECUTE FUNCTION chitieu_refuse()"
        )
    yield (
        "CREATE TRIGGER emptied_choices BEFORE TRUNCATE ON choices FOR EACH STATEMENT EXECUTE FUNCTION chitieu_refuse()"
    )
