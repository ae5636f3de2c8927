"""Measures as levers: what they do to a scenario, what the page says of them, what they bring on the way to a goal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import MappingProxyType

import numpy as np
import pytest

import scenarios
from dashapp import services
from dashapp.i18n import LANGUAGES
from dashapp.measurestate import MeasureLever
from dashapp.services.measured import moved_rate, way
from dashapp.urlstate import Levers, PageState, format_page
from dashapp.views import controls, keeping_words, levers, measure_levers, measure_panel
from dashapp.views.answer import answer
from dashapp.views.controls import Moved
from dashapp.views.keeping_moves import levers_of
from dashapp.views.shown import saved_labels, scenario_of
from engine import Start, Where
from scenarios import Scenario
from tests.dashapp import benches
from tests.dashapp.benches import HAU_GIANG, PHU_THO, opened, shown

IDS = ["online_only", "shorter_time", "lower_fee", "data_reuse", "community_teams"]
ON = MeasureLever(on=True)


def page(preset: str = "base", campaign: str = HAU_GIANG, lang: str = "vi", **measures: MeasureLever) -> PageState:
    return replace(benches.page(campaign, preset, lang), measures=MappingProxyType(measures))


def projected(state: PageState) -> PageState:
    return state.with_levers(state.indicator, replace(state.of(state.indicator), start="projected"))


def plain(text: str) -> str:
    """The text with ordinary spaces."""
    return text.replace("\u00a0", " ")


def made(state: PageState) -> Scenario:
    return scenario_of(state, opened(state.campaign, state.slug))


@pytest.mark.parametrize(("campaign", "preset"), [(HAU_GIANG, "base"), (HAU_GIANG, "measures"), (PHU_THO, "base")])
def test_every_campaign_offers_the_measures_of_the_meeting(campaign, preset):
    """Those of its own catalogue, or the general ones for what counts dossiers; a scenario's own come first."""
    at = opened(campaign, preset)
    found = measure_levers.offers(at)
    assert [one.id for one in found] == IDS
    assert {one.own for one in found} == {preset == "measures"}
    flows = {id for id, one in at.campaign.indicators.items() if one.kind == "flow"}
    assert all(set(one.measure.indicators) == flows for one in found)
    assert all(one.measure.start > at.campaign.as_of for one in found)


def test_a_measure_that_is_turned_on_is_the_catalogues():
    catalogue = {one.id: one for one in opened(HAU_GIANG, "measures").scenario.plan.measures}
    plan = made(projected(page(lower_fee=ON))).plan
    assert plan.measures == (catalogue["lower_fee"],)
    assert plan.indicator("online").start is Start.PROJECTED
    assert plan.rules == opened(HAU_GIANG).scenario.plan.rules


def test_what_is_changed_of_a_measure_and_nothing_else():
    lever = MeasureLever(True, 0.45, 0.2, 0.5, date(2022, 8, 15), 10, "agency:SCT,STTTT")
    (found,) = made(page(lower_fee=lever)).plan.measures
    offered = next(one.measure for one in measure_levers.offers(opened(HAU_GIANG)) if one.id == "lower_fee")
    where = Where(agencies=("SCT", "STTTT"))
    wanted = {"effect": 0.45, "low": 0.2, "high": 0.5, "start": date(2022, 8, 15), "ramp_days": 10.0, "where": where}
    assert found == replace(offered, **wanted)
    (everybody,) = made(page(community_teams=MeasureLever(True, scope="all"))).plan.measures
    assert everybody.where == Where()


def test_a_measure_of_the_scenario_is_taken_out():
    state = page("measures", lower_fee=MeasureLever(on=False))
    assert [one.id for one in made(state).plan.measures] == [id for id in IDS if id != "lower_fee"]


def test_a_rule_that_is_moved_leaves_the_measures_of_the_scenario():
    """Who replaces the rules of a document replaces its measures too: they are said again."""
    state = page("measures")
    before = opened(HAU_GIANG, "measures").scenario.plan
    assert made(state.with_levers("online", Levers(floor=30.0))).plan.measures == before.measures
    assert made(replace(state, dropped=("no_backsliding",))).plan.measures == before.measures
    assert made(page("measures", lower_fee=MeasureLever(effect=0.5))).plan.rules == before.rules


def test_who_starts_from_the_present_has_no_trend():
    below = scenarios.change(opened(HAU_GIANG, "measures").scenario, {"indicators": {"online": {"trend": 0.02}}})
    state = page("measures").with_levers("online", Levers(start="current"))
    after = scenarios.change(below, levers.changes(state, below)).plan.indicator("online")
    assert (after.start, after.trend) == (Start.CURRENT, 0.0)


