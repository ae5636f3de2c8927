"""Small runs of the engine and the words to write them down with."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd

from data.export import LABELS, About, Words
from engine import (
    Allocation,
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
    allocate,
)

ABOUT = About("Hậu Giang 2022", "Cơ sở", "hau-giang-2022/base", datetime(2022, 6, 20, 9, 30), True, "Nguồn: minh họa")
WORDS = Words(
    labels={key: f"«{key}»" for key in LABELS},
    indicators={"online": "Hồ sơ trực tuyến", "provided": "Mức độ 4: cung cấp / toàn trình [a*?]"},
    periods={"2022Q3": "quý III/2022", "2022Q4": "quý IV/2022"},
    rules={"cap": "Mức trần", "pin": "Ấn định"},
)
FLOOR, CAP, PIN = "no_backsliding", "cap", "pin"


def figures() -> Figures:
    """Two departments (one with a dangerous name), a district with two communes, and one agency without dossiers."""
    rows = [
        ("STP", '=HYPERLINK("x")', "province", "", 120, 800, 400.0, 500.0),
        ("SYT", "Sở Y tế", "province", "", 40, 300, None, None),
        ("BDT", "Ban Dân tộc", "province", "", 0, 0, 0.0, 0.0),
        ("936", "UBND huyện Long Mỹ", "district", "", 70, 900, 300.0, 400.0),
        ("31471", "UBND xã Thuận Hưng", "commune", "936", 30, 300, 100.0, 150.0),
        ("31472", "UBND xã Thuận Hòa", "commune", "936", 40, 600, 200.0, 250.0),
    ]
    columns = ["agency", "name", "level", "parent", "numerator", "denominator", "expected_2022Q3", "expected_2022Q4"]
    online = pd.DataFrame(rows, columns=columns).assign(indicator="online")
    provided = online.assign(indicator="provided", numerator=5.0, denominator=[10.0, 20, 0, 20, 20, 20])
    provided.loc[2, "numerator"] = 0.0
    missing = provided["agency"] == "SYT"
    provided.loc[missing, ["numerator", "denominator"]] = float("nan")
    return Figures.from_frame(pd.concat([online, provided], ignore_index=True))


def run(goal: float = 0.3, *, cap: float | None = None, pin: float | None = None) -> Allocation:
    """One run; a cap below the goal makes it infeasible, a pin names the health department's target."""
    rules = [Rule(RuleKind.NO_BACKSLIDING, FLOOR)]
    if cap is not None:
        rules.append(Rule(RuleKind.CAP, CAP, cap, indicators=("online",)))
    if pin is not None:
        rules.append(Rule(RuleKind.PIN, PIN, pin, where=Where(agencies=("SYT",)), indicators=("online",)))
    method = MethodChoice("gap_closing")
    plan = Plan(
        as_of=date(2022, 6, 15),
        periods=(Period("2022Q3", date(2022, 9, 30)), Period("2022Q4", date(2022, 12, 31))),
        indicators=(
            IndicatorPlan("provided", Kind.STOCK, {"2022Q4": 0.6}, method),
            IndicatorPlan("online", Kind.FLOW, {"2022Q4": goal}, method, basis=Basis.CUMULATIVE),
        ),
        rules=tuple(rules),
    )
    return allocate(figures(), plan)
