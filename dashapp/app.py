"""The web application: a factory; nothing is shared between two applications that it makes."""

from __future__ import annotations

from pathlib import Path

from dash import Dash
from flask import Flask, Response, redirect, request

from dashapp import access, auth, health, logs, security, sending
from dashapp.callbacks import compare, routing, workbench
from dashapp.i18n import LANGUAGES, t
from dashapp.pages import accounts, refused, router, shell
from dashapp.services.database import Store
from dashapp.services.rights import Action
from dashapp.settings import Settings
from dashapp.urlstate import language

KEPT = frozenset({access.ASSETS, access.SUITES})
"""Endpoints whose answers a browser may keep."""
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


def create_app(store: Store, settings: Settings | None = None) -> Dash:
    """The application with its callbacks and routes; nothing is shared between two of them.

    Parameters
    ----------
    store : Store
        Where people, sessions and the work are kept; opened after the process was forked, closed by the caller.
    settings : Settings, optional
        Without a secret key in them, sessions end with the application.

    Returns
    -------
    Dash
        `app.server` is the WSGI application. Whatever `access` does not name is refused.

    Raises
    ------
    UnlistedError
        If a route or callback is missing in `access`.
    """
    settings = settings or Settings()
    server = Flask("dashapp", static_folder=None)
    csrf = security.settle(server, settings)
    sending.settle(server)
    logs.watch(server)
    actions: dict[str, Action] = {}
    auth.remember(server, store, settings)
    auth.keep_out(server, settings, csrf, actions)  # before anything else looks at a request
    app = _Pages(
        "dashapp",
        server=server,
        assets_ignore=r".*\.(txt|svg|woff2)$",
        serve_locally=True,
        suppress_callback_exceptions=True,
        title=t("web.brand", LANGUAGES[0]),
        update_title="",
        csrf_token_name=security.TOKEN_COOKIE,
        csrf_header_name=security.TOKEN_HEADER,
    )
    app.layout = shell.frame()
    for part in (routing, workbench, compare):
        part.register(app)
    _redirect_home(server)
    server.register_blueprint(health.routes(store))
    server.register_blueprint(accounts.routes(store, settings))
    refused.register(server)
    refused.assets(server, _addresses(app))
    security.add_headers(server, settings, app.csp_hashes(), KEPT)
    actions.update(access.actions_of(app))
    return app


def _addresses(app: Dash) -> dict[str, str]:
    """Where the style sheets and the icon are, as Dash itself writes it: with the time of their last change."""
    folder = Path(app.config.assets_folder)
    files = [*sorted(folder.glob("css/*.css")), folder / ICON]
    named = {path.relative_to(folder).as_posix(): int(path.stat().st_mtime) for path in files}
    return {name: f"{app.get_asset_url(name)}?m={changed}" for name, changed in named.items()}


def _redirect_home(server: Flask) -> None:
    @server.before_request
    def to_workbench() -> Response | None:
        if request.path == "/" and request.method == "GET":
            return redirect(router.home(language(request.full_path)))  # type: ignore[return-value]
        return None
