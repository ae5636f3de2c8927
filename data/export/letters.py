"""Letters to agencies as Word files in one zip: each its targets, its sentences, its numbers."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from docx import Document
from docx.shared import Pt
from docxtpl import DocxTemplate
from lxml import etree

from data.export import paper_form as form
from data.export import paper_word as word
from data.export.paper import Grid, Letter, stamp
from data.export.paper_word import CELL_STYLE, HEAD_STYLE, TWIPS, cell_xml, table_of
from data.export.template import environment

LONGEST_NAME = 60
"""Characters of a file's name."""
QUICKLY = 1
"""How hard letters are packed: the usual level takes half of all the time for a tenth of their size."""
INDICATOR_WIDTH = 46.0
"""First column of a letter's table [mm]; the others share the rest."""
_MARK = "\ue000bang\ue000"
_PROPERTIES, _TEXT = "docProps/core.xml", "word/document.xml"
_FILLED = re.compile(r"word/(document|footer\d+)\.xml")


def letters_zip(letters: Sequence[Letter], told: Callable[[int], None] = lambda _done: None) -> bytes:
    """A zip of one Word file per letter, named by number, code and agency.

    Parameters
    ----------
    letters : sequence of Letter
        At least one; all in one language.
    told : callable
        Called with the number of letters that are done.
    """
    packed = io.BytesIO()
    properties = _properties(letters[0])  # the same in all: they are of one table
    with zipfile.ZipFile(packed, "w") as target:
        for number, one in enumerate(letters, 1):
            info = zipfile.ZipInfo(f"{number:03}-{_name(one)}.docx", stamp(one.imprint.made_at))
            target.writestr(info, _letter(one, properties))
            told(number)
    return packed.getvalue()


def letter_docx(letter: Letter) -> bytes:
    """One letter as a Word file; the same bytes for the same letter.

    The form is composed and its tags are read once; a letter is then a matter of filling in text, which lets a
    province of two hundred agencies have all of theirs in a few seconds.
    """
    return _letter(letter, _properties(letter))


def _letter(letter: Letter, properties: bytes) -> bytes:
    parts, templates = _form(letter.lang)
    said = _context(letter)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts:
            filled = templates[name].render(said).encode() if name in templates else content
            if name == _TEXT:
                filled = _with_table(filled, letter.table)
            elif name == _PROPERTIES:
                filled = properties
            info = zipfile.ZipInfo(name, stamp(letter.imprint.made_at))
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, filled, compresslevel=QUICKLY)
    return packed.getvalue()


def _name(letter: Letter) -> str:
    """Letters, figures and dashes only, whatever the agency is called."""
    plain = unicodedata.normalize("NFD", f"{letter.code} {letter.name}".replace("đ", "d").replace("Đ", "D"))
    bare = "".join(one for one in plain if not unicodedata.combining(one))
    return re.sub(r"[^A-Za-z0-9]+", "-", bare)[:LONGEST_NAME].strip("-").lower()


@cache
def _form(lang: str) -> tuple[tuple[tuple[str, bytes], ...], Mapping[str, Any]]:
    """The parts of an empty letter, and a template of each that holds tags."""
    packed = io.BytesIO()
    _composed(lang).save(packed)
    template = DocxTemplate(io.BytesIO(packed.getvalue()))
    env = environment()
    with zipfile.ZipFile(packed) as archive:
        parts = tuple((one, archive.read(one)) for one in archive.namelist())
    filled = {
        name: env.from_string(template.patch_xml(content.decode())) for name, content in parts if _FILLED.match(name)
    }
    return parts, filled


