"""What is drawn, as plain dictionaries: no browser, no server."""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import combinations, product
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from dashapp import services
from dashapp.charts import base, clouds, dumbbell, effort, fairness, funnel, heatmap, path, ranking, rows
from dashapp.charts.waterfall import Bar, waterfall
from dashapp.services.opened import Opened
from dashapp.services.standing import standing, way
from dashapp.urlstate import ORDERS, VIEWS, PageState
from dashapp.views import pictures
from dashapp.views.ordering import Order, by_level, collation
from dashapp.views.parts import Picture
from dashapp.views.pictures import View, picture
from dashapp.views.shown import Shown
from engine import Basis, Figures

TICKS = ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"]
GOAL = rows.Goal(0.5, "Mục tiêu 50 %", "50 %")
BASIC = {"scatter", "bar", "pie"}
UNFILLED = re.compile(r"\{\w+(:\w+)?\}|\bnan\b|\bNone\b|NaN")


def shown(
    campaign: str = "hau-giang-2022",
    preset: str = "base",
    indicator: str = "online",
    lang: str = "vi",
    inside: str = "",
    changes: dict[str, Any] | None = None,
    figures: Figures | None = None,
) -> Shown:
    """What a page of a scenario shows, without a store."""
    about, scenario = services.campaign(campaign), services.scenario(f"{campaign}/{preset}", changes)
    own = services.figures(campaign) if figures is None else figures
    allocation = services.run(own, scenario)
    result = allocation.results[indicator]
    above = own.position[inside] if inside else -1
    return Shown(
        state=PageState(campaign, preset, lang, indicator=indicator, inside=inside),
        opened=cast(Opened, SimpleNamespace(campaign=about, scenario=scenario, figures=own)),
        scenario=scenario,
        allocation=allocation,
        labels=services.labels(allocation, lang),
        result=result,
        plan=allocation.plan.indicator(indicator),
        rows=np.flatnonzero(own.parent[result.rows] == above),
    )


PAGES: dict[str, dict[str, Any]] = {
    "online": {},
    "stock": {"indicator": "active"},
    "in period": {"preset": "in-quarter"},
    "unmet": {"preset": "cautious"},
    "children": {"inside": "932"},
    "ten": {"preset": "ten-largest"},
    "163": {"campaign": "phu-tho-2026", "indicator": "paid_online", "lang": "en"},
}


@cache
def page_of(name: str) -> Shown:
    """One of the pages that the tests look at."""
    return shown(**PAGES[name])


def bell(at: int, **changes: Any) -> dumbbell.Bell:
    return replace(dumbbell.Bell(f"A{at}", f"Sở số {at}", 0.2, 0.3, 0.5, "", "50 %", "box"), **changes)


def trace(figure: base.Figure, **wanted: Any) -> dict[str, Any]:
    """The one trace that has these values at its top or in its marker."""
    found = [
        one
        for one in figure["data"]
        if all(one.get(key, one.get("marker", {}).get(key)) == value for key, value in wanted.items())
    ]
    assert len(found) == 1, wanted
    return cast(dict[str, Any], found[0])


