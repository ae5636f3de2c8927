"""What the engine refuses, with the values that made it refuse.

The engine speaks no language of people: an error carries a `code` and `details`,
from which the faces of the product write a sentence. `str(error)` is for developers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class EngineError(ValueError):
    """Base of all refusals.

    Attributes
    ----------
    code : str
        Stable name of the fault, e.g. ``"pin_impossible"``.
    details : mapping
        The values that made it a fault (agency, period, value, range, nearest name ...).
    """

    def __init__(self, code: str, /, **details: Any) -> None:
        self.code = code
        self.details: Mapping[str, Any] = details
        shown = ", ".join(f"{key}={value!r}" for key, value in details.items())
        super().__init__(f"{code}: {shown}" if shown else code)


class FiguresError(EngineError):
    """The figures cannot be used: a column, a count, an agency or a parent is wrong."""


class PlanError(EngineError):
    """The plan asks for something undefined or impossible (unknown name, impossible pin ...)."""
