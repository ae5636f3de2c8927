"""The measures that the scenarios of a campaign may take up: the campaign's own catalogue, or the general one."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from engine import Kind, Measure, Plan
from scenarios.campaign import Campaign
from scenarios.check import Checker
from scenarios.layer import Layer, Stack, frozen
from scenarios.load import load
from scenarios.measures import build_measures

_FILE = Path(__file__).parent / "measures.toml"
_YEAR = 12


@dataclass(frozen=True, eq=False)
class Offered:
    """A measure and the entry under `measures` of a scenario document that says the same."""

    entry: Mapping[str, Any]
    measure: Measure


def offered(campaign: Campaign, plan: Plan) -> tuple[Offered, ...]:
    """The measures that a scenario of a campaign may take up, in the order of their catalogue.

    A campaign whose `measures` names a scenario offers those of that scenario; any other offers the general ones from
    the months that follow its figures on, for the indicators that count dossiers. Those that concern an indicator the
    plan does not have are left out.
    """
    planned = tuple(one.id for one in plan.indicators)
    entries = load(campaign.measures).document["measures"] if campaign.measures else _general(plan)
    fitting = [one for one in entries if _concerned(one) <= set(planned)]
    check = Checker(Stack.of([Layer({"measures": fitting})]))
    measures = build_measures(check, {"measures": fitting}, planned)
    check.finish()
    return tuple(Offered(frozen(entry), measure) for entry, measure in zip(fitting, measures, strict=True))


def _concerned(entry: Mapping[str, Any]) -> set[str]:
    named = entry.get("indicators", ())
    return {named} if isinstance(named, str) else set(named)


def _general(plan: Plan) -> tuple[Mapping[str, Any], ...]:
    flows = [one.id for one in plan.indicators if one.kind is Kind.FLOW]
    if not flows:
        return ()
    found = []
    for id, said in _catalogue().items():
        entry = {key: value for key, value in said.items() if key != "months"}
        found.append({"id": id, **entry, "start": _first_day(plan.as_of, said["months"]), "indicators": flows})
    return tuple(found)


@cache
def _catalogue() -> Mapping[str, Any]:
    with _FILE.open("rb") as opened:
        found: Mapping[str, Any] = frozen(tomllib.load(opened))
    return found


def _first_day(day: date, months: int) -> date:
    """The first day of a month some months after a day's own."""
    years, month = divmod(day.month - 1 + months, _YEAR)
    return date(day.year + years, month + 1, 1)
