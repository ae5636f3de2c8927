"""The shipped campaigns: complete, honest about their figures, and each preset shows what it promises."""

from __future__ import annotations

import re

import numpy as np
import pytest

import scenarios
from data.reference import figures
from engine import Allocation, Figures, FiguresError, GoalStatus
from scenarios.campaign import Campaign

CAMPAIGNS = {one.id: one for one in scenarios.campaigns()}
PRESETS = [preset for one in CAMPAIGNS.values() for preset in one.presets]
HG = "hau-giang-2022"
COUNTRY = "national-2022"
NOT_MET = {f"{HG}/cautious", f"{HG}/all-services", f"{COUNTRY}/cautious"}
MET = (GoalStatus.MET, GoalStatus.MET_WITHOUT_LIFT)


def run(preset: str) -> Allocation:
    return scenarios.run(figures(preset.split("/")[0]), scenarios.load(preset))


def online(allocation: Allocation, period: int = -1) -> dict[str, float]:
    result = allocation.results["online"]
    codes = [allocation.figures.codes[row] for row in result.rows]
    return dict(zip(codes, result.target[period], strict=True))


def test_two_campaigns_are_shipped_and_the_country_on_request() -> None:
    assert {id: one.on_request for id, one in CAMPAIGNS.items()} == {HG: False, "phu-tho-2026": False, COUNTRY: True}
    assert len(CAMPAIGNS[HG].presets) >= 9  # the base and at least eight
    assert len(CAMPAIGNS["phu-tho-2026"].presets) >= 5


def test_every_shipped_scenario_is_in_a_campaign() -> None:
    assert set(PRESETS) == set(scenarios.shipped_ids())
    assert all(one.base == one.presets[0] for one in CAMPAIGNS.values())


@pytest.mark.parametrize("campaign", [HG, COUNTRY])
def test_illustrative_figures_say_so_in_both_languages(campaign: str) -> None:
    composed, real = CAMPAIGNS[campaign], CAMPAIGNS["phu-tho-2026"]
    assert composed.illustrative
    assert not real.illustrative
    assert "MINH HỌA" in composed.source["vi"]
    assert "ILLUSTRATIVE" in composed.source["en"]
    assert "illustrative" in set(figures(campaign).frame["note"]).pop()


@pytest.mark.parametrize("one", CAMPAIGNS.values(), ids=CAMPAIGNS)
def test_a_campaign_is_complete(one: Campaign) -> None:
    for text in (one.name, one.source, one.note):
        assert set(text) == {"vi", "en"}
        assert all(text.values())
    assert set(one.parent_rows) <= set(one.indicators)
    assert set(one.parent_rows.values()) <= {"own", "children", "own_and_children"}
    assert scenarios.load(one.base).plan.as_of == one.as_of
    assert {i.id for i in scenarios.load(one.base).plan.indicators} == set(one.indicators)


def test_the_catalogue_is_complete_in_both_languages() -> None:
    assert list(scenarios.indicators()) == ["provided", "active", "online", "paid_online"]
    for one in scenarios.indicators().values():
        texts = (one.name, one.short, one.unit, one.counted, one.numerator, one.denominator, one.definition)
        assert all(set(text) == {"vi", "en"} and all(text.values()) for text in texts)
        assert "Quyết định" in one.legal_basis
        assert {reading for reading in one.denominators.values() if reading} <= set(scenarios.indicators())


def test_an_unknown_campaign_names_the_nearest() -> None:
    with pytest.raises(scenarios.ScenarioErrors) as caught:
        scenarios.campaign("hau-giang-2023")
    assert caught.value.problems[0].details["nearest"] == HG


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_is_complete(preset: str) -> None:
    scenario = scenarios.load(preset)
    assert scenario.id == preset
    for text in (scenario.name, scenario.note):
        assert set(text) == {"vi", "en"}
        assert text["vi"] != text["en"]
    assert "Quyết định số" in scenario.source
    assert re.search(r"lợi cho|Cân bằng|tỷ lệ khoảng cách", scenario.note["vi"])
    base = CAMPAIGNS[preset.split("/")[0]].base
    assert scenario.extends == (() if preset == base else (base,))
    for rule in scenario.plan.rules:
        assert rule.reason["vi"]
        assert rule.reason["en"]
        assert rule.source


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_meets_every_goal_or_says_why_not(preset: str) -> None:
    allocation = run(preset)
    assert allocation.all_met == (preset not in NOT_MET)
    for summary in allocation.summaries:
        if summary.goal is not None and summary.status not in MET:
            assert summary.shortfall > 0
            assert allocation.diagnosis[summary.indicator, summary.period].highest_goal < summary.goal


