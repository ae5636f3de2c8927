"""Every fault of a scenario file: its code, its line and its dotted path."""

from __future__ import annotations

import contextlib
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import scenarios
from scenarios import ScenarioErrors

GOOD = (Path(__file__).parent / "good.toml").read_text(encoding="utf-8")

TEAMS = "[[measures]]\neffect = 0.4\nstart = 2022-07-01\n"

TABLE = [
    # old text, new text, code, line, path
    ("as_of = 2022-06-15", "as_off = 2022-06-15", "unknown_key", 3, "as_off"),
    ("as_of = 2022-06-15", "", "missing_key", None, ""),
    ("as_of = 2022-06-15", 'as_of = "15/06/2022"', "wrong_type", 3, "as_of"),
    ("as_of = 2022-06-15", "as_of = 2022-06-15T08:00:00", "wrong_type", 3, "as_of"),
    ("as_of = 2022-06-15", "as_of = 2022-10-15", "as_of_after_period", 7, "periods[0].end"),
    ("as_of = 2022-06-15", "as_of = 2022-06-15\ncascade = 1", "wrong_type", 4, "cascade"),
    ("as_of = 2022-06-15", "as_of = 2022-06-15\nrules = 5", "duplicate_key", 24, "rules"),
    ("as_of = 2022-06-15", "as_of = 2022-06-15\nreplace_rules = 1", "wrong_type", 4, "replace_rules"),
    ("as_of = 2022-06-15", "as_of = 2022-02-30", "toml_syntax", 3, ""),
    ("as_of = 2022-06-15", "as_of = 2022-06-15\nas_of = 2022-06-16", "duplicate_key", 4, "as_of"),
    ('{vi = "Thử", en = "Trial"}', '{vi = "Thử", fr = "Essai"}', "unknown_key", 2, "name.fr"),
    ('{vi = "Thử", en = "Trial"}', "7", "wrong_type", 2, "name"),
    ('id = "here/good"', "id = 3", "wrong_type", 1, "id"),
    ('id = "here/good"', 'id = "here/good', "toml_syntax", 1, ""),
    ('id = "2022Q4"', 'id = "2022Q3"', "duplicate_period", 10, "periods[1].id"),
    ("end = 2022-12-31", "end = 2022-08-31", "periods_not_ascending", 11, "periods[1].end"),
    ("end = 2022-12-31", "ends = 2022-12-31", "unknown_key", 11, "periods[1].ends"),
    ('"cumulative"', '"cumulativ"', "unknown_choice", 14, "indicators.online.basis"),
    ('{2022Q4 = "50%"}', "{2022Q4 = 50}", "bare_number_above_one", 15, "indicators.online.goals.2022Q4"),
    ('{2022Q4 = "50%"}', '{2022Q4 = "50"}', "not_a_share", 15, "indicators.online.goals.2022Q4"),
    ('{2022Q4 = "50%"}', '{2022Q4 = "150%"}', "out_of_range", 15, "indicators.online.goals.2022Q4"),
    ('{2022Q4 = "50%"}', "{2022Q4 = -0.1}", "out_of_range", 15, "indicators.online.goals.2022Q4"),
    ('{2022Q4 = "50%"}', "{2022Q4 = nan}", "out_of_range", 15, "indicators.online.goals.2022Q4"),
    ('{2022Q4 = "50%"}', "{2022Q4 = inf}", "out_of_range", 15, "indicators.online.goals.2022Q4"),
    ('{2022Q4 = "50%"}', "{2022Q4 = true}", "wrong_type", 15, "indicators.online.goals.2022Q4"),
    ('{2022Q4 = "50%"}', '{2022Q3 = "50%"}', "goal_missing", 15, "indicators.online.goals"),
    ('goals = {2022Q4 = "50%"}', "", "goal_missing", 13, "indicators.online"),
    ('{2022Q4 = "50%"}', '{2022Q4 = "50%", 2022Q5 = "60%"}', "unknown_period", 15, "indicators.online.goals.2022Q5"),
    ('goals = {2022Q4 = "50%"}', 'goals = "50%"', "wrong_type", 15, "indicators.online.goals"),
    ('method = "gap_closing"', 'method = "gap_closeing"', "unknown_method", 16, "indicators.online.method"),
    ('method = "gap_closing"', "method = 3", "wrong_type", 16, "indicators.online.method"),
    ('method = "gap_closing"', "method = {toward = 'goal'}", "missing_key", 16, "indicators.online.method"),
    (
        'method = "gap_closing"',
        'method = {name = "gap_closing", toward = "goals"}',
        "unknown_choice",
        16,
        "indicators.online.method.toward",
    ),
    (
        'method = "gap_closing"',
        'method = {name = "equal_target", toward = "goal"}',
        "not_for_method",
        16,
        "indicators.online.method.toward",
    ),
    ('method = "gap_closing"', 'method = {name = "blend"}', "missing_key", 16, "indicators.online.method"),
    (
        'method = "gap_closing"',
        'method = {name = "blend", parts = [{name = "proposals", weight = 0.6}, {name = "proposals", weight = 0.6}]}',
        "blend_weights",
        16,
        "indicators.online.method.parts",
    ),
    (
        'method = "gap_closing"',
        'method = {name = "blend", parts = [\n{name = "blend", weight = "60%"}]}',
        "unknown_method",
        17,
        "indicators.online.method.parts[0].name",
    ),
    (
        'method = "gap_closing"',
        'method = {name = "blend", parts = [\n{name = "proposals", weight = 60}]}',
        "bare_number_above_one",
        17,
        "indicators.online.method.parts[0].weight",
    ),
    ('method = "gap_closing"', 'start = "projectd"', "unknown_choice", 16, "indicators.online.start"),
    ('method = "gap_closing"', "trend = 0.1", "trend_without_projection", 16, "indicators.online.trend"),
    (
        'method = "gap_closing"',
        'start = "projected"\ntrend = "logistc"',
        "unknown_choice",
        17,
        "indicators.online.trend",
    ),
    ('method = "gap_closing"', 'start = "projected"\ntrend = 9', "out_of_range", 17, "indicators.online.trend"),
    ('method = "gap_closing"', 'start = "now"', "unknown_choice", 16, "indicators.online.start"),
    ('method = "gap_closing"', 'pace = "linea"', "unknown_choice", 16, "indicators.online.pace"),
    ('method = "gap_closing"', 'start_rate = "smooth"', "unknown_choice", 16, "indicators.online.start_rate"),
    ('method = "gap_closing"', 'methods = "gap_closing"', "unknown_key", 16, "indicators.online.methods"),
    ('method = "gap_closing"', 'denominator = "arising"', "unknown_key", 16, "indicators.online.denominator"),
    ('method = "gap_closing"', "estimated = 3", "wrong_type", 16, "indicators.online.estimated"),
    (
        'method = "gap_closing"',
        'estimated = {2022Q4 = "al"}',
        "unknown_choice",
        16,
        "indicators.online.estimated.2022Q4",
    ),
    ('method = "gap_closing"', "estimated = {2022Q4 = 1}", "wrong_type", 16, "indicators.online.estimated.2022Q4"),
    ('method = "gap_closing"', "estimated = {2022Q4 = [1]}", "wrong_type", 16, "indicators.online.estimated.2022Q4[0]"),
    ('method = "gap_closing"', 'estimated = {Q4 = "all"}', "unknown_period", 16, "indicators.online.estimated.Q4"),
    ('denominator = "arising"', 'estimated = {2022Q4 = "all"}', "flow_only", 21, "indicators.active.estimated"),
    ('mode = "nearest"', 'mode = "nearst"', "unknown_choice", 17, "indicators.online.rounding.mode"),
    ('step = "1%"', "step = 1.5", "bare_number_above_one", 17, "indicators.online.rounding.step"),
    ('step = "1%"', "step = 0", "out_of_range", 17, "indicators.online.rounding.step"),
    ('step = "1%"', 'step = "1%", levels = ["50%"]', "step_and_levels", 17, "indicators.online.rounding.levels"),
    ('step = "1%"', "levels = []", "empty", 17, "indicators.online.rounding.levels"),
    ('step = "1%"', 'levels = ["60%", "50%"]', "levels_not_ascending", 17, "indicators.online.rounding.levels[1]"),
    ("[indicators.active]", "[indicators.activ]", "unknown_indicator", 19, "indicators.activ"),
    ("[indicators.online]", "[indicators.online]\n[indicators.online]", "duplicate_key", 14, "indicators.online"),
    ('denominator = "arising"', 'basis = "cumulative"', "flow_only", 21, "indicators.active.basis"),
    ('denominator = "arising"', 'denominator = "all"', "unknown_choice", 21, "indicators.active.denominator"),
    ('kind = "no_backsliding"', 'kind = "no_backslide"', "unknown_choice", 24, "rules[0].kind"),
    ('kind = "no_backsliding"', "", "missing_key", 23, "rules[0]"),
    ('kind = "no_backsliding"', 'kind = "no_backsliding"\nvalue = "5%"', "not_for_rule", 25, "rules[0].value"),
    ('kind = "no_backsliding"', 'kind = "max_step"', "missing_key", 23, "rules[0]"),
    ('kind = "no_backsliding"', 'kind = "max_step"\npoints = 5', "bare_number_above_one", 25, "rules[0].points"),
    (
        'kind = "no_backsliding"',
        'kind = "no_backsliding"\nid = "floor"\nreason = 3',
        "wrong_type",
        26,
        "rules[0].reason",
    ),
    (
        'kind = "no_backsliding"',
        'kind = "online_only"\nshare = "90%"\nfrom = 2022-07-01\nindicators = ["active"]',
        "rule_not_for_stock",
        27,
        "rules[0].indicators",
    ),
    (
        'kind = "no_backsliding"',
        'kind = "online_only"\nshare = "90%"\nfrom = "July"',
        "wrong_type",
        26,
        "rules[0].from",
    ),
    (
        'kind = "no_backsliding"',
        'kind = "small_volume"\nbelow = "30"\ntreatment = "exempt"',
        "wrong_type",
        25,
        "rules[0].below",
    ),
    (
        'kind = "no_backsliding"',
        'kind = "small_volume"\nbelow = 30\ntreatment = "ignore"',
        "unknown_choice",
        26,
        "rules[0].treatment",
    ),
    ('value = "30%"', "value = 30", "bare_number_above_one", 28, "rules[1].value"),
    ('value = "30%"', 'value = "30%"\nindicator = "online"', "unknown_key", 29, "rules[1].indicator"),
    ('value = "30%"', 'value = "30%"\nindicators = ["onlin"]', "unknown_indicator", 29, "rules[1].indicators[0]"),
    ('value = "30%"', 'value = "30%"\nperiods = "Q4"', "unknown_period", 29, "rules[1].periods"),
    ('value = "30%"', 'value = "30%"\nid = ""', "empty", 29, "rules[1].id"),
    ('value = "30%"', 'value = "30%"\nid = "physical"', "reserved_name", 29, "rules[1].id"),
    ('level = "district"', 'level = "huyen"', "unknown_level", 29, "rules[1].where.level"),
    ('level = "district"', "volume = {below = 5, from = 9}", "empty_range", 29, "rules[1].where.volume"),
    ('level = "district"', "volume = {under = 5}", "unknown_key", 29, "rules[1].where.volume.under"),
    ('level = "district"', "agency = 930", "wrong_type", 29, "rules[1].where.agency"),
    ("growth = 0.0", "growth = -1", "out_of_range", 32, "assumptions.growth"),
    ("growth = 0.0", "grow = 0.0", "unknown_key", 32, "assumptions.grow"),
    ("2022Q4 = 1.05", "2022Q4 = -1.05", "out_of_range", 33, "assumptions.seasonality.2022Q4"),
    ("2022Q4 = 1.05", "2022Q1 = 1.05", "unknown_period", 33, "assumptions.seasonality.2022Q1"),
    ("mean = 0.85", "mean = 85", "bare_number_above_one", 34, "assumptions.delivery.mean"),
    ("draws = 10000", "draws = 0", "out_of_range", 35, "assumptions.draws"),
    ("draws = 10000", "draws = 10.5", "wrong_type", 35, "assumptions.draws"),
    ("spread = 0.1", "spread = 0.4", "delivery_spread", 34, "assumptions.delivery.spread"),
    ("spread = 0.1", "spred = 0.1", "unknown_key", 34, "assumptions.delivery.spred"),
    ("seed = 1", 'seed = 1\nvolumes = "prorata"', "unknown_choice", 37, "assumptions.volumes"),
    ("seed = 1", "seed = 1\nvolume_spread = 2", "bare_number_above_one", 37, "assumptions.volume_spread"),
    ("seed = 1", "seed = 1\n[[measures]]\neffect = 1\nstart = 2022-07-01", "missing_key", 37, "measures[0]"),
    ("seed = 1", f"seed = 1\n{TEAMS}id = ''", "empty", 40, "measures[0].id"),
    ("seed = 1", f"seed = 1\n{TEAMS}id = 'a'\n{TEAMS}id = 'a'", "duplicate_measure", 44, "measures[1].id"),
    ("seed = 1", f"seed = 1\n{TEAMS}id = 'a'\nlow = 0.5", "measure_range", 41, "measures[0].low"),
    ("seed = 1", f"seed = 1\n{TEAMS}id = 'a'\nhigh = 0.3", "measure_range", 41, "measures[0].high"),
    ("seed = 1", f"seed = 1\n{TEAMS}id = 'a'\nramp_days = -1", "out_of_range", 41, "measures[0].ramp_days"),
    ("seed = 1", f"seed = 1\n{TEAMS}id = 'a'\nramp = 1", "unknown_key", 41, "measures[0].ramp"),
    ("seed = 1", f"seed = 1\n{TEAMS}id = 'a'\nwhere = {{level = 'x'}}", "unknown_level", 41, "measures[0].where.level"),
    ("seed = 1", f"seed = 1\n{TEAMS}id = 'a'\nindicators = 'x'", "unknown_indicator", 41, "measures[0].indicators"),
    ("as_of = 2022-06-15", "as_of = 2022-06-15\nmeasures = 3", "wrong_type", 4, "measures"),
    ('method = "gap_closing"', 'reach = {2022Q5 = "45%"}', "unknown_period", 16, "indicators.online.reach.2022Q5"),
    ('method = "gap_closing"', "reach = {2022Q4 = 45}", "bare_number_above_one", 16, "indicators.online.reach.2022Q4"),
    ('method = "gap_closing"', "reach = 0.45", "wrong_type", 16, "indicators.online.reach"),
    ('goals = {2022Q4 = "50%"}', "goals = 0.5", "wrong_type", 15, "indicators.online.goals"),
    ("seed = 1", "seed = 1\n[x]\ny = {z = 1, z = 2}", "duplicate_key", 38, "x.y.z"),
    ("seed = 1", "seed = ", "toml_syntax", 36, ""),
    ("seed = 1", "seed = " + "[" * 20 + "]" * 20, "too_deep", None, ""),
    ("seed = 1", "seed = " + "[" * 5000, "too_deep", None, ""),
    ("seed = 1", "seed = " + "9" * 5000, "toml_syntax", None, ""),
]


