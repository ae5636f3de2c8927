"""Solve one level of the cascade: the last period first, then the way there (engine.md §4–5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine import calendar, chain, rates
from engine.allocation import GoalStatus, Note
from engine.methods import Blended, at_rest, respond, to_the_goal
from engine.plan import MethodChoice, Pace, Rounding
from engine.problem import Problem
from engine.rounding import round_targets
from engine.rules import FIRST_RULE, LATER, NOBODY, Effects, gather
from engine.solver import TOLERANCE, Floats, Groups, Linear, SCurve, least_lift


@dataclass(frozen=True, eq=False)
class PeriodSolution:
    """One period of one stage; arrays (n,) by row and (G,) by group.

    `free` is the method's (or path's) value before bounds; `exact` after them, `target` after rounding and pins.
    Where the goal is not met, `method_most` is the pooled value of the method's largest lift.
    """

    lower: Floats
    lower_by: NDArray[np.int64]
    upper: Floats
    upper_by: NDArray[np.int64]
    weights: Floats
    free: Floats
    exact: Floats
    target: Floats
    off_grid: NDArray[np.bool_]
    goal: Floats
    lift: Floats
    lift_rounded: Floats
    status: tuple[GoalStatus, ...]
    max_attainable: Floats
    method_most: Floats


class Ground:
    """One level of the cascade before its goals are known: its rows, what the rules ask of them, their bounds.

    Attributes
    ----------
    rows, labels : (n,) int
        Positions in the whole indicator; group of each.
    parents : (G,) int
        Position of the agency above each group; empty for the province.
    weights : (T, n) float
        Those of the problem, 0 where exempt.
    counted : (T, G) float
        Their sums.

    Rules are read when asked for, as each may be refused, and the first refusal is the one that is told.
    """

    def __init__(
        self, whole: Problem, rows: NDArray[np.intp], labels: NDArray[np.intp], parents: NDArray[np.intp]
    ) -> None:
        self.rows, self.labels, self.parents = rows, labels, parents
        self.problem = whole.take(rows)
        self.groups = Groups(labels, len(rows))

    @cached_property
    def effects(self) -> Effects:
        """What the rules ask, group goals not yet solved."""
        return gather(self.problem, self.problem.plan.rules)

    @cached_property
    def weights(self) -> Floats:
        return np.where(self.effects.exempt_by == NOBODY, self.problem.weights, 0.0)

    @cached_property
    def counted(self) -> Floats:
        return self.groups.sum(self.weights)

    @cached_property
    def settled(self) -> tuple[Effects, chain.Bounds, tuple[Note, ...]]:
        """What the rules ask with group goals solved, the bounds, and what is to be said of both."""
        effects, bounds, notes = _with_group_goals(self.problem, self.effects, self.weights)
        return effects, bounds, (*notes, *chain.conflicts(self.problem, effects, bounds))


@dataclass(frozen=True, eq=False)
class StageSolution:
    """All periods of one stage, with the bounds they came from."""

    problem: Problem
    effects: Effects
    bounds: chain.Bounds
    groups: Groups
    periods: tuple[PeriodSolution, ...]
    notes: tuple[Note, ...]


def solve(ground: Ground, goals: Floats) -> StageSolution:
    """Targets of all periods for rows that share their group's goals.

    Parameters
    ----------
    goals : (T, G) float
        Shares; NaN where a group has none (an earlier period, or a parent without a target).
    """
    problem, groups, weights = ground.problem, ground.groups, ground.weights
    effects, bounds, notes = ground.settled
    last = problem.periods - 1
    final = _solve_last(problem, effects, bounds, weights[last], goals[last], groups)
    solutions = [final]
    for t in range(last - 1, -1, -1):
        later = solutions[0].target
        earlier = _solve_earlier(problem, effects, bounds, t, weights[t], goals[t], groups, later, final.target)
        solutions.insert(0, earlier)
    return StageSolution(problem, effects, bounds, groups, tuple(solutions), notes)


def last_targets(ground: Ground, method: MethodChoice, rounding: Rounding, goal: float) -> Floats:
    """(n,) targets of the last period, under another method, rounding and goal than the ground's plan has."""
    problem, t = ground.problem, ground.problem.periods - 1
    effects, bounds, _ = ground.settled
    asked = replace(problem.asked, method=method, rounding=rounding)
    aim = np.full(ground.groups.count, goal)
    own = replace(problem, asked=asked)
    return _solve_last(own, effects, bounds, ground.weights[t], aim, ground.groups).target


