"""Layering: what a scenario inherits, what it replaces, and that nothing is changed underneath."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import scenarios
from engine import Basis, MethodChoice, Pace, Rounding, RoundingMode, RuleKind, StartRate, Toward, Treatment
from scenarios.layer import frozen, merge
from scenarios.locate import locate

GOOD = (Path(__file__).parent / "good.toml").read_text(encoding="utf-8")


def plan_of(text: str) -> Any:
    return scenarios.loads(text).plan


def test_a_plan_is_what_the_file_says() -> None:
    plan = plan_of(GOOD)
    assert [period.id for period in plan.periods] == ["2022Q3", "2022Q4"]
    online, active = plan.indicator("online"), plan.indicator("active")
    assert online.basis is Basis.CUMULATIVE
    assert active.basis is None
    assert active.goals == {"2022Q4": 0.8}
    assert (online.pace, online.start_rate) == (Pace.LINEAR, StartRate.RAW)
    assert online.rounding == Rounding(RoundingMode.NEAREST, 0.01)
    assert plan.cascade is None
    assert plan.assumptions.seasonality == {"2022Q4": 1.05}
    assert plan.rules[1].where.levels == ("district",)
    assert scenarios.loads(GOOD).denominators == {"active": "arising"}


@pytest.mark.parametrize(
    ("written", "share"),
    [('"50%"', 0.5), ('"52,5 %"', 0.525), ('"52.5 %"', 0.525), ("0.5", 0.5), ("1", 1.0), ("0", 0.0), ('" 7% "', 0.07)],
)
def test_shares(written: str, share: float) -> None:
    assert plan_of(GOOD.replace('"50%"', written, 1)).indicator("online").goals["2022Q4"] == share


def test_every_rule_kind_is_read() -> None:
    text = """
