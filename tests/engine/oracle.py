"""The engine once more: slow, obvious, one agency at a time, written from its description and not from its code.

Plain Python numbers, dictionaries and loops; the lift by bisection; rounding by trying every lift at which
some agency's rounded target steps up. Meant for small problems in tests, where its tables must equal the engine's.

Where the description leaves a choice, the choice made here is named in a comment that starts with "Reading:".
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from engine import (
    Basis,
    Figures,
    IndicatorPlan,
    Kind,
    MethodChoice,
    Pace,
    Plan,
    RoundingMode,
    Rule,
    RuleKind,
    StartRate,
    Toward,
    Treatment,
)

TINY = 1e-12
GRID = 1e-9
PHYSICAL, LATER, EARLIER = "physical", "later_target", "earlier_target"


def missing(x: float | None) -> bool:
    return x is None or x != x


def expit(z: float) -> float:
    if z >= 0:
        return 1.0 / (1.0 + math.exp(-min(z, 745.0)))
    grown = math.exp(max(z, -745.0))
    return grown / (1.0 + grown)


def logit(p: float) -> float:
    if p <= 0:
        return -math.inf
    if p >= 1:
        return math.inf
    return math.log(p) - math.log1p(-p)


@dataclass
class Bound:
    lower: float
    lower_by: str
    upper: float
    upper_by: str
    pinned: str | None = None


@dataclass
class Unit:
    """One agency and indicator, everything a formula needs."""

    code: str
    level: str
    parent: str
    N: float
    D: float
    c: float
    weight: float
    V: list[float]
    assumed: list[bool]
    proposal: list[float]
    r: float = 0.0  # current rate as rules see it (0 where D = 0)
    p: float = 0.0  # start
    smooth: float = 0.0  # r̃
    own: float = 0.0  # r̃ of its own figures, whatever the start
    begin: float = 0.0  # rate from which the adoption curve starts (b(0))
    exempt: list[str] = field(default_factory=list)  # reason per period, "" = takes part
    bounds: list[Bound] = field(default_factory=list)
    seen: list[Unit] = field(default_factory=list)  # what the method sees instead, per period (same_target)
    top: float | None = None  # hi_physical and best peer of a pooled group
    best: float | None = None


@dataclass
class Row:
    lower: float
    upper: float
    exact: float
    target: float
    weight: float
    count: float = math.nan
    to_do: float = math.nan
    rate: float = math.nan
    off_grid: bool = False
    pinned: bool = False
    exempt: str = ""
    guide: float = math.nan  # what earlier periods follow; also where the agency does not count


@dataclass
class Goal:
    status: str
    goal: float | None
    lift: float
    attained_exact: float
    attained: float
    max_attainable: float


@dataclass
class Answer:
    rows: dict[tuple[str, int], Row]
    goals: dict[tuple[int, str | None], Goal]
    units: dict[str, Unit]


# --- what is given -------------------------------------------------------------------------------


def days_between(after: date, to: date) -> int:
    return (to - after).days


def volumes(given: list[float | None], D: float, plan: Plan, kind: Kind) -> tuple[list[float], list[bool]]:
    if kind is Kind.STOCK:
        return [0.0] * len(plan.periods), [False] * len(plan.periods)
    counted = days_between(date(plan.as_of.year, 1, 1), plan.as_of) + 1  # both days inclusive
    out, assumed, start = [], [], plan.as_of
    for period, V in zip(plan.periods, given, strict=True):
        if missing(V):
            factor = plan.assumptions.seasonality.get(period.id, 1.0)
            V = D * days_between(start, period.end) / counted * (1.0 + plan.assumptions.growth) * factor
            assumed.append(True)
        else:
            assumed.append(False)
        out.append(float(math.ceil(V - GRID)))
        start = period.end
    return out, assumed


def read(figures: Figures, plan: Plan, ip: IndicatorPlan, shrunk: Mapping[str, float]) -> dict[str, Unit]:
    lines = [line for line in figures.frame.to_dict("records") if line["indicator"] == ip.id]
    scores = [line["weight"] for line in lines if not missing(line.get("weight"))]
    typical = sum(scores) / len(scores) if scores else 1.0  # Reading: no score counts as the mean of those given
    units = {}
    for line in lines:
        if missing(line["numerator"]) or missing(line["denominator"]):
            continue
        N, D = float(line["numerator"]), float(line["denominator"])
        given = [line.get(f"expected_{p.id}") for p in plan.periods]
        V, assumed = volumes(given, D, plan, ip.kind)
        c, weight = line.get("ceiling"), line.get("weight")
        units[line["agency"]] = Unit(
            code=line["agency"],
            level=line["level"],
            parent=line["parent"],
            N=N,
            D=D,
            c=1.0 if missing(c) else float(c),
            weight=typical if missing(weight) else float(weight),
            V=V,
            assumed=assumed,
            proposal=[
                math.nan if missing(q) else float(q) for q in (line.get(f"proposed_{p.id}") for p in plan.periods)
            ],
            exempt=["" for _ in plan.periods],
        )
    pooled = {}
    for level in {u.level for u in units.values()}:
        N = sum(u.N for u in units.values() if u.level == level)
        D = sum(u.D for u in units.values() if u.level == level)
        # Reading: a level without any dossier takes the pooled rate of all.
        whole = sum(u.D for u in units.values())
        pooled[level] = N / D if D > 0 else (sum(u.N for u in units.values()) / whole if whole > 0 else 0.0)
    for u in units.values():
        if u.D > 0:
            own = u.N / u.D if ip.start_rate is StartRate.RAW else shrunk[u.code]
            u.r = u.p = u.begin = own
            u.smooth = (u.N + 0.5) / (u.D + 1.0)  # Reading: r̃ is this whichever rate the start takes
        else:
            u.r = 0.0
            u.p = u.begin = pooled[u.level]
            u.smooth = min(max(pooled[u.level], 1e-6), 1.0 - 1e-6)  # Reading: a log-odds must be finite
    for u in units.values():
        u.own = u.smooth
    for rule in plan.rules:
        if rule.kind is RuleKind.SMALL_VOLUME and rule.treatment is Treatment.POOLED:  # Reading: peers include itself
            for u in units.values():
                if touches(rule, u, ip, plan) and u.D + sum(u.V) < rule.value:
                    u.p = u.begin = pooled[u.level]
                    u.smooth = min(max(pooled[u.level], 1e-6), 1.0 - 1e-6)
    return units


def touches(rule: Rule, u: Unit, ip: IndicatorPlan, plan: Plan, t: int | None = None) -> bool:
    where = rule.where
    volume = u.D + sum(u.V)
    if rule.indicators and ip.id not in rule.indicators:
        return False
    if t is not None:
        periods = rule.periods or ((plan.last.id,) if rule.kind is RuleKind.PIN else ())
        if periods and plan.periods[t].id not in periods:
            return False
    return (
        (not where.levels or u.level in where.levels)
        and (not where.agencies or u.code in where.agencies)
        and (not where.parents or u.parent in where.parents)
        and (where.volume_from is None or volume >= where.volume_from)
        and (where.volume_below is None or volume < where.volume_below)
    )


def total(u: Unit, t: int) -> float:
    """D_t, the denominator at the end of period t."""
    return u.D + sum(u.V[: t + 1])


def weigh(u: Unit, t: int, ip: IndicatorPlan) -> float:
    return u.V[t] if ip.basis is Basis.IN_PERIOD else total(u, t)


def excuse(units: Mapping[str, Unit], plan: Plan, ip: IndicatorPlan) -> None:
    for t in range(len(plan.periods)):
        for u in units.values():
            if weigh(u, t, ip) <= 0:
                u.exempt[t] = "no_denominator"
            for rule in plan.rules:
                if not touches(rule, u, ip, plan, t):
                    continue
                small = rule.kind is RuleKind.SMALL_VOLUME and rule.treatment is Treatment.EXEMPT
                if rule.kind is RuleKind.EXEMPT or (small and u.D + sum(u.V) < rule.value):
                    u.exempt[t] = u.exempt[t] or rule.id
            # Reading: a leader's pin of one agency is more special than an exemption.
            if any(rule.kind is RuleKind.PIN and touches(rule, u, ip, plan, t) for rule in plan.rules):
                u.exempt[t] = "no_denominator" if weigh(u, t, ip) <= 0 else ""


# --- §1 and §3: what is possible and what rules ask ------------------------------------------------


def hi_physical(u: Unit, t: int, ip: IndicatorPlan) -> float:
    if u.top is not None:
        return u.top
    if ip.basis is Basis.CUMULATIVE:
        D = total(u, t)
        return (u.N + u.c * sum(u.V[: t + 1])) / D if D > 0 else u.c
    return u.c


def lo_physical(u: Unit, t: int, ip: IndicatorPlan) -> float:
    if ip.basis is Basis.CUMULATIVE:
        return u.N / total(u, t) if total(u, t) > 0 else 0.0
    if ip.basis is Basis.IN_PERIOD:
        return 0.0
    return u.N / u.D if u.D > 0 else 0.0


def online_only(rule: Rule, u: Unit, plan: Plan, t: int) -> float:
    """Reading: the day named in the rule is the first on which paper is no longer taken."""
    start = plan.periods[t - 1].end if t else plan.as_of
    first = start + timedelta(days=1)
    since = max(first, rule.since)
    share = max(0, (plan.periods[t].end - since).days + 1) / days_between(start, plan.periods[t].end)
    return rule.value * share + (1.0 - rule.value * share) * u.r


def asked(rule: Rule, u: Unit, plan: Plan, ip: IndicatorPlan, t: int) -> float | None:
    """The lower bound (a share) that one rule asks of one agency, None if it asks for none."""
    if rule.kind is RuleKind.NO_BACKSLIDING:
        return u.r
    if rule.kind is RuleKind.FLOOR:
        return rule.value
    if rule.kind is RuleKind.MIN_STEP:
        return u.r + rule.value * (t + 1)
    if rule.kind is RuleKind.PROPOSAL_FLOOR:
        return None if missing(u.proposal[t]) else u.proposal[t]
    if rule.kind is RuleKind.ONLINE_ONLY:
        if ip.basis is Basis.IN_PERIOD:
            return online_only(rule, u, plan, t)
        won = u.N + sum(online_only(rule, u, plan, s) * u.V[s] for s in range(t + 1))
        return won / total(u, t) if total(u, t) > 0 else 0.0
    return None


def allowed(rule: Rule, u: Unit, t: int) -> float | None:
    """The upper bound (a share) that one rule sets, None if it sets none."""
    if rule.kind is RuleKind.CAP:
        return rule.value
    if rule.kind is RuleKind.MAX_STEP:
        return u.r + rule.value * (t + 1)
    return None


def bind(u: Unit, plan: Plan, ip: IndicatorPlan, extra: Mapping[int, list[tuple[float, str]]]) -> list[Bound]:
    """Bounds per period: what is possible with the pins first, then uppers, then lowers."""
    T = len(plan.periods)
    counts = ip.basis is Basis.CUMULATIVE
    here = [[rule for rule in plan.rules if touches(rule, u, ip, plan, t)] for t in range(T)]
    live = [t for t in range(T) if weigh(u, t, ip) > 0]
    pins = {t: rule for t in live for rule in here[t] if rule.kind is RuleKind.PIN}
    scale = [total(u, t) if counts else 1.0 for t in range(T)]  # shares -> what is carried from period to period

    def room(t: int) -> float:
        return u.c * u.V[t] if counts else math.inf

    # physical range with pins, as carried amounts
    low = [lo_physical(u, t, ip) * scale[t] for t in range(T)]
    high = [max(hi_physical(u, t, ip) * scale[t], low[t]) for t in range(T)]
    low_by, high_by = [PHYSICAL] * T, [PHYSICAL] * T
    for t, rule in pins.items():
        low[t] = high[t] = rule.value * scale[t]
        low_by[t] = high_by[t] = rule.id
    coupled = ip.basis is not Basis.IN_PERIOD

    def tighten_high(fixed: Iterable[int] = ()) -> None:
        for t in range(1, T):
            if t not in fixed and high[t - 1] + room(t) < high[t] - GRID:
                high[t], high_by[t] = high[t - 1] + room(t), EARLIER
        for t in range(T - 2, -1, -1):
            if t not in fixed and high[t + 1] < high[t] - GRID:
                high[t], high_by[t] = high[t + 1], LATER

    def tighten_low(fixed: Iterable[int] = ()) -> None:
        for t in range(1, T):
            if t not in fixed and low[t - 1] > low[t] + GRID:
                low[t], low_by[t] = low[t - 1], EARLIER
        for t in range(T - 2, -1, -1):
            if t not in fixed and low[t + 1] - room(t + 1) > low[t] + GRID:
                low[t], low_by[t] = low[t + 1] - room(t + 1), LATER

    if coupled:
        tighten_high(pins)
        tighten_low(pins)
    # uppers
    for t in live:
        if t in pins:
            continue
        for rule in here[t]:
            cap = allowed(rule, u, t)
            if cap is not None and max(cap * scale[t], low[t]) < high[t]:
                high[t], high_by[t] = max(cap * scale[t], low[t]), rule.id
    if coupled:
        tighten_high(pins)
    # lowers; one of an earlier period (a pin too) raises the later ones, as shares
    floor, floor_by = -math.inf, ""
    for t in range(T):
        if t in live:
            wants = [(w, r.id) for r in here[t] if (w := asked(r, u, plan, ip, t)) is not None]
            wants += extra.get(t, [])
            if t in pins:
                wants = [(pins[t].value, pins[t].id)]
            for value, by in wants:
                if value > floor:
                    floor, floor_by = value, by
        if t not in pins and floor > -math.inf:
            want = min(floor * scale[t], high[t])
            if want > low[t]:
                low[t], low_by[t] = want, floor_by
    if coupled:
        tighten_low(pins)
    out = []
    for t in range(T):
        s = scale[t] if scale[t] > 0 else 1.0
        out.append(Bound(low[t] / s, low_by[t], high[t] / s, high_by[t], pins[t].id if t in pins else None))
    return out


# --- §4: methods -----------------------------------------------------------------------------------


def percentile90(values: list[float]) -> float:
    """Linear interpolation between order statistics (Reading: the usual definition, type 7)."""
    ordered = sorted(values)
    at = 0.9 * (len(ordered) - 1)
    k = min(int(at), len(ordered) - 2) if len(ordered) > 1 else 0
    if len(ordered) == 1:
        return ordered[0]
    return ordered[k] + (at - k) * (ordered[k + 1] - ordered[k])


def best_peers(units: Mapping[str, Unit]) -> dict[str, float]:
    """90th percentile of the current rates, per level."""
    levels = {u.level for u in units.values() if u.D > 0}
    return {
        level: percentile90([u.N / u.D for u in units.values() if u.level == level and u.D > 0]) for level in levels
    }


@dataclass
class Setting:
    """What a method needs beside the agency."""

    t: int
    goal: float
    ip: IndicatorPlan
    best_peer: Mapping[str, float]


def method_value(choice: MethodChoice, u: Unit, lift: float, at: Setting) -> float:
    """f(λ) of one agency, before its bounds; λ may be math.inf."""
    name, t, ip = choice.name, at.t, at.ip

    def plus(start: float, slope: float) -> float:
        return start if slope == 0 else start + lift * slope

    if name == "equal_target":
        return lift
    if name == "equal_increment":
        return plus(u.p, 1.0)
    if name == "proportional_growth":
        return plus(u.p, u.p)
    if name == "weighted_increment":
        return plus(u.p, u.weight)
    if name == "gap_closing":
        toward = {
            Toward.REACHABLE: hi_physical(u, t, ip),
            Toward.GOAL: at.goal,
            Toward.BEST_PEER: at.best_peer.get(u.level, 0.0) if u.best is None else u.best,
        }[choice.toward]
        return plus(u.p, max(toward - u.p, 0.0))
    if name == "proposals":
        q = u.p if missing(u.proposal[t]) else max(u.proposal[t], u.p)
        return plus(q, max(hi_physical(u, t, ip) - q, 0.0))
    if name == "equal_effort":
        grown = 1.0 if lift == math.inf else expit(logit(u.smooth) + lift)
        b = min(u.c, u.begin + (1.0 - u.begin) * (grown - u.smooth) / (1.0 - u.smooth))
        if ip.basis is Basis.CUMULATIVE:
            return (u.N + b * sum(u.V[: t + 1])) / total(u, t) if total(u, t) > 0 else 0.0
        return b
    raise AssertionError(name)


def clip(x: float, low: float, high: float) -> float:
    return min(max(x, low), high)


def pool(values: Mapping[str, float], weights: Mapping[str, float]) -> float:
    whole = sum(weights[code] for code in values)
    return sum(values[code] * weights[code] for code in values) / whole if whole > 0 else math.nan


Table = Callable[[float], dict[str, float]]


def least(table: Table, weights: Mapping[str, float], goal: float, top: float = math.inf) -> float | None:
    """Least λ whose pooled value reaches the goal; None if even `top` does not."""

    def enough(lift: float) -> bool:
        return pool(table(lift), weights) >= goal - TINY

    if enough(0.0):
        return 0.0
    if not enough(top):
        return None
    low, high = 0.0, 1.0 if top == math.inf else top
    while not enough(high):
        if high > 1e15:
            return math.inf
        low, high = high, high * 2.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        if enough(middle):
            high = middle
        else:
            low = middle
    return high


@dataclass
class Solution:
    status: str
    lift: float
    table: Table  # λ -> clipped targets
    exact: dict[str, float]


def solve(
    choice: MethodChoice,
    units: list[Unit],
    bounds: Mapping[str, tuple[float, float]],
    weights: Mapping[str, float],
    goal: float,
    at: Setting,
) -> Solution:
    if choice.name == "blend":
        alone = [(solve(part, units, bounds, weights, goal, at), share) for part, share in choice.parts]
        mixed = {u.code: sum(share * one.exact[u.code] for one, share in alone) for u in units}

        def table(lift: float) -> dict[str, float]:
            return {u.code: clip(mixed[u.code] + lift, *bounds[u.code]) for u in units}
    else:

        def table(lift: float) -> dict[str, float]:
            return {u.code: clip(method_value(choice, u.seen[at.t], lift, at), *bounds[u.code]) for u in units}

    uppers = {u.code: bounds[u.code][1] for u in units}
    if pool(uppers, weights) < goal - TINY:
        return Solution("infeasible", math.inf, table, uppers)
    lift = least(table, weights, goal)
    if lift is None:
        return Solution("unreachable_by_method", math.inf, table, table(math.inf))
    status = "met_without_lift" if lift == 0 else "met"
    if choice.name == "blend" and any(one.status != "met_without_lift" for one, _ in alone):
        status = "met"  # its parts were lifted
    return Solution(status, lift, table, table(lift))


# --- §5: rounding ----------------------------------------------------------------------------------


def grid_points(low: float, high: float, weight: float, ip: IndicatorPlan) -> list[float]:
    """All grid points inside [low, high], ascending."""
    rounding = ip.rounding
    if rounding.levels:
        return sorted(x for x in rounding.levels if low - GRID <= x <= high + GRID)
    step = 1.0 / weight if rounding.count else rounding.step
    first, last = math.ceil(low / step - GRID), math.floor(high / step + GRID)
    return [k * step for k in range(first, last + 1)]


def grid_value(x: float, points: list[float], mode: RoundingMode, scale: float) -> float:
    """One agency's rounded value; `scale` makes the tolerance relative to a step."""
    slack = GRID * scale
    if mode is RoundingMode.UP:
        above = [g for g in points if g >= x - slack]
        return above[0] if above else points[-1]
    if mode is RoundingMode.NEAREST:
        best = points[0]
        for g in points[1:]:
            if abs(g - x) <= abs(best - x) + 2 * slack:  # halves up
                best = g
        return best
    below = [g for g in points if g <= x + slack]
    return below[-1] if below else points[0]


