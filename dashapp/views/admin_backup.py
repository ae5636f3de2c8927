"""Administration: a copy of everything to take away, and how it is put back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashapp.i18n import number, t
from dashapp.kept_messages import time
from dashapp.services.database import LogEntry
from dashapp.views import parts
from dashapp.views.admin import facts, wide
from dashapp.views.parts import carried

COMMANDS = ("chitieu restore chitieu-….backup", "chitieu serve")


def body(holdings: Mapping[str, int], handed: Sequence[LogEntry], address: str, lang: str) -> Component:
    """What is in a backup, the button that makes one, the last ones, and how one is put back."""
    counts = [(t(f"admin.backup.holds.{name}", lang), number(count, lang)) for name, count in holdings.items()]
    make = html.Form(
        html.Button([parts.icon("save"), t("admin.backup.make", lang)], type="submit", className="action main"),
        action=address,
        method="POST",
        **carried(download="true", busy=t("admin.backup.busy", lang), failed=t("admin.backup.failed", lang)),
    )
    lead = [html.P(t(f"admin.backup.{name}", lang)) for name in ("lead", "secret")]
    first = parts.panel(
        t("admin.backup.title", lang),
        html.Div([*lead, facts(counts), make], className="panel-body admin-backup"),
        id="admin-backup",
        flows=True,
    )
    return html.Div([first, _last(handed, lang), _back(lang)], className="admin-campaigns")


def _last(handed: Sequence[LogEntry], lang: str) -> Component:
    title = t("admin.backup.last", lang)
    if not handed:
        return parts.panel(title, html.P(t("admin.backup.none", lang), className="panel-body muted"), id="admin-last")
    heads = [t(f"admin.backup.column.{name}", lang) for name in ("time", "user", "rows", "entries", "sha256")]
    rows = [parts.table_row(_cells(one, lang), (2, 3)) for one in handed]
    return parts.panel(title, wide(parts.table(heads, rows, (2, 3)), title), id="admin-last", flows=True)


def _cells(entry: LogEntry, lang: str) -> list[Any]:
    told = entry.after or {}
    counts = [number(told.get(name), lang) for name in ("rows", "log_seq")]
    return [time(entry.at, lang), entry.user, *counts, html.Span(str(told.get("sha256", "")), className="fingerprint")]


def _back(lang: str) -> Component:
    steps = [html.Li(t(f"admin.backup.restore.{name}", lang)) for name in ("stop", "restore", "start")]
    commands = html.Pre("\n".join(COMMANDS))
    inner = html.Div([html.P(t("admin.backup.restore.lead", lang)), html.Ol(steps), commands], className="panel-body")
    return parts.panel(t("admin.backup.restore.title", lang), inner, id="admin-restore", flows=True)


def told(lang: str) -> Component:
    """There is nothing to ask before it is said what a backup holds."""
    return html.P(t("admin.backup.none", lang))
