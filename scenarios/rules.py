"""The rules of a scenario document: keys of each kind, where they hold, their names."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from engine import Kind, Level, Rule, RuleKind, Treatment, Where, is_rule
from scenarios.check import Checker, nearest, read
from scenarios.errors import KeyPath

_COMMON = ("kind", "id", "where", "indicators", "periods", "reason", "source")
_OWN: Mapping[RuleKind, tuple[str, ...]] = MappingProxyType(
    {
        RuleKind.NO_BACKSLIDING: (),
        RuleKind.FLOOR: ("value",),
        RuleKind.CAP: ("value",),
        RuleKind.MIN_STEP: ("points",),
        RuleKind.MAX_STEP: ("points",),
        RuleKind.PROPOSAL_FLOOR: (),
        RuleKind.ONLINE_ONLY: ("share", "from"),
        RuleKind.GROUP_GOAL: ("value",),
        RuleKind.SAME_TARGET: (),
        RuleKind.SMALL_VOLUME: ("below", "treatment"),
        RuleKind.PIN: ("value",),
        RuleKind.EXEMPT: (),
    }
)
"""Keys a kind has beside the common ones; all are required but `treatment`."""

_OPTIONAL = ("treatment",)
_LARGEST = 1e9


def build_rules(
    check: Checker, top: Mapping[str, Any], kinds: Mapping[str, Kind], periods: tuple[str, ...]
) -> tuple[Rule, ...]:
    """The rules in the order written; a rule without an `id` is named by its kind: kind, kind-2, kind-3 ...

    `kinds` maps the scenario's indicators to their kind, `periods` are its periods.
    """
    entries = check.items(top.get("rules", ()), ("rules",))
    given = _given_ids(check, entries)
    taken = set(given.values())
    rules = []
    for value, path in entries:
        table = check.table(value, path)
        kind = None
        if "kind" in table:
            kind = check.choice(RuleKind, table["kind"], (*path, "kind"))
        elif table or isinstance(value, Mapping):
            check.fault("missing_key", path, key="kind")
        if kind is None:
            continue
        id = given.get(path) or _free_id(kind, taken)
        taken.add(id)
        rules.append(_rule(check, kind, id, table, path, kinds, periods))
    return tuple(rules)


def _given_ids(check: Checker, entries: tuple[tuple[Any, KeyPath], ...]) -> Mapping[KeyPath, str]:
    given: dict[KeyPath, str] = {}
    for value, path in entries:
        if not isinstance(value, Mapping) or "id" not in value:
            continue
        id = check.text(value["id"], (*path, "id"))
        if id is not None and id in given.values():
            check.fault("duplicate_rule", (*path, "id"), found=id)
        elif id == "":
            check.fault("empty", (*path, "id"), key="id")
        elif id is not None and not is_rule(id):  # what the engine calls a bound that no rule made
            check.fault("reserved_name", (*path, "id"), found=id)
        elif id is not None:
            given[path] = id
    return given


def _free_id(kind: RuleKind, taken: set[str]) -> str:
    id, number = str(kind), 1
    while id in taken:
        number += 1
        id = f"{kind}-{number}"
    return id


def _rule(
    check: Checker,
    kind: RuleKind,
    id: str,
    table: Mapping[str, Any],
    path: KeyPath,
    kinds: Mapping[str, Kind],
    periods: tuple[str, ...],
) -> Rule:
    _keys(check, kind, table, path)
    value = None
    for key in ("value", "points", "share"):
        if key in table and key in _OWN[kind]:
            value = check.share(table[key], (*path, key))
    if "below" in table and kind is RuleKind.SMALL_VOLUME:
        value = check.number(table["below"], (*path, "below"), 0.0, _LARGEST)
    treatment = None
    if kind is RuleKind.SMALL_VOLUME:
        treatment = read(table, path, "treatment", lambda v, p: check.choice(Treatment, v, p), Treatment.EXEMPT)
    return Rule(
        kind=kind,
        id=id,
        value=value,
        since=read(table, path, "from", check.day) if kind is RuleKind.ONLINE_ONLY else None,
        treatment=treatment,
        where=where_of(check, table, path),
        indicators=_indicators(check, kind, table, path, kinds),
        periods=names_of(check, table, path, "periods", periods, "unknown_period"),
        reason=read(table, path, "reason", check.both_languages, MappingProxyType({})),
        source=read(table, path, "source", check.text, ""),
    )


def _keys(check: Checker, kind: RuleKind, table: Mapping[str, Any], path: KeyPath) -> None:
    known = (*_COMMON, *_OWN[kind])
    everywhere = {key for own in _OWN.values() for key in own}
    for key in table:
        if key in known:
            continue
        if key in everywhere:
            check.fault("not_for_rule", (*path, key), key=key, kind=str(kind), known=sorted(known))
        else:
            check.fault("unknown_key", (*path, key), key=key, nearest=nearest(key, known), known=sorted(known))
    for key in _OWN[kind]:
        if key not in table and key not in _OPTIONAL:
            check.fault("missing_key", path, key=key, kind=str(kind))


def names_of(
    check: Checker, table: Mapping[str, Any], path: KeyPath, key: str, known: tuple[str, ...], code: str
) -> tuple[str, ...]:
    """Known names under a key, a single one or a list of them; each unknown one is a fault `code`."""
    if key not in table:
        return ()
    found = [check.name(value, at, known, code) for value, at in check.one_or_more(table[key], (*path, key))]
    return tuple(dict.fromkeys(name for name in found if name is not None))


def _indicators(
    check: Checker, kind: RuleKind, table: Mapping[str, Any], path: KeyPath, kinds: Mapping[str, Kind]
) -> tuple[str, ...]:
    names = names_of(check, table, path, "indicators", tuple(kinds), "unknown_indicator")
    if kind is RuleKind.ONLINE_ONLY:
        for name in names:
            if kinds[name] is Kind.STOCK:
                check.fault("rule_not_for_stock", (*path, "indicators"), kind=str(kind), indicator=name)
    return names


def where_of(check: Checker, table: Mapping[str, Any], path: KeyPath) -> Where:
    """The agencies that a rule or a measure concerns: the table ``where`` of its entry."""
    at: KeyPath = (*path, "where")
    where = check.table(table.get("where", {}), at, ("level", "agency", "parent", "volume"))
    volume = check.table(where.get("volume", {}), (*at, "volume"), ("from", "below"))
    low, high = (
        read(volume, (*at, "volume"), key, lambda v, p: check.number(v, p, 0.0, _LARGEST)) for key in ("from", "below")
    )
    if low is not None and high is not None and low >= high:
        check.fault("empty_range", (*at, "volume"), low=low, high=high)
    return Where(
        levels=names_of(check, where, at, "level", tuple(str(one) for one in Level), "unknown_level"),
        agencies=_texts(check, where, at, "agency"),
        parents=_texts(check, where, at, "parent"),
        volume_from=low,
        volume_below=high,
    )


def _texts(check: Checker, table: Mapping[str, Any], path: KeyPath, key: str) -> tuple[str, ...]:
    if key not in table:
        return ()
    found = [check.text(value, at) for value, at in check.one_or_more(table[key], (*path, key))]
    return tuple(dict.fromkeys(text for text in found if text is not None))
