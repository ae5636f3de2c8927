"""What root may do and others may not: tests of missing permission, whoever runs them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOBODY = 65534


@contextmanager
def without_privilege() -> Iterator[Path]:
    """A folder that anybody may enter; within the block files are asked for as somebody without privilege."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    root = os.geteuid() == 0
    try:
        yield folder
    finally:
        if root:
            os.seteuid(0)
        shutil.rmtree(folder)


def drop_privilege() -> None:
    """From here to the end of `without_privilege` root is nobody special."""
    if os.geteuid() == 0:
        os.seteuid(NOBODY)
