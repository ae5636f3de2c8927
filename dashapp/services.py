"""The one seam between the faces (web, command line) and everything below: campaigns, figures, runs, files.

No user state: every function is a pure reading of its arguments, and what is cached is immutable.
"""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import data.export
import data.intake
import data.reference
import engine
import scenarios
from dashapp.i18n import period, t
from dashapp.labels import IndicatorWords, Labels
from data.export import About, Compared, Words
from data.export import OutputError as OutputError
from data.export import Remark as Remark
from data.intake import FormIndicator, Known, KnownAgency
from data.intake import Problem as Problem
from data.intake import Reading as Reading
from engine import Allocation, Explanation, Fairness, Figures, Plan, PlanError, RuleCost, UnderMethod
from scenarios import Campaign, Comparison, Scenario

RUNS_KEPT = 64
DERIVED_KEPT = 32


class FileRefusedError(ValueError):
    """A figures file has errors; `reading` holds every problem, `filename` is what the user called it."""

    def __init__(self, reading: Reading, filename: str) -> None:
        self.reading = reading
        self.filename = filename
        super().__init__(f"{len(reading.errors)} errors")


# campaigns and scenarios ------------------------------------------------------------------------------


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


# figures ----------------------------------------------------------------------------------------------


@cache
def figures(campaign_id: str) -> Figures:
    """The shipped figures of a campaign, read once."""
    return data.reference.figures(campaign_id)


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
    )


def known_for(scenario: Scenario | None) -> Known:
    """What intake may check a file against before it runs under `scenario`.

    A shipped scenario brings its campaign's agencies; a scenario of the user's own, only the
    indicator catalogue and its periods; no scenario, the indicator catalogue.
    """
    if scenario is not None and scenario.id in shipped_ids():
        about = campaign_of(scenario)
        if about is not None:
            return known_of(about.id)
    catalogue = scenarios.indicators()
    periods = tuple(period.id for period in scenario.plan.periods) if scenario is not None else ()
    return Known(indicators=_kinds(catalogue), names=_written_names(catalogue), periods=periods)


@cache
def shipped_ids() -> frozenset[str]:
    """Ids of all shipped scenarios."""
    return frozenset(id for one in campaigns() for id in one.presets)


def _kinds(indicators: Mapping[str, scenarios.Indicator]) -> Mapping[str, str]:
    return MappingProxyType({id: str(one.kind) for id, one in indicators.items()})


def _written_names(indicators: Mapping[str, scenarios.Indicator]) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType(
        {id: tuple(dict.fromkeys((*one.name.values(), *one.short.values()))) for id, one in indicators.items()}
    )


def check_file(source: Path | bytes, filename: str, scenario: Scenario | None = None) -> Reading:
    """Read a figures file and find every problem; nothing is stored."""
    return data.intake.read(source, filename, known=known_for(scenario))


def read_figures(source: Path | bytes, filename: str, scenario: Scenario | None = None) -> tuple[Figures, Reading]:
    """The figures of a file without errors, and the reading with its warnings.

    Raises
    ------
    FileRefusedError
        If the file has any error.
    engine.FiguresError
        If the figures do not fit together.
    """
    reading = check_file(source, filename, scenario)
    if reading.frame is None:
        raise FileRefusedError(reading, filename)
    return Figures.from_frame(reading.frame), reading


# runs -------------------------------------------------------------------------------------------------


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


# explanations -----------------------------------------------------------------------------------------


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


# files out --------------------------------------------------------------------------------------------

RESULT_SUFFIXES = (".json", ".csv", ".xlsx")
TEMPLATE_SUFFIXES = (".xlsx", ".csv")
MOSTLY = 0.5


def is_illustrative(figures_used: Figures, scenario: Scenario) -> bool:
    """True if the figures are, for the most part, shipped ones composed for demonstration.

    A changed cell does not make composed figures real: they count as shipped while more than half of
    their rows hold the shipped counts.
    """
    about = campaign_of(scenario)
    if about is None or not about.illustrative:
        return False
    key = ["agency", "indicator", "numerator", "denominator"]
    shipped_rows = figures(about.id).frame[key].dropna()
    same = figures_used.frame[key].dropna().merge(shipped_rows, on=key)
    return len(same) > MOSTLY * len(figures_used.frame)


