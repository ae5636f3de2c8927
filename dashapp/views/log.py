"""The log on the screen: what one looks for, the entries, whether the log is whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.i18n import t
from dashapp.kept_messages import of_entry, time
from dashapp.services.database import LogEntry
from dashapp.services.logbook import KINDS, Named, Page, Wanted, Writers
from dashapp.views import log_words, parts
from dashapp.views.parts import aria, carried

ANY = "-"
"""What is chosen where nothing in particular is looked for; no name is like that."""
SHOWN = 8
"""Changes of an entry that are seen at once; more are behind a line that opens them."""
COLUMNS = ("number", "time", "user", "person", "deed", "action", "about", "subject", "before", "after", "hash")


@dataclass(frozen=True)
class Links:
    """Where the page leads: the file, newer and older entries (empty: none), everything."""

    file: str
    newer: str = ""
    older: str = ""
    all: str = ""


@dataclass(frozen=True)
class Asked:
    """What was typed to look for, as it was typed; `faults` by the field's name."""

    wanted: Wanted
    first: str = ""
    last: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)


def body(page: Page, asked: Asked, writers: Writers, links: Links, hidden: Mapping[str, str], lang: str) -> Component:
    """What stands below the verification."""
    return html.Div(
        [
            _filters(asked, writers, links, hidden, lang),
            parts.panel(
                t("log.entries", lang),
                html.Div([_entries(page, lang), _pages(links, lang)]),
                html.A([parts.icon("save"), t("log.csv", lang)], href=links.file, className="action small"),
                id="log",
                flows=True,
            ),
        ],
        className="log-body",
    )


# what one looks for --------------------------------------------------------------------------------------------
def _filters(asked: Asked, writers: Writers, links: Links, hidden: Mapping[str, str], lang: str) -> Component:
    wanted = asked.wanted
    everyone = {**writers.people, **({} if wanted.user in writers.people or not wanted.user else {wanted.user: ""})}
    people = [(name, f"{shown} ({name})" if shown else name) for name, shown in everyone.items()]
    kinds = [(kind, t(f"log.kinds.{kind}", lang)) for kind in KINDS]
    campaigns = [(id, name[lang]) for id, name in writers.campaigns.items()]
    keep = [dbc.Input(type="hidden", name=name, value=value) for name, value in hidden.items()]
    fields = [
        _select("u", t("log.who", lang), people, wanted.user, t("log.anybody", lang)),
        _select("k", t("log.what", lang), kinds, wanted.kind, t("log.anything", lang)),
        _select("of", t("log.campaign", lang), campaigns, wanted.campaign, t("log.any_campaign", lang)),
        _box("from", t("log.from", lang), asked.first, asked, t("log.day", lang)),
        _box("to", t("log.to", lang), asked.last, asked, t("log.day", lang)),
        _box("q", t("log.text", lang), wanted.text, asked, ""),
    ]
    buttons = html.Div(
        [
            html.Button([parts.icon("search"), t("log.look", lang)], type="submit", className="action main"),
            html.A(t("log.all", lang), href=links.all, className="action", **carried(inside="true")),
        ],
        className="toolbar",
    )
    return html.Form(
        [*keep, *fields, buttons],
        action="/log",
        method="GET",
        className="panel log-filters no-print",
        role="search",
        **aria(label=t("log.filters", lang)),
        **carried(goes="true"),
    )


def _select(name: str, label: str, options: Sequence[tuple[str, str]], value: str, nothing: str) -> Component:
    choices = [{"label": nothing, "value": ANY}, *({"label": text, "value": one} for one, text in options)]
    box = dbc.Select(id=f"log-{name}", name=name, options=choices, value=value or ANY)
    return html.Div([html.Label(label, htmlFor=f"log-{name}"), box], className="field")


def _box(name: str, label: str, value: str, asked: Asked, hint: str) -> Component:
    fault = asked.faults.get(name, "")
    box = dbc.Input(id=f"log-{name}", name=name, value=value, placeholder=hint, invalid=bool(fault), maxLength=100)
    said = [html.Span(fault, className="field-fault", role="alert")] if fault else []
    return html.Div([html.Label([label, *said], htmlFor=f"log-{name}"), box], className="field")


# what is found -------------------------------------------------------------------------------------------------
def _entries(page: Page, lang: str) -> Component:
    if not page.entries:
        return parts.empty(t("log.none.title", lang), t("log.none.text", lang))
    return html.Ol([_entry(one, page.named, lang) for one in page.entries], className="log-entries")


