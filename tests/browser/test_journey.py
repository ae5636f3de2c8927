"""A leader's whole way in both languages: understand the gap, try, meet the impossible, explain, pin, save, share,
compare, choose; and a colleague who opens the link in a browser of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from dashapp.i18n import t
from dashapp.services import opened, saved_scenarios
from dashapp.services.database import Store
from dashapp.services.rights import Actor, Role
from tests.browser.conftest import WAIT, Window
from tests.dashapp.accounts.people import NAMES

expect.set_options(timeout=WAIT)

HAU_GIANG = "hau-giang-2022"
CAUTIOUS = f"/scenarios/{HAU_GIANG}/cautious"
LEADER = Actor(NAMES[Role.LEADER], "", Role.LEADER)


def cell(page: Page, agency: str, column: str = "target1") -> Locator:
    return page.locator(f'.ag-row[row-id="{agency}"] [col-id="{column}"]')


def province(page: Page) -> Locator:
    return page.locator("#cards .big").first


def share(whole: str, lang: str) -> re.Pattern[str]:
    """A share of so many whole percents as the language writes it."""
    return re.compile(rf"^{whole},\d\u00a0%$" if lang == "vi" else rf"^{whole}\.\d%$")


def in_language(path: str, lang: str) -> str:
    if lang == "vi":
        return path
    return f"{path}{'&' if '?' in path else '?'}lang={lang}"


@pytest.fixture
def no_scenario_left(store: Store) -> Iterator[None]:
    """Afterwards nobody has a draft of the scenario any more, so that others find it as it came."""
    yield
    from dashapp.services import drafts

    record = opened.open_scenario(store, LEADER, HAU_GIANG, "cautious").record
    drafts.drop(store, LEADER, record.id)


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.usefixtures("no_scenario_left")
def test_a_leader_leaves_with_a_choice_and_a_colleague_sees_the_same(windows: list[Window], store: Store, lang: str):
    leader, colleague = windows
    page = leader.open(in_language("/", lang))
    _understands_the_gap(page, lang)

    page = leader.open_table(in_language(CAUTIOUS, lang))
    _meets_the_impossible_and_takes_a_way_out(page, lang)
    _moves_levers(page, lang)
    _has_a_target_explained_and_pins_it(page, lang)
    _takes_it_back(page, lang)
    slug = _saves_it(page, store, lang)

    shown = {code: cell(page, code).inner_text() for code in ("SGTVT", "STP", "STC")}
    attained = province(page).inner_text()
    link = _passes_the_link_on(page, lang)
    other = colleague.open_table(link.removeprefix(leader.address))
    expect(province(other)).to_have_text(attained)
    for code, text in shown.items():
        expect(cell(other, code)).to_have_text(text)
    expect(page.locator("#keep-draft")).to_have_count(1)

    page = leader.open_table(
        in_language(f"/compare?s={HAU_GIANG}/base,{HAU_GIANG}/same-effort,{HAU_GIANG}/{slug}", lang)
    )
    expect(page.locator(".versus thead th.named a")).to_have_count(3)
    _chooses(page, lang)


def _understands_the_gap(page: Page, lang: str) -> None:
    main = page.locator("main")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hậu Giang")
    expect(main).to_contain_text("22,3\u00a0%" if lang == "vi" else "22.3%")
    missing = r"2[27],7\u00a0điểm" if lang == "vi" else r"2[27]\.7\u00a0points"  # to the goal of what is chosen by now
    expect(main).to_contain_text(re.compile(missing))
    expect(main.locator(".js-plotly-plot").first).to_be_visible()


def _meets_the_impossible_and_takes_a_way_out(page: Page, lang: str) -> None:
    alert = page.locator(".remedy")
    expect(alert.get_by_role("heading")).to_be_visible()
    ways = alert.get_by_role("link")
    assert ways.count() >= 2
    ways.first.click()
    expect(alert).to_have_count(0)
    expect(page.locator("#cards")).to_contain_text(t("terms.goal_status.met", lang))


def _moves_levers(page: Page, lang: str) -> None:
    goal = page.locator('[id*="goal.online"][type=text]')
    goal.fill("45")
    goal.press("Enter")
    expect(province(page)).to_have_text(share("4[56]", lang))
    page.locator("#method").select_option("equal_effort")
    expect(page).to_have_url(re.compile(r"m\.online=equal_effort"))


def _has_a_target_explained_and_pins_it(page: Page, lang: str) -> None:
    cell(page, "STC", "name").click()
    drawer = page.get_by_role("dialog")
    expect(drawer.locator(".sentence")).to_contain_text("Sở Tài chính")
    expect(drawer.locator("#waterfall .main-svg").first).to_be_visible()
    box = drawer.locator("[id='pin-2022Q4']")
    box.fill("48")
    drawer.locator("[data-pin]").last.click()
    expect(cell(page, "STC")).to_have_text("48\u00a0%" if lang == "vi" else "48%")
    expect(drawer.locator(".sentence")).to_contain_text("48")
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)


def _takes_it_back(page: Page, lang: str) -> None:
    page.get_by_role("button", name=t("web.tool.undo", lang)).click()
    expect(page).not_to_have_url(re.compile("pin="))
    page.get_by_role("button", name=t("web.tool.redo", lang)).click()
    expect(page).to_have_url(re.compile("pin=online:STC:2022Q4:48"))
    expect(cell(page, "STC")).to_have_text("48\u00a0%" if lang == "vi" else "48%")


def _saves_it(page: Page, store: Store, lang: str) -> str:
    """Ctrl+S on a scenario that came with the campaign asks for a name; the slug of what is saved."""
    page.locator("h1").click()
    page.keyboard.press("Control+s")
    dialog = page.locator("#save-as-dialog")
    name = f"Hành trình {lang}"
    dialog.locator("#save-as-name").fill(name)
    dialog.locator("#save-as-shared").check()
    dialog.locator("#save-as-confirm").click()
    expect(page).to_have_url(re.compile(rf"/scenarios/{HAU_GIANG}/hanh-trinh-{lang}"))
    expect(page.locator("#scenario")).to_have_value(f"hanh-trinh-{lang}")
    expect(cell(page, "STC")).to_have_text("48\u00a0%" if lang == "vi" else "48%")
    records = {one.slug: one for one in opened.listed(store, LEADER, HAU_GIANG)}
    kept = records[f"hanh-trinh-{lang}"]
    assert kept.shared
    said = saved_scenarios.at(store, LEADER, kept.id).scenario.plan
    assert [rule.value for rule in said.rules if rule.kind == "pin"] == [0.48]
    return kept.slug


def _passes_the_link_on(page: Page, lang: str) -> str:
    floor = page.locator('[id*="floor"][type=text]')
    floor.fill("20")
    floor.press("Enter")
    expect(page).to_have_url(re.compile(r"f\.online=20"))
    page.locator("#link").click()
    field = page.locator("#link-field")
    expect(field).to_have_value(re.compile(r"v=1.*f\.online=20"))
    link = field.input_value()
    page.keyboard.press("Escape")
    expect(page.locator("#link-dialog")).to_have_count(0)
    floor.fill("0")
    floor.press("Enter")
    expect(page).not_to_have_url(re.compile(r"f\.online"))
    floor.fill("20")
    floor.press("Enter")
    expect(page).to_have_url(re.compile(r"f\.online=20"))
    return link


def _chooses(page: Page, lang: str) -> None:
    name = f"Hành trình {lang}"
    page.get_by_role("button", name=t("compare.choose.button_of", lang, name=name)).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(name)
    dialog.get_by_role("button", name=t("compare.choose.confirm", lang)).click()
    expect(page.locator("#compare-chosen")).to_contain_text(name)
    page.get_by_role("link", name=t("web.nav.overview", lang)).first.click()
    expect(page.locator("main")).to_contain_text(name)
