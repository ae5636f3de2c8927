"""Vietnamese text of the fonts before Unicode: TCVN3 (ABC, .VnTime) and VNI.

What was typed in such a font and is read as Unicode looks like "Së T­ ph¸p" or "Sôû Tö phaùp". It is recognised by
words that are no Vietnamese as they stand and are after conversion; a person confirms it once for a file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from data.intake.syllables import is_vietnamese
from data.intake.words import fold

TCVN3, VNI = "TCVN3 (ABC)", "VNI"
FONTS = (TCVN3, VNI)
_TCVN3_WRITTEN = "¡¢£¤¥¦§¨©ª«¬\u00ad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ"
_TCVN3_MEANT = "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"
_TONES = ("\u0301", "\u0300", "\u0309", "\u0303", "\u0323")
_HATS = tuple("\u0302" + tone for tone in ("", *_TONES))
_BREVES = tuple("\u0306" + tone for tone in ("", *_TONES))
_VNI_MARKS: Mapping[str, str] = MappingProxyType(
    dict(zip("ùøûõï" + "âáàåãä" + "êéèúüë", (*_TONES, *_HATS, *_BREVES), strict=True))
)
"""What follows a vowel -> the marks that it puts on it."""
_VNI_LETTERS: Mapping[str, str] = MappingProxyType(dict(zip("ôöñíìæóòîÔÖÑÍÌÆÓÒÎ", "ơưđíìỉĩịỵƠƯĐÍÌỈĨỊỴ", strict=True)))
_VNI_PAIR = re.compile("([aeouyôöAEOUYÔÖ])([ùøûõïâáàåãäêéèúüëÙØÛÕÏÂÁÀÅÃÄÊÉÈÚÜË])|[ôöñíìæóòîÔÖÑÍÌÆÓÒÎ]")
UNICODE_ONLY = re.compile("[\u0102\u0103\u0110\u0111\u01a0\u01a1\u01af\u01b0\u0128\u0129\u0168\u0169\u1ea0-\u1ef9]")
"""Letters that text of neither font has."""


@dataclass(frozen=True)
class Legacy:
    """An encoding before Unicode that a file is written in, and a word of it `before` and `after` conversion."""

    name: str
    before: str
    after: str


@cache
def _tcvn3() -> Mapping[int, str]:
    letters = zip(_TCVN3_WRITTEN, _TCVN3_MEANT, strict=True)
    return MappingProxyType({ord(written): meant for written, meant in letters})


def convert(text: str, font: str) -> str:
    """Text typed in `font`, one of `FONTS`, as Unicode in form NFC."""
    text = unicodedata.normalize("NFC", text)
    return text.translate(_tcvn3()) if font == TCVN3 else _VNI_PAIR.sub(_of_vni, text)


def _of_vni(match: re.Match[str]) -> str:
    base, mark = match.groups()
    if base is None:
        return _VNI_LETTERS[match[0]]
    letter = _VNI_LETTERS.get(base, base)
    return unicodedata.normalize("NFC", letter + _VNI_MARKS[mark.lower()])


def readings(text: str) -> tuple[str, ...]:
    """What a text says if it is TCVN3, and if it is VNI, folded; empty if it is neither."""
    found = [convert(text, font) for font in FONTS if could_be(text, font)]
    return tuple(fold(one) for one in found)


def could_be(text: str, font: str) -> bool:
    """True if a text is no Vietnamese as it stands and is when it is read in `font`."""
    composed = unicodedata.normalize("NFC", text)
    if composed.isascii() or UNICODE_ONLY.search(composed) or is_vietnamese(composed):
        return False
    return is_vietnamese(convert(composed, font))
