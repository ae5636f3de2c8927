"""Workbooks for people: what stands where, in which form, and that nothing in them runs."""

from __future__ import annotations

import dataclasses
import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

import scenarios
from dashapp.i18n import LANGUAGES, catalogue
from data import reference
from data.export import (
    LABELS,
    ExportState,
    Imprint,
    OutputError,
    Remark,
    Words,
    targets_sha256,
    write_comparison_xlsx,
    write_xlsx,
)
from engine import Allocation, Figures, allocate
from tests.data.results import exported, run

DANGEROUS = '=HYPERLINK("x")'
REMARKS = (Remark(False, "=cảnh báo " + "dài " * 60), Remark(True, "xung đột"))


def written(allocation: Allocation, path: Path, **changes: Any) -> Workbook:
    write_xlsx(exported(allocation, remarks=REMARKS, **changes), path)
    return openpyxl.load_workbook(path)


def texts(sheet: Worksheet) -> list[str]:
    return [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]


def row_of(sheet: Worksheet, name: str) -> list[Any]:
    return next(list(row) for row in sheet.iter_rows() if name in [cell.value for cell in row[:3]])


@pytest.fixture
def book(tmp_path: Path) -> Workbook:
    return written(run(pin=0.5), tmp_path / "r.xlsx")


def test_the_appendix_is_the_table_as_issued(book: Workbook) -> None:
    sheet = book.worksheets[0]
    allocation = run(pin=0.5)
    result = allocation.results["online"]
    at = [allocation.figures.codes[r] for r in result.rows].index("936")
    row = row_of(sheet, "UBND huyện Long Mỹ")
    assert [c.value for c in row[6:10]] == [
        result.current[at],
        result.target[0, at],
        result.target[1, at],
        result.to_do[1, at],
    ]
    assert [c.number_format for c in row[6:10]] == [f"[$-42A]{code}" for code in ("0.0%", "0%", "0%", "#,##0")]
    province = row_of(sheet, "«export.whole_province»")
    assert province[8].value == allocation.summary("online", "2022Q4").attained
    above = [i for i, r in enumerate(result.rows) if allocation.figures.parent[r] < 0]
    assert province[9].value == np.nansum(result.to_do[1][above])


def test_what_has_no_target_shows_a_dash_and_says_why(book: Workbook) -> None:
    sheet = book.worksheets[0]
    exempt, missing, pinned = row_of(sheet, "Ban Dân tộc"), row_of(sheet, "Sở Y tế"), row_of(sheet, "Sở Y tế")
    assert [c.value for c in exempt[7:9]] == ["–", "–"]
    assert "«terms.target_status.exempt» («terms.reason.no_denominator»)" in exempt[10].value
    assert [c.value for c in missing[3:5]] == ["–", "–"]
    assert "«terms.target_status.missing»" in missing[10].value
    assert "Hồ sơ trực tuyến: «terms.target_status.pinned»" in pinned[10].value


def test_agencies_stand_by_level_and_below_their_parent(book: Workbook) -> None:
    names = [row[1].value for row in book.worksheets[0].iter_rows() if row[1].value]
    order = [
        "«terms.level.province»",
        "Ban Dân tộc",
        DANGEROUS,
        "Sở Y tế",
        "«terms.level.district»",
        "UBND huyện Long Mỹ",
        "«terms.level.commune»",
        "«export.children_of» UBND huyện Long Mỹ",
        "UBND xã Thuận Hưng",
        "UBND xã Thuận Hòa",
        "«export.whole_province»",
    ]
    assert [name for name in names if name in order] == order


def test_every_export_carries_where_it_came_from(book: Workbook) -> None:
    allocation = run(pin=0.5)
    for sheet in (book.worksheets[0], book["«export.parameters_sheet»"]):
        text = "\n".join(texts(sheet))
        for said in ("Hậu Giang 2022", "Cơ sở", "20/06/2022 09:30 UTC", "«export.state_draft»"):
            assert said in text
        assert allocation.figures.sha256 in text
        assert targets_sha256(allocation) in text
    for sheet in book.worksheets:
        assert "«export.illustrative»" in sheet.oddHeader.right.text
        assert targets_sha256(allocation)[:12] in sheet.oddFooter.left.text
    imprint = Imprint.read(book.properties.description)
    assert imprint is not None
    assert imprint == exported(allocation, remarks=REMARKS).imprint


