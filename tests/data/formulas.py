"""Tables that try every formula: each method on each basis with each rounding, and whatever rules may add to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from engine import (
    Allocation,
    Assumptions,
    Basis,
    EngineError,
    Figures,
    IndicatorPlan,
    Kind,
    Measure,
    MethodChoice,
    Pace,
    Period,
    Plan,
    Rounding,
    RoundingMode,
    Rule,
    RuleKind,
    Start,
    StartRate,
    Toward,
    Treatment,
    Where,
    allocate,
)

AS_OF = date(2022, 6, 15)
PERIODS = (
    Period("2022Q3", date(2022, 9, 30)),
    Period("2022Q4", date(2022, 12, 31)),
    Period("2023Q1", date(2023, 3, 31)),
)
_LINEAR = MethodChoice("equal_target")
_BLEND = MethodChoice("blend", parts=((_LINEAR, 0.4), (MethodChoice("equal_effort"), 0.6)))
_NESTED = MethodChoice(
    "blend", parts=((MethodChoice("gap_closing"), 0.5), (_BLEND, 0.3), (MethodChoice("proposals"), 0.2))
)
METHODS = (
    _LINEAR,
    MethodChoice("equal_increment"),
    MethodChoice("proportional_growth"),
    MethodChoice("gap_closing"),
    MethodChoice("equal_effort"),
    MethodChoice("weighted_increment"),
    MethodChoice("proposals"),
    _NESTED,
)
"""Every method once."""
DRAWN_METHODS = (
    *METHODS,
    _BLEND,
    MethodChoice("gap_closing", Toward.GOAL),
    MethodChoice("gap_closing", Toward.BEST_PEER),
)
LEVELS = (0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
ROUNDINGS = (
    Rounding(),
    Rounding(RoundingMode.UP, 0.05),
    Rounding(RoundingMode.LARGEST_REMAINDER),
    Rounding(RoundingMode.NONE),
    Rounding(count=True),
    Rounding(levels=LEVELS),
)
"""Every rounding once."""
DRAWN_ROUNDINGS = (
    *ROUNDINGS,
    Rounding(RoundingMode.UP, count=True),
    Rounding(RoundingMode.LARGEST_REMAINDER, count=True),
    Rounding(RoundingMode.UP, levels=LEVELS),
    Rounding(RoundingMode.LARGEST_REMAINDER, levels=LEVELS),
)
BASES = (Basis.CUMULATIVE, Basis.IN_PERIOD, None)


def agencies(seed: int, *, children: bool) -> pd.DataFrame:
    """Seven agencies of two levels, some with children; some have no dossier or do not report. One indicator."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[str, str, str, str, float, float]] = []
    for i in range(7):
        D = int(rng.choice([0, 5, 40, 300, 900, 2000]))
        rows.append((f"A{i:02d}", f"Sở {i}", "province" if i < 4 else "district", "", int(D * rng.random() ** 2), D))
    for j in range(5 if children else 0):
        D = int(rng.choice([0, 8, 60, 400]))
        rows.append((f"C{j:02d}", f"Xã {j}", "commune", f"A{4 + j % 2:02d}", int(D * rng.random()), D))
    frame = pd.DataFrame(rows, columns=["agency", "name", "level", "parent", "numerator", "denominator"])
    frame = frame.astype({"numerator": float, "denominator": float})
    for period in PERIODS:
        frame[f"expected_{period.id}"] = np.where(rng.random(len(rows)) < 0.5, rng.integers(0, 600, len(rows)), np.nan)
        offered = np.round(rng.random(len(rows)), 2)
        frame[f"proposed_{period.id}"] = np.where(rng.random(len(rows)) < 0.6, offered, np.nan)
    frame["ceiling"] = rng.choice([1.0, 1.0, 0.9, 0.8], len(rows))
    frame["weight"] = np.where(rng.random(len(rows)) < 0.8, rng.choice([1.0, 2.0, 3.0], len(rows)), np.nan)
    frame.loc[rng.random(len(rows)) < 0.05, ["numerator", "denominator"]] = np.nan
    return frame


def asked(id: str, method: MethodChoice, basis: Basis | None, rounding: Rounding, **more: Any) -> IndicatorPlan:
    """One indicator; its goal is that of the second period unless others are given."""
    goals = more.pop("goals", {"2022Q4": 0.65})
    return IndicatorPlan(
        id, Kind.STOCK if basis is None else Kind.FLOW, goals, method, basis, rounding=rounding, **more
    )


