"""Figures, current rates, volumes, rules and bounds of one indicator as formulas (engine.md §1–3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.export.block import COUNT, LEVEL, LEVEL_FIRST, LEVEL_LAST, ROW, SHARE, Block, every, sums
from data.export.formula import Floats, Formula, choose, least, most, ratio
from data.export.parameters import Asked, Times
from engine import Basis, Kind, RuleKind, StartRate

SAME = 1e-9
Row = tuple[Formula, ...]
"""One formula per period."""
Bools = NDArray[np.bool_]

LOWER = frozenset(
    {RuleKind.NO_BACKSLIDING, RuleKind.FLOOR, RuleKind.MIN_STEP, RuleKind.PROPOSAL_FLOOR, RuleKind.ONLINE_ONLY}
)
UPPER = frozenset({RuleKind.CAP, RuleKind.MAX_STEP})


@dataclass(frozen=True, eq=False)
class Grounds:
    """What everything else is made of.

    Attributes
    ----------
    r, p : current rate as rules see it (0 where nothing is counted), and the start of the methods.
    peers : pooled rate of the agency's level.
    volume, weight : denominators to each period's end, and what a target weighs in the pooled value (0: nothing).
    top : the highest rate still within reach, whatever is pinned.
    floor : what is counted stays counted, pins included.
    lower, upper : the bounds, coupled over the periods.
    pinned : (T, n) who has a target set by hand.
    """

    N: Formula
    D: Formula
    V: Row
    c: Formula
    r: Formula
    p: Formula
    peers: Formula
    volume: Row
    weight: Row
    top: Row
    floor: Row
    lower: Row
    upper: Row
    proposals: tuple[Formula | None, ...]
    pinned: Bools

    @property
    def last(self) -> int:
        return len(self.volume) - 1


class Chain:
    """How one period limits the next: for cumulative shares by what is left to win, for others hardly."""

    def __init__(self, block: Block, V: Row, c: Formula, volume: Row) -> None:
        self.basis, self.V, self.c, self.volume = block.plan.basis, V, c, volume

    @property
    def cumulative(self) -> bool:
        return self.basis is Basis.CUMULATIVE

    @property
    def in_period(self) -> bool:
        return self.basis is Basis.IN_PERIOD

    def most_later(self, t: int, value: Formula) -> Formula:
        """The highest rate at period t + 1 that `value` at period t leaves possible."""
        return ratio(value * self.volume[t] + self.c * self.V[t + 1], self.volume[t + 1])

    def least_earlier(self, t: int, value: Formula) -> Formula:
        """The lowest rate at period t from which `value` at period t + 1 is still possible."""
        return ratio(most(value * self.volume[t + 1] - self.c * self.V[t + 1], 0.0), self.volume[t])

    def carried(self, t: int, value: Formula, to: int) -> Formula:
        """The count of a rate at period t, as a rate at period `to`."""
        return value if not self.cumulative else ratio(value * self.volume[t], self.volume[to])


def lay_grounds(block: Block, time: Times, rules: tuple[Asked, ...]) -> Grounds:
    """Add the columns of figures, rates, volumes and bounds."""
    N, D, V, c = _figures(block, time)
    r, p, peers = _rates(block, N, D)
    proposals = _proposals(block)
    volume = _volumes(block, D, V)
    weight = _weights(block, V, volume)
    chain = Chain(block, V, c, volume)
    top = _top(block, chain, N, D)
    low, high = _asked(block, rules, chain, N, r, weight, proposals)
    pins, pinned = _pins(block)
    floor, ceiling = _physical(block, chain, N, top, pins, pinned)
    lower, upper = _coupled(block, chain, low, high, pinned, floor, ceiling)
    return Grounds(N, D, V, c, r, p, peers, volume, weight, top, floor, lower, upper, proposals, pinned)


# figures ----------------------------------------------------------------------------------------------


def _figures(block: Block, time: Times) -> tuple[Formula, Formula, Row, Formula]:
    missing = block.pick(block.working.missing)

    def known(values: Floats) -> Floats:
        return np.where(missing, np.nan, block.pick(values))

    levels = len(block.level_ids)
    counts = []
    for key, head, values in (
        ("N", "calc_numerator", block.result.numerator),
        ("D", "calc_denominator", block.result.denominator),
    ):
        counts.append(block.given(key, head, known(values), COUNT))
        own = np.nan_to_num(known(values))
        block.total(key, sums(key), block.sum(own))
        block.by_level(key, _of_level(key), np.bincount(block.place, own, levels).astype(np.float64))
    N, D = counts
    V = []
    for t in range(block.periods if block.plan.kind is Kind.FLOW else 0):
        added = known(block.result.expected[t])
        factor = time.factor[t]
        assumed = block.pick(block.result.expected_assumed[t]) & ~missing
        assumed &= np.ceil(D.values * factor.values - SAME) == np.nan_to_num(added)  # pro rata, not as last year ran
        whole = Formula(f"-INT(-({D.text}*{factor.text}-1E-09))", np.nan_to_num(added))
        key = f"V{t}"
        V.append(block.mixed(key, "calc_expected", [(assumed, whole)], COUNT, kind="input", plain=added))
        block.columns[key].of = t
        block.total(key, sums(key), block.sum(added))
    c = block.given("c", "calc_ceiling", block.pick(block.working.ceiling), SHARE)
    return N, D, tuple(V), c


def _of_level(key: str) -> str:
    return f"SUMIFS({every(key)},{every('level')},⟦level⟧{ROW})"


def _share(part: Floats, whole: Floats) -> Floats:
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), 0.0)


def _rates(block: Block, N: Formula, D: Formula) -> tuple[Formula, Formula, Formula]:
    """Current rate, start, and the level's pooled rate, which stands in where nothing is counted yet."""
    of_N, of_D = block.levels_of("N"), block.levels_of("D")
    shrunk = block.plan.start_rate is StartRate.SHRUNK
    block.put("r", "calc_current", ratio(N, D), SHARE)
    block.total("r", "IF(⟦D⟧{r}>0,⟦N⟧{r}/⟦D⟧{r},0)", _share(block.sum(N.values), block.sum(D.values)))
    every_N, every_D = (f"SUM(⟦{key}⟧${LEVEL_FIRST}:⟦{key}⟧${LEVEL_LAST})" for key in ("N", "D"))
    overall = of_N.sum() / max(of_D.sum(), 1.0)
    rates = np.where(of_D > 0, of_N / np.where(of_D > 0, of_D, 1.0), overall)
    text = f"IF(⟦D⟧{ROW}>0,⟦N⟧{ROW}/⟦D⟧{ROW},{every_N}/MAX(1,{every_D}))"
    peers = block.by_level("r", text, rates)
    r = _shrunk(block, N, D, peers) if shrunk else block.cell("r")
    pooled = block.pick(block.working.pooled_start)
    if not pooled.any() and (D.values[block.live] > 0).all():
        return r, r, peers
    p = block.mixed("p", "calc_start", [(pooled, peers), (~pooled, choose(D > 0, r, peers))], SHARE)
    return r, p, peers


