"""The same work under several scenarios, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine import Allocation, Fairness, Figures, GoalStatus, fairness
from scenarios.model import Scenario
from scenarios.run import run

Floats = NDArray[np.float64]

_REACHED = frozenset({GoalStatus.MET, GoalStatus.MET_WITHOUT_LIFT})


@dataclass(frozen=True, eq=False)
class Side:
    """What one scenario comes to for one indicator in the last period that it is asked for.

    Attributes
    ----------
    indicator, period : str
    goal, attained : float
        Shares; `attained` after rounding.
    lift : float
        The method's lift after rounding; NaN where there is none.
    status : GoalStatus
    fairness : Fairness
        Lifts per agency, their Gini, the largest one and whose it is, agencies at a bound.
    """

    indicator: str
    period: str
    goal: float
    attained: float
    lift: float
    status: GoalStatus
    fairness: Fairness


@dataclass(frozen=True, eq=False)
class Column:
    """One scenario of a comparison.

    `goals` and `goals_met` count every goal set for the province and, by cascade, for its parents.
    """

    scenario: Scenario
    allocation: Allocation
    sides: tuple[Side, ...]
    goals: int
    goals_met: int

    @property
    def all_met(self) -> bool:
        return self.allocation.all_met


@dataclass(frozen=True, eq=False)
class Block:
    """Targets of one indicator in one period under every scenario, rows in order of agency code.

    Attributes
    ----------
    agencies : tuple of str, n
    targets : (S, n)
        Shares; NaN where a scenario gives no target or does not have the indicator or the period.
    difference : (S, n)
        Targets minus those of the first scenario [points as a share].
    spread : (n,)
        Highest minus lowest target; 0 where fewer than two scenarios give one.
    by_disagreement : tuple of int, n
        Rows by falling spread, then by agency code.
    """

    indicator: str
    period: str
    agencies: tuple[str, ...]
    targets: Floats
    difference: Floats
    spread: Floats
    by_disagreement: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Several scenarios on the same figures; the first is what the others are compared with."""

    figures: Figures
    columns: tuple[Column, ...]
    blocks: tuple[Block, ...]

    @property
    def allocations(self) -> tuple[Allocation, ...]:
        return tuple(column.allocation for column in self.columns)

    def block(self, indicator: str, period: str) -> Block:
        """KeyError if no scenario has this indicator and period."""
        for one in self.blocks:
            if (one.indicator, one.period) == (indicator, period):
                return one
        raise KeyError((indicator, period))


def compare(figures: Figures, scenarios: Sequence[Scenario]) -> Comparison:
    """Run every scenario on the same figures and lay the results side by side.

    Parameters
    ----------
    scenarios : sequence of Scenario
        At least one; the first is the yardstick.

    Raises
    ------
    ValueError
        If there is none.
    FiguresError, PlanError
        As `run`.
    """
    return compare_allocations(scenarios, [run(figures, scenario) for scenario in scenarios])


def compare_allocations(scenarios: Sequence[Scenario], allocations: Sequence[Allocation]) -> Comparison:
    """As `compare`, of runs that were made before; `allocations[i]` belongs to `scenarios[i]`."""
    if not scenarios:
        raise ValueError("nothing to compare")
    columns = tuple(_column(one, allocation) for one, allocation in zip(scenarios, allocations, strict=True))
    asked = dict.fromkeys(
        (indicator.id, period.id)
        for column in columns
        for indicator in column.scenario.plan.indicators
        for period in column.scenario.plan.periods
    )
    blocks = tuple(_block(columns, indicator, period) for indicator, period in asked)
    return Comparison(allocations[0].figures, columns, blocks)


def _column(scenario: Scenario, allocation: Allocation) -> Column:
    last = allocation.plan.last.id
    sides = []
    for indicator in allocation.plan.indicators:
        summary = allocation.summary(indicator.id, last)
        sides.append(
            Side(
                indicator=indicator.id,
                period=last,
                goal=indicator.goals[last],
                attained=summary.attained,
                lift=summary.lift_rounded,
                status=summary.status,
                fairness=fairness(allocation, indicator.id),
            )
        )
    goals = [one.status for one in (*allocation.summaries, *allocation.groups) if one.status is not GoalStatus.PATH]
    return Column(scenario, allocation, tuple(sides), len(goals), sum(status in _REACHED for status in goals))


def _block(columns: Sequence[Column], indicator: str, period: str) -> Block:
    """Targets are put in place by agency code; figures are the same for all, rows of an indicator need not be."""
    codes = sorted(
        {
            column.allocation.figures.codes[row]
            for column in columns
            if indicator in column.allocation.results
            for row in column.allocation.results[indicator].rows
        }
    )
    place = {code: at for at, code in enumerate(codes)}
    targets = np.full((len(columns), len(codes)), np.nan)
    for which, column in enumerate(columns):
        periods = [one.id for one in column.allocation.plan.periods]
        if indicator in column.allocation.results and period in periods:
            result = column.allocation.results[indicator]
            at = [place[column.allocation.figures.codes[row]] for row in result.rows]
            targets[which, at] = result.target[periods.index(period)]
    given = ~np.isnan(targets)
    highest = np.where(given, targets, -np.inf).max(axis=0, initial=-np.inf)
    lowest = np.where(given, targets, np.inf).min(axis=0, initial=np.inf)
    spread = np.where(given.sum(axis=0) > 1, highest - lowest, 0.0)
    order = np.lexsort((np.arange(len(codes)), -spread))
    return Block(
        indicator=indicator,
        period=period,
        agencies=tuple(codes),
        targets=targets,
        difference=targets - targets[0],
        spread=spread,
        by_disagreement=tuple(int(one) for one in order),
    )
