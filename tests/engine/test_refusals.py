"""What the engine refuses, and that each refusal carries the values a reader needs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine import (
    Basis,
    Figures,
    FiguresError,
    IndicatorPlan,
    Kind,
    MethodChoice,
    Period,
    Plan,
    PlanError,
    Rounding,
    RuleKind,
    Treatment,
    Where,
    allocate,
    least_lift,
)
from engine.solver import Linear
from tests.engine.build import Q3, Q4, Row, figures, plan, rule

ROWS = [
    Row("A", 20, 100, (50, 50)),
    Row("B", 50, 100, (50, 50), level="district"),
    Row("B1", 5, 10, (5, 5), level="commune", parent="B"),
]


def indicator(asked: Plan, **changes: Any) -> Plan:
    return replace(asked, indicators=(replace(asked.indicators[0], **changes),))


def only(*codes: str) -> Where:
    return Where(agencies=codes)


BASE = plan("equal_target", 0.5)
PLANS: dict[str, tuple[Plan, set[str]]] = {
    "unknown_indicator": (indicator(BASE, id="onlin"), {"indicator", "nearest", "known"}),
    "unknown_period": (indicator(BASE, goals={Q4.id: 0.5, "2022Q5": 0.4}), {"period", "known"}),
    "unknown_method": (indicator(BASE, method=MethodChoice("equal_targets")), {"nearest"}),
    "unknown_agency": (plan("equal_target", 0.5, rule("floor", 0.2, where=only("C"))), {"agency", "rule"}),
    "unknown_parent": (plan("equal_target", 0.5, rule("floor", 0.2, where=Where(parents=("C",)))), {"parent", "rule"}),
    "unknown_level": (plan("equal_target", 0.5, rule("floor", 0.2, where=Where(levels=("tinh",)))), {"level", "known"}),
    "goal_missing": (indicator(BASE, goals={Q3.id: 0.5}), {"indicator", "period"}),
    "goal_out_of_range": (indicator(BASE, goals={Q4.id: 50.0}), {"indicator", "period", "value"}),
    "periods_not_ascending": (replace(BASE, periods=(Q4, Q3)), {"period"}),
    "as_of_after_period": (replace(BASE, as_of=date(2022, 10, 1)), {"period"}),
    "duplicate_period": (replace(BASE, periods=(Q3, Period(Q3.id, Q4.end))), {"period"}),
    "no_periods": (replace(BASE, periods=()), set()),
    "no_indicators": (replace(BASE, indicators=()), set()),
    "basis_missing": (indicator(BASE, basis=None), {"indicator"}),
    "basis_for_stock": (indicator(BASE, kind=Kind.STOCK, basis=Basis.CUMULATIVE), {"indicator"}),
    "duplicate_rule": (plan("equal_target", 0.5, rule("floor", 0.2), rule("floor", 0.3)), {"rule"}),
    "bad_rounding": (indicator(BASE, rounding=Rounding(step=0.0)), {"indicator", "value"}),
    "blend_weights": (
        indicator(BASE, method=MethodChoice("blend", parts=((MethodChoice("equal_target"), 0.7),))),
        {"indicator", "total"},
    ),
    "bad_value": (plan("equal_target", 0.5, rule("floor", 30.0)), {"rule", "value"}),
    "rule_not_for_stock": (
        plan(
            "equal_target", 0.5, rule("online_only", 0.5, since=date(2022, 7, 1), indicators=("online",)),
            kind=Kind.STOCK,
        ),
        {"rule", "indicator"},
    ),
    "pins_disagree": (
        plan("equal_target", 0.5, *(rule("pin", x, id=f"pin {x}", where=only("A")) for x in (0.4, 0.45))),
        {"agency", "period", "values"},
    ),
    "groups_overlap": (
        plan("equal_target", 0.5, rule("same_target", id="s1"), rule("same_target", id="s2", where=only("A"))),
        {"agency", "rule"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("code", PLANS)
def test_a_plan_is_refused(code: str) -> None:
    asked, details = PLANS[code]
    with pytest.raises(PlanError) as refusal:
        allocate(figures(ROWS), asked)
    assert refusal.value.code == code
    assert details <= set(refusal.value.details)
    assert code in str(refusal.value)


def test_nearest_names() -> None:
    with pytest.raises(PlanError) as refusal:
        allocate(figures(ROWS), indicator(BASE, id="onlin"))
    assert refusal.value.details["nearest"] == "online"


@pytest.mark.parametrize(
    ("basis", "period", "value", "low", "high"),
    [
        # counted 20 of 100; 50 more to come in each period
        (Basis.CUMULATIVE, Q3.id, 0.10, 20 / 150, 70 / 150),
        (Basis.CUMULATIVE, Q4.id, 0.70, 20 / 200, 120 / 200),
        (None, Q4.id, 0.10, 0.20, 1.0),
    ],
)
def test_an_impossible_pin_names_its_range(
    basis: Basis | None, period: str, value: float, low: float, high: float
) -> None:
    kind = Kind.STOCK if basis is None else Kind.FLOW
    pin = rule("pin", value, where=only("A"), periods=(period,))
    with pytest.raises(PlanError) as refusal:
        allocate(figures(ROWS), plan("equal_target", 0.5, pin, kind=kind, basis=basis))
    details = refusal.value.details
    assert refusal.value.code == "pin_impossible"
    assert (details["agency"], details["period"], details["rule"]) == ("A", period, "pin")
    assert (details["low"], details["high"], details["value"]) == pytest.approx((low, high, value))


def test_pins_of_two_periods_that_cannot_both_hold() -> None:
    """45 % in Q3 are 67.5 of 150; 30 % in Q4 would be 60 of 200: fewer than are counted by then."""
    pins = [
        rule("pin", 0.45, id="q3", where=only("A"), periods=(Q3.id,)),
        rule("pin", 0.30, id="q4", where=only("A"), periods=(Q4.id,)),
    ]
    with pytest.raises(PlanError) as refusal:
        allocate(figures(ROWS), plan("equal_target", 0.3, *pins))
    assert refusal.value.code == "pin_impossible"
    assert refusal.value.details["period"] == Q4.id
    assert refusal.value.details["low"] == pytest.approx(67.5 / 200)


FRAMES: dict[str, dict[str, Any]] = {
    "numerator_above_denominator": {"numerator": 11.0},
    "bad_count": {"numerator": -1.0},
    "unknown_level": {"level": "tỉnh"},
    "unknown_parent": {"parent": "X"},
    "bad_share": {"ceiling": 60.0},
    "bad_weight": {"weight": 0.0},
}


def frame(**changes: Any) -> pd.DataFrame:
    line = {
        "agency": "A", "name": "A", "level": "district", "parent": "", "indicator": "online", "numerator": 5.0,
        "denominator": 10.0, "ceiling": 1.0, "weight": 1.0,
    }  # fmt: skip
    return pd.DataFrame([line | changes])


@pytest.mark.parametrize("code", FRAMES)
def test_figures_are_refused(code: str) -> None:
    with pytest.raises(FiguresError) as refusal:
        Figures.from_frame(frame(**FRAMES[code]))
    assert refusal.value.code == code
    assert refusal.value.details["agency"] == "A"


def test_figures_that_contradict_each_other_are_refused() -> None:
    twice = pd.concat([frame(), frame()])
    circle = pd.concat([frame(agency="A", parent="B"), frame(agency="B", parent="A")])
    renamed = pd.concat([frame(), frame(indicator="active", name="Z")])
    for table, code in ((twice, "duplicate_row"), (circle, "parent_circle"), (renamed, "agency_disagrees")):
        with pytest.raises(FiguresError) as refusal:
            Figures.from_frame(table)
        assert refusal.value.code == code
    with pytest.raises(FiguresError, match="missing_column"):
        Figures.from_frame(frame().drop(columns="numerator"))
    with pytest.raises(FiguresError, match="unknown_column"):
        Figures.from_frame(frame(target=0.5))


def test_nothing_is_changed_by_a_run() -> None:
    """Figures and the caller's table stay as they were."""
    table = frame()
    before = table.copy(deep=True)
    there = Figures.from_frame(table)
    stamp = there.sha256
    first = allocate(there, plan("equal_target", 0.5))
    allocate(there, plan("equal_effort", 0.9, rule("group_goal", 0.6), rule("floor", 0.4)))
    pd.testing.assert_frame_equal(table, before)
    assert Figures.from_frame(table).sha256 == stamp
    again = allocate(there, plan("equal_target", 0.5))
    assert np.array_equal(first.results["online"].target, again.results["online"].target)


