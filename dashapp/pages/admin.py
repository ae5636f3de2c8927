"""The administration: who may come in; every change is asked for in a dialog and refused in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from dash import html, no_update
from dash.development.base_component import Component
from flask import Blueprint, abort, current_app, send_file

from dashapp import auth, messages, services
from dashapp.i18n import LANGUAGES, t
from dashapp.kept_messages import of_service
from dashapp.logs import say
from dashapp.pages import admin_campaigns, admin_decision, shell
from dashapp.pages.admin_deeds import Deed, Said, UntypedError
from dashapp.services import accounts, operations
from dashapp.services import opened as desk
from dashapp.services.accounts import Account
from dashapp.services.database import Store, StoreError
from dashapp.services.refused import ConflictError, ForbiddenError, RefusedError, ServiceError
from dashapp.services.rights import Action, Actor, Role, may
from dashapp.urlstate import language, split
from dashapp.views import admin, admin_backup, admin_people, parts
from dashapp.views.admin import Section
from dashapp.views.person import Visitor
from scenarios import Campaign, ScenarioErrors

PATH = "/admin"
PEOPLE, CAMPAIGNS, DECISION, BACKUP = "people", "campaigns", "decision", "backup"
SECTIONS = (PEOPLE, CAMPAIGNS, DECISION, BACKUP)
FILE = "/admin/backup/file"
NAME = "admin"
LONGEST = 4000
"""Letters of a field; whatever is longer was not typed into one of ours."""


# the page ----------------------------------------------------------------------------------------------------
def owns(path: str) -> bool:
    """Whether a path is one of the administration's."""
    return path.rstrip("/") in {PATH, *(f"{PATH}/{one}" for one in SECTIONS)}


def route(store: Store, address: str, visitor: Visitor) -> Component:
    """The whole page of an address."""
    lang, actor = language(address), visitor.actor
    path, pairs = split(address)
    known = desk.campaigns(store, actor)
    campaign, faults = shell.campaign_at(address, known)
    section = path.rstrip("/").removeprefix(PATH).strip("/") or PEOPLE
    place = _place(campaign, known, section, lang, visitor)
    if not may(actor.role, Action.MANAGE_USERS):
        refused = of_service(ForbiddenError(Action.MANAGE_USERS, actor.role), lang)
        head = html.H1(t("admin.title", lang), className="page-title")
        return shell.page(place, html.Div([head, parts.error(t("admin.refused", lang), refused)], className="page"))
    sections = [Section(one, _address(one, campaign.id, lang), t(f"admin.{one}.title", lang)) for one in SECTIONS]
    inner = body(store, actor, section, campaign.id, dict(pairs).get("q", "").strip()[:LONGEST], lang)
    inner = html.Div([*parts.faults(faults, lang), inner])
    return shell.page(place, admin.frame(sections, section, inner, campaign.id, lang))


def body(store: Store, actor: Actor, section: str, campaign: str, looked_for: str, lang: str) -> Component:
    """What stands in a section."""
    if section == CAMPAIGNS:
        return admin_campaigns.body(store, actor, campaign, looked_for, lang)
    if section == DECISION:
        return admin_decision.body(store, actor, campaign, lang)
    if section == BACKUP:
        return admin_backup.body(operations.holdings(store, actor), operations.handed(store, actor), FILE, lang)
    return admin_people.body(accounts.users(store, actor), actor.name, lang)


def _address(section: str, campaign: str, lang: str) -> str:
    query = {"c": campaign, **({} if lang == LANGUAGES[0] else {"lang": lang})}
    return PATH + ("" if section == PEOPLE else f"/{section}") + f"?{urlencode(query)}"


def _place(campaign: Campaign, known: tuple[Campaign, ...], section: str, lang: str, visitor: Visitor) -> shell.Place:
    other = next(one for one in LANGUAGES if one != lang)
    return shell.place_of(
        campaign,
        known,
        lang,
        visitor,
        here=PATH,
        title=t(f"admin.{section}.title", lang),
        other_language=_address(section, campaign.id, other),
    )


