"""The templates of a Decision that were uploaded: every one stays, the last one counts."""

from __future__ import annotations

import hashlib

from sqlalchemy import select

from data.store import records, tables
from data.store.repositories.base import Repository, record


class Templates(Repository):
    """`work.templates`."""

    def add(self, filename: str, content: bytes | None) -> records.Template:
        """Take a template from now on; None: the shipped one again."""
        row = tables.Template(
            filename=filename,
            content=content,
            sha256=None if content is None else hashlib.sha256(content).hexdigest(),
            by=self._turn.actor,
            at=self._turn.at,
        )
        return record(records.Template, self._added(row))

    def current(self) -> records.Template | None:
        """What was decided last, or None before anything was."""
        own = tables.Template
        row = self._first(select(own).order_by(own.id.desc()).limit(1))
        return None if row is None else record(records.Template, row)
