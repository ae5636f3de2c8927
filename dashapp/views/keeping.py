"""How the open scenario is kept: what is said of it, buttons, dialogs, notices; what they do is in `keeping_moves`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.i18n import t
from dashapp.kept_messages import time
from dashapp.services.database import Draft, ScenarioRecord, ScenarioVersion
from dashapp.services.opened import Opened
from dashapp.services.provision import SYSTEM
from dashapp.services.rights import Action, Actor, may
from dashapp.urlstate import PageState, format_page
from dashapp.views.parts import action, aria, badge, carried, icon, side_panel
from dashapp.views.shown import tidy

Place = Literal["none", "restored", "same", "elsewhere"]
"""Where the draft is: there is none; the page opened with it; the address says the same; it says something else."""
LONGEST_NOTE = 500
"""Characters that fit into the box of a note."""


@dataclass(frozen=True)
class Kept:
    """What a page knows of the unsaved state of its scenario when it opens.

    Attributes
    ----------
    draft : Draft or None
    place : Place
    dropped : int
        How often the actor has saved or thrown away a draft of the scenario.
    names : mapping of user name to the name people read
    """

    draft: Draft | None = None
    place: Place = "none"
    dropped: int = 0
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def in_hand(self) -> bool:
        """True where the page shows the draft."""
        return self.place in ("restored", "same")


@dataclass(frozen=True, eq=False)
class Step:
    """One version in the history: who wrote it is called `by`, `changes` is what it changed in words, `like` an earlier
    version that said the same."""

    version: ScenarioVersion
    by: str
    changes: Sequence[str]
    like: int | None = None


def shipped(record: ScenarioRecord) -> bool:
    """True for a scenario that came with the campaign: nobody writes over it."""
    return record.owner == SYSTEM


def edits(actor: Actor) -> bool:
    """True for who may keep scenarios."""
    return may(actor.role, Action.EDIT_SCENARIOS)


def clock(moment: datetime, lang: str) -> str:
    """``10:32``, with the date where it is not today's."""
    local = moment.astimezone()
    return f"{local:%H:%M}" if local.date() == datetime.now().astimezone().date() else time(moment, lang)


def called(name: str, names: Mapping[str, str], actor: Actor, lang: str) -> str:
    """A person as the actor reads of them."""
    if name == actor.name:
        return t("keeping.you", lang)
    return t("keeping.product", lang) if name == SYSTEM else names.get(name, name)


def capital(text: str) -> str:
    """The same text as the beginning of a sentence."""
    return text[:1].upper() + text[1:]


# the head of the result --------------------------------------------------------------------------------------
def toolbar(opened: Opened, state: PageState, actor: Actor, kept: Kept, lang: str) -> Component:
    """What is said of how the scenario is kept, and the buttons; who may not keep scenarios has two of them."""
    record, mine = opened.record, edits(actor)
    known = {
        "edits": mine,
        "shipped": shipped(record),
        "known": opened.version.number,
        "head": record.head,
        "dropped": kept.dropped,
        "own": kept.in_hand,
        "draft": kept.draft is not None,
        "shared": record.shared,
    }
    writing = [
        _button(ids.SAVE, "keep", t("keeping.save", lang), lang, title=t("keeping.save_key", lang)),
        _button(ids.SAVE_AS, "add", t("keeping.save_as", lang), lang),
    ]
    reading = [
        _button(ids.HISTORY, "history", t("keeping.history.button", lang), lang, folds=True),
        _button(ids.LINK, "link", t("keeping.link.button", lang), lang, folds=True),
    ]
    return html.Div(
        [
            _status(opened, state, kept, mine, lang),
            html.Div([*(writing if mine else []), *reading], className="keep-buttons"),
            html.Div(id=ids.KEEP_SAID, className="keep-said", **aria(live="polite")),
        ],
        id=ids.KEEP,
        className="keep no-print",
        role="group",
        **aria(label=t("keeping.label", lang)),
        **carried(keeping=json.dumps(known)),
    )