# changing something ------------------------------------------------------------------------------------------
def asked(store: Store, actor: Actor, wanted: Any, lang: str) -> dict[str, Any]:
    """What stands in the dialog that was asked for; why there is none if it cannot be opened."""
    deed = _deed(_text(wanted, "what"))
    if deed is None:
        return {"form": no_update, "fault": no_update, "opened": no_update}
    try:
        inner = deed.ask(store, actor, _text(wanted, "of"), _text(wanted, "campaign"), lang)
    except (ServiceError, StoreError) as refused:
        inner = admin.form("", "", t("admin.refused", lang), [], t("admin.understood", lang), lang)
        return {"form": inner, "fault": admin.fault(of_service(refused, lang)), "opened": wanted.get("at")}
    return {"form": inner, "fault": [], "opened": wanted.get("at")}


def done(store: Store, actor: Actor, wanted: Any, lang: str) -> dict[str, Any]:
    """Do what was filled in: what is shown then, or why nothing was changed."""
    what = _text(wanted, "what")
    deed = _deed(what)
    if deed is None:
        return _nothing(wanted, no_update)
    given = wanted.get("fields")
    fields = {str(key): str(value)[:LONGEST] for key, value in given.items()} if isinstance(given, Mapping) else {}
    version = _text(wanted, "version")
    number = int(version) if version.isascii() and version.isdigit() else None
    said = Said(what, _text(wanted, "of"), _text(wanted, "campaign"), number, fields, lang, _text(wanted, "looked_for"))
    try:
        words = deed.do(store, actor, said)
    except ConflictError as conflict:
        now = deed.now(conflict.current, lang)
        return _nothing(wanted, admin.fault(of_service(conflict, lang), now), conflict.current.version)
    except (ServiceError, StoreError) as refused:
        return _nothing(wanted, admin.fault(of_service(refused, lang)))
    except ScenarioErrors as broken:
        indicators = services.indicator_words(lang)
        told = " ".join(messages.of_scenario(one, indicators, lang) for one in broken.problems)
        return _nothing(wanted, admin.fault(told))
    except UntypedError as refused:
        return _nothing(wanted, admin.fault(str(refused)))
    return {
        "done": {"ok": True, "at": wanted.get("at")},
        "fault": [],
        "said": admin.said(words),
        "body": body(store, actor, deed.section, said.campaign, said.looked_for, lang),
    }


def _nothing(wanted: Any, fault: Any, version: int | None = None) -> dict[str, Any]:
    at = wanted.get("at") if isinstance(wanted, Mapping) else None
    return {"done": {"ok": False, "at": at, "version": version}, "fault": fault, "said": no_update, "body": no_update}


def _text(wanted: Any, key: str) -> str:
    value = wanted.get(key, "") if isinstance(wanted, Mapping) else ""
    return str(value)[:LONGEST] if value is not None else ""


# people ------------------------------------------------------------------------------------------------------
def _account(store: Store, name: str) -> Account:
    found = accounts.account(store, name)
    if found is None:
        raise StoreError("not_found", kind="user", id=name)
    return found


def _ask_about(what: str) -> Callable[[Store, Actor, str, str, str], Component]:
    return lambda store, _actor, of, _campaign, lang: admin_people.about(what, _account(store, of), lang)


def _password(said: Said) -> str:
    password = said.fields.get("password", "")
    if not password:
        raise UntypedError(t("accounts.fault.empty", said.lang))
    if password != said.fields.get("again", ""):
        raise UntypedError(t("accounts.fault.different", said.lang))
    return password


def _role(said: Said) -> Role:
    try:
        return Role(said.typed("role"))
    except ValueError:
        raise UntypedError(t("accounts.fault.empty", said.lang)) from None


def _add_user(store: Store, actor: Actor, said: Said) -> str:
    if not said.typed("name"):
        raise UntypedError(t("accounts.fault.empty", said.lang))
    added = accounts.add_user(
        store,
        actor,
        said.typed("name"),
        role=_role(said),
        password=_password(said),
        display_name=said.typed("display_name"),
    )
    role = admin_people.role(added.role, said.lang)
    return t("admin.user.add.done", said.lang, name=added.display_name, login=added.name, role=role)


