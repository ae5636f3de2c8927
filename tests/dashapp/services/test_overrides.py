"""The ledger: who carries what an override takes off one agency, and when it no longer rests on what it rested on."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dashapp.services import effects, overrides, tables
from dashapp.services.ledger import Because, Moved
from dashapp.services.refused import RefusedError
from data.store import Store
from engine import GoalStatus, PlanError
from scenarios import ScenarioErrors
from tests.dashapp.services import world
from tests.dashapp.services.conftest import Begun, begin
from tests.dashapp.services.world import BINH, HOA, LAN, ONLINE, Q4, THU, VY

PLACE = {"agency": "A", "indicator": ONLINE, "period": Q4}


@pytest.fixture
def exact(store: Store) -> Begun:
    """A draft in which everybody gains the same points and nothing is rounded."""
    return begin(store, world.keep(store, world.scenario(**tomllib.loads(world.EXACT))))


def test_what_one_gives_up_the_others_take(store: Store, exact: Begun):
    """A gives up 12 points of 2,000; B (2,000) and C (1,000) take 8 points each: 240 = 160 + 80."""
    effect = effects.preview_override(store, LAN, exact.draft, **PLACE, value=0.20)
    (own,) = [one for one in effect.own if one.period == Q4]
    others = [one for one in effect.others if one.period == Q4]
    assert (own.points, own.units) == (pytest.approx(-0.12), -240)
    assert [(one.agency, one.units) for one in others] == [("B", 160), ("C", 80)]
    assert [one.points for one in others] == pytest.approx([0.08, 0.08])
    assert own.units + sum(one.units for one in others) == 0
    assert all(one.holds for one in effect.goals)
    assert [one.after.attained for one in effect.goals if one.after.goal] == pytest.approx([0.4])


@pytest.mark.parametrize("value", [0.08, 0.11, 0.3333, 0.5, 0.55])
def test_absorbed_adds_up_whatever_the_value(store: Store, exact: Begun, value: float):
    effect = effects.preview_override(store, LAN, exact.draft, **PLACE, value=value)
    weights = dict(zip("ABC", (2000, 2000, 1000), strict=True))
    moved = [one for one in (*effect.own, *effect.others) if one.period == Q4]
    assert {one.agency for one in moved} == {"A", "B", "C"}
    assert sum(weights[one.agency] * one.points for one in moved) == pytest.approx(0, abs=1e-6)
    assert abs(sum(one.units for one in moved)) < len(moved)  # counts are whole: each rounds up
    own = next(one for one in effect.own if one.period == Q4)
    row = next(one for one in tables.table(store, VY, exact.draft).rows if (one.agency, one.period) == ("A", Q4))
    assert row.target is not None
    assert row.target + own.points == pytest.approx(value)


def test_a_preview_stores_nothing_and_what_is_saved_is_what_was_shown(store: Store, exact: Begun):
    before = tables.table(store, VY, exact.draft)
    effect = effects.preview_override(store, BINH, exact.draft, **PLACE, value=0.2)
    assert tables.table(store, VY, exact.draft).rows == before.rows
    overrides.save_override(store, LAN, exact.draft, **PLACE, value=0.2, reason="Thiếu người")
    after = tables.table(store, VY, exact.draft)
    result = effect.after.results[ONLINE]
    shown = {effect.after.figures.codes[row]: result.target[-1, i] for i, row in enumerate(result.rows)}
    saved = {one.agency: one.target for one in after.rows if one.period == Q4}
    assert {code: value for code, value in shown.items() if not np.isnan(value)} == {
        code: value for code, value in saved.items() if value is not None
    }
    (pinned,) = [one for one in after.rows if one.status == "pinned"]
    assert pinned.upper_by == f"override-{after.overrides[0].id}"


def test_a_goal_that_no_longer_holds_is_named(store: Store, begun: Begun):
    """With A and B kept where they are, C alone cannot bring 2,000 of 5,000."""
    overrides.save_override(store, LAN, begun.draft, **PLACE, value=0.1, reason="Chưa sẵn sàng")
    effect = effects.preview_override(store, LAN, begun.draft, agency="B", indicator=ONLINE, period=Q4, value=0.2)
    last = next(one for one in effect.goals if one.after.period == Q4)
    assert (last.before.status, last.after.status) == (GoalStatus.MET, GoalStatus.INFEASIBLE)
    assert not last.holds
    assert last.after.shortfall == pytest.approx(0.4 - (0.1 * 2000 + 0.2 * 2000 + 0.55 * 1000) / 5000)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"value": 1.01}, "value_out_of_range"),
        ({"value": float("nan")}, "value_out_of_range"),
        ({"reason": " "}, "reason_missing"),
        ({"reason": "x" * 2001}, "reason_too_long"),
        ({"agency": "D"}, "no_target"),
    ],
)
def test_what_cannot_be_set(store: Store, begun: Begun, asked: dict[str, Any], code: str):
    with pytest.raises(RefusedError) as refused:
        overrides.save_override(store, LAN, begun.draft, **{**PLACE, "value": 0.3, "reason": "Lý do", **asked})
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"value": 0.6}, "pin_impossible"),
        ({"value": 0.01}, "pin_impossible"),
        ({"agency": "E"}, "unknown_agency"),
        ({"indicator": "paid_online"}, "unknown_indicator"),
        ({"period": "2022Q2"}, "unknown_period"),
    ],
)
def test_what_the_engine_cannot_do(store: Store, begun: Begun, asked: dict[str, Any], code: str):
    """At most 55 % of A's dossiers can be online by then, and 5 % already are."""
    for service in (effects.preview_override, overrides.save_override):
        more = {"reason": "Lý do"} if service is overrides.save_override else {}
        with pytest.raises((PlanError, ScenarioErrors)) as refused:
            service(store, LAN, begun.draft, **{**PLACE, "value": 0.3, **more, **asked})
        assert code in str(refused.value)
    assert tables.table(store, VY, begun.draft).overrides == ()


