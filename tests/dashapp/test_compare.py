"""Scenarios side by side: what an address asks for, what is shown, what is best, and the choice of one."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import plotly.utils
import pytest
from dash import Dash
from dash.development.base_component import Component
from flask.testing import FlaskClient

import scenarios
from dashapp import access, ids, services
from dashapp.app import create_app
from dashapp.charts.base import SYMBOLS
from dashapp.charts.heatmap import Mode
from dashapp.i18n import LANGUAGES, catalogue, t
from dashapp.pages import compare as page
from dashapp.services import choices, provision, saved_scenarios
from dashapp.services import opened as desk
from dashapp.services.database import Store, open_store
from dashapp.services.rights import Actor, Role
from dashapp.urlstate import MOST, CompareState, format_compare
from dashapp.views import disagreement, versus
from dashapp.views.comparison import MOST_DRAWN, ORDERS, SIGNS, WHOLE, Compared, compare, lines
from dashapp.views.person import Visitor
from engine import PlanError
from tests.dashapp.accounts.people import NAMES, ask, log_in, open_people, with_token
from tests.dashapp.test_design import parts_of

HAU_GIANG, PHU_THO = "hau-giang-2022", "phu-tho-2026"
THREE = ("base", "same-effort", "one-target")
LEADER, STAFF, VIEWER = (Actor(NAMES[role], "", role) for role in (Role.LEADER, Role.STAFF, Role.VIEWER))
UNFILLED = re.compile(r"\{\w+(:\w+)?\}|\bnan\b|\bNone\b|NaN")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a database with one person of each role and the campaigns."""
    folder = tmp_path_factory.mktemp("compare")
    opened = open_people(folder)
    provision.ensure_campaigns(opened)
    opened.close()
    (file,) = folder.glob("*.db")
    return file


@pytest.fixture(scope="module")
def filled(built: Path) -> Iterator[Store]:
    """That database; tests that use it only look."""
    opened = open_store(f"sqlite:///{built}")
    yield opened
    opened.close()


@pytest.fixture
def store(built: Path, tmp_path: Path) -> Iterator[Store]:
    """A copy of it, for one test alone."""
    file = tmp_path / "compare.db"
    shutil.copy(built, file)
    opened = open_store(f"sqlite:///{file}")
    yield opened
    opened.close()


def own(store: Store, name: str, *, actor: Actor = STAFF, shared: bool = False, **changes: Any) -> str:
    """A scenario of somebody's own; its name in addresses."""
    base = desk.open_scenario(store, LEADER, HAU_GIANG, "base").scenario
    kept = scenarios.change(base, changes) if changes else base
    return saved_scenarios.create(store, actor, HAU_GIANG, kept, name={"vi": name}, shared=shared).record.slug


def shown(
    store: Store, slugs: tuple[str, ...], indicator: str = "online", lang: str = "vi", campaign: str = HAU_GIANG
) -> Compared:
    opened = [desk.open_scenario(store, STAFF, campaign, slug) for slug in slugs]
    return compare(opened, indicator, lang)


def of_slugs(*slugs: str, campaign: str = HAU_GIANG, **more: Any) -> str:
    return format_compare(CompareState(campaign, slugs, **more))


def route(store: Store, address: str, actor: Actor = STAFF) -> Component:
    return page.route(store, address, Visitor(actor, "token"))


def by_id(component: Any, id: str) -> Any:
    (found,) = [one for one in parts_of(component) if getattr(one, "id", None) == id]
    return found


def words(component: Any) -> str:
    """Everything a person reads in a component."""
    if isinstance(component, str):
        return component
    if isinstance(component, list | tuple):
        return " ".join(words(one) for one in component)
    return words(component.children) if getattr(component, "children", None) is not None else ""


def compared_on(component: Component) -> list[str]:
    """The scenarios that a page compares."""
    data: dict[str, Any] = by_id(component, ids.COMPARED).data
    return list(data["slugs"])


def people(*, chooses: bool = True, chosen: tuple[int, int] | None = None) -> versus.People:
    return versus.People({}, chooses, chosen)


def row_of(table: Any, title: str) -> list[Any]:
    """The cells of the row under a heading."""
    for row in [one for one in parts_of(table) if type(one).__name__ == "Tr"]:
        if isinstance(row.children, list) and words(row.children[0]).startswith(title):
            return list(row.children[1:])
    raise AssertionError(title)


