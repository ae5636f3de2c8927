"""Keeping a scenario: what the page shows of it, and what saving, drafts, sharing and history answer."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import plotly.utils
import pytest
from dash.development.base_component import Component

import scenarios
from dashapp import access, ids, services
from dashapp.app import create_app
from dashapp.i18n import LANGUAGES, catalogue
from dashapp.measurestate import MeasureLever
from dashapp.pages import router, shell
from dashapp.services import accounts, drafts, saved_scenarios
from dashapp.services import opened as desk
from dashapp.services.database import Store, open_store
from dashapp.services.opened import Opened
from dashapp.services.rights import Action, Actor, Role
from dashapp.urlstate import LONGEST, Levers, PageState, format_page, parse_page, versions
from dashapp.views import keeping, keeping_moves, keeping_words
from dashapp.views.keeping import Kept
from dashapp.views.moves import page_of
from dashapp.views.person import Visitor
from dashapp.views.shown import begin, choices, saved_labels, scenario_of
from tests.dashapp.accounts.people import NAMES, log_in, open_people, with_token
from tests.dashapp.reading import written_in
from tests.dashapp.test_design import parts_of

CAMPAIGN = "hau-giang-2022"
BASE = f"/scenarios/{CAMPAIGN}/base"
LEADER, STAFF, VIEWER = (
    Actor(NAMES[role], f"Nguyễn Thị {role.title()}", role) for role in (Role.LEADER, Role.STAFF, Role.VIEWER)
)
UNFILLED = re.compile(r"\{\w+(:\w+)?\}|\bnan\b|\bNone\b|NaN")
HTML = "Thử 🌾 <b>đậm</b> & “nháy”"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a database with one person of each role and the campaigns."""
    folder = tmp_path_factory.mktemp("keeping")
    open_people(folder).close()
    (file,) = folder.glob("*.db")
    return file


@pytest.fixture
def store(built: Path, tmp_path: Path) -> Iterator[Store]:
    """A copy of it, for one test alone."""
    file = tmp_path / "keeping.db"
    shutil.copy(built, file)
    opened = open_store(f"sqlite:///{file}")
    yield opened
    opened.close()


# --- a page and what its script sends ------------------------------------------------------------------------
def opened(store: Store, actor: Actor, slug: str, version: int | None = None) -> Opened:
    return desk.open_scenario(store, actor, CAMPAIGN, slug, version=version)


def make(store: Store, actor: Actor = LEADER, *, shared: bool = True, name: str = "Họp giao ban") -> str:
    """A scenario of a person's own that says what the base says; its name in addresses."""
    base = opened(store, actor, "base").scenario
    made = saved_scenarios.create(store, actor, CAMPAIGN, base, name={"vi": name}, shared=shared)
    return made.record.slug


def at(store: Store, actor: Actor, slug: str, version: int | None = None, **goals: float) -> str:
    """The full address of a page, with goals that were moved."""
    one = opened(store, actor, slug, version)
    levers = {id: Levers(goal=goal) for id, goal in goals.items()}
    return format_page(replace(begin(one, "vi"), levers=levers))


def asks(what: str, address: str, **more: Any) -> dict[str, Any]:
    return {"what": what, "address": address, "known": 1, "head": 1, "own": True, **more}


def save(
    store: Store, actor: Actor, slug: str, known: int, version: int | None = None, **goals: float
) -> dict[str, Any]:
    address = at(store, actor, slug, version, **goals)
    return keeping_moves.settled(store, actor, asks("save", address, known=known, head=known), "vi")


def keep(store: Store, actor: Actor, address: str, dropped: int = 0) -> dict[str, Any]:
    said = {"seq": 7, "address": address, "dropped": dropped}
    return keeping_moves.autosaved(store, actor, said, "vi")


def text(component: Any) -> str:
    """Everything a person reads in it."""
    inner = [component] if isinstance(component, str | int) else []
    for one in parts_of(component):
        children = getattr(one, "children", None)
        inner += children if isinstance(children, list) else [children]
    if isinstance(component, list):
        inner += component
    return " ".join(str(one) for one in inner if isinstance(one, str | int))


