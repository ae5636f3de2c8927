"""What goes into the store and comes out of it: plain immutable records.

Times are aware, in UTC, with microseconds. Ids are integers unless they are text. Shares are fractions, counts are
floats (as in figures); None stands for "not there". Documents are JSON-like: mappings, lists, text, numbers, booleans,
None, dates and times; they come back equal to what was given. `version` counts the changes of a record: every change
names the version it was based on (optimistic locking). People are named by their user name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

Document = Mapping[str, Any]
Texts = Mapping[str, str]
"""``{"vi": ..., "en": ...}``"""


class State(StrEnum):
    """Where an allocation stands on its way to a Decision."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    ISSUED = "issued"


class SuccessionKind(StrEnum):
    """How agencies took over from others."""

    MERGE = "merge"
    SPLIT = "split"


@dataclass(frozen=True)
class Campaign:
    """One round of targets of one province.

    `catalogue`, `parent_rows` and `settings` are as in `scenarios.Campaign`; `settings` holds whatever else
    belongs to the campaign (presets, indicators in the order shown ...).
    """

    id: str
    name: Texts
    as_of: date
    illustrative: bool
    source: Texts
    note: Texts
    base_scenario: str
    catalogue: Document
    parent_rows: Document
    settings: Document
    version: int
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True)
class Agency:
    """An agency of a campaign.

    It exists from the day `valid_from` (None: always did) until the day before `valid_to` (None: still does).
    """

    campaign: str
    code: str
    name: str
    level: str
    parent: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    version: int = 1
    changed_by: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True)
class Succession:
    """`successor` took over from `predecessor` on the day `on`; a merger or split is several of these."""

    campaign: str
    predecessor: str
    successor: str
    on: date
    kind: SuccessionKind


@dataclass(frozen=True)
class Indicator:
    """A share that is measured, with its definition and legal basis, as one campaign uses it."""

    campaign: str
    id: str
    kind: str
    name: Texts
    short: Texts
    unit: Texts
    definition: Texts
    legal_basis: str
    settings: Document = field(default_factory=dict)
    position: int = 0
    version: int = 1
    changed_by: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True)
class FiguresVersion:
    """One state of a campaign's figures and proposals; its rows never change (`work.figures.frame`).

    `number` counts 1, 2, ... within the campaign; `previous` is the id of the version it replaced.
    """

    id: int
    campaign: str
    number: int
    source: str
    reporter: str
    filename: str
    file_sha256: str
    figures_sha256: str
    note: str
    created_by: str
    created_at: datetime
    previous: int | None
    rows: int


@dataclass(frozen=True)
class ScenarioRecord:
    """A scenario people work on; what it says is in its versions, `head` is the newest version's number.

    `origin` is the id of the scenario version it was copied from.
    """

    id: int
    campaign: str
    slug: str
    name: Texts
    owner: str
    shared: bool
    head: int
    origin: int | None
    created_at: datetime
    version: int
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True)
class ScenarioVersion:
    """What a scenario said at one time: the flattened TOML document; never changes."""

    id: int
    scenario: int
    number: int
    document: Document
    sha256: str
    note: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Draft:
    """A state of a scenario that its owner has not saved; nobody else sees it.

    `based_on` is the number of the version that was changed, `figures` the number of the figures (None: the newest),
    `address` the query of the page's address, as the owner's browser sent it, `dropped` how many drafts of this
    scenario the owner had before this one.
    """

    owner: str
    scenario: int
    based_on: int
    figures: int | None
    address: str
    dropped: int
    changed_at: datetime


@dataclass(frozen=True)
class Choice:
    """Somebody chose a scenario, as a version of it said, to be finalised on a version of the figures; never changes.

    `scenario_version` and `figures_version` are ids.
    """

    id: int
    campaign: str
    scenario_version: int
    figures_version: int
    by: str
    at: datetime
    note: str


@dataclass(frozen=True)
class Template:
    """A template of the Decision as it was uploaded; never changes. `content` None: the shipped one from then on."""

    id: int
    filename: str
    content: bytes | None = field(repr=False)
    sha256: str | None
    by: str
    at: datetime


@dataclass(frozen=True)
class Run:
    """One calculation with everything that decides it, so that it can be repeated; never changes.

    `overrides` is the snapshot of the overrides that counted; `outcome` a summary for lists.
    """

    id: int
    campaign: str
    figures_version: int
    scenario_version: int
    overrides: tuple[Document, ...]
    figures_sha256: str
    scenario_sha256: str
    targets_sha256: str
    engine_version: str
    outcome: Document
    by: str
    at: datetime


