"""Sweeps that people start from a screen: kept as files, calculated by one process of low priority, one after another.

What a sweep is of, and its rows, are seen by whoever may see its scenario; who started it stops it and goes on.
"""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache

import scenarios
from dashapp.services import opened as desk
from dashapp.services import saved_scenarios, sweeping
from dashapp.services.opened import Opened
from dashapp.services.refused import RefusedError
from dashapp.services.rights import Action, Actor, needs
from dashapp.services.saved_scenarios import Saved
from dashapp.services.sweep_files import (
    QUEUE,
    About,
    Files,
    Place,
    Run,
    Status,
    every,
    files,
    find,
    lock,
    run_of,
    tell,
    wake,
)
from dashapp.services.sweep_offers import Asked
from data.output import write_text
from data.store import Store, StoreError
from scenarios import Outcome, Sweep, Verdict

MOST_SCENARIOS = 5_000
MOST_WAITING = 8
"""Sweeps that wait or run, of all people together."""
MOST_KEPT = 20
"""Sweeps that one person may keep."""
RESULTS_KEPT = 4


@dataclass(frozen=True, eq=False)
class Result:
    """What a sweep said so far; `verdict` is None while no policy was tried in every future."""

    sweep: Sweep
    outcomes: tuple[Outcome, ...]
    verdict: Verdict | None


# what there is -----------------------------------------------------------------------------------------------
@needs(Action.READ)
def listed(_store: Store, actor: Actor, /, place: Place, campaign: str) -> tuple[Run, ...]:
    """The sweeps of a campaign that the actor may see, newest first."""
    own = [one for one in every(place) if one.campaign == campaign and _sees(actor, one)]
    return tuple(run_of(place, one) for one in reversed(own))


@needs(Action.READ)
def run(_store: Store, actor: Actor, /, place: Place, id: str) -> Run:
    """One sweep.

    Raises
    ------
    StoreError
        ``not_found``, also where it is of a scenario that is somebody else's own.
    """
    return run_of(place, _seen(place, actor, id))


@needs(Action.READ)
def result(_store: Store, actor: Actor, /, place: Place, id: str) -> Result:
    """What a sweep said so far.

    Raises
    ------
    StoreError
        ``not_found``.
    """
    _seen(place, actor, id)
    rows = files(place, id).rows
    changed = (rows.stat().st_mtime_ns, rows.stat().st_size) if rows.is_file() else (0, 0)
    return _result(files(place, id), changed)


@needs(Action.READ)
def rows_file(_store: Store, actor: Actor, /, place: Place, id: str) -> bytes:
    """The rows of a sweep as CSV, as far as they go.

    Raises
    ------
    StoreError
        ``not_found``.
    """
    _seen(place, actor, id)
    try:
        return files(place, id).rows.read_bytes()
    except FileNotFoundError as fault:
        raise StoreError("not_found", kind="sweep", id=id) from fault


@lru_cache(maxsize=RESULTS_KEPT)
def _result(own: Files, _changed: tuple[int, int]) -> Result:
    sweep = sweeping.load(str(own.sweep))
    outcomes = sweeping.read(sweep, own.rows)
    futures = 1 + max(one.future for one in sweep.points())
    tried = Counter(one.point.policy for one in outcomes)
    whole = any(count == futures for count in tried.values())
    return Result(sweep, outcomes, scenarios.judge(sweep, outcomes) if whole else None)


# what is done with them --------------------------------------------------------------------------------------
@needs(Action.EDIT_SCENARIOS)
def start(store: Store, actor: Actor, /, place: Place, campaign: str, asked: Asked) -> About:
    """Keep a sweep and have it calculated, after those that wait already.

    Raises
    ------
    scenarios.ScenarioErrors
        If it makes no sense, with paths of the sweep file.
    RefusedError
        ``sweep_open`` if one of the actor's is not done yet, ``sweep_queue_full``, ``sweep_too_large``,
        ``sweep_too_many``; ``figures_missing``; ``sweep_not_written``, ``sweep_not_begun``.
    StoreError
        ``not_found`` if there is no such scenario, or it is somebody else's own.
    """
    own = desk.open_scenario(store, actor, campaign, asked.slug)
    with _written():
        about = _put(place, actor, campaign, own, asked)
    _begun(place)
    return about


def _put(place: Place, actor: Actor, campaign: str, own: Opened, asked: Asked) -> About:
    """The files of a new sweep, all of them or none."""
    at = datetime.now(UTC)
    id = f"{at:%Y%m%d%H%M%S%f}-{secrets.token_hex(4)}"
    place.folder.mkdir(parents=True, exist_ok=True)
    new = Files(place.folder / f".{id}")
    new.folder.mkdir()
    try:
        write_text(new.scenario, scenarios.to_toml(scenarios.plain(own.scenario.document)))
        write_text(new.sweep, scenarios.to_toml(asked.document(new.scenario.name)))
        size = sweeping.load(str(new.sweep)).size
        if size > MOST_SCENARIOS:
            raise RefusedError("sweep_too_large", count=size, limit=MOST_SCENARIOS)
        about = About(
            id=id,
            campaign=campaign,
            by=actor.name,
            by_name=actor.display_name,
            at=at.isoformat(),
            scenario=asked.slug,
            version=own.version.number,
            name=dict(own.record.name),
            shared=own.record.shared,
            figures=own.ground.figures_version.number,
            indicator=asked.indicator,
            total=size,
        )
        write_text(new.about, json.dumps(asdict(about), ensure_ascii=False))
        tell(new, Status.QUEUED)
        with lock(place, QUEUE, wait=True):
            _room(place, actor)
            new.folder.rename(place.folder / id)
    finally:
        shutil.rmtree(new.folder, ignore_errors=True)
    return about


