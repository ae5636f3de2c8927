"""The web application: a factory; nothing is shared between two applications that it makes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from dash import Dash
from flask import Flask, request

from dashapp import access, auth, delivery, health, logs, security, sending
from dashapp.callbacks import (
    admin,
    ahead_learn,
    ahead_sweep,
    compare,
    figures,
    finalize,
    keeping,
    log,
    monitor,
    routing,
    workbench,
)
from dashapp.i18n import LANGUAGES, t
from dashapp.pages import accounts, admin_decision, downloads, figures_files, refused
from dashapp.pages import admin as admin_page
from dashapp.pages import ahead_learn as learn_page
from dashapp.pages import ahead_sweep as sweeps
from dashapp.pages import log as log_page
from dashapp.services.database import Store
from dashapp.services.rights import Action
from dashapp.services.sweep_files import Place
from dashapp.settings import Settings
from dashapp.urlstate import language

KEPT = frozenset({access.ASSETS, access.SUITES, access.STYLE, access.SCRIPT})
"""Endpoints whose answers a browser may keep."""


class _Pages(Dash):
    """Dash whose first answer is our own, and whose callbacks answer in JSON."""

    def __init__(self, server: Flask) -> None:
        super().__init__(
            "dashapp",
            server=server,
            assets_ignore=".*",  # `delivery` says what of them is loaded
            serve_locally=True,
            suppress_callback_exceptions=True,
            title=t("web.brand", LANGUAGES[0]),
            update_title="",
            csrf_token_name=security.TOKEN_COOKIE,
            csrf_header_name=security.TOKEN_HEADER,
        )
        self.files = delivery.collect(Path(self.config.assets_folder), self.get_asset_url)
        self.config.external_stylesheets = [self.files.addresses[delivery.STYLE]]
        self.config.external_scripts = [self.files.addresses[delivery.SCRIPT]]
        for namespace, file in delivery.CHUNKS:
            self.scripts.append_script({"namespace": namespace, "relative_package_path": file})

    def callback(self, *parts: Any, **named: Any) -> Any:
        """As Dash's; what the function gives back is written at once (`sending.written`)."""
        register = super().callback(*parts, **named)

        def decorated(function: Callable[..., Any]) -> Callable[..., Any]:
            @wraps(function)
            def answered(*args: Any, **more: Any) -> Any:
                said = function(*args, **more)
                if isinstance(said, dict):
                    return {name: sending.written(value) for name, value in said.items()}
                return tuple(map(sending.written, said)) if isinstance(said, tuple) else sending.written(said)

            return register(answered)

        return decorated

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
        address = request.full_path.removesuffix("?")
        parts = {"metas": metas, "css": css, "config": config, "scripts": scripts, "renderer": renderer}
        return delivery.index(self.files, address, language(address), **parts)


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
    app = _Pages(server)
    delivery.serve(server, app.files, app.get_asset_url("").rstrip("/"))
    app.layout = lambda: routing.laid_out(store)
    for part in (routing, workbench, compare, keeping, admin, log, figures, finalize, monitor, ahead_sweep):
        part.register(app, store)
    ahead_learn.register(app)
    server.register_blueprint(health.routes(store))
    server.register_blueprint(accounts.routes(store, settings))
    server.register_blueprint(log_page.routes(store))
    server.register_blueprint(admin_page.routes(store))
    server.register_blueprint(figures_files.routes(store))
    server.register_blueprint(learn_page.routes(store))
    server.register_blueprint(downloads.routes(store))
    server.register_blueprint(sweeps.routes(store))
    sweeps.settle(server, Place(settings.folder, store.url.render_as_string(hide_password=False), settings.scheduler))
    server.register_blueprint(admin_decision.routes(store))
    refused.register(server)
    refused.assets(server, app.files.addresses)
    security.add_headers(server, settings, app.csp_hashes(), KEPT)
    actions.update(access.actions_of(app))
    return app
