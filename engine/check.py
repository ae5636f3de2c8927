"""What a plan may ask of the figures: every name known, every value in its range."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable

from engine.errors import FiguresError, PlanError
from engine.figures import Figures
from engine.methods import BLEND, METHODS
from engine.plan import IndicatorPlan, Kind, Level, Measure, MethodChoice, Plan, Rounding, Rule, RuleKind, Where

_SHARES = (RuleKind.FLOOR, RuleKind.CAP, RuleKind.GROUP_GOAL, RuleKind.PIN, RuleKind.ONLINE_ONLY)
_POINTS = (RuleKind.MIN_STEP, RuleKind.MAX_STEP)


def check(figures: Figures, plan: Plan) -> None:
    """Refuse a plan that the engine could not carry out.

    Raises
    ------
    PlanError
        `code` and `details` name the first fault: ``no_periods``, ``periods_not_ascending``,
        ``as_of_after_period``, ``duplicate_period``, ``no_indicators``, ``duplicate_indicator``,
        ``unknown_indicator``, ``unknown_period``, ``goal_missing``, ``goal_out_of_range``, ``basis_missing``,
        ``basis_for_stock``, ``unknown_method``, ``blend_weights``, ``bad_rounding``, ``duplicate_rule``,
        ``bad_value``, ``rule_not_for_stock``, ``unknown_level``, ``unknown_agency``, ``unknown_parent``,
        ``duplicate_measure``, ``measure_range``, ``measure_ramp``.
    FiguresError
        ``no_figures`` if the figures have no agency at all.
    """
    if not figures.codes:
        raise FiguresError("no_figures")
    _periods(plan)
    if not plan.indicators:
        raise PlanError("no_indicators")
    seen: set[str] = set()
    for asked in plan.indicators:
        if asked.id in seen:
            raise PlanError("duplicate_indicator", indicator=asked.id)
        seen.add(asked.id)
        _known("unknown_indicator", asked.id, figures.indicators, key="indicator")
        _indicator(plan, asked)
    rules: set[str] = set()
    for rule in plan.rules:
        if rule.id in rules:
            raise PlanError("duplicate_rule", rule=rule.id)
        rules.add(rule.id)
        _rule(figures, plan, rule)
    measures: set[str] = set()
    for measure in plan.measures:
        if measure.id in measures:
            raise PlanError("duplicate_measure", measure=measure.id)
        measures.add(measure.id)
        _measure(figures, plan, measure)


def _known(code: str, name: str, known: Iterable[str], *, key: str, **more: object) -> None:
    names = list(known)
    if name not in names:
        nearest = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
        raise PlanError(code, **{key: name}, nearest=nearest[0] if nearest else None, known=names[:20], **more)


def _periods(plan: Plan) -> None:
    if not plan.periods:
        raise PlanError("no_periods")
    before, ids = plan.as_of, set()
    for at, period in enumerate(plan.periods):
        if period.id in ids:
            raise PlanError("duplicate_period", period=period.id)
        ids.add(period.id)
        if period.end <= before:
            code = "periods_not_ascending" if at else "as_of_after_period"
            raise PlanError(code, period=period.id, end=period.end.isoformat(), after=before.isoformat())
        before = period.end


def _indicator(plan: Plan, asked: IndicatorPlan) -> None:
    periods = [period.id for period in plan.periods]
    for period, goal in (*asked.goals.items(), *asked.reach.items()):
        _known("unknown_period", period, periods, key="period", indicator=asked.id)
        if not 0.0 <= goal <= 1.0:
            raise PlanError("goal_out_of_range", indicator=asked.id, period=period, value=goal)
    if plan.last.id not in asked.goals:
        raise PlanError("goal_missing", indicator=asked.id, period=plan.last.id)
    if asked.kind is Kind.FLOW and asked.basis is None:
        raise PlanError("basis_missing", indicator=asked.id)
    if asked.kind is Kind.STOCK and asked.basis is not None:
        raise PlanError("basis_for_stock", indicator=asked.id, value=str(asked.basis))
    _method(asked.id, asked.method)
    _rounding(asked.id, asked.rounding)


def _method(indicator: str, choice: MethodChoice) -> None:
    _known("unknown_method", choice.name, METHODS, key="method", indicator=indicator)
    if choice.name != BLEND:
        return
    total = math.fsum(weight for _, weight in choice.parts)
    if not choice.parts or abs(total - 1.0) > 1e-9 or any(weight < 0 for _, weight in choice.parts):
        raise PlanError("blend_weights", indicator=indicator, total=total)
    for part, _ in choice.parts:
        _method(indicator, part)


def _rounding(indicator: str, rounding: Rounding) -> None:
    if rounding.levels:
        bad = [level for level in rounding.levels if not 0.0 <= level <= 1.0]
        if bad or len(set(rounding.levels)) != len(rounding.levels):
            raise PlanError("bad_rounding", indicator=indicator, value=list(rounding.levels))
    elif not rounding.count and not 1e-6 <= rounding.step <= 1.0:
        raise PlanError("bad_rounding", indicator=indicator, value=rounding.step)


def _rule(figures: Figures, plan: Plan, rule: Rule) -> None:
    value = rule.value
    if rule.kind in (*_SHARES, *_POINTS) and (value is None or not 0.0 <= value <= 1.0):
        raise PlanError("bad_value", rule=rule.id, value=value, expected="share")
    if rule.kind is RuleKind.ONLINE_ONLY and rule.since is None:
        raise PlanError("bad_value", rule=rule.id, value=None, expected="from")
    if rule.kind is RuleKind.SMALL_VOLUME and (value is None or value < 0 or rule.treatment is None):
        raise PlanError("bad_value", rule=rule.id, value=value, expected="volume")
    planned = {asked.id: asked for asked in plan.indicators}
    for indicator in rule.indicators:
        _known("unknown_indicator", indicator, {*figures.indicators, *planned}, key="indicator", rule=rule.id)
        if rule.kind is RuleKind.ONLINE_ONLY and indicator in planned and planned[indicator].kind is Kind.STOCK:
            raise PlanError("rule_not_for_stock", rule=rule.id, indicator=indicator)
    for period in rule.periods:
        _known("unknown_period", period, [p.id for p in plan.periods], key="period", rule=rule.id)
    _where(figures, rule.where, rule=rule.id)


def _where(figures: Figures, where: Where, **owner: str) -> None:
    for level in where.levels:
        _known("unknown_level", level, [str(one) for one in Level], key="level", **owner)
    for agency in where.agencies:
        if agency not in figures.position:
            _known("unknown_agency", agency, figures.codes, key="agency", **owner)
    for parent in where.parents:
        if parent not in figures.position:
            _known("unknown_parent", parent, figures.codes, key="parent", **owner)


def _measure(figures: Figures, plan: Plan, measure: Measure) -> None:
    if not (math.isfinite(measure.effect) and measure.low <= measure.effect <= measure.high):
        values = [measure.low, measure.effect, measure.high]
        raise PlanError("measure_range", measure=measure.id, values=values)
    if not 0.0 <= measure.ramp_days < math.inf:
        raise PlanError("measure_ramp", measure=measure.id, value=measure.ramp_days)
    known = {*figures.indicators, *(asked.id for asked in plan.indicators)}
    for indicator in measure.indicators:
        _known("unknown_indicator", indicator, known, key="indicator", measure=measure.id)
    _where(figures, measure.where, measure=measure.id)
