"""What a lever does to a scenario, and that it does nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashapp import services
from dashapp.urlstate import GRIDS, MODES, Levers, PageState
from dashapp.views import controls, levers
from dashapp.views.shown import choices, show
from engine import METHODS, RuleKind

HAU_GIANG, PHU_THO = "hau-giang-2022", "phu-tho-2026"
PRESETS = [(campaign, preset) for campaign in (HAU_GIANG, PHU_THO) for preset in choices(campaign).presets]


def page(campaign: str = HAU_GIANG, preset: str = "base", **moved: object) -> PageState:
    state = PageState(campaign, preset, indicator="online" if campaign == HAU_GIANG else "paid_online")
    return state.with_levers(state.indicator, Levers(**moved)) if moved else state  # type: ignore[arg-type]


def scenario_of(state: PageState):
    preset = services.scenario(state.scenario)
    return services.scenario(state.scenario, levers.changes(state, preset))


@pytest.mark.parametrize(("campaign", "preset"), PRESETS)
def test_untouched_levers_change_nothing(campaign, preset):
    state = PageState(campaign, preset)
    shipped = services.scenario(state.scenario)
    assert levers.changes(state, shipped) == {}
    for indicator in choices(campaign).indicators:
        own = levers.of_preset(shipped, indicator)
        assert levers.moved(own, shipped, indicator) == Levers()


@pytest.mark.parametrize(("campaign", "preset"), PRESETS)
def test_controls_say_what_the_state_says(campaign, preset):
    """Reading the controls that a state draws gives the state back."""
    first = PageState(campaign, preset)
    shipped = services.scenario(first.scenario)
    for indicator in choices(campaign).indicators:
        state = replace(first, indicator=indicator, inside="")
        drawn = controls.of(state, shipped)
        said = controls.Moved(
            drawn.sliders, drawn.method, drawn.basis, drawn.mode, drawn.grid, drawn.kept, drawn.inside
        )
        assert controls.read(state, shipped, said) == state


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
    before = services.scenario(page().scenario).plan.rules
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
    before = [rule.id for rule in services.scenario(page().scenario).plan.rules]
    after = [rule.id for rule in scenario_of(replace(page(), dropped=("no_backsliding",))).plan.rules]
    assert after == [id for id in before if id != "no_backsliding"]


def test_one_indicators_levers_leave_the_others_alone():
    state = page(goal=60.0, method="equal_target", floor=20.0, cap=90.0)
    before = services.scenario(state.scenario).plan
    after = scenario_of(state).plan
    for indicator in ("provided", "active"):
        assert after.indicator(indicator) == before.indicator(indicator)


@pytest.mark.parametrize(("campaign", "preset"), PRESETS)
def test_every_remedy_offered_helps(campaign, preset):
    """A button must lead where it says: each remedy alone meets the goal."""
    from dashapp.views import remedies
    from dashapp.views.cards import FINE

    for indicator in choices(campaign).indicators:
        shown = show(PageState(campaign, preset, indicator=indicator))
        for summary in shown.allocation.summaries:
            diagnosis = shown.allocation.diagnosis.get((indicator, summary.period))
            if summary.indicator != indicator or diagnosis is None:
                continue
            for remedy in remedies.remedies(shown, summary, diagnosis):
                healed = show(remedy.state).allocation.summary(indicator, summary.period)
                assert healed.status in FINE, (preset, indicator, remedy.kind, remedy.value, healed)
