"""One run: figures and plan in, every target with its bounds, counts and trace out."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from operator import attrgetter
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from engine import rates
from engine.allocation import (
    Allocation,
    Diagnosis,
    GoalStatus,
    IndicatorResult,
    Note,
    Summary,
    TargetStatus,
)
from engine.check import check
from engine.diagnosis import diagnose
from engine.figures import Figures
from engine.plan import IndicatorPlan, Measure, Plan, Rule
from engine.problem import Problem, lay_out
from engine.projection import measures_of
from engine.solver import TOLERANCE, Floats
from engine.stage import Ground, StageSolution
from engine.table import STATUS_CODE, Table, target_status
from engine.volumes import From


@dataclass(frozen=True, eq=False)
class Part:
    """What one indicator brings to an `Allocation`."""

    result: IndicatorResult
    summaries: tuple[Summary, ...]
    groups: tuple[Summary, ...]
    conflicts: tuple[Note, ...]
    warnings: tuple[Note, ...]
    diagnosis: Mapping[tuple[str, str], Diagnosis]


PartOf = Callable[[Figures, Plan, IndicatorPlan], Part]
"""Figures, a plan that was checked on them, and one of its indicators -> that indicator's part."""


def allocate(figures: Figures, plan: Plan, part_of: PartOf | None = None) -> Allocation:
    """Give every agency its targets.

    Parameters
    ----------
    figures : Figures
        Counts from 1 January to `plan.as_of`.
    plan : Plan
        Periods, goals, methods, rules and rounding.
    part_of : callable, optional
        Used instead of `allocate_indicator`, e.g. one that remembers (see `question`).

    Returns
    -------
    Allocation
        One result per indicator of the plan. Equal input gives equal output, to the last digit,
        whatever the order of rows.

    Raises
    ------
    PlanError
        If the plan names something unknown or asks for something impossible (see `check`).
    FiguresError
        ``nothing_to_count`` if an indicator has no denominator in any agency.
    """
    check(figures, plan)
    one = part_of or allocate_indicator
    parts = [one(figures, plan, asked) for asked in plan.indicators]
    diagnosis: dict[tuple[str, str], Diagnosis] = {}
    for part in parts:
        diagnosis.update(part.diagnosis)
    return Allocation(
        figures=figures,
        plan=plan,
        results=MappingProxyType({part.result.id: part.result for part in parts}),
        summaries=tuple(summary for part in parts for summary in part.summaries),
        groups=tuple(group for part in parts for group in part.groups),
        conflicts=tuple(note for part in parts for note in part.conflicts),
        warnings=tuple(note for part in parts for note in part.warnings),
        diagnosis=MappingProxyType(diagnosis),
    )


def _all_but(record: type, *unread: str) -> Callable[[object], tuple[Hashable, ...]]:
    return attrgetter(*(field.name for field in fields(record) if field.name not in unread))


_OF_PLAN = _all_but(Plan, "indicators", "rules", "measures", "assumptions", "cascade")
_OF_INDICATOR = _all_but(IndicatorPlan, "goals", "reach", "source")
_OF_MEASURE = _all_but(Measure, "low", "high", "indicators", "name", "evidence", "source")
_OF_RULE = _all_but(Rule, "indicators", "reason", "source")


def question(figures: Figures, plan: Plan, asked: IndicatorPlan) -> tuple[Hashable, Hashable]:
    """All that decides an indicator's part: equal questions have equal parts, to the last digit.

    The first half decides what it poses (`pose`), the second is its goals. Indicators do not touch each other: of
    the plan it holds the periods, the indicator's own plan, and in their order the rules that concern it; texts
    that are only carried to the reader are left out.
    """
    assumed = plan.assumptions
    posed = (
        figures.sha256,
        _OF_PLAN(plan),
        plan.cascade is not False,
        assumed.growth,
        tuple(sorted(assumed.seasonality.items())),
        assumed.volumes,
        _OF_INDICATOR(asked),
        tuple(_OF_RULE(rule) for rule in plan.rules if not rule.indicators or asked.id in rule.indicators),
        tuple(_OF_MEASURE(one) for one in measures_of(plan, asked)),
    )
    return posed, tuple(sorted(asked.goals.items()))