def _figure(store: Store) -> dict[str, int]:
    """All of A's counts doubled: same rate, same bounds, same target, other counts."""
    return {"figures_version": world.take_in(store, world.counts(A=(200, 2000, 1000, 1000))).id}


def _bound(store: Store) -> dict[str, int]:
    floor = {"kind": "floor", "value": 0.2}
    return {"scenario_version": world.keep(store, world.scenario(rules=[floor]))}


def _unpinned(store: Store) -> dict[str, int]:
    goal = {ONLINE: {"goals": {Q4: 0.45}}}
    return {"scenario_version": world.keep(store, world.scenario(indicators=goal))}


MOVES: dict[Because, tuple[Callable[[Store], dict[str, int]], list[Moved]]] = {
    Because.FIGURE: (
        _figure,
        [
            Moved(Because.FIGURE, "numerator", 100.0, 200.0),
            Moved(Because.FIGURE, "denominator", 1000.0, 2000.0),
        ],
    ),
    Because.BOUND: (_bound, [Moved(Because.BOUND, "lower", 0.05, 0.2)]),
    Because.UNPINNED: (_unpinned, [Moved(Because.UNPINNED, "target", 0.4, 0.45)]),
}


@pytest.mark.parametrize("because", Because)
@pytest.mark.parametrize("settled_by", ["confirm", "withdraw"])
def test_stale_for_each_reason_alone_and_settled(store: Store, begun: Begun, because: Because, settled_by: str):
    pin = overrides.save_override(store, LAN, begun.draft, **PLACE, value=0.35, reason="Thiếu người")
    assert overrides.stale_overrides(store, VY, begun.draft) == ()
    change, moved = MOVES[because]
    record = tables.table(store, VY, begun.draft).record
    tables.rerun(store, LAN, begun.draft, version=record.version, **change(store))

    (stale,) = overrides.stale_overrides(store, VY, begun.draft)
    assert stale.override == pin  # kept as it was
    assert (stale.because, list(stale.moved)) == ((because,), moved)
    kept = next(one for one in tables.table(store, VY, begun.draft).rows if (one.agency, one.period) == ("A", Q4))
    assert (kept.target, kept.status) == (0.35, "pinned")

    if settled_by == "confirm":
        settled = overrides.confirm_override(store, HOA, pin.id, version=pin.version)
        assert (settled.value, settled.reason, settled.by) == (0.35, "Thiếu người", "lan")
        assert settled.changed_by == "hoa"
    else:
        settled = overrides.withdraw_override(store, HOA, pin.id, version=pin.version, reason="Không cần nữa")
        assert (settled.withdrawn_by, settled.withdrawn_reason, settled.active) == ("hoa", "Không cần nữa", False)
    assert overrides.stale_overrides(store, VY, begun.draft) == ()
    status = next(
        one.status for one in tables.table(store, VY, begun.draft).rows if (one.agency, one.period) == ("A", Q4)
    )
    assert (status == "pinned") == (settled_by == "confirm")


