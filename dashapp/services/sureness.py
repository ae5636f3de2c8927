"""How sure a goal is: how high to aim for a wanted chance, and what the result rests on; for a screen that waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import engine
from dashapp.services.calculation import draws_of
from engine import Allocation, Influence, PlanningGoal

KEPT = 32
MOST_DRAWS, FEWEST_DRAWS, MOST_DRAWN = 2_000, 200, 2_000_000
"""Of what a result rests on: draws, and draws times agencies; the most are enough for whole percents of a spread."""

Heed = Callable[[], None]
"""Called before each simulation; what it raises ends the work, of which then nothing is kept."""


@dataclass(frozen=True)
class _Asked:
    """An allocation, which never changes, by its identity; who may stop the work rides along."""

    allocation: Allocation
    indicator: str
    heed: Heed = field(compare=False, repr=False)
    wanted: float | None = None


@lru_cache(maxsize=KEPT)
def _influences(asked: _Asked) -> tuple[Influence, ...]:
    agencies = len(asked.allocation.results[asked.indicator].rows)
    few = min(MOST_DRAWS, max(FEWEST_DRAWS, MOST_DRAWN // max(agencies, 1)))
    draws = min(draws_of(asked.allocation, asked.indicator), few)
    return engine.influences(asked.allocation, asked.indicator, draws=draws, heed=asked.heed)


@lru_cache(maxsize=KEPT)
def _planning_goal(asked: _Asked) -> PlanningGoal:
    wanted = 0.5 if asked.wanted is None else asked.wanted
    draws = draws_of(asked.allocation, asked.indicator)
    return engine.planning_goal(asked.allocation, asked.indicator, wanted, draws=draws, heed=asked.heed)


def influences(allocation: Allocation, indicator: str, heed: Heed) -> tuple[Influence, ...]:
    """What moves the province's result in an indicator most, the strongest first."""
    return _influences(_Asked(allocation, indicator, heed))


def planning_goal(allocation: Allocation, indicator: str, wanted: float, heed: Heed) -> PlanningGoal:
    """How high to aim for what is to be reached to be reached with the chance `wanted`, in (0, 1)."""
    return _planning_goal(_Asked(allocation, indicator, heed, wanted))
