"""Numbers, shares and dates as people of each language write them; texts complete in both."""

from __future__ import annotations

import datetime
import re

import pytest

from dashapp.i18n import (
    LANGUAGES,
    UnknownTextError,
    catalogue,
    date,
    fill,
    names,
    number,
    period,
    placeholders,
    points,
    share,
    size,
    t,
)

NB = "\u00a0"


@pytest.mark.parametrize(
    ("value", "digits", "vi", "en"),
    [
        (1260, 0, "1.260", "1,260"),
        (1234567.891, 2, "1.234.567,89", "1,234,567.89"),
        (0.5, 0, "1", "1"),  # halves round up as written
        (2.5, 0, "3", "3"),
        (1.005, 2, "1,01", "1.01"),
        (-0.04, 1, "0,0", "0.0"),  # never a minus zero
        (-1260, 0, "-1.260", "-1,260"),
        (float("nan"), 0, "–", "–"),
        (None, 0, "–", "–"),
    ],
)
def test_number(value, digits, vi, en):
    assert number(value, "vi", digits) == vi
    assert number(value, "en", digits) == en


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        (0.525, f"52,5{NB}%", "52.5%"),
        (0.285, f"28,5{NB}%", "28.5%"),  # 0.285 * 100 is 28.499999999999996
        (1.0, f"100,0{NB}%", "100.0%"),
        (None, "–", "–"),
        (float("inf"), "–", "–"),
    ],
)
def test_share(value, vi, en):
    assert share(value, "vi") == vi
    assert share(value, "en") == en


def test_share_trims_only_when_asked():
    assert share(0.5, "vi", trim=True) == f"50{NB}%"
    assert share(0.5, "vi") == f"50,0{NB}%"


def test_points():
    assert points(0.143, "vi") == f"14,3{NB}điểm"
    assert points(0.143, "en") == f"14.3{NB}points"
    assert points(0.01, "en", trim=True) == f"1{NB}point"
    assert points(0.002, "vi", signed=True) == f"+0,2{NB}điểm"
    assert points(-0.002, "vi", signed=True) == f"-0,2{NB}điểm"


def test_date_and_period():
    day = datetime.date(2022, 9, 30)
    assert (date(day, "vi"), date(day, "en")) == ("30/09/2022", "30 Sep 2022")
    assert (period("2022Q3", "vi"), period("2022Q3", "en")) == ("quý III/2022", "Q3 2022")
    assert period("giai-doan-1", "vi") == "giai-doan-1"


def test_names_and_size():
    assert names(["A"], "vi") == "A"
    assert names(["A", "B", "C"], "vi") == "A, B và C"
    assert names(list("ABCDEFG"), "en") == "A, B, C, D, E and 2 more"
    assert names([], "en") == "–"
    assert size(100 * 1024**2, "vi") == f"100{NB}MB"
    assert size(1536, "en") == f"1.5{NB}KB"


@pytest.mark.parametrize(
    ("value", "spec", "shown"),
    [
        (0.5, "share", f"50{NB}%"),
        (0.50321, "share2", f"50,32{NB}%"),
        (0.02, "+points", f"+2{NB}điểm"),
        ("50", "share", "50"),  # a cell as it was found
        (None, "maybe  Có phải %s?", ""),
        ("online", "maybe  Có phải %s?", " Có phải online?"),
        (1, "plural dossier|dossiers", "dossier"),
        (2, "plural dossier|dossiers", "dossiers"),
        (3, "roman", "III"),
        ([0.4, 0.5], "shares", f"40{NB}% và 50{NB}%"),
        (True, "", "có"),
        (12.5, "", "12,5"),
    ],
)
def test_fill(value, spec, shown):
    assert fill(value, spec, "vi") == shown


def test_unknown_key_and_language_raise():
    with pytest.raises(UnknownTextError):
        t("words.no_such_text", "vi")
    with pytest.raises(UnknownTextError):
        t("words.yes", "fr")
    with pytest.raises(KeyError):
        t("words.quarter", "vi", year=2022)


def test_catalogues_have_the_same_keys():
    vi, en = (set(catalogue(lang)) for lang in LANGUAGES)
    assert vi == en
    assert len(vi) > 300


def test_catalogues_have_the_same_placeholders():
    vi, en = (catalogue(lang) for lang in LANGUAGES)
    differing = {key for key in vi if placeholders(vi[key]) != placeholders(en[key])}
    assert not differing


def test_every_placeholder_type_is_known():
    """Each typed placeholder of each text can be written for a value of its kind."""
    samples = {
        "names": ["a"],
        "shares": [0.5],
        "agencies": ["a"],
        "date": datetime.date(2022, 9, 30),
        "period": "2022Q3",
        "plural": 1,
    }
    for lang in LANGUAGES:
        for key, text in catalogue(lang).items():
            for spec in re.findall(r"(?<!\{)\{[a-z_]+:([^}]*)\}", text):
                kind = re.match(r"\+?([a-z]+)", spec)
                assert kind, (lang, key, spec)
                assert fill(samples.get(kind[1], 1), spec, lang), (lang, key, spec)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_texts_are_clean(lang):
    for key, text in catalogue(lang).items():
        assert text == text.strip(), key
        assert text, key
        assert "TODO" not in text, key