def problems(text: str, path: str = "trial.toml") -> list[scenarios.ScenarioError]:
    with pytest.raises(ScenarioErrors) as caught:
        scenarios.loads(text, path=path)
    return list(caught.value.problems)


def test_the_text_the_table_changes_is_good() -> None:
    assert scenarios.loads(GOOD).plan.indicator("online").goals == {"2022Q4": 0.5}


@pytest.mark.parametrize(("old", "new", "code", "line", "path"), TABLE, ids=lambda value: str(value)[:40])
def test_fault(old: str, new: str, code: str, line: int | None, path: str) -> None:
    assert old in GOOD
    found = problems(GOOD.replace(old, new, 1))
    assert (code, path) in {(one.code, one.path) for one in found}
    one = next(one for one in found if (one.code, one.path) == (code, path))
    assert one.file == "trial.toml"
    if line is not None:
        assert one.line == line


@pytest.mark.parametrize(
    ("old", "new", "path", "nearest"),
    [
        ("as_of", "as_off", "as_off", "as_of"),
        ('"gap_closing"', '"gapclosing"', "indicators.online.method", "gap_closing"),
        ("[indicators.online]", "[indicators.onlin]", "indicators.onlin", "online"),
        ('kind = "floor"', 'kind = "flor"', "rules[1].kind", "floor"),
        ("level =", "levels =", "rules[1].where.levels", "level"),
        ("2022Q4 = 1.05", "2022Q44 = 1.05", "assumptions.seasonality.2022Q44", "2022Q4"),
    ],
)
def test_unknown_names_name_the_nearest(old: str, new: str, path: str, nearest: str) -> None:
    found = {one.path: one for one in problems(GOOD.replace(old, new, 1))}
    assert found[path].details["nearest"] == nearest


