"""Finds the line of every key of a TOML text, which `tomllib` does not tell.

The text is expected to be valid TOML, or valid up to the place of a duplicate key: the scanner stops
quietly at anything it cannot follow, so that what was found until then still serves an error message.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

from scenarios.errors import KeyPath

_SPACE = re.compile(r"[ \t]*")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r"[A-Za-z0-9_-]+|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'")
_MULTILINE = re.compile(r'"""(?:[^\\]|\\.)*?"""(?:"{1,2}(?!"))?|\'\'\'.*?\'\'\'(?:\'{1,2}(?!\'))?', re.DOTALL)
_STRING = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'")
_SCALAR = re.compile(r"[^,\]}#\n]+")


@dataclass(frozen=True)
class Duplicate:
    """A key or table given twice: its path and both lines."""

    path: KeyPath
    first: int
    second: int


@dataclass(frozen=True)
class Lines:
    """Line (from 1) of every path of a text, and what was given twice."""

    of: Mapping[KeyPath, int]
    duplicates: tuple[Duplicate, ...]


def locate(text: str) -> Lines:
    """Scan a TOML text; never raises on bad TOML."""
    scanner = _Scanner(text)
    scanner.scan()
    return Lines(scanner.lines, tuple(scanner.duplicates))


class _LostError(Exception):
    """The text is no TOML the scanner can follow."""


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self.lines: dict[KeyPath, int] = {}
        self.duplicates: list[Duplicate] = []
        self.given: dict[KeyPath, int] = {}  # values and [tables], each allowed once
        self.counts: dict[KeyPath, int] = {}  # [[arrays of tables]]

    def scan(self) -> None:
        prefix: KeyPath = ()
        try:
            while True:
                self.skip(_BLANK)
                if self.at >= len(self.text):
                    return
                if self.peek("["):
                    prefix = self.header()
                else:
                    self.pair(prefix)
        except _LostError:
            return

    # places -----------------------------------------------------------------------------------------
    def line(self) -> int:
        return bisect_right(self.starts, self.at)

    def note(self, path: KeyPath, line: int) -> None:
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], line)

    def give(self, path: KeyPath, line: int) -> None:
        if path in self.given:
            self.duplicates.append(Duplicate(path, self.given[path], line))
        self.given.setdefault(path, line)
        self.note(path, line)

    # text -------------------------------------------------------------------------------------------
    def peek(self, mark: str) -> bool:
        return self.text.startswith(mark, self.at)

    def skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:
            raise _LostError
        self.at = match.end()
        return match.group()

    def expect(self, mark: str) -> None:
        if not self.peek(mark):
            raise _LostError
        self.at += len(mark)

    def keys(self) -> KeyPath:
        found: list[str] = []
        while True:
            self.skip(_SPACE)
            found.append(_plain(self.skip(_KEY)))
            self.skip(_SPACE)
            if not self.peek("."):
                return tuple(found)
            self.at += 1

    # structure --------------------------------------------------------------------------------------
    def header(self) -> KeyPath:
        line = self.line()
        double = self.peek("[[")
        self.expect("[[" if double else "[")
        keys = self.keys()
        self.expect("]]" if double else "]")
        path: KeyPath = ()
        for at, key in enumerate(keys):
            path = (*path, key)
            if path in self.counts and (at < len(keys) - 1 or not double):
                path = (*path, self.counts[path] - 1)
        if not double:
            self.give(path, line)
            return path
        if path in self.given:
            self.duplicates.append(Duplicate(path, self.given[path], line))
        self.note(path, line)
        place = self.counts.get(path, 0)
        self.counts[path] = place + 1
        self.note((*path, place), line)
        return (*path, place)

    def pair(self, prefix: KeyPath) -> None:
        line = self.line()
        path = (*prefix, *self.keys())
        self.expect("=")
        self.skip(_SPACE)
        self.give(path, line)
        self.value(path)

    def value(self, path: KeyPath) -> None:
        if self.peek("{"):
            self.inline_table(path)
        elif self.peek("["):
            self.array(path)
        elif self.peek('"""') or self.peek("'''"):
            self.skip(_MULTILINE)
        elif self.peek('"') or self.peek("'"):
            self.skip(_STRING)
        else:
            self.skip(_SCALAR)

    def inline_table(self, path: KeyPath) -> None:
        self.expect("{")
        self.skip(_BLANK)
        while not self.peek("}"):
            self.pair(path)
            self.skip(_BLANK)
            if self.peek(","):
                self.at += 1
                self.skip(_BLANK)
            elif not self.peek("}"):
                raise _LostError
        self.at += 1

    def array(self, path: KeyPath) -> None:
        self.expect("[")
        place = 0
        self.skip(_BLANK)
        while not self.peek("]"):
            self.note((*path, place), self.line())
            self.value((*path, place))
            place += 1
            self.skip(_BLANK)
            if self.peek(","):
                self.at += 1
                self.skip(_BLANK)
            elif not self.peek("]"):
                raise _LostError
        self.at += 1


def _plain(key: str) -> str:
    if key[0] not in "\"'":
        return key
    try:
        return str(tomllib.loads(f"key = {key}")["key"])
    except tomllib.TOMLDecodeError as fault:
        raise _LostError from fault
