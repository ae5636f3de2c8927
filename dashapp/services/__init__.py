"""The one seam between the faces (web, command line) and everything below.

What is here needs no database: campaigns, scenarios and figures as shipped or read from files, runs, files out.
What is kept is in modules of its own, each asked for by name (``from dashapp.services import accounts``), so that a
command without a database does not load one: `database`, `rights`, `provision`, `importing`, `saved_scenarios`,
`drafts`, `choices`, `stored_runs`, `tables`, `edits`, `effects`, `overrides`, `states`, `reproduction`, `exports`,
`accounts`, `operations`. `gathering` gives a run from files all that an export says of it.

No user state: the user and the language are arguments, and what is cached is immutable.
"""

from dashapp.services.calculation import (
    chance,
    compare,
    explain,
    fairness,
    indicator_words,
    labels,
    labels_of,
    rule_costs,
    rule_effects,
    run,
    under_each_method,
)
from dashapp.services.catalogue import (
    FileRefusedError,
    campaign,
    campaign_of,
    campaigns,
    check_file,
    figures,
    known_for,
    known_of,
    load_scenario,
    load_scenarios,
    presets,
    read_figures,
    scenario,
    shipped,
    shipped_ids,
)
from dashapp.services.files import (
    RESULT_SUFFIXES,
    TEMPLATE_SUFFIXES,
    comparison_json,
    is_illustrative,
    result_json,
    write_template,
)
from data.export import OutputError, Remark
from data.intake import Problem, Reading

__all__ = [
    "RESULT_SUFFIXES",
    "TEMPLATE_SUFFIXES",
    "FileRefusedError",
    "OutputError",
    "Problem",
    "Reading",
    "Remark",
    "campaign",
    "campaign_of",
    "campaigns",
    "chance",
    "check_file",
    "compare",
    "comparison_json",
    "explain",
    "fairness",
    "figures",
    "indicator_words",
    "is_illustrative",
    "known_for",
    "known_of",
    "labels",
    "labels_of",
    "load_scenario",
    "load_scenarios",
    "presets",
    "read_figures",
    "result_json",
    "rule_costs",
    "rule_effects",
    "run",
    "scenario",
    "shipped",
    "shipped_ids",
    "under_each_method",
    "write_template",
]