def test_presets_differ() -> None:
    tables = {preset: run(preset).results["online"].target for preset in CAMPAIGNS[HG].presets}
    same = {f"{HG}/all-services"}  # differs in `active`
    seen = {preset: np.nan_to_num(table, nan=-1).tobytes() for preset, table in tables.items() if preset not in same}
    assert len(set(seen.values())) == len(seen)


# what each preset promises --------------------------------------------------------------------------
def test_one_target_for_all() -> None:
    allocation = run(f"{HG}/one-target")
    result = allocation.results["online"]
    lifted = [status == "lifted" for status in result.status[-1]]
    top = [allocation.figures.parent[row] < 0 for row in result.rows]
    assert len({result.target[-1][i] for i in range(len(top)) if lifted[i] and top[i]}) == 1


def test_ten_largest_are_ten_and_the_others_make_small_steps() -> None:
    allocation = run(f"{HG}/ten-largest")
    result, parents = allocation.results["online"], allocation.figures.parent
    volume = result.denominator + result.expected.sum(axis=0)
    top = parents[result.rows] < 0
    assert (top & (volume >= 10_000)).sum() == 10
    small = top & (volume < 10_000) & (result.denominator > 0)
    assert (result.target[-1][small] <= result.current[small] + 0.04 + 1e-9).all()
    assert (result.target[-1][top & (volume >= 10_000)] > result.current[top & (volume >= 10_000)] + 0.2).all()


def test_districts_reach_40_percent_in_the_third_quarter() -> None:
    allocation, base = run(f"{HG}/districts-40"), run(f"{HG}/base")
    districts = [code for code in allocation.figures.codes if code in {str(n) for n in range(930, 938)}]
    assert len(districts) == 8
    assert min(online(allocation, 0)[code] for code in districts) >= 0.4
    assert min(online(base, 0)[code] for code in districts) < 0.4


def test_by_level_gives_each_level_one_value_on_the_ladder() -> None:
    allocation = run(f"{HG}/by-level")
    result = allocation.results["online"]
    levels = allocation.figures.level_array[result.rows]
    for level in ("province", "district"):
        lifted = result.target[-1][(levels == level) & (result.status[-1] == "lifted")]
        assert len(set(lifted.tolist())) == 1
        assert abs(lifted[0] * 20 - round(lifted[0] * 20)) < 1e-9


def test_cautious_steps_name_what_blocks_and_the_remedy() -> None:
    diagnosis = run(f"{HG}/cautious").diagnosis["online", "2022Q4"]
    assert diagnosis.binding[0].rule == "ten_points_a_quarter"
    assert "ten_points_a_quarter" in diagnosis.remedies
    assert diagnosis.relax_caps_by is not None


def test_the_base_is_demanding_but_reachable() -> None:
    summary = run(f"{HG}/base").summary("online", "2022Q4")
    assert 0.20 <= summary.start <= 0.25
    assert summary.goal == 0.5
    assert summary.max_attainable > 0.55


def test_the_real_figures_stand_where_they_were_published() -> None:
    summary = run("phu-tho-2026/base").summary("paid_online", "2026Q4")
    assert round(summary.start, 3) == 0.843
    assert summary.agencies == 163 - 6


