"""Headers of what other systems give out: form II.06a/VPCP and the one-stop export by agency, told by their words.

Merged cells hold their text once, so that the words of a column are those above it, filled to the right.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from data.intake.numbers import read_count
from data.intake.problems import Layout
from data.intake.sheets import Sheet
from data.intake.words import IGNORED, Vocabulary, fold

MOST_HEADER_ROWS = 4
"""Rows of merged headers above a row of numbers."""
# Form II.06a/VPCP of Circular 01/2020/TT-VPCP, by the numbers of its columns.
FIELD = "2"
RECEIVED, ONLINE, AT_DESK, CARRIED = "3", "4", "5", "6"
HANDLED, OPEN = "7", "11"
II06A_SUMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {RECEIVED: (ONLINE, AT_DESK, CARRIED), HANDLED: ("8", "9", "10"), OPEN: ("12", "13")}
)
"""Column -> those that it is the sum of."""
II06A_NEEDED = (ONLINE, AT_DESK, CARRIED)
# The one-stop export.
NAME, CODE, KIND, TOTAL, BY_NET, DIRECT, POST, RATE = (
    "name",
    "agency",
    "kind",
    "total",
    "online",
    "direct",
    "post",
    "rate",
)
_KIND_HEADER = re.compile(
    r"(?:phan loai|hinh thuc cung cap|dvc|dich vu cong|(?:loai|muc do)(?: hinh| dich vu)?(?: cong| dvc(?:tt)?)?"
    r"(?: truc tuyen)?)\Z"
)
_FIELD_HEADER = re.compile(r"(?:ten )?linh vuc\b")
_NUMBERING = re.compile(r"\(?([0-9]{1,2})\)?(?: *=.*)?\Z")
_BAR = re.compile(r"\s*\|\s*")


@dataclass(frozen=True)
class ReportHeader:
    """A report's header: what each recognised column is, its words as written, and where the rows begin.

    `unknown` are the columns that are not recognised, `twins` those that say the same as an earlier one, with it.
    """

    layout: Layout
    columns: Mapping[str, int]
    headers: Mapping[int, str]
    unknown: tuple[int, ...]
    twins: tuple[tuple[int, int], ...]
    first: int

    @property
    def score(self) -> int:
        """How many columns are recognised."""
        return len(self.columns)


def find_report(sheet: Sheet, row: int, vocabulary: Vocabulary) -> ReportHeader | None:
    """The header of a report that begins at `row`, where there is one."""
    words = {fold(text) for value in sheet.rows[row] if isinstance(value, str) for text in _BAR.split(value)}
    is_ii06a = any(map(_FIELD_HEADER.match, words))
    if not is_ii06a and not any(vocabulary.agency.get(text) == NAME for text in words):
        return None
    found = None
    for depth in range(1, min(MOST_HEADER_ROWS, len(sheet.rows) - row) + 1):
        if depth > 1 and _is_body(sheet.rows[row + depth - 1]):
            break
        header = _read(sheet, row, depth, vocabulary, ii06a=is_ii06a)
        if header is not None and (found is None or header.score > found.score):
            found = header
    return found


def _is_body(row: Sequence[object]) -> bool:
    """True for an empty row, numbering, or a row that holds a number."""
    filled = [value for value in row if value not in ("", None)]
    return not filled or any(not isinstance(value, str) or not is_words(value) for value in filled)


def is_words(text: str) -> bool:
    """True for text that is meant neither as a number nor as the number of a column."""
    _, code = read_count(text)
    return bool(text.strip()) and code == "not_a_number" and not _NUMBERING.match(" ".join(text.split()))


def _read(sheet: Sheet, row: int, depth: int, vocabulary: Vocabulary, *, ii06a: bool) -> ReportHeader | None:
    paths = _paths(sheet, row, depth)
    columns: dict[str, int] = {}
    unknown: list[int] = []
    twins: list[tuple[int, int]] = []
    for column, path in sorted(paths.items()):
        field = _ii06a_field(path) if ii06a else _one_stop_field(path, vocabulary)
        if field is None:
            unknown.append(column)
        elif field != IGNORED and columns.setdefault(field, column) != column:
            twins.append((columns[field], column))
    first = row + depth
    if first < len(sheet.rows) and is_numbering(sheet.rows[first]):
        numbers = _numbers(sheet.rows[first])
        first += 1
        if ii06a:
            columns = {**{n: c for n, c in numbers.items() if n == FIELD or n in _II06A_NUMBERS}, **columns}
            unknown = [column for column in unknown if column not in columns.values()]
    needed = (FIELD, ONLINE, AT_DESK) if ii06a else (NAME, TOTAL, BY_NET)
    if not columns.keys() >= set(needed) or not (ii06a or {DIRECT, POST} & columns.keys()):
        return None
    headers = {column: " / ".join(dict.fromkeys(path)) for column, path in paths.items()}
    layout = Layout.II06A if ii06a else Layout.ONE_STOP
    return ReportHeader(layout, columns, headers, tuple(unknown), tuple(twins), first)


_II06A_NUMBERS = frozenset({*II06A_SUMS, *(part for parts in II06A_SUMS.values() for part in parts)})


def _paths(sheet: Sheet, row: int, depth: int) -> dict[int, tuple[str, ...]]:
    """Column -> its words from the upper row down, each but the last filled to the right under the same upper words."""
    width = max(len(sheet.rows[row + level]) for level in range(depth))
    paths: dict[int, list[str]] = {column: [] for column in range(width)}
    for level in range(depth):
        cells = sheet.rows[row + level]
        held: tuple[str, tuple[str, ...]] = ("", ())
        for column in range(width):
            value = cells[column] if column < len(cells) else ""
            text = " ".join(value.split()) if isinstance(value, str) else ""
            above = tuple(paths[column])
            if text:
                held = (text, above)
            elif held[0] and level < depth - 1 and held[1] == above:
                text = held[0]
            if text:
                paths[column] += [part for part in _BAR.split(text) if part]
    return {column: tuple(path) for column, path in paths.items() if path}


def _written(row: Sequence[object]) -> list[tuple[int, str]]:
    """Column and text of the cells of a row that are not empty."""
    filled = ((at, value) for at, value in enumerate(row) if value not in ("", None))
    return [(at, " ".join(str(value).removesuffix(".0").split())) for at, value in filled]


def is_numbering(row: Sequence[object]) -> bool:
    """The row that numbers the columns, "(1) (2) (3) = (4) + (5)", 1 2 3 or A B 1 2; it may come on every page."""
    texts = [text for _, text in _written(row)]
    while texts and texts[0] in ("A", "B", "C"):
        texts = texts[1:]
    numbers = [int(match[1]) for text in texts if (match := _NUMBERING.match(text))]
    return len(texts) >= 3 and numbers == list(range(1, len(texts) + 1))


def _numbers(row: Sequence[object]) -> dict[str, int]:
    """Number of a column -> column, by the row that numbers them; empty where letters come first."""
    written = _written(row)
    found = {match[1]: at for at, text in written if (match := _NUMBERING.match(text))}
    return found if len(found) == len(written) else {}


def _ii06a_field(path: tuple[str, ...]) -> str | None:
    above, leaf = fold(" ".join(path)), fold(path[-1])
    if _FIELD_HEADER.match(above):
        return FIELD
    if leaf in ("stt", "tt", "so tt"):
        return IGNORED
    if "da giai quyet" in above:
        return _leaf(leaf, (("truoc han", "8"), ("dung han", "9"), ("qua han", "10"), ("tong", HANDLED)))
    if "dang giai quyet" in above:
        return _leaf(leaf, (("trong han", "12"), ("qua han", "13"), ("tong", OPEN)))
    if "tiep nhan" in above:
        words = (("ky truoc", CARRIED), ("truc tuyen", ONLINE), ("truc tiep", AT_DESK), ("buu chinh", AT_DESK))
        return _leaf(leaf, (*words, ("tong", RECEIVED)))
    return None


def _one_stop_field(path: tuple[str, ...], vocabulary: Vocabulary) -> str | None:
    above, leaf = fold(" ".join(path)), fold(path[-1])
    for text in (fold(path[0]), leaf):
        field = vocabulary.agency.get(text)
        if field in (NAME, CODE, IGNORED):
            return field
    if _KIND_HEADER.match(leaf):
        return KIND
    if "ty le" in above or "ti le" in above or leaf == "%":
        return RATE
    if "giai quyet" in above and "tiep nhan" not in above:
        return IGNORED
    words = (("truc tiep", DIRECT), ("bcci", POST), ("buu chinh", POST), ("truc tuyen", BY_NET), ("tong", TOTAL))
    return _leaf(leaf, words)


def _leaf(leaf: str, words: Sequence[tuple[str, str]]) -> str | None:
    return next((field for word, field in words if word in leaf), None)
