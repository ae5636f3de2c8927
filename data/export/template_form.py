"""The shipped template of a Decision, composed from the measures of `paper_form` rather than kept as a file."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from data.export import paper_form as form
from data.export import paper_word as word
from data.export.paper_word import NOTE_STYLE


@cache
def shipped_template(lang: str = "vi") -> bytes:
    """The form as a ``.docx`` with the variables of `template.VARIABLES` in it.

    Parameters
    ----------
    lang : str
        ``vi``, or ``en`` for the reading copy, whose motto is longer.
    """
    document = Document()
    word.add_styles(document)
    word.lay_out(document.sections[0])
    word.head(document, lang)
    _title(document)
    _orders(document)
    word.signature(document)
    _appendix(document)
    word.furnish(document)
    document.core_properties.author = document.core_properties.comments = ""
    packed = io.BytesIO()
    document.save(packed)
    return packed.getvalue()


def _title(document: Any) -> None:
    for name, look in (("minh_hoa", {"bold": True}), ("ban_dich", {"italic": True})):
        word.line(document, f"{{%p if {name} %}}")
        word.line(document, f"{{{{ {name} }}}}", form.NUMBER, before=6, **look)
        word.line(document, "{%p endif %}")
    word.line(document, "{{ loai_van_ban }}", form.BODY, bold=True, before=14)
    subject = word.title(document, "{{ trich_yeu }}", bold=True)
    _rule_below(document, subject)
    word.line(document, "{{ tham_quyen }}", form.BODY, bold=True, before=8, after=8)


def _rule_below(document: Any, subject: Paragraph) -> None:
    subject.paragraph_format.keep_with_next = True
    made = document.add_paragraph()
    made.paragraph_format.left_indent = made.paragraph_format.right_indent = Mm((form.WIDTH - form.RULE_OF_TITLE) / 2)
    made.paragraph_format.space_before, made.paragraph_format.line_spacing = Pt(4), Pt(6)
    word.upper_edge(made)


def _orders(document: Any) -> None:
    word.line(document, "{%p for mot in can_cu %}")
    word.paragraph(document, "{{ mot }}", italic=True)
    word.line(document, "{%p endfor %}")
    word.line(document, "{{ quyet_dinh }}", form.BODY, bold=True, before=6, after=6, keep=True)
    word.line(document, "{%p for mot in dieu %}")
    article = word.paragraph(document, "{{ mot.dau }} ", bold=True)
    article.add_run("{{ mot.noi_dung }}").font.size = Pt(form.BODY)
    word.line(document, "{%p for khoan in mot.khoan %}")
    word.paragraph(document, "{{ khoan }}")
    word.line(document, "{%p endfor %}")
    word.line(document, "{%p endfor %}")


def _appendix(document: Any) -> None:
    section = document.add_section(WD_SECTION.NEW_PAGE)
    word.shrink(document.paragraphs[-1])  # it holds the break, and after a full page would take another
    word.lay_out(section)
    numbering = OxmlElement("w:pgNumType")
    numbering.set(qn("w:start"), "1")
    section._sectPr.find(qn("w:pgMar")).addnext(numbering)
    word.line(document, "{{ phu_luc }}", form.BODY, bold=True)
    word.title(document, "{{ phu_luc_tieu_de }}", bold=True)
    word.title(document, "{{ kem_theo }}", italic=True, after=6)
    word.line(document, "{%p if minh_hoa %}")
    word.line(document, "{{ minh_hoa }}", form.NUMBER, bold=True, after=6)
    word.line(document, "{%p endif %}")
    word.line(document, "{{ bang_phu_luc }}", align=WD_ALIGN_PARAGRAPH.LEFT)
    word.line(document, "{%p if ghi_chu %}")
    at_left: dict[str, Any] = {"align": WD_ALIGN_PARAGRAPH.JUSTIFY, "style": NOTE_STYLE}
    word.line(document, "{{ ghi_chu_dau }}", bold=True, italic=True, before=6, keep=True, **at_left)
    word.line(document, "{%p for mot in ghi_chu %}")
    word.line(document, "{{ mot }}", **at_left)
    word.line(document, "{%p endfor %}")
    word.line(document, "{%p endif %}")
