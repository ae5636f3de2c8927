"""What people have in hand and have not saved: one unsaved state of a scenario for each person."""

from __future__ import annotations

from sqlalchemy import select

from data.store import records, tables
from data.store.repositories.base import Repository, record


class Drafts(Repository):
    """`work.drafts`: everybody's own, and no part of the log.

    A draft that was dropped leaves its place behind and the number of those dropped there, so that what was on its
    way when it was dropped does not bring it back.
    """

    def keep(
        self,
        owner: str,
        scenario: int,
        *,
        based_on: int,
        figures: int | None,
        address: str,
        dropped: int,
    ) -> records.Draft | None:
        """Put a state in the place of the one before; None, and nothing kept, if that was dropped.

        Parameters
        ----------
        based_on : int
            Number of the scenario's version that was changed.
        figures : int or None
            Number of the figures; None: the newest.
        address : str
            Query of the page's address, at most 4000 characters.
        dropped : int
            What `dropped` said when this state was begun.

        Raises
        ------
        StoreError
            ``not_found`` {kind: scenario}, ``bad_value`` (address too long).
        """
        row = self._place(owner, scenario)
        if row.dropped != dropped:
            return None
        row.based_on, row.figures, row.address, row.changed_at = based_on, figures, address, self._turn.at
        return _draft(self._added(row))

    def drop(self, owner: str, scenario: int) -> None:
        """Throw a draft away, also one that is still on its way here.

        Raises
        ------
        StoreError
            ``not_found`` {kind: scenario}.
        """
        row = self._place(owner, scenario)
        row.based_on, row.figures, row.address, row.changed_at = None, None, None, self._turn.at
        row.dropped += 1
        self._add(row)

    def dropped(self, owner: str, scenario: int) -> int:
        """How many drafts of a scenario somebody has had and dropped."""
        row = self._find(tables.Draft, (owner, scenario))
        return 0 if row is None else row.dropped

    def find(self, owner: str, scenario: int) -> records.Draft | None:
        """Somebody's draft of a scenario, or None."""
        row = self._find(tables.Draft, (owner, scenario))
        return None if row is None or row.address is None else _draft(row)

    def list(self, owner: str, campaign: str) -> tuple[records.Draft, ...]:
        """Somebody's drafts of a campaign's scenarios, newest first."""
        own, of = tables.Draft, tables.Scenario
        query = (
            select(own)
            .join(of, of.id == own.scenario)
            .where(own.owner == owner, of.campaign == campaign, own.address.is_not(None))
            .order_by(own.changed_at.desc(), own.scenario)
        )
        return tuple(_draft(row) for row in self._all(query))

    def _place(self, owner: str, scenario: int) -> tables.Draft:
        self._get(tables.Scenario, scenario, "scenario")
        return self._find(tables.Draft, (owner, scenario)) or tables.Draft(owner=owner, scenario=scenario, dropped=0)


def _draft(row: tables.Draft) -> records.Draft:
    return record(records.Draft, row)
