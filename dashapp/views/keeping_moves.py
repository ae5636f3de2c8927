"""Drafts, saving, sharing, history: from what a page asks to what it shows; the bodies of the callbacks of keeping."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from dash import no_update

from dashapp import messages, services
from dashapp.i18n import t
from dashapp.kept_messages import of_service
from dashapp.services import accounts, drafts, saved_scenarios
from dashapp.services import opened as desk
from dashapp.services.database import Draft, ScenarioVersion, Store, StoreError
from dashapp.services.opened import Opened
from dashapp.services.refused import ConflictError, ServiceError
from dashapp.services.rights import Actor
from dashapp.urlstate import PageState, format_page, language, versions
from dashapp.views import keeping, keeping_words
from dashapp.views.keeping import Kept, Step
from dashapp.views.moves import opened_at, page_of
from dashapp.views.shown import saved_labels, scenario_of, tidy
from scenarios import Scenario, ScenarioErrors

Said = Mapping[str, Any]
LISTED = 20
"""Versions of a history that are shown before more are asked for."""
DRAFT, SAVE_AS, CONFLICT = "draft", "save-as", "conflict"


@dataclass(frozen=True)
class _Page:
    """A page as its script says: what is open, in which state, and what the page knows."""

    opened: Opened
    state: PageState
    said: Said

    @property
    def id(self) -> int:
        return self.opened.record.id

    @property
    def levers(self) -> str:
        return levers_of(self.state)

    @property
    def figures(self) -> int | None:
        """Number of the figures where they are not the newest."""
        ground = self.opened.ground
        return None if ground.is_current else ground.figures_version.number

    def number(self, name: str) -> int:
        """A number that the script sends; 0, of which there is no version, where it sends none."""
        found = self.said.get(name)
        return found if type(found) is int else 0


def _page(store: Store, actor: Actor, said: Said, lang: str) -> _Page:
    address = str(said["address"])
    opened = opened_at(store, actor, address)
    return _Page(opened, page_of(address, opened, lang), said)


def levers_of(state: PageState) -> str:
    """What differs from the scenario as saved, as the query of an address; empty where nothing does."""
    bare = PageState(
        state.campaign,
        state.slug,
        levers=state.levers,
        dropped=state.dropped,
        relaxed=state.relaxed,
        pins=state.pins,
        volume=state.volume,
        follow=state.follow,
        measures=state.measures,
    )
    return format_page(bare).partition("?")[2]


def _sentence(fault: ServiceError | StoreError | ScenarioErrors, lang: str) -> str:
    if isinstance(fault, ScenarioErrors):
        words = services.indicator_words(lang)
        return " ".join(messages.of_scenario(one, words, lang) for one in fault.problems)
    return of_service(fault, lang)


def _names(store: Store, users: Sequence[str]) -> dict[str, str]:
    found = {name: accounts.account(store, name) for name in dict.fromkeys(users)}
    return {name: one.display_name for name, one in found.items() if one is not None}


# drafts ------------------------------------------------------------------------------------------------------
def restore(store: Store, actor: Actor, opened: Opened, address: str) -> tuple[str, Kept]:
    """The address to show for one that is asked for, and what the page says of the actor's draft.

    A draft of the newest version is shown where the address asks for the scenario and nothing more. Levers in an
    address win, and so does a version: a link that somebody passed on opens what it says.
    """
    names = {} if opened.is_head else _names(store, [opened.version.by])
    if not keeping.edits(actor):
        return address, Kept(names=names)
    draft = drafts.of(store, actor, opened.record.id)
    kept = Kept(draft, "none", drafts.dropped(store, actor, opened.record.id), names)
    if draft is None:
        return address, kept
    state = page_of(address, opened, language(address))
    if state.changed or versions(address)[0] is not None:
        same = draft.address == levers_of(state) and draft.based_on == opened.version.number
        return address, replace(kept, place="same" if same else "elsewhere")
    on_this = draft.based_on == opened.version.number and opened.is_head
    if not on_this or draft.figures not in (None, opened.ground.figures_version.number):
        return address, replace(kept, place="elsewhere")
    return address + ("&" if "?" in address else "?") + draft.address, replace(kept, place="restored")


def autosaved(store: Store, actor: Actor, said: Said, lang: str) -> dict[str, Any]:
    """Keep what is in hand as the actor's draft; where nothing differs from what is saved, there is none.

    Parameters
    ----------
    said : mapping
        ``seq``, ``address``, ``dropped`` as the page knows it.

    Returns
    -------
    dict
        ``kept``: for the script (``seq``, ``kept``, ``draft``, ``dropped``); ``draft``: when it was kept, in words;
        ``said``: a refusal.
    """
    unchanged = {"draft": no_update, "said": no_update}
    try:
        page = _page(store, actor, said, lang)
        draft = _keep(store, actor, page)
        dropped = drafts.dropped(store, actor, page.id)
    except (ServiceError, StoreError) as fault:
        answer = {"seq": said.get("seq"), "kept": False, "draft": False, "dropped": None}
        return {**unchanged, "kept": answer, "said": keeping.said(_sentence(fault, lang), good=False)}
    done = draft is not None or not page.levers
    answer = {"seq": said.get("seq"), "kept": done, "draft": draft is not None, "dropped": dropped}
    if draft is None:
        return {**unchanged, "kept": answer}
    return {**unchanged, "kept": answer, "draft": keeping.draft_words(draft.changed_at, lang)}


def _keep(store: Store, actor: Actor, page: _Page) -> Draft | None:
    based_on = page.opened.version.number
    if not page.levers:
        draft = drafts.of(store, actor, page.id)
        if draft is not None and draft.based_on == based_on:
            drafts.drop(store, actor, page.id)
        return None
    dropped = page.number("dropped")
    return drafts.keep(
        store, actor, page.id, based_on=based_on, figures=page.figures, address=page.levers, dropped=dropped
    )


# saving, restoring, throwing away ----------------------------------------------------------------------------
def settled(store: Store, actor: Actor, said: Said, lang: str) -> dict[str, Any]:
    """Do what is asked with what is in hand.

    Parameters
    ----------
    said : mapping
        ``what``: ``save`` (a new version), ``restore`` (an earlier version, ``number``, as a new one) or ``throw``
        (the draft away). ``address``; ``known``: the newest version that the page knows of, or ``head``, the newest
        that it spoke of; ``own``: the draft is what the page shows, or what it replaced by moving a lever.

    Returns
    -------
    dict
        ``answer`` for the script: ``address`` to be shown, ``known``, ``dropped``, ``open``: a dialog. The others are
        children of the page's parts.
    """
    does = {"save": _save, "restore": _restore, "throw": _throw}[str(said["what"])]
    try:
        page = _page(store, actor, said, lang)
        return does(store, actor, page, lang)
    except (ServiceError, StoreError, ScenarioErrors) as fault:
        return _settled(said=keeping.said(_sentence(fault, lang), good=_calm(fault)))


def _calm(fault: Exception) -> bool:
    return isinstance(fault, ServiceError) and fault.code == "nothing_new"


def _settled(**parts: Any) -> dict[str, Any]:
    answer = {name: parts.pop(name, None) for name in ("address", "known", "dropped", "open")}
    others = {"clean": no_update, "notice": no_update, "said": [], "conflict": no_update}
    return {**others, "answer": answer, **parts}


def _save(store: Store, actor: Actor, page: _Page, lang: str) -> dict[str, Any]:
    opened = page.opened
    if keeping.shipped(opened.record):
        return _settled(open=SAVE_AS)
    known = page.number("known")
    if not page.state.changed and not opened.is_head and known == opened.version.number:
        known = page.number("head")  # an earlier version that somebody looks at, and knows to be one
    scenario = scenario_of(page.state, opened)
    left = None if page.said.get("own") else drafts.of(store, actor, page.id)
    try:
        new = saved_scenarios.change(store, actor, page.id, scenario, based_on=known)
    except ConflictError as fault:
        if page.levers and left is None:
            drafts.keep(
                store,
                actor,
                page.id,
                based_on=opened.version.number,
                figures=page.figures,
                address=page.levers,
            )
        return _conflicting(store, actor, page, known, fault, lang)
    return _written(
        store, actor, page, new.version, left, t("keeping.said.saved", lang, number=new.version.number), lang
    )


def _restore(store: Store, actor: Actor, page: _Page, lang: str) -> dict[str, Any]:
    number, head = page.number("number"), page.number("head")
    record = page.opened.record
    then = desk.open_scenario(store, actor, record.campaign, record.slug, version=number)
    left = drafts.of(store, actor, page.id)
    if page.levers and (left is None or page.said.get("own")):
        left = drafts.keep(
            store, actor, page.id, based_on=page.opened.version.number, figures=page.figures, address=page.levers
        )
    try:
        new = saved_scenarios.change(store, actor, page.id, then.scenario, based_on=head)
    except ConflictError as fault:
        return _conflicting(store, actor, page, head, fault, lang, restoring=True)
    said = t("keeping.said.restored", lang, number=number, new=new.version.number)
    return _written(store, actor, page, new.version, left, said, lang)


def _throw(store: Store, actor: Actor, page: _Page, lang: str) -> dict[str, Any]:
    drafts.drop(store, actor, page.id)
    kept = Kept(names=_names(store, [page.opened.version.by]))
    applied = page.said.get("place") == "restored"
    return _settled(
        address=format_page(replace(page.state.reset(), agency="")) if applied else None,
        dropped=drafts.dropped(store, actor, page.id),
        notice=keeping.notices(page.opened, page.state.reset() if applied else page.state, actor, kept, lang),
        said=keeping.said(t("keeping.said.thrown", lang)),
    )


def _written(
    store: Store, actor: Actor, page: _Page, version: ScenarioVersion, left: Draft | None, words: str, lang: str
) -> dict[str, Any]:
    """A new version stands; a draft that it did not hold is put back."""
    if left is not None:
        drafts.keep(store, actor, page.id, based_on=left.based_on, figures=left.figures, address=left.address)
    record = page.opened.record
    opened = desk.open_scenario(
        store, actor, record.campaign, record.slug, version=version.number, figures=page.state.figures
    )
    state = replace(page.state.reset(), version=version.number, agency="")
    kept = Kept(drafts.of(store, actor, page.id), "none" if left is None else "elsewhere")
    return _settled(
        address=format_page(state),
        known=version.number,
        dropped=drafts.dropped(store, actor, page.id),
        clean=keeping.clean_words(opened.record, version.number, lang),
        notice=keeping.notices(opened, state, actor, kept, lang),
        said=keeping.said(words),
    )


def _conflicting(
    store: Store, actor: Actor, page: _Page, known: int, fault: ConflictError, lang: str, *, restoring: bool = False
) -> dict[str, Any]:
    record = page.opened.record
    before, after = (
        desk.open_scenario(store, actor, record.campaign, record.slug, version=number).scenario
        for number in (known, fault.current.version.number)
    )
    by = keeping.called(fault.changed_by, _names(store, [fault.changed_by]), actor, lang)
    fault.changed_by, fault.changes = keeping.capital(by), ()  # the list below says what changed, in full
    told = keeping_words.changed(before, after, saved_labels(page.opened, lang))
    address = keeping.newest(page.opened, page.state)
    return _settled(
        open=CONFLICT,
        conflict=keeping.conflict(of_service(fault, lang), told, address, lang, restoring=restoring),
        dropped=drafts.dropped(store, actor, page.id),
    )


# a scenario of one's own -------------------------------------------------------------------------------------
def saved_as(store: Store, actor: Actor, said: Said, lang: str) -> dict[str, Any]:
    """Keep what is in hand under a name of its own, and go there.

    Parameters
    ----------
    said : mapping
        ``address``, ``name``, ``english``, ``note``, ``shared``, ``own``.
    """
    answer: dict[str, Any] = {
        "done": {"pathname": None},
        "name_fault": [],
        "name_bad": False,
        "english_fault": [],
        "english_bad": False,
        "fault": [],
    }
    name = {"vi": str(said.get("name", "")), "en": str(said.get("english", ""))}
    try:
        page = _page(store, actor, said, lang)
        new = saved_scenarios.create(
            store,
            actor,
            page.opened.record.campaign,
            scenario_of(page.state, page.opened),
            name=name,
            shared=said.get("shared") is True,
            note=str(said.get("note", "")).strip()[: keeping.LONGEST_NOTE],
            draft_of=_draft_of(store, actor, page),
        )
    except (ServiceError, StoreError, ScenarioErrors) as fault:
        return {**answer, **_at_field(fault, name, lang)}
    there = replace(tidy(page.state.reset(), page.opened), slug=new.record.slug, version=None, agency="")
    pathname, _, search = format_page(there).partition("?")
    return {**answer, "done": {"pathname": pathname, "search": f"?{search}" if search else ""}}


def _draft_of(store: Store, actor: Actor, page: _Page) -> int | None:
    """The scenario whose draft is done with by this: the draft is what is saved, or there is none yet."""
    if not page.levers:
        return None
    mine = page.said.get("own") or drafts.of(store, actor, page.id) is None
    return page.id if mine else None


def _at_field(fault: Exception, name: Mapping[str, str], lang: str) -> dict[str, Any]:
    """Where a refusal is said: at the name that it is about, or below."""
    words = _sentence(fault, lang) if isinstance(fault, ServiceError | StoreError | ScenarioErrors) else ""
    if isinstance(fault, ServiceError) and fault.code in ("name_missing", "name_too_long"):
        limit = fault.details.get("limit", 0)
        long = {one: len(unicodedata.normalize("NFC", " ".join(text.split()))) > limit for one, text in name.items()}
        field = "english" if fault.code == "name_too_long" and not long["vi"] else "name"
        return {f"{field}_fault": words, f"{field}_bad": True}
    return {"fault": words}


# sharing, history --------------------------------------------------------------------------------------------
def shared(store: Store, actor: Actor, said: Said, lang: str) -> dict[str, Any]:
    """Let others see the scenario, or no longer; what the dialog and the page say then."""
    page = _page(store, actor, said, lang)
    try:
        record = saved_scenarios.share(store, actor, page.id, shared=said.get("shared") is True)
    except (ServiceError, StoreError) as fault:
        record, words = page.opened.record, _sentence(fault, lang)
        return {"dialog": keeping.sharing(record, actor, lang, words), "whose": no_update}
    return {"dialog": keeping.sharing(record, actor, lang), "whose": keeping.whose_words(record, lang)}


def listed(store: Store, actor: Actor, said: Said, lang: str) -> Any:
    """The history of the scenario that is open, newest version first."""
    try:
        page = _page(store, actor, said, lang)
        found = saved_scenarios.history(store, actor, page.id)
        first = 0 if said.get("all") else max(0, len(found) - LISTED)
        shown = found[first:]
        meant = _meant(store, actor, page.opened, found[max(0, first - 1) :])
    except (ServiceError, StoreError) as fault:
        return keeping.said(_sentence(fault, lang), good=False)
    names, words = _names(store, [one.by for one in shown]), saved_labels(page.opened, lang)
    told = {after: keeping_words.changed(meant[before], meant[after], words) for before, after in pairwise(meant)}
    first_said: dict[str, int] = {}
    for one in found:
        first_said.setdefault(one.sha256, one.number)
    steps = [
        Step(
            version=one,
            by=keeping.called(one.by, names, actor, lang),
            changes=told.get(one.number, ()),
            like=first_said[one.sha256] if first_said[one.sha256] < one.number else None,
        )
        for one in reversed(shown)
    ]
    return keeping.history(steps, page.opened, page.state, actor, lang, more=first)


def _meant(store: Store, actor: Actor, opened: Opened, found: Sequence[ScenarioVersion]) -> dict[int, Scenario]:
    """What each version says; versions never change, so most of them are in memory."""
    record = opened.record
    return {
        one.number: desk.open_scenario(store, actor, record.campaign, record.slug, version=one.number).scenario
        for one in found
    }
