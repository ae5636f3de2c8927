"""Trends, volumes and back-tests on histories whose truth is known."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from engine import (
    NO_CHANGE,
    Assumptions,
    Figures,
    FiguresError,
    History,
    Kind,
    Start,
    Step,
    Trend,
    Volumes,
    allocate,
    back_test,
    explain,
    forecasts,
    monthly_forecasts,
    question,
)
from engine.history import Months
from engine.trends import fit
from tests.engine.build import AS_OF, Q3, Row, figures, plan

ENDS = tuple(date(2022, month + 1, 1) - timedelta(days=1) for month in range(1, 9))
LAST = ENDS[-1]
Z90 = 1.6448536269514722


def middle(end: date, since: date) -> float:
    first = end.replace(day=1).toordinal() - 1
    return ((first + end.toordinal()) / 2 - since.toordinal()) / (365.25 / 12)


def expit(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


@pytest.mark.parametrize(
    ("trend", "unlike"), [(Trend.LOGISTIC, 0.05), (Trend.RECENT, 0.05), (Trend.RECENT, 0.2), (Trend.RECENT, 0.3)]
)
def test_ninety_percent_intervals_hold_the_truth_in_nine_of_ten(trend: Trend, unlike: float) -> None:
    """500 simulated provinces of 20 agencies, each a level of its own, whose slopes differ by `unlike` a month."""
    rng = np.random.default_rng(5)
    provinces, agencies = 500, 20
    n = provinces * agencies
    level = np.repeat(np.arange(provinces), agencies)
    start, slope = rng.normal(-1, 0.7, n), rng.normal(0.08, unlike, n)
    D = np.maximum(np.round(np.exp(rng.normal(4.5, 1.2, n))), 2)
    tau = np.array([middle(end, LAST) for end in ENDS])
    odds = start + slope * tau[:, None] + rng.normal(0, 0.15, (len(ENDS), n))
    N = rng.binomial(D.astype(int), expit(odds)).astype(float)
    months = Months(ENDS, N, np.broadcast_to(D, N.shape))
    found = fit(months, trend, level, LAST, stock=False, indicator="online")
    held = np.abs(found.slope - slope) <= Z90 * np.sqrt(found.covariance[:, 1, 1])
    assert 0.85 <= held.mean() <= 0.96
    ahead = np.array([1.5, 5.0])
    without_noise = replace(found, noise=np.zeros(n))
    off = np.abs(found.log_odds(ahead) - (start + slope * ahead[:, None]))
    covered = (off <= Z90 * without_noise.spread(ahead, np.ones(2))).mean(axis=1)
    assert ((covered.round(2) >= 0.85) & (covered.round(2) <= 0.95)).all()
    assert abs((found.log_odds(ahead) - (start + slope * ahead[:, None])).mean()) < 0.03
    by_province = level == np.arange(provinces)[:, None]
    share = np.full((1, n), 1 / agencies)
    held_together = 0
    for rows in by_province[:100]:
        one = replace(
            without_noise, level=found.level[rows], slope=found.slope[rows], covariance=found.covariance[rows],
            pull=found.pull[rows], group=level[rows], noise=np.zeros(agencies),
        )  # fmt: skip
        wide = one.pooled_spread(ahead[:1], np.ones(1), share[:, rows])[0]
        held_together += abs((one.log_odds(ahead[:1])[0] - start[rows] - slope[rows] * ahead[0]).mean()) <= Z90 * wide
    assert 80 <= held_together <= 98


def test_a_straight_line_is_found_again() -> None:
    rng = np.random.default_rng(2)
    start, slope = rng.uniform(0.3, 0.5, 40), rng.normal(0.02, 0.005, 40)
    tau = np.array([middle(end, LAST) for end in ENDS])
    D = np.full((len(ENDS), 40), 4000.0)
    N = np.round((start + slope * tau[:, None]) * D)
    level = np.zeros(40, dtype=np.intp)
    found = fit(Months(ENDS, N, D), Trend.LINEAR, level, LAST, stock=False, indicator="online")
    assert found.slope == pytest.approx(slope, abs=0.003)
    assert expit(found.log_odds(np.array([2.0])))[0] == pytest.approx(start + 2 * slope, abs=0.02)


def test_twelve_dossiers_do_not_make_a_trend() -> None:
    """An agency with a dossier a month that went online by and by keeps nearly the trend of its level."""
    D = np.full((8, 21), 1000.0)
    D[:, 0] = 2
    N = np.round(D * 0.3)
    N[:, 0] = [0, 0, 0, 0, 2, 2, 2, 2]
    level = np.zeros(21, dtype=np.intp)
    found = fit(Months(ENDS, N, D), Trend.LOGISTIC, level, LAST, stock=False, indicator="online")
    assert abs(found.slope[0]) < 0.05
    many = N.copy(), D.copy()
    many[1][:, 0], many[0][:, 0] = 2000, [0, 0, 0, 0, 2000, 2000, 2000, 2000]
    sure = fit(Months(ENDS, *many), Trend.LOGISTIC, level, LAST, stock=False, indicator="online")
    assert sure.slope[0] > 0.3


HISTORY_ENDS = tuple(
    date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1) for year in (2021, 2022) for month in range(1, 13)
)
HISTORY_ENDS = (*[end for end in HISTORY_ENDS if end < AS_OF], AS_OF)


def told(rows: tuple[Row, ...], rate: float = 0.2, grow: float = 0.0, indicator: str = "online") -> Figures:
    """A history of 200 dossiers a month (twice as many from July on) for every row; the figures are this year's sum."""
    lines, so_far = [], {row.code: [0, 0] for row in rows}
    for row in rows:
        for at, end in enumerate(HISTORY_ENDS):
            D = 400 if end.month > 6 else 200 if end != AS_OF else 100
            share = 1 / (1 + math.exp(-(math.log(rate / (1 - rate)) + grow * (at - len(HISTORY_ENDS)))))
            lines.append((row.code, indicator, end, round(share * D), D))
            if end.year == AS_OF.year:
                so_far[row.code][0] += round(share * D)
                so_far[row.code][1] += D
    frame = pd.DataFrame(lines, columns=["agency", "indicator", "end", "numerator", "denominator"])
    counted = [replace(row, N=so_far[row.code][0], D=so_far[row.code][1]) for row in rows]
    return figures(counted).with_history(History.from_frame(frame))