def test_what_measures_bring_and_what_is_left_to_effort(store):
    goals = {"goals": {"2022Q4": 0.53}, "reach": {"2022Q4": 0.5}}
    sure = own(store, "Chắc hơn", shared=True, indicators={"online": goals})
    found = versus.table(shown(store, ("base", "measures", sure)), people())
    cells = [words(cell).replace("\u00a0", " ") for cell in row_of(found, "Biện pháp mang lại")]
    assert cells[:2] == ["không tính · nỗ lực +27,6 điểm", "+7,3 điểm   nỗ lực +20,3 điểm"]
    assert "để đạt 50 %" in words(row_of(found, "Khả năng tỉnh đạt")[2]).replace("\u00a0", " ")
    with pytest.raises(AssertionError):
        row_of(versus.table(shown(store, ("base", "cautious")), people()), "Biện pháp mang lại")


# what an address asks for ------------------------------------------------------------------------------------
def test_nothing_named_shows_the_first_two(filled):
    assert compared_on(route(filled, "/compare")) == ["base", "one-target"]
    assert compared_on(route(filled, f"/compare?c={PHU_THO}&lang=en")) == ["base", "one-target"]
    assert by_id(route(filled, f"/compare?c={PHU_THO}"), ids.COMPARED).data["campaign"] == PHU_THO


def test_one_named_gets_another_beside_it(filled):
    assert compared_on(route(filled, of_slugs("base"))) == ["base", "one-target"]
    assert compared_on(route(filled, of_slugs("cautious"))) == ["cautious", "base"]


@pytest.mark.parametrize(
    ("asked", "kept", "said"),
    [
        ("hau-giang-2022/base,hau-giang-2022/nothing,hau-giang-2022/cautious", ["base", "cautious"], "“nothing”"),
        ("nowhere/base,hau-giang-2022/base,hau-giang-2022/cautious", ["base", "cautious"], "“nowhere”"),
        ("hau-giang-2022/base,hau-giang-2022/cautious,phu-tho-2026/base", ["base", "cautious"], "“phu-tho-2026/base”"),
        (
            ",".join(f"hau-giang-2022/{one}" for one in (*THREE, "same-gap", "cautious")),
            [*THREE, "same-gap"],
            "“cautious”",
        ),
        ("hau-giang-2022/base,hau-giang-2022/cautious&i=nothing", ["base", "cautious"], "“i = nothing”"),
        ("hau-giang-2022/base,hau-giang-2022/cautious&o=nothing", ["base", "cautious"], "“o = nothing”"),
        ("base,cautious", ["base", "one-target"], "“base”"),
    ],
)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_cannot_be_compared_is_said_and_left_out(filled, lang, asked, kept, said):
    made = route(filled, f"/compare?s={asked}&lang={lang}")
    assert compared_on(made) == kept
    notice = by_id(made, ids.COMPARE_FAULTS)
    assert said in words(notice)
    assert "alert" in [getattr(one, "role", None) for one in parts_of(notice)]


def test_a_right_address_has_no_notice(filled):
    assert words(by_id(route(filled, of_slugs(*THREE)), ids.COMPARE_FAULTS)) == ""


def test_somebody_elses_own_scenario_is_not_told_from_one_that_is_not_there(store):
    slug = own(store, "Của tôi")
    assert compared_on(route(store, of_slugs("base", slug), STAFF)) == ["base", slug]
    others = route(store, of_slugs("base", slug), LEADER)
    assert compared_on(others) == ["base", "one-target"]
    assert words(by_id(others, ids.COMPARE_FAULTS)) == words(
        by_id(route(store, of_slugs("base", "zz"), LEADER), ids.COMPARE_FAULTS)
    ).replace("“zz”", f"“{slug}”")
    assert "Của tôi" not in words(others)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_address_of_a_page_opens_it_again(filled, lang):
    asked = of_slugs("cautious", "base", "same-gap", lang=lang, indicator="active", order="name")
    made = route(filled, asked)
    assert by_id(made, ids.COMPARE_SEEN).data == asked
    assert by_id(made, ids.COMPARE_INDICATOR).value == "active"
    assert by_id(made, ids.COMPARE_ORDER).value == "name"
    other = by_id(made, ids.LANGUAGE_LINK).href
    assert ("lang=en" in other) == (lang == "vi")
    assert other.replace("&lang=en", "") == asked.replace("&lang=en", "")


def test_an_address_does_not_say_what_is_shown_anyway(filled):
    assert by_id(
        route(filled, of_slugs(*THREE, indicator="online", order="spread")), ids.COMPARE_SEEN
    ).data == of_slugs(*THREE)


