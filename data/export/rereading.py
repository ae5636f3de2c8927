"""An exported file read back: what it says of itself, and the targets that stand in it (workbook, Word, CSV)."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree
from python_calamine import CalamineError, CalamineWorkbook

from data.export.appendix import CODES_NAME
from data.export.imprint import Imprint
from data.export.parameters_sheet import COLUMNS_NAME

SUFFIXES = (".xlsx", ".docx", ".csv")
WORD_CAPTION = "chitieu-targets"
MAX_UNPACKED = 400 * 1024 * 1024
_EXACT, _TYPED = 1e-12, 1e-9
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_DESCRIPTION = "{*}description"
_DASHES = frozenset({"", "–", "-", "—"})
_CELLS = re.compile(r"^'?((?:[^']|'')+?)'?!\$?([A-Z]{1,3})\$?(\d+)(?::\$?([A-Z]{1,3})\$?(\d+))?$")
_PERCENT = re.compile(r"^(\d+)(?:[.,](\d+))?\s*%$")


class NotAnExportError(ValueError):
    """A file that cannot be checked: `code` is ``unreadable``, ``no_imprint``, ``no_table`` or ``too_large``."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True)
class Claim:
    """What a file says it is of; numbers count within the campaign, None where it says nothing."""

    campaign: str
    table: int | None
    scenario: str
    scenario_version: int | None
    figures_version: int | None
    state: str
    made_at: str
    targets_sha256: str


@dataclass(frozen=True)
class Read:
    """One target as it stands in a file.

    Attributes
    ----------
    agency, name : str
        Code where the file has one, else empty; name as written.
    share : float or None
        None: no target. NaN: something that is no share.
    within : float
        How far it may be from the true value: half of the last digit that is shown.
    place : str
        Where it stands: a cell (``Phụ lục!H12``), row and column of the table (``12/3``), a line (``12``).
    shown : str
        As it is written there.
    """

    agency: str
    name: str
    indicator: str
    period: str
    share: float | None
    within: float
    place: str
    shown: str


@dataclass(frozen=True)
class Reread:
    """A file read back: what it says of itself, and its targets in their order."""

    claim: Claim
    targets: tuple[Read, ...]


def reread(content: bytes, suffix: str) -> Reread:
    """Read an exported file back; `suffix` is one of `SUFFIXES`.

    Raises
    ------
    NotAnExportError
        If it is no such file, carries no imprint, or its table of targets is not found.
    """
    read = {".xlsx": _workbook, ".docx": _word, ".csv": _csv}[suffix]
    try:
        found: Reread = read(content)
        return found
    except (zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError, CalamineError, UnicodeDecodeError, KeyError) as error:
        raise NotAnExportError("unreadable") from error


# packages ---------------------------------------------------------------------------------------------


def _parts(content: bytes, names: Sequence[str]) -> list[bytes]:
    """Parts of a package by their names."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        if sum(one.file_size for one in package.infolist()) > MAX_UNPACKED:
            raise NotAnExportError("too_large")
        return [package.read(name) for name in names]


def _xml(part: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    return etree.fromstring(part, parser)


def _claim(core: bytes) -> Claim:
    """What the description of a package says."""
    said = next((one.text or "" for one in _xml(core).iter(_DESCRIPTION)), "")
    imprint = Imprint.read(said)
    if imprint is None:
        raise NotAnExportError("no_imprint")
    return Claim(
        campaign=imprint.campaign,
        table=imprint.table,
        scenario=imprint.scenario,
        scenario_version=imprint.scenario_version,
        figures_version=imprint.figures_version,
        state=imprint.state.value,
        made_at=imprint.made_at.isoformat(timespec="seconds"),
        targets_sha256=imprint.targets_sha256,
    )


# workbook ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Span:
    """Cells of one sheet; rows and columns from 0."""

    sheet: str
    row: int
    column: int
    last_row: int
    last_column: int


def _workbook(content: bytes) -> Reread:
    core, book = _parts(content, ["docProps/core.xml", "xl/workbook.xml"])
    claim = _claim(core)
    spans = {
        str(one.get("name")): span
        for one in _xml(book).iter(f"{_MAIN}definedName")
        if (span := _span(one.text or "")) is not None
    }
    if COLUMNS_NAME not in spans or CODES_NAME not in spans:
        raise NotAnExportError("no_table")
    sheets: dict[str, list[list[Any]]] = {}
    opened = CalamineWorkbook.from_filelike(io.BytesIO(content))

    def cells(span: _Span) -> list[list[Any]]:
        if span.sheet not in sheets:
            sheets[span.sheet] = opened.get_sheet_by_name(span.sheet).to_python(skip_empty_area=False)
        rows = sheets[span.sheet][span.row : span.last_row + 1]
        return [row[span.column : span.last_column + 1] for row in rows]

    codes = [str(row[0]) if row else "" for row in cells(spans[CODES_NAME])]
    targets: list[Read] = []
    for indicator, name, period in (map(str, row[:3]) for row in cells(spans[COLUMNS_NAME])):
        span = spans.get(name)
        if span is None or span.sheet != spans[CODES_NAME].sheet:
            raise NotAnExportError("no_table")
        values = [row[0] if row else "" for row in cells(span)]
        for offset, (code, value) in enumerate(zip(codes, values, strict=False)):
            if code:
                place = f"{span.sheet}!{_letters(span.column)}{span.row + offset + 1}"
                targets.append(_typed(code, indicator, period, value, place))
    return Reread(claim, tuple(targets))


def _span(text: str) -> _Span | None:
    found = _CELLS.match(text)
    if found is None:
        return None
    sheet, first, top, last, bottom = found.groups()
    column, row = _number(first), int(top) - 1
    end = (column, row) if last is None else (_number(last), int(bottom) - 1)
    return _Span(sheet.replace("''", "'"), row, column, end[1], end[0])


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def _letters(number: int) -> str:
    text, left = "", number + 1
    while left:
        left, rest = divmod(left - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def _typed(code: str, indicator: str, period: str, value: Any, place: str) -> Read:
    """A cell of a workbook: a number as it is, text as people write shares."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Read(code, "", indicator, period, float(value), _TYPED, place, repr(value))
    share, within = _written(str(value))
    return Read(code, "", indicator, period, share, within, place, str(value))


