"""Choosing the scenario that is finalised: what is chosen now, and the question before it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.i18n import t
from dashapp.kept_messages import time
from dashapp.services.choices import LONGEST_NOTE, Chosen
from dashapp.services.opened import Ground, Opened
from dashapp.urlstate import PageState, format_page
from dashapp.views.parts import aria, badge, carried, icon

Names = Mapping[str, str]
"""User name -> name as people read it."""


def banner(history: Sequence[Chosen], ground: Ground, names: Names, lang: str) -> list[Component]:
    """What is chosen, by whom and when, what is newer than that, and the choices before; nothing before the first.

    `history` has the oldest first; the last one counts.
    """
    if not history:
        return []
    now, record = history[-1], history[-1].record
    address = format_page(PageState(record.campaign, record.slug, lang=lang))
    line = t(
        "compare.choose.line",
        lang,
        by=_called(now, names),
        number=now.version.number,
        time=time(now.choice.at, lang),
        figures=now.figures.number,
    )
    head = [
        badge(t("compare.choose.badge", lang), "good", "star"),
        html.Strong(dcc.Link(record.name[lang], href=address)),
        html.Span(line),
    ]
    said = []
    if now.choice.note:
        said.append(t("compare.choose.note", lang, note=now.choice.note))
    if record.head != now.version.number:
        said.append(t("compare.choose.newer", lang, head=record.head, number=now.version.number))
    if ground.is_current and ground.figures_version.id != now.figures.id:
        said.append(t("compare.choose.newer_figures", lang, number=now.figures.number))
    found: list[Component] = [html.Div(head, className="chosen-line"), *(html.P(text) for text in said)]
    if history[:-1]:
        found.append(_earlier(history[-2::-1], names, lang))
    return [html.Div(found, className="message chosen", tabIndex="-1")]


def _earlier(choices: Sequence[Chosen], names: Names, lang: str) -> html.Details:
    lines = [
        t(
            "compare.choose.earlier_line",
            lang,
            name=one.record.name[lang],
            number=one.version.number,
            by=_called(one, names),
            time=time(one.choice.at, lang),
        )
        for one in choices
    ]
    summary = html.Summary(t("compare.choose.earlier", lang, count=len(lines)))
    return html.Details([summary, html.Ul([html.Li(text) for text in lines])])


def dialog(lang: str) -> Component:
    """The question; what it is about is filled in when it is asked."""
    title = "choose-title"
    return dbc.Modal(
        [
            dbc.ModalHeader(dbc.ModalTitle(t("compare.choose.title", lang), id=title, tag="h2"), close_button=False),
            dbc.ModalBody(
                [
                    html.Div(id=ids.CHOOSE_TEXT, className="choose-text"),
                    html.Label(t("compare.choose.note_label", lang), htmlFor=ids.CHOOSE_NOTE, className="form-label"),
                    dbc.Textarea(id=ids.CHOOSE_NOTE, value="", rows=3, maxLength=LONGEST_NOTE),
                    html.Div(id=ids.CHOOSE_FAULT, className="choose-fault", **aria(live="assertive")),
                ]
            ),
            dbc.ModalFooter(
                [
                    html.Button(
                        t("compare.choose.cancel", lang),
                        type="button",
                        className="action",
                        **carried(choose_cancel="true"),
                    ),
                    html.Button(
                        t("compare.choose.confirm", lang),
                        id=ids.CHOOSE_CONFIRM,
                        type="button",
                        className="action main",
                    ),
                ]
            ),
        ],
        id=ids.CHOOSE_DIALOG,
        is_open=False,
        centered=True,
        labelledby=title,
    )


def question(opened: Opened, before: Chosen | None, names: Names, lang: str) -> list[Component]:
    """What is about to be chosen, and what comes of it."""
    name, number = opened.record.name[lang], opened.version.number
    said = [t("compare.choose.text", lang, name=name, number=number, figures=opened.ground.figures_version.number)]
    if not opened.is_head:
        by = names.get(opened.record.changed_by, opened.record.changed_by)
        said.append(t("compare.choose.outdated", lang, by=by, number=number))
    if not opened.record.shared:
        said.append(t("compare.choose.shares", lang))
    if before is not None and before.record.id != opened.record.id:
        called = before.record.name[lang]
        at = time(before.choice.at, lang)
        said.append(t("compare.choose.replaces", lang, name=called, by=_called(before, names), time=at))
    return [html.P(text) for text in said]


def done(chosen: Chosen, lang: str) -> str:
    """What is said once a scenario is chosen."""
    key = "compare.choose.done_shared" if chosen.shared_now else "compare.choose.done"
    return t(key, lang, name=chosen.record.name[lang])


def told(text: str) -> Component:
    """`done`, as it is shown."""
    return html.P([icon("check"), " ", text], className="good-ink choose-done", role="status")


def refused(text: str) -> list[Any]:
    """Why a scenario could not be chosen."""
    return [html.Div(text, className="alert alert-danger", role="alert")]


def _called(chosen: Chosen, names: Names) -> str:
    return names.get(chosen.choice.by, chosen.choice.by)
