"""Sentences for what services and the store refuse, and for what the log says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dashapp.i18n import date, has, period, t, tell
from dashapp.services import indicator_words
from dashapp.services.database import Broken, LogEntry, StoreError
from dashapp.services.refused import ConflictError, ServiceError

MINUTE = 60
_CLOSED = (
    ("role", "role"),
    ("action", "action"),
    ("state", "state"),
    ("kind", "kind"),
    ("from_state", "state"),
    ("to_state", "state"),
)


def of_service(error: ServiceError | StoreError, lang: str) -> str:
    """One refusal: what it is about and how to go on. `StoreError` too, so that callers need not tell them apart."""
    if isinstance(error, ConflictError):
        paths = list(dict.fromkeys(place(one.path, lang) for one in error.changes)) or None
        details = {"by": error.changed_by, "time": _time(error.changed_at, lang), "changes": paths}
        return tell(f"store.conflict.{error.kind}", lang, details)
    table = "fault" if isinstance(error, StoreError) else "refused"
    return tell(f"store.{table}.{error.code}", lang, _readable(error.details, lang))


def place(path: str, lang: str) -> str:
    """A place in a scenario in words (``indicators.online.goals.2022Q4``: which goal of which indicator)."""
    first, *rest = path.replace("[", ".").replace("]", "").split(".")
    if first == "indicators" and rest:
        words = indicator_words(lang)
        name = words[rest[0]].short if rest[0] in words else rest[0]
        part = _part(rest[1], lang) if len(rest) > 1 else None
        of = period(rest[2], lang) if rest[1:2] == ["goals"] and len(rest) > 2 else None
        return t("store.place.indicator", lang, indicator=name, part=part, period=of)
    if first in ("rules", "measures") and rest and rest[0].isdigit():
        return t("store.place.numbered", lang, part=_part(first, lang), number=int(rest[0]) + 1)
    return _part(first, lang)


def _part(name: str, lang: str) -> str:
    key = f"store.place.{name}"
    return t(key, lang) if has(key, lang) else name


def time(moment: datetime, lang: str) -> str:
    """``08:45 24/11/2026`` · ``08:45, 24 Nov 2026``, in the machine's time zone."""
    local = moment.astimezone()
    return t("store.say.time", lang, clock=f"{local:%H:%M}", day=date(local.date(), lang))


def of_entry(entry: LogEntry, lang: str) -> Mapping[str, str]:
    """What a sentence about an entry of the log needs: time, user, deed, subject."""
    key = f"store.deed.{entry.action}"
    deed = t(key, lang) if has(key, lang) else entry.action
    return {"time": time(entry.at, lang), "user": entry.user, "deed": deed, "subject": entry.subject}


def _time(moment: datetime | None, lang: str) -> str | None:
    return None if moment is None else time(moment, lang)


def _readable(details: Mapping[str, Any], lang: str) -> dict[str, Any]:
    shown = dict(details)
    for name, table in _CLOSED:
        if name in shown:
            shown[name] = _named(table, shown[name], lang)
    if "needed" in shown:
        shown["needed"] = [_named("state", one, lang) for one in shown["needed"]]
    if isinstance(shown.get("seconds"), int):
        shown["minutes"] = -(-shown["seconds"] // MINUTE)
    return shown


def _named(table: str, value: Any, lang: str) -> Any:
    key = f"store.{table}.{value}"
    return t(key, lang) if has(key, lang) else value


def of_broken(broken: Broken, lang: str) -> str:
    """Where the log is not what was written, and what stands there now."""
    fault = t(f"store.broken.{broken.reason}", lang, seq=broken.seq)
    if broken.entry is None:
        return t("store.broken.bare", lang, broken=fault)
    return t("store.broken.entry", lang, broken=fault, **of_entry(broken.entry, lang))
