"""Figures come in: check, look at what would change, accept. Nothing is stored until a person has seen it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import pandas as pd

import data.intake
from dashapp.services.catalogue import FileRefusedError
from dashapp.services.provision import slug_of
from dashapp.services.refused import ConflictError, RefusedError
from dashapp.services.rights import Action, Actor, needs
from data.intake import Known, KnownAgency, Reading
from data.store import Store, Work
from data.store.records import FiguresVersion
from engine import Figures

_KEY = ("agency", "indicator")


class RowKind(StrEnum):
    """What a file does to one row of the figures."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class RowChange:
    """One agency's indicator that would change; `before` and `after` hold the columns that differ, None: not there."""

    kind: RowKind
    agency: str
    name: str
    indicator: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Preview:
    """A file before it is accepted.

    Attributes
    ----------
    reading : Reading
        Every error and warning of the file.
    based_on : FiguresVersion or None
        The figures that it would take the place of.
    changes : tuple of RowChange
        By agency and indicator; empty where the file has errors.
    unchanged : int
        Rows that stay as they are.
    token : str or None
        What `accept` asks for: this file on these figures and nothing else. None where there is nothing to accept.
    """

    campaign: str
    filename: str
    whole: bool
    reading: Reading
    based_on: FiguresVersion | None
    changes: tuple[RowChange, ...]
    unchanged: int
    token: str | None


@dataclass(frozen=True, eq=False)
class _Base:
    """What a file is read against."""

    version: FiguresVersion | None
    frame: pd.DataFrame | None
    known: Known


@needs(Action.IMPORT_FIGURES)
def check(
    store: Store, _actor: Actor, /, campaign: str, source: bytes, filename: str, *, whole: bool = True
) -> Preview:
    """Read a figures file and say what it would change; nothing is stored.

    Parameters
    ----------
    whole : bool
        True: the file is all figures of the campaign, rows that it lacks go. False: only its rows change.

    Raises
    ------
    engine.FiguresError
        If its rows do not fit together with those that stay.
    """
    with store.reading() as work:
        base = _base(work, campaign)
    return _preview(campaign, source, filename, whole, base)[0]


@needs(Action.IMPORT_FIGURES)
def accept(
    store: Store,
    actor: Actor,
    /,
    campaign: str,
    source: bytes,
    filename: str,
    *,
    token: str,
    whole: bool = True,
    origin: str = "",
    reporter: str = "",
    note: str = "",
) -> FiguresVersion:
    """Store the file that was checked, as the next version of the campaign's figures.

    Parameters
    ----------
    token : str
        Of the `Preview` that the user saw.
    origin, reporter, note : str
        Where the figures come from (default: the file's name), who reported them, what must be known.

    Raises
    ------
    FileRefusedError
        If the file has errors.
    ConflictError
        If the figures changed since the preview: `current` is the version there now.
    RefusedError
        ``nothing_new`` if it changes nothing; ``preview_differs`` if the file is not the one that was checked.
    """
    with store.reading() as work:
        base = _base(work, campaign)
    preview, figures = _preview(campaign, source, filename, whole, base)
    if figures is None:
        raise FileRefusedError(preview.reading, filename)
    with store.work(actor.name) as work:
        latest = work.figures.latest(campaign)
        _refuse_overtaken(latest, token, preview, origin=origin, reporter=reporter, note=note)
        added = work.figures.add(
            campaign,
            figures.frame,
            based_on=_id(latest),
            source=origin or filename,
            reporter=reporter,
            filename=filename,
            file_sha256=preview.reading.sha256 or "",
            note=note,
        )
        counts = {str(kind): sum(one.kind is kind for one in preview.changes) for kind in RowKind}
        told = {"number": added.number, "figures_sha256": added.figures_sha256, "filename": filename, **counts}
        before = {"number": latest.number, "figures_sha256": latest.figures_sha256} if latest else None
        work.log.append("figures.accept", f"figures/{campaign}", before, told)
        return added


def _refuse_overtaken(latest: FiguresVersion | None, token: str, preview: Preview, **yours: Any) -> None:
    if latest is not None and token.partition("-")[0] != str(latest.id):
        raise ConflictError(
            "figures",
            preview.campaign,
            changed_by=latest.created_by,
            changed_at=latest.created_at,
            current=latest,
            yours=yours,
        )
    if preview.token is None:
        raise RefusedError("nothing_new", filename=preview.filename)
    if preview.token != token:
        raise RefusedError("preview_differs", filename=preview.filename)


@needs(Action.READ)
def versions(store: Store, _actor: Actor, /, campaign: str) -> tuple[FiguresVersion, ...]:
    """All versions of a campaign's figures, oldest first."""
    with store.reading() as work:
        return work.figures.list(campaign)


