"""The table of a comparison: one column per scenario, one row per subject, the best of a row in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashapp.i18n import ABSENT, number, points, share, t
from dashapp.services.database import ScenarioRecord
from dashapp.services.opened import Opened
from dashapp.urlstate import FEWEST, MOST, PageState, format_page
from dashapp.views import versus_ahead as ahead
from dashapp.views.cards import FINE
from dashapp.views.comparison import Compared, Entry
from dashapp.views.parts import aria, badge, carried, icon, message
from dashapp.views.shown import saved_labels
from dashapp.views.versus_ahead import figure
from engine import IndicatorPlan
from scenarios import Side

EVEN, UNEVEN = 0.2, 0.4
"""Gini indices up to which increases are called fairly even, and from which on very uneven."""
SAME = 1e-9

Children = Any
"""What stands in a cell."""
Show = Callable[[Entry, Side], Children]


@dataclass(frozen=True)
class People:
    """What the head of a column says of people: how they are called by their names, who may choose, what is chosen.

    Attributes
    ----------
    names : mapping
        User name -> name as people read it; whoever is not in it is no person.
    chooses : bool
    chosen : tuple of int or None
        Ids of the versions of scenario and figures that are chosen.
    """

    names: Mapping[str, str]
    chooses: bool
    chosen: tuple[int, int] | None

    def is_chosen(self, opened: Opened) -> bool:
        return self.chosen == (opened.version.id, opened.ground.figures_version.id)


@dataclass(frozen=True)
class _Line:
    """One row: its heading, what explains it, its cells, which of them are best, and the word for that."""

    title: str
    cells: list[Children]
    tip: str = ""
    best: frozenset[int] = frozenset()
    word: str = ""
    strong: bool = False


def whole(compared: Compared, people: People) -> list[Component]:
    """The table, with what must be known before it is read."""
    lang = compared.lang
    found: list[Component] = []
    if len(compared.bases) > 1:
        found.append(message(t("compare.basis.mixed", lang), t("compare.basis.mixed_text", lang), "warning"))
    found.append(html.Section(table(compared, people), className="panel"))
    if only_met(compared):
        found.append(html.P([icon("best"), " ", t("compare.best.only_met", lang)], className="compare-note"))
    return found


def add(listed: Sequence[ScenarioRecord], compared: Compared, lang: str) -> Component:
    """The scenarios that may be added, behind one button; why there are none."""
    there = {one.opened.record.slug for one in compared.entries}
    left = [one for one in listed if one.slug not in there]
    if len(there) >= MOST:
        return html.Span(t("compare.pick.full", lang, most=MOST), className="muted")
    if len(listed) < FEWEST:
        return html.Span(t("compare.one_text", lang), className="muted")
    if not left:
        return html.Span(t("compare.pick.none", lang), className="muted")
    items = []
    for one in left:
        own = [] if one.shared else [badge(t("compare.pick.own", lang))]
        button = html.Button([html.Span(one.name[lang]), *own], type="button", **carried(compare_add=one.slug))
        items.append(html.Li(button))
    summary = html.Summary([icon("add"), t("compare.pick.add", lang)], className="action")
    menu = html.Ul(items, className="pick-list", **aria(label=t("compare.pick.choices", lang)))
    return html.Details([summary, menu], className="picker no-print")


def table(compared: Compared, people: People) -> Component:
    """The whole table."""
    lang, entries = compared.lang, compared.entries
    wide = len(entries) + 1
    about = t(
        "compare.row.of_indicator",
        lang,
        indicator=compared.labels.indicator(compared.indicator),
        period=compared.period,
    )
    notes = [html.Small(one.opened.scenario.note.get(lang, "")) for one in entries]
    groups = [
        _group(t("compare.row.goals", lang), _goals(compared), wide, lang),
        _group(about, [*_burdens(compared), _Line(t("compare.row.favours", lang), notes)], wide, lang),
    ]
    return html.Div(
        html.Table(
            [
                html.Caption(t("compare.caption", lang), className="visually-hidden"),
                _head(compared, people),
                *(part for group in groups for part in group),
                _foot(compared, people),
            ],
            className=f"versus of-{len(entries)}",
        ),
        className="versus-scroll",
        tabIndex="0",
        role="region",
        **aria(label=t("compare.scroll", lang)),
        **carried(
            compared=",".join(one.opened.record.slug for one in entries), of_campaign=entries[0].opened.campaign.id
        ),
    )


def mark(at: int) -> html.Span:
    """The colour and the symbol of a scenario; its name stands beside it."""
    return html.Span(className=f"series series-{at + 1}", **aria(hidden="true"))


# the head and the foot ---------------------------------------------------------------------------------------
def _head(compared: Compared, people: People) -> html.Thead:
    lang = compared.lang
    names = [
        html.Th([mark(one.at), dcc.Link(one.name, href=_address(one))], scope="col", className="named")
        for one in compared.entries
    ]
    tools = [html.Td(_tools(one, compared, people)) for one in compared.entries]
    blank = html.Th(html.Span(t("compare.row.what", lang), className="visually-hidden"), scope="col")
    return html.Thead([html.Tr([blank, *names]), html.Tr([html.Td(), *tools], className="tools")])


def _tools(entry: Entry, compared: Compared, people: People) -> list[Children]:
    lang, slug = compared.lang, entry.opened.record.slug
    shown: list[Children] = []
    if people.is_chosen(entry.opened):
        shown.append(badge(t("compare.choose.badge_short", lang), "good", "star"))
    if compared.runs and entry is compared.runs[0]:
        shown.append(badge(t("compare.pick.is_first", lang), "plain", "flag"))
    elif entry.column is not None:
        label = t("compare.pick.first_of", lang, name=entry.name)
        shown.append(_tool("flag", t("compare.pick.first", lang), label, compare_first=slug))
    if len(compared.entries) > FEWEST:
        label = t("compare.pick.drop", lang, name=entry.name)
        shown.append(_tool("close", t("compare.pick.drop_short", lang), label, compare_drop=slug))
    whose = _whose(entry.opened, people, lang)
    return [html.Div(shown, className="tool-row"), *([html.Div(whose, className="whose")] if whose else [])]


def _tool(icon_name: str, text: str, label: str, **said: str) -> html.Button:
    return html.Button(
        [icon(icon_name), text], type="button", className="tool no-print", **aria(label=label), **carried(**said)
    )


def _whose(opened: Opened, people: People, lang: str) -> str:
    """Owner and version of a scenario that is not as shipped."""
    record, version = opened.record, opened.version
    said = []
    if not record.shared:
        said.append(t("compare.pick.private", lang))
    elif record.owner in people.names:
        said.append(t("compare.pick.by", lang, owner=people.names[record.owner]))
    if said or version.number > 1:
        by, day = people.names.get(version.by, version.by), version.at.astimezone().date()
        said.append(t("compare.pick.version", lang, number=version.number, by=by, day=day))
    text = " · ".join(said)
    return text[:1].upper() + text[1:]


def _foot(compared: Compared, people: People) -> html.Tfoot:
    lang = compared.lang
    cells = [html.Td(_actions(one, people, lang)) for one in compared.entries]
    title = html.Span(t("compare.row.actions", lang), className="visually-hidden")
    return html.Tfoot(html.Tr([html.Th(title, scope="row"), *cells]), className="no-print")


def _actions(entry: Entry, people: People, lang: str) -> list[Component]:
    opened = entry.opened
    whose = html.Span(f": {entry.name}", className="visually-hidden")
    found: list[Component] = [dcc.Link([t("compare.pick.open", lang), whose], href=_address(entry), className="action")]
    if people.is_chosen(opened):
        found.insert(0, badge(t("compare.choose.badge", lang), "good", "star"))
    elif people.chooses and entry.column is not None:
        versions: Any = {"version": str(opened.version.number), "figures": str(opened.ground.figures_version.number)}
        found.insert(
            0,
            html.Button(
                t("compare.choose.button", lang),
                type="button",
                className="action main",
                **aria(label=t("compare.choose.button_of", lang, name=entry.name)),
                **carried(choose=opened.record.slug, **versions),
            ),
        )
    return [html.Div(found, className="choose-row")]


def _address(entry: Entry) -> str:
    return format_page(PageState(entry.opened.campaign.id, entry.opened.record.slug, lang=entry.lang))


# the rows ----------------------------------------------------------------------------------------------------
def _group(title: str, rows: Sequence[_Line], wide: int, lang: str) -> list[Component]:
    head = html.Tr(html.Th(title, scope="rowgroup", colSpan=wide), className="group")
    return [html.Tbody([head, *(_line(one, lang) for one in rows)])] if rows else []


def _line(row: _Line, lang: str) -> html.Tr:
    tip = [html.Small(row.tip)] if row.tip else []
    cells = []
    for at, cell in enumerate(row.cells):
        best = [badge(t(f"compare.best.{row.word}", lang), "good", "best")] if at in row.best else []
        said = html.Div([html.Span(cell), *best], className="cell")
        cells.append(html.Td(said, className="strong" if row.strong else ""))
    return html.Tr([html.Th([row.title, *tip], scope="row"), *cells])


def _goals(compared: Compared) -> list[_Line]:
    lang, entries = compared.lang, compared.entries
    met = [
        (
            t("compare.cell.met", lang, met=one.column.goals_met, goals=one.column.goals)
            if one.column is not None
            else html.Span([icon("warning"), " ", t("compare.row.refused", lang, why=one.refused)], className="bad-ink")
        )
        for one in entries
    ]
    shares = [math.nan if one.column is None else one.column.goals_met / max(one.column.goals, 1) for one in entries]
    found = [
        _Line(
            t("compare.row.met", lang),
            met,
            tip=t("compare.row.met_tip", lang) if any(_passed_on(one) for one in entries) else "",
            best=best(shares, highest=True),
            word="met",
            strong=True,
        )
    ]
    for id in entries[0].opened.campaign.indicators:
        if any(one.side(id) for one in entries):
            found.append(
                _Line(
                    compared.labels.indicator(id),
                    [_goal(one, id, lang) for one in entries],
                    strong=id == compared.indicator,
                )
            )
    return found


def _passed_on(entry: Entry) -> bool:
    """True if not all goals are the province's own."""
    return entry.column is not None and bool(entry.column.allocation.groups)


