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
import pytest
from dash import dcc
from dash.development.base_component import Component

from dashapp import services
from dashapp.charts import base
from dashapp.i18n import LANGUAGES, catalogue, in_ten
from dashapp.pages import router
from dashapp.urlstate import ORDERS, VIEWS, Levers, PageState, format_page
from dashapp.views import agencies, explanation, moves, paging
from dashapp.views.answer import Answer
from dashapp.views.answer import answer as answered
from dashapp.views.markup import Written
from dashapp.views.shown import choices
from engine import PlanError
from tests.dashapp.accounts.people import VISITOR
from tests.dashapp.benches import PRESETS, READER, opened, page, shown, store
from tests.dashapp.reading import as_json, parts_of

BASE = "/scenarios/hau-giang-2022/base"
ADDRESSES = [
    "/",
    "/?c=phu-tho-2026&lang=en",
    BASE,
    "/scenarios/hau-giang-2022/cautious?lang=en",
    "/scenarios/phu-tho-2026/base?a=nobody",
    "/compare",
    "/compare?s=phu-tho-2026/base,phu-tho-2026/cautious&lang=en",
    "/nowhere",
]
UNFILLED = re.compile(r"\{\w+(:\w+)?\}|\bnan\b|\bNone\b|NaN")


def words_of(component: Any) -> Iterator[str]:
    """Every text a person reads in a component."""
    if isinstance(component, str):
        yield component
    for one in parts_of(component):
        if isinstance(one, Written):
            yield one.markup
        inner = getattr(one, "children", None)
        for child in inner if isinstance(inner, list | tuple) else [inner]:
            if isinstance(child, str):
                yield child


def answer(state: PageState) -> Answer:
    return answered(state, opened(state.campaign, state.slug))


def home(**more: Any) -> PageState:
    return page(indicator="online", **more)


def route(address: str) -> Component:
    return router.route(store(), address, VISITOR)


