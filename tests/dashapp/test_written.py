"""Answers are written as JSON at once: what the browser gets is what Dash itself would have sent."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import numpy as np
import orjson
import pytest
from dash import Patch, dcc, html, no_update
from plotly.io.json import to_json_plotly

from dashapp import sending
from engine import RoundingMode


def patch() -> Patch:
    made = Patch()
    made["rows"] = [{"name": "Toàn tỉnh", "share": 0.5}]
    return made


def sent(value: Any, engine: str) -> Any:
    """What Plotly, which writes for Dash, makes of an output."""
    return json.loads(to_json_plotly({"output": value}, engine=engine))["output"]


VALUES = {
    "nothing": None,
    "words": "Sở Tư pháp </script> / 52,5 %",
    "number": 0.1 + 0.2,
    "no number": [float("nan"), float("inf"), 1.0],
    "numpy": [np.float64(0.25), np.int64(3), np.array([1.0, np.nan])],
    "date": {"end": date(2022, 12, 31)},
    "choice": {"mode": RoundingMode.NEAREST},
    "keys": {1: "một", "hai": (1, 2)},
    "component": html.Div(
        [html.Span("5", **{"aria-hidden": "true", "data-key": 5}), None, "chữ", html.B(0.5)],
        id={"type": "lever", "key": "goal.online"},
        style={"width": "50%"},
    ),
    "several": [html.Li("một"), html.Li(html.A("hai", href="/?a=1&b=2"))],
    "graph": dcc.Graph(id="chart", figure={"data": [{"x": [1, None], "y": ["a", "b"]}], "layout": {}}),
    "patch": patch(),
}


@pytest.mark.parametrize("what", VALUES)
def test_an_output_is_what_dash_would_send(what: str) -> None:
    assert sent(sending.written(VALUES[what]), "orjson") == sent(VALUES[what], "json")


def test_what_is_not_sent_stays_so() -> None:
    assert sending.written(no_update) is no_update
    assert sending.written([no_update, "a"]) == [no_update, "a"]


def test_several_outputs_stay_several() -> None:
    """Dash counts them where an id stands for many."""
    assert len(sending.written([html.B("a"), html.B("b"), no_update])) == 3


def test_what_is_unknown_here_is_left_to_plotly() -> None:
    value = {"set": {1, 2}}
    assert sending.written(value) is value
    with pytest.raises(TypeError):
        orjson.dumps(value)
