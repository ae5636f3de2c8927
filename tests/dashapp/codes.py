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


def sites(package: str, callables: dict[str, int], *, assigned: bool = False) -> list[Site]:
    """All calls of `callables` (name -> place of the code among its arguments) with a literal code.

    A conditional expression counts for both of its texts; with `assigned`, so does every text
    given to a name `code`.
    """
    files = sorted((ROOT / package).rglob("*.py"))
    return [site for file in files for site in _in_file(file, callables, assigned)]


def _in_file(file: Path, callables: dict[str, int], assigned: bool) -> Iterator[Site]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if assigned and isinstance(node, ast.Assign) and _assigns_code(node):
            for code in _texts(node.value):
                yield Site(code, None, f"{file.relative_to(ROOT)}:{node.lineno}")
        if not isinstance(node, ast.Call):
            continue
        place = callables.get(_name(node.func))
        if place is not None and len(node.args) > place:
            for code in _texts(node.args[place]):
                yield Site(code, _details(node, place), f"{file.relative_to(ROOT)}:{node.lineno}")


def _assigns_code(node: ast.Assign) -> bool:
    return any(isinstance(one, ast.Name) and one.id == "code" for one in node.targets)


def _details(call: ast.Call, place: int) -> frozenset[str] | None:
    """Names of the details: keywords, or the keys of a dictionary given after the code."""
    after = call.args[place + 1 :]
    if after and isinstance(after[-1], ast.Dict):
        keys = [one.value for one in after[-1].keys if isinstance(one, ast.Constant)]
        return frozenset(str(key) for key in keys)
    named = [keyword.arg for keyword in call.keywords]
    if None in named or not named:
        return None
    return frozenset(name for name in named if name)


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
