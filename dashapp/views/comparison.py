"""Two to four scenarios on the same figures: what each comes to, agency by agency, and what they disagree about."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

import scenarios
from dashapp import messages, services
from dashapp.charts.heatmap import Arrangement, Row, arranged
from dashapp.i18n import ABSENT, number, points, share, t
from dashapp.labels import Labels
from dashapp.services.opened import Opened
from dashapp.views.ordering import collation
from dashapp.views.shown import saved_labels
from engine import Allocation, Basis, EngineError, IndicatorPlan, Kind, Level
from scenarios import Column, Comparison, Scenario, Side

ORDERS = ("spread", "level", "target", "name")
"""Orders of agencies, the first unless an address says another."""
MOST_DRAWN = 40
"""Agencies that are drawn where there are more than `WHOLE`."""
WHOLE = 60
"""Up to this many agencies are all drawn, and stand in a table in full."""
KEPT = 8
"""Comparisons remembered: whoever changes how one is looked at asks for the same again."""
SIGNS = ("●", "■", "◆", "▲")
"""The symbols of `charts.base.SYMBOLS` in text."""


@dataclass(frozen=True, eq=False)
class Entry:
    """One scenario of a comparison; `column` is None and `refused` says why where it cannot be run."""

    at: int
    opened: Opened
    column: Column | None
    refused: str
    lang: str

    @property
    def name(self) -> str:
        return self.opened.record.name[self.lang]

    @property
    def sign(self) -> str:
        return SIGNS[self.at]

    def side(self, indicator: str) -> Side | None:
        """What it comes to for an indicator, None where it does not ask for it or cannot be run."""
        sides = () if self.column is None else self.column.sides
        return next((one for one in sides if one.indicator == indicator), None)

    def chances(self, indicator: str) -> tuple[float, float]:
        """Chance that the province reaches its last goal, and every agency its target; NaN where nothing is asked."""
        if self.column is None or self.side(indicator) is None:
            return math.nan, math.nan
        found = services.chance(self.column.allocation, indicator)
        last = indicator, self.opened.scenario.plan.last.id
        return found.goals[last], found.all_reach[last]

    def plan(self, indicator: str) -> IndicatorPlan | None:
        """What it asks of an indicator, None where nothing."""
        return next((one for one in self.opened.scenario.plan.indicators if one.id == indicator), None)


@dataclass(frozen=True, eq=False)
class Compared:
    """Scenarios beside each other.

    Attributes
    ----------
    entries : tuple of Entry
    indicator, period : str
        What is looked at; the period is the last one of the first scenario that has the indicator.
    comparison : Comparison or None
        Of the scenarios that could be run, None where none could.
    """

    entries: tuple[Entry, ...]
    indicator: str
    period: str
    comparison: Comparison | None
    lang: str

    @property
    def runs(self) -> tuple[Entry, ...]:
        """Those that could be run; the first is what the others are compared with."""
        return tuple(one for one in self.entries if one.column is not None)

    @property
    def labels(self) -> Labels:
        return saved_labels(self.entries[0].opened, self.lang)

    @property
    def bases(self) -> frozenset[Basis]:
        """The ways in which the shown rate is counted."""
        plans = [one.plan(self.indicator) for one in self.entries]
        return frozenset(plan.basis for plan in plans if plan is not None and plan.kind is Kind.FLOW and plan.basis)


def compare(opened: Sequence[Opened], indicator: str, lang: str) -> Compared:
    """Run scenarios on the figures they were opened on, which are the same for all."""
    found = [_run(one, lang) for one in opened]
    runs = [(one, allocation) for one, (allocation, _) in zip(opened, found, strict=True) if allocation is not None]
    comparison = None
    if runs:
        comparison = _beside(tuple(one.scenario for one, _ in runs), tuple(run for _, run in runs))
    columns = iter(comparison.columns if comparison is not None else ())
    entries = tuple(
        Entry(at, one, next(columns) if allocation is not None else None, why, lang)
        for at, (one, (allocation, why)) in enumerate(zip(opened, found, strict=True))
    )
    plans = [one.opened.scenario.plan for one in entries if one.plan(indicator) is not None]
    return Compared(entries, indicator, plans[0].last.id if plans else "", comparison, lang)


@lru_cache(maxsize=KEPT)
def _beside(several: tuple[Scenario, ...], allocations: tuple[Allocation, ...]) -> Comparison:
    return scenarios.compare_allocations(several, allocations)


def _run(opened: Opened, lang: str) -> tuple[Allocation | None, str]:
    try:
        return services.run(opened.figures, opened.scenario), ""
    except EngineError as refused:
        return None, messages.of_engine(refused, saved_labels(opened, lang), lang)


# agency by agency -------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Line:
    """One agency: its row of the heat map, its current value, its targets' distance, and from the first's [shares]."""

    row: Row
    now: float | None
    spread: float | None
    gaps: tuple[float | None, ...]


Group = tuple[str, tuple[Line, ...]]


@dataclass(frozen=True)
class Lines:
    """The agencies in the order asked for, in groups under headings.

    Attributes
    ----------
    groups, drawn : tuple of Group
        All of them; those that are drawn.
    below : int
        Agencies left out because another one, which is here, stands above them.
    """

    groups: tuple[Group, ...]
    drawn: tuple[Group, ...]
    below: int

    @property
    def all(self) -> tuple[Line, ...]:
        return tuple(line for _, own in self.groups for line in own)

    @property
    def pictured(self) -> tuple[Line, ...]:
        return tuple(line for _, own in self.drawn for line in own)


def lines(compared: Compared, order: str) -> Lines:
    """Agencies without one above them, and which of them are drawn."""
    comparison, indicator = compared.comparison, compared.indicator
    asked = [one.column.allocation for one in compared.runs if one.column and one.side(indicator)]
    if comparison is None or not asked:
        return Lines((), (), 0)
    block = comparison.block(indicator, compared.period)
    figures, result = comparison.figures, asked[0].results[indicator]
    now = {figures.codes[row]: _known(value) for row, value in zip(result.rows, result.current, strict=True)}
    found = []
    for at, code in enumerate(block.agencies):
        if figures.parent[figures.position[code]] < 0:
            targets, gaps = (tuple(_known(one) for one in of[:, at]) for of in (block.targets, block.difference))
            spread = _known(block.spread[at]) if sum(one is not None for one in targets) > 1 else None
            row = _row(compared, code, targets, gaps, now.get(code))
            found.append(Line(row, now.get(code), spread, gaps))
    places = {str(level): place for place, level in enumerate(Level)}
    found.sort(key=lambda line: (places[figures.levels[figures.position[line.row.code]]], line.row.code))
    drawn = found
    if len(found) > WHOLE:
        ((_, most),) = _arranged(found, ORDERS[0])
        kept = {line.row.code for line in most[:MOST_DRAWN]}
        drawn = [line for line in found if line.row.code in kept]
    return Lines(_arranged(found, order), _arranged(drawn, order), len(block.agencies) - len(found))


def _row(
    compared: Compared,
    code: str,
    targets: tuple[float | None, ...],
    gaps: tuple[float | None, ...],
    now: float | None,
) -> Row:
    lang, figures = compared.lang, compared.entries[0].opened.figures
    position = figures.position[code]
    written = tuple(ABSENT if one is None else share(one, lang, 1, trim=True) for one in targets)
    said = [f"<b>{escape(figures.names[position])}</b>", f"{t('compare.grid.now', lang)}: {share(now, lang)}"]
    for at, (entry, text, gap) in enumerate(zip(compared.runs, written, gaps, strict=True)):
        apart = "" if not at or gap is None else f" ({points(gap, lang, 1, signed=True)})"
        said.append(f"{entry.sign} {escape(entry.name)}: {text}{apart}")
    return Row(
        code=code,
        name=figures.names[position],
        level=t(f"terms.level.{figures.levels[position]}", lang),
        values=targets,
        targets=written,
        differences=tuple(ABSENT if one is None else number(abs(one) * 100, lang, 1) for one in gaps),
        hover="<br>".join(said),
    )


def _arranged(found: Sequence[Line], order: str) -> tuple[Group, ...]:
    if order == "name":
        return (("", tuple(sorted(found, key=lambda line: (collation(line.row.name), line.row.code)))),)
    if order == "target":
        return (("", tuple(sorted(found, key=lambda line: (-_first(line), line.row.code)))),)
    own = {line.row.code: line for line in found}
    how = Arrangement.LEVEL if order == "level" else Arrangement.DISAGREEMENT
    groups = arranged([line.row for line in found], how)
    return tuple((heading, tuple(own[row.code] for row in rows)) for heading, rows in groups)


def _first(line: Line) -> float:
    """The target under the first scenario, below all others where there is none."""
    value = line.row.values[0]
    return -1.0 if value is None else value


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
