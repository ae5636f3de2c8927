"""The page of forecasts: what it draws and says of months that are known, and what it asks for without any."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import plotly.utils
import pytest

from dashapp import ids
from dashapp.i18n import LANGUAGES
from dashapp.pages import router
from dashapp.services import forecasting
from dashapp.services.database import Store
from dashapp.services.forecasting import Ground
from dashapp.views import ahead_backtest as view
from dashapp.views.ahead_backtest import Seen
from engine import NO_CHANGE, BackTest
from tests.dashapp.accounts.people import VISITOR, open_people

CAMPAIGN = "hau-giang-2022"
ADDRESS = f"/ahead?c={CAMPAIGN}"
UNFILLED = re.compile(r"(?<!%)\{\w+(:\w+)?\}|\bnan\b|\bNone\b|NaN")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = open_people(tmp_path_factory.mktemp("ahead"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def ground(store: Store) -> Ground:
    return forecasting.ground(store, VISITOR.actor, CAMPAIGN, "base")


def page(store: Store, address: str = ADDRESS) -> str:
    component = router.route(store, address, VISITOR)
    text = json.dumps(component, cls=plotly.utils.PlotlyJSONEncoder, ensure_ascii=False)
    return text.replace("\N{NO-BREAK SPACE}", " ")


def seen(ground: Ground, **more: Any) -> Seen:
    return replace(Seen(ground.opened.campaign, ground, "online", "", 2, "vi"), **more)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("agency", ["", "931"])
def test_every_forecast_stands_beside_the_others_with_its_range(store: Store, lang: str, agency: str) -> None:
    text = page(store, f"{ADDRESS}&a={agency}&k=6&lang={lang}")
    names = ("Giữ nguyên", "Tăng đều", "Chữ S", "Ba tháng gần nhất")
    for name in names if lang == "vi" else ("No change", "Straight line", "S-curve", "Last three months"):
        assert text.count(name) >= 4, "in picture, twin, what it comes to, and its trial"
    assert not UNFILLED.search(text)
    assert ("khoảng 90 %: " if lang == "vi" else "90% range: ") in text


def test_a_month_by_month_forecast_goes_through_the_periods_of_the_plan(ground: Ground) -> None:
    side = forecasting.side_by_side(ground, "online")
    assert side.ends[0] == date(2022, 6, 30)
    assert side.ends[-1] == side.periods[-1].end
    assert len(side.ends) == 7
    logistic = side.lines["logistic"]
    first, second = logistic.by_period[0]
    assert logistic.rate[0] < first < logistic.rate[3] < second < logistic.rate[-1], "each mean lies among its months"
    for line in side.lines.values():
        assert ((line.low < line.rate) & (line.rate < line.high)).all()


def test_the_year_ends_where_past_and_forecast_together_lead(ground: Ground) -> None:
    side = forecasting.side_by_side(ground, "online", "SCT")
    figures = ground.figures
    own = figures.indicators["online"]
    at = int(np.flatnonzero(own.rows == figures.position["SCT"])[0])
    N, D = own.numerator[at], own.denominator[at]
    coming = [own.expected[period][at] for period in ("2022Q3", "2022Q4")]
    assert not np.isnan(coming).any(), "this one says itself what is coming"
    line = side.lines["recent"]
    won = N + sum(rate * V for rate, V in zip(line.by_period[0], coming, strict=True))
    assert line.reached[-1] == pytest.approx(won / (D + sum(coming)))
    assert side.goal is not None
    assert side.needed is not None
    assert N + side.needed * sum(coming) == pytest.approx(side.goal * (D + sum(coming)), abs=1)


def test_the_verdict_is_no_better_than_what_chance_allows(ground: Ground) -> None:
    test = forecasting.back_test(ground, "online", 6)
    assert test.is_told_apart
    assert view.verdict(seen(ground), test).startswith("“Chữ S” gần thực tế nhất")
    close = forecasting.back_test(ground, "online", 2)
    assert close.best == "logistic"
    assert not close.is_told_apart
    assert view.verdict(seen(ground), close).startswith("Không dự báo nào hơn hẳn “giữ nguyên”")
    naive = replace(close, tried={NO_CHANGE: close.tried[NO_CHANGE], "linear": close.tried["linear"]})
    assert view.verdict(seen(ground), naive).startswith("Không dự báo nào hơn “giữ nguyên”")


def test_agencies_are_listed_by_their_error_and_say_what_came_nearest(ground: Ground) -> None:
    test: BackTest = forecasting.back_test(ground, "online", 3)
    rows = view.records(seen(ground), test)
    assert len(rows) == int((~np.isnan(test.actual)).sum())
    errors = [abs(row[f"error_{test.best}"]) for row in rows]
    assert errors == sorted(errors, reverse=True)
    named = {"none": "Giữ nguyên", "linear": "Tăng đều", "logistic": "Chữ S", "recent": "Ba tháng gần nhất"}
    for row in rows:
        assert row["nearest"] == named[min(named, key=lambda name: abs(row[f"error_{name}"]))]
    nearer = sum(abs(row["error_recent"]) < abs(row["error_none"]) for row in rows) / len(rows)
    assert test.beaten("recent") == pytest.approx(nearer)


def test_what_an_address_asks_wrongly_is_said(store: Store) -> None:
    text = page(store, f"{ADDRESS}&i=active&a=X1&k=99")
    assert "Không có số liệu các tháng của chỉ số “active”" in text
    assert "“X1”" in text
    assert "Không giấu được “99” tháng: hãy chọn từ 1 đến 15." in text
    assert ids.AHEAD_GRID in text, "what can be shown is shown"
    assert "“²”" in page(store, f"{ADDRESS}&k=²")


def test_without_months_the_page_says_where_they_are_taken_in(store: Store) -> None:
    text = page(store, "/ahead?c=phu-tho-2026")
    assert "Đợt này chưa có số liệu các tháng trước" in text
    assert "/figures?c=phu-tho-2026" in text


def test_too_few_months_draw_what_they_can(ground: Ground) -> None:
    history = ground.figures.history
    assert history is not None
    few = history.frame[history.frame["end"] > date(2022, 4, 1)]
    short = replace(ground.opened.ground, figures=replace(ground.figures, history=type(history).from_frame(few)))
    own = Ground(replace(ground.opened, ground=short), ("online",), ground.agencies)
    assert own.most_hidden("online") == 0
    assert list(forecasting.side_by_side(own, "online").lines) == [NO_CHANGE, "linear", "logistic", "recent"]
    assert "Mới biết 3 tháng" in str(view.too_few(seen(own)))