class Posed:
    """One indicator of a plan before its goals are known; the levels below the province are laid out when needed."""

    def __init__(self, figures: Figures, plan: Plan, asked: IndicatorPlan) -> None:
        self.problem = lay_out(figures, plan, asked)

    @cached_property
    def province(self) -> Ground:
        """The agencies that have none above them."""
        top = np.flatnonzero(self._top)
        return Ground(self.problem, top, np.zeros(len(top), dtype=np.intp), np.zeros(0, dtype=np.intp))

    @cached_property
    def below(self) -> tuple[Ground, ...]:
        """Level by level, all groups of agencies whose parents are on the levels before."""
        if self.problem.plan.cascade is False:
            return ()
        above = self.problem.above
        solved, waiting, found = self._top.copy(), ~self._top & (above >= 0), []
        while (ready := np.flatnonzero(waiting & solved[above])).size:
            ready = ready[np.lexsort((ready, above[ready]))]
            parents, labels = np.unique(above[ready], return_inverse=True)
            found.append(Ground(self.problem, ready, labels.astype(np.intp), parents))
            solved[ready] = True
            waiting[ready] = False
        return tuple(found)

    @property
    def _top(self) -> NDArray[np.bool_]:
        return self.problem.figures.parent[self.problem.rows] < 0


def pose(figures: Figures, plan: Plan, asked: IndicatorPlan) -> Posed:
    """One indicator of a plan that fits the figures, for any goals."""
    return Posed(figures, plan, asked)


def allocate_indicator(figures: Figures, plan: Plan, asked: IndicatorPlan) -> Part:
    """The part of one indicator of a plan that fits the figures (`allocate` checks that it does)."""
    return allocate_posed(pose(figures, plan, asked), asked.goals)


def allocate_posed(posed: Posed, goals: Mapping[str, float]) -> Part:
    """The part of an indicator with these goals (period id -> provincial share)."""
    problem = posed.problem
    plan, table = problem.plan, Table(problem)
    wanted = np.array([[goals.get(period.id, np.nan)] for period in plan.periods])
    province = table.add(posed.province, wanted)
    conflicts, warnings = _split(province.notes)
    solved = np.zeros(len(problem.rows), dtype=bool)
    solved[posed.province.rows] = True
    below: list[tuple[StageSolution, NDArray[np.intp]]] = []
    for ground in posed.below:
        stage = table.add(ground, table.target[:, ground.parents])
        more = _split(stage.notes)
        conflicts += more[0]
        warnings += more[1]
        below.append((stage, ground.parents))
        solved[ground.rows] = True
    result = table.result()
    summaries = _summaries(problem, province, None, np.zeros(1, dtype=bool))
    groups = [
        one
        for stage, parents in below
        for one in _summaries(problem, stage, parents, np.isnan(result.target[-1, parents]))
    ]
    place = {period.id: t for t, period in enumerate(plan.periods)}
    diagnosis = {
        (problem.asked.id, one.period): diagnose(province, place[one.period], one)
        for one in summaries
        if one.status in (GoalStatus.INFEASIBLE, GoalStatus.UNREACHABLE_BY_METHOD, GoalStatus.SHORT_BY_ROUNDING)
    }
    warnings += _warnings(problem, result, solved)
    return Part(result, tuple(summaries), tuple(groups), tuple(conflicts), tuple(warnings), MappingProxyType(diagnosis))


def _split(notes: tuple[Note, ...]) -> tuple[list[Note], list[Note]]:
    """Conflicts (rules that yielded) and warnings."""
    yielded = {"lower_above_upper", "upper_below_physical"}
    return [n for n in notes if n.code in yielded], [n for n in notes if n.code not in yielded]


