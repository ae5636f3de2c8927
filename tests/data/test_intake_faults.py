"""Each fault of a cell, a row, a header: found where it stands, with what was found; and nothing left out."""

from __future__ import annotations

import dataclasses
import datetime
from dataclasses import dataclass, field
from typing import Any

import pytest

from data.intake import ERRORS, WARNINGS, Known, KnownAgency, Severity, read
from tests.data.files import KNOWN, book_bytes, changed, codes, csv_bytes, form_rows, long_rows, the
from tests.data.test_intake_reports import OF_REPORTS

FILE_ERRORS = ERRORS[: ERRORS.index("no_header")]


@dataclass(frozen=True)
class Fault:
    """Cells changed in a faultless file, and the one problem that must come of it."""

    code: str
    cell: str | None
    at: dict[str, Any] = field(default_factory=dict)
    layout: str = "long"
    known: Known | None = None
    details: dict[str, Any] = field(default_factory=dict)
    expected: str | None = None
    xlsx: bool = True


CAMPAIGN = dataclasses.replace(KNOWN, catalogue={})
WIDE = {"H1": "expected_2022Q3", "I1": "proposed_2022Q4", "J1": "weight", "K1": "note"}
EMPTY = {f"{c}{r}": "" for c in "ABCDEFG" for r in (2, 3, 4)}
PARENTED = {"D2": "936"}