# what is shown -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("campaign", "indicator"), [(HAU_GIANG, "provided"), (HAU_GIANG, "online"), (PHU_THO, "")])
def test_every_page_can_be_shown(filled, campaign, indicator, lang):
    listed = [one.slug for one in desk.listed(filled, VIEWER, campaign)]
    for at in range(0, len(listed), MOST):
        made = route(
            filled, of_slugs(*listed[at : at + MOST], campaign=campaign, lang=lang, indicator=indicator), VIEWER
        )
        json.dumps(made, cls=plotly.utils.PlotlyJSONEncoder, allow_nan=False)
        assert not UNFILLED.search(words(made))
        (title,) = [one for one in parts_of(made) if type(one).__name__ == "H1"]
        assert words(title) == t("compare.title", lang)


def test_all_are_on_the_same_figures_and_the_page_says_which(filled):
    picked = page.pick(filled, STAFF, HAU_GIANG, THREE, "vi")
    assert {one.ground.figures_version.id for one in picked.opened} == {picked.ground.figures_version.id}
    said = words(route(filled, of_slugs(*THREE)))
    assert "Mọi phương án tính trên cùng một bộ số liệu: bản 1, số liệu đến 15/06/2022." in said


@pytest.mark.parametrize("count", [2, 3, 4])
def test_the_table_can_be_read_by_its_headings(filled, count):
    compared = shown(filled, (*THREE, "same-gap")[:count])
    table = next(one for one in parts_of(versus.table(compared, people())) if type(one).__name__ == "Table")
    assert type(table.children[0]).__name__ == "Caption"
    heads = [one for one in parts_of(table) if type(one).__name__ == "Th"]
    assert {one.scope for one in heads} == {"col", "row", "rowgroup"}
    assert [words(one).strip() for one in heads if one.scope == "col"][1:] == [one.name for one in compared.entries]
    for row in [one for one in parts_of(table) if type(one).__name__ == "Tr"]:
        if isinstance(row.children, list):
            assert len(row.children) == count + 1


def test_each_scenario_has_its_own_colour_symbol_and_sign(filled):
    compared = shown(filled, (*THREE, "same-gap"))
    classes = [versus.mark(one.at).className for one in compared.entries]
    assert len(set(classes)) == len(set(SIGNS)) == len(SYMBOLS) == MOST
    style = (Path(page.__file__).parents[1] / "assets/css/50-compare.css").read_text(encoding="utf-8")
    for at in range(1, MOST + 1):
        assert f"var(--chart-series-{at})" in style
    assert re.search(r"#[0-9a-f]{3,6}\b", re.sub(r"#[a-z-]+[,:{ ]", "", style)) is None


def test_goals_are_marked_in_sign_and_words(filled):
    table = versus.table(shown(filled, ("base", "cautious")), people())
    met, missed = row_of(table, "Hồ sơ trực tuyến")[:2]
    assert "đạt mục tiêu 50\u00a0%" in words(met)
    assert "chưa đạt mục tiêu 50\u00a0%" in words(missed)
    assert re.search(r"Không khả thi, thiếu \d+,\d\u00a0điểm", words(missed))
    signs = [
        [one.className for one in parts_of(cell) if "icon" in str(getattr(one, "className", ""))]
        for cell in (met, missed)
    ]
    assert signs == [["icon icon-check"], ["icon icon-warning"]]


def test_the_figures_are_those_of_the_runs(filled):
    compared = shown(filled, THREE)
    table = versus.table(compared, people())
    for entry, largest, gini, bound in zip(
        compared.entries,
        row_of(table, "Cơ quan phải tăng nhiều nhất"),
        row_of(table, "Công bằng"),
        row_of(table, "Cơ quan chạm giới hạn"),
        strict=True,
    ):
        fairness = services.fairness(services.run(entry.opened.figures, entry.opened.scenario), "online")
        assert f"{fairness.largest * 100:+.1f}".replace(".", ",") in words(largest)
        assert compared.labels.agency(fairness.largest_agency) in words(largest)
        assert f"{fairness.gini:.2f}".replace(".", ",") in words(gini)
        assert words(bound).split()[:3] == [f"{fairness.at_bound}", "trên", f"{len(fairness.agencies)}"]


@pytest.mark.parametrize(
    ("values", "highest", "found"),
    [
        ([3.0, 1.0, 2.0], False, {1}),
        ([3.0, 1.0, 2.0], True, {0}),
        ([1.0, 1.0, 2.0], False, {0, 1}),
        ([1.0, 1.0], False, set()),
        ([1.0, 1.0 + 1e-12], False, set()),
        ([float("nan"), 1.0], False, set()),
        ([float("nan"), 1.0, 2.0], False, {1}),
        ([], False, set()),
    ],
)
def test_the_best_is_marked_where_there_is_one(values, highest, found):
    assert versus.best(values, highest=highest) == found


