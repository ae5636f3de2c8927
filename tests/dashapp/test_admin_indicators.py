"""Indicators in the administration: words that are changed show everywhere, what is issued keeps its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from dashapp.pages import admin as page
from dashapp.services import batches, exports, operations, provision, states, tables
from dashapp.services import opened as desk
from dashapp.services.database import AllocationRecord, Store, open_store
from dashapp.services.refused import RefusedError
from dashapp.services.rights import Role
from scenarios import Indicator
from tests.dashapp.accounts.people import open_people
from tests.dashapp.test_admin import ACTORS, ADMIN, HAU_GIANG, PHU_THO, done, form, opened, refused, send, typed
from tests.dashapp.test_finalize import text
from tests.dashapp.test_overview import words_of
from tests.data import messy

STAFF, LEADER = ACTORS[Role.STAFF], ACTORS[Role.LEADER]
NEW_WORDS = {"definition.vi": "Chỉ tính hồ sơ của người dân.", "denominator.en": "All dossiers of citizens"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a database with one person of each role."""
    folder = tmp_path_factory.mktemp("indicators")
    open_people(folder).close()
    (file,) = folder.glob("*.db")
    return file


@pytest.fixture
def store(built: Path, tmp_path: Path) -> Iterator[Store]:
    """A copy of it, for one test alone."""
    made = open_store(f"sqlite:///{shutil.copy(built, tmp_path / 'indicators.db')}")
    yield made
    made.close()


def defined(store: Store, moment: datetime | None = None) -> Indicator:
    found = (
        desk.ground(store, ADMIN, HAU_GIANG).campaign
        if moment is None
        else desk.campaign_then(store, ADMIN, HAU_GIANG, moment)
    )
    return found.indicators["online"]


def test_a_definition_is_changed_everywhere_and_the_log_holds_both(store: Store) -> None:
    before = defined(store)
    said = done(send(store, typed(form(store, "indicator.change", "online"), **NEW_WORDS)))
    assert said == "Đã lưu định nghĩa của “Hồ sơ trực tuyến”."
    after = defined(store)
    assert after.definition == {"vi": NEW_WORDS["definition.vi"], "en": before.definition["en"]}
    assert after.denominator == {"vi": before.denominator["vi"], "en": NEW_WORDS["denominator.en"]}
    assert (after.unit, after.legal_basis, after.kind) == (before.unit, before.legal_basis, before.kind)
    for path in ("/", f"/scenarios/{HAU_GIANG}/base?i=online", "/figures?i=online", "/admin/campaigns"):
        assert NEW_WORDS["definition.vi"] in text(opened(store, path)), path
    (entry,) = operations.read_log(store, ADMIN, action="indicator.change")
    assert entry.before == {"definition": dict(before.definition), "denominator": dict(before.denominator)}
    assert entry.after == {"definition": dict(after.definition), "denominator": dict(after.denominator)}
    assert "Chỉ tính hồ sơ của người dân" in text(opened(store, "/log"))
    assert "sửa lần cuối ngày" in text(opened(store, "/admin/campaigns"))
    assert NEW_WORDS["definition.vi"] not in text(opened(store, f"/figures?c={PHU_THO}&i=online"))


def test_what_is_issued_keeps_the_definition_it_was_issued_under(store: Store) -> None:
    record = issued(store)
    was = defined(store).definition["vi"]
    for words in ("Một cách đếm khác.", "Lại một cách khác."):
        done(send(store, typed(form(store, "indicator.change", "online"), **{"definition.vi": words})))
    assert record.issued_at is not None
    assert defined(store, record.issued_at).definition["vi"] == was
    assert defined(store).definition["vi"] == "Lại một cách khác."
    draft = states.correct(store, STAFF, record.id)
    for number, own, other in ((record.number, was, "Lại một cách khác."), (draft.number, "Lại một cách khác.", was)):
        shown = text(opened(store, f"/finalize?t={number}"))
        assert own in shown
        assert other not in shown
    exported = exports.of_table(store, STAFF, record.id, lang="vi", made_at=datetime.now(UTC))
    assert exported.indicators["online"].definition == was


@pytest.mark.parametrize("name", ["unit.vi", "numerator.en", "definition.en", "legal_basis"])
def test_no_definition_is_left_without_a_word(store: Store, name: str) -> None:
    before = defined(store)
    assert "Điền đủ các ô" in refused(send(store, typed(form(store, "indicator.change", "online"), **{name: " "})))
    assert defined(store) == before


def test_a_definition_saved_as_it_was_or_over_anothers_is_refused(store: Store) -> None:
    assert "Không có gì khác" in refused(send(store, typed(form(store, "indicator.change", "online"))))
    mine = typed(form(store, "indicator.change", "online"), **{"unit.vi": "việc"})
    done(send(store, typed(form(store, "indicator.change", "online"), **{"unit.vi": "hồ sơ nộp"})))
    words = refused(send(store, mine))
    assert "đã sửa chỉ số này" in words
    assert "hồ sơ nộp" in words


def test_whether_dossiers_of_the_last_period_count_is_chosen_for_the_reports_that_come(store: Store) -> None:
    def counted() -> tuple[int, int]:
        batch = batches.look(store, STAFF, HAU_GIANG, (batches.Sent("a.xlsx", messy.ii06a()),), ())
        (change,) = batch.changes
        return int(change.after["numerator"]), int(change.after["denominator"])

    assert defined(store).carried_over is None
    assert counted() == (1040, 1160)
    done(send(store, typed(form(store, "indicator.change", "online"), carried_over="with")))
    assert defined(store).carried_over is True
    assert counted() == (1040, 1180)
    (entry,) = operations.read_log(store, ADMIN, action="indicator.change")
    assert (entry.before, entry.after) == ({"carried_over": None}, {"carried_over": True})
    assert "Tính vào mẫu số" in words_of(opened(store, "/admin/campaigns"))
    assert "Tính hồ sơ từ kỳ trước" in words_of(opened(store, "/log"))


def test_kind_and_name_belong_to_the_catalogue(store: Store) -> None:
    for field in ({"kind": "stock"}, {"name": {"vi": "Khác", "en": "Other"}}, {"position": 3}):
        with pytest.raises(RefusedError) as refusal:
            provision.change_indicator(store, ADMIN, HAU_GIANG, "online", version=1, **field)
        assert refusal.value.code == "fixed_in_catalogue"
    assert "Không có" in words_of(page.asked(store, ADMIN, {"what": "indicator.change", "of": "x"}, "vi")["fault"])


def issued(store: Store) -> AllocationRecord:
    base = desk.open_scenario(store, STAFF, HAU_GIANG, "base")
    figures = base.ground.figures_version.id
    record = tables.start_draft(store, STAFF, HAU_GIANG, figures_version=figures, scenario_version=base.version.id)
    record = states.submit(store, STAFF, record.id, version=record.version)
    record = states.approve(store, LEADER, record.id, version=record.version)
    return states.issue(store, LEADER, record.id, version=record.version, number="1/QĐ", day=date(2022, 6, 21))
