"""Small pieces of page that several views use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from dash import html
from dash.development.base_component import Component

from dashapp.i18n import t
from dashapp.urlstate import MOST_NAMED, Fault

Children: TypeAlias = Component | str | None


def aria(**said: str) -> Any:
    """ARIA attributes of a component, by their names without the prefix."""
    return {f"aria-{name}": value for name, value in said.items()}


def carried(**said: str) -> Any:
    """What an element carries for the scripts (``data-...`` attributes), by names without the prefix."""
    return {f"data-{name.replace('_', '-')}": value for name, value in said.items()}


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


def panel(title: str, body: Any, *beside: Children, id: str = "", flows: bool = False) -> html.Section:
    """A framed part of the page under its heading, with controls beside the heading."""
    head = html.Div([html.H2(title, id=f"{id}-title"), *beside], className="panel-head")
    style = "panel flows" if flows else "panel"
    return html.Section([head, body], className=style, **aria(labelledby=f"{id}-title"))


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