@needs(Action.EDIT_SCENARIOS)
def resume(_store: Store, actor: Actor, /, place: Place, id: str) -> None:
    """Go on with a sweep that was stopped, cancelled or failed.

    Raises
    ------
    RefusedError
        ``sweep_not_yours``, ``sweep_open``, ``sweep_queue_full``, ``sweep_not_written``, ``sweep_not_begun``.
    StoreError
        ``not_found``.
    """
    about = _own(place, actor, id)
    with _written(), lock(place, QUEUE, wait=True):
        if run_of(place, about).status.is_open:
            raise RefusedError("sweep_open")
        _room(place, actor, kept=0)
        files(place, id).unwanted.unlink(missing_ok=True)
        tell(files(place, id), Status.QUEUED)
    _begun(place)


@needs(Action.EDIT_SCENARIOS)
def cancel(_store: Store, actor: Actor, /, place: Place, id: str) -> None:
    """Stop a sweep; what is done stays.

    Raises
    ------
    RefusedError
        ``sweep_not_yours``.
    StoreError
        ``not_found``.
    """
    about = _own(place, actor, id)
    with _written():
        files(place, id).unwanted.touch()
        if run_of(place, about).status in (Status.QUEUED, Status.STOPPED):
            tell(files(place, id), Status.CANCELLED)


@needs(Action.EDIT_SCENARIOS)
def throw(_store: Store, actor: Actor, /, place: Place, id: str) -> None:
    """Remove a sweep that is not being calculated, with its rows.

    Raises
    ------
    RefusedError
        ``sweep_not_yours``, ``sweep_open``, ``sweep_not_written``.
    StoreError
        ``not_found``.
    """
    about = _own(place, actor, id)
    gone = place.folder / f".{id}-{secrets.token_hex(4)}"
    with _written(), lock(place, QUEUE, wait=True):  # nobody goes on with it in between
        if run_of(place, about).status.is_open:
            raise RefusedError("sweep_open")
        (place.folder / id).rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


@needs(Action.EDIT_SCENARIOS)
def save(
    store: Store,
    actor: Actor,
    /,
    place: Place,
    id: str,
    number: int,
    *,
    assumed: bool,
    name: Mapping[str, str],
    note: str,
) -> Saved:
    """One scenario of a sweep as the actor's own: the choices of its policy, with `assumed` its future too.

    Raises
    ------
    StoreError
        ``not_found``, also where the sweep has no such scenario.
    """
    about = _seen(place, actor, id)
    sweep = result(store, actor, place, id).sweep
    point = next((one for one in sweep.points() if one.number == number), None)
    if point is None:
        raise StoreError("not_found", kind="sweep", id=number)
    wanted = {one.key for one in sweep.levers if assumed or not one.assumption}
    made = scenarios.scenario_at(sweep, {key: value for key, value in point.settings.items() if key in wanted})
    return saved_scenarios.create(store, actor, about.campaign, made, name=name, note=note)


def _room(place: Place, actor: Actor, kept: int = 1) -> None:
    runs = [run_of(place, one) for one in every(place)]
    coming = [one for one in runs if one.status.is_open]
    if any(one.about.by == actor.name for one in coming):
        raise RefusedError("sweep_open")
    if len(coming) >= MOST_WAITING:
        raise RefusedError("sweep_queue_full", limit=MOST_WAITING)
    if sum(one.about.by == actor.name for one in runs) + kept > MOST_KEPT:
        raise RefusedError("sweep_too_many", limit=MOST_KEPT)


def _sees(actor: Actor, about: About) -> bool:
    return about.shared or about.by == actor.name


def _seen(place: Place, actor: Actor, id: str) -> About:
    about = find(place, id)
    if about is None or not _sees(actor, about):
        raise StoreError("not_found", kind="sweep", id=id)
    return about


def _own(place: Place, actor: Actor, id: str) -> About:
    about = _seen(place, actor, id)
    if about.by != actor.name:
        raise RefusedError("sweep_not_yours", owner=about.by_name)
    return about


@contextmanager
def _written() -> Iterator[None]:
    """What the disk refuses is told as any other refusal."""
    try:
        yield
    except OSError as fault:
        raise RefusedError("sweep_not_written", reason=fault.strerror or str(fault)) from fault


def _begun(place: Place) -> None:
    """See that what waits is calculated; where no process can be had it waits on."""
    try:
        wake(place)
    except (OSError, subprocess.SubprocessError) as fault:
        raise RefusedError("sweep_not_begun") from fault
