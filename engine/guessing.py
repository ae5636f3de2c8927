"""Guesses at what made an issued table, cheap to try: a method, rules for everybody, how it was rounded.

For each guess every agency's target holds for an interval of lifts; the lift that lies in most intervals is the
guess's own. Rules are added one by one while they give more targets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from engine.methods import BLEND, METHODS, respond
from engine.plan import Level, MethodChoice, Rounding, RoundingMode, Rule, RuleKind, Toward, Treatment, Where
from engine.problem import Problem
from engine.rounding import Grid
from engine.solver import Floats, Linear, SCurve
from engine.stage import Ground

MISSED = 2
"""What has to be said of an agency whose target is not reproduced: who, and its value."""

STEPS = (0.1, 0.05, 0.02, 0.01, 0.005, 0.001, 1e-4)
"""Grids looked for, the coarsest first."""

SAME, SAME_UNROUNDED = 5e-10, 5e-7
"""Shares within which two targets are one: on a grid, and where nothing was rounded."""

_ON_GRID = 1e-9
_MOSTLY = 0.9
"""Share of targets that lie on the grid; others may be pinned or have no point of it between their bounds."""
_MOST_LEVELS = 8
_WIDE = 24
"""Guesses that are carried on from one round of rules to the next."""
_ROUNDS = 4
_FINEST_STEP, _MOST_STEPS = 0.005, 99
"""Points a period that `min_step` and `max_step` are looked for at, and how many multiples of it."""
_KEPT_OF_STEPS = 2
_FEWEST_AT_STEP = 3


@dataclass(frozen=True)
class Option:
    """A rule for everybody, or for a level, and what saying it costs."""

    rule: Rule
    pieces: int

    @property
    def key(self) -> tuple[str, float | None]:
        """What tells it from other options."""
        return self.rule.id, self.rule.value


@dataclass(frozen=True, eq=False)
class Guess:
    """One guess and how far it gets.

    Attributes
    ----------
    lift : tuple of float
        The lifts between which it gives most targets.
    target : (n,) float
        What it gives there.
    missed : int
        Agencies whose target it does not give.
    pieces : int
        What has to be said for it, goal and agencies aside.
    """

    method: MethodChoice
    rounding: Rounding
    options: tuple[Option, ...]
    lift: tuple[float, float] = (0.0, 0.0)
    target: Floats = field(default_factory=lambda: np.zeros(0))
    missed: int = 0
    pieces: int = 0

    @property
    def cost(self) -> int:
        """How much must be said for the whole table."""
        return self.pieces + MISSED * self.missed

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Its rules for everybody or for a level."""
        return tuple(one.rule for one in self.options)

    @property
    def shape(self) -> tuple[tuple[str, float | None], ...]:
        """What tells its rules from those of others."""
        return tuple(one.key for one in self.options)


def tolerance(rounding: Rounding) -> float:
    """Share within which a target counts as reproduced."""
    return SAME_UNROUNDED if rounding.mode is RoundingMode.NONE else SAME


class Table:
    """The targets of agencies that share a goal, and what may be guessed of them.

    Parameters
    ----------
    whole : Problem
        Laid out without rules.
    rows : (m,) int
        Its rows that share the province's goal.
    issued : (n,) float
        Targets of the last period by row of the whole; NaN where none was issued.
    always : tuple of Rule
        What holds for every guess: who has no target.
    """

    def __init__(self, whole: Problem, rows: NDArray[np.intp], issued: Floats, always: tuple[Rule, ...]) -> None:
        self.whole, self.rows, self.always = whole, rows, always
        self.own, self.all = issued[rows], issued[~np.isnan(issued)]
        self._grounds: dict[tuple[tuple[str, float | None], ...], Ground] = {}
        self.ground = self.ground_of(())
        self.given = ~np.isnan(self.own)
        self.weights = np.where(self.given, self.ground.weights[-1], 0.0)
        self.asked = np.where(self.given, self.own, 0.0)
        self.goal = float(self.asked.dot(self.weights) / max(self.weights.sum(), 1e-300))

    def ground_of(self, rules: tuple[Rule, ...]) -> Ground:
        """The rows under some rules."""
        key = tuple((one.id, one.value) for one in rules)
        if key not in self._grounds:
            plan = replace(self.whole.plan, rules=(*self.always, *rules))
            labels = np.zeros(len(self.rows), dtype=np.intp)
            self._grounds[key] = Ground(replace(self.whole, plan=plan), self.rows, labels, np.zeros(0, dtype=np.intp))
        return self._grounds[key]

    def curve(self, method: MethodChoice, rules: tuple[Rule, ...], goal: float | None = None) -> Linear | SCurve:
        """How the rows answer to the lift."""
        ground = self.ground_of(rules)
        effects, bounds, _ = ground.settled
        aim = np.array([self.goal if goal is None else goal])
        last = len(bounds.lower) - 1
        lower, upper = bounds.lower[last], bounds.upper[last]
        return respond(ground.problem, effects, last, method, lower, upper, self.weights, aim, ground.groups)


