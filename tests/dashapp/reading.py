"""What stands in a component: its parts, and the words that a person reads."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import plotly.utils
from dash.development.base_component import Component


def parts_of(component: Any) -> Iterator[Component]:
    """A component and everything in it."""
    if isinstance(component, list | tuple):
        for one in component:
            yield from parts_of(one)
    elif isinstance(component, Component):
        yield component
        for name in ("children", "title", "label"):
            yield from parts_of(getattr(component, name, None))


def written_in(component: Any, attribute: str) -> list[str]:
    """Values of an attribute in all HTML that the server has written into a component."""
    markup = "".join(str(getattr(one, "markup", "")) for one in parts_of(component))
    return [unescape(value) for value in re.findall(rf' {attribute}="([^"]*)"', markup)]


def links_of(component: Any) -> list[str]:
    """Where all links of a component lead, the written ones too."""
    return [str(one.href) for one in parts_of(component) if getattr(one, "href", None)] + written_in(component, "href")


def as_json(value: Any) -> Any:
    """A component or figure as the browser gets it; what is no JSON, such as NaN, raises."""
    return json.loads(json.dumps(value, cls=plotly.utils.PlotlyJSONEncoder, allow_nan=False))
