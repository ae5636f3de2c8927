"""What a workbench page is about: the state of the page, the scenario it makes and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from dashapp import services
from dashapp.labels import Labels
from dashapp.urlstate import Choices, PageState
from dashapp.views import levers
from engine import METHODS, Allocation, IndicatorPlan, IndicatorResult, Summary
from scenarios import Campaign, Scenario

HOME = "hau-giang-2022"
BLEND = "blend"


@dataclass(frozen=True, eq=False)
class Shown:
    """One page: `preset` as shipped, `scenario` with the levers, `rows` the rows of `result` that are shown."""

    state: PageState
    campaign: Campaign
    preset: Scenario
    scenario: Scenario
    allocation: Allocation
    labels: Labels
    result: IndicatorResult
    plan: IndicatorPlan
    rows: NDArray[np.intp]

    @property
    def lang(self) -> str:
        return self.state.lang

    @property
    def indicator(self) -> str:
        return self.state.indicator

    @property
    def periods(self) -> tuple[str, ...]:
        return tuple(one.id for one in self.allocation.plan.periods)

    @property
    def summary(self) -> Summary:
        """The province's summary of the shown indicator at the last period."""
        return self.allocation.summary(self.indicator, self.periods[-1])

    @property
    def group(self) -> Summary | None:
        """The summary of the agency whose children are shown, at the last period."""
        for one in self.allocation.groups:
            if (one.parent, one.indicator, one.period) == (self.state.inside, self.indicator, self.periods[-1]):
                return one
        return None


@cache
def choices(campaign: str) -> Choices:
    """What an address may name in a campaign.

    Raises
    ------
    scenarios.ScenarioErrors
        If there is no such campaign.
    """
    about = services.campaign(campaign)
    base = services.scenario(about.base)
    return Choices(
        presets=tuple(id.partition("/")[2] for id in about.presets),
        indicators=tuple(id for id in about.indicators if any(one.id == id for one in base.plan.indicators)),
        periods=tuple(one.id for one in base.plan.periods),
        methods=tuple(name for name in METHODS if name != BLEND),
        agencies=frozenset(services.figures(campaign).codes),
    )


def campaign_ids() -> tuple[str, ...]:
    """Ids of the shipped campaigns, the first campaign of the product first."""
    return tuple(sorted((one.id for one in services.campaigns()), key=lambda id: (id != HOME, id)))


def main_indicator(campaign: str) -> str:
    """The indicator shown first: the first that counts dossiers, else the first."""
    about, own = services.campaign(campaign), choices(campaign).indicators
    flows = [id for id in own if about.indicators[id].kind == "flow"]
    return (flows or list(own))[0]


def tidy(state: PageState) -> PageState:
    """The same page without saying what it shows anyway."""
    return replace(state, indicator="") if state.indicator == main_indicator(state.campaign) else state


def show(state: PageState) -> Shown:
    """Run the scenario of a page.

    Raises
    ------
    scenarios.ScenarioErrors, engine.EngineError
        If the levers make a scenario that cannot be run.
    """
    if not state.indicator:
        state = replace(state, indicator=main_indicator(state.campaign))
    preset = services.scenario(state.scenario)
    scenario = services.scenario(state.scenario, levers.changes(state, preset))
    allocation = services.run(state.campaign, scenario)
    result = allocation.results[state.indicator]
    figures = allocation.figures
    above = figures.position.get(state.inside, -1) if state.inside else -1
    rows = np.flatnonzero(figures.parent[result.rows] == above)
    if not len(rows) and state.inside:
        state = replace(state, inside="")
        rows = np.flatnonzero(figures.parent[result.rows] == -1)
    return Shown(
        state=state,
        campaign=services.campaign(state.campaign),
        preset=preset,
        scenario=scenario,
        allocation=allocation,
        labels=services.labels(allocation, state.lang),
        result=result,
        plan=allocation.plan.indicator(state.indicator),
        rows=rows,
    )


def parents(shown: Shown) -> tuple[tuple[str, str], ...]:
    """Code and name of every agency that has children in the shown indicator, by code."""
    figures = shown.allocation.figures
    above = np.unique(figures.parent[shown.result.rows])
    return tuple((figures.codes[at], figures.names[at]) for at in above if at >= 0)


def preset_labels(state: PageState) -> Labels:
    """Readable names of a campaign's agencies, indicators and the preset's rules, whatever the levers say."""
    figures = services.figures(state.campaign)
    return Labels(
        lang=state.lang,
        agencies=dict(zip(figures.codes, figures.names, strict=True)),
        indicators=services.indicator_words(state.lang),
        rules={rule.id: rule for rule in services.scenario(state.scenario).plan.rules},
    )
