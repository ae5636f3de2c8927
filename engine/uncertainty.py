"""How sure anyone can be: the same draws for every scenario, so that only what differs between them makes a difference.

Monte Carlo with common random numbers (engine.md §7). Each source of uncertainty has its own stream per indicator and
block of draws, so a result depends on the seed alone: not on which other indicators, goals or scenarios are asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from engine import rates
from engine.allocation import Allocation, IndicatorResult
from engine.plan import Delivery, Measure
from engine.problem import Problem, lay_out
from engine.projection import measures_of, project, reach
from engine.solver import Floats

VOLUMES, RATES, DELIVERY = "volumes", "rates", "delivery"
"""Sources of uncertainty; every measure is one more, by its id."""

_COMMON = "common"
_CELLS = 1 << 17
"""Draws × agencies worked on at a time: they stay in the cache."""

_POINTS = 4096
_WIDEST = 6.0
"""Standard deviations within which delivery is tabulated."""

Small = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Drawn:
    """Draws of one indicator.

    Attributes
    ----------
    each : (T, n) float
        Share of the draws in which an agency reaches its target; NaN where it has none.
    all_reach : (T,) float
        Share in which every agency with a target reaches it.
    province : (T, draws) float
        Pooled share of the agencies without one above them.
    reached : (T, draws) bool
        Whether that reaches the goal; False where there is none.
    """

    each: Floats
    all_reach: Floats
    province: Floats
    reached: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Chance:
    """What the draws say of an allocation.

    Attributes
    ----------
    draws, seed : int
    goals : mapping of (indicator, period) to float
        Chance that the province reaches a goal, or what is to be reached where a goal is set higher
        (`IndicatorPlan.reach`).
    all_reach : mapping of (indicator, period) to float
        Chance that every agency reaches its target.
    each : mapping of indicator to (T, n) float
        Each agency's own chance; NaN where it has no target.
    together : float
        Chance that the province reaches all goals of all indicators.
    values : mapping of (indicator, period) to (draws,) float
        What the province comes to in each draw [share].
    """

    draws: int
    seed: int
    goals: Mapping[tuple[str, str], float]
    all_reach: Mapping[tuple[str, str], float]
    each: Mapping[str, Floats]
    together: float
    values: Mapping[tuple[str, str], Floats]


def chance(
    allocation: Allocation,
    *,
    draws: int | None = None,
    seed: int | None = None,
    indicators: Collection[str] | None = None,
) -> Chance:
    """The chances of an allocation under its plan's assumptions.

    Parameters
    ----------
    draws, seed : int, optional
        Instead of those of the plan.
    indicators : collection of str, optional
        Those that are asked about; the numbers of each are the same whichever others are.

    Notes
    -----
    Per draw: V_t log-normal with mean V_t; odds of each agency's present rate those of Beta(N + ½, D − N + ½), or of
    its fitted trend with the fit's own error; measures triangular on [low, effect, high]; delivery beta. An agency
    achieves in period t the odds of what would happen anyway times exp(delivery · asked), asked being the log-odds
    between what would happen anyway and what its target asks of the period. What is counted in a catalogue is no
    sample and not drawn.
    """
    plan = allocation.plan
    draws = plan.assumptions.draws if draws is None else draws
    seed = plan.assumptions.seed if seed is None else seed
    goals, every, each, values = {}, {}, {}, {}
    together = np.ones(draws, dtype=bool)
    for asked in plan.indicators:
        if indicators is not None and asked.id not in indicators:
            continue
        simulation = Simulation(lay_out(allocation.figures, plan, asked))
        judged = asked.judged
        found = simulation.run(allocation.results[asked.id], judged, draws, seed)
        each[asked.id] = found.each
        for t, period in enumerate(plan.periods):
            every[asked.id, period.id] = float(found.all_reach[t])
            values[asked.id, period.id] = found.province[t]
            if period.id in judged:
                goals[asked.id, period.id] = float(found.reached[t].mean())
                together &= found.reached[t]
    return Chance(
        draws=draws,
        seed=seed,
        goals=MappingProxyType(goals),
        all_reach=MappingProxyType(every),
        each=MappingProxyType(each),
        together=float(together.mean()),
        values=MappingProxyType(values),
    )


class Simulation:
    """One indicator, ready to be drawn for any targets."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.measures = measures_of(problem.plan, problem.asked)
        T, n = problem.V.shape
        self._reach = np.zeros((T, len(self.measures), n), dtype=np.float32)
        for m, measure in enumerate(self.measures):
            self._reach[:, m] = reach(problem, measure)
        self._anyway = project(problem, problem.smooth).rates
        self._top = (problem.figures.parent[problem.rows] < 0) & ~problem.missing
        self._sampled = problem.forecast is None and not problem.stock
        bare = rates.logit(np.clip(self._anyway, 1e-9, 1.0 - 1e-9))
        effects = np.array([one.effect for one in self.measures])
        bare -= np.einsum("m,tmn->tn", effects, self._reach)
        self._bare = bare  # log-odds without measures, before the draw of the present rate
        base = rates.logit(problem.smooth)
        self._drift = bare - base if self._sampled else bare

    def asked(self, result: IndicatorResult) -> tuple[Floats, Floats]:
        """(T, n) log-odds asked beyond what would happen anyway, and what a share of it is to be multiplied by.

        The second is 1 but where a target asks for all of a period's dossiers: half a dossier less has finite log-odds.
        """
        problem = self.problem
        wanted, unit = result.target, problem.V
        if problem.cumulative:
            counts = np.concatenate([problem.N[None], np.where(np.isnan(wanted), 0.0, wanted) * problem.volumes])
            wanted = np.divide(np.diff(counts, axis=0), problem.V, out=np.zeros_like(problem.V), where=problem.V > 0)
        elif problem.stock:
            unit = np.broadcast_to(problem.D, wanted.shape)
        wanted = np.clip(np.nan_to_num(wanted), 0.0, 1.0)
        edge = 0.5 / (unit + 1.0)
        inside = np.clip(wanted, edge, 1.0 - edge)
        lift = rates.logit(inside) - rates.logit(np.clip(self._anyway, 1e-9, 1.0 - 1e-9))
        return np.maximum(lift, 0.0), np.maximum(wanted / inside, 1.0)

    def run(
        self,
        result: IndicatorResult,
        goals: Mapping[str, float],
        draws: int,
        seed: int,
        redrawn: frozenset[str] = frozenset(),
    ) -> Drawn:
        """Draw the indicator.

        Parameters
        ----------
        result : IndicatorResult
            Whose targets are asked.
        goals : mapping of period id to share
        redrawn : frozenset of str
            Sources that are drawn afresh while all others stay as they are (see `sensitivity`).
        """
        problem = self.problem
        T, n = problem.V.shape
        lift, scale = (part.astype(np.float32) for part in self.asked(result))
        has = ~np.isnan(result.target)
        aim = np.array([goals.get(period.id, np.nan) for period in problem.plan.periods])
        hits, every = np.zeros((T, n)), np.zeros(T)
        province, reached = np.zeros((T, draws)), np.zeros((T, draws), dtype=bool)
        size = max(1, _CELLS // max(n, 1))
        counted = (self._top & has).astype(np.float64)
        for block, first in enumerate(range(0, draws, size)):
            rows = slice(first, min(first + size, draws))
            streams = _Streams(seed, problem.asked.id, block, rows.stop - first, redrawn)
            for t, (won, weight) in enumerate(self._periods(streams, lift, scale)):
                enough = won >= result.target[t].astype(np.float32) * weight - np.float32(0.5)
                enough |= ~has[t]
                hits[t] += enough.sum(axis=0)
                every[t] += enough.all(axis=1).sum()
                total = weight @ counted[t]
                gained = won @ counted[t]
                province[t, rows] = np.divide(gained, total, out=np.full_like(total, np.nan), where=total > 0)
                reached[t, rows] = gained >= aim[t] * total - 0.5 - 1e-6 * total
        return Drawn(np.where(has, hits / draws, np.nan), every / draws, province, reached)

    def _periods(self, streams: _Streams, lift: Small, scale: Small) -> list[tuple[Small, Small]]:
        """Won and weight of each period [units], (draws, n)."""
        problem, plan = self.problem, self.problem.plan
        T, n = problem.V.shape
        ceiling = problem.c.astype(np.float32)
        odds, error = self._present(streams, n)
        delivery = streams.delivery(plan.assumptions.delivery, n)
        effects = streams.effects(self.measures)
        spread = np.float32(plan.assumptions.volume_spread)
        volume = streams.of(VOLUMES)
        won = np.broadcast_to(problem.N.astype(np.float32), (streams.draws, n))
        weight = np.broadcast_to(problem.D.astype(np.float32), (streams.draws, n))
        out = []
        for t in range(T):
            power = delivery * lift[t]
            power += self._drift[t].astype(np.float32)
            if error is not None:
                power += error * self._spread(t)
            if self.measures:
                power += effects @ self._reach[t]
            np.exp(power, out=power)
            if odds is not None:
                power *= odds
            rate = power
            rate /= 1.0 + power
            rate *= scale[t]
            np.minimum(rate, ceiling, out=rate)
            if problem.stock:
                out.append((np.maximum(rate * weight, won), weight))
                continue
            V = volume.standard_normal((streams.draws, n), dtype=np.float32)
            V *= spread
            V -= np.float32(0.5) * spread * spread
            np.exp(V, out=V)
            V *= problem.V[t].astype(np.float32)
            rate *= V
            if problem.in_period:
                out.append((rate, V))
                continue
            won, weight = won + rate, weight + V
            out.append((won, weight))
        return out

    def _spread(self, t: int) -> Small:
        spread = self.problem.forecast_spread
        return np.zeros(self.problem.V.shape[1], np.float32) if spread is None else spread[t].astype(np.float32)

    def _present(self, streams: _Streams, n: int) -> tuple[Small | None, Small | None]:
        """Odds of the present rates where they are a sample, or standard errors of a fitted trend."""
        problem = self.problem
        if problem.forecast is not None:
            return None, streams.of(RATES).standard_normal((streams.draws, n), dtype=np.float32)
        if not self._sampled:
            return None, None
        some = problem.D > 0  # who has nothing yet is as unsure as one dossier of its peers' kind
        N = np.where(some, problem.N, problem.smooth)
        left = np.where(some, problem.D - problem.N, 1.0 - problem.smooth)
        generator = streams.of(RATES)
        odds = _gammas(generator, N + 0.5, streams.draws)
        odds /= np.maximum(_gammas(generator, left + 0.5, streams.draws), np.float32(1e-12))
        return odds, None


def _gammas(generator: np.random.Generator, shape: Floats, draws: int) -> Small:
    """(draws, n); a ratio of two such is the odds of a beta-distributed rate."""
    wanted = np.broadcast_to(shape.astype(np.float32), (draws, len(shape)))
    return generator.standard_gamma(wanted, dtype=np.float32)


class _Streams:
    """Random numbers of one block of draws of one indicator, a stream for each source."""

    def __init__(self, seed: int, indicator: str, block: int, draws: int, redrawn: frozenset[str]) -> None:
        self.draws = draws
        self._seed, self._indicator, self._block, self._redrawn = seed, indicator, block, redrawn

    def of(self, source: str, *, shared: bool = False) -> np.random.Generator:
        """The stream of a source; a shared one is the same for all indicators."""
        again = source in self._redrawn or (source == _COMMON and DELIVERY in self._redrawn)
        names = (source, "" if shared else self._indicator, "again" if again else "")
        key = hashlib.sha256("\0".join(names).encode()).digest()[:8]
        entropy = [self._seed, int.from_bytes(key, "little"), self._block]
        return np.random.Generator(np.random.SFC64(np.random.SeedSequence(entropy)))

    def effects(self, measures: tuple[Measure, ...]) -> Small:
        """(draws, M): what each measure brings, the same for all agencies and indicators."""
        out = np.empty((self.draws, len(measures)), dtype=np.float32)
        for m, one in enumerate(measures):
            if one.low == one.high:
                out[:, m] = one.effect
            else:
                out[:, m] = self.of(one.id, shared=True).triangular(one.low, one.effect, one.high, self.draws)
        return out

    def delivery(self, delivery: Delivery, n: int) -> Small:
        """(draws, n) share of what is asked that each agency achieves."""
        if delivery.spread == 0.0:
            return np.full((self.draws, n), delivery.mean, dtype=np.float32)
        z = self.of(DELIVERY).standard_normal((self.draws, n), dtype=np.float32)
        if delivery.common > 0.0:
            z *= np.float32(np.sqrt(1.0 - delivery.common))
            of_all = self.of(_COMMON, shared=True).standard_normal((self.draws, 1), dtype=np.float32)
            z += np.float32(np.sqrt(delivery.common)) * of_all
        z += np.float32(_WIDEST)
        z *= np.float32(_POINTS / (2.0 * _WIDEST))
        np.clip(z, 0, _POINTS - 1, out=z)
        return _delivered(delivery.mean, delivery.spread).take(z.astype(np.int32))


@lru_cache(maxsize=64)
def _delivered(mean: float, spread: float) -> Small:
    """Quantiles of the beta distribution with this mean and standard deviation, by standard normal deviate."""
    from scipy import special  # imported where used: it costs as much as the rest of the start

    strength = mean * (1.0 - mean) / spread**2 - 1.0
    z = (np.arange(_POINTS) + 0.5) * (2.0 * _WIDEST / _POINTS) - _WIDEST
    table = special.betaincinv(mean * strength, (1.0 - mean) * strength, special.ndtr(z)).astype(np.float32)
    table.setflags(write=False)
    return table
