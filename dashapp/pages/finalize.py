"""Tables of targets on their way to a Decision: the list, how one is begun, and the page of one."""

from __future__ import annotations

from collections.abc import Sequence

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.i18n import LANGUAGES, t
from dashapp.kept_messages import time
from dashapp.pages import shell
from dashapp.pages.finalize_table import names_of, seen_of, whole
from dashapp.services import choices, tables
from dashapp.services import opened as desk
from dashapp.services.database import Store
from dashapp.services.opened import Ground
from dashapp.services.rights import Action, Actor, may
from dashapp.services.tables import Listed
from dashapp.urlstate import (
    FINALIZE,
    ORDERS,
    CompareState,
    PageState,
    format_compare,
    format_finalize,
    format_overview,
    format_page,
    language,
    split,
)
from dashapp.views import finalize, finalize_frame, parts
from dashapp.views.parts import aria, carried
from dashapp.views.person import Visitor
from dashapp.views.shown import main_indicator
from scenarios import Campaign


def route(store: Store, address: str, visitor: Visitor) -> Component:
    """The whole page of an address."""
    lang, actor, asked = language(address), visitor.actor, dict(split(address)[1])
    known = desk.campaigns(store, actor)
    campaign, unknown = shell.campaign_at(address, known)
    everything = tables.listed(store, actor, campaign.id)
    ground = desk.ground(store, actor, campaign.id)
    number = asked.get("t", "")
    listed = next((one for one in everything if str(one.record.number) == number), None)
    faults = [t("finalize.unknown_table", lang, found=number)] if number and listed is None else []
    if listed is None:
        body, indicator, order = _list(store, actor, campaign, ground, everything, lang), "", ""
    else:
        table = tables.table(store, actor, listed.record.id)
        own = [id for id in campaign.indicators if id in table.inputs.pinned.results]
        main = main_indicator(campaign, table.inputs.scenario.plan)
        indicator = asked["i"] if asked.get("i") in own else main
        order = asked["o"] if asked.get("o") in ORDERS else ORDERS[0]
        seen = seen_of(store, actor, campaign, listed, everything, table, indicator, order, lang)
        body = finalize_frame.frame(seen, own, whole(store, seen, ground, None))
    place = _place(visitor, known, campaign, listed, lang, indicator, order)
    return shell.page(place, html.Div([*parts.faults(unknown, lang), *_faults(faults), *body], className="page final"))


def _faults(faults: Sequence[str]) -> list[Component]:
    return [html.Div(text, className="message", role="alert") for text in faults]


def _place(
    visitor: Visitor,
    known: tuple[Campaign, ...],
    campaign: Campaign,
    listed: Listed | None,
    lang: str,
    indicator: str,
    order: str,
) -> shell.Place:
    base = campaign.base.partition("/")[2]
    slug = base if listed is None else listed.scenario.slug
    number = None if listed is None else listed.record.number
    other = next(one for one in LANGUAGES if one != lang)
    name = t("finalize.title", lang) if number is None else t("finalize.table", lang, number=number)
    return shell.Place(
        campaign=campaign.id,
        campaigns=known,
        slug=slug,
        lang=lang,
        overview=format_overview(campaign.id, lang),
        workbench=format_page(PageState(campaign.id, slug, lang=lang)),
        compare=format_compare(
            CompareState(campaign.id, (), lang) if slug == base else CompareState(campaign.id, (base, slug), lang)
        ),
        here=FINALIZE,
        other_language=format_finalize(campaign.id, other, number, indicator, order),
        title=t("web.title", lang, page=name),
        visitor=visitor,
    )


# the list, and how a table is begun --------------------------------------------------------------------------
def _list(
    store: Store, actor: Actor, campaign: Campaign, ground: Ground, everything: tuple[Listed, ...], lang: str
) -> list[Component]:
    names = names_of(store, {one.record.changed_by for one in everything})
    found: list[Component] = [
        html.Div(
            [
                html.H1(t("finalize.title", lang), className="page-title"),
                html.P(t("finalize.lead", lang), className="muted"),
            ]
        ),
        html.Div(id=ids.FINAL_SAID, **aria(live="assertive")),
        dcc.Store(id=ids.FINAL_TO_KEEP),
        dcc.Store(id=ids.FINAL_KEPT),
    ]
    if may(actor.role, Action.FINALISE):
        found.append(_begin(store, actor, campaign, ground, lang))
    if everything:
        found.append(finalize.listing(campaign.id, everything, lambda name: names.get(name or "", name or ""), lang))
    else:
        key = "finalize.none.text" if may(actor.role, Action.FINALISE) else "finalize.none.text_reader"
        found.append(html.Section(parts.empty(t("finalize.none.title", lang), t(key, lang)), className="panel"))
    return found


def _begin(store: Store, actor: Actor, campaign: Campaign, ground: Ground, lang: str) -> Component:
    chosen = choices.current(store, actor, campaign.id)
    shared = [one for one in desk.listed(store, actor, campaign.id) if one.shared]
    options = [
        {"label": t("finalize.of", lang, name=one.name[lang], number=one.head), "value": one.slug} for one in shared
    ]
    value = shared[0].slug if shared else None
    said = t("finalize.begin.unchosen", lang)
    if chosen is not None:
        value = f"={chosen.version.id}"
        name = t("finalize.of", lang, name=chosen.record.name[lang], number=chosen.version.number)
        options.insert(0, {"label": t("finalize.begin.chosen_option", lang, name=name), "value": value})
        by = names_of(store, {chosen.choice.by}).get(chosen.choice.by, chosen.choice.by)
        said = t("finalize.begin.chosen", lang, name=name, by=by, time=time(chosen.choice.at, lang))
    form = html.Div(
        [
            html.Div(
                [
                    html.Label(t("finalize.begin.scenario", lang), htmlFor=ids.FINAL_SCENARIO),
                    dbc.Select(id=ids.FINAL_SCENARIO, options=options, value=value),
                ],
                className="field",
            ),
            html.Button(
                t("finalize.begin.button", lang),
                type="button",
                className="action main",
                **carried(final_do="start", campaign=campaign.id, figures=str(ground.figures_version.number)),
            ),
        ],
        className="toolbar",
    )
    figures = t("finalize.begin.figures", lang, number=ground.figures_version.number)
    return parts.panel(
        t("finalize.begin.title", lang),
        html.Div([html.P(said), form, html.P(figures, className="muted")], className="panel-body final-begin"),
        id="final-begin",
    )
