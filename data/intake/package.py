"""The zip package of a workbook, checked before any parser of workbooks sees it.

Nothing is trusted: names and sizes of the zip directory, the sizes while unpacking, the XML's
document type, the extent of each sheet and the text its cells repeat. What passes is packed anew,
XML parts only, so that no other program's reading of the same bytes can differ from this one.
"""

from __future__ import annotations

import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat  # document types are refused below: no entity is ever expanded

from data.intake.problems import FileRefusedError

MAX_UNPACKED = 100 * 1024 * 1024
MAX_PARTS = 2_000
MAX_BOX = 50_100 * 200
MAX_REPEATED_TEXT = 100 * 1024 * 1024
_CHUNK = 1 << 16
_ZIP_FAULTS = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
    OSError,
    OverflowError,
    IndexError,
    KeyError,
)


@dataclass
class Part:
    """One XML part: what its root is and what was counted in it."""

    root: str = ""
    rows: int = 0
    columns: int = 0
    shared: list[int] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    uncomputed: set[str] = field(default_factory=set)
    lengths: list[int] = field(default_factory=list)
    sheets: list[tuple[str, str]] = field(default_factory=list)
    targets: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Package:
    """A checked workbook: `clean` bytes for the reader, and the part behind each sheet name."""

    clean: bytes
    sheets: Mapping[str, Part]
    external_links: bool


def check_package(data: bytes, *, max_unpacked: int = MAX_UNPACKED) -> Package:
    """Refuse whatever is no plain workbook, or repack it.

    Raises
    ------
    FileRefusedError
        ``not_a_workbook``, ``broken_workbook``, ``encrypted``, ``macros``, ``too_many_parts``,
        ``unpacks_too_large``, ``doctype``, ``too_many_rows``.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_directory(entries, max_unpacked)
            return _repack(archive, entries, max_unpacked)
    except _ZIP_FAULTS as error:
        raise FileRefusedError("broken_workbook", reason="zip") from error


def _check_directory(entries: list[zipfile.ZipInfo], max_unpacked: int) -> None:
    if len(entries) > MAX_PARTS:
        raise FileRefusedError("too_many_parts", count=len(entries), limit=MAX_PARTS)
    names = [e.filename.replace("\\", "/").lstrip("/").casefold() for e in entries]
    if sum(e.file_size for e in entries) > max_unpacked:
        raise FileRefusedError("unpacks_too_large", limit=max_unpacked)
    if any(e.flag_bits & 0x1 for e in entries):
        raise FileRefusedError("encrypted")
    if "[content_types].xml" not in names or "xl/workbook.xml" not in names:
        raise FileRefusedError("not_a_workbook", content=_content(names))
    if any(name.endswith(("vbaproject.bin", "vbadata.xml")) or "/macrosheets/" in name for name in names):
        raise FileRefusedError("macros")
    if len(set(names)) != len(names):
        raise FileRefusedError("broken_workbook", reason="duplicate part")


def _content(names: list[str]) -> str:
    if "word/document.xml" in names:
        return "docx"
    if "ppt/presentation.xml" in names:
        return "pptx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    return "ods" if "content.xml" in names and "mimetype" in names else "zip"


def _repack(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], max_unpacked: int) -> Package:
    parts: dict[str, Part] = {}
    external = False
    left = max_unpacked
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as clean:
        for entry in entries:
            name = entry.filename.replace("\\", "/").lstrip("/")
            folded = name.casefold()
            content = _unpack(archive, entry, left)
            left -= len(content)
            if folded.startswith("xl/externallinks/"):
                external = True
            elif folded.endswith((".xml", ".rels")):
                if folded == "[content_types].xml" and b"macroEnabled" in content:
                    raise FileRefusedError("macros")
                parts[folded] = _scan(content)
                clean.writestr(zipfile.ZipInfo(name), content)
    _check_extents(parts)
    return Package(packed.getvalue(), _sheet_parts(parts), external)


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> bytes:
    pieces, size = [], 0
    with archive.open(entry) as stream:
        while piece := stream.read(_CHUNK):
            size += len(piece)
            if size > left:
                raise FileRefusedError("unpacks_too_large", limit=MAX_UNPACKED)
            pieces.append(piece)
    return b"".join(pieces)


def _check_extents(parts: Mapping[str, Part]) -> None:
    lengths = next((p.lengths for p in parts.values() if p.root == "sst"), [])
    for part in parts.values():
        if part.rows * part.columns > MAX_BOX:
            raise FileRefusedError("too_many_rows", count=part.rows, limit=50_000)
        repeated = sum(lengths[i] for i in part.shared if 0 <= i < len(lengths))
        if repeated > MAX_REPEATED_TEXT:
            raise FileRefusedError("unpacks_too_large", limit=MAX_REPEATED_TEXT)
        part.shared = []


def _sheet_parts(parts: Mapping[str, Part]) -> dict[str, Part]:
    book = parts.get("xl/workbook.xml", Part())
    targets = parts.get("xl/_rels/workbook.xml.rels", Part()).targets
    found = {}
    for name, relation in book.sheets:
        target = targets.get(relation, "")
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        part = parts.get(path.casefold())
        if part is not None and part.root == "worksheet":
            found[name] = part
    return found


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


def _scan(content: bytes) -> Part:
    """Read one part's elements once; refuse document types and broken XML."""
    part = Part()
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise FileRefusedError("doctype")

    def first(tag: str, _: Mapping[str, str]) -> None:
        part.root = _local(tag)
        if part.root == "worksheet":
            _watch_cells(parser, part)
        elif part.root == "sst":
            _watch_strings(parser, part)
        elif part.root == "workbook":
            parser.StartElementHandler = lambda tag, at: _note_sheet(part, tag, at)
        elif part.root == "Relationships":
            parser.StartElementHandler = lambda _, at: part.targets.update({at.get("Id", ""): at.get("Target", "")})
        else:
            parser.StartElementHandler = None

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = first
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise FileRefusedError("broken_workbook", reason="xml") from error
    return part


