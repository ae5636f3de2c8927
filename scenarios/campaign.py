"""The shipped campaigns: which figures, which scenarios, and what must be said about them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any

from scenarios.catalogue import Indicator, indicators
from scenarios.check import nearest
from scenarios.errors import ScenarioError, ScenarioErrors
from scenarios.layer import frozen
from scenarios.load import SHIPPED


@dataclass(frozen=True, eq=False)
class Campaign:
    """One round of targets of one province. Texts are ``{"vi": ..., "en": ...}``.

    Attributes
    ----------
    id : str
        Folder of its scenarios and name of its figures.
    name, source, note : mapping
        What it is called; where its figures come from; what a reader must know about them.
    illustrative : bool
        True if the figures are composed for demonstration: every screen and export says so.
    as_of : date
        Date of the figures.
    base : str
        Scenario id that the presets extend.
    presets : tuple of str
        Scenario ids in the order shown, the base first.
    catalogue : mapping
        Level -> number of services of its catalogue; empty where none is checked.
    parent_rows : mapping
        Indicator id -> what the row of an agency with children holds: ``children`` (their sum),
        ``own_and_children`` (their sum and its own desk) or ``own`` (its own desk only).
    indicators : mapping
        Its indicators from the catalogue, in the order shown.
    on_request : bool
        True if it is put into a database only when it is asked for: large, or for trying out.
    decision : mapping
        What stands in each of its Decisions, whatever the table: issuing body, place, who signs, who receives it.
    measures : str
        Id of the scenario whose measures its other scenarios may take up; empty: those of the general catalogue.
    """

    id: str
    name: Mapping[str, str]
    illustrative: bool
    source: Mapping[str, str]
    note: Mapping[str, str]
    as_of: date
    base: str
    presets: tuple[str, ...]
    catalogue: Mapping[str, int]
    parent_rows: Mapping[str, str]
    indicators: Mapping[str, Indicator]
    on_request: bool
    decision: Mapping[str, Any] = field(default_factory=dict)
    measures: str = ""


@cache
def campaigns() -> tuple[Campaign, ...]:
    """All shipped campaigns, sorted by id."""
    return tuple(_read(file.parent.name) for file in sorted(SHIPPED.glob("*/campaign.toml")))


def campaign(id: str) -> Campaign:
    """A shipped campaign.

    Raises
    ------
    ScenarioErrors
        ``unknown_campaign`` with the nearest id.
    """
    for one in campaigns():
        if one.id == id:
            return one
    known = tuple(one.id for one in campaigns())
    raise ScenarioErrors(
        [ScenarioError("unknown_campaign", None, None, "", found=id, nearest=nearest(id, known), known=known)]
    )


def _read(folder: str) -> Campaign:
    with (SHIPPED / folder / "campaign.toml").open("rb") as opened:
        entry = tomllib.load(opened)
    catalogue = indicators()
    return Campaign(
        id=folder,
        name=frozen(entry["name"]),
        illustrative=entry["illustrative"],
        source=frozen(entry["source"]),
        note=frozen(entry["note"]),
        as_of=entry["as_of"],
        base=f"{folder}/{entry['base']}",
        presets=tuple(f"{folder}/{one}" for one in entry["presets"]),
        catalogue=frozen(entry.get("catalogue", {})),
        parent_rows=frozen(entry.get("parent_rows", {})),
        indicators=MappingProxyType({id: catalogue[id] for id in entry["indicators"]}),
        on_request=entry.get("on_request", False),
        decision=frozen(entry.get("decision", {})),
        measures=f"{folder}/{entry['measures']}" if "measures" in entry else "",
    )
