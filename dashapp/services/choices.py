"""Which scenario is to be finalised: chosen by whom, when, why. The last choice counts, the others stay."""

from __future__ import annotations

from dataclasses import dataclass

from dashapp.services.refused import RefusedError
from dashapp.services.rights import Action, Actor, needs
from dashapp.services.saved_scenarios import seen
from data.store import Store, Work
from data.store.records import Choice, FiguresVersion, ScenarioRecord, ScenarioVersion

LONGEST_NOTE = 2000
"""Characters."""


@dataclass(frozen=True)
class Chosen:
    """A choice and what it is of.

    Attributes
    ----------
    choice : Choice
    record : ScenarioRecord
        The scenario as it is now; it may have newer versions than the one chosen.
    version : ScenarioVersion
        What was chosen.
    figures : FiguresVersion
        What it was seen on.
    shared_now : bool
        True if choosing shared it: it was its owner's alone before. Only `choose` says so.
    """

    choice: Choice
    record: ScenarioRecord
    version: ScenarioVersion
    figures: FiguresVersion
    shared_now: bool = False


@needs(Action.CHOOSE)
def choose(
    store: Store, actor: Actor, /, campaign: str, scenario_version: int, figures_version: int, note: str = ""
) -> Chosen:
    """Choose a version of a scenario to be finalised.

    One that is the actor's own and nobody else's to see is shared by it. What the actor has chosen already, with the
    same note, is not chosen twice.

    Parameters
    ----------
    scenario_version, figures_version : int
        Ids.

    Raises
    ------
    RefusedError
        ``other_campaign`` if one of them is another campaign's; ``comment_too_long``.
    StoreError
        ``not_found``, also where the scenario is somebody else's own.
    """
    why = note.strip()
    if len(why) > LONGEST_NOTE:
        raise RefusedError("comment_too_long", limit=LONGEST_NOTE, length=len(why))
    with store.work(actor.name) as work:
        record = seen(work, actor, work.scenarios.at(scenario_version).scenario)
        for kind, found in (("scenario", record.campaign), ("figures", work.figures.get(figures_version).campaign)):
            if found != campaign:
                raise RefusedError("other_campaign", kind=kind, found=found, expected=campaign)
        before = work.choices.current(campaign)
        asked = (scenario_version, figures_version, actor.name, why)
        if before is not None and (before.scenario_version, before.figures_version, before.by, before.note) == asked:
            return _chosen(work, before)
        if not record.shared:
            work.scenarios.set(record.id, record.version, shared=True)
            work.log.append("scenario.share", f"scenario/{record.id}", {"shared": False}, {"shared": True})
        choice = work.choices.add(
            campaign, scenario_version=scenario_version, figures_version=figures_version, note=why
        )
        work.log.append("scenario.choose", f"campaign/{campaign}", _told(work, before), _told(work, choice))
        return _chosen(work, choice, shared_now=not record.shared)


@needs(Action.READ)
def current(store: Store, _actor: Actor, /, campaign: str) -> Chosen | None:
    """The choice that counts, or None before the first."""
    with store.reading() as work:
        found = work.choices.current(campaign)
        return None if found is None else _chosen(work, found)


@needs(Action.READ)
def history(store: Store, _actor: Actor, /, campaign: str) -> tuple[Chosen, ...]:
    """Every choice of a campaign, oldest first."""
    with store.reading() as work:
        return tuple(_chosen(work, one) for one in work.choices.list(campaign))


def _chosen(work: Work, choice: Choice, *, shared_now: bool = False) -> Chosen:
    version = work.scenarios.at(choice.scenario_version)
    record = work.scenarios.get(version.scenario)
    return Chosen(choice, record, version, work.figures.get(choice.figures_version), shared_now)


def _told(work: Work, choice: Choice | None) -> dict[str, object] | None:
    if choice is None:
        return None
    found = _chosen(work, choice)
    return {
        "scenario": found.record.slug,
        "number": found.version.number,
        "scenario_sha256": found.version.sha256,
        "figures": found.figures.number,
        "figures_sha256": found.figures.figures_sha256,
        "note": choice.note,
    }
