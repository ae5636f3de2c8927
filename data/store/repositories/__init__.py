"""One repository per kind of records; all of one unit of work share its transaction."""

from data.store.repositories.accounts import Logins, Tokens, Users
from data.store.repositories.allocations import Allocations, Overrides
from data.store.repositories.base import Turn
from data.store.repositories.campaigns import Agencies, Campaigns, Indicators
from data.store.repositories.choices import Choices
from data.store.repositories.drafts import Drafts
from data.store.repositories.figures import Figures
from data.store.repositories.log import Log
from data.store.repositories.scenarios import Runs, Scenarios
from data.store.repositories.templates import Templates

__all__ = [
    "Agencies",
    "Allocations",
    "Campaigns",
    "Choices",
    "Drafts",
    "Figures",
    "Indicators",
    "Log",
    "Logins",
    "Overrides",
    "Runs",
    "Scenarios",
    "Templates",
    "Tokens",
    "Turn",
    "Users",
]
