"""Chances against closed forms, and what must not change them."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from scipy import stats

from engine import (
    DELIVERY,
    RATES,
    VOLUMES,
    Allocation,
    Assumptions,
    Basis,
    Delivery,
    Kind,
    Measure,
    PlanError,
    Rounding,
    RoundingMode,
    Start,
    allocate,
    chance,
    influences,
    planning_goal,
)
from engine import uncertainty as module
from tests.engine.build import EXACT, Q4, Row, figures, plan

DRAWS = 40_000
ONE = (Q4,)
LAST = ("online", "2022Q4")


def sure(**more: Any) -> Assumptions:
    return Assumptions(**{"volume_spread": 0.0, "draws": DRAWS, "seed": 3, **more})


def asked(rows: tuple[Row, ...], goal: float, assumptions: Assumptions, **more: Any) -> Allocation:
    own = plan(more.pop("method", "equal_increment"), goal, periods=ONE, assumptions=assumptions, **more)
    return allocate(figures(rows, ONE), own)


def close(found: float, truth: float, draws: int = DRAWS) -> None:
    assert abs(found - truth) <= 4.5 * math.sqrt(max(truth * (1 - truth), 1e-4) / draws) + 1e-4


def test_nothing_uncertain_makes_a_goal_that_is_met_sure_and_one_that_is_not_hopeless() -> None:
    rows = tuple(Row(code, 10**8 * r // 100, 10**8, (10**8,)) for code, r in (("A", 20), ("B", 40)))
    found = chance(asked(rows, 0.4, sure(delivery=Delivery(1.0, 0.0))))
    assert found.values[LAST] == pytest.approx(np.full(DRAWS, 0.4), abs=2e-4)
    slack = chance(asked(rows, 0.4, sure(delivery=Delivery(0.7, 0.0))))
    assert slack.goals[LAST] == 0.0
    assert slack.all_reach[LAST] == 0.0


def test_in_period_target_at_the_present_rate_is_reached_as_the_beta_says() -> None:
    """Nothing is asked beyond what happens anyway: P(Beta(N + ½, D − N + ½) ≥ target), to half a dossier."""
    row = Row("A", 30, 100, (2000,))
    allocation = asked((row,), 0.3 - 1e-6, sure(), basis=Basis.IN_PERIOD, rounding=EXACT)
    target = allocation.results["online"].target[0, 0]
    close(float(chance(allocation).each["online"][0, 0]), stats.beta(30.5, 70.5).sf(target - 0.5 / 2000))


def test_province_of_one_agency_with_a_beta_delivery_in_closed_form() -> None:
    """A rate that is all but known: odds·exp(share·asked) against the goal is a beta tail."""
    row = Row("A", 2 * 10**7, 10**8, (10**8,))
    delivery = Delivery(0.8, 0.1)
    allocation = asked((row,), 0.4, sure(delivery=delivery), basis=Basis.IN_PERIOD, rounding=EXACT)
    strength = 0.8 * 0.2 / 0.01 - 1
    share = stats.beta(0.8 * strength, 0.2 * strength)
    for goal in (0.33, 0.36, 0.38):
        full = math.log(0.4 / 0.6) - math.log(0.2 / 0.8)
        needed = (math.log(goal / (1 - goal)) - math.log(0.2 / 0.8)) / full
        close(float((chance(allocation).values[LAST] >= goal).mean()), share.sf(needed))


def test_volumes_are_log_normal_with_the_mean_that_was_expected() -> None:
    """Cumulative: what is counted is sure, the period's rate is 40 %, and the share at its end follows V."""
    rows = (Row("A", 10**7, 10**8, (10**8,)),)
    allocation = asked(rows, 0.25, sure(volume_spread=0.2), rounding=EXACT)
    found = chance(allocation).values[LAST]
    for goal in (0.23, 0.245, 0.26):
        V = (goal * 10**8 - 10**7) / (0.4 - goal)
        truth = stats.norm.sf((math.log(V / 10**8) + 0.02) / 0.2)
        close(float((found >= goal).mean()), truth)


