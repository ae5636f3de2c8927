"""One sentence that says why: for a target, and for a goal that is or is not met."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator

from dashapp.i18n import points, share, t
from dashapp.labels import Labels
from engine import (
    Allocation,
    Basis,
    Diagnosis,
    Explanation,
    GoalStatus,
    IndicatorPlan,
    Kind,
    Step,
    Summary,
    TargetStatus,
    TraceStep,
)

VISIBLE = 0.00005
"""Steps of a trace smaller than this share (0.005 points) are not worth a word."""

ONE_DECIMAL = 0.0005
DAYS_A_WEEK = 7
UNMET = frozenset({GoalStatus.INFEASIBLE, GoalStatus.UNREACHABLE_BY_METHOD, GoalStatus.SHORT_BY_ROUNDING})
CAUSES_SHOWN = 3
OFF_GRID, KEEPS_LEVEL = "off_grid", "keeps_level"
_SAID_IN_PARTS = (OFF_GRID, KEEPS_LEVEL)
SAME = 1e-9


def target_sentence(explanation: Explanation, allocation: Allocation, labels: Labels) -> str:
    """Why one agency has this target: the target, what led to it step by step, and what it means in counts.

    Its numbers are those of `explanation`, shares and points to one decimal.
    """
    lang, name = labels.lang, labels.agency(explanation.agency)
    if explanation.status is TargetStatus.MISSING:
        return t("explain.target.missing", lang, name=name, period=explanation.period)
    if explanation.status is TargetStatus.EXEMPT:
        return t(
            "explain.target.exempt",
            lang,
            name=name,
            period=explanation.period,
            reason=labels.reason(explanation.reason),
        )
    plan = allocation.plan.indicator(explanation.indicator)
    sentences = [_head(explanation, allocation, name, lang)]
    parts = list(_parts(explanation, allocation, labels))
    if parts:
        sentences.append(_capital("; ".join(parts)) + ".")
    sentences.extend(_counts(explanation, allocation, plan, labels))
    sentences.extend(t(f"explain.flag.{flag}", lang) for flag in explanation.flags if flag not in _SAID_IN_PARTS)
    return " ".join(sentences)


def goal_sentence(summary: Summary, allocation: Allocation, labels: Labels) -> str:
    """How one goal fared; where it is not met the sentence begins with the smallest change that would do."""
    lang = labels.lang
    diagnosis = None
    if summary.parent is None:
        diagnosis = allocation.diagnosis.get((summary.indicator, summary.period))
    sentence = _goal(summary, diagnosis, allocation, labels)
    if summary.parent is not None:
        return t("explain.goal.group", lang, parent=labels.agency(summary.parent), sentence=sentence)
    return sentence


def _end(period: str, allocation: Allocation) -> datetime.date:
    return next(one.end for one in allocation.plan.periods if one.id == period)


def _head(explanation: Explanation, allocation: Allocation, name: str, lang: str) -> str:
    end = _end(explanation.period, allocation)
    current = explanation.current
    if math.isnan(current):
        return t("explain.target.head_new", lang, name=name, target=explanation.target, end=end)
    if OFF_GRID in explanation.flags and abs(explanation.target - current) < SAME:
        return t("explain.target.keep", lang, name=name, current=current, end=end)
    return t("explain.target.head", lang, name=name, target=explanation.target, end=end, current=current)


def _parts(explanation: Explanation, allocation: Allocation, labels: Labels) -> Iterator[str]:
    for step in explanation.steps:
        text = _part(step, explanation, allocation, labels)
        if text:
            yield text
    if KEEPS_LEVEL in explanation.flags:
        yield t("explain.part.keeps_level", labels.lang)
    elif OFF_GRID in explanation.flags:
        yield t("explain.part.off_grid", labels.lang)


def _part(step: TraceStep, explanation: Explanation, allocation: Allocation, labels: Labels) -> str:
    lang = labels.lang
    way = "none" if abs(step.delta) < VISIBLE else "up" if step.delta > 0 else "down"
    size, signed = _points(abs(step.delta), lang), _points(step.delta, lang, signed=True)
    match step.step:
        case Step.METHOD:
            method = labels.method(allocation.plan.indicator(explanation.indicator))
            return t(f"explain.part.method_{way}", lang, method=method, delta=size)
        case Step.PATH:
            return t(f"explain.part.path_{way}", lang, last=allocation.plan.last.id, delta=size)
        case Step.PIN if step.rule is not None:
            key = "explain.part.pin_same" if way == "none" else "explain.part.pin"
            return t(key, lang, value=step.value, delta=signed, why=labels.own_reason(step.rule))
        case Step.START if way != "none":
            return t("explain.part.start", lang, value=step.value)
        case Step.TREND if way != "none":
            return t(f"explain.part.trend_{way}", lang, delta=size)
        case Step.MEASURE if way != "none":
            measure, assumed = labels.measure(step.measure or ""), labels.assumed(step.measure or "")
            return t(f"explain.part.measure_{way}", lang, measure=measure, assumed=assumed, delta=size)
        case Step.ROUNDING if way != "none":
            return t("explain.part.rounding", lang, delta=signed)
        case Step.BOUND if way != "none":
            return _bound(step, way, explanation, labels)
    return ""


def _bound(step: TraceStep, way: str, explanation: Explanation, labels: Labels) -> str:
    source = step.rule or "other"
    if source in labels.rules:
        most = way == "up" and abs(step.value - explanation.upper) < SAME
        key = "explain.part.rule_up_most" if most else f"explain.part.rule_{way}"
        return t(key, labels.lang, rule=labels.by(source), value=step.value)
    return t(f"explain.part.{source}_{way}", labels.lang, value=step.value)


def _points(delta: float, lang: str, *, signed: bool = False) -> str:
    """To one decimal, to two where one would show nothing."""
    digits = 1 if abs(delta) >= ONE_DECIMAL else 2
    return points(delta, lang, digits, trim=True, signed=signed)


def _counts(explanation: Explanation, allocation: Allocation, plan: IndicatorPlan, labels: Labels) -> Iterator[str]:
    lang, end = labels.lang, _end(explanation.period, allocation)
    to_do = explanation.to_do
    if math.isnan(to_do):
        return
    if to_do <= 0:
        yield t("explain.count.done", lang)
        return
    since = allocation.plan.as_of
    suffix = ""
    if plan.basis is Basis.IN_PERIOD:
        suffix = "_in_period"
        earlier = [one.end for one in allocation.plan.periods if one.end < end]
        since = max([since, *earlier])
    weekly = weekly_count(to_do, since, end) if plan.kind is Kind.FLOW else 0
    key = "weekly" if weekly > 1 else "plain"
    yield t(
        f"explain.count.{key}{suffix}",
        lang,
        to_do=to_do,
        unit=labels.unit(explanation.indicator, to_do),
        end=end,
        weekly=weekly,
        period=explanation.period,
    )
    rate = explanation.in_period_rate
    if plan.basis is Basis.CUMULATIVE and not math.isnan(rate):
        yield t("explain.count.rate", lang, period=explanation.period, rate=rate)


def weekly_count(to_do: float, since: datetime.date, end: datetime.date) -> int:
    """Units a week from `since` (exclusive) to `end`, rounded up: what an agency must bring on average."""
    weeks = (end - since).days / DAYS_A_WEEK
    return math.ceil(to_do / weeks - SAME)


def _goal(summary: Summary, diagnosis: Diagnosis | None, allocation: Allocation, labels: Labels) -> str:
    lang, plan = labels.lang, allocation.plan.indicator(summary.indicator)
    if math.isnan(summary.attained):
        return t("explain.goal.nothing", lang, indicator=labels.indicator(summary.indicator), period=summary.period)
    status = summary.status
    key = str(status)
    if status in UNMET and diagnosis is None:
        key = "not_met"
    highest = "" if diagnosis is None else _below(_highest(status, diagnosis), summary.goal, lang)
    text = t(
        f"explain.goal.{key}",
        lang,
        indicator=labels.indicator(summary.indicator),
        period=summary.period,
        goal=summary.goal,
        attained=summary.attained,
        start=summary.start,
        shortfall=summary.shortfall,
        max=summary.max_attainable,
        method=labels.method(plan),
        highest=highest,
        remedy="" if diagnosis is None else _remedy(status, diagnosis, summary.goal, labels),
        because="" if diagnosis is None else _because(diagnosis, labels),
    )
    implied = summary.implied_in_period_rate
    if status not in UNMET and implied is not None and not math.isnan(implied) and plan.basis is Basis.CUMULATIVE:
        since, end = allocation.plan.as_of, _end(summary.period, allocation)
        text = f"{text} {t('explain.goal.implied', lang, rate=implied, since=since, end=end)}"
    return text


def _highest(status: GoalStatus, diagnosis: Diagnosis) -> float:
    return diagnosis.max_attainable if status is GoalStatus.INFEASIBLE else diagnosis.highest_goal


def _remedy(status: GoalStatus, diagnosis: Diagnosis, goal: float | None, labels: Labels) -> str:
    """The ways out, smallest change first; lowering the goal is always one of them."""
    lang = labels.lang
    ways: list[str] = []
    if status is GoalStatus.SHORT_BY_ROUNDING:
        ways.append(t("explain.remedy.finer_rounding", lang))
    if status is GoalStatus.UNREACHABLE_BY_METHOD:
        ways.append(t("explain.remedy.change_method", lang))
    if diagnosis.blocked_by_later_goal is not None:
        ways.append(t("explain.remedy.later_goal", lang, period=diagnosis.blocked_by_later_goal))
    rules = [labels.by(rule) for rule in diagnosis.remedies]
    if len(rules) == 1:
        ways.append(t("explain.remedy.remove_one", lang, rule=rules[0]))
    elif rules:
        ways.append(t("explain.remedy.remove_any", lang, rules=[f"“{rule}”" for rule in rules]))
    if diagnosis.relax_caps_by is not None:
        upward = math.ceil(diagnosis.relax_caps_by * 10_000 - SAME) / 10_000
        ways.append(t("explain.remedy.relax", lang, points=upward))
    rounded = diagnosis.highest_goal < diagnosis.max_attainable - VISIBLE and status is GoalStatus.INFEASIBLE
    key = "explain.remedy.lower_goal_rounded" if rounded else "explain.remedy.lower_goal"
    ways.append(t(key, lang, highest=_below(diagnosis.highest_goal, goal, lang)))
    if len(ways) == 1:
        return t("explain.remedy.lead", lang, first=ways[0])
    return t("explain.remedy.either", lang, first=", ".join(ways[:-1]), last=ways[-1])


def _because(diagnosis: Diagnosis, labels: Labels) -> str:
    causes = [
        t(
            "explain.goal.cause",
            labels.lang,
            rule=labels.by(binding.rule),
            takes=binding.takes,
            count=len(binding.agencies),
        )
        for binding in diagnosis.binding[:CAUSES_SHOWN]
    ]
    return t("explain.goal.because", labels.lang, causes=causes) if causes else ""


def _below(value: float, goal: float | None, lang: str) -> str:
    """A highest reachable share, rounded down so that it is never promised too high.

    Two decimals of a percent; more where it would look equal to a goal it does not reach.
    """
    for digits in (2, 4, 6):
        scale = 10 ** (digits + 2)
        floored = math.floor(value * scale + SAME) / scale
        if goal is None or value >= goal or floored < goal:
            break
    return share(floored, lang, digits, trim=True)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
