"""Small sweeps that several tests calculate."""

from __future__ import annotations

from dashapp.services import sweep_offers
from dashapp.services.sweep_offers import Asked, Chosen

GOAL, DELIVERY = "indicators.online.goals.2022Q4", "assumptions.delivery.mean"
ASKED = Asked(
    slug="measures",
    indicator="online",
    goal=0.5,
    design=sweep_offers.LATIN,
    policies=3,
    futures=2,
    enough=0.8,
    draws=30,
    levers=(Chosen(GOAL, False, (), 0.5, 0.58), Chosen(DELIVERY, True, (), 0.8, 0.95)),
)


def sweep_text(policies: int, futures: int, draws: int) -> str:
    """A sweep file: a goal to choose, and how much of what is asked agencies deliver."""
    return f"""scenario = "hau-giang-2022/measures"
indicator = "online"
policies = {policies}
futures = {futures}
draws = {draws}
[[levers]]
key = "{GOAL}"
from = "50%"
to = "58%"
[[levers]]
key = "{DELIVERY}"
from = 0.8
to = 0.95
assumption = true
"""
