"""Whether a word could be Vietnamese: text that is read in the wrong encoding is not."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_ONSET = "(?:ngh|ng|nh|gh|gi|kh|ph|th|tr|ch|qu|[bcdđghklmnprstvx])?"
_OPEN = (
    "iêu|yêu|oai|oao|oay|oeo|uây|uôi|ươi|ươu|uya|uyu|uêu|uao|uai|ai|ao|au|ay|âu|ây|eo|êu|ia|iu|oa|oe|oi|oo|ôi|ơi|ua|uê|"
    "ui|uơ|uy|ưa|ưi|ưu|[aeêioôơuưy]"
)
_CLOSED = "(?:oa|oă|oe|oo|uâ|uyê|uê|uy|iê|yê|uô|ươ|[aăâeêioôơuưy])(?:ch|ng|nh|[cmnpt])"
_SYLLABLE = re.compile(f"{_ONSET}(?:{_CLOSED}|{_OPEN})\\Z")
_RUN = re.compile("(?:[^\\W\\d_]|[\u00a1-\u00be\u00d7\u00f7\u0300-\u036f])+")
"""Letters, and what stood for letters in fonts before Unicode."""


@lru_cache(maxsize=8192)
def is_syllable(word: str) -> bool:
    """True if `word` is written as a Vietnamese syllable: onset, rhyme, at most one tone."""
    spread = unicodedata.normalize("NFD", word.casefold())
    bare = "".join(c for c in spread if c not in _TONES)
    return len(spread) - len(bare) <= 1 and bool(_SYLLABLE.match(unicodedata.normalize("NFC", bare)))


def marked_words(text: str) -> list[str]:
    """The words of a text that have more than letters of English; the signs of old fonts are letters of a word."""
    return [word for word in _RUN.findall(unicodedata.normalize("NFC", text)) if not word.isascii()]


def is_vietnamese(text: str) -> bool:
    """True if every word of a text that has more than letters of English could be Vietnamese."""
    return all(map(is_syllable, marked_words(text)))
