"""Settings of the running service, read from the environment once, when asked."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from dashapp.i18n import LANGUAGES

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8050
DEFAULT_LANGUAGE = "vi"
HIGHEST_PORT = 65535


class SettingsError(ValueError):
    """A setting has a value that means nothing.

    Attributes
    ----------
    code : str
        ``bad_port`` or ``bad_language``.
    details : mapping
        `setting` (its name), `value` (as found), and what is allowed.
    """

    def __init__(self, code: str, **details: str) -> None:
        self.code = code
        self.details: Mapping[str, str] = details
        super().__init__(f"{code}: {details}")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the service listens and which language it speaks first."""

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    language: str = DEFAULT_LANGUAGE

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read ``CHITIEU_HOST``, ``CHITIEU_PORT`` and ``CHITIEU_LANGUAGE``; unset or empty: the default.

        Raises
        ------
        SettingsError
            If the port is not a number from 1 to 65535 or the language is unknown.
        """
        values = os.environ if environment is None else environment
        return cls(
            host=values.get("CHITIEU_HOST", "").strip() or DEFAULT_HOST,
            port=_port(values.get("CHITIEU_PORT", "").strip()),
            language=language(values),
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


def _port(text: str) -> int:
    if not text:
        return DEFAULT_PORT
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= HIGHEST_PORT):
        raise SettingsError("bad_port", setting="CHITIEU_PORT", value=text)
    return int(text)