def _button(id: str, sign: str, words: str, lang: str, *, title: str = "", folds: bool = False) -> Component:
    """`folds`: on a narrow page its words are heard only."""
    text = html.Span(words, className="keep-words" if folds else "")
    return html.Button(
        [icon(sign), text], id=id, type="button", className="action small", title=title or words, lang=lang
    )


def _status(opened: Opened, state: PageState, kept: Kept, mine: bool, lang: str) -> Component:
    now = "clean"
    if kept.in_hand:
        now = "draft"
    elif state.changed:
        now = "open" if mine else "tried"
    elif not opened.is_head:
        now = "older"
    draft = "" if kept.draft is None else draft_words(kept.draft.changed_at, lang)
    parts = [
        html.Span(clean_words(opened.record, opened.record.head, lang), id=ids.KEEP_CLEAN, className="when-clean"),
        html.Span([icon("wait"), t("keeping.status.open", lang)], className="when-open"),
        html.Span(draft, id=ids.KEEP_DRAFT, className="when-draft"),
        html.Span(
            [
                icon("history"),
                t("keeping.status.older", lang),
                " ",
                html.Span(opened.version.number, id=ids.KEEP_OLDER),
            ],
            className="when-older",
        ),
        html.Span(t("keeping.status.tried", lang), className="when-tried"),
    ]
    name = html.Strong(opened.record.name[lang], className="keep-name")
    whose = html.Span(whose_words(opened.record, lang), id=ids.KEEP_WHOSE)
    return html.Div([name, whose, *parts], className="keep-status", **carried(now=now))


def clean_words(record: ScenarioRecord, number: int, lang: str) -> list[Component | str]:
    """What is said where nothing differs from what is saved."""
    if shipped(record):
        return [icon("check"), t("keeping.status.shipped", lang)]
    return [icon("check"), t("keeping.status.clean", lang, number=number)]


def draft_words(moment: datetime, lang: str) -> list[Component | str]:
    """What is said where the draft is kept."""
    return [icon("wait"), t("keeping.status.draft", lang, time=clock(moment, lang))]


def whose_words(record: ScenarioRecord, lang: str) -> list[Component]:
    """Who sees the scenario, where that is its owner alone."""
    return [] if record.shared else [badge(t("keeping.private", lang), icon_name="person")]


def said(text: str, *, good: bool = True) -> list[Component]:
    """What came of something that was asked for."""
    sign, tone = ("check", "good") if good else ("warning", "bad")
    return [
        html.Div([icon(sign), html.Span(text)], className=f"keep-bubble {tone}", role="status" if good else "alert")
    ]


# notices above the result ------------------------------------------------------------------------------------
def notice(opened: Opened, state: PageState, actor: Actor, kept: Kept, lang: str) -> Component:
    """What the page has to say of drafts and versions before anything is moved; empty where there is nothing."""
    return html.Div(notices(opened, state, actor, kept, lang), id=ids.KEEP_NOTICE, className="keep-notices")


def notices(opened: Opened, state: PageState, actor: Actor, kept: Kept, lang: str) -> list[Component]:
    """What stands in `notice`."""
    found = [] if opened.is_head else [_older(opened, state, actor, kept, lang)]
    if kept.draft is not None and kept.place in ("restored", "elsewhere"):
        found.append(_draft(opened, state, kept.draft, kept.place, lang))
    return found


def _older(opened: Opened, state: PageState, actor: Actor, kept: Kept, lang: str) -> Component:
    version, record = opened.version, opened.record
    by = called(version.by, kept.names, actor, lang)
    text = t("keeping.older.text", lang, number=version.number, by=by, time=time(version.at, lang), head=record.head)
    ways: list[Component] = [_go(t("keeping.older.newest", lang), newest(opened, state))]
    if edits(actor) and not shipped(record):
        ways.append(_restore(version.number, record.head, lang))
    return _notice("history", text, ways)


