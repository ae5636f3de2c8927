"""From what a page says to what it shows next; the bodies of the workbench's callbacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import Patch, no_update

from dashapp import ids, services
from dashapp.charts.base import size
from dashapp.urlstate import PageState, format_page, parse_page, percent, place
from dashapp.views import agencies, controls, explanation, levers
from dashapp.views.answer import Answer, answer
from dashapp.views.shown import campaign_ids, choices, show
from engine import EngineError
from scenarios import ScenarioErrors


def page_of(address: str) -> PageState:
    """The state of an address; what it says wrongly is left out."""
    found, known = place(address.partition("?")[0]), campaign_ids()
    campaign = found[0] if found is not None and found[0] in known else known[0]
    return parse_page(address, campaign, choices(campaign))[0]


def move(
    trigger: Any,
    wanted: Mapping[str, Any] | None,
    indicator: str,
    controls_: Mapping[str, Any],
    address: str,
    keys: Sequence[Mapping[str, str]],
    hint_keys: Sequence[Mapping[str, str]],
) -> dict[str, Any]:
    """What every output of the workbench becomes after one move.

    Parameters
    ----------
    trigger : str or mapping
        Id of the control that was moved.
    wanted : mapping or None
        ``{"address": ...}`` that a remedy or reset asks for.
    indicator : str
        The indicator that is to be shown.
    controls_ : mapping
        Values of the other controls, drawn for the state of `address`.
    keys, hint_keys : sequences of component ids
        In the order in which values of sliders and hints are given back.
    """
    before = page_of(address)
    if trigger == ids.WANTED and wanted:
        after = page_of(str(wanted["address"]))
    else:
        after = controls.read(before, services.scenario(before.scenario), _moved(controls_, keys))
        if trigger == ids.INDICATOR:
            after = levers.showing(after, indicator)
    whole = trigger in (ids.WANTED, ids.INDICATOR)
    new = answer(after)
    return _outputs(new, trigger, whole, keys, hint_keys)


def _moved(said: Mapping[str, Any], keys: Sequence[Mapping[str, str]]) -> controls.Moved:
    sliders = {id["key"]: percent(str(value)) for id, value in zip(keys, said["sliders"], strict=True)}
    return controls.Moved(
        sliders=sliders,
        method=said["method"],
        basis=said["basis"],
        mode=said["mode"],
        grid=said["grid"],
        kept=said["kept"],
        inside=said["inside"],
    )


def _outputs(
    new: Answer,
    trigger: Any,
    whole: bool,
    keys: Sequence[Mapping[str, str]],
    hint_keys: Sequence[Mapping[str, str]],
) -> dict[str, Any]:
    now = new.controls
    reshaped = whole or trigger in (ids.BASIS, ids.INSIDE)
    outputs: dict[str, Any] = {
        "address": new.address,
        "reset": format_page(page_of(new.address).reset()),
        "alert": new.alert,
        "principle": now.principle,
        "grid_options": now.grids,
        "hints": [list(new.hints.get(id["key"], [])) for id in hint_keys],
        "head": _or_same(new.head),
        "cards": _or_same(new.cards),
        "legend": _or_same(new.legend),
        "figure": _or_same(new.figure),
        "rows": _or_same(new.rows),
        "columns": _or_same(new.columns) if reshaped else no_update,
        "grid": _grid_options(new, reshaped) if new.totals is not None else no_update,
        "grid_style": _grid_style(new) if reshaped else no_update,
        "figure_style": size(new.figure) if reshaped and new.figure is not None else no_update,
        "notes": _or_same(new.notes),
    }
    shape: dict[str, Any] = {
        "sliders": [now.sliders[id["key"]] for id in keys],
        "indicator": now.indicator,
        "method": now.method,
        "basis": now.basis,
        "basis_style": "field hidden" if now.stock else "field",
        "mode": now.mode,
        "grid_name": now.grid,
        "rules": now.rules,
        "rules_style": "field" if now.rules else "field hidden",
        "kept": now.kept,
        "inside": now.inside,
    }
    if not whole:
        shape = dict.fromkeys(shape, no_update) | {"sliders": [no_update] * len(keys)}
    return {**outputs, **shape}


def _or_same(value: Any) -> Any:
    return no_update if value is None else value


def _whole(new: Answer) -> bool:
    return len(new.rows or []) <= agencies.WHOLE_PAGE


def _grid_options(new: Answer, reshaped: bool) -> Patch:
    patch = Patch()
    patch["pinnedBottomRowData"] = new.totals
    if reshaped:
        patch["domLayout"] = "autoHeight" if _whole(new) else "normal"
    return patch


def _grid_style(new: Answer) -> dict[str, Any]:
    return {"height": None if _whole(new) else "640px", "width": "100%"}


def explained(address: str, agency: str | None) -> dict[str, Any]:
    """The drawer for an agency on the page of an address; closed where there is nothing to explain.

    Without an agency nothing changes: the drawer was closed by hand, and an answer that closes it once more
    could arrive after another row was chosen.
    """
    unchanged = {"is_open": no_update, "title": no_update, "children": no_update}
    if not agency:
        return unchanged
    try:
        drawer = explanation.drawer(show(page_of(address)), agency)
    except (ScenarioErrors, EngineError):
        return {**unchanged, "is_open": False}
    if not drawer.body:
        return {**unchanged, "is_open": False}
    return {"is_open": True, "title": drawer.title, "children": drawer.body}
