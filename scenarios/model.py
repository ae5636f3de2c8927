"""A scenario as a value."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from engine import Plan
from scenarios.layer import OF_ONE_FILE, plain

EVERYBODY = "all"
"""Stands for all agencies where some could be named (`indicators.<id>.estimated`)."""


@dataclass(frozen=True, eq=False)
class Scenario:
    """A scenario, checked and flattened; immutable all through.

    Attributes
    ----------
    id : str
        E.g. ``hau-giang-2022/same-effort``; the file's stem where a file names none.
    name, note : mapping
        ``{"vi": ..., "en": ...}``; the note says whom the scenario favours. `note` may be empty.
    author, source : str
        Who wrote it; the legal basis of the whole. Empty where not given.
    extends : tuple of str
        Every scenario below this one, nearest first.
    plan : Plan
        What the engine is asked.
    document : mapping
        The flattened TOML document, read-only.
    path : Path or None
        The file it was loaded from.
    """

    id: str
    name: Mapping[str, str]
    note: Mapping[str, str]
    author: str
    source: str
    extends: tuple[str, ...]
    plan: Plan
    document: Mapping[str, Any]
    path: Path | None

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of everything that can move a target: equal for equal questions, whatever their names."""
        asked = {key: value for key, value in plain(self.document).items() if key not in OF_ONE_FILE}
        return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()

    @property
    def denominators(self) -> Mapping[str, str]:
        """Indicator id -> the reading of its denominator that the scenario chooses, where it does."""
        tables: Mapping[str, Mapping[str, Any]] = self.document.get("indicators", {})
        return {id: str(table["denominator"]) for id, table in tables.items() if "denominator" in table}

    @property
    def estimated(self) -> Mapping[tuple[str, str], tuple[str, ...] | None]:
        """Indicator and period -> agencies whose stated volumes are set aside and estimated; None: all of them."""
        found = {}
        tables: Mapping[str, Mapping[str, Any]] = self.document.get("indicators", {})
        for id, table in tables.items():
            for period, whose in table.get("estimated", {}).items():
                found[id, period] = None if whose == EVERYBODY else tuple(whose)
        return found
