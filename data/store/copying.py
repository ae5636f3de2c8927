"""All rows of one database into another of the same revision, whichever kind either is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, MetaData, Table, func, insert, select, text, update

from data.store.migrations import VERSION_TABLE

MANIFEST = "chitieu_backup"
"""The table by which a file is a backup."""

DRAFT = "draft"
_BATCH = 2000


def tables_of(connection: Connection) -> tuple[Table, ...]:
    """The tables as they are in a database, each after those it refers to; without those that describe it."""
    found = MetaData()
    found.reflect(connection, only=lambda name, _: name not in (VERSION_TABLE, MANIFEST))
    return tuple(found.sorted_tables)


def copy_rows(source: Connection, target: Connection) -> Mapping[str, int]:
    """Copy every row into a fresh database and say how many there are of each table.

    An issued allocation takes no rows any more: all allocations come as drafts, and are given their states last.
    """
    from_tables = {table.name: table for table in tables_of(source)}
    into = tables_of(target)
    counts = {}
    for table in into:
        if table.name == "log_head":  # made by the first migration
            target.execute(update(table).values(dict(source.execute(select(from_tables[table.name])).one()._mapping)))
            counts[table.name] = 1
            continue
        counts[table.name] = 0
        for batch in _batches(source, from_tables[table.name]):
            fresh = [{**row, "state": DRAFT} for row in batch] if table.name == "allocations" else batch
            target.execute(insert(table), fresh)
            counts[table.name] += len(batch)
    _give_states(source, target, from_tables, into)
    _count_on(target, into)
    return counts


def _batches(source: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_BATCH)
    with source.execute(query) as found:
        for part in found.mappings().partitions(_BATCH):
            yield [dict(row) for row in part]


def _give_states(
    source: Connection, target: Connection, from_tables: Mapping[str, Table], into: tuple[Table, ...]
) -> None:
    for table in into:
        if table.name == "allocations":
            own = from_tables[table.name]
            for id, state in source.execute(select(own.c.id, own.c.state).where(own.c.state != DRAFT)).all():
                target.execute(update(table).where(table.c.id == id).values(state=state))


def _count_on(target: Connection, into: tuple[Table, ...]) -> None:
    """Let ids go on after those that were copied; SQLite does so by itself."""
    if target.dialect.name != "postgresql":
        return
    counter = text("SELECT pg_get_serial_sequence(:name, 'id')")
    for table in (one for one in into if "id" in one.c):
        sequence = target.scalar(counter, {"name": table.name})
        largest = target.scalar(select(func.max(table.c.id))) if sequence else None
        if largest is not None:
            target.execute(text("SELECT setval(:sequence, :largest)"), {"sequence": sequence, "largest": largest})


def content_sha256(connection: Connection) -> str:
    """SHA-256 of every value of every table of a SQLite file, as it is stored there."""
    told = hashlib.sha256()
    for table in sorted(tables_of(connection), key=lambda one: one.name):
        names = sorted(column.name for column in table.columns)
        told.update(f"{table.name} {names}\n".encode())
        keys = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
        columns = ", ".join(f'"{name}"' for name in names)
        query = f'SELECT {columns} FROM "{table.name}" ORDER BY {keys}'  # noqa: S608
        for row in connection.exec_driver_sql(query):
            told.update(f"{tuple(row)!r}\n".encode())
    return told.hexdigest()
