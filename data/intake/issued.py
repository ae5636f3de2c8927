"""An issued table of targets: one row per agency, indicator and period, or a Decision's appendix; `.csv`, `.xlsx`."""

from __future__ import annotations

import re
from pathlib import Path

from data.intake.appendix import AGENCY_HEADERS, read_appendix
from data.intake.long_rows import LongRows, read_long
from data.intake.numbers import read_share
from data.intake.problems import Known, Reading
from data.intake.words import nearest, period_id

_PERIOD_HEADERS = ("period", "Kỳ", "Kỳ giao")
_TARGET_HEADERS = ("target", "Chỉ tiêu", "Chỉ tiêu giao")
_FRACTION = re.compile(r"0\.[0-9]+|1\.0+")
"""How a program writes a share."""

_NO_HEADER = frozenset({"no_header", "missing_header"})
_WANTED = ("agency", "indicator", "period", "target")


def read_issued(source: Path | bytes, filename: str, *, known: Known) -> Reading:
    """Read an issued table, e.g. the `.csv` that a run wrote, or a Decision's appendix (`appendix.read_appendix`).

    Parameters
    ----------
    source, filename
        As in `read`.
    known : Known
        Of it the agencies, indicators and periods are used; an agency is given by its code or its name.

    Returns
    -------
    Reading
        `frame` has agency, indicator, period and target [share; NaN: none]; None where there is any error. Other
        columns are passed over. No file raises.
    """
    own = {"agency": AGENCY_HEADERS, "period": _PERIOD_HEADERS, "target": _TARGET_HEADERS}
    reading = read_long(source, filename, known, known.periods, _WANTED, own, _Rows)
    if _NO_HEADER.isdisjoint(one.code for one in reading.errors):
        return reading
    return read_appendix(source, filename, known, _WANTED) or reading


class _Rows(LongRows):
    def entry(self, at: int) -> tuple[object, ...] | None:
        agency, indicator, period = self.agency(at), self.indicator(at), self._period(at)
        value = self.value(at, "target")
        if isinstance(value, str) and _FRACTION.fullmatch(value.strip()):
            value = float(value)
        target, code = read_share("" if value is None else value)
        if code:
            self.fault(code, at, "target", value, field="target")
        if not (agency and indicator and period):
            return None
        self.once((agency, indicator, period), at, f"{agency}, {period}", indicator)
        return agency, indicator, period, target

    def _period(self, at: int) -> str:
        text = self.text(at, "period")
        found = period_id(text, self.vocabulary.periods) if text else ""
        if text and found not in self.vocabulary.periods:
            near = nearest(text, self.vocabulary.periods)
            self.fault("unknown_period", at, "period", text, period=text, nearest=near)
            return ""
        return found
