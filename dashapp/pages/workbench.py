"""The scenario workbench: levers on the left, what comes of them on the right."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import dash_ag_grid as dag
import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids, services
from dashapp.charts import base
from dashapp.i18n import t
from dashapp.urlstate import BASES, MODES, Fault, PageState, format_page
from dashapp.views import agencies, controls, parts
from dashapp.views.answer import Answer
from dashapp.views.shown import choices, parents, preset_labels


def body(state: PageState, answer: Answer, faults: Sequence[Fault]) -> Component:
    """The whole page of a state; `faults` is what its address said wrongly."""
    return html.Div(
        [
            dcc.Store(id=ids.ADDRESS, data=answer.address),
            dcc.Store(id=ids.WANTED),
            dcc.Store(id=ids.DRAWN),
            dcc.Store(id=ids.AGENCY, data=state.agency or None),
            _levers(state, answer),
            _result(state, answer, faults),
            dbc.Offcanvas(
                id=ids.DRAWER,
                placement="end",
                backdrop=False,
                scrollable=True,
                is_open=False,
                close_button=False,
                title="",
                className="explain",
            ),
        ],
        className="workbench",
    )


# --- left ----------------------------------------------------------------------------------------------------
def _levers(state: PageState, answer: Answer) -> Component:
    lang = state.lang
    reset = parts.action(t("web.lever.reset", lang), format_page(state.reset()), small=True, id=ids.RESET)
    goals = [key for key in controls.keys(state) if key.startswith(controls.GOAL)]
    has_milestone = len(choices(state.campaign).periods) > 1
    return html.Aside(
        [
            html.Div([html.H2([parts.icon("levers"), t("web.lever.title", lang)]), reset], className="levers-head"),
            html.Div(
                [
                    html.Div([_preset(state), _goals(state, answer, goals, has_milestone)]),
                    html.Div(
                        [
                            _method(state, answer),
                            _group(
                                t("web.lever.limits", lang),
                                *(_slider(key, state, answer) for key in ("floor", "cap", "step")),
                                _rules(state, answer),
                            ),
                            _rounding(state, answer),
                        ]
                    ),
                ],
                className="lever-columns",
            ),
        ],
        className="levers",
        **parts.aria(label=t("web.lever.title", lang)),
    )


def _group(title: str, *children: Component) -> Component:
    return html.Div([html.H3(title), *children], className="lever-group")


def _preset(state: PageState) -> Component:
    lang = state.lang
    about = services.scenario(state.scenario)
    options = [{"label": one.name[lang], "value": one.id.partition("/")[2]} for one in services.presets(state.campaign)]
    return _group(
        t("web.lever.preset_title", lang),
        html.Div(
            [
                html.Label(t("web.lever.preset_label", lang), htmlFor=ids.PRESET, className="visually-hidden"),
                dbc.Select(id=ids.PRESET, options=options, value=state.preset),
                _favours(about.note.get(lang, ""), lang),
            ],
            className="field",
        ),
    )


def _favours(note: str, lang: str) -> Component:
    if not note:
        return html.Span()
    return html.Details([html.Summary(t("web.lever.favours", lang)), html.P(note)], className="principle")


def _goals(state: PageState, answer: Answer, goals: list[str], has_milestone: bool) -> Component:
    lang, last = state.lang, choices(state.campaign).periods[-1]
    sliders = [_slider(key, state, answer) for key in goals]
    milestone = html.Div(_slider("milestone", state, answer), className="lever" if has_milestone else "hidden")
    return _group(t("web.lever.goals", lang, period=last), *sliders, milestone)


def _slider(key: str, state: PageState, answer: Answer) -> Component:
    """A slider and a box to type in, with one label each; they always say the same."""
    words, unit = controls.lever_words(key, state)
    value = answer.controls.sliders[key]
    slider, typed = ids.lever(key), ids.lever_typed(key)
    return html.Div(
        [
            html.Div(
                [
                    html.Label(words, htmlFor=_dom(slider)),
                    html.Span(answer.hints.get(key, []), id=ids.lever_hint(key), className="hint"),
                ],
                className="head",
            ),
            html.Div(
                [
                    dbc.Input(id=slider, type="range", min=0, max=100, step=1, value=value, className="form-range"),
                    html.Div(
                        [
                            html.Label(
                                t("web.lever.typed", state.lang, lever=words),
                                htmlFor=_dom(typed),
                                className="visually-hidden",
                            ),
                            dbc.Input(
                                id=typed,
                                type="text",
                                inputmode="decimal",
                                debounce=True,
                                autocomplete="off",
                                value=typed_text(value, state.lang),
                            ),
                            html.Span(unit, className="unit", **parts.aria(hidden="true")),
                            html.Div(t("web.lever.bad", state.lang), className="invalid-feedback", role="alert"),
                        ],
                        className="typed" if unit == "%" else "typed wide",
                    ),
                ],
                className="lever-row",
            ),
        ],
        className="lever",
    )


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
            html.Div(
                [
                    html.Span(t("web.lever.basis", lang), className="form-label", id=f"{ids.BASIS}-label"),
                    _hint("basis", answer),
                ],
                className="head d-flex justify-content-between align-items-baseline",
            ),
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
    return _group(
        t("web.lever.method_title", lang),
        html.Div(
            [
                _label("method", t("web.lever.method", lang), ids.METHOD, answer),
                dbc.Select(id=ids.METHOD, options=now.methods, value=now.method),
                html.P(now.principle, id=ids.PRINCIPLE, className="principle"),
            ],
            className="field",
        ),
        basis,
    )


def _rounding(state: PageState, answer: Answer) -> Component:
    lang, now = state.lang, answer.controls
    modes = [{"label": t(f"terms.rounding.{one}", lang), "value": one} for one in MODES]
    return _group(
        t("web.lever.rounding", lang),
        html.Div(
            [
                _label("rounding", t("web.lever.mode", lang), ids.ROUNDING_MODE, answer),
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


def _rules(state: PageState, answer: Answer) -> Component:
    lang, now = state.lang, answer.controls
    return html.Div(
        [
            html.Div(
                [
                    html.Span(t("web.lever.rules", lang), className="form-label", id=f"{ids.RULES}-label"),
                    _hint("rules", answer),
                ],
                className="head d-flex justify-content-between align-items-baseline",
            ),
            html.Div(
                dbc.Checklist(id=ids.RULES, options=now.rules, value=now.kept, className="rules"),
                role="group",
                **parts.aria(labelledby=f"{ids.RULES}-label"),
            ),
        ],
        id=ids.RULES_FIELD,
        className="field" if now.rules else "field hidden",
    )


def _label(key: str, words: str, control: str, answer: Answer) -> Component:
    return html.Div(
        [html.Label(words, htmlFor=control, className="form-label"), _hint(key, answer)],
        className="d-flex justify-content-between align-items-baseline",
    )


def _hint(key: str, answer: Answer) -> Component:
    return html.Span(answer.hints.get(key, []), id=ids.lever_hint(key), className="hint")


# --- right ---------------------------------------------------------------------------------------------------
def _result(state: PageState, answer: Answer, faults: Sequence[Fault]) -> Component:
    lang = state.lang
    return html.Div(
        [
            html.Div(
                [html.Div(answer.head, id=ids.HEAD), _indicators(state, answer)],
                className="result-head",
            ),
            *parts.faults(faults, lang),
            html.Div(answer.alert, id=ids.ALERT, className="d-grid gap-2", **parts.aria(live="polite")),
            html.Section(answer.cards, id=ids.CARDS, className="cards", **parts.aria(label=t("web.card.label", lang))),
            _chart(state, answer),
            _table(state, answer),
            html.Details(answer.notes or [], id=ids.NOTES, className="panel"),
        ],
        className="result",
    )


def _indicators(state: PageState, answer: Answer) -> Component:
    lang, own = state.lang, choices(state.campaign).indicators
    labels = preset_labels(state)
    return html.Div(
        dbc.RadioItems(
            id=ids.INDICATOR,
            options=[{"label": labels.indicator(id), "value": id} for id in own],
            value=answer.controls.indicator,
            className="segmented",
        ),
        role="group",
        className="no-print" if len(own) > 1 else "hidden",
        **parts.aria(label=t("web.lever.indicator", lang)),
    )


def _chart(state: PageState, answer: Answer) -> Component:
    lang = state.lang
    figure = answer.figure or base.empty()
    name = f"chitieu-{state.campaign}-{state.preset}"
    return parts.panel(
        t("web.chart.title", lang),
        html.Div(
            base.graph(ids.CHART, figure, lang, name),
            id=ids.CHART_FRAME,
            className="chart-scroll",
            tabIndex="0",
            role="region",
            **parts.aria(labelledby="chart-panel-title"),
        ),
        html.Ul(answer.legend, id=ids.LEGEND, className="legend"),
        _inside(state, answer),
        id="chart-panel",
        flows=len(answer.rows or []) > agencies.WHOLE_PAGE,
    )


def _inside(state: PageState, answer: Answer) -> Component:
    """Whose agencies are shown; hidden where nobody has agencies below."""
    lang = state.lang
    below = parents(answer.shown) if answer.shown is not None else ()
    options = [{"label": t("web.inside.top", lang), "value": controls.TOP}]
    options += [{"label": t("web.inside.of", lang, parent=name), "value": code} for code, name in below]
    return html.Div(
        [
            html.Label(t("web.inside.label", lang), htmlFor=ids.INSIDE),
            dbc.Select(id=ids.INSIDE, options=options, value=state.inside or controls.TOP),
        ],
        className="field no-print" if below else "hidden",
    )


def _table(state: PageState, answer: Answer) -> Component:
    lang = state.lang
    return parts.panel(
        t("web.grid.title", lang),
        html.Div(grid(answer, lang), className="grid-wrap"),
        html.Span(t("web.grid.help", lang), className="muted no-print"),
        id="grid-panel",
        flows=True,
    )


def grid(answer: Answer, lang: str) -> Component:
    """The table of agencies; a row is known by its agency's code."""
    rows = answer.rows or []
    whole = len(rows) <= agencies.WHOLE_PAGE
    options: dict[str, Any] = {
        "theme": "themeQuartz",
        "rowHeight": 30,
        "headerHeight": 46,
        "domLayout": "autoHeight" if whole else "normal",
        "rowSelection": {"mode": "singleRow", "checkboxes": False, "enableClickSelection": True},
        "pinnedBottomRowData": answer.totals or [],
        "suppressDragLeaveHidesColumns": True,
        "suppressMovableColumns": True,
        "tooltipShowDelay": 400,
        "animateRows": False,
        "enableCellTextSelection": False,
    }
    if lang == "vi":
        options["getLocaleText"] = {"function": "localeText(params)"}
    return dag.AgGrid(
        id=ids.GRID,
        rowData=rows,
        columnDefs=answer.columns or [],
        defaultColDef={
            "sortable": True,
            "resizable": True,
            "suppressHeaderMenuButton": True,
            "wrapHeaderText": True,
        },
        getRowId="params.data.code",
        dashGridOptions=options,
        eventListeners={"cellKeyDown": ["explainRow(params)"], "gridReady": ["fitNarrow(params)"]},
        style={"height": None if whole else "640px", "width": "100%"},
    )
