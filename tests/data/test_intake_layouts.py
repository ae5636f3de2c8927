"""Both layouts in every dress they come in, and the template that reads back."""

from __future__ import annotations

import csv
import io
import unicodedata
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from data.intake import TEMPLATE_LABELS, FormIndicator, Known, KnownAgency, Layout, Reading, read, write_template
from data.output import OutputError
from engine import Figures
from tests.data.files import KNOWN, book_bytes, changed, codes, csv_bytes, form_rows, long_rows, the

LABELS = {key: key for key in TEMPLATE_LABELS} | {"template.total": "Tổng cộng", "template.guide": "một\nhai"}
INDICATORS = (
    FormIndicator("provided", "Tỷ lệ TTHC đủ điều kiện cung cấp DVCTT mức độ 4", "stock"),
    FormIndicator("online", "Tỷ lệ hồ sơ trực tuyến", "flow"),
)
PERIODS = ("2022Q3", "2022Q4")


def values(reading: Reading) -> list[list[Any]]:
    assert reading.frame is not None, reading.errors
    frame = reading.frame[["agency", "level", "indicator", "numerator", "denominator"]]
    return [list(row) for row in frame.itertuples(index=False)]


LONG = [
    ["STP", "province", "online", 120, 800],
    ["SYT", "province", "online", 40, 300],
    ["936", "district", "online", 70, 900],
]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("bom", [False, True])
@pytest.mark.parametrize("rows", [long_rows(), form_rows()], ids=["long", "form"])
def test_csv_in_every_dress(rows: list[list[Any]], delimiter: str, bom: bool) -> None:
    text = [["0,5" if v == 0.5 else v for v in row] for row in rows]
    assert values(read(csv_bytes(text, delimiter=delimiter, bom=bom), "f.csv")) == LONG


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n", b"\r"])
def test_line_ends(line_end: bytes) -> None:
    data = csv_bytes(long_rows()).replace(b"\r\n", line_end)
    assert values(read(data, "f.csv")) == LONG


def test_the_form_keeps_what_agencies_propose_and_expect() -> None:
    reading = read(book_bytes({"Biểu": form_rows()}), "f.xlsx", known=KNOWN)
    assert reading.layout is Layout.FORM
    frame = reading.frame
    assert frame is not None
    assert frame["expected_2022Q3"].tolist()[::2] == [400, 500]
    assert pd.isna(frame["expected_2022Q3"].iloc[1])
    assert frame["proposed_2022Q4"].tolist()[::2] == [0.5, 0.525]
    assert frame["note"].tolist() == ["", "thiếu kỳ", ""]


HEADERS = {
    "upper case": str.upper,
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "without accents": lambda text: "".join(
        c
        for c in unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
        if not unicodedata.combining(c)
    ),
    "broken lines": lambda text: text.replace(" ", " \r\n "),
    "no-break spaces": lambda text: f" {text} ".replace(" ", "\u00a0"),
    "starred": lambda text: text and f"{text} *:",
}


@pytest.mark.parametrize("dress", HEADERS.values(), ids=HEADERS.keys())
@pytest.mark.parametrize("make", [long_rows, form_rows])
def test_headers_are_known_in_any_dress(make: Any, dress: Any) -> None:
    rows = make()
    for at in (0,) if make is long_rows else (2, 3):
        rows[at] = [dress(text) for text in rows[at]]
    assert values(read(book_bytes({"S": rows}), "f.xlsx")) == LONG


def test_merged_header_cells_are_filled_forward() -> None:
    data = io.BytesIO(book_bytes({"Biểu": form_rows()}))
    book = openpyxl.load_workbook(data)
    sheet = book["Biểu"]
    sheet.merge_cells("E3:H3")
    for column in "ABCD":
        sheet.merge_cells(f"{column}3:{column}4")
    made = io.BytesIO()
    book.save(made)
    assert values(read(made.getvalue(), "f.xlsx")) == LONG


