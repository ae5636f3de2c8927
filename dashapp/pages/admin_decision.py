"""The administration of Decisions: the letterhead of a campaign, the template; files in and out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from dash.development.base_component import Component
from flask import Blueprint, Response, abort, jsonify, request

from dashapp import auth
from dashapp.i18n import LANGUAGES, t, tell
from dashapp.kept_messages import of_service
from dashapp.pages.admin_deeds import Said, UntypedError
from dashapp.services import letterheads, provision, templates
from dashapp.services.database import Campaign, Store, StoreError
from dashapp.services.letterheads import FIELDS
from dashapp.services.refused import ServiceError
from dashapp.services.rights import Actor
from dashapp.services.templates import TemplateFaultError
from dashapp.views import admin_decision as view

NAME = "template"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def body(store: Store, actor: Actor, campaign: str, lang: str) -> Component:
    """What stands in the section."""
    return view.body(_campaign(store, actor, campaign), templates.in_use(store, actor), lang)


def _campaign(store: Store, actor: Actor, id: str) -> Campaign:
    found = next((one for one in provision.campaigns(store, actor) if one.id == id), None)
    if found is None:
        raise StoreError("not_found", kind="campaign", id=id)
    return found


# the letterhead ----------------------------------------------------------------------------------------------
def _ask_letterhead(store: Store, actor: Actor, of: str, _campaign_id: str, lang: str) -> Component:
    return view.change_letterhead(_campaign(store, actor, of), lang)


def _change_letterhead(store: Store, actor: Actor, said: Said) -> str:
    fields = {name: said.fields[name] for name in FIELDS if name in said.fields}
    changed = letterheads.change(store, actor, said.of, fields, version=said.version or 0)
    return t("admin.letterhead.done", said.lang, name=changed.name.get(said.lang, changed.id))


# the template ------------------------------------------------------------------------------------------------
def _ask_reset(store: Store, actor: Actor, _of: str, _campaign_id: str, lang: str) -> Component:
    return view.reset(templates.in_use(store, actor), lang)


def _reset(store: Store, actor: Actor, said: Said) -> str:
    templates.reset(store, actor)
    return t("admin.template.reset_done", said.lang)


def _ask_nothing(store: Store, actor: Actor, _of: str, _campaign_id: str, lang: str) -> Component:
    return view.reset(templates.in_use(store, actor), lang)


def _tell(store: Store, actor: Actor, said: Said) -> str:
    """Which template was just taken."""
    found = templates.in_use(store, actor)
    if found.content is None:
        raise UntypedError(t("admin.template.none", said.lang))
    return t("admin.template.done", said.lang, name=found.filename)


def _nothing(_record: Any, _lang: str) -> list[tuple[str, str]]:
    return []


Ask = Callable[[Store, Actor, str, str, str], Component]
Do = Callable[[Store, Actor, Said], str]
Now = Callable[[Any, str], list[tuple[str, str]]]
DEEDS: Mapping[str, tuple[Ask, Do, Now]] = MappingProxyType(
    {
        "letterhead.change": (_ask_letterhead, _change_letterhead, view.letterhead_now),
        "template.reset": (_ask_reset, _reset, _nothing),
        "template.tell": (_ask_nothing, _tell, _nothing),
    }
)
"""What can be changed here: how it is asked for, done, and shown where somebody was faster."""


def routes(store: Store) -> Blueprint:
    """``/admin/template/file``: a template to be edited in Word, and one that comes back."""
    made = Blueprint(NAME, __name__)

    @made.get(view.FILE)
    def file() -> Any:
        return _file(store, auth.actor())

    @made.post(view.FILE)
    def take() -> Any:
        return _take(store, auth.actor())

    return made


def _language() -> str:
    lang = request.args.get("lang", LANGUAGES[0])
    return lang if lang in LANGUAGES else LANGUAGES[0]


def _file(store: Store, actor: Actor) -> Any:
    which, found = request.args.get("which", ""), templates.in_use(store, actor)
    if which == view.OWN and found.content is not None:
        content, name = found.content, found.filename
    elif which == view.SHIPPED:
        content, name = templates.shipped_template(), "mau-quyet-dinh.docx"
    else:
        abort(404)
    answer = Response(content, mimetype=DOCX)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _take(store: Store, actor: Actor) -> Any:
    lang, sent = _language(), request.files.get("file")
    if sent is None or not sent.filename:
        return jsonify(refused=t("admin.template.no_file", lang))
    with sent.stream:
        content = sent.stream.read()
    try:
        taken = templates.change(store, actor, sent.filename, content)
    except TemplateFaultError as fault:
        return jsonify(refused=told(fault, lang))
    except (ServiceError, StoreError) as fault:
        return jsonify(refused=of_service(fault, lang))
    return jsonify(taken=taken.filename)


def told(fault: TemplateFaultError, lang: str) -> str:
    """Why a template is not taken: what was found, where, what is expected and how to go on."""
    said = tell(f"paper.fault.{fault.code}", lang, fault.details)
    part = fault.details.get("part")
    if part is None:
        return said
    place = t(f"paper.part.{part}", lang, place=fault.details.get("place", ""))
    return f"{said} {place}"
