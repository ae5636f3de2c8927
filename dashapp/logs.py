"""The log of the service: one JSON object a line, without personal data and without secrets.

A line says what happened, never to whom: no names, addresses, queries, bodies, keys or links. Of a message that other
packages write, only its wording is kept, not what was filled in (but for the server's own coming and going: version,
address, process numbers, signals); of an error its kind and place, not its text,
as both may carry values. Who did what is in the log of the store, where it is kept safe.
"""

from __future__ import annotations

import json
import logging
import secrets
import time
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, Any

from flask import Flask, Response, g, has_request_context, request

LOGGER = "chitieu"
SERVER = "gunicorn.error"
"""What gunicorn calls its log of everything but requests."""
ANSWER = "X-Request-Id"
"""Header with the number under which an answer is found in the log."""

_FIELDS = frozenset({"route", "method", "status", "ms", "role", "code", "reason"})
_DEEPEST = 12
"""Innermost frames of an error that are kept."""


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON: time, level, logger, event, and what `say` was given."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "event": record.getMessage() if _of_server(record) else str(record.msg),
        }
        if has_request_context():
            line["request"] = g.get("request_number")
        line |= {name: value for name, value in vars(record).items() if name in _FIELDS}
        if record.exc_info and record.exc_info[0]:
            line["error"] = list(_errors(record.exc_info[1]))
        return json.dumps(line, ensure_ascii=False, default=str)


def _of_server(record: logging.LogRecord) -> bool:
    """True for what the server says of itself; its warnings may speak of a request."""
    return record.name == SERVER and record.levelno <= logging.INFO


def _errors(error: BaseException | None) -> Iterator[dict[str, Any]]:
    """An error and what it came from: kind, code if it has one, and where, but not what it says."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        frames = traceback.extract_tb(error.__traceback__)[-_DEEPEST:]
        found: dict[str, Any] = {"type": f"{type(error).__module__}.{type(error).__qualname__}"}
        code = getattr(error, "code", None)
        if isinstance(code, str | int):
            found["code"] = code
        found["at"] = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
        yield found
        error = error.__cause__ or error.__context__


def _short(path: str) -> str:
    """The last two parts of a path: enough to find the file, nothing about the machine."""
    return "/".join(path.replace("\\", "/").split("/")[-2:])


def handler(stream: IO[str]) -> logging.Handler:
    """A handler that writes JSON lines to `stream`."""
    made = logging.StreamHandler(stream)
    made.setFormatter(JsonLines())
    return made


def start(stream: IO[str], level: str = "") -> None:
    """Send every log of this process to `stream`.

    `level`: empty means ``info``, or ``warning`` where a person watches (a terminal).
    """
    chosen = level or ("warning" if stream.isatty() else "info")
    logging.basicConfig(handlers=[handler(stream)], level=chosen.upper(), force=True)
    logging.captureWarnings(True)
    for quiet in ("alembic", "sqlalchemy", "werkzeug"):
        logging.getLogger(quiet).setLevel(logging.WARNING)


def say(event: str, level: int = logging.INFO, **fields: Any) -> None:
    """Log an event of ours; `fields` are those of `_FIELDS`, all others are dropped."""
    logging.getLogger(LOGGER).log(level, event, extra={name: fields[name] for name in _FIELDS & fields.keys()})


def watch(server: Flask) -> None:
    """Log every answer: its route (not its address), method, status, milliseconds, and the role that asked."""

    @server.before_request
    def number() -> None:
        g.request_number = secrets.token_hex(8)
        g.request_begun = time.perf_counter()

    @server.after_request
    def told(response: Response) -> Response:
        begun = g.get("request_begun")
        if begun is not None:
            response.headers[ANSWER] = g.request_number
            rule = request.url_rule.rule if request.url_rule else None
            spent = round((time.perf_counter() - begun) * 1000, 1)
            fields = {"route": rule, "method": _method(), "status": response.status_code, "ms": spent}
            say("request", _level(response.status_code), **fields, role=g.get("role"))
        return response


def _method() -> str:
    """A method that HTTP knows; the request may have said anything."""
    return request.method if request.method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} else "other"


def _level(status: int) -> int:
    return logging.ERROR if status >= 500 else logging.INFO
