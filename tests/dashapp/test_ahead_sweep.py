"""The page for sweeps: what it shows in each state, what it does with what was typed, in both languages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import plotly.utils
import pytest
from dash import no_update

from dashapp.app import create_app
from dashapp.i18n import LANGUAGES
from dashapp.pages import ahead_sweep as page
from dashapp.pages import router
from dashapp.services import opened as desk
from dashapp.services import sweep_files, sweep_runs, sweep_work
from dashapp.services.database import Store
from dashapp.services.rights import Actor, Role
from dashapp.services.sweep_files import Place, Status
from dashapp.services.sweep_offers import Chosen
from dashapp.settings import Settings
from dashapp.urlstate import split
from dashapp.views import typed
from dashapp.views.person import Visitor
from tests.dashapp.accounts.people import NAMES, open_people
from tests.dashapp.sweeps import ASKED as SMALL
from tests.dashapp.sweeps import DELIVERY, GOAL

CAMPAIGN = "hau-giang-2022"
STAFF, LEADER, VIEWER = (Actor(NAMES[one], f"Cán bộ {one}", one) for one in (Role.STAFF, Role.LEADER, Role.VIEWER))
UNFILLED = re.compile(r"(?<!%)\{\w+(:[\w+]+)?\}|\bnan\b|\bNone\b|NaN")
ASKED = replace(
    SMALL,
    policies=6,
    futures=4,
    draws=60,
    levers=(
        Chosen(GOAL, False, (), 0.5, 0.58),
        Chosen("indicators.online.method", False, ("gap_closing", "equal_effort")),
        Chosen("measures.online_only.effect", True, (), 0.5, 2.0),
        Chosen(DELIVERY, True, (), 0.7, 0.95),
    ),
)
"""As small as a sweep can be in which something separates success from failure."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sweep-page")


@pytest.fixture(scope="module")
def store(folder: Path) -> Iterator[Store]:
    made = open_people(folder)
    yield made
    made.close()


@pytest.fixture(scope="module")
def place(folder: Path, store: Store) -> Place:
    return Place(folder, store.url.render_as_string(hide_password=False))


@pytest.fixture(scope="module", autouse=True)
def _inside(store: Store, place: Place) -> Iterator[None]:
    """The page asks its application where sweeps are; nobody is woken but by the test."""
    app = create_app(store, Settings(secret_key="k" * 40, folder=place.var, database_url=place.database_url))
    with pytest.MonkeyPatch.context() as patch, app.server.app_context():
        patch.setattr(sweep_runs, "wake", lambda _place: None)
        yield


@pytest.fixture
def clean(place: Place) -> Iterator[None]:
    """What a test starts does not stay."""
    before = {one.id for one in sweep_files.every(place)}
    yield
    for about in (one for one in sweep_files.every(place) if one.id not in before):
        sweep_files.tell(sweep_files.files(place, about.id), Status.CANCELLED)
        actor = STAFF if about.by == STAFF.name else LEADER
        sweep_runs.throw(None, actor, place, about.id)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def finished(store: Store, place: Place) -> str:
    """A sweep of the staff that is done."""
    about = sweep_runs.start(store, STAFF, place, CAMPAIGN, ASKED)
    assert sweep_work.work(place) == 1
    return about.id


def shown(store: Store, query: str = "", actor: Actor = STAFF) -> str:
    component = router.route(store, f"/ahead/sweep?c={CAMPAIGN}{query}", Visitor(actor, "token"))
    return json.dumps(component, cls=plotly.utils.PlotlyJSONEncoder, ensure_ascii=False).replace(
        "\N{NO-BREAK SPACE}", " "
    )


def parts_of(component: Any, id: str) -> Any:
    """The component of an id in a page."""
    return next(one for one in component._traverse() if getattr(one, "id", None) == id)


