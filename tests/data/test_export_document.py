"""The document and the CSV: keys as promised, nothing that is no number, nothing that runs."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.export import (
    TARGET_KEYS,
    OutputError,
    comparison_document,
    json_text,
    result_document,
    targets_sha256,
    write_comparison_csv,
    write_csv,
    write_json,
)
from data.export.document import plain
from engine import ENGINE_VERSION, GoalStatus
from tests.data.results import CAP, exported, run

SUMMARY = (
    "indicator period goal start attained_exact attained lift lift_rounded status "
    "shortfall max_attainable agencies at_lower at_upper"
)
TARGET = (
    "agency name level parent indicator period numerator denominator weight current start lower lower_by "
    "upper upper_by exact target target_count to_do in_period_rate status"
)


def strict(text: str) -> Any:
    """JSON without the NaN and Infinity that Python alone would take."""

    def refuse(name: str) -> None:
        raise AssertionError(name)

    return json.loads(text, parse_constant=refuse)


def test_the_keys_are_those_of_the_format_in_its_order() -> None:
    document = strict(json_text(result_document(run(), "a/b")))
    assert list(document)[:2] == ["scenario", "figures_sha256"]
    assert {"engine", "summary", "targets", "conflicts", "warnings"} <= set(document)
    assert (document["scenario"], document["engine"]) == ("a/b", ENGINE_VERSION)
    for summary in document["summary"]:
        assert list(summary)[: len(SUMMARY.split())] == SUMMARY.split()
    for target in document["targets"]:
        assert list(target) == list(TARGET_KEYS)
    assert list(TARGET_KEYS)[: len(TARGET.split())] == TARGET.split()


def test_every_target_is_there_once_and_says_what_the_engine_says() -> None:
    allocation = run()
    document = result_document(allocation, "a/b")
    at = {(t["agency"], t["indicator"], t["period"]): t for t in document["targets"]}
    assert len(at) == len(document["targets"]) == 2 * 2 * 6
    for id, result in allocation.results.items():
        for t, period in enumerate(allocation.plan.periods):
            for i, row in enumerate(result.rows):
                target = at[allocation.figures.codes[row], id, period.id]
                for key in ("lower", "upper", "exact", "target", "target_count", "to_do", "in_period_rate", "weight"):
                    value = getattr(result, key)[t, i]
                    assert target[key] == (None if np.isnan(value) else value), key
                assert target["status"] == result.status[t, i].value
    assert isinstance(at["STP", "online", "2022Q4"]["numerator"], int)
    assert at["31471", "online", "2022Q4"]["parent"] == "936"
    assert at["STP", "online", "2022Q4"]["parent"] is None


def test_exempt_and_missing_are_told_apart_and_neither_is_zero() -> None:
    targets = {(t["agency"], t["indicator"]): t for t in result_document(run(), "a/b")["targets"]}
    exempt, missing = targets["BDT", "online"], targets["SYT", "provided"]
    assert (exempt["target"], exempt["status"], exempt["reason"]) == (None, "exempt", "no_denominator")
    assert exempt["numerator"] == 0
    assert (missing["target"], missing["status"], missing["numerator"]) == (None, "missing", None)


def test_a_goal_that_is_not_met_says_what_binds_and_what_would_help() -> None:
    allocation = run(0.5, cap=0.2)
    document = strict(json_text(result_document(allocation, "a/b")))
    entry = next(s for s in document["summary"] if (s["indicator"], s["period"]) == ("online", "2022Q4"))
    assert entry["status"] == GoalStatus.INFEASIBLE
    diagnosis = allocation.diagnosis["online", "2022Q4"]
    assert entry["remedies"] == list(diagnosis.remedies) == [CAP]
    assert entry["binding"][0]["rule"] == CAP
    assert entry["binding"][0]["points"] == diagnosis.binding[0].takes > 0
    assert entry["relax_caps_by"] == diagnosis.relax_caps_by
    assert "binding" not in document["summary"][0]


def test_what_is_no_number_becomes_null() -> None:
    odd = {
        "a": float("nan"),
        "b": float("inf"),
        "c": np.float64("-inf"),
        "d": np.int64(3),
        "e": (GoalStatus.MET, np.array([1.5])),
    }
    assert plain(odd) == {"a": None, "b": None, "c": None, "d": 3, "e": ["met", [1.5]]}
    with pytest.raises(ValueError, match="JSON compliant"):
        json_text({"x": float("nan")})


def test_the_hash_follows_the_targets_and_nothing_else() -> None:
    assert targets_sha256(run()) == targets_sha256(run())
    assert targets_sha256(run()) != targets_sha256(run(0.31))
    assert targets_sha256(run(pin=0.5)) != targets_sha256(run())


def read_csv(path: Path) -> list[list[str]]:
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def test_the_csv_holds_the_targets(tmp_path: Path) -> None:
    write_csv(exported(run()), tmp_path / "t.csv")
    head, *rows = read_csv(tmp_path / "t.csv")
    targets = result_document(run(), "x")["targets"]
    assert head[: len(TARGET_KEYS)] == list(TARGET_KEYS)
    assert len(rows) == len(targets)
    carried = {tuple(zip(head[len(TARGET_KEYS) :], row[len(TARGET_KEYS) :], strict=True)) for row in rows}
    assert len(carried) == 1, "the imprint is the same in every row"
    imprint = dict(carried.pop())
    assert (imprint["export_scenario"], imprint["export_table"]) == ("hau-giang-2022/base", "4")
    assert (imprint["export_state"], imprint["export_illustrative"]) == ("draft", "true")
    assert imprint["export_made_at"] == "2022-06-20T09:30:00+00:00"
    assert imprint["export_targets_sha256"] == targets_sha256(run())
    for row, target in zip(rows, targets, strict=True):
        for key, cell in zip(TARGET_KEYS, row, strict=False):
            value = target[key]
            if isinstance(value, bool):
                assert cell == str(value).lower()
            elif isinstance(value, float | int):
                assert float(cell) == value, "to the last digit"
            elif value and value.startswith("="):
                assert cell == f"'{value}"
            else:
                assert cell == (value or "")


def test_no_cell_of_a_csv_runs(tmp_path: Path) -> None:
    write_comparison_csv([exported(run(), scenario="=cmd")], tmp_path / "t.csv")
    for row in read_csv(tmp_path / "t.csv"):
        for cell in row:
            assert not cell.startswith(("=", "@", "+", "\t", "\r"))
            assert not cell.startswith("-") or float(cell) < 0


def test_a_comparison_holds_each_result(tmp_path: Path) -> None:
    both = [("a", run()), ("b", run(0.4))]
    document = comparison_document(both)
    write_json(document, tmp_path / "c.json")
    again = strict((tmp_path / "c.json").read_text(encoding="utf-8"))
    assert again["scenarios"] == ["a", "b"]
    assert [r["summary"] for r in again["results"]] == [
        strict(json_text(result_document(a, i)))["summary"] for i, a in both
    ]
    write_comparison_csv([exported(i, scenario=a) for a, i in both], tmp_path / "c.csv")
    assert [row[0] for row in read_csv(tmp_path / "c.csv")][1:] == ["a"] * 24 + ["b"] * 24


def test_vietnamese_is_written_as_it_is(tmp_path: Path) -> None:
    write_json(result_document(run(), "a"), tmp_path / "r.json")
    assert "UBND huyện Long Mỹ" in (tmp_path / "r.json").read_text(encoding="utf-8")


def test_nowhere_to_write(tmp_path: Path) -> None:
    with pytest.raises(OutputError) as refusal:
        write_csv(exported(run()), tmp_path / "none" / "t.csv")
    assert (refusal.value.code, refusal.value.path) == ("no_such_folder", tmp_path / "none" / "t.csv")
