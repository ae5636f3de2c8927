"""The imprint: written into a file and read back as the same value, and None for anything that is not whole."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime

import pytest

from data.export import Corrected, ExportState, Imprint
from data.export.imprint import MARK

IMPRINT = Imprint(
    campaign="hau-giang-2022",
    campaign_name={"vi": 'Đợt <"&> 2022', "en": "Round 2022"},
    scenario="hau-giang-2022/base",
    scenario_name={"vi": "Cơ sở", "en": "Base"},
    scenario_version=3,
    figures_version=2,
    table=4,
    state=ExportState.ISSUED,
    made_at=datetime(2022, 6, 21, 2, 30, tzinfo=UTC),
    engine="1.0.0",
    targets_sha256="ab" * 32,
    figures_sha256="cd" * 32,
    illustrative=True,
    decision_number="1045/QĐ-UBND",
    decision_date=date(2022, 6, 21),
    corrects=Corrected(2, "900/QĐ-UBND", date(2022, 5, 2)),
    source={"vi": "Sở TTTT", "en": "Department"},
)


@pytest.mark.parametrize(
    "imprint",
    [
        IMPRINT,
        dataclasses.replace(IMPRINT, table=None, state=ExportState.SCENARIO, corrects=None, decision_date=None),
        dataclasses.replace(IMPRINT, corrects=Corrected(1, None, None), scenario_version=None, source={}),
    ],
)
def test_read_back_whatever_stands_around_it(imprint: Imprint):
    assert Imprint.read(imprint.line()) == imprint
    assert Imprint.read(f"Bản in ngày 21/06\n{imprint.line()}\nhết") == imprint
    assert "\n" not in imprint.line()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a workbook of somebody else's",
        MARK,
        f"{MARK}[]",
        f"{MARK}{{}}",
        IMPRINT.line()[:-9],
        IMPRINT.line().replace('"issued"', '"signed"'),
        IMPRINT.line().replace('"2022-06-21T02:30:00+00:00"', '"yesterday"'),
        IMPRINT.line().replace('"table": 4', '"table": "four"'),
        IMPRINT.line().replace('{"en": "Department", "vi": "Sở TTTT"}', "7"),
    ],
)
def test_what_is_no_imprint_is_none(text: str):
    assert Imprint.read(text) is None


def test_only_what_is_issued_is_no_draft():
    marked = {state: dataclasses.replace(IMPRINT, state=state).is_issued for state in ExportState}
    assert [state for state, issued in marked.items() if issued] == [ExportState.ISSUED]
