"""What every result must keep, whatever the figures and the plan; each function checks one promise.

They recompute from the published arrays and engine.md, never from the engine's own helpers.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import fields

import numpy as np

from engine import (
    Allocation,
    Basis,
    GoalStatus,
    IndicatorPlan,
    IndicatorResult,
    Kind,
    Note,
    RoundingMode,
    RuleKind,
    Start,
    Step,
    Summary,
    TargetStatus,
    explain,
)

NEAR = 1e-9
FINE = {GoalStatus.MET, GoalStatus.MET_WITHOUT_LIFT}
LAST_IN_ORDER = list(Step)


def parts(allocation: Allocation) -> Iterator[tuple[IndicatorPlan, IndicatorResult]]:
    for ip in allocation.plan.indicators:
        yield ip, allocation.results[ip.id]


def counted(result: IndicatorResult, t: int) -> np.ndarray:
    return ~np.isin(result.status[t], [TargetStatus.EXEMPT, TargetStatus.MISSING])


def of_group(allocation: Allocation, result: IndicatorResult, summary: Summary) -> np.ndarray:
    """Rows that share this summary's goal."""
    parent = allocation.figures.parent[result.rows]
    at = -1 if summary.parent is None else allocation.figures.codes.index(summary.parent)
    return parent == at


def each_group(allocation: Allocation) -> Iterator[tuple[IndicatorPlan, IndicatorResult, int, np.ndarray, Summary]]:
    ids = [period.id for period in allocation.plan.periods]
    for summary in (*allocation.summaries, *allocation.groups):
        ip = allocation.plan.indicator(summary.indicator)
        result, t = allocation.results[summary.indicator], ids.index(summary.period)
        rows = of_group(allocation, result, summary) & counted(result, t)
        yield ip, result, t, rows, summary


def pooled(values: np.ndarray, weights: np.ndarray) -> float:
    total = math.fsum(weights)
    return math.fsum(values * weights) / total if total > 0 else math.nan


def no_leaks(allocation: Allocation) -> None:
    """Counted rows have all their numbers; exempt and missing ones have no target and say why."""
    for ip, result in parts(allocation):
        for t in range(len(allocation.plan.periods)):
            active = counted(result, t)
            for name in ("weight", "lower", "upper", "exact", "target", "target_count", "to_do"):
                values = getattr(result, name)[t]
                assert np.isfinite(values[active]).all(), (name, t)
                if name != "weight":
                    assert np.isnan(values[~active]).all(), (name, t)
            assert (result.weight[t][active] > 0).all()
            exempt = result.status[t] == TargetStatus.EXEMPT
            assert all(reason for reason in result.reason[t][exempt])
            assert not any(reason for reason in result.reason[t][active])
            unreported = np.isnan(result.numerator) | np.isnan(result.denominator)
            assert ((result.status[t] == TargetStatus.MISSING) == unreported).all()
        V = result.expected[:, ~np.isnan(result.numerator)]
        if ip.kind is Kind.FLOW:
            assert (np.round(V) == V).all(), "volumes are whole"


def bounds_kept(allocation: Allocation) -> None:
    """0 ≤ lower ≤ exact, target ≤ upper ≤ 1, and what is counted stays counted."""
    for ip, result in parts(allocation):
        volumes = result.denominator + np.cumsum(result.expected, axis=0)
        for t in range(len(allocation.plan.periods)):
            on = counted(result, t)
            lower, upper = result.lower[t][on], result.upper[t][on]
            assert (lower >= -NEAR).all()
            assert (upper <= 1 + NEAR).all()
            assert (lower <= upper + NEAR).all()
            for values in (result.exact[t][on], result.target[t][on]):
                assert (values >= lower - NEAR).all()
                assert (values <= upper + NEAR).all()
            if ip.basis is not Basis.IN_PERIOD:
                D = volumes[t][on] if ip.basis is Basis.CUMULATIVE else result.denominator[on]
                assert (result.target[t][on] * D >= result.numerator[on] - NEAR * D).all(), "what is counted stays"


