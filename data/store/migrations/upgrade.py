"""Bringing a database to a revision, inside a transaction of the caller's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, MigrationStep, RevisionStep
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from data.store.migrations import HEAD, VERSION_TABLE


def upgrade(connection: Connection, to: str = HEAD) -> None:
    """Take every step from where the database is to the revision `to`; all of them or none."""
    scripts = ScriptDirectory(str(Path(__file__).parent))

    def steps(heads: Any, _: MigrationContext) -> Sequence[MigrationStep]:
        at = heads[0] if heads else None
        missing = list(scripts.iterate_revisions(to, at))
        return [RevisionStep(scripts.revision_map, one, True) for one in reversed(missing)]

    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "fn": steps})
    with Operations.context(context):
        context.run_migrations()
