"""How the screens are laid out: nothing cut off, nothing over anything else, and the large parts where they were.

`screens.json` holds the boxes of the large parts. A layout that is meant to differ is written down anew by

    CHITIEU_SCREENS=write python -m pytest tests/browser/test_screens.py

Pictures of every screen are left in the folder of the run (`--basetemp`), for people to look at.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dashapp.i18n import LANGUAGES
from tests.browser.conftest import Window
from tests.browser.test_accessibility import in_language, settle

KEPT = Path(__file__).with_name("screens.json")
WRITES = os.environ.get("CHITIEU_SCREENS") == "write"

BASE = "/scenarios/hau-giang-2022/base"
SCREENS = MappingProxyType(
    {
        "overview": "/",
        "workbench": BASE,
        "explanation": f"{BASE}?a=SGTVT",
        "out of reach": "/scenarios/hau-giang-2022/cautious",
        "many agencies": "/scenarios/phu-tho-2026/base",
        "comparison": "/compare?s=hau-giang-2022/base,hau-giang-2022/same-effort,hau-giang-2022/one-target",
    }
)
SIZES = ((1440, 900), (1920, 1080), (820, 1180))
BAR = MappingProxyType({1440: 56, 1920: 56, 820: 96})
"""Height of the bar at most [pixels], by the width of the screen."""

PARTS = MappingProxyType(
    {
        "bar": "header.topbar",
        "pages": "header.topbar nav",
        "campaign": "#campaign",
        "person": ".person",
        "banner": ".illustrative",
        "title": "h1",
        "levers": ".levers",
        "result": ".result",
        "remedy": ".remedy",
        "cards": ".cards, .figures",
        "first card": ".card-figure",
        "chart panel": "main section.panel:has(.js-plotly-plot)",
        "chart": "main .js-plotly-plot",
        "versus": "table.versus",
        "drawer": ".offcanvas.explain.show",
    }
)
"""The large parts; of several that fit, the first one that is shown."""
NOTHING = "rgba(0, 0, 0, 0)"
ACROSS, DOWN = 8, 20
"""How far a box may stray [pixels]: a line that breaks elsewhere is one row of text."""

BOXES = """names => Object.fromEntries(Object.entries(names).flatMap(([name, selector]) => {
    const found = [...document.querySelectorAll(selector)].find(one => one.getClientRects().length);
    if (!found) { return []; }
    const box = found.getBoundingClientRect();
    return [[name, [box.left, box.top + scrollY, box.width, box.height].map(Math.round)]];
}))"""

CUT_OFF = """() => [...document.querySelectorAll(
    "h1, h2, h3, h4, button, label, th, td, .action, .tool, .tag, .card-figure, .card-figure *, .legend li, .topbar a"
)].filter(one => {
    const style = getComputedStyle(one);
    return one.getClientRects().length && style.display !== "inline" && style.clipPath === "none"
        && !one.closest(".ag-root-wrapper, .person, .visually-hidden")
        && one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 1;
}).map(one => one.outerHTML.slice(0, 160))"""

OUTSIDE = """() => [
    ...document.querySelectorAll(".card-figure, .panel-head, header.topbar, .remedy, .lever, .lever-row")
].flatMap(frame => {
        const outer = frame.getBoundingClientRect();
        return [...frame.children].filter(one => {
            const inner = one.getBoundingClientRect();
            const shown = one.getClientRects().length && getComputedStyle(one).position !== "absolute";
            return shown && inner.width > 1 && (inner.left < outer.left - 1 || inner.right > outer.right + 1
                || inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1);
        }).map(one => frame.className + " > " + one.outerHTML.slice(0, 120));
    })"""

OVERLAPPING = """() => [
    "header.topbar", "header.topbar .push", "header.topbar nav", ".cards", ".figures", ".panel-head", ".result",
    ".page", ".levers-head", ".lever-group", ".legend", ".chart-tools", ".actions", ".toolbar"
].flatMap(selector => [...document.querySelectorAll(selector)].flatMap(frame => {
        const all = [...frame.children].filter(one => {
            const style = getComputedStyle(one);
            return one.getClientRects().length && !["absolute", "fixed"].includes(style.position);
        }).map(one => [one, one.getBoundingClientRect()]);
        return all.flatMap(([one, a], at) => all.slice(at + 1).filter(([, b]) =>
            Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
            && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1
        ).map(([other]) => selector + ": " + one.outerHTML.slice(0, 80) + " / " + other.outerHTML.slice(0, 80)));
    }))"""


@pytest.fixture(scope="module")
def kept() -> Iterator[dict[str, Any]]:
    """What is written down; written anew at the end where that is asked for."""
    boxes: dict[str, Any] = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    yield boxes
    if WRITES:
        lines = ",\n".join(f"  {json.dumps(key)}: {json.dumps(boxes[key])}" for key in sorted(boxes))
        KEPT.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("screens", numbered=False)


def strayed(seen: dict[str, list[int]], before: dict[str, list[int]]) -> list[str]:
    """Parts that came, went, or are elsewhere."""
    found = [f"{name}: {'new' if name in seen else 'gone'}" for name in seen.keys() ^ before.keys()]
    for name in seen.keys() & before.keys():
        x, y, w, h = (abs(one - other) for one, other in zip(seen[name], before[name], strict=True))
        if max(x, w) > ACROSS or max(y, h) > DOWN:
            found.append(f"{name}: {before[name]} -> {seen[name]}")
    return sorted(found)


def still(page: Page, width: int, height: int) -> None:
    """The page in a size, drawn."""
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate("window.scrollTo(0, 0)")
    settle(page)
    for graph in page.locator("main .js-plotly-plot:visible").all():
        expect(graph.locator(".main-svg").first).to_be_visible()
        page.wait_for_function(
            "graph => Math.abs(graph.querySelector('.main-svg').clientWidth - graph.clientWidth) <= 1",
            arg=graph.element_handle(),
        )


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_is_laid_out(window: Window, screen: str, lang: str, kept: dict[str, Any], pictures: Path):
    page = window.open(in_language(SCREENS[screen], lang))
    page.locator("h1").wait_for()
    for width, height in SIZES:
        still(page, width, height)
        where = f"{screen} {lang} {width}x{height}"
        page.screenshot(path=pictures / f"{where.replace(' ', '-')}.png")
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, where
        assert page.evaluate(CUT_OFF) == [], where
        assert page.evaluate(OUTSIDE) == [], where
        assert page.evaluate(OVERLAPPING) == [], where
        bar = page.locator("header.topbar").bounding_box()
        assert bar
        assert bar["height"] <= BAR[width], where
        boxes = page.evaluate(BOXES, dict(PARTS))
        if WRITES:
            kept[where] = boxes
        assert strayed(boxes, kept.get(where, {})) == [], where


def test_what_strays_is_seen():
    """The comparison itself: a part that moved, one that went, one that came; a hair's breadth is none."""
    before = {"bar": [0, 0, 1440, 52], "title": [300, 80, 400, 30], "cards": [300, 130, 1100, 100]}
    seen = {"bar": [0, 3, 1440, 55], "title": [420, 80, 400, 30], "drawer": [900, 52, 500, 800]}
    assert strayed(seen, before) == ["cards: gone", "drawer: new", "title: [300, 80, 400, 30] -> [420, 80, 400, 30]"]


