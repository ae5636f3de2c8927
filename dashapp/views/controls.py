"""The levers as a page shows them, and a page's state as its levers say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from dash.development.base_component import Component

from dashapp.i18n import number, points, share, t
from dashapp.urlstate import BASES, GRIDS, MODES, PageState, format_page
from dashapp.views import levers
from dashapp.views.parts import action
from dashapp.views.shown import choices, main_indicator, preset_labels
from engine import METHODS, RoundingMode
from scenarios import Scenario

GOAL = "goal."
"""Prefix of the keys of the goals' sliders; the rest of the key is the indicator."""
OWN_SLIDERS = ("milestone", "floor", "cap", "step")
"""Sliders of the shown indicator."""
TOP = "top"
"""The choice of agencies that have none above them."""

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
    mode: str
    grid: str
    grids: list[Option]
    rules: list[Option]
    kept: list[str]
    inside: str


@dataclass(frozen=True)
class Moved:
    """What the controls of a page say; sliders that are missing or empty keep what held before."""

    sliders: Mapping[str, float | None]
    method: str | None
    basis: str | None
    mode: str | None
    grid: str | None
    kept: Sequence[str] | None
    inside: str | None


def keys(state: PageState) -> tuple[str, ...]:
    """Keys of all sliders of a page: one goal per indicator, then those of the shown indicator."""
    own = [f"{GOAL}{id}" for id in choices(state.campaign).indicators]
    return (*own, *OWN_SLIDERS)


def shown_indicator(state: PageState) -> str:
    """The indicator that the page shows."""
    return state.indicator or main_indicator(state.campaign)


def of(state: PageState, preset: Scenario) -> Controls:
    """The controls that belong to a state."""
    indicator, lang = shown_indicator(state), state.lang
    now = levers.settled(state, preset, indicator)
    sliders = {
        f"{GOAL}{id}": levers.settled(state, preset, id).goal or 0.0 for id in choices(state.campaign).indicators
    }
    sliders |= {name: getattr(now, name) for name in OWN_SLIDERS}
    labels = preset_labels(state)
    listed = levers.listed(preset, indicator)
    method = now.method or ""
    return Controls(
        indicator=indicator,
        sliders=sliders,
        method=method,
        methods=_methods(levers.of_preset(preset, indicator).method or "", lang),
        principle=t(f"terms.method.{method}.principle", lang),
        basis=now.basis or BASES[0],
        stock=now.basis is None,
        mode=now.mode or MODES[0],
        grid=now.grid or GRIDS[0],
        grids=_grids(levers.of_preset(preset, indicator).grid, now.mode, lang),
        rules=[{"label": labels.rule(rule), "value": rule.id, "title": rule.reason.get(lang, "")} for rule in listed],
        kept=[rule.id for rule in listed if rule.id not in state.dropped],
        inside=state.inside or TOP,
    )


def read(state: PageState, preset: Scenario, moved: Moved) -> PageState:
    """The state that the controls ask for, given the state they were drawn for."""
    indicator = shown_indicator(state)
    for id in choices(state.campaign).indicators:
        goal = moved.sliders.get(f"{GOAL}{id}")
        if goal is not None:
            state = _with(state, preset, id, goal=goal)
    own: dict[str, Any] = {name: moved.sliders.get(name) for name in OWN_SLIDERS}
    own |= {"method": moved.method, "mode": moved.mode, "grid": moved.grid, "basis": moved.basis}
    if preset.plan.indicator(indicator).basis is None:
        own.pop("basis")
    state = _with(state, preset, indicator, **{name: value for name, value in own.items() if value is not None})
    if moved.kept is not None:
        listed = {rule.id for rule in levers.listed(preset, indicator)}
        elsewhere = [id for id in state.dropped if id not in listed]
        dropped = [rule.id for rule in levers.listed(preset, indicator) if rule.id not in moved.kept]
        state = replace(state, dropped=(*elsewhere, *dropped))
    return replace(state, indicator=indicator, inside="" if moved.inside in (None, TOP) else moved.inside)


def _with(state: PageState, preset: Scenario, indicator: str, **values: Any) -> PageState:
    now = replace(levers.settled(state, preset, indicator), **values)
    return state.with_levers(indicator, levers.moved(now, preset, indicator))


def hints(state: PageState, preset: Scenario) -> Mapping[str, list[Component | str]]:
    """For every control that was moved, a link back to what the preset has; for limits that are open, that they are."""
    indicator, lang = shown_indicator(state), state.lang
    found: dict[str, list[Component | str]] = {}
    for key in keys(state):
        id, name = (key.removeprefix(GOAL), "goal") if key.startswith(GOAL) else (indicator, key)
        own, now = getattr(state.of(id), name), getattr(levers.settled(state, preset, id), name)
        off = [t(f"web.lever.no_{name}", lang)] if now == _OFF.get(name) else []
        if own is None:
            found[key] = [*off]
            continue
        before = _written(name, getattr(levers.of_preset(preset, id), name), lang)
        back = format_page(state.with_levers(id, replace(state.of(id), **{name: None})))
        found[key] = [*(f"{text} · " for text in off), _back(t("web.lever.preset", lang, value=before), back)]
    own = state.of(indicator)
    for key, fields in (("method", ("method",)), ("basis", ("basis",)), ("rounding", ("mode", "grid"))):
        moved = any(getattr(own, name) is not None for name in fields)
        back = format_page(state.with_levers(indicator, replace(own, **dict.fromkeys(fields))))
        found[key] = [_back(t("web.lever.back", lang), back)] if moved else []
    found["rules"] = _relaxed(state)
    return found


def _relaxed(state: PageState) -> list[Component | str]:
    if not state.relaxed:
        return []
    words = t("web.lever.relaxed", state.lang, points=points(state.relaxed / 100, state.lang, 1, trim=True))
    return [f"{words} · ", _back(t("web.lever.back", state.lang), format_page(replace(state, relaxed=0.0)))]


def _back(text: str, address: str) -> Component:
    return action(text, address, plain=True)


def _written(name: str, value: float | None, lang: str) -> str:
    if value is None or value == _OFF.get(name):
        return t(f"web.lever.no_{name}", lang) if name in _OFF else ""
    if name == "step":
        return points(value / 100, lang, 1, trim=True)
    return share(value / 100, lang, 1, trim=True)


def _methods(own: str, lang: str) -> list[Option]:
    known = [name for name in METHODS if name != "blend" or own == "blend"]
    return [{"label": t(f"terms.method.{name}.name", lang), "value": name} for name in known]


def _grids(own: str | None, mode: str | None, lang: str) -> list[Option]:
    """Grids to choose from; the preset's own one only where it has one."""
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


def lever_words(key: str, state: PageState) -> tuple[str, str]:
    """Label and unit of a slider."""
    lang = state.lang
    if key.startswith(GOAL):
        words = preset_labels(state).indicator(key.removeprefix(GOAL))
        return words, "%"
    first = choices(state.campaign).periods[0]
    return t(f"web.lever.{key}", lang, period=first), t("web.lever.points", lang) if key == "step" else "%"
