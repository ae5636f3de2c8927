"""The result of one run: every target with its bounds, its way there and its counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.figures import Figures
from engine.plan import Plan
from engine.solver import Floats


class GoalStatus(StrEnum):
    """How a goal fared (per indicator, period and group)."""

    MET = "met"
    PATH = "path"
    MET_WITHOUT_LIFT = "met_without_lift"
    INFEASIBLE = "infeasible"
    UNREACHABLE_BY_METHOD = "unreachable_by_method"
    SHORT_BY_ROUNDING = "short_by_rounding"


class TargetStatus(StrEnum):
    """What decided a target."""

    LIFTED = "lifted"
    AT_LOWER = "at_lower"
    AT_UPPER = "at_upper"
    PINNED = "pinned"
    EXEMPT = "exempt"
    MISSING = "missing"


class Step(StrEnum):
    """Steps of a trace, in order; each node holds the value after the step.

    `TREND` and `MEASURE` are there where the start is projected; there may be several measures.
    """

    CURRENT = "current"
    START = "start"
    TREND = "trend"
    MEASURE = "measure"
    METHOD = "method"
    PATH = "path"
    BOUND = "bound"
    ROUNDING = "rounding"
    PIN = "pin"


@dataclass(frozen=True)
class Note:
    """A conflict or warning: a `code` and the values it is about (JSON-ready)."""

    code: str
    details: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Summary:
    """One goal: the province's (`parent` None) or a parent's among its children.

    Shares in [0, 1]; `lift` is NaN where there is none and inf where only the limit would do.
    """

    indicator: str
    period: str
    parent: str | None
    goal: float | None
    start: float
    attained_exact: float
    attained: float
    lift: float
    lift_rounded: float
    status: GoalStatus
    shortfall: float
    max_attainable: float
    agencies: int
    at_lower: int
    at_upper: int
    implied_in_period_rate: float | None


@dataclass(frozen=True, eq=False)
class IndicatorResult:
    """All targets of one indicator. Arrays are (T, n): period, then row in order of agency code.

    Attributes
    ----------
    rows : (n,) int
        Position of each row's agency in `figures.codes`.
    numerator, denominator, current, start : (n,)
        Counts N, D; r in [0, 1] (NaN where D = 0 or not reported); p.
    wilson_low, wilson_high, shrunk : (n,)
        95 % Wilson interval and empirical-Bayes rate.
    expected : (T, n)
        V_t [units], whole; `expected_assumed` marks estimates, `expected_as_last_year` those by last year's course.
    weight, lower, upper, exact, target : (T, n)
        NaN where exempt or missing.
    lower_by, upper_by : (T, n) object
        Rule id, or ``"physical"`` (what is counted, what is left to win), or ``"later_target"``.
    target_count, to_do, in_period_rate : (T, n)
    status : (T, n) object of TargetStatus
    reason : (T, n) object of str
        Why exempt: rule id, ``"no_denominator"``, ``"parent_without_target"``; else "".
    off_grid : (T, n) bool
    trace : tuple over periods of mapping Step -> (n,) value after the step
    projected : (T, n)
        p_t, what would happen anyway plus the measures; NaN where the start is `current`, exempt or missing.
    measures : tuple of str
        Ids of the measures that the projection holds.
    measured : (M, T, n)
        Value after each of them; the last is what `trace` has for `Step.MEASURE`.
    """

    id: str
    rows: NDArray[np.intp]
    numerator: Floats
    denominator: Floats
    current: Floats
    start: Floats
    start_assumed: NDArray[np.bool_]
    wilson_low: Floats
    wilson_high: Floats
    shrunk: Floats
    expected: Floats
    expected_assumed: NDArray[np.bool_]
    expected_as_last_year: NDArray[np.bool_]
    weight: Floats
    lower: Floats
    lower_by: NDArray[np.object_]
    upper: Floats
    upper_by: NDArray[np.object_]
    exact: Floats
    target: Floats
    target_count: Floats
    to_do: Floats
    in_period_rate: Floats
    status: NDArray[np.object_]
    reason: NDArray[np.object_]
    off_grid: NDArray[np.bool_]
    trace: tuple[Mapping[Step, Floats], ...]
    projected: Floats
    measures: tuple[str, ...]
    measured: Floats

    @cached_property
    def gain(self) -> Floats:
        """(T, n) Points that each target asks for, from the current rate; where nothing was counted yet, from none."""
        found = self.target - np.nan_to_num(self.current)
        found.setflags(write=False)
        return found


@dataclass(frozen=True, eq=False)
class Allocation:
    """Figures, plan and what came of them.

    `diagnosis` maps (indicator, period) of every goal that is not met to its `Diagnosis`.
    """

    figures: Figures
    plan: Plan
    results: Mapping[str, IndicatorResult]
    summaries: tuple[Summary, ...]
    groups: tuple[Summary, ...]
    conflicts: tuple[Note, ...]
    warnings: tuple[Note, ...]
    diagnosis: Mapping[tuple[str, str], Diagnosis]

    @property
    def all_met(self) -> bool:
        """True if every goal of the province and of every parent is met after rounding."""
        fine = {GoalStatus.MET, GoalStatus.MET_WITHOUT_LIFT, GoalStatus.PATH}
        return all(s.status in fine for s in (*self.summaries, *self.groups))

    def summary(self, indicator: str, period: str) -> Summary:
        """The provincial summary of one indicator and period; KeyError if there is none."""
        for one in self.summaries:
            if one.indicator == indicator and one.period == period:
                return one
        raise KeyError((indicator, period))


@dataclass(frozen=True)
class Binding:
    """A rule that holds targets down: `takes` is what it takes from the pooled value [share]."""

    rule: str
    agencies: tuple[str, ...]
    takes: float


@dataclass(frozen=True)
class Diagnosis:
    """Why a goal is not met and the smallest changes that would do.

    Attributes
    ----------
    max_attainable : float
        Highest pooled share under all rules.
    binding : tuple of Binding
        Ordered by what each takes away.
    remedies : tuple of str
        Rules each of whose removal alone suffices.
    relax_caps_by : float or None
        Least common number of points (as a share) by which raising all caps and steps suffices.
    highest_goal : float
        The highest goal this method reaches (lower the goal to this: the always-available remedy).
    blocked_by_later_goal : str or None
        The later period whose targets hold this one down.
    """

    max_attainable: float
    binding: tuple[Binding, ...]
    remedies: tuple[str, ...]
    relax_caps_by: float | None
    highest_goal: float
    blocked_by_later_goal: str | None = None