def carried(component: Any, name: str) -> list[str]:
    """What its buttons carry for the script under a name."""
    found = [getattr(one, f"data-{name}", None) for one in parts_of(component)]
    return [one for one in found if one is not None]


def goal_of(store: Store, slug: str, version: int | None = None) -> float:
    return opened(store, LEADER, slug, version).scenario.plan.indicator("online").goals["2022Q4"]


def test_measures_are_saved_with_the_scenario(store):
    slug = make(store)
    one = opened(store, LEADER, slug)
    measures = {"lower_fee": MeasureLever(True, 0.45, start=date(2022, 8, 15), scope="agency:SCT")}
    state = replace(begin(one, "vi"), measures=measures, levers={"online": Levers(start="projected")})
    keeping_moves.settled(store, LEADER, asks("save", format_page(state)), "vi")
    after = opened(store, LEADER, slug)
    assert after.version.number == 2
    (saved,) = after.scenario.plan.measures
    assert (saved.effect, saved.start, saved.where.agencies) == (0.45, date(2022, 8, 15), ("SCT",))
    side = services.compare(after.figures, [one.scenario, after.scenario])
    assert [column.allocation.results["online"].measures for column in side.columns] == [(), ("lower_fee",)]


# --- the toolbar, the dialogs, the notices -------------------------------------------------------------------
def toolbar(
    store: Store, actor: Actor, slug: str, version: int | None = None, kept: Kept | None = None, **goals: float
) -> Component:
    one = opened(store, actor, slug, version)
    state = replace(begin(one, "vi"), levers={id: Levers(goal=goal) for id, goal in goals.items()})
    return keeping.toolbar(one, state, actor, kept or Kept(), "vi")


def ids_in(component: Any) -> set[str]:
    own = {one.id for one in parts_of(component) if isinstance(getattr(one, "id", None), str)}
    return own | set(written_in(component, "id"))


def test_who_may_not_keep_scenarios_has_history_and_link_only(store):
    assert {ids.SAVE, ids.SAVE_AS, ids.HISTORY, ids.LINK} <= ids_in(toolbar(store, STAFF, "base"))
    seen = ids_in(toolbar(store, VIEWER, "base"))
    assert {ids.HISTORY, ids.LINK} <= seen
    assert not {ids.SAVE, ids.SAVE_AS} & seen


@pytest.mark.parametrize(
    ("actor", "version", "goal", "now"),
    [
        (LEADER, None, None, "clean"),
        (LEADER, None, 55.0, "open"),
        (VIEWER, None, 55.0, "tried"),
        (LEADER, 1, None, "older"),
        (LEADER, 1, 55.0, "open"),
    ],
)
def test_the_status_says_how_it_stands(store, actor, version, goal, now):
    slug = make(store)
    save(store, LEADER, slug, 1, online=52.0)
    shown = toolbar(store, actor, slug, version, **({} if goal is None else {"online": goal}))
    assert carried(shown, "now") == [now]
    known = json.loads(*carried(shown, "keeping"))
    assert (known["edits"], known["known"], known["head"]) == (actor is LEADER, version or 2, 2)


def test_a_scenario_of_ones_own_is_said_to_be_private(store):
    slug = make(store, shared=False)
    assert "Riêng của tôi" in text(toolbar(store, LEADER, slug))
    saved_scenarios.share(store, LEADER, opened(store, LEADER, slug).record.id)
    assert "Riêng của tôi" not in text(toolbar(store, LEADER, slug))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("actor", [LEADER, VIEWER], ids=["leader", "viewer"])
