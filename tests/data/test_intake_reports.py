"""What other systems give out: form II.06a/VPCP, one agency a file, and the one-stop export with three lines each."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

import pytest

from data.intake import Known, KnownAgency, Layout, Reading, proposals, read
from tests.data import messy
from tests.data.files import KNOWN, Rows, book_bytes, changed, codes, the

REPORT = dataclasses.replace(
    KNOWN,
    agencies=(*KNOWN.agencies, KnownAgency("VP", "Văn phòng UBND tỉnh", "province")),
    catalogue={},
    as_of=datetime.date(2022, 6, 15),
    carried_over={"online": False},
)
USUAL = {"row_ignored", "report_counted", "agency_missing"}
"""What is said of a form or an export without any fault."""
OF_REPORTS = {
    *("not_asked", "agencies_unknown", "agency_not_named", "received_differs", "duplicate_field"),
    *("all_line_missing", "lines_unclear", "report_counted", "other_date", "not_from_january"),
    *("period_not_said", "handled_differs", "parts_differ", "rate_differs", "columns_ignored", "cells_not_checked"),
}
FIRST = len(messy.title()) + len(messy.II06A_HEAD) + 1
"""Row of a form's first heading; below it are its two fields, a part, and totals."""


def values(reading: Reading) -> list[tuple[Any, ...]]:
    assert reading.frame is not None, reading.errors
    frame = reading.frame[["agency", "indicator", "numerator", "denominator"]]
    return list(frame.itertuples(index=False, name=None))


def said(reading: Reading) -> list[tuple[str, str | None]]:
    """Code and cell of everything beside the usual."""
    return [(one.code, one.cell) for one in reading.problems if one.code not in USUAL]


def form(at: dict[str, Any] | None = None, *, known: Known = REPORT, rows: Rows | None = None) -> Reading:
    made = changed(rows or messy.ii06a_rows(), at or {})
    return read(book_bytes({"II.06a": made}), "a.xlsx", known=known)


def export(lines: Rows, *, known: Known = REPORT, at: dict[str, Any] | None = None) -> Reading:
    return read(book_bytes({"Export": changed(messy.one_stop_rows(lines), at or {})}), "a.xlsx", known=known)


# form II.06a/VPCP ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("data", "name"),
    [
        (messy.ii06a(), "a.xlsx"),
        (messy.csv_of(messy.ii06a_rows()), "a.csv"),
        (messy.csv_of(messy.decomposed(messy.ii06a_rows()), delimiter=";"), "a.csv"),
        (messy.csv_of(messy.ii06a_rows(), "utf-16", delimiter="\t"), "a.txt"),
    ],
    ids=["merged cells", "csv", "decomposed", "unicode text"],
)
def test_a_form_gives_one_row_the_sum_over_its_fields(data: bytes, name: str) -> None:
    reading = read(data, name, known=REPORT)
    assert reading.layout is Layout.II06A
    assert values(reading) == [("STP", "online", 1040 + 0, (1040 + 60) + (0 + 60))]
    assert said(reading) == []
    told = the(reading, "report_counted").details
    assert (told["columns"], told["carried"], told["fields"]) == ("(4) + (5)", 20, 2)


def test_the_sheet_that_was_read_and_those_that_were_not_are_named() -> None:
    reading = read(messy.ii06a(), "a.xlsx", known=REPORT)
    assert reading.sheet == "II.06a"
    assert [(one.name, one.hidden) for one in reading.skipped] == [("Bìa", False), ("Năm trước", True)]


def test_the_header_of_the_circular_in_one_row_of_a_csv() -> None:
    group = ("Tiếp nhận", "Đã giải quyết", "Đang giải quyết")
    head = ["STT", "Lĩnh vực, công việc giải quyết theo cấp", f"{group[0]}|Tổng số", f"{group[0]}|Trong kỳ|Trực tuyến"]
    head += [f"{group[0]}|Trong kỳ|Trực tiếp, dịch vụ bưu chính", f"{group[0]}|Từ kỳ trước"]
    head += [f"{group[1]}|{one}" for one in ("Tổng số", "Trước hạn", "Đúng hạn", "Quá hạn")]
    head += [f"{group[2]}|{one}" for one in ("Tổng số", "Trong hạn", "Quá hạn")]
    rows = [*messy.title(), head, messy.II06A_HEAD[-1], *messy.FIELDS]
    reading = read(messy.csv_of(rows), "a.csv", known=REPORT)
    assert values(reading) == [("STP", "online", 1040, 1160)]
    assert said(reading) == []


