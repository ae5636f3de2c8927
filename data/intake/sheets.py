"""Files to sheets of cell values: CSV and XLSX, within the limits, nothing followed or run."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from python_calamine import CalamineError, CalamineSheet, SheetTypeEnum, SheetVisibleEnum, load_workbook

from data.intake.encodings import decode
from data.intake.legacy import Legacy
from data.intake.package import Part, check_package
from data.intake.problems import FileRefusedError, Problem, Severity

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 50_000
MAX_COLUMNS = 200
HEADER_ROOM = 50
MAX_CELL = 32_767
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF8", "gif"),
    (b"%PDF", "pdf"),
    (b"\x7fELF", "program"),
    (b"MZ", "program"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"SQLite format 3", "sqlite"),
    (b"{\\rtf", "rtf"),
)
_DELIMITERS = (",", ";", "\t")

Cell = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Sheet:
    """Cell values from A1 on; `faults` maps zero-based (row, column) to what a cell holds instead of a value."""

    name: str | None
    rows: Sequence[Sequence[object]]
    faults: Mapping[Cell, tuple[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    hidden: bool = False


@dataclass(frozen=True, eq=False)
class Source:
    """A file's sheets. A CSV comes once per delimiter: the header decides which reading is right.

    `legacy` is the encoding before Unicode that a CSV was read in.
    """

    sheets: tuple[Sheet, ...]
    sha256: str
    warnings: tuple[Problem, ...] = ()
    legacy: Legacy | None = None


def load(source: Path | bytes, filename: str) -> Source:
    """Read all sheets of a file.

    Raises
    ------
    FileRefusedError
        For every fault of the file as a whole (the first group of `problems.ERRORS`).
    """
    data = _bytes(source)
    suffix = Path(filename).suffix.casefold()
    sha256 = hashlib.sha256(data).hexdigest()
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise FileRefusedError("empty_file", found=filename)
    content = _sniff(data)
    if suffix in (".xlsm", ".xltm", ".xlam"):
        raise FileRefusedError("macros", found=suffix, expected=".xlsx")
    if content == "encrypted":
        raise FileRefusedError("encrypted")
    if content == "xls":
        raise FileRefusedError("legacy_xls", expected=".xlsx")
    if suffix not in (".csv", ".xlsx", ".txt", ".tsv"):
        raise FileRefusedError("unsupported_suffix", found=suffix, expected=".xlsx, .csv", suffix=suffix)
    if suffix == ".xlsx":
        if content != "zip":
            raise FileRefusedError("not_a_workbook", found=content, content=content)
        return _load_workbook(data, sha256)
    if content != "text":
        raise FileRefusedError("suffix_mismatch", found=content, expected=".csv", suffix=suffix, content=content)
    text, legacy = decode(data)
    return Source(_load_csv(text), sha256, legacy=legacy)


def _bytes(source: Path | bytes) -> bytes:
    if isinstance(source, bytes):
        size = len(source)
    else:
        try:
            size = source.stat().st_size
        except (OSError, ValueError) as error:
            raise FileRefusedError("unreadable_file", found=str(source), reason=type(error).__name__) from error
    if size > MAX_BYTES:
        raise FileRefusedError("file_too_large", found=size, bytes=size, limit=MAX_BYTES)
    if isinstance(source, bytes):
        return source
    try:
        with source.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise FileRefusedError("unreadable_file", found=str(source), reason=type(error).__name__) from error
    if len(data) > MAX_BYTES:
        raise FileRefusedError("file_too_large", found=len(data), bytes=len(data), limit=MAX_BYTES)
    return data


def _sniff(data: bytes) -> str:
    if data.startswith(_ZIP):
        return "zip"
    if data.startswith(_OLE):
        return "encrypted" if _ENCRYPTED in data else "xls"
    return next((name for magic, name in _MAGIC if data.startswith(magic)), "text")


def _load_workbook(data: bytes, sha256: str) -> Source:
    package = check_package(data)
    warnings = (Problem(Severity.WARNING, "external_links"),) if package.external_links else ()
    sheets = []
    try:
        book = load_workbook(io.BytesIO(package.clean))
        for about in book.sheets_metadata:
            part = package.sheets.get(about.name)
            if part is None or about.typ != SheetTypeEnum.WorkSheet:
                continue
            hidden = about.visible != SheetVisibleEnum.Visible
            if _fits(about.name, part, hidden):
                sheets.append(_sheet(book.get_sheet_by_name(about.name), part, hidden))
    except (CalamineError, ValueError, OSError, OverflowError) as error:
        raise FileRefusedError("broken_workbook", reason=type(error).__name__) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # a panic of the reader is no Exception, and has no public name
            raise
        raise FileRefusedError("broken_workbook", reason="panic") from None
    if not sheets:
        raise FileRefusedError("broken_workbook", reason="no sheet")
    return Source(tuple(sheets), sha256, warnings)


def _fits(name: str, part: Part, hidden: bool) -> bool:
    if part.columns > MAX_COLUMNS:
        if hidden:
            return False
        raise FileRefusedError("too_many_columns", found=name, sheet=name, count=part.columns, limit=MAX_COLUMNS)
    if part.rows > MAX_ROWS + HEADER_ROOM:
        if hidden:
            return False
        raise FileRefusedError("too_many_rows", found=name, sheet=name, count=part.rows, limit=MAX_ROWS)
    return True


def _sheet(sheet: CalamineSheet, part: Part, hidden: bool) -> Sheet:
    faults: dict[Cell, tuple[str, str]] = {}
    for reference, text in part.errors.items():
        faults[_cell(reference)] = ("excel_error", text)
    for reference in part.uncomputed:
        faults[_cell(reference)] = ("formula_without_value", "=…")
    rows = sheet.to_python(skip_empty_area=False)
    return Sheet(sheet.name, rows, faults, hidden)


def _cell(reference: str) -> Cell:
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return int(reference[len(letters) :] or 0) - 1, column - 1


def _load_csv(text: str) -> tuple[Sheet, ...]:
    sheets, broken = [], None
    for delimiter in _DELIMITERS:
        if delimiter in text or delimiter == ",":
            try:
                sheets.append(Sheet(None, _rows(text, delimiter)))
            except FileRefusedError as refusal:
                broken = broken or refusal
    if broken and not sheets:
        raise broken
    return tuple(sheets)


def _rows(text: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = []
    try:
        for row in reader:
            rows.append(row)
            if len(rows) > MAX_ROWS + HEADER_ROOM:
                raise FileRefusedError("too_many_rows", count=text.count("\n"), limit=MAX_ROWS)
    except csv.Error as error:
        raise FileRefusedError("broken_csv", found=str(error), line=reader.line_num) from error
    return rows
