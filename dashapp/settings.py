"""Settings of the running service, read from the environment once, when asked."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from dashapp.i18n import LANGUAGES

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8050
DEFAULT_LANGUAGE = "vi"
DEFAULT_FOLDER = "var"
DATABASE = "chitieu.db"
HIGHEST_PORT = 65535
MOST_PROXIES = 8
SHORTEST_KEY = 32
"""Characters of a secret key that cannot be guessed."""
LOG_LEVELS = ("debug", "info", "warning", "error")

IDLE = timedelta(hours=1)
"""A session nobody uses ends after this."""
ABSOLUTE = timedelta(hours=12)
"""Every session ends after this: a working day."""


class SettingsError(ValueError):
    """A setting has a value that means nothing.

    Attributes
    ----------
    code : str
        ``bad_port``, ``bad_language``, ``bad_key``, ``bad_public_url``, ``bad_proxies``, ``bad_log_level`` or
        ``bad_scheduler``.
    details : mapping
        `setting` (its name), `value` (as found, never a secret), and what is allowed.
    """

    def __init__(self, code: str, **details: str) -> None:
        self.code = code
        self.details: Mapping[str, str] = details
        super().__init__(f"{code}: {details}")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the service listens, which language it speaks first, where its data lies and who may reach it.

    Attributes
    ----------
    folder : Path
        Holds the embedded database and the key file.
    database_url : str
        The database; by default the embedded one in `folder`. May hold a password, so it is never shown.
    secret_key : str
        Signs sessions; empty: the key file in `folder`, made on first use. Never shown.
    public_url : str
        The address people type, e.g. ``https://chitieu.example.vn``, where a proxy stands before the service;
        empty: it is reached directly.
    proxies : int
        How many proxies of ours stand before the service; as many addresses of ``X-Forwarded-For`` are believed.
    log_level : str
        One of `LOG_LEVELS`; empty: by where the log goes.
    scheduler : str
        Address of the Dask scheduler on which sweeps run; empty: they run on this machine.
    idle, absolute : timedelta
        How long a session lives unused, and at most.
    """

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    language: str = DEFAULT_LANGUAGE
    folder: Path = Path(DEFAULT_FOLDER)
    database_url: str = field(default=f"sqlite:///{DEFAULT_FOLDER}/{DATABASE}", repr=False)
    secret_key: str = field(default="", repr=False)
    public_url: str = ""
    proxies: int = 0
    log_level: str = ""
    scheduler: str = ""
    idle: timedelta = IDLE
    absolute: timedelta = ABSOLUTE

    @property
    def secure(self) -> bool:
        """True if people reach the service through TLS."""
        return self.public_url.startswith("https://")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read every ``CHITIEU_…`` variable; unset or empty: the default.

        ``CHITIEU_HOST``, ``CHITIEU_PORT``, ``CHITIEU_LANGUAGE``, ``CHITIEU_VAR``, ``CHITIEU_DATABASE_URL``,
        ``CHITIEU_SECRET_KEY``, ``CHITIEU_PUBLIC_URL``, ``CHITIEU_PROXIES``, ``CHITIEU_LOG_LEVEL``, ``CHITIEU_DASK``.

        Raises
        ------
        SettingsError
            Names the first variable whose value cannot be used.
        """
        values = os.environ if environment is None else environment

        def read(name: str) -> str:
            return values.get(name, "").strip()

        return cls(
            host=read("CHITIEU_HOST") or DEFAULT_HOST,
            port=_port(read("CHITIEU_PORT")),
            language=language(values),
            folder=Path(read("CHITIEU_VAR") or DEFAULT_FOLDER),
            database_url=database_url(values),
            secret_key=_key(read("CHITIEU_SECRET_KEY")),
            public_url=_public_url(read("CHITIEU_PUBLIC_URL")),
            proxies=_proxies(read("CHITIEU_PROXIES")),
            log_level=_log_level(read("CHITIEU_LOG_LEVEL")),
            scheduler=scheduler(values),
        )


def language(environment: Mapping[str, str] | None = None) -> str:
    """The language of ``CHITIEU_LANGUAGE`` (default ``vi``).

    Raises
    ------
    SettingsError
        ``bad_language`` if it is not one of `LANGUAGES`.
    """
    values = os.environ if environment is None else environment
    found = values.get("CHITIEU_LANGUAGE", "").strip().lower() or DEFAULT_LANGUAGE
    if found not in LANGUAGES:
        raise SettingsError("bad_language", setting="CHITIEU_LANGUAGE", value=found, known=", ".join(LANGUAGES))
    return found


def database_url(environment: Mapping[str, str] | None = None) -> str:
    """``CHITIEU_DATABASE_URL``, by default the embedded database in the folder ``CHITIEU_VAR`` (default ``var``)."""
    values = os.environ if environment is None else environment
    folder = values.get("CHITIEU_VAR", "").strip() or DEFAULT_FOLDER
    return values.get("CHITIEU_DATABASE_URL", "").strip() or f"sqlite:///{folder}/{DATABASE}"


def scheduler(environment: Mapping[str, str] | None = None) -> str:
    """The address of ``CHITIEU_DASK``, a Dask scheduler (``tcp://host:port``, ``tls://host:port``); empty: none.

    Raises
    ------
    SettingsError
        ``bad_scheduler`` if it is no such address.
    """
    values = os.environ if environment is None else environment
    text = values.get("CHITIEU_DASK", "").strip()
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        whole = parts.scheme in ("tcp", "tls") and parts.hostname and parts.port and not parts.path.strip("/")
    except ValueError:
        whole = False
    if not whole:
        raise SettingsError("bad_scheduler", setting="CHITIEU_DASK", value=text)
    return text


def is_loopback(host: str) -> bool:
    """True if only programs of the same machine reach what listens on `host`."""
    name = host.strip("[]").lower()
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def _port(text: str) -> int:
    if not text:
        return DEFAULT_PORT
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= HIGHEST_PORT):
        raise SettingsError("bad_port", setting="CHITIEU_PORT", value=text)
    return int(text)


def _key(text: str) -> str:
    if text and len(text) < SHORTEST_KEY:
        raise SettingsError("bad_key", setting="CHITIEU_SECRET_KEY", least=str(SHORTEST_KEY))
    return text


def _public_url(text: str) -> str:
    """Scheme, host and port in lower case; a path, a query or a user in it means a mistake."""
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise SettingsError("bad_public_url", setting="CHITIEU_PUBLIC_URL", value=text) from None
    plain = parts.path in ("", "/") and not (parts.query or parts.fragment or parts.username or parts.password)
    if parts.scheme not in ("http", "https") or not parts.hostname or not plain:
        raise SettingsError("bad_public_url", setting="CHITIEU_PUBLIC_URL", value=text)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, usual) else "")


def _proxies(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and int(text) <= MOST_PROXIES):
        raise SettingsError("bad_proxies", setting="CHITIEU_PROXIES", value=text, most=str(MOST_PROXIES))
    return int(text)


def _log_level(text: str) -> str:
    if text and text.lower() not in LOG_LEVELS:
        raise SettingsError("bad_log_level", setting="CHITIEU_LOG_LEVEL", value=text, known=", ".join(LOG_LEVELS))
    return text.lower()
