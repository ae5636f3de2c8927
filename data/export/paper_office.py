"""A Word file as PDF, by LibreOffice where the machine has it: for templates of an office, which typst cannot set."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

COMMANDS = ("soffice", "libreoffice")
PATIENCE = 60
"""Seconds that a conversion may take."""


def converter() -> str | None:
    """The program that converts, None where the machine has none."""
    return next((found for name in COMMANDS if (found := shutil.which(name))), None)


def pdf_of_docx(content: bytes) -> bytes | None:
    """The file as PDF; None where the machine has no converter, or it fails.

    The program gets a folder of its own for its settings, so that two conversions do not wait for each other, and
    neither looks at those of a person who works on the same machine.
    """
    program = converter()
    if program is None:
        return None
    with TemporaryDirectory() as folder:
        source, made = Path(folder) / "decision.docx", Path(folder) / "decision.pdf"
        source.write_bytes(content)
        profile = f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}"
        asked = [program, profile, "--headless", "--norestore", "--convert-to", "pdf", "--outdir", folder, str(source)]
        try:
            subprocess.run(asked, check=True, capture_output=True, timeout=PATIENCE)  # noqa: S603 (no shell, own files)
        except (subprocess.SubprocessError, OSError):
            return None
        return made.read_bytes() if made.exists() else None
