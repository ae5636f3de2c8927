"""Layering: a scenario is a base plus what it changes. Nothing here changes what it is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from scenarios.errors import KeyPath

APPENDED = ("rules", "measures")
REPLACE = "replace_rules"
OF_ONE_FILE = ("id", "extends", "name", "note", "author")
"""Keys that speak of one file and are not inherited."""

_REPLACED_WHOLE = ("method", "rounding")
_ATOMS = (str, int, float, date)
"""What most values are; asked first, as it takes long to see that a text is no table."""


@dataclass(frozen=True)
class Layer:
    """One file (or one change made in the program) of a scenario.

    `lines` maps a path to its line; empty where there is no text.
    """

    document: Mapping[str, Any]
    file: str | None = None
    lines: Mapping[KeyPath, int] = field(default_factory=lambda: MappingProxyType({}))


def merge(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Lay changes over a base.

    Tables merge key by key; `rules` and `measures` are appended, unless ``replace_rules = true`` drops the
    inherited ones; an indicator's `method` and `rounding` and every other list or value replace what was there.
    None (which TOML cannot say, a program can) takes a key away. Neither argument is changed.
    """
    merged = _merge(base, {key: value for key, value in changes.items() if key != REPLACE}, ())
    if changes.get(REPLACE) is not True:
        for key in APPENDED:
            before, added = base.get(key), changes.get(key)
            if isinstance(before, Sequence) and isinstance(added, Sequence) and not isinstance(added, str):
                merged[key] = [plain(one) for one in (*before, *added)]
    else:
        for key in APPENDED:
            if key not in changes:
                merged.pop(key, None)
    return merged


def _merge(base: Mapping[str, Any], changes: Mapping[str, Any], at: tuple[str, ...]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in changes.items():
        before = base.get(key)
        whole = len(at) == 2 and at[0] == "indicators" and key in _REPLACED_WHOLE
        if value is None:
            merged.pop(key, None)
        elif isinstance(before, Mapping) and isinstance(value, Mapping) and not whole:
            merged[key] = _merge(before, value, (*at, key))
        else:
            merged[key] = plain(value)
    return merged


def plain(value: Any) -> Any:
    """A deep copy in plain dicts and lists, e.g. of a frozen document; None inside tables is left out."""
    if isinstance(value, _ATOMS):
        return value
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items() if one is not None}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return value


def frozen(value: Any) -> Any:
    """A deep read-only copy: mappings become read-only, lists become tuples."""
    if isinstance(value, _ATOMS):
        return value
    if isinstance(value, Mapping):
        return MappingProxyType({key: frozen(one) for key, one in value.items()})
    if isinstance(value, (list, tuple)):
        return tuple(frozen(one) for one in value)
    return value


@dataclass(frozen=True)
class Stack:
    """The layers of a scenario, base first, with what they come to and where each part was written."""

    layers: tuple[Layer, ...]
    document: Mapping[str, Any]

    @classmethod
    def of(cls, layers: Sequence[Layer]) -> Stack:
        """Lay the layers over each other. Keys that speak of one file count only from the last."""
        document: dict[str, Any] = {}
        for place, layer in enumerate(layers):
            own = dict(layer.document)
            if place < len(layers) - 1:
                own = {key: value for key, value in own.items() if key not in OF_ONE_FILE}
            document = merge(document, own)
        return cls(tuple(layers), document)

    @property
    def file(self) -> str | None:
        """The file that lies on top."""
        return self.layers[-1].file

    def place(self, path: KeyPath) -> tuple[str | None, int | None, KeyPath]:
        """File, line and path there of a path of the flattened document.

        A missing key is placed at the table that should have it.
        """
        if len(path) >= 2 and path[0] in APPENDED and isinstance(path[1], int):
            layer, own = self._appended(str(path[0]), path[1])
            path = (path[0], own, *path[2:])
        else:
            layer = max(reversed(self.layers), key=lambda one: _depth(one.document, path))
        for length in range(len(path), 0, -1):
            if path[:length] in layer.lines:
                return layer.file, layer.lines[path[:length]], path
        return layer.file, None, path

    def _appended(self, key: str, place: int) -> tuple[Layer, int]:
        origins: list[tuple[Layer, int]] = []
        for layer in self.layers:
            own = layer.document.get(key)
            if layer.document.get(REPLACE) is True or (own is not None and not isinstance(own, (list, tuple))):
                origins = []
            if isinstance(own, (list, tuple)):
                origins += [(layer, at) for at in range(len(own))]
        return origins[place]


def _depth(document: Any, path: KeyPath) -> int:
    """How far a document follows a path."""
    for depth, part in enumerate(path):
        if isinstance(part, int):
            if not isinstance(document, (list, tuple)) or part >= len(document):
                return depth
        elif not isinstance(document, Mapping) or part not in document:
            return depth
        document = document[part]
    return len(path)
