"""Sessions, and the guard before every request: who asks, and may they. What no table names is refused.

A session is a signed cookie that names a person, the epoch of the person's sessions, when it began, when it was last
used, and a secret that the store knows by its hash. It ends by log-out, by disuse, at its greatest age, with a higher
epoch (password or role changed, log-out everywhere) and with the person's being disabled, whatever copies of the
cookie there are.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, abort, g, redirect, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user
from flask_wtf.csrf import CSRFProtect, generate_csrf

from dashapp import access, security
from dashapp.i18n import LANGUAGES
from dashapp.logs import say
from dashapp.services import sessions
from dashapp.services.accounts import Account
from dashapp.services.database import Store
from dashapp.services.rights import Action, Actor, require
from dashapp.settings import Settings
from dashapp.urlstate import LONGEST, language
from dashapp.views.person import Visitor

BEGUN, SEEN, EPOCH, SECRET = "begun", "seen", "epoch", "secret"
"""What a session holds beside the person's name: seconds since 1970, seconds since 1970, number, text."""
REFRESHED = 60
"""Seconds after which the time of last use is written again."""

FORMS = frozenset({access.LOGIN, access.LOGOUT, access.SETUP, access.PASSWORD})
_PATH = re.compile(r"/(?!/)[^\x00-\x20\x7f\\]*")
"""What browsers take for a path: a second slash would begin a host, and so would a backslash."""
WATCHES = frozenset({access.HEALTHY, access.READY})
"""Asked by machines that know the service by its address only."""
MISDIRECTED = 421


class Person(UserMixin):
    """Somebody logged in, as Flask-Login wants it."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def get_id(self) -> str:
        """The name: there is one account of it."""
        return self.account.name


def actor() -> Actor:
    """Who asks; only behind the guard, where somebody does."""
    person: Person = current_user._get_current_object()
    return person.account.actor


def visitor() -> Visitor:
    """Who asks for a page; only behind the guard."""
    return Visitor(actor(), generate_csrf())


def remember(server: Flask, store: Store, settings: Settings) -> None:
    """Let Flask-Login find the person of a session."""
    manager = LoginManager(server, add_context_processor=False)  # a page that refuses asks the store nothing
    manager.session_protection = None  # the secret and the epoch say more than an address that changes

    @manager.user_loader
    def person(name: object) -> Person | None:
        if _expired(settings):
            return None
        epoch, secret = session.get(EPOCH), session.get(SECRET)
        if not isinstance(name, str) or not isinstance(epoch, int) or not isinstance(secret, str):
            return None
        account = sessions.account_of(store, name, epoch, secret)
        return Person(account) if account else None


def begin(store: Store, account: Account, settings: Settings) -> None:
    """Begin a session of its own for somebody who proved to be that person; nothing of the one before stays."""
    end(store)
    now = int(time.time())
    secret = sessions.begin(store, settings.absolute)
    session.update({BEGUN: now, SEEN: now, EPOCH: account.session_epoch, SECRET: secret})
    login_user(Person(account))


def end(store: Store) -> None:
    """End this session, if there is one."""
    secret = session.get(SECRET)
    session.clear()
    if isinstance(secret, str):
        sessions.end(store, secret)


def _expired(settings: Settings) -> bool:
    begun, seen = session.get(BEGUN), session.get(SEEN)
    if not isinstance(begun, int) or not isinstance(seen, int):
        return True
    now = time.time()
    return now - begun > settings.absolute.total_seconds() or now - seen > settings.idle.total_seconds()


def _keep_alive() -> None:
    now = int(time.time())
    if now - session[SEEN] >= REFRESHED:
        session[SEEN] = now


def keep_out(server: Flask, settings: Settings, csrf: CSRFProtect, actions: Mapping[str, Action]) -> None:
    """Look at every request before anything else does.

    `actions` is `access.actions_of` the application; callbacks that it does not hold (yet) are refused.
    """

    @server.before_request
    def check() -> Response | None:
        if request.endpoint in WATCHES:
            return None
        if not security.is_known_host(settings):
            abort(MISDIRECTED)
        if security.from_elsewhere(settings):
            say("cross_site")
            abort(403, "cross_site")
        if request.endpoint in FORMS:
            request.max_content_length = security.LARGEST_FORM
        if request.endpoint not in access.PUBLIC and (refused := _stranger()):
            return refused
        if request.endpoint in access.UPLOADS:
            _check_right(actions)  # the token is looked for in the form too: files are read with it
            request.max_content_length = security.LARGEST_UPLOAD
            request.max_form_memory_size = security.LARGEST_FIELD
        if request.method not in security.SAFE_METHODS:
            csrf.protect()
        if request.endpoint not in access.PUBLIC:
            _check_right(actions)
        return None

    @server.after_request
    def hand_token(response: Response) -> Response:
        if request.endpoint in access.PAGES and response.status_code == 200 and g.get("role"):
            security.give_token(response, settings)
        return response


def _stranger() -> Response | None:
    """An answer for somebody who is not logged in; None for everybody else."""
    if not current_user.is_authenticated:
        if request.endpoint not in access.PAGES or request.method not in ("GET", "HEAD"):
            abort(401)
        return redirect(login_address(request.full_path.removesuffix("?")))  # type: ignore[return-value]
    g.role = str(actor().role)
    _keep_alive()
    return None


def _check_right(actions: Mapping[str, Action]) -> None:
    """Raise unless the one who asks may do what the request stands for."""
    if request.endpoint is None:
        return  # there is no such route: Flask says so
    if request.endpoint == access.CALLBACK:
        action = _of_callback(actions)
    else:
        action = access.ROUTES.get(request.endpoint)
    if action is None:
        abort(403)
    require(actor(), action)


def _of_callback(actions: Mapping[str, Action]) -> Action | None:
    body = request.get_json(silent=True)
    output = body.get("output") if isinstance(body, dict) else None
    if not isinstance(output, str):
        abort(400)
    return actions.get(output)


def login_address(wanted: str) -> str:
    """The log-in page that leads on to `wanted`, in the language of `wanted`."""
    query = {"next": wanted} if safe_next(wanted) not in ("/", "") else {}
    lang = language(wanted)
    if lang != LANGUAGES[0]:
        query["lang"] = lang
    return "/login" + (f"?{urlencode(query)}" if query else "")


def safe_next(wanted: str | None) -> str:
    """`wanted` if it is a path of ours, else the first page: nobody is led to another host by a link to ours."""
    if not wanted or len(wanted) > LONGEST or not _PATH.fullmatch(wanted):
        return "/"
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return "/"
    if parts.scheme or parts.netloc or parts.path.startswith(("/login", "/logout", "/setup", "/_")):
        return "/"
    return wanted
