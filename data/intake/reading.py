"""One file to figures, with everything that is wrong or doubtful in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from data.intake.checks import check_rows
from data.intake.ii06a import read_ii06a
from data.intake.layout import Table, find_table
from data.intake.one_stop import read_one_stop
from data.intake.problems import FileRefusedError, Known, Layout, Problems, Reading, Skipped
from data.intake.recoding import find_font, in_unicode
from data.intake.repairs import WHOLE_FILE, Repairs, repaired
from data.intake.rows import Rows, read_rows, to_frame
from data.intake.sheets import MAX_BYTES, Sheet, Source, load
from data.intake.words import Vocabulary


def read(
    source: Path | bytes,
    filename: str,
    *,
    known: Known | None = None,
    repairs: Repairs | None = None,
) -> Reading:
    """Read a figures file of any layout, `.csv` or `.xlsx`.

    Parameters
    ----------
    source : Path or bytes
        Where the file is, or what it holds.
    filename : str
        Its name; the suffix says what it claims to be.
    known : Known, optional
        What the campaign knows: lets unknown and missing agencies be found.
    repairs : mapping, optional
        (sheet, or "" in a CSV; cell) -> what a person accepted to be read there instead; `repairs.WHOLE_FILE` -> the
        encoding before Unicode that the file is to be read in.

    Returns
    -------
    Reading
        `frame` is None where there is any error. No file raises.
    """
    known = known or Known()
    problems = Problems()
    layout: Layout | None = None
    sha256 = frame = None
    try:
        file = load(source, filename)
        sha256 = file.sha256
        vocabulary = Vocabulary(known.names, known.indicators, known.periods)
        sheets = _in_unicode(file, repairs or {}, problems)
        sheets = repaired(sheets, repairs) if repairs else sheets
        table = find_table(sheets, vocabulary, problems)
        if table is not None:
            layout = table.layout
            rows = _rows(table, known, vocabulary, problems, filename)
            check_rows(rows, known, problems)
            if not problems.has_errors:
                frame = to_frame(rows)
        return Reading(frame, (*file.warnings, *problems.all()), layout, sha256, *_sheets(sheets, table))
    except FileRefusedError as refusal:
        return Reading(None, (refusal.problem, *problems.all()), layout, sha256)


def too_large(size: int) -> Reading:
    """What `read` says of a file of so many bytes, above `MAX_BYTES`, without any of them."""
    refusal = FileRefusedError("file_too_large", found=size, bytes=size, limit=MAX_BYTES)
    return Reading(None, (refusal.problem,), None, None)


def _in_unicode(file: Source, repairs: Repairs, problems: Problems) -> Sequence[Sheet]:
    """The sheets in Unicode; that a file was not is an error until a person has accepted how it is read.

    What follows is read converted either way, so that everything else that is wrong is told at once.
    """
    legacy = file.legacy or find_font(file.sheets)
    if legacy is None:
        return file.sheets
    note = problems.warning if repairs.get(WHOLE_FILE) == legacy.name else problems.error
    code = "legacy_read" if repairs.get(WHOLE_FILE) == legacy.name else "legacy_text"
    note(code, found=legacy.before, expected=legacy.after, name=legacy.name, before=legacy.before, after=legacy.after)
    return file.sheets if file.legacy else in_unicode(file.sheets, legacy.name)


def _rows(table: Table, known: Known, vocabulary: Vocabulary, problems: Problems, filename: str) -> Rows:
    if table.layout is Layout.II06A:
        return read_ii06a(table, known, vocabulary, problems, filename)
    if table.layout is Layout.ONE_STOP:
        return read_one_stop(table, known, vocabulary, problems)
    return read_rows(table, known, vocabulary, problems)


def _sheets(sheets: Sequence[Sheet], table: Table | None) -> tuple[str | None, tuple[Skipped, ...]]:
    """The name of the sheet that was read, and the others."""
    if table is None or table.sheet.name is None:
        return None, ()
    others = (Skipped(one.name or "", one.hidden) for one in sheets if one is not table.sheet)
    return table.sheet.name, tuple(others)
