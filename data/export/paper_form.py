"""The form of a Decision (Decree 30/2020/NĐ-CP, Appendix I) to the millimetre and point; Word and PDF follow it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

FONT = "Times New Roman"
PAGE = (210.0, 297.0)
"""A4 [mm]."""
TOP, BOTTOM, LEFT, RIGHT = 20.0, 20.0, 30.0, 15.0
"""Margins [mm]; the form allows 20-25, 20-25, 30-35, 15-20."""
WIDTH = PAGE[0] - LEFT - RIGHT
NUMBER_FROM_TOP, PRINT_FROM_BOTTOM = 10.0, 7.0
"""Where the page number and the fine print stand [mm from the edge of the page]."""
BODY, COUNTRY, MOTTO, NUMBER, PAGE_NUMBER = 14.0, 13.0, 14.0, 13.0, 13.0
RECIPIENTS_HEAD, RECIPIENTS, TABLE, NOTES, FINE = 12.0, 11.0, 11.0, 11.0, 7.0
"""Sizes [pt]."""
FIRST_LINE, BETWEEN = 12.7, 6.0
"""First line of a paragraph [mm]; space between paragraphs [pt]."""
HEAD_LEFT = 66.0
"""Width of the issuing body's side of the head [mm]; the country has the rest."""
RULE_OF_TITLE = 40.0
"""Length of the rule below the subject [mm]."""
TITLE_IN = 14.0
"""How far titles stay from both margins [mm], so that a long one breaks into lines of like length."""
RULE_OF_BODY = 22.0
"""Length of the rule below the issuing body [mm]: a third to a half of its line."""
MOTTO_LONG = 60.5
"""Length of the motto in bold at `MOTTO` points [mm]: its rule is as long."""
MOTTO_LONG_ENGLISH = 78.5

NUMBER_WIDTH, NOTE_WIDTH, TARGET_WIDTH, LEAST_NAME = 11.0, 15.0, 15.5, 44.0
"""Columns of the appendix [mm]; the agency has what is left."""
CELL = 0.6
"""Space at the sides of a cell [mm]."""
NARROW = 9.5
"""Size of a table whose columns are narrower than they should be [pt]."""
LEAST_TARGET = 9.0
"""A target is never set in less [mm]: "100 %" in 9 points."""

TYPESET: Mapping[str, float] = MappingProxyType(
    {
        "top": TOP,
        "bottom": BOTTOM,
        "left": LEFT,
        "right": RIGHT,
        "number_from_top": NUMBER_FROM_TOP,
        "print_from_bottom": PRINT_FROM_BOTTOM,
        "body": BODY,
        "country": COUNTRY,
        "motto": MOTTO,
        "number": NUMBER,
        "page_number": PAGE_NUMBER,
        "recipients_head": RECIPIENTS_HEAD,
        "recipients": RECIPIENTS,
        "table": TABLE,
        "notes": NOTES,
        "fine": FINE,
        "first_line": FIRST_LINE,
        "between": BETWEEN,
        "head_left": HEAD_LEFT,
        "rule_of_body": RULE_OF_BODY,
        "rule_of_title": RULE_OF_TITLE,
        "title_in": TITLE_IN,
        "cell": CELL,
    }
)
"""As the typesetter gets them; it measures the motto itself."""


def columns_fit(columns: int, room: float) -> tuple[float, ...]:
    """Widths of the columns [mm] that fill `room`: number, agency, targets, notes."""
    targets = columns - 3
    wanted = TARGET_WIDTH
    left = room - NUMBER_WIDTH - NOTE_WIDTH - targets * wanted
    if left < LEAST_NAME and targets:
        wanted = max(LEAST_TARGET, (room - NUMBER_WIDTH - NOTE_WIDTH - LEAST_NAME) / targets)
        left = room - NUMBER_WIDTH - NOTE_WIDTH - targets * wanted
    return (NUMBER_WIDTH, left, *([wanted] * targets), NOTE_WIDTH)


def table_size(widths: Sequence[float]) -> float:
    """Size of the letters of a table of these columns [pt]: smaller where "50,05 %" in bold would break."""
    return TABLE if min(widths[2:-1], default=TARGET_WIDTH) >= TARGET_WIDTH else NARROW
