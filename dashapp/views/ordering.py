"""Orders of the agencies in pictures and tables; inside each level, equal ones by code."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dashapp.views.shown import Shown
from engine import Level

NAMES_KEPT = 8
_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_SHAPES = frozenset("\u0302\u0306\u031b")
"""Circumflex, breve and horn make letters of their own; every other mark is a tone."""
_PART = re.compile(r"\d+|\D")


class Order(StrEnum):
    """What comes first: the highest current value, target, gain or volume; or the names by the alphabet."""

    NOW = "now"
    TARGET = "target"
    GAIN = "gain"
    VOLUME = "volume"
    NAME = "name"


def by_level(shown: Shown, order: Order) -> list[tuple[str, NDArray[np.intp]]]:
    """The shown rows of every level that has any, each in order."""
    levels = shown.allocation.figures.level_array[shown.result.rows[shown.rows]]
    found = []
    for level in Level:
        rows = shown.rows[levels == str(level)]
        if len(rows):
            found.append((str(level), _sorted(shown, rows, order)))
    return found


def _sorted(shown: Shown, rows: NDArray[np.intp], order: Order) -> NDArray[np.intp]:
    result = shown.result
    match order:
        case Order.NOW:
            key = _down(result.current[rows])
        case Order.TARGET:
            key = _down(result.target[-1, rows])
        case Order.GAIN:
            key = _down(result.gain[-1, rows])
        case Order.VOLUME:
            key = _down(result.denominator[rows])
        case Order.NAME:
            key = alphabetical(shown.allocation.figures.names)[result.rows[rows]].astype(np.float64)
    return rows[np.lexsort((result.rows[rows], key))]


def _down(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """A key that puts the highest value first and what is missing last."""
    return np.where(np.isnan(values), np.inf, -values)


@lru_cache(maxsize=NAMES_KEPT)
def alphabetical(names: tuple[str, ...]) -> NDArray[np.intp]:
    """(m,) place of each name in the Vietnamese alphabet's order."""
    places = np.empty(len(names), dtype=np.intp)
    places[sorted(range(len(names)), key=lambda at: collation(names[at]))] = np.arange(len(names))
    places.setflags(write=False)
    return places


def collation(name: str) -> tuple[list[tuple[int, int]], str]:
    """A key that sorts names as a Vietnamese dictionary does: letters first, tones second, numbers by value."""
    letters: list[tuple[int, int]] = []
    for part in _PART.findall(_without_tones(name.lower())):
        if part.isdecimal():
            letters.append((1, int(part)))
        else:
            place = _ALPHABET.find(part)
            letters.append((2, place) if place >= 0 else (0, ord(part)))
    return letters, unicodedata.normalize("NFD", name.lower())


def _without_tones(text: str) -> str:
    spread = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(c for c in spread if not unicodedata.combining(c) or c in _SHAPES))