def guesses(table: Table) -> list[Guess]:
    """What single methods come to, under rules that bring them nearer."""
    if not table.weights.any():
        return []
    found: list[Guess] = []
    for rounding in roundings(table):
        options = options_of(table, rounding)
        begun = [tried(table, one, rounding, ()) for one in methods_of(table.ground.problem)]
        found += _with_rules(table, begun, options)
    return found


def order(one: Guess) -> tuple[int, float]:
    """What guesses are sorted by: cost, then the room that the lift has."""
    return one.cost, one.lift[0] - one.lift[1]


# what the table was rounded to ---------------------------------------------------------------------------------
def roundings(table: Table) -> Iterator[Rounding]:
    """The grids that the targets lie on, to the nearest and upwards; a ladder too where few values come again."""
    mostly, wholly = _grid(table, _MOSTLY), _grid(table, 1.0)
    for grid in (mostly,) if mostly == wholly else (mostly, wholly):
        yield grid
        if grid.mode is not RoundingMode.NONE:
            yield replace(grid, mode=RoundingMode.UP)
    values, often = np.unique(table.all.round(9), return_counts=True)
    if 2 < len(values) <= _MOST_LEVELS and often.min() > 1 and not mostly.count:
        gaps = np.diff(values)
        if gaps.max() - gaps.min() > _ON_GRID:
            yield Rounding(levels=tuple(values.tolist()))


def _grid(table: Table, share: float) -> Rounding:
    """The coarsest grid that such a share of the targets lies on; whole units before fine steps."""
    given = table.all
    for step in STEPS:
        on = np.abs(given / step - np.round(given / step)) * step <= _ON_GRID
        if step < 0.001 and not on.all() and _whole_units(table):
            return Rounding(count=True)
        if on.mean() >= (share if step >= 0.01 else 1.0):
            return Rounding(step=step)
    return Rounding(count=True) if _whole_units(table) else Rounding(mode=RoundingMode.NONE)


def _whole_units(table: Table) -> bool:
    units = table.asked * table.weights
    on = np.abs(units - np.round(units)) <= 1e-6 * np.maximum(units, 1.0)
    return bool(on[table.weights > 0].mean() >= _MOSTLY)


# rules that may hold -------------------------------------------------------------------------------------------
def options_of(table: Table, rounding: Rounding) -> list[Option]:
    """Rules that the values speak for: repeated ends, for all or for a level, and targets at one distance from now."""
    counts = table.weights > 0
    problem = table.ground.problem
    found = [Option(Rule(RuleKind.NO_BACKSLIDING, "no_backsliding"), 0)]
    if not np.isnan(problem.proposals[-1]).all():
        found.append(Option(Rule(RuleKind.PROPOSAL_FLOOR, "proposal_floor"), 1))
    found += _ends(table.own[counts], (), 2)
    level = problem.figures.level_array[problem.rows]
    present = [str(one) for one in Level if (level[counts] == one).any()]
    if len(present) > 1:
        for one in present:
            found += _ends(table.own[counts & (level == one)], (one,), 3)
    return [*found, *_steps(table, rounding)]


def _ends(values: Floats, levels: tuple[str, ...], pieces: int) -> Iterator[Option]:
    """A floor at the lowest value and a cap at the highest, where more than one agency has it."""
    if len(values) < 2:
        return
    name = "".join(f"-{one}" for one in levels)
    ends = ((RuleKind.FLOOR, float(values.min())), (RuleKind.CAP, float(values.max())))
    if ends[0][1] == ends[1][1]:
        return
    for kind, value in ends:
        if int((np.abs(values - value) <= SAME).sum()) > 1:
            yield Option(Rule(kind, f"{kind}{name}", value=round(value, 9), where=Where(levels=levels)), pieces)


