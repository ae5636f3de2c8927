"""A campaign's figures and proposals as people read and change them: the table, its versions, what is missing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.i18n import LANGUAGES, names, number, share, t
from dashapp.kept_messages import time
from dashapp.services.doubts import ABSENT, Doubt, Found
from dashapp.services.forecasting import Past
from dashapp.services.importing import Shelf, Told
from dashapp.services.proposals import Outside
from dashapp.urlstate import FIGURES
from dashapp.views import grids, parts
from dashapp.views.ordering import collation
from dashapp.views.paging import folded
from dashapp.views.parts import aria, carried
from engine import Level
from scenarios import Campaign

MOST_ROWS = 400
"""Agencies that the table shows; of more a person searches."""
FULL_TABLE = 60
"""Up to this many agencies the table stands on the page in full."""
NAMED = 12
VERSIONS_SHOWN = 8

Names = Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Seen:
    """What the page is about.

    Attributes
    ----------
    indicator : str
        The one the table shows.
    people : mapping
        User name -> name as people read it.
    doubts : sequence of Found
        Of all indicators; empty where they cannot be told.
    outside : sequence of Outside
        Proposals of `indicator` that lie outside the band.
    why_not : str
        Why doubts cannot be told; else empty.
    may_change : bool
        True if the one who looks may take figures in.
    search : str
    """

    campaign: Campaign
    shelf: Shelf
    indicator: str
    people: Names
    lang: str
    doubts: Sequence[Found] = ()
    outside: Sequence[Outside] = ()
    why_not: str = ""
    may_change: bool = False
    search: str = ""
    agencies: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def is_editable(self) -> bool:
        return self.may_change and self.shelf.is_newest

    def short(self, indicator: str) -> str:
        return self.campaign.indicators[indicator].short[self.lang]


def address(campaign: str, lang: str, *, indicator: str = "", version: int | None = None, search: str = "") -> str:
    """The address of the figures of a campaign."""
    pairs = [("c", campaign), ("i", indicator), ("fv", "" if version is None else str(version)), ("q", search)]
    pairs = [(key, value) for key, value in pairs if value]
    if lang != LANGUAGES[0]:
        pairs.append(("lang", lang))
    return f"{FIGURES}?{urlencode(pairs)}"


# --- the table -------------------------------------------------------------------------------------------------
def codes(seen: Seen) -> list[str]:
    """Agencies of the table: by level, then as a dictionary sorts their names; those that are searched for."""
    levels = [str(level) for level in Level]
    known = {one.code: (one.name, one.level) for one in seen.shelf.agencies}
    figures = seen.shelf.figures
    if figures is not None:
        known.update(zip(figures.codes, zip(figures.names, figures.levels, strict=True), strict=True))
    wanted = folded(seen.search.strip())
    found = [code for code, (name, _) in known.items() if wanted in folded(name) or wanted == folded(code)]
    return sorted(found, key=lambda code: (levels.index(known[code][1]), collation(known[code][0]), code))


def rows(seen: Seen, some: Sequence[str]) -> list[dict[str, Any]]:
    """One record per agency; shares as fractions, None where there is no number."""
    levels = {one.code: one.level for one in seen.shelf.agencies}
    figures = seen.shelf.figures
    said: dict[str, dict[str, Any]] = {}
    if figures is not None:
        levels.update(zip(figures.codes, figures.levels, strict=True))
        own = figures.frame[figures.frame["indicator"] == seen.indicator]
        columns = [name for name in own.columns if name not in ("name", "level", "parent", "indicator")]
        for record in own[columns].to_dict("records"):
            said[record["agency"]] = {str(name): None if value != value else value for name, value in record.items()}
    flagged = flags(seen)
    return [_record(seen, code, levels[code], said.get(code, {}), flagged.get(code, [])) for code in some]


def _record(seen: Seen, code: str, level: str, said: Mapping[str, Any], flagged: Sequence[str]) -> dict[str, Any]:
    numerator, denominator = said.get("numerator"), said.get("denominator")
    record = {
        "code": code,
        "name": seen.agencies.get(code, code),
        "level": t(f"terms.level.{level}", seen.lang),
        "denominator": denominator,
        "numerator": numerator,
        "now": numerator / denominator if denominator and numerator is not None else None,
        "note": said.get("note") or "",
        "flags": ", ".join(flagged),
    }
    for id in seen.shelf.periods:
        record[f"expected_{id}"] = said.get(f"expected_{id}")
        record[f"proposed_{id}"] = said.get(f"proposed_{id}")
    return record


def flags(seen: Seen) -> dict[str, list[str]]:
    """Agency code -> what must be looked at about the shown indicator, in a few words each."""
    found: dict[str, list[str]] = {}
    for one in seen.doubts:
        if one.indicator == seen.indicator and one.kind is not Doubt.ASSUMED:
            for case in one.cases:
                found.setdefault(case.agency, []).append(t(f"figures.flag.{one.kind}", seen.lang))
    for proposal in seen.outside:
        key = "proposal_low" if proposal.is_low else "proposal_high"
        text = t(
            f"figures.flag.{key}",
            seen.lang,
            period=proposal.period,
            lower=share(proposal.lower, seen.lang, 1, trim=True),
            upper=share(proposal.upper, seen.lang, 1, trim=True),
        )
        found.setdefault(proposal.agency, []).append(text)
    return found


def columns(seen: Seen) -> list[dict[str, Any]]:
    """Column definitions of the table."""
    lang, about = seen.lang, seen.campaign.indicators[seen.indicator]
    flow = about.kind == "flow"
    name = {
        "field": "name",
        "headerName": t("figures.grid.name", lang),
        "pinned": "left",
        "width": 250,
        "minWidth": 150,
        "tooltipField": "name",
        "cellClass": "cell-strong",
    }
    found: list[dict[str, Any]] = [
        name,
        _numeric(seen, "denominator", t("figures.grid.denominator", lang), "number", about.denominator[lang]),
        _numeric(seen, "numerator", t("figures.grid.numerator", lang), "number", about.numerator[lang]),
        {**_numeric(seen, "now", t("figures.grid.now", lang), "share", about.name[lang]), "editable": False},
    ]
    for id in seen.shelf.periods if flow else ():
        found.append(_numeric(seen, f"expected_{id}", t("figures.grid.expected", lang, period=id), "number"))
    for id in seen.shelf.periods:
        found.append(_numeric(seen, f"proposed_{id}", t("figures.grid.proposed", lang, period=id), "exact"))
    found += [
        {
            "field": "flags",
            "headerName": t("figures.grid.flags", lang),
            "flex": 1,
            "minWidth": 150,
            "tooltipField": "flags",
            "cellClass": "cell-upper",
        },
        {**_editable(seen, "note"), "field": "note", "headerName": t("figures.grid.note", lang), "width": 130},
        {
            "field": "history",
            "headerName": t("figures.grid.history", lang),
            "width": 92,
            "sortable": False,
            "cellRenderer": "FiguresHistory",
            "cellRendererParams": {
                "text": t("figures.grid.history", lang),
                "said": t("figures.grid.history_of", lang, name="{name}"),
            },
        },
    ]
    return found


def _numeric(seen: Seen, field: str, title: str, kind: str, tip: str = "") -> dict[str, Any]:
    edited = _editable(seen, field)
    return {
        **edited,
        "field": field,
        "headerName": title,
        "headerTooltip": tip or title,
        "width": 106,
        "type": "rightAligned",
        "cellClass": "ag-right-aligned-cell",
        "valueFormatter": {"function": f"figureText(params.value, '{kind}', '{seen.lang}')"},
    }


def _editable(seen: Seen, field: str) -> dict[str, Any]:
    if not seen.is_editable:
        return {"editable": False}
    return {
        "editable": True,
        "cellEditor": "agTextCellEditor",
        "cellEditorParams": {"useFormatter": True},
        "cellClassRules": {"cell-typed": f"params.data.typed && params.data.typed['{field}'] != null"},
    }


def table(seen: Seen) -> Component:
    """The agencies of the shown indicator, with the ways to change them."""
    lang, every = seen.lang, codes(seen)
    some = every[:MOST_ROWS]
    behaviour = grids.options(
        lang,
        whole=len(some) <= FULL_TABLE,
        headerHeight=44,
        suppressColumnVirtualisation=True,
        stopEditingWhenCellsLoseFocus=True,
        undoRedoCellEditing=False,
        ensureDomOrder=True,
    )
    grid = grids.grid(ids.FIGURES_GRID, columns(seen), behaviour, height="70vh", rowData=rows(seen, some))
    body: list[Component] = []
    if seen.is_editable:
        body.append(_editing(seen))
    if len(every) > len(some) or seen.search:
        body.append(_search(seen, len(some), len(every)))
    body.append(html.Div(grid, className="grid-wrap figures-grid"))
    title = t("figures.grid.title", lang, indicator=seen.short(seen.indicator))
    source = seen.campaign.source[lang]
    about = parts.indicator_definition(
        seen.campaign.indicators[seen.indicator], lang, source=source, date=seen.campaign.as_of
    )
    return parts.panel(title, html.Div(body), about, id="figures-grid-panel", flows=True)


def _editing(seen: Seen) -> Component:
    lang = seen.lang
    raw = {
        name: _template(f"figures.edit.{name}", lang)
        for name in ("unsaved", "kept", "older", "thrown", "pasted", "pasted_off", "pasted_unknown")
    }
    number_now = 0 if seen.shelf.shown is None else seen.shelf.shown.number
    return html.Div(
        [
            html.P(t("figures.edit.hint", lang), className="muted figures-hint no-print"),
            html.Div(
                [
                    html.Span(id=ids.FIGURES_UNSAVED, role="status"),
                    html.Button(
                        t("figures.edit.look", lang),
                        type="button",
                        className="action main small",
                        **carried(figures_do="look"),
                    ),
                    html.Button(
                        t("figures.edit.throw", lang),
                        type="button",
                        className="action small",
                        **carried(figures_do="throw"),
                    ),
                    html.Button(
                        t("figures.edit.bring_back", lang),
                        type="button",
                        className="action small",
                        hidden=True,
                        **carried(figures_do="bring-back"),
                    ),
                ],
                id=ids.FIGURES_EDITED,
                className="figures-edited no-print",
                hidden=True,
            ),
            html.Div(id=ids.FIGURES_PASTED, className="muted", role="status"),
        ],
        id=ids.FIGURES_EDITING,
        **carried(campaign_of=seen.campaign.id, indicator_of=seen.indicator, number_of=str(number_now), **raw),
    )


def _template(key: str, lang: str) -> str:
    """A text whose placeholders the script fills."""
    marks = {name: f"{{{name}}}" for name in ("count", "from", "to", "names")}
    return t(key, lang, **marks)


def _search(seen: Seen, shown: int, every: int) -> Component:
    lang = seen.lang
    said = t("figures.grid.capped", lang, shown=shown, all=every) if every > shown else ""
    box = dbc.Input(
        id=ids.FIGURES_SEARCH,
        type="search",
        value=seen.search,
        maxLength=80,
        **aria(label=t("figures.grid.search", lang)),
    )
    find = html.Button(
        t("figures.grid.find", lang), type="button", className="action small", **carried(figures_do="find")
    )
    return html.Div([html.P(said), html.Div([box, find], className="figures-find")], className="figures-search")


# --- what stands above and beside ------------------------------------------------------------------------------
def head(seen: Seen) -> Component:
    """What is shown: version, when, by whom."""
    lang, shown = seen.lang, seen.shelf.shown
    lines = [t("figures.as_of", lang, as_of=seen.campaign.as_of)]
    if shown is not None:
        by = seen.people.get(shown.created_by, shown.created_by)
        lines.append(t("figures.version", lang, number=shown.number, by=by, time=time(shown.created_at, lang)))
    said: list[Any] = [" ".join(lines)]
    if not seen.shelf.is_newest:
        newest = address(seen.campaign.id, lang, indicator=seen.indicator)
        link = html.A(t("figures.version_newest", lang), href=newest, **carried(inside="true"))
        said += [" ", html.Strong(t("figures.version_old", lang)), " ", link]
    return html.Div([html.H1(t("figures.title", lang), className="page-title"), html.P(said, className="muted")])


FORMS = (
    ("form", "form", "xlsx"),
    ("long", "long", "xlsx"),
    ("long_csv", "long", "csv"),
    ("history", "history", "xlsx"),
)
"""Key of the text, layout and suffix of each empty form."""


def ways(seen: Seen) -> Component:
    """The empty forms."""
    lang = seen.lang
    links = []
    for key, layout, suffix in FORMS:
        query = urlencode({"c": seen.campaign.id, "layout": layout, "as": suffix, "lang": lang})
        links.append(
            html.A(
                [parts.icon("save"), t(f"figures.form.{key}", lang)],
                href=f"{FIGURES}/form?{query}",
                className="action small",
                download="",
            )
        )
    return html.Div(links, className="toolbar no-print")


def choose_indicator(seen: Seen) -> Component:
    """Links to the same page about another indicator."""
    version = None if seen.shelf.is_newest or seen.shelf.shown is None else seen.shelf.shown.number
    links = []
    for id in seen.campaign.indicators:
        here = id == seen.indicator
        links.append(
            html.A(
                seen.short(id),
                href=address(seen.campaign.id, seen.lang, indicator=id, version=version),
                className="tool here" if here else "tool",
                **(aria(current="true") if here else {}),
                **carried(inside="true"),
            )
        )
    return html.Nav(links, className="figures-indicators no-print", **aria(label=t("figures.indicator", seen.lang)))


def versions(seen: Seen) -> Component:
    """All versions, the newest first."""
    lang = seen.lang
    keys = ("number", "when", "by", "source", "file", "rows", "note")
    heads = [t(f"figures.versions.{key}", lang) for key in keys]
    every = seen.shelf.versions[::-1]
    lines = [parts.table_row(_version(seen, one), (5,), chosen=one is seen.shelf.shown) for one in every]
    found: list[Component] = [parts.table(heads, lines[:VERSIONS_SHOWN], (5,))]
    if len(lines) > VERSIONS_SHOWN:
        rest = t("figures.history.older", lang, count=len(lines) - VERSIONS_SHOWN)
        found.append(html.Details([html.Summary(rest), parts.table(heads, lines[VERSIONS_SHOWN:], (5,))]))
    body = html.Div(found, className="figures-versions", tabIndex="0", **aria(label=t("figures.versions.title", lang)))
    return parts.panel(t("figures.versions.title", lang), body, id="figures-versions", flows=True)


def _version(seen: Seen, one: Any) -> list[Any]:
    lang = seen.lang
    if seen.shelf.shown is not None and one.id == seen.shelf.shown.id:
        first: Any = f"{one.number} ({t('figures.versions.shown', lang)})"
    else:
        to = address(seen.campaign.id, lang, indicator=seen.indicator, version=one.number)
        said = aria(label=t("figures.versions.open", lang, number=one.number))
        first = html.A(str(one.number), href=to, **said, **carried(inside="true"))
    source = " · ".join(dict.fromkeys(text for text in (one.source, one.reporter) if text))
    return [
        first,
        time(one.created_at, lang),
        seen.people.get(one.created_by, one.created_by),
        source,
        one.filename,
        number(one.rows, lang),
        one.note,
    ]


# --- who has not reported --------------------------------------------------------------------------------------
def absent(seen: Seen) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Agency code -> indicators it has not reported, and those it has proposed nothing for."""
    missing: dict[str, list[str]] = {}
    silent: dict[str, list[str]] = {}
    if seen.shelf.figures is None:
        return {one.code: list(seen.campaign.indicators) for one in seen.shelf.agencies}, {}
    for one in seen.doubts:
        if one.kind in ABSENT:
            into = missing if one.kind is Doubt.MISSING else silent
            for case in one.cases:
                into.setdefault(case.agency, []).append(one.indicator)
    return missing, silent