def _goal(entry: Entry, indicator: str, lang: str) -> Children:
    """What the province reaches and whether that is the goal, in sign and words."""
    side = entry.side(indicator)
    if side is None or entry.column is None:
        return ABSENT if entry.column is None else html.Span(t("compare.row.absent", lang), className="muted")
    fine = side.status in FINE
    goal, attained = share(side.goal, lang, 1, trim=True), html.Strong(share(side.attained, lang))
    if fine:
        said = html.Span(t("compare.cell.goal", lang, goal=goal))
        return [html.Span(icon("check"), className="good-ink"), " ", attained, " ", said]
    shortfall = entry.column.allocation.summary(indicator, side.period).shortfall
    words = [t(f"terms.goal_status.{side.status}", lang)]
    if shortfall > 0:
        words.append(t("compare.cell.short", lang, points=points(shortfall, lang, 1)))
    return [
        html.Span(icon("warning"), className="bad-ink"),
        " ",
        attained,
        " ",
        html.Span(t("compare.cell.missed", lang, goal=goal)),
        html.Span(", ".join(words), className="status bad-ink"),
    ]


def _burdens(compared: Compared) -> list[_Line]:
    """How the shown indicator weighs on agencies, and how it is shared out."""
    lang = compared.lang
    rows = [
        _weighed(compared, "largest", _largest, lambda side: side.fairness.largest),
        _weighed(compared, "gini", _gini, lambda side: side.fairness.gini, t("compare.row.gini_tip", lang)),
        _weighed(compared, "at_bound", _at_bound, lambda side: float(side.fairness.at_bound)),
        _hopeful(compared),
        _told(compared, "every", lambda entry, _: ahead.likely(entry.chances(compared.indicator)[1], lang)),
        _told(compared, "method", lambda entry, side: compared.labels.method(_plan(entry, side))),
        _told(compared, "lift", _lift),
    ]
    if any(ahead.counts_measures(entry, compared.indicator) for entry in compared.entries):
        tip = t("compare.row.measures_tip", lang)
        rows.append(_told(compared, "measures", lambda entry, _: ahead.brought(entry, compared.indicator), tip))
    if compared.bases:
        rows.insert(5, _told(compared, "basis", _basis))
    return rows


