"""Runs and what explains them. No user state: what is cached is immutable and answers equal questions."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache, wraps
from types import MappingProxyType
from typing import Any, TypeVar

import engine
import scenarios
from dashapp.labels import IndicatorWords, Labels
from dashapp.services.catalogue import figures
from engine import (
    Allocation,
    Chance,
    Explanation,
    Fairness,
    Figures,
    IndicatorPlan,
    Part,
    Plan,
    PlanError,
    Posed,
    RuleCost,
    RuleEffect,
    UnderMethod,
)
from scenarios import Comparison, Scenario

Answer = TypeVar("Answer")

MANY = 1_000
"""Agencies from which on fewer answers are kept: of eleven thousand, one indicator takes four million bytes."""
RUNS_KEPT, RUNS_OF_MANY = 64, 8
PARTS_KEPT, PARTS_OF_MANY = 512, 16
POSED_KEPT, POSED_OF_MANY = 64, 4
DERIVED_KEPT = 32
MOST_DRAWN = 4_000_000
"""Draws times agencies that a screen waits for; where there are more agencies, fewer draws are made."""
FEWEST_DRAWS = 1_000


@dataclass(frozen=True)
class _Question:
    """What decides every target; the values themselves ride along uncompared."""

    figures_sha256: str
    scenario_sha256: str
    figures: Figures = field(compare=False)
    scenario: Scenario = field(compare=False)


def _kept(few: int, many: int) -> Callable[[Callable[[Any], Answer]], Callable[[Any], Answer]]:
    """As `lru_cache`, for questions that carry `figures`: so many answers are kept, of many agencies fewer."""

    def remembering(answer: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
        of_few, of_many = lru_cache(maxsize=few)(answer), lru_cache(maxsize=many)(answer)

        @wraps(answer)
        def asked(question: Any) -> Answer:
            return (of_many if len(question.figures.codes) > MANY else of_few)(question)

        return asked

    return remembering


@dataclass(frozen=True)
class _Asked:
    """What decides one indicator's part of a run, or what it poses; figures and plan ride along uncompared."""

    question: Hashable
    figures: Figures = field(compare=False)
    plan: Plan = field(compare=False)
    indicator: IndicatorPlan = field(compare=False)


@_kept(POSED_KEPT, POSED_OF_MANY)
def _posed(asked: _Asked) -> Posed:
    return engine.pose(asked.figures, asked.plan, asked.indicator)


@_kept(PARTS_KEPT, PARTS_OF_MANY)
def _part(asked: _Asked) -> Part:
    posed, _ = engine.question(asked.figures, asked.plan, asked.indicator)
    return engine.allocate_posed(_posed(replace(asked, question=posed)), asked.indicator.goals)


def _part_of(figures: Figures, plan: Plan, indicator: IndicatorPlan) -> Part:
    """One indicator's part: a lever of one indicator leaves the others' as they were, and a goal the rules."""
    return _part(_Asked(engine.question(figures, plan, indicator), figures, plan, indicator))


@_kept(RUNS_KEPT, RUNS_OF_MANY)
def _answer(question: _Question) -> Allocation:
    return scenarios.run(question.figures, question.scenario, _part_of)


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
def rule_costs(allocation: Allocation, indicator: str) -> tuple[RuleCost, ...]:
    """What each rule that concerns an indicator costs the others in it."""
    return engine.rule_costs(allocation, indicator)


def rule_effects(allocation: Allocation, agency: str, indicator: str, period: str) -> tuple[RuleEffect, ...]:
    """What each rule does to one agency's target and to those of the others."""
    return engine.rule_effects(allocation, rule_costs(allocation, indicator), agency, indicator, period)


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
def chance(allocation: Allocation, indicator: str) -> Chance:
    """How likely the province and its agencies reach what an indicator asks, under the scenario's assumptions."""
    return engine.chance(allocation, indicators=(indicator,), draws=draws_of(allocation, indicator))


def draws_of(allocation: Allocation, indicator: str) -> int:
    """Draws that a screen waits for: those of the scenario, or fewer where there are many agencies."""
    asked = allocation.plan.assumptions.draws
    most = max(FEWEST_DRAWS, MOST_DRAWN // max(len(allocation.results[indicator].rows), 1))
    return min(asked, most)


@lru_cache(maxsize=DERIVED_KEPT)
def labels(allocation: Allocation, lang: str) -> Labels:
    """Readable names of everything a result refers to."""
    return labels_of(allocation.figures, allocation.plan, lang)


def labels_of(figures: Figures, plan: Plan, lang: str) -> Labels:
    """Readable names of everything a run of `plan` on `figures` refers to."""
    return Labels.of(figures, plan, indicator_words(lang), lang)