def test_every_text_is_filled(store, lang, actor):
    slug = make(store, name=HTML)
    save(store, LEADER, slug, 1, online=52.0)
    keep(store, LEADER, at(store, LEADER, slug, 1, online=60.0))
    for version in (1, 2):
        one = opened(store, actor, slug, version)
        state = begin(one, lang)
        _, kept = keeping_moves.restore(store, actor, one, format_page(state))
        shown = [
            keeping.toolbar(one, state, actor, kept, lang),
            keeping.notice(one, state, actor, kept, lang),
            keeping.dialogs(one, actor, lang),
            keeping_moves.listed(store, actor, {"address": format_page(state)}, lang),
        ]
        for part in shown:
            json.dumps(part, cls=plotly.utils.PlotlyJSONEncoder, allow_nan=False)
            assert not UNFILLED.search(text(part)), text(part)
        assert HTML in text(shown[2])


def test_the_routed_page_holds_what_the_script_and_the_callbacks_name(store):
    there = ids_in(shell.frame()) | ids_in(router.route(store, BASE, Visitor(VIEWER, "token")))
    there |= ids_in(router.route(store, BASE, Visitor(STAFF, "token")))
    script = (Path(router.__file__).parents[1] / "assets/js/35-keeping.js").read_text(encoding="utf-8")
    named = set(re.findall(r'(?<![\w.])(?:set|by|focus|value)\("([\w-]+)"', script))
    assert len(named) > 15
    assert named - {"replay"} <= {value for name, value in vars(ids).items() if name.isupper()}
    assert named <= there, named - there


def test_texts_of_keeping_are_there_in_both_languages():
    own = [[key for key in catalogue(lang) if key.startswith("keeping.")] for lang in LANGUAGES]
    assert len(own[0]) > 60
    assert own[0] == own[1]


# --- drafts --------------------------------------------------------------------------------------------------
def test_what_is_in_hand_is_kept_and_comes_back(store):
    slug = make(store)
    answer = keep(store, LEADER, at(store, LEADER, slug, online=55.0))
    assert answer["kept"] == {"seq": 7, "kept": True, "draft": True, "dropped": 0}
    assert re.search(r"đã giữ nháp \d\d:\d\d", text(answer["draft"]))
    one = opened(store, LEADER, slug)
    address, kept = keeping_moves.restore(store, LEADER, one, f"/scenarios/{CAMPAIGN}/{slug}?lang=en&o=name")
    state = page_of(address, one, "en")
    assert (kept.place, state.of("online").goal, state.lang, state.order) == ("restored", 55.0, "en", "name")
    said = keeping.notice(one, state, LEADER, kept, "vi")
    assert "mở lại bản nháp" in text(said)
    assert carried(said, "throw") == ["restored"]


def test_what_an_address_says_wrongly_is_still_said_beside_a_draft(store):
    keep(store, LEADER, at(store, LEADER, "base", online=55.0))
    one = opened(store, LEADER, "base")
    address, _ = keeping_moves.restore(store, LEADER, one, f"{BASE}?x=1")
    state, faults = parse_page(address, begin(one, "vi"), choices(one))
    assert state.of("online").goal == 55.0
    assert [one.key for one in faults] == ["x"]


def test_nothing_that_differs_is_no_draft(store):
    slug = make(store)
    keep(store, LEADER, at(store, LEADER, slug, online=55.0))
    answer = keep(store, LEADER, at(store, LEADER, slug))
    assert answer["kept"] == {"seq": 7, "kept": True, "draft": False, "dropped": 1}
    assert drafts.of(store, LEADER, opened(store, LEADER, slug).record.id) is None


def test_levers_and_versions_of_an_address_win_over_a_draft(store):
    slug = make(store)
    keep(store, LEADER, at(store, LEADER, slug, online=55.0))
    one = opened(store, LEADER, slug)
    for address in (at(store, LEADER, slug, online=60.0), at(store, LEADER, slug)):
        used, kept = keeping_moves.restore(store, LEADER, one, address)
        assert (used, kept.place) == (address, "elsewhere")
        said = keeping.notice(one, page_of(address, one, "vi"), LEADER, kept, "vi")
        assert "bản nháp khác" in text(said)
        (link,) = [part.href for part in parts_of(said) if getattr(part, "href", "")]
        assert "g.online=55" in link
    same = at(store, LEADER, slug, online=55.0)
    assert keeping_moves.restore(store, LEADER, one, same)[1].place == "same"
    assert drafts.of(store, LEADER, one.record.id).address == "g.online=55"


