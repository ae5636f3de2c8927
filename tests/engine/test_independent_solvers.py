"""Least lifts against solvers that know nothing of ours: Clarabel (as quadratic programmes) and Brent's root finder.

A method x(λ) = clip(f₀ + λ·s, l, u) is the solution of: minimise Σ w·(x − f₀)²/s subject to l ≤ x ≤ u and the goal
(Karush–Kuhn–Tucker: x = f₀ + s·μ/2 between the bounds, one multiplier μ of the goal). So each linear method has a
quadratic programme; the S-curve and all others are checked with Brent's method on the plain clipped response.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable

import numpy as np
import pytest
from scipy.optimize import brentq, linprog
from scipy.special import expit, logit

from engine import Allocation, Basis, GoalStatus, Kind, MethodChoice, Rounding, RoundingMode, Toward, allocate
from tests.engine.build import Q3, Q4, Row, figures, plan, rule

WINDOWS = [(Kind.STOCK, None), (Kind.FLOW, Basis.CUMULATIVE), (Kind.FLOW, Basis.IN_PERIOD)]
LINEAR = (
    "equal_target", "equal_increment", "proportional_growth", "gap_closing", "weighted_increment", "proposals",
)  # fmt: skip


def some_rows(seed: int, n: int = 12) -> list[Row]:
    """Agencies with rates between 2 and 90 %, so that every method can move every one of them."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        D = int(rng.integers(20, 4000))
        N = max(1, int(D * rng.uniform(0.02, 0.9)))
        V = tuple(int(v) for v in rng.integers(10, 3000, 2))
        rows.append(
            Row(
                f"A{i:02d}", N, D, V, weight=float(rng.uniform(0.5, 3)),
                proposed=(None, round(float(rng.uniform(0, 1)), 2)),
                ceiling=float(rng.choice([1.0, 1.0, 0.9, 0.8])),
            )
        )  # fmt: skip
    return rows


RULES = (rule("no_backsliding"), rule("floor", 0.2), rule("max_step", 0.3), rule("cap", 0.93))


def solved(
    method: str, window: tuple[Kind, Basis | None], seed: int, part: float, toward: str = "reachable"
) -> Allocation:
    """A run whose goal lies `part` of the way from what comes by itself to what the bounds allow."""
    kind, basis = window
    there = figures(some_rows(seed))

    def ask(goal: float) -> Allocation:
        return allocate(there, plan(method, goal, *RULES, kind=kind, basis=basis, toward=Toward(toward)))

    free = ask(0.0).summary("online", Q4.id)
    return ask(free.attained + part * (free.max_attainable - free.attained))


def given(allocation: Allocation) -> dict[str, np.ndarray]:
    """Start, slopes and bounds of the last period, from figures and engine.md §4."""
    out = allocation.results["online"]
    columns = allocation.figures.indicators["online"]
    ip = allocation.plan.indicators[0]
    N, D = out.numerator, out.denominator
    V = out.expected.sum(axis=0)
    if ip.basis is Basis.CUMULATIVE:
        top = (N + columns.ceiling * V) / (D + V)
    else:
        top = np.broadcast_to(columns.ceiling, N.shape)
    q = np.fmax(columns.proposed[Q4.id], N / D)
    goal = allocation.summary("online", Q4.id).goal
    best = np.quantile(N / D, 0.9)
    toward = {Toward.REACHABLE: top, Toward.GOAL: goal + 0 * top, Toward.BEST_PEER: best + 0 * top}
    return {
        "N": N, "D": D, "V": V, "p": N / D, "q": q, "top": top, "score": columns.weight, "ceiling": columns.ceiling,
        "toward": toward[ip.method.toward], "weight": out.weight[-1], "lower": out.lower[-1], "upper": out.upper[-1],
    }  # fmt: skip


