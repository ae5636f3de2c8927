"""Runs and what explains them. No user state: what is cached is immutable and answers equal questions."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from types import MappingProxyType

import engine
import scenarios
from dashapp.labels import IndicatorWords, Labels
from dashapp.services.catalogue import figures
from engine import Allocation, Explanation, Fairness, Figures, Plan, PlanError, RuleCost, UnderMethod
from scenarios import Comparison, Scenario

RUNS_KEPT = 64
DERIVED_KEPT = 32


@dataclass(frozen=True)
class _Question:
    """What decides every target; the values themselves ride along uncompared."""

    figures_sha256: str
    scenario_sha256: str
    figures: Figures = field(compare=False)
    scenario: Scenario = field(compare=False)


@lru_cache(maxsize=RUNS_KEPT)
def _answer(question: _Question) -> Allocation:
    return scenarios.run(question.figures, question.scenario)


def run(figures_or_campaign: Figures | str, scenario: Scenario) -> Allocation:
    """The targets of a scenario on figures (or on the shipped figures of a campaign id).

    Equal questions get the very same immutable answer, however they were written.

    Raises
    ------
    engine.EngineError
        If figures and scenario do not fit together.
    """
    own = figures(figures_or_campaign) if isinstance(figures_or_campaign, str) else figures_or_campaign
    return _answer(_Question(own.sha256, scenario.sha256, own, scenario))


def compare(figures_or_campaign: Figures | str, several: Sequence[Scenario]) -> Comparison:
    """The same figures under several scenarios, side by side."""
    own = figures(figures_or_campaign) if isinstance(figures_or_campaign, str) else figures_or_campaign
    return scenarios.compare_allocations(several, [run(own, one) for one in several])


def explain(allocation: Allocation, agency: str, indicator: str, period: str) -> Explanation:
    """One target's trace, bounds and counts.

    Raises
    ------
    engine.PlanError
        ``unknown_agency`` (with the nearest code), ``unknown_indicator``, ``unknown_period``,
        ``agency_without_indicator``.
    """
    if agency not in allocation.figures.position:
        raise PlanError("unknown_agency", agency=agency, nearest=_nearest(agency, allocation.figures))
    return engine.explain(allocation, agency, indicator, period)


def _nearest(agency: str, known: Figures) -> str | None:
    """The code whose spelling, or whose agency's name, is most like what was asked for."""
    spelled = {name.casefold(): code for code, name in zip(known.codes, known.names, strict=True)}
    spelled |= {code.casefold(): code for code in known.codes}
    found = difflib.get_close_matches(agency.casefold(), spelled, n=1, cutoff=0.5)
    return spelled[found[0]] if found else None


@lru_cache(maxsize=DERIVED_KEPT)
def under_each_method(allocation: Allocation, indicator: str) -> Mapping[str, UnderMethod]:
    """The targets each method would give, all else equal."""
    return engine.under_each_method(allocation, indicator)


@lru_cache(maxsize=DERIVED_KEPT)
def rule_costs(allocation: Allocation) -> tuple[RuleCost, ...]:
    """What each rule costs the others."""
    return engine.rule_costs(allocation)


@lru_cache(maxsize=DERIVED_KEPT)
def fairness(allocation: Allocation, indicator: str) -> Fairness:
    """How evenly the increases fall."""
    return engine.fairness(allocation, indicator)


@cache
def indicator_words(lang: str) -> Mapping[str, IndicatorWords]:
    """Names and units of all indicators of the catalogue in one language."""
    words = {
        id: IndicatorWords(one.name[lang], one.short[lang], one.counted[lang])
        for id, one in scenarios.indicators().items()
    }
    return MappingProxyType(words)


@lru_cache(maxsize=DERIVED_KEPT)
def labels(allocation: Allocation, lang: str) -> Labels:
    """Readable names of everything a result refers to."""
    return labels_of(allocation.figures, allocation.plan, lang)


def labels_of(figures: Figures, plan: Plan, lang: str) -> Labels:
    """Readable names of everything a run of `plan` on `figures` refers to."""
    return Labels.of(figures, plan, indicator_words(lang), lang)