@pytest.mark.parametrize(("campaign", "slug"), PRESETS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_can_be_shown(campaign, slug, lang):
    for indicator in choices(opened(campaign, slug)).indicators:
        for view in VIEWS:
            new = answer(page(campaign, slug, lang, indicator=indicator, view=view))
            assert new.shown is not None
            seen = new.picture
            as_json([new.alert, new.head, new.cards, seen.legend, seen.figure, new.rows, new.totals, new.columns])
            words = list(words_of([*new.alert, *new.head, *new.cards, *seen.legend, seen.note, *new.notes]))
            words += [str(row["note"]) for row in new.rows]
            assert words
            assert [text for text in words if UNFILLED.search(text)] == []


@pytest.mark.parametrize(("campaign", "lang"), [("hau-giang-2022", "vi"), ("phu-tho-2026", "en")])
def test_every_target_can_be_explained(campaign, lang):
    seen = shown(page(campaign, lang=lang))
    for row in seen.rows[:40]:
        code = seen.allocation.figures.codes[seen.result.rows[row]]
        drawer = explanation.drawer(seen, code)
        text = " ".join(words_of(drawer.body))
        assert seen.labels.agency(code) in " ".join(words_of(drawer.title))
        assert not UNFILLED.search(text), text
        as_json(drawer.body)


def test_an_explanation_adds_up_to_its_target():
    seen = shown(home())
    last = services.explain(seen.allocation, "SGTVT", "online", "2022Q4")
    bars = explanation.bars_of(seen, last)
    steps = sum(bar.end - bar.start for bar in bars[1:-1])
    assert bars[0].end + steps == pytest.approx(bars[-1].end, abs=len(last.steps) * explanation.STEPS_SHOWN)
    assert bars[-1].end == last.target
    for before, after in pairwise(bars[:-1]):
        assert after.start == pytest.approx(before.end, abs=len(last.steps) * explanation.STEPS_SHOWN)


def test_the_table_holds_the_targets_of_the_run():
    seen = shown(home())
    rows = {row["code"]: row for row in agencies.rows(seen)}
    assert len(rows) == len(seen.rows) == 27
    for at in seen.rows:
        row = rows[seen.allocation.figures.codes[seen.result.rows[at]]]
        for period in range(2):
            target = seen.result.target[period, at]
            assert row[f"target{period}"] == (None if np.isnan(target) else target)
        assert row["numerator"] == seen.result.numerator[at]


def test_rows_and_chart_stay_in_place_when_a_lever_moves():
    before = answer(home())
    after = answer(home().with_levers("online", Levers(goal=60.0, method="equal_target")))
    assert [row["code"] for row in before.rows] == [row["code"] for row in after.rows]
    assert before.picture.figure["layout"]["yaxis"]["ticktext"] == after.picture.figure["layout"]["yaxis"]["ticktext"]
    assert before.rows != after.rows


def test_every_agency_has_its_row_in_the_chart():
    figure = answer(page("phu-tho-2026")).picture.figure
    (hits,) = [trace for trace in figure["data"] if "customdata" in trace]
    assert len(hits["customdata"]) == 163
    assert len(figure["layout"]["yaxis"]["ticktext"]) == 165  # two headings


def test_the_goal_is_marked_and_so_is_what_holds_a_target():
    figure = answer(page(slug="cautious")).picture.figure
    assert any(shape.get("x0") == shape.get("x1") == 0.5 for shape in figure["layout"]["shapes"])
    (wedges,) = [t for t in figure["data"] if t.get("marker", {}).get("color") == base.UPPER]
    assert len(wedges["x"]) == 26


def test_a_chart_is_plain_and_small():
    new = answer(home())
    assert "template" not in new.picture.figure["layout"]
    assert len(json.dumps(new.picture.figure)) < 25_000


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_graph_offers_a_cloud(lang):
    config = base.config(lang, "x")
    assert config["showSendToCloud"] is False
    assert config["displaylogo"] is False
    assert config["plotlyServerURL"] == ""
    assert config["displayModeBar"] is False


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_graph_of_every_page_has_the_one_configuration(address):
    graphs = [one for one in parts_of(route(address)) if isinstance(one, dcc.Graph)]
    drawer = explanation.drawer(shown(home()), "SGTVT")
    graphs += [one for one in parts_of(drawer.body) if isinstance(one, dcc.Graph)]
    for one in graphs:
        name = one.config["toImageButtonOptions"]["filename"]
        assert one.config == base.config(one.config["locale"], name)


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_address_has_a_page(address):
    whole = route(address)
    as_json(whole)
    assert not [text for text in words_of(whole) if UNFILLED.search(text)]
    headings = [one for one in parts_of(whole) if type(one).__name__ == "H1"]
    written = [one.markup for one in parts_of(whole) if isinstance(one, Written)]
    assert len(headings) + sum(markup.count("<h1>") for markup in written) == 1


def test_a_card_as_json():
    card = as_json(answer(home()).cards[0])
    assert card["props"]["className"] == "card-figure good"
    head, figure, meaning = answer(home()).cards[0].children
    assert next(iter(words_of(head))) == "Toàn tỉnh đạt, quý IV/2022"
    assert re.fullmatch(r"5\d,\d\u00a0%", figure.children)
    assert re.fullmatch(r"mục tiêu 50\u00a0% · hiện \d\d,\d\u00a0%", meaning.children)


def test_every_figure_of_a_card_says_what_it_is_made_of():
    for made in (answer(home()), answer(page(indicator="provided"))):
        for card in made.cards:
            (fact,) = [one for one in parts_of(card) if "definition" in str(getattr(one, "className", "")).split()]
            said = list(words_of(fact))
            assert {"Nguồn số liệu", "Số liệu đến ngày"} <= set(said)
            assert max(map(len, said)) > 60


def test_an_unmet_goal_leads_with_its_remedy():
    state = page(slug="cautious")
    (alert, *_) = answer(state).alert
    heading = next(one for one in parts_of(alert) if type(one).__name__ == "H2")
    assert "để đạt" in " ".join(words_of(heading))
    links = [one for one in parts_of(alert) if type(one).__name__ == "A"]
    assert len(links) >= 2
    for link in links:
        assert moves.page_of(link.href, opened(slug="cautious"), "vi") != state


def test_illustrative_figures_say_so_in_both_languages():
    for lang, words in (("vi", "SỐ LIỆU MINH HỌA"), ("en", "ILLUSTRATIVE")):
        for path in ("/scenarios/hau-giang-2022/base", "/compare"):
            said = [text for text in words_of(route(f"{path}?lang={lang}")) if words in text]
            assert said, (path, lang)
    assert not [text for text in words_of(route("/scenarios/phu-tho-2026/base")) if "MINH HỌA" in text]


def said(state: PageState, trigger: str, **more: Any) -> dict[str, Any]:
    """What the script of a page sends."""
    return {**moves.values(answer(state).controls), "seq": 1, "trigger": trigger, "address": format_page(state), **more}


def test_a_move_answers_every_output_and_says_the_controls_only_when_asked():
    begun = said(home(), "lever-goal.online")
    moved = moves.move(store(), READER, {**begun, "sliders": {**begun["sliders"], "goal.online": 55}}, "vi")
    assert moved["answered"]["visible"] == f"{BASE}?g.online=55"
    assert moved["answered"]["address"] == f"{BASE}?v=1&fv=1&i=online&o=now&view=agencies&g.online=55"
    assert moved["answered"]["controls"] is None
    assert isinstance(moved["rows"], list)
    wanted = {**begun, "trigger": "wanted", "address": moved["answered"]["saved"]}
    back = moves.move(store(), READER, wanted, "vi")
    assert back["answered"]["visible"] == BASE
    assert back["answered"]["controls"]["sliders"] == begun["sliders"]


@pytest.mark.parametrize("order", ORDERS)
def test_rows_and_chart_are_in_the_order_asked_for(order):
    new = answer(home(order=order))
    rows = new.rows
    charted = [text for text in new.picture.figure["layout"]["yaxis"]["ticktext"] if "<b>" not in text]
    assert [row["name"][:20] for row in rows] == [text[:20] for text in charted]
    departments = [row for row in rows if row["level"] == rows[0]["level"]]
    key = {"now": "now", "target": "target1", "gain": "gain", "volume": "denominator"}.get(order)
    if key is not None:
        values = [row[key] for row in departments if row[key] is not None]
        assert values == sorted(values, reverse=True)


def test_a_long_table_is_asked_for_by_stretches():
    seen = shown(page("phu-tho-2026"))
    every = agencies.rows(seen)
    first = paging.stretch(seen, {"startRow": 0, "endRow": 50})
    rest = paging.stretch(seen, {"startRow": 50, "endRow": 400})
    assert first["rowCount"] == rest["rowCount"] == len(every)
    assert first["rowData"] + rest["rowData"] == every


def test_a_stretch_is_sorted_and_filtered_on_the_server():
    seen = shown(page("phu-tho-2026"))
    model = {"sortModel": [{"colId": "gain", "sort": "desc"}], "startRow": 0, "endRow": 163}
    gains = [row["gain"] for row in paging.stretch(seen, model)["rowData"] if row["gain"] is not None]
    assert gains == sorted(gains, reverse=True)
    named = paging.stretch(seen, {"filterModel": {"name": {"filter": "SO TU PHAP"}}, "startRow": 0, "endRow": 9})
    assert [row["name"] for row in named["rowData"]] == ["Sở Tư pháp"]
    low = {"now": {"type": "lessThan", "filter": 60}}
    found = paging.stretch(seen, {"filterModel": low, "startRow": 0, "endRow": 163})
    assert found["rowCount"] == sum(row["now"] is not None and row["now"] < 0.6 for row in agencies.rows(seen)) > 0


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"startRow": "x", "endRow": None, "sortModel": 5, "filterModel": "a"},
        {"startRow": -5, "endRow": 10**12},
        {
            "sortModel": [{"colId": "__class__"}, 3],
            "filterModel": {"nothing": {"type": "equals"}, "now": {"type": "x"}},
        },
    ],
)
def test_what_no_table_asks_is_answered_with_rows_all_the_same(asked):
    seen = shown(page("phu-tho-2026"))
    found = paging.stretch(seen, asked)
    assert found["rowCount"] == len(seen.rows)
    assert 0 < len(found["rowData"]) <= paging.LONGEST_STRETCH


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
    new = answer(home(lang=lang))
    assert new.rows is None
    assert "Sở Giao thông vận tải" in " ".join(words_of(new.alert))
    assert new.controls.sliders["goal.online"] == 50.0
    as_json(route(format_page(home(lang=lang))))
    drawer = moves.explained(store(), READER, {"address": format_page(home()), "agency": "SGTVT"}, lang)
    assert {type(one).__name__ for one in drawer.values()} == {"NoUpdate"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_chances_are_those_of_the_table_that_is_shown(lang):
    state = replace(home(lang=lang), levers={"online": Levers(goal=49.0)})
    shown_ = shown(state)
    found = services.chance(shown_.allocation, "online")
    of_goal = found.goals["online", "2022Q4"]
    assert 0.0 < of_goal < 1.0
    markup = moves.chanced(store(), READER, {"address": format_page(state), "seq": 7}, lang)
    assert 'data-seq="7"' in markup
    assert in_ten(of_goal, lang)[1:] in markup
    assert in_ten(found.all_reach["online", "2022Q4"], lang) in markup
    assert of_goal != services.chance(shown(home(lang=lang)).allocation, "online").goals["online", "2022Q4"]
    at = shown_.result.rows.tolist().index(shown_.allocation.figures.position["SGTVT"])
    own = in_ten(float(found.each["online"][-1, at]), lang)
    assert own in " ".join(words_of(explanation.drawer(shown_, "SGTVT").body))


def test_no_chance_where_nothing_can_be_calculated():
    gone = {"address": "/scenarios/hau-giang-2022/nobody", "seq": 1}
    assert type(moves.chanced(store(), READER, gone, "vi")).__name__ == "NoUpdate"
    assert type(moves.chanced(store(), READER, None, "vi")).__name__ == "NoUpdate"


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
