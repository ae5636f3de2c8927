"""Figures come in: check, look at what would change, accept. Nothing is stored until a person has seen it."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

import data.intake
from dashapp.i18n import t
from dashapp.services import lookback
from dashapp.services.catalogue import FileRefusedError
from dashapp.services.described import campaign_in
from dashapp.services.opened import figures_of as figures_kept
from dashapp.services.provision import slug_of
from dashapp.services.refused import ConflictError, RefusedError
from dashapp.services.rights import Action, Actor, needs
from data.intake import FormIndicator, Known, KnownAgency, Reading
from data.store import Store, Work
from data.store.records import FiguresVersion
from engine import Figures, History

KEY = ("agency", "indicator")
REPORTED = data.intake.REPORTED
"""The indicator that reports of other systems count."""


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
class Base:
    """What a file is read against; `history` is what the newest figures rest on."""

    version: FiguresVersion | None
    frame: pd.DataFrame | None
    known: Known
    history: History | None

    def figures(self, frame: pd.DataFrame, months: pd.DataFrame | None = None) -> Figures:
        """A table as the next version: with the months that its agencies have already, and others on top of them.

        Raises
        ------
        engine.FiguresError
            If the table does not fit together, or a new month is of an agency that it lacks.
        """
        made = Figures.from_frame(frame)
        kept = None if self.history is None else self.history.of(made.codes)
        return made.with_history(kept if months is None else lookback.laid_over(kept, months))


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
        base = base_of(work, campaign)
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
        base = base_of(work, campaign)
    preview, figures = _preview(campaign, source, filename, whole, base)
    if figures is None:
        raise FileRefusedError(preview.reading, filename)
    with store.work(actor.name) as work:
        latest = work.figures.latest(campaign)
        yours: dict[str, Any] = {"origin": origin, "reporter": reporter, "note": note}
        refuse_overtaken(latest, token, campaign, preview.token, filename, **yours)
        added = work.figures.add(
            campaign,
            figures.frame,
            based_on=_id(latest),
            history=figures.history,
            source=origin or filename,
            reporter=reporter,
            filename=filename,
            file_sha256=preview.reading.sha256 or "",
            note=note,
        )
        counts = {str(kind): sum(one.kind is kind for one in preview.changes) for kind in RowKind}
        told = {"number": added.number, "figures_sha256": added.figures_sha256, "filename": filename, **counts}
        before = {"number": latest.number, "figures_sha256": latest.figures_sha256} if latest else None
        before, told = with_months(before, told, base.history, figures.history)
        work.log.append("figures.accept", f"figures/{campaign}", before, told)
        return added


def with_months(
    before: dict[str, Any] | None, told: dict[str, Any], old: History | None, new: History | None
) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """What the log says of a version before and after, with the months that it rests on where these change."""
    was, now = ({} if one is None else {"history_sha256": one.sha256, "months": len(one.ends)} for one in (old, new))
    if was == now:
        return before, told
    empty = dict.fromkeys((*was, *now))
    return None if before is None else {**before, **empty, **was}, {**told, **empty, **now}


def refuse_overtaken(
    latest: FiguresVersion | None,
    token: str,
    campaign: str,
    expected: str | None,
    filename: str,
    /,
    *,
    is_sound: bool = True,
    **yours: Any,
) -> None:
    """Refuse what was seen on other figures than the newest, changes nothing, or is not what was seen.

    Parameters
    ----------
    token, expected : str
        Of what the user saw, and of what is to be stored (None: it changes nothing, or is not `is_sound`).
    """
    if latest is not None and token.partition("-")[0] != str(latest.id):
        raise ConflictError(
            "figures",
            campaign,
            changed_by=latest.created_by,
            changed_at=latest.created_at,
            current=latest,
            yours=yours,
        )
    if expected is None and is_sound:
        raise RefusedError("nothing_new", filename=filename)
    if expected != token:
        raise RefusedError("preview_differs", filename=filename)


@dataclass(frozen=True, eq=False)
class Shelf:
    """A campaign's figures in all versions, one of them open.

    Attributes
    ----------
    versions : tuple of FiguresVersion
        Oldest first; empty before the first.
    shown : FiguresVersion or None
    figures, before : Figures or None
        Of `shown` and of the version it took the place of.
    agencies : tuple of KnownAgency
        Those that should report.
    periods : tuple of str
        For which agencies propose.
    """

    versions: tuple[FiguresVersion, ...]
    shown: FiguresVersion | None
    figures: Figures | None
    before: Figures | None
    agencies: tuple[KnownAgency, ...]
    periods: tuple[str, ...]

    @property
    def is_newest(self) -> bool:
        """True if nothing newer is there than what is shown."""
        return self.shown is None or self.shown.id == self.versions[-1].id


@needs(Action.READ)
def shelf(store: Store, _actor: Actor, /, campaign: str, number: int | None = None) -> Shelf:
    """The figures of a campaign, open in the version of a number (None, or where there is none such: the newest)."""
    with store.reading() as work:
        base = base_of(work, campaign)
        every = work.figures.list(campaign)
        shown = next((one for one in every if one.number == number), every[-1] if every else None)
        previous = next((one for one in every if shown is not None and one.id == shown.previous), None)
        figures = None if shown is None else figures_kept(work, shown)
        before = None if previous is None else figures_kept(work, previous)
    return Shelf(every, shown, figures, before, base.known.agencies, base.known.periods)


@dataclass(frozen=True, eq=False)
class Told:
    """What one version says about one agency's indicator; None: there is no such row."""

    version: FiguresVersion
    row: Mapping[str, Any] | None