def test_controls_are_read_as_they_are_drawn_whatever_was_changed():
    lever = MeasureLever(True, 0.45, start=date(2022, 8, 15), ramp=0, scope="level:district,commune")
    state = projected(page(lower_fee=lever, online_only=MeasureLever(scope="agency:STP")))
    at = opened(HAU_GIANG)
    drawn = controls.of(state, at)
    said = Moved(drawn.sliders, start=drawn.start, measures=drawn.measures)
    assert replace(controls.read(benches.page(), at, said), order="", view="") == state


@pytest.mark.parametrize(
    "said",
    [
        {"effect": "5"},  # beyond its range
        {"low": "0.4"},
        {"high": "0.2"},
        {"effect": "much"},
        {"start": "30/02/2022"},
        {"ramp": "-1"},
        {"scope": "agency:nobody"},
        {"scope": "own"},
        {"on": "maybe"},
        "lower_fee",
    ],
)
def test_what_a_page_says_wrongly_changes_nothing(said):
    state, at = page(lower_fee=ON), opened(HAU_GIANG)
    assert measure_levers.read(state, at, {"lower_fee": said, "free_tea": {"on": True}}) == state


def test_a_scope_that_only_a_file_can_say_is_kept():
    """Agencies below one: shown as the scenario has it, until another is chosen."""
    at = opened(HAU_GIANG)
    entry = {
        "id": "desks",
        "effect": 0.2,
        "start": date(2022, 7, 1),
        "indicators": ["online"],
        "where": {"parent": "932"},
    }
    mine = replace(at, scenario=scenarios.change(at.scenario, {"measures": [entry]}))
    first, *others = measure_levers.offers(mine)
    assert (first.saved.scope, [one.id for one in others]) == ("own", IDS)
    state = measure_levers.read(page(), mine, {"desks": {"effect": "0.2", "scope": "own", "ramp": "14"}})
    assert state.measures == {"desks": MeasureLever(ramp=14)}
    (changed,) = scenario_of(state, mine).plan.measures
    assert (changed.where, changed.ramp_days) == (Where(parents=("932",)), 14.0)
    assert "Như phương án" in measure_panel.panel(mine, page(), controls.of(page(), mine)).markup


def hinted(state: PageState) -> dict[str, str]:
    found = controls.hints(state, opened(state.campaign, state.slug))
    return {key: plain(" ".join(one[0] for one in said)) for key, said in found.items()}


def test_what_stands_beside_a_measure():
    said = hinted(projected(page(lower_fee=MeasureLever(True, 0.45), community_teams=MeasureLever(True, ramp=0))))
    assert said["measure.lower_fee"] == "nơi đang đạt 22,3 % lên 31,1 % trở về gốc"
    assert said["measure-how.lower_fee"] == "Mọi cơ quan, đơn vị · từ 01/08/2022 · đủ tác động sau 30 ngày"
    assert said["measure-how.community_teams"] == "Cấp huyện và cấp xã · từ 01/07/2022 · đủ tác động ngay"
    assert said["measure.community_teams"].endswith("trở về gốc")
    assert hinted(page("measures", lower_fee=MeasureLever(effect=0.45)))["measure.lower_fee"].endswith("% gốc 0,3")
    assert "2 cơ quan khác" in said["measure-how.online_only"]
    assert "measure.data_reuse" not in said
    assert not [key for key in hinted(replace(page(), indicator="provided")) if key.startswith("measure")]


def test_a_measure_that_is_not_counted_is_said_with_the_way_to_count_it():
    idle = page(lower_fee=ON)
    text, (_, address) = controls.hints(idle, opened(HAU_GIANG))["start"]
    assert "chưa được tính" in text[0]
    assert address == format_page(projected(idle))
    assert "không từ hiện trạng" in hinted(projected(idle))["start"]
    current = page("measures").with_levers("online", Levers(start="current"))
    assert controls.hints(current, opened(HAU_GIANG, "measures"))["start"][1][1] == format_page(page("measures"))


