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

__all__ = [
    "ERRORS",
    "WARNINGS",
    "Known",
    "KnownAgency",
    "Layout",
    "ParentRows",
    "Problem",
    "Reading",
    "Severity",
    "read",
]