def test_anothers_override_makes_nobody_stale(store: Store, exact: Begun):
    overrides.save_override(store, LAN, exact.draft, **PLACE, value=0.2, reason="Thiếu người")
    overrides.save_override(
        store, HOA, exact.draft, agency="B", indicator=ONLINE, period=Q4, value=0.6, reason="Đi đầu"
    )
    assert overrides.stale_overrides(store, VY, exact.draft) == ()


def test_withdrawn_and_set_again(store: Store, begun: Begun):
    first = overrides.save_override(store, LAN, begun.draft, **PLACE, value=0.35, reason="Một")
    overrides.withdraw_override(store, LAN, first.id, version=first.version, reason="Nhầm")
    second = overrides.save_override(store, LAN, begun.draft, **PLACE, value=0.3, reason="Hai")
    ledger = tables.table(store, VY, begun.draft).overrides
    assert [(one.id, one.active, one.reason) for one in ledger] == [(first.id, False, "Một"), (second.id, True, "Hai")]


def test_a_rerun_refuses_what_an_override_cannot_stand_on(store: Store, begun: Begun):
    """With only 10 dossiers still to come A cannot reach 35 %: the draft stays as it was."""
    overrides.save_override(store, LAN, begun.draft, **PLACE, value=0.35, reason="Thiếu người")
    before = tables.table(store, VY, begun.draft)
    figures = world.take_in(store, world.counts(A=(100, 1000, 5, 5))).id
    with pytest.raises(PlanError) as refused:
        tables.rerun(store, LAN, begun.draft, version=before.record.version, figures_version=figures)
    assert refused.value.code == "pin_impossible"
    assert refused.value.details["agency"] == "A"
    assert tables.table(store, VY, begun.draft).rows == before.rows


def test_a_value_is_kept_to_the_last_digit(store: Store, begun: Begun):
    value = 0.1 + 0.2
    overrides.save_override(store, LAN, begun.draft, **PLACE, value=value, reason="Số lẻ")
    row = next(one for one in tables.table(store, VY, begun.draft).rows if (one.agency, one.period) == ("A", Q4))
    assert row.target == value


def test_a_table_of_another_campaign_is_refused(store: Store, begun: Begun):
    with store.work("system") as work:
        about = work.campaigns.get(THU)
        work.campaigns.add(
            "khac",
            name=about.name,
            as_of=about.as_of,
            illustrative=False,
            source=about.source,
            base_scenario="khac/base",
        )
    with pytest.raises(RefusedError) as refused:
        tables.start_draft(store, LAN, "khac", figures_version=begun.figures, scenario_version=begun.scenario)
    assert refused.value.code == "other_campaign"


def test_what_is_below_an_agency_that_moves_is_not_summed_again():
    moved = {"district": None, "ward": "district", "town": "district", "department": None, "other ward": "still"}
    assert effects.by_themselves(moved) == {"district", "department", "other ward"}
