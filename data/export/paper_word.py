"""Pieces of a Word file in the form of `paper_form`: pages, styles, lines, rules, two sides of a head, cells."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import Any
from xml.sax.saxutils import escape

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from data.export import paper_form as form
from data.export.imprint import Imprint

LONGEST_PROPERTY = 255
TWIPS = 1440 / 25.4
"""Of a millimetre."""
CELL_STYLE, HEAD_STYLE, NOTE_STYLE, FINE_STYLE = "Bảng phụ lục", "Đầu bảng phụ lục", "Ghi chú phụ lục", "Dòng nhỏ"
"""Paragraph styles of the appendix: the office changes the table's look by changing these in Word."""


def add_styles(document: Any) -> None:
    _font(document.styles["Normal"], form.BODY)
    for name in ("Header", "Footer"):
        _font(document.styles[name], form.PAGE_NUMBER)
    sizes = {CELL_STYLE: form.TABLE, HEAD_STYLE: form.TABLE, NOTE_STYLE: form.NOTES, FINE_STYLE: form.FINE}
    for name, size in sizes.items():
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["Normal"]
        _font(style, size)
        style.paragraph_format.space_before = Pt(1)
        style.paragraph_format.space_after = Pt(1)
    document.styles[HEAD_STYLE].font.bold = True
    document.styles[HEAD_STYLE].paragraph_format.keep_with_next = True
    document.styles[HEAD_STYLE].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.styles[FINE_STYLE].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    plain = document.styles["Normal"].paragraph_format
    plain.space_before, plain.space_after, plain.line_spacing = Pt(0), Pt(0), 1.0
    plain.widow_control = True


def _font(style: Any, size: float) -> None:
    """Latin, Vietnamese and every other script in the same type, black."""
    style.font.name, style.font.size = form.FONT, Pt(size)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), form.FONT)


def lay_out(section: Any) -> None:
    section.page_width, section.page_height = Mm(form.PAGE[0]), Mm(form.PAGE[1])
    _margins(section)
    section.different_first_page_header_footer = True


def _margins(section: Any) -> None:
    section.top_margin, section.bottom_margin = Mm(form.TOP), Mm(form.BOTTOM)
    section.left_margin, section.right_margin = Mm(form.LEFT), Mm(form.RIGHT)
    section.header_distance, section.footer_distance = Mm(form.NUMBER_FROM_TOP), Mm(form.PRINT_FROM_BOTTOM)


def line(place: Any, text: str, size: float | None = None, **look: Any) -> Paragraph:
    """A paragraph of one look; `look` is bold, italic, align, before, after, style, keep."""
    made: Paragraph = place.add_paragraph(style=look.get("style"))
    run = made.add_run(text)
    run.bold, run.italic = look.get("bold"), look.get("italic")
    if size is not None:
        run.font.size = Pt(size)
    made.alignment = look.get("align", WD_ALIGN_PARAGRAPH.CENTER)
    made.paragraph_format.space_before = Pt(look.get("before", 0))
    made.paragraph_format.space_after = Pt(look.get("after", 0))
    made.paragraph_format.keep_with_next = look.get("keep")
    return made


def shrink(paragraph: Paragraph) -> None:
    """Make an empty paragraph that must be there too low to be seen."""
    form_of = paragraph.paragraph_format
    form_of.space_before = form_of.space_after = Pt(0)
    form_of.line_spacing = Pt(1)
    size = OxmlElement("w:sz")
    size.set(qn("w:val"), "2")
    mark = OxmlElement("w:rPr")
    mark.append(size)
    properties = paragraph._p.get_or_add_pPr()
    after = properties.find(qn("w:sectPr"))
    if after is None:
        properties.append(mark)
    else:
        after.addprevious(mark)


