"""Learning from an issued table on its page: what is found and told, what is refused, what is kept."""

from __future__ import annotations

import io
import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import numpy as np
import plotly.utils
import pytest
from flask.testing import FlaskClient

from dashapp.app import create_app
from dashapp.i18n import LANGUAGES, t
from dashapp.pages import router
from dashapp.services import FileRefusedError, ahead, learning, saved_scenarios, states, tables
from dashapp.services import opened as desk
from dashapp.services.batches import Sent
from dashapp.services.database import Store, StoreError
from dashapp.services.learning import Material, Step
from dashapp.services.refused import ForbiddenError, RefusedError
from dashapp.services.rights import Actor, Role
from dashapp.views import ahead_learn as view
from dashapp.views.ahead_learn_agencies import Look
from dashapp.views.ahead_learn_agencies import lines as lines_of
from dashapp.views.person import Visitor
from engine import MethodChoice, allocate
from tests.dashapp import lang_son
from tests.dashapp.accounts.people import NAMES, log_in, open_people, token

STAFF, LEADER, VIEWER = (Actor(NAMES[role], "", role) for role in (Role.STAFF, Role.LEADER, Role.VIEWER))
CAMPAIGN = "hau-giang-2022"
UNFILLED = re.compile(r"(?<!%)\{\w+(:\w+)?\}|\bnan\b|\bNone\b|NaN")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The shipped campaigns, one table of Hậu Giang issued, and Lạng Sơn's campaign."""
    opened = open_people(tmp_path_factory.mktemp("learn"))
    base = desk.open_scenario(opened, STAFF, CAMPAIGN, "base")
    figures = base.ground.figures_version.id
    record = tables.start_draft(opened, STAFF, CAMPAIGN, figures_version=figures, scenario_version=base.version.id)
    record = states.submit(opened, STAFF, record.id, version=record.version)
    record = states.approve(opened, LEADER, record.id, version=record.version)
    from datetime import date

    states.issue(opened, LEADER, record.id, version=record.version, number="1045/QĐ-UBND", day=date(2022, 6, 21))
    lang_son.build(opened, STAFF)
    yield opened
    opened.close()


def found_in(material: Material) -> ahead.Inferred:
    *_, inferred = learning.explaining(material)
    assert isinstance(inferred, ahead.Inferred)
    return inferred


def said(material: Material, indicator: str, lang: str = "vi", at: int = 0, level: str = "") -> str:
    look = Look(material, found_in(material), indicator, {indicator: at}, level, True, lang)
    return json.dumps(view.answer(look), cls=plotly.utils.PlotlyJSONEncoder, ensure_ascii=False)


def decision(store: Store, content: bytes | None = None, name: str = "quyet-dinh.csv") -> Material:
    sent = Sent(name, lang_son.issued() if content is None else content)
    return learning.of_file(store, STAFF, lang_son.CAMPAIGN, sent)


# what is found -------------------------------------------------------------------------------------------------
def test_a_table_of_the_store_is_explained_by_what_made_it(store: Store) -> None:
    material = learning.of_table(store, VIEWER, CAMPAIGN, 1)
    steps = list(learning.explaining(material))
    assert [one.indicator for one in steps if isinstance(one, Step)] == list(material.issued)
    inferred = found_in(material)
    made = desk.open_scenario(store, STAFF, CAMPAIGN, "base").scenario.plan.indicator("online")
    best = inferred.best()["online"]
    assert best.method == made.method
    assert best.rounding == made.rounding
    assert best.goal == pytest.approx(made.goals["2022Q4"])
    text = said(material, "online")
    assert "1045/QĐ-UBND" in text
    assert "Mục tiêu toàn tỉnh 50" in text


