"""Issued tables: one target a row, and the appendix of a Decision with its indicators side by side."""

from __future__ import annotations

import io
import math

import openpyxl
import pytest

from data.intake import Known, KnownAgency, Reading, read_issued

KNOWN = Known(
    agencies=(KnownAgency("STP", "Sở Tư pháp", "province"), KnownAgency("LM", "UBND huyện Long Mỹ", "district")),
    indicators={"active": "stock", "online": "flow"},
    names={"active": ("DVCTT phát sinh hồ sơ",), "online": ("Hồ sơ trực tuyến",)},
    periods=("2022Q3", "2022Q4"),
)


def read(text: str) -> Reading:
    return read_issued(text.encode(), "giao.csv", known=KNOWN)


def rows(reading: Reading) -> list[tuple[str, str, str, float]]:
    assert reading.frame is not None, reading.problems
    return list(reading.frame.itertuples(index=False, name=None))


def test_one_target_a_row_by_code_or_name() -> None:
    text = "agency,indicator,period,target\nSTP,online,2022Q4,50%\nHuyện Long Mỹ,Hồ sơ trực tuyến,Quý IV/2022,0.4\n"
    assert rows(read(text)) == [("STP", "online", "2022Q4", 0.5), ("LM", "online", "2022Q4", 0.4)]


def test_an_appendix_with_one_header_row_speaks_of_the_last_period() -> None:
    lines = ("I;Cấp tỉnh;;", "1;Sở Tư pháp;52,5 %;x", "2;Huyện Long Mỹ;–;", ";Tổng cộng;50 %;")
    assert rows(read("\n".join(("TT;Đơn vị;Hồ sơ trực tuyến;Ghi chú", *lines)))) == [("STP", "online", "2022Q4", 0.525)]


def test_an_appendix_with_periods_below_its_indicators() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (
        ["PHỤ LỤC"],
        ["STT", "Cơ quan, đơn vị", "DVCTT phát sinh hồ sơ", None, None, "Hồ sơ trực tuyến", None],
        [None, None, "Hiện trạng", "Chỉ tiêu đến hết quý III/2022", "Chỉ tiêu đến hết quý IV/2022", "Hiện trạng",
         "Chỉ tiêu quý IV/2022"],
        [1, "Sở Tư pháp", 0.3, 0.5, 0.8, 0.1, "60 %"],
        [None, "Nơi nhận: các sở", None, None, None, None, None],
    ):  # fmt: skip
        sheet.append(line)
    held = io.BytesIO()
    book.save(held)
    reading = read_issued(held.getvalue(), "phu-luc.xlsx", known=KNOWN)
    assert rows(reading) == [
        ("STP", "active", "2022Q3", 0.5), ("STP", "active", "2022Q4", 0.8), ("STP", "online", "2022Q4", 0.6),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code", "cell"),
    [
        ("Đơn vị;Hồ sơ trực tuyến quý I/2023\nSở Tư pháp;50 %\n", "no_header", None),
        ("Đơn vị;Hồ sơ trực tuyến\n;Chỉ tiêu quý I/2023\nSở Tư pháp;50 %\n", "unknown_period", "B2"),
        ("Đơn vị;Hồ sơ trực tuyến\nSở Tư pháp;500 %\n", "share_out_of_range", "B2"),
        ("Đơn vị;Hồ sơ trực tuyến\nSở Không Có;50 %\n", "unknown_agency", "A2"),
        ("Đơn vị;Hồ sơ trực tuyến\nSở Tư pháp;50 %\nSTP;40 %\n", "duplicate_row", "A3"),
        ("Đơn vị;Hồ sơ trực tuyến\nSở Tư pháp;\n", "no_rows", None),
    ],
)
def test_what_is_wrong_in_an_appendix_is_told_at_its_cell(text: str, code: str, cell: str | None) -> None:
    reading = read(text)
    assert [one.code for one in reading.errors] == [code]
    assert reading.errors[0].cell == cell
    assert reading.frame is None


def test_no_target_in_a_long_table_stays_none() -> None:
    (one,) = rows(read("agency,indicator,period,target\nSTP,online,2022Q4,\n"))
    assert math.isnan(one[3])
