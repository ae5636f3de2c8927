"""An edit in Finalise, in headless Chromium: from the key that ends it to the new table on the screen.

Printed beside it: the processor time of the service, and that of the page's main thread, which a busy machine stretches
less than the clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from playwright.sync_api import BrowserContext, CDPSession, Page

from dashapp import ids
from dashapp.services import accounts, beginning, importing, tables
from dashapp.services import opened as desk
from dashapp.services.database import Store
from dashapp.services.rights import Actor, Role
from tests.benchmarks.service import Service
from tests.dashapp.accounts.people import NAMES

CAMPAIGN, EARLIER = "forty-2022", "hau-giang-2022"
AGENCIES = 40
STAFF = Actor(NAMES[Role.STAFF], "", Role.STAFF)
PATH = f"/finalize?c={CAMPAIGN}&t=1"
AGENCY = "Sở Tư pháp"
WARM = 5
PAUSE_MS = 150

_TYPE = """(text) => new Promise((done) => {
    const began = performance.now();
    const look = new MutationObserver(() => {
        const now = document.querySelector("#final-preview tbody tr");
        if (!now || !now.textContent.includes("→ " + text)) { return; }
        look.disconnect();
        requestAnimationFrame(() => {
            const painted = new MessageChannel();
            painted.port1.onmessage = () => done(performance.now() - began);
            painted.port2.postMessage(0);
        });
    });
    look.observe(document.getElementById("final-preview"), {childList: true, subtree: true, characterData: true});
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true}));
})"""


@dataclass
class Edits:
    """Milliseconds of each edit: by the clock, of the service's processors, of the page's main thread."""

    took: list[float] = field(default_factory=list)
    main: list[float] = field(default_factory=list)
    service: float = 0.0


def prepare(store: Store) -> None:
    """A campaign of forty agencies and three indicators, with a draft of its table."""
    names = {"vi": "Bốn mươi cơ quan", "en": "Forty agencies"}
    beginning.begin_campaign(store, accounts.CONSOLE, EARLIER, CAMPAIGN, name=names, as_of=date(2022, 6, 15))
    frame = desk.ground(store, STAFF, EARLIER).figures.frame
    ordered = frame.sort_values(["parent", "agency"], na_position="first")["agency"]
    chosen = list(dict.fromkeys(ordered))[:AGENCIES]
    file = frame[frame["agency"].isin(chosen)].to_csv(index=False, float_format="%.15g").encode()
    preview = importing.check(store, STAFF, CAMPAIGN, file, "forty.csv")
    if preview.token is None:
        raise RuntimeError(preview.reading.problems)
    figures = importing.accept(store, STAFF, CAMPAIGN, file, "forty.csv", token=preview.token)
    base = desk.open_scenario(store, STAFF, CAMPAIGN, "base")
    tables.start_draft(store, STAFF, CAMPAIGN, figures_version=figures.id, scenario_version=base.version.id)


def values(count: int) -> Iterator[int]:
    """Whole percents, no two neighbours alike."""
    for at in range(count):
        yield 36 + (at * 5) % 13


def measure(context: BrowserContext, service: Service, count: int) -> Edits:
    """So many edits of one target, after some that compile what the first ones compile."""
    page = context.new_page()
    page.goto(service.address + PATH)
    page.locator(f"#{ids.FINAL_GRID} .ag-row").first.wait_for()
    wire = context.new_cdp_session(page)
    wire.send("Performance.enable")
    for one in values(WARM):
        _edit(page, one)
    found, began = Edits(), service.seconds()
    for one in values(count):
        before = _busy(wire)
        found.took.append(_edit(page, one + 0.5))
        page.wait_for_timeout(PAUSE_MS)
        found.main.append((_busy(wire) - before) * 1000)
    found.service = (service.seconds() - began) / count * 1000
    page.close()
    return found


def _busy(wire: CDPSession) -> float:
    """Seconds that the main thread has worked."""
    metrics = {one["name"]: one["value"] for one in wire.send("Performance.getMetrics")["metrics"]}
    return float(metrics["TaskDuration"])


def _edit(page: Page, value: float) -> float:
    fixed = page.locator(f"#{ids.FINAL_GRID} .ag-pinned-left-cols-container .ag-row", has_text=AGENCY)
    id = fixed.get_attribute("row-id")
    page.locator(f'#{ids.FINAL_GRID} .ag-center-cols-container .ag-row[row-id="{id}"] [col-id="target1"]').click()
    page.keyboard.press("Control+a")
    text = f"{value:g}".replace(".", ",")
    page.keyboard.type(text)
    return float(page.evaluate(_TYPE, text))
