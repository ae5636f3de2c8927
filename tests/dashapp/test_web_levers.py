"""What a lever does to a scenario, and that it does nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dashapp.urlstate import GRIDS, MODES, PACES, Levers, PageState
from dashapp.views import controls, levers
from dashapp.views.shown import choices
from dashapp.views.shown import scenario_of as moved_scenario
from engine import METHODS, RuleKind, TargetStatus
from scenarios import Scenario
from tests.dashapp import benches
from tests.dashapp.benches import HAU_GIANG, PHU_THO, PRESETS, opened, shown


def page(campaign: str = HAU_GIANG, preset: str = "base", **moved: object) -> PageState:
    state = benches.page(campaign, preset)
    return state.with_levers(state.indicator, Levers(**moved)) if moved else state  # type: ignore[arg-type]


def saved(state: PageState) -> Scenario:
    return opened(state.campaign, state.slug).scenario


def scenario_of(state: PageState) -> Scenario:
    return moved_scenario(state, opened(state.campaign, state.slug))


@pytest.mark.parametrize(("campaign", "preset"), PRESETS)
def test_untouched_levers_change_nothing(campaign, preset):
    at = opened(campaign, preset)
    shipped = at.scenario
    assert levers.changes(page(campaign, preset), shipped) == {}
    for indicator in choices(at).indicators:
        own = levers.of_saved(shipped, indicator)
        assert levers.moved(own, shipped, indicator) == Levers()


@pytest.mark.parametrize(("campaign", "preset"), PRESETS)
def test_controls_say_what_the_state_says(campaign, preset):
    """Reading the controls that a state draws gives the state back."""
    at = opened(campaign, preset)
    for indicator in choices(at).indicators:
        state = replace(page(campaign, preset), indicator=indicator, order="now", view="agencies")
        drawn = controls.of(state, at)
        names = ("method", "basis", "pace", "mode", "grid", "kept", "inside", "order", "view")
        names = (*names, "sliders", "start", "measures", "sure")
        said = controls.Moved(**{name: getattr(drawn, name) for name in names})
        assert controls.read(state, at, said) == state


def test_a_goal_reaches_the_plan():
    plan = scenario_of(page(goal=62.5, milestone=40.0)).plan.indicator("online")
    assert plan.goals == {"2022Q4": 0.625, "2022Q3": 0.4}


def test_a_milestone_of_nothing_is_none():
    assert scenario_of(page(milestone=0.0)).plan.indicator("online").goals == {"2022Q4": 0.5}


@pytest.mark.parametrize("method", [name for name in METHODS if name != "blend"])
def test_every_method_can_be_chosen(method):
    assert scenario_of(page(method=method)).plan.indicator("online").method.name == method


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("grid", GRIDS)
def test_every_rounding_can_be_chosen(mode, grid):
    rounding = scenario_of(page(mode=mode, grid=grid)).plan.indicator("online").rounding
    assert str(rounding.mode) == mode
    if mode != "none":
        assert levers.grid_of(rounding) == grid


@pytest.mark.parametrize(
    ("lever", "kind", "value"),
    [("floor", RuleKind.FLOOR, 0.3), ("cap", RuleKind.CAP, 0.3), ("step", RuleKind.MAX_STEP, 0.3)],
)
def test_a_limit_is_one_rule_for_the_shown_indicator(lever, kind, value):
    before = saved(page()).plan.rules
    after = scenario_of(page(**{lever: 30.0})).plan.rules
    (added,) = [rule for rule in after if rule.id not in {one.id for one in before}]
    assert (added.kind, added.value, added.indicators) == (kind, value, ("online",))
    assert [rule for rule in after if rule is not added] == list(before)


def test_a_slider_takes_the_place_of_the_presets_own_limit():
    state = page(preset="cautious", step=12.0)
    steps = [rule for rule in scenario_of(state).plan.rules if rule.kind is RuleKind.MAX_STEP]
    assert [rule.value for rule in steps if "online" in rule.indicators] == [0.12]
    opened = scenario_of(page(preset="cautious", step=levers.NO_STEP)).plan.rules
    assert not [
        rule for rule in opened if rule.kind is RuleKind.MAX_STEP and "online" in (rule.indicators or ("online",))
    ]


def test_a_dropped_rule_is_gone_and_all_others_stay():
    before = [rule.id for rule in saved(page()).plan.rules]
    after = [rule.id for rule in scenario_of(replace(page(), dropped=("no_backsliding",))).plan.rules]
    assert after == [id for id in before if id != "no_backsliding"]


def test_one_indicators_levers_leave_the_others_alone():
    state = page(goal=60.0, method="equal_target", floor=20.0, cap=90.0)
    before = saved(state).plan
    after = scenario_of(state).plan
    for indicator in ("provided", "active"):
        assert after.indicator(indicator) == before.indicator(indicator)


@pytest.mark.parametrize(("campaign", "preset"), PRESETS)
def test_every_remedy_offered_helps(campaign, preset):
    """A button must lead where it says: each remedy alone meets the goal."""
    from dashapp.views import remedies
    from dashapp.views.cards import FINE

    for indicator in choices(opened(campaign, preset)).indicators:
        seen = shown(replace(page(campaign, preset), indicator=indicator))
        for summary in seen.allocation.summaries:
            diagnosis = seen.allocation.diagnosis.get((indicator, summary.period))
            if summary.indicator != indicator or diagnosis is None:
                continue
            for remedy in remedies.remedies(seen, summary, diagnosis):
                healed = shown(remedy.state).allocation.summary(indicator, summary.period)
                assert healed.status in FINE, (preset, indicator, remedy.kind, remedy.value, healed)


@pytest.mark.parametrize("pace", PACES)
def test_every_pace_can_be_chosen(pace):
    assert str(scenario_of(page(pace=pace)).plan.indicator("online").pace) == pace


def test_a_pin_is_one_more_rule_and_holds_whatever_the_rest_does():
    state = page().pinned(("online", "SGTVT", "2022Q4"), 64.5)
    seen = shown(state)
    row = list(seen.result.rows).index(seen.allocation.figures.position["SGTVT"])
    assert seen.result.target[-1, row] == 0.645
    assert seen.result.status[-1, row] == TargetStatus.PINNED
    assert len(seen.scenario.plan.rules) == len(saved(state).plan.rules) + 1
    assert shown(state.pinned(("online", "SGTVT", "2022Q4"), None)).scenario is opened().scenario


def test_a_saved_pin_gives_way_to_the_one_above_it_and_can_be_taken_out():
    place = ("online", "SGTVT", "2022Q4")
    below = scenario_of(page().pinned(place, 60.0))
    rule = levers.pin_of(below, place)
    assert rule is not None
    rules = levers.changes(page().pinned(place, 64.0), below)["rules"]
    assert [one["value"] for one in rules if one["kind"] == "pin"] == [0.64]
    dropped = levers.changes(replace(page(), dropped=(rule.id,)), below)["rules"]
    assert [one for one in dropped if one["kind"] == "pin"] == []


def test_volumes_are_an_assumption_for_all_indicators():
    state = replace(page(PHU_THO), volume=250.0)
    assert scenario_of(state).plan.assumptions.growth == pytest.approx(1.5)
    usual, more = shown(page(PHU_THO)), shown(state)
    assert np.nansum(more.result.weight[-1]) > 1.5 * np.nansum(usual.result.weight[-1])
    assert levers.volume_of(opened(PHU_THO, "sixfold-volumes").scenario) == 600
