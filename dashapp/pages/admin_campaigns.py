"""The administration of campaigns: their names and dates, their agencies through mergers and splits."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from dash.development.base_component import Component

from dashapp.i18n import LANGUAGES, t
from dashapp.pages.admin_deeds import Said, UntypedError
from dashapp.services import beginning, provision
from dashapp.services.database import Agency, Campaign, Indicator, Store, StoreError, SuccessionKind
from dashapp.services.refused import RefusedError
from dashapp.services.rights import Actor
from dashapp.views import admin_campaigns as view
from dashapp.views import admin_indicators, typed
from dashapp.views.admin_campaigns import Shown
from engine import Level
from scenarios import Indicator as Defined

_CODE = re.compile(r"[A-Za-z0-9_.\-À-ỹ]{1,80}")
_ID = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")
_BETWEEN = re.compile(r"[\s,;]+")
MOST_AT_ONCE = 60
"""Agencies of one merger or split."""


def body(store: Store, actor: Actor, campaign: str, looked_for: str, lang: str) -> Component:
    """What stands in the section."""
    every = provision.campaigns(store, actor)
    return view.body(
        Shown(
            campaigns=every,
            on_request=provision.on_request(store, actor),
            campaign=_campaign(store, actor, campaign),
            agencies=provision.agencies(store, actor, campaign),
            successions=provision.successions(store, actor, campaign),
            indicators=provision.indicators(store, actor, campaign),
            defined=provision.definitions(store, actor, campaign),
            looked_for=looked_for,
        ),
        lang,
    )


def _campaign(store: Store, actor: Actor, id: str) -> Campaign:
    found = next((one for one in provision.campaigns(store, actor) if one.id == id), None)
    if found is None:
        raise StoreError("not_found", kind="campaign", id=id)
    return found


def _agency(store: Store, actor: Actor, campaign: str, code: str) -> Agency:
    found = next((one for one in provision.agencies(store, actor, campaign) if one.code == code), None)
    if found is None:
        raise StoreError("not_found", kind="agency", id=code)
    return found


# what is typed -----------------------------------------------------------------------------------------------
def _day(said: Said, name: str) -> date | None:
    try:
        return typed.day(said.fields.get(name, ""))
    except ValueError:
        raise UntypedError(t("log.fault.day", said.lang, found=said.typed(name))) from None


def _needed_day(said: Said, name: str) -> date:
    day = _day(said, name)
    if day is None:
        raise UntypedError(t("admin.fault.day_missing", said.lang))
    return day


def _needed(said: Said, *names: str) -> None:
    if not all(said.typed(name) for name in names):
        raise UntypedError(t("accounts.fault.empty", said.lang))


def _coded(text: str, lang: str) -> str:
    if not _CODE.fullmatch(text):
        raise UntypedError(t("admin.fault.code", lang, found=text[:80]))
    return text


def _level(said: Said, before: str = "") -> str:
    level = said.typed("level")
    if level not in {*Level, before}:
        raise UntypedError(t("accounts.fault.empty", said.lang))
    return level


def _name(text: str) -> str:
    return " ".join(text.split())[: view.LONGEST_NAME]


# campaigns ---------------------------------------------------------------------------------------------------
def _ask_add(store: Store, actor: Actor, of: str, _campaign: str, lang: str) -> Component:
    found = next((one for one in provision.on_request(store, actor) if one.id == of), None)
    if found is None:
        raise StoreError("not_found", kind="campaign", id=of)
    return view.add_campaign(found, lang)


def _add(store: Store, actor: Actor, said: Said) -> str:
    added = provision.add_campaign(store, actor, said.of)
    return t(f"store.say.{'campaign_added' if added else 'campaign_there'}", said.lang, campaign=said.of)


def _ask_change(store: Store, actor: Actor, of: str, _of: str, lang: str) -> Component:
    return view.change_campaign(_campaign(store, actor, of), lang)


def _change(store: Store, actor: Actor, said: Said) -> str:
    _needed(said, "name.vi", "name.en", "as_of")
    before = _campaign(store, actor, said.of)
    texts = {part: {lang: said.typed(f"{part}.{lang}") for lang in ("vi", "en")} for part in ("name", "source", "note")}
    fields: dict[str, Any] = {**texts, "as_of": _needed_day(said, "as_of")}
    changed = {name: value for name, value in fields.items() if getattr(before, name) != value}
    if not changed and said.version == before.version:
        raise RefusedError("nothing_new", campaign=said.of)
    after = provision.change_campaign(store, actor, said.of, version=said.version or 0, **changed)
    return t("admin.campaign.change.done", said.lang, name=after.name[said.lang])


def _ask_begin(store: Store, actor: Actor, of: str, _of: str, lang: str) -> Component:
    return view.begin(_campaign(store, actor, of), lang)


def _begin(store: Store, actor: Actor, said: Said) -> str:
    _needed(said, "id", "name.vi", "name.en", "as_of")
    id = said.typed("id").lower()
    if not _ID.fullmatch(id):
        raise UntypedError(t("admin.fault.id", said.lang, found=id[:80]))
    names = {lang: _name(said.typed(f"name.{lang}")) for lang in ("vi", "en")}
    made = beginning.begin_campaign(store, actor, said.of, id, name=names, as_of=_needed_day(said, "as_of"))
    count = len(provision.agencies(store, actor, id))
    return t("admin.campaign.begin.done", said.lang, name=made.name[said.lang], count=count)


# agencies ----------------------------------------------------------------------------------------------------
def _made(said: Said, code: str, campaign: str) -> Agency:
    return Agency(campaign, code, _name(said.typed("name")), _level(said), said.typed("parent") or None)


def _add_agency(store: Store, actor: Actor, said: Said) -> str:
    _needed(said, "code", "name")
    since, until = _days(said)
    made = _made(said, _coded(said.typed("code"), said.lang), said.campaign)
    new = Agency(made.campaign, made.code, made.name, made.level, made.parent, since, until)
    provision.add_agencies(store, actor, said.campaign, [new])
    return t("admin.agency.add.done", said.lang, name=new.name, code=new.code)


def _days(said: Said) -> tuple[date | None, date | None]:
    since, until = _day(said, "valid_from"), _day(said, "valid_to")
    if since and until and until <= since:
        raise UntypedError(t("admin.fault.days", said.lang))
    return since, until


def _ask_change_agency(store: Store, actor: Actor, of: str, campaign: str, lang: str) -> Component:
    return view.change_agency(_agency(store, actor, campaign, of), lang)


def _change_agency(store: Store, actor: Actor, said: Said) -> str:
    _needed(said, "name")
    before = _agency(store, actor, said.campaign, said.of)
    since, until = _days(said)
    if said.typed("parent") == said.of:
        raise UntypedError(t("admin.fault.own_parent", said.lang))
    fields: dict[str, Any] = {
        "name": _name(said.typed("name")),
        "level": _level(said, before.level),
        "parent": said.typed("parent") or None,
        "valid_from": since,
        "valid_to": until,
    }
    changed = {name: value for name, value in fields.items() if getattr(before, name) != value}
    if not changed and said.version == before.version:
        raise RefusedError("nothing_new", agency=said.of)
    after = provision.change_agency(store, actor, said.campaign, said.of, version=said.version or 0, **changed)
    return t("admin.agency.change.done", said.lang, name=after.name)


def _merge(store: Store, actor: Actor, said: Said) -> str:
    old = list(dict.fromkeys(one for one in _BETWEEN.split(said.typed("old")) if one))
    if len(old) < 2 or len(old) > MOST_AT_ONCE:
        raise UntypedError(t("admin.fault.several", said.lang, most=MOST_AT_ONCE))
    _needed(said, "code", "on")
    every = {one.code: one for one in provision.agencies(store, actor, said.campaign)}
    _known(old, every)
    code = _coded(said.typed("code"), said.lang)
    if code not in every:
        _needed(said, "name")
    new = every.get(code) or _made(said, code, said.campaign)
    day = _succeeds(said, [every[one] for one in old], _needed_day(said, "on"))
    provision.succeed(store, actor, said.campaign, old, [new], on=day, kind=SuccessionKind.MERGE)
    return t("admin.agency.merge.done", said.lang, count=len(old), name=new.name, day=day)


def _known(codes: list[str], every: Mapping[str, Agency]) -> None:
    for code in codes:
        if code not in every:
            raise StoreError("not_found", kind="agency", id=code)


def _succeeds(said: Said, old: list[Agency], day: date) -> date:
    """The day, if every one of the old agencies is there on the day before."""
    for one in old:
        if (one.valid_from and one.valid_from >= day) or (one.valid_to and one.valid_to < day):
            raise UntypedError(t("admin.fault.not_then", said.lang, name=one.name, day=day))
    return day


def _ask_split(store: Store, actor: Actor, of: str, campaign: str, lang: str) -> Component:
    return view.split(_agency(store, actor, campaign, of), lang)


def _split(store: Store, actor: Actor, said: Said) -> str:
    before = _agency(store, actor, said.campaign, said.of)
    every = {one.code: one for one in provision.agencies(store, actor, said.campaign)}
    new = [_line(line, before, every, said) for line in said.typed("new").splitlines() if line.strip()]
    if len(new) < 2 or len(new) > MOST_AT_ONCE or len({one.code for one in new}) != len(new):
        raise UntypedError(t("admin.fault.several", said.lang, most=MOST_AT_ONCE))
    day = _succeeds(said, [before], _needed_day(said, "on"))
    provision.succeed(store, actor, said.campaign, [said.of], new, on=day, kind=SuccessionKind.SPLIT)
    return t("admin.agency.split.done", said.lang, name=before.name, count=len(new), day=day)


def _line(line: str, before: Agency, every: Mapping[str, Agency], said: Said) -> Agency:
    """``MA; Tên cơ quan``: a new agency of the old one's level and parent, or one that is there by its code alone."""
    code, _, name = (part.strip() for part in line.partition(";"))
    if code in every:
        return every[code]
    if not name:
        raise UntypedError(t("admin.fault.line", said.lang, found=line.strip()[:80]))
    return Agency(said.campaign, _coded(code, said.lang), _name(name), before.level, before.parent)


