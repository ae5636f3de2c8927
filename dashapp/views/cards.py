"""The head of the result: what is shown, how the province fares, who carries most."""

from __future__ import annotations

from typing import Any

import numpy as np
from dash import html
from dash.development.base_component import Component

from dashapp.i18n import date, number, period, points, share, t
from dashapp.views.markup import lasting
from dashapp.views.parts import card, definition, indicator_definition
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
    fact = _defined(shown)
    return [
        html.Div([html.H1(about.name[lang]), fact], className="defined"),
        html.Div(when, className="sub"),
    ]


def _defined(shown: Shown, text: str = "") -> Component:
    """The definition of the indicator, with its counts; `text` says how the figure beside it is made of them."""
    about = shown.campaign.indicators[shown.indicator]
    return indicator_definition(
        about,
        shown.lang,
        source=shown.campaign.source[shown.lang],
        date=shown.allocation.plan.as_of,
        counts=_counts(shown),
        text=text,
    )


def _about(name: str, shown: Shown, label: str, *, numerator: str = "", denominator: str = "") -> Component:
    """How a figure that is calculated is made, and from which figures."""
    source, day = shown.campaign.source[shown.lang], shown.allocation.plan.as_of
    return definition(
        shown.lang,
        numerator=numerator,
        denominator=denominator,
        source=source,
        date=day,
        legal_basis="",
        label=label,
        text=t(f"web.about.{name}", shown.lang),
    )


def _counts(shown: Shown) -> tuple[str, str]:
    """What stands above and below the line for the whole province; services are shared and do not add up."""
    if shown.plan.kind is Kind.STOCK:
        return "", ""
    top = shown.allocation.figures.parent[shown.result.rows] == -1
    sums = (float(np.nansum(one[top])) for one in (shown.result.numerator, shown.result.denominator))
    numerator, denominator = (number(value, shown.lang) for value in sums)
    return numerator, denominator


def cards(shown: Shown) -> list[Component]:
    """Five figures for a reader two metres away."""
    return [_province(shown), _feasible(shown), _hardest(shown), _bounds(shown), _to_bring(shown)]


def _province(shown: Shown) -> Component:
    lang, summary = shown.lang, shown.summary
    fine = summary.status in FINE
    goal, start = share(summary.goal, lang, 1, trim=True), share(summary.start, lang)
    text = t("web.card.province_sub", lang, goal=goal, start=start)
    if not fine and summary.shortfall > 0:
        text = f"{text} · {t('web.card.short', lang, points=points(summary.shortfall, lang, 2, trim=True))}"
    return _card(
        t("web.card.province", lang, period=summary.period),
        share(summary.attained, lang),
        text,
        tone="good" if fine else "bad",
        definition=_defined(shown, t("web.about.province", lang)),
    )


def _feasible(shown: Shown) -> Component:
    lang, summary = shown.lang, shown.summary
    fine = summary.status in FINE
    return _card(
        t("web.card.feasible", lang),
        _verdict(t(f"terms.goal_status.{summary.status}", lang), "good-ink" if fine else "bad-ink"),
        t("web.card.feasible_sub", lang, highest=share(summary.max_attainable, lang)),
        tone="good" if fine else "bad",
        words=True,
        definition=_about("feasible", shown, t("web.card.feasible", lang)),
    )


@lasting
def _card(label: str, value: Any, sub: str = "", **more: Any) -> Component:
    """As `parts.card`: a lever moves some of the five figures, and the others are as they were."""
    return card(label, value, sub, **more)


@lasting
def _verdict(words: str, ink: str) -> Component:
    return html.Span(html.Span(words), className=ink)


def _hardest(shown: Shown) -> Component:
    """The agency that is asked for most points, among those that share the provincial goal."""
    lang, result = shown.lang, shown.result
    top = np.flatnonzero(shown.allocation.figures.parent[result.rows] == -1)
    gains = result.gain[-1, top]
    if not len(top) or np.isnan(gains).all():
        return _card(t("web.card.hardest", lang), t("web.card.nobody", lang), words=True)
    at = int(top[np.nanargmax(gains)])
    return _card(
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
        definition=_about("hardest", shown, t("web.card.hardest", lang)),
    )


def _bounds(shown: Shown) -> Component:
    lang, summary = shown.lang, shown.summary
    return _card(
        t("web.card.bounds", lang),
        t("web.card.bounds_big", lang, lower=summary.at_lower, upper=summary.at_upper),
        t("web.card.bounds_sub", lang, agencies=summary.agencies),
        words=True,
        definition=_about("bounds", shown, t("web.card.bounds", lang)),
    )


def _to_bring(shown: Shown) -> Component:
    """What the goal asks of the time that is left: the rate within the period, or the number still to do."""
    lang, summary, plan = shown.lang, shown.summary, shown.plan
    if plan.kind is Kind.FLOW and plan.basis is Basis.CUMULATIVE and summary.implied_in_period_rate is not None:
        since = shown.allocation.plan.as_of
        label = t("web.card.implied", lang)
        return _card(
            label,
            share(summary.implied_in_period_rate, lang),
            t("web.card.implied_sub", lang, since=since, goal=share(summary.goal, lang, 1, trim=True)),
            definition=_about(
                "implied",
                shown,
                label,
                numerator=t("web.about.implied_numerator", lang, since=since),
                denominator=t("web.about.implied_denominator", lang, since=since),
            ),
        )
    top = shown.allocation.figures.parent[shown.result.rows] == -1
    to_do = float(np.nansum(shown.result.to_do[-1][top]))
    words = shown.labels.unit(shown.indicator, to_do)
    return _card(
        t("web.card.to_do", lang),
        f"{number(to_do, lang, signed=True)}",
        t("web.card.to_do_sub", lang, unit=words, period=summary.period),
        definition=_about("to_do", shown, t("web.card.to_do", lang)),
    )
