"""Numbers as people in Viet Nam write them, read without guessing (formats: "Reading rules")."""

from __future__ import annotations

import datetime
import math
import re

NAN = math.nan
LARGEST_COUNT = 1e12
FLOAT_NOISE = 1e-12
"""Of a whole number that a formula has computed, relative to it."""
DASHES = frozenset("-–—−")
"""How a report writes that there is none."""

_WHOLE = re.compile(r"[0-9]{1,15}\Z")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3}){1,4}\Z")
_COMMA_DECIMAL = re.compile(r"(?:[0-9]{1,15}|[1-9][0-9]{0,2}(?:\.[0-9]{3}){1,4}),[0-9]{1,30}\Z")
_LEADING_ZERO = re.compile(r"0\.[0-9]{1,30}\Z")
_DOT_DECIMAL = re.compile(r"[0-9]{1,15}\.[0-9]{1,30}\Z")
_COMMA_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+\Z")
_DOTS = re.compile(r"[0-9]+(?:\.[0-9]+)+\Z")
_NEGATIVE = re.compile(r"[-−–](?=[0-9])")
_EXCEL_ERROR = re.compile(r"#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|GETTING_DATA|SPILL!|CALC!)\Z")
_SPACES = re.compile("[\\s\u00a0\u202f\u2007]+")
_TIMES = (datetime.date, datetime.time, datetime.timedelta)

COUNT_FORM, SHARE_FORM, WEIGHT_FORM = "1260 / 1.260", "52,5 % / 0,525", "1,5"

Number = tuple[float, str | None]


def read_count(value: object) -> Number:
    """A count from a cell.

    Returns
    -------
    value : float
        Whole and at least 0; NaN where the cell is empty or wrong.
    code : str or None
        What is wrong with it (see `problems.ERRORS`).
    """
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return NAN, None
        number, code = _count_in_text(text)
        if code:
            return NAN, code
    else:
        number, code = _of_cell(value)
        if code or math.isnan(number):
            return NAN, code
    whole = float(round(number))
    if number < 0 and whole != 0:
        return NAN, "negative_count"
    if abs(number - whole) > FLOAT_NOISE * max(1.0, whole):
        return NAN, "fractional_count"
    return (NAN, "count_too_large") if whole > LARGEST_COUNT else (abs(whole), None)


def read_share(value: object) -> Number:
    """A share from a cell, as a fraction in [0, 1]: ``52,5 %``, ``0,525`` or ``0.525``; a number is a fraction."""
    percent = False
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return NAN, None
        percent = text.endswith("%")
        number, code = _percent_in_text(text[:-1].rstrip()) if percent else _decimal_in_text(text)
        if code:
            return NAN, code
    else:
        number, code = _of_cell(value)
        if code or math.isnan(number):
            return NAN, code
    if percent:
        return (number / 100, None) if 0 <= number <= 100 else (NAN, "share_out_of_range")
    if 1 < number <= 100:
        return NAN, "share_without_percent"
    return (number, None) if 0 <= number <= 1 else (NAN, "share_out_of_range")


def read_weight(value: object) -> Number:
    """A capacity score > 0 from a cell."""
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return NAN, None
        number, code = _decimal_in_text(text)
    else:
        number, code = _of_cell(value)
    if code or math.isnan(number):
        return NAN, code
    return (number, None) if 0 < number <= LARGEST_COUNT else (NAN, "bad_weight")


def _of_cell(value: object) -> Number:
    if isinstance(value, bool):
        return NAN, "boolean_in_number"
    if isinstance(value, int):
        return (float(value), None) if abs(value) <= 10**15 else (NAN, "count_too_large")
    if isinstance(value, float):
        return (value, None) if math.isfinite(value) else (NAN, "not_a_number")
    if value is None:
        return NAN, None
    return NAN, "date_in_number" if isinstance(value, _TIMES) else "not_a_number"


def _plain(text: str) -> float | None:
    """What Vietnamese notation leaves no doubt about."""
    if _WHOLE.match(text):
        return float(text)
    if _THOUSANDS.match(text):
        return float(text.replace(".", ""))
    if _COMMA_DECIMAL.match(text):
        return float(text.replace(".", "").replace(",", "."))
    return float(text) if _LEADING_ZERO.match(text) else None


def _fault(text: str) -> str:
    if _EXCEL_ERROR.match(text):
        return "excel_error"
    return "ambiguous_dot" if _DOTS.match(text) else "not_a_number"


def _signed(text: str) -> tuple[int, str]:
    text = _SPACES.sub(" ", text)
    bare = _NEGATIVE.sub("", text, count=1)
    return (-1, bare) if bare != text and text.endswith(bare) else (1, text)


def _count_in_text(text: str) -> Number:
    if text.endswith("%"):
        return NAN, "percent_in_count"
    sign, text = _signed(text)
    if _COMMA_THOUSANDS.match(text) and not text.startswith("0,"):
        return NAN, "ambiguous_comma"
    number = _plain(text)
    return (NAN, _fault(text)) if number is None else (sign * number, None)


def _decimal_in_text(text: str) -> Number:
    sign, text = _signed(text)
    number = _plain(text)
    return (NAN, _fault(text)) if number is None else (sign * number, None)


def _percent_in_text(text: str) -> Number:
    sign, text = _signed(text)
    number = float(text) if _DOT_DECIMAL.match(text) else _plain(text)
    return (NAN, _fault(text)) if number is None else (sign * number, None)


def meant(found: object, code: str, *, share: bool, weight: bool) -> str | None:
    """How a wrong number should be written: the number itself where there is one reading, else the notation."""
    text = str(found).strip()
    if code == "ambiguous_comma":
        return text.replace(",", ".")
    if code == "share_without_percent":
        return f"{text.replace('.', ',').removesuffix(',0')} %"
    if code == "ambiguous_dot":
        return f"{text.replace('.', ',')} %" if share and text.count(".") == 1 else None
    return SHARE_FORM if share else WEIGHT_FORM if weight else COUNT_FORM
