"""The levers as a page shows them, and a page's state as its levers say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from dashapp.i18n import number, points, share, t
from dashapp.services.opened import Opened
from dashapp.urlstate import (
    BASES,
    GRIDS,
    LEAST_VOLUME,
    MODES,
    MOST_VOLUME,
    ORDERS,
    PACES,
    STARTS,
    SURES,
    TRENDS,
    VIEWS,
    PageState,
    format_page,
)
from dashapp.urlstate import trend as trend_said
from dashapp.views import levers, measure_hints, measure_levers, trend_levers
from dashapp.views.shown import indicators, main_indicator, saved_labels
from engine import METHODS, RoundingMode

GOAL = "goal."
"""Prefix of the keys of the goals' sliders; the rest of the key is the indicator."""
OWN_SLIDERS = ("milestone", "floor", "cap", "step")
"""Sliders of the shown indicator."""
VOLUME = "volume"
"""Key of the slider of estimated volumes; it holds for all indicators."""
TOP = "top"
"""The choice of agencies that have none above them."""

OPTIONS_KEPT = 64
"""Lists of options, which nobody changes: there are a few of each."""
_OFF: Mapping[str, float] = MappingProxyType(
    {"milestone": 0.0, "floor": levers.NO_FLOOR, "cap": levers.NO_CAP, "step": levers.NO_STEP}
)

Option = dict[str, Any]


@dataclass(frozen=True)
class Controls:
    """Values of all controls of the workbench for one state.

    Attributes
    ----------
    sliders : mapping of key to percent
    measures : mapping of a measure's id to its fields (`measure_levers.values`)
    rules, kept : options of the list of rules, and the ids that are ticked
    stock : bool
        True where the indicator has no basis to choose.
    """

    indicator: str
    sliders: Mapping[str, float]
    method: str
    methods: list[Option]
    principle: str
    basis: str
    stock: bool
    pace: str
    mode: str
    grid: str
    grids: list[Option]
    rules: list[Option]
    kept: list[str]
    inside: str
    order: str
    view: str
    start: str
    trend: str
    follow: str
    measures: Mapping[str, Mapping[str, Any]]
    sure: str


@dataclass(frozen=True)
class Moved:
    """What the controls of a page say; sliders that are missing or empty keep what held before."""

    sliders: Mapping[str, float | None]
    method: str | None = None
    basis: str | None = None
    pace: str | None = None
    mode: str | None = None
    grid: str | None = None
    kept: Sequence[str] | None = None
    inside: str | None = None
    order: str | None = None
    view: str | None = None
    start: str | None = None
    trend: str | None = None
    follow: str | None = None
    measures: Mapping[str, Any] | None = None
    sure: str | None = None


def keys(opened: Opened) -> tuple[str, ...]:
    """Keys of all sliders of a page: one goal per indicator, those of the shown indicator, the volumes."""
    own = [f"{GOAL}{id}" for id in indicators(opened.campaign, opened.scenario.plan)]
    return (*own, *OWN_SLIDERS, VOLUME)


def shown_indicator(state: PageState, opened: Opened) -> str:
    """The indicator that the page shows."""
    return state.indicator or main_indicator(opened.campaign, opened.scenario.plan)