def test_lang_sons_decision_was_made_by_groups_and_by_one_value_for_all(store: Store) -> None:
    """Decision 1045/QĐ-UBND: 90 / 80 / 70 / 60 / 50 by group, and 80 for everybody."""
    material = decision(store, lang_son.appendix())
    inferred = found_in(material)
    online, active = inferred.best()["online"], inferred.best()["active"]
    assert [(one.value, one.levels, one.count) for one in online.groups] == [
        (0.9, (), 4), (0.8, (), 1), (0.7, (), 2), (0.6, (), 1), (0.5, ("district",), 19),
    ]  # fmt: skip
    assert (online.missed, active.missed) == (0, 0)
    assert active.method == MethodChoice("equal_target")
    text = said(material, "online")
    assert "5 nhóm" in text
    assert "90\u00a0% cho 4 cơ quan" in text
    assert "80\u00a0% cho Sở Nội vụ" in text
    assert "Tái tạo đúng cả 27 chỉ tiêu" in text
    again = json.dumps(inferred.document(inferred.best(), "x"), default=str)
    assert "group-5-levels" in again


def test_what_no_rule_explains_is_said_so(store: Store) -> None:
    rng = np.random.default_rng(5)
    lines = ["agency,indicator,period,target"]
    for one in lang_son.agencies():
        lines.append(f"{one.code},online,{lang_son.PERIOD},{rng.integers(30, 99)}%")
    material = decision(store, "\n".join(lines).encode())
    best = found_in(material).best()["online"]
    assert not best.explains
    for lang in LANGUAGES:
        text = said(material, "online", lang)
        name = material.campaign.indicators["online"].short[lang]
        assert t("ahead_learn.verdict.nothing", lang, indicator=name) in text
        assert "learn-found" not in text, "nothing is dressed up as a finding"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_explanation_and_level_is_written_out(store: Store, lang: str) -> None:
    material = learning.of_table(store, VIEWER, CAMPAIGN, 1)
    for at in range(len(ahead.of_methods(found_in(material).explained["online"]))):
        assert not UNFILLED.search(said(material, "online", lang, at))
    look = Look(material, found_in(material), "online", {}, "district", False, lang)
    assert {one.level for one in lines_of(look)} == {"district"}
    offs = [abs(one.off or 0.0) for one in lines_of(look)]
    assert offs == sorted(offs, reverse=True)
    assert not UNFILLED.search(said(decision(store), "online", lang))


def test_a_kept_explanation_is_a_scenario_that_gives_the_table_again(store: Store) -> None:
    material = decision(store)
    saved = learning.keep(store, STAFF, material, found_in(material).best(), name="Như Lạng Sơn", lang="vi")
    opened = desk.open_scenario(store, STAFF, lang_son.CAMPAIGN, saved.record.slug)
    again = allocate(opened.figures, opened.scenario.plan)
    for id, issued in material.issued.items():
        assert again.results[id].target[-1].tolist() == pytest.approx(issued[-1].tolist())
    assert not opened.record.shared
    text = ahead.scenario_text(found_in(material).document(found_in(material).best(), "x"))
    assert set(tomllib.loads(text)["indicators"]) == {"active", "online"}


# what is refused -----------------------------------------------------------------------------------------------
def test_faults_of_a_file_are_told_together_and_nothing_is_stored(store: Store) -> None:
    before = len(saved_scenarios.saved(store, STAFF, lang_son.CAMPAIGN))
    bad = (
        "agency,indicator,period,target\nSở Không Có,online,2022Q4,50%\nLS01,online,2022Q9,50%\nLS02,online,2022Q4,x\n"
    )
    with pytest.raises(FileRefusedError) as refused:
        decision(store, bad.encode())
    assert [one.code for one in refused.value.reading.errors] == ["unknown_agency", "unknown_period", "not_a_number"]
    with pytest.raises(FileRefusedError) as large:
        learning.of_file(store, STAFF, lang_son.CAMPAIGN, Sent("to.csv", b"", size=2**30))
    assert [one.code for one in large.value.reading.errors] == ["file_too_large"]
    assert len(saved_scenarios.saved(store, STAFF, lang_son.CAMPAIGN)) == before