def test_a_draft_of_an_older_version_is_offered_and_not_applied(store):
    slug = make(store)
    keep(store, STAFF, at(store, STAFF, slug, online=45.0))
    save(store, LEADER, slug, 1, online=55.0)
    one = opened(store, STAFF, slug)
    address, kept = keeping_moves.restore(store, STAFF, one, f"/scenarios/{CAMPAIGN}/{slug}")
    assert (address, kept.place) == (f"/scenarios/{CAMPAIGN}/{slug}", "elsewhere")
    said = keeping.notice(one, page_of(address, one, "vi"), STAFF, kept, "vi")
    links = [part.href for part in parts_of(said) if getattr(part, "href", "")]
    assert [versions(link)[0] for link in links] == [1, 2]
    assert all("g.online=45" in link for link in links)
    old = opened(store, STAFF, slug, 1)
    assert keeping_moves.restore(store, STAFF, old, links[0]) == (
        links[0],
        replace(kept, place="same", names={LEADER.name: LEADER.display_name}),
    )


def test_nobody_else_sees_a_draft(store):
    slug = make(store)
    keep(store, LEADER, at(store, LEADER, slug, online=55.0))
    for other in (STAFF, VIEWER):
        one = opened(store, other, slug)
        address, kept = keeping_moves.restore(store, other, one, f"/scenarios/{CAMPAIGN}/{slug}")
        assert (address, kept.draft) == (f"/scenarios/{CAMPAIGN}/{slug}", None)


def test_a_draft_that_was_ended_elsewhere_is_told_from_a_new_one(store):
    slug = make(store)
    keep(store, LEADER, at(store, LEADER, slug, online=55.0))
    save(store, LEADER, slug, 1, online=55.0)
    late = keep(store, LEADER, at(store, LEADER, slug, 1, online=54.0), dropped=0)
    assert late["kept"] == {"seq": 7, "kept": False, "draft": False, "dropped": 1}
    assert keep(store, LEADER, at(store, LEADER, slug, 1, online=54.0), dropped=1)["kept"]["draft"]


def test_a_draft_that_cannot_be_kept_is_said(store):
    slug = make(store)
    address = at(store, STAFF, slug, online=55.0)
    saved_scenarios.share(store, LEADER, opened(store, LEADER, slug).record.id, shared=False)
    answer = keep(store, STAFF, address)
    assert answer["kept"]["kept"] is False
    assert "Không có phương án" in text(answer["said"])


def test_thrown_away_the_page_is_as_saved(store):
    slug = make(store)
    address = at(store, LEADER, slug, online=55.0)
    keep(store, LEADER, address)
    answer = keeping_moves.settled(store, LEADER, asks("throw", address, place="restored"), "vi")
    assert answer["answer"]["address"] == at(store, LEADER, slug)
    assert (answer["answer"]["dropped"], answer["notice"]) == (1, [])
    assert drafts.of(store, LEADER, opened(store, LEADER, slug).record.id) is None


# --- saving --------------------------------------------------------------------------------------------------
def test_saved_the_page_has_no_levers_and_the_newest_version(store):
    slug = make(store)
    keep(store, LEADER, at(store, LEADER, slug, online=55.0))
    answer = save(store, LEADER, slug, 1, online=55.0)
    assert answer["answer"] == {"address": at(store, LEADER, slug, 2), "known": 2, "dropped": 1, "open": None}
    assert "Đã lưu thành bản 2" in text(answer["said"])
    assert "bản 2" in text(answer["clean"])
    assert goal_of(store, slug) == 0.55
    assert drafts.of(store, LEADER, opened(store, LEADER, slug).record.id) is None


def test_nothing_new_is_said_calmly(store):
    slug = make(store)
    answer = save(store, LEADER, slug, 1)
    assert answer["answer"]["address"] is None
    assert "Không có gì khác" in text(answer["said"])
    assert "bad" not in " ".join(getattr(one, "className", "") or "" for one in parts_of(answer["said"]))
    assert opened(store, LEADER, slug).record.head == 1