def test_measures_are_triangular_and_common_to_all() -> None:
    measure = Measure("paper", 0.5, 0.0, 1.5, date(2022, 6, 15))
    rows = tuple(Row(code, 2 * 10**7, 10**8, (10**8,)) for code in "ABC")
    base = plan("equal_increment", 0.2, periods=ONE, basis=Basis.IN_PERIOD, assumptions=sure(), rounding=EXACT)
    own = replace(base, indicators=(replace(base.indicators[0], start=Start.PROJECTED),), measures=(measure,))
    found = chance(allocate(figures(rows, ONE), own)).values[LAST]
    triangle = stats.triang(1 / 3, 0.0, 1.5)
    for goal in (0.25, 0.3, 0.4):
        close(float((found >= goal).mean()), triangle.sf(math.log(goal / (1 - goal)) - math.log(0.25)))


def test_independent_agencies_reach_all_with_the_product_of_their_chances() -> None:
    rows = tuple(Row(code, 2 * 10**6, 10**7, (10**7,)) for code in "ABCDE")
    apart = asked(rows, 0.4, sure(delivery=Delivery(0.9, 0.2)), basis=Basis.IN_PERIOD, rounding=EXACT)
    low = replace(apart.results["online"], target=apart.results["online"].target * 0 + 0.33)
    close(float(drawn(apart, low).all_reach[0]), float(np.prod(drawn(apart, low).each[0])))
    one = replace(apart.plan, assumptions=sure(delivery=Delivery(0.9, 0.2, common=1.0)))
    alike = replace(apart, plan=one)
    assert drawn(alike, low).all_reach[0] == pytest.approx(drawn(alike, low).each[0].min(), abs=0.02)


def drawn(allocation: Allocation, result: Any) -> module.Drawn:
    simulation = module.Simulation(module.lay_out(allocation.figures, allocation.plan, allocation.plan.indicators[0]))
    # what is asked stays; what counts as reached is the lower target
    held = simulation.asked(allocation.results["online"])
    simulation.asked = lambda _: held  # type: ignore[method-assign]
    return simulation.run(result, {}, DRAWS, 3)


def test_all_of_a_period_may_be_asked_and_delivered() -> None:
    rows = (Row("A", 5, 10, (10,)), Row("B", 50, 100, (1,)))
    allocation = asked(rows, 1.0, sure(), basis=Basis.IN_PERIOD)
    found = chance(allocation)
    assert np.median(found.values[LAST]) > 0.98
    assert found.each["online"].min() > 0.85


def test_a_catalogue_is_no_sample() -> None:
    rows = (Row("A", 60, 80), Row("B", 10, 40))
    allocation = asked(rows, 0.8, sure(), kind=Kind.STOCK, basis=None, rounding=Rounding(RoundingMode.UP, count=True))
    found = chance(allocation)
    assert np.ptp(found.values[LAST]) == 0.0
    assert found.goals[LAST] == found.together == found.all_reach[LAST] == 1.0


def several(**more: Any) -> Allocation:
    rows = tuple(
        Row(code, n, d, (d + 20, d + 20), level=level)
        for code, n, d, level in (
            ("A", 30, 200, "province"), ("B", 400, 900, "province"), ("C", 0, 0, "district"), ("D", 9, 40, "commune"),
        )
    )  # fmt: skip
    rules = ("gap_closing", 0.45)
    own = plan(*rules, rounding=Rounding(), assumptions=Assumptions(delivery=Delivery(0.85, 0.1, 0.3), **more))
    return allocate(figures(rows), own)


def test_the_same_seed_gives_the_same_numbers_and_another_does_not() -> None:
    one, two, other = (chance(several(), draws=3000, seed=seed) for seed in (5, 5, 6))
    assert np.array_equal(one.values[LAST], two.values[LAST])
    assert not np.array_equal(one.values[LAST], other.values[LAST])
    assert one.goals == two.goals
    assert np.isfinite(one.each["online"]).all()


