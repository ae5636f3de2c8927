"""The application as it answers: addresses, headers, files, and callbacks that find their components."""

from __future__ import annotations

import ast
import gzip
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import plotly.offline
import pytest

from dashapp import ids
from dashapp.app import create_app
from dashapp.pages import router, shell
from dashapp.services import opened as desk
from dashapp.services import tables
from dashapp.services.rights import Role
from dashapp.views import explanation
from tests.dashapp.accounts.people import NAMES, VISITOR, log_in, open_people
from tests.dashapp.benches import page, shown
from tests.dashapp.reading import parts_of

ASSETS = Path(router.__file__).parents[1] / "assets"
EDITOR = replace(VISITOR, actor=replace(VISITOR.actor, role=Role.STAFF))
ADMIN = replace(VISITOR, actor=replace(VISITOR.actor, role=Role.ADMIN))
"""Between the two they see every control there is."""
VENDORED = ("00-bootstrap.min.css", "00-plotly-basic.min.js", "10-ag-grid-vi.js")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    opened = open_people(tmp_path_factory.mktemp("people"))
    base = desk.open_scenario(opened, EDITOR.actor, "hau-giang-2022", "base")
    versions = {"figures_version": base.ground.figures_version.id, "scenario_version": base.version.id}
    tables.start_draft(opened, EDITOR.actor, "hau-giang-2022", **versions)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def app(store):
    return create_app(store)


@pytest.fixture(scope="module")
def client(app):
    """Somebody who may look at everything."""
    made = app.server.test_client()
    log_in(made, NAMES[Role.VIEWER])
    return made


def test_it_says_that_it_is_alive(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "alive"})


@pytest.mark.parametrize(("query", "lang"), [("", "vi"), ("?lang=en", "en"), ("?lang=<b>", "vi")])
def test_the_page_names_its_language(client, query, lang):
    text = client.get(f"/scenarios/hau-giang-2022/base{query}").text
    assert f'<html lang="{lang}">' in text
    assert "<b>" not in text


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/scenarios/hau-giang-2022/base", "Phương án cơ sở"),
        ("/compare?s=hau-giang-2022/base&lang=en", "Compare"),
        ("/khong-co", "Không có trang này"),
    ],
)
def test_the_layout_comes_with_the_page_of_an_address(client, address, words):
    """So that nobody waits for the layout first and for the page afterwards."""
    place, page = client.get("/_dash-layout", query_string={"address": address}).json["props"]["children"]
    path, mark, query = address.partition("?")
    assert (place["props"]["pathname"], place["props"]["search"]) == (path, mark + query)
    assert words in json.dumps(page, ensure_ascii=False)


@pytest.mark.parametrize("address", ["", "https://example.org/", "scenarios"])
def test_a_layout_without_an_address_waits_for_one(client, address):
    place, page = client.get("/_dash-layout", query_string={"address": address}).json["props"]["children"]
    assert "pathname" not in place["props"]
    assert page["props"].get("children") is None


def test_every_answer_is_protected(client):
    for path in ("/scenarios/hau-giang-2022/base", "/_dash-layout", "/assets/css/20-theme.css", "/healthz", "/login"):
        with client.get(path) as answer:
            headers = answer.headers
        policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == "'self'"
        assert "unsafe" not in policy["script-src"]
        assert policy["connect-src"] == "'self'"
        assert policy["frame-ancestors"] == "'none'"
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_page_loads_nothing_from_elsewhere(client):
    text = client.get("/scenarios/hau-giang-2022/base").text
    for address in re.findall(r'(?:src|href)="([^"]+)"', text):
        assert address.startswith("/"), address
    for file in sorted(ASSETS.rglob("*.css")) + sorted(ASSETS.rglob("*.js")):
        if file.name not in VENDORED:
            urls = re.findall(r"(?:url\(|@import|fetch\(|src=)\s*[\"']?(https?:)?//", file.read_text(encoding="utf-8"))
            assert urls == [], file.name


def test_the_door_and_the_pages_ask_for_the_same_files(app, client):
    """A browser that logged in has the style sheets already."""
    inside = set(re.findall(r'"(/assets/css/[^"]+)"', client.get("/scenarios").text))
    door = set(re.findall(r'"(/assets/css/[^"]+)"', app.server.test_client().get("/login").text))
    assert door
    assert door <= inside


def test_plotly_js_is_the_version_that_plotly_is_made_for():
    head = (ASSETS / "js/00-plotly-basic.min.js").read_text(encoding="utf-8")[:200]
    assert f"v{plotly.offline.get_plotlyjs_version()}" in head