def test_the_campaign_says_whether_dossiers_of_the_last_period_count() -> None:
    with_them = dataclasses.replace(REPORT, carried_over={"online": True})
    assert values(form(known=with_them)) == [("STP", "online", 1040, 1160 + 20)]
    unsaid = form(known=dataclasses.replace(REPORT, carried_over={}))
    assert values(unsaid) == [("STP", "online", 1040, 1160)]
    assert [the(one, "report_counted").details["undecided"] for one in (unsaid, form(known=with_them))] == [20, None]


def test_a_heading_with_the_sum_of_its_fields_is_not_added_to_them() -> None:
    heading = ["I", "Cấp tỉnh", 1180, 1040, 120, 20, 1150, 70, 1070, 10, 30, 25, 5]
    group = ["A", "Thủ tục hành chính", *heading[2:]]
    rows = messy.ii06a_rows("Sở Tư pháp", [group, heading, *messy.FIELDS[1:]])
    assert values(form(rows=rows)) == [("STP", "online", 1040, 1160)]
    assert said(form(rows=rows)) == []
    off = form({f"D{FIRST + 1}": 1041}, rows=rows)
    assert ("total_differs", f"D{FIRST + 1}") in said(off)
    only = messy.ii06a_rows("Sở Tư pháp", [heading, ["II", "Cấp huyện", *[0] * 11]])
    assert values(form(rows=only)) == [("STP", "online", 1040, 1160)], "headings alone are what there is"


SUMS = {
    f"C{FIRST + 1}": (1121, "received_differs", "(3) = (4) + (5) + (6)", 1120),
    f"G{FIRST + 1}": (1091, "handled_differs", "(7) = (8) + (9) + (10)", 1090),
    f"K{FIRST + 1}": (31, "handled_differs", "(11) = (12) + (13)", 30),
}


@pytest.mark.parametrize("cell", SUMS)
def test_a_sum_that_is_wrong_is_told_at_its_cell(cell: str) -> None:
    value, code, columns, right = SUMS[cell]
    reading = form({cell: value})
    found = next(one for one in reading.problems if one.cell == cell and one.code == code)
    assert (found.details["columns"], found.details["sum"], found.expected) == (columns, right, str(right))
    assert (reading.frame is None) is (code == "received_differs")


def test_received_is_what_was_handled_and_what_is_open() -> None:
    reading = form({f"G{FIRST + 2}": 61, f"J{FIRST + 2}": 1})
    assert ("handled_differs", f"C{FIRST + 2}") in said(reading)
    assert the(reading, "handled_differs").details["columns"] == "(3) = (7) + (11)"


def test_a_wrong_total_of_what_was_received_can_be_read_as_the_sum_of_its_parts() -> None:
    cell = f"C{FIRST + 1}"
    data = book_bytes({"II.06a": changed(messy.ii06a_rows(), {cell: 1121})})
    fault = the(read(data, "a.xlsx", known=REPORT), "received_differs")
    assert proposals(fault) == ("1120",)
    repaired = read(data, "a.xlsx", known=REPORT, repairs={("II.06a", cell): "1120"})
    assert values(repaired) == [("STP", "online", 1040, 1160)]


def test_a_total_is_compared_and_never_taken() -> None:
    reading = form({f"D{FIRST + 4}": 1041})
    assert ("total_differs", f"D{FIRST + 4}") in said(reading)
    assert values(reading) == [("STP", "online", 1040, 1160)]


def test_what_is_not_taken_need_not_be_readable_and_what_is_taken_must() -> None:
    formulas = {f"G{FIRST + 1}": ("=SUM(H9:J9)", ""), f"D{FIRST + 4}": ("=SUM(D9:D10)", "")}
    reading = form(formulas)
    assert values(reading) == [("STP", "online", 1040, 1160)]
    assert the(reading, "cells_not_checked").details["count"] == 2
    assert codes(form({f"D{FIRST + 1}": ("=1040", "")}).errors) == ["formula_without_value"]
    assert codes(form({f"D{FIRST + 1}": "nhiều"}).errors) == ["not_a_number"]


def test_the_same_field_twice_would_be_counted_twice() -> None:
    fault = the(form({f"B{FIRST + 2}": "Hộ tịch"}), "duplicate_field")
    assert (fault.cell, fault.details["first"]) == (f"B{FIRST + 2}", f"B{FIRST + 1}")