def round_table(
    table: Table,
    lift: float,
    top: float,
    exact: Mapping[str, float],
    bounds: Mapping[str, tuple[float, float]],
    fixed: set[str],
    weights: Mapping[str, float],
    goal: float | None,
    ip: IndicatorPlan,
) -> tuple[dict[str, float], set[str], bool]:
    """Rounded targets, the codes that stay off the grid, and whether the goal (if any) is kept."""
    mode = ip.rounding.mode
    if mode is RoundingMode.NONE:
        return dict(exact), set(), goal is None or pool(exact, weights) >= goal - TINY
    points, scale, off = {}, {}, set()
    for code in exact:
        if code in fixed:
            continue
        points[code] = grid_points(*bounds[code], weights[code], ip)
        scale[code] = 1.0 if ip.rounding.levels else (1.0 / weights[code] if ip.rounding.count else ip.rounding.step)
        if not points[code]:
            off.add(code)

    def rounded(values: Mapping[str, float]) -> dict[str, float]:
        return {
            code: exact[code] if code in off or code in fixed else grid_value(x, points[code], mode, scale[code])
            for code, x in values.items()
        }

    if mode is RoundingMode.LARGEST_REMAINDER:
        out = rounded(exact)
        if goal is None:
            return out, off, True
        free = [code for code in exact if code not in off and code not in fixed]
        after = {}
        for code in free:
            above = [g for g in points[code] if g > out[code] + GRID * scale[code]]
            if above:
                after[code] = above[0]

        def remainder(code: str) -> float:
            return round((exact[code] - out[code]) / (after[code] - out[code]), 7)  # Reading: as a part of its step

        for code in sorted(after, key=lambda code: (-remainder(code), code)):
            if pool(out, weights) >= goal - TINY:
                break
            out[code] = after[code]
        return out, off, pool(out, weights) >= goal - TINY

    out = rounded(exact)
    if goal is None or pool(out, weights) >= goal - TINY:
        return out, off, True
    if pool(rounded(table(top)), weights) < goal - TINY:
        return rounded(table(top)), off, False
    if sum(len(mine) for mine in points.values()) <= 250:  # few enough to try them all
        candidates = thresholds(table, lift, top, points, scale, mode)
    else:
        candidates = [
            least_rounded(lambda at: pool(rounded(table(at)), weights) >= goal - TINY, lift, top),
        ]
    for candidate in candidates:
        trial = rounded(table(candidate))
        if pool(trial, weights) >= goal - TINY:
            return trial, off, True
    return rounded(table(top)), off, False


