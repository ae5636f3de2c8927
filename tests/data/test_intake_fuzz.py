"""No file raises: random bytes, random cells, and workbooks with a few bytes changed."""

from __future__ import annotations

import io
import random
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.intake import ERRORS, WARNINGS, Reading, Severity, read
from engine import Figures
from tests.data import messy
from tests.data.files import KNOWN, book_bytes, csv_bytes, form_rows, long_rows

BOOKS = (book_bytes({"Biểu": long_rows()}), book_bytes({"Biểu": form_rows(), "Khác": [["x"]]}))


def holds(reading: Reading) -> None:
    """What is true of every reading, whatever the file."""
    assert (reading.frame is None) == bool(reading.errors)
    for problem in reading.problems:
        assert problem.code in (ERRORS if problem.severity is Severity.ERROR else WARNINGS)
        assert problem.found.isprintable()
    if reading.frame is not None:
        Figures.from_frame(reading.frame)


@given(st.binary(max_size=2000), st.sampled_from(["a.csv", "a.xlsx", "a", "a.xls", "é\x00.csv"]))
def test_bytes(data: bytes, name: str) -> None:
    holds(read(data, name))


@given(st.text(max_size=500))
def test_text_below_a_header(text: str) -> None:
    head = ",".join(long_rows()[0])
    holds(read(f"{head}\n{text}".encode("utf-8", "surrogatepass"), "a.csv"))


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "",
            "STP",
            "937",
            "SYT",
            "province",
            "Cấp xã",
            "online",
            "provided",
            "Tổng cộng",
            "Trong đó",
            "1.260",
            "1,000",
            "52,5 %",
        ]
    ),
    st.integers(-5, 2000),
    st.floats(),
)


@given(st.lists(st.lists(CELLS, min_size=7, max_size=9), max_size=8), st.booleans(), st.booleans())
def test_cells(rows: list[list[Any]], form: bool, known: bool) -> None:
    head = form_rows()[:5] if form else long_rows()[:1]
    text = [[v if isinstance(v, str) else str(v).removesuffix(".0") for v in row] for row in [*head, *rows]]
    data = csv_bytes([[v.encode("utf-8", "replace").decode() for v in row] for row in text])
    holds(read(data, "a.csv", known=KNOWN if known else None))


REPORT_CELLS = st.one_of(
    CELLS,
    st.sampled_from(
        [
            *(
                "I",
                "A",
                "-",
                "Sở Tư pháp",
                "Sở Y tế - Một phần",
                "Tất cả",
                "Một phần",
                "Toàn trình",
                "Cấp tỉnh",
                "61 %",
            ),
            *("Đơn vị báo cáo:", "Từ ngày 01/01/2022 đến ngày 99/99/2022", "Së T\u00ad ph¸p", "Sôû Tö phaùp", "(1)"),
        ]
    ),
)


@given(
    st.lists(st.lists(REPORT_CELLS, max_size=3), max_size=3),
    st.lists(st.lists(REPORT_CELLS, min_size=5, max_size=14), max_size=9),
    st.sampled_from([messy.II06A_HEAD, messy.II06A_HEAD[:3], messy.ONE_STOP_HEAD]),
    st.booleans(),
)
def test_cells_of_reports(above: list[list[Any]], rows: list[list[Any]], head: list[list[Any]], known: bool) -> None:
    text = [[v if isinstance(v, str) else str(v).removesuffix(".0") for v in row] for row in [*above, *head, *rows]]
    data = csv_bytes([[v.encode("utf-8", "replace").decode() for v in row] for row in text])
    holds(read(data, "a.csv", known=KNOWN if known else None))


@pytest.mark.parametrize("seed", range(150))
def test_a_damaged_package(seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(chance.choice(BOOKS))
    for _ in range(chance.randint(1, 12)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    if chance.random() < 0.3:
        del data[chance.randrange(len(data)) :]
    holds(read(bytes(data), "a.xlsx", known=KNOWN))


def damaged_part(content: bytes, chance: random.Random) -> bytes:
    words = [
        b"<c",
        b"<v>",
        b"</v>",
        b' t="s"',
        b' t="b"',
        b' t="e"',
        b' t="d"',
        b"<row",
        b' r="A1"',
        b' r="ZZZZ99999999"',
        b"-1",
        b"1e999",
        b"999999",
    ]
    made = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(made))
        if chance.random() < 0.5:
            old = chance.choice(words)
            place = made.find(old, at)
            if place >= 0:
                made[place : place + len(old)] = chance.choice(words)
                continue
        made[at] = chance.choice(b"0123456789<>\"'=/ abcrstv")
    return bytes(made)


@pytest.mark.parametrize("seed", range(300))
def test_a_workbook_with_damaged_parts(seed: int) -> None:
    """The zip is whole, its XML is not: this reaches the reader of workbooks itself."""
    chance = random.Random(seed)
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(chance.choice(BOOKS))) as old, zipfile.ZipFile(made, "w") as new:
        parts = old.namelist()
        hit = chance.choice([p for p in parts if "xl/" in p])
        for name in parts:
            content = old.read(name)
            new.writestr(name, damaged_part(content, chance) if name == hit else content)
    holds(read(made.getvalue(), "a.xlsx", known=KNOWN))
