"""How answers travel: files are packed once and kept for a year, everything else is packed as it goes."""

from __future__ import annotations

import gzip

from flask import Flask, Response, request
from flask_compress import Compress

A_YEAR = 365 * 24 * 3600
"""Assets carry a fingerprint in their address, so a browser may keep them."""
MOST_PACKED = 256
"""Files that are kept packed: more than there are, fewer than somebody can ask for under made-up fingerprints."""
SMALLEST_PACKED = 1024
"""Bytes below which packing gains nothing."""

_FILES = ("/assets/", "/_dash-component-suites/")
_TEXT = ("text/", "application/javascript", "application/json", "image/svg+xml")


def settle(server: Flask) -> None:
    """Cache lifetimes and compression of a server. Answers are packed each, files once."""
    server.config["SEND_FILE_MAX_AGE_DEFAULT"] = A_YEAR
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