def least_rounded(enough: Callable[[float], bool], low: float, top: float) -> float:
    """Least parameter that is enough, by bisection of a step function."""
    high = max(low, 1.0)
    while high < top and not enough(high):
        high = min(high * 2.0, top) if high < 1e15 else math.inf
    if math.isinf(high):
        return high
    for _ in range(200):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def thresholds(
    table: Table,
    lift: float,
    top: float,
    points: Mapping[str, list[float]],
    scale: Mapping[str, float],
    mode: RoundingMode,
) -> list[float]:
    """Every parameter above `lift` at which some agency's rounded value steps up, ascending."""
    best = table(top)
    out = []
    for code, mine in points.items():
        for below, above in itertools.pairwise(mine):
            edge = 0.5 * (below + above) if mode is RoundingMode.NEAREST else below
            edge -= 0.5 * GRID * scale[code]  # inside the tolerance that rounds up
            if mode is RoundingMode.UP:
                edge = below + 1.5 * GRID * scale[code]
            if best[code] < edge:
                continue
            out.append(reaching(table, code, edge, lift, top))
    return sorted(x for x in out if x >= lift)


def reaching(table: Table, code: str, value: float, low: float, top: float) -> float:
    if table(low)[code] >= value:
        return low
    high = top
    if math.isinf(top):
        high = 1.0
        while table(high)[code] < value and high < 1e15:
            high *= 2.0
        if table(high)[code] < value:
            return math.inf
    for _ in range(100):
        middle = 0.5 * (low + high)
        if table(middle)[code] >= value:
            high = middle
        else:
            low = middle
    return high


