"""What the pages show, as data: no browser, no server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import plotly.utils
import pytest
from dash import dcc
from dash.development.base_component import Component

from dashapp import ids, services
from dashapp.charts import base
from dashapp.i18n import LANGUAGES, catalogue
from dashapp.pages import router
from dashapp.urlstate import CompareState, Levers, PageState, format_page
from dashapp.views import agencies, explanation, moves
from dashapp.views.answer import answer
from dashapp.views.comparison import compare
from dashapp.views.shown import campaign_ids, choices, show
from engine import PlanError
from tests.dashapp.accounts.people import VISITOR

PAGES = [
    PageState(campaign, preset, lang, indicator)
    for campaign in campaign_ids()
    for preset in choices(campaign).presets
    for indicator in choices(campaign).indicators
    for lang in LANGUAGES
]
HOME = PageState("hau-giang-2022", "base", indicator="online")
ADDRESSES = [
    "/",
    format_page(HOME),
    "/scenarios/hau-giang-2022/cautious?lang=en",
    "/scenarios/phu-tho-2026/base?a=nobody",
    "/compare",
    "/compare?s=phu-tho-2026/base,phu-tho-2026/cautious&lang=en",
    "/nowhere",
]
UNFILLED = re.compile(r"\{\w+(:\w+)?\}|\bnan\b|\bNone\b|NaN")


def parts_of(component: Any) -> Iterator[Component]:
    """A component and everything in it."""
    if isinstance(component, list | tuple):
        for one in component:
            yield from parts_of(one)
    elif isinstance(component, Component):
        yield component
        for name in ("children", "title", "label"):
            yield from parts_of(getattr(component, name, None))


def words_of(component: Any) -> Iterator[str]:
    """Every text a person reads in a component."""
    if isinstance(component, str):
        yield component
    for one in parts_of(component):
        inner = getattr(one, "children", None)
        for child in inner if isinstance(inner, list | tuple) else [inner]:
            if isinstance(child, str):
                yield child


def as_json(value: Any) -> Any:
    return json.loads(json.dumps(value, cls=plotly.utils.PlotlyJSONEncoder, allow_nan=False))


@pytest.mark.parametrize("state", PAGES, ids=lambda state: f"{format_page(state)}")
def test_every_page_can_be_shown(state):
    new = answer(state)
    assert new.shown is not None
    as_json([new.alert, new.head, new.cards, new.legend, new.figure, new.rows, new.totals, new.columns, new.notes])
    words = list(words_of([*new.alert, *new.head, *new.cards, *new.legend, *new.notes]))
    words += [str(row["note"]) for row in new.rows]
    assert words
    assert [text for text in words if UNFILLED.search(text)] == []


@pytest.mark.parametrize("state", [HOME, PageState("phu-tho-2026", "base", "en")], ids=["vi", "en"])
def test_every_target_can_be_explained(state):
    shown = show(state)
    for row in shown.rows[:40]:
        code = shown.allocation.figures.codes[shown.result.rows[row]]
        drawer = explanation.drawer(shown, code)
        text = " ".join(words_of(drawer.body))
        assert shown.labels.agency(code) in " ".join(words_of(drawer.title))
        assert not UNFILLED.search(text), text
        as_json(drawer.body)


def test_an_explanation_adds_up_to_its_target():
    shown = show(HOME)
    last = services.explain(shown.allocation, "SGTVT", "online", "2022Q4")
    bars = explanation.bars_of(shown, last)
    steps = sum(bar.end - bar.start for bar in bars[1:-1])
    assert bars[0].end + steps == pytest.approx(bars[-1].end, abs=len(last.steps) * explanation.STEPS_SHOWN)
    assert bars[-1].end == last.target
    for before, after in pairwise(bars[:-1]):
        assert after.start == pytest.approx(before.end, abs=len(last.steps) * explanation.STEPS_SHOWN)


def test_the_table_holds_the_targets_of_the_run():
    shown = show(HOME)
    rows = {row["code"]: row for row in agencies.rows(shown)}
    assert len(rows) == len(shown.rows) == 27
    for at in shown.rows:
        row = rows[shown.allocation.figures.codes[shown.result.rows[at]]]
        for period in range(2):
            target = shown.result.target[period, at]
            assert row[f"target{period}"] == (None if np.isnan(target) else target)
        assert row["numerator"] == shown.result.numerator[at]


def test_rows_and_chart_stay_in_place_when_a_lever_moves():
    before = answer(HOME)
    after = answer(HOME.with_levers("online", Levers(goal=60.0, method="equal_target")))
    assert [row["code"] for row in before.rows] == [row["code"] for row in after.rows]
    assert before.figure["layout"]["yaxis"]["ticktext"] == after.figure["layout"]["yaxis"]["ticktext"]
    assert before.rows != after.rows


def test_every_agency_has_its_row_in_the_chart():
    figure = answer(PageState("phu-tho-2026", "base")).figure
    (hits,) = [trace for trace in figure["data"] if "customdata" in trace]
    assert len(hits["customdata"]) == 163
    assert len(figure["layout"]["yaxis"]["ticktext"]) == 165  # two headings


def test_the_goal_is_marked_and_so_is_what_holds_a_target():
    figure = answer(PageState("hau-giang-2022", "cautious", indicator="online")).figure
    assert any(shape.get("x0") == shape.get("x1") == 0.5 for shape in figure["layout"]["shapes"])
    (wedges,) = [t for t in figure["data"] if t.get("marker", {}).get("color") == base.UPPER]
    assert len(wedges["x"]) == 26


def test_a_chart_is_plain_and_small():
    new = answer(HOME)
    assert "template" not in new.figure["layout"]
    assert len(json.dumps(new.figure)) < 25_000


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_graph_offers_a_cloud(lang):
    config = base.config(lang, "x")
    assert config["showSendToCloud"] is False
    assert config["displaylogo"] is False
    assert config["plotlyServerURL"] == ""
    assert config["modeBarButtons"] == [["toImage"]]


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_graph_of_every_page_has_the_one_configuration(address):
    graphs = [one for one in parts_of(router.route(address, VISITOR)) if isinstance(one, dcc.Graph)]
    shown = show(HOME)
    graphs += [one for one in parts_of(explanation.drawer(shown, "SGTVT").body) if isinstance(one, dcc.Graph)]
    for one in graphs:
        name = one.config["toImageButtonOptions"]["filename"]
        assert one.config == base.config(one.config["locale"], name)


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_address_has_a_page(address):
    page = router.route(address, VISITOR)
    as_json(page)
    assert not [text for text in words_of(page) if UNFILLED.search(text)]
    assert len([one for one in parts_of(page) if type(one).__name__ == "H1"]) == 1


def test_a_card_as_json():
    card = as_json(answer(HOME).cards[0])
    assert card["props"]["className"] == "card-figure good"
    title, big, sub = (child["props"]["children"] for child in card["props"]["children"])
    assert title == "Toàn tỉnh đạt, quý IV/2022"
    assert re.fullmatch(r"5\d,\d\u00a0%", big)
    assert re.fullmatch(r"mục tiêu 50\u00a0% · hiện \d\d,\d\u00a0%", sub)


def test_an_unmet_goal_leads_with_its_remedy():
    (alert, *_) = answer(PageState("hau-giang-2022", "cautious", indicator="online")).alert
    heading = next(one for one in parts_of(alert) if type(one).__name__ == "H2")
    assert "để đạt" in " ".join(words_of(heading))
    links = [one for one in parts_of(alert) if type(one).__name__ == "A"]
    assert len(links) >= 2
    for link in links:
        assert moves.page_of(link.href) != PageState("hau-giang-2022", "cautious")


def test_illustrative_figures_say_so_in_both_languages():
    for lang, words in (("vi", "SỐ LIỆU MINH HỌA"), ("en", "ILLUSTRATIVE")):
        for path in ("/scenarios/hau-giang-2022/base", "/compare"):
            said = [text for text in words_of(router.route(f"{path}?lang={lang}", VISITOR)) if words in text]
            assert said, (path, lang)
    assert not [text for text in words_of(router.route("/scenarios/phu-tho-2026/base", VISITOR)) if "MINH HỌA" in text]


def test_a_comparison_is_sorted_by_disagreement_and_adds_up():
    state = CompareState("hau-giang-2022/base", "hau-giang-2022/one-target")
    compared = compare(state)
    spreads = [row["spread"] for row in compared.rows]
    assert spreads == sorted(spreads, reverse=True)
    assert spreads[0] > 0
    for row in compared.rows:
        if row["left"] is not None and row["right"] is not None:
            assert row["difference"] == pytest.approx(row["right"] - row["left"])
    as_json([compared.facts, compared.figure, compared.rows, compared.columns])


def test_a_move_answers_every_output_and_redraws_controls_only_when_asked():
    address = format_page(HOME)
    page = router.route(address, VISITOR)
    keys = [
        one.id for one in parts_of(page) if isinstance(getattr(one, "id", None), dict) and one.id["type"] == ids.LEVER
    ]
    values = {one.id["key"]: one.value for one in parts_of(page) if getattr(one, "id", None) in keys}
    said = {
        "sliders": [55 if id["key"] == "goal.online" else values[id["key"]] for id in keys],
        "method": "gap_closing",
        "basis": "cumulative",
        "mode": "nearest",
        "grid": "1",
        "kept": ["no_backsliding", "small_volume"],
        "inside": "top",
    }
    moved = moves.move(ids.lever("goal.online"), None, "online", said, address, keys, [])
    assert moved["address"] == "/scenarios/hau-giang-2022/base?g.online=55"
    assert type(moved["method"]).__name__ == "NoUpdate"
    assert isinstance(moved["rows"], list)
    back = moves.move(ids.WANTED, {"address": address}, "online", said, moved["address"], keys, [])
    assert back["address"] == "/scenarios/hau-giang-2022/base"
    assert back["sliders"] == [values[id["key"]] for id in keys]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_scenario_that_cannot_run_is_a_notice_not_a_traceback(monkeypatch, lang):
    def refuse(*_: object) -> None:
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

    monkeypatch.setattr(services, "run", refuse)
    new = answer(replace(HOME, lang=lang))
    assert new.rows is None
    assert "Sở Giao thông vận tải" in " ".join(words_of(new.alert))
    assert new.controls.sliders["goal.online"] == 50.0
    page = router.route(format_page(replace(HOME, lang=lang)), VISITOR)
    as_json(page)
    assert moves.explained(format_page(HOME), "SGTVT")["is_open"] is False


def test_texts_of_the_pages_are_all_used_and_all_there():
    top = Path(router.__file__).parents[1]
    files = [
        top / "app.py",
        *(file for name in ("views", "pages", "callbacks", "charts") for file in (top / name).glob("*.py")),
    ]
    source = "\n".join(file.read_text(encoding="utf-8") for file in files)
    keys = {key for key in catalogue("vi") if key.startswith("web.")}
    literal = set(re.findall(r"""["'](web\.[a-z_.]+)["']""", source))
    assert literal - keys == set()
    built = tuple(set(re.findall(r"""f["'](web\.[a-z_.]*)\{""", source)))
    assert {key for key in keys - literal if not key.startswith(built)} == set()
