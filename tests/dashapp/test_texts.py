"""Every status, method, rule, bound, refusal, warning and conflict of the code base has its words."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from dashapp.i18n import LANGUAGES, catalogue, placeholders
from data import intake, output
from data.export import LABELS
from data.intake import TEMPLATE_LABELS
from engine import (
    METHODS,
    RULES,
    Basis,
    GoalStatus,
    Kind,
    Level,
    Pace,
    RoundingMode,
    StartRate,
    Step,
    TargetStatus,
    Toward,
    Treatment,
)
from tests.dashapp.codes import Site, sites

UNKNOWN = [replace(site, details=None) for site in sites("engine", {"_known": 0})]  # details named by its caller
PLAN = [*sites("engine", {"PlanError": 0}, assigned=True), *UNKNOWN]
FIGURES = [*sites("engine", {"FiguresError": 0, "refuse": 0}), *sites("scenarios", {"FiguresError": 0})]
NOTES = [site for package in ("engine", "scenarios") for site in sites(package, {"Note": 0})]
SCENARIO = sites(
    "scenarios", {"ScenarioError": 0, "fault": 0, "refuse": 0, "_refuse": 0, "name": 3, "_names": 5}, assigned=True
)
CONFLICTS = {"lower_above_upper", "upper_below_physical"}
USAGE = sites("dashapp", {"UsageError": 0})
OUT = sites("dashapp", {"OutputRefusedError": 0})
SERVE = sites("dashapp", {"ServeError": 0})
SETTINGS = sites("dashapp", {"SettingsError": 0})


def _key(prefix: str) -> list[tuple[str, Site]]:
    found = {"errors.plan": PLAN, "errors.figures": FIGURES, "scenario": SCENARIO, "cli.usage": USAGE}
    found |= {"cli.out": OUT, "cli.serve": SERVE, "errors.settings": SETTINGS}
    return [(f"{prefix}.{site.code}", site) for site in found[prefix]]


def _note_keys() -> list[tuple[str, Site]]:
    return [(f"notes.{'conflict' if site.code in CONFLICTS else 'warning'}.{site.code}", site) for site in NOTES]


EVERY = [
    pair
    for prefix in (
        "errors.plan",
        "errors.figures",
        "scenario",
        "cli.usage",
        "cli.out",
        "cli.serve",
        "errors.settings",
    )
    for pair in _key(prefix)
]


def test_the_scan_finds_the_codes():
    assert {"pin_impossible", "unknown_indicator", "unknown_agency", "goal_out_of_range"} <= {s.code for s in PLAN}
    assert {"duplicate_row", "parent_circle", "numerator_above_denominator"} <= {s.code for s in FIGURES}
    assert {"unknown_key", "bare_number_above_one", "unknown_method", "as_of_after_period"} <= {
        s.code for s in SCENARIO
    }
    assert {s.code for s in NOTES} > CONFLICTS
    assert {"is_folder", "suffix"} <= {s.code for s in OUT}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_code_has_a_text(lang):
    texts = catalogue(lang)
    lacking = {f"{key} ({site.where})" for key, site in [*EVERY, *_note_keys()] if key not in texts}
    assert not lacking


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_detail_a_text_names_is_given(lang):
    """Placeholders of a text are details of each place that names its code; "maybe" ones may be absent."""
    texts = catalogue(lang)
    lacking = []
    for key, site in [*EVERY, *_note_keys()]:
        if site.details is None or key not in texts:
            continue
        optional = set(re.findall(r"\{([a-z_]+):maybe ", texts[key]))
        missing = placeholders(texts[key]) - optional - site.details
        if missing:
            lacking.append(f"{key} ({site.where}): {sorted(missing)}")
    assert not lacking


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_problem_of_intake_has_a_text(lang):
    texts = catalogue(lang)
    codes = {*intake.ERRORS, *intake.WARNINGS}
    assert {code for code in codes if f"intake.{code}" not in texts} == set()
    assert {key for key in texts if key.startswith("intake.") and key.partition(".")[2] not in codes} == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_fault_of_writing_has_a_text(lang):
    found = {site.code for site in sites("data", {"OutputError": 0})}
    codes = {*output._CODES.values(), *found, "write_failed"}
    assert {code for code in codes if f"cli.file.{code}" not in catalogue(lang)} == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_closed_set_has_names(lang):
    texts = catalogue(lang)
    asked = [f"terms.method.{name}.{part}" for name in METHODS for part in ("name", "principle")]
    asked += [f"terms.rule.{kind}.{part}" for kind in RULES for part in ("name", "principle")]
    for name, closed in {
        "goal_status": GoalStatus,
        "target_status": TargetStatus,
        "level": Level,
        "kind": Kind,
        "basis": Basis,
        "pace": Pace,
        "toward": Toward,
        "start_rate": StartRate,
        "rounding": RoundingMode,
        "treatment": Treatment,
        "step": Step,
    }.items():
        asked += [f"terms.{name}.{member}" for member in closed]
    asked += [f"explain.goal.{status}" for status in GoalStatus]
    assert [key for key in asked if key not in texts] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_word_of_the_exports_is_there(lang):
    texts = catalogue(lang)
    assert [key for key in (*LABELS, *TEMPLATE_LABELS) if key not in texts] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_texts_of_refusals_end_as_sentences_and_say_how_to_go_on(lang):
    """Place, finding and remedy: at least two sentences, or an expectation after a semicolon or colon."""
    texts = catalogue(lang)
    for key, _ in EVERY:
        text = texts.get(key, "")
        assert text.rstrip("”").endswith(".") or "{" in text[-12:], key
