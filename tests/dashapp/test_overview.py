"""The overview: what stands on it, and that it says nothing the figures do not."""

from __future__ import annotations

import html
import json
import math
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from dash import dcc
from dash.development.base_component import Component

import scenarios
from dashapp import services
from dashapp.i18n import LANGUAGES, catalogue, number, share
from dashapp.pages import overview as page
from dashapp.pages import router
from dashapp.services import choices, provision, saved_scenarios
from dashapp.services import opened as desk
from dashapp.services.database import Store, open_store
from dashapp.services.doubts import Doubt, Found, doubts
from dashapp.services.opened import Opened
from dashapp.services.rights import Actor, Role
from dashapp.services.standing import ranks, standing
from dashapp.views.markup import Written
from dashapp.views.overview import NAMED, Overview, overview
from data.store.records import Agency
from engine import Allocation, Figures, PlanError
from tests.dashapp.accounts.people import NAMES, VISITOR, open_people
from tests.dashapp.benches import HAU_GIANG, PHU_THO, opened, store
from tests.dashapp.reading import as_json, parts_of

UNFILLED = re.compile(r"\{\w+(:\w+)?\}|\bnan\b|\bNone\b|NaN|\binf\b")
LEADER = Actor(NAMES[Role.LEADER], "Nguyễn Thị Leader", Role.LEADER)
ADMIN = Actor(NAMES[Role.ADMIN], "Nguyễn Thị Admin", Role.ADMIN)
SHOWN = [(HAU_GIANG, "base"), (HAU_GIANG, "in-quarter"), (HAU_GIANG, "cautious"), (PHU_THO, "base")]
ONLINE = {"level": "district", "parent": "", "indicator": "online"}


def words_of(component: Any) -> str:
    """Everything a person reads in a component, in the order of reading."""
    if isinstance(component, str):
        return component
    if isinstance(component, list | tuple):
        return "".join(words_of(one) for one in component)
    if isinstance(component, Written):
        return html.unescape(re.sub(r"<[^>]*>", " ", component.markup))
    inner = words_of(getattr(component, "children", None) or "") if isinstance(component, Component) else ""
    return inner if type(component).__name__ in ("Span", "Strong") else f"{inner} "


def run(at: Opened) -> Allocation:
    return services.run(at.figures, at.scenario)


def seen(at: Opened, lang: str = "vi", *, is_first: bool = True) -> Overview:
    allocation = run(at)
    return overview(at, allocation, doubts(allocation), lang, is_first=is_first)


def classed(component: Any, name: str) -> list[Component]:
    return [one for one in parts_of(component) if name in (getattr(one, "className", None) or "").split()]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a store as it is at first."""
    folder = tmp_path_factory.mktemp("template")
    open_people(folder).close()
    return folder / "people.db"


@pytest.fixture
def own(template: Path, tmp_path: Path) -> Iterator[Store]:
    """A store of this test's own."""
    shutil.copy(template, tmp_path / "own.db")
    made = open_store(f"sqlite:///{tmp_path}/own.db")
    yield made
    made.close()


# --- what must be cleared up -----------------------------------------------------------------------------------------
def figures(**changed: tuple[float | None, float | None] | None) -> Figures:
    """Ten agencies at about 40 % of 200 dossiers; those given by code hold other counts, None takes one out."""
    rows = {f"A{at}": (78.0 + at, 200.0) for at in range(10)} | changed
    table = [
        {"agency": code, "name": f"Đơn vị {code}", **ONLINE, "numerator": counts[0], "denominator": counts[1],
         "proposed_2022Q4": 0.5}
        for code, counts in rows.items() if counts is not None
    ]  # fmt: skip
    return Figures.from_frame(pd.DataFrame(table))


def found_in(own: Figures, previous: Figures | None = None, registered: Sequence[str] = ()) -> dict[Doubt, Found]:
    base = services.scenario("hau-giang-2022/base")
    plan = replace(base.plan, indicators=(base.plan.indicator("online"),), rules=())
    allocation = services.run(own, replace(base, plan=plan))
    return {one.kind: one for one in doubts(allocation, previous, registered)}


def agencies_of(found: dict[Doubt, Found], kind: Doubt) -> list[str]:
    return [case.agency for case in found[kind].cases] if kind in found else []


