"""How the targets of one indicator were worked out: who shares a lift, which lift, and which rules speak of whom.

A result says what came of it; this is what somebody needs who wants to work it out again elsewhere, in a spreadsheet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.allocation import Allocation
from engine.methods import BLEND, respond, to_the_goal
from engine.plan import MethodChoice
from engine.projection import measures_of, reach
from engine.rules import NOBODY, in_periods
from engine.run import Posed, pose
from engine.solver import Floats
from engine.stage import Ground, StageSolution
from engine.table import Table


@dataclass(frozen=True, eq=False)
class SharedLift:
    """Agencies that share a lift: all without a parent, or the children of one.

    Attributes
    ----------
    parent : int
        Row of the agency above them, -1 for the province.
    rows : (k,) int
        Their rows, in order of agency code.
    lift, lift_rounded : (T,) float
        λ of the exact targets and of the rounded ones; for earlier periods the pace θ. Infinite (the pace: 1)
        where the method goes as far as it can.
    parts : tuple of float
        Of a `blend`, the lift of each part of the last period, in the order of the method and of its parts' parts.
    """

    parent: int
    rows: NDArray[np.intp]
    lift: Floats
    lift_rounded: Floats
    parts: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Working:
    """How the targets of one indicator were worked out; rows are those of its `IndicatorResult`.

    Attributes
    ----------
    shared : tuple of SharedLift
        The province first, then the parents by level and code; parents without a target are left out.
    missing : (n,) bool
        Not reported.
    level : (n,) int
        Label of the agency's level, for what is pooled over a level.
    ceiling, score : (n,) float
        Largest share that could go online; capacity score as given (NaN where not).
    proposals : (T, n) float
        NaN where nothing was proposed.
    concerns : tuple of (T, n) bool
        For each rule of the plan, whom it concerns and when.
    from_groups : (T, n) float
        Lower bound from `group_goal` rules, which are solved first; -inf where there is none.
    pin : (T, n) float
        NaN where there is none.
    exempt : (T, n) bool
        Left out by a rule.
    pooled_start : (n,) bool
        Starts from its level's pooled rate.
    twin : (n,) int
        Label of the agencies that the method sees as one (`same_target`), -1 where there is none.
    reached : tuple of (T, n) float
        For each measure that the start holds, how much of it works in each period, 0 for those it does not reach.
    forecast : (T, n) float or None
        Log-odds of a fitted trend; None where none is fitted.
    """

    shared: tuple[SharedLift, ...]
    missing: NDArray[np.bool_]
    level: NDArray[np.intp]
    ceiling: Floats
    score: Floats
    proposals: Floats
    concerns: tuple[NDArray[np.bool_], ...]
    from_groups: Floats
    pin: Floats
    exempt: NDArray[np.bool_]
    pooled_start: NDArray[np.bool_]
    twin: NDArray[np.int64]
    reached: tuple[Floats, ...]
    forecast: Floats | None


def working(allocation: Allocation, indicator: str) -> Working:
    """How the targets of `indicator` were worked out.

    Raises
    ------
    KeyError
        If the plan has no such indicator.
    """
    figures, plan = allocation.figures, allocation.plan
    asked = plan.indicator(indicator)
    posed = pose(figures, plan, asked)
    problem, counts = posed.problem, figures.indicators[indicator]
    shape = problem.V.shape
    from_groups, pin = np.full(shape, -np.inf), np.full(shape, np.nan)
    exempt, pooled = np.zeros(shape, dtype=bool), np.zeros(shape[1], dtype=bool)
    twin = np.full(shape[1], NOBODY)
    concerns = [np.zeros(shape, dtype=bool) for _ in plan.rules]
    shared: list[SharedLift] = []
    target = allocation.results[indicator].target
    for ground, stage in _stages(allocation, posed):
        rows, effects, asked_before = ground.rows, stage.effects, ground.effects
        raised = effects.lower > asked_before.lower
        from_groups[:, rows] = np.where(raised, effects.lower, -np.inf)
        pin[:, rows], exempt[:, rows] = effects.pin, effects.exempt_by != NOBODY
        pooled[rows], twin[rows] = effects.pooled_start, effects.twin
        shared += [one for one in _shared(ground, stage) if one.parent < 0 or not np.isnan(target[-1, one.parent])]
    for at, rule in enumerate(plan.rules):
        if not rule.indicators or indicator in rule.indicators:
            concerns[at] = in_periods(problem, rule)[:, None] & problem.select(rule.where)
    return Working(
        shared=tuple(shared),
        missing=problem.missing,
        level=problem.level,
        ceiling=counts.ceiling,
        score=counts.weight,
        proposals=problem.proposals,
        concerns=tuple(concerns),
        from_groups=from_groups,
        pin=pin,
        exempt=exempt,
        pooled_start=pooled,
        twin=twin,
        reached=tuple(reach(problem, one) for one in measures_of(plan, asked)),
        forecast=problem.forecast,
    )


def _stages(allocation: Allocation, posed: Posed) -> Iterator[tuple[Ground, StageSolution]]:
    """The stages of `allocate_posed` again, each with its solution."""
    table = Table(posed.problem)
    goals = allocation.plan.indicator(posed.problem.asked.id).goals
    wanted = np.array([[goals.get(period.id, np.nan)] for period in allocation.plan.periods])
    yield posed.province, table.add(posed.province, wanted)
    for ground in posed.below:
        yield ground, table.add(ground, table.target[:, ground.parents])


def _shared(ground: Ground, stage: StageSolution) -> Iterator[SharedLift]:
    labels = ground.labels
    parts = _parts(stage, stage.problem.asked.method)
    for g in range(stage.groups.count):
        rows = ground.rows[labels == g]
        parent = int(ground.parents[g]) if ground.parents.size else -1
        lift, rounded = (
            np.array([_as_far(values[g], highest) for values, highest in _ends(stage, name)])
            for name in ("lift", "lift_rounded")
        )
        yield SharedLift(parent, rows, lift, rounded, tuple(float(part[g]) for part in parts))


def _ends(stage: StageSolution, name: str) -> Iterator[tuple[Floats, float]]:
    last = len(stage.periods) - 1
    for t, period in enumerate(stage.periods):
        yield getattr(period, name), (np.inf if t == last else 1.0)


def _as_far(lift: float, highest: float) -> float:
    return highest if np.isnan(lift) else float(lift)


def _parts(stage: StageSolution, choice: MethodChoice) -> list[Floats]:
    """(G,) lift of each part of a blend, solved alone, those of its own parts after it."""
    if choice.name != BLEND:
        return []
    problem, effects, last = stage.problem, stage.effects, stage.periods[-1]
    t = problem.periods - 1
    bounds = stage.bounds.lower[t], stage.bounds.upper[t]
    found: list[Floats] = []
    for part, _ in choice.parts:
        curve = respond(problem, effects, t, part, *bounds, last.weights, last.goal, stage.groups)
        lift = to_the_goal(curve, last.weights, last.goal)
        found += [lift, *_parts(stage, part)]
    return found
