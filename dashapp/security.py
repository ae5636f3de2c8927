"""What protects every answer and every request, whoever asks: headers, hosts, origins, forged forms, the key."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFProtect, generate_csrf
from werkzeug.middleware.proxy_fix import ProxyFix

from dashapp.refusals import ServeError
from dashapp.settings import Settings, is_loopback

A_YEAR = 365 * 24 * 3600
LARGEST_REQUEST = 1_000_000
"""Bytes of a request; a page sends a few thousand."""
LARGEST_UPLOAD = 50 * 1024 * 1024
"""Bytes of a request that carries files; each file has a limit of its own (`data.intake`)."""
LARGEST_FIELD = 4_000_000
"""Bytes of what such a request says beside its files: cells that were typed."""
LARGEST_FORM = 8_000
"""Bytes of a form of ours: names and passwords."""

TOKEN_COOKIE = "_csrf_token"  # noqa: S105  name of a cookie
TOKEN_HEADER = "X-CSRFToken"  # noqa: S105  name of a header
TOKEN_FIELD = "csrf_token"  # noqa: S105  name of a field

KEY_FILE = "secret_key"
KEY_BYTES = 32

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})

HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Permitted-Cross-Domain-Policies": "none",
    }
)
"""Sent with every answer. A referrer policy stricter than `same-origin` would take the origin from forms."""


def policy(script_hashes: list[str]) -> str:
    """The content policy: nothing is loaded from, sent to or framed by another host; only our own scripts run."""
    return "; ".join(
        (
            "default-src 'self'",
            " ".join(("script-src 'self'", *script_hashes)),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def settle(server: Flask, settings: Settings) -> CSRFProtect:
    """Keys, cookies, limits and proxies of a server; returns what checks the token of a request."""
    server.config.update(
        SECRET_KEY=settings.secret_key or secrets.token_hex(KEY_BYTES),
        SESSION_COOKIE_NAME="__Host-chitieu" if settings.secure else "chitieu",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        SESSION_REFRESH_EACH_REQUEST=False,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        WTF_CSRF_CHECK_DEFAULT=False,  # the guard calls it, in its own order
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session it belongs to
        WTF_CSRF_SSL_STRICT=False,  # `from_elsewhere` looks at the origin, which says more
        WTF_CSRF_FIELD_NAME=TOKEN_FIELD,
        WTF_CSRF_HEADERS=[TOKEN_HEADER],
        WTF_CSRF_METHODS=["POST", "PUT", "PATCH", "DELETE"],
    )
    if settings.proxies:
        server.wsgi_app = ProxyFix(server.wsgi_app, x_for=settings.proxies, x_proto=0)  # type: ignore[method-assign]
    return CSRFProtect(server)


def add_headers(server: Flask, settings: Settings, script_hashes: list[str], keep: frozenset[str]) -> None:
    """Send `HEADERS` and the content policy with every answer; only answers of the endpoints `keep` are kept."""
    content = policy(script_hashes)

    @server.after_request
    def protect(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = content
        response.headers.update(HEADERS)
        if settings.secure:
            response.headers["Strict-Transport-Security"] = f"max-age={A_YEAR}"
        if request.endpoint not in keep or response.status_code >= 400:
            response.headers["Cache-Control"] = "no-store"
        return response


def give_token(response: Response, settings: Settings) -> None:
    """Give the page the token of its session, which Dash sends back with each callback."""
    response.set_cookie(TOKEN_COOKIE, generate_csrf(), secure=settings.secure, httponly=False, samesite="Strict")


def drop_token(response: Response, settings: Settings) -> None:
    """Take the token away, at log-out."""
    response.delete_cookie(TOKEN_COOKIE, secure=settings.secure, samesite="Strict")


def is_known_host(settings: Settings) -> bool:
    """True if the request names a host that is ours; off loopback and without a public address any name may be."""
    name = _name(request.host)
    if not name:
        return False
    if settings.public_url:
        return name in LOOPBACK or request.host.lower() == urlsplit(settings.public_url).netloc
    return name in LOOPBACK or not is_loopback(settings.host)


def _name(host: str) -> str:
    """A host without its port."""
    return (host if host.endswith("]") else host.rpartition(":")[0] or host).lower()


def from_elsewhere(settings: Settings) -> bool:
    """True if a request that changes something comes from a page that is not ours, as far as the browser says."""
    if request.method in SAFE_METHODS:
        return False
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = request.headers.get("Origin")
    if origin is None:
        return False
    if settings.public_url and origin == settings.public_url:
        return False
    try:
        return urlsplit(origin).netloc.lower() != request.host.lower()
    except ValueError:  # such as http://[
        return True


def secret_key(settings: Settings) -> str:
    """The key that signs sessions: the one given, else that of the key file, which is made on first use.

    Raises
    ------
    ServeError
        ``key_open`` if others may read the file, ``key_damaged`` if it holds no key.
    OSError
        If the file cannot be read or made.
    """
    if settings.secret_key:
        return settings.secret_key
    path = settings.folder / KEY_FILE
    settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        with suppress(FileExistsError):  # another process was faster
            _make_key(path)
    return _read_key(path)


def _make_key(path: Path) -> None:
    """Write the key aside and link it into place: whoever comes second finds a whole one."""
    aside = path.with_name(f".{KEY_FILE}-{secrets.token_hex(8)}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(aside, path)
    finally:
        aside.unlink()


def _read_key(path: Path) -> str:
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(handle, encoding="ascii", errors="replace") as file:
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
            raise ServeError("key_open", path=str(path))
        key = file.read(4 * KEY_BYTES).strip()
    if len(key) != 2 * KEY_BYTES or not key.isalnum():
        raise ServeError("key_damaged", path=str(path))
    return key
