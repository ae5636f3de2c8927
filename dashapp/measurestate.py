"""What an address says of measures: ``mo.lower_fee=1&me.lower_fee=0.45`` turns one on and says how much it brings.

Only what differs from the scenario as saved, or from the campaign's catalogue, is there. Effects are log-odds with a
decimal point, days ``2022-08-01``.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

EVERYONE = "all"
"""Scope: all agencies."""
OWN_SCOPE = "own"
"""A scope that only the scenario's file can say (agencies below one, volumes); kept until another is chosen."""
OF_LEVELS, OF_AGENCIES = "level:", "agency:"
"""Beginnings of the other scopes; names or codes follow, with commas between them."""
LEVELS = ("province", "district", "commune")
LARGEST_EFFECT = 10.0
"""Log-odds either way, as in scenario files."""
LONGEST_RAMP = 3660
"""Days."""
DECIMALS = 4

_NUMBER = re.compile(r"-?\d{1,2}(?:[.,]\d{1,8})?")
_DAYS = re.compile(r"\d{1,4}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class MeasureLever:
    """What a person changed of one measure; None leaves what is saved, or the catalogue's.

    Attributes
    ----------
    on : bool or None
        Whether the scenario has it.
    effect, low, high : float or None
        Log-odds.
    start : date or None
    ramp : int or None
        Days.
    scope : str or None
        `EVERYONE`, or names of levels or codes of agencies after `OF_LEVELS` or `OF_AGENCIES`.
    """

    on: bool | None = None
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    start: datetime.date | None = None
    ramp: int | None = None
    scope: str | None = None

    @property
    def untouched(self) -> bool:
        return self == MeasureLever()


FIELDS: Mapping[str, str] = MappingProxyType(
    {"mo": "on", "me": "effect", "ml": "low", "mh": "high", "ms": "start", "mr": "ramp", "mw": "scope"}
)
"""Keys of an address, before the measure's id -> what they say."""


def effect(text: str) -> float | None:
    """Log-odds as an address or a person writes them (``0.45``, ``-0,1``); None where it is none."""
    if not _NUMBER.fullmatch(text.strip()):
        return None
    value = round(float(text.strip().replace(",", ".")), DECIMALS) + 0.0  # no zero below zero
    return value if -LARGEST_EFFECT <= value <= LARGEST_EFFECT else None


def _switch(text: str) -> bool | None:
    return {"1": True, "0": False}.get(text)


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:  # such as 30 February
        return None


def _ramp(text: str) -> int | None:
    return int(text) if _DAYS.fullmatch(text) and int(text) <= LONGEST_RAMP else None


def scope(text: str, agencies: Collection[str]) -> str | None:
    """A scope in its one spelling: each name once, levels in their order, codes sorted; None where it is none."""
    if text == EVERYONE:
        return text
    for beginning, known in ((OF_LEVELS, LEVELS), (OF_AGENCIES, agencies)):
        if text.startswith(beginning):
            named = {one for one in text.removeprefix(beginning).split(",") if one}
            if not named or not all(one in known and one != EVERYONE for one in named):
                return None
            return scope_of(beginning, named)
    return None


def scope_of(beginning: str, named: Collection[str]) -> str:
    """The one spelling of a scope that names levels or agencies."""
    return beginning + ",".join(sorted(set(named), key=LEVELS.index if beginning == OF_LEVELS else str))


def named(scope: str) -> tuple[str, ...]:
    """The levels or agencies of a scope; empty where it names none."""
    return tuple(scope.partition(":")[2].split(",")) if ":" in scope else ()


_READ: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {"on": _switch, "effect": effect, "low": effect, "high": effect, "start": _day, "ramp": _ramp}
)


def read(name: str, text: str, agencies: Collection[str]) -> Any:
    """What a text says for a field of `MeasureLever`; None where it says nothing that can be used."""
    return scope(text, agencies) if name == "scope" else _READ[name](text)


def written(name: str, value: Any) -> str:
    """A field of `MeasureLever` as an address holds it; `read` reads it back."""
    if name == "on":
        return "1" if value else "0"
    if name in ("effect", "low", "high"):
        return f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")
    return value.isoformat() if name == "start" else str(value)


def pairs(measures: Mapping[str, MeasureLever]) -> Iterator[tuple[str, str]]:
    """Keys and values of an address, measures in the order of their ids."""
    for id in sorted(measures):
        for short, name in FIELDS.items():
            value = getattr(measures[id], name)
            if value is not None:
                yield f"{short}.{id}", written(name, value)
