"""Runs a scenario on figures."""

from __future__ import annotations

from engine import Allocation, Figures, allocate
from scenarios.model import Scenario


def run(figures: Figures, scenario: Scenario) -> Allocation:
    """The targets that a scenario gives on these figures.

    Parameters
    ----------
    figures : Figures
        May hold more indicators than the scenario asks for.

    Raises
    ------
    FiguresError, PlanError
        If figures and scenario do not fit each other; the scenario alone was checked when it was loaded.
    """
    return allocate(figures, scenario.plan)
