"""What a chance rests on, and how much more must be asked for a goal to be reached with a given chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.allocation import Allocation
from engine.errors import PlanError
from engine.problem import lay_out
from engine.run import allocate_posed, pose
from engine.uncertainty import DELIVERY, RATES, VOLUMES, Simulation

STEP = 1e-4
"""Planning goals are sought to this share: a hundredth of a point."""
ROUGHLY, FEWEST = 8, 1_000
"""Where a planning goal is sought first: with so many times fewer draws, but not fewer than these."""


@dataclass(frozen=True)
class Influence:
    """How much of the spread of what the province comes to would go if one source alone were known.

    Attributes
    ----------
    source : str
        ``"volumes"``, ``"rates"`` (present rates, or the error of a fitted trend), ``"delivery"``, or a measure's id.
    total : float
        Total-effect index of Homma & Saltelli, the source's interactions included; 0 where nothing varies.
    """

    source: str
    total: float


Heed = Callable[[], None]
"""Called before each simulation; what it raises ends the work."""


def _go_on() -> None:
    """Nothing stops the work."""


def influences(
    allocation: Allocation,
    indicator: str,
    *,
    draws: int | None = None,
    seed: int | None = None,
    heed: Heed = _go_on,
) -> tuple[Influence, ...]:
    """What moves an indicator's provincial result at the last period's end most, the strongest first.

    Notes
    -----
    Total-effect Sobol' indices (Saltelli et al. 2010) as `scipy.stats.sobol_indices` estimates them, of whole groups of
    variables (all agencies' volumes are one source), from the greatest power of two of draws that is not above `draws`.
    """
    from scipy.stats import sobol_indices  # takes longer to load than all else of the engine together

    plan, asked = allocation.plan, allocation.plan.indicator(indicator)
    draws = plan.assumptions.draws if draws is None else draws
    seed = plan.assumptions.seed if seed is None else seed
    simulation = Simulation(lay_out(allocation.figures, plan, asked))
    result = allocation.results[indicator]
    sources = (VOLUMES, RATES, DELIVERY, *(one.id for one in simulation.measures))
    count = 1 << (draws.bit_length() - 1)

    def outcome(*redrawn: str) -> NDArray[np.float64]:
        heed()
        return simulation.run(result, asked.goals, count, seed, frozenset(redrawn)).province[-1]

    first = outcome()
    if not np.ptp(first):
        return tuple(Influence(source, 0.0) for source in sources)
    values: dict[Literal["f_A", "f_B", "f_AB"], NDArray[np.float64]] = {
        "f_A": first[None, :],
        "f_B": outcome(*sources)[None, :],
        "f_AB": np.stack([outcome(source)[None, :] for source in sources]),
    }
    total = sobol_indices(func=values, n=count).total_order
    found = [Influence(source, float(share)) for source, share in zip(sources, total, strict=True)]
    return tuple(sorted(found, key=lambda one: -one.total))


@dataclass(frozen=True)
class PlanningGoal:
    """A goal to plan by, so that the goal itself is reached with a wanted chance.

    Attributes
    ----------
    goal : float
        The least planning goal that does, at least the goal itself, to `STEP`; the highest possible where none does.
    chance : float
        Chance of reaching the goal itself with the targets of that planning goal.
    enough : bool
        Whether that is the wanted chance.
    """

    goal: float
    chance: float
    enough: bool


def planning_goal(
    allocation: Allocation,
    indicator: str,
    wanted: float,
    *,
    draws: int | None = None,
    seed: int | None = None,
    heed: Heed = _go_on,
) -> PlanningGoal:
    """How high to aim in the last period for its goal to be reached with the chance `wanted`.

    Where the plan says what is to be reached apart from the goal (`IndicatorPlan.reach`), that is what is sought for.

    Parameters
    ----------
    wanted : float
        In (0, 1).

    Raises
    ------
    PlanError
        ``bad_confidence`` if `wanted` is no such share.
    """
    if not 0.0 < wanted < 1.0:
        raise PlanError("bad_confidence", value=wanted)
    plan, asked = allocation.plan, allocation.plan.indicator(indicator)
    draws = plan.assumptions.draws if draws is None else draws
    seed = plan.assumptions.seed if seed is None else seed
    posed, last = pose(allocation.figures, plan, asked), plan.last.id
    simulation = Simulation(posed.problem)

    low = asked.judged[last]

    def chance_at(step: int, draws: int = draws) -> float:
        heed()
        part = allocate_posed(posed, {**asked.goals, last: low + step * STEP})
        return float(simulation.run(part.result, {last: low}, draws, seed).reached[-1].mean())

    found = chance_at(0)
    if found >= wanted:
        return PlanningGoal(low, found, True)
    most = max(allocation.summary(indicator, last).max_attainable, low)
    steps = int(np.floor((most - low) / STEP + 1e-9))
    best = chance_at(steps)
    if best < wanted:
        return PlanningGoal(low + steps * STEP, best, False)
    few = max(draws // ROUGHLY, min(draws, FEWEST))
    tried = {steps: best}

    def enough(step: int) -> bool:
        if step not in tried:
            tried[step] = chance_at(step)
        return tried[step] >= wanted

    near = _least(enough if few == draws else lambda step: chance_at(step, few) >= wanted, 0, steps)
    least = _least(enough, *_around(enough, near, steps))
    return PlanningGoal(low + least * STEP, tried[least], True)


def _least(enough: Callable[[int], bool], first: int, after: int) -> int:
    """The least number that is enough, between `first`, which is not, and `after`, which is."""
    while after - first > 1:
        middle = (first + after) // 2
        first, after = (first, middle) if enough(middle) else (middle, after)
    return after


def _around(enough: Callable[[int], bool], near: int, most: int) -> tuple[int, int]:
    """Numbers about `near`, of which the first is not enough and the second is: 0 is not, `most` is."""
    by = 1
    if enough(near):
        while near - by > 0 and enough(near - by):
            near, by = near - by, 2 * by
        return max(near - by, 0), near
    while near + by < most and not enough(near + by):
        near, by = near + by, 2 * by
    return near, min(near + by, most)
