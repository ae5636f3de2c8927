"""The command line as a user runs it: results, formats, exit status."""

from __future__ import annotations

import csv
import fcntl
import json
import math
import os
import pty
import signal
import socket
import struct
import subprocess
import sys
import termios
import urllib.request
from pathlib import Path

import openpyxl
import pytest

from dashapp.cli import main
from dashapp.i18n import LANGUAGES
from tests.data import messy

ROOT = Path(__file__).parents[2]
PHU_THO = ROOT / "data" / "reference" / "phu-tho-2026" / "figures.csv"
HAU_GIANG = ROOT / "data" / "reference" / "hau-giang-2022" / "figures.csv"

FIGURES = """agency,name,level,parent,indicator,numerator,denominator,expected_2022Q4
A,Sở Tư pháp,province,,online,100,1000,1000
B,=Sở Y tế,province,,online,300,1000,1000
C,Sở Ngoại vụ,province,,online,0,0,0
"""
SCENARIO = """name = {vi = "Thử", en = "Try"}
as_of = 2022-06-15
[[periods]]
id = "2022Q4"
end = 2022-12-31
[indicators.online]
goals = {2022Q4 = "GOAL"}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a figures file, a scenario that can be met and one that cannot."""
    (tmp_path / "so-lieu.csv").write_text(FIGURES, encoding="utf-8")
    (tmp_path / "dat.toml").write_text(SCENARIO.replace("GOAL", "40%"), encoding="utf-8")
    (tmp_path / "khong-dat.toml").write_text(SCENARIO.replace("GOAL", "90%"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CHITIEU_LANGUAGE", raising=False)
    return tmp_path


def chitieu(*arguments: str, where: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    env = {name: value for name, value in os.environ.items() if name != "CHITIEU_LANGUAGE"} | environment
    return subprocess.run(
        [sys.executable, "-m", "dashapp", *arguments],
        cwd=where,
        env={**env, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_allocate_prints_a_table_and_meets_the_goal(here: Path):
    done = chitieu("allocate", "so-lieu.csv", "--scenario", "dat.toml", where=here)
    assert done.returncode == 0, done.stderr
    assert "Sở Tư pháp" in done.stdout
    assert "đạt mục tiêu 40\u00a0%" in done.stdout
    assert done.stdout.rstrip().endswith("Mọi mục tiêu đều đạt.")
    assert {path.name for path in here.iterdir()} == {"so-lieu.csv", "dat.toml", "khong-dat.toml"}


def test_allocate_with_an_unmet_goal_writes_and_says_so(here: Path):
    arguments = ("allocate", "so-lieu.csv", "--scenario", "khong-dat.toml", "--out", "r.json", "--lang", "en")
    done = chitieu(*arguments, where=here)
    assert done.returncode == 1
    assert "to get there, lower the goal to 60%" in done.stdout.replace("\u00a0", " ")
    summary = json.loads((here / "r.json").read_text(encoding="utf-8"))["summary"][0]
    assert summary["status"] == "infeasible"
    assert summary["max_attainable"] == pytest.approx((100 + 300 + 2000) / 4000)


def test_json_on_standard_output_is_json_alone(here: Path):
    done = chitieu("allocate", "so-lieu.csv", "--scenario", "dat.toml", "--out", "-", where=here)
    document = json.loads(done.stdout)
    assert document["scenario"] == "dat"
    assert document["illustrative"] is False
    targets = {row["agency"]: row for row in document["targets"]}
    assert targets["A"]["name"] == "Sở Tư pháp"
    assert targets["C"]["target"] is None
    assert targets["C"]["status"] == "exempt"
    assert targets["C"]["reason"] == "no_denominator"
    pooled = sum(targets[code]["target"] * targets[code]["weight"] for code in "AB") / 4000
    assert pooled == pytest.approx(document["summary"][0]["attained"])
    assert pooled >= 0.4


def test_csv_holds_the_targets_and_runs_nothing(here: Path):
    assert main(["allocate", "so-lieu.csv", "--scenario", "dat.toml", "--out", "r.csv"]) == 0
    text = (here / "r.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(text.decode("utf-8-sig").splitlines()))
    assert [row["agency"] for row in rows] == ["A", "B", "C"]
    assert rows[1]["name"] == "'=Sở Y tế"
    assert float(rows[0]["target"]) > 0.1
    assert rows[2]["target"] == ""


@pytest.mark.parametrize(("lang", "sheet"), [("vi", "Phụ lục"), ("en", "Appendix")])
def test_workbook_in_each_language(here: Path, lang: str, sheet: str):
    assert main(["allocate", "so-lieu.csv", "--scenario", "dat.toml", "--out", "r.xlsx", "--lang", lang]) == 0
    book = openpyxl.load_workbook(here / "r.xlsx")
    assert sheet in book.sheetnames
    values = [cell for row in book[sheet].iter_rows(values_only=True) for cell in row]
    assert "Sở Tư pháp" in values


def test_compare_table_json_and_workbook(here: Path, capsys: pytest.CaptureFixture[str]):
    pair = ["--scenario", "dat.toml", "--scenario", "khong-dat.toml"]
    assert main(["compare", "so-lieu.csv", *pair]) == 1
    assert "Không khả thi" in capsys.readouterr().out
    assert main(["compare", "so-lieu.csv", *pair, "--out", "-"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["scenarios"] == ["dat", "khong-dat"]
    for name in ("c.json", "c.csv", "c.xlsx"):
        assert main(["compare", "so-lieu.csv", *pair, "--out", name]) == 1
        assert (here / name).stat().st_size > 100


def test_explain_adds_up(here: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["explain", "so-lieu.csv", "--scenario", "dat.toml", "--agency", "A", "--lang", "en"]) == 0
    told = capsys.readouterr().out.replace("\u00a0", " ")
    assert "Sở Tư pháp: 33% by 31 Dec 2022 (now 10%)." in told
    assert "Same target" in told  # the target under each other method
    assert main(["explain", "so-lieu.csv", "--scenario", "dat.toml", "--agency", "C"]) == 0
    assert "không giao chỉ tiêu" in capsys.readouterr().out


def test_explain_names_the_rule_its_reason_and_its_law(here: Path, capsys: pytest.CaptureFixture[str]):
    rule = """[[rules]]
kind = "cap"
value = "20%"
where = {agency = "A"}
reason = {vi = "Đang sắp xếp lại bộ máy", en = "Being reorganised"}
source = "Quyết định số 1/QĐ-UBND"
"""
    (here / "tran.toml").write_text(SCENARIO.replace("GOAL", "35%") + rule, encoding="utf-8")
    assert main(["explain", "so-lieu.csv", "--scenario", "tran.toml", "--agency", "A"]) == 0
    told = capsys.readouterr().out.replace("\u00a0", " ")
    assert "Mức trần 20 % (Sở Tư pháp): Đang sắp xếp lại bộ máy. Căn cứ: Quyết định số 1/QĐ-UBND" in told


def test_check_says_what_is_fine(here: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["check", "so-lieu.csv"]) == 0
    assert "so-lieu.csv: không có lỗi" in capsys.readouterr().out
    assert main(["check", "--scenario", "dat.toml", "--lang", "en"]) == 0
    assert "dat.toml: the scenario has no errors." in capsys.readouterr().out
    assert main(["check", "so-lieu.csv", "--scenario", "khong-dat.toml"]) == 0


@pytest.mark.parametrize("layout", ["form", "long"])
@pytest.mark.parametrize("campaign", ["hau-giang-2022", "phu-tho-2026"])
def test_template_is_read_back(here: Path, capsys: pytest.CaptureFixture[str], campaign: str, layout: str):
    """The empty form has no error but that no figures are in it."""
    assert main(["template", "--out", "bieu.xlsx", "--campaign", campaign, "--layout", layout, "--lang", "en"]) == 0
    capsys.readouterr()
    assert main(["allocate", "bieu.xlsx", "--scenario", f"{campaign}/base", "--lang", "en"]) == 2
    errors = [line for line in capsys.readouterr().err.splitlines() if line.startswith("Error: ")]
    assert len(errors) == 1
    assert "Fill in" in errors[0]


@pytest.mark.parametrize("figures", [PHU_THO, HAU_GIANG], ids=lambda path: path.parent.name)
def test_shipped_figures_run_under_their_campaign(here: Path, figures: Path, capsys: pytest.CaptureFixture[str]):
    base = f"{figures.parent.name}/base"
    assert main(["allocate", str(figures), "--scenario", base, "--out", "-", "--lang", "en"]) == 0
    captured = capsys.readouterr()
    document = json.loads(captured.out)
    composed = figures == HAU_GIANG
    assert document["illustrative"] is composed
    assert ("ILLUSTRATIVE FIGURES" in captured.err) is composed
    for summary in document["summary"]:
        if summary["goal"] is not None:
            assert summary["attained"] >= summary["goal"] - 1e-12
    for row in document["targets"]:
        assert row["target"] is None or (math.isfinite(row["target"]) and 0 <= row["target"] <= 1)


def test_unknown_agencies_of_another_place_are_refused_by_a_shipped_scenario(
    here: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["allocate", "so-lieu.csv", "--scenario", "hau-giang-2022/base"]) == 2
    assert "không có trong danh sách của đợt giao chỉ tiêu" in capsys.readouterr().err


def test_language_of_the_environment(here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("CHITIEU_LANGUAGE", "en")
    assert main(["check", "so-lieu.csv"]) == 0
    assert "no errors" in capsys.readouterr().out
    assert main(["--lang", "vi", "check", "so-lieu.csv"]) == 0
    assert "không có lỗi" in capsys.readouterr().out
    monkeypatch.setenv("CHITIEU_LANGUAGE", "fr")
    assert main(["check", "so-lieu.csv"]) == 2
    assert "CHITIEU_LANGUAGE: không có ngôn ngữ “fr”" in capsys.readouterr().err


def test_vietnamese_in_a_terminal_of_any_locale(here: Path):
    latin = {"LC_ALL": "C", "LANG": "C", "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = chitieu("allocate", "so-lieu.csv", "--scenario", "dat.toml", where=here, **latin)
    assert done.returncode == 0
    assert "Mục tiêu của tỉnh" in done.stdout
    assert "Cảnh báo" in done.stderr or done.stderr == ""


def test_no_progress_bar_in_a_pipe(here: Path):
    done = chitieu("compare", "so-lieu.csv", "--scenario", "dat.toml", "--scenario", "khong-dat.toml", where=here)
    assert "it/s" not in done.stderr
    assert "\r" not in done.stdout + done.stderr


def test_progress_bar_on_a_terminal(here: Path):
    """Work of more than a second, on a terminal of 80 columns."""
    work = "import time; from dashapp.terminal import progress\nwith progress(4) as bar:\n"
    work += "    for _ in range(4): time.sleep(0.5); bar.update()"
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", work], cwd=here, env=env, stderr=theirs, timeout=60, check=True)
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert "4/4" in shown


def test_reader_that_goes_away(here: Path):
    """``chitieu … | head -1``: no complaint, and the exit status of the run."""
    command = f"{sys.executable} -m dashapp allocate {PHU_THO} --scenario phu-tho-2026/base"
    script = f'{command} 2>err | head -1; echo "${{PIPESTATUS[0]}}"'
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=here,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.stdout.splitlines()[-1] == "0"
    assert "Traceback" not in (here / "err").read_text(encoding="utf-8")
    assert "BrokenPipe" not in (here / "err").read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_help_of_every_command(lang: str, capsys: pytest.CaptureFixture[str]):
    for command in ([], ["serve"], ["allocate"], ["compare"], ["check"], ["explain"], ["template"]):
        with pytest.raises(SystemExit) as ended:
            main([*command, "--help", "--lang", lang])
        assert ended.value.code == 0
        told = capsys.readouterr().out
        assert told.startswith({"vi": "Cách dùng: chitieu", "en": "Usage: chitieu"}[lang])
        assert "show this help message" not in told
    assert "backup" not in told


def test_serve_answers_and_stops(here: Path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "dashapp", "serve", "--port", str(port), "--workers", "1"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=here, env=env, stderr=subprocess.PIPE, encoding="utf-8") as server:
        assert server.stderr is not None
        assert f"http://127.0.0.1:{port}" in server.stderr.readline()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=30) as answer:
            assert answer.status == 200
        taken = chitieu("serve", "--port", str(port), "--lang", "en", where=here)
        assert taken.returncode == 2
        assert "the port is in use" in taken.stderr
        server.send_signal(signal.SIGINT)
        server.wait(timeout=30)
        assert "Traceback" not in server.stderr.read()


def test_a_report_of_an_agency_is_checked_and_run_like_any_file(here: Path, capsys: pytest.CaptureFixture[str]):
    (here / "tu-phap.xlsx").write_bytes(messy.ii06a())
    assert main(["check", "tu-phap.xlsx"]) == 2, "nothing says which agencies there are"
    assert "thêm --campaign với mã đợt" in capsys.readouterr().err
    of = ["--campaign", "hau-giang-2022"]
    assert main(["check", "tu-phap.xlsx", *of]) == 0
    said = capsys.readouterr().out
    assert "đọc trang “II.06a”, bỏ qua Bìa và Năm trước" in said
    assert "Sở Tư pháp: 1.040 hồ sơ trực tuyến, cột (4), trên 1.160 hồ sơ" in said
    assert main(["allocate", "tu-phap.xlsx", "--scenario", "dat.toml", "--out", "-", *of]) == 0
    (target,) = json.loads(capsys.readouterr().out)["targets"]
    assert (target["agency"], target["numerator"], target["denominator"]) == ("STP", 1040, 1160)
    assert main(["check", "tu-phap.xlsx", "--campaign", "hau-giang-2202"]) == 2
    assert "hau-giang-2022" in capsys.readouterr().err


def test_a_file_of_the_time_before_unicode_is_refused_with_what_it_says(here: Path, capsys: pytest.CaptureFixture[str]):
    (here / "abc.xlsx").write_bytes(next(one.data for one in messy.good() if one.name == "xay-dung-abc.xlsx"))
    assert main(["check", "abc.xlsx", "--campaign", "hau-giang-2022"]) == 2
    assert "bộ mã cũ TCVN3 (ABC): “" in capsys.readouterr().err


def test_a_run_from_files_loads_no_database(tmp_path):
    asked = ["allocate", str(HAU_GIANG), "--scenario", "hau-giang-2022/base", "--out", str(tmp_path / "out.csv")]
    script = "import sys; from dashapp.cli import main; main(sys.argv[1:]); print('sqlalchemy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script, *asked], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.splitlines()[-1] == "False"
