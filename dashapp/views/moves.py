"""From what a page says to what it shows next; the bodies of the workbench's callbacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from dash import Patch, no_update

from dashapp.charts.base import size
from dashapp.overtaken import OvertakenError, Pages
from dashapp.services import opened as desk
from dashapp.services.database import Store, StoreError
from dashapp.services.opened import Opened
from dashapp.services.refused import RefusedError
from dashapp.services.rights import Actor
from dashapp.urlstate import PageState, format_page, language, parse_page, percent, place, versions, volume
from dashapp.views import agencies, chances, controls, explanation, grids, levers, paging, sureness
from dashapp.views.answer import Answer, answer
from dashapp.views.markup import written
from dashapp.views.parts import twin_table
from dashapp.views.shown import begin, choices, show
from engine import EngineError
from scenarios import ScenarioErrors

WANTED, INDICATOR, SHAPING = "wanted", "indicator", frozenset({"basis", "inside"})
"""What a move may come from: an address to be shown in place, another indicator, what changes columns."""
SAID = (
    "method", "basis", "pace", "mode", "grid", "kept", "inside", "order", "view", "start", "trend", "follow",
    "measures", "sure",
)  # fmt: skip
"""What the script of the page says beside the sliders and the indicator."""
ANSWERS_KEPT = 192
"""Answers that one process remembers; each is about 100 KB."""


def opened_at(store: Store, actor: Actor, address: str) -> Opened:
    """What an address of a page names, in the versions it names.

    Raises
    ------
    StoreError, RefusedError
        If that is not there (any more) for the one who asks.
    """
    campaign, slug = place(address.partition("?")[0]) or ("", "")
    version, figures = versions(address)
    return desk.open_scenario(store, actor, campaign, slug, version=version, figures=figures)


def page_of(address: str, opened: Opened, lang: str) -> PageState:
    """The state of an address of an opened scenario; what it says wrongly is left out."""
    return parse_page(address, begin(opened, lang), choices(opened))[0]


def move(store: Store, actor: Actor, said: Mapping[str, Any], lang: str, pages: Pages | None = None) -> dict[str, Any]:
    """What every output of the workbench becomes after one move; work for earlier ones of the page stops.

    Parameters
    ----------
    said : mapping
        From the script of the page: ``seq`` (given back with the answer), ``trigger`` (what was moved), ``address``
        (of the page as shown, or the one that is wanted), ``sliders`` (key -> percent) and the other controls by
        the names of `controls.Moved`.
    """
    address, trigger = str(said["address"]), str(said["trigger"])
    if pages is not None:
        pages.moved(actor.name, str(said["page"]), int(said["seq"]))
    opened = opened_at(store, actor, address)
    before = page_of(address, opened, lang)
    if trigger == WANTED:
        after = before
    else:
        after = controls.read(before, opened, _moved(said))
        if trigger == INDICATOR:
            after = levers.showing(after, str(said["indicator"]))
    shaped = trigger in (WANTED, INDICATOR) or trigger in SHAPING
    return _outputs(_answered(after, opened, shaped), said["seq"], trigger)


@dataclass(frozen=True)
class _Asked:
    """Everything that decides an answer; page and scenario ride along uncompared."""

    address: str
    lang: str
    scenario_sha256: str
    figures_sha256: str
    shaped: bool
    state: PageState = field(compare=False, repr=False)
    opened: Opened = field(compare=False, repr=False)


@dataclass(frozen=True)
class _Kept:
    """An answer, and its parts that are only read as they are written; None where there is nothing new."""

    answer: Answer
    alert: str
    head: str | None
    cards: str | None
    notes: str | None
    legend: str
    twin: str


def _kept(new: Answer) -> _Kept:
    head, cards, notes = (None if one is None else written(one) for one in (new.head, new.cards, new.notes))
    seen = new.picture
    legend = "" if seen is None else written(seen.legend)
    twin = "" if seen is None or seen.twin is None else written(twin_table(seen.twin))
    return _Kept(replace(new, shown=None), written(new.alert), head, cards, notes, legend, twin)


@lru_cache(maxsize=ANSWERS_KEPT)
def _remembered(asked: _Asked) -> _Kept:
    return _kept(answer(asked.state, asked.opened, shaped=asked.shaped))


def _answered(state: PageState, opened: Opened, shaped: bool) -> _Kept:
    """The answer to a state: who drags a lever, and who tries what a colleague tried, meets the same states again."""
    if paging.is_paged(opened.figures):
        return _kept(answer(state, opened, shaped=shaped))
    sha256 = opened.version.sha256
    return _remembered(_Asked(format_page(state), state.lang, sha256, opened.figures.sha256, shaped, state, opened))


def _moved(said: Mapping[str, Any]) -> controls.Moved:
    read = {key: volume if key == controls.VOLUME else percent for key in said["sliders"]}
    return controls.Moved(
        sliders={key: read[key](str(value)) for key, value in said["sliders"].items()},
        **{name: said.get(name) for name in SAID},
    )


def _outputs(kept: _Kept, seq: Any, trigger: str) -> dict[str, Any]:
    new = kept.answer
    now = new.controls
    whole = trigger in (WANTED, INDICATOR)
    reshaped = whole or trigger in SHAPING
    return {
        "answered": {
            "seq": seq,
            "address": new.address,
            "visible": new.visible,
            "saved": format_page(_plain(new)),
            "controls": values(now) if whole else None,
            "hints": new.hints,
        },
        "alert": kept.alert,
        "principle": now.principle,
        "grids": now.grids if whole or trigger == "mode" else no_update,
        "basis_style": "field hidden" if now.stock else "field",
        "rules": now.rules if whole else no_update,
        "rules_style": "field" if now.rules else "field hidden",
        "head": _or_same(kept.head) if whole else no_update,
        "cards": _or_same(kept.cards),
        **_pictured(kept, reshaped or trigger == "view"),
        "rows": _or_same(new.rows),
        "columns": _or_same(new.columns) if reshaped else no_update,
        "grid": _grid_options(new, reshaped) if new.totals is not None else no_update,
        "grid_style": grids.style(whole=_whole(new)) if reshaped else no_update,
        "notes": _or_same(kept.notes),
    }


def _pictured(kept: _Kept, reshaped: bool) -> dict[str, Any]:
    seen = kept.answer.picture
    if seen is None:
        return dict.fromkeys(("figure", "figure_style", "chart_title", "chart_note", "legend", "twin"), no_update)
    return {
        "figure": seen.figure,
        "figure_style": size(seen.figure) if reshaped else no_update,
        "chart_title": seen.title if reshaped else no_update,
        "chart_note": seen.note,
        "legend": kept.legend,
        "twin": kept.twin,
    }


def values(now: controls.Controls) -> dict[str, Any]:
    """What every control says, by the names in which a page's script sends it back."""
    names = ("indicator", *SAID)
    return {"sliders": dict(now.sliders), **{name: getattr(now, name) for name in names}}