ROWS = tuple(
    Row(code, 240, 1200, level=level) for code, level in (("A", "province"), ("B", "province"), ("C", "commune"))
)


def projected(trend: Trend | float, **more: object) -> object:
    own = plan("equal_increment", 0.5)
    asked = replace(own.indicators[0], start=Start.PROJECTED, trend=trend, **more)
    return replace(own, indicators=(asked,))


def test_a_fitted_trend_moves_the_start() -> None:
    own = told(ROWS, grow=0.05)
    still = allocate(own, projected(0.0)).results["online"].projected
    for trend in Trend:
        allocation = allocate(own, projected(trend))
        result = allocation.results["online"]
        assert (result.projected[-1] > still[-1] + 0.005).all()
        steps = explain(allocation, "A", "online", "2022Q4").steps
        assert steps[2].step is Step.TREND
        assert steps[2].delta > 0.005
    assert question(own, projected(Trend.LINEAR), projected(Trend.LINEAR).indicators[0]) != question(
        figures(ROWS), projected(Trend.LINEAR), projected(Trend.LINEAR).indicators[0]
    )


def test_forecasts_stand_side_by_side_with_ranges() -> None:
    own = told(ROWS, grow=0.05)
    asked = plan(goal=0.5)
    found = forecasts(own, asked, asked.indicators[0])
    assert list(found) == [NO_CHANGE, "linear", "logistic", "recent"]
    for one in found.values():
        assert ((one.low < one.rate) & (one.rate < one.high)).all()
        assert ((one.province_low < one.province) & (one.province < one.province_high)).all()
    wide = {name: (one.high - one.low)[-1, 0] for name, one in found.items()}
    assert wide["recent"] > wide["logistic"] > 0
    assert list(forecasts(figures(ROWS), asked, asked.indicators[0])) == [NO_CHANGE]