def _composed(lang: str) -> Any:
    document = Document()
    word.add_styles(document)
    word.lay_out(document.sections[0])
    word.head(document, lang)
    word.line(document, "{%p if minh_hoa %}")
    word.line(document, "{{ minh_hoa }}", form.NUMBER, bold=True, before=6)
    word.line(document, "{%p endif %}")
    word.title(document, "{{ trich_yeu }}", italic=True, before=10)
    word.title(document, "{{ kinh_gui }}", bold=True, before=10, after=8)
    word.paragraph(document, "{{ mo_dau }}")
    word.line(document, "{{ bang }}")
    word.line(document, "{%p for mot in vi_sao %}")
    why = word.paragraph(document, "{{ mot.dau }} ", bold=True, before=form.BETWEEN)
    why.add_run("{{ mot.noi_dung }}").font.size = Pt(form.BODY)
    word.line(document, "{%p endfor %}")
    word.paragraph(document, "{{ ket }}", before=form.BETWEEN, keep=True)
    word.signature(document)
    word.furnish(document)
    return document


def _context(letter: Letter) -> Mapping[str, Any]:
    return {
        "quoc_hieu": letter.country,
        "tieu_ngu": letter.motto,
        "co_quan": letter.body,
        "so": letter.number_line,
        "dia_danh_ngay": letter.place_and_date,
        "du_thao": letter.draft_mark,
        "minh_hoa": letter.illustrative,
        "trich_yeu": letter.subject,
        "kinh_gui": letter.to,
        "mo_dau": letter.lead,
        "bang": _MARK,
        "vi_sao": [{"dau": one.head, "noi_dung": one.text} for one in letter.whys],
        "ket": letter.closing,
        "noi_nhan_dau": letter.recipients_head,
        "noi_nhan": letter.recipients,
        "chuc_vu": letter.signing,
        "nguoi_ky": letter.signer,
        "dong_nho": letter.fine_print,
    }


def _with_table(content: bytes, grid: Grid) -> bytes:
    """The table in place of the paragraph that was kept for it."""
    root = etree.fromstring(content)
    space = root.nsmap["w"]
    paragraph = next(one for one in root.iter(f"{{{space}}}p") if _MARK in "".join(one.itertext()))
    for text in list(root.iter(f"{{{space}}}t")):
        _break(text, space)
    paragraph.addprevious(etree.fromstring(_table(grid)))
    for run in list(paragraph.iter(f"{{{space}}}r")):
        run.getparent().remove(run)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _break(text: Any, space: str) -> None:
    """Line breaks in a text become those of Word."""
    first, *others = (text.text or "").split("\n")
    if others:
        text.text = first
        for one in reversed(others):
            more = etree.Element(f"{{{space}}}t")
            more.text = one
            text.addnext(more)
            text.addnext(etree.Element(f"{{{space}}}br"))


def _table(grid: Grid) -> str:
    others = (form.WIDTH - INDICATOR_WIDTH) / (len(grid.heads) - 1)
    widths = [round(one * TWIPS) for one in (INDICATOR_WIDTH, *([others] * (len(grid.heads) - 1)))]
    return table_of(list(_rows(grid, widths)), widths)


def _rows(grid: Grid, widths: Sequence[int]) -> Iterator[str]:
    head, cell = _style(HEAD_STYLE), _style(CELL_STYLE)
    cells = "".join(cell_xml(text, width, head) for text, width in zip(grid.heads, widths, strict=True))
    yield f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{cells}</w:tr>"
    for row in grid.rows:
        cells = "".join(_aligned(row, widths, cell))
        yield f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>"


def _aligned(row: Sequence[str], widths: Sequence[int], style: str) -> Iterable[str]:
    for at, (text, width) in enumerate(zip(row, widths, strict=True)):
        yield cell_xml(text, width, style, align="center" if at else "left")


@cache
def _style(name: str) -> str:
    """Word knows a style by another name than people do."""
    document = Document()
    word.add_styles(document)
    return str(document.styles[name].style_id)


def _properties(letter: Letter) -> bytes:
    document = Document()
    word.imprint(document, letter.imprint, letter.subject, letter.body.replace("\n", " "), letter.lang)
    packed = io.BytesIO()
    document.save(packed)
    with zipfile.ZipFile(packed) as archive:
        return archive.read(_PROPERTIES)
