"""Small pieces of page that several views use."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashapp.charts import base
from dashapp.charts.base import Figure, Twin
from dashapp.i18n import date as written_date
from dashapp.i18n import t
from dashapp.urlstate import MOST_NAMED, Fault
from dashapp.views.markup import Written, lasting, written
from scenarios import Indicator

Children: TypeAlias = Component | str | None
ONE_SHEET = 760
"""Height of a chart that is printed on one sheet [pixels]; a longer one goes on over the next."""
Tone: TypeAlias = Literal["plain", "good", "bad"]

_SIGNS: Mapping[Tone, str] = MappingProxyType({"good": "check", "bad": "warning"})


@dataclass(frozen=True)
class Picture:
    """A chart with what stands around it.

    `twin` is None where the table of the page says the same. `note` is a sentence under the heading.
    """

    figure: Figure
    twin: Twin | None
    legend: list[Component]
    title: str
    note: str


def aria(**said: str) -> Any:
    """ARIA attributes of a component, by their names without the prefix."""
    return {f"aria-{name}": value for name, value in said.items()}


def carried(**said: str) -> Any:
    """What an element carries for the scripts (``data-...`` attributes), by names without the prefix."""
    return {f"data-{name.replace('_', '-')}": value for name, value in said.items()}


@lasting
def icon(name: str) -> html.Span:
    """A decorative icon; what it says is always said in words beside it."""
    return html.Span(className=f"icon icon-{name}", **aria(hidden="true"))


def action(
    text: str, address: str, *, main: bool = False, small: bool = False, plain: bool = False, id: str | None = None
) -> html.A:
    """A link to the same page in another state; scripts make the change in place."""
    style = "" if plain else "action" + (" main" if main else "") + (" small" if small else "")
    named: Any = {} if id is None else {"id": id}
    return html.A(text, href=address, className=style, **named, **carried(in_place="true"))


def card(
    label: str,
    value: Any,
    sub: Any = "",
    *,
    tone: Tone = "plain",
    words: bool = False,
    definition: Component | None = None,
) -> html.Div:
    """A figure for a reader two metres away.

    Parameters
    ----------
    label, value, sub
        What it is; the figure as written; one line that says what it means.
    tone : {"plain", "good", "bad"}
        A sign goes with the colour.
    words : bool
        True where `value` is words, which are set smaller than figures.
    definition : Component, optional
        What `definition` or `indicator_definition` makes.
    """
    sign = [icon(_SIGNS[tone])] if tone in _SIGNS else []
    head: list[Component] = [html.H2([*sign, label])]
    if definition is not None:
        head.append(definition)
    return html.Div(
        [
            html.Div(head, className="card-head"),
            html.Div(value, className="big words" if words else "big"),
            html.Div(sub, className="sub"),
        ],
        className=f"card-figure {tone}",
    )


def badge(text: str, tone: str = "plain", icon_name: str = "") -> html.Span:
    """A few words set apart; `tone`: plain, good, bad, upper, lower, pinned, or brand."""
    sign = [icon(icon_name)] if icon_name else []
    return html.Span([*sign, text], className=f"tag {tone}")


def empty(title: str, text: str, action: Component | None = None) -> html.Div:
    """What stands where there is nothing yet, and what to do about it."""
    doing = [] if action is None else [html.Div(action, className="actions")]
    return html.Div([icon("nothing"), html.H2(title), html.P(text), *doing], className="nothing")


def error(title: str, text: Any, actions: Sequence[Component] = ()) -> html.Div:
    """What went wrong, why, and the ways on."""
    ways = [html.Div(list(actions), className="actions")] if actions else []
    return html.Div(
        [html.H2([icon("warning"), html.Span(title)]), html.P(text, className="why"), *ways],
        className="remedy",
        role="alert",
    )


def skeleton(lang: str, lines: int = 3) -> html.Div:
    """The shape of what is about to come, where it takes longer than a second."""
    bars = [html.Span(className="bar", **aria(hidden="true")) for _ in range(lines)]
    said = html.Span(t("design.loading", lang), className="visually-hidden")
    return html.Div([said, *bars], className="skeleton", role="status")


@lasting
def definition(
    lang: str,
    *,
    numerator: str,
    denominator: str,
    source: str,
    date: datetime.date | None,
    legal_basis: str,
    label: str = "",
    text: str = "",
) -> html.Details:
    """What a figure is made of, behind a small button; what is empty is left out.

    Parameters
    ----------
    label : str
        The figure it is about, for those who hear the button rather than see it.
    text : str
        What to watch when reading the figure.
    """
    when = "" if date is None else written_date(date, lang)
    facts = (
        ("numerator", numerator),
        ("denominator", denominator),
        ("source", source),
        ("date", when),
        ("legal_basis", legal_basis),
    )
    pairs = [html.Div([html.Dt(t(f"design.definition.{name}", lang)), html.Dd(said)]) for name, said in facts if said]
    heading = [html.P(label, className="title")] if label else []
    note = [html.P(text, className="note")] if text else []
    return html.Details(
        [
            html.Summary(icon("info"), **aria(label=t("design.definition.open", lang, figure=label))),
            html.Div([*heading, *note, html.Dl(pairs)], className="definition-card"),
        ],
        className="definition no-print",
    )


def indicator_definition(
    about: Indicator,
    lang: str,
    *,
    source: str = "",
    date: datetime.date | None = None,
    counts: tuple[str, str] = ("", ""),
    text: str = "",
) -> html.Details:
    """The definition behind a figure of an indicator.

    Parameters
    ----------
    counts
        Its numerator and denominator as written.
    text
        How the figure is made of them; the indicator's own definition where there is nothing to add.
    """
    numerator, denominator = (
        f"{name[lang]}: {count}" if count else name[lang]
        for name, count in zip((about.numerator, about.denominator), counts, strict=True)
    )
    return definition(
        lang,
        numerator=numerator,
        denominator=denominator,
        source=source,
        date=date,
        legal_basis=about.legal_basis,
        label=about.name[lang],
        text=text or about.definition[lang],
    )


def panel(title: str, body: Any, *beside: Children, id: str = "", flows: bool = False) -> html.Section:
    """A framed part of the page under its heading, with controls beside the heading."""
    head = html.Div([html.H2(title, id=f"{id}-title"), *beside], className="panel-head")
    style = "panel flows" if flows else "panel"
    return html.Section([head, body], className=style, **aria(labelledby=f"{id}-title"))


def side_panel(id: str, told: str, title: str, close: str, closing: Mapping[str, str]) -> dbc.Offcanvas:
    """What is told beside the page, such as a history.

    Parameters
    ----------
    told : str
        Id of what callbacks fill.
    close, closing
        Name of the button that closes it, and what the button carries for the page's script.
    """
    carries: Any = dict(closing)
    button = html.Button(icon("close"), type="button", className="tool", title=close, **aria(label=close), **carries)
    return dbc.Offcanvas(
        html.Div(id=told, **aria(live="polite")),
        id=id,
        title=html.Span([html.Span(title, id=f"{id}-title"), button], className="history-title"),
        placement="end",
        is_open=False,
        scrollable=True,
        close_button=False,
        className="history",
        labelledby=f"{id}-title",
    )


def chart_panel(
    id: str,
    title: str,
    figure: Figure,
    twin: Twin | None,
    lang: str,
    name: str,
    *,
    beside: Sequence[Children] = (),
    legend: Sequence[Component] = (),
    whole: bool = False,
) -> html.Section:
    """A chart under its heading, with its table twin and its pictures to be saved.

    Ids: the graph has `id`; ``<id>-frame`` scrolls, ``<id>-panel-title`` is the heading, ``<id>-legend`` holds the
    legend, ``<id>-twin`` what `twin_table` makes. Callbacks may replace the children of the heading, and the markup
    of the last two.

    Parameters
    ----------
    twin : Twin or None
        None where there is nothing to show yet.
    name : str
        Name of the saved pictures, without their ending.
    beside : sequence
        Controls beside the heading.
    legend : sequence of Li
        As `legend_key` makes them.
    whole : bool
        True where the chart stands on the page in full, however long it is.
    """
    keys = Written(written(list(legend)), "ul", id=f"{id}-legend", className="legend")
    flows = figure["layout"].get("height", 0) > ONE_SHEET
    framed = chart_frame(id, figure, twin, lang, name, whole=whole)
    return panel(title, framed, *beside, keys, id=f"{id}-panel", flows=flows)


def chart_frame(id: str, figure: Figure, twin: Twin | None, lang: str, name: str, *, whole: bool = False) -> html.Div:
    """As `chart_panel`, without the panel; the heading around it has the id ``<id>-panel-title``."""
    frame = html.Div(
        html.Div(
            base.graph(id, figure, lang, name),
            role="img",
            **aria(labelledby=f"{id}-panel-title", describedby=f"{id}-alt"),
        ),
        id=f"{id}-frame",
        className="chart-scroll whole" if whole else "chart-scroll",
        tabIndex="0",
        role="group",
        **aria(labelledby=f"{id}-panel-title"),
    )
    shown = html.Div(
        Written("" if twin is None else written(twin_table(twin)), id=f"{id}-twin-table"),
        id=f"{id}-twin",
        className="twin",
        tabIndex="0",
        role="group",
        hidden=True,
        **aria(labelledby=f"{id}-twin-button {id}-panel-title"),
    )
    alt = html.Span(t("design.chart.alt", lang), id=f"{id}-alt", className="visually-hidden")
    return html.Div([alt, frame, _chart_tools(id, lang, name), shown], className="chart-whole")


def _chart_tools(id: str, lang: str, name: str) -> html.Div:
    """Buttons that say by themselves, and with the heading of the panel, what they are about."""
    twin = html.Button(
        [icon("table"), t("design.chart.twin", lang)],
        id=f"{id}-twin-button",
        type="button",
        className="tool",
        **aria(expanded="false", controls=f"{id}-twin", labelledby=f"{id}-twin-button {id}-panel-title"),
        **carried(twin_of=id),
    )
    saves = [
        html.Button(
            [icon("save"), html.Span(f"{t('design.chart.save', lang)} ", className="visually-hidden"), kind.upper()],
            id=f"{id}-{kind}-button",
            type="button",
            className="tool",
            **aria(labelledby=f"{id}-{kind}-button {id}-panel-title"),
            **carried(save=kind, save_of=id, save_as=name),
        )
        for kind in ("png", "svg")
    ]
    return html.Div([twin, *saves], className="chart-tools no-print")


def twin_table(twin: Twin) -> html.Div:
    """What the twin of a chart is made of.

    The browser makes the table when somebody opens it: a lever moves many times for each time it is read.
    """
    said = {"heads": twin.heads, "rows": twin.rows, "right": twin.right, "caption": twin.caption}
    return html.Div(**carried(twin=json.dumps(said, ensure_ascii=False, separators=(",", ":"))))


@lasting
@lasting
def legend_key(kind: str, text: str) -> html.Li:
    """One entry of a legend; `kind` is a key of ``.key-<kind>`` in the style sheet."""
    return html.Li([html.Span(className=f"key key-{kind}", **aria(hidden="true")), text])


def table(heads: Sequence[str], body: Iterable[Component], right: Sequence[int] = ()) -> html.Table:
    """A plain table of `table_row`s; columns named in `right` hold numbers."""
    head = html.Tr([html.Th(text, scope="col", className="r" if at in right else "") for at, text in enumerate(heads)])
    return html.Table([html.Thead(head), html.Tbody(list(body))], className="plain-table")


def table_row(cells: Sequence[Any], right: Sequence[int] = (), *, chosen: bool = False) -> html.Tr:
    """One row, its first cell the row's heading."""
    first, *rest = cells
    parts: list[Component] = [html.Th(first, scope="row")]
    parts += [html.Td(cell, className="r" if at in right else "") for at, cell in enumerate(rest, start=1)]
    return html.Tr(parts, className="chosen" if chosen else "")


def message(lead: str, text: Any, icon_name: str = "info") -> html.Div:
    """A calm notice."""
    return html.Div([icon(icon_name), " ", html.Strong(lead), " ", text], className="message", role="status")


def faults(found: Sequence[Fault], lang: str) -> list[Component]:
    """What an address said wrongly, in one notice; nothing if it was right."""
    if not found:
        return []
    lines = [html.Li(_fault(one, lang)) for one in found]
    return [
        html.Div(
            [html.Strong(t("web.fault.lead", lang)), html.Ul(lines, className="mb-0 mt-1")],
            className="message",
            role="alert",
        )
    ]


def _fault(fault: Fault, lang: str) -> str:
    said = t(f"web.fault.{fault.code}", lang, key=fault.key, found=_cut(fault.found))
    if fault.known and len(fault.known) <= MOST_NAMED:
        return f"{said} {t('web.fault.known', lang, known=', '.join(fault.known))}"
    return said


def _cut(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
