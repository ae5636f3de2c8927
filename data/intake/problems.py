"""What intake finds wrong or doubtful in a file, and what it knows of the campaign beforehand.

Intake speaks no language of people: a problem carries a `code`, the place and the values,
from which the faces of the product write a sentence.
"""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import pandas as pd

SHOWN_AT_MOST = 120


class Severity(StrEnum):
    """An error keeps the file out; a warning is shown and accepted by the user."""

    ERROR = "error"
    WARNING = "warning"


class Layout(StrEnum):
    """The layouts of a figures file: two of our own (`write_template`) and two that other systems give out.

    `HISTORY` has months of the past instead of figures (`read_history`).
    """

    LONG = "long"
    FORM = "form"
    II06A = "ii06a"
    ONE_STOP = "one_stop"
    HISTORY = "history"


class ParentRows(StrEnum):
    """What the row of an agency with children holds."""

    OWN_AND_CHILDREN = "own_and_children"
    CHILDREN = "children"
    OWN = "own"


ERRORS = (
    # the file
    "unreadable_file",  # reason
    "empty_file",
    "file_too_large",  # bytes, limit
    "unsupported_suffix",  # suffix
    "suffix_mismatch",  # suffix, content
    "legacy_xls",
    "encrypted",
    "macros",
    "not_a_workbook",  # content
    "broken_workbook",  # reason
    "unpacks_too_large",  # limit
    "too_many_parts",  # count, limit
    "doctype",
    "too_many_rows",  # count, limit
    "too_many_columns",  # count, limit
    "not_utf8",  # position, byte, guess
    "broken_csv",  # line
    "legacy_text",  # name, before, after
    # the header
    "no_header",
    "hidden_sheet_only",  # sheets
    "missing_header",  # header
    "unknown_header",  # nearest
    "duplicate_header",  # first
    "unknown_period",  # period, nearest
    "no_rows",
    "no_counts",
    "not_asked",  # indicator
    "agencies_unknown",
    "agency_not_named",
    # one cell
    "missing_value",  # field
    "control_characters",  # field
    "cell_too_long",  # field, length, limit
    "date_in_text",  # field
    "boolean_in_text",  # field
    "date_in_number",  # field
    "boolean_in_number",  # field
    "excel_error",  # field
    "formula_without_value",  # field
    "not_a_number",  # field
    "ambiguous_comma",  # field
    "ambiguous_dot",  # field
    "percent_in_count",  # field
    "negative_count",  # field
    "fractional_count",  # field
    "count_too_large",  # field, limit
    "share_out_of_range",  # field
    "share_without_percent",  # field
    "bad_weight",  # field
    "not_a_month",  # field (of monthly figures)
    # a row and its neighbours
    "count_missing",  # agency, indicator, field, given
    "numerator_above_denominator",  # agency, indicator, numerator, denominator
    "unknown_agency",  # agency, nearest, nearest_name
    "ambiguous_agency",  # name, agencies
    "unknown_indicator",  # indicator, nearest
    "unknown_level",  # level, nearest
    "duplicate_row",  # agency, indicator, first
    "agency_disagrees",  # agency, field, first, first_value
    "unknown_parent",  # agency, parent, nearest
    "parent_circle",  # agency, circle
    "received_differs",  # columns, total, sum
    "duplicate_field",  # name, first
    "all_line_missing",  # name
    "lines_unclear",  # name, count
)
WARNINGS = (
    "agency_missing",  # agency, name
    "agency_matched_by_name",  # agency, name
    "agency_differs",  # agency, field, known
    "name_missing",  # agency
    "not_reported",  # agency, indicator
    "services_off_catalogue",  # level, total, largest, catalogue
    "count_shrank",  # agency, indicator, field, before, after
    "rate_jumped",  # agency, indicator, before, after
    "children_off_parent",  # agency, indicator, field, children, parent
    "small_denominator",  # agency, indicator, denominator, limit
    "active_above_provided",  # agency, active, provided
    "total_differs",  # header, total, sum
    "row_ignored",
    "sheet_ignored",  # chosen
    "external_links",
    "legacy_read",  # name, before, after
    # what other systems give out
    "report_counted",  # agency, name, numerator, denominator, columns, carried, fields, undecided
    "other_date",  # end, as_of
    "not_from_january",  # start
    "period_not_said",
    "handled_differs",  # columns, total, sum
    "parts_differ",  # name, header, all, sum
    "rate_differs",  # name, published, recomputed
    "columns_ignored",  # names
    "cells_not_checked",  # count
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding.

    Attributes
    ----------
    severity, code
        `code` is one of `ERRORS` or `WARNINGS`, which also say what `details` holds.
    sheet, cell : str or None
        Place; `cell` in A1 notation (also for CSV). None: the whole file or sheet.
    found : str
        What stands there, shortened and safe to show.
    expected : str or None
        What would be right, in the notation of the file (``"52,5 %"``), never a sentence.
    details : mapping
        JSON-ready values, and dates.
    """

    severity: Severity
    code: str
    sheet: str | None = None
    cell: str | None = None
    found: str = ""
    expected: str | None = None
    details: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Skipped:
    """A sheet that was not read, `hidden` or without a header that is known."""

    name: str
    hidden: bool


@dataclass(frozen=True, eq=False)
class Reading:
    """A file as read.

    Attributes
    ----------
    frame : DataFrame or None
        What `engine.Figures.from_frame` takes; None if there is any error.
    problems : tuple of Problem
        In order of place: errors and warnings together.
    layout : Layout or None
        None where no header was found.
    sha256 : str or None
        Of the file's bytes; None where it could not be read.
    sheet : str or None
        The sheet that was read; None in a CSV.
    skipped : tuple of Skipped
        The sheets that were not, in their order.
    """

    frame: pd.DataFrame | None
    problems: tuple[Problem, ...]
    layout: Layout | None
    sha256: str | None
    sheet: str | None = None
    skipped: tuple[Skipped, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(p for p in self.problems if p.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(p for p in self.problems if p.severity is Severity.WARNING)


@dataclass(frozen=True, slots=True)
class KnownAgency:
    """An agency of the campaign; `parent` is empty where there is none above."""

    code: str
    name: str
    level: str
    parent: str = ""


@dataclass(frozen=True, eq=False)
class Known:
    """What the campaign already knows; an empty part switches its checks off.

    Attributes
    ----------
    agencies : tuple of KnownAgency
    indicators : mapping of indicator id to its kind (``"stock"`` or ``"flow"``)
    names : mapping of indicator id to the names by which a form may head it
    periods : tuple of str
    catalogue : mapping of level to the number of services in the catalogue
    parent_rows : ParentRows of all flow indicators, or mapping of indicator id to its ParentRows
    previous : mapping of (agency, indicator) to (numerator, denominator) of the last report
    as_of : date or None
        Of the campaign's figures.
    carried_over : mapping of indicator id to whether dossiers of the last period are part of its denominator
    """

    agencies: tuple[KnownAgency, ...] = ()
    indicators: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    names: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    periods: tuple[str, ...] = ()
    catalogue: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    parent_rows: Mapping[str, str] | str = ParentRows.CHILDREN
    previous: Mapping[tuple[str, str], tuple[float, float]] = field(default_factory=lambda: MappingProxyType({}))
    as_of: datetime.date | None = None
    carried_over: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))


class Problems:
    """Collects findings while one file is read."""

    def __init__(self) -> None:
        self._found: list[Problem] = []
        self.errors = 0

    @property
    def has_errors(self) -> bool:
        """True if there is any error: the file will not be taken."""
        return self.errors > 0

    def error(
        self,
        code: str,
        *,
        sheet: str | None = None,
        cell: str | None = None,
        found: object = "",
        expected: str | None = None,
        **details: Any,
    ) -> None:
        """Note an error; the file will not be taken."""
        self.errors += 1
        self._found.append(Problem(Severity.ERROR, code, sheet, cell, shown(found), expected, details))

    def warning(
        self,
        code: str,
        *,
        sheet: str | None = None,
        cell: str | None = None,
        found: object = "",
        expected: str | None = None,
        **details: Any,
    ) -> None:
        """Note something doubtful; the file may still be taken."""
        self._found.append(Problem(Severity.WARNING, code, sheet, cell, shown(found), expected, details))

    def all(self) -> tuple[Problem, ...]:
        """Everything found so far, in order of finding."""
        return tuple(self._found)


class FileRefusedError(Exception):
    """The file as a whole cannot be read; `problem` says why."""

    def __init__(self, code: str, *, found: object = "", expected: str | None = None, **details: Any) -> None:
        self.problem = Problem(Severity.ERROR, code, None, None, shown(found), expected, details)
        super().__init__(code)


def shown(value: object) -> str:
    """`value` as text that is safe to print: no control characters, at most 120 characters."""
    text = value if isinstance(value, str) else "" if value is None else str(value)
    cut = text[: SHOWN_AT_MOST + 1]
    if not cut.isprintable():
        cut = "".join(c if c.isprintable() else " " if unicodedata.category(c) == "Zs" else "\ufffd" for c in cut)
    return cut if len(text) <= SHOWN_AT_MOST else cut[:SHOWN_AT_MOST] + "…"


def cell_name(row: int, column: int) -> str:
    """A1 notation of a zero-based row and column."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"