def _note_sheet(part: Part, tag: str, attributes: Mapping[str, str]) -> None:
    if _local(tag) == "sheet":
        relation = next((v for k, v in attributes.items() if _local(k) == "id" and ":" in k), "")
        part.sheets.append((attributes.get("name", ""), relation))


def _watch_strings(parser: expat.XMLParserType, part: Part) -> None:
    lengths = part.lengths

    def start(tag: str, _: Mapping[str, str]) -> None:
        if _local(tag) == "si":
            lengths.append(0)

    def text(data: str) -> None:
        if lengths:
            lengths[-1] += len(data)

    parser.StartElementHandler = start
    parser.CharacterDataHandler = text


def _watch_cells(parser: expat.XMLParserType, part: Part) -> None:
    """Count the extent of cells that hold a value; a cell without `r` follows its neighbour."""
    row = column = 0
    type = reference = ""
    has_formula = has_value = in_value = False
    text: list[str] = []

    def start(tag: str, at: Mapping[str, str]) -> None:
        nonlocal row, column, type, reference, has_formula, has_value, in_value
        name = tag if ":" not in tag else _local(tag)
        if name == "c":
            type, reference = at.get("t", ""), at.get("r", "")
            has_formula = has_value = False
            column += 1
            if reference:
                row_here, column = _position(reference, row, column)
                row = max(row, row_here)
        elif name in ("v", "is"):
            has_value = True
            part.rows, part.columns = max(part.rows, row), max(part.columns, column)
            in_value = name == "v" and (has_formula or type in ("s", "e"))
            text.clear()
        elif name == "f":
            has_formula = True
        elif name == "row":
            given = at.get("r", "")
            row = int(given) if given.isdecimal() and len(given) < 9 else row + 1
            column = 0

    def end(tag: str) -> None:
        nonlocal in_value, has_value
        name = tag if ":" not in tag else _local(tag)
        if name == "v" and in_value:
            in_value = False
            found = "".join(text).strip()
            if type == "e":
                part.errors[reference] = found
            elif has_formula:
                has_value = bool(found) or type == "str"
            elif type == "s" and found.isdecimal() and len(found) < 12:
                part.shared.append(int(found))
        elif name == "c" and has_formula and not has_value:
            part.uncomputed.add(reference)

    def characters(data: str) -> None:
        if in_value:
            text.append(data)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters


def _position(reference: str, row: int, column: int) -> tuple[int, int]:
    letters = reference.rstrip("0123456789")
    digits = reference[len(letters) :]
    if not digits or len(digits) > 8 or not 0 < len(letters) <= 4 or not letters.isascii():
        return row, column
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return int(digits), number
