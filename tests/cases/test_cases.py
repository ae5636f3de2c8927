"""Runs the worked examples of this folder: see README.md for how to read one."""

from __future__ import annotations

import ast
import math
import operator
import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from engine import (
    Allocation,
    Assumptions,
    Basis,
    EngineError,
    Figures,
    IndicatorPlan,
    Kind,
    MethodChoice,
    Pace,
    Period,
    Plan,
    Rounding,
    RoundingMode,
    Rule,
    RuleKind,
    StartRate,
    Toward,
    Treatment,
    Where,
    allocate,
)

HERE = Path(__file__).parent
INDICATOR = "online"
EXACT = 1e-9

FUNCTIONS: Mapping[str, Callable[[float], float]] = {
    "sqrt": math.sqrt,
    "ceil": lambda x: math.ceil(x - 1e-9),
    "floor": lambda x: math.floor(x + 1e-9),
    "ln": math.log,
    "odds": lambda p: p / (1 - p),
    "share": lambda o: o / (1 + o),
}
OPERATORS: Mapping[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def arithmetic(text: str | float) -> float:
    """The value of a written calculation; nothing but numbers, + - * / **, brackets, % and the functions above."""

    def value(node: ast.expr) -> float:
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            return float(node.value)
        if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
            return OPERATORS[type(node.op)](value(node.left), value(node.right))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -value(node.operand)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1:
            return FUNCTIONS[node.func.id](value(node.args[0]))
        raise ValueError(f"not arithmetic: {text}")

    return value(ast.parse(str(text).replace("%", "/100"), mode="eval").body)


def test_arithmetic_reads_what_an_official_writes() -> None:
    assert arithmetic("(100 + 0.8*900)/1900") == pytest.approx(820 / 1900)
    assert arithmetic("50% - 12.5%") == pytest.approx(0.375)
    assert arithmetic("2*15%") == pytest.approx(0.30)
    assert arithmetic("share(2*odds(1/3))") == pytest.approx(0.5)
    with pytest.raises(ValueError, match="not arithmetic"):
        arithmetic("(1).real")


def load() -> list[Any]:
    found = []
    for path in sorted(HERE.glob("*.toml")):
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]:
            found.append(pytest.param(case, id=f"{path.stem}/{case['id']}"))
    return found


CASES = load()
KNOWN = {
    "id", "title", "source", "as_of", "periods", "kind", "basis", "method", "toward", "goals", "pace", "rounding",
    "agencies", "rules", "expect", "cascade", "assumptions", "start_rate",
}  # fmt: skip
KNOWN_AGENCY = {"code", "level", "parent", "N", "D", "V", "proposed", "ceiling", "weight"}
KNOWN_RULE = {
    "kind", "id", "value", "share", "below", "from", "treatment", "periods", "level", "agencies", "parents",
    "volume_from", "volume_below",
}  # fmt: skip


def the_periods(case: dict[str, Any]) -> tuple[Period, ...]:
    if "periods" in case:
        return tuple(Period(p["id"], p["end"]) for p in case["periods"])
    return Period("2022Q3", date(2022, 9, 30)), Period("2022Q4", date(2022, 12, 31))


def the_figures(case: dict[str, Any]) -> Figures:
    rows = []
    for agency in case["agencies"]:
        assert not agency.keys() - KNOWN_AGENCY, agency
        row = {
            "agency": agency["code"],
            "name": agency["code"],
            "level": agency.get("level", "province"),
            "parent": agency.get("parent", ""),
            "indicator": INDICATOR,
            "numerator": agency.get("N"),
            "denominator": agency.get("D"),
            "ceiling": agency.get("ceiling"),
            "weight": agency.get("weight"),
        }
        for t, period in enumerate(the_periods(case)):
            row[f"expected_{period.id}"] = agency["V"][t] if "V" in agency else None
            row[f"proposed_{period.id}"] = agency["proposed"][t] if "proposed" in agency else None
        rows.append(row)
    return Figures.from_frame(pd.DataFrame(rows))


def the_method(written: Any, toward: str) -> MethodChoice:
    if isinstance(written, str):
        return MethodChoice(written, toward=Toward(toward))
    parts = tuple((MethodChoice(part["name"]), arithmetic(part["weight"])) for part in written["parts"])
    return MethodChoice(written["name"], parts=parts)


def the_rounding(written: dict[str, Any] | None) -> Rounding:
    if written is None:
        return Rounding(mode=RoundingMode.NONE)
    return Rounding(
        mode=RoundingMode(written["mode"]),
        step=arithmetic(written.get("step", "1%")),
        count=written.get("count", False),
        levels=tuple(arithmetic(level) for level in written.get("levels", ())),
    )


def the_rule(written: dict[str, Any]) -> Rule:
    assert not written.keys() - KNOWN_RULE, written
    value = written.get("value", written.get("share", written.get("below")))
    return Rule(
        kind=RuleKind(written["kind"]),
        id=written.get("id", written["kind"]),
        value=None if value is None else arithmetic(value),
        since=written.get("from"),
        treatment=Treatment(written["treatment"]) if "treatment" in written else None,
        where=Where(
            levels=(written["level"],) if "level" in written else (),
            agencies=tuple(written.get("agencies", ())),
            parents=tuple(written.get("parents", ())),
            volume_from=written.get("volume_from"),
            volume_below=written.get("volume_below"),
        ),
        periods=tuple(written.get("periods", ())),
    )


