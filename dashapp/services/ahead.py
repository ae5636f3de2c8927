"""Looking ahead: the past months of figures, and how forecasts would have done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

import data.intake
import engine
import scenarios
from dashapp.i18n import LANGUAGES, t
from dashapp.services.catalogue import FileRefusedError, campaigns, shipped
from dashapp.services.files import is_illustrative
from data.intake import Known, KnownAgency, Reading
from data.output import write_text
from engine import (
    Allocation,
    BackTest,
    Chance,
    Explained,
    Figures,
    History,
    Influence,
    Kind,
    Plan,
    PlanError,
    PlanningGoal,
)
from scenarios import Campaign, Scenario


def read_history(source: Path | bytes, filename: str, figures: Figures) -> tuple[Figures, Reading]:
    """The figures with the months of a file, and the reading with its warnings.

    Raises
    ------
    FileRefusedError
        If the file has any error.
    """
    reading = data.intake.read_history(source, filename, known=_known_of(figures))
    if reading.frame is None:
        raise FileRefusedError(reading, filename)
    return figures.with_history(History.from_frame(reading.frame)), reading


def _known_of(figures: Figures, periods: tuple[str, ...] = ()) -> Known:
    pairs = zip(figures.codes, figures.names, strict=True)
    return replace(_known(), agencies=tuple(KnownAgency(code, name, "") for code, name in pairs), periods=periods)


@lru_cache(maxsize=1)
def _known() -> Known:
    catalogue = scenarios.indicators()
    names = {id: tuple(dict.fromkeys((*one.name.values(), *one.short.values()))) for id, one in catalogue.items()}
    return Known(indicators={id: str(one.kind) for id, one in catalogue.items()}, names=names)


def back_tests(figures: Figures, hide: int, indicators: tuple[str, ...]) -> Mapping[str, BackTest]:
    """How each forecast of these indicators would have done with the last months hidden.

    Raises
    ------
    engine.FiguresError
        ``history_missing``, ``history_too_short``.
    """
    kinds = {id: one.kind for id, one in scenarios.indicators().items()}
    return {id: engine.back_test(figures, id, kinds.get(id, Kind.FLOW), hide) for id in indicators}


def illustrative(figures: Figures) -> Campaign | None:
    """The campaign whose figures, composed for demonstration, these are for the most part."""
    asked = (one for one in campaigns() if one.illustrative and not one.on_request)
    return next((one for one in asked if is_illustrative(figures, shipped(one.base))), None)


@dataclass(frozen=True, eq=False)
class Outlook:
    """The chances of a table, what each goal's rests on, and how high to aim for a wanted chance."""

    chance: Chance
    influences: Mapping[str, tuple[Influence, ...]]
    planning: Mapping[str, PlanningGoal]


def outlook(allocation: Allocation, confidence: float | None = None) -> Outlook:
    """What the assumptions of a table's scenario say of it.

    Parameters
    ----------
    confidence : float, optional
        Chance with which each last goal is to be reached, in (0, 1): then planning goals are sought.

    Raises
    ------
    engine.PlanError
        ``bad_confidence``.
    """
    asked = [one.id for one in allocation.plan.indicators]
    planning = {} if confidence is None else {id: engine.planning_goal(allocation, id, confidence) for id in asked}
    rests_on = {id: engine.influences(allocation, id) for id in asked}
    return Outlook(engine.chance(allocation), MappingProxyType(rests_on), MappingProxyType(planning))


