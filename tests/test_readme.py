"""The README and the pages of docs/ cannot lie: their commands run in order, and their outputs are compared."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
README = PAGES[0].read_text(encoding="utf-8")


def blocks(page: Path) -> list[tuple[str, str, str]]:
    """(language, name, text) of every fenced block."""
    return re.findall(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def sessions(page: Path) -> list[tuple[str, list[str]]]:
    """(command, lines of output) of every console block, in order."""
    found = []
    for language, _, text in blocks(page):
        if language == "console":
            for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
                command, *output = part.splitlines()
                found.append((command, output))
    return found


def same(line: str, shown: str) -> bool:
    """Whether a line is as shown, where `…` stands for anything (a time, a hash)."""
    return re.fullmatch(".*".join(re.escape(part) for part in shown.split("…")), line) is not None


@pytest.mark.parametrize("page", [pytest.param(page, id=page.name) for page in PAGES if sessions(page)])
def test_commands_give_what_the_page_shows(page, tmp_path):
    for language, name, text in blocks(page):
        if name and language in {"csv", "toml"}:
            (tmp_path / name).write_text(text, encoding="utf-8")
    environment = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path)}
    for command, shown in sessions(page):
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        lines = [line.rstrip() for line in done.stdout.splitlines()]
        wrong = [pair for pair in zip(lines, shown, strict=False) if not same(*pair)]
        assert (wrong, len(lines)) == ([], len(shown)), command


def test_every_page_shows_commands():
    assert [page.name for page in PAGES if not sessions(page)] == []


@pytest.mark.parametrize("target", sorted(set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE))))
def test_make_targets_exist(target):
    done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("place", sorted(set(re.findall(r"^\| `([a-z./-]+/[a-z./-]*)` \|", README, re.MULTILINE))))
def test_folders_of_the_readme_exist(place):
    assert (ROOT / place).is_dir()


def test_the_house_is_described():
    described = set(re.findall(r"^\| `([a-z./-]+)/` \|", README, re.MULTILINE))
    assert {"engine", "scenarios", "data", "dashapp", "tests"} <= described


def test_every_setting_is_described():
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "dashapp").rglob("*.py"))
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\bCHITIEU_[A-Z_]+[A-Z]", code)) - set(re.findall(r"`(CHITIEU_[A-Z_]+)`", page)) == set()
