"""What all figures share: colours, type, and the one graph component with its one configuration.

Figures are plain dictionaries: no template is copied into an answer and nothing is imported from plotly.
Colours are told apart by people who do not see red or green, and none of them is the only carrier of a meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from dash import dcc

Figure = dict[str, Any]

INK = "#16222e"
QUIET = "#667482"
LINE = "#dde3ea"
BAND = "#c9d6e3"
NOW = "#7b8895"
MIDDLE = "#5b9bd1"
TARGET = "#0b4a82"
UPPER = "#b45309"
LOWER = "#0f766e"
PINNED = "#6b3fa0"
OTHER = "#8a5a00"
SURFACE = "#ffffff"

FONT = '"Be Vietnam Pro", "Segoe UI", "Noto Sans", Arial, sans-serif'
SEPARATORS: Mapping[str, str] = MappingProxyType({"vi": ",.", "en": ".,"})

STEADY: Mapping[str, Any] = MappingProxyType({"tickangle": 0, "ticklabeloverflow": "allow"})
"""Labels of an axis that are drawn as they are: measuring whether 165 of them overlap takes a second."""

EMPTY_HEIGHT = 120
_KEPT_BUTTON = "toImage"


def config(lang: str, name: str) -> Any:
    """How every graph of the product behaves: nothing can be sent anywhere, a picture can be saved.

    `name` becomes the name of the picture's file.
    """
    return {
        "locale": lang,
        "displaylogo": False,
        "showSendToCloud": False,
        "showEditInChartStudio": False,
        "plotlyServerURL": "",
        "modeBarButtons": [[_KEPT_BUTTON]],
        "displayModeBar": "hover",
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
        "hoverlabel": {
            "bgcolor": SURFACE,
            "bordercolor": "#c3ccd6",
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
