"""Commands that look ahead or back as a person calls them, in both languages."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import scenarios
from dashapp.cli import main
from dashapp.explain import target_sentence
from dashapp.views.shown import labels
from data.reference import FOLDER, figures
from engine import explain
from tests.dashapp.sweeps import sweep_text

FIGURES, HISTORY = (str(FOLDER / "hau-giang-2022" / name) for name in ("figures.csv", "history.csv"))


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(list(arguments))
    said = capsys.readouterr()
    return status, said.out, said.err


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("vi", "biện pháp “Giảm lệ phí khi nộp trực tuyến” (giả định) thêm 1,8 điểm"),
        ("en", "the measure “Lower fee for filing online” (assumption) adds 1.8 points"),
    ],
)
def test_a_target_names_its_measures_on_every_face(capsys, lang: str, told: str) -> None:
    scenario = scenarios.load("hau-giang-2022/measures")
    asked = ("--scenario", scenario.id, "--agency", "SCT", "--indicator", "online", "--period", "2022Q4")
    out = call(capsys, "explain", FIGURES, *asked, "--lang", lang)[1].replace("\N{NO-BREAK SPACE}", " ")
    assert told in out
    own = figures("hau-giang-2022")
    allocation = scenarios.run(own, scenario)
    shown = labels(own, scenario.plan, lang)
    said = target_sentence(explain(allocation, "SCT", "online", "2022Q4"), allocation, shown)
    assert told in said.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(("lang", "word"), [("vi", "Giữ nguyên"), ("en", "No change")])
def test_backtest_tells_every_forecast_and_agency(capsys, lang: str, word: str) -> None:
    status, out, err = call(capsys, "backtest", FIGURES, "--history", HISTORY, "--hide", "3", "--lang", lang)
    assert status == 0
    assert "MINH HỌA" in err or "ILLUSTRATIVE" in err
    out = out.replace("\N{NO-BREAK SPACE}", " ")
    lines = out.splitlines()
    assert sum(line.startswith(word) for line in lines) == 1
    assert "23,07 %" in out or "23.07%" in out  # online dossiers of April to 15 June over all
    assert sum(line.startswith(("STNMT", "31318", "BDT")) for line in lines) == 3


def test_backtest_refuses_what_cannot_be_tried(capsys, tmp_path: Path) -> None:
    status, out, err = call(capsys, "backtest", FIGURES, "--history", HISTORY, "--hide", "17")
    assert (status, out) == (2, "")
    assert "18 tháng" in err
    assert "20" in err
    status, out, err = call(capsys, "backtest", FIGURES, "--history", HISTORY, "--hide", "0", "--lang", "en")
    assert (status, out) == (2, "")
    assert "from 1 to 60" in err
    bad = tmp_path / "history.csv"
    bad.write_text("agency,indicator,end,numerator,denominator\nSCT,online,May,1,2\nX,online,2022-05,1,2\n", "utf-8")
    status, out, err = call(capsys, "backtest", FIGURES, "--history", str(bad), "--lang", "en")
    assert (status, out) == (2, "")
    assert "C2" in err
    assert "A3" in err
    assert "Traceback" not in err
    assert call(capsys, "backtest", FIGURES, "--history", HISTORY, "--indicator", "active")[0] == 2
    assert call(capsys, "backtest", FIGURES, "--history", str(tmp_path / "none.csv"))[0] == 2


def test_chance_tells_goals_what_they_rest_on_and_how_high_to_aim(capsys, tmp_path: Path) -> None:
    quick = tmp_path / "quick.toml"
    quick.write_text('extends = "hau-giang-2022/measures"\n[assumptions]\ndraws = 400\n', encoding="utf-8")
    status, out, err = call(capsys, "chance", FIGURES, "--scenario", str(quick), "--confidence", "80 %", "--lang", "en")
    assert status == 0
    assert "ILLUSTRATIVE" in err
    assert "times in\u00a010" in out
    assert "Dossiers online rests most on: " in out
    assert "Online-only reception" in out or "delivery of agencies" in out
    assert "80% wanted" in out
    assert "left to plain effort +" in out
    assert "400 simulations (seed 1)" in out


def test_chance_refuses_what_is_no_chance(capsys) -> None:
    for wrong in ("80", "0%", "x"):
        status, out, err = call(capsys, "chance", FIGURES, "--scenario", "hau-giang-2022/base", "--confidence", wrong)
        assert (status, out) == (2, "")
        assert f"“{wrong}”" in err


def test_infer_says_what_a_table_was_made_by_and_writes_a_scenario_that_gives_it_again(capsys, tmp_path: Path) -> None:
    table, again, made = (str(tmp_path / name) for name in ("table.csv", "again.csv", "made.toml"))
    call(capsys, "allocate", FIGURES, "--scenario", "hau-giang-2022/one-target", "--out", table)
    status, out, _ = call(
        capsys, "infer", FIGURES, table, "--scenario", "hau-giang-2022/base", "--out", made, "--lang", "en"
    )
    assert status == 0
    out = out.replace("\N{NO-BREAK SPACE}", " ")
    assert "Offered online: Same target, goal 100%, rounded to 10%." in out
    assert "Explains it equally well: Same increase in points, goal 100%" in out
    assert "Reproduces 102 of 102 targets." in out
    assert call(capsys, "allocate", FIGURES, "--scenario", made, "--out", again)[0] == 0
    rows = [list(csv.DictReader(Path(one).read_text("utf-8-sig").splitlines())) for one in (table, again)]
    last = [[one["target"] for one in several if one["period"] == "2022Q4"] for several in rows]
    assert last[0] == last[1]


def test_infer_refuses_what_it_cannot_read(capsys, tmp_path: Path) -> None:
    bad = tmp_path / "table.csv"
    bad.write_text("agency,indicator,period,target\nSCT,online,2022Q4,120%\nX,online,2022Q9,50%\n", "utf-8")
    status, out, err = call(capsys, "infer", FIGURES, str(bad), "--scenario", "hau-giang-2022/base", "--lang", "en")
    assert (status, out) == (2, "")
    assert all(cell in err for cell in ("D2", "A3", "C3"))
    bad.write_text("agency,indicator,period,target\nSCT,online,2022Q4,50%\n", "utf-8")
    assert call(capsys, "infer", FIGURES, str(bad), "--scenario", "hau-giang-2022/base")[0] == 2


SWEEP = sweep_text(policies=3, futures=2, draws=40)


def test_a_sweep_that_was_stopped_goes_on_and_comes_to_the_same(capsys, tmp_path: Path) -> None:
    file, out = tmp_path / "sweep.toml", tmp_path / "out.csv"
    file.write_text(SWEEP, encoding="utf-8")
    asked = ("sweep", FIGURES, "--sweep", str(file), "--out", str(out), "--lang", "en")
    status, said, err = call(capsys, *asked)
    assert status == 0
    assert "6 scenarios (0 were in the file already)" in said
    assert "ILLUSTRATIVE" in err
    whole = out.read_text("utf-8")
    assert len(whole.splitlines()) == 7
    lines = whole.splitlines(keepends=True)
    out.write_text("".join(lines[:4]) + lines[4][:40], encoding="utf-8")  # stopped in the middle of a row
    status, again, _ = call(capsys, *asked, "--resume")
    assert status == 0
    assert "(3 were in the file already)" in again
    assert out.read_text("utf-8") == whole
    assert again.splitlines()[1:] == said.splitlines()[1:]


def test_a_sweep_refuses_rows_of_another_and_a_lever_that_is_none(capsys, tmp_path: Path) -> None:
    file, out = tmp_path / "sweep.toml", tmp_path / "out.csv"
    file.write_text(SWEEP, encoding="utf-8")
    asked = ("sweep", FIGURES, "--sweep", str(file), "--out", str(out))
    call(capsys, *asked)
    before = out.read_bytes()
    file.write_text(SWEEP.replace("draws = 40", "draws = 41"), encoding="utf-8")
    status, said, err = call(capsys, *asked, "--resume")
    assert (status, said) == (2, "")
    assert "out.csv" in err
    assert out.read_bytes() == before
    file.write_text(SWEEP.replace("delivery.mean", "delivery.men"), encoding="utf-8")
    status, said, err = call(capsys, *asked)
    assert (status, said) == (2, "")
    assert "sweep.toml" in err
    assert "delivery.men" in err
    assert call(capsys, "sweep", FIGURES, "--sweep", str(file), "--resume")[0] == 2
