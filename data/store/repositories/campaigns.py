"""Campaigns, their agencies through mergers and splits, and their indicators."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import insert, or_, select

from data.store import records, tables
from data.store.errors import StoreError
from data.store.records import Document, SuccessionKind, Texts
from data.store.repositories.base import Repository, only, record

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_STAMPS = frozenset({"version", "changed_by", "changed_at"})


class Campaigns(Repository):
    """`work.campaigns`."""

    def add(
        self,
        id: str,
        *,
        name: Texts,
        as_of: date,
        illustrative: bool,
        source: Texts,
        base_scenario: str,
        note: Texts = _NOTHING,
        catalogue: Document = _NOTHING,
        parent_rows: Document = _NOTHING,
        settings: Document = _NOTHING,
    ) -> records.Campaign:
        """Begin a campaign.

        Raises
        ------
        StoreError
            ``duplicate`` {kind, id}.
        """
        if self.find(id) is not None:
            raise StoreError("duplicate", kind="campaign", id=id)
        row = tables.Campaign(
            id=id,
            name=name,
            as_of=as_of,
            illustrative=illustrative,
            source=source,
            note=note,
            base_scenario=base_scenario,
            catalogue=catalogue,
            parent_rows=parent_rows,
            settings=settings,
            **self._stamp(),
        )
        return record(records.Campaign, self._added(row))

    def find(self, id: str) -> records.Campaign | None:
        """The campaign, or None."""
        row = self._find(tables.Campaign, id)
        return None if row is None else record(records.Campaign, row)

    def get(self, id: str) -> records.Campaign:
        """The campaign.

        Raises
        ------
        StoreError
            ``not_found``.
        """
        return record(records.Campaign, self._get(tables.Campaign, id, "campaign"))

    def list(self) -> tuple[records.Campaign, ...]:
        """All campaigns by id."""
        return tuple(
            record(records.Campaign, row) for row in self._all(select(tables.Campaign).order_by(tables.Campaign.id))
        )

    def change(self, id: str, based_on: int, **fields: Any) -> records.Campaign:
        """Change fields of a campaign (all but id).

        Raises
        ------
        StoreError
            ``not_found``, ``stale``.
        """
        row = self._get(tables.Campaign, id, "campaign")
        self._based_on(row, based_on, "campaign", record(records.Campaign, row))
        return record(records.Campaign, self._change(row, only(fields, _changeable(records.Campaign, "id"))))


class Agencies(Repository):
    """`work.agencies`."""

    def add(self, campaign: str, agencies: Iterable[records.Agency]) -> int:
        """Add agencies to a campaign and say how many; the stamps of the records given are not used.

        Raises
        ------
        StoreError
            ``not_found`` {kind: campaign}, ``duplicate`` {kind, id}, ``unknown_reference`` {kind: parent, id, parent}.
        """
        self._get(tables.Campaign, campaign, "campaign")
        new = [dataclasses.replace(one, campaign=campaign) for one in agencies]
        codes = set(self._all(select(tables.Agency.code).where(tables.Agency.campaign == campaign)))
        for one in new:
            if one.code in codes:
                raise StoreError("duplicate", kind="agency", id=one.code)
            codes.add(one.code)
        for one in new:
            if one.parent is not None and one.parent not in codes:
                raise StoreError("unknown_reference", kind="parent", id=one.code, parent=one.parent)
        rows = [{**_values(one), **self._stamp()} for one in new]
        if rows:
            self._execute(insert(tables.Agency), rows)
        return len(rows)

    def list(self, campaign: str) -> tuple[records.Agency, ...]:
        """All agencies a campaign ever had, by code."""
        return self._some(campaign)

    def on(self, campaign: str, day: date) -> tuple[records.Agency, ...]:
        """The agencies that exist on a day, by code."""
        own = tables.Agency
        return self._some(
            campaign,
            or_(own.valid_from.is_(None), own.valid_from <= day),
            or_(own.valid_to.is_(None), own.valid_to > day),
        )

    def get(self, campaign: str, code: str) -> records.Agency:
        """One agency.

        Raises
        ------
        StoreError
            ``not_found``.
        """
        return record(records.Agency, self._get(tables.Agency, (campaign, code), "agency"))

    def change(self, campaign: str, code: str, based_on: int, **fields: Any) -> records.Agency:
        """Change name, level, parent, valid_from or valid_to.

        Raises
        ------
        StoreError
            ``not_found``, ``stale``, ``unknown_reference`` {kind: parent}, ``bad_value`` (no day left to exist).
        """
        row = self._get(tables.Agency, (campaign, code), "agency")
        self._based_on(row, based_on, "agency", record(records.Agency, row))
        parent = fields.get("parent")
        if parent is not None and self._find(tables.Agency, (campaign, parent)) is None:
            raise StoreError("unknown_reference", kind="parent", id=code, parent=parent)
        return record(records.Agency, self._change(row, only(fields, _changeable(records.Agency, "campaign", "code"))))

    def succeed(
        self,
        campaign: str,
        predecessors: Sequence[str],
        successors: Sequence[records.Agency],
        on: date,
        kind: SuccessionKind,
    ) -> tuple[records.Succession, ...]:
        """Let agencies take over from others on a day: the old ones end, the new ones begin.

        A successor that is among the campaign's agencies already goes on as it is (a ward that takes in its
        neighbours); every other one is added.

        Raises
        ------
        StoreError
            ``not_found``, ``unknown_reference``, ``bad_value`` (a predecessor that begins on that day or later).
        """
        there = {one.code for one in self.list(campaign)}
        going_on = {one.code for one in successors}
        for code in predecessors:
            old = self._get(tables.Agency, (campaign, code), "agency")
            if code not in going_on:
                self._change(old, [("valid_to", on)])
        self.add(campaign, [dataclasses.replace(s, valid_from=on) for s in successors if s.code not in there])
        made = tuple(
            records.Succession(campaign, old, new.code, on, kind)
            for old in predecessors
            for new in successors
            if old != new.code
        )
        self._add(*(tables.Succession(**_values(one)) for one in made))
        return made

    def successions(self, campaign: str) -> tuple[records.Succession, ...]:
        """Who took over from whom, oldest first."""
        own = tables.Succession
        query = select(own).where(own.campaign == campaign).order_by(own.on, own.predecessor, own.successor)
        return tuple(record(records.Succession, row, kind=SuccessionKind(row.kind)) for row in self._all(query))

    def _some(self, campaign: str, *where: Any) -> tuple[records.Agency, ...]:
        own = tables.Agency
        columns = [getattr(own, field.name) for field in dataclasses.fields(records.Agency)]
        query = select(*columns).where(own.campaign == campaign, *where).order_by(own.code)
        return tuple(records.Agency(*row) for row in self._execute(query))


class Indicators(Repository):
    """`work.indicators`."""

    def add(self, campaign: str, indicators: Iterable[records.Indicator]) -> int:
        """Add indicators to a campaign and say how many; the stamps of the records given are not used.

        Raises
        ------
        StoreError
            ``not_found`` {kind: campaign}, ``duplicate`` {kind, id}.
        """
        self._get(tables.Campaign, campaign, "campaign")
        seen = {one.id for one in self.list(campaign)}
        rows = []
        for one in indicators:
            if one.id in seen:
                raise StoreError("duplicate", kind="indicator", id=one.id)
            seen.add(one.id)
            rows.append(tables.Indicator(**{**_values(one), "campaign": campaign, **self._stamp()}))
        self._add(*rows)
        return len(rows)

    def list(self, campaign: str) -> tuple[records.Indicator, ...]:
        """A campaign's indicators in the order shown."""
        own = tables.Indicator
        query = select(own).where(own.campaign == campaign).order_by(own.position, own.id)
        return tuple(record(records.Indicator, row) for row in self._all(query))

    def get(self, campaign: str, id: str) -> records.Indicator:
        """One indicator.

        Raises
        ------
        StoreError
            ``not_found``.
        """
        return record(records.Indicator, self._get(tables.Indicator, (campaign, id), "indicator"))

    def change(self, campaign: str, id: str, based_on: int, **fields: Any) -> records.Indicator:
        """Change anything but campaign and id.

        Raises
        ------
        StoreError
            ``not_found``, ``stale``.
        """
        row = self._get(tables.Indicator, (campaign, id), "indicator")
        self._based_on(row, based_on, "indicator", record(records.Indicator, row))
        return record(
            records.Indicator, self._change(row, only(fields, _changeable(records.Indicator, "campaign", "id")))
        )


def _values(one: Any) -> dict[str, Any]:
    return {field.name: getattr(one, field.name) for field in dataclasses.fields(one)}


def _changeable(kind: type[Any], *fixed: str) -> frozenset[str]:
    return frozenset(field.name for field in dataclasses.fields(kind)) - _STAMPS - frozenset(fixed)
