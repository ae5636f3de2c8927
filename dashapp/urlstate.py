"""The state of a page as its address, both ways: what a person shares is exactly what the other one opens.

``/scenarios/<campaign>/<slug>?i=online&g.online=55&f.online=30&lang=en`` holds only what differs from the
scenario as saved; ``v`` and ``fv`` name a version of it and of the figures where not the newest are meant. Shares are
percents with a decimal point. What an address says wrongly is reported and left out; nothing here raises for an
address.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlencode, urlsplit

from dashapp import measurestate
from dashapp.i18n import LANGUAGES
from dashapp.measurestate import MeasureLever

OVERVIEW = "/"
WORKBENCH = "/scenarios"
COMPARE = "/compare"
FIGURES = "/figures"
DECIMALS = 4
"""Decimals of a percent kept in an address."""
LONGEST = 4000
"""Characters of a query that are read; longer ones are no address of ours."""

QUOTED_KEPT, SPLIT_KEPT = 4096, 256
"""Values and addresses remembered: each is asked for several times while one question is answered."""
MOST_NAMED = 12
"""A fault names what would be right where that is not too long a list."""

BASES = ("cumulative", "in_period")
PACES = ("linear", "front", "back", "s_curve")
ORDERS = ("now", "target", "gain", "volume", "name")
"""Orders of agencies in charts and tables, the first unless an address says another."""
VIEWS = ("agencies", "path", "effort", "fairness", "gap")
"""Pictures of a result, the first unless an address says another."""
LEAST_VOLUME, MOST_VOLUME = 10.0, 1000.0
"""Expected volumes as percents of the estimate."""
STARTS = ("current", "projected")
"""Where agencies start from: the figures, or what would happen anyway plus the measures."""
SURES = (50, 60, 70, 80, 90, 95)
"""Chances [percent] with which one may want a goal to be reached."""
TRENDS = ("none", "linear", "logistic", "recent")
"""What goes on by itself: nothing, or a forecast fitted on months of the past. A number of log-odds a month, too."""
STEEPEST = 5.0
FOLLOWS = ("pro_rata", "last_year")
"""What volumes that nobody gave follow: days, or the months of last year."""
MODES = ("nearest", "up", "largest_remainder", "none")
GRIDS = ("1", "2", "2.5", "5", "10", "count", "ladder")
"""Grids of rounding: a step in percent, whole units, or the ladder 50, 60, 70, 80, 90, 100 %."""

_ID = re.compile(r"[A-Za-z0-9_.\-À-ỹ]{1,80}")
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(frozen=True)
class Choices:
    """What an address may name in one campaign; the first of each is the default where one is needed."""

    indicators: tuple[str, ...]
    periods: tuple[str, ...]
    methods: tuple[str, ...]
    agencies: Collection[str]
    measures: Collection[str] = ()


@dataclass(frozen=True)
class Pin:
    """A target set by hand; `value` is a percent in [0, 100]."""

    indicator: str
    agency: str
    period: str
    value: float

    @property
    def place(self) -> tuple[str, str, str]:
        """There is at most one pin of each place."""
        return self.indicator, self.agency, self.period


@dataclass(frozen=True)
class Levers:
    """What a person changed of one indicator; None leaves the scenario's own. Numbers are percents in [0, 100].

    `floor` 0, `cap` 100 and `step` 100 mean none. `milestone` is the goal of the first period, 0: none. `reach` is what
    is really to be reached where the goal is set higher to be the surer of it, 0: the goal itself.
    """

    goal: float | None = None
    milestone: float | None = None
    method: str | None = None
    basis: str | None = None
    floor: float | None = None
    cap: float | None = None
    step: float | None = None
    mode: str | None = None
    grid: str | None = None
    pace: str | None = None
    start: str | None = None
    reach: float | None = None
    trend: str | None = None

    @property
    def untouched(self) -> bool:
        return self == UNTOUCHED


UNTOUCHED = Levers()


Lever = TypeVar("Lever", Levers, MeasureLever)


@dataclass(frozen=True)
class PageState:
    """Everything a workbench page shows, apart from the figures themselves.

    Attributes
    ----------
    campaign, slug : str
        Together the address of a scenario in the store.
    version, figures : int or None
        Numbers of the versions of scenario and figures; None: the newest.
    indicator : str
        Shown indicator; empty: the campaign's first.
    inside : str
        Code of the agency whose children are shown; empty: agencies without one above.
    agency : str
        Code of the agency that is explained; empty: none.
    levers : mapping of indicator id to Levers
    dropped : tuple of str
        Ids of the scenario's rules that are set aside.
    relaxed : float
        Points by which the scenario's own caps and steps are loosened.
    pins : tuple of Pin
        Targets set by hand, in the order of their places.
    volume : float or None
        Estimated volumes as a percent of the plain estimate; None: as the scenario has it.
    follow : str or None
        What estimated volumes follow, of `FOLLOWS`; None: as the scenario has it.
    measures : mapping of a measure's id to MeasureLever
    sure : int or None
        The chance [percent] with which the shown indicator's goal is wanted; None: nobody asks.
    order, view : str
        Order of agencies, and the picture that is shown; empty: the first of `ORDERS` and `VIEWS`.
    """

    campaign: str
    slug: str
    lang: str = LANGUAGES[0]
    version: int | None = None
    figures: int | None = None
    indicator: str = ""
    inside: str = ""
    agency: str = ""
    levers: Mapping[str, Levers] = field(default_factory=lambda: MappingProxyType({}))
    dropped: tuple[str, ...] = ()
    relaxed: float = 0.0
    pins: tuple[Pin, ...] = ()
    volume: float | None = None
    follow: str | None = None
    measures: Mapping[str, MeasureLever] = field(default_factory=lambda: MappingProxyType({}))
    sure: int | None = None
    order: str = ""
    view: str = ""

    @property
    def changed(self) -> bool:
        """True if any lever differs from the scenario as saved."""
        moved = self.levers or self.dropped or self.relaxed or self.pins or self.measures
        return bool(moved or self.volume is not None or self.follow is not None)

    def of(self, indicator: str) -> Levers:
        """The levers of one indicator."""
        return self.levers.get(indicator, UNTOUCHED)

    def with_levers(self, indicator: str, levers: Levers) -> PageState:
        """The same page with other levers of one indicator."""
        others = {name: one for name, one in self.levers.items() if name != indicator}
        if not levers.untouched:
            others[indicator] = levers
        return replace(self, levers=others)

    def with_measure(self, id: str, lever: MeasureLever) -> PageState:
        """The same page with another lever of one measure."""
        others = {name: one for name, one in self.measures.items() if name != id}
        if not lever.untouched:
            others[id] = lever
        return replace(self, measures=others)

    def reset(self) -> PageState:
        """The same page with every lever back at the scenario as saved."""
        return replace(self, levers={}, dropped=(), relaxed=0.0, pins=(), volume=None, follow=None, measures={})

    def pinned(self, place: tuple[str, str, str], value: float | None) -> PageState:
        """The same page with a target set by hand, or no longer (None)."""
        others = [one for one in self.pins if one.place != place]
        if value is not None:
            others.append(Pin(*place, value))
        return replace(self, pins=tuple(sorted(others, key=lambda one: one.place)))


@dataclass(frozen=True)
class Fault:
    """Something in an address that could not be used: the key, what it said, and what was meant to be there."""

    code: str
    key: str
    found: str
    known: tuple[str, ...] = ()


def percent(text: str) -> float | None:
    """A percent in [0, 100] as an address or a person writes it (``52.5`` or ``52,5``); None where it is none."""
    if not re.fullmatch(r"\d{1,3}(?:[.,]\d{1,8})?", text.strip()):
        return None
    value = round(float(text.strip().replace(",", ".")), DECIMALS)
    return value if 0 <= value <= 100 else None


def volume(text: str) -> float | None:
    """Expected volumes as a percent of the estimate, `LEAST_VOLUME` to `MOST_VOLUME`; None where it is none."""
    if not re.fullmatch(r"\d{1,4}(?:[.,]\d{1,8})?", text.strip()):
        return None
    value = round(float(text.strip().replace(",", ".")), DECIMALS)
    return value if LEAST_VOLUME <= value <= MOST_VOLUME else None


def trend(text: str) -> str | None:
    """A trend as an address holds it: one of `TRENDS`, or log-odds a month up to `STEEPEST` either way; else None."""
    said = text.strip()
    if said in TRENDS:
        return said
    if not re.fullmatch(r"-?\d(?:[.,]\d{1,8})?", said):
        return None
    value = round(float(said.replace(",", ".")), DECIMALS)
    return (written(value) if value else TRENDS[0]) if abs(value) <= STEEPEST else None


def written(value: float) -> str:
    """A percent as an address holds it: the shortest text with at most `DECIMALS` decimals."""
    if not math.isfinite(value):
        raise ValueError(value)
    return f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")


# --- from a page to its address ------------------------------------------------------------------------------
_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "g": "goal",
        "q": "milestone",
        "m": "method",
        "b": "basis",
        "f": "floor",
        "c": "cap",
        "s": "step",
        "r": "mode",
        "d": "grid",
        "p": "pace",
        "st": "start",
        "h": "reach",
        "tr": "trend",
    }
)
_OPTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"basis": BASES, "mode": MODES, "grid": GRIDS, "pace": PACES, "start": STARTS}
)
_NUMBERS = frozenset({"goal", "milestone", "floor", "cap", "step", "reach"})


def format_page(state: PageState) -> str:
    """The address (path and query) of a workbench page; `parse_page` reads it back to an equal state."""
    pairs = []
    if state.lang != LANGUAGES[0]:
        pairs.append(("lang", state.lang))
    pairs += [(key, str(value)) for key, value in (("v", state.version), ("fv", state.figures)) if value is not None]
    shown = (("i", state.indicator), ("in", state.inside), ("o", state.order), ("view", state.view))
    pairs += [(key, value) for key, value in shown if value]
    for indicator in sorted(state.levers):
        levers = state.levers[indicator]
        for short, name in _FIELDS.items():
            value = getattr(levers, name)
            if value is not None:
                pairs.append((f"{short}.{indicator}", written(value) if name in _NUMBERS else value))
    if state.dropped:
        pairs.append(("drop", ",".join(state.dropped)))
    if state.relaxed:
        pairs.append(("relax", written(state.relaxed)))
    if state.volume is not None:
        pairs.append(("vol", written(state.volume)))
    if state.follow is not None:
        pairs.append(("fol", state.follow))
    pairs += measurestate.pairs(state.measures)
    if state.sure is not None:
        pairs.append(("sure", str(state.sure)))
    pairs += [("pin", f"{one.indicator}:{one.agency}:{one.period}:{written(one.value)}") for one in state.pins]
    if state.agency:
        pairs.append(("a", state.agency))
    path = f"{WORKBENCH}/{quote(state.campaign)}/{quote(state.slug)}"
    return path + ("?" + "&".join(f"{_quoted(key)}={_quoted(value)}" for key, value in pairs) if pairs else "")


@lru_cache(maxsize=QUOTED_KEPT)
def _quoted(text: str) -> str:
    """A part of a query: every answer writes some ten addresses, nearly all of the same parts."""
    return quote_plus(text, safe=",:")


# --- from an address to its page -----------------------------------------------------------------------------
def split(address: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Path and query pairs of an address; a query that is too long counts as none, and so does what is no address."""
    return _parts(address if len(address) <= LONGEST else address.partition("?")[0][:LONGEST])


