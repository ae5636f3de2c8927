"""A campaign of the store as the screens read it: as it was shipped, with what was changed in the store since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

import scenarios
from data.store import Work, records

CHANGED = "indicator.change"
"""What the log calls a changed definition."""
KEPT_ASIDE = ("numerator", "denominator")
"""Texts of an indicator that its record holds among its settings."""
CHOSEN = ("carried_over",)
"""What is chosen for an indicator and held among its settings too: a value of the catalogue's, no text."""
DEFINITION = ("definition", "unit", "legal_basis", *KEPT_ASIDE, *CHOSEN)
"""What can be changed of an indicator: name, kind and id are the catalogue's, on which figures and scenarios rest."""
_STRETCH = 500


def campaign_in(work: Work, id: str, at: datetime | None = None) -> scenarios.Campaign:
    """A campaign with the definitions of its indicators as they are, or as they were at a time.

    Raises
    ------
    StoreError
        ``not_found``.
    """
    return described(work.campaigns.get(id), defined(work, id, at))


def described(record: records.Campaign, defined: Mapping[str, Mapping[str, Any]]) -> scenarios.Campaign:
    """The campaign of a record; one that did not come with the product is described by its record alone.

    Parameters
    ----------
    defined : mapping of indicator id to its definition
        As `defined` gives it; an indicator that is not there is defined as in the catalogue.
    """
    shipped = next((one for one in scenarios.campaigns() if one.id == record.id), None)
    every = scenarios.indicators()
    own = list(shipped.indicators) if shipped else record.settings.get("indicators", list(every))
    texts: dict[str, Any] = {
        "name": _both(record.name),
        "source": _both(record.source),
        "note": _both(record.note),
        "as_of": record.as_of,
        "illustrative": record.illustrative,
        "indicators": MappingProxyType({id: replace(every[id], **defined.get(id, {})) for id in own if id in every}),
    }
    if shipped is not None:
        return replace(shipped, **texts)
    return scenarios.Campaign(
        id=record.id,
        base=record.base_scenario,
        presets=tuple(f"{record.id}/{slug}" for slug in record.settings.get("presets", ())),
        catalogue=MappingProxyType(dict(record.catalogue)),
        parent_rows=MappingProxyType(dict(record.parent_rows)),
        on_request=False,
        **texts,
    )


def defined(work: Work, campaign: str, at: datetime | None = None) -> Mapping[str, Mapping[str, Any]]:
    """Indicator id -> its definition in a campaign: what `DEFINITION` names.

    The log holds every change with what was there before, so what held at a time is what the first change after it
    replaced.
    """
    records = work.indicators.list(campaign)
    found = {one.id: definition_of(one) for one in records}
    if at is not None and any(one.changed_at is not None and one.changed_at >= at for one in records):
        for id, before in _replaced_since(work, campaign, at).items():
            found[id] = {**found.get(id, {}), **before}
    return found


def definition_of(one: records.Indicator) -> dict[str, Any]:
    """What `DEFINITION` names of a record; what it does not hold is left out."""
    found: dict[str, Any] = {
        "unit": _both(one.unit),
        "definition": _both(one.definition),
        "legal_basis": one.legal_basis,
    }
    found |= {name: _both(one.settings[name]) for name in KEPT_ASIDE if name in one.settings}
    return found | {name: one.settings[name] for name in CHOSEN if name in one.settings}


def _replaced_since(work: Work, campaign: str, at: datetime) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    beginning, after = f"indicator/{campaign}/", 0
    while entries := work.log.entries(after=after, since=at, limit=_STRETCH, action=CHANGED, subject_prefix=beginning):
        for entry in entries:
            first = found.setdefault(entry.subject.removeprefix(beginning), {})
            for name, text in (entry.before or {}).items():
                first.setdefault(name, _both(text) if isinstance(text, Mapping) else text)
        after = entries[-1].seq
    return found


def _both(texts: Mapping[str, str]) -> Mapping[str, str]:
    """A text in both languages; what was not written is empty."""
    return MappingProxyType({lang: texts.get(lang, "") for lang in ("vi", "en")})


def all_described(work: Work, several: Iterable[records.Campaign]) -> tuple[scenarios.Campaign, ...]:
    """Several campaigns in their order, as they are."""
    return tuple(described(one, defined(work, one.id)) for one in several)
