"""Vietnamese notation, read without guessing: every line here is one the reading rules decide."""

from __future__ import annotations

import datetime
import math

import pytest

from data.intake.numbers import meant, read_count, read_share, read_weight

COUNTS = {
    "1260": 1260,
    " 1260 ": 1260,
    "1.260": 1260,
    "1.234.567": 1234567,
    "0": 0,
    "007": 7,
    "12,0": 12,
    "1.260,0": 1260,
    1260: 1260,
    1261.0: 1261,
    0.0: 0,
    0.1 * 3 * 10: 3,
    -1e-15: 0,
}
WRONG_COUNTS = {
    "1,000": "ambiguous_comma",
    "1,000,000": "ambiguous_comma",
    "12,345": "ambiguous_comma",
    "1.26": "ambiguous_dot",
    "12.60": "ambiguous_dot",
    "1.2600": "ambiguous_dot",
    "1234.567": "ambiguous_dot",
    "0.525": "fractional_count",
    "0,525": "fractional_count",
    "52,5": "fractional_count",
    "1.260,5": "fractional_count",
    1.5: "fractional_count",
    "-5": "negative_count",
    "–5": "negative_count",
    "-1.260": "negative_count",
    -1: "negative_count",
    "50%": "percent_in_count",
    "50 %": "percent_in_count",
    "mười": "not_a_number",
    "1e5": "not_a_number",
    "1e400": "not_a_number",
    "nan": "not_a_number",
    "inf": "not_a_number",
    "1_000": "not_a_number",
    "1 260": "not_a_number",
    "١٢": "not_a_number",
    "１２": "not_a_number",
    "--5": "not_a_number",
    "=1+1": "not_a_number",
    "-": "not_a_number",
    "5 hồ sơ": "not_a_number",
    "#REF!": "excel_error",
    math.nan: "not_a_number",
    math.inf: "not_a_number",
    1e300: "count_too_large",
    10**400: "count_too_large",
    "999999999999999": "count_too_large",
    True: "boolean_in_number",
    datetime.date(2022, 6, 15): "date_in_number",
    datetime.time(12): "date_in_number",
    datetime.timedelta(days=3): "date_in_number",
}
SHARES = {
    "52,5 %": 0.525,
    "52,5%": 0.525,
    "52.5 %": 0.525,
    "52 %": 0.52,
    "100 %": 1,
    "0 %": 0,
    "12,345 %": 0.12345,
    "1.26 %": 0.0126,
    "0,525": 0.525,
    "0.525": 0.525,
    "1": 1,
    "0": 0,
    0.525: 0.525,
    1: 1,
}
WRONG_SHARES = {
    "52,5": "share_without_percent",
    "50": "share_without_percent",
    50: "share_without_percent",
    1.01: "share_without_percent",
    "52.5": "ambiguous_dot",
    "120 %": "share_out_of_range",
    "1.234,5 %": "share_out_of_range",
    "-5 %": "share_out_of_range",
    "1.260": "share_out_of_range",
    -0.1: "share_out_of_range",
    150: "share_out_of_range",
    "% 5": "not_a_number",
    "%": "not_a_number",
    "5 %%": "not_a_number",
    False: "boolean_in_number",
}


@pytest.mark.parametrize(("found", "value"), COUNTS.items())
def test_counts(found: object, value: float) -> None:
    assert read_count(found) == (value, None)


@pytest.mark.parametrize(("found", "code"), WRONG_COUNTS.items(), ids=lambda x: repr(x)[:20])
def test_wrong_counts(found: object, code: str) -> None:
    number, why = read_count(found)
    assert (why, math.isnan(number)) == (code, True)


@pytest.mark.parametrize(("found", "value"), SHARES.items())
def test_shares(found: object, value: float) -> None:
    number, why = read_share(found)
    assert why is None
    assert number == pytest.approx(value, abs=1e-15)


@pytest.mark.parametrize(("found", "code"), WRONG_SHARES.items(), ids=repr)
def test_wrong_shares(found: object, code: str) -> None:
    number, why = read_share(found)
    assert (why, math.isnan(number)) == (code, True)


@pytest.mark.parametrize("empty", ["", "  ", "\u00a0", None])
def test_empty_is_missing_and_not_zero(empty: object) -> None:
    for read in (read_count, read_share, read_weight):
        number, why = read(empty)
        assert (why, math.isnan(number)) == (None, True)


def test_weights_are_above_zero() -> None:
    assert read_weight("1,5") == (1.5, None)
    assert read_weight(2) == (2.0, None)
    assert read_weight("0")[1] == read_weight(-1)[1] == read_weight(1e300)[1] == "bad_weight"


def test_a_wrong_number_is_shown_as_it_should_be_written() -> None:
    assert meant("1,000", "ambiguous_comma", share=False, weight=False) == "1.000"
    assert meant("52,5", "share_without_percent", share=True, weight=False) == "52,5 %"
    assert meant(50.0, "share_without_percent", share=True, weight=False) == "50 %"
    assert meant("52.5", "ambiguous_dot", share=True, weight=False) == "52,5 %"
