"""Who carries what a pin put on or took off the others."""

from __future__ import annotations

import numpy as np
import pytest

from engine import PlanError, Rule, RuleKind, Where, absorbed, allocate
from tests.engine.build import Q4, Row, figures, plan

ROWS = (Row("A", 100, 1000, (500, 500)), Row("B", 300, 1000, (500, 500)), Row("C", 0, 0))


def test_units_moved_by_a_pin_add_up_to_nothing():
    table = figures(ROWS)
    free = plan("equal_increment", 0.5)
    pin = Rule(RuleKind.PIN, "pin", 0.35, where=Where(agencies=("A",)))
    pinned = plan("equal_increment", 0.5, pin)
    change = absorbed(allocate(table, free), allocate(table, pinned))["online", Q4.id]
    # λ = 0.3: A 40 %, B 60 %; with A pinned at 35 % B must stand at 65 % of the same 2,000
    assert change.points[:2] == pytest.approx([-0.05, 0.05])
    assert change.units[:2] == pytest.approx([-100, 100])
    assert np.isnan([change.points[2], change.units[2]]).all()


def test_other_agencies_cannot_be_compared():
    asked = plan("equal_increment", 0.5)
    with pytest.raises(PlanError, match="different_agencies"):
        absorbed(allocate(figures(ROWS[:2]), asked), allocate(figures(ROWS), asked))
