"""One answer to one move of a lever: everything on the page that depends on it, computed once.

`answer` knows nothing of callbacks; it is tested without Dash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashapp import messages, services
from dashapp.i18n import t
from dashapp.services.opened import Opened
from dashapp.urlstate import PageState, format_page
from dashapp.views import agencies, cards, controls, notes, paging, remedies
from dashapp.views.parts import Picture, carried, message
from dashapp.views.pictures import View, picture
from dashapp.views.shown import Shown, saved_labels, show, tidy
from engine import EngineError
from scenarios import ScenarioErrors


@dataclass(frozen=True)
class Answer:
    """What a page shows. Where the scenario cannot be run, only the addresses, `alert` and the controls are new.

    Attributes
    ----------
    state : PageState
        Without the explained agency.
    address, visible : str
        Address of the page, with the versions it shows; as people see it.
    controls : Controls
    hints : mapping
        What each moved control says about the scenario as saved.
    count : int
        Agencies shown; `rows` holds them unless there are so many that a table asks for stretches of them.
    """

    state: PageState
    address: str
    visible: str
    alert: list[Component]
    controls: controls.Controls
    hints: Mapping[str, list[list[str]]]
    shown: Shown | None = None
    count: int = 0
    head: list[Component] | None = None
    cards: list[Component] | None = None
    picture: Picture | None = None
    rows: list[dict[str, Any]] | None = None
    totals: list[dict[str, Any]] | None = None
    columns: list[dict[str, Any]] | None = None
    notes: list[Component] | None = None


def answer(state: PageState, opened: Opened, *, shaped: bool = True) -> Answer:
    """Everything the page of a state shows; a scenario that cannot be run becomes a notice.

    Without `shaped`, what a lever leaves as it is (head, columns) is left out.
    """
    try:
        shown = show(state, opened)
    except ScenarioErrors as errors:
        words = services.indicator_words(state.lang)
        return _refused(state, opened, [messages.of_scenario(one, words, state.lang) for one in errors.problems])
    except EngineError as error:
        return _refused(state, opened, [messages.of_engine(error, saved_labels(opened, state.lang), state.lang)])
    state = replace(shown.state, agency="")
    return Answer(
        state=state,
        address=format_page(state),
        visible=format_page(tidy(state, opened)),
        alert=remedies.alert(shown),
        controls=controls.of(state, opened),
        hints=controls.hints(state, opened),
        shown=shown,
        head=cards.head(shown) if shaped else None,
        cards=cards.cards(shown),
        picture=picture(shown, View(state.view or View.AGENCIES), agencies.order_of(shown)),
        count=len(shown.rows),
        rows=None if paging.is_paged(opened.figures) else agencies.rows(shown),
        totals=agencies.totals(shown),
        columns=agencies.columns(shown, filtered=paging.is_paged(opened.figures)) if shaped else None,
        notes=notes.notes(shown),
    )


def _refused(state: PageState, opened: Opened, reasons: list[str]) -> Answer:
    state = replace(state, agency="")
    return Answer(
        state=state,
        address=format_page(state),
        visible=format_page(tidy(state, opened)),
        alert=[message(t("web.alert.refused", state.lang), _ways_out(reasons, state.lang), "warning")],
        controls=controls.of(state, opened),
        hints=controls.hints(state, opened),
    )


def _ways_out(reasons: list[str], lang: str) -> Component:
    """Why, and a button that takes the last change back."""
    button = html.Button(
        t("web.alert.take_back", lang), type="button", className="action small ms-2", **carried(tool="undo")
    )
    return html.Span([" ".join(reasons), " ", button])