def _written(text: str) -> tuple[float | None, float]:
    """A share as written for people, and half of its last digit; None for a dash, NaN for what is no share."""
    bare = unicodedata.normalize("NFKC", text).strip()
    if bare in _DASHES:
        return None, _EXACT
    found = _PERCENT.match(bare)
    if found is None:
        return math.nan, _EXACT
    whole, rest = found.group(1), found.group(2) or ""
    return float(f"{whole}.{rest or 0}") / 100, 0.5 * 10.0 ** -(len(rest) + 2) + _EXACT


# Word -------------------------------------------------------------------------------------------------


def _word(content: bytes) -> Reread:
    core, document = _parts(content, ["docProps/core.xml", "word/document.xml"])
    claim = _claim(core)
    for table in _xml(document).iter(f"{_W}tbl"):
        properties = table.find(f"{_W}tblPr")
        marks = {} if properties is None else {one.tag: one.get(f"{_W}val") for one in properties}
        if marks.get(f"{_W}tblCaption") == WORD_CAPTION:
            return Reread(claim, tuple(_table(table, _columns(marks.get(f"{_W}tblDescription") or ""))))
    raise NotAnExportError("no_table")


def _columns(text: str) -> list[str]:
    try:
        columns = json.loads(text)
    except ValueError:
        raise NotAnExportError("no_table") from None
    if not isinstance(columns, list) or "name" not in columns:
        raise NotAnExportError("no_table")
    return [str(one) for one in columns]


def _table(table: Any, columns: Sequence[str]) -> Iterator[Read]:
    name_at = columns.index("name")
    for number, row in enumerate(table.findall(f"{_W}tr"), 1):
        cells = row.findall(f"{_W}tc")
        if len(cells) != len(columns) or row.find(f"{_W}trPr/{_W}tblHeader") is not None:
            continue  # a heading: of the table, of a level, of a part
        texts = ["".join(one.text or "" for one in cell.iter(f"{_W}t")).strip() for cell in cells]
        if name_at and not texts[0]:  # agencies are numbered, sums are not
            continue
        for at, column in enumerate(columns):
            kind, _, of = column.partition(":")
            if kind == "target":
                indicator, _, period = of.rpartition(":")
                share, within = _written(texts[at])
                place = f"{number}/{at + 1}"
                yield Read("", texts[name_at], indicator, period, share, within, place, texts[at])


# CSV --------------------------------------------------------------------------------------------------


def _csv(content: bytes) -> Reread:
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    targets: list[Read] = []
    claim: Claim | None = None
    for number, row in enumerate(rows, 2):
        claim = claim or _row_claim(row)
        text = row.get("target") or ""
        share, within = (_decimal(text), _EXACT) if text else (None, _EXACT)
        agency, name, indicator, period = (
            (row.get(key) or "").removeprefix("'") for key in ("agency", "name", "indicator", "period")
        )
        targets.append(Read(agency, name, indicator, period, share, within, str(number), text))
    if claim is None:
        raise NotAnExportError("no_imprint")
    return Reread(claim, tuple(targets))


def _decimal(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _row_claim(row: Mapping[str | None, Any]) -> Claim:
    def said(name: str) -> str:
        value = row.get(f"export_{name}")
        if value is None:
            raise NotAnExportError("no_imprint")
        return str(value)

    def number(name: str) -> int | None:
        text = said(name)
        return int(text) if text.isdigit() else None

    return Claim(
        campaign=said("campaign"),
        table=number("table"),
        scenario=said("scenario"),
        scenario_version=number("scenario_version"),
        figures_version=number("figures_version"),
        state=said("state"),
        made_at=said("made_at"),
        targets_sha256=said("targets_sha256"),
    )