def status_is_honest(allocation: Allocation) -> None:
    """Each summary against pooled values recomputed from the table."""
    for ip, result, t, rows, summary in each_group(allocation):
        weights = result.weight[t][rows]
        assert summary.agencies == rows.sum()
        if not rows.any():
            continue
        attained = pooled(result.target[t][rows], weights)
        exact = pooled(result.exact[t][rows], weights)
        highest = pooled(result.upper[t][rows], weights)
        assert abs(summary.attained - attained) <= NEAR
        assert abs(summary.attained_exact - exact) <= NEAR
        assert abs(summary.max_attainable - highest) <= NEAR
        assert summary.at_lower == (result.status[t][rows] == TargetStatus.AT_LOWER).sum()
        assert summary.at_upper == (result.status[t][rows] == TargetStatus.AT_UPPER).sum()
        goal, status = summary.goal, summary.status
        if goal is None:
            assert status is GoalStatus.PATH
            continue
        assert abs(summary.shortfall - max(goal - attained, 0.0)) <= NEAR
        if status in FINE:
            assert attained >= goal - NEAR
            # without a lift that does it exactly, rounding up may still keep the goal
            assert exact >= goal - NEAR or (math.isnan(summary.lift) and ip.rounding.mode is not RoundingMode.NONE)
        elif status is GoalStatus.SHORT_BY_ROUNDING:
            assert attained < goal
            assert exact >= goal - NEAR
            assert ip.rounding.mode is not RoundingMode.NONE
        elif status is GoalStatus.INFEASIBLE:
            assert highest < goal
            assert np.allclose(result.exact[t][rows], result.upper[t][rows], atol=NEAR, rtol=0)
        else:
            assert status is GoalStatus.UNREACHABLE_BY_METHOD
            assert highest >= goal - NEAR
            assert exact < goal
        if status is GoalStatus.MET_WITHOUT_LIFT and t == len(allocation.plan.periods) - 1:
            assert summary.lift == 0
        if status not in FINE and summary.parent is None:
            assert (summary.indicator, summary.period) in allocation.diagnosis
    unmet = [s for s in (*allocation.summaries, *allocation.groups) if s.status not in {*FINE, GoalStatus.PATH}]
    assert allocation.all_met is (not unmet)


def reachable(allocation: Allocation) -> None:
    """Cumulative targets ask of each period between 0 and ceiling·V dossiers; stock never falls."""
    for ip, result in parts(allocation):
        ceiling = allocation.figures.indicators[ip.id].ceiling
        before = result.numerator.astype(float)
        volume = result.denominator.astype(float)
        for t in range(len(allocation.plan.periods)):
            on = counted(result, t) & ~np.isnan(before)
            if ip.basis is Basis.IN_PERIOD:
                continue
            V = result.expected[t] if ip.basis is Basis.CUMULATIVE else np.zeros_like(volume)
            volume = volume + V
            won = result.target[t] * volume
            slack = NEAR * np.maximum(volume, 1.0)
            assert (won[on] >= before[on] - slack[on]).all(), "counts cannot fall"
            if ip.basis is Basis.CUMULATIVE:
                assert (won[on] <= before[on] + ceiling[on] * V[on] + slack[on]).all(), "more than there will be"
            before = np.where(counted(result, t), won, np.nan)


def never_fall(allocation: Allocation) -> None:
    """Targets do not fall from period to period, unless volume, a ceiling, or a pin makes them."""
    for ip, result in parts(allocation):
        ceiling = allocation.figures.indicators[ip.id].ceiling
        volumes = result.denominator + np.cumsum(result.expected, axis=0)
        for t in range(len(allocation.plan.periods) - 1):
            on = counted(result, t) & counted(result, t + 1)
            on &= (result.status[t] != TargetStatus.PINNED) & (result.status[t + 1] != TargetStatus.PINNED)
            now, later = result.target[t], result.target[t + 1]
            must = np.zeros_like(now)
            if ip.basis is Basis.CUMULATIVE:
                with np.errstate(invalid="ignore", divide="ignore"):
                    left = (later * volumes[t + 1] - ceiling * result.expected[t + 1]) / volumes[t]
                    must = np.maximum(result.numerator / volumes[t], left)
                if any(rule.kind is RuleKind.PIN for rule in allocation.plan.rules):
                    continue  # a pin of an earlier period may hold the counts up
            assert (now[on] <= np.maximum(later, must)[on] + NEAR).all(), t


def on_grid(allocation: Allocation) -> None:
    """Targets are grid points inside the bounds; off_grid says that there is none."""
    for ip, result in parts(allocation):
        rounding = ip.rounding
        for t in range(len(allocation.plan.periods)):
            for i in np.flatnonzero(counted(result, t)):
                x, weight = result.target[t, i], result.weight[t, i]
                low, high = result.lower[t, i], result.upper[t, i]
                off = bool(result.off_grid[t, i])
                if result.status[t, i] is TargetStatus.PINNED or rounding.mode is RoundingMode.NONE:
                    assert not off
                    assert x == result.exact[t, i]
                    continue
                if rounding.levels:
                    inside = [g for g in rounding.levels if low - 1e-8 <= g <= high + 1e-8]
                    surely = [g for g in rounding.levels if low <= g <= high]
                    there = any(abs(g - x) <= NEAR for g in rounding.levels)
                else:
                    step = 1.0 / weight if rounding.count else rounding.step
                    k = round(x / step)
                    there = abs(k * step - x) <= NEAR
                    inside = [k] if math.floor(high / step + 1e-7) >= math.ceil(low / step - 1e-7) else []
                    surely = [k] if math.floor(high / step - 1e-7) >= math.ceil(low / step + 1e-7) else []
                if off:
                    assert not surely, "a grid point was there"
                    assert x == result.exact[t, i]
                else:
                    assert there, f"{x} is not on the grid"
                    assert inside