def test_the_best_says_so_in_words(filled):
    table = versus.table(shown(filled, THREE), people())
    gini = [words(cell) for cell in row_of(table, "Công bằng")]
    assert ["đều nhất" in one for one in gini] == [False, True, False]
    bounds = [words(cell) for cell in row_of(table, "Cơ quan chạm giới hạn")]
    assert ["ít nhất" in one for one in bounds] == [True, True, False]


def test_who_misses_the_goal_is_best_at_nothing(filled):
    """Asking for little is easy where the goal is missed."""
    compared = shown(filled, ("base", "cautious", "same-effort"))
    demands = [one.side("online").fairness.largest for one in compared.entries]
    assert min(demands) == demands[1]
    cells = [words(cell) for cell in row_of(versus.table(compared, people()), "Cơ quan phải tăng nhiều nhất")]
    assert ["nhẹ nhất" in one for one in cells] == [True, False, False]
    assert t("compare.best.only_met", "vi") in words(versus.whole(compared, people()))
    assert t("compare.best.only_met", "vi") not in words(versus.whole(shown(filled, THREE), people()))


def test_rates_that_are_counted_differently_are_said_to_be(filled):
    mixed = shown(filled, ("base", "in-quarter"))
    assert len(mixed.bases) == 2
    assert t("compare.basis.mixed", "vi") in words(versus.whole(mixed, people()))
    assert t("compare.basis.mixed", "vi") not in words(versus.whole(shown(filled, THREE), people()))


@pytest.mark.parametrize(("gini", "word"), [(0.0, "even"), (0.2, "middle"), (0.4, "uneven"), (float("nan"), "none")])
def test_a_gini_index_has_words(gini, word):
    assert versus.gini_word(gini) == word
    assert t(f"compare.gini.{word}", "vi")


def test_owner_and_version_are_said_of_what_is_not_shipped(store):
    slug = own(store, "Của tôi")
    private = words(by_id(route(store, of_slugs("base", slug)), ids.COMPARE_HEAD))
    assert "Riêng của tôi, chưa chia sẻ · bản 1, Nguyễn Thị Staff lưu" in private
    head = by_id(route(store, of_slugs("base", "one-target")), ids.COMPARE_HEAD)
    assert not [one for one in parts_of(head) if getattr(one, "className", "") == "whose"]
    record = desk.open_scenario(store, STAFF, HAU_GIANG, slug).record
    saved_scenarios.share(store, STAFF, record.id)
    assert "Của Nguyễn Thị Staff" in words(by_id(route(store, of_slugs("base", slug), LEADER), ids.COMPARE_HEAD))


# agency by agency --------------------------------------------------------------------------------------------
def test_targets_and_differences_are_those_of_the_runs(filled):
    compared = shown(filled, THREE)
    found = lines(compared, "spread")
    assert (len(found.all), found.below) == (27, 75)
    for record in disagreement.rows(found):
        targets = [record[f"target{at}"] for at in range(3)]
        for entry, target in zip(compared.runs, targets, strict=True):
            allocation = services.run(entry.opened.figures, entry.opened.scenario)
            result = allocation.results["online"]
            at = list(result.rows).index(allocation.figures.position[record["code"]])
            assert target is None if result.target[-1, at] != result.target[-1, at] else target == result.target[-1, at]
        if None not in targets:
            assert record["spread"] == pytest.approx(max(targets) - min(targets))
            assert record["gap1"] == pytest.approx(targets[1] - targets[0])
            assert record["gap2"] == pytest.approx(targets[2] - targets[0])


def test_most_disagreement_comes_first(filled):
    spreads = [one.spread for one in lines(shown(filled, THREE), "spread").all]
    known = [one for one in spreads if one is not None]
    assert known == sorted(known, reverse=True)
    assert known[0] > 0
    assert spreads[-1] is None


def test_other_orders(filled):
    compared = shown(filled, THREE)
    everything = {line.row.code for line in lines(compared, "spread").all}
    assert all({line.row.code for line in lines(compared, order).all} == everything for order in ORDERS)
    targets = [line.row.values[0] for line in lines(compared, "target").all]
    assert [one for one in targets if one is not None] == sorted((one for one in targets if one), reverse=True)
    names = [line.row.name for line in lines(compared, "name").all]
    assert names.index("Sở Công Thương") < names.index("Sở Giao thông vận tải") < names.index("Sở Y tế")
    assert names[0].startswith("Ban")
    headings = [heading for heading, _ in lines(compared, "level").groups]
    assert headings == ["Cấp tỉnh", "Cấp huyện"]


