"""What files and typed cells would change, before it is accepted: every problem at its cell, every change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashapp import ids, messages
from dashapp.i18n import number, share, t
from dashapp.kept_messages import time
from dashapp.labels import IndicatorWords
from dashapp.services import Problem, Reading
from dashapp.services.batches import TEXTS, Batch, Contradiction, is_error, proposals
from dashapp.services.importing import RowChange
from dashapp.views import parts
from dashapp.views.parts import aria, carried

MOST_PROBLEMS = 200
MOST_LINES = 100
"""Lines that are shown; a browser that is given thousands of cells at once stands still for minutes."""
LONGEST_TEXT = 2000
NOTATION = frozenset({"ambiguous_comma", "ambiguous_dot", "share_without_percent"})
"""Faults whose proposal is the same number written otherwise."""

Indicators = Mapping[str, IndicatorWords]


@dataclass(frozen=True, eq=False)
class Look:
    """A batch and what its words need.

    Attributes
    ----------
    refused : str
        Why its rows do not fit together, as a sentence; else empty.
    names : mapping
        Agency code -> name.
    seen_number : int
        Of the version that the page shows.
    typed, repaired : int
        Cells that were typed, and proposals that were accepted.
    """

    batch: Batch
    refused: str
    names: Mapping[str, str]
    people: Mapping[str, str]
    indicators: Indicators
    lang: str
    seen_number: int
    typed: int
    repaired: int

    def agency(self, code: str) -> str:
        return self.names.get(code, code)

    def indicator(self, id: str) -> str:
        return self.indicators[id].short if id in self.indicators else id


@dataclass(frozen=True)
class _Line:
    """A problem and where it is: the position of its file (None: typed), the file's name."""

    at: int | None
    filename: str
    place: str
    problem: Problem


def errors(batch: Batch) -> int:
    """How many things keep a batch from being taken."""
    in_files = sum(len(one.reading.errors) for one in batch.files)
    return in_files + len(batch.contradictions) + len(batch.faults) + (batch.refused is not None)


def said(look: Look) -> str:
    """The whole in a sentence."""
    batch = look.batch
    counts = {"files": len(batch.files), "errors": errors(batch), "changes": sum(batch.counts.values())}
    return t("figures.preview.said", look.lang, typed=look.typed, **counts)


def preview(look: Look) -> list[Component]:
    """What would change, what is wrong, and the way to accept it."""
    lang, batch = look.lang, look.batch
    wrong = errors(batch)
    verdict = t("figures.preview.faulty", lang, count=wrong) if wrong else t("figures.preview.sound", lang)
    lines: list[Component] = [
        html.P([parts.icon("warning" if wrong else "check"), " ", verdict], className="figures-verdict")
    ]
    if look.repaired:
        lines.append(html.P(t("figures.preview.repaired", lang, count=look.repaired)))
    lines += [*_overtaken(look), *_files(look), *_contradictions(look), *_problems(look)]
    if batch.missing:
        lines.append(html.P(t("figures.preview.missing", lang, agencies=[one.name for one in batch.missing])))
    if look.refused:
        lines.append(parts.error(t("figures.preview.refused", lang), look.refused))
    if not wrong:
        lines += _changes(look)
    lines.append(_accept(look))
    body = html.Div(lines, className="panel-body figures-look")
    return [parts.panel(t("figures.preview.title", lang), body, id=ids.FIGURES_PREVIEW, flows=True)]


def _overtaken(look: Look) -> list[Component]:
    now = look.batch.based_on
    if now is None or now.number == look.seen_number:
        return []
    by = look.people.get(now.created_by, now.created_by)
    when = time(now.created_at, look.lang)
    return [
        html.P(
            [parts.icon("warning"), " ", t("figures.preview.overtaken", look.lang, by=by, number=now.number, time=when)]
        )
    ]


