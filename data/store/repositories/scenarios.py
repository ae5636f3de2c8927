"""Scenarios people work on, each with its history, and the runs they were used in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from data.store import records, tables
from data.store.errors import StoreError
from data.store.records import Document, Texts
from data.store.repositories.base import Repository, plainly, record

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Scenarios(Repository):
    """`work.scenarios`."""

    def add(
        self,
        campaign: str,
        slug: str,
        *,
        name: Texts,
        document: Document,
        sha256: str,
        note: str = "",
        shared: bool = False,
        origin: int | None = None,
        owner: str | None = None,
    ) -> records.ScenarioRecord:
        """Begin a scenario with its version 1; it belongs to `owner` (None: who does it).

        Raises
        ------
        StoreError
            ``not_found`` {kind: campaign}, ``duplicate`` {kind, campaign, slug}.
        """
        self._get(tables.Campaign, campaign, "campaign")
        if self.find(campaign, slug) is not None:
            raise StoreError("duplicate", kind="scenario", campaign=campaign, slug=slug)
        row = tables.Scenario(
            campaign=campaign,
            slug=slug,
            name=name,
            owner=self._turn.actor if owner is None else owner,
            shared=shared,
            head=1,
            origin=origin,
            created_at=self._turn.at,
            **self._stamp(),
        )
        self._added(row)
        self._write(row, document, sha256, note)
        return record(records.ScenarioRecord, row)

    def get(self, id: int) -> records.ScenarioRecord:
        """One scenario.

        Raises
        ------
        StoreError
            ``not_found``.
        """
        found = self._quick(records.ScenarioRecord, plainly(tables.Scenario, records.ScenarioRecord, "id"), id=id)
        if found is None:
            raise StoreError("not_found", kind="scenario", id=id)
        return found

    def find(self, campaign: str, slug: str) -> records.ScenarioRecord | None:
        """The scenario of that name in a campaign's addresses, or None."""
        query = plainly(tables.Scenario, records.ScenarioRecord, "campaign", "slug")
        return self._quick(records.ScenarioRecord, query, campaign=campaign, slug=slug)

    def list(self, campaign: str) -> tuple[records.ScenarioRecord, ...]:
        """A campaign's scenarios, oldest first; who may see which is not decided here."""
        own = tables.Scenario
        rows = self._all(select(own).where(own.campaign == campaign).order_by(own.id))
        return tuple(record(records.ScenarioRecord, row) for row in rows)

    def change(
        self, id: int, based_on: int, *, document: Document, sha256: str, note: str = "", name: Texts | None = None
    ) -> records.ScenarioRecord:
        """Write a new version of what the scenario says.

        Raises
        ------
        StoreError
            ``not_found``, ``stale``.
        """
        row = self._seen(id, based_on)
        self._change(row, [("head", row.head + 1), ("name", row.name if name is None else name)])
        self._write(row, document, sha256, note)
        return record(records.ScenarioRecord, row)

    def set(
        self, id: int, based_on: int, *, name: Texts | None = None, shared: bool | None = None
    ) -> records.ScenarioRecord:
        """Change the name, or whether others see it; what it says stays.

        Raises
        ------
        StoreError
            ``not_found``, ``stale``.
        """
        row = self._seen(id, based_on)
        fields = [("name", name), ("shared", shared)]
        return record(records.ScenarioRecord, self._change(row, [one for one in fields if one[1] is not None]))

    def history(self, id: int) -> tuple[records.ScenarioVersion, ...]:
        """All versions of a scenario, oldest first."""
        own = tables.ScenarioVersion
        rows = self._all(select(own).where(own.scenario == id).order_by(own.number))
        return tuple(record(records.ScenarioVersion, row) for row in rows)

    def head(self, id: int) -> records.ScenarioVersion:
        """The newest version of a scenario.

        Raises
        ------
        StoreError
            ``not_found``.
        """
        return self.numbered(id, self._get(tables.Scenario, id, "scenario").head)

    def numbered(self, id: int, number: int) -> records.ScenarioVersion:
        """A scenario's version by its number.

        Raises
        ------
        StoreError
            ``not_found``.
        """
        query = plainly(tables.ScenarioVersion, records.ScenarioVersion, "scenario", "number")
        found = self._quick(records.ScenarioVersion, query, scenario=id, number=number)
        if found is None:
            raise StoreError("not_found", kind="scenario_version", id=(id, number))
        return found

    def at(self, version_id: int) -> records.ScenarioVersion:
        """A version by its own id.

        Raises
        ------
        StoreError
            ``not_found``.
        """
        return record(records.ScenarioVersion, self._get(tables.ScenarioVersion, version_id, "scenario_version"))

    def _seen(self, id: int, based_on: int) -> tables.Scenario:
        row = self._get(tables.Scenario, id, "scenario")
        self._based_on(row, based_on, "scenario", record(records.ScenarioRecord, row))
        return row

    def _write(self, row: tables.Scenario, document: Document, sha256: str, note: str) -> None:
        self._add(
            tables.ScenarioVersion(
                scenario=row.id,
                number=row.head,
                document=document,
                sha256=sha256,
                note=note,
                by=self._turn.actor,
                at=self._turn.at,
            )
        )


class Runs(Repository):
    """`work.runs`."""

    def add(
        self,
        campaign: str,
        *,
        figures_version: int,
        scenario_version: int,
        overrides: Iterable[Document],
        figures_sha256: str,
        scenario_sha256: str,
        targets_sha256: str,
        engine_version: str,
        outcome: Document = _NOTHING,
    ) -> records.Run:
        """Keep what decided a calculation and what it came to.

        Raises
        ------
        StoreError
            ``not_found`` {kind: campaign, figures or scenario_version}.
        """
        self._get(tables.Campaign, campaign, "campaign")
        self._get(tables.FiguresVersion, figures_version, "figures")
        self._get(tables.ScenarioVersion, scenario_version, "scenario_version")
        row = tables.Run(
            campaign=campaign,
            figures_version=figures_version,
            scenario_version=scenario_version,
            overrides=list(overrides),
            figures_sha256=figures_sha256,
            scenario_sha256=scenario_sha256,
            targets_sha256=targets_sha256,
            engine_version=engine_version,
            outcome=outcome,
            by=self._turn.actor,
            at=self._turn.at,
        )
        return _run(self._added(row))

    def get(self, id: int) -> records.Run:
        """One run.

        Raises
        ------
        StoreError
            ``not_found``.
        """
        return _run(self._get(tables.Run, id, "run"))

    def list(self, campaign: str) -> tuple[records.Run, ...]:
        """A campaign's runs, oldest first."""
        own = tables.Run
        return tuple(_run(row) for row in self._all(select(own).where(own.campaign == campaign).order_by(own.id)))


def _run(row: tables.Run) -> records.Run:
    return record(records.Run, row, overrides=tuple(row.overrides))