def remind(seen: Seen) -> Component:
    """Who has not reported or proposed, and the text that asks them to."""
    lang = seen.lang
    missing, silent = absent(seen)
    title = t("figures.remind.title", lang)
    if not missing and not silent:
        said = seen.why_not or t("figures.remind.none", lang)
        return parts.panel(title, html.P(said, className="panel-body"), id="figures-remind", flows=True)
    lines = []
    for id in seen.campaign.indicators:
        unreported = sum(id in own for own in missing.values())
        unproposed = sum(id in own for own in silent.values())
        if unreported or unproposed:
            counts = {"missing": unreported, "silent": unproposed}
            lines.append(html.Li(t("figures.remind.count", lang, indicator=seen.short(id), **counts)))
    text = reminder(seen, missing, silent)
    body = html.Div(
        [
            html.Ul(lines, className="clear-lines"),
            html.Details(
                [
                    html.Summary(t("figures.remind.text", lang)),
                    dcc.Textarea(id=ids.FIGURES_REMINDER, value=text, readOnly=True, className="form-control"),
                    html.Div(
                        [
                            html.Button(
                                t("figures.remind.copy", lang),
                                type="button",
                                className="action small",
                                **carried(figures_do="copy", copied=t("figures.remind.copied", lang)),
                            ),
                            html.Span(id=ids.FIGURES_COPIED, role="status"),
                        ],
                        className="toolbar",
                    ),
                ]
            ),
        ],
        className="panel-body",
    )
    return parts.panel(title, body, id="figures-remind", flows=True)


