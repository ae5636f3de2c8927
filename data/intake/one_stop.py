"""The one-stop export by agency: three lines each (all services, partly online, fully online), which are never added.

The line of all services is taken, or the only one there is; the others are checked against it, and so is the rate.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from data.intake.agencies import read_text
from data.intake.layout import Table, has_count
from data.intake.numbers import DASHES, NAN, read_count
from data.intake.problems import Known, Problems, cell_name, shown
from data.intake.reports import BY_NET, DIRECT, KIND, NAME, POST, RATE, TOTAL, is_numbering
from data.intake.rows import Entry, RowReader, Rows
from data.intake.titles import check_period
from data.intake.words import (
    DENOMINATOR,
    LEVEL_WORDS,
    NUMERATOR,
    REPORTED,
    Vocabulary,
    fold,
    is_part,
    is_total,
    name_key,
)

CHANNELS = (BY_NET, DIRECT, POST)
_TOLERANCE = 0.5
_LEADING = re.compile(r"\A(?:[-–+*•\s]+|[0-9]+[.)]\s*)")
_SERVICES = re.compile(r"\A(?:(?:cac |so )?(?:dich vu cong|dvc|ho so)(?: truc tuyen|tt)?|dvctt|truc tuyen|muc do) ")
_SUFFIX = re.compile(r"\s*(?:[-–:/]\s*|\(\s*)([^-–:()/]+?)\s*\)?\Z")
_ROMAN = re.compile(r"(?:[IVX]+|[A-Z])\.?\Z")
_WIDE = frozenset({"toan tinh", "cac don vi", "cac so, ban, nganh", "so, ban, nganh", "cac so", "ubnd cap huyen"})


class Line(StrEnum):
    """What a line of an agency counts."""

    ALL = "all"
    PARTLY = "partly"
    FULLY = "fully"
    UNSAID = ""


_KINDS: Mapping[Line, frozenset[str]] = MappingProxyType(
    {
        Line.ALL: frozenset({"tat ca", "tat ca cac", "tong", "tong so", "tong cong", "chung", "toan bo", "ca hai"}),
        Line.PARTLY: frozenset({"mot phan", "3"}),
        Line.FULLY: frozenset({"toan trinh", "4"}),
    }
)


@dataclass
class _Block:
    """The lines of one agency: their rows, and what each says it counts."""

    name: str
    at: int
    is_total: bool = False
    is_heading: bool = False
    lines: list[tuple[int, Line]] = field(default_factory=list)


def read_one_stop(table: Table, known: Known, vocabulary: Vocabulary, problems: Problems) -> Rows:
    """One row of figures an agency; faults and doubts go to `problems`."""
    reader = RowReader(table, known, vocabulary, problems)
    check_period(table.sheet, table.head, known, problems)
    if known.indicators and REPORTED not in known.indicators:
        problems.error("not_asked", sheet=table.sheet.name, indicator=REPORTED)
    if not known.agencies:
        problems.error("agencies_unknown", sheet=table.sheet.name)
    blocks = list(_blocks(table, known))
    for block in blocks:
        _read_block(block, reader, known, problems)
    if not any(not block.is_total and not block.is_heading for block in blocks):
        problems.error("no_rows", sheet=table.sheet.name)
    reader.rows.agencies.check_parents()
    return reader.rows


# whose lines they are --------------------------------------------------------------------------------------------
def _text(row: Sequence[object], column: int | None) -> str:
    return read_text(row[column])[0] if column is not None and column < len(row) else ""


def _blocks(table: Table, known: Known) -> Iterator[_Block]:
    """Lines put together: of a name that stands once, is repeated, or is merged over its lines."""
    columns = table.report
    names = {name_key(agency.name) for agency in known.agencies}
    block: _Block | None = None
    for at in range(table.first, len(table.sheet.rows)):
        row = table.sheet.rows[at]
        if not any(has_count(table, row, at, key) for key in (TOTAL, *CHANNELS) if key in columns):
            continue
        written, kind = _text(row, columns[NAME]), _text(row, columns.get(KIND))
        lead = next((" ".join(value.split()) for value in row if isinstance(value, str) and value.strip()), "")
        name, line = _taken_apart(written or (lead if is_total(lead) else ""), kind, names)
        if is_numbering(row) or is_part(name):
            continue
        new = bool(name) and (block is None or name_key(name) != name_key(block.name) or _repeats(block, line))
        if block is None or new:
            if block is not None:
                yield block
            number = str(row[columns[NAME] - 1]).strip() if columns[NAME] else ""
            block = _Block(name, at, _is_total(name), name_key(name) not in names and _is_heading(name, number))
        block.lines.append((at, line))
    if block is not None:
        yield block


def _taken_apart(written: str, kind: str, names: frozenset[str] | set[str]) -> tuple[str, Line]:
    """An agency's name and what its line counts: from a column of its own, or from words in or instead of the name."""
    if kind:
        return written, _line(kind)
    if name_key(written) in names or not written:
        return written, Line.UNSAID
    if line := _line(written):
        return ("", line) if line is not Line.ALL or not is_total(written) else (written, Line.ALL)
    suffix = _SUFFIX.search(written)
    if suffix and (line := _line(suffix[1])):
        return written[: suffix.start()].strip(), line
    return written, Line.UNSAID


