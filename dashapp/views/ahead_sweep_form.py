"""The form by which a sweep is asked for, and what was typed into it as a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashapp import messages
from dashapp.i18n import LANGUAGES, t
from dashapp.labels import Labels
from dashapp.services import indicator_words
from dashapp.services.database import ScenarioRecord
from dashapp.services.sweep_offers import DRAWS, GRID, LATIN, Asked, Chosen, Offer, Unit
from dashapp.services.sweep_runs import MOST_SCENARIOS
from dashapp.views import ahead_sweep_words as words
from dashapp.views import parts, typed
from dashapp.views.ahead_sweep import PATH
from dashapp.views.parts import aria, carried
from scenarios import ScenarioErrors

LEAST, MOST = -1e6, 1e6


class TypedError(ValueError):
    """What was typed cannot be used; the text says where, what is expected and how to go on."""


@dataclass(frozen=True, eq=False)
class Form:
    """What the form shows: scenarios to choose from, levers on offer, what is filled in, words for them."""

    campaign: str
    scenarios: Sequence[ScenarioRecord]
    indicators: Sequence[str]
    offers: Sequence[Offer]
    asked: Asked
    labels: Labels

    @property
    def lang(self) -> str:
        return self.labels.lang


# the form ----------------------------------------------------------------------------------------------------
def form(shown: Form) -> Component:
    """Which scenario, which levers over which ranges, how many: two forms, as the second follows from the first."""
    lang = shown.lang
    body = html.Div([_around(shown), _levers(shown)], className="panel-body sweep-forms")
    return parts.panel(t("ahead_sweep.form.title", lang), body, id="sweep-form")


def _around(shown: Form) -> Component:
    lang, asked = shown.lang, shown.asked
    records = [{"label": one.name[lang], "value": one.slug} for one in shown.scenarios]
    indicators = [{"label": shown.labels.indicator(one), "value": one} for one in shown.indicators]
    keep = {"c": shown.campaign, "lang": "" if lang == LANGUAGES[0] else lang, "new": "1"}
    return html.Form(
        [
            *(dbc.Input(type="hidden", name=name, value=value) for name, value in keep.items() if value),
            _field(
                "v",
                t("ahead_sweep.form.scenario", lang),
                dbc.Select(id="sweep-v", name="v", options=records, value=asked.slug),
            ),
            _field(
                "i",
                t("ahead_sweep.form.indicator", lang),
                dbc.Select(id="sweep-i", name="i", options=indicators, value=asked.indicator),
            ),
            html.Button(t("ahead_sweep.form.take", lang), type="submit", className="action"),
        ],
        action=PATH,
        method="GET",
        className="toolbar sweep-around",
        **carried(goes="true", soon="true"),
    )


def _field(name: str, label: str, box: Component, hint: str = "") -> html.Div:
    said = [html.Span(hint, className="hint")] if hint else []
    return html.Div([html.Label(label, htmlFor=f"sweep-{name}"), box, *said], className="field")


def _levers(shown: Form) -> Component:
    lang, asked = shown.lang, shown.asked
    heads = [html.Th(t(f"ahead_sweep.form.{name}", lang), scope="col") for name in ("vary", "kind", "range")]
    rows = [_lever(shown, at, offer) for at, offer in enumerate(shown.offers)]
    table = html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="plain-table sweep-levers")
    designs = [{"label": t(f"ahead_sweep.design.{one}", lang), "value": one} for one in (LATIN, GRID)]
    numbers = html.Div(
        [
            _field(
                "goal",
                t("ahead_sweep.form.goal", lang),
                _percent("goal", asked.goal, lang),
                t("ahead_sweep.form.goal_hint", lang),
            ),
            _field(
                "enough",
                t("ahead_sweep.form.enough", lang),
                _percent("enough", asked.enough, lang),
                t("ahead_sweep.form.enough_hint", lang),
            ),
            _field(
                "design",
                t("ahead_sweep.form.design", lang),
                dbc.Select(id="sweep-design", name="design", options=designs, value=asked.design),
            ),
            _field("policies", t("ahead_sweep.form.policies", lang), _count("policies", asked.policies)),
            _field("futures", t("ahead_sweep.form.futures", lang), _count("futures", asked.futures)),
        ],
        className="sweep-numbers",
    )
    hint = t("ahead_sweep.form.size", lang, limit=MOST_SCENARIOS)
    return html.Form(
        [
            html.Div(table, className="table-scroll"),
            numbers,
            html.P(hint, className="muted"),
            html.Button(t("ahead_sweep.form.start", lang), type="submit", className="action main"),
        ],
        className="sweep-asked",
        **carried(sweep_start="true", campaign=shown.campaign, slug=asked.slug, indicator=asked.indicator),
    )


def _lever(shown: Form, at: int, offer: Offer) -> Component:
    lang = shown.lang
    chosen = next((one for one in shown.asked.levers if one.key == offer.key), None)
    name = words.lever(offer.key, shown.labels)
    tick = dbc.Checkbox(id=f"sweep-on-{at}", name=f"on.{at}", label=name, value=chosen is not None)
    kind = t("ahead_sweep.kind.assumption" if offer.assumption else "ahead_sweep.kind.choice", lang)
    if offer.unit is Unit.CHOICE:
        picked = chosen.values if chosen is not None else offer.usual
        boxes = [
            dbc.Checkbox(
                id=f"sweep-value-{at}-{place}",
                name=f"value.{at}.{one}",
                label=words.value(offer.key, one, lang),
                value=one in picked,
            )
            for place, one in enumerate(offer.values)
        ]
        cell: Component = html.Div(boxes, className="sweep-values", role="group", **aria(label=name))
    else:
        low, high = (chosen.low, chosen.high) if chosen is not None else (offer.low, offer.high)
        unit = "%" if offer.unit is Unit.SHARE else t("ahead_sweep.form.log_odds", lang)
        ends = [_end(shown, at, end, value, offer, name) for end, value in (("low", low), ("high", high))]
        dash = html.Span("–", **aria(hidden="true"))
        cell = html.Div([*ends[0], dash, *ends[1], html.Span(unit, className="muted")], className="sweep-ends")
    badge = parts.badge(kind, "upper" if offer.assumption else "brand")
    return html.Tr([html.Th(tick, scope="row"), html.Td(badge), html.Td(cell)])


def _end(shown: Form, at: int, end: str, value: float, offer: Offer, name: str) -> list[Component]:
    lang, id = shown.lang, f"sweep-{end}-{at}"
    text = typed.number(value * (100 if offer.unit is Unit.SHARE else 1), lang)
    label = html.Label(t(f"ahead_sweep.form.{end}", lang, lever=name), htmlFor=id, className="visually-hidden")
    box = dbc.Input(id=id, name=f"{end}.{at}", value=text, inputmode="decimal", maxLength=12, autocomplete="off")
    return [label, box]


def _percent(name: str, value: float, lang: str) -> Component:
    box = dbc.Input(
        id=f"sweep-{name}",
        name=name,
        value=typed.number(value * 100, lang),
        inputmode="decimal",
        maxLength=12,
        autocomplete="off",
    )
    return html.Div([box, html.Span("%", className="muted")], className="sweep-ends")


def _count(name: str, value: int) -> Component:
    return dbc.Input(
        id=f"sweep-{name}", name=name, value=str(value), inputmode="numeric", maxLength=6, autocomplete="off"
    )


# what was typed ----------------------------------------------------------------------------------------------
def wanted(fields: Mapping[str, str], slug: str, indicator: str, offers: Sequence[Offer], labels: Labels) -> Asked:
    """The sweep that a filled form asks for.

    Raises
    ------
    TypedError
        With the first field that cannot be used.
    """
    lang = labels.lang
    levers = tuple(_chosen(fields, at, one, labels) for at, one in enumerate(offers) if fields.get(f"on.{at}"))
    if not levers:
        raise TypedError(t("ahead_sweep.typed.no_lever", lang))
    design = fields.get("design", LATIN)
    return Asked(
        slug=slug,
        indicator=indicator,
        goal=_amount(fields, "goal", t("ahead_sweep.form.goal", lang), lang, 0.0, 100.0) / 100.0,
        design=design if design in (GRID, LATIN) else LATIN,
        policies=round(_amount(fields, "policies", t("ahead_sweep.form.policies", lang), lang, 1, MOST_SCENARIOS)),
        futures=round(_amount(fields, "futures", t("ahead_sweep.form.futures", lang), lang, 1, MOST_SCENARIOS)),
        enough=_amount(fields, "enough", t("ahead_sweep.form.enough", lang), lang, 0.0, 100.0) / 100.0,
        draws=DRAWS,
        levers=levers,
    )


def _chosen(fields: Mapping[str, str], at: int, offer: Offer, labels: Labels) -> Chosen:
    lang, name = labels.lang, words.lever(offer.key, labels)
    if offer.unit is Unit.CHOICE:
        picked = tuple(one for one in offer.values if fields.get(f"value.{at}.{one}"))
        if not picked:
            raise TypedError(t("ahead_sweep.typed.no_value", lang, lever=name))
        return Chosen(offer.key, offer.assumption, picked)
    scale = 100.0 if offer.unit is Unit.SHARE else 1.0
    low, high = (_amount(fields, f"{end}.{at}", name, lang, LEAST, MOST) / scale for end in ("low", "high"))
    if low >= high:
        raise TypedError(t("ahead_sweep.typed.range", lang, lever=name))
    return Chosen(offer.key, offer.assumption, (), round(low, 9), round(high, 9))


def _amount(fields: Mapping[str, str], key: str, name: str, lang: str, least: float, most: float) -> float:
    text = str(fields.get(key, ""))
    try:
        value = typed.amount(text)
    except ValueError:
        raise TypedError(t("ahead_sweep.typed.number", lang, field=name, found=text[:40])) from None
    if not least <= value <= most:
        raise TypedError(t("ahead_sweep.typed.limits", lang, field=name, found=text[:40], least=least, most=most))
    return value


def refused(errors: ScenarioErrors, asked: Asked | None, labels: Labels) -> str:
    """The first thing that a sweep is refused for, the lever named."""
    first, lang = errors.problems[0], labels.lang
    if first.code == "lever_refused" and asked is not None and first.path.startswith("levers["):
        at = int(first.path.partition("[")[2].partition("]")[0])
        key, found = asked.levers[at].key, first.details["found"]
        try:
            found = words.value(key, float(found), lang)
        except ValueError:
            found = words.value(key, found, lang)
        return t("ahead_sweep.typed.refused", lang, lever=words.lever(key, labels), found=found)
    return messages.of_scenario(first, indicator_words(lang), lang)