def _files(look: Look) -> list[Component]:
    if not look.batch.files:
        return []
    lang = look.lang
    heads = [t(f"figures.preview.{key}", lang) for key in ("file", "layout", "rows", "errors", "warnings")]
    rows = []
    for at, one in enumerate(look.batch.files):
        out = html.Button(
            t("figures.preview.drop", lang),
            type="button",
            className="tool",
            **aria(label=t("figures.preview.drop_of", lang, name=one.filename)),
            **carried(figures_do="leave", at=str(at)),
        )
        cells = [
            one.filename,
            _layout(one.reading, lang),
            number(one.rows, lang),
            _errors(one.reading, lang),
            number(len(one.reading.warnings), lang),
            out,
        ]
        rows.append(parts.table_row(cells, (2, 3, 4)))
    table = parts.table([*heads, t("figures.preview.out", lang)], rows, (2, 3, 4))
    return [_scrolls(table, t("figures.preview.files", lang)), *_leave_faulty(look)]


def _errors(reading: Reading, lang: str) -> Any:
    count = number(len(reading.errors), lang)
    return parts.badge(count, "bad") if reading.errors else count


def _leave_faulty(look: Look) -> list[Component]:
    """One button for all files that cannot be taken, where there are others."""
    faulty = [str(at) for at, one in enumerate(look.batch.files) if one.reading.errors]
    if not 1 < len(faulty) < len(look.batch.files):
        return []
    leave = html.Button(
        t("figures.preview.leave_faulty", look.lang, count=len(faulty)),
        type="button",
        className="action small",
        **carried(figures_do="leave", at=",".join(faulty)),
    )
    return [html.Div(leave, className="toolbar")]


def _layout(reading: Reading, lang: str) -> list[Component]:
    """What kind of file it is, which of its sheets was read and which were not."""
    if reading.layout is None:
        return []
    lines = [t(f"figures.preview.layout_{reading.layout}", lang)]
    if reading.skipped:
        lines.append(t("figures.preview.sheet", lang, name=reading.sheet))
        others = [
            t(f"figures.preview.skipped_{'hidden' if one.hidden else 'other'}", lang, name=one.name)
            for one in reading.skipped
        ]
        lines.append(t("figures.preview.skipped", lang, sheets=others))
    first, *rest = lines
    return [html.Span(first), *([html.Small("; ".join(rest), className="figures-file muted")] if rest else [])]


def _scrolls(table: Component, label: str, style: str = "") -> Component:
    return html.Div(table, className=f"figures-table {style}".strip(), tabIndex="0", role="group", **aria(label=label))


def _contradictions(look: Look) -> list[Component]:
    found = look.batch.contradictions
    if not found:
        return []
    lines = [html.Li(_contradiction(look, one)) for one in found[:MOST_PROBLEMS]]
    if len(found) > MOST_PROBLEMS:
        lines.append(html.Li(t("figures.preview.more", look.lang, rest=len(found) - MOST_PROBLEMS)))
    return [html.H3(t("figures.preview.contradictions", look.lang)), html.Ul(lines, className="figures-contradictions")]


def _contradiction(look: Look, one: Contradiction) -> str:
    (first_file, first), (second_file, second) = one.first, one.second
    return t(
        "figures.preview.contradiction",
        look.lang,
        agency=look.agency(one.agency),
        indicator=look.indicator(one.indicator),
        field=messages.field(one.field, look.lang),
        first_file=first_file,
        first=_value(one.field, first, look.lang),
        second_file=second_file,
        second=_value(one.field, second, look.lang),
    )


def _value(field: str, value: Any, lang: str) -> str:
    """A value of a field as people read it."""
    if value is None or isinstance(value, str):
        return value or number(None, lang)
    if field.startswith("proposed_") or field == "ceiling":
        return share(value, lang, 2, trim=True)
    return number(value, lang, 0 if float(value).is_integer() else 4, trim=True)


