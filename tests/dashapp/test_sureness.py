"""How sure a goal is to be: the goal that a wanted chance takes, what a result rests on, work that is overtaken."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from dashapp import services
from dashapp.i18n import LANGUAGES
from dashapp.overtaken import PAGES_KEPT, OvertakenError, Pages
from dashapp.services import calculation
from dashapp.services.sureness import planning_goal
from dashapp.urlstate import Levers, PageState, format_page
from dashapp.views import chances, controls, keeping_words, moves, sureness
from dashapp.views.markup import written
from dashapp.views.shown import saved_labels, scenario_of
from tests.dashapp import benches
from tests.dashapp.benches import HAU_GIANG, READER, opened, shown, store


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch):
    """As many draws as where there are many agencies."""
    monkeypatch.setattr(calculation, "MOST_DRAWN", 1)
    calculation.chance.cache_clear()
    yield
    calculation.chance.cache_clear()


def page(lang: str = "vi", sure: int | None = 80, **moved: object) -> PageState:
    state = replace(benches.page(HAU_GIANG, "measures", lang), sure=sure)
    return state.with_levers("online", Levers(**moved)) if moved else state  # type: ignore[arg-type]


def go_on() -> None:
    """Nothing newer."""


def said(state: PageState) -> str:
    return written(sureness.strip(shown(state), "7", go_on)).replace("\u00a0", " ")


def applied(markup: str) -> PageState:
    """The page to which the strip's button leads."""
    (address,) = re.findall(r'<a [^>]*href="([^"]+)"', markup)
    return moves.page_of(html.unescape(address), opened(HAU_GIANG, "measures"), "vi")


def test_the_goal_that_a_chance_takes_is_set_by_a_button_and_still_judged_by_the_first():
    before = said(page())
    assert re.search(r"Đặt mục tiêu 53,\d+ % để tỉnh đạt 50 % khoảng 8 lần trong 10", before)
    state = applied(before)
    own = state.of("online")
    assert own.reach == 50.0
    assert own.goal is not None
    assert 53.0 < own.goal < 54.0
    after = shown(state)
    assert services.chance(after.allocation, "online").goals["online", "2022Q4"] >= 0.8
    assert "Khả năng tỉnh đạt 50 %" in written(chances.card(after, "7")).replace("\u00a0", " ")
    again = said(state)
    assert "Đang giao theo" in again
    assert 'class="action' not in again
    assert controls.hints(state, opened(HAU_GIANG, "measures"))["goal.online"][1] == [
        "để đạt 50\u00a0%; bỏ",
        format_page(page()),
    ]


def test_what_is_to_be_reached_is_saved_and_told_in_the_history():
    at, state = opened(HAU_GIANG, "measures"), page(goal=53.0, reach=50.0)
    after = scenario_of(state, at)
    assert after.plan.indicator("online").reach == {"2022Q4": 0.5}
    told = keeping_words.changed(at.scenario, after, saved_labels(at, "vi"))
    assert any("mức thật sự cần đạt" in line for line in told)
    mine = replace(at, scenario=after)
    cleared = benches.page(HAU_GIANG, "measures").with_levers("online", Levers(goal=50.0, reach=0.0))
    assert scenario_of(cleared, mine).plan.indicator("online").reach == {}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_goal_that_is_sure_enough_and_one_that_cannot_be(lang):
    enough = said(page(lang, goal=24.0))
    assert {"vi": "Với mục tiêu 24 % đang đặt", "en": "With the goal of 24% as set"}[lang] in enough
    never = said(page(lang, sure=95, goal=64.0))
    assert {"vi": "Dù đặt tới mức cao nhất", "en": "Even with the highest goal"}[lang] in never
    assert 'class="action' not in never


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_the_result_rests_on_most(lang):
    told = said(page(lang, sure=None))
    first = {"vi": "phụ thuộc nhất vào mức thực hiện của đơn vị (", "en": "depends most on "}[lang]
    assert first in told
    assert {"vi": "“Rút ngắn thời gian", "en": "“Shorter processing time"}[lang] in told
    assert 'selected value=""' in told or 'value="" selected' in told
    certain = replace(benches.page(HAU_GIANG, lang=lang), indicator="provided")
    assert {"vi": "không phụ thuộc vào điều gì", "en": "depends on nothing unknown"}[lang] in said(certain)


def test_the_strip_is_written_for_the_answer_that_was_asked_for():
    asked = {"address": format_page(page(sure=None)), "seq": 7, "page": "a"}
    assert 'data-seq="7"' in moves.weighed(store(), READER, asked, "vi", Pages())
    gone = {**asked, "address": "/scenarios/hau-giang-2022/nobody"}
    for nothing in (None, gone):
        assert type(moves.weighed(store(), READER, nothing, "vi", Pages())).__name__ == "NoUpdate"


def test_a_newer_move_of_the_page_ends_the_work_and_no_others():
    pages = Pages()
    asked = {"address": format_page(page(goal=47.0)), "seq": 7, "page": "a"}
    pages.moved(READER.name, "a", 8)
    assert type(moves.weighed(store(), READER, asked, "vi", pages)).__name__ == "NoUpdate"
    pages.heed(READER.name, "b", 7)()
    pages.heed("somebody else", "a", 7)()
    pages.moved(READER.name, "a", 3)  # late: the newest stays the newest
    with pytest.raises(OvertakenError):
        planning_goal(shown(page(goal=46.0)).allocation, "online", 0.8, pages.heed(READER.name, "a", 7))
    for number in range(PAGES_KEPT):
        pages.moved(READER.name, f"other {number}", 1)
    pages.heed(READER.name, "a", 7)()


def test_a_move_says_which_page_moved():
    pages, state = Pages(), page(sure=None)
    now = moves.values(controls.of(state, opened(HAU_GIANG, "measures")))
    asked = {**now, "seq": 5, "page": "a", "trigger": "sure", "sure": "90", "address": format_page(state)}
    answered = moves.move(store(), READER, asked, "vi", pages)
    assert "sure=90" in answered["answered"]["address"]
    with pytest.raises(OvertakenError):
        pages.heed(READER.name, "a", 4)()
    pages.heed(READER.name, "a", 5)()
