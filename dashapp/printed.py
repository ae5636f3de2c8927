"""Results as text for a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from dashapp.explain import UNMET, goal_sentence
from dashapp.i18n import ABSENT, number, period, points, share, t
from dashapp.labels import Labels
from dashapp.messages import of_note
from dashapp.services import Remark
from dashapp.terminal import Align, Column, table
from engine import Allocation, Explanation, Level, Note, TargetStatus, UnderMethod
from scenarios import Comparison

NOTES_OF_A_KIND = 5
_LEVELS = tuple(str(level) for level in Level)


class _Cell(NamedTuple):
    key: str
    align: Align


def _columns(lang: str, *cells: _Cell) -> list[Column]:
    return [Column(t(f"terms.column.{cell.key}", lang), cell.align) for cell in cells]


def _left(key: str) -> _Cell:
    return _Cell(key, Align.LEFT)


def _right(key: str) -> _Cell:
    return _Cell(key, Align.RIGHT)


def _share(value: float, lang: str, digits: int = 1) -> str:
    return share(value, lang, digits) if not math.isnan(value) else ABSENT


def goals(allocation: Allocation, labels: Labels) -> str:
    """The province's goals as a table, and a sentence for each."""
    lang = labels.lang
    columns = _columns(
        lang,
        _left("indicator"),
        _left("period"),
        _right("current"),
        _right("goal"),
        _right("attained"),
        _left("status"),
    )
    rows = [
        [
            labels.indicator(one.indicator),
            period(one.period, lang),
            _share(one.start, lang, 2),
            ABSENT if one.goal is None else share(one.goal, lang, 2),
            _share(one.attained, lang, 2),
            t(f"terms.goal_status.{one.status}", lang),
        ]
        for one in allocation.summaries
    ]
    sentences = [f"• {goal_sentence(one, allocation, labels)}" for one in allocation.summaries]
    unmet = [f"• {goal_sentence(one, allocation, labels)}" for one in allocation.groups if one.status in UNMET]
    said = "\n".join([*sentences, *_few(unmet, lang)])
    return f"{t('cli.say.goals', lang)}\n{table(columns, rows)}\n\n{said}"


def targets(allocation: Allocation, labels: Labels) -> str:
    """Every target: one row per agency and indicator, one column per period."""
    lang = labels.lang
    ids = [one.id for one in allocation.plan.periods]
    columns = [
        *_columns(lang, _left("agency"), _left("name"), _left("indicator"), _right("current")),
        *(Column(period(id, lang), Align.RIGHT) for id in ids),
        *_columns(lang, _right("to_do"), _left("status")),
    ]
    rows = [row for result in allocation.results.values() for row in _target_rows(allocation, result.id, labels)]
    return f"{t('cli.say.targets', lang)}\n{table(columns, rows)}"


def _target_rows(allocation: Allocation, indicator: str, labels: Labels) -> Iterator[list[str]]:
    lang, result = labels.lang, allocation.results[indicator]
    figures = allocation.figures
    for row in sorted(range(len(result.rows)), key=lambda at: _LEVELS.index(figures.levels[result.rows[at]])):
        code = figures.codes[result.rows[row]]
        status = result.status[-1, row]
        yield [
            code,
            labels.agency(code),
            labels.indicator(indicator),
            _share(result.current[row], lang),
            *(_share(value, lang) for value in result.target[:, row]),
            number(result.to_do[-1, row], lang),
            _status(status, str(result.reason[-1, row]), labels),
        ]


def _status(status: TargetStatus, reason: str, labels: Labels) -> str:
    text = t(f"terms.target_status.{status}", labels.lang)
    return f"{text}: {labels.reason(reason)}" if status is TargetStatus.EXEMPT and reason else text


def notes(allocation: Allocation, labels: Labels) -> list[str]:
    """Conflicts and warnings as lines; more than a few of one kind are counted."""
    told = []
    for kind, found in (("conflict", allocation.conflicts), ("warning", allocation.warnings)):
        for alike in _by_code(found).values():
            lead = t(f"cli.say.{kind}", labels.lang)
            told += _few([f"{lead}: {of_note(note, kind, labels)}" for note in alike], labels.lang)
    return told