def test_a_bare_number_above_one_says_what_was_meant() -> None:
    (one,) = problems(GOOD.replace('"50%"', "50", 1))
    assert (one.details["found"], one.details["suggestion"]) == (50, "50%")


def test_all_faults_at_once_in_order_of_lines() -> None:
    text = GOOD.replace("as_of =", "asof =").replace('"50%"', "50").replace('"floor"', '"flor"').replace("seed", "sed")
    found = problems(text)
    assert [one.code for one in found] == [
        "missing_key",
        "unknown_key",
        "bare_number_above_one",
        "unknown_choice",
        "unknown_key",
    ]
    assert [one.line for one in found][1:] == [3, 15, 27, 36]


def test_duplicate_rule_ids_are_refused() -> None:
    text = GOOD.replace('kind = "floor"', 'kind = "floor"\nid = "a"').replace('kind = "no_', 'id = "a"\nkind = "no_')
    (one,) = problems(text)
    assert (one.code, one.path, one.details["found"]) == ("duplicate_rule", "rules[1].id", "a")


# files ----------------------------------------------------------------------------------------------
def refused(path: Path | str) -> scenarios.ScenarioError:
    with pytest.raises(ScenarioErrors) as caught:
        scenarios.load(path)
    assert len(caught.value.problems) == 1
    return caught.value.problems[0]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x00\x01\x02", "not_text"),
        ("as_of = 2022-06-15 # Đặt".encode("utf-16"), "not_text"),
        ("# chỉ tiêu\nname = 'Đ'".encode("cp1258", "replace") + b"\xff", "not_text"),
        (b"# " + b"x" * 1_000_000, "file_too_large"),
    ],
)
def test_what_is_no_scenario_text_is_refused(tmp_path: Path, data: bytes, code: str) -> None:
    file = tmp_path / "x.toml"
    file.write_bytes(data)
    one = refused(file)
    assert (one.code, one.file) == (code, str(file))


