"""Who may ask for what: one table of routes, one of callbacks. What is in neither is refused to everybody.

Rights themselves are written down in `services.RIGHTS`; here each way in is given the action it stands for.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from types import MappingProxyType

from dash import Dash

from dashapp.services.rights import Action

LOGIN = "accounts.login"
LOGOUT = "accounts.logout"
SETUP = "accounts.setup"
PASSWORD = "accounts.password"  # noqa: S105  name of a route
LOG_FILE = "log.table"
BACKUP_FILE = "admin.backup"
FIGURES_FORM = "figures.form"
FIGURES_CHECK = "figures.check"
FIGURES_ACCEPT = "figures.accept"
LEARN_TABLE = "learning.table"
LEARN_FILE = "learning.file"
LEARN_KEEP = "learning.keep"
TABLE_FILE = "downloads.table"
SCENARIO_FILE = "downloads.scenario"
COMPARISON_FILE = "downloads.comparison"
SWEEP_FILE = "sweeps.rows"
TEMPLATE_FILE = "template.file"
TEMPLATE_TAKE = "template.take"
HEALTHY = "health.alive"
READY = "health.ready"
ASSETS = "_dash_assets.static"
STYLE = "delivery.style"
SCRIPT = "delivery.script"
SUITES = "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>"
CALLBACK = "/_dash-update-component"

PUBLIC = frozenset({LOGIN, SETUP, HEALTHY, READY, ASSETS, STYLE, SCRIPT})
"""Endpoints that anybody reaches; everything else needs a session."""

PAGES = frozenset({"/", "/<path:path>", PASSWORD})
"""Endpoints that a person opens: without a session they lead to the log-in page, all others answer 401."""

ROUTES: Mapping[str, Action] = MappingProxyType(
    {
        "/": Action.READ,
        "/<path:path>": Action.READ,
        "/_dash-layout": Action.READ,
        "/_dash-dependencies": Action.READ,
        SUITES: Action.READ,
        "/_reload-hash": Action.READ,
        "/_favicon.ico": Action.READ,
        LOGOUT: Action.OWN_ACCOUNT,
        PASSWORD: Action.OWN_ACCOUNT,
        LOG_FILE: Action.READ_LOG,
        BACKUP_FILE: Action.BACK_UP,
        FIGURES_FORM: Action.READ,
        FIGURES_CHECK: Action.IMPORT_FIGURES,
        FIGURES_ACCEPT: Action.IMPORT_FIGURES,
        LEARN_TABLE: Action.READ,
        LEARN_FILE: Action.EDIT_SCENARIOS,
        LEARN_KEEP: Action.EDIT_SCENARIOS,
        TABLE_FILE: Action.READ,
        SCENARIO_FILE: Action.READ,
        COMPARISON_FILE: Action.READ,
        SWEEP_FILE: Action.READ,
        TEMPLATE_FILE: Action.MANAGE_CAMPAIGNS,
        TEMPLATE_TAKE: Action.MANAGE_CAMPAIGNS,
    }
)
"""Endpoint -> action it stands for. `CALLBACK` is not here: each callback has its own."""

UPLOADS = frozenset({FIGURES_CHECK, FIGURES_ACCEPT, TEMPLATE_TAKE, LEARN_FILE, LEARN_KEEP})
"""Endpoints that take files: nothing of the request is read before the right to what they stand for is checked."""

CALLBACKS: Mapping[str, Action] = MappingProxyType(
    {
        "routing.routed": Action.READ,
        "workbench.move": Action.READ,
        "workbench.chanced": Action.READ,
        "workbench.weighed": Action.READ,
        "workbench.explained": Action.READ,
        "workbench.stretch": Action.READ,
        "compare.compared": Action.READ,
        "compare.asked": Action.CHOOSE,
        "compare.decided": Action.CHOOSE,
        "keeping.autosaved": Action.EDIT_SCENARIOS,
        "keeping.settled": Action.EDIT_SCENARIOS,
        "keeping.saved_as": Action.EDIT_SCENARIOS,
        "keeping.shared": Action.EDIT_SCENARIOS,
        "keeping.listed": Action.READ,
        "log.verified": Action.VERIFY_LOG,
        "monitor.replanned": Action.EDIT_SCENARIOS,
        "ahead_sweep.done": Action.EDIT_SCENARIOS,
        "ahead_sweep.watched": Action.READ,
        "admin.asked": Action.MANAGE_USERS,
        "admin.done": Action.MANAGE_USERS,
        "figures.told": Action.READ,
        "finalize.shown": Action.READ,
        "finalize.kept": Action.FINALISE,
        "finalize.submitted": Action.SUBMIT,
        "finalize.decided": Action.APPROVE,
    }
)
"""``<module>.<function>`` in `dashapp.callbacks` -> action it stands for."""


class UnlistedError(LookupError):
    """A route or callback that no table names: the application does not start with it."""


def callbacks_of(app: Dash) -> dict[str, str]:
    """Output of every callback that the server answers (as a browser posts it) -> its name in `CALLBACKS`."""
    found = {}
    for output, entry in app.callback_map.items():
        if function := entry.get("callback"):
            plain = inspect.unwrap(function)
            found[output] = f"{plain.__module__.rpartition('.')[2]}.{plain.__name__}"
    return found


def actions_of(app: Dash) -> Mapping[str, Action]:
    """Output of every callback that the server answers -> the action it stands for.

    Raises
    ------
    UnlistedError
        If a callback or an endpoint of `app` is in no table, or a table names what is not there.
    """
    names = callbacks_of(app)
    endpoints = {rule.endpoint for rule in app.server.url_map.iter_rules()}
    strangers = (set(names.values()) ^ set(CALLBACKS)) | (endpoints ^ (PUBLIC | set(ROUTES) | {CALLBACK}))
    if strangers:
        raise UnlistedError(", ".join(sorted(strangers)))
    return MappingProxyType({output: CALLBACKS[name] for output, name in names.items()})
