"""The levers of what goes on by itself: what they ask of a scenario, when they may be moved, and what they say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import plotly.utils
import pytest

import scenarios
from dashapp.i18n import LANGUAGES, t
from dashapp.pages import router
from dashapp.services import lookback
from dashapp.services import opened as desk
from dashapp.services.database import Store
from dashapp.services.opened import Opened
from dashapp.urlstate import Fault, PageState, format_page, parse_page, trend
from dashapp.views import controls, levers, trend_levers
from dashapp.views.keeping_words import changed
from dashapp.views.shown import begin, choices, saved_labels, scenario_of, show
from engine import Start, Trend, Volumes
from tests.dashapp.accounts.people import VISITOR, open_people

BASE = "/scenarios/hau-giang-2022/base"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = open_people(tmp_path_factory.mktemp("trends"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def opened(store: Store) -> Opened:
    return desk.open_scenario(store, VISITOR.actor, "hau-giang-2022", "base")


def at(opened: Opened, query: str, lang: str = "vi") -> PageState:
    state, faults = parse_page(f"{BASE}?{query}", begin(opened, lang), choices(opened))
    assert faults == ()
    return state


def page(store: Store, address: str) -> str:
    found = json.dumps(router.route(store, address, VISITOR), cls=plotly.utils.PlotlyJSONEncoder, ensure_ascii=False)
    return found.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("said", "trend", "start"),
    [
        ("st.online=projected&tr.online=recent", Trend.RECENT, Start.PROJECTED),
        ("st.online=projected&tr.online=-0.125", -0.125, Start.PROJECTED),
        ("st.online=projected", 0.0, Start.PROJECTED),
        ("tr.online=recent", 0.0, Start.CURRENT),
    ],
)
def test_a_trend_counts_where_agencies_start_from_the_projection(
    opened: Opened, said: str, trend: Any, start: Start
) -> None:
    asked = scenario_of(at(opened, said), opened).plan.indicator("online")
    assert (asked.trend, asked.start) == (trend, start)
    others = scenario_of(at(opened, said), opened).plan.indicator("provided")
    assert others == opened.scenario.plan.indicator("provided")


def test_an_address_keeps_a_trend_and_reports_what_is_none(opened: Opened) -> None:
    for said in ("none", "linear", "0.05", "-1.5"):
        assert parse_page(format_page(at(opened, f"tr.online={said}")), begin(opened, "vi"), choices(opened))[0] == at(
            opened, f"tr.online={said}"
        )
    assert [trend(one) for one in ("0,05", "0", "-0", "5", "5.1", "1e3", "x", "")] == [
        "0.05", "none", "none", "5", None, None, None, None,
    ]  # fmt: skip
    state, faults = parse_page(f"{BASE}?tr.online=up&fol=never", begin(opened, "vi"), choices(opened))
    assert not state.changed
    assert [(one.code, one.key) for one in faults] == [("bad_trend", "tr.online"), ("unknown_value", "fol")]
    assert isinstance(faults[0], Fault)


def test_a_fitted_trend_moves_what_would_happen_anyway(opened: Opened) -> None:
    still, grown = (show(at(opened, f"st.online=projected&tr.online={one}"), opened) for one in ("none", "logistic"))
    assert (grown.result.projected[-1] > still.result.projected[-1]).mean() > 0.8
    assert "pro_rata" not in format_page(grown.state)


def test_volumes_follow_last_year_and_say_so(opened: Opened) -> None:
    shown = show(at(opened, "fol=last_year"), opened)
    assert shown.scenario.plan.assumptions.volumes is Volumes.LAST_YEAR
    assert shown.result.expected_as_last_year.any()
    assert {one.code for one in shown.allocation.warnings} >= {"volume_as_last_year"}
    both = scenario_of(at(opened, "fol=last_year&vol=120"), opened).plan.assumptions
    assert (both.volumes, both.growth) == (Volumes.LAST_YEAR, 0.2)


def test_what_a_control_says_becomes_a_state_and_back(opened: Opened) -> None:
    state = begin(opened, "vi")
    now = controls.of(state, opened)
    assert (now.trend, now.follow) == ("none", "pro_rata")
    moved = controls.Moved(sliders={}, start="projected", trend="0.1", follow="last_year")
    after = controls.read(state, opened, moved)
    assert (after.of("online").trend, after.follow) == ("0.1", "last_year")
    assert controls.of(after, opened).trend == "0.1"
    back = controls.read(after, opened, controls.Moved(sliders={}, start="current", trend="none", follow="pro_rata"))
    assert not back.changed
    assert controls.read(state, opened, controls.Moved(sliders={}, trend="<x>", follow="<y>")) == replace(
        state, indicator="online"
    )


def test_hints_lead_back_and_say_where_a_trend_is_idle(opened: Opened) -> None:
    idle = trend_levers.hints(at(opened, "tr.online=recent"), opened, "online")["trend"]
    assert idle[0][0] == t("trends.idle", "vi")
    assert show(at(opened, idle[0][1].partition("?")[2]), opened).plan.trend is Trend.RECENT
    hints = trend_levers.hints(at(opened, "st.online=projected&tr.online=recent&fol=last_year"), opened, "online")
    assert "tr.online" not in hints["trend"][0][1]
    assert "fol" not in hints["follow"][0][1]
    assert trend_levers.hints(begin(opened, "vi"), opened, "online") == {}


def test_only_what_months_allow_can_be_chosen(store: Store, opened: Opened) -> None:
    assert lookback.can_fit(opened.figures, opened.scenario.plan) == ("online",)
    assert lookback.can_follow(opened.figures, opened.scenario.plan)
    bare = desk.open_scenario(store, VISITOR.actor, "phu-tho-2026", "base")
    assert lookback.can_fit(bare.figures, bare.scenario.plan) == ()
    assert not lookback.can_follow(bare.figures, bare.scenario.plan)
    text = trend_levers.panel(bare, begin(bare, "vi"), "paid_online", assumed=True).markup
    assert text.count("disabled") == 4, "three trends and last year"
    assert "Nhập số liệu các tháng" in text
    assert trend_levers.panel(opened, begin(opened, "vi"), "online", assumed=True).markup.count("disabled") == 0
    assert "follow" not in trend_levers.panel(opened, begin(opened, "vi"), "online", assumed=False).markup


def test_a_trend_without_months_is_refused_in_words_and_the_page_stands(store: Store) -> None:
    text = page(store, "/scenarios/phu-tho-2026/base?st.paid_online=projected&tr.paid_online=recent")
    assert "Chưa có số liệu theo tháng của chỉ số" in text
    assert 'id=\\"trend\\"' in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_history_of_versions_names_the_trend(opened: Opened, lang: str) -> None:
    after = scenarios.change(opened.scenario, {"indicators": {"online": {"start": "projected", "trend": "recent"}}})
    lines = changed(opened.scenario, after, saved_labels(opened, lang))
    assert any(t("trends.recent", lang) in line and t("trends.none", lang) in line for line in lines)
    assert levers.of_saved(after, "online").trend == "recent"
