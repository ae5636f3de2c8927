"""The tables, as of the newest migration. No object of these classes leaves the store."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from data.store.types import Exact, Json, Key, Moment, Words

ISSUED_IS_COMPLETE = (
    "state <> 'issued' OR (decision_number IS NOT NULL AND decision_date IS NOT NULL AND issued_by IS NOT NULL"
    " AND run IS NOT NULL AND targets_sha256 IS NOT NULL AND approved_by IS NOT NULL)"
)
FOUR_EYES = "approved_by IS NULL OR submitted_by IS NOT NULL AND approved_by <> submitted_by"
ACTIVE = "withdrawn_at IS NULL"
SHORT = "address IS NULL OR length(address) <= 4000"


class Base(DeclarativeBase):
    """Constraints have the same names on both databases, so that a migration can find them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {
        str: Words,
        float: Exact,
        bool: Boolean,
        bytes: LargeBinary,
        int: Key,
        datetime: Moment,
        date: Date,
        Any: Json,
    }


class Versioned:
    """A record that changes: who changed it last, and how often it was changed."""

    version: Mapped[int] = mapped_column(Integer)
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]


class Campaign(Versioned, Base):
    __tablename__ = "campaigns"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[Any]
    as_of: Mapped[date]
    illustrative: Mapped[bool]
    source: Mapped[Any]
    note: Mapped[Any]
    base_scenario: Mapped[str]
    catalogue: Mapped[Any]
    parent_rows: Mapped[Any]
    settings: Mapped[Any]


class Agency(Versioned, Base):
    __tablename__ = "agencies"
    campaign: Mapped[str] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    level: Mapped[str]
    parent: Mapped[str | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    __table_args__ = (
        ForeignKeyConstraint(
            ["campaign", "parent"], ["agencies.campaign", "agencies.code"], deferrable=True, initially="DEFERRED"
        ),
        CheckConstraint("valid_from IS NULL OR valid_to IS NULL OR valid_from < valid_to", name="some_day"),
        Index(None, "campaign", "parent"),
    )


class Succession(Base):
    __tablename__ = "successions"
    campaign: Mapped[str] = mapped_column(primary_key=True)
    predecessor: Mapped[str] = mapped_column(primary_key=True)
    successor: Mapped[str] = mapped_column(primary_key=True)
    on: Mapped[date]
    kind: Mapped[str]
    __table_args__ = (
        ForeignKeyConstraint(["campaign", "predecessor"], ["agencies.campaign", "agencies.code"]),
        ForeignKeyConstraint(["campaign", "successor"], ["agencies.campaign", "agencies.code"]),
        CheckConstraint("kind IN ('merge', 'split')", name="kind"),
    )


class Indicator(Versioned, Base):
    __tablename__ = "indicators"
    campaign: Mapped[str] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str]
    name: Mapped[Any]
    short: Mapped[Any]
    unit: Mapped[Any]
    definition: Mapped[Any]
    legal_basis: Mapped[str]
    settings: Mapped[Any]


class FiguresVersion(Base):
    __tablename__ = "figures_versions"
    id: Mapped[int] = mapped_column(primary_key=True)
    campaign: Mapped[str] = mapped_column(ForeignKey("campaigns.id"))
    number: Mapped[int] = mapped_column(Integer)
    source: Mapped[str]
    reporter: Mapped[str]
    filename: Mapped[str]
    file_sha256: Mapped[str]
    figures_sha256: Mapped[str]
    note: Mapped[str]
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    previous: Mapped[int | None] = mapped_column(ForeignKey("figures_versions.id"))
    rows: Mapped[int] = mapped_column(Integer)
    columns: Mapped[Any]
    __table_args__ = (UniqueConstraint("campaign", "number"),)