def texts(value: Any) -> Iterator[str]:
    """Every text in a figure or a twin."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            if key != "hovertemplate":
                yield from texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts(one)


def figures_of_all_charts() -> dict[str, base.Figure]:
    bells = [bell(at, mark=mark) for at, mark in enumerate(["", "at_lower", "at_upper", "pinned"])]
    dots = [effort.Dot(f"A{at}", f"Sở {at}", 10.0**at, 0.1 * at, 5.0 * at, "", "box") for at in range(1, 5)]
    words = effort.Words("x", "y", "median", *(["t"] * 9 for _ in range(2)))
    strip = fairness.Strip(
        "Sở", [fairness.Lift("A", "Sở A", 0.2, "box"), fairness.Lift("B", "Sở B", -0.1, "")], 0.05, "m"
    )
    cells = [heatmap.Row("A", "Sở A", "Sở", (0.5, None, 0.7), ("50", "–", "70"), ("", "", "20"), "box")]
    places = [ranking.Place("A", "Sở A", 0.2, "20 %", "", "box"), ranking.Place("B", "Sở B", 0.6, "60 %", "9", "box")]
    stops = [path.Stop(10, "a", 0.2, "20 %"), path.Stop(20, "b", 0.5, "50 %", 0.5, "goal")]
    return {
        "dumbbell": dumbbell.dumbbell([("Sở", bells)], GOAL, TICKS, "vi"),
        "waterfall": waterfall(
            [Bar("a", 0, 0.2, "20 %", True), Bar("b", 0.2, 0.1, "-10")], ["0", "1", "2", "3", "4"], "vi"
        ),
        "effort": effort.effort(dots, 0.2, words, "vi"),
        "fairness": fairness.fairness([strip], ["t"] * 9, "x", "vi"),
        "targets": heatmap.heatmap([("", cells)], ["a", "b", "c"], heatmap.Mode.TARGETS, "vi"),
        "differences": heatmap.heatmap([("", cells)], ["a", "b", "c"], heatmap.Mode.DIFFERENCES, "vi"),
        "ranking": ranking.ranking(places, [], "", GOAL, "vi"),
        "funnel": funnel.funnel(
            [funnel.Dot(f"A{at}", f"Sở {at}", 10.0**at, 0.2 * at, at - 2, "box") for at in range(1, 4)],
            0.4,
            *(funnel.Curve([10, 1000], [0.1, 0.3], [0.7, 0.5]) for _ in range(2)),
            funnel.Words("x", "y", "p", ["t"] * 4, ["t"] * 6),
            "vi",
        ),
        "path": path.path(stops, [path.Stretch(0, 10, 0.2, "20 %", "x", past=True)], TICKS, "vi"),
    }


# --- every chart -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", figures_of_all_charts())
def test_a_figure_is_plain_drawn_with_the_palette_alone_and_with_traces_the_browser_has(name):
    figure = figures_of_all_charts()[name]
    written = json.dumps(figure, allow_nan=False)
    assert {one["type"] for one in figure["data"]} <= BASIC
    assert "template" not in figure["layout"]
    assert figure["layout"]["height"] > 0
    known = {colour.lower() for colour in base.palette().values()}
    left = written.replace(base.HALO, "")
    assert {found.lower() for found in re.findall(r"#[0-9a-fA-F]{3,8}\b", left)} <= known
    assert not re.search(r"\brgba?\(|\bhsla?\(", left)


@pytest.mark.parametrize(("page", "view"), list(product(PAGES, View)))
def test_every_view_of_every_page_is_drawn_and_written(page, view):
    own = page_of(page)
    seen = picture(own, view, Order.NOW)
    json.dumps(seen.figure, allow_nan=False)
    said = [*texts(seen.figure), seen.title, seen.note]
    if view is View.AGENCIES:
        assert seen.twin is None
    else:
        assert seen.twin is not None
        assert seen.note
        assert {len(row) for row in seen.twin.rows} == {len(seen.twin.heads)}
        said += [*texts(seen.twin.rows), *seen.twin.heads, seen.twin.caption]
    assert [text for text in said if UNFILLED.search(text)] == []
    assert seen.legend


def test_views_and_orders_are_those_of_addresses():
    assert tuple(View) == VIEWS
    assert tuple(Order) == ORDERS


# --- agency by agency ------------------------------------------------------------------------------------------------
def test_forty_agencies_in_three_groups_fit_on_a_screen_and_do_not_overlap():
    groups = [(level, [bell(at) for at in range(count)]) for level, count in (("a", 19), ("b", 8), ("c", 13))]
    figure = dumbbell.dumbbell(groups, GOAL, TICKS, "vi")
    assert figure["layout"]["height"] <= 1080 - 52 - 260, "under the bar, a row of cards and the heading"
    ys = figure["layout"]["yaxis"]["tickvals"]
    assert len(set(ys)) == len(ys) == 43
    low, high = figure["layout"]["yaxis"]["range"]
    margins = figure["layout"]["margin"]
    pixels = (figure["layout"]["height"] - margins["t"] - margins["b"]) / (low - high)
    assert pixels >= 15, "a row is as high as its text"


@pytest.mark.parametrize(("count", "height"), [(3, 20), (20, 20), (21, 18), (30, 18), (31, 16), (163, 16)])
def test_rows_are_lower_where_there_are_many(count, height):
    assert rows.row_height(count) == height


def test_a_long_chart_says_its_ticks_and_goal_again_wherever_one_has_scrolled_to():
    figure = dumbbell.dumbbell(
        [("a", [bell(at) for at in range(15)]), ("b", [bell(at) for at in range(148)])], GOAL, TICKS, "vi"
    )
    ruler = figure["data"][0]
    assert ruler["mode"] == "text"
    last = max(figure["layout"]["yaxis"]["tickvals"])
    marks = sorted({*ruler["y"], 0})
    assert max(b - a for a, b in zip(marks, [*marks[1:], last], strict=True)) <= 45, "a screenful never lacks one"
    named = {text for text, y in zip(ruler["text"], ruler["y"], strict=True) if y == marks[1]}
    assert named == {"0 %", "20 %", "80 %", "100 %", "40 %", "60 %", "<b>50 %</b>"}
    taken = [y for one in figure["data"][1:] for y in one["y"] if y is not None]
    assert set(ruler["y"]) & set(taken) == set(), "nothing is drawn over them"


def test_a_tick_gives_way_to_a_goal_beside_it():
    near = replace(GOAL, value=0.42, figure="42 %")
    ruler = rulers_of(dumbbell.dumbbell([("", [bell(at) for at in range(60)])], near, TICKS, "vi"))
    assert "40 %" not in ruler["text"]
    assert "<b>42 %</b>" in ruler["text"]


def rulers_of(figure: base.Figure) -> dict[str, Any]:
    return cast(dict[str, Any], figure["data"][0])


def test_what_holds_a_target_has_a_shape_and_not_only_a_colour():
    bells = [bell(0), bell(1, mark="at_lower"), bell(2, mark="at_upper"), bell(3, mark="pinned")]
    figure = dumbbell.dumbbell([("", bells)], GOAL, TICKS, "vi")
    lower, upper, held = (trace(figure, color=colour) for colour in (base.LOWER, base.UPPER, base.PINNED))
    assert (lower["y"], upper["y"], held["y"]) == ([1], [2], [3])
    assert lower["marker"]["angle"] == -upper["marker"]["angle"] != 0
    assert held["marker"]["symbol"] == "square"


@pytest.mark.parametrize("order", Order)
def test_orders_hold_inside_each_level_and_ties_go_by_code(order):
    own = page_of("online")
    result, figures = own.result, own.allocation.figures
    keys = {
        Order.NOW: lambda row: -np.nan_to_num(result.current[row], nan=-1),
        Order.TARGET: lambda row: -np.nan_to_num(result.target[-1, row], nan=-1),
        Order.GAIN: lambda row: -np.nan_to_num(result.target[-1, row] - np.nan_to_num(result.current[row]), nan=-9),
        Order.VOLUME: lambda row: -result.denominator[row],
        Order.NAME: lambda row: collation(figures.names[result.rows[row]]),
    }
    groups = by_level(own, order)
    assert [level for level, _ in groups] == ["province", "district"]
    for _, found in groups:
        ranked = [(keys[order](row), figures.codes[result.rows[row]]) for row in found]
        assert ranked == sorted(ranked)
    assert sorted(int(row) for _, found in groups for row in found) == own.rows.tolist()


def test_the_vietnamese_alphabet():
    wanted = [
        "An Bình",
        "Ăn",
        "Âu",
        "Bà",
        "Cần Thơ",
        "Dân",
        "Đà Nẵng",
        "Êm",
        "Ê Đê",
        "Ổi",
        "Phường 2",
        "Phường 10",
        "Ưu",
    ]
    wanted[7:9] = ["Ê Đê", "Êm"]
    assert sorted(random.Random(1).sample(wanted, len(wanted)), key=collation) == wanted
    assert sorted(["Hòa", "Hoà", "Hoa", "Hóa"], key=collation)[0] == "Hoa"


def test_a_picture_shows_so_many_agencies_and_says_how_many_there_are(monkeypatch):
    monkeypatch.setattr(pictures, "MOST_ROWS", 20)
    seen = picture(page_of("163"), View.AGENCIES, Order.NOW)
    hits = trace(seen.figure, opacity=0)
    assert len(hits["customdata"]) == 20
    assert "20" in seen.note
    assert "163" in seen.note
    monkeypatch.setattr(pictures, "MOST_POINTS", 50)
    for view in (View.EFFORT, View.FAIRNESS):
        seen = picture(page_of("163"), view, Order.NOW)
        assert len(trace(seen.figure, opacity=0)["customdata"]) == 50
        assert "50" in seen.note
        assert "157" in seen.note


# --- the path --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("page", PAGES)
def test_the_way_adds_up_to_what_is_attained(page):
    own = page_of(page)
    legs = way(own.allocation, own.indicator, own.state.inside)
    assert [leg.period for leg in legs] == list(own.periods)
    counted = own.rows[~np.isnan(own.result.weight[-1, own.rows])]
    numerator = own.result.numerator[counted].sum()
    weight = own.result.weight[:, counted].sum(axis=1)
    if own.plan.basis is Basis.IN_PERIOD:
        assert [leg.added for leg in legs] == pytest.approx([leg.attained * leg.volume for leg in legs])
        assert [leg.rate for leg in legs] == pytest.approx([leg.attained for leg in legs])
        return
    done = numerator + np.cumsum([leg.added for leg in legs])
    assert done / weight == pytest.approx([leg.attained for leg in legs])
    if own.plan.basis is Basis.CUMULATIVE:
        assert [leg.rate for leg in legs] == pytest.approx([leg.added / leg.volume for leg in legs])
    else:
        assert {leg.rate for leg in legs} == {None}


def test_the_path_of_half_a_year_at_22_percent_needs_far_more_than_50_of_what_is_left():
    own = page_of("online")
    figure = picture(own, View.PATH, Order.NOW).figure
    bars = trace(figure, type="bar")
    past, third, fourth = bars["y"]
    assert past == pytest.approx(0.223, abs=0.001)
    assert fourth > third > 0.5
    assert bars["marker"]["color"][0] != bars["marker"]["color"][1]
    line = trace(figure, type="scatter", mode="lines")
    assert line["y"] == pytest.approx([past, *(leg.attained for leg in way(own.allocation, "online"))])
    goals = trace(figure, symbol="diamond-open")
    assert goals["y"] == [0.5], "the third quarter has no goal of its own"


def test_goals_of_both_periods_are_marked():
    both = shown(changes={"indicators": {"online": {"goals": {"2022Q3": "35%", "2022Q4": "50%"}}}})
    seen = picture(both, View.PATH, Order.NOW)
    assert trace(seen.figure, symbol="diamond-open")["y"] == [0.35, 0.5]
    assert "Không đặt mục tiêu" not in seen.note
    assert "Không đặt mục tiêu cho quý III/2022" in picture(page_of("online"), View.PATH, Order.NOW).note


def test_a_path_that_falls_short_says_by_how_much():
    own = page_of("unmet")
    last = way(own.allocation, "online")[-1]
    assert last.attained < 0.5
    assert (
        f"Còn thiếu {round((0.5 - last.attained) * 100, 2):g}".replace(".", ",")
        in picture(own, View.PATH, Order.NOW).note
    )


def test_a_catalogue_has_steps_to_add_and_no_rate_of_a_period():
    seen = picture(page_of("stock"), View.PATH, Order.NOW)
    assert trace(seen.figure, type="bar")["y"] == []
    assert "dịch vụ" in " ".join(texts(seen.figure))


@pytest.mark.parametrize("view", [one for one in View if one is not View.GAP])  # the gap is the whole province's
def test_agencies_of_whom_none_takes_part_have_an_empty_picture_that_says_so(view):
    frame = services.figures("hau-giang-2022").frame.copy()
    counts = ["numerator", "denominator", *(name for name in frame.columns if name.startswith("expected_"))]
    frame.loc[(frame["indicator"] == "online") & (frame["parent"] == "932"), counts] = 0.0
    seen = picture(shown(inside="932", figures=Figures.from_frame(frame)), view, Order.NOW)
    json.dumps(seen.figure, allow_nan=False)
    said = [*texts(seen.figure), seen.note]
    assert not [text for text in said if UNFILLED.search(text)]
    wanted = {View.AGENCIES: "không giao", View.PATH: "Chưa có số liệu để vẽ"}
    assert wanted.get(view, "Không đơn vị nào được giao chỉ tiêu") in " ".join(said)


# --- effort ----------------------------------------------------------------------------------------------------------
def test_effort_draws_volume_gain_and_what_is_to_do():
    own = page_of("online")
    figure = picture(own, View.EFFORT, Order.NOW).figure
    hits = trace(figure, opacity=0)
    at = hits["customdata"].index("STNMT")
    row = int(np.flatnonzero(own.result.rows == own.allocation.figures.position["STNMT"])[0])
    assert hits["x"][at] == 12131
    assert hits["y"][at] == pytest.approx(own.result.target[-1, row] - 1551 / 12131)
    points = trace(figure, symbol="circle")
    sizes = dict(zip(points["x"], points["marker"]["size"], strict=True))
    assert max(sizes, key=sizes.__getitem__) == 12131
    assert figure["layout"]["xaxis"]["type"] == "log"
    gains = own.result.target[-1, own.rows] - np.nan_to_num(own.result.current[own.rows])
    assert figure["layout"]["shapes"][0]["y0"] == pytest.approx(np.nanmedian(gains))


def test_an_agency_without_dossiers_is_not_drawn_but_told():
    seen = picture(page_of("163"), View.EFFORT, Order.NOW)
    assert len(trace(seen.figure, opacity=0)["customdata"]) == 157
    assert seen.note.startswith("The area")
    assert "6 agencies have no dossiers" in seen.note


@pytest.mark.parametrize("page", ["online", "unmet", "163", "ten"])
def test_names_cover_neither_each_other_nor_a_point(page):
    own = page_of(page)
    whole = picture(own, View.EFFORT, Order.NOW).figure
    names = [one for one in whole["layout"]["annotations"] if "ax" in one or "xshift" in one]
    assert 3 <= len(names) <= 10
    lines = []
    boxes = []
    left, right = whole["layout"]["xaxis"]["range"]
    low, high = whole["layout"]["yaxis"]["range"]
    width, height = effort.SUPPOSED_WIDTH - effort.LEFT - effort.RIGHT, effort.HEIGHT - effort.TOP - effort.BOTTOM
    for one in names:
        x = (one["x"] - left) / (right - left) * width + one.get("ax", one.get("xshift"))
        y = (one["y"] - low) / (high - low) * height - one.get("ay", -one.get("yshift", 0))
        half = len(one["text"]) * effort.LABEL_LETTER / 2
        boxes.append((x - half, x + half, y - 7, y + 7))
        if "ax" in one:
            lines.append(((x - one["ax"], y + one["ay"]), (x, y)))
    for one, two in combinations(boxes, 2):
        assert one[0] > two[1] or two[0] > one[1] or one[2] > two[3] or two[2] > one[3]
    for (a, b), (c, d) in combinations(lines, 2):
        assert not (turn(a, b, c) * turn(a, b, d) < 0 and turn(c, d, a) * turn(c, d, b) < 0), "lines do not cross"


def turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    """On which side of the way from a to b c lies."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def test_ticks_cover_what_is_drawn():
    dots = [effort.Dot("A", "A", 7.0, -0.12, 0.0, "", ""), effort.Dot("B", "B", 40_000.0, 0.63, 9.0, "", "")]
    assert clouds.volume_ticks([dot.volume for dot in dots]) == [1.0, 10.0, 100.0, 1000.0, 10_000.0, 100_000.0]
    steps = effort.gain_ticks(dots)
    assert steps[0] <= -0.12
    assert steps[-1] >= 0.63
    assert 0.0 in steps
    assert len(steps) <= 12
    assert effort.gain_ticks([]) == [0.0, 0.01]