def _summaries(
    problem: Problem,
    stage: StageSolution,
    parents: NDArray[np.intp] | None,
    orphan: NDArray[np.bool_],
) -> list[Summary]:
    """One summary per period and group of a stage that counts something; none for parents without a target."""
    groups, codes = stage.groups, problem.figures.codes
    names = [None] if parents is None else [codes[problem.rows[parent]] for parent in parents]
    out = []
    for t, period in enumerate(stage.periods):
        counted = (period.weights > 0).astype(np.float64)
        mass = groups.sum(period.weights)
        status = target_status(period.exact, period.free, period.lower, period.upper)
        loose = counted * np.isnan(stage.effects.pin[t])
        columns = (
            rates.raw(groups.dot(stage.problem.N, counted), groups.dot(stage.problem.D, counted)),
            rates.raw(groups.dot(period.exact, period.weights), mass),
            rates.raw(groups.dot(period.target, period.weights), mass),
            period.goal,
            period.lift,
            period.lift_rounded,
            period.max_attainable,
            groups.sum(counted),
            groups.dot(loose, (status == STATUS_CODE[TargetStatus.AT_LOWER]).astype(np.float64)),
            groups.dot(loose, (status == STATUS_CODE[TargetStatus.AT_UPPER]).astype(np.float64)),
        )
        implied = _implied(stage, t, counted, np.where(np.isnan(period.goal), columns[2], period.goal))
        wanted = zip(*(column.tolist() for column in columns), strict=True)
        for g, (start, exact, attained, goal, lift, rounded, most, agencies, low, high) in enumerate(wanted):
            if mass[g] <= 0 or orphan[g]:
                continue
            out.append(
                Summary(
                    indicator=problem.asked.id,
                    period=problem.plan.periods[t].id,
                    parent=names[g],
                    goal=None if math.isnan(goal) else goal,
                    start=start,
                    attained_exact=exact,
                    attained=attained,
                    lift=lift,
                    lift_rounded=rounded,
                    status=period.status[g],
                    shortfall=0.0 if math.isnan(goal) else max(goal - attained, 0.0),
                    max_attainable=most,
                    agencies=int(agencies),
                    at_lower=int(low),
                    at_upper=int(high),
                    implied_in_period_rate=None if implied is None else float(implied[g]),
                )
            )
    return out


def _implied(stage: StageSolution, t: int, counted: Floats, value: Floats) -> Floats | None:
    """(G,) share of all dossiers from `as_of` to the end of period t that must be online for `value` to hold."""
    problem = stage.problem
    if not problem.cumulative:
        return None
    added = stage.groups.dot(problem.V[: t + 1].sum(axis=0), counted)
    won = value * stage.groups.sum(stage.periods[t].weights) - stage.groups.dot(problem.N, counted)
    return np.divide(won, added, out=np.full_like(won, np.nan), where=added > 0)


def _warnings(problem: Problem, result: IndicatorResult, solved: NDArray[np.bool_]) -> list[Note]:
    asked, codes = problem.asked, problem.figures.codes
    notes = []

    def note(code: str, rows: NDArray[np.bool_], **more: object) -> None:
        if rows.any():
            agencies = [codes[row] for row in problem.rows[rows]]
            notes.append(Note(code, {"indicator": asked.id, **more, "agencies": agencies}))

    note("missing_figures", problem.missing)
    for t, period in enumerate(problem.plan.periods):
        counted = problem.D > 0
        note("assumed_volume", (problem.source[t] == From.BY_DAYS) & counted, period=period.id)
        note("volume_as_last_year", (problem.source[t] == From.LAST_YEAR) & counted, period=period.id)
    note("history_disagrees", _off_history(problem))
    note("assumed_start", result.start_assumed & ~np.isnan(result.target).all(axis=0))
    if asked.method.uses("weighted_increment"):
        note("assumed_weight", problem.score_assumed & ~problem.missing)
    note("children_left_out", ~solved & (problem.above >= 0))
    for measure in measures_of(problem.plan, asked):
        if measure.start < problem.plan.as_of:
            started = problem.select(measure.where)
            note("measure_under_way", started, measure=measure.id, since=measure.start.isoformat())
    for t in range(1, problem.periods):
        with np.errstate(invalid="ignore"):
            falls = result.target[t] < result.target[t - 1] - TOLERANCE
        note("rate_falls_by_volume", falls, period=problem.plan.periods[t].id)
    return notes


def _off_history(problem: Problem) -> NDArray[np.bool_]:
    """(n,) rows whose months of the year, where a trend reads them, do not add up to the figures."""
    months = None if problem.forecast is None or problem.stock else problem.figures.months(problem.asked.id)
    if months is None:
        return np.zeros(len(problem.rows), dtype=bool)
    as_of = problem.plan.as_of
    year = months.since(as_of.replace(month=1, day=1)).until(as_of)
    whole = len(year.ends) == as_of.month and year.ends[-1] == as_of
    sums = (year.numerator.sum(axis=0), year.denominator.sum(axis=0))
    off = (sums[0] != problem.N) | (sums[1] != problem.D)
    return whole & off & ~np.isnan(sums[0]) & ~problem.missing
