"""The web application: a factory, and everything that is sent with every answer."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dash import Dash
from flask import Flask, Response, redirect, request
from flask_compress import Compress

from dashapp.callbacks import compare, routing, workbench
from dashapp.i18n import LANGUAGES, t
from dashapp.pages import router, shell
from dashapp.urlstate import language

HEALTH = "healthz"
A_YEAR = 365 * 24 * 3600
"""Assets carry a fingerprint in their address, so a browser may keep them."""
LARGEST_REQUEST = 1_000_000
"""Bytes of a request; the page sends a few thousand."""

ICON = "favicon.svg"

_INDEX = """<!DOCTYPE html>
<html lang="{lang}">
    <head>
        {metas}
        <title>{title}</title>
        <link rel="icon" type="image/svg+xml" href="{icon}">
        {css}
    </head>
    <body>
        <div id="react-entry-point"><div class="_dash-loading">{opening}</div></div>
        <noscript>{noscript}</noscript>
        <footer>{config}{scripts}{renderer}</footer>
    </body>
</html>
"""

_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
)


class _Pages(Dash):
    """Dash whose first answer is already in the language of its address."""

    def interpolate_index(
        self,
        metas: str = "",
        title: str = "",  # noqa: ARG002 (the index has its own)
        css: str = "",
        config: str = "",
        scripts: str = "",
        app_entry: str = "",  # noqa: ARG002 (the index has its own)
        favicon: str = "",  # noqa: ARG002 (the index has its own)
        renderer: str = "",
    ) -> str:
        lang = language(request.full_path)
        return _INDEX.format(
            lang=lang,
            metas=metas,
            title=t("web.brand", lang),
            icon=self.get_asset_url(ICON),
            css=css,
            opening=t("web.opening", lang),
            noscript=t("web.noscript", lang),
            config=config,
            scripts=scripts,
            renderer=renderer,
        )


def create_app() -> Dash:
    """The application with its callbacks and routes; nothing is shared between two of them.

    Returns
    -------
    Dash
        `app.server` is the WSGI application; ``/healthz`` answers 200 while it is alive.
    """
    server = Flask("dashapp")
    server.config["SEND_FILE_MAX_AGE_DEFAULT"] = A_YEAR
    server.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    server.config["COMPRESS_MIN_SIZE"] = 1024
    Compress(server)
    app = _Pages(
        "dashapp",
        server=server,  # type: ignore[arg-type]
        assets_ignore=r".*\.(txt|svg|woff2)$",
        serve_locally=True,
        suppress_callback_exceptions=True,
        title=t("web.brand", LANGUAGES[0]),
        update_title="",
        health_endpoint=HEALTH,
    )
    app.layout = shell.frame()
    for part in (routing, workbench, compare):
        part.register(app)
    _redirect_home(server)
    _add_headers(app, server)
    return app


def _redirect_home(server: Flask) -> None:
    @server.before_request
    def to_workbench() -> Response | None:
        if request.path == "/" and request.method == "GET":
            return redirect(router.home(language(request.full_path)))  # type: ignore[return-value]
        return None


def _add_headers(app: Dash, server: Flask) -> None:
    """Nothing is loaded from, sent to or framed by another host."""
    hashes = " ".join(app.csp_hashes())
    policy = "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' {hashes}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )

    @server.after_request
    def protect(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response