def reminder(seen: Seen, missing: Mapping[str, Sequence[str]], silent: Mapping[str, Sequence[str]]) -> str:
    """The text to be copied into a message."""
    lang = seen.lang
    lines, called = [], []
    for code in sorted({*missing, *silent}, key=lambda one: collation(seen.agencies.get(one, one))):
        agency = seen.agencies.get(code, code)
        called.append(agency)
        unreported = ", ".join(map(seen.short, missing.get(code, ())))
        unproposed = ", ".join(map(seen.short, silent.get(code, ())))
        key = "both" if unreported and unproposed else "missing" if unreported else "silent"
        told = {"indicators": unreported or unproposed, "proposals": unproposed}
        lines.append(t(f"figures.remind.line_{key}", lang, agency=agency, **told))
    return t(
        "figures.remind.letter",
        lang,
        names=names(called, lang, NAMED, more="words.and_more_agencies"),
        campaign=seen.campaign.name[lang],
        as_of=seen.campaign.as_of,
        lines="\n".join(lines),
    )


# --- history of one figure -------------------------------------------------------------------------------------
def history_drawer(lang: str) -> Component:
    """Where the history of a figure is told."""
    return parts.side_panel(
        ids.FIGURES_HISTORY,
        ids.FIGURES_TOLD,
        t("figures.history.title", lang),
        t("figures.history.close", lang),
        carried(figures_do="close"),
    )