@needs(Action.READ)
def history(
    store: Store, _actor: Actor, /, campaign: str, agency: str, indicator: str, most: int = 20
) -> tuple[tuple[Told, ...], int]:
    """What the newest versions say about one figure, the newest first, and how many older ones there are."""
    with store.reading() as work:
        every = work.figures.list(campaign)
        found = []
        for version in every[: -most - 1 : -1]:
            frame = figures_kept(work, version).frame
            own = frame[(frame["agency"] == agency) & (frame["indicator"] == indicator)]
            found.append(Told(version, rows_of(own).get((agency, indicator))))
    return tuple(found), len(every) - len(found)


@needs(Action.READ)
def form(store: Store, _actor: Actor, /, campaign: str, layout: str, suffix: str, lang: str) -> bytes:
    """The empty form of a campaign, its agencies filled in; `layout`: ``form`` or ``long``, `suffix` of a template."""
    with store.reading() as work:
        known = base_of(work, campaign).known
        indicators = work.indicators.list(campaign)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"form{suffix}"
        data.intake.write_template(
            path,
            agencies=known.agencies,
            indicators=[FormIndicator(one.id, one.name["vi"], one.kind) for one in indicators],
            periods=known.periods,
            labels={key: t(key, lang) for key in data.intake.TEMPLATE_LABELS},
            layout=layout,
        )
        return path.read_bytes()


@needs(Action.READ)
def history_form(store: Store, _actor: Actor, /, campaign: str, suffix: str, lang: str) -> bytes:
    """The empty table for months of the past: from January of last year to the day of the figures, as far as fits."""
    with store.reading() as work:
        known = base_of(work, campaign).known
        indicators = work.indicators.list(campaign)
        as_of = work.campaigns.get(campaign).as_of
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"form{suffix}"
        data.intake.write_history_form(
            path,
            agencies=known.agencies,
            indicators=[one.id for one in indicators],
            ends=lookback.month_ends(as_of.year - 1, as_of),
            sheet=t("template.history_sheet", lang),
        )
        return path.read_bytes()


