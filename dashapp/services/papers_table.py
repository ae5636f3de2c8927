"""The appendix of a Decision: agencies by level, their targets, and the notes that some of them need."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from dashapp.i18n import ABSENT, share, t
from data.export import Appendix, Column, Exported, Row, RowKind, clean, sections
from engine import IndicatorResult, TargetStatus

ROMAN = ("I", "II", "III", "IV", "V")
WHOLE, SAME = 1.0, 1e-9


@dataclass
class _Notes:
    """Notes in the order in which they are first needed; equal ones share a number."""

    lang: str
    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, text: str) -> str:
        return t("paper.appendix.noted", self.lang, number=str(self.numbers.setdefault(text, len(self.numbers) + 1)))

    def lines(self) -> tuple[str, ...]:
        explained = f"{t('paper.appendix.explained', self.lang)}."
        told = (t("paper.appendix.note", self.lang, number=str(at), text=text) for text, at in self.numbers.items())
        return (explained, *told)


def appendix(said: Exported, belongs: str) -> Appendix:
    """The table of targets with its notes; `belongs` says of which Decision it is."""
    lang, notes = said.lang, _Notes(said.lang)
    rows = tuple(_rows(said, notes))
    return Appendix(
        name=t("paper.appendix.name", lang),
        title=t("paper.appendix.title", lang),
        belongs=belongs,
        columns=_columns(said),
        rows=rows,
        notes_head=t("paper.appendix.notes_head", lang),
        notes=notes.lines(),
    )


def _results(said: Exported) -> Iterator[IndicatorResult]:
    for one in said.allocation.plan.indicators:
        if one.id in said.allocation.results:
            yield said.allocation.results[one.id]


def _columns(said: Exported) -> tuple[Column, ...]:
    lang = said.lang
    targets = [
        Column(
            _head(said.words.period(period.id)),
            clean(said.words.indicator(result.id)),
            f"target:{result.id}:{period.id}",
        )
        for result in _results(said)
        for period in said.allocation.plan.periods
    ]
    return (
        Column(t("paper.appendix.number", lang), "", ""),
        Column(t("paper.appendix.agency", lang), "", "name"),
        *targets,
        Column(t("paper.appendix.notes", lang), "", ""),
    )


def _head(text: str) -> str:
    return clean(text[:1].upper() + text[1:])


def _rows(said: Exported, notes: _Notes) -> Iterator[Row]:
    lang, figures = said.lang, said.allocation.figures
    results = list(_results(said))
    places = [{int(agency): at for at, agency in enumerate(one.rows)} for one in results]
    width = len(results) * len(said.allocation.plan.periods)
    hollow = ("",) * (width + 1)
    before, roman = "", 0
    for level, parent, members in sections(said.allocation):
        if level != before:
            yield Row(RowKind.LEVEL, (ROMAN[roman], t(f"terms.level.{level}", lang).upper(), *hollow))
            before, roman = level, roman + 1
        if parent:
            yield Row(RowKind.PARENT, ("", t("paper.appendix.children", lang, parent=clean(parent)), *hollow))
        for number, at in enumerate(members, 1):
            cells = [
                text for one, place in zip(results, places, strict=True) for text in _targets(one, place.get(at), lang)
            ]
            said_of = _notes_of(said, results, places, at)
            marks = ", ".join(notes.number(text) for text in said_of)
            name = clean(figures.names[at]) or figures.codes[at]
            yield Row(RowKind.AGENCY, (str(number), name, *cells, marks))
    attained = [
        share(said.allocation.summary(one.id, period.id).attained, lang, 2, trim=True)
        for one in results
        for period in said.allocation.plan.periods
    ]
    yield Row(RowKind.TOTAL, ("", t("paper.appendix.province", lang), *attained, ""))


def _targets(result: IndicatorResult, at: int | None, lang: str) -> list[str]:
    if at is None:
        return [""] * len(result.target)
    return [share(float(one), lang, 2, trim=True) if not math.isnan(one) else ABSENT for one in result.target[:, at]]


def _notes_of(
    said: Exported, results: Sequence[IndicatorResult], places: Sequence[dict[int, int]], agency: int
) -> list[str]:
    """What must be said of one agency's targets; one note for the periods of which the same is true."""
    found = []
    for result, place in zip(results, places, strict=True):
        at = place.get(agency)
        if at is None:
            continue
        told: dict[str, list[str]] = {}
        for t_, period in enumerate(said.allocation.plan.periods):
            text = _note(said, result, t_, at)
            if text:
                told.setdefault(text, []).append(said.words.period(period.id))
        name = clean(said.words.indicator(result.id))
        found += [t("paper.note.whose", said.lang, indicator=name, periods=ps, text=text) for text, ps in told.items()]
    return found


def _note(said: Exported, result: IndicatorResult, period: int, at: int) -> str:
    """Why a target is as it is where that is not the method alone: none, set by hand, capped, kept."""
    lang, status, target = said.lang, result.status[period, at], float(result.target[period, at])
    if status == TargetStatus.MISSING:
        return t("paper.note.missing", lang)
    if status == TargetStatus.EXEMPT or math.isnan(target):
        return t("paper.note.exempt", lang, reason=clean(said.words.rule(str(result.reason[period, at]))) or ABSENT)
    if status == TargetStatus.PINNED:
        return t("paper.note.pinned", lang, reason=_reason(said, result, period, at))
    if result.off_grid[period, at] and np.isclose(target, result.current[at], rtol=0, atol=SAME):
        return t("paper.note.keeps", lang)
    if status == TargetStatus.AT_UPPER and target < WHOLE - SAME:
        return t("paper.note.capped", lang, rule=clean(said.words.rule(str(result.upper_by[period, at]))))
    return ""


def _reason(said: Exported, result: IndicatorResult, period: int, at: int) -> str | None:
    """What was written when a target was set by hand, or what the scenario's own rule says."""
    figures = said.allocation.figures
    key = (figures.codes[int(result.rows[at])], result.id, said.allocation.plan.periods[period].id)
    for one in said.overrides:
        if (one.agency, one.indicator, one.period) == key:
            return clean(one.reason).rstrip(" .") or None
    ids = {str(result.lower_by[period, at]), str(result.upper_by[period, at])}
    return next((clean(one.reason).rstrip(" .") for one in said.rules if one.id in ids and one.reason), None)
