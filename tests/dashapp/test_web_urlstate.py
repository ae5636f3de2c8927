"""An address and the state of a page say the same, both ways; what an address says wrongly is reported."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashapp.i18n import LANGUAGES
from dashapp.measurestate import LEVELS, OF_AGENCIES, OF_LEVELS, MeasureLever, scope_of
from dashapp.urlstate import (
    BASES,
    GRIDS,
    LONGEST,
    MODES,
    ORDERS,
    PACES,
    STARTS,
    SURES,
    VIEWS,
    Choices,
    CompareState,
    Levers,
    PageState,
    Pin,
    compared,
    format_compare,
    format_page,
    language,
    parse_page,
    percent,
    place,
    versions,
    volume,
    written,
)

CHOICES = Choices(
    indicators=("provided", "active", "online"),
    periods=("2022Q3", "2022Q4"),
    methods=("equal_target", "gap_closing"),
    agencies=frozenset({"STP", "930", "Sở & Co=?"}),
    measures=("lower_fee", "teams.of-communes"),
)
CAMPAIGN = "hau-giang-2022"
KEYS = (
    "g.online",
    "m.active",
    "i",
    "in",
    "a",
    "drop",
    "relax",
    "lang",
    "x",
    "f.nobody",
    "r.online",
    "pin",
    "vol",
    "o",
    "view",
    "p.online",
    "st.online",
    "h.online",
    "sure",
    "mo.lower_fee",
    "me.lower_fee",
    "ms.lower_fee",
    "mr.lower_fee",
    "mw.lower_fee",
)
SLUGS = ("base", "cautious", "cùng-mức")
BASE = PageState(CAMPAIGN, "base")

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
    pace=st.none() | st.sampled_from(PACES),
    start=st.none() | st.sampled_from(STARTS),
    reach=st.none() | percents,
)
effects = st.integers(-100_000, 100_000).map(lambda ten_thousandths: ten_thousandths / 10_000)
scopes = st.just("all") | st.one_of(
    st.sets(st.sampled_from(LEVELS), min_size=1).map(lambda some: scope_of(OF_LEVELS, some)),
    st.sets(st.sampled_from(sorted(CHOICES.agencies)), min_size=1).map(lambda some: scope_of(OF_AGENCIES, some)),
)
measures = st.builds(
    MeasureLever,
    on=st.none() | st.booleans(),
    effect=st.none() | effects,
    low=st.none() | effects,
    high=st.none() | effects,
    start=st.none() | st.dates(),
    ramp=st.none() | st.integers(0, 3660),
    scope=st.none() | scopes,
)
places = st.tuples(
    st.sampled_from(CHOICES.indicators), st.sampled_from(("STP", "930")), st.sampled_from(CHOICES.periods)
)
pins = st.dictionaries(places, percents, max_size=4).map(
    lambda found: tuple(Pin(*where, value) for where, value in sorted(found.items()))
)
numbers = st.none() | st.integers(1, 999_999_999)
states = st.builds(
    PageState,
    campaign=st.just(CAMPAIGN),
    slug=st.sampled_from(SLUGS),
    version=numbers,
    figures=numbers,
    lang=st.sampled_from(LANGUAGES),
    indicator=st.sampled_from(("", *CHOICES.indicators)),
    inside=st.sampled_from(("", *sorted(CHOICES.agencies))),
    agency=st.sampled_from(("", *sorted(CHOICES.agencies))),
    levers=st.dictionaries(st.sampled_from(CHOICES.indicators), levers.filter(lambda one: not one.untouched)),
    dropped=st.lists(st.sampled_from(("floor", "no_backsliding", "max_step-2")), unique=True).map(tuple),
    relaxed=percents,
    pins=pins,
    volume=st.none() | st.integers(100_000, 10_000_000).map(lambda ten_thousandths: ten_thousandths / 10_000),
    measures=st.dictionaries(st.sampled_from(CHOICES.measures), measures.filter(lambda one: not one.untouched)),
    sure=st.none() | st.sampled_from(SURES),
    order=st.sampled_from(("", *ORDERS)),
    view=st.sampled_from(("", *VIEWS)),
)


@given(states)
def test_a_page_is_read_back_from_its_address(state):
    address = format_page(state)
    campaign, slug = place(address.partition("?")[0]) or ("", "")
    version, figures = versions(address)
    opened = PageState(campaign, unquote(slug), version=version, figures=figures)
    read, faults = parse_page(address, opened, CHOICES)
    assert faults == ()
    assert read == state


@given(st.text(max_size=200))
def test_no_address_is_too_strange_to_read(text):
    for address in (text, f"/scenarios/{text}", f"/scenarios/{CAMPAIGN}/base?{text}"):
        state, _ = parse_page(address, BASE, CHOICES)
        assert state.lang in LANGUAGES
        compared(address)
        versions(address)
        place(address)
        language(address)


@given(
    st.sampled_from(KEYS),
    st.text(max_size=30),
)
def test_what_is_read_can_be_written_again(key, value):
    from urllib.parse import urlencode

    state, _ = parse_page(f"/scenarios/{CAMPAIGN}/base?{urlencode([(key, value)])}", BASE, CHOICES)
    assert parse_page(format_page(state), BASE, CHOICES) == (state, ())


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
        ("v=-1", "bad_version", "v"),
        ("fv=one", "bad_version", "fv"),
        ("pin=online:STP:2022Q4", "bad_pin", "pin"),
        ("pin=online:nobody:2022Q4:50", "bad_pin", "pin"),
        ("pin=online:STP:2022Q4:150", "bad_pin", "pin"),
        ("pin=online:STP:2022Q4:50:1", "bad_pin", "pin"),
        ("vol=5", "bad_volume", "vol"),
        ("vol=2000", "bad_volume", "vol"),
        ("view=map", "unknown_value", "view"),
        ("o=age", "unknown_value", "o"),
        ("p.online=fast", "unknown_value", "p.online"),
        ("sure=100", "unknown_value", "sure"),
        ("h.online=all", "bad_number", "h.online"),
        ("st.online=soon", "unknown_value", "st.online"),
        ("mo.free_tea=1", "unknown_measure", "mo.free_tea"),
        ("mo.lower_fee=yes", "bad_measure_on", "mo.lower_fee"),
        ("me.lower_fee=11", "bad_measure_effect", "me.lower_fee"),
        ("ml.lower_fee=little", "bad_measure_low", "ml.lower_fee"),
        ("mh.lower_fee=1e1", "bad_measure_high", "mh.lower_fee"),
        ("ms.lower_fee=2022-02-30", "bad_measure_start", "ms.lower_fee"),
        ("mr.lower_fee=-1", "bad_measure_ramp", "mr.lower_fee"),
        ("mw.lower_fee=agency:nobody", "bad_measure_scope", "mw.lower_fee"),
        ("mw.lower_fee=level:", "bad_measure_scope", "mw.lower_fee"),
        ("mw.lower_fee=agency:all", "bad_measure_scope", "mw.lower_fee"),
    ],
)
def test_a_wrong_value_is_named_and_left_out(query, code, key):
    state, faults = parse_page(f"/scenarios/{CAMPAIGN}/base?{query}&f.online=30", BASE, CHOICES)
    assert [(one.code, one.key) for one in faults] == [(code, key)]
    assert state == PageState(CAMPAIGN, "base", levers={"online": Levers(floor=30.0)})


def test_the_last_pin_of_a_place_counts():
    query = "pin=online:STP:2022Q4:50&pin=online:STP:2022Q4:60&pin=online:930:2022Q3:10"
    state, faults = parse_page(f"/scenarios/{CAMPAIGN}/base?{query}", BASE, CHOICES)
    assert faults == ()
    assert state.pins == (Pin("online", "930", "2022Q3", 10.0), Pin("online", "STP", "2022Q4", 60.0))


def test_a_query_without_end_is_not_read():
    address = f"/scenarios/{CAMPAIGN}/base?g.online=55&x={'y' * LONGEST}"
    assert parse_page(address, BASE, CHOICES) == (PageState(CAMPAIGN, "base"), ())


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


@pytest.mark.parametrize(
    ("text", "value"), [("10", 10.0), ("1000", 1000.0), ("250,5", 250.5), ("9", None), ("1e3", None)]
)
def test_volumes_have_a_range_of_their_own(text, value):
    assert volume(text) == value


@given(
    st.lists(st.sampled_from(SLUGS), max_size=4, unique=True).map(tuple),
    st.sampled_from(("", *CHOICES.indicators)),
    st.sampled_from(LANGUAGES),
)
def test_a_comparison_is_read_back_from_its_address(slugs, indicator, lang):
    address = format_compare(CompareState(CAMPAIGN, slugs, lang, indicator))
    assert compared(address) == tuple((CAMPAIGN, one) for one in slugs)
    assert language(address) == lang


def test_a_scenario_is_compared_once():
    assert compared("/compare?s=a/b,a/b,x") == (("a", "b"), ("x", ""))