# problems ------------------------------------------------------------------------------------------------------
def _problems(look: Look) -> list[Component]:
    lang = look.lang
    found = _lines(look)
    if not found:
        return []
    keys = ("place", "kind", "found", "expected", "what", "repair")
    heads = [t(f"figures.preview.{key}", lang) for key in keys]
    rows = [parts.table_row(_cells(look, one)) for one in found[:MOST_PROBLEMS]]
    table = _scrolls(parts.table(heads, rows), t("figures.preview.problems", lang), "figures-problems")
    made: list[Component] = [html.H3(t("figures.preview.problems", lang)), table]
    if len(found) > MOST_PROBLEMS:
        made.append(html.P(t("figures.preview.more", lang, rest=len(found) - MOST_PROBLEMS)))
    if any(proposals(one.problem) for one in found if one.at is not None):
        made.append(_repairing(found, lang))
    return made


def _lines(look: Look) -> list[_Line]:
    """Every problem, errors first, then by file and place."""
    batch, lang = look.batch, look.lang
    found = []
    for fault in batch.faults:
        typed = fault.typed
        field = messages.field(typed.field, lang)
        place = f"{look.agency(typed.agency)}, {look.indicator(typed.indicator)}, {field}"
        found.append(_Line(None, t("figures.preview.typed_place", lang), place, fault.problem))
    for at, file in enumerate(batch.files):
        for one in file.reading.problems:
            place = "!".join(part for part in (one.sheet, one.cell) if part)
            found.append(_Line(at, file.filename, place or t("figures.preview.whole_file", lang), one))
    return sorted(found, key=lambda one: not is_error(one.problem))


def _cells(look: Look, line: _Line) -> list[Any]:
    lang, one = look.lang, line.problem
    kind = parts.badge(t(f"figures.preview.{one.severity}", lang), "bad" if is_error(one) else "plain")
    details = {**one.details}
    if "name" not in details and isinstance(details.get("agency"), str):
        details["agency"] = look.agency(details["agency"])
    why = messages.of_problem(replace(one, sheet=None, cell=None, details=details), look.indicators, lang)
    if one.code == "unknown_agency":
        why = t("figures.preview.unknown_agency", lang, agency=one.found)
    where = [html.Span(line.filename, className="figures-file"), html.Strong(line.place)]
    return [where, kind, one.found, one.expected or "", why, _proposals(line, lang)]


def _proposals(line: _Line, lang: str) -> list[Component]:
    """Buttons that are pressed to accept a proposal; of one cell at most one is."""
    if line.at is None:
        return []
    return [
        html.Button(
            t("figures.preview.repair_font", lang, name=text)
            if line.problem.code == "legacy_text"
            else t("figures.preview.repair_to", lang, text=text),
            type="button",
            className="tool",
            **aria(pressed="false"),
            **carried(
                figures_do="repair",
                at=str(line.at),
                sheet=line.problem.sheet or "",
                cell=line.problem.cell or "",
                text=text,
                notation="true" if line.problem.code in NOTATION else "",
            ),
        )
        for text in proposals(line.problem)
    ]


def _repairing(found: Sequence[_Line], lang: str) -> Component:
    every = html.Button(
        t("figures.preview.repair_all", lang),
        type="button",
        className="action small",
        **carried(figures_do="repair-all"),
    )
    again = html.Button(
        t("figures.preview.repair_check", lang),
        type="button",
        className="action main small",
        **carried(figures_do="repair-check"),
    )
    of_notation = any(one.at is not None and one.problem.code in NOTATION for one in found)
    return html.Div([*([every] if of_notation else []), again], className="toolbar")


