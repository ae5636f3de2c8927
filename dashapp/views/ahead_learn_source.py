"""Which issued table is to be explained: one of the store's, or one in a file; and what is wrong with a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashapp import ids, messages
from dashapp.i18n import t
from dashapp.kept_messages import time
from dashapp.labels import IndicatorWords
from dashapp.services import FileRefusedError
from dashapp.services.database import AllocationRecord, FiguresVersion
from dashapp.views import parts
from dashapp.views.parts import aria, carried, icon

MOST_FAULTS = 50


def source(
    tables: Sequence[AllocationRecord],
    versions: Sequence[FiguresVersion],
    number: int | None,
    *,
    may_send: bool,
    lang: str,
) -> Component:
    """The tables that were issued, and the place for a file where the one who looks may send one."""
    sides: list[Component] = [_tables(tables, number, lang)]
    if may_send:
        sides.append(_drop(versions, lang))
    body = html.Div(sides, className="panel-body learn-source")
    return parts.panel(t("ahead_learn.source.title", lang), body, id="learn-source", flows=True)


def _tables(tables: Sequence[AllocationRecord], number: int | None, lang: str) -> Component:
    head = html.H3(t("ahead_learn.source.tables", lang))
    if not tables:
        return html.Div([head, html.P(t("ahead_learn.source.none", lang), className="muted")])
    items = []
    for one in tables:
        decided = one.decision_number or None
        here = one.number == number
        said = t("ahead_learn.table", lang, number=one.number, decision=decided)
        day = t("ahead_learn.source.day", lang, day=one.decision_date) if one.decision_date else ""
        marks = aria(pressed="true" if here else "false")
        style = "learn-table here" if here else "learn-table"
        inside = [html.Strong(said), html.Span(day, className="muted")]
        items.append(
            html.Li(
                html.Button(
                    inside, type="button", className=style, **marks, **carried(learn_do="table", value=str(one.number))
                )
            )
        )
    return html.Div([head, html.Ul(items, className="learn-tables")])


def _drop(versions: Sequence[FiguresVersion], lang: str) -> Component:
    options = [
        {
            "value": str(one.number),
            "label": t("ahead_learn.source.version", lang, number=one.number, time=time(one.created_at, lang)),
        }
        for one in versions
    ]
    choice = html.Div(
        [
            html.Label(t("ahead_learn.source.figures", lang), htmlFor=ids.LEARN_FIGURES),
            dbc.Select(id=ids.LEARN_FIGURES, options=options, value=options[0]["value"]),
        ],
        className="field",
    )
    place = html.Div(
        [
            html.P(html.Strong(t("ahead_learn.source.lead", lang))),
            html.Button(
                [icon("table"), t("ahead_learn.source.button", lang)],
                type="button",
                className="action",
                **carried(learn_do="choose"),
            ),
            html.P(t("ahead_learn.source.limits", lang), className="muted"),
        ],
        id=ids.LEARN_DROP,
        className="figures-drop",
    )
    return html.Div([html.H3(t("ahead_learn.source.file", lang)), place, choice])


def refused(fault: FileRefusedError, words: Mapping[str, IndicatorWords], lang: str) -> list[Component]:
    """Every fault of a file at its cell, and how to go on."""
    errors = fault.reading.errors
    heads = [t(f"figures.preview.{key}", lang) for key in ("place", "found", "what")]
    rows = []
    for one in errors[:MOST_FAULTS]:
        place = "!".join(part for part in (one.sheet, one.cell) if part) or t("figures.preview.whole_file", lang)
        why = messages.of_problem(replace(one, sheet=None, cell=None), words, lang)
        if one.code == "unknown_agency":
            why = t("ahead_learn.faulty.unknown_agency", lang, agency=one.found)
        rows.append(parts.table_row([place, one.found, why]))
    table = html.Div(
        parts.table(heads, rows),
        className="figures-table",
        tabIndex="0",
        role="group",
        **aria(labelledby="learn-faults-title"),
    )
    inside: list[Component] = [html.P(t("ahead_learn.faulty.text", lang, name=fault.filename)), table]
    if len(errors) > MOST_FAULTS:
        inside.append(html.P(t("figures.preview.more", lang, rest=len(errors) - MOST_FAULTS)))
    title = t("ahead_learn.faulty.title", lang, count=len(errors))
    body = html.Div(inside, className="panel-body learn-faults", role="alert")
    return [parts.panel(title, body, icon("warning"), id="learn-faults", flows=True)]
