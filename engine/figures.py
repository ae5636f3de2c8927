"""Current figures of all agencies, checked once and kept as arrays aligned by agency code."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.errors import FiguresError
from engine.history import History, Months
from engine.plan import Level
from engine.solver import Floats

TEXT_COLUMNS = ("agency", "name", "level", "parent", "indicator")
COUNT_COLUMNS = ("numerator", "denominator")
OPTIONAL_COLUMNS = ("ceiling", "weight", "note")
EXPECTED = "expected_"
PROPOSED = "proposed_"


@dataclass(frozen=True, eq=False)
class IndicatorFigures:
    """One indicator's counts; every array has one entry per row, rows in order of agency code.

    Attributes
    ----------
    rows : (n,) int
        Position of each row's agency in `Figures.codes`.
    numerator, denominator : (n,) float
        Counts from 1 January to `as_of`; NaN where not reported.
    ceiling : (n,) float
        Largest share that could go online, in [0, 1]; 1 unless given.
    weight : (n,) float
        Capacity score > 0; NaN where not given.
    expected, proposed : mapping of period id to (n,) float
        Denominators expected to be added [units]; the agency's own target [share]. NaN where not given.
    """

    id: str
    rows: NDArray[np.intp]
    numerator: Floats
    denominator: Floats
    ceiling: Floats
    weight: Floats
    expected: Mapping[str, Floats]
    proposed: Mapping[str, Floats]


@dataclass(frozen=True, eq=False)
class Figures:
    """All agencies and indicators. Build with `from_frame`; the order of rows never matters.

    Attributes
    ----------
    codes, names, levels : tuple of str
        One entry per agency, sorted by code.
    parent : (m,) int
        Position of the agency above, -1 where there is none.
    indicators : mapping of indicator id to IndicatorFigures
    history : History or None
        Months of the past, if there are any (see `with_history`).
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    levels: tuple[str, ...]
    parent: NDArray[np.intp]
    indicators: Mapping[str, IndicatorFigures]
    frame: pd.DataFrame
    history: History | None = None

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> Figures:
        """Check a long table and arrange it.

        Parameters
        ----------
        frame : DataFrame
            One row per agency and indicator with the columns of the figures file (formats):
            `agency`, `name`, `level`, `parent` (empty or NA: none), `indicator`, `numerator`,
            `denominator` [counts; NaN: not reported], optional `expected_<period>` [counts],
            `proposed_<period>` [shares], `ceiling` [share], `weight` [> 0], `note`.

        Raises
        ------
        FiguresError
            ``missing_column``, ``unknown_column``, ``duplicate_row``, ``agency_disagrees``, ``unknown_level``,
            ``unknown_parent``, ``parent_circle``, ``bad_count``, ``numerator_above_denominator``,
            ``bad_share``, ``bad_weight``; `details` names agency, indicator and value.
        """
        table = _canonical(frame)
        agencies = _agencies(table)
        codes = tuple(agencies.index)
        position = {code: i for i, code in enumerate(codes)}
        parent = np.array([position.get(p, -1) for p in agencies["parent"]], dtype=np.intp)
        _refuse_circles(codes, parent)
        indicators = {}
        for id, part in table.groupby("indicator", sort=True):
            rows = np.array([position[a] for a in part["agency"]], dtype=np.intp)
            indicators[str(id)] = _arrange(str(id), rows, part)
        return cls(
            codes=codes,
            names=tuple(agencies["name"]),
            levels=tuple(agencies["level"]),
            parent=parent,
            indicators=MappingProxyType(indicators),
            frame=table,
        )

    def with_history(self, history: History | None) -> Figures:
        """The same figures with their months of the past.

        Raises
        ------
        FiguresError
            ``history_agency`` if a month is of an agency that is not in the figures.
        """
        if history is None:
            return self
        for code in history.frame["agency"].unique():
            if code not in self.position:
                nearest = difflib.get_close_matches(str(code), self.codes, n=1, cutoff=0.5)
                raise FiguresError("history_agency", agency=str(code), nearest=nearest[0] if nearest else None)
        return replace(self, history=history)

    def months(self, indicator: str) -> Months | None:
        """The past of one indicator's rows, laid out once; None where nothing is known."""
        if self.history is None or indicator not in self.history.indicators:
            return None
        if indicator not in self._months:
            rows = self.indicators[indicator].rows
            self._months[indicator] = self.history.months(indicator, tuple(self.codes[row] for row in rows))
        return self._months[indicator]

    @cached_property
    def _months(self) -> dict[str, Months]:
        return {}

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the canonical table (sorted rows and columns, shortest exact numbers), and of its history."""
        own = self._sha256_of_table
        if self.history is None:
            return own
        return hashlib.sha256(f"{own} {self.history.sha256}".encode()).hexdigest()

    @cached_property
    def _sha256_of_table(self) -> str:
        columns = sorted(c for c in self.frame.columns if c != "note")
        text = self.frame[columns].to_csv(index=False, lineterminator="\n", float_format=_digits)
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def position(self) -> Mapping[str, int]:
        """Agency code -> position in `codes`."""
        return MappingProxyType({code: i for i, code in enumerate(self.codes)})

    @cached_property
    def level_array(self) -> NDArray[np.object_]:
        """(m,) level of each agency, for masks."""
        return np.array(self.levels, dtype=object)

    @cached_property
    def level_index(self) -> NDArray[np.intp]:
        """(m,) label of each agency's level, 0 … L−1 in order of name."""
        return np.unique(np.array(self.levels), return_inverse=True)[1].astype(np.intp)

    @property
    def periods(self) -> tuple[str, ...]:
        """Period ids for which the table has an expected or proposed column."""
        found = {c.split("_", 1)[1] for c in self.frame.columns if c.startswith((EXPECTED, PROPOSED))}
        return tuple(sorted(found))


