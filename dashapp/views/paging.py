"""Tables too long for a page: the browser asks for a stretch of rows, sorted and filtered here."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashapp.views import agencies
from dashapp.views.ordering import alphabetical
from dashapp.views.shown import Shown
from engine import Figures

LONGEST_WHOLE = 400
"""Up to this many agencies a table is sent whole; beyond, as it is scrolled."""
BLOCK = 100
"""Rows of one stretch."""
LONGEST_STRETCH = 500
BEHAVIOUR: Mapping[str, Any] = MappingProxyType({"cacheBlockSize": BLOCK, "maxBlocksInCache": 20, "rowBuffer": 10})
"""How a table asks for its stretches."""
MOST_TERMS = 12
NAMES_KEPT = 8

Floats = NDArray[np.float64]

_SHARES = frozenset({"now", "gain", "proposed", "rate", "target0", "target1", "target2", "target3"})
"""Columns in which a person types percents or points."""

_TESTS: Mapping[str, Callable[[Floats, float, float], NDArray[np.bool_]]] = MappingProxyType(
    {
        "equals": lambda values, one, _: np.isclose(values, one, rtol=0, atol=5e-7),
        "notEqual": lambda values, one, _: ~np.isclose(values, one, rtol=0, atol=5e-7),
        "lessThan": lambda values, one, _: values < one,
        "lessThanOrEqual": lambda values, one, _: values <= one,
        "greaterThan": lambda values, one, _: values > one,
        "greaterThanOrEqual": lambda values, one, _: values >= one,
        "inRange": lambda values, one, other: (values >= one) & (values <= other),
        "blank": lambda values, _, __: np.isnan(values),
        "notBlank": lambda values, _, __: ~np.isnan(values),
    }
)


def is_paged(figures: Figures) -> bool:
    """True if the tables of a campaign are sent as they are scrolled."""
    return len(figures.codes) > LONGEST_WHOLE


def stretch(shown: Shown, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The rows that a table asks for, and how many there are with its filter.

    Parameters
    ----------
    asked : mapping
        As AG Grid writes it: ``startRow``, ``endRow``, ``sortModel`` and ``filterModel``; what is not understood
        there sorts and filters nothing.
    """
    rows = agencies.ordered(shown)
    rows = rows[_passing(shown, rows, asked.get("filterModel"))]
    rows = _sorted(shown, rows, asked.get("sortModel"))
    begin = min(max(_whole(asked.get("startRow"), 0), 0), len(rows))
    end = min(_whole(asked.get("endRow"), begin + BLOCK), begin + LONGEST_STRETCH)
    return {"rowData": agencies.records(shown, rows[begin:end]), "rowCount": len(rows)}


def _whole(value: Any, otherwise: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise


def _sorted(shown: Shown, rows: NDArray[np.intp], model: Any) -> NDArray[np.intp]:
    keys: list[Floats] = []
    for one in list(_terms(model))[:MOST_TERMS]:
        key = _key(shown, rows, str(one.get("colId", "")))
        if key is not None:
            falling = one.get("sort") == "desc"
            keys.append(np.where(np.isnan(key), np.inf, -key if falling else key))
    return rows[np.lexsort(keys[::-1])] if keys else rows


def _key(shown: Shown, rows: NDArray[np.intp], column: str) -> Floats | None:
    if column == "name":
        return alphabetical(shown.allocation.figures.names)[shown.result.rows[rows]].astype(np.float64)
    values = agencies.column(shown, column)
    return None if values is None else values[rows]


def _passing(shown: Shown, rows: NDArray[np.intp], model: Any) -> NDArray[np.bool_]:
    passing = np.ones(len(rows), dtype=bool)
    if not isinstance(model, Mapping):
        return passing
    for column, term in list(model.items())[:MOST_TERMS]:
        if not isinstance(term, Mapping):
            continue
        if column == "name":
            wanted = folded(str(term.get("filter", "")).strip())
            names = _folded(shown.allocation.figures.names)
            passing &= np.fromiter((wanted in names[at] for at in shown.result.rows[rows]), dtype=bool, count=len(rows))
            continue
        values, test = agencies.column(shown, str(column)), _TESTS.get(str(term.get("type", "")))
        if values is not None and test is not None:
            scale = 0.01 if column in _SHARES else 1.0
            low, high = (_number(term.get(name)) * scale for name in ("filter", "filterTo"))
            passing &= test(values[rows], low, high)
    return passing


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _terms(model: Any) -> Sequence[Mapping[str, Any]]:
    return [one for one in model if isinstance(one, Mapping)] if isinstance(model, list) else []


def folded(text: str) -> str:
    """Text as it is searched for: without case, tones and the marks of letters."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(c for c in plain if not unicodedata.combining(c))


@lru_cache(maxsize=NAMES_KEPT)
def _folded(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(folded, names))