def _draft(opened: Opened, state: PageState, draft: Draft, place: Place, lang: str) -> Component:
    when = time(draft.changed_at, lang)
    throw = html.Button(t("keeping.draft.throw", lang), type="button", className="action small", **carried(throw=place))
    if place == "restored":
        return _notice("wait", t("keeping.draft.restored", lang, time=when), [throw])
    older = draft.based_on != opened.record.head
    key = "keeping.draft.older" if older else "keeping.draft.other"
    text = t(key, lang, time=when, number=draft.based_on, head=opened.record.head)
    ways: list[Component] = [_go(t("keeping.draft.open", lang), address_of(draft, opened, state))]
    if older and opened.is_head:
        onto = format_page(replace(state.reset(), agency="")) + f"&{draft.address}"
        ways.append(action(t("keeping.draft.onto", lang, head=opened.record.head), onto, small=True))
    return _notice("wait", text, [*ways, throw], replaced=True)


def _notice(sign: str, text: str, ways: Sequence[Component], *, replaced: bool = False) -> Component:
    """`replaced`: it is about a draft that is no more once another one is kept."""
    return html.Div(
        [html.Span([icon(sign), html.Span(text)], className="keep-text"), html.Div(list(ways), className="toolbar")],
        className=f"message keep-note no-print{' until-replaced' if replaced else ''}",
        role="status",
    )


def _go(words: Any, address: str, *, small: bool = True) -> html.A:
    """A link to another page of the workbench, also where it says the address that the router saw last."""
    return html.A(words, href=address, className="action small" if small else "action", **carried(go="true"))


def newest(opened: Opened, state: PageState) -> str:
    """Address of the scenario as it says now, on the newest figures, showing what the page shows."""
    return _address(opened, state, None, None)


def address_of(draft: Draft, opened: Opened, state: PageState) -> str:
    """Address of a draft, showing what the page shows."""
    version = None if draft.based_on == opened.record.head else draft.based_on
    bare = _address(opened, state, version, draft.figures)
    return bare + ("&" if "?" in bare else "?") + draft.address


def _address(opened: Opened, state: PageState, version: int | None, figures: int | None) -> str:
    bare = tidy(replace(state.reset(), agency=""), opened)
    return format_page(replace(bare, version=version, figures=figures))


# dialogs, mounted once ---------------------------------------------------------------------------------------
def dialogs(opened: Opened, actor: Actor, lang: str) -> Component:
    """Every dialog of keeping, closed, and the stores between the page's script and the server."""
    stores = (
        ids.IN_HAND,
        ids.KEPT,
        ids.TO_SETTLE,
        ids.SETTLED,
        ids.TO_SAVE_AS,
        ids.SAVED_AS,
        ids.TO_SHARE,
        ids.TO_LIST,
    )
    return html.Div(
        [
            *(dcc.Store(id=id) for id in stores),
            _link(opened, actor, lang),
            _history(opened, lang),
            _save_as(opened, lang),
            _conflict(lang),
        ]
    )


def _title(id: str, words: str) -> Component:
    return dbc.ModalHeader(dbc.ModalTitle(words, id=f"{id}-title", tag="h2"), close_button=False)


def _close(dialog: str, words: str) -> Component:
    return html.Button(words, type="button", className="action", **carried(close=dialog))