def _entry(entry: LogEntry, named: Named, lang: str) -> Component:
    found = log_words.changes(entry, named, lang)
    lines = [_change(one, lang) for one in found]
    shown: list[Component] = [html.Ul(lines[:SHOWN], className="log-changes")] if lines else []
    if len(lines) > SHOWN:
        summary = html.Summary(t("log.more", lang, count=len(lines) - SHOWN))
        shown.append(html.Details([summary, html.Ul(lines[SHOWN:], className="log-changes")]))
    return html.Li(
        [
            html.Div(
                [
                    html.Span(time(entry.at, lang), className="when"),
                    html.Span(t("log.number", lang, number=entry.seq), className="seq"),
                ],
                className="log-when",
            ),
            html.Div([html.P(log_words.sentence(entry, named, lang), className="log-said"), *shown]),
        ],
    )


def _change(one: log_words.Change, lang: str) -> Component:
    value: list[Any] = [html.Span(f"{one.label}: ", className="label")]
    if not one.before:
        return html.Li([*value, html.Ins(one.after)])
    after = one.after or t("log.nothing", lang)
    value += [html.Span(f"{t('log.before', lang)} ", className="visually-hidden"), html.Del(one.before), " "]
    value += [
        html.Span("→ ", **aria(hidden="true")),
        html.Span(f"{t('log.after', lang)} ", className="visually-hidden"),
    ]
    return html.Li([*value, html.Ins(after)])


def _pages(links: Links, lang: str) -> Component:
    ways = [
        html.A(t(f"log.{name}", lang), href=href, className="action", **carried(inside="true"))
        for name, href in (("newer", links.newer), ("older", links.older))
        if href
    ]
    return html.Nav(ways, className="log-pages no-print", **aria(label=t("log.pages", lang)))


# whether it is whole -------------------------------------------------------------------------------------------
def check(lang: str, *, allowed: bool) -> Component:
    """The button that has the whole log verified, for those who may; for others, who does it."""
    if not allowed:
        return html.P(t("log.verify.others", lang), className="muted")
    return html.Div(
        [
            html.Button(
                [parts.icon("check"), t("log.verify.button", lang)],
                id=ids.LOG_VERIFY,
                type="button",
                className="action no-print",
            ),
            html.Span(t("log.verify.busy", lang), id=ids.LOG_VERIFYING, hidden=True, role="status"),
            html.Div(id=ids.LOG_VERIFIED, **aria(live="polite")),
            dcc.Store(id=ids.LOG_ASKED),
            dcc.Store(id=ids.LOG_NEXT),
        ],
        className="log-verify",
    )


def verifying(seq: int, end: int, lang: str) -> Component:
    """How far it is."""
    said = t("log.verify.so_far", lang, seq=seq, end=end)
    return html.Div([html.Progress(value=str(seq), max=str(end), **aria(label=said)), said], className="log-so-far")


def verdict(text: Sequence[str], *, whole: bool) -> Component:
    """What came of it; the second line is the fingerprint of the last entry."""
    lead, *more = text
    sign = parts.icon("check" if whole else "warning")
    lines = [html.Span(line, className="fingerprint") for line in more]
    return html.P(
        [sign, " ", html.Strong(lead), *lines],
        className="good-ink" if whole else "danger-ink",
        role="status" if whole else "alert",
    )


# the file ------------------------------------------------------------------------------------------------------
def heads(lang: str) -> list[str]:
    """The first line of the file."""
    return [t(f"log.column.{name}", lang) for name in COLUMNS]


def rows(stretch: Iterable[LogEntry], named: Named, lang: str) -> list[list[object]]:
    """Entries as lines of the file."""
    found: list[list[object]] = []
    for one in stretch:
        said = log_words.changes(one, named, lang)
        found.append(
            [
                one.seq,
                one.at.astimezone().isoformat(timespec="seconds"),
                one.user,
                log_words.person(one.user, named, lang),
                of_entry(one, lang)["deed"],
                one.action,
                log_words.subject(one, named, lang),
                one.subject,
                "; ".join(f"{change.label}: {change.before}" for change in said if change.before),
                "; ".join(f"{change.label}: {change.after}" for change in said if change.after),
                one.hash,
            ]
        )
    return found
