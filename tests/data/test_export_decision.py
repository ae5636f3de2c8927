"""The Decision as Word and PDF: the form of Decree 30/2020/NĐ-CP to the millimetre and point, read from the files."""

from __future__ import annotations

import dataclasses
import io
import json
import sys
from typing import Any

import pypdf
import pytest
from docx import Document
from docx.enum.section import WD_ORIENTATION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from data.export import Imprint
from data.export.decision import CAPTION, decision_docx
from data.export.paper_pdf import APPENDIX, DECISION, NoTypesetterError, decision_pdf
from tests.data.papers import IMPRINT, LONG, NASTY, decision


@pytest.fixture(scope="module")
def document() -> Any:
    return Document(io.BytesIO(decision_docx(decision())))


@pytest.fixture(scope="module")
def pdf() -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(decision_pdf(decision())))


def mm(length: Any) -> float:
    return round(float(length / Mm(1)), 1)


def every(document: Any) -> list[Any]:
    """Paragraphs of the text and of its tables, in their order."""
    return [*document.paragraphs, *(p for t in document.tables for c in t._cells for p in c.paragraphs)]


def look(document: Any, text: str) -> tuple[float, bool, bool, Any]:
    """Size in points, bold, italic and alignment of the paragraph that begins with a text."""
    paragraph = next(one for one in every(document) if one.text.startswith(text))
    run = next(one for one in paragraph.runs if one.text.strip())
    size = run.font.size or paragraph.style.font.size
    return size.pt, bool(run.bold), bool(run.italic), paragraph.alignment


def test_the_pages_are_those_of_the_decree(document: Any) -> None:
    for section in document.sections:
        assert (mm(section.page_width), mm(section.page_height)) == (210, 297)
        edges = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
        top, bottom, left, right = map(mm, edges)
        assert 20 <= top <= 25
        assert 20 <= bottom <= 25
        assert 30 <= left <= 35
        assert 15 <= right <= 20
        assert section.different_first_page_header_footer
        assert not "".join(one.text for one in section.first_page_header.paragraphs)
    number = document.sections[0].header.paragraphs[0]
    assert number.alignment == WD_ALIGN_PARAGRAPH.CENTER
    assert [one.text.strip() for one in number._p.iter(qn("w:instrText"))] == ["PAGE"]
    assert 13 <= number.runs[0].font.size.pt <= 14
    assert document.sections[1]._sectPr.find(qn("w:pgNumType")).get(qn("w:start")) == "1"


@pytest.mark.parametrize(
    ("text", "least", "most", "bold", "italic", "where"),
    [
        ("CỘNG HÒA", 12, 13, True, False, WD_ALIGN_PARAGRAPH.CENTER),
        ("ỦY BAN NHÂN DÂN\n", 12, 13, True, False, WD_ALIGN_PARAGRAPH.CENTER),
        ("Độc lập", 13, 14, True, False, WD_ALIGN_PARAGRAPH.CENTER),
        ("Số:", 13, 13, False, False, WD_ALIGN_PARAGRAPH.CENTER),
        ("Hậu Giang, ngày", 13, 14, False, True, WD_ALIGN_PARAGRAPH.CENTER),
        ("QUYẾT ĐỊNH", 13, 14, True, False, WD_ALIGN_PARAGRAPH.CENTER),
        ("Về việc", 13, 14, True, False, WD_ALIGN_PARAGRAPH.CENTER),
        ("Căn cứ", 13, 14, False, True, WD_ALIGN_PARAGRAPH.JUSTIFY),
        ("Điều 1.", 13, 14, True, False, WD_ALIGN_PARAGRAPH.JUSTIFY),
        ("- Hồ sơ", 13, 14, False, False, WD_ALIGN_PARAGRAPH.JUSTIFY),
        ("TM. ỦY BAN", 13, 14, True, False, WD_ALIGN_PARAGRAPH.CENTER),
        ("Nguyễn Văn Hòa", 13, 14, True, False, WD_ALIGN_PARAGRAPH.CENTER),
        ("Nơi nhận:", 12, 12, True, True, WD_ALIGN_PARAGRAPH.LEFT),
        ("- Lưu: VT", 11, 11, False, False, WD_ALIGN_PARAGRAPH.LEFT),
        ("Phụ lục", 14, 14, True, False, WD_ALIGN_PARAGRAPH.CENTER),
        ("CHỈ TIÊU GIAO", 13, 14, True, False, WD_ALIGN_PARAGRAPH.CENTER),
        ("(Kèm theo", 13, 14, False, True, WD_ALIGN_PARAGRAPH.CENTER),
    ],
)
def test_every_part_has_its_size_and_weight(
    document: Any, text: str, least: float, most: float, bold: bool, italic: bool, where: Any
) -> None:
    size, is_bold, is_italic, alignment = look(document, text)
    assert least <= size <= most
    assert (is_bold, is_italic, alignment) == (bold, italic, where)


def test_the_type_is_times_new_roman_and_nothing_else(document: Any) -> None:
    assert document.styles["Normal"].font.name == "Times New Roman"
    named = {one.get(qn("w:ascii")) for one in document.element.iter(qn("w:rFonts"))}
    assert named <= {"Times New Roman", None}
    assert not list(document.element.iter(qn("w:color")))


def test_paragraphs_of_the_text_are_set_in_and_apart(document: Any) -> None:
    for text in ("Căn cứ", "Điều 1.", "- Hồ sơ"):
        form = next(one for one in document.paragraphs if one.text.startswith(text)).paragraph_format
        assert mm(form.first_line_indent) in (10.0, 12.7)
        assert (form.space_after or Pt(0)) + (form.space_before or Pt(0)) >= Pt(6)


