"""Sweeps: the points, what each comes to, what they say together, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

import scenarios
from data.reference import figures
from engine import chance
from scenarios import Lever, Outcome, Point, Runner, ScenarioErrors, Sweep, judge, load_sweep, shipped_sweeps

SHIPPED = "hau-giang-2022/sweep"
HEAD = 'scenario = "hau-giang-2022/measures"\nindicator = "online"\ndraws = 50\n'
GOAL = '[[levers]]\nkey = "indicators.online.goals.2022Q4"\n'


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "sweep.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_sweep_has_every_policy_in_every_future() -> None:
    assert SHIPPED in shipped_sweeps()
    assert SHIPPED not in scenarios.shipped_ids()
    sweep = load_sweep(SHIPPED)
    points = sweep.points()
    assert len(points) == sweep.size == 12 * 10
    assert points == sweep.points(), "the same seed, the same points"
    assert {(one.policy, one.future) for one in points} == {(p, f) for p in range(12) for f in range(10)}
    goals = sorted({one.settings["indicators.online.goals.2022Q4"] for one in points})
    assert len(goals) == 12
    assert all(0.5 + 0.08 * k / 12 <= goal <= 0.5 + 0.08 * (k + 1) / 12 for k, goal in enumerate(goals)), (
        "one a stratum"
    )
    methods = [one.settings["indicators.online.method"] for one in points if one.future == 0]
    assert {methods.count(name) for name in set(methods)} == {4}


def test_a_grid_has_every_value_with_every_other(tmp_path: Path) -> None:
    text = HEAD + 'design = "grid"\n' + GOAL + 'from = "50%"\nto = "60%"\nsteps = 3\n'
    text += '[[levers]]\nkey = "indicators.online.pace"\nvalues = ["linear", "front"]\n'
    sweep = load_sweep(written(tmp_path, text))
    points = sweep.points()
    assert sweep.size == len(points)
    told = [tuple(one.settings.values()) for one in points]
    assert told == [(goal, pace) for goal in (0.5, 0.55, 0.6) for pace in ("linear", "front")]


def test_an_outcome_is_what_the_scenario_itself_gives(tmp_path: Path) -> None:
    text = HEAD + GOAL + 'values = ["50%", "55%"]\n[[levers]]\nkey = "measures.lower_fee.effect"\nvalues = [0.2, 0.4]\n'
    sweep = load_sweep(written(tmp_path, text + "assumption = true\n" + 'design = "grid"\n' * 0))
    own = figures("hau-giang-2022")
    outcomes = {(one.point.policy, one.point.future): one for one in Runner(sweep, own).outcomes()}
    for one in outcomes.values():
        effect = one.point.settings["measures.lower_fee.effect"]
        document = scenarios.plain(sweep.scenario.document)
        document["indicators"]["online"]["goals"]["2022Q4"] = one.point.settings["indicators.online.goals.2022Q4"]
        next(m for m in document["measures"] if m["id"] == "lower_fee")["effect"] = effect
        found = chance(scenarios.run(own, scenarios.from_document(document, id="x")), draws=50, seed=sweep.seed)
        assert one.chance == pytest.approx(float((found.values["online", "2022Q4"] >= 0.5 - 1e-6).mean()))
        assert one.status == "met"
        assert 0 < one.demand < one.largest < 1
    again = Runner(sweep, own)
    later = [again.outcome(one.point) for one in reversed(list(outcomes.values()))]
    assert [one.chance for one in reversed(later)] == [one.chance for one in outcomes.values()], "order is irrelevant"
    assert [one.point.number for one in Runner(sweep, own).outcomes(done={0})] == list(range(1, len(outcomes)))


LEVERS = (
    Lever("goal", (), 0.5, 0.6, 5, False),
    Lever("how", ("a", "b"), 0, 0, 5, False),
    Lever("luck", (), 0, 1, 5, True),
)


def outcome(policy: int, future: int, chance_: float, demand: float, **settings: object) -> Outcome:
    return Outcome(Point(10 * policy + future, policy, future, settings), "met", chance_, 0.0, demand, demand, 0.1)


def table(chances: list[list[float]]) -> list[Outcome]:
    return [
        outcome(p, f, value, 0.1 * (p + 1), goal=0.5 + 0.01 * p, how="ab"[p % 2], luck=f / 4)
        for p, row in enumerate(chances)
        for f, value in enumerate(row)
    ]


def test_regret_satisficing_and_pareto_by_hand() -> None:
    sweep = Sweep(scenarios.load("hau-giang-2022/base"), "online", 0.5, "grid", 3, 3, 10, 1, 0.8, LEVERS)
    verdict = judge(sweep, table([[0.2, 0.5, 0.9], [0.7, 0.75, 0.8], [0.1, 0.9, 0.9]]))
    regret = {one.number: one.regret for one in verdict.policies}
    assert regret == pytest.approx({0: 0.5, 1: 0.15, 2: 0.6})
    assert [one.number for one in verdict.policies] == [1, 0, 2]
    does = {one.number: one.does for one in verdict.policies}
    assert does == pytest.approx({0: 1 / 3, 1: 1 / 3, 2: 2 / 3})
    assert verdict.satisficing.number == 2
    assert verdict.pareto == (0, 1), "the third asks more for less"
    assert verdict.policies[0].worst == 0.7


def test_a_policy_that_lacks_a_future_is_not_judged_beside_the_others() -> None:
    sweep = Sweep(scenarios.load("hau-giang-2022/base"), "online", 0.5, "grid", 3, 3, 10, 1, 0.8, LEVERS)
    every = table([[0.2, 0.5, 0.9], [0.7, 0.75, 0.8], [0.99, 0.9, 0.9]])
    verdict = judge(sweep, every[:-1])
    assert {one.number: one.regret for one in verdict.policies} == pytest.approx({0: 0.5, 1: 0.1})


def test_settings_that_separate_success_from_failure() -> None:
    sweep = Sweep(scenarios.load("hau-giang-2022/base"), "online", 0.5, "grid", 4, 5, 10, 1, 0.8, LEVERS)
    verdict = judge(sweep, table([[0.1, 0.2, 0.9, 0.9, 0.95]] * 4))
    first = verdict.splits[0]
    assert (first.key, first.value, first.inside, first.outside) == ("luck", 0.5, 1.0, 0.0)
    assert first.gain == pytest.approx(1.0)
    assert all(one.gain == pytest.approx(0.0) for one in verdict.splits[1:])
    by_choice = judge(sweep, table([[0.9] * 5, [0.1] * 5] * 2)).splits[0]
    assert (by_choice.key, by_choice.inside, by_choice.outside) == ("how", 1.0, 0.0)
    assert judge(sweep, table([[0.9] * 5] * 4)).splits == ()


@pytest.mark.parametrize(
    ("text", "code", "path"),
    [
        (GOAL + "values = [0.5]", "missing_key", ""),
        (HEAD, "missing_key", ""),
        (HEAD + "levers = []", "empty", "levers"),
        (HEAD + "[[levers]]\nvalues = [1]", "missing_key", "levers[0]"),
        (HEAD + GOAL + "from = 0.5", "lever_range", "levers[0]"),
        (HEAD + GOAL + "from = 0.6\nto = 0.5", "lever_range", "levers[0]"),
        (HEAD + GOAL + "values = [0.5, 1.5]", "lever_refused", "levers[0]"),
        (HEAD + GOAL + "values = [0.5]\n" + GOAL + "values = [0.5]", "duplicate_lever", "levers[1].key"),
        (HEAD + '[[levers]]\nkey = "measures.no.effect"\nvalues = [1]', "unknown_lever", "levers[0].key"),
        (HEAD + '[[levers]]\nkey = "indicators.onlin.pace"\nvalues = ["front"]', "lever_refused", "levers[0]"),
        (HEAD + 'design = "latn"\n' + GOAL + "values = [0.5]", "unknown_choice", "design"),
        (HEAD + "polices = 3\n" + GOAL + "values = [0.5]", "unknown_key", "polices"),
        (HEAD.replace('"online"', '"onlin"') + GOAL + "values = [0.5]", "unknown_indicator", "indicator"),
        (HEAD.replace("measures", "measurs") + GOAL + "values = [0.5]", "unknown_scenario", ""),
        (
            HEAD + 'design = "grid"\n' + GOAL + 'from = "40%"\nto = "50%"\nsteps = 1000\n'
            '[[levers]]\nkey = "assumptions.growth"\nfrom = 0\nto = 1\nsteps = 1000',
            "too_many_points",
            "",
        ),
    ],
)
def test_sweeps_that_make_no_sense_are_refused(tmp_path: Path, text: str, code: str, path: str) -> None:
    with pytest.raises(ScenarioErrors) as refused:
        load_sweep(written(tmp_path, text))
    assert (refused.value.problems[0].code, refused.value.problems[0].path) == (code, path)
