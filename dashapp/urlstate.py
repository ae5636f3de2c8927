"""The state of a page as its address, both ways: what a person shares is exactly what the other one opens.

``/scenarios/<campaign>/<preset>?i=online&g.online=55&f.online=30&lang=en`` holds only what differs from
the preset. Shares are percents with a decimal point. What an address says wrongly is reported and left out;
nothing here raises for an address.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from dashapp.i18n import LANGUAGES

WORKBENCH = "/scenarios"
COMPARE = "/compare"
DECIMALS = 4
"""Decimals of a percent kept in an address."""
LONGEST = 4000
"""Characters of a query that are read; longer ones are no address of ours."""

MOST_NAMED = 12
"""A fault names what would be right where that is not too long a list."""

BASES = ("cumulative", "in_period")
MODES = ("nearest", "up", "largest_remainder", "none")
GRIDS = ("1", "2", "2.5", "5", "10", "count", "ladder")
"""Grids of rounding: a step in percent, whole units, or the ladder 50, 60, 70, 80, 90, 100 %."""

_ID = re.compile(r"[A-Za-z0-9_.\-À-ỹ]{1,80}")


@dataclass(frozen=True)
class Choices:
    """What an address may name in one campaign; the first of each is the default where one is needed."""

    presets: tuple[str, ...]
    indicators: tuple[str, ...]
    periods: tuple[str, ...]
    methods: tuple[str, ...]
    agencies: frozenset[str]


@dataclass(frozen=True)
class Levers:
    """What a person changed of one indicator; None leaves the preset's own. Numbers are percents in [0, 100].

    `floor` 0, `cap` 100 and `step` 100 mean none. `milestone` is the goal of the first period, 0: none.
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

    @property
    def untouched(self) -> bool:
        return self == Levers()


@dataclass(frozen=True)
class PageState:
    """Everything a workbench page shows, apart from the figures themselves.

    Attributes
    ----------
    campaign, preset : str
        Together the scenario's id.
    indicator : str
        Shown indicator; empty: the campaign's first.
    inside : str
        Code of the agency whose children are shown; empty: agencies without one above.
    agency : str
        Code of the agency that is explained; empty: none.
    levers : mapping of indicator id to Levers
    dropped : tuple of str
        Ids of the preset's rules that are set aside.
    relaxed : float
        Points by which the preset's own caps and steps are loosened.
    """

    campaign: str
    preset: str
    lang: str = LANGUAGES[0]
    indicator: str = ""
    inside: str = ""
    agency: str = ""
    levers: Mapping[str, Levers] = field(default_factory=lambda: MappingProxyType({}))
    dropped: tuple[str, ...] = ()
    relaxed: float = 0.0

    @property
    def scenario(self) -> str:
        return f"{self.campaign}/{self.preset}"

    @property
    def changed(self) -> bool:
        """True if any lever differs from the preset."""
        return bool(self.levers or self.dropped or self.relaxed)

    def of(self, indicator: str) -> Levers:
        """The levers of one indicator."""
        return self.levers.get(indicator, Levers())

    def with_levers(self, indicator: str, levers: Levers) -> PageState:
        """The same page with other levers of one indicator."""
        others = {name: one for name, one in self.levers.items() if name != indicator}
        if not levers.untouched:
            others[indicator] = levers
        return replace(self, levers=others)

    def reset(self) -> PageState:
        """The same page with every lever back at the preset."""
        return replace(self, levers={}, dropped=(), relaxed=0.0)


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
    }
)
_NUMBERS = frozenset({"goal", "milestone", "floor", "cap", "step"})


def format_page(state: PageState) -> str:
    """The address (path and query) of a workbench page; `parse_page` reads it back to an equal state."""
    pairs = []
    if state.lang != LANGUAGES[0]:
        pairs.append(("lang", state.lang))
    pairs += [(key, value) for key, value in (("i", state.indicator), ("in", state.inside)) if value]
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
    if state.agency:
        pairs.append(("a", state.agency))
    path = f"{WORKBENCH}/{quote(state.campaign)}/{quote(state.preset)}"
    return path + ("?" + urlencode(pairs, safe=",") if pairs else "")


# --- from an address to its page -----------------------------------------------------------------------------
def split(address: str) -> tuple[str, list[tuple[str, str]]]:
    """Path and query pairs of an address; a query that is too long counts as none, and so does what is no address."""
    try:
        parts = urlsplit(address) if len(address) <= LONGEST else urlsplit(address.partition("?")[0][:LONGEST])
    except ValueError:  # such as //[
        return "", []
    return unquote(parts.path), parse_qsl(parts.query, keep_blank_values=True)


def language(address: str) -> str:
    """Language of an address, the first of `LANGUAGES` unless it says another that exists."""
    found = dict(split(address)[1]).get("lang", LANGUAGES[0])
    return found if found in LANGUAGES else LANGUAGES[0]


