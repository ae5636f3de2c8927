"""Why one agency has its target: a sentence, the steps that add up to it, counts, bounds, other methods."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from dash import html
from dash.development.base_component import Component

from dashapp import explain, ids, services
from dashapp.charts import base
from dashapp.charts.waterfall import Bar, waterfall
from dashapp.i18n import NO_BREAK, date, number, period, points, share, t
from dashapp.views import parts
from dashapp.views.cards import FINE
from dashapp.views.shown import Shown
from engine import Explanation, Kind, Step, TargetStatus, TraceStep

STEPS_SHOWN = 0.00005
"""Steps smaller than this share are left out of the picture; they would round to nothing."""
WATERFALL_TICKS = (0, 0.25, 0.5, 0.75, 1)


@dataclass(frozen=True)
class Drawer:
    """Title and body of the explanation; both empty where there is nothing to explain."""

    title: list[Component]
    body: list[Component]


def drawer(shown: Shown, agency: str) -> Drawer:
    """The explanation of an agency's targets in the shown indicator."""
    position = shown.allocation.figures.position.get(agency)
    if position is None or position not in shown.result.rows:
        return Drawer([], [])
    by_period = [services.explain(shown.allocation, agency, shown.indicator, id) for id in shown.periods]
    last = by_period[-1]
    sentence = explain.target_sentence(last, shown.allocation, shown.labels)
    body: list[Component] = [html.P(_kind(shown, agency), className="muted mb-2 small")]
    if last.status in (TargetStatus.EXEMPT, TargetStatus.MISSING):
        return Drawer(_title(shown, agency), [*body, html.P(sentence, className="sentence")])
    body += [
        _lead(shown, by_period),
        html.P(sentence, className="sentence"),
        _section("web.drawer.steps", shown, _steps(shown, last)),
        _section("web.drawer.counts", shown, _counts(shown, by_period)),
        _section("web.drawer.bounds", shown, _bounds(shown, last)),
        _section("web.drawer.methods", shown, _methods(shown, last)),
    ]
    return Drawer(_title(shown, agency), body)


def _title(shown: Shown, agency: str) -> list[Component]:
    close = html.Button(
        id=ids.CLOSE, type="button", className="btn-close", **parts.aria(label=t("web.drawer.close", shown.lang))
    )
    return [html.Span(shown.labels.agency(agency), id=f"{ids.DRAWER}-title"), close]


def _kind(shown: Shown, agency: str) -> str:
    figures = shown.allocation.figures
    at = figures.position[agency]
    parts = [t(f"terms.level.{figures.levels[at]}", shown.lang)]
    if figures.parent[at] >= 0:
        parts.append(figures.names[figures.parent[at]])
    return " · ".join([*parts, shown.campaign.indicators[shown.indicator].name[shown.lang]])


def _section(key: str, shown: Shown, body: Component) -> Component:
    return html.Section([html.H3(t(key, shown.lang, period=shown.periods[-1])), body])


def _lead(shown: Shown, by_period: list[Explanation]) -> Component:
    lang, last = shown.lang, by_period[-1]
    counted = f"{number(last.numerator, lang)} / {number(last.denominator, lang)}"
    between = f"{share(last.wilson_low, lang)} – {share(last.wilson_high, lang)}"
    sure = [counted, html.Br(), t("web.drawer.wilson", lang), html.Br(), html.Span(between, className="nowrap")]
    cells = [_figure(t("web.chart.now", lang), share(last.current, lang), sure)]
    for one in by_period:
        gain = points(one.target - (0.0 if math.isnan(one.current) else one.current), lang, 1, signed=True)
        cells.append(_figure(_capital(period(one.period, lang)), share(one.target, lang, 1, trim=True), [gain]))
    return html.Div(cells, className="lead-figures")


def _figure(label: str, value: str, sub: list[Any]) -> Component:
    return html.Div(
        [html.Div(label, className="label"), html.Div(value, className="value"), html.Div(sub, className="sub")]
    )


def _steps(shown: Shown, last: Explanation) -> Component:
    lang = shown.lang
    bars = bars_of(shown, last)
    figure = waterfall(bars, [share(tick, lang, 0) for tick in WATERFALL_TICKS], lang)
    spoken = html.Ul([html.Li(f"{bar.label}: {bar.text}") for bar in bars], className="visually-hidden")
    return html.Div([base.graph(ids.WATERFALL, figure, lang, f"chitieu-{last.agency}"), spoken])