def result_json(allocation: Allocation, scenario: Scenario) -> str:
    """One run as JSON text (formats: "Result")."""
    return data.export.json_text(_document(allocation, scenario))


def _document(allocation: Allocation, scenario: Scenario) -> dict[str, Any]:
    document = data.export.result_document(allocation, scenario.id)
    return {**document, "illustrative": is_illustrative(allocation.figures, scenario)}


def comparison_json(comparison: Comparison) -> str:
    """Several runs as JSON text."""
    return data.export.json_text(_comparison_document(comparison))


def _comparison_document(comparison: Comparison) -> dict[str, Any]:
    document = data.export.comparison_document(_pairs(comparison))
    return {**document, "illustrative": is_illustrative(comparison.figures, comparison.columns[0].scenario)}


def _pairs(comparison: Comparison) -> list[tuple[str, Allocation]]:
    return [(column.scenario.id, column.allocation) for column in comparison.columns]


def write_result(allocation: Allocation, scenario: Scenario, path: Path, lang: str, remarks: Sequence[Remark]) -> None:
    """Write one run; the suffix chooses one of `RESULT_SUFFIXES`.

    `remarks` are the conflicts and warnings as sentences of `lang`.

    Raises
    ------
    OutputError
        If `path` cannot be written; nothing is left there.
    """
    match path.suffix.lower():
        case ".json":
            data.export.write_json(_document(allocation, scenario), path)
        case ".csv":
            data.export.write_csv(allocation, path)
        case ".xlsx":
            about = _about(allocation.figures, scenario, lang)
            words = _words(labels(allocation, lang), [scenario])
            data.export.write_xlsx(allocation, path, about=about, words=words, remarks=remarks)
        case suffix:
            raise ValueError(suffix)


def write_comparison(comparison: Comparison, path: Path, lang: str, remarks: Sequence[Remark]) -> None:
    """Write several runs side by side; as `write_result`."""
    match path.suffix.lower():
        case ".json":
            data.export.write_json(_comparison_document(comparison), path)
        case ".csv":
            data.export.write_comparison_csv(_pairs(comparison), path)
        case ".xlsx":
            several = [column.scenario for column in comparison.columns]
            compared = [
                Compared(one.scenario.id, one.scenario.name[lang], one.allocation) for one in comparison.columns
            ]
            about = _about(comparison.figures, several[0], lang)
            words = _words(labels(comparison.allocations[0], lang), several)
            data.export.write_comparison_xlsx(compared, path, about=about, words=words, remarks=remarks)
        case suffix:
            raise ValueError(suffix)


def _about(used: Figures, scenario: Scenario, lang: str) -> About:
    of = campaign_of(scenario)
    illustrative = is_illustrative(used, scenario)
    return About(
        campaign=of.name[lang] if of else scenario.name[lang],
        scenario=scenario.name[lang],
        scenario_id=scenario.id,
        made=datetime.datetime.now().astimezone(),
        illustrative=illustrative,
        source=of.source[lang] if of and illustrative else "",
    )


def _words(of: Labels, several: Sequence[Scenario]) -> Words:
    lang = of.lang
    rules = {rule.id: of.rule(rule) for one in reversed(several) for rule in one.plan.rules}
    return Words(
        labels={key: t(key, lang) for key in data.export.LABELS},
        indicators={id: words.short for id, words in of.indicators.items()},
        periods={one.id: period(one.id, lang) for scenario in several for one in scenario.plan.periods},
        rules=rules,
    )


def write_template(path: Path, campaign_id: str, layout: str, lang: str) -> None:
    """Write the form of a campaign, its agencies filled in; `layout` is ``form`` or ``long``.

    Raises
    ------
    scenarios.ScenarioErrors
        ``unknown_campaign``.
    OutputError
        If `path` cannot be written; nothing is left there.
    """
    about, known = campaign(campaign_id), known_of(campaign_id)
    data.intake.write_template(
        path,
        agencies=known.agencies,
        indicators=[FormIndicator(id, one.name["vi"], str(one.kind)) for id, one in about.indicators.items()],
        periods=known.periods,
        labels={key: t(key, lang) for key in data.intake.TEMPLATE_LABELS},
        layout=layout,
    )
