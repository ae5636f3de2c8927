"""The administration of Decisions: the letterhead, the office's own template, every refusal with its place."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from flask.testing import FlaskClient

from dashapp.app import create_app
from dashapp.i18n import LANGUAGES, catalogue
from dashapp.pages import admin as page
from dashapp.security import TOKEN_HEADER
from dashapp.services import letterheads, operations, templates
from dashapp.services.database import Store
from dashapp.services.rights import Actor, Role
from dashapp.services.templates import FAULTS, PARTS, VARIABLES
from data.export.template_form import shipped_template
from tests.dashapp.accounts.people import NAMES, log_in, open_people, token
from tests.dashapp.test_overview import parts_of, words_of

HAU_GIANG = "hau-giang-2022"
ADMIN = Actor(NAMES[Role.ADMIN], "Quản trị", Role.ADMIN)
FILE = "/admin/template/file"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_people(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def client(store: Store) -> FlaskClient:
    made = create_app(store).server.test_client()
    log_in(made, NAMES[Role.ADMIN])
    return made


def template(text: str) -> bytes:
    document = Document(io.BytesIO(shipped_template()))
    document.paragraphs[0].insert_paragraph_before(text)
    packed = io.BytesIO()
    document.save(packed)
    return packed.getvalue()


def send(client: FlaskClient, content: bytes, name: str = "mẫu.docx", lang: str = "vi") -> Any:
    return client.post(
        f"{FILE}?lang={lang}", data={"file": (io.BytesIO(content), name)}, headers={TOKEN_HEADER: token(client)}
    )


def section(store: Store, lang: str = "vi") -> str:
    return words_of(page.body(store, ADMIN, "decision", HAU_GIANG, "", lang))


def test_the_section_says_what_stands_in_a_decision_and_what_a_template_may_hold(store: Store):
    words = section(store)
    assert "ỦY BAN NHÂN DÂN\nTỈNH HẬU GIANG" in words
    assert "Mẫu gốc theo Nghị định 30/2020/NĐ-CP" in words
    for name in VARIABLES:
        assert name in words


def test_the_letterhead_is_changed_in_a_dialog(store: Store):
    form = page.asked(
        store, ADMIN, {"what": "letterhead.change", "of": HAU_GIANG, "campaign": HAU_GIANG, "at": 1}, "vi"
    )
    held = {one.name: one.value for one in parts_of(form["form"]) if getattr(one, "name", None)}
    assert held["signing"] == "TM. ỦY BAN NHÂN DÂN\nKT. CHỦ TỊCH\nPHÓ CHỦ TỊCH"
    (sent,) = [one for one in parts_of(form["form"]) if one._type == "Form"]
    version = sent.to_plotly_json()["props"]["data-version"]
    asked = {"what": "letterhead.change", "of": HAU_GIANG, "campaign": HAU_GIANG, "version": version, "at": 2}
    answer = page.done(store, ADMIN, {**asked, "fields": {**held, "signer": "Trần Văn Huyến"}}, "vi")
    assert answer["done"]["ok"]
    assert letterheads.of(store, ADMIN, HAU_GIANG).signer == "Trần Văn Huyến"
    late = page.done(store, ADMIN, {**asked, "fields": {**held, "signer": "Người khác"}}, "vi")
    assert not late["done"]["ok"]
    assert "Trần Văn Huyến" in words_of(late["fault"])


def test_a_template_is_taken_used_given_back_and_left_again(store: Store, client: FlaskClient):
    own = template("MẪU RIÊNG {{ so }}")
    assert send(client, own).json == {"taken": "mẫu.docx"}
    told = page.done(store, ADMIN, {"what": "template.tell", "campaign": HAU_GIANG, "at": 1, "fields": {}}, "vi")
    assert "mẫu.docx" in words_of(told["said"])
    assert "mẫu.docx" in section(store)
    assert client.get(f"{FILE}?which=own").data == own
    assert client.get(f"{FILE}?which=shipped").data == shipped_template()
    entry = operations.read_log(store, ADMIN)[-1]
    assert (entry.action, entry.after["filename"]) == ("template.change", "mẫu.docx")
    again = send(client, own)
    assert again.json == {"refused": catalogue("vi")["store.refused.nothing_new"]}
    left = page.done(store, ADMIN, {"what": "template.reset", "campaign": HAU_GIANG, "at": 1, "fields": {}}, "vi")
    assert left["done"]["ok"]
    assert templates.in_use(store, ADMIN).content is None
    assert client.get(f"{FILE}?which=own").status_code == 404
    assert operations.verify_log(store, ADMIN)[2] is None


def test_a_broken_template_is_refused_with_the_place_and_nothing_is_kept(store: Store, client: FlaskClient):
    before = operations.verify_log(store, ADMIN)
    refused = send(client, template("Kính gửi {{ trich_yueu }}"))
    assert refused.json["refused"] == (
        "Không có tên “trich_yueu”; tên gần nhất là “trich_yeu”. Sửa theo danh sách tên ở dưới. "
        "Ở đoạn: “Kính gửi {{ trich_yueu }}”."
    )
    english = send(client, template("{{ ''.__class__ }}"), lang="en").json["refused"]
    assert english.startswith("“{{ ''.__class__ }}” cannot be used.")
    assert "Word" in send(client, b"no zip").json["refused"]
    assert "Chưa chọn tệp" in client.post(FILE, data={}, headers={TOKEN_HEADER: token(client)}).json["refused"]
    assert templates.in_use(store, ADMIN).content is None
    assert operations.verify_log(store, ADMIN) == before


def test_only_who_manages_campaigns_sends_or_takes_a_template(store: Store):
    for role in (Role.VIEWER, Role.STAFF, Role.LEADER):
        other = create_app(store).server.test_client()
        log_in(other, NAMES[role])
        assert other.get(f"{FILE}?which=shipped").status_code == 403
        assert send(other, template("x")).status_code == 403


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_fault_place_kind_and_variable_has_its_words(lang: str):
    texts = catalogue(lang)
    asked = [f"paper.fault.{code}" for code in FAULTS] + [f"paper.part.{part}" for part in PARTS]
    asked += [f"paper.variable.{name}" for name in VARIABLES]
    asked += [f"paper.kind_of.{kind}" for kind in set(VARIABLES.values())]
    assert [key for key in asked if key not in texts] == []
