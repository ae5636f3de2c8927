"""The table of one indicator while its stages are filled in, and the counts that follow from targets."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from engine.allocation import IndicatorResult, Step, TargetStatus
from engine.errors import FiguresError
from engine.plan import Start
from engine.problem import Problem
from engine.projection import measures_of, project
from engine.rules import BOUND_NAMES, NOBODY
from engine.solver import TOLERANCE, Floats
from engine.stage import Ground, StageSolution, solve
from engine.volumes import From

STATUS_CODE: Mapping[TargetStatus, int] = MappingProxyType({status: i for i, status in enumerate(TargetStatus)})
"""Statuses as numbers while arrays are worked on."""


class Table:
    """The table of one indicator while its stages are filled in."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        shape = problem.V.shape
        self.weight, self.lower, self.upper, self.exact, self.target = (np.full(shape, np.nan) for _ in range(5))
        self.lower_by, self.upper_by = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
        self.exempt_by = np.full(shape, NOBODY)
        self.orphan = np.ones(shape[1], dtype=bool)
        self.status = np.zeros(shape, dtype=np.int64)
        self.off_grid = np.zeros(shape, dtype=bool)
        self.start = problem.p.copy()
        self.free = np.full(shape, np.nan)
        self.pinned = np.zeros(shape, dtype=bool)
        self.measures = tuple(one.id for one in measures_of(problem.plan, problem.asked))
        self.nodes = np.full((1 + len(self.measures), *shape), np.nan)

    def add(self, ground: Ground, goals: Floats) -> StageSolution:
        """Solve one stage and enter its rows."""
        rows, part, effects, counted = ground.rows, ground.problem, ground.effects, ground.counted
        nothing = (counted <= 0) & ~np.isnan(goals)
        if not ground.parents.size and nothing.any():
            t = int(np.argmax(nothing[:, 0]))
            empty = self.problem.plan.periods[t].id
            raise FiguresError("nothing_to_count", indicator=self.problem.asked.id, period=empty)
        solution = solve(ground, np.where(counted > 0, goals, np.nan))
        has_goal = ~np.isnan(goals[-1])[ground.labels] if ground.parents.size else np.ones(len(rows), dtype=bool)
        self.orphan[rows] = ~has_goal
        self.start[rows] = np.where(effects.pooled_start, part.peers, part.p)
        if self.problem.asked.start is Start.PROJECTED:
            peers = np.clip(part.peers, 1e-6, 1.0 - 1e-6)
            self.nodes[..., rows] = project(part, np.where(effects.pooled_start, peers, part.smooth)).nodes
        self.exempt_by[:, rows] = effects.exempt_by
        self.pinned[:, rows] = ~np.isnan(effects.pin)
        for t, period in enumerate(solution.periods):
            self.weight[t, rows] = period.weights
            self.lower[t, rows], self.upper[t, rows] = period.lower, period.upper
            self.lower_by[t, rows], self.upper_by[t, rows] = period.lower_by, period.upper_by
            self.exact[t, rows], self.free[t, rows] = period.exact, period.free
            self.off_grid[t, rows] = period.off_grid
            none = (period.weights <= 0) | ~has_goal
            self.target[t, rows] = np.where(none, np.nan, period.target)
            self.status[t, rows] = target_status(period.exact, period.free, period.lower, period.upper)
        return solution

    def result(self) -> IndicatorResult:
        problem = self.problem
        none = np.isnan(self.target)
        status = np.where(self.pinned, STATUS_CODE[TargetStatus.PINNED], self.status)
        status = np.where(none, STATUS_CODE[TargetStatus.EXEMPT], status)
        status[:, problem.missing] = STATUS_CODE[TargetStatus.MISSING]
        count, to_do, rate = _counts(problem, self.target)
        names = np.array([*BOUND_NAMES, *(rule.id for rule in problem.plan.rules)], dtype=object)
        reason = np.full(none.shape, "", dtype=object)
        reason[none] = "no_denominator"
        orphan = none & self.orphan
        reason[orphan] = "parent_without_target"
        by_rule = none & (self.exempt_by != NOBODY)
        reason[by_rule] = names[self.exempt_by[by_rule]]
        reason[:, problem.missing] = "missing"

        def shown(values: Floats) -> Floats:
            return np.where(none, np.nan, values)

        return IndicatorResult(
            id=problem.asked.id,
            rows=problem.rows,
            numerator=np.where(problem.missing, np.nan, problem.N),
            denominator=np.where(problem.missing, np.nan, problem.D),
            current=problem.raw,
            start=self.start,
            start_assumed=(problem.D == 0) & ~problem.missing,
            wilson_low=problem.wilson_low,
            wilson_high=problem.wilson_high,
            shrunk=problem.shrunk,
            expected=problem.V,
            expected_assumed=problem.assumed,
            expected_as_last_year=problem.source == From.LAST_YEAR,
            weight=shown(self.weight),
            lower=shown(self.lower),
            lower_by=names[self.lower_by],
            upper=shown(self.upper),
            upper_by=names[self.upper_by],
            exact=shown(self.exact),
            target=self.target,
            target_count=count,
            to_do=to_do,
            in_period_rate=rate,
            status=np.array(list(TargetStatus), dtype=object)[status],
            reason=reason,
            off_grid=self.off_grid & ~none,
            trace=tuple(self._trace(t) for t in range(problem.periods)),
            projected=shown(self.nodes[-1]),
            measures=self.measures,
            measured=shown(self.nodes[1:]),
        )

    def _trace(self, t: int) -> Mapping[Step, Floats]:
        """Value after each step; a pin replaces bound and rounding."""
        problem = self.problem
        projected = problem.asked.start is Start.PROJECTED
        last = t == problem.periods - 1
        free, pinned = self.free[t], self.pinned[t]
        anyway = {Step.TREND: self.nodes[0, t]} if projected else {}
        if self.measures:
            anyway[Step.MEASURE] = self.nodes[-1, t]
        return MappingProxyType(
            {
                Step.CURRENT: np.where(problem.D == 0, 0.0, problem.raw),
                Step.START: self.start if last or projected else problem.r,
                **anyway,
                Step.METHOD if last else Step.PATH: free,
                Step.BOUND: np.where(pinned, free, self.exact[t]),
                Step.ROUNDING: np.where(pinned, free, self.target[t]),
                Step.PIN: self.target[t],
            }
        )


