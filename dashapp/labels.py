"""Readable names of what a result refers to by id: agencies, indicators, rules, bounds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from dashapp.i18n import date, has, names, points, share, t
from engine import Figures, IndicatorPlan, Measure, Plan, Rule, RuleKind, Where

_PLURAL = re.compile(r"\b(dossier|service)s\b")
_POINTS = frozenset({RuleKind.MIN_STEP, RuleKind.MAX_STEP})


@dataclass(frozen=True)
class IndicatorWords:
    """One indicator in one language: full `name`, `short` name, and `unit` as counted (``online dossiers``)."""

    name: str
    short: str
    unit: str


@dataclass(frozen=True)
class Labels:
    """Names in one language; an id without a name is shown as it is."""

    lang: str
    agencies: Mapping[str, str]
    indicators: Mapping[str, IndicatorWords]
    rules: Mapping[str, Rule]
    measures: Mapping[str, Measure] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, figures: Figures, plan: Plan, indicators: Mapping[str, IndicatorWords], lang: str) -> Labels:
        """Labels of what a run of `plan` on `figures` refers to; `indicators` come from the catalogue."""
        return cls(
            lang=lang,
            agencies=dict(zip(figures.codes, figures.names, strict=True)),
            indicators=indicators,
            rules={rule.id: rule for rule in plan.rules},
            measures={measure.id: measure for measure in plan.measures},
        )

    def agency(self, code: str) -> str:
        """Name of an agency, its code where it has none."""
        return self.agencies.get(code) or code

    def indicator(self, id: str) -> str:
        """Short name of an indicator."""
        words = self.indicators.get(id)
        return words.short if words else id

    def unit(self, id: str, count: float) -> str:
        """What the indicator's numerator counts, in the form that goes with `count`."""
        words = self.indicators.get(id)
        text = words.unit if words else t("terms.unit.dossier", self.lang)
        if self.lang == "en" and count == 1:
            return _PLURAL.sub(r"\1", text, count=1)
        return text

    def by(self, source: str) -> str:
        """What set a bound: a rule in words, or the figures, or another period's target."""
        rule = self.rules.get(source)
        if rule is not None:
            return self.rule(rule)
        key = f"terms.bound.{source}"
        return t(key, self.lang) if has(key, self.lang) else source

    def measure(self, id: str) -> str:
        """A measure by its name, its id where it has none."""
        measure = self.measures.get(id)
        return (measure.name.get(self.lang) if measure else None) or id

    def assumed(self, id: str) -> str | None:
        """The word for a measure's effect that rests on no evidence; None where the scenario gives some."""
        measure = self.measures.get(id)
        return t("terms.assumption", self.lang) if measure is not None and not measure.evidence else None

    def rule(self, rule: Rule) -> str:
        """A rule in words: kind, value, scope (``Mức sàn 40 % (cấp huyện)``)."""
        if rule.kind is RuleKind.SMALL_VOLUME and rule.value is not None:
            text, value = t("terms.where.small_volume", self.lang, volume=rule.value), ""
        else:
            text, value = t(f"terms.rule.{rule.kind}.name", self.lang), self._value(rule)
        if value:
            text = f"{text} {value}"
        scope = self.where(rule.where)
        return f"{text} ({scope})" if scope else text

    def reason(self, source: str) -> str:
        """Why a target is exempt: the rule in words with its own reason, or the figures' reason."""
        rule = self.rules.get(source)
        if rule is not None:
            return t("terms.reason_of_rule", self.lang, rule=self.rule(rule), own=rule.reason.get(self.lang) or None)
        key = f"terms.reason.{source}"
        return t(key, self.lang) if has(key, self.lang) else source

    def own_reason(self, source: str) -> str | None:
        """What the scenario itself says as a rule's reason, None where it says nothing."""
        rule = self.rules.get(source)
        return (rule.reason.get(self.lang) or None) if rule is not None else None

    def law(self, source: str) -> str:
        """A rule with its reason and legal basis as a line; empty where the scenario gives neither."""
        rule = self.rules.get(source)
        if rule is None or not (rule.source or rule.reason.get(self.lang)):
            return ""
        own, basis = rule.reason.get(self.lang) or None, rule.source or None
        return t("terms.law", self.lang, rule=self.rule(rule), own=own, basis=basis)

    def method(self, plan: IndicatorPlan) -> str:
        """Name of the method an indicator uses."""
        return t(f"terms.method.{plan.method.name}.name", self.lang)

    def where(self, where: Where) -> str:
        """The scope of a rule; empty for all agencies."""
        lang = self.lang
        parts = [t(f"terms.level.{level}", lang).lower() for level in where.levels]
        scope = [names(parts, lang)] if parts else []
        if where.agencies:
            scope.append(names([self.agency(code) for code in where.agencies], lang))
        if where.parents:
            scope.append(t("terms.where.parents", lang, parents=[self.agency(code) for code in where.parents]))
        if where.volume_from is not None:
            scope.append(t("terms.where.volume_from", lang, volume=where.volume_from))
        if where.volume_below is not None:
            scope.append(t("terms.where.volume_below", lang, volume=where.volume_below))
        return ", ".join(scope)

    def _value(self, rule: Rule) -> str:
        if rule.value is None:
            return ""
        if rule.kind in _POINTS:
            return points(rule.value, self.lang, trim=True)
        text = share(rule.value, self.lang, 2, trim=True)
        if rule.since is not None:
            return t("terms.where.since", self.lang, value=text, since=date(rule.since, self.lang))
        return text
