"""The measures among the levers: each with a switch, what it brings, whom it reaches, from when.

Written on the server as one part: the page's own script (assets/js/37-measures.js) turns what is done here into moves.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashapp import ids, measurestate
from dashapp.i18n import number, t
from dashapp.labels import Labels
from dashapp.measurestate import EVERYONE, LARGEST_EFFECT, LEVELS, LONGEST_RAMP, OF_AGENCIES, OF_LEVELS, OWN_SCOPE
from dashapp.services.opened import Opened
from dashapp.urlstate import STARTS, PageState
from dashapp.views import measure_hints, measure_levers, typed
from dashapp.views.controls import Controls
from dashapp.views.markup import Box, Written, written
from dashapp.views.measure_levers import Offer, Setting
from dashapp.views.parts import aria, badge, carried
from dashapp.views.shown import saved_labels
from engine import Figures

MOST_LISTED = 400
"""Agencies to choose from by name; where there are more, those without one above them."""
_WORDS = MappingProxyType({"start": "start_day", "ramp": "ramp_days"})
STEP = 0.05
"""Of an effect's slider [log-odds]."""


def panel(opened: Opened, state: PageState, now: Controls) -> Component:
    """The whole group, its heading included."""
    lang, offers = state.lang, measure_levers.offers(opened)
    inside = [html.H3(t("measures.title", lang)), _start(now, lang)]
    labels = saved_labels(opened, lang)
    items = [_item(offer, measure_levers.settled(state, offer), now.indicator, labels) for offer in offers]
    none = any(measure_levers.concerns(one, now.indicator) for one in offers)
    inside += [
        html.Ul(items, className="measures"),
        html.P(t("measures.none", lang), className="hidden" if none else "muted small", **carried(measures="none")),
        html.Datalist(list(_listed(opened.figures, labels)), id="measure-agencies"),
    ]
    if offers:
        inside.append(
            html.Details(
                [html.Summary(t("measures.unit_ask", lang)), html.P(t("measures.unit", lang))], className="principle"
            )
        )
    return Written(written(inside), id=ids.MEASURES, className="lever-group")


def _start(now: Controls, lang: str) -> Component:
    """What the shown indicator's agencies start from."""
    choices = []
    for one in STARTS:
        id = f"start-{one}"
        box = Box("radio", id=id, name="start", value=one, checked=now.start == one, className="form-check-input")
        label = html.Label(t(f"measures.start_{one}", lang), htmlFor=id, className="form-check-label")
        choices.append(html.Div([box, label], className="form-check"))
    return html.Div(
        [
            html.Span(t("measures.start", lang), className="form-label", id="start-label"),
            html.Div(choices, className="segmented", role="radiogroup", **aria(labelledby="start-label")),
            html.Div(id=_hint_id(measure_hints.START), className="hint start-hint", **aria(live="polite")),
        ],
        className="field",
    )


def _hint_id(key: str) -> Any:
    """The id of a hint's place, as the browser has it."""
    return json.dumps(ids.lever_hint(key), sort_keys=True, separators=(",", ":"))


def _item(offer: Offer, now: Setting, indicator: str, labels: Labels) -> Component:
    lang, id = labels.lang, offer.id
    name = offer.measure.name.get(lang) or id
    switch = f"measure-{id}-on"
    head = html.Div(
        [
            Box(
                "checkbox", id=switch, role="switch", checked=now.on, className="form-check-input", **carried(said="on")
            ),
            html.Label(name, htmlFor=switch, className="form-check-label"),
        ],
        className="form-check form-switch",
    )
    there = measure_levers.concerns(offer, indicator)
    return html.Li(
        [
            head,
            html.Div(
                [
                    _effect(id, name, now, lang),
                    html.Div(id=_hint_id(measure_hints.effect_key(id)), className="hint"),
                    _more(offer, name, now, labels),
                ],
                className="measure-body",
                hidden=not now.on,
            ),
        ],
        className="measure" if there else "measure hidden",
        **carried(measure=id, of=" ".join(offer.measure.indicators)),
    )


def _effect(id: str, name: str, now: Setting, lang: str) -> Component:
    """Slider and box of the effect; they run over the range in which it is believed to lie."""
    slider = f"measure-{id}-effect"
    low, high = reach(now)
    return html.Div(
        [
            html.Div(
                [
                    html.Label(t("measures.effect", lang), htmlFor=slider),
                    html.Span(
                        t("measures.range", lang, **_range(now, lang)), className="hint", **carried(range="true")
                    ),
                ],
                className="head",
            ),
            html.Div(
                [
                    Box(
                        "range",
                        id=slider,
                        min=low,
                        max=high,
                        step=STEP,
                        value=now.effect,
                        className="form-range",
                        **carried(said="effect"),
                        **aria(label=t("measures.effect_of", lang, measure=name)),
                    ),
                    _box(
                        f"{slider}-typed",
                        "effect",
                        _effect_text(now.effect, lang),
                        t("measures.effect_typed", lang, measure=name),
                    ),
                ],
                className="lever-row",
            ),
            html.Span(t("measures.bad_effect", lang), className="pin-bad", role="alert", hidden=True),
        ],
        className="lever",
    )


def _effect_text(value: float, lang: str) -> str:
    return number(value, lang, measurestate.DECIMALS, trim=True)


def _range(now: Setting, lang: str) -> dict[str, str]:
    return {"low": _effect_text(now.low, lang), "high": _effect_text(now.high, lang)}


