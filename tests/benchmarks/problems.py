"""The problems that are timed: seeded, so that every run and every solver meets the same figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine import (
    Basis,
    Figures,
    IndicatorPlan,
    Kind,
    MethodChoice,
    Period,
    Plan,
    Rule,
    RuleKind,
    Where,
)

Floats = NDArray[np.float64]

AS_OF = date(2022, 6, 15)
PERIODS = (Period("2022Q3", date(2022, 9, 30)), Period("2022Q4", date(2022, 12, 31)))


@dataclass(frozen=True, eq=False)
class LiftProblem:
    """Find the least lift with Σ w·clip(p + lift, lower, upper) ≥ goal·Σ w.

    `start`, `lower`, `upper` are shares (n,), `weights` counts (n,), `goal` a share; `floors`: lower may exceed start.
    """

    start: Floats
    lower: Floats
    upper: Floats
    weights: Floats
    goal: float
    floors: bool

    def respond(self, lift: Floats) -> Floats:
        """The (n,) targets at a lift of shape (1,)."""
        return np.clip(self.start + lift[0], self.lower, self.upper)

    def pooled(self, targets: Floats) -> float:
        """The province's share at (n,) targets."""
        return float(self.weights @ targets) / float(self.weights.sum())


def lift_problem(agencies: int, *, floors: bool, seed: int = 2022) -> LiftProblem:
    """Rates and volumes spread like real ones, each with an upper bound; `floors`: a lower one binds for a fifth."""
    random = np.random.default_rng([seed, agencies])
    weights = np.ceil(random.lognormal(6.0, 1.5, agencies))
    start = random.beta(0.8, 2.5, agencies)
    upper = np.minimum(1.0, start + random.uniform(0.1, 0.7, agencies))
    lower = start.copy()
    if floors:
        lower = np.where(random.random(agencies) < 0.2, np.minimum(upper, start + 0.35), start)
    room = LiftProblem(start, lower, upper, weights, 0.0, floors)
    least, most = room.pooled(lower), room.pooled(upper)
    return LiftProblem(start, lower, upper, weights, least + 0.5 * (most - least), floors)


def province() -> tuple[Figures, Plan]:
    """27 agencies × 3 indicators × 2 periods with the rules that a first decision usually has."""
    random = np.random.default_rng(27)
    table = []
    for i in range(27):
        agency = {"agency": f"A{i:02}", "name": f"A{i:02}", "level": "province" if i < 19 else "district", "parent": ""}
        services = int(random.integers(10, 120))
        active = int(random.integers(0, services))
        dossiers = int(random.lognormal(6.5, 1.5)) + 5
        counts = {
            "provided": (int(services * random.uniform(0.4, 1.0)), services),
            "active": (active, services),
            "online": (int(dossiers * random.beta(1.0, 3.0)), dossiers),
        }
        for indicator, (numerator, denominator) in counts.items():
            table.append({**agency, "indicator": indicator, "numerator": numerator, "denominator": denominator})
    plan = Plan(
        as_of=AS_OF,
        periods=PERIODS,
        indicators=(
            _indicator("provided", Kind.STOCK, 1.0, "gap_closing"),
            _indicator("active", Kind.STOCK, 0.8, "equal_increment"),
            _indicator("online", Kind.FLOW, 0.5, "equal_effort"),
        ),
        rules=(
            Rule(RuleKind.NO_BACKSLIDING, "keep"),
            Rule(RuleKind.FLOOR, "districts", value=0.4, where=Where(levels=("district",)), indicators=("online",)),
            Rule(RuleKind.MAX_STEP, "steps", value=0.45, indicators=("active",)),
        ),
    )
    return Figures.from_frame(pd.DataFrame(table)), plan


def country(districts: int = 705, communes: int = 10_599) -> tuple[Figures, Plan]:
    """Every district shares its target among its communes; volumes are made up, a district's being its communes'."""
    random = np.random.default_rng([districts, communes])
    above = np.sort(np.concatenate([np.arange(districts), random.integers(0, districts, communes - districts)]))
    denominator = np.ceil(random.lognormal(5.0, 1.2, communes))
    numerator = np.floor(denominator * random.beta(0.8, 3.0, communes))
    codes = [f"{i:03}" for i in range(districts)]
    below = pd.DataFrame(
        {
            "agency": [f"{i:05}" for i in range(communes)],
            "level": "commune",
            "parent": [codes[i] for i in above],
            "numerator": numerator,
            "denominator": denominator,
        }
    )
    top = below.groupby("parent", as_index=False)[["numerator", "denominator"]].sum()
    top = top.rename(columns={"parent": "agency"}).assign(level="district", parent="")
    frame = pd.concat([top, below], ignore_index=True).assign(indicator="online")
    plan = Plan(
        as_of=AS_OF,
        periods=PERIODS,
        indicators=(_indicator("online", Kind.FLOW, 0.5, "gap_closing"),),
        rules=(Rule(RuleKind.NO_BACKSLIDING, "keep"),),
        cascade=True,
    )
    return Figures.from_frame(frame.assign(name=frame["agency"])), plan


def _indicator(id: str, kind: Kind, goal: float, method: str) -> IndicatorPlan:
    return IndicatorPlan(
        id=id,
        kind=kind,
        goals={PERIODS[-1].id: goal},
        method=MethodChoice(method),
        basis=Basis.CUMULATIVE if kind is Kind.FLOW else None,
    )
