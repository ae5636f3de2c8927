"""Small figures and plans on which every sentence can be checked by hand."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pandas as pd

from dashapp.explain import goal_sentence, target_sentence
from dashapp.labels import IndicatorWords, Labels
from engine import (
    Allocation,
    Basis,
    Figures,
    IndicatorPlan,
    Kind,
    MethodChoice,
    Period,
    Plan,
    Rounding,
    Rule,
    Toward,
    allocate,
    explain,
)

AS_OF = datetime.date(2022, 6, 15)
Q3 = Period("2022Q3", datetime.date(2022, 9, 30))
Q4 = Period("2022Q4", datetime.date(2022, 12, 31))
WORDS: Mapping[str, Mapping[str, IndicatorWords]] = MappingProxyType(
    {
        "vi": MappingProxyType({"online": IndicatorWords("Tỷ lệ hồ sơ trực tuyến", "Hồ sơ trực tuyến", "hồ sơ")}),
        "en": MappingProxyType({"online": IndicatorWords("Share of dossiers online", "Dossiers online", "dossiers")}),
    }
)


def row(agency: str, name: str, numerator: float | None, denominator: float | None, **more: Any) -> dict[str, Any]:
    """One row of the figures; `level` province, no parent unless given."""
    about = {"agency": agency, "name": name, "level": "province", "parent": "", "indicator": "online"}
    return {**about, "numerator": numerator, "denominator": denominator, **more}


def run(
    rows: Sequence[Mapping[str, Any]],
    goals: Mapping[str, float],
    *,
    method: str = "gap_closing",
    toward: Toward = Toward.REACHABLE,
    rules: Sequence[Rule] = (),
    basis: Basis | None = Basis.CUMULATIVE,
    rounding: Rounding | None = None,
    periods: Sequence[Period] = (Q3, Q4),
) -> Allocation:
    """One indicator, ``online``; `basis` None makes it a stock."""
    indicator = IndicatorPlan(
        id="online",
        kind=Kind.FLOW if basis else Kind.STOCK,
        goals=goals,
        method=MethodChoice(method, toward),
        basis=basis,
        rounding=rounding or Rounding(),
    )
    plan = Plan(as_of=AS_OF, periods=tuple(periods), indicators=(indicator,), rules=tuple(rules))
    return allocate(Figures.from_frame(pd.DataFrame(rows)), plan)


def labels(allocation: Allocation, lang: str) -> Labels:
    return Labels.of(allocation.figures, allocation.plan, WORDS[lang], lang)


def why(allocation: Allocation, agency: str, lang: str, period: str = "2022Q4") -> str:
    """The sentence of one target, plain spaces instead of no-break ones."""
    explanation = explain(allocation, agency, "online", period)
    return target_sentence(explanation, allocation, labels(allocation, lang)).replace("\u00a0", " ")


def how(allocation: Allocation, lang: str, period: str = "2022Q4") -> str:
    """The sentence of the province's goal."""
    return goal_sentence(allocation.summary("online", period), allocation, labels(allocation, lang)).replace(
        "\u00a0", " "
    )
