"""From a flattened document to the engine's plan; every fault of the document is found in one pass."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from engine import (
    METHODS,
    Assumptions,
    Basis,
    Delivery,
    IndicatorPlan,
    Kind,
    MethodChoice,
    Pace,
    Period,
    Plan,
    Rounding,
    RoundingMode,
    Start,
    StartRate,
    Toward,
    Trend,
    Volumes,
)
from scenarios.catalogue import Indicator, indicators
from scenarios.check import Checker, read
from scenarios.errors import KeyPath
from scenarios.measures import build_measures
from scenarios.model import EVERYBODY
from scenarios.rules import build_rules

TOP_KEYS = (
    "id", "extends", "name", "note", "author", "source", "as_of", "cascade", "periods", "indicators",
    "rules", "replace_rules", "measures", "assumptions",
)  # fmt: skip
_INDICATOR_KEYS = (
    "basis", "goals", "method", "start", "trend", "start_rate", "pace", "rounding", "source", "estimated",
    "reach",
)  # fmt: skip
_FLOW_ONLY = ("basis", "estimated")
BLEND, GAP_CLOSING = "blend", "gap_closing"
NO_TREND = "none"
_STEEPEST = 5.0
"""Log-odds a month."""

_TOLERANCE = 1e-6


def build_plan(check: Checker, document: Mapping[str, Any]) -> Plan | None:
    """The plan a document asks for; None if it is not to be had, with every fault noted in `check`."""
    top = check.table(document, (), TOP_KEYS)
    as_of = _required(check, top, (), "as_of", check.day)
    periods = _periods(check, top, as_of)
    plans = _indicators(check, top, periods)
    rules = build_rules(check, top, {one.id: one.kind for one in plans}, tuple(one.id for one in periods))
    measures = build_measures(check, top, tuple(one.id for one in plans))
    cascade = read(top, (), "cascade", check.flag)
    assumptions = _assumptions(check, top, periods)
    if not check.clean or as_of is None:
        return None
    return Plan(as_of, periods, plans, rules, measures, cascade, assumptions)


def _required(check: Checker, table: Mapping[str, Any], path: KeyPath, key: str, reader: Any) -> Any:
    if key not in table:
        check.fault("missing_key", path, key=key)
        return None
    return reader(table[key], (*path, key))


def _periods(check: Checker, top: Mapping[str, Any], as_of: date | None) -> tuple[Period, ...]:
    found: list[Period] = []
    before = as_of
    for value, path in _required(check, top, (), "periods", check.items) or ():
        table = check.table(value, path, ("id", "end"))
        id = _required(check, table, path, "id", check.text)
        end = _required(check, table, path, "end", check.day)
        if id is not None and any(one.id == id for one in found):
            check.fault("duplicate_period", (*path, "id"), found=id)
        if end is not None and before is not None and end <= before:
            code = "periods_not_ascending" if found else "as_of_after_period"
            check.fault(code, (*path, "end"), found=end.isoformat(), after=before.isoformat())
        if id is not None and end is not None:
            found.append(Period(id, end))
            before = end
    if "periods" in top and not top["periods"] and isinstance(top["periods"], (list, tuple)):
        check.fault("empty", ("periods",), key="periods")
    return tuple(found)


def _indicators(check: Checker, top: Mapping[str, Any], periods: tuple[Period, ...]) -> tuple[IndicatorPlan, ...]:
    catalogue = indicators()
    found = []
    tables = check.table(_required(check, top, (), "indicators", check.table) or {}, ("indicators",))
    if "indicators" in top and isinstance(top["indicators"], Mapping) and not tables:
        check.fault("empty", ("indicators",), key="indicators")
    for id, value in tables.items():
        path: KeyPath = ("indicators", id)
        if check.name(id, path, tuple(catalogue), "unknown_indicator") is not None:
            found.append(_indicator(check, catalogue[id], value, path, periods))
    return tuple(found)


def _indicator(
    check: Checker, indicator: Indicator, value: Any, path: KeyPath, periods: tuple[Period, ...]
) -> IndicatorPlan:
    keys = (*_INDICATOR_KEYS, *(("denominator",) if indicator.denominators else ()))
    table = check.table(value, path, keys)
    flow = indicator.kind is Kind.FLOW
    for key in _FLOW_ONLY:
        if key in table and not flow:
            check.fault("flow_only", (*path, key), key=key, indicator=indicator.id)
    if "denominator" in table and indicator.denominators:
        check.name(table["denominator"], (*path, "denominator"), tuple(indicator.denominators), "unknown_choice")
    start = read(table, path, "start", lambda v, p: check.choice(Start, v, p), Start.CURRENT)
    if "trend" in table and start is not Start.PROJECTED:
        check.fault("trend_without_projection", (*path, "trend"))
    if flow:
        _estimated(check, table.get("estimated", {}), (*path, "estimated"), periods)
    return IndicatorPlan(
        id=indicator.id,
        kind=indicator.kind,
        goals=_goals(check, table, path, periods) if isinstance(value, Mapping) else MappingProxyType({}),
        reach=_by_period(check, table, path, "reach", periods),
        method=read(table, path, "method", lambda v, p: _method(check, v, p), MethodChoice(GAP_CLOSING)),
        basis=read(table, path, "basis", lambda v, p: check.choice(Basis, v, p), Basis.CUMULATIVE) if flow else None,
        start=start,
        trend=read(table, path, "trend", lambda v, p: _trend(check, v, p), 0.0),
        start_rate=read(table, path, "start_rate", lambda v, p: check.choice(StartRate, v, p), StartRate.RAW),
        pace=read(table, path, "pace", lambda v, p: check.choice(Pace, v, p), Pace.LINEAR),
        rounding=read(table, path, "rounding", lambda v, p: _rounding(check, v, p), Rounding()),
        source=read(table, path, "source", check.text, ""),
    )


def _trend(check: Checker, value: Any, path: KeyPath) -> Trend | float | None:
    """``"none"``, log-odds a month, or a fit on history by its name."""
    if not isinstance(value, str):
        return check.number(value, path, -_STEEPEST, _STEEPEST)
    name = check.name(value, path, (NO_TREND, *(str(one) for one in Trend)), "unknown_choice")
    return None if name is None else 0.0 if name == NO_TREND else Trend(name)


def _goals(check: Checker, table: Mapping[str, Any], path: KeyPath, periods: tuple[Period, ...]) -> Mapping[str, float]:
    known = tuple(one.id for one in periods)
    given = table.get("goals")
    if known and not (isinstance(given, Mapping) and known[-1] in given):
        at = (*path, "goals") if "goals" in table else path
        check.fault("goal_missing", at, indicator=path[-1], period=known[-1])
    return _by_period(check, table, path, "goals", periods)


def _by_period(
    check: Checker, table: Mapping[str, Any], path: KeyPath, key: str, periods: tuple[Period, ...]
) -> Mapping[str, float]:
    """Shares by period under a key of an indicator."""
    at: KeyPath = (*path, key)
    given = check.table(table[key], at) if key in table else {}
    known = tuple(one.id for one in periods)
    found = {}
    for id, value in given.items():
        if known and check.name(id, (*at, id), known, "unknown_period") is None:
            continue
        share = check.share(value, (*at, id))
        if share is not None:
            found[id] = share
    return MappingProxyType(found)


def _method(check: Checker, value: Any, path: KeyPath, *, inside_blend: bool = False) -> MethodChoice | None:
    """``"equal_effort"`` or ``{name = "gap_closing", toward = "goal"}``; `blend` has `parts` with a `weight` each."""
    if isinstance(value, str):
        value = {"name": value}
        name_path = path
    else:
        name_path = (*path, "name")
    keys = ("name", "toward", "parts") if not inside_blend else ("name", "toward", "weight")
    table = check.table(value, path, keys)
    if not table:
        return None
    known = tuple(one for one in METHODS if not (inside_blend and one == BLEND))
    if "name" not in table:
        check.fault("missing_key", path, key="name")
        return None
    name = check.name(table["name"], name_path, known, "unknown_method")
    if name is None:
        return None
    for key, owner in (("toward", GAP_CLOSING), ("parts", BLEND)):
        if key in table and name != owner:
            check.fault("not_for_method", (*path, key), key=key, method=name, belongs_to=owner)
    toward = read(table, path, "toward", lambda v, p: check.choice(Toward, v, p), Toward.REACHABLE)
    return MethodChoice(name, toward, _parts(check, table, path) if name == BLEND else ())


def _parts(check: Checker, table: Mapping[str, Any], path: KeyPath) -> tuple[tuple[MethodChoice, float], ...]:
    found = []
    whole = True
    for value, at in _required(check, table, path, "parts", check.items) or ():
        part = check.table(value, at)
        method = _method(check, part, at, inside_blend=True) if part else None
        weight = _required(check, part, at, "weight", check.share) if part else None
        if method is None or weight is None:
            whole = False
        else:
            found.append((method, weight))
    total = sum(weight for _, weight in found)
    if "parts" in table and whole and abs(total - 1) > _TOLERANCE:
        check.fault("blend_weights", (*path, "parts"), total=total)
    return tuple(found)


def _rounding(check: Checker, value: Any, path: KeyPath) -> Rounding | None:
    """``"none"`` or ``{mode = "nearest", step = "5%"}``; `step` may be ``"count"``; or `levels` in ascending order."""
    if isinstance(value, str):
        mode = check.choice(RoundingMode, value, path)
        return Rounding(mode) if mode is not None else None
    table = check.table(value, path, ("mode", "step", "levels"))
    mode = read(table, path, "mode", lambda v, p: check.choice(RoundingMode, v, p), RoundingMode.NEAREST)
    if "step" in table and "levels" in table:
        check.fault("step_and_levels", (*path, "levels"))
    count = table.get("step") == "count"
    step = Rounding().step if count else read(table, path, "step", check.share, Rounding().step)
    if step == 0:
        check.fault("out_of_range", (*path, "step"), found=table["step"], low="> 0", high=1.0)
    levels: list[float] = []
    for one, at in read(table, path, "levels", check.items, ()):
        level = check.share(one, at)
        if level is not None and levels and level <= levels[-1]:
            check.fault("levels_not_ascending", at, found=one)
        if level is not None:
            levels.append(level)
    if "levels" in table and isinstance(table["levels"], (list, tuple)) and not table["levels"]:
        check.fault("empty", (*path, "levels"), key="levels")
    return Rounding(mode, step, count, tuple(levels))


def _assumptions(check: Checker, top: Mapping[str, Any], periods: tuple[Period, ...]) -> Assumptions:
    path: KeyPath = ("assumptions",)
    keys = ("growth", "seasonality", "volumes", "volume_spread", "delivery", "draws", "seed")
    table = check.table(top.get("assumptions", {}), path, keys)
    factors = {}
    for id, value in check.table(table.get("seasonality", {}), (*path, "seasonality")).items():
        at = (*path, "seasonality", id)
        if check.name(id, at, tuple(one.id for one in periods), "unknown_period") is not None:
            factor = check.number(value, at, 0.0, 100.0)
            if factor is not None:
                factors[id] = factor
    usual = Assumptions()
    return Assumptions(
        growth=read(table, path, "growth", lambda v, p: check.fraction(v, p, -0.99, 99.0), usual.growth),
        seasonality=MappingProxyType(factors),
        volumes=read(table, path, "volumes", lambda v, p: check.choice(Volumes, v, p), usual.volumes),
        volume_spread=read(table, path, "volume_spread", check.share, usual.volume_spread),
        delivery=_delivery(check, table, path),
        draws=read(table, path, "draws", lambda v, p: check.integer(v, p, 1, 1_000_000), usual.draws),
        seed=read(table, path, "seed", lambda v, p: check.integer(v, p, 0, 2**63 - 1), usual.seed),
    )


def _delivery(check: Checker, table: Mapping[str, Any], path: KeyPath) -> Delivery:
    at: KeyPath = (*path, "delivery")
    usual = Delivery()
    own = check.table(table.get("delivery", {}), at, ("mean", "spread", "common"))
    mean = read(own, at, "mean", check.share, usual.mean)
    spread = read(own, at, "spread", check.share, usual.spread)
    if spread > 0 and spread**2 >= mean * (1.0 - mean):
        widest = math.floor(1000 * math.sqrt(mean * (1.0 - mean))) / 1000
        check.fault("delivery_spread", (*at, "spread"), spread=spread, mean=mean, widest=widest)
    return Delivery(mean, spread, read(own, at, "common", check.share, usual.common))


def _estimated(check: Checker, value: Any, path: KeyPath, periods: tuple[Period, ...]) -> None:
    """``{2022Q3 = "all"}`` or ``{2022Q3 = ["A", "B"]}``: whose stated volumes are set aside (`Scenario.estimated`)."""
    for id, whose in check.table(value, path).items():
        at = (*path, id)
        if check.name(id, at, tuple(one.id for one in periods), "unknown_period") is None:
            continue
        if isinstance(whose, str):
            check.name(whose, at, (EVERYBODY,), "unknown_choice")
        else:
            for code, place in check.items(whose, at):
                check.text(code, place)
