"""What a comparison says of the time ahead: chances, what measures bring and what is left to plain effort."""

from __future__ import annotations

from typing import Any

from dash import html

from dashapp.i18n import ABSENT, in_ten, points, share, t
from dashapp.services.measured import Way, way
from dashapp.views.comparison import Entry

Children = Any
"""What stands in a cell."""


def figure(value: str, words: str) -> Children:
    """A figure with a few words beside it."""
    return [html.Strong(value), " ", html.Span(words)]


def likely(chance: float, lang: str) -> Children:
    """A chance in words and as a share."""
    return figure(in_ten(chance, lang), share(chance, lang, 0))


def promise(entry: Entry, indicator: str) -> Children:
    """The chance of the province; of what, where the goal is set higher than what is really to be reached."""
    lang, chance, plan = entry.lang, entry.chances(indicator)[0], entry.opened.scenario.plan
    reach = plan.indicator(indicator).reach.get(plan.last.id)
    if reach is None:
        return likely(chance, lang)
    return figure(in_ten(chance, lang), t("compare.cell.to_reach", lang, chance=share(chance, lang, 0), reach=reach))


def _way(entry: Entry, indicator: str) -> Way | None:
    if entry.column is None or entry.side(indicator) is None:
        return None
    return way(entry.column.allocation, indicator)


def counts_measures(entry: Entry, indicator: str) -> bool:
    """Whether a scenario counts any measure for an indicator."""
    found = _way(entry, indicator)
    return found is not None and bool(found.measures)


def brought(entry: Entry, indicator: str) -> Children:
    """The points that measures bring, and those that are left to plain effort."""
    lang, found = entry.lang, _way(entry, indicator)
    if found is None:
        return ABSENT
    left = points(found.effort.value, lang, 1, signed=True)
    if not found.measures:
        return t("compare.cell.no_measures", lang, left=left)
    value = points(sum(one.value for one in found.measures), lang, 1, signed=True)
    return figure(value, t("compare.cell.effort", lang, left=left))
