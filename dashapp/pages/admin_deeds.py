"""One thing that can be changed in the administration: how it is asked for, how it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dash.development.base_component import Component

from dashapp.services.database import Store
from dashapp.services.rights import Actor


@dataclass(frozen=True)
class Said:
    """What was filled in: the deed, what it is about, the version of it that was seen, the fields as typed, and
    what the list on the page was narrowed to.
    """

    what: str
    of: str
    campaign: str
    version: int | None
    fields: Mapping[str, str]
    lang: str
    looked_for: str = ""

    def typed(self, name: str) -> str:
        """A field without the spaces around it."""
        return self.fields.get(name, "").strip()


class UntypedError(ValueError):
    """Something is filled in as it cannot be; the sentence says it."""


@dataclass(frozen=True)
class Deed:
    """One thing that can be changed.

    Attributes
    ----------
    section : str
        Where it stands.
    ask : callable (store, actor, of, campaign, lang) -> Component
        What stands in the dialog.
    do : callable (store, actor, Said) -> str
        Does it and says so.
    now : callable (record, lang) -> pairs of name and value
        What stands there by now, where somebody was faster.
    """

    section: str
    ask: Callable[[Store, Actor, str, str, str], Component]
    do: Callable[[Store, Actor, Said], str]
    now: Callable[[Any, str], list[tuple[str, str]]] = lambda _record, _lang: []
