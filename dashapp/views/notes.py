"""Nothing silent: what about the figures and the result is assumed, missing or in conflict."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashapp import messages
from dashapp.i18n import t
from dashapp.views.markup import lasting
from dashapp.views.parts import icon
from dashapp.views.shown import Shown

NOTES_SHOWN = 12
"""Notes that are told one by one; further ones are counted."""


def notes(shown: Shown) -> list[Component]:
    """Conflicts and warnings of the shown indicator in sentences, then where the figures come from."""
    lang = shown.lang
    found = [("conflict", one) for one in shown.allocation.conflicts]
    found += [("warning", one) for one in shown.allocation.warnings]
    own = [(kind, one) for kind, one in found if one.details.get("indicator", shown.indicator) == shown.indicator]
    lines = [
        _line("warning" if kind == "conflict" else "info", messages.of_note(one, kind, shown.labels))
        for kind, one in own[:NOTES_SHOWN]
    ]
    if len(own) > NOTES_SHOWN:
        lines.append(_line("info", t("web.notes.more", lang, count=len(own) - NOTES_SHOWN)))
    about = [shown.campaign.note[lang], t("web.notes.source", lang, source=shown.campaign.source[lang])]
    lines += [_line("info", text) for text in about if text]
    return [html.Summary(t("web.notes.title", lang, count=len(own))), html.Ul(lines, className="notes panel-body")]


@lasting
def _line(sign: str, text: str) -> Component:
    return html.Li([icon(sign), html.Span(text)])
