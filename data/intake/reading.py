"""One file to figures, with everything that is wrong or doubtful in it."""

from __future__ import annotations

from pathlib import Path

from data.intake.checks import check_rows
from data.intake.layout import find_table
from data.intake.problems import FileRefusedError, Known, Layout, Problems, Reading
from data.intake.rows import read_rows, to_frame
from data.intake.sheets import load
from data.intake.words import Vocabulary


def read(source: Path | bytes, filename: str, *, known: Known | None = None) -> Reading:
    """Read a figures file of either layout, `.csv` or `.xlsx`.

    Parameters
    ----------
    source : Path or bytes
        Where the file is, or what it holds.
    filename : str
        Its name; the suffix says what it claims to be.
    known : Known, optional
        What the campaign knows: lets unknown and missing agencies be found.

    Returns
    -------
    Reading
        `frame` is None where there is any error. No file raises.
    """
    known = known or Known()
    problems = Problems()
    layout: Layout | None = None
    sha256 = None
    try:
        file = load(source, filename)
        sha256 = file.sha256
        vocabulary = Vocabulary(known.names, known.indicators, known.periods)
        table = find_table(file.sheets, vocabulary, problems)
        if table is not None:
            layout = table.layout
            rows = read_rows(table, known, vocabulary, problems)
            check_rows(rows, known, problems)
            if not problems.has_errors:
                return Reading(to_frame(rows), (*file.warnings, *problems.all()), layout, sha256)
        return Reading(None, (*file.warnings, *problems.all()), layout, sha256)
    except FileRefusedError as refusal:
        return Reading(None, (refusal.problem, *problems.all()), layout, sha256)
