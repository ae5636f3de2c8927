"""The pictures of a result: agency by agency, the province's path, effort against volume, how even it is."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Any

import numpy as np
from dash.development.base_component import Component
from numpy.typing import NDArray

from dashapp.charts import clouds
from dashapp.charts import effort as efforts
from dashapp.charts import fairness as strips
from dashapp.charts.base import Twin
from dashapp.charts.dumbbell import AT_LOWER, AT_UPPER, HELD, Bell, dumbbell
from dashapp.charts.path import Stop, Stretch, path
from dashapp.charts.rows import TICKS, Goal
from dashapp.i18n import ABSENT, date, number, period, points, share, t
from dashapp.services.burden import Burden, burden, median
from dashapp.services.standing import Leg, way
from dashapp.views import gap_picture
from dashapp.views.held import MARKS, held_by
from dashapp.views.ordering import Order, by_level
from dashapp.views.parts import Picture, legend_key
from dashapp.views.shown import EVERYBODY, Shown
from engine import Basis, Kind

MOST_ROWS, MOST_POINTS = 200, 400
"""Agencies in the picture of each by itself, and in those where each is a point."""
EVEN, FAIR, MIXED = 0.1, 0.2, 0.35
"""Up to these Gini indices the gains are said to be even, fairly even and somewhat uneven."""
WRITTEN_KEPT = 16384


class View(StrEnum):
    """What of a result is seen."""

    AGENCIES = "agencies"
    PATH = "path"
    EFFORT = "effort"
    FAIRNESS = "fairness"
    GAP = "gap"


def picture(shown: Shown, view: View, order: Order) -> Picture:
    """One view of what is shown; `order` counts where every agency has a row of its own."""
    match view:
        case View.AGENCIES:
            return _agencies(shown, order)
        case View.PATH:
            return _path(shown)
        case View.EFFORT:
            return _effort(shown)
        case View.FAIRNESS:
            return _fairness(shown)
        case View.GAP:
            return gap_picture.gap(shown)


# --- agency by agency ----------------------------------------------------------------------------------------
def _agencies(shown: Shown, order: Order) -> Picture:
    lang = shown.lang
    left = MOST_ROWS
    groups = []
    for level, rows in by_level(shown, order):
        bells = _bells(shown, rows[:left])
        left -= len(bells)
        if bells:
            groups.append((t(f"web.group.{level}", lang), bells))
    note = "" if len(shown.rows) <= MOST_ROWS else t("pictures.note.few", lang, shown=MOST_ROWS, all=len(shown.rows))
    return Picture(
        figure=dumbbell(groups, _goal(shown), _ticks(lang), lang),
        twin=None,
        legend=legend(shown),
        title=t("pictures.title.agencies", lang),
        note=note,
    )


def _goal(shown: Shown) -> Goal | None:
    value = shown.group.goal if shown.group is not None else shown.summary.goal
    if value is None:
        return None
    written = share(value, shown.lang, 1, trim=True)
    key = "pictures.path.group" if shown.group is not None else "pictures.path.goal"
    return Goal(value, t(key, shown.lang, goal=written), written)


def _bells(shown: Shown, rows: NDArray[np.intp]) -> list[Bell]:
    """One bell per row; columns are read as a whole, as numbers out of arrays one by one take most of the time."""
    result, codes = shown.result, shown.allocation.figures.codes
    counts = zip(*(one[rows].tolist() for one in (result.current, result.numerator, result.denominator)), strict=True)
    targets = map(tuple, result.target[:, rows].T.tolist())
    found = []
    for row, position, told, aims in zip(rows.tolist(), result.rows[rows].tolist(), counts, targets, strict=True):
        code, mark, note = codes[position], _mark(shown, row), held_by(shown, row)
        found.append(_bell(code, shown.labels.agency(code), told, shown.periods, aims, mark, note, shown.lang))
    return found


@lru_cache(maxsize=WRITTEN_KEPT)
def _bell(
    code: str,
    name: str,
    told: tuple[float, float, float],
    periods: tuple[str, ...],
    targets: tuple[float, ...],
    mark: str,
    note: str,
    lang: str,
) -> Bell:
    """By what it shows: most moves leave many agencies where they were. `told` is the rate with its two counts."""
    shares = [_target_text(one, lang) for one in targets]
    lines = [_of_period(id, text, lang) for id, text in zip(periods, shares, strict=True)]
    target = _known(targets[-1])
    return Bell(
        code=code,
        name=name,
        now=_known(told[0]),
        middle=_known(targets[0]) if len(periods) > 1 else None,
        target=target,
        mark=mark,
        label=t("web.chart.no_target", lang) if target is None else shares[-1],
        hover=_joined(_head(name, *told, lang), lines, note),
    )


def _last_line(shown: Shown, row: int) -> str:
    """What the box of an agency says of its last target."""
    return _of_period(shown.periods[-1], _target_text(float(shown.result.target[-1, row]), shown.lang), shown.lang)


def legend(shown: Shown) -> list[Component]:
    """What the marks of the picture of the agencies mean; only those that can occur."""
    lang = shown.lang
    keys = [("now", t("pictures.legend.now", lang))]
    if len(shown.periods) > 1:
        keys.append(("mid", _capital(period(shown.periods[0], lang))))
    keys.append(("target", _capital(period(shown.periods[-1], lang))))
    keys += [(name, t(f"pictures.legend.{name}", lang)) for name in ("goal", "lower", "upper")]
    if HELD in _marks(shown):
        keys.append(("pinned", t("pictures.legend.pinned", lang)))
    return [legend_key(name, words) for name, words in keys]


# --- the province's path -------------------------------------------------------------------------------------
def _path(shown: Shown) -> Picture:
    lang = shown.lang
    parent = "" if shown.state.inside == EVERYBODY else shown.state.inside
    legs = way(shown.allocation, shown.indicator, parent)
    title = t("pictures.title.path", lang)
    if parent:
        title = t("pictures.title.path_of", lang, parent=shown.labels.agency(parent))
    known = [leg for leg in legs if not math.isnan(leg.attained)]
    if not known:
        return Picture(path([], [], _ticks(lang), lang), _path_twin(shown, legs, title), [], title, _nothing(lang))
    return Picture(
        figure=path(_stops(shown, legs), _stretches(shown, legs), _ticks(lang), lang),
        twin=_path_twin(shown, legs, title),
        legend=_path_legend(shown),
        title=title,
        note=_path_words(shown, legs),
    )


def _nothing(lang: str) -> str:
    return t("pictures.path.nothing", lang)


def _now(shown: Shown) -> float:
    return (shown.group or shown.summary).start


def _first_day(shown: Shown) -> datetime.date:
    """The left edge of the path: the beginning of the year for dossiers, the date of the figures for a catalogue."""
    as_of = shown.allocation.plan.as_of
    return datetime.date(as_of.year, 1, 1) if shown.plan.kind is Kind.FLOW else as_of


def _stops(shown: Shown, legs: Sequence[Leg]) -> list[Stop]:
    lang, first = shown.lang, _first_day(shown)
    joined = shown.plan.basis is not Basis.IN_PERIOD
    key = "pictures.path.group" if shown.group is not None else "pictures.path.goal"
    as_of = shown.allocation.plan.as_of
    now = _now(shown)
    stops = [
        Stop(
            day=(as_of - first).days,
            when=date(as_of, lang),
            value=_known(now) if joined else None,
            text=_share(now, lang),
        )
    ]
    for leg in legs:
        stops.append(
            Stop(
                day=(leg.end - first).days,
                when=f"{date(leg.end, lang)}<br>{period(leg.period, lang)}",
                value=_known(leg.attained) if joined else None,
                text=_share(leg.attained, lang),
                goal=leg.goal,
                goal_text="" if leg.goal is None else t(key, lang, goal=_target_text(leg.goal, lang)),
            )
        )
    return stops


def _stretches(shown: Shown, legs: Sequence[Leg]) -> list[Stretch]:
    lang, first = shown.lang, _first_day(shown)
    as_of = (shown.allocation.plan.as_of - first).days
    days = [as_of, *((leg.end - first).days for leg in legs)]
    if shown.plan.kind is Kind.STOCK:
        return [
            Stretch(
                days[at],
                days[at + 1],
                None,
                _units(shown, leg),
                t("pictures.path.more", lang, period=leg.period),
            )
            for at, leg in enumerate(legs)
        ]
    past = Stretch(0, as_of, _known(_now(shown)), _share(_now(shown), lang), t("pictures.path.now", lang), past=True)
    return [
        past,
        *(
            Stretch(
                days[at],
                days[at + 1],
                leg.rate,
                _share(math.nan if leg.rate is None else leg.rate, lang),
                t("pictures.path.alone", lang, period=leg.period),
            )
            for at, leg in enumerate(legs)
        ),
    ]


def _units(shown: Shown, leg: Leg) -> str:
    added = float(round(leg.added)) if not math.isnan(leg.added) else 0.0
    return t("pictures.path.units", shown.lang, count=added, unit=shown.labels.unit(shown.indicator, added))


def _path_legend(shown: Shown) -> list[Component]:
    lang = shown.lang
    keys = []
    if shown.plan.kind is Kind.FLOW:
        keys += [("past", "past"), ("asked", "asked")]
    if shown.plan.basis is not Basis.IN_PERIOD:
        keys.append(("path-line", "line" if shown.plan.kind is Kind.FLOW else "way"))
    keys.append(("goal-mark", "goal_mark"))
    return [legend_key(kind, t(f"pictures.legend.{name}", lang)) for kind, name in keys]


def _path_words(shown: Shown, legs: Sequence[Leg]) -> str:
    """The picture in a sentence or two: where the province stands, what it takes, what is missing."""
    lang, last = shown.lang, legs[-1]
    rates = [
        t("pictures.path.rate", lang, period=leg.period, rate=_share(math.nan if leg.rate is None else leg.rate, lang))
        for leg in legs
    ]
    kind = "stock" if shown.plan.kind is Kind.STOCK else str(shown.plan.basis)
    count = sum(leg.added for leg in legs) if kind == "stock" else 0.0
    said = [
        t(
            f"pictures.path.{kind}",
            lang,
            as_of=shown.allocation.plan.as_of,
            now=_share(_now(shown), lang),
            end=last.end,
            attained=_share(last.attained, lang),
            rates=rates,
            count=count,
            unit=shown.labels.unit(shown.indicator, count),
        )
    ]
    if last.goal is not None and last.attained < last.goal:
        gap = points(last.goal - last.attained, lang, 2, trim=True)
        said.append(t("pictures.path.short", lang, gap=gap, goal=_target_text(last.goal, lang)))
    free = [period(leg.period, lang) for leg in legs[:-1] if leg.goal is None]
    if free:
        said.append(t("pictures.path.free_period", lang, periods=free))
    return " ".join(said)


def _path_twin(shown: Shown, legs: Sequence[Leg], title: str) -> Twin:
    lang = shown.lang
    flow = shown.plan.kind is Kind.FLOW
    as_of = shown.allocation.plan.as_of
    now = _share(_now(shown), lang)
    columns = ["when", *(["alone"] if flow else []), "reached", "goal", "added"]
    first = [t("pictures.path.from_start", lang, end=as_of), *([now] if flow else []), now, ABSENT, ABSENT]
    rows = [tuple(first)]
    for leg in legs:
        when = f"{_capital(period(leg.period, lang))} ({date(leg.begin, lang)} – {date(leg.end, lang)})"
        alone = [_share(math.nan if leg.rate is None else leg.rate, lang)] if flow else []
        goal = ABSENT if leg.goal is None else _target_text(leg.goal, lang)
        rows.append((when, *alone, _share(leg.attained, lang), goal, _units(shown, leg)))
    heads = tuple(t(f"pictures.column.{name}", lang) for name in columns)
    return Twin(heads, tuple(rows), tuple(range(1, len(heads))), title)


# --- effort against volume -----------------------------------------------------------------------------------
def _effort(shown: Shown) -> Picture:
    lang, result = shown.lang, shown.result
    whole = burden(shown.allocation, shown.indicator, shown.rows)
    has_volume = result.denominator[whole.rows] > 0
    rows, gains = whole.rows[has_volume], whole.gain[has_volume]
    at = _most_to_do(shown, rows)
    dots = [_dot(shown, int(row), float(gain)) for row, gain in zip(rows[at], gains[at], strict=True)]
    middle = median(gains)
    title = t("pictures.title.effort", lang)
    words = efforts.Words(
        volume=t(
            "pictures.effort.volume_flow" if shown.plan.kind is Kind.FLOW else "pictures.effort.volume_stock", lang
        ),
        gain=t("pictures.effort.gain", lang),
        median=t("pictures.effort.median", lang, median=points(middle, lang, 1, signed=True)),
        volume_ticks=[number(value, lang) for value in clouds.volume_ticks([dot.volume for dot in dots])],
        gain_ticks=[_points_alone(value, lang, signed=False) for value in efforts.gain_ticks(dots)],
    )
    return Picture(
        figure=efforts.effort(dots, _known(middle), words, lang),
        twin=_effort_twin(shown, dots, title),
        legend=_effort_legend(shown, dots),
        title=title,
        note=_effort_words(shown, rows, dots, middle),
    )


def _most_to_do(shown: Shown, rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """Positions in `rows` of those with most to do, as many as are drawn; equal ones by code."""
    order = np.lexsort((shown.result.rows[rows], -np.nan_to_num(shown.result.to_do[-1, rows])))
    return order[:MOST_POINTS]


def _dot(shown: Shown, row: int, gain: float) -> efforts.Dot:
    result, lang = shown.result, shown.lang
    code = shown.allocation.figures.codes[result.rows[row]]
    to_do = float(result.to_do[-1, row])
    more = t("pictures.hover.to_do", lang, to_do=_count(to_do, lang), unit=shown.labels.unit(shown.indicator, to_do))
    return efforts.Dot(
        code=code,
        name=shown.labels.agency(code),
        volume=float(result.denominator[row]),
        gain=gain,
        to_do=max(to_do, 0.0),
        mark=_mark(shown, row),
        hover=_box(shown, row, _last_line(shown, row), _gain_line(gain, lang), more),
    )


def _effort_words(shown: Shown, rows: NDArray[np.intp], dots: Sequence[efforts.Dot], middle: float) -> str:
    lang = shown.lang
    if not len(rows):
        return t("pictures.note.nobody", lang)
    unit = shown.labels.unit(shown.indicator, 2)
    said = [t("pictures.effort.note", lang, unit=unit, median=points(middle, lang, 1, signed=True))]
    empty = len(shown.rows) - int(np.count_nonzero(shown.result.denominator[shown.rows] > 0))
    if empty:
        said.append(t("pictures.note.no_volume", lang, count=empty))
    if len(rows) > len(dots):
        said.append(t("pictures.note.fewest", lang, shown=len(dots), all=len(rows)))
    return " ".join(said)


def _effort_legend(shown: Shown, dots: Sequence[efforts.Dot]) -> list[Component]:
    own = {dot.mark for dot in dots}
    keys = [("target", "free", ""), ("up", "up", AT_LOWER), ("down", "down", AT_UPPER), ("pinned", "pinned", HELD)]
    return [legend_key(kind, t(f"pictures.legend.{name}", shown.lang)) for kind, name, mark in keys if mark in own]


def _effort_twin(shown: Shown, dots: Sequence[efforts.Dot], title: str) -> Twin:
    lang = shown.lang
    rows = tuple(
        (
            dot.name,
            _count(dot.volume, lang),
            _points_alone(dot.gain, lang),
            _count(dot.to_do, lang),
            t(f"terms.target_status.{dot.mark or 'lifted'}", lang),
        )
        for dot in dots
    )
    heads = tuple(t(f"pictures.column.{name}", lang) for name in ("name", "volume", "gain", "to_do", "held"))
    return Twin(heads, rows, (1, 2, 3), title)


# --- how even it is ------------------------------------------------------------------------------------------
def _fairness(shown: Shown) -> Picture:
    lang = shown.lang
    whole = burden(shown.allocation, shown.indicator, shown.rows)
    title = t("pictures.title.fairness", lang)
    drawn = _evenly(whole)
    rows = [
        strips.Strip(
            heading=t(f"web.group.{level}", lang),
            lifts=[_lift(shown, int(row), float(gain)) for row, gain in own],
            median=middle,
            median_text=t("pictures.fairness.median", lang, median=points(middle, lang, 1, signed=True)),
        )
        for level, own, middle in _by_level(shown, whole, drawn)
    ]
    ticks = [_points_alone(value, lang, signed=False) for value in strips.gain_ticks(rows)]
    return Picture(
        figure=strips.fairness(rows, ticks, t("pictures.fairness.gain", lang), lang),
        twin=_fairness_twin(shown, whole, drawn, title),
        legend=[
            legend_key(kind, t(f"pictures.legend.{name}", lang))
            for kind, name in (("target", "one"), ("largest", "largest"), ("median", "median"))
        ],
        title=title,
        note=_fairness_words(shown, whole, len(drawn)),
    )


def _evenly(whole: Burden) -> NDArray[np.intp]:
    """Positions of those that are drawn, least gain first: all, or as many as there is room for, both ends included."""
    ordered = np.lexsort((whole.rows, whole.gain))
    if len(ordered) <= MOST_POINTS:
        return ordered
    return ordered[np.linspace(0, len(ordered) - 1, MOST_POINTS).round().astype(np.intp)]


def _by_level(shown: Shown, whole: Burden, drawn: NDArray[np.intp]) -> list[tuple[str, list[tuple[int, float]], float]]:
    """Level, what is drawn of it as (row, gain), and the median over all of it."""
    levels = shown.allocation.figures.level_array[shown.result.rows[whole.rows]]
    found = []
    for level, _ in by_level(shown, Order.NOW):
        own = levels == level
        kept = drawn[own[drawn]]
        if len(kept):
            pairs = list(zip(whole.rows[kept].tolist(), whole.gain[kept].tolist(), strict=True))
            found.append((level, pairs, median(whole.gain[own])))
    return found


def _lift(shown: Shown, row: int, gain: float) -> strips.Lift:
    code = shown.allocation.figures.codes[shown.result.rows[row]]
    hover = _box(shown, row, _last_line(shown, row), _gain_line(gain, shown.lang))
    return strips.Lift(code, shown.labels.agency(code), gain, hover)


def _fairness_words(shown: Shown, whole: Burden, drawn: int) -> str:
    lang = shown.lang
    if not len(whole.rows):
        return t("pictures.note.nobody", lang)
    counts = {"bound": whole.at_bound, "all": len(whole.rows)}
    if math.isnan(whole.gini):
        said = [t("pictures.fairness.said_none", lang, **counts)]
    else:
        at = int(np.argmax(whole.gain))
        code = shown.allocation.figures.codes[shown.result.rows[whole.rows[at]]]
        said = [
            t(
                "pictures.fairness.said",
                lang,
                word=t(f"pictures.even.{evenness(whole.gini)}", lang),
                gini=number(whole.gini, lang, 2),
                name=shown.labels.agency(code),
                gain=points(float(whole.gain[at]), lang, 1, signed=True),
                **counts,
            )
        ]
    if drawn < len(whole.rows):
        said.append(t("pictures.note.many", lang, shown=drawn, all=len(whole.rows)))
    return " ".join(said)


def evenness(gini: float) -> str:
    """``even``, ``fair``, ``mixed`` or ``uneven``: the word for a Gini index of gains."""
    for word, most in (("even", EVEN), ("fair", FAIR), ("mixed", MIXED)):
        if gini <= most:
            return word
    return "uneven"


def _fairness_twin(shown: Shown, whole: Burden, drawn: NDArray[np.intp], title: str) -> Twin:
    lang, result, figures = shown.lang, shown.result, shown.allocation.figures
    rows = []
    for at in drawn[::-1]:
        row = int(whole.rows[at])
        position = result.rows[row]
        rows.append(
            (
                shown.labels.agency(figures.codes[position]),
                t(f"terms.level.{figures.levels[position]}", lang),
                _share(float(result.current[row]), lang),
                _target_text(float(result.target[-1, row]), lang),
                _points_alone(float(whole.gain[at]), lang),
            )
        )
    heads = [t(f"pictures.column.{name}", lang) for name in ("name", "level", "now")]
    heads += [t("pictures.column.target", lang, period=shown.periods[-1]), t("pictures.column.gain", lang)]
    return Twin(tuple(heads), tuple(rows), (2, 3, 4), title)


# --- what the boxes say --------------------------------------------------------------------------------------
def _box(shown: Shown, row: int, *lines: str) -> str:
    """What is told of an agency where the pointer rests: today, the lines, what holds its target."""
    result, lang = shown.result, shown.lang
    name = shown.labels.agency(shown.allocation.figures.codes[result.rows[row]])
    counts = float(result.current[row]), float(result.numerator[row]), float(result.denominator[row])
    return _joined(_head(name, *counts, lang), lines, held_by(shown, row))


def _joined(head: str, lines: Iterable[str], note: str) -> str:
    return "<br>".join([head, *lines, *([note] if note else [])])


@lru_cache(maxsize=WRITTEN_KEPT)
def _head(name: str, now: float, numerator: float, denominator: float, lang: str) -> str:
    said = t(
        "pictures.hover.now",
        lang,
        now=share(now, lang),
        numerator=number(numerator, lang),
        denominator=number(denominator, lang),
    )
    return f"<b>{name}</b><br>{said}"


@lru_cache(maxsize=WRITTEN_KEPT)
def _of_period(id: str, target: str, lang: str) -> str:
    return t("pictures.hover.period", lang, name=_capital(period(id, lang)), target=target)


@lru_cache(maxsize=WRITTEN_KEPT)
def _gain_line(gain: float, lang: str) -> str:
    return t("pictures.hover.gain", lang, gain=points(gain, lang, 1, signed=True))


@lru_cache(maxsize=WRITTEN_KEPT)
def _share(value: float, lang: str) -> str:
    return share(value, lang)


@lru_cache(maxsize=WRITTEN_KEPT)
def _target_text(value: float, lang: str) -> str:
    return share(value, lang, 1, trim=True)


@lru_cache(maxsize=WRITTEN_KEPT)
def _count(value: float, lang: str) -> str:
    return number(value, lang)


@lru_cache(maxsize=WRITTEN_KEPT)
def _points_alone(value: float, lang: str, *, signed: bool = True) -> str:
    """Points without their word, for a column or an axis that says it."""
    return number(value * 100, lang, 1, trim=not signed, signed=signed)


def _ticks(lang: str) -> list[str]:
    return [_target_text(tick, lang) for tick in TICKS]


def _mark(shown: Shown, row: int) -> str:
    return MARKS.get(shown.result.status[-1, row], "")


def _marks(shown: Shown) -> set[str]:
    return {MARKS.get(status, "") for status in shown.result.status[-1, shown.rows]}


def _known(value: Any) -> float | None:
    return None if math.isnan(value) else float(value)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
