"""Bad input: exit 2, a message with place, finding, expectation and remedy in both languages, nothing written."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from dashapp.cli import main
from dashapp.i18n import LANGUAGES

ROOT = Path(__file__).parents[2]
HEAD = "agency,name,level,parent,indicator,numerator,denominator,expected_2022Q4\n"
GOOD = HEAD + "A,Sở Tư pháp,province,,online,100,1000,1000\nB,Sở Y tế,province,,online,300,1000,1000\n"
PLAN = """as_of = 2022-06-15
[[periods]]
id = "2022Q4"
end = 2022-12-31
[indicators.online]
goals = {2022Q4 = "40%"}
"""


def _noise(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(3000))


def _large(path: Path) -> None:
    with path.open("wb") as opened:
        opened.truncate(100_000_000)


def _bomb(path: Path) -> None:
    """A tenth of a megabyte that unpacks to 110 MB."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("xl/workbook.xml", "<workbook/>")
        with packed.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(110):
                sheet.write(b"0" * 1_000_000)


def _nothing(path: Path) -> None:
    assert not path.exists()


def _text(text: str) -> Callable[[Path], None]:
    return lambda path: path.write_text(text, encoding="utf-8") and None


@dataclass(frozen=True)
class Fault:
    """A file, how it is made, and words that its message must hold in each language."""

    file: str
    make: Callable[[Path], None]
    vi: tuple[str, ...]
    en: tuple[str, ...]


