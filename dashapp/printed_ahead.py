"""What looks ahead or back, as text for a terminal."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dashapp import learnt
from dashapp.i18n import ABSENT, has, in_ten, number, points, share, t
from dashapp.i18n import names as listed
from dashapp.i18n import period as period_name
from dashapp.labels import Labels
from dashapp.services.ahead import Inferred, Outlook
from dashapp.terminal import Align, Column, table
from engine import NO_CHANGE, Allocation, BackTest, Chance, Figures, Step, contributions
from scenarios import Sweep, Verdict

_NEARER = 1e-9
_WORTH_TELLING = 0.05
"""Share of the spread below which a source is not named."""

_LEAST_SHOWN, _POLICIES_SHOWN = 5, 20


def back_test(test: BackTest, figures: Figures, labels: Labels) -> str:
    """Each forecast against what came: for the province, for the agencies together, and for each of them."""
    lang = labels.lang
    head = t(
        "ahead.backtest.head",
        lang,
        indicator=labels.indicator(test.indicator),
        since=test.since,
        until=test.until,
        actual=test.province,
    )
    parts = [head, _together(test, lang), _verdict(test, lang)]
    if not math.isnan(test.came_volume):
        expected, came = test.expected_volume, test.came_volume
        off = share(expected / came - 1.0, lang, 1) if came > 0 else ABSENT
        parts.append(t("ahead.backtest.volume", lang, expected=round(expected), came=came, off=off))
    return "\n".join([*parts, "", _each(test, figures, labels)])


def _together(test: BackTest, lang: str) -> str:
    heads = ("forecast", "province", "error", "range", "mean_error", "nearer", "held")
    columns = [
        Column(t(f"ahead.column.{head}", lang), Align.RIGHT if at else Align.LEFT) for at, head in enumerate(heads)
    ]
    rows = []
    for name, tried in test.tried.items():
        one = tried.forecast
        low, high = float(one.province_low[0]), float(one.province_high[0])
        rows.append(
            [
                t(f"ahead.trend.{name}", lang),
                share(float(one.province[0]), lang, 2),
                points(tried.province_error, lang, 2, signed=True),
                f"{share(low, lang, 1)} – {share(high, lang, 1)}",
                points(tried.mean_error, lang, 2),
                ABSENT if name == NO_CHANGE else share(test.beaten(name), lang, 0),
                share(tried.covered, lang, 0),
            ]
        )
    return table(columns, rows)


def _verdict(test: BackTest, lang: str) -> str:
    """Whether any forecast came nearer than no change, honestly: not where chance explains as much."""
    if test.best == NO_CHANGE:
        return t("ahead.backtest.naive_best", lang)
    mean, spread = test.gain(test.best)
    told = {"forecast": t(f"ahead.trend.{test.best}", lang), "gain": points(mean, lang, 2)}
    key = "best" if test.is_told_apart else "unsure"
    return t(f"ahead.backtest.{key}", lang, **told, spread=points(spread, lang, 2))


def _each(test: BackTest, figures: Figures, labels: Labels) -> str:
    lang = labels.lang
    columns = [
        Column(t("terms.column.agency", lang)),
        Column(t("terms.column.name", lang)),
        Column(t("ahead.column.volume", lang), Align.RIGHT),
        Column(t("ahead.column.actual", lang), Align.RIGHT),
        *(Column(t(f"ahead.trend.{name}", lang), Align.RIGHT) for name in test.tried),
    ]
    rows = []
    for row in np.argsort(np.array(figures.levels, dtype=object)[test.rows] != "province", kind="stable"):
        code = figures.codes[test.rows[row]]
        actual = float(test.actual[row])
        errors = [float(tried.error[row]) for tried in test.tried.values()]
        rows.append(
            [
                code,
                labels.agency(code),
                number(float(test.volume[row]), lang),
                ABSENT if math.isnan(actual) else share(actual, lang, 1),
                *(ABSENT if math.isnan(error) else points(error, lang, 1, signed=True) for error in errors),
            ]
        )
    return f"{t('ahead.backtest.each', lang)}\n{table(columns, rows)}"


def outlook(found: Outlook, allocation: Allocation, confidence: float | None, labels: Labels) -> str:
    """Chances in words, what each rests on, planning goals, and the agencies least likely to reach their targets."""
    lang = labels.lang
    parts = [_goals(found.chance, labels)]
    for id, influences in found.influences.items():
        told = [one for one in influences if one.total >= _WORTH_TELLING]
        if told:
            names = [f"{_source(one.source, labels)} {share(min(one.total, 1.0), lang, 0)}" for one in told]
            parts.append(t("ahead.chance.rests_on", lang, indicator=labels.indicator(id), sources=names))
    for id, one in found.planning.items():
        key = "aim" if one.enough else "aim_short"
        goal, name = share(one.goal, lang, 2), labels.indicator(id)
        parts.append(t(f"ahead.chance.{key}", lang, indicator=name, goal=goal, wanted=confidence, chance=one.chance))
    last = allocation.plan.last.id
    parts += [_way(allocation, id, last, labels) for id, one in allocation.results.items() if one.measures]
    parts += ["", _least_likely(found.chance, allocation, labels)]
    return "\n".join([*parts, "", t("ahead.chance.assumed", lang, draws=found.chance.draws, seed=found.chance.seed)])


def _way(allocation: Allocation, indicator: str, period: str, labels: Labels) -> str:
    """What is there, what the trend and each measure bring, and what is left to plain effort, for the province."""
    lang = labels.lang
    first, *rest = contributions(allocation, indicator, period)
    anyway = [one for one in rest if one.step in (Step.START, Step.TREND)]
    parts = [t("ahead.way.trend", lang, points=points(sum(one.value for one in anyway), lang, 1, signed=True))]
    for one in rest:
        if one.measure is not None:
            assumed, value = labels.assumed(one.measure), points(one.value, lang, 1, signed=True)
            parts.append(
                t("ahead.way.measure", lang, measure=labels.measure(one.measure), assumed=assumed, points=value)
            )
    left = sum(one.value for one in rest if one.measure is None and one not in anyway)
    parts.append(t("ahead.way.effort", lang, points=points(left, lang, 1, signed=True)))
    head = t("ahead.way.head", lang, indicator=labels.indicator(indicator), period=period, now=first.value)
    return f"{head} {'; '.join(parts)}."


def _goals(chance: Chance, labels: Labels) -> str:
    lang = labels.lang
    columns = [Column(t(f"terms.column.{key}", lang)) for key in ("indicator", "period")]
    columns += [Column(t(f"ahead.column.{key}", lang)) for key in ("goal_chance", "all_chance")]
    rows = [
        [
            labels.indicator(indicator),
            period_name(period, lang),
            f"{in_ten(reached, lang)} ({share(reached, lang, 0)})",
            f"{in_ten(chance.all_reach[indicator, period], lang)}",
        ]
        for (indicator, period), reached in chance.goals.items()
    ]
    together = t("ahead.chance.together", lang, chance=in_ten(chance.together, lang)) if len(rows) > 1 else ""
    return "\n".join(one for one in (table(columns, rows), together) if one)


def _source(source: str, labels: Labels) -> str:
    key = f"ahead.source.{source}"
    return t(key, labels.lang) if has(key, labels.lang) else f"“{labels.measure(source)}”"


def _least_likely(chance: Chance, allocation: Allocation, labels: Labels) -> str:
    lang = labels.lang
    columns = [Column(t("terms.column.indicator", lang)), Column(t("terms.column.name", lang))]
    columns += [Column(t("terms.column.target", lang), Align.RIGHT), Column(t("ahead.column.own_chance", lang))]
    rows = []
    for id, result in allocation.results.items():
        own = chance.each[id][-1]
        for row in np.argsort(np.nan_to_num(own, nan=2.0), kind="stable")[:_LEAST_SHOWN]:
            if not math.isnan(own[row]):
                code = allocation.figures.codes[result.rows[row]]
                target = share(float(result.target[-1, row]), lang, 1, trim=True)
                rows.append([labels.indicator(id), labels.agency(code), target, in_ten(float(own[row]), lang)])
    return f"{t('ahead.chance.least', lang)}\n{table(columns, rows)}"


def inferred(found: Inferred, indicator: str, figures: Figures, labels: Labels) -> str:
    """The best explanation of an indicator's targets, those that are as good, and whom it does not explain."""
    lang, best = labels.lang, found.explained[indicator][0]
    head = t("ahead.infer.head", lang, indicator=labels.indicator(indicator), said=learnt.brief(best, labels))
    told = [head, t("ahead.infer.fits", lang, fits=best.counted - best.missed, counted=best.counted)]
    for group in best.groups:
        names = [t(f"terms.level.{level}", lang) for level in group.levels]
        names += [labels.agency(code) for code in group.agencies]
        told.append(f"  {share(group.value, lang, 2, trim=True)}: {listed(names, lang)}")
    others = found.equals(indicator)[1:]
    if others:
        told.append(t("ahead.infer.equals", lang, others="; ".join(learnt.brief(one, labels) for one in others)))
    rows = figures.indicators[indicator].rows
    for row in np.flatnonzero(np.abs(np.nan_to_num(best.residual[-1])) > _NEARER):
        off = points(float(best.residual[-1, row]), lang, 2, trim=True, signed=True)
        said = t("ahead.infer.off", lang, agency=labels.agency(figures.codes[rows[row]]), off=off)
        told.append(f"  {said}")
    return "\n".join(told)


