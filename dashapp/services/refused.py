"""What services refuse, with the values that made them refuse; the faces write the sentences.

Refusals of the layers below (`StoreError`, `engine.EngineError`, `scenarios.ScenarioErrors`) pass through as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any


class ServiceError(Exception):
    """Base of all refusals of services; nothing was changed.

    Attributes
    ----------
    code : str
        Stable name; a text of ``store.refused``.
    details : mapping
        The values it is about.
    """

    def __init__(self, code: str, /, **details: Any) -> None:
        self.code = code
        self.details: Mapping[str, Any] = details
        shown = ", ".join(f"{key}={value!r}" for key, value in details.items())
        super().__init__(f"{code}: {shown}" if shown else code)


class RefusedError(ServiceError):
    """A rule of the work forbids it: a reason is missing, the state is wrong, four eyes ..."""


class ForbiddenError(ServiceError):
    """The role has no right to this; `details` name `action` and `role`."""

    def __init__(self, action: str, role: str) -> None:
        super().__init__("forbidden", action=str(action), role=str(role))


@dataclass(frozen=True)
class Changed:
    """One thing that somebody else changed: its dotted path, before and after (None: not there)."""

    path: str
    before: Any
    after: Any


class ConflictError(ServiceError):
    """Somebody was faster. Nothing was changed, and nothing typed is lost.

    Attributes
    ----------
    kind : str
        ``scenario``, ``override``, ``allocation``, ``figures``, ``user``, ``campaign``, ``agency``, ``indicator``.
    changed_by, changed_at
        Who was faster, and when.
    current
        The record as it stands now.
    yours : mapping
        What the caller gave.
    changes : tuple of Changed
        What the other one changed since the version that the caller saw.
    """

    def __init__(
        self,
        kind: str,
        id: Any,
        *,
        changed_by: str,
        changed_at: datetime | None,
        current: Any,
        yours: Mapping[str, Any],
        changes: Sequence[Changed] = (),
    ) -> None:
        self.kind = kind
        self.changed_by = changed_by
        self.changed_at = changed_at
        self.current = current
        self.yours: Mapping[str, Any] = MappingProxyType(dict(yours))
        self.changes = tuple(changes)
        super().__init__("conflict", kind=kind, id=id, changed_by=changed_by, changed_at=changed_at)


@contextmanager
def kept(**yours: Any) -> Iterator[None]:
    """Turn a `stale` refusal of the store into a `ConflictError` that keeps what the caller gave."""
    from data.store import StoreError  # loads the database's library: the command line tells refusals without it

    try:
        yield
    except StoreError as fault:
        if fault.code != "stale":
            raise
        told = fault.details
        raise ConflictError(
            told["kind"],
            told["id"],
            changed_by=told["changed_by"],
            changed_at=told["changed_at"],
            current=told["now"],
            yours=yours,
        ) from fault


def differences(before: Any, after: Any, path: str = "") -> tuple[Changed, ...]:
    """Where two documents differ; lists of equal length are compared entry by entry, others as a whole."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        keys = dict.fromkeys((*before, *after))
        found = [differences(before.get(key), after.get(key), f"{path}.{key}" if path else str(key)) for key in keys]
        return tuple(one for some in found for one in some)
    lists = isinstance(before, list | tuple) and isinstance(after, list | tuple)
    if lists and len(before) == len(after):
        found = [differences(a, b, f"{path}[{at}]") for at, (a, b) in enumerate(zip(before, after, strict=True))]
        return tuple(one for some in found for one in some)
    return () if before == after else (Changed(path, before, after),)
