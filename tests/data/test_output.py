"""Files are written whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from data.output import OutputError, csv_text, safe_cell, write_text, write_whole
from tests.unprivileged import drop_privilege, without_privilege


def refusal(path: Path | str) -> str:
    with pytest.raises(OutputError) as error:
        write_text(path, "new")
    return error.value.code


def test_what_was_there_is_replaced_in_one_step(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")
    write_text(path, "mới\r\n")
    assert path.read_bytes() == "mới\r\n".encode()
    assert os.listdir(tmp_path) == ["a.csv"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_a_failure_leaves_what_was_there(tmp_path: Path, number: int) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")

    def fail(fresh: Path) -> None:
        fresh.write_text("half")
        raise OSError(number, "no")

    with pytest.raises(OutputError) as error:
        write_whole(path, fail)
    assert error.value.code == ("disk_full" if number == errno.ENOSPC else "write_failed")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.csv"]


def test_another_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail(fresh: Path) -> None:
        raise RuntimeError(str(fresh))

    with pytest.raises(RuntimeError):
        write_whole(tmp_path / "a.csv", fail)
    assert os.listdir(tmp_path) == []


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert refusal(tmp_path) == "not_a_file"
    assert refusal(tmp_path / "none" / "a.csv") == "no_such_folder"
    assert refusal(tmp_path / "file" / "a.csv") == "no_such_folder"
    assert refusal(tmp_path / ("x" * 300)) == "bad_name"
    assert refusal(f"{tmp_path}/a\x00b") == "bad_name"
    assert refusal("/dev/null") == "not_a_file", "a device is never replaced by a file"


def test_a_folder_without_permission() -> None:
    with without_privilege() as folder:
        folder.chmod(0o555)
        drop_privilege()
        assert refusal(folder / "a.csv") == "not_writable"


def test_a_link_keeps_pointing_where_it_did(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    write_text(tmp_path / "link.csv", "new")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text() == "new"


def test_files_have_the_usual_rights(tmp_path: Path) -> None:
    (tmp_path / "usual").write_text("x")
    write_text(tmp_path / "ours", "x")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "usual").stat().st_mode


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx", "\nx", " =1", "\u00a0=1", "＝1"])
def test_text_that_would_run_is_marked(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("value", ["Sở Y tế", "", "1-2", "a=b", -1, 0.5, None])
def test_other_cells_stay(value: object) -> None:
    assert safe_cell(value) == value


def test_csv_text_is_for_spreadsheets() -> None:
    assert csv_text([["a", 1, "x,y"], ["=1", -0.5, ""]]) == '\ufeffa,1,"x,y"\r\n\'=1,-0.5,\r\n'