def test_volumes_follow_last_year_where_asked_and_say_so() -> None:
    """200 a month up to June, 400 from July: the fourth quarter brought 1,200 where 1,100 had come by 15 June."""
    asked = replace(plan(goal=0.5), assumptions=Assumptions(volumes=Volumes.LAST_YEAR))
    allocation = allocate(told(ROWS), asked)
    result = allocation.results["online"]
    last_year = 5 * 200 + 200 * 15 / 30
    assert result.expected[1].tolist() == [math.ceil(1100 * 1200 / last_year - 1e-9)] * 3
    assert result.expected_assumed.all()
    assert explain(allocation, "A", "online", "2022Q4").flags == ("volume_as_last_year",)
    assert {one.code for one in allocation.warnings} >= {"volume_as_last_year"}
    assert "assumed_volume" not in {one.code for one in allocation.warnings}
    given = figures([replace(row, V=(100, 100)) for row in ROWS]).with_history(told(ROWS).history)
    assert (allocate(given, asked).results["online"].expected == 100).all()
    with pytest.raises(FiguresError) as refused:
        allocate(figures(ROWS), asked)
    assert refused.value.code == "last_year_missing"


def test_months_are_laid_out_once_and_nobody_changes_them() -> None:
    own = told(ROWS)
    months = own.months("online")
    assert own.months("online") is months
    for counts in (months.numerator, months.denominator):
        with pytest.raises(ValueError, match="read-only"):
            counts[0, 0] = 1.0
    other = own.with_history(told(ROWS, grow=0.05).history)
    assert not np.array_equal(other.months("online").numerator, months.numerator)


def test_months_that_do_not_add_up_are_told() -> None:
    own = told(ROWS)
    assert "history_disagrees" not in {one.code for one in allocate(own, projected(Trend.RECENT)).warnings}
    off = figures([replace(ROWS[0], N=300), *ROWS[1:]]).with_history(own.history)
    (note,) = [one for one in allocate(off, projected(Trend.RECENT)).warnings if one.code == "history_disagrees"]
    assert note.details["agencies"] == ["A", "B", "C"]


def test_back_test_knows_nothing_of_what_it_hides() -> None:
    own = told(ROWS, grow=0.05)
    test = back_test(own, "online", Kind.FLOW, 2)
    assert (test.since, test.until) == (HISTORY_ENDS[-3], AS_OF)
    assert list(test.tried) == [NO_CHANGE, "linear", "logistic", "recent"]
    assert test.tried["logistic"].mean_error < test.tried[NO_CHANGE].mean_error, "growth goes on"
    assert test.beaten("logistic") == 1.0
    spoilt = own.history.frame.copy()
    spoilt.loc[spoilt["end"] > test.since, "numerator"] = 0
    after = back_test(figures(ROWS).with_history(History.from_frame(spoilt)), "online", Kind.FLOW, 2)
    for name, tried in test.tried.items():
        assert np.array_equal(after.tried[name].forecast.rate, tried.forecast.rate)
        assert after.tried[name].error == pytest.approx(tried.forecast.rate[0], abs=1e-12)
    assert test.came_volume == 3 * (200 + 100), "nobody is above another here"
    flat = back_test(told(ROWS), "online", Kind.FLOW, 2)
    assert flat.tried[NO_CHANGE].mean_error < 0.002


def test_a_best_forecast_is_told_apart_from_no_change_only_beyond_chance() -> None:
    grown = back_test(told(ROWS, grow=0.05), "online", Kind.FLOW, 2)
    assert grown.best != NO_CHANGE
    assert grown.is_told_apart
    off = np.abs(grown.tried[NO_CHANGE].error) - np.abs(grown.tried[grown.best].error)
    assert grown.gain(grown.best) == pytest.approx((off.mean(), off.std(ddof=1) / math.sqrt(3)))
    one = replace(grown.tried[grown.best], error=np.abs(grown.tried[NO_CHANGE].error) - [0.01, 0.02, -0.015])
    unsure = replace(grown, tried={NO_CHANGE: grown.tried[NO_CHANGE], "linear": one})
    assert unsure.best == "linear"
    assert not unsure.is_told_apart


