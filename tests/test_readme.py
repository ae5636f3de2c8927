"""The README cannot lie: its files are written, its commands run in order, and their outputs compared."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def sessions() -> list[tuple[str, str]]:
    """(command, output) of every console block, in order."""
    found = []
    for language, _, text in BLOCKS:
        if language == "console":
            for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
                command, _, output = part.partition("\n")
                found.append((command, output))
    return found


def test_commands_give_what_the_readme_shows(tmp_path):
    for language, name, text in BLOCKS:
        if name and language in {"csv", "toml"}:
            (tmp_path / name).write_text(text, encoding="utf-8")
    environment = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path)}
    assert len(sessions()) >= 3
    for command, shown in sessions():
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
        assert lines == [line.rstrip() for line in shown.splitlines()], command


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
