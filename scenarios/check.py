"""Reads values of a scenario document strictly, and remembers every fault instead of stopping at the first."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

from scenarios.errors import KeyPath, ScenarioError, ScenarioErrors, dotted
from scenarios.layer import Stack

LANGUAGES = ("vi", "en")

LARGEST_NUMBER = 10**15

MOST_PROBLEMS = 200
"""After so many faults the rest of a file is left unread."""

_PERCENT = re.compile(r"([+-]?\d{1,12}(?:[.,]\d{1,12})?)\s*%")
Reader = Callable[[Any, KeyPath], Any]
_CLOSED = TypeVar("_CLOSED", bound=StrEnum)
_TYPES = (
    (bool, "boolean"),
    (int, "integer"),
    (float, "float"),
    (str, "text"),
    (datetime, "datetime"),
    (date, "date"),
    (time, "time"),
    (Mapping, "table"),
    ((list, tuple), "list"),
)


def nearest(name: str, known: Collection[str]) -> str | None:
    """The known name most like `name`, None if none is at all like it."""
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return found[0] if found else None


class Checker:
    """Every reader returns the value, or None after noting a fault at its path."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._problems: list[ScenarioError] = []

    def fault(self, code: str, path: KeyPath, **details: Any) -> None:
        """Note a fault at a path of the flattened document; raises when there are more than anyone reads."""
        if len(self._problems) == MOST_PROBLEMS:
            self._problems.append(ScenarioError("too_many_problems", self._stack.file, None, "", limit=MOST_PROBLEMS))
            self.finish()
        file, line, own = self._stack.place(path)
        self._problems.append(ScenarioError(code, file, line, dotted(own), **details))

    def finish(self) -> None:
        """Raise all faults noted, in order of file and line."""
        if self._problems:
            raise ScenarioErrors(sorted(self._problems, key=lambda one: (one.file or "", one.line or 0)))

    @property
    def clean(self) -> bool:
        return not self._problems

    # tables and lists -------------------------------------------------------------------------------
    def table(self, value: Any, path: KeyPath, keys: Collection[str] | None = None) -> Mapping[str, Any]:
        """A table; with `keys`, every other key is a fault naming the nearest. {} where it is none."""
        if not isinstance(value, Mapping):
            self.wrong_type(value, path, "table")
            return {}
        if keys is not None:
            for key in value:
                if key not in keys:
                    self.fault("unknown_key", (*path, key), key=key, nearest=nearest(key, keys), known=sorted(keys))
        return value

    def items(self, value: Any, path: KeyPath) -> tuple[tuple[Any, KeyPath], ...]:
        """The entries of a list with their paths."""
        if not isinstance(value, (list, tuple)):
            self.wrong_type(value, path, "list")
            return ()
        return tuple((one, (*path, at)) for at, one in enumerate(value))

    def one_or_more(self, value: Any, path: KeyPath) -> tuple[tuple[Any, KeyPath], ...]:
        """A single value or a list of them."""
        return self.items(value, path) if isinstance(value, (list, tuple)) else ((value, path),)

    def wrong_type(self, value: Any, path: KeyPath, expected: str) -> None:
        self.fault("wrong_type", path, expected=expected, found_type=_type_of(value), found=_short(value))

    # values -----------------------------------------------------------------------------------------
    def text(self, value: Any, path: KeyPath) -> str | None:
        if isinstance(value, str):
            return value
        self.wrong_type(value, path, "text")
        return None

    def both_languages(self, value: Any, path: KeyPath) -> Mapping[str, str]:
        """A text per language; a plain text, or one language alone, stands for both."""
        if isinstance(value, str):
            return MappingProxyType(dict.fromkeys(LANGUAGES, value))
        given = {k: self.text(v, (*path, k)) or "" for k, v in self.table(value, path, LANGUAGES).items()}
        first = next((given[language] for language in LANGUAGES if given.get(language)), "")
        return MappingProxyType({language: given.get(language) or first for language in LANGUAGES} if first else {})

    def flag(self, value: Any, path: KeyPath) -> bool | None:
        if isinstance(value, bool):
            return value
        self.wrong_type(value, path, "boolean")
        return None

    def day(self, value: Any, path: KeyPath) -> date | None:
        if type(value) is date:
            return value
        self.wrong_type(value, path, "date")
        return None

    def choice(self, closed: type[_CLOSED], value: Any, path: KeyPath) -> _CLOSED | None:
        """A member of a closed set by its name."""
        name = self.name(value, path, [str(one) for one in closed], "unknown_choice")
        return closed(name) if name is not None else None

    def name(self, value: Any, path: KeyPath, known: Collection[str], code: str) -> str | None:
        """One of the known names; else a fault `code` with the nearest."""
        name = self.text(value, path)
        if name is None or name in known:
            return name
        self.fault(code, path, found=name, nearest=nearest(name, known), known=list(known))
        return None

    # numbers ----------------------------------------------------------------------------------------
    def share(self, value: Any, path: KeyPath) -> float | None:
        """A share in [0, 1]: ``"50%"``, ``"52,5 %"`` or ``0.5``. A bare number above 1 is a fault."""
        number = self._number(value, path, "share")
        if number is None:
            return None
        if not isinstance(value, str) and number > 1:
            self.fault("bare_number_above_one", path, found=value, suggestion=f"{value:g}%")
            return None
        return self._within(number, path, value, 0.0, 1.0)

    def fraction(self, value: Any, path: KeyPath, low: float, high: float) -> float | None:
        """A number or percentage in [low, high] that may exceed 1, such as a growth."""
        number = self._number(value, path, "number")
        return None if number is None else self._within(number, path, value, low, high)

    def number(self, value: Any, path: KeyPath, low: float, high: float = math.inf) -> float | None:
        """A plain finite number in [low, high]."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.wrong_type(value, path, "number")
            return None
        number = self._number(value, path, "number")
        return None if number is None else self._within(number, path, value, low, high)

    def integer(self, value: Any, path: KeyPath, low: int, high: int) -> int | None:
        """A whole number in [low, high]."""
        if isinstance(value, bool) or not isinstance(value, int):
            self.wrong_type(value, path, "integer")
            return None
        return value if self._within(value, path, value, low, high) is not None else None

    def _number(self, value: Any, path: KeyPath, expected: str) -> float | None:
        if isinstance(value, str):
            match = _PERCENT.fullmatch(value.strip())
            if match:
                return float(Decimal(match[1].replace(",", ".")) / 100)
            self.fault("not_a_share", path, found=_short(value))
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.wrong_type(value, path, expected)
            return None
        if not abs(value) <= LARGEST_NUMBER:  # nan included; an int may be too large for a float
            self.fault("out_of_range", path, found=_short(value), low=None, high=None)
            return None
        return float(value)

    def _within(self, number: float, path: KeyPath, found: Any, low: float, high: float) -> float | None:
        if low <= number <= high:
            return number
        top = high if math.isfinite(high) else None
        self.fault("out_of_range", path, found=_short(found), low=low, high=top)
        return None


def read(table: Mapping[str, Any], path: KeyPath, key: str, reader: Reader, default: Any = None) -> Any:
    """`reader` applied to a key of a table, or the default where the key is absent or at fault."""
    if key not in table:
        return default
    value = reader(table[key], (*path, key))
    return default if value is None else value


def _type_of(value: Any) -> str:
    return next((name for type_, name in _TYPES if isinstance(value, type_)), type(value).__name__)


def _short(value: Any) -> str:
    if isinstance(value, (Mapping, list, tuple)):
        return "{…}" if isinstance(value, Mapping) else "[…]"
    if isinstance(value, int) and abs(value) > 10**30:
        return "…"
    shown = value.isoformat() if isinstance(value, (date, time)) else str(value)
    return shown if len(shown) <= 60 else shown[:59] + "…"