def test_draws_are_common_to_scenarios() -> None:
    """Two goals differ by what is asked alone: whoever is asked for more never comes to less, draw by draw."""
    allocation = several()
    higher = replace(allocation.plan.indicators[0], goals={"2022Q4": 0.55})
    more = allocate(allocation.figures, replace(allocation.plan, indicators=(higher,)))
    low, high = (chance(one, draws=3000).values[LAST] for one in (allocation, more))
    assert (high >= low - 1e-6).all()
    assert high.mean() > low.mean() + 0.02


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first draws are the same however many are wanted after them, as long as a block is full."""
    monkeypatch.setattr(module, "_CELLS", 400)
    few, many = (chance(several(), draws=draws).values[LAST] for draws in (100, 350))
    assert np.array_equal(few, many[:100])


def test_influences_of_an_additive_result_are_shares_of_its_variance() -> None:
    """Two measures whose effects hardly bend: total effects are their variances' shares, and nothing else varies."""
    small = [Measure(id, 0.02, 0.0, 0.02 * k, date(2022, 6, 15)) for id, k in (("a", 2), ("b", 3))]
    rows = (Row("A", 2 * 10**7, 10**8, (10**8,)),)
    base = plan("equal_increment", 0.2, periods=ONE, basis=Basis.IN_PERIOD, assumptions=sure(), rounding=EXACT)
    own = replace(base, indicators=(replace(base.indicators[0], start=Start.PROJECTED),), measures=tuple(small))
    found = {one.source: one.total for one in influences(allocate(figures(rows, ONE), own), "online")}
    variance = {"a": stats.triang(0.5, 0, 0.04).var(), "b": stats.triang(1 / 3, 0, 0.06).var()}
    for id in "ab":
        assert found[id] == pytest.approx(variance[id] / sum(variance.values()), abs=0.03)
    assert found[DELIVERY] == found[VOLUMES] == 0.0
    assert found[RATES] < 0.01
    assert max(found, key=lambda source: found[source]) == next(iter(found)) == "b"


def test_nothing_that_varies_has_no_influence() -> None:
    allocation = asked((Row("A", 60, 80),), 0.9, sure(), kind=Kind.STOCK, basis=None)
    assert {one.total for one in influences(allocation, "online", draws=100)} == {0.0}


class _EnoughError(Exception):
    pass


def test_who_is_overtaken_stops() -> None:
    """Whoever is asked before each simulation can end the work."""
    allocation, looks = several(draws=50), iter(range(3))

    def heed() -> None:
        if next(looks, None) is None:
            raise _EnoughError

    with pytest.raises(_EnoughError):
        influences(allocation, "online", heed=heed)
    with pytest.raises(_EnoughError):
        planning_goal(allocation, "online", 0.8, heed=heed)


def test_planning_goal_is_the_least_that_gives_the_chance() -> None:
    allocation = several(draws=4000)
    assert chance(allocation).goals[LAST] < 0.7
    found = planning_goal(allocation, "online", 0.8)
    assert found.enough
    assert found.goal > 0.45

    def chance_with(goal: float) -> float:
        own = replace(allocation.plan.indicators[0], goals={"2022Q4": goal})
        more = allocate(allocation.figures, replace(allocation.plan, indicators=(own,)))
        return float((chance(more).values[LAST] >= 0.45).mean())

    assert chance_with(found.goal) >= 0.795
    assert chance_with(found.goal - 0.01) < 0.8
    assert planning_goal(allocation, "online", 0.01).goal == 0.45
    aimed = replace(allocation.plan.indicators[0], goals={"2022Q4": found.goal}, reach={"2022Q4": 0.45})
    safe = allocate(allocation.figures, replace(allocation.plan, indicators=(aimed,)))
    assert chance(safe).goals[LAST] == found.chance >= 0.8  # of what is to be reached, not of the goal that is set
    assert planning_goal(safe, "online", 0.8) == found
    hopeless = planning_goal(several(draws=1000), "online", 0.999999)
    assert hopeless.chance <= 1.0
    with pytest.raises(PlanError) as refused:
        planning_goal(allocation, "online", 1.0)
    assert refused.value.code == "bad_confidence"
