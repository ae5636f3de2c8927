"""Rules become bounds. Rules never see each other: each gives a lower bound, an upper bound, a pin or an exemption.

Every rule kind is one function `(problem, rule) -> (T, n)` and one entry of `RULES`; `bounds` puts them together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from engine import calendar, rates
from engine.errors import PlanError
from engine.plan import Rule, RuleKind, Treatment
from engine.problem import Problem
from engine.solver import Floats

NOBODY, PHYSICAL, LATER, FIRST_RULE = -1, 0, 1, 2
"""Codes of what made a bound: nothing, what is left to win, the later target, then the rules in order."""

BOUND_NAMES = ("physical", "later_target")


class Effect(StrEnum):
    """What a rule kind does."""

    LOWER = "lower"
    UPPER = "upper"
    PIN = "pin"
    EXEMPT = "exempt"
    START = "start"
    GROUP = "group"


@dataclass(frozen=True)
class RuleInfo:
    """One entry of the registry: what a kind does, what it needs, its formula and its caveat (developers' English)."""

    kind: RuleKind
    effect: Effect
    formula: str
    needs: tuple[str, ...]
    caveat: str
    bound: Callable[[Problem, Rule], Floats] | None = None


def _all_periods(problem: Problem, row: Floats) -> Floats:
    return np.broadcast_to(row, (problem.periods, len(row)))


def _no_backsliding(problem: Problem, rule: Rule) -> Floats:  # noqa: ARG001
    return _all_periods(problem, problem.r)


def _value(problem: Problem, rule: Rule) -> Floats:
    return np.full((problem.periods, len(problem.r)), rule.value, dtype=np.float64)


def _step(problem: Problem, rule: Rule) -> Floats:
    return problem.r + (rule.value or 0.0) * np.arange(1, problem.periods + 1)[:, None]


def _proposal(problem: Problem, rule: Rule) -> Floats:  # noqa: ARG001
    return problem.proposals


def _online_only(problem: Problem, rule: Rule) -> Floats:
    if rule.since is None:
        raise PlanError("bad_value", rule=rule.id, value=None, expected="from")
    plan = problem.plan
    active = (rule.value or 0.0) * calendar.share_of_days_after(rule.since, plan.as_of, plan.periods)[:, None]
    rate = active + (1.0 - active) * problem.r
    if not problem.cumulative:
        return rate
    return rates.raw(problem.N + np.cumsum(rate * problem.V, axis=0), problem.volumes)


RULES: Mapping[RuleKind, RuleInfo] = MappingProxyType(
    {
        info.kind: info
        for info in (
            RuleInfo(RuleKind.NO_BACKSLIDING, Effect.LOWER, "lower = r", (), "r is 0 where D = 0", _no_backsliding),
            RuleInfo(RuleKind.FLOOR, Effect.LOWER, "lower = value", ("value",), "yields to caps", _value),
            RuleInfo(RuleKind.CAP, Effect.UPPER, "upper = value", ("value",), "yields to what is counted", _value),
            RuleInfo(RuleKind.MIN_STEP, Effect.LOWER, "lower = r + points·t", ("value",), "yields to caps", _step),
            RuleInfo(RuleKind.MAX_STEP, Effect.UPPER, "upper = r + points·t", ("value",), "may block a goal", _step),
            RuleInfo(
                RuleKind.PROPOSAL_FLOOR,
                Effect.LOWER,
                "lower = proposal",
                ("proposed",),
                "nothing where none",
                _proposal,
            ),
            RuleInfo(
                RuleKind.ONLINE_ONLY,
                Effect.LOWER,
                "y_t = s·a_t + (1 − s·a_t)·r; cumulative: (N + Σ y·V)/D_t",
                ("value", "since"),
                "flow indicators only",
                _online_only,
            ),
            RuleInfo(
                RuleKind.GROUP_GOAL, Effect.GROUP, "group solved first by the same method", ("value",), "a lower bound"
            ),
            RuleInfo(RuleKind.SAME_TARGET, Effect.GROUP, "method sees pooled figures", (), "own bounds still hold"),
            RuleInfo(RuleKind.SMALL_VOLUME, Effect.START, "below → exempt or pooled start", ("value", "treatment"), ""),
            RuleInfo(
                RuleKind.PIN,
                Effect.PIN,
                "exactly this value",
                ("value",),
                "error outside the physical range; wins over an exemption",
            ),
            RuleInfo(RuleKind.EXEMPT, Effect.EXEMPT, "no target", (), "out of numerator and denominator"),
        )
    }
)


@dataclass(eq=False)
class Effects:
    """What all rules together ask, before periods are coupled. NaN and -1 mean nothing is asked.

    Attributes
    ----------
    lower, upper, pin : (T, n) float
    lower_by, upper_by, pin_by, exempt_by : (T, n) int
        Code of the rule (FIRST_RULE + its position in `rules`), or -1.
    pooled_start : (n,) bool
        The start is the peers' pooled rate (`small_volume`).
    twin : (n,) int
        Label of the `same_target` group, or -1.
    group_goals : tuple of (rule position, (n,) bool)
    """

    lower: Floats
    lower_by: NDArray[np.int64]
    upper: Floats
    upper_by: NDArray[np.int64]
    pin: Floats
    pin_by: NDArray[np.int64]
    exempt_by: NDArray[np.int64]
    pooled_start: NDArray[np.bool_]
    twin: NDArray[np.int64]
    group_goals: list[tuple[int, NDArray[np.bool_]]]


def gather(problem: Problem, rules: Sequence[Rule], *, without: str | None = None) -> Effects:
    """Join the rules that concern this indicator.

    Parameters
    ----------
    rules : sequence of Rule
        All rules of the plan; codes are positions in it.
    without : str, optional
        Id of a rule to leave out (what if it were not there?).

    Raises
    ------
    PlanError
        ``pins_disagree`` or ``groups_overlap``.
    """
    shape = (problem.periods, len(problem.r))
    effects = Effects(
        lower=np.full(shape, -np.inf),
        lower_by=np.full(shape, NOBODY),
        upper=np.full(shape, np.inf),
        upper_by=np.full(shape, NOBODY),
        pin=np.full(shape, np.nan),
        pin_by=np.full(shape, NOBODY),
        exempt_by=np.full(shape, NOBODY),
        pooled_start=np.zeros(shape[1], dtype=bool),
        twin=np.full(shape[1], NOBODY),
        group_goals=[],
    )
    kinds = list(RuleKind)
    for at in sorted(range(len(rules)), key=lambda i: (kinds.index(rules[i].kind), rules[i].value or 0.0, rules[i].id)):
        rule = rules[at]
        if rule.id == without or (rule.indicators and problem.asked.id not in rule.indicators):
            continue
        if rule.kind is RuleKind.ONLINE_ONLY and problem.stock:
            continue
        rows = problem.select(rule.where)
        if rule.kind is RuleKind.GROUP_GOAL:
            effects.group_goals.append((at, rows))
        else:
            _apply(problem, effects, rule, FIRST_RULE + at, rows)
    effects.exempt_by[effects.pin_by != NOBODY] = NOBODY  # a leader's decision about one agency is the more special
    return effects


def in_periods(problem: Problem, rule: Rule) -> NDArray[np.bool_]:
    """(T,) periods that the rule concerns."""
    if rule.periods:
        return np.array([period.id in rule.periods for period in problem.plan.periods])
    when = np.ones(problem.periods, dtype=bool)
    if rule.kind is RuleKind.PIN:
        when[:-1] = False
    return when


def _apply(problem: Problem, effects: Effects, rule: Rule, code: int, rows: NDArray[np.bool_]) -> None:
    where = in_periods(problem, rule)[:, None] & rows
    info = RULES[rule.kind]
    if info.effect is Effect.LOWER and info.bound:
        bound = info.bound(problem, rule)
        tighter = where & (bound > effects.lower)
        np.copyto(effects.lower, bound, where=tighter)
        effects.lower_by[tighter] = code
    elif info.effect is Effect.UPPER and info.bound:
        bound = info.bound(problem, rule)
        tighter = where & (bound < effects.upper)
        np.copyto(effects.upper, bound, where=tighter)
        effects.upper_by[tighter] = code
    elif rule.kind is RuleKind.PIN:
        clash = where & ~np.isnan(effects.pin) & (effects.pin != rule.value)
        if clash.any():
            t, i = np.argwhere(clash)[0]
            raise PlanError(
                "pins_disagree",
                agency=problem.figures.codes[problem.rows[i]],
                indicator=problem.asked.id,
                period=problem.plan.periods[t].id,
                values=[float(effects.pin[t, i]), rule.value],
                rule=rule.id,
            )
        effects.pin[where] = rule.value
        effects.pin_by[where] = code
    elif rule.kind is RuleKind.EXEMPT:
        effects.exempt_by[where & (effects.exempt_by == NOBODY)] = code
    elif rule.kind is RuleKind.SMALL_VOLUME:
        small = rows & (problem.D + problem.V.sum(axis=0) < (rule.value or 0.0))
        if rule.treatment is Treatment.EXEMPT:
            effects.exempt_by[where & small & (effects.exempt_by == NOBODY)] = code
        else:
            effects.pooled_start[small] = True
    elif rule.kind is RuleKind.SAME_TARGET:
        if (effects.twin[rows] != NOBODY).any():
            i = np.flatnonzero(rows & (effects.twin != NOBODY))[0]
            raise PlanError("groups_overlap", agency=problem.figures.codes[problem.rows[i]], rule=rule.id)
        effects.twin[rows] = code
