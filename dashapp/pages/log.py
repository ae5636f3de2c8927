"""What was changed, by whom, before and after: the page, its file, and whether the log is whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from dash import html, no_update
from dash.development.base_component import Component
from flask import Blueprint, Response, abort, request

from dashapp import auth
from dashapp.i18n import LANGUAGES, t
from dashapp.kept_messages import of_broken, of_service
from dashapp.pages import shell
from dashapp.services import logbook, operations
from dashapp.services import opened as desk
from dashapp.services.database import Store, StoreError
from dashapp.services.logbook import KINDS, Page, Wanted
from dashapp.services.refused import ForbiddenError
from dashapp.services.rights import Action, Actor, may
from dashapp.urlstate import language, split
from dashapp.views import log, parts, typed
from dashapp.views.log import ANY, Asked, Links
from dashapp.views.person import Visitor
from scenarios import Campaign

NAME = "log"
PATH = "/log"
FILE = "/log/csv"
LONGEST_TEXT = 100
NEXT, PREVIOUS = "before", "after"
"""Keys of an address: entries older than, newer than a number."""
_FIELDS = ("u", "k", "of", "from", "to", "q")


# what is asked for -------------------------------------------------------------------------------------------
def parse(said: Mapping[str, str], lang: str) -> Asked:
    """What an address asks for; a day that is none is said at its box, and not asked for."""
    said = {key: value for key, value in said.items() if value != ANY}
    faults: dict[str, str] = {}
    days: dict[str, date | None] = {}
    for name in ("from", "to"):
        try:
            days[name] = typed.day(said.get(name, ""))
        except ValueError:
            days[name] = None
            faults[name] = t("log.fault.day", lang, found=said[name][:LONGEST_TEXT])
    first, last = days["from"], days["to"]
    if first and last and first > last:
        faults["to"] = t("log.fault.order", lang)
    text = "".join(letter for letter in said.get("q", "") if letter.isprintable()).strip()[:LONGEST_TEXT]
    kind = said.get("k", "")
    wanted = Wanted(
        user=said.get("u", "")[:LONGEST_TEXT],
        kind=kind if kind in KINDS else "",
        campaign=said.get("of", "")[:LONGEST_TEXT],
        first=first,
        last=last,
        text=text,
    )
    return Asked(wanted, said.get("from", "")[:LONGEST_TEXT], said.get("to", "")[:LONGEST_TEXT], faults)


def _number(said: Mapping[str, str], key: str) -> int | None:
    text = said.get(key, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None


def format_log(said: Mapping[str, str], path: str = PATH) -> str:
    """An address of the log or of its file; what is empty is left out."""
    query = {key: value for key, value in said.items() if value}
    if query.get("lang") == LANGUAGES[0]:
        del query["lang"]
    return path + (f"?{urlencode(query)}" if query else "")


# the page ----------------------------------------------------------------------------------------------------
def route(store: Store, address: str, visitor: Visitor) -> Component:
    """The whole page of an address."""
    lang, actor = language(address), visitor.actor
    said = dict(split(address)[1])
    known = desk.campaigns(store, actor)
    campaign, faults = shell.campaign_at(address, known)
    place = _place(campaign, known, said, lang, visitor)
    head = html.H1(t("log.title", lang), className="page-title")
    if not may(actor.role, Action.READ_LOG):
        refused = of_service(ForbiddenError(Action.READ_LOG, actor.role), lang)
        return shell.page(place, html.Div([head, parts.error(t("log.refused", lang), refused)], className="page"))
    asked = parse(said, lang)
    page = logbook.look(store, actor, asked.wanted, before=_number(said, NEXT), after=_number(said, PREVIOUS))
    kept = {"c": said.get("c", ""), "lang": lang if lang != LANGUAGES[0] else ""}
    hidden = {key: value for key, value in kept.items() if value}
    body = log.body(page, asked, logbook.writers(store, actor), _links(page, said, kept), hidden, lang)
    top = html.Div(
        [
            html.Div([head, html.P(t("log.lead", lang), className="muted")]),
            log.check(lang, allowed=may(actor.role, Action.VERIFY_LOG)),
        ],
        className="log-head",
    )
    return shell.page(place, html.Div([top, *parts.faults(faults, lang), body], className="page log"))


def _links(page: Page, said: Mapping[str, str], kept: Mapping[str, str]) -> Links:
    base = {key: said[key] for key in _FIELDS if said.get(key)}
    newer = {NEXT: "", PREVIOUS: str(page.entries[0].seq)} if page.newer and page.entries else {}
    older = {PREVIOUS: "", NEXT: str(page.entries[-1].seq)} if page.older and page.entries else {}
    return Links(
        file=format_log({**base, **kept}, FILE),
        newer=format_log({**base, **kept, **newer}) if newer else "",
        older=format_log({**base, **kept, **older}) if older else "",
        all=format_log(kept),
    )


def _place(
    campaign: Campaign, known: tuple[Campaign, ...], said: Mapping[str, str], lang: str, visitor: Visitor
) -> shell.Place:
    other = next(one for one in LANGUAGES if one != lang)
    address = format_log({**said, "lang": other})
    return shell.place_of(campaign, known, lang, visitor, here=PATH, title=t("log.title", lang), other_language=address)


# whether it is whole -----------------------------------------------------------------------------------------
def verify(store: Store, actor: Actor, asked: Any, lang: str) -> dict[str, Any]:
    """The next stretch of the log: how far it is, or the verdict in words.

    Parameters
    ----------
    asked : mapping
        ``after``: number of the entry up to which the log was found to hold; 0 at first.

    Returns
    -------
    dict
        ``said``; ``next``, which is to be asked next, None at the end.
    """
    after = asked.get("after") if isinstance(asked, Mapping) else None
    if not isinstance(after, int) or not 0 <= after < 2**62:
        return {"said": no_update, "next": None}
    try:
        done, end = operations.verify_on(store, actor, after)
        if not done.whole and done.broken is None:
            return {"said": log.verifying(done.seq, end, lang), "next": {"after": done.seq}}
    except StoreError as fault:
        return {"said": log.verdict([of_service(fault, lang)], whole=False), "next": None}
    if done.broken is not None:
        lines = [of_broken(done.broken, lang), t("log.verify.broken", lang)]
        return {"said": log.verdict(lines, whole=False), "next": None}
    lines = [t("store.say.log_whole", lang, count=done.seq), t("store.say.head", lang, seq=done.seq, hash=done.hash)]
    return {"said": log.verdict(lines, whole=True), "next": None}


# the file ----------------------------------------------------------------------------------------------------
def routes(store: Store) -> Blueprint:
    """``/log/csv``: what is looked for, as a file."""
    made = Blueprint(NAME, __name__)

    @made.get(FILE)
    def table() -> Any:
        lang = language(request.full_path)
        asked = parse(request.args, lang)
        if asked.faults:
            abort(400)
        found = logbook.every(store, auth.actor(), asked.wanted)
        pieces = logbook.csv_chunks(log.heads(lang), (log.rows(some, named, lang) for some, named in found))
        answer = Response(pieces, mimetype="text/csv", headers={"X-Accel-Buffering": "no"})
        answer.headers.set("Content-Disposition", "attachment", filename=t("log.filename", lang))
        return answer

    return made