class FiguresRow(Base):
    """One row of the table of figures, `position` in its order."""

    __tablename__ = "figures_rows"
    figures: Mapped[int] = mapped_column(ForeignKey("figures_versions.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    agency: Mapped[str]
    name: Mapped[str]
    level: Mapped[str]
    parent: Mapped[str]
    indicator: Mapped[str]
    numerator: Mapped[float | None]
    denominator: Mapped[float | None]
    ceiling: Mapped[float | None]
    weight: Mapped[float | None]
    note: Mapped[str]


class FiguresPeriod(Base):
    """What one row expects and proposes for one period; no row where it says neither."""

    __tablename__ = "figures_periods"
    figures: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    period: Mapped[str] = mapped_column(primary_key=True)
    expected: Mapped[float | None]
    proposed: Mapped[float | None]
    __table_args__ = (ForeignKeyConstraint(["figures", "position"], ["figures_rows.figures", "figures_rows.position"]),)


class History(Base):
    """Months of the past by what they say: versions of figures that rest on the same ones share them."""

    __tablename__ = "histories"
    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(unique=True)
    rows: Mapped[int] = mapped_column(Integer)


class HistoryRow(Base):
    """One agency's month of one indicator, `position` in the order of the history."""

    __tablename__ = "history_rows"
    history: Mapped[int] = mapped_column(ForeignKey("histories.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    agency: Mapped[str]
    indicator: Mapped[str]
    end: Mapped[date]
    numerator: Mapped[float | None]
    denominator: Mapped[float | None]


class FiguresHistory(Base):
    """The history that a version of figures rests on; no row where there is none."""

    __tablename__ = "figures_histories"
    figures: Mapped[int] = mapped_column(ForeignKey("figures_versions.id"), primary_key=True, autoincrement=False)
    history: Mapped[int] = mapped_column(ForeignKey("histories.id"))


class Scenario(Versioned, Base):
    __tablename__ = "scenarios"
    id: Mapped[int] = mapped_column(primary_key=True)
    campaign: Mapped[str] = mapped_column(ForeignKey("campaigns.id"))
    slug: Mapped[str]
    name: Mapped[Any]
    owner: Mapped[str]
    shared: Mapped[bool]
    head: Mapped[int] = mapped_column(Integer)
    origin: Mapped[int | None]
    created_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("campaign", "slug"),)


class ScenarioVersion(Base):
    __tablename__ = "scenario_versions"
    id: Mapped[int] = mapped_column(primary_key=True)
    scenario: Mapped[int] = mapped_column(ForeignKey("scenarios.id"))
    number: Mapped[int] = mapped_column(Integer)
    document: Mapped[Any]
    sha256: Mapped[str]
    note: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("scenario", "number"),)


class Draft(Base):
    """One state for each person and scenario, none without an address; `dropped` says how often there was an end."""

    __tablename__ = "drafts"
    owner: Mapped[str] = mapped_column(primary_key=True)
    scenario: Mapped[int] = mapped_column(ForeignKey("scenarios.id"), primary_key=True, autoincrement=False)
    based_on: Mapped[int | None] = mapped_column(Integer)
    figures: Mapped[int | None] = mapped_column(Integer)
    address: Mapped[str | None]
    dropped: Mapped[int] = mapped_column(Integer)
    changed_at: Mapped[datetime]
    __table_args__ = (
        CheckConstraint(SHORT, name="short"),
        CheckConstraint("(address IS NULL) = (based_on IS NULL)", name="whole"),
    )


class Choice(Base):
    __tablename__ = "choices"
    id: Mapped[int] = mapped_column(primary_key=True)
    campaign: Mapped[str] = mapped_column(ForeignKey("campaigns.id"), index=True)
    scenario_version: Mapped[int] = mapped_column(ForeignKey("scenario_versions.id"))
    figures_version: Mapped[int] = mapped_column(ForeignKey("figures_versions.id"))
    by: Mapped[str]
    at: Mapped[datetime]
    note: Mapped[str]


class Template(Base):
    """A template of the Decision; without content: the shipped one from then on."""

    __tablename__ = "templates"
    id: Mapped[int] = mapped_column(primary_key=True)
    filename: Mapped[str]
    content: Mapped[bytes | None]
    sha256: Mapped[str | None]
    by: Mapped[str]
    at: Mapped[datetime]
    __table_args__ = (CheckConstraint("(content IS NULL) = (sha256 IS NULL)", name="whole"),)


class Run(Base):
    __tablename__ = "runs"
    id: Mapped[int] = mapped_column(primary_key=True)
    campaign: Mapped[str] = mapped_column(ForeignKey("campaigns.id"), index=True)
    figures_version: Mapped[int] = mapped_column(ForeignKey("figures_versions.id"))
    scenario_version: Mapped[int] = mapped_column(ForeignKey("scenario_versions.id"))
    overrides: Mapped[Any]
    figures_sha256: Mapped[str]
    scenario_sha256: Mapped[str]
    targets_sha256: Mapped[str]
    engine_version: Mapped[str]
    outcome: Mapped[Any]
    by: Mapped[str]
    at: Mapped[datetime]


class Allocation(Versioned, Base):
    __tablename__ = "allocations"
    id: Mapped[int] = mapped_column(primary_key=True)
    campaign: Mapped[str] = mapped_column(ForeignKey("campaigns.id"))
    number: Mapped[int] = mapped_column(Integer)
    state: Mapped[str]
    figures_version: Mapped[int] = mapped_column(ForeignKey("figures_versions.id"))
    scenario_version: Mapped[int] = mapped_column(ForeignKey("scenario_versions.id"))
    run: Mapped[int | None] = mapped_column(ForeignKey("runs.id"))
    corrects: Mapped[int | None] = mapped_column(ForeignKey("allocations.id"))
    targets_sha256: Mapped[str | None]
    engine_version: Mapped[str | None]
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    submitted_by: Mapped[str | None]
    submitted_at: Mapped[datetime | None]
    approved_by: Mapped[str | None]
    approved_at: Mapped[datetime | None]
    issued_by: Mapped[str | None]
    issued_at: Mapped[datetime | None]
    decision_number: Mapped[str | None]
    decision_date: Mapped[date | None]
    __table_args__ = (
        UniqueConstraint("campaign", "number"),
        CheckConstraint("state IN ('draft', 'submitted', 'approved', 'issued')", name="state"),
        CheckConstraint(ISSUED_IS_COMPLETE, name="issued_is_complete"),
        CheckConstraint(FOUR_EYES, name="four_eyes"),
    )


class AllocationRow(Base):
    """One target. Its key is natural: a made-up id could be taken over by a row of another allocation."""

    __tablename__ = "allocation_rows"
    allocation: Mapped[int] = mapped_column(ForeignKey("allocations.id"), primary_key=True)
    agency: Mapped[str] = mapped_column(primary_key=True)
    indicator: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str]
    level: Mapped[str]
    parent: Mapped[str | None]
    numerator: Mapped[float | None]
    denominator: Mapped[float | None]
    weight: Mapped[float | None]
    current: Mapped[float | None]
    start: Mapped[float | None]
    lower: Mapped[float | None]
    lower_by: Mapped[str | None]
    upper: Mapped[float | None]
    upper_by: Mapped[str | None]
    exact: Mapped[float | None]
    target: Mapped[float | None]
    target_count: Mapped[float | None]
    to_do: Mapped[float | None]
    in_period_rate: Mapped[float | None]
    status: Mapped[str]
    reason: Mapped[str | None]
    off_grid: Mapped[bool]
    expected: Mapped[float | None]
    expected_assumed: Mapped[bool]
    start_assumed: Mapped[bool]


class Transition(Base):
    __tablename__ = "transitions"
    id: Mapped[int] = mapped_column(primary_key=True)
    allocation: Mapped[int] = mapped_column(ForeignKey("allocations.id"), index=True)
    from_state: Mapped[str]
    to_state: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]
    comment: Mapped[str]


