"""The table itself: one row per agency, targets that can be typed over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash.development.base_component import Component

from dashapp import ids
from dashapp.charts.dumbbell import AT_LOWER, AT_UPPER
from dashapp.i18n import period, t
from dashapp.services.database import AllocationRow
from dashapp.views import grids
from dashapp.views.agencies import WHOLE_PAGE
from dashapp.views.finalize import Seen
from dashapp.views.held import MARKS
from dashapp.views.ordering import Order, collation
from engine import Level, TargetStatus

_LEVELS = tuple(str(one) for one in Level)


def rows(seen: Seen) -> list[dict[str, Any]]:
    """One record per agency of the shown indicator; shares as fractions, None where there is no number."""
    found: dict[str, list[AllocationRow]] = {}
    for row in seen.rows:
        if row.indicator == seen.indicator:
            found.setdefault(row.agency, []).append(row)
    marks = _Marks(
        {(one.agency, one.indicator, one.period): one.id for one in seen.table.inputs.overrides},
        frozenset(one.place for one in seen.edits),
        frozenset(one.override.id for one in seen.table.stale),
    )
    return sorted((_record(seen, own, marks) for own in found.values()), key=lambda one: _key(one, seen.order))


@dataclass(frozen=True)
class _Marks:
    """Ids of the overrides in force by their places, places that are edited, ids of stale overrides."""

    pins: Mapping[tuple[str, str, str], int]
    edited: frozenset[tuple[str, str, str]]
    stale: frozenset[int]


def _record(seen: Seen, own: list[AllocationRow], marks: _Marks) -> dict[str, Any]:
    lang, last = seen.lang, own[-1]
    level = t(f"terms.level.{last.level}", lang)
    record: dict[str, Any] = {
        "code": last.agency,
        "name": last.name,
        "level": level if last.parent is None else f"{level} · {seen.labels.agency(last.parent)}",
        "rank": _LEVELS.index(last.level),
        "denominator": last.denominator,
        "numerator": last.numerator,
        "now": last.current,
        "gain": last.gain,
        "proposed": _proposed(seen, last.agency),
        "mark": MARKS.get(TargetStatus(last.status), ""),
        "pins": {},
        "edited": {},
        "moved": {},
        "stale": False,
    }
    for at, row in enumerate(own):
        place = (row.agency, row.indicator, row.period)
        record[f"target{at}"] = row.target
        if place in marks.pins:
            record["pins"][f"target{at}"] = True
            record["stale"] = record["stale"] or marks.pins[place] in marks.stale
        if place in marks.edited:
            record["edited"][f"target{at}"] = True
        elif seen.joint is not None and seen.kept_rows[place].target != row.target:
            record["moved"][f"target{at}"] = True
    record["note"] = _note(seen, last, record)
    return record


def _note(seen: Seen, row: AllocationRow, record: dict[str, Any]) -> str:
    lang, said = seen.lang, []
    if record["edited"]:
        said.append(t("finalize.mark.edited", lang))
    if record["pins"]:
        said.append(t("finalize.mark.stale" if record["stale"] else "finalize.mark.pinned", lang))
    match row.status:
        case TargetStatus.AT_LOWER:
            said.append(t("web.held.lower", lang, rule=seen.labels.by(row.lower_by or "")))
        case TargetStatus.AT_UPPER:
            said.append(t("web.held.upper", lang, rule=seen.labels.by(row.upper_by or "")))
        case TargetStatus.EXEMPT:
            said.append(t("web.held.exempt", lang, reason=seen.labels.reason(row.reason or "")))
        case TargetStatus.MISSING:
            said.append(t("terms.target_status.missing", lang))
        case TargetStatus.PINNED if not record["pins"] and not record["edited"]:
            said.append(t("terms.target_status.pinned", lang))
    flags = (("off_grid", row.off_grid), ("volume_assumed", row.expected_assumed), ("start_assumed", row.start_assumed))
    said += [t(f"web.flag.{name}", lang) for name, on in flags if on and row.target is not None]
    text = " · ".join(said)
    return text[:1].upper() + text[1:]


def _proposed(seen: Seen, agency: str) -> float | None:
    return seen.proposals.get(agency)


def _key(record: dict[str, Any], order: str) -> tuple[Any, ...]:
    last = max((key for key in record if key.startswith("target")), default="")
    field = {Order.NOW: "now", Order.TARGET: last, Order.GAIN: "gain", Order.VOLUME: "denominator"}.get(Order(order))
    if field is None:
        return record["rank"], collation(record["name"]), record["code"]
    value = record[field]
    return record["rank"], value is None, -(value or 0.0), record["code"]


def columns(seen: Seen) -> list[dict[str, Any]]:
    """Column definitions for the shown indicator."""
    lang, about = seen.lang, seen.campaign.indicators[seen.indicator]
    found: list[dict[str, Any]] = [
        {
            "field": "name",
            "headerName": t("web.grid.name", lang),
            "pinned": "left",
            "width": 200,
            "minWidth": 150,
            "tooltipField": "name",
            "cellClass": "cell-strong",
        },
        {"field": "level", "headerName": t("finalize.grid.level", lang), "width": 112, "tooltipField": "level"},
        grids.numeric("denominator", t("web.grid.denominator", lang), "number", lang, 72, about.denominator[lang]),
        grids.numeric("numerator", t("web.grid.numerator", lang), "number", lang, 68, about.numerator[lang]),
        grids.numeric("now", t("web.grid.now", lang), "share", lang, 74, about.name[lang]),
    ]
    for at, (id, one) in enumerate(zip(seen.periods, seen.table.inputs.scenario.plan.periods, strict=True)):
        head = period(id, lang)
        column = grids.numeric(
            f"target{at}", head[:1].upper() + head[1:], "target", lang, 86, t("web.tip.target", lang, end=one.end)
        )
        name = f"target{at}"
        column["cellClassRules"] = {
            "cell-edited": f"params.data && params.data.edited.{name}",
            "cell-pinned": f"params.data && params.data.pins.{name} && !params.data.edited.{name}",
            "cell-moved": f"params.data && params.data.moved.{name}",
        }
        column["cellClass"] = "cell-target ag-right-aligned-cell"
        if seen.edits_it:
            column |= {
                "editable": {"function": f"params.data && params.data.{name} !== null"},
                "singleClickEdit": True,
                "cellEditor": "agTextCellEditor",
                "cellEditorParams": {"useFormatter": True, "maxLength": 12},
                "valueParser": {"function": "finalTyped(params)"},
            }
        found.append(column)
    tip = t("web.tip.gain", lang)
    found.append(grids.numeric("gain", t("web.grid.gain", lang), "gain", lang, 76, tip))
    tip = t("web.tip.proposed", lang, period=seen.periods[-1])
    found.append(grids.numeric("proposed", t("web.grid.proposed", lang), "target", lang, 86, tip))
    found.append(
        {
            "field": "note",
            "headerName": t("web.grid.note", lang),
            "flex": 1,
            "minWidth": 124,
            "tooltipField": "note",
            "cellClassRules": {
                "cell-upper": f"params.data && (params.data.stale || params.data.mark == '{AT_UPPER}')",
                "cell-lower": f"params.data && params.data.mark == '{AT_LOWER}'",
                "cell-muted": "params.data && params.data.mark == ''",
            },
        }
    )
    return found


def grid(seen: Seen, records: list[dict[str, Any]]) -> Component:
    """The table; long ones scroll in their own frame."""
    behaviour = grids.options(
        seen.lang,
        whole=len(records) <= WHOLE_PAGE,
        stopEditingWhenCellsLoseFocus=True,
        **grids.searched("finalSearching()", "finalFound(params)"),
    )
    if seen.edits_it:
        behaviour["rowSelection"] = {"mode": "multiRow", "checkboxes": True, "headerCheckbox": False}
        head = t("finalize.grid.select", seen.lang)
        behaviour["selectionColumnDef"] = {"headerName": head, "width": 62, "pinned": "left", "sortable": False}
    return grids.grid(ids.FINAL_GRID, columns(seen), behaviour, rowData=records)
