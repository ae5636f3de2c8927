"""What a sweep says: which policies do well whatever comes, and which settings separate success from failure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.sweep import Outcome, Sweep

MOST_SPLITS = 5
_LEAST_SIDE, _MOST_THRESHOLDS = 0.05, 64


@dataclass(frozen=True)
class Policy:
    """One choice of levers over all futures.

    Attributes
    ----------
    number : int
    settings : mapping
        Of the levers that are choices.
    mean, worst : float
        Chance of reaching the goal, over the futures.
    does : float
        Share of the futures in which the chance is enough.
    regret : float
        Largest loss of chance, over the futures, against the best policy of each future (Savage).
    demand, largest, gini : float
        Mean over the futures, see `Outcome`.
    """

    number: int
    settings: Mapping[str, Any]
    mean: float
    worst: float
    does: float
    regret: float
    demand: float
    largest: float
    gini: float


@dataclass(frozen=True)
class Split:
    """A setting of one lever that separates scenarios in which the chance is enough from the others.

    Attributes
    ----------
    key : str
    value : Any
        The numbers at or above it, or the one value that equals it, are the inner side.
    is_number : bool
    inside, outside : float
        Share of scenarios in which the chance is enough, on either side.
    gain : float
        Share of the variance of success that it explains.
    """

    key: str
    value: Any
    is_number: bool
    inside: float
    outside: float
    gain: float


@dataclass(frozen=True, eq=False)
class Verdict:
    """Policies with the least regret first; splits that explain most first; policies nobody else beats in both ways.

    `pareto` are numbers of policies that none betters in mean chance without asking more.
    """

    policies: tuple[Policy, ...]
    splits: tuple[Split, ...]
    pareto: tuple[int, ...]

    @property
    def satisficing(self) -> Policy:
        """The policy that does in most futures; of equals the one that asks least."""
        return max(self.policies, key=lambda one: (one.does, -one.demand))


def judge(sweep: Sweep, outcomes: Sequence[Outcome]) -> Verdict:
    """Regret, satisficing and what separates success from failure, of all outcomes of a sweep.

    Parameters
    ----------
    outcomes : sequence of Outcome
        At least one policy's in every future; a policy that lacks a future is left out of the policies.
    """
    chosen = {one.key for one in sweep.levers if not one.assumption}
    size = (1 + max(one.point.policy for one in outcomes), 1 + max(one.point.future for one in outcomes))
    chance, demand, largest, gini = (np.full(size, np.nan) for _ in range(4))
    settings: dict[int, Mapping[str, Any]] = {}
    for one in outcomes:
        at = (one.point.policy, one.point.future)
        chance[at], demand[at], largest[at], gini[at] = one.chance, one.demand, one.largest, one.gini
        settings[one.point.policy] = {key: value for key, value in one.point.settings.items() if key in chosen}
    whole = [number for number in sorted(settings) if not np.isnan(chance[number]).any()]
    lost = chance[whole].max(axis=0) - chance
    enough = chance >= sweep.enough
    policies = [
        Policy(
            number=number,
            settings=settings[number],
            mean=float(chance[number].mean()),
            worst=float(chance[number].min()),
            does=float(enough[number].mean()),
            regret=float(lost[number].max()),
            demand=float(demand[number].mean()),
            largest=float(largest[number].max()),
            gini=float(np.nanmean(gini[number])) if not np.isnan(gini[number]).all() else float("nan"),
        )
        for number in whole
    ]
    success = np.array([one.chance >= sweep.enough for one in outcomes], dtype=np.float64)
    splits = [split for lever in sweep.levers if (split := _split(lever.key, outcomes, success)) is not None]
    return Verdict(
        policies=tuple(sorted(policies, key=lambda one: (one.regret, one.demand, one.number))),
        splits=tuple(sorted(splits, key=lambda one: -one.gain)[:MOST_SPLITS]),
        pareto=_pareto(policies),
    )


def _pareto(policies: Sequence[Policy]) -> tuple[int, ...]:
    """Numbers of the policies that no other betters in chance without asking more, those that ask least first."""
    found, best = [], -1.0
    for one in sorted(policies, key=lambda one: (one.demand, -one.mean, one.number)):
        if one.mean > best:
            found.append(one.number)
            best = one.mean
    return tuple(found)


def _split(key: str, outcomes: Sequence[Outcome], success: NDArray[np.float64]) -> Split | None:
    """The best division of a lever's values in two: by a threshold of numbers, by one value against the rest."""
    values = [one.point.settings[key] for one in outcomes]
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    total = float(success.var())
    if total == 0.0:
        return None
    best: Split | None = None
    candidates: list[Any]
    column: NDArray[Any]
    if numbers:
        column = np.array(values, dtype=np.float64)
        candidates = np.unique(column)[1:].tolist()
        if len(candidates) > _MOST_THRESHOLDS:
            candidates = np.quantile(column, np.linspace(0.02, 0.98, _MOST_THRESHOLDS)).tolist()
    else:
        column = np.array([str(value) for value in values], dtype=object)
        candidates = sorted(set(column.tolist()))
    for candidate in candidates:
        inner = column >= candidate if numbers else column == candidate
        share = float(inner.mean())
        if not _LEAST_SIDE <= share <= 1.0 - _LEAST_SIDE:
            continue
        inside, outside = float(success[inner].mean()), float(success[~inner].mean())
        gain = share * (1.0 - share) * (inside - outside) ** 2 / total
        if best is None or gain > best.gain:
            best = Split(key, candidate, numbers, inside, outside, gain)
    return best
