"""What was handed out is held against the store, in every format; and the commands that hand out and check."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import docx
import openpyxl
import pytest

from dashapp.cli import main
from dashapp.services import exports, overrides, states, tables, verifying
from dashapp.services.verifying import NotAnExportError, Verdict, Verified
from dashapp.services.writing import export_bytes
from data.export.rereading import WORD_CAPTION
from data.store import Store
from tests.dashapp.services.conftest import Begun
from tests.dashapp.services.test_life import issued
from tests.dashapp.services.world import LAN, ONLINE, Q4, THU, VY

NOW = datetime(2022, 6, 21, 2, 30, tzinfo=UTC)
SUFFIXES = verifying.VERIFY_SUFFIXES


def file_of(store: Store, table: int, suffix: str, lang: str = "vi") -> bytes:
    return export_bytes(exports.of_table(store, VY, table, lang=lang, made_at=NOW), suffix)


def checked(store: Store, content: bytes, suffix: str) -> Verified:
    return verifying.verify(store, VY, content, suffix)


# what somebody may do to a file -------------------------------------------------------------------------


def typed_in_a_workbook(content: bytes, value: object) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["Phụ lục"]
    row = next(row for row in sheet.iter_rows() if row[1].value == "Sở Tư pháp")
    row[4].value = value
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def typed_in_word(content: bytes, value: object) -> bytes:
    document = docx.Document(io.BytesIO(content))
    table = next(one for one in document.tables if WORD_CAPTION in one._tbl.tblPr.xml)
    row = next(row for row in table.rows if "Sở Tư pháp" in [cell.text for cell in row.cells])
    at = next(at for at, cell in enumerate(row.cells) if cell.text == "40 %".replace(" ", "\u00a0"))
    row.cells[at].paragraphs[0].runs[0].text = str(value)
    saved = io.BytesIO()
    document.save(saved)
    return saved.getvalue()


def typed_in_csv(content: bytes, value: object) -> bytes:
    lines = content.decode("utf-8-sig").splitlines()
    at = next(at for at, line in enumerate(lines) if line.startswith("A,") and f",{Q4}," in line)
    cells = lines[at].split(",")
    cells[lines[0].split(",").index("target")] = str(value)
    lines[at] = ",".join(cells)
    return "\r\n".join(lines).encode("utf-8-sig")


TYPED: dict[str, tuple[Callable[[bytes, object], bytes], object, str]] = {
    ".xlsx": (typed_in_a_workbook, 0.99, "Phụ lục!E"),
    ".docx": (typed_in_word, "99 %", "/"),
    ".csv": (typed_in_csv, 0.99, ""),
}


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_as_it_was_handed_out_matches(store: Store, begun: Begun, suffix: str, lang: str):
    issued(store, begun.draft)
    found = checked(store, file_of(store, begun.draft, suffix, lang), suffix)
    assert (found.verdict, found.differing) == (Verdict.MATCHES, ())
    assert found.targets == 8, "four agencies, two periods"
    assert (found.claim.campaign, found.claim.table, found.claim.state) == (THU, 1, "issued")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_target_that_was_typed_over_is_named(store: Store, begun: Begun, suffix: str):
    issued(store, begun.draft)
    change, value, place = TYPED[suffix]
    found = checked(store, change(file_of(store, begun.draft, suffix), value), suffix)
    assert found.verdict is Verdict.CHANGED
    (one,) = found.differing
    assert (one.agency, one.indicator, one.period, one.stored) == ("A", ONLINE, Q4, 0.4)
    assert one.read is not None
    assert one.read.share == 0.99
    assert place in one.read.place


@pytest.mark.parametrize("value", [None, "bốn mươi"])
def test_a_target_that_is_gone_or_no_number_is_named(store: Store, begun: Begun, value: object):
    found = checked(store, typed_in_a_workbook(file_of(store, begun.draft, ".xlsx"), value), ".xlsx")
    (one,) = found.differing
    assert (found.verdict, one.agency, one.stored) == (Verdict.CHANGED, "A", 0.4)


def test_a_line_that_is_missing_and_one_too_many(store: Store, begun: Begun):
    lines = file_of(store, begun.draft, ".csv").decode("utf-8-sig").splitlines(keepends=True)
    first = next(line for line in lines if line.startswith("A,"))
    own = [line.replace("A,", "X,", 1) if line == first else line for line in lines]
    found = checked(store, "".join(own).encode("utf-8-sig"), ".csv")
    assert sorted((one.agency, one.read is None) for one in found.differing) == [("A", True), ("X", False)]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_draft_that_was_calculated_again_is_older(store: Store, begun: Begun, suffix: str):
    content = file_of(store, begun.draft, suffix)
    place = {"agency": "A", "indicator": ONLINE, "period": Q4}
    overrides.save_override(store, LAN, begun.draft, **place, value=0.55, reason="Mới")
    found = checked(store, content, suffix)
    assert found.verdict is Verdict.OLDER
    assert found.record is not None
    assert ("A", 0.55) in {(one.agency, one.stored) for one in found.differing}


def test_the_decision_that_takes_its_place_is_named(store: Store, begun: Begun):
    issued(store, begun.draft)
    content = file_of(store, begun.draft, ".csv")
    assert checked(store, content, ".csv").later is None
    states.correct(store, LAN, begun.draft)
    found = checked(store, content, ".csv")
    assert (found.verdict, found.later) == (Verdict.MATCHES, 2)


def test_a_table_or_scenario_that_is_not_there_is_unknown(store: Store, begun: Begun):
    content = file_of(store, begun.draft, ".csv")
    other = content.replace(THU.encode(), b"thu-2023")
    assert checked(store, other, ".csv").verdict is Verdict.UNKNOWN
    said = exports.of_scenario(store, VY, THU, "base", lang="vi", made_at=NOW)
    own = export_bytes(said, ".csv")
    assert checked(store, own, ".csv").verdict is Verdict.MATCHES
    assert checked(store, own.replace(b"thu-2022/base", b"thu-2022/none"), ".csv").verdict is Verdict.UNKNOWN


def damaged(content: bytes) -> bytes:
    return content[: len(content) // 2]


def without_description(content: bytes) -> bytes:
    saved = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(saved, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, part.replace(b"chitieu-imprint:", b"") if name == "docProps/core.xml" else part)
    return saved.getvalue()


def without_table(content: bytes) -> bytes:
    saved = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(saved, "w") as new:
        for name in old.namelist():
            part = old.read(name).replace(WORD_CAPTION.encode(), b"other").replace(b"chitieu_ma", b"other_ma")
            new.writestr(name, part)
    return saved.getvalue()


@pytest.mark.parametrize("suffix", [".xlsx", ".docx"])
@pytest.mark.parametrize(
    ("change", "code"),
    [(damaged, "unreadable"), (without_description, "no_imprint"), (without_table, "no_table")],
)
def test_what_is_no_export_is_refused(store: Store, begun: Begun, suffix: str, change: object, code: str):
    content = change(file_of(store, begun.draft, suffix))  # type: ignore[operator]
    with pytest.raises(NotAnExportError, match=code):
        checked(store, content, suffix)


def test_a_csv_of_somebody_else_is_refused(store: Store, begun: Begun):
    for content in (b"", b"a,b\n1,2\n", "mã\n".encode("utf-16")):
        with pytest.raises(NotAnExportError):
            checked(store, content, ".csv")


# commands -----------------------------------------------------------------------------------------------


def test_export_and_verify_on_the_command_line(
    store: Store,
    begun: Begun,
    url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setenv("CHITIEU_DATABASE_URL", url)
    monkeypatch.chdir(tmp_path)
    assert main(["export", THU, "--out", "a.xlsx"]) == 2, "nothing is issued yet"
    assert "chưa có bảng chỉ tiêu nào được ban hành" in capsys.readouterr().err
    issued(store, begun.draft)
    for suffix in (".xlsx", ".docx", ".pdf", ".csv", ".json"):
        assert main(["export", THU, "--out", f"a{suffix}"]) == 0
        assert Path(f"a{suffix}").stat().st_size > 500
    capsys.readouterr()
    for suffix in SUFFIXES:
        assert main(["verify", f"a{suffix}"]) == 0
        said = capsys.readouterr().out
        assert "bảng chỉ tiêu số 1, đã ban hành" in said
        assert "Khớp: cả 8 chỉ tiêu" in said
    Path("b.xlsx").write_bytes(typed_in_a_workbook(Path("a.xlsx").read_bytes(), 0.99))
    assert main(["--lang", "en", "verify", "b.xlsx"]) == 1
    said = capsys.readouterr().out
    assert "Does not match: 1 of 8 targets" in said
    assert "Cell Phụ lục!E" in said
    assert "Sở Tư pháp, Dossiers online, Q4 2022: the file says 99%, the database 40%" in said
    Path("c.csv").write_bytes(Path("a.csv").read_bytes().replace(THU.encode(), b"thu-2023"))
    assert main(["verify", "c.csv"]) == 2
    assert "Không đối chiếu được" in capsys.readouterr().out
    assert main(["verify", "a.pdf"]) == 2
    assert "chỉ đối chiếu được tệp .xlsx, .docx, .csv" in capsys.readouterr().err
    Path("d.xlsx").write_bytes(b"PK")
    assert main(["verify", "d.xlsx"]) == 2
    assert "d.xlsx: không đọc được tệp này" in capsys.readouterr().err


def test_other_things_to_export(
    store: Store,
    begun: Begun,
    url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setenv("CHITIEU_DATABASE_URL", url)
    monkeypatch.chdir(tmp_path)
    assert main(["export", THU, "--scenario", "base", "--out", "s.csv"]) == 0
    assert main(["verify", "s.csv"]) == 0
    assert main(["export", THU, "--version", "1", "--out", "n.xlsx"]) == 0, "a draft by its number"
    assert "DỰ THẢO" in str(openpyxl.load_workbook("n.xlsx")["Phụ lục"].oddHeader.right.text)
    capsys.readouterr()
    assert main(["export", THU, "--version", "1", "--difference", "--out", "d.xlsx"]) == 2
    assert "chưa có Quyết định nào để so sánh" in capsys.readouterr().err
    issued(store, begun.draft)
    tables.start_draft(store, LAN, THU, figures_version=begun.figures, scenario_version=begun.scenario)
    assert len(tables.tables(store, VY, THU)) == 2
    assert main(["export", THU, "--version", "2", "--difference", "--out", "d.xlsx"]) == 0
    assert main(["export", THU, "--difference", "--scenario", "base", "--out", "d.xlsx"]) == 2
    assert "bỏ --scenario" in capsys.readouterr().err
    assert main(["export", THU, "--difference", "--out", "d.docx"]) == 2
    assert main(["export", THU, "--scenario", "none", "--out", "x.csv"]) == 2
    assert not Path("x.csv").exists()