def test_what_is_issued_names_its_decision_and_is_no_draft(tmp_path: Path) -> None:
    decision = {"decision_number": "1045/QĐ-UBND", "decision_date": date(2022, 6, 21)}
    book = written(run(), tmp_path / "r.xlsx", state=ExportState.ISSUED, illustrative=False, **decision)
    said = "\n".join(texts(book.worksheets[0]))
    assert "«export.decision» 1045/QĐ-UBND «export.decision_dated» 21/06/2022" in said
    assert "«export.attached» 1045/QĐ-UBND «export.attached_day» 21/06/2022" in said
    for sheet in book.worksheets:
        assert "«export.state_draft»" not in texts(sheet)
        assert not sheet.oddHeader.right.text


def test_real_figures_carry_no_banner(tmp_path: Path) -> None:
    real = written(run(), tmp_path / "r.xlsx", illustrative=False)
    assert not any("«export.illustrative»" in texts(sheet) for sheet in real.worksheets)


def test_the_place_for_the_signature_is_the_decisions(tmp_path: Path) -> None:
    assert "«export.signed_as»" in texts(written(run(), tmp_path / "a.xlsx").worksheets[0])
    write_xlsx(exported(run()), tmp_path / "b.xlsx", signing=("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"))
    said = texts(openpyxl.load_workbook(tmp_path / "b.xlsx").worksheets[0])
    assert [text for text in said if text in ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH", "«export.signed_as»")] == [
        "TM. ỦY BAN NHÂN DÂN",
        "CHỦ TỊCH",
    ]


def test_an_unmet_goal_heads_the_appendix(tmp_path: Path) -> None:
    said = "Hồ sơ trực tuyến, quý IV/2022: «terms.goal_status.infeasible»"
    assert said in texts(written(run(0.5, cap=0.2), tmp_path / "a.xlsx").worksheets[0])[:8]
    assert said not in texts(written(run(), tmp_path / "b.xlsx").worksheets[0])


def test_pages_print(book: Workbook) -> None:
    for sheet in book.worksheets:
        assert sheet.page_setup.paperSize in (8, 9), "A3 for the calculation, A4 for the rest"
        assert "&P" in str(sheet.oddFooter.center.text)
    appendix, calculation = book.worksheets[:2]
    assert appendix.sheet_properties.pageSetUpPr.fitToPage
    assert (appendix.freeze_panes, appendix.print_title_rows) == ("C10", "$8:$9")
    assert (calculation.freeze_panes, calculation.print_title_rows) == ("C6", "$4:$5")
    assert calculation.print_title_cols == "$A:$B"
    assert [one.id for one in calculation.col_breaks.brk], "each period begins a page"


def test_no_page_of_the_appendix_ends_with_a_heading(tmp_path: Path) -> None:
    allocation = scenarios.run(reference.figures("hau-giang-2022"), scenarios.load("hau-giang-2022/base"))
    for sheet in written(allocation, tmp_path / "r.xlsx").worksheets[:1]:
        breaks = [one.id for one in sheet.row_breaks.brk]
        assert 2 <= len(breaks) <= 6, "102 agencies are some pages"
        for row in breaks:  # the number of the last row before the break
            assert isinstance(sheet.cell(row, 1).value, int), "an agency, neither a level nor the sum"
        assert "«export.whole_province»" not in [sheet.cell(row, 2).value for row in breaks]


def test_only_what_may_be_changed_is_open(book: Workbook) -> None:
    for sheet in book.worksheets[:-1]:
        assert sheet.protection.sheet
        assert not sheet.protection.password
    calculation, parameters = book["«export.calculation_sheet»"], book["«export.parameters_sheet»"]
    for sheet in (calculation, parameters):
        cells = [cell for row in sheet.iter_rows() for cell in row]
        open_ = [cell for cell in cells if not cell.protection.locked]
        assert open_
        assert {cell.fill.fgColor.rgb for cell in open_} == {"FFFFF6D6"}, "what is open is yellow"
    assert not any(cell.data_type == "f" for cell in open_), "no formula among the parameters can be lost by mistake"
    assert any(cell.comment for row in calculation.iter_rows() for cell in row)


FUNCTIONS = {
    *("ABS", "AND", "AVERAGE", "COUNTIFS", "DATE", "EXP", "IF", "IFERROR", "INDEX", "INT", "ISNUMBER", "LN", "MAX"),
    *("MIN", "OR", "PERCENTILE", "ROUND", "ROW", "SQRT", "SUM", "SUMIFS", "SUMPRODUCT", "YEAR"),
}
"""Functions that every spreadsheet has; none reaches out of the workbook."""


