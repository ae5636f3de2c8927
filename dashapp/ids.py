"""Ids of components that callbacks, tests or scripts refer to. Each is spelt here and nowhere else in Python."""

from __future__ import annotations

from typing import Final

# the shell around every page
URL: Final = "url"
PAGE: Final = "page"
LANGUAGE_LINK: Final = "language-link"
CAMPAIGN: Final = "campaign"
SPOKEN: Final = "spoken"
"""Store: the language of the page."""

# the workbench
PRESET: Final = "preset"
ADDRESS: Final = "address"
"""Store: the address (path and query) of what the page shows, without the selected agency."""
WANTED: Final = "wanted"
"""Store: an address that a remedy or reset asks the page to show in place."""
AGENCY: Final = "agency"
"""Store: code of the agency that is explained, or None."""
DRAWN: Final = "drawn"
"""Store: written by scripts only, never read."""

INDICATOR: Final = "indicator"
METHOD: Final = "method"
BASIS: Final = "basis"
BASIS_FIELD: Final = "basis-field"
ROUNDING_MODE: Final = "rounding-mode"
ROUNDING_GRID: Final = "rounding-grid"
RULES: Final = "rules"
RULES_FIELD: Final = "rules-field"
INSIDE: Final = "inside"
RESET: Final = "reset"

LEVER: Final = "lever"
LEVER_TYPED: Final = "lever-typed"
LEVER_HINT: Final = "lever-hint"

HEAD: Final = "result-head"
PRINCIPLE: Final = "principle"
ALERT: Final = "alert"
CARDS: Final = "cards"
CHART: Final = "chart"
CHART_FRAME: Final = "chart-frame"
LEGEND: Final = "legend"
GRID: Final = "grid"
NOTES: Final = "notes"
DRAWER: Final = "drawer"
CLOSE: Final = "drawer-close"
WATERFALL: Final = "waterfall"

# the comparison
LEFT: Final = "compare-left"
RIGHT: Final = "compare-right"
COMPARE_INDICATOR: Final = "compare-indicator"
COMPARE_BODY: Final = "compare-body"
COMPARE_GRID: Final = "compare-grid"
COMPARE_CHART: Final = "compare-chart"

Key = dict[str, str]


def lever(key: str) -> Key:
    """The slider of a lever; `key` is ``goal.<indicator>``, ``milestone``, ``floor``, ``cap`` or ``step``."""
    return {"type": LEVER, "key": key}


def lever_typed(key: str) -> Key:
    """The box beside a slider in which its number can be typed."""
    return {"type": LEVER_TYPED, "key": key}


def lever_hint(key: str) -> Key:
    """Where a lever says what the preset has, once it was moved."""
    return {"type": LEVER_HINT, "key": key}