def the_plan(case: dict[str, Any]) -> Plan:
    assert not case.keys() - KNOWN, case["id"]
    kind = Kind(case["kind"])
    written = case.get("assumptions", {})
    return Plan(
        as_of=case.get("as_of", date(2022, 6, 15)),
        periods=the_periods(case),
        indicators=(
            IndicatorPlan(
                id=INDICATOR,
                kind=kind,
                goals={period: arithmetic(goal) for period, goal in case["goals"].items()},
                method=the_method(case["method"], case.get("toward", "reachable")),
                basis=None if kind is Kind.STOCK else Basis(case["basis"]),
                start_rate=StartRate(case.get("start_rate", "raw")),
                pace=Pace(case.get("pace", "linear")),
                rounding=the_rounding(case.get("rounding")),
            ),
        ),
        rules=tuple(the_rule(rule) for rule in case.get("rules", ())),
        cascade=case.get("cascade"),
        assumptions=Assumptions(
            growth=arithmetic(written.get("growth", "0")),
            seasonality={period: arithmetic(factor) for period, factor in written.get("seasonality", {}).items()},
        ),
    )


OF_AGENCY = {
    "target", "exact", "lower", "lower_by", "upper", "upper_by", "target_count", "to_do", "in_period_rate", "weight",
    "expected", "status", "reason", "off_grid", "current", "start_rate",
}  # fmt: skip
OF_GOAL = {
    "goal_status", "attained", "attained_exact", "lift", "lift_rounded", "start", "shortfall", "max_attainable",
    "agencies", "goal",
}  # fmt: skip
OF_DIAGNOSIS = {"remedies", "relax_caps_by", "highest_goal", "blocked_by_later_goal"}


def found(allocation: Allocation, wish: dict[str, Any]) -> Any:
    """What the engine says about one line of `expect`."""
    what = wish["what"]
    ids = [period.id for period in allocation.plan.periods]
    period = wish.get("period", ids[-1])
    if what in OF_AGENCY:
        result = allocation.results[INDICATOR]
        row = list(result.rows).index(allocation.figures.codes.index(wish["agency"]))
        values = getattr(result, "start" if what == "start_rate" else what)
        return values[row] if values.ndim == 1 else values[ids.index(period)][row]
    if what in OF_GOAL:
        found = [
            s
            for s in (*allocation.summaries, *allocation.groups)
            if (s.indicator, s.period, s.parent) == (INDICATOR, period, wish.get("parent"))
        ]
        assert len(found) == 1, f"{len(found)} summaries for {wish}"
        return getattr(found[0], "status" if what == "goal_status" else what)
    if what in ("warning", "conflict"):
        notes = allocation.warnings if what == "warning" else allocation.conflicts
        return [note.code for note in notes]
    if what == "all_met":
        return allocation.all_met
    diagnosis = allocation.diagnosis[INDICATOR, period]
    if what in OF_DIAGNOSIS:
        return getattr(diagnosis, what)
    if what == "binding":
        return [one.rule for one in diagnosis.binding]
    if what == "binding_takes":
        return next(one.takes for one in diagnosis.binding if one.rule == wish["rule"])
    raise AssertionError(f"unknown: {what}")


def check(allocation: Allocation, wish: dict[str, Any]) -> None:
    value, got = wish["value"], found(allocation, wish)
    what = wish["what"]
    if what in ("warning", "conflict"):
        assert value in got, f"{value} is not among {got}"
    elif what == "remedies":
        assert sorted(got) == sorted(value)
    elif isinstance(value, list):
        assert list(got) == value, wish
    elif value in ("yes", "no"):
        assert bool(got) is (value == "yes"), wish
    elif value == "none":
        assert math.isnan(got), wish
    elif what in ("goal_status", "status", "reason", "lower_by", "upper_by", "blocked_by_later_goal"):
        assert str(got) == value, wish
    else:
        within = arithmetic(wish["within"]) if "within" in wish else EXACT
        assert got == pytest.approx(arithmetic(value), abs=within, rel=0), wish


def check_refusal(refusal: EngineError, case: dict[str, Any]) -> None:
    for wish in case["expect"]:
        if wish["what"] == "refused":
            assert refusal.code == wish["value"]
        elif wish["what"] == "refused_details":
            assert set(wish["value"]) <= set(refusal.details)
        else:
            key = wish["what"].removeprefix("refused_")
            assert refusal.details[key] == pytest.approx(arithmetic(wish["value"]), abs=EXACT)


@pytest.mark.parametrize("case", CASES)
def test_case(case: dict[str, Any]) -> None:
    figures, plan = the_figures(case), the_plan(case)
    if any(wish["what"] == "refused" for wish in case["expect"]):
        with pytest.raises(EngineError) as refusal:
            allocate(figures, plan)
        check_refusal(refusal.value, case)
        return
    allocation = allocate(figures, plan)
    for wish in case["expect"]:
        check(allocation, wish)


def test_every_kind_of_rule_method_pace_and_rounding_has_an_example() -> None:
    cases = [param.values[0] for param in CASES]
    methods = {case["method"] if isinstance(case["method"], str) else case["method"]["name"] for case in cases}
    assert methods == {
        "equal_target", "equal_increment", "proportional_growth", "gap_closing", "equal_effort", "weighted_increment",
        "proposals", "blend",
    }  # fmt: skip
    assert {rule["kind"] for case in cases for rule in case.get("rules", ())} == {str(kind) for kind in RuleKind}
    assert {case.get("pace", "linear") for case in cases} == {str(pace) for pace in Pace}
    assert {case.get("rounding", {"mode": "none"})["mode"] for case in cases} == {str(mode) for mode in RoundingMode}
    assert {case.get("toward", "reachable") for case in cases} == {str(toward) for toward in Toward}
    assert len({case["id"] for case in cases}) == len(cases) >= 40
