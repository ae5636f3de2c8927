"""Loading scenarios: shipped ones by id, others by path; and changing one into another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scenarios.build import TOP_KEYS, build_plan
from scenarios.check import Checker, nearest, read
from scenarios.errors import ScenarioError, ScenarioErrors
from scenarios.layer import OF_ONE_FILE, Layer, Stack, frozen
from scenarios.model import Scenario
from scenarios.source import parse, read_text

SHIPPED = Path(__file__).parent
"""Folder of the shipped campaigns, one folder each."""

NO_SCENARIOS = ("campaign", "sweep")
"""Files of a campaign's folder that are none."""

_ID = re.compile(r"[a-z0-9][a-z0-9-]*/[a-z0-9][a-z0-9-]*")


def shipped_ids() -> tuple[str, ...]:
    """Ids of all shipped scenarios, sorted."""
    files = SHIPPED.glob("*/*.toml")
    return tuple(sorted(f"{file.parent.name}/{file.stem}" for file in files if file.stem not in NO_SCENARIOS))


def load(reference: str | Path) -> Scenario:
    """A scenario by the id of a shipped one (``hau-giang-2022/base``) or the path of a `.toml` file.

    Raises
    ------
    ScenarioErrors
        Every fault of the file and of those it extends, with file, line and path.
    """
    if isinstance(reference, str) and not reference.endswith(".toml"):
        path = _shipped(reference, None, None)
        return _build(_chain(parse(read_text(path), reference), path), path, reference)
    path = Path(reference)
    return _build(_chain(parse(read_text(path), str(reference)), path), path, path.stem)


def loads(text: str, *, path: str = "<text>") -> Scenario:
    """A scenario from TOML text. `path` names it in errors; `extends` may name shipped scenarios only.

    Raises
    ------
    ScenarioErrors
    """
    return _build(_chain(parse(text, path), None), None, path)


def change(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """A new scenario with `changes` laid over it by the rules of `extends`; the given one stays as it is.

    Parameters
    ----------
    changes : mapping
        As in a TOML document, e.g. ``{"indicators": {"online": {"goals": {"2022Q4": 0.55}}}}``.
        None takes a key away. `id`, `name` and `note` are kept unless changed.

    Raises
    ------
    ScenarioErrors
        With paths of `changes`, without lines.
    """
    if "extends" in changes:
        known = [key for key in TOP_KEYS if key != "extends"]
        details = {"key": "extends", "nearest": None, "known": sorted(known)}
        raise ScenarioErrors([ScenarioError("unknown_key", None, None, "extends", **details)])
    own = {key: scenario.document[key] for key in OF_ONE_FILE if key in scenario.document}
    stack = Stack.of([Layer(scenario.document), Layer({**own, **changes})])
    return _finish(stack, scenario.path, scenario.id, scenario.extends)


def from_document(document: Mapping[str, Any], *, id: str, extends: tuple[str, ...] = ()) -> Scenario:
    """A scenario from a flattened document (`Scenario.document`), e.g. one that was stored.

    Parameters
    ----------
    id : str
        What it is called where the document names none.
    extends : tuple of str
        What was laid below it, nearest first; kept for the reader, read by nothing.

    Raises
    ------
    ScenarioErrors
        With paths, without files and lines.
    """
    return _finish(Stack.of([Layer(document)]), None, id, extends)


def _shipped(id: str, file: str | None, line: int | None) -> Path:
    path = SHIPPED / f"{id}.toml"
    if not _ID.fullmatch(id) or id.rpartition("/")[2] in NO_SCENARIOS or not path.is_file():
        known = shipped_ids()
        details = {"found": id[:100], "nearest": nearest(id[:100], known), "known": known}
        raise ScenarioErrors([ScenarioError("unknown_scenario", file, line, "extends" if file else "", **details)])
    return path


def _chain(layer: Layer, path: Path | None) -> tuple[list[Layer], tuple[str, ...]]:
    """The layers, base first, and the names of those extended, nearest first."""
    layers, names = [layer], []
    seen = {path.resolve()} if path else set()
    while "extends" in layer.document:
        layer, path, name = _extended(layer, path)
        names.append(name)
        if path.resolve() in seen:
            first = layers[0]
            line = first.lines.get(("extends",))
            raise ScenarioErrors([ScenarioError("extends_circle", first.file, line, "extends", chain=tuple(names))])
        seen.add(path.resolve())
        layers.append(layer)
    return layers[::-1], tuple(names)


def _extended(layer: Layer, path: Path | None) -> tuple[Layer, Path, str]:
    name = layer.document["extends"]
    line = layer.lines.get(("extends",))

    def refuse(code: str, **details: Any) -> ScenarioErrors:
        return ScenarioErrors([ScenarioError(code, layer.file, line, "extends", **details)])

    if not isinstance(name, str):
        raise refuse("wrong_type", expected="text", found_type=type(name).__name__, found=str(name)[:60])
    if not name.endswith(".toml"):
        below = _shipped(name, layer.file, line)
        return parse(read_text(below), name), below, name
    if path is None:
        raise refuse("extends_outside", found=name)
    folder = path.parent.resolve()
    below = folder / name
    if not below.resolve().is_relative_to(folder):
        raise refuse("extends_outside", found=name)
    if not below.is_file():
        beside = sorted(file.name for file in folder.glob("*.toml") if file.resolve() != path.resolve())
        raise refuse("extends_not_found", found=name, nearest=nearest(name, beside))
    return parse(read_text(below), str(path.parent / name)), below, name


def _build(chain: tuple[list[Layer], tuple[str, ...]], path: Path | None, stem: str) -> Scenario:
    layers, names = chain
    return _finish(Stack.of(layers), path, stem, names)


def _finish(stack: Stack, path: Path | None, stem: str, extends: tuple[str, ...]) -> Scenario:
    check = Checker(stack)
    document = {key: value for key, value in stack.document.items() if key != "extends"}
    plan = build_plan(check, document)
    id = read(document, (), "id", check.text, stem)
    name = read(document, (), "name", check.both_languages)
    note = read(document, (), "note", check.both_languages, {})
    author, source = (read(document, (), key, check.text, "") for key in ("author", "source"))
    replace = stack.layers[-1].document.get("replace_rules", False)
    if not isinstance(replace, bool):
        check.wrong_type(replace, ("replace_rules",), "boolean")
    check.finish()
    if plan is None:
        raise AssertionError("a document without faults has a plan")
    return Scenario(
        id=id,
        name=frozen(name or dict.fromkeys(("vi", "en"), id)),
        note=frozen(note),
        author=author,
        source=source,
        extends=extends,
        plan=plan,
        document=frozen(document),
        path=path,
    )