[[rules]]
kind = "cap"
value = "90%"
indicators = "online"
periods = ["2022Q3", "2022Q4"]
[[rules]]
kind = "min_step"
points = "1%"
[[rules]]
kind = "max_step"
points = 0.05
[[rules]]
kind = "proposal_floor"
where = {parent = "930", agency = ["A", "B"]}
[[rules]]
kind = "online_only"
share = "90%"
from = 2022-07-01
indicators = ["online"]
[[rules]]
kind = "group_goal"
value = "40%"
[[rules]]
kind = "same_target"
where = {volume = {from = 10, below = 100}}
[[rules]]
kind = "small_volume"
below = 30
[[rules]]
kind = "pin"
value = "45%"
where = {agency = "STTTT"}
reason = "Kết luận họp"
source = "Thông báo"
[[rules]]
kind = "exempt"
"""
    rules = {rule.kind: rule for rule in plan_of(GOOD + text).rules}
    assert set(rules) == set(RuleKind)
    assert (rules[RuleKind.CAP].value, rules[RuleKind.CAP].indicators) == (0.9, ("online",))
    assert rules[RuleKind.CAP].periods == ("2022Q3", "2022Q4")
    assert (rules[RuleKind.MIN_STEP].value, rules[RuleKind.MAX_STEP].value) == (0.01, 0.05)
    assert rules[RuleKind.PROPOSAL_FLOOR].where.agencies == ("A", "B")
    assert rules[RuleKind.PROPOSAL_FLOOR].where.parents == ("930",)
    assert rules[RuleKind.ONLINE_ONLY].value == 0.9
    assert str(rules[RuleKind.ONLINE_ONLY].since) == "2022-07-01"
    where = rules[RuleKind.SAME_TARGET].where
    assert (where.volume_from, where.volume_below) == (10, 100)
    assert (rules[RuleKind.SMALL_VOLUME].value, rules[RuleKind.SMALL_VOLUME].treatment) == (30, Treatment.EXEMPT)
    assert rules[RuleKind.PIN].reason == {"vi": "Kết luận họp", "en": "Kết luận họp"}


def test_methods_and_rounding_in_their_short_and_long_forms() -> None:
    def method(written: str) -> MethodChoice:
        return plan_of(GOOD.replace('"gap_closing"', written)).indicator("online").method  # type: ignore[no-any-return]

    def rounding(written: str) -> Rounding:
        text = GOOD.replace('{mode = "nearest", step = "1%"}', written)
        return plan_of(text).indicator("online").rounding  # type: ignore[no-any-return]

    assert method('{name = "gap_closing", toward = "best_peer"}') == MethodChoice("gap_closing", Toward.BEST_PEER)
    parts = '{name = "blend", parts = [{name = "equal_effort", weight = "50%"}, {name = "gap_closing", weight = 0.5}]}'
    expected = ((MethodChoice("equal_effort"), 0.5), (MethodChoice("gap_closing"), 0.5))
    assert method(parts) == MethodChoice("blend", parts=expected)
    assert rounding('"none"') == Rounding(RoundingMode.NONE)
    assert rounding('{step = "count"}') == Rounding(count=True)
    assert rounding('{mode = "up", levels = ["50%", 0.6]}') == Rounding(RoundingMode.UP, levels=(0.5, 0.6))


def test_rule_names_are_the_kind_then_numbered() -> None:
    text = GOOD + '[[rules]]\nkind = "floor"\nvalue = 0.1\n[[rules]]\nkind = "floor"\nvalue = 0.2\nid = "floor-2"\n'
    assert [rule.id for rule in plan_of(text).rules] == ["no_backsliding", "floor", "floor-3", "floor-2"]


# layering -------------------------------------------------------------------------------------------
@pytest.fixture
def base(tmp_path: Path) -> Path:
    (tmp_path / "good.toml").write_text(GOOD)
    return tmp_path


def above(base: Path, text: str) -> scenarios.Scenario:
    (base / "above.toml").write_text('extends = "good.toml"\n' + text)
    return scenarios.load(base / "above.toml")


def test_tables_merge_key_by_key(base: Path) -> None:
    scenario = above(base, '[indicators.online]\ngoals = {2022Q3 = "35%"}\n')
    online = scenario.plan.indicator("online")
    assert online.goals == {"2022Q3": 0.35, "2022Q4": 0.5}
    assert online.basis is Basis.CUMULATIVE
    assert scenario.plan.indicator("active").goals == {"2022Q4": 0.8}


def test_rules_are_appended_or_replaced(base: Path) -> None:
    more = '[[rules]]\nkind = "floor"\nvalue = "20%"\n'
    assert [rule.id for rule in above(base, more).plan.rules] == ["no_backsliding", "floor", "floor-2"]
    assert [rule.id for rule in above(base, "replace_rules = true\n" + more).plan.rules] == ["floor"]
    assert above(base, "replace_rules = true\n").plan.rules == ()
    assert len(above(base, "replace_rules = false\n" + more).plan.rules) == 3


def test_method_and_rounding_are_replaced_whole(base: Path) -> None:
    (base / "good.toml").write_text(GOOD.replace('"gap_closing"', '{name = "gap_closing", toward = "goal"}'))
    kept = above(base, "").plan.indicator("online")
    assert kept.method.toward is Toward.GOAL
    online = above(base, 'indicators.online.method = {name = "gap_closing"}\n').plan.indicator("online")
    assert online.method.toward is Toward.REACHABLE
    online = above(base, 'indicators.online.rounding = {levels = ["50%", "60%"]}\n').plan.indicator("online")
    assert online.rounding == Rounding(levels=(0.5, 0.6))


def test_periods_are_replaced_whole(base: Path) -> None:
    scenario = above(base, '[[periods]]\nid = "2022Q4"\nend = 2022-12-31\n')
    assert [period.id for period in scenario.plan.periods] == ["2022Q4"]


def test_identity_is_not_inherited_and_the_chain_is_kept(base: Path) -> None:
    scenario = above(base, "")
    assert (scenario.id, scenario.name["vi"]) == ("above", "above")
    (base / "third.toml").write_text('extends = "above.toml"\nid = "third"\n')
    third = scenarios.load(base / "third.toml")
    assert third.extends == ("above.toml", "good.toml")
    assert third.plan == scenario.plan


def test_order_of_layers_nearest_wins(base: Path) -> None:
    above(base, 'indicators.online.goals.2022Q4 = "60%"\nindicators.active.goals.2022Q4 = "85%"\n')
    (base / "third.toml").write_text('extends = "above.toml"\nindicators.online.goals.2022Q4 = "70%"\n')
    plan = scenarios.load(base / "third.toml").plan
    assert (plan.indicator("online").goals["2022Q4"], plan.indicator("active").goals["2022Q4"]) == (0.7, 0.85)


# changing -------------------------------------------------------------------------------------------
def test_a_change_makes_a_new_scenario_and_leaves_the_old() -> None:
    old = scenarios.loads(GOOD)
    before, plan = scenarios.plain(old.document), old.plan
    changes = {"indicators": {"online": {"goals": {"2022Q3": "30%"}, "method": "equal_effort"}}, "cascade": False}
    given_changes = copy.deepcopy(changes)
    new = scenarios.change(old, changes)
    assert changes == given_changes
    assert (scenarios.plain(old.document), old.plan) == (before, plan)
    assert (new.id, new.name, new.extends) == (old.id, old.name, old.extends)
    assert new.plan.indicator("online").goals == {"2022Q3": 0.3, "2022Q4": 0.5}
    assert new.plan.indicator("online").method.name == "equal_effort"
    assert new.plan.cascade is False
    assert new.sha256 != old.sha256
    back = scenarios.change(
        new, {"indicators": {"online": {"goals": {"2022Q3": None}, "method": "gap_closing"}}, "cascade": None}
    )
    assert back.plan == old.plan
    assert back.sha256 == old.sha256


def test_the_hash_does_not_see_names() -> None:
    old = scenarios.loads(GOOD)
    assert scenarios.change(old, {"name": "Khác", "id": "other"}).sha256 == old.sha256


def test_a_scenario_cannot_be_written_to() -> None:
    scenario = scenarios.loads(GOOD)
    with pytest.raises(TypeError):
        scenario.document["indicators"]["online"]["goals"]["2022Q4"] = 1  # type: ignore[index]
    with pytest.raises(AttributeError):
        scenario.id = "x"  # type: ignore[misc]


slow_machines = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
keys = st.sampled_from(["a", "b", "c", "rules", "indicators", "online", "method", "rounding"])
documents = st.recursive(
    st.integers() | st.text(max_size=3) | st.booleans(),
    lambda inner: st.dictionaries(keys, inner, max_size=4) | st.lists(inner, max_size=3),
    max_leaves=12,
)
tables = st.dictionaries(keys, documents, max_size=5)


@slow_machines
@given(tables, tables)
def test_merging_keeps_what_is_not_named_and_changes_neither(base: dict[str, Any], changes: dict[str, Any]) -> None:
    before = copy.deepcopy((base, changes))
    merged = merge(base, changes)
    assert (base, changes) == before
    assert set(merged) == set(base) | set(changes)
    for key in base:
        if key not in changes:
            assert merged[key] == base[key]
    for key, value in changes.items():
        if not isinstance(value, dict) and key != "rules":
            assert merged[key] == value
    assert merge(base, {}) == base
    assert merge({}, changes) == changes


@slow_machines
@given(tables, tables, tables)
def test_layering_is_associative_where_no_list_is_replaced(a: dict, b: dict, c: dict) -> None:  # type: ignore[type-arg]
    def mergeable(one: dict) -> dict:  # type: ignore[type-arg]
        return {key: value for key, value in one.items() if key not in ("rules", "indicators")}

    a, b, c = mergeable(a), mergeable(b), mergeable(c)
    same_shape = all(
        isinstance(a[key], dict) == isinstance(b[key], dict) for key in set(a) & set(b)
    )  # a value laid over a table, or the reverse, is where the order of merging shows
    if same_shape:
        assert merge(merge(a, b), {}) == merge(a, merge(b, {}))
    assert set(merge(merge(a, b), c)) == set(merge(a, merge(b, c)))


@slow_machines
@given(tables)
def test_a_frozen_copy_thaws_to_the_same(document: dict[str, Any]) -> None:
    assert scenarios.plain(frozen(document)) == document


# lines ----------------------------------------------------------------------------------------------
def paths_of(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(below for key, one in entries for below in paths_of(one, (*path, key)))]


TRICKY = '''
"quoted key".b = 1 # comment = 2
'literal' = "a # no comment \\" ] }"
multi = """
x = 1
""\\"
""" # here
raw = \'\'\'
[not.a.table]
\'\'\'
array = [
  1, # one
  [2, 3],
  {x = 1, y.z = "}"},
]
[a.b]
c = 2022-01-01
[[a.list]]
v = 1
[[a.list]]
v = 2
[a.list.sub]
w = 3
[[a.list.deep]]
u = 1
'''


@pytest.mark.parametrize("text", [GOOD, TRICKY])
def test_every_path_has_a_line(text: str) -> None:
    lines = locate(text)
    assert lines.duplicates == ()
    paths = {path for path in paths_of(tomllib.loads(text)) if path}
    assert set(lines.of) == paths


def test_lines_are_right() -> None:
    of = locate(TRICKY).of
    assert of["quoted key", "b"] == 2
    assert of["array", 2, "y", "z"] == 14
    assert of["a", "list", 1, "v"] == 21
    assert of["a", "list", 1, "deep", 0, "u"] == 25


@slow_machines
@given(st.text(alphabet="ab=[]{}\"'.,#\n 1\\", max_size=60))
def test_the_locator_follows_whatever_is_toml_and_never_fails(text: str) -> None:
    lines = locate(text)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert {path for path in paths_of(document) if path} <= set(lines.of)
    assert lines.duplicates == ()
