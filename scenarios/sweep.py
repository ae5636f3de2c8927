"""Sweeps: many scenarios around one, each lever and assumption over its range, and what comes of every one.

What a leader can choose makes policies, what nobody knows makes futures; every policy is tried in every future.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import OrderedDict
from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from engine import Figures, IndicatorPlan, Part, Plan, allocate_posed, chance, fairness, pose, question
from scenarios.check import Checker, read
from scenarios.errors import ScenarioErrors
from scenarios.layer import Stack, plain
from scenarios.load import SHIPPED, from_document, load
from scenarios.model import Scenario
from scenarios.run import run
from scenarios.source import parse, read_text

GRID, LATIN = "grid", "latin"
MOST_POINTS = 100_000
_PARTS_KEPT = 64
_NEAR = 1e-6
_KEYS = ("scenario", "indicator", "goal", "design", "policies", "futures", "draws", "seed", "enough", "levers")
_LEVER_KEYS = ("key", "values", "from", "to", "steps", "assumption")


@dataclass(frozen=True)
class Lever:
    """One thing that is varied: a key of the scenario file, with a list of values or a range of numbers.

    `key` is dotted; rules and measures are named by their ids: ``measures.community_teams.effect``. A lever of what
    nobody knows is an `assumption`, any other a choice.
    """

    key: str
    values: tuple[Any, ...]
    low: float
    high: float
    steps: int
    assumption: bool

    def at(self, share: float) -> Any:
        """The value a `share` in [0, 1) of the way."""
        if self.values:
            return self.values[min(int(share * len(self.values)), len(self.values) - 1)]
        return round(self.low + share * (self.high - self.low), 9)

    @property
    def every(self) -> tuple[Any, ...]:
        """Its values on a grid."""
        if self.values:
            return self.values
        return tuple(round(float(value), 9) for value in np.linspace(self.low, self.high, self.steps))


@dataclass(frozen=True, eq=False)
class Sweep:
    """What is swept: `policies` × `futures` scenarios around `scenario`, judged by one indicator's last goal.

    `goal` is what success means in every scenario, whatever goal a policy plans by; `enough` is the chance of it from
    which on a policy is said to do in a future.
    """

    scenario: Scenario
    indicator: str
    goal: float
    design: str
    policies: int
    futures: int
    draws: int
    seed: int
    enough: float
    levers: tuple[Lever, ...]

    @property
    def sha256(self) -> str:
        """Of everything that decides an outcome."""
        told = [
            self.scenario.sha256,
            self.indicator,
            self.goal,
            self.design,
            self.policies,
            self.futures,
            self.draws,
            self.seed,
        ]
        told += [[one.key, one.values, one.low, one.high, one.steps, one.assumption] for one in self.levers]
        return hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()

    @property
    def size(self) -> int:
        """Scenarios in all."""
        if self.design == GRID:
            return math.prod(len(one.values) or one.steps for one in self.levers)
        kinds = {one.assumption for one in self.levers}
        return (self.policies if False in kinds else 1) * (self.futures if True in kinds else 1)

    def points(self) -> tuple[Point, ...]:
        """All scenarios of the sweep, in order; the same for the same seed."""
        sides = []
        for assumption, size in ((False, self.policies), (True, self.futures)):
            levers = [one for one in self.levers if one.assumption is assumption]
            sides.append(_settings(levers, size, self.design, self.seed + assumption))
        pairs = product(enumerate(sides[0]), enumerate(sides[1]))
        return tuple(
            Point(number, policy, future, MappingProxyType({**chosen, **assumed}))
            for number, ((policy, chosen), (future, assumed)) in enumerate(pairs)
        )


@dataclass(frozen=True)
class Point:
    """One scenario of a sweep: its number, those of its policy and future, and the value of every lever."""

    number: int
    policy: int
    future: int
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What one scenario comes to.

    Attributes
    ----------
    point : Point
    status : str
        Of the last goal's allocation.
    chance, all_reach : float
        Chance of the province reaching the sweep's goal, and of all agencies reaching their targets.
    demand, largest : float
        Mean and largest rise asked of an agency of the province [share].
    gini : float
        Of these rises; NaN where nobody rises.
    """

    point: Point
    status: str
    chance: float
    all_reach: float
    demand: float
    largest: float
    gini: float


