"""Whether an exported file still says what the store holds."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import data.export
from dashapp.services import opened
from dashapp.services.calculation import run
from dashapp.services.rights import Action, Actor, needs
from dashapp.services.tables import inputs_of, rows_of
from data.export import sections
from data.export.rereading import SUFFIXES as VERIFY_SUFFIXES
from data.export.rereading import Claim, NotAnExportError, Read, Reread, reread
from data.store import Store, StoreError, Work
from data.store.records import AllocationRecord, AllocationRow
from engine import Allocation


class Verdict(StrEnum):
    """What becomes of a check.

    `MATCHES`: every target is the store's. `CHANGED`: the file is of what the store holds, but some of its targets
    are not. `OLDER`: the table was calculated again since. `UNKNOWN`: the store has no such table or scenario.
    """

    MATCHES = "matches"
    CHANGED = "changed"
    OLDER = "older"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Differing:
    """One target that is not the store's; `stored` None: the store has none there, `read` None: the file does not."""

    agency: str
    name: str
    indicator: str
    period: str
    stored: float | None
    read: Read | None


@dataclass(frozen=True)
class Verified:
    """What came of a check.

    Attributes
    ----------
    record : AllocationRecord or None
        The table that the file says it is of; None for a scenario, or where the store has none.
    differing : tuple of Differing
        Against what the store holds now.
    targets : int
        How many were compared.
    later : int or None
        Number of the table that took the place of this one since.
    """

    verdict: Verdict
    claim: Claim
    record: AllocationRecord | None
    differing: tuple[Differing, ...]
    targets: int
    later: int | None


@needs(Action.READ)
def verify(store: Store, actor: Actor, /, content: bytes, suffix: str) -> Verified:
    """Hold a file against the store: what it says of itself, and every target in it.

    Parameters
    ----------
    suffix : str
        One of `VERIFY_SUFFIXES`.

    Raises
    ------
    NotAnExportError
        If it is no exported file, or its table is not found in it.
    """
    found = reread(content, suffix)
    if found.claim.table is None:
        return _of_scenario(store, actor, found)
    with store.reading() as work:
        record = _record(work, found.claim)
        if record is None:
            return Verified(Verdict.UNKNOWN, found.claim, None, (), len(found.targets), None)
        rows, result = work.allocations.rows(record.id), inputs_of(work, record).pinned
        later = next((one.number for one in work.allocations.list(record.campaign) if one.corrects == record.id), None)
    differing = tuple(_compared(found, rows, result))
    same_table = record.targets_sha256 == found.claim.targets_sha256
    verdict = Verdict.OLDER if not same_table else Verdict.CHANGED if differing else Verdict.MATCHES
    return Verified(verdict, found.claim, record, differing, len(found.targets), later)


def _record(work: Work, claim: Claim) -> AllocationRecord | None:
    if work.campaigns.find(claim.campaign) is None:
        return None
    return next((one for one in work.allocations.list(claim.campaign) if one.number == claim.table), None)


def _of_scenario(store: Store, actor: Actor, found: Reread) -> Verified:
    """A file of a mere run: of a scenario and figures in the store, in the versions that it names."""
    claim = found.claim
    nothing = Verified(Verdict.UNKNOWN, claim, None, (), len(found.targets), None)
    if claim.scenario_version is None or claim.figures_version is None:
        return nothing
    slug = claim.scenario.partition("/")[2]
    versions = {"version": claim.scenario_version, "figures": claim.figures_version}
    try:
        one = opened.open_scenario(store, actor, claim.campaign, slug, **versions)
    except StoreError:
        return nothing
    result = run(one.figures, one.scenario)
    differing = tuple(_compared(found, rows_of(result), result))
    is_same = data.export.targets_sha256(result) == claim.targets_sha256
    verdict = Verdict.OLDER if not is_same else Verdict.CHANGED if differing else Verdict.MATCHES
    return Verified(verdict, claim, None, differing, len(found.targets), None)


def _compared(found: Reread, rows: Sequence[AllocationRow], result: Allocation) -> Iterator[Differing]:
    """Targets of the file that are not those of the table, then those that the file lacks."""
    stored = {(row.agency, row.indicator, row.period): row for row in rows}
    read = _by_place(found.targets, result)
    for place, one in read.items():
        row = stored.get(place)
        if row is None:
            if one.share is not None:
                yield Differing(place[0], one.name, place[1], place[2], None, one)
        elif not _same(one, row.target):
            yield Differing(row.agency, row.name, row.indicator, row.period, row.target, one)
    for place, row in stored.items():
        if place not in read and row.target is not None:
            yield Differing(row.agency, row.name, row.indicator, row.period, row.target, None)


def _same(read: Read, stored: float | None) -> bool:
    if read.share is None or stored is None:
        return read.share is None and stored is None
    return abs(read.share - stored) <= read.within


def _by_place(targets: Sequence[Read], result: Allocation) -> Mapping[tuple[str, str, str], Read]:
    """Targets by agency code, indicator and period; where a file has names only, in the order of the table."""
    if all(one.agency for one in targets):
        return {(one.agency, one.indicator, one.period): one for one in targets}
    waiting: dict[str, list[str]] = {}
    figures = result.figures
    for _, _, members in sections(result):
        for at in members:
            waiting.setdefault(_bare(figures.names[at] or figures.codes[at]), []).append(figures.codes[at])
    found: dict[tuple[str, str, str], Read] = {}
    for one in targets:
        own = waiting.get(_bare(one.name), [])
        code = next((code for code in own if (code, one.indicator, one.period) not in found), None)
        if code is not None:
            found[code, one.indicator, one.period] = one
        elif one.share is not None and not own:
            found.setdefault((one.name, one.indicator, one.period), one)
    return found


def _bare(name: str) -> str:
    """A name without regard to spaces, line breaks and the form of its accents."""
    return " ".join(unicodedata.normalize("NFC", name).split())


__all__ = ["VERIFY_SUFFIXES", "Differing", "NotAnExportError", "Verdict", "Verified", "verify"]