def every_combination() -> Iterator[Allocation]:
    """Each method × basis × rounding once; one table for each rounding, an indicator for each of the rest."""
    for number, rounding in enumerate(ROUNDINGS):
        frame = agencies(number, children=number % 2 == 0)
        plans = [
            asked(f"i{at:02d}", method, basis, rounding, pace=list(Pace)[at % 4])
            for at, (method, basis) in enumerate(product(METHODS, BASES))
        ]
        figures = Figures.from_frame(pd.concat([frame.assign(indicator=one.id) for one in plans], ignore_index=True))
        rules = (Rule(RuleKind.NO_BACKSLIDING, "nb"), Rule(RuleKind.CAP, "cap", 0.9, where=Where(levels=("province",))))
        yield allocate(figures, Plan(AS_OF, PERIODS[:2], tuple(plans), rules))


def _rules(rng: np.random.Generator) -> tuple[Rule, ...]:
    early = () if rng.random() < 0.5 else ("2022Q3",)
    pool = (
        Rule(RuleKind.NO_BACKSLIDING, "nb"),
        Rule(RuleKind.FLOOR, "fl", float(rng.choice([0.2, 0.35])), where=Where(levels=("district",))),
        Rule(RuleKind.CAP, "cap", float(rng.choice([0.6, 0.85]))),
        Rule(RuleKind.MAX_STEP, "mx", float(rng.choice([0.2, 0.4]))),
        Rule(RuleKind.MIN_STEP, "mn", 0.03),
        Rule(RuleKind.PROPOSAL_FLOOR, "pf"),
        Rule(RuleKind.ONLINE_ONLY, "oo", 0.3, since=date(2022, 8, 1), where=Where(agencies=("A01", "A02", "C01"))),
        Rule(RuleKind.GROUP_GOAL, "gg", 0.4, where=Where(agencies=("A02", "A03", "A04"))),
        Rule(RuleKind.SAME_TARGET, "st", where=Where(levels=("district",))),
        Rule(RuleKind.SMALL_VOLUME, "sv", 100.0, treatment=Treatment.POOLED),
        Rule(RuleKind.SMALL_VOLUME, "sx", 60.0, treatment=Treatment.EXEMPT),
        Rule(RuleKind.EXEMPT, "ex", where=Where(agencies=("A00",)), periods=early),
        Rule(RuleKind.PIN, "p1", 0.62, where=Where(agencies=("A03",))),
        Rule(RuleKind.PIN, "p2", 0.44, where=Where(agencies=("A04",)), periods=("2022Q3",)),
        Rule(RuleKind.PIN, "p3", 0.7, where=Where(agencies=("C02",))),
    )
    return tuple(pool[at] for at in sorted(rng.choice(len(pool), size=rng.integers(0, 6), replace=False)))


def varied(seed: int) -> Allocation | None:
    """One table with rules, periods, starts and roundings drawn; None where they cannot be kept together."""
    rng = np.random.default_rng(seed)
    frame = agencies(seed, children=bool(rng.random() < 0.7)).assign(indicator="online")
    periods = PERIODS[: int(rng.choice([1, 2, 2, 3]))]
    goals = {periods[-1].id: float(rng.choice([0.4, 0.5, 0.65, 0.8, 1.0]))}
    if len(periods) > 1 and rng.random() < 0.4:
        goals[periods[0].id] = float(rng.choice([0.3, 0.45]))
    more: dict[str, Any] = {"pace": list(Pace)[rng.integers(4)]}
    measures: tuple[Measure, ...] = ()
    if rng.random() < 0.3:
        more |= {"start": Start.PROJECTED, "trend": float(rng.choice([0.0, 0.1, 0.3]))}
        district = Where(levels=("district",))
        measures = (
            Measure("m1", 0.6, 0.1, 0.9, date(2022, 7, 15), 60.0),
            Measure("m2", 0.3, 0.1, 0.9, date(2022, 6, 1), where=district),
        )[: int(rng.integers(0, 3))]
    if rng.random() < 0.25:
        more["start_rate"] = StartRate.SHRUNK
    method, basis = DRAWN_METHODS[rng.integers(len(DRAWN_METHODS))], BASES[rng.integers(3)]
    one = asked("online", method, basis, DRAWN_ROUNDINGS[rng.integers(len(DRAWN_ROUNDINGS))], goals=goals, **more)
    assumed = Assumptions(0.1, {"2022Q4": 1.05})
    plan = Plan(AS_OF, periods, (one,), _rules(rng), measures=measures, assumptions=assumed)
    try:
        return allocate(Figures.from_frame(frame), plan)
    except EngineError:
        return None
