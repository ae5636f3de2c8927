"""Everybody gets in: axe-core on every screen, the keyboard's way through it, large print, little motion."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from dash.development.base_component import Component
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dashapp.i18n import LANGUAGES, t
from dashapp.views import parts
from scenarios import indicators
from tests.browser.conftest import WAIT, Window

Theme = Literal["light", "dark"]

BASE = "/scenarios/hau-giang-2022/base"
SCREENS = MappingProxyType(
    {
        "overview": "/",
        "workbench": BASE,
        "explanation": f"{BASE}?a=SGTVT",
        "path": f"{BASE}?view=path",
        "effort": f"{BASE}?view=effort",
        "fairness": f"{BASE}?view=fairness",
        "measures": "/scenarios/hau-giang-2022/measures?view=gap&sure=80",
        "out of reach": "/scenarios/hau-giang-2022/cautious",
        "many agencies": "/scenarios/phu-tho-2026/base",
        "comparison": "/compare?s=hau-giang-2022/base,hau-giang-2022/same-effort",
        "figures": "/figures?c=hau-giang-2022",
        "monitor": "/monitor?c=hau-giang-2022",
        "back-test": "/ahead?c=hau-giang-2022",
        "learning": "/ahead/learn?c=hau-giang-2022",
        "sweeps": "/ahead/sweep?c=hau-giang-2022",
        "log": "/log",
        "nothing there": "/khong-co",
    }
)
"""Every screen that asks who one is; a new one needs its line here and nothing else."""
IN_ENGLISH = ("overview", "workbench", "explanation", "figures")
"""Looked at in English and in the dark as well; other screens have tests of their own for that, or the same parts."""
DOORS = MappingProxyType({"log-in": "/login", "refused": "/setup/khong-co"})
THEMES: tuple[Theme, Theme] = ("light", "dark")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
SCREEN = {"width": 1440, "height": 900}
STILL = """() => Promise.all(document.getAnimations()
    .filter(one => one.effect.getComputedTiming().iterations !== Infinity).map(one => one.finished.catch(() => null)))
    .then(() => true)"""
"""True once nothing moves; a page that is waited for by polling would need `eval`, which the content policy forbids."""
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


def faults(page: Page, within: str | None = None) -> list[str]:
    """What axe-core finds, one line for each rule that is broken."""
    options = {"runOnly": {"type": "tag", "values": list(RULES)}, "resultTypes": ["violations"]}
    found = Axe().run(page, within, options).response["violations"]
    return [f"{one['id']}: {[(node['target'], node['any'][:1]) for node in one['nodes'][:4]]}" for one in found]


def in_language(path: str, lang: str) -> str:
    if lang == LANGUAGES[0]:
        return path
    return f"{path}{'&' if '?' in path else '?'}lang={lang}"


def show(page: Page, theme: Theme) -> None:
    """The theme that a person's system asks for."""
    page.emulate_media(color_scheme=theme)
    expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)


def settle(page: Page) -> None:
    """Wait until whatever a page draws is drawn."""
    page.evaluate("document.fonts.ready")
    for graph in page.locator("main .dash-graph:visible").all():
        expect(graph.locator(".main-svg").first).to_be_visible()
    if page.locator("main .grid-wrap").count():
        page.locator(".ag-center-cols-container .ag-row").first.wait_for()
    assert page.evaluate(STILL)


