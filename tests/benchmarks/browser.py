"""`python -m tests.benchmarks.browser`: what a person waits for, in headless Chromium on the real service.

A move is measured in the page, from the slider's input event until the table's cells and the chart have changed for
the last time and the frame that shows them was painted. Each position is reached twice in turn: answered by the
service, and answered at once by the answer recorded before, which leaves out network and server: the browser's floor.
The first load is counted until a row of the table was painted, with all bytes that came over the wire.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, sync_playwright

from dashapp import ids
from dashapp.services.rights import Role
from tests.benchmarks import edits
from tests.benchmarks.pages import written
from tests.benchmarks.service import CALLBACK, Service, Visit, log_in, serving
from tests.browser.chromium import FLAGS, whole

PAGES = (
    ("27 agencies", "/scenarios/hau-giang-2022/base", "goal.online"),
    ("163 agencies", "/scenarios/phu-tho-2026/base", "goal.paid_online"),
)
VIEWPORT = {"width": 1440, "height": 900}
WAIT = 15_000
VISITS = ("cold", "warm, second visit", "warm, third visit")
"""A browser keeps files from the first visit on, scripts as it compiled them from the second."""
UNCHANGED_MS = 3_000
"""Milliseconds after which a move that changed nothing is given up."""

# Everything that depends on how the page is built.
GRID = f"#{ids.GRID}"
ROW = f"{GRID} .ag-center-cols-container .ag-row"
CHART = f"#{ids.CHART} .js-plotly-plot"

_SCRIPT = """
(names) => {
  const recorded = new Map();
  const direct = window.fetch.bind(window);
  const bench = {replaying: false, asked: 0};
  window.fetch = async (address, options) => {
    const body = options && typeof options.body === "string" ? options.body : "";
    if (!String(address).includes(names.callback) || !body.includes(names.figure)) { return direct(address, options); }
    const key = body.replace(/"seq":\\d+/, "").replace(/"address":"[^"]*"/, "");
    const seq = /"seq":(\\d+)/.exec(body);
    if (bench.replaying && recorded.has(key)) {
      const text = seq ? recorded.get(key).replace(/"seq":\\d+/, seq[0]) : recorded.get(key);
      return new Response(text, {status: 200, headers: {"Content-Type": "application/json"}});
    }
    bench.asked += 1;
    const answer = await direct(address, options);
    recorded.set(key, await answer.clone().text());
    return answer;
  };
  bench.move = (id, value, patience) => new Promise((resolve) => {
    const slider = document.getElementById(id);
    const chart = document.querySelector(names.chart);
    let cells = 0, plots = 0, last = 0, done = false, first = 0;
    const settle = (changed) => requestAnimationFrame(() => {
      const painted = new MessageChannel();
      painted.port1.onmessage = () => {
        if (cells && plots && last === changed) { finish(performance.now() - began); }
      };
      painted.port2.postMessage(0);
    });
    const changed = () => { last = performance.now(); settle(last); };
    const watcher = new MutationObserver(() => { cells += 1; first = first || performance.now(); changed(); });
    const plotted = () => { plots += 1; changed(); };
    const finish = (took) => {
      if (done) { return; }
      done = true;
      watcher.disconnect();
      chart.removeListener("plotly_afterplot", plotted);
      window.clearTimeout(timer);
      resolve({took, plots, table: first ? first - began : null});
    };
    watcher.observe(document.querySelector(names.grid), {subtree: true, childList: true, characterData: true});
    chart.on("plotly_afterplot", plotted);
    const timer = window.setTimeout(() => finish(null), patience);
    const began = performance.now();
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(slider, String(value));
    slider.dispatchEvent(new Event("input", {bubbles: true}));
  });
  window.measuring = bench;
}
"""

_FIRST_ROW = """
(() => {
  const seek = () => {
    if (document.querySelector(%s)) {
      watcher.disconnect();
      requestAnimationFrame(() => {
        const painted = new MessageChannel();
        painted.port1.onmessage = () => { window.firstRow = performance.now(); };
        painted.port2.postMessage(0);
      });
    }
  };
  const watcher = new MutationObserver(seek);
  watcher.observe(document, {subtree: true, childList: true});
})();
"""


@dataclass
class Moves:
    """Milliseconds of every move that changed something: until all was painted, until the first cell changed.

    `plots` counts how often the chart was drawn: as often as there were moves, if nothing is drawn twice.
    """

    took: list[float] = field(default_factory=list)
    table: list[float] = field(default_factory=list)
    plots: int = 0

    def at(self, part: float) -> float:
        ordered = sorted(self.took)
        return ordered[min(int(part * len(ordered)), len(ordered) - 1)] if ordered else float("nan")


@dataclass(frozen=True)
class Load:
    """One opening of a page: milliseconds until the first row, requests, bytes over the wire, addresses elsewhere."""

    took: float
    requests: int
    transferred: int
    elsewhere: int


def opened(context: BrowserContext, address: str) -> Page:
    """A page whose table and chart stand."""
    page = context.new_page()
    page.goto(address)
    page.locator(ROW).first.wait_for()
    page.locator(f"{CHART} .plotly, {CHART} svg.main-svg").first.wait_for()
    page.wait_for_timeout(500)
    return page


def positions(value: float, count: int) -> Iterator[float]:
    """Positions around a value, no two neighbours alike: what a slow drag passes."""
    for at in range(count):
        yield value - 10 + (at * 7) % 20 + (0.5 if at % 2 else 0.0)


def moves(page: Page, lever: str, count: int, block: int = 5) -> tuple[Moves, Moves]:
    """Moves answered by the service, and the same ones answered at once, in turns of `block`."""
    names = {"callback": CALLBACK, "figure": f"{ids.CHART}.figure", "grid": GRID, "chart": CHART}
    page.evaluate(_SCRIPT, names)
    id = written(ids.lever(lever))
    value = float(page.locator(f'[id="{id.replace(chr(34), chr(92) + chr(34))}"]').input_value())
    served, replayed = Moves(), Moves()
    every = [round(one, 1) for one in positions(value, count)]
    for start in range(0, count, block):
        part = every[start : start + block]
        for replaying, kept in ((False, served), (True, replayed)):
            page.evaluate("(on) => { window.measuring.replaying = on; }", replaying)
            for one in part:
                found = page.evaluate(
                    "([id, value, patience]) => window.measuring.move(id, value, patience)", [id, one, UNCHANGED_MS]
                )
                if found["took"] is not None:
                    kept.took.append(found["took"])
                    kept.table.append(found["table"])
                    kept.plots += found["plots"]
                page.wait_for_timeout(40)
    return served, replayed


def load(context: BrowserContext, address: str, service: Service) -> Load:
    """Open a page and see what it costs."""
    page = context.new_page()
    page.add_init_script(_FIRST_ROW % json.dumps(ROW))
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    transferred: list[int] = []
    asked: list[str] = []
    wire.on("Network.loadingFinished", lambda said: transferred.append(int(said["encodedDataLength"])))
    wire.on("Network.requestWillBeSent", lambda said: asked.append(said["request"]["url"]))
    page.goto(address)
    page.locator(ROW).first.wait_for()
    took = None
    while took is None:
        page.wait_for_timeout(20)
        took = page.evaluate("() => window.firstRow || null")
    page.wait_for_load_state("networkidle")
    own = (service.address, "data:", "blob:")
    result = Load(float(took), len(asked), sum(transferred), sum(not url.startswith(own) for url in asked))
    page.close()
    return result


def _context(browser: Browser, visit: Visit) -> BrowserContext:
    return _known(browser.new_context(viewport=VIEWPORT, locale="vi-VN"), visit)


def _known(context: BrowserContext, visit: Visit) -> BrowserContext:
    """A context in which somebody is logged in."""
    context.set_default_timeout(WAIT)
    host = visit.service.host
    context.add_cookies(
        [{"name": name, "value": value, "domain": host, "path": "/"} for name, value in visit.cookies.items()]
    )
    return context


def first_loads(chromium: BrowserType, visit: Visit, path: str, times: int) -> dict[str, list[Load]]:
    """The first, second and third opening by a browser with a profile on disk, as people have.

    A profile that is kept in memory, as of a test's own context, never keeps compiled scripts: all its loads are slow.
    """
    found: dict[str, list[Load]] = {name: [] for name in VISITS}
    for _ in range(times):
        with TemporaryDirectory(prefix="chitieu-profile-") as profile:
            context = chromium.launch_persistent_context(
                profile, executable_path=whole(), args=FLAGS, viewport=VIEWPORT, locale="vi-VN"
            )
            _known(context, visit)
            for name in VISITS:
                found[name].append(load(context, visit.service.address + path, visit.service))
            context.close()
    return found


def _row(*cells: Any) -> str:
    return f"{cells[0]!s:52}" + "".join(f"{cell!s:>14}" for cell in cells[1:])


def _load_row(what: str, several: list[Load]) -> str:
    took = sorted(one.took for one in several)
    bytes_, requests = median(one.transferred for one in several), median(one.requests for one in several)
    elsewhere = sum(one.elsewhere for one in several)
    return _row(what, f"{took[0]:,.0f}", f"{median(took):,.0f}", f"{bytes_ / 1000:,.0f}", f"{requests:.0f}", elsewhere)


def finalize(count: int) -> int:
    """Edits in Finalise, and where their time goes; exit status 1 if one was never shown."""
    print(f"load of the machine before: {os.getloadavg()[0]:.1f}", flush=True)
    with serving(prepare=edits.prepare) as service, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=whole(), args=FLAGS)
        found = edits.measure(_context(browser, log_in(service, Role.STAFF)), service, count)
        browser.close()
    print(_row("edit to painted table, 40 agencies [ms]", "edits", "p50", "p95", "main thread", "service"))
    took = Moves(took=found.took)
    cells = (len(found.took), f"{took.at(0.5):.0f}", f"{took.at(0.95):.0f}", f"{median(found.main):.0f}")
    print(_row("service", *cells, f"{found.service:.0f}"))
    print(f"load of the machine after: {os.getloadavg()[0]:.1f}")
    return 0 if len(found.took) == count else 1


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; exit status 1 if a page moved nothing or asked elsewhere."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.browser", description=__doc__)
    parser.add_argument("--moves", type=int, default=60)
    parser.add_argument("--loads", type=int, default=3, help="cold and warm openings of each page")
    parser.add_argument("--pages", type=int, default=len(PAGES), help="how many pages, the smallest first")
    parser.add_argument("--finalize", action="store_true", help="edits in Finalise, of 40 agencies and 3 indicators")
    given = parser.parse_args(arguments)
    if given.finalize:
        return finalize(given.moves)
    good = True
    print(f"load of the machine before: {os.getloadavg()[0]:.1f}", flush=True)
    with serving() as service, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=whole(), args=FLAGS)
        visit = log_in(service, Role.LEADER)
        print(_row("lever to painted table and chart [ms]", "moves", "p50", "p95", "table p50", "plots", "p95 ratio"))
        for name, address, lever in PAGES[: given.pages]:
            context = _context(browser, visit)
            page = opened(context, service.address + address)
            moves(page, lever, 10)  # compiles what the first moves compile
            served, replayed = moves(page, lever, given.moves)
            for what, one in (("service", served), ("answer at hand", replayed)):
                good &= bool(one.took)
                ratio = f"{served.at(0.95) / replayed.at(0.95):.2f}" if one is served else ""
                table = median(one.table) if one.table else float("nan")
                times = (f"{one.at(0.5):.0f}", f"{one.at(0.95):.0f}", f"{table:.0f}")
                print(_row(f"{name}, {what}", len(one.took), *times, one.plots, ratio), flush=True)
            context.close()
        print(_row("first load until a row is painted", "least ms", "median ms", "KB", "requests", "elsewhere"))
        for name, address, _ in PAGES[: given.pages]:
            for what, several in first_loads(playwright.chromium, visit, address, given.loads).items():
                good &= not any(one.elsewhere for one in several)
                print(_load_row(f"{name}, {what}", several), flush=True)
        browser.close()
    print(f"load of the machine after: {os.getloadavg()[0]:.1f}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
