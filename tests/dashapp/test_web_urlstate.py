"""An address and the state of a page say the same, both ways; what an address says wrongly is reported."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashapp.i18n import LANGUAGES
from dashapp.urlstate import (
    BASES,
    GRIDS,
    LONGEST,
    MODES,
    Choices,
    CompareState,
    Levers,
    PageState,
    format_compare,
    format_page,
    language,
    parse_compare,
    parse_page,
    percent,
    place,
    written,
)

CHOICES = Choices(
    presets=("base", "cautious", "cùng-mức"),
    indicators=("provided", "active", "online"),
    periods=("2022Q3", "2022Q4"),
    methods=("equal_target", "gap_closing"),
    agencies=frozenset({"STP", "930", "Sở & Co=?"}),
)
CAMPAIGN = "hau-giang-2022"

percents = st.integers(0, 1_000_000).map(lambda ten_thousandths: ten_thousandths / 10_000)
levers = st.builds(
    Levers,
    goal=st.none() | percents,
    milestone=st.none() | percents,
    method=st.none() | st.sampled_from(CHOICES.methods),
    basis=st.none() | st.sampled_from(BASES),
    floor=st.none() | percents,
    cap=st.none() | percents,
    step=st.none() | percents,
    mode=st.none() | st.sampled_from(MODES),
    grid=st.none() | st.sampled_from(GRIDS),
)
states = st.builds(
    PageState,
    campaign=st.just(CAMPAIGN),
    preset=st.sampled_from(CHOICES.presets),
    lang=st.sampled_from(LANGUAGES),
    indicator=st.sampled_from(("", *CHOICES.indicators)),
    inside=st.sampled_from(("", *sorted(CHOICES.agencies))),
    agency=st.sampled_from(("", *sorted(CHOICES.agencies))),
    levers=st.dictionaries(st.sampled_from(CHOICES.indicators), levers.filter(lambda one: not one.untouched)),
    dropped=st.lists(st.sampled_from(("floor", "no_backsliding", "max_step-2")), unique=True).map(tuple),
    relaxed=percents,
)


@given(states)
def test_a_page_is_read_back_from_its_address(state):
    read, faults = parse_page(format_page(state), CAMPAIGN, CHOICES)
    assert faults == ()
    assert read == state


@given(st.text(max_size=200))
def test_no_address_is_too_strange_to_read(text):
    for address in (text, f"/scenarios/{text}", f"/scenarios/{CAMPAIGN}/base?{text}"):
        state, _ = parse_page(address, CAMPAIGN, CHOICES)
        assert state.preset in CHOICES.presets
        assert state.lang in LANGUAGES
        parse_compare(address, CAMPAIGN, CHOICES)
        place(address)
        language(address)


@given(
    st.sampled_from(("g.online", "m.active", "i", "in", "a", "drop", "relax", "lang", "x", "f.nobody", "r.online")),
    st.text(max_size=30),
)
def test_what_is_read_can_be_written_again(key, value):
    from urllib.parse import urlencode

    state, _ = parse_page(f"/scenarios/{CAMPAIGN}/base?{urlencode([(key, value)])}", CAMPAIGN, CHOICES)
    assert parse_page(format_page(state), CAMPAIGN, CHOICES) == (state, ())


@pytest.mark.parametrize(
    ("query", "code", "key"),
    [
        ("g.online=abc", "bad_number", "g.online"),
        ("g.online=150", "bad_number", "g.online"),
        ("g.online=-1", "bad_number", "g.online"),
        ("g.online=nan", "bad_number", "g.online"),
        ("g.offline=50", "unknown_key", "g.offline"),
        ("q=50", "unknown_key", "q"),
        ("m.online=magic", "unknown_value", "m.online"),
        ("lang=fr", "unknown_value", "lang"),
        ("i=offline", "unknown_value", "i"),
        ("a=nobody", "unknown_value", "a"),
        ("relax=much", "bad_number", "relax"),
    ],
)
def test_a_wrong_value_is_named_and_left_out(query, code, key):
    state, faults = parse_page(f"/scenarios/{CAMPAIGN}/base?{query}&f.online=30", CAMPAIGN, CHOICES)
    assert [(one.code, one.key) for one in faults] == [(code, key)]
    assert state == PageState(CAMPAIGN, "base", levers={"online": Levers(floor=30.0)})


def test_an_unknown_preset_becomes_the_first_and_says_so():
    state, faults = parse_page(f"/scenarios/{CAMPAIGN}/nothing", CAMPAIGN, CHOICES)
    assert state.preset == "base"
    assert faults[0].code == "unknown_preset"
    assert faults[0].known == CHOICES.presets


def test_a_query_without_end_is_not_read():
    address = f"/scenarios/{CAMPAIGN}/base?g.online=55&x={'y' * LONGEST}"
    assert parse_page(address, CAMPAIGN, CHOICES) == (PageState(CAMPAIGN, "base"), ())


@pytest.mark.parametrize(
    ("text", "value"),
    [("52,5", 52.5), ("52.5", 52.5), ("0", 0.0), ("100", 100.0), (" 7 ", 7.0), ("33.33333", 33.3333)],
)
def test_a_percent_is_read_in_both_notations(text, value):
    assert percent(text) == value


@pytest.mark.parametrize("text", ["", "101", "1e2", "inf", "5 0", "50%", "٥٠x", "1.2.3"])
def test_what_is_no_percent_is_none(text):
    assert percent(text) is None


@given(percents)
def test_a_percent_is_written_shortest(value):
    assert percent(written(value)) == value


def test_the_address_of_the_formats_page():
    state = PageState(
        CAMPAIGN,
        "base",
        lang="en",
        indicator="online",
        levers={"online": Levers(goal=55.0, floor=30.0, method="equal_target")},
    )
    assert format_page(state) == (
        "/scenarios/hau-giang-2022/base?lang=en&i=online&g.online=55&m.online=equal_target&f.online=30"
    )
    assert format_page(PageState(CAMPAIGN, "base")) == "/scenarios/hau-giang-2022/base"


@given(
    st.sampled_from(CHOICES.presets),
    st.sampled_from(CHOICES.presets),
    st.sampled_from(("", *CHOICES.indicators)),
    st.sampled_from(LANGUAGES),
)
def test_a_comparison_is_read_back_from_its_address(left, right, indicator, lang):
    state = CompareState(f"{CAMPAIGN}/{left}", f"{CAMPAIGN}/{right}", lang, indicator)
    assert parse_compare(format_compare(state), CAMPAIGN, CHOICES) == (state, ())


def test_a_comparison_without_scenarios_has_two_all_the_same():
    state, faults = parse_compare("/compare", CAMPAIGN, CHOICES)
    assert (state.left, state.right, faults) == (f"{CAMPAIGN}/base", f"{CAMPAIGN}/cautious", ())
    state, faults = parse_compare("/compare?s=x,y", CAMPAIGN, CHOICES)
    assert (state.left, state.right) == (f"{CAMPAIGN}/base", f"{CAMPAIGN}/cautious")
    assert [one.code for one in faults] == ["unknown_preset", "unknown_preset"]
