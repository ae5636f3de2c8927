"""Targets that somebody wants to set by hand: what is asked for, and the ledger as it would be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from dashapp.services import ledger
from dashapp.services.ledger import NEW, Pin
from dashapp.services.refused import RefusedError
from dashapp.services.tables import Inputs
from data.store.records import Override
from engine import Explanation

MOST_EDITS = 400
"""Targets that may be set at once: every agency of a province in every period."""


@dataclass(frozen=True)
class Edit:
    """One target to be set by hand, or its override to be taken back (`value` None)."""

    agency: str
    indicator: str
    period: str
    value: float | None

    @property
    def place(self) -> tuple[str, str, str]:
        return self.agency, self.indicator, self.period


def pin_of(agency: str, indicator: str, period: str, value: float, reason: str) -> Pin:
    if not 0.0 <= value <= 1.0:  # NaN is refused too
        raise RefusedError("value_out_of_range", value=value)
    return Pin(NEW, agency, indicator, period, float(value), reason)


def beneath(inputs: Inputs, pin: Pin) -> Explanation:
    found = ledger.explained(inputs.plain, pin)
    if np.isnan(found.target):
        where = {"agency": pin.agency, "indicator": pin.indicator, "period": pin.period}
        raise RefusedError("no_target", status=str(found.status), **where)
    return found


def at(inputs: Inputs, edit: Edit) -> Override | None:
    return next((one for one in inputs.overrides if Pin.of(one).place == edit.place), None)


def as_edited(inputs: Inputs, edits: Sequence[Edit], why: str, expected: int) -> tuple[Override, ...]:
    """The overrides in force as they will be; new ones get the ids from `expected` on."""
    found = {Pin.of(one).place: one for one in inputs.overrides}
    for edit in edits:
        before = found.pop(edit.place, None)
        if edit.value is None:
            if before is None:
                raise RefusedError("override_not_there", **where(edit))
            continue
        pin = pin_of(*edit.place, edit.value, why)
        beneath(inputs, pin)
        if before is None:
            before = _unsaved(pin, expected)
            expected += 1
        found[edit.place] = replace(before, value=pin.value, reason=pin.reason)
    return tuple(sorted(found.values(), key=lambda one: one.id))


def _unsaved(pin: Pin, id: int) -> Override:
    """An override that is not saved yet; only what decides a table counts in it."""
    now = datetime.now(UTC)
    return Override(
        id=id, allocation=0, agency=pin.agency, indicator=pin.indicator, period=pin.period, value=pin.value,
        reason=pin.reason, ground={}, by="", at=now, withdrawn_by=None, withdrawn_at=None, withdrawn_reason=None,
        version=0, changed_by="", changed_at=now,
    )  # fmt: skip


def where(edit: Edit) -> dict[str, str]:
    return {"agency": edit.agency, "indicator": edit.indicator, "period": edit.period}
