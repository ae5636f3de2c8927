"""From a file to a TOML document with the line of each key; refuses what is no readable TOML."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Any, NoReturn

from scenarios.errors import ScenarioError, ScenarioErrors, dotted
from scenarios.layer import Layer
from scenarios.locate import locate

LARGEST_FILE = 1_000_000
"""Limit of a scenario file [bytes]."""

DEEPEST = 16
"""Limit of tables within tables."""

# tomllib takes quadratic time for keys of very many parts: they are refused before it sees them.
_LONG_KEY = re.compile(
    rf"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{DEEPEST + 1},}}+""",
)
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_TWICE = re.compile(r"Cannot overwrite a value|Cannot declare .* twice|Duplicate inline table key")


def read_text(path: FilePath) -> str:
    """The text of a scenario file.

    Raises
    ------
    ScenarioErrors
        ``file_not_found``, ``not_a_file``, ``file_unreadable``, ``file_too_large``, ``not_text``.
    """
    shown = str(path)
    if not path.exists():
        _refuse("file_not_found", shown)
    if not path.is_file():
        _refuse("not_a_file", shown)
    try:
        with path.open("rb") as opened:
            data = opened.read(LARGEST_FILE + 1)
    except OSError as fault:
        _refuse("file_unreadable", shown, reason=fault.strerror or "")
    if len(data) > LARGEST_FILE:
        _refuse("file_too_large", shown, size=path.stat().st_size, limit=LARGEST_FILE)
    if b"\0" in data:
        _refuse("not_text", shown, offset=data.index(b"\0"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data[: fault.start].count(b"\n") + 1
        raise ScenarioErrors([ScenarioError("not_text", shown, line, "", offset=fault.start)]) from fault


def parse(text: str, file: str) -> Layer:
    """A TOML text as a layer.

    Raises
    ------
    ScenarioErrors
        ``file_too_large``, ``toml_syntax``, ``duplicate_key``, ``too_deep``, with the line where there is one.
    """
    if len(text.encode("utf-8", "surrogatepass")) > LARGEST_FILE:
        _refuse("file_too_large", file, size=len(text.encode("utf-8", "surrogatepass")), limit=LARGEST_FILE)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if _LONG_KEY.search(text):
        _refuse("too_deep", file, limit=DEEPEST)
    try:
        document = tomllib.loads(text)
    except RecursionError:
        _refuse("too_deep", file, limit=DEEPEST)
    except ValueError as fault:  # TOMLDecodeError, and int() on thousands of digits
        raise _syntax(text, file, str(fault)) from fault
    if _deeper_than(document, DEEPEST):
        _refuse("too_deep", file, limit=DEEPEST)
    return Layer(document, file, locate(text).of)


def _refuse(code: str, file: str, **details: Any) -> NoReturn:
    raise ScenarioErrors([ScenarioError(code, file, None, "", **details)])


def _syntax(text: str, file: str, message: str) -> ScenarioErrors:
    place = _PLACE.search(message)
    said = message[: place.start()] if place else message
    if _TWICE.match(said):
        found = locate(text).duplicates
        if found:
            first = found[0]
            details = {"key": str(first.path[-1]), "first_line": first.first}
            return ScenarioErrors([ScenarioError("duplicate_key", file, first.second, dotted(first.path), **details)])
    line = int(place[1]) if place and place[1] else text.count("\n") + 1
    column = int(place[2]) if place and place[2] else None
    content = text.split("\n")[line - 1].strip()[:80]
    return ScenarioErrors([ScenarioError("toml_syntax", file, line, "", message=said, column=column, found=content)])


def _deeper_than(document: Mapping[str, Any], limit: int) -> bool:
    here: list[Any] = [document]
    for _ in range(limit):
        below: list[Any] = []
        for one in here:
            if isinstance(one, dict):
                below += one.values()
            elif isinstance(one, list):
                below += one
        here = [one for one in below if isinstance(one, (dict, list))]
        if not here:
            return False
    return True