def test_the_motto_has_a_rule_as_long_as_itself(document: Any) -> None:
    right = document.tables[0].rows[0].cells[1]
    at = next(n for n, one in enumerate(right.paragraphs) if one.text.startswith("Độc lập"))
    rule = right.paragraphs[at + 1]
    assert rule._p.find(f"{qn('w:pPr')}/{qn('w:pBdr')}/{qn('w:top')}") is not None
    form = rule.paragraph_format
    assert abs(mm(right.width) - mm(form.left_indent) - mm(form.right_indent) - 60.5) < 0.5


def test_the_table_is_the_appendix_and_its_head_comes_again_on_every_page(document: Any) -> None:
    table = next(
        one for one in document.element.body.iter(qn("w:tbl")) if one.find(f".//{qn('w:tblCaption')}") is not None
    )
    properties = table.find(qn("w:tblPr"))
    assert properties.find(qn("w:tblCaption")).get(qn("w:val")) == CAPTION
    holds = json.loads(properties.find(qn("w:tblDescription")).get(qn("w:val")))
    assert holds == [one.holds for one in decision().appendix.columns]
    rows = list(table.iter(qn("w:tr")))
    assert [one.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for one in rows] == [True] * 2 + [False] * 29
    assert all(one.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for one in rows)
    texts = [["".join(t.text or "" for t in c.iter(qn("w:t"))) for c in row.iter(qn("w:tc"))] for row in rows[2:]]
    said = [list(one.cells) for one in decision().appendix.rows]
    assert texts[0] == ["I", "CẤP TỈNH"]
    assert texts[1:] == said[1:]
    widths = [int(one.get(qn("w:w"))) for one in table.iter(qn("w:gridCol"))]
    assert abs(sum(widths) / 1440 * 25.4 - 165) < 0.5


def test_names_that_bite_do_not(document: Any, pdf: pypdf.PdfReader) -> None:
    shown = [one.text for one in every(document)]
    assert NASTY in shown
    assert LONG.strip() in shown
    said = "".join(page.extract_text() for page in pdf.pages).replace("\n", "").replace(" ", "")
    assert NASTY.replace(" ", "") in said
    assert "CăncứLuậtA&B<2015>;" in said


def test_every_page_says_what_it_is_of(document: Any, pdf: pypdf.PdfReader) -> None:
    first = document.sections[0]
    for footer in (first.footer, first.first_page_footer):
        assert footer.paragraphs[0].text == decision().fine_print
    for page in pdf.pages:
        assert "abab" in page.extract_text()
    assert Imprint.read(document.core_properties.comments) == IMPRINT
    assert Imprint.read(str(pdf.metadata["/Subject"])) == IMPRINT
    assert pdf.metadata.title == decision().subject


def test_what_is_issued_is_no_draft() -> None:
    issued = dataclasses.replace(decision(3), draft_mark="", illustrative="")
    text = "\n".join(one.text for one in every(Document(io.BytesIO(decision_docx(issued)))))
    assert "DỰ THẢO" not in text
    assert "MINH HỌA" not in text
    assert "DỰ THẢO" in "\n".join(one.text for one in every(Document(io.BytesIO(decision_docx(decision(3))))))


def test_many_columns_turn_the_page_of_the_appendix_alone() -> None:
    document = Document(io.BytesIO(decision_docx(decision(5, indicators=7))))
    first, second = document.sections
    assert (first.orientation, second.orientation) == (WD_ORIENTATION.PORTRAIT, WD_ORIENTATION.LANDSCAPE)
    assert (mm(second.page_width), mm(second.top_margin)) == (297, 30)
    pages = pypdf.PdfReader(io.BytesIO(decision_pdf(decision(5, indicators=7)))).pages
    assert [page.mediabox.width > page.mediabox.height for page in pages] == [False, True]


def test_pdf_has_its_fonts_within_and_the_same_bytes_every_time(pdf: pypdf.PdfReader) -> None:
    fonts = {}
    for page in pdf.pages:
        for one in page["/Resources"]["/Font"].values():
            below = one.get_object()["/DescendantFonts"][0].get_object()
            fonts[str(below["/BaseFont"]).partition("+")[2]] = below["/FontDescriptor"].get_object()
    assert {name.partition("-")[0] for name in fonts} == {"Tinos"}
    assert all("/FontFile2" in one or "/FontFile3" in one for one in fonts.values())
    assert decision_pdf(decision(3)) == decision_pdf(decision(3))
    assert decision_docx(decision(3)) == decision_docx(decision(3))


def test_pages_are_numbered_from_the_second_and_the_appendix_anew() -> None:
    pages = pypdf.PdfReader(io.BytesIO(decision_pdf(decision(163)))).pages
    firsts = [page.extract_text().strip().split("\n")[0] for page in pages]
    numbers = [one if one.isdecimal() else "" for one in firsts]
    assert numbers == ["", "", *map(str, range(2, len(pages)))]
    assert all("Cơ quan, đơn vị" in page.extract_text() for page in pages[1:])


def test_a_part_alone() -> None:
    alone = pypdf.PdfReader(io.BytesIO(decision_pdf(decision(3), APPENDIX))).pages
    assert "QUYẾT ĐỊNH:" not in alone[0].extract_text()
    text = pypdf.PdfReader(io.BytesIO(decision_pdf(decision(3), DECISION))).pages[-1].extract_text()
    assert "Phụ lục" not in text


def test_without_a_typesetter_pdf_alone_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(NoTypesetterError):
        decision_pdf(decision(3))
    assert decision_docx(decision(3))
