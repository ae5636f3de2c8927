"""Which scenario was chosen to be finalised: every choice stays, the last one counts."""

from __future__ import annotations

from sqlalchemy import select

from data.store import records, tables
from data.store.errors import StoreError
from data.store.repositories.base import Repository, record


class Choices(Repository):
    """`work.choices`."""

    def add(self, campaign: str, *, scenario_version: int, figures_version: int, note: str = "") -> records.Choice:
        """Choose a version of a scenario, seen on a version of the figures.

        Raises
        ------
        StoreError
            ``not_found`` {kind: campaign, scenario_version or figures}; ``unknown_reference`` {kind, id, campaign}
            if one of them is another campaign's.
        """
        self._get(tables.Campaign, campaign, "campaign")
        version = self._get(tables.ScenarioVersion, scenario_version, "scenario_version")
        scenario = self._get(tables.Scenario, version.scenario, "scenario")
        figures = self._get(tables.FiguresVersion, figures_version, "figures")
        if scenario.campaign != campaign:
            raise StoreError("unknown_reference", kind="scenario_version", id=scenario_version, campaign=campaign)
        if figures.campaign != campaign:
            raise StoreError("unknown_reference", kind="figures", id=figures_version, campaign=campaign)
        row = tables.Choice(
            campaign=campaign,
            scenario_version=scenario_version,
            figures_version=figures_version,
            by=self._turn.actor,
            at=self._turn.at,
            note=note,
        )
        return record(records.Choice, self._added(row))

    def current(self, campaign: str) -> records.Choice | None:
        """The choice that counts, or None."""
        own = tables.Choice
        row = self._first(select(own).where(own.campaign == campaign).order_by(own.id.desc()).limit(1))
        return None if row is None else record(records.Choice, row)

    def list(self, campaign: str) -> tuple[records.Choice, ...]:
        """Every choice of a campaign, oldest first."""
        own = tables.Choice
        rows = self._all(select(own).where(own.campaign == campaign).order_by(own.id))
        return tuple(record(records.Choice, row) for row in rows)