def test_figures_without_fault_have_no_doubt_but_their_estimated_volumes():
    found = found_in(figures())
    assert set(found) == {Doubt.ASSUMED}
    assert len(found[Doubt.ASSUMED].cases) == 10


@pytest.mark.parametrize(
    ("kind", "counts"),
    [
        (Doubt.EMPTY, (0, 0)),
        (Doubt.SMALL, (4, 29)),
        (Doubt.ZERO, (0, 30)),
        (Doubt.HIGH, (98, 100)),
        (Doubt.WHOLE, (100, 100)),
        (Doubt.MISSING, (None, None)),
    ],
)
def test_each_doubt_is_found(kind, counts):
    found = found_in(figures(B=counts))
    assert agencies_of(found, kind) == ["B"]
    others = set(Doubt) - {kind, Doubt.ASSUMED, Doubt.NOT_PROPOSED}
    assert {one for one in others if "B" in agencies_of(found, one)} == set()


@pytest.mark.parametrize("counts", [(9, 30), (1, 30), (97, 100), (99, 99)])
def test_what_is_just_not_doubtful_is_left_alone(counts):
    found = found_in(figures(B=counts))
    kinds = {kind for kind in found if "B" in agencies_of(found, kind)} - {Doubt.ASSUMED}
    assert kinds == ({Doubt.HIGH} if counts == (99, 99) else set())


def test_a_high_rate_is_nothing_odd_where_the_level_is_high():
    high = figures(**{f"A{at}": (190.0, 200.0) for at in range(10)}, B=(199.0, 200.0))
    assert Doubt.HIGH not in found_in(high)


def test_small_denominators_come_smallest_first_with_their_counts():
    found = found_in(figures(B=(1, 12), C=(2, 3), D=(5, 25)))
    assert [(case.agency, case.values) for case in found[Doubt.SMALL].cases] == [
        ("C", (2.0, 3.0)),
        ("B", (1.0, 12.0)),
        ("D", (5.0, 25.0)),
    ]


def test_who_has_not_reported_is_also_who_is_not_in_the_figures_at_all():
    found = found_in(figures(B=(None, 50)), registered=["A0", "B", "Z1", "Z0"])
    assert agencies_of(found, Doubt.MISSING) == ["B", "Z0", "Z1"]


def test_who_has_not_proposed():
    frame = figures().frame.copy()
    frame.loc[frame["agency"].isin(["A3", "A7"]), "proposed_2022Q4"] = np.nan
    assert agencies_of(found_in(Figures.from_frame(frame)), Doubt.NOT_PROPOSED) == ["A3", "A7"]
    nobody = Figures.from_frame(frame.drop(columns="proposed_2022Q4"))
    found = found_in(nobody)[Doubt.NOT_PROPOSED]
    assert len(found.cases) == found.asked == 10


def test_rates_that_jump_and_counts_that_shrink_since_the_figures_before():
    before = figures(B=(20, 100), C=(60, 200), D=(10, 100), E=None)
    now = figures(B=(70, 200), C=(64, 190), D=(24, 100), E=(190, 200))
    found = found_in(now, before)
    assert [(case.agency, case.values) for case in found[Doubt.JUMPED].cases] == [("B", (0.2, 0.35))]
    assert [(case.agency, case.values) for case in found[Doubt.SHRUNK].cases] == [("C", (200.0, 190.0))]
    assert not {Doubt.JUMPED, Doubt.SHRUNK} & set(found_in(now))


def test_a_numerator_that_shrinks_alone_is_told():
    found = found_in(figures(B=(20, 100)), figures(B=(30, 100)))
    assert [(case.agency, case.values) for case in found[Doubt.SHRUNK].cases] == [("B", (30.0, 20.0))]


# --- ranks -----------------------------------------------------------------------------------------------------------
def test_agencies_are_ranked_by_today_and_counted_by_level():
    allocation = run(opened())
    found = ranks(allocation, "online", 0.5, enough=30)
    current = allocation.results["online"].current[found.rows]
    assert (np.diff(current) <= 0).all()
    assert found.levels == (("province", 4, 18), ("district", 0, 8))
    assert found.without == 1
    codes = [allocation.figures.codes[allocation.results["online"].rows[row]] for row in found.furthest]
    assert codes[:2] == ["932", "STNMT"]
    assert "TTT" not in codes, "eleven dossiers make no rate"


