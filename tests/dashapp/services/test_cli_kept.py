"""The commands on the database as whoever runs the server uses them."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from dashapp import commands_kept
from dashapp.cli import main
from dashapp.services import accounts, operations, overrides, reproduction, states, tables
from dashapp.services.rights import Role
from data.store import Store
from tests.dashapp.services import world
from tests.dashapp.services.conftest import Begun, begin
from tests.dashapp.services.test_life import issued
from tests.dashapp.services.world import LAN, ONLINE, PASSWORD, Q4, THU

Run = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, and no settings."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in ("CHITIEU_DATABASE_URL", "CHITIEU_VAR", "CHITIEU_LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    return folder


def at(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHITIEU_DATABASE_URL", store.url.render_as_string(hide_password=False))


def decided(store: Store) -> Begun:
    """An issued table with one override."""
    begun = begin(store)
    place = {"agency": "A", "indicator": ONLINE, "period": Q4}
    overrides.save_override(store, LAN, begun.draft, **place, value=0.35, reason="Thiếu người")
    issued(store, begun.draft)
    return begun


# no database ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [("show", THU), ("user", "list"), ("user", "disable", "lan"), ("backup", "b.db"), ("log", "verify")],
    ids=" ".join,
)
def test_nothing_is_made_where_something_is_asked_for(command: tuple[str, ...], here: Path, capsys: Run):
    assert main([*command, "--lang", "en"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        "Error: There is no database at var/chitieu.db yet. Run chitieu serve once, or set CHITIEU_DATABASE_URL.\n"
    )
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "vi", "en"),
    [
        ("mysql://x/y", "không dùng được", "cannot be used"),
        ("postgresql://ai:bimat@127.0.0.1:1/chitieu", "Không tới được", "cannot be reached"),
        ("sqlite:////proc/khong/co.db", "không có quyền|Chưa có cơ sở dữ liệu", "There is no database"),
    ],
)
def test_a_database_that_is_not_there(url: str, vi: str, en: str, monkeypatch: pytest.MonkeyPatch, capsys: Run):
    monkeypatch.setenv("CHITIEU_DATABASE_URL", url)
    for lang, words in (("vi", vi), ("en", en)):
        assert main(["show", THU, "--lang", lang]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert any(word in line for word in words.split("|")), line
        assert "bimat" not in line


# accounts ---------------------------------------------------------------------------------------------


def test_accounts_from_the_first_to_the_last(here: Path, monkeypatch: pytest.MonkeyPatch, capsys: Run):
    """The first in a process of its own, as an administrator types it: it makes the database."""
    command = [sys.executable, "-m", "dashapp", "user", "add", "Mai", "--role", "admin", "--display-name", "Đỗ Mai"]
    added = subprocess.run(command, input=f"{PASSWORD}\n", capture_output=True, encoding="utf-8", check=False)
    assert (added.returncode, added.stdout) == (0, "Đã thêm tài khoản “mai” (quản trị).\n"), added.stderr
    assert (here / "var" / "chitieu.db").is_file()
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    assert main(["user", "add", "lan", "--role", "staff", "--lang", "en"]) == 0
    assert main(["user", "list", "--lang", "en"]) == 0
    listed = capsys.readouterr().out
    assert "lan   lan        staff          active" in listed
    assert "mai   Đỗ Mai     administrator  active" in listed
    assert main(["user", "disable", "mai"]) == 2
    assert "“mai” là tài khoản quản trị duy nhất còn hoạt động." in capsys.readouterr().err


def test_an_account_changed_by_commands(store: Store, monkeypatch: pytest.MonkeyPatch, capsys: Run, quick_hashes: None):
    at(store, monkeypatch)
    accounts.add_user(store, world.ROOT, "mai", role=Role.STAFF, password=PASSWORD)
    assert main(["user", "role", "mai", "--role", "leader"]) == 0
    assert "“mai” nay là lãnh đạo" in capsys.readouterr().out
    assert accounts.account(store, "mai").role is Role.LEADER
    assert main(["user", "disable", "mai"]) == 0
    assert not accounts.account(store, "mai").active
    assert main(["user", "enable", "mai"]) == 0
    assert accounts.account(store, "mai").active
    monkeypatch.setattr("sys.stdin", io.StringIO("một mật khẩu khác\n"))
    assert main(["user", "password", "mai"]) == 0
    assert "một mật khẩu khác" not in capsys.readouterr().out
    assert accounts.authenticate(store, "mai", "một mật khẩu khác", "").name == "mai"


@pytest.mark.parametrize(
    ("arguments", "given", "vi", "en"),
    [
        (("add", "mai", "--role", "staff"), "ngắn\n", "Mật khẩu quá ngắn", "too short"),
        (("add", "mai", "--role", "staff"), "", "chưa có mật khẩu", "there is no password"),
        (("add", "Đỗ Mai", "--role", "staff"), f"{PASSWORD}\n", "không dùng làm tên", "cannot be a user name"),
        (("add", "mai", "--role", "vua"), f"{PASSWORD}\n", "không có lựa chọn", "vua"),
        (("add", "mai"), f"{PASSWORD}\n", "thiếu tham số: --role", "--role"),
        (("role", "ai", "--role", "staff"), "", "Không có tài khoản “ai”", "There is no account “ai”"),
        (("disable",), "", "thiếu tham số", "NAME"),
        ((), "", "thiếu tham số", "required"),
    ],
)
def test_accounts_refused(
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Run,
    arguments: tuple[str, ...],
    given: str,
    vi: str,
    en: str,
):
    at(store, monkeypatch)
    for lang, words in (("vi", vi), ("en", en)):
        monkeypatch.setattr("sys.stdin", io.StringIO(given))
        assert main(["user", *arguments, "--lang", lang]) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert words in said.err or (lang == "en" and "missing" in said.err), said.err
    assert accounts.account(store, "mai") is None


def test_a_password_is_asked_for_twice_on_a_terminal(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: Run, quick_hashes: None
):
    at(store, monkeypatch)

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal())
    answers = iter([PASSWORD, "khác một chữ", PASSWORD, PASSWORD])
    asked: list[str] = []

    def answer(prompt: str) -> str:
        asked.append(prompt)
        return next(answers)

    monkeypatch.setattr(commands_kept.getpass, "getpass", answer)
    assert main(["user", "add", "mai", "--role", "viewer"]) == 2
    assert "không giống nhau" in capsys.readouterr().err
    assert main(["user", "add", "mai", "--role", "viewer"]) == 0
    assert asked == ["Mật khẩu: ", "Nhập lại mật khẩu: "] * 2


# show -------------------------------------------------------------------------------------------------


SHOWN = {
    "vi": (
        f"{THU}: bảng chỉ tiêu số 1, đã ban hành\nQuyết định số 1045/QĐ-UBND ngày 21/06/2022\n",
        "35,0\u00a0%",
        "giống từng chữ số",
    ),
    "en": (
        f"{THU}: table of targets 1, issued\nDecision 1045/QĐ-UBND of 21 Jun 2022\n",
        "35.0%",
        "the same to the last digit",
    ),
}


@pytest.mark.parametrize("lang", SHOWN)
def test_show_what_was_issued(everywhere: Store, monkeypatch: pytest.MonkeyPatch, capsys: Run, lang: str):
    decided(everywhere)
    at(everywhere, monkeypatch)
    assert main(["show", THU, "--lang", lang]) == 0
    said = capsys.readouterr().out
    head, *words = SHOWN[lang]
    assert said.startswith(head)
    for part in (*words, "Sở Tư pháp", issued_hash(everywhere)):
        assert part in said


def issued_hash(store: Store) -> str:
    sha256 = reproduction.show(store, LAN, THU).record.targets_sha256
    assert sha256 is not None
    return sha256


def test_show_files_and_standard_output(store: Store, monkeypatch: pytest.MonkeyPatch, capsys: Run, here: Path):
    decided(store)
    at(store, monkeypatch)
    assert main(["show", THU, "--out", "-"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["targets_sha256"] == issued_hash(store)
    assert document["scenario"] == f"{THU}/base"
    for name in ("bang.json", "bang.csv", "bang.xlsx"):
        assert main(["show", THU, "--out", name]) == 0
        assert f"Đã ghi {name}." in capsys.readouterr().out
    assert json.loads((here / "bang.json").read_text(encoding="utf-8")) == document
    assert "Sở Tư pháp" in (here / "bang.csv").read_text(encoding="utf-8")
    assert "Phụ lục" in openpyxl.load_workbook(here / "bang.xlsx").sheetnames
    assert main(["show", THU, "--out", "bang.txt"]) == 2


def test_show_another_table(store: Store, monkeypatch: pytest.MonkeyPatch, capsys: Run):
    begun = decided(store)
    states.correct(store, LAN, begun.draft)
    at(store, monkeypatch)
    assert main(["show", THU, "--version", "2", "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{THU}: table of targets 2, draft\nCorrects table 1.\n")
    assert main(["show", THU, "--version", "3", "--lang", "en"]) == 2
    assert "has no table of targets 3. Tables there are: 1 and 2." in capsys.readouterr().err
    assert main(["show", "thu-2023", "--lang", "en"]) == 2
    assert f"Did you mean “{THU}”?" in capsys.readouterr().err


def test_show_says_what_differs_and_by_which_engine(store: Store, monkeypatch: pytest.MonkeyPatch, capsys: Run):
    monkeypatch.setattr(tables, "ENGINE_VERSION", "0.9.0")
    decided(store)
    at(store, monkeypatch)
    rows_of = reproduction.rows_of
    monkeypatch.setattr(reproduction, "rows_of", lambda result: rows_of(result)[2:])
    assert main(["show", THU, "--lang", "en"]) == 1
    said = capsys.readouterr().out
    assert "8 targets calculated again: 2 values differ from what is stored." in said
    assert "• Sở Tư pháp, " in said
    assert f"The table was calculated by engine 0.9.0; this is engine {reproduction.ENGINE_VERSION}." in said


def test_show_before_anything_is_issued(store: Store, monkeypatch: pytest.MonkeyPatch, capsys: Run):
    begin(store)
    at(store, monkeypatch)
    assert main(["show", THU]) == 2
    assert capsys.readouterr().err == (
        f"Lỗi: Đợt “{THU}” chưa có bảng chỉ tiêu nào được ban hành. Các bảng hiện có (dùng --version): 1.\n"
    )
    assert main(["show", THU, "--version", "1"]) == 0
    assert "dự thảo" in capsys.readouterr().out


# copies and the log -----------------------------------------------------------------------------------


def test_backed_up_while_in_use_and_restored(store: Store, monkeypatch: pytest.MonkeyPatch, capsys: Run, here: Path):
    begun = decided(store)
    at(store, monkeypatch)
    assert main(["backup", "sao-luu.db"]) == 0  # `store` is open all the while
    assert "Đã sao lưu vào sao-luu.db" in capsys.readouterr().out
    states.correct(store, LAN, begun.draft)
    store.close()
    assert main(["restore", "sao-luu.db"]) == 0
    said = capsys.readouterr().out
    kept = Path(said.split("Cơ sở dữ liệu cũ được giữ ở ")[1].strip().removesuffix("."))
    assert kept.is_file()
    assert main(["log", "verify"]) == 0
    assert "Nhật ký nguyên vẹn" in capsys.readouterr().out
    assert main(["show", THU, "--version", "2"]) == 2  # the correction came after the backup
    monkeypatch.setenv("CHITIEU_DATABASE_URL", f"sqlite:///{kept}")
    assert main(["show", THU, "--version", "2"]) == 0  # and is still there in what was kept aside
    assert {path.name for path in here.iterdir()} == {"sao-luu.db"}


@pytest.mark.parametrize(
    ("content", "vi", "en"),
    [
        (b"agency,name\n", "Đây không phải cơ sở dữ liệu hoặc bản sao lưu", "This is no database or backup"),
        (None, "sao-luu.db: không có tệp này", "sao-luu.db: there is no such file"),
    ],
)
def test_what_cannot_be_restored_changes_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: Run, here: Path, content: bytes | None, vi: str, en: str
):
    at(store, monkeypatch)
    if content is not None:
        (here / "sao-luu.db").write_bytes(content)
    before = world.base_version(store)
    for lang, words in (("vi", vi), ("en", en)):
        assert main(["restore", "sao-luu.db", "--lang", lang]) == 2
        assert words in capsys.readouterr().err
    assert world.base_version(store) == before


def test_a_backup_that_was_changed_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch, capsys: Run, here: Path):
    decided(store)
    at(store, monkeypatch)
    assert main(["backup", "sao-luu.db"]) == 0
    world.tamper(here / "sao-luu.db", "UPDATE allocation_rows SET target = 0.99 WHERE agency = 'A'")
    entries = len(operations.read_log(store, LAN))
    capsys.readouterr()
    assert main(["restore", "sao-luu.db", "--lang", "en"]) == 2
    assert "The backup sao-luu.db is not whole any more." in capsys.readouterr().err
    assert len(operations.read_log(store, LAN)) == entries
    assert reproduction.show(store, LAN, THU).same


def test_a_backup_that_cannot_be_written(store: Store, monkeypatch: pytest.MonkeyPatch, capsys: Run):
    at(store, monkeypatch)
    assert main(["backup", "khong/co/b.db", "--lang", "en"]) == 2
    assert "khong/co/b.db" in capsys.readouterr().err


def test_a_log_that_was_tampered_with(store: Store, monkeypatch: pytest.MonkeyPatch, capsys: Run):
    decided(store)
    at(store, monkeypatch)
    assert main(["log", "verify", "--lang", "en"]) == 0
    assert "The log is whole: 6 entries." in capsys.readouterr().out
    store.close()
    world.tamper(str(store.url.database), "UPDATE log SET user = 'ai' WHERE seq = 3")
    assert main(["log", "verify", "--lang", "en"]) == 1
    said = capsys.readouterr().out
    assert said.startswith("Entry 3 of the log was changed: ")
    assert "ai, " in said
    assert main(["log", "verify"]) == 1
    assert "Mục 3 của nhật ký đã bị sửa" in capsys.readouterr().out


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_command_explains_itself(lang: str, capsys: Run):
    for command in ("show", "user", "user add", "user role", "user password", "backup", "restore", "log", "log verify"):
        with pytest.raises(SystemExit) as ended:
            main([*command.split(), "--lang", lang, "--help"])
        assert ended.value.code == 0
        said = capsys.readouterr().out
        assert said.startswith("Cách dùng: " if lang == "vi" else "Usage: "), said[:40]