def test_totals_numbering_and_signatures_are_no_agencies() -> None:
    rows = [*form_rows(), [], ["", "", "Người lập biểu"], ["", "", "", "", "Ngày 15 tháng 6"]]
    rows[-1][4] = ""
    assert values(read(book_bytes({"S": rows}), "f.xlsx")) == LONG
    plain_numbers = changed(form_rows(), {f"{c}5": n for n, c in enumerate("ABCDEFGHI", 1)})
    assert values(read(book_bytes({"S": plain_numbers}), "f.xlsx")) == LONG


def test_an_agency_whose_name_begins_like_a_total_is_one() -> None:
    rows = changed(long_rows(), {"B2": "Công an tỉnh", "B3": "Cổng thông tin điện tử"})
    assert values(read(csv_bytes(rows), "f.csv")) == LONG


def test_the_sheet_is_chosen_by_its_header() -> None:
    guide = [["Hướng dẫn"], ["Mỗi dòng là một đơn vị"]]
    data = book_bytes({"Hướng dẫn": guide, "Cũ": long_rows()[:1], "Số liệu": form_rows()}, hidden=["Cũ"])
    assert values(read(data, "f.xlsx")) == LONG


def test_the_campaign_fills_what_is_empty() -> None:
    rows = [["agency", "indicator", "numerator", "denominator"], ["31471", "online", 1, 40], ["936", "online", 2, 50]]
    frame = read(csv_bytes(rows), "f.csv", known=KNOWN).frame
    assert frame is not None
    assert frame[["name", "level", "parent"]].values.tolist() == [
        ["UBND xã Thuận Hưng", "commune", "936"],
        ["UBND huyện Long Mỹ", "district", ""],
    ]
    alone = read(csv_bytes(rows[:2]), "f.csv", known=KNOWN).frame
    assert alone is not None
    assert alone["parent"].tolist() == [""], "a parent that is not in the file is not invented"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("huyện long mỹ", "936"),
        ("Ủy ban nhân dân thị xã Long Mỹ", "937"),
        ("Uỷ ban nhân dân thị xã Long Mỹ", "937"),
        (unicodedata.normalize("NFD", "UBND Thị xã Long Mỹ"), "937"),
        ("UBND XÃ  Thuận  Hưng", "31471"),
        ("Sở y tế", "SYT"),
    ],
)
def test_names_are_matched_but_never_across_kinds(written: str, code: str) -> None:
    rows = changed(long_rows(), {"A2": "", "B2": written, "C2": ""})[:2]
    reading = read(csv_bytes(rows), "f.csv", known=KNOWN)
    assert the(reading, "agency_matched_by_name").details["agency"] == code


def test_a_name_as_the_campaign_writes_it_needs_no_word() -> None:
    rows = changed(long_rows(), {"A2": "", "B2": unicodedata.normalize("NFD", "Sở  Y tế"), "C2": ""})[:2]
    reading = read(csv_bytes(rows), "f.csv", known=KNOWN)
    assert values(reading)[0][0] == "SYT"
    assert "agency_matched_by_name" not in codes(reading.warnings)


def test_tone_marks_may_stand_on_either_vowel() -> None:
    known = Known(agencies=(KnownAgency("935", "Huyện Vị Thuỷ", "district"),))
    rows = changed(long_rows(), {"A2": "", "B2": "huyện Vị Thủy"})[:2]
    assert values(read(csv_bytes(rows), "f.csv", known=known))[0][0] == "935"


def test_bare_long_my_is_not_guessed() -> None:
    rows = changed(long_rows(), {"A2": "", "B2": "Long Mỹ"})[:2]
    assert codes(read(csv_bytes(rows), "f.csv", known=KNOWN).errors) == ["unknown_agency"]


def test_names_of_one_agency_may_differ_in_unicode_form() -> None:
    rows = [*long_rows(), ["STP", unicodedata.normalize("NFD", "Sở Tư pháp"), "province", "", "active", 1, 2]]
    frame = read(csv_bytes(rows), "f.csv").frame
    assert frame is not None
    Figures.from_frame(frame)


def write(path: Path, layout: Layout) -> None:
    write_template(path, agencies=KNOWN.agencies, indicators=INDICATORS, periods=PERIODS, labels=LABELS, layout=layout)


