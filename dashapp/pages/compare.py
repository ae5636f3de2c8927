"""Two to four scenarios of one campaign side by side, and the choice of the one that is finalised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html, no_update
from dash.development.base_component import Component

from dashapp import ids, messages, services
from dashapp.charts.base import size
from dashapp.charts.heatmap import Mode
from dashapp.i18n import LANGUAGES, t
from dashapp.kept_messages import of_service
from dashapp.pages import shell
from dashapp.services import accounts, choices
from dashapp.services import opened as desk
from dashapp.services.choices import Chosen
from dashapp.services.database import ScenarioRecord, Store, StoreError
from dashapp.services.opened import Ground, Opened
from dashapp.services.refused import ServiceError
from dashapp.services.rights import Action, Actor, may
from dashapp.urlstate import (
    COMPARE,
    FEWEST,
    MOST,
    CompareState,
    PageState,
    compared,
    format_compare,
    format_overview,
    format_page,
    language,
    split,
)
from dashapp.views import choosing, disagreement, downloads, grids, parts, versus
from dashapp.views.comparison import ORDERS, Compared, compare, lines
from dashapp.views.markup import written
from dashapp.views.person import Visitor
from dashapp.views.shown import main_indicator
from scenarios import Campaign, ScenarioErrors

Said = dict[str, Any]
"""What the browser sends."""


@dataclass(frozen=True)
class Picked:
    """What is to be compared, as far as it is there.

    Attributes
    ----------
    ground : Ground
    opened : tuple of Opened
        All on the figures of `ground`.
    listed : tuple of ScenarioRecord
        What there is to compare.
    faults : tuple of str
        What was asked for and is left out, in sentences.
    """

    ground: Ground
    opened: tuple[Opened, ...]
    listed: tuple[ScenarioRecord, ...]
    faults: tuple[str, ...]


# what is asked for -------------------------------------------------------------------------------------------
def pick(store: Store, actor: Actor, campaign: str, slugs: Iterable[str], lang: str) -> Picked:
    """Open scenarios by their names; what is missing is said, and two are shown wherever there are two."""
    ground = desk.ground(store, actor, campaign)
    listed = desk.listed(store, actor, campaign)
    opened: list[Opened] = []
    faults: list[str] = []
    asked = list(dict.fromkeys(slugs))
    for slug in asked:
        if len(opened) == MOST:
            faults.append(t("compare.fault.too_many", lang, found=slug, most=MOST))
        else:
            _open(store, actor, ground, slug, lang, opened, faults)
    for record in listed:
        if len(opened) < FEWEST and record.slug not in asked:
            _open(store, actor, ground, record.slug, lang, opened, faults)
    return Picked(ground, tuple(opened), listed, tuple(faults))


def _open(
    store: Store, actor: Actor, ground: Ground, slug: str, lang: str, opened: list[Opened], faults: list[str]
) -> None:
    number = ground.figures_version.number
    try:
        opened.append(desk.open_scenario(store, actor, ground.campaign.id, slug, figures=number))
    except StoreError as fault:
        if fault.code != "not_found":
            raise
        faults.append(t("compare.fault.unknown_scenario", lang, found=slug))
    except ScenarioErrors as refused:
        words = services.indicator_words(lang)
        why = " ".join(messages.of_scenario(one, words, lang) for one in refused.problems)
        faults.append(t("compare.fault.broken", lang, found=slug, why=why))


def _campaign(address: str, known: Sequence[Campaign], lang: str) -> tuple[str, list[str], list[str]]:
    """The campaign that an address is about, the names of its scenarios, and what it says wrongly."""
    there = {one.id for one in known}
    named, chosen = compared(address), dict(split(address)[1]).get("c", "")
    first = next((campaign for campaign, _ in named if campaign in there), chosen if chosen in there else known[0].id)
    faults = []
    for campaign, slug in named:
        if campaign not in there:
            faults.append(t("compare.fault.unknown_campaign", lang, found=campaign))
        elif campaign != first:
            faults.append(t("compare.fault.other_campaign", lang, found=f"{campaign}/{slug}"))
    if chosen and chosen not in there:
        faults.append(t("compare.fault.unknown_campaign", lang, found=chosen))
    return first, [slug for campaign, slug in named if campaign == first and slug], list(dict.fromkeys(faults))


def _known(address: str, key: str, options: Sequence[str], lang: str, faults: list[str]) -> str:
    """What an address says under a key, the first option if it says nothing that there is."""
    found = dict(split(address)[1]).get(key, "")
    if found and found not in options:
        faults.append(t("compare.fault.unknown_value", lang, key=key, found=found))
    return found if found in options else ""


# what is shown -----------------------------------------------------------------------------------------------
def route(store: Store, address: str, visitor: Visitor) -> Component:
    """The whole page of an address."""
    lang, actor = language(address), visitor.actor
    known = desk.campaigns(store, actor)
    campaign, slugs, faults = _campaign(address, known, lang)
    picked = pick(store, actor, campaign, slugs, lang)
    indicator = _known(address, "i", list(picked.ground.campaign.indicators), lang, faults)
    order = _known(address, "o", ORDERS, lang, faults) or ORDERS[0]
    shown = compare(picked.opened, indicator or _main(picked), lang)
    answer = _answer(store, actor, picked, shown, order, Mode.TARGETS, (*faults, *picked.faults))
    state = _state(shown, order)
    other = next(one for one in LANGUAGES if one != lang)
    place = shell.Place(
        campaign=campaign,
        campaigns=known,
        slug=picked.opened[0].record.slug,
        lang=lang,
        overview=format_overview(campaign, lang),
        workbench=format_page(PageState(campaign, picked.opened[0].record.slug, lang=lang)),
        compare=format_compare(state),
        here=COMPARE,
        other_language=format_compare(CompareState(state.campaign, state.slugs, other, state.indicator, state.order)),
        title=t("web.title", lang, page=t("compare.title", lang)),
        visitor=visitor,
    )
    return shell.page(place, body(shown, picked, order, answer))


def changed(
    store: Store,
    actor: Actor,
    /,
    said: Said,
    indicator: str,
    order: str,
    mode: str,
    done: Said | None,
    lang: str,
    *,
    fresh: bool = False,
) -> Said:
    """Everything on the page that depends on what is compared and how it is looked at.

    Parameters
    ----------
    done : mapping or None
        What was chosen last in this window; said once, while it is `fresh`.
    """
    picked = pick(store, actor, said["campaign"], said["slugs"], lang)
    shown = compare(picked.opened, indicator, lang)
    answer = _answer(store, actor, picked, shown, order, Mode(mode), picked.faults)
    if fresh and done:
        answer["chosen"] = [*answer["chosen"], choosing.told(done["said"])]
    return answer


def _main(picked: Picked) -> str:
    return main_indicator(picked.ground.campaign, picked.opened[0].scenario.plan)


def _state(shown: Compared, order: str) -> CompareState:
    """The state of what is shown, without what it shows anyway."""
    first = shown.entries[0].opened
    main = main_indicator(first.campaign, first.scenario.plan)
    return CompareState(
        campaign=first.campaign.id,
        slugs=tuple(one.opened.record.slug for one in shown.entries),
        lang=shown.lang,
        indicator="" if shown.indicator == main else shown.indicator,
        order="" if order == ORDERS[0] else order,
    )


def _answer(
    store: Store, actor: Actor, picked: Picked, shown: Compared, order: str, mode: Mode, faults: Sequence[str]
) -> Said:
    lang = shown.lang
    found, drawn = lines(shown, order), disagreement
    history = choices.history(store, actor, picked.ground.campaign.id)
    names = _names(store, picked, history)
    chosen = (history[-1].version.id, history[-1].figures.id) if history else None
    people = versus.People(names, may(actor.role, Action.CHOOSE), chosen)
    figure = drawn.figure(shown, found, mode)
    said = t(
        "compare.said",
        lang,
        count=len(shown.entries),
        indicator=shown.labels.indicator(shown.indicator),
        names=[one.name for one in shown.entries],
    )
    return {
        "seen": format_compare(_state(shown, order)),
        "said": said,
        "faults": _faults(faults, lang),
        "chosen": choosing.banner(history, picked.ground, names, lang),
        "add": versus.add(picked.listed, shown, lang),
        "files": downloads.of_comparison(picked.ground.campaign.id, [one.record.slug for one in picked.opened], lang),
        "head": versus.whole(shown, people),
        "title": t("compare.map.title", lang, period=shown.period),
        "figure": figure,
        "figure_style": size(figure),
        "legend": written(drawn.legend(shown, found, mode)),
        "twin": written(parts.twin_table(drawn.twin(shown, found, mode))),
        "note": drawn.note(shown, found),
        "grid_title": t("compare.grid.title", lang, period=shown.period),
        "rows": drawn.rows(found),
        "columns": drawn.columns(shown),
        "grid": drawn.options(len(found.all), lang),
        "grid_style": drawn.style(len(found.all)),
    }


def _names(store: Store, picked: Picked, history: Sequence[Chosen]) -> Mapping[str, str]:
    """How people are called who own, wrote or chose something that is shown."""
    users = {one.choice.by for one in history} | {one.record.owner for one in picked.opened}
    users |= {one.version.by for one in picked.opened}
    found = {name: accounts.account(store, name) for name in users}
    return {name: one.display_name for name, one in found.items() if one is not None}


def _faults(faults: Sequence[str], lang: str) -> list[Component]:
    if not faults:
        return []
    items = html.Ul([html.Li(one) for one in faults], className="mb-0 mt-1")
    return [html.Div([html.Strong(t("compare.fault.lead", lang)), items], className="message", role="alert")]


def body(shown: Compared, picked: Picked, order: str, answer: Said) -> Component:
    """What stands in the page, with everything that `changed` may change."""
    lang = shown.lang
    ground = picked.ground
    figures = t("compare.ground", lang, number=ground.figures_version.number, as_of=ground.campaign.as_of)
    head = html.Div([html.H1(t("compare.title", lang), className="page-title"), html.P(figures, className="muted")])
    return html.Div(
        [
            *_stores(shown, answer),
            html.Div(
                [
                    head,
                    html.Div(
                        [
                            html.Div(answer["add"], id=ids.COMPARE_ADD),
                            _indicators(shown),
                            html.Div(answer["files"], id=ids.COMPARE_FILES),
                        ],
                        className="toolbar",
                    ),
                ],
                className="compare-top",
            ),
            html.Div(answer["said"], id=ids.COMPARE_SAID, className="visually-hidden", role="status"),
            html.Div(answer["faults"], id=ids.COMPARE_FAULTS),
            html.Div(answer["chosen"], id=ids.COMPARE_CHOSEN),
            html.Div(answer["head"], id=ids.COMPARE_HEAD),
            html.Div(answer["note"], id=ids.COMPARE_CHART_NOTE, className="compare-note"),
            html.Div([_map(shown, order, answer), _table(answer)], className=f"compare-both of-{len(shown.entries)}"),
            choosing.dialog(lang),
        ],
        className="page compare",
    )


def _stores(shown: Compared, answer: Said) -> list[Component]:
    slugs = [one.opened.record.slug for one in shown.entries]
    return [
        dcc.Store(id=ids.COMPARED, data={"campaign": shown.entries[0].opened.campaign.id, "slugs": slugs}),
        dcc.Store(id=ids.COMPARE_SEEN, data=answer["seen"]),
        dcc.Store(id=ids.TO_CHOOSE),
        dcc.Store(id=ids.DECIDED),
    ]


def _indicators(shown: Compared) -> Component:
    lang, own = shown.lang, list(shown.entries[0].opened.campaign.indicators)
    return html.Div(
        dbc.RadioItems(
            id=ids.COMPARE_INDICATOR,
            options=[{"label": shown.labels.indicator(id), "value": id} for id in own],
            value=shown.indicator,
            className="segmented",
        ),
        role="group",
        className="no-print" if len(own) > 1 else "hidden",
        **parts.aria(label=t("compare.indicator", lang)),
    )


def _map(shown: Compared, order: str, answer: Said) -> Component:
    lang = shown.lang
    modes = html.Div(
        dbc.RadioItems(
            id=ids.COMPARE_MODE,
            options=[{"label": t(f"compare.map.{one}", lang), "value": str(one)} for one in Mode],
            value=str(Mode.TARGETS),
            className="segmented",
        ),
        role="group",
        className="no-print",
        **parts.aria(label=t("compare.map.mode", lang)),
    )
    orders = dbc.Select(
        id=ids.COMPARE_ORDER,
        options=[{"label": t(f"compare.order.{one}", lang), "value": one} for one in ORDERS],
        value=order,
    )
    ordered = html.Div(
        [html.Label(t("compare.map.order", lang), htmlFor=ids.COMPARE_ORDER), orders], className="field no-print"
    )
    return parts.chart_panel(
        ids.COMPARE_CHART,
        answer["title"],
        answer["figure"],
        disagreement.twin(shown, lines(shown, order), Mode.TARGETS),
        lang,
        f"chitieu-so-sanh-{shown.entries[0].opened.campaign.id}",
        beside=(modes, ordered),
        legend=disagreement.legend(shown, lines(shown, order), Mode.TARGETS),
        whole=True,
    )


def _table(answer: Said) -> Component:
    height = disagreement.HEIGHT
    grid = grids.grid(ids.COMPARE_GRID, answer["columns"], answer["grid"], height=height, rowData=answer["rows"])
    return parts.panel(answer["grid_title"], html.Div(grid, className="grid-wrap"), id="compare-grid-panel", flows=True)


# choosing ----------------------------------------------------------------------------------------------------
def asked(store: Store, actor: Actor, /, wanted: Said, lang: str) -> Said:
    """The dialog about a scenario that somebody wants to choose."""
    try:
        opened = _wanted(store, actor, wanted)
        before = choices.current(store, actor, wanted["campaign"])
    except (ServiceError, StoreError) as refused:
        return {"open": True, "text": "", "note": "", "fault": choosing.refused(of_service(refused, lang))}
    users = {opened.record.changed_by} | ({before.choice.by} if before is not None else set())
    found = {name: accounts.account(store, name) for name in users}
    names = {name: one.display_name for name, one in found.items() if one is not None}
    return {"open": True, "text": choosing.question(opened, before, names, lang), "note": "", "fault": []}


def decided(store: Store, actor: Actor, /, clicks: int | None, wanted: Said, note: str | None, lang: str) -> Said:
    """Choose what the dialog is about; what is refused is said there, and the note stays."""
    if not clicks:
        return {"open": no_update, "done": no_update, "fault": no_update}
    try:
        opened = _wanted(store, actor, wanted)
        figures = opened.ground.figures_version.id
        chosen = choices.choose(store, actor, wanted["campaign"], opened.version.id, figures, note or "")
    except (ServiceError, StoreError) as refused:
        return {"open": True, "done": no_update, "fault": choosing.refused(of_service(refused, lang))}
    return {"open": False, "done": {"said": choosing.done(chosen, lang), "choice": chosen.choice.id}, "fault": []}


def _wanted(store: Store, actor: Actor, wanted: Said) -> Opened:
    """The scenario in the versions that were seen."""
    version, figures = int(wanted["version"]), int(wanted["figures"])
    return desk.open_scenario(store, actor, wanted["campaign"], wanted["slug"], version=version, figures=figures)