# --- §4: earlier periods ---------------------------------------------------------------------------


def pace_of(plan: Plan, ip: IndicatorPlan, t: int) -> float:
    done = days_between(plan.as_of, plan.periods[t].end) / days_between(plan.as_of, plan.last.end)
    return {Pace.LINEAR: done, Pace.FRONT: math.sqrt(done), Pace.BACK: done**2, Pace.S_CURVE: done}[ip.pace]


def theta_of(u: Unit, last: float, weight: float, share: float, ip: IndicatorPlan) -> float:
    """Where `share` of the time has brought one agency on its way from r to the last target."""
    if ip.pace is not Pace.S_CURVE:
        return share
    # linear in log-odds; r̃ and a target smoothed alike stand in where log-odds are infinite
    start = u.r if 0 < u.r < 1 else u.own
    end = last if 0 < last < 1 else (last * weight + 0.5) / (weight + 1.0)
    between = expit((1.0 - share) * logit(start) + share * logit(end))
    return share if abs(end - start) <= TINY else (between - start) / (end - start)


def earlier_bounds(u: Unit, t: int, later: float, ip: IndicatorPlan) -> tuple[float, float]:
    mine = u.bounds[t]
    if mine.pinned:
        return mine.lower, mine.upper
    low, high = mine.lower, mine.upper
    must = lo_physical(u, t, ip)
    if ip.basis is Basis.CUMULATIVE and total(u, t) > 0:
        must = max(must, (later * total(u, t + 1) - u.c * u.V[t + 1]) / total(u, t))
    high = min(high, max(later, must))
    return min(max(low, must), high), high


