"""Why a goal is not met, what blocks it, and the smallest changes that would do."""

from __future__ import annotations

import math

import numpy as np

from engine import chain
from engine.allocation import Binding, Diagnosis, GoalStatus, Summary
from engine.plan import Rule, RuleKind
from engine.rules import NOBODY, Effects, gather
from engine.solver import TOLERANCE, Floats, least_lift
from engine.stage import StageSolution

_HOLD_DOWN = (RuleKind.CAP, RuleKind.MAX_STEP, RuleKind.PIN, RuleKind.EXEMPT, RuleKind.SMALL_VOLUME)
_RAISABLE = (RuleKind.CAP, RuleKind.MAX_STEP)


def diagnose(stage: StageSolution, t: int, summary: Summary) -> Diagnosis:
    """Explain the province's unmet goal of period t.

    Parameters
    ----------
    stage : StageSolution
        The provincial stage (one group).
    t : int
        Index of the period.
    summary : Summary
        What came of it.

    Returns
    -------
    Diagnosis
        `binding` is ordered by what each rule takes away; `remedies` are rules each of whose removal suffices.
    """
    goal = summary.goal if summary.goal is not None else math.nan
    highest = min(summary.attained, summary.max_attainable, float(stage.periods[t].method_most[0]))
    if summary.status is not GoalStatus.INFEASIBLE:
        return Diagnosis(summary.max_attainable, (), (), None, highest)
    plan = stage.problem.plan
    reach = _most(stage, t, stage.effects, stage.bounds.upper)
    if reach >= goal - TOLERANCE and t < stage.problem.periods - 1:
        # Another table of the last period would do: what holds this goal down is the later one.
        return Diagnosis(summary.max_attainable, (), (), None, highest, plan.periods[-1].id)
    rules = [rule for rule in plan.rules if rule.kind in _HOLD_DOWN and _concerns(stage, rule)]
    binding = []
    for rule in rules:
        effects = gather(stage.problem, plan.rules, without=rule.id)
        upper = chain.couple(stage.problem, effects).upper
        takes = _most(stage, t, effects, upper) - reach
        if takes > TOLERANCE:
            binding.append(Binding(rule.id, _held(stage, t, effects, upper), takes))
    binding.sort(key=lambda one: (-one.takes, one.rule))
    remedies = tuple(one.rule for one in binding if reach + one.takes >= goal - TOLERANCE)
    return Diagnosis(summary.max_attainable, tuple(binding), remedies, _relax(stage, t, goal, rules), highest)


def _concerns(stage: StageSolution, rule: Rule) -> bool:
    return not rule.indicators or stage.problem.asked.id in rule.indicators


def _most(stage: StageSolution, t: int, effects: Effects, upper: Floats) -> float:
    """Pooled value of the upper bounds."""
    weights = np.where(effects.exempt_by[t] == NOBODY, stage.problem.weights[t], 0.0)
    total = float(weights.sum())
    return float(upper[t].dot(weights)) / total if total > 0 else 0.0


def _held(stage: StageSolution, t: int, effects: Effects, upper: Floats) -> tuple[str, ...]:
    """Agencies that a rule holds down in period t, given what the others ask without it."""
    problem = stage.problem
    held = upper[t] > stage.bounds.upper[t] + TOLERANCE
    held |= (effects.exempt_by[t] == NOBODY) & (stage.effects.exempt_by[t] != NOBODY)
    held &= problem.weights[t] > 0
    return tuple(problem.figures.codes[row] for row in problem.rows[held])


def _relax(stage: StageSolution, t: int, goal: float, rules: list[Rule]) -> float | None:
    """Least common number of points by which raising every cap and largest step makes the goal feasible."""
    if not any(rule.kind in _RAISABLE for rule in rules):
        return None
    problem = stage.problem
    weights = np.where(stage.effects.exempt_by[t] == NOBODY, problem.weights[t], 0.0)

    uppers = chain.raised_uppers(problem, gather(problem, problem.plan.rules))

    def raised(points: Floats) -> Floats:
        return uppers(float(points[0]))[t]

    points = float(least_lift(raised, weights, goal, highest=1.0)[0])
    return None if math.isnan(points) else points