# --- fairness --------------------------------------------------------------------------------------------------------
def test_every_agency_is_a_dot_in_its_level_and_the_largest_has_a_shape_of_its_own():
    own = page_of("online")
    figure = picture(own, View.FAIRNESS, Order.NOW).figure
    dots = figure["data"][0]
    assert len(dots["x"]) == 26
    assert dots["marker"]["symbol"].count("diamond") == 2
    at = trace(figure, opacity=0)["customdata"].index("TTT")
    assert dots["marker"]["symbol"][at] == "diamond"
    places = sorted(zip(dots["x"], dots["y"], strict=True))
    assert len(set(places)) == len(places)


def test_dots_that_stand_on_one_another_do_not_overlap():
    own = page_of("163")
    figure = picture(own, View.FAIRNESS, Order.NOW).figure
    dots = figure["data"][0]
    low, high = figure["layout"]["xaxis"]["range"]
    for (x, y, size), (x2, y2, size2) in combinations(
        zip(dots["x"], dots["y"], dots["marker"]["size"], strict=True), 2
    ):
        wide = (x - x2) / (high - low) * 900
        assert math.hypot(wide, y - y2) >= (min(size, size2) - 1.5) or abs(y - y2) > 30


@pytest.mark.parametrize(
    ("gini", "word"), [(0.0, "even"), (0.1, "even"), (0.128, "fair"), (0.33, "mixed"), (0.5, "uneven")]
)
def test_a_word_for_how_even_it_is(gini, word):
    assert pictures.evenness(gini) == word