def remarks(allocation: Allocation, labels: Labels) -> list[Remark]:
    """Every conflict and warning as a sentence, for a workbook."""
    conflicts = [Remark(True, of_note(note, "conflict", labels)) for note in allocation.conflicts]
    return conflicts + [Remark(False, of_note(note, "warning", labels)) for note in allocation.warnings]


def _by_code(found: tuple[Note, ...]) -> Mapping[str, list[Note]]:
    groups: dict[str, list[Note]] = {}
    for note in found:
        groups.setdefault(note.code, []).append(note)
    return groups


def _few(lines: list[str], lang: str, limit: int = NOTES_OF_A_KIND) -> list[str]:
    if len(lines) <= limit + 1:
        return lines
    return [*lines[:limit], t("cli.say.and_more_plain", lang, count=len(lines) - limit)]


def comparison(result: Comparison, labels: Labels) -> str:
    """What each scenario comes to, one row per scenario and indicator."""
    lang = labels.lang
    columns = _columns(
        lang,
        _left("scenario"),
        _left("indicator"),
        _right("goal"),
        _right("attained"),
        _left("status"),
        _right("largest"),
        _left("name"),
        _right("gini"),
    )
    rows = [
        [
            column.scenario.name[lang],
            labels.indicator(side.indicator),
            share(side.goal, lang, 2),
            _share(side.attained, lang, 2),
            t(f"terms.goal_status.{side.status}", lang),
            points(side.fairness.largest, lang),
            labels.agency(side.fairness.largest_agency),
            number(side.fairness.gini, lang, 3),
        ]
        for column in result.columns
        for side in column.sides
    ]
    return f"{t('cli.say.comparison', lang)}\n{table(columns, rows)}"


def trace(explanation: Explanation, labels: Labels) -> str:
    """The steps of one target, its bounds and the interval of its current rate; empty where there is no target."""
    if not explanation.steps:
        return ""
    lang = labels.lang
    columns = _columns(lang, _left("step"), _right("change"), _right("value"), _left("rule"))
    rows = [
        [
            labels.measure(step.measure) if step.measure else t(f"terms.step.{step.step}", lang),
            points(step.delta, lang, 2, signed=True) if at else "",
            share(step.value, lang, 2),
            labels.by(step.rule) if step.rule else "",
        ]
        for at, step in enumerate(explanation.steps)
        if at == 0 or step.delta != 0
    ]
    about = [
        t(
            "cli.say.bounds",
            lang,
            lower=explanation.lower,
            upper=explanation.upper,
            lower_by=labels.by(explanation.lower_by),
            upper_by=labels.by(explanation.upper_by),
        )
    ]
    if explanation.denominator > 0:
        about.append(
            t(
                "cli.say.interval",
                lang,
                numerator=explanation.numerator,
                denominator=explanation.denominator,
                low=explanation.wilson_low,
                high=explanation.wilson_high,
            )
        )
    about += [labels.law(step.rule) for step in explanation.steps if step.rule and labels.law(step.rule)]
    return "\n".join([t("cli.say.trace", lang), table(columns, rows, longest=60), *about])


def other_methods(
    allocation: Allocation, explanation: Explanation, under: Mapping[str, UnderMethod], labels: Labels
) -> str:
    """The agency's target under each method, all else equal."""
    lang = labels.lang
    result = allocation.results[explanation.indicator]
    at = [one.id for one in allocation.plan.periods].index(explanation.period)
    row = int(np.searchsorted(result.rows, allocation.figures.position[explanation.agency]))
    columns = _columns(lang, _left("method"), _right("target"), _left("status"))
    rows = [
        [
            t(f"terms.method.{name}.name", lang),
            _share(float(one.target[at, row]), lang),
            t(f"terms.goal_status.{one.status}", lang),
        ]
        for name, one in under.items()
    ]
    return f"{t('cli.say.other_methods', lang)}\n{table(columns, rows)}"