def test_nothing_of_others_runs_in_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    for sheet in written(run(), path).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    text = getattr(cell.value, "text", cell.value)
                    assert set(re.findall(r"([A-Z]+)\(", text)) <= FUNCTIONS, text
                    assert not re.search(r"[\[\]!|]", text), "no other workbook, sheet or program"
                elif isinstance(cell.value, str) and cell.value.startswith("="):
                    assert cell.quotePrefix, "it stays text even when someone edits the cell"
    with zipfile.ZipFile(path) as archive:
        sheets = b"".join(archive.read(name) for name in archive.namelist() if "worksheets/sheet" in name)
    assert b"<hyperlink" not in sheets
    assert b"<f>HYPERLINK" not in sheets


def test_long_and_strange_names_break_nothing(tmp_path: Path) -> None:
    frame = run().figures.frame.copy()
    frame["name"] = frame["name"].replace({"Sở Y tế": 'Sở <&>" ' + "rất dài " * 40})
    book = written(allocate(Figures.from_frame(frame), run().plan), tmp_path / "r.xlsx")
    assert any(text.startswith('Sở <&>" rất dài') for text in texts(book.worksheets[0]))
    row = next(cell.row for line in book.worksheets[0].iter_rows() for cell in line if "<&>" in str(cell.value))
    assert book.worksheets[0].row_dimensions[row].height > 100, "the whole name can be read"


def test_conflicts_come_before_warnings(book: Workbook) -> None:
    kinds = [t for t in texts(book.worksheets[-1]) if t in ("«export.conflict»", "«export.warning»")]
    assert kinds == ["«export.conflict»", "«export.warning»"]


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        written(run(), tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_words_of_both_languages_are_complete(lang: str, tmp_path: Path) -> None:
    words = Words({key: catalogue(lang)[key] for key in LABELS}, {}, {}, {})
    said = dataclasses.replace(exported(run(0.5, cap=0.2), words=words), lang=lang)
    write_xlsx(said, tmp_path / "r.xlsx")
    write_comparison_xlsx([said, said], tmp_path / "c.xlsx")
    for name in ("r.xlsx", "c.xlsx"):
        said = [t for sheet in openpyxl.load_workbook(tmp_path / name).worksheets for t in texts(sheet)]
        assert not [t for t in said if t.startswith(("export.", "terms."))]


def test_scenarios_stand_side_by_side(tmp_path: Path) -> None:
    first, second = run(0.3), run(0.5, cap=0.2)
    names = {"vi": "=Phương án B", "en": "B"}
    several = [
        exported(first, remarks=REMARKS, scenario="s/a"),
        exported(second, remarks=REMARKS[1:], scenario="s/b", scenario_name=names),
    ]
    write_comparison_xlsx(several, tmp_path / "c.xlsx")
    book = openpyxl.load_workbook(tmp_path / "c.xlsx")
    assert book.sheetnames[1:3] == ["Mức độ 4  cung cấp   toàn trình", "Hồ sơ trực tuyến"], "names a workbook can carry"
    goals = book.worksheets[0]
    assert {targets_sha256(first), targets_sha256(second)} <= {t[-64:] for t in texts(goals)}
    row = next(r for r in goals.iter_rows(values_only=True) if r[:2] == ("Hồ sơ trực tuyến", "quý IV/2022"))
    assert row[2] is None, "two goals are not one"
    assert (row[4], row[6]) == ("«terms.goal_status.met»", "«terms.goal_status.infeasible»")
    cells = row_of(book["Hồ sơ trực tuyến"], "UBND huyện Long Mỹ")
    at = [first.figures.codes[r] for r in first.results["online"].rows].index("936")
    last = [one.results["online"].target[1, at] for one in (first, second)]
    assert [c.value for c in cells[6:8]] == last
    assert cells[8].value == pytest.approx(max(last) - min(last))
    assert row_of(book["Hồ sơ trực tuyến"], "Ban Dân tộc")[3].value == "–"
    assert {"Cơ sở: xung đột", "=Phương án B: xung đột"} <= set(texts(book.worksheets[-1]))


def test_nowhere_to_write(tmp_path: Path) -> None:
    with pytest.raises(OutputError) as refusal:
        write_xlsx(exported(run()), tmp_path / "none" / "r.xlsx")
    assert refusal.value.code == "no_such_folder"
    assert list(tmp_path.iterdir()) == []