def _with_group_goals(problem: Problem, effects: Effects, weights: Floats) -> tuple[Effects, chain.Bounds, list[Note]]:
    """Solve each `group_goal` by the same method first; its result becomes a lower bound."""
    bounds = chain.couple(problem, effects)
    notes: list[Note] = []
    if not effects.group_goals:
        return effects, bounds, notes
    effects = replace(effects, lower=effects.lower.copy(), lower_by=effects.lower_by.copy())
    rules = problem.plan.rules
    one = Groups(None, len(problem.r))
    periods = problem.plan.periods
    for at, rows in effects.group_goals:
        rule = rules[at]
        goal = np.array([rule.value or 0.0])
        for t, period in enumerate(periods):
            mass = np.where(rows, weights[t], 0.0)
            if (rule.periods and period.id not in rule.periods) or not mass.any():
                continue
            curve = respond(
                problem, effects, t, problem.asked.method, bounds.lower[t], bounds.upper[t], mass, goal, one
            )
            result = curve(to_the_goal(curve, mass, goal))
            if bounds.upper[t].dot(mass) < (goal[0] - TOLERANCE) * mass.sum():
                result = bounds.upper[t]  # infeasible for the group: as far as its bounds allow
            reached = float(result.dot(mass) / mass.sum())
            if reached < float(goal[0]) - TOLERANCE:
                details = {"rule": rule.id, "indicator": problem.asked.id, "period": period.id}
                notes.append(Note("group_goal_short", details | {"goal": float(goal[0]), "attained": reached}))
            tighter = rows & (result > effects.lower[t])
            effects.lower[t, tighter] = result[tighter]
            effects.lower_by[t, tighter] = FIRST_RULE + at
    return effects, chain.couple(problem, effects), notes


def _solve_last(
    problem: Problem, effects: Effects, bounds: chain.Bounds, weights: Floats, goal: Floats, groups: Groups
) -> PeriodSolution:
    t = problem.periods - 1
    lower, upper, pinned = bounds.lower[t], bounds.upper[t], _pinned(effects, t)
    frame = _Frame(lower, bounds.lower_by[t], upper, bounds.upper_by[t], weights, goal, groups, pinned)
    curve = respond(problem, effects, t, problem.asked.method, lower, upper, weights, goal, groups)
    return frame.solve(curve, problem.asked.rounding, np.full(groups.count, np.inf), np.zeros(groups.count))


def _solve_earlier(
    problem: Problem,
    effects: Effects,
    bounds: chain.Bounds,
    t: int,
    weights: Floats,
    goal: Floats,
    groups: Groups,
    later: Floats,
    last: Floats,
) -> PeriodSolution:
    """On the way from r to the last target; θ is raised in common where a goal of this period needs it."""
    needed = chain.least_earlier(problem, t, later)
    never_falls = np.maximum(np.maximum(later, needed), bounds.floor[t])  # but for what is counted and what is left
    upper = np.minimum(bounds.upper[t], never_falls)
    lower = np.minimum(np.maximum(bounds.lower[t], needed), upper)
    upper_by = np.where(never_falls < bounds.upper[t] - TOLERANCE, LATER, bounds.upper_by[t])
    lower_by = np.where(needed > bounds.lower[t] + TOLERANCE, LATER, bounds.lower_by[t])
    share = calendar.pace(problem.asked.pace, float(problem.elapsed[t]))
    base, slope = way(problem, share, last)
    frame = _Frame(lower, lower_by, upper, upper_by, weights, goal, groups, _pinned(effects, t))
    curve = Linear(base, slope, lower, upper, groups)
    return frame.solve(curve, problem.asked.rounding, np.ones(groups.count), np.full(groups.count, share))