def swept(verdict: Verdict, sweep: Sweep, total: int, known: int, labels: Labels) -> str:
    """The policies of a sweep, the most robust first, and the settings that separate success from failure."""
    lang = labels.lang
    indicator = labels.indicator(sweep.indicator)
    parts = [
        t("ahead.sweep.head", lang, total=total, known=known, indicator=indicator, goal=sweep.goal, enough=sweep.enough)
    ]
    keys = [one.key for one in sweep.levers if not one.assumption]
    heads = [t(f"ahead.column.{key}", lang) for key in ("mean", "worst", "does", "regret", "demand", "largest")]
    columns = [Column("#", Align.RIGHT), *(Column(key) for key in keys)]
    columns += [*(Column(head, Align.RIGHT) for head in heads), Column(t("ahead.column.best", lang))]
    satisficing = verdict.satisficing.number
    rows = []
    for at, one in enumerate(verdict.policies[:_POLICIES_SHOWN]):
        marks = {
            "least_regret": at == 0,
            "does_most": one.number == satisficing,
            "pareto": one.number in verdict.pareto,
        }
        numbers = [share(value, lang, 0) for value in (one.mean, one.worst, one.does, one.regret)]
        numbers += [points(value, lang, 1) for value in (one.demand, one.largest)]
        said = ", ".join(t(f"ahead.sweep.{mark}", lang) for mark, there in marks.items() if there)
        rows.append([str(one.number), *(_setting(one.settings[key], lang) for key in keys), *numbers, said])
    parts += [t("ahead.sweep.policies", lang), table(columns, rows)]
    if len(verdict.policies) > _POLICIES_SHOWN:
        parts.append(t("ahead.sweep.more", lang, count=len(verdict.policies) - _POLICIES_SHOWN))
    told = [one for one in verdict.splits if one.gain >= _WORTH_TELLING]
    parts += ["", t("ahead.sweep.splits" if told else "ahead.sweep.no_splits", lang)]
    for split in told:
        key = "from" if split.is_number else "equal"
        value = _setting(split.value, lang)
        said = t(f"ahead.sweep.{key}", lang, key=split.key, value=value, inside=split.inside, outside=split.outside)
        parts.append(f"  {said}")
    return "\n".join(parts)


def _setting(value: Any, lang: str) -> str:
    """A lever's value as the scenario file has it, numbers in the language's notation."""
    if isinstance(value, float):
        return number(round(value, 4), lang, 4, trim=True)
    return str(value)
