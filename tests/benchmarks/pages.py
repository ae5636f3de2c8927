"""What a browser would post: callbacks filled in from the live page, so that they follow its signature.

What is told apart from ``/_dash-dependencies`` and the page itself is one thing: the script of the workbench gathers
its controls in one store (`ids.MOVE`); `Bench` does the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any
from uuid import uuid4

from dashapp import ids

Json = Any
MOVED = f"{ids.MOVE}.data"


@dataclass(frozen=True)
class Page:
    """Properties of a page's components by their id as Dash writes it, in the order of the page."""

    components: Mapping[str, Mapping[str, Json]]

    @classmethod
    def of(cls, tree: Json) -> Page:
        """The components of a tree, as the server sends it."""
        return cls({written(props["id"]): props for props in _with_ids(tree)})

    def matching(self, wanted: str) -> list[str]:
        """Ids on the page that an id of a callback, wildcards and all, stands for."""
        if not wanted.startswith("{"):
            return [wanted] if wanted in self.components else []
        pattern = json.loads(wanted)
        return [id for id in self.components if id.startswith("{") and _fits(json.loads(id), pattern)]


def written(id: str | Mapping[str, Json]) -> str:
    """An id as Dash writes it."""
    return id if isinstance(id, str) else json.dumps(id, sort_keys=True, separators=(",", ":"))


def _with_ids(tree: Json) -> Iterator[Mapping[str, Json]]:
    if isinstance(tree, list):
        for one in tree:
            yield from _with_ids(one)
    elif isinstance(tree, dict):
        props = tree.get("props")
        if isinstance(props, dict) and "namespace" in tree:
            if "id" in props:
                yield props
            for value in props.values():
                yield from _with_ids(value)


def _fits(id: Mapping[str, Json], pattern: Mapping[str, Json]) -> bool:
    return id.keys() == pattern.keys() and all(value == ["ALL"] or value == id[key] for key, value in pattern.items())


def callback_of(dependencies: list[dict[str, Json]], starts: str, changes: str) -> dict[str, Json]:
    """The one callback of the server that an input starts and that changes an output (each ``id.property``)."""
    found = [
        one
        for one in dependencies
        if one["clientside_function"] is None
        and any(f"{part['id']}.{part['property']}" == starts for part in one["inputs"])
        and changes in outputs_of(one)
    ]
    if len(found) != 1:
        raise LookupError(f"{len(found)} callbacks lead from {starts} to {changes}")
    return found[0]


def outputs_of(callback: Mapping[str, Json]) -> list[str]:
    """``id.property`` of every output."""
    output = str(callback["output"])
    return output[2:-2].split("...") if output.startswith("..") else [output]


def routing(dependencies: list[dict[str, Json]], path: str, search: str = "") -> dict[str, Json]:
    """The body that asks for the page of an address."""
    frame = Page({ids.URL: {"pathname": path, "search": search}, ids.PAGE: {}})
    callback = callback_of(dependencies, f"{ids.URL}.pathname", f"{ids.PAGE}.children")
    return body(callback, frame, f"{ids.URL}.pathname", {})


def body(callback: Mapping[str, Json], page: Page, changed: str, now: Mapping[str, Json]) -> dict[str, Json]:
    """What a browser posts after `changed`; `now` (both by ``id.property``) goes before what the page came with."""

    def filled(part: Mapping[str, str]) -> Json:
        found = [_entry(page, one, part["property"], now) for one in page.matching(part["id"])]
        if part["id"].startswith("{"):
            return found
        if not found:
            raise LookupError(f"{part['id']} is not on the page")
        return found[0]

    multiple = str(callback["output"]).startswith("..")
    outputs = [_output(page, one) for one in outputs_of(callback)]
    return {
        "output": callback["output"],
        "outputs": outputs if multiple else outputs[0],
        "inputs": [filled(one) for one in callback["inputs"]],
        "changedPropIds": [changed],
        "state": [filled(one) for one in callback["state"]],
    }


def _entry(page: Page, id: str, name: str, now: Mapping[str, Json]) -> dict[str, Json]:
    entry = {"id": json.loads(id) if id.startswith("{") else id, "property": name}
    props = page.components[id]
    if f"{id}.{name}" in now:
        entry["value"] = now[f"{id}.{name}"]
    elif name in props:
        entry["value"] = props[name]
    return entry


def _output(page: Page, output: str) -> Json:
    id, _, name = output.rpartition(".")
    if not id.startswith("{"):
        return {"id": id, "property": name}
    return [{"id": json.loads(one), "property": name} for one in page.matching(id)]


@dataclass(frozen=True)
class Slider:
    """A lever's range in its own unit."""

    least: float
    most: float


def _sliders(tree: Json) -> Iterator[tuple[str, Slider]]:
    """The sliders in the HTML that the server has written into a tree, each by the key of its id."""
    for markup in _markup(tree):
        for element in re.findall(r'<input type="range"[^>]*>', markup):
            said = {name: unescape(value) for name, value in re.findall(r' ([\w-]+)="([^"]*)"', element)}
            id = json.loads(said["id"]) if said["id"].startswith("{") else {}
            if id.get("type") == ids.LEVER:
                yield id["key"], Slider(float(said["min"]), float(said["max"]))


def _markup(tree: Json) -> Iterator[str]:
    if isinstance(tree, list):
        for one in tree:
            yield from _markup(one)
    elif isinstance(tree, dict):
        if isinstance(tree.get("markup"), str):
            yield tree["markup"]
        yield from _markup(list(tree.values()))


class Bench:
    """One workbench page, as its script keeps it: what the controls say, and the address as it was answered.

    `sliders` are the levers that can be moved on it, by their keys.
    """

    def __init__(self, dependencies: list[dict[str, Json]], tree: Json) -> None:
        self._page = Page.of(tree)
        self.sliders = dict(_sliders(tree))
        self._callback = callback_of(dependencies, MOVED, f"{ids.CHART}.figure")
        answered = self._page.components[ids.ANSWERED]["data"]
        self.address = str(answered["address"])
        self.said: dict[str, Json] = {**answered["controls"], "sliders": dict(answered["controls"]["sliders"])}
        self.seq = int(answered["seq"])
        self.own = uuid4().hex

    def moved(self, key: str, value: float) -> bytes:
        """The body that is posted after a lever was moved."""
        self.seq += 1
        self.said["sliders"][key] = value
        move = {**self.said, "page": self.own, "seq": self.seq, "trigger": f"lever-{key}", "address": self.address}
        return json.dumps(body(self._callback, self._page, MOVED, {MOVED: move})).encode()