def test_months_to_come_share_what_their_periods_bring() -> None:
    own, asked = told(ROWS, grow=0.05), projected(Trend.LOGISTIC)
    ends, found = monthly_forecasts(own, asked, asked.indicators[0])
    assert ends[0] == date(2022, 6, 30)
    assert ends[-1] == asked.last.end
    whole = [replace(one, id=one.end.isoformat()) for one in asked.periods]
    whole[0] = replace(whole[0], end=ends[0])
    alone = forecasts(own, replace(asked, periods=tuple(whole)), asked.indicators[0])
    assert found["logistic"].rate[0] == pytest.approx(alone["logistic"].rate[0], abs=1e-12)
    assert found["logistic"].high[0] == pytest.approx(alone["logistic"].high[0], abs=2e-3), "volumes are whole there"


def test_back_test_of_a_stock_looks_at_the_last_day() -> None:
    rows = tuple(replace(row, indicator="active") for row in ROWS)
    test = back_test(told(rows, grow=0.05, indicator="active"), "active", Kind.STOCK, 3)
    assert test.actual == pytest.approx(round(expit(np.array(math.log(0.25) - 0.05)) * 100) / 100, abs=1e-9)
    assert math.isnan(test.came_volume)
    assert test.tried["logistic"].mean_error < test.tried[NO_CHANGE].mean_error


def line(**changes: object) -> dict[str, object]:
    return {"agency": "A", "indicator": "online", "end": "2022-05-31", "numerator": 1, "denominator": 2, **changes}


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([line(end="May")], "history_end"),
        ([line(), line(end="2022-05-15")], "history_twice"),
        ([line(numerator=-1)], "history_count"),
        ([line(numerator=0.5)], "history_count"),
        ([line(numerator=3)], "history_above"),
        ([line(more=1)], "unknown_column"),
        ([{k: v for k, v in line().items() if k != "end"}], "missing_column"),
    ],
)
def test_histories_that_make_no_sense_are_refused(lines: list[dict[str, object]], code: str) -> None:
    with pytest.raises(FiguresError) as refused:
        History.from_frame(pd.DataFrame(lines))
    assert refused.value.code == code


def test_what_a_trend_needs_is_asked_for() -> None:
    with pytest.raises(FiguresError) as refused:
        allocate(figures(ROWS), projected(Trend.LINEAR))
    assert refused.value.code == "history_missing"
    short = History.from_frame(pd.DataFrame([line(end=f"2022-0{m}-28") for m in (4, 5)]))
    with pytest.raises(FiguresError) as refused:
        allocate(figures(ROWS).with_history(short), projected(Trend.LINEAR))
    assert (refused.value.code, refused.value.details["months"]) == ("history_too_short", 2)
    with pytest.raises(FiguresError) as refused:
        back_test(figures(ROWS).with_history(short), "online", Kind.FLOW, 1)
    assert refused.value.details["needed"] == 4
    with pytest.raises(FiguresError) as refused:
        figures(ROWS).with_history(History.from_frame(pd.DataFrame([line(agency="X")])))
    assert refused.value.code == "history_agency"


def test_order_of_months_is_irrelevant_and_q3_is_later() -> None:
    own = told(ROWS, grow=0.05)
    shuffled = History.from_frame(own.history.frame.sample(frac=1, random_state=1))
    assert shuffled.sha256 == own.history.sha256
    bare = Figures.from_frame(own.frame)
    other = bare.with_history(shuffled)
    assert other.sha256 == own.sha256 != bare.sha256
    first, second = (allocate(one, projected(Trend.LOGISTIC)).results["online"].projected for one in (own, other))
    assert np.array_equal(first, second)
    assert (first[1] > first[0]).all(), f"more is grown after {Q3.id}"