def _hopeful(compared: Compared) -> _Line:
    """Chance that the province gets there: the highest is the best."""
    tip = t("compare.row.chance_tip", compared.lang)
    row = _told(compared, "chance", lambda entry, _: ahead.promise(entry, compared.indicator), tip)
    entries = zip(compared.entries, _compete(compared), strict=True)
    values = [math.nan if side is None else round(one.chances(compared.indicator)[0], 2) for one, side in entries]
    return replace(row, best=best(values, highest=True), word="chance")


def _told(compared: Compared, name: str, show: Show, tip: str = "") -> _Line:
    sides = [one.side(compared.indicator) for one in compared.entries]
    cells = [ABSENT if side is None else show(one, side) for one, side in zip(compared.entries, sides, strict=True)]
    return _Line(t(f"compare.row.{name}", compared.lang), cells, tip)


def _weighed(compared: Compared, name: str, show: Show, value: Callable[[Side], float], tip: str = "") -> _Line:
    """A row of which the lowest value is the best; only scenarios that meet the goal are looked at if some do."""
    row = _told(compared, name, show, tip)
    values = [math.nan if side is None else value(side) for side in _compete(compared)]
    return replace(row, best=best(values), word=name)


def _compete(compared: Compared) -> list[Side | None]:
    sides = [one.side(compared.indicator) for one in compared.entries]
    fine = [side if side is not None and side.status in FINE else None for side in sides]
    return fine if any(fine) else sides


