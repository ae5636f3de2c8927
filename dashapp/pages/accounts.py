"""Log-in, log-out, the first administrator and one's own password: plain forms that need no script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, abort, flash, get_flashed_messages, make_response, redirect, render_template, request
from flask_login import current_user

from dashapp import auth, security
from dashapp.i18n import LANGUAGES, t
from dashapp.kept_messages import of_service
from dashapp.logs import say
from dashapp.services import accounts
from dashapp.services.database import Store
from dashapp.services.refused import RefusedError
from dashapp.settings import Settings
from dashapp.urlstate import language, split
from dashapp.views.person import EVERYWHERE

NAME = "accounts"
TOO_MANY = "too_many_attempts"
LONGEST_NAME = 100
LONGEST_PASSWORD = 500
"""Letters; whatever is longer was not typed by a person."""


def routes(store: Store, settings: Settings) -> Blueprint:
    """The routes of `access`: ``/login``, ``/logout``, ``/setup/<secret>`` and ``/password``."""
    made = Blueprint(NAME, __name__)

    @made.route("/login", methods=["GET", "POST"])
    def login() -> Any:
        return _login(store, settings)

    @made.post("/logout")
    def logout() -> Any:
        if request.form.get(EVERYWHERE):
            accounts.log_out_everywhere(store, auth.actor())
        auth.end(store)
        say("logout")
        answer = make_response(redirect("/login" + _query(), 303))
        security.drop_token(answer, settings)
        return answer

    @made.route("/setup/<secret>", methods=["GET", "POST"])
    def setup(secret: str) -> Any:
        return _setup(store, settings, secret)

    @made.route("/password", methods=["GET", "POST"])
    def password() -> Any:
        return _password(store, settings)

    return made


def _login(store: Store, settings: Settings) -> Any:
    wanted = auth.safe_next(request.args.get("next"))
    if request.method == "GET":
        if current_user.is_authenticated:
            return redirect(wanted)
        return _page("login", first=not accounts.has_admin(store))
    name, password = _typed("name"), _typed("password")
    if not name or not password:
        return _page("login", 400, fault=_text("empty"), name=name)
    try:
        account = accounts.authenticate(store, name, password, _address())
    except RefusedError as refused:
        say("login_refused", code=refused.code)
        return _refused("login", refused, name=name)
    auth.begin(store, account, settings)
    say("login", role=str(account.role))
    return redirect(wanted, 303)


def _setup(store: Store, settings: Settings, secret: str) -> Any:
    if accounts.has_admin(store) or not accounts.setup_open(store, secret):
        abort(404, "setup_over")
    if request.method == "GET":
        return _page("setup")
    shown = {"name": _typed("name"), "display_name": _typed("display_name")}
    if fault := _new_password_fault():
        return _page("setup", 400, fault=fault, **shown)
    try:
        account = accounts.create_first_admin(store, secret, **shown, password=_typed("password"))
    except RefusedError as refused:
        return _refused("setup", refused, **shown)
    auth.begin(store, account, settings)
    say("first_administrator", role=str(account.role))
    return redirect("/" + _query(), 303)


def _password(store: Store, settings: Settings) -> Any:
    who = auth.actor()
    if request.method == "GET":
        return _page("password", name=who.name, done=bool(get_flashed_messages()))
    if fault := _new_password_fault():
        return _page("password", 400, name=who.name, fault=fault)
    try:
        account = accounts.change_own_password(store, who, _typed("old"), _typed("password"), address=_address())
    except RefusedError as refused:
        return _refused("password", refused, name=who.name)
    auth.begin(store, account, settings)
    flash("done")
    say("password_changed", role=str(account.role))
    return redirect("/password" + _query(), 303)


def _typed(field: str) -> str:
    """What was typed in a field; names without the spaces around them, passwords as they are."""
    text = request.form.get(field, "")
    longest = LONGEST_NAME if field in ("name", "display_name") else LONGEST_PASSWORD
    if len(text) > longest:
        abort(413)
    return text.strip() if field in ("name", "display_name") else text


def _new_password_fault() -> str | None:
    if not _typed("password"):
        return _text("empty")
    return None if _typed("password") == _typed("again") else _text("different")


def _refused(page: str, refused: RefusedError, **shown: Any) -> Any:
    """The form again, with why: 429 where it is too early to try again."""
    if refused.code != TOO_MANY:
        return _page(page, 401 if page == "login" else 400, fault=of_service(refused, _lang()), **shown)
    body, status = _page(page, 429, fault=of_service(refused, _lang()), **shown)
    return body, status, {"Retry-After": str(refused.details["seconds"])}


def _page(page: str, status: int = 200, **shown: Any) -> tuple[str, int]:
    return render_template(f"{page}.html", **words(_lang()), least=accounts.LEAST_PASSWORD, **shown), status


def words(lang: str) -> Mapping[str, Any]:
    """What every page of this kind is given: its words, its language and itself in the other one."""
    other = next(one for one in LANGUAGES if one != lang)
    here = request.full_path.removesuffix("?")
    return {
        "lang": lang,
        "other": other,
        "here": here,
        "in_other": _in(other, here),
        "home": "/" + _query(),
        "say": lambda key, **details: t(f"accounts.{key}", lang, **details),
        "web": lambda key, **details: t(f"web.{key}", lang, **details),
        "web_of": lambda key, of: t(f"web.{key}", of),
    }


def _in(lang: str, address: str) -> str:
    """An address of ours, and the one it leads on to, in another language."""
    path, pairs = split(address)
    kept = [(key, _in(lang, value) if key == "next" else value) for key, value in pairs if key != "lang"]
    query = urlencode(kept + ([("lang", lang)] if lang != LANGUAGES[0] else []), safe=",/")
    return quote(path) + (f"?{query}" if query else "")


def _address() -> str:
    return request.remote_addr or ""


def _lang() -> str:
    return language(request.full_path)


def _query() -> str:
    return "" if _lang() == LANGUAGES[0] else f"?lang={_lang()}"


def _text(key: str) -> str:
    return t(f"accounts.fault.{key}", _lang())
