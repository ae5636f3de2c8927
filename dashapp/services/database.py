"""Where the faces find the store's types: they know it by these names only, and pass it on to services."""

from __future__ import annotations

from pathlib import Path

from dashapp.services.refused import RefusedError
from data.store import Store, StoreError
from data.store.records import (
    Agency,
    AllocationRecord,
    AllocationRow,
    Broken,
    Campaign,
    Choice,
    Draft,
    FiguresVersion,
    Indicator,
    LogEntry,
    Override,
    Run,
    ScenarioRecord,
    ScenarioVersion,
    State,
    Succession,
    SuccessionKind,
    Transition,
)

__all__ = [
    "Agency",
    "AllocationRecord",
    "AllocationRow",
    "Broken",
    "Campaign",
    "Choice",
    "Draft",
    "FiguresVersion",
    "Indicator",
    "LogEntry",
    "Override",
    "Run",
    "ScenarioRecord",
    "ScenarioVersion",
    "State",
    "Store",
    "StoreError",
    "Succession",
    "SuccessionKind",
    "Transition",
    "existing_store",
    "open_store",
]

_FILE = "sqlite:///"


def open_store(url: str) -> Store:
    """Open the database at `url` (``sqlite:///...`` or ``postgresql://...``), created and brought up to date if needed.

    Raises
    ------
    StoreError
        ``unavailable``, ``newer_database``, ``foreign_database``, ``bad_url``, ``read_only``, ``disk_full``, ``busy``.
    """
    return Store.open(url)


def existing_store(url: str) -> Store:
    """As `open_store`, of a database that is there already: nothing is created, nothing brought up to date.

    Raises
    ------
    RefusedError
        ``no_database`` {place}.
    StoreError
        As `open_store`; ``older_database``.
    """
    file = url.removeprefix(_FILE).partition("?")[0] if url.startswith(_FILE) else None
    if file is not None and not Path(file).is_file():
        raise RefusedError("no_database", place=file)
    try:
        return Store.open(url, migrate=False)
    except StoreError as fault:
        if fault.code == "older_database" and fault.details["found"] is None:
            raise RefusedError("no_database", place=file or "CHITIEU_DATABASE_URL") from fault
        raise
