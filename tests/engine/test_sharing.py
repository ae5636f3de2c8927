"""Who shares a lift, and which: what a spreadsheet needs to work targets out again."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest

from engine import (
    Allocation,
    Basis,
    Figures,
    IndicatorPlan,
    Kind,
    MethodChoice,
    Period,
    Plan,
    Rounding,
    RoundingMode,
    Rule,
    RuleKind,
    Where,
    allocate,
    working,
)

ROWS = [
    ("A", "province", "", 100.0, 1000.0),
    ("B", "province", "", 300.0, 1000.0),
    ("D", "district", "", 50.0, 500.0),
    ("X", "commune", "D", 20.0, 250.0),
    ("Y", "commune", "D", 30.0, 250.0),
]
BLEND = MethodChoice("blend", parts=((MethodChoice("equal_target"), 0.5), (MethodChoice("equal_effort"), 0.5)))


def table(method: MethodChoice, goal: float = 0.5, *rules: Rule, rounding: Rounding | None = None) -> Allocation:
    frame = pd.DataFrame(ROWS, columns=["agency", "level", "parent", "numerator", "denominator"])
    frame = frame.assign(name=frame["agency"], indicator="online", expected_q3=500.0, expected_q4=500.0)
    one = IndicatorPlan(
        "online", Kind.FLOW, {"q4": goal}, method, Basis.CUMULATIVE, rounding=rounding or Rounding(RoundingMode.NONE)
    )
    periods = (Period("q3", date(2022, 9, 30)), Period("q4", date(2022, 12, 31)))
    return allocate(Figures.from_frame(frame), Plan(date(2022, 6, 15), periods, (one,), rules))


def test_the_province_first_then_each_parent_with_the_lifts_that_are_reported():
    result = table(MethodChoice("equal_increment"), rounding=Rounding(step=0.05))
    province, district = working(result, "online").shared
    assert (province.parent, province.rows.tolist()) == (-1, [0, 1, 2])
    assert (district.parent, district.rows.tolist()) == (2, [3, 4])
    for shared, reported in ((province, result.summaries), (district, result.groups)):
        for t, one in enumerate(reported):
            assert (shared.lift[t], shared.lift_rounded[t]) == (one.lift, one.lift_rounded)
    assert province.lift_rounded[1] >= province.lift[1] > 0


def test_each_part_of_a_blend_is_solved_alone():
    (province, _) = working(table(BLEND), "online").shared
    alone = [table(part).summary("online", "q4").lift for part, _ in BLEND.parts]
    assert province.parts == pytest.approx(alone, abs=1e-12)
    nested = MethodChoice("blend", parts=((BLEND, 1.0),))
    whole, *parts = working(table(nested), "online").shared[0].parts
    assert whole == pytest.approx(0.0, abs=1e-12), "a blend that meets the goal needs nothing more"
    assert parts == pytest.approx(alone, abs=1e-12)


def test_where_no_lift_does_it_goes_as_far_as_it_can():
    capped = Rule(RuleKind.CAP, "cap", 0.3)
    (province, _) = working(table(MethodChoice("equal_target"), 0.5, capped), "online").shared
    assert math.isinf(province.lift[1])


def test_what_rules_say_of_whom():
    rules = (
        Rule(RuleKind.EXEMPT, "ex", where=Where(agencies=("A",)), periods=("q3",)),
        Rule(RuleKind.PIN, "pin", 0.4, where=Where(agencies=("B",))),
        Rule(RuleKind.GROUP_GOAL, "group", 0.7, where=Where(agencies=("D",))),
        Rule(RuleKind.SAME_TARGET, "same", where=Where(levels=("commune",))),
    )
    how = working(table(MethodChoice("equal_increment"), 0.5, *rules), "online")
    assert how.exempt.tolist() == [[True, False, False, False, False], [False] * 5]
    assert how.pin[1, 1] == 0.4
    assert np.isnan(how.pin).sum() == 9
    assert how.from_groups[1, 2] == pytest.approx(0.7)
    assert np.isneginf(how.from_groups[:, [0, 1, 3, 4]]).all()
    assert (how.twin >= 0).tolist() == [False, False, False, True, True]
    assert [whom.sum() for whom in how.concerns] == [1, 1, 2, 4]
