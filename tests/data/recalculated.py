"""Workbooks calculated again by another program: LibreOffice, in one call over many files."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

PROGRAM = "soffice"
_ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
</item>
</oor:items>
"""
"""A setting of the program: calculate every formula of a workbook when it is opened, whatever value is stored."""


def recalculated(books: Sequence[Path], folder: Path) -> list[Path]:
    """The same workbooks with every formula calculated anew; `folder` is empty or not there."""
    assert shutil.which(PROGRAM), "the tests need LibreOffice Calc (Debian: libreoffice-calc-nogui); see .ci/programs"
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_ALWAYS, encoding="utf-8")
    out = folder / "out"
    command = [PROGRAM, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", "xlsx"]
    done = subprocess.run([*command, "--outdir", str(out), *map(str, books)], capture_output=True, timeout=300)
    found = [out / book.name for book in books]
    assert all(one.exists() for one in found), done.stderr.decode(errors="replace")
    return found
