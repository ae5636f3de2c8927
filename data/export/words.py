"""The words an exported workbook needs; the faces bring them in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from engine import METHODS, Basis, GoalStatus, Kind, Level, Pace, RoundingMode, StartRate, TargetStatus

_OWN = (
    "state_draft",
    "code",
    "appendix_columns",
    "assumed_volumes",
    "assumed_starts",
    "illustrative",
    "appendix_sheet",
    "appendix_title",
    "appendix_heading",
    "comparison_heading",
    "summary_sheet",
    "notes_sheet",
    "notes_heading",
    "number",
    "agency",
    "current",
    "target_at",
    "to_do_by",
    "remark",
    "whole_province",
    "children_of",
    "campaign",
    "scenario",
    "made",
    "state",
    "source",
    "engine",
    "figures_hash",
    "targets_hash",
    "difference",
    "conflict",
    "warning",
    "kind",
    "text",
    "none",
    "keeps_current",
    "state_scenario",
    "state_submitted",
    "state_approved",
    "state_issued",
    "table",
    "version",
    "figures_version",
    "decision",
    "decision_dated",
    "corrects",
    "attached",
    "attached_day",
    "attached_by",
    "attached_number",
    "attached_date",
    "signed_for",
    "signed_by",
    "signed_as",
    "parameters_sheet",
    "parameters_heading",
    "parameters_hint",
    "sources_sheet",
    "sources_heading",
    "calculation_sheet",
    "calculation_heading",
    "calculation_hint",
    "calculation_apart",
    "calculation_no_target",
    "level_row",
    "name",
    "value",
    "note",
    "goals",
    "rules",
    "rule",
    "reason",
    "basis_document",
    "method",
    "rounding",
    "basis",
    "pace",
    "start_rate",
    "legal_bases",
    "indicator",
    "definition",
    "numerator",
    "denominator",
    "figures_heading",
    "as_of",
    "reporter",
    "file",
    "file_hash",
    "stored",
    "figures_note",
    "rows",
    "assumed_heading",
    "overrides_heading",
    "before",
    "after",
    "by",
    "at",
    "period",
    "target",
    "scenario_note",
    "difference_sheet",
    "difference_heading",
    "difference_none",
    "old_target",
    "new_target",
    "points",
    "old_count",
    "new_count",
    "before_table",
    "this_table",
)
_CALCULATION = (
    "times",
    "rules",
    "as_of",
    "end",
    "growth",
    "season",
    "factor",
    "elapsed",
    "since",
    "days",
    "goal",
    "lift",
    "theta",
    "more",
    "pace",
    "step",
    "level",
    "trend",
    "months",
    "numerator",
    "denominator",
    "expected",
    "ceiling",
    "proposal",
    "score",
    "current",
    "start",
    "shrunk",
    "projected",
    "volume",
    "weight",
    "asked_low",
    "asked_high",
    "from_groups",
    "pin",
    "upper",
    "lower",
    "upper_way",
    "lower_way",
    "free",
    "way",
    "exact",
    "target",
    "count",
    "to_do",
    "rate",
    "issued",
    "apart",
    "part",
    "part_lift",
    "anyway",
    "forecast",
    "works",
    "part_of",
    "top",
    "floor",
    "upper_forth",
    "low_forth",
    "needed",
    "smooth",
    "r_seen",
    "offered",
    "score_used",
    "best",
    "offset",
    "scale",
    "twin",
    "pooled",
    "scatter",
    "square",
    "pull",
    "to_round",
    "first",
    "last",
    "k",
    "below",
    "size",
    "open",
    "rest",
    "gain",
    "now",
    "k_more",
    "curve_end",
    "curve_start",
    "curve",
    "steps",
)
NOTED = (
    "lift",
    "theta",
    "more",
    "free",
    "exact",
    "issued",
    "apart",
    "expected",
    "upper",
    "lower",
    "goal",
)
"""Columns of the calculation with a word on them."""

_COLUMNS = (
    "agency",
    "name",
    "level",
    "parent",
    "indicator",
    "period",
    "numerator",
    "denominator",
    "weight",
    "current",
    "start",
    "lower",
    "lower_by",
    "upper",
    "upper_by",
    "exact",
    "target",
    "target_count",
    "to_do",
    "in_period_rate",
    "status",
    "reason",
    "goal",
    "attained",
    "shortfall",
    "max_attainable",
    "agencies",
    "at_lower",
    "at_upper",
)
LABELS: tuple[str, ...] = (
    *(f"export.{key}" for key in _OWN),
    *(f"export.calc_{key}" for key in _CALCULATION),
    *(f"export.note_{key}" for key in NOTED),
    *(f"terms.column.{key}" for key in _COLUMNS),
    *(f"terms.goal_status.{status.value}" for status in GoalStatus),
    *(f"terms.target_status.{status.value}" for status in TargetStatus),
    *(f"terms.level.{level.value}" for level in Level),
    *(f"terms.method.{name}.name" for name in METHODS),
    *(f"terms.{kind.__name__.lower()}.{one.value}" for kind in (Kind, Basis, Pace) for one in kind),
    *(f"terms.rounding.{mode.value}" for mode in RoundingMode),
    *(f"terms.start_rate.{rate.value}" for rate in StartRate),
    "terms.rounding.count",
    "terms.bound.physical",
    "terms.bound.later_target",
    "terms.reason.no_denominator",
    "terms.reason.parent_without_target",
)


@dataclass(frozen=True)
class Remark:
    """A conflict or warning as a sentence."""

    is_conflict: bool
    text: str


@dataclass(frozen=True)
class Words:
    """Text for `LABELS`, and names of indicators (short), periods and rules by id; an id without a name is shown."""

    labels: Mapping[str, str]
    indicators: Mapping[str, str]
    periods: Mapping[str, str]
    rules: Mapping[str, str]
    measures: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def own(self, key: str) -> str:
        """A text of the export's own."""
        return self.labels[f"export.{key}"]

    def column(self, key: str) -> str:
        return self.labels[f"terms.column.{key}"]

    def indicator(self, id: str) -> str:
        return self.indicators.get(id, id)

    def period(self, id: str) -> str:
        return self.periods.get(id, id)

    def measure(self, id: str) -> str:
        return self.measures.get(id, id)

    def rule(self, id: str | None) -> str:
        """Name of a rule, or of a bound or reason that no rule gives."""
        if not id:
            return ""
        return self.rules.get(id) or self.labels.get(f"terms.bound.{id}") or self.labels.get(f"terms.reason.{id}") or id
