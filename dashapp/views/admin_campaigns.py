"""Administration: campaigns, their agencies through mergers and splits, and their indicators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashapp.i18n import LANGUAGES, has, t
from dashapp.i18n import date as written_date
from dashapp.services.database import Agency, Campaign, Indicator, Succession
from dashapp.views import admin_indicators, parts, typed
from dashapp.views.admin import LONGEST_AREA, Field, button, form, wide
from dashapp.views.parts import aria, carried
from engine import Level
from scenarios import Campaign as Described
from scenarios import Indicator as Defined

MOST = 200
"""Agencies that are listed at once; more are found by looking for them."""
LONGEST_NAME = 200


@dataclass(frozen=True)
class Shown:
    """What the section shows: the campaigns, those that can be added, and one campaign in full."""

    campaigns: Sequence[Campaign]
    on_request: Sequence[Described]
    campaign: Campaign
    agencies: Sequence[Agency]
    successions: Sequence[Succession]
    indicators: Sequence[Indicator]
    defined: Mapping[str, Defined]
    looked_for: str = ""


def body(shown: Shown, lang: str) -> Component:
    """Campaigns, then the agencies and indicators of the one that is chosen above."""
    return html.Div(
        [
            _campaigns(shown, lang),
            _agencies(shown, lang),
            admin_indicators.panel(shown.indicators, shown.defined, lang),
        ],
        className="admin-campaigns",
    )


def _campaigns(shown: Shown, lang: str) -> Component:
    heads = [t(f"admin.campaigns.{name}", lang) for name in ("name", "id", "as_of", "changed", "doing")]
    rows = []
    for one in shown.campaigns:
        tag = [" ", parts.badge(t("admin.campaigns.open", lang), "brand")] if one.id == shown.campaign.id else []
        by = t("admin.campaigns.by", lang, by=_by(one.changed_by, lang), day=one.changed_at.astimezone().date())
        doing = html.Div(
            [
                button(t("admin.change", lang), "campaign.change", one.id, about=one.name[lang]),
                button(t("admin.campaign.begin.short", lang), "campaign.begin", one.id, about=one.name[lang]),
            ],
            className="row",
        )
        query = {"c": one.id, **({} if lang == LANGUAGES[0] else {"lang": lang})}
        way = html.A(one.name[lang], href=f"/admin/campaigns?{urlencode(query)}", **carried(inside="true"))
        name = html.Span([way, *tag])
        rows.append(parts.table_row([name, one.id, written_date(one.as_of, lang), by, doing]))
    for other in shown.on_request:
        add = button(t("admin.campaign.add.short", lang), "campaign.add", other.id, about=other.name[lang])
        cells = [other.name[lang], other.id, written_date(other.as_of, lang), t("admin.campaigns.not_there", lang), add]
        rows.append(parts.table_row(cells))
    title = t("admin.campaigns.list", lang)
    return parts.panel(title, wide(parts.table(heads, rows), title), id="admin-campaigns", flows=True)


def _by(name: str, lang: str) -> str:
    """Who changed it; what no person did, in words."""
    machine = f"log.machine.{name}"
    return t(machine, lang) if has(machine, lang) else name


# agencies ---------------------------------------------------------------------------------------------------------
def _agencies(shown: Shown, lang: str) -> Component:
    found = [one for one in shown.agencies if _matches(one, shown.looked_for)]
    names = {one.code: one.name for one in shown.agencies}
    heads = [t(f"admin.agency.{name}", lang) for name in ("name", "code", "level", "parent", "from", "to")]
    rows = [_agency(one, names, lang) for one in found[:MOST]]
    title = t("admin.agencies.title", lang, campaign=shown.campaign.name[lang])
    count = t("admin.agencies.count", lang, found=len(found), count=len(shown.agencies))
    if len(found) > MOST:
        count = f"{count} {t('admin.agencies.first', lang, most=MOST)}"
    buttons = html.Div(
        [
            button(t("admin.agency.add.short", lang), "agency.add", main=True),
            button(t("admin.agency.merge.short", lang), "agency.merge"),
        ],
        className="toolbar",
    )
    table = wide(parts.table([*heads, t("admin.campaigns.doing", lang)], rows), title)
    inner: list[Component] = [_search(shown, lang), html.P(count, className="muted panel-body"), table]
    if shown.successions:
        lines = [html.Li(_succession(one, names, lang)) for one in shown.successions]
        summary = html.Summary(t("admin.agencies.successions", lang, count=len(lines)))
        inner.append(html.Details([summary, html.Ul(lines, className="rights")], className="panel-body"))
    return parts.panel(title, html.Div(inner), buttons, id="admin-agencies", flows=True)


def _search(shown: Shown, lang: str) -> Component:
    keep = {"c": shown.campaign.id, "lang": lang}
    box = dbc.Input(id="admin-q", name="q", value=shown.looked_for, maxLength=100)
    return html.Form(
        [
            *[dbc.Input(type="hidden", name=name, value=value) for name, value in keep.items()],
            html.Label(t("admin.agencies.look", lang), htmlFor="admin-q"),
            box,
            html.Button(t("log.look", lang), type="submit", className="action"),
        ],
        action="/admin/campaigns",
        method="GET",
        role="search",
        className="admin-search no-print",
        **aria(label=t("admin.agencies.look", lang)),
        **carried(goes="true"),
    )


def _matches(one: Agency, text: str) -> bool:
    said = text.casefold()
    return said in one.name.casefold() or said in one.code.casefold()


def _agency(one: Agency, names: Mapping[str, str], lang: str) -> Component:
    deeds = [
        button(t("admin.change", lang), "agency.change", one.code, about=one.name),
        button(t("admin.agency.split.short", lang), "agency.split", one.code, about=one.name),
    ]
    parent = "" if one.parent is None else names.get(one.parent, one.parent)
    since, until = (_day(one.valid_from, lang), _day(one.valid_to, lang))
    cells = [one.name, one.code, level(one.level, lang), parent, since, until, html.Div(deeds, className="row")]
    return parts.table_row(cells)


def _day(day: date | None, lang: str) -> str:
    return "" if day is None else written_date(day, lang)


def level(id: str, lang: str) -> str:
    """What a level is called."""
    return t(f"terms.level.{id}", lang) if id in set(Level) else id


def _succession(one: Succession, names: Mapping[str, str], lang: str) -> str:
    old, new = names.get(one.predecessor, one.predecessor), names.get(one.successor, one.successor)
    return t(f"admin.agencies.{one.kind}", lang, day=one.on, old=old, new=new)


# dialogs ----------------------------------------------------------------------------------------------------------
def add_campaign(about: Described, lang: str) -> Component:
    """The question before a campaign that comes with the product is put into the store."""
    lead = [about.note[lang]] if about.note.get(lang) else []
    return form(
        "campaign.add",
        about.id,
        t("admin.campaign.add.title", lang, name=about.name[lang]),
        [],
        t("admin.campaign.add.do", lang),
        lang,
        lead=[*lead, t("admin.campaign.add.lead", lang)],
    )


def begin(one: Campaign, lang: str) -> Component:
    """A new campaign from an earlier one."""
    fields = [
        Field("id", t("admin.campaigns.id", lang), hint=t("admin.campaign.begin.id_hint", lang), longest=40),
        Field("name.vi", t("admin.campaign.name_vi", lang), longest=LONGEST_NAME),
        Field("name.en", t("admin.campaign.name_en", lang), longest=LONGEST_NAME),
        Field("as_of", t("admin.campaigns.as_of", lang), hint=t("admin.day", lang)),
    ]
    title = t("admin.campaign.begin.title", lang, name=one.name[lang])
    lead, do = [t("admin.campaign.begin.lead", lang)], t("admin.campaign.begin.do", lang)
    return form("campaign.begin", one.id, title, fields, do, lang, lead=lead)


def change_campaign(one: Campaign, lang: str) -> Component:
    """What can be changed of a campaign."""
    fields = [
        Field("name.vi", t("admin.campaign.name_vi", lang), one.name["vi"], longest=LONGEST_NAME),
        Field("name.en", t("admin.campaign.name_en", lang), one.name["en"], longest=LONGEST_NAME),
        Field("as_of", t("admin.campaigns.as_of", lang), typed.written(one.as_of), hint=t("admin.day", lang)),
        Field("source.vi", t("admin.campaign.source_vi", lang), one.source.get("vi", ""), "area"),
        Field("source.en", t("admin.campaign.source_en", lang), one.source.get("en", ""), "area"),
        Field("note.vi", t("admin.campaign.note_vi", lang), one.note.get("vi", ""), "area"),
        Field("note.en", t("admin.campaign.note_en", lang), one.note.get("en", ""), "area"),
    ]
    title = t("admin.campaign.change.title", lang, name=one.name[lang])
    do = t("admin.save", lang)
    return form("campaign.change", one.id, title, fields, do, lang, version=one.version)


def campaign_now(one: Campaign, lang: str) -> list[tuple[str, str]]:
    """What a campaign is by now."""
    return [
        (t("admin.campaign.name_vi", lang), one.name["vi"]),
        (t("admin.campaign.name_en", lang), one.name["en"]),
        (t("admin.campaigns.as_of", lang), written_date(one.as_of, lang)),
        (t("admin.campaign.source_vi", lang), one.source.get("vi", "")),
        (t("admin.campaign.note_vi", lang), one.note.get("vi", "")),
    ]


def add_agency(lang: str) -> Component:
    """A new agency."""
    return form(
        "agency.add", "", t("admin.agency.add.title", lang), [_code(lang), *_fields(None, lang)],
        t("admin.agency.add.do", lang), lang,
    )  # fmt: skip


def change_agency(one: Agency, lang: str) -> Component:
    """What can be changed of an agency."""
    title = t("admin.agency.change.title", lang, name=one.name, code=one.code)
    return form("agency.change", one.code, title, _fields(one, lang), t("admin.save", lang), lang, version=one.version)


def agency_now(one: Agency, lang: str) -> list[tuple[str, str]]:
    """What an agency is by now."""
    return [
        (t("admin.agency.name", lang), one.name),
        (t("admin.agency.level", lang), level(one.level, lang)),
        (t("admin.agency.parent", lang), one.parent or ""),
        (t("admin.agency.from", lang), _day(one.valid_from, lang)),
        (t("admin.agency.to", lang), _day(one.valid_to, lang)),
    ]


def merge(lang: str) -> Component:
    """Several agencies become one."""
    old = Field("old", t("admin.agency.merge.old", lang), "", "area", hint=t("admin.agency.merge.hint", lang))
    new = Field("code", t("admin.agency.merge.code", lang), hint=t("admin.agency.merge.code_hint", lang), longest=80)
    fields = [old, new, *_new(lang)]
    title, do = t("admin.agency.merge.title", lang), t("admin.agency.merge.do", lang)
    return form("agency.merge", "", title, fields, do, lang, lead=[t("admin.agency.merge.lead", lang)])


def split(one: Agency, lang: str) -> Component:
    """One agency becomes several."""
    new = Field(
        "new", t("admin.agency.split.new", lang), "", "area", hint=t("admin.agency.split.hint", lang),
        longest=LONGEST_AREA,
    )  # fmt: skip
    title, do = t("admin.agency.split.title", lang, name=one.name, code=one.code), t("admin.agency.split.do", lang)
    lead = [t("admin.agency.split.lead", lang)]
    return form("agency.split", one.code, title, [new, _on(lang)], do, lang, lead=lead)


def _code(lang: str) -> Field:
    return Field("code", t("admin.agency.code", lang), hint=t("admin.agency.code_hint", lang), longest=80)


def _on(lang: str) -> Field:
    return Field("on", t("admin.agency.on", lang), hint=t("admin.day", lang))


def _new(lang: str) -> list[Field]:
    name, kind, parent, *_ = _fields(None, lang)
    return [name, kind, parent, _on(lang)]


def _fields(one: Agency | None, lang: str) -> list[Field]:
    levels = [(str(each), level(each, lang)) for each in Level]
    if one is not None and one.level not in set(Level):
        levels.append((one.level, one.level))
    chosen = str(Level.PROVINCE) if one is None else one.level
    since, until = (None, None) if one is None else (one.valid_from, one.valid_to)
    above = "" if one is None or one.parent is None else one.parent
    day = t("admin.day_or_none", lang)
    return [
        Field("name", t("admin.agency.name", lang), "" if one is None else one.name, longest=LONGEST_NAME),
        Field("level", t("admin.agency.level", lang), chosen, "select", levels),
        Field("parent", t("admin.agency.parent_code", lang), above, hint=t("admin.agency.parent_hint", lang)),
        Field("valid_from", t("admin.agency.from", lang), typed.written(since), hint=day),
        Field("valid_to", t("admin.agency.to", lang), typed.written(until), hint=day),
    ]