def test_who_may_not_edit_scenarios_sends_no_file_and_keeps_nothing(store: Store) -> None:
    material = decision(store)
    with pytest.raises(ForbiddenError):
        learning.of_file(store, VIEWER, lang_son.CAMPAIGN, Sent("a.csv", b""))
    with pytest.raises(ForbiddenError):
        learning.keep(store, VIEWER, material, found_in(material).best(), name="x", lang="vi")
    with pytest.raises(StoreError):
        learning.of_table(store, VIEWER, CAMPAIGN, 7)
    with pytest.raises(RefusedError, match="name_missing"):
        learning.keep(store, STAFF, material, found_in(material).best(), name=" ", lang="vi")


# the page and its requests --------------------------------------------------------------------------------------
def page(store: Store, actor: Actor, campaign: str = CAMPAIGN, more: str = "") -> str:
    component = router.route(store, f"/ahead/learn?c={campaign}{more}", Visitor(actor, "token"))
    return json.dumps(component, cls=plotly.utils.PlotlyJSONEncoder, ensure_ascii=False)


def test_the_page_offers_tables_and_a_place_for_files_to_those_who_may(store: Store) -> None:
    assert "Bảng chỉ tiêu số 1, Quyết định 1045/QĐ-UBND" in page(store, VIEWER)
    assert "learn-drop" not in page(store, VIEWER)
    assert "learn-drop" in page(store, LEADER)
    assert "Chưa có bảng nào được ban hành" in page(store, LEADER, "phu-tho-2026")
    assert '"table": 1' in page(store, VIEWER, more="&t=1&i=online")
    assert '"table": null' in page(store, VIEWER, more="&t=99"), "a table that is not there is not asked for"


class Asking:
    """A person's browser, asking as the page's script does."""

    def __init__(self, client: FlaskClient, name: str) -> None:
        self.client = client
        assert log_in(client, name).status_code == 303
        self.token = token(client)

    def __call__(self, step: str, file: bytes | None = None, raw: str | None = None, **told: Any) -> Any:
        form: dict[str, Any] = {"said": json.dumps(told) if raw is None else raw}
        if file is not None:
            form["file"] = (io.BytesIO(file), "quyet-dinh.csv")
        headers = {"X-CSRFToken": self.token}
        return self.client.post(f"/ahead/learn/{step}?lang=en", data=form, headers=headers)


@pytest.fixture
def asking(store: Store) -> Asking:
    return Asking(create_app(store).server.test_client(), NAMES[Role.STAFF])


def lines(answer: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.text.splitlines()]


def test_a_file_is_answered_line_by_line_then_kept(store: Store, asking: Asking) -> None:
    told = {"campaign": lang_son.CAMPAIGN, "figures": 1, "indicator": "online", "chosen": {"online": 0}}
    *steps, last = lines(asking("file", lang_son.issued(), **told))
    assert [(one["done"], one["of"]) for one in steps] == [(0, 2), (1, 2)]
    assert "27 agencies" in steps[0]["said"]
    assert last["indicator"] == "online"
    assert "group-1-agencies-least" in last["toml"]
    kept = asking("keep", lang_son.issued(), name="From a file", **told).json
    assert kept["address"].startswith(f"/scenarios/{lang_son.CAMPAIGN}/from-a-file")
    assert asking("keep", lang_son.issued(), name="", **told).json["refused"]
    (faulty,) = lines(asking("file", b"agency,indicator,period,target\nLS01,online,2022Q4,500%\n", **told))
    assert "percent" in json.dumps(faulty["children"]) or "100" in json.dumps(faulty["children"])
    (refused,) = lines(asking("file", lang_son.issued(), campaign=lang_son.CAMPAIGN, figures=9))
    assert refused["refused"]


def test_a_request_that_no_page_sends_is_refused_as_a_whole(asking: Asking) -> None:
    for raw in ("", "[]", '{"table": "1"}', '{"campaign": 3}', '{"table": -1}', '{"chosen": {"online": true}}'):
        assert asking("table", raw=raw).status_code == 400, raw
    assert asking("table", campaign=CAMPAIGN).status_code == 400
    assert asking("file", campaign=CAMPAIGN).status_code == 400
    assert asking("keep", campaign=CAMPAIGN, name="x").status_code == 400
    (unknown,) = lines(asking("table", campaign="khong-co", table=1))
    assert unknown["refused"]
