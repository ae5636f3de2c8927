"""The same lift found by general solvers. Each returns the (n,) targets and how long it took [s of processor time].

With l ≤ x ≤ u and Σ w·x ≥ G·Σ w, the x that minimises Σ w·(x − p)² is clip(p + λ, l, u) with one common λ
(Boyd & Vandenberghe, Convex Optimization, ex. 5.2), so a quadratic solver finds what `equal_increment` gives.
Without floors (l = p) the least λ itself is a linear program.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import process_time

import numpy as np

from tests.benchmarks.problems import Floats, LiftProblem


@dataclass(frozen=True, eq=False)
class Answer:
    """Targets (n,) and seconds; `solver_seconds` without the modelling, where that is separate."""

    targets: Floats
    seconds: float
    solver_seconds: float | None = None


def clarabel(problem: LiftProblem) -> Answer:
    """cvxpy with Clarabel: `seconds` is all that a new question costs, `solver_seconds` the solver alone."""
    import cvxpy

    share = problem.weights / problem.weights.sum()
    began = process_time()
    x = cvxpy.Variable(len(share))
    task = cvxpy.Problem(
        cvxpy.Minimize(cvxpy.sum_squares(cvxpy.multiply(np.sqrt(share * len(share)), x - problem.start))),
        [x >= problem.lower, x <= problem.upper, share @ x >= problem.goal],
    )
    task.solve(solver=cvxpy.CLARABEL)
    seconds = process_time() - began
    data, chain, _ = task.get_problem_data(cvxpy.CLARABEL)
    began = process_time()
    chain.solve_via_data(task, data)
    return Answer(np.asarray(x.value), seconds, process_time() - began)


def slsqp(problem: LiftProblem) -> Answer:
    """scipy's sequential quadratic programming; its work grows with n³."""
    from scipy.optimize import Bounds, minimize

    share = problem.weights / problem.weights.sum()
    began = process_time()
    result = minimize(
        lambda x: float(share @ (x - problem.start) ** 2),
        problem.lower,
        jac=lambda x: 2.0 * share * (x - problem.start),
        bounds=Bounds(problem.lower, problem.upper),
        constraints={"type": "ineq", "fun": lambda x: share @ x - problem.goal, "jac": lambda _: share},
        method="SLSQP",
        options={"ftol": 1e-15, "maxiter": 1000},
    )
    return Answer(np.asarray(result.x), process_time() - began)


def highs(problem: LiftProblem) -> Answer:
    """scipy's linprog (HiGHS): least λ with p ≤ x ≤ min(p + λ, u) and the goal met; for problems without floors."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    n = len(problem.start)
    share = problem.weights / problem.weights.sum()
    began = process_time()
    rows, each = np.arange(n), np.ones(n)
    # n rows x − λ ≤ p, then one row −Σ w·x ≤ −G; λ is the last column
    values = np.concatenate([each, -each, -share])
    where = (np.concatenate([rows, rows, np.full(n, n)]), np.concatenate([rows, np.full(n, n), rows]))
    result = linprog(
        np.append(np.zeros(n), 1.0),
        A_ub=csr_array((values, where), shape=(n + 1, n + 1)),
        b_ub=np.append(problem.start, -problem.goal),
        bounds=np.column_stack([np.append(problem.lower, 0.0), np.append(problem.upper, 1.0)]),
        method="highs",
    )
    seconds = process_time() - began
    return Answer(problem.respond(result.x[-1:]), seconds)
