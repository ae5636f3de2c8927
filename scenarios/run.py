"""Runs a scenario on figures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine import Allocation, Figures, FiguresError, Note, allocate
from scenarios.catalogue import indicators
from scenarios.model import Scenario


def run(figures: Figures, scenario: Scenario) -> Allocation:
    """The targets that a scenario gives on these figures.

    Where the scenario counts an indicator on another denominator than the figures do (`Scenario.denominators`),
    `Allocation.figures` holds the counts used and a warning ``denominator_replaced`` says so.

    Parameters
    ----------
    figures : Figures
        May hold more indicators than the scenario asks for.

    Raises
    ------
    FiguresError, PlanError
        If figures and scenario do not fit each other; the scenario alone was checked when it was loaded.
    """
    notes = []
    used = figures
    for indicator, reading in scenario.denominators.items():
        counted_by = indicators()[indicator].denominators[reading]
        if counted_by:
            used = _recounted(used, indicator, counted_by)
            details = {"indicator": indicator, "denominator": reading, "figures_sha256": figures.sha256}
            notes.append(Note("denominator_replaced", details))
    allocation = allocate(used, scenario.plan)
    return replace(allocation, warnings=(*allocation.warnings, *notes)) if notes else allocation


def _recounted(figures: Figures, indicator: str, counted_by: str) -> Figures:
    """Figures in which an indicator's denominator is another's numerator.

    What has had no dossier through any channel cannot have one online: unless a ceiling is given, the old
    denominator's share of the new is the ceiling (Bình Định's communes: 98 of 160 services, 61 % at most).
    """
    frame = figures.frame.copy()
    base = frame[frame["indicator"] == counted_by].set_index("agency")["numerator"]
    rows = frame["indicator"] == indicator
    new = frame.loc[rows, "agency"].map(base)
    missing = frame.loc[rows, "agency"][new.isna()]
    if len(missing):
        raise FiguresError("denominator_missing", indicator=indicator, counted_by=counted_by, agencies=tuple(missing))
    old = frame.loc[rows, "denominator"]
    with np.errstate(invalid="ignore"):
        ceiling = (old / new).clip(upper=1.0)
    if "ceiling" not in frame:
        frame["ceiling"] = np.nan
    frame.loc[rows, "ceiling"] = frame.loc[rows, "ceiling"].fillna(ceiling)
    frame.loc[rows, "denominator"] = new
    return Figures.from_frame(frame)
