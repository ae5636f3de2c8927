"""Formulas that know their value: written once, they are text for a spreadsheet and numbers for the stored result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Values = NDArray[Any]
"""(n,) one value for each row of a table."""

ROW, SHARED = "{r}", "{g}"
"""Places in a formula's text for the number of its own row and of the row of those who share a lift."""
ENDLESS = 1e99
"""Stands for an infinite lift, which no spreadsheet has."""


@dataclass(frozen=True, eq=False)
class Formula:
    """A formula of one row: its text with `ROW` and `SHARED` open, and its value for each row.

    `is_whole` is False where the text must be put in brackets before more is done with it.
    """

    text: str
    values: Values
    is_whole: bool = True

    @property
    def bracketed(self) -> str:
        return self.text if self.is_whole else f"({self.text})"

    def __add__(self, other: Operand) -> Formula:
        more = of(other)
        return Formula(f"{self.text}+{more.text}", self.values + more.values, False)

    def __radd__(self, other: float) -> Formula:
        return of(other) + self

    def __sub__(self, other: Operand) -> Formula:
        less = of(other)
        return Formula(f"{self.text}-{less.bracketed}", self.values - less.values, False)

    def __rsub__(self, other: float) -> Formula:
        return of(other) - self

    def __mul__(self, other: Operand) -> Formula:
        times = of(other)
        return Formula(f"{self.bracketed}*{times.bracketed}", self.values * times.values, False)

    def __rmul__(self, other: float) -> Formula:
        return of(other) * self

    def __truediv__(self, other: Operand) -> Formula:
        by = of(other)
        with np.errstate(divide="ignore", invalid="ignore"):
            return Formula(f"{self.bracketed}/{by.bracketed}", self.values / by.values, False)

    def __rtruediv__(self, other: float) -> Formula:
        return of(other) / self

    def __lt__(self, other: Operand) -> Formula:
        return _compared(self, "<", of(other), np.less)

    def __le__(self, other: Operand) -> Formula:
        return _compared(self, "<=", of(other), np.less_equal)

    def __gt__(self, other: Operand) -> Formula:
        return _compared(self, ">", of(other), np.greater)


Operand = Formula | float


def _compared(one: Formula, sign: str, other: Formula, compare: Callable[[Values, Values], Values]) -> Formula:
    return Formula(f"{one.text}{sign}{other.text}", compare(one.values, other.values), False)


def of(value: Operand) -> Formula:
    """A number as a formula."""
    if isinstance(value, Formula):
        return value
    text = repr(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value)).upper()
    return Formula(text, np.float64(value), value >= 0)  # type: ignore[arg-type]


def least(*several: Operand) -> Formula:
    """MIN."""
    return _joined("MIN", np.minimum, several)


def most(*several: Operand) -> Formula:
    """MAX."""
    return _joined("MAX", np.maximum, several)


def _joined(name: str, join: Callable[[Values, Values], Values], several: Sequence[Operand]) -> Formula:
    parts = [of(one) for one in several]
    values = parts[0].values
    for part in parts[1:]:
        values = join(values, part.values)
    return parts[0] if len(parts) == 1 else Formula(f"{name}({','.join(one.text for one in parts)})", values)


def clip(value: Operand, low: Operand, high: Operand) -> Formula:
    """The value, at least `low`, at most `high`; `high` wins."""
    return least(most(value, low), high)


def choose(condition: Formula, then: Operand, otherwise: Operand) -> Formula:
    """IF."""
    yes, no = of(then), of(otherwise)
    text = f"IF({condition.text},{yes.text},{no.text})"
    return Formula(text, np.where(condition.values.astype(bool), yes.values, no.values))


def either(*several: Formula) -> Formula:
    """OR."""
    values = several[0].values.astype(bool)
    for one in several[1:]:
        values = values | one.values.astype(bool)
    return several[0] if len(several) == 1 else Formula(f"OR({','.join(one.text for one in several)})", values)


def floor(value: Formula) -> Formula:
    """The greatest whole number that is not above."""
    return Formula(f"INT({value.text})", np.floor(value.values))


def ceiling(value: Formula) -> Formula:
    """The least whole number that is not below; INT is the one function every spreadsheet rounds down with."""
    return Formula(f"-INT(-({value.text}))", np.ceil(value.values), False)


def rounded(value: Formula, digits: int) -> Formula:
    """ROUND."""
    return Formula(f"ROUND({value.text},{digits})", np.round(value.values, digits))


def exp(value: Formula) -> Formula:
    with np.errstate(over="ignore"):
        return Formula(f"EXP({value.text})", np.exp(value.values))


def log(value: Formula) -> Formula:
    with np.errstate(divide="ignore", invalid="ignore"):
        return Formula(f"LN({value.text})", np.log(value.values))


def ratio(part: Formula, whole: Formula) -> Formula:
    """part / whole, 0 where there is no whole."""
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.where(whole.values > 0, part.values / whole.values, 0.0)
    return Formula(f"IF({whole.text}>0,{part.bracketed}/{whole.bracketed},0)", values)
