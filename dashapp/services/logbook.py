"""The log as people read it: what they look for, a page of what is found, and the names of what it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from dashapp.services.rights import Action, Actor, needs
from data.output import BOM, csv_text
from data.store import Store, StoreError, Work
from data.store.records import LogEntry

PAGE = 50
"""Entries of one page."""
STRETCH = 1000
"""Entries that are read at once for a file."""
KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "figures": ("figures.",),
        "scenarios": ("scenario.",),
        "targets": ("allocation.", "override."),
        "people": ("user.",),
        "campaigns": ("campaign.", "agency.", "indicator."),
        "database": ("database.",),
    }
)
"""What people look for -> how the deeds that belong to it begin."""


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for in the log; what is empty is not asked for.

    `first` and `last` are days in the machine's time zone, both included.
    """

    user: str = ""
    kind: str = ""
    campaign: str = ""
    first: date | None = None
    last: date | None = None
    text: str = ""


@dataclass(frozen=True)
class Named:
    """What entries are about, and who wrote them, in the names people know.

    Attributes
    ----------
    people : mapping of user name to the name people read
    subjects : mapping of subject to its names by language
        Scenarios, campaigns and agencies.
    tables : mapping of subject to (campaign, number of the table)
    campaigns : mapping of id to names by language
    agencies : mapping of (campaign, code) to name
    """

    people: Mapping[str, str] = field(default_factory=dict)
    subjects: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    tables: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    campaigns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    agencies: Mapping[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """A page of the log, newest first; `newer` and `older` say whether there is more on either side."""

    entries: tuple[LogEntry, ...]
    named: Named
    newer: bool
    older: bool


@dataclass(frozen=True)
class Writers:
    """Who may have written an entry: user name -> name people read; and the campaigns to choose from."""

    people: Mapping[str, str]
    campaigns: Mapping[str, Mapping[str, str]]


@needs(Action.READ_LOG)
def writers(store: Store, _actor: Actor, /) -> Writers:
    """Whom and which campaign one can look for."""
    with store.reading() as work:
        people = {one.name: one.display_name for one in work.users.list()}
        return Writers(people, {one.id: one.name for one in work.campaigns.list()})


@needs(Action.READ_LOG)
def look(
    store: Store, _actor: Actor, /, wanted: Wanted, *, before: int | None = None, after: int | None = None
) -> Page:
    """A page of what is looked for: the newest, those older than entry `before`, or those newer than `after`."""
    with store.reading() as work:
        asked = _asked(work, wanted)
        if after is not None:
            found = work.log.entries(after=after, limit=PAGE + 1, **asked)
            entries = tuple(reversed(found[:PAGE]))
            newer = len(found) > PAGE
            older = bool(work.log.entries(before=after + 1, limit=1, newest_first=True, **asked))
        else:
            found = work.log.entries(before=before, limit=PAGE + 1, newest_first=True, **asked)
            entries, older = found[:PAGE], len(found) > PAGE
            newer = before is not None and bool(work.log.entries(after=before - 1, limit=1, **asked))
        return Page(entries, _names(work, entries), newer, older)


@needs(Action.READ_LOG)
def every(store: Store, _actor: Actor, /, wanted: Wanted) -> Iterator[tuple[tuple[LogEntry, ...], Named]]:
    """All that is looked for, newest first, a stretch at a time; what is written meanwhile is left out."""
    return _every(store, wanted)


def _every(store: Store, wanted: Wanted) -> Iterator[tuple[tuple[LogEntry, ...], Named]]:
    before: int | None = None
    while True:
        with store.reading() as work:
            found = work.log.entries(before=before, limit=STRETCH, newest_first=True, **_asked(work, wanted))
            names = _names(work, found)
        if not found:
            return
        yield found, names
        before = found[-1].seq


def csv_chunks(heads: Sequence[str], rows: Iterator[Sequence[Sequence[object]]]) -> Iterator[str]:
    """A CSV file in pieces, each made when it is sent; no cell is taken for a formula."""
    yield csv_text([heads])
    for some in rows:
        yield csv_text(some).removeprefix(BOM)


def _asked(work: Work, wanted: Wanted) -> dict[str, Any]:
    return {
        "user": wanted.user or None,
        "actions": KINDS.get(wanted.kind),
        "subjects": _subjects(work, wanted.campaign) if wanted.campaign else None,
        "since": _midnight(wanted.first) if wanted.first else None,
        "until": _midnight(wanted.last + timedelta(days=1)) if wanted.last else None,
        "text": wanted.text,
    }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time()).astimezone()


def _subjects(work: Work, campaign: str) -> frozenset[str]:
    """Everything of a campaign that the log may be about."""
    tables = work.allocations.list(campaign)
    found = {f"campaign/{campaign}", f"figures/{campaign}", f"agency/{campaign}/", f"indicator/{campaign}/"}
    found |= {f"scenario/{one.id}" for one in work.scenarios.list(campaign)}
    found |= {f"allocation/{one.id}" for one in tables}
    found |= {f"override/{one.id}" for table in tables for one in work.overrides.list(table.id)}
    return frozenset(found)


def _names(work: Work, entries: Sequence[LogEntry]) -> Named:
    """The names of what these entries are about; what is no longer there goes by what the log calls it."""
    campaigns = {one.id: one.name for one in work.campaigns.list()}
    people = {one.name: one.display_name for one in work.users.list()}
    subjects: dict[str, Mapping[str, str]] = {}
    tables: dict[str, tuple[str, int]] = {}
    asked: set[str] = set()
    for subject in {one.subject for one in entries}:
        kind, _, id = subject.partition("/")
        try:
            if kind == "scenario":
                scenario = work.scenarios.get(int(id))
                subjects[subject] = scenario.name
                asked.add(scenario.campaign)
            elif kind in ("allocation", "override"):
                table = work.allocations.get(
                    int(id) if kind == "allocation" else work.overrides.get(int(id)).allocation
                )
                tables[subject] = (table.campaign, table.number)
                asked.add(table.campaign)
            elif kind in ("agency", "campaign", "figures", "indicator"):
                asked.add(id.partition("/")[0])
        except (StoreError, ValueError):
            continue
    agencies = {(id, one.code): one.name for id in sorted(asked & campaigns.keys()) for one in work.agencies.list(id)}
    return Named(people, subjects, tables, campaigns, agencies)
