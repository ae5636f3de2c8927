"""Several files and cells typed by hand become one new version of a campaign's figures: looked at first, then taken.

Nothing is stored until a person has seen what would change. Each file is read alone; where two say different things
about the same figure nothing is taken until one of them is left out.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import pandas as pd

import data.intake
from dashapp.services import lookback
from dashapp.services.importing import (
    Base,
    RowChange,
    RowKind,
    base_of,
    changes_of,
    refuse_overtaken,
    rows_of,
    with_months,
)
from dashapp.services.lookback import Lookback
from dashapp.services.refused import RefusedError
from dashapp.services.rights import Action, Actor, needs
from data.intake import KnownAgency, Layout, Problem, Reading, Severity
from data.store import Store
from data.store.records import FiguresVersion
from engine import EngineError, Figures, FiguresError

proposals = data.intake.proposals
"""What could stand in the cell of a problem instead, the likeliest first."""
MAX_BYTES = data.intake.MAX_BYTES
"""Of one file."""
MOST_FILES = 200
MOST_TYPED = 20_000
LONGEST_NAMES = 200
"""Characters of the names of the files of one version."""
TEXTS = ("name", "level", "parent")
COUNTS = ("numerator", "denominator")
_PERIODICAL = ("expected_", "proposed_")
_ABOUT_ALL = frozenset({"agency_missing", "not_reported"})
"""Warnings that say nothing where a file brings some agencies only."""

Key = tuple[str, str]
Row = dict[str, Any]


@dataclass(frozen=True)
class Sent:
    """A file as a person sent it, with what was accepted to be read instead of some of its cells.

    `size` is that of the file [bytes]: of one above `MAX_BYTES` there is no `source`.
    """

    filename: str
    source: bytes = field(repr=False)
    repairs: Mapping[tuple[str, str], str] = field(default_factory=lambda: MappingProxyType({}))
    size: int = 0


@dataclass(frozen=True)
class Typed:
    """One cell typed or pasted on the screen; an empty `text` takes the figure away."""

    agency: str
    indicator: str
    field: str
    text: str


@dataclass(frozen=True, eq=False)
class FileRead:
    """One file of a batch: how it was read, and how many of its rows say something."""

    filename: str
    reading: Reading
    rows: int

    @property
    def is_history(self) -> bool:
        """True if it holds months of the past."""
        return self.reading.layout is Layout.HISTORY


@dataclass(frozen=True)
class Contradiction:
    """Two files that say different things about one figure: the name of each file and what it says."""

    agency: str
    indicator: str
    field: str
    first: tuple[str, Any]
    second: tuple[str, Any]


@dataclass(frozen=True)
class TypedFault:
    """A cell that cannot be read, and why."""

    typed: Typed
    problem: Problem


@dataclass(frozen=True)
class Step:
    """So many files of the batch have been read; the next one is `filename`."""

    done: int
    of: int
    filename: str


@dataclass(frozen=True, eq=False)
class Batch:
    """Files and typed cells before they are taken.

    Attributes
    ----------
    faults : tuple of TypedFault
    missing : tuple of KnownAgency
        Agencies of the campaign that none of the files names; empty where the files are not all figures.
    refused : EngineError or None
        Why the rows do not fit together.
    changes, unchanged, based_on
        As in `importing.Preview`.
    token : str or None
        What `take` asks for; None where there is nothing to take or something is wrong.
    names : mapping
        Agency code -> name, of all that the campaign knows.
    months : Lookback or None
        What becomes of the months of the past; None where they stay as they are.
    """

    campaign: str
    whole: bool
    files: tuple[FileRead, ...]
    contradictions: tuple[Contradiction, ...]
    faults: tuple[TypedFault, ...]
    missing: tuple[KnownAgency, ...]
    refused: EngineError | None
    based_on: FiguresVersion | None
    changes: tuple[RowChange, ...]
    unchanged: int
    token: str | None
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    months: Lookback | None = None

    @property
    def counts(self) -> Mapping[str, int]:
        """Rows that it adds, removes and changes, those of months included."""
        of_months = {} if self.months is None else vars(self.months)
        rows = {str(kind): sum(one.kind is kind for one in self.changes) for kind in RowKind}
        return {kind: count + of_months.get(kind, 0) for kind, count in rows.items()}

    @property
    def is_sound(self) -> bool:
        """True if nothing in it keeps it from being taken."""
        readable = all(one.reading.frame is not None for one in self.files)
        return readable and not (self.contradictions or self.faults or self.refused)


def is_error(problem: Problem) -> bool:
    """True if a problem keeps its file out."""
    return problem.severity is Severity.ERROR


@needs(Action.IMPORT_FIGURES)
def looking(
    store: Store, _actor: Actor, /, campaign: str, sent: Sequence[Sent], typed: Sequence[Typed], *, whole: bool = False
) -> Iterator[Step | Batch]:
    """Read a batch file by file: a `Step` before each, the `Batch` at the end; nothing is stored.

    Parameters
    ----------
    whole : bool
        True: the files are all figures of the campaign, rows that they lack go. False: only what they say changes,
        an empty cell changes nothing.

    Raises
    ------
    RefusedError
        ``too_many_files``, ``too_many_typed``.
    """
    with store.reading() as work:
        base = base_of(work, campaign)
    yield from _looking(base, campaign, sent, typed, whole)


@needs(Action.IMPORT_FIGURES)
def look(
    store: Store, _actor: Actor, /, campaign: str, sent: Sequence[Sent], typed: Sequence[Typed], *, whole: bool = False
) -> Batch:
    """The `Batch` that `looking` ends with."""
    with store.reading() as work:
        base = base_of(work, campaign)
    return _batch(base, campaign, sent, typed, whole)[0]


@needs(Action.IMPORT_FIGURES)
def take(
    store: Store,
    actor: Actor,
    /,
    campaign: str,
    sent: Sequence[Sent],
    typed: Sequence[Typed],
    *,
    token: str,
    whole: bool = False,
    origin: str = "",
    reporter: str = "",
    note: str = "",
) -> tuple[FiguresVersion, Mapping[str, int]]:
    """Store the batch that was looked at, as the next version of the campaign's figures; how many rows it changes.

    Raises
    ------
    ConflictError
        If the figures changed since: `current` is the version there now.
    RefusedError
        ``nothing_new`` if it changes nothing; ``preview_differs`` if it is not the batch that was looked at, or has
        faults.
    """
    with store.reading() as work:
        base = base_of(work, campaign)
    batch, figures = _batch(base, campaign, sent, typed, whole)
    names = _names(batch.files)
    with store.work(actor.name) as work:
        latest = work.figures.latest(campaign)
        yours = {"origin": origin, "reporter": reporter, "note": note}
        refuse_overtaken(latest, token, campaign, batch.token, names, is_sound=batch.is_sound, **yours)
        if figures is None:
            raise RefusedError("preview_differs", filename=names)
        added = work.figures.add(
            campaign,
            figures.frame,
            based_on=None if latest is None else latest.id,
            history=figures.history,
            source=origin or names,
            reporter=reporter,
            filename=names,
            file_sha256=_sha256(batch.files),
            note=note,
        )
        counts = batch.counts
        told = {"number": added.number, "figures_sha256": added.figures_sha256, "filename": names, **counts}
        if typed:
            told["typed"] = len(typed)
        before = {"number": latest.number, "figures_sha256": latest.figures_sha256} if latest else None
        before, told = with_months(before, told, base.history, figures.history)
        work.log.append("figures.accept", f"figures/{campaign}", before, told)
        return added, counts


# reading ---------------------------------------------------------------------------------------------------------
def _batch(
    base: Base, campaign: str, sent: Sequence[Sent], typed: Sequence[Typed], whole: bool
) -> tuple[Batch, Figures | None]:
    _refuse_too_much(sent, typed)
    return _together(base, campaign, [_read(base, one, whole) for one in sent], typed, whole)


def _looking(
    base: Base, campaign: str, sent: Sequence[Sent], typed: Sequence[Typed], whole: bool
) -> Iterator[Step | Batch]:
    _refuse_too_much(sent, typed)
    read = []
    for at, one in enumerate(sent):
        yield Step(at, len(sent), one.filename)
        read.append(_read(base, one, whole))
    yield _together(base, campaign, read, typed, whole)[0]


def _refuse_too_much(sent: Sequence[Sent], typed: Sequence[Typed]) -> None:
    if len(sent) > MOST_FILES:
        raise RefusedError("too_many_files", count=len(sent), limit=MOST_FILES)
    if len(typed) > MOST_TYPED:
        raise RefusedError("too_many_typed", count=len(typed), limit=MOST_TYPED)


def _read(base: Base, one: Sent, whole: bool) -> FileRead:
    if one.size > MAX_BYTES:
        return FileRead(one.filename, data.intake.too_large(one.size), 0)
    if data.intake.is_history(one.source, one.filename):
        past = data.intake.read_history(one.source, one.filename, known=base.known, repairs=one.repairs)
        return FileRead(one.filename, past, 0 if past.frame is None else lookback.counted(past.frame))
    reading = data.intake.read(one.source, one.filename, known=base.known, repairs=one.repairs)
    problems = tuple(
        problem for problem in reading.problems if problem.code not in (_ABOUT_ALL if not whole else {"agency_missing"})
    )
    rows = 0 if reading.frame is None else sum(_says(row) for row in rows_of(reading.frame).values())
    return FileRead(one.filename, replace(reading, problems=problems), rows)


def _says(row: Mapping[str, Any]) -> bool:
    """True if a row says anything beside whose it is."""
    return any(name not in TEXTS for name in row)


# putting together ------------------------------------------------------------------------------------------------
def _together(
    base: Base, campaign: str, read: Sequence[FileRead], typed: Sequence[Typed], whole: bool
) -> tuple[Batch, Figures | None]:
    of_figures = [one for one in read if not one.is_history]
    merged, contradictions = _merged(of_figures, whole)
    rows = _laid(base, merged, whole=whole and bool(of_figures))
    faults = _type_in(rows, base, typed)
    missing = _missing(base, merged) if whole and of_figures else ()
    told = [(one.filename, one.reading.frame) for one in read if one.is_history and one.reading.frame is not None]
    past, unlike = lookback.joined(told)
    contradictions += tuple(Contradiction(*one) for one in unlike)
    names = {one.code: one.name for one in base.known.agencies}
    batch = Batch(
        campaign, whole, tuple(read), contradictions, faults, missing, None, base.version, (), len(rows), None, names
    )
    if not batch.is_sound or not (rows or told):
        return batch, None
    try:
        if not rows:
            raise FiguresError("history_alone")
        figures = base.figures(_frame(rows), past)
    except EngineError as refused:
        return replace(batch, refused=refused), None
    changes, unchanged = changes_of(base.frame, figures.frame)
    months = lookback.between(base.history, figures.history)
    batch = replace(batch, changes=changes, unchanged=unchanged, months=months)
    return (replace(batch, token=_token(batch, figures)), figures) if changes or months else (batch, figures)


def _merged(read: Sequence[FileRead], whole: bool) -> tuple[dict[Key, Row], tuple[Contradiction, ...]]:
    """What all files say together, and where two of them say different things."""
    merged: dict[Key, Row] = {}
    said_by: dict[tuple[str, str, str], str] = {}
    found: list[Contradiction] = []
    for file in read:
        if file.reading.frame is None:
            continue
        for key, row in rows_of(file.reading.frame).items():
            if not whole and not _says(row):
                continue
            into = merged.setdefault(key, {})
            for name, value in row.items():
                if name not in into:
                    into[name] = value
                    said_by[*key, name] = file.filename
                elif into[name] != value and name not in TEXTS:
                    first = (said_by[*key, name], into[name])
                    found.append(Contradiction(*key, name, first, (file.filename, value)))
    return merged, tuple(found)


def _laid(base: Base, merged: Mapping[Key, Row], *, whole: bool) -> dict[Key, Row]:
    """The rows of the new version: those of the files on top of those there are, or alone if they are `whole`."""
    rows = {} if whole or base.frame is None else {key: dict(row) for key, row in rows_of(base.frame).items()}
    for key, row in merged.items():
        into = rows.setdefault(key, {name: row.get(name, "") for name in TEXTS})
        into.update({name: value for name, value in row.items() if name not in TEXTS})
    _settle(rows, base)
    return rows


def _settle(rows: Mapping[Key, Row], base: Base) -> None:
    """Every agency has one name, level and parent: those of the campaign where it knows the agency."""
    known = {one.code: one for one in base.known.agencies}
    there = {agency for agency, _ in rows}
    first: dict[str, Row] = {}
    for (agency, _), row in rows.items():
        own = first.setdefault(agency, _about(known.get(agency), row))
        row.update(own)
        if row["parent"] not in there:
            row["parent"] = ""


def _about(known: KnownAgency | None, row: Mapping[str, Any]) -> Row:
    if known is not None:
        return {"name": known.name, "level": known.level, "parent": known.parent}
    return {name: row.get(name, "") for name in TEXTS}


def _type_in(rows: dict[Key, Row], base: Base, typed: Sequence[Typed]) -> tuple[TypedFault, ...]:
    """Put typed cells into the rows; what cannot be read, and rows that they leave wrong, come back."""
    known = {one.code: one for one in base.known.agencies}
    there = {agency for agency, _ in rows}
    found: list[TypedFault] = []
    touched: dict[Key, Typed] = {}
    for one in typed:
        value, fault = _typed_value(one, base)
        key = (one.agency, one.indicator)
        if fault is None and not (one.agency in there or one.agency in known):
            fault = Problem(Severity.ERROR, "unknown_agency", found=one.agency)
        if fault is not None:
            found.append(TypedFault(one, fault))
            continue
        rows.setdefault(key, dict.fromkeys(TEXTS, ""))
        touched[key] = one
        if value is None:
            rows[key].pop(one.field, None)
        else:
            rows[key][one.field] = value
    found += [TypedFault(one, fault) for key, one in touched.items() if (fault := _pair_fault(key, rows[key]))]
    _settle(rows, base)
    return tuple(found)


def _typed_value(one: Typed, base: Base) -> tuple[Any, Problem | None]:
    fields = {*COUNTS, "ceiling", "weight", *(start + id for start in _PERIODICAL for id in base.known.periods)}
    if one.field == "note":
        return one.text.strip() or None, None
    if one.field not in fields or one.indicator not in base.known.indicators:
        return None, Problem(Severity.ERROR, "unknown_header", found=one.field)
    value, code, expected = data.intake.read_typed(one.field, one.text)
    if code:
        details = {"field": one.field, "limit": data.intake.LARGEST_COUNT}
        return None, Problem(Severity.ERROR, code, found=one.text[:120], expected=expected, details=details)
    return (None if math.isnan(value) else value), None


def _pair_fault(key: Key, row: Row) -> Problem | None:
    numerator, denominator = row.get("numerator"), row.get("denominator")
    details = {"agency": key[0], "indicator": key[1]}
    if numerator is None and denominator is None:
        return None
    if numerator is None or denominator is None:
        empty, given = COUNTS if numerator is None else COUNTS[::-1]
        return Problem(Severity.ERROR, "count_missing", details={**details, "field": empty, "given": given})
    if numerator > denominator:
        counts = {"numerator": numerator, "denominator": denominator}
        return Problem(
            Severity.ERROR,
            "numerator_above_denominator",
            found=f"{numerator:.0f}",
            expected=f"≤ {denominator:.0f}",
            details={**details, **counts},
        )
    return None


def _missing(base: Base, merged: Mapping[Key, Row]) -> tuple[KnownAgency, ...]:
    there = {agency for agency, _ in merged}
    return tuple(one for one in base.known.agencies if one.code not in there)


def _frame(rows: Mapping[Key, Row]) -> pd.DataFrame:
    texts = ("agency", *TEXTS, "indicator")
    numbers = [*COUNTS, *sorted({name for row in rows.values() for name in row} - {*texts, *COUNTS, "note"})]
    columns: dict[str, Any] = {
        "agency": [agency for agency, _ in rows],
        **{name: [row.get(name, "") for row in rows.values()] for name in TEXTS},
        "indicator": [indicator for _, indicator in rows],
        **{name: [row.get(name, math.nan) for row in rows.values()] for name in numbers},
    }
    if any("note" in row for row in rows.values()):
        columns["note"] = [row.get("note", "") for row in rows.values()]
    frame = pd.DataFrame(columns)
    return frame.astype({name: object if name in (*texts, "note") else "float64" for name in frame.columns})


def _token(batch: Batch, figures: Figures) -> str:
    of_batch = hashlib.sha256(f"{_sha256(batch.files)}\n{figures.sha256}\n{_notes(figures)}".encode()).hexdigest()
    return f"{0 if batch.based_on is None else batch.based_on.id}-{of_batch}"


def _notes(figures: Figures) -> str:
    """Notes are not part of the figures' own hash."""
    return "\n".join(figures.frame["note"]) if "note" in figures.frame else ""


def _sha256(files: Sequence[FileRead]) -> str:
    """Of the one file, or of the hashes of all; empty where everything was typed."""
    hashes = [one.reading.sha256 or "" for one in files]
    if len(hashes) < 2:
        return hashes[0] if hashes else ""
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()


def _names(files: Sequence[FileRead]) -> str:
    text = ", ".join(one.filename for one in files)
    return text if len(text) <= LONGEST_NAMES else text[: LONGEST_NAMES - 1] + "…"