FAULTS = [
    # header
    Fault("no_header", None, dict(zip(("A1", "B1", "C1", "D1", "E1", "F1", "G1"), "abcdefg", strict=True))),
    Fault("missing_header", "A1", {"G1": ""} | {f"G{r}": "" for r in (2, 3, 4)}, details={"header": "denominator"}),
    Fault("missing_header", "E4", {f"F{r}": "" for r in range(4, 10)}, "form", details={"header": "denominator"}),
    Fault(
        "unknown_header",
        "H1",
        {"H1": "expceted 2022Q3", "H2": 5},
        known=CAMPAIGN,
        details={"nearest": "expected_2022Q3"},
    ),
    Fault("unknown_header", "H1", {"H1": "", "H2": 5}),
    Fault("unknown_header", "G4", {"G4": "Tổng dự tính"}, "form"),
    Fault("duplicate_header", "H1", {"H1": "Denominator"}, details={"first": "G1"}),
    Fault(
        "unknown_period",
        "H1",
        {"H1": "expected_2022Q2"},
        known=CAMPAIGN,
        details={"period": "2022Q2", "nearest": "2022Q3"},
    ),
    Fault("no_rows", None, EMPTY),
    Fault("no_counts", None, {f"{c}{r}": "" for c in "FG" for r in (2, 3, 4)}),
    # text cells
    Fault("missing_value", "C2", {"C2": ""}, details={"field": "level"}),
    Fault("missing_value", "E2", {"E2": ""}, details={"field": "indicator"}),
    Fault("missing_value", "A2", {"A2": "", "B2": ""}, details={"field": "agency"}),
    Fault("control_characters", "B2", {"B2": "Sở\u0007 Tư pháp"}, details={"field": "name"}),
    Fault("control_characters", "B2", {"B2": "Sở \u202eTư pháp"}, details={"field": "name"}),
    Fault("cell_too_long", "B2", {"B2": "x" * 40_000}, details={"length": 40_000, "limit": 32_767}, xlsx=False),
    Fault("cell_too_long", "F2", {"F2": "1" * 40_000}, details={"length": 40_000}, xlsx=False),
    Fault("date_in_text", "B2", {"B2": datetime.date(2022, 1, 2)}, details={"field": "name"}),
    Fault("boolean_in_text", "B2", {"B2": True}, details={"field": "name"}),
    # numbers
    Fault("date_in_number", "F2", {"F2": datetime.date(2022, 1, 2)}, details={"field": "numerator"}),
    Fault("boolean_in_number", "F2", {"F2": True}),
    Fault("excel_error", "F2", {"F2": ("=1/0", "#DIV/0!")}),
    Fault("formula_without_value", "F2", {"F2": ("=SUM(F3:F4)", "")}),
    Fault("not_a_number", "F2", {"F2": "nhiều"}, expected="1260 / 1.260"),
    Fault("ambiguous_comma", "F2", {"F2": "1,000", "G2": 5000}, expected="1.000"),
    Fault("ambiguous_dot", "F2", {"F2": "1.26"}),
    Fault("percent_in_count", "F2", {"F2": "15 %"}),
    Fault("negative_count", "F2", {"F2": -3}),
    Fault("fractional_count", "F2", {"F2": 3.5}),
    Fault("count_too_large", "G2", {"G2": 1e15}),
    Fault("share_out_of_range", "I2", WIDE | {"I2": "120 %"}, details={"field": "proposed_2022Q4"}),
    Fault("share_without_percent", "I2", WIDE | {"I2": "50"}, expected="50 %"),
    Fault("share_without_percent", "H6", {"H6": 50}, "form", expected="50 %"),
    Fault("bad_weight", "J2", WIDE | {"J2": 0}),
    Fault("fractional_count", "H2", WIDE | {"H2": "52,5"}, details={"field": "expected_2022Q3"}),
    # rows
    Fault("count_missing", "F2", {"F2": ""}, details={"given": "denominator", "field": "numerator", "agency": "STP"}),
    Fault("count_missing", "F6", {"F6": ""}, "form", details={"field": "denominator"}),
    Fault("numerator_above_denominator", "F2", {"F2": 900}, details={"numerator": 900, "denominator": 800}),
    Fault("numerator_above_denominator", "E6", {"E6": 900}, "form", details={"indicator": "online"}),
    Fault(
        "unknown_agency", "A2", {"A2": "SPT"}, known=CAMPAIGN, details={"nearest": "STP", "nearest_name": "Sở Tư pháp"}
    ),
    Fault("unknown_agency", "B2", {"A2": "", "B2": "Sở Tư páp"}, known=CAMPAIGN, details={"nearest": "STP"}),
    Fault("unknown_indicator", "E2", {"E2": "onlin"}, details={"nearest": "online"}),
    Fault("unknown_level", "C2", {"C2": "provinse"}, details={"nearest": "province"}),
    Fault("duplicate_row", "A3", {"A3": "STP", "B3": "Sở Tư pháp"}, details={"agency": "STP", "first": "A2"}),
    Fault("agency_disagrees", "B3", {"A3": "STP", "E3": "paid_online"}, details={"first": "B2", "field": "name"}),
    Fault(
        "agency_disagrees",
        "C3",
        {"A3": "STP", "B3": "Sở Tư pháp", "E3": "active", "C3": "commune"},
        details={"field": "level"},
    ),
    Fault("unknown_parent", "D2", {"D2": "935"}, details={"parent": "935", "nearest": "936"}),
    Fault("parent_circle", "D2", {"D2": "SYT", "D3": "STP"}, details={"circle": ["STP", "SYT"]}),
    Fault("parent_circle", "D2", {"D2": "STP"}, details={"circle": ["STP"]}),
    # doubts
    Fault(
        "agency_missing",
        None,
        known=dataclasses.replace(CAMPAIGN, agencies=CAMPAIGN.agencies[:4]),
        details={"agency": "937"},
    ),
    Fault(
        "agency_matched_by_name", "B4", {"A4": "", "B4": "HUYỆN  LONG MỸ"}, known=CAMPAIGN, details={"agency": "936"}
    ),
    Fault("agency_differs", "B2", {"B2": "Sở Nội vụ"}, known=CAMPAIGN, details={"known": "Sở Tư pháp"}),
    Fault("agency_differs", "C2", {"C2": "commune"}, known=CAMPAIGN, details={"field": "level"}),
    Fault("name_missing", "B2", {"B2": ""}),
    Fault("not_reported", "G2", {"F2": "", "G2": ""}, details={"agency": "STP"}),
    Fault(
        "rate_jumped",
        "F2",
        known=dataclasses.replace(CAMPAIGN, previous={("STP", "online"): (400, 1000)}),
        details={"before": 0.4, "after": 0.15},
    ),
    Fault(
        "count_shrank",
        "G2",
        known=dataclasses.replace(CAMPAIGN, previous={("STP", "online"): (120, 801)}),
        details={"field": "denominator", "before": 801, "after": 800},
    ),
    Fault(
        "count_shrank",
        "F2",
        known=dataclasses.replace(CAMPAIGN, previous={("STP", "online"): (121, 700)}),
        details={"field": "numerator"},
    ),
    Fault("small_denominator", "G2", {"F2": 3, "G2": 11}, details={"denominator": 11}),
    Fault("children_off_parent", "G4", PARENTED | {"G2": 901}, known=KNOWN, details={"children": 901, "parent": 900}),
    Fault(
        "active_above_provided",
        "F2",
        {"E2": "active", "A3": "STP", "B3": "Sở Tư pháp", "E3": "provided"},
        details={"active": 120, "provided": 40},
    ),
    Fault("total_differs", "F9", {"F9": 2001}, "form", details={"total": 2001, "sum": 2000}),
    Fault("row_ignored", "C9", {"A9": "", "C9": "Các xã", "E9": "", "F9": "", "G9": ""}, "form"),
    Fault("row_ignored", "A9", {"C9": "Trong đó: cấp tỉnh"}, "form"),
]


def reading_of(fault: Fault, *, xlsx: bool) -> Any:
    rows = changed(long_rows() if fault.layout == "long" else form_rows(), fault.at)
    data = book_bytes({"Biểu": rows}) if xlsx else csv_bytes(rows)
    return read(data, "f.xlsx" if xlsx else "f.csv", known=fault.known)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f"{f.code}-{f.cell}-{f.layout}")
def test_a_fault_is_found_where_it_stands(fault: Fault) -> None:
    reading = reading_of(fault, xlsx=fault.xlsx)
    problem = next((p for p in reading.problems if p.code == fault.code and p.cell == fault.cell), None)
    assert problem, reading.problems
    assert problem.sheet == ("Biểu" if fault.xlsx else None)
    assert {k: problem.details.get(k) for k in fault.details} == fault.details
    if fault.expected:
        assert problem.expected == fault.expected
    assert (reading.frame is None) == bool(reading.errors)
    assert (problem.severity is Severity.ERROR) == (fault.code in ERRORS)


