"""The overrides ledger: what an override rests on, whether that still holds, and the table with all of them in it.

An override's *ground* is what stood beneath it when it was set or last confirmed: the agency's counts, its bounds and
its target in the table without any override. The others' overrides are left out on purpose: only new figures or
another scenario can make an override stale, not a colleague's adjustment elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import scenarios
from dashapp.services.calculation import explain
from engine import Allocation, Explanation, RuleKind
from scenarios import Scenario

if TYPE_CHECKING:  # a run from files needs no database: loading one takes half a second
    from data.store.records import Override

PIN_PREFIX = "override-"
NEW = "new"
"""Stands for the id of an override that is not saved yet."""


class Because(StrEnum):
    """Why an override is stale."""

    FIGURE = "figure"
    BOUND = "bound"
    UNPINNED = "unpinned"


_GROUND: Mapping[str, Because] = MappingProxyType(
    {
        "numerator": Because.FIGURE,
        "denominator": Because.FIGURE,
        "lower": Because.BOUND,
        "upper": Because.BOUND,
        "target": Because.UNPINNED,
    }
)
"""What a ground holds, and why an override is stale when it differs."""


@dataclass(frozen=True)
class Moved:
    """One value beneath an override that is not what it was: counts in units, the others are shares."""

    because: Because
    field: str
    before: float | None
    after: float | None


@dataclass(frozen=True)
class Stale:
    """An override whose ground has changed since it was set or last confirmed."""

    override: Override
    moved: tuple[Moved, ...]

    @property
    def because(self) -> tuple[Because, ...]:
        """Each reason once."""
        return tuple(dict.fromkeys(one.because for one in self.moved))


@dataclass(frozen=True)
class Pin:
    """A target set by hand, saved or only tried."""

    id: int | str
    agency: str
    indicator: str
    period: str
    value: float
    reason: str

    @classmethod
    def of(cls, override: Override) -> Pin:
        """The pin that an override stands for."""
        o = override
        return cls(o.id, o.agency, o.indicator, o.period, o.value, o.reason)

    @property
    def place(self) -> tuple[str, str, str]:
        """Agency, indicator and period: at most one pin each."""
        return self.agency, self.indicator, self.period


def with_pins(scenario: Scenario, pins: Iterable[Pin]) -> Scenario:
    """The scenario with every pin as one more rule; the pins of equal scenarios are in the order of their places.

    Raises
    ------
    scenarios.ScenarioErrors
        If a pin names an indicator or period that the scenario does not have, or a value that is no share.
    """
    rules = [_rule(pin) for pin in sorted(pins, key=lambda one: one.place)]
    return scenarios.change(scenario, {"rules": rules}) if rules else scenario


def _rule(pin: Pin) -> dict[str, Any]:
    return {
        "kind": str(RuleKind.PIN),
        "id": f"{PIN_PREFIX}{pin.id}",
        "value": pin.value,
        "where": {"agency": pin.agency},
        "indicators": [pin.indicator],
        "periods": [pin.period],
        "reason": {"vi": pin.reason, "en": pin.reason},
    }


def explained(plain: Allocation, pin: Pin) -> Explanation:
    """The target beneath a pin, in the table without any override.

    Raises
    ------
    engine.PlanError
        ``unknown_agency``, ``unknown_indicator``, ``unknown_period``, ``agency_without_indicator``.
    """
    return explain(plain, pin.agency, pin.indicator, pin.period)


def ground(beneath: Explanation) -> dict[str, float | None]:
    """What an override rests on, to be kept with it; None where there is none."""
    return {name: _kept(getattr(beneath, name)) for name in _GROUND}


def stale(plain: Allocation, overrides: Iterable[Override]) -> tuple[Stale, ...]:
    """Those overrides whose ground is not what the table without any override says now."""
    found = []
    for one in overrides:
        now = ground(explained(plain, Pin.of(one)))
        moved = [
            Moved(because, name, one.ground.get(name), now[name])
            for name, because in _GROUND.items()
            if one.ground.get(name) != now[name]
        ]
        if moved:
            found.append(Stale(one, tuple(moved)))
    return tuple(found)


def snapshot(overrides: Iterable[Override]) -> list[dict[str, Any]]:
    """The overrides that count in a run, as documents."""
    fields = ("id", "agency", "indicator", "period", "value", "reason")
    return [{name: getattr(one, name) for name in fields} for one in overrides]


def _kept(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
