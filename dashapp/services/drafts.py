"""What somebody has in hand and has not saved: kept for its owner alone, until it is saved or thrown away.

Nobody else learns of it, and the log neither: nothing that counts has changed yet.
"""

from __future__ import annotations

from dashapp.services.refused import RefusedError
from dashapp.services.rights import Action, Actor, needs
from dashapp.services.saved_scenarios import seen
from data.store import Store, StoreError
from data.store.records import Draft

LONGEST_ADDRESS = 4000
"""Characters."""


@needs(Action.EDIT_SCENARIOS)
def keep(
    store: Store,
    actor: Actor,
    /,
    scenario_id: int,
    *,
    based_on: int,
    figures: int | None,
    address: str,
    dropped: int | None = None,
) -> Draft | None:
    """Keep a state of a scenario in the place of the one before.

    Parameters
    ----------
    based_on : int
        Number of the version that was changed.
    figures : int or None
        Number of the figures; None: the newest.
    address : str
        Query of the page's address: what differs from that version. It is kept as it is and means nothing here.
    dropped : int, optional
        What `dropped` said when the page got its state. None: as it is now, which covers what waits for its turn, but
        not what was held up on the way here.

    Returns
    -------
    Draft or None
        None, and nothing is kept, if the draft was saved or thrown away since: it does not come back.

    Raises
    ------
    RefusedError
        ``address_too_long``.
    StoreError
        ``not_found``, also where the scenario is somebody else's own.
    """
    if len(address) > LONGEST_ADDRESS:
        raise RefusedError("address_too_long", limit=LONGEST_ADDRESS, length=len(address))
    with store.reading() as work:
        record = seen(work, actor, scenario_id)
        if not 1 <= based_on <= record.head:
            raise StoreError("not_found", kind="scenario_version", id=(scenario_id, based_on))
        now = work.drafts.find(actor.name, scenario_id)
        begun = work.drafts.dropped(actor.name, scenario_id) if dropped is None else dropped
    if now is not None and (now.based_on, now.figures, now.address, now.dropped) == (based_on, figures, address, begun):
        return now
    with store.work(actor.name) as work:
        seen(work, actor, scenario_id)
        return work.drafts.keep(
            actor.name, scenario_id, based_on=based_on, figures=figures, address=address, dropped=begun
        )


@needs(Action.READ)
def of(store: Store, actor: Actor, /, scenario_id: int) -> Draft | None:
    """The actor's own draft of a scenario, or None.

    Raises
    ------
    StoreError
        ``not_found``, also where the scenario is somebody else's own.
    """
    with store.reading() as work:
        seen(work, actor, scenario_id)
        return work.drafts.find(actor.name, scenario_id)


@needs(Action.READ)
def dropped(store: Store, actor: Actor, /, scenario_id: int) -> int:
    """How often the actor has saved or thrown away a draft of a scenario; a page that keeps one says what it knew.

    Raises
    ------
    StoreError
        ``not_found``, also where the scenario is somebody else's own.
    """
    with store.reading() as work:
        seen(work, actor, scenario_id)
        return work.drafts.dropped(actor.name, scenario_id)


@needs(Action.READ)
def mine(store: Store, actor: Actor, /, campaign: str) -> tuple[Draft, ...]:
    """The actor's own drafts of a campaign's scenarios that the actor may see, newest first."""
    with store.reading() as work:
        visible = {one.id for one in work.scenarios.list(campaign) if one.shared or one.owner == actor.name}
        return tuple(one for one in work.drafts.list(actor.name, campaign) if one.scenario in visible)


@needs(Action.EDIT_SCENARIOS)
def drop(store: Store, actor: Actor, /, scenario_id: int) -> None:
    """Throw the actor's own draft of a scenario away, also one that is on its way here.

    Raises
    ------
    StoreError
        ``not_found``, also where the scenario is somebody else's own.
    """
    with store.work(actor.name) as work:
        seen(work, actor, scenario_id)
        work.drafts.drop(actor.name, scenario_id)
