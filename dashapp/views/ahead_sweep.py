"""Sweeps as they are asked for and as they stand: the form, the list, how far one is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.i18n import number, share, t
from dashapp.kept_messages import time
from dashapp.labels import Labels
from dashapp.services.sweep_files import Run, Status
from dashapp.views import ahead_sweep_words as words
from dashapp.views import parts
from dashapp.views.markup import Written, written
from dashapp.views.parts import aria, carried, icon

PATH = "/ahead/sweep"
TICK = 1000
"""Milliseconds between two looks at how far a sweep is."""


# nothing yet -------------------------------------------------------------------------------------------------
def nothing(campaign: str, lang: str, *, may_start: bool) -> Component:
    """What a sweep is, and one click that starts the one that the form below begins with."""
    way = _button("ready", t("ahead_sweep.nothing.way", lang), campaign, main=True) if may_start else None
    said = t("ahead_sweep.nothing.text" if may_start else "ahead_sweep.nothing.reader", lang)
    return html.Section(parts.empty(t("ahead_sweep.nothing.title", lang), said, way), className="panel")


def _button(
    what: str, text: str, campaign: str, of: str = "", *, main: bool = False, danger: bool = False
) -> html.Button:
    style = "action" + (" main" if main else "") + (" danger" if danger else "")
    return html.Button(text, type="button", className=style, **carried(sweep_do=what, of=of, campaign=campaign))


# the list ----------------------------------------------------------------------------------------------------
def runs(several: Sequence[Run], address: Any, labels: Labels) -> Component:
    """Every sweep with how it stands; `address` makes a link of an id."""
    lang = labels.lang
    heads = [t(f"ahead_sweep.list.{name}", lang) for name in ("what", "by", "at", "size", "state")]
    rows = [
        parts.table_row(
            [
                html.A(one.about.name[lang], href=address(one.about.id), **carried(inside="true")),
                one.about.by_name or one.about.by,
                time(datetime.fromisoformat(one.about.at), lang),
                number(one.about.total, lang),
                _state(one, lang, counted=True),
            ],
            right=(3,),
        )
        for one in several
    ]
    body = html.Div(parts.table(heads, rows, right=(3,)), className="table-scroll")
    return parts.panel(t("ahead_sweep.list.title", lang), body, id="sweep-list")


def _state(one: Run, lang: str, *, counted: bool) -> Component:
    tones = {Status.DONE: "good", Status.FAILED: "bad", Status.STOPPED: "upper"}
    text = t(f"ahead_sweep.state.{one.status}", lang)
    if counted and (one.status.is_open or one.done < one.about.total):
        text = f"{text} ({share(one.done / max(one.about.total, 1), lang, 0)})"
    return parts.badge(text, tones.get(one.status, "plain"))


# how far one is ----------------------------------------------------------------------------------------------
def stands(one: Run, labels: Labels, *, own: bool, all_address: str) -> Component:
    """What a sweep is of, how far it is, and what can be done about it."""
    lang, about = labels.lang, one.about
    said = t(
        "ahead_sweep.stands.about",
        lang,
        indicator=labels.indicator(about.indicator),
        by=about.by_name or about.by,
        at=time(datetime.fromisoformat(about.at), lang),
        figures=about.figures,
        version=about.version,
    )
    ways: list[Component] = [
        html.A(t("ahead_sweep.stands.all", lang), href=all_address, className="action", **carried(inside="true"))
    ]
    if own and one.status.is_open:
        ways.append(_button("cancel", t("ahead_sweep.stands.cancel", lang), about.campaign, about.id))
    if own and one.status in (Status.CANCELLED, Status.STOPPED, Status.FAILED):
        ways.append(_button("resume", t("ahead_sweep.stands.resume", lang), about.campaign, about.id, main=True))
    if own and not one.status.is_open:
        throw = _button("throw", t("ahead_sweep.stands.throw", lang), about.campaign, about.id, danger=True)
        setattr(throw, "data-confirm", t("ahead_sweep.stands.confirm", lang))
        ways.append(throw)
    watch: list[Component] = []
    if one.status.is_open:
        watch.append(dcc.Interval(id=ids.SWEEP_TICK, interval=TICK))
        watch.append(dcc.Store(id=ids.SWEEP_STANDS, data={"id": about.id, "status": one.status}))
    body = html.Div(
        [
            html.P(said, className="muted"),
            Written(written(progress(one, labels)), "div", id=ids.SWEEP_PROGRESS, **aria(live="polite")),
            html.Div(ways, className="actions no-print"),
            *watch,
        ],
        className="panel-body sweep-stands",
    )
    return parts.panel(about.name[lang], body, _state(one, lang, counted=False), id="sweep-run")


def progress(one: Run, labels: Labels) -> list[Component]:
    """The bar with what it says in words, and why it stands where it does."""
    lang, total = labels.lang, max(one.about.total, 1)
    told = t("ahead_sweep.progress.done", lang, done=one.done, total=one.about.total, share=one.done / total)
    bar = html.Progress(value=str(one.done), max=str(total), **aria(label=told))
    lines: list[Component] = [html.Div([bar, html.Span(told)], className="sweep-progress")]
    if one.status is Status.QUEUED:
        lines.append(
            html.P(
                t("ahead_sweep.progress.queued" if one.before else "ahead_sweep.progress.next", lang, before=one.before)
            )
        )
    elif one.status is Status.FAILED and one.fault is not None:
        lines.append(
            html.P([icon("warning"), " ", words.fault(one.fault, labels)], className="sweep-fault", role="alert")
        )
    elif one.status is not Status.DONE:
        lines.append(html.P(t(f"ahead_sweep.progress.{one.status}", lang)))
    return lines
