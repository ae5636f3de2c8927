"""One page for leaders: the goals, the chosen scenario against others, the targets that ask most and why."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from dashapp.i18n import ABSENT, share, t
from dashapp.services.papers import UNMET, fine_print
from data.export import Bar, Brief, Exported, Grid, Hardest, clean
from engine import Allocation, IndicatorResult, Summary

Floats = NDArray[np.float64]
HARDEST, OF_ONE_INDICATOR = 5, 2
"""Targets that are told, and how many of them may be of one indicator before others have had their turn."""
LONGEST_NAME = 60
"""Characters of a scenario's or agency's name in a table of one page."""
LONGEST_SENTENCE = 330
WHOLE = 1.0
"""A goal of all: how far each agency is from it is the same under every scenario."""


def brief(chosen: Exported, others: Sequence[Exported] = ()) -> Brief:
    """The brief of a scenario or table.

    Parameters
    ----------
    others : sequence of Exported
        Up to three scenarios on the same figures that it is laid against.
    """
    lang, imprint = chosen.lang, chosen.imprint
    last = chosen.allocation.plan.last.id
    goals = [one for one in chosen.allocation.summaries if one.period == last and one.goal is not None]
    unmet = [text for one, text in zip(chosen.allocation.summaries, chosen.goals, strict=True) if one.status in UNMET]
    return Brief(
        lang=lang,
        draft_mark="" if imprint.is_issued else t("paper.draft", lang),
        illustrative=t("paper.illustrative", lang) if imprint.illustrative else "",
        title=t("paper.brief.title", lang),
        subtitle=t(
            "paper.brief.subtitle",
            lang,
            campaign=clean(imprint.campaign_name.get(lang, "")),
            scenario=_name(chosen),
        ),
        goals_head=t("paper.brief.goals", lang, period=last),
        goals=tuple(_bar(chosen, one) for one in goals),
        legend=tuple(t(f"paper.brief.{key}", lang) for key in ("now", "reached", "target")),
        sentences=tuple(_short(clean(one), LONGEST_SENTENCE) for one in unmet[:2]),
        versus_head=t(f"paper.brief.{'versus' if others else 'alone'}", lang),
        versus=_versus(chosen, others, goals),
        hardest_head=t("paper.brief.hardest", lang),
        hardest=tuple(_hardest(chosen)),
        fine_print=fine_print(chosen),
        imprint=imprint,
    )


def _name(said: Exported) -> str:
    return _short(clean(said.imprint.scenario_name.get(said.lang, "") or said.imprint.scenario), LONGEST_NAME)


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest].rstrip()}…"


def _bar(said: Exported, one: Summary) -> Bar:
    goal = float(one.goal or 0.0)
    label = clean(said.words.indicator(one.indicator))
    told = t("paper.brief.goal", said.lang, now=one.start, reached=one.attained, goal=goal)
    now, reached = (0.0 if math.isnan(value) else min(1.0, max(0.0, value)) for value in (one.start, one.attained))
    return Bar(label, now, reached, goal, told)


def _versus(chosen: Exported, others: Sequence[Exported], goals: Sequence[Summary]) -> Grid:
    lang = chosen.lang
    heads = (
        t("paper.brief.scenario", lang),
        *(clean(chosen.words.indicator(one.indicator)) for one in goals),
        t("paper.brief.met", lang),
        t("paper.brief.largest", lang),
    )
    return Grid(heads, tuple(_line(one, goals) for one in (chosen, *others)))


def _line(said: Exported, goals: Sequence[Summary]) -> tuple[str, ...]:
    lang, allocation = said.lang, said.allocation
    found = {(one.indicator, one.period): one for one in allocation.summaries}
    cells = []
    for one in goals:
        own = found.get((one.indicator, one.period))
        cells.append(ABSENT if own is None else share(own.attained, lang, 1, trim=True))
    asked = [one for one in allocation.summaries if one.goal is not None]
    met = sum(1 for one in asked if one.status not in UNMET)
    telling = [one.indicator for one in goals if (one.goal or 0.0) < WHOLE and one.indicator in allocation.results]
    largest = ABSENT
    if most := _largest(allocation, telling or list(allocation.results)):
        rise, at = most
        agency = _short(clean(allocation.figures.names[at]) or allocation.figures.codes[at], LONGEST_NAME)
        largest = t("paper.brief.largest_of", lang, points=rise, agency=agency)
    return (_name(said), *cells, t("paper.brief.met_of", lang, met=met, of=len(asked)), largest)


def _largest(allocation: Allocation, indicators: Sequence[str]) -> tuple[float, int] | None:
    """The largest rise of a last target among the agencies that share the province's goal, and whose it is."""
    found = []
    for id in indicators:
        result = allocation.results[id]
        own = np.where(allocation.figures.parent[result.rows] < 0, _rise(result), np.nan)
        if not np.isnan(own).all():
            row = int(np.nanargmax(own))
            found.append((float(own[row]), int(result.rows[row])))
    return max(found, key=lambda one: one[0], default=None)


def _rise(result: IndicatorResult) -> Floats:
    """How far each last target is above the current rate [share]; NaN without a target."""
    rise: Floats = result.target[-1] - np.where(np.isnan(result.current), 0.0, result.current)
    return rise


def _hardest(said: Exported) -> Iterator[Hardest]:
    """The last targets that rise most, not all of one indicator."""
    lang, allocation, last = said.lang, said.allocation, said.allocation.plan.last.id
    figures = allocation.figures
    for indicator, row in _steepest(said):
        result = allocation.results[indicator]
        at = int(result.rows[row])
        now, target = float(result.current[row]), float(result.target[-1, row])
        key = "what_new" if math.isnan(now) else "what"
        name = clean(said.words.indicator(indicator))
        what = t(f"paper.brief.{key}", lang, indicator=name, now=now, target=target, points=target - now)
        sentence = clean(said.sentence(figures.codes[at], indicator, last))
        agency = _short(clean(figures.names[at]) or figures.codes[at], LONGEST_NAME)
        yield Hardest(agency, what, _short(sentence.removeprefix(f"{agency}: "), LONGEST_SENTENCE))


def _steepest(said: Exported) -> list[tuple[str, int]]:
    ranked = []
    for indicator, result in said.allocation.results.items():
        rise = _rise(result)
        for row in np.flatnonzero(~np.isnan(rise)).tolist():
            ranked.append((-float(rise[row]), said.allocation.figures.codes[int(result.rows[row])], indicator, row))
    ranked.sort()
    counts: dict[str, int] = {}
    first: list[tuple[str, int]] = []
    rest: list[tuple[str, int]] = []
    for _, _, indicator, row in ranked:
        counts[indicator] = counts.get(indicator, 0) + 1
        (first if counts[indicator] <= OF_ONE_INDICATOR else rest).append((indicator, row))
        if len(first) == HARDEST:
            break
    return (first + rest)[:HARDEST]
