"""What a browser really asks for when a page opens."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlsplit

from tests.browser.conftest import Window

BENCH = "/scenarios/hau-giang-2022/base"


def paths(window: Window) -> Counter[str]:
    return Counter(urlsplit(one).path for one in window.requests)


def test_a_workbench_asks_for_everything_once_and_under_a_name_that_can_be_kept(window):
    page = window.open_table(BENCH)
    page.locator("#chart .main-svg").first.wait_for()
    asked = paths(window)
    twice = {path: count for path, count in asked.items() if count > 1 and path != "/_dash-update-component"}
    assert twice == {}
    assert asked["/_dash-layout"] == asked["/_dash-dependencies"] == asked["/assets/js/00-plotly-basic.min.js"] == 1
    suites = [path for path in asked if path.startswith("/_dash-component-suites/")]
    assert any("async-community.v" in path for path in suites)
    assert any("async-graph.v" in path for path in suites)
    assert [path for path in suites if ".v" not in path] == []
    assert [path for path in asked if path.endswith(".svg") and "favicon" not in path] == []


def test_a_page_without_a_chart_does_without_what_draws_charts(window):
    window.open("/log?lang=en")
    window.page.wait_for_timeout(500)
    asked = paths(window)
    assert not any("plotly" in path or "async-community" in path for path in asked)


def test_a_chart_speaks_vietnamese(window):
    """Plotly comes after its words."""
    page = window.open_table(BENCH)
    page.locator("#chart .main-svg").first.wait_for()
    assert page.locator("#chart .modebar-btn[data-title='Tải biểu đồ (PNG)']").count() <= 1
    assert page.evaluate("() => window.PlotlyLocales === undefined && typeof window.Plotly.react === 'function'")