def test_of_many_agencies_the_picture_has_those_that_differ_most_and_says_so(filled):
    compared = shown(filled, ("base", "one-target"), "paid_online", campaign=PHU_THO)
    for order in ORDERS:
        found = lines(compared, order)
        assert len(found.all) == 163 > WHOLE
        assert len(found.pictured) == MOST_DRAWN
        drawn = {line.row.code for line in found.pictured}
        least = min(line.spread for line in found.pictured if line.spread is not None)
        assert all(line.spread is None or line.spread <= least for line in found.all if line.row.code not in drawn)
        assert "163" in words(disagreement.note(compared, found))
        assert len(disagreement.rows(found)) == 163
        figure = disagreement.figure(compared, found, Mode.TARGETS)
        assert len(figure["data"][0]["y"]) == MOST_DRAWN


def test_an_agency_asked_by_some_scenarios_only_comes_first(filled):
    first = lines(shown(filled, ("base", "one-target")), "spread").all[0].row
    assert replace(first, values=(0.5, None)).disagreement > first.disagreement


@pytest.mark.parametrize("mode", Mode)
def test_the_twin_says_what_the_picture_says(filled, mode):
    compared = shown(filled, THREE)
    found = lines(compared, "spread")
    twin = disagreement.twin(compared, found, mode)
    assert len(twin.rows) == 27
    assert all(len(row) == len(twin.heads) for row in twin.rows)
    (_, _, first, second, *_) = twin.rows[0]
    assert first == found.all[0].row.targets[0]
    assert (second == found.all[0].row.targets[1]) == (mode is Mode.TARGETS)


def test_markup_in_a_name_is_text(store):
    slug = own(store, '<a href="x">Tên</a>')
    compared = shown(store, (slug, "base"))
    drawn = json.dumps(disagreement.figure(compared, lines(compared, "spread"), Mode.TARGETS))
    assert "<a" not in drawn
    assert "&lt;a" in drawn


def test_equal_scenarios_are_said_to_be_equal(store):
    compared = shown(store, (own(store, "Bản sao"), "base"))
    assert t("compare.map.same", "vi") in words(disagreement.note(compared, lines(compared, "spread")))
    differing = shown(store, ("base", "one-target"))
    assert t("compare.map.same", "vi") not in words(disagreement.note(differing, lines(differing, "spread")))


# what cannot be run ------------------------------------------------------------------------------------------
def refuse(*names: str) -> Callable[..., Any]:
    """A run that refuses scenarios by their names in addresses."""
    run = services.run

    def refusing(figures: Any, scenario: scenarios.Scenario) -> Any:
        if scenario.id.rpartition("/")[2] in names:
            raise PlanError(
                "pin_impossible",
                agency="SGTVT",
                indicator="online",
                period="2022Q4",
                value=0.1,
                low=0.2,
                high=0.9,
                rule="pin",
            )
        return run(figures, scenario)

    return refusing


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_scenario_that_cannot_be_run_says_so_in_its_column(filled, lang, monkeypatch):
    monkeypatch.setattr(services, "run", refuse("base"))
    made = route(filled, of_slugs(*THREE, lang=lang), LEADER)
    json.dumps(made, cls=plotly.utils.PlotlyJSONEncoder, allow_nan=False)
    compared = shown(filled, THREE, lang=lang)
    assert [one.column is None for one in compared.entries] == [True, False, False]
    (bad, *good) = row_of(versus.table(compared, people()), t("compare.row.met", lang))
    assert "Sở Giao thông vận tải" in words(bad)
    assert not any("Sở Giao thông vận tải" in words(one) for one in good)
    found = lines(compared, "spread")
    assert len(found.all) == 27
    assert all(len(line.row.values) == 2 for line in found.all)
    chooses = [getattr(one, "data-choose", None) for one in parts_of(made) if getattr(one, "data-choose", None)]
    assert chooses == ["same-effort", "one-target"]


def test_where_none_can_be_run_the_page_says_so(filled, monkeypatch):
    monkeypatch.setattr(services, "run", refuse(*THREE))
    made = route(filled, of_slugs(*THREE))
    json.dumps(made, cls=plotly.utils.PlotlyJSONEncoder, allow_nan=False)
    assert t("compare.map.none", "vi") in words(by_id(made, ids.COMPARE_CHART_NOTE))
    assert by_id(made, ids.COMPARE_GRID).rowData == []