FIGURES = {
    "binary-csv": Fault("x.csv", _noise, ("x.csv", "Lưu lại"), ("x.csv", "Save it")),
    "binary-xlsx": Fault("x.xlsx", _noise, ("không phải bảng tính Excel", "lưu"), ("not an Excel workbook", "save")),
    "empty-csv": Fault("x.csv", _text(""), ("x.csv: tệp không có nội dung", "Tải biểu mẫu"), ("no content", "form")),
    "empty-xlsx": Fault("x.xlsx", _text(""), ("không có nội dung",), ("no content",)),
    "100-mb": Fault("x.csv", _large, ("95,4 MB", "10 MB", "Chỉ giữ"), ("95.4 MB", "10 MB", "Keep only")),
    "bomb": Fault("x.xlsx", _bomb, ("giải nén", "100 MB", "xóa ảnh"), ("unpacks", "100 MB", "remove pictures")),
    "circle": Fault(
        "x.csv",
        _text(HEAD + "A,A,province,B,online,1,100,1\nB,B,province,A,online,1,100,1\n"),
        ("ô D2", "thành vòng: A và B", "Sửa cột"),
        ("cell D2", "in a circle: A and B", "Correct the column"),
    ),
    "twice": Fault(
        "x.csv",
        _text(GOOD + "A,Sở Tư pháp,province,,online,100,1000,1000\n"),
        ("ô A4", "đã có ở ô A2", "Chỉ giữ lại một dòng"),
        ("cell A4", "already given in cell A2", "Keep only one"),
    ),
    "numerator": Fault(
        "x.csv",
        _text(HEAD + "A,A,province,,online,1001,1000,1\n"),
        ("ô F2", "tử số 1.001 lớn hơn mẫu số 1.000", "Kiểm tra"),
        ("cell F2", "numerator 1,001 is larger than the denominator 1,000", "Check"),
    ),
    "dot": Fault(
        "x.csv",
        _text(HEAD + "A,A,province,,online,1,1.26,1\n"),
        ("ô G2", "“1.26”", "1.260"),
        ("cell G2", "“1.26”", "1.260"),
    ),
    "unknown-indicator": Fault(
        "x.csv",
        _text(HEAD + "A,A,province,,onlin,1,100,1\n"),
        ("ô E2", "“onlin”", "“online”"),
        ("cell E2", "“onlin”", "“online”"),
    ),
    "unknown-level": Fault(
        "x.csv", _text(HEAD + "A,A,provinc,,online,1,100,1\n"), ("ô C2", "“province”"), ("cell C2", "“province”")
    ),
    "no-header": Fault("x.csv", _text("1,2,3\n4,5,6\n"), ("dòng tiêu đề", "chitieu template"), ("header row", "form")),
}
SCENARIOS = {
    "goal-of-50": Fault(
        "x.toml",
        _text(PLAN.replace('"40%"', "50")),
        ("x.toml, dòng 6, indicators.online.goals.2022Q4", "ghi 50", '"50%"'),
        ("x.toml, line 6, indicators.online.goals.2022Q4", "50 is a number above 1", '"50%"'),
    ),
    "impossible-pin": Fault(
        "x.toml",
        _text(PLAN + '[[rules]]\nkind = "pin"\nvalue = "99%"\nwhere = {agency = "A"}\n'),
        ("Sở Tư pháp", "quý IV/2022", "99,00 %", "từ 5,00 % đến 55,00 %", "Chọn một mức"),
        ("Sở Tư pháp", "Q4 2022", "99.00%", "5.00% to 55.00%", "Choose a value"),
    ),
    "duplicate-key": Fault(
        "x.toml",
        _text("as_of = 2022-06-15\n" + PLAN),
        ("x.toml, dòng 2, as_of", "đã có ở dòng 1", "Chỉ giữ lại một"),
        ("x.toml, line 2, as_of", "already given in line 1", "Keep only one"),
    ),
    "unknown-key": Fault(
        "x.toml",
        _text(PLAN + 'methd = "equal_effort"\n'),
        ("x.toml, dòng 7, indicators.online.methd", "“methd”", "“method”"),
        ("x.toml, line 7, indicators.online.methd", "“methd”", "“method”"),
    ),
    "unknown-method": Fault(
        "x.toml",
        _text(PLAN + 'method = "equal_efort"\n'),
        ("dòng 7", "“equal_efort”", "“equal_effort”"),
        ("line 7", "“equal_efort”", "“equal_effort”"),
    ),
    "unknown-rule": Fault(
        "x.toml",
        _text(PLAN + '[[rules]]\nkind = "flor"\n'),
        ("dòng 8", "“flor”", "“floor”"),
        ("line 8", "“flor”", "“floor”"),
    ),
    "unknown-agency": Fault(
        "x.toml",
        _text(PLAN + '[[rules]]\nkind = "pin"\nvalue = "30%"\nwhere = {agency = "AA"}\n'),
        ("“AA”", "Có phải là “A”"),
        ("“AA”", "Did you mean “A”"),
    ),
    "unknown-base": Fault(
        "x.toml",
        _text('extends = "hau-giang-2022/bas"\n'),
        ("dòng 1, extends", "“hau-giang-2022/base”"),
        ("line 1, extends", "“hau-giang-2022/base”"),
    ),
    "extends-itself": Fault("x.toml", _text('extends = "x.toml"\n'), ("thành vòng",), ("in a circle",)),
    "trend-without-projection": Fault(
        "x.toml",
        _text(PLAN + "trend = 0.1\n"),
        ("dòng 7", 'start = "projected"', "bỏ trend"),
        ("line 7", 'start = "projected"', "remove trend"),
    ),
    "binary": Fault("x.toml", _noise, ("x.toml", "UTF-8"), ("x.toml", "UTF-8")),
    "empty": Fault("x.toml", _text(""), ("thiếu khóa “as_of”", "“indicators”"), ("“as_of” is missing", "indicators")),
    "syntax": Fault("x.toml", _text(PLAN + "= 3\n"), ("x.toml, dòng 7", "TOML"), ("x.toml, line 7", "TOML")),
    "missing": Fault("x.toml", _nothing, ("không có tệp này",), ("no such file",)),
    "folder": Fault("x.toml", lambda path: path.mkdir(), ("thư mục",), ("folder",)),
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "good.csv").write_text(GOOD, encoding="utf-8")
    (tmp_path / "good.toml").write_text(PLAN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CHITIEU_LANGUAGE", raising=False)
    return tmp_path


def _refused(arguments: list[str], fault: Fault, lang: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(here.iterdir())
    assert main([*arguments, "--lang", lang]) == 2
    captured = capsys.readouterr()
    error = captured.err.replace("\u00a0", " ")
    assert captured.out == ""
    assert {"vi": "Lỗi: ", "en": "Error: "}[lang] in error
    for words in getattr(fault, lang):
        assert words in error
    assert {"vi": "chưa ghi gì", "en": "nothing was written"}[lang] in error.splitlines()[-1]
    assert "{" not in error.replace("goals = {", "")
    assert sorted(here.iterdir()) == before


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("fault", FIGURES.values(), ids=FIGURES)
def test_figures(fault: Fault, lang: str, here: Path, capsys: pytest.CaptureFixture[str]):
    fault.make(here / fault.file)
    _refused(["allocate", fault.file, "--scenario", "good.toml", "--out", "r.xlsx"], fault, lang, here, capsys)
    _refused(["check", fault.file], fault, lang, here, capsys)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("fault", SCENARIOS.values(), ids=SCENARIOS)
def test_scenarios(fault: Fault, lang: str, here: Path, capsys: pytest.CaptureFixture[str]):
    fault.make(here / fault.file)
    _refused(["allocate", "good.csv", "--scenario", fault.file, "--out", "r.xlsx"], fault, lang, here, capsys)
    pair = ["--scenario", "good.toml", "--scenario", fault.file]
    _refused(["compare", "good.csv", *pair, "--out", "r.csv"], fault, lang, here, capsys)
    _refused(["check", "good.csv", "--scenario", fault.file], fault, lang, here, capsys)


@pytest.mark.parametrize(
    "name", ["binary-csv", "empty-csv", "100-mb", "bomb", "circle", "goal-of-50", "impossible-pin"]
)
def test_in_a_process_of_its_own(name: str, here: Path):
    """As a user runs it: exit status, standard error, nothing else, in bounded time."""
    fault = (FIGURES | SCENARIOS)[name]
    fault.make(here / fault.file)
    before = sorted(here.iterdir())
    figures, scenario = (fault.file, "good.toml") if name in FIGURES else ("good.csv", fault.file)
    done = subprocess.run(
        [sys.executable, "-m", "dashapp", "allocate", figures, "--scenario", scenario, "--out", "r.json"],
        cwd=here,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert all(words in done.stderr.replace("\u00a0", " ") for words in fault.vi)
    assert sorted(here.iterdir()) == before


def test_every_fault_of_file_and_scenario_at_once(here: Path, capsys: pytest.CaptureFixture[str]):
    (here / "x.csv").write_text(HEAD + "A,A,provinc,,onlin,-1,1.26,1\n", encoding="utf-8")
    (here / "x.toml").write_text(PLAN.replace('"40%"', "50") + 'methd = "x"\n', encoding="utf-8")
    assert main(["allocate", "x.csv", "--scenario", "x.toml", "--lang", "en"]) == 2
    error = capsys.readouterr().err
    for place in ("line 6", "line 7", "cell C2", "cell E2", "cell F2", "cell G2"):
        assert place in error
    assert error.splitlines()[-1] == "6 errors; nothing was written."


def test_warnings_of_a_kind_are_counted_but_check_shows_all(here: Path, capsys: pytest.CaptureFixture[str]):
    rows = "".join(f"K{i:02},Sở {i},province,,online,1,20,100\n" for i in range(12))
    (here / "x.csv").write_text(HEAD + rows, encoding="utf-8")
    assert main(["allocate", "x.csv", "--scenario", "good.toml"]) == 0
    error = capsys.readouterr().err
    assert error.count("mẫu số chỉ có 20") == 5
    assert "… và 7 mục khác cùng loại (chitieu check x.csv --scenario good.toml liệt kê đầy đủ)" in error
    assert main(["check", "x.csv", "--scenario", "good.toml"]) == 0
    assert capsys.readouterr().out.count("mẫu số chỉ có 20") == 12


@pytest.mark.parametrize(
    ("out", "vi", "en"),
    [
        ("r.doc", "“.doc”", ".xlsx, .docx, .pdf, .csv, .json"),
        ("r", "Dùng một trong", "Use one of"),
        ("no/r.json", "Tạo thư mục trước", "Create it first"),
        ("folder.json", "đây là thư mục", "this is a folder"),
        ("good.csv", "trùng với tệp đầu vào", "the input file itself"),
    ],
)
def test_places_that_cannot_be_written(out: str, vi: str, en: str, here: Path, capsys: pytest.CaptureFixture[str]):
    (here / "folder.json").mkdir()
    for lang, words in (("vi", vi), ("en", en)):
        _refused(
            ["allocate", "good.csv", "--scenario", "good.toml", "--out", out],
            Fault("", _noise, (words,), (words,)),
            lang,
            here,
            capsys,
        )
    assert (here / "good.csv").read_text(encoding="utf-8") == GOOD


def test_an_existing_result_survives_a_refusal(here: Path, capsys: pytest.CaptureFixture[str]):
    (here / "r.json").write_text("before", encoding="utf-8")
    assert main(["allocate", "good.csv", "--scenario", "no.toml", "--out", "r.json"]) == 2
    assert (here / "r.json").read_text(encoding="utf-8") == "before"
    assert main(["allocate", "good.csv", "--scenario", "good.toml", "--out", "r.json"]) == 0
    assert (here / "r.json").read_text(encoding="utf-8") != "before"


@pytest.mark.parametrize("path", ["no.csv", "folder.csv", "pipe.csv"])
def test_figures_that_are_no_file(path: str, here: Path, capsys: pytest.CaptureFixture[str]):
    (here / "folder.csv").mkdir()
    os.mkfifo(here / "pipe.csv")
    words = {
        "no.csv": "there is no such file",
        "folder.csv": "this is a folder",
        "pipe.csv": "this is not an ordinary file",
    }
    for command in (["check", path], ["allocate", path, "--scenario", "good.toml"]):
        assert main([*command, "--lang", "en"]) == 2
        assert f"{path}: {words.get(path, 'this is not an ordinary file')}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "vi", "en"),
    [
        ([], "thiếu tham số: LỆNH", "missing: COMMAND"),
        (["monitor", "x"], "không có lựa chọn 'monitor'", "there is no 'monitor'"),
        (["allocate"], "thiếu tham số: FIGURES, --scenario", "missing: FIGURES, --scenario"),
        (["allocate", "good.csv", "--scenario"], "cần đúng một giá trị", "exactly one value"),
        (["allocate", "good.csv", "--scenario", "good.toml", "--x"], "không hiểu tham số: --x", "not understood: --x"),
        (["compare", "good.csv", "--scenario", "good.toml"], "ít nhất hai phương án", "at least two scenarios"),
        (
            ["compare", "good.csv", "--scenario", "good.toml", "--scenario", "good.toml"],
            "được ghi hai lần",
            "is given twice",
        ),
        (["check"], "cần tệp số liệu hoặc --scenario", "a figures file or --scenario"),
        (["serve", "--port", "x"], "không phải số nguyên", "not a whole number"),
        (["serve", "--port", "70000"], "từ 1 đến 65535", "from 1 to 65535"),
        (["serve", "--workers", "0"], "từ 1 đến 64", "from 1 to 64"),
        (
            ["explain", "good.csv", "--scenario", "good.toml", "--agency", "A", "--period", "2022Q1"],
            "Dùng một trong: 2022Q4",
            "Use one of: 2022Q4",
        ),
        (
            ["explain", "good.csv", "--scenario", "good.toml", "--agency", "A", "--indicator", "x"],
            "Dùng một trong: online",
            "Use one of: online",
        ),
        (["explain", "good.csv", "--scenario", "good.toml", "--agency", "sở tư phap"], "“A”", "“A”"),
        (["template", "--out", "x.xlsx", "--campaign", "hau-giang"], "“hau-giang-2022”", "“hau-giang-2022”"),
        (["template", "--out", "x.txt"], "“.txt”", "“.txt”"),
        (["allocate", "good.csv", "--scenario", "hau-giang/base"], "hau-giang-2022/base", "hau-giang-2022/base"),
    ],
)
def test_usage(arguments: list[str], vi: str, en: str, here: Path, capsys: pytest.CaptureFixture[str]):
    before = sorted(here.iterdir())
    for lang, words in (("vi", vi), ("en", en)):
        assert main([*arguments, "--lang", lang]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert words in captured.err
    assert sorted(here.iterdir()) == before


@pytest.mark.parametrize(("name", "value"), [("CHITIEU_PORT", "abc"), ("CHITIEU_PORT", "0"), ("CHITIEU_PORT", "१२")])
def test_settings(
    name: str, value: str, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv(name, value)
    assert main(["serve"]) == 2
    assert f"{name}: “{value}” không phải số cổng" in capsys.readouterr().err


def test_interrupted(here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("dashapp.services.run", stop)
    assert main(["allocate", "good.csv", "--scenario", "good.toml", "--out", "r.json"]) == 130
    assert capsys.readouterr().err == "Đã dừng theo yêu cầu.\n"
    assert not (here / "r.json").exists()


def test_standard_output_on_a_full_disk(here: Path):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "dashapp", "allocate", "good.csv", "--scenario", "good.toml", "--out", "-"],
            cwd=here,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
    assert done.returncode == 2
    assert "ổ đĩa đã đầy" in done.stderr
    assert "Traceback" not in done.stderr
