"""Scenarios side by side."""

from __future__ import annotations

import numpy as np
import pytest

import scenarios
from data.reference import figures
from engine import GoalStatus, fairness

HG = figures("hau-giang-2022")
IDS = ("base", "one-target", "cautious")
LOADED = [scenarios.load(f"hau-giang-2022/{id}") for id in IDS]


@pytest.fixture(scope="module")
def comparison() -> scenarios.Comparison:
    return scenarios.compare(HG, LOADED)


def test_targets_stand_side_by_side(comparison: scenarios.Comparison) -> None:
    block = comparison.block("online", "2022Q4")
    assert block.agencies == HG.codes
    assert block.targets.shape == (3, 102)
    for which, allocation in enumerate(comparison.allocations):
        np.testing.assert_array_equal(block.targets[which], allocation.results["online"].target[1])
    np.testing.assert_array_equal(block.difference[0][~np.isnan(block.targets[0])], 0)
    at = block.agencies.index("STNMT")
    assert block.difference[1, at] == block.targets[1, at] - block.targets[0, at]


def test_order_by_disagreement(comparison: scenarios.Comparison) -> None:
    block = comparison.block("online", "2022Q4")
    spread = block.spread[list(block.by_disagreement)]
    assert (np.diff(spread) <= 0).all()
    assert sorted(block.by_disagreement) == list(range(102))
    at = block.agencies.index("BDT")  # no dossiers, no targets, no disagreement
    assert (np.isnan(block.targets[:, at]).all(), block.spread[at]) == (True, 0.0)
    ties = [(s, block.agencies[i]) for s, i in zip(-spread, block.by_disagreement, strict=True)]
    assert ties == sorted(ties)


def test_each_column_sums_its_scenario_up(comparison: scenarios.Comparison) -> None:
    base, _, cautious = comparison.columns
    assert base.all_met
    assert (base.goals, base.goals_met) == (3 + 24 * 2, 3 + 24 * 2)
    assert not cautious.all_met
    assert cautious.goals_met < cautious.goals
    side = next(one for one in cautious.sides if one.indicator == "online")
    assert (side.period, side.goal, side.status) == ("2022Q4", 0.5, GoalStatus.INFEASIBLE)
    assert side.attained == cautious.allocation.summary("online", "2022Q4").attained
    assert side.fairness.gini == fairness(cautious.allocation, "online").gini
    assert [side.indicator for side in base.sides] == [one.id for one in base.scenario.plan.indicators]


def test_a_scenario_without_an_indicator_or_period_leaves_its_place_empty() -> None:
    text = (
        'as_of = 2022-06-15\nperiods = [{id = "2022Q4", end = 2022-12-31}]\n[indicators.online]\ngoals.2022Q4 = "50%"\n'
    )
    one = scenarios.loads(text)
    comparison = scenarios.compare(HG, [LOADED[0], one])
    assert np.isnan(comparison.block("active", "2022Q4").targets[1]).all()
    assert np.isnan(comparison.block("online", "2022Q3").targets[1]).all()
    assert comparison.block("online", "2022Q3").spread.max() == 0
    assert not np.isnan(comparison.block("online", "2022Q4").targets[1]).all()
    with pytest.raises(KeyError):
        comparison.block("paid_online", "2022Q4")


def test_a_scenario_compared_with_itself_does_not_differ() -> None:
    comparison = scenarios.compare(HG, [LOADED[1], LOADED[1]])
    assert all(block.spread.max() == 0 for block in comparison.blocks)


def test_nothing_to_compare_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing to compare"):
        scenarios.compare(HG, [])
