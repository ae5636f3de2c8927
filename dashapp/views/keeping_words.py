"""What one version of a scenario changed of another, in words, the way an official would say it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dashapp.i18n import has, names, number, period, share, t
from dashapp.kept_messages import place
from dashapp.labels import Labels
from dashapp.services.refused import differences
from dashapp.urlstate import GRIDS
from dashapp.views.levers import OWN_GRID, grid_of
from dashapp.views.measure_hints import told
from engine import IndicatorPlan, Measure, Rounding, RoundingMode, Rule, Trend
from scenarios import Scenario

_WORDED = ("goals", "method", "basis", "pace", "start", "trend", "rounding")
"""Parts of an indicator that have lines of their own; every other part is only named."""
_OF_A_RULE = ("kind", "value", "since", "treatment", "where", "indicators", "periods")


def changed(before: Scenario, after: Scenario, words: Labels) -> tuple[str, ...]:
    """One line for each thing that differs; empty where two versions say the same."""
    lang = words.lang
    lines = [line for id in _indicators(before, after) for line in _indicator(id, before, after, words)]
    lines += _rules(before, after, words)
    lines += _measures(before, after, words)
    growth = [share(1 + one.plan.assumptions.growth, lang, trim=True) for one in (before, after)]
    if growth[0] != growth[1]:
        lines.append(t("keeping.changed.growth", lang, before=growth[0], after=growth[1]))
    lines += _others(before, after, lang)
    return tuple(lines)


def _indicators(before: Scenario, after: Scenario) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.id for plan in (before.plan, after.plan) for one in plan.indicators))


def _plan(scenario: Scenario, id: str) -> IndicatorPlan | None:
    return next((one for one in scenario.plan.indicators if one.id == id), None)


def _indicator(id: str, before: Scenario, after: Scenario, words: Labels) -> Iterator[str]:
    lang, name = words.lang, words.indicator(id)
    old, new = _plan(before, id), _plan(after, id)
    if old is None or new is None:
        yield t(f"keeping.changed.{'added' if old is None else 'removed'}", lang, indicator=name)
        return
    for one in dict.fromkeys((*old.goals, *new.goals)):
        if old.goals.get(one) != new.goals.get(one):
            goals = [_goal(plan.goals.get(one), lang) for plan in (old, new)]
            yield t("keeping.changed.goal", lang, indicator=name, period=one, before=goals[0], after=goals[1])
    for part in ("method", "basis", "pace", "start", "trend", "rounding"):
        said = [_part(part, plan, lang) for plan in (old, new)]
        if said[0] != said[1]:
            yield t(f"keeping.changed.{part}", lang, indicator=name, before=said[0], after=said[1])
        elif getattr(old, part) != getattr(new, part):
            yield place(f"indicators.{id}.{part}", lang)
    tables = [one.document.get("indicators", {}).get(id, {}) for one in (before, after)]
    for key in dict.fromkeys(key for table in tables for key in table if key not in _WORDED):
        if differences(tables[0].get(key), tables[1].get(key)):
            yield place(f"indicators.{id}.{key}", lang)


def _goal(value: float | None, lang: str) -> str:
    return t("keeping.changed.no_goal", lang) if value is None else share(value, lang, 2, trim=True)


def _part(part: str, plan: IndicatorPlan, lang: str) -> str:
    match part:
        case "method":
            return t(f"terms.method.{plan.method.name}.name", lang)
        case "rounding":
            return _rounding(plan.rounding, lang)
        case "start":
            return t(f"measures.start_{plan.start}", lang).lower()
        case "trend":
            return _trend(plan.trend, lang)
    value = getattr(plan, part)
    return "" if value is None else t(f"terms.{part}.{value}", lang)


def _trend(trend: Trend | float, lang: str) -> str:
    if isinstance(trend, Trend):
        return t(f"trends.{trend}", lang)
    return number(trend, lang, 4, trim=True) if trend else t("trends.none", lang)


def _rounding(rounding: Rounding, lang: str) -> str:
    mode = t(f"terms.rounding.{rounding.mode}", lang)
    if rounding.mode is RoundingMode.NONE:
        return mode
    grid = grid_of(rounding)
    if grid in (OWN_GRID, "ladder", "count"):
        said = t(f"web.lever.grid_{grid}", lang)
    else:
        said = t("web.lever.grid_step", lang, step=number(float(grid), lang, 1, trim=True) if grid in GRIDS else grid)
    return t("keeping.changed.grid", lang, mode=mode, grid=said[:1].lower() + said[1:])


def _rules(before: Scenario, after: Scenario, words: Labels) -> Iterator[str]:
    """Rules are told apart by what they do; their own reasons and sources do not move a target."""
    old, new = ([(_doing(rule), rule) for rule in one.plan.rules] for one in (before, after))
    for key, left, right in (("rule_out", old, new), ("rule_in", new, old)):
        known = [doing for doing, _ in right]
        for doing, rule in left:
            if doing not in known:
                yield t(f"keeping.changed.{key}", words.lang, rule=_rule(rule, words))


def _measures(before: Scenario, after: Scenario, words: Labels) -> Iterator[str]:
    """Measures are told apart by their ids."""
    lang = words.lang
    old, new = ({measure.id: measure for measure in one.plan.measures} for one in (before, after))
    for id in dict.fromkeys((*old, *new)):
        left, right = old.get(id), new.get(id)
        if left is None or right is None:
            key, one = ("measure_in", right) if left is None else ("measure_out", left)
            if one is not None:
                yield t(f"keeping.changed.{key}", lang, measure=_named(one, lang), said=_measure(one, words))
        elif (said := [_measure(one, words) for one in (left, right)])[0] != said[1]:
            name = _named(right, lang)
            yield t("keeping.changed.measure", lang, measure=name, before=said[0], after=said[1])
        elif left != right:
            yield t("keeping.changed.measure_other", lang, measure=_named(right, lang))


def _named(measure: Measure, lang: str) -> str:
    return measure.name.get(lang) or measure.id


def _measure(measure: Measure, words: Labels) -> str:
    """``0,3 (0,1 – 0,6), mọi cơ quan, đơn vị, từ 01/08/2022, đủ tác động sau 30 ngày``."""
    effect, low, high = (number(one, words.lang, 4, trim=True) for one in (measure.effect, measure.low, measure.high))
    span = f"{effect} ({t('measures.range', words.lang, low=low, high=high)})" if measure.low < measure.high else effect
    return " · ".join([span, told(measure, words)])


def _doing(rule: Rule) -> tuple[Any, ...]:
    return tuple(getattr(rule, name) for name in _OF_A_RULE)


def _rule(rule: Rule, words: Labels) -> str:
    lang = words.lang
    scope = [[words.indicator(id) for id in rule.indicators], [period(id, lang) for id in rule.periods]]
    said = ", ".join(names(one, lang) for one in scope if one)
    return f"{words.rule(rule)} · {said}" if said else words.rule(rule)


def _others(before: Scenario, after: Scenario, lang: str) -> Iterator[str]:
    names_of = [one.name[lang] for one in (before, after)]
    if names_of[0] != names_of[1]:
        yield t("keeping.changed.name", lang, before=names_of[0], after=names_of[1])
    old, new = (_rest(one.document) for one in (before, after))
    for key in dict.fromkeys((*old, *new)):
        if has(f"store.place.{key}", lang) and differences(old.get(key), new.get(key)):
            yield place(key, lang)


def _rest(document: Mapping[str, Any]) -> dict[str, Any]:
    """What of a document has no line of its own."""
    rest = {
        key: value for key, value in document.items() if key not in ("id", "name", "indicators", "rules", "measures")
    }
    assumed = {key: value for key, value in rest.pop("assumptions", {}).items() if key != "growth"}
    return {**rest, "assumptions": assumed} if assumed else rest
