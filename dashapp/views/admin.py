"""What every section of the administration is made of: its frame, and the dialog in which one thing is changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.i18n import ABSENT, t
from dashapp.views import parts
from dashapp.views.parts import aria, carried

LONGEST = 200
LONGEST_AREA = 2000


@dataclass(frozen=True)
class Field:
    """One thing to fill in; `kind`: text, password, day, area, or select with its `options` (value, words)."""

    name: str
    label: str
    value: str = ""
    kind: str = "text"
    options: Sequence[tuple[str, str]] = ()
    hint: str = ""
    required: bool = True
    longest: int = LONGEST


@dataclass(frozen=True)
class Section:
    """A part of the administration: its address and name."""

    id: str
    address: str
    name: str


def frame(sections: Sequence[Section], here: str, body: Component, campaign: str, lang: str) -> Component:
    """The page: its sections, what came of the last change, the section that is open, the dialog."""
    links = [
        html.A(
            one.name,
            href=one.address,
            className="here" if one.id == here else "",
            **(aria(current="page") if one.id == here else {}),
            **carried(inside="true"),
        )
        for one in sections
    ]
    return html.Div(
        [
            html.H1(t("admin.title", lang), className="page-title"),
            html.Nav(links, className="sections no-print", **aria(label=t("admin.sections", lang))),
            html.Div(id=ids.ADMIN_TOLD, className="admin-said"),
            html.Div(id=ids.ADMIN_SAID, className="admin-said", **aria(live="polite")),
            html.Div(body, id=ids.ADMIN_BODY),
            dialog(lang),
            dcc.Store(id=ids.ADMIN_TO_OPEN),
            dcc.Store(id=ids.ADMIN_TO_DO),
            dcc.Store(id=ids.ADMIN_DONE),
            dcc.Store(id=ids.ADMIN_OPENED),
        ],
        className="page admin",
        **carried(admin=here, admin_campaign=campaign),
    )


def dialog(lang: str) -> Component:
    """The dialog; what stands in it is fetched when it is opened."""
    return html.Dialog(
        [html.Div(id=ids.ADMIN_FAULT, **aria(live="assertive")), html.Div(id=ids.ADMIN_FORM)],
        id=ids.ADMIN_DIALOG,
        className="admin-dialog",
        **aria(labelledby="admin-dialog-title"),
        **carried(unsaved=t("admin.unsaved", lang)),
    )


def button(text: str, what: str, of: str = "", *, main: bool = False, small: bool = True, about: str = "") -> Component:
    """A button that opens the dialog of a deed; `about` says to those who hear it what it is about."""
    style = "action" + (" main" if main else "") + (" small" if small else "")
    more: dict[str, Any] = aria(label=f"{text}: {about}") if about else {}
    return html.Button(text, type="button", className=style, **more, **carried(admin_open=what, of=of))


def form(
    what: str,
    of: str,
    title: str,
    fields: Sequence[Field],
    do: str,
    lang: str,
    *,
    version: int | None = None,
    lead: Sequence[str] = (),
    danger: bool = False,
) -> Component:
    """What stands in the dialog: a question with what is to be filled in, and two ways out."""
    style = "action danger" if danger else "action main"
    return html.Form(
        [
            html.H2(title, id="admin-dialog-title"),
            *[html.P(line, className="lead") for line in lead],
            *[_field(one) for one in fields],
            html.Div(
                [
                    html.Button(
                        t("admin.cancel", lang), type="button", className="action", **carried(admin_cancel="true")
                    ),
                    html.Button(do, type="submit", className=style),
                ],
                className="dialog-actions",
            ),
        ],
        noValidate="true",
        **carried(admin_do=what, of=of, version="" if version is None else str(version)),
    )


def _field(one: Field) -> Component:
    id = f"admin-{one.name}"
    box: Component
    if one.kind == "select":
        options = [{"label": words, "value": value} for value, words in one.options]
        box = dbc.Select(id=id, name=one.name, options=options, value=one.value)
    elif one.kind == "area":
        box = dbc.Textarea(id=id, name=one.name, value=one.value, rows=3, maxLength=LONGEST_AREA)
    else:
        kind = "password" if one.kind == "password" else "text"
        off = "new-password" if one.kind == "password" else "off"
        box = dbc.Input(
            id=id, name=one.name, value=one.value, type=kind, maxLength=max(one.longest, 1), autocomplete=off
        )
    hint = [html.Span(one.hint, className="hint")] if one.hint else []
    return html.Div([html.Label([one.label, *hint], htmlFor=id, className="form-label"), box], className="field")


def fault(text: str, now: Sequence[tuple[str, str]] = ()) -> Component:
    """Why nothing was changed; `now`: what stands there by now, where somebody was faster."""
    lines = [html.Div([html.Dt(label), html.Dd(value or ABSENT)]) for label, value in now]
    told = [html.Dl(lines, className="now")] if lines else []
    return html.Div([html.P(text), *told], className="alert alert-danger", role="alert", tabIndex="-1")


def said(text: str) -> Component:
    """What was done."""
    return html.Div([parts.icon("check"), " ", text], className="message done", role="status")


def facts(pairs: Sequence[tuple[str, Any]]) -> Component:
    """Names and what they are, where there are too few for a table."""
    return html.Dl([html.Div([html.Dt(label), html.Dd(value or ABSENT)]) for label, value in pairs], className="facts")


def wide(table: Component, label: str) -> Component:
    """A table that scrolls by itself where the window is narrow."""
    return html.Div(table, className="table-scroll", tabIndex="0", role="group", **aria(label=label))
