"""One page for leaders, and a letter to each agency: what they say, and the files they become."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import date

import pypdf
import pytest
from docx import Document

from dashapp.services import briefs, letterheads, letters
from data.export import Exported, ExportState, Imprint, Letter
from data.export.letters import letter_docx, letters_zip
from data.export.paper_pdf import brief_pdf
from tests.dashapp.services.test_papers import HEAD, exported
from tests.data.papers import LONG, NASTY


@pytest.fixture(scope="module")
def said() -> Exported:
    return exported()


@pytest.fixture(scope="module")
def several(said: Exported) -> list[Letter]:
    return list(letters.letters(said, HEAD))


def texts(content: bytes) -> list[str]:
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return [*(one.text for one in document.paragraphs), *cells]


def test_a_brief_lays_the_chosen_scenario_against_the_others(said: Exported):
    made = briefs.brief(said, [exported("hau-giang-2022/cautious"), exported("hau-giang-2022/one-target")])
    assert [one.label for one in made.goals] == ["DVCTT mức độ 4", "DVCTT phát sinh hồ sơ", "Hồ sơ trực tuyến"]
    assert [one.goal for one in made.goals] == [1.0, 0.8, 0.5]
    assert [row[0] for row in made.versus.rows] == [
        "Phương án cơ sở",
        "Từng bước thận trọng",
        "Một chỉ tiêu chung cho tất cả",
    ]
    assert [row[4] for row in made.versus.rows] == ["3/3", "2/3", "3/3"]
    assert made.versus.rows[1][3] == "41,7\u00a0%"
    assert made.sentences == ()
    assert briefs.brief(exported("hau-giang-2022/cautious")).sentences[0].startswith("Hồ sơ trực tuyến")


def test_the_five_hardest_are_those_that_rise_most_each_with_its_sentence(said: Exported):
    hardest = briefs.brief(said).hardest
    assert len(hardest) == 5
    assert len({one.what.partition(":")[0] for one in hardest}) > 1
    online = said.allocation.results["online"]
    rises = {
        said.allocation.figures.names[int(at)]: x
        for at, x in zip(online.rows, online.target[-1] - online.current, strict=True)
        if x == x
    }
    assert max(rises, key=lambda name: rises[name]) in {one.name for one in hardest}
    assert all("31/12/2022" in one.sentence for one in hardest)


def test_a_brief_is_one_page_whatever_its_names(said: Exported):
    names = {"vi": NASTY + LONG, "en": LONG}
    long = replace(said, imprint=replace(said.imprint, scenario_name=names, campaign_name=names))
    worst = exported("hau-giang-2022/cautious")
    for chosen in (long, replace(worst, imprint=long.imprint)):
        pages = pypdf.PdfReader(io.BytesIO(brief_pdf(briefs.brief(chosen, [long, worst, long])))).pages
        assert len(pages) == 1
        text = pages[0].extract_text()
        assert "Năm chỉ tiêu khó nhất" in text
        assert "SHA-256" in text
        assert "MINH HỌA" in text


def test_each_agency_has_its_own_letter_and_no_other_s_numbers(said: Exported, several: list[Letter]):
    assert [one.name for one in several[:2]] == ["Ban Dân tộc", "Ban Quản lý các khu công nghiệp"]
    assert len(several) == len(said.allocation.figures.codes)
    archive = zipfile.ZipFile(io.BytesIO(letters_zip(several[:3])))
    assert archive.namelist()[0] == "001-bdt-ban-dan-toc.docx"
    first = texts(archive.read(archive.namelist()[0]))
    assert "Kính gửi: Ban Dân tộc" in first
    assert not any("Ban Quản lý" in one for one in first)
    assert "77\u00a0%" in first
    assert "50\u00a0% (1/2)" in first
    assert any(one.startswith("DVCTT phát sinh hồ sơ. Không giao chỉ tiêu") for one in first)
    head = Document(io.BytesIO(archive.read(archive.namelist()[0]))).tables[0].rows[0].cells[0].text
    assert head.startswith("ỦY BAN NHÂN DÂN\nTỈNH HẬU GIANG\n")


def test_a_letter_says_whether_its_targets_are_issued(said: Exported, several: list[Letter]):
    assert "dự thảo" in several[0].lead
    issued = replace(
        said.imprint, state=ExportState.ISSUED, decision_number="9/QĐ-UBND", decision_date=date(2022, 6, 21)
    )
    made = next(letters.letters(replace(said, imprint=issued), HEAD))
    assert made.lead.startswith("Thực hiện Quyết định số 9/QĐ-UBND ngày 21/06/2022 của Ủy ban nhân dân tỉnh Hậu Giang")
    assert made.draft_mark == ""
    assert made.number_line.split() == ["Số:", "/"]


def test_a_letter_with_a_name_that_bites_and_the_imprint(several: list[Letter]):
    nasty = letter_docx(replace(several[0], name=NASTY, to=f"Kính gửi: {NASTY}"))
    assert f"Kính gửi: {NASTY}" in texts(nasty)
    assert Imprint.read(Document(io.BytesIO(nasty)).core_properties.comments) == several[0].imprint
    assert letter_docx(several[0]) == letter_docx(several[0])
    (name,) = zipfile.ZipFile(io.BytesIO(letters_zip([replace(several[0], name="../../Sở Đất đai")]))).namelist()
    assert name == "001-bdt-so-dat-dai.docx"


def test_letters_of_a_large_province_are_told_one_by_one(several: list[Letter]):
    done: list[int] = []
    letters_zip((several * 2)[:163], done.append)
    assert done == list(range(1, 164))


def test_the_shipped_letterhead_is_that_of_the_province():
    assert letterheads.shipped("hau-giang-2022").body == ("ỦY BAN NHÂN DÂN", "TỈNH HẬU GIANG")
    assert letterheads.shipped("nowhere").body == ()