# picking -----------------------------------------------------------------------------------------------------
def answer(store: Store, slugs: tuple[str, ...], actor: Actor = STAFF, **said: Any) -> dict[str, Any]:
    asked = {"indicator": "online", "order": "spread", "mode": "targets", "done": None, "lang": "vi", **said}
    return page.changed(store, actor, {"campaign": HAU_GIANG, "slugs": list(slugs)}, **asked)


def added(answered: dict[str, Any]) -> list[str]:
    offered = [getattr(one, "data-compare-add", None) for one in parts_of(answered["add"])]
    return [one for one in offered if one]


def dropped(answered: dict[str, Any]) -> list[str]:
    offered = [getattr(one, "data-compare-drop", None) for one in parts_of(answered["head"])]
    return [one for one in offered if one]


def test_what_is_not_shown_can_be_added_until_there_are_four(filled):
    every = [one.slug for one in desk.listed(filled, STAFF, HAU_GIANG)]
    assert added(answer(filled, THREE)) == [one for one in every if one not in THREE]
    full = answer(filled, (*THREE, "cautious"))
    assert added(full) == []
    assert "4" in words(full["add"])


def test_down_to_two_they_can_be_taken_out(filled):
    assert dropped(answer(filled, THREE)) == list(THREE)
    assert dropped(answer(filled, THREE[:2])) == []


def test_an_own_scenario_is_offered_to_its_owner_alone(store):
    slug = own(store, "Của tôi")
    assert slug in added(answer(store, THREE, STAFF))
    assert slug not in added(answer(store, THREE, LEADER))


def test_the_order_of_scenarios_says_what_the_others_are_compared_with(filled):
    answered = answer(filled, ("one-target", "base"), mode="differences")
    assert answered["seen"] == of_slugs("one-target", "base")
    firsts = [getattr(one, "data-compare-first", None) for one in parts_of(answered["head"])]
    assert [one for one in firsts if one] == ["base"]
    assert "gap1" in answered["rows"][0]


def test_an_answer_has_everything_that_the_page_has(filled):
    answered = answer(filled, THREE)
    made = route(filled, of_slugs(*THREE))
    assert by_id(made, ids.COMPARE_GRID).rowData == answered["rows"]
    assert words(by_id(made, ids.COMPARE_HEAD)) == words(answered["head"])
    assert by_id(made, ids.COMPARE_CHART).figure == answered["figure"]


# choosing ----------------------------------------------------------------------------------------------------
def wanted(slug: str, version: int = 1, figures: int = 1) -> dict[str, Any]:
    return {"campaign": HAU_GIANG, "slug": slug, "version": str(version), "figures": str(figures), "at": 1}


def choose(store: Store, slug: str, actor: Actor = LEADER, note: str = "", lang: str = "vi") -> dict[str, Any]:
    return page.decided(store, actor, 1, wanted(slug), note, lang)


def test_only_who_may_choose_is_offered_to(filled):
    for actor, count in ((LEADER, 3), (STAFF, 3), (VIEWER, 0)):
        made = route(filled, of_slugs(*THREE), actor)
        offered = [one for one in parts_of(made) if getattr(one, "data-choose", None)]
        assert len(offered) == count, actor
        assert len({getattr(one, "aria-label", "") for one in offered}) == count


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_dialog_names_what_is_chosen(filled, lang):
    asked = page.asked(filled, LEADER, wanted("same-effort"), lang)
    name = desk.open_scenario(filled, LEADER, HAU_GIANG, "same-effort").record.name[lang]
    assert (asked["open"], asked["note"], asked["fault"]) == (True, "", [])
    assert f"“{name}”" in words(asked["text"])
    assert t("compare.choose.shares", lang) not in words(asked["text"])


def test_an_own_scenario_is_shared_by_choosing_it_and_the_dialog_says_so_before(store):
    slug = own(store, "Của tôi")
    assert t("compare.choose.shares", "vi") in words(page.asked(store, STAFF, wanted(slug), "vi")["text"])
    assert slug not in [one.slug for one in desk.listed(store, LEADER, HAU_GIANG)]
    done = choose(store, slug, STAFF)
    assert done["done"]["said"] == t("compare.choose.done_shared", "vi", name="Của tôi")
    assert slug in [one.slug for one in desk.listed(store, LEADER, HAU_GIANG)]