@pytest.mark.parametrize(
    ("title", "agency"),
    [
        ([["- Đơn vị báo cáo:\nUBND huyện Long Mỹ\n- Đơn vị nhận báo cáo:\nVăn phòng UBND tỉnh"]], "936"),
        ([["Đơn vị báo cáo:", "", "Thị xã Long Mỹ"]], "937"),
        ([["Tên cơ quan, đơn vị : ……", ""], ["Sở Y tế"]], "SYT"),
        ([["SỞ Y TẾ"], ["Nơi nhận: Văn phòng UBND tỉnh"]], "SYT"),
        ([["- Đơn vị nhận báo cáo:\nVăn phòng UBND tỉnh", "Sở Y tế"]], "SYT"),
    ],
    ids=["two in one cell", "to the right", "below", "letterhead", "letterhead beside the receiver"],
)
def test_whose_form_it_is_stands_above_the_table(title: Rows, agency: str) -> None:
    rows = [*title, [SPAN], *messy.II06A_HEAD, *messy.FIELDS]
    reading = form(rows=rows)
    assert [one[0] for one in values(reading)] == [agency]


SPAN = f"({messy.SPAN})"


def test_an_agency_that_is_not_known_is_proposed_in_its_place() -> None:
    data = messy.ii06a("Long Mỹ")
    fault = the(read(data, "a.xlsx", known=REPORT), "unknown_agency")
    assert fault.cell == "J1"
    both = ("- Đơn vị báo cáo: UBND huyện Long Mỹ", "- Đơn vị báo cáo: UBND thị xã Long Mỹ")
    assert proposals(fault) == both
    assert values(read(data, "a.xlsx", known=REPORT, repairs={("II.06a", "J1"): both[1]}))[0][0] == "937"


def test_a_name_that_is_written_otherwise_is_matched_and_said() -> None:
    matched = the(read(messy.ii06a("SỞ  TƯ PHÁP"), "a.xlsx", known=REPORT), "agency_matched_by_name")
    assert (matched.cell, matched.details["agency"]) == ("J1", "STP")


def test_where_nothing_names_the_agency_the_name_of_the_file_proposes_one() -> None:
    rows = [["BIỂU II.06a", "", ""], [SPAN], *messy.II06A_HEAD, *messy.FIELDS]
    data = book_bytes({"S": rows})
    fault = the(read(data, "II06a_So-Y-te_quy2.xlsx", known=REPORT), "agency_not_named")
    assert proposals(fault) == ("Đơn vị báo cáo: Sở Y tế",)
    repaired = read(data, "x.xlsx", known=REPORT, repairs={("S", str(fault.cell)): proposals(fault)[0]})
    assert values(repaired)[0][0] == "SYT"
    assert proposals(the(read(data, "quy-i.xlsx", known=REPORT), "agency_not_named")) == ()


def test_without_a_campaign_no_agency_can_be_told() -> None:
    assert codes(form(known=Known()).errors) == ["agencies_unknown"]
    lines: Rows = [[1, "Sở Tư pháp", "Tất cả", 10, 5, 5, 0, "50 %"]]
    assert codes(export(lines, known=Known()).errors) == ["agencies_unknown"]


def test_a_campaign_without_the_indicator_says_so() -> None:
    paid = dataclasses.replace(REPORT, indicators={"paid_online": "flow"})
    assert "not_asked" in codes(form(known=paid).errors)
    lines: Rows = [[1, "Sở Tư pháp", "Tất cả", 100, 50, 50, 0, "50 %"]]
    assert "not_asked" in codes(export(lines, known=paid).errors)


@pytest.mark.parametrize(
    ("span", "said_of_it"),
    [
        ("Từ ngày 15/12/2021 đến ngày 15/06/2022", []),
        ("từ 01/01/2022 tới 15/6/2022", []),
        ("từ ngày 15 tháng 12 năm 2021 đến ngày 15 tháng 06 năm 2022", []),
        ("Số liệu tính đến hết ngày 15/06/2022", []),
        ("Từ ngày 01/01/2022 đến ngày 14/06/2022", ["other_date"]),
        ("Từ ngày 15/03/2022 đến ngày 15/06/2022", ["not_from_january"]),
        ("Từ ngày 31/02/2022 đến ngày 15/06/2022", ["period_not_said"]),
        ("Quý II/2022", ["period_not_said"]),
    ],
)
def test_the_period_of_the_title_is_compared_with_the_campaign(span: str, said_of_it: list[str]) -> None:
    reading = form(rows=messy.ii06a_rows(span=span))
    assert [code for code, _ in said(reading)] == said_of_it
    assert reading.frame is not None


