"""What edits that are not kept yet would do: to each target that is set, to everybody else, to each goal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashapp.i18n import number, period, t
from dashapp.services.edits import Edit
from dashapp.services.effects import Absorber, GoalEffect, Joint, by_themselves
from dashapp.services.ledger import Pin, explained
from dashapp.views import parts
from dashapp.views.finalize import HOLDS, Seen, exact, goal_name, short, signed
from dashapp.views.parts import carried, icon

CLOSE = 1e-9
MOST_SHOWN = 12
"""Agencies that a preview names; the others are counted and summed."""


def preview(seen: Seen) -> list[Component]:
    """The edits, and whether each goal holds with them; nothing without any."""
    return [] if seen.joint is None else [_edits(seen), _goals(seen, seen.joint)]


def absorbers(seen: Seen) -> list[Component]:
    """Who takes on what the edits put on the others, or is relieved of it, the largest first."""
    return [] if seen.joint is None else [_absorbers(seen, seen.joint)]


def _edits(seen: Seen) -> Component:
    lang = seen.lang
    heads: list[Any] = [t(f"finalize.edit.{one}", lang) for one in ("agency", "period", "change")]
    heads.append(html.Span(t("finalize.edit.drop", lang), className="visually-hidden"))
    after = {(row.agency, row.indicator, row.period): row for row in seen.rows}
    body = []
    for at, edit in enumerate(seen.edits):
        row, old = after[edit.place], seen.kept_rows[edit.place]
        name = seen.labels.agency(edit.agency)
        change = [f"{exact(old.target, lang)} → ", html.Strong(exact(row.target, lang))]
        drop = html.Button(
            icon("close"),
            type="button",
            className="tool",
            title=t("finalize.edit.drop", lang),
            **carried(final_drop=str(at)),
            **parts.aria(label=t("finalize.edit.drop_of", lang, agency=name)),
        )
        said = html.Div([name, *(html.Span(text, className="src") for text in _remarks(seen, edit))])
        body.append(parts.table_row((said, _short(edit.period, lang), html.Span(change), drop), (2,)))
    return html.Div(parts.table(heads, body, (2,)), className="final-scroll", tabIndex="0")


def _remarks(seen: Seen, edit: Edit) -> list[str]:
    """What has to be known of an edit beside its value: its indicator, the rule that it breaks, that it goes."""
    lang, found = seen.lang, []
    if len({one.indicator for one in seen.edits}) > 1:
        found.append(seen.labels.indicator(edit.indicator))
    if edit.value is None:
        return [*found, t("finalize.edit.taken_back", lang)]
    beneath = explained(seen.table.inputs.plain, Pin("", *edit.place, edit.value, ""))
    if edit.value < beneath.lower - CLOSE:
        rule = seen.labels.by(beneath.lower_by)
        found.append(t("finalize.edit.below", lang, least=exact(beneath.lower, lang), rule=rule))
    if edit.value > beneath.upper + CLOSE:
        rule = seen.labels.by(beneath.upper_by)
        found.append(t("finalize.edit.above", lang, most=exact(beneath.upper, lang), rule=rule))
    return found


def _short(id: str, lang: str) -> str:
    text = period(id, lang)
    return text[:1].upper() + text[1:]


def _goals(seen: Seen, joint: Joint) -> Component:
    lang = seen.lang
    with_goal = [one for one in joint.goals if one.after.goal is not None]
    province = [one for one in with_goal if one.after.parent is None]
    groups = [one for one in with_goal if one.after.parent is not None]
    lines = [_goal(seen, one) for one in province]
    lost = [one for one in groups if not one.holds]
    if groups and not lost:
        lines.append(signed("check", t("finalize.effect.groups_hold", lang, count=len(groups))))
    lines += [_goal(seen, one) for one in lost[:MOST_SHOWN]]
    if len(lost) > MOST_SHOWN:
        lines.append(signed("warning", t("finalize.lacks.more_goals", lang, count=len(lost) - MOST_SHOWN)))
    title = html.H3(t("finalize.effect.goals", lang))
    return html.Div([title, html.Ul(lines, className="notes")])


def _goal(seen: Seen, one: GoalEffect) -> Component:
    lang, after = seen.lang, one.after
    name = goal_name(seen, after)
    held = one.before.status in HOLDS
    if one.holds:
        text = t("finalize.effect.holds", lang, goal=name, value=after.attained, least=after.goal)
    else:
        key = "finalize.effect.lost" if held else "finalize.effect.still_short"
        text = t(key, lang, goal=name, value=after.attained, least=after.goal, shortfall=short(after, lang))
    return signed("check" if one.holds else "warning", text)


def _absorbers(seen: Seen, joint: Joint) -> Component:
    lang, found = seen.lang, joint.others
    title = html.H3(t("finalize.effect.others", lang))
    if not found:
        return html.Div([title, html.P(t("finalize.effect.nobody", lang), className="muted")])
    said = [html.P(line) for line in _sums(seen, joint)]
    heads = [t(f"finalize.edit.{one}", lang) for one in ("agency", "period", "change")]
    heads += [t("finalize.effect.points", lang), t("finalize.effect.units", lang)]
    after = {(row.agency, row.indicator, row.period): row for row in seen.rows}
    body = []
    for one in found[:MOST_SHOWN]:
        place = (one.agency, one.indicator, one.period)
        change = f"{exact(seen.kept_rows[place].target, lang)} → {exact(after[place].target, lang)}"
        moved = number(one.points * 100, lang, 2, trim=True, signed=True)
        cells = (one.name, _short(one.period, lang), change, moved, number(one.units, lang, signed=True))
        body.append(parts.table_row(cells, (2, 3, 4)))
    rest = len(found) - MOST_SHOWN
    more = [html.P(t("finalize.effect.rest", lang, count=rest), className="muted")] if rest > 0 else []
    shown = html.Div(parts.table(heads, body, (2, 3, 4)), className="final-scroll", tabIndex="0")
    return html.Div([title, *said, shown, *more])


def _sums(seen: Seen, joint: Joint) -> list[str]:
    """By indicator and period: how many carry more and how much, how many are relieved of how much."""
    lines: list[str] = []
    found = joint.others
    for place in dict.fromkeys((one.indicator, one.period) for one in found):
        moved = [one for one in (*joint.own, *found) if (one.indicator, one.period) == place]
        summed = by_themselves({one.agency: one.parent for one in moved})
        edited = {one.agency for one in joint.own}
        others = [one for one in moved if one.agency not in edited]
        own = [one for one in others if one.agency in summed]
        up, down = [one for one in own if one.units > 0], [one for one in own if one.units < 0]
        mine = sum(one.units for one in moved if one.agency in edited & summed)
        sides = [(key, own) for key, own in (("more", up), ("fewer", down)) if own]
        told = [
            t(f"finalize.effect.{key}", seen.lang, count=len(own), units=_total(own, seen.lang)) for key, own in sides
        ]
        if len(others) > len(own):
            told.append(t("finalize.effect.below", seen.lang, count=len(others) - len(own)))
        given = number(mine, seen.lang, signed=True)
        unit = seen.labels.unit(place[0], 2)
        said = t("finalize.effect.sum", seen.lang, period=_short(place[1], seen.lang), own=given, unit=unit)
        lines.append(f"{'; '.join([said, *told])}.")
    return lines


def _total(found: Sequence[Absorber], lang: str) -> str:
    return number(sum(one.units for one in found), lang, signed=True)