def target_status(exact: Floats, free: Floats, lower: Floats, upper: Floats) -> NDArray[np.int64]:
    at_lower = (exact <= lower + TOLERANCE) & (free <= lower + TOLERANCE)
    at_upper = exact >= upper - TOLERANCE
    status = np.where(at_upper, STATUS_CODE[TargetStatus.AT_UPPER], STATUS_CODE[TargetStatus.LIFTED])
    return np.where(at_lower, STATUS_CODE[TargetStatus.AT_LOWER], status)


def _counts(problem: Problem, target: Floats) -> tuple[Floats, Floats, Floats]:
    """(T, n) target count, still to do, and the rate that the period alone must bring (engine.md §5)."""
    # the second term: (k/w)·w may miss k by its last digit, which is more than 1e-9 from some millions on
    count = np.ceil(target * problem.weights - np.maximum(1e-9, 1e-15 * problem.weights))
    if problem.in_period:
        with np.errstate(divide="ignore", invalid="ignore"):
            return count, count, np.where(problem.V > 0, count / problem.V, np.nan)
    to_do = count - problem.N
    rate = np.full(count.shape, np.nan)
    if problem.cumulative:
        before, added = problem.N.copy(), np.zeros_like(problem.N)
        for t in range(problem.periods):
            added = added + problem.V[t]
            has = ~np.isnan(count[t])
            some = has & (added > 0)
            rate[t, some] = (count[t, some] - before[some]) / added[some]
            before, added = np.where(has, count[t], before), np.where(has, 0.0, added)
    return count, to_do, rate
