"""Files in and out of the figures: the empty form, and files that are looked at and taken in.

Files do not come as a callback of Dash: it would send them as text inside JSON, a third larger, and every callback
has one limit of size. Here a request carries the files as they are, under the same session and the same token as a
callback; its larger limit is set by the guard once the right to take figures in is checked (`auth.keep_out`).
An answer that takes long comes in lines of JSON: how far reading is, then what came of it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request
from werkzeug.datastructures import FileStorage

from dashapp import auth, messages, services
from dashapp.i18n import LANGUAGES, t
from dashapp.kept_messages import of_service
from dashapp.labels import Labels
from dashapp.pages.figures import people
from dashapp.services import batches, importing
from dashapp.services.batches import Batch, Sent, Step, Typed
from dashapp.services.database import Store, StoreError
from dashapp.services.refused import ServiceError
from dashapp.services.rights import Actor
from dashapp.views.figures_preview import Look, preview, said

NAME = "figures"
LINES = "application/x-ndjson"
CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HISTORY = "history"
LAYOUTS = ("form", "long", HISTORY)
LONGEST = 400
"""Characters of a file's name, of a cell's name and of what is written about a version."""
LONGEST_CELL = 2000


@dataclass(frozen=True)
class Asked:
    """What a request holds beside its campaign and language."""

    sent: tuple[Sent, ...]
    typed: tuple[Typed, ...]
    whole: bool
    seen: int
    token: str
    about: Mapping[str, str]


def routes(store: Store) -> Blueprint:
    """The routes of `access`: ``/figures/form``, ``/figures/check`` and ``/figures/accept``."""
    made = Blueprint(NAME, __name__)

    @made.get("/figures/form")
    def form() -> Any:
        return _form(store, auth.actor())

    @made.post("/figures/check")
    def check() -> Any:
        return _check(store, auth.actor())

    @made.post("/figures/accept")
    def accept() -> Any:
        return _accept(store, auth.actor())

    return made


def _language() -> str:
    lang = request.args.get("lang", LANGUAGES[0])
    return lang if lang in LANGUAGES else LANGUAGES[0]


def _form(store: Store, actor: Actor) -> Any:
    lang, campaign = _language(), request.args.get("c", "")
    layout, suffix = request.args.get("layout", "form"), f".{request.args.get('as', 'xlsx')}"
    if layout not in LAYOUTS or suffix not in services.TEMPLATE_SUFFIXES:
        abort(404)
    try:
        if layout == HISTORY:
            content = importing.history_form(store, actor, campaign, suffix, lang)
        else:
            content = importing.form(store, actor, campaign, layout, suffix, lang)
    except StoreError as fault:
        if fault.code != "not_found":
            raise
        abort(404)
    name = f"{t(f'figures.form.name_{layout}', lang)}-{campaign}{suffix}"
    answer = Response(content, mimetype=CSV if suffix == ".csv" else XLSX)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _check(store: Store, actor: Actor) -> Any:
    lang, campaign, asked = _language(), request.args.get("c", ""), _asked()
    try:
        reading = batches.looking(store, actor, campaign, asked.sent, asked.typed, whole=asked.whole)
    except (ServiceError, StoreError) as refused:
        return jsonify(refused=of_service(refused, lang))
    return Response(_lines(store, reading, asked, lang), mimetype=LINES, headers={"X-Accel-Buffering": "no"})


def _lines(store: Store, reading: Iterator[Step | Batch], asked: Asked, lang: str) -> Iterator[str]:
    try:
        for one in reading:
            yield _written(_step(one, lang) if isinstance(one, Step) else _answer(store, one, asked, lang))
    except (ServiceError, StoreError) as refused:
        yield _written({"refused": of_service(refused, lang)})


def _step(one: Step, lang: str) -> dict[str, Any]:
    text = t("figures.drop.reading", lang, at=one.done + 1, of=one.of, name=one.filename)
    return {"done": one.done, "of": one.of, "said": text}


def _answer(store: Store, batch: Batch, asked: Asked, lang: str) -> dict[str, Any]:
    names = {**{one.agency: one.name for one in batch.changes}, **batch.names}
    words = services.indicator_words(lang)
    refused = "" if batch.refused is None else messages.of_engine(batch.refused, Labels(lang, names, words, {}), lang)
    called = {} if batch.based_on is None else people(store, [batch.based_on.created_by], lang)
    repaired = sum(len(one.repairs) for one in asked.sent)
    look = Look(batch, refused, names, called, words, lang, asked.seen, len(asked.typed), repaired)
    return {"children": preview(look), "said": said(look)}


def _accept(store: Store, actor: Actor) -> Any:
    lang, campaign, asked = _language(), request.args.get("c", ""), _asked()
    try:
        added, changes = batches.take(
            store, actor, campaign, asked.sent, asked.typed, token=asked.token, whole=asked.whole, **asked.about
        )
    except (ServiceError, StoreError) as refused:
        return jsonify(refused=of_service(refused, lang))
    return jsonify(taken=t("figures.accepted", lang, number=added.number, **changes), number=added.number)


def _written(line: Mapping[str, Any]) -> str:
    return json.dumps(line, ensure_ascii=False, default=lambda part: part.to_plotly_json()) + "\n"


# what is asked for ---------------------------------------------------------------------------------------------
def _asked() -> Asked:
    """What the request says; whatever is not as the page sends it is refused as a whole."""
    try:
        told = json.loads(request.form.get("said", ""))
        repairs: list[dict[tuple[str, str], str]] = [{} for _ in request.files.getlist("file")]
        for one in told["repairs"]:
            repairs[int(one["file"])][_text(one["sheet"]), _text(one["cell"])] = _text(one["text"])
        typed = tuple(
            Typed(_text(one["agency"]), _text(one["indicator"]), _text(one["field"]), _text(one["text"], LONGEST_CELL))
            for one in told["typed"]
        )
        about = {name: _text(told.get(name, ""), LONGEST_CELL) for name in ("origin", "reporter", "note")}
        whole, seen, token = told["whole"] is True, int(told["seen"]), _text(told.get("token", ""))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        abort(400)
    sent = tuple(_sent(file, own) for file, own in zip(request.files.getlist("file"), repairs, strict=True))
    return Asked(sent, typed, whole, seen, token, about)


def _sent(file: FileStorage, repairs: Mapping[tuple[str, str], str]) -> Sent:
    """A file as it was sent; one that is too large is not read into memory, only measured."""
    name = (file.filename or "")[:LONGEST]
    with file.stream:  # large files lie in a temporary one
        size = file.stream.seek(0, io.SEEK_END)
        file.stream.seek(0)
        return Sent(name, b"" if size > batches.MAX_BYTES else file.stream.read(), repairs, size)


def _text(value: Any, longest: int = LONGEST) -> str:
    if not isinstance(value, str) or len(value) > longest:
        raise ValueError(value)
    return value
