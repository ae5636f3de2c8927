"""Named cells that formulas look at: dates, goals, lifts, what rules ask. Each has a name and can be typed over."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from data.export.formula import ENDLESS, Formula
from data.export.words import Words
from engine import Allocation, IndicatorPlan, Pace, Period, Rule, RuleKind, Start

_UNFIT = re.compile(r"[^A-Za-z0-9]+")
_FIRST_DAY = date(1899, 12, 30)
"""Day 0 of a spreadsheet."""


@dataclass(frozen=True)
class Named:
    """A cell with a name: what it is (in the reader's language), its value, its formula where it has one.

    `form` is ``share``, ``goal`` (a share; 0: none), ``lift``, ``count``, ``day``, ``points`` or ``plain``; `note` is a
    word on it, may be empty.
    """

    name: str
    label: str
    value: float
    form: str
    formula: str = ""
    note: str = ""

    @property
    def is_input(self) -> bool:
        """Whether it is there to be typed over."""
        return not self.formula


@dataclass(eq=False)
class Parameters:
    """The named cells of one workbook, by section; `add` gives the formula that looks at one."""

    words: Words
    sections: dict[str, list[Named]] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    ranges: dict[str, tuple[str, str]] = field(default_factory=dict)

    def add(
        self, section: str, name: str, label: str, value: float, form: str, *, formula: str = "", note: str = ""
    ) -> Formula:
        """A named cell; its name is made fit and unique."""
        fit = self._fit(name)
        self.sections.setdefault(section, []).append(Named(fit, label, value, form, formula, note))
        return Formula(fit, np.float64(value))  # type: ignore[arg-type]

    def range_of(self, name: str, cells: list[str]) -> str:
        """A name for several named cells that stand below each other."""
        fit = self._fit(name)
        self.ranges[fit] = (cells[0], cells[-1])
        return fit

    def _fit(self, name: str) -> str:
        bare = _UNFIT.sub("_", unicodedata.normalize("NFKD", name)).strip("_")
        fit, number = bare, 2
        while fit.casefold() in self.taken:
            fit, number = f"{bare}_{number}", number + 1
        self.taken.add(fit.casefold())
        return fit

    def label(self, key: str, *more: str) -> str:
        """A text of the export's own, with what it is about behind it."""
        return " · ".join((self.words.own(f"calc_{key}"), *more))


@dataclass(frozen=True, eq=False)
class Times:
    """Dates as named cells; lists have one entry per period. `factor` turns D into what a period adds pro rata."""

    as_of: Formula
    ends: tuple[Formula, ...]
    factor: tuple[Formula, ...]
    elapsed: tuple[Formula, ...]


def serial(day: date) -> float:
    """A day as spreadsheets count it."""
    return float((day - _FIRST_DAY).days)


def times(names: Parameters, allocation: Allocation) -> Times:
    """Dates, days and assumed growth of a plan."""
    plan, section = allocation.plan, "calc_times"
    as_of = names.add(section, "ngay_so_lieu", names.label("as_of"), serial(plan.as_of), "day")
    called = [names.words.period(one.id) for one in plan.periods]
    ends = tuple(
        names.add(section, f"het_{one.id}", names.label("end", text), serial(one.end), "day")
        for one, text in zip(plan.periods, called, strict=True)
    )
    assumed = plan.assumptions
    growth = names.add(section, "tang_truong", names.label("growth"), assumed.growth, "share")
    starts = (as_of, *ends[:-1])
    year = Formula(f"DATE(YEAR({as_of.text}),1,1)", np.float64(serial(date(plan.as_of.year, 1, 1))))  # type: ignore[arg-type]
    factors, elapsed = [], []
    for at, (one, text) in enumerate(zip(plan.periods, called, strict=True)):
        season = assumed.seasonality.get(one.id, 1.0)
        times_season = names.add(section, f"mua_vu_{one.id}", names.label("season", text), season, "plain")
        factor = (ends[at] - starts[at]) / (as_of - year + 1) * (1 + growth) * times_season
        label = names.label("factor", text)
        factors.append(_derived(names, section, f"he_so_{one.id}", label, factor, "lift"))
        passed = (ends[at] - as_of) / (ends[-1] - as_of)
        elapsed.append(_derived(names, section, f"thoi_gian_{one.id}", names.label("elapsed", text), passed, "share"))
    return Times(as_of, ends, tuple(factors), tuple(elapsed))


def _derived(names: Parameters, section: str, name: str, label: str, formula: Formula, form: str) -> Formula:
    return names.add(section, name, label, float(formula.values), form, formula=formula.text)


@dataclass(frozen=True, eq=False)
class Asked:
    """What one rule asks, as named cells: its value, and for `online_only` its share of each period's days."""

    rule: Rule
    value: Formula
    days: tuple[Formula, ...]


def asked(names: Parameters, allocation: Allocation, time: Times) -> tuple[Asked, ...]:
    """The values of all rules that have one; in the order of the plan."""
    found = []
    for number, rule in enumerate(allocation.plan.rules, 1):
        value, days = Formula("0", np.float64(0.0)), []  # type: ignore[arg-type]
        text = names.words.rule(rule.id)
        if rule.value is not None and rule.kind not in (RuleKind.PIN, RuleKind.GROUP_GOAL, RuleKind.SMALL_VOLUME):
            form = "points" if rule.kind in (RuleKind.MIN_STEP, RuleKind.MAX_STEP) else "share"
            value = names.add("calc_rules", f"quy_tac_{number}", text, rule.value, form)
        if rule.kind is RuleKind.ONLINE_ONLY and rule.since is not None:
            label = names.label("since", text)
            since = names.add("calc_rules", f"tu_ngay_{number}", label, serial(rule.since), "day")
            days = _days(names, allocation.plan.periods, time, since, number, text)
        found.append(Asked(rule, value, tuple(days)))
    return tuple(found)


def _days(
    names: Parameters, periods: tuple[Period, ...], time: Times, since: Formula, number: int, text: str
) -> list[Formula]:
    """Share of each period's days on which a rule holds that starts on `since`."""
    starts, shares = (time.as_of, *time.ends[:-1]), []
    for one, start, end in zip(periods, starts, time.ends, strict=True):
        first = Formula(f"MAX({start.text},{since.text}-1)", np.maximum(start.values, since.values - 1))
        left = (end - first) / (end - start)
        held = Formula(f"MIN(1,MAX(0,{left.text}))", np.clip(left.values, 0.0, 1.0))
        label = names.label("days", text, names.words.period(one.id))
        shares.append(_derived(names, "calc_rules", f"ty_le_ngay_{number}_{one.id}", label, held, "share"))
    return shares


@dataclass(frozen=True, eq=False)
class Moves:
    """What moves agencies before any lift: the trend a month, months to each period's middle, measures' effects."""

    trend: Formula
    months: tuple[Formula, ...]
    effects: tuple[Formula, ...]


def moves(names: Parameters, plan: IndicatorPlan, allocation: Allocation, time: Times) -> Moves | None:
    """The trend and the measures of an indicator whose start is projected; None for others."""
    if plan.start is not Start.PROJECTED:
        return None
    section = f"indicator:{plan.id}"
    slope = plan.trend if isinstance(plan.trend, float) else 0.0
    trend = names.add(section, f"xu_the_{plan.id}", names.label("trend"), slope, "lift")
    months, starts = [], (time.as_of, *time.ends[:-1])
    for one, start, end in zip(allocation.plan.periods, starts, time.ends, strict=True):
        middle = ((start + end) / 2 - time.as_of) / (365.25 / 12)
        label = names.label("months", names.words.period(one.id))
        months.append(_derived(names, section, f"so_thang_{plan.id}_{one.id}", label, middle, "lift"))
    known = {one.id: one for one in allocation.plan.measures}
    effects = [
        names.add(section, f"giai_phap_{plan.id}_{number}", names.words.measure(id), known[id].effect, "lift")
        for number, id in enumerate(allocation.results[plan.id].measures, 1)
    ]
    return Moves(trend, tuple(months), tuple(effects))


@dataclass(frozen=True, eq=False)
class Levers:
    """What the province sets for one indicator, as named cells; lists have one entry per period.

    `goal` is 0 where a period has none; `more` is what rounding adds to the lift; `pace` is θ by days alone;
    `parts` and `weights` are the lifts and weights of a blend's parts, parts of parts after their part.
    """

    goal: tuple[Formula, ...]
    lift: tuple[Formula, ...]
    more: tuple[Formula, ...]
    pace: tuple[Formula, ...]
    step: Formula
    levels: tuple[float, ...]
    levels_name: str


def levers(
    names: Parameters, plan: IndicatorPlan, allocation: Allocation, time: Times, lift: list[float], more: list[float]
) -> Levers:
    """Goals, lifts, pace and rounding of one indicator. `lift` and `more` are the province's, one per period."""
    section, called = f"indicator:{plan.id}", names.words.indicator(plan.id)
    goals, lifts, extra, paces = [], [], [], []
    last = len(allocation.plan.periods) - 1
    for t, one in enumerate(allocation.plan.periods):
        text, suffix = names.words.period(one.id), f"{plan.id}_{one.id}"
        paces.append(_pace(names, section, plan, time, t, suffix, text) if t < last else of_one())
        goal = plan.goals.get(one.id, 0.0)
        goals.append(names.add(section, f"muc_tieu_{suffix}", names.label("goal", text), goal, "goal"))
        key, form = ("lift", "lift") if t == last else ("theta", "share")
        by_days = t < last and one.id not in plan.goals
        formula = paces[t].text if by_days else ""
        label = names.label(key, text)
        value = min(lift[t], ENDLESS)
        lifts.append(names.add(section, f"nang_{suffix}", label, value, form, formula=formula))
        extra.append(names.add(section, f"them_{suffix}", names.label("more", text), min(more[t], ENDLESS), form))
    rounding = plan.rounding
    step = names.add(section, f"buoc_{plan.id}", names.label("step", called), rounding.step, "share")
    levels = tuple(sorted(rounding.levels))
    rungs = [
        names.add(section, f"bac_{plan.id}_{number}", names.label("level", str(number)), level, "share").text
        for number, level in enumerate(levels, 1)
    ]
    ladder = names.range_of(f"bac_{plan.id}", rungs) if rungs else ""
    return Levers(tuple(goals), tuple(lifts), tuple(extra), tuple(paces), step, levels, ladder)


def of_one() -> Formula:
    """The pace of the last period: all of the way."""
    return Formula("1", np.float64(1.0))  # type: ignore[arg-type]


def _pace(names: Parameters, section: str, plan: IndicatorPlan, time: Times, t: int, suffix: str, text: str) -> Formula:
    linear = time.elapsed[t]
    way = linear
    if plan.pace is Pace.FRONT:
        way = Formula(f"SQRT({linear.text})", np.sqrt(linear.values))
    elif plan.pace is Pace.BACK:
        way = linear * linear
    return _derived(names, section, f"nhip_{suffix}", names.label("pace", text), way, "share")