def test_a_column_that_is_needed_is_missed_and_one_that_is_not_known_is_named() -> None:
    narrow = [[*row[:5], *row[6:]] for row in messy.ii06a_rows()]
    narrow = changed(narrow, {f"{letter}{FIRST - 1}": "" for letter in "ABCDEFGHIJKL"})
    assert ("missing_header", "B5") in [(one.code, one.cell) for one in form(rows=narrow).errors]
    wide = changed(messy.ii06a_rows(), {"N5": "Cán bộ", f"N{FIRST + 1}": "Lan"})
    assert the(form(rows=wide), "columns_ignored").details["names"] == ["Cán bộ"]


@pytest.mark.parametrize(
    "numbers",
    [
        [f"({n})" for n in range(1, 14)],
        list(range(1, 14)),
        ["A", "B", *range(1, 12)],
        [*("(1)", "(2)", "(3)=\n(4)+(5)+(6)"), *(f"({n})" for n in range(4, 14))],
        [],
    ],
    ids=["bracketed", "plain", "letters first", "over two lines", "none"],
)
def test_the_row_that_numbers_the_columns_is_no_field(numbers: list[Any]) -> None:
    head = [*messy.title(), *messy.II06A_HEAD[:3], *([numbers] if numbers else [])]
    again = [numbers] if numbers else []
    rows = [*head, *messy.FIELDS[:2], *again, *messy.FIELDS[2:]]
    assert values(form(rows=rows)) == [("STP", "online", 1040, 1160)]
    assert said(form(rows=rows)) == []


def test_where_words_are_missing_the_numbers_tell_the_column() -> None:
    reading = form({"D7": "Qua mạng", "E7": "Hình thức khác"})
    assert values(reading) == [("STP", "online", 1040, 1160)]


def test_two_columns_that_say_the_same_are_never_chosen_between() -> None:
    rows = changed(messy.ii06a_rows(), {"N5": "Số lượng hồ sơ tiếp nhận", "N7": "Bưu chính"})
    assert the(form(rows=rows), "duplicate_header").details["first"] == "E5"
    lines: Rows = [[1, "Sở Tư pháp", "Tất cả", 100, 40, 50, 10, ""]]
    split = export(lines, at={"I4": "Trực tuyến toàn trình", "I6": 20})
    assert codes(split.errors) == ["duplicate_header"]


def test_a_form_without_counts_or_rows_is_no_report_of_zeros() -> None:
    empty = messy.ii06a_rows("Sở Tư pháp", [["1", "Hộ tịch", 0, "", "", "", 0, "", "", "", 0, "", ""]])
    assert codes(form(rows=empty).errors) == ["no_counts"]
    assert codes(form(rows=messy.ii06a_rows("Sở Tư pháp", [["1", "Hộ tịch"]])).errors) == ["no_rows"]


# the one-stop export ---------------------------------------------------------------------------------------------
def test_of_three_lines_the_one_of_all_services_is_taken() -> None:
    reading = read(messy.one_stop(), "a.xlsx", known=REPORT)
    assert reading.layout is Layout.ONE_STOP
    expected = [("STP", 600, 1000), ("SYT", 100, 300), ("936", 40, 200), ("937", 60, 150)]
    assert [(agency, n, d) for agency, _, n, d in values(reading)] == expected
    assert said(reading) == []
    rows = messy.decomposed(messy.one_stop_rows())
    assert values(read(messy.csv_of(rows, delimiter=";"), "a.csv", known=REPORT)) == values(reading)


A: Rows = [[1, "Sở Tư pháp", "", 1000, 600, 380, 20, 0.6], ["", "", "", 400, 200, 195, 5, 0.5]]
A += [["", "", "", 590, 400, 175, 15, 0.678]]
NAMED = ("Sở Tư pháp", "Sở Tư pháp - DVC một phần", "Sở Tư pháp (Toàn trình)")
WORDS = ("Sở Tư pháp", "- Một phần", "- Toàn trình")


@pytest.mark.parametrize(
    "lines",
    [
        [[*row[:2], kind, *row[3:]] for row, kind in zip(A, ("Tổng số", "Mức độ 3", "Mức độ 4"), strict=True)],
        [[row[0], name, *row[2:]] for row, name in zip(A, NAMED, strict=True)],
        [[row[0], name, *row[2:]] for row, name in zip(A, WORDS, strict=True)],
        [[row[0], "Sở Tư pháp", *row[2:]] for row in A],
        [[*A[0][:2], "Tất cả", *A[0][3:]]],
        [A[0]],
    ],
    ids=["levels", "in the name", "instead of the name", "repeated, unsaid", "lone", "lone, unsaid"],
)
def test_the_lines_are_told_however_they_are_marked(lines: Rows) -> None:
    reading = export(lines)
    assert values(reading) == [("STP", "online", 600, 1000)]
    assert said(reading) == []


