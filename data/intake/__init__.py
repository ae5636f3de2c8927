"""Figures files in: reading, checking, and the template that agencies fill in."""

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
)
from data.intake.reading import read
from data.intake.template import TEMPLATE_LABELS, FormIndicator, write_template

__all__ = [
    "ERRORS",
    "TEMPLATE_LABELS",
    "WARNINGS",
    "FormIndicator",
    "Known",
    "KnownAgency",
    "Layout",
    "ParentRows",
    "Problem",
    "Reading",
    "Severity",
    "read",
    "write_template",
]
