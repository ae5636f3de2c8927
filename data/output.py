"""Files out: whole or not at all, and with no text that a spreadsheet would run."""

from __future__ import annotations

import csv
import errno
import io
import os
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

BOM = "\ufeff"
_RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_CODES: Mapping[int, str] = MappingProxyType(
    {
        errno.ENOENT: "no_such_folder",
        errno.ENOTDIR: "no_such_folder",
        errno.EACCES: "not_writable",
        errno.EPERM: "not_writable",
        errno.EROFS: "not_writable",
        errno.ENOSPC: "disk_full",
        errno.EDQUOT: "disk_full",
        errno.EISDIR: "not_a_file",
        errno.ENAMETOOLONG: "bad_name",
    }
)


class OutputError(OSError):
    """A file could not be written; nothing is left at `path`, and what was there before is untouched.

    Attributes
    ----------
    code : str
        ``no_such_folder``, ``not_writable``, ``not_a_file``, ``disk_full``, ``bad_name`` or ``write_failed``.
    path : Path
    """

    def __init__(self, code: str, path: Path) -> None:
        self.code = code
        self.path = path
        super().__init__(f"{code}: {path}")


def write_whole(path: Path | str, write: Callable[[Path], None]) -> None:
    """Let `write` fill a new file beside `path`, then put it in its place in one step.

    Raises
    ------
    OutputError
        If the folder is missing or not writable, the place is taken by something that is no file, …
    """
    asked = Path(path)
    try:
        target = asked.resolve()
        if target.exists() and not target.is_file():
            raise OutputError("not_a_file", asked)
        fresh = target.with_name(f".{target.name[:80]}.{secrets.token_hex(8)}")
        os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    except OutputError:
        raise
    except (OSError, ValueError, RuntimeError) as error:
        raise OutputError(_code(error), asked) from error
    try:
        write(fresh)
        fresh.replace(target)
    except OSError as error:
        raise OutputError(_code(error), asked) from error
    finally:
        fresh.unlink(missing_ok=True)


def _code(error: Exception) -> str:
    if isinstance(error, OSError):
        return _CODES.get(error.errno or 0, "write_failed")
    return "bad_name"


def safe_cell(value: object) -> object:
    """A CSV cell that no spreadsheet takes for a formula: text that looks like one gets an apostrophe before it."""
    if isinstance(value, str) and value.lstrip(" \u00a0").startswith(_RUN_BY_SPREADSHEETS):
        return f"'{value}"
    return value


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV with a byte order mark, for spreadsheets to read it as UTF-8."""
    text = io.StringIO()
    text.write(BOM)
    writer = csv.writer(text, lineterminator="\r\n")
    for row in rows:
        writer.writerow([safe_cell(value) for value in row])
    return text.getvalue()


def write_text(path: Path | str, text: str) -> None:
    """Write UTF-8 text as it is, whole or not at all."""
    write_whole(path, lambda fresh: _put(fresh, text))


def _put(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="")
