"""Runs a scenario on figures."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from engine import Allocation, Figures, FiguresError, Note, PartOf, allocate
from scenarios.catalogue import indicators
from scenarios.model import Scenario

RECOUNTED_KEPT = 8


def run(figures: Figures, scenario: Scenario, part_of: PartOf | None = None) -> Allocation:
    """The targets that a scenario gives on these figures.

    Where the scenario counts an indicator on another denominator than the figures do (`Scenario.denominators`),
    `Allocation.figures` holds the counts used and a warning ``denominator_replaced`` says so; likewise where it sets
    stated volumes aside (`Scenario.estimated`, warning ``volumes_set_aside``).

    Parameters
    ----------
    figures : Figures
        May hold more indicators than the scenario asks for.
    part_of : callable, optional
        As in `engine.allocate`.

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
            used = _recounted(_Counts(used.sha256, indicator, counted_by, used))
            details = {"indicator": indicator, "denominator": reading, "figures_sha256": figures.sha256}
            notes.append(Note("denominator_replaced", details))
    if scenario.estimated:
        used, found = _set_aside(_Stated(used.sha256, tuple(sorted(scenario.estimated.items())), used))
        notes += found
    allocation = allocate(used, scenario.plan, part_of)
    return replace(allocation, warnings=(*allocation.warnings, *notes)) if notes else allocation


@dataclass(frozen=True)
class _Counts:
    """What decides recounted figures; the figures themselves ride along uncompared."""

    figures_sha256: str
    indicator: str
    counted_by: str
    figures: Figures = field(compare=False)


@lru_cache(maxsize=RECOUNTED_KEPT)
def _recounted(counts: _Counts) -> Figures:
    """Figures in which an indicator's denominator is another's numerator.

    What has had no dossier through any channel cannot have one online: unless a ceiling is given, the old
    denominator's share of the new is the ceiling (Bình Định's communes: 98 of 160 services, 61 % at most).
    """
    figures, indicator, counted_by = counts.figures, counts.indicator, counts.counted_by
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
    return Figures.from_frame(frame).with_history(figures.history)


@dataclass(frozen=True)
class _Stated:
    """What decides figures without some of the volumes stated in them."""

    figures_sha256: str
    estimated: tuple[tuple[tuple[str, str], tuple[str, ...] | None], ...]
    figures: Figures = field(compare=False)


@lru_cache(maxsize=RECOUNTED_KEPT)
def _set_aside(stated: _Stated) -> tuple[Figures, tuple[Note, ...]]:
    """Figures without the volumes that are set aside, and whose those are."""
    frame, notes = stated.figures.frame.copy(), []
    for (indicator, period), whose in stated.estimated:
        column = f"expected_{period}"
        if column not in frame:
            continue
        rows = (frame["indicator"] == indicator) & frame[column].notna()
        if whose is not None:
            rows &= frame["agency"].isin(whose)
        if rows.any():
            details = {"indicator": indicator, "period": period, "agencies": tuple(sorted(frame.loc[rows, "agency"]))}
            notes.append(Note("volumes_set_aside", details))
            frame.loc[rows, column] = np.nan
    history = stated.figures.history
    return (Figures.from_frame(frame).with_history(history) if notes else stated.figures), tuple(notes)