@dataclass(frozen=True)
class AllocationRecord:
    """A table of targets on its way to a Decision; `number` counts 1, 2, ... within the campaign.

    `corrects` is the id of the issued allocation this one takes the place of. From `State.ISSUED` on neither it
    nor its rows, overrides and transitions can change: the database itself refuses.
    """

    id: int
    campaign: str
    number: int
    state: State
    figures_version: int
    scenario_version: int
    run: int | None
    corrects: int | None
    targets_sha256: str | None
    engine_version: str | None
    created_by: str
    created_at: datetime
    submitted_by: str | None
    submitted_at: datetime | None
    approved_by: str | None
    approved_at: datetime | None
    issued_by: str | None
    issued_at: datetime | None
    decision_number: str | None
    decision_date: date | None
    version: int
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True)
class AllocationRow:
    """One target as it stood, with the fields of the result file (formats.md); a copy that depends on nothing.

    `position` keeps the order of the table.
    """

    position: int
    agency: str
    name: str
    level: str
    parent: str | None
    indicator: str
    period: str
    numerator: float | None
    denominator: float | None
    weight: float | None
    current: float | None
    start: float | None
    lower: float | None
    lower_by: str | None
    upper: float | None
    upper_by: str | None
    exact: float | None
    target: float | None
    target_count: float | None
    to_do: float | None
    in_period_rate: float | None
    status: str
    reason: str | None
    off_grid: bool
    expected: float | None
    expected_assumed: bool
    start_assumed: bool

    @property
    def gain(self) -> float | None:
        """Points that the target asks for, from the current rate; where nothing was counted yet, from none."""
        return None if self.target is None else self.target - (self.current or 0.0)


@dataclass(frozen=True)
class Transition:
    """One step of an allocation from state to state, with the comment that went with it."""

    id: int
    allocation: int
    from_state: State
    to_state: State
    by: str
    at: datetime
    comment: str


@dataclass(frozen=True)
class Override:
    """One agency's target set by hand, with its reason.

    `ground` is what lay beneath it when it was set (numerator, denominator, lower, upper, the unpinned target).
    At most one override per agency, indicator and period of an allocation is not withdrawn.
    """

    id: int
    allocation: int
    agency: str
    indicator: str
    period: str
    value: float
    reason: str
    ground: Document
    by: str
    at: datetime
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    withdrawn_reason: str | None
    version: int
    changed_by: str
    changed_at: datetime

    @property
    def active(self) -> bool:
        """True unless it was withdrawn."""
        return self.withdrawn_at is None


@dataclass(frozen=True)
class User:
    """Somebody who may log in. A higher `session_epoch` ends every session begun under a lower one."""

    id: int
    name: str
    display_name: str
    password_hash: str = field(repr=False)
    role: str
    active: bool
    session_epoch: int
    created_at: datetime
    version: int
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True)
class Holder:
    """A user as everybody who asks for something is looked at: without the hash of the password."""

    name: str
    display_name: str
    role: str
    active: bool
    session_epoch: int
    version: int


@dataclass(frozen=True)
class SetupToken:
    """A secret that may be used once for a purpose until it expires; only its hash is kept."""

    id: int
    hash: str
    purpose: str
    created_at: datetime
    expires: datetime
    used_at: datetime | None


@dataclass(frozen=True)
class LogEntry:
    """One entry of the log; `hash` covers every other field, `previous_hash` ties it to the entry before."""

    seq: int
    at: datetime
    user: str
    action: str
    subject: str
    before: Document | None
    after: Document | None
    previous_hash: str
    hash: str


@dataclass(frozen=True)
class Verified:
    """A stretch of the log that was read, up to entry `seq` of that `hash`; `whole` where that is the end and it holds.

    `broken` is the first place where it is not what was written, or None.
    """

    seq: int
    hash: str
    whole: bool
    broken: Broken | None = None


@dataclass(frozen=True)
class Broken:
    """The first place where the log is not what was written.

    `reason`: ``changed`` (the entry says something else than it did), ``missing`` (entry `seq` is gone),
    ``reordered`` (entry `seq` stands where another was), ``cut`` (entries from `seq` to the end are gone),
    ``added`` (entry `seq` stands after the end), ``head`` (the end itself was changed).
    """

    seq: int
    reason: str
    entry: LogEntry | None = None