def of(state: PageState, opened: Opened) -> Controls:
    """The controls that belong to a state."""
    saved = opened.scenario
    indicator, lang = shown_indicator(state, opened), state.lang
    now = levers.settled(state, saved, indicator)
    own = levers.of_saved(saved, indicator)
    sliders = {
        f"{GOAL}{id}": levers.settled(state, saved, id).goal or 0.0 for id in indicators(opened.campaign, saved.plan)
    }
    sliders |= {name: getattr(now, name) for name in OWN_SLIDERS}
    sliders[VOLUME] = levers.volume_of(saved) if state.volume is None else state.volume
    words = saved_labels(opened, lang)
    listed = levers.listed(saved, indicator)
    method = now.method or ""
    return Controls(
        indicator=indicator,
        sliders=sliders,
        method=method,
        methods=_methods(own.method or "", lang),
        principle=t(f"terms.method.{method}.principle", lang),
        basis=now.basis or BASES[0],
        stock=now.basis is None,
        pace=now.pace or PACES[0],
        mode=now.mode or MODES[0],
        grid=now.grid or GRIDS[0],
        grids=_grids(own.grid, now.mode, lang),
        rules=[{"label": words.rule(rule), "value": rule.id, "title": rule.reason.get(lang, "")} for rule in listed],
        kept=[rule.id for rule in listed if rule.id not in state.dropped],
        inside=state.inside or TOP,
        order=state.order or ORDERS[0],
        view=state.view or VIEWS[0],
        start=now.start or STARTS[0],
        trend=now.trend or TRENDS[0],
        follow=state.follow or trend_levers.follow_of(saved),
        measures=measure_levers.values(state, opened),
        sure="" if state.sure is None else str(state.sure),
    )


def read(state: PageState, opened: Opened, moved: Moved) -> PageState:
    """The state that the controls ask for, given the state they were drawn for."""
    saved, indicator = opened.scenario, shown_indicator(state, opened)
    for id in indicators(opened.campaign, saved.plan):
        goal = moved.sliders.get(f"{GOAL}{id}")
        if goal is not None:
            state = _with(state, opened, id, goal=goal)
    own: dict[str, Any] = {name: moved.sliders.get(name) for name in OWN_SLIDERS}
    own |= {name: getattr(moved, name) for name in ("method", "mode", "grid", "basis", "pace", "start")}
    own["trend"] = None if moved.trend is None else trend_said(str(moved.trend))
    if saved.plan.indicator(indicator).basis is None:
        own.pop("basis")
    state = _with(state, opened, indicator, **{name: value for name, value in own.items() if value is not None})
    volume = moved.sliders.get(VOLUME)
    if volume is not None:
        state = replace(state, volume=None if volume == levers.volume_of(saved) else volume)
    if moved.sure is not None:
        state = replace(state, sure=int(moved.sure) if moved.sure in map(str, SURES) else None)
    state = trend_levers.read(state, opened, moved.follow)
    if moved.measures is not None:
        state = measure_levers.read(state, opened, moved.measures)
    if moved.kept is not None:
        listed = levers.listed(saved, indicator)
        ids = {rule.id for rule in listed}
        elsewhere = [id for id in state.dropped if id not in ids]
        dropped = [rule.id for rule in listed if rule.id not in moved.kept]
        state = replace(state, dropped=(*elsewhere, *dropped))
    return replace(
        state,
        indicator=indicator,
        inside="" if moved.inside in (None, TOP) else moved.inside,
        order=moved.order or state.order,
        view=moved.view or state.view,
    )


def _with(state: PageState, opened: Opened, indicator: str, **values: Any) -> PageState:
    own = levers.set_to(state.of(indicator), opened.scenario, indicator, values)
    return state if own == state.of(indicator) else state.with_levers(indicator, own)


Hint = list[str]
"""What stands beside a control: ``[text]``, ``[text, address]`` (a link), or ``[line, text, address]`` in a list."""