def test_nobody_has_to_gain():
    free = {"goals": {"2022Q4": "30%"}, "rounding": {"mode": "none"}}
    easy = shown(indicator="active", changes={"indicators": {"active": free}})
    assert "Không đơn vị nào phải tăng" in picture(easy, View.FAIRNESS, Order.NOW).note


# --- the heat map ----------------------------------------------------------------------------------------------------
CELLS = [
    heatmap.Row("A", "Sở A", "Sở", (0.5, 0.5, 0.9), ("50 %", "50 %", "90 %"), ("", "0", "40"), "a"),
    heatmap.Row("B", "Huyện B", "Huyện", (0.6, 0.7, 0.5), ("60 %", "70 %", "50 %"), ("", "10", "10"), "b"),
    heatmap.Row("C", "Sở C", "Sở", (None, 0.4, 0.4), ("–", "40 %", "40 %"), ("", "", ""), "c"),
    heatmap.Row("D", "Sở D", "Sở", (None, None, None), ("–", "–", "–"), ("", "", ""), "d"),
]


def test_one_cell_per_agency_and_scenario_deeper_where_the_target_is_higher():
    figure = heatmap.heatmap([("", CELLS)], ["một", "hai", "ba"], heatmap.Mode.TARGETS, "vi")
    columns = [one for one in figure["data"] if one["type"] == "bar"]
    assert [one["base"][0] for one in columns] == [-0.5, 0.5, 1.5]
    assert all(one["x"] == [1.0] * 4 for one in columns)
    colours = [[one["marker"]["color"][at] for one in columns] for at in range(4)]
    assert colours[0][0] == colours[0][1] != colours[0][2]
    assert colours[0][2] == base.SHADES[-1]
    assert colours[2][1] == base.SHADES[0]
    assert colours[3] == [base.SURFACE] * 3
    for one in columns:
        for colour, ink in zip(one["marker"]["color"], one["insidetextfont"]["color"], strict=True):
            assert base.contrast(colour, ink) >= 4.5