def test_faults_of_a_layout_are_seen(window: Window):
    """What the checks are for is found by them."""
    page = window.open(SCREENS["comparison"])
    page.locator("h1").wait_for()
    assert [page.evaluate(check) for check in (CUT_OFF, OUTSIDE, OVERLAPPING)] == [[], [], []]
    page.evaluate(
        """() => {
            const main = document.querySelector("main");
            main.insertAdjacentHTML("beforeend", `
                <button id="cut" style="width: 30px; overflow: hidden; white-space: nowrap">Một nút dài</button>
                <div class="card-figure" style="width: 120px"><div style="width: 160px">rộng hơn thẻ</div></div>
                <div class="cards" style="display: block"><p>trên</p><p style="margin-top: -12px">dưới</p></div>`);
        }"""
    )
    assert any('id="cut"' in one for one in page.evaluate(CUT_OFF))
    assert any("rộng hơn thẻ" in one for one in page.evaluate(OUTSIDE))
    assert any("trên" in one and "dưới" in one for one in page.evaluate(OVERLAPPING))


@pytest.mark.parametrize("screen", ["overview", "workbench", "comparison"])
def test_a_printed_page_has_the_figures_and_nothing_to_press(window: Window, screen: str):
    page = window.open(SCREENS[screen])
    page.locator("h1").wait_for()
    settle(page)
    page.emulate_media(color_scheme="dark")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator(":is(button, .topbar, .levers, input, select, summary .icon):visible").count() == 0
    expect(page.locator(".only-print")).to_be_visible()
    assert page.locator("main .js-plotly-plot:visible").count() > 0
    if page.locator(".grid-wrap").count():
        assert page.locator("table.printed:visible tbody tr").count() >= 27
    for drawing in page.locator("main .js-plotly-plot .main-svg").all():
        assert drawing.get_attribute("viewBox")
        assert drawing.evaluate("one => getComputedStyle(one).backgroundColor") in ("rgb(255, 255, 255)", NOTHING)
    page.emulate_media(media="null", color_scheme="light")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator(".main-svg[viewBox], table.printed").count() == 0
    assert b"/MediaBox [0 0 841.9" in page.pdf(prefer_css_page_size=True), "a sheet lies on its side"


def test_the_chart_stays_in_view_beside_its_explanation(window: Window):
    """At 1440 pixels the page gives way to the drawer; on a tablet the drawer lies over it."""
    page = window.open_table(SCREENS["explanation"])
    expect(page.locator(".offcanvas.explain.show")).to_be_visible()
    for width, height in SIZES:
        still(page, width, height)
        drawer, chart = page.locator(".offcanvas.explain").bounding_box(), page.locator("#chart").bounding_box()
        assert drawer
        assert chart
        if width >= 1200:
            assert chart["x"] + chart["width"] <= drawer["x"] + 1
            assert chart["width"] >= 560
        else:
            assert drawer["width"] <= width
