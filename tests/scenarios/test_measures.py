"""Measures and the projected start of a scenario file, and the preset that has them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

import scenarios
from data.reference import figures
from engine import Delivery, Start, Step, Trend, Volumes, Where

GOOD = (Path(__file__).parent / "good.toml").read_text(encoding="utf-8")
PRESET = "hau-giang-2022/measures"
TEAMS = """
[[measures]]
id = "community-teams"
name = {vi = "Tổ công nghệ số cộng đồng", en = "Community digital teams"}
effect = 0.4
low = 0.1
high = 0.7
start = 2022-07-01
ramp_days = 60
indicators = ["online"]
where = {level = ["district", "commune"]}
evidence = "Báo cáo"
"""


def projected(trend: str = "") -> str:
    return GOOD.replace('method = "gap_closing"', f'method = "gap_closing"\nstart = "projected"\n{trend}', 1)


def test_a_measure_is_read_as_written() -> None:
    loaded = scenarios.loads(projected() + TEAMS)
    (measure,) = loaded.plan.measures
    assert (measure.id, measure.effect, measure.low, measure.high) == ("community-teams", 0.4, 0.1, 0.7)
    assert (measure.start, measure.ramp_days) == (date(2022, 7, 1), 60)
    assert measure.where == Where(levels=("district", "commune"))
    assert measure.indicators == ("online",)
    assert measure.evidence["en"] == "Báo cáo"
    assert loaded.plan.indicator("online").start is Start.PROJECTED
    assert loaded.plan.indicator("active").start is Start.CURRENT


def test_a_range_not_given_is_the_effect_itself() -> None:
    (measure,) = scenarios.loads(GOOD + "[[measures]]\nid='a'\neffect=0.4\nstart=2022-07-01\n").plan.measures
    assert (measure.low, measure.high, measure.ramp_days) == (0.4, 0.4, 0)
    assert measure.name == {"vi": "a", "en": "a"}
    assert not measure.evidence


@pytest.mark.parametrize(
    ("written", "trend"),
    [("", 0.0), ('trend = "none"', 0.0), ("trend = -0.05", -0.05), ('trend = "recent"', Trend.RECENT)],
)
def test_trend_is_none_a_number_or_a_fit(written: str, trend: float | Trend) -> None:
    assert scenarios.loads(projected(written)).plan.indicator("online").trend == trend


def test_assumptions_are_part_of_the_plan() -> None:
    found = scenarios.loads(GOOD.replace("seed = 1", 'seed = 7\nvolumes = "last_year"\nvolume_spread = "20%"')).plan
    assert found.assumptions.delivery == Delivery(0.85, 0.1, 0.0)
    assert (found.assumptions.draws, found.assumptions.seed) == (10_000, 7)
    assert (found.assumptions.volumes, found.assumptions.volume_spread) == (Volumes.LAST_YEAR, 0.2)


def test_inherited_measures_come_first_and_can_be_dropped() -> None:
    base = scenarios.load(PRESET)
    own = {"id": "more", "effect": 0.1, "start": date(2022, 7, 1)}
    assert [one.id for one in scenarios.change(base, {"measures": [own]}).plan.measures][-1] == "more"
    assert [one.id for one in scenarios.change(base, {"measures": [own], "replace_rules": True}).plan.measures] == [
        "more"
    ]


def test_preset_measures_close_part_of_the_gap_and_say_that_they_are_assumed() -> None:
    loaded = scenarios.load(PRESET)
    assert {one.id for one in loaded.plan.measures} == {
        "online_only", "shorter_time", "lower_fee", "data_reuse", "community_teams",
    }  # fmt: skip
    assert not any(one.evidence for one in loaded.plan.measures)
    allocation = scenarios.run(figures("hau-giang-2022"), loaded)
    result = allocation.results["online"]
    top = allocation.figures.parent[result.rows] < 0
    weight = np.where(top & ~np.isnan(result.target[-1]), result.weight[-1], 0.0)

    def pooled(values: np.ndarray) -> float:
        return float(np.nansum(values * weight) / np.nansum(weight))

    start = pooled(result.trace[-1][Step.TREND])
    after = [pooled(values[-1]) for values in result.measured]
    assert after == sorted(after)
    assert after[0] > start
    assert after[-1] < 0.5 <= pooled(result.target[-1]), "measures alone do not do it"