def test_differences_are_told_by_a_sign_as_well_as_by_colour():
    figure = heatmap.heatmap([("", CELLS)], ["một", "hai", "ba"], heatmap.Mode.DIFFERENCES, "vi")
    said = [one["text"] for one in figure["data"] if one["type"] == "bar"]
    assert said == [["50 %", "60 %", "–", "–"], ["=", "▲ 10", "40 %", "–"], ["▲ 40", "▼ 10", "40 %", "–"]]


def test_arrangements_of_the_heat_map():
    ((heading, found),) = heatmap.arranged(CELLS, heatmap.Arrangement.DISAGREEMENT)
    assert heading == ""
    assert [row.code for row in found] == ["C", "A", "B", "D"]
    groups = heatmap.arranged(CELLS, heatmap.Arrangement.LEVEL)
    assert [(heading, [row.code for row in found]) for heading, found in groups] == [
        ("Sở", ["A", "C", "D"]),
        ("Huyện", ["B"]),
    ]


# --- the ranking -----------------------------------------------------------------------------------------------------
def place(at: int, value: float, **changes: Any) -> ranking.Place:
    return replace(ranking.Place(f"A{at:03d}", f"Sở {at}", value, f"{value:.0%}", "", "box"), **changes)


def test_few_agencies_are_all_drawn_many_only_at_both_ends_with_a_row_for_the_remainder():
    assert ranking.drawn(40) == (40, 0)
    assert ranking.drawn(163) == (5, 20)
    many = [place(at, 1 - at / 163) for at in range(163)]
    figure = ranking.ranking(many[:5], many[-20:], "138 cơ quan khác", GOAL, "vi")
    assert "138 cơ quan khác" in list(texts(figure))
    assert trace(figure, opacity=0)["y"] == [0, 1, 2, 3, 4, *range(6, 26)]


