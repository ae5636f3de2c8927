"""What an issued table was made by: the method, rounding, rules and groups that reproduce it best (engine.md §8).

Explanations are ranked by how much has to be said (Rissanen's shortest description, counted in pieces: a method, a goal
that is not round, a rule, a value, an agency or level that is named), agencies whose targets they do not give included.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from engine.blending import blended
from engine.errors import PlanError
from engine.figures import Figures
from engine.guessing import MISSED, SAME, Guess, Table, guesses, order, roundings, spared, tolerance
from engine.methods import METHODS
from engine.plan import (
    MethodChoice,
    Pace,
    Plan,
    Rounding,
    RoundingMode,
    Rule,
    RuleKind,
    Start,
    StartRate,
    Toward,
    Where,
)
from engine.run import allocate_posed, pose
from engine.solver import Floats
from engine.stage import last_targets

ROUND_GOALS = (0.05, 0.01, 0.001, 1e-4)
"""Goals looked for, the roundest first: each finer one costs a piece more to say."""

_MOST_OF_A_KIND = 4
_ON_GRID = 1e-9
_EXACT_GOAL = 1e-9
_FINE = 1e-6
_MOST_GROUPS = 12
_TRIED_IN_FULL = 16
"""So many of the best guesses are solved by the engine itself."""
_NEAR, _FEW_GOALS = 4, 3
"""Guesses that cost so much more than the best are given few goals: they are told, but will not win."""


@dataclass(frozen=True)
class Group:
    """Agencies that were given one value: whole levels, and single agencies beside them; `count` is how many in all."""

    value: float
    levels: tuple[str, ...]
    agencies: tuple[str, ...]
    count: int


@dataclass(frozen=True, eq=False)
class Explained:
    """One way the table may have come about.

    Attributes
    ----------
    method : MethodChoice or None
        None where values were given by group, by no method.
    goal : float
        A provincial goal of the last period under which the method gives these targets.
    rounding : Rounding
    common : tuple of Rule
        Rules for everybody or for a level, and who has no target.
    groups : tuple of Group
        Where there is no method.
    pace : Pace
        That of the earlier periods' targets, the nearest; linear where there are none.
    residual : (T, n) float
        Issued minus reproduced target [share]; NaN where either has none.
    missed, counted : int
        Agencies whose last target is not reproduced, and those that have one.
    pieces : int
        What has to be said beside that.
    """

    method: MethodChoice | None
    goal: float
    rounding: Rounding
    common: tuple[Rule, ...]
    groups: tuple[Group, ...]
    pace: Pace
    residual: Floats
    missed: int
    counted: int
    pieces: int

    @property
    def cost(self) -> int:
        """How much must be said for the whole table: the less, the better explained."""
        return self.pieces + MISSED * self.missed

    @property
    def explains(self) -> bool:
        """False where it says no less than naming every agency's target, or gives not half of them."""
        return 2 * self.missed <= self.counted and self.cost < MISSED * self.counted

    def value_of(self, kind: RuleKind) -> float | None:
        """Value of the rule of a kind that holds for everybody; None where there is none."""
        return next((one.value for one in self.common if one.kind is kind and one.where == Where()), None)

    def plan_of(self, plan: Plan, indicator: str) -> Plan:
        """The plan that says this of one indicator, and nothing of others."""
        asked = plan.indicator(indicator)
        method = self.method or MethodChoice("equal_target")
        goals = {plan.last.id: self.goal}
        own = replace(
            asked, method=method, goals=goals, rounding=self.rounding, pace=self.pace,
            start=Start.CURRENT, trend=0.0, start_rate=StartRate.RAW,
        )  # fmt: skip
        return replace(plan, indicators=(own,), rules=self.rules())

    def rules(self) -> tuple[Rule, ...]:
        """All that it says beside the method: what holds for everybody, and its groups."""
        found = list(self.common)
        for at, group in enumerate(self.groups, 1):
            for kind, where in (("levels", Where(levels=group.levels)), ("agencies", Where(agencies=group.agencies))):
                if getattr(where, kind):  # not pinned: what is out of reach is told and held at what can be
                    found.append(Rule(RuleKind.FLOOR, f"group-{at}-{kind}-least", value=group.value, where=where))
                    found.append(Rule(RuleKind.CAP, f"group-{at}-{kind}-most", value=group.value, where=where))
        return tuple(found)


def infer(figures: Figures, plan: Plan, indicator: str, issued: Floats) -> tuple[Explained, ...]:
    """Ways in which an issued table of one indicator may have come about, the best first.

    Parameters
    ----------
    plan : Plan
        Its day, periods and the indicator's basis are kept; methods, goals and rules are what is looked for.
    issued : (T, n) float
        Targets by period and row of the indicator (in order of agency code); NaN where none was issued.

    Returns
    -------
    tuple of Explained
        Those that cost least first, of each method at least one; explanations of equal cost explain equally well.

    Raises
    ------
    PlanError
        ``nothing_issued`` where fewer than two agencies have a target in the last period, or none that shares the
        province's goal.
    """
    if int((~np.isnan(issued[-1])).sum()) < 2:
        raise PlanError("nothing_issued", indicator=indicator, period=plan.last.id)
    look = _Look(figures, plan, indicator, issued)
    found = [look.in_full(one) for one in look.worth_it()]
    groups = look.by_groups()
    if groups is not None:
        found.append(groups)
    if not found:  # nobody who shares the province's goal has one
        raise PlanError("nothing_issued", indicator=indicator, period=plan.last.id)
    return tuple(sorted(found, key=_rank))


