"""What a workbench page is about: the state of the page, the scenario it makes and what comes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

import scenarios
from dashapp import services
from dashapp.labels import Labels
from dashapp.services.opened import Opened
from dashapp.urlstate import ORDERS, VIEWS, Choices, PageState
from dashapp.views import levers, measure_levers
from engine import METHODS, Allocation, Figures, IndicatorPlan, IndicatorResult, Plan, Summary
from scenarios import Campaign, Scenario

BLEND = "blend"
EVERYBODY = "all"
"""Stands for an agency's code where all agencies are shown, whoever is above them."""


@dataclass(frozen=True, eq=False)
class Shown:
    """One page: `opened` as saved, `scenario` with the levers, `rows` the rows of `result` that are shown.

    The versions in `state` are always those that are shown.
    """

    state: PageState
    opened: Opened
    scenario: Scenario
    allocation: Allocation
    labels: Labels
    result: IndicatorResult
    plan: IndicatorPlan
    rows: NDArray[np.intp]

    @cached_property
    def holders(self) -> dict[int, str]:
        """What holds the target of a row of the result, as it was said once (`held.held_by`)."""
        return {}

    @property
    def lang(self) -> str:
        return self.state.lang

    @property
    def campaign(self) -> Campaign:
        return self.opened.campaign

    @property
    def saved(self) -> Scenario:
        """The scenario beneath the levers."""
        return self.opened.scenario

    @property
    def indicator(self) -> str:
        return self.state.indicator

    @cached_property
    def periods(self) -> tuple[str, ...]:
        return tuple(one.id for one in self.allocation.plan.periods)

    @cached_property
    def summary(self) -> Summary:
        """The province's summary of the shown indicator at the last period."""
        return self.allocation.summary(self.indicator, self.periods[-1])

    @cached_property
    def group(self) -> Summary | None:
        """The summary of the agency whose children are shown, at the last period."""
        asked = (self.state.inside, self.indicator, self.periods[-1])
        if not self.state.inside:
            return None
        return next((one for one in self.allocation.groups if (one.parent, one.indicator, one.period) == asked), None)


def indicators(campaign: Campaign, plan: Plan) -> tuple[str, ...]:
    """The campaign's indicators that a plan asks for, in the order shown."""
    asked = {one.id for one in plan.indicators}
    return tuple(id for id in campaign.indicators if id in asked)


def choices(opened: Opened) -> Choices:
    """What an address may name on the page of a scenario."""
    plan = opened.scenario.plan
    return Choices(
        indicators=indicators(opened.campaign, plan),
        periods=tuple(one.id for one in plan.periods),
        methods=tuple(name for name in METHODS if name != BLEND),
        agencies=_Agencies(opened.figures),
        measures=tuple(one.id for one in measure_levers.offers(opened)),
    )


class _Agencies:
    """The codes of all agencies, and the word for all of them."""

    def __init__(self, figures: Figures) -> None:
        self._known = figures.position

    def __contains__(self, code: object) -> bool:
        return code in self._known or code == EVERYBODY

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def main_indicator(campaign: Campaign, plan: Plan) -> str:
    """The indicator shown first: the first that counts dossiers, else the first."""
    own = indicators(campaign, plan)
    flows = [id for id in own if campaign.indicators[id].kind == "flow"]
    return (flows or list(own))[0]


def begin(opened: Opened, lang: str) -> PageState:
    """The page of a scenario as saved, with the versions that are open."""
    return PageState(
        campaign=opened.campaign.id,
        slug=opened.record.slug,
        lang=lang,
        version=opened.version.number,
        figures=opened.ground.figures_version.number,
    )


def settled(state: PageState, opened: Opened) -> PageState:
    """The same page with the indicator that it shows anyway."""
    return state if state.indicator else replace(state, indicator=main_indicator(opened.campaign, opened.scenario.plan))


def tidy(state: PageState, opened: Opened) -> PageState:
    """The same page without saying what it shows anyway, as for an address that people see."""
    main = main_indicator(opened.campaign, opened.scenario.plan)
    return replace(
        state,
        indicator="" if state.indicator == main else state.indicator,
        version=None if opened.is_head else state.version,
        figures=None if opened.ground.is_current else state.figures,
        order="" if state.order == ORDERS[0] else state.order,
        view="" if state.view == VIEWS[0] else state.view,
    )


def scenario_of(state: PageState, opened: Opened) -> Scenario:
    """The opened scenario with the levers of a page.

    Raises
    ------
    scenarios.ScenarioErrors
        If the levers make a scenario that cannot be run.
    """
    changes = levers.changes(state, opened.scenario, measure_levers.entries(state, opened))
    return scenarios.change(opened.scenario, changes) if changes else opened.scenario


def show(state: PageState, opened: Opened) -> Shown:
    """Run the scenario of a page.

    Raises
    ------
    scenarios.ScenarioErrors, engine.EngineError
        If the levers make a scenario that cannot be run.
    """
    state = settled(state, opened)
    scenario = scenario_of(state, opened)
    allocation = services.run(opened.figures, scenario)
    result = allocation.results[state.indicator]
    figures = allocation.figures
    if state.inside == EVERYBODY:
        rows = np.arange(len(result.rows))
    else:
        above = figures.position.get(state.inside, -1) if state.inside else -1
        rows = np.flatnonzero(figures.parent[result.rows] == above)
        if not len(rows) and state.inside:
            state = replace(state, inside="")
            rows = np.flatnonzero(figures.parent[result.rows] == -1)
    return Shown(
        state=state,
        opened=opened,
        scenario=scenario,
        allocation=allocation,
        labels=labels(opened.figures, allocation.plan, state.lang),
        result=result,
        plan=allocation.plan.indicator(state.indicator),
        rows=rows,
    )


def parents(shown: Shown) -> tuple[tuple[str, str], ...]:
    """Code and name of every agency that has children in the shown indicator, by code."""
    figures = shown.allocation.figures
    above = np.unique(figures.parent[shown.result.rows])
    return tuple((figures.codes[at], figures.names[at]) for at in above if at >= 0)


def labels(figures: Figures, plan: Plan, lang: str) -> Labels:
    """Readable names of what a run on figures refers to."""
    return Labels(
        lang=lang,
        agencies=_names(figures),
        indicators=services.indicator_words(lang),
        rules={rule.id: rule for rule in plan.rules},
        measures={measure.id: measure for measure in plan.measures},
    )


def saved_labels(opened: Opened, lang: str) -> Labels:
    """Readable names of agencies, indicators and the scenario's own rules, whatever the levers say."""
    return labels(opened.figures, opened.scenario.plan, lang)


@lru_cache(maxsize=8)
def _names(figures: Figures) -> Mapping[str, str]:
    return dict(zip(figures.codes, figures.names, strict=True))