def counts_follow(allocation: Allocation) -> None:
    """target_count, to_do and in_period_rate from the target alone."""
    for ip, result in parts(allocation):
        before = result.numerator.astype(float)
        for t in range(len(allocation.plan.periods)):
            on = counted(result, t)
            expected = np.ceil(result.target[t] * result.weight[t] - NEAR)
            assert np.array_equal(result.target_count[t][on], expected[on])
            done = 0.0 if ip.basis is Basis.IN_PERIOD else result.numerator
            assert np.array_equal(result.to_do[t][on], (expected - done)[on])
            V = result.expected[t]
            with np.errstate(invalid="ignore", divide="ignore"):
                rate = (expected if ip.basis is Basis.IN_PERIOD else expected - before) / V
            known = on & ~np.isnan(before) & (V > 0)
            if ip.kind is Kind.FLOW:
                assert np.allclose(result.in_period_rate[t][known], rate[known], atol=NEAR, rtol=0)
                assert (result.in_period_rate[t][known] <= 1 + NEAR).all()
                assert (result.in_period_rate[t][known] >= -NEAR).all()
            else:
                assert np.isnan(result.in_period_rate[t]).all()
            before = np.where(on, expected, np.nan) if ip.basis is not Basis.IN_PERIOD else before


def pins_exact(allocation: Allocation) -> None:
    """A pinned target is the pin, and nothing else is called pinned."""
    plan = allocation.plan
    for ip, result in parts(allocation):
        codes = [allocation.figures.codes[i] for i in result.rows]
        for t, period in enumerate(plan.periods):
            wanted = {}
            for rule in plan.rules:
                on = rule.periods or (plan.last.id,)
                if rule.kind is RuleKind.PIN and period.id in on and (not rule.indicators or ip.id in rule.indicators):
                    wanted.update(dict.fromkeys(rule.where.agencies, rule.value))
            for i in np.flatnonzero(counted(result, t)):
                pinned = result.status[t, i] is TargetStatus.PINNED
                assert pinned == (codes[i] in wanted)
                if pinned:
                    assert abs(result.target[t, i] - wanted[codes[i]]) <= 1e-12


def trace_adds_up(allocation: Allocation) -> None:
    """Each target's steps start from the current rate and add up to it, in the order of `Step`."""
    for ip, result in parts(allocation):
        for t, period in enumerate(allocation.plan.periods):
            on = counted(result, t)
            for i in range(len(result.rows)):
                told = explain(allocation, allocation.figures.codes[result.rows[i]], ip.id, period.id)
                if not on[i]:
                    assert told.steps == ()
                    continue
                names = [step.step for step in told.steps]
                assert names[0] is Step.CURRENT
                assert names == sorted(names, key=LAST_IN_ORDER.index)
                nodes = [(step.step, step.measure) for step in told.steps]
                assert len(set(nodes)) == len(nodes)
                assert tuple(step.measure for step in told.steps if step.step is Step.MEASURE) == result.measures
                assert (Step.TREND in names) is (ip.start is Start.PROJECTED)
                assert told.steps[0].delta == told.steps[0].value
                current = result.current[i]
                assert told.steps[0].value == (0.0 if math.isnan(current) else current)
                assert abs(math.fsum(step.delta for step in told.steps) - result.target[t, i]) <= NEAR
                assert told.steps[-1].value == result.target[t, i] == told.target
                assert all(math.isfinite(step.value) and math.isfinite(step.delta) for step in told.steps)


def json_able(allocation: Allocation) -> None:
    """Notes, summaries and diagnoses can be written as JSON."""

    def note(one: Note) -> str:
        assert isinstance(one.code, str)
        return json.dumps(dict(one.details), allow_nan=False)

    for one in (*allocation.conflicts, *allocation.warnings):
        note(one)
    for summary in (*allocation.summaries, *allocation.groups):
        json.dumps({f.name: getattr(summary, f.name) for f in fields(summary)})
        assert type(summary.agencies) is int
    for key, found in allocation.diagnosis.items():
        json.dumps([*key, found.max_attainable, found.remedies, found.relax_caps_by, found.highest_goal])
        assert [b.takes for b in found.binding] == sorted((b.takes for b in found.binding), reverse=True)
        assert all(b.takes > 0 for b in found.binding)


def current_figures(allocation: Allocation) -> None:
    """Wilson interval in closed form, shrunk rates between the raw rate and the level's pooled rate."""
    levels = np.array(allocation.figures.levels)
    for _, result in parts(allocation):
        N, D = result.numerator, result.denominator
        level = levels[result.rows]
        for i in np.flatnonzero(np.nan_to_num(D) > 0):
            n, p, z = D[i], N[i] / D[i], 1.959963984540054
            middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
            assert abs(result.wilson_low[i] - (middle - half) / (1 + z * z / n)) <= NEAR
            assert abs(result.wilson_high[i] - (middle + half) / (1 + z * z / n)) <= NEAR
            same = (level == level[i]) & ~np.isnan(D)
            pool = N[same].sum() / D[same].sum()
            low, high = sorted((p, pool))
            assert low - NEAR <= result.shrunk[i] <= high + NEAR
            assert result.current[i] == p
        assert np.isnan(result.current[np.nan_to_num(D) == 0]).all()


ALL = (
    no_leaks, bounds_kept, status_is_honest, reachable, never_fall, on_grid, counts_follow, pins_exact, trace_adds_up,
    json_able, current_figures,
)  # fmt: skip
