"""What the command line understands, in the user's language."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from importlib.metadata import version
from types import MappingProxyType
from typing import Any, NoReturn

from dashapp import cli_ahead, commands
from dashapp.i18n import LANGUAGES, t
from dashapp.refusals import UsageError
from dashapp.services.rights import Role
from dashapp.serving import DEFAULT_WORKERS
from dashapp.settings import DEFAULT_HOST, DEFAULT_PORT

PROGRAM = "chitieu"
DEFAULT_CAMPAIGN = "hau-giang-2022"

Run = Callable[[argparse.Namespace, str], commands.Outcome]
"""A command: what was asked for and the language in, what is to be said out."""

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
    every = _Commands(root, t("cli.help.commands", lang), t("cli.help.command_word", lang), lang)
    _serve(every.add("serve", "cli.help.serve", commands.serve), lang)
    _allocate(every.add("allocate", "cli.help.allocate", commands.allocate), lang)
    _compare(every.add("compare", "cli.help.compare", commands.compare), lang)
    _check(every.add("check", "cli.help.check", commands.check), lang)
    _explain(every.add("explain", "cli.help.explain", commands.explain), lang)
    _template(every.add("template", "cli.help.template", commands.template), lang)
    cli_ahead.add(every.add, _figures, _common, lang)
    _show(every.add("show", "store.help.show", _kept("show")), lang)
    _export(every.add("export", "store.help.export", _exporting("export")), lang)
    _file(every.add("verify", "store.help.verify", _exporting("verify")), "store.help.verify_file", lang)
    _campaign(every.add("campaign", "store.help.campaigns"), lang)
    _user(every.add("user", "store.help.user"), lang)
    _file(every.add("backup", "store.help.backup", _kept("backup")), "store.help.backup_file", lang)
    _file(every.add("restore", "store.help.restore", _kept("restore")), "store.help.restore_file", lang)
    _log(every.add("log", "store.help.log"), lang)
    return root


class _Commands:
    """The commands of one level, to which more are added."""

    def __init__(self, of: _Parser, title: str, word: str, lang: str) -> None:
        self._lang = lang
        self._of = of.add_subparsers(title=title, dest="name", metavar=word, required=True)

    def add(self, name: str, key: str, run: Run | None = None) -> _Parser:
        """A command that runs `run`, or (None) has commands below it; `key` is its text."""
        said = t(key, self._lang)
        added: _Parser = self._of.add_parser(
            name,
            help=said,
            description=said,
            formatter_class=_formatter(self._lang),
            add_help=False,
            allow_abbrev=False,
        )
        if run is not None:
            added.set_defaults(command=run)
        return added


def _kept(name: str) -> Run:
    """A command on the database, loaded when it is run: the others do without the database's library."""

    def run(chosen: argparse.Namespace, lang: str) -> commands.Outcome:
        from dashapp import commands_kept

        found: Run = getattr(commands_kept, name)
        return found(chosen, lang)

    return run


def _exporting(name: str) -> Run:
    """A command that hands out what is stored, or checks it; loaded when it is run."""

    def run(chosen: argparse.Namespace, lang: str) -> commands.Outcome:
        from dashapp import commands_export

        found: Run = getattr(commands_export, name)
        return found(chosen, lang)

    return run


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
    group.add_argument("--campaign", metavar="ID", help=t("cli.help.campaign_of_figures", lang))


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


def _show(of: _Parser, lang: str) -> None:
    group = of.add_argument_group(t("cli.help.arguments", lang))
    group.add_argument("campaign", metavar="CAMPAIGN", help=t("store.help.campaign", lang))
    options = _common(of, lang)
    options.add_argument("--version", dest="number", type=int, metavar="N", help=t("store.help.version", lang))
    options.add_argument("--out", metavar="FILE", help=t("store.help.out", lang))


def _export(of: _Parser, lang: str) -> None:
    group = of.add_argument_group(t("cli.help.arguments", lang))
    group.add_argument("campaign", metavar="CAMPAIGN", help=t("store.help.campaign", lang))
    options = _common(of, lang)
    options.add_argument("--out", required=True, metavar="FILE", help=t("store.help.export_out", lang))
    options.add_argument("--version", dest="number", type=int, metavar="N", help=t("store.help.version", lang))
    options.add_argument("--scenario", metavar="NAME", help=t("store.help.export_scenario", lang))
    options.add_argument("--difference", action="store_true", help=t("store.help.export_difference", lang))


def _campaign(of: _Parser, lang: str) -> None:
    _common(of, lang)
    every = _Commands(of, t("cli.help.commands", lang), t("cli.help.command_word", lang), lang)
    below = every.add("add", "store.help.campaign_add", _kept("campaign_add"))
    group = below.add_argument_group(t("cli.help.arguments", lang))
    group.add_argument("campaign", metavar="CAMPAIGN", help=t("store.help.campaign", lang))
    _common(below, lang)
    _common(every.add("list", "store.help.campaign_list", _kept("campaign_list")), lang)


def _user(of: _Parser, lang: str) -> None:
    _common(of, lang)
    every = _Commands(of, t("cli.help.commands", lang), t("cli.help.command_word", lang), lang)
    for name in ("add", "role", "disable", "enable", "password"):
        below = every.add(name, f"store.help.user_{name}", _kept(f"user_{name}"))
        group = below.add_argument_group(t("cli.help.arguments", lang))
        group.add_argument("user", metavar="NAME", help=t("store.help.name", lang))
        options = _common(below, lang)
        if name in ("add", "role"):
            role = t("store.help.role", lang)
            options.add_argument("--role", required=True, choices=[str(one) for one in Role], metavar="ROLE", help=role)
        if name == "add":
            options.add_argument("--display-name", metavar="TEXT", help=t("store.help.display_name", lang))
    _common(every.add("list", "store.help.user_list", _kept("user_list")), lang)


def _file(of: _Parser, key: str, lang: str) -> None:
    of.add_argument_group(t("cli.help.arguments", lang)).add_argument("file", metavar="FILE", help=t(key, lang))
    _common(of, lang)


def _log(of: _Parser, lang: str) -> None:
    _common(of, lang)
    every = _Commands(of, t("cli.help.commands", lang), t("cli.help.command_word", lang), lang)
    _common(every.add("verify", "store.help.log_verify", _kept("log_verify")), lang)
