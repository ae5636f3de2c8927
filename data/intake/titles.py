"""The title block above a report: whose it is and until when it counts."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from data.intake.problems import Known, Problems, cell_name
from data.intake.sheets import Sheet
from data.intake.words import core_name, fold, name_key

MOST_BY_FILE = 4
"""Agencies that are proposed by the name of a file."""
SHORTEST = 4
"""Letters of a name that say something in the name of a file: not those of "Phường I"."""
_WRITTEN = "Đơn vị báo cáo"
_LABEL = re.compile(
    r"[-*•+\s]*(?:tên\s+)?(?:cơ quan,?\s*đơn vị|đơn vị|cơ quan)(?:\s+(?:gửi\s+)?báo cáo)?\s*[:：]\s*", re.IGNORECASE
)
_RECEIVER = re.compile(r"[-*•+\s]*(?:cơ quan|đơn vị|nơi)(?:,?\s*đơn vị)?\s+nhận", re.IGNORECASE)
_BULLET = re.compile(r"\s*[-*•+]\s")
_DAY = r"(?:ngay )?([0-9]{1,2}) ?(?:/|-|thang|\.) ?([0-9]{1,2}) ?(?:/|-|nam|\.) ?([0-9]{4})"
_SPAN = re.compile(rf"tu {_DAY},? ?(?:den|toi)(?: het)? {_DAY}")
_UNTIL = re.compile(rf"(?:tinh |lay )?(?:den|toi)(?: het)? {_DAY}")


@dataclass(frozen=True)
class Named:
    """Whose report it is: the name, its cell, and what stands before and after it there."""

    row: int
    column: int
    name: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Period:
    """What the counts cover, as far as the title says; `start` or `end` is None where it does not."""

    row: int
    column: int
    start: datetime.date | None
    end: datetime.date


def _cells(sheet: Sheet, until: int) -> Iterator[tuple[int, int, str]]:
    for row in range(until):
        for column, value in enumerate(sheet.rows[row]):
            if isinstance(value, str) and value.strip():
                yield row, column, unicodedata.normalize("NFC", value)


def find_agency(sheet: Sheet, until: int, known: Known) -> Named | None:
    """The agency named above row `until`: after "Đơn vị báo cáo:", or else a line that is an agency's name."""
    for row, column, text in _cells(sheet, until):
        for match in re.finditer(r"[^\n]*\n?", text):
            line = match[0].rstrip("\n")
            label = _LABEL.match(line)
            if label and not _RECEIVER.match(line):
                named = _after(sheet, (row, column), text, match.start() + label.end())
                if named:
                    return named
    return _letterhead(sheet, until, known)


def _letterhead(sheet: Sheet, until: int, known: Known) -> Named | None:
    """The one agency whose name is a line of the title; not the one that receives the report."""
    names = {name_key(agency.name) for agency in known.agencies}
    found: dict[str, Named] = {}
    receiving = False
    for row, column, text in _cells(sheet, until):
        for line in filter(None, map(str.strip, text.split("\n"))):
            if name_key(line) in names and not receiving:
                before, _, after = text.partition(line)
                found.setdefault(name_key(line), Named(row, column, line, before, after))
            receiving = bool(_RECEIVER.match(line)) and line.endswith(":")
    return next(iter(found.values())) if len(found) == 1 else None


def _after(sheet: Sheet, place: tuple[int, int], text: str, start: int) -> Named | None:
    """What follows a label: on its line, on the next one, to its right, or below."""
    row, column = place
    rest = text[start:]
    line = rest.partition("\n")[0]
    if not line.strip() and rest.strip() and not _BULLET.match(rest.lstrip("\n")):
        start += len(rest) - len(rest.lstrip())
        line = text[start:].partition("\n")[0]
    if line.strip(" .…_"):
        start += len(line) - len(line.lstrip())
        name = line.strip().rstrip(".;")
        return Named(row, column, name, text[:start], text[start + len(name) :])
    right = [(row, at) for at in range(column + 1, len(sheet.rows[row]))]
    below = [(row + 1, column)] if row + 1 < len(sheet.rows) and column < len(sheet.rows[row + 1]) else []
    for at_row, at_column in (*right, *below):
        value = sheet.rows[at_row][at_column]
        if isinstance(value, str) and value.strip(" .…_"):
            return Named(at_row, at_column, " ".join(unicodedata.normalize("NFC", value).split()))
    return None


def find_period(sheet: Sheet, until: int) -> Period | None:
    """From when and until when the counts above row `until` are said to go."""
    for row, column, text in _cells(sheet, until):
        folded = fold(text)
        if match := _SPAN.search(folded):
            start, end = _date(match.groups()[:3]), _date(match.groups()[3:])
            if start and end:
                return Period(row, column, start, end)
        elif match := _UNTIL.search(folded):
            end = _date(match.groups())
            if end:
                return Period(row, column, None, end)
    return None


def _date(parts: Sequence[str]) -> datetime.date | None:
    day, month, year = map(int, parts)
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None


def check_period(sheet: Sheet, until: int, known: Known, problems: Problems) -> None:
    """Note where what the title says of the period is not what the campaign counts: 1 January to its `as_of`."""
    found = find_period(sheet, until)
    if found is None:
        problems.warning("period_not_said", sheet=sheet.name)
        return
    place = cell_name(found.row, found.column)
    if known.as_of is not None and found.end != known.as_of:
        problems.warning(
            "other_date",
            sheet=sheet.name,
            cell=place,
            found=f"{found.end:%d/%m/%Y}",
            expected=f"{known.as_of:%d/%m/%Y}",
            end=found.end,
            as_of=known.as_of,
        )
    if found.start is not None and not _is_start_of_year(found.start, found.end.year):
        problems.warning(
            "not_from_january",
            sheet=sheet.name,
            cell=place,
            found=f"{found.start:%d/%m/%Y}",
            expected=f"01/01/{found.end.year}",
            start=found.start,
        )


def _is_start_of_year(start: datetime.date, year: int) -> bool:
    """1 January, or 15 December before it: the reporting year of Circular 01/2020/TT-VPCP."""
    return start in (datetime.date(year, 1, 1), datetime.date(year - 1, 12, 15))


def named_by_file(sheet: Sheet, until: int, known: Known, filename: str) -> tuple[str | None, list[str]]:
    """Where an agency could be named above row `until`, and what could be written there by the file's name."""
    free = ((at, column) for at in range(until) for column, value in enumerate(sheet.rows[at]) if value in ("", None))
    place = next(free, None)
    if place is None:
        return None, []
    words = f" {' '.join(re.split(r'[^a-z0-9]+', fold(PurePath(filename).stem)))} "
    cores = {agency.name: core_name(agency.name) for agency in known.agencies}
    found = {name: core for name, core in cores.items() if len(core) >= SHORTEST and f" {core} " in words}
    longest = [
        name for name, core in found.items() if not any(core in other and core != other for other in found.values())
    ]
    return cell_name(*place), [f"{_WRITTEN}: {name}" for name in sorted(longest)[:MOST_BY_FILE]]