def _line(text: str) -> Line:
    plain = _SERVICES.sub("", fold(_LEADING.sub("", text)) + " ").strip()
    return next((line for line, words in _KINDS.items() if plain in words), Line.UNSAID)


def _repeats(block: _Block, line: Line) -> bool:
    """True if a line of the same name begins its agency anew: what it counts is there already."""
    return line is not Line.UNSAID and any(one is line for _, one in block.lines)


def _is_total(name: str) -> bool:
    return is_total(name) or fold(name) == "toan tinh"


def _is_heading(name: str, number: str) -> bool:
    """True for the sum of a group of agencies: "I. Cấp tỉnh", "Sở, ban, ngành"."""
    folded = fold(name)
    levels = {fold(word) for words in LEVEL_WORDS.values() for word in words}
    return folded in levels | _WIDE or folded.startswith("cap ") or bool(_ROMAN.match(number))


# what they say ---------------------------------------------------------------------------------------------------
def _read_block(block: _Block, reader: RowReader, known: Known, problems: Problems) -> None:
    table = reader.rows.table
    place = (table.sheet.name, cell_name(block.at, table.report[NAME]))
    values = {at: _line_values(table, at) for at, _ in block.lines}
    chosen = _all_line(block, values)
    if block.is_heading:
        problems.warning("row_ignored", sheet=place[0], cell=place[1], found=block.name)
        return
    if chosen is None:
        kinds = {line for _, line in block.lines}
        code = "all_line_missing" if Line.UNSAID not in kinds else "lines_unclear"
        told = shown(block.name)
        problems.error(code, sheet=place[0], cell=place[1], found=block.name, name=told, count=len(block.lines))
        return
    at, parts = chosen
    _check_parts(block, at, parts, values, table, problems)
    if block.is_total:
        reader.rows.totals.append(at)
        return
    entry = _entry(block, at, reader, known)
    for line in (at, *parts):
        _check_sum(line, values[line], table, problems, taken=line == at)
        _check_rate(block.name, line, values[line], table, problems)
    reader.check(entry, table.sheet.rows[at])
    if entry.agency:
        reader.keep(entry)


def _line_values(table: Table, at: int) -> Mapping[str, float]:
    """Counts of a line as far as they can be read."""
    row, values = table.sheet.rows[at], {}
    for key in (TOTAL, *CHANNELS):
        if key in table.report:
            column = table.report[key]
            value = row[column] if column < len(row) else ""
            number, code = read_count(0 if str(value).strip() in DASHES else value)
            values[key] = NAN if code or (at, column) in table.sheet.faults else number
    return values


def _all_line(block: _Block, values: Mapping[int, Mapping[str, float]]) -> tuple[int, tuple[int, ...]] | None:
    """The row that counts all services and those that count parts of it; None where that cannot be told."""
    said = {kind: [at for at, line in block.lines if line is kind] for kind in Line}
    parts = (*said[Line.PARTLY], *said[Line.FULLY])
    if len(said[Line.ALL]) == 1 and not said[Line.UNSAID]:
        return said[Line.ALL][0], parts
    if not said[Line.ALL] and len(said[Line.UNSAID]) == 1:
        return said[Line.UNSAID][0], parts
    first, *others = said[Line.UNSAID] or [0]
    if len(others) == 2 and not parts and not said[Line.ALL]:
        online = [values[at][BY_NET] for at in (first, *others)]
        total = [values[at][TOTAL] for at in (first, *others)]
        if abs(online[0] - online[1] - online[2]) < _TOLERANCE and total[0] > total[1] + total[2] - _TOLERANCE:
            return first, (others[0], others[1])
    return None


