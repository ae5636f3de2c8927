"""Figures files made by code: small, exact, and wrong where a test wants them wrong."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import xlsxwriter

from data.intake import Known, KnownAgency, Problem, Reading

Rows = list[list[Any]]

LONG_HEADER = ["agency", "name", "level", "parent", "indicator", "numerator", "denominator"]
SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

KNOWN = Known(
    agencies=(
        KnownAgency("STP", "Sở Tư pháp", "province"),
        KnownAgency("SYT", "Sở Y tế", "province"),
        KnownAgency("936", "UBND huyện Long Mỹ", "district"),
        KnownAgency("937", "UBND thị xã Long Mỹ", "district"),
        KnownAgency("31471", "UBND xã Thuận Hưng", "commune", "936"),
    ),
    indicators={"provided": "stock", "active": "stock", "online": "flow"},
    names={"online": ("Tỷ lệ hồ sơ trực tuyến",)},
    periods=("2022Q3", "2022Q4"),
    catalogue={"province": 40, "district": 20},
    parent_rows="own_and_children",
)


def long_rows() -> Rows:
    """A long table of three agencies without any fault."""
    return [
        [*LONG_HEADER],
        ["STP", "Sở Tư pháp", "province", "", "online", 120, 800],
        ["SYT", "Sở Y tế", "province", "", "online", 40, 300],
        ["936", "UBND huyện Long Mỹ", "district", "", "online", 70, 900],
    ]


def form_rows() -> Rows:
    """The form with a title block, two header rows, numbering, three agencies and totals, without any fault."""
    return [
        ["BIỂU SỐ LIỆU", "", "", "", "", "", "", "", ""],
        [],
        ["STT", "Mã đơn vị", "Tên đơn vị", "Cấp", "Tỷ lệ hồ sơ trực tuyến", "", "", "", "Ghi chú"],
        [
            "",
            "",
            "",
            "",
            "Số hồ sơ trực tuyến",
            "Tổng số hồ sơ",
            "Dự kiến phát sinh Quý III/2022",
            "Đơn vị đề xuất Quý IV/2022",
            "",
        ],
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)", "(9)"],
        [1, "STP", "Sở Tư pháp", "Cấp tỉnh", 120, 800, 400, 0.5, ""],
        [2, "SYT", "Sở Y tế", "Cấp tỉnh", 40, 300, "", "", "thiếu kỳ"],
        [3, "936", "UBND huyện Long Mỹ", "Cấp huyện", 70, 900, 500, "52,5 %", ""],
        ["", "", "Tổng cộng", "", 230, 2000, 900, "", ""],
    ]


def changed(rows: Rows, at: Mapping[str, Any]) -> Rows:
    """`rows` with the cells named in A1 notation replaced; rows and columns are added as needed."""
    made = [list(row) for row in rows]
    for name, value in at.items():
        letters = name.rstrip("0123456789")
        row, column = int(name[len(letters) :]) - 1, 0
        for letter in letters:
            column = column * 26 + ord(letter) - 64
        while len(made) <= row:
            made.append([])
        made[row] += [""] * (column - len(made[row]))
        made[row][column - 1] = value
    return made


def csv_bytes(rows: Iterable[Sequence[Any]], *, delimiter: str = ",", bom: bool = False) -> bytes:
    """Rows as UTF-8 CSV."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode("utf-8-sig" if bom else "utf-8")


def book_bytes(sheets: Mapping[str, Rows], *, hidden: Sequence[str] = ()) -> bytes:
    """Sheets of rows as .xlsx; a tuple is a formula with its stored value."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(
        made, {"in_memory": True, "strings_to_formulas": False, "default_date_format": "dd/mm/yyyy"}
    )
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if isinstance(value, tuple):
                    sheet.write_formula(r, c, value[0], None, value[1])
                elif value != "":
                    sheet.write(r, c, value)
        if name in hidden:
            sheet.hide()
    book.close()
    return made.getvalue()


def raw_book(sheet: str | bytes, parts: Mapping[str, str | bytes] | None = None) -> bytes:
    """A workbook packed by hand from the XML of its one sheet, with parts added or replaced."""
    files: dict[str, str | bytes] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "xl/workbook.xml": f'<workbook xmlns="{SPREADSHEET}" xmlns:r="{RELATIONS}"><sheets>'
        '<sheet name="Biểu" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "_rels/.rels": _relations(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/_rels/workbook.xml.rels": _relations(
            ("rId1", "worksheet", "worksheets/sheet1.xml"), ("rId2", "sharedStrings", "sharedStrings.xml")
        ),
        "xl/worksheets/sheet1.xml": sheet,
        "xl/sharedStrings.xml": f'<sst xmlns="{SPREADSHEET}"/>',
        **(parts or {}),
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def _relations(*relations: tuple[str, str, str]) -> str:
    lines = "".join(f'<Relationship Id="{id}" Type="{RELATIONS}/{type}" Target="{to}"/>' for id, type, to in relations)
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{lines}</Relationships>'
    )


def raw_sheet(cells: str) -> str:
    """A sheet's XML around its rows."""
    return f'<worksheet xmlns="{SPREADSHEET}"><sheetData>{cells}</sheetData></worksheet>'


def codes(problems: Iterable[Problem]) -> list[str]:
    return [problem.code for problem in problems]


def the(reading: Reading, code: str) -> Problem:
    """The one problem of this code."""
    found = [problem for problem in reading.problems if problem.code == code]
    assert len(found) == 1, (code, reading.problems)
    return found[0]