def test_a_choice_is_seen_by_everybody_and_stays(store):
    assert words(by_id(route(store, of_slugs(*THREE), VIEWER), ids.COMPARE_CHOSEN)) == ""
    done = choose(store, "same-effort", note="Sau cuộc họp 20/06")
    assert (done["open"], done["fault"]) == (False, [])
    for actor in (LEADER, VIEWER):
        made = route(store, of_slugs("base", "same-effort"), actor)
        banner = words(by_id(made, ids.COMPARE_CHOSEN))
        for said in (
            "Phương án được chọn",
            "Cùng mức nỗ lực",
            "Nguyễn Thị Leader chọn bản 1 lúc",
            "Sau cuộc họp 20/06",
        ):
            assert said in banner
        assert "Được chọn" in words(by_id(made, ids.COMPARE_HEAD))
    offered = [one for one in parts_of(route(store, of_slugs(*THREE), LEADER)) if getattr(one, "data-choose", None)]
    assert [getattr(one, "data-choose", None) for one in offered] == ["base", "one-target"]
    assert t("compare.choose.done", "vi", name="Cùng mức nỗ lực") in words(
        answer(store, THREE, LEADER, done=done["done"], fresh=True)["chosen"]
    )
    assert "Đã chọn" not in words(answer(store, THREE, LEADER, done=done["done"])["chosen"])


def test_another_choice_takes_its_place_and_the_first_is_kept(store):
    choose(store, "same-effort")
    asked = words(page.asked(store, STAFF, wanted("one-target"), "vi")["text"])
    assert "Lựa chọn này thay cho “Cùng mức nỗ lực” (Nguyễn Thị Leader chọn lúc" in asked
    choose(store, "one-target", STAFF)
    assert [one.record.slug for one in choices.history(store, VIEWER, HAU_GIANG)] == ["same-effort", "one-target"]
    banner = words(by_id(route(store, of_slugs(*THREE)), ids.COMPARE_CHOSEN))
    assert "Các lần chọn trước (1)" in banner
    assert "Cùng mức nỗ lực (bản 1) – Nguyễn Thị Leader" in banner


def test_what_was_seen_is_chosen_even_if_somebody_saved_since(store):
    opened = desk.open_scenario(store, STAFF, HAU_GIANG, "base")
    newer = scenarios.change(opened.scenario, {"indicators": {"online": {"goals": {"2022Q4": "55%"}}}})
    saved_scenarios.change(store, STAFF, opened.record.id, newer, based_on=1)
    asked = words(page.asked(store, LEADER, wanted("base"), "vi")["text"])
    assert "bản mới hơn do Nguyễn Thị Staff lưu" in asked
    choose(store, "base")
    chosen = choices.current(store, LEADER, HAU_GIANG)
    assert chosen is not None
    assert chosen.version.number == 1
    banner = words(by_id(route(store, of_slugs(*THREE)), ids.COMPARE_CHOSEN))
    assert t("compare.choose.newer", "vi", head=2, number=1) in banner
    assert "Được chọn" not in words(by_id(route(store, of_slugs(*THREE)), ids.COMPARE_HEAD))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_refused_is_said_in_the_dialog_and_the_note_stays(store, lang):
    slug = own(store, "Của tôi")
    for refused in (
        choose(store, slug, LEADER, lang=lang),
        choose(store, "base", LEADER, "x" * (choices.LONGEST_NOTE + 1), lang),
        choose(store, "base", VIEWER, lang=lang),
    ):
        assert refused["open"] is True
        assert words(refused["fault"])
        assert type(refused["done"]).__name__ == "NoUpdate"
        assert "note" not in refused
    assert choices.current(store, LEADER, HAU_GIANG) is None


def test_a_dialog_that_is_only_laid_out_chooses_nothing(filled):
    untouched = page.decided(filled, LEADER, None, {}, "", "vi")
    assert {type(one).__name__ for one in untouched.values()} == {"NoUpdate"}


# on the wire -------------------------------------------------------------------------------------------------
@pytest.fixture
def app(store: Store) -> Dash:
    return create_app(store)


def enter(app: Dash, role: Role) -> FlaskClient:
    client = app.server.test_client()
    assert log_in(client, NAMES[role]).status_code == 303
    return client


def post(app: Dash, client: FlaskClient, name: str, inputs: dict[str, Any], state: dict[str, Any]) -> Any:
    """Ask for a callback by its name, as Dash does."""
    (output,) = [key for key, callback in access.callbacks_of(app).items() if callback == name]
    entry = app.callback_map[output]
    outputs = [part.rpartition(".") for part in output.strip(".").split("...")]

    def filled(parts: list[dict[str, Any]], values: dict[str, Any]) -> list[dict[str, Any]]:
        return [{**part, "value": values[f"{part['id']}.{part['property']}"]} for part in parts]

    body = {
        "output": output,
        "outputs": [{"id": id, "property": prop} for id, _, prop in outputs],
        "inputs": filled(entry["inputs"], inputs),
        "state": filled(entry["state"], state),
        "changedPropIds": [next(iter(inputs))],
    }
    return client.post("/_dash-update-component", json=body, headers=with_token(client))


