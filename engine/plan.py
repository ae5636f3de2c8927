"""What is asked of the engine: periods, goals, method, rules and rounding, as one value.

All shares are fractions in [0, 1]. A plan is immutable; scenarios build one (see `scenarios`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """What an indicator counts: a catalogue at a date, or dossiers in a window."""

    STOCK = "stock"
    FLOW = "flow"


class Basis(StrEnum):
    """Window of a flow indicator: 1 January to the period's end, or the period alone."""

    CUMULATIVE = "cumulative"
    IN_PERIOD = "in_period"


class Pace(StrEnum):
    """How earlier periods share the way to the last target."""

    LINEAR = "linear"
    FRONT = "front"
    BACK = "back"
    S_CURVE = "s_curve"


class Toward(StrEnum):
    """What `gap_closing` closes the gap to."""

    REACHABLE = "reachable"
    GOAL = "goal"
    BEST_PEER = "best_peer"


class StartRate(StrEnum):
    """Which current rate rules and methods use."""

    RAW = "raw"
    SHRUNK = "shrunk"


class Start(StrEnum):
    """What methods start from: the figures as they are, or what would happen anyway plus the plan's measures."""

    CURRENT = "current"
    PROJECTED = "projected"


class Trend(StrEnum):
    """Forecasts that are fitted on monthly history (engine.md §2); none of them is presented as true."""

    LINEAR = "linear"
    LOGISTIC = "logistic"
    RECENT = "recent"


class Volumes(StrEnum):
    """How volumes that nobody gave are estimated: by days, or as last year's months ran."""

    PRO_RATA = "pro_rata"
    LAST_YEAR = "last_year"


class RoundingMode(StrEnum):
    NEAREST = "nearest"
    UP = "up"
    LARGEST_REMAINDER = "largest_remainder"
    NONE = "none"


class RuleKind(StrEnum):
    NO_BACKSLIDING = "no_backsliding"
    FLOOR = "floor"
    CAP = "cap"
    MIN_STEP = "min_step"
    MAX_STEP = "max_step"
    PROPOSAL_FLOOR = "proposal_floor"
    ONLINE_ONLY = "online_only"
    GROUP_GOAL = "group_goal"
    SAME_TARGET = "same_target"
    SMALL_VOLUME = "small_volume"
    PIN = "pin"
    EXEMPT = "exempt"


class Treatment(StrEnum):
    """What `small_volume` does to an agency below its threshold."""

    EXEMPT = "exempt"
    POOLED = "pooled"


class Level(StrEnum):
    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"


def _frozen() -> Mapping[str, float]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Period:
    """A period t: its `id` (e.g. ``2022Q3``) and the last day that counts."""

    id: str
    end: date


@dataclass(frozen=True, slots=True)
class Rounding:
    """The grid targets are issued on: a `step` [share], whole units (`count`) or a ladder of `levels`."""

    mode: RoundingMode = RoundingMode.NEAREST
    step: float = 0.01
    count: bool = False
    levels: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class MethodChoice:
    """A method by its registry name, with its options; `parts` (method, weight) for `blend` only."""

    name: str
    toward: Toward = Toward.REACHABLE
    parts: tuple[tuple[MethodChoice, float], ...] = ()

    def uses(self, what: str) -> bool:
        """Whether it, or a part of it, is the method or closes toward the point named `what`."""
        return what in (self.name, self.toward) or any(part.uses(what) for part, _ in self.parts)


@dataclass(frozen=True, slots=True)
class IndicatorPlan:
    """How one indicator is allocated.

    `goals` maps period id -> provincial share; the last period's goal is required. `reach` maps period id -> the share
    that is really to be reached, where the goal is set higher so that it is the more likely; chances are judged by it.
    `basis` is None for a stock. `trend` is read where `start` is projected: log-odds a month, or a fit on history.
    """

    id: str
    kind: Kind
    goals: Mapping[str, float]
    method: MethodChoice
    basis: Basis | None = None
    start: Start = Start.CURRENT
    trend: Trend | float = 0.0
    start_rate: StartRate = StartRate.RAW
    pace: Pace = Pace.LINEAR
    rounding: Rounding = field(default_factory=Rounding)
    source: str = ""
    reach: Mapping[str, float] = field(default_factory=_frozen)

    @property
    def judged(self) -> Mapping[str, float]:
        """Period id -> share by which a chance is judged: `reach`, else the goal."""
        return {**self.goals, **self.reach}