# --- one indicator ---------------------------------------------------------------------------------


def answer(figures: Figures, plan: Plan, indicator: str, *, shrunk: Mapping[str, float] | None = None) -> Answer:
    ip = plan.indicator(indicator)
    units = read(figures, plan, ip, shrunk or {})
    excuse(units, plan, ip)
    cascade = plan.cascade if plan.cascade is not None else any(p >= 0 for p in figures.parent)
    rows: dict[tuple[str, int], Row] = {}
    goals: dict[tuple[int, str | None], Goal] = {}
    best_peer = best_peers(units)
    wanted = [ip.goals.get(period.id) for period in plan.periods]
    top = [u for u in units.values() if not u.parent]
    group(top, None, wanted, plan, ip, best_peer, rows, goals)
    waiting = [u.code for u in top]
    while waiting and cascade:
        parent = waiting.pop(0)
        children = [u for u in units.values() if u.parent == parent]
        if not children:
            continue
        waiting += [u.code for u in children]
        above = [rows[parent, t] for t in range(len(plan.periods))]
        if above[-1].exempt:  # Reading: without a last target above there is none below; one missing earlier is a path
            for u in children:
                u.exempt = ["parent_without_target"] * len(above)
        group(children, parent, [None if r.exempt else r.target for r in above], plan, ip, best_peer, rows, goals)
    return Answer(rows, goals, units)