def test_every_vendored_part_has_its_licence():
    assert {file.stem for file in (ASSETS / "licences").iterdir()} == {
        "ag-grid-locale",
        "be-vietnam-pro",
        "bootstrap",
        "bootstrap-icons",
        "plotly.js",
    }


def test_the_style_names_only_files_that_are_there():
    for style in (ASSETS / "css").glob("[12]0-*.css"):
        for name in re.findall(r'url\("(\.\./[^"]+)"\)', style.read_text(encoding="utf-8")):
            assert (style.parent / name).resolve().is_file(), name


def test_files_are_packed_once_and_kept_a_year(client):
    path = "/assets/js/00-plotly-basic.min.js"
    answer = client.get(path, headers={"Accept-Encoding": "gzip, br"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    with client.get(path) as whole:
        assert "Content-Encoding" not in whole.headers
        assert gzip.decompress(answer.data) == whole.data
        assert len(answer.data) < len(whole.data) / 2
    assert client.get(path, headers={"Accept-Encoding": "gzip"}).data == answer.data


def test_scripts_and_python_spell_ids_alike():
    script = own_scripts()
    known = {value for name, value in vars(ids).items() if name.isupper()}
    named = set(re.findall(r'(?<![\w.])set\("([\w-]+)"', script)) | set(
        re.findall(r'getElementById\("([\w-]+)"', script)
    )
    assert named
    assert named - {"refused"} <= known  # a script makes that one by itself


def test_scripts_have_every_function_that_callbacks_name(app):
    script = own_scripts()
    named = {one["clientside_function"]["function_name"] for one in callbacks(app) if one.get("clientside_function")}
    assert named
    for name in named:
        assert re.search(rf"^    {name}: function", script, re.MULTILINE), name


def own_scripts() -> str:
    """All scripts of ours as one text."""
    return "\n".join(file.read_text(encoding="utf-8") for file in sorted((ASSETS / "js").glob("[3-9]*.js")))


def callbacks(app: Any) -> list[dict[str, Any]]:
    with app.server.app_context():
        return json.loads(app.dependencies().data)


def canonical(id: Any) -> str:
    """An id as text; of a pattern, its type alone."""
    if isinstance(id, dict):
        return f"{id['type']}*"
    if id.startswith("{"):
        return f"{json.loads(id)['type']}*"
    return id


def test_every_id_of_a_callback_is_on_some_page(app, store):
    drawer = explanation.drawer(shown(page()), "SGTVT")
    shared = ("/", "/scenarios", "/compare", "/figures", "/finalize", "/finalize?t=1", "/monitor", "/log")
    shared += ("/ahead", "/ahead/learn")
    own = ("/log", "/admin", "/admin/campaigns", "/admin/backup")
    pages = [shell.frame(), drawer.title, drawer.body]
    pages += [router.route(store, one, EDITOR) for one in shared]
    pages += [router.route(store, one, ADMIN) for one in own]
    there = {canonical(one.id) for page in pages for one in parts_of(page) if getattr(one, "id", None)}
    # the monitor needs an issued table, and sweeps a folder and one that runs: their own tests
    for kind in ("monitor", "ahead_sweep"):
        files = [one for folder in ("views", "pages") for one in (ASSETS.parent / folder).glob(f"{kind}*.py")]
        laid_out = "".join(one.read_text(encoding="utf-8") for one in files)
        own_ids = {name: value for name, value in vars(ids).items() if name.startswith(kind.split("_")[-1].upper())}
        there |= {value for name, value in own_ids.items() if f"id=ids.{name}" in laid_out}
    for one in callbacks(app):
        outputs = re.sub(r"@[0-9a-f]+", "", one["output"].strip(".")).split("...")
        named = {canonical(output.rpartition(".")[0]) for output in outputs}
        named |= {canonical(part["id"]) for part in (*one["inputs"], *one["state"])}
        assert named <= there, named - there


def test_two_applications_share_nothing(store):
    one, two = create_app(store), create_app(store)
    assert one.server is not two.server
    assert one.callback_map is not two.callback_map
    assert len(callbacks(one)) == len(callbacks(two))


@pytest.mark.parametrize("file", sorted((ASSETS.parent / "callbacks").glob("[a-z]*.py")), ids=lambda file: file.stem)
def test_a_callback_is_one_call(file):
    """What it calls is tested without Dash."""
    register = next(
        node
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name == "register"
    )
    functions = [node for node in ast.walk(register) if isinstance(node, ast.FunctionDef) and node.decorator_list]
    for one in functions:
        (statement,) = one.body
        assert isinstance(statement, ast.Return), one.name
        assert isinstance(statement.value, ast.Call), one.name
