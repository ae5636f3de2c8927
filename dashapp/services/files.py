"""Files out: results, comparisons and the form for agencies."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import data.export
import data.intake
from dashapp.i18n import period, t
from dashapp.labels import Labels
from dashapp.services.calculation import labels
from dashapp.services.catalogue import campaign, campaign_of, figures, known_of
from data.export import About, Compared, Remark, Words
from data.intake import FormIndicator
from engine import Allocation, Figures
from scenarios import Comparison, Scenario

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
