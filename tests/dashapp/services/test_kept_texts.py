"""Every refusal, state, role, right and deed of the store and the services has its words in both languages."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dashapp.i18n import LANGUAGES, catalogue, placeholders
from dashapp.kept_messages import of_broken, of_service, place
from dashapp.services.ledger import Because
from dashapp.services.refused import Changed, ConflictError, ForbiddenError, RefusedError
from dashapp.services.rights import Action, Role
from data.store import StoreError
from data.store.errors import StoreError as _Documented
from data.store.failures import _POSTGRES, _SQLITE
from data.store.records import Broken, LogEntry, State
from tests.dashapp.codes import ROOT, sites

REFUSED = sites("dashapp/services", {"RefusedError": 0})
FAULTS = {*_SQLITE.values(), *_POSTGRES.values(), *(one.code for one in sites("data/store", {"StoreError": 0}))}
DOCUMENTED = set(re.findall(r"``([a-z_]+)`` ", _Documented.__doc__ or ""))
ADDED = {"minutes"}
"""Details that a message makes of others."""


def _of_calls(file: Path, method: str, place: int = 0) -> set[str]:
    """Texts given to `.method(...)` at a place, and to what ends up there."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {
        text.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == method
        for argument in node.args
        for text in ast.walk(argument)
        if isinstance(text, ast.Constant) and isinstance(text.value, str)
    }


SERVICES = sorted((ROOT / "dashapp" / "services").glob("*.py"))
DEEDS = {
    text
    for file in SERVICES
    for method in ("append", "_move", "_step", "_change", "_log")
    for text in _of_calls(file, method)
    if re.fullmatch(r"[a-z]+\.[a-z_]+", text)
}
DEEDS |= {"override.set", "override.change", "agency.merge", "agency.split"}
KINDS = {
    str(keyword.value.value)
    for file in sorted((ROOT / "data" / "store").rglob("*.py"))
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    if isinstance(node, ast.Call)
    for keyword in node.keywords
    if keyword.arg == "kind" and isinstance(keyword.value, ast.Constant)
}
CONFLICTS = ("agency", "allocation", "campaign", "figures", "indicator", "override", "scenario", "user")


def test_the_scan_finds_them():
    assert {"four_eyes", "reason_missing", "bad_login", "nothing_issued"} <= {one.code for one in REFUSED}
    assert {"busy", "disk_full", "frozen", "stale", "newer_database"} <= FAULTS
    assert {"allocation.issue", "allocation.submit", "user.role", "figures.accept"} <= DEEDS
    assert {"user", "token"} <= KINDS


@pytest.mark.parametrize("lang", LANGUAGES)
def test_everything_has_words(lang: str):
    asked = [f"store.refused.{one.code}" for one in REFUSED]
    asked += [f"store.fault.{code}" for code in FAULTS | (DOCUMENTED & FAULTS)]
    asked += [f"store.deed.{deed}" for deed in DEEDS]
    asked += [f"store.kind.{kind}" for kind in KINDS]
    asked += [f"store.conflict.{kind}" for kind in CONFLICTS]
    for table, closed in (("role", Role), ("action", Action), ("state", State), ("because", Because)):
        asked += [f"store.{table}.{member}" for member in closed]
    asked += [f"store.broken.{reason}" for reason in ("changed", "missing", "reordered", "cut", "added", "head")]
    assert sorted({key for key in asked if key not in catalogue(lang)}) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_word_is_left_over(lang: str):
    texts = catalogue(lang)
    known = {f"store.refused.{one.code}" for one in REFUSED} | {"store.refused.forbidden"}
    assert {key for key in texts if key.startswith("store.refused.")} == known
    assert {key for key in texts if key.startswith("store.deed.")} == {f"store.deed.{deed}" for deed in DEEDS}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_detail_a_text_names_is_given(lang: str):
    lacking = []
    for one in REFUSED:
        text = catalogue(lang)[f"store.refused.{one.code}"]
        if one.details is not None:
            optional = set(re.findall(r"\{([a-z_]+):maybe ", text))
            missing = placeholders(text) - optional - one.details - ADDED
            lacking += [f"{one.code} ({one.where}): {sorted(missing)}"] if missing else []
    assert lacking == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_refusals_say_what_and_how_to_go_on(lang: str):
    texts = catalogue(lang)
    for key in [key for key in texts if key.startswith(("store.refused.", "store.fault.", "store.conflict."))]:
        assert texts[key].endswith((".", "…", "}")), key
        assert len(re.findall(r"[.;:…](?: |$)", texts[key])) >= 2, key


AT = datetime(2026, 11, 24, 8, 45, tzinfo=UTC)


def test_a_conflict_names_who_when_and_what():
    changes = [Changed("indicators.online.goals.2022Q4", "40%", 0.45)]
    conflict = ConflictError("scenario", 3, changed_by="lan", changed_at=AT, current=None, yours={}, changes=changes)
    clock = AT.astimezone().strftime("%H:%M")
    said = of_service(conflict, "en")
    assert said.startswith(f"lan changed this scenario at {clock}, 24 Nov 2026 (Dossiers online: goal Q4 2022).")
    assert "not lost" in said
    assert of_service(conflict, "vi").startswith(f"lan đã sửa phương án này lúc {clock} 24/11/2026 (")


@pytest.mark.parametrize(
    ("path", "vi", "en"),
    [
        ("indicators.online.method.name", "phương pháp", "method"),
        ("indicators.online", "", ""),
        ("rules[2].value", "quy tắc thứ 3", "rule 3"),
        ("rules", "quy tắc", "rule"),
        ("name.vi", "tên", "name"),
        ("của_tôi", "của_tôi", "của_tôi"),
    ],
)
def test_places_of_a_scenario_in_words(path: str, vi: str, en: str):
    for lang, words in (("vi", vi), ("en", en)):
        said = place(path, lang)
        assert said.endswith(words)
        assert "indicators" not in said


@pytest.mark.parametrize(
    ("error", "vi", "en"),
    [
        (
            ForbiddenError(Action.ISSUE, Role.STAFF),
            "Vai trò “chuyên viên” không có quyền ban hành.",
            "The role “staff” has no right to issue.",
        ),
        (
            RefusedError("wrong_state", allocation=2, state="issued", needed=("draft",)),
            "Bảng chỉ tiêu số 2 đang ở trạng thái “đã ban hành”. Việc này chỉ làm được khi: dự thảo.",
            "Table of targets 2 is “issued”. This can only be done when it is: draft.",
        ),
        (RefusedError("too_many_attempts", seconds=900), "Thử lại sau 15 phút.", "Try again in 15 minutes."),
        (StoreError("not_found", kind="scenario", id=7), "Không có phương án “7”.", "There is no scenario “7”."),
        (StoreError("disk_full"), "đã đầy", "is full"),
    ],
)
def test_sentences(error: RefusedError | StoreError, vi: str, en: str):
    assert vi in of_service(error, "vi")
    assert en in of_service(error, "en")


def test_a_broken_log_names_its_entry():
    entry = LogEntry(7, AT, "lan", "override.set", "override/3", None, {}, "a", "b")
    said = of_broken(Broken(7, "changed", entry), "en")
    assert said.startswith("Entry 7 of the log was changed: ")
    assert "lan, target set by hand (override/3)" in said
    assert of_broken(Broken(9, "cut"), "vi") == "Nhật ký bị cắt từ mục 9 đến hết."
