"""How answers travel: files are packed once and kept for a year, everything else is packed as it goes."""

from __future__ import annotations

import gzip
from types import MappingProxyType
from typing import Any

import orjson
from dash import no_update
from dash.development.base_component import Component
from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_compress import Compress

A_YEAR = 365 * 24 * 3600
"""Assets carry a fingerprint in their address, so a browser may keep them."""
MOST_PACKED = 256
"""Files that are kept packed: more than there are, fewer than somebody can ask for under made-up fingerprints."""
SMALLEST_PACKED = 1024
"""Bytes below which packing gains nothing."""
QUICKLY = MappingProxyType({"COMPRESS_LEVEL": 2, "COMPRESS_BR_LEVEL": 2, "COMPRESS_ZSTD_LEVEL": 3})
"""How hard answers are packed (gzip, Brotli, Zstandard): a table of 30 KB to 7-8 KB in a tenth of a millisecond each;
gzip's usual level takes three times as long for one KB less."""

_JSON = orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY
"""As Plotly writes with orjson."""
_NOT_SENT = frozenset({"available_properties", "available_wildcard_properties"})
"""What a component keeps beside its properties."""

_FILES = ("/assets/", "/_dash-component-suites/")
_TEXT = ("text/", "application/javascript", "application/json", "image/svg+xml")


def written(value: Any) -> Any:
    """One output of a callback, already written as JSON, so that Dash has nothing left to translate.

    Dash asks Plotly for every component by itself, which takes most of the time an answer takes to write. An output
    of several components stays a list.
    """
    if isinstance(value, list):
        return [_fragment(one) for one in value]
    return _fragment(value)


def _fragment(value: Any) -> Any:
    if value is None or value is no_update or isinstance(value, str):
        return value
    try:
        return orjson.Fragment(orjson.dumps(value, default=_translated, option=_JSON))
    except TypeError:
        return value  # Plotly knows more kinds of values


def _translated(value: Any) -> Any:
    if isinstance(value, Component):
        own = {name: one for name, one in vars(value).items() if name[0] != "_" and name not in _NOT_SENT}
        return {"props": own, "type": value._type, "namespace": value._namespace}
    return value.to_plotly_json()


class _Sessions(SecureCookieSessionInterface):
    """Flask's sessions; files are the same for everybody, whatever cookies a browser holds by then.

    Without this every file "varies" by cookie, and a browser asks again for each after every new token.
    """

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        super().save_session(app, session, response)
        if request.path.startswith(_FILES) and response.status_code in (200, 304):
            response.vary.discard("cookie")  # in small letters: Werkzeug does not find it otherwise


def settle(server: Flask) -> None:
    """Cache lifetimes and compression of a server. Answers are packed each, files once."""
    server.session_interface = _Sessions()
    server.config["SEND_FILE_MAX_AGE_DEFAULT"] = A_YEAR
    server.config["COMPRESS_MIN_SIZE"] = SMALLEST_PACKED
    server.config.update(QUICKLY)
    Compress(server)
    packed: dict[tuple[str, str], bytes] = {}

    @server.after_request
    def pack_files(response: Response) -> Response:
        if not _packable(response):
            return response
        file = response.response
        response.direct_passthrough = False
        key = (request.path, response.headers.get("ETag", ""))
        if key not in packed and len(packed) < MOST_PACKED:
            packed[key] = gzip.compress(response.get_data(), mtime=0)
        if key not in packed:
            return response
        response.set_data(packed[key])
        if callable(close := getattr(file, "close", None)):
            close()
        response.headers["Content-Encoding"] = "gzip"
        return response


def _packable(response: Response) -> bool:
    return (
        response.status_code == 200
        and request.method == "GET"
        and request.path.startswith(_FILES)
        and (response.mimetype or "").startswith(_TEXT)
        and (response.content_length or SMALLEST_PACKED) >= SMALLEST_PACKED
        and "Content-Encoding" not in response.headers
        and "gzip" in request.headers.get("Accept-Encoding", "")
    )