def _save_as(opened: Opened, lang: str) -> Component:
    record = opened.record
    lead = "keeping.as.shipped" if shipped(record) else "keeping.as.lead"
    names = [
        _field(ids.SAVE_AS_NAME, t("keeping.as.name", lang), t("keeping.as.suggested", "vi", name=record.name["vi"])),
        _field(ids.SAVE_AS_ENGLISH, t("keeping.as.english", lang), ""),
    ]
    note = html.Div(
        [
            html.Label(t("keeping.as.note", lang), htmlFor=ids.SAVE_AS_NOTE, className="form-label"),
            dbc.Textarea(id=ids.SAVE_AS_NOTE, value="", rows=2, maxLength=LONGEST_NOTE),
        ],
        className="field",
    )
    shared = html.Div(
        [
            dbc.Switch(id=ids.SAVE_AS_SHARED, label=t("keeping.as.shared", lang), value=False),
            html.P(t("keeping.as.shared_hint", lang), className="muted"),
        ],
        className="field",
    )
    return dbc.Modal(
        [
            _title(ids.SAVE_AS_DIALOG, t("keeping.as.title", lang)),
            dbc.ModalBody(
                [
                    html.P(t(lead, lang, name=record.name[lang]), className="keep-lead"),
                    *names,
                    note,
                    shared,
                    html.Div(id=ids.SAVE_AS_FAULT, className="keep-fault", **aria(live="assertive")),
                ]
            ),
            dbc.ModalFooter(
                [
                    _close(ids.SAVE_AS_DIALOG, t("keeping.cancel", lang)),
                    html.Button(
                        t("keeping.save", lang), id=ids.SAVE_AS_CONFIRM, type="button", className="action main"
                    ),
                ]
            ),
        ],
        id=ids.SAVE_AS_DIALOG,
        is_open=False,
        centered=True,
        className="keep-dialog",
        labelledby=f"{ids.SAVE_AS_DIALOG}-title",
    )


def _field(id: str, words: str, value: str) -> Component:
    return html.Div(
        [
            html.Label(words, htmlFor=id, className="form-label"),
            dbc.Input(id=id, type="text", value=value, autocomplete="off"),
            html.Div(id=f"{id}-fault", className="invalid-feedback", role="alert"),
        ],
        className="field",
    )


def _conflict(lang: str) -> Component:
    return dbc.Modal(
        [_title(ids.CONFLICT, t("keeping.conflict.title", lang)), html.Div(id=ids.CONFLICT_TEXT)],
        id=ids.CONFLICT,
        is_open=False,
        centered=True,
        scrollable=True,
        className="keep-dialog",
        labelledby=f"{ids.CONFLICT}-title",
    )


def conflict(sentence: str, changes: Sequence[str], address: str, lang: str, *, restoring: bool) -> list[Component]:
    """What is said where somebody else was faster: who and when, what they changed, the ways on."""
    told = html.Div(
        [
            html.H3(t("keeping.conflict.changes", lang)),
            html.Ul([html.Li(one) for one in changes], className="keep-changes"),
        ]
    )
    main = (
        []
        if restoring
        else [
            html.Button(
                t("keeping.conflict.save_as", lang), type="button", className="action main", **carried(instead="true")
            )
        ]
    )
    return [
        dbc.ModalBody([html.P(sentence, className="keep-lead"), *([told] if changes else [])]),
        dbc.ModalFooter(
            [
                _close(ids.CONFLICT, t("keeping.conflict.back", lang)),
                _go(t("keeping.conflict.newest", lang), address, small=False),
                *main,
            ]
        ),
    ]


def _link(opened: Opened, actor: Actor, lang: str) -> Component:
    box = html.Div(
        [
            html.Label(t("keeping.link.field", lang), htmlFor=ids.LINK_FIELD, className="form-label"),
            html.Div(
                [
                    dbc.Input(id=ids.LINK_FIELD, type="text", value="", readonly=True),
                    html.Button(
                        [icon("copy"), t("keeping.link.copy", lang)],
                        id=ids.LINK_COPY,
                        type="button",
                        className="action main",
                    ),
                ],
                className="link-row",
            ),
            html.P(
                id=ids.LINK_SAID,
                className="link-said",
                role="status",
                **carried(copied=t("keeping.link.copied", lang), by_hand=t("keeping.link.by_hand", lang)),
            ),
        ],
        className="field",
    )
    return dbc.Modal(
        [
            _title(ids.LINK_DIALOG, t("keeping.link.title", lang)),
            dbc.ModalBody(
                [
                    html.Div(sharing(opened.record, actor, lang), id=ids.LINK_SHARED, className="link-shared"),
                    box,
                    html.P(t("keeping.link.versions", lang), className="muted"),
                ]
            ),
            dbc.ModalFooter(_close(ids.LINK_DIALOG, t("keeping.close", lang))),
        ],
        id=ids.LINK_DIALOG,
        is_open=False,
        centered=True,
        className="keep-dialog",
        labelledby=f"{ids.LINK_DIALOG}-title",
    )


