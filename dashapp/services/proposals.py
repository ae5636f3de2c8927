"""What agencies propose, against what the scenario of a result lets them reach. Nothing here changes a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashapp.services.standing import SAME
from engine import Allocation

LATER = "later_target"
"""A bound that only the target of a later period makes: it says nothing of what the agency can do by then."""


@dataclass(frozen=True)
class Outside:
    """A proposal that no target of the scenario could be: below `lower` or above `upper` [shares]."""

    agency: str
    period: str
    proposed: float
    lower: float
    upper: float

    @property
    def is_low(self) -> bool:
        """True if the agency proposes less than the least that is asked of it; else more than it can reach."""
        return self.proposed < self.lower


def outside(allocation: Allocation, indicator: str) -> Sequence[Outside]:
    """The proposals for an indicator that lie outside the feasible band, by period, then by agency code."""
    own = allocation.figures.indicators.get(indicator)
    result = allocation.results.get(indicator)
    if own is None or result is None:
        return ()
    place = {int(row): at for at, row in enumerate(own.rows)}
    found = []
    for at, period in enumerate(allocation.plan.periods):
        proposed = own.proposed.get(period.id)
        if proposed is None:
            continue
        for row, position in enumerate(result.rows):
            said = proposed[place[int(position)]] if int(position) in place else np.nan
            lower, upper = result.lower[at, row], result.upper[at, row]
            too_low = said < lower - SAME and result.lower_by[at, row] != LATER
            too_high = said > upper + SAME and result.upper_by[at, row] != LATER
            if too_low or too_high:
                code = allocation.figures.codes[position]
                found.append(Outside(code, period.id, float(said), float(lower), float(upper)))
    return tuple(found)
