"""The draft Decision as a Word file: a template filled in, the appendix set into its place, the imprint written in."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from docx import Document
from docx.enum.section import WD_ORIENTATION
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.shared import Emu, Mm

from data.export.paper import Appendix, Column, Decision, Row, RowKind, stamp
from data.export.paper_form import LEAST_NAME, TABLE, columns_fit, table_size
from data.export.paper_word import CELL_STYLE, HEAD_STYLE, TWIPS, cell_xml, imprint, table_of
from data.export.template import TABLE as TABLE_NAME
from data.export.template import fill
from data.export.template_form import shipped_template
from data.output import write_whole

CAPTION = "chitieu-targets"
"""By which the table of targets is found again in a file, whatever was written around it."""
_MARK = "\ue000bang-phu-luc\ue000"
"""Where the table goes; no text that comes in holds such a letter (`paper.clean`)."""
_HEADINGS = frozenset({RowKind.LEVEL, RowKind.PARENT})


def write_docx(decision: Decision, path: Path | str, template: bytes | None = None) -> None:
    """Write a Decision as a Word file, whole or not at all.

    Raises
    ------
    OutputError
        If `path` cannot be written.
    """
    content = decision_docx(decision, template)
    write_whole(path, lambda fresh: _put(fresh, content))


def _put(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def decision_docx(decision: Decision, template: bytes | None = None) -> bytes:
    """A Decision as a Word file.

    Parameters
    ----------
    template : bytes, optional
        One that `check_template` let pass; None: the shipped one.

    Returns
    -------
    bytes
        The same for the same Decision: times inside are the imprint's.
    """
    filled = fill(template or shipped_template(decision.lang), context(decision))
    document = Document(io.BytesIO(filled))
    _set_table(document, decision.appendix)
    _keep_signature(document)
    imprint(document, decision.imprint, decision.subject, decision.whose, decision.lang)
    packed = io.BytesIO()
    document.save(packed)
    return _steady(packed.getvalue(), decision)


def context(decision: Decision) -> Mapping[str, Any]:
    """What each variable of a template (`template.VARIABLES`) says for a Decision."""
    articles = [{"dau": one.head, "noi_dung": one.text, "khoan": one.points} for one in decision.articles]
    appendix = decision.appendix
    return {
        "quoc_hieu": decision.country,
        "tieu_ngu": decision.motto,
        "co_quan": decision.body,
        "so": decision.number_line,
        "dia_danh_ngay": decision.place_and_date,
        "du_thao": decision.draft_mark,
        "minh_hoa": decision.illustrative,
        "ban_dich": decision.copy_mark,
        "loai_van_ban": decision.kind,
        "trich_yeu": decision.subject,
        "tham_quyen": decision.authority,
        "can_cu": decision.bases,
        "quyet_dinh": decision.orders,
        "dieu": articles,
        "noi_nhan_dau": decision.recipients_head,
        "noi_nhan": decision.recipients,
        "chuc_vu": decision.signing,
        "nguoi_ky": decision.signer,
        "phu_luc": appendix.name,
        "phu_luc_tieu_de": appendix.title,
        "kem_theo": appendix.belongs,
        TABLE_NAME: _MARK,
        "ghi_chu_dau": appendix.notes_head,
        "ghi_chu": appendix.notes,
        "dong_nho": decision.fine_print,
    }


# the table ----------------------------------------------------------------------------------------------------
def _set_table(document: Any, appendix: Appendix) -> None:
    """Put the table where the template says so; the page is turned where the columns need it."""
    place = next(one for one in document.element.body.iter(qn("w:p")) if _says(one) == _MARK)
    sections = list(document.sections)
    at = _section_of(document, place)
    room = _room(sections[at])
    if at and columns_fit(len(appendix.columns), room)[1] < LEAST_NAME:
        _turn(sections[at])
        room = _room(sections[at])
    widths = columns_fit(len(appendix.columns), room)
    styles = {one.name: one.style_id for one in document.styles}
    table = parse_xml(table_xml(appendix, widths, styles.get(HEAD_STYLE), styles.get(CELL_STYLE)))
    place.addprevious(table)
    for run in list(place.iter(qn("w:r"))):
        run.getparent().remove(run)


def _says(paragraph: Any) -> str:
    return "".join(one.text or "" for one in paragraph.iter(qn("w:t"))).strip()


def _section_of(document: Any, place: Any) -> int:
    """Number of the section that a paragraph stands in: as many as end before it."""
    body = document.element.body
    top = place
    while top.getparent() is not body:
        top = top.getparent()
    before = 0
    for one in body:
        if one is top:
            break
        before += one.tag == qn("w:p") and one.find(f"{qn('w:pPr')}/{qn('w:sectPr')}") is not None
    return int(before)


def _room(section: Any) -> float:
    return float((section.page_width - section.left_margin - section.right_margin) / Mm(1))


def _turn(section: Any) -> None:
    """Lay a page on its side; what was on its left, where it is bound, comes to the top."""
    width, height = section.page_width, section.page_height
    if width >= height:
        return
    section.orientation = WD_ORIENTATION.LANDSCAPE
    section.page_width, section.page_height = height, width
    margins = (section.left_margin, section.right_margin, section.bottom_margin, section.top_margin)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = map(Emu, margins)


def table_xml(appendix: Appendix, widths: Sequence[float], head_style: str | None, cell_style: str | None) -> str:
    """The appendix as a table of WordprocessingML, its header rows repeated on every page, no row torn apart.

    It is written as text: a table of a thousand rows made cell by cell takes half a minute.
    """
    grid = [round(one * TWIPS) for one in widths]
    holds = escape(json.dumps([one.holds for one in appendix.columns], ensure_ascii=False), {'"': "&quot;"})
    fine = {} if table_size(widths) == TABLE else {"size": table_size(widths)}
    rows = [*_head_rows(appendix.columns, grid, head_style, fine)]
    before_total = len(appendix.rows) - 2  # the province never stands alone on a page
    rows += [_row(one, grid, cell_style, keep=at == before_total, **fine) for at, one in enumerate(appendix.rows)]
    marks = f'<w:tblCaption w:val="{CAPTION}"/><w:tblDescription w:val="{holds}"/>'
    return table_of(rows, grid, marks)


def _head_rows(
    columns: Sequence[Column], grid: Sequence[int], style: str | None, fine: Mapping[str, float]
) -> Iterator[str]:
    """One row, or two where some columns share a head."""
    two = any(one.group for one in columns)
    upper, lower, at = [], [], 0
    while at < len(columns):
        over = 1
        if columns[at].group:
            while at + over < len(columns) and columns[at + over].group == columns[at].group:
                over += 1
            upper.append(cell_xml(columns[at].group, sum(grid[at : at + over]), style, over=over, **fine))
            lower += [cell_xml(columns[at + n].head, grid[at + n], style, **fine) for n in range(over)]
        else:
            upper.append(cell_xml(columns[at].head, grid[at], style, merge="restart" if two else "", **fine))
            lower.append(cell_xml("", grid[at], style, merge="continue"))
        at += over
    for cells in (upper, lower) if two else (upper,):
        yield f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{''.join(cells)}</w:tr>"


def _row(row: Row, grid: Sequence[int], cell_style: str | None, *, keep: bool, **fine: float) -> str:
    heading = row.kind in _HEADINGS
    style: dict[str, Any] = {"keep": keep or heading, **fine}
    style |= {"bold": row.kind in (RowKind.LEVEL, RowKind.TOTAL), "italic": row.kind is RowKind.PARENT}
    cells = []
    for at, (text, width) in enumerate(zip(row.cells, grid, strict=True)):
        cells.append(cell_xml(text, width, cell_style, align="left" if at == 1 else "center", **style))
    if heading:
        wide = sum(grid[1:])
        cells = [cells[0], cell_xml(row.cells[1], wide, cell_style, over=len(grid) - 1, align="left", **style)]
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{''.join(cells)}</w:tr>"


# the file -----------------------------------------------------------------------------------------------------
def _keep_signature(document: Any) -> None:
    """A signature never stands alone on a page: the last paragraph before a table of the text goes with it."""
    tables = [one for one in document.element.body.iterchildren(qn("w:tbl")) if not _is_targets(one)]
    for table in tables[1:]:
        one = table.getprevious()
        for _ in range(2):
            if one is not None and one.tag == qn("w:p"):
                one.get_or_add_pPr().get_or_add_keepNext()
                one = one.getprevious()


def _is_targets(table: Any) -> bool:
    caption = table.find(f"{qn('w:tblPr')}/{qn('w:tblCaption')}")
    return caption is not None and caption.get(qn("w:val")) == CAPTION


def _steady(content: bytes, decision: Decision) -> bytes:
    """The same bytes for the same Decision: parts in their order, times of the imprint."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for one in source.infolist():
            info = zipfile.ZipInfo(one.filename, stamp(decision.imprint.made_at))
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, source.read(one))
    return packed.getvalue()