# --- the page --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("campaign", "slug"), SHOWN)
def test_everything_is_said_in_words(campaign, slug, lang):
    found = seen(opened(campaign, slug), lang)
    shown = [found.cards, found.missing, found.doubtful, *(one.legend for one in found.rankings)]
    said = [words_of(one) for one in shown]
    said += [text for one in found.rankings for text in (one.title, one.said, one.twin.caption)]
    said += [cell for one in found.rankings for row in one.twin.rows for cell in row]
    said += [found.heading, found.dates, found.clean]
    as_json([shown, *(one.figure for one in found.rankings)])
    assert [text for text in said if UNFILLED.search(text)] == []
    assert len(found.cards) == len(found.rankings) == (3 if campaign == HAU_GIANG else 1)


def test_a_card_says_now_goal_gap_weekly_and_the_rate_of_new_dossiers():
    stand = standing(run(opened()), "online")
    card = words_of(seen(opened()).cards[2])
    for text in ("Hồ sơ trực tuyến", "22,3\u00a0%", "50\u00a0%", "27,7\u00a0điểm", "73,2\u00a0%", "21.163 / 94.758"):
        assert text in card
    assert f"{number(stand.per_week, 'vi')} hồ sơ trực tuyến" in card
    assert f"nhanh gấp {number(stand.per_week / stand.pace, 'vi', 1)} lần" in card
    assert "82.705" in card


@pytest.mark.parametrize(
    ("campaign", "slug", "lead"),
    [
        (HAU_GIANG, "base", "Chưa mục tiêu nào trong 3 đạt. Xa nhất: DVCTT mức độ 4, còn thiếu 30,6\u00a0điểm."),
        (PHU_THO, "base", "Mục tiêu chưa đạt: còn thiếu 5,7\u00a0điểm."),
    ],
)
def test_the_page_leads_with_one_sentence(campaign, slug, lead):
    assert seen(opened(campaign, slug)).lead.startswith(lead)


def test_the_lead_names_what_must_become_fastest():
    assert seen(opened()).lead.endswith("Hồ sơ trực tuyến: mỗi tuần phải nhanh gấp 3,3 lần hiện nay.")


def test_what_is_reached_under_a_scenario_is_not_told_as_what_is_reached():
    card = seen(opened()).cards[2]
    badges = classed(card, "tag")
    assert len(badges) == 1
    (facts,) = classed(card, "stand-facts")
    last = facts.children[-1]
    assert "Theo “Phương án cơ sở”" in words_of(last)
    assert badges[0] in list(parts_of(last)), "beside the scenario, and nowhere near today's figure"


def test_a_goal_out_of_reach_says_so_with_the_highest_value():
    card = words_of(seen(opened(slug="cautious")).cards[2])
    stand = standing(run(opened(slug="cautious")), "online")
    assert "Không khả thi" in card
    assert share(stand.highest, "vi") in card
    assert "Thiếu 8,29\u00a0điểm" in card


def test_a_catalogue_has_no_rate_of_new_dossiers_and_counts_services():
    card = words_of(seen(opened()).cards[0])
    assert "Hồ sơ mới phải đạt" not in card
    assert "24 dịch vụ" in card
    assert "dịch vụ dùng chung được tính ở từng đơn vị" in card


def test_every_figure_of_a_card_has_its_definition_behind_it():
    for card in seen(opened()).cards:
        definitions = classed(card, "definition")
        labels = [words_of(classed(one, "title")) for one in definitions]
        assert len(labels) == len(set(labels))
        assert len(definitions) == len(classed(card, "fact")) - 1 + 2, (
            "of every fact but the gap, of now and of the goal"
        )


def test_a_ranking_leads_with_what_a_reader_takes_away():
    found = seen(opened(), is_first=True)
    titles = [one.title for one in found.rankings]
    assert titles == [
        "DVCTT mức độ 4: chưa đơn vị nào trong 27 đạt 100\u00a0%",
        "DVCTT phát sinh hồ sơ: 1 trong 26 đơn vị đã đạt 80\u00a0%",
        "Hồ sơ trực tuyến: 4 trong 26 đơn vị đã đạt 50\u00a0%",
    ]
    said = found.rankings[2].said
    assert "Sở, ban, ngành 4/18" in said
    assert "Xa nhất: UBND huyện Châu Thành A (12,6\u00a0%)" in said
    assert "1 đơn vị chưa có gì để tính" in said
    assert len(found.rankings[2].twin.rows) == 26


