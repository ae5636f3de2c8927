"""A plan written as a scenario file reads back as that plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

import scenarios
from engine import Measure, MethodChoice, Plan, Rounding, RoundingMode, Rule, RuleKind, Start, Treatment, Trend, Where
from scenarios import document_of, to_toml

WORDS = {"vi": 'Thử “nháy" \\ và\nxuống dòng', "en": "Try"}


def back(plan: Plan) -> Plan:
    return scenarios.loads(to_toml(document_of(plan, name=WORDS, note={}))).plan


@pytest.mark.parametrize("id", sorted(one for one in scenarios.shipped_ids() if one != "hau-giang-2022/measures"))
def test_every_shipped_plan_is_written_and_read_back(id: str) -> None:
    plan = scenarios.load(id).plan
    read = back(replace(plan, assumptions=type(plan.assumptions)()))
    assert read == replace(plan, assumptions=type(plan.assumptions)())


def test_every_kind_of_rule_rounding_and_method() -> None:
    base = scenarios.load("hau-giang-2022/base").plan
    rules = (
        Rule(RuleKind.CAP, "a", value=0.123456, where=Where(agencies=("930", 'Sở "A"')), periods=("2022Q4",)),
        Rule(RuleKind.MAX_STEP, "b", value=0.1, indicators=("online",), reason={"vi": "x", "en": "y"}, source="z"),
        Rule(RuleKind.ONLINE_ONLY, "c", value=0.9, since=date(2022, 9, 1), indicators=("online",)),
        Rule(RuleKind.SMALL_VOLUME, "d", value=30.0, treatment=Treatment.POOLED, where=Where(volume_from=1.0)),
        Rule(RuleKind.PIN, "e", value=0.5, where=Where(levels=("district",), parents=("930",))),
    )
    online = replace(
        base.indicator("online"),
        method=MethodChoice("blend", parts=((MethodChoice("equal_target"), 0.25), (MethodChoice("proposals"), 0.75))),
        rounding=Rounding(levels=(0.5, 0.65)),
        start=Start.PROJECTED,
        trend=Trend.RECENT,
        reach={"2022Q4": 0.45},
    )
    active = replace(base.indicator("active"), rounding=Rounding(count=True))
    provided = replace(base.indicator("provided"), rounding=Rounding(RoundingMode.NONE))
    plan = replace(base, rules=rules, indicators=(provided, active, online))
    assert back(plan) == plan


def test_measures_are_left_to_who_writes_them() -> None:
    base = scenarios.load("hau-giang-2022/base").plan
    assert back(replace(base, measures=(Measure("a", 0.1, 0.1, 0.1, date(2022, 7, 1)),))).measures == ()