def _rank(one: Explained) -> tuple[int, float, int]:
    order = list(METHODS)
    off = float(np.nansum(np.abs(one.residual)))
    return one.cost, off, order.index(one.method.name) if one.method else -1


def _name(method: MethodChoice) -> MethodChoice:
    """A method without the parts of a blend: all blends are one."""
    return replace(method, parts=())


class _Look:
    """One table while it is looked at."""

    def __init__(self, figures: Figures, plan: Plan, indicator: str, issued: Floats) -> None:
        asked = plan.indicator(indicator)
        looking = MethodChoice("gap_closing", Toward.BEST_PEER)  # the one that asks most of the figures
        plain = replace(
            asked, goals={plan.last.id: 0.0}, method=looking, pace=Pace.LINEAR, rounding=Rounding(),
            start=Start.CURRENT, start_rate=StartRate.RAW,
        )  # fmt: skip
        self.figures, self.issued = figures, issued
        self.bare = replace(plan, indicators=(plain,), rules=(), measures=())
        posed = pose(figures, self.bare, plain)
        self.always, self.pieces = spared(posed.problem, issued[-1])
        self.problem = posed.problem
        self.table = Table(posed.problem, posed.province.rows, issued[-1], self.always)
        self.counted = int((~np.isnan(issued[-1])).sum())

    def worth_it(self) -> list[_Settled]:
        """Guesses with their goals: the best of all, those that cost as little, and the best of each method."""
        singles = guesses(self.table)
        tried = sorted([*singles, *blended(self.table, singles)], key=order)
        kept = tried[:_TRIED_IN_FULL]
        names = {_name(one.method) for one in kept}
        for one in tried[_TRIED_IN_FULL:]:
            if _name(one.method) not in names:
                names.add(_name(one.method))
                kept.append(one)
        settled: list[_Settled] = []
        remained: set[MethodChoice] = set()  # guesses are made of nearest points: remainders may fit far better
        for one in kept:
            near = one.cost <= tried[0].cost + _NEAR
            settled.append(self._goal_of(one, one.rounding, near=near))
            if one.rounding.mode is RoundingMode.NEAREST and (near or _name(one.method) not in remained):
                remained.add(_name(one.method))
                other = replace(one.rounding, mode=RoundingMode.LARGEST_REMAINDER)
                settled.append(self._goal_of(one, other, near=near))
        settled.sort(key=lambda one: one.cost)
        told: dict[MethodChoice, _Settled] = {}
        for better in settled:
            told.setdefault(_name(better.guess.method), better)
        first = list(told.values())
        equals = [better for better in settled if better.cost == settled[0].cost and better not in first]
        return [*first, *equals[:_MOST_OF_A_KIND]]

    def _goal_of(self, one: Guess, rounding: Rounding, *, near: bool) -> _Settled:
        """A guess with the goal that comes nearest to the table; of one that is not `near`, the first few are tried."""
        table, counts = self.table, self.table.weights > 0
        ground = table.ground_of(one.rules)
        best: _Settled | None = None
        for more, goal in islice(self._goals(one, rounding), None if near else _FEW_GOALS):
            pieces = one.pieces + self.pieces + more + (rounding.mode is RoundingMode.LARGEST_REMAINDER)
            if best is not None and pieces >= best.cost:
                break
            target = last_targets(ground, one.method, rounding, goal)
            missed = int((np.abs(target - table.asked) > tolerance(rounding))[counts].sum())
            own = _Settled(one, rounding, goal, pieces, missed)
            if best is None or own.cost < best.cost:
                best = own
        assert best is not None  # noqa: S101  there is always one goal
        return best

    def _goals(self, one: Guess, rounding: Rounding) -> Iterator[tuple[int, float]]:
        """Goals that may lie behind a guess, each with what saying it costs; the roundest first, then the value itself.

        A rounded table is no lower than its goal, by less than what one more step of its largest agency would add; a
        table that was rounded upwards is as much higher as rounding adds.
        """
        table, weights = self.table, self.table.weights
        total = weights.sum()
        curve = table.curve(one.method, one.rules)
        exact = [float(curve(np.array([lift])).dot(weights) / total) for lift in one.lift]
        reached = float(one.target.dot(weights) / total)
        if rounding.mode is RoundingMode.NONE:
            low, high = min(exact) - _FINE, max(exact) + _FINE
        elif rounding.mode is RoundingMode.UP:
            low, high = min(exact), max(exact)
        else:
            jump = self._jump(rounding)
            far = max(3.0 * jump, rounding.step) if rounding.mode is RoundingMode.LARGEST_REMAINDER else 3.0 * jump
            ends = (reached, table.goal) if abs(table.goal - reached) <= far else (reached,)
            low, high = min(ends) - jump, max(ends)
            if rounding.mode is RoundingMode.NEAREST:
                low = min(low, *exact)
        yield from goals_between(low, high, reached if rounding.mode is RoundingMode.NONE else low)

    def _jump(self, rounding: Rounding) -> float:
        """The share that one more step of the largest agency adds to the province's value."""
        weights = self.table.weights
        if rounding.count:
            return 1.0 / max(float(weights.sum()), 1.0)
        step = float(np.diff(sorted(rounding.levels)).max()) if len(rounding.levels) > 1 else rounding.step
        return step * float(weights.max() / weights.sum())

    def in_full(self, one: _Settled) -> Explained:
        """A guess solved by the engine for every level and period, with the pace that comes nearest."""
        rules = (*self.always, *one.guess.rules)
        shape = Explained(
            one.guess.method, one.goal, one.rounding, rules, (), Pace.LINEAR, np.zeros(0), 0, self.counted, one.pieces
        )
        near = tolerance(one.rounding)
        best: tuple[float, Pace, Floats] | None = None
        paces = tuple(Pace) if len(self.issued) > 1 and not np.isnan(self.issued[:-1]).all() else (Pace.LINEAR,)
        for pace in paces:
            own = replace(shape, pace=pace).plan_of(self.bare, self.problem.asked.id)
            asked = own.indicators[0]
            off = self.issued - allocate_posed(pose(self.figures, own, asked), asked.goals).result.target
            score = float(np.nansum(np.abs(off[:-1])))
            if best is None or score < best[0] - SAME:
                best = (score, pace, off)
        assert best is not None  # noqa: S101  there is always one pace
        missed = int((np.abs(best[2][-1]) > near).sum())
        return replace(shape, pace=best[1], residual=np.where(np.abs(best[2]) <= near, 0.0, best[2]), missed=missed)

    def by_groups(self) -> Explained | None:
        """One value for each group of agencies: whole levels where they have one value, single agencies elsewhere."""
        last = self.issued[-1]
        given = ~np.isnan(last)
        values = np.unique(last[given])
        if not 1 < len(values) <= _MOST_GROUPS or 2 * len(values) > given.sum():
            return None
        level = self.figures.level_array[self.problem.rows]
        codes = np.array(self.figures.codes, dtype=object)[self.problem.rows]
        uniform = {one: set(last[given & (level == one)]) for one in np.unique(level[given])}
        groups, named = [], []
        for value in values[::-1]:
            levels = tuple(str(one) for one, told in uniform.items() if told == {value})
            single = given & (last == value) & ~np.isin(level, levels)
            agencies = tuple(str(code) for code in codes[single])
            groups.append(Group(round(float(value), 9), levels, agencies, int((given & (last == value)).sum())))
            named.append(len(levels) + len(agencies))
        weights = np.where(given, self.problem.weights[-1], 0.0)
        pooled = float(np.where(given, last, 0.0).dot(weights) / max(weights.sum(), 1.0))
        residual = np.full(self.issued.shape, np.nan)
        residual[-1] = np.where(given, 0.0, np.nan)
        return Explained(
            method=None,
            goal=_told(pooled),
            rounding=next(roundings(self.table)),
            common=self.always,
            groups=tuple(groups),
            pace=Pace.LINEAR,
            residual=residual,
            missed=0,
            counted=self.counted,
            pieces=self.pieces + len(groups) + sum(named) - max(named) + 1,  # the largest group is "all others"
        )


