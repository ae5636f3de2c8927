"""All formulas of one indicator: the last period by the method, the earlier ones on the way there, counts, checks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from data.export.block import COUNT, LIFT, ROW, SHARE, Block, key_of, span, sums
from data.export.formula import ENDLESS, Floats, Formula, choose, clip, exp, least, log, most, of
from data.export.grounds import Chain, Grounds, lay_grounds
from data.export.methods import Method, View
from data.export.parameters import Asked, Levers, Parameters, Times, levers, moves
from data.export.rounds import TOLERANCE, put_on_grid
from engine import Allocation, Basis, Pace


def calculated(
    allocation: Allocation, indicator: str, names: Parameters, time: Times, rules: tuple[Asked, ...]
) -> Block:
    """The block of one indicator with all its columns; its levers are added to `names`."""
    block = Block.of(allocation, indicator)
    province = block.shared[0]
    more = [_difference(a, b) for a, b in zip(province.lift_rounded, province.lift, strict=True)]
    own = levers(names, block.plan, allocation, time, [min(one, ENDLESS) for one in province.lift], more)
    ground = lay_grounds(block, time, rules)
    block.weights = tuple(key_of(one) for one in ground.weight)
    view = View(block, ground, moves(names, block.plan, allocation, time))
    targets: list[Formula] = [of(0.0)] * block.periods
    last = block.periods - 1
    targets[last] = _last(block, own, ground, view)
    for t in range(last - 1, -1, -1):
        targets[t] = _earlier(block, own, ground, view, t, targets[t + 1], targets[last])
    _counts(block, ground, targets)
    return block


def _difference(rounded: float, lift: float) -> float:
    """What rounding adds to a lift; none where both are endless."""
    if np.isinf(lift):
        return 0.0
    return min(float(rounded - lift), ENDLESS)


def _levers(block: Block, own: Levers, t: int) -> tuple[Formula, Formula, Formula]:
    """Goal, lift and what rounding adds, in the rows of those who share them."""
    shared = block.shared
    last = block.periods - 1
    goals = [float(own.goal[t].values)]
    for one in shared[1:]:
        target = float(block.result.target[t, one.parent])
        goals.append(0.0 if np.isnan(target) else target)
    goal = block.lever(f"goal{t}", "calc_goal", np.array(goals), "goal", first=own.goal[t].text, period=t)
    lifts = np.array([min(float(one.lift[t]), ENDLESS) for one in shared])
    key, form = ("calc_lift", LIFT) if t == last else ("calc_theta", SHARE)
    lift = block.lever(f"lift{t}", key, lifts, form, first=own.lift[t].text, period=t)
    more = np.array([_difference(float(one.lift_rounded[t]), float(one.lift[t])) for one in shared])
    extra = block.lever(f"more{t}", "calc_more", more, LIFT, first=own.more[t].text, period=t)
    return goal, lift, extra


def _pooled(block: Block, key: str, weight: Formula, nothing: int = 0) -> None:
    """Σ w·x / Σ w in the row of those who share a lift; `nothing` where they weigh nothing."""
    values, weights = np.nan_to_num(block.columns[key].values), weight.values
    mass, total = block.sum(weights), block.sum(weights * values)
    over, of_weight = span(key), span(key_of(weight))
    text = f"IF(SUM({of_weight})>0,SUMPRODUCT({of_weight},{over})/SUM({of_weight}),{nothing})"
    block.total(key, text, np.where(mass > 0, total / np.where(mass > 0, mass, 1.0), nothing))


def _infeasible(block: Block, key: str, goal: Formula) -> Formula:
    """Whether even the upper bounds fall short of the goal of those who share a lift."""
    values = block.spread(block.totals_of(key))
    return Formula(f"⟦{key}⟧${{g}}<{goal.text}-1E-12", values < goal.values - TOLERANCE, False)


def _held(
    block: Block, t: int, free: Formula, at_more: Formula, lower: Formula, upper: Formula, infeasible: Formula
) -> tuple[Formula, Formula]:
    """The exact target, and the value that is rounded: inside the bounds; as far as they allow where no lift does."""
    exact = block.put(f"exact{t}", "calc_exact", choose(infeasible, upper, clip(free, lower, upper)), SHARE, period=t)
    value = choose(infeasible, upper, clip(at_more, lower, upper))
    key = f"to_round{t}"
    cell = block.put(key, "calc_to_round", value, SHARE, kind="step")
    block.columns[key].of = t
    return exact, cell


def _last(block: Block, own: Levers, ground: Grounds, view: View) -> Formula:
    t = block.periods - 1
    goal, lift, more = _levers(block, own, t)
    lower, upper, weight = ground.lower[t], ground.upper[t], ground.weight[t]
    _pooled(block, f"upper{t}", weight, 1)
    infeasible = _infeasible(block, f"upper{t}", goal)
    method = Method(block, ground, view, goal, lower, upper)
    free = method.answer(block.plan.method, lift)
    free = block.put(f"free{t}", "calc_free", free, SHARE, period=t)
    exact, value = _held(block, t, free, method.answer(block.plan.method, lift + more), lower, upper, infeasible)
    return _rounded(block, own, ground, t, exact, value, lower, upper, goal, infeasible)


def _rounded(
    block: Block,
    own: Levers,
    ground: Grounds,
    t: int,
    exact: Formula,
    value: Formula,
    lower: Formula,
    upper: Formula,
    goal: Formula,
    infeasible: Formula,
) -> Formula:
    weight = ground.weight[t]
    _pooled(block, f"exact{t}", weight)
    target = put_on_grid(
        block,
        own,
        t,
        exact=exact,
        value=value,
        lower=lower,
        upper=upper,
        weight=weight,
        goal=goal,
        is_pinned=ground.pinned[t],
        infeasible=infeasible,
    )
    if f"x{t}" not in block.columns:
        target = block.put(f"x{t}", "calc_target", target, SHARE, kind="result", period=t)
    _pooled(block, f"x{t}", weight)
    return target


def _earlier(block: Block, own: Levers, ground: Grounds, view: View, t: int, later: Formula, last: Formula) -> Formula:
    """On the way from the current rate to the last target."""
    goal, lift, more = _levers(block, own, t)
    chain = Chain(block, ground.V, ground.c, ground.volume)
    limits = [later, ground.floor[t]]
    lower, upper = ground.lower[t], ground.upper[t]

    if chain.cumulative:
        needed = block.put(f"needed{t}", "calc_needed", chain.least_earlier(t, later), SHARE, kind="step")
        block.columns[f"needed{t}"].of = t
        limits.append(needed)
        lower = most(lower, needed)
    upper = block.put(f"upper_way{t}", "calc_upper_way", least(upper, most(*limits)), SHARE, period=t)
    lower = block.put(f"lower_way{t}", "calc_lower_way", least(lower, upper), SHARE, period=t)
    _pooled(block, f"upper_way{t}", ground.weight[t], 1)
    infeasible = _infeasible(block, f"upper_way{t}", goal)
    r, rise = ground.r, last - ground.r
    pace = own.pace[t]
    if block.plan.pace is Pace.S_CURVE:
        theta = _s_curve(block, ground, view, t, pace, last)

        def way(at: Formula) -> Formula:
            raised = (at - pace) / (1 - pace)
            return r + theta * rise + raised * ((1 - theta) * most(rise, 0.0))

    else:

        def way(at: Formula) -> Formula:
            return choose(rise < 0, r + pace * rise, r + at * rise)

    free = block.put(f"free{t}", "calc_way", way(lift), SHARE, period=t)
    exact, value = _held(block, t, free, way(lift + more), lower, upper, infeasible)
    return _rounded(block, own, ground, t, exact, value, lower, upper, goal, infeasible)


def _s_curve(block: Block, ground: Grounds, view: View, t: int, pace: Formula, last: Formula) -> Formula:
    """Each agency's share of the way: linear in log-odds, either end smoothed where it is 0 or 1."""

    def step(key: str, formula: Formula) -> Formula:
        cell = block.put(f"{key}{t}", f"calc_{key}", formula, SHARE, kind="step")
        block.columns[f"{key}{t}"].of = t
        return cell

    weight = ground.V[-1] if block.plan.basis is Basis.IN_PERIOD else ground.volume[-1]
    smooth = view.smooth(own=True)
    end = step("curve_end", _inside(last, (last * weight + 0.5) / (weight + 1)))
    start = step("curve_start", _inside(ground.r, smooth))
    odds = (1 - pace) * _logit(start) + pace * _logit(end)
    between = 1 / (1 + exp(of(0.0) - odds))
    apart = Formula(f"ABS({end.text}-{start.text})", np.abs(end.values - start.values))
    return step("curve", choose(apart > TOLERANCE, (between - start) / (end - start), pace))


