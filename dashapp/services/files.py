"""Files out: results, comparisons and the form for agencies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import data.export
import data.intake
from dashapp.i18n import period, t
from dashapp.labels import Labels
from dashapp.services.catalogue import campaign, campaign_of, figures, known_of
from data.export import Words
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


def words_of(of: Labels, several: Sequence[Scenario]) -> Words:
    """The writers' texts in the language of `of`, with the names of these scenarios' rules and periods."""
    lang = of.lang
    rules = {rule.id: of.rule(rule) for one in reversed(several) for rule in one.plan.rules}
    return Words(
        labels={key: t(key, lang) for key in data.export.LABELS},
        indicators={id: words.short for id, words in of.indicators.items()},
        periods={one.id: period(one.id, lang) for scenario in several for one in scenario.plan.periods},
        rules=rules,
        measures={one.id: of.measure(one.id) for scenario in several for one in scenario.plan.measures},
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
