"""A PostgreSQL server for the tests: found, started as nobody's administrator, stopped at the end.

`Server` finds the programs wherever Debian or another system has put them and keeps its data in a folder of its own,
reachable by a Unix socket only. Root may not run a server: the user `postgres` (or `nobody`) does it then.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

PROGRAMS = ("initdb", "postgres")
UNPRIVILEGED = ("postgres", "nobody")
START_SECONDS = 60


def programs() -> Path | None:
    """The folder with the server's programs, or None if there is no server on this machine."""
    folders = []
    config = shutil.which("pg_config")
    if config:
        told = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        folders.append(Path(told.stdout.strip()))
    versions = Path("/usr/lib/postgresql")
    if versions.is_dir():
        folders += sorted(versions.glob("*/bin"), key=lambda path: _number(path.parent.name), reverse=True)
    found = shutil.which("postgres")
    if found:
        folders.append(Path(found).resolve().parent)
    return next((one for one in folders if all((one / name).is_file() for name in PROGRAMS)), None)


def _number(version: str) -> float:
    try:
        return float(version)
    except ValueError:
        return 0.0


@dataclass
class Server:
    """A running server; `stop`, `kill` and `start` let a test take the database away and bring it back."""

    folder: Path
    durable: bool
    _process: subprocess.Popen[bytes] | None = None

    @classmethod
    def make(cls, *, durable: bool = False) -> Server:
        """Make a new cluster and start it; `durable` keeps fsync on, as in earnest.

        Raises
        ------
        RuntimeError
            If there is no PostgreSQL here or it does not start; says what it said.
        """
        if programs() is None:
            raise RuntimeError("no PostgreSQL server programs found (Debian: apt-get install postgresql)")
        folder = Path(tempfile.mkdtemp(prefix="chitieu-pg-"))
        server = cls(folder, durable)
        server._give(folder)
        made = subprocess.run(
            server._command(
                "initdb", "-D", str(server._data), "-U", "chitieu", "-A", "trust", "-E", "UTF8", "--locale=C",
                *([] if durable else ["--no-sync"]),
            ),
            capture_output=True,
            text=True,
            cwd="/",
            check=False,
        )  # fmt: skip
        if made.returncode:
            raise RuntimeError(made.stderr)
        server.start()
        return server

    def start(self) -> None:
        """Start the server and wait until it answers."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "max_connections": "200",
            "shared_buffers": "64MB",
            "fsync": "on" if self.durable else "off",
            "synchronous_commit": "on" if self.durable else "off",
            "full_page_writes": "on" if self.durable else "off",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command("postgres", "-D", str(self._data), *options), stdout=log, stderr=log, cwd="/"
            )
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self.url("postgres")).close()
            except psycopg.OperationalError as error:
                if self._process.poll() is not None or time.monotonic() > until:
                    log_text = (self.folder / "server.log").read_text(errors="replace")
                    raise RuntimeError(f"PostgreSQL does not start: {error}\n{log_text}") from error
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """Stop at once: clients are cut off, the data is written."""
        self._signal(signal.SIGINT)

    def kill(self) -> None:
        """Stop as a power cut would: every process of the server is killed."""
        self._signal(signal.SIGQUIT)

    def remove(self) -> None:
        """Stop and leave nothing behind."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """The address of a database of this server."""
        return f"postgresql://chitieu@/{quote(database)}?host={quote(str(self.folder), safe='')}"

    def create(self, database: str, *, template: str = "template0") -> str:
        """Make a database, a copy of `template`, and give its address."""
        self._say(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)

    def drop(self, database: str) -> None:
        """Remove a database and whoever is still connected to it."""
        self._say(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _say(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[arg-type]

    def _signal(self, number: signal.Signals) -> None:
        """Tell the server itself (its own process group does the rest) and wait for its end."""
        if self._process is None or self._process.poll() is not None:
            return
        try:
            pid = int((self._data / "postmaster.pid").read_text().splitlines()[0])
            os.kill(pid, number)
        except (FileNotFoundError, ProcessLookupError):
            pass  # it is going down by itself
        self._process.wait(timeout=START_SECONDS)

    def _command(self, program: str, *arguments: str) -> list[str]:
        folder = programs()
        assert folder is not None
        command = [str(folder / program), *arguments]
        user = _other_user()
        return command if user is None else ["runuser", "-u", user, "--", *command]

    def _give(self, folder: Path) -> None:
        user = _other_user()
        if user is not None:
            entry = pwd.getpwnam(user)
            os.chown(folder, entry.pw_uid, entry.pw_gid)
        folder.chmod(0o711)


def _other_user() -> str | None:
    """Who runs the server: None for ourselves, another user if we are root."""
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED:
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise RuntimeError("root may not run PostgreSQL, and there is no other user to run it")
