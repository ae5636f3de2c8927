"""Every file of a messy drop, alone: each fault is met once, by its own code, and what is accepted mends it."""

from __future__ import annotations

import datetime
import re

import pytest

from data import reference
from data.intake import WHOLE_FILE, Known, KnownAgency, Reading, proposals, read
from tests.data import messy
from tests.data.files import codes
from tests.data.messy import Messy

FIGURES = reference.figures("hau-giang-2022")
AGENCIES = zip(FIGURES.codes, FIGURES.names, FIGURES.levels, FIGURES.parent, strict=True)
KNOWN = Known(
    agencies=tuple(KnownAgency(c, n, level, FIGURES.codes[up] if up >= 0 else "") for c, n, level, up in AGENCIES),
    indicators={"provided": "stock", "active": "stock", "online": "flow"},
    periods=("2022Q3", "2022Q4"),
    as_of=datetime.date(2022, 6, 15),
)
GOOD, BAD = messy.good(), messy.bad()


def counts(reading: Reading) -> dict[str, tuple[int, int]]:
    assert reading.frame is not None, reading.errors
    frame = reading.frame[["agency", "numerator", "denominator"]]
    return {agency: (int(n), int(d)) for agency, n, d in frame.itertuples(index=False, name=None)}


@pytest.mark.parametrize("file", [*GOOD, *BAD], ids=lambda file: file.name)
def test_each_fault_is_met_once_by_its_code(file: Messy) -> None:
    reading = read(file.data, file.name, known=KNOWN)
    assert tuple(codes(reading.errors)) == file.errors
    assert set(file.doubts) <= set(codes(reading.warnings))


@pytest.mark.parametrize("file", GOOD, ids=lambda file: file.name)
def test_what_is_accepted_mends_the_file(file: Messy) -> None:
    wanted = [re.sub(r"Đọc (?:là “|cả tệp theo )(.*?)”?\Z", r"\1", text) for text in file.accept]
    repairs = {}
    for fault in read(file.data, file.name, known=KNOWN).errors:
        place = WHOLE_FILE if fault.cell is None else (fault.sheet or "", fault.cell)
        repairs[place] = next((one for one in proposals(fault) if one in wanted), proposals(fault)[0])
    assert counts(read(file.data, file.name, known=KNOWN, repairs=repairs)) == file.counts


def test_two_files_of_one_agency_are_each_readable() -> None:
    assert [counts(read(one.data, one.name, known=KNOWN)) for one in messy.twice()] == [
        {"BQLKCN": (90, 120)},
        {"BQLKCN": (91, 121)},
    ]
