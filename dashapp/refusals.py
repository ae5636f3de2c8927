"""Every refusal of the command line as lines for standard error; a traceback never reaches a person."""

from __future__ import annotations

import errno
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from dashapp import messages
from dashapp.i18n import t
from dashapp.labels import Labels
from dashapp.services import FileRefusedError, OutputError, Problem, indicator_words
from dashapp.settings import SettingsError
from engine import EngineError
from scenarios import ScenarioErrors


class UsageError(Exception):
    """The command line itself is not understood.

    Attributes
    ----------
    code : str
        A text of ``cli.usage``.
    program : str
        What to ask for help, e.g. ``chitieu allocate``.
    details : mapping
        For the text.
    """

    def __init__(self, code: str, program: str, details: Mapping[str, Any]) -> None:
        self.code = code
        self.program = program
        self.details = details
        super().__init__(f"{code}: {details}")


class OutputRefusedError(Exception):
    """The result cannot go where it is asked to go; `code` is a text of ``cli.out``."""

    def __init__(self, code: str, **details: Any) -> None:
        self.code = code
        self.details: Mapping[str, Any] = details
        super().__init__(f"{code}: {details}")


class InputRefusedError(Exception):
    """An input is no file that could be read; `code` is a text of ``cli.file``."""

    def __init__(self, code: str, path: str) -> None:
        self.code = code
        self.path = path
        super().__init__(f"{code}: {path}")


class CheckFailedError(FileRefusedError):
    """As the refusal of a file, when every single warning is wanted too."""


class ServeError(Exception):
    """The service cannot listen; `code` is a text of ``cli.serve``."""

    def __init__(self, code: str, **details: Any) -> None:
        self.code = code
        self.details: Mapping[str, Any] = details
        super().__init__(f"{code}: {details}")


class RunRefusedError(Exception):
    """Figures and scenario do not fit together; `labels` name what the engine's `error` is about."""

    def __init__(self, error: EngineError, labels: Labels) -> None:
        self.error = error
        self.labels = labels
        super().__init__(str(error))


class ClusterRefusedError(Exception):
    """A cluster does not do the work; `code` is a text of ``errors.cluster``."""

    def __init__(self, code: str, details: Mapping[str, Any]) -> None:
        self.code = code
        self.details = details
        super().__init__(f"{code}: {details}")


class SeveralRefusedError(Exception):
    """Scenario and figures are both refused; each of `refusals` is told."""

    def __init__(self, refusals: Sequence[Exception]) -> None:
        self.refusals = tuple(refusals)
        super().__init__("; ".join(str(one) for one in refusals))


KNOWN = (
    SeveralRefusedError,
    UsageError,
    InputRefusedError,
    OutputRefusedError,
    ServeError,
    RunRefusedError,
    ClusterRefusedError,
    FileRefusedError,
    ScenarioErrors,
    SettingsError,
    EngineError,
    OSError,
)
"""Everything that `lines` can tell and that needs no database."""


def known() -> tuple[type[Exception], ...]:
    """Everything that `lines` can tell; asked only when something was refused, as it loads the database's library."""
    from dashapp.services.database import StoreError
    from dashapp.services.refused import ServiceError

    return (*KNOWN, ServiceError, StoreError)


SHOWN_OF_A_KIND = 5
"""Warnings of one kind that are shown where not all are asked for."""

_OF_SYSTEM = MappingProxyType(
    {
        errno.ENOENT: "not_found",
        errno.ENOTDIR: "not_found",
        errno.EACCES: "denied",
        errno.EPERM: "denied",
        errno.EISDIR: "is_folder",
        errno.ENOSPC: "no_space",
        errno.EROFS: "read_only",
    }
)


