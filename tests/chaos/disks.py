"""Disks that can be filled, and files that may not be written, for root and for others."""

from __future__ import annotations

import os
import pwd
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CAP_SYS_ADMIN = 21
NOBODY = 65534
BALLAST = "ballast"
BLOCK = 4096


def can_mount() -> bool:
    """True where this process may mount a file system: as root, in most containers too."""
    status = Path("/proc/self/status")
    if not status.exists():
        return False
    held = next((line.split()[1] for line in status.read_text().splitlines() if line.startswith("CapEff:")), "0")
    return bool(int(held, 16) >> _CAP_SYS_ADMIN & 1)


class Disk:
    """A small file system in memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, left: int) -> None:
        """Leave so many bytes at most, in whole blocks."""
        with (self.folder / BALLAST).open("ab", buffering=0) as file:
            while (free := self._free()) > left:
                file.write(bytes(min(1 << 20, max(BLOCK, free - left))))

    def empty(self) -> None:
        """Give the room back."""
        (self.folder / BALLAST).unlink(missing_ok=True)

    def _free(self) -> int:
        about = os.statvfs(self.folder)
        return about.f_bavail * about.f_frsize


@contextmanager
def small_disk(megabytes: int) -> Iterator[Disk]:
    """A file system of so many megabytes."""
    folder = Path(tempfile.mkdtemp(prefix="chitieu-disk-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "chitieu", str(folder)], check=True)
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


class Limit:
    """No file of this process may grow beyond the largest one of a folder: to SQLite a full disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(self, left: int) -> None:
        """Let the largest file grow by so many bytes at most."""
        largest = max((one.stat().st_size for one in self.folder.rglob("*") if one.is_file()), default=0)
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest + left, self._before[1]))

    def empty(self) -> None:
        """Give the room back."""
        resource.setrlimit(resource.RLIMIT_FSIZE, self._before)


@contextmanager
def limited_disk(folder: Path) -> Iterator[Limit]:
    """A folder whose files can be kept from growing."""
    limit = Limit(folder)
    try:
        yield limit
    finally:
        limit.empty()


@contextmanager
def folder_for_all() -> Iterator[Path]:
    """A folder that `unprivileged` can reach and owns."""
    folder = Path(tempfile.mkdtemp(prefix="chitieu-open-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        folder.chmod(0o700)
        shutil.rmtree(folder)


@contextmanager
def unprivileged() -> Iterator[None]:
    """Be somebody to whom the modes of files mean something; root is `nobody` meanwhile."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def give_to_nobody(folder: Path) -> None:
    """Make root's files those of whom `unprivileged` is."""
    if os.geteuid() == 0:
        for one in (folder, *folder.rglob("*")):
            os.chown(one, NOBODY, pwd.getpwuid(NOBODY).pw_gid)
