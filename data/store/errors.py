"""What the store refuses, with the values that made it refuse; never an error of the database library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class StoreError(Exception):
    """Base of all refusals of the store; what was begun has been rolled back.

    Attributes
    ----------
    code : str
        ``not_found`` {kind, id} · ``duplicate`` {kind, ...} · ``unknown_reference`` {kind, ...} ·
        ``stale`` {kind, id, expected, found, changed_by, changed_at, now} (somebody was faster; `now` is the
        record as it stands) · ``frozen`` {what} (issued or append-only rows) ·
        ``bad_transition`` {allocation, from_state, to_state} · ``bad_value`` {column, value} ·
        ``busy`` {seconds} (no turn within the time allowed) · ``unavailable`` {reason} (database away) ·
        ``disk_full`` {} · ``read_only`` {} · ``damaged`` {reason, ...} ·
        ``newer_database`` {found, known} · ``older_database`` {found, known} · ``foreign_database`` {reason} ·
        ``bad_url`` {reason} · ``in_use`` {} (restore while others work).
    details : mapping
        The values above.
    """

    def __init__(self, code: str, /, **details: Any) -> None:
        self.code = code
        self.details: Mapping[str, Any] = details
        shown = ", ".join(f"{key}={value!r}" for key, value in details.items() if key != "now")
        super().__init__(f"{code}: {shown}" if shown else code)
