"""What stands beside a table: other methods, what each rule costs, fairness, diagnoses, intervals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from engine import (
    METHODS,
    RULES,
    Allocation,
    EngineError,
    GoalStatus,
    Kind,
    MethodChoice,
    Rule,
    RuleKind,
    Step,
    Toward,
    allocate,
    explain,
    fairness,
    rule_costs,
    under_each_method,
)
from tests.engine.build import Q3, Q4, Row, figures, plan, rule
from tests.engine.strategies import INDICATOR, SINGLE_LIFT, Problem, problems


def run(problem: Problem) -> Allocation:
    try:
        return allocate(problem.figures, problem.plan)
    except EngineError as refusal:
        assume(refusal.code not in {"pin_impossible", "nothing_to_count"})
        raise


@settings(max_examples=25)
@given(problems())
def test_under_each_method_is_a_run_with_that_method(problem: Problem) -> None:
    allocation = run(problem)
    others = under_each_method(allocation, INDICATOR)
    assert set(others) == {*SINGLE_LIFT, problem.ip.method.name}
    for name, found in others.items():
        choice = problem.ip.method if name == problem.ip.method.name else MethodChoice(name, problem.ip.method.toward)
        alone = run(problem.with_indicator(method=choice))
        assert np.array_equal(found.target, alone.results[INDICATOR].target, equal_nan=True)
        assert found.status is alone.summary(INDICATOR, problem.plan.last.id).status


@settings(max_examples=25)
@given(problems(most_rules=3))
def test_rule_costs_are_the_difference_to_a_run_without_the_rule(problem: Problem) -> None:
    allocation = run(problem)
    costs = rule_costs(allocation)
    assert [cost.rule for cost in costs] == [rule.id for rule in problem.plan.rules]
    for cost in costs:
        without = run(problem.with_rules(tuple(rule for rule in problem.plan.rules if rule.id != cost.rule)))
        last = problem.plan.last.id
        with_lift, without_lift = cost.lift[INDICATOR]
        assert np.array_equal(
            [with_lift, without_lift],
            [allocation.summary(INDICATOR, last).lift, without.summary(INDICATOR, last).lift],
            equal_nan=True,
        )
        for t, period in enumerate(problem.plan.periods):
            change = allocation.results[INDICATOR].target[t] - without.results[INDICATOR].target[t]
            assert np.array_equal(cost.targets[INDICATOR, period.id], change, equal_nan=True)


def test_what_a_pin_costs_the_others() -> None:
    there = figures([Row("A", 20, 100), Row("B", 100, 200)])
    pin = rule("pin", 0.3, where=replace(rule("pin").where, agencies=("A",)))
    (cost,) = rule_costs(allocate(there, plan("equal_increment", 0.6, pin, kind=Kind.STOCK)))
    # without the pin A 40 %, B 70 %; with it A 30 % and B (180 − 30)/200 = 75 %
    assert cost.targets["online", Q4.id] == pytest.approx([-0.10, 0.05])
    assert cost.lift["online"] == pytest.approx((0.25, 0.20))


def test_trace_names_the_rule_that_bound() -> None:
    there = figures([Row("A", 20, 100), Row("B", 100, 200)])
    cap = rule("cap", 0.6, where=replace(rule("cap").where, agencies=("B",)))
    told = explain(allocate(there, plan("equal_increment", 0.6, cap, kind=Kind.STOCK)), "B", "online", Q4.id)
    steps = {step.step: step for step in told.steps}
    assert steps[Step.CURRENT].value == 0.5
    assert steps[Step.METHOD].value == pytest.approx(0.9)  # A needs 40 points more, so does the common lift
    assert steps[Step.BOUND].delta == pytest.approx(-0.3)
    assert steps[Step.BOUND].rule == "cap"
    assert told.target == pytest.approx(0.6)


def test_explain_refuses_unknown_names() -> None:
    allocation = allocate(figures([Row("A", 20, 100)]), plan("equal_increment", 0.6, kind=Kind.STOCK))
    for agency, indicator, period, code in (
        ("X", "online", Q4.id, "unknown_agency"),
        ("A", "paid", Q4.id, "unknown_indicator"),
        ("A", "online", "2023Q1", "unknown_period"),
    ):
        with pytest.raises(EngineError) as refusal:
            explain(allocation, agency, indicator, period)
        assert refusal.value.code == code


def textbook_gini(values: list[float]) -> float:
    """Σᵢ Σⱼ |xᵢ − xⱼ| / (2 n² x̄)."""
    n, mean = len(values), sum(values) / len(values)
    return sum(abs(a - b) for a in values for b in values) / (2 * n * n * mean)


@settings(max_examples=40)
@given(problems(odd=False, parents=False))
def test_fairness(problem: Problem) -> None:
    allocation = run(problem)
    out = allocation.results[INDICATOR]
    there = ~np.isnan(out.target[-1])
    assume(there.any())
    found = fairness(allocation, INDICATOR)
    lifts = (out.target[-1] - out.current)[there]
    assert found.points == pytest.approx(lifts, abs=1e-12)
    gains = np.maximum(lifts, 0.0)
    if gains.sum() > 0:
        assert found.gini == pytest.approx(textbook_gini(list(gains)), abs=1e-9)
    else:
        assert np.isnan(found.gini)
    assert found.largest == pytest.approx(lifts.max())
    codes = [allocation.figures.codes[i] for i in out.rows[there]]
    assert lifts[codes.index(found.largest_agency)] == pytest.approx(lifts.max())
    rates, targets = out.current[there], out.target[-1][there]
    if len(set(rates)) > 1 and len(set(targets)) > 1:
        ranks = stats.rankdata(rates), stats.rankdata(targets)
        assert found.rank_correlation == pytest.approx(np.corrcoef(*ranks)[0, 1], abs=1e-9)
    held = [status in ("at_lower", "at_upper") for status in out.status[-1][there]]
    assert found.at_bound == sum(held)


def test_gini_of_known_lifts() -> None:
    # lifts of 0, 0, 0 and 40 points: (n − 1)/n; equal lifts: 0
    rows = [Row(c, 50, 100) for c in "ABCD"]
    only = rule("cap", 0.5, where=replace(rule("cap").where, agencies=("A", "B", "C")))
    uneven = fairness(allocate(figures(rows), plan("equal_increment", 0.6, only, kind=Kind.STOCK)), "online")
    assert uneven.gini == pytest.approx(3 / 4)
    even = fairness(allocate(figures(rows), plan("equal_increment", 0.6, kind=Kind.STOCK)), "online")
    assert even.gini == pytest.approx(0.0)
    assert even.points == pytest.approx([0.1] * 4)


@pytest.mark.parametrize(
    ("N", "D", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_interval_as_published(N: int, D: int, low: float, high: float) -> None:
    """Newcombe (1998), Statistics in Medicine 17: 857–872, table I, method 3."""
    out = allocate(figures([Row("A", N, D)]), plan("equal_target", 0.5, kind=Kind.STOCK)).results["online"]
    assert out.wilson_low[0] == pytest.approx(low, abs=5e-5)
    assert out.wilson_high[0] == pytest.approx(high, abs=5e-5)


def test_small_numbers_shrink_more() -> None:
    """Of two agencies at 100 %, the one with 3 dossiers moves further toward its peers than the one with 300."""
    rows = [Row("A", 3, 3), Row("B", 300, 300), *[Row(f"C{i}", 20 + i, 100) for i in range(10)]]
    out = allocate(figures(rows), plan("equal_target", 0.5, kind=Kind.STOCK)).results["online"]
    small, large = out.shrunk[0], out.shrunk[1]
    assert small < large <= 1.0
    assert small < 0.95


def beyond_reach(problem: Problem, part: float) -> Problem:
    """The same with a last goal `part` of the way from the most that is attainable to 100 %, and no other."""
    last = problem.plan.last.id
    most = run(problem.with_indicator(goals={last: 0.0})).summary(INDICATOR, last).max_attainable
    assume(most < 0.999)
    return problem.with_indicator(goals={last: most + part * (1.0 - most)})


@settings(max_examples=40)
@given(
    problem=problems(kinds=tuple(k for k in RuleKind if k is not RuleKind.PIN), parents=False, most_rows=4),
    part=st.sampled_from([0.1, 0.5, 0.9]),
)
def test_diagnosis_is_true(problem: Problem, part: float) -> None:
    """Remedies suffice, other rules do not, and raising caps by the stated points does it, by less does not."""
    problem = beyond_reach(problem, part)
    last = problem.plan.last.id
    allocation = run(problem)
    summary = allocation.summary(INDICATOR, last)
    assert summary.status is GoalStatus.INFEASIBLE
    found = allocation.diagnosis[INDICATOR, last]
    assert found.max_attainable == pytest.approx(summary.max_attainable, abs=1e-9)
    for one in problem.plan.rules:
        rest = tuple(other for other in problem.plan.rules if other.id != one.id)
        try:
            without = allocate(problem.figures, problem.with_rules(rest).plan).summary(INDICATOR, last)
        except EngineError:
            continue
        helps = without.max_attainable >= summary.goal - 1e-9
        assert (one.id in found.remedies) == helps, one.id
    uppers = {RuleKind.CAP, RuleKind.MAX_STEP}
    if found.relax_caps_by is None or not any(one.kind in uppers for one in problem.plan.rules):
        return

    def raised(points: float) -> float:
        rules = tuple(relaxed(one, points) for one in problem.plan.rules)
        return allocate(problem.figures, problem.with_rules(rules).plan).summary(INDICATOR, last).max_attainable

    if all(one.kind is not RuleKind.MAX_STEP for one in problem.plan.rules):
        assert raised(found.relax_caps_by + 1e-7) >= summary.goal - 1e-9
        assert raised(found.relax_caps_by - 1e-5) < summary.goal


def relaxed(one: Rule, points: float) -> Rule:
    if one.kind is not RuleKind.CAP or one.value is None:
        return one
    return replace(one, value=min(1.0, max(0.0, one.value + points)))


@settings(max_examples=40)
@given(problem=problems(methods=SINGLE_LIFT, parents=False, most_rows=4), part=st.sampled_from([0.1, 0.9]))
def test_highest_goal_is_reached_and_no_higher_one(problem: Problem, part: float) -> None:
    last = problem.plan.last.id
    problem = beyond_reach(problem.with_indicator(rounding=plan().indicators[0].rounding), part)
    assume(not any(one.kind is RuleKind.GROUP_GOAL for one in problem.plan.rules))
    assume(problem.ip.method.toward is not Toward.GOAL)
    allocation = run(problem)
    highest = allocation.diagnosis[INDICATOR, last].highest_goal
    at = run(problem.with_indicator(goals={last: max(0.0, highest - 1e-9)})).summary(INDICATOR, last)
    assert at.status in (GoalStatus.MET, GoalStatus.MET_WITHOUT_LIFT)
    beyond = run(problem.with_indicator(goals={last: min(1.0, highest + 1e-6)})).summary(INDICATOR, last)
    assert beyond.status in (GoalStatus.INFEASIBLE, GoalStatus.UNREACHABLE_BY_METHOD)


def test_highest_goal_of_a_method_that_cannot_move_an_agency() -> None:
    """The goal is out of reach of the bounds (cap 80 %) and of the method (A stays at 0) alike."""
    there = figures([Row("A", 0, 100), Row("B", 50, 100)])
    asked = plan("proportional_growth", 0.9, rule("cap", 0.8), kind=Kind.STOCK)
    allocation = allocate(there, asked)
    assert allocation.summary("online", Q4.id).status is GoalStatus.INFEASIBLE
    assert allocation.diagnosis["online", Q4.id].highest_goal == pytest.approx(0.4)


def test_registries_are_complete() -> None:
    assert set(METHODS) == {*SINGLE_LIFT, "blend"}
    assert set(RULES) == set(RuleKind)
    for name, method in METHODS.items():
        assert method.name == name
        assert method.principle
        assert method.reference
        assert isinstance(method.needs, tuple)
    there = figures([Row("A", 20, 100, (50, 50))])
    for name in SINGLE_LIFT:
        assert allocate(there, plan(name, 0.5)).results["online"].target.shape == (2, 1)


def test_a_path_without_goal_has_no_lift_claim() -> None:
    allocation = allocate(figures([Row("A", 20, 100, (50, 50))]), plan("equal_target", 0.5))
    assert allocation.summary("online", Q3.id).status is GoalStatus.PATH
    assert allocation.summary("online", Q3.id).goal is None
