"""Planning again from the day of newer figures: what would be made, what is assumed, and the button."""

from __future__ import annotations

from datetime import date

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.i18n import names, period, t
from dashapp.services.replanning import Left, Replanned
from dashapp.views import parts
from dashapp.views.monitor import Seen
from dashapp.views.parts import aria
from engine import Basis, Kind

KEEP, OPEN = "keep", "open"
"""What becomes of the targets of a period that has begun."""
NAMED = 6


def onward(seen: Seen, day: date, about: Left, kept: Replanned | None, opened: Replanned | None) -> Component:
    """The periods that are left as a scenario of one's own.

    Parameters
    ----------
    kept, opened : Replanned or None
        What would be made with the targets of the period that has begun as they were issued, and with them open; None
        where it is no choice, or cannot be calculated.
    """
    lang = seen.lang
    either = kept or opened
    if either is None:
        return _again([html.P(t("monitor.again.impossible", lang))], lang)
    periods = names([period(one.id, lang) for one in about.periods], lang)
    figures = seen.ground.figures_version.number
    lines = [*_assumed(seen, day, about, either), *_kept(seen, about, kept)]
    button = html.Button(
        t("monitor.again.button", lang, day=day), id=ids.MONITOR_REPLAN, type="button", className="action main"
    )
    data = {"table": seen.table.record.id, "day": day.isoformat()}
    return _again(
        [
            html.P(t("monitor.again.text", lang, day=day, figures=figures, periods=periods)),
            html.H3(t("monitor.again.assumed", lang)),
            html.Ul([html.Li(line) for line in lines], className="notes"),
            _choice(about, kept, opened, lang),
            html.Div(button, className="no-print"),
            html.Div(id=ids.MONITOR_SAID, **aria(live="assertive")),
            dcc.Store(id=ids.MONITOR_ABOUT, data=data),
        ],
        lang,
    )


def _again(inside: list[Component], lang: str) -> Component:
    body = html.Div(inside, className="panel-body monitor-again")
    return parts.panel(t("monitor.again.title", lang), body, id="monitor-again")


def _choice(about: Left, kept: Replanned | None, opened: Replanned | None, lang: str) -> Component:
    """Whether the targets of the period that has begun stay; no question where only one way is open."""
    running = about.periods[0].id
    options = [
        {"label": t(f"monitor.again.{name}", lang, period=running), "value": name}
        for name, there in ((KEEP, kept), (OPEN, opened))
        if there is not None
    ]
    asked = len(options) > 1
    box = dbc.RadioItems(id=ids.MONITOR_KEEP, options=options, value=options[0]["value"])
    if not asked:
        return html.Div(box, hidden=True)
    label = t("monitor.again.question", lang, period=running)
    return html.Fieldset([html.Legend(label, className="form-label"), box], className="no-print")


def _assumed(seen: Seen, day: date, about: Left, made: Replanned) -> list[str]:
    """What holds whichever way is taken."""
    lang, plan = seen.lang, seen.table.inputs.scenario.plan
    lines = [t("monitor.again.goals", lang)]
    later = [one.id for one in about.periods if one is not about.running]
    if any(one.kind is Kind.FLOW for one in plan.indicators):
        if about.running is not None:
            lines.append(t("monitor.again.rest", lang, period=about.running.id, days=about.days))
        if later:
            lines.append(t("monitor.again.later", lang))
    if about.running is not None:
        if made.estimated:
            lines.append(t("monitor.again.aside", lang, period=about.running.id, count=made.estimated))
        alone = [seen.labels.indicator(one.id) for one in plan.indicators if one.basis is Basis.IN_PERIOD]
        if alone:
            lines.append(
                t("monitor.again.alone", lang, indicators=names(alone, lang), period=about.running.id, day=day)
            )
    by_hand = sum(one.period in later for one in seen.table.inputs.overrides)
    if by_hand:
        lines.append(t("monitor.again.by_hand", lang, count=by_hand))
    return lines


def _kept(seen: Seen, about: Left, kept: Replanned | None) -> list[str]:
    """How many issued targets of the period that has begun would stay, and whose cannot."""
    if kept is None:
        return []
    lang, running = seen.lang, about.periods[0].id
    lines = [t("monitor.again.kept", lang, count=kept.kept, period=running)]
    for indicator, codes in kept.reopened.items():
        several = [seen.labels.agency(code) for code in codes]
        lines.append(
            t(
                "monitor.again.reopened",
                lang,
                indicator=seen.labels.indicator(indicator),
                agencies=several[:NAMED] + list(codes[NAMED:]),
                period=running,
            )
        )
    return lines