@needs(Action.READ)
def versions(store: Store, _actor: Actor, /, campaign: str) -> tuple[FiguresVersion, ...]:
    """All versions of a campaign's figures, oldest first."""
    with store.reading() as work:
        return work.figures.list(campaign)


@needs(Action.READ)
def figures_of(store: Store, _actor: Actor, /, version_id: int) -> Figures:
    """The figures of one version."""
    with store.reading() as work:
        return work.figures.read(version_id)


@needs(Action.READ)
def changes_between(store: Store, _actor: Actor, /, before: int, after: int) -> tuple[RowChange, ...]:
    """What differs between two versions of figures, by their ids."""
    with store.reading() as work:
        return changes_of(work.figures.frame(before), work.figures.frame(after))[0]


def base_of(work: Work, campaign: str) -> Base:
    """What a file of a campaign is read against: its newest figures, its agencies, indicators and periods."""
    about = work.campaigns.get(campaign)
    version = work.figures.latest(campaign)
    figures = None if version is None else work.figures.read(version.id)
    frame = None if figures is None else figures.frame
    base = work.scenarios.find(campaign, slug_of(about.base_scenario))
    periods = work.scenarios.head(base.id).document["periods"] if base else ()
    indicators = work.indicators.list(campaign)
    defined = campaign_in(work, campaign).indicators
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
        as_of=about.as_of,
        carried_over={id: one.carried_over for id, one in defined.items() if one.carried_over is not None},
    )
    return Base(version, frame, known, None if figures is None else figures.history)


def _counts(frame: pd.DataFrame) -> dict[tuple[str, str], tuple[float, float]]:
    reported = frame[[*KEY, "numerator", "denominator"]].dropna()
    return {(agency, indicator): (n, d) for agency, indicator, n, d in reported.itertuples(index=False, name=None)}


def _preview(campaign: str, source: bytes, filename: str, whole: bool, base: Base) -> tuple[Preview, Figures | None]:
    reading = data.intake.read(source, filename, known=base.known)
    if reading.frame is None:
        return Preview(campaign, filename, whole, reading, base.version, (), 0, None), None
    frame = reading.frame if whole or base.frame is None else _laid_over(base.frame, reading.frame)
    figures = base.figures(frame)
    changes, unchanged = changes_of(base.frame, figures.frame)
    token = _token(base.version, reading.sha256 or "", figures) if changes else None
    return Preview(campaign, filename, whole, reading, base.version, changes, unchanged, token), figures


def _laid_over(base: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """The base with some rows replaced or added."""
    new = pd.MultiIndex.from_frame(rows[list(KEY)])
    rest = base[~pd.MultiIndex.from_frame(base[list(KEY)]).isin(new)]
    return pd.concat([rest, rows], ignore_index=True)


def _token(base: FiguresVersion | None, file_sha256: str, figures: Figures) -> str:
    """Names the base first, so that a preview that was overtaken can be told from another file's."""
    of_file = hashlib.sha256(f"{file_sha256}\n{figures.sha256}".encode()).hexdigest()
    return f"{_id(base) or 0}-{of_file}"


def _id(version: FiguresVersion | None) -> int | None:
    return None if version is None else version.id


def changes_of(before: pd.DataFrame | None, after: pd.DataFrame) -> tuple[tuple[RowChange, ...], int]:
    """What differs, by agency and indicator, and how many rows do not."""
    old, new = ({} if before is None else rows_of(before)), rows_of(after)
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


def rows_of(frame: pd.DataFrame) -> dict[tuple[str, str], dict[str, Any]]:
    """Per agency and indicator what its row says; empty cells are left out."""
    columns = [name for name in frame.columns if name not in KEY]
    values = {name: [None if pd.isna(one) or one == "" else one for one in frame[name]] for name in columns}
    keys = zip(frame["agency"], frame["indicator"], strict=True)
    return {
        (agency, indicator): {name: values[name][at] for name in columns if values[name][at] is not None}
        for at, (agency, indicator) in enumerate(keys)
    }
