"""Where everything about one table stands: its head, cards, grid and road, edits in hand, and the dialog of a step."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.i18n import t
from dashapp.services import states
from dashapp.services.edits import MOST_EDITS
from dashapp.services.overrides import LONGEST_REASON
from dashapp.urlstate import ORDERS, format_finalize
from dashapp.views import downloads, finalize_grid, parts
from dashapp.views.finalize import Seen
from dashapp.views.markup import Written
from dashapp.views.parts import aria, carried


def frame(seen: Seen, own: Sequence[str], shown: Mapping[str, Any]) -> list[Component]:
    """The page of one table, with what stands in it at first.

    Parameters
    ----------
    own : sequence of str
        Indicators of the table, in the order shown.
    shown : mapping
        What every part that changes holds (`pages.finalize_table.whole`).
    """
    lang, record = seen.lang, seen.table.record
    about = {
        "id": record.id,
        "campaign": record.campaign,
        "number": record.number,
        "may": seen.edits_it,
        "user": seen.actor.name,
        "most": MOST_EDITS,
    }
    texts = {
        key: t(f"finalize.js.{key}", lang)
        for key in ("bad", "select", "nothing", "unpinned", "many", "undo_reason", "unsaved", "left", "wait")
    }
    issued = {one.record.id for one in seen.everything if one.record.issued_at is not None}
    differs = bool(issued - {record.id})
    back = html.A(
        t("finalize.back", lang),
        href=format_finalize(record.campaign, lang),
        className="quiet-link",
        **carried(inside="true"),
    )
    return [
        html.Div(id=ids.FINAL, hidden=True, **carried(finalize=json.dumps(about), texts=json.dumps(texts))),
        dcc.Store(id=ids.FINAL_ASKED),
        dcc.Store(id=ids.FINAL_ANSWERED, data=shown["answered"]),
        dcc.Store(id=ids.FINAL_TO_KEEP),
        dcc.Store(id=ids.FINAL_KEPT),
        dcc.Store(id=ids.FINAL_TO_SUBMIT),
        dcc.Store(id=ids.FINAL_TO_DECIDE),
        dcc.Store(id=ids.FINAL_STEPPED),
        html.Div(
            [
                html.H1(t("finalize.title", lang), className="page-title"),
                html.Div([back, downloads.of_table(record.id, differs=differs, lang=lang)], className="toolbar"),
            ],
            className="final-top",
        ),
        Written(shown["head"], id=ids.FINAL_HEAD, className="final-head"),
        Written(shown["notices"], id=ids.FINAL_NOTICES, **aria(live="polite")),
        html.Div(id=ids.FINAL_SAID, **aria(live="assertive")),
        Written(shown["cards"], "section", ids.FINAL_CARDS, "cards", **aria(label=t("finalize.card.all", lang))),
        html.Div(
            [
                html.Div(_grid(seen, own, shown), className="final-main"),
                html.Div(
                    [_pending(seen), Written(shown["side"], id=ids.FINAL_SIDE, className="final-side")],
                    className="final-beside",
                ),
            ],
            className="final-both",
        ),
        _dialog(lang),
    ]


def _pending(seen: Seen) -> Component:
    """Where edits that are not kept yet stand; scripts show it while there are any."""
    lang = seen.lang
    reason = html.Div(
        [
            html.Label(t("finalize.edit.reason", lang), htmlFor=ids.FINAL_REASON, className="form-label"),
            dbc.Textarea(id=ids.FINAL_REASON, value="", rows=2, maxLength=LONGEST_REASON),
        ],
        className="final-reason-field",
    )
    buttons = html.Div(
        [
            _button(ids.FINAL_SAVE, t("finalize.edit.save", lang), "action main"),
            _button(ids.FINAL_STEP_BACK, t("finalize.edit.undo", lang), "action"),
            _button(ids.FINAL_CANCEL, t("finalize.edit.cancel", lang), "action"),
        ],
        className="toolbar",
    )
    body = html.Div(
        [
            Written(id=ids.FINAL_FAULT, **aria(live="assertive")),
            Written(id=ids.FINAL_PREVIEW, className="final-preview", **aria(live="polite")),
            reason,
            buttons,
            Written(id=ids.FINAL_ABSORBED, className="final-preview", **aria(live="polite")),
        ],
        className="panel-body",
    )
    return html.Div(
        parts.panel(t("finalize.edit.title", lang), body, id="final-pending"),
        id=ids.FINAL_PENDING,
        hidden=True,
        className="no-print",
    )


def _button(id: str, text: str, style: str) -> Component:
    return html.Button(text, id=id, type="button", className=style)


def _grid(seen: Seen, own: Sequence[str], shown: Mapping[str, Any]) -> Component:
    lang = seen.lang
    switch = html.Div(
        dbc.RadioItems(
            id=ids.FINAL_INDICATOR,
            options=[{"label": seen.labels.indicator(id), "value": id} for id in own],
            value=seen.indicator,
            className="segmented",
        ),
        role="group",
        className="no-print" if len(own) > 1 else "hidden",
        **aria(label=t("web.lever.indicator", lang)),
    )
    orders = [{"label": t(f"web.order.{one}", lang), "value": one} for one in ORDERS]
    order = html.Div(
        [
            html.Label(t("web.order.label", lang), htmlFor=ids.FINAL_ORDER),
            dbc.Select(id=ids.FINAL_ORDER, options=orders, value=seen.order),
        ],
        className="field no-print",
    )
    search = html.Div(
        [
            html.Label(t("web.grid.search", lang), htmlFor=ids.FINAL_SEARCH),
            dbc.Input(id=ids.FINAL_SEARCH, type="search", autocomplete="off"),
        ],
        className="field no-print",
    )
    locks: list[Component] = []
    if seen.edits_it:
        locks = [
            _button(ids.FINAL_LOCK, t("finalize.lock", lang), "action small"),
            _button(ids.FINAL_UNLOCK, t("finalize.unlock", lang), "action small"),
            html.Span(t("finalize.grid.help", lang), className="muted"),
        ]
    tools = [html.Div(locks, className="final-tools no-print")] if locks else []
    body = html.Div([html.Div(finalize_grid.grid(seen, shown["rows"]), className="grid-wrap"), *tools])
    return parts.panel(t("finalize.grid.title", lang), body, switch, order, search, id="final-grid-panel", flows=True)


def _dialog(lang: str) -> Component:
    """One question for every step of the road; scripts fill in what it is about."""
    return dbc.Modal(
        [
            dbc.ModalHeader(dbc.ModalTitle("", id=ids.FINAL_DIALOG_TITLE, tag="h2"), close_button=False),
            dbc.ModalBody(
                [
                    html.P(id=ids.FINAL_DIALOG_TEXT),
                    html.Div(
                        [
                            _field(
                                ids.FINAL_NUMBER,
                                t("finalize.step.number", lang),
                                dbc.Input(
                                    id=ids.FINAL_NUMBER, value="", maxLength=states.LONGEST_NUMBER, autocomplete="off"
                                ),
                            ),
                            _field(
                                ids.FINAL_DAY,
                                t("finalize.step.day", lang),
                                dbc.Input(id=ids.FINAL_DAY, type="date", value=""),
                            ),
                        ],
                        id=ids.FINAL_DECISION,
                        className="final-decision",
                    ),
                    _field(
                        ids.FINAL_COMMENT,
                        t("finalize.step.comment", lang),
                        dbc.Textarea(id=ids.FINAL_COMMENT, value="", rows=3, maxLength=states.LONGEST_COMMENT),
                    ),
                    html.Div(id=ids.FINAL_STEP_FAULT, className="choose-fault", **aria(live="assertive")),
                ]
            ),
            dbc.ModalFooter(
                [
                    _button(ids.FINAL_DIALOG_CANCEL, t("finalize.step.cancel", lang), "action"),
                    _button(ids.FINAL_DIALOG_CONFIRM, "", "action main"),
                ]
            ),
        ],
        id=ids.FINAL_DIALOG,
        is_open=False,
        centered=True,
        labelledby=ids.FINAL_DIALOG_TITLE,
    )


def _field(id: str, label: str, box: Component) -> Component:
    return html.Div([html.Label(label, htmlFor=id, className="form-label"), box], className="final-field")
