"""What a fault at a cell could be replaced by, and sheets read with what a person accepted of that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from data.intake.numbers import meant, read_count, read_share, read_weight
from data.intake.problems import Problem, cell_name
from data.intake.sheets import Sheet
from data.intake.words import PROPOSED

Repairs = Mapping[tuple[str, str], str]
"""(sheet, or "" in a CSV; cell in A1 notation) -> what is to be read there instead."""

WHOLE_FILE = ("", "")
"""Where in `Repairs` an encoding before Unicode stands: it is about every cell."""
_NOTATION = frozenset({"ambiguous_comma", "ambiguous_dot", "share_without_percent"})
"""Faults of notation: `Problem.expected` is the same number as it should be written, where there is one reading."""


def proposals(problem: Problem) -> tuple[str, ...]:
    """What could stand in the cell of a problem instead, the likeliest first; empty where nothing can be proposed."""
    details = problem.details
    if problem.code == "legacy_text":
        return (str(details["name"]),)
    if problem.cell is None:
        return ()
    if problem.code in _NOTATION:
        return (problem.expected,) if problem.expected else ()
    if problem.code == "received_differs":
        return (problem.expected,) if problem.expected else ()
    if problem.code in ("unknown_agency", "agency_not_named"):
        return tuple(details.get("candidates", ()))
    if problem.code == "ambiguous_agency" and details.get("in_code_column"):
        return tuple(details.get("agencies", ()))
    if problem.code in ("unknown_indicator", "unknown_level", "unknown_header", "unknown_parent"):
        near = details.get("nearest")
        return (str(near),) if near else ()
    return ()


def repaired(sheets: Sequence[Sheet], repairs: Repairs) -> tuple[Sheet, ...]:
    """The sheets with accepted repairs in their cells; cells that no repair names stay as they are."""
    wanted: dict[str, dict[str, str]] = {}
    for (sheet, cell), text in repairs.items():
        if (sheet, cell) == WHOLE_FILE:
            continue
        wanted.setdefault(sheet, {})[cell] = text
    return tuple(_repaired(sheet, wanted.get(sheet.name or "", {})) for sheet in sheets)


def _repaired(sheet: Sheet, cells: Mapping[str, str]) -> Sheet:
    if not cells:
        return sheet
    left = dict(cells)
    rows = list(sheet.rows)
    faults = dict(sheet.faults)
    for at, row in enumerate(rows):
        if not left:
            break
        changed: list[object] | None = None
        for column in range(len(row)):
            text = left.pop(cell_name(at, column), None)
            if text is not None:
                changed = changed or list(row)
                changed[column] = text
                faults.pop((at, column), None)
        if changed is not None:
            rows[at] = changed
    return replace(sheet, rows=rows, faults=faults)


def read_typed(field: str, text: str) -> tuple[float, str | None, str | None]:
    """What a person typed into a field of the figures: value (NaN: empty or wrong), what is wrong, what is expected."""
    share = field.startswith(PROPOSED) or field == "ceiling"
    value, code = read_share(text) if share else read_weight(text) if field == "weight" else read_count(text)
    expected = meant(text, code, share=share, weight=field == "weight") if code else None
    return value, code, expected
