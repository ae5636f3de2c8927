"""Issued targets against newer figures: on the path or off it, and what the weeks that are left must bring."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dashapp.services.database import AllocationRecord, AllocationRow
from dashapp.services.standing import DAYS_A_WEEK, SAME, days_so_far
from dashapp.services.tables import Table
from engine import Assumptions, Basis, Figures, IndicatorPlan, Kind, Period, Plan

Values = NDArray[np.float64]
DayFault = Literal["early", "late"]


class Verdict(StrEnum):
    """How something stands against its path; the order is that of the page."""

    BEHIND = "behind"
    ON_PATH = "on_path"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Stand:
    """An agency, or the province (`agency` empty): shares in [0, 1], counts in units, None where nothing can be said.

    Attributes
    ----------
    target, start, due, now : float or None
        Issued for the running period; where its path begins; where it is on the day of the new figures; what is.
    ahead, ahead_count : float or None
        `now` against `due`, negative where it is behind; whole units, cut toward zero.
    numerator, denominator : float or None
        What the new figures count.
    needed, coming : float or None
        Units that the time left must bring, and how many there will be to bring them in (None for a catalogue).
    per_week, pace : float or None
        Units a week from now on (None where no time is left); what a week has brought since the table's figures.
    rate : float or None
        Share of what is coming that must be won.
    beyond : bool
        True where more is needed than there is to be won.
    unchanged : bool
        True where the new figures count what the table's counted.
    """

    agency: str
    verdict: Verdict
    target: float
    start: float | None = None
    due: float | None = None
    now: float | None = None
    ahead: float | None = None
    ahead_count: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    needed: float | None = None
    coming: float | None = None
    per_week: float | None = None
    pace: float | None = None
    rate: float | None = None
    beyond: bool = False
    unchanged: bool = False


@dataclass(frozen=True)
class Watch:
    """One indicator of an issued table on the day of newer figures.

    Attributes
    ----------
    period, last : Period
        The one that is running, and the last of the table.
    since : date
        Where the straight path to the target begins.
    elapsed : float
        Share of the days from `since` to the end of the period that are over.
    weeks : float
        Left to the end of the period.
    comparable : bool
        False where targets of a period alone meet counts that do not begin with it: nothing can be said then.
    province : Stand or None
    agencies : tuple of Stand
        Those that have a target, the furthest behind first.
    """

    indicator: str
    kind: Kind
    basis: Basis | None
    period: Period
    since: date
    day: date
    elapsed: float
    weeks: float
    comparable: bool
    province: Stand | None
    agencies: tuple[Stand, ...]

    def count(self, verdict: Verdict) -> int:
        """Agencies that stand so."""
        return sum(one.verdict is verdict for one in self.agencies)


@dataclass(frozen=True)
class _Counts:
    """What is counted of an agency, or of several: before (with the table), now, and what is coming."""

    numerator: float
    denominator: float
    was_numerator: float
    was_denominator: float
    coming: float


def latest(issued: Sequence[AllocationRecord]) -> AllocationRecord | None:
    """Of the tables that are issued, the one that counts: a correction is issued after what it corrects."""
    return max(issued, key=lambda one: (one.issued_at or one.changed_at, one.id), default=None)


def day_fault(plan: Plan, day: date) -> DayFault | None:
    """Why figures of a day cannot be held against the targets of a plan; None if they can."""
    if day <= plan.as_of:
        return "early"
    return "late" if day > plan.last.end else None


def watch(table: Table, figures: Figures, day: date) -> tuple[Watch, ...]:
    """Every indicator of a table against newer figures of a day for which `day_fault` finds no fault."""
    plan = table.inputs.scenario.plan
    return tuple(_watch(table, one, figures, day) for one in plan.indicators if one.id in figures.indicators)


def _watch(table: Table, asked: IndicatorPlan, figures: Figures, day: date) -> Watch:
    plan = table.inputs.scenario.plan
    at = next(at for at, one in enumerate(plan.periods) if one.end >= day)
    period, since = plan.periods[at], plan.periods[at - 1].end if at else plan.as_of
    rows = [row for row in table.rows if row.indicator == asked.id]
    running = {row.agency: row for row in rows if row.period == period.id and row.target is not None}
    before = {row.agency: row.target for row in rows if at and row.period == plan.periods[at - 1].id}
    elapsed = (day - since).days / (period.end - since).days
    comparable = asked.basis is not Basis.IN_PERIOD or at == 0
    agencies: list[Stand] = []
    province = None
    if comparable:
        counted = _counted(plan, asked, table.inputs.figures, figures, period, day)
        place = _Place(asked, period, day, plan.as_of, elapsed)
        agencies = [_stand(place, row, before.get(code), counted.get(code)) for code, row in running.items()]
        province = _province(place, table, at, [counted[code] for code, row in running.items() if _own(row, counted)])
    order = list(Verdict)
    agencies.sort(key=lambda one: (order.index(one.verdict), one.ahead or 0.0, one.agency))
    weeks = (period.end - day).days / DAYS_A_WEEK
    return Watch(
        asked.id, asked.kind, asked.basis, period, since, day, elapsed, weeks, comparable, province, tuple(agencies)
    )


@dataclass(frozen=True)
class _Place:
    """What all that is said of one indicator shares."""

    plan: IndicatorPlan
    period: Period
    day: date
    as_of: date
    elapsed: float

    @property
    def alone(self) -> bool:
        return self.plan.basis is Basis.IN_PERIOD


def _own(row: AllocationRow, counted: Mapping[str, _Counts]) -> bool:
    return row.parent is None and row.agency in counted


def _counted(
    plan: Plan, asked: IndicatorPlan, old: Figures, new: Figures, period: Period, day: date
) -> dict[str, _Counts]:
    """What is counted of every agency that the new figures count something of."""
    was, own = old.indicators[asked.id], new.indicators[asked.id]
    place = {old.codes[position]: at for at, position in enumerate(was.rows)}
    factor = _pro_rata(plan.assumptions, period, day)
    found = {}
    for at, position in enumerate(own.rows):
        code, numerator, denominator = new.codes[position], float(own.numerator[at]), float(own.denominator[at])
        if math.isnan(numerator) or math.isnan(denominator) or denominator <= 0:
            continue
        before = place.get(code)
        was_counts = (0.0, 0.0) if before is None else (float(was.numerator[before]), float(was.denominator[before]))
        was_numerator, was_denominator = (0.0 if math.isnan(one) else one for one in was_counts)
        stated = renewed(was.expected, own.expected, period.id, before, at)
        coming = denominator * factor if stated is None else stated
        coming = float(np.floor(coming + 0.5)) if asked.kind is Kind.FLOW else 0.0
        found[code] = _Counts(numerator, denominator, was_numerator, was_denominator, coming)
    return found


def _pro_rata(assumptions: Assumptions, period: Period, day: date) -> float:
    """What turns the denominator counted so far into what the rest of the period brings (engine.md §1)."""
    season = assumptions.seasonality.get(period.id, 1.0)
    return (period.end - day).days / days_so_far(day) * (1.0 + assumptions.growth) * season


def renewed(
    was: Mapping[str, Values], own: Mapping[str, Values], period: str, before: int | None, at: int
) -> float | None:
    """What an agency now expects of the rest of the period; None where it says nothing, or what it said before."""
    if period not in own or math.isnan(own[period][at]):
        return None
    stated = float(own[period][at])
    if before is not None and period in was and float(was[period][before]) == stated:
        return None
    return stated


def _stand(place: _Place, row: AllocationRow, before: float | None, counts: _Counts | None) -> Stand:
    target = float(row.target or 0.0)
    start = before if before is not None else row.current if row.current is not None else row.start
    if counts is None:
        return Stand(row.agency, Verdict.UNKNOWN, target, start)
    return _against(place, row.agency, target, start, counts)


def _province(place: _Place, table: Table, at: int, own: Sequence[_Counts]) -> Stand | None:
    """All agencies that have no other above them, taken together."""
    if not own:
        return None
    summaries = [table.inputs.pinned.summary(place.plan.id, one.id) for one in table.inputs.scenario.plan.periods]
    asked = [one.attained if one.goal is None else one.goal for one in summaries]
    total = _Counts(
        numerator=sum(one.numerator for one in own),
        denominator=sum(one.denominator for one in own),
        was_numerator=sum(one.was_numerator for one in own),
        was_denominator=sum(one.was_denominator for one in own),
        coming=sum(one.coming for one in own),
    )
    return _against(place, "", asked[at], asked[at - 1] if at else summaries[0].start, total)


def _against(place: _Place, agency: str, target: float, start: float | None, counts: _Counts) -> Stand:
    """Counts against a target; targets of a period alone are due on every day of it."""
    done, whole = counts.numerator, counts.denominator
    gained = counts.numerator - counts.was_numerator
    if place.alone:
        done, whole = gained, counts.denominator - counts.was_denominator
    if whole <= 0:
        return Stand(agency, Verdict.UNKNOWN, target, start)
    due = target if place.alone or start is None else start + place.elapsed * (target - start)
    flow = place.plan.kind is Kind.FLOW
    needed = float(max(math.ceil(target * (whole + counts.coming) - SAME) - done, 0))
    days = (place.period.end - place.day).days
    lag = done - due * whole
    return Stand(
        agency=agency,
        verdict=Verdict.ON_PATH if done >= math.floor(due * whole + SAME) else Verdict.BEHIND,
        target=target,
        start=start,
        due=due,
        now=done / whole,
        ahead=done / whole - due,
        ahead_count=float(math.trunc(lag + math.copysign(SAME, lag))),
        numerator=done,
        denominator=whole,
        needed=needed,
        coming=counts.coming if flow else None,
        per_week=math.ceil(needed / (days / DAYS_A_WEEK) - SAME) if days else None,
        pace=gained / ((place.day - place.as_of).days / DAYS_A_WEEK),
        rate=needed / counts.coming if flow and counts.coming > 0 else None,
        beyond=needed > (counts.coming if flow else whole - done) + SAME,
        unchanged=gained == 0 and counts.denominator == counts.was_denominator,
    )
