"""An allocation put together from remembered parts is the allocation: to the last digit, note and refusal."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from datetime import date
from functools import partial
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine import (
    Assumptions,
    EngineError,
    Figures,
    IndicatorPlan,
    MethodChoice,
    Pace,
    Part,
    Period,
    Plan,
    PlanError,
    Posed,
    Rounding,
    RoundingMode,
    StartRate,
    Where,
    allocate,
    allocate_posed,
    pose,
    question,
)
from tests.engine.build import Q4, Row, figures, plan, rule
from tests.engine.equal import assert_same, outcome
from tests.engine.strategies import Problem, problems

FIRST, SECOND = "first", "second"


class Memory:
    """Remembers what indicators pose, parts by their question, and what was solved."""

    def __init__(self) -> None:
        self.posed: dict[Hashable, Posed] = {}
        self.parts: dict[Hashable, Part] = {}
        self.solved: list[str] = []

    def __call__(self, figures: Figures, plan: Plan, asked: IndicatorPlan) -> Part:
        key = question(figures, plan, asked)
        if key[0] not in self.posed:
            self.posed[key[0]] = pose(figures, plan, asked)
        if key not in self.parts:
            self.solved.append(asked.id)
            self.parts[key] = allocate_posed(self.posed[key[0]], asked.goals)
        return self.parts[key]


@st.composite
def doubled(draw: st.DrawFn) -> tuple[Figures, Plan]:
    """The same agencies with two indicators, each rule for one of them or both."""
    problem: Problem = draw(problems())
    rows = [replace(row, indicator=id) for id in (FIRST, SECOND) for row in problem.rows]
    scopes = st.sampled_from([(), (FIRST,), (SECOND,), (SECOND, FIRST)])
    rules = tuple(replace(rule, indicators=draw(scopes)) for rule in problem.plan.rules)
    both = tuple(replace(problem.ip, id=id) for id in (FIRST, SECOND))
    return figures(rows, problem.plan.periods), replace(problem.plan, indicators=both, rules=rules)


@st.composite
def moved(draw: st.DrawFn, before: Plan) -> Plan:
    """One lever moved."""
    at = draw(st.integers(0, 1))
    asked = before.indicators[at]
    kind = draw(st.sampled_from(["goal", "milestone", "method", "rounding", "pace", "drop", "turn", "value", "growth"]))
    if kind in ("drop", "turn", "value"):
        if not before.rules:
            return before
        i = draw(st.integers(0, len(before.rules) - 1))
        one, rest = before.rules[i], (*before.rules[:i], *before.rules[i + 1 :])
        if kind == "drop":
            return replace(before, rules=rest)
        if kind == "turn":
            return replace(before, rules=(*rest, one))
        changed = one if one.value is None else replace(one, value=draw(st.integers(0, 20)) / 20)
        return replace(before, rules=(*before.rules[:i], changed, *before.rules[i + 1 :]))
    if kind == "growth":
        return replace(before, assumptions=replace(before.assumptions, growth=draw(st.sampled_from([0.0, 0.1]))))
    changes: dict[str, Any] = {
        "goal": {"goals": {**asked.goals, before.last.id: draw(st.integers(0, 100)) / 100}},
        "milestone": {"goals": {before.periods[0].id: draw(st.integers(0, 100)) / 100, **asked.goals}},
        "method": {"method": MethodChoice(draw(st.sampled_from(["equal_target", "equal_effort", "gap_closing"])))},
        "rounding": {"rounding": Rounding(draw(st.sampled_from(list(RoundingMode))), step=0.05)},
        "pace": {"pace": draw(st.sampled_from(list(Pace)))},
    }
    new = replace(asked, **changes[kind])
    return replace(before, indicators=(new, before.indicators[1]) if at == 0 else (before.indicators[0], new))


@given(start=doubled(), data=st.data())
def test_remembered_parts_make_the_same_allocation(start: tuple[Figures, Plan], data: st.DataObject) -> None:
    own, now = start
    memory = Memory()
    for _ in range(4):
        remembered = outcome(partial(allocate, own, now, memory))
        assert_same(remembered, outcome(partial(allocate, own, now)))
        now = data.draw(moved(now))


@given(start=doubled())
def test_a_lever_of_one_indicator_solves_no_other(start: tuple[Figures, Plan]) -> None:
    own, asked = start
    memory = Memory()
    try:
        before = allocate(own, asked, memory)
    except EngineError:
        assume(False)
    first, second = asked.indicators
    goal = 0.25 if first.goals[asked.last.id] != 0.25 else 0.5
    after = replace(asked, indicators=(replace(first, goals={asked.last.id: goal}), second))
    memory.solved.clear()
    try:
        allocation = allocate(own, after, memory)
    except EngineError:
        assume(False)
    assert memory.solved == [FIRST]
    assert allocation.results[SECOND] is before.results[SECOND]


ROWS = (
    Row("A1", 10, 100, (20, 40), level="province"),
    Row("A2", 30, 50, (20, 10), level="district"),
    Row("A3", 1, 5, (5, 5), level="commune", parent="A2"),
)
BASE = plan("gap_closing", 0.5, rule("floor", 0.1), rule("cap", 0.9, indicators=("online",)))
OTHER = rule("max_step", 0.2, indicators=("other",))


def with_indicator(**changes: Any) -> Plan:
    return replace(BASE, indicators=(replace(BASE.indicators[0], **changes),))


READ = {
    "goal": with_indicator(goals={Q4.id: 0.6}),
    "milestone": with_indicator(goals={Q4.id: 0.5, "2022Q3": 0.3}),
    "method": with_indicator(method=MethodChoice("equal_effort")),
    "basis": with_indicator(basis="in_period"),
    "start_rate": with_indicator(start_rate=StartRate.SHRUNK),
    "pace": with_indicator(pace=Pace.FRONT),
    "rounding": with_indicator(rounding=Rounding(step=0.05)),
    "as_of": replace(BASE, as_of=date(2022, 6, 30)),
    "periods": replace(BASE, periods=(Period("2022Q3", date(2022, 9, 29)), Q4)),
    "cascade": replace(BASE, cascade=False),
    "growth": replace(BASE, assumptions=Assumptions(growth=0.1)),
    "seasonality": replace(BASE, assumptions=Assumptions(seasonality={Q4.id: 1.1})),
    "value": replace(BASE, rules=(replace(BASE.rules[0], value=0.2), BASE.rules[1])),
    "scope": replace(BASE, rules=(replace(BASE.rules[0], where=Where(levels=("district",))), BASE.rules[1])),
    "rule's name": replace(BASE, rules=(replace(BASE.rules[0], id="least"), BASE.rules[1])),
    "order of rules": replace(BASE, rules=BASE.rules[::-1]),
    "rule left out": replace(BASE, rules=BASE.rules[:1]),
    "rule of all": replace(BASE, rules=(*BASE.rules, replace(OTHER, indicators=()))),
}
GOALS = ("goal", "milestone")
"""What changes the second half of a question only."""
UNREAD = {
    "source": with_indicator(source="Quyết định"),
    "reason": replace(BASE, rules=(replace(BASE.rules[0], reason=MappingProxyType({"vi": "vì"})), BASE.rules[1])),
    "rule's source": replace(BASE, rules=(BASE.rules[0], replace(BASE.rules[1], source="Quyết định"))),
    "rule of another": replace(BASE, rules=(OTHER, *BASE.rules)),
    "another indicator": replace(BASE, indicators=(replace(BASE.indicators[0], id="other"), BASE.indicators[0])),
    "cascade as it is anyway": replace(BASE, cascade=True),
}


def asked_of(own: Figures, asked: Plan) -> tuple[Hashable, Hashable]:
    return question(own, asked, asked.indicator("online"))


@pytest.mark.parametrize("what", READ)
def test_whatever_is_read_is_another_question(what: str) -> None:
    one, other = asked_of(figures(ROWS), READ[what]), asked_of(figures(ROWS), BASE)
    assert one != other
    assert (one[0] == other[0]) is (what in GOALS)


@pytest.mark.parametrize("what", UNREAD)
def test_whatever_is_not_read_is_the_same_question(what: str) -> None:
    assert asked_of(figures(ROWS), UNREAD[what]) == asked_of(figures(ROWS), BASE)
    hash(asked_of(figures(ROWS), UNREAD[what]))


def test_other_figures_are_another_question() -> None:
    other = (replace(ROWS[0], N=11), *ROWS[1:])
    assert asked_of(figures(other), BASE) != asked_of(figures(ROWS), BASE)
    assert asked_of(figures(ROWS[::-1]), BASE) == asked_of(figures(ROWS), BASE)


def test_a_plan_is_checked_however_much_is_remembered() -> None:
    memory = Memory()
    allocate(figures(ROWS), BASE, memory)
    stranger = rule("cap", 0.9, id="stranger", where=Where(agencies=("A9",)), indicators=("other",))
    rows = (*ROWS, replace(ROWS[0], indicator="other"))
    with pytest.raises(PlanError) as refused:
        allocate(figures(rows), replace(BASE, rules=(*BASE.rules, stranger)), memory)
    assert refused.value.code == "unknown_agency"