def group(
    units: list[Unit],
    parent: str | None,
    wanted: list[float | None],
    plan: Plan,
    ip: IndicatorPlan,
    best_peer: Mapping[str, float],
    rows: dict[tuple[str, int], Row],
    goals: dict[tuple[int, str | None], Goal],
) -> None:
    T = len(plan.periods)
    extra: dict[str, dict[int, list[tuple[float, str]]]] = {u.code: {} for u in units}
    for u in units:
        u.bounds = bind(u, plan, ip, {})
    together(units, plan, ip, best_peer)
    for rule in plan.rules:
        if rule.kind is RuleKind.GROUP_GOAL:
            for t in range(T):
                group_goal(rule, units, t, plan, ip, best_peer, extra, wanted[t])
    for u in units:
        u.bounds = bind(u, plan, ip, extra[u.code])
    last(units, parent, wanted[T - 1], plan, ip, best_peer, rows, goals)
    for t in range(T - 2, -1, -1):
        earlier(units, parent, t, wanted[t], plan, ip, rows, goals)
    for u in units:
        counts(u, rows, ip, T)


def together(units: list[Unit], plan: Plan, ip: IndicatorPlan, best_peer: Mapping[str, float]) -> None:
    """same_target: the method sees one pooled agency, of the members that count in the period."""
    for u in units:
        u.seen = [u for _ in plan.periods]
    for rule in plan.rules:
        for t in range(len(plan.periods)):
            members = [u for u in units if touches(rule, u, ip, plan)]
            counting = [u for u in members if not u.exempt[t]]
            if rule.kind is RuleKind.SAME_TARGET and counting:
                seen = pooled_unit(counting, t, ip, best_peer)
                for u in members:  # Reading: who does not count in t is still led by the common target
                    u.seen[t] = seen


