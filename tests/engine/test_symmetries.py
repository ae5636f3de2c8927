"""What must not change a result, and what may change it in one direction only."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pandas as pd
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine import (
    Allocation,
    EngineError,
    Figures,
    GoalStatus,
    IndicatorResult,
    Pace,
    RoundingMode,
    Rule,
    RuleKind,
    TargetStatus,
    Where,
    allocate,
)
from tests.engine import oracle
from tests.engine.build import Row
from tests.engine.compare import shrunk_of, unclear
from tests.engine.strategies import INDICATOR, SINGLE_LIFT, Problem, problems

NUMBERS = (
    "lower", "upper", "exact", "target", "target_count", "to_do", "in_period_rate", "weight", "start", "shrunk",
)  # fmt: skip
NAMES = ("status", "lower_by", "upper_by", "reason", "off_grid")


def run(problem: Problem) -> Allocation:
    try:
        return allocate(problem.figures, problem.plan)
    except EngineError as refusal:
        assume(refusal.code not in {"pin_impossible", "nothing_to_count"})
        raise


def result(problem: Problem) -> IndicatorResult:
    return run(problem).results[INDICATOR]


def same(one: IndicatorResult, other: IndicatorResult) -> None:
    for name in NUMBERS:
        assert np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True), name
    for name in NAMES:
        assert (getattr(one, name) == getattr(other, name)).all(), name


@given(problem=problems(projected=True), seed=st.integers(0, 999))
def test_order_of_rows_and_columns_is_irrelevant(problem: Problem, seed: int) -> None:
    first = run(problem)
    frame = first.figures.frame.sample(frac=1, random_state=seed)
    frame = frame[random.Random(seed).sample(list(frame.columns), len(frame.columns))]
    shuffled = Figures.from_frame(pd.DataFrame(frame))
    assert shuffled.sha256 == first.figures.sha256
    second = allocate(shuffled, problem.plan)
    same(first.results[INDICATOR], second.results[INDICATOR])
    assert [s.status for s in first.summaries] == [s.status for s in second.summaries]
    assert first.warnings == second.warnings
    assert first.conflicts == second.conflicts


@given(problem=problems(projected=True), seed=st.integers(0, 999))
def test_order_of_rules_is_irrelevant(problem: Problem, seed: int) -> None:
    rules = list(problem.plan.rules)
    random.Random(seed).shuffle(rules)
    same(result(problem), result(problem.with_rules(tuple(rules))))


@settings(max_examples=40)
@given(problem=problems(projected=True))
def test_twice_the_same(problem: Problem) -> None:
    same(result(problem), result(problem))


def twin_of(row: Row, code: str) -> Row:
    return replace(row, code=code)


NEARLY_ALL = tuple(mode for mode in RoundingMode if mode is not RoundingMode.LARGEST_REMAINDER)


@given(problem=problems(modes=NEARLY_ALL, pins=False))
def test_twins_get_equal_targets(problem: Problem) -> None:
    assume(not any(rule.where.agencies for rule in problem.plan.rules))
    rows = tuple(replace(row, parent="" if not row.parent else row.parent) for row in problem.rows)
    twins = problem.with_rows((*rows, twin_of(rows[0], "A0twin")))
    found = run(twins)
    out = found.results[INDICATOR]
    codes = [found.figures.codes[i] for i in out.rows]
    one, two = codes.index("A0"), codes.index("A0twin")
    for name in ("exact", "target", "lower", "upper", "target_count"):
        values = getattr(out, name)
        assert np.array_equal(values[:, one], values[:, two], equal_nan=True), name


SCALABLE = tuple(k for k in RuleKind if k not in (RuleKind.SMALL_VOLUME, RuleKind.PIN))


@given(
    problem=problems(
        methods=tuple(m for m in SINGLE_LIFT if m != "equal_effort"), kinds=SCALABLE, odd=False, shrunk=False
    ),
    factor=st.sampled_from([2, 8, 1024]),
)
def test_scaling_all_volumes_changes_nothing(problem: Problem, factor: int) -> None:
    """By a power of two, so that not even the last digit may change (no smoothed rate enters)."""
    assume(problem.ip.pace is not Pace.S_CURVE and not problem.ip.rounding.count)
    assume(not any(r.where.volume_from or r.where.volume_below for r in problem.plan.rules))
    rows = tuple(
        replace(row, N=row.N * factor, D=row.D * factor, V=tuple(v * factor for v in row.V)) for row in problem.rows
    )
    one, two = result(problem), result(problem.with_rows(rows))
    for name in ("lower", "upper", "exact", "target", "off_grid"):
        assert np.array_equal(getattr(one, name), getattr(two, name), equal_nan=True), name


@given(
    problem=problems(
        methods=SINGLE_LIFT, kinds=tuple(k for k in RuleKind if k not in (RuleKind.PIN, RuleKind.SAME_TARGET)),
        modes=NEARLY_ALL, pins=False,
    ),
    which=st.integers(0, 5), cap=st.integers(0, 90), more=st.integers(1, 40),
)  # fmt: skip
def test_a_looser_cap_never_raises_another_target(problem: Problem, which: int, cap: int, more: int) -> None:
    # children follow their parent, whose own cap may be the looser one
    rows = tuple(row for row in problem.rows if not row.parent)
    codes = {row.code for row in rows}
    assume(all(set(rule.where.agencies) <= codes for rule in problem.plan.rules))
    code = rows[which % len(rows)].code
    problem = problem.with_rows(rows)

    def capped(value: float) -> Allocation:
        rule = Rule(RuleKind.CAP, "the cap", value=value, where=Where(agencies=(code,)))
        return run(problem.with_rules((*problem.plan.rules, rule)))

    tight, loose = capped(cap / 100), capped(min(1.0, (cap + more) / 100))
    others = np.array([c != code for c in tight.figures.codes])
    for name in ("exact", "target"):
        before = getattr(tight.results[INDICATOR], name)[-1][others]
        after = getattr(loose.results[INDICATOR], name)[-1][others]
        assert (np.nan_to_num(after) <= np.nan_to_num(before) + 1e-9).all(), name
    last = problem.plan.last.id
    assert loose.summary(INDICATOR, last).max_attainable >= tight.summary(INDICATOR, last).max_attainable - 1e-9


ORDERED = (RoundingMode.NEAREST, RoundingMode.UP)


@given(problem=problems(methods=SINGLE_LIFT, modes=ORDERED, parents=False))
def test_order_under_rounding(problem: Problem) -> None:
    """At λ′ a higher value never rounds below a lower one, between agencies whose bounds do not bind."""
    assume(not unclear(problem) and not problem.ip.rounding.count)
    found = run(problem)
    last = problem.plan.last.id
    summary = found.summary(INDICATOR, last)
    assume(summary.status in (GoalStatus.MET, GoalStatus.MET_WITHOUT_LIFT))
    assume(np.isfinite(summary.lift_rounded))
    out = found.results[INDICATOR]
    t = len(problem.plan.periods) - 1
    units = oracle.answer(found.figures, problem.plan, INDICATOR, shrunk=shrunk_of(found)).units
    at = oracle.Setting(t, summary.goal, problem.ip, oracle.best_peers(units))
    free = []
    for i, row in enumerate(out.rows):
        code = found.figures.codes[row]
        if code not in units or out.status[t, i] is TargetStatus.EXEMPT:
            continue
        value = oracle.method_value(problem.ip.method, units[code].seen[t], summary.lift_rounded, at)
        if out.lower[t, i] + 1e-7 < value < out.upper[t, i] - 1e-7 and not out.off_grid[t, i]:
            inside = out.lower[t, i] <= out.target[t, i] <= out.upper[t, i]
            assert inside
            free.append((value, out.target[t, i], out.lower[t, i], out.upper[t, i]))
    for value, target, _, _ in free:
        for other, higher, low, high in free:
            # the grid point of the one must be open to the other, or its bounds do bind
            if value < other - 1e-7 and low <= target <= high:
                assert target <= higher + 1e-12