def fill(path: Path, layout: Layout) -> None:
    """Type figures into an empty template as an agency would."""
    if path.suffix == ".csv":
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
        first, code = (5, 1) if layout is Layout.FORM else (1, 0)
        for number, row in enumerate(rows[first:], 1):
            if row[code]:
                start = 5
                row[start : start + 2] = [str(number), "1.260"]
                if layout is Layout.FORM:
                    row[9:11] = [str(number + 5), "100"]
        path.write_bytes(csv_bytes(rows, bom=True))
        return
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    first, code = (8, 2) if layout is Layout.FORM else (2, 1)
    for number, row in enumerate(sheet.iter_rows(min_row=first), 1):
        if row[code - 1].value:
            row[5].value, row[6].value = number, 1260
            if layout is Layout.FORM:
                row[9].value, row[10].value = number + 5, 100
    book.save(path)


@pytest.mark.parametrize("layout", [Layout.LONG, Layout.FORM])
@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_a_filled_template_reads_back_without_a_problem(layout: Layout, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"form{suffix}"
    write(path, layout)
    assert "no_counts" in codes(read(path, path.name, known=KNOWN).errors), "an empty form is not a report of zeros"
    fill(path, layout)
    reading = read(path, path.name, known=KNOWN)
    assert [p for p in reading.problems if p.code not in ("services_off_catalogue", "children_off_parent")] == []
    assert reading.layout is layout
    frame = reading.frame
    assert frame is not None
    assert set(frame["agency"]) == {a.code for a in KNOWN.agencies}
    about = frame.drop_duplicates("agency").set_index("agency")
    for agency in KNOWN.agencies:
        assert about.loc[agency.code, ["name", "level", "parent"]].tolist() == [
            agency.name,
            agency.level,
            agency.parent,
        ]
    assert frame[frame["indicator"] == "provided"]["denominator"].tolist() == [1260.0] * 5
    assert Figures.from_frame(frame).periods == PERIODS


def test_the_form_guides_the_hand(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    write(path, Layout.FORM)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    assert book.sheetnames == ["template.sheet", "template.guide_sheet"]
    assert sheet.protection.sheet
    assert sheet["A5"].protection.locked
    assert sheet["C8"].protection.locked
    assert not sheet["F8"].protection.locked
    assert {"F5:I5", "J5:O5"} <= {str(r) for r in sheet.merged_cells.ranges}
    assert sheet.page_setup.orientation == "landscape"
    assert (sheet.page_setup.paperSize, sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (9, 1, 0)
    assert {rule.type for rule in sheet.data_validations.dataValidation} == {"list", "whole", "decimal"}
    assert str(sheet["F13"].value).startswith("=SUMIF("), (
        "a parent's row may hold its children: only rows above all count"
    )


def test_the_form_without_agencies_has_room(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    write_template(path, agencies=(), indicators=INDICATORS, periods=PERIODS, labels=LABELS)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    assert not sheet["B8"].protection.locked
    for column, value in zip("BCDFGJK", ("Z1", "Sở Z", "Cấp tỉnh", 1, 2, 30, 40), strict=True):
        sheet[f"{column}8"].value = value
    book.save(path)
    assert values(read(path, path.name)) == [["Z1", "province", "provided", 1, 2], ["Z1", "province", "online", 30, 40]]


def test_names_that_look_like_formulas_survive_the_template(tmp_path: Path) -> None:
    known = Known(agencies=(KnownAgency("A1", "=HYPERLINK(0)", "commune"),))
    for suffix in (".xlsx", ".csv"):
        path = tmp_path / f"t{suffix}"
        write_template(path, agencies=known.agencies, indicators=INDICATORS, periods=(), labels=LABELS, layout="long")
        assert "agency_differs" not in codes(read(path, path.name, known=known).problems)
    assert "'=HYPERLINK(0)" in (tmp_path / "t.csv").read_text(encoding="utf-8-sig")


def test_a_template_nowhere(tmp_path: Path) -> None:
    with pytest.raises(OutputError) as refusal:
        write(tmp_path / "none" / "form.xlsx", Layout.FORM)
    assert refusal.value.code == "no_such_folder"
