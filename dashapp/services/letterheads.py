"""Who decides and who receives it: what stands in every Decision of a campaign, kept with the campaign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import scenarios
from dashapp.services.refused import RefusedError, kept
from dashapp.services.rights import Action, Actor, needs
from data.export import LETTERHEAD_FIELDS, LETTERHEAD_LINES, Letterhead, clean
from data.store import Store
from data.store.records import Campaign

__all__ = ["FIELDS", "LINES", "Letterhead", "change", "held", "letterhead", "of", "of_campaign", "shipped"]
SETTING = "decision"
FIELDS, LINES = LETTERHEAD_FIELDS, LETTERHEAD_LINES
"""Every field, and those that hold several lines."""
LONGEST_LINE, MOST_LINES = 300, 30


def of_campaign(record: Campaign) -> Letterhead:
    """As it was changed in the store, or as the campaign was shipped; empty for one that is neither."""
    own = record.settings.get(SETTING)
    return letterhead(own) if own is not None else shipped(record.id)


def shipped(campaign: str) -> Letterhead:
    """As it came with the product; empty for a campaign that did not."""
    return next((letterhead(one.decision) for one in scenarios.campaigns() if one.id == campaign), Letterhead())


def letterhead(own: Mapping[str, Any]) -> Letterhead:
    """A letterhead of what is kept: texts, and lists of texts."""
    lines = {key: tuple(map(str, own[key])) for key in LINES if key in own}
    texts = {key: str(own[key]) for key in LETTERHEAD_FIELDS if key in own and key not in LETTERHEAD_LINES}
    return Letterhead(**lines, **texts)  # type: ignore[arg-type]


def held(head: Letterhead) -> dict[str, Any]:
    """A letterhead as it is kept."""
    values = {name: getattr(head, name) for name in LETTERHEAD_FIELDS}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


@needs(Action.READ)
def of(store: Store, _actor: Actor, /, campaign: str) -> Letterhead:
    """The letterhead of a campaign.

    Raises
    ------
    StoreError
        ``not_found``.
    """
    with store.reading() as work:
        return of_campaign(work.campaigns.get(campaign))


@needs(Action.MANAGE_CAMPAIGNS)
def change(store: Store, actor: Actor, /, campaign: str, fields: Mapping[str, str], *, version: int) -> Campaign:
    """Change what was filled in; fields that hold lines have one a line.

    Parameters
    ----------
    fields : mapping
        Some of `LETTERHEAD_FIELDS`; the others stay as they are.
    version : int
        Of the campaign, as it was seen.

    Raises
    ------
    ConflictError
        If somebody changed the campaign since.
    RefusedError
        ``nothing_new``; ``line_too_long`` {limit, found}; ``too_many_lines`` {limit, count}.
    StoreError
        ``not_found``.
    """
    typed = {name: _typed(name, text) for name, text in fields.items()}
    with kept(**fields), store.work(actor.name) as work:
        record = work.campaigns.get(campaign)
        before = of_campaign(record)
        after = letterhead({**held(before), **typed})
        if after == before:
            raise RefusedError("nothing_new", name=campaign)
        changed = work.campaigns.change(campaign, version, settings={**record.settings, SETTING: held(after)})
        work.log.append("campaign.letterhead", f"campaign/{campaign}", held(before), held(after))
        return changed


def _typed(name: str, text: str) -> str | tuple[str, ...]:
    lines = [line for line in map(clean, text.splitlines()) if line]
    longest = max(lines, key=len, default="")
    if len(longest) > LONGEST_LINE:
        raise RefusedError("line_too_long", limit=LONGEST_LINE, found=f"{longest[:60]}…")
    if name not in LETTERHEAD_LINES:
        return " ".join(lines)
    if len(lines) > MOST_LINES:
        raise RefusedError("too_many_lines", limit=MOST_LINES, count=len(lines))
    return tuple(lines)
