"""Files that are refused as a whole, quickly and without harm; and what is never followed or run."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from data.intake import Reading, read
from tests.data.files import (
    SPREADSHEET,
    book_bytes,
    codes,
    csv_bytes,
    form_rows,
    long_rows,
    raw_book,
    raw_sheet,
    the,
)
from tests.unprivileged import drop_privilege, without_privilege

GOOD = csv_bytes(long_rows())
BOOK = book_bytes({"Biểu": long_rows()})
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def zipped(**files: bytes | str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def with_part(name: str, content: bytes = b"x") -> bytes:
    made = io.BytesIO(BOOK)
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr(name, content)
    return made.getvalue()


REFUSED: dict[str, tuple[bytes, str, str]] = {
    "nothing at all": (b"", "a.csv", "empty_file"),
    "blank": (b"\xef\xbb\xbf \r\n\r\n", "a.csv", "empty_file"),
    "empty workbook": (b"", "a.xlsx", "empty_file"),
    "legacy": (OLE, "a.xls", "legacy_xls"),
    "legacy, renamed": (OLE, "a.xlsx", "legacy_xls"),
    "encrypted": (OLE + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "encrypted"),
    "picture": (PNG, "a.png", "unsupported_suffix"),
    "picture as workbook": (PNG, "a.xlsx", "not_a_workbook"),
    "picture as csv": (PNG, "a.csv", "suffix_mismatch"),
    "workbook as csv": (BOOK, "a.csv", "suffix_mismatch"),
    "csv as workbook": (GOOD, "a.xlsx", "not_a_workbook"),
    "pdf": (b"%PDF-1.7\n", "a.xlsx", "not_a_workbook"),
    "program": (b"\x7fELF" + bytes(100), "a.csv", "suffix_mismatch"),
    "no suffix": (GOOD, "figures", "unsupported_suffix"),
    "macro suffix": (BOOK, "a.XLSM", "macros"),
    "macros inside": (with_part("xl/vbaProject.bin"), "a.xlsx", "macros"),
    "old macro sheet": (with_part("xl/macrosheets/sheet1.xml"), "a.xlsx", "macros"),
    "zip": (zipped(a="x"), "a.xlsx", "not_a_workbook"),
    "word": (zipped(**{"[Content_Types].xml": "", "word/document.xml": ""}), "a.xlsx", "not_a_workbook"),
    "binary workbook": (zipped(**{"[Content_Types].xml": "", "xl/workbook.bin": ""}), "a.xlsx", "not_a_workbook"),
    "cut short": (BOOK[: len(BOOK) // 2], "a.xlsx", "broken_workbook"),
    "no sheet": (raw_book("<other/>"), "a.xlsx", "broken_workbook"),
    "broken xml": (raw_book(raw_sheet("<row><c></row>")), "a.xlsx", "broken_workbook"),
    "twice the same part": (with_part("xl/Workbook.xml"), "a.xlsx", "broken_workbook"),
    "latin": ("Sở Y tế".encode("windows-1258", "replace") + b"\xe0,\xff", "a.csv", "not_utf8"),
    "utf-16": (b"\xff\xfe" + b"a\x00" * 9 + b"b", "a.csv", "not_utf8"),
    "utf-16 without mark": (("agency,name" * 9).encode("utf-16-le"), "a.csv", "not_utf8"),
    "open quote": (GOOD + b'"x', "a.csv", "broken_csv"),
    "long field": (GOOD + b'"' + b"x" * 200_000 + b'"\n', "a.csv", "broken_csv"),
}


@pytest.mark.parametrize(("data", "name", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_refused(data: bytes, name: str, code: str, tmp_path: Path) -> None:
    reading = read(data, name)
    assert codes(reading.problems) == [code]
    assert reading.frame is None
    stored = tmp_path / name
    stored.write_bytes(data)
    assert codes(read(stored, name).problems) == [code]


def test_what_refusals_tell() -> None:
    assert the(read(PNG, "a.xlsx"), "not_a_workbook").details == {"content": "png"}
    assert the(
        read(zipped(**{"[Content_Types].xml": "", "word/document.xml": ""}), "a.xlsx"), "not_a_workbook"
    ).details == {"content": "docx"}
    told = the(read(b"ten\n" + b"\xe0", "a.csv"), "not_utf8")
    assert (told.found, told.details["position"], told.expected) == ("0xe0", 4, "UTF-8")
    assert the(read(GOOD + b'"x', "a.csv"), "broken_csv").details["line"] == 5


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    assert codes(read(tmp_path / "none.csv", "none.csv").problems) == ["unreadable_file"]
    assert codes(read(tmp_path, "a.csv").problems) == ["unreadable_file"]
    assert codes(read(tmp_path / "a\x00b.csv", "a.csv").problems) == ["unreadable_file"]


def peak_of(source: Path | bytes, name: str) -> tuple[Reading, int]:
    tracemalloc.start()
    try:
        reading = read(source, name)
        return reading, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_hundred_megabytes_are_refused_unread(tmp_path: Path) -> None:
    large = tmp_path / "large.csv"
    with large.open("wb") as stream:
        stream.truncate(100 * 1024 * 1024)
    reading, peak = peak_of(large, "large.csv")
    assert the(reading, "file_too_large").details == {"bytes": 100 * 1024 * 1024, "limit": 10 * 1024 * 1024}
    assert peak < 1_000_000


def bomb(sheets: int, megabytes: int) -> bytes:
    made = io.BytesIO(BOOK)
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(sheets):
            with archive.open(f"xl/worksheets/bomb{number}.xml", "w") as part:
                for _ in range(megabytes):
                    part.write(b" " * (1 << 20))
    return made.getvalue()


def test_a_workbook_bomb_is_refused_before_it_is_unpacked() -> None:
    data = bomb(1, 101)
    assert len(data) < 1_000_000
    reading, peak = peak_of(data, "a.xlsx")
    assert codes(reading.problems) == ["unpacks_too_large"]
    assert peak < 10_000_000


def test_a_bomb_that_lies_about_its_size() -> None:
    data = bytearray(bomb(1, 101))
    truth = struct.pack("<I", 101 << 20)
    for _ in range(2):  # the part's own header and the directory
        at = data.find(truth)
        if at >= 0:
            data[at : at + 4] = struct.pack("<I", 1000)
    reading, peak = peak_of(bytes(data), "a.xlsx")
    assert codes(reading.errors)[0] in ("broken_workbook", "unpacks_too_large")
    assert peak < 120_000_000


def test_too_many_parts() -> None:
    made = io.BytesIO(BOOK)
    with zipfile.ZipFile(made, "a") as archive:
        for number in range(2001):
            archive.writestr(f"xl/media/{number}.png", "")
    assert codes(read(made.getvalue(), "a.xlsx").problems) == ["too_many_parts"]


def test_a_document_type_is_refused() -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>' + raw_sheet("<row><c><v>&b;</v></c></row>")
    assert codes(read(raw_book(laughs), "a.xlsx").problems) == ["doctype"]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>1</v></c></row>', "too_many_rows"),
        ('<row r="1"><c r="XFD1"><v>1</v></c></row>', "too_many_columns"),
        ('<row r="1"><c r="XFD1048576"><v>1</v></c></row>', "too_many_rows"),
        ("<row>" + "<c><v>1</v></c>" * 201 + "</row>" + "<row><c><v>1</v></c></row>" * 60_000, "too_many_rows"),
    ],
)
def test_a_sparse_sheet_is_not_unfolded(cells: str, code: str) -> None:
    reading, peak = peak_of(raw_book(raw_sheet(cells)), "a.xlsx")
    assert codes(reading.problems) == [code]
    assert peak < 60_000_000


def test_one_long_text_shown_in_a_million_cells() -> None:
    strings = f'<sst xmlns="{SPREADSHEET}"><si><t>{"x" * 30_000}</t></si></sst>'
    cells = "".join(f'<row r="{r}"><c r="A{r}" t="s"><v>0</v></c></row>' for r in range(1, 20_000))
    reading = read(raw_book(raw_sheet(cells), {"xl/sharedStrings.xml": strings}), "a.xlsx")
    assert codes(reading.problems) == ["unpacks_too_large"]


def test_formatted_but_empty_cells_far_away_are_no_rows() -> None:
    rows = "".join(
        f'<row r="{r}">'
        + "".join(
            f'<c t="inlineStr"><is><t>{v}</t></is></c>' if isinstance(v, str) else f"<c><v>{v}</v></c>" for v in row
        )
        + "</row>"
        for r, row in enumerate(long_rows(), 1)
    )
    reading = read(raw_book(raw_sheet(rows + '<row r="1048576"><c r="XFD1048576" s="0"/></row>')), "a.xlsx")
    assert reading.frame is not None
    assert reading.frame["numerator"].tolist() == [120, 40, 70]


def test_external_links_are_not_followed_and_said() -> None:
    reading = read(with_part("xl/externalLinks/externalLink1.xml", b"<x>x</x>"), "a.xlsx")
    assert codes(reading.warnings) == ["external_links"]
    assert reading.frame is not None


def rows_of(count: int) -> bytes:
    head = ",".join(long_rows()[0])
    return "\n".join([head, *(f"X{i},Xã {i},commune,,online,{i % 50},{50 + i % 9}" for i in range(count))]).encode()


def test_limits_of_rows_and_columns() -> None:
    assert codes(read(rows_of(50_001), "a.csv").problems) == ["too_many_rows"]
    wide = csv_bytes([[*long_rows()[0], *[""] * 194], *long_rows()[1:]])
    assert codes(read(wide, "a.csv").problems) == ["too_many_columns"]
    filled = csv_bytes([[*row, *[""] * 193] for row in long_rows()])
    assert read(filled, "a.csv").frame is not None


def test_fifty_thousand_rows_are_read() -> None:
    reading = read(rows_of(50_000), "a.csv")
    assert reading.frame is not None
    assert len(reading.frame) == 50_000


def test_text_that_looks_like_a_formula_stays_text() -> None:
    rows = long_rows()
    for row, name in zip(rows[1:], ("=1+1", "@SUM(A1)", "-cmd|' /C calc'!A0"), strict=True):
        row[1] = name
    for data, name in ((csv_bytes(rows), "a.csv"), (book_bytes({"S": rows}), "a.xlsx")):
        frame = read(data, name).frame
        assert frame is not None
        assert frame["name"].tolist() == ["=1+1", "@SUM(A1)", "-cmd|' /C calc'!A0"]


def test_what_was_found_is_safe_to_print() -> None:
    rows = long_rows()
    rows[1][5] = "\x1b[2J\x00\u202e" + "z" * 500
    found = the(read(csv_bytes(rows), "a.csv"), "not_a_number").found
    assert found.isprintable()
    assert len(found) <= 121


def test_a_panic_of_the_reader_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    panic = type("PanicException", (BaseException,), {})

    def fails(_: object) -> None:
        raise panic

    monkeypatch.setattr("data.intake.sheets.load_workbook", fails)
    assert the(read(BOOK, "a.xlsx"), "broken_workbook").details == {"reason": "panic"}


def test_an_interruption_is_no_broken_workbook(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("data.intake.sheets.load_workbook", fails)
    with pytest.raises(KeyboardInterrupt):
        read(BOOK, "a.xlsx")


def test_the_hash_is_that_of_the_file() -> None:
    assert read(GOOD, "a.csv").sha256 == read(GOOD, "b.csv").sha256
    assert read(GOOD, "a.csv").sha256 != read(csv_bytes(form_rows()), "a.csv").sha256


def test_a_file_without_permission() -> None:
    with without_privilege() as folder:
        closed = folder / "closed.csv"
        closed.write_bytes(GOOD)
        closed.chmod(0)
        drop_privilege()
        assert codes(read(closed, "closed.csv").problems) == ["unreadable_file"]