def pooled_unit(members: list[Unit], t: int, ip: IndicatorPlan, best_peer: Mapping[str, float]) -> Unit:
    N, D = sum(u.N for u in members), sum(u.D for u in members)
    size = sum(weigh(u, t, ip) for u in members)

    def mean(of: Callable[[Unit], float]) -> float:
        return sum(of(u) * weigh(u, t, ip) for u in members) / size

    own = sum(u.begin * u.D for u in members) / D if D > 0 else mean(lambda u: u.p)  # N/D, or the shrunk rates' mean
    return Unit(
        code="group",
        level="",
        parent="",
        N=N,
        D=D,
        c=1.0,  # its members' own ceilings hold
        weight=mean(lambda u: u.weight),
        V=[sum(u.V[s] for u in members) for s in range(t + 1)],
        assumed=[],
        proposal=[mean(lambda u: u.p if missing(u.proposal[t]) else max(u.proposal[t], u.p))] * (t + 1),
        p=own,
        begin=own,
        smooth=(N + 0.5) / (D + 1.0) if D > 0 else mean(lambda u: u.smooth),
        top=mean(lambda u: hi_physical(u, t, ip)),
        best=mean(lambda u: best_peer.get(u.level, 0.0)),
    )


def group_goal(
    rule: Rule,
    units: list[Unit],
    t: int,
    plan: Plan,
    ip: IndicatorPlan,
    best_peer: Mapping[str, float],
    extra: dict[str, dict[int, list[tuple[float, str]]]],
    goal: float | None,
) -> None:
    members = [u for u in units if touches(rule, u, ip, plan, t) and not u.exempt[t]]
    if not members:
        return
    bounds = {u.code: (u.bounds[t].lower, u.bounds[t].upper) for u in members}
    weights = {u.code: weigh(u, t, ip) for u in members}
    # Reading: `toward = goal` closes the gap to the value the group must reach.
    at = Setting(t, rule.value, ip, best_peer)
    solved = solve(ip.method, members, bounds, weights, rule.value, at)
    for code, value in solved.exact.items():
        extra[code].setdefault(t, []).append((value, rule.id))


def last(
    units: list[Unit],
    parent: str | None,
    goal: float | None,
    plan: Plan,
    ip: IndicatorPlan,
    best_peer: Mapping[str, float],
    rows: dict[tuple[str, int], Row],
    goals: dict[tuple[int, str | None], Goal],
) -> None:
    t = len(plan.periods) - 1
    bounds = {u.code: (u.bounds[t].lower, u.bounds[t].upper) for u in units}
    weights = {u.code: 0.0 if u.exempt[t] else weigh(u, t, ip) for u in units}
    fixed = {u.code for u in units if u.bounds[t].pinned or u.exempt[t]}
    if goal is None or sum(weights.values()) <= 0:
        solved = solve(ip.method, units, bounds, {u.code: 1.0 for u in units}, 0.0, Setting(t, 0.0, ip, best_peer))
    else:
        solved = solve(ip.method, units, bounds, weights, goal, Setting(t, goal, ip, best_peer))
    seek = None if solved.status == "infeasible" else goal
    if solved.status == "infeasible":
        start, table = math.inf, (lambda _: solved.exact)
    else:
        start, table = solved.lift, solved.table
    target, off, kept = round_table(table, start, math.inf, solved.exact, bounds, fixed, weights, seek, ip)
    status = solved.status
    if status in ("met", "met_without_lift") and not kept:
        status = "short_by_rounding"
    if status == "unreachable_by_method" and kept:  # Reading: rounding brings the table to the goal after all
        status = "met"
    finish(units, parent, t, status, goal, solved.lift, bounds, weights, solved.exact, target, off, rows, goals, ip)