def test_who_is_at_the_goal_has_a_tick_and_a_full_bar_who_is_not_lacks_a_pale_one():
    figure = ranking.ranking([place(1, 0.5), place(2, 0.49)], [], "", GOAL, "vi")
    pale, own = (one for one in figure["data"] if one["type"] == "bar")
    assert pale["x"] == [0.5, 0.5]
    assert own["marker"]["color"] == [base.TARGET, base.MIDDLE]
    first, second = trace(figure, mode="text")["text"]
    assert ranking.REACHED in first
    assert ranking.REACHED not in second


def test_a_rate_of_a_handful_says_so_beside_it():
    figure = ranking.ranking([place(1, 1.0, note="4 hồ sơ")], [], "", GOAL, "vi")
    assert trace(figure, mode="text")["text"][0].endswith("· 4 hồ sơ")
    wide = figure["layout"]["margin"]["r"]
    assert wide > ranking.ranking([place(1, 0.2)], [], "", GOAL, "vi")["layout"]["margin"]["r"]


# --- where the province stands ---------------------------------------------------------------------------------------
def test_what_is_needed_is_what_brings_the_goal():
    own = page_of("online")
    found = standing(own.allocation, "online")
    counted = own.rows[~np.isnan(own.result.weight[-1, own.rows])]
    weight = own.result.weight[-1, counted].sum()
    assert (found.numerator + found.needed) / weight >= 0.5
    assert (found.numerator + found.needed - 1) / weight < 0.5
    assert found.per_week == math.ceil(found.needed / (199 / 7))
    assert found.pace == pytest.approx(21163 / (166 / 7))
    assert found.rate == pytest.approx(found.needed / own.result.expected[:, counted].sum(), abs=1e-4)
    assert (found.agencies, found.reached) == (26, 4)


