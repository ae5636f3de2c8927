"""Figures files in: reading, checking, and the template that agencies fill in."""

from data.intake.history import is_history, read_history, write_history_form
from data.intake.issued import read_issued
from data.intake.numbers import LARGEST_COUNT
from data.intake.problems import (
    ERRORS,
    WARNINGS,
    Known,
    KnownAgency,
    Layout,
    ParentRows,
    Problem,
    Reading,
    Severity,
    Skipped,
)
from data.intake.reading import read, too_large
from data.intake.repairs import WHOLE_FILE, proposals, read_typed
from data.intake.sheets import MAX_BYTES
from data.intake.template import TEMPLATE_LABELS, FormIndicator, write_template
from data.intake.words import REPORTED

__all__ = [
    "ERRORS",
    "LARGEST_COUNT",
    "MAX_BYTES",
    "REPORTED",
    "TEMPLATE_LABELS",
    "WARNINGS",
    "WHOLE_FILE",
    "FormIndicator",
    "Known",
    "KnownAgency",
    "Layout",
    "ParentRows",
    "Problem",
    "Reading",
    "Severity",
    "Skipped",
    "is_history",
    "proposals",
    "read",
    "read_history",
    "read_issued",
    "read_typed",
    "too_large",
    "write_history_form",
    "write_template",
]
