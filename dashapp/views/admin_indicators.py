"""Administration: what each indicator of a campaign counts, in which unit and on which legal basis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashapp.i18n import LANGUAGES, has, t
from dashapp.services.database import Indicator
from dashapp.services.importing import REPORTED
from dashapp.views import parts
from dashapp.views.admin import LONGEST_AREA, Field, button, facts, form
from scenarios import Indicator as Defined

IN_BOTH_LANGUAGES = ("unit", "numerator", "denominator", "definition")
"""What is written once in each language; the legal basis is cited as it was published."""
CARRIED: Mapping[str, bool | None] = MappingProxyType({"unsaid": None, "without": False, "with": True})
"""Whether dossiers of the last period are part of the denominator, as it is chosen."""
LONG = frozenset({"definition"})


def panel(records: Sequence[Indicator], defined: Mapping[str, Defined], lang: str) -> Component:
    """Every indicator with its definition, and the way to change it."""
    each = [_indicator(one, defined[one.id], lang) for one in records if one.id in defined]
    lead = [html.P(t(f"admin.indicators.{name}", lang), className="muted") for name in ("lead", "fixed")]
    body = html.Div([*lead, *each], className="panel-body")
    return parts.panel(t("admin.indicators.title", lang), body, id="admin-indicators", flows=True)


def _indicator(record: Indicator, one: Defined, lang: str) -> Component:
    head = html.Div(
        [
            html.H3(one.name[lang]),
            button(t("admin.change", lang), "indicator.change", one.id, about=one.short[lang]),
        ],
        className="indicator-head",
    )
    pairs = [
        (t("admin.indicators.short", lang), one.short[lang]),
        (t("admin.indicators.id", lang), one.id),
        (t("admin.indicators.kind", lang), t(f"terms.kind.{one.kind}", lang)),
        *_pairs(one, (lang,), lang),
    ]
    return html.Div([head, facts(pairs), *_changed(record, lang)], className="indicator")


def _changed(record: Indicator, lang: str) -> list[Component]:
    """Who changed it last; nothing where it stands as it came."""
    if record.version < 2 or record.changed_at is None:
        return []
    machine = f"log.machine.{record.changed_by}"
    by = t(machine, lang) if has(machine, lang) else record.changed_by
    said = t("admin.indicators.changed", lang, by=by, day=record.changed_at.astimezone().date())
    return [html.P(said, className="muted")]


def _pairs(one: Defined, languages: Sequence[str], lang: str) -> list[tuple[str, str]]:
    """What can be changed, with its name; in several languages each text says which."""
    found = [
        (_label(name, own if len(languages) > 1 else "", lang), getattr(one, name)[own])
        for name in IN_BOTH_LANGUAGES
        for own in languages
    ]
    return [
        *found,
        *_carried(one.id, one.carried_over, lang),
        (t("admin.indicators.legal_basis", lang), one.legal_basis),
    ]


def _carried(id: str, chosen: bool | None, lang: str) -> list[tuple[str, str]]:
    """What is said of dossiers of the last period, where reports count them for the indicator."""
    if id != REPORTED:
        return []
    key = next(key for key, value in CARRIED.items() if value is chosen)
    return [(t("admin.indicators.carried_over", lang), t(f"admin.indicators.carried.{key}", lang))]


def _label(name: str, own: str, lang: str) -> str:
    said = t(f"admin.indicators.{name}", lang)
    return f"{said} ({t(f'admin.indicators.in_{own}', lang)})" if own else said


# dialogs ----------------------------------------------------------------------------------------------------------
def change_indicator(record: Indicator, one: Defined, lang: str) -> Component:
    """What can be changed of an indicator, with what that does and does not touch."""
    fields = [
        Field(
            f"{name}.{own}",
            _label(name, own, lang),
            getattr(one, name)[own],
            "area" if name in LONG else "text",
            longest=LONGEST_AREA,
        )
        for name in IN_BOTH_LANGUAGES
        for own in LANGUAGES
    ]
    hint = t("admin.indicators.legal_hint", lang)
    fields.append(Field("legal_basis", t("admin.indicators.legal_basis", lang), one.legal_basis, "area", hint=hint))
    if one.id == REPORTED:
        options = [(key, t(f"admin.indicators.carried.{key}", lang)) for key in CARRIED]
        chosen = next(key for key, value in CARRIED.items() if value is one.carried_over)
        label, hint = (t(f"admin.indicators.{key}", lang) for key in ("carried_over", "carried_hint"))
        fields.append(Field("carried_over", label, chosen, "select", options, hint))
    title = t("admin.indicator.change.title", lang, name=one.short[lang])
    lead = [t("admin.indicator.change.lead", lang)]
    return form(
        "indicator.change", one.id, title, fields, t("admin.save", lang), lang, version=record.version, lead=lead
    )


def indicator_now(record: Any, lang: str) -> list[tuple[str, str]]:
    """What an indicator is defined as by now, as its record holds it."""
    texts = {"unit": record.unit, "definition": record.definition, **record.settings}
    found = [
        (_label(name, own, lang), texts[name][own]) for name in IN_BOTH_LANGUAGES if name in texts for own in LANGUAGES
    ]
    carried_over = _carried(record.id, record.settings.get("carried_over"), lang)
    return [*found, *carried_over, (t("admin.indicators.legal_basis", lang), record.legal_basis)]