class Override(Versioned, Base):
    __tablename__ = "overrides"
    id: Mapped[int] = mapped_column(primary_key=True)
    allocation: Mapped[int] = mapped_column(ForeignKey("allocations.id"), index=True)
    agency: Mapped[str]
    indicator: Mapped[str]
    period: Mapped[str]
    value: Mapped[float]
    reason: Mapped[str]
    ground: Mapped[Any]
    by: Mapped[str]
    at: Mapped[datetime]
    withdrawn_by: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str | None]
    __table_args__ = (
        Index(
            "uq_overrides_active",
            "allocation",
            "agency",
            "indicator",
            "period",
            unique=True,
            sqlite_where=text(ACTIVE),
            postgresql_where=text(ACTIVE),
        ),
    )


class User(Versioned, Base):
    """`key` is the name as names are compared: no case, no width."""

    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    display_name: Mapped[str]
    password_hash: Mapped[str]
    role: Mapped[str]
    active: Mapped[bool]
    session_epoch: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime]
    __table_args__ = (CheckConstraint("role IN ('viewer', 'staff', 'leader', 'admin')", name="role"),)


class LoginAttempt(Base):
    __tablename__ = "login_attempts"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime]
    succeeded: Mapped[bool]


class SetupToken(Base):
    __tablename__ = "setup_tokens"
    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[str]
    created_at: Mapped[datetime]
    expires: Mapped[datetime]
    used_at: Mapped[datetime | None]


class LogEntry(Base):
    __tablename__ = "log"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    user: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    before: Mapped[Any] = mapped_column(nullable=True)
    after: Mapped[Any] = mapped_column(nullable=True)
    previous_hash: Mapped[str]
    hash: Mapped[str]


class LogHead(Base):
    """The one row that knows the end of the log; who writes holds its lock, so writers have turns."""

    __tablename__ = "log_head"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int]
    hash: Mapped[str]
    __table_args__ = (CheckConstraint("id = 1", name="one"),)