def _entry(block: _Block, at: int, reader: RowReader, known: Known) -> Entry:
    table = reader.rows.table
    row = list(table.sheet.rows[block.at])
    columns = {NUMERATOR: table.report[BY_NET], DENOMINATOR: table.report[TOTAL]}
    agency = None
    if known.agencies:
        row[table.report[NAME]] = block.name
        agency = reader.rows.agencies.resolve(row, block.at)
    entry = Entry(at, agency.code if agency else "", REPORTED, columns, {}, "")
    for name, column in columns.items():
        cells = table.sheet.rows[at]
        dash = column < len(cells) and str(cells[column]).strip() in DASHES
        entry.values[name] = 0.0 if dash else reader.number(cells, at, name, column)
    return entry


# checks ----------------------------------------------------------------------------------------------------------
def _check_sum(at: int, values: Mapping[str, float], table: Table, problems: Problems, *, taken: bool) -> None:
    """Total = online + at the desk + by post, where all are given, the last two together or each."""
    there = [key for key in CHANNELS if key in values]
    together = any(word in fold(table.headers[table.report[key]]) for key in there for word in ("bcci", "buu chinh"))
    if (
        not together
        or DIRECT not in there
        or math.isnan(values[TOTAL])
        or any(math.isnan(values[key]) for key in there)
    ):
        return
    added = math.fsum(values[key] for key in there)
    if abs(values[TOTAL] - added) > _TOLERANCE:
        headers = [table.headers[table.report[key]].rpartition(" / ")[2] for key in (TOTAL, *there)]
        note = problems.error if taken else problems.warning
        note(
            "received_differs" if taken else "handled_differs",
            sheet=table.sheet.name,
            cell=cell_name(at, table.report[TOTAL]),
            found=f"{values[TOTAL]:.0f}",
            expected=f"{added:.0f}",
            columns=f"{headers[0]} = {' + '.join(headers[1:])}",
            total=values[TOTAL],
            sum=added,
        )


def _check_parts(
    block: _Block,
    at: int,
    parts: Sequence[int],
    values: Mapping[int, Mapping[str, float]],
    table: Table,
    problems: Problems,
) -> None:
    """Online dossiers come through services partly or fully online: they add up; of others there may be more."""
    if len(parts) < 2:
        return
    for key in values[at]:
        whole, added = values[at][key], math.fsum(values[part][key] for part in parts)
        off = added - whole
        if off > _TOLERANCE or (key == BY_NET and off < -_TOLERANCE):
            problems.warning(
                "parts_differ",
                sheet=table.sheet.name,
                cell=cell_name(at, table.report[key]),
                found=f"{whole:.0f}",
                expected=f"{added:.0f}",
                name=shown(block.name),
                header=table.headers[table.report[key]].rpartition(" / ")[2],
                all=whole,
                sum=added,
            )


def _check_rate(name: str, at: int, values: Mapping[str, float], table: Table, problems: Problems) -> None:
    """The published rate against the counts, as precisely as it is written."""
    column, row = table.report.get(RATE), table.sheet.rows[at]
    value = row[column] if column is not None and column < len(row) else ""
    if column is None or not values[TOTAL] > 0 or math.isnan(values[BY_NET]):
        return
    recomputed = values[BY_NET] / values[TOTAL]
    readings = _published(value)
    if not readings or any(abs(rate - recomputed) <= within for rate, within in readings):
        return
    rate, _ = min(readings, key=lambda one: abs(one[0] - recomputed))
    problems.warning(
        "rate_differs",
        sheet=table.sheet.name,
        cell=cell_name(at, column),
        found=value,
        name=shown(name),
        published=rate,
        recomputed=recomputed,
        difference=rate - recomputed,
    )


_RATE = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,6}))?\s*(%?)\Z")
_DIGITS = 2
"""Decimals of a percentage to which a rate is compared at most."""


def _published(value: object) -> list[tuple[float, float]]:
    """What a rate may say, each with half a unit of its last digit: a share, or percent with or without the sign."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return []
    match = _RATE.match((f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)).strip())
    if not match:
        return []
    number, digits = float(f"{match[1]}.{match[2] or 0}"), min(len(match[2] or ""), _DIGITS)
    found = [(number / 100, 0.5 * 10.0 ** -(digits + 2))]
    if number <= 1 and not match[3]:
        shares = min(len(match[2] or ""), _DIGITS + 2) if isinstance(value, str) else _DIGITS + 2
        found.append((number, 0.5 * 10.0**-shares))
    return [(rate, within * (1 + 1e-9)) for rate, within in found]
