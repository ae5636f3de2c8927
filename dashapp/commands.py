"""The commands of ``chitieu``: each does its work through `services` and returns what is to be said."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dashapp import printed, refusals, services
from dashapp.explain import target_sentence
from dashapp.filing import now, to_file
from dashapp.i18n import period as period_name
from dashapp.i18n import t
from dashapp.labels import Labels
from dashapp.output import refuse_output
from dashapp.refusals import CheckFailedError, InputRefusedError, RunRefusedError, SeveralRefusedError, UsageError
from dashapp.services import FileRefusedError, Reading
from dashapp.services.writing import EXPORT_SUFFIXES, write_comparison
from dashapp.serving import MOST_WORKERS
from dashapp.serving import serve as run_server
from dashapp.settings import HIGHEST_PORT, Settings
from dashapp.terminal import progress
from engine import ENGINE_VERSION as ENGINE_VERSION
from engine import Allocation, EngineError, Figures
from scenarios import Scenario, ScenarioErrors

DONE, UNMET, REFUSED = 0, 1, 2
STANDARD_OUTPUT = "-"


@dataclass(frozen=True)
class Outcome:
    """What a command comes to: the exit status, text for standard output, lines for standard error."""

    status: int
    shown: str = ""
    notes: tuple[str, ...] = ()


def allocate(chosen: argparse.Namespace, lang: str) -> Outcome:
    """One run: a table on the screen, JSON on standard output, or a file."""
    refuse_output(chosen.out, EXPORT_SUFFIXES, [chosen.figures, chosen.scenario])
    with progress(3) as bar:
        (scenario,), figures, reading = inputs([chosen.scenario], chosen.figures, chosen.campaign)
        bar.update()
        allocation = run(figures, scenario, lang)
        bar.update()
        labels = services.labels(allocation, lang)
        told = doubts(reading, chosen.figures, chosen.scenario, lang)
        notes = (*about(figures, scenario, lang), *told, *printed.notes(allocation, labels))
        status = DONE if allocation.all_met else UNMET
        if chosen.out == STANDARD_OUTPUT:
            return Outcome(status, services.result_json(allocation, scenario), notes)
        if chosen.out is not None:
            from dashapp.services.gathering import of_run

            said = of_run(allocation, scenario, lang, now(), Path(chosen.figures).name)
            to_file(said, Path(chosen.out))
        bar.update()
    head = t("cli.say.scenario", lang, name=scenario.name[lang], id=scenario.id)
    parts = [head, printed.goals(allocation, labels)]
    if chosen.out is None:
        parts.insert(1, printed.targets(allocation, labels))
    return Outcome(status, "\n\n".join([*parts, _last(status, chosen.out, lang)]), notes)


def compare(chosen: argparse.Namespace, lang: str) -> Outcome:
    """Several scenarios on the same figures."""
    references: Sequence[str] = chosen.scenario
    if len(references) < 2:
        raise UsageError("two_scenarios", "chitieu compare", {})
    for reference in references:
        if references.count(reference) > 1:
            raise UsageError("same_scenario", "chitieu compare", {"scenario": reference})
    refuse_output(chosen.out, services.RESULT_SUFFIXES, [chosen.figures, *references])
    several, figures, reading = inputs(references, chosen.figures, chosen.campaign)
    with progress(len(several)) as bar:
        for one in several:  # one by one for the bar; the comparison below finds them done
            run(figures, one, lang)
            bar.update()
    comparison = services.compare(figures, several)
    labels = services.labels(comparison.allocations[0], lang)
    notes = (*about(figures, several[0], lang), *doubts(reading, chosen.figures, references[0], lang))
    status = DONE if all(column.all_met for column in comparison.columns) else UNMET
    if chosen.out == STANDARD_OUTPUT:
        return Outcome(status, services.comparison_json(comparison), notes)
    if chosen.out is not None:
        from dashapp.services.gathering import of_run

        made_at, name = now(), Path(chosen.figures).name
        said = [of_run(one.allocation, one.scenario, lang, made_at, name) for one in comparison.columns]
        write_comparison(said, Path(chosen.out))
    shown = [printed.comparison(comparison, labels), _last(status, chosen.out, lang)]
    return Outcome(status, "\n\n".join(shown), notes)


def check(chosen: argparse.Namespace, lang: str) -> Outcome:
    """Every problem of a figures file, of a scenario, or of both together."""
    if chosen.figures is None and chosen.scenario is None:
        raise UsageError("nothing_to_check", "chitieu check", {})
    references = [] if chosen.scenario is None else [chosen.scenario]
    shown = [t("cli.say.scenario_ok", lang, path=reference) for reference in references]
    if chosen.figures is None:
        services.load_scenarios(references)
        return Outcome(DONE, "\n".join(shown))
    loaded, figures, reading = inputs(references, chosen.figures, chosen.campaign, every=True)
    told = refusals.warnings(reading.warnings, chosen.figures, lang, None)
    if reading.skipped:
        skipped = [one.name for one in reading.skipped]
        told.append(t("cli.say.sheet_read", lang, path=chosen.figures, sheet=reading.sheet, skipped=skipped))
    notes: tuple[str, ...] = ()
    for scenario in loaded:
        allocation = run(figures, scenario, lang)
        notes = tuple(printed.notes(allocation, services.labels(allocation, lang)))
    told.append(t("cli.say.file_ok", lang, path=chosen.figures, warnings=len(reading.warnings)))
    words = services.indicator_words(lang)
    indicators = [words[id].short if id in words else id for id in figures.indicators]
    told.append(t("cli.say.figures_read", lang, agencies=len(figures.codes), indicators=indicators))
    return Outcome(DONE, "\n".join([*shown, *told]), notes)


def explain(chosen: argparse.Namespace, lang: str) -> Outcome:
    """One agency's targets: the sentence, the steps, and the target under each method."""
    (scenario,), figures, _ = inputs([chosen.scenario], chosen.figures, chosen.campaign)
    allocation = run(figures, scenario, lang)
    labels = services.labels(allocation, lang)
    indicators = choose("--indicator", chosen.indicator, list(allocation.results), "chitieu explain")
    periods = choose("--period", chosen.period, [one.id for one in allocation.plan.periods], "chitieu explain")
    if len(indicators) > 1 and chosen.agency in figures.position:
        position = figures.position[chosen.agency]
        indicators = [id for id in indicators if (allocation.results[id].rows == position).any()] or indicators
    parts = [_one(allocation, chosen.agency, id, period, labels) for id in indicators for period in periods]
    status = DONE if allocation.all_met else UNMET
    return Outcome(status, "\n\n".join(parts), about(figures, scenario, lang))


