"""The menu of files: each a link that works by itself; scripts say that a file is being made, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from dash import html
from dash.development.base_component import Component

from dashapp.i18n import LANGUAGES, t
from dashapp.services.downloads import OF_COMPARISON, OF_SCENARIO, OF_TABLE, Kind
from dashapp.views.parts import aria, carried, icon

TABLE, SCENARIO, COMPARISON = "/exports/table", "/exports/scenario", "/exports/comparison"


def of_table(id: int, *, differs: bool, lang: str) -> Component:
    """What there is of a stored table; its difference only where a Decision came before it."""
    kinds = [kind for kind in OF_TABLE if differs or kind is not Kind.DIFFERENCE]
    note = t("paper.file.of_saved", lang)
    return menu(kinds, lambda kind: _address(TABLE, lang, id=str(id), **{"as": str(kind)}), lang, note=note)


def of_scenario(campaign: str, slug: str, lang: str) -> Component:
    """What there is of a scenario as it is saved."""
    note = t("paper.file.of_scenario", lang)
    return menu(
        OF_SCENARIO, lambda kind: _address(SCENARIO, lang, c=campaign, s=slug, **{"as": str(kind)}), lang, note=note
    )


def of_comparison(campaign: str, slugs: Sequence[str], lang: str) -> Component:
    """What there is of scenarios side by side; the brief lays the first against the others."""
    several = ",".join(slugs)
    words = {Kind.WORKBOOK: "comparison"}
    return menu(
        OF_COMPARISON,
        lambda kind: _address(COMPARISON, lang, c=campaign, s=several, **{"as": str(kind)}),
        lang,
        words=words,
    )


def _address(path: str, lang: str, **asked: str) -> str:
    query = {**asked, **({} if lang == LANGUAGES[0] else {"lang": lang})}
    return f"{path}?{urlencode(query)}"


def menu(
    kinds: Sequence[Kind],
    address: Callable[[Kind], str],
    lang: str,
    *,
    words: dict[Kind, str] | None = None,
    note: str = "",
) -> Component:
    """Behind one button: each kind of file by its name, with a line that says what is in it."""
    items = []
    for kind in kinds:
        key = (words or {}).get(kind, str(kind))
        texts = [
            html.Span(t(f"paper.menu.{key}", lang)),
            html.Small(t(f"paper.menu.{key}_hint", lang), className="muted"),
        ]
        items.append(html.Li(html.A(texts, href=address(kind), download="", **carried(export=str(kind)))))
    summary = html.Summary([icon("save"), t("paper.file.label", lang)], className="action")
    said = {key: t(f"paper.file.{key}", lang) for key in ("busy", "failed")}
    list_ = html.Ul(items, className="export-list", **aria(label=t("paper.file.label", lang)))
    told = html.Div(className="export-told", role="status", **aria(live="polite"))
    more = [html.P(note, className="muted export-note")] if note else []
    return html.Details(
        [summary, html.Div([list_, *more], className="export-menu"), told],
        className="export no-print",
        **carried(**said),
    )