def _shrunk(block: Block, N: Formula, D: Formula, peers: Formula) -> Formula:
    """Empirical-Bayes rate toward the level's pooled rate; the prior's weight by moments, level by level."""
    levels = len(block.level_ids)
    rate = ratio(N, D)
    gap = rate - peers
    scatter = block.put(
        "scatter", "calc_scatter", choose(D > 0, D * (gap * gap), 0.0), "plain", kind="step", for_all=True
    )
    square = block.put("square", "calc_square", D * D, "plain", kind="step", for_all=True)
    for key, cell in (("scatter", scatter), ("square", square)):
        block.by_level(key, _of_level(key), np.bincount(block.place, cell.values, levels).astype(np.float64))
    counted = np.bincount(block.place, D.values > 0, levels).astype(np.float64)
    of_D, m = block.levels_of("D"), block.levels_of("r")
    of_scatter, of_square = block.levels_of("scatter"), block.levels_of("square")
    noise = m * (1.0 - m)
    room = noise * (of_D - _share(of_square, of_D) - (counted - 1.0))
    rho = np.clip(np.divide(of_scatter - noise * (counted - 1.0), room, out=np.zeros(levels), where=room > 0), 0.0, 1.0)
    how_many = f'(COUNTIFS({every("level")},⟦level⟧{ROW},{every("D")},">0")-1)'
    the_noise = f"(⟦r⟧{ROW}*(1-⟦r⟧{ROW}))"
    the_room = f"({the_noise}*(⟦D⟧{ROW}-IF(⟦D⟧{ROW}>0,⟦square⟧{ROW}/⟦D⟧{ROW},0)-{how_many}))"
    text = f"IF({the_room}>0,MIN(MAX((⟦scatter⟧{ROW}-{the_noise}*{how_many})/{the_room},0),1),0)"
    correlated = Formula(f"⟦pull⟧${LEVEL}", rho[block.place])
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = (1 - correlated) / (1 - correlated + correlated * D)
    pull = block.put("pull", "calc_pull", choose(D > 0, weight, 1.0), SHARE, kind="step")
    block.by_level("pull", text, rho)
    return block.put("shrunk", "calc_shrunk", choose(D > 0, pull * peers + (1 - pull) * rate, 0.0), SHARE)