def lines(refusal: Exception, lang: str) -> list[str]:
    """One line per fault, all at once, and last that nothing was written."""
    several = refusal.refusals if isinstance(refusal, SeveralRefusedError) else (refusal,)
    error = t("cli.say.error", lang)
    errors = [f"{error}: {line}" for one in several for line in _told(one, lang)]
    doubts = [line for one in several if isinstance(one, FileRefusedError) for line in _doubts(one, lang)]
    if isinstance(refusal, UsageError):
        return [*errors, t("cli.usage.try_help", lang, program=refusal.program)]
    if isinstance(refusal, ServeError | SettingsError | ClusterRefusedError) or not isinstance(refusal, KNOWN):
        return errors
    return [*errors, *doubts, t("cli.say.refused", lang, count=len(errors))]


def _doubts(refusal: FileRefusedError, lang: str) -> list[str]:
    limit = None if isinstance(refusal, CheckFailedError) else SHOWN_OF_A_KIND
    return warnings(refusal.reading.warnings, refusal.filename, lang, limit, refusal.scenario)


def warnings(found: Sequence[Problem], file: str, lang: str, limit: int | None, scenario: str = "") -> list[str]:
    """Warnings of a figures file, at most `limit` of a kind (None: all), the rest counted.

    `scenario` is what the file was checked against: the command that lists the rest must name it too.
    """
    groups: dict[str, list[str]] = {}
    for one in found:
        line = f"{t('cli.say.warning', lang)}: {_of_problem(one, file, lang)}"
        groups.setdefault(one.code, []).append(line)
    told: list[str] = []
    for alike in groups.values():
        told += alike[:limit]
        if limit is not None and len(alike) > limit:
            command = f"chitieu check {file}" + (f" --scenario {scenario}" if scenario else "")
            told.append(t("cli.say.and_more", lang, count=len(alike) - limit, command=command))
    return told


def _of_problem(problem: Problem, file: str, lang: str) -> str:
    return messages.of_problem(problem, indicator_words(lang), lang, file)


def stopped(lang: str) -> str:
    """What is said after Ctrl+C."""
    return t("cli.say.stopped", lang)


def _told(refusal: Exception, lang: str) -> list[str]:
    match refusal:
        case UsageError():
            return [t(f"cli.usage.{refusal.code}", lang, **refusal.details)]
        case OutputRefusedError():
            return [t(f"cli.out.{refusal.code}", lang, **refusal.details)]
        case ServeError():
            return [t(f"cli.serve.{refusal.code}", lang, **refusal.details)]
        case SettingsError():
            return [t(f"errors.settings.{refusal.code}", lang, **refusal.details)]
        case ClusterRefusedError():
            return [t(f"errors.cluster.{refusal.code}", lang, **refusal.details)]
        case RunRefusedError():
            return [messages.of_engine(refusal.error, refusal.labels, lang)]
        case EngineError():
            bare = Labels(lang, MappingProxyType({}), indicator_words(lang), MappingProxyType({}))
            return [messages.of_engine(refusal, bare, lang)]
        case FileRefusedError():
            return [_of_problem(one, refusal.filename, lang) for one in refusal.reading.errors]
        case InputRefusedError():
            return [t(f"cli.file.{refusal.code}", lang, path=refusal.path)]
        case ScenarioErrors():
            return [messages.of_scenario(one, indicator_words(lang), lang) for one in refusal.problems]
        case OutputError():
            return [t(f"cli.file.{refusal.code}", lang, path=str(refusal.path))]
        case OSError():
            return [_of_system(refusal, lang)]
    return [_of_store(refusal, lang)]


def _of_store(refusal: Exception, lang: str) -> str:
    from dashapp.kept_messages import of_service
    from dashapp.services.database import StoreError
    from dashapp.services.refused import ServiceError

    if isinstance(refusal, ServiceError | StoreError):
        return of_service(refusal, lang)
    raise AssertionError(refusal)


def _of_system(fault: OSError, lang: str) -> str:
    path = fault.filename2 or fault.filename or t("cli.file.standard_output", lang)
    kind = _OF_SYSTEM.get(fault.errno or 0, "other")
    return t(f"cli.file.{kind}", lang, path=str(path), reason=fault.strerror or str(fault))