def line(method: str, at: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """f₀ and slope of a linear method."""
    one = np.ones_like(at["p"])
    return {
        "equal_target": (0 * one, one),
        "equal_increment": (at["p"], one),
        "proportional_growth": (at["p"], at["p"]),
        "gap_closing": (at["p"], np.maximum(at["toward"] - at["p"], 0)),
        "weighted_increment": (at["p"], at["score"]),
        "proposals": (at["q"], np.maximum(at["top"] - at["q"], 0)),
    }[method]


@pytest.mark.parametrize("method", LINEAR)
@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: str(window[1] or window[0]))
@pytest.mark.parametrize("part", [0.15, 0.7])
def test_quadratic_programme(method: str, window: tuple[Kind, Basis | None], part: float) -> None:
    import cvxpy

    allocation = solved(method, window, seed=len(method), part=part)
    summary = allocation.summary("online", Q4.id)
    assert summary.status is GoalStatus.MET
    at = given(allocation)
    start, slope = line(method, at)
    fixed = slope <= 1e-12
    w = at["weight"] / at["weight"].sum()
    x = cvxpy.Variable(len(w))
    still = np.clip(start, at["lower"], at["upper"])
    moves = np.flatnonzero(~fixed)
    cost = cvxpy.sum(cvxpy.multiply((w / np.where(fixed, 1, slope))[moves], cvxpy.square(x[moves] - start[moves])))
    limits = [x >= at["lower"], x <= at["upper"], w @ x >= summary.goal]
    if fixed.any():
        limits.append(x[np.flatnonzero(fixed)] == still[fixed])
    problem = cvxpy.Problem(cvxpy.Minimize(cost), limits)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        problem.solve(solver=cvxpy.CLARABEL, tol_gap_abs=1e-13, tol_gap_rel=1e-13, tol_feas=1e-12)
    assert problem.status == "optimal"
    assert allocation.results["online"].exact[-1] == pytest.approx(x.value, abs=2e-6)
    assert problem.constraints[2].dual_value / 2 == pytest.approx(summary.lift, rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_blend_is_the_nearest_table_to_the_mixed_one(seed: int) -> None:
    import cvxpy

    parts = (("equal_target", 0.5), ("proportional_growth", 0.3), ("equal_effort", 0.2))
    there = figures(some_rows(seed))
    goal = 0.62

    def ask(method: str | MethodChoice) -> Allocation:
        return allocate(there, plan(method, goal, *RULES, basis=Basis.CUMULATIVE))

    alone = [share * ask(name).results["online"].exact[-1] for name, share in parts]
    mixed = np.sum(alone, axis=0)
    allocation = ask(MethodChoice("blend", parts=tuple((MethodChoice(name), share) for name, share in parts)))
    at = given(allocation)
    w = at["weight"] / at["weight"].sum()
    x = cvxpy.Variable(len(w))
    limits = [x >= at["lower"], x <= at["upper"], w @ x >= goal]
    problem = cvxpy.Problem(cvxpy.Minimize(cvxpy.sum(cvxpy.multiply(w, cvxpy.square(x - mixed)))), limits)
    problem.solve(solver=cvxpy.CLARABEL, tol_gap_abs=1e-12, tol_gap_rel=1e-12, tol_feas=1e-12)
    assert allocation.results["online"].exact[-1] == pytest.approx(x.value, abs=1e-5)
    assert at["weight"] @ mixed >= goal * at["weight"].sum() - 1e-6, "each part alone meets the goal, so does the mean"


def response(method: str, basis: Basis | None, at: dict[str, np.ndarray]) -> Callable[[float], np.ndarray]:
    """λ -> clipped targets, written out with scipy's functions."""
    if method != "equal_effort":
        start, slope = line(method, at)
        return lambda lift: np.clip(start + lift * slope, at["lower"], at["upper"])
    r, smooth = at["N"] / at["D"], (at["N"] + 0.5) / (at["D"] + 1)

    def effort(lift: float) -> np.ndarray:
        b = np.minimum(at["ceiling"], r + (1 - r) * (expit(logit(smooth) + lift) - smooth) / (1 - smooth))
        f = (at["N"] + b * at["V"]) / (at["D"] + at["V"]) if basis is Basis.CUMULATIVE else b
        return np.clip(f, at["lower"], at["upper"])

    return effort


@pytest.mark.parametrize("method", [*LINEAR, "equal_effort"])
@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: str(window[1] or window[0]))
def test_brent(method: str, window: tuple[Kind, Basis | None]) -> None:
    tried = 0
    for seed in range(4):
        for toward in ("reachable", "goal", "best_peer") if method == "gap_closing" else ("reachable",):
            for part in (0.05, 0.3, 0.6, 0.9):
                allocation = solved(method, window, seed, part, toward)
                summary = allocation.summary("online", Q4.id)
                at = given(allocation)
                x = response(method, window[1], at)
                w = at["weight"] / at["weight"].sum()
                short = lambda lift, x=x, w=w, goal=summary.goal: w @ x(lift) - goal  # noqa: E731
                assert np.allclose(allocation.results["online"].exact[-1], x(summary.lift), atol=1e-9, rtol=0)
                if summary.status is GoalStatus.MET_WITHOUT_LIFT:
                    assert short(0.0) >= -1e-12
                    continue
                if summary.status is GoalStatus.UNREACHABLE_BY_METHOD:
                    assert short(1e12) < 0
                    continue
                assert summary.status is GoalStatus.MET
                assert short(summary.lift) >= -1e-12
                assert short(summary.lift * (1 - 1e-6) - 1e-9) < 0, "a smaller lift would do"
                high = 1.0
                while short(high) < 0:
                    high *= 2
                assert brentq(short, 0.0, high, xtol=1e-14, rtol=1e-14) == pytest.approx(
                    summary.lift, rel=1e-7, abs=1e-9
                )
                tried += 1
    assert tried >= 8


