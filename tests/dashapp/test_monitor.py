"""Monitoring: what is due by a straight path, what the weeks left must bring, and what is said where nothing can be."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import plotly.utils
import pytest
from dash import no_update

from dashapp.i18n import LANGUAGES
from dashapp.pages import monitor, router
from dashapp.services import calculation, monitoring, overrides, replanning, saved_scenarios, states, tables
from dashapp.services import opened as desk
from dashapp.services.database import AllocationRecord, Store, open_store
from dashapp.services.edits import Edit
from dashapp.services.monitoring import Stand, Verdict, Watch
from dashapp.services.opened import Opened
from dashapp.services.rights import Actor
from dashapp.views.person import Visitor
from engine import Allocation
from tests.dashapp.services.world import ANH, BINH, DECISION, LAN, Q3, Q4, ROOT, THU, VY, build, counts, keep, take_in
from tests.dashapp.services.world import base_version as base
from tests.dashapp.services.world import scenario as laid

DAY = date(2022, 8, 7)
"""53 of the 107 days from 15 June to 30 September are over, 54 are left; the 219th day of the year."""
NEWER = counts(A=(200, 1300, 500, 500), B=(430, 1300, 500, 500), C=(50, 500, 250, 250))
UNFILLED = re.compile(r"(?<!%)\{\w+(:\w+)?\}|\bnan\b|\bNone\b|NaN")
ADDRESS = f"/monitor?c={THU}&d=07/08/2022"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Four agencies, their figures, no table yet."""
    opened = open_store(f"sqlite:///{tmp_path}/monitor.db")
    build(opened)
    take_in(opened)
    yield opened
    opened.close()


def issued(store: Store, scenario: int | None = None) -> AllocationRecord:
    """A table that went the whole road."""
    figures = desk.ground(store, LAN, THU).figures_version.id
    version = base(store) if scenario is None else scenario
    record = tables.start_draft(store, LAN, THU, figures_version=figures, scenario_version=version)
    record = states.submit(store, LAN, record.id, version=record.version)
    record = states.approve(store, BINH, record.id, version=record.version)
    return states.issue(store, BINH, record.id, version=record.version, **DECISION)


def watched(store: Store, record: AllocationRecord, day: date = DAY) -> Watch:
    figures = desk.ground(store, LAN, THU).figures
    (one,) = monitoring.watch(tables.table(store, LAN, record.id), figures, day)
    return one


def stand(watch: Watch, agency: str) -> Stand:
    return next(one for one in watch.agencies if one.agency == agency)


def page(store: Store, address: str = ADDRESS, actor: Actor = LAN) -> str:
    component = router.route(store, address, Visitor(actor, "token"))
    return json.dumps(component, cls=plotly.utils.PlotlyJSONEncoder, ensure_ascii=False)


# the arithmetic ----------------------------------------------------------------------------------------------
def test_what_is_due_lies_on_the_straight_line_to_the_issued_target(store: Store) -> None:
    record = issued(store)
    take_in(store, NEWER)
    watch = watched(store, record)
    assert (watch.period.id, watch.since, watch.elapsed) == (Q3, date(2022, 6, 15), 53 / 107)
    one = stand(watch, "A")
    assert (one.start, one.target) == (0.1, 0.26)
    assert one.due == pytest.approx(0.1 + 53 / 107 * 0.16)
    assert one.now == pytest.approx(200 / 1300)
    assert one.ahead == pytest.approx(200 / 1300 - (0.1 + 53 / 107 * 0.16))
    assert one.ahead_count == -33  # 233.03 are due
    assert one.verdict is Verdict.BEHIND


def test_the_weeks_left_must_bring_what_the_target_lacks_of_all_that_will_have_come(store: Store) -> None:
    record = issued(store)
    take_in(store, NEWER)
    watch = watched(store, record)
    one = stand(watch, "A")
    assert one.coming == 321  # 1300 · 54 / 219
    assert one.needed == 222  # 26 % of 1621 is 421.46: 422, of which 200 are there
    assert one.per_week == 29  # 222 in 54 / 7 weeks
    assert one.rate == pytest.approx(222 / 321)
    assert one.pace == pytest.approx(100 / (53 / 7))
    assert watch.weeks == pytest.approx(54 / 7)
    assert not one.beyond