def sharing(record: ScenarioRecord, actor: Actor, lang: str, fault: str = "") -> list[Component]:
    """Who can open the link; its owner can change that."""
    own = record.owner == actor.name and edits(actor)
    text = t(f"keeping.link.{'shared' if record.shared else 'private'}", lang)
    ways = []
    if own:
        words = t(f"keeping.link.{'unshare' if record.shared else 'share'}", lang)
        style = "action small" if record.shared else "action main"
        wanted = "false" if record.shared else "true"
        ways = [html.Button(words, type="button", className=style, **carried(share=wanted))]
    faults = [html.P([icon("warning"), html.Span(fault)], className="keep-refused", role="alert")] if fault else []
    sign = icon("people" if record.shared else "person")
    body = html.Div([html.Span([sign, html.Span(text)], className="keep-text"), *ways], className="link-whose")
    return [html.Div([body, *faults], className="shared" if record.shared else "private")]


# history -----------------------------------------------------------------------------------------------------
def _history(opened: Opened, lang: str) -> Component:
    return side_panel(
        ids.HISTORY_PANEL,
        ids.HISTORY_LIST,
        t("keeping.history.title", lang, name=opened.record.name[lang]),
        t("keeping.close", lang),
        carried(close=ids.HISTORY_PANEL),
    )


def history(
    steps: Sequence[Step], opened: Opened, state: PageState, actor: Actor, lang: str, *, more: int = 0
) -> list[Component]:
    """The versions, newest first; `more` older ones are there beside."""
    entries = [html.Ol([_entry(one, opened, state, actor, lang) for one in steps], className="versions")]
    if more:
        words = t("keeping.history.more", lang, count=more)
        entries.append(html.Button(words, type="button", className="action small", **carried(history="all")))
    return entries


def _entry(step: Step, opened: Opened, state: PageState, actor: Actor, lang: str) -> Component:
    record, version = opened.record, step.version
    number, is_head = version.number, version.number == record.head
    marks = [badge(t("keeping.history.newest", lang), "good")] if is_head else []
    if number == opened.version.number:
        marks.append(badge(t("keeping.history.open_now", lang)))
    figures = None if opened.ground.is_current else state.figures
    address = newest(opened, state) if is_head else _address(opened, state, number, figures)
    words = [
        html.Span(t("keeping.history.open", lang), **aria(hidden="true")),
        html.Span(t("keeping.history.open_of", lang, number=number), className="visually-hidden"),
    ]
    shown = number == opened.version.number and not state.changed
    ways: list[Component] = [] if shown else [_go(words, address)]
    if edits(actor) and not shipped(record) and not is_head:
        ways.append(_restore(number, record.head, lang))
    return html.Li(
        [
            html.Div(
                [html.Strong(t("keeping.history.version", lang, number=number)), *marks], className="version-head"
            ),
            html.P(t("keeping.history.by", lang, by=capital(step.by), time=time(version.at, lang)), className="muted"),
            *([html.P(version.note, className="version-note")] if version.note else []),
            *_told(step, lang),
            *([html.Div(ways, className="toolbar")] if ways else []),
        ],
        className="now" if number == opened.version.number else "",
    )


def _told(step: Step, lang: str) -> list[Component]:
    if step.version.number == 1:
        return [html.P(t("keeping.history.first", lang), className="version-like")]
    lines = [html.Ul([html.Li(one) for one in step.changes], className="keep-changes")] if step.changes else []
    if step.like is not None:
        lines.insert(0, html.P(t("keeping.history.like", lang, number=step.like), className="version-like"))
    return lines or [html.P(t("keeping.history.same", lang), className="version-like")]


def _restore(number: int, head: int, lang: str) -> Component:
    return html.Button(
        t("keeping.history.restore", lang),
        type="button",
        className="action small",
        **aria(label=t("keeping.history.restore_of", lang, number=number)),
        **carried(restore=str(number), head=str(head)),
    )
