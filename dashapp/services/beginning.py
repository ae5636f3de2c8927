"""A new campaign from an earlier one: its agencies, its indicators and its base scenario, moved to other dates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import scenarios
from dashapp.services import letterheads
from dashapp.services.refused import RefusedError
from dashapp.services.rights import Action, Actor, needs
from data.store import Store, Work
from data.store.records import Agency, Campaign

_PERIOD = re.compile(r"(\d{4})(Q[1-4])")


@needs(Action.MANAGE_CAMPAIGNS)
def begin_campaign(
    store: Store, actor: Actor, /, earlier: str, id: str, *, name: Mapping[str, str], as_of: date
) -> Campaign:
    """A campaign without figures, made of an earlier one.

    It gets the agencies that exist on `as_of`, the indicators, the letterhead, and the base scenario as it is now with
    its periods as many years later as `as_of` is. Figures, other scenarios and tables are left behind.

    Raises
    ------
    RefusedError
        ``campaign_id_taken`` if the id belongs to a campaign that is there or comes with the product.
    scenarios.ScenarioErrors
        If the base scenario cannot stand on that date.
    StoreError
        ``not_found``.
    """
    with store.work(actor.name) as work:
        old = work.campaigns.get(earlier)
        if work.campaigns.find(id) is not None or id in {one.id for one in scenarios.campaigns()}:
            raise RefusedError("campaign_id_taken", campaign=id)
        slug = old.base_scenario.rpartition("/")[2]
        document, sha256 = _base(work, old, slug, id, as_of)
        indicators = work.indicators.list(earlier)
        made = work.campaigns.add(
            id,
            name=dict(name),
            as_of=as_of,
            illustrative=False,
            source={"vi": "", "en": ""},
            base_scenario=f"{id}/{slug}",
            catalogue=old.catalogue,
            parent_rows=old.parent_rows,
            settings={
                "presets": [slug],
                "indicators": [one.id for one in indicators],
                letterheads.SETTING: letterheads.held(letterheads.of_campaign(old)),
            },
        )
        agencies = _agencies(work, earlier, as_of)
        work.agencies.add(id, agencies)
        work.indicators.add(id, indicators)
        work.scenarios.add(id, slug, name=document["name"], document=document, sha256=sha256, shared=True)
        told = {"earlier": earlier, "as_of": as_of, "count": len(agencies), "scenarios": [slug]}
        work.log.append("campaign.begin", f"campaign/{id}", after=told)
        return made


def _agencies(work: Work, earlier: str, as_of: date) -> list[Agency]:
    there = work.agencies.on(earlier, as_of)
    codes = {one.code for one in there}
    return [
        replace(one, parent=one.parent if one.parent in codes else None, valid_from=None, valid_to=None)
        for one in there
    ]


def _base(work: Work, old: Campaign, slug: str, id: str, as_of: date) -> tuple[dict[str, Any], str]:
    record = work.scenarios.find(old.id, slug)
    if record is None:
        raise RefusedError("no_base_scenario", campaign=old.id)
    head = work.scenarios.head(record.id)
    moved = _later(head.document, as_of.year - old.as_of.year)
    named = {**moved, "id": f"{id}/{slug}", "as_of": as_of, "name": dict(record.name)}
    made = scenarios.from_document(named, id=f"{id}/{slug}")
    return {**scenarios.plain(made.document), "id": f"{id}/{slug}", "name": dict(record.name)}, made.sha256


def _later(value: Any, years: int) -> Any:
    """The same with every date and every period so many years later."""
    if isinstance(value, Mapping):
        return {_later(key, years): _later(one, years) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_later(one, years) for one in value]
    if isinstance(value, date):
        last = (value.month, value.day) == (2, 29)
        return value.replace(year=value.year + years, day=28 if last else value.day)
    if isinstance(value, str) and (found := _PERIOD.fullmatch(value)):
        return f"{int(found[1]) + years}{found[2]}"
    return value
