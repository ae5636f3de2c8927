"""What people type into a box, as a value."""

from __future__ import annotations

import datetime
import re

_DAY = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_AMOUNT = re.compile(r"[-−]?\d{1,9}([.,]\d{1,6})?")


def day(text: str) -> datetime.date | None:
    """``24/11/2026``, ``24-11-2026``, ``24.11.2026`` or ``2026-11-24``; None if it is no day.

    Raises
    ------
    ValueError
        If something else was typed.
    """
    said = text.strip()
    if not said:
        return None
    if found := _DAY.fullmatch(said):
        d, m, y = map(int, found.groups())
    elif found := _ISO.fullmatch(said):
        y, m, d = map(int, found.groups())
    else:
        raise ValueError(text)
    return datetime.date(y, m, d)


def written(day: datetime.date | None) -> str:
    """A day as one types it, in both languages."""
    return "" if day is None else f"{day:%d/%m/%Y}"


def number(value: float, lang: str) -> str:
    """A number as one types it: ``52,5`` · ``52.5``, without groups of thousands."""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if lang == "vi" else text


def amount(text: str) -> float:
    """``52,5``, ``52.5``, ``52,5 %`` or ``-3`` as a number, a percent sign without meaning.

    Raises
    ------
    ValueError
        If it is no number.
    """
    said = text.replace("\N{NO-BREAK SPACE}", " ").strip().removesuffix("%").strip()
    if not _AMOUNT.fullmatch(said):
        raise ValueError(text)
    return float(said.replace(",", ".").replace("−", "-"))