def test_an_empty_file_names_what_is_missing(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_bytes(b"")
    with pytest.raises(ScenarioErrors) as caught:
        scenarios.load(file)
    assert {one.details["key"] for one in caught.value.problems} == {"as_of", "periods", "indicators"}


def test_missing_file_and_folder(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.toml").code == "file_not_found"
    (tmp_path / "folder.toml").mkdir()
    assert refused(tmp_path / "folder.toml").code == "not_a_file"


def test_a_byte_order_mark_and_windows_lines_are_read(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert scenarios.load(file).id == "here/good"
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.replace('"50%"', "50").replace("\n", "\r\n").encode())
    assert refused(file).line == 15


def test_unknown_scenario_names_the_nearest_and_never_leaves_the_folder() -> None:
    one = refused("hau-giang-2022/bsae")
    assert (one.code, one.details["nearest"]) == ("unknown_scenario", "hau-giang-2022/base")
    for reference in ("../scenarios/hau-giang-2022/base", "hau-giang-2022/campaign", "hau-giang-2022", "", "x" * 500):
        assert refused(reference).code == "unknown_scenario"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a" + ".a" * 400_000 + " = 1", "too_deep"),
        ("[" + "a" + ' . "a"' * 100_000 + "]", "too_deep"),
        ("x = {" + "'a'" + ".a" * 400_000 + " = 1}", "too_deep"),
        ("x = [" + "1," * 450_000 + "]", "unknown_key"),
        ("\n".join(f"[t{i}]" for i in range(90_000)), "too_many_problems"),
        ('x = "' + "\\\\" * 450_000 + '"', "unknown_key"),
        ('x = """' + "a\n" * 450_000 + '"""', "unknown_key"),
        ("a" * 900_000, "toml_syntax"),
        ('"' * 900_000, "toml_syntax"),
    ],
    ids=lambda value: value[:12],
)
def test_a_text_made_to_exhaust_the_reader_is_refused(text: str, code: str) -> None:
    assert code in {one.code for one in problems(text)}