@dataclass(frozen=True, slots=True)
class Where:
    """Which agencies a rule concerns; empty fields select all. Fields are joined by "and".

    Volume is the denominator counted so far plus all that is expected to the last period's end.
    """

    levels: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    volume_from: float | None = None
    volume_below: float | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the plan.

    Attributes
    ----------
    id : str
        Unique in the plan; bounds are traced to it.
    value : float or None
        Share for `floor`, `cap`, `group_goal`, `pin`; points as a fraction for
        `min_step`, `max_step`; share s for `online_only`; threshold [units] for `small_volume`.
    since : date or None
        Start of `online_only`.
    treatment : Treatment or None
        For `small_volume`.
    indicators, periods : tuple of str
        Empty = all; `periods` empty means the last period for `pin`.
    reason, source
        Carried to the reader, never read by the engine.
    """

    kind: RuleKind
    id: str
    value: float | None = None
    since: date | None = None
    treatment: Treatment | None = None
    where: Where = field(default_factory=Where)
    indicators: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    reason: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    source: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that is done: it moves the in-period rate of the agencies it reaches (engine.md §2).

    Attributes
    ----------
    id : str
        Unique in the plan.
    effect, low, high : float
        Log-odds once it works fully, and the range it is believed to lie in; low ≤ effect ≤ high.
    start : date
        Nothing of it is felt up to this day.
    ramp_days : float
        Days until it works fully; 0 = at once.
    indicators : tuple of str
        Empty = all.
    name, evidence, source
        Carried to the reader, never read by the engine. Without `evidence` the effect is an assumption.
    """

    id: str
    effect: float
    low: float
    high: float
    start: date
    ramp_days: float = 0.0
    where: Where = field(default_factory=Where)
    indicators: tuple[str, ...] = ()
    name: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    evidence: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    source: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The share of the log-odds lift asked of it that an agency achieves: beta-distributed (engine.md §7).

    Attributes
    ----------
    mean, spread : float
        Mean and standard deviation, in [0, 1]; spread 0 = the mean for sure. By default all that is asked is done.
    common : float
        Share of the variation that all agencies have in common, in [0, 1] (correlation of a normal copula).
    """

    mean: float = 1.0
    spread: float = 0.0
    common: float = 0.0


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What nobody knows. The first three decide targets, the others only how sure anyone can be of them.

    Attributes
    ----------
    growth : float
        Of volumes that nobody gave, as a fraction.
    seasonality : mapping of period id to factor
    volumes : Volumes
        What such volumes follow.
    volume_spread : float
        Standard deviation of the logarithm of every future volume.
    delivery : Delivery
    draws, seed : int
    """

    growth: float = 0.0
    seasonality: Mapping[str, float] = field(default_factory=_frozen)
    volumes: Volumes = Volumes.PRO_RATA
    volume_spread: float = 0.1
    delivery: Delivery = field(default_factory=Delivery)
    draws: int = 10_000
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything the engine needs beside the figures."""

    as_of: date
    periods: tuple[Period, ...]
    indicators: tuple[IndicatorPlan, ...]
    rules: tuple[Rule, ...] = ()
    measures: tuple[Measure, ...] = ()
    cascade: bool | None = None
    assumptions: Assumptions = field(default_factory=Assumptions)

    @property
    def last(self) -> Period:
        return self.periods[-1]

    def indicator(self, id: str) -> IndicatorPlan:
        """The plan of one indicator; KeyError if it has none."""
        for one in self.indicators:
            if one.id == id:
                return one
        raise KeyError(id)
