"""Beside the table: what it still lacks, its ledger of overrides, its way so far, what differs, the files."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashapp.i18n import has, number, period, points, t
from dashapp.kept_messages import time
from dashapp.services.database import Override
from dashapp.services.effects import by_themselves
from dashapp.services.ledger import Moved, Stale
from dashapp.services.states import Obstacles
from dashapp.services.tables import DifferenceLine
from dashapp.views import parts
from dashapp.views.finalize import Seen, exact, signed, unmet
from dashapp.views.parts import carried, icon
from engine import absorbed

MOST_SHOWN = 15
"""Rows of a difference, and goals that are not met, that are shown; the others are counted."""
MOST_WEIGHED = 40
"""Overrides of which it is told who absorbs them; each is a calculation of its own."""


# what is lacking ---------------------------------------------------------------------------------------------
def checklist(seen: Seen, lacking: Obstacles) -> Component:
    """What must be settled before the table can go on, and what the one who signs must know."""
    lang = seen.lang
    lines: list[Component] = []
    agencies = tuple(dict.fromkeys(one.agency for one in lacking.unreported))
    if agencies:
        named = [seen.labels.agency(code) for code in agencies]
        lines.append(signed("wrong", t("finalize.lacks.unreported", lang, agencies=named)))
    else:
        lines.append(signed("check", t("finalize.lacks.reported", lang)))
    active = seen.table.inputs.overrides
    if lacking.stale:
        named = [seen.labels.agency(one.override.agency) for one in lacking.stale]
        lines.append(signed("wrong", t("finalize.lacks.stale", lang, agencies=list(dict.fromkeys(named)))))
    elif active:
        lines.append(signed("check", t("finalize.lacks.fresh", lang, count=len(active))))
    bare = [one for one in active if not one.reason.strip()]
    if bare:
        named = [seen.labels.agency(one.agency) for one in bare]
        lines.append(signed("wrong", t("finalize.lacks.reasons", lang, agencies=named)))
    short = unmet(seen)
    lines += [signed("warning", text) for text in short[:MOST_SHOWN]]
    if len(short) > MOST_SHOWN:
        lines.append(signed("warning", t("finalize.lacks.more_goals", lang, count=len(short) - MOST_SHOWN)))
    if not short:
        lines.append(signed("check", t("finalize.lacks.goals_met", lang)))
    blocked = bool(agencies or lacking.stale or bare)
    key = "blocked" if blocked else "with_shortfall" if short else "ready"
    lead = html.P(t(f"finalize.lacks.{key}", lang), className="bad-ink" if blocked else "")
    return parts.panel(
        t("finalize.lacks.title", lang),
        html.Div([lead, html.Ul(lines, className="notes")], className="panel-body"),
        id="final-lacks",
    )


# the ledger --------------------------------------------------------------------------------------------------
def ledger(seen: Seen) -> Component:
    """Every override, the newest first: who, when, why, and what it does; withdrawn ones behind a fold."""
    lang = seen.lang
    stale = {one.override.id: one for one in seen.table.stale}
    active = [one for one in reversed(seen.table.overrides) if one.active]
    gone = [one for one in reversed(seen.table.overrides) if not one.active]
    items: list[Component] = [
        _override(seen, one, stale.get(one.id), weighed=at < MOST_WEIGHED) for at, one in enumerate(active)
    ]
    if not active:
        items.append(html.P(t("finalize.ledger.none", lang), className="muted"))
    if gone:
        summary = html.Summary(t("finalize.ledger.gone", lang, count=len(gone)))
        items.append(html.Details([summary, *(_withdrawn(seen, one) for one in gone)]))
    title = t("finalize.ledger.title", lang, count=len(active))
    return parts.panel(title, html.Div(items, className="panel-body final-ledger"), id="final-ledger")


def _place(seen: Seen, one: Override) -> str:
    return t(
        "finalize.ledger.place",
        seen.lang,
        agency=seen.labels.agency(one.agency),
        indicator=seen.labels.indicator(one.indicator),
        period=period(one.period, seen.lang),
    )


def _override(seen: Seen, one: Override, stale: Stale | None, *, weighed: bool) -> Component:
    lang = seen.lang
    beneath = one.ground.get("target")
    value = t("finalize.ledger.value", lang, value=exact(one.value, lang), beneath=exact(beneath, lang))
    by = t("finalize.by", lang, by=seen.called(one.changed_by), time=time(one.changed_at, lang))
    lines: list[Component] = [
        html.Div([icon("pin"), html.Strong(_place(seen, one))], className="final-place"),
        html.P(value),
        html.P(t("finalize.ledger.reason", lang, reason=one.reason), className="final-reason"),
        html.P(by, className="muted"),
    ]
    if weighed:
        lines.append(html.P(_effect(seen, one)))
    if stale is not None:
        lines.append(_stale(seen, stale))
    if seen.edits_it:
        lines.append(html.Div(_buttons(seen, one, stale), className="toolbar no-print"))
    return html.Article(lines, className="final-override stale" if stale is not None else "final-override")


def _effect(seen: Seen, one: Override) -> str:
    """Who carries what this override puts on or takes off, all others standing."""
    inputs = seen.table.inputs
    rest = replace(inputs, overrides=tuple(other for other in inputs.overrides if other.id != one.id))
    moved = absorbed(rest.pinned, inputs.pinned)[one.indicator, one.period]
    figures, rows = inputs.figures, inputs.pinned.results[one.indicator].rows
    units = {
        figures.codes[at]: float(units)
        for at, units in zip(rows, moved.units, strict=True)
        if not math.isnan(units) and units != 0.0
    }
    above = {
        code: figures.codes[at] if at >= 0 else None for code, at in zip(figures.codes, figures.parent, strict=True)
    }
    summed = by_themselves({code: above[code] for code in units})
    own = units.get(one.agency, 0.0)
    others = [units[code] for code in sorted(summed - {one.agency})]
    unit = seen.labels.unit(one.indicator, 2)
    key = "finalize.ledger.effect" if others else "finalize.ledger.no_effect"
    return t(
        key,
        seen.lang,
        own=number(own, seen.lang, signed=True),
        unit=unit,
        count=len(others),
        others=number(sum(others), seen.lang, signed=True),
    )


def _stale(seen: Seen, stale: Stale) -> Component:
    lines = [html.Li(_moved(seen, one)) for one in stale.moved]
    lead = html.Strong([icon("warning"), t("finalize.ledger.stale", seen.lang)])
    return html.Div([lead, html.Ul(lines)], className="final-stale")


def _moved(seen: Seen, one: Moved) -> str:
    lang = seen.lang
    counts = one.field in ("numerator", "denominator")
    before, after = (number(value, lang) if counts else exact(value, lang) for value in (one.before, one.after))
    return t("finalize.ledger.moved", lang, what=t(f"finalize.ground.{one.field}", lang), before=before, after=after)


def _buttons(seen: Seen, one: Override, stale: Stale | None) -> list[Component]:
    lang, name = seen.lang, _place(seen, one)
    found: list[Component] = []
    if stale is not None:
        found.append(
            html.Button(
                t("finalize.ledger.keep", lang),
                type="button",
                className="action small",
                **carried(final_do="confirm", override=str(one.id), version=str(one.version)),
                **parts.aria(label=t("finalize.ledger.keep_of", lang, place=name)),
            )
        )
    found.append(
        html.Button(
            t("finalize.ledger.remove", lang),
            type="button",
            className="action small",
            **carried(final_remove=one.agency, indicator=one.indicator, period=one.period),
            **parts.aria(label=t("finalize.ledger.remove_of", lang, place=name)),
        )
    )
    return found


def _withdrawn(seen: Seen, one: Override) -> Component:
    lang = seen.lang
    said = t(
        "finalize.ledger.withdrawn",
        lang,
        value=exact(one.value, lang),
        reason=one.reason,
        by=seen.called(one.withdrawn_by),
        time="" if one.withdrawn_at is None else time(one.withdrawn_at, lang),
        why=one.withdrawn_reason,
    )
    return html.Article([html.Strong(_place(seen, one)), html.P(said)], className="final-override gone")


# the way so far ----------------------------------------------------------------------------------------------
def way(seen: Seen) -> Component:
    """Every step, the newest first, with the comment that went with it."""
    lang, record = seen.lang, seen.table.record
    lines: list[Component] = []
    for one in reversed(seen.table.transitions):
        key = f"finalize.way.{one.from_state}_{one.to_state}"
        deed = t(key, lang) if has(key, lang) else t(f"store.state.{one.to_state}", lang)
        said = [html.Strong(deed), html.Span(t("finalize.by", lang, by=seen.called(one.by), time=time(one.at, lang)))]
        note = [html.P(one.comment, className="final-reason")] if one.comment else []
        lines.append(html.Li([html.Div(said, className="final-step"), *note]))
    begun = t("finalize.by", lang, by=seen.called(record.created_by), time=time(record.created_at, lang))
    lines.append(
        html.Li(html.Div([html.Strong(t("finalize.way.begun", lang)), html.Span(begun)], className="final-step"))
    )
    return parts.panel(
        t("finalize.way.title", lang),
        html.Div(html.Ol(lines, className="final-way"), className="panel-body"),
        id="final-way",
    )


# what differs ------------------------------------------------------------------------------------------------
def differences(seen: Seen, last: int | None, found: Sequence[DifferenceLine]) -> list[Component]:
    """Against the last issued table (`last` is its number), and against what agencies proposed."""
    shown = []
    if last is not None:
        shown.append(_against_issued(seen, last, found))
    proposals = _against_proposals(seen)
    if proposals is not None:
        shown.append(proposals)
    return shown


def _against_issued(seen: Seen, last: int, found: Sequence[DifferenceLine]) -> Component:
    lang = seen.lang
    title = t("finalize.diff.issued", lang, number=last)
    if not found:
        same = html.P(t("finalize.diff.same", lang, number=last), className="muted")
        return _folded(title, [same])
    cells = [
        (
            one.name,
            seen.labels.indicator(one.indicator),
            period(one.period, lang),
            exact(one.before, lang),
            exact(one.after, lang),
            _between(one.before, one.after, lang),
        )
        for one in sorted(found, key=lambda one: -abs((one.after or 0.0) - (one.before or 0.0)))
    ]
    heads = [t(f"finalize.edit.{one}", lang) for one in ("agency", "indicator", "period")]
    heads += [t("finalize.diff.old", lang, number=last), t("finalize.diff.new", lang), t("finalize.diff.by", lang)]
    return _folded(title, _table(heads, cells, (3, 4, 5), lang))


def _against_proposals(seen: Seen) -> Component | None:
    lang, last, proposed = seen.lang, seen.periods[-1], seen.proposals
    rows = [
        (row, proposed[row.agency])
        for row in seen.table.rows
        if row.indicator == seen.indicator and row.period == last and row.target is not None and row.agency in proposed
    ]
    if not rows:
        return None
    rows.sort(key=lambda one: -abs((one[0].target or 0.0) - one[1]))
    above = sum(1 for row, value in rows if (row.target or 0.0) > value)
    below = sum(1 for row, value in rows if (row.target or 0.0) < value)
    lead = html.P(t("finalize.diff.proposals_sum", lang, count=len(rows), above=above, below=below))
    heads = [t("finalize.edit.agency", lang), t("finalize.diff.proposed", lang), t("finalize.diff.target", lang)]
    heads.append(t("finalize.diff.by", lang))
    cells = [
        (
            row.name,
            exact(value, lang),
            exact(row.target, lang),
            _between(value, row.target, lang),
        )
        for row, value in rows
    ]
    indicator = seen.labels.indicator(seen.indicator)
    title = t("finalize.diff.proposals", lang, indicator=indicator, period=last)
    return _folded(title, [lead, *_table(heads, cells, (1, 2, 3), lang)])


def _between(before: float | None, after: float | None, lang: str) -> str:
    if before is None or after is None:
        return "–"
    return points(after - before, lang, 2, trim=True, signed=True)


def _table(
    heads: Sequence[str], cells: Sequence[tuple[Any, ...]], right: tuple[int, ...], lang: str
) -> list[Component]:
    body = [parts.table_row(one, right) for one in cells[:MOST_SHOWN]]
    rest = len(cells) - MOST_SHOWN
    more = [html.P(t("finalize.effect.rest", lang, count=rest), className="muted")] if rest > 0 else []
    return [html.Div(parts.table(heads, body, right), className="final-scroll", tabIndex="0"), *more]


def _folded(title: str, body: Sequence[Component]) -> Component:
    return html.Details([html.Summary(title), html.Div(list(body), className="panel-body")], className="panel")


# all of it ----------------------------------------------------------------------------------------------------
def side(seen: Seen, lacking: Obstacles, last: int | None, found: Sequence[DifferenceLine]) -> list[Component]:
    """Everything beside the table."""
    issued = seen.table.record.issued_at is not None
    first = [] if issued else [checklist(seen, lacking)]
    return [*first, ledger(seen), way(seen), *differences(seen, last, found)]
