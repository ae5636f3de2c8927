"""Start `projected`: what would happen anyway and what measures add, by hand and over all methods."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import (
    METHODS,
    Allocation,
    Basis,
    EngineError,
    Kind,
    Measure,
    MethodChoice,
    Plan,
    PlanError,
    Start,
    Step,
    Treatment,
    Where,
    allocate,
    contributions,
    explain,
    question,
)
from tests.engine.build import AS_OF, Q3, Q4, Row, column, figures, plan, rule
from tests.engine.strategies import SINGLE_LIFT, WINDOWS, Problem, problems

ROWS = (
    Row("A", 120, 800, (500, 450)),
    Row("B", 30, 900, (600, 550), level="district"),
    Row("C", 400, 500, (300, 350), ceiling=0.9),
)
TEAMS = Measure("teams", 0.4, 0.1, 0.7, date(2022, 7, 1), 60, Where(levels=("district",)))
PAPER = Measure("paper", 1.2, 0.6, 2.0, date(2022, 10, 1), 0)


def projected(asked: Plan, *measures: Measure, trend: float = 0.0) -> Plan:
    own = replace(asked.indicators[0], start=Start.PROJECTED, trend=trend)
    return replace(asked, indicators=(own,), measures=measures)


def log_odds(share: float) -> float:
    return math.log(share / (1 - share))


def anyway(row: Row, measures: tuple[Measure, ...], trend: float, window: tuple[Kind, Basis | None]) -> list[float]:
    """p_t of one agency, day by day and from engine.md alone."""
    assert row.N is not None
    assert row.D is not None
    level = log_odds((row.N + 0.5) / (row.D + 1))
    won, volume, before, out = float(row.N), float(row.D), AS_OF, []
    for t, period in enumerate((Q3, Q4)):
        days = [before + timedelta(days=k) for k in range(1, (period.end - before).days + 1)]
        middle = (before - AS_OF).days + len(days) / 2
        odds = level + trend * middle / (365.25 / 12)
        for one in measures:
            if one.where.levels and row.level not in one.where.levels:
                continue
            felt = [
                float(day > one.start) if one.ramp_days == 0 else min(max((day - one.start).days / one.ramp_days, 0), 1)
                for day in days
            ]
            odds += one.effect * sum(felt) / len(felt)
        rate = min(1 / (1 + math.exp(-odds)), 1.0 if row.ceiling is None else row.ceiling)
        V = row.V[t] if window[0] is Kind.FLOW else 0.0
        assert V is not None
        won, volume, before = won + rate * V, volume + V, period.end
        if window[1] is Basis.CUMULATIVE:
            out.append(won / volume)
        else:
            out.append(max(rate, row.N / row.D) if window[0] is Kind.STOCK else rate)
    return out


@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: str(window[1] or window[0]))
@pytest.mark.parametrize("trend", [0.0, 0.15, -0.1])
def test_projected_start_is_the_formula(window: tuple[Kind, Basis | None], trend: float) -> None:
    asked = projected(plan(goal=0.3, kind=window[0], basis=window[1]), TEAMS, PAPER, trend=trend)
    result = allocate(figures(ROWS), asked).results["online"]
    for i, row in enumerate(ROWS):
        assert result.projected[:, i].tolist() == pytest.approx(anyway(row, (TEAMS, PAPER), trend, window), abs=1e-12)


def test_trace_names_each_measure_and_adds_up() -> None:
    allocation = allocate(figures(ROWS), projected(plan(goal=0.6), TEAMS, PAPER, trend=0.05))
    told = explain(allocation, "B", "online", "2022Q4")
    assert [step.step for step in told.steps[:5]] == [
        Step.CURRENT, Step.START, Step.TREND, Step.MEASURE, Step.MEASURE,
    ]  # fmt: skip
    assert [step.measure for step in told.steps[3:5]] == ["teams", "paper"]
    assert told.steps[3].delta > 0
    assert told.steps[4].value == told.projected
    assert math.fsum(step.delta for step in told.steps) == pytest.approx(told.target, abs=1e-12)
    other = explain(allocation, "A", "online", "2022Q4")
    assert other.steps[3].delta == 0, "the teams are in districts"


@pytest.mark.parametrize("period", ["2022Q3", "2022Q4"])
def test_contributions_are_the_traces_pooled(period: str) -> None:
    rows = (*ROWS, Row("D", 10, 100, (50, 50), parent="A"), Row("E", 0, 0, (0, 0)))
    allocation = allocate(figures(rows), projected(plan(goal=0.6), TEAMS, PAPER, trend=0.05))
    found = contributions(allocation, "online", period)
    assert [(one.step, one.measure) for one in found[2:5]] == [
        (Step.TREND, None), (Step.MEASURE, "teams"), (Step.MEASURE, "paper"),
    ]  # fmt: skip
    told = [explain(allocation, row.code, "online", period) for row in ROWS]
    total = sum(one.weight for one in told)
    for at, part in enumerate(found):
        assert part.value == pytest.approx(sum(one.steps[at].delta * one.weight for one in told) / total, abs=1e-12)
    assert sum(one.value for one in found) == pytest.approx(allocation.summary("online", period).attained, abs=1e-12)
    for indicator, wrong, code in (("onlin", period, "unknown_indicator"), ("online", "Q9", "unknown_period")):
        with pytest.raises(PlanError) as refused:
            contributions(allocation, indicator, wrong)
        assert refused.value.code == code


def test_current_start_reads_no_measure() -> None:
    own = plan(goal=0.6)
    with_measures = replace(own, measures=(TEAMS,))
    assert question(figures(ROWS), own, own.indicators[0]) == question(
        figures(ROWS), with_measures, with_measures.indicators[0]
    )
    result = allocate(figures(ROWS), with_measures).results["online"]
    assert np.isnan(result.projected).all()
    assert result.measures == ()


@pytest.mark.parametrize("method", SINGLE_LIFT)
@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: str(window[1] or window[0]))
def test_no_lift_is_asked_beyond_what_happens_anyway(method: str, window: tuple[Kind, Basis | None]) -> None:
    """A goal at the projected level needs no lift, and one above it moves everybody's target up or keeps it."""
    base = projected(plan(method, goal=0.0, kind=window[0], basis=window[1]), TEAMS, trend=0.1)
    free = allocate(figures(ROWS), base)
    summary = free.summary("online", "2022Q4")
    assert summary.lift == 0
    if method != "equal_target":
        assert free.results["online"].exact[-1] == pytest.approx(free.results["online"].projected[-1], abs=1e-12)
    aim = min(summary.attained_exact + 0.05, summary.max_attainable)
    more = allocate(figures(ROWS), replace(base, indicators=(replace(base.indicators[0], goals={"2022Q4": aim}),)))
    assert more.summary("online", "2022Q4").attained_exact == pytest.approx(aim, abs=1e-9)
    assert (more.results["online"].exact[-1] >= free.results["online"].exact[-1] - 1e-12).all()


