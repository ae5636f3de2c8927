"""What goes on by itself and what volumes follow, among the levers: what may be chosen, and why something may not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from dash import html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.i18n import LANGUAGES, t
from dashapp.services import lookback
from dashapp.services.opened import Opened
from dashapp.urlstate import FIGURES, FOLLOWS, STEEPEST, TRENDS, PageState, format_page, written
from dashapp.views import levers
from dashapp.views.markup import Box, Written
from dashapp.views.markup import written as markup
from dashapp.views.parts import aria, carried
from engine import Start, Trend
from scenarios import Scenario

NUMBER = "number"
"""The choice of a trend that is typed."""
USUAL_NUMBER = 0.05
"""Log-odds a month that stand in the box first."""
FITTED = frozenset(str(one) for one in Trend)
TREND, FOLLOW = "trend", "follow"
"""Keys of what stands beside the controls."""


def follow_of(scenario: Scenario) -> str:
    """What the scenario's estimated volumes follow."""
    return str(scenario.plan.assumptions.volumes)


def panel(opened: Opened, state: PageState, indicator: str, *, assumed: bool) -> Component:
    """The trend of the shown indicator; where volumes are estimated, what they follow."""
    plan, figures = opened.scenario.plan, opened.figures
    inside = [_follow(state, opened, can=lookback.can_follow(figures, plan))] if assumed else []
    inside += [_trend(state, opened, indicator, lookback.can_fit(figures, plan))]
    return Written(markup(inside), id=ids.TRENDS)


def _follow(state: PageState, opened: Opened, *, can: bool) -> Component:
    lang, now = state.lang, state.follow or follow_of(opened.scenario)
    boxes = []
    for one in FOLLOWS:
        id, off = f"follow-{one}", one != FOLLOWS[0] and not can and now != one
        box = Box(
            "radio", id=id, name="follow", value=one, checked=now == one, disabled=off, className="form-check-input"
        )
        label = html.Label(t(f"trends.follow_{one}", lang), htmlFor=id, className="form-check-label")
        boxes.append(html.Div([box, label], className="form-check"))
    year = opened.scenario.plan.as_of.year - 1
    why = [] if can else [html.P(t("trends.no_year", lang, year=str(year)), className="muted small")]
    return html.Div(
        [
            html.Span(t("trends.follow", lang), className="form-label", id="follow-label"),
            html.Div(boxes, className="segmented", role="radiogroup", **aria(labelledby="follow-label")),
            _hint(FOLLOW),
            *why,
        ],
        className="field",
    )


def _trend(state: PageState, opened: Opened, indicator: str, known: tuple[str, ...]) -> Component:
    lang = state.lang
    now = levers.settled(state, opened.scenario, indicator).trend or TRENDS[0]
    chosen = now if now in TRENDS else NUMBER
    can = indicator in known
    options = [
        html.Option(t(f"trends.{one}", lang), value=one, selected=one == chosen, disabled=one in FITTED and not can)
        for one in (TRENDS[0], NUMBER, *TRENDS[1:])
    ]
    number = now if chosen == NUMBER else written(USUAL_NUMBER)
    way = f"{FIGURES}?{urlencode({'c': opened.campaign.id, **({} if lang == LANGUAGES[0] else {'lang': lang})})}"
    box = Box(
        "text",
        id="trend-number",
        value=number.replace(".", ",") if lang == "vi" else number,
        inputMode="decimal",
        autoComplete="off",
        className="form-control",
        **aria(describedby="trend-unit"),
    )
    return html.Div(
        [
            html.Label(t("trends.trend", lang), htmlFor="trend", className="form-label"),
            html.Select(options, id="trend", className="form-select", **carried(known=json.dumps(known))),
            _hint(TREND),
            html.Div(
                [
                    html.Label(t("trends.number_label", lang), htmlFor="trend-number"),
                    box,
                    html.Span(t("trends.bad", lang, most=STEEPEST), className="pin-bad", role="alert", hidden=True),
                    html.P(t("trends.unit", lang), id="trend-unit", className="muted small"),
                ],
                id="trend-typed",
                className="trend-typed",
                hidden=chosen != NUMBER,
            ),
            html.P(
                [t("trends.no_months", lang), " ", html.A(t("trends.way", lang), href=way, **carried(inside="true"))],
                id="trend-why",
                className="muted small",
                hidden=can,
            ),
        ],
        className="field",
    )


def _hint(key: str) -> Component:
    place = json.dumps(ids.lever_hint(key), sort_keys=True, separators=(",", ":"))
    return html.Div(id=place, className="hint trend-hint", **aria(live="polite"))


def read(state: PageState, opened: Opened, follow: Any) -> PageState:
    """The state in which volumes follow what a control says."""
    if follow not in FOLLOWS:
        return state
    return replace(state, follow=None if follow == follow_of(opened.scenario) else follow)


def hints(state: PageState, opened: Opened, indicator: str) -> Mapping[str, list[list[str]]]:
    """Ways back to what is saved, and that a trend is not counted where agencies start from the figures."""
    lang, own = state.lang, state.of(indicator)
    now = levers.settled(state, opened.scenario, indicator)
    found: dict[str, list[list[str]]] = {}
    if now.trend not in (None, TRENDS[0]) and now.start == Start.CURRENT:
        saved = levers.of_saved(opened.scenario, indicator).start
        start = None if saved == Start.PROJECTED else str(Start.PROJECTED)
        use = state.with_levers(indicator, replace(own, start=start))
        found[TREND] = [[t("trends.idle", lang), format_page(use)]]
    elif own.trend is not None:
        back = state.with_levers(indicator, replace(own, trend=None))
        found[TREND] = [[t("web.lever.back", lang), format_page(back)]]
    if state.follow is not None:
        found[FOLLOW] = [[t("web.lever.back", lang), format_page(replace(state, follow=None))]]
    return found