def template(chosen: argparse.Namespace, lang: str) -> Outcome:
    """The form for agencies."""
    refuse_output(chosen.out, services.TEMPLATE_SUFFIXES, [])
    services.write_template(Path(chosen.out), chosen.campaign, chosen.layout, lang)
    return Outcome(DONE, t("cli.say.written", lang, path=chosen.out))


def serve(chosen: argparse.Namespace, lang: str) -> Outcome:
    """The web application, until it is stopped."""
    settings = Settings.from_environment()
    port = settings.port if chosen.port is None else chosen.port
    if not 1 <= port <= HIGHEST_PORT:
        raise UsageError("port_range", "chitieu serve", {"what": str(port)})
    if not 1 <= chosen.workers <= MOST_WORKERS:
        details = {"what": str(chosen.workers), "most": MOST_WORKERS}
        raise UsageError("workers_range", "chitieu serve", details)
    run_server(replace(settings, host=chosen.host or settings.host, port=port), chosen.workers, lang)
    return Outcome(DONE)


def inputs(
    references: Sequence[str], path: str, campaign: str | None = None, *, every: bool = False
) -> tuple[tuple[Scenario, ...], Figures, Reading]:
    """Scenarios and figures; what is wrong with either is told together.

    `campaign`: whose agencies the figures are about. `every`: warnings uncounted too.
    """
    refused: list[Exception] = []
    loaded: tuple[Scenario, ...] = ()
    try:
        loaded = services.load_scenarios(references)
    except ScenarioErrors as fault:
        refused.append(fault)
    try:
        figures, reading = services.read_figures(ordinary(path), path, loaded[0] if loaded else None, campaign)
    except ScenarioErrors as fault:
        refused.append(fault)
    except FileRefusedError as fault:
        kind = CheckFailedError if every else FileRefusedError
        refused.append(kind(fault.reading, fault.filename, references[0] if references else ""))
    except InputRefusedError as fault:
        refused.append(fault)
    if len(refused) > 1:
        raise SeveralRefusedError(refused)
    if refused:
        raise refused[0]
    return loaded, figures, reading


def doubts(reading: Reading, path: str, scenario: str, lang: str) -> list[str]:
    """Warnings of a figures file as lines, a few of a kind."""
    return refusals.warnings(reading.warnings, path, lang, refusals.SHOWN_OF_A_KIND, scenario)


def ordinary(path: str) -> Path:
    """Only an ordinary file is opened: a folder holds no figures, a pipe or device might never end."""
    found = Path(path)
    if found.is_dir():
        raise InputRefusedError("is_folder", path)
    if not found.exists():
        raise InputRefusedError("not_found", path)
    if not found.is_file():
        raise InputRefusedError("not_regular", path)
    return found


def run(figures: Figures, scenario: Scenario, lang: str) -> Allocation:
    """A scenario on figures; a refusal names agencies and rules in the user's language."""
    try:
        return services.run(figures, scenario)
    except EngineError as error:
        raise RunRefusedError(error, services.labels_of(figures, scenario.plan, lang)) from error


def about(figures: Figures, scenario: Scenario, lang: str) -> tuple[str, ...]:
    """That the figures are illustrative, where they are."""
    campaign = services.campaign_of(scenario)
    if campaign is None or not services.is_illustrative(figures, scenario):
        return ()
    return (t("cli.say.illustrative", lang, note=campaign.note[lang]),)


def _last(status: int, out: str | None, lang: str) -> str:
    said = t("cli.say.all_met" if status == DONE else "cli.say.some_unmet", lang)
    return said if out is None else f"{said} {t('cli.say.written', lang, path=out)}"


def choose(option: str, asked: str | None, known: list[str], program: str) -> list[str]:
    """What was asked for, or everything; refused where there is no such thing."""
    if asked is None:
        return known
    if asked not in known:
        details = {"argument": option, "what": asked, "known": ", ".join(known)}
        raise UsageError("invalid_choice", program, details)
    return [asked]


def _one(allocation: Allocation, agency: str, indicator: str, period: str, labels: Labels) -> str:
    try:
        explanation = services.explain(allocation, agency, indicator, period)
    except EngineError as error:
        raise RunRefusedError(error, labels) from error
    heading = f"{labels.indicator(indicator)}, {period_name(period, labels.lang)}"
    parts = [heading, target_sentence(explanation, allocation, labels)]
    if explanation.steps:
        under = services.under_each_method(allocation, indicator)
        parts += [
            printed.trace(explanation, labels),
            printed.other_methods(allocation, explanation, under, labels),
        ]
    return "\n\n".join(parts)
