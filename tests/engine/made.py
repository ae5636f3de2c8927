"""Tables whose making is known: every method of the registry, every rounding, and rules beside them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from engine import Figures, MethodChoice, Plan, Rounding, RoundingMode, Rule, RuleKind, TargetStatus, Toward, allocate
from engine.methods import BLEND, METHODS
from tests.engine.build import Row, figures, plan, rule

SINGLE = tuple(name for name in METHODS if name != BLEND)
CHOICES = (
    *(MethodChoice(name) for name in SINGLE),
    MethodChoice("gap_closing", Toward.GOAL),
    MethodChoice("gap_closing", Toward.BEST_PEER),
)
ROUNDINGS: Mapping[str, Rounding] = MappingProxyType(
    {
        "nearest": Rounding(),
        "up": Rounding(mode=RoundingMode.UP),
        "largest_remainder": Rounding(mode=RoundingMode.LARGEST_REMAINDER),
        "none": Rounding(mode=RoundingMode.NONE),
        "count": Rounding(count=True),
        "ladder": Rounding(levels=(0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.75, 0.9)),
    }
)
"""Each way to round; those of the registry's modes to whole percents."""
BESIDE = (
    rule("no_backsliding"),
    rule("floor", 0.3),
    rule("cap", 0.7),
    rule("min_step", 0.05),
    rule("max_step", 0.15),
    rule("proposal_floor"),
)
FREE = 0.4
"""Share of agencies that must stand where the method put them."""
SHARE_OF_RULES = (0.6, 0.25, 0.25, 0.25, 0.25, 0.15)


@dataclass(frozen=True, eq=False)
class Made:
    """A table and what made it."""

    figures: Figures
    plan: Plan
    issued: np.ndarray
    method: MethodChoice
    rules: tuple[Rule, ...]
    rounding: RoundingMode


def province(seed: int, n: int = 27) -> Figures:
    """A province of agencies of different sizes and rates, all with proposals and capacity scores."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        D = int(np.exp(rng.normal(6.5, 1.0))) + 20
        rate = 1 / (1 + math.exp(-rng.normal(-1.0, 0.8)))
        offered = min(round((rate + 0.3 * (1 - rate) * rng.uniform()) * 20) / 20, 0.95)
        added = int(0.6 * D)
        rows.append(
            Row(
                f"A{i:03d}", int(rng.binomial(D, rate)), D, (added, added), proposed=(None, offered),
                weight=float(rng.choice([0.75, 1.0, 1.25, 1.5, 2.0])),
            )
        )  # fmt: skip
    return figures(rows)


def choice_of(name: str, rng: np.random.Generator) -> MethodChoice:
    """A method of the registry; of a blend, two others in tenths."""
    if name == "gap_closing":
        return MethodChoice(name, list(Toward)[int(rng.integers(len(Toward)))])
    if name != BLEND:
        return MethodChoice(name)
    first, second = rng.choice(len(SINGLE), 2, replace=False)
    weight = int(rng.integers(3, 8)) / 10
    return MethodChoice(
        BLEND, parts=((MethodChoice(SINGLE[first]), weight), (MethodChoice(SINGLE[second]), round(1 - weight, 6)))
    )


def made(name: str, rounding: Rounding, seed: int, n: int = 27) -> Made:
    """A table that a method made, under rules that the seed chooses."""
    rng = np.random.default_rng((seed, len(name), sum(map(ord, name))))
    own = province(seed, n)
    taken = [one for one, share in zip(BESIDE, SHARE_OF_RULES, strict=True) if rng.uniform() < share]
    kinds = {one.kind for one in taken}
    if RuleKind.FLOOR in kinds and RuleKind.CAP in kinds and {RuleKind.MIN_STEP, RuleKind.MAX_STEP} & kinds:
        taken = [one for one in taken if one.kind not in (RuleKind.MIN_STEP, RuleKind.MAX_STEP)]
    method = choice_of(name, rng)
    frame = own.frame
    now = frame["numerator"].sum() / frame["denominator"].sum()
    goal = round(min(now + rng.uniform(0.12, 0.22), 0.6), 2)
    asked = plan(method, goal, *taken, rounding=rounding)
    result = allocate(own, asked)
    free = [status == TargetStatus.LIFTED for status in result.results["online"].status[-1]]
    if np.mean(free) < FREE:  # bounds alone made the table: nothing of the method is in it
        return made(name, rounding, seed + 1000, n)
    return Made(own, asked, result.results["online"].target, method, tuple(taken), rounding.mode)
