"""Where the province stands on an indicator: what is reached, what is missing, what the time that is left must bring.

Pure: an allocation in, numbers out. Agencies that have one above them are not counted in the province again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from engine import Allocation, Basis, GoalStatus, IndicatorResult, Kind, Level

DAYS_A_WEEK = 7
SAME = 1e-9
"""Counts and shares that are nearer to each other than this are the same."""


@dataclass(frozen=True)
class Leg:
    """One period of the province's way.

    Attributes
    ----------
    period : str
    begin, end : date
        Its first and its last day.
    goal : float or None
        [share]
    attained : float
        The province's value at `end` under the targets [share]; NaN where nobody has a target.
    rate : float or None
        Share of this period's own dossiers that must be online for it; None for a catalogue.
    added : float
        What the numerator gains in this period [units].
    volume : float
        What the denominator gains in this period [units]; 0 for a catalogue.
    status : GoalStatus
    """

    period: str
    begin: date
    end: date
    goal: float | None
    attained: float
    rate: float | None
    added: float
    volume: float
    status: GoalStatus


def way(allocation: Allocation, indicator: str, parent: str = "") -> tuple[Leg, ...]:
    """The way through the periods, of the province or of the agencies below `parent`; empty where nobody takes part."""
    plan, result = allocation.plan, allocation.results[indicator]
    asked = plan.indicator(indicator)
    own = below(allocation, result, parent)
    summaries = {
        one.period: one
        for one in (allocation.groups if parent else allocation.summaries)
        if one.indicator == indicator and (one.parent or "") == parent
    }
    if any(one.id not in summaries for one in plan.periods):
        return ()
    legs: list[Leg] = []
    begin, already = plan.as_of, _counted(result, own)[0]
    for t, one in enumerate(plan.periods):
        summary = summaries[one.id]
        counted = own & ~np.isnan(result.weight[t])
        weight = float(result.weight[t, counted].sum())
        volume = float(result.expected[t, counted].sum()) if asked.kind is Kind.FLOW else 0.0
        now = summary.attained * weight
        added = now if asked.basis is Basis.IN_PERIOD else now - already
        if asked.kind is Kind.STOCK:
            rate = None
        else:
            rate = added / volume if volume > 0 else None
        legs.append(
            Leg(
                period=one.id,
                begin=begin + timedelta(days=1),
                end=one.end,
                goal=summary.goal,
                attained=summary.attained,
                rate=rate,
                added=added,
                volume=volume,
                status=summary.status,
            )
        )
        begin, already = one.end, now
    return tuple(legs)


@dataclass(frozen=True)
class Standing:
    """One indicator of the province today, against its last goal.

    Attributes
    ----------
    indicator, period : str
    now, goal, gap : float
        Shares; `gap` is what is missing, 0 where nothing is.
    numerator, denominator : float
        Counted so far by the agencies that take part [units].
    since, end : date
        The days after which counting towards the goal begins, and its last day.
    weeks : float
        From `since` to `end`.
    needed : float
        Units that the numerator must gain in that time for the goal [whole units].
    per_week, pace : float
        `needed` per week rounded up; what a week has brought since 1 January (NaN for a catalogue).
    rate : float or None
        Share of all dossiers of that time that must be online for the goal; None for a catalogue.
    attained, highest : float
        What the targets come to; the highest value that the rules allow [shares].
    status : GoalStatus
    shortfall : float
        What the targets lack [share].
    agencies, reached : int
        Agencies with a current value, and those of them that are at the goal already.
    """

    indicator: str
    period: str
    now: float
    goal: float
    gap: float
    numerator: float
    denominator: float
    since: date
    end: date
    weeks: float
    needed: float
    per_week: float
    pace: float
    rate: float | None
    attained: float
    highest: float
    status: GoalStatus
    shortfall: float
    agencies: int
    reached: int

    @property
    def faster(self) -> float:
        """How many times as much a week must bring as it has brought; NaN where nothing can be said."""
        return self.per_week / self.pace if self.pace > 0 else math.nan


def standing(allocation: Allocation, indicator: str) -> Standing:
    """Where the province stands on an indicator."""
    plan, result = allocation.plan, allocation.results[indicator]
    asked, last = plan.indicator(indicator), plan.periods[-1]
    summary = allocation.summary(indicator, last.id)
    goal = asked.goals[last.id]
    own = below(allocation, result)
    done, denominator = _counted(result, own)
    counted = own & ~np.isnan(result.weight[-1])
    in_period = asked.basis is Basis.IN_PERIOD
    since = plan.periods[-2].end if in_period and len(plan.periods) > 1 else plan.as_of
    whole = math.ceil(goal * float(result.weight[-1, counted].sum()) - SAME)
    needed = float(max(whole if in_period else whole - done, 0))
    weeks = (last.end - since).days / DAYS_A_WEEK
    flow = asked.kind is Kind.FLOW
    rates = result.current[own]
    rates = rates[~np.isnan(rates)]
    return Standing(
        indicator=indicator,
        period=last.id,
        now=summary.start,
        goal=goal,
        gap=max(goal - summary.start, 0.0),
        numerator=done,
        denominator=denominator,
        since=since,
        end=last.end,
        weeks=weeks,
        needed=needed,
        per_week=math.ceil(needed / weeks - SAME),
        pace=done / (days_so_far(plan.as_of) / DAYS_A_WEEK) if flow else math.nan,
        rate=goal if in_period else summary.implied_in_period_rate,
        attained=summary.attained,
        highest=summary.max_attainable,
        status=summary.status,
        shortfall=summary.shortfall,
        agencies=len(rates),
        reached=int(np.count_nonzero(rates >= goal - SAME)),
    )


def days_so_far(as_of: date) -> int:
    """Days from 1 January to `as_of`, that day included."""
    return (as_of - date(as_of.year, 1, 1)).days + 1


def below(allocation: Allocation, result: IndicatorResult, parent: str = "") -> NDArray[np.bool_]:
    """(n,) agencies whose parent it is; those that have none are together the province."""
    above = allocation.figures.position[parent] if parent else -1
    return np.asarray(allocation.figures.parent[result.rows] == above)


def _counted(result: IndicatorResult, own: NDArray[np.bool_]) -> tuple[float, float]:
    """Numerator and denominator of those of the agencies that take part."""
    part = own & ~np.isnan(result.weight[-1])
    return float(result.numerator[part].sum()), float(result.denominator[part].sum())


@dataclass(frozen=True, eq=False)
class Ranks:
    """The agencies that together are the province, by their current value.

    Attributes
    ----------
    indicator : str
    rows : (m,) int
        Rows of the indicator's result, highest value first, equal ones by code; without those that have none.
    levels : tuple of (level, reached, agencies)
        Levels from the top; how many are at the goal.
    furthest : (k,) int
        Rows below the goal, lowest value first, without those whose rate a few units make.
    without : int
        Agencies that have no value.
    """

    indicator: str
    rows: NDArray[np.intp]
    levels: tuple[tuple[str, int, int], ...]
    furthest: NDArray[np.intp]
    without: int


def ranks(allocation: Allocation, indicator: str, goal: float, *, enough: float) -> Ranks:
    """How the agencies stand against a goal [share]; `enough`: units from which on a rate says something."""
    result = allocation.results[indicator]
    own = np.flatnonzero(below(allocation, result))
    rated = own[~np.isnan(result.current[own])]
    ordered = rated[np.lexsort((result.rows[rated], -result.current[rated]))]
    level = allocation.figures.level_array[result.rows[ordered]]
    reached = result.current[ordered] >= goal - SAME
    levels = tuple(
        (str(one), int(reached[level == str(one)].sum()), int((level == str(one)).sum()))
        for one in Level
        if (level == str(one)).any()
    )
    lacking = ordered[~reached & (result.denominator[ordered] >= enough)]
    by_rate = lacking[np.lexsort((result.rows[lacking], result.current[lacking]))]
    return Ranks(indicator, ordered, levels, by_rate, len(own) - len(rated))