def shipped_sweeps() -> tuple[str, ...]:
    """Ids of the sweeps that come with campaigns, sorted."""
    return tuple(sorted(f"{file.parent.name}/{file.stem}" for file in SHIPPED.glob("*/sweep.toml")))


def load_sweep(path: str | Path) -> Sweep:
    """A sweep from its file, or by the id of a shipped one (``hau-giang-2022/sweep``).

    Raises
    ------
    ScenarioErrors
        Every fault of the file; of the scenario it names; and of the scenarios at the ends of each lever.
    """
    own = SHIPPED / f"{path}.toml" if path in shipped_sweeps() else Path(path)
    stack = Stack.of([parse(read_text(own), str(path))])
    check = Checker(stack)
    top = check.table(stack.document, (), _KEYS)
    for key in ("scenario", "levers"):
        if key not in top:
            check.fault("missing_key", (), key=key)
    reference = read(top, (), "scenario", check.text, "")
    check.finish()
    if reference.endswith(".toml"):
        reference = str(own.parent / reference)
    scenario = load(reference)
    plan = scenario.plan
    ids = [one.id for one in plan.indicators]
    indicator = read(top, (), "indicator", lambda v, p: check.name(v, p, ids, "unknown_indicator"), ids[-1])
    sweep = Sweep(
        scenario=scenario,
        indicator=indicator,
        goal=read(top, (), "goal", check.share, plan.indicator(indicator).goals[plan.last.id]),
        design=read(top, (), "design", lambda v, p: check.name(v, p, (GRID, LATIN), "unknown_choice"), LATIN),
        policies=read(top, (), "policies", lambda v, p: check.integer(v, p, 1, MOST_POINTS), 1),
        futures=read(top, (), "futures", lambda v, p: check.integer(v, p, 1, MOST_POINTS), 1),
        draws=read(top, (), "draws", lambda v, p: check.integer(v, p, 1, 1_000_000), 1000),
        seed=read(top, (), "seed", lambda v, p: check.integer(v, p, 0, 2**31 - 1), 1),
        enough=read(top, (), "enough", check.share, 0.8),
        levers=_levers(check, top),
    )
    check.finish()
    _try_ends(check, sweep)
    check.finish()
    if sweep.size > MOST_POINTS:
        check.fault("too_many_points", (), count=sweep.size, limit=MOST_POINTS)
        check.finish()
    return sweep


def _levers(check: Checker, top: Mapping[str, Any]) -> tuple[Lever, ...]:
    found: list[Lever] = []
    for value, path in check.items(top["levers"], ("levers",)):
        table = check.table(value, path, _LEVER_KEYS)
        key = read(table, path, "key", check.text)
        if key is None:
            if "key" not in table:
                check.fault("missing_key", path, key="key")
            continue
        if any(one.key == key for one in found):
            check.fault("duplicate_lever", (*path, "key"), found=key)
        values = tuple(plain(one) for one, _ in read(table, path, "values", check.items, ()))
        ends = [read(table, path, name, lambda v, p: check.fraction(v, p, -1e9, 1e9)) for name in ("from", "to")]
        if not values and (None in ends or ends[0] >= ends[1]):
            check.fault("lever_range", path)
            ends = [0.0, 1.0]
        low, high = (0.0, 0.0) if values else (float(ends[0]), float(ends[1]))
        steps = read(table, path, "steps", lambda v, p: check.integer(v, p, 2, 1000), 5)
        found.append(Lever(key, values, low, high, steps, read(table, path, "assumption", check.flag, False)))
    if not found and isinstance(top["levers"], list | tuple):
        check.fault("empty", ("levers",), key="levers")
    return tuple(found)