def hints(state: PageState, opened: Opened) -> Mapping[str, list[Hint]]:
    """For every control that was moved, a link back to what is saved; for limits that are open, that they are.

    As data, which a script writes beside the controls: most moves change one or two of them. Nothing to say, no key.
    """
    saved, indicator, lang = opened.scenario, shown_indicator(state, opened), state.lang
    found: dict[str, list[Hint]] = {}
    for key in keys(opened):
        if key == VOLUME:
            continue
        id, name = (key.removeprefix(GOAL), "goal") if key.startswith(GOAL) else (indicator, key)
        own, now = getattr(state.of(id), name), getattr(levers.settled(state, saved, id), name)
        if now == _OFF.get(name):
            found[key] = [[t(f"web.lever.no_{name}", lang)]]
        if own is not None:
            before = _written(name, getattr(levers.of_saved(saved, id), name), lang)
            back = format_page(state.with_levers(id, replace(state.of(id), **{name: None})))
            found.setdefault(key, []).append([t("web.lever.saved", lang, value=before), back])
        reach = levers.settled(state, saved, id).reach
        if name == "goal" and reach:
            words = t("sureness.to_reach", lang, reach=share(reach / 100, lang, 2, trim=True))
            own_goal = levers.surer(state, saved, id, reach, reach)
            found.setdefault(key, []).append([words, format_page(own_goal)])
    own = state.of(indicator)
    groups = (("method", ("method",)), ("basis", ("basis",)), ("pace", ("pace",)), ("rounding", ("mode", "grid")))
    for key, fields in groups:
        if any(getattr(own, name) is not None for name in fields):
            back = format_page(state.with_levers(indicator, replace(own, **dict.fromkeys(fields))))
            found[key] = [[t("web.lever.back", lang), back]]
    if state.relaxed:
        words = t("web.lever.relaxed", lang, points=points(state.relaxed / 100, lang, 1, trim=True))
        found["rules"] = [[words], [t("web.lever.back", lang), format_page(replace(state, relaxed=0.0))]]
    if state.pins:
        found["pins"] = _pins(state, opened)
    if state.volume is not None:
        before = share(levers.volume_of(saved) / 100, lang, 0)
        found[VOLUME] = [[t("web.lever.saved", lang, value=before), format_page(replace(state, volume=None))]]
    found.update(trend_levers.hints(state, opened, indicator))
    return {**found, **measure_hints.hints(state, opened, indicator)}


def _pins(state: PageState, opened: Opened) -> list[Hint]:
    """Every target set by hand, each with the way to take it back."""
    lang = state.lang
    words = saved_labels(opened, lang)
    return [
        [
            t(
                "web.pin.line",
                lang,
                agency=words.agency(one.agency),
                indicator=words.indicator(one.indicator),
                period=one.period,
                value=one.value / 100,
            ),
            t("web.pin.take_out", lang),
            format_page(state.pinned(one.place, None)),
        ]
        for one in state.pins
    ]


def _written(name: str, value: float | None, lang: str) -> str:
    if value is None or value == _OFF.get(name):
        return t(f"web.lever.no_{name}", lang) if name in _OFF else ""
    if name == "step":
        return points(value / 100, lang, 1, trim=True)
    return share(value / 100, lang, 1, trim=True)


@lru_cache(maxsize=OPTIONS_KEPT)
def _methods(own: str, lang: str) -> list[Option]:
    known = [name for name in METHODS if name != "blend" or own == "blend"]
    return [{"label": t(f"terms.method.{name}.name", lang), "value": name} for name in known]


@lru_cache(maxsize=OPTIONS_KEPT)
def _grids(own: str | None, mode: str | None, lang: str) -> list[Option]:
    """Grids to choose from; the scenario's own one only where it has one."""
    found = [{"label": _grid(name, lang), "value": name} for name in GRIDS]
    if own == levers.OWN_GRID:
        found.insert(0, {"label": t("web.lever.grid_own", lang), "value": levers.OWN_GRID})
    if mode == RoundingMode.NONE:
        return [{**one, "disabled": True} for one in found]
    return found


def _grid(name: str, lang: str) -> str:
    if name in ("count", "ladder"):
        return t(f"web.lever.grid_{name}", lang)
    return t("web.lever.grid_step", lang, step=number(float(name), lang, 1, trim=True))


def lever_words(key: str, state: PageState, opened: Opened) -> tuple[str, str]:
    """Label and unit of a slider."""
    lang = state.lang
    if key.startswith(GOAL):
        return saved_labels(opened, lang).indicator(key.removeprefix(GOAL)), "%"
    first = opened.scenario.plan.periods[0].id
    return t(f"web.lever.{key}", lang, period=first), t("web.lever.points", lang) if key == "step" else "%"


def range_of(key: str) -> tuple[float, float, float]:
    """Least value, greatest value and step of a slider."""
    return (LEAST_VOLUME, MOST_VOLUME, 10) if key == VOLUME else (0, 100, 1)
