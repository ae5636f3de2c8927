"""What the methods look at and how they answer to the common lift, as formulas (engine.md §2 and §4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from data.export.block import LIFT, ROW, SHARE, Block, every, key_of, span
from data.export.formula import ENDLESS, Floats, Formula, choose, clip, exp, least, log, most, of, ratio
from data.export.grounds import Grounds
from data.export.parameters import Moves
from engine import Basis, Kind, MethodChoice, Toward

BLEND = "blend"
_ALMOST_ZERO = 1e-6


@dataclass(eq=False)
class View:
    """What a method sees of each agency in the last period; columns are added when they are first looked at."""

    block: Block
    ground: Grounds
    moves: Moves | None

    def __post_init__(self) -> None:
        self.found: dict[str, Formula] = {}

    def of(self, name: str) -> Formula:
        """A column by what it is, pooled over those whom the method sees as one."""
        if name not in self.found:
            own, mass = getattr(self, f"_{name}")()
            self.found[name] = self._pooled(name, own, mass)
        return self.found[name]

    def smooth(self, *, own: bool = False) -> Formula:
        """r̃, a rate whose log-odds is finite; `own`: of the agency alone."""
        key = "own_smooth"
        if key not in self.found:
            ground = self.ground
            peers = clip(ground.peers, _ALMOST_ZERO, 1.0 - _ALMOST_ZERO)
            raw = choose(ground.D > 0, (ground.N + 0.5) / (ground.D + 1), peers)
            self.found[key] = self.block.put(key, "calc_smooth", raw, SHARE, kind="step")
        return self.found[key] if own else self.of("smooth_seen")

    # own values, and by what they are pooled --------------------------------------------------------

    def _p(self) -> tuple[Formula, Formula]:
        if self.moves is None:
            return self.ground.p, self.ground.D
        return self._projected(), self.ground.weight[-1]

    def _projected(self) -> Formula:
        """Where the agency gets to anyway: by the trend and the measures."""
        block, ground = self.block, self.ground
        if "projected" in block.columns:
            return block.cell("projected")
        if block.plan.basis is Basis.CUMULATIVE:
            won = ground.N
            for s, added in enumerate(ground.V):
                won = won + self._in_period(s) * added
            value = ratio(won, ground.volume[-1])
        else:
            value = self._in_period(block.periods - 1)
            value = value if block.plan.kind is Kind.FLOW else most(value, ratio(ground.N, ground.D))
        return block.put("projected", "calc_projected", value, SHARE)

    def _in_period(self, s: int) -> Formula:
        """The rate of period s alone, before anybody is asked for more; at most the ceiling."""
        block, moves, key = self.block, self.moves, f"anyway{s}"
        if key in block.columns or moves is None:
            return block.cell(key)
        forecast = block.working.forecast
        if forecast is None:
            start, _ = self._smooth_seen()
            odds = log(start) - log(1 - start) + moves.trend * moves.months[s]
        else:
            odds = block.given(f"forecast{s}", "calc_forecast", block.pick(forecast[s]), LIFT)
            block.columns[f"forecast{s}"].of = s
        for number, (effect, works) in enumerate(zip(moves.effects, block.working.reached, strict=True)):
            name = f"works{number}_{s}"
            works_now = block.given(name, "calc_works", block.pick(works[s]), SHARE, kind="step")
            block.columns[name].of = s
            odds = odds + effect * works_now
        rate = least(1 / (1 + exp(of(0.0) - odds)), self.ground.c)
        cell = block.put(key, "calc_anyway", rate, SHARE, kind="step")
        block.columns[key].of = s
        return cell

    def stretches(self) -> list[tuple[Formula, Formula, Formula]]:
        """Rate, share of the target's denominator and ceiling of each period that a target is made of."""
        block, ground = self.block, self.ground
        if block.plan.basis is not Basis.CUMULATIVE:
            weight = ground.weight[-1]
            s = block.periods - 1
            return [(self._seen(f"anyway{s}", self._in_period(s), weight), of(1.0), self._seen("c", ground.c, weight))]
        found = []
        for s, added in enumerate(ground.V):
            share = ratio(added, ground.volume[-1])
            share = block.put(f"part_of{s}", "calc_part_of", share, SHARE, kind="step")
            block.columns[f"part_of{s}"].of = s
            found.append(
                (
                    self._seen(f"anyway{s}", self._in_period(s), added),
                    self._seen(f"part_of{s}", share, ground.volume[-1]),
                    self._seen(f"c{s}", ground.c, added),
                )
            )
        return found

    def _seen(self, name: str, own: Formula, mass: Formula) -> Formula:
        if name not in self.found:
            self.found[name] = self._pooled(name, own, mass)
        return self.found[name]

    def _r(self) -> tuple[Formula, Formula]:
        """The start where nothing is counted yet or the agency is too small, else the current rate."""
        ground, block = self.ground, self.block
        pooled = block.pick(block.working.pooled_start)
        if not pooled.any() and (ground.D.values[block.live] > 0).all():
            return ground.r, ground.D
        own = choose(ground.D > 0, ground.r, ground.p)
        cell = block.mixed("r_seen", "calc_r_seen", [(pooled, ground.peers), (~pooled, own)], SHARE, kind="step")
        return cell, ground.D

    def _smooth_seen(self) -> tuple[Formula, Formula]:
        pooled = self.block.pick(self.block.working.pooled_start)
        own = self.smooth(own=True)
        if not pooled.any():
            return own, self.ground.D
        if "smooth_seen" in self.block.columns:
            return self.block.cell("smooth_seen"), self.ground.D
        peers = clip(self.ground.peers, _ALMOST_ZERO, 1.0 - _ALMOST_ZERO)
        cases = [(pooled, peers), (~pooled, own)]
        return self.block.mixed("smooth_seen", "calc_smooth", cases, SHARE, kind="step"), self.ground.D

    def _top(self) -> tuple[Formula, Formula]:
        return self.ground.top[-1], self.ground.weight[-1]

    def _offered(self) -> tuple[Formula, Formula]:
        proposal = self.ground.proposals[-1]
        start = self._p()[0]
        offered = start if proposal is None else most(proposal, start)
        return self.block.put("offered", "calc_offered", offered, SHARE, kind="step"), self.ground.weight[-1]

    def _score(self) -> tuple[Formula, Formula]:
        block = self.block
        given = block.pick(block.working.score)
        cell = block.given("weight", "calc_score", given, "plain")
        known = given[~np.isnan(given)]
        mean = float(known.mean()) if len(known) else 1.0
        text = f"IF(ISNUMBER({cell.text}),{cell.text},IFERROR(AVERAGE({every('weight')}),1))"
        own = Formula(text, np.where(np.isnan(given), mean, given))
        return block.put("score", "calc_score_used", own, "plain", kind="step"), self.ground.weight[-1]

    def _best(self) -> tuple[Formula, Formula]:
        block, ground = self.block, self.ground
        rates = np.where(ground.D.values > 0, ground.N.values / np.maximum(ground.D.values, 1.0), np.nan)
        best = np.array([_quantile(rates[block.place == at]) for at in range(len(block.level_ids))])
        nothing = np.full(block.order.shape, np.nan)
        block.given("best", "calc_best", nothing, SHARE, kind="step")
        inside = f"({every('level')}=⟦level⟧{ROW})*ISNUMBER({every('D')})*({every('D')}>0)"
        text = f'IFERROR(PERCENTILE(IF({inside},{every("N")}/{every("D")},""),0.9),0)'
        return block.by_level("best", text, best, is_array=True), ground.weight[-1]

    def _offset(self) -> tuple[Formula, Formula]:
        ground = self.ground
        if self.block.plan.basis is not Basis.CUMULATIVE:
            return self._constant(0.0), ground.volume[-1]
        own = ratio(ground.N, ground.volume[-1])
        return self.block.put("offset", "calc_offset", own, SHARE, kind="step"), ground.volume[-1]

    def _scale(self) -> tuple[Formula, Formula]:
        ground = self.ground
        if self.block.plan.basis is not Basis.CUMULATIVE:
            return self._constant(1.0), ground.volume[-1]
        volume = ground.volume[-1]
        own = choose(volume > 0, 1 - ground.D / volume, 0.0)
        return self.block.put("scale", "calc_scale", own, SHARE, kind="step"), volume

    def _constant(self, value: float) -> Formula:
        return Formula(of(value).text, np.full(self.block.order.shape, value))

    # same_target -----------------------------------------------------------------------------------

    def _pooled(self, name: str, own: Formula, mass: Formula) -> Formula:
        """For those whom the method sees as one: the mean, by `mass`, of those that count."""
        block = self.block
        twin = block.pick(block.working.twin)
        twins = (twin >= 0) & block.live
        if not twins.any() or own.text.replace(".", "").isdigit():
            return own
        if "twin" not in block.columns:
            block.given("twin", "calc_twin", np.where(twins, twin, np.nan), "plain", kind="step")
        weight = self.ground.weight[-1]
        counts = (weight.values > 0).astype(np.float64)
        own_head = block.columns[key_of(own)].head
        key = np.where(twins, twin * (len(block.sizes) + 1) + block.label, -1)
        _, index = np.unique(key, return_inverse=True)
        total = np.bincount(index, mass.values * counts)[index]
        mean = np.bincount(index, own.values * mass.values * counts)[index] / np.where(total > 0, total, 1.0)
        same = f"({_over('twin')}=⟦twin⟧{ROW})*({_over_formula(weight)}>0)"
        below = f"SUMPRODUCT({same}*{_over_formula(mass)})"
        above = f"SUMPRODUCT({same}*{_over_formula(mass)}*{_over_formula(own)})"
        values = np.where(total > 0, mean, own.values)
        text = f"IF({below}>0,{above}/{below},{own.text})"
        if name == "smooth_seen":
            n = np.bincount(index, self.ground.N.values * counts)[index]
            values = np.where(total > 0, (n + 0.5) / (total + 1.0), own.values)
            won = f"SUMPRODUCT({same}*{_over_formula(self.ground.N)})"
            text = f"IF({below}>0,({won}+0.5)/({below}+1),{own.text})"
        cases = [(twins, Formula(text, values)), (~twins, own)]
        return block.mixed(f"{name}_pooled", f"calc_pooled:{own_head}", cases, SHARE, kind="step")


