"""What a scenario file is refused for, each fault with its file, line and dotted path.

No language of people here: a fault has a `code` and `details`, the faces of the product write the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

KeyPath = tuple[str | int, ...]
"""Keys and places in lists that lead to a value of a document."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def dotted(path: KeyPath) -> str:
    """A path as people read it: ``("rules", 2, "value")`` -> ``rules[2].value`` (places count from 0)."""
    shown = ""
    for part in path:
        if isinstance(part, int):
            shown += f"[{part}]"
        else:
            key = part if _BARE.fullmatch(part) else '"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"'
            shown += f".{key}" if shown else key
    return shown


class ScenarioError(ValueError):
    """One fault of a scenario.

    Attributes
    ----------
    code : str
        Stable name of the fault, e.g. ``"unknown_key"``.
    file : str or None
        The file it is in, as named by the user; None for a change made in the program.
    line : int or None
        Line in that file, from 1; None where there is no text.
    path : str
        Dotted path, e.g. ``indicators.online.goals.2022Q4``; empty for the file as a whole.
    details : mapping
        The values that made it a fault (found, expected, known, nearest ...).
    """

    def __init__(self, code: str, file: str | None, line: int | None, path: str, /, **details: Any) -> None:
        self.code = code
        self.file = file
        self.line = line
        self.path = path
        self.details: Mapping[str, Any] = details
        place = ":".join(str(part) for part in (file, line) if part is not None)
        shown = ", ".join(f"{key}={value!r}" for key, value in details.items())
        super().__init__(" ".join(part for part in (place, path, code, f"({shown})" if shown else "") if part))


class ScenarioErrors(ValueError):  # noqa: N818 (many at once)
    """A scenario is refused: every fault found, in order of file and line.

    Attributes
    ----------
    problems : tuple of ScenarioError
        At least one.
    """

    def __init__(self, problems: Iterable[ScenarioError]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
