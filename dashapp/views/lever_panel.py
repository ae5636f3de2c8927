"""The left side of the workbench: every lever, a slider and a number as one."""

from __future__ import annotations

import json

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.i18n import t
from dashapp.services.opened import Opened
from dashapp.urlstate import BASES, MODES, PACES, PageState
from dashapp.views import controls, measure_panel, parts, trend_levers
from dashapp.views.answer import Answer
from dashapp.views.markup import Box, Written, written


def panel(opened: Opened, state: PageState, answer: Answer, choose: Component) -> Component:
    """All levers in their groups, under `choose` (what chooses the scenario)."""
    lang = state.lang
    goals = [key for key in controls.keys(opened) if key.startswith(controls.GOAL)]

    def slider(key: str) -> Component:
        return _slider(key, opened, state, answer)

    return html.Aside(
        [
            _head(lang),
            html.Div(
                [
                    html.Div([choose, _goals(opened, state, [slider(key) for key in goals], slider("milestone"))]),
                    html.Div(
                        [
                            _method(state, answer),
                            _group(
                                t("web.lever.limits", lang),
                                *(slider(key) for key in ("floor", "cap", "step")),
                                _rules(state, answer),
                                html.Ul(id=ids.lever_hint("pins"), className="pins"),
                            ),
                            measure_panel.panel(opened, state, answer.controls),
                            _rounding(state, answer),
                            _assumptions(opened, state, answer, slider(controls.VOLUME)),
                        ]
                    ),
                ],
                className="lever-columns",
            ),
        ],
        className="levers",
        **parts.aria(label=t("web.lever.title", lang)),
    )


def _head(lang: str) -> Component:
    """The title, and the ways through what was changed."""
    buttons = [
        _tool(ids.UNDO, "undo", t("web.tool.undo", lang), disabled=True),
        _tool(ids.REDO, "redo", t("web.tool.redo", lang), disabled=True),
        _tool(ids.REPLAY, "replay", t("web.tool.replay", lang), disabled=True),
        html.Button(t("web.lever.reset", lang), id=ids.RESET, type="button", className="action small"),
    ]
    tools = html.Div(buttons, className="tools", role="group", **parts.aria(label=t("web.tool.label", lang)))
    title = html.H2([parts.icon("levers"), t("web.lever.title", lang)])
    return Written(written([title, tools]), className="levers-head")


def _tool(id: str, icon: str, words: str, *, disabled: bool) -> Component:
    return html.Button(
        parts.icon(icon),
        id=id,
        type="button",
        className="tool",
        title=words,
        disabled=disabled,
        **parts.aria(label=words),
    )


def _group(title: str, *children: Component) -> Component:
    return html.Div([html.H3(title), *children], className="lever-group")


def choose(options: list[dict[str, str]], slug: str, note: str, lang: str) -> Component:
    """The scenario that is open, and whom it favours."""
    return _group(
        t("web.lever.scenario_title", lang),
        html.Div(
            [
                html.Label(t("web.lever.scenario_label", lang), htmlFor=ids.SCENARIO, className="visually-hidden"),
                dbc.Select(id=ids.SCENARIO, options=options, value=slug),
                _favours(note, lang),
            ],
            className="field",
        ),
    )


def _favours(note: str, lang: str) -> Component:
    if not note:
        return html.Span()
    return html.Details([html.Summary(t("web.lever.favours", lang)), html.P(note)], className="principle")


def _goals(opened: Opened, state: PageState, sliders: list[Component], milestone: Component) -> Component:
    periods = opened.scenario.plan.periods
    step = html.Div(milestone, className="lever" if len(periods) > 1 else "hidden")
    return _group(t("web.lever.goals", state.lang, period=periods[-1].id), *sliders, step)


def _slider(key: str, opened: Opened, state: PageState, answer: Answer) -> Component:
    """A slider and a box to type in, with one label each; the page's script sees to it that they say the same."""
    lang = state.lang
    words, unit = controls.lever_words(key, state, opened)
    value = answer.controls.sliders[key]
    least, most, step = controls.range_of(key)
    slider, typed = _dom(ids.lever(key)), _dom(ids.lever_typed(key))
    pull = Box(
        "range", id=slider, min=least, max=most, step=step, value=f"{value:g}", className="form-range form-control"
    )
    box = Box(
        "text",
        id=typed,
        inputMode="decimal",
        autoComplete="off",
        value=typed_text(value, lang),
        className="form-control",
    )
    bad = html.Div(t("web.lever.bad", lang, least=least, most=most), className="invalid-feedback", role="alert")
    name = html.Label(t("web.lever.typed", lang, lever=words), htmlFor=typed, className="visually-hidden")
    beside = html.Span(unit, className="unit", **parts.aria(hidden="true"))
    inside = [
        html.Div([html.Label(words, htmlFor=slider), _hint(key)], className="head"),
        html.Div(
            [pull, html.Div([name, box, beside, bad], className="typed" if unit == "%" else "typed wide")],
            className="lever-row",
        ),
    ]
    return Written(written(inside), className="lever")