# changes -------------------------------------------------------------------------------------------------------
def _changes(look: Look) -> list[Component]:
    lang, batch = look.lang, look.batch
    if not batch.changes:
        return _months(look) or [html.P(t("figures.preview.nothing", lang))]
    base = batch.based_on
    title = t("figures.preview.changes", lang, number=base.number) if base else t("figures.preview.changes_first", lang)
    heads = [t(f"figures.preview.{key}", lang) for key in ("agency", "kind", "figure", "before", "after")]
    rows: list[Component] = []
    shown = 0
    for one in batch.changes:
        if len(rows) >= MOST_LINES:
            break
        rows += _change(look, one)
        shown += 1
    made: list[Component] = [html.H3(title), _scrolls(parts.table(heads, rows, (3, 4)), title)]
    if len(batch.changes) > shown:
        made.append(html.P(t("figures.preview.more_changes", lang, rest=len(batch.changes) - shown)))
    made.append(html.P(t("figures.preview.unchanged", lang, count=batch.unchanged), className="muted"))
    return [*made, *_months(look)]


def _months(look: Look) -> list[Component]:
    """What becomes of the months of the past; nothing where they stay as they are."""
    months, lang = look.batch.months, look.lang
    if months is None:
        return []
    counts = ("added", "changed", "removed", "unchanged")
    changed = t("figures.preview.months_changed", lang, **{name: getattr(months, name) for name in counts})
    if months.first is None or months.last is None:
        return [html.P([html.Strong(t("figures.preview.months_none", lang)), " ", changed])]
    span = {"first": f"{months.first:%m/%Y}", "last": f"{months.last:%m/%Y}"}
    known = t("figures.preview.months", lang, months=months.months, agencies=months.agencies, **span)
    return [html.P([html.Strong(known), " ", changed])]


def _change(look: Look, one: RowChange) -> list[Component]:
    """A line per figure that differs; what comes or goes as a whole is one line, with all that it counts."""
    lang = look.lang
    kind = parts.badge(t(f"figures.preview.{one.kind}", lang), "bad" if one.kind == "removed" else "plain")
    if one.kind != "changed":
        before, after = (_counts(side, lang) for side in (one.before, one.after))
        return [parts.table_row([look.agency(one.agency), kind, look.indicator(one.indicator), before, after], (3, 4))]
    fields = list(dict.fromkeys((*one.before, *one.after)))
    rows = []
    for name in fields or [""]:
        what = (
            f"{look.indicator(one.indicator)}: {messages.field(name, lang)}" if name else look.indicator(one.indicator)
        )
        before, after = (_value(name, side.get(name), lang) for side in (one.before, one.after))
        rows.append(parts.table_row([look.agency(one.agency), kind, what, before, after], (3, 4)))
    return rows


def _counts(side: Mapping[str, Any], lang: str) -> str:
    """All that one row counts, in a line."""
    told = [(name, _value(name, value, lang)) for name, value in side.items() if name not in TEXTS]
    return "; ".join(f"{messages.field(name, lang)}: {value}" for name, value in told)


# accepting -----------------------------------------------------------------------------------------------------
def _accept(look: Look) -> Component:
    lang, batch = look.lang, look.batch
    cancel = html.Button(
        t("figures.preview.cancel", lang), type="button", className="action", **carried(figures_do="cancel")
    )
    if batch.token is None:
        return html.Div(cancel, className="toolbar")
    origin = ", ".join(one.filename for one in batch.files) or t("figures.preview.typed_origin", lang)
    fields = [
        _field(ids.FIGURES_ORIGIN, t("figures.preview.origin", lang), origin[:200]),
        _field(ids.FIGURES_REPORTER, t("figures.preview.reporter", lang), ""),
        _field(ids.FIGURES_NOTE, t("figures.preview.note", lang), ""),
    ]
    next_number = 1 if batch.based_on is None else batch.based_on.number + 1
    take = html.Button(
        t("figures.preview.accept", lang, number=next_number),
        type="button",
        className="action main",
        **carried(figures_do="accept", token=batch.token),
    )
    return html.Div([html.Div(fields, className="figures-about"), html.Div([take, cancel], className="toolbar")])


def _field(id: str, label: str, value: str) -> Component:
    box = dbc.Input(id=id, type="text", value=value, maxLength=LONGEST_TEXT if id == ids.FIGURES_NOTE else 200)
    return html.Div([html.Label(label, htmlFor=id), box], className="field")
