"""Calculating the sweeps that wait, one after another, until none is left."""

from __future__ import annotations

from collections.abc import Mapping
from time import sleep
from typing import Any

from dashapp.services import opened as desk
from dashapp.services import sweeping
from dashapp.services.database import existing_store
from dashapp.services.refused import ServiceError
from dashapp.services.rights import Actor, Role
from dashapp.services.sweep_files import WORK, About, Place, Status, files, lock, next_waiting, tell
from dashapp.services.sweeping import ClusterError, ForeignRowsError, Sweeping
from data.store import StoreError
from engine import EngineError, Figures, FiguresError
from scenarios import ScenarioErrors

_TRIES, _PAUSE = 20, 0.1
"""How often, and after how many seconds, one's turn is asked for: who only looks holds the lock for a moment."""
_REFUSALS = (EngineError, ScenarioErrors, ClusterError, ForeignRowsError, ServiceError, StoreError, OSError)


def work(place: Place) -> int:
    """Calculate everything that waits; returns how many sweeps that were, 0 where another process does it."""
    done = 0
    for _ in range(_TRIES):
        with lock(place, WORK, wait=False) as held:
            while held and (about := next_waiting(place)) is not None:
                calculate(place, about)
                done += 1
        if held and next_waiting(place) is None:  # none came while the lock was let go
            break
        sleep(_PAUSE)
    return done


def calculate(place: Place, about: About) -> None:
    """Calculate one sweep from where it is; in the end its state says how it went."""
    own = files(place, about.id)
    tell(own, Status.RUNNING)
    try:
        run = Sweeping(
            sweeping.load(str(own.sweep)),
            _figures(place, about),
            own.rows,
            resume=True,
            scheduler=place.scheduler,
            is_unwanted=own.unwanted.exists,
        )
        done = sum(1 for _ in run.outcomes())
    except _REFUSALS as fault:
        tell(own, Status.FAILED, _told(fault))
        return
    tell(own, Status.DONE if done == run.total else Status.CANCELLED)


def _figures(place: Place, about: About) -> Figures:
    store = existing_store(place.database_url)
    try:
        reader = Actor(about.by, about.by_name, Role.VIEWER)
        return desk.ground(store, reader, about.campaign, about.figures).figures
    finally:
        store.close()


def _told(fault: Exception) -> Mapping[str, Any]:
    """A refusal as it is written down: what refused, its code, the values it is about."""
    match fault:
        case EngineError():
            by = "figures" if isinstance(fault, FiguresError) else "plan"
            return {"by": by, "code": fault.code, "details": dict(fault.details)}
        case ScenarioErrors():
            first = fault.problems[0]
            return {"by": "scenario", "code": first.code, "path": first.path, "details": dict(first.details)}
        case ClusterError():
            return {"by": "cluster", "code": fault.code, "details": dict(fault.details)}
        case ServiceError():
            return {"by": "service", "code": fault.code, "details": dict(fault.details)}
        case StoreError():
            return {"by": "store", "code": fault.code, "details": dict(fault.details)}
        case ForeignRowsError():
            return {"by": "rows", "code": "foreign_rows", "details": {}}
    return {"by": "system", "code": "system", "details": {"reason": str(fault)}}
