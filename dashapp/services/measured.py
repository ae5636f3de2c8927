"""What measures do: to a rate by themselves, and to the way from the present to a goal.

Pure: an allocation in, numbers out. Agencies that have one above them are not counted in the province again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from engine import Allocation, Basis, Contribution, Figures, Kind, Step, contributions

DAYS_A_WEEK = 7
_WORTH_TELLING = 5e-5
"""A change of this share and more is told: less rounds to nothing."""


def moved_rate(rate: float, effect: float) -> float:
    """What a rate in (0, 1) becomes when its log-odds move by `effect`; 0 and 1 stay."""
    if not 0.0 < rate < 1.0:
        return rate
    return 1.0 / (1.0 + math.exp(-(math.log(rate / (1.0 - rate)) + effect)))


@lru_cache(maxsize=32)
def present(figures: Figures, indicator: str) -> float:
    """The pooled rate of the agencies without one above them; NaN where nothing is counted or the indicator is not."""
    if indicator not in figures.indicators:
        return math.nan
    counts = figures.indicators[indicator]
    top = figures.parent[counts.rows] < 0
    total = float(np.nansum(counts.denominator[top]))
    return float(np.nansum(counts.numerator[top])) / total if total > 0 else math.nan


@dataclass(frozen=True)
class Part:
    """A part of the way from the present value to the targets.

    Attributes
    ----------
    measure : str or None
        Id of a measure; None: what comes by itself (`anyway`), or plain effort.
    anyway : bool
    value : float
        Points that it brings [share].
    count : float
        What that comes to at the period's end [units].
    weekly : float or None
        Units a week from the day after which they count; None for a catalogue.
    """

    measure: str | None
    anyway: bool
    value: float
    count: float
    weekly: float | None


@dataclass(frozen=True)
class Way:
    """How the province gets from its present value to what its targets come to, at the end of the last period.

    Attributes
    ----------
    now, target : float
        Shares; `now` of what is counted so far, as everywhere.
    goal : float or None
    parts : tuple of Part
        In the order in which they come, plain effort last; they add up to ``target - now``, but for what comes by
        itself (the trend, and that agencies with other rates will have more dossiers), which is left out where it
        rounds to nothing.
    since, end : date
        The days between which the counts are to be added.
    """

    period: str
    now: float
    target: float
    goal: float | None
    parts: tuple[Part, ...]
    since: date
    end: date

    @property
    def effort(self) -> Part:
        return self.parts[-1]

    @property
    def measures(self) -> tuple[Part, ...]:
        return tuple(one for one in self.parts if one.measure is not None)


def way(allocation: Allocation, indicator: str) -> Way | None:
    """The way to the last goal by its parts; None where nobody has a target.

    Raises
    ------
    engine.PlanError
        ``unknown_indicator``.
    """
    plan = allocation.plan
    asked, last = plan.indicator(indicator), plan.last
    first, *rest = contributions(allocation, indicator, last.id)
    if math.isnan(first.value):
        return None
    since = plan.periods[-2].end if asked.basis is Basis.IN_PERIOD and len(plan.periods) > 1 else plan.as_of
    weeks = math.inf if asked.kind is Kind.STOCK else (last.end - since).days / DAYS_A_WEEK
    anyway = [one for one in rest if one.step in (Step.START, Step.TREND)]
    brought = [one for one in rest if one.measure is not None]
    left = [one for one in rest if one.measure is None and one not in anyway]
    summary = allocation.summary(indicator, last.id)
    now = summary.start if math.isfinite(summary.start) else first.value
    target = first.value + sum(one.value for one in rest)
    weight = (first.count + sum(one.count for one in rest)) / target if target > 0 else 0.0

    def part(
        several: list[Contribution], measure: str | None = None, *, more: float = 0.0, anyway: bool = False
    ) -> Part:
        value = sum(one.value for one in several) + more
        weekly = value * weight / weeks if math.isfinite(weeks) else None
        return Part(measure, anyway, value, value * weight, weekly)

    by_itself = part(anyway, more=first.value - now, anyway=True)
    parts = [by_itself] if abs(by_itself.value) >= _WORTH_TELLING else []
    parts += [part([one], one.measure) for one in brought]
    return Way(
        period=last.id,
        now=now,
        target=target,
        goal=summary.goal,
        parts=(*parts, part(left)),
        since=since,
        end=last.end,
    )