def test_equal_effort_multiplies_the_odds_of_every_period_alike() -> None:
    allocation = allocate(figures(ROWS), projected(plan("equal_effort", 0.65), TEAMS, trend=0.1))
    lift = allocation.summary("online", "2022Q4").lift
    for row in ROWS:
        assert row.N is not None
        assert row.D is not None
        won = float(row.N)
        before = 0.0
        for t, value in enumerate(anyway(row, (TEAMS,), 0.1, WINDOWS[1])):
            volume = row.D + sum(row.V[: t + 1])
            rate = (value * volume - before - (row.N if t == 0 else 0)) / row.V[t]
            before = value * volume
            cap = 1.0 if row.ceiling is None else row.ceiling
            won += min(1 / (1 + math.exp(-(log_odds(rate) + lift))), cap) * row.V[t]
        assert column(allocation.results["online"], "exact", row.code, -1, allocation.figures.codes) == pytest.approx(
            won / volume, abs=1e-9
        )


def test_equal_effort_reaches_a_hundred_percent_of_what_is_left_only_in_the_limit() -> None:
    rows = (Row("A", 10, 100, (100, 100)), Row("B", 50, 100, (100, 100)))
    top = (10 + 50 + 400) / 600
    summary = allocate(figures(rows), projected(plan("equal_effort", top), trend=0.1)).summary("online", "2022Q4")
    assert summary.lift == math.inf
    assert summary.attained_exact == pytest.approx(top, abs=1e-12)