def test_lines_are_never_guessed() -> None:
    parts = [[*row[:2], kind, *row[3:]] for row, kind in zip(A[1:], ("Một phần", "Toàn trình"), strict=True)]
    parts[0][1] = "Sở Tư pháp"
    assert codes(export(parts).errors) == ["all_line_missing"]
    unclear = [list(row) for row in A]
    unclear[1][4] = 150
    assert the(export(unclear), "lines_unclear").details["count"] == 3
    twice = [A[0], [2, "Sở Tư pháp", "Tất cả", 90, 50, 40, 0, ""], [3, "Sở Tư pháp", "Tất cả", 90, 50, 40, 0, ""]]
    assert the(export(twice[1:]), "duplicate_row").cell == "B7"


def test_parts_must_add_up_online_and_may_leave_out_other_services() -> None:
    reading = export(A, at={"E7": 210})
    assert [(one.code, one.cell) for one in reading.problems if one.code == "lines_unclear"], "sums do not tell"
    marked = [[*row[:2], kind, *row[3:]] for row, kind in zip(A, ("Tất cả", "Một phần", "Toàn trình"), strict=True)]
    off = export(marked, at={"E7": 210, "D7": 410, "H7": ""})
    fault = the(off, "parts_differ")
    assert (fault.cell, fault.details["all"], fault.details["sum"]) == ("E6", 600, 610)
    more = export(marked, at={"D8": 690, "F8": 275, "H8": ""})
    assert [one.cell for one in more.warnings if one.code == "parts_differ"] == ["D6", "F6"]


def test_the_channels_must_add_up_to_the_total_that_is_taken() -> None:
    fault = the(export([A[0]], at={"D6": 1001, "H6": ""}), "received_differs")
    assert (fault.cell, proposals(fault)) == ("D6", ("1000",))
    marked = [[*row[:2], kind, *row[3:]] for row, kind in zip(A, ("Tất cả", "Một phần", "Toàn trình"), strict=True)]
    assert the(export(marked, at={"D7": 401, "H7": ""}), "handled_differs").cell == "D7"


def test_where_dossiers_by_post_have_no_column_the_total_is_not_compared() -> None:
    lines: Rows = [[1, "Sở Tư pháp", "Tất cả", 1000, 600, 380, "", "60 %"]]
    assert said(export(lines, at={"G5": "", "D4": "Tình hình tiếp nhận, giải quyết hồ sơ"})) == []
    together = export(lines, at={"G5": "", "F5": "Trực tiếp và BCCI"})
    assert codes(together.errors) == ["received_differs"]


@pytest.mark.parametrize("rate", ["60,00 %", "60%", "60", "60,0", 60, 0.6, "0,6", "60.00", "n/a", ""])
def test_a_rate_that_recomputes_is_not_mentioned(rate: Any) -> None:
    assert said(export([A[0]], at={"H6": rate})) == []


@pytest.mark.parametrize(
    ("rate", "published"), [("61 %", 0.61), ("60,01 %", 0.6001), (0.615, 0.615), ("59,9", 0.599), (0.5, 0.5)]
)
def test_a_rate_that_does_not_recompute_is_shown_with_the_difference(rate: Any, published: float) -> None:
    fault = the(export([A[0]], at={"H6": rate}), "rate_differs")
    assert fault.cell == "H6"
    assert (fault.details["published"], fault.details["recomputed"]) == (pytest.approx(published), 0.6)
    assert fault.details["difference"] == pytest.approx(published - 0.6)


def test_totals_of_the_export_are_compared_and_groups_passed_over() -> None:
    rows = changed(messy.one_stop_rows(), {"E16": 801, "F16": 799, "H16": ""})
    reading = read(book_bytes({"S": rows}), "a.xlsx", known=REPORT)
    assert ("total_differs", "E16") in said(reading)
    assert [one.found for one in reading.warnings if one.code == "row_ignored"] == ["Sở, ban, ngành"]


def test_an_agency_of_the_export_that_is_not_known_is_proposed() -> None:
    lines: Rows = [[1, "Long Mỹ", "Tất cả", 10, 5, 5, 0, "50 %"], ["", "", "Một phần", 10, 5, 5, 0, ""]]
    fault = the(export(lines), "unknown_agency")
    assert (fault.cell, proposals(fault)) == ("B6", ("UBND huyện Long Mỹ", "UBND thị xã Long Mỹ"))