def _over(key: str) -> str:
    return span(key)


def _over_formula(cell: Formula) -> str:
    """The column of a cell of the same row, over those who share a lift."""
    return span(key_of(cell))


def _quantile(rates: Floats) -> float:
    known = rates[~np.isnan(rates)]
    return float(np.quantile(known, 0.9)) if len(known) else 0.0


# methods ----------------------------------------------------------------------------------------------


@dataclass(eq=False)
class Method:
    """A method's answer: the value before bounds at a lift, as a formula."""

    block: Block
    ground: Grounds
    view: View
    goal: Formula
    lower: Formula
    upper: Formula

    def __post_init__(self) -> None:
        self.parts = self._part_lifts()

    def answer(self, choice: MethodChoice, lift: Formula) -> Formula:
        """The method's value before bounds; of a blend, its parts solved alone and then lifted together."""
        if choice.name != BLEND:
            return self._plain(choice, lift)
        self.parts = self._part_lifts()
        return self._blend(choice, lift, self.parts)

    def _blend(self, choice: MethodChoice, lift: Formula, lifts: Iterator[tuple[int, Formula]]) -> Formula:
        total: Formula | None = None
        for part, share in choice.parts:
            number, own = next(lifts)
            key = f"part{number}"
            if key not in self.block.columns:
                value = self._blend(part, own, lifts) if part.name == BLEND else self._plain(part, own)
                held = clip(value, self.lower, self.upper)
                self.block.put(key, f"calc_part:{part.name}", held, SHARE, kind="step")
            elif part.name == BLEND:
                self._blend(part, own, lifts)
            weighed = share * self.block.cell(key)
            total = weighed if total is None else total + weighed
        return of(0.0) + lift if total is None else total + lift

    def _part_lifts(self) -> Iterator[tuple[int, Formula]]:
        """The lift of each part, in the order in which they were solved, as levers of those who share them."""
        block = self.block
        count = max((len(one.parts) for one in block.shared), default=0)
        for at in range(count):
            key = f"part_lift{at}"
            if key not in block.columns:
                totals = np.array([min(one.parts[at], ENDLESS) for one in block.shared])
                head = f"calc_part_lift:{at + 1}"
                block.lever(key, head, totals, LIFT, first="", period=block.periods - 1)
            yield at, Formula(f"⟦{key}⟧${{g}}", block.spread(block.totals_of(key)))

    def _plain(self, choice: MethodChoice, lift: Formula) -> Formula:
        view = self.view
        match choice.name:
            case "equal_target":
                return lift
            case "equal_increment":
                return view.of("p") + lift
            case "proportional_growth":
                return view.of("p") + lift * view.of("p")
            case "gap_closing":
                p = view.of("p")
                return p + lift * most(self._toward(choice) - p, 0.0)
            case "weighted_increment":
                return view.of("p") + lift * view.of("score")
            case "proposals":
                q = most(view.of("offered"), view.of("p"))
                return q + lift * most(view.of("top") - q, 0.0)
            case "equal_effort":
                return self._effort(lift)
        raise NotImplementedError(choice.name)

    def _toward(self, choice: MethodChoice) -> Formula:
        if choice.toward is Toward.GOAL:
            return self.goal
        return self.view.of("best" if choice.toward is Toward.BEST_PEER else "top")

    def _effort(self, lift: Formula) -> Formula:
        """The in-period rate along the adoption curve: the same odds multiplier for all."""
        view = self.view
        if view.moves is not None:
            return self._effort_of_stretches(lift)
        r, smooth, offset, scale = view.of("r"), view.smooth(), view.of("offset"), view.of("scale")
        curve = 1 / (1 + (1 - smooth) / smooth * exp(of(0.0) - lift))
        grown = r + (1 - r) / (1 - smooth) * (curve - smooth)
        return least(most(offset + scale * grown, 0.0), 1.0)

    def _effort_of_stretches(self, lift: Formula) -> Formula:
        """The same where the start is projected: each period's rate moves by itself, up to its ceiling."""
        total = self.view.of("offset")
        for rate, share, cap in self.view.stretches():
            grown = choose(rate > 0, least(1 / (1 + (1 - rate) / rate * exp(of(0.0) - lift)), cap), 0.0)
            total = total + share * grown
        return least(most(total, 0.0), 1.0)