def only_met(compared: Compared) -> bool:
    """True if a scenario was not looked at for the best of a row because it misses the goal."""
    shown = sum(one.side(compared.indicator) is not None for one in compared.entries)
    return sum(side is not None for side in _compete(compared)) < shown


def best(values: Sequence[float], *, highest: bool = False) -> frozenset[int]:
    """Positions of the best of several values; none where fewer than two are known or all are the same."""
    known = {at: -value if highest else value for at, value in enumerate(values) if not math.isnan(value)}
    if len(known) < FEWEST or max(known.values()) - min(known.values()) < SAME:
        return frozenset()
    return frozenset(at for at, value in known.items() if value - min(known.values()) < SAME)


def gini_word(gini: float) -> str:
    """Name of the words for a Gini index of increases."""
    if math.isnan(gini):
        return "none"
    return "even" if gini < EVEN else "middle" if gini < UNEVEN else "uneven"


def _largest(entry: Entry, side: Side) -> Children:
    name = saved_labels(entry.opened, entry.lang).agency(side.fairness.largest_agency)
    return figure(points(side.fairness.largest, entry.lang, 1, signed=True), name)


def _gini(entry: Entry, side: Side) -> Children:
    gini = side.fairness.gini
    return figure(number(gini, entry.lang, 2), t(f"compare.gini.{gini_word(gini)}", entry.lang))


def _at_bound(entry: Entry, side: Side) -> Children:
    fairness = side.fairness
    all_of = t("compare.cell.of", entry.lang, all=len(fairness.agencies))
    return figure(number(fairness.at_bound, entry.lang), all_of)


def _plan(entry: Entry, side: Side) -> IndicatorPlan:
    return entry.opened.scenario.plan.indicator(side.indicator)


def _basis(entry: Entry, side: Side) -> str:
    return t(f"compare.basis.{_plan(entry, side).basis}", entry.lang)


def _lift(entry: Entry, side: Side) -> str:
    if math.isnan(side.lift):
        return ABSENT
    return t(f"compare.lift.{_plan(entry, side).method.name}", entry.lang, lift=side.lift)
