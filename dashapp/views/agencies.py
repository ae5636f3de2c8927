"""The agencies of a page as a table."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashapp.charts.dumbbell import AT_LOWER, AT_UPPER
from dashapp.i18n import period, t
from dashapp.views.grids import numeric
from dashapp.views.held import MARKS, held_by
from dashapp.views.ordering import Order, by_level
from dashapp.views.shown import Shown
from engine import Basis, Kind

WHOLE_PAGE = 60
"""Up to this many agencies a table stands on the page in full; beyond, it scrolls in its own frame."""

FIELDS = ("numerator", "denominator", "now", "gain", "to_do", "rate", "proposed")
"""Columns of numbers beside the targets (`column`)."""
FILTER_ROOM = 34
"""Pixels that a filter's button and the numbers of a long table take beside the heading."""
MANY = 2
"""Any number that takes the plural."""


def order_of(shown: Shown) -> Order:
    """The order of the page."""
    return Order(shown.state.order or Order.NOW)


def rows(shown: Shown) -> list[dict[str, Any]]:
    """One record per agency, in the order of the page; shares as fractions, None where there is no number."""
    return records(shown, ordered(shown))


def ordered(shown: Shown) -> NDArray[np.intp]:
    """The shown rows in the order of the page."""
    return np.concatenate([level for _, level in by_level(shown, order_of(shown))] or [shown.rows])


def records(shown: Shown, some: NDArray[np.intp]) -> list[dict[str, Any]]:
    """Records of some rows of the result."""
    result, figures = shown.result, shown.allocation.figures
    positions = result.rows[some]
    found: dict[str, list[Any]] = {
        "code": [figures.codes[position] for position in positions],
        "level": [t(f"terms.level.{level}", shown.lang) for level in figures.level_array[positions]],
        "mark": [MARKS.get(status, "") for status in result.status[-1, some]],
        "note": [held_by(shown, row) for row in some.tolist()],
    }
    found["name"] = [shown.labels.agency(code) for code in found["code"]]
    for field in (*FIELDS, *(f"target{at}" for at in range(len(shown.periods)))):
        values = column(shown, field)
        if values is not None:
            found[field] = [_known(value) for value in values[some].tolist()]
    return [dict(zip(found, record, strict=True)) for record in zip(*found.values(), strict=True)]


def column(shown: Shown, field: str) -> NDArray[np.float64] | None:
    """(n,) values of a numeric column for all rows of the result; None if there is no such column."""
    result = shown.result
    if field.startswith("target") and field.removeprefix("target").isdecimal():
        at = int(field.removeprefix("target"))
        return result.target[at] if at < len(shown.periods) else None
    match field:
        case "numerator":
            return result.numerator
        case "denominator":
            return result.denominator
        case "now":
            return result.current
        case "gain":
            return result.gain[-1]
        case "to_do":
            return result.to_do[-1]
        case "rate":
            return result.in_period_rate[-1]
        case "proposed":
            return _proposed(shown)
    return None


def totals(shown: Shown) -> list[dict[str, Any]]:
    """The row under the table: the province, or the agency whose children are shown."""
    summaries = shown.allocation.summaries
    name = t("web.grid.total", shown.lang)
    if shown.state.inside:
        summaries = tuple(one for one in shown.allocation.groups if one.parent == shown.state.inside)
        name = t("web.grid.total_of", shown.lang, parent=shown.labels.agency(shown.state.inside))
    record: dict[str, Any] = {"code": "", "name": name, "note": "", "mark": ""}
    if shown.plan.kind is Kind.FLOW:  # services are shared between agencies: their counts do not add up
        for field, counts in (("numerator", shown.result.numerator), ("denominator", shown.result.denominator)):
            record[field] = float(np.nansum(counts[shown.rows]))
        record["to_do"] = float(np.nansum(shown.result.to_do[-1, shown.rows]))
    for one in summaries:
        if one.indicator == shown.indicator and one.period in shown.periods:
            record[f"target{shown.periods.index(one.period)}"] = _known(one.attained)
            record["now"] = _known(one.start)
            record["gain"] = _known(one.attained - one.start)
    return [record]


def columns(shown: Shown, *, filtered: bool = False) -> list[dict[str, Any]]:
    """Column definitions of the table for the shown indicator; `filtered` where each number has a filter of its own."""
    lang = shown.lang
    about = shown.campaign.indicators[shown.indicator]
    flow = shown.plan.basis is Basis.CUMULATIVE
    last = len(shown.periods) - 1
    found = [
        {
            "field": "name",
            "headerName": t("web.grid.name", lang),
            "pinned": "left",
            "width": 262,
            "minWidth": 150,
            "tooltipField": "name",
            "cellClass": "cell-strong",
            **({"filter": "agTextColumnFilter"} if filtered else {}),
        },
        numeric("denominator", t("web.grid.denominator", lang), "number", lang, 72, about.denominator[lang]),
        numeric("numerator", t("web.grid.numerator", lang), "number", lang, 70, about.numerator[lang]),
        numeric("now", t("web.grid.now", lang), "share", lang, 72, about.name[lang]),
    ]
    for at, id in enumerate(shown.periods):
        tip = t("web.tip.target", lang, end=shown.allocation.plan.periods[at].end)
        one = numeric(f"target{at}", _capital(period(id, lang)), "target", lang, 76, tip)
        found.append({**one, "cellClass": "cell-target ag-right-aligned-cell" if at == last else one["cellClass"]})
    found.append(numeric("gain", t("web.grid.gain", lang), "gain", lang, 70, t("web.tip.gain", lang)))
    if _proposed(shown) is not None:
        tip = t("web.tip.proposed", lang, period=shown.periods[-1])
        found.append(numeric("proposed", t("web.grid.proposed", lang), "target", lang, 80, tip))
    tip = t("web.tip.to_do", lang, unit=shown.labels.unit(shown.indicator, MANY), period=shown.periods[-1])
    found.append(numeric("to_do", t("web.grid.to_do", lang), "added", lang, 80, tip))
    if flow:
        tip = t("web.tip.rate", lang, period=shown.periods[-1])
        found.append(numeric("rate", t("web.grid.rate", lang, period=shown.periods[-1]), "share", lang, 78, tip))
    found.append(
        {
            "field": "note",
            "headerName": t("web.grid.note", lang),
            "flex": 1,
            "minWidth": 104,
            "tooltipField": "note",
            "cellClassRules": {
                "cell-upper": f"params.data && params.data.mark == '{AT_UPPER}'",
                "cell-lower": f"params.data && params.data.mark == '{AT_LOWER}'",
                "cell-muted": "params.data && params.data.mark == ''",
            },
        }
    )
    if filtered:
        return [_filtered(one) for one in found]
    return found


def _filtered(one: dict[str, Any]) -> dict[str, Any]:
    """A column with a filter of its own, where it holds numbers; they are long where tables are."""
    if one.get("type") != "rightAligned":
        return one
    return {**one, "filter": "agNumberColumnFilter", "width": one["width"] + FILTER_ROOM}


def _proposed(shown: Shown) -> Any:
    """What agencies themselves proposed for the last period [share], None where nobody did."""
    own = shown.allocation.figures.indicators[shown.indicator].proposed.get(shown.periods[-1])
    return own if own is not None and not np.isnan(own).all() else None


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
