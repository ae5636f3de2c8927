"""Monthly figures as people write them: every fault at its cell, nothing taken until all is right."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest

from data.intake import Known, KnownAgency, read_history
from data.intake.history import month_end
from data.reference import compose_history, figures, history
from data.reference.compose_hau_giang import FOLDER

KNOWN = Known(agencies=(KnownAgency("A", "Sở A", "province"), KnownAgency("B", "Sở B", "province")))
HEADER = "agency,indicator,end,numerator,denominator\n"


def read(text: str):
    return read_history((HEADER + text).encode(), "lich-su.csv", known=KNOWN)


def test_months_are_read_as_people_write_them() -> None:
    reading = read("A,online,2022-05,1.260,5000\nA,online,05/2021,1,2\nB,online,15/06/2022,,\n\n")
    assert reading.problems == ()
    assert reading.frame is not None
    assert reading.frame.iloc[0].tolist() == ["A", "online", date(2022, 5, 31), 1260.0, 5000.0]
    assert reading.frame["end"].tolist()[1:] == [date(2021, 5, 31), date(2022, 6, 15)]
    assert reading.frame["numerator"].isna().tolist() == [False, False, True]


def test_vietnamese_headers_in_a_workbook_below_a_title() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["LỊCH SỬ THEO THÁNG"])
    sheet.append(["Mã đơn vị", "Chỉ số", "Tháng", "Tử số", "Mẫu số"])
    sheet.append(["A", "online", date(2022, 5, 31), 12, 40])
    held = io.BytesIO()
    book.save(held)
    reading = read_history(held.getvalue(), "lich-su.xlsx", known=KNOWN)
    assert reading.problems == ()
    assert reading.frame.iloc[0].tolist() == ["A", "online", date(2022, 5, 31), 12.0, 40.0]


@pytest.mark.parametrize(
    ("text", "code", "cell"),
    [
        ("A,online,May,1,2", "not_a_month", "C2"),
        ("A,online,13/2022,1,2", "not_a_month", "C2"),
        ("A,online,,1,2", "missing_value", "C2"),
        (",online,2022-05,1,2", "missing_value", "A2"),
        ("X,online,2022-05,1,2", "unknown_agency", "A2"),
        ("A,onlin,2022-05,1,2", "unknown_indicator", "B2"),
        ("A,online,2022-05,3,2", "numerator_above_denominator", "D2"),
        ("A,online,2022-05,-1,2", "negative_count", "D2"),
        ('A,online,2022-05,"1,5",2', "fractional_count", "D2"),
        ("A,online,2022-05,1,2\nA,online,31/05/2022,1,2", "duplicate_row", "A3"),
        ("", "no_rows", None),
    ],
)
def test_each_fault_is_told_at_its_cell(text: str, code: str, cell: str | None) -> None:
    reading = read(text)
    assert reading.frame is None
    assert [(one.code, one.cell) for one in reading.errors] == [(code, cell)]


def test_columns_that_are_missing_are_named() -> None:
    reading = read_history(b"agency,indicator,numerator,denominator\nA,online,1,2", "x.csv", known=KNOWN)
    assert [(one.code, one.details["header"]) for one in reading.errors] == [("missing_header", "end")]
    assert [one.code for one in read_history(b"a,b\n1,2", "x.csv").errors] == ["no_header"]
    assert [one.code for one in read_history(b"", "x.csv").errors] == ["empty_file"]


@pytest.mark.parametrize(
    ("text", "end"),
    [("2024-02", date(2024, 2, 29)), ("2/2023", date(2023, 2, 28)), ("31.5.2022", date(2022, 5, 31)), ("2022", None)],
)
def test_month_end(text: str, end: date | None) -> None:
    assert month_end(text) == end


def test_shipped_history_is_composed_and_adds_up_to_the_figures() -> None:
    assert (FOLDER / "hau-giang-2022" / "history.csv").read_text(encoding="utf-8") == compose_history.compose()
    own = figures("hau-giang-2022").with_history(history("hau-giang-2022"))
    months = own.months("online").since(date(2022, 1, 1))
    counted = own.indicators["online"]
    assert months.numerator.sum(axis=0).tolist() == counted.numerator.tolist()
    assert months.denominator.sum(axis=0).tolist() == counted.denominator.tolist()
    assert (months.numerator <= months.denominator).all()
    assert history("phu-tho-2026") is None
