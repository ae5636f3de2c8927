"""A plan, or a document, as the text of a scenario file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from engine import IndicatorPlan, Kind, MethodChoice, Plan, RoundingMode, Rule, RuleKind, Start, Toward, Trend, Where
from scenarios.build import BLEND, GAP_CLOSING, NO_TREND

_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
_VALUE_KEYS = MappingProxyType(
    {RuleKind.MIN_STEP: "points", RuleKind.MAX_STEP: "points", RuleKind.ONLINE_ONLY: "share"}
)


def share_text(value: float) -> str:
    """A share as files write it: 0.5 -> ``50%``, exactly."""
    return f"{(Decimal(repr(value)) * 100).normalize():f}%"


def document_of(plan: Plan, *, name: Mapping[str, str], note: Mapping[str, str]) -> dict[str, Any]:
    """The document that says what a plan's periods, indicators and rules are; its measures are not in it."""
    found: dict[str, Any] = {"name": dict(name), "note": dict(note), "as_of": plan.as_of}
    if plan.cascade is not None:
        found["cascade"] = plan.cascade
    found["periods"] = [{"id": one.id, "end": one.end} for one in plan.periods]
    found["indicators"] = {one.id: _indicator(one) for one in plan.indicators}
    if plan.rules:
        found["rules"] = [_rule(one) for one in plan.rules]
    return found


def _indicator(asked: IndicatorPlan) -> dict[str, Any]:
    rounding: dict[str, Any] = {"mode": str(asked.rounding.mode)}
    if asked.rounding.levels:
        rounding["levels"] = [share_text(level) for level in asked.rounding.levels]
    elif asked.rounding.mode is not RoundingMode.NONE:
        rounding["step"] = "count" if asked.rounding.count else share_text(asked.rounding.step)
    method: Any = asked.method.name
    if method == GAP_CLOSING and asked.method.toward is not Toward.REACHABLE:
        method = {"name": method, "toward": str(asked.method.toward)}
    elif method == BLEND:
        method = {"name": method, "parts": [_part(part, share) for part, share in asked.method.parts]}
    found: dict[str, Any] = {} if asked.kind is Kind.STOCK else {"basis": str(asked.basis)}
    found |= {"goals": {period: share_text(goal) for period, goal in asked.goals.items()}, "method": method}
    if asked.reach:
        found["reach"] = {period: share_text(goal) for period, goal in asked.reach.items()}
    if asked.start is Start.PROJECTED:
        trend = str(asked.trend) if isinstance(asked.trend, Trend) else asked.trend or NO_TREND
        found |= {"start": str(asked.start), "trend": trend}
    found |= {"start_rate": str(asked.start_rate), "pace": str(asked.pace), "rounding": rounding}
    return found | ({"source": asked.source} if asked.source else {})


def _part(part: MethodChoice, share: float) -> dict[str, Any]:
    toward = {} if part.toward is Toward.REACHABLE else {"toward": str(part.toward)}
    return {"name": part.name, **toward, "weight": share}


def _rule(rule: Rule) -> dict[str, Any]:
    found: dict[str, Any] = {"id": rule.id, "kind": str(rule.kind)}
    if rule.value is not None:
        key = "below" if rule.kind is RuleKind.SMALL_VOLUME else _VALUE_KEYS.get(rule.kind, "value")
        found[key] = rule.value if key == "below" else share_text(rule.value)
    if rule.since is not None:
        found["from"] = rule.since
    if rule.treatment is not None:
        found["treatment"] = str(rule.treatment)
    if where := _where(rule.where):
        found["where"] = where
    for key in ("indicators", "periods"):
        if getattr(rule, key):
            found[key] = list(getattr(rule, key))
    if rule.reason:
        found["reason"] = dict(rule.reason)
    return found | ({"source": rule.source} if rule.source else {})


def _where(where: Where) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, names in (("level", where.levels), ("agency", where.agencies), ("parent", where.parents)):
        if names:
            found[key] = list(names)
    volume = {"from": where.volume_from, "below": where.volume_below}
    if told := {key: value for key, value in volume.items() if value is not None}:
        found["volume"] = told
    return found


def to_toml(document: Mapping[str, Any]) -> str:
    """The TOML text of a scenario document; `scenarios.loads` reads it back to the same."""
    lines = [f"{key} = {_value(one)}" for key, one in document.items() if not _is_tables(key, one)]
    for key, one in document.items():
        if not _is_tables(key, one):
            continue
        if isinstance(one, Mapping) and key == "indicators":
            for id, table in one.items():
                lines += ["", f"[{key}.{_key(id)}]", *_lines(table)]
        elif isinstance(one, Mapping):
            lines += ["", f"[{key}]", *_lines(one)]
        else:
            for entry in one:
                lines += ["", f"[[{key}]]", *_lines(entry)]
    return "\n".join([*lines, ""])


def _is_tables(key: str, value: Any) -> bool:
    return key in ("periods", "indicators", "rules", "measures", "assumptions") and isinstance(
        value, Mapping | Sequence
    )


def _lines(table: Mapping[str, Any]) -> list[str]:
    return [f"{_key(key)} = {_value(one)}" for key, one in table.items()]


def _key(name: str) -> str:
    return name if name and set(name) <= _BARE else json.dumps(name, ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    return repr(value)
