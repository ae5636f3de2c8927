"""Exports of the command line: written with a progress bar, the letterhead fetched only where a document needs it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from dashapp.i18n import LANGUAGES
from dashapp.services.writing import DOCUMENTS, Exported, Letterhead, rows_to_write, write_export
from dashapp.terminal import progress


def now() -> datetime:
    """The time that an export carries: of this machine, with its zone."""
    return datetime.now().astimezone()


def to_file(
    said: Exported, path: Path, head: Letterhead | None = None, template: bytes | None = None
) -> tuple[str, ...]:
    """Write one table; what must be read with the file.

    Parameters
    ----------
    head : Letterhead, optional
        None: as the campaign was shipped.
    template : bytes, optional
        The office's own form of the Decision; a reading copy in English has the standard form.

    Raises
    ------
    OutputError, RefusedError
        As `write_export`.
    """
    if head is None and path.suffix.lower() in DOCUMENTS:
        from dashapp.services import letterheads

        head = letterheads.shipped(said.imprint.campaign)
    own = template if said.lang == LANGUAGES[0] else None
    with progress(rows_to_write(said)) as bar:
        note = write_export(said, path, head=head, template=own, progress=lambda rows: bool(bar.update(rows)))
    return (note,) if note else ()