def fields(**changed: str) -> dict[str, str]:
    """The form as it is filled in when nobody changes anything but `changed` (``a__b`` for ``a.b``)."""
    found = {"goal": "50", "enough": "80", "design": "latin", "policies": "4", "futures": "3"}
    found |= {"on.0": "on", "low.0": "50", "high.0": "57,5"}
    return {**found, **{key.replace("__", "."): value for key, value in changed.items()}}


def started(store: Store, given: dict[str, str], lang: str = "vi", actor: Actor = STAFF) -> dict[str, Any]:
    asked = {"what": "start", "campaign": CAMPAIGN, "slug": "measures", "indicator": "online", "fields": given}
    return page.done(store, actor, asked, "", lang)


def test_without_a_sweep_it_says_what_one_is_and_one_click_starts_it(store: Store, clean: None) -> None:
    for lang, told in (("vi", "Chưa có lần quét nào"), ("en", "No sweep yet")):
        text = shown(store, f"&lang={lang}")
        assert told in text
        assert '"data-sweep-do": "ready"' in text
        assert not UNFILLED.search(text)
    reader = shown(store, actor=VIEWER)
    assert "Chưa có lần quét nào" in reader
    assert "data-sweep-do" not in reader
    assert "data-sweep-start" not in reader


@pytest.mark.parametrize("campaign", ["hau-giang-2022", "phu-tho-2026"])
def test_the_form_as_it_stands_is_a_sweep_that_runs(store: Store, place: Place, clean: None, campaign: str) -> None:
    """What the browser sends when nothing was changed: every field of the form with its value."""
    component = router.route(store, f"/ahead/sweep?c={campaign}", Visitor(LEADER, "token"))
    form = next(one for one in component._traverse() if getattr(one, "data-sweep-start", None))
    given = {}
    for one in form._traverse():
        name, value = getattr(one, "name", None), getattr(one, "value", None)
        if name and value not in (False, None):
            given[name] = "on" if value is True else str(value)
    asked = {"what": "start", "campaign": campaign, "fields": given}
    asked |= {key: getattr(form, f"data-{key}") for key in ("slug", "indicator")}
    answer = page.done(store, LEADER, asked, "", "vi")
    assert answer["said"] == "", answer["said"]
    id = dict(split(f"/{answer['query']}")[1])["r"]
    run = sweep_runs.run(store, LEADER, place, id)
    assert run.about.total >= 100
    assert sweep_runs.result(store, LEADER, place, id).sweep.goal == pytest.approx(
        float(given["goal"].replace(",", ".")) / 100
    )


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"on__0": ""}, ("Chưa chọn yếu tố nào", "Nothing is varied yet")),
        ({"low__0": "58"}, ("số đầu phải nhỏ hơn số cuối", "the first number must be below")),
        ({"high__0": "5x"}, ("“5x” không phải là số", "“5x” is no number")),
        (
            {"high__0": "150"},
            ("“Mục tiêu quý IV/2022”: phương án không nhận giá trị 150 %", "does not take the value 150%"),
        ),
        ({"goal": "101"}, ("nằm ngoài khoảng từ 0 đến 100", "is outside 0 to 100")),
        ({"policies": "0"}, ("nằm ngoài khoảng từ 1 đến 5.000", "is outside 1 to 5,000")),
        ({"on__1": "on"}, ("chưa chọn giá trị nào", "no value is chosen")),
        (
            {"policies": "5000", "futures": "3", "on__8": "on", "low__8": "70", "high__8": "90"},
            ("vượt giới hạn 5.000", "limit of 5,000"),
        ),
    ],
)
def test_what_cannot_be_used_is_one_sentence_and_leaves_nothing(
    store: Store, place: Place, clean: None, changed: dict[str, str], told: tuple[str, str]
) -> None:
    for lang, words in zip(LANGUAGES, told, strict=True):
        answer = started(store, fields(**changed), lang)
        text = json.dumps(answer["said"], cls=plotly.utils.PlotlyJSONEncoder, ensure_ascii=False)
        assert words in text.replace("\N{NO-BREAK SPACE}", " ")
        assert not UNFILLED.search(text)
        assert (answer["path"], answer["query"], answer["body"]) == (no_update, no_update, no_update)
    assert all(one.by != STAFF.name or one.total == 24 for one in sweep_files.every(place))