def test_nothing_at_all_to_count_is_refused() -> None:
    with pytest.raises(FiguresError) as refusal:
        allocate(figures([Row("A", 0, 0)]), plan("equal_target", 0.5))
    assert refusal.value.code == "nothing_to_count"


def test_two_indicators_do_not_touch_each_other() -> None:
    rows = [*ROWS, Row("A", 3, 9, indicator="active"), Row("B", 8, 9, level="district", indicator="active")]
    both = plan("equal_target", 0.5)
    active = IndicatorPlan("active", Kind.STOCK, {Q4.id: 0.9}, MethodChoice("equal_increment"))
    both = replace(both, indicators=(*both.indicators, active), rules=(rule("floor", 0.55, indicators=("active",)),))
    allocation = allocate(figures(rows), both)
    alone = allocate(figures(ROWS), plan("equal_target", 0.5))
    assert np.array_equal(allocation.results["online"].target, alone.results["online"].target, equal_nan=True)
    assert allocation.results["active"].lower[-1].min() == pytest.approx(0.55)


def test_small_volume_needs_a_treatment() -> None:
    with pytest.raises(PlanError) as refusal:
        allocate(figures(ROWS), plan("equal_target", 0.5, rule("small_volume", 30.0)))
    assert refusal.value.code == "bad_value"
    allocate(figures(ROWS), plan("equal_target", 0.5, rule("small_volume", 30.0, treatment=Treatment.EXEMPT)))