def _try_ends(check: Checker, sweep: Sweep) -> None:
    """Every lever is set once to each of its values or ends: what the scenario then refuses is the lever's fault."""
    for at, lever in enumerate(sweep.levers):
        for value in lever.values or (lever.low, lever.high):
            try:
                scenario_at(sweep, {lever.key: value})
            except KeyError:
                check.fault("unknown_lever", ("levers", at, "key"), found=lever.key)
                break
            except ScenarioErrors as refused:
                first = refused.problems[0]
                check.fault("lever_refused", ("levers", at), found=str(value), refused=first.code, where=first.path)
                break


def _settings(levers: list[Lever], size: int, design: str, seed: int) -> list[Mapping[str, Any]]:
    if not levers:
        return [{}]
    if design == GRID:
        return [
            dict(zip([one.key for one in levers], values, strict=True))
            for values in product(*(o.every for o in levers))
        ]
    from scipy.stats import qmc  # imported where used: it costs as much as the rest of the start

    drawn = qmc.LatinHypercube(len(levers), rng=np.random.default_rng(seed)).random(size)
    return [{lever.key: lever.at(float(share)) for lever, share in zip(levers, row, strict=True)} for row in drawn]


def scenario_at(sweep: Sweep, settings: Mapping[str, Any]) -> Scenario:
    """The sweep's scenario with levers set.

    Raises
    ------
    KeyError
        If a lever's rule or measure is not there.
    ScenarioErrors
        If the scenario refuses a value.
    """
    document = plain(sweep.scenario.document)
    for key, value in settings.items():
        _put(document, key.split("."), value)
    return from_document(document, id=sweep.scenario.id, extends=sweep.scenario.extends)


def _put(document: dict[str, Any], path: list[str], value: Any) -> None:
    at: Any = document
    for step in path[:-1]:
        if isinstance(at, list):
            at = next((one for one in at if step in (one.get("id"), one.get("kind"))), None)
            if at is None:
                raise KeyError(step)
        else:
            below = at.get(step)
            if not isinstance(below, dict | list):
                below = at[step] = {} if below is None else {"name": below}
            at = below
    if isinstance(at, list):
        raise KeyError(path[-1])
    at[path[-1]] = plain(value)


class Runner:
    """Runs points one by one; what only the chances differ in is allocated once."""

    def __init__(self, sweep: Sweep, figures: Figures) -> None:
        self.sweep, self.figures = sweep, figures
        self._parts: OrderedDict[Hashable, Part] = OrderedDict()

    def outcomes(self, done: Collection[int] = ()) -> Iterator[Outcome]:
        """The outcome of every point but those `done`, in order.

        Raises
        ------
        EngineError
            If figures and scenario do not fit together.
        """
        for point in self.sweep.points():
            if point.number not in done:
                yield self.outcome(point)

    def outcome(self, point: Point) -> Outcome:
        """What one point comes to; it depends on nothing but the sweep, the figures and the point."""
        sweep = self.sweep
        scenario = scenario_at(sweep, point.settings)
        plan = replace(scenario.plan, indicators=(scenario.plan.indicator(sweep.indicator),))
        allocation = run(self.figures, replace(scenario, plan=plan), self._part)
        last = plan.last.id
        found = chance(allocation, draws=sweep.draws, seed=sweep.seed)
        burden = fairness(allocation, sweep.indicator)
        rises = np.maximum(burden.points, 0.0)
        return Outcome(
            point=point,
            status=str(allocation.summary(sweep.indicator, last).status),
            chance=float((found.values[sweep.indicator, last] >= sweep.goal - _NEAR).mean()),
            all_reach=found.all_reach[sweep.indicator, last],
            demand=float(rises.mean()) if len(rises) else math.nan,
            largest=burden.largest,
            gini=burden.gini,
        )

    def _part(self, figures: Figures, plan: Plan, asked: IndicatorPlan) -> Part:
        key = question(figures, plan, asked)
        if key not in self._parts:
            self._parts[key] = allocate_posed(pose(figures, plan, asked), asked.goals)
            if len(self._parts) > _PARTS_KEPT:
                self._parts.popitem(last=False)
        self._parts.move_to_end(key)
        return self._parts[key]
