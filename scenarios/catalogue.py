"""The indicators a scenario may use: definitions as data, in `indicators.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType

from engine import Kind

_FILE = Path(__file__).parent / "indicators.toml"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One share with its official definition; every text in both languages (``{"vi": ..., "en": ...}``).

    Attributes
    ----------
    id : str
    kind : Kind
    name, short : mapping
        Official name; the few words that fit a table header.
    unit : mapping
        What is counted: services or dossiers.
    counted : mapping
        What the numerator counts, as it stands in a sentence after a number.
    numerator, denominator, definition : mapping
        What the two counts are, and what to watch.
    legal_basis : str
        The document that sets it.
    denominators : mapping
        Official readings of the denominator between which a scenario chooses -> the indicator whose numerator is
        then the denominator (empty: as counted in the figures). Empty where there is one reading only.
    carried_over : bool or None
        True if dossiers of the last period are part of the denominator; None: nobody has said.
    """

    id: str
    kind: Kind
    name: Mapping[str, str]
    short: Mapping[str, str]
    unit: Mapping[str, str]
    counted: Mapping[str, str]
    numerator: Mapping[str, str]
    denominator: Mapping[str, str]
    definition: Mapping[str, str]
    legal_basis: str
    denominators: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    carried_over: bool | None = None


@cache
def indicators() -> Mapping[str, Indicator]:
    """The catalogue: id -> Indicator, in the order in which people meet them."""
    with _FILE.open("rb") as opened:
        entries = tomllib.load(opened)
    return MappingProxyType({id: _indicator(id, entry) for id, entry in entries.items()})


def _indicator(id: str, entry: Mapping[str, object]) -> Indicator:
    values: dict[str, object] = {
        key: MappingProxyType(value) if isinstance(value, dict) else value for key, value in entry.items()
    }
    return Indicator(id=id, **{**values, "kind": Kind(str(entry["kind"]))})  # type: ignore[arg-type]