def bars_of(shown: Shown, last: Explanation) -> list[Bar]:
    """The steps of a trace as bars: the current value, what each step adds, the target."""
    lang = shown.lang
    first = last.steps[0]
    bars = [Bar(t("terms.step.current", lang), 0.0, first.value, share(last.current, lang), total=True)]
    for step in last.steps[1:]:
        if abs(step.delta) >= STEPS_SHOWN:
            text = points(step.delta, lang, 1, signed=True)
            bars.append(Bar(_step_label(shown, step), step.value - step.delta, step.value, text))
    label = t("web.drawer.target", lang, period=last.period)
    bars.append(Bar(label, 0.0, last.target, share(last.target, lang, 1, trim=True), total=True))
    return bars


def _step_label(shown: Shown, step: TraceStep) -> str:
    if step.step is Step.METHOD:
        return shown.labels.method(shown.plan)
    if step.rule:
        return _capital(shown.labels.by(step.rule))
    return t(f"terms.step.{step.step}", shown.lang)


def _counts(shown: Shown, by_period: list[Explanation]) -> Component:
    lang, plan = shown.lang, shown.allocation.plan
    flow = shown.plan.kind is Kind.FLOW
    heads = [t("web.drawer.period", lang), t("terms.column.target_count", lang), t("terms.column.to_do", lang)]
    if flow:
        heads += [t("web.drawer.weekly", lang), t("terms.column.in_period_rate", lang)]
    rows = []
    since = plan.as_of
    for one, about in zip(by_period, plan.periods, strict=True):
        unit = shown.labels.unit(shown.indicator, one.to_do)
        row: list[Any] = [
            html.Span([_capital(period(one.period, lang)), html.Span(date(about.end, lang), className="src")]),
            number(one.target_count, lang),
            f"{number(one.to_do, lang, signed=True)} {unit}",
        ]
        if flow:
            weekly = explain.weekly_count(one.to_do, since, about.end) if one.to_do > 0 else 0
            row += [f"{number(weekly, lang, signed=True)}", share(one.in_period_rate, lang)]
            if shown.plan.basis == "in_period":
                since = about.end
        rows.append(row)
    right = range(1, len(heads))
    return parts.table(heads, [parts.table_row(row, right) for row in rows], right)


def _bounds(shown: Shown, last: Explanation) -> Component:
    lang = shown.lang
    heads = [t("web.drawer.bound", lang), t("terms.column.value", lang), t("web.drawer.because", lang)]
    rows = [
        [t("terms.column.lower", lang), share(last.lower, lang), _because(shown, last.lower_by)],
        [t("terms.column.upper", lang), share(last.upper, lang), _because(shown, last.upper_by)],
    ]
    return parts.table(heads, [parts.table_row(row, (1,)) for row in rows], (1,))


def _because(shown: Shown, source: str) -> Component:
    """The rule behind a bound with its reason and legal source."""
    labels = shown.labels
    rule = labels.rules.get(source)
    lines: list[Component | str] = [_capital(labels.by(source))]
    if rule is not None:
        lines += [html.Span(text, className="src") for text in (rule.reason.get(shown.lang, ""), rule.source) if text]
    return html.Span(lines)


def _methods(shown: Shown, last: Explanation) -> Component:
    lang = shown.lang
    row = int(np.flatnonzero(shown.result.rows == shown.allocation.figures.position[last.agency])[0])
    under = services.under_each_method(shown.allocation, shown.indicator)
    heads = [t("terms.column.method", lang), t("terms.column.target", lang), t("web.drawer.difference", lang)]
    body = []
    for name, one in under.items():
        chosen = name == shown.plan.method.name
        target = float(one.target[-1, row])
        words: list[Component | str] = [t(f"terms.method.{name}.name", lang)]
        if chosen:
            words += [NO_BREAK, html.Span(t("web.drawer.chosen", lang), className="tag good")]
        elif one.status not in FINE:
            words.append(html.Span(t("web.drawer.goal_missed", lang), className="src"))
        difference = "" if chosen else points(target - last.target, lang, 1, signed=True)
        body.append(
            parts.table_row([html.Span(words), share(target, lang, 1, trim=True), difference], (1, 2), chosen=chosen)
        )
    return parts.table(heads, body, (1, 2))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