def _inside(value: Formula, smoothed: Formula) -> Formula:
    inside = (value.values > 0) & (value.values < 1)
    text = f"IF(AND({value.text}>0,{value.text}<1),{value.text},{smoothed.text})"
    return Formula(text, np.where(inside, value.values, smoothed.values))


def _logit(value: Formula) -> Formula:
    return log(value) - log(1 - value)


# counts and checks --------------------------------------------------------------------------------------


def _counts(block: Block, ground: Grounds, targets: list[Formula]) -> None:
    """What each target means in units, what is still to do, what a period alone must bring; and what was issued."""
    before, added = ground.N, of(0.0)
    for t in range(block.periods):
        x, weight = targets[t], ground.weight[t]
        counted = weight.values > 0
        slack = np.maximum(1e-9, 1e-15 * weight.values)
        units = np.where(counted, np.ceil(x.values * weight.values - slack), np.nan)
        text = f'IF({weight.text}>0,-INT(-({x.text}*{weight.text}-MAX(1E-9,1E-15*{weight.text}))),"")'
        count = block.put(f"count{t}", "calc_count", Formula(text, units), COUNT, period=t)
        block.total(f"count{t}", sums(f"count{t}"), block.sum(units))
        is_in_period = block.plan.basis is Basis.IN_PERIOD
        if not is_in_period:
            left = Formula(f'IF(ISNUMBER({count.text}),{count.text}-{ground.N.text},"")', units - ground.N.values)
            block.put(f"to_do{t}", "calc_to_do", left, COUNT, period=t)
            block.total(f"to_do{t}", sums(f"to_do{t}"), block.sum(units - ground.N.values))
        if ground.V:
            so_far = of(0.0) + ground.V[t] if is_in_period else added + ground.V[t]
            base = of(0.0) if is_in_period else before
            rate = _rate(count, units, base, so_far)
            block.put(f"rate{t}", "calc_rate", rate, SHARE, period=t)
            has = ~np.isnan(units)
            before = Formula(
                f"IF(ISNUMBER({count.text}),{count.text},{before.text})", np.where(has, units, before.values)
            )
            added = Formula(f"IF(ISNUMBER({count.text}),0,{so_far.text})", np.where(has, 0.0, so_far.values))
        _issued(block, t, x, weight)


def _rate(count: Formula, units: Floats, before: Formula, added: Formula) -> Formula:
    has: NDArray[np.bool_] = ~np.isnan(units) & (added.values > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.where(has, (units - before.values) / added.values, np.nan)
    text = f'IF(AND(ISNUMBER({count.text}),{added.text}>0),({count.text}-{before.bracketed})/{added.bracketed},"")'
    return Formula(text, values)


def _issued(block: Block, t: int, x: Formula, weight: Formula) -> None:
    """The target as it stands in the appendix, and by how much the formula differs from it."""
    issued = block.pick(block.result.target[t])
    block.given(f"issued{t}", "calc_issued", issued, SHARE, kind="issued", period=t)
    has = ~np.isnan(issued)
    text = f"IF(AND(ISNUMBER(⟦issued{t}⟧{ROW}),{weight.text}>0),ROUND({x.text}-⟦issued{t}⟧{ROW},9),0)"
    apart = np.where(has, np.round(x.values - np.nan_to_num(issued), 9), 0.0)
    block.put(f"apart{t}", "calc_apart", Formula(text, apart), "points", period=t)