@needs(Action.READ)
def figures_of(store: Store, _actor: Actor, /, version_id: int) -> Figures:
    """The figures of one version."""
    with store.reading() as work:
        return Figures.from_frame(work.figures.frame(version_id))


@needs(Action.READ)
def changes_between(store: Store, _actor: Actor, /, before: int, after: int) -> tuple[RowChange, ...]:
    """What differs between two versions of figures, by their ids."""
    with store.reading() as work:
        return _changes(work.figures.frame(before), work.figures.frame(after))[0]


def _base(work: Work, campaign: str) -> _Base:
    about = work.campaigns.get(campaign)
    version = work.figures.latest(campaign)
    frame = None if version is None else work.figures.frame(version.id)
    base = work.scenarios.find(campaign, slug_of(about.base_scenario))
    periods = work.scenarios.head(base.id).document["periods"] if base else ()
    indicators = work.indicators.list(campaign)
    known = Known(
        agencies=tuple(
            KnownAgency(one.code, one.name, one.level, one.parent or "")
            for one in work.agencies.on(campaign, about.as_of)
        ),
        indicators={one.id: one.kind for one in indicators},
        names={one.id: tuple(dict.fromkeys((*one.name.values(), *one.short.values()))) for one in indicators},
        periods=tuple(one["id"] for one in periods),
        catalogue=about.catalogue,
        parent_rows=about.parent_rows,
        previous={} if frame is None else _counts(frame),
    )
    return _Base(version, frame, known)


def _counts(frame: pd.DataFrame) -> dict[tuple[str, str], tuple[float, float]]:
    reported = frame[[*_KEY, "numerator", "denominator"]].dropna()
    return {(agency, indicator): (n, d) for agency, indicator, n, d in reported.itertuples(index=False, name=None)}


def _preview(campaign: str, source: bytes, filename: str, whole: bool, base: _Base) -> tuple[Preview, Figures | None]:
    reading = data.intake.read(source, filename, known=base.known)
    if reading.frame is None:
        return Preview(campaign, filename, whole, reading, base.version, (), 0, None), None
    frame = reading.frame if whole or base.frame is None else _laid_over(base.frame, reading.frame)
    figures = Figures.from_frame(frame)
    changes, unchanged = _changes(base.frame, figures.frame)
    token = _token(base.version, reading.sha256 or "", figures) if changes else None
    return Preview(campaign, filename, whole, reading, base.version, changes, unchanged, token), figures


def _laid_over(base: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """The base with some rows replaced or added."""
    new = pd.MultiIndex.from_frame(rows[list(_KEY)])
    rest = base[~pd.MultiIndex.from_frame(base[list(_KEY)]).isin(new)]
    return pd.concat([rest, rows], ignore_index=True)


def _token(base: FiguresVersion | None, file_sha256: str, figures: Figures) -> str:
    """Names the base first, so that a preview that was overtaken can be told from another file's."""
    of_file = hashlib.sha256(f"{file_sha256}\n{figures.sha256}".encode()).hexdigest()
    return f"{_id(base) or 0}-{of_file}"


def _id(version: FiguresVersion | None) -> int | None:
    return None if version is None else version.id


def _changes(before: pd.DataFrame | None, after: pd.DataFrame) -> tuple[tuple[RowChange, ...], int]:
    """What differs, by agency and indicator, and how many rows do not."""
    old, new = ({} if before is None else _rows(before)), _rows(after)
    found = []
    for key in sorted(old.keys() | new.keys()):
        one, other = old.get(key, {}), new.get(key, {})
        differ = [name for name in dict.fromkeys((*one, *other)) if one.get(name) != other.get(name)]
        if differ:
            kind = RowKind.CHANGED if one and other else RowKind.REMOVED if one else RowKind.ADDED
            sides = ({name: side.get(name) for name in differ} if side else {} for side in (one, other))
            told = [MappingProxyType(side) for side in sides]
            name = str((other or one)["name"])
            found.append(RowChange(kind, key[0], name, key[1], *told))
    return tuple(found), len(new) - sum(one.kind is not RowKind.REMOVED for one in found)


def _rows(frame: pd.DataFrame) -> dict[tuple[str, str], dict[str, Any]]:
    """Per agency and indicator what its row says; empty cells are left out."""
    columns = [name for name in frame.columns if name not in _KEY]
    values = {name: [None if pd.isna(one) or one == "" else one for one in frame[name]] for name in columns}
    keys = zip(frame["agency"], frame["indicator"], strict=True)
    return {
        (agency, indicator): {name: values[name][at] for name in columns if values[name][at] is not None}
        for at, (agency, indicator) in enumerate(keys)
    }
