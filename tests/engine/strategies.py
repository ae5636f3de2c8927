"""Random figures and plans over the whole space: methods, rules, roundings, bases, paces, odd figures."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from hypothesis import strategies as st

from engine import (
    Assumptions,
    Basis,
    EngineError,
    Figures,
    IndicatorPlan,
    Kind,
    Measure,
    MethodChoice,
    Pace,
    Period,
    Plan,
    Rounding,
    RoundingMode,
    Rule,
    RuleKind,
    Start,
    StartRate,
    Toward,
    Treatment,
    Where,
    allocate,
)
from tests.engine.build import Row, figures

SINGLE_LIFT = (
    "equal_target", "equal_increment", "proportional_growth", "gap_closing", "equal_effort", "weighted_increment",
    "proposals",
)  # fmt: skip
LEVELS = ("province", "district", "commune")
AS_OF = date(2022, 3, 31)
ALL_PERIODS = (
    Period("2022Q2", date(2022, 6, 30)),
    Period("2022Q3", date(2022, 9, 30)),
    Period("2022Q4", date(2022, 12, 31)),
)
INDICATOR = "online"
WINDOWS = ((Kind.STOCK, None), (Kind.FLOW, Basis.CUMULATIVE), (Kind.FLOW, Basis.IN_PERIOD))


@dataclass(frozen=True)
class Problem:
    """Rows and a plan; `figures` are made of the rows when asked."""

    rows: tuple[Row, ...]
    plan: Plan

    @property
    def figures(self) -> Figures:
        return figures(self.rows, self.plan.periods)

    @property
    def ip(self) -> IndicatorPlan:
        return self.plan.indicators[0]

    def with_rows(self, rows: tuple[Row, ...]) -> Problem:
        return replace(self, rows=rows)

    def with_rules(self, rules: tuple[Rule, ...]) -> Problem:
        return replace(self, plan=replace(self.plan, rules=rules))

    def with_indicator(self, **changes: Any) -> Problem:
        return replace(self, plan=replace(self.plan, indicators=(replace(self.ip, **changes),)))


def share(denominator: int = 100) -> st.SearchStrategy[float]:
    return st.integers(0, denominator).map(lambda k: k / denominator)


@st.composite
def row(draw: st.DrawFn, code: str, T: int, *, odd: bool = True, parent: str = "") -> Row:
    size = draw(st.sampled_from([3, 12, 60, 400, 5000]))
    D = draw(st.integers(0 if odd else 1, size))
    N = draw(st.integers(0, D))
    if draw(st.integers(0, 9)) == 0:
        N = draw(st.sampled_from([0, D]))
    volume = st.one_of(st.integers(0 if odd else 1, size), st.none() if odd else st.integers(1, size))
    if odd and draw(st.integers(0, 19)) == 0:
        N = D = None
    return Row(
        code=code,
        N=N,
        D=D,
        V=tuple(draw(volume) for _ in range(T)),
        level=draw(st.sampled_from(LEVELS)),
        parent=parent,
        proposed=tuple(draw(st.one_of(st.none(), share())) for _ in range(T)),
        ceiling=draw(st.sampled_from([None, None, None, 1.0, 0.95, 0.7, 0.4])),
        weight=draw(st.sampled_from([None, 1.0, 1.0, 2.0, 0.5, 3.7]))
        if odd
        else draw(st.sampled_from([1.0, 2.0, 0.5])),
    )


@st.composite
def some_rows(draw: st.DrawFn, T: int, *, odd: bool = True, parents: bool = True, most: int = 6) -> tuple[Row, ...]:
    n = draw(st.integers(1, most))
    rows = [draw(row(f"A{i}", T, odd=odd)) for i in range(n)]
    if parents and draw(st.integers(0, 3)) == 0:
        for i in range(draw(st.integers(1, 3))):
            rows.append(draw(row(f"B{i}", T, odd=odd, parent="A0")))
        if draw(st.booleans()):
            rows.append(draw(row("C0", T, odd=odd, parent="B0")))
    return tuple(rows)


def where(codes: list[str]) -> st.SearchStrategy[Where]:
    return st.one_of(
        st.just(Where()),
        st.sampled_from(LEVELS).map(lambda level: Where(levels=(level,))),
        st.lists(st.sampled_from(codes), min_size=1, max_size=3, unique=True).map(lambda c: Where(agencies=tuple(c))),
        st.integers(1, 500).map(lambda v: Where(volume_below=v)),
        st.integers(1, 500).map(lambda v: Where(volume_from=v)),
    )


BOUND_KINDS = (
    RuleKind.NO_BACKSLIDING, RuleKind.FLOOR, RuleKind.CAP, RuleKind.MIN_STEP, RuleKind.MAX_STEP,
    RuleKind.PROPOSAL_FLOOR, RuleKind.ONLINE_ONLY,
)  # fmt: skip


@st.composite
def one_rule(draw: st.DrawFn, at: int, kinds: tuple[RuleKind, ...], codes: list[str], ids: list[str]) -> Rule:
    kind = draw(st.sampled_from(kinds))
    value, since, treatment = None, None, None
    if kind in (RuleKind.FLOOR, RuleKind.GROUP_GOAL, RuleKind.ONLINE_ONLY):
        value = draw(share())
    elif kind is RuleKind.CAP:
        value = draw(st.integers(20, 1000)) / 1000
    elif kind in (RuleKind.MIN_STEP, RuleKind.MAX_STEP):
        value = draw(st.integers(0, 300)) / 1000
    elif kind is RuleKind.SMALL_VOLUME:
        value = float(draw(st.integers(1, 60)))
        treatment = draw(st.sampled_from(list(Treatment)))
    if kind is RuleKind.ONLINE_ONLY:
        since = draw(st.dates(date(2022, 1, 1), date(2023, 1, 31)))
    place = where(codes)
    if kind is RuleKind.EXEMPT:  # not everybody at once: that is refused
        place = st.lists(st.sampled_from(codes), min_size=1, max_size=2, unique=True).map(
            lambda c: Where(agencies=tuple(c))
        )
    periods: tuple[str, ...] = ()
    if kind not in (RuleKind.SMALL_VOLUME, RuleKind.SAME_TARGET, RuleKind.EXEMPT):
        periods = tuple(draw(st.one_of(st.just([]), st.lists(st.sampled_from(ids), min_size=1, unique=True))))
    return Rule(
        kind, f"{at}-{kind}", value=value, since=since, treatment=treatment, where=draw(place),
        periods=tuple(sorted(periods)),
    )  # fmt: skip


def pinned(rows: tuple[Row, ...], plan: Plan, which: int, t: int, share: float) -> Rule | None:
    """A pin inside the physical range of one agency with given volumes; None where that cannot be said simply."""
    it = rows[which % len(rows)]
    t = t % len(plan.periods)
    if it.D is None or any(v is None for v in it.V):
        return None
    ip = plan.indicators[0]
    c = 1.0 if it.ceiling is None else it.ceiling
    if ip.kind is Kind.STOCK:
        if it.D == 0:
            return None
        low, high = it.N / it.D, max(c, it.N / it.D)
    elif ip.basis is Basis.IN_PERIOD:
        if it.V[t] == 0:
            return None
        low, high = 0.0, c
    else:
        D = it.D + sum(it.V[: t + 1])
        if D == 0:
            return None
        low, high = it.N / D, (it.N + c * sum(it.V[: t + 1])) / D
    value = min(max(low + share * (high - low), low), high)
    return Rule(RuleKind.PIN, "pin", value=value, where=Where(agencies=(it.code,)), periods=(plan.periods[t].id,))


def method_choices(names: tuple[str, ...]) -> st.SearchStrategy[MethodChoice]:
    single = st.builds(
        MethodChoice, st.sampled_from([n for n in names if n != "blend"]), toward=st.sampled_from(list(Toward))
    )
    if "blend" not in names:
        return single
    mixed = st.tuples(single, single, st.integers(1, 9)).map(
        lambda m: MethodChoice("blend", parts=((m[0], m[2] / 10), (m[1], 1 - m[2] / 10)))
    )
    return st.integers(0, 7).flatmap(lambda k: mixed if k == 7 else single)


@st.composite
def roundings(draw: st.DrawFn, modes: tuple[RoundingMode, ...] = tuple(RoundingMode)) -> Rounding:
    mode = draw(st.sampled_from(modes))
    shape = draw(st.sampled_from(["step", "step", "count", "levels"]))
    if mode is RoundingMode.NONE or shape == "step":
        return Rounding(mode=mode, step=draw(st.sampled_from([0.01, 0.05, 0.1, 0.005])))
    if shape == "count":
        return Rounding(mode=mode, count=True)
    levels = draw(st.lists(st.integers(1, 20), min_size=1, max_size=6, unique=True))
    return Rounding(mode=mode, levels=tuple(sorted(k / 20 for k in levels)))


@st.composite
def some_measures(draw: st.DrawFn, codes: list[str]) -> tuple[Measure, ...]:
    found = []
    for at in range(draw(st.integers(0, 3))):
        effect = draw(st.integers(-5, 30)) / 10
        found.append(
            Measure(
                f"measure-{at}", effect, effect - 0.2, effect + 0.4,
                start=draw(st.dates(date(2022, 1, 1), date(2023, 1, 31))),
                ramp_days=draw(st.sampled_from([0, 1, 30, 400])),
                where=draw(where(codes)),
                indicators=draw(st.sampled_from([(), (), (INDICATOR,)])),
            )
        )  # fmt: skip
    return tuple(found)


@st.composite
def problems(
    draw: st.DrawFn,
    *,
    methods: tuple[str, ...] = (*SINGLE_LIFT, "blend"),
    kinds: tuple[RuleKind, ...] = tuple(k for k in RuleKind if k is not RuleKind.PIN),
    modes: tuple[RoundingMode, ...] = tuple(RoundingMode),
    odd: bool = True,
    parents: bool = True,
    pins: bool = True,
    shrunk: bool = True,
    projected: bool = False,
    most_rules: int = 4,
    most_rows: int = 6,
    windows: tuple[tuple[Kind, Basis | None], ...] = WINDOWS,
) -> Problem:
    T = draw(st.sampled_from([1, 2, 2, 2, 3]))
    periods = ALL_PERIODS[-T:]
    rows = draw(some_rows(T, odd=odd, parents=parents, most=most_rows))
    kind, basis = draw(st.sampled_from(windows))
    goals = {period.id: draw(share(1000)) for period in periods[:-1] if draw(st.integers(0, 2)) == 0}
    goals[periods[-1].id] = draw(st.sampled_from([0.0, 0.5, 1.0]))
    start = draw(st.sampled_from(list(Start))) if projected else Start.CURRENT
    plan = Plan(
        as_of=AS_OF,
        periods=periods,
        indicators=(
            IndicatorPlan(
                id=INDICATOR,
                kind=kind,
                goals=goals,
                method=draw(method_choices(methods)),
                basis=basis,
                start=start,
                trend=draw(st.sampled_from([0.0, 0.12, -0.05])) if projected else 0.0,
                start_rate=StartRate.SHRUNK if shrunk and draw(st.integers(0, 7)) == 0 else StartRate.RAW,
                pace=draw(st.sampled_from(list(Pace))),
                rounding=draw(roundings(modes)),
            ),
        ),
        measures=draw(some_measures([r.code for r in rows])) if projected else (),
        cascade=draw(st.sampled_from([None, None, None, False])),
        assumptions=Assumptions(
            growth=draw(st.sampled_from([0.0, 0.0, 0.25])),
            seasonality={periods[-1].id: draw(st.sampled_from([1.0, 1.3]))},
        ),
    )
    usable = tuple(k for k in kinds if kind is Kind.FLOW or k is not RuleKind.ONLINE_ONLY)
    codes = [r.code for r in rows]
    ids = [p.id for p in periods]
    rules = [
        draw(one_rule(i, usable, codes, ids)) for i in range(draw(st.integers(0, most_rules) if usable else st.just(0)))
    ]
    once = [r for r in rules if r.kind is RuleKind.SAME_TARGET][:1]  # two of them may overlap, which is refused
    rules = [r for r in rules if r.kind is not RuleKind.SAME_TARGET] + once
    if pins and draw(st.integers(0, 4)) == 0:
        pin = pinned(rows, plan, draw(st.integers(0, 9)), draw(st.integers(0, 2)), draw(share(37)))
        if pin is not None:
            rules.append(pin)
    return aimed(Problem(rows, replace(plan, rules=tuple(rules))), draw(st.integers(-3, 33)) / 30)


def aimed(problem: Problem, part: float) -> Problem:
    """The last goal moved to where it is interesting: `part` of the way from what comes by itself to the most."""
    last = problem.plan.last.id
    try:
        free = allocate(problem.figures, problem.with_indicator(goals={last: 0.0}).plan).summary(INDICATOR, last)
    except EngineError:
        return problem
    goal = free.attained_exact + part * (free.max_attainable - free.attained_exact)
    goal = min(max(round(goal, 4), 0.0), 1.0)
    return problem if math.isnan(goal) else problem.with_indicator(goals={**problem.ip.goals, last: goal})