def test_every_rule_kind_can_be_restricted_to_an_indicator() -> None:
    """A rule for another indicator changes nothing."""
    values = {RuleKind.SMALL_VOLUME: 500.0, RuleKind.ONLINE_ONLY: 0.5}
    rows = [*ROWS, Row("A", 3, 9, indicator="active")]
    asked = plan("equal_increment", 0.5)
    plain = allocate(figures(rows), asked).results["online"].target
    for kind in RuleKind:
        one = rule(
            str(kind), values.get(kind, 0.4), indicators=("active",), since=date(2022, 7, 1),
            treatment=Treatment.EXEMPT,
        )  # fmt: skip
        target = allocate(figures(rows), replace(asked, rules=(one,))).results["online"].target
        assert np.array_equal(target, plain, equal_nan=True), kind


# --- the solver by itself ---------------------------------------------------------------------------


def test_least_lift_of_groups() -> None:
    """Three groups at once: met, beyond reach, nothing asked."""
    base = np.array([0.1, 0.3, 0.5, 0.5, 0.2])
    upper = np.array([1.0, 1.0, 0.6, 0.6, 1.0])
    groups = np.array([0, 0, 1, 1, 2])
    weights = np.array([100.0, 300.0, 50.0, 50.0, 10.0])
    lift = least_lift(
        lambda at: np.minimum(base + at[groups], upper),
        weights,
        np.array([0.5, 0.7, np.nan]),
        highest=1.0,
        groups=groups,
    )
    assert lift[0] == pytest.approx(0.25)
    assert np.isnan(lift[1])
    assert lift[2] == 0.0


def test_least_lift_is_the_least() -> None:
    """A response with a flat piece: the first lift that reaches the goal, not any."""
    lift = least_lift(lambda at: np.clip(np.array([0.2 + at[0], 0.2 + at[0]]), 0.0, 0.5), np.ones(2), 0.5, highest=1.0)
    assert lift[0] == pytest.approx(0.3, abs=1e-9)


@pytest.mark.parametrize("goal", [0.25, 0.37, 0.5, 0.6, 0.75])
def test_least_lift_of_any_callable_is_that_of_the_same_lines(goal: float) -> None:
    """On the way, at a bound that all reach together, and between two that they reach one after the other."""
    base, upper, weights = np.array([0.1, 0.2, 0.2]), np.array([0.6, 0.7, 0.9]), np.array([1.0, 2.0, 5.0])
    lines = Linear(base, np.ones(3), base, upper)
    asked = []

    def plain(lift: np.ndarray) -> np.ndarray:
        asked.append(lift)
        return lines(lift)

    assert least_lift(plain, weights, goal, highest=1.0) == pytest.approx(least_lift(lines, weights, goal), abs=1e-12)
    assert len(asked) < 30, "what moves there is not halved again"


def test_least_lift_needs_weight() -> None:
    with pytest.raises(FiguresError) as refusal:
        least_lift(lambda at: at + np.zeros(2), np.zeros(2), 0.5, highest=1.0)
    assert refusal.value.code == "no_weight"
    assert refusal.value.details["group"] == 0
