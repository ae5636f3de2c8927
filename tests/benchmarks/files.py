"""`python -m tests.benchmarks.files`: how long figures files take from the request to the preview.

Wall time of one process on whatever else the machine does. The limits are a promise of the product: 27 files of 100
rows in 5 s with a line of progress for each, 50,000 rows in 30 s.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from flask.testing import FlaskClient

import data.intake
from dashapp import services
from dashapp.app import create_app
from dashapp.services import provision
from dashapp.services.rights import Actor, Role
from tests.dashapp.accounts.people import NAMES, TOKEN_HEADER, log_in, open_people, token
from tests.data import messy
from tests.data.files import book_bytes, csv_bytes, long_rows

PROVINCE, COUNTRY = "hau-giang-2022", "national-2022"
LIMITS = (5.0, 30.0)
File = tuple[str, bytes]


@dataclass(frozen=True)
class Row:
    """One line of the table: what was read, how long it took [s], what is promised [s], what came of it."""

    what: str
    seconds: float
    limit: float
    check: str


def table_of(campaign: str, rows: int) -> list[list[Any]]:
    """So many rows of a shipped campaign's figures, each with one dossier more."""
    frame = services.figures(campaign).frame[["agency", "indicator", "numerator", "denominator"]].dropna()
    changed = [[code, id, int(n), int(d) + 1] for code, id, n, d in frame.itertuples(index=False, name=None)]
    return [["agency", "indicator", "numerator", "denominator"], *changed[:rows]]


def unknown_rows(rows: int) -> bytes:
    """A table of so many agencies that no campaign knows."""
    lines = ([f"X{at}", f"Xã Thạnh Hòa {at}", "commune", "", "online", at % 50, 60] for at in range(rows))
    return csv_bytes([long_rows()[0], *lines])


def checked(client: FlaskClient, key: str, campaign: str, files: Sequence[File]) -> tuple[float, list[dict[str, Any]]]:
    """Seconds of one request for a preview, and its lines."""
    said = json.dumps({"repairs": [], "typed": [], "whole": False, "seen": 1})
    form = {"said": said, "file": [(io.BytesIO(content), name) for name, content in files]}
    began = perf_counter()
    answer = client.post(f"/figures/check?c={campaign}", data=form, headers={TOKEN_HEADER: key})
    lines = [json.loads(line) for line in answer.text.splitlines()]
    return perf_counter() - began, lines


def measured(client: FlaskClient, key: str, campaign: str, rows: int) -> Iterator[Row]:
    """Every line of the table; `campaign` is the large one, `rows` the size of the large files."""
    hundred = book_bytes({"Số liệu": table_of(PROVINCE, 100)})
    forms = [(f"{at}.xlsx", messy.ii06a()) for at in range(27)]
    country = table_of(campaign, rows)
    whole = [("a.xlsx", book_bytes({"S": country}))]
    asked: tuple[tuple[str, str, Sequence[File], float], ...] = (
        ("27 workbooks of 100 rows", PROVINCE, [(f"{at}.xlsx", hundred) for at in range(27)], LIMITS[0]),
        ("27 forms II.06a/VPCP", PROVINCE, forms, LIMITS[0]),
        (f"{len(country) - 1:,} rows of {campaign}, workbook", campaign, whole, LIMITS[1]),
        (f"{rows:,} rows of unknown agencies, CSV", PROVINCE, [("a.csv", unknown_rows(rows))], LIMITS[1]),
    )
    for what, of, files, limit in asked:
        took, (*steps, last) = checked(client, key, of, files)
        yield Row(what, took, limit, f"{len(steps)} lines of progress; {last['said']}")
    for name, content in (("a.csv", unknown_rows(rows)), ("a.xlsx", _as_book(unknown_rows(rows)))):
        took, reading = timed(lambda name=name, content=content: data.intake.read(content, name))
        read = 0 if reading.frame is None else len(reading.frame)
        yield Row(f"{rows:,} rows, {name[2:]}, read alone", took, LIMITS[1], f"{read:,} rows")


def _as_book(table: bytes) -> bytes:
    lines = [line.split(",") for line in table.decode("utf-8").splitlines()]
    return book_bytes({"S": [[int(cell) if cell.isdecimal() else cell for cell in line] for line in lines]})


def timed(work: Callable[[], data.intake.Reading]) -> tuple[float, data.intake.Reading]:
    """Seconds of one call, and what it gives."""
    began = perf_counter()
    given = work()
    return perf_counter() - began, given


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; exit status 1 if anything takes longer than is promised."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.files", description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000, help="rows of the large files")
    parser.add_argument("--campaign", default=COUNTRY, help="that of the large workbook")
    given = parser.parse_args(arguments)
    late = False
    with tempfile.TemporaryDirectory() as name:
        store = open_people(Path(name))
        provision.add_campaign(store, Actor(NAMES[Role.ADMIN], "", Role.ADMIN), given.campaign)
        client = create_app(store).server.test_client()
        log_in(client, NAMES[Role.STAFF])
        for row in measured(client, token(client), given.campaign, given.rows):
            print(f"{row.what:46}{row.seconds:8.2f} s  of {row.limit:.0f} s  {row.check}", flush=True)
            late |= row.seconds > row.limit
        store.close()
    return int(late)


if __name__ == "__main__":
    sys.exit(main())
