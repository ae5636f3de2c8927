"""The allocation methods: each is one function of the same signature and one entry of `METHODS`.

A method says how an agency's target answers to the common lift λ (engine.md §4); bounds, rounding and
everything else are the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine import rates
from engine.adoption import Adoption, Stretches
from engine.plan import MethodChoice, Start, Toward
from engine.problem import Problem
from engine.projection import project
from engine.rules import NOBODY, Effects
from engine.solver import Floats, Groups, Linear, SCurve, least_lift

BLEND = "blend"


@dataclass(frozen=True, eq=False)
class View:
    """What a method may look at in one period: one value per row, pooled where a rule says so.

    Attributes
    ----------
    r, p, smooth, top, proposal, score : (n,) float
        Current rate, start, r̃, hi_physical, proposal (NaN where none), capacity score.
    offset, scale : (n,) float
        Share already won of the period's denominator, and share still to come (0 and 1 unless cumulative).
    toward : (n,) float
        What `gap_closing` closes the gap to.
    stretches : Stretches or None
        Where the start is projected: the in-period rates that it is made of.
    """

    r: Floats
    p: Floats
    smooth: Floats
    top: Floats
    proposal: Floats
    score: Floats
    offset: Floats
    scale: Floats
    toward: Floats
    stretches: Stretches | None = None


class Answer(Protocol):
    """Builds a response from a view, bounds and groups."""

    def __call__(self, view: View, lower: Floats, upper: Floats, groups: Groups) -> Linear | SCurve: ...


@dataclass(frozen=True)
class Method:
    """One entry of the registry (developers' English; the faces have their own words).

    `needs` names columns of the figures it looks at beside the counts.
    """

    name: str
    principle: str
    formula: str
    needs: tuple[str, ...]
    reference: str
    caveat: str
    answer: Answer


def _linear(base: Callable[[View], Floats], slope: Callable[[View], Floats]) -> Answer:
    def answer(view: View, lower: Floats, upper: Floats, groups: Groups) -> Linear:
        return Linear(base(view), slope(view), lower, upper, groups)

    return answer


def _s_curve(view: View, lower: Floats, upper: Floats, groups: Groups) -> SCurve:
    if view.stretches is not None:
        return Adoption(view.offset, view.stretches, lower, upper, groups)
    return SCurve(view.r, view.smooth, view.offset, view.scale, lower, upper, groups)


def _offered(view: View) -> Floats:
    return np.fmax(view.proposal, view.p)


METHODS: Mapping[str, Method] = MappingProxyType(
    {
        method.name: method
        for method in (
            Method(
                "equal_target",
                "the same target for all",
                "λ",
                (),
                "Lạng Sơn, Decision 1045/QĐ-UBND 21/06/2022; water-filling (Boyd & Vandenberghe, ex. 5.2)",
                "asks most of those who stand lowest, nothing of the leaders",
                _linear(lambda view: np.zeros_like(view.p), lambda view: np.ones_like(view.p)),
            ),
            Method(
                "equal_increment",
                "the same number of points",
                "p + λ",
                (),
                "Euclidean projection on the goal (Boyd & Vandenberghe, §8.1.1)",
                "a point near 100 % costs more than a point in the middle",
                _linear(lambda view: view.p, lambda view: np.ones_like(view.p)),
            ),
            Method(
                "proportional_growth",
                "the same relative growth",
                "p·(1 + λ)",
                (),
                "grandfathering (Höhne, den Elzen & Escalante 2014)",
                "asks most of those who already did most; who stands at zero stays there",
                _linear(lambda view: view.p, lambda view: view.p),
            ),
            Method(
                "gap_closing",
                "the same share of the remaining gap",
                "p + λ·max(toward − p, 0)",
                (),
                "equal share of the gap (Europe 2020 and SDG practice)",
                "`toward` decides whom it favours",
                _linear(lambda view: view.p, lambda view: np.maximum(view.toward - view.p, 0.0)),
            ),
            Method(
                "equal_effort",
                "the same odds multiplier for all, whatever their start",
                "b → min(c, expit(logit(b) + λ))",
                (),
                "logistic adoption (Griliches 1957; Rogers 2003)",
                "cannot promise 100 %: that is only its limit",
                _s_curve,
            ),
            Method(
                "weighted_increment",
                "points in proportion to a capacity score",
                "p + λ·weight",
                ("weight",),
                "weighted water-filling",
                "as good as the score",
                _linear(lambda view: view.p, lambda view: view.score),
            ),
            Method(
                "proposals",
                "start from what agencies offered, close the rest of the gap evenly",
                "q + λ·max(hi_physical − q, 0), q = max(proposal, p)",
                ("proposed",),
                "bottom-up target setting (Hậu Giang, meeting of 15/06/2022)",
                "rewards low offers; see `proposal_floor`",
                _linear(_offered, lambda view: np.maximum(view.top - _offered(view), 0.0)),
            ),
            Method(
                BLEND,
                "a weighted compromise of other methods",
                "Σ a_k·x_k, each solved alone; then the same number of points where that is not enough",
                (),
                "convex combination of rules (Moulin 2003, ch. 2)",
                "nobody's principle exactly",
                _linear(lambda view: view.p, lambda view: np.ones_like(view.p)),
            ),
        )
    }
)


def look(problem: Problem, effects: Effects, t: int, choice: MethodChoice, goal: Floats, groups: Groups) -> View:
    """What the method sees in period t; `goal` is (G,), needed for ``toward = "goal"``."""
    top = problem.top[t]
    if problem.cumulative:
        offset = rates.raw(problem.N, problem.volumes[t])
        scale = 1.0 - rates.raw(problem.D, np.where(problem.volumes[t] > 0, problem.volumes[t], 1.0))
        scale = np.where(problem.volumes[t] > 0, scale, 0.0)
    else:
        offset, scale = np.zeros_like(top), np.ones_like(top)
    start = problem.p
    r = np.where(problem.D == 0, start, problem.r)
    smooth = problem.smooth
    if effects.pooled_start.any():
        peers = problem.peers
        start = np.where(effects.pooled_start, peers, start)
        r = np.where(effects.pooled_start, peers, r)
        smooth = np.where(effects.pooled_start, np.clip(peers, 1e-6, 1.0 - 1e-6), smooth)
    toward = top
    if choice.toward is Toward.GOAL:
        toward = np.broadcast_to(groups.spread(np.nan_to_num(goal)), top.shape)
    elif choice.toward is Toward.BEST_PEER:
        toward = problem.best
    stretches = None
    if problem.asked.start is Start.PROJECTED:
        projection = project(problem, smooth)
        start = projection.start[t]
        stretches = _stretches(problem, projection.rates, t)
    view = View(r, start, smooth, top, problem.proposals[t], problem.score, offset, scale, toward, stretches)
    return _pool(problem, effects, t, view, groups) if (effects.twin != NOBODY).any() else view


def _stretches(problem: Problem, in_period: Floats, t: int) -> Stretches:
    """What a target at the end of period t is made of: the in-period rates up to then, or that of t alone."""
    if not problem.cumulative:
        return Stretches(in_period[t : t + 1], np.ones((1, len(problem.c))), problem.c[None, :])
    volumes = np.where(problem.volumes[t] > 0, problem.volumes[t], 1.0)
    shares = problem.V[: t + 1] / volumes
    return Stretches(in_period[: t + 1], shares, np.broadcast_to(problem.c, shares.shape))


def _pool(problem: Problem, effects: Effects, t: int, view: View, groups: Groups) -> View:
    """Give the rows of each `same_target` group (within one solving group) the figures of those that count, pooled."""
    label = effects.twin if groups.labels is None else effects.twin * np.int64(groups.count) + groups.labels
    counts = ((problem.weights[t] > 0) & (effects.exempt_by[t] == NOBODY)).astype(np.float64)
    twins = _Twins(effects.twin != NOBODY, label)
    D, volume, weight = (mass * counts for mass in (problem.D, problem.volumes[t], problem.weights[t]))
    smooth = twins.mean(view.smooth, D)
    N_group, D_group = twins.total(problem.N * counts), twins.total(D)
    smooth = np.where(twins.rows & (D_group > 0), rates.smooth(N_group, D_group), smooth)
    stretches = view.stretches
    if stretches is not None:
        added = problem.V[: len(stretches.rates)] * counts if problem.cumulative else weight[None, :]
        stretches = Stretches(
            rates=_each(twins, stretches.rates, added),
            shares=_each(twins, stretches.shares, np.broadcast_to(volume, added.shape)),
            caps=_each(twins, stretches.caps, added),
        )
    return replace(
        view,
        r=twins.mean(view.r, D),
        p=twins.mean(view.p, D if stretches is None else weight),
        smooth=smooth,
        top=twins.mean(view.top, weight),
        proposal=np.where(twins.rows, twins.mean(_offered(view), weight), view.proposal),
        score=twins.mean(view.score, weight),
        offset=twins.mean(view.offset, volume),
        scale=twins.mean(view.scale, volume),
        toward=twins.mean(view.toward, weight),
        stretches=stretches,
    )


class _Twins:
    """Groups of rows that are given one value; other rows keep their own.

    Parameters
    ----------
    rows : (n,) bool
    label : (n,) int
        Group of each of these rows.
    """

    def __init__(self, rows: NDArray[np.bool_], label: NDArray[np.int64]) -> None:
        self.rows = rows
        self._index = np.unique(label[rows], return_inverse=True)[1]

    def total(self, mass: Floats) -> Floats:
        """(n,) Σ mass of the row's group; the row's own mass outside."""
        out = mass.copy()
        out[self.rows] = np.bincount(self._index, mass[self.rows])[self._index]
        return out

    def mean(self, values: Floats, mass: Floats) -> Floats:
        """(n,) mean of the row's group weighted by mass; plain where the group has none."""
        index, own = self._index, mass[self.rows]
        own = np.where(np.bincount(index, own)[index] > 0, own, 1.0)
        out = values.copy()
        out[self.rows] = (np.bincount(index, values[self.rows] * own) / np.bincount(index, own))[index]
        return out


def _each(twins: _Twins, several: Floats, masses: Floats) -> Floats:
    """(K, n) means of each row of several by its own mass."""
    return np.stack([twins.mean(values, mass) for values, mass in zip(several, masses, strict=True)])


def respond(
    problem: Problem,
    effects: Effects,
    t: int,
    choice: MethodChoice,
    lower: Floats,
    upper: Floats,
    weights: Floats,
    goal: Floats,
    groups: Groups,
) -> Linear | SCurve:
    """The method's response in period t.

    For `blend` each part is solved alone first; the response starts from their weighted mean and adds the same
    number of points to all, which is 0 unless a part fell short or rounding needs it.
    """
    view = look(problem, effects, t, choice, goal, groups)
    if choice.name != BLEND:
        return METHODS[choice.name].answer(view, lower, upper, groups)
    base, rest = np.zeros_like(lower), np.zeros_like(lower)
    for part, share in choice.parts:
        curve = respond(problem, effects, t, part, lower, upper, weights, goal, groups)
        base += share * curve(to_the_goal(curve, weights, goal))
        rest += share * at_rest(curve)
    return Blended(base, np.ones_like(base), lower, upper, groups, rest)


class Blended(Linear):
    """The mean of solved parts, plus lift·1; `rest` is the mean of the parts before any lift."""

    __slots__ = ("rest",)

    def __init__(self, base: Floats, slope: Floats, lower: Floats, upper: Floats, groups: Groups, rest: Floats) -> None:
        super().__init__(base, slope, lower, upper, groups)
        self.rest = rest


def at_rest(curve: Linear | SCurve) -> Floats:
    """(n,) targets before anybody is lifted."""
    return curve.rest if isinstance(curve, Blended) else curve(np.zeros(curve.groups.count))


def to_the_goal(curve: Linear | SCurve, weights: Floats, goal: Floats) -> Floats:
    """(G,) least lift that meets the goal, or the one that goes as far as the method can."""
    lift = least_lift(curve, weights, goal)
    short: NDArray[np.bool_] = np.isnan(lift)
    return np.where(short, curve.saturation(), lift) if short.any() else lift
