"""Collects every code of a refusal, problem or note from the source, with the details it is given."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Site:
    """One place in the source that names a code; `details` is None where they are not written out."""

    code: str
    details: frozenset[str] | None
    where: str


def sites(package: str, callables: frozenset[str], place: int = 0) -> list[Site]:
    """All calls of `callables` in a package whose argument number `place` is a literal text.

    A conditional expression counts for both of its texts.
    """
    return [site for file in sorted((ROOT / package).rglob("*.py")) for site in _in_file(file, callables, place)]


def _in_file(file: Path, callables: frozenset[str], place: int) -> Iterator[Site]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and _name(node.func) in callables and len(node.args) > place:
            named = [keyword.arg for keyword in node.keywords]
            details = None if None in named else frozenset(name for name in named if name)
            for code in _texts(node.args[place]):
                yield Site(code, details, f"{file.relative_to(ROOT)}:{node.lineno}")


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
