"""What the command line understands, in the user's language."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from importlib.metadata import version
from types import MappingProxyType
from typing import Any, NoReturn

from dashapp import commands
from dashapp.i18n import LANGUAGES, t
from dashapp.refusals import UsageError
from dashapp.serving import DEFAULT_WORKERS
from dashapp.settings import DEFAULT_HOST, DEFAULT_PORT

PROGRAM = "chitieu"
DEFAULT_CAMPAIGN = "hau-giang-2022"

_SAID = MappingProxyType(
    {
        "required": re.compile(r"the following arguments are required: (?P<what>.+)"),
        "unrecognized": re.compile(r"unrecognized arguments: (?P<what>.+)"),
        "invalid_choice": re.compile(
            r"argument (?P<argument>.+?): invalid choice: (?P<what>.+) \(choose from (?P<known>.+)\)"
        ),
        "expected_one": re.compile(r"argument (?P<argument>.+?): expected one argument"),
        "bad_number": re.compile(r"argument (?P<argument>.+?): invalid int value: (?P<what>.+)"),
        "other": re.compile(r"(?P<what>.*)", re.DOTALL),
    }
)
"""What argparse says, to be said in the user's language; the last takes everything else as it is."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        for code, pattern in _SAID.items():
            found = pattern.fullmatch(message)
            if found:
                raise UsageError(code, self.prog, found.groupdict())
        raise AssertionError(message)


def find_language(arguments: Sequence[str]) -> str | None:
    """The language after ``--lang``, wherever it stands; None if there is none or it is unknown."""
    for at, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name == "--lang":
            found = value if equals else next(iter(arguments[at + 1 :]), "")
            return found if found in LANGUAGES else None
    return None


def parser(lang: str) -> argparse.ArgumentParser:
    """The parser of the whole command line; `command` of its result is the function to call.

    It raises `UsageError` instead of ending the program.
    """
    formatter = _formatter(lang)
    root = _Parser(
        prog=PROGRAM,
        description=t("cli.help.program", lang),
        epilog=t("cli.help.epilog", lang),
        formatter_class=formatter,
        add_help=False,
        allow_abbrev=False,
    )
    about = f"{PROGRAM} {version(PROGRAM)}, engine {commands.ENGINE_VERSION}"
    options = _common(root, lang)
    options.add_argument("--version", action="version", version=about, help=t("cli.help.version", lang))
    word = t("cli.help.command_word", lang)
    every = root.add_subparsers(title=t("cli.help.commands", lang), dest="name", metavar=word, required=True)

    def command(name: str, run: Callable[[argparse.Namespace, str], commands.Outcome]) -> _Parser:
        said = t(f"cli.help.{name}", lang)
        added: _Parser = every.add_parser(
            name, help=said, description=said, formatter_class=formatter, add_help=False, allow_abbrev=False
        )
        added.set_defaults(command=run)
        return added

    _serve(command("serve", commands.serve), lang)
    _allocate(command("allocate", commands.allocate), lang)
    _compare(command("compare", commands.compare), lang)
    _check(command("check", commands.check), lang)
    _explain(command("explain", commands.explain), lang)
    _template(command("template", commands.template), lang)
    return root


def _formatter(lang: str) -> type[argparse.HelpFormatter]:
    said = t("cli.help.usage", lang) + " "

    class Formatter(argparse.HelpFormatter):
        def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
            super().add_usage(usage, actions, groups, said if prefix is None else prefix)

    return Formatter


def _common(of: _Parser, lang: str) -> argparse._ArgumentGroup:
    options = of.add_argument_group(t("cli.help.options", lang))
    options.add_argument("-h", "--help", action="help", help=t("cli.help.show_help", lang))
    options.add_argument("--lang", choices=LANGUAGES, help=t("cli.help.lang", lang))
    return options


def _figures(of: _Parser, lang: str, *, optional: bool = False) -> None:
    group = of.add_argument_group(t("cli.help.arguments", lang))
    count = {"nargs": "?"} if optional else {}
    group.add_argument("figures", metavar="FIGURES", help=t("cli.help.figures", lang), **count)  # type: ignore[arg-type]


def _serve(of: _Parser, lang: str) -> None:
    options = _common(of, lang)
    host, port = t("cli.help.host", lang, default=DEFAULT_HOST), t("cli.help.port", lang, default=str(DEFAULT_PORT))
    options.add_argument("--host", help=host)
    options.add_argument("--port", type=int, help=port)
    workers = t("cli.help.workers", lang, default=DEFAULT_WORKERS)
    options.add_argument("--workers", type=int, default=DEFAULT_WORKERS, help=workers)


def _allocate(of: _Parser, lang: str) -> None:
    _figures(of, lang)
    options = _common(of, lang)
    options.add_argument("--scenario", required=True, metavar="SCENARIO", help=t("cli.help.scenario", lang))
    options.add_argument("--out", metavar="FILE", help=t("cli.help.out", lang))


def _compare(of: _Parser, lang: str) -> None:
    _figures(of, lang)
    options = _common(of, lang)
    several = t("cli.help.scenario_many", lang)
    options.add_argument("--scenario", required=True, action="append", metavar="SCENARIO", help=several)
    options.add_argument("--out", metavar="FILE", help=t("cli.help.out", lang))


def _check(of: _Parser, lang: str) -> None:
    _figures(of, lang, optional=True)
    _common(of, lang).add_argument("--scenario", metavar="SCENARIO", help=t("cli.help.scenario", lang))


def _explain(of: _Parser, lang: str) -> None:
    _figures(of, lang)
    options = _common(of, lang)
    options.add_argument("--scenario", required=True, metavar="SCENARIO", help=t("cli.help.scenario", lang))
    options.add_argument("--agency", required=True, metavar="CODE", help=t("cli.help.agency", lang))
    options.add_argument("--indicator", metavar="ID", help=t("cli.help.indicator", lang))
    options.add_argument("--period", metavar="ID", help=t("cli.help.period", lang))


def _template(of: _Parser, lang: str) -> None:
    options = _common(of, lang)
    options.add_argument("--out", required=True, metavar="FILE.xlsx", help=t("cli.help.out_template", lang))
    campaign = t("cli.help.campaign", lang, default=DEFAULT_CAMPAIGN)
    options.add_argument("--campaign", default=DEFAULT_CAMPAIGN, metavar="ID", help=campaign)
    options.add_argument("--layout", choices=("form", "long"), default="form", help=t("cli.help.layout", lang))
