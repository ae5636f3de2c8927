"""The words an exported workbook needs; the faces bring them in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine import GoalStatus, Level, TargetStatus

_OWN = (
    "state_draft",
    "illustrative",
    "appendix_sheet",
    "appendix_title",
    "appendix_heading",
    "comparison_heading",
    "summary_sheet",
    "summary_heading",
    "notes_sheet",
    "notes_heading",
    "details_sheet",
    "details_heading",
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
    "no_target",
)
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
    *(f"terms.column.{key}" for key in _COLUMNS),
    *(f"terms.goal_status.{status.value}" for status in GoalStatus),
    *(f"terms.target_status.{status.value}" for status in TargetStatus),
    *(f"terms.level.{level.value}" for level in Level),
    "terms.bound.physical",
    "terms.bound.later_target",
    "terms.reason.no_denominator",
    "terms.reason.parent_without_target",
)


@dataclass(frozen=True)
class About:
    """What every export carries: whose it is and when it was made (the time is given, never read from a clock)."""

    campaign: str
    scenario: str
    scenario_id: str
    made: datetime
    illustrative: bool
    source: str = ""


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

    def own(self, key: str) -> str:
        """A text of the export's own."""
        return self.labels[f"export.{key}"]

    def column(self, key: str) -> str:
        return self.labels[f"terms.column.{key}"]

    def indicator(self, id: str) -> str:
        return self.indicators.get(id, id)

    def period(self, id: str) -> str:
        return self.periods.get(id, id)

    def rule(self, id: str | None) -> str:
        """Name of a rule, or of a bound or reason that no rule gives."""
        if not id:
            return ""
        return self.rules.get(id) or self.labels.get(f"terms.bound.{id}") or self.labels.get(f"terms.reason.{id}") or id
