"""One table with everything that an export says of it: what the pure writers of this package are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from data.export.imprint import Imprint
from data.export.words import Remark, Words
from engine import Allocation

Say = Callable[[str, str, str], str]
"""(agency, indicator, period) -> a sentence."""


@dataclass(frozen=True)
class RuleLine:
    """A rule of the scenario in words; `reason` and `source` (its legal basis) are empty where it gives none."""

    id: str
    kind: str
    text: str
    scope: str
    reason: str
    source: str


@dataclass(frozen=True)
class OverrideLine:
    """One target that was set by hand; `value` is a share, `before` what it would have been (None: no target)."""

    agency: str
    name: str
    indicator: str
    period: str
    value: float
    before: float | None
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class FiguresLine:
    """Where the figures come from; `number` is None for a file that was never stored."""

    number: int | None
    as_of: date
    source: str
    reporter: str
    filename: str
    file_sha256: str
    note: str
    stored_by: str
    stored_at: datetime | None


@dataclass(frozen=True)
class IndicatorLine:
    """An indicator in one language: its official name, a short one, unit counted, definition and legal basis.

    `source` is what the scenario names as the basis of its goal; empty where it names none.
    """

    id: str
    name: str
    short: str
    unit: str
    numerator: str
    denominator: str
    definition: str
    legal_basis: str
    source: str
    method: str


@dataclass(frozen=True, eq=False)
class Exported:
    """One table, in one language.

    Attributes
    ----------
    imprint : Imprint
    lang : str
        ``vi`` or ``en``: the language of every text here.
    allocation : Allocation
        The targets (overrides are pins in it), with figures, bounds, counts and goals.
    words : Words
        The writers' own texts, and names of indicators, periods and rules.
    indicators : mapping of id to IndicatorLine
    rules : tuple of RuleLine
        In the order of the scenario, overrides left out.
    overrides : tuple of OverrideLine
        Those in force.
    figures : FiguresLine
    legal_bases : tuple of str
        Every document that the scenario, its rules and its indicators rest on, each once, the scenario's own first.
    remarks : tuple of Remark
        Conflicts and warnings.
    goals : tuple of str
        One sentence per goal, in the order of `allocation.summaries`.
    sentence : callable
        (agency code, indicator, period) -> why this agency has this target, one or a few sentences.
    scenario_note : str
        Whom the scenario favours, in its author's words; may be empty.
    """

    imprint: Imprint
    lang: str
    allocation: Allocation
    words: Words
    indicators: Mapping[str, IndicatorLine]
    rules: tuple[RuleLine, ...]
    overrides: tuple[OverrideLine, ...]
    figures: FiguresLine
    legal_bases: tuple[str, ...]
    remarks: tuple[Remark, ...]
    goals: tuple[str, ...]
    sentence: Say
    scenario_note: str
