"""A sweep as it is looked at: its axes, the parts of them that are looked at, and what lies in them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dashapp.i18n import number, share, t
from dashapp.labels import Labels
from dashapp.services.sweep_offers import Topic, Unit
from dashapp.services.sweep_runs import Result
from dashapp.views import ahead_sweep_words as words
from dashapp.views import typed
from scenarios import Lever, Outcome

CHANCE, DEMAND = "chance", "demand"


@dataclass(frozen=True, eq=False)
class Seen:
    """A sweep as it is looked at: `brushes` are ends of axes as typed, by the axis' place; `picked` a policy or row."""

    id: str
    campaign: str
    result: Result
    labels: Labels
    brushes: Mapping[str, str]
    address: Callable[[Mapping[str, str]], str]

    @property
    def lang(self) -> str:
        return self.labels.lang

    @property
    def levers(self) -> tuple[Lever, ...]:
        return self.result.sweep.levers

    @cached_property
    def axes(self) -> tuple[Ruler, ...]:
        return rulers(self)

    @cached_property
    def passing(self) -> tuple[Outcome, ...]:
        return tuple(one for one in self.result.outcomes if all(axis.holds(one) for axis in self.axes))


@dataclass(frozen=True, eq=False)
class Ruler:
    """One axis: what it measures, from `low` to `high` or over `values`, and the part of it that is looked at.

    `start` and `end` are the typed ends as values, None for no end; `chosen` is the one value that is looked at.
    """

    name: str
    key: str
    unit: Unit
    low: float
    high: float
    values: tuple[Any, ...] = ()
    start: float | None = None
    end: float | None = None
    chosen: str = ""
    fault: str = ""

    def of(self, one: Outcome) -> Any:
        """The value of a scenario on this axis."""
        if self.key == CHANCE:
            return one.chance
        return one.demand if self.key == DEMAND else one.point.settings[self.key]

    def place(self, one: Outcome) -> float:
        """Where a scenario crosses it, from 0 to 1; scenarios of one word stand a little apart."""
        value = self.of(one)
        if self.values:
            step = 1.0 / max(len(self.values) - 1, 1)
            apart = (one.point.number % 21 - 10) / 10 * min(0.12 * step, 0.05)
            return min(max(self.values.index(value) * step + apart, 0.0), 1.0)
        if math.isnan(value) or self.high <= self.low:
            return 0.0
        return float((value - self.low) / (self.high - self.low))

    def holds(self, one: Outcome) -> bool:
        """Whether a scenario lies in the part that is looked at."""
        value = self.of(one)
        if self.values:
            return not self.chosen or str(value) == self.chosen
        slack = 1e-9
        return (self.start is None or value >= self.start - slack) and (self.end is None or value <= self.end + slack)

    def written(self, value: float, lang: str) -> str:
        if self.unit is Unit.SHARE:
            return share(value, lang, 1, trim=True)
        return number(value, lang, 2, trim=True)


def rulers(seen: Seen) -> tuple[Ruler, ...]:
    """An axis for each lever, then for the chance and for what is asked."""
    found, lang, outcomes = [], seen.lang, seen.result.outcomes
    for at, one in enumerate(seen.levers):
        unit = Unit.CHOICE if one.values else Unit.NUMBER
        if not one.values and words.topic(one.key) not in (None, Topic.MEASURE):
            unit = Unit.SHARE
        found.append(_ruler(seen, at, words.lever(one.key, seen.labels), one.key, unit, one.low, one.high, one.values))
    rises = [one.demand for one in outcomes if not math.isnan(one.demand)] or [0.0]
    ends = (math.floor(min(rises) * 200) / 200, math.ceil(max(rises) * 200 + 1e-9) / 200)
    at = len(found)
    found.append(_ruler(seen, at, t("ahead_sweep.axis.demand", lang), DEMAND, Unit.SHARE, *ends))
    found.append(_ruler(seen, at + 1, t("ahead_sweep.axis.chance", lang), CHANCE, Unit.SHARE, 0.0, 1.0))
    return tuple(found)


def _ruler(
    seen: Seen, at: int, name: str, key: str, unit: Unit, low: float, high: float, values: tuple[Any, ...] = ()
) -> Ruler:
    if values:
        chosen = seen.brushes.get(f"w{at}", "")
        return Ruler(name, key, unit, low, high, values, chosen=chosen if chosen in map(str, values) else "")
    scale, ends, fault = (100.0 if unit is Unit.SHARE else 1.0), [], ""
    for end in ("f", "t"):
        text = seen.brushes.get(f"{end}{at}", "")
        try:
            ends.append(typed.amount(text) / scale if text else None)
        except ValueError:
            ends.append(None)
            fault = t("ahead_sweep.brush.fault", seen.lang, found=text[:40])
    return Ruler(name, key, unit, low, high, (), ends[0], ends[1], "", fault)
