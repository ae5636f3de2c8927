"""Files that people take away: every kind of every thing, by its address, to whom may see it and nobody else."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pypdf
import pytest
from docx import Document
from flask.testing import FlaskClient

from dashapp.app import create_app
from dashapp.pages.downloads import NOTE
from dashapp.services import downloads, opened, saved_scenarios, tables, templates
from dashapp.services.database import Store
from dashapp.services.downloads import OF_COMPARISON, OF_SCENARIO, OF_TABLE, SUFFIXES, Kind
from dashapp.services.rights import Actor, Role
from data.export import Imprint, paper_office
from data.export.template_form import shipped_template
from tests.dashapp.accounts.people import NAMES, log_in, open_people
from tests.dashapp.reading import parts_of

HAU_GIANG = "hau-giang-2022"
STAFF, ADMIN = (Actor(NAMES[role], role.title(), role) for role in (Role.STAFF, Role.ADMIN))
READER = Actor(NAMES[Role.VIEWER], "Xem", Role.VIEWER)
NOW = datetime(2022, 6, 20, 2, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened_store = open_people(tmp_path_factory.mktemp("downloads"))
    yield opened_store
    opened_store.close()


@pytest.fixture(scope="module")
def table(store: Store) -> int:
    """A draft of the base scenario."""
    base = opened.open_scenario(store, STAFF, HAU_GIANG, "base")
    figures = base.ground.figures_version.id
    return tables.start_draft(store, STAFF, HAU_GIANG, figures_version=figures, scenario_version=base.version.id).id


@pytest.fixture(scope="module")
def client(store: Store) -> FlaskClient:
    made = create_app(store).server.test_client()
    log_in(made, NAMES[Role.VIEWER])
    return made


def opens(name: str, content: bytes) -> None:
    """Whether a file is what its name says."""
    kind = name.rpartition(".")[2]
    if kind in ("xlsx", "docx", "zip"):
        assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    elif kind == "pdf":
        assert pypdf.PdfReader(io.BytesIO(content)).pages
    elif kind == "csv":
        assert content.startswith(b"\xef\xbb\xbf")
    else:
        assert content.startswith(b"{")


def name_of(answer: Any) -> str:
    found = answer.headers["Content-Disposition"]
    assert found.startswith("attachment; filename=")
    return str(found.partition("filename=")[2].strip('"'))


@pytest.mark.parametrize("kind", [kind for kind in OF_TABLE if kind is not Kind.DIFFERENCE])
def test_a_reader_takes_away_every_kind_of_a_table(client: FlaskClient, table: int, kind: Kind):
    answer = client.get(f"/exports/table?id={table}&as={kind}")
    assert answer.status_code == 200
    name = name_of(answer)
    assert name.endswith(SUFFIXES[kind])
    assert name.isascii()
    assert "bang-1-hau-giang-2022-20" in name
    opens(name, answer.data)


@pytest.mark.parametrize("kind", [Kind.WORKBOOK, Kind.DECISION, Kind.BRIEF])
def test_a_scenario_that_no_table_was_made_of(client: FlaskClient, kind: Kind):
    assert kind in OF_SCENARIO
    answer = client.get(f"/exports/scenario?c={HAU_GIANG}&s=cautious&as={kind}&lang=en")
    assert answer.status_code == 200
    assert "cautious-hau-giang-2022" in name_of(answer)
    opens(name_of(answer), answer.data)


@pytest.mark.parametrize("kind", OF_COMPARISON)
def test_scenarios_side_by_side(client: FlaskClient, kind: Kind):
    answer = client.get(f"/exports/comparison?c={HAU_GIANG}&s=base,cautious&as={kind}")
    assert answer.status_code == 200
    opens(name_of(answer), answer.data)


def test_names_say_what_it_is_whether_a_draft_and_when(store: Store, table: int):
    names = {
        kind: downloads.of_table(store, READER, table, kind, lang="vi", made_at=NOW).name
        for kind in (Kind.DECISION, Kind.APPENDIX, Kind.BRIEF)
    }
    day = f"{NOW.astimezone():%Y%m%d}"
    assert names == {
        Kind.DECISION: f"du-thao-quyet-dinh-bang-1-hau-giang-2022-{day}.docx",
        Kind.APPENDIX: f"phu-luc-bang-1-hau-giang-2022-{day}.pdf",
        Kind.BRIEF: f"tom-tat-bang-1-hau-giang-2022-{day}.pdf",
    }


def test_the_decision_is_vietnamese_and_its_copy_english_whatever_the_screen_speaks(store: Store, table: int):
    for lang in ("vi", "en"):
        made = downloads.of_table(store, READER, table, Kind.DECISION, lang=lang, made_at=NOW)
        texts = [one.text for one in Document(io.BytesIO(made.content)).paragraphs]
        assert "QUYẾT ĐỊNH" in texts
        copy = downloads.of_table(store, READER, table, Kind.COPY, lang=lang, made_at=NOW)
        texts = [one.text for one in Document(io.BytesIO(copy.content)).paragraphs]
        assert "DECISION" in texts
        assert any(one.startswith("Reading copy") for one in texts)


def test_files_carry_the_hash_that_the_store_keeps(store: Store, table: int):
    kept = tables.table(store, READER, table).record.targets_sha256
    word = downloads.of_table(store, READER, table, Kind.DECISION, lang="vi", made_at=NOW)
    imprint = Imprint.read(Document(io.BytesIO(word.content)).core_properties.comments)
    assert imprint is not None
    assert (imprint.targets_sha256, imprint.table, imprint.made_at) == (kept, 1, NOW)
    for kind in (Kind.PDF, Kind.BRIEF):
        made = downloads.of_table(store, READER, table, kind, lang="vi", made_at=NOW)
        pages = pypdf.PdfReader(io.BytesIO(made.content)).pages
        assert all(str(kept) in page.extract_text().replace("\n", "") for page in pages)


@pytest.mark.parametrize(
    "address",
    [
        "/exports/table?id=1&as=exe",
        "/exports/table?id=1",
        "/exports/table?id=x&as=csv",
        "/exports/table?id=99999&as=csv",
        "/exports/table?id=99999999999999999999&as=csv",
        f"/exports/scenario?c={HAU_GIANG}&s=nowhere&as=csv",
        f"/exports/scenario?c={HAU_GIANG}&s=base&as=difference",
        "/exports/scenario?c=nowhere&s=base&as=csv",
        f"/exports/comparison?c={HAU_GIANG}&s=base&as=csv",
        f"/exports/comparison?c={HAU_GIANG}&s=base,a,b,c,d&as=csv",
        f"/exports/comparison?c={HAU_GIANG}&s=base,nowhere&as=csv",
    ],
)
def test_what_is_not_there_is_not_found(client: FlaskClient, table: int, address: str):
    assert client.get(address).status_code == 404


def test_nobody_takes_anything_away(store: Store, table: int):
    stranger = create_app(store).server.test_client()
    for address in (f"/exports/table?id={table}&as=csv", f"/exports/scenario?c={HAU_GIANG}&s=base&as=csv"):
        assert stranger.get(address).status_code == 401


def test_somebody_elses_own_scenario_is_not_there(client: FlaskClient, store: Store):
    base = opened.open_scenario(store, STAFF, HAU_GIANG, "base")
    own = saved_scenarios.create(store, STAFF, HAU_GIANG, base.scenario, name={"vi": "Riêng"})
    assert client.get(f"/exports/scenario?c={HAU_GIANG}&s={own.record.slug}&as=decision").status_code == 404
    mine = downloads.of_scenario(store, STAFF, HAU_GIANG, own.record.slug, Kind.DECISION, lang="vi", made_at=NOW)
    opens(mine.name, mine.content)


def test_the_difference_is_there_once_a_decision_came_before(client: FlaskClient, store: Store, table: int):
    refused = client.get(f"/exports/table?id={table}&as=difference")
    assert refused.status_code == 409
    assert "chưa có Quyết định nào" in refused.json["refused"]


def test_a_pdf_of_the_office_s_own_template_or_the_standard_form_that_says_so(
    client: FlaskClient, store: Store, table: int, monkeypatch: pytest.MonkeyPatch
):
    document = Document(io.BytesIO(shipped_template()))
    document.paragraphs[0].insert_paragraph_before("MẪU CỦA VĂN PHÒNG")
    packed = io.BytesIO()
    document.save(packed)
    templates.change(store, ADMIN, "mau.docx", packed.getvalue())
    try:
        word = downloads.of_table(store, READER, table, Kind.DECISION, lang="vi", made_at=NOW)
        assert "MẪU CỦA VĂN PHÒNG" in [one.text for one in Document(io.BytesIO(word.content)).paragraphs]
        monkeypatch.setattr(paper_office, "COMMANDS", ())
        answer = client.get(f"/exports/table?id={table}&as=pdf")
        note = unquote(answer.headers[NOTE])
        assert note.startswith("PDF theo mẫu chuẩn")
        assert note.split(",")[0] in pypdf.PdfReader(io.BytesIO(answer.data)).pages[0].extract_text()
    finally:
        templates.reset(store, ADMIN)
    assert NOTE not in client.get(f"/exports/table?id={table}&as=pdf").headers


def test_the_menu_leads_to_every_kind(store: Store, table: int):
    from dashapp.views import downloads as view

    for menu, kinds in (
        (view.of_table(table, differs=True, lang="vi"), OF_TABLE),
        (view.of_table(table, differs=False, lang="en"), [one for one in OF_TABLE if one is not Kind.DIFFERENCE]),
        (view.of_scenario(HAU_GIANG, "base", "vi"), OF_SCENARIO),
        (view.of_comparison(HAU_GIANG, ["base", "cautious"], "vi"), OF_COMPARISON),
    ):
        links = [one for one in parts_of(menu) if one._type == "A"]
        assert [one.href.partition("as=")[2].partition("&")[0] for one in links] == list(kinds)


CONVERTER = """#!/bin/sh
for last; do :; done
while [ "$1" != --outdir ]; do shift; done
{ printf '%%PDF-1.7 of '; cat "$last"; } > "$2/decision.pdf"
"""


@pytest.mark.parametrize(
    ("script", "made"), [(CONVERTER, b"%PDF-1.7 of word"), ("#!/bin/sh\nexit 1\n", None), (None, None)]
)
def test_another_program_converts_where_the_machine_has_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str | None, made: bytes | None
):
    if script is not None:
        program = tmp_path / "soffice"
        program.write_text(script)
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    else:
        monkeypatch.setenv("PATH", str(tmp_path))
    assert paper_office.pdf_of_docx(b"word") == made