# the whole country ----------------------------------------------------------------------------------
@pytest.mark.parametrize("preset", CAMPAIGNS[COUNTRY].presets)
def test_the_country_adds_up(preset: str) -> None:
    """Provinces make the country's goal, districts their province's, communes their district's."""
    allocation = run(preset)
    given, result = allocation.figures, allocation.results["online"]
    assert len(given.codes) == 63 + 705 + 10_599
    volume = result.denominator + result.expected.sum(axis=0)
    counted = ~np.isnan(result.target[-1])
    assert (counted == (volume > 0)).all()
    above = given.parent[result.rows]
    targets = np.where(counted, result.target[-1], 0.0)
    top = above < 0
    reached = (targets[top] * volume[top]).sum() / volume[top].sum()
    summary = allocation.summary("online", "2022Q4")
    assert reached == pytest.approx(summary.attained, abs=1e-12)
    assert summary.agencies == 63
    assert (reached >= 0.5) == (preset not in NOT_MET)
    groups = {one.parent: one for one in allocation.groups if one.period == "2022Q4"}
    assert len(groups) == 63 + 700  # five island districts have no communes
    below = np.bincount(above[~top], weights=(targets * volume)[~top], minlength=len(given.codes))
    mass = np.bincount(above[~top], weights=volume[~top], minlength=len(given.codes))
    for code, group in groups.items():
        at = given.position[code]
        assert group.goal == result.target[-1][at]
        assert below[at] / mass[at] == pytest.approx(group.attained, abs=1e-12)
        assert below[at] / mass[at] >= group.goal - 1e-12


# the denominator of `active` ------------------------------------------------------------------------
def test_counting_all_services_replaces_the_denominator_and_says_so() -> None:
    given = figures(HG)
    allocation = run(f"{HG}/all-services")
    offered, active = given.indicators["provided"], allocation.results["active"]
    assert active.denominator.tolist() == offered.numerator.tolist()
    assert active.numerator.tolist() == given.indicators["active"].numerator.tolist()
    (note,) = [one for one in allocation.warnings if one.code == "denominator_replaced"]
    assert note.details["figures_sha256"] == given.sha256
    assert figures(HG).sha256 == given.sha256
    assert not [one for one in run(f"{HG}/base").warnings if one.code == "denominator_replaced"]


def test_counting_all_services_needs_them() -> None:
    frame = figures(HG).frame
    with pytest.raises(FiguresError) as caught:
        scenarios.run(
            Figures.from_frame(frame[(frame["indicator"] != "provided") | (frame["agency"] != "STP")]),
            scenarios.load(f"{HG}/all-services"),
        )
    assert caught.value.code == "denominator_missing"
    assert caught.value.details["agencies"] == ("STP",)


# volumes that are set aside ---------------------------------------------------------------------------
@pytest.mark.parametrize("whose", ["all", ["STP", "SCT"]])
def test_volumes_set_aside_are_estimated_by_days_and_the_note_says_whose(whose: str | list[str]) -> None:
    """92 days of Q4 to 166 days from 1 January to 15 June: of every 166 dossiers, 92 more."""
    base = scenarios.load(f"{HG}/base")
    given = figures(HG)
    asked = scenarios.change(base, {"indicators": {"online": {"estimated": {"2022Q4": whose}}}})
    before, after = (scenarios.run(given, one) for one in (base, asked))
    codes = [given.codes[row] for row in after.results["online"].rows]
    stated = ~np.isnan(given.indicators["online"].expected["2022Q4"])
    concerned = stated & ((whose == "all") | np.isin(codes, whose))
    assert concerned.any()
    pro_rata = np.ceil(given.indicators["online"].denominator * 92 / 166 - 1e-9)
    assert after.results["online"].expected[-1][concerned] == pytest.approx(pro_rata[concerned])
    assert after.results["online"].expected_assumed[-1][concerned].all()
    rest = ~concerned
    assert after.results["online"].expected[-1][rest].tolist() == before.results["online"].expected[-1][rest].tolist()
    assert after.results["online"].expected[0].tolist() == before.results["online"].expected[0].tolist()
    (note,) = [one for one in after.warnings if one.code == "volumes_set_aside"]
    assert (note.details["indicator"], note.details["period"]) == ("online", "2022Q4")
    assert list(note.details["agencies"]) == [code for code, one in zip(codes, concerned, strict=True) if one]
    assert asked.sha256 != base.sha256