def test_the_furthest_behind_comes_first_and_old_counts_are_told(store: Store) -> None:
    record = issued(store)
    take_in(store, NEWER)
    watch = watched(store, record)
    assert [one.agency for one in watch.agencies] == ["C", "A", "B"]
    assert stand(watch, "B").verdict is Verdict.ON_PATH
    assert [one.agency for one in watch.agencies if one.unchanged] == ["C"]
    assert watch.count(Verdict.BEHIND) == 2


def test_the_province_is_its_agencies_together(store: Store) -> None:
    record = issued(store)
    take_in(store, NEWER)
    whole = watched(store, record).province
    attained = tables.table(store, LAN, record.id).inputs.pinned.summary("online", Q3).attained
    assert whole is not None
    assert (whole.numerator, whole.denominator) == (680, 3100)
    assert whole.target == attained
    assert whole.start == pytest.approx(450 / 2500)
    assert whole.due == pytest.approx(0.18 + 53 / 107 * (attained - 0.18))


def test_in_a_later_period_the_path_begins_at_the_earlier_target(store: Store) -> None:
    record = issued(store)
    take_in(store, NEWER)
    watch = watched(store, record, date(2022, 10, 31))
    assert (watch.period.id, watch.since, watch.elapsed) == (Q4, date(2022, 9, 30), 31 / 92)
    assert stand(watch, "A").due == pytest.approx(0.26 + 31 / 92 * 0.14)
    assert watch.province is not None
    assert watch.province.target == 0.4  # the goal of the plan


def test_on_the_last_day_nothing_more_can_come(store: Store) -> None:
    record = issued(store)
    take_in(store, NEWER)
    one = stand(watched(store, record, date(2022, 12, 31)), "A")
    assert (one.due, one.coming, one.needed, one.per_week, one.rate) == (0.4, 0, 320, None, None)
    assert one.beyond


def test_more_than_will_come_is_out_of_reach(store: Store) -> None:
    record = issued(store)
    take_in(store, counts(A=(100, 1300, 500, 500)))
    one = stand(watched(store, record, date(2022, 9, 28)), "A")
    assert one.needed is not None
    assert one.coming == 10  # 1300 · 2 / 271 = 9.6
    assert one.needed > one.coming
    assert one.beyond


def test_less_than_one_dossier_short_is_on_the_path(store: Store) -> None:
    few = counts(A=(0, 2, 2, 2))
    take_in(store, few)
    record = issued(store)
    take_in(store, counts(A=(0, 3, 2, 2)))
    one = stand(watched(store, record), "A")
    assert one.due is not None
    assert 0 < one.due * 3 < 1
    assert (one.verdict, one.ahead_count) == (Verdict.ON_PATH, 0)


def test_a_renewed_expectation_counts_instead_of_the_estimate(store: Store) -> None:
    record = issued(store)
    take_in(store, counts(A=(200, 1300, 90, 500)))
    one = stand(watched(store, record), "A")
    assert one.coming == 90
    assert one.needed == 162  # 26 % of 1390 is 361.4
    assert one.beyond


def test_who_is_without_new_figures_is_not_judged(store: Store) -> None:
    record = issued(store)
    take_in(store, counts(A=(0, 0, 0, 0)))
    watch = watched(store, record)
    assert stand(watch, "A").verdict is Verdict.UNKNOWN
    assert stand(watch, "A").now is None
    assert watch.agencies[-1].agency == "A"
    assert "D" not in [one.agency for one in watch.agencies]  # nothing to count, so no target either
    assert watch.province is not None
    assert watch.province.denominator == 1500


