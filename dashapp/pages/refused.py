"""Answers to what cannot be done: a page for a person, JSON for a script, in words of both languages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from dash.exceptions import CallbackException, DependencyException
from flask import Flask, g, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from dashapp import access
from dashapp.i18n import LANGUAGES, t
from dashapp.logs import say
from dashapp.pages import accounts
from dashapp.services.database import StoreError
from dashapp.services.refused import ForbiddenError
from dashapp.urlstate import language

READABLE = access.PAGES | frozenset({access.LOGIN, access.LOGOUT, access.SETUP})
"""Endpoints whose answers a person reads."""

_KINDS: Mapping[int, str] = MappingProxyType(
    {
        400: "bad_request",
        401: "login",
        403: "forbidden",
        404: "not_found",
        405: "method",
        413: "too_large",
        421: "host",
        429: "too_many",
        500: "broken",
        503: "unavailable",
    }
)
"""Status -> text of ``accounts.refused``."""
_CLOSER = frozenset({"cross_site", "setup_over"})
"""What a refusal may be called more closely than by its status."""
_PASSING = frozenset({"unavailable", "busy", "disk_full", "read_only"})
"""Codes of `StoreError` that may be over in a while."""
NUMBERED = frozenset({500, 503})


def register(server: Flask) -> None:
    """Answer every error of a server in the user's language; what broke inside is in the log, not in the answer."""

    @server.errorhandler(HTTPException)
    def http(error: HTTPException) -> Any:
        if error.code is None or error.code < 400:
            return error  # a redirect of the router's
        described = error.description or ""
        kind = described if described in _CLOSER else _KINDS.get(error.code, "bad_request")
        return _answer(error.code, kind)

    @server.errorhandler(CSRFError)
    def forged(error: CSRFError) -> Any:
        say("token_refused", code=type(error).__name__)
        return _answer(403, "csrf")

    @server.errorhandler(CallbackException)
    def posted_by_hand(error: CallbackException) -> Any:
        server.logger.warning("callback", exc_info=error)
        return _answer(400, "bad_request")

    @server.errorhandler(DependencyException)
    def no_such_script(_: DependencyException) -> Any:
        return _answer(404, "not_found")

    @server.errorhandler(ForbiddenError)
    def forbidden(error: ForbiddenError) -> Any:
        say("forbidden", code=error.details["action"], role=error.details["role"])
        return _answer(403, "forbidden")

    @server.errorhandler(StoreError)
    def store(error: StoreError) -> Any:
        server.logger.error("store", exc_info=error)
        return _answer(503, "unavailable") if error.code in _PASSING else _answer(500, "broken")


def _answer(status: int, kind: str) -> Any:
    number = g.get("request_number") if status in NUMBERED else None
    if request.endpoint in READABLE:
        shown = accounts.words(language(request.full_path))
        told = {"title": shown["say"](f"refused.{kind}.title"), "text": shown["say"](f"refused.{kind}.text")}
        return render_template("refused.html", **shown, **told, number=number), status
    said = {lang: t(f"accounts.refused.{kind}.text", lang) for lang in LANGUAGES}
    way = {lang: t("accounts.login.title", lang) for lang in LANGUAGES} if status == 401 else None
    return jsonify(error=kind, message=said, login=way, number=number), status


def assets(server: Flask, addresses: Mapping[str, str]) -> None:
    """Tell the templates where the files of the app are; `addresses`: name below ``assets/`` -> address."""
    sheets = tuple(address for name, address in sorted(addresses.items()) if name.endswith(".css"))
    server.jinja_env.globals.update(asset=addresses.__getitem__, sheets=sheets)
