"""Sheets whose text was typed in a font before Unicode: recognised, and read as Unicode."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from data.intake.legacy import FONTS, UNICODE_ONLY, Legacy, convert, could_be
from data.intake.sheets import Sheet
from data.intake.syllables import is_vietnamese, marked_words

ROWS_LOOKED_AT = 1_000
"""Of each sheet, to recognise a font."""
LONGEST_LOOKED_AT = 1_000


def find_font(sheets: Sequence[Sheet]) -> Legacy | None:
    """The font in which most of what has marks in a file was typed; None where it is Unicode."""
    marked = 0
    votes: dict[str, list[str]] = {font: [] for font in FONTS}
    for text in _texts(sheets):
        marked += 1
        for font in FONTS:
            if could_be(text, font):
                votes[font].append(text)
    font = max(FONTS, key=lambda one: len(votes[one]))
    if 2 * len(votes[font]) <= marked or not votes[font]:
        return None
    sample = min(votes[font], key=lambda text: (abs(len(text) - 20), text))
    return Legacy(font, sample.replace("\u00ad", "-"), convert(sample, font))


def _texts(sheets: Iterable[Sheet]) -> Iterator[str]:
    """Every different text that has more than letters of English."""
    seen: set[str] = set()
    for sheet in sheets:
        for row in sheet.rows[:ROWS_LOOKED_AT]:
            for value in row:
                if (
                    isinstance(value, str)
                    and not value.isascii()
                    and value not in seen
                    and len(value) < LONGEST_LOOKED_AT
                ):
                    seen.add(value)
                    if marked_words(value):
                        yield value


def in_unicode(sheets: Sequence[Sheet], font: str) -> tuple[Sheet, ...]:
    """Sheets with what was typed in `font` converted; what is Unicode already stays.

    Of a text that is Vietnamese either way ("tá" is "tỏ" in TCVN3) the font decides, unless the file has Unicode too.
    """
    mixed = any(UNICODE_ONLY.search(unicodedata.normalize("NFC", text)) for text in _texts(sheets))
    known: dict[str, str] = {}

    def read(value: object) -> object:
        if not isinstance(value, str) or value.isascii():
            return value
        if value not in known:
            known[value] = _in_unicode(value, font, mixed=mixed)
        return known[value]

    return tuple(replace(sheet, rows=[[read(value) for value in row] for row in sheet.rows]) for sheet in sheets)


def _in_unicode(text: str, font: str, *, mixed: bool) -> str:
    composed = unicodedata.normalize("NFC", text)
    if UNICODE_ONLY.search(composed) or (mixed and is_vietnamese(composed)):
        return text
    meant = convert(composed, font)
    return meant if is_vietnamese(meant) or not is_vietnamese(composed) else text
