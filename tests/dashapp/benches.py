"""A store with the shipped campaigns that no test changes, and pages of its scenarios, for tests without a server."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from dashapp import services
from dashapp.services import opened as desk
from dashapp.services.database import Store
from dashapp.services.opened import Opened
from dashapp.services.rights import Actor, Role
from dashapp.urlstate import PageState
from dashapp.views.shown import Shown, begin, main_indicator, show
from tests.dashapp.accounts.people import open_people

HAU_GIANG, PHU_THO = "hau-giang-2022", "phu-tho-2026"
READER = Actor("viewer.one", "Trần Văn Xem", Role.VIEWER)
PRESETS = tuple(
    (campaign, id.partition("/")[2]) for campaign in (HAU_GIANG, PHU_THO) for id in services.campaign(campaign).presets
)
"""Campaign and name of every shipped scenario of the campaigns that a fresh store has."""


@cache
def store() -> Store:
    """The store; closed and removed when the process ends."""
    folder = Path(tempfile.mkdtemp(prefix="chitieu-benches-"))
    made = open_people(folder)

    def remove() -> None:
        made.close()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
    return made


@cache
def opened(campaign: str = HAU_GIANG, slug: str = "base") -> Opened:
    """A shipped scenario as it is opened."""
    return desk.open_scenario(store(), READER, campaign, slug)


def page(campaign: str = HAU_GIANG, slug: str = "base", lang: str = "vi", **more: Any) -> PageState:
    """The page of a shipped scenario as saved, its main indicator shown unless `more` says another."""
    at = opened(campaign, slug)
    more.setdefault("indicator", main_indicator(at.campaign, at.scenario.plan))
    return replace(begin(at, lang), **more)


def shown(state: PageState) -> Shown:
    """What a page shows."""
    return show(state, opened(state.campaign, state.slug))
