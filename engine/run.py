"""One run: figures and plan in, every target with its bounds, counts and trace out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
from engine.plan import IndicatorPlan, Plan
from engine.problem import Problem, pose
from engine.solver import TOLERANCE, Floats
from engine.stage import StageSolution
from engine.table import STATUS_CODE, Table, target_status


def allocate(figures: Figures, plan: Plan) -> Allocation:
    """Give every agency its targets.

    Parameters
    ----------
    figures : Figures
        Counts from 1 January to `plan.as_of`.
    plan : Plan
        Periods, goals, methods, rules and rounding.

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
    parts = [_allocate_indicator(figures, plan, asked) for asked in plan.indicators]
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


@dataclass(frozen=True, eq=False)
class _Part:
    result: IndicatorResult
    summaries: tuple[Summary, ...]
    groups: tuple[Summary, ...]
    conflicts: tuple[Note, ...]
    warnings: tuple[Note, ...]
    diagnosis: Mapping[tuple[str, str], Diagnosis]


def _allocate_indicator(figures: Figures, plan: Plan, asked: IndicatorPlan) -> _Part:
    problem = pose(figures, plan, asked)
    table = Table(problem)
    root = figures.parent[problem.rows] < 0
    top = np.flatnonzero(root)
    goals = np.array([[asked.goals.get(period.id, np.nan)] for period in plan.periods])
    province = table.add(top, np.zeros(len(top), dtype=np.intp), goals)
    conflicts, warnings = _split(province.notes)
    below: list[tuple[StageSolution, NDArray[np.intp]]] = []
    solved = root.copy()
    waiting = ~root & (problem.above >= 0)
    if plan.cascade is False:
        waiting[:] = False
    while (ready := np.flatnonzero(waiting & solved[problem.above])).size:
        ready = ready[np.lexsort((ready, problem.above[ready]))]
        parents, labels = np.unique(problem.above[ready], return_inverse=True)
        stage = table.add(ready, labels.astype(np.intp), table.target[:, parents], parents)
        more = _split(stage.notes)
        conflicts += more[0]
        warnings += more[1]
        below.append((stage, parents))
        solved[ready] = True
        waiting[ready] = False
    result = table.result()
    summaries = _summaries(problem, province, None, np.zeros(1, dtype=bool))
    groups = [
        one
        for stage, parents in below
        for one in _summaries(problem, stage, parents, np.isnan(result.target[-1, parents]))
    ]
    place = {period.id: t for t, period in enumerate(plan.periods)}
    diagnosis = {
        (asked.id, one.period): diagnose(province, place[one.period], one)
        for one in summaries
        if one.status in (GoalStatus.INFEASIBLE, GoalStatus.UNREACHABLE_BY_METHOD, GoalStatus.SHORT_BY_ROUNDING)
    }
    warnings += _warnings(problem, result, solved)
    return _Part(result, tuple(summaries), tuple(groups), tuple(conflicts), tuple(warnings), diagnosis)


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
        start = rates.raw(groups.dot(stage.problem.N, counted), groups.dot(stage.problem.D, counted))
        exact = rates.raw(groups.dot(period.exact, period.weights), mass)
        attained = rates.raw(groups.dot(period.target, period.weights), mass)
        status = target_status(period.exact, period.free, period.lower, period.upper)
        loose = counted * np.isnan(stage.effects.pin[t])
        at_lower = groups.dot(loose, (status == STATUS_CODE[TargetStatus.AT_LOWER]).astype(np.float64))
        at_upper = groups.dot(loose, (status == STATUS_CODE[TargetStatus.AT_UPPER]).astype(np.float64))
        agencies = groups.sum(counted)
        implied = _implied(stage, t, counted, np.where(np.isnan(period.goal), attained, period.goal))
        for g, name in enumerate(names):
            if mass[g] <= 0 or orphan[g]:
                continue
            goal = float(period.goal[g])
            out.append(
                Summary(
                    indicator=problem.asked.id,
                    period=problem.plan.periods[t].id,
                    parent=name,
                    goal=None if np.isnan(goal) else goal,
                    start=float(start[g]),
                    attained_exact=float(exact[g]),
                    attained=float(attained[g]),
                    lift=float(period.lift[g]),
                    lift_rounded=float(period.lift_rounded[g]),
                    status=period.status[g],
                    shortfall=0.0 if np.isnan(goal) else max(goal - float(attained[g]), 0.0),
                    max_attainable=float(period.max_attainable[g]),
                    agencies=int(agencies[g]),
                    at_lower=int(at_lower[g]),
                    at_upper=int(at_upper[g]),
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
    asked, codes = problem.asked, np.array(problem.figures.codes, dtype=object)[problem.rows]
    notes = []

    def note(code: str, rows: NDArray[np.bool_], **more: object) -> None:
        if rows.any():
            notes.append(Note(code, {"indicator": asked.id, **more, "agencies": list(codes[rows])}))

    note("missing_figures", problem.missing)
    for t, period in enumerate(problem.plan.periods):
        note("assumed_volume", problem.assumed[t] & (problem.D > 0), period=period.id)
    note("assumed_start", result.start_assumed & ~np.isnan(result.target).all(axis=0))
    if asked.method.uses("weighted_increment"):
        note("assumed_weight", problem.score_assumed & ~problem.missing)
    note("children_left_out", ~solved & (problem.above >= 0))
    for t in range(1, problem.periods):
        with np.errstate(invalid="ignore"):
            falls = result.target[t] < result.target[t - 1] - TOLERANCE
        note("rate_falls_by_volume", falls, period=problem.plan.periods[t].id)
    return notes