@pytest.fixture
def stranger(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that nobody logged in with."""
    context = browser.new_context(viewport=SCREEN, locale="vi-VN")  # type: ignore[arg-type]
    context.set_default_timeout(WAIT)
    yield context
    context.close()


# --- axe-core -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("screen", "lang"), [*((one, "vi") for one in SCREENS), *((one, "en") for one in IN_ENGLISH)])
def test_nobody_is_kept_out_of_a_screen(window: Window, screen: str, lang: str):
    """Words do not depend on the theme, nor colours on the language: each is looked at once."""
    page = window.open(in_language(SCREENS[screen], lang))
    page.locator("h1").wait_for()
    show(page, THEMES[LANGUAGES.index(lang)])
    settle(page)
    assert faults(page) == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("door", DOORS)
def test_nobody_is_kept_out_at_the_door(stranger: BrowserContext, address: str, door: str, lang: str):
    page = stranger.new_page()
    page.goto(address + in_language(DOORS[door], lang))
    for theme in THEMES:
        show(page, theme)
        assert faults(page) == [], theme


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nobody_is_kept_out_of_an_opened_menu_twin_or_definition(window: Window, lang: str):
    page = window.open_table(in_language(SCREENS["comparison"], lang))
    page.locator(".person summary").click()
    page.locator("button[data-twin-of]").first.press("Enter")
    expect(page.locator(".twin table").first).to_be_visible()
    for theme in THEMES:
        show(page, theme)
        assert faults(page) == [], theme


# --- the parts, also those that no screen shows today --------------------------------------------------------------
def written(component: Any) -> str:
    """A component as HTML, for a page to show it."""
    if isinstance(component, list | tuple):
        return "".join(written(one) for one in component)
    if not isinstance(component, Component):
        return "" if component is None else str(component).replace("&", "&amp;").replace("<", "&lt;")
    known = {"className": "class", "tabIndex": "tabindex", "htmlFor": "for"}
    said = component.to_plotly_json()["props"]
    attributes = "".join(
        f' {known.get(name, name)}="{str(value).replace(chr(34), "&quot;")}"'
        for name, value in said.items()
        if name != "children"
    )
    tag = type(component).__name__.lower()
    return f"<{tag}{attributes}>{written(said.get('children'))}</{tag}>"


def gallery(lang: str) -> str:
    about = parts.indicator_definition(indicators()["online"], lang, source="Sở TTTT", counts=("2.000", "10.000"))
    way = parts.action("Mở", "/")
    shown = [
        parts.card("Toàn tỉnh đạt", "52,5\u00a0%", "mục tiêu 50\u00a0%", tone="good", definition=about),
        parts.card("Khả thi?", "Không khả thi", "cao nhất 46\u00a0%", tone="bad", words=True),
        *(parts.badge(tone, tone, "check") for tone in ("plain", "good", "bad", "upper", "lower", "pinned", "brand")),
        parts.empty("Chưa có phương án", "Hãy tạo một phương án.", way),
        parts.error("Không đạt được", "Vì trần quá thấp.", [way]),
        parts.message("Lưu ý", "Số liệu minh họa."),
        parts.skeleton(lang),
    ]
    return written(shown)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nobody_is_kept_out_of_the_parts_of_pages(window: Window, lang: str):
    page = window.open(in_language("/khong-co", lang))
    page.locator("main .empty").evaluate(
        "(place, html) => place.insertAdjacentHTML('afterend', '<div id=gallery>' + html + '</div>')", gallery(lang)
    )
    for theme in THEMES:
        show(page, theme)
        assert faults(page, "#gallery") == [], theme
    page.locator("#gallery summary").click()
    for theme in THEMES:
        show(page, theme)
        assert faults(page, "#gallery") == [], theme


def test_a_definition_opens_by_keyboard_is_never_cut_off_and_closes_in_every_way(window: Window):
    page = window.open("/khong-co")
    corner = "position: fixed; right: 4px; bottom: 4px; width: 60px; height: 60px; overflow: hidden"
    page.locator("main .empty").evaluate(
        "(place, html) => place.insertAdjacentHTML('afterend', html)",
        f'<div style="{corner}" id="corner">{written(parts.indicator_definition(indicators()["online"], "vi"))}</div>',
    )
    button, card = page.locator("#corner summary"), page.locator("#corner .definition-card")
    close = (
        lambda: page.keyboard.press("Escape"),
        lambda: page.locator("h1").click(),
        lambda: page.locator("main a").first.focus(),
        button.click,
    )
    for way in close:
        button.focus()
        page.keyboard.press("Enter")
        expect(card).to_be_visible()
        expect(card).to_have_attribute("style", re.compile("top: .*px"))
        box = card.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= SCREEN["width"]
        assert box["y"] + box["height"] <= SCREEN["height"]
        assert card.evaluate(
            "one => { const b = one.getBoundingClientRect();"
            " return one.contains(document.elementFromPoint(b.left + 5, b.top + 20)); }"
        )
        way()
        expect(card).to_be_hidden()
    button.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(button).to_be_focused()


# --- the keyboard ---------------------------------------------------------------------------------------------------
FOCUSED = """() => {
    const at = document.activeElement;
    const label = at.labels && at.labels.length && getComputedStyle(at).opacity === "0"
        ? at.nextElementSibling || at.labels[0] : at;
    const style = getComputedStyle(label);
    const box = at.getBoundingClientRect();
    const bar = document.querySelector("header.topbar").getBoundingClientRect();
    const stuck = getComputedStyle(document.querySelector("header.topbar")).position === "sticky";
    return {
        what: at.outerHTML.slice(0, 160),
        body: at === document.body,
        name: (at.getAttribute("aria-label") || (at.labels && at.labels[0] || at).textContent || at.title || "").trim(),
        outline: style.outlineStyle, width: parseFloat(style.outlineWidth),
        cell: !!at.closest(".ag-root-wrapper"), border: getComputedStyle(at).borderTopWidth,
        hidden: stuck && !at.closest("header, .skip") && !at.closest(".offcanvas") && box.bottom <= bar.bottom,
        outside: box.bottom < 0 || box.top > innerHeight || box.right < 0 || box.left > innerWidth,
        flat: box.width < 1 || box.height < 1,
    };
}"""


PAGES = ("design.nav.overview", "design.nav.workbench", "design.nav.compare", "figures.nav", "finalize.nav")
LEADERS = (*PAGES, "monitor.nav", "design.nav.ahead", "log.title")


@pytest.mark.parametrize(
    ("path", "names"),
    [
        (
            "/compare",
            ["nội dung chính", "Giao chỉ tiêu", *(t(key, "vi") for key in LEADERS), "Đợt giao", "Nền tối"],
        ),
        ("/compare?lang=en", ["main content", "Targets", *(t(key, "en") for key in LEADERS), "Campaign", "Dark"]),
    ],
)
def test_the_bar_is_walked_in_the_order_it_is_read(window: Window, path: str, names: list[str]):
    page = window.open(path)
    page.locator("h1").wait_for()
    for name in names:
        page.keyboard.press("Tab")
        said = page.evaluate(FOCUSED)
        assert name.lower() in said["name"].lower(), said
    page.keyboard.press("Tab")
    expect(page.locator("#language-link")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(".person summary")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_the_first_key_leads_past_the_bar(window: Window):
    page = window.open_table(BASE)
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


@pytest.mark.parametrize(
    ("screen", "theme"),
    [("overview", "light"), ("workbench", "dark"), ("explanation", "light"), ("comparison", "dark")],
)
def test_whatever_has_the_focus_shows_it_and_is_not_covered(window: Window, screen: str, theme: Theme):
    page = window.open(SCREENS[screen])
    page.locator("h1").wait_for()
    show(page, theme)
    settle(page)
    seen = set()
    for _ in range(70):
        page.keyboard.press("Tab")
        said = page.evaluate(FOCUSED)
        if said["body"]:
            break
        seen.add(said["what"])
        marked = said["outline"] == "solid" and said["width"] >= 2
        assert marked or (said["cell"] and said["border"] == "2px"), said
        assert not said["flat"], said
        assert not said["hidden"], said
        assert not said["outside"], said
    assert len(seen) > (3 if screen == "explanation" else 10), "a dialog keeps the focus until it is closed"


def test_the_page_one_is_on_is_marked(window: Window):
    page = window.open("/compare")
    page.locator("h1").wait_for()
    here = page.locator("header nav [aria-current=page]")
    expect(here).to_have_text("So sánh")
    page.get_by_role("link", name="Phương án", exact=True).click()
    expect(here).to_have_text("Phương án")
    expect(page).to_have_url(re.compile(f"{BASE}$"))
    page.go_back()
    expect(here).to_have_text("So sánh")


# --- themes ---------------------------------------------------------------------------------------------------------
def test_the_theme_is_chosen_kept_and_stays_out_of_print(window: Window):
    page = window.open_table(BASE)
    show(page, "light")
    html, switch = page.locator("html"), page.get_by_role("button", name="Nền tối")
    expect(switch).to_have_attribute("aria-pressed", "false")
    switch.click()
    try:
        expect(html).to_have_attribute("data-bs-theme", "dark")
        expect(switch).to_have_attribute("aria-pressed", "true")
        page.get_by_role("link", name="So sánh", exact=True).click()
        page.locator("main .page").wait_for()
        expect(switch).to_have_attribute("aria-pressed", "true")
        page.reload()
        assert html.get_attribute("data-bs-theme") == "dark"
        expect(switch).to_have_attribute("aria-pressed", "true")
        dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)" != dark
        page.emulate_media(media="screen")
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        expect(html).to_have_attribute("data-bs-theme", "dark")
    finally:
        page.evaluate("localStorage.removeItem('chitieu-theme')")


def test_a_dark_page_is_dark_before_anything_else_is_there(browser: Browser, address: str):
    """The script of the theme stands in the head and is not waited for."""
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(f"{address}/login")
    first = page.locator("head script").first
    assert "32-theme" in str(first.get_attribute("src"))
    assert first.evaluate("one => !one.defer && !one.async && one.compareDocumentPosition(document.body) === 4")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    context.close()


# --- large print, little motion -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("screen", "lang"),
    [("overview", "vi"), ("workbench", "vi"), ("workbench", "en"), ("explanation", "vi"), ("comparison", "en")],
)
def test_twice_the_size_loses_nothing(
    browser: Browser, people: list[BrowserContext], address: str, screen: str, lang: str
):
    """200 % on a screen of 1440 × 900 leaves 720 × 450."""
    page = people[0].new_page()
    page.set_viewport_size({"width": 720, "height": 450})
    page.goto(address + in_language(SCREENS[screen], lang))
    page.locator("h1").wait_for()
    settle(page)
    assert page.evaluate(FITS)
    for control in page.locator("header.topbar :is(a, button, select, summary):visible").all():
        box = control.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 720, control.inner_text()
    assert page.locator("header.topbar :is(a, button, select, summary):visible").count() >= 8
    height = page.evaluate("document.querySelector('header.topbar').offsetHeight")
    stuck = page.evaluate("getComputedStyle(document.querySelector('header.topbar')).position === 'sticky'")
    assert not stuck or height < 450 / 6, "the bar leaves the page its height"
    page.close()


def test_whoever_wants_no_motion_gets_none(window: Window):
    page = window.open_table(BASE)
    page.emulate_media(reduced_motion="reduce")
    moving = page.evaluate(
        """[...document.querySelectorAll("body *")].filter(one => {
            const style = getComputedStyle(one);
            const longest = text => Math.max(...text.split(",").map(parseFloat));
            return longest(style.transitionDuration) > .001 || longest(style.animationDuration) > .001;
        }).map(one => one.outerHTML.slice(0, 100))"""
    )
    assert moving == []
    page.emulate_media(reduced_motion="no-preference")


def test_high_contrast_keeps_icons_and_edges(window: Window):
    page = window.open_table(BASE)
    page.emulate_media(forced_colors="active")
    assert page.locator(".card-figure").first.evaluate("one => getComputedStyle(one).borderTopStyle") == "solid"
    icon = page.locator(".brand .icon")
    assert icon.evaluate(
        "one => getComputedStyle(one).backgroundColor !== getComputedStyle(one.parentElement).backgroundColor"
    )
    page.emulate_media(forced_colors="none")


# --- charts ---------------------------------------------------------------------------------------------------------
def charts(page: Page) -> Iterator[str]:
    """Ids of the charts of a page that stand in their frame."""
    for button in page.locator("button[data-save=png]:visible").all():
        yield str(button.get_attribute("data-save-of"))


def reads_its_twin(page: Page, id: str) -> None:
    """Opens the table of a chart by keyboard, and closes it again."""
    button, twin = page.locator(f"button[data-twin-of={id}]"), page.locator(f"#{id}-twin")
    expect(twin).to_be_hidden()
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(twin.locator("table caption")).not_to_be_empty()
    assert twin.locator("tbody tr").count() > 0
    assert twin.locator("tbody th[scope=row]").count() == twin.locator("tbody tr").count()
    page.keyboard.press("Enter")
    expect(twin).to_be_hidden()


@pytest.mark.parametrize(
    ("path", "beside"), [(BASE, True), (f"{BASE}?view=path", False), (SCREENS["comparison"], False)]
)
def test_every_chart_has_a_twin_that_follows_and_pictures(window: Window, path: str, beside: bool, tmp_path: Path):
    """`beside`: the table of the page is the twin, and there is no button for another one."""
    page = window.open_table(path)
    settle(page)
    show(page, "dark")
    ids = list(charts(page))
    assert ids
    for id in ids:
        button = page.locator(f"button[data-twin-of={id}]")
        if beside:
            expect(button).to_be_hidden()
        else:
            reads_its_twin(page, id)
        for kind in ("svg", "png"):
            save = page.locator(f"button[data-save={kind}][data-save-of={id}]")
            with page.expect_download() as got:
                save.click()
            assert got.value.suggested_filename == f"{save.get_attribute('data-save-as')}.{kind}"
            saved = tmp_path / f"{id}.{kind}"
            got.value.save_as(saved)
            if kind == "png":
                assert saved.read_bytes().startswith(b"\x89PNG")
            else:
                text = saved.read_text(encoding="utf-8")
                assert "rgb(22, 34, 46)" in text, "a picture is light on a dark screen too"
                assert "rgb(230, 237, 244)" not in text
                assert str(page.locator(f"#{id}-panel-title").inner_text()) in re.sub(r"<[^>]+>", " ", text)
    assert page.locator(".modebar-btn").count() == 0


def test_dark_charts_are_dark(window: Window):
    page = window.open_table(BASE)
    show(page, "dark")
    settle(page)
    shown = page.locator("#chart").evaluate(
        """graph => {
            const lightness = text => {
                const parts = text.match(/[\\d.]+/g).map(Number);
                return parts.length > 3 && parts[3] === 0 ? null : (parts[0] + parts[1] + parts[2]) / 765;
            };
            const of = (all, name) =>
                [...all].map(one => lightness(getComputedStyle(one)[name])).filter(one => one !== null);
            return {
                texts: of(graph.querySelectorAll("text"), "fill"),
                grounds: of(graph.querySelectorAll(".main-svg"), "backgroundColor"),
            };
        }"""
    )
    assert min(shown["texts"]) > 0.5
    assert all(one < 0.3 for one in shown["grounds"])