def rule(cell: _Cell, width: float, length: float) -> None:
    """A line of `length` in the middle of a cell of `width` [mm]: the upper edge of an empty paragraph."""
    made = line(cell, "", 4, before=3)
    side = Mm(max(0.0, (width - length) / 2))
    made.paragraph_format.left_indent = made.paragraph_format.right_indent = side
    made.paragraph_format.line_spacing = Pt(5)
    upper_edge(made)


def upper_edge(paragraph: Paragraph) -> None:
    border = OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        border.set(qn(f"w:{name}"), value)
    borders = OxmlElement("w:pBdr")
    borders.append(border)
    paragraph._p.get_or_add_pPr().find(qn("w:spacing")).addprevious(borders)


def pair(document: Any, left: float) -> tuple[_Cell, _Cell]:
    """Two cells side by side without lines, as wide as the text."""
    table = document.add_table(rows=1, cols=2)
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), "0")
        edge.set(qn("w:type"), "dxa")
        margins.append(edge)
    looks = table._tbl.tblPr.find(qn("w:tblLook"))
    if looks is None:
        table._tbl.tblPr.append(margins)
    else:
        looks.addprevious(margins)  # Word reads properties in their order only
    cells = table.rows[0].cells
    for cell, width in zip(cells, (left, form.WIDTH - left), strict=True):
        cell.width = Mm(width)
        cell._tc.remove(cell.paragraphs[0]._p)
    for column, width in zip(table.columns, (left, form.WIDTH - left), strict=True):
        column.width = Mm(width)
    row = table.rows[0]._tr.get_or_add_trPr()
    row.append(OxmlElement("w:cantSplit"))
    return cells[0], cells[1]


def title(document: Any, text: str, **look: Any) -> Paragraph:
    made = line(document, text, form.BODY, **look)
    made.paragraph_format.left_indent = made.paragraph_format.right_indent = Mm(form.TITLE_IN)
    return made


def paragraph(document: Any, text: str, **look: Any) -> Paragraph:
    """A paragraph of the body: justified, first line set in, six points after it."""
    made = line(document, text, form.BODY, align=WD_ALIGN_PARAGRAPH.JUSTIFY, after=form.BETWEEN, **look)
    made.paragraph_format.first_line_indent = Mm(form.FIRST_LINE)
    return made


def furnish(document: Any) -> None:
    """Fine print at the foot of every page, the number at the head of every page but a section's first."""
    first = document.sections[0]
    head = first.header.paragraphs[0]
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = head.add_run()
    run.font.size = Pt(form.PAGE_NUMBER)
    for kind, text in (("begin", ""), ("", " PAGE "), ("separate", ""), ("text", "2"), ("end", "")):
        if kind in ("begin", "separate", "end"):
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        else:
            part = OxmlElement("w:t" if kind else "w:instrText")
            part.text = text
        run._r.append(part)
    for footer in (first.footer, first.first_page_footer):
        line = footer.paragraphs[0]
        line.style = document.styles[FINE_STYLE]
        line.add_run("{{ dong_nho }}")
    first.first_page_header.paragraphs[0].text = ""


def head(document: Any, lang: str) -> None:
    """Issuing body, number and the mark of a draft on the left; country, motto, place and date on the right."""
    left, right = pair(document, form.HEAD_LEFT)
    line(left, "{{ co_quan }}", form.COUNTRY, bold=True)
    rule(left, form.HEAD_LEFT, form.RULE_OF_BODY)
    line(left, "{{ so }}", form.NUMBER)
    line(left, "{%p if du_thao %}")
    line(left, "{{ du_thao }}", form.NUMBER, bold=True, before=6)
    line(left, "{%p endif %}")
    line(right, "{{ quoc_hieu }}", form.COUNTRY, bold=True)
    line(right, "{{ tieu_ngu }}", form.MOTTO, bold=True)
    rule(right, form.WIDTH - form.HEAD_LEFT, form.MOTTO_LONG if lang == "vi" else form.MOTTO_LONG_ENGLISH)
    line(right, "{{ dia_danh_ngay }}", form.BODY, italic=True)