def test_the_server_asks_for_the_right_to_choose(app, store):
    inputs = {f"{ids.CHOOSE_CONFIRM}.n_clicks": 1}
    state = {
        f"{ids.TO_CHOOSE}.data": wanted("same-effort"),
        f"{ids.CHOOSE_NOTE}.value": "",
        f"{ids.SPOKEN}.data": "vi",
    }
    for role in (Role.VIEWER, Role.ADMIN):
        refused = post(app, enter(app, role), "compare.decided", inputs, state)
        assert refused.status_code == 403
        assert refused.json["message"]["vi"]
    assert choices.current(store, LEADER, HAU_GIANG) is None
    done = post(app, enter(app, Role.LEADER), "compare.decided", inputs, state)
    assert done.status_code == 200
    chosen = choices.current(store, LEADER, HAU_GIANG)
    assert chosen is not None
    assert (chosen.record.slug, chosen.choice.by) == ("same-effort", NAMES[Role.LEADER])


def test_everybody_may_compare(app):
    inputs = {
        f"{ids.COMPARED}.data": {"campaign": HAU_GIANG, "slugs": list(THREE)},
        f"{ids.COMPARE_INDICATOR}.value": "active",
        f"{ids.COMPARE_ORDER}.value": "name",
        f"{ids.COMPARE_MODE}.value": "differences",
        f"{ids.DECIDED}.data": None,
    }
    answered = post(app, enter(app, Role.VIEWER), "compare.compared", inputs, {f"{ids.SPOKEN}.data": "en"})
    assert answered.status_code == 200
    found = answered.json["response"]
    assert found[ids.COMPARE_SEEN]["data"] == of_slugs(*THREE, lang="en", indicator="active", order="name")
    assert len(found[ids.COMPARE_GRID]["rowData"]) == 27


def test_a_page_answers_at_its_address(app):
    client = enter(app, Role.VIEWER)
    answered = ask(client, "/compare", **with_token(client))
    assert answered.status_code == 200
    assert t("compare.title", "vi") in answered.json["response"][ids.PAGE]["children"]["props"]["data-title"]


def test_every_id_of_the_callbacks_is_on_the_page(app, store):
    made = route(store, of_slugs(*THREE), VIEWER)
    there = {getattr(one, "id", None) for one in parts_of(made)}
    for output, name in access.callbacks_of(app).items():
        if name.startswith("compare."):
            named = {re.sub(r"@.*", "", part).rpartition(".")[0] for part in output.strip(".").split("...")}
            entry = app.callback_map[output]
            named |= {part["id"] for part in (*entry["inputs"], *entry["state"])}
            assert named <= there, named - there


def test_script_and_python_spell_alike(app):
    script = (Path(page.__file__).parents[1] / "assets/js/34-compare.js").read_text(encoding="utf-8")
    known = {value for name, value in vars(ids).items() if name.isupper()}
    named = set(re.findall(r'(?<![\w.])set\("([\w-]+)"', script))
    assert named == {ids.COMPARED, ids.TO_CHOOSE, ids.CHOOSE_DIALOG}
    assert named <= known
    with app.server.app_context():
        listed = json.loads(app.dependencies().data)
    for one in listed:
        function = one.get("clientside_function") or {}
        if function.get("namespace") == "compare":
            assert re.search(rf"^    {function['function_name']}: function", script, re.MULTILINE)
    carried = set(re.findall(r"^    (\w+): function \(button", script, re.MULTILINE))
    assert carried == {"compareAdd", "compareDrop", "compareFirst", "choose"}


def test_texts_are_all_used_and_all_there():
    top = Path(page.__file__).parents[1]
    source = "\n".join(
        file.read_text(encoding="utf-8") for name in ("views", "pages") for file in (top / name).glob("*.py")
    )
    keys = {key for key in catalogue("vi") if key.startswith("compare.")}
    literal = set(re.findall(r"""["'](compare\.[a-z_.]+)["']""", source))
    assert literal - keys == set()
    built = tuple(set(re.findall(r"""f["'](compare\.[a-z_.]*)\{""", source)))
    assert {key for key in keys - literal if not key.startswith(built)} == set()