def test_of_163_agencies_both_ends_are_drawn_and_the_remainder_is_counted():
    (found,) = seen(opened(PHU_THO)).rankings
    hits = found.figure["data"][-1]
    assert len(hits["customdata"]) == 25
    assert any("132 đơn vị khác" in text for one in found.figure["data"] for text in one.get("text", []))
    assert len(found.twin.rows) == 157


def test_doubts_are_told_once_per_kind_with_names_and_a_count_of_the_rest():
    found = seen(opened(PHU_THO))
    (line,) = found.missing
    assert words_of(line).startswith("Tất cả 163 đơn vị chưa đăng ký mục tiêu")
    assert f"và {163 - NAMED} đơn vị khác" in words_of(line)
    doubtful = " ".join(words_of(one) for one in found.doubtful)
    assert "Sở Giáo dục và Đào tạo (0/2)" in doubtful
    assert "UBND xã Hương Cần (0/409)" in doubtful


def test_indicators_with_the_same_agencies_are_told_together():
    (line,) = seen(opened()).missing
    (several,) = next(one for one in parts_of(line) if type(one).__name__ == "Ul").children
    assert words_of(several).startswith("DVCTT mức độ 4, DVCTT phát sinh hồ sơ và Hồ sơ trực tuyến (4)")


def test_what_was_looked_for_and_not_found_is_said_too():
    found = seen(opened())
    assert "đơn vị chưa báo cáo" in found.clean
    assert "mẫu số dưới 30" not in found.clean
    assert "lần nạp số liệu đầu tiên" in found.clean
    later = seen(opened(), is_first=False)
    assert "lần nạp số liệu đầu tiên" not in later.clean
    assert "tỷ lệ nhảy vọt" in later.clean


# --- on the store ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("address", ["/", "/?lang=en", f"/?c={PHU_THO}", f"/?c={PHU_THO}&lang=en", "/?c=nowhere"])
def test_the_page_of_an_address(address):
    made = router.route(store(), address, VISITOR)
    as_json(made)
    assert not UNFILLED.search(words_of(made))
    assert len([one for one in parts_of(made) if type(one).__name__ == "H1"]) == 1
    ids = [json.dumps(one.id, sort_keys=True) for one in parts_of(made) if getattr(one, "id", None)]
    assert len(ids) == len(set(ids))
    shown = "Phú Thọ" if PHU_THO in address else "Hậu Giang"
    assert shown in words_of(made)
    assert ("đợt giao “nowhere”" in words_of(made)) == ("nowhere" in address)


def test_links_lead_on_to_the_workbench_and_to_compare():
    made = router.route(store(), "/", VISITOR)
    links = {one.href for one in parts_of(made) if type(one).__name__ == "A" and getattr(one, "href", None)}
    assert "/scenarios/hau-giang-2022/base" in links
    assert "/scenarios/hau-giang-2022/base?i=online" in links
    assert any(link.startswith("/compare?s=hau-giang-2022/base,hau-giang-2022/") for link in links)
    for link in links:
        if link.startswith(("/scenarios", "/compare")):
            assert classed(router.route(store(), link, VISITOR), "empty") == []


def test_graphs_have_the_one_configuration_and_a_twin():
    made = router.route(store(), "/", VISITOR)
    graphs = [one for one in parts_of(made) if isinstance(one, dcc.Graph)]
    assert [one.id for one in graphs] == ["rank-provided", "rank-active", "rank-online"]
    assert len(classed(made, "twin")) == 3


def test_without_a_choice_the_page_says_so_and_names_what_it_counts_by():
    said = words_of(router.route(store(), "/", VISITOR))
    assert "Chưa chọn phương án." in said
    assert "Trang này tính theo “Phương án cơ sở”" in said