def _proposals(block: Block) -> tuple[Formula | None, ...]:
    """Proposals where a method or a rule looks at them."""
    wanted = {block.periods - 1} if block.plan.method.uses("proposals") else set()
    for rule, whom in zip(block.allocation.plan.rules, block.working.concerns, strict=True):
        if rule.kind is RuleKind.PROPOSAL_FLOOR:
            wanted |= set(np.flatnonzero(whom.any(axis=1)).tolist())
    found: list[Formula | None] = []
    for t in range(block.periods):
        if t not in wanted:
            found.append(None)
            continue
        key = f"proposal{t}"
        found.append(block.given(key, "calc_proposal", block.pick(block.working.proposals[t]), SHARE))
        block.columns[key].of = t
    return tuple(found)


def _volumes(block: Block, D: Formula, V: Row) -> Row:
    """D and all that the periods up to each one add."""
    if block.plan.kind is Kind.STOCK:
        return (D,) * block.periods
    found, so_far = [], D
    for t, added in enumerate(V):
        key = f"volume{t}"
        so_far = block.put(key, "calc_volume", so_far + added, COUNT, period=t)
        block.total(key, sums(key), block.sum(so_far.values))
        found.append(so_far)
    return tuple(found)


def _weights(block: Block, V: Row, volume: Row) -> Row:
    """What a target weighs: the denominator it is a share of, nothing where a rule leaves the agency out."""
    exempt = block.pick(block.working.exempt)
    of = V if block.plan.basis is Basis.IN_PERIOD else volume
    if not exempt.any() and block.plan.basis is Basis.CUMULATIVE:
        return of
    found = []
    for t, counted in enumerate(of):
        key = f"weight{t}"
        cases = [(exempt[t], Formula("0", np.zeros(block.order.shape))), (~exempt[t], counted)]
        found.append(block.mixed(key, "calc_weight", cases, COUNT, period=t))
        block.total(key, sums(key), block.sum(found[t].values))
    return tuple(found)


def _top(block: Block, chain: Chain, N: Formula, D: Formula) -> Row:
    """The highest rate that is still within reach, each period by itself."""
    found = []
    won = N
    for t in range(block.periods):
        if chain.cumulative:
            won = won + chain.c * chain.V[t]
            volume = chain.volume[t]
            formula = least(choose(volume > 0, won / volume, 1.0), 1.0)
        elif chain.in_period:
            formula = chain.c
        else:
            formula = most(chain.c, ratio(N, D))
        key = f"top{t}"
        found.append(block.put(key, "calc_top", formula, SHARE, kind="step"))
        block.columns[key].of = t
    return tuple(found)


# rules ------------------------------------------------------------------------------------------------


