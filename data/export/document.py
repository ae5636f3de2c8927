"""A result as the document other programs read (formats: "Result")."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np

from data.export.exported import Exported
from data.export.imprint import Imprint
from data.output import csv_text, write_text
from engine import ENGINE_VERSION, Allocation, Summary

TARGET_KEYS = (
    "agency",
    "name",
    "level",
    "parent",
    "indicator",
    "period",
    "numerator",
    "denominator",
    "weight",
    "current",
    "start",
    "lower",
    "lower_by",
    "upper",
    "upper_by",
    "exact",
    "target",
    "target_count",
    "to_do",
    "in_period_rate",
    "status",
    "reason",
    "off_grid",
    "expected",
    "expected_assumed",
    "start_assumed",
)
_IMPRINT = "export_"
_PER_PERIOD = (*TARGET_KEYS[TARGET_KEYS.index("lower") : TARGET_KEYS.index("start_assumed")], "weight")
_WHOLE = frozenset({"numerator", "denominator", "target_count", "to_do", "expected"})


def result_document(allocation: Allocation, scenario_id: str) -> dict[str, Any]:
    """Everything about a run, JSON-ready: shares are fractions, what is missing or endless is None.

    Keys are those of formats.md; added: `groups` (as `summary`, with `parent`), `targets_sha256`, and in
    each target `reason`, `off_grid`, `expected`, `expected_assumed`, `start_assumed`. A goal that is not met
    brings `binding` (each with `points` taken away, as a fraction), `remedies`, `relax_caps_by`,
    `highest_goal` and `blocked_by_later_goal`.
    """
    return {
        "scenario": scenario_id,
        "figures_sha256": allocation.figures.sha256,
        "targets_sha256": targets_sha256(allocation),
        "engine": ENGINE_VERSION,
        "summary": [_summary(allocation, one) for one in allocation.summaries],
        "groups": [{"parent": one.parent, **_summary(allocation, one)} for one in allocation.groups],
        "targets": target_rows(allocation),
        "conflicts": [{"code": n.code, **plain(n.details)} for n in allocation.conflicts],
        "warnings": [{"code": n.code, **plain(n.details)} for n in allocation.warnings],
    }


def comparison_document(results: Sequence[tuple[str, Allocation]]) -> dict[str, Any]:
    """Several runs on the same figures: `results` holds one result document per (scenario id, allocation)."""
    return {
        "figures_sha256": results[0][1].figures.sha256 if results else None,
        "engine": ENGINE_VERSION,
        "scenarios": [id for id, _ in results],
        "results": [result_document(allocation, id) for id, allocation in results],
    }


def target_rows(allocation: Allocation) -> list[dict[str, Any]]:
    """One mapping with `TARGET_KEYS` per target, by indicator and period of the plan, then by agency code."""
    figures = allocation.figures
    rows: list[dict[str, Any]] = []
    for indicator in allocation.plan.indicators:
        result = allocation.results.get(indicator.id)
        if result is None:
            continue
        once = {key: _column(getattr(result, key), key) for key in ("numerator", "denominator", "current", "start")}
        once["start_assumed"] = result.start_assumed.tolist()
        parents = [figures.codes[p] if p >= 0 else None for p in figures.parent[result.rows]]
        for t, period in enumerate(allocation.plan.periods):
            columns = {**once, **{key: _column(getattr(result, key)[t], key) for key in _PER_PERIOD}}
            for i, at in enumerate(result.rows.tolist()):
                about = {
                    "agency": figures.codes[at],
                    "name": figures.names[at],
                    "level": figures.levels[at],
                    "parent": parents[i],
                    "indicator": indicator.id,
                    "period": period.id,
                }
                rows.append({key: about[key] if key in about else columns[key][i] for key in TARGET_KEYS})
    return rows


def _column(values: Any, key: str) -> list[Any]:
    if values.dtype == object:
        return [str(v) if v else None for v in values]
    if values.dtype == bool:
        return list(values.tolist())
    if key in _WHOLE:
        return [None if not math.isfinite(v) else int(v) if v == math.floor(v) else v for v in values.tolist()]
    return [v if math.isfinite(v) else None for v in values.tolist()]


def targets_sha256(allocation: Allocation) -> str:
    """SHA-256 of the targets alone: agency, indicator, period and target to the last digit."""
    lines = []
    for id, result in sorted(allocation.results.items()):
        codes = [allocation.figures.codes[at] for at in result.rows.tolist()]
        for t, period in enumerate(allocation.plan.periods):
            for code, target in zip(codes, result.target[t].tolist(), strict=True):
                lines.append(f"{id}\t{period.id}\t{code}\t{'' if math.isnan(target) else repr(target)}\n")
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _summary(allocation: Allocation, one: Summary) -> dict[str, Any]:
    keys = ("indicator", "period", "goal", "start", "attained_exact", "attained", "lift", "lift_rounded", "status")
    more = ("shortfall", "max_attainable", "agencies", "at_lower", "at_upper", "implied_in_period_rate")
    entry = {key: plain(getattr(one, key)) for key in (*keys, *more)}
    diagnosis = allocation.diagnosis.get((one.indicator, one.period)) if one.parent is None else None
    if diagnosis:
        entry["binding"] = [
            {"rule": b.rule, "agencies": list(b.agencies), "points": plain(b.takes)} for b in diagnosis.binding
        ]
        for key in ("remedies", "relax_caps_by", "highest_goal", "blocked_by_later_goal"):
            entry[key] = plain(getattr(diagnosis, key))
    return entry


def plain(value: Any) -> Any:
    """`value` in types of JSON; NaN and infinities become None, enums their names, arrays lists."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, Iterable):
        return [plain(v) for v in value]
    return str(value)