def way(problem: Problem, share: float, last: Floats) -> tuple[Floats, Floats]:
    """(n,) value at the period's own pace, and what raising θ from there to 1 adds.

    `s_curve` is linear in log-odds from r to the last target; either is smoothed where it is 0 or 1 and the curve
    scaled, so that it still starts at r and ends at the last target. Who falls (last < r) keeps its pace while θ
    is raised for the others.
    """
    r = problem.r
    theta: Floats | float = share
    if problem.asked.pace is Pace.S_CURVE:
        weight = problem.weights[-1]
        inside = (last > 0.0) & (last < 1.0)
        end = np.where(inside, last, (last * weight + 0.5) / (weight + 1.0))
        start = np.where((r > 0.0) & (r < 1.0), r, problem.smooth)
        between = rates.expit((1.0 - share) * rates.logit(start) + share * rates.logit(end))
        theta = np.where(
            np.abs(end - start) > TOLERANCE, (between - start) / np.where(end == start, 1.0, end - start), share
        )
    return r + theta * (last - r), (1.0 - theta) * np.maximum(last - r, 0.0)


def _pinned(effects: Effects, t: int) -> NDArray[np.bool_]:
    return ~np.isnan(effects.pin[t])


@dataclass(frozen=True, eq=False)
class _Frame:
    """Bounds, weights and goals of one period while it is solved."""

    lower: Floats
    lower_by: NDArray[np.int64]
    upper: Floats
    upper_by: NDArray[np.int64]
    weights: Floats
    goal: Floats
    groups: Groups
    pinned: NDArray[np.bool_]

    def solve(self, curve: Linear | SCurve, rounding: Rounding, highest: Floats, pace: Floats) -> PeriodSolution:
        """Least lift, status and rounding; a reported lift is pace + lift·(highest − pace), i.e. λ or θ."""
        groups, weights, goal = self.groups, self.weights, self.goal
        mass = groups.sum(weights)
        found = least_lift(curve, weights, goal, highest=highest)
        beyond = np.isnan(found)
        lift = np.where(beyond, np.minimum(curve.saturation(), highest), found) if beyond.any() else found
        most = rates.raw(groups.dot(self.upper, weights), mass)
        infeasible = most < goal - TOLERANCE
        exact, free = curve(lift), curve.unclipped(lift)
        method_most = rates.raw(groups.dot(exact, weights), mass)
        unlifted = found == 0.0
        if isinstance(curve, Blended) and unlifted.any():
            unlifted &= groups.dot(at_rest(curve), weights) >= (goal - TOLERANCE) * mass
        if infeasible.any():  # as far as the bounds allow: advice, never an order
            rows = np.broadcast_to(groups.spread(infeasible), exact.shape)
            exact = np.where(rows, self.upper, exact)
        exact = np.where(np.abs(exact - self.upper) <= TOLERANCE, self.upper, exact)
        keep = np.where(infeasible, np.nan, goal)
        rounded = round_targets(curve, exact, lift, highest, weights, keep, rounding, self.pinned)
        short = groups.dot(rounded.target, weights) < (goal - 2.0 * TOLERANCE) * mass
        return PeriodSolution(
            lower=self.lower,
            lower_by=self.lower_by,
            upper=self.upper,
            upper_by=self.upper_by,
            weights=weights,
            free=free,
            exact=exact,
            target=rounded.target,
            off_grid=rounded.off_grid,
            goal=goal,
            lift=np.where(beyond, np.nan, _reported(found, highest, pace)),
            lift_rounded=np.where(beyond, np.nan, _reported(rounded.lift, highest, pace)),
            status=_status(goal, unlifted, beyond & short, infeasible, short),
            max_attainable=most,
            method_most=method_most,
        )


def _reported(lift: Floats, highest: Floats, pace: Floats) -> Floats:
    return np.where(np.isinf(highest), lift, pace + lift * (1.0 - pace))


def _status(
    goal: Floats,
    unlifted: NDArray[np.bool_],
    beyond: NDArray[np.bool_],
    infeasible: NDArray[np.bool_],
    short: NDArray[np.bool_],
) -> tuple[GoalStatus, ...]:
    status = [GoalStatus.MET] * len(goal)
    for found, which in (
        (GoalStatus.MET_WITHOUT_LIFT, unlifted),
        (GoalStatus.SHORT_BY_ROUNDING, short),
        (GoalStatus.UNREACHABLE_BY_METHOD, beyond),
        (GoalStatus.INFEASIBLE, infeasible),
        (GoalStatus.PATH, np.isnan(goal)),
    ):
        for g, holds in enumerate(which.tolist()):
            if holds:
                status[g] = found
    return tuple(status)