def _steps(table: Table, rounding: Rounding) -> Iterator[Option]:
    """So many points a period more than now at least, or at most, where several agencies stand exactly there."""
    problem, grid = table.ground.problem, Grid(rounding, table.ground.weights[-1])
    counts = table.weights > 0
    points = _FINEST_STEP * np.arange(1, _MOST_STEPS + 1)
    reach = problem.r[None, :] + points[:, None] * problem.periods
    for kind in (RuleKind.MIN_STEP, RuleKind.MAX_STEP):
        ends = reach
        if rounding.mode is not RoundingMode.NONE:
            k = grid.first_from(reach) if kind is RuleKind.MIN_STEP else grid.last_to(reach)
            ends = np.stack([grid.point(one) for one in np.maximum(k, 0)])
        there = (np.abs(ends - table.asked) <= tolerance(rounding)) & counts
        beyond = (table.asked < ends - SAME) if kind is RuleKind.MIN_STEP else (table.asked > ends + SAME)
        score = there.sum(axis=1) - (beyond & counts & (reach < 1.0)).sum(axis=1)
        for at in np.argsort(-score, kind="stable")[:_KEPT_OF_STEPS]:
            if score[at] >= _FEWEST_AT_STEP:
                yield Option(Rule(kind, str(kind), value=round(float(points[at]), 6)), 2)


def spared(problem: Problem, issued: Floats) -> tuple[tuple[Rule, ...], int]:
    """Rules that say who has no target though it has something to count, and what saying them costs."""
    without = np.isnan(issued) & (problem.weights[-1] > 0)
    given = ~np.isnan(issued)
    if not without.any():
        return (), 0
    rules: list[Rule] = []
    pieces = 0
    level = problem.figures.level_array[problem.rows]
    for one in Level:
        rows = level == one
        if (without & rows).any() and not (given & rows).any():
            rules.append(Rule(RuleKind.EXEMPT, f"exempt-{one}", where=Where(levels=(str(one),))))
            pieces += 1
            without = without & ~rows
    volume = problem.D + problem.V.sum(axis=0)
    if without.sum() > 1 and volume[without].max() < volume[given].min():
        below = _roundest(float(volume[without].max()), float(volume[given].min()))
        rules.append(Rule(RuleKind.SMALL_VOLUME, "small_volume", value=below, treatment=Treatment.EXEMPT))
        pieces += 2
    elif without.any():
        codes = tuple(problem.figures.codes[row] for row in problem.rows[without])
        rules.append(Rule(RuleKind.EXEMPT, "exempt", where=Where(agencies=codes)))
        pieces += 1 + len(codes)
    return tuple(rules), pieces


def _roundest(above: float, to: float) -> float:
    """The number with the fewest digits that is more than `above` and at most `to`."""
    for power in range(9, -1, -1):
        for unit in (5.0 * 10.0**power, 10.0**power):
            value = np.floor(above / unit + 1.0) * unit
            if value <= to:
                return float(value)
    return to


# trying --------------------------------------------------------------------------------------------------------
def methods_of(problem: Problem) -> Iterator[MethodChoice]:
    """Every method that the figures can feed, and each point that gaps may be closed to."""
    for name in METHODS:
        if name == BLEND:
            continue
        if name == "weighted_increment" and problem.score_assumed.all():
            continue
        if name == "proposals" and np.isnan(problem.proposals[-1]).all():
            continue
        for toward in tuple(Toward) if name == "gap_closing" else (Toward.REACHABLE,):
            yield MethodChoice(name, toward)


def _said_of(method: MethodChoice, rounding: Rounding, options: Iterable[Option]) -> int:
    """What has to be said of a guess, its goal and agencies aside."""
    fine = any(abs(weight / 0.05 - round(weight / 0.05)) > _ON_GRID for _, weight in method.parts)
    of_method = 2 + 2 * max(len(method.parts) - 1, 0) + fine
    of_rounding = (rounding.mode is RoundingMode.UP) + len(rounding.levels)
    return of_method + of_rounding + sum(one.pieces for one in options)