def typed_text(value: float, lang: str) -> str:
    """A percent as it stands in the box: at most two decimals, with the language's own decimal sign."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if lang == "vi" else text


def _dom(id: ids.Key) -> str:
    """The id of an element as the browser has it."""
    return json.dumps(id, sort_keys=True, separators=(",", ":"))


def _method(state: PageState, answer: Answer) -> Component:
    lang, now = state.lang, answer.controls
    basis = html.Div(
        [
            _title("basis", t("web.lever.basis", lang), f"{ids.BASIS}-label"),
            html.Div(
                dbc.RadioItems(
                    id=ids.BASIS,
                    options=[{"label": t(f"web.lever.{one}", lang), "value": one} for one in BASES],
                    value=now.basis,
                    className="segmented",
                ),
                role="group",
                **parts.aria(labelledby=f"{ids.BASIS}-label"),
            ),
        ],
        id=ids.BASIS_FIELD,
        className="field hidden" if now.stock else "field",
    )
    paces = [{"label": t(f"terms.pace.{one}", lang), "value": one} for one in PACES]
    return _group(
        t("web.lever.method_title", lang),
        html.Div(
            [
                _label("method", t("web.lever.method", lang), ids.METHOD),
                dbc.Select(id=ids.METHOD, options=now.methods, value=now.method),
                html.P(now.principle, id=ids.PRINCIPLE, className="principle"),
            ],
            className="field",
        ),
        basis,
        html.Div(
            [
                _label("pace", t("web.lever.pace", lang), ids.PACE),
                dbc.Select(id=ids.PACE, options=paces, value=now.pace),
            ],
            className="field",
        ),
    )


def _rounding(state: PageState, answer: Answer) -> Component:
    lang, now = state.lang, answer.controls
    modes = [{"label": t(f"terms.rounding.{one}", lang), "value": one} for one in MODES]
    return _group(
        t("web.lever.rounding", lang),
        html.Div(
            [
                _label("rounding", t("web.lever.mode", lang), ids.ROUNDING_MODE),
                dbc.Select(id=ids.ROUNDING_MODE, options=modes, value=now.mode),
            ],
            className="field",
        ),
        html.Div(
            [
                html.Label(t("web.lever.grid", lang), htmlFor=ids.ROUNDING_GRID),
                dbc.Select(id=ids.ROUNDING_GRID, options=now.grids, value=now.grid),
            ],
            className="field",
        ),
    )


def _assumptions(opened: Opened, state: PageState, answer: Answer, volume: Component) -> Component:
    """What the result assumes; of volumes nothing where the agencies said all of them themselves."""
    assumed = answer.shown is None or any(
        one.expected_assumed.any() for one in answer.shown.allocation.results.values()
    )
    of_volumes = html.Div(volume, className="" if assumed else "hidden")
    trends = trend_levers.panel(opened, state, answer.controls.indicator, assumed=bool(assumed))
    return _group(t("web.lever.assumptions", state.lang), of_volumes, trends)


def _rules(state: PageState, answer: Answer) -> Component:
    lang, now = state.lang, answer.controls
    return html.Div(
        [
            _title("rules", t("web.lever.rules", lang), f"{ids.RULES}-label"),
            html.Div(
                dbc.Checklist(id=ids.RULES, options=now.rules, value=now.kept, className="rules"),
                role="group",
                **parts.aria(labelledby=f"{ids.RULES}-label"),
            ),
        ],
        id=ids.RULES_FIELD,
        className="field" if now.rules else "field hidden",
    )


def _label(key: str, words: str, control: str) -> Component:
    """The label of one control, and its hint."""
    label = html.Label(words, htmlFor=control, className="form-label")
    return Written(written([label, _hint(key)]), className="d-flex justify-content-between align-items-baseline")


def _title(key: str, words: str, id: str) -> Component:
    """What a group of choices is called, and its hint."""
    title = html.Span(words, className="form-label", id=id)
    return Written(written([title, _hint(key)]), className="head d-flex justify-content-between align-items-baseline")


def _hint(key: str) -> Component:
    """Where a script writes what the control says of the scenario as saved."""
    return html.Span(id=_dom(ids.lever_hint(key)), className="hint")
