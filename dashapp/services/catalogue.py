"""What is shipped: campaigns, scenarios and figures; and figures files as they are read, with nothing stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import data.intake
import data.reference
import scenarios
from data.intake import Known, KnownAgency, Reading
from engine import Figures
from scenarios import Campaign, Scenario


class FileRefusedError(ValueError):
    """A figures file has errors; `reading` holds every problem.

    `filename` and `scenario` are what the user called the file and the scenario it was checked against ("": none).
    """

    def __init__(self, reading: Reading, filename: str, scenario: str = "") -> None:
        self.reading = reading
        self.filename = filename
        self.scenario = scenario
        super().__init__(f"{len(reading.errors)} errors")


def campaigns() -> tuple[Campaign, ...]:
    """All shipped campaigns; texts in both languages."""
    return scenarios.campaigns()


def campaign(id: str) -> Campaign:
    """One shipped campaign.

    Raises
    ------
    scenarios.ScenarioErrors
        ``unknown_campaign`` with the nearest id.
    """
    return scenarios.campaign(id)


def campaign_of(scenario: Scenario) -> Campaign | None:
    """The shipped campaign a scenario is part of or extends; None if it stands alone."""
    known = {one.id: one for one in campaigns()}
    for id in (scenario.id, *scenario.extends):
        folder = id.partition("/")[0]
        if folder in known:
            return known[folder]
    return None


@cache
def shipped(id: str) -> Scenario:
    """A shipped scenario by id, read once.

    Raises
    ------
    scenarios.ScenarioErrors
        ``unknown_scenario`` with the nearest id.
    """
    return scenarios.load(id)


def presets(campaign_id: str) -> tuple[Scenario, ...]:
    """The shipped scenarios of a campaign in the order shown, the base first."""
    return tuple(shipped(id) for id in campaign(campaign_id).presets)


def scenario(id: str, changes: Mapping[str, Any] | None = None) -> Scenario:
    """A shipped scenario, with `changes` (as in a TOML document) laid over it.

    Raises
    ------
    scenarios.ScenarioErrors
        Every fault of the id or the changes.
    """
    base = shipped(id)
    return scenarios.change(base, changes) if changes else base


def load_scenario(reference: str) -> Scenario:
    """A scenario by shipped id or by the path of a ``.toml`` file.

    Raises
    ------
    scenarios.ScenarioErrors
        Every fault, with file, line and path.
    """
    return scenarios.load(reference) if reference.endswith(".toml") else shipped(reference)


def load_scenarios(references: Sequence[str]) -> tuple[Scenario, ...]:
    """Several scenarios as `load_scenario` reads them.

    Raises
    ------
    scenarios.ScenarioErrors
        Every fault of all of them.
    """
    loaded: list[Scenario] = []
    faults: list[scenarios.ScenarioError] = []
    for reference in references:
        try:
            loaded.append(load_scenario(reference))
        except scenarios.ScenarioErrors as refused:
            faults += refused.problems
    if faults:
        raise scenarios.ScenarioErrors(faults)
    return tuple(loaded)


@cache
def figures(campaign_id: str) -> Figures:
    """The shipped figures of a campaign, read once."""
    return data.reference.figures(campaign_id)


@cache
def figures_with_months(campaign_id: str) -> Figures:
    """The shipped figures of a campaign with the months of the past that come with them, if any do."""
    return figures(campaign_id).with_history(data.reference.history(campaign_id))


@cache
def known_of(campaign_id: str) -> Known:
    """What intake may check a file of this campaign against: its agencies, indicators, periods and catalogue."""
    about, own, base = campaign(campaign_id), figures(campaign_id), shipped(campaign(campaign_id).base)
    agencies = tuple(
        KnownAgency(code, name, level, own.codes[above] if above >= 0 else "")
        for code, name, level, above in zip(own.codes, own.names, own.levels, own.parent, strict=True)
    )
    return Known(
        agencies=agencies,
        indicators=_kinds(about.indicators),
        names=_written_names(about.indicators),
        periods=tuple(period.id for period in base.plan.periods),
        catalogue=about.catalogue,
        parent_rows=about.parent_rows,
        as_of=about.as_of,
        carried_over=_carried_over(about.indicators),
    )


def known_for(scenario: Scenario | None, campaign_id: str | None = None) -> Known:
    """What intake may check a file against before it runs under `scenario`.

    A shipped scenario brings its campaign's agencies; a scenario of the user's own, only the
    indicator catalogue and its periods; no scenario, the indicator catalogue. `campaign_id` names the
    shipped campaign whose agencies a file is about where the scenario does not.

    Raises
    ------
    scenarios.ScenarioErrors
        ``unknown_campaign`` with the nearest id.
    """
    if campaign_id is not None:
        return replace(known_for(scenario), agencies=known_of(campaign_id).agencies)
    if scenario is not None and _is_shipped(scenario):
        about = campaign_of(scenario)
        if about is not None:
            return known_of(about.id)
    catalogue = scenarios.indicators()
    periods = tuple(period.id for period in scenario.plan.periods) if scenario is not None else ()
    return Known(
        indicators=_kinds(catalogue),
        names=_written_names(catalogue),
        periods=periods,
        as_of=scenario.plan.as_of if scenario is not None else None,
        carried_over=_carried_over(catalogue),
    )


def _is_shipped(scenario: Scenario) -> bool:
    """Not so a copy in a file of the user's own, even under the same id."""
    return scenario.id in shipped_ids() and shipped(scenario.id).path == scenario.path


@cache
def shipped_ids() -> frozenset[str]:
    """Ids of all shipped scenarios."""
    return frozenset(id for one in campaigns() for id in one.presets)


def _kinds(indicators: Mapping[str, scenarios.Indicator]) -> Mapping[str, str]:
    return MappingProxyType({id: str(one.kind) for id, one in indicators.items()})


def _carried_over(indicators: Mapping[str, scenarios.Indicator]) -> Mapping[str, bool]:
    return MappingProxyType({id: one.carried_over for id, one in indicators.items() if one.carried_over is not None})


def _written_names(indicators: Mapping[str, scenarios.Indicator]) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType(
        {id: tuple(dict.fromkeys((*one.name.values(), *one.short.values()))) for id, one in indicators.items()}
    )


def check_file(
    source: Path | bytes, filename: str, scenario: Scenario | None = None, campaign_id: str | None = None
) -> Reading:
    """Read a figures file and find every problem, against what `known_for` gives; nothing is stored."""
    return data.intake.read(source, filename, known=known_for(scenario, campaign_id))


def read_figures(
    source: Path | bytes, filename: str, scenario: Scenario | None = None, campaign_id: str | None = None
) -> tuple[Figures, Reading]:
    """The figures of a file without errors, and the reading with its warnings.

    Raises
    ------
    FileRefusedError
        If the file has any error.
    engine.FiguresError
        If the figures do not fit together.
    """
    reading = check_file(source, filename, scenario, campaign_id)
    if reading.frame is None:
        raise FileRefusedError(reading, filename)
    return Figures.from_frame(reading.frame), reading