def test_a_shipped_scenario_is_never_written_over(store):
    answer = save(store, LEADER, "base", 1, online=55.0)
    assert answer["answer"]["open"] == "save-as"
    assert opened(store, LEADER, "base").record.head == 1
    restored = keeping_moves.settled(store, LEADER, asks("restore", at(store, LEADER, "base"), number=1), "vi")
    assert restored["answer"]["address"] is None
    assert opened(store, LEADER, "base").record.head == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_who_is_second_learns_who_and_what_and_loses_nothing(store, lang):
    slug = make(store)
    save(store, LEADER, slug, 1, online=55.0)
    address = at(store, STAFF, slug, 1, active=70.0)
    answer = keeping_moves.settled(store, STAFF, asks("save", address), lang)
    assert (answer["answer"]["open"], answer["answer"]["address"]) == ("conflict", None)
    said = text(answer["conflict"])
    assert LEADER.display_name in said
    assert ("50\u00a0% → 55\u00a0%" if lang == "vi" else "50% → 55%") in said
    assert carried(answer["conflict"], "instead") == ["true"]
    assert drafts.of(store, STAFF, opened(store, STAFF, slug).record.id).address == "g.active=70"
    assert opened(store, STAFF, slug).record.head == 2


def test_after_ones_own_save_an_undone_state_is_saved_without_a_conflict(store):
    slug = make(store)
    save(store, LEADER, slug, 1, online=55.0)
    answer = save(store, LEADER, slug, 2, version=1)
    assert answer["answer"]["known"] == 3
    assert goal_of(store, slug) == 0.5


def test_an_earlier_version_that_somebody_looks_at_is_saved_as_the_newest(store):
    slug = make(store)
    save(store, LEADER, slug, 1, online=55.0)
    address = at(store, STAFF, slug, 1)
    answer = keeping_moves.settled(store, STAFF, asks("save", address, known=1, head=2), "vi")
    assert answer["answer"]["known"] == 3


def test_another_draft_outlives_saving_what_a_link_opened(store):
    slug = make(store)
    keep(store, STAFF, at(store, STAFF, slug, online=45.0))
    answer = keeping_moves.settled(store, STAFF, asks("save", at(store, STAFF, slug, online=60.0), own=False), "vi")
    assert answer["answer"]["known"] == 2
    draft = drafts.of(store, STAFF, opened(store, STAFF, slug).record.id)
    assert (draft.address, draft.based_on) == ("g.online=45", 1)
    assert "làm trên bản 1" in text(answer["notice"])


def test_levers_that_make_no_scenario_are_refused_in_words(store, monkeypatch):
    def none_of(_state: PageState, one: Opened) -> Any:
        return scenarios.change(one.scenario, {"indicators": {"active": {"denominator": "elsewhere"}}})

    monkeypatch.setattr(keeping_moves, "scenario_of", none_of)
    slug = make(store)
    answer = save(store, LEADER, slug, 1, online=55.0)
    assert "elsewhere" in text(answer["said"])
    assert "elsewhere" in save_as(store, LEADER, at(store, LEADER, slug))["fault"]
    assert opened(store, LEADER, slug).record.head == 1


def test_a_version_that_is_none_is_refused_in_words(store):
    slug = make(store)
    for known in (0, 99, "2", None):
        answer = keeping_moves.settled(
            store, LEADER, asks("save", at(store, LEADER, slug, online=55.0), known=known), "vi"
        )
        assert answer["answer"]["known"] is None
        assert text(answer["said"])
    assert opened(store, LEADER, slug).record.head == 1


# --- a scenario of one's own ---------------------------------------------------------------------------------
def save_as(store: Store, actor: Actor, address: str, **said: Any) -> dict[str, Any]:
    asked = {"address": address, "name": "Mới", "english": "", "note": "", "shared": False, "own": True, **said}
    return keeping_moves.saved_as(store, actor, asked, "vi")