@pytest.mark.parametrize(
    "fault", [f for f in FAULTS if f.code in ERRORS], ids=lambda f: f"{f.code}-{f.cell}-{f.layout}"
)
def test_one_fault_is_reported_once_and_alone(fault: Fault) -> None:
    reading = reading_of(fault, xlsx=fault.xlsx)
    assert codes(reading.errors) == [fault.code]


@pytest.mark.parametrize(
    "fault",
    [f for f in FAULTS if not any(isinstance(v, bool | float | tuple | datetime.date) for v in f.at.values())],
    ids=lambda f: f"{f.code}-{f.cell}-{f.layout}",
)
def test_a_csv_tells_the_same(fault: Fault) -> None:
    reading = reading_of(fault, xlsx=False)
    assert (fault.code, fault.cell) in [(p.code, p.cell) for p in reading.problems]


def test_other_codes() -> None:
    twins = Known(agencies=(KnownAgency("1", "Xã Tân Phú", "commune"), KnownAgency("2", "Xã Tân Phú", "commune")))
    reading = read(csv_bytes(changed(long_rows(), {"A2": "", "B2": "xã Tân Phú"})), "f.csv", known=twins)
    assert the(reading, "ambiguous_agency").details["agencies"] == ["1", "2"]
    hidden = read(book_bytes({"Bìa": [["x"]], "Biểu": long_rows()}, hidden=["Biểu"]), "f.xlsx")
    assert codes(hidden.errors) == ["hidden_sheet_only"]
    both = read(book_bytes({"Cũ": long_rows(), "Mới": form_rows()}), "f.xlsx", known=CAMPAIGN)
    assert the(both, "sheet_ignored").details["chosen"] in ("Cũ", "Mới")


def test_a_misspelt_header_is_named_word_by_word() -> None:
    rows = changed(long_rows(), {"E1": "indicater", "F1": "numerater", "G1": "denominater"})
    reading = read(csv_bytes(rows), "f.csv")
    near = {p.cell: p.details["nearest"] for p in reading.errors if p.code == "unknown_header"}
    assert near == {"E1": "indicator", "F1": "numerator", "G1": "denominator"}
    missing = {p.details["header"] for p in reading.errors if p.code == "missing_header"}
    assert missing == {"indicator", "numerator", "denominator"}
    form = read(book_bytes({"S": changed(form_rows(), {"E3": "Tỷ lệ hồ sơ trực tuyn"})}), "f.xlsx", known=CAMPAIGN)
    assert codes(form.errors) == ["unknown_header"], "once for the group, not once per column"
    assert (the(form, "unknown_header").cell, the(form, "unknown_header").expected) == ("E3", "Tỷ lệ hồ sơ trực tuyến")


def test_services_are_compared_with_the_catalogue_once_all_have_reported() -> None:
    def rows(*counts: int) -> list[list[Any]]:
        agencies = KNOWN.agencies[:4]
        return [
            long_rows()[0],
            *([a.code, a.name, a.level, "", "provided", 1, n] for a, n in zip(agencies, counts, strict=False)),
        ]

    def told(*counts: int) -> list[str]:
        return [
            p.details["level"]
            for p in read(csv_bytes(rows(*counts)), "f.csv", known=KNOWN).warnings
            if p.code == "services_off_catalogue"
        ]

    assert told(25, 15, 20, 18) == []
    assert told(25, 16, 20, 18) == ["province"]
    assert told(25, 15, 21, 18) == ["district"], "no district can have more services than the shared catalogue"
    assert told(25, 15, 9, 8) == ["district"], "and together they must cover it"
    assert told(25) == [], "one department alone need not add up to the catalogue"


def test_every_code_is_tried() -> None:
    elsewhere = {"ambiguous_agency", "hidden_sheet_only", "sheet_ignored", "services_off_catalogue", "external_links"}
    elsewhere |= {"legacy_text", "legacy_read", "not_a_month"}
    tried = {fault.code for fault in FAULTS} | elsewhere | set(FILE_ERRORS) | OF_REPORTS
    assert set(ERRORS) | set(WARNINGS) == tried


def test_all_problems_come_at_once_and_no_bad_row_hides_another() -> None:
    rows = changed(long_rows(), {"A2": "", "B2": "", "F2": "x", "C3": "sao hỏa", "G3": -1, "F4": 901, "E4": "onlin"})
    reading = read(book_bytes({"S": rows}), "f.xlsx")
    found = {(p.code, p.cell) for p in reading.errors}
    assert found == {
        ("missing_value", "A2"),
        ("not_a_number", "F2"),
        ("unknown_level", "C3"),
        ("negative_count", "G3"),
        ("unknown_indicator", "E4"),
        ("numerator_above_denominator", "F4"),
    }
    assert reading.frame is None