@dataclass(frozen=True, eq=False)
class Inferred:
    """How an issued table may have come about, indicator by indicator, the best explanation first."""

    plan: Plan
    explained: Mapping[str, tuple[Explained, ...]]

    def best(self) -> Mapping[str, Explained]:
        """The explanation of each indicator that says it shortest."""
        return MappingProxyType({id: several[0] for id, several in self.explained.items()})

    def equals(self, indicator: str) -> tuple[Explained, ...]:
        """Explanations that explain as well as the first, it included; of one method the first alone."""
        every = self.explained[indicator]
        return tuple(one for one in of_methods(every) if one.cost == every[0].cost)

    def document(self, chosen: Mapping[str, Explained], title: str) -> dict[str, Any]:
        """The scenario that says one explanation of each indicator; `title` is what the table is called."""
        plans = {id: one.plan_of(self.plan, id) for id, one in chosen.items()}
        rules = tuple(
            replace(rule, id=f"{id}-{rule.id}", indicators=(id,)) for id, one in plans.items() for rule in one.rules
        )
        indicators = tuple(one.indicators[0] for one in plans.values())
        whole = replace(self.plan, indicators=indicators, rules=rules, measures=())
        name = {lang: t("ahead.infer.name", lang, file=title) for lang in LANGUAGES}
        note = {lang: t("ahead.infer.note", lang) for lang in LANGUAGES}
        return scenarios.document_of(whole, name=name, note=note)


def of_methods(several: Sequence[Explained]) -> tuple[Explained, ...]:
    """Of each method the explanation that comes first, in their order."""
    told: dict[object, Explained] = {}
    for one in several:
        told.setdefault(one.method, one)
    return tuple(told.values())


def infer(figures: Figures, scenario: Scenario, source: Path | bytes, filename: str) -> tuple[Inferred, Reading]:
    """What method, grid, floors, caps and groups an issued table was made by.

    Parameters
    ----------
    scenario : Scenario
        Its day, periods and bases are kept.
    source, filename
        The issued table.

    Raises
    ------
    FileRefusedError
        If the file has any error.
    engine.PlanError
        ``nothing_issued``; ``unknown_indicator`` where the scenario has none of the table's.
    """
    plan = scenario.plan
    issued, reading = read_issued(figures, plan, source, filename)
    found = {id: engine.infer(figures, plan, id, targets) for id, targets in issued.items()}
    return Inferred(plan, MappingProxyType(found)), reading


def read_issued(
    figures: Figures, plan: Plan, source: Path | bytes, filename: str
) -> tuple[Mapping[str, NDArray[np.float64]], Reading]:
    """An issued table's targets, (T, n) by indicator, and the reading with its warnings; errors as of `infer`."""
    reading = data.intake.read_issued(source, filename, known=_known_of(figures, tuple(one.id for one in plan.periods)))
    if reading.frame is None:
        raise FileRefusedError(reading, filename)
    return issued_of(figures, plan, reading.frame.itertuples(index=False, name=None)), reading


def issued_of(
    figures: Figures, plan: Plan, rows: Iterable[tuple[str, str, str, float]]
) -> Mapping[str, NDArray[np.float64]]:
    """(T, n) targets by indicator, in the order of the figures' rows, of (agency, indicator, period, target) [share].

    Raises
    ------
    engine.PlanError
        ``unknown_indicator`` where the plan has none of the table's.
    """
    told: dict[str, list[tuple[str, str, float]]] = {}
    for agency, indicator, period, target in rows:
        told.setdefault(indicator, []).append((agency, period, target))
    asked = [one.id for one in plan.indicators if one.id in told and one.id in figures.indicators]
    if not asked:
        first = next(iter(told))
        raise PlanError("unknown_indicator", indicator=first, nearest=None, known=[one.id for one in plan.indicators])
    return MappingProxyType({id: _targets(figures, plan, id, told[id]) for id in asked})


def _targets(figures: Figures, plan: Plan, id: str, told: Sequence[tuple[str, str, float]]) -> NDArray[np.float64]:
    rows = figures.indicators[id].rows
    place = {figures.codes[row]: i for i, row in enumerate(rows)}
    when = {one.id: at for at, one in enumerate(plan.periods)}
    out = np.full((len(when), len(rows)), np.nan)
    for agency, period, target in told:
        if agency in place and period in when:
            out[when[period], place[agency]] = target
    return out


def write_scenario(document: Mapping[str, Any], path: Path) -> None:
    """Write a scenario file.

    Raises
    ------
    OutputError
        If `path` cannot be written; nothing is left there.
    """
    write_text(path, scenario_text(document))


def scenario_text(document: Mapping[str, Any]) -> str:
    """A scenario as a file holds it."""
    return scenarios.to_toml(document)