def test_saved_as_another_the_page_goes_there(store):
    address = at(store, STAFF, "base", online=55.0)
    keep(store, STAFF, address)
    answer = save_as(store, STAFF, f"{address}&o=name", name=HTML, english="A & B", note=" Vì sao ")
    assert answer["done"] == {"pathname": f"/scenarios/{CAMPAIGN}/thu-b-dam-b-nhay", "search": "?o=name"}
    new = opened(store, STAFF, "thu-b-dam-b-nhay")
    assert (new.record.name, new.record.owner, new.record.shared) == ({"vi": HTML, "en": "A & B"}, STAFF.name, False)
    assert (new.version.note, goal_of_actor(store, STAFF, new)) == ("Vì sao", 0.55)
    assert drafts.of(store, STAFF, opened(store, STAFF, "base").record.id) is None


def goal_of_actor(store: Store, actor: Actor, one: Opened) -> float:
    return one.scenario.plan.indicator("online").goals["2022Q4"]


def test_another_draft_outlives_saving_a_link_as_another(store):
    keep(store, STAFF, at(store, STAFF, "base", online=45.0))
    save_as(store, STAFF, at(store, STAFF, "base", online=60.0), own=False)
    assert drafts.of(store, STAFF, opened(store, STAFF, "base").record.id).address == "g.online=45"
    save_as(store, STAFF, at(store, STAFF, "base"))
    assert drafts.of(store, STAFF, opened(store, STAFF, "base").record.id).address == "g.online=45"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "x", "english": "y" * 201}, "english"),
        ({"name": "x" * 201, "english": "y" * 201}, "name"),
    ],
)
def test_what_is_wrong_with_a_name_is_said_at_its_field(store, said, field):
    answer = save_as(store, STAFF, at(store, STAFF, "base"), **said)
    other = "english" if field == "name" else "name"
    assert answer[f"{field}_bad"]
    assert text(answer[f"{field}_fault"])
    assert (answer[f"{other}_bad"], answer[f"{other}_fault"], answer["fault"]) == (False, [], [])
    assert answer["done"] == {"pathname": None}


# --- sharing, history ----------------------------------------------------------------------------------------
def share(store: Store, actor: Actor, slug: str, *, shared: bool) -> dict[str, Any]:
    return keeping_moves.shared(store, actor, {"address": at(store, actor, slug), "shared": shared}, "vi")


def test_the_owner_shares_and_takes_it_back(store):
    slug = make(store, shared=False)
    answer = share(store, LEADER, slug, shared=True)
    assert carried(answer["dialog"], "share") == ["false"]
    assert (answer["whose"], opened(store, STAFF, slug).record.shared) == ([], True)
    answer = share(store, LEADER, slug, shared=False)
    assert carried(answer["dialog"], "share") == ["true"]
    assert "Riêng của tôi" in text(answer["whose"])
    with pytest.raises(Exception, match="not_found"):
        opened(store, STAFF, slug)


def test_nobody_else_shares_or_is_offered_to(store):
    slug = make(store)
    assert carried(keeping.sharing(opened(store, STAFF, slug).record, STAFF, "vi"), "share") == []
    answer = share(store, STAFF, slug, shared=False)
    assert "Chỉ chủ phương án" in text(answer["dialog"])
    assert opened(store, STAFF, slug).record.shared
    for actor in (STAFF, VIEWER):
        assert carried(keeping.sharing(opened(store, actor, "base").record, actor, "vi"), "share") == []


def history(store: Store, actor: Actor, slug: str, **more: Any) -> list[Component]:
    return keeping_moves.listed(store, actor, {"address": at(store, actor, slug), **more}, "vi")


def test_the_history_says_who_when_and_what(store):
    slug = make(store)
    save(store, STAFF, slug, 1, online=55.0)
    save(store, LEADER, slug, 2, version=1)
    shown = history(store, LEADER, slug)
    entries = [text(one) for one in parts_of(shown) if type(one).__name__ == "Li" and "Bản " in text(one)]
    assert len(entries) == 3
    assert "Bạn, " in entries[0]
    assert "Nội dung như bản 1" in entries[0]
    assert STAFF.display_name in entries[1]
    assert "mục tiêu 50\u00a0% → 55\u00a0%" in entries[1]
    assert "Bản đầu tiên" in entries[2]
    assert [carried(shown, name) for name in ("restore", "head")] == [["2", "1"], ["3", "3"]]
    assert carried(history(store, VIEWER, slug), "restore") == []
    assert carried(history(store, LEADER, "base"), "restore") == []


