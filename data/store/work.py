"""One unit of work: the repositories of one transaction."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from data.store import repositories
from data.store.repositories import Turn


class Work:
    """What can be read and written within one transaction; made by `Store.work` and `Store.reading`.

    Attributes
    ----------
    actor : str
        On whose behalf everything here is done; "" when only reading.
    at : datetime
        The time of everything done here, in UTC.
    """

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self.actor: str = turn.actor
        self.at: datetime = turn.at

    @cached_property
    def campaigns(self) -> repositories.Campaigns:
        """Rounds of targets."""
        return repositories.Campaigns(self._turn)

    @cached_property
    def agencies(self) -> repositories.Agencies:
        """Who receives targets, from when to when."""
        return repositories.Agencies(self._turn)

    @cached_property
    def indicators(self) -> repositories.Indicators:
        """What is measured."""
        return repositories.Indicators(self._turn)

    @cached_property
    def figures(self) -> repositories.Figures:
        """What was reported, version by version."""
        return repositories.Figures(self._turn)

    @cached_property
    def scenarios(self) -> repositories.Scenarios:
        """What was tried, version by version."""
        return repositories.Scenarios(self._turn)

    @cached_property
    def drafts(self) -> repositories.Drafts:
        """What is not saved yet."""
        return repositories.Drafts(self._turn)

    @cached_property
    def choices(self) -> repositories.Choices:
        """Which scenario is to be finalised."""
        return repositories.Choices(self._turn)

    @cached_property
    def templates(self) -> repositories.Templates:
        """What Decisions are written on."""
        return repositories.Templates(self._turn)

    @cached_property
    def runs(self) -> repositories.Runs:
        """What was calculated."""
        return repositories.Runs(self._turn)

    @cached_property
    def allocations(self) -> repositories.Allocations:
        """Tables of targets on their way to a Decision."""
        return repositories.Allocations(self._turn)

    @cached_property
    def overrides(self) -> repositories.Overrides:
        """Targets set by hand."""
        return repositories.Overrides(self._turn)

    @cached_property
    def users(self) -> repositories.Users:
        """Who may log in."""
        return repositories.Users(self._turn)

    @cached_property
    def logins(self) -> repositories.Logins:
        """Who tried to log in."""
        return repositories.Logins(self._turn)

    @cached_property
    def tokens(self) -> repositories.Tokens:
        """Secrets that may be used once."""
        return repositories.Tokens(self._turn)

    @cached_property
    def log(self) -> repositories.Log:
        """What was done by whom."""
        return repositories.Log(self._turn)
