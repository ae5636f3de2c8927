"""Form II.06a/VPCP of Circular 01/2020/TT-VPCP: one agency a file, one field a row; their sum is taken.

(4) over (4) + (5), and (6) too where the campaign counts dossiers of the last period. Everything else is checked:
(3) = (4) + (5) + (6) = (7) + (11), (7) = (8) + (9) + (10), (11) = (12) + (13), and the rows that are sums of others.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from data.intake.layout import Table, has_count
from data.intake.numbers import DASHES, NAN, read_count
from data.intake.problems import Known, Problems, cell_name
from data.intake.reports import AT_DESK, CARRIED, FIELD, HANDLED, II06A_SUMS, ONLINE, OPEN, RECEIVED, is_numbering
from data.intake.rows import Entry, RowReader, Rows
from data.intake.titles import Named, check_period, find_agency, named_by_file
from data.intake.words import DENOMINATOR, NUMERATOR, REPORTED, Vocabulary, fold, is_part, is_total

TAKEN = (ONLINE, AT_DESK, CARRIED)
_SUMS = (*II06A_SUMS.items(), (RECEIVED, (HANDLED, OPEN)))
_ROMAN = re.compile(r"[IVX]+\.?\Z")
_LETTER = re.compile(r"[A-ZĐ]\.?\Z")
_WHOLE = re.compile(r"[0-9]+\.?\Z")
_HEADING = re.compile(r"(?:tthc |thu tuc hanh chinh |linh vuc |giai quyet )*cap (?:tinh|huyen|xa)\b")
_TOLERANCE = 0.5


@dataclass(frozen=True)
class Line:
    """A row: what it is about, and how deep it stands (A is 0, I is 1, 1 is 2)."""

    at: int
    name: str
    depth: int


@dataclass(frozen=True)
class Field(Line):
    """A row with its counts by the numbers of their columns, and the cells of those that cannot be read."""

    counts: Mapping[str, float]
    unreadable: tuple[str, ...]


def read_ii06a(table: Table, known: Known, vocabulary: Vocabulary, problems: Problems, filename: str) -> Rows:
    """The one row of figures that a form gives; faults and doubts go to `problems`."""
    named = find_agency(table.sheet, table.head, known)
    if named is not None:
        table = replace(table, agency=MappingProxyType({"name": named.column}))
    within = (named.before, named.after) if named else ("", "")
    reader = RowReader(table, known, vocabulary, problems, within)
    check_period(table.sheet, table.head, known, problems)
    code = _agency(reader, named, known, problems, filename)
    errors = problems.errors
    lines, totals = _lines(table, problems)
    below = [_below(lines, at) for at in range(len(lines))]
    fields = [_read(reader, table, line, taken=not under) for line, under in zip(lines, below, strict=True)]
    leaves = [field for field, under in zip(fields, below, strict=True) if not under]
    _refuse_twins(fields, table, problems)
    for field, under in zip(fields, below, strict=True):
        _check_sums(field, table, problems, taken=not under)
        if under:
            rows = {line.at for line in under}
            _check_total(field, [leaf for leaf in leaves if leaf.at in rows], table, problems)
    read = [_read(reader, table, line, taken=False) for line in totals]
    for total in read:
        _check_total(total, leaves, table, problems)
    unreadable = [cell for one in (*fields, *read) for cell in one.unreadable]
    if unreadable:
        problems.warning("cells_not_checked", sheet=table.sheet.name, cell=unreadable[0], count=len(unreadable))
    _take(reader, leaves, "" if problems.errors > errors else code, named, known, problems)
    reader.rows.agencies.check_parents()
    return reader.rows


def _agency(reader: RowReader, named: Named | None, known: Known, problems: Problems, filename: str) -> str:
    table = reader.rows.table
    if not known.agencies:
        problems.error("agencies_unknown", sheet=table.sheet.name)
    elif named is None:
        place, candidates = named_by_file(table.sheet, table.head, known, filename)
        problems.error("agency_not_named", sheet=table.sheet.name, cell=place, candidates=candidates)
    else:
        row: list[object] = [""] * (named.column + 1)
        row[named.column] = named.name
        found = reader.rows.agencies.resolve(row, named.row)
        return found.code if found else ""
    return ""


# rows ------------------------------------------------------------------------------------------------------------
def _lines(table: Table, problems: Problems) -> tuple[list[Line], list[Line]]:
    """The rows with counts in their order, and the totals."""
    lines: list[Line] = []
    totals: list[Line] = []
    for at in range(table.first, len(table.sheet.rows)):
        row = table.sheet.rows[at]
        texts = [" ".join(value.split()) for value in row if isinstance(value, str) and value.strip()]
        column = table.report[FIELD]
        name = " ".join(str(row[column]).split()) if column < len(row) else ""
        if any(is_total(text) for text in texts[:2]):
            totals.append(Line(at, name or texts[0], -1))
        elif not any(has_count(table, row, at, key) for key in table.report if key != FIELD) or is_numbering(row):
            continue
        elif any(is_part(text) for text in texts[:2]):
            problems.warning("row_ignored", sheet=table.sheet.name, cell=cell_name(at, column), found=texts[0])
        else:
            lines.append(Line(at, name, _depth(row, column, name)))
    return lines, totals


def _depth(row: Sequence[object], column: int, name: str) -> int:
    """How deep a row stands by its number: A, then I, then 1, then 1.1; without a number as a field does."""
    number = str(row[column - 1]).strip().removesuffix(".0") if column else ""
    if _HEADING.match(fold(name)) and not number:
        return 1
    if _ROMAN.match(number):
        return 1
    if _LETTER.match(number):
        return 0
    return 2 if _WHOLE.match(number) else 2 + number.strip(".").count(".")


def _below(lines: Sequence[Line], at: int) -> Sequence[Line]:
    """The rows that stand under a row: deeper ones, until the next that is not."""
    until = at + 1
    while until < len(lines) and lines[until].depth > lines[at].depth:
        until += 1
    return lines[at + 1 : until]


def _read(reader: RowReader, table: Table, line: Line, *, taken: bool) -> Field:
    """The counts of a row; of what is `taken` every fault is noted, of what is compared only which cells have one."""
    row, at = table.sheet.rows[line.at], line.at
    counts: dict[str, float] = {}
    unreadable = []
    for key, column in table.report.items():
        value = row[column] if column < len(row) else ""
        if key == FIELD:
            continue
        if isinstance(value, str) and value.strip() in DASHES:
            counts[key] = 0.0
            continue
        number, code = read_count(value)
        if not code and (at, column) not in table.sheet.faults:
            counts[key] = number
        elif taken and key in TAKEN:
            reader.number(row, at, table.headers.get(column, f"({key})"), column)
        else:
            unreadable.append(cell_name(at, column))
    return Field(line.at, line.name, line.depth, counts, tuple(unreadable))


# checks ----------------------------------------------------------------------------------------------------------
def _refuse_twins(fields: Sequence[Field], table: Table, problems: Problems) -> None:
    """The same field twice under one heading would be counted twice."""
    first: dict[tuple[str, int], Field] = {}
    heading = 0
    for field in fields:
        if field.depth < 2:
            heading += 1
        before = first.setdefault((fold(field.name), heading), field)
        if before is not field and field.name:
            column = table.report[FIELD]
            problems.error(
                "duplicate_field",
                sheet=table.sheet.name,
                cell=cell_name(field.at, column),
                found=field.name,
                name=field.name,
                first=cell_name(before.at, column),
            )


def _sum(values: Sequence[float]) -> float:
    return math.fsum(value for value in values if not math.isnan(value))


def _check_sums(field: Field, table: Table, problems: Problems, *, taken: bool) -> None:
    for whole, parts in _SUMS:
        if whole not in field.counts or not set(parts) <= field.counts.keys():
            continue
        stated, added = field.counts[whole], _sum([field.counts[part] for part in parts])
        if not math.isnan(stated) and abs(stated - added) > _TOLERANCE:
            depends = taken and parts == TAKEN
            note = problems.error if depends else problems.warning
            note(
                "received_differs" if depends else "handled_differs",
                sheet=table.sheet.name,
                cell=cell_name(field.at, table.report[whole]),
                found=f"{stated:.0f}",
                expected=f"{added:.0f}",
                columns=f"({whole}) = " + " + ".join(f"({part})" for part in parts),
                total=stated,
                sum=added,
            )


def _check_total(total: Field, leaves: Sequence[Field], table: Table, problems: Problems) -> None:
    for key, stated in total.counts.items():
        added = _sum([leaf.counts.get(key, NAN) for leaf in leaves])
        if not math.isnan(stated) and abs(stated - added) > _TOLERANCE:
            problems.warning(
                "total_differs",
                sheet=table.sheet.name,
                cell=cell_name(total.at, table.report[key]),
                found=f"{stated:.0f}",
                expected=f"{added:.0f}",
                header=f"({key})",
                total=stated,
                sum=added,
            )


# what is taken ---------------------------------------------------------------------------------------------------
def _take(
    reader: RowReader, leaves: Sequence[Field], code: str, named: Named | None, known: Known, problems: Problems
) -> None:
    sheet = reader.rows.table.sheet.name
    if known.indicators and REPORTED not in known.indicators:
        problems.error("not_asked", sheet=sheet, indicator=REPORTED)
    if not leaves:
        problems.error("no_rows", sheet=sheet)
    online, at_desk, carried = (_sum([leaf.counts.get(key, NAN) for leaf in leaves]) for key in TAKEN)
    none = all(math.isnan(leaf.counts.get(key, NAN)) for leaf in leaves for key in TAKEN)
    if leaves and none and not problems.has_errors:
        problems.error("no_counts", sheet=sheet)
    with_carried = known.carried_over.get(REPORTED, False)
    total = online + at_desk + (carried if with_carried else 0.0)
    if named is None or not code or not leaves:
        return
    reader.keep(Entry(named.row, code, REPORTED, {}, {NUMERATOR: online, DENOMINATOR: total}, ""))
    problems.warning(
        "report_counted",
        sheet=sheet,
        agency=code,
        name=reader.rows.agencies.met[code].name,
        numerator=online,
        denominator=total,
        columns="(4) + (5) + (6)" if with_carried else "(4) + (5)",
        carried=carried,
        fields=len(leaves),
        undecided=carried if carried and REPORTED not in known.carried_over else None,
    )
