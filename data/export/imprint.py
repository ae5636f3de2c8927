"""What every export carries: whose it is, how far it has come, from what it was made, and the hash of its targets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

MARK = "chitieu-imprint:"
"""What a stored imprint begins with in the description of a file."""


class ExportState(StrEnum):
    """How far what is exported has come; `SCENARIO` is a mere run that no table was made of."""

    SCENARIO = "scenario"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    ISSUED = "issued"


@dataclass(frozen=True)
class Corrected:
    """The table of an earlier Decision that another one takes the place of; `table` is its number in the campaign."""

    table: int
    decision_number: str | None
    decision_date: date | None


def _no_text() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True)
class Imprint:
    """What every export carries. Texts are ``{"vi": ..., "en": ...}``; numbers count within the campaign.

    Attributes
    ----------
    campaign, campaign_name : str, mapping
        Empty where the run belongs to no campaign.
    scenario, scenario_name : str, mapping
        Id as in addresses (``hau-giang-2022/base``) and what it is called.
    scenario_version, figures_version : int or None
        As numbered in the store; None for a run from files.
    table : int or None
        Number of the stored table; None for a mere run.
    made_at : datetime
        When the export was made: aware, given by the caller, never read from a clock below.
    engine : str
        Version of the engine that made the targets.
    targets_sha256, figures_sha256 : str
        As `data.export.targets_sha256` and `Figures.sha256` give them; the store freezes both.
    illustrative : bool
        True if the figures are composed for demonstration: every page says so.
    decision_number, decision_date : str, date or None
        Of an issued table.
    corrects : Corrected or None
        The earlier Decision whose place this one takes.
    source : mapping
        Where the figures come from, if anybody said.
    """

    campaign: str
    campaign_name: Mapping[str, str]
    scenario: str
    scenario_name: Mapping[str, str]
    scenario_version: int | None
    figures_version: int | None
    table: int | None
    state: ExportState
    made_at: datetime
    engine: str
    targets_sha256: str
    figures_sha256: str
    illustrative: bool
    decision_number: str | None = None
    decision_date: date | None = None
    corrects: Corrected | None = None
    source: Mapping[str, str] = field(default_factory=_no_text)

    @property
    def is_issued(self) -> bool:
        """Whether it is what a Decision orders; everything else is marked as a draft on every page."""
        return self.state is ExportState.ISSUED

    def line(self) -> str:
        """The imprint as one line of text, for the description of a file (`read` takes it back)."""
        return MARK + json.dumps(
            {
                "campaign": self.campaign,
                "campaign_name": dict(self.campaign_name),
                "scenario": self.scenario,
                "scenario_name": dict(self.scenario_name),
                "scenario_version": self.scenario_version,
                "figures_version": self.figures_version,
                "table": self.table,
                "state": self.state.value,
                "made_at": self.made_at.isoformat(timespec="seconds"),
                "engine": self.engine,
                "targets_sha256": self.targets_sha256,
                "figures_sha256": self.figures_sha256,
                "illustrative": self.illustrative,
                "decision_number": self.decision_number,
                "decision_date": None if self.decision_date is None else self.decision_date.isoformat(),
                "corrects": None
                if self.corrects is None
                else {
                    "table": self.corrects.table,
                    "decision_number": self.corrects.decision_number,
                    "decision_date": None
                    if self.corrects.decision_date is None
                    else self.corrects.decision_date.isoformat(),
                },
                "source": dict(self.source),
            },
            ensure_ascii=False,
            sort_keys=True,
        )

    @classmethod
    def read(cls, text: str) -> Imprint | None:
        """The imprint in a description, None where there is none or it is not whole."""
        _, found, rest = text.partition(MARK)
        if not found:
            return None
        try:
            held = json.JSONDecoder().raw_decode(rest)[0]
            return cls(
                campaign=str(held["campaign"]),
                campaign_name=_texts(held["campaign_name"]),
                scenario=str(held["scenario"]),
                scenario_name=_texts(held["scenario_name"]),
                scenario_version=_whole(held["scenario_version"]),
                figures_version=_whole(held["figures_version"]),
                table=_whole(held["table"]),
                state=ExportState(held["state"]),
                made_at=datetime.fromisoformat(held["made_at"]),
                engine=str(held["engine"]),
                targets_sha256=str(held["targets_sha256"]),
                figures_sha256=str(held["figures_sha256"]),
                illustrative=bool(held["illustrative"]),
                decision_number=_text(held["decision_number"]),
                decision_date=_day(held["decision_date"]),
                corrects=_corrected(held["corrects"]),
                source=_texts(held["source"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            return None


def _texts(value: Mapping[str, Any]) -> Mapping[str, str]:
    return MappingProxyType({str(lang): str(text) for lang, text in value.items()})


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def _day(value: Any) -> date | None:
    return None if value is None else date.fromisoformat(value)


def _corrected(value: Any) -> Corrected | None:
    if value is None:
        return None
    return Corrected(int(value["table"]), _text(value["decision_number"]), _day(value["decision_date"]))
