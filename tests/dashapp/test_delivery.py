"""What the first answer tells a browser to load: all of ours at once, Dash's parts that a page needs, nothing twice."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from urllib.parse import unquote

import pytest

from dashapp import delivery
from dashapp.app import create_app
from dashapp.services.rights import Role
from tests.dashapp.accounts.people import NAMES, log_in, open_people

ASSETS = Path(delivery.__file__).parent / "assets"
BENCH = "/scenarios/hau-giang-2022/base"


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    opened = open_people(tmp_path_factory.mktemp("people"))
    yield create_app(opened)
    opened.close()


@pytest.fixture(scope="module")
def client(app):
    made = app.server.test_client()
    log_in(made, NAMES[Role.VIEWER])
    return made


def scripts(text: str) -> list[str]:
    return re.findall(r'<script src="([^"]+)"', text)


def test_our_files_travel_as_one_of_each_kind(client):
    text = client.get(BENCH).text
    assert [one.partition("?")[0] for one in re.findall(r'rel="stylesheet" href="([^"]+)"', text)] == [
        "/assets/css/all.css"
    ]
    ours = [one.partition("?")[0] for one in scripts(text) if one.startswith("/assets/")]
    assert ours == ["/assets/js/32-theme.js", "/assets/js/05-early.js", "/assets/js/all.js"]


def test_a_bundle_holds_every_file_of_its_kind_in_their_order(client):
    style, script = (client.get(f"/assets/{name}").text for name in (delivery.STYLE, delivery.SCRIPT))
    alone = {Path(name).name for name in delivery.ALONE}
    files = [one.read_text(encoding="utf-8") for one in sorted((ASSETS / "js").glob("*.js")) if one.name not in alone]
    places = [script.index(text) for text in files]
    assert len(places) > 10
    assert places == sorted(places)
    first_lines = [one.read_text(encoding="utf-8").splitlines()[0] for one in sorted((ASSETS / "css").glob("*.css"))]
    places = [style.index(line) for line in first_lines]
    assert len(places) > 10
    assert places == sorted(places)


def test_a_style_sheet_carries_its_icons_and_finds_its_fonts(client):
    style = client.get(f"/assets/{delivery.STYLE}").text
    sources = "".join(one.read_text(encoding="utf-8") for one in (ASSETS / "css").glob("2*.css"))
    assert style.count("data:image/svg+xml;base64,") == sources.count('url("../icons/') > 0
    named = set(re.findall(r'url\("(\.\.?/[^"]+)"\)', style))
    assert named
    for name in named:
        assert (ASSETS / "css" / name).resolve().is_file(), name


@pytest.mark.parametrize("name", [delivery.STYLE, delivery.SCRIPT])
def test_anybody_has_a_bundle_and_keeps_it_a_year(app, name):
    stranger = app.server.test_client()
    address = app.files.addresses[name]
    answer = stranger.get(address, headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert stranger.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code in (200, 304)


@pytest.mark.parametrize(
    "address", [BENCH, f"{BENCH}?lang=en", "/compare?s=hau-giang-2022/base&lang=en", "/", "/log?q=%C4%91%20(a)*'!"]
)
def test_a_page_is_on_its_way_before_any_script_runs(client, address):
    """At the address that the early script asks for: else it would be asked for twice."""
    text = client.get(address).text
    asked = re.findall(r'<link rel="preload" as="fetch" crossorigin="anonymous" href="([^"]+)">', text)
    assert [one.partition("?")[0] for one in asked] == ["/_dash-layout", "/_dash-dependencies"]
    said = asked[0].partition("?address=")[2]
    assert unquote(said) == address
    assert re.fullmatch(r"(?:[\w.!~*'()-]|%[0-9A-F]{2})+", said, re.ASCII)  # as encodeURIComponent writes it
    assert text.index("preload") < text.index("<script")
    early = (ASSETS / delivery.EARLY).read_text(encoding="utf-8")
    for constant in (delivery.LAYOUT, delivery.DEPENDENCIES):
        assert f'"{constant}"' in early


def test_what_dash_would_ask_for_later_is_there_and_named_so(client):
    """A new version of a package may name its parts anew: then they would be loaded twice, or not at all."""
    text = client.get(BENCH).text
    grid = Path(import_module("dash_ag_grid").__file__).parent
    charts = Path(import_module("dash").__file__).parent / "dcc"
    assert '"async-community"' in (grid / "dash_ag_grid.min.js").read_text(encoding="utf-8")
    assert "async-graph" in "".join(one.read_text(encoding="utf-8") for one in charts.glob("dash_core_components*.js"))
    for package, file in delivery.CHUNKS:
        assert (Path(import_module(package).__file__).parent / file).is_file()
        name = Path(file).stem
        (address,) = [one for one in scripts(text) if f"/{name}." in one]
        assert re.search(r"\.v[\w-]+m\d+\.js$", address), address
        assert text.index(address) < text.index("dash_renderer")
        with client.get(address) as answer:
            assert answer.status_code == 200
            assert "max-age=31536000" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("address", "has_table"),
    [(BENCH, True), ("/compare", True), ("/finalize", True), ("/", False), ("/log", False), ("/figures", True)],
)
def test_only_a_page_with_a_table_loads_what_draws_it(client, address, has_table):
    names = " ".join(scripts(client.get(address).text))
    assert ("async-community" in names) == has_table
    assert "async-graph" in names


def test_the_first_chart_asks_for_our_plotly(app, client):
    text = client.get(BENCH).text
    plotly = app.files.addresses[delivery.PLOTLY]
    assert f'data-plotly="{plotly}"' in text
    assert plotly not in scripts(text)
    with client.get(plotly) as answer:
        assert answer.status_code == 200
    charts = Path(import_module("dash").__file__).parent / "dcc/dash_core_components.js"
    assert "Promise.resolve(window.Plotly||" in charts.read_text(encoding="utf-8")


def test_a_chart_waits_for_a_table_only_where_there_always_is_one(client):
    assert 'data-table="first"' in client.get(BENCH).text
    for address in ("/", "/compare", "/monitor", "/figures"):
        assert "data-table" not in client.get(address).text
    script = client.get(f"/assets/{delivery.SCRIPT}").text
    event = re.search(r'grid\.stands = .*new CustomEvent\("([\w:]+)"', script)
    assert event
    assert f'addEventListener("{event[1]}"' in (ASSETS / delivery.EARLY).read_text(encoding="utf-8")
    layout = client.get("/_dash-layout", query_string={"address": BENCH}).text
    assert "stands()" in layout


def test_a_workbench_is_few_components(client):
    """Each costs a browser its share of every round: what Dash need not know is written on the server."""
    layout = client.get("/_dash-layout", query_string={"address": BENCH}).text
    assert 100 < layout.count('"namespace":') <= 250


def test_what_dash_always_sends_for_nothing_is_left_out(client):
    names = " ".join(scripts(client.get(BENCH).text))
    assert "polyfill" not in names
    assert "dash_table" not in names
