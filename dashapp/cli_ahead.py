"""Commands that look ahead or back: ``chitieu backtest``, ``chance``, ``infer`` and ``sweep``."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dashapp import commands, printed_ahead, refusals, services
from dashapp.commands import DONE, UNMET, Outcome
from dashapp.i18n import t
from dashapp.labels import Labels
from dashapp.output import refuse_output
from dashapp.refusals import ClusterRefusedError, InputRefusedError, RunRefusedError, UsageError
from dashapp.services import ahead, indicator_words, sweeping
from dashapp.settings import scheduler
from dashapp.terminal import progress
from engine import EngineError, Figures

SCENARIO_SUFFIX, SWEEP_SUFFIX = ".toml", ".csv"
HIDDEN_MONTHS, MOST_HIDDEN = 2, 60

Add = Callable[[str, str, Callable[[argparse.Namespace, str], Outcome]], Any]
Options = Callable[[Any, str], argparse._ArgumentGroup]


def add(add_command: Add, figures: Callable[[Any, str], None], common: Options, lang: str) -> None:
    """Add the commands of this module; `figures` and `common` add what every command takes."""
    backtest_ = add_command("backtest", "ahead.help.backtest", backtest)
    figures(backtest_, lang)
    options = common(backtest_, lang)
    options.add_argument("--history", required=True, metavar="FILE", help=t("ahead.help.history", lang))
    hide = t("ahead.help.hide", lang, default=HIDDEN_MONTHS)
    options.add_argument("--hide", type=int, default=HIDDEN_MONTHS, metavar="N", help=hide)
    options.add_argument("--indicator", metavar="ID", help=t("cli.help.indicator", lang))
    chance_ = add_command("chance", "ahead.help.chance", chance)
    figures(chance_, lang)
    options = common(chance_, lang)
    options.add_argument("--scenario", required=True, metavar="SCENARIO", help=t("cli.help.scenario", lang))
    options.add_argument("--history", metavar="FILE", help=t("ahead.help.history", lang))
    options.add_argument("--confidence", metavar="SHARE", help=t("ahead.help.confidence", lang))
    sweep_ = add_command("sweep", "ahead.help.sweep", sweep)
    figures(sweep_, lang)
    options = common(sweep_, lang)
    options.add_argument("--sweep", required=True, metavar="FILE.toml", help=t("ahead.help.sweep_file", lang))
    options.add_argument("--history", metavar="FILE", help=t("ahead.help.history", lang))
    options.add_argument("--out", metavar="FILE.csv", help=t("ahead.help.out_sweep", lang))
    options.add_argument("--resume", action="store_true", help=t("ahead.help.resume", lang))
    infer_ = add_command("infer", "ahead.help.infer", infer)
    group = infer_.add_argument_group(t("cli.help.arguments", lang))
    group.add_argument("figures", metavar="FIGURES", help=t("cli.help.figures", lang))
    group.add_argument("issued", metavar="TARGETS", help=t("ahead.help.issued", lang))
    options = common(infer_, lang)
    options.add_argument("--scenario", required=True, metavar="SCENARIO", help=t("ahead.help.base", lang))
    options.add_argument("--out", metavar="FILE.toml", help=t("ahead.help.out_scenario", lang))


def backtest(chosen: argparse.Namespace, lang: str) -> Outcome:
    """Hide the last months, forecast them from the rest, and say how far each forecast was off."""
    if not 1 <= chosen.hide <= MOST_HIDDEN:
        raise UsageError("months_range", "chitieu backtest", {"what": str(chosen.hide), "most": MOST_HIDDEN})
    figures, notes = _with_history(chosen, lang)
    labels = _labels(figures, lang)
    known = figures.history.indicators if figures.history else ()
    asked = commands.choose("--indicator", chosen.indicator, list(known), "chitieu backtest")
    try:
        with progress(1) as bar:
            tests = ahead.back_tests(figures, chosen.hide, tuple(asked))
            bar.update()
    except EngineError as error:
        raise RunRefusedError(error, labels) from error
    told = [printed_ahead.back_test(one, figures, labels) for one in tests.values()]
    return Outcome(DONE, "\n\n".join([*told, t("ahead.say.no_promise", lang)]), notes)


def chance(chosen: argparse.Namespace, lang: str) -> Outcome:
    """How likely each goal is to be reached, what that rests on, and how high to aim for a wanted chance."""
    confidence = None if chosen.confidence is None else _share(chosen.confidence, "chitieu chance")
    (scenario,), figures, reading = commands.inputs([chosen.scenario], chosen.figures, chosen.campaign)
    doubts = (
        *commands.about(figures, scenario, lang),
        *commands.doubts(reading, chosen.figures, chosen.scenario, lang),
    )
    if chosen.history is not None:
        figures, months = ahead.read_history(commands.ordinary(chosen.history), chosen.history, figures)
        doubts += tuple(refusals.warnings(months.warnings, chosen.history, lang, refusals.SHOWN_OF_A_KIND))
    allocation = commands.run(figures, scenario, lang)
    labels = services.labels(allocation, lang)
    try:
        with progress(1) as bar:
            outlook = ahead.outlook(allocation, confidence)
            bar.update()
    except EngineError as error:
        raise RunRefusedError(error, labels) from error
    head = t("cli.say.scenario", lang, name=scenario.name[lang], id=scenario.id)
    status = DONE if allocation.all_met else UNMET
    return Outcome(status, f"{head}\n\n{printed_ahead.outlook(outlook, allocation, confidence, labels)}", doubts)


def infer(chosen: argparse.Namespace, lang: str) -> Outcome:
    """What an issued table was made by, as a sentence, with what is not explained, and as a scenario file."""
    if chosen.out != commands.STANDARD_OUTPUT:
        refuse_output(chosen.out, (SCENARIO_SUFFIX,), [chosen.figures, chosen.issued, chosen.scenario])
    (scenario,), figures, reading = commands.inputs([chosen.scenario], chosen.figures)
    notes = (*commands.about(figures, scenario, lang), *commands.doubts(reading, chosen.figures, chosen.scenario, lang))
    labels = services.labels_of(figures, scenario.plan, lang)
    try:
        with progress(1) as bar:
            found, table = ahead.infer(figures, scenario, commands.ordinary(chosen.issued), chosen.issued)
            bar.update()
    except EngineError as error:
        raise RunRefusedError(error, labels) from error
    notes += tuple(refusals.warnings(table.warnings, chosen.issued, lang, refusals.SHOWN_OF_A_KIND))
    told = [printed_ahead.inferred(found, id, figures, labels) for id in found.explained]
    document = found.document(found.best(), Path(chosen.issued).name)
    if chosen.out == commands.STANDARD_OUTPUT:
        return Outcome(DONE, ahead.scenario_text(document).rstrip("\n"), notes)
    if chosen.out is not None:
        ahead.write_scenario(document, Path(chosen.out))
        told.append(t("cli.say.written", lang, path=chosen.out))
    missed = any(several[0].missed for several in found.explained.values())
    return Outcome(UNMET if missed else DONE, "\n\n".join(told), notes)


def sweep(chosen: argparse.Namespace, lang: str) -> Outcome:
    """Many scenarios around one: which choices hold whatever comes, and what separates success from failure."""
    refuse_output(chosen.out, (SWEEP_SUFFIX,), [chosen.figures, chosen.sweep])
    if chosen.resume and chosen.out is None:
        raise UsageError("resume_what", "chitieu sweep", {})
    where = scheduler()
    asked = sweeping.load(chosen.sweep)
    _, figures, reading = commands.inputs([], chosen.figures)
    notes = [*commands.about(figures, asked.scenario, lang), *commands.doubts(reading, chosen.figures, "", lang)]
    if chosen.history is not None:
        figures, months = ahead.read_history(commands.ordinary(chosen.history), chosen.history, figures)
        notes += refusals.warnings(months.warnings, chosen.history, lang, refusals.SHOWN_OF_A_KIND)
    out = None if chosen.out is None else Path(chosen.out)
    labels = services.labels_of(figures, asked.scenario.plan, lang)
    try:
        run = sweeping.Sweeping(asked, figures, out, resume=chosen.resume, scheduler=where)
        outcomes = []
        with progress(run.total) as bar:
            for one in run.outcomes():
                outcomes.append(one)
                bar.update()
    except EngineError as error:
        raise RunRefusedError(error, labels) from error
    except sweeping.ClusterError as error:
        raise ClusterRefusedError(error.code, error.details) from error
    except sweeping.ForeignRowsError as error:
        raise InputRefusedError("foreign_rows", str(error.path)) from error
    told = printed_ahead.swept(run.judge(outcomes), asked, run.total, run.done, labels)
    written = "" if chosen.out is None else f"\n\n{t('cli.say.written', lang, path=chosen.out)}"
    return Outcome(DONE, told + written, tuple(notes))


def _share(text: str, program: str) -> float:
    """``80%``, ``80 %``, ``0,8`` or ``0.8``."""
    percent = text.strip().endswith("%")
    try:
        value = float(text.strip().rstrip("%").strip().replace(",", ".")) / (100.0 if percent else 1.0)
    except ValueError:
        value = math.nan
    if not 0.0 < value < 1.0:
        raise UsageError("bad_share", program, {"what": text})
    return value


def _with_history(chosen: argparse.Namespace, lang: str) -> tuple[Figures, tuple[str, ...]]:
    path, history = chosen.figures, chosen.history
    _, figures, reading = commands.inputs([], path, chosen.campaign)
    about = ahead.illustrative(figures)
    doubts = [] if about is None else [t("cli.say.illustrative", lang, note=about.note[lang])]
    doubts += commands.doubts(reading, path, "", lang)
    figures, months = ahead.read_history(commands.ordinary(history), history, figures)
    doubts += refusals.warnings(months.warnings, history, lang, refusals.SHOWN_OF_A_KIND)
    return figures, tuple(doubts)


def _labels(figures: Figures, lang: str) -> Labels:
    agencies = dict(zip(figures.codes, figures.names, strict=True))
    return Labels(lang, agencies, indicator_words(lang), {})