def _change_role(store: Store, actor: Actor, said: Said) -> str:
    role = _role(said)
    if _account(store, said.of).role == role:
        raise RefusedError("nothing_new", name=said.of)
    changed = accounts.change_role(store, actor, said.of, role, version=said.version)
    role_words = admin_people.role(changed.role, said.lang)
    return t("admin.user.role.done", said.lang, name=changed.display_name, role=role_words)


def _set_password(store: Store, actor: Actor, said: Said) -> str:
    changed = accounts.set_password(store, actor, said.of, _password(said))
    return t("admin.user.password.done", said.lang, name=changed.display_name)


def _end_sessions(store: Store, actor: Actor, said: Said) -> str:
    changed = accounts.end_sessions(store, actor, said.of)
    return t("admin.user.log_out.done", said.lang, name=changed.display_name)


def _disable(store: Store, actor: Actor, said: Said) -> str:
    changed = accounts.disable_user(store, actor, said.of, version=said.version)
    return t("admin.user.disable.done", said.lang, name=changed.display_name)


def _enable(store: Store, actor: Actor, said: Said) -> str:
    changed = accounts.enable_user(store, actor, said.of, version=said.version)
    return t("admin.user.enable.done", said.lang, name=changed.display_name)


def _now(user: Any, lang: str) -> list[tuple[str, str]]:
    return admin_people.now(accounts.of_record(user), lang)


# backup ------------------------------------------------------------------------------------------------------
def _tell_backup(store: Store, actor: Actor, said: Said) -> str:
    """What the backup holds that was just taken away."""
    made = operations.handed(store, actor, 1)
    if not made or made[0].after is None:
        raise UntypedError(t("admin.backup.none", said.lang))
    told = made[0].after
    return t("admin.backup.done", said.lang, rows=told["rows"], entries=told["log_seq"])


def routes(store: Store) -> Blueprint:
    """``/admin/backup/file``: a backup, made when it is asked for and kept nowhere."""
    made = Blueprint(NAME, __name__)

    @made.post(FILE)
    def backup() -> Any:
        with TemporaryDirectory(prefix="chitieu-") as folder:
            path = Path(folder) / "backup.db"
            try:
                manifest = operations.hand_backup(store, auth.actor(), path)
                handle = path.open("rb")  # what is open stays readable after its name is gone
            except OSError as fault:
                current_app.logger.error("backup", exc_info=fault)
                abort(503)
        say("backup", code=str(manifest.log_seq))
        stamp = manifest.made_at.astimezone().strftime("%Y%m%d-%H%M")
        return send_file(
            handle, "application/octet-stream", as_attachment=True, download_name=f"chitieu-{stamp}.backup"
        )

    return made


DEEDS: Mapping[str, Deed] = MappingProxyType(
    {
        "user.add": Deed(PEOPLE, lambda _store, _actor, _of, _campaign, lang: admin_people.add(lang), _add_user),
        "user.role": Deed(PEOPLE, _ask_about("user.role"), _change_role, _now),
        "user.password": Deed(PEOPLE, _ask_about("user.password"), _set_password, _now),
        "user.log_out": Deed(PEOPLE, _ask_about("user.log_out"), _end_sessions, _now),
        "user.disable": Deed(PEOPLE, _ask_about("user.disable"), _disable, _now),
        "user.enable": Deed(PEOPLE, _ask_about("user.enable"), _enable, _now),
        "backup.tell": Deed(BACKUP, lambda _store, _actor, _of, _campaign, lang: admin_backup.told(lang), _tell_backup),
    }
)
"""Everything that can be changed here but campaigns and Decisions."""


def _deed(what: str) -> Deed | None:
    if what in admin_campaigns.DEEDS:
        return Deed(CAMPAIGNS, *admin_campaigns.DEEDS[what])
    if what in admin_decision.DEEDS:
        return Deed(DECISION, *admin_decision.DEEDS[what])
    return DEEDS.get(what)
