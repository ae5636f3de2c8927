"""Why one agency has its target: a sentence, the steps that add up to it, counts, bounds, other methods."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import dash_bootstrap_components as dbc
import numpy as np
from dash import html
from dash.development.base_component import Component

from dashapp import explain, ids, services
from dashapp.charts.base import Twin
from dashapp.charts.waterfall import Bar, waterfall
from dashapp.i18n import NO_BREAK, date, number, period, points, share, t
from dashapp.urlstate import PageState, format_page
from dashapp.views import chances, levers, parts
from dashapp.views.cards import FINE
from dashapp.views.shown import Shown
from engine import Explanation, Kind, RuleEffect, Step, TargetStatus, TraceStep

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
        html.P(chances.of_agency(shown, agency), className="muted small mt-2"),
        _section("web.drawer.steps", shown, _steps(shown, last), f"{ids.WATERFALL}-panel-title"),
        _section("web.drawer.counts", shown, _counts(shown, by_period)),
        _section("web.drawer.bounds", shown, _bounds(shown, last)),
        _section("web.drawer.pin", shown, _pins(shown, by_period)),
        _section("web.drawer.methods", shown, _methods(shown, last)),
        _section("web.drawer.rules", shown, _rules(shown, last)),
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


def _section(key: str, shown: Shown, body: Component, id: str = "") -> Component:
    named: Any = {"id": id} if id else {}
    return html.Section([html.H3(t(key, shown.lang, period=shown.periods[-1]), **named), body])


def _lead(shown: Shown, by_period: list[Explanation]) -> Component:
    lang, last = shown.lang, by_period[-1]
    counted = f"{number(last.numerator, lang)} / {number(last.denominator, lang)}"
    between = f"{share(last.wilson_low, lang)} – {share(last.wilson_high, lang)}"
    sure = [counted, html.Br(), t("web.drawer.wilson", lang), html.Br(), html.Span(between, className="nowrap")]
    cells = [_figure(t("web.chart.now", lang), share(last.current, lang), sure)]
    for one in by_period:
        gain = points(one.gain, lang, 1, signed=True)
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
    heads = (t("web.drawer.step", lang), t("web.drawer.change", lang))
    title = t("web.drawer.steps", lang, period=last.period)
    twin = Twin(heads, tuple((bar.label, bar.text) for bar in bars), (1,), title)
    return parts.chart_frame(ids.WATERFALL, figure, twin, lang, f"chitieu-{last.agency}", whole=True)


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
    if step.measure:
        return _capital(shown.labels.measure(step.measure))
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


def _rules(shown: Shown, last: Explanation) -> Component:
    """What each rule does to this target, and what it costs those who share the goal."""
    lang, labels = shown.lang, shown.labels
    effects = services.rule_effects(shown.allocation, last.agency, shown.indicator, last.period)
    if not effects:
        return html.P(t("web.drawer.no_rules", lang), className="muted")
    heads = [t("web.drawer.rule", lang), t("web.drawer.own", lang), t("web.drawer.others", lang)]
    rows = []
    for one in effects:
        own = points(one.own, lang, 1, signed=True) if abs(one.own) >= STEPS_SHOWN else t("web.drawer.same", lang)
        if math.isnan(one.own):
            own = t("web.drawer.exempts", lang)
        rows.append([_capital(labels.by(one.rule)), own, _others(shown, one)])
    return parts.table(heads, [parts.table_row(row, (1,)) for row in rows], (1,))


def _others(shown: Shown, effect: RuleEffect) -> str:
    lang = shown.lang
    said = []
    if effect.raised:
        said.append(
            t(
                "web.drawer.raised",
                lang,
                count=effect.raised,
                most=points(effect.most, lang, 1, signed=True),
                agency=shown.labels.agency(effect.most_agency),
            )
        )
    if effect.lowered:
        said.append(t("web.drawer.lowered", lang, count=effect.lowered))
    return "; ".join(said) or t("web.drawer.nobody", lang)


def _pins(shown: Shown, by_period: list[Explanation]) -> Component:
    """A box for each period in which a target can be set by hand; scripts make the change in place."""
    lang = shown.lang
    rows = [_pin(shown, one) for one in by_period]
    return html.Div([html.P(t("web.drawer.pin_help", lang), className="muted small mb-2"), *rows], className="pin-rows")


def _pin(shown: Shown, one: Explanation) -> Component:
    lang, place = shown.lang, (shown.indicator, one.agency, one.period)
    words = _capital(period(one.period, lang))
    box = f"pin-{one.period}"
    value = number(one.target * 100, lang, 2, trim=True)
    shape: dict[str, Any] = {"htmlFor": box}
    line: list[Component] = [
        html.Label(words, **shape),
        dbc.Input(id=box, type="text", inputmode="decimal", value=value, autocomplete="off", className="pin-box"),
        html.Span("%", className="unit", **parts.aria(hidden="true")),
        html.Button(
            t("web.pin.set", lang),
            type="button",
            className="action small",
            **parts.carried(pin=":".join(place), pin_box=box),
            **parts.aria(label=t("web.pin.set_for", lang, period=one.period)),
        ),
    ]
    back = _unpinned(shown, place)
    if back is not None:
        line.append(parts.action(_capital(t("web.pin.take_out", lang)), format_page(back), small=True))
    line.append(html.Span(t("web.pin.bad", lang), className="pin-bad", role="alert", hidden=True))
    return html.Div(line, className="pin-row")


def _unpinned(shown: Shown, place: tuple[str, str, str]) -> PageState | None:
    """The page without the pin of a place; None where there is none."""
    state = shown.state
    if any(one.place == place for one in state.pins):
        return state.pinned(place, None)
    rule = levers.pin_of(shown.saved, place)
    if rule is not None and rule.id not in state.dropped:
        return replace(state, dropped=(*state.dropped, rule.id))
    return None


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
