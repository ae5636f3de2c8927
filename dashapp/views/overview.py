"""Where the province stands: for each indicator what is reached, what is missing and what that means per week; the
agencies against the goal; what must be cleared up before the deadline."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from dash import html
from dash.development.base_component import Component

from dashapp import services
from dashapp.charts.base import Figure, Twin
from dashapp.charts.ranking import Place, drawn, ranking
from dashapp.charts.rows import Goal
from dashapp.i18n import names, number, points, share, t
from dashapp.labels import Labels
from dashapp.services.doubts import ABSENT, SMALL, Case, Doubt, Found
from dashapp.services.opened import Opened
from dashapp.services.standing import Ranks, Standing, ranks, standing
from dashapp.urlstate import PageState, format_page
from dashapp.views.cards import FINE
from dashapp.views.parts import aria, badge, carried, definition, icon, indicator_definition, legend_key
from dashapp.views.shown import indicators
from engine import Allocation, Basis, Kind
from scenarios import Indicator

FURTHEST = 3
"""Agencies named as furthest away."""
NAMED = 12
"""Agencies named of one doubt about one indicator."""
PREVIEWED = 3
TWIN_ROWS = 300
_SINCE_LAST = frozenset({Doubt.JUMPED, Doubt.SHRUNK})


@dataclass(frozen=True)
class Ranking:
    """The agencies of one indicator: `title` is what a reader takes away, `said` the second sentence."""

    indicator: str
    title: str
    said: str
    figure: Figure
    twin: Twin
    legend: list[Component]


@dataclass(frozen=True)
class Overview:
    """What the page shows, from top to bottom.

    Attributes
    ----------
    heading, dates : str
    lead : str
        The page in a sentence or two.
    cards : list of Component
        One per indicator.
    rankings : list of Ranking
    missing, doubtful : list of Component
        Lines of what is not there, and of what may be wrong.
    clean : str
        What was looked for and is not there, in a sentence or two.
    """

    heading: str
    dates: str
    lead: str
    cards: list[Component]
    rankings: list[Ranking]
    missing: list[Component]
    doubtful: list[Component]
    clean: str


@dataclass(frozen=True, eq=False)
class _Seen:
    """What every part of the page is made from."""

    opened: Opened
    allocation: Allocation
    labels: Labels
    lang: str

    def about(self, indicator: str) -> Indicator:
        return self.opened.campaign.indicators[indicator]

    def short(self, indicator: str) -> str:
        return self.labels.indicator(indicator)

    def unit(self, indicator: str, count: float) -> str:
        """What the denominator counts."""
        words = self.about(indicator).unit[self.lang]
        return words.removesuffix("s") if self.lang == "en" and count == 1 else words


def overview(opened: Opened, allocation: Allocation, found: Sequence[Found], lang: str, *, is_first: bool) -> Overview:
    """The page of a campaign under one scenario.

    Parameters
    ----------
    found : sequence of Found
        What must be cleared up (`services.doubts`).
    is_first : bool
        True where there are no figures before these, so that nothing can have changed.
    """
    seen = _Seen(opened, allocation, services.labels(allocation, lang), lang)
    own = indicators(opened.campaign, allocation.plan)
    stands = [standing(allocation, id) for id in own]
    absent = [one for one in found if one.kind in ABSENT]
    doubtful = [one for one in found if one.kind not in ABSENT]
    return Overview(
        heading=opened.campaign.name[lang],
        dates=_dates(allocation, lang),
        lead=_lead(seen, stands),
        cards=[_card(seen, one) for one in stands],
        rankings=[_ranking(seen, one) for one in stands],
        missing=_lines(seen, absent),
        doubtful=_lines(seen, doubtful),
        clean=_clean(found, lang, is_first=is_first),
    )


def _dates(allocation: Allocation, lang: str) -> str:
    plan = allocation.plan
    deadlines = [
        t("overview.deadline", lang, weeks=(one.end - plan.as_of).days // 7, end=one.end, period=one.id)
        for one in plan.periods
    ]
    return " · ".join([t("overview.as_of", lang, as_of=plan.as_of), *deadlines])


def _lead(seen: _Seen, stands: Sequence[Standing]) -> str:
    """How many goals are reached, which is furthest, what must become fastest."""
    lang = seen.lang
    open_ = [one for one in stands if one.gap > 0]
    if not open_:
        return t("overview.lead.all" if len(stands) > 1 else "overview.lead.one", lang, all=len(stands))
    furthest = max(open_, key=lambda one: one.gap)
    gap = points(furthest.gap, lang)
    if len(stands) == 1:
        said = [t("overview.lead.not_yet", lang, gap=gap)]
    else:
        key = "some" if len(open_) < len(stands) else "none"
        said = [
            t(f"overview.lead.{key}", lang, reached=len(stands) - len(open_), all=len(stands)),
            t("overview.lead.furthest", lang, indicator=seen.short(furthest.indicator), gap=gap),
        ]
    hurried = [one for one in open_ if one.faster > 1]
    if hurried:
        most = max(hurried, key=lambda one: one.faster)
        said.append(t("overview.lead.faster", lang, indicator=seen.short(most.indicator), times=most.faster))
    return " ".join(said)


# --- one card per indicator ----------------------------------------------------------------------------------
def _card(seen: _Seen, stand: Standing) -> Component:
    """Now and goal large, what is missing below, the scenario last."""
    lang = seen.lang
    facts = [_gap(seen, stand), _weekly(seen, stand), *_rate(seen, stand), _under(seen, stand)]
    address = format_page(PageState(seen.opened.campaign.id, seen.opened.record.slug, lang, indicator=stand.indicator))
    return html.Article(
        [
            html.Div(
                [
                    html.Div(
                        [
                            html.H2(seen.short(stand.indicator), id=f"stand-{stand.indicator}"),
                            _two(seen, stand),
                            _meter(stand, lang),
                        ],
                        className="stand-main",
                    ),
                    html.Dl(facts, className="stand-facts"),
                    html.A(
                        [t("overview.card.open", lang), icon("arrow")],
                        href=address,
                        className="stand-open no-print",
                        **aria(label=t("overview.card.open_of", lang, indicator=seen.short(stand.indicator))),
                        **carried(inside="true"),
                    ),
                ],
                className="stand-body",
            )
        ],
        className="stand",
        **aria(labelledby=f"stand-{stand.indicator}"),
    )


def _two(seen: _Seen, stand: Standing) -> Component:
    lang = seen.lang
    about = seen.about(stand.indicator)
    counts = number(stand.numerator, lang), number(stand.denominator, lang)
    campaign = seen.opened.campaign
    of_now = indicator_definition(
        about, lang, source=campaign.source[lang], date=seen.allocation.plan.as_of, counts=counts
    )
    of_goal = _explained(
        lang,
        label=t("overview.define.goal", lang, indicator=seen.short(stand.indicator)),
        text=t("overview.define.goal_text", lang, end=stand.end),
        legal_basis=_legal_basis(seen, stand.indicator),
    )
    below = t("overview.card.counts", lang, numerator=counts[0], denominator=counts[1])
    return html.Div(
        [
            _big(t("overview.card.now", lang), share(stand.now, lang), below, of_now),
            icon("arrow"),
            _big(t("overview.card.goal", lang, end=stand.end), share(stand.goal, lang, 1, trim=True), "", of_goal),
        ],
        className="stand-two",
    )


def _explained(
    lang: str, *, label: str, text: str, numerator: str = "", denominator: str = "", legal_basis: str = ""
) -> Component:
    """The definition behind a figure that is worked out."""
    return definition(
        lang,
        numerator=numerator,
        denominator=denominator,
        source="",
        date=None,
        legal_basis=legal_basis,
        label=label,
        text=text,
    )


def _legal_basis(seen: _Seen, indicator: str) -> str:
    """Where the goal is from: as the scenario says of the indicator, of itself, or as the catalogue has it."""
    own = seen.allocation.plan.indicator(indicator).source
    return own or seen.opened.scenario.source or seen.about(indicator).legal_basis


def _big(label: str, value: str, sub: str, behind: Component) -> Component:
    return html.Div(
        [
            html.Div([html.Span(label), behind], className="stand-label"),
            html.Div(value, className="stand-value"),
            html.Div(sub, className="stand-sub"),
        ]
    )


def _meter(stand: Standing, lang: str) -> Component:
    """How much of the way is done: a bar with the goal as a mark."""
    said = t("overview.card.meter", lang, now=share(stand.now, lang), goal=share(stand.goal, lang, 1, trim=True))
    return html.Div(
        [
            html.Span(className="meter-now", style={"width": f"{_percent(stand.now)}%"}),
            html.Span(className="meter-goal", style={"left": f"{_percent(stand.goal)}%"}),
        ],
        className="meter",
        role="img",
        **aria(label=said),
    )


def _percent(value: float) -> float:
    return round(min(max(value, 0.0), 1.0) * 100, 2)


def _fact(label: str, value: Component | str, sub: str, behind: Component | None = None) -> Component:
    head: list[Component | str] = [label]
    if behind is not None:  # the button stays with the last word
        before, _, last = label.rpartition(" ")
        head = [f"{before} ".lstrip(), html.Span([last, behind], className="nowrap")]
    return html.Div([html.Dt(head), html.Dd([html.Span(value, className="fact"), html.Span(sub, className="src")])])


def _gap(seen: _Seen, stand: Standing) -> Component:
    lang = seen.lang
    label = t("overview.card.gap", lang)
    if stand.gap > 0:
        return _fact(label, points(stand.gap, lang), "")
    key = "gap_keep" if stand.needed > 0 else "gap_none_sub"
    return _fact(label, t("overview.card.gap_none", lang), t(f"overview.card.{key}", lang, end=stand.end))


def _weekly(seen: _Seen, stand: Standing) -> Component:
    lang = seen.lang
    label = t("overview.card.weekly", lang)
    assumed = int(seen.allocation.results[stand.indicator].expected_assumed.any(axis=0).sum())
    behind = _explained(
        lang,
        label=t("overview.define.weekly", lang, indicator=seen.short(stand.indicator)),
        text=t(
            "overview.define.weekly_text",
            lang,
            end=stand.end,
            assumed=t("overview.define.assumed", lang, count=assumed) if assumed else "",
        ).rstrip(),
        numerator=t("overview.define.weekly_top", lang),
        denominator=t("overview.define.weekly_bottom", lang, weeks=stand.weeks),
    )
    if stand.needed <= 0:
        return _fact(label, t("overview.card.weekly_none", lang), "", behind)
    is_flow = seen.allocation.plan.indicator(stand.indicator).kind is Kind.FLOW
    unit = (seen.labels.unit if is_flow else seen.unit)(stand.indicator, stand.per_week)
    value = t("overview.card.weekly_value", lang, count=stand.per_week, unit=unit)
    return _fact(label, value, _tempo(seen, stand), behind)


def _tempo(seen: _Seen, stand: Standing) -> str:
    """What a week needs against what a week brings, and the sum of it."""
    lang = seen.lang
    if math.isnan(stand.pace):
        return t("overview.card.total_stock", lang, count=stand.needed, weeks=stand.weeks)
    said = [t("overview.card.total_flow", lang, count=stand.needed, weeks=stand.weeks, since=stand.since)]
    if stand.pace > 0:
        key = "faster" if stand.per_week > stand.pace else "slower"
        said.insert(0, t(f"overview.card.{key}", lang, pace=stand.pace, times=stand.faster))
    return " ".join(said)


def _rate(seen: _Seen, stand: Standing) -> list[Component]:
    """The rate that new dossiers must have; nothing for a catalogue."""
    lang = seen.lang
    if stand.rate is None or math.isnan(stand.rate):
        return []
    goal, now = share(stand.goal, lang, 1, trim=True), share(stand.now, lang)
    in_period = seen.allocation.plan.indicator(stand.indicator).basis is Basis.IN_PERIOD
    if stand.rate > 1:
        sub = t("overview.card.rate_beyond", lang, goal=goal)
    elif in_period:
        sub = t("overview.card.rate_period", lang, period=stand.period, now=now)
    else:
        sub = t("overview.card.rate_sub", lang, since=stand.since, end=stand.end, goal=goal, now=now)
    behind = _explained(
        lang,
        label=t("overview.define.rate", lang, indicator=seen.short(stand.indicator)),
        text="" if in_period else t("overview.define.rate_text", lang),
        numerator=t("overview.define.rate_top", lang),
        denominator=t("overview.define.rate_bottom", lang),
    )
    return [_fact(t("overview.card.rate", lang), share(stand.rate, lang), sub, behind)]


def _under(seen: _Seen, stand: Standing) -> Component:
    """What the scenario comes to, which is not what is reached today."""
    lang = seen.lang
    fine = stand.status in FINE
    attained, highest = share(stand.attained, lang), share(stand.highest, lang)
    gap = points(stand.shortfall, lang, 2, trim=True)
    behind = _explained(
        lang,
        label=t("overview.define.under", lang, indicator=seen.short(stand.indicator)),
        text=t("overview.define.under_text", lang, highest=highest),
    )
    sign = badge(
        t(f"terms.goal_status.{stand.status}", lang), "good" if fine else "bad", "check" if fine else "warning"
    )
    value = html.Span(
        [html.Span(t("overview.card.under_value", lang, attained=attained)), sign], className="with-badge"
    )
    said = t(f"overview.card.{'under_fine' if fine else 'under_short'}", lang, highest=highest, gap=gap)
    return _fact(t("overview.card.under", lang, name=seen.opened.record.name[lang]), value, said, behind)


# --- the agencies --------------------------------------------------------------------------------------------
def _ranking(seen: _Seen, stand: Standing) -> Ranking:
    lang = seen.lang
    places = ranks(seen.allocation, stand.indicator, stand.goal, enough=SMALL)
    goal = share(stand.goal, lang, 1, trim=True)
    high, low = drawn(len(places.rows))
    rows = places.rows
    left_out = rows[high : len(rows) - low]
    title = _rank_title(seen, stand)
    return Ranking(
        indicator=stand.indicator,
        title=title,
        said=_rank_words(seen, places),
        figure=ranking(
            [_place(seen, stand, int(row)) for row in rows[:high]],
            [_place(seen, stand, int(row)) for row in rows[len(rows) - low :]] if low else [],
            _between(seen, stand.indicator, left_out.tolist()),
            Goal(stand.goal, t("overview.rank.goal", lang, goal=goal), goal),
            lang,
        ),
        twin=_twin(seen, stand, rows[:TWIN_ROWS].tolist(), title),
        legend=[legend_key(kind, t(f"overview.rank.{kind}", lang)) for kind in ("reached", "behind", "lacking")],
    )


def _rank_title(seen: _Seen, stand: Standing) -> str:
    key = "title_none" if not stand.reached else "title_all" if stand.reached == stand.agencies else "title"
    return t(
        f"overview.rank.{key}",
        seen.lang,
        indicator=seen.short(stand.indicator),
        reached=stand.reached,
        all=stand.agencies,
        goal=share(stand.goal, seen.lang, 1, trim=True),
    )


def _rank_words(seen: _Seen, places: Ranks) -> str:
    lang = seen.lang
    said = []
    if len(places.levels) > 1:
        levels = [
            t("overview.rank.level", lang, level=t(f"web.group.{level}", lang), reached=reached, all=count)
            for level, reached, count in places.levels
        ]
        said.append(" · ".join(levels) + ".")
    if len(places.furthest):
        own = [t("overview.rank.furthest_one", lang, name=name, rate=rate) for name, rate in _rates(seen, places)]
        said.append(t("overview.rank.furthest", lang, names=names(own, lang)))
    if places.without:
        said.append(t("overview.rank.left_out", lang, count=places.without))
    return " ".join(said)


def _rates(seen: _Seen, places: Ranks) -> list[tuple[str, str]]:
    result = seen.allocation.results[places.indicator]
    return [
        (_name(seen, places.indicator, int(row)), share(result.current[row], seen.lang))
        for row in places.furthest[:FURTHEST]
    ]


def _name(seen: _Seen, indicator: str, row: int) -> str:
    figures = seen.allocation.figures
    return seen.labels.agency(figures.codes[seen.allocation.results[indicator].rows[row]])


def _place(seen: _Seen, stand: Standing, row: int) -> Place:
    lang, result = seen.lang, seen.allocation.results[stand.indicator]
    value, denominator = float(result.current[row]), float(result.denominator[row])
    name = _name(seen, stand.indicator, row)
    written = share(value, lang)
    counts = number(result.numerator[row], lang), number(denominator, lang)
    lines = [
        f"<b>{name}</b>",
        f"{written} ({t('overview.card.counts', lang, numerator=counts[0], denominator=counts[1])})",
    ]
    if value < stand.goal:
        lines.append(t("overview.rank.hover_gap", lang, gap=points(stand.goal - value, lang)))
    unit = seen.unit(stand.indicator, denominator)
    note = t("overview.rank.note", lang, count=denominator, unit=unit) if denominator < SMALL else ""
    code = seen.allocation.figures.codes[result.rows[row]]
    return Place(code, name, value, written, note, "<br>".join(lines))


def _between(seen: _Seen, indicator: str, rows: Sequence[int]) -> str:
    if not rows:
        return ""
    current = seen.allocation.results[indicator].current
    low, high = share(current[rows[-1]], seen.lang), share(current[rows[0]], seen.lang)
    return t("overview.rank.between", seen.lang, count=len(rows), low=low, high=high)


def _twin(seen: _Seen, stand: Standing, rows: Sequence[int], title: str) -> Twin:
    lang, result = seen.lang, seen.allocation.results[stand.indicator]
    levels = seen.allocation.figures.levels
    body = tuple(
        (
            _name(seen, stand.indicator, row),
            t(f"terms.level.{levels[result.rows[row]]}", lang),
            number(result.numerator[row], lang),
            number(result.denominator[row], lang),
            share(result.current[row], lang),
            number(max(stand.goal - float(result.current[row]), 0.0) * 100, lang, 1),
        )
        for row in rows
    )
    columns = ("name", "level", "numerator", "denominator", "now", "gap")
    return Twin(tuple(t(f"overview.column.{one}", lang) for one in columns), body, (2, 3, 4, 5), title)


# --- what must be cleared up ---------------------------------------------------------------------------------
def _lines(seen: _Seen, found: Sequence[Found]) -> list[Component]:
    """One line per kind: how many agencies, what it is, the first names; opened, the names by indicator."""
    return [_line(seen, kind, list(own)) for kind, own in groupby(found, key=lambda one: one.kind)]


def _line(seen: _Seen, kind: Doubt, own: Sequence[Found]) -> Component:
    lang = seen.lang
    agencies = list(dict.fromkeys(case.agency for one in own for case in one.cases))
    everybody = all(len(one.cases) == one.asked for one in own)
    key = "overview.clear.all" if everybody and len(agencies) > 1 else "overview.clear.count"
    first = [seen.labels.agency(code) for code in agencies[:PREVIEWED]]
    rest = len(agencies) - len(first)
    preview = t("words.and_more_agencies", lang, first=", ".join(first), rest=rest) if rest else names(first, lang)
    return html.Li(
        html.Details(
            [
                html.Summary(
                    [
                        html.Strong(t(key, lang, count=len(agencies))),
                        html.Span(f" {t(f'overview.kind.{kind}', lang)}"),
                        *([] if everybody else [html.Span(preview, className="src")]),
                    ]
                ),
                html.Ul([_of_indicators(seen, kind, ids, cases) for ids, cases in _alike(own)]),
            ]
        )
    )


def _alike(own: Sequence[Found]) -> list[tuple[list[str], tuple[Case, ...]]]:
    """Indicators with the same agencies told together."""
    found: dict[tuple[Case, ...], list[str]] = {}
    for one in own:
        found.setdefault(one.cases, []).append(one.indicator)
    return [(indicators, cases) for cases, indicators in found.items()]


def _of_indicators(seen: _Seen, kind: Doubt, indicators: Iterable[str], cases: Sequence[Case]) -> Component:
    lang = seen.lang
    said = [_case(seen, kind, case) for case in cases[:NAMED]]
    rest = len(cases) - len(said)
    text = ", ".join(said) + (f" {t('overview.clear.more', lang, rest=rest)}" if rest else "")
    head = names([seen.short(id) for id in indicators], lang)
    return html.Li([html.Strong(f"{head} ({number(len(cases), lang)}): "), text])


def _case(seen: _Seen, kind: Doubt, case: Case) -> str:
    lang, name = seen.lang, seen.labels.agency(case.agency)
    if not case.values:
        return name
    one, two = case.values
    if kind in _SINCE_LAST:
        written = [share(value, lang) if kind is Doubt.JUMPED else number(value, lang) for value in (one, two)]
        return t("overview.clear.change", lang, name=name, before=written[0], after=written[1])
    return t("overview.clear.pair", lang, name=name, numerator=number(one, lang), denominator=number(two, lang))


def _clean(found: Sequence[Found], lang: str, *, is_first: bool) -> str:
    there = {one.kind for one in found}
    asked = [kind for kind in Doubt if not (is_first and kind in _SINCE_LAST)]
    clean = [t(f"overview.brief.{kind}", lang) for kind in asked if kind not in there]
    said = [t("overview.clear.clean", lang, kinds=names(clean, lang, len(clean)))] if clean else []
    return " ".join([*said, *([t("overview.clear.first", lang)] if is_first else [])])
