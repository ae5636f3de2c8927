"""Where the faces find the store's types: they know it by these names only, and pass it on to services."""

from __future__ import annotations

from data.store import Store, StoreError
from data.store.records import (
    Agency,
    AllocationRecord,
    AllocationRow,
    Campaign,
    FiguresVersion,
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
    "Campaign",
    "FiguresVersion",
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
    "open_store",
]


def open_store(url: str) -> Store:
    """Open the database at `url` (``sqlite:///...`` or ``postgresql://...``), created and brought up to date if needed.

    Raises
    ------
    StoreError
        ``unavailable``, ``newer_database``, ``foreign_database``, ``bad_url``, ``read_only``, ``disk_full``, ``busy``.
    """
    return Store.open(url)