@pytest.mark.parametrize("seed", range(5))
def test_highest_attainable_is_the_linear_programme(seed: int) -> None:
    """Over all periods at once: the most that caps, steps and what is still to come allow (scipy's HiGHS)."""
    rows = some_rows(seed, n=5)
    there = figures(rows)
    allocation = allocate(there, plan("equal_target", 1.0, rule("max_step", 0.08), rule("cap", 0.5, periods=(Q3.id,))))
    out = allocation.results["online"]
    n = len(rows)
    N, D, V = out.numerator, out.denominator, out.expected
    D1, D2 = D + V[0], D + V[0] + V[1]
    ceiling = there.indicators["online"].ceiling
    # counts after each period; caps never below what is counted
    r = N / D
    cap1 = np.maximum(np.minimum(r + 0.08, 0.5) * D1, N)
    cap2 = np.maximum((r + 0.16) * D2, N)
    growth = np.hstack([-np.eye(n), np.eye(n)])
    found = linprog(
        c=np.concatenate([np.zeros(n), -np.ones(n)]),
        A_ub=np.vstack([growth, -growth]),
        b_ub=np.concatenate([ceiling * V[1], np.zeros(n)]),
        bounds=[*zip(N, np.minimum(cap1, N + ceiling * V[0]), strict=True), *zip(N, cap2, strict=True)],
        method="highs",
    )
    assert found.status == 0
    assert allocation.summary("online", Q4.id).max_attainable == pytest.approx(-found.fun / D2.sum(), abs=1e-9)


def test_nearest_is_webster_where_the_lift_must_rise() -> None:
    """One seat is one percent: raising λ until the goal holds is the method of highest averages (Webster)."""
    rng = np.random.default_rng(7)
    compared = 0
    for _ in range(60):
        votes = rng.integers(1_000, 90_000, 7)
        seats = int(rng.integers(10, 60))
        quota = votes * seats / votes.sum()
        if np.floor(quota + 0.5).sum() >= seats:
            continue  # the exact solution rounds high enough already; the lift need not rise
        rows = [Row(f"P{i}", int(v), 10_000_000, (100, 100)) for i, v in enumerate(votes)]
        asked = plan("proportional_growth", seats / 100 / len(votes), basis=Basis.IN_PERIOD, rounding=Rounding())
        got = np.round(allocate(figures(rows), asked).results["online"].target[-1] * 100).astype(int)
        averages = sorted(((v / (k + 0.5), i) for i, v in enumerate(votes) for k in range(seats)), reverse=True)
        webster = np.bincount([i for _, i in averages[:seats]], minlength=len(votes))
        assert got.tolist() == webster.tolist()
        compared += 1
    assert compared >= 10


def test_up_is_adams_where_the_goal_is_met_exactly() -> None:
    """Rounding up never gives fewer seats than the exact share asks for."""
    rng = np.random.default_rng(8)
    for _ in range(10):
        votes = rng.integers(1_000, 90_000, 6)
        rows = [Row(f"P{i}", int(v), 10_000_000, (100, 100)) for i, v in enumerate(votes)]
        seats = 40
        rounding = Rounding(mode=RoundingMode.UP)
        out = allocate(
            figures(rows), plan("proportional_growth", seats / 100 / 6, basis=Basis.IN_PERIOD, rounding=rounding)
        ).results["online"]
        assert np.array_equal(np.round(out.target[-1] * 100), np.ceil(votes * seats / votes.sum() - 1e-7))
        assert math.isclose(out.exact[-1].mean(), seats / 100 / 6, abs_tol=1e-12)