def signature(document: Any) -> None:
    """Recipients on the left, who signs on the right, on one page."""
    gap = line(document, "", 6)
    gap.paragraph_format.keep_with_next = True
    left, right = pair(document, form.WIDTH / 2)
    at_left = {"align": WD_ALIGN_PARAGRAPH.LEFT}
    line(left, "{{ noi_nhan_dau }}", form.RECIPIENTS_HEAD, bold=True, italic=True, **at_left)
    line(left, "{%p for mot in noi_nhan %}", **at_left)
    line(left, "{{ mot }}", form.RECIPIENTS, **at_left)
    line(left, "{%p endfor %}", **at_left)
    line(right, "{%p for mot in chuc_vu %}")
    line(right, "{{ mot }}", form.BODY, bold=True)
    line(right, "{%p endfor %}")
    for _ in range(4):
        line(right, "", form.BODY)
    line(right, "{{ nguoi_ky }}", form.BODY, bold=True)


def table_of(rows: Sequence[str], grid: Sequence[int], marks: str = "") -> str:
    """Rows of WordprocessingML as a table with thin lines; `grid` are widths of its columns [twips].

    Tables are written as text: one of a thousand rows made cell by cell takes half a minute.
    """
    side = round(form.CELL * TWIPS)
    edges = "".join(
        f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    columns = "".join(f'<w:gridCol w:w="{one}"/>' for one in grid)
    return (
        f"<w:tbl {nsdecls('w')}><w:tblPr>"
        f'<w:tblW w:w="{sum(grid)}" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>{edges}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="{side}" w:type="dxa"/>'
        f'<w:right w:w="{side}" w:type="dxa"/></w:tblCellMar>{marks}</w:tblPr>'
        f"<w:tblGrid>{columns}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def cell_xml(text: str, width: int, style: str | None, **look: Any) -> str:
    """A cell; `look` is over (columns), merge, align, bold, italic, keep (with the next row), size (points)."""
    properties = f'<w:tcW w:w="{width}" w:type="dxa"/>'
    if look.get("over", 1) > 1:
        properties += f'<w:gridSpan w:val="{look["over"]}"/>'
    if look.get("merge"):
        properties += f'<w:vMerge w:val="{look["merge"]}"/>'
    of_run = ("<w:b/>" if look.get("bold") else "") + ("<w:i/>" if look.get("italic") else "")
    of_run += f'<w:sz w:val="{round(2 * look["size"])}"/>' if look.get("size") else ""
    of_text = f'<w:pStyle w:val="{escape(style)}"/>' if style else ""
    of_text += "<w:keepNext/>" if look.get("keep") else ""
    of_text += f'<w:jc w:val="{look.get("align", "center")}"/>'
    said = f'<w:r><w:rPr>{of_run}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>' if text else ""
    return (
        f'<w:tc><w:tcPr>{properties}<w:vAlign w:val="center"/></w:tcPr><w:p><w:pPr>{of_text}</w:pPr>{said}</w:p></w:tc>'
    )


def imprint(document: Any, of: Imprint, title: str, author: str, lang: str) -> None:
    """Write into a file's properties whose it is; the whole imprint is its description (`Imprint.read`)."""
    properties = document.core_properties
    properties.title = title[:LONGEST_PROPERTY]
    properties.subject = f"{of.campaign_name.get(lang, '')} · {of.scenario}"[:LONGEST_PROPERTY]
    properties.keywords = f"{of.state.value}; SHA-256 {of.targets_sha256}"[:LONGEST_PROPERTY]
    properties._element._get_or_add("description").text = of.line()  # longer than python-docx lets it be
    properties.version, properties.language, properties.revision = of.engine, lang, 1
    properties.author = properties.last_modified_by = author[:LONGEST_PROPERTY]
    properties.created = properties.modified = of.made_at.astimezone(UTC).replace(tzinfo=None)
