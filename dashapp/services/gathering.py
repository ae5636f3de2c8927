"""One run with everything that an export says of it, in one language. Needs no database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

import data.export
import scenarios
from dashapp.explain import goal_sentence, target_sentence
from dashapp.i18n import has, t
from dashapp.labels import Labels
from dashapp.printed import remarks
from dashapp.services.calculation import explain, labels
from dashapp.services.catalogue import campaign_of
from dashapp.services.files import is_illustrative, words_of
from dashapp.services.ledger import PIN_PREFIX
from data.export import Exported, ExportState, FiguresLine, Imprint, IndicatorLine, OverrideLine, RuleLine
from engine import ENGINE_VERSION, Allocation, RuleKind
from scenarios import Indicator, Scenario

DOCUMENTS = (
    "bộ luật",
    "chỉ thị",
    "chương trình",
    "công văn",
    "hướng dẫn",
    "kế hoạch",
    "kết luận",
    "luật",
    "nghị định",
    "nghị quyết",
    "pháp lệnh",
    "quyết định",
    "thông báo",
    "thông tư",
)
"""What a legal basis begins with: the kind of a document of the state (Decree 30/2020/NĐ-CP, article 7, and laws)."""


def of_run(allocation: Allocation, scenario: Scenario, lang: str, made_at: datetime, filename: str = "") -> Exported:
    """A run of a scenario on figures that are not stored.

    Parameters
    ----------
    made_at : datetime
        Aware; when the export is made.
    filename : str
        Of the figures.
    """
    of = campaign_of(scenario)
    illustrative = is_illustrative(allocation.figures, scenario)
    imprint = Imprint(
        campaign=of.id if of else "",
        campaign_name=of.name if of else scenario.name,
        scenario=scenario.id,
        scenario_name=scenario.name,
        scenario_version=None,
        figures_version=None,
        table=None,
        state=ExportState.SCENARIO,
        made_at=made_at,
        engine=ENGINE_VERSION,
        targets_sha256=data.export.targets_sha256(allocation),
        figures_sha256=allocation.figures.sha256,
        illustrative=illustrative,
        source=of.source if of and illustrative else MappingProxyType({}),
    )
    source = imprint.source.get(lang, "")
    figures = FiguresLine(None, allocation.plan.as_of, source, "", filename, "", "", "", None)
    return gathered(imprint, allocation, scenario, figures, (), lang)


def gathered(
    imprint: Imprint,
    allocation: Allocation,
    scenario: Scenario,
    figures: FiguresLine,
    overrides: Sequence[OverrideLine],
    lang: str,
    defined: Mapping[str, Indicator] | None = None,
) -> Exported:
    """Everything that an export says of `allocation`, which `scenario` (with its overrides as pins) gave.

    `defined`: the indicators as the campaign defines them; None, as the catalogue does.
    """
    of, known = labels(allocation, lang), scenarios.indicators() if defined is None else defined
    indicators = {one.id: _indicator(one.id, allocation, of, known.get(one.id)) for one in allocation.plan.indicators}

    def sentence(agency: str, indicator: str, period: str) -> str:
        return target_sentence(explain(allocation, agency, indicator, period), allocation, of)

    return Exported(
        imprint=imprint,
        lang=lang,
        allocation=allocation,
        words=words_of(of, [scenario]),
        indicators=MappingProxyType(indicators),
        rules=tuple(_rules(allocation, of)),
        overrides=tuple(overrides),
        figures=figures,
        legal_bases=_legal_bases(scenario, indicators.values()),
        remarks=tuple(remarks(allocation, of)),
        goals=tuple(goal_sentence(one, allocation, of) for one in allocation.summaries),
        sentence=sentence,
        scenario_note=scenario.note.get(lang, ""),
    )


def _indicator(id: str, allocation: Allocation, of: Labels, known: Indicator | None) -> IndicatorLine:
    plan, lang = allocation.plan.indicator(id), of.lang
    method = of.method(plan)
    if known is None:
        return IndicatorLine(id, id, id, of.unit(id, 2), "", "", "", "", plan.source, method)
    return IndicatorLine(
        id=id,
        name=known.name[lang],
        short=known.short[lang],
        unit=known.counted[lang],
        numerator=known.numerator[lang],
        denominator=known.denominator[lang],
        definition=known.definition[lang],
        legal_basis=known.legal_basis,
        source=plan.source,
        method=method,
    )


def _rules(allocation: Allocation, of: Labels) -> list[RuleLine]:
    """The scenario's rules in words, those that stand for overrides left out."""
    lines = []
    for rule in allocation.plan.rules:
        if rule.kind is RuleKind.PIN and rule.id.startswith(PIN_PREFIX):
            continue
        name = f"terms.rule.{rule.kind}.name"
        lines.append(
            RuleLine(
                id=rule.id,
                kind=t(name, of.lang) if has(name, of.lang) else str(rule.kind),
                text=of.rule(rule),
                scope=of.where(rule.where),
                reason=rule.reason.get(of.lang, ""),
                source=rule.source,
            )
        )
    return lines


def _legal_bases(scenario: Scenario, indicators: Iterable[IndicatorLine]) -> tuple[str, ...]:
    """Sources that name a document; "assumption of the scenario" is none."""
    named = [scenario.source]
    for one in indicators:
        named += [one.source, one.legal_basis]
    named += [rule.source for rule in scenario.plan.rules]
    bases = (" ".join(text.split()).rstrip(" .;") for text in named)
    return tuple(dict.fromkeys(text for text in bases if text.casefold().startswith(DOCUMENTS)))
