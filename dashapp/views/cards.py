"""The head of the result: what is shown, how the province fares, who carries most."""

from __future__ import annotations

import numpy as np
from dash import html
from dash.development.base_component import Component

from dashapp.i18n import date, number, period, points, share, t
from dashapp.views.parts import icon
from dashapp.views.shown import Shown
from engine import Basis, GoalStatus, Kind

FINE = frozenset({GoalStatus.MET, GoalStatus.MET_WITHOUT_LIFT, GoalStatus.PATH})


def head(shown: Shown) -> list[Component]:
    """Name of the indicator and the dates that the figures and targets are about."""
    lang = shown.lang
    about = shown.campaign.indicators[shown.indicator]
    plan = shown.allocation.plan
    when = t(
        "web.head.dates",
        lang,
        as_of=plan.as_of,
        periods=" · ".join(f"{period(one.id, lang)} ({date(one.end, lang)})" for one in plan.periods),
    )
    return [html.H1(about.name[lang]), html.Div(when, className="sub")]


def cards(shown: Shown) -> list[Component]:
    """Five figures for a reader two metres away."""
    return [_province(shown), _feasible(shown), _hardest(shown), _bounds(shown), _to_bring(shown)]


def _card(kind: str, title: str, big: Component | str, sub: str, *, words: bool = False) -> Component:
    return html.Div(
        [html.H2(title), html.Div(big, className="big words" if words else "big"), html.Div(sub, className="sub")],
        className=f"card-figure {kind}",
    )


def _province(shown: Shown) -> Component:
    lang, summary = shown.lang, shown.summary
    fine = summary.status in FINE
    goal, start = share(summary.goal, lang, 1, trim=True), share(summary.start, lang)
    text = t("web.card.province_sub", lang, goal=goal, start=start)
    if not fine and summary.shortfall > 0:
        text = f"{text} · {t('web.card.short', lang, points=points(summary.shortfall, lang, 2, trim=True))}"
    return _card(
        "good" if fine else "bad",
        t("web.card.province", lang, period=summary.period),
        share(summary.attained, lang),
        text,
    )


def _feasible(shown: Shown) -> Component:
    lang, summary = shown.lang, shown.summary
    fine = summary.status in FINE
    sign = icon("check" if fine else "warning")
    words = html.Span(t(f"terms.goal_status.{summary.status}", lang))
    return _card(
        "good" if fine else "bad",
        t("web.card.feasible", lang),
        html.Span([sign, words], className=f"big words m-0 {'good-ink' if fine else 'bad-ink'}"),
        t("web.card.feasible_sub", lang, highest=share(summary.max_attainable, lang)),
        words=True,
    )


def _hardest(shown: Shown) -> Component:
    """The agency that is asked for most points, among those that share the provincial goal."""
    lang, result = shown.lang, shown.result
    top = np.flatnonzero(shown.allocation.figures.parent[result.rows] == -1)
    gains = result.target[-1, top] - np.nan_to_num(result.current[top])
    if not len(top) or np.isnan(gains).all():
        return _card("plain", t("web.card.hardest", lang), t("web.card.nobody", lang), "", words=True)
    at = int(top[np.nanargmax(gains)])
    return _card(
        "plain",
        t("web.card.hardest", lang),
        shown.labels.agency(shown.allocation.figures.codes[result.rows[at]]),
        t(
            "web.card.hardest_sub",
            lang,
            points=points(float(np.nanmax(gains)), lang, 1, signed=True),
            now=share(result.current[at], lang),
            target=share(result.target[-1, at], lang, 1, trim=True),
        ),
        words=True,
    )


def _bounds(shown: Shown) -> Component:
    lang, summary = shown.lang, shown.summary
    return _card(
        "plain",
        t("web.card.bounds", lang),
        t("web.card.bounds_big", lang, lower=summary.at_lower, upper=summary.at_upper),
        t("web.card.bounds_sub", lang, agencies=summary.agencies),
        words=True,
    )


def _to_bring(shown: Shown) -> Component:
    """What the goal asks of the time that is left: the rate within the period, or the number still to do."""
    lang, summary, plan = shown.lang, shown.summary, shown.plan
    if plan.kind is Kind.FLOW and plan.basis is Basis.CUMULATIVE and summary.implied_in_period_rate is not None:
        return _card(
            "plain",
            t("web.card.implied", lang, period=summary.period),
            share(summary.implied_in_period_rate, lang),
            t(
                "web.card.implied_sub",
                lang,
                since=shown.allocation.plan.as_of,
                goal=share(summary.goal, lang, 1, trim=True),
            ),
        )
    top = shown.allocation.figures.parent[shown.result.rows] == -1
    to_do = float(np.nansum(shown.result.to_do[-1][top]))
    words = shown.labels.unit(shown.indicator, to_do)
    return _card(
        "plain",
        t("web.card.to_do", lang),
        f"{number(to_do, lang, signed=True)}",
        t("web.card.to_do_sub", lang, unit=words, period=summary.period),
    )