def test_a_choice_counts_from_then_on_in_the_version_that_was_chosen(own):
    at = desk.open_scenario(own, LEADER, HAU_GIANG, "cautious")
    choices.choose(own, LEADER, HAU_GIANG, at.version.id, at.ground.figures_version.id, "Thận trọng")
    said = words_of(router.route(own, "/", VISITOR))
    assert "Phương án được chọn" in said
    assert "Từng bước thận trọng" in said
    assert "Nguyễn Thị Leader" in said
    assert "Không khả thi" in said
    easier = services.scenario("hau-giang-2022/cautious", {"indicators": {"online": {"goals": {"2022Q4": "30%"}}}})
    saved_scenarios.change(own, LEADER, at.record.id, easier, based_on=at.version.number)
    assert "Không khả thi" in words_of(router.route(own, "/", VISITOR)), "the chosen version, not the newest"


def test_agencies_that_are_registered_and_in_no_figures_are_missing(own):
    provision.add_agencies(own, ADMIN, HAU_GIANG, [Agency(HAU_GIANG, "MOI", "Sở Mới lập", "province")])
    said = words_of(router.route(own, "/", VISITOR))
    assert "chưa báo cáo số liệu" in said
    assert "MOI" in said


def test_a_chosen_scenario_that_cannot_be_run_gives_way_to_the_base_and_says_why(own):
    at = desk.open_scenario(own, LEADER, HAU_GIANG, "base")
    pinned = services.scenario(
        "hau-giang-2022/base",
        {"rules": [{"kind": "pin", "value": "5%", "where": {"agency": ["STTTT"]}, "indicators": ["online"]}]},
    )
    kept = saved_scenarios.create(
        own, LEADER, HAU_GIANG, pinned, name={"vi": "Ấn định thấp", "en": "Low pin"}, shared=True
    )
    choices.choose(own, LEADER, HAU_GIANG, kept.version.id, at.ground.figures_version.id)
    made = router.route(own, "/", VISITOR)
    said = words_of(made)
    assert "Chưa tính được phương án này" in said
    assert "Sở Thông tin và Truyền thông" in said
    assert "Dưới đây là theo “Phương án cơ sở”" in said
    assert len(classed(made, "stand")) == 3


def test_a_campaign_of_which_nothing_can_be_run_says_why_and_no_more(monkeypatch):
    def refuse(*_: object) -> None:
        about = {"agency": "SGTVT", "indicator": "online", "period": "2022Q4", "rule": "pin"}
        raise PlanError("pin_impossible", **about, value=0.1, low=0.2, high=0.9)

    monkeypatch.setattr(services, "run", refuse)
    for lang in LANGUAGES:
        made = router.route(store(), f"/?lang={lang}", VISITOR)
        as_json(made)
        assert "Sở Giao thông vận tải" in words_of(made)
        assert classed(made, "stand") == []


def test_texts_of_the_overview_are_all_used_and_all_there():
    top = Path(page.__file__).parents[1]
    source = "\n".join((top / name / "overview.py").read_text(encoding="utf-8") for name in ("pages", "views"))
    source += (top / "views" / "pictures.py").read_text(encoding="utf-8")
    for prefix in ("overview.", "pictures."):
        keys = {key for key in catalogue("vi") if key.startswith(prefix)}
        pattern = re.escape(prefix)
        literal = set(re.findall(rf"""["']({pattern}[a-z_.]+)["']""", source))
        assert literal - keys == set()
        built = tuple(set(re.findall(rf"""f["']({pattern}[a-z_.]*)\{{""", source)))
        assert {key for key in keys - literal if not key.startswith(built)} == set()


def test_a_pace_is_what_a_week_has_brought():
    stand = standing(run(opened()), "online")
    assert stand.faster == pytest.approx(stand.per_week / stand.pace)
    assert math.isnan(standing(run(opened()), "active").faster)


def test_a_choice_with_another_goal_says_what_the_goal_was_at_first(tmp_path):
    made = open_people(tmp_path)
    leader = Actor(NAMES[Role.LEADER], "", Role.LEADER)
    at = desk.open_scenario(made, leader, "hau-giang-2022", "base")
    lower = scenarios.change(at.scenario, {"indicators": {"online": {"goals": {"2022Q4": "45%"}}}})
    saved = saved_scenarios.create(made, leader, "hau-giang-2022", lower, name={"vi": "Thấp hơn"}, shared=True)
    choices.choose(made, leader, "hau-giang-2022", saved.version.id, at.ground.figures_version.id)
    text = words_of(router.route(made, "/", VISITOR))
    assert "Hồ sơ trực tuyến: phương án đặt 45\u00a0%, ban đầu 50\u00a0%" in text
    made.close()
