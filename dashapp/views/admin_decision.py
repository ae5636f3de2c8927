"""Administration: what stands in every Decision of a campaign, and the template that Decisions are written on."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashapp.i18n import LANGUAGES, t
from dashapp.kept_messages import time
from dashapp.services.database import Campaign
from dashapp.services.letterheads import FIELDS, LINES, Letterhead, of_campaign
from dashapp.services.templates import VARIABLES, InUse
from dashapp.views import admin, parts
from dashapp.views.admin import Field, facts, wide
from dashapp.views.parts import carried

FILE = "/admin/template/file"
OWN, SHIPPED = "own", "shipped"
LONGEST_LINES = 4000


def body(campaign: Campaign, template: InUse, lang: str) -> Component:
    """The letterhead of a campaign, the template in use with what can be done about it, the names that it may hold."""
    return html.Div([_letterhead(campaign, lang), _template(template, lang), _names(lang)], className="admin-campaigns")


def _letterhead(campaign: Campaign, lang: str) -> Component:
    head = of_campaign(campaign)
    pairs = [(t(f"admin.letterhead.{name}", lang), _lines(shown(head, name))) for name in FIELDS]
    change = admin.button(t("admin.letterhead.change", lang), "letterhead.change", campaign.id, main=True)
    lead = html.P(t("admin.letterhead.lead", lang, campaign=campaign.name.get(lang, campaign.id)))
    inner = html.Div([lead, facts(pairs), html.Div(change, className="toolbar")], className="panel-body admin-decision")
    return parts.panel(t("admin.letterhead.title", lang), inner, id="admin-letterhead", flows=True)


def shown(head: Letterhead, name: str) -> str:
    """A field as it is typed: several lines below each other."""
    value = getattr(head, name)
    return "\n".join(value) if isinstance(value, tuple) else str(value)


def _lines(text: str) -> Component | str:
    return html.Span(text, className="kept-lines") if text else ""


def change_letterhead(campaign: Campaign, lang: str) -> Component:
    """The dialog in which a letterhead is changed."""
    head = of_campaign(campaign)
    fields = [
        Field(
            name,
            t(f"admin.letterhead.{name}", lang),
            shown(head, name),
            kind="area" if name in LINES else "text",
            hint=t("admin.letterhead.one_a_line", lang) if name in LINES else "",
            required=False,
            longest=LONGEST_LINES if name in LINES else admin.LONGEST,
        )
        for name in FIELDS
    ]
    title, do = t("admin.letterhead.title", lang), t("admin.letterhead.save", lang)
    return admin.form("letterhead.change", campaign.id, title, fields, do, lang, version=campaign.version)


def letterhead_now(campaign: Campaign, lang: str) -> list[tuple[str, str]]:
    """What stands there by now."""
    head = of_campaign(campaign)
    return [(t(f"admin.letterhead.{name}", lang), shown(head, name)) for name in FIELDS]


# the template ------------------------------------------------------------------------------------------------
def _template(template: InUse, lang: str) -> Component:
    own = template.content is not None
    pairs: list[tuple[str, str | Component]] = [
        (t("admin.template.in_use", lang), template.filename if own else t("admin.template.shipped", lang))
    ]
    if template.at is not None:
        pairs.append((t("admin.template.since", lang), f"{time(template.at, lang)} · {template.by}"))
    if template.sha256:
        pairs.append(("SHA-256", html.Span(template.sha256, className="fingerprint")))
    ways = [_download(OWN, "admin.template.download_own", lang)] if own else []
    ways.append(_download(SHIPPED, "admin.template.download_shipped", lang))
    if own:
        ways.append(admin.button(t("admin.template.reset", lang), "template.reset", small=False))
    lead = [html.P(t(f"admin.template.{name}", lang)) for name in ("lead", "safe")]
    inner = html.Div(
        [*lead, facts(pairs), html.Div([_upload(lang), *ways], className="toolbar")],
        className="panel-body admin-decision",
    )
    return parts.panel(t("admin.template.title", lang), inner, id="admin-template", flows=True)


def _download(which: str, key: str, lang: str) -> Component:
    return html.A([parts.icon("save"), t(key, lang)], href=f"{FILE}?which={which}", className="action", download="")


def _upload(lang: str) -> Component:
    """A button that scripts make a choice of file of; the answer says what is wrong and where."""
    told = {name: t(f"admin.template.{name}", lang) for name in ("busy", "failed")}
    address = FILE if lang == LANGUAGES[0] else f"{FILE}?lang={lang}"
    return html.Button(
        t("admin.template.upload", lang),
        type="button",
        className="action main",
        **carried(upload="template.tell", address=address, **told),
    )


def reset(template: InUse, lang: str) -> Component:
    """The question before the shipped template is used again."""
    lead = [t("admin.template.reset_lead", lang, name=template.filename)]
    title, do = t("admin.template.reset", lang), t("admin.template.reset_do", lang)
    return admin.form("template.reset", "", title, (), do, lang, lead=lead)


def _names(lang: str) -> Component:
    """What may stand between the braces."""
    heads = [t(f"admin.template.column.{name}", lang) for name in ("name", "kind", "says")]
    rows = [
        parts.table_row(
            [
                html.Code(f"{{{{ {name} }}}}" if kind == "text" else name),
                t(f"paper.kind_of.{kind}", lang),
                _says(name, lang),
            ]
        )
        for name, kind in VARIABLES.items()
    ]
    examples: Sequence[Component] = [
        html.P(t("admin.template.examples", lang)),
        html.Pre(
            "{%p for mot in can_cu %}\n{{ mot }}\n{%p endfor %}\n\n{%p if du_thao %}\n{{ du_thao }}\n{%p endif %}"
        ),
    ]
    title = t("admin.template.names", lang)
    table = wide(parts.table(heads, rows), title)
    inner = html.Details(
        [html.Summary(t("admin.template.show_names", lang)), table, html.Div(examples, className="panel-body")],
        className="panel-body",
    )
    return parts.panel(title, inner, id="admin-template-names", flows=True)


def _says(name: str, lang: str) -> str:
    return t(f"paper.variable.{name}", lang)
