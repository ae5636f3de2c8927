"""The web application: a factory; nothing is shared between two applications that it makes."""

from __future__ import annotations

from dash import Dash
from flask import Flask, Response, redirect, request

from dashapp import sending
from dashapp.callbacks import compare, routing, workbench
from dashapp.i18n import LANGUAGES, t
from dashapp.pages import router, shell
from dashapp.urlstate import language

HEALTH = "healthz"
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
    sending.settle(server)
    app = _Pages(
        "dashapp",
        server=server,
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
    sending.protect(server, app.csp_hashes())
    return app


def _redirect_home(server: Flask) -> None:
    @server.before_request
    def to_workbench() -> Response | None:
        if request.path == "/" and request.method == "GET":
            return redirect(router.home(language(request.full_path)))  # type: ignore[return-value]
        return None
