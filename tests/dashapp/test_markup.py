"""What the server writes as HTML says what the components say, and no text becomes markup."""

from __future__ import annotations

from html.parser import HTMLParser

import dash_bootstrap_components as dbc
import pytest
from dash import html
from hypothesis import given
from hypothesis import strategies as st
from plotly.io.json import to_json_plotly

from dashapp.views.markup import Written, lasting, written


class Reader(HTMLParser):
    """What a browser would find: elements with their attributes, and the text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def read(markup: str) -> Reader:
    reader = Reader()
    reader.feed(markup)
    reader.close()
    return reader


def test_every_kind_of_attribute_is_written_as_html_names_it():
    part = html.Label(
        ["Sở ", html.Strong("Y tế"), None, html.Br(), 7],
        htmlFor="goal",
        className="head",
        hidden=True,
        style={"maxWidth": "4rem", "--share": "40%"},
        id={"type": "lever", "key": "goal"},
        tabIndex="0",
        **{"aria-label": "đích", "data-in-place": "true"},
    )
    reader = read(written(part))
    assert [tag for tag, _ in reader.elements] == ["label", "strong", "br"]
    assert reader.elements[0][1] == {
        "for": "goal",
        "class": "head",
        "hidden": None,
        "style": "max-width:4rem;--share:40%",
        "id": '{"key":"goal","type":"lever"}',
        "tabindex": "0",
        "aria-label": "đích",
        "data-in-place": "true",
    }
    assert reader.text == "Sở Y tế7"


def test_what_is_off_is_not_written():
    assert written([None, html.Span("x", hidden=False, title=None)]) == "<span>x</span>"


@given(st.text(), st.text())
def test_no_text_becomes_markup(text: str, title: str):
    plain = {0, 13}  # the parser reads them as HTML does: replaced, and as line ends
    if not plain & set(map(ord, text + title)):
        reader = read(written(html.Span(html.B(text), title=title)))
        assert reader.text == text
        assert reader.elements == [("span", {"title": title}), ("b", {})]


def test_what_only_the_browser_can_draw_is_refused():
    with pytest.raises(TypeError, match="Select"):
        written(html.Div(dbc.Select()))


def test_one_component_whatever_is_in_it():
    made = Written(written([html.P("a"), html.P("b")]), "section", "cards", "cards", **{"aria-label": "x"})
    assert made.to_plotly_json() == {
        "namespace": "chitieu_parts",
        "type": "Written",
        "props": {
            "markup": "<p>a</p><p>b</p>",
            "tag": "section",
            "id": "cards",
            "className": "cards",
            "aria-label": "x",
        },
    }


def test_a_lasting_part_is_made_once_written_once_and_sent_as_any_other() -> None:
    made: list[str] = []

    @lasting
    def part(words: str) -> html.Div:
        made.append(words)
        return html.Div([html.B(words), "!"], className="part")

    plain = html.Div([html.B("a & b"), "!"], className="part")
    assert written([part("a & b"), part("a & b"), part("c")]) == written([plain, plain]) + (
        '<div class="part"><b>c</b>!</div>'
    )
    assert made == ["a & b", "c"]
    assert to_json_plotly(part("a & b")) == to_json_plotly(plain)
