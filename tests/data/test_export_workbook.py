"""Workbooks for people: what stands where, in which form, and that nothing in them runs."""

from __future__ import annotations

import dataclasses
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from dashapp.i18n import LANGUAGES, catalogue
from data.export import (
    LABELS,
    Compared,
    OutputError,
    Remark,
    Words,
    targets_sha256,
    write_comparison_xlsx,
    write_xlsx,
)
from engine import Allocation
from tests.data.results import ABOUT, WORDS, run

DANGEROUS = '=HYPERLINK("x")'
REMARKS = (Remark(False, "=cảnh báo " + "dài " * 60), Remark(True, "xung đột"))


def written(allocation: Allocation, path: Path, **changes: Any) -> Workbook:
    about = dataclasses.replace(ABOUT, **changes)
    write_xlsx(allocation, path, about=about, words=WORDS, remarks=REMARKS)
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
    assert [c.number_format for c in row[6:10]] == ["0.0%", "0%", "0%", "#,##0"]
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
    for sheet in book.worksheets[:2]:
        text = "\n".join(texts(sheet))
        for said in (ABOUT.campaign, ABOUT.scenario, "20/06/2022 09:30", "«export.state_draft»"):
            assert said in text
        assert allocation.figures.sha256 in text
        assert targets_sha256(allocation) in text
    for sheet in book.worksheets:
        assert "«export.illustrative»" in texts(sheet)
        assert "«export.illustrative»" in sheet.oddHeader.right.text


def test_real_figures_carry_no_banner(tmp_path: Path) -> None:
    real = written(run(), tmp_path / "r.xlsx", illustrative=False)
    assert not any("«export.illustrative»" in texts(sheet) for sheet in real.worksheets)


def test_an_unmet_goal_heads_the_appendix(tmp_path: Path) -> None:
    said = "Hồ sơ trực tuyến, quý IV/2022: «terms.goal_status.infeasible»"
    assert said in texts(written(run(0.5, cap=0.2), tmp_path / "a.xlsx").worksheets[0])[:8]
    assert said not in texts(written(run(), tmp_path / "b.xlsx").worksheets[0])


def test_pages_print(book: Workbook) -> None:
    for sheet in book.worksheets:
        assert sheet.page_setup.paperSize in (8, 9), "A3 for every detail, A4 for the rest"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows
        assert "&P" in str(sheet.oddFooter.center.text)
    assert book.worksheets[0].freeze_panes == "C9"
    assert book.worksheets[3].auto_filter.ref


def test_nothing_in_a_workbook_runs(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    book = written(run(), path)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                if isinstance(cell.value, str) and cell.value.startswith("="):
                    assert cell.quotePrefix, "it stays text even when someone edits the cell"
    with zipfile.ZipFile(path) as archive:
        sheets = b"".join(archive.read(name) for name in archive.namelist() if "worksheets/" in name)
    assert b"<hyperlink" not in sheets
    assert b"<f>" not in sheets


def test_conflicts_come_before_warnings(book: Workbook) -> None:
    kinds = [t for t in texts(book.worksheets[2]) if t in ("«export.conflict»", "«export.warning»")]
    assert kinds == ["«export.conflict»", "«export.warning»"]


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        written(run(), tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_words_of_both_languages_are_complete(lang: str, tmp_path: Path) -> None:
    words = Words({key: catalogue(lang)[key] for key in LABELS}, {}, {}, {})
    write_xlsx(run(0.5, cap=0.2), tmp_path / "r.xlsx", about=ABOUT, words=words)
    write_comparison_xlsx([Compared("a", "A", run())], tmp_path / "c.xlsx", about=ABOUT, words=words)
    for name in ("r.xlsx", "c.xlsx"):
        said = [t for sheet in openpyxl.load_workbook(tmp_path / name).worksheets for t in texts(sheet)]
        assert not [t for t in said if t.startswith(("export.", "terms."))]


def test_scenarios_stand_side_by_side(tmp_path: Path) -> None:
    first, second = run(0.3), run(0.5, cap=0.2)
    compared = [Compared("s/a", "Phương án A", first), Compared("s/b", "=Phương án B", second)]
    write_comparison_xlsx(compared, tmp_path / "c.xlsx", about=ABOUT, words=WORDS, remarks=REMARKS)
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


def test_nowhere_to_write(tmp_path: Path) -> None:
    with pytest.raises(OutputError) as refusal:
        write_xlsx(run(), tmp_path / "none" / "r.xlsx", about=ABOUT, words=WORDS)
    assert refusal.value.code == "no_such_folder"
    assert list(tmp_path.iterdir()) == []
