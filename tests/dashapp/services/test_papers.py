"""What a Decision says of a table: its words, its notes where they are needed, and what changes once it is issued."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from dashapp.services import calculation, catalogue, gathering, papers
from data.export import Corrected, Exported, ExportState, Letterhead, RowKind

NOW = datetime(2022, 6, 20, 2, 30, tzinfo=UTC)
HEAD = Letterhead(
    body=("ỦY BAN NHÂN DÂN", "TỈNH HẬU GIANG"),
    place="Hậu Giang",
    mark="QĐ-UBND",
    advisor="Sở TTTT",
    proposer="Giám đốc Sở TTTT",
    bases=("Luật Tổ chức chính quyền địa phương năm 2015",),
    signing=("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"),
    recipients=("- Bộ TTTT;", "TT. Tỉnh ủy"),
    archive="KSTTHC",
)


def exported(slug: str = "hau-giang-2022/base", lang: str = "vi") -> Exported:
    scenario = catalogue.shipped(slug)
    return gathering.of_run(calculation.run("hau-giang-2022", scenario), scenario, lang, NOW, "so-lieu.xlsx")


@pytest.fixture(scope="module")
def said() -> Exported:
    return exported()


def test_a_draft_leaves_number_and_date_blank(said: Exported):
    made = papers.decision(said, HEAD)
    assert made.draft_mark == "DỰ THẢO"
    assert made.number_line.split() == ["Số:", "/QĐ-UBND"]
    assert made.place_and_date.split() == ["Hậu", "Giang,", "ngày", "tháng", "năm", "2022"]
    assert made.illustrative.startswith("SỐ LIỆU MINH HỌA")
    assert "ab" not in made.appendix.belongs
    assert "SHA-256 chỉ tiêu: " + said.imprint.targets_sha256 in made.fine_print
    assert "DỰ THẢO" in made.fine_print


def test_what_is_issued_has_its_number_and_its_day_as_the_form_writes_it(said: Exported):
    issued = replace(
        said.imprint,
        state=ExportState.ISSUED,
        decision_number="1045/QĐ-UBND",
        decision_date=date(2022, 2, 5),
        corrects=Corrected(1, "900/QĐ-UBND", date(2022, 1, 12)),
    )
    made = papers.decision(replace(said, imprint=issued), HEAD)
    assert (made.draft_mark, made.number_line) == ("", "Số: 1045/QĐ-UBND")
    assert made.place_and_date == "Hậu Giang, ngày 05 tháng 02 năm 2022"
    assert "số 1045/QĐ-UBND ngày 05 tháng 02 năm 2022" in made.appendix.belongs
    assert "thay thế Quyết định số 900/QĐ-UBND ngày 12/01/2022" in made.articles[2].text
    assert "DỰ THẢO" not in made.fine_print


def test_legal_bases_end_as_they_must(said: Exported):
    bases = papers.decision(said, HEAD).bases
    assert bases[0] == "Căn cứ Luật Tổ chức chính quyền địa phương năm 2015;"
    assert bases[-1] == "Theo đề nghị của Giám đốc Sở TTTT."
    assert all(one.startswith("Căn cứ ") and one.endswith(";") for one in bases[:-1])
    assert any("27/QĐ-UBQGCĐS" in one for one in bases)
    assert not any("Giả định" in one for one in bases)
    without = papers.decision(said, replace(HEAD, proposer="")).bases
    assert [one[-1] for one in without] == [*";" * (len(without) - 1), "."]


def test_articles_say_the_goals_and_the_last_one_is_named_by_the_recipients(said: Exported):
    made = papers.decision(said, HEAD)
    assert [one.head for one in made.articles] == ["Điều 1.", "Điều 2.", "Điều 3.", "Điều 4."]
    assert made.articles[0].points[-1].endswith("đến hết quý IV/2022 đạt ít nhất 50\u00a0%.")
    assert made.articles[-1].text.endswith("./.")
    assert made.recipients[0] == "- Như Điều 4;"
    assert made.recipients[1:] == ("- Bộ TTTT;", "- TT. Tỉnh ủy;", "- Lưu: VT, KSTTHC.")


def test_the_appendix_has_every_agency_and_its_targets(said: Exported):
    table = papers.decision(said, HEAD).appendix
    agencies = [row for row in table.rows if row.kind is RowKind.AGENCY]
    figures, result = said.allocation.figures, said.allocation.results["online"]
    assert sorted(row.cells[1] for row in agencies) == sorted(figures.names)
    assert [column.holds for column in table.columns[1:4]] == [
        "name",
        "target:provided:2022Q3",
        "target:provided:2022Q4",
    ]
    by_name = {row.cells[1]: row for row in agencies}
    last = [column.holds for column in table.columns].index("target:online:2022Q4")
    for at, agency in enumerate(result.rows.tolist()):
        target = float(result.target[-1, at])
        cell = by_name[figures.names[agency]].cells[last]
        assert cell == (
            "–" if target != target else f"{target * 100:.2f}".rstrip("0").rstrip(".").replace(".", ",") + "\u00a0%"
        )
    assert table.rows[-1].kind is RowKind.TOTAL
    headings = [row.cells[:2] for row in table.rows if row.kind is RowKind.LEVEL]
    assert headings == [("I", "CẤP TỈNH"), ("II", "CẤP HUYỆN"), ("III", "CẤP XÃ")]


def test_exempt_and_capped_targets_have_their_note(said: Exported):
    table = papers.decision(said, HEAD).appendix
    noted = next(row for row in table.rows if "–" in row.cells)
    assert noted.cells[-1] == "(1), (2)"
    assert "không giao chỉ tiêu (chưa có hồ sơ hoặc dịch vụ nào để tính)" in table.notes[1]
    capped = papers.decision(exported("hau-giang-2022/cautious"), HEAD).appendix
    assert any("bằng mức trần (" in one for one in capped.notes)
    numbers = {mark for row in capped.rows for mark in row.cells[-1].split(", ") if mark}
    assert numbers == {f"({n})" for n in range(1, len(capped.notes))}


def test_an_empty_letterhead_leaves_dotted_lines(said: Exported):
    made = papers.decision(said, Letterhead())
    assert {made.body, made.authority, *made.signing} == {"…………………"}
    assert made.recipients == ("- Như Điều 4;", "- Lưu: VT.")
    assert made.bases[-1].endswith(".")


def test_the_reading_copy_is_marked_as_one():
    made = papers.decision(exported(lang="en"), HEAD)
    assert made.copy_mark.startswith("Reading copy")
    assert (made.draft_mark, made.kind, made.articles[0].head) == ("DRAFT", "DECISION", "Article 1.")
    assert made.appendix.rows[0].cells[1] == "PROVINCE LEVEL" or made.appendix.rows[0].cells[1].isupper()
    assert papers.decision(exported(), HEAD).copy_mark == ""