def _asked(
    block: Block,
    rules: tuple[Asked, ...],
    chain: Chain,
    N: Formula,
    r: Formula,
    weight: Row,
    proposals: tuple[Formula | None, ...],
) -> tuple[Row, Row]:
    """What all rules together ask, whatever else holds: the highest of the lower bounds, the lowest of the upper."""
    low, high = [], []
    for t in range(block.periods):
        lower, upper = [], []
        for at, one in enumerate(rules):
            whom = block.pick(block.working.concerns[at][t])
            if one.rule.kind in LOWER:
                bound = _lower_of(one, t, chain, N, r, proposals)
                if bound is not None:
                    lower.append((whom, bound))
            elif one.rule.kind in UPPER:
                upper.append((whom, one.value if one.rule.kind is RuleKind.CAP else r + one.value * float(t + 1)))
        from_groups = block.pick(block.working.from_groups[t])
        if np.isfinite(from_groups).any():
            key = f"from_groups{t}"
            first = np.where(np.isfinite(from_groups), from_groups, np.nan)
            lower.append((np.isfinite(from_groups), block.given(key, "calc_from_groups", first, SHARE, period=t)))
        counts = weight[t].values > 0
        low.append(_tightest(block, f"asked_low{t}", "calc_asked_low", lower, counts, t, most, 0.0))
        high.append(_tightest(block, f"asked_high{t}", "calc_asked_high", upper, counts, t, least, 1.0))
    return tuple(low), tuple(high)


def _lower_of(
    one: Asked, t: int, chain: Chain, N: Formula, r: Formula, proposals: tuple[Formula | None, ...]
) -> Formula | None:
    match one.rule.kind:
        case RuleKind.NO_BACKSLIDING:
            return r
        case RuleKind.FLOOR:
            return one.value
        case RuleKind.MIN_STEP:
            return r + one.value * float(t + 1)
        case RuleKind.PROPOSAL_FLOOR:
            return proposals[t]
        case RuleKind.ONLINE_ONLY if one.days and chain.basis is not None:
            return _online_only(one, t, chain, N, r)
    return None


def _online_only(one: Asked, t: int, chain: Chain, N: Formula, r: Formula) -> Formula:
    def rate(s: int) -> Formula:
        active = one.value * one.days[s]
        return active + (1 - active) * r

    if not chain.cumulative:
        return rate(t)
    won = N
    for s in range(t + 1):
        won = won + rate(s) * chain.V[s]
    return ratio(won, chain.volume[t])


Join = Callable[..., Formula]


def _tightest(
    block: Block,
    key: str,
    head: str,
    bounds: list[tuple[Bools, Formula]],
    counts: Bools,
    t: int,
    join: Join,
    nothing: float,
) -> Formula:
    """One column: for each agency the tightest of the bounds that concern it; `nothing` where none does."""
    neutral = Formula(repr(int(nothing)), np.full(block.order.shape, nothing))
    bits = np.zeros(block.order.shape, dtype=np.int64)
    for at, (whom, _) in enumerate(bounds):
        bits |= np.where(whom & counts, 1 << at, 0)
    cases = []
    for combination in np.unique(bits).tolist():
        of = [bound for at, (_, bound) in enumerate(bounds) if combination >> at & 1]
        cases.append((bits == combination, join(neutral, *of) if of else neutral))
    return block.mixed(key, head, cases, SHARE, period=t)


def _pins(block: Block) -> tuple[tuple[Formula | None, ...], Bools]:
    """Targets set by hand."""
    pin = block.pick(block.working.pin)
    pinned = ~np.isnan(pin)
    cells = [
        block.given(f"pin{t}", "calc_pin", pin[t], SHARE, period=t) if pinned[t].any() else None
        for t in range(block.periods)
    ]
    return tuple(cells), pinned


# bounds -----------------------------------------------------------------------------------------------