def history(
    found: Sequence[Told], older: int, agency: str, indicator: str, people: Names, lang: str, past: Past | None = None
) -> list[Component]:
    """What versions say about a figure, the newest first; what did not change is said in a word. Then its months."""
    lines = []
    for at, one in enumerate(found):
        before = found[at + 1].row if at + 1 < len(found) else None
        version = one.version
        by = people.get(version.created_by, version.created_by)
        head = t("figures.history.version", lang, number=version.number, time=time(version.created_at, lang), by=by)
        same = one.row == before and at + 1 < len(found)
        told = [t("figures.history.same", lang)] if same else _said(one.row, lang)
        lines.append(
            html.Li(
                [
                    html.Strong(head),
                    *(html.P(text) for text in told),
                    html.P(t("figures.history.source", lang, source=version.source), className="muted"),
                ]
            )
        )
    body: list[Component] = [
        html.P(html.Strong(t("figures.history.lead", lang, agency=agency, indicator=indicator))),
        html.Ol(lines, className="versions"),
    ]
    if older:
        body.append(html.P(t("figures.history.older", lang, count=older), className="muted"))
    return [*body, *([] if past is None else _months(past, lang))]


def _months(past: Past, lang: str) -> list[Component]:
    """A line for each month, the newest first, with a bar as long as its rate."""
    heads = [t(f"figures.history.{key}", lang) for key in ("month", "of_month", "rate")]
    lines = []
    for end, rate, counted in reversed(
        list(zip(past.ends, past.rate.tolist(), past.denominator.tolist(), strict=True))
    ):
        if math.isnan(rate):
            lines.append(parts.table_row([f"{end:%m/%Y}", number(None, lang), number(None, lang)], (1, 2)))
            continue
        bar = html.Span(className="month-bar", style={"width": f"{100 * rate:.1f}%"}, **aria(hidden="true"))
        counts = f"{number(rate * counted, lang)} / {number(counted, lang)}"
        rated = html.Div([html.Span(bar, className="month-room"), html.Span(share(rate, lang))], className="month-rate")
        lines.append(parts.table_row([f"{end:%m/%Y}", counts, rated], (1, 2)))
    title = html.H3(t("figures.history.months", lang), className="months-title")
    return [title, parts.table(heads, lines, (1, 2))]


def _said(row: Mapping[str, Any] | None, lang: str) -> list[str]:
    if row is None:
        return [t("figures.history.absent", lang)]
    n, d = row.get("numerator"), row.get("denominator")
    rate = share(n / d, lang) if d and n is not None else share(None, lang)
    found = [t("figures.history.counts", lang, numerator=number(n, lang), denominator=number(d, lang), rate=rate)]
    for name, value in sorted(row.items()):
        stem, _, id = name.partition("_")
        if stem in ("expected", "proposed") and id:
            written = number(value, lang) if stem == "expected" else share(value, lang, 2, trim=True)
            found.append(t(f"figures.history.{stem}", lang, period=id, value=written))
    if row.get("note"):
        found.append(str(row["note"]))
    return found
