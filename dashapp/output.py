"""Where a result may be written; refused before any work is done."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from dashapp.refusals import OutputRefusedError


def refuse_output(out: str | None, suffixes: Sequence[str], inputs: Sequence[str]) -> None:
    """Check the path of a result; None (the screen) and ``-`` (standard output, where JSON is written) pass.

    Raises
    ------
    OutputRefusedError
        ``suffix``, ``is_folder``, ``no_folder``, ``same_file``.
    PermissionError
        If the folder cannot be written to.
    """
    if out is None or (out == "-" and ".json" in suffixes):
        return
    path = Path(out)
    if path.is_dir():
        raise OutputRefusedError("is_folder", path=out)
    suffix = path.suffix.lower()
    if suffix not in suffixes:
        raise OutputRefusedError("suffix", path=out, suffix=suffix, known=", ".join(suffixes))
    if not path.parent.is_dir():
        raise OutputRefusedError("no_folder", path=out, folder=str(path.parent))
    if any(_same(path, Path(one)) for one in inputs):
        raise OutputRefusedError("same_file", path=out)
    if not os.access(path.parent, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise PermissionError(13, os.strerror(13), out)


def _same(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)