def _physical(
    block: Block, chain: Chain, N: Formula, top: Row, pins: tuple[Formula | None, ...], pinned: Bools
) -> tuple[Row, Row]:
    """The range that counts leave in each period; with pins, forth and back over the periods."""
    zero = Formula("0", np.zeros(block.order.shape))
    floor = [zero if chain.in_period else ratio(N, volume) for volume in chain.volume]
    if not pinned.any():
        columns = [_step(block, f"floor{t}", "calc_floor", formula, t) for t, formula in enumerate(floor)]
        return tuple(columns), top
    ceiling = list(top)
    for t in range(block.periods):
        if t and not chain.in_period:
            floor[t] = most(floor[t], chain.carried(t - 1, floor[t - 1], t))
            reach = chain.most_later(t - 1, ceiling[t - 1]) if chain.cumulative else None
            ceiling[t] = ceiling[t] if reach is None else least(ceiling[t], most(reach, floor[t]))
        pin = pins[t]
        floor[t], ceiling[t] = (
            _pinned_step(block, f"{key}_forth{t}", head, formula, pin, pinned[t], t)
            for key, head, formula in (("floor", "calc_floor", floor[t]), ("top", "calc_top", ceiling[t]))
        )
    for t in range(block.periods - 2, -1, -1):
        if not chain.in_period:
            if chain.cumulative:
                floor[t] = most(floor[t], least(chain.least_earlier(t, floor[t + 1]), ceiling[t]))
            held = chain.carried(t + 1, ceiling[t + 1], t)
            floor[t] = _step(block, f"floor_back{t}", "calc_floor", floor[t], t)
            ceiling[t] = _step(block, f"top_back{t}", "calc_top", most(least(ceiling[t], held), floor[t]), t)
    return tuple(floor), tuple(ceiling)


def _step(block: Block, key: str, head: str, formula: Formula, t: int) -> Formula:
    cell = block.put(key, head, formula, SHARE, kind="step")
    block.columns[key].of = t
    return cell


def _pinned_step(
    block: Block, key: str, head: str, formula: Formula, pin: Formula | None, who: Bools, t: int
) -> Formula:
    cases = [(~who, formula)] if pin is None else [(who, pin), (~who, formula)]
    cell = block.mixed(key, head, cases, SHARE, kind="step")
    block.columns[key].of = t
    return cell


def _coupled(
    block: Block, chain: Chain, low: Row, high: Row, pinned: Bools, floor: Row, ceiling: Row
) -> tuple[Row, Row]:
    """Bounds that hold together over the periods: precedence physical > pin > upper > lower."""
    count = block.periods
    upper = [most(least(high[t], ceiling[t]), floor[t]) for t in range(count)]
    for t in range(1, count):
        if chain.cumulative:
            upper[t - 1] = _step(block, f"upper_forth{t - 1}", "calc_upper_forth", upper[t - 1], t - 1)
            upper[t] = least(upper[t], most(chain.most_later(t - 1, upper[t - 1]), floor[t]))
    for t in range(count - 1, -1, -1):
        if t < count - 1:
            limits = [upper[t + 1], floor[t], *([chain.least_earlier(t, upper[t + 1])] if chain.cumulative else [])]
            upper[t] = least(upper[t], most(*limits))
        upper[t] = block.put(f"upper{t}", "calc_upper", upper[t], SHARE, period=t)
    asked = list(low)
    for t in range(count):
        raised = asked[t] if t == 0 else most(asked[t], asked[t - 1])
        if pinned[t].any() or t:
            key = f"low_forth{t}"
            asked[t] = block.mixed(
                key, "calc_low_forth", [(pinned[t], floor[t]), (~pinned[t], raised)], SHARE, kind="step"
            )
            block.columns[key].of = t
    lower = [least(most(asked[t], floor[t]), upper[t]) for t in range(count)]
    for t in range(count - 1, -1, -1):
        if t < count - 1 and chain.cumulative:
            lower[t] = most(lower[t], least(chain.least_earlier(t, lower[t + 1]), upper[t]))
        lower[t] = block.put(f"lower{t}", "calc_lower", lower[t], SHARE, period=t)
    return tuple(lower), tuple(upper)