def reach(now: Setting) -> tuple[float, float]:
    """The range of an effect's slider; an effect that is believed exactly can be moved between none and twice it."""
    if now.low < now.high:
        return now.low, now.high
    return min(0.0, 2 * now.effect), max(0.0, 2 * now.effect) or 1.0


def _box(id: str, name: str, value: str, label: str, kind: str = "decimal") -> Component:
    return Box(
        "text",
        id=id,
        value=value,
        inputMode=kind,
        autoComplete="off",
        className="form-control",
        **carried(said=name),
        **aria(label=label),
    )


def _more(offer: Offer, name: str, now: Setting, labels: Labels) -> Component:
    """Whom it reaches and when, in one line; opened, the controls for it and what the effect rests on."""
    lang, id = labels.lang, offer.id
    fields = [
        _scope(offer, name, now, labels),
        html.Div(
            [
                _field(id, "start", typed.written(now.start), name, lang),
                _field(id, "ramp", str(now.ramp), name, lang, "numeric"),
            ],
            className="measure-pair",
        ),
        html.Div(
            [
                _field(id, "low", _effect_text(now.low, lang), name, lang, "decimal"),
                _field(id, "high", _effect_text(now.high, lang), name, lang, "decimal"),
            ],
            className="measure-pair",
        ),
        _grounds(offer, lang),
    ]
    summary = html.Summary(
        [_tag(offer, lang), html.Span(id=_hint_id(measure_hints.how_key(id)))], title=t("measures.more", lang)
    )
    return html.Details([summary, html.Div(fields, className="measure-fields")], className="measure-more")


def _tag(offer: Offer, lang: str) -> Component:
    if offer.measure.evidence:
        return badge(t("measures.evident", lang), "good")
    return badge(t("terms.assumption", lang), "upper")


def _grounds(offer: Offer, lang: str) -> Component:
    """What the effect rests on: evidence, or that there is none; then where the measure is from."""
    one = offer.measure
    said = one.evidence.get(lang) or t("measures.no_evidence", lang)
    lines = [html.Span(said)]
    if one.source:
        lines.append(html.Span(t("measures.source", lang, source=one.source), className="src"))
    return html.P(lines, className="principle")


def _field(id: str, key: str, value: str, name: str, lang: str, kind: str = "text") -> Component:
    own, words = f"measure-{id}-{key}", _WORDS.get(key, key)
    label = t(f"measures.{words}", lang)
    bad = t(f"measures.bad_{words}", lang, most=LONGEST_RAMP, largest=LARGEST_EFFECT)
    return html.Div(
        [
            html.Label(label, htmlFor=own),
            _box(own, key, value, t("measures.field_of", lang, field=label, measure=name), kind),
            html.Span(bad, className="pin-bad", role="alert", hidden=True),
        ],
        className="field",
    )


def _scope(offer: Offer, name: str, now: Setting, labels: Labels) -> Component:
    """Everybody, levels, or agencies by name."""
    lang, id = labels.lang, offer.id
    kind = next((one for one in (OF_LEVELS, OF_AGENCIES) if now.scope.startswith(one)), now.scope)
    kinds = [EVERYONE, OF_LEVELS, OF_AGENCIES]
    if offer.saved.scope == OWN_SCOPE:
        kinds.insert(0, OWN_SCOPE)
    options = [
        html.Option(t(f"measures.scope_{one.rstrip(':')}", lang), value=one, selected=one == kind) for one in kinds
    ]
    named = set(now.scope.partition(":")[2].split(","))
    levels = []
    for level in LEVELS:
        own = f"measure-{id}-{level}"
        box = Box(
            "checkbox",
            id=own,
            value=level,
            checked=level in named,
            className="form-check-input",
            **carried(level=level),
        )
        label = html.Label(t(f"terms.level.{level}", lang), htmlFor=own, className="form-check-label")
        levels.append(html.Div([box, label], className="form-check"))
    select = f"measure-{id}-scope"
    add = Box(
        "text",
        id=f"measure-{id}-agency",
        list="measure-agencies",
        autoComplete="off",
        placeholder=t("measures.add_agency", lang),
        className="form-control",
        **carried(agency="add"),
        **aria(label=t("measures.add_agency_of", lang, measure=name)),
    )
    return html.Div(
        [
            html.Label(t("measures.scope", lang), htmlFor=select),
            html.Select(options, id=select, className="form-select", **carried(said="scope")),
            html.Div(
                levels, className="measure-levels", hidden=kind != OF_LEVELS, role="group", **aria(labelledby=select)
            ),
            html.Div(
                [
                    html.Ul(className="measure-agencies", **carried(remove=t("measures.remove_agency", lang))),
                    add,
                    html.Span(t("measures.bad_agency", lang), className="pin-bad", role="alert", hidden=True),
                ],
                className="measure-named",
                hidden=kind != OF_AGENCIES,
            ),
        ],
        className="field",
        **carried(scope=now.scope),
    )


def _listed(figures: Figures, labels: Labels) -> Iterator[Component]:
    """The agencies to choose from, by name."""
    codes: Sequence[str] = figures.codes
    if len(codes) > MOST_LISTED:
        codes = [code for code, above in zip(codes, figures.parent, strict=True) if above < 0]
    for code in codes:
        yield html.Option(value=labels.agency(code), **carried(code=code))
