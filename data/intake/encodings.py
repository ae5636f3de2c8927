"""The bytes of a CSV file as text: Unicode by its marks, or an encoding before it, recognised by what it says."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress

from data.intake.legacy import TCVN3, VNI, Legacy, convert
from data.intake.problems import FileRefusedError
from data.intake.syllables import is_syllable, marked_words

WINDOWS = "windows-1258"
_ALIKE = 0.8
"""Share of the words with marks that must be Vietnamese for an encoding to be believed."""
_FEWEST = 3
"""Different words with marks without which nothing can be told."""
_LOOKED_AT = 200_000
_ZEROS = 20


def decode(data: bytes) -> tuple[str, Legacy | None]:
    """The text, and the encoding before Unicode that it was read in, which a person has to confirm.

    Raises
    ------
    FileRefusedError
        ``not_utf8`` where no encoding makes Vietnamese of it.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return data.decode("utf-16"), None
        except UnicodeDecodeError as error:
            raise _refusal(data, error.start, "UTF-16") from None
    looks_wide = data[:200].count(b"\x00") > _ZEROS
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found = None if looks_wide else _before_unicode(data)
        if found is None:
            raise _refusal(data, error.start, "UTF-16" if looks_wide else WINDOWS) from None
        return found
    if looks_wide:
        raise _refusal(data, data.index(b"\x00"), "UTF-16")
    return text, None


def _refusal(data: bytes, at: int, guess: str) -> FileRefusedError:
    found = f"0x{data[at]:02x}"
    return FileRefusedError("not_utf8", found=found, expected="UTF-8", position=at, byte=data[at], guess=guess)


def _before_unicode(data: bytes) -> tuple[str, Legacy] | None:
    found: list[tuple[float, str, str]] = []
    for name, text in _readings(data):
        marked = marked_words(text[:_LOOKED_AT])
        if len(set(marked)) >= _FEWEST:
            found.append((sum(map(is_syllable, marked)) / len(marked), name, text))
    if not found:
        return None
    share, name, text = max(found, key=lambda one: one[0])
    if share < _ALIKE:
        return None
    line = next(one for one in text.splitlines() if marked_words(one))
    at = text.splitlines().index(line)
    before = "".join(data.decode("cp1252", "replace").splitlines()[at : at + 1]).replace("\u00ad", "-")
    return text, Legacy(name, _first_words(before), _first_words(line))


def _readings(data: bytes) -> Iterator[tuple[str, str]]:
    with suppress(UnicodeDecodeError):
        yield WINDOWS, unicodedata.normalize("NFC", data.decode("cp1258"))
    yield TCVN3, convert(data.decode("latin-1"), TCVN3)
    with suppress(UnicodeDecodeError):
        yield VNI, convert(data.decode("cp1252"), VNI)


def _first_words(line: str) -> str:
    """Some words around the first that has marks, to show how a line reads."""
    words = [word for word in re.split(r'[\s,;"]+', line) if any(map(str.isalnum, word))]
    first = next((at for at, word in enumerate(words) if marked_words(word)), 0)
    return " ".join(words[first : first + 4])