# indicators --------------------------------------------------------------------------------------------------
def _ask_change_indicator(store: Store, actor: Actor, of: str, campaign: str, lang: str) -> Component:
    record, defined = _indicator(store, actor, campaign, of)
    return admin_indicators.change_indicator(record, defined, lang)


def _indicator(store: Store, actor: Actor, campaign: str, id: str) -> tuple[Indicator, Defined]:
    record = next((one for one in provision.indicators(store, actor, campaign) if one.id == id), None)
    defined = provision.definitions(store, actor, campaign).get(id)
    if record is None or defined is None:
        raise StoreError("not_found", kind="indicator", id=id)
    return record, defined


def _change_indicator(store: Store, actor: Actor, said: Said) -> str:
    record, defined = _indicator(store, actor, said.campaign, said.of)
    fields: dict[str, Any] = {
        name: {lang: said.typed(f"{name}.{lang}") for lang in LANGUAGES} for name in admin_indicators.IN_BOTH_LANGUAGES
    }
    _needed(said, "legal_basis", *[f"{name}.{lang}" for name in fields for lang in LANGUAGES])
    fields["legal_basis"] = said.typed("legal_basis")
    if (chosen := said.typed("carried_over")) in admin_indicators.CARRIED:
        fields["carried_over"] = admin_indicators.CARRIED[chosen]
    changed = {name: value for name, value in fields.items() if getattr(defined, name) != value}
    if not changed and said.version == record.version:
        raise RefusedError("nothing_new", indicator=said.of)
    provision.change_indicator(store, actor, said.campaign, said.of, version=said.version or 0, **changed)
    return t("admin.indicator.change.done", said.lang, name=defined.short[said.lang])


Ask = Callable[[Store, Actor, str, str, str], Component]
Do = Callable[[Store, Actor, Said], str]
Now = Callable[[Any, str], list[tuple[str, str]]]


def _nothing(_record: Any, _lang: str) -> list[tuple[str, str]]:
    return []


DEEDS: Mapping[str, tuple[Ask, Do, Now]] = MappingProxyType(
    {
        "campaign.add": (_ask_add, _add, _nothing),
        "campaign.begin": (_ask_begin, _begin, _nothing),
        "campaign.change": (_ask_change, _change, view.campaign_now),
        "agency.add": (lambda _store, _actor, _of, _campaign, lang: view.add_agency(lang), _add_agency, _nothing),
        "agency.change": (_ask_change_agency, _change_agency, view.agency_now),
        "agency.merge": (lambda _store, _actor, _of, _campaign, lang: view.merge(lang), _merge, _nothing),
        "agency.split": (_ask_split, _split, _nothing),
        "indicator.change": (_ask_change_indicator, _change_indicator, admin_indicators.indicator_now),
    }
)
"""What can be changed here: how it is asked for, done, and shown where somebody was faster."""
