"""Short ways to write figures and plans in tests. Shares are fractions, volumes are units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from engine import (
    Assumptions,
    Basis,
    Figures,
    IndicatorPlan,
    Kind,
    MethodChoice,
    Pace,
    Period,
    Plan,
    Rounding,
    RoundingMode,
    Rule,
    RuleKind,
    StartRate,
    Toward,
)

AS_OF = date(2022, 6, 15)
Q3 = Period("2022Q3", date(2022, 9, 30))
Q4 = Period("2022Q4", date(2022, 12, 31))
EXACT = Rounding(mode=RoundingMode.NONE)


@dataclass
class Row:
    """One agency's figures of one indicator, as a person would write them."""

    code: str
    N: float | None
    D: float | None
    V: tuple[float | None, ...] = ()
    level: str = "province"
    parent: str = ""
    proposed: tuple[float | None, ...] = ()
    ceiling: float | None = None
    weight: float | None = None
    indicator: str = "online"
    extra: dict[str, Any] = field(default_factory=dict)


def figures(rows: Iterable[Row], periods: tuple[Period, ...] = (Q3, Q4)) -> Figures:
    """Figures of the rows; `V` and `proposed` are listed in order of the periods."""
    table = []
    for row in rows:
        line: dict[str, Any] = {
            "agency": row.code,
            "name": f"Cơ quan {row.code}",
            "level": row.level,
            "parent": row.parent,
            "indicator": row.indicator,
            "numerator": row.N,
            "denominator": row.D,
            "ceiling": row.ceiling,
            "weight": row.weight,
        }
        for t, period in enumerate(periods):
            line[f"expected_{period.id}"] = row.V[t] if t < len(row.V) else None
            line[f"proposed_{period.id}"] = row.proposed[t] if t < len(row.proposed) else None
        table.append({**line, **row.extra})
    return Figures.from_frame(pd.DataFrame(table))


def plan(
    method: str | MethodChoice = "equal_increment",
    goal: float | None = 0.5,
    *rules: Rule,
    goals: Mapping[str, float] | None = None,
    kind: Kind = Kind.FLOW,
    basis: Basis | None = Basis.CUMULATIVE,
    periods: tuple[Period, ...] = (Q3, Q4),
    toward: Toward = Toward.REACHABLE,
    pace: Pace = Pace.LINEAR,
    rounding: Rounding = EXACT,
    start_rate: StartRate = StartRate.RAW,
    cascade: bool | None = None,
    assumptions: Assumptions | None = None,
    as_of: date = AS_OF,
    indicator: str = "online",
) -> Plan:
    """A plan for one indicator; `goal` is the last period's unless `goals` says more."""
    choice = MethodChoice(method, toward=toward) if isinstance(method, str) else method
    return Plan(
        as_of=as_of,
        periods=periods,
        indicators=(
            IndicatorPlan(
                id=indicator,
                kind=kind,
                goals={periods[-1].id: goal} if goals is None else goals,
                method=choice,
                basis=None if kind is Kind.STOCK else basis,
                start_rate=start_rate,
                pace=pace,
                rounding=rounding,
            ),
        ),
        rules=rules,
        cascade=cascade,
        assumptions=assumptions or Assumptions(),
    )


def rule(kind: str, value: float | None = None, *, id: str | None = None, **rest: Any) -> Rule:
    """A rule whose id is its kind unless given."""
    return Rule(RuleKind(kind), id or kind, value=value, **rest)


def column(result: Any, name: str, code: str, period: int = -1, codes: tuple[str, ...] = ()) -> Any:
    """One entry of an IndicatorResult by agency code and period position."""
    at = list(codes).index(code)
    row = list(result.rows).index(at)
    values = getattr(result, name)
    return values[period][row] if getattr(values, "ndim", 1) == 2 else values[row]
