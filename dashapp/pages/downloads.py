"""Files that people take away: a table, a scenario, scenarios side by side; made when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, abort, jsonify, request

from dashapp import auth, messages, services
from dashapp.i18n import LANGUAGES
from dashapp.kept_messages import of_service
from dashapp.labels import Labels
from dashapp.services import downloads
from dashapp.services.database import Store, StoreError
from dashapp.services.downloads import OF_COMPARISON, OF_SCENARIO, OF_TABLE, File, Kind
from dashapp.services.refused import ServiceError
from dashapp.urlstate import FEWEST, MOST
from engine import EngineError
from scenarios import ScenarioErrors

NAME = "downloads"
NOTE = "X-Chitieu-Note"
"""A header with a sentence that must be read with the file, percent-encoded."""
TYPES = MappingProxyType(
    {
        ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ".pdf": "application/pdf",
        ".zip": "application/zip",
        ".csv": "text/csv; charset=utf-8",
        ".json": "application/json",
    }
)
REFUSED = 409
"""Status of an answer that says why there is no file."""


def routes(store: Store) -> Blueprint:
    """The routes of `access`: ``/exports/table``, ``/exports/scenario`` and ``/exports/comparison``."""
    made = Blueprint(NAME, __name__)

    @made.get("/exports/table")
    def table() -> Any:
        kind, number = _kind(OF_TABLE), request.args.get("id", "")
        if not (number.isascii() and number.isdigit() and len(number) < 10):
            abort(404)
        return _sent(
            lambda made_at: downloads.of_table(store, auth.actor(), int(number), kind, lang=_lang(), made_at=made_at)
        )

    @made.get("/exports/scenario")
    def scenario() -> Any:
        kind, campaign, slug = _kind(OF_SCENARIO), request.args.get("c", ""), request.args.get("s", "")
        return _sent(
            lambda made_at: downloads.of_scenario(
                store, auth.actor(), campaign, slug, kind, lang=_lang(), made_at=made_at
            )
        )

    @made.get("/exports/comparison")
    def comparison() -> Any:
        kind, campaign = _kind(OF_COMPARISON), request.args.get("c", "")
        slugs = list(dict.fromkeys(request.args.get("s", "").split(",")))
        if not FEWEST <= len(slugs) <= MOST:
            abort(404)
        return _sent(
            lambda made_at: downloads.of_comparison(
                store, auth.actor(), campaign, slugs, kind, lang=_lang(), made_at=made_at
            )
        )

    return made


def _lang() -> str:
    lang = request.args.get("lang", LANGUAGES[0])
    return lang if lang in LANGUAGES else LANGUAGES[0]


def _kind(known: Collection[Kind]) -> Kind:
    asked = request.args.get("as", "")
    if asked not in known:
        abort(404)
    return Kind(asked)


def _sent(make: Callable[[datetime], File]) -> Any:
    """The file, or a sentence that says why there is none."""
    lang = _lang()
    try:
        file = make(datetime.now().astimezone())
    except StoreError as fault:
        if fault.code == "not_found":
            abort(404)
        return _refused(of_service(fault, lang))
    except ServiceError as fault:
        return _refused(of_service(fault, lang))
    except EngineError as fault:
        return _refused(messages.of_engine(fault, Labels(lang, {}, services.indicator_words(lang), {}), lang))
    except ScenarioErrors as fault:
        words = services.indicator_words(lang)
        return _refused(" ".join(messages.of_scenario(one, words, lang) for one in fault.problems))
    answer = Response(file.content, mimetype=None, content_type=TYPES[file.name[file.name.rindex(".") :]])
    answer.headers.set("Content-Disposition", "attachment", filename=file.name)
    if file.note:
        answer.headers.set(NOTE, quote(file.note))
    return answer


def _refused(said: str) -> Any:
    return jsonify(refused=said), REFUSED
