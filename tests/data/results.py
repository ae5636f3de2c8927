"""Small runs of the engine and the words to write them down with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from data.export import (
    LABELS,
    Exported,
    ExportState,
    FiguresLine,
    Imprint,
    IndicatorLine,
    OverrideLine,
    Remark,
    RuleLine,
    Words,
    targets_sha256,
)
from engine import (
    ENGINE_VERSION,
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

IMPRINT = Imprint(
    campaign="hau-giang-2022",
    campaign_name={"vi": "Hậu Giang 2022", "en": "Hau Giang 2022"},
    scenario="hau-giang-2022/base",
    scenario_name={"vi": "Cơ sở", "en": "Base"},
    scenario_version=3,
    figures_version=2,
    table=4,
    state=ExportState.DRAFT,
    made_at=datetime(2022, 6, 20, 9, 30, tzinfo=UTC),
    engine=ENGINE_VERSION,
    targets_sha256="",
    figures_sha256="",
    illustrative=True,
    source={"vi": "Nguồn: minh họa", "en": "Source: illustrative"},
)
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


def exported(
    allocation: Allocation,
    *,
    words: Words = WORDS,
    remarks: Sequence[Remark] = (),
    overrides: Sequence[OverrideLine] = (),
    **changes: Any,
) -> Exported:
    """A run with all that an export says of it; `changes` are of its imprint."""
    hashes = {"targets_sha256": targets_sha256(allocation), "figures_sha256": allocation.figures.sha256}
    plan = allocation.plan
    return Exported(
        imprint=replace(IMPRINT, **{**hashes, **changes}),
        lang="vi",
        allocation=allocation,
        words=words,
        indicators={
            one.id: IndicatorLine(
                one.id, "Tỷ lệ " + one.id, one.id, "hồ sơ", "tử", "mẫu", "định nghĩa", "QĐ 27", "", ""
            )
            for one in plan.indicators
        },
        rules=tuple(RuleLine(one.id, one.kind, words.rule(one.id), "", "=vì", "QĐ 27") for one in plan.rules),
        overrides=tuple(overrides),
        figures=FiguresLine(2, plan.as_of, "Sở TTTT", "", "so-lieu.xlsx", "ab" * 32, "", "lan", IMPRINT.made_at),
        legal_bases=("Quyết định số 27/QĐ-UBQGCĐS",),
        remarks=tuple(remarks),
        goals=tuple(f"{one.indicator} {one.period}" for one in allocation.summaries),
        sentence=lambda agency, indicator, period: f"{agency} {indicator} {period}",
        scenario_note="",
    )
