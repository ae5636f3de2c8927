"""``python -m tests.browser.shots`` takes the README's pictures of the screens again, from the application itself."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from dashapp.i18n import t
from dashapp.services.rights import Role
from tests.browser.chromium import FLAGS, whole
from tests.browser.conftest import WAIT, log_in
from tests.browser.served import served
from tests.dashapp.accounts.people import open_people

FOLDER = Path(__file__).parents[2] / "docs" / "images"
SIZE = {"width": 1440, "height": 900}
SETTLED_MS = 900
"""Until animations and late letters have come to rest."""
SCREENS = {
    "overview": "/",
    "workbench": "/scenarios/hau-giang-2022/base?g.online=55&a=SGTVT",
    "compare": "/compare?s=hau-giang-2022/base,hau-giang-2022/same-effort,hau-giang-2022/one-target",
}
"""Name of a picture -> address of the screen."""


@contextmanager
def _served() -> Iterator[str]:
    """The application on a store of its own that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="chitieu-shots-"))
    store = open_people(folder)
    try:
        with served(store) as address:
            yield address
    finally:
        store.close()
        shutil.rmtree(folder, ignore_errors=True)


def _page(browser: Browser, address: str) -> Page:
    context = browser.new_context(viewport=SIZE, locale="vi-VN", reduced_motion="reduce")  # type: ignore[arg-type]
    context.set_default_timeout(WAIT)
    page = context.new_page()
    log_in(page, address, Role.LEADER)
    return page


def main(folder: Path = FOLDER) -> None:
    """Write one PNG file a screen into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with _served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=whole(), args=FLAGS)
        page = _page(browser, address)
        for name, screen in SCREENS.items():
            page.goto(address + screen)
            page.locator(".js-plotly-plot .main-svg").first.wait_for()
            for graph in page.locator("main .dash-graph:visible, [role=dialog] .dash-graph:visible").all():
                graph.locator(".main-svg").first.wait_for()
            expect(page.get_by_text(t("web.chance.waiting", "vi"))).to_have_count(0)
            page.wait_for_timeout(SETTLED_MS)
            page.screenshot(path=folder / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main(*(Path(one) for one in sys.argv[1:]))
