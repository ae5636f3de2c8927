"""What is left of an issued table's scenario becomes a scenario of its own, from any day on which figures are counted.

What is assumed: goals, method and rules hold as they are for the periods that are not over; rules that begin at the
present value begin at the newer one. Of a period that has begun, only the days that are left bring anything more: what
agencies expected of it was of the whole period, so it is set aside and estimated by the days left, unless an agency
stated it anew; what they expect of periods to come holds. The targets of a period that has begun, and is not the last,
are either kept as issued or open as well. Single targets set by hand for later periods are not taken along.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

import numpy as np

import scenarios
from dashapp.services.calculation import run
from dashapp.services.monitoring import renewed
from dashapp.services.tables import Table
from engine import Allocation, Basis, Figures, IndicatorPlan, Kind, Period, Plan, RuleKind
from scenarios import Scenario

ISSUED_PREFIX = "issued-"
SAME = 1e-9
"""Two shares that are one."""


@dataclass(frozen=True)
class Left:
    """What of a plan is left on a day.

    Attributes
    ----------
    periods : tuple of Period
        Those that end later, in order.
    running : Period or None
        The first of them, if it has begun.
    days : int
        Of `running` that are left.
    keepable : tuple of str
        Indicators whose issued targets of `running` can be kept: another period follows, and they are not of the
        period alone (a target of a whole period says nothing of the rest of it).
    """

    periods: tuple[Period, ...]
    running: Period | None
    days: int
    keepable: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Replanned:
    """The new scenario, and what became of what the old one said.

    Attributes
    ----------
    kept : int
        Issued targets of the period that has begun that are kept.
    reopened : mapping of indicator to agency codes
        Whose issued target cannot be kept: it is passed already, or more than what is left can bring.
    estimated : int
        Agencies whose stated volumes of that period are set aside.
    """

    scenario: Scenario
    kept: int
    reopened: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    estimated: int = 0


def left(plan: Plan, day: date) -> Left | None:
    """What of a plan is left on a day after its own; None where nothing is."""
    periods = tuple(one for one in plan.periods if one.end > day)
    if not periods:
        return None
    begun = day not in {one.end for one in plan.periods}
    keepable = [one.id for one in plan.indicators if one.basis is not Basis.IN_PERIOD]
    return Left(
        periods=periods,
        running=periods[0] if begun else None,
        days=(periods[0].end - day).days if begun else 0,
        keepable=tuple(keepable) if begun and len(periods) > 1 else (),
    )


def replanned(table: Table, figures: Figures, day: date, *, keep: bool, why: Mapping[str, str]) -> Replanned:
    """A table's scenario from a day on, for figures of that day.

    Parameters
    ----------
    keep : bool
        Whether the issued targets of the period that has begun stay as they are, where they can.
    why : mapping of language to text
        Why they do, for the rules that keep them.

    Raises
    ------
    scenarios.ScenarioErrors
        If nothing of it is left, or what is left does not stand by itself.
    engine.EngineError
        If figures and scenario do not fit together.
    """
    plan = table.inputs.scenario.plan
    about = left(plan, day)
    document = _later(table.inputs.scenario, day, () if about is None else [one.id for one in about.periods])
    estimated: dict[str, list[str]] = {}
    if about is not None and about.running is not None:
        estimated = _stated_before(plan, table.inputs.figures, figures, about.running.id)
        for id, codes in estimated.items():
            document["indicators"][id]["estimated"] = {about.running.id: codes}
    made = _made(document, table.inputs.scenario)
    count = len({code for codes in estimated.values() for code in codes})
    if about is None or about.running is None or not keep or not about.keepable:
        return Replanned(made, 0, estimated=count)
    rules, reopened = _as_issued(table, run(figures, made), about, why)
    document["rules"] = [*document.get("rules", ()), *rules]
    kept = sum(len(one["where"]["agency"]) for one in rules)
    return Replanned(_made(document, table.inputs.scenario), kept, MappingProxyType(reopened), count)


def _made(document: Mapping[str, Any], of: Scenario) -> Scenario:
    return scenarios.from_document(document, id=of.id, extends=of.extends)


def _later(scenario: Scenario, day: date, periods: Sequence[str]) -> dict[str, Any]:
    """The document from a day on: what it says of other periods is dropped, all else stays as it is."""
    document = scenarios.plain(scenario.document)
    document |= {"as_of": day, "periods": [one for one in document["periods"] if one["id"] in periods]}
    for about in document["indicators"].values():
        about["goals"] = _of(periods, about.get("goals", {}))
        if "estimated" in about:
            about["estimated"] = _of(periods, about["estimated"])
    if seasonality := document.get("assumptions", {}).get("seasonality"):
        document["assumptions"]["seasonality"] = _of(periods, seasonality)
    rules = []
    for rule in document.get("rules", ()):
        said = rule.get("periods", ())
        own = [one for one in ([said] if isinstance(said, str) else said) if one in periods]
        if not said:
            rules.append(rule)
        elif own:
            rules.append({**rule, "periods": own})
    if rules or "rules" in document:
        document["rules"] = rules
    return document


def _of(periods: Iterable[str], said: Mapping[str, Any]) -> dict[str, Any]:
    return {period: said[period] for period in periods if period in said}


def _stated_before(plan: Plan, old: Figures, new: Figures, period: str) -> dict[str, list[str]]:
    """Indicator -> agencies whose figures still hold what they expected of the whole period."""
    found = {}
    for asked in plan.indicators:
        own = new.indicators.get(asked.id)
        if asked.kind is not Kind.FLOW or own is None or period not in own.expected:
            continue
        was = old.indicators[asked.id]
        place = {old.codes[position]: at for at, position in enumerate(was.rows)}
        codes = []
        for at, position in enumerate(own.rows):
            code = new.codes[position]
            stated = (
                own.expected[period][at] > 0
            )  # none in the whole period is none in the rest of it; NaN is not stated
            if stated and renewed(was.expected, own.expected, period, place.get(code), at) is None:
                codes.append(code)
        if codes:
            found[asked.id] = codes
    return found


# issued targets that stay ------------------------------------------------------------------------------
def _as_issued(
    table: Table, result: Allocation, about: Left, why: Mapping[str, str]
) -> tuple[list[dict[str, Any]], dict[str, tuple[str, ...]]]:
    """The issued targets of the period that has begun as pins, one rule a value; and whose cannot stand."""
    rules: list[dict[str, Any]] = []
    reopened: dict[str, tuple[str, ...]] = {}
    period = about.periods[0].id
    for id in about.keepable:
        if id not in result.results:
            continue
        low, high = _possible(result, result.plan.indicator(id))
        by_value: dict[float, list[str]] = {}
        open_ones = []
        for row in table.rows:
            if row.indicator != id or row.period != period or row.target is None or row.agency not in low:
                continue
            if low[row.agency] - SAME <= row.target <= high[row.agency] + SAME:
                by_value.setdefault(row.target, []).append(row.agency)
            else:
                open_ones.append(row.agency)
        rules += [
            {
                "kind": str(RuleKind.PIN),
                "id": f"{ISSUED_PREFIX}{id}-{at}",
                "value": value,
                "where": {"agency": sorted(by_value[value])},
                "indicators": [id],
                "periods": [period],
                "reason": dict(why),
                "source": table.record.decision_number or "",
            }
            for at, value in enumerate(sorted(by_value), start=1)
        ]
        if open_ones:
            reopened[id] = tuple(sorted(open_ones))
    return rules, reopened


def _possible(result: Allocation, asked: IndicatorPlan) -> tuple[dict[str, float], dict[str, float]]:
    """What each agency's value can be at the end of the first period: what is counted stays, no more comes than comes.

    (N, N + c·V) / (D + V), for a catalogue (N/D, c): engine.md §1.
    """
    part = result.results[asked.id]
    own = result.figures.indicators[asked.id]
    codes = [result.figures.codes[position] for position in part.rows]
    numerator, denominator, ceiling = own.numerator, own.denominator, own.ceiling
    coming = np.zeros_like(denominator) if asked.kind is Kind.STOCK else part.expected[0]
    with np.errstate(invalid="ignore", divide="ignore"):
        low = numerator / (denominator + coming)
        high = ceiling if asked.kind is Kind.STOCK else (numerator + ceiling * coming) / (denominator + coming)
    counted = ~np.isnan(low)
    return (
        {code: float(one) for code, one, there in zip(codes, low, counted, strict=True) if there},
        {code: float(one) for code, one, there in zip(codes, np.maximum(low, high), counted, strict=True) if there},
    )
