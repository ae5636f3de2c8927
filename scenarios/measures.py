"""The measures of a scenario document: what is done, whom it reaches, from when, and how much it may bring."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from engine import Measure
from scenarios.check import Checker, read
from scenarios.errors import KeyPath
from scenarios.rules import names_of, where_of

_KEYS = (
    "id", "name", "effect", "low", "high", "start", "ramp_days", "indicators", "where", "evidence", "source",
)  # fmt: skip
_REQUIRED = ("id", "effect", "start")
_LARGEST_EFFECT = 10.0
"""Log-odds; more turns a rate of 1 % into one of 99 %."""

_LONGEST_RAMP = 3660


def build_measures(check: Checker, top: Mapping[str, Any], indicators: tuple[str, ...]) -> tuple[Measure, ...]:
    """The measures in the order written; `indicators` are the scenario's."""
    found: list[Measure] = []
    for value, path in check.items(top.get("measures", ()), ("measures",)):
        measure = _measure(check, check.table(value, path, _KEYS), path, indicators)
        if measure is None:
            continue
        if any(one.id == measure.id for one in found):
            check.fault("duplicate_measure", (*path, "id"), found=measure.id)
        found.append(measure)
    return tuple(found)


def _measure(check: Checker, table: Mapping[str, Any], path: KeyPath, indicators: tuple[str, ...]) -> Measure | None:
    for key in _REQUIRED:
        if table and key not in table:
            check.fault("missing_key", path, key=key)
    id = read(table, path, "id", check.text)
    if id == "":
        check.fault("empty", (*path, "id"), key="id")
    effect = read(table, path, "effect", lambda v, p: check.number(v, p, -_LARGEST_EFFECT, _LARGEST_EFFECT))
    start = read(table, path, "start", check.day)
    if not id or effect is None or start is None:
        return None
    low = read(table, path, "low", lambda v, p: check.number(v, p, -_LARGEST_EFFECT, _LARGEST_EFFECT), effect)
    high = read(table, path, "high", lambda v, p: check.number(v, p, -_LARGEST_EFFECT, _LARGEST_EFFECT), effect)
    if not low <= effect <= high:
        at = (*path, "low" if low > effect else "high")
        check.fault("measure_range", at, low=low, effect=effect, high=high)
    return Measure(
        id=id,
        effect=effect,
        low=low,
        high=high,
        start=start,
        ramp_days=read(table, path, "ramp_days", lambda v, p: check.number(v, p, 0.0, _LONGEST_RAMP), 0.0),
        where=where_of(check, table, path),
        indicators=names_of(check, table, path, "indicators", indicators, "unknown_indicator"),
        name=read(table, path, "name", check.both_languages, MappingProxyType(dict.fromkeys(("vi", "en"), id))),
        evidence=read(table, path, "evidence", check.both_languages, MappingProxyType({})),
        source=read(table, path, "source", check.text, ""),
    )