def _digits(value: object) -> str:
    return repr(float(value))  # type: ignore[arg-type]


def _canonical(frame: pd.DataFrame) -> pd.DataFrame:
    for column in (*TEXT_COLUMNS, *COUNT_COLUMNS):
        if column not in frame.columns:
            raise FiguresError("missing_column", column=column)
    known = {*TEXT_COLUMNS, *COUNT_COLUMNS, *OPTIONAL_COLUMNS}
    for column in frame.columns:
        if column not in known and not str(column).startswith((EXPECTED, PROPOSED)):
            raise FiguresError("unknown_column", column=str(column))
    table = frame.copy()
    for column in TEXT_COLUMNS:
        table[column] = table[column].astype("string").fillna("").str.strip().astype(object)
    if "note" in table:
        table["note"] = table["note"].astype("string").fillna("").astype(object)
    for column in table.columns:
        if column not in TEXT_COLUMNS and column != "note":
            table[column] = pd.to_numeric(table[column]).astype("float64")
    table = table.sort_values(["agency", "indicator"], kind="stable", ignore_index=True)
    return table[
        [c for c in (*TEXT_COLUMNS, *COUNT_COLUMNS) if c in table]
        + sorted(c for c in table.columns if c not in TEXT_COLUMNS and c not in COUNT_COLUMNS)
    ]


def _agencies(table: pd.DataFrame) -> pd.DataFrame:
    twice = table.duplicated(["agency", "indicator"])
    if twice.any():
        row = table[twice].iloc[0]
        raise FiguresError("duplicate_row", agency=row["agency"], indicator=row["indicator"])
    about = table[["agency", "name", "level", "parent"]].drop_duplicates()
    disagree = about.duplicated("agency")
    if disagree.any():
        raise FiguresError("agency_disagrees", agency=about[disagree].iloc[0]["agency"])
    about = about.set_index("agency").sort_index()
    levels = {str(level) for level in Level}
    for code, level in zip(about.index, about["level"], strict=True):
        if level not in levels:
            raise FiguresError("unknown_level", agency=code, level=level, known=sorted(levels))
    for code, above in zip(about.index, about["parent"], strict=True):
        if above and above not in about.index:
            raise FiguresError("unknown_parent", agency=code, parent=above)
    return about


def _refuse_circles(codes: tuple[str, ...], parent: NDArray[np.intp]) -> None:
    above = parent.copy()
    for _ in range(len(codes).bit_length() + 1):  # pointer doubling: a circle never ends
        above = np.where(above >= 0, above[above], -1)
    if (above >= 0).any():
        at = int(np.flatnonzero(above >= 0)[0])
        circle, seen = [], set()
        while at not in seen:
            seen.add(at)
            circle.append(codes[at])
            at = int(parent[at])
        raise FiguresError("parent_circle", agency=circle[0], circle=circle)


def _arrange(id: str, rows: NDArray[np.intp], part: pd.DataFrame) -> IndicatorFigures:
    agencies = part["agency"].to_numpy()

    def column(name: str, default: float) -> Floats:
        if name not in part:
            return np.full(len(part), default)
        values = part[name].to_numpy(dtype=np.float64)
        return values if np.isnan(default) else np.where(np.isnan(values), default, values)

    def refuse(code: str, bad: NDArray[np.bool_], name: str, values: Floats) -> None:
        if bad.any():
            at = int(np.flatnonzero(bad)[0])
            raise FiguresError(code, agency=agencies[at], indicator=id, column=name, value=float(values[at]))

    def counts(name: str) -> Floats:
        values = column(name, np.nan)
        refuse("bad_count", (values < 0) | np.isinf(values), name, values)
        return values

    def shares(name: str, default: float) -> Floats:
        values = column(name, default)
        refuse("bad_share", (values < 0) | (values > 1), name, values)
        return values

    numerator, denominator = counts("numerator"), counts("denominator")
    refuse("numerator_above_denominator", numerator > denominator, "numerator", numerator)
    weight = column("weight", np.nan)
    refuse("bad_weight", (weight <= 0) | np.isinf(weight), "weight", weight)
    expected = {c.removeprefix(EXPECTED): counts(c) for c in part.columns if c.startswith(EXPECTED)}
    proposed = {c.removeprefix(PROPOSED): shares(c, np.nan) for c in part.columns if c.startswith(PROPOSED)}
    for values in (numerator, denominator, weight):
        values.setflags(write=False)
    return IndicatorFigures(
        id=id,
        rows=rows,
        numerator=numerator,
        denominator=denominator,
        ceiling=shares("ceiling", 1.0),
        weight=weight,
        expected=MappingProxyType(expected),
        proposed=MappingProxyType(proposed),
    )
