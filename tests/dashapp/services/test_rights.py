"""Every service tried as every role against a table written by hand; the products' own table must agree with it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from dashapp.services import (
    accounts,
    beginning,
    choices,
    downloads,
    drafts,
    effects,
    exports,
    importing,
    letterheads,
    logbook,
    operations,
    overrides,
    provision,
    reproduction,
    saved_scenarios,
    states,
    stored_runs,
    tables,
    templates,
    verifying,
)
from dashapp.services.refused import ForbiddenError
from dashapp.services.rights import RIGHTS, Action, Actor, Role, action_of, may
from data.store import Store, StoreError
from tests.dashapp.services import world
from tests.dashapp.services.conftest import Begun
from tests.dashapp.services.world import HOA, LAN, ROOT, THU, VY

MODULES = (
    accounts,
    beginning,
    choices,
    downloads,
    drafts,
    effects,
    exports,
    importing,
    letterheads,
    logbook,
    operations,
    overrides,
    provision,
    reproduction,
    saved_scenarios,
    states,
    stored_runs,
    tables,
    templates,
    verifying,
)
EVERYONE, STAFF, TRYING, LEADER, ADMIN = "vsla", "s", "sl", "l", "a"
MAY = {
    "accounts.add_user": ADMIN,
    "accounts.change_own_password": EVERYONE,
    "accounts.change_role": ADMIN,
    "accounts.disable_user": ADMIN,
    "accounts.enable_user": ADMIN,
    "accounts.end_sessions": ADMIN,
    "accounts.log_out_everywhere": EVERYONE,
    "accounts.set_password": ADMIN,
    "accounts.users": ADMIN,
    "beginning.begin_campaign": ADMIN,
    "choices.choose": TRYING,
    "choices.current": EVERYONE,
    "choices.history": EVERYONE,
    "downloads.of_comparison": EVERYONE,
    "downloads.of_scenario": EVERYONE,
    "downloads.of_table": EVERYONE,
    "drafts.drop": TRYING,
    "drafts.dropped": EVERYONE,
    "drafts.keep": TRYING,
    "drafts.mine": EVERYONE,
    "drafts.of": EVERYONE,
    "effects.preview_edits": TRYING,
    "effects.preview_override": TRYING,
    "exports.difference_of": EVERYONE,
    "exports.of_scenario": EVERYONE,
    "exports.of_table": EVERYONE,
    "exports.previous": EVERYONE,
    "importing.accept": STAFF,
    "importing.changes_between": EVERYONE,
    "importing.check": STAFF,
    "importing.figures_of": EVERYONE,
    "importing.form": EVERYONE,
    "importing.history_form": EVERYONE,
    "importing.history": EVERYONE,
    "importing.shelf": EVERYONE,
    "importing.versions": EVERYONE,
    "letterheads.change": ADMIN,
    "letterheads.of": EVERYONE,
    "logbook.every": "sla",
    "logbook.look": "sla",
    "logbook.writers": "sla",
    "operations.backup": ADMIN,
    "operations.hand_backup": ADMIN,
    "operations.handed": ADMIN,
    "operations.holdings": ADMIN,
    "operations.read_log": "sla",
    "operations.restore": ADMIN,
    "operations.verify_log": ADMIN,
    "operations.verify_on": ADMIN,
    "overrides.confirm_override": STAFF,
    "overrides.save_edits": STAFF,
    "overrides.save_override": STAFF,
    "overrides.stale_overrides": EVERYONE,
    "overrides.withdraw_override": STAFF,
    "provision.add_agencies": ADMIN,
    "provision.add_campaign": ADMIN,
    "provision.agencies": EVERYONE,
    "provision.campaigns": EVERYONE,
    "provision.change_agency": ADMIN,
    "provision.change_campaign": ADMIN,
    "provision.change_indicator": ADMIN,
    "provision.definitions": EVERYONE,
    "provision.indicators": EVERYONE,
    "provision.on_request": ADMIN,
    "provision.shipped_campaigns": ADMIN,
    "provision.succeed": ADMIN,
    "provision.successions": EVERYONE,
    "reproduction.show": EVERYONE,
    "reproduction.wanted": EVERYONE,
    "saved_scenarios.at": EVERYONE,
    "saved_scenarios.changes": EVERYONE,
    "saved_scenarios.change": TRYING,
    "saved_scenarios.copy": TRYING,
    "saved_scenarios.create": TRYING,
    "saved_scenarios.history": EVERYONE,
    "saved_scenarios.saved": EVERYONE,
    "saved_scenarios.share": TRYING,
    "states.approve": LEADER,
    "states.correct": STAFF,
    "states.issue": LEADER,
    "states.obstacles": EVERYONE,
    "states.return_with_comment": LEADER,
    "states.submit": STAFF,
    "states.withdraw": STAFF,
    "stored_runs.compare_saved": EVERYONE,
    "stored_runs.run_stored": TRYING,
    "stored_runs.runs": EVERYONE,
    "tables.difference": EVERYONE,
    "tables.listed": EVERYONE,
    "tables.rerun": STAFF,
    "tables.start_draft": STAFF,
    "tables.table": EVERYONE,
    "tables.tables": EVERYONE,
    "templates.change": ADMIN,
    "templates.in_use": EVERYONE,
    "templates.reset": ADMIN,
    "verifying.verify": EVERYONE,
}
BEFORE_LOGIN = {
    "account",
    "authenticate",
    "create_first_admin",
    "ensure_campaigns",
    "has_admin",
    "make_setup_token",
    "setup_open",
}
"""What works on the store for somebody who is nobody yet, or for the product itself."""


def _functions(module: ModuleType) -> dict[str, Callable[..., Any]]:
    own = inspect.getmembers(module, inspect.isfunction)
    name = module.__name__
    return {key: one for key, one in own if one.__module__ == name and not key.startswith("_")}


def _on_store(function: Callable[..., Any]) -> bool:
    first = next(iter(inspect.signature(function).parameters), "")
    return first in ("store", "url")


SERVICES = {
    f"{module.__name__.rpartition('.')[2]}.{name}": one
    for module in MODULES
    for name, one in _functions(module).items()
    if _on_store(one) and name not in BEFORE_LOGIN
}


def test_every_service_is_in_the_table():
    assert set(SERVICES) == set(MAY)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("name", sorted(MAY))
def test_every_service_as_every_role(name: str, role: Role):
    """Without arguments: who may gets as far as being told that they are missing, who may not is stopped before."""
    service, actor = SERVICES[name], Actor("ai", "Ai đó", role)
    allowed = str(role)[0] in MAY[name]
    assert may(role, action_of(service)) == allowed
    if not allowed:
        with pytest.raises(ForbiddenError) as refused:
            service(None, actor)
        assert refused.value.details == {"action": str(action_of(service)), "role": str(role)}
    else:
        with pytest.raises((TypeError, AttributeError)):  # an argument, or the store, is missing
            service(None, actor)


def test_every_action_has_its_roles_and_is_asked_for():
    assert set(RIGHTS) == set(Action)
    assert all(RIGHTS.values())
    assert {action_of(one) for one in SERVICES.values()} == set(Action)


def test_nobody_has_all_of_the_road():
    """Whoever fills in a table cannot approve it, and the administrator can do neither."""
    assert not RIGHTS[Action.SUBMIT] & RIGHTS[Action.APPROVE]
    for action in (Action.FINALISE, Action.SUBMIT, Action.APPROVE, Action.ISSUE):
        assert Role.ADMIN not in RIGHTS[action]
        assert Role.VIEWER not in RIGHTS[action]


def test_the_refused_leave_no_trace(store: Store, begun: Begun):
    before = operations.verify_log(store, ROOT)
    for call in (
        lambda: importing.check(store, VY, THU, world.counts(), "x.csv"),
        lambda: states.approve(store, LAN, begun.draft, version=2),
        lambda: states.submit(store, ROOT, begun.draft, version=2),
        lambda: tables.rerun(store, VY, begun.draft, version=2),
    ):
        with pytest.raises(ForbiddenError):
            call()
    assert operations.verify_log(store, ROOT) == before
    assert tables.table(store, VY, begun.draft).record.state == "draft"


def test_anothers_own_scenario_is_not_there(store: Store):
    own = saved_scenarios.create(store, LAN, THU, world.scenario(), name={"vi": "Riêng"})
    figures = world.take_in(store).id
    for who in (HOA, VY, ROOT):
        assert own.record not in saved_scenarios.saved(store, who, THU)
        with pytest.raises(StoreError, match="not_found"):
            saved_scenarios.at(store, who, own.record.id)
        with pytest.raises(StoreError, match="not_found"):
            saved_scenarios.history(store, who, own.record.id)
        with pytest.raises(StoreError, match="not_found"):
            stored_runs.compare_saved(store, who, figures_version=figures, scenario_versions=(own.version.id,))
    for change in (
        lambda: saved_scenarios.copy(store, HOA, own.record.id, name={"vi": "Bản sao"}),
        lambda: saved_scenarios.change(store, HOA, own.record.id, world.scenario(), based_on=1),
        lambda: saved_scenarios.share(store, HOA, own.record.id),
        lambda: stored_runs.run_stored(store, HOA, figures_version=figures, scenario_version=own.version.id),
    ):
        with pytest.raises(StoreError, match="not_found"):
            change()
    stored_runs.run_stored(store, LAN, figures_version=figures, scenario_version=own.version.id)
    assert len(stored_runs.runs(store, LAN, THU)) == 1
    assert stored_runs.runs(store, HOA, THU) == ()
