"""Tables whose making is known, and Lạng Sơn's, are explained again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest

from engine import (
    Allocation,
    Basis,
    Explained,
    Figures,
    Kind,
    MethodChoice,
    Pace,
    Plan,
    PlanError,
    Rounding,
    RoundingMode,
    RuleKind,
    Toward,
    Treatment,
    Where,
    allocate,
    infer,
)
from engine.methods import METHODS
from tests.engine.build import Row, figures, plan, rule
from tests.engine.made import ROUNDINGS, Made, made, province

ROUND = Rounding()


def issued(allocation: Allocation) -> np.ndarray:
    return allocation.results["online"].target


def best_of(found: tuple[Explained, ...]) -> list[Explained]:
    return [one for one in found if one.cost == found[0].cost]


def recovered(tables: Iterable[Made]) -> tuple[Counter[str], int, int]:
    """How often the making method is among the best explanations, by its name; how often others are; how many tables.

    What is said first must give the table again, but for those it says it misses.
    """
    found, doubtful, count = Counter[str](), 0, 0
    for one in tables:
        best = best_of(infer(one.figures, one.plan, "online", one.issued))
        names = {each.method.name if each.method else "groups" for each in best}
        found[one.method.name] += one.method.name in names
        doubtful += len(names) > 1
        count += 1
        again = issued(allocate(one.figures, best[0].plan_of(one.plan, "online")))
        off = np.abs(again[-1] - one.issued[-1]) > (1e-6 if one.rounding is RoundingMode.NONE else 1e-9)
        assert int(off.sum()) == best[0].missed
    return found, doubtful, count


@pytest.mark.parametrize("mode", ["nearest", "up", "largest_remainder", "none", "count"])
def test_every_method_is_recovered_from_tables_in_every_rounding(mode: str) -> None:
    """A table a method; 100 of each are in `tests.benchmarks.learning`."""
    found, doubtful, count = recovered(made(name, ROUNDINGS[mode], 3, 20) for name in METHODS)
    assert sum(found.values()) >= count - 1, found
    assert doubtful <= count / 3, "most tables speak for one method alone"


def test_weights_of_a_blend_and_points_of_a_step_are_found() -> None:
    own = province(3)
    parts = ((MethodChoice("equal_target"), 0.3), (MethodChoice("proportional_growth"), 0.7))
    asked = plan(MethodChoice("blend", parts=parts), 0.45, rounding=ROUND)
    first = infer(own, asked, "online", issued(allocate(own, asked)))[0]
    assert first.method is not None
    assert {part.name: weight for part, weight in first.method.parts} == {
        "equal_target": 0.3, "proportional_growth": 0.7,
    }  # fmt: skip
    asked = plan("equal_target", 0.36, rule("max_step", 0.08), rounding=ROUND)
    first = infer(own, asked, "online", issued(allocate(own, asked)))[0]
    assert (first.method, first.missed) == (MethodChoice("equal_target"), 0)
    assert first.value_of(RuleKind.MAX_STEP) == 0.08


def test_floors_of_a_level_and_who_has_no_target_are_found() -> None:
    rng = np.random.default_rng(11)
    rows = []
    for at in range(24):
        D = int(rng.integers(200, 2000)) if at % 6 else 10
        level = "province" if at < 12 else "district"
        rows.append(Row(f"A{at:02d}", int(D * rng.uniform(0.05, 0.35)), D, (D, D), level=level))
    own = figures(rows)
    floor = rule("floor", 0.25, where=Where(levels=("district",)))
    small = rule("small_volume", 100.0, treatment=Treatment.EXEMPT)
    asked = plan("equal_increment", 0.35, floor, small, rounding=ROUND)
    table = issued(allocate(own, asked))
    assert np.isnan(table[-1]).sum() == 4
    first = infer(own, asked, "online", table)[0]
    assert (first.method, first.missed, first.counted) == (MethodChoice("equal_increment"), 0, 20)
    kinds = {one.kind: one for one in first.common}
    assert kinds[RuleKind.FLOOR].where == Where(levels=("district",))
    below = kinds[RuleKind.SMALL_VOLUME].value
    assert below is not None
    assert below > 30
    again = issued(allocate(own, first.plan_of(asked, "online")))
    assert np.array_equal(again, table, equal_nan=True)
    largest = int(np.argmax(own.frame["denominator"]))
    table[-1, largest] = np.nan
    spared = infer(own, asked, "online", table)[0]
    assert [one.where.agencies for one in spared.common if one.kind is RuleKind.EXEMPT] == [
        tuple(sorted(("A00", "A06", "A12", "A18", f"A{largest:02d}")))
    ]


def test_noise_is_not_explained() -> None:
    own = province(2)
    table = np.full((2, 27), np.nan)
    table[1] = np.random.default_rng(1).integers(30, 99, 27) / 100
    found = infer(own, plan(goal=0.5), "online", table)
    assert not found[0].explains
    assert {one.method.name for one in found if one.method} == set(METHODS), "each method says how far it gets"


def lang_son(indicator: str) -> tuple[Figures, np.ndarray]:
    """Decision 1045/QĐ-UBND, 21/06/2022: 16 departments and 11 districts; counts are made up, none were published."""
    rng = np.random.default_rng(1045)
    groups = {"active": [(0.8, 16, 11)], "online": [(0.9, 4, 0), (0.8, 1, 0), (0.7, 2, 0), (0.6, 1, 0), (0.5, 8, 11)]}
    rows, targets = [], []
    for value, departments, districts in groups[indicator]:
        for level, count in (("province", departments), ("district", districts)):
            for _ in range(count):
                D = int(rng.integers(100, 3000))
                code = f"{level[0].upper()}{len(rows):02d}"
                rows.append((code, value, Row(code, int(D * rng.uniform(0.02, 0.4)), D, (D, D), level=level)))
    rows.sort(key=lambda one: one[0])
    targets = np.full((2, len(rows)), np.nan)
    targets[1] = [value for _, value, _ in rows]
    return figures([row for _, _, row in rows]), targets


def test_lang_son_was_made_by_groups_and_by_one_value_for_all() -> None:
    own, targets = lang_son("online")
    first = infer(own, plan(goal=0.5), "online", targets)[0]
    assert first.method is None
    assert first.missed == 0
    assert [(one.value, one.levels, len(one.agencies)) for one in first.groups] == [
        (0.9, (), 4), (0.8, (), 1), (0.7, (), 2), (0.6, (), 1), (0.5, ("district",), 8),
    ]  # fmt: skip
    within = plan(goal=0.5, basis=Basis.IN_PERIOD)
    again = allocate(own, infer(own, within, "online", targets)[0].plan_of(within, "online"))
    assert issued(again)[-1].tolist() == targets[-1].tolist()
    own, targets = lang_son("active")
    found = infer(own, plan(goal=0.5, kind=Kind.STOCK), "online", targets)
    assert (found[0].method, found[0].missed) == (MethodChoice("equal_target"), 0)
    assert found[0].goal == pytest.approx(0.8)
    others = {one.method.name for one in best_of(found)[1:] if one.method}
    assert others <= {"equal_target", "gap_closing"}, "on a grid of tens, a share of the gap may come to the same"


def test_can_tho_was_made_by_level() -> None:
    own, targets = lang_son("online")
    levels = {"province": 0.79, "district": 0.5}
    targets[1] = [levels[own.levels[row]] for row in own.indicators["online"].rows]
    first = infer(own, plan(goal=0.5), "online", targets)[0]
    assert [(one.value, one.levels, one.agencies) for one in first.groups] == [
        (0.79, ("province",), ()), (0.5, ("district",), ()),
    ]  # fmt: skip
    assert {one.kind for one in first.rules()} == {RuleKind.FLOOR, RuleKind.CAP}


def test_floors_caps_grids_and_points_to_close_toward_are_found() -> None:
    own = province(3)
    asked = plan("equal_increment", 0.45, rule("floor", 0.4), rule("cap", 0.65), rounding=Rounding(step=0.05))
    first = infer(own, asked, "online", issued(allocate(own, asked)))[0]
    assert first.method == MethodChoice("equal_increment")
    assert (first.value_of(RuleKind.FLOOR), first.value_of(RuleKind.CAP)) == (0.4, 0.65)
    assert (first.rounding.step, first.missed) == (0.05, 0)
    toward = plan("gap_closing", 0.45, rounding=Rounding(step=0.005), toward=Toward.GOAL)
    first = infer(own, toward, "online", issued(allocate(own, toward)))[0]
    assert first.method == MethodChoice("gap_closing", Toward.GOAL)
    assert first.rounding.step == 0.005
    whole = plan("equal_effort", 0.45, rounding=Rounding(count=True))
    first = infer(own, whole, "online", issued(allocate(own, whole)))[0]
    assert (first.method, first.rounding.count, first.missed) == (MethodChoice("equal_effort"), True, 0)


def test_a_leaders_decision_is_what_is_left_over() -> None:
    own = province(4)
    asked = plan("gap_closing", 0.45, rounding=ROUND)
    table = issued(allocate(own, asked))
    table[1, 5] += 0.07
    first = infer(own, asked, "online", table)[0]
    assert first.method == MethodChoice("gap_closing")
    assert first.missed == 1
    assert first.residual[1, 5] == pytest.approx(0.07)
    assert (np.abs(np.delete(first.residual[1], 5)) < 1e-9).all()


@pytest.mark.parametrize("pace", list(Pace))
def test_pace_of_the_earlier_period(pace: Pace) -> None:
    own = province(5)
    asked = plan("equal_increment", 0.45, rounding=ROUND, pace=pace)
    first = infer(own, asked, "online", issued(allocate(own, asked)))[0]
    assert first.pace is pace
    assert np.nanmax(np.abs(first.residual)) < 1e-9


def test_two_that_explain_equally_well_are_both_told() -> None:
    """With equal figures, points, gaps and efforts cannot be told apart."""
    rows = [Row(f"A{i}", 200, 1000, (500, 500), weight=1.0) for i in range(6)]
    own = figures(rows)
    asked = plan("equal_effort", 0.4, rounding=ROUND)
    best = best_of(infer(own, asked, "online", issued(allocate(own, asked))))
    assert {one.method.name for one in best if one.method} >= {"equal_target", "equal_increment", "equal_effort"}


def test_children_and_catalogues() -> None:
    rows = [Row("A", 300, 1000), Row("B", 100, 900), *(Row(f"C{i}", 20 * i, 200, parent="A") for i in range(1, 6))]
    own = figures(rows)
    asked = plan("gap_closing", 0.7, kind=Kind.STOCK, rounding=ROUND)
    first = infer(own, asked, "online", issued(allocate(own, asked)))[0]
    assert first.missed == 0
    assert first.counted == 7


def test_nothing_issued_is_refused() -> None:
    own = province(6)
    empty = np.full((2, 27), np.nan)
    empty[1, 0] = 0.5
    with pytest.raises(PlanError) as refused:
        infer(own, plan(goal=0.5), "online", empty)
    assert refused.value.code == "nothing_issued"


def test_order_of_the_goal_in_the_plan_does_not_matter() -> None:
    own, asked = province(8), plan("proposals", 0.5, rounding=ROUND)
    table = issued(allocate(own, asked))
    other: Plan = replace(asked, indicators=(replace(asked.indicators[0], goals={"2022Q4": 0.9}),), rules=())
    for plan_ in (asked, other):
        assert infer(own, plan_, "online", table)[0].method == MethodChoice("proposals")
