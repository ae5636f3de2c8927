"""Small contents of a store, made by code."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from data.store import Work, records
from data.store.records import AllocationRecord, AllocationRow, State
from engine import History

CAMPAIGN = "hg"
DECISION = {"decision_number": "1045/QĐ-UBND", "decision_date": date(2022, 6, 21)}


def frame(online: float = 120.0) -> pd.DataFrame:
    """A table of figures with every optional column, gaps and numbers that are hard to keep."""
    nan = float("nan")
    return pd.DataFrame(
        {
            "agency": ["STP", "SYT", "936"],
            "name": ["Sở Tư pháp", "Sở Y tế", "UBND huyện Long Mỹ"],
            "level": ["province", "province", "district"],
            "parent": ["", "", ""],
            "indicator": ["online"] * 3,
            "numerator": [online, 0.1 + 0.2, nan],
            "denominator": [800.0, 2.0**53 - 1, nan],
            "expected_2022Q3": [1e-300, nan, -0.0],
            "expected_2022Q4": [850.25, 1 / 3, nan],
            "proposed_2022Q4": [nan, nan, 0.55],
            "ceiling": [1.0, nan, 0.8],
            "weight": [nan, nan, 5e-324],
            "note": ["=1+1", "", "ghi chú"],
        }
    )


def campaign(work: Work, id: str = CAMPAIGN) -> records.Campaign:
    """A campaign and nothing in it."""
    return work.campaigns.add(
        id,
        name={"vi": "Hậu Giang 2022", "en": "Hau Giang 2022"},
        as_of=date(2022, 6, 15),
        illustrative=True,
        source={"vi": "nguồn", "en": "source"},
        base_scenario="hau-giang-2022/base",
        catalogue={"province": 1029},
        parent_rows={"online": "children"},
        settings={"presets": ["base"], "deadline": date(2022, 6, 24)},
    )


def inputs(work: Work) -> tuple[records.FiguresVersion, records.ScenarioVersion]:
    """A campaign with figures and a scenario."""
    campaign(work)
    figures = work.figures.add(CAMPAIGN, frame(), based_on=None, source="Công văn 12", reporter="Sở TTTT")
    scenario = work.scenarios.add(CAMPAIGN, "base", name={"vi": "Gốc", "en": "Base"}, document=document(), sha256="5")
    return figures, work.scenarios.head(scenario.id)


def months() -> History:
    """Two months of two agencies, with one that was not reported."""
    nan = float("nan")
    ends = [date(2022, 4, 30), date(2022, 5, 31)]
    told = {"agency": ["STP"] * 2 + ["SYT"] * 2, "indicator": "online", "end": ends * 2}
    return History.from_frame(
        pd.DataFrame({**told, "numerator": [1.0, 2.0, 2.0**53 - 2, nan], "denominator": [3.0, 4.0, 2.0**53 - 1, nan]})
    )


def with_months(work: Work) -> records.FiguresVersion:
    """The newest figures once more, resting on `months`."""
    latest = work.figures.latest(CAMPAIGN)
    based_on = None if latest is None else latest.id
    return work.figures.add(CAMPAIGN, frame(), based_on=based_on, source="Báo cáo tháng", history=months())


def document(goal: float = 0.5) -> dict[str, Any]:
    """A flattened scenario, in an order of keys that is not the alphabet's."""
    return {
        "periods": [{"id": "2022Q4", "end": date(2022, 12, 31)}, {"id": "2022Q3", "end": date(2022, 9, 30)}],
        "as_of": date(2022, 6, 15),
        "indicators": {"online": {"goals": {"2022Q4": goal, "2022Q3": 1 / 3}}},
        "cascade": True,
    }


def row(position: int, agency: str, target: float | None, **instead: Any) -> AllocationRow:
    """One target."""
    told: dict[str, Any] = dict.fromkeys(AllocationRow.__dataclass_fields__)
    told |= {"position": position, "agency": agency, "name": agency, "level": "province", "indicator": "online"}
    told |= {"period": "2022Q4", "status": "lifted", "off_grid": False, "expected_assumed": True}
    return AllocationRow(**{**told, "start_assumed": False, "target": target, "exact": target, **instead})


def draft(work: Work) -> AllocationRecord:
    """A draft with two rows and a run, ready to be submitted."""
    figures, scenario = inputs(work)
    made = work.allocations.add(CAMPAIGN, figures_version=figures.id, scenario_version=scenario.id)
    run = work.runs.add(
        CAMPAIGN,
        figures_version=figures.id,
        scenario_version=scenario.id,
        overrides=[{"agency": "STP", "value": 0.6}],
        figures_sha256=figures.figures_sha256,
        scenario_sha256=scenario.sha256,
        targets_sha256="7",
        engine_version="1.0.0",
    )
    work.allocations.put_rows(made.id, [row(0, "STP", 0.1 + 0.2), row(1, "936", None, status="exempt")])
    return work.allocations.change(made.id, made.version, run=run.id, targets_sha256="7", engine_version="1.0.0")


def override(work: Work, allocation: int, agency: str = "STP", value: float = 0.6) -> records.Override:
    """An override of the one indicator and period."""
    return work.overrides.add(
        allocation,
        agency=agency,
        indicator="online",
        period="2022Q4",
        value=value,
        reason="theo đề nghị",
        ground={"numerator": 120.0, "exact": 0.4939},
    )


def approved(store: Any, *, overrides: bool = True) -> AllocationRecord:
    """An approved allocation, submitted by lan and approved by minh."""
    with store.work("lan") as work:
        made = draft(work)
        if overrides:
            override(work, made.id)
        made = work.allocations.move(made.id, made.version, State.SUBMITTED, comment="trình")
    with store.work("minh") as work:
        return work.allocations.move(made.id, made.version, State.APPROVED)


def issued(store: Any) -> AllocationRecord:
    """An issued allocation with rows, an override and its steps."""
    made = approved(store)
    with store.work("minh") as work:
        return work.allocations.move(made.id, made.version, State.ISSUED, **DECISION)
