"""Every promise of engine.md on random figures and plans over the whole space of options."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import Allocation, Basis, EngineError, GoalStatus, Kind, RuleKind, allocate
from tests.engine import promises
from tests.engine.strategies import SINGLE_LIFT, WINDOWS, Problem, problems

REFUSALS = {"pin_impossible", "nothing_to_count"}
"""What a random plan may rightly be refused for; everything else must come out."""


def run(problem: Problem) -> Allocation | None:
    try:
        return allocate(problem.figures, problem.plan)
    except EngineError as refusal:
        if refusal.code in REFUSALS:
            return None
        raise


@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: str(window[1] or window[0]))
def test_every_promise(window: tuple[Kind, Basis | None]) -> None:
    seen = set()

    @settings(max_examples=100)
    @given(problems(windows=(window,), projected=True))
    def check(problem: Problem) -> None:
        allocation = run(problem)
        if allocation is None:
            return
        seen.update(summary.status for summary in allocation.summaries)
        for promise in promises.ALL:
            promise(allocation)

    check()
    often = {GoalStatus.MET, GoalStatus.MET_WITHOUT_LIFT, GoalStatus.INFEASIBLE, GoalStatus.PATH}
    assert seen >= often, "the random problems miss a status"


@pytest.mark.parametrize("method", SINGLE_LIFT)
@settings(max_examples=40)
@given(data=st.data())
def test_every_promise_of_one_method(method: str, data: st.DataObject) -> None:
    kinds = tuple(k for k in RuleKind if k not in (RuleKind.PIN, RuleKind.EXEMPT, RuleKind.SMALL_VOLUME))
    problem = data.draw(problems(methods=(method,), kinds=kinds, odd=False, projected=True))
    allocation = run(problem)
    if allocation is not None:
        for promise in promises.ALL:
            promise(allocation)
