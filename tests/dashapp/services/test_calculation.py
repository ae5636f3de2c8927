"""Runs are put together from remembered parts; nobody can tell by the answer."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

import pytest

import scenarios
from dashapp import services
from scenarios import Scenario
from tests.engine.equal import assert_same, outcome

CAMPAIGNS = ("hau-giang-2022", "phu-tho-2026")
METHODS = ("equal_target", "equal_increment", "gap_closing", "equal_effort", "weighted_increment", "proposals")


def moved(preset: Scenario, chance: random.Random) -> Mapping[str, Any]:
    """A random setting of the levers, as changes to the preset."""
    plan, tables, rules = preset.plan, {}, []
    for one in plan.indicators:
        table: dict[str, Any] = {"goals": {plan.last.id: chance.randint(0, 1000) / 1000}}
        if chance.random() < 0.3:
            table["method"] = chance.choice(METHODS)
        if chance.random() < 0.3:
            table["rounding"] = {
                "mode": chance.choice(["nearest", "up"]),
                "step": chance.choice([0.005, 0.05, "count"]),
            }
        if chance.random() < 0.8:
            tables[one.id] = table
        if chance.random() < 0.3:
            kind, key = chance.choice([("floor", "value"), ("cap", "value"), ("max_step", "points")])
            rules.append({"kind": kind, "id": f"{kind}-{one.id}", key: chance.randint(0, 100) / 100})
            rules[-1]["indicators"] = [one.id]
    changes: dict[str, Any] = {"indicators": tables} | ({"rules": rules} if rules else {})
    return changes | ({"replace_rules": True} if rules and chance.random() < 0.5 else {})


@pytest.mark.parametrize("campaign", CAMPAIGNS)
def test_remembering_changes_nothing(campaign: str) -> None:
    chance = random.Random(campaign)
    figures = services.figures(campaign)
    for preset in services.presets(campaign):
        for changes in ({}, moved(preset, chance), moved(preset, chance)):
            scenario = scenarios.change(preset, changes)
            answered = outcome(partial(services.run, campaign, scenario))
            assert_same(answered, outcome(partial(scenarios.run, figures, scenario)))


def test_what_was_not_moved_is_not_solved_again() -> None:
    campaign = CAMPAIGNS[0]
    before = services.run(campaign, services.scenario(f"{campaign}/base"))
    changes = {"indicators": {"online": {"goals": {"2022Q4": 0.4837}}}}
    after = services.run(campaign, services.scenario(f"{campaign}/base", changes))
    assert after.results["active"] is before.results["active"]
    assert after.results["online"] is not before.results["online"]


def test_counts_on_another_denominator_are_made_once() -> None:
    """Bình Định's reading: services in use among all that are offered."""
    campaign = CAMPAIGNS[0]
    base = services.scenario(f"{campaign}/all-services")
    first = services.run(campaign, base)
    later = services.run(campaign, scenarios.change(base, {"as_of": date(2022, 6, 14)}))
    assert later.figures is first.figures
    assert later.figures is not services.figures(campaign)
    assert [note.details["indicator"] for note in later.warnings if note.code == "denominator_replaced"] == ["active"]
