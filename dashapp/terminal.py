"""Text for a terminal: columns that stay aligned with Vietnamese letters, and streams that can carry them."""

from __future__ import annotations

import io
import os
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn

from tqdm import tqdm

GAP = "  "
LONGEST_CELL = 44
PATIENCE = 1.0
"""Seconds before a progress bar is worth showing."""


class Align(StrEnum):
    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True)
class Column:
    """A column's heading and the side its cells stand on."""

    heading: str
    align: Align = Align.LEFT


def width(text: str) -> int:
    """Columns a text takes on a terminal: combining marks none, wide letters two."""
    return sum(_width(letter) for letter in text)


def _width(letter: str) -> int:
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Me", "Cf", "Cc"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in ("W", "F") else 1


def cut(text: str, longest: int) -> str:
    """`text` in at most `longest` columns, an ellipsis where something was left out; line breaks become spaces."""
    text = unicodedata.normalize("NFC", " ".join(text.split(" ")).replace("\n", " "))
    if width(text) <= longest:
        return text
    kept, used = [], 0
    for letter in text:
        used += _width(letter)
        if used > longest - 1:
            break
        kept.append(letter)
    return "".join(kept).rstrip() + "…"


def table(columns: Sequence[Column], rows: Sequence[Sequence[str]], longest: int = LONGEST_CELL) -> str:
    """An aligned table with a ruled heading; cells wider than `longest` are cut."""
    cells = [[cut(cell, longest) for cell in row] for row in ([c.heading for c in columns], *rows)]
    widths = [max(width(row[at]) for row in cells) for at in range(len(columns))]
    lines = [_row(row, columns, widths) for row in cells]
    lines.insert(1, GAP.join("─" * wide for wide in widths))
    return "\n".join(lines)


def _row(cells: Sequence[str], columns: Sequence[Column], widths: Sequence[int]) -> str:
    padded = []
    for cell, column, wide in zip(cells, columns, widths, strict=True):
        space = " " * (wide - width(cell))
        padded.append(cell + space if column.align is Align.LEFT else space + cell)
    return GAP.join(padded).rstrip()


def speak_utf8() -> None:
    """Make the standard streams carry Vietnamese whatever the locale; letters that cannot be written are escaped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def hush_stdout() -> None:
    """After a reader has closed the pipe: drop the rest, so that nothing complains at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


@contextmanager
def progress(total: int) -> Iterator[tqdm[NoReturn]]:
    """A progress bar on a terminal for work of more than a second; nothing in a pipe."""
    with tqdm(total=total, disable=not sys.stderr.isatty(), delay=PATIENCE, leave=False, file=sys.stderr) as bar:
        yield bar
