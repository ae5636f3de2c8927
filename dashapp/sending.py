"""What goes with every answer: protection against other hosts, and files that are packed once."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from types import MappingProxyType

from flask import Flask, Response, request
from flask_compress import Compress

A_YEAR = 365 * 24 * 3600
"""Assets carry a fingerprint in their address, so a browser may keep them."""
LARGEST_REQUEST = 1_000_000
"""Bytes of a request; a page sends a few thousand."""
SMALLEST_PACKED = 1024
"""Bytes below which packing gains nothing."""

_FILES = ("/assets/", "/_dash-component-suites/")
_TEXT = ("text/", "application/javascript", "application/json", "image/svg+xml")

_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
)


def settle(server: Flask) -> None:
    """Limits, cache lifetimes and compression of a server. Answers are packed each, files once."""
    server.config["SEND_FILE_MAX_AGE_DEFAULT"] = A_YEAR
    server.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    server.config["COMPRESS_MIN_SIZE"] = SMALLEST_PACKED
    Compress(server)
    packed: dict[tuple[str, str], bytes] = {}

    @server.after_request
    def pack_files(response: Response) -> Response:
        if not _packable(response):
            return response
        file = response.response
        response.direct_passthrough = False
        key = (request.path, response.headers.get("ETag", ""))
        if key not in packed:
            packed[key] = gzip.compress(response.get_data(), mtime=0)
        response.set_data(packed[key])
        if callable(close := getattr(file, "close", None)):
            close()
        response.headers["Content-Encoding"] = "gzip"
        return response


def protect(server: Flask, script_hashes: list[str]) -> None:
    """Nothing is loaded from, sent to or framed by another host; only our own scripts run.

    `script_hashes` are those of the scripts that stand in the page itself.
    """
    policy = "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' {' '.join(script_hashes)}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )

    @server.after_request
    def add_headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
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