def goals_between(low: float, high: float, other: float) -> Iterator[tuple[int, float]]:
    """Goals between two shares, the roundest first and of one kind the highest first, with what saying each costs.

    The last is `other`, whatever it is.
    """
    told: set[float] = set()
    for cost, step in enumerate(ROUND_GOALS):
        top = int(np.floor(high / step + _ON_GRID))
        for k in range(top, max(top - _MOST_OF_A_KIND, 0), -1):
            goal = min(round(k * step, 6), 1.0)
            if goal >= low - _EXACT_GOAL and goal not in told:
                told.add(goal)
                yield cost, goal
    yield len(ROUND_GOALS), min(max(round(other, 9), 0.0), 1.0)


def _told(goal: float) -> float:
    """A goal that is not round, as it is told: no higher than it was."""
    finest = ROUND_GOALS[-1]
    return min(max(round(float(np.floor(goal / finest + _ON_GRID)) * finest, 6), 0.0), 1.0)


@dataclass(frozen=True, eq=False)
class _Settled:
    """A guess with its way of rounding and its goal; what it costs counts the agencies that share the goal only."""

    guess: Guess
    rounding: Rounding
    goal: float
    pieces: int
    missed: int

    @property
    def cost(self) -> int:
        return self.pieces + MISSED * self.missed
