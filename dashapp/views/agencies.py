"""The agencies of a page as a chart and as a table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from dash import html
from dash.development.base_component import Component

from dashapp.charts.base import Figure
from dashapp.charts.dumbbell import AT_LOWER, AT_UPPER, HELD, TICKS, Bell, dumbbell
from dashapp.i18n import number, period, points, share, t
from dashapp.views.parts import aria
from dashapp.views.shown import Shown
from engine import Basis, Kind, Level, TargetStatus

WHOLE_PAGE = 60
"""Up to this many agencies a table stands on the page in full; beyond, it scrolls in its own frame."""

MANY = 2
"""Any number that takes the plural."""

_MARKS: Mapping[str, str] = MappingProxyType(
    {TargetStatus.AT_LOWER: AT_LOWER, TargetStatus.AT_UPPER: AT_UPPER, TargetStatus.PINNED: HELD}
)


# --- the chart -----------------------------------------------------------------------------------------------
def chart(shown: Shown) -> Figure:
    """Every shown agency by level, highest current value first: the order stays when a lever moves."""
    lang = shown.lang
    goal = shown.group.goal if shown.group is not None else shown.summary.goal
    key = "web.chart.goal_of_group" if shown.group is not None else "web.chart.goal"
    groups = [(t(f"web.group.{level}", lang), bells) for level, bells in _by_level(shown)]
    ticks = [share(tick, lang, 0) for tick in TICKS]
    return dumbbell(groups, goal, t(key, lang, goal=goal), ticks, lang)


def _by_level(shown: Shown) -> list[tuple[str, list[Bell]]]:
    levels = np.array(shown.allocation.figures.levels, dtype=object)[shown.result.rows[shown.rows]]
    found = []
    for level in Level:
        rows = shown.rows[levels == str(level)]
        if len(rows):
            found.append((str(level), [_bell(shown, int(row)) for row in _sorted(shown, rows)]))
    return found


def _sorted(shown: Shown, rows: Any) -> Any:
    """Highest current value first, those without one last; equal ones by code."""
    now = shown.result.current[rows]
    order = np.lexsort((shown.result.rows[rows], -np.where(np.isnan(now), -1.0, now)))
    return rows[order]


def _bell(shown: Shown, row: int) -> Bell:
    result, lang = shown.result, shown.lang
    code = shown.allocation.figures.codes[result.rows[row]]
    target = _known(result.target[-1, row])
    label = share(target, lang, 1, trim=True) if target is not None else t("web.chart.no_target", lang)
    return Bell(
        code=code,
        name=shown.labels.agency(code),
        now=_known(result.current[row]),
        middle=_known(result.target[0, row]) if len(shown.periods) > 1 else None,
        target=target,
        mark=_MARKS.get(result.status[-1, row], ""),
        label=label,
        hover=_hover(shown, row, code),
    )


def _hover(shown: Shown, row: int, code: str) -> str:
    result, lang = shown.result, shown.lang
    counts = f"{number(result.numerator[row], lang)} / {number(result.denominator[row], lang)}"
    lines = [
        f"<b>{shown.labels.agency(code)}</b>",
        f"{t('web.chart.now', lang)}: {share(result.current[row], lang)} ({counts})",
    ]
    for at, id in enumerate(shown.periods):
        lines.append(f"{_capital(period(id, lang))}: {share(result.target[at, row], lang, 1, trim=True)}")
    note = held_by(shown, row)
    if note:
        lines.append(note)
    return "<br>".join(lines)


def legend(shown: Shown) -> list[Component]:
    """What the marks of the chart mean; only those that can occur."""
    lang = shown.lang
    keys = [("now", t("web.chart.now", lang))]
    if len(shown.periods) > 1:
        keys.append(("mid", _capital(period(shown.periods[0], lang))))
    keys.append(("target", _capital(period(shown.periods[-1], lang))))
    keys += [(name, t(f"web.chart.{name}", lang)) for name in ("goal_line", "lower", "upper")]
    if TargetStatus.PINNED in set(shown.result.status[-1, shown.rows]):
        keys.append(("pinned", t("terms.target_status.pinned", lang)))
    shapes = {"goal_line": "goal"}
    return [
        html.Li([html.Span(className=f"key key-{shapes.get(name, name)}", **aria(hidden="true")), words])
        for name, words in keys
    ]


# --- the table -----------------------------------------------------------------------------------------------
def rows(shown: Shown) -> list[dict[str, Any]]:
    """One record per agency, in the order of the chart; shares as fractions, None where there is no number."""
    return [_record(shown, int(row)) for level in _ordered(shown) for row in level]


def _ordered(shown: Shown) -> list[Any]:
    levels = np.array(shown.allocation.figures.levels, dtype=object)[shown.result.rows[shown.rows]]
    return [_sorted(shown, shown.rows[levels == str(level)]) for level in Level]


def _record(shown: Shown, row: int) -> dict[str, Any]:
    result, figures = shown.result, shown.allocation.figures
    position = result.rows[row]
    now, target = result.current[row], result.target[-1, row]
    record = {
        "code": figures.codes[position],
        "name": shown.labels.agency(figures.codes[position]),
        "level": t(f"terms.level.{figures.levels[position]}", shown.lang),
        "numerator": _known(result.numerator[row]),
        "denominator": _known(result.denominator[row]),
        "now": _known(now),
        "gain": _known(target - (0.0 if math.isnan(now) else now)),
        "to_do": _known(result.to_do[-1, row]),
        "rate": _known(result.in_period_rate[-1, row]),
        "mark": _MARKS.get(result.status[-1, row], ""),
        "note": held_by(shown, row),
    }
    for at in range(len(shown.periods)):
        record[f"target{at}"] = _known(result.target[at, row])
    proposed = _proposed(shown)
    if proposed is not None:
        record["proposed"] = _known(proposed[row])
    return record


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


def columns(shown: Shown) -> list[dict[str, Any]]:
    """Column definitions of the table for the shown indicator."""
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
        },
        _numeric("denominator", t("web.grid.denominator", lang), "number", lang, 72, about.denominator[lang]),
        _numeric("numerator", t("web.grid.numerator", lang), "number", lang, 70, about.numerator[lang]),
        _numeric("now", t("web.grid.now", lang), "share", lang, 72, about.name[lang]),
    ]
    for at, id in enumerate(shown.periods):
        tip = t("web.tip.target", lang, end=shown.allocation.plan.periods[at].end)
        one = _numeric(f"target{at}", _capital(period(id, lang)), "target", lang, 76, tip)
        found.append({**one, "cellClass": "cell-target ag-right-aligned-cell" if at == last else one["cellClass"]})
    found.append(_numeric("gain", t("web.grid.gain", lang), "gain", lang, 70, t("web.tip.gain", lang)))
    if _proposed(shown) is not None:
        tip = t("web.tip.proposed", lang, period=shown.periods[-1])
        found.append(_numeric("proposed", t("web.grid.proposed", lang), "target", lang, 80, tip))
    tip = t("web.tip.to_do", lang, unit=shown.labels.unit(shown.indicator, MANY), period=shown.periods[-1])
    found.append(_numeric("to_do", t("web.grid.to_do", lang), "added", lang, 80, tip))
    if flow:
        tip = t("web.tip.rate", lang, period=shown.periods[-1])
        found.append(_numeric("rate", t("web.grid.rate", lang, period=shown.periods[-1]), "share", lang, 78, tip))
    found.append(
        {
            "field": "note",
            "headerName": t("web.grid.note", lang),
            "flex": 1,
            "minWidth": 104,
            "tooltipField": "note",
            "cellClassRules": {
                "cell-upper": f"params.data.mark == '{AT_UPPER}'",
                "cell-lower": f"params.data.mark == '{AT_LOWER}'",
                "cell-muted": "params.data.mark == ''",
            },
        }
    )
    return found


def _numeric(field: str, title: str, kind: str, lang: str, width: int, tip: str) -> dict[str, Any]:
    return {
        "field": field,
        "headerName": title,
        "headerTooltip": tip,
        "width": width,
        "type": "rightAligned",
        "cellClass": "ag-right-aligned-cell",
        "valueFormatter": {"function": f"written(params.value, '{kind}', '{lang}')"},
    }


def held_by(shown: Shown, row: int) -> str:
    """What decided the last target where it was not the method alone, and what about it is assumed."""
    result, lang, labels = shown.result, shown.lang, shown.labels
    parts = []
    match result.status[-1, row]:
        case TargetStatus.AT_LOWER:
            parts.append(t("web.held.lower", lang, rule=labels.by(result.lower_by[-1, row])))
        case TargetStatus.AT_UPPER:
            parts.append(t("web.held.upper", lang, rule=labels.by(result.upper_by[-1, row])))
        case TargetStatus.PINNED:
            parts.append(t("terms.target_status.pinned", lang))
        case TargetStatus.EXEMPT:
            reason = labels.reason(str(result.reason[-1, row]))
            parts.append(t("web.held.exempt", lang, reason=reason))
        case TargetStatus.MISSING:
            parts.append(t("terms.target_status.missing", lang))
    flags = [
        name
        for name, flag in (
            ("off_grid", result.off_grid[-1, row]),
            ("volume_assumed", result.expected_assumed[-1, row]),
            ("start_assumed", result.start_assumed[row]),
        )
        if flag and not math.isnan(result.target[-1, row])
    ]
    parts += [t(f"web.flag.{name}", lang) for name in flags]
    return _capital(" · ".join(parts))


def _proposed(shown: Shown) -> Any:
    """What agencies themselves proposed for the last period [share], None where nobody did."""
    own = shown.allocation.figures.indicators[shown.indicator].proposed.get(shown.periods[-1])
    return own if own is not None and not np.isnan(own).all() else None


def gain_text(now: float, target: float, lang: str) -> str:
    """Points from the current value to a target, with its sign."""
    return points(target - (0.0 if math.isnan(now) else now), lang, 1, signed=True)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