@lru_cache(maxsize=SPLIT_KEPT)
def _parts(address: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    try:
        parts = urlsplit(address)
    except ValueError:  # such as //[
        return "", ()
    return unquote(parts.path), tuple(parse_qsl(parts.query, keep_blank_values=True))


def language(address: str) -> str:
    """Language of an address, the first of `LANGUAGES` unless it says another that exists."""
    found = dict(split(address)[1]).get("lang", LANGUAGES[0])
    return found if found in LANGUAGES else LANGUAGES[0]


def place(path: str) -> tuple[str, str] | None:
    """Campaign and scenario that a path names, empty where it names none; None if it is no workbench path."""
    parts = [part for part in path.split("/") if part]
    if not parts or "/" + parts[0] != WORKBENCH or len(parts) > 3:
        return None
    campaign, slug = (*parts[1:], "", "")[:2]
    return campaign, slug


def versions(address: str) -> tuple[int | None, int | None]:
    """Numbers of the versions of scenario and figures that an address names; None where it names none."""
    said = dict(split(address)[1])
    scenario, figures = (
        int(text) if _NUMBER.fullmatch(text) else None for text in (said.get("v", ""), said.get("fv", ""))
    )
    return scenario, figures


def format_overview(campaign: str, lang: str, indicator: str = "") -> str:
    """The address of the overview of a campaign."""
    pairs = [(key, value) for key, value in (("c", campaign), ("i", indicator)) if value]
    if lang != LANGUAGES[0]:
        pairs.append(("lang", lang))
    return OVERVIEW + ("?" + urlencode(pairs) if pairs else "")


def parse_page(address: str, state: PageState, choices: Choices) -> tuple[PageState, tuple[Fault, ...]]:
    """The page that an address asks for, and what of it could not be used.

    Parameters
    ----------
    address : str
        Path and query.
    state : PageState
        Campaign, scenario and versions as opened; the address's own are not looked at again.
    """
    reader = _Reader(state, choices)
    for key, value in split(address)[1]:
        reader.take(key, value)
    return reader.state(language(address)), tuple(reader.faults)


class _Reader:
    """What the pairs of an address say, gathered first: a page has one state, not one after every pair."""

    def __init__(self, state: PageState, choices: Choices) -> None:
        self._before, self._choices = state, choices
        self._fields: dict[str, Any] = {}
        self._levers: dict[str, dict[str, Any]] = {}
        self._measures: dict[str, dict[str, Any]] = {}
        self._pins: dict[tuple[str, str, str], float] = {}
        self.faults: list[Fault] = []

    def state(self, lang: str) -> PageState:
        """The page with all that was taken."""
        levers = {id: replace(self._before.of(id), **said) for id, said in self._levers.items()}
        before = self._before.measures
        measures = {id: replace(before.get(id, MeasureLever()), **said) for id, said in self._measures.items()}
        pins = {one.place: one.value for one in self._before.pins} | self._pins
        return replace(
            self._before,
            lang=lang,
            levers=_touched(self._before.levers, levers),
            measures=_touched(before, measures),
            pins=tuple(Pin(*place, pins[place]) for place in sorted(pins)),
            **self._fields,
        )

    def take(self, key: str, value: str) -> None:
        """One pair; what cannot be used becomes a fault."""
        match key:
            case "lang":
                self._known(key, value, LANGUAGES)
            case "i":
                self._known(key, value, self._choices.indicators, "indicator")
            case "in":
                self._known(key, value, self._choices.agencies, "inside")
            case "a":
                self._known(key, value, self._choices.agencies, "agency")
            case "o":
                self._known(key, value, ORDERS, "order")
            case "view":
                self._known(key, value, VIEWS, "view")
            case "fol":
                self._known(key, value, FOLLOWS, "follow")
            case "sure":
                if value in map(str, SURES):
                    self._fields["sure"] = int(value)
                else:
                    self._fault("unknown_value", key, value, tuple(map(str, SURES)))
            case "v" | "fv":
                if not _NUMBER.fullmatch(value):
                    self._fault("bad_version", key, value)
            case "pin":
                self._pin(value)
            case "vol":
                self._fields["volume"] = volume(value)
                if self._fields["volume"] is None:
                    self._fault("bad_volume", key, value)
            case "drop":
                self._fields["dropped"] = tuple(dict.fromkeys(rule for rule in value.split(",") if _ID.fullmatch(rule)))
            case "relax":
                number = percent(value)
                self._fields["relaxed"] = number or 0.0
                if number is None:
                    self._fault("bad_number", key, value)
            case _:
                short, _, name = key.partition(".")
                if short in measurestate.FIELDS:
                    self._measure(key, value, measurestate.FIELDS[short], name)
                elif short in _FIELDS and name in self._choices.indicators:
                    self._lever(key, value, _FIELDS[short], name)
                else:
                    self._fault("unknown_key", key, value)

    def _fault(self, code: str, key: str, found: str, known: tuple[str, ...] = ()) -> None:
        self.faults.append(Fault(code, key, found, known))

    def _known(self, key: str, value: str, options: Collection[str], field: str = "") -> None:
        """One of the options, for a field of the page if it is named."""
        if value not in options:
            self._fault("unknown_value", key, value, tuple(options) if len(options) <= MOST_NAMED else ())
        elif field:
            self._fields[field] = value

    def _lever(self, key: str, value: str, name: str, indicator: str) -> None:
        said: str | float | None
        if name in _NUMBERS:
            said, fault = percent(value), Fault("bad_number", key, value)
        elif name == "trend":
            said, fault = trend(value), Fault("bad_trend", key, value, TRENDS)
        else:
            known = self._choices.methods if name == "method" else _OPTIONS[name]
            said, fault = value if value in known else None, Fault("unknown_value", key, value, known)
        if said is None:
            self.faults.append(fault)
        else:
            self._levers.setdefault(indicator, {})[name] = said

    def _measure(self, key: str, value: str, name: str, id: str) -> None:
        if id not in self._choices.measures:
            self._fault("unknown_measure", key, id, tuple(self._choices.measures))
            return
        said = measurestate.read(name, value, self._choices.agencies)
        if said is None:
            self._fault(f"bad_measure_{name}", key, value)
        else:
            self._measures.setdefault(id, {})[name] = said

    def _pin(self, text: str) -> None:
        indicator, agency, period, number = (*text.split(":"), "", "", "", "")[:4]
        value, own = percent(number), self._choices
        fits = indicator in own.indicators and agency in own.agencies and period in own.periods
        if value is None or not fits or text.count(":") != 3:
            self._fault("bad_pin", "pin", text)
        else:
            self._pins[indicator, agency, period] = value


def _touched(before: Mapping[str, Lever], after: Mapping[str, Lever]) -> Mapping[str, Lever]:
    return {name: one for name, one in {**before, **after}.items() if not one.untouched}


# --- the comparison ------------------------------------------------------------------------------------------
FEWEST, MOST = 2, 4
"""How many scenarios stand side by side."""


@dataclass(frozen=True)
class CompareState:
    """Scenarios of one campaign side by side, by their names in addresses."""

    campaign: str
    slugs: tuple[str, ...]
    lang: str = LANGUAGES[0]
    indicator: str = ""
    order: str = ""


def format_compare(state: CompareState) -> str:
    """The address of a comparison."""
    pairs = [("s", ",".join(f"{state.campaign}/{one}" for one in state.slugs))] if state.slugs else []
    pairs += [(key, value) for key, value in (("i", state.indicator), ("o", state.order)) if value]
    if state.lang != LANGUAGES[0]:
        pairs.append(("lang", state.lang))
    return COMPARE + ("?" + urlencode(pairs, safe=",/") if pairs else "")


def compared(address: str) -> tuple[tuple[str, str], ...]:
    """Campaign and name of every scenario that an address asks to compare, as written; each once."""
    asked = [one for one in dict(split(address)[1]).get("s", "").split(",") if one]
    return tuple(dict.fromkeys((one.partition("/")[0], one.partition("/")[2]) for one in asked))


# --- finalising ----------------------------------------------------------------------------------------------
FINALIZE = "/finalize"


def format_finalize(campaign: str, lang: str, number: int | None = None, indicator: str = "", order: str = "") -> str:
    """The address of a campaign's table of targets by its number, or of the list of them."""
    named = (("c", campaign), ("t", "" if number is None else str(number)), ("i", indicator), ("o", order))
    pairs = [(key, value) for key, value in named if value]
    if lang != LANGUAGES[0]:
        pairs.append(("lang", lang))
    return FINALIZE + "?" + urlencode(pairs)