def test_small_agencies_and_those_without_figures_start_from_their_peers() -> None:
    rows = (Row("A", 300, 1000, (500, 500)), Row("B", 2, 4, (3, 3)), Row("C", 0, 0, (20, 20)))
    pooled = rule("small_volume", 30.0, treatment=Treatment.POOLED)
    result = allocate(figures(rows), projected(plan("equal_increment", 0.35, pooled))).results["online"]
    peers = 302 / 1004
    assert result.projected[-1, 1] == pytest.approx((2 + 6 * peers) / 10, abs=1e-12)
    assert result.projected[-1, 2] == pytest.approx(peers, abs=1e-12)
    assert result.start_assumed.tolist() == [False, False, True]


def test_twins_of_a_group_get_one_target_though_measures_differ() -> None:
    rows = (Row("A", 100, 1000, (500, 500)), Row("B", 200, 1000, (900, 100), level="district"), ROWS[2])
    same = rule("same_target", where=Where(agencies=("A", "B")))
    for method in ("gap_closing", "equal_effort", "equal_increment"):
        found = allocate(figures(rows), projected(plan(method, 0.6, same), TEAMS, trend=0.1)).results["online"]
        assert found.exact[-1, 0] == pytest.approx(found.exact[-1, 1], abs=1e-12)


@pytest.mark.parametrize(
    ("measures", "code"),
    [
        ((TEAMS, TEAMS), "duplicate_measure"),
        ((replace(TEAMS, low=0.5),), "measure_range"),
        ((replace(TEAMS, effect=math.inf, high=math.inf),), "measure_range"),
        ((replace(TEAMS, ramp_days=-1),), "measure_ramp"),
        ((replace(TEAMS, indicators=("onlin",)),), "unknown_indicator"),
        ((replace(TEAMS, where=Where(levels=("distric",))),), "unknown_level"),
        ((replace(TEAMS, where=Where(agencies=("X",))),), "unknown_agency"),
        ((replace(TEAMS, where=Where(parents=("X",))),), "unknown_parent"),
    ],
)
def test_measures_that_make_no_sense_are_refused(measures: tuple[Measure, ...], code: str) -> None:
    with pytest.raises(PlanError) as refused:
        allocate(figures(ROWS), projected(plan(goal=0.5), *measures))
    assert refused.value.code == code
    assert refused.value.details["measure"] == "teams"


def test_a_measure_that_runs_already_is_told() -> None:
    notes = allocate(figures(ROWS), projected(plan(goal=0.5), replace(TEAMS, start=date(2022, 6, 1)))).warnings
    (note,) = [one for one in notes if one.code == "measure_under_way"]
    assert note.details["measure"] == "teams"
    assert note.details["agencies"] == ["B"]


@settings(max_examples=60)
@given(problems(methods=tuple(m for m in METHODS if m != "blend"), projected=True, odd=False, pins=False), st.data())
def test_more_of_a_measure_never_lowers_what_happens_anyway(problem: Problem, data: st.DataObject) -> None:
    own = replace(problem.ip, start=Start.PROJECTED, method=MethodChoice("equal_increment"))
    asked = replace(problem.plan, indicators=(own,))
    if not asked.measures:
        return
    at = data.draw(st.integers(0, len(asked.measures) - 1))
    one = asked.measures[at]
    more = replace(one, effect=one.effect + 0.5, high=one.high + 0.5)
    raised = replace(asked, measures=(*asked.measures[:at], more, *asked.measures[at + 1 :]))

    def run(plan: Plan) -> Allocation | None:
        try:
            return allocate(problem.figures, plan)
        except EngineError:
            return None

    before, after = run(asked), run(raised)
    if before is None or after is None:
        return
    old, new = before.results["online"].projected, after.results["online"].projected
    assert (new >= old - 1e-12)[~np.isnan(old)].all()
