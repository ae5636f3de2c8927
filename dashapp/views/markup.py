"""Parts of a page that are only read, written on the server: one component for the browser instead of one per element.

Dash makes a subscriber of every component and tells each of every change; a part of forty elements that is written
anew with every move of a lever costs forty of both. What is written here looks the same and costs one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, wraps
from types import MappingProxyType
from typing import Any, Final, ParamSpec, TypeVar, cast

from dash import html
from dash.development.base_component import Component
from markupsafe import escape

PARTS_KEPT = 512
"""Parts of one kind that say the same whatever is moved."""
_TEXT: Final = "_as_written"
"""Where a lasting part keeps what it looks like as HTML, empty until it is written for the first time."""

P = ParamSpec("P")
Part = TypeVar("Part", bound=Component)

_NAMES: Final[Mapping[str, str]] = MappingProxyType({"className": "class", "htmlFor": "for"})
_NEVER_WRITTEN: Final = frozenset({"children", "key", "n_clicks"})
_WILD: Final = ("aria-", "data-")
_VOID: Final = frozenset({"br", "hr", "img", "input", "wbr"})


class Written(Component):
    """An element whose content is HTML; drawn by ``assets/js/25-written.js``, which keeps the focus in it.

    Parameters
    ----------
    markup : str
        What `written` makes; nothing else may come here.
    tag : str
        Name of the element.
    id, className, role : str, optional
    **attributes
        ``aria-...`` and ``data-...``.
    """

    _namespace = "chitieu_parts"
    _type = "Written"
    _base_nodes: Sequence[str] = ()
    _children_props: Sequence[str] = ()

    def __init__(
        self,
        markup: str = "",
        tag: str = "div",
        id: str | None = None,
        className: str | None = None,
        role: str | None = None,
        **attributes: Any,
    ) -> None:
        self._prop_names = ["markup", "tag", "id", "className", "role"]
        self._valid_wildcard_attributes = list(_WILD)
        self.available_properties = self._prop_names
        self.available_wildcard_properties = self._valid_wildcard_attributes
        named = {"id": id, "className": className, "role": role}
        given = {name: value for name, value in named.items() if value is not None}
        super().__init__(markup=str(markup), tag=tag, **given, **attributes)


class Box(Component):
    """An ``input`` element, which `dash.html` does not have; it is only drawn by `written`.

    Parameters
    ----------
    type : str
        ``text``, ``checkbox``, ``radio``, ``range`` or ``hidden``.
    **attributes
        Of the element, by their names in `dash.html`; ``aria-...`` and ``data-...``.
    """

    _namespace = html.Div._namespace
    _type = "Input"
    _base_nodes: Sequence[str] = ()
    _children_props: Sequence[str] = ()

    def __init__(self, type: str, **attributes: Any) -> None:
        self._prop_names = [
            "type", "id", "className", "value", "min", "max", "step", "checked", "disabled", "name", "list", "role",
            "inputMode", "autoComplete", "placeholder",
        ]  # fmt: skip
        self._valid_wildcard_attributes = list(_WILD)
        self.available_properties = self._prop_names
        self.available_wildcard_properties = self._valid_wildcard_attributes
        super().__init__(type=type, **attributes)


def written(content: Component | str | Sequence[Component | str | None] | None) -> str:
    """Components of `dash.html` and texts as HTML, every text escaped.

    Raises
    ------
    TypeError
        If a component is not one of `dash.html`: only the browser could draw it.
    """
    found: list[str] = []
    _write(content, found.append)
    return "".join(found)


def lasting(make: Callable[P, Part]) -> Callable[P, Part]:
    """A maker of parts that say the same whatever is moved: each is made once and written once; nobody changes one."""

    @wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> Part:
        part = make(*args, **kwargs)
        vars(part)[_TEXT] = ""
        return part

    return cast(Callable[P, Part], lru_cache(maxsize=PARTS_KEPT)(made))


def _write(content: Any, put: Callable[[str], None]) -> None:
    if content is None:
        return
    if isinstance(content, (list, tuple)):
        for one in content:
            _write(one, put)
    elif isinstance(content, Component):
        if _TEXT in vars(content):
            put(_once(content))
        else:
            _element(content, put)
    else:
        put(escape(content))


def _once(part: Component) -> str:
    """A lasting part as HTML."""
    text: str = vars(part)[_TEXT]
    if not text:
        found: list[str] = []
        _element(part, found.append)
        vars(part)[_TEXT] = text = "".join(found)
    return text


def _element(one: Component, put: Callable[[str], None]) -> None:
    if one._namespace != html.Div._namespace:
        raise TypeError(f"{one._namespace}.{one._type} cannot be written on the server")
    tag = one._type.lower()
    put(f"<{tag}")
    for name, value in vars(one).items():  # with all that Dash keeps there beside the properties
        if (name in one._prop_names and name not in _NEVER_WRITTEN) or name.startswith(_WILD):
            _attribute(name, value, put)
    put(">")
    if tag not in _VOID:
        _write(getattr(one, "children", None), put)
        put(f"</{tag}>")


def _attribute(name: str, value: Any, put: Callable[[str], None]) -> None:
    if value is None or value is False:
        return
    name = _NAMES.get(name, name.lower())
    if value is True:
        put(f" {name}")
        return
    if isinstance(value, dict):
        value = _style(value) if name == "style" else json.dumps(value, sort_keys=True, separators=(",", ":"))
    put(f' {name}="{escape(value)}"')


def _style(rules: Mapping[str, Any]) -> str:
    """Rules by their names in scripts (``maxWidth``) as a style attribute; a name that begins with -- stays."""
    return ";".join(f"{name if name.startswith('--') else _kebab(name)}:{value}" for name, value in rules.items())


def _kebab(name: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name)