def test_a_goal_of_a_period_alone_is_counted_from_its_beginning():
    found = standing(page_of("in period").allocation, "online")
    assert str(found.since) == "2022-09-30"
    assert found.rate == 0.5
    assert found.needed == math.ceil(0.5 * way(page_of("in period").allocation, "online")[-1].volume)


def test_a_goal_that_is_reached_already_lacks_nothing():
    easy = shown(indicator="active", changes={"indicators": {"active": {"goals": {"2022Q4": "30%"}}}})
    found = standing(easy.allocation, "active")
    assert (found.gap, found.needed, found.per_week) == (0.0, 0.0, 0.0)
    assert math.isnan(found.pace)


def test_pictures_are_values():
    assert isinstance(picture(page_of("online"), View.AGENCIES, Order.NOW), Picture)


def test_the_level_of_a_funnel_stands_before_its_filled_limits_and_that_of_efforts_behind_its_points() -> None:
    limits = funnel.Curve([10.0, 100.0], [0.1, 0.15], [0.3, 0.25])
    words = funnel.Words("số hồ sơ", "tỷ lệ", "chung 20 %", ["10", "100"], [""] * 6)
    drawn = funnel.funnel([funnel.Dot("A", "A", 20.0, 0.2, 0, "A")], 0.2, limits, limits, words, "vi")
    assert [one["layer"] for one in drawn["layout"]["shapes"]] == ["above"]
    assert clouds.level(0.2, behind=True)["layer"] == "below"