def test_a_long_history_is_shown_in_parts(store):
    slug = make(store)
    for number in range(1, keeping_moves.LISTED + 3):
        save(store, LEADER, slug, number, online=50.0 + number)
    shown = history(store, LEADER, slug)
    assert "Xem 3 bản cũ hơn" in text(shown)
    assert "Bản 3 " not in text(shown)
    assert "mục tiêu 52\u00a0% → 53\u00a0%" in text(shown)
    assert "Bản đầu tiên" in text(history(store, LEADER, slug, all=True))


def test_an_earlier_version_comes_back_as_the_newest_and_what_is_in_hand_stays(store):
    slug = make(store)
    save(store, LEADER, slug, 1, online=55.0)
    address = at(store, LEADER, slug, online=60.0)
    answer = keeping_moves.settled(store, LEADER, asks("restore", address, number=1, head=2), "vi")
    assert answer["answer"]["known"] == 3
    assert goal_of(store, slug) == 0.5
    draft = drafts.of(store, LEADER, opened(store, LEADER, slug).record.id)
    assert (draft.address, draft.based_on) == ("g.online=60", 2)
    assert "làm trên bản 2" in text(answer["notice"])


def test_restoring_too_late_is_a_conflict_without_a_copy(store):
    slug = make(store)
    save(store, LEADER, slug, 1, online=55.0)
    save(store, STAFF, slug, 2, online=57.0)
    answer = keeping_moves.settled(store, LEADER, asks("restore", at(store, LEADER, slug), number=1, head=2), "vi")
    assert answer["answer"]["open"] == "conflict"
    assert STAFF.display_name in text(answer["conflict"])
    assert carried(answer["conflict"], "instead") == []


# --- what changed, in words ----------------------------------------------------------------------------------
def words(store: Store, address: str, lang: str = "vi") -> tuple[str, ...]:
    one = opened(store, LEADER, "base")
    after = scenario_of(page_of(address, one, lang), one)
    return keeping_words.changed(one.scenario, after, saved_labels(one, lang))


@pytest.mark.parametrize(
    ("levers", "said"),
    [
        ("g.online=55", "Hồ sơ trực tuyến, quý IV/2022: mục tiêu 50\u00a0% → 55\u00a0%"),
        ("q.online=35", "Hồ sơ trực tuyến, quý III/2022: mục tiêu không đặt → 35\u00a0%"),
        (
            "m.online=equal_target",
            "Hồ sơ trực tuyến: phương pháp “Cùng tỷ lệ thu hẹp khoảng cách” → “Cùng một chỉ tiêu”",
        ),
        ("b.online=in_period", "Hồ sơ trực tuyến: cách tính tỷ lệ “Lũy kế từ 01/01” → “Riêng trong kỳ”"),
        ("p.online=back", "Hồ sơ trực tuyến: nhịp độ “Đều theo thời gian” → “Dồn về cuối kỳ”"),
        (
            "d.online=5",
            "Hồ sơ trực tuyến: cách làm tròn “{0} 1 %” → “{0} 5 %”".format("Làm tròn đến mức gần nhất, từng"),
        ),
        ("f.online=30", "Thêm: Mức sàn 30\u00a0% · Hồ sơ trực tuyến, quý IV/2022"),
        ("pin=online:SYT:2022Q4:60", "Thêm: Ấn định 60\u00a0% (Sở Y tế) · Hồ sơ trực tuyến, quý IV/2022"),
        ("vol=120", "Hồ sơ còn lại so với ước tính: 100\u00a0% → 120\u00a0%"),
    ],
)
def test_each_lever_has_its_words(store, levers, said):
    assert words(store, f"{BASE}?{levers}") == (said,)
    assert not UNFILLED.search(" ".join(words(store, f"{BASE}?{levers}", "en")))


