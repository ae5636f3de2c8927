"""Sentences for what is refused or doubtful: the place, what was found, what was expected, how to go on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from dashapp.i18n import has, period, t, tell
from dashapp.labels import IndicatorWords, Labels
from dashapp.services import Problem
from engine import EngineError, FiguresError, Note
from scenarios import ScenarioError

Indicators = Mapping[str, IndicatorWords]

_FIELDS = ("field", "given", "column")
_TYPES = ("expected", "found_type")
_PER_PERIOD = ("expected", "proposed")
_COUNTED = ("numerator", "denominator")

MOST_NAMED = 50
"""Agencies of a list that get their names; sentences show fewer."""


def of_problem(problem: Problem, indicators: Indicators, lang: str, file: str = "") -> str:
    """One finding of intake, its place first (``so-lieu.xlsx, trang “Biểu”, ô C7: …``)."""
    details = {"found": problem.found, "expected": problem.expected, **problem.details}
    text = tell(f"intake.{problem.code}", lang, _readable(details, indicators, lang))
    cell = _cell(problem.sheet, problem.cell, lang)
    place = f"{file}, {cell[:1].lower()}{cell[1:]}" if file and cell else file or cell
    return _placed(place, text)


def of_scenario(error: ScenarioError, indicators: Indicators, lang: str) -> str:
    """One fault of a scenario, its file, line and path first."""
    details = _readable(error.details, indicators, lang)
    for name in _TYPES:
        key = f"terms.type.{details.get(name)}"
        if has(key, lang):
            details[name] = t(key, lang)
    text = tell(f"scenario.{error.code}", lang, details)
    return _placed(_line(error, lang), text)


def of_engine(error: EngineError, labels: Labels, lang: str) -> str:
    """A refusal of the engine; names of agencies, rules and indicators instead of their ids."""
    kind = "figures" if isinstance(error, FiguresError) else "plan"
    return tell(f"errors.{kind}.{error.code}", lang, _named(error.details, labels))


def of_note(note: Note, kind: str, labels: Labels) -> str:
    """A warning or conflict of a result; `kind` is ``warning`` or ``conflict``."""
    return tell(f"notes.{kind}.{note.code}", labels.lang, _named(note.details, labels))


def field(name: str, lang: str) -> str:
    """Name of a column of the figures file (``expected_2022Q3`` -> ``Dự kiến phát sinh quý III/2022``), or of months.

    ``numerator_2022-05`` -> ``Tử số 05/2022``.
    """
    stem, _, of = name.partition("_")
    if stem in _COUNTED and of:
        return f"{field(stem, lang)} {of[5:]}/{of[:4]}"
    if stem in _PER_PERIOD and of:
        return t(f"terms.column.{stem}", lang, period=of)
    for key in (f"terms.field.{name}", f"terms.column.{name}"):
        if has(key, lang):
            return t(key, lang)
    return name


def _readable(details: Mapping[str, Any], indicators: Indicators, lang: str) -> dict[str, Any]:
    shown = dict(details)
    for name in _FIELDS:
        if isinstance(shown.get(name), str):
            shown[name] = field(shown[name], lang)
    indicator = shown.get("indicator")
    if isinstance(indicator, str) and indicator in indicators:
        shown["indicator"] = indicators[indicator].short
    level = shown.get("level")
    if isinstance(level, str) and has(f"terms.level.{level}", lang):
        shown["level"] = t(f"terms.level.{level}", lang)
    return shown


def _named(details: Mapping[str, Any], labels: Labels) -> dict[str, Any]:
    shown = _readable(details, labels.indicators, labels.lang)
    for name, value in shown.items():
        if name in ("agency", "parent") and isinstance(value, str):
            shown[name] = labels.agency(value)
        elif name in ("agencies", "circle") and not isinstance(value, str | int | float):
            codes = list(value)  # of a long list the first are named, the others counted
            shown[name] = [labels.agency(str(code)) for code in codes[:MOST_NAMED]] + codes[MOST_NAMED:]
        elif name in ("rule", "upper_by", "lower_by") and isinstance(value, str):
            shown[name] = labels.by(value)
        elif name == "measure" and isinstance(value, str):
            shown[name] = labels.measure(value)
        elif name == "since" and isinstance(value, str):
            shown[name] = date.fromisoformat(value)
        elif name == "period" and isinstance(value, str):
            shown[name] = period(value, labels.lang)
    return shown


def _cell(sheet: str | None, cell: str | None, lang: str) -> str:
    if sheet and cell:
        return t("errors.place.sheet_cell", lang, sheet=sheet, cell=cell)
    if cell:
        return t("errors.place.cell", lang, cell=cell)
    return t("errors.place.sheet", lang, sheet=sheet) if sheet else ""


def _line(error: ScenarioError, lang: str) -> str:
    parts = [error.file or ""]
    if error.line is not None:
        parts.append(t("errors.place.line", lang, line=error.line))
    parts.append(error.path)
    return ", ".join(part for part in parts if part)


def _placed(place: str, text: str) -> str:
    return f"{place}: {text}" if place else text[:1].upper() + text[1:]