def test_it_waits_is_watched_cancelled_gone_on_with_and_thrown_away(store: Store, place: Place, clean: None) -> None:
    answer = started(store, fields())
    id = dict(split(f"/{answer['query']}")[1])["r"]
    search = f"?c={CAMPAIGN}&r={id}"
    text = shown(store, f"&r={id}")
    assert "Đang chuẩn bị" in text
    assert '"data-sweep-do": "cancel"' in text
    assert "data-sweep-do" not in shown(store, f"&r={id}", LEADER)
    again = json.dumps(started(store, fields())["said"], cls=plotly.utils.PlotlyJSONEncoder, ensure_ascii=False)
    assert "Mỗi người chỉ chạy một lần quét một lúc" in again

    def do(what: str) -> dict[str, Any]:
        return page.done(store, STAFF, {"what": what, "campaign": CAMPAIGN, "of": id}, search, "vi")

    stands = {"id": id, "status": "queued"}
    still = page.watched(store, STAFF, stands, search, "vi")
    assert "0 trên 4 phương án" in still["progress"]
    assert still["body"] is no_update
    assert "đã dừng" in json.dumps(do("cancel")["body"], cls=plotly.utils.PlotlyJSONEncoder, ensure_ascii=False)
    moved = page.watched(store, STAFF, stands, search, "vi")
    assert moved["progress"] is no_update
    assert '"data-sweep-do": "resume"' in json.dumps(moved["body"], cls=plotly.utils.PlotlyJSONEncoder)
    assert '"sweep-tick"' in json.dumps(do("resume")["body"], cls=plotly.utils.PlotlyJSONEncoder)
    assert sweep_work.work(place) == 1
    whole = shown(store, f"&r={id}")
    assert "xong" in whole
    assert "Mới tính một phần" not in whole
    assert '"data-confirm": "Bấm lần nữa để xóa hẳn"' in whole
    own = sweep_files.files(place, id)
    own.rows.write_text("".join(own.rows.read_text("utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
    sweep_files.tell(own, Status.CANCELLED)
    assert "dựa trên 3 trong 4 phương án" in shown(store, f"&r={id}")
    gone = do("throw")
    assert "r=" not in gone["query"]
    assert "Không có lần quét này" in shown(store, f"&r={id}")
    assert page.watched(store, STAFF, stands, search, "vi") == {"progress": no_update, "body": no_update}


@pytest.mark.parametrize(
    "sent", [None, 7, "start", {}, {"what": "drop"}, {"what": "start", "fields": [1]}, {"what": "save", "of": "x"}]
)
def test_whatever_is_sent_breaks_nothing(store: Store, clean: None, sent: Any) -> None:
    answer = page.done(store, STAFF, sent, "", "vi")
    assert answer["path"] is no_update
    assert answer["body"] is no_update


def test_what_came_of_it_is_told_drawn_and_listed(store: Store, place: Place, finished: str) -> None:
    result = sweep_runs.result(store, STAFF, place, finished)
    for lang in LANGUAGES:
        text = shown(store, f"&r={finished}&lang={lang}")
        assert not UNFILLED.search(text)
        for id in ("sweep-pareto", "sweep-lines", "sweep-grid", "sweep-robust-title"):
            assert f'"{id}"' in text, id
    component = router.route(store, f"/ahead/sweep?c={CAMPAIGN}&r={finished}", Visitor(VIEWER, "token"))
    grid = parts_of(component, "sweep-grid")
    chances = [row["chance"] for row in grid.rowData]
    assert chances == sorted((one.chance for one in result.outcomes), reverse=True)
    assert {row["lever1"] for row in grid.rowData} == {"Cùng tỷ lệ thu hẹp khoảng cách", "Cùng mức nỗ lực"}
    figure = parts_of(component, "sweep-lines").figure
    lines = [one for one in figure["data"] if one["mode"] == "lines"]
    assert sum(one["x"].count(None) for one in lines) == len(result.outcomes) == 24
    assert all(0 <= y <= 1 for one in lines for y in one["y"] if y is not None)
    pareto = parts_of(component, "sweep-pareto").figure
    assert result.verdict is not None
    front = next(one for one in pareto["data"] if one["mode"] == "lines")
    assert front["y"] == sorted(front["y"])
    assert len(front["y"]) == len(result.verdict.pareto)


def test_a_range_leaves_out_what_lies_outside_and_a_word_is_one_of_them(
    store: Store, place: Place, finished: str
) -> None:
    def rows(query: str) -> list[dict[str, Any]]:
        component = router.route(store, f"/ahead/sweep?c={CAMPAIGN}&r={finished}{query}", Visitor(STAFF, "token"))
        return parts_of(component, "sweep-grid").rowData  # type: ignore[no-any-return]

    every = rows("")
    some = rows("&f0=54&t5=50")
    assert 0 < len(some) < len(every)
    assert some == [row for row in every if row["lever0"] >= 0.54 and row["chance"] <= 0.5]
    assert {row["lever1"] for row in rows("&w1=equal_effort")} == {"Cùng mức nỗ lực"}
    assert rows("&w1=bogus&f2=x&f9=3") == every
    assert "“x” không phải là số" in shown(store, f"&r={finished}&f2=x")
    assert rows("&f0=99") == []
    assert not UNFILLED.search(shown(store, f"&r={finished}&f0=99"))


def test_a_policy_or_a_scenario_becomes_ones_own(store: Store, place: Place, finished: str) -> None:
    result = sweep_runs.result(store, LEADER, place, finished)
    assert result.verdict is not None
    best = result.verdict.policies[0]
    assert f"Lựa chọn số {best.number}" in shown(store, f"&r={finished}&s={best.number}", LEADER)
    text = shown(store, f"&r={finished}&n=5", LEADER)
    assert "Phương án số 5" in text
    assert text.count('"data-sweep-do": "save"') == 2
    assert '"data-sweep-do": "save"' not in shown(store, f"&r={finished}&n=5", VIEWER)
    assert "sweep-picked" not in shown(store, f"&r={finished}&n=5000")
    for assumed in ("true", "false"):
        sent = {"what": "save", "of": finished, "campaign": CAMPAIGN, "number": "5", "assumed": assumed}
        address = page.done(store, LEADER, sent, "", "vi")["path"]
        own = desk.open_scenario(store, LEADER, CAMPAIGN, address.rpartition("/")[2]).scenario.plan
        point = next(one.point for one in result.outcomes if one.point.number == 5)
        assert own.indicator("online").goals["2022Q4"] == point.settings["indicators.online.goals.2022Q4"]
        same = own.assumptions.delivery.mean == point.settings["assumptions.delivery.mean"]
        assert same == (assumed == "true")


def test_the_rows_are_a_file_for_whoever_may_read(store: Store, place: Place, finished: str) -> None:
    assert sweep_runs.rows_file(store, VIEWER, place, finished).count(b"\n") == 25


@pytest.mark.parametrize(
    ("text", "value"), [("52,5", 52.5), ("52.5 %", 52.5), ("-3", -3.0), (" 7\N{NO-BREAK SPACE}%", 7.0), ("−0,5", -0.5)]
)
def test_numbers_as_people_type_them(text: str, value: float) -> None:
    assert typed.amount(text) == value


@pytest.mark.parametrize("text", ["", "x", "1,2,3", "1e9", "nan", "--1", "%"])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        typed.amount(text)