def test_a_period_alone_is_what_was_added_since_and_later_cannot_be_told_apart(store: Store) -> None:
    alone = laid(indicators={"online": {"basis": "in_period"}})
    record = issued(store, keep(store, alone))
    take_in(store, NEWER)
    watch = watched(store, record)
    one = stand(watch, "A")
    assert watch.comparable
    assert (one.numerator, one.denominator) == (100, 300)
    assert one.now == pytest.approx(1 / 3)
    assert one.due == one.target
    later = watched(store, record, date(2022, 10, 31))
    assert not later.comparable
    assert (later.province, later.agencies) == (None, ())
    assert "Chưa so sánh được chỉ số này" in page(store, f"/monitor?c={THU}&d=31/10/2022")


def test_a_correction_takes_the_place_of_what_it_corrects(store: Store) -> None:
    first = issued(store)
    draft = states.correct(store, LAN, first.id)
    moved = states.submit(store, LAN, draft.id, version=draft.version)
    moved = states.approve(store, BINH, moved.id, version=moved.version)
    second = states.issue(store, BINH, moved.id, version=moved.version, number="1046/QĐ-UBND", day=date(2022, 6, 22))
    assert monitoring.latest((second, tables.table(store, LAN, first.id).record)) == second
    assert monitoring.latest(()) is None


# the page ----------------------------------------------------------------------------------------------------
def test_without_an_issued_table_the_page_leads_to_finalise(store: Store) -> None:
    shown = page(store)
    assert "Chưa có bảng chỉ tiêu nào được ban hành" in shown
    assert f'"/finalize?c={THU}"' in shown
    assert "monitor-grid" not in shown


def test_without_newer_figures_the_page_leads_to_figures(store: Store) -> None:
    issued(store)
    shown = page(store)
    assert "Chưa có số liệu mới hơn" in shown
    assert f'"/figures?c={THU}"' in shown
    assert "monitor-grid" not in shown


def test_the_day_is_asked_for_before_anything_is_said(store: Store) -> None:
    issued(store)
    take_in(store, NEWER)
    shown = page(store, f"/monitor?c={THU}")
    assert "Số liệu mới tính đến hết ngày" in shown
    assert "monitor-grid" not in shown
    assert "field-fault" not in shown


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("hôm nay", "không phải là một ngày"),
        ("31/02/2022", "không phải là một ngày"),
        ("15/06/2022", "phải muộn hơn ngày 15/06/2022"),
        ("01/01/2023", "đã quá kỳ cuối"),
    ],
)
def test_a_day_that_cannot_be_is_said_at_its_box_and_stays_typed(store: Store, typed: str, said: str) -> None:
    issued(store)
    take_in(store, NEWER)
    shown = page(store, f"/monitor?c={THU}&d={typed}")
    assert said in shown
    assert json.dumps(typed, ensure_ascii=False) in shown
    assert "monitor-grid" not in shown


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("actor", [VY, LAN, ANH, ROOT])
def test_the_page_is_whole_for_everybody(store: Store, actor: Actor, lang: str) -> None:
    issued(store)
    take_in(store, NEWER)
    shown = page(store, f"{ADDRESS}&lang={lang}", actor)
    assert not UNFILLED.search(shown)
    assert '"monitor-grid"' in shown
    assert '"monitor-chart"' in shown
    assert f'"/monitor?c={THU}&d=07%2F08%2F2022' in shown  # the other language keeps the day


def test_the_page_says_what_the_arithmetic_says(store: Store) -> None:
    record = issued(store)
    take_in(store, NEWER)
    shown = page(store)
    assert "2 trong 3 cơ quan có số liệu đang chậm" in shown
    assert "Bảng chỉ tiêu số 1, Quyết định 1045/QĐ-UBND" in shown
    assert f'"/finalize?c={THU}&t={record.number}"' in shown
    whole = watched(store, record).province
    assert whole is not None
    assert f"mỗi tuần {whole.per_week:.0f} " in shown
    assert "số liệu chưa đổi từ khi giao" in shown