def _plain(new: Answer) -> PageState:
    """The page with every lever back at the scenario as saved."""
    return new.state.reset()


def _or_same(value: Any) -> Any:
    return no_update if value is None else value


def _whole(new: Answer) -> bool:
    return new.rows is not None and new.count <= agencies.WHOLE_PAGE


def _grid_options(new: Answer, reshaped: bool) -> Patch:
    patch = Patch()
    patch["pinnedBottomRowData"] = new.totals
    if reshaped:
        patch["domLayout"] = "autoHeight" if _whole(new) else "normal"
    return patch


def stretch(store: Store, actor: Actor, asked: Mapping[str, Any] | None, answered: Mapping[str, Any]) -> Any:
    """The rows that a long table asks for, on the page as it was last answered."""
    if not asked:
        return no_update
    address = str(answered["address"])
    opened = opened_at(store, actor, address)
    try:
        return paging.stretch(show(page_of(address, opened, language(address)), opened), asked)
    except (ScenarioErrors, EngineError):
        return no_update  # what cannot be calculated is said on the page itself


def chanced(store: Store, actor: Actor, asked: Mapping[str, Any] | None, lang: str) -> Any:
    """The card of chances for ``{"address", "seq"}``, asked for when nothing moves any more."""
    if not asked:
        return no_update
    address = str(asked["address"])
    try:
        opened = opened_at(store, actor, address)
        return written(chances.card(show(page_of(address, opened, lang), opened), str(asked["seq"])))
    except (ScenarioErrors, EngineError, StoreError, RefusedError):
        return no_update  # what cannot be calculated is said on the page itself


def weighed(store: Store, actor: Actor, asked: Mapping[str, Any] | None, lang: str, pages: Pages) -> Any:
    """How sure the goal is to be, for ``{"address", "seq", "page"}``: asked for when its chances stand."""
    if not asked:
        return no_update
    address, seq = str(asked["address"]), int(asked["seq"])
    try:
        opened = opened_at(store, actor, address)
        shown = show(page_of(address, opened, lang), opened)
        return written(sureness.strip(shown, str(seq), pages.heed(actor.name, str(asked["page"]), seq)))
    except (ScenarioErrors, EngineError, StoreError, RefusedError, OvertakenError):
        return no_update  # what cannot be calculated is said on the page itself; a newer move asks again


def explained(store: Store, actor: Actor, asked: Mapping[str, Any] | None, lang: str) -> dict[str, Any]:
    """The drawer for ``{"address", "agency"}``; closed where there is nothing to explain.

    Without an agency nothing changes: the drawer was closed by hand, and an answer that closes it once more
    could arrive after another row was chosen.
    """
    unchanged = {"is_open": no_update, "title": no_update, "children": no_update}
    if not asked or not asked.get("agency"):
        return unchanged
    try:
        opened = opened_at(store, actor, str(asked["address"]))
        shown = show(page_of(str(asked["address"]), opened, lang), opened)
        drawer = explanation.drawer(shown, str(asked["agency"]))
    except (ScenarioErrors, EngineError, StoreError, RefusedError):
        return unchanged  # what cannot be calculated is said on the page itself
    if not drawer.body:
        return {**unchanged, "is_open": False}
    return {"is_open": True, "title": drawer.title, "children": drawer.body}
