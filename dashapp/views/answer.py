"""One answer to one move of a lever: everything on the page that depends on it, computed once.

`answer` knows nothing of callbacks; it is tested without Dash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dash.development.base_component import Component

from dashapp import messages, services
from dashapp.charts.base import Figure
from dashapp.i18n import t
from dashapp.urlstate import PageState, format_page
from dashapp.views import agencies, cards, controls, notes, remedies
from dashapp.views.parts import message
from dashapp.views.shown import Shown, preset_labels, show, tidy
from engine import EngineError
from scenarios import ScenarioErrors


@dataclass(frozen=True)
class Answer:
    """What a page shows. Where the scenario cannot be run, only `address`, `alert` and the controls say something new.

    `levers` are the values of the controls; `hints` what each moved control says about the preset.
    """

    address: str
    alert: list[Component]
    controls: controls.Controls
    hints: Mapping[str, list[Component | str]]
    shown: Shown | None = None
    head: list[Component] | None = None
    cards: list[Component] | None = None
    legend: list[Component] | None = None
    figure: Figure | None = None
    rows: list[dict[str, Any]] | None = None
    totals: list[dict[str, Any]] | None = None
    columns: list[dict[str, Any]] | None = None
    notes: list[Component] | None = None


def answer(state: PageState) -> Answer:
    """Everything the page of a state shows; a scenario that cannot be run becomes a notice."""
    try:
        shown = show(state)
    except ScenarioErrors as errors:
        return _refused(
            state,
            [messages.of_scenario(one, services.indicator_words(state.lang), state.lang) for one in errors.problems],
        )
    except EngineError as error:
        return _refused(state, [messages.of_engine(error, preset_labels(state), state.lang)])
    return Answer(
        address=format_page(tidy(replace(shown.state, agency=""))),
        alert=remedies.alert(shown),
        controls=controls.of(shown.state, shown.preset),
        hints=controls.hints(shown.state, shown.preset),
        shown=shown,
        head=cards.head(shown),
        cards=cards.cards(shown),
        legend=agencies.legend(shown),
        figure=agencies.chart(shown),
        rows=agencies.rows(shown),
        totals=agencies.totals(shown),
        columns=agencies.columns(shown),
        notes=notes.notes(shown),
    )


def _refused(state: PageState, reasons: list[str]) -> Answer:
    preset = services.scenario(state.scenario)
    notice = message(t("web.alert.refused", state.lang), " ".join(reasons), "warning")
    return Answer(
        address=format_page(tidy(replace(state, agency=""))),
        alert=[notice],
        controls=controls.of(state, preset),
        hints=controls.hints(state, preset),
    )