def test_a_rule_that_goes_and_a_name_have_theirs(store):
    one = opened(store, LEADER, "base")
    (first, *_) = one.scenario.plan.rules
    (line,) = words(store, f"{BASE}?drop={first.id}")
    assert line.startswith("Bỏ: Không thấp hơn hiện trạng")
    renamed = scenarios.change(one.scenario, {"name": {"vi": "Khác", "en": "Other"}})
    assert keeping_words.changed(one.scenario, renamed, saved_labels(one, "vi")) == ("Tên: “Phương án cơ sở” → “Khác”",)
    assert keeping_words.changed(one.scenario, one.scenario, saved_labels(one, "vi")) == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"cascade": False}, "phân bổ xuống cấp dưới"),
        ({"indicators": {"active": {"denominator": "provided"}}}, "DVCTT phát sinh hồ sơ: mẫu số"),
        (
            {"indicators": {"online": {"method": {"name": "gap_closing", "toward": "goal"}}}},
            "Hồ sơ trực tuyến: phương pháp",
        ),
    ],
)
def test_what_has_no_lever_is_named(store, changes, said):
    one = opened(store, LEADER, "base")
    after = scenarios.change(one.scenario, changes)
    assert keeping_words.changed(one.scenario, after, saved_labels(one, "vi")) == (said,)


# --- rights --------------------------------------------------------------------------------------------------
def test_each_callback_stands_for_its_right():
    own = {name: action for name, action in access.CALLBACKS.items() if name.startswith("keeping.")}
    assert own.pop("keeping.listed") is Action.READ
    assert set(own.values()) == {Action.EDIT_SCENARIOS}
    assert len(own) == 4


def test_who_may_only_read_is_refused_before_anything_runs(store):
    app = create_app(store)
    client = app.server.test_client()
    log_in(client, NAMES[Role.VIEWER])
    headers = with_token(client)
    for output, name in access.callbacks_of(app).items():
        if name.startswith("keeping.") and name != "keeping.listed":
            body = {"output": output, "outputs": [], "inputs": [], "changedPropIds": [], "state": []}
            assert client.post("/_dash-update-component", json=body, headers=headers).status_code == 403, name


def test_who_may_only_read_is_refused_by_the_services_too(store):
    address = at(store, VIEWER, "base", online=55.0)
    assert keep(store, VIEWER, address)["kept"]["kept"] is False
    answer = keeping_moves.settled(store, VIEWER, asks("throw", address, place="restored"), "vi")
    assert "không có quyền" in text(answer["said"])
    assert "không có quyền" in str(save_as(store, VIEWER, address)["fault"])
    assert "không có quyền" in text(share(store, VIEWER, "base", shared=False)["dialog"])


def test_draft_addresses_stay_readable(store):
    """What is kept is read again: an address that is too long for a page is too long for a draft."""
    slug = make(store)
    assert drafts.LONGEST_ADDRESS <= LONGEST
    long = at(store, LEADER, slug) + "&g.online=55&x=" + "y" * LONGEST
    assert keep(store, LEADER, long)["kept"]["draft"] is False


def test_names_of_people_are_looked_up_and_oneself_is_you(store):
    one = accounts.account(store, STAFF.name)
    assert one is not None
    names = {STAFF.name: one.display_name}
    assert keeping.called(STAFF.name, names, LEADER, "vi") == STAFF.display_name
    assert keeping.called(LEADER.name, names, LEADER, "vi") == "bạn"
    assert keeping.called("gone", names, LEADER, "vi") == "gone"
    assert keeping.called("system", names, LEADER, "en") == "the system"


def test_levers_of_a_page_are_its_draft():
    state = PageState(CAMPAIGN, "base", lang="en", version=3, figures=1, indicator="online", order="name")
    assert keeping_moves.levers_of(state) == ""
    assert keeping_moves.levers_of(replace(state, relaxed=2.5, volume=120.0)) == "relax=2.5&vol=120"