def place(path: str) -> tuple[str, str] | None:
    """Campaign and preset that a path names, empty where it names none; None if it is no workbench path."""
    parts = [part for part in path.split("/") if part]
    if not parts or "/" + parts[0] != WORKBENCH or len(parts) > 3:
        return None
    campaign, preset = (*parts[1:], "", "")[:2]
    return campaign, preset


def parse_page(address: str, campaign: str, choices: Choices) -> tuple[PageState, tuple[Fault, ...]]:
    """The page that an address asks for, and what of it could not be used.

    Parameters
    ----------
    address : str
        Path and query.
    campaign : str
        Id of the campaign that `choices` belong to; the address's own campaign is not looked at again.
    """
    path, pairs = split(address)
    _, preset = place(path) or ("", "")
    faults: list[Fault] = []
    if preset not in choices.presets:
        if preset:
            faults.append(Fault("unknown_preset", "", preset, choices.presets))
        preset = choices.presets[0]
    state = PageState(campaign=campaign, preset=preset, lang=language(address))
    for key, value in pairs:
        state = _with_pair(state, key, value, choices, faults)
    return state, tuple(faults)


def _with_pair(state: PageState, key: str, value: str, choices: Choices, faults: list[Fault]) -> PageState:
    def known(options: Collection[str], name: str) -> PageState:
        if value in options:
            changed: dict[str, Any] = {name: value}
            return replace(state, **changed)
        faults.append(Fault("unknown_value", key, value, tuple(options) if len(options) <= MOST_NAMED else ()))
        return state

    match key:
        case "lang":
            return known(LANGUAGES, "lang")
        case "i":
            return known(choices.indicators, "indicator")
        case "in":
            return known(choices.agencies, "inside")
        case "a":
            return known(choices.agencies, "agency")
        case "drop":
            rules = tuple(dict.fromkeys(rule for rule in value.split(",") if _ID.fullmatch(rule)))
            return replace(state, dropped=rules)
        case "relax":
            number = percent(value)
            if number is None:
                faults.append(Fault("bad_number", key, value))
            return replace(state, relaxed=number or 0.0)
    return _with_lever(state, key, value, choices, faults)


def _with_lever(state: PageState, key: str, value: str, choices: Choices, faults: list[Fault]) -> PageState:
    short, _, indicator = key.partition(".")
    name = _FIELDS.get(short)
    if name is None or indicator not in choices.indicators:
        faults.append(Fault("unknown_key", key, value))
        return state
    if name in _NUMBERS:
        number = percent(value)
        if number is None:
            faults.append(Fault("bad_number", key, value))
            return state
        return _lever(state, indicator, name, number)
    options = {"method": choices.methods, "basis": BASES, "mode": MODES, "grid": GRIDS}[name]
    if value not in options:
        faults.append(Fault("unknown_value", key, value, options))
        return state
    return _lever(state, indicator, name, value)


def _lever(state: PageState, indicator: str, name: str, value: Any) -> PageState:
    changed: dict[str, Any] = {name: value}
    return state.with_levers(indicator, replace(state.of(indicator), **changed))


# --- the comparison ------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class CompareState:
    """Two scenarios side by side; `left` and `right` are scenario ids of one campaign."""

    left: str
    right: str
    lang: str = LANGUAGES[0]
    indicator: str = ""


def format_compare(state: CompareState) -> str:
    """The address of a comparison."""
    pairs = [("s", f"{state.left},{state.right}")]
    if state.indicator:
        pairs.append(("i", state.indicator))
    if state.lang != LANGUAGES[0]:
        pairs.append(("lang", state.lang))
    return f"{COMPARE}?{urlencode(pairs, safe=',/')}"


def compared(address: str) -> tuple[str, ...]:
    """Scenario ids that an address asks to compare, as written."""
    return tuple(one for one in dict(split(address)[1]).get("s", "").split(",") if one)


def parse_compare(address: str, campaign: str, choices: Choices) -> tuple[CompareState, tuple[Fault, ...]]:
    """The comparison that an address asks for; the campaign's first two presets where it names none that exist."""
    known = [f"{campaign}/{preset}" for preset in choices.presets]
    faults = []
    chosen: list[str] = []
    for found in compared(address):
        if found in known:
            chosen.append(found)
        else:
            faults.append(Fault("unknown_preset", "s", found, choices.presets))
    if len(chosen) > 2:
        faults.append(Fault("too_many", "s", ",".join(chosen[2:])))
    spare = [one for one in known if one not in chosen] or known
    left, right = (*chosen, *spare, *spare)[:2]
    indicator = dict(split(address)[1]).get("i", "")
    if indicator and indicator not in choices.indicators:
        faults.append(Fault("unknown_value", "i", indicator, choices.indicators))
        indicator = ""
    return CompareState(left, right, language(address), indicator), tuple(faults)
