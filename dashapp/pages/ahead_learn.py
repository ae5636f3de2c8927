"""What an issued table was made by: which table is asked about, and the answers to the page's script.

Which table, indicator, level and explanation are looked at is the address's to say; a file is in hand only. Asking
takes a request of its own that answers in lines of JSON: how far it is, then what came of it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from dash.development.base_component import Component
from flask import Blueprint, Response, abort, jsonify, request
from werkzeug.datastructures import FileStorage

from dashapp import auth, messages, services
from dashapp.i18n import LANGUAGES, t
from dashapp.kept_messages import of_service
from dashapp.labels import Labels
from dashapp.services import FileRefusedError, ahead, learning
from dashapp.services.batches import MAX_BYTES, Sent
from dashapp.services.database import Store, StoreError
from dashapp.services.learning import Material, Step
from dashapp.services.refused import ServiceError
from dashapp.services.rights import Action, Actor, may
from dashapp.urlstate import PageState, format_page
from dashapp.views import ahead_learn as view
from dashapp.views import ahead_learn_source as source
from dashapp.views.ahead_learn_agencies import Look
from engine import EngineError, Explained, Level
from scenarios import ScenarioErrors

if TYPE_CHECKING:
    from dashapp.pages.ahead import Asked

NAME = "learning"
KEEPS = ("t", "i", "l", "e")
LINES = "application/x-ndjson"
LONGEST = 400
_LARGEST_NUMBER = 10**9


def body(store: Store, asked: Asked) -> list[Component]:
    """The tables there are, the place for a file, and where the answer comes."""
    lang, actor, campaign = asked.lang, asked.visitor.actor, asked.campaign.id
    tables = learning.issued_tables(store, actor, campaign)
    versions = learning.versions(store, actor, campaign)
    known = {one.number for one in tables}
    number = _number(asked.said.get("t", ""))
    number = number if number in known else None
    may_send = may(actor.role, Action.EDIT_SCENARIOS) and bool(versions)
    first = {
        "campaign": campaign,
        "table": number,
        "indicator": asked.said.get("i", "")[:LONGEST],
        "level": asked.said.get("l", "")[:LONGEST],
        "explanation": _number(asked.said.get("e", "")) or 0,
    }
    shown = source.source(tables, versions, number, may_send=may_send, lang=lang)
    return [shown, *view.place(first, lang)]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


# what the script asks for --------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Wanted:
    """What a request says.

    Attributes
    ----------
    table, figures : int or None
        Numbers of an issued table and of a version of the figures.
    chosen : mapping of indicator to position
        Which explanation of each is looked at.
    name : str
        What a scenario is to be called.
    """

    campaign: str
    table: int | None
    figures: int | None
    indicator: str
    level: str
    chosen: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    name: str = ""
    sent: Sent | None = None


def routes(store: Store) -> Blueprint:
    """The routes of `access`: ``/ahead/learn/table``, ``/ahead/learn/file`` and ``/ahead/learn/keep``."""
    made = Blueprint(NAME, __name__)

    @made.post("/ahead/learn/table")
    def table() -> Any:
        wanted = _wanted()
        if wanted.table is None:
            abort(400)
        return _answered(store, auth.actor(), wanted)

    @made.post("/ahead/learn/file")
    def file() -> Any:
        wanted = _wanted()
        if wanted.sent is None:
            abort(400)
        return _answered(store, auth.actor(), wanted)

    @made.post("/ahead/learn/keep")
    def keep() -> Any:
        wanted, lang = _wanted(), _language()
        if wanted.table is None and wanted.sent is None:
            abort(400)
        said = _refusing(lambda: _kept(store, auth.actor(), wanted, lang), lang)
        return jsonify(said)

    return made


def _language() -> str:
    lang = request.args.get("lang", LANGUAGES[0])
    return lang if lang in LANGUAGES else LANGUAGES[0]


def _wanted() -> Wanted:
    """What the request says; whatever is not as the page sends it is refused as a whole."""
    try:
        told = json.loads(request.form.get("said", ""))
        chosen = {_text(id): _count(at) for id, at in dict(told.get("chosen") or {}).items()}
        table, figures = (None if told.get(key) is None else _count(told[key]) for key in ("table", "figures"))
        texts = [_text(told.get(key, "")) for key in ("campaign", "indicator", "level", "name")]
    except (ValueError, TypeError, KeyError, AttributeError):
        abort(400)
    files = request.files.getlist("file")
    if len(files) > 1:
        abort(400)
    sent = _sent(files[0]) if files else None
    return Wanted(texts[0], table, figures, texts[1], texts[2], MappingProxyType(chosen), texts[3], sent)


def _sent(file: FileStorage) -> Sent:
    """A file as it was sent; one that is too large is not read into memory, only measured."""
    name = (file.filename or "")[:LONGEST]
    with file.stream:
        size = file.stream.seek(0, io.SEEK_END)
        file.stream.seek(0)
        return Sent(name, b"" if size > MAX_BYTES else file.stream.read(), size=size)


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST:
        raise ValueError(value)
    return value


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _LARGEST_NUMBER:
        raise ValueError(value)
    return value


def _material(store: Store, actor: Actor, wanted: Wanted) -> Material:
    if wanted.sent is not None:
        return learning.of_file(store, actor, wanted.campaign, wanted.sent, wanted.figures)
    return learning.of_table(store, actor, wanted.campaign, wanted.table or 0)


def _refusing(ask: Callable[[], dict[str, Any]], lang: str) -> dict[str, Any]:
    """What comes of asking, or why nothing does."""
    try:
        return ask()
    except FileRefusedError as fault:
        words = services.indicator_words(lang)
        return {"children": source.refused(fault, words, lang), "faulty": True}
    except (ServiceError, StoreError) as fault:
        return {"refused": of_service(fault, lang)}
    except EngineError as fault:
        return {"refused": messages.of_engine(fault, Labels(lang, {}, services.indicator_words(lang), {}), lang)}
    except ScenarioErrors as fault:
        words = services.indicator_words(lang)
        return {"refused": " ".join(messages.of_scenario(one, words, lang) for one in fault.problems)}


def _answered(store: Store, actor: Actor, wanted: Wanted) -> Any:
    return Response(_lines(store, actor, wanted, _language()), mimetype=LINES, headers={"X-Accel-Buffering": "no"})


def _lines(store: Store, actor: Actor, wanted: Wanted, lang: str) -> Iterator[str]:
    """How far it is before each indicator, then the answer."""
    found: list[Material] = []

    def read() -> dict[str, Any]:
        found.append(_material(store, actor, wanted))
        return {}

    if refused := _refusing(read, lang):
        yield _written(refused)
        return
    (material,) = found
    explaining = learning.explaining(material)
    while True:
        said = _refusing(lambda: _next(explaining, material, actor, wanted, lang), lang)
        yield _written(said)
        if "done" not in said:
            return


def _next(
    explaining: Iterator[Step | ahead.Inferred], material: Material, actor: Actor, wanted: Wanted, lang: str
) -> dict[str, Any]:
    one = next(explaining)
    if isinstance(one, Step):
        words = services.indicator_words(lang)
        name = words[one.indicator].short if one.indicator in words else one.indicator
        rows = len(material.figures.indicators[one.indicator].rows)
        text = t("ahead_learn.said.trying", lang, at=one.done + 1, of=one.of, indicator=name, agencies=rows)
        return {"done": one.done, "of": one.of, "said": text}
    look = _look(material, one, actor, wanted, lang)
    document = one.document(_chosen(one, wanted), material.title(lang))
    asked = {"indicator": look.indicator, "level": look.level, "explanation": look.at}
    return {"children": view.answer(look), "toml": ahead.scenario_text(document), **asked}


def _look(material: Material, inferred: ahead.Inferred, actor: Actor, wanted: Wanted, lang: str) -> Look:
    """What of the answer is shown: of what the request names wrongly, the first there is."""
    every = inferred.explained
    indicator = wanted.indicator if wanted.indicator in every else next(iter(every))
    level = wanted.level if wanted.level in {str(one) for one in Level} else ""
    chosen = {id: at for id, at in wanted.chosen.items() if id in every and at < len(ahead.of_methods(every[id]))}
    may_keep = may(actor.role, Action.EDIT_SCENARIOS)
    return Look(material, inferred, indicator, chosen, level, may_keep, lang)


def _chosen(inferred: ahead.Inferred, wanted: Wanted) -> Mapping[str, Explained]:
    found = {}
    for id, several in inferred.explained.items():
        each = ahead.of_methods(several)
        at = wanted.chosen.get(id, 0)
        found[id] = each[at if at < len(each) else 0]
    return found


def _kept(store: Store, actor: Actor, wanted: Wanted, lang: str) -> dict[str, Any]:
    """Keep what is looked at as a scenario, and say where it is."""
    material = _material(store, actor, wanted)
    *_, inferred = learning.explaining(material)
    assert isinstance(inferred, ahead.Inferred)  # noqa: S101  what it ends with
    saved = learning.keep(store, actor, material, _chosen(inferred, wanted), name=wanted.name, lang=lang)
    state = PageState(saved.record.campaign, saved.record.slug, lang=lang)
    return {"address": format_page(state)}


def _written(line: Mapping[str, Any]) -> str:
    return json.dumps(line, ensure_ascii=False, default=lambda part: part.to_plotly_json()) + "\n"