def test_a_draft_and_a_reset_know_of_measures():
    state = projected(page(lower_fee=MeasureLever(True, 0.45)))
    assert levers_of(state) == "st.online=projected&mo.lower_fee=1&me.lower_fee=0.45"
    assert state.changed
    assert not state.reset().changed


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_history_names_each_measure_that_changed(lang):
    at = opened(HAU_GIANG, "measures")
    state = page(
        "measures", lower_fee=MeasureLever(on=False), data_reuse=MeasureLever(effect=0.3, scope="level:district")
    )
    found = keeping_words.changed(at.scenario, made(state), saved_labels(at, lang))
    assert (
        found
        == {
            "vi": (
                "Bỏ biện pháp “Giảm lệ phí khi nộp trực tuyến”",
                (
                    "Biện pháp “Không yêu cầu nộp lại giấy tờ đã có”: "
                    "0,2 (0 – 0,4) · mọi cơ quan, đơn vị · từ 01/10/2022 · đủ tác động sau 60 ngày → "
                    "0,3 (0 – 0,4) · cấp huyện · từ 01/10/2022 · đủ tác động sau 60 ngày"
                ),
            ),
            "en": (
                "Measure taken out: “Lower fee for filing online”",
                (
                    "Measure “Documents already submitted are reused”: "
                    "0.2 (0 – 0.4) · all agencies · from 1 Oct 2022 · in full after 60 days → "
                    "0.3 (0 – 0.4) · district · from 1 Oct 2022 · in full after 60 days"
                ),
            ),
        }[lang]
    )
    base = opened(HAU_GIANG)
    added = keeping_words.changed(base.scenario, made(projected(page(lower_fee=ON))), saved_labels(base, lang))
    assert len(added) == 2
    assert {"vi": "0,3 (0,1 – 0,6)", "en": "0.3 (0.1 – 0.6)"}[lang] in added[1]


# --- the way to the goal -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("preset", "indicator"),
    [("base", "online"), ("base", "provided"), ("measures", "online"), ("in-quarter", "online")],
)
def test_the_parts_of_the_way_add_up(preset, indicator):
    allocation = services.run(HAU_GIANG, opened(HAU_GIANG, preset).scenario)
    found = way(allocation, indicator)
    assert found is not None
    summary = allocation.summary(indicator, "2022Q4")
    assert (found.now, found.target) == pytest.approx((summary.start, summary.attained), abs=1e-12)
    assert found.now + sum(one.value for one in found.parts) == pytest.approx(found.target, abs=1e-4)
    assert [one.measure for one in found.measures] == (IDS if preset == "measures" else [])
    assert (found.effort.weekly is None) == (indicator == "provided")


def test_what_measures_bring_a_week():
    """Points times the dossiers of the year's end, over the weeks from 15 June to 31 December."""
    allocation = services.run(HAU_GIANG, opened(HAU_GIANG, "measures").scenario)
    result, found = allocation.results["online"], way(allocation, "online")
    assert found is not None
    top = allocation.figures.parent[result.rows] < 0
    volume = float(np.nansum(result.weight[-1, top]))
    weeks = (date(2022, 12, 31) - date(2022, 6, 15)).days / 7
    for one in found.parts:
        assert one.count == pytest.approx(one.value * volume)
        assert one.weekly == pytest.approx(one.value * volume / weeks)
    assert sum(one.value for one in found.measures) > 0.05


def test_an_effect_as_a_rate():
    assert moved_rate(0.3, 0.4) == pytest.approx(0.39, abs=0.001)
    assert moved_rate(0.3, 0.0) == pytest.approx(0.3)
    assert [moved_rate(rate, 1.0) for rate in (0.0, 1.0)] == [0.0, 1.0]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_picture_of_the_gap_names_every_measure_and_what_is_left(lang):
    seen = answer(replace(page("measures", lang=lang), view="gap"), opened(HAU_GIANG, "measures"))
    twin = seen.picture.twin
    rows = {row[0]: row for row in twin.rows}
    assumed = {"vi": "giả định", "en": "assumption"}[lang]
    for one in opened(HAU_GIANG, "measures").scenario.plan.measures:
        assert rows[one.name[lang]][-1] == assumed
    assert {"vi": "Còn lại cho nỗ lực của đơn vị", "en": "Left to the agencies' effort"}[lang] in rows
    assert {"vi": "5 biện pháp mang lại +7,3 điểm", "en": "5 measures bring +7.3 points"}[lang] in plain(
        seen.picture.note
    )
    none = answer(replace(page(lang=lang), view="gap"), opened(HAU_GIANG))
    assert {"vi": "chưa tính biện pháp nào", "en": "counts no measure"}[lang] in plain(none.picture.note)


def test_what_stands_on_the_page_of_a_measure():
    state = page("measures", campaign=HAU_GIANG)
    markup = measure_panel.panel(
        opened(HAU_GIANG, "measures"), state, controls.of(state, opened(HAU_GIANG, "measures"))
    ).markup
    assert markup.count('role="switch" checked') == 5
    assert markup.count("giả định</span>") == 5
    assert 'value="01/09/2022"' in markup
    assert "0,5 – 2" in markup
    other = replace(page(), indicator="provided")
    hidden = measure_panel.panel(opened(HAU_GIANG), other, controls.of(other, opened(HAU_GIANG))).markup
    assert hidden.count('class="measure hidden"') == 5
    assert "Không có biện pháp nào" in hidden


def test_one_page_knows_its_measure_from_another_campaigns():
    assert shown(projected(page(campaign=PHU_THO, lower_fee=ON))).result.measures == ("lower_fee",)