def test_the_table_and_the_twin_of_the_chart_hold_every_agency(store: Store) -> None:
    issued(store)
    take_in(store, NEWER)
    found = list(_grids(json.loads(page(store))))
    (grid,) = found
    assert [row["code"] for row in grid["rowData"]] == ["C", "A", "B"]
    assert grid["rowData"][1]["per_week"] == 29
    assert [row["name"] for row in grid["dashGridOptions"]["pinnedTopRowData"]] == ["Toàn tỉnh"]


def _grids(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if node.get("id") == "monitor-grid":
            yield node
        for value in node.values():
            yield from _grids(value)
    elif isinstance(node, list):
        for value in node:
            yield from _grids(value)


def test_an_unknown_indicator_shows_the_main_one(store: Store) -> None:
    issued(store)
    take_in(store, NEWER)
    assert '"monitor-grid"' in page(store, f"{ADDRESS}&i=khong-co")


# planning again ----------------------------------------------------------------------------------------------
END = date(2022, 9, 30)
AT_END = f"/monitor?c={THU}&d=30/09/2022"


def again(
    store: Store, record: AllocationRecord, actor: Actor = LAN, day: date = END, keep: str = "open"
) -> dict[str, Any]:
    return monitor.replanned(store, actor, {"table": record.id, "day": day.isoformat()}, keep, "vi")


def planned(store: Store, answer: dict[str, Any]) -> tuple[Opened, Allocation]:
    """The scenario that was made, and what it gives on the newest figures."""
    opened = desk.open_scenario(store, LAN, THU, answer["path"].rpartition("/")[2])
    return opened, calculation.run(opened.figures, opened.scenario)


def value(result: Allocation, agency: str, period: str, what: str = "target") -> float:
    part = result.results["online"]
    at = [result.figures.codes[position] for position in part.rows].index(agency)
    return float(getattr(part, what)[[one.id for one in result.plan.periods].index(period)][at])


def test_what_is_left_of_the_scenario_is_one_of_ones_own_from_the_day_on(store: Store) -> None:
    more = {
        "indicators": {"online": {"goals": {Q3: 0.3}}},
        "assumptions": {"growth": 0.1, "seasonality": {Q3: 0.9, Q4: 1.2}},
        "rules": [
            {"kind": "floor", "id": "third", "value": 0.2, "periods": [Q3]},
            {"kind": "floor", "id": "both", "value": 0.25, "periods": [Q3, Q4]},
            {"kind": "no_backsliding", "id": "always"},
        ],
    }
    record = issued(store, keep(store, laid(**more)))
    take_in(store, NEWER)
    answer = again(store, record)
    slug = answer["path"].rpartition("/")[2]
    opened = desk.open_scenario(store, LAN, THU, slug)
    plan = opened.scenario.plan
    assert (plan.as_of, [one.id for one in plan.periods]) == (END, [Q4])
    assert dict(plan.indicator("online").goals) == {Q4: 0.4}
    assert dict(plan.assumptions.seasonality) == {Q4: 1.2}
    assert plan.assumptions.growth == 0.1
    assert {rule.id: rule.periods for rule in plan.rules} == {"both": (Q4,), "always": ()}
    assert (opened.record.owner, opened.record.shared) == (LAN.name, False)
    assert opened.ground.figures_version.number == 2
    assert "bảng chỉ tiêu số 1" in opened.version.note
    shown = page(store, answer["path"] + answer["query"])
    assert "Lập lại từ quý IV/2022" in shown


def test_in_the_middle_of_a_period_only_its_days_left_bring_more_and_what_is_issued_of_it_stays(store: Store) -> None:
    """On 7 August, 54 of the days to 30 September are left and 219 are over; each agency expected 500, 500 and 250.

    A: 1300 · 54 / 219 = 320.5, so 321 more come by 30 September: of 1621, 26 % stay the target. By 31 December
    another 500, as A still expects of Q4, so 2121. B is as large; C: 500 · 54 / 219 = 123.3, so 124 and then 250 more.
    """
    record = issued(store)
    take_in(store, NEWER)
    opened, result = planned(store, again(store, record, day=DAY, keep="keep"))
    plan = opened.scenario.plan
    assert (plan.as_of, [one.id for one in plan.periods]) == (DAY, [Q3, Q4])
    assert dict(plan.indicator("online").goals) == {Q4: 0.4}
    for agency, first, last in (("A", 321, 500), ("B", 321, 500), ("C", 124, 250)):
        assert [value(result, agency, one, "expected") for one in (Q3, Q4)] == [first, last]
    assert [value(result, one, Q3) for one in "ABC"] == [0.26, 0.35, 0.26]
    assert value(result, "A", Q3, "target_count") == 422  # 26 % of 1621 is 421.46
    assert value(result, "A", Q4, "target_count") == 849  # 40 % of 2121 is 848.4
    assert result.summary("online", Q4).attained == pytest.approx(0.4, abs=0.005)
    assert {rule.source for rule in plan.rules if rule.id.startswith("issued-")} == {"1045/QĐ-UBND"}
    assert "giữ 3 chỉ tiêu quý III/2022 như đã giao" in opened.version.note
    assert opened.record.name["vi"] == "Lập lại từ quý IV/2022, số liệu đến 07/08/2022"


def test_what_was_issued_and_cannot_stand_is_solved_anew_and_named(store: Store) -> None:
    """A has 500 of 1621 already: 30.8 %, past its 26 %. C can have 5 + 124 of 624 at most: 20.7 % of 26 %."""
    record = issued(store)
    take_in(store, counts(A=(500, 1300, 500, 500), B=(430, 1300, 500, 500), C=(5, 500, 250, 250)))
    table, figures = tables.table(store, LAN, record.id), desk.ground(store, LAN, THU).figures
    made = replanning.replanned(table, figures, DAY, keep=True, why={"vi": "", "en": ""})
    assert (made.kept, dict(made.reopened), made.estimated) == (1, {"online": ("A", "C")}, 3)
    result = calculation.run(figures, made.scenario)
    assert value(result, "B", Q3) == 0.35
    assert value(result, "A", Q3) >= 500 / 1621
    assert value(result, "C", Q3) <= 129 / 624
    assert "chỉ tiêu quý III/2022 của Sở Tư pháp và Sở Xây dựng không giữ được" in page(store)


def test_the_period_that_runs_can_be_open_as_well(store: Store) -> None:
    """As many points to 40 % as days: A from 200/1300, with 54 of the 146 days to the year's end."""
    record = issued(store)
    take_in(store, NEWER)
    opened, result = planned(store, again(store, record, day=DAY, keep="open"))
    assert not [rule for rule in opened.scenario.plan.rules if rule.id.startswith("issued-")]
    now = 200 / 1300
    assert value(result, "A", Q3, "exact") == pytest.approx(now + 54 / 146 * (0.4 - now))
    assert "giữ" not in opened.version.note
    assert opened.record.name["vi"].startswith("Lập lại từ quý III/2022")


def test_what_an_agency_states_anew_is_of_the_days_left(store: Store) -> None:
    record = issued(store)
    take_in(store, counts(A=(200, 1300, 90, 500), B=(430, 1300, 500, 500)))
    opened, result = planned(store, again(store, record, day=DAY, keep="keep"))
    assert value(result, "A", Q3, "expected") == 90
    assert value(result, "B", Q3, "expected") == 321
    assert opened.scenario.estimated == {("online", Q3): ("B", "C")}
    (note,) = [one for one in result.warnings if one.code == "volumes_set_aside"]
    assert note.details["agencies"] == ("B", "C")
    assert "Số hồ sơ dự kiến quý III/2022" in page(store, f"/scenarios/{THU}/{opened.record.slug}")


def test_in_the_last_period_its_days_left_are_all_there_is(store: Store) -> None:
    """On 31 October, 61 days are left and 304 are over: 1300 · 61 / 304 = 260.9 more for A."""
    record = issued(store)
    take_in(store, NEWER)
    assert '"monitor-keep"' in page(store, f"/monitor?c={THU}&d=31/10/2022")
    opened, result = planned(store, again(store, record, day=date(2022, 10, 31), keep="keep"))
    assert [one.id for one in opened.scenario.plan.periods] == [Q4]
    assert value(result, "A", Q4, "expected") == 261
    assert not [rule for rule in opened.scenario.plan.rules if rule.id.startswith("issued-")]


def test_a_target_of_a_period_alone_cannot_be_kept_for_the_rest_of_it(store: Store) -> None:
    record = issued(store, keep(store, laid(indicators={"online": {"basis": "in_period"}})))
    take_in(store, NEWER)
    about = replanning.left(tables.table(store, LAN, record.id).inputs.scenario.plan, DAY)
    assert about is not None
    assert (about.days, about.keepable) == (54, ())
    shown = page(store)
    assert "chỉ tiêu mới của quý III/2022 là của phần còn lại sau ngày 07/08/2022" in shown
    assert "Giữ như đã giao, chỉ tính lại" not in shown


def test_on_the_day_a_period_ends_nothing_of_it_is_left(store: Store) -> None:
    record = issued(store)
    take_in(store, NEWER)
    about = replanning.left(tables.table(store, LAN, record.id).inputs.scenario.plan, END)
    assert about is not None
    assert ([one.id for one in about.periods], about.running, about.days, about.keepable) == ([Q4], None, 0, ())
    _, result = planned(store, again(store, record))
    assert value(result, "A", Q4, "expected") == 500


def test_targets_set_by_hand_for_later_periods_are_said_to_stay_behind(store: Store) -> None:
    begun = tables.start_draft(
        store, LAN, THU, figures_version=desk.ground(store, LAN, THU).figures_version.id, scenario_version=base(store)
    )
    edits = [Edit("A", "online", Q4, 0.39), Edit("B", "online", Q3, 0.33)]
    overrides.save_edits(store, LAN, begun.id, edits, reason="Thiếu người", version=begun.version)
    record = tables.table(store, LAN, begun.id).record
    record = states.submit(store, LAN, record.id, version=record.version)
    record = states.approve(store, BINH, record.id, version=record.version)
    record = states.issue(store, BINH, record.id, version=record.version, **DECISION)
    take_in(store, NEWER)
    assert "1 chỉ tiêu đặt tay ở các kỳ sau không được mang theo" in page(store)
    _, result = planned(store, again(store, record, day=DAY, keep="keep"))
    assert value(result, "B", Q3) == 0.33


def test_planning_again_is_for_those_who_may(store: Store) -> None:
    record = issued(store)
    take_in(store, NEWER)
    for address in (ADDRESS, AT_END):
        assert '"monitor-replan"' in page(store, address)
        assert '"monitor-replan"' not in page(store, address, VY)
    assert '"monitor-replan"' not in page(store, f"/monitor?c={THU}&d=31/12/2022")
    before = len(saved_scenarios.saved(store, LAN, THU))
    assert "alert" in plotly.utils.PlotlyJSONEncoder().encode(again(store, record, VY)["said"])
    assert len(saved_scenarios.saved(store, LAN, THU)) == before


def test_what_cannot_be_planned_again_is_said_and_nothing_is_stored(store: Store) -> None:
    record = issued(store)
    take_in(store, NEWER)
    before = len(saved_scenarios.saved(store, LAN, THU))
    answer = again(store, record, day=date(2022, 12, 31))
    assert answer["path"] is no_update
    assert "không tính được trên số liệu mới" in json.dumps(
        answer["said"], cls=plotly.utils.PlotlyJSONEncoder, ensure_ascii=False
    )
    assert len(saved_scenarios.saved(store, LAN, THU)) == before
    assert monitor.replanned(store, LAN, None, "keep", "vi")["path"] is no_update
    early = {"table": record.id, "day": "2022-06-01"}
    for sent in (
        "x",
        {"table": "x", "day": "2022-09-30"},
        {"table": record.id},
        {"table": 999, "day": "2022-09-30"},
        early,
    ):
        assert monitor.replanned(store, LAN, sent, "open", "vi")["said"] is not no_update