# extends --------------------------------------------------------------------------------------------
def test_circles_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('# first\nextends = "b.toml"\n')
    (tmp_path / "b.toml").write_text('extends = "a.toml"\n')
    one = refused(tmp_path / "a.toml")
    assert (one.code, one.line, one.path) == ("extends_circle", 2, "extends")
    assert one.details["chain"] == ("b.toml", "a.toml")
    (tmp_path / "self.toml").write_text('extends = "self.toml"\n')
    assert refused(tmp_path / "self.toml").code == "extends_circle"


@pytest.mark.parametrize(
    ("extends", "code"),
    [
        ('"../outside.toml"', "extends_outside"),
        ('"/etc/hosts.toml"', "extends_outside"),
        ('"god.toml"', "extends_not_found"),
        ('"hau-giang-2022/bas"', "unknown_scenario"),
        ("3", "wrong_type"),
    ],
)
def test_what_cannot_be_extended(tmp_path: Path, extends: str, code: str) -> None:
    (tmp_path / "good.toml").write_text(GOOD)
    file = tmp_path / "x.toml"
    file.write_text(f"\nextends = {extends}\n")
    one = refused(file)
    assert (one.code, one.line, one.path, one.file) == (code, 2, "extends", str(file))
    if code == "extends_not_found":
        assert one.details["nearest"] == "good.toml"


