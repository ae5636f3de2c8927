"""Campaigns, figures, scenarios, runs, people and the log."""

import sqlalchemy as sa
from alembic import op

from data.store.types import Exact, Json, Key, Moment, Words

revision = "0001"
down_revision = None

GENESIS = "0" * 64


def upgrade() -> None:
    """Make the tables in an empty place."""
    _campaigns()
    _figures()
    _scenarios()
    _people()
    _log()


def _campaigns() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", Words()),
        sa.Column("name", Json(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("source", Json(), nullable=False),
        sa.Column("note", Json(), nullable=False),
        sa.Column("base_scenario", Words(), nullable=False),
        sa.Column("catalogue", Json(), nullable=False),
        sa.Column("parent_rows", Json(), nullable=False),
        sa.Column("settings", Json(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", Words(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_campaigns"),
    )
    op.create_table(
        "agencies",
        sa.Column("campaign", Words()),
        sa.Column("code", Words()),
        sa.Column("name", Words(), nullable=False),
        sa.Column("level", Words(), nullable=False),
        sa.Column("parent", Words(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", Words(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "code", name="pk_agencies"),
        sa.CheckConstraint(
            "valid_from IS NULL OR valid_to IS NULL OR valid_from < valid_to", name="ck_agencies_some_day"
        ),
        sa.ForeignKeyConstraint(["campaign"], ["campaigns.id"], name="fk_agencies_campaign"),
        sa.ForeignKeyConstraint(
            ["campaign", "parent"],
            ["agencies.campaign", "agencies.code"],
            name="fk_agencies_campaign_parent",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    op.create_table(
        "successions",
        sa.Column("campaign", Words()),
        sa.Column("predecessor", Words()),
        sa.Column("successor", Words()),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("kind", Words(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "predecessor", "successor", name="pk_successions"),
        sa.CheckConstraint("kind IN ('merge', 'split')", name="ck_successions_kind"),
        sa.ForeignKeyConstraint(
            ["campaign", "predecessor"],
            ["agencies.campaign", "agencies.code"],
            name="fk_successions_campaign_predecessor",
        ),
        sa.ForeignKeyConstraint(
            ["campaign", "successor"], ["agencies.campaign", "agencies.code"], name="fk_successions_campaign_successor"
        ),
    )
    op.create_table(
        "indicators",
        sa.Column("campaign", Words()),
        sa.Column("id", Words()),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", Words(), nullable=False),
        sa.Column("name", Json(), nullable=False),
        sa.Column("short", Json(), nullable=False),
        sa.Column("unit", Json(), nullable=False),
        sa.Column("definition", Json(), nullable=False),
        sa.Column("legal_basis", Words(), nullable=False),
        sa.Column("settings", Json(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", Words(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "id", name="pk_indicators"),
        sa.ForeignKeyConstraint(["campaign"], ["campaigns.id"], name="fk_indicators_campaign"),
    )


def _figures() -> None:
    op.create_table(
        "figures_versions",
        sa.Column("id", Key()),
        sa.Column("campaign", Words(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source", Words(), nullable=False),
        sa.Column("reporter", Words(), nullable=False),
        sa.Column("filename", Words(), nullable=False),
        sa.Column("file_sha256", Words(), nullable=False),
        sa.Column("figures_sha256", Words(), nullable=False),
        sa.Column("note", Words(), nullable=False),
        sa.Column("created_by", Words(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("previous", Key(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("columns", Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_figures_versions"),
        sa.ForeignKeyConstraint(["campaign"], ["campaigns.id"], name="fk_figures_versions_campaign"),
        sa.ForeignKeyConstraint(["previous"], ["figures_versions.id"], name="fk_figures_versions_previous"),
        sa.UniqueConstraint("campaign", "number", name="uq_figures_versions_campaign_number"),
    )
    op.create_table(
        "figures_rows",
        sa.Column("figures", Key()),
        sa.Column("position", sa.Integer(), autoincrement=False),
        sa.Column("agency", Words(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("level", Words(), nullable=False),
        sa.Column("parent", Words(), nullable=False),
        sa.Column("indicator", Words(), nullable=False),
        sa.Column("numerator", Exact(), nullable=True),
        sa.Column("denominator", Exact(), nullable=True),
        sa.Column("ceiling", Exact(), nullable=True),
        sa.Column("weight", Exact(), nullable=True),
        sa.Column("note", Words(), nullable=False),
        sa.PrimaryKeyConstraint("figures", "position", name="pk_figures_rows"),
        sa.ForeignKeyConstraint(["figures"], ["figures_versions.id"], name="fk_figures_rows_figures"),
    )
    op.create_table(
        "figures_periods",
        sa.Column("figures", Key()),
        sa.Column("position", sa.Integer()),
        sa.Column("period", Words()),
        sa.Column("expected", Exact(), nullable=True),
        sa.Column("proposed", Exact(), nullable=True),
        sa.PrimaryKeyConstraint("figures", "position", "period", name="pk_figures_periods"),
        sa.ForeignKeyConstraint(
            ["figures", "position"],
            ["figures_rows.figures", "figures_rows.position"],
            name="fk_figures_periods_figures_position",
        ),
    )


def _scenarios() -> None:
    op.create_table(
        "scenarios",
        sa.Column("id", Key()),
        sa.Column("campaign", Words(), nullable=False),
        sa.Column("slug", Words(), nullable=False),
        sa.Column("name", Json(), nullable=False),
        sa.Column("owner", Words(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("head", sa.Integer(), nullable=False),
        sa.Column("origin", Key(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", Words(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_scenarios"),
        sa.ForeignKeyConstraint(["campaign"], ["campaigns.id"], name="fk_scenarios_campaign"),
        sa.UniqueConstraint("campaign", "slug", name="uq_scenarios_campaign_slug"),
    )
    op.create_table(
        "scenario_versions",
        sa.Column("id", Key()),
        sa.Column("scenario", Key(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", Json(), nullable=False),
        sa.Column("sha256", Words(), nullable=False),
        sa.Column("note", Words(), nullable=False),
        sa.Column("by", Words(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_scenario_versions"),
        sa.ForeignKeyConstraint(["scenario"], ["scenarios.id"], name="fk_scenario_versions_scenario"),
        sa.UniqueConstraint("scenario", "number", name="uq_scenario_versions_scenario_number"),
    )
    op.create_table(
        "runs",
        sa.Column("id", Key()),
        sa.Column("campaign", Words(), nullable=False),
        sa.Column("figures_version", Key(), nullable=False),
        sa.Column("scenario_version", Key(), nullable=False),
        sa.Column("overrides", Json(), nullable=False),
        sa.Column("figures_sha256", Words(), nullable=False),
        sa.Column("scenario_sha256", Words(), nullable=False),
        sa.Column("targets_sha256", Words(), nullable=False),
        sa.Column("engine_version", Words(), nullable=False),
        sa.Column("outcome", Json(), nullable=False),
        sa.Column("by", Words(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
        sa.ForeignKeyConstraint(["campaign"], ["campaigns.id"], name="fk_runs_campaign"),
        sa.ForeignKeyConstraint(["figures_version"], ["figures_versions.id"], name="fk_runs_figures_version"),
        sa.ForeignKeyConstraint(["scenario_version"], ["scenario_versions.id"], name="fk_runs_scenario_version"),
    )
    op.create_index("ix_runs_campaign", "runs", ["campaign"])


def _people() -> None:
    op.create_table(
        "users",
        sa.Column("id", Key()),
        sa.Column("key", Words(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("display_name", Words(), nullable=False),
        sa.Column("password_hash", Words(), nullable=False),
        sa.Column("role", Words(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", Words(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.CheckConstraint("role IN ('viewer', 'staff', 'leader', 'admin')", name="ck_users_role"),
        sa.UniqueConstraint("key", name="uq_users_key"),
    )
    op.create_table(
        "login_attempts",
        sa.Column("id", Key()),
        sa.Column("name", Words(), nullable=False),
        sa.Column("address", Words(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_login_attempts"),
    )
    op.create_index("ix_login_attempts_address", "login_attempts", ["address"])
    op.create_index("ix_login_attempts_name", "login_attempts", ["name"])
    op.create_table(
        "setup_tokens",
        sa.Column("id", Key()),
        sa.Column("hash", Words(), nullable=False),
        sa.Column("purpose", Words(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("expires", Moment(), nullable=False),
        sa.Column("used_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_setup_tokens"),
        sa.UniqueConstraint("hash", name="uq_setup_tokens_hash"),
    )


def _log() -> None:
    op.create_table(
        "log",
        sa.Column("seq", Key(), autoincrement=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("user", Words(), nullable=False),
        sa.Column("action", Words(), nullable=False),
        sa.Column("subject", Words(), nullable=False),
        sa.Column("before", Json(), nullable=True),
        sa.Column("after", Json(), nullable=True),
        sa.Column("previous_hash", Words(), nullable=False),
        sa.Column("hash", Words(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_log"),
    )
    op.create_table(
        "log_head",
        sa.Column("id", sa.Integer(), autoincrement=False),
        sa.Column("seq", Key(), nullable=False),
        sa.Column("hash", Words(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_log_head"),
        sa.CheckConstraint("id = 1", name="ck_log_head_one"),
    )
    head = sa.table("log_head", sa.column("id"), sa.column("seq"), sa.column("hash"))
    op.bulk_insert(head, [{"id": 1, "seq": 0, "hash": GENESIS}])