def tried(table: Table, method: MethodChoice, rounding: Rounding, options: tuple[Option, ...]) -> Guess:
    """A guess with the lift that gives most targets."""
    rules = tuple(one.rule for one in options)
    curve = table.curve(method, rules)
    lift, target = _stab(curve, rounding, table)
    missed = int((np.abs(target - table.asked) > tolerance(rounding))[table.weights > 0].sum())
    return Guess(method, rounding, options, lift, target, missed, _said_of(method, rounding, options))


def _with_rules(table: Table, begun: list[Guess], options: Sequence[Option]) -> list[Guess]:
    """Guesses with rules added one by one: whatever saves more than it costs, or keeps the balance, is carried on."""
    found = list(begun)
    edge = begun
    for _ in range(_ROUNDS):
        more: dict[tuple[object, ...], Guess] = {}
        for one in sorted(edge, key=order)[:_WIDE]:
            if not one.missed:
                continue
            for option in options:
                added = adding(one, option)
                if added is not None and (key := (one.method, *added.shape)) not in more:
                    other = tried(table, one.method, one.rounding, added.options)
                    if other.missed < one.missed:
                        more[key] = other
        edge = list(more.values())
        found += edge
        if not edge:
            break
    return found


def _stab(curve: Linear | SCurve, rounding: Rounding, table: Table) -> tuple[tuple[float, float], Floats]:
    """The lifts that give most agencies their targets, and what they give."""
    if rounding.mode is RoundingMode.NONE:
        return _stab_unrounded(curve, table)
    grid = Grid(rounding, table.ground.weights[-1])
    first, last = grid.first_from(curve.lower), grid.last_to(curve.upper)
    loose = first <= last
    first = np.minimum(first, last)
    k = np.minimum(np.maximum(grid.index(table.asked), first), last)
    rows = np.arange(len(table.own))
    fits = loose & (table.weights > 0) & (np.abs(grid.point(np.maximum(k, 0)) - table.asked) <= SAME)
    low = np.where(k <= first, -np.inf, curve.inverse(grid.threshold(k, rows)))
    high = np.where(k >= last, np.inf, curve.inverse(grid.threshold(k + 1, rows)))
    ends, lift = _middle(low[fits], high[fits])
    value = curve(np.array([lift]))
    point = np.minimum(np.maximum(grid.index(value), first), last)
    return ends, np.where(loose, grid.point(np.maximum(point, 0)), value)


def _stab_unrounded(curve: Linear | SCurve, table: Table) -> tuple[tuple[float, float], Floats]:
    least, most = table.asked - SAME_UNROUNDED, table.asked + SAME_UNROUNDED
    fits = (table.weights > 0) & (most >= curve.lower) & (least <= curve.upper)
    low = np.where(least <= curve.lower, -np.inf, curve.inverse(least))
    high = np.where(most >= curve.upper, np.inf, curve.inverse(most))
    ends, lift = _middle(low[fits], high[fits])
    return ends, curve(np.array([lift]))


def _middle(low: Floats, high: Floats) -> tuple[tuple[float, float], float]:
    """The ends of where most intervals of lifts overlap, and a lift well inside."""
    start, stop = most_overlap(np.maximum(low, 0.0), high)
    lift = start + 0.5 * (stop - start) if np.isfinite(stop) else start * 1.01 + 0.01
    return (start, min(stop, max(lift, start))), lift


def most_overlap(low: Floats, high: Floats) -> tuple[float, float]:
    """The ends of where most of the intervals [low, high) overlap; zero where there are none."""
    some = high > low
    low, high = low[some], high[some]
    if len(low) == 0:
        return 0.0, 0.0
    ends = np.concatenate([low, high])
    kind = np.concatenate([np.ones(len(low)), -np.ones(len(high))])
    order = np.lexsort((kind, ends))  # an interval is open where it ends: leave before the next enters
    at = int(np.argmax(np.cumsum(kind[order])))
    ends = ends[order]
    return float(ends[at]), float(ends[at + 1]) if at + 1 < len(ends) else np.inf


def adding(one: Guess, option: Option) -> Guess | None:
    """A guess with one more rule, not yet tried; None where it has one of that kind."""
    if any((old.rule.kind, old.rule.where) == (option.rule.kind, option.rule.where) for old in one.options):
        return None
    return replace(one, options=tuple(sorted((*one.options, option), key=lambda each: each.rule.id)))
