"""Where the province stands: the page that opens first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from dashapp import messages, services
from dashapp.i18n import LANGUAGES, share, t
from dashapp.pages import shell
from dashapp.services import accounts, choices, provision
from dashapp.services import opened as desk
from dashapp.services.choices import Chosen
from dashapp.services.database import Store
from dashapp.services.doubts import doubts
from dashapp.services.opened import Opened
from dashapp.services.rights import Actor
from dashapp.urlstate import (
    OVERVIEW,
    CompareState,
    PageState,
    format_compare,
    format_overview,
    format_page,
    language,
)
from dashapp.views import choosing, parts
from dashapp.views.overview import Overview, Ranking, overview
from dashapp.views.person import Visitor
from dashapp.views.shown import saved_labels
from engine import Allocation, EngineError, Plan
from scenarios import Campaign, ScenarioErrors


@dataclass(frozen=True, eq=False)
class Ran:
    """A scenario and what comes of it; without an allocation `refused` says why there is none."""

    opened: Opened
    allocation: Allocation | None
    refused: str = ""


@dataclass(frozen=True, eq=False)
class Head:
    """What stands above the figures: the two ways on, which scenario counts, and what is wrong with the address."""

    workbench: str
    compare: str
    choice: Sequence[Component]
    faults: Sequence[Component] = ()


def route(store: Store, address: str, visitor: Visitor) -> Component:
    """The whole page of an address."""
    lang, actor = language(address), visitor.actor
    known = desk.campaigns(store, actor)
    campaign, faults = shell.campaign_at(address, known)
    chosen = choices.current(store, actor, campaign.id)
    ran = _run(store, actor, campaign, chosen, lang)
    base = desk.open_scenario(store, actor, campaign.id, campaign.base.partition("/")[2])
    slug = ran.opened.record.slug
    listed = [one.slug for one in desk.listed(store, actor, campaign.id) if one.slug != slug]
    head = Head(
        workbench=format_page(PageState(campaign.id, slug, lang)),
        compare=format_compare(CompareState(campaign.id, (slug, *listed[:1]), lang)),
        choice=_choice(store, chosen, ran, base, lang),
        faults=parts.faults(faults, lang),
    )
    other = next(one for one in LANGUAGES if one != lang)
    place = shell.Place(
        campaign=campaign.id,
        campaigns=known,
        slug="",
        lang=lang,
        overview=format_overview(campaign.id, lang),
        workbench=head.workbench,
        compare=head.compare,
        here=OVERVIEW,
        other_language=format_overview(campaign.id, other),
        title=t("web.title", lang, page=t("overview.title", lang)),
        visitor=visitor,
    )
    if ran.allocation is None:
        return shell.page(place, unknown(campaign, head, lang))
    return shell.page(place, body(_seen(store, actor, ran, ran.allocation, lang), head, lang))


def _run(store: Store, actor: Actor, campaign: Campaign, chosen: Chosen | None, lang: str) -> Ran:
    """What is chosen, run on the newest figures; the scenario that the campaign came with where that cannot be."""
    base = campaign.base.partition("/")[2]
    if chosen is None:
        return _try(store, actor, campaign, base, None, lang)
    ran = _try(store, actor, campaign, chosen.record.slug, chosen.version.number, lang)
    if ran.allocation is not None:
        return ran
    instead = _try(store, actor, campaign, base, None, lang)
    return Ran(instead.opened, instead.allocation, ran.refused)


def _try(store: Store, actor: Actor, campaign: Campaign, slug: str, version: int | None, lang: str) -> Ran:
    opened = desk.open_scenario(store, actor, campaign.id, slug, version=version)
    try:
        return Ran(opened, services.run(opened.figures, opened.scenario))
    except ScenarioErrors as errors:
        words = services.indicator_words(lang)
        return Ran(opened, None, " ".join(messages.of_scenario(one, words, lang) for one in errors.problems))
    except EngineError as error:
        return Ran(opened, None, messages.of_engine(error, saved_labels(opened, lang), lang))


def _other_goals(plan: Plan, base: Plan, lang: str) -> list[Component]:
    """What the chosen scenario asks of the province where the campaign came with another goal: nothing is silent."""
    last, words = plan.last.id, services.indicator_words(lang)
    campaign_goals = {one.id: one.goals.get(last) for one in base.indicators}
    lines = [
        t(
            "overview.choice.other_goal",
            lang,
            indicator=words[one.id].short,
            goal=share(one.goals[last], lang, 1, trim=True),
            own=share(campaign_goals[one.id], lang, 1, trim=True),
        )
        for one in plan.indicators
        if campaign_goals.get(one.id) not in (None, one.goals[last])
    ]
    return [parts.message(t("overview.choice.other_goals", lang), "; ".join(lines), "warning")] if lines else []


def _choice(store: Store, chosen: Chosen | None, ran: Ran, base: Opened, lang: str) -> list[Component]:
    """Which scenario counts; where it cannot be run, which stands in for it."""
    name = ran.opened.record.name[lang]
    if chosen is None:
        said = [parts.message(t("overview.choice.none", lang), t("overview.choice.none_text", lang, name=name))]
    else:
        said = choosing.banner([chosen], ran.opened.ground, _names(store, chosen), lang)
        said += _other_goals(ran.opened.scenario.plan, base.scenario.plan, lang)
    if ran.refused:
        instead = t("overview.failed_instead", lang, name=name) if ran.allocation is not None else ""
        text = f"{ran.refused} {instead}".rstrip()
        said.append(parts.message(t("overview.failed", lang), text, "warning"))
    return said


def _names(store: Store, chosen: Chosen) -> Mapping[str, str]:
    found = accounts.account(store, chosen.choice.by)
    return {} if found is None else {chosen.choice.by: found.display_name}


def _seen(store: Store, actor: Actor, ran: Ran, allocation: Allocation, lang: str) -> Overview:
    """The page, with what has changed since the figures before."""
    ground = ran.opened.ground
    number = ground.figures_version.number
    before = desk.ground(store, actor, ground.campaign.id, number - 1).figures if number > 1 else None
    registered = provision.agencies(store, actor, ground.campaign.id, allocation.plan.as_of)
    found = doubts(allocation, before, [one.code for one in registered])
    return overview(ran.opened, allocation, found, lang, is_first=before is None)


# --- what stands on the page ---------------------------------------------------------------------------------
def body(seen: Overview, head: Head, lang: str) -> Component:
    """The page: what counts, the cards, the agencies, what must be cleared up."""
    return html.Div(
        [
            _top(seen.heading, seen.dates, head, lang, seen.lead),
            *head.faults,
            *head.choice,
            html.Section(seen.cards, className="stands", **parts.aria(label=t("overview.label", lang))),
            html.Div(
                [
                    html.Div([_panel(one, lang) for one in seen.rankings], className="rankings"),
                    html.Div([_missing(seen, lang), _doubtful(seen, lang)], className="clear-up"),
                ],
                className="below one" if len(seen.rankings) == 1 else "below",
            ),
        ],
        className="page overview",
    )


def unknown(campaign: Campaign, head: Head, lang: str) -> Component:
    """The page where not even the scenario that the campaign came with can be run."""
    return html.Div(
        [_top(campaign.name[lang], t("overview.as_of", lang, as_of=campaign.as_of), head, lang), *head.choice],
        className="page overview",
    )


def _top(heading: str, dates: str, head: Head, lang: str, lead: str = "") -> Component:
    return html.Div(
        [
            html.Div(
                [
                    html.H1(heading, className="page-title"),
                    html.P(dates, className="muted"),
                    *([html.P(lead, className="lead-line")] if lead else []),
                ]
            ),
            html.Div(
                [
                    _way(t("overview.compare", lang), head.compare, "compare", main=False),
                    _way(t("overview.workbench", lang), head.workbench, "levers", main=True),
                ],
                className="toolbar no-print",
            ),
        ],
        className="overview-head",
    )


def _way(text: str, address: str, icon: str, *, main: bool) -> Component:
    style = "action main" if main else "action"
    return html.A([parts.icon(icon), text], href=address, className=style, **parts.carried(inside="true"))


def _panel(one: Ranking, lang: str) -> Component:
    return parts.chart_panel(
        f"rank-{one.indicator}",
        one.title,
        one.figure,
        one.twin,
        lang,
        f"chitieu-{one.indicator}",
        beside=[html.P(one.said, className="said")],
        legend=one.legend,
        whole=True,
    )


def _missing(seen: Overview, lang: str) -> Component:
    lines = seen.missing or [html.Li(t("overview.clear.none_missing", lang))]
    return parts.panel(
        t("overview.clear.missing_title", lang), html.Ul(lines, className="clear-lines"), id="missing", flows=True
    )


def _doubtful(seen: Overview, lang: str) -> Component:
    lines = seen.doubtful or [html.Li(t("overview.clear.none_doubt", lang))]
    return parts.panel(
        t("overview.clear.doubt_title", lang),
        html.Div([html.Ul(lines, className="clear-lines"), html.P(seen.clean, className="clear-none")]),
        id="doubtful",
        flows=True,
    )