def test_text_extends_shipped_scenarios_only() -> None:
    assert problems('extends = "good.toml"')[0].code == "extends_outside"
    assert scenarios.loads('extends = "hau-giang-2022/base"').extends == ("hau-giang-2022/base",)


def test_a_fault_is_placed_in_the_file_that_holds_it(tmp_path: Path) -> None:
    (tmp_path / "good.toml").write_text(GOOD.replace('"1%"', "3", 1))
    file = tmp_path / "x.toml"
    file.write_text('extends = "good.toml"\nindicators.online.pace = "x"\n[[rules]]\nkind = "cap"\nvalue = 60\n')
    with pytest.raises(ScenarioErrors) as caught:
        scenarios.load(file)
    assert [(Path(one.file or "").name, one.line, one.path) for one in caught.value.problems] == [
        ("good.toml", 17, "indicators.online.rounding.step"),
        ("x.toml", 2, "indicators.online.pace"),
        ("x.toml", 5, "rules[0].value"),
    ]


def test_a_change_is_checked_as_strictly() -> None:
    base = scenarios.loads(GOOD)
    with pytest.raises(ScenarioErrors) as caught:
        scenarios.change(base, {"indicators": {"online": {"goals": {"2022Q4": 55}}}, "rules": [{"kind": "florr"}]})
    assert [(one.code, one.line, one.path) for one in caught.value.problems] == [
        ("bare_number_above_one", None, "indicators.online.goals.2022Q4"),
        ("unknown_choice", None, "rules[0].kind"),
    ]
    with pytest.raises(ScenarioErrors):
        scenarios.change(base, {"extends": "hau-giang-2022/base"})


# whatever is written -------------------------------------------------------------------------------
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**400), 10**400)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["50%", "nearest", "floor", "count", "online", "2022Q4", "blend", "district"])
    | st.dates()
    | st.datetimes(),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["name", "kind", "id", "value", "where", "vi", "parts", "step", ""]), inner)
    ),
    max_leaves=4,
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) of a document."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, one in entries for found in ((value, key), *places(one))]


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_nothing_but_named_faults_is_raised(data: st.DataObject) -> None:
    base = scenarios.loads(GOOD)
    document = tomllib.loads(GOOD)
    for _ in range(data.draw(st.integers(1, 3))):
        container, key = data.draw(st.sampled_from(places(document)))
        container[key] = data.draw(JUNK)
        if not places(document):
            return
    with contextlib.suppress(ScenarioErrors):
        assert scenarios.change(base, {**document, "replace_rules": True}).plan.periods


@settings(deadline=None)
@given(st.text(max_size=200) | st.text(alphabet='[]{}=.,"#\n ab1', max_size=200))
def test_no_text_brings_the_reader_down(text: str) -> None:
    with pytest.raises(ScenarioErrors):
        scenarios.loads(text)


@settings(deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.sampled_from(["", "[", "]", "{", '"', "=", "\n", "\x00", "%", "é", "9"]))
def test_a_slip_of_the_finger_is_refused_or_read(at: int, slip: str) -> None:
    with contextlib.suppress(ScenarioErrors):
        scenarios.loads(GOOD[:at] + slip + GOOD[at + 1 :])
