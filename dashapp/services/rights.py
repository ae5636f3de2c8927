"""Who may do what: written down once, asked before anything else by every service that takes an actor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from types import MappingProxyType
from typing import Any, Concatenate, ParamSpec, TypeVar

from dashapp.services.refused import ForbiddenError


class Role(StrEnum):
    """What a person is to the product."""

    VIEWER = "viewer"
    STAFF = "staff"
    LEADER = "leader"
    ADMIN = "admin"


class Action(StrEnum):
    """What may be allowed or not. A new service names one of these or brings a new one."""

    READ = "read"
    OWN_ACCOUNT = "own_account"
    READ_LOG = "read_log"
    IMPORT_FIGURES = "import_figures"
    EDIT_SCENARIOS = "edit_scenarios"
    RUN = "run"
    CHOOSE = "choose"
    FINALISE = "finalise"
    SUBMIT = "submit"
    RETURN = "return"
    APPROVE = "approve"
    ISSUE = "issue"
    MANAGE_USERS = "manage_users"
    MANAGE_CAMPAIGNS = "manage_campaigns"
    BACK_UP = "back_up"
    VERIFY_LOG = "verify_log"


_EVERYONE = frozenset(Role)
_STAFF = frozenset({Role.STAFF})
_LEADER = frozenset({Role.LEADER})
_TRYING = frozenset({Role.STAFF, Role.LEADER})
_ADMIN = frozenset({Role.ADMIN})

RIGHTS: Mapping[Action, frozenset[Role]] = MappingProxyType(
    {
        Action.READ: _EVERYONE,
        Action.OWN_ACCOUNT: _EVERYONE,
        Action.READ_LOG: frozenset({Role.STAFF, Role.LEADER, Role.ADMIN}),
        Action.IMPORT_FIGURES: _STAFF,
        Action.EDIT_SCENARIOS: _TRYING,
        Action.RUN: _TRYING,
        Action.CHOOSE: _TRYING,
        Action.FINALISE: _STAFF,
        Action.SUBMIT: _STAFF,
        Action.RETURN: _LEADER,
        Action.APPROVE: _LEADER,
        Action.ISSUE: _LEADER,
        Action.MANAGE_USERS: _ADMIN,
        Action.MANAGE_CAMPAIGNS: _ADMIN,
        Action.BACK_UP: _ADMIN,
        Action.VERIFY_LOG: _ADMIN,
    }
)
"""The table of rights. Who submitted a table cannot approve it, whatever the role (`states.approve`)."""


@dataclass(frozen=True)
class Actor:
    """Who asks: the user's name as it goes into the records, the name people read, the role."""

    name: str
    display_name: str
    role: Role


def may(role: Role, action: Action) -> bool:
    """Whether a role has a right."""
    return role in RIGHTS[action]


def require(actor: Actor, action: Action) -> None:
    """Refuse what the actor's role may not do.

    Raises
    ------
    ForbiddenError
    """
    if not may(actor.role, action):
        raise ForbiddenError(action, actor.role)


Place = TypeVar("Place")
"""What a service works on: a `Store`, or the address of one."""
Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")
Service = Callable[Concatenate[Place, Actor, Asked], Answer]


def needs(action: Action) -> Callable[[Service[Place, Asked, Answer]], Service[Place, Asked, Answer]]:
    """Guard a service ``f(store, actor, ...)``: without the right to `action` nothing of it runs."""

    def guard(service: Service[Place, Asked, Answer]) -> Service[Place, Asked, Answer]:
        @wraps(service)
        def guarded(store: Place, actor: Actor, /, *args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
            require(actor, action)
            return service(store, actor, *args, **kwargs)

        guarded.__dict__["action"] = action
        return guarded

    return guard


def action_of(service: Callable[..., Any]) -> Action:
    """The right that a guarded service asks for; KeyError if it has no guard."""
    action: Action = service.__dict__["action"]
    return action