def earlier(
    units: list[Unit],
    parent: str | None,
    t: int,
    goal: float | None,
    plan: Plan,
    ip: IndicatorPlan,
    rows: dict[tuple[str, int], Row],
    goals: dict[tuple[int, str | None], Goal],
) -> None:
    T = len(plan.periods) - 1
    active = units
    bounds = {u.code: earlier_bounds(u, t, rows[u.code, t + 1].guide, ip) for u in active}
    weights = {u.code: 0.0 if u.exempt[t] else weigh(u, t, ip) for u in active}
    fixed = {u.code for u in active if u.bounds[t].pinned or u.exempt[t]}
    if sum(weights.values()) <= 0:
        goal = None
    theta = pace_of(plan, ip, t)
    end = {u.code: rows[u.code, T].guide for u in active}
    size = {u.code: weigh(u, T, ip) for u in active}

    mine = {u.code: theta_of(u, end[u.code], size[u.code], theta, ip) for u in active}

    def table(at: float) -> dict[str, float]:
        """`at` is θ; under s_curve each goes the same part of what it has left."""
        more = (max(at, theta) - theta) / (1.0 - theta)
        out = {}
        for u in active:
            own = mine[u.code]
            if end[u.code] >= u.r:  # who is to fall keeps its pace: raising θ would lower it
                own += more * (1.0 - own)
            out[u.code] = clip(u.r + own * (end[u.code] - u.r), *bounds[u.code])
        return out

    exact, status, lift = table(theta), "path", math.nan
    if goal is not None:
        lift = theta
        if pool(exact, weights) >= goal - TINY:
            status = "met_without_lift"
        elif pool(table(1.0), weights) < goal - TINY:
            status, lift, exact = "infeasible", 1.0, table(1.0)
        else:
            low, high = theta, 1.0
            for _ in range(100):
                middle = 0.5 * (low + high)
                if pool(table(middle), weights) >= goal - TINY:
                    high = middle
                else:
                    low = middle
            status, lift, exact = "met", high, table(high)
    seek = goal if status in ("met", "met_without_lift") else None
    target, off, kept = round_table(
        table, theta if math.isnan(lift) else lift, 1.0, exact, bounds, fixed, weights, seek, ip
    )
    status = status if kept else "short_by_rounding"
    finish(active, parent, t, status, goal, lift, bounds, weights, exact, target, off, rows, goals, ip)


def finish(
    units: list[Unit],
    parent: str | None,
    t: int,
    status: str,
    goal: float | None,
    lift: float,
    bounds: Mapping[str, tuple[float, float]],
    weights: Mapping[str, float],
    exact: Mapping[str, float],
    target: Mapping[str, float],
    off: set[str],
    rows: dict[tuple[str, int], Row],
    goals: dict[tuple[int, str | None], Goal],
    ip: IndicatorPlan,
) -> None:
    for u in units:
        if u.exempt[t]:
            none = [math.nan] * 4
            rows[u.code, t] = Row(*none, weigh(u, t, ip), exempt=u.exempt[t], guide=target[u.code])
            continue
        row = Row(*bounds[u.code], exact[u.code], target[u.code], weights[u.code], guide=target[u.code])
        row.off_grid, row.pinned = u.code in off, u.bounds[t].pinned is not None
        rows[u.code, t] = row
    if sum(weights.values()) <= 0:
        return
    highest = pool({code: high for code, (_, high) in bounds.items()}, weights)
    goals[t, parent] = Goal(status, goal, lift, pool(exact, weights), pool(target, weights), highest)


def counts(u: Unit, rows: dict[tuple[str, int], Row], ip: IndicatorPlan, T: int) -> None:
    before = u.N
    for t in range(T):
        row = rows.get((u.code, t))
        if row is None or row.exempt:
            if row is None or row.exempt != "no_denominator":
                before = math.nan  # no target then: what this period must bring is not defined
            continue
        row.count = math.ceil(row.target * row.weight - GRID)
        counted = 0.0 if ip.basis is Basis.IN_PERIOD else u.N
        row.to_do = row.count - counted
        if ip.basis is Basis.IN_PERIOD:
            row.rate = row.count / u.V[t]
        elif ip.basis is Basis.CUMULATIVE and u.V[t] > 0:
            row.rate = (row.count - before) / u.V[t]
        before = row.count
