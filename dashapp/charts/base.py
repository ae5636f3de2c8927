"""What all figures share: colours, type, the twin table, and the one graph component with its one configuration.

Figures are plain dictionaries: no template is copied into an answer and nothing is imported from plotly.
Colours are told apart by people who do not see red or green, and none of them is the only carrier of a meaning.

Figures are built in these colours whatever the theme, so that what is downloaded or printed is light.
On a dark screen assets/css/40-charts.css gives every colour of this module its dark twin: colours that stand
nowhere else than here are what makes that possible.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from dash import dcc

Figure = dict[str, Any]

INK = "#16222e"
QUIET = "#667482"
LINE = "#dde3ea"
GRID = "#e9edf2"
EDGE = "#c3ccd6"
BAND = "#c9d6e3"
NOW = "#7b8895"
MIDDLE = "#5b9bd1"
TARGET = "#0b4a82"
UPPER = "#b45309"
LOWER = "#0f766e"
PINNED = "#6b3fa0"
OTHER = "#8a5a00"
SURFACE = "#ffffff"

SERIES: Final = ("#0b4a82", "#c2570c", "#0f9b8e", "#7a1f4b")
"""Up to four scenarios beside each other, in this order, each with its own symbol. For points and lines, not text."""
SYMBOLS: Final = ("circle", "square", "diamond", "triangle-up")

SHADES: Final = (
    "#f4f8fc",
    "#e2edf7",
    "#cbdff1",
    "#aecde9",
    "#86b5dd",
    "#5b9bcf",
    "#2f76b3",
    "#145a98",
    "#083a6b",
)
"""From little to much, light to deep."""
ON_PALE, ON_DEEP = "#15212d", "#fdfeff"
"""Text on a filled area, such as a shade; `INK` and `SURFACE` are for text on the page."""

FONT = '"Be Vietnam Pro", "Segoe UI", "Noto Sans", Arial, sans-serif'
HALO = "-2px -1px 1px #fff, -2px 1px 1px #fff, 2px -1px 1px #fff, 2px 1px 1px #fff, 0 -1px 1px #fff, 0 1px 1px #fff"
"""`SURFACE` around a figure, so that it can be read on a line (``textfont.shadow``)."""
SEPARATORS: Mapping[str, str] = MappingProxyType({"vi": ",.", "en": ".,"})

STEADY: Mapping[str, Any] = MappingProxyType({"tickangle": 0, "ticklabeloverflow": "allow"})
"""Labels of an axis that are drawn as they are: measuring whether 165 of them overlap takes a second."""

EMPTY_HEIGHT = 120


@dataclass(frozen=True)
class Twin:
    """The table that says what a chart shows; every text is as people read it.

    Attributes
    ----------
    heads : tuple of str
    rows : tuple of tuple of str
        As many cells as heads; the first cell of a row is its heading.
    right : tuple of int
        Positions of the columns that hold numbers.
    caption : str
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[int, ...]
    caption: str


def shade(value: float) -> str:
    """The shade of a value between 0 and 1; what lies outside has the shade of the nearer end."""
    return SHADES[shade_step(value)]


def shade_step(value: float) -> int:
    """Position in `SHADES` of a value between 0 and 1."""
    return min(max(int(value * len(SHADES)), 0), len(SHADES) - 1)


def ink_on(colour: str) -> str:
    """The colour of text on a filled area."""
    return max((ON_PALE, ON_DEEP), key=lambda ink: contrast(ink, colour))


def contrast(one: str, other: str) -> float:
    """Contrast of two colours as WCAG 2 defines it, from 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def palette() -> Mapping[str, str]:
    """Every colour a figure may have, by the name it has in style sheets (``--chart-<name>``)."""
    return {
        "ink": INK,
        "quiet": QUIET,
        "line": LINE,
        "grid": GRID,
        "edge": EDGE,
        "band": BAND,
        "now": NOW,
        "middle": MIDDLE,
        "target": TARGET,
        "upper": UPPER,
        "lower": LOWER,
        "pinned": PINNED,
        "other": OTHER,
        "surface": SURFACE,
        "on-pale": ON_PALE,
        "on-deep": ON_DEEP,
        **{f"series-{at}": colour for at, colour in enumerate(SERIES, start=1)},
        **{f"shade-{at}": colour for at, colour in enumerate(SHADES)},
    }


def config(lang: str, name: str) -> Any:
    """How every graph of the product behaves: no buttons of Plotly's own, and nothing can be sent anywhere.

    `name` is the name of a picture's file.
    """
    return {
        "locale": lang,
        "displaylogo": False,
        "showSendToCloud": False,
        "showEditInChartStudio": False,
        "plotlyServerURL": "",
        "displayModeBar": False,
        "doubleClick": False,
        "scrollZoom": False,
        "showTips": False,
        "responsive": True,
        "toImageButtonOptions": {"format": "png", "filename": name, "scale": 2},
    }


def layout(lang: str, height: int, **more: Any) -> dict[str, Any]:
    """The layout every figure starts from."""
    return {
        "height": height,
        "autosize": True,
        "font": {"family": FONT, "size": 12, "color": INK},
        "paper_bgcolor": SURFACE,
        "plot_bgcolor": SURFACE,
        "separators": SEPARATORS[lang],
        "showlegend": False,
        "dragmode": False,
        "colorway": list(SERIES),
        "hoverlabel": {
            "bgcolor": SURFACE,
            "bordercolor": EDGE,
            "align": "left",
            "font": {"family": FONT, "size": 12, "color": INK},
        },
        **more,
    }


def empty() -> Figure:
    """A figure with nothing on it."""
    return {"data": [], "layout": {}}


def graph(id: str, figure: Figure, lang: str, name: str) -> dcc.Graph:
    """The graph component of a figure."""
    return dcc.Graph(id=id, figure=figure, config=config(lang, name), responsive=True, style=size(figure))


def size(figure: Figure) -> dict[str, str]:
    """The style that gives a graph its figure's height; its width follows the page."""
    return {"height": f"{figure['layout'].get('height', EMPTY_HEIGHT)}px", "width": "100%"}