def json_text(document: Mapping[str, Any]) -> str:
    """The document as JSON text with a last line break; ValueError if a NaN were to get into it."""
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def write_json(document: Mapping[str, Any], path: Path | str) -> None:
    """Write a result or comparison document.

    Raises
    ------
    OutputError
        If `path` cannot be written.
    """
    write_text(path, json_text(document))


def imprint_columns(imprint: Imprint) -> tuple[tuple[str, ...], tuple[object, ...]]:
    """Names and values of what every row of a CSV carries of its imprint; nothing is an empty text."""
    values = {
        "campaign": imprint.campaign,
        "scenario": imprint.scenario,
        "scenario_version": imprint.scenario_version,
        "figures_version": imprint.figures_version,
        "table": imprint.table,
        "state": imprint.state.value,
        "decision": imprint.decision_number,
        "made_at": imprint.made_at.isoformat(timespec="seconds"),
        "engine": imprint.engine,
        "illustrative": imprint.illustrative,
        "figures_sha256": imprint.figures_sha256,
        "targets_sha256": imprint.targets_sha256,
    }
    return tuple(f"{_IMPRINT}{name}" for name in values), tuple(_text(value) for value in values.values())


def write_csv(exported: Exported, path: Path | str) -> None:
    """Write `targets` as CSV for spreadsheets: UTF-8 with byte order mark, comma, decimal point, nothing that runs.

    After `TARGET_KEYS` every row carries the imprint in columns that begin with ``export_``.

    Raises
    ------
    OutputError
        If `path` cannot be written.
    """
    names, values = imprint_columns(exported.imprint)
    rows = target_rows(exported.allocation)
    own = ((*(_text(row[key]) for key in TARGET_KEYS), *values) for row in rows)
    write_text(path, csv_text([(*TARGET_KEYS, *names), *own]))


def write_comparison_csv(several: Sequence[Exported], path: Path | str) -> None:
    """As `write_csv`, of several scenarios, with the scenario in the first column.

    Raises
    ------
    OutputError
        If `path` cannot be written.
    """
    names = imprint_columns(several[0].imprint)[0]
    rows: list[Sequence[object]] = [("scenario", *TARGET_KEYS, *names)]
    for one in several:
        values = imprint_columns(one.imprint)[1]
        for row in target_rows(one.allocation):
            rows.append((one.imprint.scenario, *(_text(row[key]) for key in TARGET_KEYS), *values))
    write_text(path, csv_text(rows))


def _text(value: object) -> object:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else value
