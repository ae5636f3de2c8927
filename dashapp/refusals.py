"""Every refusal of the command line as lines for standard error; a traceback never reaches a person."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from dashapp import messages
from dashapp.i18n import t
from dashapp.labels import Labels
from dashapp.services import FileRefusedError, OutputError, Problem, Severity, indicator_words
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


KNOWN = (
    UsageError,
    OutputRefusedError,
    ServeError,
    RunRefusedError,
    FileRefusedError,
    ScenarioErrors,
    SettingsError,
    EngineError,
    OSError,
)
"""Everything that `lines` can tell."""

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
    told = _told(refusal, lang)
    error = t("cli.say.error", lang)
    shown = [line if line.startswith(t("cli.say.warning", lang)) else f"{error}: {line}" for line in told]
    if isinstance(refusal, UsageError):
        return [*shown, t("cli.usage.try_help", lang, program=refusal.program)]
    count = sum(line.startswith(error) for line in shown)
    return [*shown, t("cli.say.refused", lang, count=count)]


def of_problem(problem: Problem, lang: str) -> str:
    """One finding of a figures file, warnings marked as such."""
    text = messages.of_problem(problem, indicator_words(lang), lang)
    return text if problem.severity is Severity.ERROR else f"{t('cli.say.warning', lang)}: {text}"


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
        case RunRefusedError():
            return [messages.of_engine(refusal.error, refusal.labels, lang)]
        case EngineError():
            bare = Labels(lang, MappingProxyType({}), indicator_words(lang), MappingProxyType({}))
            return [messages.of_engine(refusal, bare, lang)]
        case FileRefusedError():
            return [of_problem(problem, lang) for problem in refusal.reading.problems]
        case ScenarioErrors():
            return [messages.of_scenario(one, indicator_words(lang), lang) for one in refusal.problems]
        case OutputError():
            return [t(f"cli.file.{refusal.code}", lang, path=str(refusal.path))]
        case OSError():
            return [_of_system(refusal, lang)]
    raise AssertionError(refusal)


def _of_system(fault: OSError, lang: str) -> str:
    path = fault.filename2 or fault.filename or ""
    kind = _OF_SYSTEM.get(fault.errno or 0, "other")
    return t(f"cli.file.{kind}", lang, path=str(path), reason=fault.strerror or str(fault))
